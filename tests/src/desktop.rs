//! A private desktop: display, message bus, keychain and notifications.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use xtask::xvfb;

use crate::bus;
use crate::notifications::{Manner, Notifications};
use crate::stage::Stage;

const KEYCHAIN_STARTS: Duration = Duration::from_secs(20);

/// `N` shows the notifications: a recorder of ours, or a real daemon.
pub struct Desktop<N = Notifications> {
    pub who: String,
    pub notifications: N,
    pub display: String,
    /// The address of the message bus.
    pub bus: String,
}

impl Desktop {
    /// # Errors
    /// If the display or the bus does not start.
    pub async fn start(stage: &mut Stage, who: &str) -> Result<Self> {
        Self::start_as(stage, who, Manner::default()).await
    }

    /// The same, with another kind of notification service.
    ///
    /// # Errors
    /// As above.
    pub async fn start_as(stage: &mut Stage, who: &str, manner: Manner) -> Result<Self> {
        let bare = Desktop::bare(stage, who)?;
        let notifications = Notifications::serve_as(&bare.bus, manner).await?;
        Ok(bare.with(notifications))
    }
}

impl Desktop<()> {
    /// Without a notification service.
    ///
    /// # Errors
    /// If the display or the bus does not start.
    pub fn bare(stage: &mut Stage, who: &str) -> Result<Self> {
        let display = xvfb::start(&mut stage.leash)?;
        let bus = bus::start(stage, who)?;
        let mut keychain = stage.command(Path::new("sh"), who)?;
        keychain.arg("-c").arg(format!("{}echo ready; wait", xtask::keychain::START));
        keychain.env("DBUS_SESSION_BUS_ADDRESS", &bus).env("KEYCHAIN", stage.room(who)?.join("keychain"));
        let ready = |line: &str| (line == "ready").then_some(());
        stage.leash.start_saying(&format!("{who}-keychain"), &mut keychain, KEYCHAIN_STARTS, ready)?;
        Ok(Self { who: who.to_owned(), notifications: (), display, bus })
    }

    pub(crate) fn with<N>(self, notifications: N) -> Desktop<N> {
        Desktop { who: self.who, notifications, display: self.display, bus: self.bus }
    }
}

impl<N> Desktop<N> {
    /// The address of the message bus.
    #[must_use]
    pub fn bus(&self) -> &str {
        &self.bus
    }

    /// A program on this desktop, without GPU features and the accessibility bus.
    ///
    /// # Errors
    /// If the actor's folders cannot be made.
    pub fn command(&self, stage: &Stage, program: &Path) -> Result<Command> {
        let mut command = stage.command(program, &self.who)?;
        command.env("DISPLAY", &self.display).env("GDK_BACKEND", "x11");
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus).env("DBUS_SYSTEM_BUS_ADDRESS", &self.bus);
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
        command.env("NO_AT_BRIDGE", "1");
        Ok(command)
    }
}
