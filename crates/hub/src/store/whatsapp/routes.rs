//! Chats of customers' accounts with numbers of ours, and the names that each has had.

use tandem_conversation::{ContactId, CustomerId, Time};
use tandem_sql::{Connection, OptionalExtension as _, params};

use crate::store::{Id, StoreError, contacts};

/// The kinds of names, from the strictest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum NameKind {
    User,
    Parent,
    Number,
}

impl NameKind {
    pub(crate) const EVERY: [Self; 3] = [Self::User, Self::Parent, Self::Number];

    /// As stored.
    #[must_use]
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::User => "whatsapp_user",
            Self::Parent => "whatsapp_parent",
            Self::Number => "whatsapp_number",
        }
    }
}

/// One name of a route, for as long as it is theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name<R> {
    pub route: R,
    pub kind: NameKind,
    pub value: String,
    pub from: Time,
    /// When it stopped being theirs.
    pub until: Option<Time>,
    /// When the name was last proven to be theirs.
    pub last_seen: Time,
}

impl<R> Name<R> {
    /// Whether it was theirs then, or already before it was known.
    pub(crate) fn is_at(&self, at: Time) -> bool {
        self.until.is_none_or(|until| at <= until)
    }

    /// How long before or after the time that it is known to be theirs, in milliseconds; 0 within it.
    pub(crate) fn distance(&self, at: Time) -> i64 {
        let after = self.until.map_or(0, |until| at.since(until));
        self.from.since(at).max(after).max(0)
    }
}

/// Where a message belongs, and what is learnt from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placement<R> {
    /// None for a new route.
    pub route: Option<R>,
    /// Names that the route has from now on.
    pub adds: Vec<(NameKind, String)>,
    /// Names that are the route's, and that this payload proves.
    pub seen: Vec<(NameKind, String)>,
    /// Names that the route had then, and that are another's since.
    pub past: Vec<(NameKind, String)>,
    /// Names that other routes, or this one, lose: their holder and since when.
    pub ends: Vec<(R, NameKind, String, Time)>,
    /// The payload contradicts what was known, so somebody should look.
    pub conflict: bool,
}

impl<R> Placement<R> {
    pub(crate) fn at(route: Option<R>) -> Self {
        Self { route, adds: Vec::new(), seen: Vec::new(), past: Vec::new(), ends: Vec::new(), conflict: false }
    }
}

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

const NAMES: &str = "
SELECT n.route, n.kind, n.value, n.from_at, n.until_at, coalesce(n.seen_at, n.from_at)
FROM whatsapp_names m JOIN whatsapp_names n ON n.route = m.route
WHERE m.number = ?1 AND m.kind = ?2 AND m.value = ?3 AND n.number = ?1";

/// All names of every route of this number that has, or had, one of these names.
pub(crate) fn known(
    connection: &Connection,
    number: &str,
    names: &[(NameKind, String)],
) -> Result<Vec<Name<ContactId>>, StoreError> {
    let mut query = connection.prepare_cached(NAMES)?;
    let mut known: Vec<Name<ContactId>> = Vec::new();
    for (kind, value) in names {
        let rows = query.query_map(params![number, kind.key(), value], |row| {
            let kind: String = row.get(1)?;
            Ok((
                ContactId(row.get::<_, Id>(0)?.0),
                kind,
                row.get::<_, String>(2)?,
                Time(row.get(3)?),
                row.get::<_, Option<i64>>(4)?.map(Time),
                Time(row.get(5)?),
            ))
        })?;
        for row in rows {
            let (route, kind, value, from, until, last_seen) = row?;
            let Some(kind) = NameKind::EVERY.into_iter().find(|known| known.key() == kind) else { continue };
            let name = Name { route, kind, value, from, until, last_seen };
            if !known.contains(&name) {
                known.push(name);
            }
        }
    }
    Ok(known)
}

/// Keeps what a payload has taught; begins a route, with an unknown customer, if it is new. `is_heard`: the customer has
/// shown that they have these names.
pub(crate) fn keep(
    connection: &Connection,
    number: &str,
    placement: &Placement<ContactId>,
    name: &str,
    at: Time,
    is_heard: bool,
) -> Result<ContactId, StoreError> {
    let route = match placement.route {
        Some(route) => route,
        None => begin(connection, number, name, at)?,
    };
    for (of, kind, value, until) in &placement.ends {
        let sql = "UPDATE whatsapp_names SET until_at = ?4
                   WHERE route = ?1 AND kind = ?2 AND value = ?3 AND until_at IS NULL";
        connection.prepare_cached(sql)?.execute(params![Id(of.0), kind.key(), value, until.0])?;
    }
    for (kind, value) in &placement.adds {
        let sql =
            "INSERT INTO whatsapp_names (number, kind, value, route, from_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
        connection.prepare_cached(sql)?.execute(params![number, kind.key(), value, Id(route.0), at.0])?;
    }
    for (kind, value) in &placement.seen {
        let sql = "UPDATE whatsapp_names SET from_at = CASE WHEN from_at > ?4 THEN ?4 ELSE from_at END,
                       seen_at = CASE WHEN coalesce(seen_at, from_at) < ?4 THEN ?4 ELSE seen_at END
                   WHERE route = ?1 AND kind = ?2 AND value = ?3 AND until_at IS NULL";
        connection.prepare_cached(sql)?.execute(params![Id(route.0), kind.key(), value, at.0])?;
    }
    for (kind, value) in &placement.past {
        let sql = "UPDATE whatsapp_names SET from_at = CASE WHEN from_at > ?4 THEN ?4 ELSE from_at END,
                       until_at = CASE WHEN until_at < ?4 THEN ?4 ELSE until_at END
                   WHERE id = (SELECT max(id) FROM whatsapp_names
                               WHERE route = ?1 AND kind = ?2 AND value = ?3 AND until_at IS NOT NULL)";
        if connection.prepare_cached(sql)?.execute(params![Id(route.0), kind.key(), value, at.0])? == 0 {
            let sql = "INSERT INTO whatsapp_names (number, kind, value, route, from_at, until_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
            connection.prepare_cached(sql)?.execute(params![number, kind.key(), value, Id(route.0), at.0])?;
        }
    }
    if is_heard {
        let seen = "UPDATE whatsapp_routes SET last_seen = max(last_seen, ?2) WHERE id = ?1";
        connection.prepare_cached(seen)?.execute(params![Id(route.0), at.0])?;
    }
    Ok(route)
}

fn begin(connection: &Connection, number: &str, name: &str, at: Time) -> Result<ContactId, StoreError> {
    let (id, _) = contacts::insert_of(connection, "whatsapp", name)?;
    connection
        .prepare_cached("INSERT INTO whatsapp_routes (id, number, last_seen) VALUES (?1, ?2, ?3)")?
        .execute(params![Id(id.0), number, at.0])?;
    Ok(id)
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

const CURRENT: &str = "SELECT kind, value FROM whatsapp_names WHERE route = ?1 AND until_at IS NULL ORDER BY id DESC";

/// A current name of this kind, the newest first.
pub(crate) fn current(connection: &Connection, id: ContactId, kind: NameKind) -> Result<Option<String>, StoreError> {
    let mut query = connection.prepare_cached(CURRENT)?;
    let rows = query.query_map([Id(id.0)], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    for row in rows {
        let (of, value) = row?;
        if of == kind.key() {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

const OF_ANOTHER: &str = "
SELECT 1 FROM whatsapp_names m
    JOIN whatsapp_names n ON n.number = m.number AND n.kind = m.kind AND n.value = m.value
    WHERE m.route = ?1 AND m.number = ?2 AND m.kind = 'whatsapp_number' AND m.until_at IS NULL
      AND n.route <> ?1 AND n.until_at IS NOT NULL LIMIT 1";

/// Whether the number of a chat belonged to another one before.
pub(crate) fn is_of_another(connection: &Connection, number: &str, id: ContactId) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached(OF_ANOTHER)?.exists(params![Id(id.0), number])?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::assert_indexed;

    #[test]
    fn routes_are_found_by_their_names() {
        for sql in [ROUTE, NAMES, OF_ANOTHER] {
            assert_indexed(sql, false);
        }
        // A route has few names.
        assert_indexed(CURRENT, true);
    }
}
