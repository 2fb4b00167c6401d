//! PostgreSQL as an engine.
//!
//! The texts are SQLite's; [`dialect`] says in PostgreSQL's words what differs. Integers are `BIGINT`, bytes `BYTEA`.
//! The client blocks, so it lives on threads of its own, as SQLite does.

mod dialect;
mod values;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;

use postgres::error::SqlState;
use postgres::{Client, NoTls, Statement};
use tandem_sqlite::{Cause, Migration};

use crate::{Error, ToSql};

pub(crate) use values::{cell, named};

/// Advisory lock for schema changes. The number is arbitrary.
const MIGRATING: i64 = 0x7461_6e64_656d;
const PREPARED: &str = "CREATE TABLE IF NOT EXISTS schema_steps (
    step BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    name TEXT NOT NULL
)";

/// A connection to a PostgreSQL database.
pub struct Postgres {
    client: RefCell<Client>,
    /// By the text that callers know. The texts are constants, so they are few.
    prepared: RefCell<HashMap<String, Statement>>,
    is_open: Cell<bool>,
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
    pub(crate) fn connect(url: &str) -> Result<Self, Error> {
        let url = url.to_owned();
        // The client makes a runtime, which the threads of another one must not.
        let connecting = std::thread::spawn(move || Client::connect(&url, NoTls));
        let client = connecting.join().map_err(|_| failed("the connection could not be made", Cause::Other))?;
        Ok(Self {
            client: RefCell::new(client.map_err(because)?),
            prepared: RefCell::default(),
            is_open: Cell::new(false),
        })
    }

    /// Brings the database to the newest schema, one step after the other. Others that do the same wait. `steps` are
    /// those whose text is PostgreSQL's own.
    ///
    /// # Errors
    /// If it comes from a newer version, or a step fails: then nothing of that step stays.
    pub(crate) fn migrate(&self, migrations: &[Migration], steps: &[(&str, &str)]) -> Result<(), Error> {
        let mut client = self.client.borrow_mut();
        client.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATING})")).map_err(because)?;
        client.batch_execute(PREPARED).map_err(because)?;
        client.batch_execute(dialect::FUNCTIONS).map_err(because)?;
        let found: i64 = client.query_one("SELECT count(*) FROM schema_steps", &[]).map_err(because)?.get(0);
        let (found, known) = (usize::try_from(found).unwrap_or(usize::MAX), migrations.len());
        if found > known {
            let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
            return Err(tandem_sqlite::Error::Newer { found: number(found), known: number(known) }.into());
        }
        for migration in &migrations[found..] {
            let own = steps.iter().find(|(name, _)| *name == migration.name);
            let sql = own.map_or_else(|| dialect::schema(migration.sql), |(_, sql)| (*sql).to_owned());
            let mut step = client.transaction().map_err(because)?;
            let failed = |error| failed(&format!("step \"{}\" of the schema: {error}", migration.name), Cause::Other);
            step.batch_execute(&sql).map_err(|error| failed(because(error)))?;
            step.execute("INSERT INTO schema_steps (name) VALUES ($1)", &[&migration.name]).map_err(because)?;
            step.commit().map_err(because)?;
        }
        client.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATING})")).map_err(because)
    }

    /// Refuses to write from now on.
    pub(crate) fn read_only(&self) -> Result<(), Error> {
        let sql = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";
        self.client.borrow_mut().batch_execute(sql).map_err(because)
    }

    pub(crate) fn execute(&self, sql: &str, values: &[&dyn ToSql]) -> Result<usize, Error> {
        let statement = self.prepare(sql)?;
        let values = values::all(values)?;
        let values: Vec<&(dyn postgres::types::ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let changed = self.client.borrow_mut().execute(&statement, &values).map_err(because)?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    pub(crate) fn query(&self, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<postgres::Row>, Error> {
        let statement = self.prepare(sql)?;
        let values = values::all(values)?;
        let values: Vec<&(dyn postgres::types::ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        self.client.borrow_mut().query(&statement, &values).map_err(because)
    }

    pub(crate) fn batch(&self, sql: &str) -> Result<(), Error> {
        self.client.borrow_mut().batch_execute(&dialect::translate(sql)).map_err(because)
    }

    /// Begins or ends a transaction or savepoint.
    pub(crate) fn run(&self, sql: &str) -> Result<(), Error> {
        let sql = if sql == "BEGIN IMMEDIATE" { "BEGIN" } else { sql };
        let done = self.client.borrow_mut().batch_execute(sql).map_err(because);
        match sql {
            "BEGIN" => self.is_open.set(done.is_ok()),
            // A failed commit is a rollback.
            "COMMIT" | "ROLLBACK" => self.is_open.set(false),
            _ => {}
        }
        done
    }

    pub(crate) fn is_open(&self) -> bool {
        self.is_open.get() && !self.client.borrow().is_closed()
    }

    pub(crate) fn parameters(&self, sql: &str) -> usize {
        self.prepare(sql).map_or(0, |statement| statement.params().len())
    }

    fn prepare(&self, sql: &str) -> Result<Statement, Error> {
        if let Some(known) = self.prepared.borrow().get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.borrow_mut().prepare(&dialect::translate(sql)).map_err(because)?;
        self.prepared.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

fn failed(words: &str, cause: Cause) -> Error {
    tandem_sqlite::Error::Foreign { words: words.to_owned(), cause }.into()
}

fn because(error: postgres::Error) -> Error {
    let state = error.code();
    let cause = match state {
        Some(state) if *state == SqlState::DISK_FULL => Cause::Full,
        Some(state)
            if [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE]
                .contains(state) =>
        {
            Cause::Locked
        }
        Some(state) if *state == SqlState::DATA_CORRUPTED || *state == SqlState::INDEX_CORRUPTED => Cause::Damaged,
        _ if error.is_closed() => Cause::Closed,
        _ => Cause::Other,
    };
    let words = match error.as_db_error() {
        Some(told) => told.message().to_owned(),
        None => error.to_string(),
    };
    failed(&words, cause)
}
