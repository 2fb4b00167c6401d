//! Users of the desk.

use tandem_conversation::{Role, Skills, UserId};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE users (
    id       BLOB NOT NULL PRIMARY KEY,
    -- Lower case.
    email    TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    role     TEXT NOT NULL,
    -- The most conversations at once.
    capacity INTEGER NOT NULL,
    -- Argon2id, in PHC string format.
    password TEXT NOT NULL
) STRICT, WITHOUT ROWID;";

/// As JSON: brands and languages.
pub(crate) const SKILLS: &str = "ALTER TABLE users ADD COLUMN skills TEXT NOT NULL DEFAULT '{}';";

/// A user with what is needed to sign in.
#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub capacity: u32,
    pub password: String,
    pub skills: Skills,
}

const COLUMNS: &str = "id, email, name, role, capacity, password, skills";

fn user_of(row: &Row<'_>) -> tandem_sqlite::rusqlite::Result<User> {
    let role: String = row.get(3)?;
    Ok(User {
        id: UserId(row.get::<_, Id>(0)?.0),
        email: row.get(1)?,
        name: row.get(2)?,
        // A role of a newer version gives the least rights.
        role: role.parse().unwrap_or(Role::Agent),
        capacity: row.get(4)?,
        password: row.get(5)?,
        // What cannot be read limits nobody.
        skills: serde_json::from_str(row.get_ref(6)?.as_str()?).unwrap_or_default(),
    })
}

/// Adds a user; an existing address keeps its id and gets the new name, role and password.
pub(crate) fn put(connection: &Connection, user: &User) -> Result<UserId, StoreError> {
    let mut query = connection.prepare_cached(
        "INSERT INTO users (id, email, name, role, capacity, password, skills) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (email) DO UPDATE SET name = excluded.name, role = excluded.role,
             capacity = excluded.capacity, password = excluded.password, skills = excluded.skills
         RETURNING id",
    )?;
    let skills = serde_json::to_string(&user.skills)
        .map_err(|error| StoreError::Damaged { what: "skills", detail: crate::json::problem(&error) })?;
    let id = query.query_row(
        params![Id(user.id.0), user.email, user.name, user.role.name(), user.capacity, user.password, skills],
        |row| row.get::<_, Id>(0),
    )?;
    Ok(UserId(id.0))
}

/// The user of an address.
pub(crate) fn by_email(connection: &Connection, email: &str) -> Result<Option<User>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE email = ?1"))?;
    Ok(query.query_row([email.to_lowercase()], user_of).optional()?)
}

/// One user.
pub(crate) fn get(connection: &Connection, id: UserId) -> Result<Option<User>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE id = ?1"))?;
    Ok(query.query_row([Id(id.0)], user_of).optional()?)
}

/// Everybody, by name; an account has hundreds of users.
pub(crate) fn all(connection: &Connection) -> Result<Vec<User>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM users ORDER BY name LIMIT 5000"))?;
    let rows = query.query_map(params![], user_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
