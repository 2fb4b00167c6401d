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
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// The end of the log when the hub started or began these tables: they answer nothing before they have come so far, for
    /// half of a past looks like all of it.
    whole_at: AtomicU64,
}

impl Analytics {
    /// Opens or creates the tables in the data folder. Damaged ones are made again from the log, which ends at `last`.
    pub(crate) fn open(data: &Path, definitions: Definitions, last: u64) -> anyhow::Result<Self> {
        let open = move |path: &Path| open_file(path, definitions.clone());
        let file = Derived::open(data.join(ANALYTICS), "analytics.db", open)?;
        Ok(Self { file, news: Arc::default(), whole_at: AtomicU64::new(last) })
    }

    /// The file as it is now.
    pub(crate) fn file(&self) -> Database<Folding> {
        self.file.file()
    }

    /// Begins empty tables of `log`, which ends at `last`, if `error` says that these are damaged. True if it did.
    ///
    /// # Errors
    /// If the new file cannot be made. Then the old one is closed.
    pub(crate) async fn mend(&self, error: &StoreError, (log, last): (Uuid, u64)) -> anyhow::Result<bool> {
        let mended = self.file.mend(error, move |connection, _| tables::begin(connection, log).map(drop)).await?;
        if mended {
            self.begun(last);
        }
        Ok(mended)
    }

    /// The tables are made from the beginning of a log that ends at `last`.
    pub(crate) fn begun(&self, last: u64) {
        self.whole_at.fetch_max(last, Ordering::AcqRel);
    }

    /// How far the log has to be measured before the tables answer.
    pub(crate) fn whole_at(&self) -> u64 {
        self.whole_at.load(Ordering::Acquire)
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
