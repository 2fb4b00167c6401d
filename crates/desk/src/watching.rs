//! Tells the hub which conversations the user looks at without taking part.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{ConversationId, UserId};
use tandem_protocol::agents::DeskFrame;
use tandem_sqlite::rusqlite::Connection;
use tokio::sync::mpsc;

use crate::cache::{Cache, CacheError, conversations, meta};
use crate::link::Input;
use crate::memory::Memory;

/// The hub forgets it after half a minute.
const AGAIN: Duration = Duration::from_secs(20);

/// Runs until the desk ends.
pub(crate) async fn run(cache: Cache, memory: Arc<Memory>, sync: mpsc::UnboundedSender<Input>) {
    loop {
        let looking = memory.looking();
        let watched = cache.read(move |connection| {
            let Some(me) = meta::me(connection)? else { return Ok(Vec::new()) };
            watched(connection, looking, me.user)
        });
        // If it cannot be read, the next look says it.
        for conversation in watched.await.unwrap_or_default() {
            let _ = sync.send(Input::Say(DeskFrame::Watching { conversation }));
        }
        let _ = tokio::time::timeout(AGAIN, memory.looked.notified()).await;
    }
}

/// Those in which the user takes no part.
fn watched(
    connection: &Connection,
    looking: Vec<ConversationId>,
    user: UserId,
) -> Result<Vec<ConversationId>, CacheError> {
    let mut watched = Vec::with_capacity(looking.len());
    for id in looking {
        let held = conversations::get(connection, id)?;
        let state = held.filter(|held| held.listed).map(|held| held.state);
        watched.extend(state.filter(|state| state.in_progress() && state.agent(user).is_none()).map(|state| state.id));
    }
    Ok(watched)
}
