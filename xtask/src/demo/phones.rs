//! Customers on WhatsApp: a number of the demo's hub, whose Cloud API runs beside it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use xtask::leash::Leash;

use super::companies::{self, BRAND};
use super::{Plan, program, secret};

const START: Duration = Duration::from_secs(20);
/// The token that the demo's Cloud API takes.
const TOKEN: &str = "token-of-the-tests";
/// Customers who come this way; the others use the web chat.
const CUSTOMERS: &str = "5";

/// Starts the phones, and tells the hub their number.
pub fn start(leash: &mut Leash, plan: &Plan, hub: &str, data: &Path) -> Result<()> {
    let app_secret = secret()?;
    let mut phones = Command::new(program("tandem-player"));
    phones.args(["whatsapp", "--hub", hub, "--number", "demo", "--limit", CUSTOMERS]);
    phones.args(["--speed", &plan.speed.to_string()]);
    let written = if plan.is_own { companies::dialogues(plan)?.phones } else { vec![plan.dialogues.clone()] };
    for path in written {
        phones.arg("--dialogues").arg(path);
    }
    phones.env("TANDEM_WHATSAPP_APP_SECRET", &app_secret);
    let address = |line: &str| line.strip_prefix("listening on ").map(|url| url.trim().to_owned());
    let (_, api) = leash.start_saying("tandem-player-whatsapp", &mut phones, START, address)?;
    let mut add = Command::new(program("tandem-hub"));
    add.args(["whatsapp", "add", "--id", "demo", "--number", "+34 600 123 456", "--brand", BRAND, "--secrets-stdin"]);
    add.args(["--phone-number-id", "106540352242922", "--account-id", "102290129340398", "--base-url", &api]);
    add.arg("--data").arg(data.join("hub")).env("RUST_LOG", "warn");
    let mut adding = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().context("cannot add the number")?;
    let mut secrets = adding.stdin.take().context("BUG: it was piped a line above")?;
    writeln!(secrets, "{TOKEN}\n{app_secret}\n{}", secret()?)?;
    drop(secrets);
    let status = adding.wait()?;
    ensure!(status.success(), "the hub does not take the demo's number on WhatsApp ({status})");
    Ok(())
}
