//! Customers, their contacts, and the browsers that they use.

use std::collections::HashMap;

use serde_json::{Map, Value};
use tandem_conversation::{BrandId, Contact, ContactId, ContactKind, CustomerId, CustomerRef, LinkSource, Time};
use tandem_sql::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{Id, StoreError};
use crate::secrets::TokenHash;

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

/// Several browsers may show one chat, and a contact may prove to be another customer's.
pub(crate) const PROVEN: &str = "
CREATE TABLE web_sessions (
    -- Hash of the token that the browser keeps.
    secret_hash BLOB NOT NULL PRIMARY KEY,
    contact     BLOB NOT NULL,
    language    TEXT,
    -- When a page last vouched for whoever sits there, and with which of the brand's secrets; null if none did.
    vouched     INTEGER,
    generation  INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO web_sessions (secret_hash, contact, language) SELECT secret_hash, id, language FROM contacts WHERE secret_hash IS NOT NULL;
DROP INDEX contacts_of_customer;
ALTER TABLE contacts RENAME TO contacts_before;
CREATE TABLE contacts (
    id       BLOB NOT NULL PRIMARY KEY,
    customer BLOB NOT NULL REFERENCES customers (id),
    -- `web_chat`, or a kind of address.
    kind     TEXT NOT NULL,
    -- The brand of a web chat.
    brand    BLOB,
    -- The address; for a web chat the customer id that the page has proven, null while anybody may sit there.
    value    TEXT,
    -- Why it is the customer's, as JSON, and since when; null for the one that began the customer.
    source   TEXT,
    linked   INTEGER,
    -- What the page last called the customer with this id.
    vouched_name TEXT,
    -- For a web chat whose customer was found out: where it goes on.
    moved_to BLOB
) STRICT, WITHOUT ROWID;
INSERT INTO contacts (id, customer, kind, brand) SELECT id, customer, 'web_chat', brand FROM contacts_before;
DROP TABLE contacts_before;
CREATE INDEX contacts_of_customer ON contacts (customer);
CREATE UNIQUE INDEX contacts_by_value ON contacts (kind, value) WHERE brand IS NULL;
CREATE UNIQUE INDEX contacts_home ON contacts (brand, value) WHERE value IS NOT NULL;";

/// Until the next message, which then begins it.
pub(crate) const WANTS_NEW: &str = "ALTER TABLE contacts ADD COLUMN wants_new INTEGER NOT NULL DEFAULT 0;";

/// Addresses that agents noted, as JSON.
pub(crate) const NOTED: &str = "ALTER TABLE customers ADD COLUMN noted TEXT NOT NULL DEFAULT '[]';";

/// How long a page's proof admits a browser, in milliseconds.
const VOUCHED_MS: i64 = 7 * 24 * 3_600_000;

/// A browser's chat.
#[derive(Clone, Debug)]
pub struct WebContact {
    pub contact: ContactId,
    pub customer: CustomerId,
    pub name: String,
    pub brand: BrandId,
    /// The brand's key.
    pub brand_key: String,
    pub language: Option<String>,
    /// The customer id that the page proved.
    pub proven: Option<String>,
    /// When it was last proven.
    pub vouched: Option<Time>,
}

/// What proves a contact to be a customer's.
#[derive(Clone, Copy)]
pub(crate) struct Proof<'a> {
    pub source: &'a LinkSource,
    pub at: Time,
}

/// Inserts an unknown customer with one web chat.
pub(crate) fn insert_web(connection: &Connection, web: &WebContact, secret: &TokenHash) -> Result<(), StoreError> {
    insert_customer(connection, web.customer, &web.name)?;
    connection
        .prepare_cached("INSERT INTO contacts (id, customer, kind, brand) VALUES (?1, ?2, 'web_chat', ?3)")?
        .execute(params![Id(web.contact.0), Id(web.customer.0), Id(web.brand.0)])?;
    insert_session(connection, secret, web.contact, web.language.as_deref(), None)
}

/// A contact, for lists.
pub(crate) struct Listed {
    pub contact: ContactId,
    pub customer: CustomerId,
    /// `web_chat`, or a kind of address.
    pub kind: String,
    pub value: Option<String>,
    /// Somebody has proven that it is the customer's.
    pub verified: bool,
}

/// All contacts.
pub(crate) fn listed(connection: &Connection) -> Result<Vec<Listed>, StoreError> {
    let mut query = connection.prepare(
        "SELECT id, customer, kind, value, CASE WHEN source IS NOT NULL OR value IS NOT NULL AND kind = 'web_chat' THEN 1
             ELSE 0 END
         FROM contacts ORDER BY id",
    )?;
    let found = query.query_map([], |row| {
        Ok(Listed {
            contact: ContactId(row.get::<_, Id>(0)?.0),
            customer: CustomerId(row.get::<_, Id>(1)?.0),
            kind: row.get(2)?,
            value: row.get(3)?,
            verified: row.get::<_, i64>(4)? != 0,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Whether each customer's name is known, and not made up by the hub.
pub(crate) fn named(connection: &Connection) -> Result<HashMap<Uuid, bool>, StoreError> {
    let mut query = connection.prepare("SELECT id, name FROM customers")?;
    let found = query.query_map([], |row| {
        let customer = CustomerRef::new(CustomerId(row.get::<_, Id>(0)?.0), row.get::<_, String>(1)?);
        Ok((customer.id.0, customer.known_name().is_some()))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The web chat into which this one was merged.
pub(crate) fn moved_to(connection: &Connection, contact: ContactId) -> Result<Option<ContactId>, StoreError> {
    let mut query = connection.prepare_cached("SELECT moved_to FROM contacts WHERE id = ?1")?;
    let found = query.query_row([Id(contact.0)], |row| row.get::<_, Option<Id>>(0)).optional()?;
    Ok(found.flatten().map(|id| ContactId(id.0)))
}

/// A page's proof of the visitor at a browser.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vouched {
    pub at: Time,
    /// Generation of the brand's secret.
    pub generation: u32,
}

/// Lets the browser with this token show this chat.
pub(crate) fn insert_session(
    connection: &Connection,
    secret: &TokenHash,
    contact: ContactId,
    language: Option<&str>,
    vouched: Option<Vouched>,
) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO web_sessions (secret_hash, contact, language, vouched, generation) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let (at, generation) = (vouched.map(|vouched| vouched.at.0), vouched.map(|vouched| vouched.generation));
    query.execute(params![secret, Id(contact.0), language, at, generation])?;
    Ok(())
}

/// Revokes a browser's token.
pub(crate) fn end_session(connection: &Connection, secret: &TokenHash) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM web_sessions WHERE secret_hash = ?1")?.execute([secret])?;
    Ok(())
}

/// The browser with this token. A page's proof expires, and needs the brand's current secret.
pub(crate) fn web_by_secret(
    connection: &Connection,
    secret: &TokenHash,
    now: Time,
) -> Result<Option<WebContact>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT t.id, t.customer, c.name, t.brand, b.key, s.language, t.value, s.vouched
         FROM web_sessions s JOIN contacts t ON t.id = s.contact
              JOIN customers c ON c.id = t.customer JOIN brands b ON b.id = t.brand
         WHERE s.secret_hash = ?1
           AND (s.vouched IS NULL OR (s.vouched > ?2 AND s.generation = b.secret_generation))",
    )?;
    let found = query.query_row(params![secret, now.plus_ms(-VOUCHED_MS).0], |row| {
        Ok(WebContact {
            contact: ContactId(row.get::<_, Id>(0)?.0),
            customer: CustomerId(row.get::<_, Id>(1)?.0),
            name: row.get(2)?,
            brand: BrandId(row.get::<_, Id>(3)?.0),
            brand_key: row.get(4)?,
            language: row.get(5)?,
            proven: row.get(6)?,
            vouched: row.get::<_, Option<i64>>(7)?.map(Time),
        })
    });
    Ok(found.optional()?)
}

pub(crate) fn insert_customer(connection: &Connection, id: CustomerId, name: &str) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached("INSERT INTO customers (id, name) VALUES (?1, ?2)")?;
    query.execute(params![Id(id.0), name])?;
    Ok(())
}

/// Inserts an unknown customer with one contact of a channel's own kind.
pub(crate) fn insert_of(
    connection: &Connection,
    kind: &str,
    name: &str,
) -> Result<(ContactId, CustomerId), StoreError> {
    let (id, customer) = (ContactId(Uuid::now_v7()), CustomerId(Uuid::now_v7()));
    insert_customer(connection, customer, name)?;
    let mut query = connection.prepare_cached("INSERT INTO contacts (id, customer, kind) VALUES (?1, ?2, ?3)")?;
    query.execute(params![Id(id.0), Id(customer.0), kind])?;
    Ok((id, customer))
}

/// The owner of an address.
pub(crate) struct Owner {
    pub customer: CustomerId,
    /// The name that the page last gave.
    vouched_name: Option<String>,
}

impl Owner {
    /// Whether a page gives another name than before.
    pub(crate) fn is_renamed_by(&self, name: Option<&str>) -> bool {
        name.is_some() && name != self.vouched_name.as_deref()
    }
}

/// The owner of this address.
pub(crate) fn owner(connection: &Connection, contact: &Contact) -> Result<Option<Owner>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT customer, vouched_name FROM contacts WHERE kind = ?1 AND value = ?2 AND brand IS NULL",
    )?;
    let found = query.query_row(params![name_of(contact.kind), contact.value], |row| {
        Ok(Owner { customer: CustomerId(row.get::<_, Id>(0)?.0), vouched_name: row.get(1)? })
    });
    Ok(found.optional()?)
}

pub(crate) fn put_vouched_name(
    connection: &Connection,
    contact: &Contact,
    name: Option<&str>,
) -> Result<(), StoreError> {
    let mut query = connection
        .prepare_cached("UPDATE contacts SET vouched_name = ?3 WHERE kind = ?1 AND value = ?2 AND brand IS NULL")?;
    query.execute(params![name_of(contact.kind), contact.value, name])?;
    Ok(())
}

pub(crate) fn insert(
    connection: &Connection,
    contact: &Contact,
    customer: CustomerId,
    proof: Proof<'_>,
) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO contacts (id, customer, kind, value, source, linked) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let (id, kind) = (Id(Uuid::now_v7()), name_of(contact.kind));
    query.execute(params![id, Id(customer.0), kind, contact.value, json(proof.source)?, proof.at.0])?;
    Ok(())
}

/// The web chat of a brand for a proven customer id.
pub(crate) fn home(connection: &Connection, brand: BrandId, value: &str) -> Result<Option<ContactId>, StoreError> {
    let mut query = connection.prepare_cached("SELECT id FROM contacts WHERE brand = ?1 AND value = ?2")?;
    let found = query.query_row(params![Id(brand.0), value], |row| row.get::<_, Id>(0));
    Ok(found.optional()?.map(|id| ContactId(id.0)))
}

pub(crate) fn insert_home(
    connection: &Connection,
    brand: BrandId,
    value: &str,
    customer: CustomerId,
    proof: Proof<'_>,
) -> Result<ContactId, StoreError> {
    let id = ContactId(Uuid::now_v7());
    let mut query = connection.prepare_cached(
        "INSERT INTO contacts (id, customer, kind, brand, value, source, linked)
         VALUES (?1, ?2, 'web_chat', ?3, ?4, ?5, ?6)",
    )?;
    query.execute(params![Id(id.0), Id(customer.0), Id(brand.0), value, json(proof.source)?, proof.at.0])?;
    Ok(id)
}

/// Merges one web chat into another: both proved to be the same person's.
pub(crate) fn move_to(connection: &Connection, from: ContactId, to: ContactId) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached("UPDATE contacts SET moved_to = ?2 WHERE id = ?1")?;
    query.execute(params![Id(from.0), Id(to.0)])?;
    Ok(())
}

/// Whether the customer asked for a new conversation and has not begun it yet.
pub(crate) fn wants_new(connection: &Connection, contact: ContactId) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("SELECT wants_new FROM contacts WHERE id = ?1")?;
    Ok(query.query_row([Id(contact.0)], |row| row.get(0)).optional()?.unwrap_or(false))
}

pub(crate) fn set_wants_new(connection: &Connection, contact: ContactId, wants: bool) -> Result<(), StoreError> {
    let mut query =
        connection.prepare_cached("UPDATE contacts SET wants_new = ?2 WHERE id = ?1 AND wants_new <> ?2")?;
    query.execute(params![Id(contact.0), wants])?;
    Ok(())
}

/// The browser's current chat, if its customer was identified since.
pub(crate) fn as_now(connection: &Connection, web: &WebContact) -> Result<Option<WebContact>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT n.id, n.customer, c.name, n.value
         FROM contacts t JOIN contacts n ON n.id = coalesce(t.moved_to, t.id) JOIN customers c ON c.id = n.customer
         WHERE t.id = ?1",
    )?;
    let found = query.query_row([Id(web.contact.0)], |row| {
        Ok(WebContact {
            contact: ContactId(row.get::<_, Id>(0)?.0),
            customer: CustomerId(row.get::<_, Id>(1)?.0),
            name: row.get(2)?,
            proven: row.get(3)?,
            ..web.clone()
        })
    });
    Ok(found.optional()?.filter(|now| (now.contact, now.customer) != (web.contact, web.customer)))
}

/// Reassigns everything of one customer to another.
pub(crate) fn give(
    connection: &Connection,
    from: CustomerId,
    to: CustomerId,
    proof: Proof<'_>,
) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(
        "UPDATE contacts SET customer = ?2, source = coalesce(source, ?3), linked = coalesce(linked, ?4)
         WHERE customer = ?1",
    )?;
    query.execute(params![Id(from.0), Id(to.0), json(proof.source)?, proof.at.0])?;
    Ok(())
}

/// The customer's proven addresses, the company's own id first.
pub(crate) fn of_customer(connection: &Connection, customer: CustomerId) -> Result<Vec<Contact>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT kind, value FROM contacts WHERE customer = ?1 AND brand IS NULL AND value IS NOT NULL",
    )?;
    let rows = query.query_map([Id(customer.0)], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut contacts = Vec::new();
    for row in rows {
        let (kind, value) = row?;
        contacts.push(Contact { kind: serde_json::from_value(Value::String(kind)).map_err(damaged)?, value });
    }
    contacts.sort();
    Ok(contacts)
}

/// What is known of a customer, from any of their conversations.
#[derive(PartialEq)]
pub(crate) struct Known {
    pub name: String,
    /// Your Logic's data.
    pub custom: Map<String, Value>,
    /// Addresses that agents noted.
    pub noted: Vec<Contact>,
}

pub(crate) fn known(connection: &Connection, customer: CustomerId) -> Result<Option<Known>, StoreError> {
    let mut query = connection.prepare_cached("SELECT name, custom, noted FROM customers WHERE id = ?1")?;
    let found =
        query.query_row([Id(customer.0)], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)));
    let Some((name, custom, noted)) = found.optional()? else { return Ok(None) };
    let custom = serde_json::from_str(&custom).map_err(damaged)?;
    let noted = serde_json::from_str(&noted).map_err(damaged)?;
    Ok(Some(Known { name, custom, noted }))
}

pub(crate) fn know(connection: &Connection, customer: CustomerId, known: &Known) -> Result<(), StoreError> {
    let Known { name, custom, noted } = known;
    let mut query =
        connection.prepare_cached("UPDATE customers SET name = ?2, custom = ?3, noted = ?4 WHERE id = ?1")?;
    query.execute(params![Id(customer.0), name, json(custom)?, json(noted)?])?;
    Ok(())
}

fn name_of(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::CustomerId => "customer_id",
        ContactKind::Email => "email",
        ContactKind::Phone => "phone",
    }
}

fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(damaged)
}

fn damaged(error: serde_json::Error) -> StoreError {
    StoreError::Damaged { what: "customer", detail: crate::json::problem(&error) }
}
