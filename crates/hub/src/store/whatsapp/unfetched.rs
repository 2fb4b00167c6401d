//! Customers' files that could not be fetched: what the channel says of them, so that it can be tried again.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tandem_conversation::{ConversationId, Time, TurnId};
use tandem_sql::{Connection, OptionalExtension as _, params};

use crate::store::sweeps::{STEP, Step};
use crate::store::{Id, StoreError};

/// A turn that stands for a file, through which number it came, and the channel's words on the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unfetched<M> {
    pub conversation: ConversationId,
    pub turn: TurnId,
    pub number: String,
    pub media: M,
}

pub(crate) fn put<M: Serialize>(connection: &Connection, new: &Unfetched<M>, at: Time) -> Result<(), StoreError> {
    let media = serde_json::to_string(&new.media).map_err(damaged)?;
    let sql = "INSERT OR REPLACE INTO whatsapp_unfetched (turn, conversation, number, media, at)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let (turn, conversation) = (Id(new.turn.0), Id(new.conversation.0));
    connection.prepare_cached(sql)?.execute(params![turn, conversation, new.number, media, at.0])?;
    Ok(())
}

/// The file that a turn stands for, if it may still be there.
pub(crate) fn get<M: DeserializeOwned>(
    connection: &Connection,
    conversation: ConversationId,
    turn: TurnId,
) -> Result<Option<Unfetched<M>>, StoreError> {
    let sql = "SELECT number, media FROM whatsapp_unfetched WHERE turn = ?1 AND conversation = ?2";
    let found = connection
        .prepare_cached(sql)?
        .query_row([Id(turn.0), Id(conversation.0)], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)));
    let Some((number, media)) = found.optional()? else { return Ok(None) };
    Ok(Some(Unfetched { conversation, turn, number, media: serde_json::from_str(&media).map_err(damaged)? }))
}

/// The file is there, or its turn was withdrawn.
pub(crate) fn done(connection: &Connection, turn: TurnId) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM whatsapp_unfetched WHERE turn = ?1")?.execute([Id(turn.0)])?;
    Ok(())
}

pub(crate) const OVER: &str = "SELECT turn FROM whatsapp_unfetched WHERE at < ?1 ORDER BY at LIMIT ?2";

/// Forgets some that came before this time: the channel has deleted them.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let mut query = connection.prepare_cached(OVER)?;
    let due = query.query_map(params![before.0, STEP], |row| row.get(0))?.collect::<Result<Vec<Id>, _>>()?;
    due.iter().try_for_each(|turn| done(connection, TurnId(turn.0)))?;
    Ok(Step::of(due.len()))
}

fn damaged(error: serde_json::Error) -> StoreError {
    StoreError::Damaged { what: "file to fetch", detail: crate::json::problem(&error) }
}
