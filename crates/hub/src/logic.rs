//! Your Logic: asked about one event at a time, in order within a conversation and in parallel across conversations.
//!
//! Pending questions are in the conversation's state, and asking is an event. So a crash loses no request, and an
//! answer counts once.

pub(crate) mod body;
pub(crate) mod customer;
mod dry_run;
pub(crate) mod typing;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tandem_conversation::{
    Action, Command, CommandId, ConversationId, Envelope, LinkId, LogicFailure, LogicRequest, Participant, Permissions,
    Position, Rejection, RequestId, Time, is_blank, limits,
};
use tandem_protocol::logic::LogicResponseBody;
use tandem_sqlite::Cause;
use tandem_sqlite::rusqlite::Connection;
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

use crate::endpoint::{Answered, Endpoint, answer};
use crate::engine::{Engine, Repeat, system_command};
use crate::hub::Hub;
use crate::invitations::Ways;
use crate::library;
use crate::media;
use crate::store::commands::{Sender, Sent};
use crate::store::logic_requests::LogicRequestRow;
use crate::store::{StoreError, commands, conversations, logic_requests, users};
pub(crate) use dry_run::{Wish, dry_run, is_dry_run};

/// Concurrent requests.
const AT_ONCE: usize = 512;
/// Time limit for files that a later answer names by address.
const FETCHING: Duration = Duration::from_secs(15);
/// How often the store is searched for work whose wake-up was lost.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Maximum pause before an unreadable conversation is retried.
const PAUSE_MOST: Duration = Duration::from_secs(300);

/// Asks Your Logic for as long as the hub runs. `wake` names conversations with pending questions.
pub(crate) async fn run(hub: Arc<Hub>, mut wake: mpsc::Receiver<ConversationId>) {
    let endpoint = hub.logic.clone();
    let busy = Arc::new(Busy::default());
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            id = wake.recv() => match id {
                Some(id) => begin(&hub, endpoint.as_ref(), &busy, &slots, id),
                None => return,
            },
            _ = look.tick() => match hub.database.read(|connection| conversations::logic_due(connection, 1000)).await {
                Ok(due) => due.into_iter().for_each(|id| begin(&hub, endpoint.as_ref(), &busy, &slots, id)),
                Err(error) => tracing::error!(%error, "cannot look for work of Your Logic"),
            },
        }
    }
}

/// Conversations about which Your Logic is being asked.
#[derive(Default)]
struct Busy(Mutex<HashSet<ConversationId>>);

impl Busy {
    /// None if the conversation is already being asked about.
    fn enter(self: &Arc<Self>, id: ConversationId) -> Option<Asking> {
        let is_new = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        is_new.then(|| Asking { busy: Arc::clone(self), id })
    }
}

/// Leaves [`Busy`] when dropped.
struct Asking {
    busy: Arc<Busy>,
    id: ConversationId,
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.busy.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
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
            if let Err(error) = asked {
                if is_closed(&error) {
                    return;
                }
                tracing::error!(%error, conversation.id = %id, "Your Logic could not be asked");
                // An unreadable conversation must not occupy a place during its pause.
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MOST);
                continue;
            }
            let busy = Arc::clone(&asking.busy);
            drop(asking);
            // A wake-up during the request was dropped: look once more before leaving.
            if !due(&hub, id).await {
                return;
            }
            let Some(again) = busy.enter(id) else { return };
            asking = again;
        }
    });
}

fn is_closed(error: &StoreError) -> bool {
    matches!(error, StoreError::Database(error) if error.cause() == Cause::Closed)
}

async fn due(hub: &Hub, id: ConversationId) -> bool {
    let state = hub.database.read(move |connection| conversations::get(connection, id)).await;
    matches!(state, Ok(Some(state)) if state.logic.asked.is_none() && state.logic.engaged && !state.logic.pending.is_empty())
}

/// Asks about everything pending in one conversation, one question after the other.
async fn ask_all(hub: &Arc<Hub>, endpoint: Option<&Endpoint>, id: ConversationId) -> Result<(), StoreError> {
    let mut resumed = false;
    loop {
        let state = hub.database.read(move |connection| conversations::get(connection, id)).await?;
        let Some(state) = state else { return Ok(()) };
        let request = match &state.logic.asked {
            // Sent before a restart: repeated under the same id, so that an endpoint can tell.
            Some(asked) if !resumed && hub.was_asked_before_start(asked.asked) => asked.clone(),
            // A later answer was promised; the deadline watches over it.
            Some(_) => return Ok(()),
            None if state.logic.engaged && !state.logic.pending.is_empty() => match ask(hub, id).await? {
                Some(asked) => asked,
                None => return Ok(()),
            },
            None => return Ok(()),
        };
        resumed = true;
        if !converse(hub, endpoint, id, &request).await? {
            return Ok(());
        }
    }
}

/// Records that the question is asked; none if nothing is pending.
async fn ask(hub: &Hub, id: ConversationId) -> Result<Option<LogicRequest>, StoreError> {
    let timeout_ms = hub.config.logic.as_ref().map_or(0, |logic| logic.timeout_ms);
    let request = RequestId(Uuid::now_v7());
    let expires = hub.clock.now().plus_ms(timeout_ms.max(1_000));
    hub.database
        .write(move |connection, engine| {
            customer::catch_up(connection, engine, id)?;
            let command = system_command(id, Command::AskLogic { request, expires });
            match engine.execute(connection, &command, Repeat::Once, None)? {
                Ok(_) => Ok(engine.state(connection, id)?.and_then(|state| state.logic.asked.clone())),
                Err(_) => Ok(None),
            }
        })
        .await
}

/// Sends one request and applies the answer. False if the answer comes later.
async fn converse(
    hub: &Arc<Hub>,
    endpoint: Option<&Endpoint>,
    id: ConversationId,
    request: &LogicRequest,
) -> Result<bool, StoreError> {
    let began = hub.clock.now();
    let (attempts, answered) = match endpoint {
        None => (0, Answered::Failed(LogicFailure::NotConfigured)),
        Some(endpoint) => {
            let (asked, account) = (request.clone(), hub.config.account.clone());
            let body =
                hub.database.read(move |connection| body::request_body(connection, id, &asked, &account)).await?;
            let left = left_of(hub, request.expires);
            endpoint.ask(&body, hub.clock.wall(), left).await
        }
    };
    let sent = match &answered {
        Answered::Now(understood) => sent_of(&understood.answer),
        _ => sent_of(&LogicResponseBody::default()),
    };
    let answered = match answered {
        Answered::Now(mut understood) => match usable(hub, request.id, &understood.answer) {
            Ok(()) => {
                let left = left_of(hub, request.expires);
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
            if let Err(rejection) = apply_checked(hub, id, answer, sent, Origin::Asked(row)).await? {
                tracing::warn!(conversation.id = %id, code = %rejection, "an answer of Your Logic came too late");
            }
        }
        Answered::Failed(failure) => {
            let command = system_command(id, Command::FailLogic { request: request.id, failure });
            hub.database
                .write(move |connection, engine| -> Result<(), StoreError> {
                    logic_requests::put(connection, &row)?;
                    // The deadline or a later answer may have settled it first.
                    let _ = engine.execute(connection, &command, Repeat::Once, None)?;
                    Ok(())
                })
                .await?;
        }
    }
    Ok(true)
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
        if text.as_ref().is_some_and(|text| is_blank(text) || text.chars().count() > limits::LABEL_CHARS) {
            return Err(Rejection::invalid(
                field,
                format!("between 1 and {} characters are needed", limits::LABEL_CHARS),
            ));
        }
    }
    for action in &answer.actions {
        if let Action::InviteExternalAgent { email, secret_hash, .. } = action {
            ways_of(hub.config.mail.is_some(), LinkId(Uuid::nil()), email.as_ref(), secret_hash.as_ref())?;
        }
    }
    Ok(())
}

fn ways_of(mails: bool, link: LinkId, email: Option<&String>, hash: Option<&String>) -> Result<Ways, Rejection> {
    Ways::new(link, hash.map(String::as_str), email.map(String::as_str), mails)
}

pub(crate) enum Origin {
    /// A request of ours, with its diagnosis.
    Asked(LogicRequestRow),
    /// Unprompted, or the later answer to a request. A repeated message id is the same message.
    Unasked { message: Option<CommandId>, note: String },
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
    let sent = match origin {
        // A request id implies its conversation; a message id does not.
        Origin::Unasked { message: Some(_), .. } if answer.request_id.is_none() => sent_of(&answer).within(id),
        _ => sent_of(&answer),
    };
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
    for action in &answer.actions {
        if let Action::Typing { value } = action {
            hub.types(id, Participant::Logic, *value).await?;
        }
    }
    let invites = answer.actions.iter().any(|action| matches!(action, Action::InviteExternalAgent { .. }));
    let (typing, now, mails) = (hub.typing_until(id), hub.clock.now(), hub.config.mail.is_some());
    let applied = hub
        .database
        .write(move |connection, engine| {
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
                        logic_requests::answer(connection, request, &note)?;
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
            if let Some(state) = engine.state(connection, id)? {
                library::fill(connection, &mut answer.actions, &state)?;
            }
            let mut invited = Vec::new();
            for action in &mut answer.actions {
                match action {
                    Action::InviteAgent { user, name, .. } => {
                        *name = users::at_work(connection, *user)?.map(|user| user.name);
                    }
                    Action::InviteExternalAgent { email, secret_hash, link, .. } => {
                        let id = *link.insert(LinkId(Uuid::now_v7()));
                        match ways_of(mails, id, email.as_ref(), secret_hash.as_ref()) {
                            Ok(ways) => invited.push(ways),
                            Err(rejection) => return Ok(Err(rejection)),
                        }
                    }
                    _ => {}
                }
            }
            // A repeated answer to a request has one effect; an unprompted message without an id is always new.
            let (command_id, repeat) = match (answer.request_id, message) {
                (Some(request), _) => (CommandId(request.0), Repeat::Remembered(sent)),
                (None, Some(message)) => (message, Repeat::Remembered(sent)),
                (None, None) => (CommandId(Uuid::now_v7()), Repeat::Once),
            };
            if let Repeat::Remembered(sent) = &repeat
                && let Some(first) = commands::find(connection, command_id, sent)?
            {
                return Ok(first.map_err(|rejection| match (rejection, answer.request_id) {
                    (Rejection::IdUsed, Some(_)) => Rejection::Answered,
                    (rejection, _) => rejection,
                }));
            }
            for ways in &invited {
                if let Err(rejection) = ways.unused(connection)? {
                    return Ok(Err(rejection));
                }
            }
            customer::catch_up(connection, engine, id)?;
            let request = answer.request_id;
            let envelope = of_logic(command_id, id, answer.decided_as(request));
            let position = match engine.execute(connection, &envelope, repeat, typing)? {
                Ok(position) => position,
                Err(rejection) => return Ok(Err(rejection)),
            };
            let state = engine.state(connection, id)?;
            for ways in invited {
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

fn of_logic(id: CommandId, conversation: ConversationId, command: Command) -> Envelope {
    Envelope { id, conversation, actor: Participant::Logic, permissions: Permissions::default(), command }
}
