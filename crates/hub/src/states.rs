//! Looks through the states of conversations in progress, and makes those again that cannot be read.
//!
//! A state is a fold over its events, so a damaged one is no loss. But nobody is called, and no list shows it, until it
//! is stored again. States of ended conversations are made again when somebody needs them.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::ConversationId;
use uuid::Uuid;

use crate::health::Work;
use crate::hub::Hub;
use crate::store::{StoreError, conversations};

/// A start, or a defect of the disk, is where damage shows; a look reads only.
const EVERY: Duration = Duration::from_secs(600);
/// States per read; others read in between.
const AT_ONCE: u32 = 200;

/// Runs as long as the hub.
pub(crate) async fn run(hub: Arc<Hub>) {
    loop {
        if let Err(error) = look_through(&hub).await {
            tracing::error!(%error, "the states of conversations cannot be looked through");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn look_through(hub: &Hub) -> Result<(), StoreError> {
    let mut after = ConversationId(Uuid::nil());
    loop {
        let look = hub.database.read(move |connection| conversations::look_in_progress(connection, after, AT_ONCE));
        let looked = look.await?;
        for (id, _) in looked.unreadable {
            let mended = hub.database.write(move |connection, engine| engine.for_change(connection, id)).await;
            hub.health.note(Work::Conversation(id), &mended);
            if let Err(error) = mended {
                tracing::debug!(%error, conversation.id = %id, "a state stays as it is");
            }
        }
        match looked.last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}
