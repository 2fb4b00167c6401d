//! The real desktop window, driven through WebDriver. Elements are named as a user or a screen reader would.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tandem_conversation::ConversationId;
use tandem_testkit::hub_process::{HubProcess, PASSWORD};
use tokio::time::timeout;

use crate::desktop::Desktop;
use crate::stage::{Stage, program};
use crate::wait::{DEADLINE, Look, until};

/// How to find an element.
#[derive(Clone, Copy, Debug)]
pub enum Thing<'a> {
    Button(&'a str),
    Link(&'a str),
    Textbox(&'a str),
    /// By its `data-testid`.
    Test(&'a str),
    /// By a CSS selector, if nothing names it better.
    Css(&'a str),
}

/// The virtual display's size.
const WIDTH: u32 = 1440;
const HEIGHT: u32 = 900;

pub struct Window {
    client: Client,
    who: String,
    display: String,
    pictures: PathBuf,
}

impl Window {
    /// The app on an actor's desktop, signed in to this hub and in sync with it.
    ///
    /// # Errors
    /// If it does not get there.
    pub async fn signed_in<N>(stage: &mut Stage, desktop: &Desktop<N>, hub: &HubProcess, email: &str) -> Result<Self> {
        Self::signed_in_with(stage, desktop, hub, email, &[]).await
    }

    /// The same, with more environment variables.
    ///
    /// # Errors
    /// As above.
    pub async fn signed_in_with<N>(
        stage: &mut Stage,
        desktop: &Desktop<N>,
        hub: &HubProcess,
        email: &str,
        more: &[(&str, &str)],
    ) -> Result<Self> {
        let window = Self::started(stage, desktop, hub, more).await?;
        window.write(Thing::Textbox("E-mail"), email).await?;
        window.write(Thing::Textbox("Password"), PASSWORD).await?;
        window.click(Thing::Button("Sign in")).await?;
        window.shows(Thing::Test("status-connection"), "Live").await?;
        Ok(window)
    }

    /// The app on the desktop of an actor who is signed in to this hub since an earlier start, in sync with it.
    ///
    /// # Errors
    /// If it does not get there.
    pub async fn again<N>(stage: &mut Stage, desktop: &Desktop<N>, hub: &HubProcess) -> Result<Self> {
        let window = Self::started(stage, desktop, hub, &[]).await?;
        window.shows(Thing::Test("status-connection"), "Live").await?;
        Ok(window)
    }

    async fn started<N>(
        stage: &mut Stage,
        desktop: &Desktop<N>,
        hub: &HubProcess,
        more: &[(&str, &str)],
    ) -> Result<Self> {
        let data = stage.room(&desktop.who)?.join("tandem");
        let data = data.to_str().context("the target folder's path is not text")?;
        let environment = [&[("TANDEM_HUB", hub.url.as_str()), ("TANDEM_DATA", data)], more].concat();
        Self::open(stage, desktop, &program("tandem")?, &environment, &[]).await
    }

    /// Starts the program on the desktop with these environment variables, and connects to its window.
    ///
    /// # Errors
    /// If the driver or the program does not start.
    pub async fn open<N>(
        stage: &mut Stage,
        desktop: &Desktop<N>,
        program: &Path,
        environment: &[(&str, &str)],
        arguments: &[&str],
    ) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut driver = desktop.command(stage, Path::new("WebKitWebDriver"))?;
        driver.args([&format!("--port={port}"), "--host=127.0.0.1"]);
        // The program inherits the driver's environment.
        driver.env("TAURI_WEBVIEW_AUTOMATION", "true").envs(environment.iter().copied());
        stage.leash.start(&format!("{}-window", desktop.who), &mut driver)?;
        until("the WebDriver to listen", async || {
            Ok(match tokio::net::TcpStream::connect(("127.0.0.1", port)).await {
                Ok(_) => Look::Found(()),
                Err(error) => Look::Instead(error),
            })
        })
        .await?;
        let capabilities = json!({ "webkitgtk:browserOptions": { "binary": program, "args": arguments } });
        let Value::Object(capabilities) = capabilities else { unreachable!("BUG: written as an object above") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let driver = format!("http://127.0.0.1:{port}");
        let opening = timeout(DEADLINE, builder.capabilities(capabilities).connect(&driver));
        let logs = stage.folder().join("logs");
        let failed = || format!("the window of {} did not open, see {}", program.display(), logs.display());
        let client = opening.await.with_context(failed)?.with_context(failed)?;
        // There is no window manager to do it.
        timeout(DEADLINE, client.set_window_rect(0, 0, WIDTH, HEIGHT))
            .await
            .context("the window cannot be placed")??;
        let (who, display) = (desktop.who.clone(), desktop.display.clone());
        Ok(Self { client, who, display, pictures: stage.folder().to_owned() })
    }

    /// Goes on in the window that a conversation has for itself; without one, in the main window.
    ///
    /// # Errors
    /// If it does not come in time.
    pub async fn go_to(&self, apart: Option<ConversationId>) -> Result<()> {
        let wanted = apart.map(|id| id.to_string());
        until(&format!("the window of {wanted:?}"), async || {
            let mut found = Vec::new();
            for handle in self.client.windows().await? {
                if self.client.switch_to_window(handle).await.is_err() {
                    continue;
                }
                let script = "return new URLSearchParams(location.search).get('apart')";
                let Ok(at) = self.client.execute(script, Vec::new()).await else { continue };
                if at.as_str() == wanted.as_deref() {
                    return Ok(Look::Found(()));
                }
                found.push(at);
            }
            Ok(Look::Instead(format!("{found:?}")))
        })
        .await
    }

    /// # Errors
    /// If it is not there in time, or cannot be clicked.
    pub async fn click(&self, thing: Thing<'_>) -> Result<()> {
        self.act(thing, async |element| element.click().await).await
    }

    /// Replaces the text in a text box.
    ///
    /// # Errors
    /// If it is not there in time, or is read-only.
    pub async fn write(&self, thing: Thing<'_>, text: &str) -> Result<()> {
        self.act(thing, async |element| {
            element.clear().await?;
            element.send_keys(text).await
        })
        .await
    }

    /// Appends to the text in a text box; also keys, in WebDriver's notation.
    ///
    /// # Errors
    /// If it is not there in time.
    pub async fn write_on(&self, thing: Thing<'_>, text: &str) -> Result<()> {
        self.act(thing, async |element| element.send_keys(text).await).await
    }

    /// Chooses files, as if in the system's dialog.
    ///
    /// # Errors
    /// If there is nowhere to choose them.
    pub async fn choose(&self, files: &[&Path]) -> Result<()> {
        let input = self.client.find(Locator::Css("[data-testid=file-input]")).await?;
        let paths: Vec<_> = files.iter().map(|path| path.to_string_lossy()).collect();
        Ok(input.send_keys(&paths.join("\n")).await?)
    }

    /// Its text.
    ///
    /// # Errors
    /// If it does not appear.
    pub async fn text(&self, thing: Thing<'_>) -> Result<String> {
        Ok(written_in(&self.find(thing).await?).await?)
    }

    /// Waits until the element contains this text.
    ///
    /// # Errors
    /// If it does not in time; reports its text, and saves a picture.
    pub async fn shows(&self, thing: Thing<'_>, text: &str) -> Result<()> {
        self.until(&format!("{thing:?} to show {text:?}"), async || {
            let mut instead = format!("no {thing:?}");
            for element in self.visible(thing).await? {
                match written_in(&element).await {
                    Ok(shown) if shown.contains(text) => return Ok(Look::Found(())),
                    Ok(shown) => instead = shown,
                    Err(_) => {}
                }
            }
            Ok(Look::Instead(instead))
        })
        .await
    }

    /// Waits until the element exists.
    ///
    /// # Errors
    /// If it does not come in time.
    pub async fn has(&self, thing: Thing<'_>) -> Result<()> {
        self.find(thing).await.map(drop)
    }

    /// Waits until there is no such element.
    ///
    /// # Errors
    /// If it stays.
    pub async fn lacks(&self, thing: Thing<'_>) -> Result<()> {
        self.until(&format!("{thing:?} to be gone"), async || {
            let there = self.visible(thing).await?.len();
            Ok(if there == 0 { Look::Found(()) } else { Look::Instead(format!("{there} of them")) })
        })
        .await
    }

    /// Runs JavaScript in the page, for what no user does.
    ///
    /// # Errors
    /// If it throws.
    pub async fn run(&self, script: &str) -> Result<Value> {
        let answer = timeout(DEADLINE, self.client.execute(script, Vec::new())).await;
        Ok(answer.with_context(|| format!("the page does not answer to {script:?}"))??)
    }

    /// As [`Self::run`], for a script that answers later, by calling `done`.
    ///
    /// # Errors
    /// If it throws.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let asking = format!("const done = arguments[arguments.length - 1]; {script}");
        let answer = timeout(DEADLINE, self.client.execute_async(&asking, arguments)).await;
        Ok(answer.with_context(|| format!("the page does not answer to {script:?}"))??)
    }

    /// Waits until the page has painted its last change, with all transitions finished.
    ///
    /// # Errors
    /// If the page does not answer.
    pub async fn painted(&self) -> Result<()> {
        let script = "const done = arguments[0];
            const isEndless = (one) => one.effect.getTiming().iterations === Infinity;
            requestAnimationFrame(() => {
                for (const one of document.getAnimations()) if (!isEndless(one)) one.finish();
                requestAnimationFrame(() => done());
            });";
        let answer = timeout(DEADLINE, self.client.execute_async(script, Vec::new())).await;
        answer.context("the page does not paint")??;
        Ok(())
    }

    /// Switches to a theme, with its transition finished.
    ///
    /// # Errors
    /// If the page does not answer.
    pub async fn dress(&self, theme: &str) -> Result<()> {
        self.run(&format!("document.documentElement.dataset.theme = {}", json!(theme))).await?;
        self.painted().await?;
        // A new theme fades in; endless animations cannot be finished.
        self.run("document.getAnimations().forEach((one) => one instanceof CSSTransition && one.finish())").await?;
        self.painted().await
    }

    /// Saves a picture of the whole display: the driver's own pictures fail without compositing.
    ///
    /// # Errors
    /// If it cannot be taken or written.
    pub async fn picture(&self, path: &Path) -> Result<()> {
        let mut import = tokio::process::Command::new("import");
        import.args(["-silent", "-window", "root"]).arg(path).env("DISPLAY", &self.display);
        let status = import.status().await.context("cannot run `import` of imagemagick")?;
        ensure!(status.success(), "`import` cannot write {}", path.display());
        Ok(())
    }

    /// Closes the window and with it the program.
    ///
    /// # Errors
    /// If the driver refuses.
    pub async fn close(self) -> Result<()> {
        Ok(timeout(DEADLINE, self.client.close()).await.context("the window does not close")??)
    }

    /// Sends the program a signal, such as `KILL`, and returns once it has ended.
    ///
    /// # Errors
    /// If there is no such program, or it does not end.
    pub async fn signal(self, signal: &str) -> Result<()> {
        let process = self.process()?;
        let status = Command::new("kill").args([&format!("-{signal}"), &process]).status()?;
        ensure!(status.success(), "`kill` ended with {status}");
        until("the program to end", async || {
            let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            // Until its parent asks for it, it is a zombie.
            let ended =
                state.rsplit(')').next().is_none_or(|rest| rest.is_empty() || rest.trim_start().starts_with('Z'));
            Ok(if ended { Look::Found(()) } else { Look::Instead(state) })
        })
        .await
    }

    /// The program's process id: its display is its own.
    fn process(&self) -> Result<String> {
        let program = program("tandem")?;
        let display = format!("DISPLAY={}", self.display);
        for entry in fs::read_dir("/proc")? {
            let folder = entry?.path();
            let is_it = fs::read_link(folder.join("exe")).is_ok_and(|exe| exe == program)
                && fs::read(folder.join("environ"))
                    .is_ok_and(|all| all.split(|byte| *byte == 0).any(|one| one == display.as_bytes()));
            if let Some(id) = folder.file_name().and_then(|name| name.to_str()).filter(|_| is_it) {
                return Ok(id.to_owned());
            }
        }
        bail!("no {} runs on {}", program.display(), self.display)
    }

    /// Waits until it exists, visible and enabled.
    async fn find(&self, thing: Thing<'_>) -> Result<Element> {
        self.until(&format!("{thing:?}"), async || {
            let all = self.visible(thing).await?;
            for element in all {
                if element.is_enabled().await.unwrap_or(false) {
                    return Ok(Look::Found(element));
                }
            }
            Ok(Look::Instead("nothing of that name that is seen and enabled".to_owned()))
        })
        .await
    }

    /// Acts on an element; if the page replaces it meanwhile, on its successor.
    async fn act(&self, thing: Thing<'_>, act: impl AsyncFn(&Element) -> Result<(), CmdError>) -> Result<()> {
        self.until(&format!("{thing:?} to be acted upon"), async || {
            let element = self.find(thing).await?;
            Ok(match act(&element).await {
                Ok(()) => Look::Found(()),
                Err(error) => Look::Instead(error),
            })
        })
        .await
    }

    async fn visible(&self, thing: Thing<'_>) -> Result<Vec<Element>> {
        let path = thing.locator();
        let locator = if let Thing::Css(_) = thing { Locator::Css(&path) } else { Locator::XPath(&path) };
        let mut visible = Vec::new();
        let found = match self.client.find_all(locator).await {
            // The page replaced one while the driver collected them.
            Err(error) if error.to_string().contains("Stale element") => Vec::new(),
            found => found?,
        };
        for element in found {
            // One that is replaced between the two questions is not visible.
            if self.is_shown(&element).await.unwrap_or(false) {
                visible.push(element);
            }
        }
        Ok(visible)
    }

    /// Whether it has a size and nothing hides it. WebDriver's own check hides links in boxes that could overflow.
    async fn is_shown(&self, element: &Element) -> Result<bool> {
        let script = "const box = arguments[0].getBoundingClientRect();
            return arguments[0].checkVisibility() && box.width > 0 && box.height > 0;";
        let answer = self.client.execute(script, vec![serde_json::to_value(element)?]).await?;
        Ok(answer.as_bool().unwrap_or(false))
    }

    /// Like [`until`], and saves a picture and the page's text on failure.
    async fn until<T, S: std::fmt::Display>(
        &self,
        what: &str,
        look: impl AsyncFnMut() -> Result<Look<T, S>>,
    ) -> Result<T> {
        let error = match until(&format!("{what} in the window of {}", self.who), look).await {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let picture = self.pictures.join(format!("{}-window-failure.png", self.who));
        let _ = self.picture(&picture).await;
        let text = self.run("return document.body.innerText").await.unwrap_or_default();
        let text = text.as_str().unwrap_or("(the page does not answer)");
        Err(error.context(format!("picture: {}\nthe window shows:\n{text}\n", picture.display())))
    }
}

/// The element's shown text. WebDriver's own function drops text in boxes that could overflow.
async fn written_in(element: &Element) -> Result<String, CmdError> {
    Ok(element.prop("innerText").await?.unwrap_or_default())
}

impl Thing<'_> {
    fn locator(self) -> String {
        match self {
            Self::Button(name) => format!("//*[self::button or @role='button'][{}]", named(name)),
            Self::Link(name) => format!("//*[self::a or @role='link'][{}]", named(name)),
            Self::Textbox(name) => {
                let name_of = named(name);
                let label = format!(
                    "@id = //label[{name_of}]/@for or ancestor::label[starts-with(normalize-space(), {})]",
                    quoted(name)
                );
                format!("//*[self::input or self::textarea or @role='textbox'][{name_of} or {label}]")
            }
            Self::Test(id) => format!("//*[@data-testid={}]", quoted(id)),
            Self::Css(selector) => selector.to_owned(),
        }
    }
}

/// The accessible name, as far as XPath can express it: the label, or otherwise the text without displayed keys (such
/// as the one on Send).
fn named(name: &str) -> String {
    let name = quoted(name);
    let shown = format!("normalize-space()={name} or normalize-space(text()[normalize-space()])={name}");
    format!("@aria-label={name} or (not(@aria-label) and ({shown}))")
}

/// A literal of XPath, which has no escapes.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
