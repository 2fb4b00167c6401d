//! Better wording for an unsent reply: from a writing model if one is configured, otherwise from Your Logic.
//!
//! The result is a proposal. Nothing is recorded or sent; the agent decides.

use tandem_conversation::{Action, ConversationId, Rejection, is_blank, limits};
use tandem_protocol::agents::{Improved, Improver};
use tandem_protocol::logic::LogicResponseBody;

use crate::hub::Hub;
use crate::logic::{Wish, dry_run};
use crate::model;
use crate::store::StoreError;

/// Why there is no better wording.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImproveError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// For the agent.
    #[error("{0}")]
    Failed(String),
}

impl From<Rejection> for ImproveError {
    fn from(rejection: Rejection) -> Self {
        Self::Store(rejection.into())
    }
}

/// Whether a model or Your Logic is available.
pub(crate) fn is_possible(hub: &Hub) -> bool {
    hub.model.is_some() || hub.logic.is_some()
}

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
    if is_blank(text) {
        return Err(ImproveError::Failed("No better wording was found; yours is kept.".into()));
    }
    if text.chars().count() > limits::TEXT_CHARS {
        return Err(ImproveError::Failed("The improved wording is too long for a message.".into()));
    }
    Ok(Improved { text: text.to_owned(), by })
}

fn check(draft: &str) -> Result<(), Rejection> {
    if draft.trim().is_empty() || draft.chars().count() > limits::TEXT_CHARS {
        return Err(Rejection::invalid("text", format!("between 1 and {} characters are needed", limits::TEXT_CHARS)));
    }
    Ok(())
}

/// The first suggestion, otherwise the first message.
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
