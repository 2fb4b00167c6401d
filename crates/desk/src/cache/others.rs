//! Table `others`: the own words of users who were signed in here before, until the same user signs in again. Nothing else
//! reads it, so that nobody sees another user's words.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Map, Value as Json, json};
use tandem_conversation::UserId;
use tandem_sqlite::rusqlite::types::Value;
use tandem_sqlite::rusqlite::{Connection, params, params_from_iter};

use super::rescue::{OWN, columns};
use super::{CacheError, damaged, id};

pub(crate) const SCHEMA: &str = "
CREATE TABLE others (
    -- The order in which they were put aside.
    number INTEGER NOT NULL PRIMARY KEY,
    user   BLOB NOT NULL,
    -- The table of the row.
    place  TEXT NOT NULL,
    -- JSON: its columns by name; bytes are a list of one text in base64.
    cells  TEXT NOT NULL
) STRICT;
CREATE INDEX others_user ON others (user, number);";

/// Users whose words are kept. Those who signed in here longest ago lose them.
const MOST: u32 = 20;

/// Puts the user's own words aside, for when they sign in again.
pub(crate) fn put_aside(connection: &Connection, user: UserId) -> Result<(), CacheError> {
    let mut insert = connection.prepare_cached("INSERT INTO others (user, place, cells) VALUES (?1, ?2, ?3)")?;
    for table in OWN {
        let names = columns(connection, table)?;
        let mut query = connection.prepare(&format!("SELECT {} FROM {table}", names.join(", ")))?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let mut cells = Map::new();
            for (at, name) in names.iter().enumerate() {
                cells.insert(name.clone(), written(row.get(at)?));
            }
            insert.execute(params![id(user.0), table, Json::Object(cells).to_string()])?;
        }
    }
    let old = "DELETE FROM others WHERE user NOT IN (
                   SELECT user FROM others GROUP BY user ORDER BY max(number) DESC LIMIT ?1)";
    connection.prepare_cached(old)?.execute([MOST])?;
    Ok(())
}

/// Brings the user's own words back, if any were put aside.
pub(crate) fn take_back(connection: &Connection, user: UserId) -> Result<(), CacheError> {
    let mut query = connection.prepare_cached("SELECT place, cells FROM others WHERE user = ?1 ORDER BY number")?;
    let mut rows = query.query([id(user.0)])?;
    while let Some(row) = rows.next()? {
        let (place, cells): (String, String) = (row.get(0)?, row.get(1)?);
        let Some(table) = OWN.iter().find(|table| **table == place) else { continue };
        let cells: Map<String, Json> =
            serde_json::from_str(&cells).map_err(|error| damaged("words of another user", &error))?;
        // An older version may have put them aside.
        let known: Vec<String> =
            columns(connection, table)?.into_iter().filter(|name| cells.contains_key(name)).collect();
        let marks = vec!["?"; known.len()].join(", ");
        let insert = format!("INSERT OR IGNORE INTO {table} ({}) VALUES ({marks})", known.join(", "));
        let values = known.iter().filter_map(|name| cells.get(name)).map(read);
        connection.prepare(&insert)?.execute(params_from_iter(values))?;
    }
    connection.prepare_cached("DELETE FROM others WHERE user = ?1")?.execute([id(user.0)])?;
    Ok(())
}

fn written(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) => number.into(),
        Value::Real(number) => number.into(),
        Value::Text(text) => text.into(),
        Value::Blob(bytes) => json!([BASE64.encode(bytes)]),
    }
}

fn read(cell: &Json) -> Value {
    match cell {
        Json::Number(number) => {
            number.as_i64().map_or_else(|| Value::Real(number.as_f64().unwrap_or_default()), Value::Integer)
        }
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(bytes) => {
            let text = bytes.first().and_then(Json::as_str).unwrap_or_default();
            Value::Blob(BASE64.decode(text).unwrap_or_default())
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use tandem_conversation::ConversationId;
    use uuid::Uuid;

    use super::*;
    use crate::cache::bookmarks::{self, Kind};
    use crate::cache::forget_user;
    use crate::cache::testing::{assert_indexed, connection, touched};

    fn user(number: u128) -> UserId {
        UserId(Uuid::from_u128(number))
    }

    #[test]
    fn words_wait_for_their_user_and_for_nobody_else() {
        let (connection, of) = (connection(), ConversationId(Uuid::from_u128(1)));
        bookmarks::set_draft(&connection, of, Kind::Reply, "Dear Carmen").unwrap();
        let part = "INSERT INTO file_parts (file, place, bytes) VALUES (x'07', 0, x'00ff10')";
        connection.execute_batch(part).unwrap();
        put_aside(&connection, user(1)).unwrap();
        forget_user(&connection, &mut touched()).unwrap();
        take_back(&connection, user(2)).unwrap();
        assert_eq!(bookmarks::drafts(&connection, of).unwrap().reply, "");
        take_back(&connection, user(1)).unwrap();
        assert_eq!(bookmarks::drafts(&connection, of).unwrap().reply, "Dear Carmen");
        let parts = "SELECT count(*) FROM file_parts WHERE file = x'07' AND bytes = x'00ff10'";
        assert_eq!(connection.query_row(parts, [], |row| row.get::<_, u32>(0)).unwrap(), 1);
        let left = "SELECT count(*) FROM others";
        assert_eq!(connection.query_row(left, [], |row| row.get::<_, u32>(0)).unwrap(), 0);
    }

    #[test]
    fn the_words_of_many_users_do_not_stay() {
        let (connection, of) = (connection(), ConversationId(Uuid::from_u128(1)));
        bookmarks::set_draft(&connection, of, Kind::Reply, "Dear Carmen").unwrap();
        for number in 0..u128::from(MOST) + 3 {
            put_aside(&connection, user(number)).unwrap();
        }
        let users = "SELECT count(DISTINCT user) FROM others";
        assert_eq!(connection.query_row(users, [], |row| row.get::<_, u32>(0)).unwrap(), MOST);
        assert_indexed("SELECT place, cells FROM others WHERE user = ?1 ORDER BY number");
    }
}
