//! Better words for a reply that is not sent yet: from a writing model where one is set up, else from Your Logic.
//!
//! Whatever comes back is a proposal. Nothing is recorded, nothing is sent, and the agent decides.

mod model;

use tandem_conversation::{Action, ConversationId, Rejection, limits};
use tandem_protocol::agents::{Improved, Improver};
use tandem_protocol::logic::LogicResponseBody;

use crate::hub::Hub;
use crate::logic::{Wish, dry_run};
use crate::store::StoreError;
pub(crate) use model::Model;

/// Why there are no better words.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImproveError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// In words for the agent.
    #[error("{0}")]
    Failed(String),
}

impl From<Rejection> for ImproveError {
    fn from(rejection: Rejection) -> Self {
        Self::Store(rejection.into())
    }
}

/// Whether anybody can be asked.
pub(crate) fn is_possible(hub: &Hub) -> bool {
    hub.model.is_some() || hub.logic.is_some()
}

/// Asks for better words for `draft` in this conversation.
pub(crate) async fn improve(hub: &Hub, id: ConversationId, draft: String) -> Result<Improved, ImproveError> {
    check(&draft)?;
    let (text, by) = match &hub.model {
        Some(model) => {
            let said = hub.database.read(move |connection| model::said(connection, id)).await?;
            (model.improve(&said, &draft).await.map_err(ImproveError::Failed)?, Improver::Model)
        }
        None => {
            let answer = dry_run(hub, id, Wish::Improve { draft }).await?;
            let answer = answer.map_err(|failure| ImproveError::Failed(failure.line()))?;
            (words_of(answer), Improver::Logic)
        }
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(ImproveError::Failed("There are no better words for this; yours are kept.".into()));
    }
    if text.chars().count() > limits::TEXT_CHARS {
        return Err(ImproveError::Failed("The words that came back are too long for a message.".into()));
    }
    Ok(Improved { text: text.to_owned(), by })
}

fn check(draft: &str) -> Result<(), Rejection> {
    if draft.trim().is_empty() || draft.chars().count() > limits::TEXT_CHARS {
        return Err(Rejection::invalid("text", format!("between 1 and {} characters are needed", limits::TEXT_CHARS)));
    }
    Ok(())
}

/// The first suggestion, or else the first message.
fn words_of(answer: LogicResponseBody) -> String {
    let mut message = None;
    for action in answer.actions {
        match action {
            Action::Suggestion { text } => return text,
            Action::Message { text, .. } => message = message.or(Some(text)),
            _ => {}
        }
    }
    message.unwrap_or_default()
}
