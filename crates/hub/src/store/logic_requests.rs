//! Requests to Your Logic and their outcomes: diagnostics for its developers, never message text.

use serde::Serialize;
use tandem_conversation::{ConversationId, LogicFailure, Rejection, RequestId, Time};
use tandem_sql::{Connection, OptionalExtension as _, params};
use utoipa::ToSchema;

use super::sweeps::{STEP, Step};
use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE logic_requests (
    id           BLOB NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL,
    at           INTEGER NOT NULL,
    took_ms      INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    outcome      TEXT NOT NULL,
    detail       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX logic_requests_at ON logic_requests (at);";

pub(crate) const OVER: &str = "SELECT id FROM logic_requests WHERE at < ?1 ORDER BY at LIMIT ?2";

/// One finished request.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogicRequestRow {
    pub id: RequestId,
    pub conversation: ConversationId,
    pub at: Time,
    pub took_ms: i64,
    pub attempts: u32,
    /// `answered`, `later` or `failed`.
    pub outcome: String,
    /// For developers.
    pub detail: String,
}

pub(crate) fn put(connection: &Connection, row: &LogicRequestRow) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO logic_requests (id, conversation, at, took_ms, attempts, outcome, detail)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (id) DO UPDATE SET took_ms = excluded.took_ms, attempts = excluded.attempts,
                 outcome = excluded.outcome, detail = excluded.detail",
        )?
        .execute_later(params![
            Id(row.id.0),
            Id(row.conversation.0),
            row.at.0,
            row.took_ms,
            row.attempts,
            row.outcome,
            row.detail,
        ])?;
    Ok(())
}

/// Describes a failure for developers.
pub(crate) fn describe(failure: &LogicFailure) -> String {
    match failure {
        LogicFailure::Unreachable { detail } | LogicFailure::Malformed { detail } => detail.clone(),
        other => other.line(),
    }
}

/// Marks a request as failed after its answer: the later answer did not come, or an action was refused.
pub(crate) fn fail(connection: &Connection, id: RequestId, failure: &LogicFailure) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE logic_requests SET outcome = 'failed', detail = ?2 WHERE id = ?1")?
        .execute(params![Id(id.0), describe(failure)])?;
    Ok(())
}

/// Records that a later answer came.
pub(crate) fn answer(connection: &Connection, id: RequestId, detail: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE logic_requests SET outcome = 'answered', detail = ?2 WHERE id = ?1 AND outcome = 'later'",
        )?
        .execute(params![Id(id.0), detail])?;
    Ok(())
}

/// Records why a later answer was refused. The request is still waited for.
pub(crate) fn refuse(connection: &Connection, id: RequestId, why: &Rejection) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE logic_requests SET detail = ?2 WHERE id = ?1 AND outcome = 'later'")?
        .execute(params![Id(id.0), format!("an answer was refused: {why}")])?;
    Ok(())
}

/// The conversation of a finished request.
pub(crate) fn conversation_of(connection: &Connection, id: RequestId) -> Result<Option<ConversationId>, StoreError> {
    let mut query = connection.prepare_cached("SELECT conversation FROM logic_requests WHERE id = ?1")?;
    Ok(query.query_row([Id(id.0)], |row| Ok(ConversationId(row.get::<_, Id>(0)?.0))).optional()?)
}

/// The newest requests.
pub(crate) fn newest(connection: &Connection, limit: u32) -> Result<Vec<LogicRequestRow>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT id, conversation, at, took_ms, attempts, outcome, detail
         FROM logic_requests ORDER BY at DESC LIMIT ?1",
    )?;
    let rows = query.query_map([limit], |row| {
        Ok(LogicRequestRow {
            id: RequestId(row.get::<_, Id>(0)?.0),
            conversation: ConversationId(row.get::<_, Id>(1)?.0),
            at: Time(row.get(2)?),
            took_ms: row.get(3)?,
            attempts: row.get(4)?,
            outcome: row.get(5)?,
            detail: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Deletes some old diagnostics.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let sql = format!("DELETE FROM logic_requests WHERE id IN ({OVER})");
    Ok(Step::of(connection.prepare_cached(&sql)?.execute(params![before.0, STEP])?))
}
