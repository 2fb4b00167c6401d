//! Keeps the cache in sync with the hub: one loop that owns the live connection and its state.
//!
//! The loop has one closed set of inputs. Frames are applied in one transaction together with the cursor, so a cut at
//! any moment is resumed exactly. No frame can end the loop: an unreadable one is counted and passed over, and a lost
//! connection is reopened after growing pauses.

mod apply;
mod fetch;
mod live;
mod obeying;
pub(crate) mod surroundings;
mod together;

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::Time;
use tandem_protocol::agents::DeskFrame;
use tokio::sync::{mpsc, oneshot, watch};

pub(crate) use fetch::{Fetch, fetch_unknown};

use crate::cache::{Cache, meta};
use crate::changes::Changes;
use crate::clock::Clock;
use crate::hub::{HubError, Outdated, Standing, outdated};
use crate::link::{Input, Link};
use crate::memory::Memory;
use crate::notify::Poke;
use crate::outbox::Outbox;
use crate::pace::Pace;
use crate::reason::Reason;
use crate::session::Session;
use crate::view::Change;
use crate::words::sentence;

/// Why the loop left a connection.
enum Left {
    /// Retry; the reason is for the agent.
    Lost(Reason),
    /// One side must be updated first.
    Outdated(Outdated),
    /// The sign-in has ended.
    Ended(Reason),
    SignedIn(Arc<Session>, oneshot::Sender<()>),
    /// The desk has ended.
    Closed,
}

impl From<HubError> for Left {
    fn from(error: HubError) -> Self {
        match error {
            HubError::SessionEnded(reason) => Self::Ended(reason),
            HubError::Refused(ref problem) => match outdated(problem) {
                Some(outdated) => Self::Outdated(outdated),
                None => Self::Lost(error.reason()),
            },
            other => Self::Lost(other.reason()),
        }
    }
}

pub(crate) struct Syncing {
    pub cache: Cache,
    pub clock: Clock,
    pub changes: Changes,
    pub memory: Arc<Memory>,
    pub link: watch::Sender<Link>,
    /// Whether the cache is complete, so that a missing conversation means something.
    pub settled: watch::Sender<bool>,
    pub fetch: Fetch,
    pub outbox: Outbox,
    /// What deserves a notice is looked at again.
    pub pokes: mpsc::UnboundedSender<Poke>,
    pub pace: Pace,
    pub inbox: mpsc::UnboundedReceiver<Input>,
}

impl Syncing {
    /// Runs until the desk ends.
    pub(crate) async fn run(mut self) {
        let mut attempt = 0;
        let mut session = self.link.borrow().session().cloned();
        loop {
            let left = match session.clone() {
                None => self.wait_for_sign_in().await,
                Some(session) => self.connect(&session, &mut attempt).await,
            };
            let left = match left {
                left @ (Left::Lost(_) | Left::Outdated(_)) => {
                    let pause = match left {
                        Left::Outdated(outdated) => {
                            self.note_outdated(outdated).await;
                            self.pace.longest
                        }
                        Left::Lost(reason) => {
                            self.note_lost(reason).await;
                            pause(self.pace, attempt)
                        }
                        _ => Duration::ZERO,
                    };
                    attempt = attempt.saturating_add(1);
                    match self.pause(pause).await {
                        Pause::Over => continue,
                        Pause::Moved => {
                            attempt = 0;
                            continue;
                        }
                        Pause::Left(left) => left,
                    }
                }
                other => other,
            };
            match left {
                Left::SignedIn(fresh, done) => {
                    attempt = 0;
                    self.settled.send_replace(false);
                    self.set(Link::Connecting { since: self.clock.hub_now(), session: Arc::clone(&fresh) });
                    session = Some(fresh);
                    let _ = done.send(());
                }
                Left::Ended(reason) => {
                    if let Some(over) = session.take() {
                        tracing::warn!(user.id = %over.user, "the sign-in is over");
                        over.forget().await;
                    }
                    self.settled.send_replace(false);
                    // Only when this workplace cannot be signed in to may the new one show that no one is.
                    self.cache.wipe(reason);
                }
                Left::Lost(_) | Left::Outdated(_) => {}
                Left::Closed => return,
            }
        }
    }

    fn set(&self, link: Link) {
        self.link.send_replace(link);
        self.changes.tell(Change::App);
    }

    /// When the hub was last heard. An outage has one such time, across retries and restarts.
    async fn last_heard(&self) -> Time {
        let known = self.link.borrow().clone();
        if let Link::Offline { since, .. } | Link::Connecting { since, .. } | Link::Outdated { since, .. } = known {
            return since;
        }
        let heard = self.memory.heard().unwrap_or_else(|| self.clock.hub_now());
        if let Err(error) = self.cache.write(move |connection, _| meta::put(connection, meta::HEARD, &heard)).await {
            tracing::warn!(%error, "the time of the outage could not be stored");
        }
        heard
    }

    async fn note_lost(&self, reason: Reason) {
        let since = self.last_heard().await;
        let known = self.link.borrow().clone();
        let Some(session) = known.session().cloned() else { return };
        if !matches!(known, Link::Offline { .. }) {
            tracing::info!(%reason, "offline");
        }
        self.set(Link::Offline { since, reason, session });
    }

    /// Shows which side must be updated, until that changes.
    async fn note_outdated(&self, outdated: Outdated) {
        let since = self.last_heard().await;
        let known = self.link.borrow().clone();
        if matches!(&known, Link::Outdated { outdated: before, .. } if *before == outdated) {
            return;
        }
        let Some(session) = known.session().cloned() else { return };
        tracing::warn!(?outdated, "this desk and the hub are incompatible");
        self.set(Link::Outdated { since, outdated, session });
    }

    async fn wait_for_sign_in(&mut self) -> Left {
        loop {
            match self.inbox.recv().await {
                None => return Left::Closed,
                Some(input) => match left_by(input) {
                    Ok(left) => return left,
                    Err(_) => continue,
                },
            }
        }
    }

    /// Waits, unless an input makes waiting pointless.
    async fn pause(&mut self, pause: Duration) -> Pause {
        let until = tokio::time::Instant::now() + pause;
        loop {
            match tokio::time::timeout_at(until, self.inbox.recv()).await {
                Err(_) => return Pause::Over,
                Ok(None) => return Pause::Left(Left::Closed),
                Ok(Some(Input::Moved)) => return Pause::Moved,
                Ok(Some(input)) => {
                    if let Ok(left) = left_by(input) {
                        return Pause::Left(left);
                    }
                }
            }
        }
    }

    async fn connect(&mut self, session: &Arc<Session>, attempt: &mut u32) -> Left {
        let standing = self.cache.read(|connection| {
            Ok(Standing { cursor: meta::get(connection, meta::CURSOR)?, log: meta::get(connection, meta::LOG)? })
        });
        let standing = match standing.await {
            Ok(standing) => standing,
            Err(error) => return Left::Lost(Reason::said("desk.cache", sentence(&error.to_string()))),
        };
        let opened = {
            let mut opening = std::pin::pin!(live::open(session, standing, self.pace.opening));
            loop {
                tokio::select! {
                    opened = &mut opening => break opened,
                    input = self.inbox.recv() => match input.map(left_by) {
                        None => return Left::Closed,
                        Some(Ok(left)) => return left,
                        Some(Err(_)) => {}
                    },
                }
            }
        };
        match opened {
            Ok(socket) => self.attend(session, standing.cursor, socket, attempt).await,
            Err(error) => error.into(),
        }
    }
}

/// How a pause ended.
enum Pause {
    Over,
    /// Further waiting is pointless.
    Moved,
    Left(Left),
}

/// What an input does to a connection. An error is an input that matters only inside it, with a frame for the hub.
fn left_by(input: Input) -> Result<Left, Option<DeskFrame>> {
    match input {
        Input::SignedIn(session, done) => Ok(Left::SignedIn(session, done)),
        Input::SessionEnded { reason } => Ok(Left::Ended(reason)),
        Input::Say(frame) => Err(Some(frame)),
        Input::Moved => Err(None),
    }
}

/// Grows with each attempt, with half of it random, so that a thousand desks do not return at once.
fn pause(pace: Pace, attempt: u32) -> Duration {
    let full = pace.reconnect.saturating_mul(1 << attempt.min(10)).min(pace.longest);
    full.mul_f64(0.5 + 0.5 * rand::random::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_and_stays_below_its_limit() {
        let pace = Pace::default();
        for attempt in 0..40 {
            let pause = pause(pace, attempt);
            assert!(pause >= pace.reconnect / 2 && pause <= pace.longest, "attempt {attempt} waits {pause:?}");
        }
        assert!(pause(pace, 9) >= pace.longest / 2);
    }
}
