//! Indexes the account's log in the background.
//!
//! The index stores its own position in the log, so a restart resumes exactly there. Under load it works in small
//! parts with pauses: new text is found a little later, and messages are not slowed down.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{Conversation, ConversationId, EventBody};
use tandem_sql::Connection;

use crate::hub::Hub;
use crate::store::search::{self, Filing};
use crate::store::{StoreError, conversations, events, passable};

/// Events per part.
const PART: u32 = 500;
/// Pause between parts and after a commit: batches commits and leaves the machine to messages.
const PAUSE: Duration = Duration::from_millis(100);
/// Pause after a failure.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs for as long as the hub.
pub(crate) async fn run(hub: Arc<Hub>) {
    let mut is_this_log = false;
    loop {
        let stepped = match is_this_log {
            true => step(&hub).await,
            false => begin(&hub).await.inspect(|_| is_this_log = true),
        };
        match stepped {
            Ok(true) => tokio::time::sleep(PAUSE).await,
            Ok(false) => {
                hub.news.notified().await;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => {
                match hub.search.mend(&error, hub.log).await {
                    Ok(true) => continue,
                    Ok(false) => tracing::error!(%error, "the search index cannot be written"),
                    Err(error) => tracing::error!(%error, "the search index cannot be made again"),
                }
                tokio::time::sleep(PATIENCE).await;
            }
        }
    }
}

/// Verifies that the index belongs to this hub's log.
async fn begin(hub: &Hub) -> Result<bool, StoreError> {
    let log = hub.log;
    hub.search
        .file()
        .write(move |connection, ()| {
            if search::log(connection)?.is_some_and(|filed| filed != log) {
                tracing::warn!("another log was indexed: the search index is rebuilt");
                search::clear(connection)?;
            }
            search::set_log(connection, log)
        })
        .await
        .map(|()| true)
}

/// Indexes one part; false if nothing is left.
async fn step(hub: &Hub) -> Result<bool, StoreError> {
    let cursor = hub.search.file().read(search::cursor).await?;
    let filing = hub.database.read(move |connection| next(connection, cursor)).await?;
    match filing {
        Next::Nothing => Ok(false),
        Next::Part(filing) => {
            hub.search.file().write(move |connection, ()| search::put(connection, &filing)).await.map(|()| true)
        }
        Next::AnotherLog => {
            tracing::warn!("the account's log is shorter than its index: the search index is rebuilt");
            hub.search.file().write(|connection, ()| search::clear(connection)).await.map(|()| true)
        }
    }
}

enum Next {
    Nothing,
    Part(Filing),
    /// The log ends before the indexed position.
    AnotherLog,
}

fn next(connection: &Connection, cursor: u64) -> Result<Next, StoreError> {
    let last = events::last(connection)?;
    match cursor.cmp(&last) {
        std::cmp::Ordering::Equal => return Ok(Next::Nothing),
        std::cmp::Ordering::Greater => return Ok(Next::AnotherLog),
        std::cmp::Ordering::Less => {}
    }
    let mut states: HashMap<ConversationId, Option<Conversation>> = HashMap::new();
    let mut filing = Filing::default();
    for logged in events::after(connection, cursor, last, PART)? {
        filing.up_to = logged.seq;
        let Some(event) = passable(events::parse(&logged.body))? else { continue };
        let state = match states.entry(logged.conversation) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(passable(conversations::get(connection, logged.conversation))?.flatten())
            }
        };
        if let EventBody::TurnWithdrawn { turn } = &event.body {
            filing.withdraw(events::places_of_words(connection, event.conversation, *turn)?);
        }
        if let Some(state) = state {
            filing.take(logged.seq, &event, state);
        }
    }
    Ok(Next::Part(filing))
}
