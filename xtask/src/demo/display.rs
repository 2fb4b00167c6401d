//! A display where there is none: Xvfb, a message bus of its own for notifications, and pictures of it all.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::leash::Leash;
use crate::sh;

/// By then the first customers have been handed over.
pub const FIRST_PICTURE: Duration = Duration::from_secs(15);
pub const NEXT_PICTURE: Duration = Duration::from_secs(10);

/// Shows notifications on the virtual display where dunst is installed, then becomes the program.
const WITH_NOTIFICATIONS: &str = r#"command -v dunst >/dev/null && { dunst >/dev/null 2>&1 & }; exec "$0""#;

pub struct VirtualDisplay {
    name: String,
    picture: PathBuf,
}

impl VirtualDisplay {
    pub fn start(leash: &mut Leash, data: &Path) -> Result<Self> {
        // With -displayfd it takes the first free display and prints its number when it is ready.
        let mut xvfb = sh::command("Xvfb -displayfd 1 -screen 0 1440x900x24 -nolisten tcp -noreset");
        let (held, output) = leash.start_piped("xvfb", &mut xvfb)?;
        let mut number = String::new();
        BufReader::new(output).read_line(&mut number)?;
        let number: u32 = number
            .trim()
            .parse()
            .with_context(|| format!("the virtual display did not start, see {}", leash.log_of(held).display()))?;
        Ok(Self { name: format!(":{number}"), picture: data.join("screenshot.png") })
    }

    /// The program on this display, with a bus of its own and without what needs a graphics card.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = sh::command("dbus-run-session -- sh -c");
        command.arg(WITH_NOTIFICATIONS).arg(program).env("DISPLAY", &self.name).env("GDK_BACKEND", "x11");
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
        command.env("NO_AT_BRIDGE", "1");
        command
    }

    pub fn picture(&self) -> &Path {
        &self.picture
    }

    /// Replaces the picture in one step, so that a reader never sees half of one.
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
