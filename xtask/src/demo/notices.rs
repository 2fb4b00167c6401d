//! A notification service for the demo alone, where the session has none: dunst, as it is without settings of its user.

use std::process::Stdio;

use anyhow::Result;
use xtask::leash::Leash;

use crate::sh;

const SERVICE: &str = "org.freedesktop.Notifications";

/// For a shell on a bus of its own: starts it if it is installed.
pub const START: &str = "command -v dunst >/dev/null && { dunst -conf /dev/null >/dev/null 2>&1 & }";

/// Starts it on the surrounding session's bus if nothing there shows notifications.
pub fn start_if_none(leash: &mut Leash) -> Result<()> {
    if !cfg!(target_os = "linux") || is_there() {
        return Ok(());
    }
    if !sh::succeeds(&mut sh::command("dunst -version")) {
        println!("Nothing shows notifications in this session. Install dunst to see them.");
        return Ok(());
    }
    leash.start("notifications", &mut sh::command("dunst -conf /dev/null"))?;
    println!("Nothing shows notifications in this session: the demo brings a service that does, until it ends.");
    Ok(())
}

/// Whether a service runs or would be started by the bus. Without a bus there is nothing to do, either.
fn is_there() -> bool {
    ["ListNames", "ListActivatableNames"].into_iter().any(|list| {
        let mut asked =
            sh::command("dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus");
        asked.arg(format!("org.freedesktop.DBus.{list}")).stderr(Stdio::null());
        let names = asked.output().ok().filter(|output| output.status.success());
        names.is_none_or(|output| String::from_utf8_lossy(&output.stdout).contains(SERVICE))
    })
}
