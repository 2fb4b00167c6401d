//! Writes a past into the data folder of a hub that has made its tables and does not run.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, ensure};
use rusqlite::{Connection, OpenFlags, params};
use tandem_conversation::measure::Presence;
use tandem_conversation::{BrandId, Conversation, ConversationId, Event};

use super::{History, Spell};

impl History {
    /// Appends the past to an empty log, with the state of each conversation and who was present when. Nothing of it is
    /// due: a hub that starts on the folder does not go on with these conversations by itself.
    ///
    /// # Errors
    /// If the folder has no tables, or has events already.
    pub fn store(&self, data: &Path) -> anyhow::Result<()> {
        let mut connection = Connection::open(data.join("tandem.db")).context("Cannot open tandem.db")?;
        let transaction = connection.transaction()?;
        append(&transaction, &self.events)?;
        states(&transaction, &self.events)?;
        presence(&transaction, &self.spells)?;
        transaction.commit().context("Cannot write the past")
    }
}

/// Gives the brand with this key the id that conversations of the past name.
///
/// # Errors
/// If there is no such brand.
pub fn name_brand(data: &Path, key: &str, brand: BrandId) -> anyhow::Result<()> {
    let connection = Connection::open(data.join("tandem.db")).context("Cannot open tandem.db")?;
    let changed = connection.execute("UPDATE brands SET id = ?1 WHERE key = ?2", params![brand.0.into_bytes(), key])?;
    ensure!(changed == 1, "there is no brand '{key}'");
    Ok(())
}

/// How many events the hub has measured.
///
/// # Errors
/// If its tables of analytics are not there yet.
pub fn measured(data: &Path) -> anyhow::Result<u64> {
    let connection = Connection::open_with_flags(data.join("analytics.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let cursor: i64 = connection.query_row("SELECT cursor FROM progress", [], |row| row.get(0))?;
    Ok(cursor.cast_unsigned())
}

fn append(connection: &Connection, events: &[Event]) -> anyhow::Result<()> {
    let mut query =
        connection.prepare("INSERT INTO events (seq, conversation, position, body) VALUES (?1, ?2, ?3, ?4)")?;
    for (seq, event) in (1_i64..).zip(events) {
        let id = event.conversation.0.into_bytes();
        query.execute(params![seq, id, event.position.0, serde_json::to_string(event)?])?;
    }
    Ok(())
}

fn states(connection: &Connection, events: &[Event]) -> anyhow::Result<()> {
    let mut states: HashMap<ConversationId, Conversation> = HashMap::new();
    for event in events {
        match states.get_mut(&event.conversation) {
            Some(state) => state.apply(event),
            None => states.extend(Conversation::begin(event).map(|state| (event.conversation, state))),
        }
    }
    let mut query = connection.prepare(
        "INSERT INTO conversations (id, customer, contact, started, updated, in_progress, logic_due, state, brand)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8)",
    )?;
    for (id, state) in states {
        query.execute(params![
            id.0.into_bytes(),
            state.customer.id.0.into_bytes(),
            state.contact.0.into_bytes(),
            state.started.0,
            state.updated.0,
            state.in_progress(),
            serde_json::to_string(&state)?,
            state.brand.map(|brand| brand.0.into_bytes()),
        ])?;
    }
    Ok(())
}

fn presence(connection: &Connection, spells: &[Spell]) -> anyhow::Result<()> {
    let mut query = connection
        .prepare("INSERT INTO activity (user, at, status, cause, capacity) VALUES (?1, ?2, ?3, 'user', ?4)")?;
    for spell in spells {
        let status = match spell.status {
            Presence::Available => "available",
            Presence::Busy => "busy",
            Presence::Away => "away",
            Presence::Offline => "offline",
        };
        query.execute(params![spell.user.0.into_bytes(), spell.at.0, status, spell.capacity])?;
    }
    Ok(())
}
