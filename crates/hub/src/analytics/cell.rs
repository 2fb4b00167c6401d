//! One cell of a table: from a row of the fold into the database, and from there into files.

mod row;

use serde::Serialize;
use serde_json::{Map, Value, json};
use tandem_conversation::Time;
use tandem_sql::{FromSql, FromSqlResult, Row, ToSql, ToSqlOutput, ToSqlResult, ValueRef};
use uuid::Uuid;

use super::shape::{COMMON, Kind, Shape, field};
use crate::store::StoreError;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes([u8; 16]),
}

impl ToSql for Cell {
    fn to_sql(&self) -> ToSqlResult<'_> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl FromSql for Cell {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(match value {
            ValueRef::Integer(value) => Self::Int(value),
            ValueRef::Text(_) => Self::Text(value.as_str()?.to_owned()),
            ValueRef::Blob(_) => Self::Bytes(crate::store::Id::column_result(value)?.0.into_bytes()),
            ValueRef::Null | ValueRef::Real(_) => Self::Null,
        })
    }
}

fn wrong(table: &'static str, detail: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged { what: table, detail: detail.to_string() }
}

/// The cells of a row of the fold, in the order of the columns.
pub(crate) fn cells(shape: &Shape, row: impl Serialize, version: u64, origin: &str) -> Result<Vec<Cell>, StoreError> {
    let mut cells = row::cells(shape, row).map_err(|error| wrong(shape.name, error))?;
    cells.extend([Cell::Int(version.cast_signed()), Cell::Text(origin.into()), Cell::Null]);
    Ok(cells)
}

/// A row of a table, with all its columns.
pub(crate) fn read(shape: &Shape, row: &Row<'_>) -> Result<Vec<Cell>, tandem_sql::Error> {
    (0..shape.columns.len() + COMMON.len()).map(|place| row.get(place)).collect()
}

/// A cell in JSON.
pub(crate) fn json_of(kind: Kind, cell: &Cell) -> Value {
    match (kind, cell) {
        (_, Cell::Null) => Value::Null,
        (Kind::Time, Cell::Int(ms)) => json!(Time(*ms)),
        (Kind::Bool, Cell::Int(is)) => json!(*is != 0),
        (_, Cell::Int(value)) => json!(value),
        (Kind::List, Cell::Text(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
        (_, Cell::Text(text)) => json!(text),
        (_, Cell::Bytes(bytes)) => json!(Uuid::from_bytes(*bytes)),
    }
}

/// A row as an object, its names as JSON has them.
pub(crate) fn object(shape: &Shape, cells: &[Cell]) -> Map<String, Value> {
    shape.all().zip(cells).map(|((column, kind), cell)| (field(column), json_of(kind, cell))).collect()
}
