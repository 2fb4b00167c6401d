//! Table `bookmarks`: the user's read position and drafts per conversation.
//!
//! Separate from `conversations`, because it must survive a reset by the hub.

use serde::{Deserialize, Serialize};
use tandem_conversation::{ConversationId, Position, Time};
use tandem_protocol::agents::AgentCommand;
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _, params};

use super::{CacheError, buttons, conversation_id, id, json, parse};
use crate::reason::Reason;
use crate::view::{DraftsView, ReturnedView};
use crate::words::{say, sentence};

pub(crate) const SCHEMA: &str = "
CREATE TABLE bookmarks (
    conversation BLOB NOT NULL PRIMARY KEY,
    -- Position up to which this user has seen the conversation; 0 for nothing.
    seen         INTEGER NOT NULL DEFAULT 0,
    draft        TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;";

pub(crate) const NOTES_AND_RETURNED: &str = "
ALTER TABLE bookmarks ADD COLUMN note TEXT NOT NULL DEFAULT '';
-- JSON: why words that were sent stand in a draft again.
ALTER TABLE bookmarks ADD COLUMN returned TEXT;";

pub(crate) const NAMES: &str = "
-- The customer's name, for when the conversation is no longer on this machine.
ALTER TABLE bookmarks ADD COLUMN name TEXT NOT NULL DEFAULT '';
UPDATE bookmarks SET name = coalesce(
    (SELECT c.state ->> '$.customer.name' FROM conversations AS c WHERE c.id = bookmarks.conversation), '')
    WHERE draft <> '' OR note <> '' OR returned IS NOT NULL;
CREATE INDEX bookmarks_written ON bookmarks (conversation) WHERE draft <> '' OR note <> '' OR returned IS NOT NULL;";

/// Reply or note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Reply,
    Note,
}

/// Why words that were sent stand in a draft again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Returned {
    /// Whether it was a note; else a reply.
    #[serde(default)]
    pub note: bool,
    /// When it came back.
    #[serde(default)]
    pub at: Option<Time>,
    /// The act whose words they are, as JSON: in the draft they look like a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<String>,
    #[serde(flatten)]
    why: Reason,
}

impl Returned {
    pub(crate) fn new(kind: Kind, why: Reason, at: Time) -> Self {
        Self { note: kind == Kind::Note, at: Some(at), act: None, why }
    }

    pub(crate) fn of_act(self, act: &AgentCommand) -> Result<Self, CacheError> {
        Ok(Self { act: Some(json("refused command", act)?), ..self })
    }

    fn view(self, connection: &Connection) -> Result<ReturnedView, CacheError> {
        let reason = self.why.words();
        let act = self.act.and_then(|act| serde_json::from_str(&act).ok());
        let reason = match act.map(|act| buttons::intent(connection, &act)).transpose()? {
            Some(what) => say("returned-act.alone", &[("what", what.into()), ("reason", sentence(&reason).into())]),
            None => reason,
        };
        Ok(ReturnedView { note: self.note, code: self.why.code, reason, at: self.at })
    }
}

/// The user's read position; none for a conversation they never opened.
pub(crate) fn seen(connection: &Connection, of: ConversationId) -> Result<Option<Position>, CacheError> {
    let mut query = connection.prepare_cached("SELECT seen FROM bookmarks WHERE conversation = ?1")?;
    Ok(query.query_row([id(of.0)], |row| Ok(Position(row.get(0)?))).optional()?)
}

pub(crate) fn drafts(connection: &Connection, of: ConversationId) -> Result<DraftsView, CacheError> {
    let mut query = connection.prepare_cached("SELECT draft, note, returned FROM bookmarks WHERE conversation = ?1")?;
    let row = query.query_row([id(of.0)], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?)));
    let Some((reply, note, returned)) = row.optional()? else { return Ok(DraftsView::default()) };
    let returned = returned.map(|returned| parse::<Returned>("reason of a draft", &returned)).transpose()?;
    let returned = returned.map(|returned| returned.view(connection)).transpose()?;
    Ok(DraftsView { reply, note, returned, files: Vec::new() })
}

/// Moves the read position forward to `position`. True if it moved.
pub(crate) fn see(connection: &Connection, of: ConversationId, position: Position) -> Result<bool, CacheError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO bookmarks (conversation, seen) VALUES (?1, ?2)
         ON CONFLICT (conversation) DO UPDATE SET seen = excluded.seen WHERE excluded.seen > seen",
    )?;
    Ok(query.execute(params![id(of.0), position.0])? > 0)
}

/// Stores a draft. Once edited, a returned draft no longer shows its reason.
pub(crate) fn set_draft(
    connection: &Connection,
    of: ConversationId,
    kind: Kind,
    draft: &str,
) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(match kind {
        Kind::Reply => {
            "INSERT INTO bookmarks (conversation, draft) VALUES (?1, ?2) ON CONFLICT (conversation)
             DO UPDATE SET returned = iif(draft = excluded.draft, returned, NULL), draft = excluded.draft"
        }
        Kind::Note => {
            "INSERT INTO bookmarks (conversation, note) VALUES (?1, ?2) ON CONFLICT (conversation)
             DO UPDATE SET returned = iif(note = excluded.note, returned, NULL), note = excluded.note"
        }
    })?;
    query.execute(params![id(of.0), draft])?;
    match draft.is_empty() {
        true => Ok(()),
        false => know_name(connection, of, ""),
    }
}

/// Merges the author's edit from `base` to `text` into the draft `known`: returned text stays above.
pub(crate) fn rewritten(known: &str, base: &str, text: &str) -> String {
    match known.strip_suffix(base) {
        Some("") => text.to_owned(),
        Some(above) if base.is_empty() && !text.is_empty() => format!("{above}\n\n{text}"),
        Some(above) => format!("{above}{text}"),
        // It was sent, or edited elsewhere.
        None => text.to_owned(),
    }
}

/// Remembers the customer's name beside what was written: the one on this machine, or else `known` if there is none yet.
pub(crate) fn know_name(connection: &Connection, of: ConversationId, known: &str) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO bookmarks (conversation, name) VALUES (?1, coalesce(
             (SELECT c.state ->> '$.customer.name' FROM conversations AS c WHERE c.id = ?1), ?2))
         ON CONFLICT (conversation) DO UPDATE SET name = excluded.name
         WHERE EXISTS (SELECT 1 FROM conversations WHERE id = ?1) OR bookmarks.name = ''",
    )?;
    query.execute(params![id(of.0), known])?;
    Ok(())
}

/// The customer's name as remembered; empty if it is unknown.
pub(crate) fn name(connection: &Connection, of: ConversationId) -> Result<String, CacheError> {
    let mut query = connection.prepare_cached("SELECT name FROM bookmarks WHERE conversation = ?1")?;
    Ok(query.query_row([id(of.0)], |row| row.get(0)).optional()?.unwrap_or_default())
}

const WRITTEN: &str = "SELECT conversation FROM bookmarks INDEXED BY bookmarks_written
                       WHERE draft <> '' OR note <> '' OR returned IS NOT NULL LIMIT ?1";

/// Conversations with a draft, or with the reason why one came back.
pub(crate) fn written(connection: &Connection, most: u32) -> Result<Vec<ConversationId>, CacheError> {
    let mut query = connection.prepare_cached(WRITTEN)?;
    Ok(query.query_map([most], |row| Ok(conversation_id(row.get(0)?)))?.collect::<Result<_, _>>()?)
}

/// Whether there is a draft of text or files.
pub(crate) fn is_written(connection: &Connection, of: ConversationId) -> Result<bool, CacheError> {
    let mut query = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM bookmarks WHERE conversation = ?1
                        AND (draft <> '' OR note <> '' OR returned IS NOT NULL))
             OR EXISTS (SELECT 1 FROM files WHERE conversation = ?1 AND command IS NULL)",
    )?;
    Ok(query.query_row([id(of.0)], |row| row.get(0))?)
}

/// Empties a draft, and with it the reason why it came back.
pub(crate) fn clear(connection: &Connection, of: ConversationId, kind: Kind) -> Result<(), CacheError> {
    set_draft(connection, of, kind, "")?;
    let drafts = drafts(connection, of)?;
    if drafts.returned.is_some_and(|why| why.note == (kind == Kind::Note)) {
        connection
            .prepare_cached("UPDATE bookmarks SET returned = NULL WHERE conversation = ?1")?
            .execute([id(of.0)])?;
    }
    Ok(())
}

/// Removes sent text from the draft; text that was returned meanwhile stays.
pub(crate) fn take(connection: &Connection, of: ConversationId, kind: Kind, words: &str) -> Result<(), CacheError> {
    let drafts = drafts(connection, of)?;
    let draft = if kind == Kind::Reply { drafts.reply } else { drafts.note };
    let kept = match draft.trim_end().strip_suffix(words.trim_end()) {
        _ if draft.is_empty() => return Ok(()),
        Some(before) => before.trim_end(),
        None if words.contains(draft.trim()) => "",
        None => return Ok(()),
    };
    set_draft(connection, of, kind, kept)
}

/// Puts unsent text above whatever was begun since, so that nothing the user wrote is lost.
pub(crate) fn give_back(
    connection: &Connection,
    of: ConversationId,
    kind: Kind,
    words: &str,
    why: Option<&Returned>,
) -> Result<(), CacheError> {
    let drafts = drafts(connection, of)?;
    let begun = if kind == Kind::Reply { drafts.reply } else { drafts.note };
    // As a paragraph of its own: "ok" is not in "okay".
    if !format!("\n\n{begun}\n\n").contains(&format!("\n\n{words}\n\n")) {
        let both = if words.starts_with(begun.trim()) { words.to_owned() } else { format!("{words}\n\n{begun}") };
        set_draft(connection, of, kind, &both)?;
    }
    let why = why.map(|why| json("reason of a draft", why)).transpose()?;
    let mut query = connection.prepare_cached("UPDATE bookmarks SET returned = ?2 WHERE conversation = ?1")?;
    query.execute(params![id(of.0), why])?;
    Ok(())
}

/// Records why a command came back, if it has no text.
pub(crate) fn explain(connection: &Connection, of: ConversationId, why: &Returned) -> Result<(), CacheError> {
    let why = json("reason of a draft", why)?;
    let mut query = connection.prepare_cached(
        "INSERT INTO bookmarks (conversation, returned) VALUES (?1, ?2)
         ON CONFLICT (conversation) DO UPDATE SET returned = excluded.returned",
    )?;
    query.execute(params![id(of.0), why])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::cache::testing::connection;
    use crate::words::tests::in_german;

    #[test]
    fn what_was_written_is_found_by_an_index() {
        crate::cache::testing::assert_indexed(WRITTEN);
    }

    #[test]
    fn words_that_are_sent_leave_the_draft_and_what_came_back_meanwhile_stays() {
        let (connection, of) = (connection(), ConversationId(Uuid::from_u128(1)));
        for (draft, sent, left) in [
            ("Hello", "Hello", ""),
            ("Came back\n\nHello", "Hello", "Came back"),
            ("Hel", "Hello", ""),
            ("Came back", "Hello", "Came back"),
            ("", "Hello", ""),
        ] {
            set_draft(&connection, of, Kind::Reply, draft).unwrap();
            take(&connection, of, Kind::Reply, sent).unwrap();
            assert_eq!(drafts(&connection, of).unwrap().reply, left, "'{sent}' was sent out of '{draft}'");
        }
    }

    #[test]
    fn what_came_back_to_a_draft_stays_when_it_is_written_on() {
        for (known, base, text, expected) in [
            ("He", "He", "Hello", "Hello"),
            ("Back\n\nHe", "He", "Hello", "Back\n\nHello"),
            ("Back", "", "Hello", "Back\n\nHello"),
            ("Back", "", "", "Back"),
            ("Back", "Back", "", ""),
            ("", "He", "Hello", "Hello"),
        ] {
            assert_eq!(rewritten(known, base, text), expected, "{base} became {text} while it was {known}");
        }
    }

    #[test]
    fn words_that_come_back_stand_above_what_was_begun_since_until_they_are_changed() {
        let (connection, of) = (connection(), ConversationId(Uuid::from_u128(1)));
        let why = Returned::new(Kind::Reply, Reason::said("conversation.moved_on", "Something is new."), Time(7));
        set_draft(&connection, of, Kind::Reply, "And one more thing").unwrap();
        give_back(&connection, of, Kind::Reply, "Dear Carmen", Some(&why)).unwrap();
        let found = drafts(&connection, of).unwrap();
        assert_eq!(found.reply, "Dear Carmen\n\nAnd one more thing");
        let shown = found.returned.map(|why| (why.note, why.reason, why.at));
        assert_eq!(shown, Some((false, "Something is new.".into(), Some(Time(7)))));
        set_draft(&connection, of, Kind::Reply, &found.reply).unwrap();
        assert!(drafts(&connection, of).unwrap().returned.is_some(), "saving the same again changes nothing");
        set_draft(&connection, of, Kind::Reply, "Dear Carmen").unwrap();
        assert!(drafts(&connection, of).unwrap().returned.is_none());
    }

    #[test]
    fn why_an_act_did_not_happen_is_said_in_the_language_of_the_window() {
        let (connection, of) = (connection(), ConversationId(Uuid::from_u128(1)));
        let why = Reason::said("conversation.completed", "The conversation is completed.");
        let act = AgentCommand::AskForHelp { reason: "Two bookings".into() };
        let why = Returned::new(Kind::Note, why, Time(7)).of_act(&act).unwrap();
        give_back(&connection, of, Kind::Note, "Two bookings", Some(&why)).unwrap();
        let said = || drafts(&connection, of).unwrap().returned.unwrap().reason;
        assert_eq!(said(), "Ask for help did not happen. The conversation is completed.");
        assert_eq!(in_german(said), "Hilfe rufen hat nicht geklappt. Das Gespräch ist abgeschlossen.");
    }
}
