//! Reads what the hub sends, as far as it can be read. What cannot is left out or stands in for itself, and everything
//! else goes on.

use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use tandem_conversation::{ConversationId, Event, Position, Time};

use super::Part;

/// An event and its text.
pub(crate) type Read = (Event, Box<RawValue>);

/// An event; if it cannot be read, a stand-in at its place. None without a place.
pub(crate) fn event(text: Box<RawValue>, near: Time) -> Option<Read> {
    #[derive(Deserialize)]
    struct Place {
        conversation: ConversationId,
        position: Position,
    }
    match Event::read(text.get()) {
        Ok(event) => Some((event, text)),
        Err(_) => {
            let Place { conversation, position } = serde_json::from_str(text.get()).ok()?;
            stand_in(conversation, position, near)
        }
    }
}

/// A page of one conversation's events, which follow each other without a gap: so a neighbour tells the place of one that
/// cannot be read. `near` is a time for a page of which nothing can be read.
pub(super) fn page(of: ConversationId, part: Part, texts: Vec<Box<RawValue>>, near: Time) -> Vec<Read> {
    let count = i64::try_from(texts.len()).unwrap_or(i64::MAX);
    let read: Vec<_> = texts.into_iter().map(|text| Event::read(text.get()).map(|event| (event, text)).ok()).collect();
    let known = (0_i64..).zip(&read).find_map(|(at, read)| Some(i64::from(read.as_ref()?.0.position.0) - at));
    let first = known.unwrap_or(match part {
        Part::After(position) => i64::from(position.0) + 1,
        Part::Before(position) => i64::from(position.0) - count,
    });
    let mut near = read.iter().flatten().next().map_or(near, |(event, _)| event.time);
    let mut page = Vec::with_capacity(read.len());
    for (at, read) in (first..).zip(read) {
        let read = match read {
            None => u32::try_from(at).ok().and_then(|at| stand_in(of, Position(at), near)),
            read => read,
        };
        near = read.as_ref().map_or(near, |(event, _)| event.time);
        page.extend(read);
    }
    page
}

fn stand_in(of: ConversationId, position: Position, near: Time) -> Option<Read> {
    if position == Position::START {
        return None;
    }
    let event = Event::stand_in(of, position, near);
    let text = to_raw_value(&event).ok()?;
    Some((event, text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const CARMEN: ConversationId = ConversationId(Uuid::from_u128(1));

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    fn at(position: u32) -> Box<RawValue> {
        let event = json!({ "conversation": CARMEN, "position": position, "time": Time(i64::from(position)),
            "actor": { "kind": "customer" }, "cause": Uuid::nil(), "body": "reopened" });
        raw(&event.to_string())
    }

    #[test]
    fn what_cannot_be_read_of_a_page_keeps_its_place() {
        for (part, texts, expected) in [
            (Part::After(Position(4)), vec![at(5), raw("7"), at(7)], vec![(5, false), (6, true), (7, false)]),
            (Part::After(Position(4)), vec![raw("{}"), raw("null"), at(7)], vec![(5, true), (6, true), (7, false)]),
            (Part::After(Position(4)), vec![raw("{}"), raw("[]")], vec![(5, true), (6, true)]),
            (Part::Before(Position(4)), vec![raw("{}"), at(2), raw("{}")], vec![(1, true), (2, false), (3, true)]),
            (Part::Before(Position(3)), vec![raw("{}"), raw("{}")], vec![(1, true), (2, true)]),
            (Part::Before(Position(2)), vec![raw("{}"), raw("{}")], vec![(1, true)]),
        ] {
            let page = page(CARMEN, part, texts, Time(9));
            let places: Vec<_> = page.iter().map(|(event, _)| (event.position.0, event.is_stand_in())).collect();
            assert_eq!(places, expected);
            assert!(page.iter().all(|(event, text)| Event::read(text.get()).unwrap() == *event));
        }
    }

    #[test]
    fn an_event_with_a_place_and_nothing_else_stands_in_for_itself() {
        let place = json!({ "conversation": CARMEN, "position": 3, "body": [] }).to_string();
        let (event, _) = event(raw(&place), Time(9)).unwrap();
        assert_eq!((event.position, event.time, event.is_stand_in()), (Position(3), Time(9), true));
        assert!(super::event(raw(r#"{"position":3}"#), Time(9)).is_none());
    }
}
