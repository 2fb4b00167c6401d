//! Fetches customers' files once more that could not be fetched.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use tandem_conversation::{Command, Content, ConversationId, Permission, TurnId};
use tandem_protocol::Problem;

use super::download::fetch as download;
use super::number;
use super::webhook::MediaRef;
use crate::api::auth::Signed;
use crate::api::conversations::readable;
use crate::api::input::id;
use crate::engine::{Repeat, system_command};
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::whatsapp::unfetched;
use crate::store::{StoreError, conversations, events};

/// Fetches a customer's file once more that could not be fetched. Its turn then has it. For seven days.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/turns/{turn}/fetch", tag = "conversations",
    params(("id" = String, Path), ("turn" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, description = "There is no such conversation, or no file to fetch", body = Problem),
        (status = 409, description = "It cannot be fetched now, and the problem says why", body = Problem)))]
pub(crate) async fn fetch(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path((conversation, turn)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    signed.require(Permission::Handle)?;
    let state = readable(&hub, &signed, id(&conversation, "conversation")?).await?;
    match again(&hub, state.id, id(&turn, "turn")?).await? {
        Again::Fetched => Ok(StatusCode::NO_CONTENT),
        Again::NothingToFetch => {
            let detail = "This message stands for no file that can be fetched. WhatsApp deletes files after some days.";
            Err(ApiError::new(404, "media.nothing_to_fetch", detail))
        }
        Again::Failed(why) => Err(ApiError::new(409, "media.not_fetched", format!("{why}. Try again later."))),
    }
}

/// What came of trying once more.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Again {
    /// The turn stands for no file that may still be there.
    NothingToFetch,
    /// Why not, in words for agents.
    Failed(String),
    Fetched,
}

/// Fetches the file of a turn that stands for one, and gives it to the turn.
async fn again(hub: &Arc<Hub>, conversation: ConversationId, turn: TurnId) -> Result<Again, StoreError> {
    let found = hub.database.read(move |connection| -> Result<_, StoreError> {
        let Some(unfetched) = unfetched::get::<MediaRef>(connection, conversation, turn)? else { return Ok(None) };
        Ok(conversations::get(connection, conversation)?.map(|state| (unfetched, state.contact)))
    });
    let Some((unfetched, route)) = found.await? else { return Ok(Again::NothingToFetch) };
    let Some(opened) = number::find(hub, &unfetched.number).await? else {
        return Ok(Again::Failed("The file could not be fetched: its number was removed".into()));
    };
    let media = match download(hub, &opened, &unfetched.media, route).await {
        Ok(media) => media,
        Err(why) => return Ok(Again::Failed(why)),
    };
    let received = hub.clock.now();
    let given = hub.database.write(move |connection, engine| -> Result<_, StoreError> {
        // Somebody else may have been faster, or the customer has withdrawn it.
        let still = unfetched::get::<MediaRef>(connection, conversation, turn)?;
        unfetched::done(connection, turn)?;
        if still.is_none() || events::amendments(connection, conversation)?.is_withdrawn(turn) {
            return Ok(());
        }
        let content = Content::Attachment { media, text: unfetched.media.caption };
        let command = system_command(conversation, Command::EditTurn { turn, content, received });
        engine.execute(connection, &command, Repeat::Once, None)??;
        Ok(())
    });
    given.await?;
    Ok(Again::Fetched)
}
