//! The content of a desk's cache, read directly from its file.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;
use tandem_conversation::{Conversation, ConversationId, Event, Section, Time, sections, visible};
use tandem_desk::{Keychain, testing};
use tandem_protocol::agents::Me;
use uuid::Uuid;

use crate::check::Hub;

/// One conversation in a desk's cache.
struct Held {
    state: Conversation,
    listed: bool,
    from: u32,
    to: u32,
    hole: u32,
    events: Vec<Event>,
}

/// One desk's cache.
pub struct Cached {
    me: Me,
    held: BTreeMap<ConversationId, Held>,
    /// Texts that wait for the hub.
    pub queued: Vec<String>,
    waiting: usize,
    pub drafts: Vec<String>,
}

/// All rows of a query.
pub fn rows<T>(
    connection: &Connection,
    sql: &str,
    each: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    connection.prepare(sql).unwrap().query_map([], each).unwrap().collect::<Result<_, _>>().unwrap()
}

pub fn id(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<ConversationId> {
    Ok(ConversationId(Uuid::from_bytes(row.get(column)?)))
}

impl Cached {
    pub fn read(folder: &Path, keychain: &dyn Keychain, me: Me) -> Self {
        let connection = testing::open_cache(folder, keychain).unwrap();
        connection.execute_batch("PRAGMA busy_timeout = 5000").unwrap();
        // One moment for all tables.
        connection.execute_batch("BEGIN").unwrap();
        let mut held: BTreeMap<_, _> =
            rows(&connection, "SELECT id, state, listed, covered_from, covered_to, hole FROM conversations", |row| {
                let state = serde_json::from_str(&row.get::<_, String>(1)?).unwrap();
                let (listed, from, to, hole) = (row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
                Ok((id(row, 0)?, Held { state, listed, from, to, hole, events: Vec::new() }))
            })
            .into_iter()
            .collect();
        for event in testing::cached_events(&connection).unwrap() {
            let held = held.get_mut(&event.conversation);
            held.expect("events belong to a conversation that is held").events.push(event);
        }
        let queued = rows(&connection, "SELECT command FROM outbox WHERE accepted = 0", |row| row.get(0));
        let drafts = rows(&connection, "SELECT draft || ' ' || note FROM bookmarks", |row| row.get(0));
        let waiting = queued.len();
        Self { me, held, queued, waiting, drafts }
    }

    /// Whether this desk shows what the hub knows, as far as its user may see it.
    pub fn equals(&self, hub: &Hub, now: Time, app: &Value) -> Result<(), String> {
        let (user, access) = (&self.me.user, self.me.access());
        let mut counts: BTreeMap<Section, u64> = BTreeMap::new();
        for (of, whole) in &hub.conversations {
            let found = sections(&whole.state, &access, now);
            found.iter().for_each(|section| *counts.entry(*section).or_default() += 1);
            if !found.is_empty() && !self.held.get(of).is_some_and(|held| held.listed) {
                return Err(format!("{of} is missing, although it belongs to {found:?}"));
            }
        }
        for (of, held) in &self.held {
            let whole = hub.conversations.get(of).ok_or_else(|| format!("{of} is not known to the hub"))?;
            if held.listed {
                if !visible(&whole.state, &access, now) {
                    return Err(format!("{of} is still there, although its user may not see it"));
                }
                if held.state != whole.state {
                    return Err(format!("{of} differs.\ndesk: {:?}\nhub:  {:?}", held.state, whole.state));
                }
                if held.hole > held.state.position.0 {
                    return Err(format!("{of} has a hole"));
                }
            }
            let covered = (held.from.max(1) - 1) as usize..held.to as usize;
            if held.events.as_slice() != whole.events.get(covered).unwrap_or_default() {
                return Err(format!("{of}: the events from {} to {} are not the hub's", held.from, held.to));
            }
            let involved = whole.state.agent(*user).is_some() || whole.state.left.iter().any(|past| past.user == *user);
            if held.listed && involved && held.events.len() != whole.events.len() {
                return Err(format!("{of} is not held whole, although its user takes part"));
            }
        }
        for (section, name) in
            [(Section::My, "my"), (Section::Help, "help"), (Section::Left, "left"), (Section::All, "all")]
        {
            let expected = counts.get(&section).copied().unwrap_or_default();
            let shown = &app["counts"][name];
            if shown.as_u64().unwrap_or_default() != expected {
                return Err(format!("shows {shown} under {name}, but there are {expected}"));
            }
        }
        match self.waiting {
            0 => Ok(()),
            waiting => Err(format!("{waiting} commands wait: {}", self.queued.join(" | "))),
        }
    }
}
