//! The state of every conversation, with the columns that sections and workers query.

mod before;
mod look;
mod row;

use std::collections::{BTreeSet, HashMap};

use tandem_conversation::{
    Access, BrandId, ContactId, Conversation, ConversationId, CustomerId, Permission, Position, Section, Time, UserId,
};
use tandem_sql::{Connection, OptionalExtension, Rows, ToSql, params};

use super::{Id, StoreError, events, passable};

pub(crate) use before::before;
pub(crate) use look::{everywhere as look_everywhere, in_progress as look_in_progress};
pub(crate) use row::{Stored, ToChange, put, set_wake, to_change};

pub(crate) const SCHEMA: &str = "
CREATE TABLE conversations (
    id           BLOB NOT NULL PRIMARY KEY,
    customer     BLOB NOT NULL,
    contact      BLOB NOT NULL,
    started      INTEGER NOT NULL,
    updated      INTEGER NOT NULL,
    in_progress  INTEGER NOT NULL,
    -- Since when a conversation that needs help has waited; null if it needs none.
    help_since   INTEGER,
    -- When the next thing happens by itself; null if nothing does.
    wake_at      INTEGER,
    -- 1 if Your Logic has to be asked, or was asked and has not answered.
    logic_due    INTEGER NOT NULL,
    -- The fold over the events, as JSON.
    state        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX conversations_in_progress ON conversations (updated) WHERE in_progress = 1;
CREATE INDEX conversations_help ON conversations (help_since) WHERE help_since IS NOT NULL;
CREATE INDEX conversations_wake ON conversations (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX conversations_logic ON conversations (updated) WHERE logic_due = 1;
CREATE INDEX conversations_of_customer ON conversations (customer, started);
CREATE INDEX conversations_of_contact ON conversations (contact, started);

CREATE TABLE involvement (
    user         BLOB NOT NULL,
    conversation BLOB NOT NULL,
    -- When the user left; null while engaged or invited.
    left_at      INTEGER,
    PRIMARY KEY (user, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX involvement_now ON involvement (user) WHERE left_at IS NULL;
CREATE INDEX involvement_left ON involvement (user, left_at) WHERE left_at IS NOT NULL;
CREATE INDEX involvement_of_conversation ON involvement (conversation);";

pub(crate) const BRAND: &str = "
-- Whose calls for help these are; null for everybody's. Of calls that were open already it is read from the state.
ALTER TABLE conversations ADD COLUMN brand BLOB;
UPDATE conversations SET brand = unhex(replace(json_extract(state, '$.brand'), '-', '')) WHERE help_since IS NOT NULL;";

/// Rows may stand behind their log.
pub(crate) const BEHIND: &str = "
-- Older programs must not open the file after this.
-- They take a row for the newest state.
SELECT 1;";

/// Users who are engaged or invited.
pub(crate) fn involved_now(state: &Conversation) -> impl Iterator<Item = UserId> {
    state.engagements.iter().filter_map(|e| e.person().or_else(|| e.invitee())).filter_map(|p| p.user())
}

pub(crate) fn get(connection: &Connection, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
    Ok(stored(connection, id)?.map(|(state, _)| state))
}

/// The newest state, which the row may stand behind.
fn newest(connection: &Connection, json: &str) -> Result<Conversation, StoreError> {
    Ok(events::fold_on(connection, parse(json)?, Position(u32::MAX))?.0)
}

/// A conversation's state after the event at `up_to`, from its row if that does not stand beyond.
pub(crate) fn at(connection: &Connection, id: ConversationId, up_to: Position) -> Result<Conversation, StoreError> {
    let stored = json_of(connection, id)?.map(|json| parse(&json)).transpose();
    match passable(stored)?.flatten().filter(|state| state.position <= up_to) {
        Some(state) => Ok(events::fold_on(connection, state, up_to)?.0),
        None => events::state(connection, id, up_to),
    }
}

/// A conversation's state if the user may read it. Every API for conversations uses this.
pub(crate) fn readable(
    connection: &Connection,
    access: &Access<'_>,
    id: ConversationId,
) -> Result<Option<Conversation>, StoreError> {
    let Some(state) = get(connection, id)? else { return Ok(None) };
    Ok(may_read(connection, access, &state)?.then_some(state))
}

/// [`tandem_conversation::may_read`], with what it needs from the customer's other conversations.
pub(crate) fn may_read(connection: &Connection, access: &Access<'_>, state: &Conversation) -> Result<bool, StoreError> {
    Ok(tandem_conversation::may_read(state, access, false)
        || tandem_conversation::may_read(state, access, handles(connection, access, state.customer.id)?))
}

const HANDLED: &str = "SELECT c.state FROM conversations c JOIN involvement i ON i.conversation = c.id AND i.user = ?1
                       WHERE c.customer = ?2 AND c.in_progress = 1 AND i.left_at IS NULL";

/// Whether the user handles this customer now, in any conversation.
fn handles(connection: &Connection, access: &Access<'_>, customer: CustomerId) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached(HANDLED)?;
    let theirs = states(connection, query.query(params![Id(access.user.0), Id(customer.0)])?)?;
    Ok(theirs.iter().any(|state| access.handles(state)))
}

const MINE: &str = "SELECT c.state FROM involvement i JOIN conversations c ON c.id = i.conversation
                    WHERE i.user = ?1 AND i.left_at IS NULL";

/// The customers whom the user handles now.
pub(crate) fn handled(connection: &Connection, access: &Access<'_>) -> Result<BTreeSet<CustomerId>, StoreError> {
    let mut query = connection.prepare_cached(MINE)?;
    let mine = states(connection, query.query([Id(access.user.0)])?)?;
    Ok(mine.iter().filter(|state| access.handles(state)).map(|state| state.customer.id).collect())
}

/// Finds a contact's shown conversation without sorting.
pub(crate) const SHOWN: &str = "
DROP INDEX conversations_of_contact;
CREATE INDEX conversations_of_contact ON conversations (contact, in_progress, started);";

/// Pages by a key that never changes.
pub(crate) const IN_PROGRESS_BY_ID: &str = "
CREATE INDEX conversations_in_progress_by_id ON conversations (id) WHERE in_progress = 1;";

/// The newest conversation of a contact, in progress before ended.
pub(crate) fn newest_of_contact(
    connection: &Connection,
    contact: ContactId,
) -> Result<Option<ConversationId>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT id FROM conversations WHERE contact = ?1 ORDER BY in_progress DESC, started DESC LIMIT 1",
    )?;
    Ok(query.query_row([Id(contact.0)], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0))).optional()?)
}

fn json_of(connection: &Connection, id: ConversationId) -> Result<Option<String>, StoreError> {
    let mut query = connection.prepare_cached("SELECT state FROM conversations WHERE id = ?1")?;
    Ok(query.query_row([Id(id.0)], |row| row.get(0)).optional()?)
}

/// A state with its JSON. A damaged one is made from the events.
pub(crate) fn stored(
    connection: &Connection,
    id: ConversationId,
) -> Result<Option<(Conversation, String)>, StoreError> {
    let Some(json) = json_of(connection, id)? else { return Ok(None) };
    match newest_with_json(connection, json) {
        Err(StoreError::Damaged { .. }) => {
            let state = events::state(connection, id, Position(u32::MAX))?;
            let json = to_json(&state)?;
            Ok(Some((state, json)))
        }
        read => read.map(Some),
    }
}

/// [`newest`] with its JSON.
fn newest_with_json(connection: &Connection, json: String) -> Result<(Conversation, String), StoreError> {
    let stored = parse(&json)?;
    let position = stored.position;
    let (state, _) = events::fold_on(connection, stored, Position(u32::MAX))?;
    let json = if state.position == position { json } else { to_json(&state)? };
    Ok((state, json))
}

fn to_json(state: &Conversation) -> Result<String, StoreError> {
    serde_json::to_string(state)
        .map_err(|error| StoreError::Damaged { what: "state", detail: crate::json::problem(&error) })
}

/// Selects the ids of a section; ?1 is the user, ?2 the oldest "left".
pub(crate) fn ids_sql(section: Section) -> &'static str {
    match section {
        Section::My => "SELECT conversation FROM involvement WHERE user = ?1 AND left_at IS NULL AND ?2 IS NOT NULL",
        Section::Help => {
            "SELECT id FROM conversations WHERE help_since IS NOT NULL AND ?1 IS NOT NULL AND ?2 IS NOT NULL
             ORDER BY help_since"
        }
        Section::Left => {
            "SELECT conversation FROM involvement WHERE user = ?1 AND left_at IS NOT NULL AND left_at > ?2"
        }
        Section::All => {
            "SELECT id FROM conversations WHERE in_progress = 1 AND ?1 IS NOT NULL AND ?2 IS NOT NULL ORDER BY id"
        }
    }
}

/// The ids of a section.
pub(crate) fn ids(
    connection: &Connection,
    section: Section,
    user: UserId,
    left_after: Time,
) -> Result<Vec<ConversationId>, StoreError> {
    let mut query = connection.prepare_cached(ids_sql(section))?;
    let ids = query.query_map(params![Id(user.0), left_after.0], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// All conversations, or `most` of them chosen at random.
pub(crate) fn sample(connection: &Connection, most: u32) -> Result<Vec<ConversationId>, StoreError> {
    let mut query = connection.prepare("SELECT id FROM conversations ORDER BY random() LIMIT ?1")?;
    let ids = query.query_map([most], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// A customer's conversations in progress.
pub(crate) fn in_progress_of(connection: &Connection, customer: CustomerId) -> Result<Vec<ConversationId>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT id FROM conversations WHERE customer = ?1 AND in_progress = 1")?;
    let ids = query.query_map([Id(customer.0)], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The number of a brand's conversations in progress.
pub(crate) fn in_progress_at(connection: &Connection, brand: BrandId) -> Result<i64, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT count(*) FROM conversations c JOIN contacts t ON t.id = c.contact
         WHERE c.in_progress = 1 AND t.brand = ?1",
    )?;
    Ok(query.query_row([Id(brand.0)], |row| row.get(0))?)
}

/// Conversations in progress whose brand is removed, after this id.
pub(crate) fn in_progress_without_brand(
    connection: &Connection,
    after: ConversationId,
    limit: u32,
) -> Result<Vec<ConversationId>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT c.id FROM conversations c JOIN contacts t ON t.id = c.contact
         WHERE c.in_progress = 1 AND t.brand IS NOT NULL AND t.brand NOT IN (SELECT id FROM brands)
           AND c.id > ?1 ORDER BY c.id LIMIT ?2",
    )?;
    let ids = query.query_map(params![Id(after.0), limit], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// All conversations of a customer.
pub(crate) fn ids_of_customer(
    connection: &Connection,
    customer: CustomerId,
) -> Result<Vec<ConversationId>, StoreError> {
    let mut query = connection.prepare_cached("SELECT id FROM conversations WHERE customer = ?1")?;
    let ids = query.query_map([Id(customer.0)], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0)))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// A place among a customer's conversations, ordered by their start, which never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub started: i64,
    pub id: ConversationId,
}

impl Place {
    /// After every conversation.
    pub(crate) const END: Self = Self { started: i64::MAX, id: ConversationId(uuid::Uuid::max()) };
}

const OF_CUSTOMER: &str = "SELECT started, id, state FROM conversations
     WHERE customer = ?1 AND (started, id) < (?2, ?3) ORDER BY started DESC, id DESC LIMIT ?4";

/// Candidates for users who neither view everything nor handle the customer.
const OF_CUSTOMER_OWN: &str = "SELECT started, id, state FROM conversations c
     WHERE customer = ?1 AND (started, id) < (?2, ?3)
           AND (help_since IS NOT NULL OR EXISTS (SELECT 1 FROM involvement WHERE user = ?5 AND conversation = c.id))
     ORDER BY started DESC, id DESC LIMIT ?4";
/// Conversations of a customer per query.
const OF_CUSTOMER_AT_ONCE: u32 = 32;

/// The customer's conversations before a place that the user may read, as stored JSON, newest first. Returns at least
/// one and about `bytes` in all, with the place of the rest, if any. Places are those of returned conversations.
pub(crate) fn of_customer(
    connection: &Connection,
    access: &Access<'_>,
    customer: CustomerId,
    before: Place,
    limit: u32,
    bytes: usize,
) -> Result<(Vec<String>, Option<Place>), StoreError> {
    let is_handled = handles(connection, access, customer)?;
    let reads_all = access.views_all() || (is_handled && access.permissions.has(Permission::CustomersView));
    let mut query = connection.prepare_cached(if reads_all { OF_CUSTOMER } else { OF_CUSTOMER_OWN })?;
    let (customer, user, at_once) = (Id(customer.0), Id(access.user.0), OF_CUSTOMER_AT_ONCE);
    let (mut page, mut length, mut last, mut before) = (Vec::new(), 0, None, before);
    loop {
        let id = Id(before.id.0);
        let all: [&dyn ToSql; 5] = [&customer, &before.started, &id, &at_once, &user];
        let mut rows = query.query(&all[..if reads_all { 4 } else { 5 }])?;
        let mut seen = 0;
        while let Some(row) = rows.next()? {
            seen += 1;
            before = Place { started: row.get(0)?, id: ConversationId(row.get::<_, Id>(1)?.0) };
            let Some((state, json)) = passable(newest_with_json(connection, row.get(2)?))? else { continue };
            if !tandem_conversation::may_read(&state, access, is_handled) {
                continue;
            }
            if !page.is_empty() && (length + json.len() > bytes || page.len() >= limit as usize) {
                return Ok((page, last));
            }
            last = Some(before);
            length += json.len();
            page.push(json);
        }
        if seen < OF_CUSTOMER_AT_ONCE {
            return Ok((page, None));
        }
    }
}

/// Selects a section. ?1 is the user, ?2 the oldest "left", ?3 the limit, ?4 the offset, ?5 the brands whose calls the
/// user sees (null for all).
pub(crate) fn section_sql(section: Section) -> &'static str {
    match section {
        Section::My => {
            "SELECT c.state FROM involvement i JOIN conversations c ON c.id = i.conversation
             WHERE i.user = ?1 AND i.left_at IS NULL AND ?2 IS NOT NULL AND (CAST(?5 AS TEXT) IS NULL OR TRUE)
             LIMIT ?3 OFFSET ?4"
        }
        Section::Help => {
            "SELECT state FROM conversations c WHERE help_since IS NOT NULL AND ?2 IS NOT NULL
             AND (instr(?5, hex(brand)) > 0 OR ?5 IS NULL OR brand IS NULL OR EXISTS (
                 SELECT 1 FROM involvement i WHERE i.user = ?1 AND i.conversation = c.id AND i.left_at IS NULL))
             ORDER BY help_since LIMIT ?3 OFFSET ?4"
        }
        Section::Left => {
            "SELECT c.state FROM involvement i JOIN conversations c ON c.id = i.conversation
             WHERE i.user = ?1 AND i.left_at IS NOT NULL AND i.left_at > ?2 AND (CAST(?5 AS TEXT) IS NULL OR TRUE)
             ORDER BY i.left_at DESC LIMIT ?3 OFFSET ?4"
        }
        Section::All => {
            "SELECT state FROM conversations WHERE in_progress = 1 AND ?1 IS NOT NULL AND ?2 IS NOT NULL
             AND (CAST(?5 AS TEXT) IS NULL OR TRUE) ORDER BY updated DESC LIMIT ?3 OFFSET ?4"
        }
    }
}

fn count_sql(section: Section) -> &'static str {
    match section {
        Section::My => {
            "SELECT count(*) FROM involvement WHERE user = ?1 AND left_at IS NULL AND ?2 IS NOT NULL
             AND (CAST(?3 AS TEXT) IS NULL OR TRUE)"
        }
        Section::Help => {
            "SELECT count(*) FROM conversations c WHERE help_since IS NOT NULL AND ?2 IS NOT NULL
             AND (instr(?3, hex(brand)) > 0 OR ?3 IS NULL OR brand IS NULL OR EXISTS (
                 SELECT 1 FROM involvement i WHERE i.user = ?1 AND i.conversation = c.id AND i.left_at IS NULL))"
        }
        Section::Left => {
            "SELECT count(*) FROM involvement WHERE user = ?1 AND left_at IS NOT NULL AND left_at > ?2
             AND (CAST(?3 AS TEXT) IS NULL OR TRUE)"
        }
        Section::All => {
            "SELECT count(*) FROM conversations WHERE in_progress = 1 AND ?1 IS NOT NULL AND ?2 IS NOT NULL
             AND (CAST(?3 AS TEXT) IS NULL OR TRUE)"
        }
    }
}

/// Approximate size of a page of states, in bytes; a single larger state still fits.
pub(crate) const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Selects a section by id. ?1 is the user, ?2 the oldest "left", ?3 the id of the last page's end, ?4 the limit, ?5 the
/// brands whose calls the user sees (null for all). Ids never change, so no page misses a row.
fn section_after_sql(section: Section) -> &'static str {
    match section {
        Section::My => {
            "SELECT c.state FROM involvement i JOIN conversations c ON c.id = i.conversation
             WHERE i.user = ?1 AND i.left_at IS NULL AND i.conversation > ?3 AND ?2 IS NOT NULL
             AND (CAST(?5 AS TEXT) IS NULL OR TRUE) ORDER BY i.conversation LIMIT ?4"
        }
        // `+` keeps to the index of open calls, which are few.
        Section::Help => {
            "SELECT state FROM conversations c WHERE help_since IS NOT NULL AND ?2 IS NOT NULL AND +id > ?3
             AND (instr(?5, hex(brand)) > 0 OR ?5 IS NULL OR brand IS NULL OR EXISTS (
                 SELECT 1 FROM involvement i WHERE i.user = ?1 AND i.conversation = c.id AND i.left_at IS NULL))
             ORDER BY +id LIMIT ?4"
        }
        Section::Left => {
            "SELECT c.state FROM involvement i JOIN conversations c ON c.id = i.conversation
             WHERE i.user = ?1 AND i.conversation > ?3 AND +i.left_at > ?2 AND (CAST(?5 AS TEXT) IS NULL OR TRUE)
             ORDER BY i.conversation LIMIT ?4"
        }
        Section::All => {
            "SELECT state FROM conversations WHERE in_progress = 1 AND id > ?3 AND ?1 IS NOT NULL AND ?2 IS NOT NULL
             AND (CAST(?5 AS TEXT) IS NULL OR TRUE) ORDER BY id LIMIT ?4"
        }
    }
}

/// A page of a section after an id, and the section's total.
pub(crate) fn section_after(
    connection: &Connection,
    section: Section,
    access: &Access<'_>,
    left_after: Time,
    after: ConversationId,
    limit: u32,
) -> Result<(Vec<Conversation>, u32), StoreError> {
    let brands = brands_of(access);
    let mut query = connection.prepare_cached(section_after_sql(section))?;
    let page = page_of(connection, query.query(params![Id(access.user.0), left_after.0, Id(after.0), limit, brands])?)?;
    Ok((page, count(connection, section, access, left_after)?))
}

/// A page of a section, and the section's total.
pub(crate) fn section(
    connection: &Connection,
    section: Section,
    access: &Access<'_>,
    left_after: Time,
    limit: u32,
    offset: u32,
) -> Result<(Vec<Conversation>, u32), StoreError> {
    let brands = brands_of(access);
    let mut query = connection.prepare_cached(section_sql(section))?;
    let page = page_of(connection, query.query(params![Id(access.user.0), left_after.0, limit, offset, brands])?)?;
    Ok((page, count(connection, section, access, left_after)?))
}

/// The readable states of one page.
fn page_of(connection: &Connection, mut rows: Rows<'_>) -> Result<Vec<Conversation>, StoreError> {
    let (mut page, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let state: String = row.get(0)?;
        bytes += state.len();
        if !page.is_empty() && bytes > PAGE_BYTES {
            break;
        }
        page.extend(passable(newest(connection, &state))?);
    }
    Ok(page)
}

fn count(connection: &Connection, section: Section, access: &Access<'_>, left_after: Time) -> Result<u32, StoreError> {
    let mut count = connection.prepare_cached(count_sql(section))?;
    Ok(count.query_row(params![Id(access.user.0), left_after.0, brands_of(access)], |row| row.get(0))?)
}

/// The brands whose calls the user sees, as a section's parameter; none for all.
fn brands_of(access: &Access<'_>) -> Option<String> {
    let limited = !access.views_all() && !access.skills.brands.is_empty();
    limited.then(|| access.skills.brands.iter().map(|brand| format!("{:X} ", brand.0.simple())).collect())
}

/// Conversations with an open call for help.
pub(crate) fn needing_help(connection: &Connection) -> Result<Vec<Conversation>, StoreError> {
    let mut query = connection.prepare_cached("SELECT state FROM conversations WHERE help_since IS NOT NULL")?;
    states(connection, query.query([])?)
}

/// The number of open calls for help.
pub(crate) fn calls_open(connection: &Connection) -> Result<i64, StoreError> {
    let mut query = connection.prepare_cached("SELECT count(*) FROM conversations WHERE help_since IS NOT NULL")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// The number of engagements and invitations per user.
pub(crate) fn loads(connection: &Connection) -> Result<HashMap<UserId, usize>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT user, count(*) FROM involvement WHERE left_at IS NULL GROUP BY user")?;
    let rows = query.query_map([], |row| Ok((UserId(row.get::<_, Id>(0)?.0), row.get::<_, u32>(1)? as usize)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const DUE: &str = "SELECT id FROM conversations WHERE wake_at <= ?1 AND length(id) = 16 ORDER BY wake_at LIMIT ?2";

/// Conversations with a deadline by now.
pub(crate) fn due(connection: &Connection, now: Time, limit: u32) -> Result<Vec<ConversationId>, StoreError> {
    let mut query = connection.prepare_cached(DUE)?;
    let rows = query.query_map(params![now.0, limit], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const FROM_THE_FUTURE: &str = "UPDATE conversations INDEXED BY conversations_in_progress SET wake_at = ?1
     WHERE in_progress = 1 AND updated > ?1 AND wake_at > ?1";

/// Has conversations looked at that changed in the future: their deadlines were set by a clock that has been set back.
/// Returns their number.
pub(crate) fn wake_future(connection: &Connection, now: Time) -> Result<usize, StoreError> {
    Ok(connection.execute(FROM_THE_FUTURE, [now.0])?)
}

/// A conversation whose row says that Your Logic has to be asked, by its place in their order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogicDue {
    pub id: ConversationId,
    updated: i64,
}

impl Default for LogicDue {
    /// Before all others.
    fn default() -> Self {
        Self { id: ConversationId(uuid::Uuid::nil()), updated: i64::MIN }
    }
}

const LOGIC_DUE: &str = "SELECT id, updated FROM conversations
     WHERE logic_due = 1 AND (updated, id) > (?1, ?2) ORDER BY updated, id LIMIT ?3";

/// Conversations with work for Your Logic, and some without.
pub(crate) fn logic_due(connection: &Connection, after: LogicDue, limit: u32) -> Result<Vec<LogicDue>, StoreError> {
    let mut query = connection.prepare_cached(LOGIC_DUE)?;
    let rows = query.query_map(params![after.updated, Id(after.id.0), limit], |row| {
        Ok(LogicDue { id: ConversationId(row.get::<_, Id>(0)?.0), updated: row.get(1)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Parses a stored state, perhaps of a newer version.
pub(crate) fn parse(json: &str) -> Result<Conversation, StoreError> {
    let read = Conversation::read(json)
        .map_err(|error| StoreError::Damaged { what: "state", detail: crate::json::problem(&error) });
    Ok(read?.0)
}

/// The newest states of all rows.
fn states(connection: &Connection, mut rows: Rows<'_>) -> Result<Vec<Conversation>, StoreError> {
    let mut states = Vec::new();
    while let Some(row) = rows.next()? {
        states.extend(passable(newest(connection, row.get_ref(0)?.as_str().unwrap_or_default()))?);
    }
    Ok(states)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::assert_indexed;

    #[test]
    fn every_list_follows_an_index() {
        for section in Section::EVERY {
            // A user's own conversations are few, so these may be sorted.
            let own = matches!(section, Section::My | Section::Left);
            assert_indexed(section_sql(section), own);
            assert_indexed(section_after_sql(section), section == Section::Help);
            assert_indexed(ids_sql(section), false);
            assert_indexed(count_sql(section), false);
        }
        for sql in
            [OF_CUSTOMER, OF_CUSTOMER_OWN, look::IN_PROGRESS_AFTER, look::EVERY_AFTER, DUE, FROM_THE_FUTURE, LOGIC_DUE]
        {
            assert_indexed(sql, false);
        }
    }
}
