//! Facts of turns, requests to Your Logic, calls, packets and reviews.

use tandem_conversation::{Time, UserId};
use tandem_sql::Connection;

use super::{Adds, Asked, Fact, Key, conversation_of, each, user_of, within};
use crate::analytics::metric::{Metric, Rows};
use crate::store::{Id, StoreError};

pub(super) fn responses(connection: &Connection, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let sql = format!(
        "SELECT conversation_id, turn_id, at, response_ms, agent_id, \"by\" FROM turn
         WHERE response_ms IS NOT NULL AND {}",
        within("at")
    );
    each(connection, &sql, asked, |row| {
        Ok(Some(Fact {
            at: Time(row.get(2)?),
            adds: Adds::Size(row.get(3)?),
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::Id(row.get::<_, Id>(1)?.0),
            agent: user_of(row, 4)?,
            word: row.get(5)?,
        }))
    })
}

pub(super) fn requests(connection: &Connection, failures: bool, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let sql = format!(
        "SELECT conversation_id, request_id, asked_at, ms, outcome FROM logic_request
         WHERE outcome IS NOT NULL AND {}",
        within("asked_at")
    );
    each(connection, &sql, asked, |row| {
        let outcome: String = row.get(4)?;
        let failed = !matches!(outcome.as_str(), "answered" | "ignored" | "late");
        Ok(Some(Fact {
            at: Time(row.get(2)?),
            adds: if failures { Adds::Share(failed.into(), 1) } else { Adds::Size(row.get(3)?) },
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::Id(row.get::<_, Id>(1)?.0),
            agent: None,
            word: None,
        }))
    })
}

/// From this score on a customer is satisfied: 4 of 5.
const SATISFIED: i64 = 4;

pub(super) fn reviews(connection: &Connection, metric: &Metric, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let (rows, time) = (metric.rows, metric.time);
    let sql = format!(
        "SELECT conversation_id, review_id, {time}, score, agent_id FROM review WHERE not_asked IS NULL AND {}",
        within(time)
    );
    each(connection, &sql, asked, |row| {
        let score: Option<i64> = row.get(3)?;
        let adds = match (rows, score) {
            (Rows::Reviewed, score) => Adds::Share(score.is_some().into(), 1),
            (_, None) => return Ok(None),
            (Rows::Satisfied, Some(score)) => Adds::Share((score >= SATISFIED).into(), 1),
            (_, Some(score)) => Adds::Size(score),
        };
        Ok(Some(Fact {
            at: Time(row.get(2)?),
            adds,
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::Id(row.get::<_, Id>(1)?.0),
            agent: row.get::<_, Option<Id>>(4)?.map(|agent| UserId(agent.0)),
            word: None,
        }))
    })
}

pub(super) fn calls(connection: &Connection, column: &str, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let sql = format!(
        "SELECT conversation_id, call_id, raised_at, {column} FROM call WHERE {column} IS NOT NULL AND {}",
        within("raised_at")
    );
    each(connection, &sql, asked, |row| {
        Ok(Some(Fact {
            at: Time(row.get(2)?),
            adds: Adds::Size(row.get(3)?),
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::Id(row.get::<_, Id>(1)?.0),
            agent: None,
            word: None,
        }))
    })
}

/// Calls of which the ledger of alerts knows something: whether a notification was shown.
pub(super) fn unseen(connection: &Connection, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let sql = format!(
        "SELECT conversation_id, call_id, raised_at, shown FROM call WHERE shown IS NOT NULL AND {}",
        within("raised_at")
    );
    each(connection, &sql, asked, |row| {
        Ok(Some(Fact {
            at: Time(row.get(2)?),
            adds: Adds::Share((row.get::<_, i64>(3)? == 0).into(), 1),
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::Id(row.get::<_, Id>(1)?.0),
            agent: None,
            word: None,
        }))
    })
}

pub(super) fn packets(connection: &Connection, metric: &Metric, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let time = metric.time;
    let sql = format!(
        "SELECT conversation_id, handover_id, {time}, grade, graded_by FROM handover
         WHERE {}",
        within(time)
    );
    each(connection, &sql, asked, |row| {
        let grade: Option<String> = row.get(3)?;
        let hits = match metric.rows {
            Rows::Graded => grade.is_some(),
            _ => grade.as_deref() == Some("helpful"),
        };
        Ok(Some(Fact {
            at: Time(row.get(2)?),
            adds: Adds::Share(hits.into(), 1),
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::Id(row.get::<_, Id>(1)?.0),
            agent: user_of(row, 4)?,
            word: grade,
        }))
    })
}

pub(super) fn suggestions(connection: &Connection, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let sql = format!(
        "SELECT conversation_id, turn_id, at,
            EXISTS (SELECT 1 FROM turn used WHERE used.conversation_id = turn.conversation_id
                AND used.position > turn.position AND used.suggestion_id = turn.turn_id)
         FROM turn WHERE type = 'suggestion' AND {}",
        within("at")
    );
    each(connection, &sql, asked, |row| {
        Ok(Some(Fact {
            at: Time(row.get(2)?),
            adds: Adds::Share(row.get::<_, bool>(3)?.into(), 1),
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::Id(row.get::<_, Id>(1)?.0),
            agent: None,
            word: None,
        }))
    })
}

/// The code of a failure that the channel gave none.
const NO_CODE: &str = "unknown";

/// Turns of ours of which the channel, or the customer's page, has said something.
pub(super) fn sends(connection: &Connection, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let sql = format!(
        "SELECT conversation_id, turn_id, at, final_state, failed_code, agent_id FROM turn
         WHERE final_state IS NOT NULL AND \"by\" <> 'customer' AND type NOT IN ('note', 'suggestion') AND {}",
        within("at")
    );
    each(connection, &sql, asked, |row| {
        let failed = row.get::<_, String>(3)? == "failed";
        let code: Option<String> = row.get(4)?;
        Ok(Some(Fact {
            at: Time(row.get(2)?),
            adds: Adds::Share(failed.into(), 1),
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::Id(row.get::<_, Id>(1)?.0),
            agent: user_of(row, 5)?,
            word: failed.then(|| code.unwrap_or_else(|| NO_CODE.into())),
        }))
    })
}
