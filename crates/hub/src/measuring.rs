//! Follows the account's log into the tables of analytics.
//!
//! The position is written with the rows, so a restart or a kill resumes exactly there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::administration;
use crate::analytics::{PART, Part, folding, segments, tables};
use crate::hub::Hub;
use crate::store::{StoreError, events};

/// Pause after a commit, so that several are measured together.
const PAUSE: Duration = Duration::from_millis(250);
/// Pause between two full parts: leaves the machine to messages.
const BREATH: Duration = Duration::from_millis(5);
/// A conversation goes into a segment when it began so long ago: most are over, and change no more.
const SETTLED_MS: i64 = 60 * 60 * 1_000;
/// While there is a log to follow, segments are made for one part of the time in so many.
const MAKING: u32 = 10;
/// Pause after a failure.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs as long as the hub.
pub(crate) async fn run(hub: Arc<Hub>) {
    let mut is_ready = false;
    let mut making = Making { next: Instant::now() };
    loop {
        let stepped = match is_ready {
            true => match step(&hub).await {
                Ok(more) => making.step(&hub, more).await,
                error => error,
            },
            false => begin(&hub).await.inspect(|_| is_ready = true),
        };
        match stepped {
            Ok(true) => tokio::time::sleep(BREATH).await,
            Ok(false) => {
                hub.analytics.news.notified().await;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => {
                match mend(&hub, &error).await {
                    Ok(true) => continue,
                    Ok(false) => tracing::error!(%error, "analytics.db cannot be written"),
                    Err(error) => tracing::error!(%error, "analytics.db cannot be made again"),
                }
                tokio::time::sleep(PATIENCE).await;
            }
        }
    }
}

/// Begins the tables again if `error` says that they are damaged. True if it did.
///
/// # Errors
/// If the log cannot be read, or the new file cannot be made.
pub(crate) async fn mend(hub: &Hub, error: &StoreError) -> anyhow::Result<bool> {
    let last = hub.database.read(events::last).await?;
    hub.analytics.mend(error, (hub.log, last)).await
}

/// Makes segments, little by little.
struct Making {
    /// When the next one may be made while there is a log to follow.
    next: Instant,
}

impl Making {
    /// Makes the segment that is due. False if nothing is left to do; `more` says whether there is a log to follow.
    async fn step(&mut self, hub: &Hub, more: bool) -> Result<bool, StoreError> {
        let began = Instant::now();
        if more && began < self.next {
            return Ok(more);
        }
        let settled = hub.clock.now().plus_ms(-SETTLED_MS);
        let make =
            move |connection: &tandem_sql::Connection| segments::make(connection, settled, segments::CONVERSATIONS);
        let made = hub.analytics.file().write(move |connection, _| make(connection)).await?;
        self.next = Instant::now() + began.elapsed() * (MAKING - 1);
        Ok(more || made)
    }
}

async fn begin(hub: &Hub) -> Result<bool, StoreError> {
    let log = hub.log;
    hub.analytics
        .file()
        .write(move |connection, _| {
            if tables::begin(connection, log)? {
                tracing::info!("the tables of analytics are made from the log");
            }
            Ok(true)
        })
        .await
}

/// Measures one part; false if nothing is left.
async fn step(hub: &Hub) -> Result<bool, StoreError> {
    let from = hub.analytics.file().read(tables::progress).await?;
    let cursor = from.cursor;
    let (part, last, definitions) = hub
        .database
        .read(move |connection| {
            let last = events::last(connection)?;
            let definitions = administration::definitions(connection)?;
            Ok::<_, StoreError>((Part::read(connection, &from, last, PART)?, last, definitions))
        })
        .await?;
    if cursor > last {
        tracing::warn!("the account's log is shorter than its analytics: they are made again");
        hub.analytics.file().write(|connection, _| tables::clear(connection)).await?;
        hub.analytics.begun(last);
        return Ok(true);
    }
    if part.is_empty() {
        return Ok(false);
    }
    let (part, missing, definitions) = hub
        .analytics
        .file()
        .write(move |connection, folding| {
            let missing = folding.recall(connection, &part)?;
            folding.definitions.clone_from(&definitions);
            Ok::<_, StoreError>((part, missing, definitions))
        })
        .await?;
    let made = match missing.is_empty() {
        true => Vec::new(),
        false => {
            let made = move |connection: &tandem_sql::Connection| {
                let one = |(id, before)| Ok(folding::from_log(connection, id, before, &definitions)?.map(|o| (id, o)));
                missing.into_iter().filter_map(|missing| one(missing).transpose()).collect()
            };
            hub.database.read::<_, StoreError>(made).await?
        }
    };
    hub.analytics.file().write(move |connection, folding| folding.apply(connection, part, made)).await?;
    Ok(true)
}
