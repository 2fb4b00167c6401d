//! Questions of the library with what became of them, and what channels took of our turns.

use std::collections::HashMap;

use tandem_sql::Connection;
use uuid::Uuid;

use super::super::cell::Cell;
use super::super::shape::{Kind, Shape};
use super::source::Source;
use crate::store::whatsapp::messages::{self, SentMessage};
use crate::store::{Id, StoreError, library};

pub(super) const QUESTION: Shape = Shape::of_account(
    "question",
    &[
        ("question_id", Kind::Uuid),
        ("version", Kind::Int),
        ("key", Kind::Text),
        ("title", Kind::Text),
        ("kind", Kind::Enum),
        ("languages", Kind::List),
        ("text", Kind::Text),
        ("choices", Kind::Int),
        ("asked", Kind::Int),
        ("answered", Kind::Int),
    ],
    &["question_id", "version"],
);

pub(super) const SEND: Shape = Shape::of_account(
    "send",
    &[
        ("turn_id", Kind::Uuid),
        ("part", Kind::Int),
        ("conversation_id", Kind::Uuid),
        ("number", Kind::Text),
        ("state", Kind::Enum),
        ("attempts", Kind::Int),
        ("category", Kind::Text),
        ("type", Kind::Text),
        ("model", Kind::Text),
        ("billable", Kind::Bool),
        ("priced_at", Kind::Time),
    ],
    &["turn_id", "part"],
);

/// How often each version was asked, and how many of these were answered.
type Counts = HashMap<(Uuid, i64), (i64, i64)>;

fn counts(made: &Connection) -> Result<Counts, StoreError> {
    let mut query = made.prepare(
        "SELECT question_id, question_version, count(CASE WHEN type <> 'answer' THEN 1 END),
             count(DISTINCT CASE WHEN type = 'answer' THEN reply_to END)
         FROM turn WHERE question_id IS NOT NULL GROUP BY question_id, question_version",
    )?;
    let found = query.query_map([], |row| {
        let version = row.get::<_, Option<i64>>(1)?.unwrap_or_default();
        Ok(((row.get::<_, Id>(0)?.0, version), (row.get(2)?, row.get(3)?)))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Every version of every question, also of those that the library no longer has.
pub(super) fn questions(source: &Source<'_>) -> Result<Vec<Vec<Cell>>, StoreError> {
    let mut counts = counts(source.made)?;
    let mut rows = Vec::new();
    for question in library::question_versions(source.account)? {
        let (asked, answered) = counts.remove(&(question.id.0, question.version.into())).unwrap_or_default();
        let languages: Vec<&String> = question.texts.keys().collect();
        let shown = question.texts.get("en").or_else(|| question.texts.values().next());
        let kind = serde_json::to_value(question.kind).unwrap_or_default();
        rows.push(source.row([
            Cell::Bytes(question.id.0.into_bytes()),
            Cell::Int(question.version.into()),
            Cell::Text(question.key.clone()),
            Cell::Text(question.title.clone()),
            Cell::Text(kind.as_str().unwrap_or_default().to_owned()),
            Cell::Text(serde_json::json!(languages).to_string()),
            shown.map_or(Cell::Null, |text| Cell::Text(text.text.clone())),
            shown.map_or(Cell::Null, |text| Cell::Int(i64::try_from(text.choices.len()).unwrap_or_default())),
            Cell::Int(asked),
            Cell::Int(answered),
        ]));
    }
    let mut gone: Vec<_> = counts.into_iter().collect();
    gone.sort_unstable();
    for ((id, version), (asked, answered)) in gone {
        let id = [Cell::Bytes(id.into_bytes()), Cell::Int(version)];
        let unknown = std::iter::repeat_n(Cell::Null, 6);
        rows.push(source.row(id.into_iter().chain(unknown).chain([Cell::Int(asked), Cell::Int(answered)])));
    }
    Ok(rows)
}

/// Every message that a turn of ours became on a channel with a queue, and what waits there.
pub(super) fn sends(source: &Source<'_>) -> Result<Vec<Vec<Cell>>, StoreError> {
    let row = |sent: SentMessage| {
        let text = |text: Option<String>| text.map_or(Cell::Null, Cell::Text);
        source.row([
            Cell::Bytes(sent.turn.0.into_bytes()),
            Cell::Int(sent.part.into()),
            Cell::Bytes(sent.conversation.0.into_bytes()),
            Cell::Text(sent.number),
            Cell::Text(sent.state.into()),
            sent.attempts.map_or(Cell::Null, |attempts| Cell::Int(attempts.into())),
            text(sent.category),
            text(sent.kind),
            text(sent.model),
            sent.billable.map_or(Cell::Null, |is| Cell::Int(is.into())),
            sent.priced_at.map_or(Cell::Null, |at| Cell::Int(at.0)),
        ])
    };
    Ok(messages::sent(source.account)?.into_iter().map(row).collect())
}
