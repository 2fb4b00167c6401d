//! What a question reads: segments, and the rows of conversations that are in none.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tandem_conversation::{ConversationId, Time};
use tandem_sql::{Connection, params};
use uuid::Uuid;

use super::column::Column;
use super::making::CONVERSATIONS;
use super::of_conversation::{BRAND, CHANNEL, ID, LANGUAGE, ORIGIN, TABLE, TAGS};
use super::stored::{self, damaged};
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

/// Segments as one transaction sees them, one part after the other: a question with several metrics reads a column once.
pub(crate) struct Segments<'c> {
    connection: &'c Connection,
    /// Conversations that changed, by their segment.
    stale: HashMap<i64, HashSet<Uuid>>,
    /// Those that changed, and those that are in no segment.
    fresh: Vec<Uuid>,
    /// All parts, and which of them is read.
    parts: Vec<Part>,
    at: usize,
    /// What is known of the part: columns by their places, and its conversations.
    columns: HashMap<usize, Arc<Column>>,
    conversations: Option<Arc<[Listed]>>,
}

/// Each conversation is in one part.
#[derive(Clone, Copy)]
enum Part {
    Segment(i64),
    Fresh,
}

/// A conversation, and what is known of it if it counts in this part.
type Listed = (Uuid, Option<Kept>);

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
        let parts = spans.iter().map(|span| Part::Segment(span.segment)).chain([Part::Fresh]).collect();
        let (at, columns, conversations) = (0, HashMap::new(), None);
        Ok((fresh.len() <= FRESH).then_some(Self { connection, stale, fresh, parts, at, columns, conversations }))
    }

    /// Moves to the next part; false after the last.
    pub(crate) fn go_on(&mut self) -> bool {
        self.at += 1;
        self.columns.clear();
        self.conversations = None;
        self.at < self.parts.len()
    }

    /// Whether this is the first part.
    pub(crate) fn is_first(&self) -> bool {
        self.at == 0
    }

    /// Tells of each row of a scan in this part; false if a column is in no segment.
    pub(crate) fn each(
        &mut self,
        (scan, wanted, names): (&Scan<'_>, &Wanted, &mut Names),
        tell: &mut Tell<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<bool, StoreError> {
        let columns: Option<Vec<usize>> = scan.columns.iter().map(|column| place(scan.table, column)).collect();
        let first = columns_of(scan.table).map(|(first, _)| first);
        let (Some(columns), Some(time), Some(first)) = (columns, place(scan.table, scan.time), first) else {
            return Ok(false);
        };
        let Some(time) = self.column(scan.table, time, Some((wanted.from, wanted.until)))? else { return Ok(true) };
        let mut read = |place: usize| self.whole(scan.table, place);
        let (counts, rounds) = (read(first)?, read(first + 1)?);
        let columns = columns.iter().map(|place| read(*place)).collect::<Result<Vec<_>, _>>()?;
        let conversations = self.listed(wanted, names)?;
        let mut next = 0;
        for (conversation, (id, kept)) in conversations.iter().enumerate() {
            let count = usize::try_from(counts.number(conversation).unwrap_or_default()).unwrap_or_default();
            let rows = next..next + count;
            next = rows.end;
            let Some(kept) = kept else { continue };
            let about = names.about(*kept);
            for row in rows {
                let Some(at) = time.number(row).map(Time).filter(|at| wanted.has(*at)) else { continue };
                let line = Line::Columns { columns: &columns, row };
                if let Some(told) = tell(at, &line)? {
                    let (conversation, round) = (Some(ConversationId(*id)), rounds.number(row));
                    sink(&Fact { at, conversation, round, key: Key::None, told }, &about);
                }
            }
        }
        Ok(true)
    }

    /// The conversations of the part in their order.
    fn listed(&mut self, wanted: &Wanted, names: &mut Names) -> Result<Arc<[Listed]>, StoreError> {
        if let Some(conversations) = &self.conversations {
            return Ok(Arc::clone(conversations));
        }
        let mut read = |column: &str| match place(TABLE, column) {
            Some(place) => self.whole(TABLE, place),
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
        let stale = match self.part() {
            Part::Segment(segment) => self.stale.get(&segment).unwrap_or(&none),
            Part::Fresh => &none,
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
        let found: Arc<[Listed]> = found.into();
        self.conversations = Some(Arc::clone(&found));
        Ok(found)
    }

    fn part(&self) -> Part {
        self.parts.get(self.at).copied().unwrap_or(Part::Fresh)
    }

    fn whole(&mut self, table: &'static str, place: usize) -> Result<Arc<Column>, StoreError> {
        self.column(table, place, None)?.ok_or_else(damaged)
    }

    /// A column of the part. None may be answered if it has no number in [from, until).
    fn column(
        &mut self,
        table: &'static str,
        place: usize,
        within: Option<(Time, Time)>,
    ) -> Result<Option<Arc<Column>>, StoreError> {
        if let Some(column) = self.columns.get(&place) {
            return Ok(Some(Arc::clone(column)));
        }
        match self.part() {
            Part::Segment(segment) => {
                let Some(column) = stored::read(self.connection, segment, place, within)? else { return Ok(None) };
                self.columns.insert(place, Arc::new(column));
            }
            Part::Fresh => {
                let built = build(self.connection, table, &self.fresh)?;
                self.columns.extend(built.into_iter().map(|(place, column)| (place, Arc::new(column))));
            }
        }
        Ok(self.columns.get(&place).map(Arc::clone))
    }
}

/// How many more conversations may be fresh, and one.
fn limit(fresh: usize) -> i64 {
    i64::try_from((FRESH + 1).saturating_sub(fresh)).unwrap_or(i64::MAX)
}
