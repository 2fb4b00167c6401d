//! Custom buttons; an account has some dozens at most.

use tandem_conversation::{Button, ButtonId};
use tandem_sql::{Connection, OptionalExtension, Row, params};

use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE buttons (
    id          BLOB NOT NULL PRIMARY KEY,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    -- Whoever presses an action presses one button.
    action      TEXT UNIQUE,
    copy        TEXT,
    url         TEXT,
    agents      INTEGER NOT NULL,
    external    INTEGER NOT NULL,
    active      INTEGER NOT NULL,
    -- Among the others, from the top.
    place       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX buttons_in_order ON buttons (place, title, id);";

const COLUMNS: &str = "id, title, description, action, copy, url, agents, external, active, place";
const IN_ORDER: &str = "FROM buttons ORDER BY place, title, id";

fn button_of(row: &Row<'_>) -> Result<Button, tandem_sql::Error> {
    Ok(Button {
        id: ButtonId(row.get::<_, Id>(0)?.0),
        title: row.get(1)?,
        description: row.get(2)?,
        action: row.get(3)?,
        copy: row.get(4)?,
        url: row.get(5)?,
        agents: row.get(6)?,
        external: row.get(7)?,
        active: row.get(8)?,
        order: row.get(9)?,
    })
}

/// All buttons, in their order.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Button>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} {IN_ORDER}"))?;
    let rows = query.query_map([], button_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The button with this action.
pub(crate) fn by_action(connection: &Connection, action: &str) -> Result<Option<Button>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM buttons WHERE action = ?1"))?;
    Ok(query.query_row([action], button_of).optional()?)
}

/// Inserts a button or updates the one with the same id. Its action must be unique.
pub(crate) fn put(connection: &Connection, button: &Button) -> Result<(), StoreError> {
    let mut query = connection.prepare_cached(&format!(
        "INSERT INTO buttons ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET title = excluded.title, description = excluded.description,
             action = excluded.action, copy = excluded.copy, url = excluded.url, agents = excluded.agents,
             external = excluded.external, active = excluded.active, place = excluded.place",
    ))?;
    let Button { id, title, description, action, copy, url, agents, external, active, order } = button;
    query.execute(params![Id(id.0), title, description, action, copy, url, agents, external, active, order])?;
    Ok(())
}

/// False if there was none.
pub(crate) fn remove(connection: &Connection, id: ButtonId) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("DELETE FROM buttons WHERE id = ?1")?;
    Ok(query.execute([Id(id.0)])? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_follows_an_index() {
        let connection = Connection::in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        let mut query = connection.prepare(&format!("EXPLAIN QUERY PLAN SELECT {COLUMNS} {IN_ORDER}")).unwrap();
        let plan: Vec<String> = query.query_map([], |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(plan, ["SCAN buttons USING INDEX buttons_in_order"]);
    }
}
