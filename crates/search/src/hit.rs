//! From index entries to hits for the wire and the screen.

use std::collections::HashSet;

use tandem_conversation::{Content, Conversation, Event, EventBody, Position};
use tandem_protocol::agents::{SearchHit, SearchKind, SearchSpan};

use crate::query::Word;
use crate::snippet::snippet;

/// Maximum customers per page; turns take the rest.
pub const PEOPLE: usize = 5;

/// A hit on a turn of the conversation `state`; none for other events.
#[must_use]
pub fn turn(event: &Event, text: &str, state: &Conversation, words: &[Word]) -> Option<SearchHit> {
    let (turn, content) = match &event.body {
        EventBody::TurnAdded { turn, .. } => (turn.id, &turn.content),
        EventBody::TurnEdited { turn, content, .. } => (*turn, content),
        _ => return None,
    };
    let kind = match content {
        Content::Note { .. } => SearchKind::Note,
        _ => SearchKind::Turn,
    };
    Some(SearchHit {
        conversation: event.conversation,
        position: event.position,
        turn: Some(turn),
        customer: state.customer.id,
        name: state.customer.name.clone(),
        channel: state.channel,
        brand: state.brand,
        time: event.time,
        by: Some(event.actor.clone()),
        kind,
        attachment: matches!(content, Content::Attachment { .. }),
        snippet: spans(text, words),
    })
}

/// A hit on a conversation's customer.
#[must_use]
pub fn person(text: &str, state: &Conversation, words: &[Word]) -> SearchHit {
    SearchHit {
        conversation: state.id,
        position: Position::START,
        turn: None,
        customer: state.customer.id,
        name: state.customer.name.clone(),
        channel: state.channel,
        brand: state.brand,
        time: state.updated,
        by: None,
        kind: SearchKind::Customer,
        attachment: false,
        snippet: spans(text, words),
    }
}

fn spans(text: &str, words: &[Word]) -> Vec<SearchSpan> {
    snippet(text, words).into_iter().map(|span| SearchSpan { text: span.text, hit: span.hit }).collect()
}

/// Merges hits into one page: each turn and each customer once, newest first.
#[must_use]
pub fn page(hits: impl IntoIterator<Item = SearchHit>, limit: usize) -> Vec<SearchHit> {
    let mut all: Vec<_> = hits.into_iter().collect();
    // Stable: of duplicate hits the first one stays.
    all.sort_by_key(|hit| std::cmp::Reverse((hit.time, hit.position)));
    let (mut turns, mut customers) = (HashSet::new(), HashSet::new());
    all.retain(|hit| match hit.kind {
        SearchKind::Customer => customers.len() < PEOPLE && customers.insert(hit.customer),
        SearchKind::Turn | SearchKind::Note => turns.insert((hit.conversation, hit.position)),
    });
    let mut room = limit.saturating_sub(customers.len());
    all.retain(|hit| {
        let stays = hit.kind == SearchKind::Customer || room > 0;
        room = room.saturating_sub(usize::from(stays && hit.kind != SearchKind::Customer));
        stays
    });
    all.truncate(limit);
    all
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{Channel, ConversationId, CustomerId, Time};
    use uuid::Uuid;

    use super::*;

    fn hit(conversation: u128, position: u32, ms: i64) -> SearchHit {
        SearchHit {
            conversation: ConversationId(Uuid::from_u128(conversation)),
            position: Position(position),
            turn: None,
            customer: CustomerId(Uuid::from_u128(conversation / 10)),
            name: String::new(),
            channel: Channel::WebChat,
            brand: None,
            time: Time(ms),
            by: None,
            kind: if position == 0 { SearchKind::Customer } else { SearchKind::Turn },
            attachment: false,
            snippet: Vec::new(),
        }
    }

    #[test]
    fn a_page_has_each_hit_once_and_the_newest_first() {
        let here = [hit(11, 3, 30), hit(11, 2, 20), hit(12, 0, 5)];
        let there = [hit(21, 9, 25), hit(11, 3, 30), hit(13, 0, 6), hit(22, 1, 1)];
        let order = |limit| -> Vec<_> {
            page(here.iter().chain(&there).cloned(), limit).iter().map(|hit| hit.time.0).collect()
        };
        assert_eq!(order(10), [30, 25, 20, 6, 1], "a customer with two conversations is one hit");
        assert_eq!(order(3), [30, 25, 6], "customers are not crowded out");
    }
}
