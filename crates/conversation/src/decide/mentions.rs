//! The colleagues that a note may mention.

use crate::limits;
use crate::mention::{Mention, Named};
use crate::participant::Participant;
use crate::rejection::Rejection;
use crate::state::Conversation;

/// The colleagues that a note mentions, each once and without its author.
///
/// # Errors
/// If one of them could not read it, with advice.
pub(super) fn mentions_of(
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
