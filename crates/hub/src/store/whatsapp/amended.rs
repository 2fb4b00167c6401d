//! Messages that were edited or withdrawn and are no turns, or not yet here: by whom, and as of when. Older words that come
//! later count for nothing, and nobody speaks for a message of somebody else that is still to come.

use tandem_conversation::{ContactId, Time};
use tandem_sql::{Connection, OptionalExtension as _, params};

use super::people;
use crate::store::sweeps::{STEP, Step};
use crate::store::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE whatsapp_amended (
    number    TEXT NOT NULL,
    -- The channel's id of the message.
    message   TEXT NOT NULL,
    -- The chat in which it was said, and whether by us, on our own phone.
    route     BLOB NOT NULL,
    ours      INTEGER NOT NULL,
    -- When its newest words were written, or when it was withdrawn.
    at        INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL,
    -- 1 until the message itself comes.
    awaited   INTEGER NOT NULL,
    PRIMARY KEY (number, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX whatsapp_amended_at ON whatsapp_amended (at);";

/// Who says something in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    pub route: ContactId,
    pub ours: bool,
}

impl Author {
    /// Whether both are the same, perhaps in two chats of one person.
    pub(crate) fn is(self, connection: &Connection, other: Self) -> Result<bool, StoreError> {
        Ok(self.ours == other.ours && people::are_one(connection, self.route, other.route)?)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Amended {
    pub author: Author,
    /// By the sender's clock.
    pub at: Time,
    pub withdrawn: bool,
    pub awaited: bool,
}

/// Notes other words for a message; false if newer ones are known, or if it was withdrawn.
pub(crate) fn put(connection: &Connection, number: &str, message: &str, amended: &Amended) -> Result<bool, StoreError> {
    let sql = "INSERT INTO whatsapp_amended (number, message, route, ours, at, withdrawn, awaited)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT (number, message) DO UPDATE SET at = excluded.at, withdrawn = excluded.withdrawn
               WHERE whatsapp_amended.withdrawn = 0 AND excluded.at >= whatsapp_amended.at";
    let Amended { author: Author { route, ours }, at, withdrawn, awaited } = amended;
    let values = params![number, message, Id(route.0), ours, at.0, withdrawn, awaited];
    Ok(connection.prepare_cached(sql)?.execute(values)? > 0)
}

/// What was said of a message that is still to come; none if nothing was, or if it is here.
pub(crate) fn awaited(connection: &Connection, number: &str, message: &str) -> Result<Option<Amended>, StoreError> {
    let sql = "SELECT route, ours, at, withdrawn FROM whatsapp_amended
               WHERE number = ?1 AND message = ?2 AND awaited = 1";
    let found = connection.prepare_cached(sql)?.query_row(params![number, message], |row| {
        Ok(Amended {
            author: Author { route: ContactId(row.get::<_, Id>(0)?.0), ours: row.get(1)? },
            at: Time(row.get(2)?),
            withdrawn: row.get(3)?,
            awaited: true,
        })
    });
    Ok(found.optional()?)
}

/// What stands for a message that is still to come is withdrawn: so is the message.
pub(crate) fn withdraw(connection: &Connection, number: &str, message: &str) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_amended SET withdrawn = 1 WHERE number = ?1 AND message = ?2 AND awaited = 1";
    connection.prepare_cached(sql)?.execute(params![number, message])?;
    Ok(())
}

/// The message is here.
pub(crate) fn came(connection: &Connection, number: &str, message: &str) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_amended SET awaited = 0 WHERE number = ?1 AND message = ?2";
    connection.prepare_cached(sql)?.execute(params![number, message])?;
    Ok(())
}

/// What was said of a message was not said by its author.
pub(crate) fn forget(connection: &Connection, number: &str, message: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM whatsapp_amended WHERE number = ?1 AND message = ?2";
    connection.prepare_cached(sql)?.execute(params![number, message])?;
    Ok(())
}

pub(crate) const OVER: &str = "
DELETE FROM whatsapp_amended WHERE (number, message) IN
    (SELECT number, message FROM whatsapp_amended WHERE at < ?1 ORDER BY at LIMIT ?2)";

/// Forgets some of before this time: nothing about their messages is on its way any more.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    Ok(Step::of(connection.prepare_cached(OVER)?.execute(params![before.0, STEP])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::empty;
    use uuid::Uuid;

    #[test]
    fn the_newest_words_count_until_the_message_is_withdrawn() {
        let connection = empty();
        let author = Author { route: ContactId(Uuid::from_u128(1)), ours: false };
        let put = |at, withdrawn| {
            let amended = Amended { author, at: Time(at), withdrawn, awaited: true };
            super::put(&connection, "main", "a", &amended).unwrap()
        };
        assert!(put(5, false) && !put(4, false) && put(5, false), "of two in one second, the later to come");
        assert!(put(6, true) && !put(7, false), "what is withdrawn stays so");
        let found = awaited(&connection, "main", "a").unwrap().unwrap();
        assert!(found.author == author && found.withdrawn);
        assert!(awaited(&connection, "other", "a").unwrap().is_none(), "ids are a number's own");
        came(&connection, "main", "a").unwrap();
        assert!(awaited(&connection, "main", "a").unwrap().is_none());
        assert!(!put(8, false), "still");
        assert_eq!(sweep(&connection, Time(7)).unwrap().gone, 1);
        assert!(put(1, false));
        forget(&connection, "main", "a").unwrap();
        assert!(awaited(&connection, "main", "a").unwrap().is_none());
    }
}
