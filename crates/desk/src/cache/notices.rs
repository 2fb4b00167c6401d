//! Table `notices`: shown notifications, so that reconnects show nothing twice, and restarts only what still stood.

use tandem_conversation::{ConversationId, NoticeKind, Time};
use tandem_sqlite::rusqlite::{Connection, params};

use super::{CacheError, conversation_id, id, json, parse};

pub(crate) const SCHEMA: &str = "
CREATE TABLE notices (
    conversation BLOB NOT NULL,
    -- JSON; with the id that makes this notice the one and no other.
    kind         TEXT NOT NULL,
    -- 0 on screen, 1 taken back by us, 2 answered or dismissed, 3 snoozed.
    state        INTEGER NOT NULL,
    -- Until when it is snoozed.
    until        INTEGER NOT NULL,
    shown_at     INTEGER NOT NULL,
    PRIMARY KEY (conversation, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_age ON notices (shown_at);";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoticeState {
    /// On screen.
    Standing,
    /// On screen when an earlier run ended. Stored as standing: that is what a stored one means to the next run.
    Left,
    /// Withdrawn by us; may be shown again if it becomes relevant again.
    Withdrawn,
    /// Answered or dismissed by the user.
    Over,
    Snoozed {
        until: Time,
    },
}

impl NoticeState {
    fn columns(self) -> (u8, i64) {
        match self {
            Self::Standing | Self::Left => (0, 0),
            Self::Withdrawn => (1, 0),
            Self::Over => (2, 0),
            Self::Snoozed { until } => (3, until.0),
        }
    }

    fn of(state: u8, until: i64) -> Self {
        match state {
            0 => Self::Left,
            1 => Self::Withdrawn,
            3 => Self::Snoozed { until: Time(until) },
            _ => Self::Over,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub conversation: ConversationId,
    pub kind: NoticeKind,
    pub state: NoticeState,
}

pub(crate) fn all(connection: &Connection) -> Result<Vec<Shown>, CacheError> {
    let mut query = connection.prepare_cached("SELECT conversation, kind, state, until FROM notices")?;
    let rows = query.query_map([], |row| {
        Ok((conversation_id(row.get(0)?), row.get::<_, String>(1)?, NoticeState::of(row.get(2)?, row.get(3)?)))
    })?;
    rows.map(|row| {
        let (conversation, kind, state) = row?;
        Ok(Shown { conversation, kind: parse("notice", &kind)?, state })
    })
    .collect()
}

pub(crate) fn put(connection: &Connection, shown: &Shown, now: Time) -> Result<(), CacheError> {
    let (state, until) = shown.state.columns();
    let mut query = connection.prepare_cached(
        "INSERT INTO notices (conversation, kind, state, until, shown_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (conversation, kind) DO UPDATE SET state = excluded.state, until = excluded.until",
    )?;
    query.execute(params![id(shown.conversation.0), json("notice", &shown.kind)?, state, until, now.0])?;
    Ok(())
}

const OLD: &str = "DELETE FROM notices WHERE shown_at < ?1";

pub(crate) fn forget_old(connection: &Connection, before: Time) -> Result<(), CacheError> {
    connection.prepare_cached(OLD)?.execute([before.0])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn forgetting_follows_the_index() {
        crate::cache::testing::assert_indexed(super::OLD);
    }
}
