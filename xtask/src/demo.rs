//! `cargo xtask run`: Tandem at work on scripted conversations.
//!
//! Starts the sample Your Logic, the app with an embedded hub, and the customers; stops them all at the end.

mod companies;
mod display;
mod hub;
mod logic;
mod notices;
mod phones;
mod team;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use xtask::leash::{Held, Leash};

use crate::args::Args;
use crate::{build, packages, sh};
use display::VirtualDisplay;

const HELP: &str = "\
cargo xtask run [--as ROLE] [--replay FILE] [--speed N] [--hub URL] [--dialogues DIR] [--keep] [--seconds N]

Installs what is missing, builds, and starts the desktop app with a hub inside it, a sample Your Logic, and customers
who write to it.

  --as ROLE        agent, or supervisor: with colleagues who take calls, and a day behind them [default: agent]
  --replay FILE    play recorded conversations (JSONL, also .gz) instead of the demo's own
  --dialogues DIR  play the dialogues of another folder
  --speed N        let time run N times as fast
  --hub URL        connect to this hub instead of starting one; customers write to it, no sample Your Logic is started
  --keep           keep the data of the last run
  --seconds N      stop by itself after N seconds";

const FIRST_PORT: u16 = 7700;
/// A first start makes keys and hashes passwords, perhaps on a slow machine.
const HUB_START: Duration = Duration::from_secs(60);
/// An external hub either runs or does not.
const HUB_ANSWER: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(200);

struct Plan {
    dialogues: PathBuf,
    /// Whether they are the demo's own.
    is_own: bool,
    /// Whether the dialogues are recordings, played in their own order and pace.
    is_replay: bool,
    speed: f64,
    hub: Option<String>,
    keep: bool,
    stop_after: Option<Duration>,
    /// Whether colleagues work here, whom the user supervises.
    supervises: bool,
}

pub fn main(rest: Vec<String>) -> Result<()> {
    let Some(mut args) = Args::new(rest, HELP) else { return Ok(()) };
    let (replay, folder) = (args.value("--replay")?, args.value("--dialogues")?);
    let plan = Plan {
        is_own: replay.is_none() && folder.is_none(),
        is_replay: replay.is_some(),
        dialogues: dialogues(replay, folder)?,
        speed: args.parsed("--speed")?.unwrap_or(1.0),
        hub: args.value("--hub")?.map(|url| url.trim_end_matches('/').to_owned()),
        keep: args.flag("--keep"),
        stop_after: args.parsed("--seconds")?.map(Duration::from_secs),
        supervises: match args.value("--as")?.as_deref() {
            None | Some("agent") => false,
            Some("supervisor") => true,
            Some(other) => bail!("--as {other}: use agent or supervisor"),
        },
    };
    args.finish()?;
    ensure!(!(plan.supervises && plan.hub.is_some()), "--as supervisor and --hub exclude each other");
    ensure!(!(plan.supervises && plan.is_replay), "--as supervisor and --replay exclude each other");
    ensure!(plan.speed > 0.0 && plan.speed.is_finite(), "--speed must be above zero");

    let has_display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if has_display {
        build::prepare(&[packages::BUILD])?;
    } else {
        println!("There is no display here: a virtual one is started, and you get screenshots of it.");
        build::prepare(&[packages::BUILD, packages::VIRTUAL_DISPLAY])?;
    }
    build::programs()?;
    play(&plan, has_display)
}

fn dialogues(replay: Option<String>, folder: Option<String>) -> Result<PathBuf> {
    let given = match (replay, folder) {
        (Some(_), Some(_)) => bail!("--replay and --dialogues exclude each other"),
        (Some(path), None) | (None, Some(path)) => path,
        (None, None) => return Ok(sh::root().join("examples/dialogues")),
    };
    // The programs start in another folder.
    Path::new(&given).canonicalize().with_context(|| format!("cannot read {given}"))
}

fn play(plan: &Plan, has_display: bool) -> Result<()> {
    let data = sh::target().join("demo");
    if !plan.keep && data.exists() {
        std::fs::remove_dir_all(&data).with_context(|| format!("cannot clear {}", data.display()))?;
    }
    let mut leash = Leash::new(&data.join("logs"))?;
    let display = if has_display { None } else { Some(VirtualDisplay::start(&mut leash, &data)?) };

    if has_display {
        notices::start_if_none(&mut leash)?;
    }
    let mut app = match &display {
        Some(display) => display.command(&program("tandem")),
        None => Command::new(program("tandem")),
    };
    app.env("TANDEM_DESK_DATA", &data);
    let hub = match &plan.hub {
        Some(url) => {
            app.env("TANDEM_HUB", url);
            url.clone()
        }
        None => {
            let secret = secret()?;
            let logic = logic::start(&mut leash, plan, &secret)?;
            let address = free_address()?;
            app.env("TANDEM_EMBED", "1").env("TANDEM_LISTEN", &address);
            app.env("TANDEM_LOGIC_URL", logic).env("TANDEM_LOGIC_SECRET", secret);
            format!("http://{address}")
        }
    };
    let app = leash.start("tandem", &mut app)?;
    let within = if plan.hub.is_some() { HUB_ANSWER } else { HUB_START };
    hub::wait_until_healthy(&hub, within, || still_running(&mut leash, app))?;

    if plan.hub.is_none() {
        companies::ask_for_reviews(&data)?;
    }
    if plan.supervises {
        let team = team::hire(&data)?;
        team::play_the_day(&mut leash, plan, &team, &hub, &data)?;
        team::go_on(&mut leash, plan, &team, &hub)?;
    }
    let customers = companies::open(&mut leash, plan, &hub, &data)?;
    if plan.hub.is_none() && !plan.is_replay {
        phones::start(&mut leash, plan, &hub, &data)?;
    }
    guide(plan, &hub, &data, display.as_ref());
    watch(plan, &mut leash, app, customers, display)
}

/// Runs until the window is closed or the time is over. Ctrl+C ends this process; the leash does the rest.
fn watch(
    plan: &Plan,
    leash: &mut Leash,
    app: Held,
    mut customers: Vec<Held>,
    display: Option<VirtualDisplay>,
) -> Result<()> {
    let start = Instant::now();
    let mut next_picture = start + display::FIRST_PICTURE;
    loop {
        if let Some(status) = leash.ended(app) {
            ensure!(status.success(), "the app ended unexpectedly ({status}), see {}", leash.log_of(app).display());
            println!("The app was closed.");
            return Ok(());
        }
        let ended = customers.iter().enumerate().find_map(|(at, one)| Some((at, leash.ended(*one)?)));
        if let Some((at, status)) = ended {
            let gone = customers.swap_remove(at);
            ensure!(status.success(), "the customers stopped ({status}), see {}", leash.log_of(gone).display());
            if customers.is_empty() {
                println!("All customers have had their say. Write as one yourself, or press Ctrl+C.");
            }
        }
        if let Some(display) = &display
            && Instant::now() >= next_picture
        {
            display.take_picture()?;
            next_picture += display::NEXT_PICTURE;
        }
        if plan.stop_after.is_some_and(|after| start.elapsed() >= after) {
            println!("The time is over.");
            return Ok(());
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn still_running(leash: &mut Leash, app: Held) -> Result<()> {
    match leash.ended(app) {
        None => Ok(()),
        Some(status) => bail!("the app ended at once ({status}), see {}", leash.log_of(app).display()),
    }
}

fn guide(plan: &Plan, hub: &str, data: &Path, display: Option<&VirtualDisplay>) {
    println!("\n\x1b[1mTandem is running.\x1b[0m");
    if plan.hub.is_none() {
        println!("  The window is the agent's desk: you are signed in, and the first customers are writing.");
        println!(
            "  The sample Your Logic answers them. Some get stuck: a notification asks for you. Press Join on it."
        );
    } else {
        println!("  The window is the agent's desk on {hub}: sign in there. The first customers are writing.");
    }
    if plan.supervises {
        println!("  You supervise: the live board opens at the start (Alt 0). Colleagues take the calls.");
    }
    println!("  Be a customer yourself:  {hub}/");
    println!("  Data and logs:           {}", data.display());
    if let Some(display) = display {
        let first_s = display::FIRST_PICTURE.as_secs();
        println!("  Screenshot in {first_s} seconds: {}", display.picture().display());
    }
    println!("  Ctrl+C stops everything.\n");
}

fn program(name: &str) -> PathBuf {
    sh::target().join("debug").join(name)
}

/// Port 7700, the usual one, or the next free port.
fn free_address() -> Result<String> {
    let free = (FIRST_PORT..FIRST_PORT + 100).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    Ok(format!("127.0.0.1:{}", free.context("no free port from 7700 to 7799")?))
}

/// 256 random bits in hexadecimal.
fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    let mut source = std::fs::File::open("/dev/urandom")?;
    std::io::Read::read_exact(&mut source, &mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
