//! Which conversation of a chat goes on in which: agents split what came together, and join what came apart. No turn moves.

use std::sync::Arc;

use axum::extract::{Path, State};
use tandem_conversation::{
    Command, CommandId, Conversation, ConversationId, Envelope, Opening, Participant, Permissions, Rejection,
};
use tandem_protocol::Problem;
use tandem_protocol::channels::{ContinueConversation, Continues, SetContinues, StartedConversation};
use tandem_sql::Connection;
use uuid::Uuid;

use super::auth::Signed;
use super::input::{Json, id};
use crate::engine::{Engine, Repeat};
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::users::UserRights;
use crate::store::{StoreError, conversations};

/// Who says so.
struct Sayer {
    actor: Participant,
    permissions: Permissions,
    rights: UserRights,
}

/// Why nothing was changed.
enum Refused {
    /// The chat shows one conversation only.
    ShowsOne,
    NotNewest,
    NothingSaid,
    IsFirst,
}

/// Goes on in a new conversation of the same chat, with the user in it. This one ends, if it is in progress, and what the
/// customer says next comes in the new one. A repeated id begins no other one.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/continue", request_body = ContinueConversation,
    tag = "conversations", params(("id" = String, Path)),
    responses((status = 200, body = StartedConversation), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "The user is not in this conversation, it is not the newest of its chat, nothing was
         said in it, or customers of this channel see one conversation only", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn go_on(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(ContinueConversation { id: new }): Json<ContinueConversation>,
) -> Result<axum::Json<StartedConversation>, ApiError> {
    let old = id(&path, "conversation")?;
    let by = Sayer::of(&signed);
    let done = hub.database.write(move |connection, engine| by.go_on(connection, engine, old, new));
    done.await?.map_err(refused)?;
    Ok(axum::Json(StartedConversation { conversation: new, begun: true }))
}

/// Says that a conversation belongs to the last completed one before it in its chat, or that it does not.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/continues", request_body = SetContinues, tag = "conversations",
    params(("id" = String, Path)),
    responses((status = 200, body = Continues), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "The user is not in this conversation, or it is the first of its chat", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(SetContinues { continues }): Json<SetContinues>,
) -> Result<axum::Json<Continues>, ApiError> {
    let later = id(&path, "conversation")?;
    let by = Sayer::of(&signed);
    let done = hub.database.write(move |connection, engine| match continues {
        true => by.belongs(connection, engine, later).map(|earlier| earlier.map(Some)),
        false => by.belongs_no_more(connection, engine, later).map(|()| Ok(None)),
    });
    Ok(axum::Json(Continues { conversation: done.await?.map_err(refused)? }))
}

impl Sayer {
    fn of(signed: &Signed) -> Self {
        let permissions = signed.0.role.permissions();
        Self { actor: signed.participant(), permissions, rights: signed.0.rights() }
    }

    fn go_on(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        old: ConversationId,
        new: ConversationId,
    ) -> Result<Result<(), Refused>, StoreError> {
        if new.0.is_nil() {
            return Err(Rejection::nil_id().into());
        }
        let state = self.readable(connection, engine, old)?;
        if let Some(begun) = engine.state(connection, new)? {
            let is_repeat = begun.goes_on_from == Some(old) && state.goes_on_in == Some(new);
            return if is_repeat { Ok(Ok(())) } else { Err(Rejection::IdUsed.into()) };
        }
        // Where the company may write first, several conversations of a chat are one to the customer.
        if !state.channel.facts().templates {
            return Ok(Err(Refused::ShowsOne));
        }
        if engine.newest_of_contact(connection, state.contact)? != Some(old) {
            return Ok(Err(Refused::NotNewest));
        }
        // So nobody begins any number of empty ones.
        if state.last_words.is_none() {
            return Ok(Err(Refused::NothingSaid));
        }
        let waits_since = state.wait().map(|wait| wait.since);
        self.execute(connection, engine, old, Command::GoOnIn { conversation: Some(new) })?;
        self.execute(connection, engine, new, Command::Start(opening(&state)))?;
        self.execute(connection, engine, new, Command::Join { call: None })?;
        self.execute(connection, engine, new, Command::GoOnFrom { conversation: Some(old), waits_since })?;
        Ok(Ok(()))
    }

    fn belongs(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        later: ConversationId,
    ) -> Result<Result<ConversationId, Refused>, StoreError> {
        let state = self.readable(connection, engine, later)?;
        let Some(earlier) = conversations::before(connection, &state)? else { return Ok(Err(Refused::IsFirst)) };
        if self.readable(connection, engine, earlier)?.in_progress() {
            return Err(Rejection::InProgress.into());
        }
        self.execute(connection, engine, later, Command::GoOnFrom { conversation: Some(earlier), waits_since: None })?;
        self.execute(connection, engine, earlier, Command::GoOnIn { conversation: Some(later) })?;
        Ok(Ok(earlier))
    }

    fn belongs_no_more(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        later: ConversationId,
    ) -> Result<(), StoreError> {
        let state = self.readable(connection, engine, later)?;
        let Some(earlier) = state.goes_on_from else { return Ok(()) };
        self.execute(connection, engine, later, Command::GoOnFrom { conversation: None, waits_since: None })?;
        // It may go on in another one by now.
        if engine.state(connection, earlier)?.is_some_and(|state| state.goes_on_in == Some(later)) {
            self.execute(connection, engine, earlier, Command::GoOnIn { conversation: None })?;
        }
        Ok(())
    }

    /// The state, if the user may read it; otherwise it does not exist for them.
    fn readable(
        &self,
        connection: &Connection,
        engine: &Engine,
        id: ConversationId,
    ) -> Result<Arc<Conversation>, StoreError> {
        let state = engine.state(connection, id)?.ok_or(Rejection::Unknown)?;
        match conversations::may_read(connection, &self.rights.access(), &state)? {
            true => Ok(state),
            false => Err(Rejection::Unknown.into()),
        }
    }

    /// A refusal undoes what was done before.
    fn execute(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        conversation: ConversationId,
        command: Command,
    ) -> Result<(), StoreError> {
        let (id, actor) = (CommandId(Uuid::now_v7()), self.actor.clone());
        let envelope = Envelope { id, conversation, actor, permissions: self.permissions.clone(), command };
        engine.execute(connection, &envelope, Repeat::Once, None)??;
        Ok(())
    }
}

/// The new conversation knows who and where, and nothing of what the earlier one was about.
fn opening(state: &Conversation) -> Opening {
    Opening {
        customer: state.customer.clone(),
        contact: state.contact,
        channel: state.channel,
        brand: state.brand,
        language: state.language.clone(),
        custom: serde_json::Map::new(),
        heard_at: state.heard_at,
        line: state.line.clone(),
    }
}

fn refused(why: Refused) -> ApiError {
    let (code, detail) = match why {
        Refused::ShowsOne => (
            "conversation.shows_one",
            "Customers of this channel see one conversation only, and would lose sight of what was said. Reply here.",
        ),
        Refused::NotNewest => ("conversation.not_newest", "There is a newer conversation in this chat. Go on there."),
        Refused::NothingSaid => ("conversation.nothing_said", "Nothing was said in this conversation yet. Write here."),
        Refused::IsFirst => {
            ("conversation.is_first", "There is no completed conversation before this one in its chat.")
        }
    };
    ApiError::new(409, code, detail)
}
