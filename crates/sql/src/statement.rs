//! A statement that is ready to run.

use tandem_sqlite::rusqlite;

use crate::postgres::Postgres;
use crate::{Error, Mapped, Params, Row, Rows};

/// A statement that is ready to run, again and again.
pub struct Statement<'c>(Kind<'c>);

enum Kind<'c> {
    Kept(rusqlite::CachedStatement<'c>),
    New(rusqlite::Statement<'c>),
    /// The connection keeps what is prepared, by its text.
    Postgres(&'c Postgres, String),
}

impl<'c> Statement<'c> {
    pub(crate) fn kept(statement: rusqlite::CachedStatement<'c>) -> Self {
        Self(Kind::Kept(statement))
    }

    pub(crate) fn new(statement: rusqlite::Statement<'c>) -> Self {
        Self(Kind::New(statement))
    }

    pub(crate) fn of_postgres(connection: &'c Postgres, sql: &str) -> Self {
        Self(Kind::Postgres(connection, sql.to_owned()))
    }

    /// Runs it; how many rows it changed.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn execute(&mut self, params: impl Params) -> Result<usize, Error> {
        params.with(|values| match &mut self.0 {
            Kind::Kept(statement) => Ok(statement.execute(values)?),
            Kind::New(statement) => Ok(statement.execute(values)?),
            Kind::Postgres(connection, sql) => connection.execute(sql, values),
        })
    }

    /// Runs it, at the latest before the connection is asked next. An engine on another machine is told many in one
    /// go. An error may be that of another one before, and may come with the next: see [`crate::Connection::complete`].
    ///
    /// # Errors
    /// What the engine answers.
    pub fn execute_later(&mut self, params: impl Params) -> Result<(), Error> {
        params.with(|values| match &mut self.0 {
            Kind::Kept(statement) => Ok(statement.execute(values).map(drop)?),
            Kind::New(statement) => Ok(statement.execute(values).map(drop)?),
            Kind::Postgres(connection, sql) => connection.execute_later(sql, values),
        })
    }

    /// Runs it and gives what it finds, row by row.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn query(&mut self, params: impl Params) -> Result<Rows<'_>, Error> {
        params.with(|values| match &mut self.0 {
            Kind::Kept(statement) => Ok(Rows::of_sqlite(statement.query(values)?)),
            Kind::New(statement) => Ok(Rows::of_sqlite(statement.query(values)?)),
            Kind::Postgres(connection, sql) => Ok(Rows::of_postgres(connection.query(sql, values)?)),
        })
    }

    /// Runs it and reads each row.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn query_map<T, F: FnMut(&Row<'_>) -> Result<T, Error>>(
        &mut self,
        params: impl Params,
        read: F,
    ) -> Result<Mapped<'_, T, F>, Error> {
        Ok(Mapped::new(self.query(params)?, read))
    }

    /// Runs it and reads its first row.
    ///
    /// # Errors
    /// If there is no row, or what the engine or `read` answers.
    pub fn query_row<T>(
        &mut self,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut rows = self.query(params)?;
        let row = rows.next()?.ok_or(Error::NoRows)?;
        read(&row)
    }

    /// Whether it finds something.
    ///
    /// # Errors
    /// What the engine answers.
    pub fn exists(&mut self, params: impl Params) -> Result<bool, Error> {
        Ok(self.query(params)?.next()?.is_some())
    }

    /// How many parameters it has.
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        match &self.0 {
            Kind::Kept(statement) => statement.parameter_count(),
            Kind::New(statement) => statement.parameter_count(),
            Kind::Postgres(connection, sql) => connection.parameters(sql),
        }
    }
}
