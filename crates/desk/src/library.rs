//! Finds items of the library while they are typed: by shortcut, title, folder and words, those used most in the
//! brand first. Pure; `handlers/library.rs` brings the library and the conversation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tandem_conversation::{
    BrandId, ContactKind, Conversation, Question, QuestionId, QuestionText, QuickReply, QuickReplyId, Resolved, Spoken,
    Values, resolve,
};
use tandem_protocol::library::{Library, LibraryBrand};
use tandem_search::Words;
use uuid::Uuid;

use crate::view::{LibraryKind, LibraryView, OfferView};

/// A library that is searched.
pub(crate) struct Shelf {
    /// The stamp of the library it was made from.
    pub stamp: String,
    brands: Vec<LibraryBrand>,
    questions: Vec<Filed<Question>>,
    replies: Vec<Filed<QuickReply>>,
    uses: HashMap<Uuid, HashMap<Option<BrandId>, u32>>,
}

/// An item with its folded words, each followed by a space and the first one preceded by one.
struct Filed<T> {
    item: T,
    name: String,
    title: String,
    folder: String,
    words: String,
}

/// The library made ready for searching, until another one is cached.
#[derive(Clone, Default)]
pub(crate) struct Shelves(Arc<Mutex<Option<Arc<Shelf>>>>);

impl Shelves {
    /// The shelf of the library with this stamp; `load` reads it.
    pub(crate) fn current<E>(&self, stamp: &str, load: impl FnOnce() -> Result<Library, E>) -> Result<Arc<Shelf>, E> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shelf) = known.as_ref().filter(|shelf| shelf.stamp == stamp) {
            return Ok(Arc::clone(shelf));
        }
        let shelf = Arc::new(Shelf::new(load()?));
        *known = Some(Arc::clone(&shelf));
        Ok(shelf)
    }
}

/// Who asks, and where.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub state: &'a Conversation,
    pub agent: &'a str,
    /// In a note, no questions are offered.
    pub note: bool,
}

/// How well an item fits; the smallest comes first.
type Rank<'a> = (u8, std::cmp::Reverse<u32>, std::cmp::Reverse<u32>, &'a str);

#[derive(Clone, Copy)]
enum Found<'a> {
    Question(&'a Question),
    Reply(&'a QuickReply),
}

fn folded(text: &str) -> String {
    format!(" {}", Words::of(text).folded())
}

impl Shelf {
    pub(crate) fn new(library: Library) -> Self {
        let Library { stamp, questions, quick_replies, brands, uses: counted } = library;
        let question = |item: Question| {
            let words = item.texts.values().flat_map(|text| {
                std::iter::once(text.text.as_str()).chain(text.choices.iter().map(|choice| choice.label.as_str()))
            });
            Filed {
                words: folded(&words.collect::<Vec<_>>().join(" ")),
                name: item.key.clone(),
                title: folded(&item.title),
                folder: String::new(),
                item,
            }
        };
        let reply = |item: QuickReply| Filed {
            words: folded(&item.texts.values().map(String::as_str).collect::<Vec<_>>().join(" ")),
            name: item.shortcut.clone(),
            title: folded(&item.title),
            folder: folded(&item.folder.join(" ")),
            item,
        };
        let mut uses: HashMap<Uuid, HashMap<Option<BrandId>, u32>> = HashMap::new();
        for one in counted {
            *uses.entry(one.item).or_default().entry(one.brand).or_default() += one.uses;
        }
        Self {
            stamp,
            brands,
            questions: questions.into_iter().map(question).collect(),
            replies: quick_replies.into_iter().map(reply).collect(),
            uses,
        }
    }

    fn brand(&self, state: &Conversation) -> Option<&LibraryBrand> {
        self.brands.iter().find(|brand| Some(brand.id) == state.brand)
    }

    /// The best items for what was typed, filled for the conversation. `since` are uses that the library does not
    /// count yet.
    pub(crate) fn find(
        &self,
        query: &str,
        asking: &Asking<'_>,
        since: &[(Uuid, Option<BrandId>, u32)],
        limit: usize,
    ) -> LibraryView {
        let Asking { state, note, .. } = asking;
        let (brand, channel) = (self.brand(state).map(|brand| brand.key.as_str()), state.channel);
        let shortcut = query.trim().to_lowercase();
        let typed: Vec<String> = Words::of(query).iter().map(|word| format!(" {word}")).collect();
        let uses = |item: Uuid| {
            let recent = since.iter().filter(|(of, ..)| *of == item);
            let (mut here, mut all) = (0, 0);
            let known = self.uses.get(&item).into_iter().flatten().map(|(of, count)| (*of, *count));
            for (of, count) in known.chain(recent.map(|(_, of, count)| (*of, *count))) {
                all += count;
                here += if of == state.brand { count } else { 0 };
            }
            (std::cmp::Reverse(here), std::cmp::Reverse(all))
        };
        let mut found: Vec<(Rank<'_>, Found<'_>)> = Vec::new();
        for filed in &self.replies {
            let reply = &filed.item;
            if (*note && !reply.note) || !reply.is_offered(brand, channel) || reply.texts.is_empty() {
                continue;
            }
            if let Some(class) = filed.class(&shortcut, &typed) {
                let (here, all) = uses(reply.id.0);
                found.push(((class, here, all, filed.name.as_str()), Found::Reply(reply)));
            }
        }
        for filed in self.questions.iter().filter(|_| !note) {
            let question = &filed.item;
            if !question.is_offered(brand, channel) || question.texts.is_empty() {
                continue;
            }
            if let Some(class) = filed.class(&shortcut, &typed) {
                let (here, all) = uses(question.id.0);
                found.push(((class, here, all, filed.name.as_str()), Found::Question(question)));
            }
        }
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        if found.len() > limit && limit > 0 {
            found.select_nth_unstable_by(limit - 1, |(one, _), (other, _)| one.cmp(other));
        }
        found.truncate(limit);
        found.sort_unstable_by_key(|(rank, _)| *rank);
        let offer = |(_, found): (Rank<'_>, Found<'_>)| match found {
            Found::Question(question) => self.question_view(question, asking),
            Found::Reply(reply) => self.reply_view(reply, asking),
        };
        LibraryView { offers: found.into_iter().filter_map(offer).collect(), total }
    }

    fn reply_view(&self, reply: &QuickReply, asking: &Asking<'_>) -> Option<OfferView> {
        let (spoken, resolved) = self.filled(reply, asking)?;
        let question = reply.question.filter(|_| !asking.note).and_then(|id| self.question(id));
        Some(OfferView {
            id: reply.id.0.to_string(),
            kind: LibraryKind::QuickReply,
            name: reply.shortcut.clone(),
            title: reply.title.clone(),
            folder: reply.folder.clone(),
            text: resolved.text,
            choices: Vec::new(),
            language: spoken.language,
            wanted: spoken.is_wanted,
            gaps: resolved.gaps,
            mine: reply.scope == tandem_conversation::Audience::Mine,
            files: reply.attachments.iter().map(|media| media.name.clone()).collect(),
            asks: question.map(|question| question.title.clone()),
        })
    }

    pub(crate) fn question_view(&self, question: &Question, asking: &Asking<'_>) -> Option<OfferView> {
        let (spoken, text) = question.text_for(&self.wanted(asking.state))?;
        Some(OfferView {
            id: question.id.0.to_string(),
            kind: LibraryKind::Question,
            name: question.key.clone(),
            title: question.title.clone(),
            folder: Vec::new(),
            text: text.text.clone(),
            choices: text.choices.iter().map(|choice| choice.label.clone()).collect(),
            language: spoken.language,
            wanted: spoken.is_wanted,
            gaps: Vec::new(),
            mine: false,
            files: Vec::new(),
            asks: None,
        })
    }

    pub(crate) fn reply(&self, id: QuickReplyId) -> Option<&QuickReply> {
        self.replies.iter().map(|filed| &filed.item).find(|reply| reply.id == id)
    }

    pub(crate) fn question(&self, id: QuestionId) -> Option<&Question> {
        self.questions.iter().map(|filed| &filed.item).find(|question| question.id == id)
    }

    /// Whether it may be used in a conversation.
    pub(crate) fn is_offered_reply(&self, reply: &QuickReply, state: &Conversation) -> bool {
        reply.is_offered(self.brand(state).map(|brand| brand.key.as_str()), state.channel)
    }

    /// Whether it may be asked in a conversation.
    pub(crate) fn is_offered_question(&self, question: &Question, state: &Conversation) -> bool {
        question.is_offered(self.brand(state).map(|brand| brand.key.as_str()), state.channel)
    }

    /// A quick reply's words for a conversation, and their language.
    pub(crate) fn filled(&self, reply: &QuickReply, asking: &Asking<'_>) -> Option<(Spoken, Resolved)> {
        let (spoken, template) = reply.text_for(&self.wanted(asking.state))?;
        Some((spoken, self.fill(template, asking)))
    }

    /// The question's text for a conversation.
    pub(crate) fn asked<'a>(&self, question: &'a Question, state: &Conversation) -> Option<&'a QuestionText> {
        question.text_for(&self.wanted(state)).map(|(_, text)| text)
    }

    /// Languages, the best first.
    fn wanted<'a>(&'a self, state: &'a Conversation) -> Vec<&'a str> {
        let of_brand = self.brand(state).and_then(|brand| brand.language.as_deref());
        [state.language.as_deref(), of_brand].into_iter().flatten().collect()
    }

    fn fill(&self, template: &str, asking: &Asking<'_>) -> Resolved {
        let Asking { state, agent, .. } = asking;
        let address = |kind| state.customer.address(kind);
        let (email, phone) = (address(ContactKind::Email), address(ContactKind::Phone));
        let values = Values {
            customer: state.customer.known_name(),
            email: email.as_deref(),
            phone: phone.as_deref(),
            agent,
            brand: self.brand(state).map(|brand| brand.name.as_str()),
            custom: &state.custom,
            customer_custom: &state.customer.custom,
        };
        resolve(template, &values)
    }
}

impl<T> Filed<T> {
    /// 0 for the shortcut itself, more for weaker hits; none if a typed word is missing.
    fn class(&self, shortcut: &str, typed: &[String]) -> Option<u8> {
        if shortcut.is_empty() {
            return Some(4);
        }
        if self.name == shortcut {
            return Some(0);
        }
        if self.name.starts_with(shortcut) {
            return Some(1);
        }
        if typed.is_empty() {
            return None;
        }
        let all_in = |text: &str| typed.iter().all(|word| text.contains(word.as_str()));
        let anywhere = |word: &String| {
            self.title.contains(word.as_str())
                || self.folder.contains(word.as_str())
                || self.words.contains(word.as_str())
        };
        match () {
            () if all_in(&self.title) => Some(2),
            () if all_in(&self.folder) => Some(3),
            () if typed.iter().all(anywhere) => Some(4),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use tandem_conversation::{Audience, ItemState, Time};

    use super::*;

    fn reply(number: u128, shortcut: &str, title: &str, text: &str) -> QuickReply {
        QuickReply {
            id: QuickReplyId(Uuid::from_u128(number)),
            shortcut: shortcut.into(),
            title: title.into(),
            texts: BTreeMap::from([("en".to_owned(), text.to_owned())]),
            attachments: Vec::new(),
            question: None,
            scope: Audience::Everybody,
            folder: vec!["Orders".into()],
            channels: Vec::new(),
            note: number != 3,
            holding: false,
            version: 1,
            state: ItemState::Active,
            review_by: None,
            by: None,
            at: Time(0),
        }
    }

    fn carmen() -> Conversation {
        let event = json!({ "conversation": Uuid::from_u128(7), "position": 1, "time": "2026-11-27T08:00:00Z",
            "actor": { "kind": "customer" }, "cause": Uuid::from_u128(8), "body": { "started": {
                "customer": { "id": Uuid::from_u128(9), "name": "Visitor 1a2b" }, "contact": Uuid::from_u128(10),
                "channel": "web_chat", "brand": Uuid::from_u128(50), "language": "de", "engageLogic": false } } });
        Conversation::begin(&tandem_conversation::Event::read(&event.to_string()).unwrap()).unwrap()
    }

    fn shelf() -> Shelf {
        let mut german = reply(2, "thanks", "Thank you", "Thank you, {{customer.firstName|dear customer}}.");
        german.texts.insert("de".into(), "Danke, {{customer.name}}. {{brand.name}}".into());
        let mut other = reply(4, "iban", "Bank details", "It is secret");
        other.scope = Audience::Team { brands: vec!["bank".into()] };
        let brand = |n: u128, key: &str| LibraryBrand {
            id: BrandId(Uuid::from_u128(n)),
            key: key.into(),
            name: key.to_uppercase(),
            language: Some("fr".into()),
            first_reply_s: None,
            next_reply_s: None,
        };
        let count = |n: u128, brand: u128, uses| tandem_protocol::library::ItemUses {
            item: Uuid::from_u128(n),
            brand: Some(BrandId(Uuid::from_u128(brand))),
            uses,
        };
        Shelf::new(Library {
            stamp: "1".into(),
            questions: Vec::new(),
            quick_replies: vec![
                reply(1, "on-its-way", "On its way", "The parcel is on its way to you."),
                german,
                reply(3, "parcel", "Lost parcel", "We look for it."),
                other,
            ],
            brands: vec![brand(50, "shop"), brand(51, "bank")],
            uses: vec![count(2, 50, 3), count(1, 50, 2), count(1, 51, 90), count(3, 50, 1)],
        })
    }

    fn names(view: &LibraryView) -> Vec<&str> {
        view.offers.iter().map(|offer| offer.name.as_str()).collect()
    }

    #[test]
    fn the_most_used_of_the_brand_come_first_and_each_word_counts() {
        let (shelf, carmen) = (shelf(), carmen());
        let asking = Asking { state: &carmen, agent: "Maya Ortiz", note: false };
        for (query, found) in [
            ("", &["thanks", "on-its-way", "parcel"][..]),
            ("parcel", &["parcel", "on-its-way"]),
            ("par", &["parcel", "on-its-way"]),
            ("on-its", &["on-its-way"]),
            ("WAY to", &["on-its-way"]),
            ("dank", &["thanks"]),
            ("lost orders", &["parcel"]),
            ("iban", &[]),
            ("zzz", &[]),
            ("?", &[]),
        ] {
            assert_eq!(names(&shelf.find(query, &asking, &[], 10)), found, "{query}");
        }
        let recent = [(Uuid::from_u128(3), carmen.brand, 7)];
        assert_eq!(names(&shelf.find("", &asking, &recent, 2)), ["parcel", "thanks"], "also those of a moment ago");
        assert_eq!(names(&shelf.find("", &Asking { note: true, ..asking }, &[], 10)), ["thanks", "on-its-way"]);
    }

    #[test]
    fn an_offer_is_filled_in_the_language_of_the_conversation() {
        let (shelf, mut carmen) = (shelf(), carmen());
        let asking = Asking { state: &carmen, agent: "Maya Ortiz", note: false };
        let offer = &shelf.find("thanks", &asking, &[], 1).offers[0];
        assert_eq!(
            (offer.text.as_str(), offer.language.as_str(), offer.wanted),
            ("Danke, ⟦customer.name⟧. SHOP", "de", true)
        );
        assert_eq!(offer.gaps, ["customer.name"], "nobody knows a visitor's name");
        carmen.language = Some("es".into());
        carmen.customer.name = "Carmen Menzel".into();
        let asking = Asking { state: &carmen, agent: "Maya Ortiz", note: false };
        let offer = &shelf.find("thanks", &asking, &[], 1).offers[0];
        assert_eq!((offer.text.as_str(), offer.language.as_str(), offer.wanted), ("Thank you, Carmen.", "en", false));
    }
}
