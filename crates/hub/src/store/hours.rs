//! Table `business_hours`: those of the account and of brands, with their changes.

use tandem_conversation::BrandId;
use tandem_protocol::hours::BusinessHours;
use tandem_sql::{Connection, params};

use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE business_hours (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The brand that has its own; null for the account's.
    brand      BLOB,
    -- From when they are in force.
    valid_from INTEGER NOT NULL,
    -- Zone, weekly intervals and holidays, as JSON.
    hours      TEXT NOT NULL
) STRICT;
CREATE INDEX business_hours_of_brand ON business_hours (brand, valid_from);";

/// Everybody's, in the order of owners and of the time from which they are in force.
pub(crate) fn all(connection: &Connection) -> Result<Vec<(Option<BrandId>, BusinessHours)>, StoreError> {
    let mut query =
        connection.prepare_cached("SELECT brand, hours FROM business_hours ORDER BY brand, valid_from, id")?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let brand = row.get::<_, Option<Id>>(0)?.map(|id| BrandId(id.0));
        let text: String = row.get(1)?;
        let hours = serde_json::from_str(&text)
            .map_err(|error| StoreError::Damaged { what: "business hours", detail: error.to_string() })?;
        found.push((brand, hours));
    }
    Ok(found)
}

/// Replaces all versions of an owner.
pub(crate) fn put(
    connection: &Connection,
    brand: Option<BrandId>,
    versions: &[BusinessHours],
) -> Result<(), StoreError> {
    let brand = brand.map(|brand| Id(brand.0));
    match &brand {
        Some(brand) => connection.execute("DELETE FROM business_hours WHERE brand = ?1", params![brand])?,
        None => connection.execute("DELETE FROM business_hours WHERE brand IS NULL", [])?,
    };
    let mut query =
        connection.prepare_cached("INSERT INTO business_hours (brand, valid_from, hours) VALUES (?1, ?2, ?3)")?;
    for hours in versions {
        let text = serde_json::to_string(hours)
            .map_err(|error| StoreError::Damaged { what: "business hours", detail: error.to_string() })?;
        query.execute(params![brand, hours.valid_from.0, text])?;
    }
    Ok(())
}
