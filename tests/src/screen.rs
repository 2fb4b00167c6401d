//! The windows on an actor's display, as their window manager sees them.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

use crate::desktop::Desktop;
use crate::stage::Stage;
use crate::wait::{Look, until};

const CLOSE_ATTEMPTS: u32 = 5;
const CLOSES: Duration = Duration::from_secs(6);
/// Our window's title, with or without the count.
const TITLE: &str = r"^(\([0-9]+\) )?Tandem$";

pub struct Screen {
    display: String,
}

impl Screen {
    /// Starts a window manager on the display.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn managed<N>(stage: &mut Stage, desktop: &Desktop<N>) -> Result<Self> {
        let mut manager = desktop.command(stage, Path::new("openbox"))?;
        manager.args(["--sm-disable"]);
        stage.leash.start(&format!("{}-openbox", desktop.who), &mut manager)?;
        let screen = Self { display: desktop.display.clone() };
        until("the window manager", async || {
            let said = screen.ask("xprop", &["-root", "_NET_SUPPORTING_WM_CHECK"]).await?;
            Ok(if said.contains("window id") { Look::Found(()) } else { Look::Instead(said) })
        })
        .await?;
        Ok(screen)
    }

    /// Waits until our window is on screen, in front, with the keyboard focus.
    ///
    /// # Errors
    /// If it does not come in time.
    pub async fn has_in_front(&self) -> Result<()> {
        until("the window in front", async || {
            let (visible, active) = (self.visible().await?, self.active().await?);
            let is_in_front = visible.iter().any(|window| Some(window) == active.as_ref());
            Ok(if is_in_front { Look::Found(()) } else { Look::Instead(format!("{visible:?}, in front {active:?}")) })
        })
        .await
    }

    /// Waits until none of our windows is on screen.
    ///
    /// # Errors
    /// If one stays.
    pub async fn lacks_it(&self) -> Result<()> {
        until("no window on screen", async || {
            let visible = self.visible().await?;
            Ok(if visible.is_empty() { Look::Found(()) } else { Look::Instead(format!("{visible:?}")) })
        })
        .await
    }

    /// Closes our window like a user.
    ///
    /// # Errors
    /// If there is none.
    pub async fn close(&self) -> Result<()> {
        // A key that is pressed while the window manager is busy may go unheard.
        for _ in 0..CLOSE_ATTEMPTS {
            self.has_in_front().await?;
            self.act(&["key", "alt+F4"]).await?;
            if tokio::time::timeout(CLOSES, self.lacks_it()).await.is_ok() {
                return Ok(());
            }
        }
        anyhow::bail!("the window does not close")
    }

    /// Presses a key in the window in front, with its modifiers, as `ctrl+Return`.
    ///
    /// # Errors
    /// If there is no such key.
    pub async fn press(&self, key: &str) -> Result<()> {
        self.act(&["key", "--clearmodifiers", key]).await
    }

    /// Types words in the window in front.
    ///
    /// # Errors
    /// If the keyboard does not have them.
    pub async fn types(&self, words: &str) -> Result<()> {
        self.act(&["type", "--delay", "5", words]).await
    }

    /// # Errors
    /// If there is no window of ours.
    pub async fn minimise(&self) -> Result<()> {
        let window = self.window().await?;
        self.act(&["windowminimize", &window]).await
    }

    /// Moves our window, possibly off screen.
    ///
    /// # Errors
    /// If there is no window of ours.
    pub async fn move_to(&self, x: i32, y: i32) -> Result<()> {
        let window = self.window().await?;
        self.act(&["windowmove", &window, &x.to_string(), &y.to_string()]).await
    }

    /// Goes to another workspace.
    ///
    /// # Errors
    /// If there is no window manager.
    pub async fn go_to_workspace(&self, number: u32) -> Result<()> {
        self.act(&["set_desktop", &number.to_string()]).await
    }

    /// The position of our window.
    ///
    /// # Errors
    /// If there is none.
    pub async fn place(&self) -> Result<(i32, i32)> {
        let window = self.window().await?;
        let said = self.ask("xdotool", &["getwindowgeometry", "--shell", &window]).await?;
        let number = |name: &str| {
            let value = said.lines().find_map(|line| line.strip_prefix(name)).context("no geometry")?;
            anyhow::Ok(value.trim().parse::<i32>()?)
        };
        Ok((number("X=")?, number("Y=")?))
    }

    /// The window's title.
    ///
    /// # Errors
    /// If there is none.
    pub async fn title(&self) -> Result<String> {
        let window = self.window().await?;
        Ok(self.ask("xdotool", &["getwindowname", &window]).await?.trim().to_owned())
    }

    /// Waits until the window of a conversation with this customer is on screen; its title may begin with a count.
    ///
    /// # Errors
    /// If it does not come in time.
    pub async fn has_window_of(&self, customer: &str) -> Result<()> {
        self.window_of(customer).await.map(drop)
    }

    /// Waits until that window is in front, with the keyboard focus.
    ///
    /// # Errors
    /// If it does not come there in time.
    pub async fn has_in_front_of(&self, customer: &str) -> Result<()> {
        until(&format!("the window of {customer} in front"), async || {
            let (found, active) = (self.named(&titled(customer)).await?, self.active().await?);
            let is_in_front = found.iter().any(|window| Some(window) == active.as_ref());
            Ok(if is_in_front { Look::Found(()) } else { Look::Instead(format!("{found:?}, in front {active:?}")) })
        })
        .await
    }

    /// Waits until it is gone.
    ///
    /// # Errors
    /// If it stays.
    pub async fn lacks_window_of(&self, customer: &str) -> Result<()> {
        until(&format!("no window of {customer}"), async || {
            let found = self.named(&titled(customer)).await?;
            Ok(if found.is_empty() { Look::Found(()) } else { Look::Instead(format!("{found:?}")) })
        })
        .await
    }

    /// Moves it.
    ///
    /// # Errors
    /// If it is not there.
    pub async fn move_window_of(&self, customer: &str, x: i32, y: i32) -> Result<()> {
        let window = self.window_of(customer).await?;
        self.act(&["windowmove", &window, &x.to_string(), &y.to_string()]).await
    }

    /// Closes it like a user.
    ///
    /// # Errors
    /// If it is not there, or stays.
    pub async fn close_window_of(&self, customer: &str) -> Result<()> {
        for _ in 0..CLOSE_ATTEMPTS {
            let window = self.window_of(customer).await?;
            self.act(&["windowactivate", "--sync", &window]).await?;
            self.act(&["key", "alt+F4"]).await?;
            if tokio::time::timeout(CLOSES, self.lacks_window_of(customer)).await.is_ok() {
                return Ok(());
            }
        }
        anyhow::bail!("the window of {customer} does not close")
    }

    /// Where it is, and how large: x, y, width, height.
    ///
    /// # Errors
    /// If it is not there.
    pub async fn rect_of(&self, customer: &str) -> Result<[i32; 4]> {
        let window = self.window_of(customer).await?;
        let said = self.ask("xdotool", &["getwindowgeometry", "--shell", &window]).await?;
        let mut rect = [0; 4];
        for (value, name) in rect.iter_mut().zip(["X=", "Y=", "WIDTH=", "HEIGHT="]) {
            let found = said.lines().find_map(|line| line.strip_prefix(name)).context("no geometry")?;
            *value = found.trim().parse()?;
        }
        Ok(rect)
    }

    /// Whether it stays above all others.
    ///
    /// # Errors
    /// If it is not there.
    pub async fn is_on_top(&self, customer: &str) -> Result<bool> {
        let window = self.window_of(customer).await?;
        Ok(self.ask("xprop", &["-id", &window, "_NET_WM_STATE"]).await?.contains("_NET_WM_STATE_ABOVE"))
    }

    async fn window_of(&self, customer: &str) -> Result<String> {
        until(&format!("the window of {customer}"), async || {
            let found = self.named(&titled(customer)).await?.into_iter().next();
            Ok(found.map_or(Look::Instead("none of that name"), Look::Found))
        })
        .await
    }

    async fn window(&self) -> Result<String> {
        self.visible().await?.into_iter().next().context("no window of ours is on screen")
    }

    async fn visible(&self) -> Result<Vec<String>> {
        self.named(TITLE).await
    }

    /// Windows on screen with such a title.
    async fn named(&self, title: &str) -> Result<Vec<String>> {
        let said = self.ask("xdotool", &["search", "--onlyvisible", "--name", title]).await?;
        Ok(said.lines().map(str::to_owned).collect())
    }

    async fn active(&self) -> Result<Option<String>> {
        let said = self.ask("xdotool", &["getactivewindow"]).await?;
        Ok(said.lines().next().map(str::to_owned))
    }

    async fn act(&self, words: &[&str]) -> Result<()> {
        let status = Command::new("xdotool").args(words).env("DISPLAY", &self.display).status().await;
        ensure!(status.context("cannot run xdotool")?.success(), "xdotool cannot {words:?}");
        Ok(())
    }

    /// Output of a program; empty if it finds nothing.
    async fn ask(&self, program: &str, words: &[&str]) -> Result<String> {
        let asked = Command::new(program).args(words).env("DISPLAY", &self.display).output().await;
        let output = asked.with_context(|| format!("cannot run {program}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

fn titled(customer: &str) -> String {
    format!(r"^(\([0-9]+\) )?{customer}$")
}
