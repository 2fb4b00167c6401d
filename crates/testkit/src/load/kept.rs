//! The app with its large cache: made once, and kept in the build folder for other figures and later runs.
//!
//! Kept are the app's data and the keychain, as they were when the app had taken everything in and ended. Each figure works
//! on a copy. A cache of another recipe, or one that has become old, is made again.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tandem_conversation::ConversationId;
use tandem_desk::Clock;

use super::Bench;
use super::desk::full_library;
use super::desktop::{Desktop, Window};
use super::past::{Past, Plan};
use super::standin::{BEFORE, EMAIL, StandIn};

/// A million turns take a minute with a release build, and many with another.
const FILLING: Duration = Duration::from_secs(3600);
/// Conversations begin to leave the cache by themselves after two weeks.
const FRESH_MS: i64 = 3 * 24 * 3_600_000;
/// What of the desktop's folder is kept.
const PARTS: [&str; 2] = ["data", "home"];
/// Where everything that shapes the history is written.
const SOURCES: [&str; 5] = [
    include_str!("past.rs"),
    include_str!("story.rs"),
    include_str!("words.rs"),
    include_str!("standin.rs"),
    include_str!("kept.rs"),
];

/// A signed-in app, not running, with its hub.
pub(super) struct Full {
    pub standin: StandIn,
    pub desktop: Desktop,
    pub plan: Plan,
}

#[derive(PartialEq, Serialize, Deserialize)]
struct Recipe {
    turns: u32,
    sources: u64,
}

/// What was made.
#[derive(Serialize, Deserialize)]
struct Made {
    recipe: Recipe,
    /// The app knows its hub by its address.
    port: u16,
    cursor: u64,
    at_ms: i64,
}

impl Full {
    /// # Errors
    /// If the app cannot take in the history.
    pub async fn new(bench: &Bench) -> anyhow::Result<Self> {
        let plan = Plan { turns: bench.turns, conversations: bench.turns / 100, longest: bench.turns / 100, mine: 40 };
        let folder = folder(bench.turns)?;
        if let Some(full) = Self::of_earlier(plan, &folder).await {
            return Ok(full);
        }
        let began = Instant::now();
        let past = Past::new(plan, BEFORE)?;
        let standin = StandIn::start().await?;
        standin.shelve(full_library());
        standin.tell(&past);
        let (cursor, longest) = (past.cursor, past.longest);
        drop(past);
        eprintln!("  the app takes in {} turns", plan.turns);
        let desktop = Desktop::start().await?;
        let window = desktop.open(&standin.url).await?;
        window.sign_in(&standin.url, EMAIL, FILLING).await?;
        until_whole(&window, plan, longest).await?;
        window.close().await?;
        standin.tell_end(cursor);
        let made = Made { recipe: Recipe::of(plan), port: standin.port, cursor, at_ms: Clock::system().now().0 };
        match keep(&made, desktop.folder(), &folder) {
            Ok(()) => eprintln!("  made in {:.0} s, kept in {}", began.elapsed().as_secs_f64(), folder.display()),
            Err(error) => eprintln!("  made in {:.0} s, and not kept: {error:#}", began.elapsed().as_secs_f64()),
        }
        Ok(Self { standin, desktop, plan })
    }

    /// The kept one; none if there is none that fits, or its port is taken.
    async fn of_earlier(plan: Plan, folder: &Path) -> Option<Self> {
        let made: Made = serde_json::from_str(&std::fs::read_to_string(folder.join("made.json")).ok()?).ok()?;
        let age = Clock::system().now().0 - made.at_ms;
        if made.recipe != Recipe::of(plan) || age > FRESH_MS {
            return None;
        }
        let standin = StandIn::on(made.port).await.ok()?;
        standin.shelve(full_library());
        standin.tell_end(made.cursor);
        let desktop = Desktop::start_with(|new| copy(folder, new)).await;
        match desktop {
            Ok(desktop) => {
                eprintln!("  the app's cache of {} turns is an earlier run's", plan.turns);
                Some(Self { standin, desktop, plan })
            }
            Err(error) => {
                eprintln!("  the app's cache of an earlier run cannot be used: {error:#}");
                None
            }
        }
    }

    /// The app with all of it, connected.
    ///
    /// # Errors
    /// If it does not get there.
    pub async fn open(&self) -> anyhow::Result<Window> {
        self.desktop.open(&self.standin.url).await
    }

    pub fn input(&self) -> String {
        format!("{} cached turns in {} conversations", self.plan.turns, self.plan.conversations)
    }
}

impl Recipe {
    fn of(plan: Plan) -> Self {
        let mut hasher = DefaultHasher::new();
        SOURCES.hash(&mut hasher);
        Self { turns: plan.turns, sources: hasher.finish() }
    }
}

/// Waits until every conversation is there, and the library.
async fn until_whole(window: &Window, plan: Plan, one: ConversationId) -> anyhow::Result<()> {
    let began = Instant::now();
    loop {
        let app = window.rpc("app.state", json!({})).await?;
        let asked = json!({ "id": one, "query": "", "note": false, "limit": 1 });
        let library = window.rpc("library.find", asked).await?;
        let is_here = app.pointer("/counts/all") == Some(&json!(plan.conversations));
        if is_here && library.pointer("/offers/0").is_some() {
            return Ok(());
        }
        ensure!(began.elapsed() < FILLING, "the desk is not complete: {app}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// In the build folder, beside the programs of both kinds.
fn folder(turns: u32) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this program lies")?;
    let target = own.ancestors().nth(2).context("this program lies in no build folder")?;
    Ok(target.join("bench").join(format!("app-{turns}")))
}

fn keep(made: &Made, from: &Path, folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    copy(from, folder)?;
    // Last: what was interrupted is not used.
    Ok(std::fs::write(folder.join("made.json"), serde_json::to_string(made)?)?)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let mut cp = Command::new("cp");
    cp.args(["--archive", "--reflink=auto"]).args(PARTS.map(|part| from.join(part))).arg(to);
    let status = cp.status().context("cannot run cp")?;
    ensure!(status.success(), "cp cannot copy {} to {}", from.display(), to.display());
    Ok(())
}
