//! The library: its items with every version, and a number that rises with each change.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tandem_conversation::{
    Action, Content, Conversation, Drawn, Item, ItemState, MediaId, Question, QuestionId, QuickReply, QuickReplyId,
    Skills, UserId,
};
use tandem_sql::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Id, StoreError, brands, passable};

/// Triggers count, so that a running hub notices changes of the command line.
pub(crate) const SCHEMA: &str = "
CREATE TABLE library (
    id      BLOB NOT NULL PRIMARY KEY,
    -- question or quick_reply.
    kind    TEXT NOT NULL,
    -- A question's key, a quick reply's shortcut.
    name    TEXT NOT NULL,
    -- The user whose private quick reply it is; null if it is shared.
    owner   BLOB,
    -- draft, active or retired.
    state   TEXT NOT NULL,
    -- JSON of the newest version.
    body    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX library_of_kind ON library (kind, name, id);
CREATE INDEX library_of_owner ON library (owner, kind, name, id);
CREATE TABLE library_versions (
    item    BLOB NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (item, version)
) STRICT, WITHOUT ROWID;
-- Files of the newest versions. They belong to no conversation.
CREATE TABLE library_files (
    media BLOB NOT NULL,
    item  BLOB NOT NULL,
    PRIMARY KEY (media, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX library_files_of_item ON library_files (item);
CREATE TABLE library_changes (
    -- A user, for their private items; empty for what is shared; one zero byte for anything at all.
    owner   BLOB NOT NULL PRIMARY KEY,
    changes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO library_changes (owner, changes) VALUES (x'00', 0), (x'', 0);
CREATE TRIGGER library_added AFTER INSERT ON library BEGIN
    INSERT INTO library_changes (owner, changes) VALUES (x'00', 1), (coalesce(new.owner, x''), 1)
        ON CONFLICT (owner) DO UPDATE SET changes = changes + 1;
END;
CREATE TRIGGER library_changed AFTER UPDATE ON library BEGIN
    INSERT INTO library_changes (owner, changes)
        VALUES (x'00', 1), (coalesce(new.owner, x''), 1), (coalesce(old.owner, x''), 1)
        ON CONFLICT (owner) DO UPDATE SET changes = changes + 1;
END;
CREATE TRIGGER library_removed AFTER DELETE ON library BEGIN
    INSERT INTO library_changes (owner, changes) VALUES (x'00', 1), (coalesce(old.owner, x''), 1)
        ON CONFLICT (owner) DO UPDATE SET changes = changes + 1;
END;
CREATE TRIGGER library_brand_added AFTER INSERT ON brands BEGIN
    UPDATE library_changes SET changes = changes + 1 WHERE owner IN (x'00', x'');
END;
CREATE TRIGGER library_brand_changed AFTER UPDATE OF key, name ON brands BEGIN
    UPDATE library_changes SET changes = changes + 1 WHERE owner IN (x'00', x'');
END;
CREATE TRIGGER library_brand_removed AFTER DELETE ON brands BEGIN
    UPDATE library_changes SET changes = changes + 1 WHERE owner IN (x'00', x'');
END;
-- Agents had a button with these words before.
INSERT INTO library (id, kind, name, owner, state, body) VALUES (
    x'019a0000000070008000000000000001', 'quick_reply', 'working-on-it', NULL, 'active',
    '{\"id\":\"019a0000-0000-7000-8000-000000000001\",\"shortcut\":\"working-on-it\",\"title\":\"Working on it\",'
    || '\"texts\":{\"en\":\"I''m working on it and will be right back with you.\"},\"scope\":{\"type\":\"everybody\"},'
    || '\"folder\":[],\"channels\":[],\"note\":false,\"version\":1,\"state\":\"active\",\"at\":\"2026-11-27T00:00:00.000Z\"}');
INSERT INTO library_versions (item, version, body) SELECT id, 1, body FROM library;";

/// Marks the quick reply that Tandem brings along as one that holds the line.
pub(crate) const HOLDING: &str = r#"
UPDATE library SET body = replace(body, '"version":', '"holding":true,"version":')
    WHERE kind = 'quick_reply' AND name = 'working-on-it' AND owner IS NULL;"#;

/// The owner of shared items in [`Changes`].
const SHARED: &[u8] = &[];
/// Counts every change in [`Changes`].
const ANY: &[u8] = &[0];

fn state_name(state: ItemState) -> &'static str {
    match state {
        ItemState::Draft => "draft",
        ItemState::Active => "active",
        ItemState::Retired => "retired",
    }
}

fn json<T: Serialize>(item: &T) -> Result<String, StoreError> {
    serde_json::to_string(item).map_err(|error| StoreError::Damaged { what: "library item", detail: error.to_string() })
}

fn parsed<T: DeserializeOwned>(body: &str) -> Result<T, StoreError> {
    #[cfg(test)]
    testing::READ.set(testing::READ.get() + 1);
    serde_json::from_str(body).map_err(|error| StoreError::Damaged { what: "library item", detail: error.to_string() })
}

fn body(row: &Row<'_>) -> Result<String, tandem_sql::Error> {
    row.get(0)
}

fn all<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    parameters: impl tandem_sql::Params,
) -> Result<Vec<T>, StoreError> {
    let mut query = connection.prepare_cached(sql)?;
    let bodies = query.query_map(parameters, body)?.collect::<Result<Vec<_>, _>>()?;
    let read = |body: String| passable(parsed(&body)).transpose();
    bodies.into_iter().filter_map(read).collect()
}

const QUESTIONS: &str = "SELECT body FROM library WHERE kind = 'question' ORDER BY name, id";
const QUESTION_VERSIONS: &str = "SELECT v.body FROM library l JOIN library_versions v ON v.item = l.id
                               WHERE l.kind = 'question' ORDER BY l.id, v.version";
const SHARED_REPLIES: &str = "SELECT body FROM library WHERE owner IS NULL AND kind = 'quick_reply' ORDER BY name, id";
const OWN_REPLIES: &str = "SELECT body FROM library WHERE owner = ?1 AND kind = 'quick_reply' ORDER BY name, id";

/// All questions, by key.
pub(crate) fn questions(connection: &Connection) -> Result<Vec<Question>, StoreError> {
    all(connection, QUESTIONS, [])
}

/// Every version of every question.
pub(crate) fn question_versions(connection: &Connection) -> Result<Vec<Question>, StoreError> {
    all(connection, QUESTION_VERSIONS, [])
}

/// Everybody's and teams' quick replies, by shortcut.
pub(crate) fn shared_replies(connection: &Connection) -> Result<Vec<QuickReply>, StoreError> {
    all(connection, SHARED_REPLIES, [])
}

/// A user's private quick replies, by shortcut.
pub(crate) fn own_replies(connection: &Connection, user: UserId) -> Result<Vec<QuickReply>, StoreError> {
    all(connection, OWN_REPLIES, [Id(user.0)])
}

const BY_KEY: &str = "SELECT body FROM library WHERE kind = 'question' AND name = ?1";
const SHARED_BY_SHORTCUT: &str = "SELECT body FROM library WHERE owner IS NULL AND kind = 'quick_reply' AND name = ?1";
const OWN_BY_SHORTCUT: &str = "SELECT body FROM library WHERE owner = ?2 AND kind = 'quick_reply' AND name = ?1";

/// The questions with this key, retired ones included.
pub(crate) fn questions_named(connection: &Connection, key: &str) -> Result<Vec<Question>, StoreError> {
    all(connection, BY_KEY, [key])
}

/// The active question with this key.
pub(crate) fn question_by_key(connection: &Connection, key: &str) -> Result<Option<Question>, StoreError> {
    Ok(questions_named(connection, key)?.into_iter().find(|question| question.state == ItemState::Active))
}

/// Puts the library's words into questions that name a key; those without one stay as they are, and are refused.
pub(crate) fn fill(connection: &Connection, actions: &mut [Action], state: &Conversation) -> Result<(), StoreError> {
    for action in actions {
        let Action::Question { text, choices, key, language, library, .. } = action else { continue };
        *library = None;
        let Some(key) = key else { continue };
        let Some(question) = question_by_key(connection, key)? else { continue };
        let brand = match state.brand {
            Some(id) => brands::all(connection)?.into_iter().find(|brand| brand.id == id),
            None => None,
        };
        if !question.is_offered(brand.as_ref().map(|brand| brand.look.id.as_str()), state.channel) {
            continue;
        }
        let own =
            [language.as_deref().or(state.language.as_deref()), brand.as_ref().and_then(|b| b.language.as_deref())];
        let wanted: Vec<&str> = own.into_iter().flatten().collect();
        let Some((_, found)) = question.text_for(&wanted) else { continue };
        if let Content::Question { text: words, choices: offered } = found.content() {
            (*text, *choices) = (words, offered);
            *library = Some(Box::new(Drawn::question(question.id, question.version)));
        }
    }
    Ok(())
}

/// The shared quick replies with this shortcut, and those of `user`, retired ones included.
pub(crate) fn replies_named(
    connection: &Connection,
    shortcut: &str,
    user: Option<UserId>,
) -> Result<Vec<QuickReply>, StoreError> {
    let mut found = all(connection, SHARED_BY_SHORTCUT, [shortcut])?;
    if let Some(user) = user {
        found.extend(all::<QuickReply>(connection, OWN_BY_SHORTCUT, params![shortcut, Id(user.0)])?);
    }
    Ok(found)
}

/// An item of this kind, with its owner if it is private.
fn get<T: DeserializeOwned>(
    connection: &Connection,
    id: Uuid,
    kind: &str,
) -> Result<Option<(T, Option<UserId>)>, StoreError> {
    let mut query = connection.prepare_cached("SELECT body, owner FROM library WHERE id = ?1 AND kind = ?2")?;
    let row = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Option<Id>>(1)?));
    let found = query.query_row(params![Id(id), kind], row).optional()?;
    found.map(|(body, owner)| Ok((parsed(&body)?, owner.map(|owner| UserId(owner.0))))).transpose()
}

pub(crate) fn question(connection: &Connection, id: QuestionId) -> Result<Option<Question>, StoreError> {
    Ok(get(connection, id.0, "question")?.map(|(question, _)| question))
}

/// A quick reply, with its owner if it is private.
pub(crate) fn quick_reply(
    connection: &Connection,
    id: QuickReplyId,
) -> Result<Option<(QuickReply, Option<UserId>)>, StoreError> {
    get(connection, id.0, "quick_reply")
}

/// Whether any item has this id.
pub(crate) fn is_taken(connection: &Connection, id: Uuid) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached("SELECT 1 FROM library WHERE id = ?1")?.exists([Id(id)])?)
}

/// Whether a quick reply asks this question.
pub(crate) fn is_asked(connection: &Connection, id: QuestionId) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT 1 FROM library WHERE kind = 'quick_reply' AND state <> 'retired' AND json_extract(body, '$.question') = ?1",
    )?;
    Ok(query.exists([id.to_string()])?)
}

/// A new version of an item, ready to be stored.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub id: Uuid,
    /// A question's key, a quick reply's shortcut.
    pub name: String,
    /// The user of a private quick reply.
    pub owner: Option<UserId>,
    kind: &'static str,
    state: ItemState,
    version: u32,
    body: String,
    files: Vec<MediaId>,
}

impl Prepared {
    pub(crate) fn of(item: &Item, owner: Option<UserId>) -> Result<Self, StoreError> {
        let (id, kind, name, state, version, body) = match item {
            Item::Question(q) => (q.id.0, "question", &q.key, q.state, q.version, json(q)?),
            Item::QuickReply(r) => (r.id.0, "quick_reply", &r.shortcut, r.state, r.version, json(r)?),
        };
        let files = match item {
            Item::QuickReply(reply) => reply.attachments.iter().map(|media| media.id).collect(),
            Item::Question(_) => Vec::new(),
        };
        Ok(Self { id, name: name.clone(), owner, kind, state, version, body, files })
    }

    /// What it adds to its owner's items.
    pub(crate) fn size(&self) -> Size {
        match self.state {
            ItemState::Retired => Size::default(),
            ItemState::Draft | ItemState::Active => Size { items: 1, bytes: self.body.len() },
        }
    }
}

/// Stores a new version.
pub(crate) fn put(connection: &Connection, item: &Prepared) -> Result<(), StoreError> {
    let Prepared { id, name, owner, kind, state, version, body, files } = item;
    connection
        .prepare_cached(
            "INSERT INTO library (id, kind, name, owner, state, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner = excluded.owner, state = excluded.state,
                 body = excluded.body",
        )?
        .execute(params![Id(*id), kind, name, owner.map(|user| Id(user.0)), state_name(*state), body])?;
    connection
        .prepare_cached(
            "INSERT INTO library_versions (item, version, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (item, version) DO UPDATE SET body = excluded.body",
        )?
        .execute(params![Id(*id), version, body])?;
    connection.prepare_cached("DELETE FROM library_files WHERE item = ?1")?.execute([Id(*id)])?;
    for file in files {
        connection
            .prepare_cached("INSERT INTO library_files (media, item) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute([Id(file.0), Id(*id)])?;
    }
    Ok(())
}

/// The quick replies that a file goes with, each with its owner if it is private.
pub(crate) fn replies_with(
    connection: &Connection,
    media: MediaId,
) -> Result<Vec<(QuickReply, Option<UserId>)>, StoreError> {
    let mut query = connection.prepare_cached("SELECT item FROM library_files WHERE media = ?1")?;
    let items = query.query_map([Id(media.0)], |row| Ok(row.get::<_, Id>(0)?.0))?;
    let items: Vec<Uuid> = items.collect::<Result<_, _>>()?;
    items.into_iter().filter_map(|item| quick_reply(connection, QuickReplyId(item)).transpose()).collect()
}

/// Removes an item that was never used.
pub(crate) fn remove(connection: &Connection, id: Uuid) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM library WHERE id = ?1")?.execute([Id(id)])?;
    connection.prepare_cached("DELETE FROM library_versions WHERE item = ?1")?.execute([Id(id)])?;
    connection.prepare_cached("DELETE FROM library_files WHERE item = ?1")?.execute([Id(id)])?;
    Ok(())
}

const VERSIONS: &str = "SELECT body FROM library_versions WHERE item = ?1 ORDER BY version DESC LIMIT 100";

/// The newest versions of an item, newest first.
pub(crate) fn versions<T: DeserializeOwned>(connection: &Connection, id: Uuid) -> Result<Vec<T>, StoreError> {
    all(connection, VERSIONS, [Id(id)])
}

/// An item as it was in a version.
pub(crate) fn in_version<T: DeserializeOwned>(
    connection: &Connection,
    id: Uuid,
    version: u32,
) -> Result<Option<T>, StoreError> {
    let mut query = connection.prepare_cached("SELECT body FROM library_versions WHERE item = ?1 AND version = ?2")?;
    let found = query.query_row(params![Id(id), version], body).optional()?;
    found.map(|body| parsed(&body)).transpose()
}

/// The number and stored bytes of items, retired ones aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub items: usize,
    pub bytes: usize,
}

impl std::ops::Add for Size {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { items: self.items + other.items, bytes: self.bytes + other.bytes }
    }
}

impl std::ops::Sub for Size {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { items: self.items.saturating_sub(other.items), bytes: self.bytes.saturating_sub(other.bytes) }
    }
}

fn size_of(items: i64, bytes: i64) -> Size {
    let number = |value: i64| usize::try_from(value).unwrap_or(usize::MAX);
    Size { items: number(items), bytes: number(bytes) }
}

/// What an owner sees as theirs; no owner for shared items.
pub(crate) fn size(connection: &Connection, owner: Option<UserId>) -> Result<Size, StoreError> {
    let row = |row: &Row<'_>| Ok(size_of(row.get(0)?, row.get(1)?));
    let sum = "SELECT count(*), coalesce(sum(octet_length(body)), 0) FROM library WHERE state <> 'retired' AND";
    Ok(match owner {
        None => connection.prepare_cached(&format!("{sum} owner IS NULL"))?.query_row([], row)?,
        Some(user) => connection.prepare_cached(&format!("{sum} owner = ?1"))?.query_row([Id(user.0)], row)?,
    })
}

/// Whose stored item this is, and what it adds to theirs; none if it adds nothing.
pub(crate) fn weight(connection: &Connection, id: Uuid) -> Result<Option<(Option<UserId>, Size)>, StoreError> {
    let mut query = connection
        .prepare_cached("SELECT owner, octet_length(body) FROM library WHERE id = ?1 AND state <> 'retired'")?;
    let row = |row: &Row<'_>| {
        let owner = row.get::<_, Option<Id>>(0)?.map(|owner| UserId(owner.0));
        Ok((owner, size_of(1, row.get(1)?)))
    };
    Ok(query.query_row([Id(id)], row).optional()?)
}

/// How often the library was changed, by owner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    shared: i64,
    own: std::collections::HashMap<Uuid, i64>,
}

impl Changes {
    pub(crate) fn read(connection: &Connection) -> Result<Self, StoreError> {
        let mut query = connection.prepare_cached("SELECT owner, changes FROM library_changes ORDER BY owner")?;
        let mut rows = query.query([])?;
        let mut changes = Self::default();
        while let Some(row) = rows.next()? {
            let (owner, count): (Vec<u8>, i64) = (row.get(0)?, row.get(1)?);
            match Uuid::from_slice(&owner) {
                Ok(user) => drop(changes.own.insert(user, count)),
                Err(_) if owner == SHARED => changes.shared = count,
                Err(_) => {}
            }
        }
        Ok(changes)
    }

    /// Names what a user sees of the library. Another log counts its changes differently.
    pub(crate) fn stamp(&self, log: Uuid, user: UserId, skills: &Skills) -> String {
        let own = self.own.get(&user.0).copied().unwrap_or_default();
        let mut brands: Vec<String> = skills.brands.iter().map(|brand| brand.0.simple().to_string()).collect();
        brands.sort();
        format!("{}.{}.{own}.{}", log.simple(), self.shared, brands.join("."))
    }
}

/// How often anything was changed.
pub(crate) fn changes(connection: &Connection) -> Result<i64, StoreError> {
    let mut query = connection.prepare_cached("SELECT changes FROM library_changes WHERE owner = ?1")?;
    Ok(query.query_row([ANY], |row| row.get(0)).optional()?.unwrap_or_default())
}

#[cfg(test)]
pub(crate) mod testing {
    use std::cell::Cell;

    thread_local! {
        /// Items read on this thread.
        pub(crate) static READ: Cell<usize> = const { Cell::new(0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MIGRATIONS;
    use crate::store::testing::assert_indexed;

    #[test]
    fn every_list_follows_an_index() {
        for sql in [QUESTIONS, SHARED_REPLIES, OWN_REPLIES, BY_KEY, SHARED_BY_SHORTCUT, OWN_BY_SHORTCUT, VERSIONS] {
            assert_indexed(sql, false);
        }
    }

    #[test]
    fn tandem_brings_the_words_of_the_former_button_along() {
        let connection = Connection::in_memory().unwrap();
        for step in MIGRATIONS {
            connection.execute_batch(step.sql).unwrap();
        }
        let shared = shared_replies(&connection).unwrap();
        let [reply] = shared.as_slice() else { panic!("{shared:?}") };
        assert_eq!(reply.texts["en"], "I'm working on it and will be right back with you.");
        assert_eq!(reply.clone().checked().unwrap(), *reply);
        assert!(reply.holding, "they are no answer");
        let first = QuickReply { holding: false, ..reply.clone() };
        assert_eq!(versions::<QuickReply>(&connection, reply.id.0).unwrap(), [first], "as it was");
        let before = changes(&connection).unwrap();
        connection
            .execute(
                "INSERT INTO brands (id, key, name, greeting, accent, domains) VALUES (x'01', 'a', 'A', '', '', '')",
                [],
            )
            .unwrap();
        assert!(changes(&connection).unwrap() > before, "brands have names there");
    }
}
