//! People on WhatsApp: the ids that they have, and when which phone number was whose. What is known of somebody holds for
//! all of our numbers.

use tandem_conversation::{ContactId, Time};
use tandem_sql::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use crate::store::{Id, StoreError};

/// Chats are a person's, and names are: before, each chat had names of its own, also on each of our numbers.
pub(crate) const SCHEMA: &str = "
-- Whose chat it is.
ALTER TABLE whatsapp_routes ADD COLUMN person BLOB;
UPDATE whatsapp_routes SET person = coalesce(
    (SELECT o.route FROM whatsapp_names m JOIN whatsapp_names o ON o.kind = m.kind AND o.value = m.value
     WHERE m.route = whatsapp_routes.id AND m.kind = 'whatsapp_user' ORDER BY o.route LIMIT 1), id);
CREATE INDEX whatsapp_routes_of_person ON whatsapp_routes (person, number);
CREATE TABLE whatsapp_users (
    value  TEXT NOT NULL PRIMARY KEY,
    person BLOB NOT NULL,
    -- Where it was heard last, and when: another business account knows people by other ids.
    number TEXT NOT NULL,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_users_of_person ON whatsapp_users (person);
INSERT INTO whatsapp_users (value, person, number, at)
    SELECT n.value, r.person, n.number, coalesce(n.seen_at, n.from_at)
    FROM whatsapp_names n JOIN whatsapp_routes r ON r.id = n.route WHERE n.kind = 'whatsapp_user' ORDER BY n.id DESC
    ON CONFLICT (value) DO NOTHING;
CREATE TABLE whatsapp_parents (
    value  TEXT NOT NULL,
    person BLOB NOT NULL,
    PRIMARY KEY (value, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_parents_of_person ON whatsapp_parents (person);
INSERT INTO whatsapp_parents (value, person)
    SELECT n.value, r.person FROM whatsapp_names n JOIN whatsapp_routes r ON r.id = n.route
    WHERE n.kind = 'whatsapp_parent' ON CONFLICT (value, person) DO NOTHING;
CREATE TABLE whatsapp_holds (
    id      INTEGER NOT NULL PRIMARY KEY,
    -- A phone number, in digits.
    value   TEXT NOT NULL,
    person  BLOB NOT NULL,
    -- 1 if the number came together with an id, or WhatsApp announced it.
    proven  INTEGER NOT NULL,
    -- The first and the last time of which that is known.
    from_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX whatsapp_holds_by_value ON whatsapp_holds (value, proven, from_at);
CREATE INDEX whatsapp_holds_of_person ON whatsapp_holds (person, proven, from_at);
INSERT INTO whatsapp_holds (value, person, proven, from_at, seen_at)
    SELECT n.value, r.person,
           CASE WHEN EXISTS (SELECT 1 FROM whatsapp_names u WHERE u.route = n.route AND u.kind = 'whatsapp_user')
                THEN 1 ELSE 0 END,
           n.from_at,
           CASE WHEN n.until_at < coalesce(n.seen_at, n.until_at) THEN n.until_at
                ELSE coalesce(n.seen_at, n.until_at, n.from_at) END
    FROM whatsapp_names n JOIN whatsapp_routes r ON r.id = n.route WHERE n.kind = 'whatsapp_number' ORDER BY n.id;
UPDATE whatsapp_holds SET seen_at = from_at WHERE seen_at < from_at;
DROP TABLE whatsapp_names;
-- The phone number, if the author was named by nothing else.
ALTER TABLE whatsapp_amended ADD COLUMN named TEXT;";

/// Somebody on WhatsApp, with one chat with each of our numbers that they wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Person(pub Uuid);

impl Person {
    pub(crate) fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

/// A time in which a phone number was somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hold {
    pub id: i64,
    pub value: String,
    pub person: Person,
    /// Whether the number came together with an id, or WhatsApp announced it.
    pub is_proven: bool,
    pub from: Time,
    pub seen: Time,
}

/// Whose holds: those of a phone number, or those of a person.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of<'a> {
    Number(&'a str),
    Person(Person),
}

const BEFORE: [&str; 2] = [
    "SELECT id, value, person, proven, from_at, seen_at FROM whatsapp_holds
     WHERE value = ?1 AND proven = ?2 AND from_at <= ?3 ORDER BY from_at DESC, id DESC LIMIT 1",
    "SELECT id, value, person, proven, from_at, seen_at FROM whatsapp_holds
     WHERE person = ?1 AND proven = ?2 AND from_at <= ?3 ORDER BY from_at DESC, id DESC LIMIT 1",
];
const AFTER: [&str; 2] = [
    "SELECT id, value, person, proven, from_at, seen_at FROM whatsapp_holds
     WHERE value = ?1 AND proven = ?2 AND from_at > ?3 ORDER BY from_at, id LIMIT 1",
    "SELECT id, value, person, proven, from_at, seen_at FROM whatsapp_holds
     WHERE person = ?1 AND proven = ?2 AND from_at > ?3 ORDER BY from_at, id LIMIT 1",
];

fn hold(row: &Row) -> Result<Hold, tandem_sql::Error> {
    Ok(Hold {
        id: row.get(0)?,
        value: row.get(1)?,
        person: Person(row.get::<_, Id>(2)?.0),
        is_proven: row.get(3)?,
        from: Time(row.get(4)?),
        seen: Time(row.get(5)?),
    })
}

fn one(
    connection: &Connection,
    [number, person]: [&str; 2],
    (of, proven, at): (Of<'_>, bool, Time),
) -> Result<Option<Hold>, StoreError> {
    let found = match of {
        Of::Number(value) => connection.prepare_cached(number)?.query_row(params![value, proven, at.0], hold),
        Of::Person(id) => connection.prepare_cached(person)?.query_row(params![Id(id.0), proven, at.0], hold),
    };
    Ok(found.optional()?)
}

/// The last hold that begins at that time or before.
pub(crate) fn before(connection: &Connection, of: Of<'_>, proven: bool, at: Time) -> Result<Option<Hold>, StoreError> {
    one(connection, BEFORE, (of, proven, at))
}

/// The first hold that begins later.
pub(crate) fn after(connection: &Connection, of: Of<'_>, proven: bool, at: Time) -> Result<Option<Hold>, StoreError> {
    one(connection, AFTER, (of, proven, at))
}

/// Adds a hold.
pub(crate) fn put(
    connection: &Connection,
    (value, person): (&str, Person),
    proven: bool,
    (from, seen): (Time, Time),
) -> Result<(), StoreError> {
    let sql = "INSERT INTO whatsapp_holds (value, person, proven, from_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.prepare_cached(sql)?.execute(params![value, Id(person.0), proven, from.0, seen.0])?;
    Ok(())
}

/// Changes when a hold begins and ends.
pub(crate) fn set(connection: &Connection, hold: i64, (from, seen): (Time, Time)) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_holds SET from_at = ?2, seen_at = ?3 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![hold, from.0, seen.0])?;
    Ok(())
}

/// The hold of a number that seems to be a person's.
pub(crate) fn guessed(connection: &Connection, value: &str, person: Person) -> Result<Option<Hold>, StoreError> {
    Ok(connection.prepare_cached(GUESSED)?.query_row(params![value, Id(person.0)], hold).optional()?)
}

const GUESSED: &str = "
SELECT id, value, person, proven, from_at, seen_at FROM whatsapp_holds WHERE person = ?2 AND proven = 0 AND value = ?1";

const UNNAMED: &str = "
SELECT h.id, h.value, h.person, h.proven, h.from_at, h.seen_at FROM whatsapp_holds h
WHERE h.value = ?1 AND NOT EXISTS (SELECT 1 FROM whatsapp_users u WHERE u.person = h.person)";

/// The holds of a number by those of whom no id is known.
pub(crate) fn unnamed(connection: &Connection, value: &str) -> Result<Vec<Hold>, StoreError> {
    let mut query = connection.prepare_cached(UNNAMED)?;
    let rows = query.query_map([value], hold)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const OF_USER: &str = "SELECT person, number, at FROM whatsapp_users WHERE value = ?1";

/// Which of our numbers heard an id last, and when.
pub(crate) struct Heard {
    pub number: String,
    pub at: Time,
}

/// Who has this id.
pub(crate) fn of_user(connection: &Connection, value: &str) -> Result<Option<(Person, Heard)>, StoreError> {
    let found = connection.prepare_cached(OF_USER)?.query_row([value], |row| {
        Ok((Person(row.get::<_, Id>(0)?.0), Heard { number: row.get(1)?, at: Time(row.get(2)?) }))
    });
    Ok(found.optional()?)
}

const HAS_ID: &str = "SELECT 1 FROM whatsapp_users WHERE person = ?1";

/// Whether an id of theirs is known.
pub(crate) fn has_id(connection: &Connection, person: Person) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached(HAS_ID)?.exists([Id(person.0)])?)
}

const OF_PARENT: &str = "SELECT person FROM whatsapp_parents WHERE value = ?1 LIMIT 2";

/// Who has this id of several accounts, if it is one person.
pub(crate) fn of_parent(connection: &Connection, value: &str) -> Result<Option<Person>, StoreError> {
    let mut query = connection.prepare_cached(OF_PARENT)?;
    let rows = query.query_map([value], |row| row.get::<_, Id>(0))?;
    let found = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(if let [id] = &found[..] { Some(Person(id.0)) } else { None })
}

const USER: &str = "
SELECT value FROM whatsapp_users WHERE person = ?1 ORDER BY CASE WHEN number = ?2 THEN 0 ELSE 1 END, at DESC LIMIT 1";

/// The id by which one of our numbers knows a person: the newest there, else the newest of all.
pub(crate) fn user(connection: &Connection, person: Person, number: &str) -> Result<Option<String>, StoreError> {
    Ok(connection.prepare_cached(USER)?.query_row(params![Id(person.0), number], |row| row.get(0)).optional()?)
}

/// Notes that somebody has this id, which nobody else has.
pub(crate) fn set_user(
    connection: &Connection,
    value: &str,
    person: Person,
    (number, at): (&str, Time),
) -> Result<(), StoreError> {
    let sql = "INSERT INTO whatsapp_users (value, person, number, at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (value) DO UPDATE SET person = excluded.person, number = excluded.number, at = excluded.at";
    connection.prepare_cached(sql)?.execute(params![value, Id(person.0), number, at.0])?;
    Ok(())
}

/// Notes that somebody has this id of several accounts.
pub(crate) fn add_parent(connection: &Connection, value: &str, person: Person) -> Result<(), StoreError> {
    let sql = "INSERT INTO whatsapp_parents (value, person) VALUES (?1, ?2) ON CONFLICT (value, person) DO NOTHING";
    connection.prepare_cached(sql)?.execute(params![value, Id(person.0)])?;
    Ok(())
}

const ANOTHERS: &str = "
SELECT 1 FROM whatsapp_holds o WHERE o.value = ?1 AND o.person <> ?2
    AND o.from_at < (SELECT min(h.from_at) FROM whatsapp_holds h WHERE h.value = ?1 AND h.person = ?2)";

/// Whether somebody else had the number before a person first did.
pub(crate) fn was_anothers(connection: &Connection, value: &str, person: Person) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached(ANOTHERS)?.exists(params![value, Id(person.0)])?)
}

/// Whether a person is known by phone numbers, and this was never one of them.
pub(crate) fn has_others(connection: &Connection, person: Person, value: &str) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM whatsapp_holds WHERE person = ?1)
               AND NOT EXISTS (SELECT 1 FROM whatsapp_holds WHERE person = ?1 AND value = ?2)";
    Ok(connection.prepare_cached(sql)?.query_row(params![Id(person.0), value], |row| row.get(0))?)
}

/// Two are one: all that is the other's is this one's.
pub(crate) fn merge(connection: &Connection, other: Person, into: Person) -> Result<(), StoreError> {
    for sql in [
        "UPDATE whatsapp_routes SET person = ?2 WHERE person = ?1",
        "UPDATE whatsapp_users SET person = ?2 WHERE person = ?1",
        "UPDATE whatsapp_holds SET person = ?2 WHERE person = ?1",
        "INSERT INTO whatsapp_parents (value, person) SELECT value, ?2 FROM whatsapp_parents WHERE person = ?1
         ON CONFLICT (value, person) DO NOTHING",
    ] {
        connection.prepare_cached(sql)?.execute(params![Id(other.0), Id(into.0)])?;
    }
    connection.prepare_cached("DELETE FROM whatsapp_parents WHERE person = ?1")?.execute([Id(other.0)])?;
    Ok(())
}

const CHAT: &str = "
SELECT r.id FROM whatsapp_routes r WHERE r.person = ?1 AND r.number = ?2
ORDER BY CASE WHEN EXISTS (SELECT 1 FROM conversations c WHERE c.contact = r.id) THEN 0 ELSE 1 END, r.last_seen DESC, r.id DESC
LIMIT 1";

/// Somebody's chat with one of our numbers: of several, the one in which something was said last.
pub(crate) fn chat(connection: &Connection, person: Person, number: &str) -> Result<Option<ContactId>, StoreError> {
    let found = connection.prepare_cached(CHAT)?.query_row(params![Id(person.0), number], |row| row.get::<_, Id>(0));
    Ok(found.optional()?.map(|id| ContactId(id.0)))
}

const CHATS: &str = "SELECT id FROM whatsapp_routes WHERE person = ?1";

/// Somebody's chats with all of our numbers.
pub(crate) fn chats(connection: &Connection, person: Person) -> Result<Vec<ContactId>, StoreError> {
    let mut query = connection.prepare_cached(CHATS)?;
    let rows = query.query_map([Id(person.0)], |row| row.get::<_, Id>(0))?;
    Ok(rows.map(|id| Ok(ContactId(id?.0))).collect::<Result<_, tandem_sql::Error>>()?)
}

/// Whose chat it is.
pub(crate) fn of_chat(connection: &Connection, chat: ContactId) -> Result<Option<Person>, StoreError> {
    let mut query = connection.prepare_cached("SELECT person FROM whatsapp_routes WHERE id = ?1")?;
    let found = query.query_row([Id(chat.0)], |row| row.get::<_, Option<Id>>(0)).optional()?;
    Ok(found.flatten().map(|id| Person(id.0)))
}

/// Whether two chats are one, or two of the same person's.
pub(crate) fn are_one(connection: &Connection, one: ContactId, other: ContactId) -> Result<bool, StoreError> {
    if one == other {
        return Ok(true);
    }
    let person = of_chat(connection, one)?;
    Ok(person.is_some() && person == of_chat(connection, other)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::assert_indexed;

    #[test]
    fn people_are_found_by_what_is_known_of_them() {
        for sql in BEFORE.into_iter().chain(AFTER) {
            assert_indexed(sql, false);
        }
        for sql in [OF_USER, HAS_ID, OF_PARENT, GUESSED, UNNAMED, ANOTHERS, CHATS] {
            assert_indexed(sql, false);
        }
        // A person has few ids, and few chats.
        assert_indexed(USER, true);
        assert_indexed(CHAT, true);
    }
}
