//! The user's own words that the hub had, until it was restored from an older backup. They are remembered before the
//! cache is emptied, compared with the restored log, and given back as drafts where they are missing.

use serde::{Deserialize, Serialize};
use tandem_conversation::{CommandId, Content, ConversationId, EventBody, Position, Time, TurnId, UserId};
use tandem_protocol::agents::AgentCommand;
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

use super::bookmarks::{self, Kind, Returned};
use super::{CacheError, Touched, conversation_id, conversations, events, meta, outbox, parse};
use crate::reason::Reason;

/// Maximum turns remembered, the newest first.
const MOST: usize = 500;
/// Events that one command adds at most before its turn.
const BEFORE_TURN: u32 = 8;

/// A turn that the hub had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Word {
    pub conversation: ConversationId,
    pub turn: TurnId,
    /// The turn comes soon after this position.
    pub after: Position,
    note: bool,
    text: String,
    /// The customer's name.
    name: String,
    /// When it was written.
    pub at: Time,
    /// The accepted command whose event has not arrived.
    command: Option<CommandId>,
}

const OWN: &str = "SELECT n.id, e.position, e.body FROM events AS e JOIN numbers AS n ON n.number = e.conversation
                   WHERE e.turn IS NOT NULL ORDER BY e.id DESC";
const ACCEPTED: &str = "SELECT id, conversation, command, coalesce(decided_at, 0), name, created FROM outbox
                        WHERE accepted = 1 AND turn IS NOT NULL ORDER BY number DESC";

/// Remembers what the user wrote, as far as it is cached. Must come before the cache is emptied.
pub(crate) fn remember(connection: &Connection, user: UserId) -> Result<(), CacheError> {
    let mut words: Vec<Word> = meta::get(connection, meta::LOST)?.unwrap_or_default();
    let mut query = connection.prepare_cached(ACCEPTED)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let command = row.get_ref(2)?.as_str().unwrap_or_default();
        let Ok(command) = parse::<AgentCommand>("command", command) else { continue };
        let (Some(turn), Some((kind, text))) = (outbox::turn_of(&command), outbox::words_of(&command)) else {
            continue;
        };
        words.push(Word {
            conversation: conversation_id(row.get(1)?),
            turn,
            after: Position(row.get::<_, u32>(3)?.saturating_sub(BEFORE_TURN)),
            note: kind == Kind::Note,
            text: text.to_owned(),
            name: row.get(4)?,
            at: Time(row.get(5)?),
            command: Some(CommandId(Uuid::from_bytes(row.get(0)?))),
        });
    }
    let mut query = connection.prepare_cached(OWN)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()?.filter(|_| words.len() < MOST) {
        // One unreadable row must not keep the cache from starting afresh.
        let Ok(event) = events::event(row) else { continue };
        let EventBody::TurnAdded { turn, .. } = event.body else { continue };
        let (note, text) = match turn.content {
            Content::Text { text } => (false, text),
            Content::Note { text, .. } => (true, text),
            _ => continue,
        };
        if event.actor.user() != Some(user) || words.iter().any(|word| word.turn == turn.id) {
            continue;
        }
        let held = conversations::get(connection, event.conversation)?;
        words.push(Word {
            conversation: event.conversation,
            turn: turn.id,
            after: Position(event.position.0.saturating_sub(1)),
            note,
            text,
            name: held.map(|held| held.state.customer.name).unwrap_or_default(),
            at: event.time,
            command: None,
        });
    }
    match words.is_empty() {
        true => Ok(()),
        false => meta::put(connection, meta::LOST, &words),
    }
}

/// What was written in one of the conversations that are still to be compared, the newest first.
pub(crate) fn next(connection: &Connection) -> Result<Vec<Word>, CacheError> {
    let mut words: Vec<Word> = meta::get(connection, meta::LOST)?.unwrap_or_default();
    if let Some(of) = words.first().map(|word| word.conversation) {
        words.retain(|word| word.conversation == of);
    }
    Ok(words)
}

/// Notes that a conversation was compared. `gone` are the words that the hub does not have, the newest first.
pub(crate) fn compared(
    connection: &Connection,
    touched: &mut Touched,
    of: ConversationId,
    gone: &[Word],
) -> Result<(), CacheError> {
    for word in gone {
        let kind = if word.note { Kind::Note } else { Kind::Reply };
        let why = Returned::new(kind, Reason::own("hub.restored", "returned-restored", &[]), word.at);
        bookmarks::give_back(connection, of, kind, &word.text, Some(&why))?;
        bookmarks::know_name(connection, of, &word.name)?;
        if let Some(command) = word.command {
            outbox::remove(connection, command)?;
        }
    }
    let mut words: Vec<Word> = meta::get(connection, meta::LOST)?.unwrap_or_default();
    words.retain(|word| word.conversation != of);
    match words.is_empty() {
        true => meta::remove(connection, meta::LOST)?,
        false => meta::put(connection, meta::LOST, &words)?,
    }
    if !gone.is_empty() {
        conversations::derive_for_outbox(connection, touched, of)?;
        touched.app();
    }
    Ok(())
}
