//! Table `activity`: which presence each user had since when, append-only.

use std::collections::BTreeMap;

use tandem_conversation::measure::{Activity, Presence};
use tandem_conversation::{Time, UserId};
use tandem_protocol::agents::{Absence, Cause, Spell};
use tandem_sql::{Connection, OptionalExtension as _, params};

use super::sweeps::{STEP, Step};
use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE activity (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user     BLOB NOT NULL,
    at       INTEGER NOT NULL,
    -- available, busy, away or offline.
    status   TEXT NOT NULL,
    reason   TEXT,
    -- When the user planned to be back.
    back     INTEGER,
    -- user, idle, disconnected or stopped.
    cause    TEXT NOT NULL,
    capacity INTEGER NOT NULL
) STRICT;
CREATE INDEX activity_of_user ON activity (user, id);
CREATE INDEX activity_at ON activity (at);

-- One row: until when the hub was certainly at work.
CREATE TABLE activity_mark (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    at  INTEGER NOT NULL
) STRICT;";

pub(crate) const OVER: &str = "SELECT id FROM activity WHERE at < ?1 ORDER BY at LIMIT ?2";

const OF_ALL: &str = "
SELECT id, user, at, (SELECT next.at FROM activity next WHERE next.user = activity.user AND next.id > activity.id
    ORDER BY next.id LIMIT 1), status, reason, back, cause, capacity
FROM activity WHERE (at, id) > (coalesce((SELECT last.at FROM activity last WHERE last.id = ?1), 
        CASE WHEN ?1 > (SELECT coalesce(max(id), 0) FROM activity) THEN ?3 ELSE ?2 END), ?1)
    AND at >= ?2 AND at < ?3 AND (user = ?4 OR ?4 IS NULL) ORDER BY activity.at, id LIMIT ?5";

/// A change of a user's presence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    pub user: UserId,
    pub at: Time,
    pub status: Presence,
    pub absence: Option<Absence>,
    pub cause: Cause,
    pub capacity: u32,
}

/// Appends a change. With a clock that was set back, it is of the time of the one before.
pub(crate) fn append(connection: &Connection, begun: &Begun) -> Result<(), StoreError> {
    let Begun { user, at, status, absence, cause, capacity } = begun;
    let mut query = connection.prepare_cached(
        "INSERT INTO activity (user, at, status, reason, back, cause, capacity)
         VALUES (?1, max(?2, coalesce((SELECT at FROM activity WHERE user = ?1 ORDER BY id DESC LIMIT 1), ?2)),
             ?3, ?4, ?5, ?6, ?7)",
    )?;
    let reason = absence.as_ref().map(|absence| &absence.reason);
    let back = absence.as_ref().and_then(|absence| absence.back).map(|back| back.0);
    query.execute(params![Id(user.0), at.0, status_name(*status), reason, back, cause_name(*cause), capacity])?;
    Ok(())
}

/// Records that the hub is at work.
pub(crate) fn mark(connection: &Connection, at: Time) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO activity_mark (one, at) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET at = excluded.at",
        )?
        .execute([at.0])?;
    Ok(())
}

/// Ends the spells that were open when the hub stopped, at the last time at which it was certainly at work.
pub(crate) fn end_open(connection: &Connection, now: Time) -> Result<(), StoreError> {
    let mark: Option<i64> = connection.query_row("SELECT at FROM activity_mark", [], |row| row.get(0)).optional()?;
    connection.execute(
        "INSERT INTO activity (user, at, status, cause, capacity)
         SELECT user, max(at, min(?1, ?2)), 'offline', 'stopped', capacity FROM activity
         WHERE id IN (SELECT max(id) FROM activity GROUP BY user) AND status <> 'offline'",
        [mark.unwrap_or_default(), now.0],
    )?;
    Ok(())
}

/// What is asked for of the log.
pub(crate) struct Asked {
    /// Of this user alone; none for everybody.
    pub user: Option<UserId>,
    /// Spells that began in [from, until).
    pub from: Time,
    pub until: Time,
    pub after: i64,
    pub limit: u32,
}

/// Oldest first.
pub(crate) fn read(connection: &Connection, asked: &Asked) -> Result<Vec<Spell>, StoreError> {
    let Asked { user, from, until, after, limit } = asked;
    let mut query = connection.prepare_cached(OF_ALL)?;
    let mut rows = query.query(params![after, from.0, until.0, user.map(|user| Id(user.0)), limit])?;
    let mut spells = Vec::new();
    while let Some(row) = rows.next()? {
        let reason: Option<String> = row.get(5)?;
        let back = row.get::<_, Option<i64>>(6)?.map(Time);
        let (status, cause): (String, String) = (row.get(4)?, row.get(7)?);
        spells.push(Spell {
            id: row.get(0)?,
            user: UserId(row.get::<_, Id>(1)?.0),
            at: Time(row.get(2)?),
            until: row.get::<_, Option<i64>>(3)?.map(Time),
            status: named(&status, &STATUSES)?,
            absence: reason.map(|reason| Absence { reason, back }),
            cause: named(&cause, &CAUSES)?,
            capacity: row.get(8)?,
        });
    }
    Ok(spells)
}

const BETWEEN: &str = "
SELECT user, at, status, capacity FROM activity
WHERE ((at >= ?1 AND at < ?2) OR id IN (SELECT max(id) FROM activity WHERE at < ?1 GROUP BY user))
    AND (user = ?3 OR ?3 IS NULL) ORDER BY user, id";

/// Everybody's presence in a time, or one user's. What began before it begins with it.
pub(crate) fn between(
    connection: &Connection,
    user: Option<UserId>,
    from: Time,
    until: Time,
) -> Result<BTreeMap<UserId, Vec<Activity>>, StoreError> {
    let mut query = connection.prepare_cached(BETWEEN)?;
    let mut rows = query.query(params![from.0, until.0, user.map(|user| Id(user.0))])?;
    let mut found: BTreeMap<UserId, Vec<Activity>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let status: String = row.get(2)?;
        let activity =
            Activity { at: Time(row.get(1)?).max(from), status: named(&status, &STATUSES)?, capacity: row.get(3)? };
        found.entry(UserId(row.get::<_, Id>(0)?.0)).or_default().push(activity);
    }
    Ok(found)
}

/// Deletes spells that began before a time.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let mut query = connection.prepare_cached(OVER)?;
    let ids = query.query_map(params![before.0, STEP], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    for id in &ids {
        connection.prepare_cached("DELETE FROM activity WHERE id = ?1")?.execute([id])?;
    }
    Ok(Step::of(ids.len()))
}

const STATUSES: [(&str, Presence); 4] = [
    ("available", Presence::Available),
    ("busy", Presence::Busy),
    ("away", Presence::Away),
    ("offline", Presence::Offline),
];

const CAUSES: [(&str, Cause); 4] =
    [("user", Cause::User), ("idle", Cause::Idle), ("disconnected", Cause::Disconnected), ("stopped", Cause::Stopped)];

fn status_name(status: Presence) -> &'static str {
    name_in(status, &STATUSES)
}

fn cause_name(cause: Cause) -> &'static str {
    name_in(cause, &CAUSES)
}

fn name_in<T: PartialEq>(value: T, names: &[(&'static str, T)]) -> &'static str {
    names.iter().find(|(_, one)| *one == value).map_or("", |(name, _)| name)
}

fn named<T: Copy>(text: &str, names: &[(&'static str, T)]) -> Result<T, StoreError> {
    let found = names.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    found.ok_or_else(|| StoreError::Damaged { what: "spell of activity", detail: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::MIGRATIONS;
    use super::super::testing::assert_indexed;
    use super::*;

    fn begun(user: u128, at: i64, status: Presence, reason: Option<&str>) -> Begun {
        let absence = reason.map(|reason| Absence { reason: reason.into(), back: Some(Time(at + 60)) });
        let user = UserId(Uuid::from_u128(user));
        Begun { user, at: Time(at), status, absence, cause: Cause::User, capacity: 4 }
    }

    #[test]
    fn spells_follow_each_other_and_end_when_the_hub_stops() {
        let connection = Connection::in_memory().unwrap();
        MIGRATIONS.iter().for_each(|step| connection.execute_batch(step.sql).unwrap());
        let log = [
            begun(1, 10, Presence::Available, None),
            begun(2, 20, Presence::Available, None),
            begun(1, 30, Presence::Away, Some("Lunch")),
            begun(2, 40, Presence::Offline, None),
        ];
        log.iter().for_each(|begun| append(&connection, begun).unwrap());
        mark(&connection, Time(70)).unwrap();
        end_open(&connection, Time(500)).unwrap();
        end_open(&connection, Time(900)).unwrap();
        let asked = |user: Option<u128>, after| Asked {
            user: user.map(|user| UserId(Uuid::from_u128(user))),
            from: Time(0),
            until: Time(1_000),
            after,
            limit: 10,
        };
        let seen: Vec<_> = read(&connection, &asked(Some(1), 0)).unwrap();
        let told: Vec<_> = seen.iter().map(|spell| (spell.at.0, spell.until.map(|at| at.0), spell.status)).collect();
        let expected =
            [(10, Some(30), Presence::Available), (30, Some(70), Presence::Away), (70, None, Presence::Offline)];
        assert_eq!(told, expected, "who was offline already has no second end");
        assert_eq!(seen[1].absence, Some(Absence { reason: "Lunch".into(), back: Some(Time(90)) }));
        assert_eq!(read(&connection, &asked(None, seen[1].id)).unwrap().len(), 2);
        assert_eq!(sweep(&connection, Time(35)).unwrap().gone, 3);
        assert_eq!(read(&connection, &asked(None, 0)).unwrap().len(), 2);
    }

    #[test]
    fn pages_hold_every_spell_once_whatever_was_written_late() {
        let connection = Connection::in_memory().unwrap();
        MIGRATIONS.iter().for_each(|step| connection.execute_batch(step.sql).unwrap());
        for (user, at) in [(1, 50), (2, 10), (1, 60), (3, 10), (2, 20), (3, 60)] {
            append(&connection, &begun(user, at, Presence::Busy, None)).unwrap();
        }
        let page = |after| Asked { user: None, from: Time(10), until: Time(1_000), after, limit: 2 };
        let (mut seen, mut after) = (Vec::new(), 0);
        while let [.., last] = read(&connection, &page(after)).unwrap().as_slice() {
            seen.extend(read(&connection, &page(after)).unwrap().iter().map(|spell| spell.at.0));
            after = last.id;
        }
        assert_eq!(seen, [10, 10, 20, 50, 60, 60]);
        assert!(read(&connection, &page(99)).unwrap().is_empty(), "after one that is still to come");
        append(&connection, &begun(1, 40, Presence::Away, None)).unwrap();
        let [.., last] = &read(&connection, &Asked { limit: 10, ..page(0) }).unwrap()[..] else { panic!() };
        assert_eq!((last.at, last.status), (Time(60), Presence::Away), "a clock that was set back");
    }

    #[test]
    fn the_log_is_read_by_its_order() {
        assert_indexed(OF_ALL, false);
    }
}
