//! Answered commands: a repeat from the same sender gets the same answer and has no further effect.
//!
//! Ids are scoped by sender: no one can use up another's id, or learn its answer.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tandem_conversation::{CommandId, ContactId, ConversationId, LinkId, Position, Rejection, Time, UserId};
use tandem_sql::{Connection, params};
use uuid::Uuid;

use super::sweeps::{STEP, Step};
use super::{Id, StoreError, contacts};

pub(crate) const SCHEMA: &str = "
CREATE TABLE commands (
    id        BLOB NOT NULL PRIMARY KEY,
    -- Of the conversation after the command.
    position  INTEGER NOT NULL,
    -- The rejection as JSON; null if the command was accepted.
    rejection TEXT
) STRICT, WITHOUT ROWID;";

/// Ids are scoped by sender, and mean one thing.
pub(crate) const SENDERS: &str = "
ALTER TABLE commands RENAME TO commands_before;
CREATE TABLE commands (
    id        BLOB NOT NULL,
    -- Kind and id; empty where an older hub did not note it.
    sender    BLOB NOT NULL,
    -- A digest of what was sent; empty likewise.
    content   BLOB NOT NULL,
    -- Of the conversation after the command.
    position  INTEGER NOT NULL,
    -- The rejection as JSON; null if the command was accepted.
    rejection TEXT,
    PRIMARY KEY (id, sender)
) STRICT, WITHOUT ROWID;
INSERT INTO commands (id, sender, content, position, rejection)
    SELECT id, x'', x'', position, rejection FROM commands_before;
DROP TABLE commands_before;";

/// When each was answered, in milliseconds; older rows get the migration's time.
pub(crate) const SINCE: &str = "
ALTER TABLE commands ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
UPDATE commands SET at = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
CREATE INDEX commands_at ON commands (at);";

pub(crate) const OVER: &str = "SELECT id, sender FROM commands WHERE at < ?1 ORDER BY at LIMIT ?2";

/// The answer to a command.
pub(crate) type Answer = Result<Position, Rejection>;

/// The owner of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sender {
    /// A web chat.
    Contact(ContactId),
    User(UserId),
    /// An external agent.
    Link(LinkId),
    Logic,
}

/// A command's content under its sender's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    sender: Sender,
    content: Content,
    /// The digest that an older hub stored for the same content.
    before: Option<Content>,
}

type Content = [u8; 16];

impl Sender {
    fn bytes(self) -> [u8; 17] {
        let (kind, id) = match self {
            Self::Contact(id) => (b'c', id.0),
            Self::User(id) => (b'u', id.0),
            Self::Link(id) => (b'l', id.0),
            Self::Logic => (b'y', Uuid::nil()),
        };
        let mut bytes = [kind; 17];
        bytes[1..].copy_from_slice(id.as_bytes());
        bytes
    }
}

impl Sent {
    /// Hashes the content. Empty, false and null fields are skipped, so that a later program with more fields sends
    /// the same content.
    pub(crate) fn new(sender: Sender, content: &impl Serialize) -> Self {
        let mut digest = Sha256::new();
        feed(&mut digest, &serde_json::to_value(content).unwrap_or_default());
        Self { sender, content: short(digest), before: None }
    }

    /// The same content of another sender.
    pub(crate) fn by(self, sender: Sender) -> Self {
        Self { sender, ..self }
    }

    /// The same content bound to a conversation, which older hubs did not store.
    pub(crate) fn within(self, conversation: ConversationId) -> Self {
        let digest = Sha256::new().chain_update(self.content).chain_update(conversation.0);
        Self { content: short(digest), before: Some(self.content), ..self }
    }

    pub(crate) fn sender(&self) -> Sender {
        self.sender
    }

    fn is(&self, content: &[u8]) -> bool {
        content == self.content || self.before.is_some_and(|before| content == before)
    }
}

fn short(digest: Sha256) -> Content {
    let mut short = Content::default();
    short.copy_from_slice(&digest.finalize()[..16]);
    short
}

fn feed(digest: &mut Sha256, value: &Value) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().filter(|(_, value)| !says_nothing(value)).collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            digest.update(b"{");
            for (name, value) in fields {
                feed_text(digest, name);
                feed(digest, value);
            }
            digest.update(b"}");
        }
        Value::Array(items) => {
            digest.update(b"[");
            items.iter().for_each(|item| feed(digest, item));
            digest.update(b"]");
        }
        Value::String(text) => feed_text(digest, text),
        other => digest.update(other.to_string()),
    }
}

fn feed_text(digest: &mut Sha256, text: &str) {
    digest.update(b"\"");
    digest.update(text.len().to_le_bytes());
    digest.update(text);
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) | Value::Number(_) => false,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(says_nothing),
    }
}

/// The answer to an earlier command with this id and sender. [`Rejection::IdUsed`] if its content differs.
pub(crate) fn find(connection: &Connection, id: CommandId, sent: &Sent) -> Result<Option<Answer>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT sender, content, position, rejection FROM commands WHERE id = ?1")?;
    let mut rows = query.query([Id(id.0)])?;
    let own = sent.sender.bytes();
    while let Some(row) = rows.next()? {
        let (sender, content): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?);
        // Older hubs stored no sender; their answer stands.
        if !sender.is_empty() && sender != own && !has_become(connection, &sender, sent.sender)? {
            continue;
        }
        if !content.is_empty() && !sent.is(&content) {
            return Ok(Some(Err(Rejection::IdUsed)));
        }
        let rejection: Option<String> = row.get(3)?;
        let damaged =
            |error: serde_json::Error| StoreError::Damaged { what: "command", detail: crate::json::problem(&error) };
        return match rejection {
            None => Ok(Some(Ok(Position(row.get(2)?)))),
            Some(json) => Ok(Some(Err(serde_json::from_str(&json).map_err(damaged)?))),
        };
    }
    Ok(None)
}

/// Whether an earlier sender is now this one: a web chat moves when its customer signs in.
fn has_become(connection: &Connection, earlier: &[u8], now: Sender) -> Result<bool, StoreError> {
    let (Some((b'c', id)), Sender::Contact(now)) = (earlier.split_first(), now) else { return Ok(false) };
    let Ok(id) = Uuid::from_slice(id) else { return Ok(false) };
    Ok(contacts::moved_to(connection, ContactId(id))? == Some(now))
}

/// An answer that a repeat will get.
pub(crate) struct Answered {
    pub id: CommandId,
    pub sent: Sent,
    pub answer: Answer,
    pub at: Time,
}

impl Answered {
    /// Its answer to a command with the same id and sender. [`Rejection::IdUsed`] if its content differs.
    pub(crate) fn to(&self, sent: &Sent) -> Answer {
        if sent.is(&self.sent.content) { self.answer.clone() } else { Err(Rejection::IdUsed) }
    }
}

/// Stores answers.
pub(crate) fn insert<'a>(
    connection: &Connection,
    answered: impl Iterator<Item = &'a Answered>,
) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO commands (id, sender, content, position, rejection, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for Answered { id, sent, answer, at } in answered {
        let (position, rejection) = match answer {
            Ok(position) => (position.0, None),
            Err(rejection) => (0, serde_json::to_string(rejection).ok()),
        };
        query.execute_later(params![Id(id.0), sent.sender.bytes(), sent.content, position, rejection, at.0])?;
    }
    Ok(())
}

/// Deletes some old answers.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let sql = format!("DELETE FROM commands WHERE (id, sender) IN ({OVER})");
    Ok(Step::of(connection.prepare_cached(&sql)?.execute(params![before.0, STEP])?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tandem_conversation::{CommandId, ContactId, Position, Rejection, Time, UserId};
    use tandem_sql::Connection;
    use uuid::Uuid;

    use super::{Answered, SCHEMA, SENDERS, SINCE, Sender, Sent, find};
    use crate::store::contacts;

    fn database() -> Connection {
        let connection = Connection::in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        let old =
            "INSERT INTO commands (id, position, rejection) VALUES (x'00000000000000000000000000000007', 9, NULL)";
        connection.execute(old, []).unwrap();
        connection.execute_batch(SENDERS).unwrap();
        connection.execute_batch(SINCE).unwrap();
        let tables = [contacts::SCHEMA, contacts::CUSTOM, contacts::PROVEN, contacts::NOTED];
        tables.iter().for_each(|sql| connection.execute_batch(sql).unwrap());
        connection
    }

    #[test]
    fn an_id_is_its_senders_and_means_one_thing() {
        let connection = database();
        let id = CommandId(Uuid::from_u128(1));
        let carmen = |text: &str| Sent::new(Sender::Contact(ContactId(Uuid::from_u128(2))), &json!({ "text": text }));
        let aiko = Sent::new(Sender::Contact(ContactId(Uuid::from_u128(3))), &json!({ "text": "first" }));
        let maya = Sent::new(Sender::User(UserId(Uuid::from_u128(2))), &json!({ "text": "first" }));
        let insert = |sent: &Sent, answer| {
            super::insert(&connection, [Answered { id, sent: *sent, answer, at: Time(0) }].iter()).unwrap();
        };
        insert(&carmen("first"), Ok(Position(4)));
        assert_eq!(find(&connection, id, &carmen("first")).unwrap(), Some(Ok(Position(4))));
        assert_eq!(find(&connection, id, &carmen("second")).unwrap(), Some(Err(Rejection::IdUsed)));
        for other in [aiko, maya] {
            assert_eq!(find(&connection, id, &other).unwrap(), None, "nobody else's id is used up");
            insert(&other, Err(Rejection::Unknown));
            assert_eq!(find(&connection, id, &other).unwrap(), Some(Err(Rejection::Unknown)));
        }
        assert_eq!(find(&connection, id, &carmen("first")).unwrap(), Some(Ok(Position(4))), "nor read");
    }

    #[test]
    fn what_an_older_hub_has_answered_stays_answered() {
        let connection = database();
        let old = CommandId(Uuid::from_u128(7));
        let anybody = Sent::new(Sender::Logic, &json!({ "text": "whatever it was" }));
        assert_eq!(find(&connection, old, &anybody).unwrap(), Some(Ok(Position(9))));
    }

    #[test]
    fn a_later_program_may_know_more_fields() {
        let sent = |content: serde_json::Value| Sent::new(Sender::Logic, &content);
        let before = sent(json!({ "text": "Hi", "n": 0 }));
        let later = json!({ "n": 0, "force": false, "note": null, "tags": [], "text": "Hi", "more": { "why": "" } });
        assert_eq!(sent(later), before);
        for other in
            [json!({ "text": "Hi", "n": 1 }), json!({ "text": "Hi" }), json!({ "text": "Hi", "n": 0, "b": true })]
        {
            assert_ne!(sent(other), before);
        }
        assert_ne!(sent(json!(["a", "b"])), sent(json!(["ab"])));
    }
}
