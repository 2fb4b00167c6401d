//! Facts: one for each row that a metric counts, with all by which figures are divided and filtered.

mod said;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use tandem_conversation::measure::{
    Activity, Direction, EngagementRow, Kind, Outcome, Presence, QueueOutcome, Rate, RoundId, RoundRow, StartCause,
    abandonment, service_level, service_level_join, slots,
};
use tandem_conversation::{ConversationId, EngagementId, Time, UserId};
use tandem_sql::{Connection, Row, params};
use uuid::Uuid;

use super::metric::{Metric, Rows};
use super::tables;
use crate::store::{Id, StoreError};

/// Rounds of a customer who comes back count for this long.
const COMES_BACK_MS: i64 = 7 * 24 * 3_600_000;

/// What a row adds to a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adds {
    One,
    Size(i64),
    /// So much, of so much.
    Share(i64, i64),
    /// The same, of engagements; and the most at once.
    Load(i64, i64, u32),
}

/// One row that a metric counts.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub at: Time,
    pub adds: Adds,
    /// The customer may still come back, and the figure change.
    pub provisional: bool,
    /// None for slots of agents.
    pub conversation: Option<ConversationId>,
    /// The round's number, or the id of the row.
    pub key: Key,
    pub agent: Option<UserId>,
    /// Who answered, the grade, or the code; empty for a message that did not fail.
    pub word: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    None,
    Round(i64),
    Id(Uuid),
}

/// What is known of a conversation.
#[derive(Debug)]
pub(crate) struct About {
    pub channel: String,
    pub brand: Option<Uuid>,
    pub language: Option<String>,
    pub tags: Vec<String>,
}

/// What is asked of facts.
pub(crate) struct Asked {
    pub from: Time,
    pub until: Time,
    /// Service levels: within this time, in milliseconds.
    pub within_ms: i64,
    pub short_ms: i64,
    /// `live` or `imported`; none for both.
    pub origin: Option<&'static str>,
    /// Business hours instead of all.
    pub business: bool,
    pub now: Time,
}

/// Everything that a metric counts in a time, in no order.
pub(crate) fn of(
    connection: &Connection,
    metric: &Metric,
    asked: &Asked,
    presence: &BTreeMap<UserId, Vec<Activity>>,
) -> Result<Vec<Fact>, StoreError> {
    match metric.rows {
        Rows::Conversations => conversations(connection, asked),
        Rows::Rounds { column, inbound } => {
            let column = match (asked.business, column) {
                (true, Some("open_ms")) => Some("business_open_ms"),
                (_, column) => column,
            };
            rounds(connection, (metric.time, column, inbound), asked)
        }
        Rows::Rate(rate) => rates(connection, rate, asked),
        Rows::Reopened => came_back(connection, REOPENED, asked),
        Rows::Returning => came_back(connection, RETURNING, asked),
        Rows::Fallback => fallbacks(connection, asked),
        Rows::ServiceLevel => {
            queues(connection, asked, |queue| service_level([queue], asked.within_ms, asked.short_ms))
        }
        Rows::ServiceLevelJoin => {
            queues(connection, asked, |queue| service_level_join([queue], asked.within_ms, asked.short_ms))
        }
        Rows::Abandonment => queues(connection, asked, |queue| abandonment([queue], asked.short_ms)),
        Rows::Engagements(column) => engagements(connection, column, asked),
        Rows::Responses => said::responses(connection, asked),
        Rows::Requests => said::requests(connection, false, asked),
        Rows::Failures => said::requests(connection, true, asked),
        Rows::Calls(column) => said::calls(connection, column, asked),
        Rows::Unseen => said::unseen(connection, asked),
        Rows::Graded | Rows::Grades => said::packets(connection, metric, asked),
        Rows::Suggestions => said::suggestions(connection, asked),
        Rows::Failed => said::sends(connection, asked),
        Rows::Scores | Rows::Satisfied | Rows::Reviewed => said::reviews(connection, metric, asked),
        Rows::Occupancy | Rows::Load | Rows::Concurrency => activity(connection, metric.rows, asked, presence),
    }
}

/// All conversations of these facts.
pub(crate) fn about(connection: &Connection, facts: &[Fact]) -> Result<HashMap<ConversationId, About>, StoreError> {
    let ids: HashSet<ConversationId> = facts.iter().filter_map(|fact| fact.conversation).collect();
    let mut query = connection
        .prepare_cached("SELECT channel, brand, language, tags FROM conversation WHERE conversation_id = ?1")?;
    let mut found = HashMap::with_capacity(ids.len());
    for id in ids {
        let about = query.query_row([Id(id.0)], |row| {
            let tags: Option<String> = row.get(3)?;
            Ok(About {
                channel: row.get(0)?,
                brand: row.get::<_, Option<Id>>(1)?.map(|id| id.0),
                language: row.get(2)?,
                tags: tags.and_then(|tags| serde_json::from_str(&tags).ok()).unwrap_or_default(),
            })
        })?;
        found.insert(id, about);
    }
    Ok(found)
}

/// The rounds in which an agent was engaged.
pub(crate) fn rounds_of(connection: &Connection, agent: UserId) -> Result<HashSet<RoundId>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT DISTINCT conversation_id, round_no FROM engagement WHERE agent_id = ?1 AND kind = 'agent'",
    )?;
    let found = query.query_map([Id(agent.0)], |row| {
        Ok(RoundId { conversation_id: ConversationId(row.get::<_, Id>(0)?.0), no: row.get(1)? })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Ends a query over `rows` whose time is in a column.
fn within(time: &str) -> String {
    format!("{time} >= ?1 AND {time} < ?2 AND (?3 IS NULL OR origin = ?3)")
}

/// Runs a query whose first three parameters are the time and the origin.
fn each(
    connection: &Connection,
    sql: &str,
    asked: &Asked,
    mut read: impl FnMut(&Row<'_>) -> Result<Option<Fact>, tandem_sql::Error>,
) -> Result<Vec<Fact>, StoreError> {
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(params![asked.from.0, asked.until.0, asked.origin])?;
    let mut facts = Vec::new();
    while let Some(row) = rows.next()? {
        facts.extend(read(&row)?);
    }
    Ok(facts)
}

fn conversation_of(row: &Row<'_>) -> Result<Option<ConversationId>, tandem_sql::Error> {
    Ok(Some(ConversationId(row.get::<_, Id>(0)?.0)))
}

fn user_of(row: &Row<'_>, place: usize) -> Result<Option<UserId>, tandem_sql::Error> {
    Ok(row.get::<_, Option<Id>>(place)?.map(|id| UserId(id.0)))
}

/// A word of a closed list; none if it is null or of a newer version.
fn word<T: for<'de> Deserialize<'de>>(row: &Row<'_>, place: usize) -> Result<Option<T>, tandem_sql::Error> {
    let text: Option<String> = row.get(place)?;
    let read = |text: String| {
        let words: StrDeserializer<'_, serde::de::value::Error> = text.as_str().into_deserializer();
        T::deserialize(words).ok()
    };
    Ok(text.and_then(read))
}

fn conversations(connection: &Connection, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let sql = format!("SELECT conversation_id, started_at FROM conversation WHERE {}", within("started_at"));
    each(connection, &sql, asked, |row| {
        Ok(Some(Fact {
            at: Time(row.get(1)?),
            adds: Adds::One,
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::None,
            agent: None,
            word: None,
        }))
    })
}

fn rounds(
    connection: &Connection,
    (time, column, inbound): (&str, Option<&'static str>, bool),
    asked: &Asked,
) -> Result<Vec<Fact>, StoreError> {
    let (value, null) = column.map_or(("1", ""), |column| (column, " IS NOT NULL"));
    let null = if null.is_empty() { String::new() } else { format!(" AND {value}{null}") };
    let inbound = if inbound { " AND direction = 'inbound'" } else { "" };
    // A round that goes on elsewhere is counted, and enters no rate and no time.
    let elsewhere = if column.is_some() { " AND (outcome IS NULL OR outcome <> 'goes_on_elsewhere')" } else { "" };
    let sql = format!(
        "SELECT conversation_id, no, {time}, {value} FROM round WHERE {}{null}{inbound}{elsewhere}",
        within(time)
    );
    each(connection, &sql, asked, |row| {
        Ok(Some(Fact {
            at: Time(row.get(2)?),
            adds: if column.is_some() { Adds::Size(row.get(3)?) } else { Adds::One },
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::Round(row.get(1)?),
            agent: None,
            word: None,
        }))
    })
}

/// What shares of rounds look at; all else is left out.
const RATED: &str = "conversation_id, no, started_at, t0, completed_at, wanted_at, direction, outcome, persons, \
    transfers, logic_involved, contained, provisional_until, confirmed, reopened_later";

fn rated(row: &Row<'_>) -> Result<RoundRow, tandem_sql::Error> {
    let time = |place: usize| Ok::<_, tandem_sql::Error>(row.get::<_, Option<i64>>(place)?.map(Time));
    let is = |place: usize| Ok::<_, tandem_sql::Error>(row.get::<_, Option<i64>>(place)?.map(|is| is != 0));
    Ok(RoundRow {
        id: RoundId { conversation_id: ConversationId(row.get::<_, Id>(0)?.0), no: row.get(1)? },
        started_at: Time(row.get(2)?),
        reopened_by: None,
        t0: time(3)?,
        completed_at: time(4)?,
        completed_by: None,
        direction: word::<Direction>(row, 6)?,
        first_response_ms: None,
        first_response_by: None,
        first_answer_ms: None,
        first_person_response_ms: None,
        wanted_at: time(5)?,
        person_wait_ms: None,
        queue_ms: None,
        person_ms: None,
        logic_ms: None,
        idle_ms: None,
        open_ms: None,
        business_open_ms: None,
        replies: 0,
        reply_sum_ms: None,
        reply_max_ms: None,
        person_replies: 0,
        person_reply_sum_ms: None,
        persons: row.get(8)?,
        transfers: row.get(9)?,
        fallback: 0,
        logic_involved: is(10)?.unwrap_or_default(),
        contained: is(11)?,
        provisional_until: time(12)?,
        confirmed: is(13)?,
        reopened_later: is(14)?,
        outcome: word::<Outcome>(row, 7)?,
        review_id: None,
    })
}

fn rates(connection: &Connection, rate: Rate, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let time = match rate {
        Rate::Involvement => "t0",
        Rate::Handover => "coalesce(wanted_at, t0)",
        _ => "completed_at",
    };
    let sql = format!("SELECT {RATED} FROM round WHERE {}", within(time));
    each(connection, &sql, asked, |row| {
        let round = rated(row)?;
        let Some(at) = rate.time_of(&round).filter(|_| rate.counts(&round)) else { return Ok(None) };
        Ok(Some(Fact {
            at,
            adds: Adds::Share(rate.hits(&round, asked.now).into(), 1),
            provisional: round.provisional(asked.now) == Some(true),
            conversation: Some(round.id.conversation_id),
            key: Key::Round(round.id.no.into()),
            agent: None,
            word: None,
        }))
    })
}

/// When the next round by the customer began; when another conversation of the customer began.
const REOPENED: &str = "(SELECT next.started_at FROM round next WHERE next.conversation_id = round.conversation_id
    AND next.no = round.no + 1 AND next.reopened_by = 'customer')";
const RETURNING: &str = "(SELECT min(other.started_at) FROM conversation mine, conversation other
    WHERE mine.conversation_id = round.conversation_id AND other.customer_id = mine.customer_id
    AND other.conversation_id <> mine.conversation_id AND other.started_by = 'customer'
    AND other.started_at >= round.completed_at)";

fn came_back(connection: &Connection, when: &str, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let sql = format!(
        "SELECT conversation_id, no, completed_at, {when} FROM round
         WHERE {} AND outcome IS NOT NULL AND outcome <> 'goes_on_elsewhere'",
        within("completed_at")
    );
    each(connection, &sql, asked, |row| {
        let at = Time(row.get(2)?);
        let back = row.get::<_, Option<i64>>(3)?.is_some_and(|back| Time(back).since(at) <= COMES_BACK_MS);
        Ok(Some(Fact {
            at,
            adds: Adds::Share(back.into(), 1),
            provisional: !back && asked.now.since(at) < COMES_BACK_MS,
            conversation: conversation_of(row)?,
            key: Key::Round(row.get(1)?),
            agent: None,
            word: None,
        }))
    })
}

fn fallbacks(connection: &Connection, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let sql = "SELECT round.conversation_id, round.no, asked.at, round.fallback FROM round JOIN (
            SELECT conversation_id, round_no, min(asked_at) AS at FROM logic_request GROUP BY conversation_id, round_no
        ) asked ON asked.conversation_id = round.conversation_id AND asked.round_no = round.no
        WHERE asked.at >= ?1 AND asked.at < ?2 AND (?3 IS NULL OR round.origin = ?3)
            AND round.outcome IS NOT NULL AND round.outcome <> 'goes_on_elsewhere'";
    each(connection, sql, asked, |row| {
        Ok(Some(Fact {
            at: Time(row.get(2)?),
            adds: Adds::Share((row.get::<_, i64>(3)? > 0).into(), 1),
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::Round(row.get(1)?),
            agent: None,
            word: None,
        }))
    })
}

fn queues(
    connection: &Connection,
    asked: &Asked,
    share: impl Fn(&EngagementRow) -> tandem_conversation::measure::Ratio,
) -> Result<Vec<Fact>, StoreError> {
    let sql = format!(
        "SELECT conversation_id, engagement_id, started_at, queue_outcome, queue_ms, person_wait_ms, round_no
         FROM engagement WHERE kind = 'queue' AND {}",
        within("started_at")
    );
    each(connection, &sql, asked, |row| {
        let queue = queue(row)?;
        let ratio = share(&queue);
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Ok((ratio.of > 0).then(|| Fact {
            at: queue.started_at,
            adds: Adds::Share(number(ratio.hits), number(ratio.of)),
            provisional: false,
            conversation: Some(queue.conversation_id),
            key: Key::Id(queue.engagement_id.0),
            agent: None,
            word: None,
        }))
    })
}

/// What service levels look at of a queue.
fn queue(row: &Row<'_>) -> Result<EngagementRow, tandem_sql::Error> {
    Ok(EngagementRow {
        conversation_id: ConversationId(row.get::<_, Id>(0)?.0),
        engagement_id: EngagementId(row.get::<_, Id>(1)?.0),
        started_at: Time(row.get(2)?),
        queue_outcome: word::<QueueOutcome>(row, 3)?,
        queue_ms: row.get(4)?,
        person_wait_ms: row.get(5)?,
        round_no: row.get(6)?,
        kind: Kind::Queue,
        agent_id: None,
        external_agent_id: None,
        ended_at: None,
        start_cause: StartCause::Auto,
        end_reason: None,
        end_detail: None,
        invitation_ms: None,
        engagement_ms: None,
        wrap_up_ms: None,
        handle_ms: None,
        shared_ms: None,
        agent_first_reply_ms: None,
        turns: 0,
        left_waiting: false,
    })
}

fn engagements(connection: &Connection, column: Option<&'static str>, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let value = column.unwrap_or("1");
    let sql = format!(
        "SELECT conversation_id, engagement_id, ended_at, {value}, agent_id FROM engagement
         WHERE kind = 'agent' AND {value} IS NOT NULL AND {}",
        within("ended_at")
    );
    each(connection, &sql, asked, |row| {
        Ok(Some(Fact {
            at: Time(row.get(2)?),
            adds: if column.is_some() { Adds::Size(row.get(3)?) } else { Adds::One },
            provisional: false,
            conversation: conversation_of(row)?,
            key: Key::Id(row.get::<_, Id>(1)?.0),
            agent: user_of(row, 4)?,
            word: None,
        }))
    })
}

fn activity(
    connection: &Connection,
    rows: Rows,
    asked: &Asked,
    presence: &BTreeMap<UserId, Vec<Activity>>,
) -> Result<Vec<Fact>, StoreError> {
    let until = asked.until.min(asked.now);
    let mut facts = Vec::new();
    for (agent, log) in presence {
        let busy = tables::engaged(connection, *agent, asked.from, until)?;
        for slot in slots(*agent, log, &busy, until) {
            if slot.slot_start < asked.from || slot.status == Presence::Offline {
                continue;
            }
            let adds = match rows {
                Rows::Load => Adds::Share(slot.consumed_capacity_ms, slot.available_capacity_ms),
                Rows::Concurrency => Adds::Load(slot.consumed_capacity_ms, slot.busy_ms, slot.most),
                _ => Adds::Share(slot.busy_ms, slot.activity_ms),
            };
            facts.push(Fact {
                at: slot.slot_start,
                adds,
                provisional: false,
                conversation: None,
                key: Key::None,
                agent: Some(*agent),
                word: None,
            });
        }
    }
    Ok(facts)
}
