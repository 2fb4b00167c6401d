//! What a query wants of the conversation around a hit, judged by its state.

use tandem_conversation::{BrandId, Conversation, Participant, UserId};

use crate::query::{About, Is, Word};
use crate::words::Words;

impl About {
    /// Whether every conversation will do.
    #[must_use]
    pub fn is_anything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a brand with this key and name is meant.
    #[must_use]
    pub fn means_brand(&self, key: &str, name: &str) -> bool {
        let names = [Words::of(key), Words::of(name)];
        self.brands.iter().any(|brand| names.iter().any(|name| says(name, brand)))
    }

    /// Whether hits in this conversation count for the user `me`; `brands` are those that are meant.
    #[must_use]
    pub fn admits(&self, state: &Conversation, me: UserId, brands: &[BrandId]) -> bool {
        self.is.iter().all(|is| is.holds(state))
            && self.tags.iter().all(|tag| state.tags.iter().any(|known| says(&Words::of(known), tag)))
            && self.agents.iter().all(|agent| took_part(state, me, agent.as_deref()))
            && (self.brands.is_empty() || state.brand.is_some_and(|brand| brands.contains(&brand)))
            && (self.languages.is_empty() || state.language.as_deref().is_some_and(|known| self.speaks(known)))
    }

    fn speaks(&self, known: &str) -> bool {
        let known = known.to_lowercase().replace('_', "-");
        self.languages.iter().any(|wanted| {
            known.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    }
}

impl Is {
    fn holds(self, state: &Conversation) -> bool {
        match self {
            Self::Open => state.in_progress(),
            Self::Completed => !state.in_progress(),
            Self::Waiting => state.wait().is_some(),
            Self::Help => state.help.is_some(),
        }
    }
}

fn says(text: &Words, wanted: &[Word]) -> bool {
    wanted.iter().all(|word| word.occurrences(text).next().is_some())
}

/// Whether an agent takes or took part. Of agents who have left without a word only the user is known.
fn took_part(state: &Conversation, me: UserId, named: Option<&[Word]>) -> bool {
    let engaged = state.engagements.iter().filter_map(|engagement| engagement.person());
    let mut agents = engaged.chain(state.voices.iter().map(|voice| &voice.by));
    match named {
        None => state.left.iter().any(|past| past.user == me) || agents.any(|by| by.user() == Some(me)),
        Some(wanted) => agents.any(|by| match by {
            Participant::Agent { name, .. } => says(&Words::of(name), wanted),
            _ => false,
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tandem_conversation::{
        Channel, CommandId, ContactId, ConversationId, CustomerId, CustomerRef, Event, EventBody, Position, Time,
    };
    use uuid::Uuid;

    use super::*;
    use crate::Query;

    const MAYA: UserId = UserId(Uuid::from_u128(7));
    const BRAND: BrandId = BrandId(Uuid::from_u128(0xb));

    fn started() -> Conversation {
        let id = |n| Uuid::from_u128(n);
        let body = EventBody::Started {
            customer: CustomerRef::new(CustomerId(id(1)), "Carmen"),
            contact: ContactId(id(2)),
            channel: Channel::WebChat,
            brand: Some(BRAND),
            language: Some("pt-BR".into()),
            custom: serde_json::Map::new(),
            engage_logic: false,
            heard_at: None,
            line: None,
        };
        let event = Event {
            conversation: ConversationId(id(3)),
            position: Position(1),
            time: Time(0),
            actor: Participant::Customer,
            cause: CommandId(id(4)),
            body,
        };
        let mut state = Conversation::begin(&event).unwrap();
        state.tags = vec!["Refund 2026".into(), "vip".into()];
        state
    }

    #[test]
    fn a_conversation_counts_if_all_of_it_holds() {
        let state = started();
        for (text, expected) in [
            ("hello", true),
            ("is:open", true),
            ("is:open is:completed", false),
            ("is:waiting", false),
            ("is:help", false),
            ("tag:refund", true),
            ("tag:\"refund 2026\" tag:VIP", true),
            ("tag:refund tag:late", false),
            ("agent:me", false),
            ("agent:maya", false),
            ("language:pt", true),
            ("language:pt-br", true),
            ("language:p", true),
            ("language:en language:pt_BR", true),
            ("language:en", false),
            ("brand:northwind", true),
        ] {
            let query = Query::parse(text);
            assert_eq!(query.about.admits(&state, MAYA, &[BRAND]), expected, "{text}");
        }
        let elsewhere = Query::parse("brand:northwind");
        assert!(!elsewhere.about.admits(&state, MAYA, &[]));
        assert!(elsewhere.about.means_brand("nw", "Northwind Air") && !elsewhere.about.means_brand("aerolinx", "A"));
    }

    #[test]
    fn agents_are_found_by_their_words_also_after_leaving() {
        let mut state = started();
        let by = Participant::Agent { user: MAYA, name: "Maya Ortiz".into() };
        let voice = json!({ "by": by, "position": 4, "at": Time(0) });
        state.voices.push(serde_json::from_value(voice).unwrap());
        for (text, expected) in [("agent:me", true), ("agent:ort", true), ("agent:\"Maya Berg\"", false)] {
            assert_eq!(Query::parse(text).about.admits(&state, MAYA, &[]), expected, "{text}");
        }
    }
}
