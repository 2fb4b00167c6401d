//! Table `looks`: who looked at which conversation through whose eyes, append-only.

use tandem_conversation::as_seen::Viewpoint;
use tandem_conversation::{ConversationId, LinkId, Position, Time, UserId};
use tandem_protocol::agents::LookRow;
use tandem_sql::{Connection, Row, Rows, params};

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

pub(crate) const OF_CONVERSATION: &str = "CREATE INDEX looks_of_conversation ON looks (conversation, at, id);";

pub(crate) const OVER: &str = "SELECT id FROM looks WHERE at < ?1 ORDER BY at LIMIT ?2";

const BETWEEN: &str = "SELECT id, at, user, conversation, viewpoint, whose, after FROM looks
     WHERE at >= ?1 AND at < ?2 ORDER BY at";

const AFTER: &str = "
SELECT id, at, user, conversation, viewpoint, whose, after FROM looks
WHERE (at, id) > (coalesce((SELECT last.at FROM looks last WHERE last.id = ?1),
        CASE WHEN ?1 > (SELECT coalesce(max(id), 0) FROM looks) THEN ?3 ELSE ?2 END), ?1)
    AND at >= ?2 AND at < ?3 AND (user = ?4 OR ?4 IS NULL) ORDER BY at, id LIMIT ?5";

const AFTER_OF_CONVERSATION: &str = "
SELECT id, at, user, conversation, viewpoint, whose, after FROM looks
WHERE conversation = ?6 AND (at, id) > (coalesce((SELECT last.at FROM looks last WHERE last.id = ?1),
        CASE WHEN ?1 > (SELECT coalesce(max(id), 0) FROM looks) THEN ?3 ELSE ?2 END), ?1)
    AND at >= ?2 AND at < ?3 AND (user = ?4 OR ?4 IS NULL) ORDER BY at, id LIMIT ?5";

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

/// Which looks are asked for.
pub(crate) struct Asked {
    /// Of this user alone; none for everybody's.
    pub user: Option<UserId>,
    /// At this conversation alone; none for all.
    pub conversation: Option<ConversationId>,
    /// Looks in [from, until).
    pub from: Time,
    pub until: Time,
    pub after: i64,
    pub limit: u32,
}

pub(crate) fn append(connection: &Connection, look: &Look) -> Result<(), StoreError> {
    let Look { at, user, conversation, viewpoint, after } = look;
    let (name, whose) = match viewpoint {
        Viewpoint::Customer {} => (CUSTOMER, None),
        Viewpoint::Logic {} => (LOGIC, None),
        Viewpoint::Agent { user } => (AGENT, Some(Id(user.0))),
        Viewpoint::ExternalAgent { link } => (EXTERNAL_AGENT, Some(Id(link.0))),
    };
    let mut query = connection.prepare_cached(
        "INSERT INTO looks (at, user, conversation, viewpoint, whose, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    query.execute(params![at.0, Id(user.0), Id(conversation.0), name, whose, after.0])?;
    Ok(())
}

const CUSTOMER: &str = "customer";
const LOGIC: &str = "logic";
const AGENT: &str = "agent";
const EXTERNAL_AGENT: &str = "external_agent";

/// The looks in [from, until), oldest first.
pub(crate) fn between(connection: &Connection, from: Time, until: Time) -> Result<Vec<StoredLook>, StoreError> {
    let mut query = connection.prepare_cached(BETWEEN)?;
    let mut rows = query.query(params![from.0, until.0])?;
    let mut looks = Vec::new();
    while let Some(row) = rows.next()? {
        looks.push(look_of(&row)?);
    }
    Ok(looks)
}

/// A page of looks, oldest first.
pub(crate) fn read(connection: &Connection, asked: &Asked) -> Result<Vec<LookRow>, StoreError> {
    let Asked { user, conversation, from, until, after, limit } = asked;
    let user = user.map(|user| Id(user.0));
    match conversation {
        Some(of) => {
            let mut query = connection.prepare_cached(AFTER_OF_CONVERSATION)?;
            listed(query.query(params![after, from.0, until.0, user, limit, Id(of.0)])?)
        }
        None => listed(connection.prepare_cached(AFTER)?.query(params![after, from.0, until.0, user, limit])?),
    }
}

fn listed(mut rows: Rows<'_>) -> Result<Vec<LookRow>, StoreError> {
    let mut looks = Vec::new();
    while let Some(row) = rows.next()? {
        looks.push(row_of(look_of(&row)?)?);
    }
    Ok(looks)
}

fn look_of(row: &Row<'_>) -> Result<StoredLook, StoreError> {
    let viewpoint: String = row.get(4)?;
    let whose = row.get::<_, Option<Id>>(5)?.map(|id| id.0);
    Ok(StoredLook {
        id: row.get(0)?,
        at: Time(row.get(1)?),
        user: UserId(row.get::<_, Id>(2)?.0),
        conversation: ConversationId(row.get::<_, Id>(3)?.0),
        agent: whose.filter(|_| viewpoint == AGENT).map(UserId),
        external_agent: whose.filter(|_| viewpoint == EXTERNAL_AGENT).map(LinkId),
        viewpoint,
        after: Position(row.get(6)?),
    })
}

fn row_of(look: StoredLook) -> Result<LookRow, StoreError> {
    let StoredLook { id, at, user, conversation, viewpoint, agent, external_agent, after } = look;
    let viewpoint = match (viewpoint.as_str(), agent, external_agent) {
        (CUSTOMER, ..) => Viewpoint::Customer {},
        (LOGIC, ..) => Viewpoint::Logic {},
        (AGENT, Some(user), _) => Viewpoint::Agent { user },
        (EXTERNAL_AGENT, _, Some(link)) => Viewpoint::ExternalAgent { link },
        _ => return Err(StoreError::Damaged { what: "look", detail: viewpoint }),
    };
    Ok(LookRow { id, at, user, conversation, viewpoint, after })
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
        for sql in [BETWEEN, OVER, AFTER, AFTER_OF_CONVERSATION] {
            assert_indexed(sql, false);
        }
    }

    #[test]
    fn pages_hold_every_look_once_whatever_was_written_late() {
        let connection = empty();
        let (sofia, ada) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let [carmens, janas] = [7, 8].map(|id| ConversationId(Uuid::from_u128(id)));
        let eyes = [
            Viewpoint::Customer {},
            Viewpoint::Logic {},
            Viewpoint::Agent { user: ada },
            Viewpoint::ExternalAgent { link: LinkId(Uuid::from_u128(9)) },
        ];
        let written =
            [(50, sofia, carmens), (10, ada, janas), (60, sofia, janas), (10, sofia, carmens), (20, ada, carmens)];
        for ((at, user, conversation), viewpoint) in written.into_iter().zip(eyes.into_iter().cycle()) {
            append(&connection, &Look { at: Time(at), user, conversation, viewpoint, after: Position(3) }).unwrap();
        }
        let walked = |user, conversation, from, until| {
            let (mut seen, mut after) = (Vec::new(), 0);
            loop {
                let asked = Asked { user, conversation, from: Time(from), until: Time(until), after, limit: 2 };
                let page = read(&connection, &asked).unwrap();
                let Some(last) = page.last() else { return seen };
                after = last.id;
                seen.extend(page);
            }
        };
        let times = |looks: Vec<LookRow>| looks.iter().map(|look| look.at.0).collect::<Vec<_>>();
        let all = walked(None, None, i64::MIN, i64::MAX);
        assert_eq!(all.iter().map(|look| look.id).collect::<Vec<_>>(), [2, 4, 5, 1, 3]);
        assert_eq!(all.iter().map(|look| look.viewpoint).collect::<Vec<_>>(), [1, 3, 0, 0, 2].map(|eye| eyes[eye]));
        assert_eq!(times(walked(None, None, 10, 60)), [10, 10, 20, 50]);
        assert_eq!(times(walked(Some(sofia), None, 0, 100)), [10, 50, 60]);
        assert_eq!(times(walked(None, Some(carmens), 0, 100)), [10, 20, 50]);
        assert_eq!(times(walked(Some(ada), Some(carmens), 0, 100)), [20]);
    }
}
