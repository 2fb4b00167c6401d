//! Data of a newer hub that this desk only stored: the conversations that contain it, until an updated desk reads them
//! again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tandem_conversation::{ConversationId, Event, EventBody};
use tandem_sqlite::rusqlite::Connection;

use super::search::Filing;
use super::{CacheError, Touched, conversations, events, meta};

/// Maximum conversations remembered one by one; beyond, everything is fetched again.
const MOST: usize = 1_000;

/// Conversations with data that was not understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unknown {
    /// The version that did not understand it.
    version: u32,
    pub conversations: BTreeSet<ConversationId>,
}

/// Conversations with data that this desk does not understand.
pub(crate) fn get(connection: &Connection) -> Result<Unknown, CacheError> {
    Ok(meta::get(connection, meta::UNKNOWN)?.unwrap_or_default())
}

/// Remembers a conversation with data that was not understood.
pub(crate) fn add(connection: &Connection, touched: &mut Touched, of: ConversationId) -> Result<(), CacheError> {
    let mut unknown = get(connection)?;
    unknown.version = tandem_protocol::version();
    if unknown.conversations.len() < MOST && unknown.conversations.insert(of) {
        tracing::warn!(conversation.id = %of, "data of a newer version is kept unread");
        meta::put(connection, meta::UNKNOWN, &unknown)?;
        touched.app();
    }
    Ok(())
}

/// After an update: reads the cached events of those conversations again, and asks the hub for the rest.
pub(crate) fn read_again(connection: &Connection, touched: &mut Touched) -> Result<(), CacheError> {
    let unknown = get(connection)?;
    if unknown.conversations.is_empty() || unknown.version >= tandem_protocol::version() {
        return Ok(());
    }
    tracing::info!(conversations = unknown.conversations.len(), "reading data that an older version kept unread");
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
    // Too many to remember: everything is fetched again.
    if unknown.conversations.len() >= MOST {
        meta::remove(connection, meta::CURSOR)?;
        meta::remove(connection, meta::LOG)?;
    }
    meta::put(connection, meta::UNKNOWN, &Unknown { version: tandem_protocol::version(), conversations: still })?;
    touched.everything();
    Ok(())
}
