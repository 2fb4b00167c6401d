//! Which conversations got a low score that the user has not looked at.

use tandem_conversation::{Conversation, Position, ReviewAnswer, Time, percent_of};

use crate::view::NotificationSettings;

pub(crate) const SCHEMA: &str = "
-- When the customer gave a score that some users call low, which the user has not looked at; 0 for none.
ALTER TABLE conversations ADD COLUMN low_score INTEGER NOT NULL DEFAULT 0;
CREATE INDEX conversations_low_score ON conversations (low_score) WHERE low_score > 0;";

/// When a score was given that some users call low, unless it was seen; otherwise 0.
pub(super) fn unseen(state: &Conversation, seen: Position) -> Time {
    let answer = state.review.as_deref().and_then(|review| review.answer.as_ref());
    let is_low = |answer: &&ReviewAnswer| answer.percent() <= percent_of(NotificationSettings::HIGHEST_LOW);
    answer.filter(is_low).filter(|answer| answer.position > seen).map(|answer| answer.at).unwrap_or_default()
}
