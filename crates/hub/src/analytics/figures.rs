//! Figures: facts in groups, each with how many there are, their sum, and what follows.
//!
//! Sums and counts are kept and divided last. A figure of nothing is null, never 0.

mod asking;
mod behind;
mod cells;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::tz::TimeZone;
use serde::Serialize;
use tandem_conversation::measure::{Activity, RoundId, Summary};
use tandem_conversation::{ConversationId, UserId};
use tandem_sql::Connection;
use utoipa::ToSchema;

use super::facts::{self, Asked, Fact};
use super::metric::{Form, Metric, Rows};
use super::names::{About, Names, Wanted};
use super::segments::Segments;
use super::source::{Sink, Source};
use crate::store::StoreError;
use cells::{Cells, Place, Tally};

pub(crate) use asking::{Refused, bound, check, dimensions, length, listed, metrics, zone};
pub(crate) use behind::{FigureRow, rows};

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
    /// Its id; empty for conversations without one.
    pub brand: Option<String>,
    pub language: Option<String>,
    /// Rows of the agent; of conversations, rounds and queues: where they were engaged.
    pub agent: Option<UserId>,
    pub tag: Option<String>,
    pub responder: Option<String>,
    pub grade: Option<String>,
    pub code: Option<String>,
}

impl Filter {
    /// Which word the facts of a metric must have, which has one kind of words at most.
    fn word(&self) -> Option<&str> {
        self.responder.as_ref().or(self.grade.as_ref()).or(self.code.as_ref()).map(String::as_str)
    }

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

/// The figures of a question; with no dimension, one for each metric. Refuses an answer with too many. To be called in a
/// snapshot: a conversation that goes into a segment meanwhile would count twice, or not at all.
pub(crate) fn figures(
    connection: &Connection,
    question: &Question,
) -> Result<Result<Vec<Figure>, Refused>, StoreError> {
    figures_of(connection, question, Segments::open(connection)?)
}

fn figures_of(
    connection: &Connection,
    question: &Question,
    segments: Option<Segments<'_>>,
) -> Result<Result<Vec<Figure>, Refused>, StoreError> {
    let mut source = source(connection, question, segments);
    let counting = |metric: &&'static Metric| {
        Ok((*metric, Cells::of(question, metric), Engaged::of(connection, question, metric)?))
    };
    let mut counting = question.metrics.iter().map(counting).collect::<Result<Vec<_>, StoreError>>()?;
    loop {
        for (metric, cells, engaged) in &mut counting {
            let mut sink = |fact: &Fact<'_>, about: &About<'_>| cells.add(fact, about);
            counted(&mut source, question, (metric, engaged), &mut sink)?;
        }
        if !source.go_on() {
            break;
        }
    }
    let mut figures = Vec::new();
    for (metric, cells, _) in counting {
        let cells = cells.named(&source.names);
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
            None => {
                figures.extend(cells.into_iter().map(|(place, tally)| figure(metric, &question.by, place, tally)));
            }
            Some(word) => figures.extend(parts(metric, &question.by, word, cells)),
        }
    }
    Ok(Ok(figures))
}

/// One figure for each grade or code: how many of all rows have it. `word` is its place among the dimensions.
#[expect(clippy::cast_precision_loss, reason = "counts fit")]
fn parts(metric: &Metric, by: &[By], word: usize, cells: BTreeMap<Place, Tally>) -> Vec<Figure> {
    let elsewhere = |place: &Place| {
        let mut place = place.clone();
        place.remove(word);
        place
    };
    let mut all: HashMap<Place, u64> = HashMap::new();
    for (place, tally) in &cells {
        *all.entry(elsewhere(place)).or_default() += tally.count;
    }
    // Messages that did not fail have no word.
    let named = cells.into_iter().filter(|(place, _)| !place[word].is_empty());
    let part = |(place, tally): (Place, Tally)| {
        let (part, all) = (tally.count, all.get(&elsewhere(&place)).copied().unwrap_or_default());
        let value = Some(part as f64 / all as f64);
        Figure { count: all, sum: i64::try_from(part).ok(), value, ..figure(metric, by, place, tally) }
    };
    named.map(part).collect()
}

/// Where the facts of a question are read.
fn source<'c>(connection: &'c Connection, question: &Question, segments: Option<Segments<'c>>) -> Source<'c> {
    let mut names = Names::new();
    let Question { by, asked, filter, .. } = question;
    let Asked { from, until, origin, .. } = *asked;
    let mut number = |word: &Option<String>| word.as_ref().map(|word| names.number(word));
    let wanted = Wanted {
        from,
        until,
        origin,
        needs_about: filter.is_of_conversations()
            || by.iter().any(|by| matches!(by, By::Channel | By::Brand | By::Language | By::Tag)),
        channel: number(&filter.channel),
        brand: number(&filter.brand),
        language: number(&filter.language),
        tag: number(&filter.tag),
    };
    Source { connection, segments, names, wanted }
}

/// Hands the facts that a question counts in this part of the source to `sink`.
fn counted(
    source: &mut Source<'_>,
    question: &Question,
    (metric, engaged): (&Metric, &Engaged),
    sink: &mut Sink<'_>,
) -> Result<(), StoreError> {
    let word = question.filter.word();
    let mut sink = |fact: &Fact<'_>, about: &About<'_>| {
        let is_meant = word.is_none_or(|wanted| wanted == fact.told.word.unwrap_or_default());
        if is_meant && engaged.counts(fact) {
            sink(fact, about);
        }
    };
    facts::of(source, metric, &question.asked, &question.presence, &mut sink)
}

/// Where the agent was engaged who is asked for.
enum Engaged {
    /// No agent is asked for.
    Anywhere,
    /// The metric's rows are agents' own.
    Own(UserId),
    /// Rounds, or what belongs to one.
    Rounds(HashSet<RoundId>),
    Conversations(HashSet<ConversationId>),
}

impl Engaged {
    fn of(connection: &Connection, question: &Question, metric: &Metric) -> Result<Self, StoreError> {
        let Some(agent) = question.filter.agent else { return Ok(Self::Anywhere) };
        if metric.has_agent() {
            return Ok(Self::Own(agent));
        }
        let rounds = facts::rounds_of(connection, agent)?;
        Ok(match metric.table() {
            "conversation" => Self::Conversations(rounds.into_iter().map(|round| round.conversation_id).collect()),
            _ => Self::Rounds(rounds),
        })
    }

    fn counts(&self, fact: &Fact<'_>) -> bool {
        match (self, fact.conversation) {
            (Self::Anywhere, _) => true,
            (Self::Own(agent), _) => fact.told.agent == Some(*agent),
            (Self::Rounds(rounds), Some(conversation_id)) => {
                let no = fact.round.and_then(|no| u32::try_from(no).ok());
                no.is_some_and(|no| rounds.contains(&RoundId { conversation_id, no }))
            }
            (Self::Conversations(ids), Some(conversation)) => ids.contains(&conversation),
            _ => false,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and milliseconds fit")]
fn figure(metric: &Metric, by: &[By], place: Place, tally: Tally) -> Figure {
    let Tally { count, provisional, sum, of, most, sizes, conversations } = tally;
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
    figure.provisional = provisional;
    match metric.form {
        Form::Count => figure.value = Some(count as f64),
        Form::Distinct => {
            figure.count = conversations.len() as u64;
            figure.value = Some(figure.count as f64);
        }
        Form::Sizes => {
            let summary = Summary::of(sizes.into_iter().map(Some));
            figure.sum = Some(summary.sum).filter(|_| summary.count > 0);
            (figure.p50, figure.p90, figure.p99, figure.max) = (summary.p50, summary.p90, summary.p99, summary.max);
            figure.value = summary.mean();
        }
        Form::Scores => {
            figure.sum = Some(sum).filter(|_| count > 0);
            figure.value = (count > 0).then(|| sum as f64 / count as f64);
        }
        Form::Share => {
            match metric.is_of_slots() {
                true => figure.of = Some(of),
                false => figure.count = of.cast_unsigned(),
            }
            figure.max = most;
            figure.sum = Some(sum);
            figure.value = (of > 0).then(|| sum as f64 / of as f64);
        }
    }
    figure
}

#[cfg(test)]
mod tests;
