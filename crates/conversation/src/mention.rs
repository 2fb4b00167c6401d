//! Mentions: a note names colleagues, who are notified.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::{Position, TurnId, UserId};
use crate::participant::Participant;
use crate::permission::{Permission, Permissions};
use crate::rejection::Rejection;
use crate::state::Conversation;
use crate::time::Time;
use crate::turn::limits;

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

impl Conversation {
    /// Whether a note here may mention this user: they take part, or view everything.
    #[must_use]
    pub fn is_mentionable(&self, user: UserId, sees_all: bool) -> bool {
        sees_all || self.agent(user).is_some()
    }

    /// The user's unseen mention, if they may still read it.
    #[must_use]
    pub fn mention_of(&self, user: UserId, permissions: &Permissions) -> Option<&OpenMention> {
        let may_see = self.is_mentionable(user, permissions.has_all(Permission::ViewAll));
        self.mentions.iter().find(|mention| mention.user == user && may_see)
    }
}

/// The colleagues that a note mentions, each once and without its author.
///
/// # Errors
/// If one of them could not read it, with advice.
pub(crate) fn mentions_of(
    state: &Conversation,
    author: &Participant,
    named: &[Named],
) -> Result<Vec<Mention>, Rejection> {
    let mut mentions: Vec<Mention> = Vec::with_capacity(named.len());
    for Named { user, name, sees_all } in named {
        if author.user() == Some(*user) || mentions.iter().any(|known| known.user == *user) {
            continue;
        }
        if !state.is_mentionable(*user, *sees_all) {
            return Err(Rejection::NotHere { name: name.clone() });
        }
        mentions.push(Mention { user: *user, name: name.clone() });
    }
    if mentions.len() > limits::MENTIONS {
        return Err(Rejection::invalid("mentions", format!("more than {}", limits::MENTIONS)));
    }
    Ok(mentions)
}
