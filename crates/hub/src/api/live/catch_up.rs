//! Catch-up: what a desk missed, or everything that it may see, sent before new events.
//!
//! A desk names what it holds. It is told what changed there, what it may no longer see, and what is new. The cost
//! depends on what the desk may see, not on the account's traffic. Users who view everything are served from the log,
//! because every event in it is theirs. Pages are cut by bytes. Ids are read in one snapshot and states by id, so a
//! conversation that changes section meanwhile is not missed.

use std::collections::{HashMap, HashSet};

use axum::extract::ws::Utf8Bytes;
use tandem_conversation::{
    ConversationId, EngagementId, Event, EventBody, Participant, Position, RETENTION_MS, Section, Time, UserId, visible,
};
use tandem_protocol::agents::{DeskFrame, LiveFrame, Whereabouts};
use tandem_sql::Connection;
use tokio::sync::oneshot;

use super::Came;
use crate::api::auth::{Signed, everybody};
use crate::fanout::{DeskSession, Input, SessionId, buttons_frame, encode};
use crate::hub::Hub;
use crate::presence;
use crate::rights::{self, me_for, me_of};
use crate::socket::{self, Ending, Gone, Goodbye, Queue, Socket};
use crate::store::library::Changes;
use crate::store::users::{User, UserRights};
use crate::store::{StoreError, buttons, conversations, events, passable};

/// Approximate size of a catch-up frame, in bytes. A single larger change still goes out.
const PAGE_BYTES: usize = 1024 * 1024;
/// Conversations read per turn, so that other readers get theirs.
const AT_ONCE: usize = 64;
/// Maximum events sent one by one for a held conversation. Beyond this the desk fetches what it shows.
const MOST_EVENTS: u32 = 500;
/// Beyond this gap a full reload is cheaper for a supervisor: an event takes half a kilobyte, a state a few.
const MOST_MISSED: u64 = 100_000;
/// Events scanned per read for the conversations they belong to.
const LOOKED_THROUGH: u64 = 20_000;
/// Beyond this gap a desk that cannot name what it holds starts afresh.
const MOST_UNNAMED: u64 = 2_000;
/// Maximum conversations that a desk may name.
const MOST_HELD: usize = 200_000;
/// Maximum frames in which it may name them.
const MOST_NAMING: usize = 1_000;
/// How often the queue may overflow during catch-up before the hub gives up.
const ROUNDS: usize = 16;

/// Why catching up ended early.
pub(super) enum Ended {
    /// The connection was lost or closed.
    Gone,
    Parted(Goodbye),
    Store(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Gone> for Ended {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

const NOT_NAMED: Goodbye = Goodbye::new(1008, "input.invalid", "Name the conversations that this desk holds.");
const TOO_MANY: Goodbye = Goodbye::new(1008, "input.invalid", "This desk holds more conversations than can be named.");

/// A desk that is registered with the fan-out.
pub(super) struct Attending {
    pub id: SessionId,
    pub queue: Queue,
}

/// What the desk has.
enum Has {
    Nothing,
    /// Everything up to this place in the log.
    Log(u64),
    /// These conversations, up to these positions.
    Held(HashMap<ConversationId, Position>),
}

/// Brings a desk up to date and registers it for new events.
pub(super) async fn catch_up(hub: &Hub, signed: &Signed, came: &Came, socket: &mut Socket) -> Result<Attending, Ended> {
    let version = came.version.spoken;
    let knows_library = version >= tandem_protocol::HAS_LIBRARY;
    // Other desks say something only if their user takes no calls.
    let says_why = came.version.spoken >= tandem_protocol::SAYS_WHY;
    let said = (!says_why).then(|| Whereabouts::takes_calls(true));
    let (mut desk, mut cursor) = register(hub, signed, said.clone(), version).await?;
    let user = &signed.0;
    let mut telling = Telling {
        hub,
        signed,
        rights: user.rights(),
        ending: desk.queue.ending(),
        said,
        knows_library,
        version: came.version.spoken,
        cursor: came.after.unwrap_or_default(),
        socket,
        page: String::new(),
    };
    let caught_up = async {
        ask_rights(hub, signed).await?;
        telling.greet(user).await?;
        let held = match came.version.spoken >= tandem_protocol::NAMES_HELD {
            true => Some(telling.hear_held(desk.id).await?),
            false => None,
        };
        let mut has = has(hub, user, came, held, cursor);
        for _ in 0..ROUNDS {
            has = telling.tell(has, cursor).await?;
            if !desk.queue.is_too_slow() {
                return telling.say(&LiveFrame::Alive { cursor, time: hub.clock.now(), after: None }).await;
            }
            // The queue overflowed: what was sent counts, and the rest is sent the same way.
            (desk, cursor) = register(hub, signed, telling.said.clone(), version).await?;
            telling.ending = desk.queue.ending();
            ask_rights(hub, signed).await?;
        }
        Err(Ended::Parted(Goodbye::TOO_SLOW))
    };
    match caught_up.await {
        Ok(()) => Ok(desk),
        Err(ended) => {
            hub.fanout.send(Input::DeskLeft(desk.id)).await;
            Err(ended)
        }
    }
}

/// Registers before reading the past: new events wait in the queue.
async fn register(
    hub: &Hub,
    signed: &Signed,
    whereabouts: Option<Whereabouts>,
    version: u32,
) -> Result<(Attending, u64), Ended> {
    let (line, queue) = socket::line();
    let (registered, registration) = oneshot::channel();
    let session = DeskSession {
        me: me_of(hub, &signed.0),
        sign_in: signed.1.sign_in,
        good_until: signed.1.access_expires,
        whereabouts,
        line,
        told: 0,
        // Sent with the greeting; a change since then differs from nothing.
        library: (version >= tandem_protocol::HAS_LIBRARY).then(String::new),
        obeys: version >= tandem_protocol::SUPERVISES,
        hears_watched: version >= tandem_protocol::TELLS_WATCHING,
    };
    hub.fanout.send(Input::DeskCame { session: Box::new(session), registered }).await;
    let (id, cursor) = registration.await.map_err(|_| Ended::Gone)?;
    Ok((Attending { id, queue }, cursor))
}

/// Checks the rights again: they may have changed between the lookup and the registration.
async fn ask_rights(hub: &Hub, signed: &Signed) -> Result<(), Ended> {
    let parted = rights::still_so(hub, &signed.0, signed.1.sign_in).await?;
    parted.map_or(Ok(()), |goodbye| Err(Ended::Parted(goodbye)))
}

/// Where a desk resumes.
fn has(hub: &Hub, user: &User, came: &Came, held: Option<HashMap<ConversationId, Position>>, cursor: u64) -> Has {
    let sees_all = user.rights().access().views_all();
    if came.version.log.is_some_and(|log| log != hub.log) || came.after.is_some_and(|after| after > cursor) {
        return Has::Nothing;
    }
    match (came.after, held) {
        (Some(after), held) if sees_all || held.is_none() => {
            let most = if sees_all { MOST_MISSED } else { MOST_UNNAMED };
            // The desk was told what the user may see now.
            let is_good = cursor - after <= most && user.rights_from.is_none_or(|from| after > from);
            if is_good { Has::Log(after) } else { Has::Nothing }
        }
        (Some(_), Some(held)) => Has::Held(held),
        // An interrupted first catch-up resumes.
        (None, Some(held)) if came.version.log.is_some() && !held.is_empty() => Has::Held(held),
        (None, _) | (Some(_), None) => Has::Nothing,
    }
}

/// One desk that is catching up.
struct Telling<'a> {
    hub: &'a Hub,
    signed: &'a Signed,
    rights: UserRights,
    /// Of the desk's registered queue.
    ending: Ending,
    /// What the desk has said of its user.
    said: Option<Whereabouts>,
    knows_library: bool,
    /// The desk's version.
    version: u32,
    /// The cursor that catch-up frames carry: the desk was complete up to here before.
    cursor: u64,
    socket: &'a mut Socket,
    /// Changes for the next frame, comma-separated.
    page: String,
}

/// A state as read for one desk.
enum Read {
    Visible {
        id: ConversationId,
        position: Position,
        json: String,
    },
    /// The flag says whether the user could help with it if it needed help.
    Hidden(ConversationId, bool),
}

impl Telling<'_> {
    fn sees_all(&self) -> bool {
        self.rights.access().views_all()
    }

    async fn greet(&mut self, user: &User) -> Result<(), Ended> {
        let hub = self.hub;
        self.say(&LiveFrame::hello(me_for(hub, user, self.version), hub.clock.now(), hub.log)).await?;
        self.say(&LiveFrame::People { people: everybody(hub).await? }).await?;
        self.say(&buttons_frame(hub.database.read(buttons::all).await?)).await?;
        if !self.knows_library {
            return Ok(());
        }
        let changes = hub.database.read(Changes::read).await?;
        self.say(&LiveFrame::Library { stamp: changes.stamp(hub.log, user.id, &user.skills) }).await
    }

    /// Reads what the desk holds, from its own frames.
    async fn hear_held(&mut self, desk: SessionId) -> Result<HashMap<ConversationId, Position>, Ended> {
        let mut held = HashMap::new();
        for _ in 0..MOST_NAMING {
            let text = tokio::select! {
                text = self.socket.first() => text.ok_or(Ended::Gone)?,
                goodbye = self.ending.said() => return Err(Ended::Parted(goodbye)),
            };
            match serde_json::from_str(&text) {
                Ok(DeskFrame::Holds { conversations, more }) => {
                    held.extend(conversations);
                    if held.len() > MOST_HELD {
                        return Err(Ended::Parted(TOO_MANY));
                    }
                    if !more {
                        return Ok(held);
                    }
                }
                Ok(DeskFrame::Presence(said)) => {
                    let said = presence::heard(said, &self.hub.config.reasons, self.hub.clock.now());
                    self.said = Some(said.clone());
                    self.hub.fanout.send(Input::Whereabouts(desk, said)).await;
                }
                Ok(DeskFrame::Typing { .. } | DeskFrame::Watching { .. }) => {}
                Err(_) => return Err(Ended::Parted(NOT_NAMED)),
            }
        }
        Err(Ended::Parted(TOO_MANY))
    }

    /// Sends what is missing up to now, at least up to `to`; returns what the desk has then.
    async fn tell(&mut self, has: Has, to: u64) -> Result<Has, Ended> {
        match has {
            Has::Nothing => {
                self.cursor = 0;
                self.say(&LiveFrame::Reset {}).await?;
                let held = self.tell_new(HashMap::new()).await?;
                Ok(if self.sees_all() { Has::Log(to) } else { Has::Held(held) })
            }
            Has::Held(held) => {
                let held = self.tell_held(held).await?;
                let held = self.tell_new(held).await?;
                Ok(if self.sees_all() { Has::Log(to) } else { Has::Held(held) })
            }
            Has::Log(after) if self.sees_all() => {
                self.tell_log(after, to).await?;
                Ok(Has::Log(to))
            }
            Has::Log(after) => {
                self.tell_visible_log(after, to).await?;
                Ok(Has::Log(to))
            }
        }
    }

    /// Sends what is in the user's sections but not in `held`.
    async fn tell_new(
        &mut self,
        mut held: HashMap<ConversationId, Position>,
    ) -> Result<HashMap<ConversationId, Position>, Ended> {
        let (user, sees_all, left_after) =
            (self.rights.user, self.sees_all(), self.hub.clock.now().plus_ms(-RETENTION_MS));
        let listed = read(self.hub, move |connection| {
            let sections = Section::EVERY.into_iter().filter(|section| *section != Section::All || sees_all);
            let mut ids = Vec::new();
            // One snapshot for all sections.
            connection.snapshot(|| {
                for section in sections {
                    ids.extend(conversations::ids(connection, section, user, left_after)?);
                }
                Ok(ids)
            })
        })
        .await?;
        let mut met: HashSet<ConversationId> = held.keys().copied().collect();
        let fresh: Vec<_> = listed.into_iter().filter(|id| met.insert(*id)).collect();
        let mut rest = &fresh[..];
        while !rest.is_empty() {
            for found in self.states(&mut rest).await? {
                if let Read::Visible { id, position, json } = found {
                    held.insert(id, position);
                    self.change(&format!(r#"{{"opened":{json}}}"#)).await?;
                }
            }
        }
        self.flush().await?;
        Ok(held)
    }

    /// Sends what happened in the conversations that the desk holds.
    async fn tell_held(
        &mut self,
        mut held: HashMap<ConversationId, Position>,
    ) -> Result<HashMap<ConversationId, Position>, Ended> {
        let ids: Vec<_> = held.keys().copied().collect();
        let mut rest = &ids[..];
        while !rest.is_empty() {
            for found in self.states(&mut rest).await? {
                let (id, position, json) = match found {
                    Read::Visible { id, position, json } => (id, position, json),
                    Read::Hidden(id, _) => {
                        held.remove(&id);
                        self.change(&format!(r#"{{"closed":"{id}"}}"#)).await?;
                        continue;
                    }
                };
                let known = held.insert(id, position).unwrap_or_default();
                if position <= known {
                    continue;
                }
                self.change(&format!(r#"{{"opened":{json}}}"#)).await?;
                if position.0 - known.0 <= MOST_EVENTS {
                    let bodies =
                        read(self.hub, move |connection| events::bodies_after(connection, id, known, MOST_EVENTS));
                    for body in bodies.await?.into_iter().filter(|body| events::is_sendable(id, body)) {
                        self.change(&format!(r#"{{"event":{body}}}"#)).await?;
                    }
                }
            }
        }
        self.flush().await?;
        Ok(held)
    }

    /// Sends changed states, then each event, to users who view everything.
    async fn tell_log(&mut self, after: u64, to: u64) -> Result<(), Ended> {
        let (mut touched, mut met, mut looked) = (Vec::new(), HashSet::new(), after);
        while looked < to {
            let (from, end) = (looked, looked.saturating_add(LOOKED_THROUGH).min(to));
            let found = read(self.hub, move |connection| events::touched(connection, from, end)).await?;
            touched.extend(found.into_iter().filter(|id| met.insert(*id)));
            looked = end;
        }
        let mut rest = &touched[..];
        while !rest.is_empty() {
            for found in self.states(&mut rest).await? {
                if let Read::Visible { json, .. } = found {
                    self.change(&format!(r#"{{"opened":{json}}}"#)).await?;
                }
            }
        }
        self.flush().await?;
        let mut from = after;
        while from < to {
            let rows = read(self.hub, move |connection| events::page_after(connection, from, to, PAGE_BYTES)).await?;
            let Some(last) = rows.last() else { break };
            from = last.seq;
            for row in rows.iter().filter(|row| events::is_sendable(row.conversation, &row.body)) {
                self.change(&format!(r#"{{"event":{}}}"#, row.body)).await?;
            }
            // Everything before it was sent: a lost connection resumes here.
            self.cursor = from;
            self.flush().await?;
        }
        Ok(())
    }

    /// [`Telling::tell_log`] for a desk that cannot name what it holds and may not see everything. Access that ended
    /// shows that it held a conversation; no other id is revealed.
    async fn tell_visible_log(&mut self, after: u64, to: u64) -> Result<(), Ended> {
        let most = u32::try_from(MOST_UNNAMED).unwrap_or(u32::MAX);
        let rows = read(self.hub, move |connection| events::after(connection, after, to, most)).await?;
        let mut seen = HashSet::new();
        let touched: Vec<_> = rows.iter().map(|row| row.conversation).filter(|id| seen.insert(*id)).collect();
        seen.clear();
        let (mut for_help, mut closed) = (HashSet::new(), HashSet::new());
        let mut since = Since::default();
        let mut rest = &touched[..];
        while !rest.is_empty() {
            for found in self.states(&mut rest).await? {
                match found {
                    Read::Visible { id, json, .. } => {
                        seen.insert(id);
                        self.change(&format!(r#"{{"opened":{json}}}"#)).await?;
                    }
                    Read::Hidden(id, true) => {
                        for_help.insert(id);
                    }
                    Read::Hidden(_, false) => {}
                }
            }
        }
        for row in rows.iter().filter(|row| events::is_sendable(row.conversation, &row.body)) {
            let id = row.conversation;
            if seen.contains(&id) {
                self.change(&format!(r#"{{"event":{}}}"#, row.body)).await?;
            } else if since.hid(row, self.rights.user, for_help.contains(&id)) && closed.insert(id) {
                self.change(&format!(r#"{{"closed":"{id}"}}"#)).await?;
            }
        }
        self.flush().await
    }

    /// The next states of `rest` that fill a page.
    async fn states<'r>(&mut self, rest: &mut &'r [ConversationId]) -> Result<Vec<Read>, Ended> {
        let ids: Vec<_> = rest.iter().take(AT_ONCE).copied().collect();
        let (rights, now) = (self.rights.clone(), self.hub.clock.now());
        let found = read(self.hub, move |connection| states(connection, &ids, &rights, now)).await?;
        let all: &'r [ConversationId] = rest;
        *rest = all.get(found.len().max(1)..).unwrap_or_default();
        Ok(found)
    }

    /// Adds a change to the page, and sends the page when it is full.
    async fn change(&mut self, change: &str) -> Result<(), Ended> {
        if !self.page.is_empty() {
            if self.page.len() + change.len() > PAGE_BYTES {
                self.flush().await?;
            } else {
                self.page.push(',');
            }
        }
        self.page.push_str(change);
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Ended> {
        if self.page.is_empty() {
            return Ok(());
        }
        let (cursor, time) = (self.cursor, self.hub.clock.now());
        let page = std::mem::take(&mut self.page);
        let frame =
            format!(r#"{{"batch":{{"cursor":{cursor},"time":"{time}","catchingUp":true,"changes":[{page}]}}}}"#);
        self.send(frame.into()).await
    }

    async fn say(&mut self, frame: &LiveFrame) -> Result<(), Ended> {
        match encode(frame) {
            Some(frame) => self.send(frame).await,
            None => Ok(()),
        }
    }

    async fn send(&mut self, text: Utf8Bytes) -> Result<(), Ended> {
        match self.ending.goodbye() {
            None => {}
            // A desk with an overflowed queue is unregistered, so rights::run does not check it.
            Some(Goodbye::TOO_SLOW) => ask_rights(self.hub, self.signed).await?,
            Some(goodbye) => return Err(Ended::Parted(goodbye)),
        }
        let bytes = text.len();
        let sent = self.socket.send(text).await;
        Ok(sent.inspect_err(
            |_| tracing::info!(user.id = %self.rights.user, bytes, "a catch-up frame was not delivered"),
        )?)
    }
}

/// Waits for this desk's turn to read: many returning desks must not starve customers.
async fn read<T: Send + 'static>(
    hub: &Hub,
    work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    // The semaphore is never closed.
    let _turn = hub.catching_up.acquire().await;
    hub.database.read(work).await
}

/// Reads states in the order of `ids` until they fill a page; at least one. Missing ones count as hidden.
fn states(
    connection: &Connection,
    ids: &[ConversationId],
    rights: &UserRights,
    now: Time,
) -> Result<Vec<Read>, StoreError> {
    let (mut found, mut bytes) = (Vec::with_capacity(ids.len()), 0);
    for id in ids {
        // An unreadable state is skipped; the desk still catches up.
        let stored = passable(conversations::stored(connection, *id))?.flatten();
        found.push(match stored {
            Some((state, json)) if visible(&state, &rights.access(), now) => {
                bytes += json.len();
                Read::Visible { id: *id, position: state.position, json }
            }
            stored => Read::Hidden(*id, stored.is_some_and(|(state, _)| rights.access().helps(&state))),
        });
        if bytes >= PAGE_BYTES {
            break;
        }
    }
    Ok(found)
}

/// When a user was made; their ids carry the time.
fn began(user: UserId) -> Option<Time> {
    let (seconds, _) = user.0.get_timestamp()?.to_unix();
    Some(Time(i64::try_from(seconds).ok()?.saturating_mul(1_000)))
}

/// What began after the desk's cursor in conversations that are hidden now. The desk was not told of it.
#[derive(Default)]
struct Since {
    called: HashSet<ConversationId>,
    begun: HashSet<EngagementId>,
}

impl Since {
    /// Whether this event ended a user's access that the desk knows of. Other hidden conversations are never mentioned.
    fn hid(&mut self, row: &events::Logged, user: UserId, for_help: bool) -> bool {
        let may = ["help_", "engagement_"].iter().any(|kind| row.body.contains(kind));
        let Some(event) = may.then(|| Event::read(&row.body).ok()).flatten() else { return false };
        match event.body {
            EventBody::HelpRaised { .. } => {
                self.called.insert(row.conversation);
                false
            }
            EventBody::EngagementStarted { engagement } => {
                self.begun.insert(engagement.id);
                false
            }
            // A user who did not exist yet was shown nothing.
            EventBody::HelpCleared { .. } => {
                for_help
                    && !self.called.contains(&row.conversation)
                    && began(user).is_none_or(|began| event.time >= began)
            }
            EventBody::EngagementEnded { engagement, was, .. } => {
                !self.begun.contains(&engagement)
                    && was.person().or(was.invitee()).and_then(Participant::user) == Some(user)
            }
            _ => false,
        }
    }
}
