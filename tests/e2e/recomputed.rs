//! Analytics against programs that were written from its documentation and know none of its code: every table and every
//! figure, recomputed from the raw log, is equal to the millisecond.
//!
//! Each run plays another past and says its seed; `TANDEM_SEED=7` plays one again, and `TANDEM_CONVERSATIONS=2000` a longer
//! one. With `TANDEM_SHARED_DATA`, the recorded dialogues are those of that folder.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tandem_conversation::{BrandId, Time};
use tandem_testkit::dialogue::{self, Dialogue};
use tandem_testkit::history::{self, History, Plan};
use tandem_testkit::hub_process::{HubOptions, HubProcess, PASSWORD};
use tandem_tests::python::python;
use tandem_tests::stage::{Stage, program, repository};

/// 2 to 27 October 2026: the clocks of Lord Howe Island go forward on the 4th, those of Europe back on the 25th.
const BEGAN: Time = Time(1_790_899_200_000);
const LENGTH_MS: i64 = 25 * 24 * 3_600_000;
const SUPERVISOR: &str = "sofia@northwind.example";

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn seed() -> u64 {
    let [.., high, low] = uuid::Uuid::now_v7().into_bytes();
    setting("TANDEM_SEED").unwrap_or_else(|| u64::from(u16::from_be_bytes([high, low])))
}

fn recorded() -> Result<Vec<Dialogue>> {
    let shared =
        std::env::var_os("TANDEM_SHARED_DATA").map(|data| PathBuf::from(data).join("conversations/star.jsonl.gz"));
    let path = shared.filter(|path| path.exists()).unwrap_or_else(|| repository().join("examples/dialogues"));
    Ok(dialogue::load(&[path])?)
}

/// Offices by day, with a holiday, whose hours change; one interval begins in the hour that the clock shows twice.
fn by_day() -> Value {
    let days = |from: &str, to: &str, days: &[&str]| -> Vec<Value> {
        days.iter().map(|day| json!({ "day": day, "from": from, "to": to })).collect()
    };
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday"];
    let mut longer = days("08:30", "13:00", &week);
    longer.extend(days("12:00", "18:45", &week));
    longer.extend(days("02:30", "04:15", &["sunday"]));
    json!({ "versions": [
        { "validFrom": "2026-01-01T00:00:00.000Z", "zone": "Europe/Madrid", "weekly": days("09:00", "17:00", &week),
            "holidays": ["2026-10-12"] },
        { "validFrom": "2026-10-16T10:30:00.000Z", "zone": "Europe/Madrid", "weekly": longer, "holidays": [] },
    ] })
}

/// A night shift far away, that begins only during the past; one interval begins in the half hour that the clock skips.
fn by_night() -> Value {
    let mut nights: Vec<Value> = ["monday", "tuesday", "wednesday", "thursday", "saturday"]
        .iter()
        .map(|day| json!({ "day": day, "from": "20:00", "to": "06:00" }))
        .collect();
    nights.push(json!({ "day": "sunday", "from": "02:15", "to": "03:00" }));
    json!({ "versions": [
        { "validFrom": "2026-10-03T00:00:00.000Z", "zone": "Australia/Lord_Howe", "weekly": nights,
            "holidays": ["2026-10-15"] },
    ] })
}

/// A hub on the past, with everything measured.
fn measured(history: &History, hours: &[(Option<BrandId>, Value)], room: &Path) -> Result<HubProcess> {
    let options = HubOptions::default();
    let mut hub = HubProcess::start(&program("tandem-hub")?, &options)?;
    hub.add_user(SUPERVISOR, "Sofia", "supervisor")?;
    hub.kill()?;
    history.store(hub.data())?;
    for (number, (brand, versions)) in hours.iter().enumerate() {
        let file = room.join(format!("hours-{number}.json"));
        std::fs::write(&file, serde_json::to_vec(versions)?)?;
        let file = file.to_str().context("the folder has a usual name")?;
        match brand {
            None => hub.tell(&["hours", "set", file])?,
            Some(brand) => {
                let key = format!("brand-{number}");
                hub.add_brand(&key, "Another")?;
                history::name_brand(hub.data(), &key, *brand)?;
                hub.tell(&["hours", "set", "--brand", &key, file])?;
            }
        }
    }
    hub.restart(&options)?;
    let began = Instant::now();
    while history::measured(hub.data()).unwrap_or_default() < history.events.len() as u64 {
        ensure!(began.elapsed() < Duration::from_secs(300), "the past is not measured in time");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(hub)
}

fn recompute(seed: u64, recorded_only: bool, conversations: usize) -> Result<()> {
    let stage = Stage::new(if recorded_only { "recomputed-dialogues" } else { "recomputed-plans" })?;
    let room = stage.room("data")?;
    let plan = Plan { seed, conversations, began: BEGAN, length_ms: LENGTH_MS, recorded: recorded_only };
    let history = History::play(plan, &recorded()?);
    let night = history.brands.first().copied();
    let hours = [(None, by_day()), (night, by_night())];
    let mut hub = measured(&history, &hours, &room)?;
    let out = room.join("export");
    hub.tell(&["export", "--log", "--out", out.to_str().context("the folder has a usual name")?])?;
    hub.tell(&["analytics", "verify"])?;
    let owners: Vec<Value> = hours
        .iter()
        .map(|(brand, versions)| json!({ "brand": brand.map(|brand| brand.0), "versions": versions["versions"] }))
        .collect();
    std::fs::write(room.join("hours.json"), serde_json::to_vec(&owners)?)?;
    let scripts = repository().join("tests/analytics");
    let mut asking = python(&scripts.join("ask.py"))?;
    asking.args([&hub.url, SUPERVISOR, PASSWORD]).arg(&room);
    let mut comparing = python(&scripts.join("recompute.py"))?;
    comparing.arg(&room);
    for mut command in [asking, comparing] {
        let told = command.env("PYTHONDONTWRITEBYTECODE", "1").output()?;
        let words = String::from_utf8_lossy(&told.stdout);
        println!("{words}");
        ensure!(
            told.status.success(),
            "TANDEM_SEED={seed} TANDEM_CONVERSATIONS={conversations}: {words}\n{}",
            String::from_utf8_lossy(&told.stderr)
        );
    }
    hub.kill()?;
    hub.tell(&["analytics", "rebuild"])?;
    let again = room.join("again");
    hub.tell(&["export", "--out", again.to_str().context("the folder has a usual name")?])?;
    same_files(&out, &again)
}

/// What was followed and what was made at once are the same bytes.
fn same_files(one: &Path, other: &Path) -> Result<()> {
    let mut compared = 0;
    for entry in std::fs::read_dir(one)? {
        let name = entry?.file_name();
        let is_table = Path::new(&name).extension().is_some_and(|extension| extension == "parquet");
        // Quarters of an hour go on until the export.
        if !is_table || name == "activity.parquet" {
            continue;
        }
        ensure!(
            std::fs::read(one.join(&name))? == std::fs::read(other.join(&name))?,
            "{} is another one when it is made again",
            name.display()
        );
        compared += 1;
    }
    ensure!(compared > 10, "only {compared} tables were compared");
    Ok(())
}

fn size(usual: usize) -> usize {
    setting("TANDEM_CONVERSATIONS").and_then(|number| usize::try_from(number).ok()).unwrap_or(usual)
}

#[test]
fn random_plans_are_measured_as_the_documentation_says() -> Result<()> {
    let seed = seed();
    println!("TANDEM_SEED={seed}");
    recompute(seed, false, size(150))
}

#[test]
fn recorded_dialogues_are_measured_as_the_documentation_says() -> Result<()> {
    let seed = seed();
    println!("TANDEM_SEED={seed}");
    recompute(seed, true, size(150))
}
