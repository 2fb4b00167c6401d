//! Mentions: a note names colleagues, who are notified.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::{Position, TurnId, UserId};
use crate::participant::Participant;
use crate::time::Time;

/// A colleague named in a note, with the name used in the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mention {
    pub user: UserId,
    pub name: String,
}

/// A colleague named by a command, with facts from the edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub user: UserId,
    pub name: String,
    /// Whether they view all live conversations.
    pub sees_all: bool,
}

/// A user's newest unseen mention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenMention {
    pub user: UserId,
    pub by: Participant,
    /// The note, clipped.
    pub words: String,
    pub turn: TurnId,
    pub position: Position,
    pub at: Time,
}
