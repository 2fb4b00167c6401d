//! An agent at a desk, on a runtime that can be thrown away. Agents do one thing after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tandem_desk::testing::{self, MemoryKeychain};
use tandem_desk::{Clock, Desk, DeskConfig, Pace, Silent};
use tandem_protocol::agents::{Me, Tokens};
use tandem_testkit::chaos::Chaos;
use tandem_testkit::plan::Act;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

use crate::cache::Cached;
use crate::house::{folder, runtime};
use crate::journal::{Journal, Known};
use crate::template::{Template, closed};

/// Milliseconds where agents have seconds.
const PACE: Pace = Pace {
    reconnect: Duration::from_millis(10),
    resend: Duration::from_millis(10),
    longest: Duration::from_millis(80),
    opening: Duration::from_secs(2),
    silence: Duration::from_secs(2),
    probe: Duration::from_millis(500),
    answer: Duration::from_secs(2),
    agent: Duration::from_secs(1),
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
    /// Orders that are not done.
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
            hub: None,
            allow_http: false,
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
            let hands = Hands { desk: desk.clone(), number, journal };
            let _ = said.send(desk);
            hands.work(inbox, &done).await;
        });
        let desk = heard.await.expect("the desk starts");
        self.alive = Some(Alive { runtime, desk, orders, open });
    }

    /// Ends the desk in the middle of whatever it does.
    pub async fn kill(&mut self) {
        let Some(Alive { runtime, desk, .. }) = self.alive.take() else { return };
        drop(desk);
        runtime.shutdown_background();
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
        let _ = self.alive().desk.disk_is_full(full).await;
    }

    /// The state of the desk as its window would show it.
    pub async fn app(&self) -> Value {
        self.alive().desk.rpc("app.state", Value::Null).await.unwrap_or_else(|error| json!(error))
    }

    pub fn cache(&self) -> Cached {
        Cached::read(self.folder.path(), &self.keychain, self.me.clone())
    }
}

/// What an agent does at the desk, through the same door as the window.
struct Hands {
    desk: Desk,
    number: usize,
    journal: Arc<Journal>,
}

impl Hands {
    async fn work(self, mut inbox: mpsc::UnboundedReceiver<(usize, Act)>, open: &AtomicUsize) {
        while let Some((which, act)) = inbox.recv().await {
            // A refusal is an answer like any other.
            let ended = match self.act(which, act).await {
                Ok(()) => "done".to_owned(),
                Err(code) => code,
            };
            self.journal.note(format!("    desk {}: {act:?} {ended}", self.number));
            open.fetch_sub(1, Ordering::Relaxed);
        }
    }

    async fn ask(&self, name: &str, request: Value) -> Result<Value, String> {
        self.desk.rpc(name, request).await.map_err(|error| error.code)
    }

    /// A conversation of the first section that has any.
    async fn pick(&self, sections: &[&str], which: usize) -> Result<Value, String> {
        for section in sections {
            let list = json!({"section": section, "offset": 0, "limit": 50});
            let list = self.ask("conversations.list", list).await?;
            let rows = list["rows"].as_array().cloned().unwrap_or_default();
            if !rows.is_empty() {
                return Ok(rows[which % rows.len()].clone());
            }
        }
        Err("nothing there".into())
    }

    async fn act(&self, which: usize, act: Act) -> Result<(), String> {
        let sections: &[&str] = match act {
            Act::Join | Act::TakeOver | Act::HelpNotNeeded => &["help", "all", "left"],
            Act::Note | Act::Draft => &["my", "help", "left"],
            _ => &["my"],
        };
        let row = self.pick(sections, which).await?;
        let id = &row["id"];
        let word = || self.journal.word();
        let done = match act {
            Act::Join => self.ask("conversation.join", json!({"id": id, "call": row["help"]["call"]})).await,
            Act::Reply { .. } | Act::Note | Act::Draft => return self.write(id, act).await,
            Act::Leave { ask_for_help } => {
                self.ask("conversation.leave", json!({"id": id, "reason": word(), "askForHelp": ask_for_help})).await
            }
            Act::Complete => self.ask("conversation.complete", json!({"id": id, "text": word()})).await,
            Act::Invite { colleague } => {
                let people = &Template::get().tokens;
                let user = people[colleague % people.len()].me.user;
                self.ask("conversation.invite", json!({"id": id, "user": user, "note": word()})).await
            }
            Act::Decline => self.ask("conversation.decline", json!({"id": id})).await,
            Act::Delegate => self.ask("conversation.delegate", json!({"id": id, "text": word()})).await,
            Act::TakeOver => self.ask("conversation.takeOver", json!({"id": id})).await,
            Act::AskForHelp => self.ask("conversation.askForHelp", json!({"id": id, "text": word()})).await,
            Act::HelpNotNeeded => self.ask("conversation.helpNotNeeded", json!({"id": id})).await,
            Act::See => {
                let view = self.ask("conversation.open", json!({"id": id})).await?;
                self.ask("conversation.seen", json!({"id": id, "upTo": view["position"]})).await
            }
        };
        done.map(drop)
    }

    /// Types one more word after what stands in the composer, and perhaps sends it all.
    async fn write(&self, id: &Value, act: Act) -> Result<(), String> {
        let view = self.ask("conversation.open", json!({"id": id})).await?;
        let word = self.journal.word();
        let note = matches!(act, Act::Note);
        let begun = &view["drafts"][if note { "note" } else { "reply" }];
        let text = format!("{} {word}", begun.as_str().unwrap_or_default()).trim().to_owned();
        self.journal.know(&word, Known::Typed);
        self.ask("conversation.draft", json!({"id": id, "text": text, "note": note})).await?;
        self.journal.know(&word, Known::Kept);
        let sent = match act {
            Act::Reply { anyway } => {
                let send = json!({"id": id, "text": text, "writtenAgainst": view["position"], "anyway": anyway});
                self.ask("conversation.send", send).await
            }
            Act::Note => self.ask("conversation.note", json!({"id": id, "text": text})).await,
            _ => return Ok(()),
        };
        if sent.is_ok() {
            self.journal.know(&word, Known::Sent);
        }
        sent.map(drop)
    }
}
