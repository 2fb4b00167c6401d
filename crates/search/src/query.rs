//! Queries: words that must all occur, and operators that narrow the search.
//!
//! `refund "exact phrase" from:maya in:whatsapp is:open tag:refund agent:maya brand:northwind language:de
//! before:2026-11-03 after:2026-10 has:note`. Words match as prefixes, phrases exactly. Dates are days, months or years in
//! UTC; `after` includes its day, `before` does not. Unknown operators narrow nothing, and are named in a hint.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use tandem_conversation::{Channel, ConversationId, Section, Time};
use uuid::Uuid;

use crate::words::{Words, is_ideograph};

/// Maximum length of a query, in characters.
const QUERY_CHARS: usize = 400;
/// Maximum number of words and operators.
const PARTS: usize = 16;

/// A query, parsed as far as possible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// All must occur.
    pub words: Vec<Word>,
    /// One of them wrote it; empty for any author.
    pub from: Vec<Author>,
    pub within: Within,
    pub has: Vec<Has>,
    /// What the conversation is like.
    pub about: About,
    /// Written before this time.
    pub before: Option<Time>,
    /// Written at this time or later.
    pub after: Option<Time>,
    /// The first operator that was not understood.
    pub hint: Option<Hint>,
}

/// The name of an operator without a value that it takes, or that there is not. Shown, it is a sentence that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub operator: String,
}

/// Where a turn was said; an empty list means anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Within {
    pub sections: Vec<Section>,
    pub channels: Vec<Channel>,
    pub conversation: Option<ConversationId>,
}

/// All of it must hold; an empty list means anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub is: Vec<Is>,
    /// Each names one of the conversation's tags.
    pub tags: Vec<Vec<Word>>,
    /// Agents who take or took part, by name; none for the user.
    pub agents: Vec<Option<Vec<Word>>>,
    /// The brand is one of these, by key or name.
    pub brands: Vec<Vec<Word>>,
    /// The language is one of these: `de` is also `de-AT`.
    pub languages: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// In progress.
    Open,
    Completed,
    /// The customer waits for us.
    Waiting,
    /// Help is needed.
    Help,
}

/// A required word, or a phrase of adjacent words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Folded.
    pub parts: Vec<String>,
    /// The last part is only a prefix.
    pub is_prefix: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    Me,
    Customer,
    Logic,
    /// A customer, agent or guest whose name contains all these words.
    Named(Vec<Word>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Has {
    Attachment,
    Note,
}

impl Query {
    /// Parses `text`; never fails.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        let end = text.char_indices().nth(QUERY_CHARS).map_or(text.len(), |(end, _)| end);
        for part in Parts(&text[..end]).take(PARTS) {
            match part {
                Part::Words(text) => query.words.extend(Word::all(text)),
                Part::Phrase { text, is_closed } => query.words.extend(Word::one(text, !is_closed)),
                Part::Operator { name, value } => {
                    if query.operator(&name, value).is_none() {
                        query.hint.get_or_insert(Hint { operator: name });
                    }
                }
            }
        }
        query
    }

    /// Whether it has neither words nor operators.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        Self { hint: None, ..self.clone() } == Self::default()
    }

    /// None if it is not understood.
    fn operator(&mut self, name: &str, value: &str) -> Option<()> {
        let folded = value.trim().to_lowercase();
        match name {
            "from" => {
                let author = match folded.as_str() {
                    "me" => Author::Me,
                    "customer" => Author::Customer,
                    "logic" => Author::Logic,
                    _ => Author::Named(Word::all(value)),
                };
                if author == Author::Named(Vec::new()) {
                    return None;
                }
                self.from.push(author);
            }
            "in" => match folded.as_str() {
                "my" => self.within.sections.push(Section::My),
                "help" => self.within.sections.push(Section::Help),
                "left" => self.within.sections.push(Section::Left),
                "all" => self.within.sections.push(Section::All),
                // Written by the desk, for the conversation on screen.
                id if id.len() == 36 && Uuid::parse_str(id).is_ok() => {
                    self.within.conversation = Uuid::parse_str(id).ok().map(ConversationId);
                }
                name => {
                    let key = name.replace('_', "");
                    let channel = Channel::EVERY.into_iter().find(|channel| channel.facts().key == key);
                    self.within.channels.push(channel?);
                }
            },
            "is" => match folded.as_str() {
                "open" => self.about.is.push(Is::Open),
                "completed" => self.about.is.push(Is::Completed),
                "waiting" => self.about.is.push(Is::Waiting),
                "help" => self.about.is.push(Is::Help),
                _ => return None,
            },
            "tag" => self.about.tags.push(named(value)?),
            "agent" if folded == "me" => self.about.agents.push(None),
            "agent" => self.about.agents.push(Some(named(value)?)),
            "brand" => self.about.brands.push(named(value)?),
            "language" => match folded.split(['-', '_']).next() {
                Some(language) if (2..=3).contains(&language.len()) => {
                    self.about.languages.push(folded.replace('_', "-"))
                }
                _ => return None,
            },
            "has" => match folded.as_str() {
                "attachment" | "file" => self.has.push(Has::Attachment),
                "note" => self.has.push(Has::Note),
                _ => return None,
            },
            "before" | "after" => {
                let bound = if name == "before" { &mut self.before } else { &mut self.after };
                *bound = Some(day(&folded)?);
            }
            _ => return None,
        }
        Some(())
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.operator;
        let needs = match name.as_str() {
            "from" => "needs a name, or me, customer or logic",
            "in" => "needs my, help, left, all, webchat or whatsapp",
            "is" => "needs open, completed, waiting or help",
            "tag" => "needs a tag, such as tag:refund",
            "agent" => "needs a name, or me",
            "brand" => "needs the key or name of a brand",
            "language" => "needs a code such as de or pt-BR",
            "has" => "needs attachment or note",
            "before" | "after" => "needs a date like 2026-11-03",
            _ => "is not known; use from:, in:, is:, tag:, agent:, brand:, language:, before:, after: or has:",
        };
        write!(f, "{name}: {needs}.")
    }
}

impl Word {
    /// A word or phrase; none if `text` has no words.
    fn one(text: &str, is_prefix: bool) -> Option<Self> {
        let parts: Vec<String> = Words::of(text).iter().map(str::to_owned).collect();
        let last = parts.last()?;
        // A Chinese or Japanese character is a complete word.
        let is_whole = last.chars().all(is_ideograph);
        Some(Self { is_prefix: is_prefix && !is_whole, parts })
    }

    /// The words between spaces, each as a prefix.
    fn all(text: &str) -> Vec<Self> {
        text.split_whitespace().filter_map(|text| Self::one(text, true)).collect()
    }

    /// Its occurrences in `words`, as ranges of word numbers.
    pub(crate) fn occurrences<'a>(&'a self, words: &'a Words) -> impl Iterator<Item = (usize, usize)> + 'a {
        let length = self.parts.len();
        let starts = 0..(words.len() + 1).saturating_sub(length.max(1));
        starts.filter(move |start| self.stands_at(words, *start)).map(move |start| (start, start + length))
    }

    fn stands_at(&self, words: &Words, start: usize) -> bool {
        let last = self.parts.len() - 1;
        self.parts.iter().enumerate().all(|(n, part)| match words.get(start + n) {
            Some(word) if n == last && self.is_prefix => word.starts_with(part.as_str()),
            Some(word) => word == part,
            None => false,
        })
    }
}

/// The words of a name that an operator needs.
fn named(value: &str) -> Option<Vec<Word>> {
    Some(Word::all(value)).filter(|words| !words.is_empty())
}

/// The start of a day, month or year.
fn day(text: &str) -> Option<Time> {
    let whole = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        10 => text.to_owned(),
        _ => return None,
    };
    let midnight = whole.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(Time(midnight.timestamp().as_millisecond()))
}

enum Part<'a> {
    Words(&'a str),
    Phrase { text: &'a str, is_closed: bool },
    Operator { name: String, value: &'a str },
}

/// Names that are operators, and names that people try.
const OPERATORS: &[&str] = &[
    "from", "in", "has", "before", "after", "is", "tag", "agent", "brand", "language", "to", "by", "on", "since",
    "until", "with", "date", "channel", "customer", "name",
];

/// Splits a query at spaces, except inside quotes.
struct Parts<'a>(&'a str);

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        self.0 = self.0.trim_start();
        if self.0.is_empty() {
            return None;
        }
        if let Some((text, is_closed)) = self.quoted() {
            return Some(Part::Phrase { text, is_closed });
        }
        let end = self.0.find(|c: char| c.is_whitespace() || is_quote(c)).unwrap_or(self.0.len());
        let text = &self.0[..end];
        self.0 = &self.0[end..];
        if let Some((name, value)) = text.split_once(':') {
            let name = name.to_lowercase();
            if OPERATORS.contains(&name.as_str()) {
                let value = if value.is_empty() { self.quoted().map_or("", |(text, _)| text) } else { value };
                return Some(Part::Operator { name, value });
            }
        }
        Some(Part::Words(text))
    }
}

impl<'a> Parts<'a> {
    /// The quoted text at this place, and whether the quote is closed.
    fn quoted(&mut self) -> Option<(&'a str, bool)> {
        let open = self.0.chars().next().filter(|c| is_quote(*c))?;
        let inside = &self.0[open.len_utf8()..];
        let (text, is_closed) = match inside.char_indices().find(|(_, c)| is_quote(*c)) {
            Some((end, close)) => {
                self.0 = &inside[end + close.len_utf8()..];
                (&inside[..end], true)
            }
            None => {
                self.0 = "";
                (inside, false)
            }
        };
        Some((text, is_closed))
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(words: &[Word]) -> Vec<String> {
        let star = |word: &Word| if word.is_prefix { "*" } else { "" };
        words.iter().map(|word| format!("{}{}", word.parts.join(" "), star(word))).collect()
    }

    #[test]
    fn words_and_phrases() {
        for (text, expected) in [
            ("", vec![]),
            ("  Refund   Über ", vec!["refund*", "uber*"]),
            ("\"where is\" my", vec!["where is", "my*"]),
            ("\"not closed", vec!["not closed*"]),
            ("„deutsche Anführung“ x", vec!["deutsche anfuhrung", "x*"]),
            ("NW-20418", vec!["nw 20418*"]),
            ("返品", vec!["返 品"]),
            ("https://example.com 14:30", vec!["https example com*", "14 30*"]),
            ("👍 \"\" * AND OR NEAR(", vec!["and*", "or*", "near*"]),
        ] {
            let query = Query::parse(text);
            assert_eq!(shown(&query.words), expected, "{text}");
            assert_eq!(query.hint, None, "{text}");
        }
    }

    #[test]
    fn operators_narrow_the_search() {
        let query =
            Query::parse("From:me from:\"Carmen Menzel\" in:my in:WhatsApp has:note before:2026-11-03 after:2026");
        assert_eq!(query.from.len(), 2);
        assert!(matches!(&query.from[1], Author::Named(words) if shown(words) == ["carmen*", "menzel*"]));
        assert_eq!(
            query.within,
            Within { sections: vec![Section::My], channels: vec![Channel::Whatsapp], conversation: None }
        );
        assert_eq!(query.has, [Has::Note]);
        assert_eq!(query.before.map(|time| time.to_string()).as_deref(), Some("2026-11-03T00:00:00.000Z"));
        assert_eq!(query.after.map(|time| time.to_string()).as_deref(), Some("2026-01-01T00:00:00.000Z"));
        assert!(query.words.is_empty() && query.hint.is_none() && !query.is_empty());
    }

    #[test]
    fn what_is_not_understood_is_named_and_narrows_nothing() {
        for (text, hint) in [
            ("from:", "from: needs a name, or me, customer or logic."),
            ("from:!? x", "from: needs a name, or me, customer or logic."),
            ("in:drawer", "in: needs my, help, left, all, webchat or whatsapp."),
            ("has:legs", "has: needs attachment or note."),
            ("before:tomorrow", "before: needs a date like 2026-11-03."),
            ("after:2026-13-01", "after: needs a date like 2026-11-03."),
            ("is:late", "is: needs open, completed, waiting or help."),
            ("tag:", "tag: needs a tag, such as tag:refund."),
            ("agent:!", "agent: needs a name, or me."),
            ("brand:", "brand: needs the key or name of a brand."),
            ("language:Deutsch", "language: needs a code such as de or pt-BR."),
            (
                "to:maya",
                "to: is not known; use from:, in:, is:, tag:, agent:, brand:, language:, before:, after: or has:.",
            ),
        ] {
            let query = Query::parse(text);
            assert_eq!(query.hint.map(|hint| hint.to_string()).as_deref(), Some(hint), "{text}");
            assert!(query.from.is_empty() && query.within == Within::default() && query.before.is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_query(text in ".{0,600}") {
            let _ = Query::parse(&text);
        }

        #[test]
        fn any_mixture_of_operators_is_a_query(
            parts in proptest::collection::vec("(from|in|has|before|after|is|tag|agent|brand|language|to):?\"?[a-z0-9é返ส -]{0,12}\"?", 0..30)
        ) {
            let query = Query::parse(&parts.join(" "));
            prop_assert!(query.words.iter().all(|word| !word.parts.is_empty()));
        }

        #[test]
        fn every_word_of_a_text_finds_it(text in ".{0,80}") {
            let words = Words::of(&text);
            for word in Word::all(&text).into_iter().filter(|word| word.parts.len() < 20) {
                prop_assert!(word.occurrences(&words).next().is_some(), "{word:?} in {text:?}");
            }
        }
    }
}
