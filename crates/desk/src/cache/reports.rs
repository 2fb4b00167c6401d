//! Table `alert_reports`: alert outcomes, until the hub has received them.

use tandem_protocol::agents::AlertReport;
use tandem_sqlite::rusqlite::{Connection, params};

use super::{CacheError, json, parse};

pub(crate) const SCHEMA: &str = "
CREATE TABLE alert_reports (
    number INTEGER NOT NULL PRIMARY KEY,
    -- JSON, as it is sent.
    report TEXT NOT NULL
) STRICT;";

pub(crate) fn add(connection: &Connection, report: &AlertReport) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached("INSERT INTO alert_reports (report) VALUES (?1)")?;
    query.execute([json("alert", report)?])?;
    Ok(())
}

/// The oldest reports, and their greatest number.
pub(crate) fn first(connection: &Connection, limit: u32) -> Result<(Vec<AlertReport>, i64), CacheError> {
    let mut query = connection.prepare_cached("SELECT number, report FROM alert_reports ORDER BY number LIMIT ?1")?;
    let rows = query.query_map([limit], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let (mut reports, mut last) = (Vec::new(), 0);
    for row in rows {
        let (number, report) = row?;
        reports.push(parse("alert", &report)?);
        last = number;
    }
    Ok((reports, last))
}

/// The hub received all reports up to this number.
pub(crate) fn remove(connection: &Connection, up_to: i64) -> Result<(), CacheError> {
    connection.prepare_cached("DELETE FROM alert_reports WHERE number <= ?1")?.execute(params![up_to])?;
    Ok(())
}
