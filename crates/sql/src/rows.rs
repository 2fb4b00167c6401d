//! What a query finds.

use std::marker::PhantomData;

use tandem_sqlite::rusqlite;

use crate::postgres::{cell, named};
use crate::{Error, FromSql, ValueRef};

/// A column, by its place or name.
pub trait Column {
    #[doc(hidden)]
    fn of<'r>(&self, row: &'r Row<'_>) -> Result<ValueRef<'r>, Error>;
    #[doc(hidden)]
    fn name(&self) -> String;
}

impl Column for usize {
    fn of<'r>(&self, row: &'r Row<'_>) -> Result<ValueRef<'r>, Error> {
        match &row.0 {
            Kind::Sqlite(row) => Ok(row.get_ref(*self)?),
            Kind::Postgres(row) => cell(row, *self),
        }
    }

    fn name(&self) -> String {
        self.to_string()
    }
}

impl Column for &str {
    fn of<'r>(&self, row: &'r Row<'_>) -> Result<ValueRef<'r>, Error> {
        match &row.0 {
            Kind::Sqlite(row) => Ok(row.get_ref(*self)?),
            Kind::Postgres(row) => cell(row, named(row, self)?),
        }
    }

    fn name(&self) -> String {
        (*self).to_owned()
    }
}

/// One row.
pub struct Row<'r>(Kind<'r>);

enum Kind<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(tokio_postgres::Row),
}

impl Row<'_> {
    /// The value of a column.
    ///
    /// # Errors
    /// If there is no such column, or its value has another type.
    pub fn get<C: Column, T: FromSql>(&self, column: C) -> Result<T, Error> {
        let value = column.of(self)?;
        T::column_result(value).map_err(|problem| Error::Value { column: column.name(), problem })
    }

    /// The value of a column, not copied.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn get_ref<C: Column>(&self, column: C) -> Result<ValueRef<'_>, Error> {
        column.of(self)
    }
}

/// The rows of a query, one after the other.
pub struct Rows<'s>(Found<'s>);

enum Found<'s> {
    Sqlite(rusqlite::Rows<'s>),
    Postgres(std::vec::IntoIter<tokio_postgres::Row>),
}

impl<'s> Rows<'s> {
    pub(crate) fn of_sqlite(rows: rusqlite::Rows<'s>) -> Self {
        Self(Found::Sqlite(rows))
    }

    pub(crate) fn of_postgres(rows: Vec<tokio_postgres::Row>) -> Self {
        Self(Found::Postgres(rows.into_iter()))
    }

    /// The next row; none after the last.
    ///
    /// # Errors
    /// What the engine answers.
    #[allow(clippy::should_implement_trait, reason = "a row borrows from its query")]
    pub fn next(&mut self) -> Result<Option<Row<'_>>, Error> {
        match &mut self.0 {
            Found::Sqlite(rows) => Ok(rows.next()?.map(|row| Row(Kind::Sqlite(row)))),
            Found::Postgres(rows) => Ok(rows.next().map(|row| Row(Kind::Postgres(row)))),
        }
    }
}

/// The rows of a query as `read` understands them.
pub struct Mapped<'s, T, F> {
    rows: Rows<'s>,
    read: F,
    of: PhantomData<T>,
}

impl<'s, T, F: FnMut(&Row<'_>) -> Result<T, Error>> Mapped<'s, T, F> {
    pub(crate) fn new(rows: Rows<'s>, read: F) -> Self {
        Self { rows, read, of: PhantomData }
    }
}

impl<T, F: FnMut(&Row<'_>) -> Result<T, Error>> Iterator for Mapped<'_, T, F> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.next() {
            Ok(row) => row.map(|row| (self.read)(&row)),
            Err(error) => Some(Err(error)),
        }
    }
}
