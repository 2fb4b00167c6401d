//! Facts: one for each row that a metric counts, with all by which figures are divided and filtered.

mod said;

use std::collections::{BTreeMap, HashSet};

use tandem_conversation::measure::{
    Activity, Direction, EngagementRow, Kind, Outcome, Presence, QueueOutcome, Rate, Rated, Ratio, RoundId, StartCause,
    abandonment, service_level, service_level_join, slots,
};
use tandem_conversation::{ConversationId, EngagementId, Time, UserId};
use tandem_sql::Connection;
use uuid::Uuid;

use super::metric::{Metric, Rows};
use super::names::About;
use super::segments::{FIRST_ASKED_AT, REOPENED_AT, WANTED_AT_OR_T0};
use super::source::{Line, Scan, Sink, Source, Words};
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
pub(crate) struct Fact<'l> {
    pub at: Time,
    /// None for slots of agents.
    pub conversation: Option<ConversationId>,
    /// The number of its round.
    pub round: Option<i64>,
    pub key: Key,
    pub told: Told<'l>,
}

/// What a row says by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'l> {
    pub adds: Adds,
    /// The customer may still come back, and the figure change.
    pub provisional: bool,
    pub agent: Option<UserId>,
    /// Who answered, the grade, or the code; none for a message that did not fail.
    pub word: Option<&'l str>,
}

impl From<Adds> for Told<'_> {
    fn from(adds: Adds) -> Self {
        Self { adds, provisional: false, agent: None, word: None }
    }
}

/// Which row it is, in its conversation. Only rows themselves know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    None,
    Round(i64),
    Id(Uuid),
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

/// Hands everything that a metric counts in this part of the source to `sink`, in no order.
pub(crate) fn of(
    source: &mut Source<'_>,
    metric: &Metric,
    asked: &Asked,
    presence: &BTreeMap<UserId, Vec<Activity>>,
    sink: &mut Sink<'_>,
) -> Result<(), StoreError> {
    match metric.rows {
        Rows::Conversations => {
            let scan = Scan { table: "conversation", time: metric.time, only: "1", columns: &[] };
            source.each(&scan, &mut |_, _| Ok(Some(Adds::One.into())), sink)
        }
        Rows::Rounds { column, inbound } => {
            let column = match (asked.business, column) {
                (true, Some("open_ms")) => Some("business_open_ms"),
                (_, column) => column,
            };
            rounds(source, (metric.time, column, inbound), sink)
        }
        Rows::Rate(rate) => rates(source, rate, asked, sink),
        Rows::Reopened => came_back(source, REOPENED_AT, asked, sink),
        Rows::Returning => came_back(source, RETURNED_AT, asked, sink),
        Rows::Fallback => fallbacks(source, sink),
        Rows::ServiceLevel => queues(source, |queue| service_level([queue], asked.within_ms, asked.short_ms), sink),
        Rows::ServiceLevelJoin => {
            queues(source, |queue| service_level_join([queue], asked.within_ms, asked.short_ms), sink)
        }
        Rows::Abandonment => queues(source, |queue| abandonment([queue], asked.short_ms), sink),
        Rows::Engagements(column) => engagements(source, column, sink),
        Rows::Responses => said::responses(source, sink),
        Rows::Requests => said::requests(source, false, sink),
        Rows::Failures => said::requests(source, true, sink),
        Rows::Calls(column) => said::calls(source, column, sink),
        Rows::Unseen => said::unseen(source, sink),
        Rows::Graded | Rows::Grades => said::packets(source, metric, sink),
        Rows::Suggestions => said::suggestions(source, sink),
        Rows::Failed => said::sends(source, sink),
        Rows::Scores | Rows::Satisfied | Rows::Reviewed => said::reviews(source, metric, sink),
        Rows::Occupancy | Rows::Load | Rows::Concurrency if !source.is_first() => Ok(()),
        Rows::Occupancy | Rows::Load | Rows::Concurrency => {
            activity(source.connection, metric.rows, asked, presence, sink)
        }
    }
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

const ELSEWHERE: &str = "goes_on_elsewhere";

fn rounds(
    source: &mut Source<'_>,
    (time, column, inbound): (&'static str, Option<&'static str>, bool),
    sink: &mut Sink<'_>,
) -> Result<(), StoreError> {
    let columns = [column.unwrap_or("no"), "direction", "outcome"];
    source.each(
        &Scan { table: "round", time, only: "1", columns: &columns },
        &mut |_, line| {
            if inbound && line.text(1)? != Some("inbound") {
                return Ok(None);
            }
            // Rounds that go on elsewhere are counted, but belong to no rate and no time.
            Ok(match column {
                None => Some(Adds::One.into()),
                Some(_) if line.text(2)? == Some(ELSEWHERE) => None,
                Some(_) => line.number(0)?.map(|ms| Adds::Size(ms).into()),
            })
        },
        sink,
    )
}

/// The columns of [`Rated`].
const RATED: [&str; 12] = [
    "t0",
    "completed_at",
    "wanted_at",
    "direction",
    "outcome",
    "persons",
    "transfers",
    "logic_involved",
    "contained",
    "provisional_until",
    "confirmed",
    "reopened_later",
];

fn rated(
    line: &Line<'_>,
    (directions, outcomes): (&mut Words<Direction>, &mut Words<Outcome>),
) -> Result<Rated, StoreError> {
    let count =
        |column| Ok::<_, StoreError>(u32::try_from(line.number(column)?.unwrap_or_default()).unwrap_or(u32::MAX));
    Ok(Rated {
        t0: line.time(0)?,
        completed_at: line.time(1)?,
        wanted_at: line.time(2)?,
        direction: directions.read(line)?,
        outcome: outcomes.read(line)?,
        persons: count(5)?,
        transfers: count(6)?,
        logic_involved: line.is(7)?.unwrap_or_default(),
        contained: line.is(8)?,
        provisional_until: line.time(9)?,
        confirmed: line.is(10)?,
        reopened_later: line.is(11)?,
    })
}

fn rates(source: &mut Source<'_>, rate: Rate, asked: &Asked, sink: &mut Sink<'_>) -> Result<(), StoreError> {
    let time = match rate {
        Rate::Involvement => "t0",
        Rate::Handover => WANTED_AT_OR_T0,
        _ => "completed_at",
    };
    let (mut directions, mut outcomes) = (Words::of(3), Words::of(4));
    source.each(
        &Scan { table: "round", time, only: "1", columns: &RATED },
        &mut |_, line| {
            let round = rated(line, (&mut directions, &mut outcomes))?;
            if !rate.counts(&round) {
                return Ok(None);
            }
            let provisional = round.provisional(asked.now) == Some(true);
            Ok(Some(Told { provisional, ..Adds::Share(rate.hits(&round, asked.now).into(), 1).into() }))
        },
        sink,
    )
}

/// When another conversation of the customer began.
const RETURNED_AT: &str = "(SELECT min(other.started_at) FROM conversation mine, conversation other
    WHERE mine.conversation_id = round.conversation_id AND other.customer_id = mine.customer_id
    AND other.conversation_id <> mine.conversation_id AND other.started_by = 'customer'
    AND other.started_at >= round.completed_at)";

fn came_back(
    source: &mut Source<'_>,
    when: &'static str,
    asked: &Asked,
    sink: &mut Sink<'_>,
) -> Result<(), StoreError> {
    source.each(
        &Scan { table: "round", time: "completed_at", only: "1", columns: &["outcome", when] },
        &mut |at, line| {
            if matches!(line.text(0)?, None | Some(ELSEWHERE)) {
                return Ok(None);
            }
            let back = line.time(1)?.is_some_and(|back| back.since(at) <= COMES_BACK_MS);
            let provisional = !back && asked.now.since(at) < COMES_BACK_MS;
            Ok(Some(Told { provisional, ..Adds::Share(back.into(), 1).into() }))
        },
        sink,
    )
}

fn fallbacks(source: &mut Source<'_>, sink: &mut Sink<'_>) -> Result<(), StoreError> {
    // The first request of a round is one of those of the time.
    let only = "(conversation_id, no) IN
        (SELECT conversation_id, round_no FROM logic_request WHERE asked_at >= ?1 AND asked_at < ?2)";
    source.each(
        &Scan { table: "round", time: FIRST_ASKED_AT, only, columns: &["outcome", "fallback"] },
        &mut |_, line| {
            if matches!(line.text(0)?, None | Some(ELSEWHERE)) {
                return Ok(None);
            }
            Ok(line.number(1)?.map(|times| Adds::Share((times > 0).into(), 1).into()))
        },
        sink,
    )
}

fn queues(
    source: &mut Source<'_>,
    share: impl Fn(&EngagementRow) -> Ratio,
    sink: &mut Sink<'_>,
) -> Result<(), StoreError> {
    let columns = ["kind", "queue_outcome", "queue_ms", "person_wait_ms"];
    let mut outcomes = Words::of(1);
    source.each(
        &Scan { table: "engagement", time: "started_at", only: "kind = 'queue'", columns: &columns },
        &mut |at, line| {
            if line.text(0)? != Some("queue") {
                return Ok(None);
            }
            let ratio = share(&queue(at, line, &mut outcomes)?);
            let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
            Ok((ratio.of > 0).then(|| Adds::Share(number(ratio.hits), number(ratio.of)).into()))
        },
        sink,
    )
}

/// What service levels look at of a queue; all else is left out.
fn queue(started_at: Time, line: &Line<'_>, outcomes: &mut Words<QueueOutcome>) -> Result<EngagementRow, StoreError> {
    Ok(EngagementRow {
        conversation_id: ConversationId(Uuid::nil()),
        engagement_id: EngagementId(Uuid::nil()),
        started_at,
        queue_outcome: outcomes.read(line)?,
        queue_ms: line.number(2)?,
        person_wait_ms: line.number(3)?,
        round_no: 0,
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

fn engagements(source: &mut Source<'_>, column: Option<&'static str>, sink: &mut Sink<'_>) -> Result<(), StoreError> {
    let columns = ["kind", "agent_id", column.unwrap_or("ended_at")];
    source.each(
        &Scan { table: "engagement", time: "ended_at", only: "kind = 'agent'", columns: &columns },
        &mut |_, line| {
            if line.text(0)? != Some("agent") {
                return Ok(None);
            }
            let Some(value) = line.number(2)? else { return Ok(None) };
            let adds = if column.is_some() { Adds::Size(value) } else { Adds::One };
            Ok(Some(Told { agent: line.user(1)?, ..adds.into() }))
        },
        sink,
    )
}

fn activity(
    connection: &Connection,
    rows: Rows,
    asked: &Asked,
    presence: &BTreeMap<UserId, Vec<Activity>>,
    sink: &mut Sink<'_>,
) -> Result<(), StoreError> {
    let until = asked.until.min(asked.now);
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
            let told = Told { agent: Some(*agent), ..adds.into() };
            let fact = Fact { at: slot.slot_start, conversation: None, round: None, key: Key::None, told };
            sink(&fact, &About::default());
        }
    }
    Ok(())
}
