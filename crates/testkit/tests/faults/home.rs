//! Where a hub of these tests keeps what it knows: a folder of its own, with the tables in it or in PostgreSQL.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tandem_hub::config::{Config, Environment, Flags};
use tandem_hub::{PostgresUrl, copy};
use tandem_sql::{Connection, Place};
use tandem_sqlite::Link as _;
use tandem_testkit::postgres_process::PostgresProcess;
use tempfile::TempDir;

use crate::house::folder;
use crate::template::closed;

/// What each database of a run begins as.
const TEMPLATE: &str = "template_of_runs";
/// Every event is refused as it is on a full disk.
const FULL: &str = "
    CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''could not extend file: No space left on device'' USING ERRCODE = ''53100''; END';
    CREATE OR REPLACE TRIGGER full_disk BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION full_disk();
";

pub struct Home {
    folder: TempDir,
    /// The name of the database, and where it is.
    postgres: Option<(String, Arc<Server>)>,
}

impl Home {
    /// A copy of `template`; its tables are in PostgreSQL if there is a [`Server`].
    pub fn new(template: &Path) -> Self {
        let folder = folder();
        std::fs::copy(template.join("identity.key"), folder.path().join("identity.key")).unwrap();
        let Some(server) = Server::known() else {
            std::fs::copy(template.join("tandem.db"), folder.path().join("tandem.db")).unwrap();
            return Self { folder, postgres: None };
        };
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("run_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        server.tell(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
        Self { folder, postgres: Some((name, server)) }
    }

    /// A new folder with nothing in it.
    pub fn empty() -> Self {
        Self { folder: folder(), postgres: None }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The settings of its hub.
    pub fn config(&self) -> Config {
        let new = Config::new(self.path().to_owned());
        let Some((name, server)) = &self.postgres else { return new };
        Config { postgres: Some(setting(&server.url(name))), ..new }
    }

    /// What `read` finds in its tables; none while they cannot be reached.
    pub fn read<T: Send>(&self, read: impl FnOnce(&Connection) -> T + Send) -> Option<T> {
        match &self.postgres {
            None => Some(read(&Connection::peek(&self.path().join("tandem.db")).unwrap())),
            Some((name, server)) => apart(|| Connection::reader(&place(server.url(name))).ok().map(|c| read(&c))),
        }
    }

    /// Waits until no hub uses it.
    pub async fn is_free(&self) {
        let Some((name, server)) = &self.postgres else {
            let file = self.path().join("tandem.db");
            return closed(|| rusqlite::Connection::open(&file).unwrap(), &file).await;
        };
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        while server.count(&format!("SELECT count(*) {}", sessions(name))) > 0 {
            assert!(tokio::time::Instant::now() < deadline, "{name} is still in use");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// PostgreSQL takes no writes, or takes them again. False if the tables are in the folder.
    pub fn is_read_only(&self, read_only: bool) -> bool {
        self.alters(if read_only { "SET default_transaction_read_only = on" } else { "RESET ALL" })
    }

    /// PostgreSQL answers to each event that its disk is full, or has room again. False if the tables are in the folder.
    pub fn is_full(&self, full: bool) -> bool {
        let Some((name, server)) = &self.postgres else { return false };
        let sql = if full { FULL } else { "DROP TRIGGER IF EXISTS full_disk ON events" };
        server.process.tell_in(name, sql).unwrap();
        true
    }

    /// PostgreSQL ends the hub's sessions, as when it is restarted, and takes no new ones, or takes them again. False if
    /// the tables are in the folder.
    pub fn is_cut_off(&self, cut: bool) -> bool {
        self.alters(if cut { "ALLOW_CONNECTIONS false" } else { "ALLOW_CONNECTIONS true" })
    }

    /// Counts for new sessions alone, so the hub's are ended.
    fn alters(&self, what: &str) -> bool {
        let Some((name, server)) = &self.postgres else { return false };
        server.tell(&format!("ALTER DATABASE {name} {what}"));
        server.count(&format!("SELECT count(pg_terminate_backend(pid)) {}", sessions(name)));
        true
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some((name, server)) = &self.postgres {
            server.tell(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// The PostgreSQL of all runs.
pub struct Server {
    process: PostgresProcess,
    own: Mutex<Connection>,
}

static KNOWN: Mutex<Weak<Server>> = Mutex::new(Weak::new());

impl Server {
    /// Starts one, and keeps the tables of all homes there as long as somebody holds it.
    pub fn start(template: &Path) -> Arc<Self> {
        let process = PostgresProcess::start().unwrap();
        let own = apart(|| Connection::open(&place(process.url.clone()), &[]).unwrap());
        let server = Arc::new(Self { process, own: Mutex::new(own) });
        server.tell(&format!("CREATE DATABASE {TEMPLATE}"));
        let to = setting(&server.url(TEMPLATE));
        apart(|| copy(template, &to, |_, _, _| ()).unwrap());
        *KNOWN.lock().unwrap() = Arc::downgrade(&server);
        server
    }

    fn known() -> Option<Arc<Self>> {
        KNOWN.lock().unwrap().upgrade()
    }

    fn url(&self, database: &str) -> String {
        format!("{}/{database}", self.process.url.rsplit_once('/').unwrap().0)
    }

    fn tell(&self, sql: &str) {
        apart(|| self.own.lock().unwrap().execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}")));
    }

    fn count(&self, sql: &str) -> i64 {
        apart(|| self.own.lock().unwrap().query_row(sql, [], |row| row.get(0)).unwrap())
    }
}

/// Of the hub in this database; the test's own are not counted.
fn sessions(name: &str) -> String {
    format!("FROM pg_stat_activity WHERE datname = '{name}' AND state IS NOT NULL AND pid <> pg_backend_pid()")
}

/// To read from.
pub fn place(url: String) -> Place {
    Place::Postgres { url, readers: 1, is_serving: false, steps: &[] }
}

fn setting(url: &str) -> PostgresUrl {
    let flags = Flags::new(None).with("postgres", "--postgres", Some(url.to_owned()));
    Config::load(&flags, &Environment::default()).unwrap().postgres.unwrap()
}

/// The client blocks, so it must not run on the threads of a runtime.
pub fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join()).unwrap()
}
