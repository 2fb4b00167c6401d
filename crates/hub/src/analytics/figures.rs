//! Figures: facts in groups, each with how many there are, their sum, and what follows.
//!
//! Sums and counts are kept and divided last. A figure of nothing is null, never 0.

mod asking;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use tandem_conversation::measure::{Activity, RoundId, Summary, date};
use tandem_conversation::{ConversationId, Time, UserId};
use tandem_sql::Connection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::facts::{self, About, Adds, Asked, Fact, Key};
use super::metric::{Form, Metric, Rows};
use super::tables;
use crate::store::StoreError;

pub(crate) use asking::{Refused, bound, check, dimensions, length, listed, metrics, zone};

/// The most figures of one answer.
pub(crate) const MOST_FIGURES: usize = 10_000;

/// By what figures are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Day,
    /// By the date of its Monday.
    Week,
    Month,
    Channel,
    Brand,
    Language,
    Agent,
    Tag,
    Responder,
    /// How packets were graded.
    Grade,
    /// Why messages failed.
    Code,
}

impl By {
    pub(crate) const EVERY: [(&str, Self); 11] = [
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("channel", Self::Channel),
        ("brand", Self::Brand),
        ("language", Self::Language),
        ("agent", Self::Agent),
        ("tag", Self::Tag),
        ("responder", Self::Responder),
        ("grade", Self::Grade),
        ("code", Self::Code),
    ];

    fn fits(self, metric: &Metric) -> bool {
        match self {
            Self::Day | Self::Week | Self::Month => true,
            Self::Agent => metric.has_agent(),
            Self::Responder => metric.rows == Rows::Responses,
            Self::Grade => metric.rows == Rows::Grades,
            Self::Code => metric.rows == Rows::Failed,
            Self::Channel | Self::Brand | Self::Language | Self::Tag => !metric.is_of_slots(),
        }
    }
}

/// Which facts count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub channel: Option<String>,
    pub brand: Option<Uuid>,
    pub language: Option<String>,
    /// Rows of the agent; of conversations, rounds and queues: where they were engaged.
    pub agent: Option<UserId>,
    pub tag: Option<String>,
    pub responder: Option<String>,
}

impl Filter {
    /// Whether it asks for what slots of agents do not have.
    fn is_of_conversations(&self) -> bool {
        self.channel.is_some() || self.brand.is_some() || self.language.is_some() || self.tag.is_some()
    }
}

/// A question for figures, checked.
pub(crate) struct Question {
    pub metrics: Vec<&'static Metric>,
    pub by: Vec<By>,
    pub zone: TimeZone,
    pub asked: Asked,
    pub filter: Filter,
    /// Who was present in the time, for those metrics that need it.
    pub presence: BTreeMap<UserId, Vec<Activity>>,
}

/// One figure: a cell.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Figure)]
pub(crate) struct Figure {
    /// The local date; of weeks that of their Monday.
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    week: Option<String>,
    /// `2026-11`.
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    /// The brand's id; empty for conversations without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    /// A conversation with several tags counts under each; empty for those without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    responder: Option<String>,
    /// `helpful`, `incomplete` or `wrong`.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<String>,
    /// The channel's code of the failure; `unknown` if it gave none.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    pub metric: &'static str,
    /// How many rows; of a share, how many are divided.
    pub count: u64,
    /// Of a share, how many hit; of sizes, their sum in milliseconds; of scores, their sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<i64>,
    /// Of a share of time, what is divided, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p99: Option<i64>,
    /// Of sizes, the longest; of concurrency, the most at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<i64>,
    /// The share, the mean in milliseconds, the mean score, or the count; null if there is nothing.
    pub value: Option<f64>,
    /// Rows whose customer may still come back.
    #[serde(skip_serializing_if = "is_zero")]
    provisional: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The place of a fact among figures, in the order of `by`.
type Place = Vec<String>;

/// The figures of a question; with no dimension, one for each metric. Refuses an answer with too many.
pub(crate) fn figures(
    connection: &Connection,
    question: &Question,
) -> Result<Result<Vec<Figure>, Refused>, StoreError> {
    let mut figures = Vec::new();
    for metric in &question.metrics {
        let mut cells: BTreeMap<Place, Vec<Fact>> = BTreeMap::new();
        let counted = Counted::of(connection, question, metric)?;
        for fact in counted.facts {
            let about = fact.conversation.and_then(|id| counted.about.get(&id));
            for place in places(&fact, about, question) {
                cells.entry(place).or_default().push(fact.clone());
            }
        }
        if question.by.is_empty() {
            cells.entry(Vec::new()).or_default();
        }
        if figures.len() + cells.len() > MOST_FIGURES {
            let found = figures.len() + cells.len();
            return Ok(Err((
                "by",
                format!(
                    "{found} figures are too many for one answer, which has {MOST_FIGURES}: ask for a shorter time"
                ),
            )));
        }
        let word = question.by.iter().position(|by| matches!(by, By::Grade | By::Code));
        match word {
            None => figures.extend(cells.into_iter().map(|(place, facts)| figure(metric, &question.by, place, &facts))),
            Some(word) => figures.extend(parts(metric, &question.by, word, cells)),
        }
    }
    Ok(Ok(figures))
}

/// One figure for each grade or code: how many of all rows have it. `word` is its place among the dimensions.
#[expect(clippy::cast_precision_loss, reason = "counts fit")]
fn parts(metric: &Metric, by: &[By], word: usize, cells: BTreeMap<Place, Vec<Fact>>) -> Vec<Figure> {
    let elsewhere = |place: &Place| {
        let mut place = place.clone();
        place.remove(word);
        place
    };
    let mut all: HashMap<Place, u64> = HashMap::new();
    for (place, facts) in &cells {
        *all.entry(elsewhere(place)).or_default() += facts.len() as u64;
    }
    // Messages that did not fail have no word.
    let named = cells.into_iter().filter(|(place, _)| !place[word].is_empty());
    let part = |(place, facts): (Place, Vec<Fact>)| {
        let (part, all) = (facts.len(), all.get(&elsewhere(&place)).copied().unwrap_or_default());
        let value = Some(part as f64 / all as f64);
        Figure { count: all, sum: i64::try_from(part).ok(), value, ..figure(metric, by, place, &facts) }
    };
    named.map(part).collect()
}

/// A row behind a figure.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FigureRow)]
pub(crate) struct FigureRow {
    /// The table in which the row is.
    table: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    conversation: Option<ConversationId>,
    /// The round's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    no: Option<i64>,
    /// The row's id, unless conversation and number name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    agent: Option<UserId>,
    /// The time to which it belongs.
    at: Time,
    /// What it adds: milliseconds, or whether it hits (1 or 0).
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<i64>,
}

/// The rows behind the figures of a question with one metric, by time; `skip` leaves out the first.
pub(crate) fn rows(
    connection: &Connection,
    question: &Question,
    skip: usize,
    limit: usize,
) -> Result<(Vec<FigureRow>, usize), StoreError> {
    let mut found: Vec<(Fact, &'static str)> = Vec::new();
    for metric in &question.metrics {
        let counted = Counted::of(connection, question, metric)?;
        found.extend(counted.facts.into_iter().map(|fact| (fact, metric.table())));
    }
    found.sort_by_key(|(fact, _)| (fact.at, fact.conversation, fact.key, fact.agent));
    let total = found.len();
    let rows = found.into_iter().skip(skip).take(limit).map(|(fact, table)| FigureRow {
        table,
        conversation: fact.conversation,
        no: if let Key::Round(no) = fact.key { Some(no) } else { None },
        id: if let Key::Id(id) = fact.key { Some(id) } else { None },
        agent: fact.agent,
        at: fact.at,
        value: match fact.adds {
            Adds::One => None,
            Adds::Size(ms) => Some(ms),
            Adds::Share(hits, _) | Adds::Load(hits, ..) => Some(hits),
        },
    });
    Ok((rows.collect(), total))
}

/// The facts that a question counts, and what is known of their conversations.
struct Counted {
    facts: Vec<Fact>,
    about: HashMap<ConversationId, About>,
}

impl Counted {
    fn of(connection: &Connection, question: &Question, metric: &Metric) -> Result<Self, StoreError> {
        let Filter { agent, .. } = &question.filter;
        let mut facts = facts::of(connection, metric, &question.asked, &question.presence)?;
        if let Some(agent) = agent {
            let engaged = Engaged::of(connection, *agent, metric)?;
            facts.retain(|fact| engaged.counts(fact, *agent));
        }
        let needs_about = question.filter.is_of_conversations()
            || question.by.iter().any(|by| matches!(by, By::Channel | By::Brand | By::Language | By::Tag));
        let about = if needs_about { facts::about(connection, &facts)? } else { HashMap::new() };
        facts.retain(|fact| {
            let about = fact.conversation.and_then(|id| about.get(&id));
            is_meant(&question.filter, fact, about)
        });
        Ok(Self { facts, about })
    }
}

/// Where an agent was engaged.
enum Engaged {
    /// The metric's rows are agents' own.
    Own,
    Rounds(HashSet<RoundId>),
    /// Queues, requests and calls belong to rounds.
    Rows(HashSet<Uuid>),
    Conversations(HashSet<ConversationId>),
}

impl Engaged {
    fn of(connection: &Connection, agent: UserId, metric: &Metric) -> Result<Self, StoreError> {
        if metric.has_agent() {
            return Ok(Self::Own);
        }
        let rounds = facts::rounds_of(connection, agent)?;
        Ok(match metric.table() {
            "round" => Self::Rounds(rounds),
            "conversation" => Self::Conversations(rounds.into_iter().map(|round| round.conversation_id).collect()),
            table => Self::Rows(tables::ids_of_rounds(connection, table, &rounds)?),
        })
    }

    fn counts(&self, fact: &Fact, agent: UserId) -> bool {
        match (self, fact.conversation, fact.key) {
            (Self::Own, ..) => fact.agent == Some(agent),
            (Self::Rounds(rounds), Some(conversation_id), Key::Round(no)) => {
                u32::try_from(no).is_ok_and(|no| rounds.contains(&RoundId { conversation_id, no }))
            }
            (Self::Rows(ids), _, Key::Id(id)) => ids.contains(&id),
            (Self::Conversations(ids), Some(conversation), _) => ids.contains(&conversation),
            _ => false,
        }
    }
}

fn is_meant(filter: &Filter, fact: &Fact, about: Option<&About>) -> bool {
    let is = |wanted: &Option<String>, found: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| wanted == found.unwrap_or_default())
    };
    is(&filter.responder, fact.word.as_deref())
        && is(&filter.channel, about.map(|about| about.channel.as_str()))
        && is(&filter.language, about.and_then(|about| about.language.as_deref()))
        && filter.brand.is_none_or(|brand| about.and_then(|about| about.brand) == Some(brand))
        && filter.tag.as_ref().is_none_or(|tag| match about {
            Some(about) if tag.is_empty() => about.tags.is_empty(),
            Some(about) => about.tags.contains(tag),
            None => false,
        })
}

fn places(fact: &Fact, about: Option<&About>, question: &Question) -> Vec<Place> {
    let mut places = vec![Vec::with_capacity(question.by.len())];
    for by in &question.by {
        let names: Vec<String> = match by {
            By::Day | By::Week | By::Month => vec![named_day(*by, fact.at, &question.zone)],
            By::Channel => vec![about.map(|about| about.channel.clone()).unwrap_or_default()],
            By::Brand => vec![about.and_then(|about| about.brand).map(|brand| brand.to_string()).unwrap_or_default()],
            By::Language => vec![about.and_then(|about| about.language.clone()).unwrap_or_default()],
            By::Agent => vec![fact.agent.map(|agent| agent.to_string()).unwrap_or_default()],
            By::Responder | By::Grade | By::Code => vec![fact.word.clone().unwrap_or_default()],
            By::Tag => match about.map(|about| about.tags.as_slice()) {
                None | Some([]) => vec![String::new()],
                Some(tags) => tags.to_vec(),
            },
        };
        places = places
            .iter()
            .flat_map(|place| names.iter().map(|name| [place.as_slice(), std::slice::from_ref(name)].concat()))
            .collect();
    }
    places
}

fn named_day(by: By, at: Time, zone: &TimeZone) -> String {
    let Some(day) = date(at, zone) else { return String::new() };
    match by {
        By::Month => format!("{:04}-{:02}", day.year(), day.month()),
        By::Week => monday(day).to_string(),
        _ => day.to_string(),
    }
}

fn monday(day: Date) -> Date {
    let after = day.weekday().to_monday_zero_offset();
    day.checked_sub(jiff::Span::new().days(after)).unwrap_or(day)
}

#[expect(clippy::cast_precision_loss, reason = "counts and milliseconds fit")]
fn figure(metric: &Metric, by: &[By], place: Place, facts: &[Fact]) -> Figure {
    let count = facts.len() as u64;
    let mut figure = Figure { metric: metric.id, count, ..Figure::default() };
    for (by, name) in by.iter().zip(place) {
        *match by {
            By::Day => &mut figure.day,
            By::Week => &mut figure.week,
            By::Month => &mut figure.month,
            By::Channel => &mut figure.channel,
            By::Brand => &mut figure.brand,
            By::Language => &mut figure.language,
            By::Agent => &mut figure.agent,
            By::Tag => &mut figure.tag,
            By::Responder => &mut figure.responder,
            By::Grade => &mut figure.grade,
            By::Code => &mut figure.code,
        } = Some(name);
    }
    figure.provisional = facts.iter().filter(|fact| fact.provisional).count() as u64;
    match metric.form {
        Form::Count => figure.value = Some(count as f64),
        Form::Distinct => {
            figure.count = facts.iter().map(|fact| fact.conversation).collect::<HashSet<_>>().len() as u64;
            figure.value = Some(figure.count as f64);
        }
        Form::Sizes => {
            let summary = Summary::of(facts.iter().map(|fact| match fact.adds {
                Adds::Size(ms) => Some(ms),
                Adds::One | Adds::Share(..) | Adds::Load(..) => None,
            }));
            figure.sum = Some(summary.sum).filter(|_| summary.count > 0);
            (figure.p50, figure.p90, figure.p99, figure.max) = (summary.p50, summary.p90, summary.p99, summary.max);
            figure.value = summary.mean();
        }
        Form::Scores => {
            let sum = facts.iter().map(|fact| if let Adds::Size(score) = fact.adds { score } else { 0 }).sum::<i64>();
            figure.sum = Some(sum).filter(|_| count > 0);
            figure.value = (count > 0).then(|| sum as f64 / count as f64);
        }
        Form::Share => {
            let (mut hits, mut of) = (0, 0);
            for fact in facts {
                match fact.adds {
                    Adds::Share(hit, one) => {
                        hits += hit;
                        of += one;
                    }
                    Adds::Load(part, one, most) => {
                        hits += part;
                        of += one;
                        figure.max = figure.max.max(Some(most.into()));
                    }
                    Adds::One | Adds::Size(_) => {}
                }
            }
            match metric.is_of_slots() {
                true => figure.of = Some(of),
                false => figure.count = of.cast_unsigned(),
            }
            figure.sum = Some(hits);
            figure.value = (of > 0).then(|| hits as f64 / of as f64);
        }
    }
    figure
}
