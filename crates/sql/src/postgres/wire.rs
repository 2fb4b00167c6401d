//! A session with a PostgreSQL server, which is never waited for without end.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::SinkExt as _;
use futures_util::future::try_join_all;
use tandem_sqlite::Cause;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tokio_postgres::error::{DbError, Severity, SqlState};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error as Refusal, Row, SimpleQueryMessage, Statement};

use super::values::{Param, Sent};
use super::{because, dialect, failed, spread};
use crate::Error;

/// Longer than the server itself allows a statement to take.
const PATIENCE: Duration = Duration::from_secs(70);
/// Maximum statements that wait to be sent.
const TOGETHER: usize = 1_024;

/// A session. Blocks, so never use it on a thread of a runtime.
pub(super) struct Wire {
    runtime: Runtime,
    client: Client,
    /// None waits for as long as it takes.
    patience: Option<Duration>,
    is_useless: bool,
    /// By the text that callers know, and the kinds of its values. The texts are constants, so they are few.
    prepared: HashMap<String, Vec<(Vec<Type>, Statement)>>,
    /// Sent before the next statement.
    later: Vec<Later>,
    /// How many rows wait there.
    waiting: usize,
}

/// One statement, several times in a row.
struct Later {
    sql: String,
    rows: Vec<Vec<Sent>>,
}

impl Wire {
    /// `runtime` drives the session.
    pub(super) fn new(runtime: Runtime, client: Client) -> Self {
        let (prepared, later) = (HashMap::new(), Vec::new());
        Self { runtime, client, patience: Some(PATIENCE), is_useless: false, prepared, later, waiting: 0 }
    }

    pub(super) fn wait_as_long_as_it_takes(&mut self, is_long: bool) {
        self.patience = (!is_long).then_some(PATIENCE);
    }

    /// Whether another session is needed: this one is broken, or its server takes no writes any more.
    pub(super) fn is_useless(&self) -> bool {
        self.is_useless || self.client.is_closed()
    }

    pub(super) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.ask(async |client| client.batch_execute(sql).await)
    }

    /// The first word of an answer.
    pub(super) fn word(&mut self, sql: &str) -> Result<Option<String>, Error> {
        let told = self.ask(async |client| client.simple_query(sql).await)?;
        Ok(told.into_iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    }

    /// A statement in SQLite's words, for values of these kinds.
    pub(super) fn prepare(&mut self, sql: &str, kinds: &[Type]) -> Result<Statement, Error> {
        let known = self.prepared.get(sql).into_iter().flatten();
        if let Some((_, statement)) = known.into_iter().find(|(of, _)| of == kinds) {
            return Ok(statement.clone());
        }
        let told = dialect::translate(sql);
        let statement = self.exchange(async |client| client.prepare_typed(&told, kinds).await)?;
        self.prepared.entry(sql.to_owned()).or_default().push((kinds.to_vec(), statement.clone()));
        Ok(statement)
    }

    pub(super) fn execute(&mut self, statement: &Statement, values: &[&(dyn ToSql + Sync)]) -> Result<u64, Error> {
        self.ask(async |client| client.execute(statement, values).await)
    }

    pub(super) fn execute_later(&mut self, sql: &str, values: Vec<Sent>) -> Result<(), Error> {
        match self.later.last_mut() {
            Some(last) if last.sql == sql => last.rows.push(values),
            _ => self.later.push(Later { sql: sql.to_owned(), rows: vec![values] }),
        }
        self.waiting += 1;
        if self.waiting < TOGETHER { Ok(()) } else { self.send() }
    }

    /// Runs the statements that wait, in their order, without waiting for each other's answers.
    pub(super) fn send(&mut self) -> Result<(), Error> {
        let later = std::mem::take(&mut self.later);
        if later.is_empty() {
            return Ok(());
        }
        self.waiting = 0;
        let mut all = Vec::new();
        for Later { sql, rows } in &later {
            match spread::all(sql, rows) {
                Some(spread) => all.push((self.prepare(&spread.sql, &spread.kinds)?, spread.columns)),
                None => {
                    for row in rows {
                        let kinds: Vec<_> = row.iter().map(Sent::kind).collect();
                        all.push((self.prepare(sql, &kinds)?, row.iter().map(Param::One).collect()));
                    }
                }
            }
        }
        self.exchange(async |client| {
            let all = all.iter().map(|(statement, values)| client.execute_raw(statement, values));
            try_join_all(all).await.map(drop)
        })
    }

    /// Drops the statements that wait.
    pub(super) fn forget(&mut self) {
        self.later.clear();
        self.waiting = 0;
    }

    pub(super) fn query(&mut self, statement: &Statement, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        self.ask(async |client| client.query(statement, values).await)
    }

    /// The one row of an answer.
    pub(super) fn one(&mut self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Row, Error> {
        self.ask(async |client| client.query_one(sql, values).await)
    }

    /// Sends what `COPY ... FROM STDIN` reads.
    pub(super) fn copy_in(&mut self, sql: &str, lines: impl IntoIterator<Item = Vec<u8>>) -> Result<(), Error> {
        self.ask(async |client| {
            let mut into = pin!(client.copy_in::<_, Bytes>(sql).await?);
            for line in lines {
                into.feed(line.into()).await?;
            }
            into.finish().await.map(drop)
        })
    }

    fn ask<T>(&mut self, ask: impl AsyncFnOnce(&Client) -> Result<T, Refusal>) -> Result<T, Error> {
        self.send()?;
        self.exchange(ask)
    }

    fn exchange<T>(&mut self, ask: impl AsyncFnOnce(&Client) -> Result<T, Refusal>) -> Result<T, Error> {
        let Self { runtime, client, patience, .. } = &*self;
        let asked = ask(client);
        let answer = runtime.block_on(async {
            match patience {
                Some(patience) => timeout(*patience, asked).await.ok(),
                None => Some(asked.await),
            }
        });
        match answer {
            Some(Ok(done)) => Ok(done),
            Some(Err(refusal)) => {
                self.is_useless |= ends_session(&refusal);
                Err(because(refusal))
            }
            None => {
                self.is_useless = true;
                Err(failed("PostgreSQL does not answer", Cause::Closed))
            }
        }
    }
}

/// Whether another session is needed after this.
fn ends_session(refusal: &Refusal) -> bool {
    // After a change of the server, another one may take writes under the same address.
    let takes_no_writes = refusal.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION);
    let severity = refusal.as_db_error().and_then(DbError::parsed_severity);
    takes_no_writes || refusal.is_closed() || matches!(severity, Some(Severity::Fatal | Severity::Panic))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use std::time::Duration;

    use tandem_testkit::postgres_process::PostgresProcess;

    use super::super::address::Address;

    #[test]
    fn a_server_that_does_not_answer_is_not_waited_for_without_end() {
        let server = PostgresProcess::start().unwrap();
        let mut wire = Address::parse(&server.url).unwrap().connect().ok().unwrap();
        wire.patience = Some(Duration::from_millis(100));
        assert!(!wire.is_useless());
        let error = wire.batch("SELECT pg_sleep(600)").unwrap_err();
        assert!(error.to_string().ends_with("PostgreSQL does not answer"), "{error}");
        assert!(wire.is_useless());
    }

    #[test]
    fn a_session_that_takes_no_writes_is_replaced() {
        let server = PostgresProcess::start().unwrap();
        let mut wire = Address::parse(&server.url).unwrap().connect().ok().unwrap();
        wire.batch("CREATE TABLE things (id BIGINT)").unwrap();
        wire.batch("SET default_transaction_read_only = on").unwrap();
        wire.batch("INSERT INTO things VALUES (1)").unwrap_err();
        assert!(wire.is_useless());
    }
}
