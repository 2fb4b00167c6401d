//! Table `business_hours`: those of the account, of brands and of numbers, with their changes.

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

pub(crate) const OF_NUMBERS: &str = "
-- The number of WhatsApp that has its own.
ALTER TABLE business_hours ADD COLUMN number TEXT;";

/// Whose hours they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    Account,
    Brand(BrandId),
    /// By its id.
    Number(String),
}

/// Everybody's, in the order of owners and of the time from which they are in force.
pub(crate) fn all(connection: &Connection) -> Result<Vec<(Owner, BusinessHours)>, StoreError> {
    let sql = "SELECT brand, number, hours FROM business_hours
               ORDER BY number IS NOT NULL, number, brand IS NOT NULL, brand, valid_from, id";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let owner = match (row.get::<_, Option<Id>>(0)?, row.get::<_, Option<String>>(1)?) {
            (_, Some(number)) => Owner::Number(number),
            (Some(brand), None) => Owner::Brand(BrandId(brand.0)),
            (None, None) => Owner::Account,
        };
        let text: String = row.get(2)?;
        let hours = serde_json::from_str(&text)
            .map_err(|error| StoreError::Damaged { what: "business hours", detail: error.to_string() })?;
        found.push((owner, hours));
    }
    Ok(found)
}

/// Replaces all versions of an owner.
pub(crate) fn put(connection: &Connection, owner: &Owner, versions: &[BusinessHours]) -> Result<(), StoreError> {
    let (brand, number) = match owner {
        Owner::Account => (None, None),
        Owner::Brand(brand) => (Some(Id(brand.0)), None),
        Owner::Number(number) => (None, Some(number)),
    };
    match owner {
        Owner::Account => {
            connection.execute("DELETE FROM business_hours WHERE brand IS NULL AND number IS NULL", [])?
        }
        Owner::Brand(_) => connection.execute("DELETE FROM business_hours WHERE brand = ?1", params![brand])?,
        Owner::Number(number) => connection.execute("DELETE FROM business_hours WHERE number = ?1", params![number])?,
    };
    let sql = "INSERT INTO business_hours (brand, number, valid_from, hours) VALUES (?1, ?2, ?3, ?4)";
    let mut query = connection.prepare_cached(sql)?;
    for hours in versions {
        let text = serde_json::to_string(hours)
            .map_err(|error| StoreError::Damaged { what: "business hours", detail: error.to_string() })?;
        query.execute(params![brand, number, hours.valid_from.0, text])?;
    }
    Ok(())
}
