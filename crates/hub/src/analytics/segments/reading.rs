//! What a question reads: segments, and the rows of conversations that are in none.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tandem_conversation::{ConversationId, Time};
use tandem_sql::{Connection, OptionalExtension as _, params};
use tandem_sqlite::Cause;
use uuid::Uuid;

use super::column::Column;
use super::making::CONVERSATIONS;
use super::of_conversation::{BRAND, CHANNEL, ID, LANGUAGE, ORIGIN, TABLE, TAGS};
use super::{are_known, build, columns_of, place};
use crate::analytics::facts::{Fact, Key};
use crate::analytics::names::{Kept, Names, Wanted};
use crate::analytics::source::{Line, Scan, Sink, Tell};
use crate::store::{Id, StoreError};

/// Conversations that are in no segment, or changed since. With more than this many a question reads the rows of its time,
/// for each of them costs several searches.
const FRESH: usize = 8 * CONVERSATIONS;

/// The conversations of a segment began in [from, until).
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub segment: i64,
    pub from: i64,
    pub until: i64,
}

/// All segments, oldest first.
pub(super) fn spans(connection: &Connection) -> Result<Vec<Span>, StoreError> {
    let mut query = connection.prepare_cached("SELECT segment, from_at, until_at FROM segment ORDER BY until_at")?;
    let spans = query.query_map([], |row| Ok(Span { segment: row.get(0)?, from: row.get(1)?, until: row.get(2)? }))?;
    Ok(spans.collect::<Result<_, _>>()?)
}

/// The spans between segments, and the one after the last.
pub(super) fn gaps(spans: &[Span]) -> Vec<(i64, i64)> {
    let begin = std::iter::once(i64::MIN).chain(spans.iter().map(|span| span.until));
    let end = spans.iter().map(|span| span.from).chain([i64::MAX]);
    begin.zip(end).filter(|(from, until)| from < until).collect()
}

/// Segments as one transaction sees them.
pub(crate) struct Segments<'c> {
    connection: &'c Connection,
    segments: Vec<i64>,
    /// Conversations that changed, by their segment.
    stale: HashMap<i64, HashSet<Uuid>>,
    /// Those that changed, and those that are in no segment.
    fresh: Vec<Uuid>,
    /// Columns of the fresh ones, by their places.
    built: HashMap<usize, Arc<Column>>,
}

/// Where columns are.
#[derive(Clone, Copy)]
enum Home {
    Segment(i64),
    Fresh,
}

impl<'c> Segments<'c> {
    /// None if rows of the time asked for are faster to read.
    pub(crate) fn open(connection: &'c Connection) -> Result<Option<Self>, StoreError> {
        if !are_known(connection)? {
            return Ok(None);
        }
        let mut stale: HashMap<i64, HashSet<Uuid>> = HashMap::new();
        let mut fresh = Vec::new();
        let mut query = connection.prepare_cached("SELECT segment, conversation FROM segment_stale LIMIT ?1")?;
        for row in query.query_map([limit(0)], |row| Ok((row.get(0)?, row.get::<_, Id>(1)?.0)))? {
            let (segment, conversation) = row?;
            stale.entry(segment).or_default().insert(conversation);
            fresh.push(conversation);
        }
        let spans = spans(connection)?;
        let mut query = connection.prepare_cached(
            "SELECT conversation_id FROM conversation WHERE started_at >= ?1 AND started_at < ?2 LIMIT ?3",
        )?;
        for (from, until) in gaps(&spans) {
            for id in query.query_map(params![from, until, limit(fresh.len())], |row| row.get::<_, Id>(0))? {
                fresh.push(id?.0);
            }
        }
        let segments = spans.iter().map(|span| span.segment).collect();
        Ok((fresh.len() <= FRESH).then(|| Self { connection, segments, stale, fresh, built: HashMap::new() }))
    }

    /// Tells of each row of a scan; false if a column is in no segment.
    pub(crate) fn each(
        &mut self,
        (scan, wanted, names): (&Scan<'_>, &Wanted, &mut Names),
        tell: &mut Tell<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<bool, StoreError> {
        let columns: Option<Vec<usize>> = scan.columns.iter().map(|column| place(scan.table, column)).collect();
        let (Some(columns), Some(time)) = (columns, place(scan.table, scan.time)) else { return Ok(false) };
        let segments = self.segments.iter().map(|segment| Home::Segment(*segment));
        let homes: Vec<Home> = segments.chain([Home::Fresh]).collect();
        for home in homes {
            let Some(time) = self.column(home, scan.table, time, Some((wanted.from, wanted.until)))? else { continue };
            let Some((first, _)) = columns_of(scan.table) else { return Ok(false) };
            let mut read = |place: usize| self.whole(home, scan.table, place);
            let (counts, rounds) = (read(first)?, read(first + 1)?);
            let columns = columns.iter().map(|place| read(*place)).collect::<Result<Vec<_>, _>>()?;
            let people = self.conversations(home, wanted, names)?;
            let mut row = 0;
            for (conversation, (id, kept)) in people.into_iter().enumerate() {
                let count = usize::try_from(counts.number(conversation).unwrap_or_default()).unwrap_or_default();
                let (begin, end) = (row, row + count);
                row = end;
                let Some(kept) = kept else { continue };
                let about = names.about(kept);
                for row in begin..end {
                    let Some(at) = time.number(row).map(Time).filter(|at| wanted.has(*at)) else { continue };
                    let line = Line::Columns { columns: &columns, row };
                    if let Some(told) = tell(at, &line)? {
                        let round = rounds.number(row);
                        sink(&Fact { at, conversation: Some(ConversationId(id)), round, key: Key::None, told }, &about);
                    }
                }
            }
        }
        Ok(true)
    }

    /// The conversations of a segment in their order; without what is known of them if they do not count here.
    fn conversations(
        &mut self,
        home: Home,
        wanted: &Wanted,
        names: &mut Names,
    ) -> Result<Vec<(Uuid, Option<Kept>)>, StoreError> {
        let mut read = |column: &str| match place(TABLE, column) {
            Some(place) => self.whole(home, TABLE, place),
            None => Err(damaged()),
        };
        let (ids, origins) = (read(ID)?, read(ORIGIN)?);
        let mut coded = Vec::new();
        if wanted.needs_about {
            for column in [CHANNEL, BRAND, LANGUAGE, TAGS] {
                let cells = read(column)?;
                let codes: Vec<u32> = cells.list().iter().map(|cell| names.code(column == TAGS, cell)).collect();
                coded.push((cells, codes));
            }
        }
        let none = HashSet::new();
        let stale = match home {
            Home::Segment(segment) => self.stale.get(&segment).unwrap_or(&none),
            Home::Fresh => &none,
        };
        let mut found = Vec::with_capacity(ids.len());
        for row in 0..ids.len() {
            let id = ids.id(row).ok_or_else(damaged)?;
            let is_of_origin = wanted.origin.is_none_or(|origin| origins.text(row) == Some(origin));
            if !is_of_origin || (!stale.is_empty() && stale.contains(&id)) {
                found.push((id, None));
                continue;
            }
            let mut codes = [0; 4];
            for (code, (cells, list)) in codes.iter_mut().zip(&coded) {
                *code = cells.place(row).and_then(|place| list.get(place).copied()).unwrap_or_default();
            }
            let [channel, brand, language, tags] = codes;
            let kept = Kept { channel, brand, language, tags };
            found.push((id, wanted.takes(&names.about(kept)).then_some(kept)));
        }
        Ok(found)
    }

    fn whole(&mut self, home: Home, table: &'static str, place: usize) -> Result<Arc<Column>, StoreError> {
        self.column(home, table, place, None)?.ok_or_else(damaged)
    }

    /// A column; none if it has no number in [from, until).
    fn column(
        &mut self,
        home: Home,
        table: &'static str,
        place: usize,
        within: Option<(Time, Time)>,
    ) -> Result<Option<Arc<Column>>, StoreError> {
        let Home::Segment(segment) = home else { return self.fresh(table, place).map(Some) };
        let sql = "SELECT cells FROM segment_column WHERE segment = ?1 AND place = ?2
            AND (?3 IS NULL OR (most >= ?3 AND least < ?4))";
        let (from, until) = within.map(|(from, until)| (from.0, until.0)).unzip();
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        let cells: Option<Vec<u8>> = self
            .connection
            .prepare_cached(sql)?
            .query_row(params![segment, place, from, until], |row| row.get(0))
            .optional()?;
        cells.map(|cells| Column::read(cells).map(Arc::new).ok_or_else(damaged)).transpose()
    }

    fn fresh(&mut self, table: &'static str, place: usize) -> Result<Arc<Column>, StoreError> {
        if let Some(column) = self.built.get(&place) {
            return Ok(Arc::clone(column));
        }
        let built = build(self.connection, table, &self.fresh)?;
        self.built.extend(built.into_iter().map(|(place, column)| (place, Arc::new(column))));
        self.built.get(&place).map(Arc::clone).ok_or_else(damaged)
    }
}

/// How many more conversations may be fresh, and one.
fn limit(fresh: usize) -> i64 {
    i64::try_from((FRESH + 1).saturating_sub(fresh)).unwrap_or(i64::MAX)
}

/// The file is made again.
fn damaged() -> StoreError {
    let words = "a segment cannot be read".to_owned();
    StoreError::Database(tandem_sqlite::Error::Foreign { words, cause: Cause::Damaged })
}
