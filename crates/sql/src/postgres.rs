//! PostgreSQL as an engine.
//!
//! The texts are SQLite's; [`dialect`] says in PostgreSQL's words what differs. Integers are `BIGINT`, bytes `BYTEA`.
//! A connection blocks, so it lives on threads of its own, as SQLite does; never on those of a runtime.

mod address;
mod dialect;
mod spread;
mod values;
mod wire;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, Instant};

use tandem_sqlite::{Cause, Migration};
use tokio_postgres::Statement;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use crate::{Error, ToSql, Value};
use address::{Address, Unreachable};
use wire::Wire;

pub(crate) use values::{cell, named};

/// Advisory lock for schema changes. The number is arbitrary.
const MIGRATING: i64 = 0x7461_6e64_656d;
/// Advisory lock of the one hub that serves the database.
const SERVING: i64 = 0x7461_6e64_656e;
const PREPARED: &str = "CREATE TABLE IF NOT EXISTS schema_steps (
    step BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL
)";
/// How often a hub began to serve the database.
const TERMS: &str = "CREATE TABLE IF NOT EXISTS schema_terms (
    one  BIGINT PRIMARY KEY CHECK (one = 1),
    term BIGINT NOT NULL
)";
const NEXT_TERM: &str = "INSERT INTO schema_terms (one, term) VALUES (1, 1)
    ON CONFLICT (one) DO UPDATE SET term = schema_terms.term + 1 RETURNING term";
/// The oldest version that is known to do, as the server counts them.
const OLDEST: i64 = 140_000;
/// The server ends a session that holds the account while its hub stands still.
const SESSION: &str = "SET idle_in_transaction_session_timeout = '5s'; SET statement_timeout = '60s';
    SET synchronous_commit = on; SET timezone = 'UTC'";
const CONNECTING: Duration = Duration::from_secs(10);
/// How long a server that does not answer is waited for, before its connection is taken for broken.
const SILENT: Duration = Duration::from_secs(10);
/// How long a group waits to learn whether it was committed, when its connection broke meanwhile.
const UNCERTAIN: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_millis(250);
/// How often the lock of the one hub is tried.
const LOCKING: usize = 8;

/// A connection to a PostgreSQL database. One that breaks is made again when it is needed next.
pub struct Postgres {
    address: Address,
    use_: Use,
    wire: RefCell<Wire>,
    transaction: Cell<Transaction>,
    /// The server's name for the transaction that is open.
    id: RefCell<Option<String>>,
    is_lost: Cell<bool>,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Writes for the one hub that serves the database, whose beginning was this one.
    Serving {
        term: i64,
    },
    Writing,
    Reading,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transaction {
    None,
    Open,
    /// Something in it failed, so nothing of it can be kept.
    Failed,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Postgres")
    }
}

impl Postgres {
    /// Connects. Blocks.
    ///
    /// # Errors
    /// If nothing answers there, or it refuses.
    pub(crate) fn connect(url: &str, use_: Use) -> Result<Self, Error> {
        let mut address = Address::parse(url).map_err(|words| failed(&words, Cause::Other))?;
        // The name tells this connection's sessions from all others, so that it can end an old one of its own.
        let random = RandomState::new().build_hasher().finish();
        let config = address.config.connect_timeout(CONNECTING).application_name(format!("tandem-hub {random:x}"));
        config.keepalives_idle(SILENT).tcp_user_timeout(SILENT);
        let wire = RefCell::new(open(&address, use_)?);
        let transaction = Cell::new(Transaction::None);
        Ok(Self { address, use_, wire, transaction, id: RefCell::default(), is_lost: Cell::new(false) })
    }

    /// Brings the database to the newest schema, one step after the other. Others that do the same wait. `steps` are
    /// those whose text is PostgreSQL's own.
    ///
    /// # Errors
    /// If it comes from a newer version, or a step fails: then nothing of that step stays.
    pub(crate) fn migrate(&self, migrations: &[Migration], steps: &[(&str, &str)]) -> Result<(), Error> {
        let mut wire = self.wire.borrow_mut();
        // A step takes as long as there are rows.
        wire.wait_as_long_as_it_takes(true);
        wire.batch("SET statement_timeout = 0")?;
        wire.batch(&format!("SELECT pg_advisory_lock({MIGRATING})"))?;
        wire.batch(PREPARED)?;
        let encoding: String = wire.one("SHOW server_encoding", &[])?.get(0);
        if encoding != "UTF8" {
            let words = format!("the database keeps text as {encoding}: create it with ENCODING 'UTF8'");
            return Err(failed(&words, Cause::Other));
        }
        let found: i64 = wire.one("SELECT count(*) FROM schema_steps", &[])?.get(0);
        let (found, known) = (usize::try_from(found).unwrap_or(usize::MAX), migrations.len());
        if found > known {
            let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
            return Err(tandem_sqlite::Error::Newer { found: number(found), known: number(known) }.into());
        }
        if found < known {
            wire.batch(dialect::FUNCTIONS)?;
            wire.batch(TERMS)?;
        }
        for migration in &migrations[found..] {
            let own = steps.iter().find(|(name, _)| *name == migration.name);
            let sql = own.map_or_else(|| dialect::schema(migration.sql), |(_, sql)| (*sql).to_owned());
            let failed = |error| failed(&format!("step \"{}\" of the schema: {error}", migration.name), Cause::Other);
            // Whoever meets an error gives the session up, and with it what was begun.
            wire.batch("BEGIN")?;
            wire.batch(&sql).map_err(failed)?;
            wire.one("INSERT INTO schema_steps (name) VALUES ($1) RETURNING step", &[&migration.name])?;
            wire.batch("COMMIT")?;
        }
        wire.batch(&format!("SELECT pg_advisory_unlock({MIGRATING}); {SESSION}"))?;
        wire.wait_as_long_as_it_takes(false);
        Ok(())
    }

    /// Serves the database from now on, alone.
    ///
    /// # Errors
    /// If another hub does.
    pub(crate) fn serve(&mut self) -> Result<(), Error> {
        let mut wire = self.wire.borrow_mut();
        if !lock(&mut wire)? {
            let words = "another hub serves this database: stop it first, or give this one a database of its own";
            return Err(failed(words, Cause::Locked));
        }
        let term = wire.one(NEXT_TERM, &[])?.get(0);
        drop(wire);
        self.use_ = Use::Serving { term };
        Ok(())
    }

    pub(crate) fn execute(&self, sql: &str, values: &[&dyn ToSql]) -> Result<usize, Error> {
        self.asking(|wire| {
            let (statement, values) = prepare(wire, sql, values)?;
            let values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
                values.iter().map(|value| value as _).collect();
            let changed = wire.execute(&statement, &values)?;
            Ok(usize::try_from(changed).unwrap_or(usize::MAX))
        })
    }

    pub(crate) fn execute_later(&self, sql: &str, values: &[&dyn ToSql]) -> Result<(), Error> {
        // Outside of a transaction nobody would hear of an error.
        if !self.is_open() {
            return self.execute(sql, values).map(drop);
        }
        self.asking(|wire| wire.execute_later(sql, values::all(values)?))
    }

    /// Everything that was to run later has run when this returns.
    pub(crate) fn complete(&self) -> Result<(), Error> {
        self.asking(|wire| wire.send())
    }

    pub(crate) fn query(&self, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<tokio_postgres::Row>, Error> {
        self.asking(|wire| {
            let (statement, values) = prepare(wire, sql, values)?;
            let values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
                values.iter().map(|value| value as _).collect();
            wire.query(&statement, &values)
        })
    }

    pub(crate) fn batch(&self, sql: &str) -> Result<(), Error> {
        if is_control(sql) {
            return self.run(sql);
        }
        self.asking(|wire| wire.batch(&dialect::translate(sql)))
    }

    /// Adds rows to a table, named with its columns.
    pub(crate) fn copy_in(&self, table: &str, rows: &[Vec<Value>]) -> Result<(), Error> {
        let sql = format!("COPY {table} FROM STDIN");
        self.asking(|wire| wire.copy_in(&sql, rows.iter().map(|row| values::line(row))))
    }

    pub(crate) fn number_after(&self, table: &str, column: &str, highest: i64) -> Result<(), Error> {
        let sql = "SELECT setval(pg_get_serial_sequence($1, $2), greatest($3::bigint, 1), $3::bigint > 0)";
        self.asking(|wire| wire.one(sql, &[&table, &column, &highest])).map(drop)
    }

    pub(crate) fn parameters(&self, sql: &str) -> usize {
        self.asking(|wire| wire.prepare(sql, &[])).map_or(0, |statement| statement.params().len())
    }

    /// Does something with a connection that works, and keeps in mind whether a transaction can still be kept.
    fn asking<T>(&self, ask: impl Fn(&mut Wire) -> Result<T, Error>) -> Result<T, Error> {
        let is_alone = self.transaction.get() == Transaction::None;
        if is_alone {
            self.mend()?;
        }
        let done = ask(&mut self.wire.borrow_mut());
        if done.is_err() && !is_alone {
            self.transaction.set(Transaction::Failed);
        }
        // What only reads may be asked again.
        if done.is_err() && is_alone && self.use_ == Use::Reading && self.wire.borrow().is_useless() {
            self.mend()?;
            return ask(&mut self.wire.borrow_mut());
        }
        done
    }

    /// Begins or ends a transaction or savepoint.
    pub(crate) fn run(&self, sql: &str) -> Result<(), Error> {
        match sql {
            "BEGIN IMMEDIATE" => self.begin("BEGIN"),
            "BEGIN" => self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ"),
            "COMMIT" => self.commit(),
            "ROLLBACK" => {
                self.transaction.set(Transaction::None);
                let mut wire = self.wire.borrow_mut();
                wire.forget();
                // A session that is gone has left nothing.
                if wire.is_useless() { Ok(()) } else { wire.batch(sql) }
            }
            _ => {
                if sql.starts_with("ROLLBACK TO") {
                    self.wire.borrow_mut().forget();
                }
                let done = self.wire.borrow_mut().batch(sql);
                let is_undone = done.is_ok() && sql.starts_with("ROLLBACK TO");
                match is_undone {
                    true => self.transaction.set(Transaction::Open),
                    false if done.is_err() => self.transaction.set(Transaction::Failed),
                    false => {}
                }
                done
            }
        }
    }

    fn begin(&self, sql: &str) -> Result<(), Error> {
        // Its name tells later whether it was kept.
        let named = format!("{sql}; SELECT pg_current_xact_id()::text");
        let sql = if self.use_ == Use::Reading { sql } else { &named };
        self.mend()?;
        let mut begun = self.wire.borrow_mut().word(sql);
        if begun.is_err() && self.wire.borrow().is_useless() {
            self.mend()?;
            begun = self.wire.borrow_mut().word(sql);
        }
        self.transaction.set(if begun.is_ok() { Transaction::Open } else { Transaction::None });
        self.id.replace(begun?);
        Ok(())
    }

    /// Whether it was kept is certain afterwards: the server is asked again if the connection broke meanwhile.
    fn commit(&self) -> Result<(), Error> {
        if self.transaction.get() != Transaction::Open {
            self.run("ROLLBACK")?;
            return Err(failed("a part of the transaction failed", Cause::Other));
        }
        let sent = self.wire.borrow_mut().send();
        if sent.is_err() {
            self.run("ROLLBACK")?;
            return sent;
        }
        self.transaction.set(Transaction::None);
        let done = self.wire.borrow_mut().batch("COMMIT");
        match (done, self.id.take()) {
            (Err(error), Some(id)) if self.wire.borrow().is_useless() => self.settle(&id, error),
            (done, _) => done,
        }
    }

    /// What became of a transaction whose commit was not answered.
    fn settle(&self, id: &str, mut error: Error) -> Result<(), Error> {
        let until = Instant::now() + UNCERTAIN;
        let status = format!("SELECT pg_xact_status('{id}'::xid8)");
        while Instant::now() < until && !self.is_lost.get() {
            let told = self.mend().and_then(|()| self.wire.borrow_mut().word(&status));
            match told {
                Ok(Some(status)) if status == "committed" => return Ok(()),
                Ok(Some(status)) if status == "aborted" => return Err(error),
                Ok(_) => {}
                Err(again) => error = again,
            }
            std::thread::sleep(AGAIN);
        }
        self.is_lost.set(true);
        Err(error)
    }

    /// Makes the connection again if it is broken.
    fn mend(&self) -> Result<(), Error> {
        if !self.wire.borrow().is_useless() {
            return Ok(());
        }
        let mut wire = open(&self.address, self.use_)?;
        if let Use::Serving { term } = self.use_ {
            let ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                         WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
            wire.batch(ended)?;
            let locked = lock(&mut wire);
            let found: i64 = wire.one("SELECT term FROM schema_terms", &[])?.get(0);
            if !locked? || found != term {
                self.is_lost.set(true);
                return Err(failed("another hub has served the database since the connection broke", Cause::Closed));
            }
        }
        self.wire.replace(wire);
        Ok(())
    }

    pub(crate) fn is_open(&self) -> bool {
        self.transaction.get() != Transaction::None
    }

    /// Whether what was done in the open transaction can be kept.
    pub(crate) fn is_sound(&self) -> bool {
        self.transaction.get() == Transaction::Open && !self.wire.borrow().is_useless()
    }

    /// Whether this connection must not be used any more, because somebody else has written.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost.get()
    }
}

fn open(address: &Address, use_: Use) -> Result<Wire, Error> {
    let mut wire = address.connect().map_err(unreachable)?;
    let version = wire.one("SELECT current_setting('server_version_num')::bigint", &[])?;
    if version.get::<_, i64>(0) < OLDEST {
        let oldest = OLDEST / 10_000;
        let words = format!("this PostgreSQL is too old: version {oldest} or newer is needed");
        return Err(failed(&words, Cause::Other));
    }
    wire.batch(SESSION)?;
    if use_ == Use::Reading {
        wire.batch("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")?;
    }
    Ok(wire)
}

/// Takes the lock of the one hub; false if another one has it.
fn lock(wire: &mut Wire) -> Result<bool, Error> {
    let sql = format!("SELECT pg_try_advisory_lock({SERVING})");
    // The server needs a moment to notice that a hub was killed.
    for _ in 1..LOCKING {
        if wire.one(&sql, &[])?.get(0) {
            return Ok(true);
        }
        std::thread::sleep(AGAIN);
    }
    Ok(wire.one(&sql, &[])?.get(0))
}

fn prepare(wire: &mut Wire, sql: &str, values: &[&dyn ToSql]) -> Result<(Statement, Vec<values::Sent>), Error> {
    let values = values::all(values)?;
    let kinds: Vec<Type> = values.iter().map(values::Sent::kind).collect();
    Ok((wire.prepare(sql, &kinds)?, values))
}

/// Whether a text is an address; why not, without it.
pub(crate) fn check(url: &str) -> Result<(), String> {
    Address::parse(url).map(drop)
}

/// Whether the text begins or ends a transaction or savepoint.
fn is_control(sql: &str) -> bool {
    ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"].iter().any(|word| sql.starts_with(word))
}

fn failed(words: &str, cause: Cause) -> Error {
    tandem_sqlite::Error::Foreign { words: words.to_owned(), cause }.into()
}

/// Content that cannot be trusted, and tables that are not there or not the hub's any more.
const DAMAGED: [SqlState; 5] = [
    SqlState::DATA_CORRUPTED,
    SqlState::INDEX_CORRUPTED,
    SqlState::UNDEFINED_TABLE,
    SqlState::UNDEFINED_COLUMN,
    SqlState::INSUFFICIENT_PRIVILEGE,
];

fn because(error: tokio_postgres::Error) -> Error {
    let state = error.code();
    let cause = match state {
        Some(state) if *state == SqlState::DISK_FULL => Cause::Full,
        Some(state)
            if [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE]
                .contains(state) =>
        {
            Cause::Locked
        }
        Some(state) if DAMAGED.contains(state) => Cause::Damaged,
        _ if error.is_closed() => Cause::Closed,
        _ => Cause::Other,
    };
    let words = match error.as_db_error() {
        Some(told) if state == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
            format!("{}: make the hub's user the owner of the database", told.message())
        }
        Some(told) => told.message().to_owned(),
        None => said(&error),
    };
    failed(&words, cause)
}

/// Why there is no connection, and what to do.
fn unreachable(why: Unreachable) -> Error {
    let Unreachable::Refused(error) = why else {
        return failed("what listens there does not answer: look at host and port", Cause::Other);
    };
    if error.as_db_error().is_some() {
        return because(error);
    }
    let words = said(&error);
    let advice = [
        ("does not support TLS", "turn ssl on there, or add sslmode=disable to the address if the network is your own"),
        ("UnknownIssuer", "name a file with the certificate of its authority in the address: sslrootcert=FILE"),
        ("not valid for name", "use the name in the address that its certificate has"),
        ("certificate expired", "its certificate has run out: renew it"),
        ("unexpected message", "what answers there is no PostgreSQL: look at host and port"),
        ("invalid message", "what answers there is no PostgreSQL: look at host and port"),
        ("refused", "nothing listens there: start PostgreSQL, or look at host and port"),
    ];
    let told = advice.iter().find(|(sign, _)| words.contains(sign));
    failed(&told.map_or(words.clone(), |(_, what)| format!("{words}; {what}")), Cause::Other)
}

/// An error with its causes.
fn said(error: &tokio_postgres::Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let next = error.to_string();
        if !words.contains(&next) {
            words = format!("{words}: {next}");
        }
        cause = error.source();
    }
    words
}
