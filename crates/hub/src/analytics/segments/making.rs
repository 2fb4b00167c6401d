//! Makes segments from the rows, on the thread that writes them: no row changes meanwhile.

use tandem_conversation::Time;
use tandem_sql::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::reading::{gaps, spans};
use super::{TABLES, are_known, build, clear, fingerprint, stored};
use crate::store::{Id, StoreError};

/// Conversations in one segment. Smaller segments mean more reads for a long period; larger ones take longer to make, and
/// leave more of the newest conversations to be read from their rows.
pub(crate) const CONVERSATIONS: usize = 2_048;
/// A segment is made again when more than an eighth of its conversations have changed.
const STALE: usize = 8;
/// When the changed conversations of all segments would fill more than two, the one that changed most is made again.
const ALL_STALE: usize = 2;

/// A span of time that is in no segment: [from, until).
struct Gap {
    from: i64,
    until: i64,
}

/// Makes the segment that is due, if one is: of conversations that began before `settled` and are in none, or again of one
/// that has changed much. True if more may be due.
pub(crate) fn make(connection: &Connection, settled: Time, at_once: usize) -> Result<bool, StoreError> {
    if !are_known(connection)? {
        clear(connection)?;
        connection.prepare_cached("UPDATE progress SET segments = ?1")?.execute([fingerprint()])?;
    }
    drop_stale(connection, at_once)?;
    let Some(gap) = gap(connection)? else { return Ok(false) };
    let Some(until) = end(connection, &gap, settled, at_once)? else { return Ok(false) };
    write(connection, gap.from, until)?;
    Ok(true)
}

/// Drops the segment that has changed most, if that is too much.
fn drop_stale(connection: &Connection, at_once: usize) -> Result<(), StoreError> {
    let sql = "SELECT segment, count(*), (SELECT count(*) FROM segment_stale) FROM segment_stale
        GROUP BY segment ORDER BY 2 DESC LIMIT 1";
    let read = |row: &tandem_sql::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let worst: Option<(i64, i64, i64)> = connection.prepare_cached(sql)?.query_row([], read).optional()?;
    let is_over = |count: i64, most: usize| usize::try_from(count).is_ok_and(|count| count > most);
    match worst {
        Some((segment, stale, all)) if is_over(stale, at_once / STALE) || is_over(all, at_once * ALL_STALE) => {
            for table in ["segment", "segment_column", "segment_stale"] {
                connection.prepare_cached(&format!("DELETE FROM {table} WHERE segment = ?1"))?.execute([segment])?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The first gap.
fn gap(connection: &Connection) -> Result<Option<Gap>, StoreError> {
    let first = gaps(&spans(connection)?).into_iter().next();
    Ok(first.map(|(from, until)| Gap { from, until }))
}

/// Where the next segment of a gap ends; none if it has too few conversations yet.
fn end(connection: &Connection, gap: &Gap, settled: Time, at_once: usize) -> Result<Option<i64>, StoreError> {
    let until = gap.until.min(settled.0);
    let nth = "SELECT started_at FROM conversation WHERE started_at >= ?1 AND started_at < ?2
        ORDER BY started_at LIMIT 1 OFFSET ?3";
    let mut nth = connection.prepare_cached(nth)?;
    let mut find = |offset: usize| {
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        nth.query_row(params![gap.from, until, offset], |row| row.get::<_, i64>(0)).optional()
    };
    if let Some(next) = find(at_once)? {
        // More of them may have begun in one millisecond.
        let is_one_instant = find(0)? == Some(next);
        return Ok(Some(if is_one_instant { next + 1 } else { next }));
    }
    let is_newest = gap.until == i64::MAX;
    Ok((!is_newest && gap.until <= settled.0).then_some(gap.until))
}

fn write(connection: &Connection, from: i64, until: i64) -> Result<(), StoreError> {
    connection.prepare_cached("INSERT INTO segment (from_at, until_at) VALUES (?1, ?2)")?.execute([from, until])?;
    let segment: i64 =
        connection.query_row("SELECT segment FROM segment WHERE until_at = ?1", [until], |row| row.get(0))?;
    let ids = began_within(connection, from, until)?;
    for (table, _) in TABLES {
        for (place, column) in build(connection, table, &ids)? {
            stored::write(connection, segment, place, &column)?;
        }
    }
    Ok(())
}

/// The conversations of a segment, in its order.
pub(super) fn began_within(connection: &Connection, from: i64, until: i64) -> Result<Vec<Uuid>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT conversation_id FROM conversation WHERE started_at >= ?1 AND started_at < ?2
         ORDER BY started_at, conversation_id",
    )?;
    let ids = query.query_map([from, until], |row| Ok(row.get::<_, Id>(0)?.0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}
