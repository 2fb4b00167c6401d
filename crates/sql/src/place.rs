//! Where the hub's tables are.

use std::fmt;

use tandem_sqlite::Options;

/// Where the hub's tables are.
#[derive(Clone)]
pub enum Place {
    /// A file of SQLite.
    File(Options),
    Postgres {
        /// `postgres://USER:PASSWORD@HOST/DATABASE`.
        url: String,
        /// The number of reader threads, each with a connection of its own.
        readers: usize,
        /// Whether it is the one hub that serves the database; others may only change what no hub remembers.
        is_serving: bool,
        /// Steps of the schema whose text PostgreSQL does not understand: their names, and the text for it.
        steps: &'static [(&'static str, &'static str)],
    },
}

/// Without the password.
impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(options) => options.path.fmt(f),
            Self::Postgres { .. } => f.write_str("PostgreSQL"),
        }
    }
}
