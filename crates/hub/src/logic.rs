//! Your Logic: asked about one event at a time, in order within a conversation and in parallel across conversations.
//!
//! Pending questions are in the conversation's state, and asking is an event. So a crash loses no request, and an
//! answer counts once.

pub(crate) mod body;
mod dry_run;
pub(crate) mod typing;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tandem_conversation::{
    Action, CommandId, ConversationId, LinkId, LogicFailure, Participant, Position, Rejection, RequestId, Time,
    check_label,
};
use tandem_protocol::logic::{CustomerPatch, LogicResponseBody};
use tandem_sql::Connection;
use tandem_sqlite::Cause;
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

use crate::endpoint::{Answered, Endpoint, answer};
use crate::engine::{self, Answering, Asked, Asking, End, Engine, Put, Repeat, customer, of_logic};
use crate::health::Work;
use crate::hub::Hub;
use crate::invitations::Ways;
use crate::media;
use crate::store::commands::{Sender, Sent};
use crate::store::conversations::LogicDue;
use crate::store::logic_requests::LogicRequestRow;
use crate::store::{StoreError, commands, conversations, logic_requests};
pub(crate) use dry_run::{Wish, dry_run, is_dry_run};

/// Concurrent requests.
pub(crate) const AT_ONCE: usize = 512;
/// Time limit for files that a later answer names by address.
const FETCHING: Duration = Duration::from_secs(15);
/// How long after its deadline an answer is kept that cannot be written, in milliseconds.
const KEPT_MS: i64 = 60_000;
/// Pause before such an answer is tried again.
const AGAIN: Duration = Duration::from_millis(500);
/// How often the store is searched for work whose wake-up was lost.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Conversations per read of such a search.
const LOOK_AT_ONCE: u32 = 1_000;
/// Maximum pause before an unreadable conversation is retried.
const PAUSE_MOST: Duration = Duration::from_secs(300);

/// Asks Your Logic for as long as the hub runs. `put` has the questions that the engine has decided; `wake` names
/// conversations whose questions are pending, because every slot was taken or nothing could be asked.
pub(crate) async fn run(
    hub: Arc<Hub>,
    slots: Arc<Semaphore>,
    mut wake: mpsc::Receiver<ConversationId>,
    mut put: mpsc::UnboundedReceiver<Put>,
) {
    let endpoint = hub.logic.clone();
    let busy = Arc::new(Busy::default());
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            Some(put) = put.recv() => {
                tokio::spawn(send_off(Arc::clone(&hub), endpoint.clone(), put));
            }
            id = wake.recv() => match id {
                Some(id) => begin(&hub, endpoint.as_ref(), &busy, &slots, id),
                None => return,
            },
            _ = look.tick() => {
                let begin = |id| begin(&hub, endpoint.as_ref(), &busy, &slots, id);
                if let Err(error) = look_through(&hub, begin).await {
                    tracing::error!(%error, "cannot look for work of Your Logic");
                }
            }
        }
    }
}

/// Sends a question that the engine has decided.
async fn send_off(hub: Arc<Hub>, endpoint: Option<Arc<Endpoint>>, Put { asked, slot }: Put) {
    let id = asked.state.id;
    let sent = converse(&hub, endpoint.as_deref(), id, asked).await;
    drop(slot);
    if let Err(error) = &sent
        && !is_closed(error)
    {
        hub.health.note(Work::Conversation(id), &sent);
        // Its deadline ends the question.
        tracing::error!(%error, conversation.id = %id, "Your Logic could not be asked");
    }
}

/// Names all conversations whose rows say that Your Logic has to be asked.
async fn look_through(hub: &Hub, begin: impl Fn(ConversationId)) -> Result<(), StoreError> {
    let mut after = LogicDue::default();
    loop {
        let due =
            hub.database.read(move |connection| conversations::logic_due(connection, after, LOOK_AT_ONCE)).await?;
        due.iter().for_each(|due| begin(due.id));
        match due.last().filter(|_| due.len() >= LOOK_AT_ONCE as usize) {
            Some(last) => after = *last,
            None => return Ok(()),
        }
    }
}

/// Conversations about which Your Logic is being asked, each with whether it was named again meanwhile.
#[derive(Default)]
struct Busy(Mutex<HashMap<ConversationId, bool>>);

impl Busy {
    fn all(&self) -> MutexGuard<'_, HashMap<ConversationId, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None if the conversation is already being asked about; then it will be looked at again.
    fn enter(self: &Arc<Self>, id: ConversationId) -> Option<Seat> {
        match self.all().entry(id) {
            Entry::Occupied(mut again) => {
                again.insert(true);
                None
            }
            Entry::Vacant(free) => {
                free.insert(false);
                Some(Seat { busy: Arc::clone(self), id, is_taken: true })
            }
        }
    }
}

/// A conversation's place in [`Busy`], until it is left or dropped.
struct Seat {
    busy: Arc<Busy>,
    id: ConversationId,
    is_taken: bool,
}

impl Seat {
    /// Leaves. If the conversation was named again meanwhile, the seat is kept instead.
    fn leave(mut self) -> Option<Self> {
        let mut all = self.busy.all();
        if all.get_mut(&self.id).is_some_and(std::mem::take) {
            drop(all);
            return Some(self);
        }
        all.remove(&self.id);
        drop(all);
        self.is_taken = false;
        None
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.is_taken {
            self.busy.all().remove(&self.id);
        }
    }
}

fn begin(
    hub: &Arc<Hub>,
    endpoint: Option<&Arc<Endpoint>>,
    busy: &Arc<Busy>,
    slots: &Arc<Semaphore>,
    id: ConversationId,
) {
    let Some(mut asking) = busy.enter(id) else { return };
    let (hub, endpoint, slots) = (Arc::clone(hub), endpoint.cloned(), Arc::clone(slots));
    tokio::spawn(async move {
        let mut pause = LOOK_EVERY;
        loop {
            let Ok(slot) = slots.acquire().await else { return };
            let asked = ask_all(&hub, endpoint.as_deref(), id).await;
            drop(slot);
            if let Err(error) = &asked {
                hub.health.note(Work::Conversation(id), &asked);
                if is_closed(error) {
                    return;
                }
                tracing::error!(%error, conversation.id = %id, "Your Logic could not be asked");
                // An unreadable conversation must not occupy a place during its pause.
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MOST);
                continue;
            }
            match asking.leave() {
                Some(again) => asking = again,
                None => return,
            }
        }
    });
}

fn is_closed(error: &StoreError) -> bool {
    matches!(error, StoreError::Database(error) if error.cause() == Cause::Closed)
}

/// Asks about everything pending in one conversation, one question after the other.
async fn ask_all(hub: &Arc<Hub>, endpoint: Option<&Endpoint>, id: ConversationId) -> Result<(), StoreError> {
    let mut resumed = false;
    while let Some(asked) = ask(hub, id).await? {
        // One that was sent before a restart is repeated under the same id, so that an endpoint can tell. Otherwise a
        // later answer was promised; the deadline watches over it.
        if !asked.is_new && (resumed || !hub.was_asked_before_start(asked.request.asked)) {
            return Ok(());
        }
        resumed = true;
        // Its deadline ends it.
        if asked.request.expires <= hub.clock.now() {
            return Ok(());
        }
        if !converse(hub, endpoint, id, asked).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Records that the question is asked; none if nothing is pending.
async fn ask(hub: &Hub, id: ConversationId) -> Result<Option<Asked>, StoreError> {
    let timeout_ms = hub.config.logic.as_ref().map_or(0, |logic| logic.timeout_ms);
    let request = RequestId(Uuid::now_v7());
    let expires = hub.clock.now().plus_ms(timeout_ms.max(1_000));
    let asking = Asking { conversation: id, request, expires };
    hub.database.give(|answer| engine::Work::Ask(asking, answer)).await
}

/// Sends one request and applies the answer. False if the answer comes later.
async fn converse(
    hub: &Arc<Hub>,
    endpoint: Option<&Endpoint>,
    id: ConversationId,
    asked: Asked,
) -> Result<bool, StoreError> {
    let until = asked.request.expires;
    hub.logic_works(&asked.state, until);
    let done = request(hub, endpoint, id, asked).await;
    if !matches!(done, Ok(false)) {
        hub.logic_rests(id, until);
    }
    done
}

async fn request(
    hub: &Arc<Hub>,
    endpoint: Option<&Endpoint>,
    id: ConversationId,
    asked: Asked,
) -> Result<bool, StoreError> {
    let began = hub.clock.now();
    let Asked { request, state, .. } = asked;
    let (attempts, answered) = match endpoint.map(|endpoint| (endpoint, endpoint.is_shut())) {
        None => (0, Answered::Failed(LogicFailure::NotConfigured)),
        Some((_, Some(failure))) => (0, Answered::Failed(failure)),
        Some((endpoint, None)) => {
            let (asked, account, turns) = (request.clone(), hub.config.account.clone(), Arc::clone(&hub.turns));
            let body =
                hub.database.read(move |connection| body::request_body(connection, &turns, state, &asked, &account));
            let (body, left) = (body.await?, left_of(hub, request.expires));
            let began = Instant::now();
            let (attempts, answered) = endpoint.ask(&body, hub.clock.wall(), left).await;
            hub.metrics.logic(&answered, began.elapsed());
            (attempts, answered)
        }
    };
    let sent = match &answered {
        Answered::Now(understood) => sent_of(&understood.answer),
        _ => sent_of(&LogicResponseBody::default()),
    };
    let answered = match answered {
        Answered::Now(mut understood) => match usable(hub, request.id, &understood.answer) {
            Ok(()) => {
                // The rest is for telling that a file did not come in time.
                let left = left_of(hub, request.expires).mul_f32(0.9);
                match media::fetch_all(hub, id, &mut understood.answer.actions, left).await {
                    Ok(()) => Answered::Now(understood),
                    Err((action, detail)) => Answered::Failed(LogicFailure::Refused { action, detail }),
                }
            }
            Err(detail) => Answered::Failed(LogicFailure::Malformed { detail }),
        },
        other => other,
    };
    let (outcome, detail) = match &answered {
        Answered::Now(understood) => ("answered", understood.unknown.note()),
        Answered::Later => ("later", String::new()),
        Answered::Failed(failure) => ("failed", logic_requests::describe(failure)),
    };
    if let Answered::Failed(failure) = &answered {
        tracing::warn!(conversation.id = %id, request.id = %request.id, failure = %failure.line(), "Your Logic failed");
    }
    let row = LogicRequestRow {
        id: request.id,
        conversation: id,
        at: began,
        took_ms: hub.clock.now().since(began),
        attempts,
        outcome: outcome.into(),
        detail,
    };
    match answered {
        Answered::Later => {
            hub.database.write(move |connection, _| logic_requests::put(connection, &row)).await?;
            return Ok(false);
        }
        Answered::Now(understood) => {
            let answer = LogicResponseBody { request_id: Some(request.id), ..understood.answer };
            let applied = match changes_others(&answer) {
                true => {
                    let apply = || apply_checked(hub, id, answer.clone(), sent, Origin::Asked(row.clone()));
                    until_written(hub, request.expires, apply).await?
                }
                false => {
                    types(hub, id, &answer).await?;
                    let end = End::Answer { answer: Box::new(answer), sent, person_typing_until: hub.typing_until(id) };
                    let answering = Answering { conversation: id, row, end };
                    until_written(hub, request.expires, || settle(hub, answering.clone())).await?
                }
            };
            if let Err(rejection) = applied {
                tracing::warn!(conversation.id = %id, code = %rejection, "an answer of Your Logic came too late");
            }
        }
        Answered::Failed(failure) => {
            // The deadline or a later answer may have settled it first.
            let _ = settle(hub, Answering { conversation: id, row, end: End::Failure(failure) }).await?;
        }
    }
    Ok(true)
}

/// Writes an answer. While the disk is full or locked it is tried again, also some time after its request has expired:
/// then it becomes a suggestion.
async fn until_written<T, F: Future<Output = Result<T, StoreError>>>(
    hub: &Hub,
    expires: Time,
    write: impl Fn() -> F,
) -> Result<T, StoreError> {
    let last = expires.plus_ms(KEPT_MS);
    loop {
        match write().await {
            Err(StoreError::Database(error))
                if matches!(error.cause(), Cause::Full | Cause::Locked) && hub.clock.now() < last =>
            {
                tokio::time::sleep(AGAIN).await;
            }
            written => return written,
        }
    }
}

async fn settle(hub: &Hub, answering: Answering) -> Result<Result<Position, Rejection>, StoreError> {
    hub.database.give(|answer| engine::Work::Answer(Box::new(answering), answer)).await
}

/// Whether an answer concerns more than its conversation: the customer's others, or somebody who gets a link.
fn changes_others(answer: &LogicResponseBody) -> bool {
    answer.customer != CustomerPatch::default()
        || answer.actions.iter().any(|action| matches!(action, Action::InviteExternalAgent { .. }))
}

async fn types(hub: &Hub, id: ConversationId, answer: &LogicResponseBody) -> Result<(), StoreError> {
    for action in &answer.actions {
        if let Action::Typing { value } = action {
            hub.types(id, Participant::Logic, *value).await?;
        }
    }
    Ok(())
}

fn left_of(hub: &Hub, expires: Time) -> Duration {
    Duration::from_millis(expires.since(hub.clock.now()).max(0).cast_unsigned())
}

/// Why a direct answer cannot be carried out, if so.
fn usable(hub: &Hub, request: RequestId, answer: &LogicResponseBody) -> Result<(), String> {
    answer::own(request, answer).map_err(|mistake| mistake.to_string())?;
    check(hub, answer).map_err(|rejection| rejection.to_string())
}

/// What an answer says of customer and conversation must be valid before any of its actions counts.
fn check(hub: &Hub, answer: &LogicResponseBody) -> Result<(), Rejection> {
    for (field, text) in
        [("customer.name", &answer.customer.name), ("conversation.language", &answer.conversation.language)]
    {
        text.iter().try_for_each(|text| check_label(field, text))?;
    }
    invited(hub.config.mail.is_some(), &mut answer.actions.clone()).map(drop)
}

/// The ways on which an answer's invitations reach external agents, by the place of the action. Gives each a link.
fn invited(mails: bool, actions: &mut [Action]) -> Result<Vec<(String, Ways)>, Rejection> {
    let mut invited: Vec<(String, Ways)> = Vec::new();
    for (at, action) in actions.iter_mut().enumerate() {
        let Action::InviteExternalAgent { email, secret_hash, link, .. } = action else { continue };
        let (id, place) = (*link.insert(LinkId(Uuid::now_v7())), format!("actions[{at}]"));
        let ways = Ways::new(id, secret_hash.as_deref(), email.as_deref(), mails);
        let ways = ways.map_err(|rejection| rejection.within(&place))?;
        // One token opens one link.
        if let Some((first, _)) = invited.iter().find(|(_, other)| ways.has_secret_of(other)) {
            let rejection = Rejection::invalid("secretHash", format!("the same as {first}.secretHash"));
            return Err(rejection.within(&place));
        }
        invited.push((place, ways));
    }
    Ok(invited)
}

/// The id of a signed message, and what it says and where.
pub(crate) struct Message {
    id: CommandId,
    sent: Sent,
}

impl Message {
    pub(crate) fn new(id: CommandId, conversation: ConversationId, answer: &LogicResponseBody) -> Self {
        Self { id, sent: Sent::new(Sender::Logic, answer).within(conversation) }
    }
}

pub(crate) enum Origin {
    /// A request, with its diagnosis.
    Asked(LogicRequestRow),
    /// Unprompted, or the later answer to a request. A repeated message id is the same message.
    Unasked { message: Option<Message>, note: String },
    /// The answer to a typing signal: it counts only if the conversation has not moved on.
    Aside { at: Position },
}

/// Applies an answer as a whole, or not at all.
pub(crate) async fn apply(
    hub: &Arc<Hub>,
    id: ConversationId,
    mut answer: LogicResponseBody,
    origin: Origin,
) -> Result<Result<Position, Rejection>, StoreError> {
    if let Err(rejection) = check(hub, &answer) {
        return Ok(Err(rejection));
    }
    let sent = sent_of(&answer);
    if let Err((action, detail)) = media::fetch_all(hub, id, &mut answer.actions, FETCHING).await {
        return Ok(Err(Rejection::invalid(&format!("actions[{action}]"), detail)));
    }
    apply_checked(hub, id, answer, sent, origin).await
}

/// What was sent, without what the hub adds: fetched files and the request.
fn sent_of(answer: &LogicResponseBody) -> Sent {
    Sent::new(Sender::Logic, &LogicResponseBody { request_id: None, ..answer.clone() })
}

async fn apply_checked(
    hub: &Hub,
    id: ConversationId,
    answer: LogicResponseBody,
    sent: Sent,
    origin: Origin,
) -> Result<Result<Position, Rejection>, StoreError> {
    types(hub, id, &answer).await?;
    let invites = answer.actions.iter().any(|action| matches!(action, Action::InviteExternalAgent { .. }));
    let (typing, now, mails) = (hub.typing_until(id), hub.clock.now(), hub.config.mail.is_some());
    let applied = hub
        .database
        .write(move |connection, engine| {
            let later = matches!(origin, Origin::Unasked { .. });
            let mut came = None;
            let message = match origin {
                Origin::Asked(row) => {
                    logic_requests::put(connection, &row)?;
                    None
                }
                Origin::Unasked { message, note } => {
                    if let Some(request) = answer.request_id {
                        if !was_asked_in(connection, engine, id, request, &sent)? {
                            return Ok(Err(Rejection::NoRequest));
                        }
                        came = Some((request, note));
                    }
                    message
                }
                Origin::Aside { at } => {
                    if engine.state(connection, id)?.is_none_or(|state| state.position != at) {
                        return Ok(Ok(at));
                    }
                    None
                }
            };
            let mut answer = answer;
            engine.fill_in(connection, id, &mut answer.actions)?;
            let invited = match invited(mails, &mut answer.actions) {
                Ok(invited) => invited,
                Err(rejection) => return Ok(Err(rejection)),
            };
            if let Some(message) = &message
                && let Some(first) = engine.answered(connection, message.id, &message.sent)?
            {
                return Ok(first);
            }
            // A repeated answer to a request has one effect; an unprompted message without an id is always new.
            let (command_id, repeat) = match (answer.request_id, &message) {
                (Some(request), _) => (CommandId(request.0), Repeat::Remembered(sent)),
                (None, Some(message)) => (message.id, Repeat::Remembered(message.sent)),
                (None, None) => (CommandId(Uuid::now_v7()), Repeat::Once),
            };
            if let Repeat::Remembered(sent) = &repeat
                && let Some(first) = engine.first_answer(connection, command_id, sent, answer.request_id.is_some())?
            {
                return Ok(first);
            }
            for (place, ways) in &invited {
                if let Err(rejection) = ways.unused(connection)? {
                    return Ok(Err(rejection.within(place)));
                }
            }
            customer::catch_up(connection, engine, id)?;
            let request = answer.request_id;
            let envelope = of_logic(command_id, id, answer.decided_as(request, later));
            let position = match engine.execute(connection, &envelope, repeat, typing)? {
                Ok(position) => position,
                Err(rejection) => {
                    if let Some((request, _)) = came {
                        logic_requests::refuse(connection, request, &rejection)?;
                    }
                    return Ok(Err(rejection));
                }
            };
            if let Some((request, note)) = came {
                logic_requests::answer(connection, request, &note)?;
                if let Some(message) = message {
                    engine.remember(message.id, message.sent, Ok(position));
                }
            }
            let state = engine.state(connection, id)?;
            for (_, ways) in invited {
                // The answer may have been refused, ignored or repeated.
                if state.as_ref().is_some_and(|state| state.is_invited(ways.link)) {
                    ways.open(connection, now)?;
                }
            }
            customer::keep(connection, engine, id)?;
            Ok(Ok(position))
        })
        .await;
    if invites {
        hub.mails.notify_one();
    }
    applied
}

/// Whether a request belongs to this conversation. The row is written when the request ends; until then the state holds
/// it. The answer may be remembered longer than the row.
fn was_asked_in(
    connection: &Connection,
    engine: &Engine,
    id: ConversationId,
    request: RequestId,
    sent: &Sent,
) -> Result<bool, StoreError> {
    if let Some(asked_in) = logic_requests::conversation_of(connection, request)? {
        return Ok(asked_in == id);
    }
    let state = engine.state(connection, id)?;
    let asked = state.as_ref().and_then(|state| state.logic.asked.as_ref());
    Ok(asked.is_some_and(|asked| asked.id == request)
        || commands::find(connection, CommandId(request.0), sent)?.is_some())
}
