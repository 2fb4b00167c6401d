//! Why SQL fails.

use tandem_sqlite::rusqlite;

use crate::FromSqlError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no such row")]
    NoRows,
    /// A value has another type than the reader expects.
    #[error("a value of column {column}: {problem}")]
    Value { column: String, problem: FromSqlError },
    #[error(transparent)]
    Engine(#[from] tandem_sqlite::Error),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::QueryReturnedNoRows => Self::NoRows,
            error => Self::Engine(error.into()),
        }
    }
}

impl From<FromSqlError> for Error {
    fn from(problem: FromSqlError) -> Self {
        Self::Value { column: "(unnamed)".into(), problem }
    }
}

impl From<Error> for tandem_sqlite::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Engine(error) => error,
            // The hub reads what the hub has written.
            Error::Value { .. } => Self::Foreign { words: error.to_string(), cause: tandem_sqlite::Cause::Damaged },
            Error::NoRows => Self::Foreign { words: error.to_string(), cause: tandem_sqlite::Cause::Other },
        }
    }
}

/// For rows that may be missing.
pub trait OptionalExtension<T> {
    /// None if there is no row.
    ///
    /// # Errors
    /// All others.
    fn optional(self) -> Result<Option<T>, Error>;
}

impl<T> OptionalExtension<T> for Result<T, Error> {
    fn optional(self) -> Result<Option<T>, Error> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Error::NoRows) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
