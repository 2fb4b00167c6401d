//! The alert ledger: who was called by each call for help, and the outcome.

use tandem_conversation::{CallId, ConversationId, NeedsHelp, Reach, Time, UserId};
use tandem_protocol::agents::{Alert, AlertOutcome, AlertReport, CallAlerts, Muted};
use tandem_sql::{Connection, OptionalExtension as _, Row, params};

use super::sweeps::{STEP, Step};
use super::{Id, StoreError, events};

pub(crate) const SCHEMA: &str = "
CREATE TABLE calls (
    id           BLOB NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL,
    since        INTEGER NOT NULL,
    -- How far it reaches, as JSON.
    reach        TEXT NOT NULL,
    -- When somebody took it or it became needless; null while it is open.
    ended        INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX calls_of_conversation ON calls (conversation, since);
CREATE INDEX calls_open ON calls (since) WHERE ended IS NULL;

CREATE TABLE alerts (
    call    BLOB NOT NULL,
    user    BLOB NOT NULL,
    -- When each of these happened first; null if it has not.
    decided INTEGER NOT NULL,
    sent    INTEGER,
    shown   INTEGER,
    muted   INTEGER,
    -- Why it was muted, as JSON.
    why     TEXT,
    clicked INTEGER,
    joined  INTEGER,
    expired INTEGER,
    PRIMARY KEY (call, user)
) STRICT, WITHOUT ROWID;";

/// In which order calls were changed last, and when by the account's log: analytics follows them.
pub(crate) const CHANGED: &str = "
ALTER TABLE calls ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
-- The log's next position at that time.
ALTER TABLE calls ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
CREATE INDEX calls_changed ON calls (changed, id);
UPDATE calls SET version = (SELECT coalesce(max(seq), 0) + 1 FROM events);";

pub(crate) const OVER: &str = "SELECT id FROM calls WHERE ended < ?1 ORDER BY ended LIMIT ?2";

/// Inserts or updates a call.
pub(crate) fn put_call(connection: &Connection, of: ConversationId, help: &NeedsHelp) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO calls (id, conversation, since, reach) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET reach = excluded.reach",
    )?;
    query.execute(params![Id(help.call.0), Id(of.0), help.since.0, json(&help.reach)?])?;
    Ok(())
}

/// Records that connected users are called and their desks were told. Earlier records of the same users stay.
pub(crate) fn decide(connection: &Connection, call: CallId, users: &[UserId], at: Time) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO alerts (call, user, decided, sent) VALUES (?1, ?2, ?3, ?3) ON CONFLICT DO NOTHING",
    )?;
    let mut decided = 0;
    for user in users {
        decided += query.execute(params![Id(call.0), Id(user.0), at.0])?;
    }
    if decided > 0 { change(connection, call) } else { Ok(()) }
}

/// Changes of calls while the log does not grow.
const AT_ONCE: i64 = 1 << 20;

/// Notes that something of a call has changed. The numbers of changes grow with the log, so that they go on growing when the
/// newest calls are swept.
fn change(connection: &Connection, call: CallId) -> Result<(), StoreError> {
    let last: i64 =
        connection.prepare_cached("SELECT coalesce(max(changed), 0) FROM calls")?.query_row([], |row| row.get(0))?;
    let next = events::last(connection)?.saturating_add(1).cast_signed();
    let mut query = connection.prepare_cached("UPDATE calls SET changed = ?2, version = ?3 WHERE id = ?1")?;
    query.execute(params![Id(call.0), next.saturating_mul(AT_ONCE).max(last + 1), next])?;
    Ok(())
}

/// What became of a call's alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub changed: i64,
    pub call: CallId,
    /// The log's next position when it changed.
    pub version: u64,
    pub decided: u32,
    pub sent: u32,
    pub shown: u32,
    pub muted: u32,
    pub clicked: u32,
    /// From the call to the first notification that was shown.
    pub first_shown_ms: Option<i64>,
}

const COUNTED: &str = "
SELECT c.changed, c.id, c.version, count(a.decided), count(a.sent), count(a.shown), count(a.muted), count(a.clicked),
    min(a.shown) - c.since
FROM (SELECT id, since, changed, version FROM calls WHERE (changed, id) > (?1, ?2) AND version <= ?3
      ORDER BY changed, id LIMIT ?4) c LEFT JOIN alerts a ON a.call = c.id
GROUP BY c.changed, c.id, c.version, c.since ORDER BY c.changed, c.id";

/// Calls that changed after another one, in that order, which is that of the log, as long as that was not longer than
/// `up_to`.
pub(crate) fn counted(
    connection: &Connection,
    (changed, call): (i64, &[u8]),
    up_to: u64,
    limit: u32,
) -> Result<Vec<Counted>, StoreError> {
    let mut query = connection.prepare_cached(COUNTED)?;
    let next = up_to.saturating_add(1).cast_signed();
    let rows = query.query_map(params![changed, call, next, limit], |row| {
        Ok(Counted {
            changed: row.get(0)?,
            call: CallId(row.get::<_, Id>(1)?.0),
            version: row.get::<_, i64>(2)?.cast_unsigned(),
            decided: row.get(3)?,
            sent: row.get(4)?,
            shown: row.get(5)?,
            muted: row.get(6)?,
            clicked: row.get(7)?,
            first_shown_ms: row.get::<_, Option<i64>>(8)?.map(|ms| ms.max(0)),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Records a desk's report. Earlier facts stay, and reports from users who were not called are ignored. Returns
/// whether the call is still open, or none if nothing was recorded.
pub(crate) fn report(connection: &Connection, user: UserId, report: &AlertReport) -> Result<Option<bool>, StoreError> {
    let mut known = connection.prepare_cached(
        "SELECT c.ended IS NULL FROM calls c JOIN alerts a ON a.call = c.id AND a.user = ?3
         WHERE c.id = ?1 AND c.conversation = ?2",
    )?;
    let ids = [Id(report.call.0), Id(report.conversation.0), Id(user.0)];
    let Some(open) = known.query_row(ids, |row| row.get::<_, bool>(0)).optional()? else { return Ok(None) };
    let (column, why) = match &report.outcome {
        AlertOutcome::Shown {} => ("shown", None),
        AlertOutcome::Clicked {} => ("clicked", None),
        AlertOutcome::Muted { why } => ("muted", Some(json(why)?)),
    };
    let mut query = connection.prepare_cached(&format!(
        "UPDATE alerts SET {column} = ?3, why = coalesce(?4, why) WHERE call = ?1 AND user = ?2 AND {column} IS NULL"
    ))?;
    if query.execute(params![Id(report.call.0), Id(user.0), report.at.0, why])? > 0 {
        change(connection, report.call)?;
    }
    Ok(Some(open))
}

/// Whether no one who is called can have noticed: each alert was muted or could not be sent.
pub(crate) fn in_vain(connection: &Connection, call: CallId) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT NOT EXISTS (SELECT 1 FROM alerts
             WHERE call = ?1 AND sent IS NOT NULL AND (muted IS NULL OR shown IS NOT NULL))",
    )?;
    Ok(query.query_row([Id(call.0)], |row| row.get(0))?)
}

/// Ends the call; `by` took it.
pub(crate) fn end(connection: &Connection, call: CallId, by: Option<UserId>, at: Time) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached("UPDATE calls SET ended = ?2 WHERE id = ?1 AND ended IS NULL")?;
    if query.execute(params![Id(call.0), at.0])? == 0 {
        return Ok(());
    }
    if let Some(user) = by {
        let mut query = connection.prepare_cached(
            "INSERT INTO alerts (call, user, decided, joined) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT (call, user) DO UPDATE SET joined = excluded.joined",
        )?;
        query.execute(params![Id(call.0), Id(user.0), at.0])?;
    }
    change(connection, call)?;
    let mut query = connection.prepare_cached("UPDATE alerts SET expired = ?2 WHERE call = ?1 AND joined IS NULL")?;
    query.execute(params![Id(call.0), at.0])?;
    Ok(())
}

/// The calls that were open when the hub stopped.
pub(crate) fn open(connection: &Connection) -> Result<Vec<(CallId, ConversationId)>, StoreError> {
    let mut query = connection.prepare_cached("SELECT id, conversation FROM calls WHERE ended IS NULL")?;
    let rows =
        query.query_map([], |row| Ok((CallId(row.get::<_, Id>(0)?.0), ConversationId(row.get::<_, Id>(1)?.0))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The open calls of a conversation; at most one, unless a hub crashed at the wrong moment.
pub(crate) fn open_of(connection: &Connection, of: ConversationId) -> Result<Vec<CallId>, StoreError> {
    let mut query = connection.prepare_cached("SELECT id FROM calls WHERE conversation = ?1 AND ended IS NULL")?;
    let rows = query.query_map([Id(of.0)], |row| Ok(CallId(row.get::<_, Id>(0)?.0)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The newest call of a conversation, if the user was told of it.
pub(crate) fn last_heard(
    connection: &Connection,
    of: ConversationId,
    user: UserId,
) -> Result<Option<CallId>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT call FROM alerts WHERE user = ?2 AND sent IS NOT NULL AND call = (
             SELECT id FROM calls WHERE conversation = ?1 ORDER BY since DESC LIMIT 1)",
    )?;
    Ok(query.query_row(params![Id(of.0), Id(user.0)], |row| Ok(CallId(row.get::<_, Id>(0)?.0))).optional()?)
}

/// The calls of a conversation, newest first, each with its alerts.
pub(crate) fn of_conversation(
    connection: &Connection,
    conversation: ConversationId,
    limit: u32,
) -> Result<Vec<CallAlerts>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT id, since, reach, ended FROM calls WHERE conversation = ?1 ORDER BY since DESC LIMIT ?2",
    )?;
    let calls = query.query_map(params![Id(conversation.0), limit], |row| {
        let ended: Option<i64> = row.get(3)?;
        Ok((CallId(row.get::<_, Id>(0)?.0), Time(row.get(1)?), row.get::<_, String>(2)?, ended.map(Time)))
    })?;
    let mut found = Vec::new();
    for call in calls {
        let (call, since, reach, ended) = call?;
        let reach: Reach = parse(&reach)?;
        found.push(CallAlerts { call, since, reach, ended, alerts: alerts_of(connection, call)? });
    }
    Ok(found)
}

fn alerts_of(connection: &Connection, call: CallId) -> Result<Vec<Alert>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT a.user, coalesce(u.name, ''), a.decided, a.sent, a.shown, a.muted, a.why, a.clicked, a.joined, a.expired
         FROM alerts a LEFT JOIN users u ON u.id = a.user WHERE a.call = ?1",
    )?;
    let mut alerts = query.query_map([Id(call.0)], alert_of)?.collect::<Result<Result<Vec<_>, _>, _>>()??;
    alerts.sort_by(|one, other| (one.decided, &one.name).cmp(&(other.decided, &other.name)));
    Ok(alerts)
}

fn alert_of(row: &Row<'_>) -> Result<Result<Alert, StoreError>, tandem_sql::Error> {
    let time = |column| row.get::<_, Option<i64>>(column).map(|time| time.map(Time));
    let why: Option<String> = row.get(6)?;
    let alert = Alert {
        user: UserId(row.get::<_, Id>(0)?.0),
        name: row.get(1)?,
        decided: Time(row.get(2)?),
        sent: time(3)?,
        shown: time(4)?,
        muted: time(5)?,
        why: None,
        clicked: time(7)?,
        joined: time(8)?,
        expired: time(9)?,
    };
    Ok(why.map(|why| parse::<Muted>(&why)).transpose().map(|why| Alert { why, ..alert }))
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Damaged { what: "alert", detail: crate::json::problem(&error) })
}

fn parse<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json)
        .map_err(|error| StoreError::Damaged { what: "alert", detail: crate::json::problem(&error) })
}

/// Deletes some calls that ended long ago, with their alerts.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let sql = format!("DELETE FROM alerts WHERE call IN ({OVER})");
    connection.prepare_cached(&sql)?.execute(params![before.0, STEP])?;
    let sql = format!("DELETE FROM calls WHERE id IN ({OVER})");
    Ok(Step::of(connection.prepare_cached(&sql)?.execute(params![before.0, STEP])?))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::testing::empty;

    #[test]
    fn changes_are_found_after_those_of_calls_that_were_swept() {
        let connection = empty();
        let log = |seq: i64| {
            let sql = "INSERT INTO events (seq, conversation, position, body) VALUES (?1, ?2, 1, '{}')";
            connection.execute(sql, params![seq, Id(Uuid::from_u128(seq.cast_unsigned().into()))]).unwrap();
        };
        let called = |number: u128| {
            let sql = "INSERT INTO calls (id, conversation, since, reach) VALUES (?1, ?1, 5, '')";
            connection.execute(sql, [Id(Uuid::from_u128(number))]).unwrap();
            let call = CallId(Uuid::from_u128(number));
            for user in 1..=9 {
                decide(&connection, call, &[UserId(Uuid::from_u128(user))], Time(6)).unwrap();
            }
            call
        };
        log(1);
        let old = called(9);
        let counted = |after: (i64, &[u8])| super::counted(&connection, after, 100, 10).unwrap();
        let first = counted((0, &[]));
        assert_eq!((first[0].call, first[0].decided, first[0].version), (old, 9, 2));
        end(&connection, old, None, Time(7)).unwrap();
        let last = counted((first[0].changed, old.0.as_bytes())).remove(0);
        assert_eq!(sweep(&connection, Time(8)).unwrap().gone, 1);
        log(2);
        let new = called(1);
        let found = counted((last.changed, old.0.as_bytes()));
        assert_eq!(found.iter().map(|one| (one.call, one.version)).collect::<Vec<_>>(), [(new, 3)]);
    }
}
