//! What a turn was drawn from: the library, or a suggestion.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::{QuestionId, QuickReplyId, TurnId};
use crate::limits;
use crate::rejection::Rejection;

/// What a turn was drawn from: the library, or a suggestion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Drawn {
    /// The quick replies in it, in the order of inserting.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quick_replies: Vec<UsedReply>,
    /// Whether the agent changed their words.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
    /// The question that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub question_id: Option<QuestionId>,
    /// The question's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub version: Option<u32>,
    /// The suggestion with whose words it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub suggestion: Option<TurnId>,
    /// Whether its words only hold the line, such as "I am working on it".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holding: bool,
}

/// A quick reply as it was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsedReply {
    pub id: QuickReplyId,
    pub version: u32,
}

impl Drawn {
    /// Drawn from one question.
    #[must_use]
    pub fn question(id: QuestionId, version: u32) -> Self {
        Self { question_id: Some(id), version: Some(version), ..Self::default() }
    }

    pub(crate) fn check(&self) -> Result<(), Rejection> {
        if self.quick_replies.len() > limits::QUICK_REPLIES {
            let problem = format!("more than {} quick replies", limits::QUICK_REPLIES);
            return Err(Rejection::invalid("library.quickReplies", problem));
        }
        if self.question_id.is_some() != self.version.is_some() {
            return Err(Rejection::invalid("library.version", "a question has an id and a version"));
        }
        Ok(())
    }
}
