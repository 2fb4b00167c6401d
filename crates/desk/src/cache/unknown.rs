//! What a newer version of the hub said and this desk only kept: which conversations it is in, until a desk that
//! understands it reads it again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tandem_conversation::{ConversationId, Event, EventBody};
use tandem_sqlite::rusqlite::Connection;

use super::search::Filing;
use super::{CacheError, Touched, conversations, events, meta};

/// Conversations that are remembered one by one; beyond, everything is asked for again.
const MOST: usize = 1_000;

/// Conversations with something in them that was not understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unknown {
    /// The version that did not understand it.
    version: u32,
    pub conversations: BTreeSet<ConversationId>,
}

/// Conversations with something in them that this desk does not understand.
pub(crate) fn get(connection: &Connection) -> Result<Unknown, CacheError> {
    Ok(meta::get(connection, meta::UNKNOWN)?.unwrap_or_default())
}

/// Remembers that something in a conversation was not understood.
pub(crate) fn add(connection: &Connection, touched: &mut Touched, of: ConversationId) -> Result<(), CacheError> {
    let mut unknown = get(connection)?;
    unknown.version = tandem_protocol::version();
    if unknown.conversations.len() < MOST && unknown.conversations.insert(of) {
        tracing::warn!(conversation.id = %of, "something of a newer version is kept as it came");
        meta::put(connection, meta::UNKNOWN, &unknown)?;
        touched.app();
    }
    Ok(())
}

/// After an update: reads again what is cached of those conversations, and asks the hub for everything else of them.
pub(crate) fn read_again(connection: &Connection, touched: &mut Touched) -> Result<(), CacheError> {
    let unknown = get(connection)?;
    if unknown.conversations.is_empty() || unknown.version >= tandem_protocol::version() {
        return Ok(());
    }
    tracing::info!(conversations = unknown.conversations.len(), "reading again what an older version only kept");
    let mut filing = Filing::default();
    let mut still = BTreeSet::new();
    for of in &unknown.conversations {
        let Some(held) = conversations::get(connection, *of)? else { continue };
        let cached = events::texts(connection, *of)?;
        events::remove(connection, *of)?;
        for text in cached {
            let event = Event::read(&text).map_err(|error| super::damaged("event", &error))?;
            if matches!(event.body, EventBody::Unknown(_)) {
                still.insert(*of);
            }
            events::insert(connection, &mut filing, &event, held.state.channel, &text)?;
        }
    }
    filing.finish(connection)?;
    // Their states may lack what the older version did not understand.
    meta::put(connection, meta::STALE, &unknown.conversations)?;
    // More than could be remembered: everything is told again.
    if unknown.conversations.len() >= MOST {
        meta::remove(connection, meta::CURSOR)?;
        meta::remove(connection, meta::LOG)?;
    }
    meta::put(connection, meta::UNKNOWN, &Unknown { version: tandem_protocol::version(), conversations: still })?;
    touched.everything();
    Ok(())
}
