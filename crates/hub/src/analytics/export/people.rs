//! Customers and their addresses. Addresses are hashed with a key of the account: equal ones are equal here, and nothing
//! leads back.

use std::collections::HashMap;

use tandem_sql::{Connection, Row};
use uuid::Uuid;

use super::super::cell::Cell;
use super::super::shape::{Kind, Shape};
use super::source::Source;
use crate::store::{Id, StoreError, contacts};

pub(super) const CUSTOMER: Shape = Shape::of_account(
    "customer",
    &[
        ("customer_id", Kind::Uuid),
        ("name_known", Kind::Bool),
        ("language", Kind::Text),
        ("first_seen", Kind::Time),
        ("last_seen", Kind::Time),
        ("conversations", Kind::Int),
    ],
    &["customer_id"],
);

pub(super) const CONTACT: Shape = Shape::of_account(
    "contact",
    &[
        ("contact_id", Kind::Uuid),
        ("customer_id", Kind::Uuid),
        ("kind", Kind::Enum),
        ("value_hash", Kind::Text),
        ("verified", Kind::Bool),
        ("first_seen", Kind::Time),
        ("last_seen", Kind::Time),
        ("conversations", Kind::Int),
    ],
    &["contact_id"],
);

/// What the conversations say of one customer, or of one contact.
#[derive(Default)]
struct Seen {
    first: Option<i64>,
    last: Option<i64>,
    conversations: i64,
    /// Of their newest conversation that has one.
    language: Option<String>,
}

fn number(value: Option<i64>) -> Cell {
    value.map_or(Cell::Null, Cell::Int)
}

/// By `customer_id` or `contact_id`.
fn seen(made: &Connection, column: &str) -> Result<HashMap<Uuid, Seen>, StoreError> {
    let mut all: HashMap<Uuid, Seen> = HashMap::new();
    let mut query = made.prepare(&format!(
        "SELECT {column}, started_at, language FROM conversation WHERE {column} IS NOT NULL ORDER BY started_at"
    ))?;
    let started = |row: &Row<'_>| Ok((row.get::<_, Id>(0)?.0, row.get(1)?, row.get::<_, Option<String>>(2)?));
    for one in query.query_map([], started)? {
        let (id, at, language) = one?;
        let seen = all.entry(id).or_default();
        seen.first.get_or_insert(at);
        seen.last = seen.last.max(Some(at));
        seen.conversations += 1;
        seen.language = language.or(seen.language.take());
    }
    let mut query = made.prepare(&format!(
        "SELECT conversation.{column}, max(turn.at) FROM turn JOIN conversation USING (conversation_id)
         WHERE turn.by = 'customer' AND conversation.{column} IS NOT NULL GROUP BY conversation.{column}"
    ))?;
    for one in query.query_map([], |row| Ok((row.get::<_, Id>(0)?.0, row.get::<_, i64>(1)?)))? {
        let (id, at) = one?;
        let seen = all.entry(id).or_default();
        seen.last = seen.last.max(Some(at));
    }
    Ok(all)
}

/// Everybody with a conversation.
pub(super) fn customers(source: &Source<'_>) -> Result<Vec<Vec<Cell>>, StoreError> {
    let known = contacts::named(source.account)?;
    let mut all: Vec<_> = seen(source.made, "customer_id")?.into_iter().collect();
    all.sort_by_key(|(id, _)| *id);
    let row = |(id, seen): (Uuid, Seen)| {
        source.row([
            Cell::Bytes(id.into_bytes()),
            known.get(&id).map_or(Cell::Null, |is_known| Cell::Int((*is_known).into())),
            seen.language.map_or(Cell::Null, Cell::Text),
            number(seen.first),
            number(seen.last),
            Cell::Int(seen.conversations),
        ])
    };
    Ok(all.into_iter().map(row).collect())
}

/// Every address that is known.
pub(super) fn contacts(source: &Source<'_>) -> Result<Vec<Vec<Cell>>, StoreError> {
    let mut by_contact = seen(source.made, "contact_id")?;
    let row = |one: contacts::Listed| {
        let seen = by_contact.remove(&one.contact.0).unwrap_or_default();
        source.row([
            Cell::Bytes(one.contact.0.into_bytes()),
            Cell::Bytes(one.customer.0.into_bytes()),
            Cell::Text(one.kind),
            one.value.map_or(Cell::Null, |value| Cell::Text(hash(source.key, &value))),
            Cell::Int(one.verified.into()),
            number(seen.first),
            number(seen.last),
            Cell::Int(seen.conversations),
        ])
    };
    Ok(contacts::listed(source.account)?.into_iter().map(row).collect())
}

/// 130 bits of an HMAC, in 26 characters.
fn hash(key: &ring::hmac::Key, value: &str) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let tag = ring::hmac::sign(key, value.as_bytes());
    let bits = tag.as_ref().iter().flat_map(|byte| (0..8).rev().map(move |bit| usize::from(byte >> bit & 1)));
    let bits: Vec<usize> = bits.take(26 * 5).collect();
    let letter = |five: &[usize]| {
        let number = five.iter().fold(0, |number, bit| number * 2 + bit);
        LETTERS.get(number).map_or('a', |letter| char::from(*letter))
    };
    bits.chunks(5).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_addresses_have_equal_hashes_and_only_under_the_same_key() {
        let key = |words: &str| ring::hmac::Key::new(ring::hmac::HMAC_SHA256, words.as_bytes());
        let one = hash(&key("one"), "+34600123456");
        assert_eq!((one.len(), &one), (26, &hash(&key("one"), "+34600123456")));
        assert_ne!(one, hash(&key("another"), "+34600123456"));
        assert_ne!(one, hash(&key("one"), "+34600123457"));
    }
}
