//! Index expressions over words and tags, in FTS5's syntax.
//!
//! Tags describe an indexed turn (author, conversation, channel), so that a rare combination is found as fast as a
//! rare word. They begin with a sign that no word can contain.

use std::fmt;

use tandem_conversation::{Channel, ConversationId, Participant, ParticipantKind, UserId};

use crate::query::{Author, Has, Query, Word};

/// Part of no word, and a letter to FTS5's `ascii` tokenizer like everything beyond ASCII.
const SIGN: char = '¦';

/// A property of an indexed document, besides its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// A turn by this kind of participant.
    By(ParticipantKind),
    /// A customer, not a turn.
    Person,
    User(UserId),
    Conversation(ConversationId),
    Channel(Channel),
    Attachment,
    Note,
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The last 48 bits distinguish ids; more would only enlarge the index.
        let tail = |id: u128| id & 0xffff_ffff_ffff;
        match self {
            Self::By(kind) => write!(
                f,
                "{SIGN}{}",
                match kind {
                    ParticipantKind::Customer => "bc",
                    ParticipantKind::Agent => "ba",
                    ParticipantKind::ExternalAgent => "be",
                    ParticipantKind::Device => "bd",
                    ParticipantKind::Logic => "bl",
                    ParticipantKind::System => "bs",
                }
            ),
            Self::Person => write!(f, "{SIGN}p"),
            Self::User(user) => write!(f, "{SIGN}u{:x}", tail(user.0.as_u128())),
            Self::Conversation(id) => write!(f, "{SIGN}c{:x}", tail(id.0.as_u128())),
            Self::Channel(channel) => write!(
                f,
                "{SIGN}{}",
                match channel {
                    Channel::WebChat => "hw",
                    Channel::Whatsapp => "ha",
                    Channel::Imported => "hi",
                }
            ),
            Self::Attachment => write!(f, "{SIGN}a"),
            Self::Note => write!(f, "{SIGN}o"),
        }
    }
}

/// The index form of a word in an author's name.
pub(crate) fn name_word(word: &str) -> String {
    format!("{SIGN}n{word}")
}

/// An index query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    Tag(Tag),
    /// A word in the author's name, or its prefix.
    Name(Word),
    Word(Word),
    /// Never empty.
    All(Vec<Self>),
    /// Never empty.
    Any(Vec<Self>),
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "\"{tag}\""),
            Self::Word(word) => parts(f, word, str::to_owned),
            Self::Name(word) => parts(f, word, name_word),
            Self::All(parts) => join(f, parts, " AND "),
            Self::Any(parts) => join(f, parts, " OR "),
        }
    }
}

/// The index stores no positions, so a phrase is queried as its words.
fn parts(f: &mut fmt::Formatter<'_>, word: &Word, filed: impl Fn(&str) -> String) -> fmt::Result {
    let last = word.parts.len().saturating_sub(1);
    f.write_str("(")?;
    for (n, part) in word.parts.iter().enumerate() {
        let (between, star) = (if n > 0 { " AND " } else { "" }, if n == last && word.is_prefix { " *" } else { "" });
        write!(f, "{between}\"{}\"{star}", filed(part))?;
    }
    f.write_str(")")
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Expression], between: &str) -> fmt::Result {
    f.write_str("(")?;
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            f.write_str(between)?;
        }
        write!(f, "{part}")?;
    }
    f.write_str(")")
}

/// The tags of a turn's author. A customer's name is not among them, because it changes with the conversation.
pub(crate) fn author_tags(by: &Participant) -> Vec<String> {
    let mut tags = vec![Tag::By(by.kind()).to_string()];
    tags.extend(by.user().map(|user| Tag::User(user).to_string()));
    if let Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. } | Participant::Device { name } = by
    {
        tags.extend(crate::Words::of(name).iter().map(name_word));
    }
    tags
}

/// The turns within the query's operators; none if nothing can match.
///
/// `named` returns the conversations of customers with a name; `within` lists the allowed conversations, if they are
/// few enough.
pub fn turns<E>(
    query: &Query,
    me: UserId,
    mut named: impl FnMut(&[Word]) -> Result<Vec<ConversationId>, E>,
    within: Option<&[ConversationId]>,
) -> Result<Option<Expression>, E> {
    let by = |kind| Expression::Tag(Tag::By(kind));
    let mut all = Vec::new();
    if !query.from.is_empty() {
        let mut authors = Vec::new();
        for author in &query.from {
            authors.push(match author {
                Author::Me => Expression::Tag(Tag::User(me)),
                Author::Customer => by(ParticipantKind::Customer),
                Author::Logic => by(ParticipantKind::Logic),
                Author::Named(words) => {
                    let ours = Expression::All(words.iter().cloned().map(Expression::Name).collect());
                    match conversations(&named(words)?) {
                        None => ours,
                        Some(theirs) => {
                            Expression::Any(vec![ours, Expression::All(vec![by(ParticipantKind::Customer), theirs])])
                        }
                    }
                }
            });
        }
        all.push(Expression::Any(authors));
    }
    for has in &query.has {
        all.push(Expression::Tag(match has {
            Has::Attachment => Tag::Attachment,
            Has::Note => Tag::Note,
        }));
    }
    if all.is_empty() {
        use ParticipantKind::{Agent, Customer, Device, ExternalAgent, Logic, System};
        all.push(Expression::Any([Customer, Agent, ExternalAgent, Device, Logic, System].map(by).into()));
    }
    Ok(place(query, within, all))
}

/// The customers within the query's operators; none if nothing can match.
#[must_use]
pub fn people(query: &Query, within: Option<&[ConversationId]>) -> Option<Expression> {
    if !query.from.is_empty() || !query.has.is_empty() {
        return None;
    }
    place(query, within, vec![Expression::Tag(Tag::Person)])
}

fn place(query: &Query, within: Option<&[ConversationId]>, mut all: Vec<Expression>) -> Option<Expression> {
    let channels: Vec<_> =
        query.within.channels.iter().map(|channel| Expression::Tag(Tag::Channel(*channel))).collect();
    if !channels.is_empty() {
        all.push(Expression::Any(channels));
    }
    if let Some(within) = within {
        all.push(conversations(within)?);
    }
    all.extend(query.within.conversation.map(|id| Expression::Tag(Tag::Conversation(id))));
    Some(Expression::All(all))
}

fn conversations(ids: &[ConversationId]) -> Option<Expression> {
    let tags: Vec<_> = ids.iter().map(|id| Expression::Tag(Tag::Conversation(*id))).collect();
    (!tags.is_empty()).then_some(Expression::Any(tags))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn asked(text: &str, within: Option<&[ConversationId]>) -> Option<String> {
        let carmen = |_: &[Word]| Ok::<_, ()>(vec![ConversationId(Uuid::from_u128(0xca))]);
        let scope = turns(&Query::parse(text), UserId(Uuid::from_u128(7)), carmen, within).unwrap();
        scope.map(|scope| scope.to_string())
    }

    #[test]
    fn operators_become_tags() {
        for (text, expected) in [
            ("from:me", r#"(("¦u7"))"#),
            ("in:00000000-0000-0000-0000-0000000000c1 from:me", r#"(("¦u7") AND "¦cc1")"#),
            ("from:logic in:whatsapp", r#"(("¦bl") AND ("¦ha"))"#),
            ("from:car has:note", r#"((((("¦ncar" *)) OR ("¦bc" AND ("¦cca")))) AND "¦o")"#),
        ] {
            assert_eq!(asked(text, None).as_deref(), Some(expected), "{text}");
        }
        let few = [ConversationId(Uuid::from_u128(0x12))];
        assert!(asked("in:my", Some(&few)).is_some_and(|scope| scope.ends_with(r#"AND ("¦c12"))"#)));
        assert_eq!(asked("in:my", Some(&[])), None, "nothing is mine, so nothing can be found");
    }

    #[test]
    fn customers_are_not_narrowed_by_what_turns_have() {
        assert!(people(&Query::parse("carmen"), None).is_some());
        assert!(people(&Query::parse("carmen has:note"), None).is_none());
    }
}
