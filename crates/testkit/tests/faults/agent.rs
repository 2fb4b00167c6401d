//! An agent at a desk, on a runtime that can be dropped at any time. Agents do one thing after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tandem_desk::testing::{self, MemoryKeychain};
use tandem_desk::words::Spoken;
use tandem_desk::{Clock, Desk, DeskConfig, NoBrowser, NoStartup, Pace, Silent};
use tandem_protocol::agents::{Me, Tokens};
use tandem_testkit::chaos::Chaos;
use tandem_testkit::plan::Act;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

use crate::cache::Cached;
use crate::hands::{Door, Hands};
use crate::house::{folder, runtime, throw_away};
use crate::journal::Journal;
use crate::template::{Template, closed};

/// Milliseconds instead of an agent's seconds.
const PACE: Pace = Pace {
    reconnect: Duration::from_millis(10),
    resend: Duration::from_millis(10),
    longest: Duration::from_millis(80),
    opening: Duration::from_secs(2),
    ask: Duration::from_millis(500),
    quiet: Duration::from_secs(1),
    silence: Duration::from_secs(2),
    probe: Duration::from_millis(500),
    answer: Duration::from_secs(2),
    agent: Duration::from_secs(1),
    undo: Duration::ZERO,
    keychain: Duration::from_secs(2),
};

pub struct Agent {
    number: usize,
    pub proxy: Chaos,
    clock: Clock,
    /// For the first start; later ones find their own.
    tokens: Option<Tokens>,
    me: Me,
    folder: TempDir,
    keychain: Arc<MemoryKeychain>,
    journal: Arc<Journal>,
    alive: Option<Alive>,
}

struct Alive {
    runtime: Runtime,
    desk: Desk,
    orders: mpsc::UnboundedSender<(usize, Act)>,
    /// Number of unfinished orders.
    open: Arc<AtomicUsize>,
}

impl Agent {
    pub fn new(number: usize, proxy: Chaos, clock: Clock, tokens: Tokens, journal: Arc<Journal>) -> Self {
        let me = tokens.me.clone();
        Self {
            number,
            proxy,
            clock,
            tokens: Some(tokens),
            me,
            folder: folder(),
            keychain: Arc::default(),
            journal,
            alive: None,
        }
    }

    pub fn name(&self) -> &str {
        &self.me.name
    }

    pub async fn start(&mut self) {
        let config = DeskConfig {
            data_dir: self.folder.path().to_owned(),
            clock: self.clock.clone(),
            notifier: Arc::new(Silent),
            keychain: Arc::clone(&self.keychain) as Arc<_>,
            startup: Arc::new(NoStartup),
            browser: Arc::new(NoBrowser),
            hub: None,
            allow_http: false,
            language: Spoken::En,
            budget_bytes: DeskConfig::BUDGET_BYTES,
            pace: PACE,
        };
        let runtime = runtime();
        let (orders, inbox) = mpsc::unbounded_channel();
        let (said, heard) = oneshot::channel();
        let open = Arc::new(AtomicUsize::new(0));
        let (tokens, url, journal) = (self.tokens.take(), self.proxy.url.clone(), Arc::clone(&self.journal));
        let (done, number) = (Arc::clone(&open), self.number);
        runtime.spawn(async move {
            let desk = Desk::start(config).await.unwrap();
            if let Some(tokens) = tokens {
                desk.adopt(&url, tokens).await.unwrap();
            }
            let people = Template::get().tokens.iter().map(|tokens| tokens.me.user).collect();
            let hands = Hands { door: Door::Here(desk.clone()), people, journal };
            let _ = said.send(desk);
            work(hands, number, inbox, &done).await;
        });
        let desk = heard.await.expect("the desk starts");
        self.alive = Some(Alive { runtime, desk, orders, open });
    }

    /// Ends the desk in the middle of its work.
    pub async fn kill(&mut self) {
        let Some(Alive { runtime, desk, .. }) = self.alive.take() else { return };
        drop(desk);
        throw_away(runtime).await;
        let file = testing::cache_file(self.folder.path()).unwrap();
        closed(|| testing::open_cache(self.folder.path(), &*self.keychain).unwrap(), &file).await;
    }

    fn alive(&self) -> &Alive {
        self.alive.as_ref().expect("BUG: the desk runs between steps")
    }

    pub fn act(&self, which: usize, act: Act) {
        let alive = self.alive();
        alive.open.fetch_add(1, Ordering::Relaxed);
        let _ = alive.orders.send((which, act));
    }

    pub fn is_busy(&self) -> bool {
        self.alive().open.load(Ordering::Relaxed) > 0
    }

    pub async fn disk_is_full(&self, full: bool) {
        // Freeing it may fail like the write in progress.
        while self.alive().desk.disk_is_full(full).await.is_err() && !full {
            tokio::task::yield_now().await;
        }
    }

    /// The desk's state as its window would show it.
    pub async fn app(&self) -> Value {
        self.alive().desk.rpc("app.state", Value::Null).await.unwrap_or_else(|error| json!(error))
    }

    pub fn cache(&self) -> Cached {
        Cached::read(self.folder.path(), &*self.keychain, self.me.clone())
    }
}

/// Does one thing after the other.
async fn work(hands: Hands, number: usize, mut inbox: mpsc::UnboundedReceiver<(usize, Act)>, open: &AtomicUsize) {
    while let Some((which, act)) = inbox.recv().await {
        // A refusal is an answer like any other.
        let ended = match hands.act(which, act).await {
            Ok(()) => "done".to_owned(),
            Err(code) => code,
        };
        hands.journal.note(format!("    desk {}: {act:?} {ended}", number));
        open.fetch_sub(1, Ordering::Relaxed);
    }
}
