//! Customers, and the contacts by which they reach us.

use serde_json::{Map, Value};
use tandem_conversation::{BrandId, ContactId, CustomerId};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension, params};

use super::auth::Hash;
use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE customers (
    id   BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE contacts (
    id          BLOB NOT NULL PRIMARY KEY,
    customer    BLOB NOT NULL REFERENCES customers (id),
    kind        TEXT NOT NULL,
    brand       BLOB,
    language    TEXT,
    -- For web sessions: hash of the token that the browser keeps.
    secret_hash BLOB UNIQUE
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_of_customer ON contacts (customer);";

/// Your Logic's data about the customer, as JSON.
pub(crate) const CUSTOM: &str = "ALTER TABLE customers ADD COLUMN custom TEXT NOT NULL DEFAULT '{}';";

/// A browser that has written, or may.
#[derive(Clone, Debug)]
pub struct WebContact {
    pub contact: ContactId,
    pub customer: CustomerId,
    pub name: String,
    pub brand: BrandId,
    /// The brand's key.
    pub brand_key: String,
    pub language: Option<String>,
}

/// Makes a customer with one web session.
pub(crate) fn insert_web(connection: &Connection, web: &WebContact, secret: &Hash) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT INTO customers (id, name) VALUES (?1, ?2)")?
        .execute(params![Id(web.customer.0), web.name])?;
    connection
        .prepare_cached(
            "INSERT INTO contacts (id, customer, kind, brand, language, secret_hash)
             VALUES (?1, ?2, 'web_session', ?3, ?4, ?5)",
        )?
        .execute(params![Id(web.contact.0), Id(web.customer.0), Id(web.brand.0), web.language, secret])?;
    Ok(())
}

/// The web session of a token.
pub(crate) fn web_by_secret(connection: &Connection, secret: &Hash) -> Result<Option<WebContact>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT t.id, t.customer, c.name, t.brand, b.key, t.language
         FROM contacts t JOIN customers c ON c.id = t.customer JOIN brands b ON b.id = t.brand
         WHERE t.secret_hash = ?1",
    )?;
    let found = query.query_row([secret], |row| {
        Ok(WebContact {
            contact: ContactId(row.get::<_, Id>(0)?.0),
            customer: CustomerId(row.get::<_, Id>(1)?.0),
            name: row.get(2)?,
            brand: BrandId(row.get::<_, Id>(3)?.0),
            brand_key: row.get(4)?,
            language: row.get(5)?,
        })
    });
    Ok(found.optional()?)
}

/// What is known of a customer, whichever of their conversations it was learnt in.
pub(crate) struct Known {
    pub name: String,
    /// Your Logic's data.
    pub custom: Map<String, Value>,
}

pub(crate) fn known(connection: &Connection, customer: CustomerId) -> Result<Option<Known>, StoreError> {
    let mut query = connection.prepare_cached("SELECT name, custom FROM customers WHERE id = ?1")?;
    let found = query.query_row([Id(customer.0)], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    let Some((name, custom)) = found.optional()? else { return Ok(None) };
    let custom = serde_json::from_str(&custom).map_err(damaged)?;
    Ok(Some(Known { name, custom }))
}

pub(crate) fn know(
    connection: &Connection,
    customer: CustomerId,
    name: &str,
    custom: &Map<String, Value>,
) -> Result<(), StoreError> {
    let custom = serde_json::to_string(custom).map_err(damaged)?;
    connection.prepare_cached("UPDATE customers SET name = ?2, custom = ?3 WHERE id = ?1")?.execute(params![
        Id(customer.0),
        name,
        custom
    ])?;
    Ok(())
}

fn damaged(error: serde_json::Error) -> StoreError {
    StoreError::Damaged { what: "customer", detail: error.to_string() }
}
