//! Files that no message names go after a day, and so does what a crash has left on the disk.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::Time;
use uuid::Uuid;

use crate::hub::Hub;
use crate::store::{StoreError, media};

/// How long a file may wait for the message that names it, in milliseconds.
const WAITING_MS: i64 = 24 * 60 * 60 * 1000;
/// How old a file without a row has to be: its upload may still be under way.
const ORPHAN: Duration = Duration::from_secs(60 * 60);
/// Files that are looked at in one step.
const STEP: u32 = 200;
/// How often is swept, and how long between two steps.
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

/// Removes at most `limit` files that no message has named for a day, and gives how many there were. The row goes first:
/// what a crash leaves behind is a file without one.
pub(crate) async fn sweep(hub: &Arc<Hub>, now: Time, limit: u32) -> Result<usize, StoreError> {
    let before = now.plus_ms(-WAITING_MS);
    let gone = hub.database.write(move |connection, _| media::forget_unnamed(connection, before, limit)).await?;
    for file in &gone {
        remove(hub, *file).await;
    }
    Ok(gone.len())
}

/// Removes files without a row.
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
