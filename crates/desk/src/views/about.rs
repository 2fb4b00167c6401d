//! What a turn quotes, and what was said about it since: reactions, and newer words in place of the old ones.

use tandem_conversation::{Content, ConversationId, EventBody, Participant, TurnId};
use tandem_sqlite::rusqlite::Connection;

use super::translated;
use crate::cache::{CacheError, events};
use crate::entries::{content_body, is_said};
use crate::view::{AboutTurnView, EntryBody, EntryView, QuoteView, ReactionView};

/// Maximum length of a quote, in characters.
const QUOTE_CHARS: usize = 160;

/// Adds to the entry of a turn what is known about it.
pub(super) fn add(
    connection: &Connection,
    view: &mut EntryView,
    turn: TurnId,
    quotes: Option<TurnId>,
    owed: bool,
) -> Result<(), CacheError> {
    let mut about = AboutTurnView { owed, ..AboutTurnView::default() };
    if let Some(quoted) = quotes {
        about.quote = quote(connection, view.conversation, quoted)?;
    }
    for event in events::since_added(connection, turn)? {
        match event.body {
            EventBody::Reacted { emoji, .. } => {
                let ours = event.actor != Participant::Customer;
                about.reactions.retain(|reaction| (reaction.by != Participant::Customer) != ours);
                about.reactions.extend(emoji.map(|emoji| ReactionView { by: event.actor, emoji }));
            }
            EventBody::TurnEdited { content, silent, .. } => {
                let body = content_body(turn, &content, silent);
                about.owed = content.is_owed_file();
                // What the hub brought late was always meant.
                let changes_words = event.actor != Participant::System && !content.is_withdrawn();
                if let Some(before) = text(&view.body).filter(|_| changes_words) {
                    about.earlier.push(before.to_owned());
                }
                view.body = body;
                view.translation = translated::begin(is_said(&content));
            }
            // Nothing of it is left to be read.
            EventBody::TurnWithdrawn { .. } => {
                (about.owed, about.earlier) = (false, Vec::new());
                view.body = content_body(turn, &Content::withdrawn(), true);
                view.translation = None;
            }
            _ => {}
        }
    }
    view.about = (about != AboutTurnView::default()).then_some(about);
    Ok(())
}

/// A turn of this conversation, as one that quotes it shows it; none if it is not on this machine.
pub(crate) fn quote(
    connection: &Connection,
    of: ConversationId,
    turn: TurnId,
) -> Result<Option<QuoteView>, CacheError> {
    let Some(event) = events::turn(connection, of, turn)? else { return Ok(None) };
    let EventBody::TurnAdded { turn: quoted, .. } = event.body else { return Ok(None) };
    let mut body = content_body(turn, &quoted.content, quoted.silent);
    for event in events::since_added(connection, turn)? {
        match event.body {
            EventBody::TurnEdited { content, silent, .. } => body = content_body(turn, &content, silent),
            EventBody::TurnWithdrawn { .. } => body = content_body(turn, &Content::withdrawn(), true),
            _ => {}
        }
    }
    let words = match &body {
        EntryBody::Attachment { media, text, .. } if text.is_empty() => media.name.as_str(),
        body => text(body).unwrap_or_default(),
    };
    let text = match words.char_indices().nth(QUOTE_CHARS) {
        Some((end, _)) => format!("{}…", words[..end].trim_end()),
        None => words.to_owned(),
    };
    Ok(Some(QuoteView { turn, by: event.actor, text }))
}

/// The turn of an entry, and its words.
pub(super) fn said(body: &EntryBody) -> Option<(TurnId, &str)> {
    match body {
        EntryBody::Text { turn, text, .. }
        | EntryBody::Question { turn, text, .. }
        | EntryBody::Answer { turn, text }
        | EntryBody::Attachment { turn, text, .. } => Some((*turn, text)),
        _ => None,
    }
}

fn text(body: &EntryBody) -> Option<&str> {
    match body {
        EntryBody::Text { text, .. }
        | EntryBody::Question { text, .. }
        | EntryBody::Answer { text, .. }
        | EntryBody::Attachment { text, .. }
        | EntryBody::Note { text, .. }
        | EntryBody::Suggestion { text, .. } => Some(text),
        EntryBody::System { .. } | EntryBody::Seam { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{Channel, CommandId, Event, Position, Time, Turn};
    use tandem_protocol::agents::Improver;
    use tandem_sqlite::rusqlite::Connection;
    use uuid::Uuid;

    use super::*;
    use crate::cache::search::Filing;
    use crate::cache::testing::connection;
    use crate::cache::translations::{self, Translation};

    const OF: ConversationId = ConversationId(Uuid::from_u128(1));
    const ASKED: TurnId = TurnId(Uuid::from_u128(2));
    const QUOTES: TurnId = TurnId(Uuid::from_u128(3));

    fn said(words: &str) -> Content {
        Content::Text { text: words.into() }
    }

    fn happens(connection: &Connection, position: u32, body: EventBody) {
        let event = Event {
            conversation: OF,
            position: Position(position),
            time: Time(position.into()),
            actor: Participant::Customer,
            cause: CommandId(Uuid::nil()),
            body,
        };
        let mut filing = Filing::default();
        let json = serde_json::to_string(&event).unwrap();
        events::insert(connection, &mut filing, &event, Channel::Whatsapp, &json).unwrap();
        filing.finish(connection).unwrap();
    }

    fn shown(connection: &Connection, turn: TurnId, words: &str, quotes: Option<TurnId>) -> EntryView {
        let mut view = EntryView {
            key: turn.to_string(),
            conversation: OF,
            position: None,
            command: None,
            time: Time(0),
            by: Participant::Customer,
            body: content_body(turn, &said(words), false),
            stages: Vec::new(),
            held_until: None,
            upload: None,
            about: None,
            translation: None,
        };
        add(connection, &mut view, turn, quotes, false).unwrap();
        view
    }

    #[test]
    fn a_turn_shows_its_newest_words_and_what_was_said_about_it() {
        let connection = connection();
        let received = Time(0);
        happens(&connection, 1, EventBody::TurnAdded { turn: Turn::new(ASKED, None, said("My bag")), received });
        assert_eq!(shown(&connection, ASKED, "My bag", None).about, None);
        let reacted =
            |emoji: Option<&str>| EventBody::Reacted { turn: ASKED, emoji: emoji.map(str::to_owned), received };
        happens(&connection, 2, reacted(Some("👍")));
        happens(&connection, 3, reacted(Some("❤")));
        let edited = EventBody::TurnEdited { turn: ASKED, content: said("My red bag"), silent: false, received };
        happens(&connection, 4, edited);
        let quoting = Turn { reply_to: Some(ASKED), ..Turn::new(QUOTES, None, said("This one")) };
        happens(&connection, 5, EventBody::TurnAdded { turn: quoting, received });
        let view = shown(&connection, ASKED, "My bag", None);
        let about = view.about.unwrap();
        assert_eq!(text(&view.body), Some("My red bag"));
        assert_eq!(about.earlier, ["My bag"]);
        assert_eq!(about.reactions.iter().map(|one| one.emoji.as_str()).collect::<Vec<_>>(), ["❤"], "one of each side");
        let quote = shown(&connection, QUOTES, "This one", Some(ASKED)).about.unwrap().quote.unwrap();
        assert_eq!((quote.turn, quote.text.as_str()), (ASKED, "My red bag"));
        let translated = |words: &str| translations::get(&connection, ASKED, "de", words).unwrap();
        let made = Translation { text: "Meine rote Tasche".into(), from: None, by: Improver::Model };
        translations::keep(&connection, OF, ASKED, "de", "My red bag", &made).unwrap();
        assert!(translated("My bag").is_none() && translated("My red bag").is_some(), "of its newest words");
        happens(&connection, 6, reacted(None));
        happens(&connection, 7, EventBody::TurnWithdrawn { turn: ASKED });
        assert!(translated("My red bag").is_none(), "a translation goes with the words");
        let view = shown(&connection, ASKED, "My bag", None);
        assert!(view.about.is_none(), "nothing of what was withdrawn is left: {view:?}");
        let quote = shown(&connection, QUOTES, "This one", Some(ASKED)).about.unwrap().quote.unwrap();
        assert!(!quote.text.contains("bag"), "{quote:?}");
        assert_eq!(shown(&connection, QUOTES, "This one", Some(TurnId(Uuid::from_u128(9)))).about, None);
    }
}
