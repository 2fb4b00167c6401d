//! Many rows of one `INSERT` as one statement: each column is an array. To the server that is much less work.

use tokio_postgres::types::Type;

use super::values::{Param, Sent};

pub(super) struct Spread<'v> {
    /// In SQLite's words, as the statement of a single row was.
    pub sql: String,
    pub kinds: Vec<Type>,
    pub columns: Vec<Param<'v>>,
}

/// None for a single row, for any other statement, and if a column has values of several kinds.
pub(super) fn all<'v>(sql: &str, rows: &'v [Vec<Sent>]) -> Option<Spread<'v>> {
    let width = rows.get(1)?.len();
    let (head, values) = sql.strip_prefix("INSERT INTO ")?.split_once(" VALUES (")?;
    let places = values.strip_suffix(')')?.split(", ");
    if !places.eq((1..=width).map(|place| format!("?{place}"))) {
        return None;
    }
    let (mut kinds, mut columns) = (Vec::new(), Vec::new());
    let mut selected = Vec::with_capacity(width);
    for place in 0..width {
        let column: Vec<_> = rows.iter().map(|row| row.get(place)).collect::<Option<_>>()?;
        let mut of_values = column.iter().map(|value| value.kind()).filter(|kind| *kind != Type::UNKNOWN);
        let Some(kind) = of_values.next() else {
            // What kind of null follows from where it stands.
            selected.push("NULL".to_owned());
            continue;
        };
        if !of_values.all(|other| other == kind) {
            return None;
        }
        kinds.push(array_of(&kind)?);
        columns.push(Param::Column(column));
        selected.push(format!("v{}", columns.len()));
    }
    let selected = selected.join(", ");
    let taken: Vec<_> = (1..=columns.len()).map(|place| format!("?{place}")).collect();
    let named: Vec<_> = (1..=columns.len()).map(|place| format!("v{place}")).collect();
    let (taken, named) = (taken.join(", "), named.join(", "));
    let sql = format!("INSERT INTO {head} SELECT {selected} FROM unnest({taken}) AS spread ({named})");
    (!columns.is_empty()).then_some(Spread { sql, kinds, columns })
}

fn array_of(kind: &Type) -> Option<Type> {
    match *kind {
        Type::INT8 => Some(Type::INT8_ARRAY),
        Type::FLOAT8 => Some(Type::FLOAT8_ARRAY),
        Type::TEXT => Some(Type::TEXT_ARRAY),
        Type::BYTEA => Some(Type::BYTEA_ARRAY),
        _ => None,
    }
}
