//! The hub's tables, one file each. Every function runs inside its caller's transaction or read snapshot; none
//! commits.

pub(crate) mod activity;
pub mod alerts;
pub(crate) mod attempts;
pub mod auth;
pub mod brands;
pub mod buttons;
pub mod commands;
pub mod contacts;
pub mod conversations;
pub mod events;
pub(crate) mod hours;
pub(crate) mod identity_key;
pub(crate) mod library;
pub(crate) mod library_uses;
pub mod links;
pub mod log;
pub mod logic_requests;
pub(crate) mod looks;
pub mod mails;
pub mod media;
pub(crate) mod postgres;
pub(crate) mod pulse;
pub(crate) mod reviews;
pub mod search;
pub(crate) mod sends;
pub(crate) mod sweeps;
pub(crate) mod unknown;
pub mod users;
pub mod visits;
pub(crate) mod whatsapp;
pub(crate) mod withdrawn;

use tandem_sql::{Connection, FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ToSqlResult, ValueRef};
use tandem_sqlite::Migration;
use uuid::Uuid;

/// The account's database.
pub(crate) type Database<C> = tandem_sqlite::Database<C, tandem_sql::Connection>;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(transparent)]
    Database(#[from] tandem_sqlite::Error),
    /// This program cannot read a row.
    #[error("damaged {what}: {detail}")]
    Damaged { what: &'static str, detail: String },
    /// A newer version wrote the row: a change would drop what this program does not know.
    #[error("this {what} was written by a newer version of the hub: it can be read, but not changed")]
    Newer { what: &'static str },
    /// The conversation refused; the caller's writes are undone.
    #[error(transparent)]
    Rejected(#[from] tandem_conversation::Rejection),
}

/// The index of searches is a file of SQLite, whatever keeps the account.
impl From<tandem_sqlite::rusqlite::Error> for StoreError {
    fn from(error: tandem_sqlite::rusqlite::Error) -> Self {
        Self::Database(error.into())
    }
}

impl From<tandem_sql::Error> for StoreError {
    fn from(error: tandem_sql::Error) -> Self {
        Self::Database(error.into())
    }
}

/// Skips a row that this program cannot use, with a log line; other errors stay errors.
pub(crate) fn passable<T>(read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Err(error @ (StoreError::Damaged { .. } | StoreError::Newer { .. })) => {
            tracing::error!(%error, "a row is left out");
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// A UUID as its 16 bytes.
pub(crate) struct Id(pub Uuid);

impl ToSql for Id {
    fn to_sql(&self) -> ToSqlResult<'_> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_bytes())))
    }
}

impl FromSql for Id {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?;
        Uuid::from_slice(bytes).map(Self).map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}

/// All migrations, in order. A released one never changes.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "events", sql: events::SCHEMA },
    Migration { name: "conversations and involvement", sql: conversations::SCHEMA },
    Migration { name: "commands", sql: commands::SCHEMA },
    Migration { name: "users", sql: users::SCHEMA },
    Migration { name: "sign-ins", sql: auth::SCHEMA },
    Migration { name: "brands", sql: brands::SCHEMA },
    Migration { name: "customers and contacts", sql: contacts::SCHEMA },
    Migration { name: "media", sql: media::SCHEMA },
    Migration { name: "requests to Your Logic", sql: logic_requests::SCHEMA },
    Migration { name: "renewals of sign-ins whose answer was lost", sql: auth::RENEWALS },
    Migration { name: "alerts", sql: alerts::SCHEMA },
    Migration { name: "whom users serve", sql: users::SKILLS },
    Migration { name: "links of external agents", sql: links::SCHEMA },
    Migration { name: "mails on their way", sql: mails::SCHEMA },
    Migration { name: "files of external agents", sql: media::LINKS },
    Migration { name: "data about customers", sql: contacts::CUSTOM },
    Migration { name: "custom buttons", sql: buttons::SCHEMA },
    Migration { name: "customers who are proven", sql: contacts::PROVEN },
    Migration { name: "secrets of brands", sql: brands::SECRETS },
    Migration { name: "what web chats show", sql: conversations::SHOWN },
    Migration { name: "whether writes are kept", sql: pulse::SCHEMA },
    Migration { name: "which key made the brands' secrets", sql: identity_key::SCHEMA },
    Migration { name: "to which conversation files belong", sql: media::BELONGING },
    Migration { name: "ids of commands are their senders'", sql: commands::SENDERS },
    Migration { name: "brands of calls for help", sql: conversations::BRAND },
    Migration { name: "rights that end", sql: users::RIGHTS },
    Migration { name: "when sign-ins were renewed", sql: auth::RENEWED },
    Migration { name: "attempts to sign in", sql: attempts::SCHEMA },
    Migration { name: "since when commands are remembered", sql: commands::SINCE },
    Migration { name: "what is swept", sql: sweeps::SCHEMA },
    Migration { name: "identity of the log", sql: log::SCHEMA },
    Migration { name: "conversations in progress by id", sql: conversations::IN_PROGRESS_BY_ID },
    Migration { name: "contacts who want a new conversation", sql: contacts::WANTS_NEW },
    Migration { name: "who invited external agents", sql: links::INVITERS },
    Migration { name: "files of strangers", sql: media::STRANGERS },
    Migration { name: "when links ended", sql: links::ENDED_AT },
    Migration { name: "the library", sql: library::SCHEMA },
    Migration { name: "uses of the library", sql: library_uses::SCHEMA },
    Migration { name: "languages of brands", sql: brands::LANGUAGES },
    Migration { name: "turns from the library that wait", sql: library_uses::WAITING },
    Migration { name: "addresses that agents noted", sql: contacts::NOTED },
    Migration { name: "rows behind their log", sql: conversations::BEHIND },
    Migration { name: "who was present", sql: activity::SCHEMA },
    Migration { name: "why sign-ins ended", sql: auth::ENDED },
    Migration { name: "turns by their ids", sql: events::TURN_IDS },
    Migration { name: "WhatsApp", sql: whatsapp::SCHEMA },
    Migration { name: "targets of brands", sql: brands::TARGETS },
    Migration { name: "pace and read marks of WhatsApp", sql: whatsapp::MARKS },
    Migration { name: "what WhatsApp messages cost", sql: whatsapp::USAGE },
    Migration { name: "files that WhatsApp has, and that it still owes", sql: whatsapp::FILES },
    Migration { name: "withdrawn words", sql: withdrawn::SCHEMA },
    Migration { name: "business hours", sql: hours::SCHEMA },
    Migration { name: "webhooks of WhatsApp by number", sql: whatsapp::INBOX },
    Migration { name: "one queue for all channels", sql: sends::SCHEMA },
    Migration { name: "how Meta sees numbers of WhatsApp", sql: whatsapp::STANDING },
    Migration { name: "who is told that we type on WhatsApp", sql: whatsapp::TYPING },
    Migration { name: "reviews", sql: reviews::SCHEMA },
    Migration { name: "which numbers of WhatsApp are also on a phone", sql: whatsapp::COEXISTENCE },
    Migration { name: "reviews that are filed, and disputes", sql: reviews::FILED },
    Migration { name: "reviews that are declined, deleted and confirmed", sql: reviews::ENDED },
    Migration { name: "who looked through whose eyes", sql: looks::SCHEMA },
    Migration { name: "who looked at a conversation", sql: looks::OF_CONVERSATION },
    Migration { name: "reactions on WhatsApp", sql: whatsapp::reactions::SCHEMA },
    Migration { name: "numbers of WhatsApp that were removed", sql: whatsapp::REMOVED },
    Migration { name: "business hours of numbers", sql: hours::OF_NUMBERS },
    Migration { name: "when customers on WhatsApp wished for no marketing", sql: whatsapp::WISHES },
    Migration { name: "messages on WhatsApp that were changed before they came", sql: whatsapp::amended::SCHEMA },
    Migration { name: "in which order calls changed", sql: alerts::CHANGED },
    Migration { name: "a quick reply that holds the line", sql: library::HOLDING },
    Migration { name: "when names on WhatsApp were seen last", sql: whatsapp::SEEN },
    Migration { name: "people on WhatsApp", sql: whatsapp::people::SCHEMA },
    Migration { name: "how messages on WhatsApp were named", sql: whatsapp::messages::BY_ID },
];

/// Parts of the schema that are not there although a step has made them.
#[derive(Debug, Default)]
pub(crate) struct Lacking {
    /// Tables, and columns as `table.column`.
    pub data: Vec<String>,
    pub indices: Vec<String>,
}

/// What is missing of what the first `steps` of the schema have made.
pub(crate) fn lacking(connection: &Connection, steps: usize) -> Result<Lacking, StoreError> {
    let whole = Connection::in_memory()?;
    for step in MIGRATIONS.iter().take(steps) {
        whole.execute_batch(step.sql)?;
    }
    let (whole, there) = (whole.outline()?, connection.outline()?);
    let mut lacking = Lacking::default();
    for one in whole.difference(&there) {
        let table = one.split_once('.').map(|(table, _)| table);
        match table {
            // A table that is gone is named once.
            Some(table) if !there.contains(table) => {}
            Some(_) => lacking.data.push(one.clone()),
            None if whole.iter().any(|other| other.starts_with(&format!("{one}."))) => lacking.data.push(one.clone()),
            None => lacking.indices.push(one.clone()),
        }
    }
    Ok(lacking)
}

#[cfg(test)]
pub(crate) mod testing {
    //! Query plans over the newest schema.

    use tandem_sql::{Connection, ToSql};

    use super::MIGRATIONS;

    /// An empty database of the newest schema.
    pub(crate) fn empty() -> Connection {
        let connection = Connection::in_memory().unwrap();
        for migration in MIGRATIONS {
            connection.execute_batch(migration.sql).unwrap();
        }
        connection
    }

    /// Fails unless `sql` uses indices: no full scan, and no sorting unless allowed.
    pub(crate) fn assert_indexed(sql: &str, may_sort: bool) {
        let connection = empty();
        let mut query = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let values = vec![1; query.parameter_count()];
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
        let mut rows = query.query(values.as_slice()).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let line: String = row.get(3).unwrap();
            assert!(may_sort || !line.contains("TEMP B-TREE"), "sorts instead of following an index: {line}\n{sql}");
            assert!(!line.starts_with("SCAN") || line.contains("INDEX"), "reads a whole table: {line}\n{sql}");
        }
    }
}
