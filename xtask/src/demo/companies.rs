//! The companies of the demo: brands of one hub, each with customers of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use xtask::leash::{Held, Leash};

use super::{Plan, program};

/// The brand of a new embedded hub.
pub const BRAND: &str = "northwind";
/// The second brand, which the demo adds.
const BANK: &str = "halvard";
/// Its dialogues.
const OF_BANK: &str = "bank.jsonl";
/// Those of customers who write on WhatsApp.
const ON_PHONES: &str = "hotel.jsonl";

/// Soon, because the customers of the demo do not stay for long; everybody, because they are few.
const ASKING: &str = r#"{"delayS": 1, "oncePerCustomerDays": 0}"#;

/// Has the first company ask its customers for reviews.
pub fn ask_for_reviews(data: &Path) -> Result<()> {
    told(data, &["review-plan", "set", "--brand", BRAND, ASKING]).map(drop)
}

/// Brings in the customers of every company.
pub fn open(leash: &mut Leash, plan: &Plan, hub: &str, data: &Path) -> Result<Vec<Held>> {
    if plan.hub.is_some() || !plan.is_own {
        return Ok(vec![customers(leash, plan, hub, data, BRAND, std::slice::from_ref(&plan.dialogues))?]);
    }
    let Dialogues { bank, others, .. } = dialogues(plan)?;
    add_bank(data)?;
    Ok(vec![customers(leash, plan, hub, data, BRAND, &others)?, customers(leash, plan, hub, data, BANK, &bank)?])
}

/// The demo's own dialogues. Nobody is in two of them at once.
pub struct Dialogues {
    pub bank: Vec<PathBuf>,
    pub phones: Vec<PathBuf>,
    pub others: Vec<PathBuf>,
}

pub fn dialogues(plan: &Plan) -> Result<Dialogues> {
    let files = std::fs::read_dir(&plan.dialogues).context("cannot read the demo's dialogues")?;
    let mut files: Vec<PathBuf> = files.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|kind| kind == "jsonl"));
    files.sort();
    let (bank, rest): (_, Vec<_>) = files.into_iter().partition(|file| file.ends_with(OF_BANK));
    let (phones, others) = rest.into_iter().partition(|file| file.ends_with(ON_PHONES));
    Ok(Dialogues { bank, phones, others })
}

/// Kept data has it already.
fn add_bank(data: &Path) -> Result<()> {
    if told(data, &["brand", "list"])?.lines().any(|line| line.split('\t').next() == Some(BANK)) {
        return Ok(());
    }
    let look = ["--name", "Halvard Bank", "--accent", "#0b6b53", "--greeting", "Halvard Bank. What can we do for you?"];
    let targets = ["--domain", "*", "--first-reply", "60", "--next-reply", "180"];
    told(data, &[&["brand", "add", "--id", BANK][..], &look, &targets].concat()).map(drop)
}

fn customers(
    leash: &mut Leash,
    plan: &Plan,
    hub: &str,
    data: &Path,
    brand: &str,
    dialogues: &[PathBuf],
) -> Result<Held> {
    let mut player = Command::new(program("tandem-player"));
    player.args(["--hub", hub, "--brand", brand, "--speed", &plan.speed.to_string()]);
    for path in dialogues {
        player.arg(if plan.is_replay { "--replay" } else { "--dialogues" }).arg(path);
    }
    if plan.hub.is_none() {
        // The customers sign in with it.
        let secret = told(data, &["brand", "secret", "--id", brand])?;
        player.env("TANDEM_BRAND_SECRET", secret.trim());
    }
    leash.start(&format!("tandem-player-{brand}"), &mut player)
}

/// What the hub's command line answers.
pub fn told(data: &Path, words: &[&str]) -> Result<String> {
    let mut command = Command::new(program("tandem-hub"));
    command.args(words).arg("--data").arg(data.join("hub")).env("RUST_LOG", "warn");
    let told = command.output().with_context(|| format!("cannot run `tandem-hub {}`", words.join(" ")))?;
    ensure!(told.status.success(), "tandem-hub {}: {}", words.join(" "), String::from_utf8_lossy(&told.stderr));
    Ok(String::from_utf8(told.stdout)?)
}
