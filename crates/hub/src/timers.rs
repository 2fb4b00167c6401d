//! What happens by itself: unanswered requests, invitations and links end when their time is up.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::Command;

use crate::engine::system_command;
use crate::hub::Hub;
use crate::store::conversations;

/// How late a deadline may be noticed.
const EVERY: Duration = Duration::from_millis(200);
const AT_ONCE: u32 = 200;

/// Lets due conversations move on, for as long as the hub runs. The deadlines are stored, so a restart loses none.
pub(crate) async fn run(hub: Arc<Hub>) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let now = hub.clock.now();
        match hub.database.read(move |connection| conversations::due(connection, now, AT_ONCE)).await {
            Ok(due) => {
                for conversation in due {
                    if let Err(error) = hub.execute_once(system_command(conversation, Command::Tick)).await {
                        tracing::error!(%error, conversation.id = %conversation, "a deadline could not be kept");
                    }
                }
            }
            Err(error) => tracing::error!(%error, "cannot look for deadlines"),
        }
        hub.limits.tidy();
    }
}
