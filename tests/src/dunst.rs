//! A real notification daemon, and its own reports.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use zbus::OwnedVariant;
use zbus::proxy::CacheProperties;

use crate::desktop::Desktop;
use crate::stage::Stage;
use crate::wait::{Look, until};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const CONTROL: &str = "org.dunstproject.cmd0";

pub struct Dunst {
    control: zbus::Proxy<'static>,
}

/// A notification that is no longer shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Past {
    pub summary: String,
    pub body: String,
}

impl Desktop<Dunst> {
    /// # Errors
    /// If the display, the bus or the daemon does not start.
    pub async fn start_with_dunst(stage: &mut Stage, who: &str) -> Result<Self> {
        let bare = Desktop::bare(stage, who)?;
        let dunst = Dunst::start(stage, &bare, &bare.bus).await?;
        Ok(bare.with(dunst))
    }
}

impl Dunst {
    /// # Errors
    /// If it is not installed or does not answer.
    pub async fn start(stage: &mut Stage, desktop: &Desktop<()>, bus: &str) -> Result<Self> {
        let mut dunst = desktop.command(stage, Path::new("dunst"))?;
        dunst.args(["-conf", "/dev/null"]);
        stage.leash.start(&format!("{}-dunst", desktop.who), &mut dunst)?;
        let bus = zbus::connection::Builder::address(bus).build().await?;
        let control = zbus::proxy::Builder::new(&bus)
            .destination(NAME)
            .path(PATH)
            .interface(CONTROL)
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        let dunst = Self { control };
        until("dunst to answer", async || {
            Ok(match dunst.number("displayedLength").await {
                Ok(_) => Look::Found(()),
                Err(error) => Look::Instead(error),
            })
        })
        .await?;
        Ok(dunst)
    }

    async fn number(&self, property: &str) -> Result<u32> {
        Ok(self.control.get_property::<u32>(property).await?)
    }

    /// Waits until this many notifications are on screen, and this many wait for the end of do-not-disturb.
    ///
    /// # Errors
    /// If the deadline passes.
    pub async fn shows(&self, displayed: u32, waiting: u32) -> Result<()> {
        until(&format!("{displayed} notifications on screen and {waiting} waiting"), async || {
            let now = (self.number("displayedLength").await?, self.number("waitingLength").await?);
            Ok(if now == (displayed, waiting) { Look::Found(()) } else { Look::Instead(format!("{now:?}")) })
        })
        .await
    }

    /// Sets do-not-disturb.
    ///
    /// # Errors
    /// If the daemon is gone.
    pub async fn pause(&self, paused: bool) -> Result<()> {
        Ok(self.control.set_property("paused", paused).await?)
    }

    /// Clicks the topmost notification.
    ///
    /// # Errors
    /// If the daemon is gone.
    pub async fn click(&self) -> Result<()> {
        Ok(self.control.call::<_, _, ()>("NotificationAction", &(0_u32,)).await?)
    }

    /// Notifications that are no longer shown, latest first.
    ///
    /// # Errors
    /// If the daemon is gone.
    pub async fn history(&self) -> Result<Vec<Past>> {
        let past: Vec<HashMap<String, OwnedVariant>> = self.control.call("NotificationListHistory", &()).await?;
        past.iter().map(|one| Ok(Past { summary: text(one, "summary")?, body: text(one, "body")? })).collect()
    }
}

fn text(one: &HashMap<String, OwnedVariant>, name: &str) -> Result<String> {
    let value = one.get(name).with_context(|| format!("dunst tells no {name}"))?;
    Ok(String::try_from(value.try_clone()?)?)
}
