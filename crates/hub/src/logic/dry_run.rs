//! Dry runs of Your Logic: what it would say next, and how it would word a reply.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{ConversationId, LogicFailure, Rejection, RequestId};
use tandem_protocol::logic::{LogicResponseBody, TranslateBody};
use uuid::{Builder, Uuid, Version};

use super::body;
use crate::endpoint::{Answered, PATIENCE_MS};
use crate::hub::Hub;
use crate::media::as_if_fetched;
use crate::store::{StoreError, conversations, library};

pub(crate) enum Wish {
    /// An agent wants to know what it would say next.
    Preview,
    /// An agent wants a better wording of this reply.
    Improve { draft: String },
    /// An agent wants texts in another language.
    Translate(TranslateBody),
    /// The customer is typing.
    Typing,
}

/// Asks Your Logic about the conversation as it is. Changes nothing and leaves no trace. Takes at most the timeout,
/// and at most as long as an agent waits.
///
/// # Errors
/// Why there is no answer, for agents; the outer error if the conversation cannot be read.
pub(crate) async fn dry_run(
    hub: &Hub,
    id: ConversationId,
    wish: Wish,
) -> Result<Result<LogicResponseBody, LogicFailure>, StoreError> {
    let (Some(endpoint), Some(config)) = (&hub.logic, &hub.config.logic) else {
        return Err(Rejection::LogicUnavailable.into());
    };
    let (asked, account, request) = (hub.clock.now(), hub.config.account.clone(), dry_run_id());
    let patience_ms = config.timeout_ms.clamp(0, PATIENCE_MS);
    let expires = asked.plus_ms(patience_ms);
    let turns = Arc::clone(&hub.turns);
    let body = hub
        .database
        .read(move |connection| body::beside_body(connection, &turns, id, request, (asked, expires), wish, &account))
        .await?;
    let left = Duration::from_millis(patience_ms.cast_unsigned());
    let answered = endpoint.ask_aside(&body, hub.clock.wall(), left).await;
    Ok(match answered {
        Answered::Now(understood) => {
            let mut answer = understood.answer;
            as_if_fetched(&mut answer.actions);
            let answer = hub
                .database
                .read(move |connection| -> Result<_, StoreError> {
                    if let Some(state) = conversations::get(connection, id)? {
                        library::fill(connection, &mut answer.actions, &state)?;
                    }
                    Ok(answer)
                })
                .await?;
            super::usable(hub, request, &answer).map(|()| answer).map_err(|detail| malformed(&detail))
        }
        Answered::Later => Err(malformed(&"a dry run has to be answered at once, not with 202")),
        Answered::Failed(failure) => Err(failure),
    })
}

fn malformed(detail: &impl ToString) -> LogicFailure {
    LogicFailure::Malformed { detail: detail.to_string() }
}

/// Ids of dry runs are recognisable, so that a late answer is refused without remembering them.
fn dry_run_id() -> RequestId {
    RequestId(Builder::from_u128(Uuid::now_v7().as_u128()).with_version(Version::Custom).into_uuid())
}

pub(crate) fn is_dry_run(request: RequestId) -> bool {
    request.0.get_version() == Some(Version::Custom)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::RequestId;
    use uuid::Uuid;

    #[test]
    fn dry_runs_are_known_by_their_id() {
        assert!(super::is_dry_run(super::dry_run_id()));
        assert!(!super::is_dry_run(RequestId(Uuid::now_v7())));
        assert_ne!(super::dry_run_id(), super::dry_run_id());
    }
}
