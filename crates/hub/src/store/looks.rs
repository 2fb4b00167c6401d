//! Table `looks`: who looked at which conversation through whose eyes, append-only.

use tandem_conversation::as_seen::Viewpoint;
use tandem_conversation::{ConversationId, LinkId, Position, Time, UserId};
use tandem_sql::{Connection, params};

use super::sweeps::{STEP, Step};
use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE looks (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at           INTEGER NOT NULL,
    -- Who looked.
    user         BLOB NOT NULL,
    conversation BLOB NOT NULL,
    -- customer, logic, agent or external_agent.
    viewpoint    TEXT NOT NULL,
    -- The agent, or the external agent's link.
    whose        BLOB,
    -- The page of the conversation begins after this position.
    after        INTEGER NOT NULL
) STRICT;
CREATE INDEX looks_at ON looks (at);";

pub(crate) const OVER: &str = "SELECT id FROM looks WHERE at < ?1 ORDER BY at LIMIT ?2";

const BETWEEN: &str = "SELECT id, at, user, conversation, viewpoint, whose, after FROM looks
     WHERE at >= ?1 AND at < ?2 ORDER BY at";

/// One page that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub at: Time,
    pub user: UserId,
    pub conversation: ConversationId,
    pub viewpoint: Viewpoint,
    pub after: Position,
}

/// A look as it is stored, for exports.
pub(crate) struct StoredLook {
    pub id: i64,
    pub at: Time,
    pub user: UserId,
    pub conversation: ConversationId,
    pub viewpoint: String,
    pub agent: Option<UserId>,
    pub external_agent: Option<LinkId>,
    pub after: Position,
}

pub(crate) fn append(connection: &Connection, look: &Look) -> Result<(), StoreError> {
    let Look { at, user, conversation, viewpoint, after } = look;
    let (name, whose) = match viewpoint {
        Viewpoint::Customer {} => ("customer", None),
        Viewpoint::Logic {} => ("logic", None),
        Viewpoint::Agent { user } => (AGENT, Some(Id(user.0))),
        Viewpoint::ExternalAgent { link } => (EXTERNAL_AGENT, Some(Id(link.0))),
    };
    let mut query = connection.prepare_cached(
        "INSERT INTO looks (at, user, conversation, viewpoint, whose, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    query.execute(params![at.0, Id(user.0), Id(conversation.0), name, whose, after.0])?;
    Ok(())
}

const AGENT: &str = "agent";
const EXTERNAL_AGENT: &str = "external_agent";

/// The looks in [from, until), oldest first.
pub(crate) fn between(connection: &Connection, from: Time, until: Time) -> Result<Vec<StoredLook>, StoreError> {
    let mut query = connection.prepare_cached(BETWEEN)?;
    let mut rows = query.query(params![from.0, until.0])?;
    let mut looks = Vec::new();
    while let Some(row) = rows.next()? {
        let viewpoint: String = row.get(4)?;
        let whose = row.get::<_, Option<Id>>(5)?.map(|id| id.0);
        looks.push(StoredLook {
            id: row.get(0)?,
            at: Time(row.get(1)?),
            user: UserId(row.get::<_, Id>(2)?.0),
            conversation: ConversationId(row.get::<_, Id>(3)?.0),
            agent: whose.filter(|_| viewpoint == AGENT).map(UserId),
            external_agent: whose.filter(|_| viewpoint == EXTERNAL_AGENT).map(LinkId),
            viewpoint,
            after: Position(row.get(6)?),
        });
    }
    Ok(looks)
}

/// Deletes looks of before a time.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let sql = format!("DELETE FROM looks WHERE id IN ({OVER})");
    Ok(Step::of(connection.prepare_cached(&sql)?.execute(params![before.0, STEP])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_indexed, empty};
    use uuid::Uuid;

    #[test]
    fn looks_are_found_by_time_and_deleted_when_theirs_is_up() {
        let connection = empty();
        let look = |at, viewpoint| Look {
            at: Time(at),
            user: UserId(Uuid::from_u128(1)),
            conversation: ConversationId(Uuid::from_u128(2)),
            viewpoint,
            after: Position(0),
        };
        let maya = UserId(Uuid::from_u128(3));
        append(&connection, &look(10, Viewpoint::Customer {})).unwrap();
        append(&connection, &look(20, Viewpoint::Agent { user: maya })).unwrap();
        let told = |looks: Vec<StoredLook>| {
            looks.into_iter().map(|look| (look.at.0, look.viewpoint, look.agent)).collect::<Vec<_>>()
        };
        let of_maya = (20, "agent".to_owned(), Some(maya));
        let both = [(10, "customer".to_owned(), None), of_maya.clone()];
        assert_eq!(told(between(&connection, Time(0), Time(21)).unwrap()), both);
        assert_eq!(told(between(&connection, Time(11), Time(21)).unwrap()), std::slice::from_ref(&of_maya));
        assert_eq!(sweep(&connection, Time(15)).unwrap().gone, 1);
        assert_eq!(told(between(&connection, Time(0), Time(21)).unwrap()), [of_maya]);
    }

    #[test]
    fn looks_are_read_by_an_index() {
        assert_indexed(BETWEEN, false);
        assert_indexed(OVER, false);
    }
}
