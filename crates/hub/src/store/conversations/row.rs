//! A conversation's row: when it is written, and what it may leave out.

use tandem_conversation::{BrandId, ContactId, Conversation, ConversationId, CustomerId, Position, Time};
use tandem_sql::{Connection, OptionalExtension as _, params};

use super::{involved_now, to_json};
use crate::store::{Id, StoreError, events};

/// How many events a row may stand behind its log, and how much older `updated` may be, in milliseconds.
const BEHIND_EVENTS: u32 = 16;
const BEHIND_MS: i64 = 10_000;

/// What a row says, as far as that may differ from the newest state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    position: Position,
    updated: Time,
    /// May be earlier than that of the newest state, never later.
    wake_at: Option<Time>,
    /// May be true although nothing is due any more.
    logic_due: bool,
    /// Size of the stored state.
    pub bytes: usize,
}

impl Stored {
    fn of(state: &Conversation, bytes: usize) -> Self {
        let logic_due = state.logic.asked.is_some() || state.logic.is_due();
        Self { position: state.position, updated: state.updated, wake_at: state.next_deadline(), logic_due, bytes }
    }

    /// Writes that nothing is due, if the row says otherwise.
    pub(crate) fn settle_logic(&mut self, connection: &Connection, id: ConversationId) -> Result<(), StoreError> {
        if std::mem::take(&mut self.logic_due) {
            let mut query = connection.prepare_cached("UPDATE conversations SET logic_due = 0 WHERE id = ?1")?;
            query.execute([Id(id.0)])?;
        }
        Ok(())
    }

    /// Whether the row must be written again, because lists and workers would miss something or readers would have to
    /// fold too much.
    pub(crate) fn is_outdated(self, before: &Conversation, after: &Conversation) -> bool {
        let new = Self::of(after, 0);
        let has_passed = self.wake_at.is_some_and(|at| at <= new.updated);
        new.position.0 >= self.position.0.saturating_add(BEHIND_EVENTS)
            || new.updated.0.abs_diff(self.updated.0) >= BEHIND_MS.unsigned_abs()
            || new.wake_at.is_some_and(|at| self.wake_at.is_none_or(|stored| at < stored))
            || (has_passed && new.wake_at != self.wake_at)
            || (new.logic_due && !self.logic_due)
            || listing(before) != listing(after)
            || is_other_involvement(before, after)
    }
}

/// Writes the state and everything derived from it. `before` is the state before, whose lists are stored.
pub(crate) fn put(
    connection: &Connection,
    state: &Conversation,
    before: Option<&Conversation>,
) -> Result<Stored, StoreError> {
    let json = to_json(state)?;
    let stored = Stored::of(state, json.len());
    let wake_at = stored.wake_at.map(|at| at.0);
    if before.is_none_or(|before| is_other_involvement(before, state)) {
        put_involvement(connection, state)?;
    }
    if before.is_some_and(|before| listing(before) == listing(state)) {
        // Most changes affect only the indexes of these columns.
        let mut query = connection.prepare_cached(
            "UPDATE conversations SET updated = ?2, wake_at = ?3, logic_due = ?4, state = ?5 WHERE id = ?1",
        )?;
        query.execute_later(params![Id(state.id.0), state.updated.0, wake_at, stored.logic_due, json])?;
        return Ok(stored);
    }
    let mut query = connection.prepare_cached(
        "INSERT INTO conversations
             (id, customer, contact, started, updated, in_progress, help_since, wake_at, logic_due, state, brand)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (id) DO UPDATE SET
             customer = excluded.customer, contact = excluded.contact, updated = excluded.updated,
             in_progress = excluded.in_progress,
             help_since = excluded.help_since, wake_at = excluded.wake_at, logic_due = excluded.logic_due,
             state = excluded.state, brand = excluded.brand",
    )?;
    query.execute_later(params![
        Id(state.id.0),
        Id(state.customer.id.0),
        Id(state.contact.0),
        state.started.0,
        state.updated.0,
        state.in_progress(),
        state.help_since().map(|since| since.0),
        wake_at,
        stored.logic_due,
        json,
        state.brand.map(|brand| Id(brand.0)),
    ])?;
    Ok(stored)
}

fn is_other_involvement(before: &Conversation, after: &Conversation) -> bool {
    before.left != after.left || !involved_now(before).eq(involved_now(after))
}

/// The columns that rarely change, and whose indexes are then left alone.
fn listing(state: &Conversation) -> (CustomerId, ContactId, bool, Option<Time>, Option<BrandId>) {
    (state.customer.id, state.contact, state.in_progress(), state.help_since(), state.brand)
}

fn put_involvement(connection: &Connection, state: &Conversation) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM involvement WHERE conversation = ?1")?.execute_later([Id(state.id.0)])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO involvement (user, conversation, left_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (user, conversation) DO UPDATE SET left_at = NULL",
    )?;
    for past in &state.left {
        insert.execute_later(params![Id(past.user.0), Id(state.id.0), past.at.0])?;
    }
    for user in involved_now(state) {
        insert.execute_later(params![Id(user.0), Id(state.id.0), None::<i64>])?;
    }
    Ok(())
}

/// A state for a change.
#[derive(Debug)]
pub(crate) enum ToChange {
    /// The newest state, and what its row says.
    Stored(Conversation, Stored),
    /// The stored one is damaged; this one is made from the events, and has to be stored.
    MadeAnew(Conversation),
}

/// The state for a change. Fails for a state with unknown parts of a newer version, which the change would drop.
pub(crate) fn to_change(connection: &Connection, id: ConversationId) -> Result<Option<ToChange>, StoreError> {
    let mut query = connection.prepare_cached("SELECT state, wake_at FROM conversations WHERE id = ?1")?;
    let row = query.query_row([Id(id.0)], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?)));
    let Some((json, wake_at)) = row.optional()? else { return Ok(None) };
    let state = match Conversation::read(&json) {
        Ok((state, true)) => state,
        Ok((_, false)) => return Err(StoreError::Newer { what: "conversation" }),
        Err(_) => return Ok(Some(ToChange::MadeAnew(events::state(connection, id, Position(u32::MAX))?))),
    };
    let stored = Stored { wake_at: wake_at.map(Time), ..Stored::of(&state, json.len()) };
    match events::fold_on(connection, state, Position(u32::MAX))? {
        (state, true) => Ok(Some(ToChange::Stored(state, stored))),
        (_, false) => Err(StoreError::Newer { what: "conversation" }),
    }
}

/// Sets `wake_at` alone.
pub(crate) fn set_wake(connection: &Connection, id: ConversationId, at: Option<Time>) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached("UPDATE conversations SET wake_at = ?2 WHERE id = ?1")?;
    query.execute(params![Id(id.0), at.map(|at| at.0)])?;
    Ok(())
}
