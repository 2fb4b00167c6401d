//! The board's figures of the day: what no state knows.

use std::collections::BTreeMap;

use tandem_conversation::board::{Happened, curves};
use tandem_conversation::measure::{Activity, Presence};
use tandem_conversation::{Time, UserId};
use tandem_protocol::agents::{CallsBecause, LogicNow, Today, TodayFigure};
use tandem_sql::{Connection, params};

use super::figures::{self, Question};
use crate::store::StoreError;

/// Metrics of the day, in the board's order.
pub(crate) const METRICS: &str =
    "conversations_started,rounds_completed,person_wait,service_level,first_response,containment,reopen_rate,csat";

const HOUR_MS: i64 = 60 * 60 * 1_000;
const MINUTE_MS: i64 = 60 * 1_000;
const QUARTER_MS: i64 = 15 * MINUTE_MS;
/// From when on curves need to know what happened.
pub(crate) const CURVES_MS: i64 = 25 * HOUR_MS;
/// Reasons of calls, at most.
const REASONS: u32 = 5;

/// Reads the day. `question` is about [`METRICS`] since midnight; `presence` is that of the last [`CURVES_MS`].
pub(crate) fn today(
    connection: &Connection,
    question: &Question,
    zone: String,
    presence: &BTreeMap<UserId, Vec<Activity>>,
) -> Result<Today, StoreError> {
    let now = question.asked.now;
    let since = now.plus_ms(-CURVES_MS);
    // Eight metrics without a dimension are never too many.
    let found = figures::figures(connection, question)?.unwrap_or_default();
    let happened = Happened {
        arrivals: times(connection, "SELECT started_at FROM conversation WHERE started_at >= ?1", since)?,
        completions: times(connection, "SELECT completed_at FROM round WHERE completed_at >= ?1", since)?,
        wanted: spans(connection, since)?,
        available: available(presence),
    };
    Ok(Today {
        as_of: now,
        zone,
        from: question.asked.from,
        figures: found.iter().filter_map(told).collect(),
        logic: logic(connection, now.plus_ms(-HOUR_MS))?,
        hour: curves(&happened, now, MINUTE_MS, 60),
        day: curves(&happened, now, QUARTER_MS, 96),
    })
}

fn told(figure: &figures::Figure) -> Option<TodayFigure> {
    serde_json::to_value(figure).and_then(serde_json::from_value).ok()
}

fn times(connection: &Connection, sql: &str, since: Time) -> Result<Vec<Time>, StoreError> {
    let mut query = connection.prepare_cached(sql)?;
    let found = query.query_map([since.0], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(found.into_iter().map(Time).collect())
}

/// From when until when people were wanted.
fn spans(connection: &Connection, since: Time) -> Result<Vec<(Time, Option<Time>)>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT started_at, ended_at FROM engagement WHERE kind = 'queue' AND (ended_at >= ?1 OR ended_at IS NULL)",
    )?;
    let rows = query.query_map([since.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))?;
    let found = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(found.into_iter().map(|(from, until)| (Time(from), until.map(Time))).collect())
}

/// From when until when each agent was available.
fn available(presence: &BTreeMap<UserId, Vec<Activity>>) -> Vec<(Time, Option<Time>)> {
    let of_one = |spells: &Vec<Activity>| {
        let ends = spells.iter().skip(1).map(|next| Some(next.at)).chain([None]);
        let spans = spells.iter().zip(ends).filter(|(spell, _)| spell.status == Presence::Available);
        spans.map(|(spell, until)| (spell.at, until)).collect::<Vec<_>>()
    };
    presence.values().flat_map(of_one).collect()
}

fn logic(connection: &Connection, since: Time) -> Result<LogicNow, StoreError> {
    let mut query = connection.prepare_cached("SELECT outcome, ms FROM logic_request WHERE asked_at >= ?1")?;
    let rows =
        query.query_map([since.0], |row| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, Option<i64>>(1)?)))?;
    let (mut now, mut took) = (LogicNow::default(), Vec::new());
    for row in rows {
        let (outcome, ms) = row?;
        match outcome.as_deref() {
            None => now.waiting += 1,
            Some(outcome) => {
                now.ended += 1;
                now.failed += u32::from(!matches!(outcome, "answered" | "ignored" | "late"));
                took.extend(ms);
            }
        }
    }
    took.sort_unstable();
    (now.p50_ms, now.p95_ms) = (percentile(&took, 50), percentile(&took, 95));
    let mut query = connection.prepare_cached(
        "SELECT reason, count(*) FROM call WHERE raised_at >= ?1 GROUP BY reason ORDER BY 2 DESC, reason LIMIT ?2",
    )?;
    let rows =
        query.query_map(params![since.0, REASONS], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    for row in rows {
        let (reason, count) = row?;
        now.calls.push(CallsBecause { reason, count: u32::try_from(count).unwrap_or(u32::MAX) });
    }
    Ok(now)
}

/// The smallest value that at least this part of them does not exceed.
fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let place = (sorted.len() * percent).div_ceil(100);
    sorted.get(place.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_there_were() {
        assert_eq!((percentile(&[], 50), percentile(&[7], 95)), (None, Some(7)));
        assert_eq!((percentile(&[1, 2, 3, 4], 50), percentile(&[1, 2, 3, 4], 95)), (Some(2), Some(4)));
    }

    #[test]
    fn agents_are_available_until_they_say_something_else() {
        let spell = |at, status| Activity { at: Time(at), status, capacity: 3 };
        let spells = vec![spell(1, Presence::Available), spell(5, Presence::Away), spell(9, Presence::Available)];
        let found = available(&BTreeMap::from([(UserId(uuid::Uuid::nil()), spells)]));
        assert_eq!(found, [(Time(1), Some(Time(5))), (Time(9), None)]);
    }
}
