//! Maya's desk in its own folder, for tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tandem_conversation::ConversationId;
use tandem_desk::testing::{MemoryKeychain, Mood};
use tandem_desk::words::Spoken;
use tandem_desk::{Browser, BrowserError, ChangeStream, Clock, Copied, Desk, DeskConfig, NoStartup, Pace, Saving};
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::hub::{FakeHub, PASSWORD};
use crate::notifier::FakeNotifier;

/// What is sent goes at once, unless a test chooses otherwise.
fn at_once() -> Pace {
    Pace { undo: Duration::ZERO, ..Pace::default() }
}

pub struct Maya {
    pub desk: Desk,
    pub notifier: Arc<FakeNotifier>,
    pub keychain: Arc<MemoryKeychain>,
    pub browser: Arc<FakeBrowser>,
    folder: Arc<TempDir>,
    changes: Mutex<ChangeStream>,
}

impl Maya {
    /// A new desk, signed in and complete.
    pub async fn signed_in(hub: &FakeHub) -> Self {
        let maya = Self::signed_out().await;
        maya.sign_in(hub).await;
        maya
    }

    /// A new desk without a user.
    pub async fn signed_out() -> Self {
        let (notifier, keychain) = (Arc::new(FakeNotifier::new()), Arc::default());
        Self::on(Arc::new(tempfile::tempdir().unwrap()), notifier, keychain).await
    }

    /// A new desk on a system with this keychain.
    pub async fn signed_out_with(mood: Mood) -> Self {
        let keychain: Arc<MemoryKeychain> = Arc::default();
        keychain.set_mood(mood);
        Self::on(Arc::new(tempfile::tempdir().unwrap()), Arc::new(FakeNotifier::new()), keychain).await
    }

    /// A new desk with these waits.
    pub async fn signed_out_at(pace: Pace) -> Self {
        let notifier = Arc::new(FakeNotifier::new());
        Self::at(pace, Arc::new(tempfile::tempdir().unwrap()), notifier, Arc::default()).await
    }

    /// A new desk on a system in this language.
    pub async fn signed_out_in(language: Spoken) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::with(at_once(), language, folder, Arc::new(FakeNotifier::new()), Arc::default()).await
    }

    pub async fn on(folder: Arc<TempDir>, notifier: Arc<FakeNotifier>, keychain: Arc<MemoryKeychain>) -> Self {
        Self::at(at_once(), folder, notifier, keychain).await
    }

    async fn at(pace: Pace, folder: Arc<TempDir>, notifier: Arc<FakeNotifier>, keychain: Arc<MemoryKeychain>) -> Self {
        Self::with(pace, Spoken::En, folder, notifier, keychain).await
    }

    async fn with(
        pace: Pace,
        language: Spoken,
        folder: Arc<TempDir>,
        notifier: Arc<FakeNotifier>,
        keychain: Arc<MemoryKeychain>,
    ) -> Self {
        let browser: Arc<FakeBrowser> = Arc::default();
        let config = DeskConfig {
            data_dir: folder.path().to_path_buf(),
            clock: Clock::system(),
            notifier: Arc::clone(&notifier) as Arc<_>,
            keychain: Arc::clone(&keychain) as Arc<_>,
            startup: Arc::new(NoStartup),
            browser: Arc::clone(&browser) as Arc<_>,
            hub: None,
            allow_http: false,
            language,
            budget_bytes: DeskConfig::BUDGET_BYTES,
            pace,
        };
        let desk = Desk::start(config).await.unwrap();
        let changes = Mutex::new(desk.changes());
        Self { desk, notifier, keychain, browser, folder, changes }
    }

    /// Ends the desk and restarts it on the same data, with the same screen.
    pub async fn restart(self) -> Self {
        self.desk.stop().await;
        self.die().await
    }

    /// Ended, with everything in the cache's one file.
    pub async fn ended(self) -> Ended {
        self.desk.stop().await;
        let ended = Ended {
            folder: Arc::clone(&self.folder),
            notifier: Arc::clone(&self.notifier),
            keychain: Arc::clone(&self.keychain),
        };
        drop(self);
        ended
    }

    /// Restarts it on the same data without ending it first.
    async fn die(self) -> Self {
        let (folder, notifier) = (Arc::clone(&self.folder), Arc::clone(&self.notifier));
        let keychain = Arc::clone(&self.keychain);
        drop(self);
        Self::on(folder, notifier, keychain).await
    }

    /// The desk's data folder.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub async fn sign_in(&self, hub: &FakeHub) {
        let request = json!({"hub": hub.url, "email": "maya@northwind.example", "password": PASSWORD});
        self.ok("session.signIn", request).await;
        self.until_live().await;
    }

    pub async fn until_live(&self) {
        self.until_live_app().await;
    }

    pub async fn until_live_app(&self) -> Value {
        self.until("live", "app.state", json!({}), |app| app["connection"]["state"] == "live").await
    }

    pub async fn until_offline(&self) -> Value {
        self.until("offline", "app.state", json!({}), |app| app["connection"]["state"] == "offline").await
    }

    pub async fn ok(&self, name: &str, request: Value) -> Value {
        self.desk.rpc(name, request).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// The error code of a command.
    pub async fn refused(&self, name: &str, request: Value) -> String {
        self.desk.rpc(name, request).await.expect_err("it must be refused").code
    }

    /// The error's words.
    pub async fn reason(&self, name: &str, request: Value) -> String {
        self.desk.rpc(name, request).await.expect_err("it must be refused").message
    }

    /// Repeats the request at every change until the answer is right; does not poll.
    pub async fn until(&self, why: &str, name: &str, request: Value, is_so: impl Fn(&Value) -> bool) -> Value {
        let mut changes = self.desk.changes();
        let mut last = Value::Null;
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                last = self.desk.rpc(name, request.clone()).await.unwrap_or_else(|error| json!(error));
                if is_so(&last) {
                    return;
                }
                changes.next().await.unwrap();
            }
        });
        assert!(waited.await.is_ok(), "never {why}; the last answer was {last:#}");
        last
    }

    /// Waits for a change since the desk started.
    pub async fn until_told(&self, why: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let mut changes = self.changes.lock().await;
        let found = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                let batch = changes.next().await.unwrap();
                let told = batch.iter().map(|change| json!(change)).find(&is_it);
                if let Some(change) = told {
                    return change;
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("never told: {why}"))
    }

    /// The texts of the transcript, oldest first.
    pub async fn words(&self, id: ConversationId) -> Vec<String> {
        words(&self.ok("conversation.entries", json!({"id": id, "limit": 200})).await)
    }

    pub async fn until_words(&self, id: ConversationId, expected: &[&str]) {
        self.until(&format!("{expected:?}"), "conversation.entries", json!({"id": id, "limit": 200}), |entries| {
            words(entries) == expected
        })
        .await;
    }

    pub async fn count(&self, section: &str) -> u64 {
        self.ok("app.state", json!({})).await["counts"][section].as_u64().unwrap_or_default()
    }
}

/// Records what it was asked to open or save, or refuses.
#[derive(Default)]
pub struct FakeBrowser {
    pub opened: std::sync::Mutex<Vec<String>>,
    pub is_broken: std::sync::atomic::AtomicBool,
    /// Files that it opened, with their content at that time.
    pub files: std::sync::Mutex<Vec<(PathBuf, Vec<u8>)>>,
    /// Its answer when asked where to save.
    pub saving: std::sync::Mutex<Option<Saving>>,
    /// Its clipboard: names and bytes; a name that ends with `/` is a folder. Broken, it lacks the last byte of each.
    pub copied: std::sync::Mutex<Vec<(&'static str, Vec<u8>)>>,
}

impl Browser for FakeBrowser {
    fn open(&self, url: &str) -> Result<(), BrowserError> {
        if self.is_broken.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(BrowserError("There is no browser.".into()));
        }
        self.opened.lock().unwrap().push(url.to_owned());
        Ok(())
    }

    fn open_file(&self, path: &Path) -> Result<(), BrowserError> {
        if self.is_broken.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(BrowserError("This system did not open the file.".into()));
        }
        self.files.lock().unwrap().push((path.to_owned(), std::fs::read(path).unwrap()));
        Ok(())
    }

    fn copied(&self) -> Result<Vec<Result<Copied, BrowserError>>, BrowserError> {
        let copied = self.copied.lock().unwrap().clone().into_iter();
        let missing = u64::from(self.is_broken.load(std::sync::atomic::Ordering::Relaxed));
        let copied = copied.map(|(name, bytes)| {
            if name.ends_with('/') {
                return Err(BrowserError(format!("{name} is a folder.")));
            }
            Ok(Copied {
                name: name.into(),
                content_type: "image/png".into(),
                bytes: bytes.len() as u64 + missing,
                content: Box::new(std::io::Cursor::new(bytes)),
            })
        });
        Ok(copied.collect())
    }

    fn save_as(&self, _: &str) -> Result<Saving, BrowserError> {
        self.saving.lock().unwrap().clone().ok_or_else(|| BrowserError("There is nowhere to save to.".into()))
    }
}

/// The data of a desk that is not running.
pub struct Ended {
    folder: Arc<TempDir>,
    notifier: Arc<FakeNotifier>,
    pub keychain: Arc<MemoryKeychain>,
}

impl Ended {
    pub async fn start(self) -> Maya {
        Maya::on(self.folder, self.notifier, self.keychain).await
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// The texts of turns, without system entries and seams.
pub fn words(entries: &Value) -> Vec<String> {
    let entries = entries["entries"].as_array().cloned().unwrap_or_default();
    let said = entries.iter().filter(|entry| !["system", "seam"].contains(&entry["body"]["type"].as_str().unwrap()));
    said.map(|entry| entry["body"]["text"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The system lines.
pub fn lines(entries: &Value) -> Vec<String> {
    let entries = entries["entries"].as_array().cloned().unwrap_or_default();
    let lines = entries.iter().filter(|entry| entry["body"]["type"] == "system");
    lines.map(|entry| entry["body"]["text"].as_str().unwrap_or_default().to_owned()).collect()
}
