//! WhatsApp: our numbers, what came in and waits to be read, whose chats there are, and what is on its way out.

pub(crate) mod amended;
pub(crate) mod inbox;
pub(crate) mod marks;
pub(crate) mod messages;
pub(crate) mod people;
pub(crate) mod reactions;
pub(crate) mod routes;
pub(crate) mod templates;
pub(crate) mod unfetched;
pub(crate) mod uploads;

use tandem_conversation::{BrandId, Command, ContactId, Conversation, Template, Time};
use tandem_protocol::channels::ReadReceipts;
use tandem_sql::{Connection, OptionalExtension as _, Row, params};

use super::{Id, StoreError};

/// Where Meta answers.
pub(crate) const BASE_URL: &str = "https://graph.facebook.com/v25.0";

pub(crate) const SCHEMA: &str = "
CREATE TABLE whatsapp_numbers (
    -- The name in the address of its webhook.
    key             TEXT NOT NULL PRIMARY KEY,
    -- Meta's ids of the number and of its account.
    phone_number_id TEXT NOT NULL UNIQUE,
    waba_id         TEXT NOT NULL,
    display         TEXT NOT NULL,
    brand           BLOB,
    base_url        TEXT NOT NULL,
    -- Sealed with a key beside the database.
    access_token    BLOB NOT NULL,
    app_secret      BLOB NOT NULL,
    verify_hash     BLOB NOT NULL,
    -- After how many hours of silence a message begins a new conversation.
    new_after_h     INTEGER NOT NULL,
    -- `ok`, or why nothing is sent; since when, and in the channel's words.
    state           TEXT NOT NULL,
    since           INTEGER NOT NULL,
    detail          TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE whatsapp_inbox (
    id       INTEGER NOT NULL PRIMARY KEY,
    -- SHA-256 of number and body: a repeat is known.
    hash     BLOB NOT NULL UNIQUE,
    number   TEXT NOT NULL,
    received INTEGER NOT NULL,
    -- As it came; empty as soon as all of it was read.
    body     BLOB NOT NULL,
    -- 0 waits, 1 read, 2 could not be read.
    state    INTEGER NOT NULL,
    -- Why it could not be read.
    why      TEXT NOT NULL
) STRICT;
CREATE INDEX whatsapp_inbox_waits ON whatsapp_inbox (id) WHERE state = 0;
CREATE INDEX whatsapp_inbox_unread ON whatsapp_inbox (number, received) WHERE state = 2;
CREATE INDEX whatsapp_inbox_received ON whatsapp_inbox (received);
CREATE TABLE whatsapp_routes (
    -- The contact that its conversations belong to.
    id        BLOB NOT NULL PRIMARY KEY,
    number    TEXT NOT NULL,
    username  TEXT,
    last_seen INTEGER NOT NULL,
    -- The customer's last act, by their own time: the window counts from it. Null before the first.
    heard_at  INTEGER,
    -- `stop` or `resume`, as the customer last wished for marketing.
    marketing TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE whatsapp_names (
    id       INTEGER NOT NULL PRIMARY KEY,
    number   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    value    TEXT NOT NULL,
    route    BLOB NOT NULL,
    from_at  INTEGER NOT NULL,
    -- When it stopped being theirs.
    until_at INTEGER
) STRICT;
CREATE INDEX whatsapp_names_by_value ON whatsapp_names (number, kind, value);
CREATE INDEX whatsapp_names_of_route ON whatsapp_names (route);
CREATE TABLE whatsapp_messages (
    number       TEXT NOT NULL,
    -- The channel's id.
    message      TEXT NOT NULL,
    conversation BLOB NOT NULL,
    turn         BLOB NOT NULL,
    -- For ours: which of the messages that the turn became; null for others'.
    part         INTEGER,
    -- For ours: the highest report, as a number that grows with the stages.
    reached      INTEGER NOT NULL,
    -- What it cost, as the channel says it.
    pricing      TEXT,
    PRIMARY KEY (number, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_messages_of_turn ON whatsapp_messages (turn, part);
CREATE TABLE whatsapp_sends (
    -- The order in which the messages of a route leave.
    seq          INTEGER NOT NULL PRIMARY KEY,
    -- The event that is sent: a turn, or a reaction.
    conversation BLOB NOT NULL,
    position     INTEGER NOT NULL,
    turn         BLOB NOT NULL,
    route        BLOB NOT NULL,
    -- The next of the messages that it becomes, and how many there are (0: not yet known).
    part         INTEGER NOT NULL,
    parts        INTEGER NOT NULL,
    -- 0 waits, 1 is being sent: found so after a crash, nobody knows whether it was. 2 waits for a report that confirms it.
    phase        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    -- When to look at it next; null if it is done.
    next_at      INTEGER,
    UNIQUE (conversation, position)
) STRICT;
CREATE INDEX whatsapp_sends_of_route ON whatsapp_sends (route, seq) WHERE next_at IS NOT NULL;
CREATE INDEX whatsapp_sends_due ON whatsapp_sends (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX whatsapp_sends_of_turn ON whatsapp_sends (turn);
CREATE TABLE whatsapp_templates (
    waba_id   TEXT NOT NULL,
    name      TEXT NOT NULL,
    language  TEXT NOT NULL,
    -- As JSON.
    template  TEXT NOT NULL,
    synced_at INTEGER NOT NULL,
    PRIMARY KEY (waba_id, name, language)
) STRICT, WITHOUT ROWID;";

/// How fast numbers send, and what customers are told about reading.
pub(crate) const MARKS: &str = "
-- Messages that it takes per second.
ALTER TABLE whatsapp_numbers ADD COLUMN per_second INTEGER NOT NULL DEFAULT 80;
-- Whether customers are told that their messages were read.
ALTER TABLE whatsapp_numbers ADD COLUMN read_marks INTEGER NOT NULL DEFAULT 1;
CREATE INDEX whatsapp_messages_of_customers ON whatsapp_messages (conversation, turn) WHERE part IS NULL;
CREATE TABLE whatsapp_marks (
    conversation BLOB NOT NULL PRIMARY KEY,
    route        BLOB NOT NULL,
    -- The customer's message that was marked last.
    marked       TEXT NOT NULL,
    attempts     INTEGER NOT NULL,
    -- When to send the next; null if there is none.
    next_at      INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_marks_due ON whatsapp_marks (next_at) WHERE next_at IS NOT NULL;";

/// What messages cost, by time.
pub(crate) const USAGE: &str = "
-- When the channel first said what it cost.
ALTER TABLE whatsapp_messages ADD COLUMN priced_at INTEGER;
CREATE INDEX whatsapp_messages_priced ON whatsapp_messages (number, priced_at) WHERE priced_at IS NOT NULL;
-- Replies that cost nothing, in a month; null if the operator has not said.
ALTER TABLE whatsapp_numbers ADD COLUMN free_replies INTEGER;";

/// Until when each name is known to have been its route's.
pub(crate) const SEEN: &str = "
-- When the name was last in a payload that proves it. Other words of the route say nothing of it.
ALTER TABLE whatsapp_names ADD COLUMN seen_at INTEGER;
UPDATE whatsapp_names SET seen_at = (SELECT r.last_seen FROM whatsapp_routes r WHERE r.id = whatsapp_names.route);";

/// Files that Meta has under an id, and files of customers that could not be fetched yet.
pub(crate) const FILES: &str = "
CREATE TABLE whatsapp_uploads (
    number   TEXT NOT NULL,
    media    BLOB NOT NULL,
    -- Meta's id of the file.
    uploaded TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (number, media)
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_uploads_at ON whatsapp_uploads (at);
CREATE TABLE whatsapp_unfetched (
    -- The turn that stands for the file.
    turn         BLOB NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL,
    number       TEXT NOT NULL,
    -- What the channel says of it, as JSON.
    media        TEXT NOT NULL,
    at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_unfetched_at ON whatsapp_unfetched (at);
-- Whether the customer lets us call them, and until when.
ALTER TABLE whatsapp_routes ADD COLUMN calls TEXT;
ALTER TABLE whatsapp_routes ADD COLUMN calls_until INTEGER;";

/// Webhooks that wait, number by number.
pub(crate) const INBOX: &str = "
DROP INDEX whatsapp_inbox_waits;
CREATE INDEX whatsapp_inbox_waits ON whatsapp_inbox (number, id) WHERE state = 0;";

/// How Meta sees our numbers.
pub(crate) const STANDING: &str = "
ALTER TABLE whatsapp_numbers ADD COLUMN quality TEXT NOT NULL DEFAULT 'UNKNOWN';
ALTER TABLE whatsapp_numbers ADD COLUMN message_limit TEXT NOT NULL DEFAULT '';";

/// Whether customers are told that somebody is typing.
pub(crate) const TYPING: &str = "
ALTER TABLE whatsapp_numbers ADD COLUMN typing INTEGER NOT NULL DEFAULT 1;";

/// Which numbers are also used on a phone.
pub(crate) const COEXISTENCE: &str = "
ALTER TABLE whatsapp_numbers ADD COLUMN coexistence INTEGER NOT NULL DEFAULT 0;";

/// Wishes come in any order.
pub(crate) const WISHES: &str = "
-- When the customer wished so for marketing.
ALTER TABLE whatsapp_routes ADD COLUMN marketing_at INTEGER;";

/// Which numbers were removed although they had chats.
pub(crate) const REMOVED: &str = "
CREATE TABLE whatsapp_removed (
    key             TEXT NOT NULL PRIMARY KEY,
    -- Meta's id of the number.
    phone_number_id TEXT NOT NULL,
    display         TEXT NOT NULL
) STRICT, WITHOUT ROWID;";

/// One of our numbers. The secrets are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub key: String,
    pub phone_number_id: String,
    pub waba_id: String,
    /// In international form.
    pub display: String,
    pub brand: Option<BrandId>,
    pub base_url: String,
    pub access_token: Vec<u8>,
    pub app_secret: Vec<u8>,
    pub verify_hash: [u8; 32],
    pub new_after_h: u32,
    /// Messages that it takes per second.
    pub per_second: u32,
    /// Whether it is also used in the app on a phone.
    pub coexistence: bool,
    /// When customers are told that their messages were read.
    pub read_receipts: ReadReceipts,
    /// Whether customers are told that somebody is typing.
    pub typing: bool,
    /// Replies that cost nothing, in a month, as far as the operator knows.
    pub free_replies: Option<u32>,
    pub state: String,
    pub since: Time,
    pub detail: String,
    /// Meta's judgement of what is sent: `GREEN`, `YELLOW`, `RED`, or [`UNKNOWN`].
    pub quality: String,
    /// Meta's name for how many customers may be written to first in a day; empty if it is not known.
    pub limit: String,
}

/// The quality of a number that Meta has not judged.
pub(crate) const UNKNOWN: &str = "UNKNOWN";

fn receipts(stored: i64) -> ReadReceipts {
    match stored {
        0 => ReadReceipts::Off,
        ON_DELIVERED => ReadReceipts::OnDelivered,
        _ => ReadReceipts::OnSeen,
    }
}

/// In the column `read_marks`, which once only knew yes and no.
const ON_DELIVERED: i64 = 2;

fn stored(receipts: ReadReceipts) -> i64 {
    match receipts {
        ReadReceipts::Off => 0,
        ReadReceipts::OnSeen => 1,
        ReadReceipts::OnDelivered => ON_DELIVERED,
    }
}

/// The state of a number that sends.
pub(crate) const OK: &str = "ok";

const COLUMNS: &str = "key, phone_number_id, waba_id, display, brand, base_url, access_token, app_secret, verify_hash,
     new_after_h, per_second, read_marks, free_replies, state, since, detail, quality, message_limit, typing,
     coexistence";

fn number(row: &Row<'_>) -> Result<Number, tandem_sql::Error> {
    Ok(Number {
        key: row.get(0)?,
        phone_number_id: row.get(1)?,
        waba_id: row.get(2)?,
        display: row.get(3)?,
        brand: row.get::<_, Option<Id>>(4)?.map(|id| BrandId(id.0)),
        base_url: row.get(5)?,
        access_token: row.get(6)?,
        app_secret: row.get(7)?,
        verify_hash: row.get(8)?,
        new_after_h: row.get(9)?,
        per_second: row.get(10)?,
        read_receipts: receipts(row.get(11)?),
        free_replies: row.get(12)?,
        state: row.get(13)?,
        since: Time(row.get(14)?),
        detail: row.get(15)?,
        quality: row.get(16)?,
        limit: row.get(17)?,
        typing: row.get(18)?,
        coexistence: row.get(19)?,
    })
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Number>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM whatsapp_numbers ORDER BY key"))?;
    let rows = query.query_map([], number)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether the database is new enough to know numbers.
pub(crate) fn are_kept(connection: &Connection) -> Result<bool, StoreError> {
    Ok(connection.has_table("whatsapp_numbers")?)
}

pub(crate) fn by_key(connection: &Connection, key: &str) -> Result<Option<Number>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM whatsapp_numbers WHERE key = ?1"))?;
    Ok(query.query_row([key], number).optional()?)
}

pub(crate) fn put(connection: &Connection, number: &Number) -> Result<(), StoreError> {
    let columns = COLUMNS.split(',').map(str::trim);
    let anew = columns.map(|column| format!("{column} = excluded.{column}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "INSERT INTO whatsapp_numbers ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
         ON CONFLICT (key) DO UPDATE SET {anew}"
    );
    connection.prepare_cached(&sql)?.execute(params![
        number.key,
        number.phone_number_id,
        number.waba_id,
        number.display,
        number.brand.map(|brand| Id(brand.0)),
        number.base_url,
        number.access_token,
        number.app_secret,
        number.verify_hash,
        number.new_after_h,
        number.per_second,
        stored(number.read_receipts),
        number.free_replies,
        number.state,
        number.since.0,
        number.detail,
        number.quality,
        number.limit,
        number.typing,
        number.coexistence,
    ])?;
    hurry(connection, &number.key, number.since)
}

/// Sets what Meta says of what a number sends.
pub(crate) fn set_standing(connection: &Connection, key: &str, quality: &str, limit: &str) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_numbers SET quality = ?2, message_limit = ?3 WHERE key = ?1";
    connection.prepare_cached(sql)?.execute(params![key, quality, limit])?;
    Ok(())
}

/// Sets the hash of the token by which Meta proves its address.
pub(crate) fn set_verify_hash(connection: &Connection, key: &str, hash: &[u8; 32]) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_numbers SET verify_hash = ?2 WHERE key = ?1";
    connection.prepare_cached(sql)?.execute(params![key, hash])?;
    Ok(())
}

/// Removes a number; its conversations stay, and what waits to leave is due to fail. False if there is none.
pub(crate) fn remove(connection: &Connection, key: &str) -> Result<bool, StoreError> {
    hurry(connection, key, Time(0))?;
    let remember = "INSERT INTO whatsapp_removed (key, phone_number_id, display)
                    SELECT key, phone_number_id, display FROM whatsapp_numbers
                    WHERE key = ?1 AND EXISTS (SELECT 1 FROM whatsapp_routes WHERE number = ?1)
                    ON CONFLICT (key) DO UPDATE SET display = excluded.display";
    connection.prepare_cached(remember)?.execute([key])?;
    Ok(connection.prepare_cached("DELETE FROM whatsapp_numbers WHERE key = ?1")?.execute([key])? > 0)
}

/// The number with this key that was removed although it had chats: Meta's id of it, and how it is written.
pub(crate) fn removed(connection: &Connection, key: &str) -> Result<Option<(String, String)>, StoreError> {
    let sql = "SELECT phone_number_id, display FROM whatsapp_removed WHERE key = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// A template of the account that this contact's chat belongs to.
fn template(
    connection: &Connection,
    contact: ContactId,
    name: &str,
    language: &str,
) -> Result<Option<Template>, StoreError> {
    let sql = "SELECT n.waba_id FROM whatsapp_routes r JOIN whatsapp_numbers n ON n.key = r.number WHERE r.id = ?1";
    let account =
        connection.prepare_cached(sql)?.query_row([Id(contact.0)], |row| row.get::<_, String>(0)).optional()?;
    match account {
        Some(account) => templates::get(connection, &account, name, language),
        None => Ok(None),
    }
}

/// The templates that a command about a conversation names, as far as they are known.
pub(crate) fn templates_of(
    connection: &Connection,
    state: Option<&Conversation>,
    command: &Command,
) -> Result<Vec<Template>, StoreError> {
    let Some(state) = state else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (name, language) in command.templates() {
        found.extend(template(connection, state.contact, name, language)?);
    }
    Ok(found)
}

/// Notes whether a number sends; true if that is news. If it does again, everything that waits for it is due.
pub(crate) fn set_state(
    connection: &Connection,
    key: &str,
    state: &str,
    detail: &str,
    at: Time,
) -> Result<bool, StoreError> {
    let sql = "UPDATE whatsapp_numbers SET state = ?2, since = ?3, detail = ?4 WHERE key = ?1 AND state <> ?2";
    let is_news = connection.prepare_cached(sql)?.execute(params![key, state, at.0, detail])? > 0;
    if is_news && state == OK {
        hurry(connection, key, at)?;
    }
    Ok(is_news)
}

pub(crate) const WAITING: &str = "
SELECT count(*) FROM sends s WHERE s.channel = 'whatsapp' AND s.next_at >= 0
  AND EXISTS (SELECT 1 FROM whatsapp_routes r WHERE r.id = s.contact AND r.number = ?1)";

/// How many messages wait to leave through a number.
pub(crate) fn waiting(connection: &Connection, number: &str) -> Result<u32, StoreError> {
    Ok(connection.prepare_cached(WAITING)?.query_row([number], |row| row.get(0))?)
}

pub(crate) const HURRY: &str = "
UPDATE sends SET next_at = ?2
WHERE channel = 'whatsapp' AND next_at > ?2 AND phase = 0
  AND EXISTS (SELECT 1 FROM whatsapp_routes r WHERE r.id = sends.contact AND r.number = ?1)";

/// What waits for this number is due.
fn hurry(connection: &Connection, number: &str, now: Time) -> Result<(), StoreError> {
    connection.prepare_cached(HURRY)?.execute(params![number, now.0])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{Channel, ContactId};
    use uuid::Uuid;

    use super::*;
    use crate::store::testing::assert_indexed;
    use crate::store::{MIGRATIONS, sends};

    #[test]
    fn what_waits_for_a_number_is_found_by_indices() {
        for sql in [WAITING, HURRY] {
            assert_indexed(sql, false);
        }
    }

    #[test]
    fn chats_of_an_older_hub_are_peoples() {
        let connection = Connection::in_memory().unwrap();
        let step = MIGRATIONS.iter().position(|step| step.sql == people::SCHEMA).unwrap();
        let (before, now) = MIGRATIONS.split_at(step);
        for step in before {
            connection.execute_batch(step.sql).unwrap();
        }
        // Carmen's chats with two numbers, of which she has lost one, Ana's, who has it now, and one without an id.
        let routes = [("11", "main"), ("22", "spare"), ("33", "main"), ("44", "main")];
        for (route, number) in routes {
            let sql = format!(
                "INSERT INTO whatsapp_routes (id, number, last_seen) VALUES (x'{}', '{number}', 5)",
                route.repeat(16)
            );
            connection.execute_batch(&sql).unwrap();
        }
        for (route, number, kind, value, from, until, seen) in [
            ("11", "main", "user", "ES.1", 10, "NULL", "90"),
            ("11", "main", "number", "34600", 10, "40", "40"),
            ("11", "main", "parent", "ES.ENT.1", 10, "NULL", "90"),
            ("22", "spare", "user", "ES.1", 20, "NULL", "30"),
            ("22", "spare", "number", "34600", 20, "30", "NULL"),
            ("33", "main", "user", "ES.2", 60, "NULL", "80"),
            ("33", "main", "number", "34600", 60, "NULL", "80"),
            ("44", "main", "number", "34700", 70, "NULL", "75"),
        ] {
            let sql = format!(
                "INSERT INTO whatsapp_names (number, kind, value, route, from_at, until_at, seen_at)
                 VALUES ('{number}', 'whatsapp_{kind}', '{value}', x'{}', {from}, {until}, {seen})",
                route.repeat(16)
            );
            connection.execute_batch(&sql).unwrap();
        }
        for step in now {
            connection.execute_batch(step.sql).unwrap();
        }
        let person =
            |route: u8| people::of_chat(&connection, ContactId(Uuid::from_bytes([route; 16]))).unwrap().unwrap();
        let [carmen, spare, ana, bare] = [0x11, 0x22, 0x33, 0x44].map(person);
        assert!(carmen == spare && carmen != ana && ana != bare, "who has one id is one person");
        assert_eq!(people::of_user(&connection, "ES.2").unwrap().map(|(person, _)| person), Some(ana));
        assert_eq!(people::of_parent(&connection, "ES.ENT.1").unwrap(), Some(carmen));
        let number = people::Of::Number("34600");
        let hold = |at| people::before(&connection, number, true, Time(at)).unwrap().unwrap();
        assert_eq!(
            [hold(10), hold(25), hold(70)].map(|hold| (hold.person, hold.from.0, hold.seen.0)),
            [(carmen, 10, 40), (carmen, 20, 30), (ana, 60, 80)]
        );
        let guess = people::unnamed(&connection, "34700").unwrap();
        assert_eq!((guess.len(), guess[0].person, guess[0].seen), (1, bare, Time(75)));
    }

    #[test]
    fn numbers_and_messages_of_an_older_hub_send_on() {
        let connection = Connection::in_memory().unwrap();
        let step = MIGRATIONS.iter().position(|step| step.sql == MARKS).unwrap();
        let (before, now) = MIGRATIONS.split_at(step);
        for step in before {
            connection.execute_batch(step.sql).unwrap();
        }
        connection
            .execute_batch(
                "INSERT INTO whatsapp_numbers (key, phone_number_id, waba_id, display, base_url, access_token, app_secret,
                     verify_hash, new_after_h, state, since, detail)
                 VALUES ('main', '1', '2', '+34600123456', 'https://a.test', x'01', x'02', zeroblob(32), 24, 'ok', 5, '');
                 INSERT INTO whatsapp_routes (id, number, last_seen) VALUES (zeroblob(16), 'main', 5);
                 INSERT INTO whatsapp_sends (conversation, position, turn, route, part, parts, phase, attempts, next_at)
                 VALUES (zeroblob(16), 3, zeroblob(16), zeroblob(16), 0, 0, 0, 0, 5);",
            )
            .unwrap();
        for step in now {
            connection.execute_batch(step.sql).unwrap();
        }
        let number = by_key(&connection, "main").unwrap().unwrap();
        assert_eq!((number.per_second, number.read_receipts, number.since), (80, ReadReceipts::OnSeen, Time(5)));
        assert!(number.typing);
        let due = sends::due(&connection, Channel::Whatsapp, Time(5), 9).unwrap();
        assert_eq!((due.len(), due[0].position.0), (1, 3));
        for read_receipts in [ReadReceipts::Off, ReadReceipts::OnDelivered] {
            let number = Number { read_receipts, typing: false, ..number.clone() };
            put(&connection, &number).unwrap();
            assert_eq!(all(&connection).unwrap(), [number]);
        }
    }
}
