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
mod shape;
pub(crate) mod tables;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use tandem_conversation::measure::Definitions;
use tandem_sql::{Connection, Place};
use tandem_sqlite::{Durability, Options, Room};
use tokio::sync::Notify;

use crate::data::Data;
use crate::folder::{ANALYTICS, make_file};
use crate::store::{Database, events};
use folding::Folding;

pub use export::{Export, export};
pub use folding::PART;
pub(crate) use folding::Part;
pub use making::{rebuild, verify};
pub(crate) use tables::cursor;

/// The tables of analytics, open.
pub(crate) struct Analytics {
    pub(crate) file: Database<Folding>,
    /// Signals a commit of the account.
    pub(crate) news: Arc<Notify>,
}

impl Analytics {
    /// Opens or creates the tables in the data folder. Damaged ones are made again from the log.
    pub(crate) fn open(data: &Path, definitions: Definitions) -> anyhow::Result<Self> {
        let file = match open_file(data, definitions.clone()) {
            Err(error) if error.is_damage() => {
                tracing::warn!(%error, "analytics.db is damaged, and is made again");
                remove(data)?;
                make_file(&data.join(ANALYTICS))?;
                open_file(data, definitions)?
            }
            opened => opened?,
        };
        Ok(Self { file, news: Arc::default() })
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

/// Removes the file with what belongs to it.
fn remove(data: &Path) -> anyhow::Result<()> {
    for name in [ANALYTICS.to_owned(), format!("{ANALYTICS}-wal"), format!("{ANALYTICS}-shm")] {
        let path = data.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("Cannot remove {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn open_file(data: &Path, definitions: Definitions) -> Result<Database<Folding>, tandem_sqlite::Error> {
    // A lost tail is measured again: the log position is written with it.
    let options = Options {
        path: data.join(ANALYTICS),
        key: None,
        durability: Durability::Normal,
        readers: 2,
        room: Room::SERVER,
    };
    Database::open(&Place::File(options), tables::MIGRATIONS, |_: &Connection| Ok(Folding::new(definitions)))
}
