//! "The customer is writing", for a Your Logic that wants to know.
//!
//! A courtesy beside the ordinary requests: it waits for none of them and holds none up, is tried once, and nothing
//! follows from its failure. What is answered counts as said unasked, unless something else has happened by then.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{Conversation, ConversationId, RequestId};
use tandem_protocol::logic::LogicResponseBody;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::endpoint::{Answered, Endpoint};
use super::{Origin, Wish, answer, apply, body};
use crate::hub::Hub;
use crate::store::{StoreError, conversations};

/// An answer after this comes too late for what it is about.
const PATIENCE_MS: i64 = 3_000;
/// So many at once; who is beyond them is not told of.
static AT_ONCE: Semaphore = Semaphore::const_new(64);

/// Tells Your Logic, if it wants to know, that the customer has begun to write.
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
            tracing::error!(%error, conversation.id = %id, "Your Logic could not be told of typing");
        }
    });
}

async fn converse(hub: &Arc<Hub>, endpoint: &Endpoint, id: ConversationId) -> Result<(), StoreError> {
    let (request, asked, account) = (RequestId(Uuid::now_v7()), hub.clock.now(), hub.config.account.clone());
    let when = (asked, asked.plus_ms(PATIENCE_MS));
    let found = hub.database.read(move |connection| {
        let Some(state) = conversations::get(connection, id)?.filter(is_idle) else { return Ok(None) };
        let body = body::beside_body(connection, id, request, when, Wish::Typing, &account)?;
        Ok::<_, StoreError>(Some((state.position, body)))
    });
    let Some((at, body)) = found.await? else { return Ok(()) };
    let (_, answered) = endpoint.ask(&body, hub.clock.wall(), Duration::from_millis(PATIENCE_MS.unsigned_abs())).await;
    let Answered::Now(understood) = answered else { return Ok(()) };
    if understood.answer.actions.is_empty() {
        return Ok(());
    }
    if let Err(mistake) = answer::own(request, &understood.answer) {
        tracing::warn!(conversation.id = %id, %mistake, "what Your Logic said to typing was refused");
        return Ok(());
    }
    let answer = LogicResponseBody { request_id: None, ..understood.answer };
    if let Err(rejection) = apply(hub, id, answer, Origin::Aside { at }).await? {
        tracing::warn!(conversation.id = %id, %rejection, "what Your Logic said to typing was refused");
    }
    Ok(())
}

/// Where something has to be answered already, nothing new is to be said of it.
fn is_idle(state: &Conversation) -> bool {
    state.in_progress() && state.logic.engaged && state.logic.asked.is_none() && state.logic.pending.is_empty()
}
