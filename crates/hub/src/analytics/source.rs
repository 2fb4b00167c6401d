//! Where facts come from: the rows of their time, or segments. What a row means is told once, for both.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use tandem_conversation::{ConversationId, Time, UserId};
use tandem_sql::{Connection, Row, params};
use uuid::Uuid;

use super::cell::Cell;
use super::facts::{Fact, Key, Told};
use super::names::{About, Kept, Names, Wanted};
use super::segments::Segments;
use super::segments::column::Column;
use crate::store::{Id, StoreError};

/// Rows of one table, and what is looked at of them.
pub(crate) struct Scan<'s> {
    pub table: &'static str,
    /// The time to which a row belongs, as an expression.
    pub time: &'static str,
    /// What holds for all rows that count, so that an index finds them. The reader looks again. `1` for nothing.
    pub only: &'static str,
    /// Expressions over one row.
    pub columns: &'s [&'static str],
}

/// What a row adds, by its time and its columns; nothing if it does not count.
pub(crate) type Tell<'t> = dyn for<'l> FnMut(Time, &'l Line<'l>) -> Result<Option<Told<'l>>, StoreError> + 't;
/// Takes facts, each with what is known of its conversation.
pub(crate) type Sink<'s> = dyn FnMut(&Fact<'_>, &About<'_>) + 's;

/// One row, its columns in the order of the scan.
pub(crate) enum Line<'l> {
    Row(&'l Row<'l>),
    Columns { columns: &'l [Arc<Column>], row: usize },
}

/// What a query selects before the columns of a scan.
const LEAD: usize = 4;

impl Line<'_> {
    #[inline]
    pub(crate) fn number(&self, column: usize) -> Result<Option<i64>, StoreError> {
        Ok(match self {
            Self::Row(row) => row.get(LEAD + column)?,
            Self::Columns { columns, row } => columns.get(column).and_then(|column| column.number(*row)),
        })
    }

    #[inline]
    pub(crate) fn text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        Ok(match self {
            Self::Row(row) => row.get_ref(LEAD + column)?.as_str_or_null().map_err(tandem_sql::Error::from)?,
            Self::Columns { columns, row } => columns.get(column).and_then(|column| column.text(*row)),
        })
    }

    #[inline]
    fn id(&self, column: usize) -> Result<Option<Uuid>, StoreError> {
        Ok(match self {
            Self::Row(row) => row.get::<_, Option<Id>>(LEAD + column)?.map(|id| id.0),
            Self::Columns { columns, row } => columns.get(column).and_then(|column| column.id(*row)),
        })
    }

    #[inline]
    pub(crate) fn user(&self, column: usize) -> Result<Option<UserId>, StoreError> {
        Ok(self.id(column)?.map(UserId))
    }

    #[inline]
    pub(crate) fn time(&self, column: usize) -> Result<Option<Time>, StoreError> {
        Ok(self.number(column)?.map(Time))
    }

    #[inline]
    pub(crate) fn is(&self, column: usize) -> Result<Option<bool>, StoreError> {
        Ok(self.number(column)?.map(|is| is != 0))
    }

    /// The place of a word among those of its column; none if it is null, or if the row has no such list.
    #[inline]
    fn place(&self, column: usize) -> Option<usize> {
        match self {
            Self::Row(_) => None,
            Self::Columns { columns, row } => columns.get(column)?.place(*row),
        }
    }
}

/// The words of a closed list in one column of a part. Each is read once, for a million rows have few of them.
pub(crate) struct Words<T> {
    column: usize,
    /// By their places; what is in it is none for a word of a newer version.
    known: Vec<Option<Option<T>>>,
}

impl<T: Copy + for<'de> Deserialize<'de>> Words<T> {
    pub(crate) fn of(column: usize) -> Self {
        Self { column, known: Vec::new() }
    }

    /// The word of a row; none if it is null or of a newer version.
    #[inline]
    pub(crate) fn read(&mut self, line: &Line<'_>) -> Result<Option<T>, StoreError> {
        let place = line.place(self.column);
        if let Some(known) = place.and_then(|place| self.known.get(place).copied()).flatten() {
            return Ok(known);
        }
        let word = line.text(self.column)?.and_then(|text| {
            let words: StrDeserializer<'_, serde::de::value::Error> = text.into_deserializer();
            T::deserialize(words).ok()
        });
        if let Some(place) = place {
            self.known.resize(self.known.len().max(place + 1), None);
            self.known[place] = Some(word);
        }
        Ok(word)
    }
}

/// Where the facts of a question come from, part by part. Rows are one part.
pub(crate) struct Source<'c> {
    pub connection: &'c Connection,
    /// None to read rows.
    pub segments: Option<Segments<'c>>,
    pub names: Names,
    pub wanted: Wanted,
}

impl Source<'_> {
    /// Whether this is the first part. What is in no segment is read there.
    pub(crate) fn is_first(&self) -> bool {
        self.segments.as_ref().is_none_or(Segments::is_first)
    }

    /// Moves to the next part; false after the last.
    pub(crate) fn go_on(&mut self) -> bool {
        self.segments.as_mut().is_some_and(Segments::go_on)
    }

    /// Hands all facts of a scan in this part to `sink`, in no order.
    pub(crate) fn each(&mut self, scan: &Scan<'_>, tell: &mut Tell<'_>, sink: &mut Sink<'_>) -> Result<(), StoreError> {
        let Self { segments, wanted, names, .. } = self;
        if let Some(segments) = segments
            && segments.each((scan, wanted, names), tell, sink)?
        {
            return Ok(());
        }
        if self.is_first() { self.each_row(scan, tell, sink) } else { Ok(()) }
    }

    fn each_row(&mut self, scan: &Scan<'_>, tell: &mut Tell<'_>, sink: &mut Sink<'_>) -> Result<(), StoreError> {
        let Scan { table, time, only, columns } = *scan;
        let (round, key) = match table {
            "conversation" => ("NULL", "NULL"),
            "round" => ("no", "NULL"),
            "turn" => ("round_no", "turn_id"),
            "logic_request" => ("round_no", "request_id"),
            "engagement" => ("round_no", "engagement_id"),
            "call" => ("round_no", "call_id"),
            "review" => ("round_no", "review_id"),
            _ => ("round_no", "handover_id"),
        };
        let columns: String = columns.iter().map(|column| format!(", {column}")).collect();
        let sql = format!(
            "SELECT conversation_id, {round}, {key}, {time}{columns} FROM {table}
             WHERE {only} AND {time} >= ?1 AND {time} < ?2 AND (?3 IS NULL OR origin = ?3)"
        );
        let Wanted { from, until, origin, .. } = self.wanted;
        let mut known = HashMap::new();
        let mut query = self.connection.prepare_cached(&sql)?;
        let mut rows = query.query(params![from.0, until.0, origin])?;
        while let Some(row) = rows.next()? {
            let id = row.get::<_, Id>(0)?.0;
            let kept = match known.get(&id) {
                Some(kept) => *kept,
                None => {
                    let kept = if self.wanted.needs_about { self.about(id)? } else { Kept::default() };
                    known.insert(id, kept);
                    kept
                }
            };
            let about = self.names.about(kept);
            if !self.wanted.takes(&about) {
                continue;
            }
            let (round, at): (Option<i64>, i64) = (row.get(1)?, row.get(3)?);
            let (at, line) = (Time(at), Line::Row(&row));
            if let Some(told) = tell(at, &line)? {
                let id_key = row.get::<_, Option<Id>>(2)?.map(|id| Key::Id(id.0));
                let key = id_key.or(round.filter(|_| table == "round").map(Key::Round)).unwrap_or(Key::None);
                sink(&Fact { at, conversation: Some(ConversationId(id)), round, key, told }, &about);
            }
        }
        Ok(())
    }

    fn about(&mut self, conversation: Uuid) -> Result<Kept, StoreError> {
        let mut query = self
            .connection
            .prepare_cached("SELECT channel, brand, language, tags FROM conversation WHERE conversation_id = ?1")?;
        let [channel, brand, language, tags]: [Cell; 4] =
            query.query_row([Id(conversation)], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?;
        let names = &mut self.names;
        Ok(Kept {
            channel: names.code(false, &channel),
            brand: names.code(false, &brand),
            language: names.code(false, &language),
            tags: names.code(true, &tags),
        })
    }
}
