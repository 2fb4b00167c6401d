//! Typing signals for a Your Logic that asked for them.
//!
//! Best effort beside ordinary requests: it neither waits for them nor delays them, is tried once, and its failure has
//! no effect. An answer counts as unprompted, unless something else has happened by then.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{Conversation, ConversationId, RequestId};
use tandem_protocol::logic::LogicResponseBody;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{Origin, Wish, apply, body};
use crate::endpoint::{Answered, Endpoint, answer};
use crate::hub::Hub;
use crate::store::{StoreError, conversations};

/// A later answer is too late to matter.
const PATIENCE_MS: i64 = 3_000;
/// At most this many in flight; further ones are dropped.
static AT_ONCE: Semaphore = Semaphore::const_new(64);

/// Tells Your Logic, if it asked for it, that the customer began to type.
pub(crate) fn tell(hub: &Arc<Hub>, id: ConversationId) {
    let wanted = hub.config.logic.as_ref().is_some_and(|logic| logic.typing);
    let Some(endpoint) = hub.logic.clone().filter(|_| wanted) else { return };
    if !hub.limits.typing_told(id) {
        return;
    }
    let Ok(slot) = AT_ONCE.try_acquire() else { return };
    let hub = Arc::clone(hub);
    tokio::spawn(async move {
        let _slot = slot;
        if let Err(error) = converse(&hub, &endpoint, id).await {
            tracing::error!(%error, conversation.id = %id, "a typing signal could not be sent to Your Logic");
        }
    });
}

async fn converse(hub: &Arc<Hub>, endpoint: &Endpoint, id: ConversationId) -> Result<(), StoreError> {
    let (request, asked, account) = (RequestId(Uuid::now_v7()), hub.clock.now(), hub.config.account.clone());
    let when = (asked, asked.plus_ms(PATIENCE_MS));
    let turns = Arc::clone(&hub.turns);
    let found = hub.database.read(move |connection| {
        let Some(state) = conversations::get(connection, id)?.filter(is_idle) else { return Ok(None) };
        let body = body::beside_body(connection, &turns, id, request, when, Wish::Typing, &account)?;
        Ok::<_, StoreError>(Some((state.position, body)))
    });
    let Some((at, body)) = found.await? else { return Ok(()) };
    let answered = endpoint.ask_aside(&body, hub.clock.wall(), Duration::from_millis(PATIENCE_MS.unsigned_abs())).await;
    let Answered::Now(understood) = answered else { return Ok(()) };
    if understood.answer.actions.is_empty() {
        return Ok(());
    }
    if let Err(mistake) = answer::own(request, &understood.answer) {
        tracing::warn!(conversation.id = %id, %mistake, "the answer to a typing signal was refused");
        return Ok(());
    }
    let answer = LogicResponseBody { request_id: None, ..understood.answer };
    if let Err(rejection) = apply(hub, id, answer, Origin::Aside { at }).await? {
        tracing::warn!(conversation.id = %id, %rejection, "the answer to a typing signal was refused");
    }
    Ok(())
}

/// A pending question takes precedence.
fn is_idle(state: &Conversation) -> bool {
    state.in_progress() && state.logic.engaged && state.logic.asked.is_none() && state.logic.pending.is_empty()
}
