//! Files: takes them in, judges their kind, sends them out, and decides who may have them. Every API for files uses
//! this module.
//!
//! invariant: a row exists only for a complete file on disk. A file without a row is swept.
//! invariant: nothing that a sender says about a file is trusted, except its name.
//! invariant: a file is visible exactly where the conversation that names it is.

mod fetch;
mod keep;
mod kind;
mod name;
mod send;
mod sweep;
mod take;
mod text;

use tandem_conversation::{Action, ContactId, ConversationId, Media, MediaId, Permission, Position, Rejection};
use tandem_sql::Connection;
use uuid::Uuid;

pub(crate) use fetch::fetch_all;
pub(crate) use send::{Asked, StillThere, send};
pub(crate) use sweep::{run, sweep};
pub(crate) use take::{Upload, UploadQuery, body, take};

use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::brands::{self, key_of};
use crate::store::media::Stored;
use crate::store::users::UserRights;
use crate::store::{StoreError, conversations, library, media};

/// The bytes of a file, as a body.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "bodies are read part by part; this describes them")]
pub(crate) struct FileBytes(Vec<u8>);

pub(crate) enum Viewer {
    Agent(UserRights),
    /// A customer's chat.
    Customer(ContactId),
    /// An external agent; everything up to a position is hidden from them.
    Guest {
        conversation: ConversationId,
        hidden_up_to: Position,
    },
    Logic,
}

/// The file if `viewer` may see it: exactly where its conversation is visible.
pub(crate) fn may_fetch(connection: &Connection, viewer: &Viewer, id: MediaId) -> Result<Option<Stored>, StoreError> {
    let Some(stored) = media::get(connection, id)? else { return Ok(None) };
    if let (None, Viewer::Agent(rights)) = (stored.conversation, viewer)
        && is_in_library(connection, rights, id)?
    {
        return Ok(Some(stored));
    }
    let state = stored.conversation.map(|id| conversations::get(connection, id)).transpose()?.flatten();
    let Some(state) = state else { return Ok(None) };
    let may = match viewer {
        Viewer::Agent(rights) => conversations::may_read(connection, &rights.access(), &state)?,
        Viewer::Customer(contact) => state.contact == *contact && stored.shown.is_some(),
        Viewer::Guest { conversation, hidden_up_to } => {
            state.id == *conversation && stored.shown.is_some_and(|shown| shown > *hidden_up_to)
        }
        Viewer::Logic => state.logic.engaged || state.logic.asked.is_some(),
    };
    Ok(may.then_some(stored))
}

/// Whether the file goes with a quick reply that the user sees.
fn is_in_library(connection: &Connection, rights: &UserRights, id: MediaId) -> Result<bool, StoreError> {
    let replies = library::replies_with(connection, id)?;
    if replies.is_empty() {
        return Ok(false);
    }
    let known = brands::all(connection)?;
    let serves: Vec<String> = rights.skills.brands.iter().map(|id| key_of(*id, &known)).collect();
    Ok(replies.iter().any(|(reply, owner)| match owner {
        Some(owner) => *owner == rights.user,
        None => reply.is_for(&serves) || rights.permissions.has(Permission::SettingsManage),
    }))
}

/// The chat for which an address carries the right to a file.
pub(crate) async fn chat_of(hub: &Hub, id: MediaId, right: &str) -> Result<ContactId, ApiError> {
    let contact = hub.database.read(move |connection| -> Result<Option<ContactId>, StoreError> {
        let conversation = media::get(connection, id)?.and_then(|stored| stored.conversation);
        let state = conversation.map(|id| conversations::get(connection, id)).transpose()?.flatten();
        Ok(state.map(|state| state.contact))
    });
    let contact = contact.await?.filter(|contact| hub.rights.holds(right, id, *contact, hub.clock.now()));
    contact.ok_or_else(|| {
        ApiError::new(404, "media.unknown", "There is no such file, or its address has expired: open the chat again.")
    })
}

/// Whether a user may write in a conversation, and so send files there.
pub(crate) async fn may_write(hub: &Hub, viewer: Viewer, id: ConversationId) -> Result<(), ApiError> {
    let may = hub.database.read(move |connection| -> Result<bool, StoreError> {
        let Some(state) = conversations::get(connection, id)? else { return Ok(false) };
        Ok(match viewer {
            Viewer::Agent(rights) => conversations::may_read(connection, &rights.access(), &state)?,
            Viewer::Guest { conversation, .. } => state.id == conversation,
            Viewer::Customer(contact) => state.contact == contact,
            Viewer::Logic => true,
        })
    });
    may.await?.then_some(()).ok_or_else(|| Rejection::Unknown.into())
}

/// For answers of Your Logic that are shown or simulated: files to fetch are shown by name.
pub(crate) fn as_if_fetched(actions: &mut [Action]) {
    for action in actions {
        if let Action::Attachment { media: media @ None, url, name, .. } = action
            && let Some(url) = url.take()
        {
            let called = name.take().unwrap_or_else(|| fetch::called(&url));
            *media = Some(Media { name: called, ..Media::named(MediaId(Uuid::nil())) });
        }
    }
}
