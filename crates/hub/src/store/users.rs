//! Users of the desk.

use tandem_conversation::{Access, ConversationId, Permissions, Role, Skills, UserId};
use tandem_sql::{Connection, OptionalExtension, Row, params};

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

/// Numbers each change of rights, so that running hubs notice.
pub(crate) const RIGHTS: &str = "
-- Cannot sign in, and is asked for nothing.
ALTER TABLE users ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0;
-- Counts up with each change of any user's rights or sign-ins: running hubs look what is newer than they know.
ALTER TABLE users ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
-- Up to this place of the account's log desks were told by other rights than now; null if the rights never changed.
ALTER TABLE users ADD COLUMN rights_from INTEGER;
CREATE INDEX users_changed ON users (changed);
CREATE INDEX users_suspended ON users (id) WHERE suspended = 1;
-- Calls for help of other brands than their own are not for their eyes any more.
UPDATE users SET rights_from = (SELECT coalesce(max(seq), 0) FROM events)
    WHERE json_array_length(skills, '$.brands') > 0;";

/// A user with their sign-in data.
#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub capacity: u32,
    pub password: String,
    pub skills: Skills,
    /// Cannot sign in, and is not called.
    pub suspended: bool,
    /// Up to this position of the account's log, desks were told by other rights than these.
    pub rights_from: Option<u64>,
}

/// What a user's permissions depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRights {
    pub user: UserId,
    pub permissions: Permissions,
    pub skills: Skills,
}

impl User {
    #[must_use]
    pub fn rights(&self) -> UserRights {
        UserRights { user: self.id, permissions: self.role.permissions(), skills: self.skills.clone() }
    }
}

impl UserRights {
    /// As the reading rule needs them.
    #[must_use]
    pub fn access(&self) -> Access<'_> {
        Access { user: self.user, permissions: &self.permissions, skills: &self.skills }
    }
}

const COLUMNS: &str = "id, email, name, role, capacity, password, skills, suspended, rights_from";

fn user_of(row: &Row<'_>) -> Result<User, tandem_sql::Error> {
    let role: String = row.get(3)?;
    Ok(User {
        id: UserId(row.get::<_, Id>(0)?.0),
        email: row.get(1)?,
        name: row.get(2)?,
        // An unknown role of a newer version gets the fewest rights.
        role: role.parse().unwrap_or(Role::Agent),
        capacity: row.get(4)?,
        password: row.get(5)?,
        // Unreadable skills mean no restriction.
        skills: serde_json::from_str(row.get_ref(6)?.as_str()?).unwrap_or_default(),
        suspended: row.get(7)?,
        rights_from: row.get::<_, Option<i64>>(8)?.map(i64::cast_unsigned),
    })
}

/// An address as stored: trimmed, in lower case.
pub(crate) fn normal_email(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')).to_lowercase()
}

pub(crate) fn insert(connection: &Connection, user: &User) -> Result<(), StoreError> {
    let sql = "INSERT INTO users (id, email, name, role, capacity, password, skills, suspended, rights_from)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    write(connection, sql, user)
}

/// Updates a user; running hubs notice.
pub(crate) fn update(connection: &Connection, user: &User) -> Result<(), StoreError> {
    let sql = "UPDATE users SET email = ?2, name = ?3, role = ?4, capacity = ?5, password = ?6, skills = ?7,
             suspended = ?8, rights_from = ?9
         WHERE id = ?1";
    write(connection, sql, user)?;
    touch(connection, user.id)
}

fn write(connection: &Connection, sql: &str, user: &User) -> Result<(), StoreError> {
    let skills = serde_json::to_string(&user.skills)
        .map_err(|error| StoreError::Damaged { what: "skills", detail: crate::json::problem(&error) })?;
    connection.prepare_cached(sql)?.execute(params![
        Id(user.id.0),
        user.email,
        user.name,
        user.role.name(),
        user.capacity,
        user.password,
        skills,
        user.suspended,
        user.rights_from.map(u64::cast_signed),
    ])?;
    Ok(())
}

/// Marks a user's rights or sign-ins as changed: running hubs check the user's desks again.
pub(crate) fn touch(connection: &Connection, user: UserId) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE users SET changed = (SELECT max(changed) FROM users) + 1 WHERE id = ?1")?
        .execute([Id(user.0)])?;
    Ok(())
}

/// The user's desks received events under other rights up to this cursor.
pub(crate) fn told_until(connection: &Connection, user: UserId, cursor: u64) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE users SET rights_from = max(coalesce(rights_from, 0), ?2) WHERE id = ?1")?
        .execute(params![Id(user.0), cursor.cast_signed()])?;
    Ok(())
}

/// The number of the newest change.
pub(crate) fn newest_change(connection: &Connection) -> Result<i64, StoreError> {
    let mut query = connection.prepare_cached("SELECT coalesce(max(changed), 0) FROM users")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// Users changed after a number, each with the number of the change.
pub(crate) fn changed_after(connection: &Connection, after: i64) -> Result<Vec<(UserId, i64)>, StoreError> {
    let mut query = connection.prepare_cached("SELECT id, changed FROM users WHERE changed > ?1 ORDER BY changed")?;
    let rows = query.query_map([after], |row| Ok((UserId(row.get::<_, Id>(0)?.0), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where suspended users are engaged or invited.
pub(crate) fn suspended_and_engaged(
    connection: &Connection,
    most: u32,
) -> Result<Vec<(UserId, ConversationId)>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT u.id, i.conversation FROM users u JOIN involvement i ON i.user = u.id
         WHERE u.suspended = 1 AND i.left_at IS NULL LIMIT ?1",
    )?;
    let rows =
        query.query_map([most], |row| Ok((UserId(row.get::<_, Id>(0)?.0), ConversationId(row.get::<_, Id>(1)?.0))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The user with this address.
pub(crate) fn by_email(connection: &Connection, email: &str) -> Result<Option<User>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE email = ?1"))?;
    Ok(query.query_row([normal_email(email)], user_of).optional()?)
}

pub(crate) fn get(connection: &Connection, id: UserId) -> Result<Option<User>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE id = ?1"))?;
    Ok(query.query_row([Id(id.0)], user_of).optional()?)
}

/// The user, unless suspended.
pub(crate) fn at_work(connection: &Connection, id: UserId) -> Result<Option<User>, StoreError> {
    Ok(get(connection, id)?.filter(|user| !user.suspended))
}

/// All users by name, suspended or not; an account has hundreds.
pub(crate) fn all(connection: &Connection) -> Result<Vec<User>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM users ORDER BY name LIMIT 5000"))?;
    let rows = query.query_map(params![], user_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
