//! Agents' commands: authorised, decided once, and answered the same on every repeat.

use std::sync::Arc;

use axum::extract::State;
use tandem_conversation::{
    CallId, Command, ConversationId, Envelope, Named, Permission, Position, Rejection, check_link_ttl, limits,
};
use tandem_protocol::Problem;
use tandem_protocol::agents::{AgentCommand, CommandAccepted, CommandRequest};
use tandem_sql::Connection;

use super::Json;
use super::alerts::heard;
use super::auth::Signed;
use crate::engine::{Repeat, customer};
use crate::hub::Hub;
use crate::invitations::Ways;
use crate::problem::ApiError;
use crate::store::commands::{Sender, Sent};
use crate::store::users::UserRights;
use crate::store::{StoreError, alerts, commands, conversations, passable, users};

/// Sends a command. A repeated id has one effect and gets the same answer.
#[utoipa::path(post, path = "/api/v1/commands", request_body = CommandRequest, tag = "conversations",
    responses(
        (status = 200, body = CommandAccepted),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "The conversation refuses; `rejection` says why", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn post(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Json(request): Json<CommandRequest>,
) -> Result<axum::Json<CommandAccepted>, ApiError> {
    let permissions = signed.0.role.permissions();
    let actor = signed.participant();
    let (user, rights, now) = (signed.0.id, signed.0.rights(), hub.clock.now());
    let call = match request.command {
        AgentCommand::Join { call } => Some(call),
        _ => None,
    };
    let (id, repeated) = (request.conversation, request.id);
    let sent = Sent::new(Sender::User(user), &request);
    let (admission, answered) = hub
        .database
        .read(move |connection| -> Result<_, StoreError> {
            Ok((admission(connection, &rights, id, call)?, commands::find(connection, repeated, &sent)?))
        })
        .await?;
    // A repeat skips the permission check: the command itself may have ended the sender's access.
    if let Some(answer) = answered {
        return Ok(axum::Json(CommandAccepted { position: answer? }));
    }
    if admission == Admission::Unknown {
        return Err(Rejection::Unknown.into());
    }
    let ways = ways_of(&hub, &request.command)?;
    let edits = matches!(request.command, AgentCommand::EditCustomer { .. });
    let command = command_of(&hub, request.command, now).await?;
    let envelope = Envelope { id: request.id, conversation: id, actor, permissions, command };
    let answer = match ways {
        None if edits => edit(&hub, envelope, sent).await?,
        None => hub.execute(envelope, sent).await?,
        Some(ways) => invite(&hub, envelope, sent, ways).await?,
    };
    if let (Err(Rejection::CallTaken { .. }), Admission::Called(call)) = (&answer, admission) {
        // They are told who was faster, and may still join deliberately.
        hub.database.write(move |connection, _| alerts::decide(connection, call, &[user], now)).await?;
    }
    Ok(axum::Json(CommandAccepted { position: answer? }))
}

/// Whether a user's command reaches the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admission {
    Reads,
    /// They can no longer read the conversation, but were called to it.
    Called(CallId),
    /// An unreadable conversation does not exist for them.
    Unknown,
}

/// `join` is the call of a command to join, if it has one. Another agent may have taken the call meanwhile. Users who
/// were called are told who took it, and may still join deliberately.
fn admission(
    connection: &Connection,
    rights: &UserRights,
    id: ConversationId,
    join: Option<Option<CallId>>,
) -> Result<Admission, StoreError> {
    let access = rights.access();
    let Some(state) = conversations::get(connection, id)? else { return Ok(Admission::Unknown) };
    if conversations::may_read(connection, &access, &state)? {
        return Ok(Admission::Reads);
    }
    if !access.helps(&state) {
        return Ok(Admission::Unknown);
    }
    let called = match join {
        Some(call) if call.is_some() || state.in_progress() => heard(connection, id, rights.user, call)?,
        _ => None,
    };
    Ok(called.map_or(Admission::Unknown, Admission::Called))
}

/// How an external agent receives the invitation, if the command is one.
fn ways_of(hub: &Hub, command: &AgentCommand) -> Result<Option<Ways>, Rejection> {
    let AgentCommand::InviteExternal { link, secret_hash, email, ttl_s, .. } = command else { return Ok(None) };
    check_link_ttl(*ttl_s)?;
    Ways::new(*link, Some(secret_hash), email.as_deref(), hub.config.mail.is_some()).map(Some)
}

/// Invites an external agent; the link works at once.
async fn invite(
    hub: &Hub,
    envelope: Envelope,
    sent: Sent,
    ways: Ways,
) -> Result<Result<Position, Rejection>, StoreError> {
    let now = hub.clock.now();
    let invited = hub.database.write(move |connection, engine| {
        // A repeat brings a new token, which opens nothing: the first one is already in use.
        if let Some(first) = commands::find(connection, envelope.id, &sent)? {
            return Ok(first);
        }
        if let Err(rejection) = ways.unused(connection)? {
            return Ok(Err(rejection));
        }
        let answer = engine.execute(connection, &envelope, Repeat::Remembered(sent), None)?;
        if answer.is_ok() {
            ways.open(connection, now)?;
        }
        Ok::<_, StoreError>(answer)
    });
    let answer = invited.await?;
    hub.mails.notify_one();
    Ok(answer)
}

/// Changes what is known of a customer, in all of their conversations in progress, in one transaction.
async fn edit(hub: &Hub, envelope: Envelope, sent: Sent) -> Result<Result<Position, Rejection>, StoreError> {
    let id = envelope.conversation;
    let edited = hub.database.write(move |connection, engine| {
        // Otherwise what this conversation has yet to hear of the customer would be undone.
        passable(customer::catch_up(connection, engine, id))?;
        let answer = engine.execute(connection, &envelope, Repeat::Remembered(sent), None)?;
        if answer.is_ok() {
            customer::keep(connection, engine, id)?;
        }
        Ok::<_, StoreError>(answer)
    });
    edited.await
}

async fn command_of(hub: &Hub, command: AgentCommand, now: tandem_conversation::Time) -> Result<Command, ApiError> {
    let asked = command.colleagues().to_vec();
    if asked.is_empty() {
        return Ok(command.decided_as(now, Vec::new()));
    }
    if asked.len() > limits::MENTIONS {
        return Err(Rejection::invalid("mentions", format!("more than {}", limits::MENTIONS)).into());
    }
    let found = hub.database.read(move |connection| -> Result<Vec<_>, StoreError> {
        asked.into_iter().map(|user| users::at_work(connection, user)).collect()
    });
    let known: Option<Vec<_>> = found.await?.into_iter().collect();
    let known = known.ok_or_else(|| Rejection::invalid("user", "there is no such colleague"))?;
    let named = known.into_iter().map(|user| Named {
        user: user.id,
        sees_all: user.role.permissions().has_all(Permission::ViewAll),
        name: user.name,
    });
    Ok(command.decided_as(now, named.collect()))
}
