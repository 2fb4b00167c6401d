//! Tables `translations` and `translating`: turns in a language that the user reads, and where the user wants them.
//!
//! A translation stands beside its turn and belongs to the words that the turn had. It goes with them.

use sha2::{Digest as _, Sha256};
use tandem_conversation::{ConversationId, TurnId};
use tandem_protocol::agents::Improver;
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _, params};

use super::{CacheError, Touched, id};

pub(crate) const SCHEMA: &str = "
CREATE TABLE translations (
    -- The oldest are given up first.
    number       INTEGER NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL,
    turn         BLOB NOT NULL,
    -- The language that it is in.
    language     TEXT NOT NULL,
    -- A digest of the words that were translated: edited ones need another translation.
    words        BLOB NOT NULL,
    text         TEXT NOT NULL,
    -- The language of the words, if the translator said it.
    original     TEXT,
    -- 1: by the writing model; 0: by Your Logic.
    model        INTEGER NOT NULL,
    -- What it takes, in bytes.
    bytes        INTEGER NOT NULL,
    UNIQUE (turn, language)
) STRICT;
CREATE INDEX translations_conversations ON translations (conversation);
CREATE INDEX translations_sizes ON translations (number DESC, bytes);
-- Conversations that the user reads in translation.
CREATE TABLE translating (
    number       INTEGER NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL UNIQUE
) STRICT;";

/// Room for translations, in bytes.
const MOST_BYTES: i64 = 4 * 1024 * 1024;
/// What a row takes besides its text, about.
const ROW_BYTES: usize = 120;
/// Conversations that are remembered.
const MOST_TRANSLATING: u32 = 5_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Translation {
    pub text: String,
    /// The language of the words.
    pub from: Option<String>,
    pub by: Improver,
}

fn digest(words: &str) -> [u8; 8] {
    let mut short = [0; 8];
    short.copy_from_slice(&Sha256::digest(words.as_bytes())[..8]);
    short
}

/// The translation of these words of a turn.
pub(crate) fn get(
    connection: &Connection,
    turn: TurnId,
    language: &str,
    words: &str,
) -> Result<Option<Translation>, CacheError> {
    let mut query = connection.prepare_cached(
        "SELECT text, original, model FROM translations WHERE turn = ?1 AND language = ?2 AND words = ?3",
    )?;
    let row = query.query_row(params![id(turn.0), language, digest(words)], |row| {
        let by = if row.get(2)? { Improver::Model } else { Improver::Logic };
        Ok(Translation { text: row.get(0)?, from: row.get(1)?, by })
    });
    Ok(row.optional()?)
}

pub(crate) fn keep(
    connection: &Connection,
    of: ConversationId,
    turn: TurnId,
    language: &str,
    words: &str,
    made: &Translation,
) -> Result<(), CacheError> {
    let Translation { text, from, by } = made;
    let bytes = i64::try_from(text.len() + ROW_BYTES).unwrap_or(i64::MAX);
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO translations (conversation, turn, language, words, text, original, model, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![id(of.0), id(turn.0), language, digest(words), text, from, *by == Improver::Model, bytes])?;
    Ok(())
}

const TOO_MANY: &str = "DELETE FROM translations WHERE number <= (
    SELECT number FROM (SELECT number, sum(bytes) OVER (ORDER BY number DESC) AS so_far FROM translations)
    WHERE so_far > ?1 ORDER BY number DESC LIMIT 1)";

/// Gives up the oldest translations for which there is no room.
pub(crate) fn make_room(connection: &Connection) -> Result<(), CacheError> {
    connection.prepare_cached(TOO_MANY)?.execute([MOST_BYTES])?;
    Ok(())
}

/// The words of a turn are gone.
pub(crate) fn forget_turn(connection: &Connection, turn: TurnId) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM translations WHERE turn = ?1")?.execute([id(turn.0)])?;
    Ok(())
}

/// The transcript of a conversation is gone.
pub(crate) fn forget(connection: &Connection, of: ConversationId) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM translations WHERE conversation = ?1")?.execute([id(of.0)])?;
    Ok(())
}

/// Whether the user reads this conversation in translation.
pub(crate) fn is_on(connection: &Connection, of: ConversationId) -> Result<bool, CacheError> {
    Ok(connection.prepare_cached("SELECT 1 FROM translating WHERE conversation = ?1")?.exists([id(of.0)])?)
}

pub(crate) fn set(
    connection: &Connection,
    touched: &mut Touched,
    of: ConversationId,
    on: bool,
) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM translating WHERE conversation = ?1")?.execute([id(of.0)])?;
    if on {
        connection.prepare_cached("INSERT INTO translating (conversation) VALUES (?1)")?.execute([id(of.0)])?;
        let old = "DELETE FROM translating
                   WHERE number <= (SELECT number FROM translating ORDER BY number DESC LIMIT 1 OFFSET ?1)";
        connection.prepare_cached(old)?.execute([MOST_TRANSLATING])?;
    }
    touched.conversation(of);
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::cache::testing::{connection, touched};

    const OF: ConversationId = ConversationId(Uuid::from_u128(1));

    fn turn(number: u128) -> TurnId {
        TurnId(Uuid::from_u128(number))
    }

    fn made(text: &str) -> Translation {
        Translation { text: text.into(), from: Some("pt".into()), by: Improver::Model }
    }

    #[test]
    fn a_translation_belongs_to_the_words_that_were_translated() {
        let connection = connection();
        keep(&connection, OF, turn(1), "de", "Olá", &made("Hallo")).unwrap();
        assert_eq!(get(&connection, turn(1), "de", "Olá").unwrap(), Some(made("Hallo")));
        assert_eq!(get(&connection, turn(1), "de", "Olá!").unwrap(), None, "the words were edited");
        assert_eq!(get(&connection, turn(1), "en", "Olá").unwrap(), None, "another language");
        keep(&connection, OF, turn(1), "de", "Olá!", &made("Hallo!")).unwrap();
        assert_eq!(get(&connection, turn(1), "de", "Olá!").unwrap(), Some(made("Hallo!")));
        forget_turn(&connection, turn(1)).unwrap();
        assert_eq!(get(&connection, turn(1), "de", "Olá!").unwrap(), None);
    }

    #[test]
    fn the_oldest_go_when_there_is_no_room() {
        let connection = connection();
        let long = "x".repeat(1024 * 1024);
        for number in 1..=5 {
            keep(&connection, OF, turn(number), "de", "words", &made(&long)).unwrap();
        }
        make_room(&connection).unwrap();
        let left: Vec<_> =
            (1..=5).filter(|number| get(&connection, turn(*number), "de", "words").unwrap().is_some()).collect();
        assert_eq!(left, [3, 4, 5]);
        make_room(&connection).unwrap();
        assert!(get(&connection, turn(3), "de", "words").unwrap().is_some(), "what fits stays");
    }

    #[test]
    fn it_is_remembered_where_the_user_reads_translations() {
        let connection = connection();
        let mut touched = touched();
        assert!(!is_on(&connection, OF).unwrap());
        for _ in 0..2 {
            set(&connection, &mut touched, OF, true).unwrap();
        }
        assert!(is_on(&connection, OF).unwrap());
        set(&connection, &mut touched, OF, false).unwrap();
        assert!(!is_on(&connection, OF).unwrap());
    }
}
