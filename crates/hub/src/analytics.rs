//! Analytics: the tables of figures and exports, in `analytics.db` beside the account.
//!
//! A follower of the account's log keeps them (`measuring.rs`), on a thread and in a file of its own, so that messages
//! wait for nothing. Everything can be thrown away and made again ([`making`]).

mod cell;
mod export;
pub(crate) mod facts;
pub(crate) mod figures;
pub(crate) mod folding;
mod making;
pub(crate) mod metric;
mod names;
pub(crate) mod segments;
mod shape;
mod source;
pub(crate) mod tables;
pub(crate) mod today;

use std::path::Path;
use std::sync::Arc;

use anyhow::ensure;
use tandem_conversation::measure::Definitions;
use tandem_sql::{Connection, Place};
use tandem_sqlite::{Durability, Options, Room};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::data::Data;
use crate::derived::Derived;
use crate::folder::ANALYTICS;
use crate::store::{Database, StoreError, events};
use folding::Folding;

pub(crate) use export::refused;
pub use export::{Export, export};
pub use folding::PART;
pub(crate) use folding::Part;
pub use making::{rebuild, verify};
pub(crate) use tables::cursor;

/// The tables of analytics, open.
pub(crate) struct Analytics {
    file: Derived<Folding, Connection>,
    /// Signals a commit of the account.
    pub(crate) news: Arc<Notify>,
}

impl Analytics {
    /// Opens or creates the tables in the data folder. Damaged ones are made again from the log.
    pub(crate) fn open(data: &Path, definitions: Definitions) -> anyhow::Result<Self> {
        let open = move |path: &Path| open_file(path, definitions.clone());
        Ok(Self { file: Derived::open(data.join(ANALYTICS), "analytics.db", open)?, news: Arc::default() })
    }

    /// The file as it is now.
    pub(crate) fn file(&self) -> Database<Folding> {
        self.file.file()
    }

    /// Begins empty tables of `log` if `error` says that these are damaged. True if it did.
    ///
    /// # Errors
    /// If the new file cannot be made. Then the old one is closed.
    pub(crate) async fn mend(&self, error: &StoreError, log: Uuid) -> anyhow::Result<bool> {
        self.file.mend(error, move |connection, _| tables::begin(connection, log).map(drop)).await
    }

    /// Resolves when the file has ended without being made again.
    pub(crate) async fn ended(&self) {
        self.file.ended().await;
    }
}

/// How far the log is measured, for operators.
pub(crate) fn describe(data: &Data) -> anyhow::Result<String> {
    let path = data.folder().join(ANALYTICS);
    if !path.metadata().is_ok_and(|about| about.len() > 0) {
        return Ok("will be made by the next start".into());
    }
    let wrong = tandem_sqlite::check(&path)?;
    ensure!(wrong.is_empty(), "damaged: {}; run tandem-hub analytics rebuild", wrong.join("; "));
    let measured = tables::cursor(&Connection::peek(&path)?)?;
    let last = events::last(&data.peek()?)?;
    Ok(match last.saturating_sub(measured) {
        0 => format!("all {last} events are measured"),
        behind => format!("{behind} of {last} events are not measured yet; a running hub catches up"),
    })
}

fn open_file(path: &Path, definitions: Definitions) -> Result<Database<Folding>, tandem_sqlite::Error> {
    // A lost tail is measured again: the log position is written with it.
    let options =
        Options { path: path.into(), key: None, durability: Durability::Normal, readers: 2, room: Room::SERVER };
    Database::open(&Place::File(options), tables::MIGRATIONS, |_: &Connection| Ok(Folding::new(definitions)))
}
