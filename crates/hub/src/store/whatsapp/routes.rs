//! Chats of people on WhatsApp with numbers of ours.

use tandem_conversation::{ContactId, CustomerId, Time};
use tandem_sql::{Connection, OptionalExtension as _, params};

use super::people::Person;
use crate::store::{Id, StoreError, contacts};

/// One chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub id: ContactId,
    pub number: String,
    pub customer: CustomerId,
    pub heard_at: Option<Time>,
    pub marketing: Option<String>,
    /// What the customer calls themselves on WhatsApp.
    pub username: Option<String>,
}

impl Route {
    /// Whether the customer has said that they want no marketing.
    pub(crate) fn refuses_marketing(&self) -> bool {
        self.marketing.as_deref() == Some("stop")
    }
}

const ROUTE: &str = "
SELECT r.number, t.customer, r.heard_at, r.marketing, r.username FROM whatsapp_routes r JOIN contacts t ON t.id = r.id WHERE r.id = ?1";

pub(crate) fn get(connection: &Connection, id: ContactId) -> Result<Option<Route>, StoreError> {
    let mut query = connection.prepare_cached(ROUTE)?;
    let found = query.query_row([Id(id.0)], |row| {
        Ok(Route {
            id,
            number: row.get(0)?,
            customer: CustomerId(row.get::<_, Id>(1)?.0),
            heard_at: row.get::<_, Option<i64>>(2)?.map(Time),
            marketing: row.get(3)?,
            username: row.get(4)?,
        })
    });
    Ok(found.optional()?)
}

/// Begins a person's chat with one of our numbers, with an unknown customer.
pub(crate) fn begin(
    connection: &Connection,
    number: &str,
    person: Person,
    (name, at): (&str, Time),
) -> Result<ContactId, StoreError> {
    let (id, _) = contacts::insert_of(connection, "whatsapp", name)?;
    connection
        .prepare_cached("INSERT INTO whatsapp_routes (id, number, person, last_seen) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![Id(id.0), number, Id(person.0), at.0])?;
    Ok(id)
}

/// The customer has acted in a chat.
pub(crate) fn seen(connection: &Connection, id: ContactId, at: Time) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_routes SET last_seen = ?2 WHERE id = ?1 AND last_seen < ?2";
    connection.prepare_cached(sql)?.execute(params![Id(id.0), at.0])?;
    Ok(())
}

/// The customer wrote or reacted, by their own time.
pub(crate) fn heard(connection: &Connection, id: ContactId, at: Time) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_routes SET heard_at = max(coalesce(heard_at, ?2), ?2) WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![Id(id.0), at.0])?;
    Ok(())
}

/// What the customer calls themselves now.
pub(crate) fn set_username(connection: &Connection, id: ContactId, username: &str) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_routes SET username = ?2 WHERE id = ?1 AND (username IS NULL OR username <> ?2)";
    connection.prepare_cached(sql)?.execute(params![Id(id.0), username])?;
    Ok(())
}

/// What the customer wishes for marketing, since when. An older wish changes nothing.
pub(crate) fn set_marketing(connection: &Connection, id: ContactId, wish: &str, at: Time) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_routes SET marketing = ?2, marketing_at = ?3
               WHERE id = ?1 AND (marketing_at IS NULL OR marketing_at <= ?3)";
    connection.prepare_cached(sql)?.execute(params![Id(id.0), wish, at.0])?;
    Ok(())
}

/// What the customer said when we asked whether we may call them.
pub(crate) fn set_calls(
    connection: &Connection,
    id: ContactId,
    accepted: bool,
    until: Option<Time>,
) -> Result<(), StoreError> {
    let sql = "UPDATE whatsapp_routes SET calls = ?2, calls_until = ?3 WHERE id = ?1";
    let answer = if accepted { "accept" } else { "reject" };
    connection.prepare_cached(sql)?.execute(params![Id(id.0), answer, until.map(|until| until.0)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::assert_indexed;

    #[test]
    fn a_chat_is_found_by_its_id() {
        assert_indexed(ROUTE, false);
    }
}
