//! The channel's ids of messages, and the turns that they are: known again, quoted, reported on.

use tandem_conversation::{ConversationId, ReviewId, Stage, Time, TurnId};
use tandem_sql::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use crate::store::{Id, StoreError};

pub(crate) const BY_ID: &str = "
-- 1 if an id has named who sent it, and not a phone number alone.
ALTER TABLE whatsapp_messages ADD COLUMN by_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE whatsapp_amended DROP COLUMN named;";

/// A message that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub conversation: ConversationId,
    pub turn: TurnId,
    /// For ours, its part of the turn.
    pub part: Option<u32>,
    /// The request for a review that it answers instead of being a turn.
    pub answers: Option<(ReviewId, Answers)>,
}

impl Known {
    /// A message that is no turn: a reaction, an edit, a withdrawal.
    pub(crate) const NO_TURN: Self =
        Self { conversation: ConversationId(Uuid::nil()), turn: TurnId(Uuid::nil()), part: None, answers: None };

    pub(crate) fn turn(conversation: ConversationId, turn: TurnId, part: Option<u32>) -> Self {
        Self { conversation, turn, part, answers: None }
    }

    /// A message that is no turn, because it answers a request for a review.
    pub(crate) fn answering(conversation: ConversationId, review: ReviewId, with: Answers) -> Self {
        Self { conversation, answers: Some((review, with)), ..Self::NO_TURN }
    }

    /// Whether it is a turn.
    pub(crate) fn is_turn(&self) -> bool {
        !self.turn.0.is_nil()
    }
}

/// Parts of the answer to a request for a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    /// Or the refusal to give one.
    Score,
    Comment,
}

impl Answers {
    /// As a part: no message of a turn has these.
    fn part(self) -> i64 {
        match self {
            Self::Score => -1,
            Self::Comment => -2,
        }
    }
}

pub(crate) fn get(connection: &Connection, number: &str, message: &str) -> Result<Option<Known>, StoreError> {
    let sql = "SELECT conversation, turn, part FROM whatsapp_messages WHERE number = ?1 AND message = ?2";
    let found = connection.prepare_cached(sql)?.query_row(params![number, message], |row| {
        let conversation = ConversationId(row.get::<_, Id>(0)?.0);
        let (turn, part): (Id, Option<i64>) = (row.get(1)?, row.get(2)?);
        let with = [Answers::Score, Answers::Comment].into_iter().find(|with| Some(with.part()) == part);
        Ok(match with {
            Some(with) => Known::answering(conversation, ReviewId(turn.0), with),
            None => Known::turn(conversation, TurnId(turn.0), part.and_then(|part| u32::try_from(part).ok())),
        })
    });
    Ok(found.optional()?)
}

/// Remembers a message; one that is known stays as it is.
pub(crate) fn put(connection: &Connection, number: &str, message: &str, known: &Known) -> Result<(), StoreError> {
    let sql = "INSERT INTO whatsapp_messages (number, message, conversation, turn, part, reached)
               VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT DO NOTHING";
    let Known { conversation, turn, part, answers } = known;
    let (of, part) = match answers {
        Some((review, with)) => (review.0, Some(with.part())),
        None => (turn.0, part.map(i64::from)),
    };
    connection.prepare_cached(sql)?.execute(params![number, message, Id(conversation.0), Id(of), part])?;
    Ok(())
}

/// Notes that an id has named who sent a message.
pub(crate) fn set_by_id(connection: &Connection, number: &str, message: &str) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_messages SET by_id = 1 WHERE number = ?1 AND message = ?2";
    connection.prepare_cached(sql)?.execute(params![number, message])?;
    Ok(())
}

/// Whether an id has named who sent it.
pub(crate) fn is_by_id(connection: &Connection, number: &str, message: &str) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM whatsapp_messages WHERE number = ?1 AND message = ?2 AND by_id = 1)";
    Ok(connection.prepare_cached(sql)?.query_row(params![number, message], |row| row.get(0))?)
}

/// A message is not known any more.
pub(crate) fn forget(connection: &Connection, number: &str, message: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM whatsapp_messages WHERE number = ?1 AND message = ?2";
    connection.prepare_cached(sql)?.execute(params![number, message])?;
    Ok(())
}

/// The channel's id of a turn's last message, to quote it or to react to it; none for turns of other conversations.
pub(crate) fn of_turn(
    connection: &Connection,
    conversation: ConversationId,
    turn: TurnId,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT message FROM whatsapp_messages WHERE turn = ?1 AND conversation = ?2 ORDER BY part DESC LIMIT 1";
    let found = connection.prepare_cached(sql)?.query_row([Id(turn.0), Id(conversation.0)], |row| row.get(0));
    Ok(found.optional()?)
}

/// Whether this part of a turn is known to the channel.
pub(crate) fn has_part(connection: &Connection, turn: TurnId, part: u32) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM whatsapp_messages WHERE turn = ?1 AND part = ?2)";
    Ok(connection.prepare_cached(sql)?.query_row(params![Id(turn.0), part], |row| row.get(0))?)
}

/// Whether a turn is known to the channel, whoever said it.
pub(crate) fn has_turn(connection: &Connection, turn: TurnId) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM whatsapp_messages WHERE turn = ?1)";
    Ok(connection.prepare_cached(sql)?.query_row([Id(turn.0)], |row| row.get(0))?)
}

/// Reports, in the order of stages: a later number is known better.
const REPORTS: [Stage; 5] = [Stage::Sent, Stage::Failed, Stage::Delivered, Stage::Seen, Stage::Played];

/// Notes a report on one of our messages.
pub(crate) fn reach(connection: &Connection, number: &str, message: &str, stage: Stage) -> Result<(), StoreError> {
    let Some(place) = REPORTS.iter().position(|known| *known == stage) else { return Ok(()) };
    let reached = i64::try_from(place + 1).unwrap_or_default();
    let sql = "UPDATE whatsapp_messages SET reached = max(reached, ?3) WHERE number = ?1 AND message = ?2";
    connection.prepare_cached(sql)?.execute(params![number, message, reached])?;
    Ok(())
}

/// What it cost, as JSON. It counts in the month in which that was first told.
pub(crate) fn set_pricing(
    connection: &Connection,
    number: &str,
    message: &str,
    pricing: &str,
    at: Time,
) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_messages SET pricing = ?3, priced_at = coalesce(priced_at, ?4)
               WHERE number = ?1 AND message = ?2";
    connection.prepare_cached(sql)?.execute(params![number, message, pricing, at.0])?;
    Ok(())
}

/// Messages of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    /// The channel's own words: `service`, `utility`; empty if it said none.
    pub category: String,
    /// Such as `regular` or `free_customer_service`; empty if it said none.
    pub kind: String,
    pub billable: Option<bool>,
    pub messages: u32,
}

impl Used {
    /// Whether these are replies in the customer's window, of which some are free in a month.
    pub(crate) fn is_reply(&self) -> bool {
        self.category == "service"
    }
}

const USED: &str = "
SELECT coalesce(json_extract(pricing, '$.category'), ''), coalesce(json_extract(pricing, '$.type'), ''),
       CASE WHEN CAST(json_extract(pricing, '$.billable') AS TEXT) IN ('1', 'true') THEN 1
            WHEN CAST(json_extract(pricing, '$.billable') AS TEXT) IN ('0', 'false') THEN 0 END, count(*)
FROM whatsapp_messages WHERE number = ?1 AND priced_at >= ?2 AND priced_at < ?3
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";

/// How many messages of a number were priced from a time on and before another, by what they cost.
pub(crate) fn used(connection: &Connection, number: &str, from: Time, to: Time) -> Result<Vec<Used>, StoreError> {
    let mut query = connection.prepare_cached(USED)?;
    let rows = query.query_map(params![number, from.0, to.0], |row| {
        Ok(Used { category: row.get(0)?, kind: row.get(1)?, billable: row.get(2)?, messages: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A message that a turn of ours became, or will become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SentMessage {
    pub turn: TurnId,
    pub part: u32,
    pub conversation: ConversationId,
    pub number: String,
    /// `waiting`, `unconfirmed` or `given_up` in the queue; `accepted`, or the furthest report.
    pub state: &'static str,
    /// Of what is in the queue.
    pub attempts: Option<u32>,
    pub category: Option<String>,
    pub kind: Option<String>,
    pub model: Option<String>,
    pub billable: Option<bool>,
    pub priced_at: Option<Time>,
}

const SENT: &str = "
SELECT turn, part, conversation, number, reached, NULL, NULL, pricing, priced_at
FROM whatsapp_messages WHERE part >= 0
UNION ALL
SELECT s.turn, s.part, s.conversation, coalesce(r.number, ''), NULL, s.phase, s.attempts, NULL, NULL
FROM sends s LEFT JOIN whatsapp_routes r ON r.id = s.contact
WHERE s.channel = 'whatsapp' AND (s.next_at IS NOT NULL OR s.phase > 1)
    AND NOT EXISTS (SELECT 1 FROM whatsapp_messages m WHERE m.turn = s.turn AND m.part = s.part)
ORDER BY 1, 2";

/// All messages of our turns; reactions are none.
pub(crate) fn sent(connection: &Connection) -> Result<Vec<SentMessage>, StoreError> {
    const STATES: [&str; 6] = ["accepted", "sent", "failed", "delivered", "seen", "played"];
    let mut query = connection.prepare(SENT)?;
    let mut rows = query.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let turn = TurnId(row.get::<_, Id>(0)?.0);
        if turn.0.is_nil() {
            continue;
        }
        let state = match (row.get::<_, Option<i64>>(4)?, row.get::<_, Option<i64>>(5)?) {
            (Some(reached), _) => {
                usize::try_from(reached).ok().and_then(|reached| STATES.get(reached)).copied().unwrap_or("accepted")
            }
            (None, Some(2)) => "unconfirmed",
            (None, Some(3)) => "given_up",
            (None, _) => "waiting",
        };
        let pricing: serde_json::Value =
            row.get::<_, Option<String>>(7)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let words = |name: &str| pricing.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        all.push(SentMessage {
            turn,
            part: row.get(1)?,
            conversation: ConversationId(row.get::<_, Id>(2)?.0),
            number: row.get(3)?,
            state,
            attempts: row.get(6)?,
            category: words("category"),
            kind: words("type"),
            model: words("model"),
            billable: pricing.get("billable").and_then(serde_json::Value::as_bool),
            priced_at: row.get::<_, Option<i64>>(8)?.map(Time),
        });
    }
    Ok(all)
}

const PARTS: &str = "SELECT part, reached FROM whatsapp_messages WHERE turn = ?1 AND part IS NOT NULL ORDER BY part";

/// How far a turn of `parts` messages has come: as far as the one that is furthest behind. One that failed for good
/// fails the turn. None before all of them were reported.
pub(crate) fn stage_of(connection: &Connection, turn: TurnId, parts: u32) -> Result<Option<Stage>, StoreError> {
    let mut query = connection.prepare_cached(PARTS)?;
    let rows = query.query_map([Id(turn.0)], |row| row.get::<_, i64>(1))?;
    let reached = rows.collect::<Result<Vec<_>, _>>()?;
    let stage = |reached: &i64| REPORTS.get(usize::try_from(*reached).ok()?.checked_sub(1)?).copied();
    let stages: Vec<_> = reached.iter().map(stage).collect();
    if stages.contains(&Some(Stage::Failed)) {
        return Ok(Some(Stage::Failed));
    }
    if stages.len() < parts.max(1) as usize {
        return Ok(None);
    }
    Ok(stages.into_iter().min().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_indexed, empty};

    #[test]
    fn a_turn_of_several_messages_is_as_far_as_the_last_of_them() {
        let connection = empty();
        let (conversation, turn) = (ConversationId(Uuid::from_u128(1)), TurnId(Uuid::from_u128(2)));
        let known = |part| Known::turn(conversation, turn, Some(part));
        put(&connection, "main", "a", &known(0)).unwrap();
        reach(&connection, "main", "a", Stage::Seen).unwrap();
        assert_eq!(stage_of(&connection, turn, 2).unwrap(), None, "the second has not left");
        put(&connection, "main", "b", &known(1)).unwrap();
        assert_eq!(stage_of(&connection, turn, 2).unwrap(), None);
        for (stage, known) in
            [(Stage::Failed, Stage::Failed), (Stage::Sent, Stage::Failed), (Stage::Delivered, Stage::Delivered)]
        {
            reach(&connection, "main", "b", stage).unwrap();
            assert_eq!(stage_of(&connection, turn, 2).unwrap(), Some(known), "{stage:?}");
        }
        assert_eq!(of_turn(&connection, conversation, turn).unwrap().as_deref(), Some("b"));
        let elsewhere = ConversationId(Uuid::from_u128(9));
        assert_eq!(of_turn(&connection, elsewhere, turn).unwrap(), None, "no chat quotes another one");
        assert_eq!(get(&connection, "main", "a").unwrap(), Some(known(0)));
        assert_eq!(get(&connection, "other", "a").unwrap(), None, "ids are a number's own");
        assert_indexed(PARTS, false);
        // Few kinds are sorted.
        assert_indexed(USED, true);
    }

    /// Calls `check` with all sequences of so many reports at most, in every order and with every repetition.
    fn each_sequence(most: usize, check: &mut impl FnMut(&[Stage])) {
        const REPORTED: [Stage; 5] = [Stage::Sent, Stage::Delivered, Stage::Seen, Stage::Played, Stage::Failed];
        let mut rows = vec![Vec::new()];
        for _ in 0..most {
            rows = rows.iter().flat_map(|row| REPORTED.map(|next| [row.as_slice(), &[next]].concat())).collect();
            rows.iter().for_each(|row| check(row));
        }
    }

    #[test]
    fn every_order_and_repetition_of_reports_ends_in_the_same_state() {
        let connection = empty();
        let mut count = 0_u32;
        each_sequence(5, &mut |reports| {
            count += 1;
            let turn = TurnId(Uuid::from_u128(u128::from(count)));
            let message = count.to_string();
            let known = Known::turn(ConversationId(Uuid::from_u128(1)), turn, Some(0));
            put(&connection, "main", &message, &known).unwrap();
            reports.iter().for_each(|report| reach(&connection, "main", &message, *report).unwrap());
            // A failure counts unless it is known to have arrived.
            let arrived = reports.iter().copied().filter(|report| *report != Stage::Failed).max();
            let failed = reports.contains(&Stage::Failed);
            let expected = if failed && arrived <= Some(Stage::Sent) { Some(Stage::Failed) } else { arrived };
            assert_eq!(stage_of(&connection, turn, 1).unwrap(), expected, "{reports:?}");
        });
        assert_eq!(count, 5 + 25 + 125 + 625 + 3_125);
    }
}
