//! Which turns the user reads in translation, and the translations that are on this machine.

use tandem_conversation::{Content, Conversation, ConversationId, Event, EventBody, Participant, Position, TurnId};
use tandem_protocol::agents::is_language_tag;
use tandem_sqlite::rusqlite::Connection;

use super::about;
use crate::cache::translations::{self, Translation};
use crate::cache::{CacheError, events};
use crate::entries::is_said;
use crate::language;
use crate::view::{EntryView, TranslatingView, TurnTranslationView};

/// Events that are read to find a customer's language, and how many bytes of their words are enough.
const EVENTS: u32 = 60;
const BYTES: usize = 1_000;

/// The languages of the user.
#[derive(Clone, Debug, Default)]
pub(crate) struct Languages {
    /// The hub can translate.
    pub possible: bool,
    /// The one into which turns are translated.
    pub to: String,
    /// All that the user reads.
    pub reads: Vec<String>,
}

impl Languages {
    fn reads(&self, tag: &str) -> bool {
        self.reads.iter().any(|reads| language::is_same(reads, tag))
    }
}

/// Gives each entry its translation, if the user reads the conversation `pane` in translation; else none.
pub(super) fn add(
    connection: &Connection,
    languages: &Languages,
    pane: ConversationId,
    entries: &mut [EntryView],
) -> Result<(), CacheError> {
    let is_on = languages.possible && translations::is_on(connection, pane)?;
    for entry in entries {
        let may = is_on && entry.translation.take().is_some();
        let Some((turn, words)) = about::said(&entry.body).filter(|_| may && is_foreign_voice(&entry.by)) else {
            entry.translation = None;
            continue;
        };
        entry.translation = match translations::get(connection, turn, &languages.to, words)? {
            // Names and the like.
            Some(made) if made.text.trim() == words.trim() => None,
            // Too short for this machine to tell its language, and the user reads it.
            Some(made) if made.from.as_deref().is_some_and(|from| languages.reads(from)) => None,
            Some(Translation { text, from, by }) => Some(TurnTranslationView::Made { text, from, by }),
            None if !words.chars().any(char::is_alphabetic) => None,
            None if language::of(words).is_some_and(|tag| languages.reads(tag)) => None,
            None => Some(TurnTranslationView::Wanted),
        };
    }
    Ok(())
}

/// Agents read their colleagues.
fn is_foreign_voice(by: &Participant) -> bool {
    matches!(by, Participant::Customer | Participant::Logic)
}

/// What a turn may need before [`add`] has looked.
pub(super) fn begin(is_said: bool) -> Option<TurnTranslationView> {
    is_said.then_some(TurnTranslationView::Wanted)
}

/// The newest words of a turn, by which its translation is filed; none if there is nothing to translate.
pub(crate) fn words(connection: &Connection, of: ConversationId, turn: TurnId) -> Result<Option<String>, CacheError> {
    let Some(event) = events::turn(connection, of, turn)? else { return Ok(None) };
    let EventBody::TurnAdded { turn: added, .. } = event.body else { return Ok(None) };
    let mut content = added.content;
    for event in events::since_added(connection, turn)? {
        match event.body {
            EventBody::TurnEdited { content: newer, .. } => content = newer,
            EventBody::TurnWithdrawn { .. } => content = Content::withdrawn(),
            _ => {}
        }
    }
    Ok((is_said(&content) && !content.text().trim().is_empty()).then(|| content.text().to_owned()))
}

/// How the user reads this conversation; none if the hub cannot translate.
pub(super) fn translating(
    connection: &Connection,
    languages: &Languages,
    state: &Conversation,
) -> Result<Option<TranslatingView>, CacheError> {
    if !languages.possible {
        return Ok(None);
    }
    let from = of_customer(connection, state)?;
    let foreign = from.as_deref().is_some_and(|from| !languages.reads(from));
    let on = translations::is_on(connection, state.id)?;
    Ok(Some(TranslatingView { from, to: languages.to.clone(), on, foreign }))
}

/// The customer's language: as the newest messages show it, or else as Your Logic or the customer's browser says it.
pub(crate) fn of_customer(connection: &Connection, state: &Conversation) -> Result<Option<String>, CacheError> {
    let told = state.language.clone().filter(|told| is_language_tag(told));
    let events = events::shown(connection, state.id, Position(u32::MAX), EVENTS)?;
    let mut said = String::new();
    for words in events.iter().rev().filter_map(by_customer) {
        if said.len() > BYTES {
            break;
        }
        said.push_str(words);
        said.push('\n');
    }
    Ok(match (language::of(&said), told) {
        // The same language, perhaps with its country.
        (Some(shown), Some(told)) if language::is_same(shown, &told) => Some(told),
        (Some(shown), _) => Some(shown.to_owned()),
        (None, told) => told,
    })
}

fn by_customer(event: &Event) -> Option<&str> {
    match &event.body {
        EventBody::TurnAdded { turn, .. } if event.actor == Participant::Customer => match &turn.content {
            // What was chosen from a menu is in the menu's language.
            Content::Text { text } | Content::Attachment { text, .. } => Some(text),
            _ => None,
        },
        _ => None,
    }
}
