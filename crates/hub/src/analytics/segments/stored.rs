//! Columns as they are stored, each with its checksums.

use tandem_conversation::Time;
use tandem_sql::{Connection, OptionalExtension as _, params};
use tandem_sqlite::Cause;

use super::column::Column;
use crate::store::StoreError;

/// Stores a column of a segment.
pub(super) fn write(connection: &Connection, segment: i64, place: usize, column: &Column) -> Result<(), StoreError> {
    let place = number(place);
    let (least, most) = column.bounds().unzip();
    let (bounds, cells) = (bounds_sum(segment, place, (least, most)), sum(&[column.bytes()]));
    connection
        .prepare_cached(
            "INSERT INTO segment_column (segment, place, least, most, bounds_sum, cells_sum, cells)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![segment, place, least, most, bounds, cells, column.bytes()])?;
    Ok(())
}

/// Reads a column of a segment. None may be answered if it has no number in [from, until).
pub(super) fn read(
    connection: &Connection,
    segment: i64,
    place: usize,
    within: Option<(Time, Time)>,
) -> Result<Option<Column>, StoreError> {
    let place = number(place);
    let (from, until) = within.map(|(from, until)| (from.0, until.0)).unzip();
    // The cells are read from the disk only if they are asked for.
    let mut query = connection.prepare_cached(
        "SELECT least, most, bounds_sum, cells_sum,
             CASE WHEN ?3 IS NULL OR (most >= ?3 AND least < ?4) THEN cells END
         FROM segment_column WHERE segment = ?1 AND place = ?2",
    )?;
    let found = query.query_row(params![segment, place, from, until], |row| {
        let bounds: (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
        let sums: (i64, i64) = (row.get(2)?, row.get(3)?);
        Ok((bounds, sums, row.get::<_, Option<Vec<u8>>>(4)?))
    });
    let (bounds, sums, cells) = found.optional()?.ok_or_else(damaged)?;
    if bounds_sum(segment, place, bounds) != sums.0 {
        return Err(damaged());
    }
    let Some(cells) = cells else { return Ok(None) };
    if sum(&[&cells]) != sums.1 {
        return Err(damaged());
    }
    Column::read(cells).map(Some).ok_or_else(damaged)
}

fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn bounds_sum(segment: i64, place: i64, (least, most): (Option<i64>, Option<i64>)) -> i64 {
    let bytes = |bound: Option<i64>| bound.map(|number| number.to_le_bytes().to_vec()).unwrap_or_default();
    sum(&[&segment.to_le_bytes(), &place.to_le_bytes(), &bytes(least), &bytes(most)])
}

fn sum(parts: &[&[u8]]) -> i64 {
    let mut sum = flate2::Crc::new();
    parts.iter().for_each(|part| sum.update(part));
    sum.sum().into()
}

/// The file is made again.
pub(super) fn damaged() -> StoreError {
    let words = "a segment cannot be read".to_owned();
    StoreError::Database(tandem_sqlite::Error::Foreign { words, cause: Cause::Damaged })
}
