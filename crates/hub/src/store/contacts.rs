//! Customers, and the contacts by which they reach us.

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

/// Gives a customer another name.
pub(crate) fn rename(connection: &Connection, customer: CustomerId, name: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE customers SET name = ?2 WHERE id = ?1")?
        .execute(params![Id(customer.0), name])?;
    Ok(())
}
