//! "What would you say next?": Your Logic is asked about a conversation as it stands, and nothing follows from it.

use std::time::Duration;

use tandem_conversation::{ConversationId, LogicFailure, Rejection, RequestId};
use tandem_protocol::logic::LogicResponseBody;
use uuid::{Builder, Uuid, Version};

use super::body;
use super::endpoint::Answered;
use crate::hub::Hub;
use crate::store::StoreError;

/// Asks what Your Logic would answer now. Changes nothing, leaves no trace, and takes no longer than the timeout.
///
/// # Errors
/// Why there is no answer, in a line that agents understand; the outer error if the conversation cannot be read.
pub(crate) async fn preview(
    hub: &Hub,
    id: ConversationId,
) -> Result<Result<LogicResponseBody, LogicFailure>, StoreError> {
    let (Some(endpoint), Some(config)) = (&hub.logic, &hub.config.logic) else {
        return Err(Rejection::LogicUnavailable.into());
    };
    let (asked, account) = (hub.clock.now(), hub.config.account.clone());
    let expires = asked.plus_ms(config.timeout_ms);
    let body = hub
        .database
        .read(move |connection| body::preview_body(connection, id, preview_id(), (asked, expires), &account))
        .await?;
    let left = Duration::from_millis(config.timeout_ms.max(0).cast_unsigned());
    let (_, answered) = endpoint.ask(&body, asked, left).await;
    Ok(match answered {
        Answered::Now(answer) => {
            super::check(hub, &answer).map(|()| *answer).map_err(|rejection| malformed(&rejection))
        }
        Answered::Later => Err(malformed(&"a preview has to be answered at once, not with 202")),
        Answered::Failed(failure) => Err(failure),
    })
}

fn malformed(detail: &impl ToString) -> LogicFailure {
    LogicFailure::Malformed { detail: detail.to_string() }
}

/// Ids of previews can be told from all others, so that a late answer to one is refused without remembering it.
fn preview_id() -> RequestId {
    RequestId(Builder::from_u128(Uuid::now_v7().as_u128()).with_version(Version::Custom).into_uuid())
}

/// Whether an answer is meant for a preview.
pub(crate) fn is_preview(request: RequestId) -> bool {
    request.0.get_version() == Some(Version::Custom)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::RequestId;
    use uuid::Uuid;

    #[test]
    fn previews_are_known_by_their_id() {
        assert!(super::is_preview(super::preview_id()));
        assert!(!super::is_preview(RequestId(Uuid::now_v7())));
        assert_ne!(super::preview_id(), super::preview_id());
    }
}
