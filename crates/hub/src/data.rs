//! Where a hub keeps what it knows: files in a folder, and the tables there, too, or in PostgreSQL.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use tandem_sql::{Connection, Place};
use tandem_sqlite::{Durability, Link as _, Options, Room};

use crate::folder::{self, DATABASE};
use crate::store::{self, Database, MIGRATIONS};

/// A table of a database into which another one is being copied.
pub(crate) const COPYING: &str = "copying";

/// Where a hub keeps what it knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    folder: PathBuf,
    postgres: Option<PostgresUrl>,
}

/// The address of a PostgreSQL database, which may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(pub(crate) String);

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgreSQL")
    }
}

/// Tables in the folder.
impl<P: AsRef<Path> + ?Sized> From<&P> for Data {
    fn from(folder: &P) -> Self {
        Self { folder: folder.as_ref().to_owned(), postgres: None }
    }
}

/// For operators.
impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.folder.display().fmt(f)?;
        if self.postgres.is_some() { f.write_str(" and PostgreSQL") } else { Ok(()) }
    }
}

impl Data {
    /// Files in `folder`, tables there or in PostgreSQL.
    #[must_use]
    pub fn new(folder: PathBuf, postgres: Option<PostgresUrl>) -> Self {
        Self { folder, postgres }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn is_in_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// Whether a hub has kept something here before.
    ///
    /// # Errors
    /// If this user may not use it, or if only a part of a hub's data is there.
    pub fn has_hub(&self) -> anyhow::Result<bool> {
        match &self.postgres {
            None => folder::has_database(&self.folder),
            Some(_) => {
                folder::are_files(&self.folder)?;
                let connection = self.peek()?;
                let begun = connection.has_table("schema_steps")?;
                ensure!(
                    !connection.has_table(COPYING)?,
                    "A copy into this database is not complete: run tandem-hub copy again"
                );
                ensure!(
                    !folder::has_tables(&self.folder),
                    "{} has a hub's tables in {DATABASE}, which may be newer than any copy of them: copy them with \
                     tandem-hub copy, name another folder with --data, or leave out postgres. If the database of PostgreSQL \
                     is the newer one, move {DATABASE} away",
                    self.folder.display()
                );
                if !begun && let Some(remains) = folder::remains(&self.folder)? {
                    bail!(
                        "This database of PostgreSQL is empty, but {remains} of a hub is in {}: name the hub's database, or \
                         another folder with --data. To begin anew, move what is left away",
                        self.folder.display()
                    );
                }
                Ok(begun)
            }
        }
    }

    /// Makes the folder if needed. True if there was no hub yet.
    ///
    /// # Errors
    /// If it cannot be made, or a part of a hub is missing.
    pub(crate) fn prepare(&self) -> anyhow::Result<bool> {
        match &self.postgres {
            None => folder::prepare(&self.folder),
            Some(_) => {
                let is_new = !self.has_hub()?;
                folder::prepare_files(&self.folder)?;
                Ok(is_new)
            }
        }
    }

    /// Opens what is there, or begins it, for a change beside a running hub.
    ///
    /// # Errors
    /// If it cannot be opened, or the hub that uses it has another version.
    pub(crate) fn open(&self) -> anyhow::Result<Database<()>> {
        self.prepare()?;
        if folder::is_in_use(&self.folder) {
            ensure!(
                self.schema()? == MIGRATIONS.len(),
                "The hub that uses {self} has another version than this command: restart it with this version first"
            );
        }
        Database::open(&self.place(1, false), MIGRATIONS, |_| Ok(())).with_context(|| format!("Cannot open {self}"))
    }

    /// A connection that only reads, whatever the version of the schema.
    ///
    /// # Errors
    /// If there is nothing to read.
    pub(crate) fn peek(&self) -> anyhow::Result<Connection> {
        let peeked = match &self.postgres {
            None => Connection::peek(&self.folder.join(DATABASE)),
            Some(_) => Connection::reader(&self.place(1, false)),
        };
        peeked.with_context(|| format!("Cannot open {self}"))
    }

    /// How many steps its schema has, perhaps some of a newer version that this one may use.
    ///
    /// # Errors
    /// If it cannot be read, or only a newer version may use it.
    pub(crate) fn schema(&self) -> anyhow::Result<usize> {
        match &self.postgres {
            None => Ok(tandem_sqlite::schema(&self.folder.join(DATABASE), MIGRATIONS)? as usize),
            Some(_) => {
                let sql = "SELECT count(*) FROM schema_steps";
                let found: u32 = self.peek()?.query_row(sql, [], |row| row.get(0))?;
                ensure!(found as usize <= MIGRATIONS.len(), "it was written by a newer version of the hub");
                Ok(found as usize)
            }
        }
    }

    /// What the store opens.
    pub(crate) fn place(&self, readers: usize, is_serving: bool) -> Place {
        match &self.postgres {
            None => Place::File(Options {
                path: self.folder.join(DATABASE),
                key: None,
                durability: Durability::Full,
                readers,
                room: Room::SERVER,
            }),
            Some(PostgresUrl(url)) => {
                Place::Postgres { url: url.clone(), readers, is_serving, steps: store::postgres::STEPS }
            }
        }
    }
}
