//! Values on their way to PostgreSQL and back.

use std::borrow::Cow;

use bytes::{BufMut as _, BytesMut};
use tandem_sqlite::rusqlite::types::{ToSqlOutput, Value, ValueRef};
use tokio_postgres::types::{FromSql, IsNull, ToSql as Sending, Type, to_sql_checked};

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

impl Sent {
    /// As which type it is sent. What null is follows from where it stands.
    pub(super) fn kind(&self) -> Type {
        match self.0 {
            Value::Null => Type::UNKNOWN,
            Value::Integer(_) => Type::INT8,
            Value::Real(_) => Type::FLOAT8,
            Value::Text(_) => Type::TEXT,
            Value::Blob(_) => Type::BYTEA,
        }
    }
}

impl Sending for Sent {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Wrong> {
        match &self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Integer(value) => out.put_i64(*value),
            Value::Real(value) => out.put_f64(*value),
            Value::Text(text) => out.put_slice(without_nul(text).as_bytes()),
            Value::Blob(bytes) => out.put_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// What a statement gets: a value, or those of many rows.
#[derive(Debug)]
pub(super) enum Param<'v> {
    One(&'v Sent),
    Column(Vec<&'v Sent>),
}

impl Sending for Param<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Wrong> {
        match self {
            Self::One(value) => value.to_sql(kind, out),
            Self::Column(values) => values.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// PostgreSQL has no text with a NUL. A message must not fail because of one.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

/// A row as a line of `COPY`'s text.
pub(super) fn line(row: &[Value]) -> Vec<u8> {
    let mut line = Vec::new();
    for (place, value) in row.iter().enumerate() {
        if place > 0 {
            line.push(b'\t');
        }
        match value {
            Value::Null => line.extend_from_slice(b"\\N"),
            Value::Integer(number) => line.extend_from_slice(number.to_string().as_bytes()),
            Value::Real(number) => line.extend_from_slice(number.to_string().as_bytes()),
            Value::Blob(bytes) => {
                line.extend_from_slice(b"\\\\x");
                for byte in bytes {
                    line.extend_from_slice(format!("{byte:02x}").as_bytes());
                }
            }
            Value::Text(text) => {
                for byte in without_nul(text).bytes() {
                    match byte {
                        b'\\' => line.extend_from_slice(b"\\\\"),
                        b'\n' => line.extend_from_slice(b"\\n"),
                        b'\r' => line.extend_from_slice(b"\\r"),
                        b'\t' => line.extend_from_slice(b"\\t"),
                        _ => line.push(byte),
                    }
                }
            }
        }
    }
    line.push(b'\n');
    line
}

/// A column of a row, as SQLite would give it.
pub(crate) fn cell(row: &tokio_postgres::Row, column: usize) -> Result<ValueRef<'_>, Error> {
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
        Type::NUMERIC => {
            row.try_get::<_, Option<Whole>>(column).map(|value| value.map(|whole| ValueRef::Integer(whole.0)))
        }
        Type::BYTEA => row.try_get::<_, Option<&[u8]>>(column).map(|value| value.map(ValueRef::Blob)),
        _ => row.try_get::<_, Option<&str>>(column).map(|value| value.map(|text| ValueRef::Text(text.as_bytes()))),
    };
    Ok(found.map_err(super::because)?.unwrap_or(ValueRef::Null))
}

/// The place of a named column.
pub(crate) fn named(row: &tokio_postgres::Row, name: &str) -> Result<usize, Error> {
    row.columns().iter().position(|column| column.name() == name).ok_or_else(|| unknown(name))
}

fn unknown(column: &str) -> Error {
    super::failed(&format!("the answer has no column {column}"), tandem_sqlite::Cause::Other)
}

/// A sum of integers, which PostgreSQL makes wider.
struct Whole(i64);

impl<'a> FromSql<'a> for Whole {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Wrong> {
        const NEGATIVE: i16 = 0x4000;
        let mut parts = raw.chunks_exact(2).map(|part| i16::from_be_bytes([part[0], part[1]]));
        let mut next = || parts.next().ok_or("a number is cut short");
        let (digits, weight, sign, _scale) = (next()?, next()?, next()?, next()?);
        let mut whole = 0_i64;
        // Digits of ten thousand each; zeros at the end are not sent.
        for place in 0..=weight {
            let digit = if place < digits { next()? } else { 0 };
            whole =
                whole.checked_mul(10_000).and_then(|whole| whole.checked_add(digit.into())).ok_or("it is too large")?;
        }
        if digits > weight.saturating_add(1) {
            return Err("it is no whole number".into());
        }
        Ok(Self(if sign == NEGATIVE { -whole } else { whole }))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::NUMERIC
    }
}
