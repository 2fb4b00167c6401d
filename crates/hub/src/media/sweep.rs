//! Deletes files that no message names after a day, and what crashes left on the disk.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::Time;
use uuid::Uuid;

use crate::hub::Hub;
use crate::store::sweeps::first_id_at;
use crate::store::{StoreError, media};

/// How long a file may wait for its message, in milliseconds.
const WAITING_MS: i64 = 24 * 60 * 60 * 1000;
/// Minimum age of a file without a row: its upload may still be running.
const ORPHAN: Duration = Duration::from_secs(60 * 60);
/// Maximum age of the orphans that a running hub looks for, in milliseconds.
const YOUNG_MS: i64 = 3 * 24 * 60 * 60 * 1000;
/// Files examined per step.
const STEP: u32 = 200;
/// Interval between sweeps, and between steps.
const EVERY: Duration = Duration::from_secs(60 * 60);
const PAUSE: Duration = Duration::from_millis(200);

/// Sweeps at the start and then every hour, for as long as the hub runs.
pub(crate) async fn run(hub: Arc<Hub>) {
    // The first sweep covers all files, later ones only young files.
    let mut since = None;
    loop {
        if let Err(error) = all(&hub, since).await {
            tracing::error!(%error, "files could not be swept");
        } else {
            since = Some(hub.clock.now().plus_ms(-YOUNG_MS));
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn all(hub: &Arc<Hub>, since: Option<Time>) -> Result<(), StoreError> {
    while super::sweep(hub, hub.clock.now(), STEP).await? >= STEP as usize {
        tokio::time::sleep(PAUSE).await;
    }
    orphans(hub, since, ORPHAN).await
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

/// Removes files without a row, of those whose names date from `since` on.
async fn orphans(hub: &Arc<Hub>, since: Option<Time>, older_than: Duration) -> Result<(), StoreError> {
    let folder = hub.files.folder().to_owned();
    let first = since.map_or([0; 16], first_id_at);
    let old = tokio::task::spawn_blocking(move || {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let named = entries.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<Uuid>().ok()?, entry)));
        let aged = named.filter(|(name, entry)| {
            *name.as_bytes() >= first && {
                let modified = entry.metadata().and_then(|about| about.modified());
                modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age >= older_than))
            }
        });
        aged.map(|(name, _)| name).collect::<Vec<_>>()
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
