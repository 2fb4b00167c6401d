//! Keeps the alert ledger: who was called by each call for help, what their desks reported, and how it ended.
//!
//! Desks decide by the same pure rule whom a call concerns. The ledger records what the hub knows, and widens a call
//! at once if no alert can have been noticed. It follows the log: at start it picks up every open call.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tandem_conversation::{
    Availability, Command, Conversation, ConversationId, EventBody, Position, UserId, Viewer, is_called,
};
use tandem_protocol::agents::AlertReport;
use tokio::sync::{mpsc, oneshot};

use crate::engine::system_command;
use crate::fanout::Input;
use crate::health::Work;
use crate::hub::Hub;
use crate::store::users::User;
use crate::store::{StoreError, alerts, conversations, users};
use crate::wake::Entry;

/// Grace period after the start, in milliseconds: desks need time to reconnect.
const GRACE_MS: i64 = 15_000;

/// Reports that are recorded together.
type Said = Vec<(UserId, Vec<AlertReport>, oneshot::Sender<Result<(), StoreError>>)>;

/// Runs as long as the hub.
pub(crate) async fn run(hub: Arc<Hub>, mut entries: mpsc::Receiver<Entry>) {
    let taken_up = hub.take_up_calls().await;
    hub.health.note(Work::Calls, &taken_up);
    if let Err(error) = taken_up {
        tracing::error!(%error, "the open calls for help cannot be read");
    }
    let mut next = entries.recv().await;
    while let Some(entry) = next {
        if hub.missed_calls.swap(false, Ordering::Relaxed)
            && let Err(error) = hub.take_up_calls().await
        {
            tracing::error!(%error, "the calls for help that the ledger missed cannot be read");
        }
        let done = match entry {
            Entry::Changed(state, bodies) => {
                next = None;
                hub.write_down(&state, &bodies).await
            }
            Entry::Reports(user, reports, answer) => {
                let mut said = vec![(user, reports, answer)];
                next = also_said(&mut entries, &mut said);
                hub.take_down(said).await
            }
        };
        hub.health.note(Work::Kept("the alert ledger"), &done);
        if let Err(error) = done {
            tracing::error!(%error, "the alert ledger cannot be kept");
        }
        if next.is_none() {
            next = entries.recv().await;
        }
    }
}

/// Takes the queued reports, up to the first entry of another kind.
fn also_said(entries: &mut mpsc::Receiver<Entry>, said: &mut Said) -> Option<Entry> {
    loop {
        match entries.try_recv().ok()? {
            Entry::Reports(user, reports, answer) => said.push((user, reports, answer)),
            other => return Some(other),
        }
    }
}

impl Hub {
    /// Records calls that began or ended while the ledger was not running.
    async fn take_up_calls(&self) -> Result<(), StoreError> {
        let (known, needing) = self
            .database
            .read(|connection| -> Result<_, StoreError> {
                Ok((alerts::open(connection)?, conversations::needing_help(connection)?))
            })
            .await?;
        let open: HashMap<_, _> = needing.iter().filter_map(|state| Some((state.help.as_ref()?.call, state))).collect();
        let over: Vec<_> = known.into_iter().filter(|(call, _)| !open.contains_key(call)).collect();
        let now = self.clock.now();
        self.database
            .write(move |connection, _| -> Result<(), StoreError> {
                over.iter().try_for_each(|(call, _)| alerts::end(connection, *call, None, now))
            })
            .await?;
        for state in needing {
            self.call(&state).await?;
        }
        Ok(())
    }

    async fn write_down(&self, state: &Arc<Conversation>, bodies: &[EventBody]) -> Result<(), StoreError> {
        let mut last = None;
        for body in bodies {
            match body {
                EventBody::HelpRaised { help, .. } => last = Some(help.clone()),
                EventBody::HelpCleared { claimed_by, .. } => {
                    // A call may begin and end within one commit; then it is recorded whole.
                    let (of, begun, by) = (state.id, last.take(), claimed_by.as_ref().and_then(|by| by.user()));
                    let now = self.clock.now();
                    self.database
                        .write(move |connection, _| -> Result<(), StoreError> {
                            if let Some(help) = &begun {
                                alerts::put_call(connection, of, help)?;
                            }
                            let ended = alerts::open_of(connection, of)?;
                            ended.into_iter().try_for_each(|call| alerts::end(connection, call, by, now))
                        })
                        .await?;
                }
                _ => {}
            }
        }
        self.call(state).await?;
        self.analytics.news.notify_one();
        self.fanout.mention(Input::Told(vec![state.id]));
        Ok(())
    }

    /// Records who is called now.
    async fn call(&self, state: &Conversation) -> Result<(), StoreError> {
        let Some(help) = state.help.clone() else { return Ok(()) };
        let present = self.fanout.present().await;
        let (everybody, loads) = self
            .database
            .read(|connection| -> Result<_, StoreError> {
                Ok((users::all(connection)?, conversations::loads(connection)?))
            })
            .await?;
        let called: Vec<UserId> = everybody
            .iter()
            .filter(|user| !user.suspended)
            .filter(|user| {
                present.get(&user.id).is_some_and(|said| {
                    let load = loads.get(&user.id).copied().unwrap_or(0);
                    is_called(state, &help, &viewer(user, said.availability(), load, &user.role.permissions()))
                })
            })
            .map(|user| user.id)
            .collect();
        let (of, now) = (state.id, self.clock.now());
        self.database
            .write(move |connection, _| -> Result<(), StoreError> {
                alerts::put_call(connection, of, &help)?;
                alerts::decide(connection, help.call, &called, now)
            })
            .await?;
        self.look_whether_in_vain(of).await
    }

    /// Widens the call at once if no one who is called can have noticed.
    async fn look_whether_in_vain(&self, id: ConversationId) -> Result<(), StoreError> {
        if self.clock.now().since(self.started) < GRACE_MS {
            return Ok(());
        }
        let open = self
            .database
            .read(move |connection| -> Result<_, StoreError> {
                let help = conversations::get(connection, id)?.and_then(|state| state.help);
                let Some(help) = help else { return Ok(None) };
                Ok(alerts::in_vain(connection, help.call)?.then_some(help))
            })
            .await?;
        if let Some(help) = open
            && help.reach.wider().is_some()
        {
            let widen = Command::WidenHelp { call: help.call, reach: help.reach };
            // A refusal means that the conversation has moved on.
            let _ = self.execute_once(system_command(id, widen)).await?;
        }
        Ok(())
    }

    /// Records a desk's reports; returns once they are stored.
    pub(crate) async fn alerted(&self, user: UserId, reports: Vec<AlertReport>) -> Result<(), StoreError> {
        let (answer, done) = oneshot::channel();
        let _ = self.ledger.send(Entry::Reports(user, reports, answer)).await;
        done.await.unwrap_or(Err(StoreError::Database(tandem_sqlite::Error::Closed)))
    }

    async fn take_down(&self, said: Said) -> Result<(), StoreError> {
        let (reports, answers): (Vec<_>, Vec<_>) =
            said.into_iter().map(|(user, reports, answer)| ((user, reports), answer)).unzip();
        let written = self
            .database
            .write(move |connection, _| -> Result<_, StoreError> {
                let (mut told, mut muted) = (Vec::new(), HashSet::new());
                for (user, report) in reports.iter().flat_map(|(user, reports)| reports.iter().map(|one| (*user, one)))
                {
                    let Some(open) = alerts::report(connection, user, report)? else { continue };
                    told.push(report.conversation);
                    muted.extend((open && report.outcome.is_muted()).then_some(report.conversation));
                }
                Ok((told, muted))
            })
            .await;
        let (muted, failed) = match written {
            Ok((told, muted)) => {
                self.analytics.news.notify_one();
                self.fanout.mention(Input::Told(told));
                (muted, None)
            }
            Err(error) => (HashSet::new(), Some(error.to_string())),
        };
        for answer in answers {
            let again = |detail: &String| StoreError::Database(tandem_sqlite::Error::Commit(detail.clone()));
            // The requester may have disconnected.
            let _ = answer.send(failed.as_ref().map_or(Ok(()), |detail| Err(again(detail))));
        }
        for conversation in muted {
            self.look_whether_in_vain(conversation).await?;
        }
        Ok(())
    }
}

/// A user as the call policy sees them, as far as the hub knows.
fn viewer<'a>(
    user: &'a User,
    availability: Availability,
    load: usize,
    permissions: &'a tandem_conversation::Permissions,
) -> Viewer<'a> {
    Viewer {
        user: user.id,
        permissions,
        skills: &user.skills,
        availability,
        seen: Position::START,
        seen_here: Position::START,
        looking: false,
        load,
        capacity: user.capacity as usize,
        patience_ms: i64::MAX,
        low_percent: 0,
    }
}
