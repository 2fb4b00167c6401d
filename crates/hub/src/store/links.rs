//! External agents' links: a projection of the log, with the hashes of the tokens that open each link, and of the one
//! browser session that opened it. No token is stored.

use tandem_conversation::{ConversationId, EndReason, Event, EventBody, LinkId, Participant, Position, Time};
use tandem_sql::{Connection, OptionalExtension, params};

use super::sweeps::{STEP, Step};
use super::{Id, StoreError};
use crate::secrets::TokenHash;

pub(crate) const SCHEMA: &str = "
CREATE TABLE links (
    id           BLOB NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL,
    -- Of the invitation; nothing before it is shown.
    position     INTEGER NOT NULL,
    -- Why it is over, as JSON; null while it is not.
    ended        TEXT,
    -- Hash of the browser session that has opened it.
    session_hash BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE link_secrets (
    hash BLOB NOT NULL PRIMARY KEY,
    link BLOB NOT NULL
) STRICT, WITHOUT ROWID;";

/// Who invited, where known: their links end with their rights.
pub(crate) const INVITERS: &str = "
ALTER TABLE links ADD COLUMN inviter BLOB;
CREATE INDEX links_of_inviter ON links (inviter) WHERE ended IS NULL;";

/// Walks the few suspended users, and finds the links of each by an index.
const OF_SUSPENDED: &str = "
SELECT l.id, l.conversation FROM users u CROSS JOIN links l ON l.inviter = u.id
WHERE u.suspended = 1 AND l.ended IS NULL LIMIT ?1";

/// Ids tell no time: whoever invites chooses them.
pub(crate) const ENDED_AT: &str = "
-- In milliseconds; null while it has not ended.
ALTER TABLE links ADD COLUMN ended_at INTEGER;
UPDATE links SET ended_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000 WHERE ended IS NOT NULL;
CREATE INDEX links_ended ON links (ended_at) WHERE ended_at IS NOT NULL;";

pub(crate) const OVER: &str = "
SELECT s.hash FROM links l CROSS JOIN link_secrets s ON s.link = l.id WHERE l.ended_at < ?1 LIMIT ?2";

#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub id: LinkId,
    pub conversation: ConversationId,
    pub position: Position,
    pub ended: Option<EndReason>,
    pub session: Option<TokenHash>,
}

/// Projects an event into the table.
pub(crate) fn follow(connection: &Connection, event: &Event) -> Result<(), StoreError> {
    match &event.body {
        EventBody::EngagementStarted { engagement } => {
            let Some(Participant::ExternalAgent { link, .. }) = engagement.invitee() else { return Ok(()) };
            let inviter = match &event.actor {
                Participant::Agent { user, .. } => Some(Id(user.0)),
                _ => None,
            };
            connection
                .prepare_cached(
                    "INSERT INTO links (id, conversation, position, inviter) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                )?
                .execute(params![Id(link.0), Id(event.conversation.0), event.position.0, inviter])?;
        }
        EventBody::EngagementEnded { was, end, .. } if *end != EndReason::Accepted => {
            let whose = was.person().or_else(|| was.invitee());
            let Some(Participant::ExternalAgent { link, .. }) = whose else { return Ok(()) };
            let end = serde_json::to_string(end)
                .map_err(|error| StoreError::Damaged { what: "link", detail: crate::json::problem(&error) })?;
            connection.prepare_cached("UPDATE links SET ended = ?2, ended_at = ?3 WHERE id = ?1")?.execute(params![
                Id(link.0),
                end,
                event.time.0
            ])?;
        }
        _ => {}
    }
    Ok(())
}

const COLUMNS: &str = "l.id, l.conversation, l.position, l.ended, l.session_hash";

fn link_of(row: &tandem_sql::Row<'_>) -> Result<Link, tandem_sql::Error> {
    let ended: Option<String> = row.get(3)?;
    Ok(Link {
        id: LinkId(row.get::<_, Id>(0)?.0),
        conversation: ConversationId(row.get::<_, Id>(1)?.0),
        position: Position(row.get(2)?),
        // An unreadable reason of a newer version still means that it ended.
        ended: ended.map(|json| serde_json::from_str(&json).unwrap_or(EndReason::Revoked)),
        session: row.get(4)?,
    })
}

/// The link of a token.
pub(crate) fn by_secret(connection: &Connection, secret: &TokenHash) -> Result<Option<Link>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM link_secrets s JOIN links l ON l.id = s.link WHERE s.hash = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([secret], link_of).optional()?)
}

pub(crate) fn get(connection: &Connection, id: LinkId) -> Result<Option<Link>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM links l WHERE l.id = ?1"))?;
    Ok(query.query_row([Id(id.0)], link_of).optional()?)
}

/// Links that are not over, of suspended users.
pub(crate) fn of_suspended(connection: &Connection, most: u32) -> Result<Vec<(LinkId, ConversationId)>, StoreError> {
    let mut query = connection.prepare_cached(OF_SUSPENDED)?;
    let rows =
        query.query_map([most], |row| Ok((LinkId(row.get::<_, Id>(0)?.0), ConversationId(row.get::<_, Id>(1)?.0))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Adds a token for a link; a known token keeps its link.
pub(crate) fn add_secret(connection: &Connection, link: LinkId, secret: &TokenHash) -> Result<(), StoreError> {
    let mut query =
        connection.prepare_cached("INSERT INTO link_secrets (hash, link) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?;
    query.execute(params![secret, Id(link.0)])?;
    Ok(())
}

/// Binds a link to the first browser that opens it.
pub(crate) fn bind(connection: &Connection, link: LinkId, session: &TokenHash) -> Result<(), StoreError> {
    let mut query =
        connection.prepare_cached("UPDATE links SET session_hash = ?2 WHERE id = ?1 AND session_hash IS NULL")?;
    query.execute(params![Id(link.0), session])?;
    Ok(())
}

/// Deletes some token hashes of links that ended long ago. Their pages then say "unknown".
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let sql = format!("DELETE FROM link_secrets WHERE hash IN ({OVER})");
    Ok(Step::of(connection.prepare_cached(&sql)?.execute(params![before.0, STEP])?))
}
