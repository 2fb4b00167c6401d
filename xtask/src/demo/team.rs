//! A supervisor's demo: colleagues who take calls, and the day behind them, played at many times its pace.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use xtask::leash::{Held, Leash};

use super::companies::{self, BRAND};
use super::{LOOK_AGAIN, Plan, program, secret};

/// Who works here. The last one is at lunch.
const COLLEAGUES: [(&str, &str); 4] = [
    ("liam@northwind.example", "Liam Chen"),
    ("priya@northwind.example", "Priya Nair"),
    ("tomas@northwind.example", "Tomáš Veselý"),
    ("noor@northwind.example", "Noor van Dijk"),
];
/// How many times faster the day behind is played.
const DAY_SPEED: f64 = 30.0;
/// Seconds between the day's customers, at their own pace.
const DAY_STAGGER: &str = "15";
/// Seconds that the day's customers stay after their last turn.
const DAY_LINGER: &str = "3";
/// Whatever is not over by then stays on the board.
const DAY: Duration = Duration::from_secs(150);

/// The colleagues, and their password.
pub struct Team {
    password: String,
}

/// Adds the colleagues. Kept data has them already, with passwords that nobody knows: they get new ones.
pub fn hire(data: &Path) -> Result<Team> {
    let password = secret()?;
    for (email, name) in COLLEAGUES {
        let known = companies::told(data, &["user", "list"])?.contains(email);
        let words: &[&str] = match known {
            true => &["user", "set", "--email", email, "--password-stdin"],
            false => &["user", "add", "--email", email, "--name", name, "--role", "agent", "--password-stdin"],
        };
        let mut command = Command::new(program("tandem-hub"));
        command.args(words).arg("--data").arg(data.join("hub")).env("RUST_LOG", "warn");
        let mut hiring = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().context("cannot add a user")?;
        writeln!(hiring.stdin.take().context("BUG: it was piped a line above")?, "{password}")?;
        let status = hiring.wait()?;
        ensure!(status.success(), "the hub does not take {name} ({status})");
    }
    Ok(Team { password })
}

/// Plays the day: customers and colleagues at many times their pace, until all have had their say, or some time is over.
pub fn play_the_day(leash: &mut Leash, plan: &Plan, team: &Team, hub: &str, data: &Path) -> Result<()> {
    println!("The day behind you is played at {DAY_SPEED} times its pace …");
    let colleagues = work(leash, plan, team, hub, DAY_SPEED, "day")?;
    let mut player = Command::new(program("tandem-player"));
    player.args(["--hub", hub, "--brand", BRAND, "--speed", &DAY_SPEED.to_string()]);
    player.args(["--stagger", DAY_STAGGER, "--linger", DAY_LINGER]);
    for path in dialogues(plan)? {
        player.arg("--dialogues").arg(path);
    }
    let secret = companies::told(data, &["brand", "secret", "--id", BRAND])?;
    player.env("TANDEM_BRAND_SECRET", secret.trim());
    let customers = leash.start("tandem-player-day", &mut player)?;
    let start = Instant::now();
    while leash.ended(customers).is_none() && start.elapsed() < DAY {
        std::thread::sleep(LOOK_AGAIN);
    }
    if leash.ended(customers).is_none() {
        leash.kill(customers)?;
    }
    leash.kill(colleagues)
}

/// The colleagues go on at their own pace.
pub fn go_on(leash: &mut Leash, plan: &Plan, team: &Team, hub: &str) -> Result<Held> {
    work(leash, plan, team, hub, plan.speed, "team")
}

fn work(leash: &mut Leash, plan: &Plan, team: &Team, hub: &str, speed: f64, name: &str) -> Result<Held> {
    let mut command = Command::new(program("tandem-player"));
    command.args(["colleagues", "--hub", hub, "--speed", &speed.to_string()]);
    let at_lunch = COLLEAGUES.len() - 1;
    for (place, (email, _)) in COLLEAGUES.iter().enumerate() {
        command.args([if place == at_lunch { "--away" } else { "--available" }, *email]);
    }
    command.arg("--dialogues").arg(&plan.dialogues).env("TANDEM_COLLEAGUES_PASSWORD", &team.password);
    leash.start(&format!("tandem-player-{name}"), &mut command)
}

/// Those of the demo's companies on the web, but for the bank, which comes with its own brand.
fn dialogues(plan: &Plan) -> Result<Vec<PathBuf>> {
    if !plan.is_own {
        return Ok(vec![plan.dialogues.clone()]);
    }
    companies::dialogues(plan).map(|dialogues| dialogues.others)
}
