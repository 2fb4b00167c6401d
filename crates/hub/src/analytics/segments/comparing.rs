//! Compares segments with the rows.

use std::collections::HashSet;

use tandem_sql::Connection;
use tandem_sqlite::Cause;
use uuid::Uuid;

use super::column::Column;
use super::making::began_within;
use super::reading::{Span, spans};
use super::{TABLES, are_known, build, columns_of, stored};
use crate::store::{Id, StoreError};

/// Columns that are damaged or gone.
pub(crate) fn broken(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    if !connection.has_table("segment")? || !are_known(connection)? {
        return Ok(wrong);
    }
    for Span { segment, .. } in spans(connection)? {
        for (table, _) in TABLES {
            let Some((first, columns)) = columns_of(table) else { continue };
            for place in first..first + columns.len() {
                readable(connection, (segment, place, table), &mut wrong)?;
            }
        }
    }
    Ok(wrong)
}

/// Reads a column, or adds that it is damaged.
fn readable(
    connection: &Connection,
    (segment, place, table): (i64, usize, &str),
    wrong: &mut Vec<String>,
) -> Result<Option<Column>, StoreError> {
    match stored::read(connection, segment, place, None) {
        Err(StoreError::Database(error)) if error.cause() == Cause::Damaged => {
            wrong.push(format!("segment {segment}: column {place}, of {table}, is damaged"));
            Ok(None)
        }
        read => read,
    }
}

/// Segments that are not as their rows. Conversations that are noted as changed are read from their rows anyway.
pub(crate) fn unlike(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut wrong = Vec::new();
    if !connection.has_table("segment")? || !are_known(connection)? {
        return Ok(wrong);
    }
    for Span { segment, from, until } in spans(connection)? {
        let (ids, stale) = (began_within(connection, from, until)?, stale(connection, segment)?);
        for (table, _) in TABLES {
            let built = build(connection, table, &ids)?;
            let mut kept = Vec::with_capacity(built.len());
            for (place, _) in &built {
                kept.extend(readable(connection, (segment, *place, table), &mut wrong)?);
            }
            let built: Vec<Column> = built.into_iter().map(|(_, column)| column).collect();
            if kept.len() == built.len() && !are_alike(&kept, &built, &ids, &stale) {
                wrong.push(format!("segment {segment} is not as the rows of {table}"));
            }
        }
    }
    Ok(wrong)
}

/// Whether columns say the same of each conversation that is not stale. The first says how many rows each has.
fn are_alike(kept: &[Column], built: &[Column], ids: &[Uuid], stale: &HashSet<Uuid>) -> bool {
    let (Some(kept_counts), Some(built_counts)) = (kept.first(), built.first()) else { return false };
    if kept_counts.len() != ids.len() {
        return false;
    }
    let count = |column: &Column, at| usize::try_from(column.number(at).unwrap_or_default()).unwrap_or_default();
    let (mut in_kept, mut in_built) = (0, 0);
    for (at, id) in ids.iter().enumerate() {
        let (rows, others) = (count(kept_counts, at), count(built_counts, at));
        let is_same = |row: usize| {
            let mut columns = kept.iter().zip(built).skip(1);
            columns.all(|(kept, built)| kept.cell(in_kept + row) == built.cell(in_built + row))
        };
        if !stale.contains(id) && (rows != others || !(0..rows).all(is_same)) {
            return false;
        }
        in_kept += rows;
        in_built += others;
    }
    true
}

fn stale(connection: &Connection, segment: i64) -> Result<HashSet<Uuid>, StoreError> {
    let mut query = connection.prepare_cached("SELECT conversation FROM segment_stale WHERE segment = ?1")?;
    let found = query.query_map([segment], |row| Ok(row.get::<_, Id>(0)?.0))?;
    Ok(found.collect::<Result<_, _>>()?)
}
