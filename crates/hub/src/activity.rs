//! The log of activity: which presence users had since when. The fan-out knows who is here; this writes it down.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::measure::Presence;
use tokio::sync::mpsc;

use crate::health::Work;
use crate::hub::Hub;
use crate::store::StoreError;
use crate::store::activity::{self, Begun};

/// How often the hub records that it is at work, while somebody is present: after a crash, spells end there.
const MARK_EVERY: Duration = Duration::from_secs(30);
/// Changes written in one transaction.
const AT_ONCE: usize = 256;

/// Runs as long as the hub.
pub(crate) async fn run(hub: Arc<Hub>, mut changes: mpsc::UnboundedReceiver<Begun>) {
    let started = hub.started;
    if let Err(error) = hub.database.write(move |connection, _| activity::end_open(connection, started)).await {
        tracing::error!(%error, "cannot end the activity of before the start");
    }
    let mut mark = tokio::time::interval(MARK_EVERY);
    let (mut present, mut begun) = (HashSet::new(), Vec::new());
    loop {
        let written = tokio::select! {
            count = changes.recv_many(&mut begun, AT_ONCE) => {
                if count == 0 {
                    return;
                }
                for Begun { user, status, .. } in &begun {
                    match status {
                        Presence::Offline => present.remove(user),
                        _ => present.insert(*user),
                    };
                }
                hub.keep_presence(std::mem::take(&mut begun)).await
            }
            _ = mark.tick(), if !present.is_empty() => hub.keep_presence(Vec::new()).await,
        };
        hub.health.note(Work::Kept("the log of who is present"), &written);
        if let Err(error) = written {
            tracing::error!(%error, "cannot write who is present");
        }
    }
}

impl Hub {
    async fn keep_presence(&self, begun: Vec<Begun>) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.database
            .write(move |connection, _| {
                begun.iter().try_for_each(|begun| activity::append(connection, begun))?;
                activity::mark(connection, now)
            })
            .await
    }
}
