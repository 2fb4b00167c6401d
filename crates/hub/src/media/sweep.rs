//! Deletes files that no message names after a day, and what crashes left on the disk.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::Time;
use uuid::Uuid;

use crate::hub::Hub;
use crate::store::{StoreError, media};

/// How long a file may wait for its message, in milliseconds.
const WAITING_MS: i64 = 24 * 60 * 60 * 1000;
/// Minimum age of a file without a row: its upload may still be running.
const ORPHAN: Duration = Duration::from_secs(60 * 60);
/// Files examined per step.
const STEP: u32 = 200;
/// Interval between sweeps, and between steps.
const EVERY: Duration = Duration::from_secs(60 * 60);
const PAUSE: Duration = Duration::from_millis(200);

/// Sweeps at the start and then every hour, for as long as the hub runs.
pub(crate) async fn run(hub: Arc<Hub>) {
    loop {
        if let Err(error) = all(&hub).await {
            tracing::error!(%error, "files could not be swept");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn all(hub: &Arc<Hub>) -> Result<(), StoreError> {
    while super::sweep(hub, hub.clock.now(), STEP).await? >= STEP as usize {
        tokio::time::sleep(PAUSE).await;
    }
    orphans(hub, ORPHAN).await
}

/// Removes at most `limit` files that no message named within a day, and counts them. The row goes first, so that a
/// crash leaves a file without a row.
pub(crate) async fn sweep(hub: &Arc<Hub>, now: Time, limit: u32) -> Result<usize, StoreError> {
    let before = now.plus_ms(-WAITING_MS);
    let gone = hub.database.write(move |connection, _| media::forget_unnamed(connection, before, limit)).await?;
    for file in &gone {
        remove(hub, *file).await;
    }
    Ok(gone.len())
}

async fn orphans(hub: &Arc<Hub>, older_than: Duration) -> Result<(), StoreError> {
    let folder = hub.files.folder().to_owned();
    let old = tokio::task::spawn_blocking(move || {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let aged = entries.filter(|entry| {
            let modified = entry.metadata().and_then(|about| about.modified());
            modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age >= older_than))
        });
        aged.filter_map(|entry| entry.file_name().to_str()?.parse::<Uuid>().ok()).collect::<Vec<_>>()
    });
    for step in old.await.unwrap_or_default().chunks(STEP as usize) {
        let files = step.to_vec();
        let lost = hub.database.read(move |connection| -> Result<Vec<Uuid>, StoreError> {
            let mut lost = Vec::new();
            for file in files {
                if !media::is_filed(connection, file)? {
                    lost.push(file);
                }
            }
            Ok(lost)
        });
        for file in lost.await? {
            remove(hub, file).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

async fn remove(hub: &Hub, file: Uuid) {
    if let Err(error) = tokio::fs::remove_file(hub.files.path(file)).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a file that nothing refers to could not be removed");
    }
}
