//! A virtual display with its own message bus for notifications and a keychain, and screenshots of it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use xtask::leash::Leash;
use xtask::{keychain, xvfb};

use super::notices;
use crate::sh;

/// By then the first customers have been handed over.
pub const FIRST_PICTURE: Duration = Duration::from_secs(15);
pub const NEXT_PICTURE: Duration = Duration::from_secs(10);

pub struct VirtualDisplay {
    name: String,
    picture: PathBuf,
    keychain: PathBuf,
}

impl VirtualDisplay {
    pub fn start(leash: &mut Leash, data: &Path) -> Result<Self> {
        Ok(Self { name: xvfb::start(leash)?, picture: data.join("screenshot.png"), keychain: data.join("keychain") })
    }

    /// The program on this display, with its own bus and without GPU features.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = sh::command("dbus-run-session -- sh -c");
        let script = format!("{}\n{}exec \"$0\"", notices::START, keychain::START);
        command
            .arg(script)
            .arg(program)
            .env("KEYCHAIN", &self.keychain)
            .env("DISPLAY", &self.name)
            .env("GDK_BACKEND", "x11");
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
        command.env("NO_AT_BRIDGE", "1");
        command
    }

    pub fn picture(&self) -> &Path {
        &self.picture
    }

    /// Replaces the screenshot atomically, so that a reader never sees half of one.
    pub fn take_picture(&self) -> Result<()> {
        let is_first = !self.picture.exists();
        let new = self.picture.with_extension("new.png");
        sh::run(sh::command("import -silent -window root").arg(&new).env("DISPLAY", &self.name))?;
        std::fs::rename(&new, &self.picture)?;
        if is_first {
            println!("Screenshot: {} (taken again every {} s)", self.picture.display(), NEXT_PICTURE.as_secs());
        }
        Ok(())
    }
}
