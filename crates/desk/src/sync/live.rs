//! The live connection: opens it, reads its frames, and acts on them. What cannot be read is counted and passed over, so
//! that no one event, of whatever hub, keeps a desk offline.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tandem_conversation::{ConversationId, Permission, Stage};
use tandem_protocol::agents::{Batch, DeskFrame, LiveFrame, Me, Whereabouts, kind_of};
use tandem_sqlite::rusqlite::Connection;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};
use uuid::Uuid;

use super::together::{self, Load};
use super::{Left, Syncing, apply, left_by};
use crate::cache::{self, CacheError, conversations, lost, meta};
use crate::hub::{HubError, Outdated, Socket, Standing};
use crate::link::Link;
use crate::pace::Pace;
use crate::reason::Reason;
use crate::session::Session;
use crate::view::{Change, Tone};
use crate::words;

/// Conversations named per frame.
const NAMED_AT_ONCE: u32 = 500;

/// Opens the connection within a time limit, renewing the sign-in if needed.
pub(super) async fn open(session: &Session, standing: Standing, within: Duration) -> Result<Socket, HubError> {
    session.with_token(|token| async move { session.hub.live(&token, standing, within).await }).await
}

/// State of one connection.
struct Attending {
    session: Arc<Session>,
    /// The last error frame: the reason if the connection then closes.
    complaint: Option<Reason>,
    /// The cursor up to which this connection is complete; none from the start.
    told: Option<u64>,
    /// The log of this connection.
    log: Option<Uuid>,
    /// A frame that could not be read was recorded.
    heard_unknown: bool,
    /// It may have told of changes: the cursor says nothing any more, and the next connection compares conversations.
    has_missed: bool,
    /// The hub has listed the colleagues.
    met: bool,
    load: Load,
}

impl Syncing {
    /// Reads until the connection ends.
    pub(super) async fn attend(
        &mut self,
        session: &Arc<Session>,
        cursor: Option<u64>,
        mut socket: Socket,
        attempt: &mut u32,
    ) -> Left {
        let (session, told) = (Arc::clone(session), cursor);
        let mut attending = Attending {
            session,
            complaint: None,
            told,
            log: None,
            heard_unknown: false,
            has_missed: false,
            met: false,
            load: Load::begin(Instant::now()),
        };
        // A received frame that did not fit into the previous transaction.
        let mut next: Option<Message> = None;
        let mut silence = Silence::begin();
        loop {
            let message = match next.take() {
                Some(message) => message,
                None => tokio::select! {
                    input = self.inbox.recv() => match input.map(left_by) {
                        None => return Left::Closed,
                        Some(Ok(left)) => {
                            let _ = socket.close(None).await;
                            return left;
                        }
                        Some(Err(frame)) => {
                            let said = match frame {
                                Some(frame) => match understood(frame, attending.session.speaks()) {
                                    Some(frame) => say(&mut socket, &frame).await,
                                    None => Ok(()),
                                },
                                None => {
                                    silence.ends_by = Some(Instant::now() + self.pace.probe);
                                    socket.send(Message::Ping(Bytes::new())).await
                                }
                            };
                            if said.is_err() {
                                return Left::Lost(Reason::lost("lost-connection"));
                            }
                            continue;
                        }
                    },
                    message = tokio::time::timeout_at(silence.next(&self.pace), socket.next()) => match message {
                        Err(_) => match silence.goes_on(&self.pace, Instant::now()) {
                            Kept::Ask => {
                                if socket.send(Message::Ping(Bytes::new())).await.is_err() {
                                    return Left::Lost(Reason::lost("lost-connection"));
                                }
                                continue;
                            }
                            Kept::Quiet => {
                                self.is_quiet(true);
                                continue;
                            }
                            Kept::Over => return Left::Lost(Reason::lost("lost-quiet")),
                        },
                        Ok(Some(Ok(message))) => message,
                        Ok(Some(Err(error))) => {
                            tracing::info!(%error, "the live connection failed");
                            return Left::Lost(attending.lost());
                        }
                        Ok(None) => return Left::Lost(attending.lost()),
                    },
                },
            };
            self.memory.hear(self.clock.hub_now());
            if std::mem::replace(&mut silence, Silence::begin()).is_quiet {
                self.is_quiet(false);
            }
            let text = match message {
                Message::Text(text) => text,
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
                Message::Close(_) => return Left::Lost(attending.lost()),
                // A frame that is none: it says nothing, and what follows may.
                Message::Binary(_) => "".into(),
            };
            let done = match serde_json::from_str(&text) {
                Err(error) => match kind_of(&text) {
                    // Without a greeting nobody knows who speaks.
                    Some(kind) if kind == "hello" => return garbled(&error.to_string(), &mut socket).await,
                    kind => self.pass_over(&mut attending, kind.as_deref(), &error).await,
                },
                Ok(LiveFrame::Batch(batch)) => {
                    let (batches, rest) = together::take(batch, &mut socket, &mut attending.load).await;
                    next = rest;
                    self.take_batches(&mut attending, batches, &mut socket, attempt).await
                }
                Ok(frame) => self.take_frame(&mut attending, frame, &mut socket, attempt).await,
            };
            if let ControlFlow::Break(left) = done {
                return left;
            }
        }
    }

    /// A frame that cannot be read is counted and passed over. The detail is for the log and never contains a customer's
    /// words.
    async fn pass_over(
        &self,
        attending: &mut Attending,
        kind: Option<&str>,
        detail: &serde_json::Error,
    ) -> ControlFlow<Left> {
        tracing::warn!(kind, %detail, "the hub sent a frame that this version cannot read");
        let tells_of_changes = kind.is_none_or(|kind| ["batch", "alive", "reset"].contains(&kind));
        if tells_of_changes {
            attending.told = None;
            attending.has_missed = true;
        } else if attending.heard_unknown {
            return ControlFlow::Continue(());
        }
        attending.heard_unknown = true;
        let kept = self.cache.write(move |connection, touched| {
            if tells_of_changes {
                meta::remove(connection, meta::CURSOR)?;
            }
            cache::unknown::add_elsewhere(connection, touched)
        });
        stored(kept.await)
    }

    /// While live: whether the hub has not been heard for some seconds.
    fn is_quiet(&self, quiet: bool) {
        let known = self.link.borrow().clone();
        if let Link::Live { since, session, .. } = known {
            self.set(Link::Live { since, quiet, session });
        }
    }

    async fn take_frame(
        &self,
        attending: &mut Attending,
        frame: LiveFrame,
        socket: &mut Socket,
        attempt: &mut u32,
    ) -> ControlFlow<Left> {
        match frame {
            LiveFrame::Hello { version, speaks, oldest, log, me, time } => {
                if let Some(outdated) = Outdated::between(speaks.unwrap_or(version), oldest) {
                    return ControlFlow::Break(Left::Outdated(outdated));
                }
                self.clock.heard(time);
                self.settled.send_replace(false);
                attending.log = log;
                let done = self.greet(attending, me, speaks.unwrap_or(version)).await;
                if done.is_continue() && speaks.unwrap_or(version) >= tandem_protocol::SAYS_WHY {
                    let said = DeskFrame::Presence(self.memory.whereabouts());
                    if say(socket, &said).await.is_err() {
                        return ControlFlow::Break(Left::Lost(Reason::lost("lost-connection")));
                    }
                }
                if done.is_continue() && speaks.is_some_and(|version| version >= tandem_protocol::NAMES_HELD) {
                    return self.name_held(attending, socket).await;
                }
                return done;
            }
            LiveFrame::Reset {} => {
                attending.told = None;
                let (log, user) = (attending.log, attending.session.user);
                let forgotten = self.cache.write(move |connection, touched| {
                    let before: Option<Uuid> = meta::get(connection, meta::LOG)?;
                    let is_restored = before.zip(log).is_some_and(|(before, log)| before != log);
                    if is_restored {
                        lost::remember(connection, user)?;
                    }
                    cache::forget_conversations(connection, touched)?;
                    put_log(connection, log)?;
                    Ok(is_restored)
                });
                tracing::info!("the hub does not know our cursor: starting afresh");
                let forgotten = forgotten.await;
                if matches!(forgotten, Ok(true)) {
                    let text = words::say("returned-restored.all", &[]);
                    self.changes.tell(Change::Toast { tone: Tone::Bad, text });
                }
                return stored(forgotten);
            }
            LiveFrame::Alive { cursor, time, after } => {
                if !attending.follows(after) {
                    return ControlFlow::Break(gap());
                }
                attending.hears(cursor);
                if self.clock.heard(time) {
                    self.changes.tell(Change::App);
                }
                let (log, is_complete) = (attending.log, !attending.has_missed);
                let kept = self
                    .cache
                    .write(move |connection, touched| {
                        if is_complete {
                            meta::advance(connection, cursor)?;
                            meta::put(connection, meta::COMPLETE_UP_TO, &time)?;
                        }
                        put_log(connection, log)?;
                        touched.app();
                        Ok(())
                    })
                    .await;
                stored(kept)?;
                self.settle(&attending.session, socket, attempt).await;
            }
            LiveFrame::Typing { conversation, by, until } => {
                if by.user() != Some(attending.session.user) {
                    self.changes.tell(Change::Typing { id: conversation, by, until });
                }
            }
            LiveFrame::Watched { conversation, by, until } => {
                self.changes.tell(Change::Watched { id: conversation, by, until });
            }
            LiveFrame::People { people } => {
                // The first list of a connection is complete: missing colleagues were suspended meanwhile.
                match std::mem::replace(&mut attending.met, true) {
                    false => self.memory.know(people),
                    true => self.memory.meet(people),
                }
                self.changes.tell(Change::App);
            }
            LiveFrame::Buttons { buttons } => {
                return stored(
                    self.cache
                        .write(move |connection, touched| cache::buttons::keep(connection, touched, &buttons))
                        .await,
                );
            }
            LiveFrame::Library { stamp } => {
                let held = self.cache.read(cache::library::stamp).await;
                match held {
                    Ok(held) if held.as_deref() == Some(stamp.as_str()) => {}
                    Ok(_) => self.fetch.library(),
                    Err(error) => return stored::<()>(Err(error)),
                }
            }
            LiveFrame::Alerts { conversations } => {
                conversations.into_iter().for_each(|id| self.changes.tell(Change::Alerts { id }));
            }
            LiveFrame::Availability { status, by } => {
                return self.obey(status, by, socket).await;
            }
            LiveFrame::Error { code, message } => {
                tracing::warn!(%code, "the hub complains");
                attending.complaint = Some(Reason::said(&code, message));
            }
            // Already parsed as a batch.
            LiveFrame::Batch(_) => {}
        }
        ControlFlow::Continue(())
    }

    /// The hub reported the user: name and permissions may have changed since the sign-in.
    async fn greet(&self, attending: &mut Attending, me: Me, speaks: u32) -> ControlFlow<Left> {
        if me.user != attending.session.user {
            return ControlFlow::Break(Left::Ended(Reason::lost("lost-sign-in.other")));
        }
        let before = attending.session.me();
        let has_other_rights = before.permissions != me.permissions || before.skills != me.skills;
        let now = me.clone();
        let kept = self.cache.write(move |connection, touched| {
            cache::unknown::hub_speaks(connection, speaks)?;
            meta::put(connection, meta::HUB_VERSION, &speaks)?;
            if speaks < tandem_protocol::HAS_LIBRARY {
                cache::library::forget(connection)?;
            }
            if has_other_rights {
                conversations::derive_calls(connection, touched, &now.access())?;
            }
            meta::put(connection, meta::ME, &now)
        });
        stored(kept.await)?;
        if words::call_logic(me.logic_name.as_deref()) {
            self.changes.tell(Change::Everything);
        }
        attending.session.is_now(me, speaks);
        let since = match &*self.link.borrow() {
            Link::Offline { since, .. } | Link::Connecting { since, .. } | Link::Outdated { since, .. } => *since,
            _ => self.clock.hub_now(),
        };
        self.set(Link::Connecting { since, session: Arc::clone(&attending.session) });
        ControlFlow::Continue(())
    }

    /// Names what the cache holds, so that the hub sends what changed. Users who view everything and have a cursor are
    /// served from the log instead.
    async fn name_held(&self, attending: &Attending, socket: &mut Socket) -> ControlFlow<Left> {
        let by_log = attending.told.is_some() && attending.session.me().permissions.has_all(Permission::ViewAll);
        let mut after = ConversationId(Uuid::nil());
        loop {
            let most = if by_log { 0 } else { NAMED_AT_ONCE };
            let page = self.cache.read(move |connection| conversations::listed(connection, after, most));
            let conversations = match page.await {
                Ok(page) => page,
                Err(error) => return stored::<()>(Err(error)),
            };
            let more = conversations.len() >= NAMED_AT_ONCE as usize;
            after = conversations.last().map_or(after, |(id, _)| *id);
            if say(socket, &DeskFrame::Holds { conversations, more }).await.is_err() {
                return ControlFlow::Break(Left::Lost(Reason::lost("lost-connection")));
            }
            if !more {
                return ControlFlow::Continue(());
            }
        }
    }

    async fn take_batches(
        &self,
        attending: &mut Attending,
        mut batches: Vec<Batch>,
        socket: &mut Socket,
        attempt: &mut u32,
    ) -> ControlFlow<Left> {
        let whole = batches.iter().take_while(|batch| attending.follows_and_hears(batch)).count();
        let has_gap = whole < batches.len();
        batches.truncate(whole);
        let complete = batches.last().is_some_and(|batch| !batch.catching_up);
        let step = apply::Step::parse(batches);
        let step = if attending.has_missed { step.without_cursor() } else { step };
        let me = attending.session.me();
        let applied =
            match self.cache.write(move |connection, touched| step.apply(connection, touched, &me.access())).await {
                Ok(applied) => applied,
                Err(error) => return stored::<()>(Err(error)),
            };
        for id in applied.wanting {
            self.fetch.conversation(id);
        }
        for id in applied.unknown {
            self.fetch.unknown(id);
        }
        for (of, call) in applied.calls {
            self.memory.call_ended(of, call);
        }
        for customer in applied.linked {
            self.fetch.journey_grew(customer);
        }
        for (id, up_to) in applied.arrived {
            self.outbox.confirm(id, Stage::Delivered, up_to).await;
        }
        if has_gap {
            return ControlFlow::Break(gap());
        }
        if complete {
            self.settle(&attending.session, socket, attempt).await;
        }
        ControlFlow::Continue(())
    }

    /// The cache is complete up to now.
    async fn settle(&self, session: &Arc<Session>, socket: &mut Socket, attempt: &mut u32) {
        *attempt = 0;
        self.settled.send_if_modified(|settled| !std::mem::replace(settled, true));
        if self.link.borrow().live().is_some() {
            return;
        }
        tracing::info!("live");
        let (since, session_speaks, session) = (self.clock.hub_now(), session.speaks(), Arc::clone(session));
        self.set(Link::Live { since, quiet: false, session });
        self.fetch.all_wanting(&self.cache).await;
        // Other hubs have heard it at the beginning.
        let whereabouts = self.memory.whereabouts();
        if session_speaks < tandem_protocol::SAYS_WHY && !whereabouts.available {
            // If this fails, the next read shows it.
            if let Some(frame) = understood(DeskFrame::Presence(whereabouts), session_speaks) {
                let _ = say(socket, &frame).await;
            }
        }
    }
}

/// The frame as a hub of this version understands it; none if it does not.
fn understood(frame: DeskFrame, version: u32) -> Option<DeskFrame> {
    match frame {
        DeskFrame::Presence(said) if version < tandem_protocol::SAYS_WHY => {
            Some(DeskFrame::Presence(Whereabouts::takes_calls(said.available)))
        }
        DeskFrame::Watching { .. } if version < tandem_protocol::TELLS_WATCHING => None,
        frame => Some(frame),
    }
}

/// How long the hub has been silent, and what was done about it.
struct Silence {
    heard: Instant,
    asked: bool,
    is_quiet: bool,
    /// An earlier end: the network may have changed.
    ends_by: Option<Instant>,
}

/// What a silence leads to next.
#[derive(Debug, PartialEq, Eq)]
enum Kept {
    /// The hub is asked for a sign of life, which costs a few bytes.
    Ask,
    /// The desk says that it hears nothing.
    Quiet,
    Over,
}

impl Silence {
    fn begin() -> Self {
        Self { heard: Instant::now(), asked: false, is_quiet: false, ends_by: None }
    }

    fn end(&self, pace: &Pace) -> Instant {
        let end = self.heard + pace.silence;
        self.ends_by.map_or(end, |by| by.min(end))
    }

    /// When it leads to the next.
    fn next(&self, pace: &Pace) -> Instant {
        let next = match self {
            Self { asked: false, .. } => self.heard + pace.ask,
            Self { is_quiet: false, .. } => self.heard + pace.quiet,
            _ => return self.end(pace),
        };
        next.min(self.end(pace))
    }

    fn goes_on(&mut self, pace: &Pace, now: Instant) -> Kept {
        if now >= self.end(pace) {
            return Kept::Over;
        }
        if !std::mem::replace(&mut self.asked, true) {
            return Kept::Ask;
        }
        self.is_quiet = true;
        Kept::Quiet
    }
}

impl Attending {
    /// Whether a frame with this predecessor follows without a gap.
    fn follows(&self, after: Option<u64>) -> bool {
        after.zip(self.told).is_none_or(|(after, told)| after <= told)
    }

    fn hears(&mut self, cursor: u64) {
        self.told = self.told.max(Some(cursor));
    }

    fn follows_and_hears(&mut self, batch: &Batch) -> bool {
        let follows = self.follows(batch.after);
        if follows {
            self.hears(batch.cursor);
        }
        follows
    }

    fn lost(&mut self) -> Reason {
        self.complaint.take().unwrap_or_else(|| Reason::lost("lost-connection"))
    }
}

/// Stores the log of the cursor.
fn put_log(connection: &Connection, log: Option<Uuid>) -> Result<(), CacheError> {
    match log {
        Some(log) => meta::put(connection, meta::LOG, &log),
        None => meta::remove(connection, meta::LOG),
    }
}

/// A frame is missing: later ones are discarded and requested again.
fn gap() -> Left {
    tracing::warn!("the hub's frames do not follow each other");
    Left::Lost(Reason::lost("lost-frame"))
}

pub(super) async fn say(socket: &mut Socket, frame: &DeskFrame) -> Result<(), Error> {
    let text = serde_json::to_string(frame).map_err(|error| Error::Io(std::io::Error::other(error)))?;
    socket.send(Message::Text(text.into())).await
}

/// Closes after an unreadable frame. The detail is for the log and never contains a customer's words.
async fn garbled(detail: &str, socket: &mut Socket) -> Left {
    tracing::warn!(detail, "a live frame cannot be understood");
    let _ = tokio::time::timeout(Duration::from_secs(1), socket.close(None)).await;
    Left::Lost(Reason::lost("lost-garbled"))
}

pub(super) fn stored<T>(result: Result<T, cache::CacheError>) -> ControlFlow<Left> {
    match result {
        Ok(_) => ControlFlow::Continue(()),
        Err(error) => {
            error.log();
            ControlFlow::Break(Left::Lost(Reason::said(
                "desk.cache",
                format!("The cache on this machine failed: {error}."),
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_asked_about_then_shown_and_then_over() {
        let pace = Pace::default();
        let mut silence = Silence::begin();
        let heard = silence.heard;
        for (at, kept) in [(2, Kept::Ask), (5, Kept::Quiet), (15, Kept::Over)] {
            let at = heard + Duration::from_secs(at);
            assert_eq!(silence.next(&pace), at);
            assert_eq!(silence.goes_on(&pace, at), kept);
        }
    }

    #[test]
    fn after_a_change_of_the_network_a_silence_is_short() {
        let pace = Pace::default();
        let mut silence = Silence::begin();
        let by = silence.heard + Duration::from_secs(3);
        silence.ends_by = Some(by);
        assert_eq!(silence.goes_on(&pace, silence.next(&pace)), Kept::Ask);
        assert_eq!(silence.next(&pace), by);
        assert_eq!(silence.goes_on(&pace, by), Kept::Over);
    }
}
