//! The newest reaction of each side to each message: an older one that comes later counts for nothing, and one that comes
//! before its message waits for it.

use tandem_conversation::{ContactId, Time};
use tandem_sql::{Connection, params};

use crate::store::sweeps::{STEP, Step};
use crate::store::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE whatsapp_reactions (
    number   TEXT NOT NULL,
    -- The channel's id of the message.
    message  TEXT NOT NULL,
    -- The chat in which it was said, and whether by us, on our own phone.
    route    BLOB NOT NULL,
    ours     INTEGER NOT NULL,
    -- Null if it was taken back.
    emoji    TEXT,
    received INTEGER NOT NULL,
    -- 1 until its message has it.
    waits    INTEGER NOT NULL,
    PRIMARY KEY (number, message, route, ours)
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_reactions_received ON whatsapp_reactions (received);";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reaction {
    pub route: ContactId,
    pub ours: bool,
    pub emoji: Option<String>,
    /// By the sender's clock.
    pub received: Time,
}

/// Keeps a reaction until its message has it; false if a newer one is known.
pub(crate) fn put(
    connection: &Connection,
    number: &str,
    message: &str,
    reaction: &Reaction,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO whatsapp_reactions (number, message, route, ours, emoji, received, waits)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)
               ON CONFLICT (number, message, route, ours)
               DO UPDATE SET emoji = excluded.emoji, received = excluded.received, waits = 1
               WHERE excluded.received >= whatsapp_reactions.received";
    let Reaction { route, ours, emoji, received } = reaction;
    let changed =
        connection.prepare_cached(sql)?.execute(params![number, message, Id(route.0), ours, emoji, received.0])?;
    Ok(changed > 0)
}

const WAITING: &str = "SELECT route, ours, emoji, received FROM whatsapp_reactions
                       WHERE number = ?1 AND message = ?2 AND waits = 1";

/// Those that wait for this message.
pub(crate) fn waiting(connection: &Connection, number: &str, message: &str) -> Result<Vec<Reaction>, StoreError> {
    let mut query = connection.prepare_cached(WAITING)?;
    let rows = query.query_map(params![number, message], |row| {
        Ok(Reaction {
            route: ContactId(row.get::<_, Id>(0)?.0),
            ours: row.get(1)?,
            emoji: row.get(2)?,
            received: Time(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The message has all of its reactions.
pub(crate) fn done(connection: &Connection, number: &str, message: &str) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_reactions SET waits = 0 WHERE number = ?1 AND message = ?2";
    connection.prepare_cached(sql)?.execute(params![number, message])?;
    Ok(())
}

pub(crate) const OVER: &str = "
DELETE FROM whatsapp_reactions WHERE (number, message, route, ours) IN
    (SELECT number, message, route, ours FROM whatsapp_reactions WHERE received < ?1 ORDER BY received LIMIT ?2)";

/// Forgets some that came before this time: nothing about their messages is on its way any more.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    Ok(Step::of(connection.prepare_cached(OVER)?.execute(params![before.0, STEP])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_indexed, empty};
    use uuid::Uuid;

    #[test]
    fn of_each_side_the_newest_counts_until_nothing_can_come_any_more() {
        let connection = empty();
        let said = |ours, emoji: Option<&str>, at| Reaction {
            route: ContactId(Uuid::from_u128(1)),
            ours,
            emoji: emoji.map(str::to_owned),
            received: Time(at),
        };
        let put = |reaction: &Reaction| super::put(&connection, "main", "a", reaction).unwrap();
        assert!(put(&said(false, Some("👍"), 5)) && put(&said(true, Some("🎉"), 1)));
        assert!(!put(&said(false, None, 4)), "older");
        assert!(put(&said(false, Some("❤"), 5)), "clocks count seconds: of two in one, the later to come");
        assert_eq!(waiting(&connection, "main", "a").unwrap(), [said(false, Some("❤"), 5), said(true, Some("🎉"), 1)]);
        done(&connection, "main", "a").unwrap();
        assert_eq!(waiting(&connection, "main", "a").unwrap(), []);
        assert!(put(&said(false, None, 6)));
        assert_eq!(waiting(&connection, "main", "a").unwrap(), [said(false, None, 6)]);
        assert_eq!(sweep(&connection, Time(6)).unwrap().gone, 1);
        assert_eq!(waiting(&connection, "main", "a").unwrap().len(), 1);
        assert_indexed(WAITING, false);
    }
}
