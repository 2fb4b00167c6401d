//! A private desktop for the app: display, message bus, keychain and notifications.

mod notifications;
mod programs;
mod window;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;

pub(super) use notifications::{Heard, Notifications};
use programs::Programs;
pub(super) use window::Window;

const START: Duration = Duration::from_secs(20);

/// A bus without automatic service starts.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=FOLDER</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// One desktop; everything on it ends with it.
pub(super) struct Desktop {
    pub notifications: Notifications,
    display: String,
    bus: String,
    programs: Programs,
    // Last, so that it is removed after its users.
    folder: TempDir,
}

impl Desktop {
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(|folder| {
            for name in ["home", "data"] {
                std::fs::create_dir(folder.join(name))?;
            }
            Ok(())
        })
        .await
    }

    /// With what is put into its empty folder: `home` has the keychain, `data` the app's own.
    pub async fn start_with(fill: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("tandem").tempdir().context("cannot make a folder")?;
        let mut programs = Programs::default();
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"]);
        let display = format!(":{}", programs.start_saying(&mut xvfb, "Xvfb", None)?.trim());
        let config = folder.path().join("bus.conf");
        std::fs::write(&config, BUS.replace("FOLDER", &folder.path().to_string_lossy()))?;
        let mut daemon = Command::new("dbus-daemon");
        daemon.args(["--nofork", "--nosyslog", "--print-address=1", "--config-file"]).arg(config);
        let bus = programs.start_saying(&mut daemon, "dbus-daemon", None)?.trim().to_owned();
        let notifications = Notifications::serve(&bus).await?;
        fill(folder.path())?;
        std::fs::create_dir(folder.path().join("run"))?;
        let mut desktop = Self { notifications, display, bus, programs, folder };
        desktop.start_keychain().await?;
        Ok(desktop)
    }

    /// An open, empty keychain.
    async fn start_keychain(&mut self) -> anyhow::Result<()> {
        let mut daemon = self.command(Path::new("gnome-keyring-daemon"));
        daemon.args(["--foreground", "--unlock", "--components=secrets"]);
        self.programs.start(&mut daemon, "gnome-keyring-daemon", Some("bench"))?;
        let asked = self.notifications.has_owner("org.freedesktop.secrets");
        tokio::time::timeout(START, asked).await.context("the keychain does not come")?
    }

    /// A program on this desktop, without GPU features and the accessibility bus.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let is_foreign = ["TANDEM_", "XDG_", "DBUS_", "CARGO"].iter().any(|start| text.starts_with(start));
            if is_foreign || ["WAYLAND_DISPLAY", "LD_LIBRARY_PATH"].contains(&&*text) {
                command.env_remove(&name);
            }
        }
        command.env("HOME", self.folder.path().join("home")).env("XDG_RUNTIME_DIR", self.folder.path().join("run"));
        command.env("DISPLAY", &self.display).env("DBUS_SESSION_BUS_ADDRESS", &self.bus).env("GDK_BACKEND", "x11");
        command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
        command.env("NO_AT_BRIDGE", "1").env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env("RUST_LOG", "warn");
        command
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the app with this hub and connects to its window.
    pub async fn open(&self, hub: &str) -> anyhow::Result<Window> {
        Window::open(self, hub).await
    }
}
