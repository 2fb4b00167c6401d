//! Values on their way to PostgreSQL and back.

use bytes::{BufMut as _, BytesMut};
use postgres::types::{IsNull, ToSql as Sending, Type, to_sql_checked};
use tandem_sqlite::rusqlite::types::{ToSqlOutput, Value, ValueRef};

use crate::{Error, ToSql};

/// A value in the words of both.
#[derive(Debug)]
pub(super) struct Sent(Value);

type Wrong = Box<dyn std::error::Error + Sync + Send>;

pub(super) fn all(values: &[&dyn ToSql]) -> Result<Vec<Sent>, Error> {
    let one = |value: &&dyn ToSql| {
        Ok(Sent(match value.to_sql()? {
            ToSqlOutput::Borrowed(value) => Value::try_from(value)?,
            ToSqlOutput::Owned(value) => value,
            _ => return Err(super::failed("a parameter of an unknown kind", tandem_sqlite::Cause::Other)),
        }))
    };
    values.iter().map(one).collect()
}

impl Sending for Sent {
    fn to_sql(&self, as_type: &Type, out: &mut BytesMut) -> Result<IsNull, Wrong> {
        let number = |out: &mut BytesMut, value: i64| -> Result<(), Wrong> {
            match *as_type {
                Type::INT2 => out.put_i16(value.try_into()?),
                Type::INT4 => out.put_i32(value.try_into()?),
                Type::BOOL => out.put_u8(u8::from(value != 0)),
                Type::FLOAT8 => out.put_f64(value as f64),
                Type::TEXT | Type::VARCHAR | Type::UNKNOWN => out.put_slice(value.to_string().as_bytes()),
                _ => out.put_i64(value),
            }
            Ok(())
        };
        match &self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Integer(value) => number(out, *value)?,
            Value::Real(value) => out.put_f64(*value),
            Value::Text(text) => out.put_slice(text.as_bytes()),
            Value::Blob(bytes) => out.put_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column of a row, as SQLite would give it.
pub(crate) fn cell(row: &postgres::Row, column: usize) -> Result<ValueRef<'_>, Error> {
    let kind = row.columns().get(column).ok_or_else(|| unknown(&column.to_string()))?.type_();
    let found = match *kind {
        Type::INT8 => row.try_get::<_, Option<i64>>(column).map(|value| value.map(ValueRef::Integer)),
        Type::INT4 => {
            row.try_get::<_, Option<i32>>(column).map(|value| value.map(|value| ValueRef::Integer(value.into())))
        }
        Type::INT2 => {
            row.try_get::<_, Option<i16>>(column).map(|value| value.map(|value| ValueRef::Integer(value.into())))
        }
        Type::BOOL => {
            row.try_get::<_, Option<bool>>(column).map(|value| value.map(|value| ValueRef::Integer(value.into())))
        }
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(column).map(|value| value.map(ValueRef::Real)),
        Type::BYTEA => row.try_get::<_, Option<&[u8]>>(column).map(|value| value.map(ValueRef::Blob)),
        _ => row.try_get::<_, Option<&str>>(column).map(|value| value.map(|text| ValueRef::Text(text.as_bytes()))),
    };
    Ok(found.map_err(super::because)?.unwrap_or(ValueRef::Null))
}

/// The place of a named column.
pub(crate) fn named(row: &postgres::Row, name: &str) -> Result<usize, Error> {
    row.columns().iter().position(|column| column.name() == name).ok_or_else(|| unknown(name))
}

fn unknown(column: &str) -> Error {
    super::failed(&format!("the answer has no column {column}"), tandem_sqlite::Cause::Other)
}
