//! System packages: detects and installs missing ones. Debian and Ubuntu by apt; elsewhere it only names them.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::sh;

/// Needed to compile the desktop app.
pub const BUILD: &[&str] =
    &["pkg-config", "build-essential", "libwebkit2gtk-4.1-dev", "libayatana-appindicator3-dev", "libdbus-1-dev"];

/// Needed to run the app without a display.
pub const VIRTUAL_DISPLAY: &[&str] = &["xvfb", "dbus", "imagemagick", "gnome-keyring", "dunst", "fonts-droid-fallback"];

/// Needed by the end-to-end tests and the browser tests.
pub const TESTS: &[&str] = &[
    "xvfb",
    "openbox",
    "webkit2gtk-driver",
    "libayatana-appindicator3-1",
    "dunst",
    "fonts-droid-fallback",
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
    "postgresql",
    "faketime",
];

/// Needed by the samples of Your Logic in other languages.
pub const SAMPLES: &[&str] = &["python3", "python3-venv"];

/// Packages with a service that Debian starts at once and at boot; the tests start these programs themselves.
const SERVICES: &[(&str, &str)] =
    &[("nginx-light", "nginx.service"), ("caddy", "caddy.service"), ("postgresql", "postgresql.service")];

/// Runs a command (second argument and following) with a policy (first argument) that keeps packages from starting
/// services; see `man invoke-rc.d`. An existing policy is kept; our own is always removed.
const START_NOTHING: &str = r#"
policy=$1; shift
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" || exit
fi
"$@"
"#;

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
    let units = new_services(&missing);
    let Some(sudo) = root_prefix() else {
        bail!(
            "system packages are missing and installing them needs your password. Please run:\n  \
             sudo apt-get update && sudo apt-get install -y --no-install-recommends {}{}",
            missing.join(" "),
            if units.is_empty() {
                String::new()
            } else {
                format!("\n  sudo systemctl disable --now {}", units.join(" "))
            },
        );
    };
    sh::run(as_root(sudo, APT).arg("update"))?;
    let mut install = as_root(sudo, &["sh", "-c", START_NOTHING, "sh", "/usr/sbin/policy-rc.d"]);
    install
        .args(APT)
        .args(["-o", "DPkg::Lock::Timeout=500", "install", "-y", "--no-install-recommends"])
        .args(&missing);
    sh::run(&mut install)?;
    if units.is_empty() || sh::find_program("systemctl").is_none() {
        return Ok(());
    }
    sh::run(as_root(sudo, &["systemctl", "disable"]).args(units))
}

/// Services that come with these packages and did not exist before.
fn new_services(missing: &[&str]) -> Vec<&'static str> {
    let new = SERVICES.iter().filter(|(package, unit)| missing.contains(package) && !is_unit(unit));
    new.map(|(_, unit)| *unit).collect()
}

fn is_unit(name: &str) -> bool {
    ["/lib", "/usr/lib", "/etc"].iter().any(|dir| Path::new(dir).join("systemd/system").join(name).exists())
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

const APT: &[&str] = &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];

fn as_root(sudo: &[&str], words: &[&str]) -> Command {
    let mut all = sudo.iter().chain(words);
    let mut command = sh::command(all.next().copied().unwrap_or_default());
    command.args(all);
    command
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use super::START_NOTHING;

    fn policy(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("tandem-policy-{name}-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        path
    }

    fn run(policy: &Path, script: &str) -> Option<i32> {
        let mut shell = Command::new("sh");
        shell.args(["-c", START_NOTHING, "sh"]).arg(policy).args(["sh", "-c", script, "sh"]).arg(policy);
        shell.status().unwrap().code()
    }

    #[test]
    fn while_packages_are_installed_nothing_is_started_and_nothing_stays_behind() {
        let policy = policy("own");
        assert_eq!(run(&policy, "\"$1\" nginx start; test $? = 101"), Some(0));
        assert!(!policy.exists());
        assert_eq!(run(&policy, "exit 100"), Some(100), "the failure is apt's own");
        assert!(!policy.exists());
        assert_eq!(run(&policy, "kill -TERM $PPID"), Some(130));
        assert!(!policy.exists());
    }

    #[test]
    fn a_policy_that_was_there_stays_as_it_was() {
        let policy = policy("theirs");
        std::fs::write(&policy, "theirs").unwrap();
        assert_eq!(run(&policy, "true"), Some(0));
        assert_eq!(std::fs::read_to_string(&policy).unwrap(), "theirs");
        std::fs::remove_file(&policy).unwrap();
    }
}
