//! Fan-out: sends each commit to the live sessions that may see it, and to no others.
//!
//! One loop owns all sessions. A change wakes only the sessions that it concerns, so an idle desk costs nothing. A
//! session that cannot keep up is disconnected; it resumes from its cursor and misses nothing.

mod chat;
mod desk;
mod guest;
mod people;
mod tail;
mod typing;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use tandem_conversation::{
    Availability, Button, ContactId, ConversationId, LinkId, Participant, Permission, Time, UserId,
};
use tandem_protocol::agents::{Colleague, LiveFrame, Me, Whereabouts};
use tandem_protocol::chat::ChatFrame;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::clock::Clock;
use crate::engine::commits::Commits;
use crate::engine::{Commit, Engine};
use crate::files::Rights;
use crate::health::Guard;
use crate::recent::Recent;
use crate::secrets::TokenHash;
use crate::socket::{Goodbye, Line};
use crate::store::Database;
use crate::store::activity::Begun;
use crate::store::library::Changes;
use crate::wake::Wake;

/// Capacity of the loop's inbox, commits aside.
const INBOX: usize = 16_384;
/// Maximum open pages per contact, in all browsers.
const MOST_CHATS: usize = 32;
/// How often an idle desk is told that it is complete.
const ALIVE_EVERY: std::time::Duration = std::time::Duration::from_secs(10);
/// Lifetime of the news that somebody looks at a conversation, in milliseconds: desks repeat it in time.
const WATCHED_MS: i64 = 30_000;
/// Lifetime of a typing signal, in milliseconds.
pub(crate) const TYPING_MS: i64 = 6_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(u64);

pub(crate) enum Input {
    Commit(Commit),
    DeskCame {
        session: Box<DeskSession>,
        registered: oneshot::Sender<(SessionId, u64)>,
    },
    DeskLeft(SessionId),
    /// Asks for the desks of these users, and those due for a check.
    Seats {
        users: Vec<UserId>,
        now: Time,
        answer: oneshot::Sender<Vec<Seat>>,
    },
    /// These desks stay, and are checked again at these times.
    Stay(Vec<(SessionId, Time)>),
    /// Unregisters desks; their connections stay open until the caller ends them.
    Part {
        desks: Vec<SessionId>,
        parted: oneshot::Sender<Parted>,
    },
    /// Users who were changed; the loop adds their presence.
    Renewed(Vec<Colleague>),
    ChatCame {
        contact: ContactId,
        /// Hash of the browser's token.
        session: TokenHash,
        line: Line,
        registered: oneshot::Sender<SessionId>,
    },
    ChatLeft(SessionId, ContactId),
    /// The chat continues elsewhere: its browsers must reconnect.
    ChatMoved(ContactId),
    /// A session ended: disconnects its browsers.
    ChatEnded(ContactId, TokenHash),
    /// The contact and session of every open chat.
    Chats(oneshot::Sender<HashSet<(ContactId, TokenHash)>>),
    GuestCame {
        guest: GuestSession,
        registered: oneshot::Sender<SessionId>,
    },
    GuestLeft(SessionId, ConversationId),
    /// A typing signal. For customers `contact` is theirs; the state decides who may see it.
    Typing {
        conversation: ConversationId,
        by: Participant,
        on: bool,
    },
    /// Somebody looks at a conversation of these users' without taking part.
    Watched {
        conversation: ConversationId,
        by: Participant,
        users: Vec<UserId>,
    },
    /// A desk reports its user's presence.
    Whereabouts(SessionId, Whereabouts),
    /// Somebody else says how a user is. Answers whether a desk of theirs was told.
    SetAvailability {
        user: UserId,
        status: Availability,
        /// The name of who says it.
        by: String,
        told: oneshot::Sender<bool>,
    },
    Present(oneshot::Sender<HashMap<UserId, Whereabouts>>),
    /// The hub is stopping.
    Stopping,
    /// Counts live connections.
    Live(oneshot::Sender<Live>),
    /// The current custom buttons.
    Buttons(Vec<Button>),
    /// How often the library was changed.
    Library(Changes),
    /// The alerts of these conversations changed.
    Told(Vec<ConversationId>),
}

/// A desk whose rights are checked again.
pub(crate) struct Seat {
    pub session: SessionId,
    pub sign_in: Uuid,
    /// The user as of the desk's connection.
    pub me: Me,
}

/// How many live connections there are, and how far they have been told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Live {
    pub desks: usize,
    pub chats: usize,
    pub guests: usize,
    pub cursor: u64,
}

/// Unregistered desks.
pub(crate) struct Parted {
    /// Ends their connections.
    pub lines: HashMap<SessionId, Line>,
    /// They received nothing after this cursor.
    pub cursor: u64,
}

/// A customer's open page.
struct ChatSession {
    id: SessionId,
    /// Hash of the browser's token.
    session: TokenHash,
    line: Line,
}

/// A connected desk.
pub(crate) struct DeskSession {
    /// The user as of the connection.
    pub me: Me,
    pub sign_in: Uuid,
    /// Until then the sign-in needs no further check.
    pub good_until: Time,
    /// What the desk has said of its user; none until it has.
    pub whereabouts: Option<Whereabouts>,
    pub line: Line,
    /// The cursor of the last frame sent.
    pub told: u64,
    /// The stamp of the library that it was told last; none for desks that do not know the library.
    pub library: Option<String>,
    /// It lets others say how its user is.
    pub obeys: bool,
    /// It is told who looks at conversations of its user's.
    pub hears_watched: bool,
}

pub(crate) struct GuestSession {
    pub link: LinkId,
    pub conversation: ConversationId,
    pub line: Line,
}

#[derive(Clone)]
pub struct Fanout {
    inputs: mpsc::Sender<Input>,
    /// Every conversation that changed since the start, up to a limit.
    pub(crate) recent: Arc<Recent>,
}

impl Fanout {
    /// Tells the desks of a user how the user is, in the name of `by`. False if none of them is here, or understands.
    pub(crate) async fn set_availability(&self, user: UserId, status: Availability, by: String) -> bool {
        let (told, answer) = oneshot::channel();
        self.send(Input::SetAvailability { user, status, by, told }).await;
        answer.await.unwrap_or(false)
    }

    /// Waits for space in the queue.
    pub(crate) async fn send(&self, input: Input) {
        // The loop ends only with the hub.
        let _ = self.inputs.send(input).await;
    }

    /// For short-lived signals: dropped when the hub is busy.
    pub(crate) fn mention(&self, input: Input) {
        let _ = self.inputs.try_send(input);
    }

    /// The contact and session of every open chat.
    pub(crate) async fn chats(&self) -> HashSet<(ContactId, TokenHash)> {
        let (answer, chats) = oneshot::channel();
        self.send(Input::Chats(answer)).await;
        chats.await.unwrap_or_default()
    }

    /// How many live connections there are.
    pub(crate) async fn live(&self) -> Live {
        let (answer, live) = oneshot::channel();
        self.send(Input::Live(answer)).await;
        live.await.unwrap_or_default()
    }

    /// Users with a connected desk, and what it says of them. Users who are missing here received no
    /// commit announced so far.
    pub(crate) async fn present(&self) -> HashMap<UserId, Whereabouts> {
        let (answer, receiver) = oneshot::channel();
        self.send(Input::Present(answer)).await;
        receiver.await.unwrap_or_default()
    }
}

/// Starts the loop; commits arrive on `commits`, and `wake` is told of each.
pub(crate) fn start(
    clock: Clock,
    (rights, logic_name): (Rights, Option<String>),
    (log, cursor): (Uuid, u64),
    commits: Commits,
    database: Database<Engine>,
    wake: Wake,
    guard: Guard,
) -> Fanout {
    let (inputs, inbox) = mpsc::channel(INBOX);
    let recent = Arc::<Recent>::default();
    let sessions = Sessions {
        clock,
        log,
        rights,
        logic_name: logic_name.map(Arc::from),
        cursor,
        next: 0,
        desks: HashMap::new(),
        by_user: HashMap::new(),
        all_seeing: HashSet::new(),
        helping: HashSet::new(),
        chats: HashMap::new(),
        newest: HashMap::new(),
        guests: HashMap::new(),
        recent: Arc::clone(&recent),
        typing: typing::Typing::default(),
        stopping: false,
        came_or_went: Vec::new(),
        logged: HashMap::new(),
        activity: wake.activity.clone(),
        told: HashSet::new(),
    };
    let tail = tail::Tail::new(commits, database, Arc::clone(&recent), sessions.clock.clone(), cursor);
    tokio::spawn(async move {
        let _guard = guard;
        run(sessions, inbox, tail, wake).await;
    });
    Fanout { inputs, recent }
}

/// All live sessions, indexed by what concerns them.
struct Sessions {
    clock: Clock,
    /// The identity of the log.
    log: Uuid,
    /// Signs the addresses of files.
    rights: Rights,
    /// Your Logic's name for customers, if it has one.
    logic_name: Option<Arc<str>>,
    cursor: u64,
    next: u64,
    desks: HashMap<SessionId, DeskSession>,
    by_user: HashMap<UserId, Vec<SessionId>>,
    /// Desks that see every conversation.
    all_seeing: HashSet<SessionId>,
    /// Desks that receive calls for help.
    helping: HashSet<SessionId>,
    chats: HashMap<ContactId, Vec<ChatSession>>,
    /// The newest conversation of each connected browser. Its page gets no events of older ones.
    newest: HashMap<ContactId, (bool, Time, ConversationId)>,
    guests: HashMap<ConversationId, Vec<(SessionId, GuestSession)>>,
    recent: Arc<Recent>,
    typing: typing::Typing,
    stopping: bool,
    came_or_went: Vec<Colleague>,
    /// What the log of activity was told last of each user.
    logged: HashMap<UserId, Begun>,
    activity: mpsc::UnboundedSender<Begun>,
    /// Conversations whose alert ledger changed.
    told: HashSet<ConversationId>,
}

async fn run(mut sessions: Sessions, mut inbox: mpsc::Receiver<Input>, mut tail: tail::Tail, wake: Wake) {
    let mut alive = tokio::time::interval(ALIVE_EVERY);
    let mut people = tokio::time::interval(std::time::Duration::from_secs(1));
    loop {
        tokio::select! {
            commit = tail.next() => match commit {
                Some(commit) => {
                    wake.after(&commit);
                    sessions.take(Input::Commit(commit));
                }
                None => return,
            },
            input = inbox.recv() => match input {
                Some(input) => sessions.take(input),
                None => return,
            },
            _ = alive.tick() => sessions.say_alive(),
            _ = people.tick() => {
                typing::tick(&mut sessions);
                sessions.say_people();
                sessions.say_told();
            }
        }
    }
}

impl Sessions {
    fn take(&mut self, input: Input) {
        match input {
            Input::Commit(commit) => self.spread(&commit),
            Input::DeskCame { mut session, registered } => {
                session.told = self.cursor;
                self.welcome(&session.line);
                let id = self.new_id();
                let before = self.colleague(&session);
                self.by_user.entry(session.me.user).or_default().push(id);
                if session.me.access().views_all() {
                    self.all_seeing.insert(id);
                }
                if session.me.permissions.has(Permission::Handle) {
                    self.helping.insert(id);
                }
                self.desks.insert(id, *session);
                self.tell_if_changed(before);
                let _ = registered.send((id, self.cursor));
            }
            Input::DeskLeft(id) => self.drop_desks([id]),
            Input::Seats { users, now, answer } => {
                let of_users = users.iter().flat_map(|user| self.by_user.get(user).into_iter().flatten());
                let due = self.desks.iter().filter(|(_, desk)| desk.good_until <= now).map(|(id, _)| id);
                let ids: HashSet<SessionId> = of_users.chain(due).copied().collect();
                let seat = |id: SessionId| {
                    let desk = self.desks.get(&id)?;
                    Some(Seat { session: id, sign_in: desk.sign_in, me: desk.me.clone() })
                };
                let _ = answer.send(ids.into_iter().filter_map(seat).collect());
            }
            Input::Stay(desks) => {
                for (id, until) in desks {
                    if let Some(desk) = self.desks.get_mut(&id) {
                        desk.good_until = until;
                    }
                }
            }
            Input::Renewed(users) => {
                let renewed: Vec<_> = users.into_iter().map(|user| self.present(user)).collect();
                self.came_or_went.extend(renewed);
            }
            Input::Part { desks, parted } => {
                let lines = desks.into_iter().filter_map(|id| Some((id, self.drop_desk(id)?))).collect();
                let _ = parted.send(Parted { lines, cursor: self.cursor });
            }
            Input::ChatCame { contact, session, line, registered } => {
                let id = self.new_id();
                self.welcome(&line);
                if self.chats.get(&contact).is_some_and(|chats| chats.len() >= MOST_CHATS) {
                    line.end(Goodbye::TOO_MANY);
                }
                self.chats.entry(contact).or_default().push(ChatSession { id, session, line });
                let _ = registered.send(id);
            }
            Input::ChatLeft(id, contact) => self.drop_chats(contact, |chat| chat.id == id),
            Input::ChatMoved(contact) => self.drop_chats(contact, |_| true),
            Input::ChatEnded(contact, session) => self.drop_chats(contact, |chat| chat.session == session),
            Input::Chats(answer) => {
                let all = self.chats.iter();
                let all = all.flat_map(|(contact, chats)| chats.iter().map(|chat| (*contact, chat.session)));
                let _ = answer.send(all.collect());
            }
            Input::GuestCame { guest, registered } => {
                let id = self.new_id();
                self.welcome(&guest.line);
                self.guests.entry(guest.conversation).or_default().push((id, guest));
                let _ = registered.send(id);
            }
            Input::GuestLeft(id, conversation) => guest::drop_where(self, conversation, |session, _| session == id),
            Input::Typing { conversation, by, on } => typing::heard(self, conversation, by, on),
            Input::Watched { conversation, by, users } => self.tell_watched(conversation, by, &users),
            Input::Stopping => self.stop(),
            Input::Live(answer) => {
                let (chats, guests) =
                    (self.chats.values().map(Vec::len).sum(), self.guests.values().map(Vec::len).sum());
                let _ = answer.send(Live { desks: self.desks.len(), chats, guests, cursor: self.cursor });
            }
            Input::Whereabouts(id, said) => {
                let Some(desk) = self.desks.get(&id) else { return };
                let before = self.colleague(desk);
                if let Some(desk) = self.desks.get_mut(&id) {
                    desk.whereabouts = Some(said);
                }
                self.tell_if_changed(before);
            }
            Input::SetAvailability { user, status, by, told } => {
                let _ = told.send(self.set_availability(user, status, by));
            }
            Input::Buttons(buttons) => {
                if let Some(frame) = encode(&buttons_frame(buttons)) {
                    self.send_all_desks(&frame);
                }
                guest::spread_buttons(self);
            }
            Input::Library(changes) => self.say_library(&changes),
            Input::Told(conversations) => self.told.extend(conversations),
            Input::Present(answer) => {
                let users = self.by_user.keys();
                let _ = answer.send(users.filter_map(|user| Some((*user, self.whereabouts(*user)?))).collect());
            }
        }
    }

    fn new_id(&mut self) -> SessionId {
        self.next += 1;
        SessionId(self.next)
    }

    fn spread(&mut self, commit: &Commit) {
        self.cursor = commit.cursor;
        desk::spread(self, commit);
        for changed in &commit.changed {
            chat::spread(self, changed);
            guest::spread(self, changed);
            self.recent.put(Arc::clone(&changed.after), changed.bytes);
        }
    }

    /// The hub stops: every client is told to reconnect.
    fn stop(&mut self) {
        self.stopping = true;
        let desks = self.desks.values().map(|desk| &desk.line);
        let chats = self.chats.values().flatten().map(|chat| &chat.line);
        let guests = self.guests.values().flatten().map(|(_, guest)| &guest.line);
        desks.chain(chats).chain(guests).for_each(|line| line.end(Goodbye::STOPPING));
    }

    /// A client that arrives during the stop is told to reconnect.
    fn welcome(&self, line: &Line) {
        if self.stopping {
            line.end(Goodbye::STOPPING);
        }
    }

    fn say_alive(&mut self) {
        let (cursor, time) = (self.cursor, self.clock.now());
        let mut lost = Vec::new();
        for (id, desk) in &mut self.desks {
            let Some(frame) = encode(&LiveFrame::Alive { cursor, time, after: Some(desk.told) }) else { continue };
            desk.told = cursor;
            if !desk.line.send(frame) {
                lost.push(*id);
            }
        }
        self.drop_desks(lost);
    }

    /// Users who view everything may have the ledger open; changes are batched.
    fn say_told(&mut self) {
        if self.told.is_empty() {
            return;
        }
        let conversations = std::mem::take(&mut self.told).into_iter().collect();
        let Some(frame) = encode(&LiveFrame::Alerts { conversations }) else { return };
        for id in self.all_seeing.iter().copied().collect::<Vec<_>>() {
            self.send_desk(id, frame.clone());
        }
    }

    /// Tells the desks whose user sees another library than they were told.
    fn say_library(&mut self, changes: &Changes) {
        let mut lost = Vec::new();
        for (id, desk) in &mut self.desks {
            let Some(told) = &mut desk.library else { continue };
            let stamp = changes.stamp(self.log, desk.me.user, &desk.me.skills);
            if *told == stamp {
                continue;
            }
            told.clone_from(&stamp);
            let frame = encode(&LiveFrame::Library { stamp });
            if frame.is_some_and(|frame| !desk.line.send(frame)) {
                lost.push(*id);
            }
        }
        self.drop_desks(lost);
    }

    fn send_all_desks(&mut self, frame: &Utf8Bytes) {
        let lost: Vec<_> =
            self.desks.iter().filter(|(_, desk)| !desk.line.send(frame.clone())).map(|(id, _)| *id).collect();
        self.drop_desks(lost);
    }

    fn send_user(&mut self, user: UserId, frame: &Utf8Bytes) {
        for id in self.by_user.get(&user).cloned().unwrap_or_default() {
            self.send_desk(id, frame.clone());
        }
    }

    fn send_desk(&mut self, id: SessionId, frame: Utf8Bytes) {
        if let Some(desk) = self.desks.get(&id)
            && !desk.line.send(frame)
        {
            self.drop_desks([id]);
        }
    }

    fn drop_desks(&mut self, ids: impl IntoIterator<Item = SessionId>) {
        for id in ids {
            drop(self.drop_desk(id));
        }
    }

    /// Forgets a desk; dropping its line closes the connection.
    fn drop_desk(&mut self, id: SessionId) -> Option<Line> {
        let before = self.colleague(self.desks.get(&id)?);
        let desk = self.desks.remove(&id)?;
        self.all_seeing.remove(&id);
        self.helping.remove(&id);
        if let Some(sessions) = self.by_user.get_mut(&before.user) {
            sessions.retain(|session| *session != id);
            if sessions.is_empty() {
                self.by_user.remove(&before.user);
            }
            self.tell_if_changed(before);
        }
        Some(desk.line)
    }

    /// Disconnects some of a contact's browsers so that they reconnect.
    fn drop_chats(&mut self, contact: ContactId, which: impl Fn(&ChatSession) -> bool) {
        let Some(chats) = self.chats.get_mut(&contact) else { return };
        chats.extract_if(.., |chat| which(chat)).for_each(|chat| chat.line.end(Goodbye::MOVED));
        if chats.is_empty() {
            self.chats.remove(&contact);
            self.newest.remove(&contact);
        }
    }

    fn send_chat(&mut self, contact: ContactId, frame: &ChatFrame) {
        let Some(sessions) = self.chats.get_mut(&contact) else { return };
        let Some(text) = encode(frame) else { return };
        sessions.retain(|chat| chat.line.send(text.clone()));
    }
}

pub(crate) fn buttons_frame(mut buttons: Vec<Button>) -> LiveFrame {
    buttons.retain(|button| button.active && button.agents);
    LiveFrame::Buttons { buttons }
}

/// A frame as text. Our own types always serialise; if one failed, silence is safer than a crash.
pub(crate) fn encode<T: serde::Serialize>(frame: &T) -> Option<Utf8Bytes> {
    match serde_json::to_string(frame) {
        Ok(text) => Some(text.into()),
        Err(error) => {
            tracing::error!(%error, "a frame cannot be written");
            None
        }
    }
}
