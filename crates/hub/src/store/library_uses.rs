//! What became of turns that were drawn from the library. Follows the conversations' logs and can be made again from
//! them.

use std::collections::HashMap;

use tandem_conversation::{BrandId, Conversation, Event, EventBody, Participant, Time};
use tandem_protocol::library::{ItemUsage, ItemUses};
use tandem_sql::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE library_uses (
    conversation BLOB NOT NULL,
    position     INTEGER NOT NULL,
    item         BLOB NOT NULL,
    version      INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    edited       INTEGER NOT NULL,
    -- 1 while the customer's next turn would be an answer to it.
    waits        INTEGER NOT NULL,
    answered_ms  INTEGER,
    -- The customer's later rating.
    score        INTEGER,
    PRIMARY KEY (conversation, position, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX library_uses_of_item ON library_uses (item, at);
CREATE INDEX library_uses_by_time ON library_uses (at);
CREATE TABLE library_totals (
    item      BLOB NOT NULL,
    -- Empty for conversations without a brand.
    brand     BLOB NOT NULL,
    uses      INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    PRIMARY KEY (item, brand)
) STRICT, WITHOUT ROWID;";

pub(crate) const WAITING: &str = "CREATE INDEX library_uses_waiting ON library_uses (conversation) WHERE waits = 1;";

const SOME_WAIT: &str = "SELECT 1 FROM library_uses WHERE waits = 1 LIMIT 1";

/// Whether any turn from the library waits for its customer's answer.
pub(crate) fn some_wait(connection: &Connection) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached(SOME_WAIT)?;
    Ok(query.exists([])?)
}

/// Projects an event; `state` is the conversation's. Without `some_wait`, customers' turns answer nothing.
pub(crate) fn follow(
    connection: &Connection,
    event: &Event,
    state: &Conversation,
    some_wait: &mut bool,
) -> Result<(), StoreError> {
    let conversation = Id(event.conversation.0);
    match &event.body {
        EventBody::TurnAdded { turn, .. } => {
            if *some_wait && event.actor == Participant::Customer {
                connection
                    .prepare_cached(
                        "UPDATE library_uses SET waits = 0, answered_ms = max(0, ?2 - at)
                         WHERE conversation = ?1 AND waits = 1",
                    )?
                    .execute(params![conversation, event.time.0])?;
            }
            let Some(library) = &turn.library else { return Ok(()) };
            let waits = turn.content.is_for_customer();
            *some_wait |= waits;
            let replies = library.quick_replies.iter().map(|used| (used.id.0, used.version));
            let question = library.question_id.zip(library.version).map(|(id, version)| (id.0, version));
            for (item, version) in replies.chain(question) {
                let edited = library.edited && question.is_none_or(|(id, _)| id != item);
                connection
                    .prepare_cached(
                        "INSERT INTO library_uses (conversation, position, item, version, at, edited, waits)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                    )?
                    .execute(params![conversation, event.position.0, Id(item), version, event.time.0, edited, waits])?;
                connection
                    .prepare_cached(
                        "INSERT INTO library_totals (item, brand, uses, last_used) VALUES (?1, ?2, 1, ?3)
                         ON CONFLICT (item, brand) DO UPDATE SET uses = library_totals.uses + 1,
                             last_used = max(library_totals.last_used, excluded.last_used)",
                    )?
                    .execute(params![
                        Id(item),
                        state.brand.map_or(Vec::new(), |brand| brand.0.as_bytes().to_vec()),
                        event.time.0
                    ])?;
            }
        }
        EventBody::Completed { .. } => {
            connection
                .prepare_cached("UPDATE library_uses SET waits = 0 WHERE conversation = ?1 AND waits = 1")?
                .execute([conversation])?;
        }
        EventBody::FeedbackGiven { score, .. } => {
            connection
                .prepare_cached("UPDATE library_uses SET score = ?2 WHERE conversation = ?1 AND score IS NULL")?
                .execute(params![conversation, score])?;
        }
        _ => {}
    }
    Ok(())
}

/// Uses of an item, and the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Total {
    pub uses: u32,
    pub last_used: Option<Time>,
}

/// All totals; an account has some thousand items at most.
pub(crate) fn totals(connection: &Connection) -> Result<HashMap<Uuid, Total>, StoreError> {
    let mut query = connection
        .prepare_cached("SELECT item, sum(uses), max(last_used) FROM library_totals GROUP BY item ORDER BY item")?;
    let row = |row: &Row<'_>| {
        let total = Total { uses: row.get(1)?, last_used: Some(Time(row.get(2)?)) };
        Ok((row.get::<_, Id>(0)?.0, total))
    };
    Ok(query.query_map([], row)?.collect::<Result<_, _>>()?)
}

/// The total of one item.
pub(crate) fn total(connection: &Connection, item: Uuid) -> Result<Total, StoreError> {
    let mut query = connection
        .prepare_cached("SELECT coalesce(sum(uses), 0), max(last_used) FROM library_totals WHERE item = ?1")?;
    let row = |row: &Row<'_>| Ok(Total { uses: row.get(0)?, last_used: row.get::<_, Option<i64>>(1)?.map(Time) });
    Ok(query.query_row([Id(item)], row)?)
}

/// Whether any turn was drawn from the item.
pub(crate) fn is_used(connection: &Connection, item: Uuid) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("SELECT 1 FROM library_totals WHERE item = ?1 LIMIT 1")?;
    Ok(query.query_row([Id(item)], |_| Ok(())).optional()?.is_some())
}

/// Uses by item and brand.
pub(crate) fn by_brand(connection: &Connection) -> Result<Vec<ItemUses>, StoreError> {
    let mut query = connection.prepare_cached("SELECT item, brand, uses FROM library_totals ORDER BY item, brand")?;
    let row = |row: &Row<'_>| {
        let brand: Vec<u8> = row.get(1)?;
        let brand = Uuid::from_slice(&brand).ok().map(BrandId);
        Ok(ItemUses { item: row.get::<_, Id>(0)?.0, brand, uses: row.get(2)? })
    };
    Ok(query.query_map([], row)?.collect::<Result<_, _>>()?)
}

const USAGE: &str = "
    SELECT item, version, count(*), sum(edited), count(answered_ms), sum(answered_ms), count(score), sum(score)
    FROM library_uses WHERE at >= ?1 AND at < ?2 GROUP BY item, version ORDER BY item, version";

/// How items were used from `from` until before `to`, by version.
pub(crate) fn usage(connection: &Connection, from: Time, to: Time) -> Result<Vec<ItemUsage>, StoreError> {
    let mut query = connection.prepare_cached(USAGE)?;
    let mean = |sum: Option<i64>, count: u32| sum.filter(|_| count > 0).map(|sum| sum as f64 / f64::from(count));
    let row = |row: &Row<'_>| {
        let (uses, edited, answered, rated): (u32, u32, u32, u32) =
            (row.get(2)?, row.get(3)?, row.get(4)?, row.get(6)?);
        Ok(ItemUsage {
            id: row.get::<_, Id>(0)?.0,
            version: row.get(1)?,
            uses,
            edited,
            edited_share: mean(Some(edited.into()), uses),
            answered,
            reply_to_answer_ms: mean(row.get(5)?, answered),
            rated,
            csat: mean(row.get(7)?, rated),
        })
    };
    Ok(query.query_map(params![from.0, to.0], row)?.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use crate::store::testing::assert_indexed;

    #[test]
    fn the_usage_of_a_time_follows_an_index() {
        assert_indexed(super::USAGE, true);
        assert_indexed(super::SOME_WAIT, false);
    }
}
