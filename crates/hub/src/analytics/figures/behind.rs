//! The rows behind a figure.

use serde::Serialize;
use tandem_conversation::{ConversationId, Time, UserId};
use tandem_sql::Connection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{By, Engaged, Question, counted, source};
use crate::analytics::facts::{Adds, Key};
use crate::store::StoreError;

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
    /// Who answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    responder: Option<String>,
    /// How the packet was graded.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<String>,
    /// Why the message failed; none if it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// What it adds: milliseconds, or whether it hits (1 or 0).
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<i64>,
}

/// The rows behind the figures of a question with one metric, by time; `skip` leaves out the first. They come from the
/// tables: segments do not know which row is which.
pub(crate) fn rows(
    connection: &Connection,
    question: &Question,
    skip: usize,
    limit: usize,
) -> Result<(Vec<FigureRow>, usize), StoreError> {
    let mut found = Vec::new();
    for metric in &question.metrics {
        let mut source = source(connection, question, None);
        let engaged = Engaged::of(connection, question, metric)?;
        counted(&mut source, question, (metric, &engaged), &mut |fact, _| {
            let by = (fact.at, fact.conversation, fact.key, fact.told.agent);
            found.push((by, fact.told.adds, fact.told.word.map(str::to_owned), metric));
        })?;
    }
    found.sort_by_key(|(by, ..)| *by);
    let total = found.len();
    let rows = found.into_iter().skip(skip).take(limit).map(|((at, conversation, key, agent), adds, word, metric)| {
        FigureRow {
            table: metric.table(),
            conversation,
            no: if let Key::Round(no) = key { Some(no) } else { None },
            id: if let Key::Id(id) = key { Some(id) } else { None },
            agent,
            at,
            responder: word.clone().filter(|_| By::Responder.fits(metric)),
            grade: word.clone().filter(|_| By::Grade.fits(metric)),
            code: word.filter(|_| By::Code.fits(metric)),
            value: match adds {
                Adds::One => None,
                Adds::Size(ms) => Some(ms),
                Adds::Share(hits, _) | Adds::Load(hits, ..) => Some(hits),
            },
        }
    });
    Ok((rows.collect(), total))
}
