//! System packages: detects and installs missing ones. Debian and Ubuntu by apt; elsewhere it only names them.

use std::process::Command;

use anyhow::{Result, bail};

use crate::sh;

/// Needed to compile the desktop app.
pub const BUILD: &[&str] =
    &["pkg-config", "build-essential", "libwebkit2gtk-4.1-dev", "libayatana-appindicator3-dev", "libdbus-1-dev"];

/// Needed to run the app without a display.
pub const VIRTUAL_DISPLAY: &[&str] = &["xvfb", "dbus", "imagemagick", "gnome-keyring"];

/// Needed by the end-to-end tests and the browser tests.
pub const TESTS: &[&str] = &[
    "xvfb",
    "openbox",
    "webkit2gtk-driver",
    "libayatana-appindicator3-1",
    "dunst",
    "gnome-keyring",
    "xdotool",
    "x11-utils",
    "imagemagick",
    "chromium",
    "dbus",
    "nginx-light",
    "caddy",
    "curl",
    "openssl",
];

/// Needed by the samples of Your Logic in other languages.
pub const SAMPLES: &[&str] = &["python3", "python3-venv"];

/// Suitable browsers, in order of preference, after `TANDEM_CHROMIUM`.
const CHROMIUMS: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Ensures that the packages are installed; installs them if that needs no password.
pub fn ensure(groups: &[&[&'static str]]) -> Result<()> {
    let mut wanted: Vec<&'static str> = groups.concat();
    wanted.sort_unstable();
    wanted.dedup();
    if sh::find_program("dpkg-query").is_none() || sh::find_program("apt-get").is_none() {
        println!(
            "   This is not Debian or Ubuntu, so nothing is installed for you. Needed, under their Debian names:\n   {}",
            wanted.join(" ")
        );
        return Ok(());
    }
    let missing: Vec<&str> = wanted.into_iter().filter(|name| !is_there(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("   Missing system packages: {}", missing.join(" "));
    let Some(sudo) = root_prefix() else {
        bail!(
            "system packages are missing and installing them needs your password. Please run:\n  \
             sudo apt-get update && sudo apt-get install -y --no-install-recommends {}",
            missing.join(" ")
        );
    };
    sh::run(&mut apt(sudo, &["update"]))?;
    let mut install = vec!["-o", "DPkg::Lock::Timeout=500", "install", "-y", "--no-install-recommends"];
    install.extend(&missing);
    sh::run(&mut apt(sudo, &install))
}

/// The browser for tests: `TANDEM_CHROMIUM`, or the first one found.
pub fn chromium() -> Option<String> {
    if let Ok(path) = std::env::var("TANDEM_CHROMIUM") {
        return Some(path);
    }
    let found = CHROMIUMS.iter().find_map(|name| sh::find_program(name))?;
    Some(found.to_string_lossy().into_owned())
}

/// On Ubuntu the package `chromium` only installs a snap, so any browser of the family counts.
fn is_there(name: &str) -> bool {
    match name {
        "chromium" => chromium().is_some(),
        _ => is_installed(name),
    }
}

fn is_installed(name: &str) -> bool {
    let output = Command::new("dpkg-query").args(["-W", "-f=${Status}", name]).output();
    output.is_ok_and(|output| output.stdout.ends_with(b" ok installed"))
}

/// The prefix for apt-get: nothing for root, sudo without a password, none if sudo would ask.
fn root_prefix() -> Option<&'static [&'static str]> {
    if sh::output(&mut sh::command("id -u")).is_ok_and(|id| id.trim() == "0") {
        return Some(&[]);
    }
    sh::succeeds(&mut sh::command("sudo -n true")).then_some(&["sudo", "-n"])
}

fn apt(sudo: &[&str], words: &[&str]) -> Command {
    let line: Vec<&str> = sudo.iter().copied().chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]).collect();
    let mut command = sh::command(&line.join(" "));
    command.args(words);
    command
}
