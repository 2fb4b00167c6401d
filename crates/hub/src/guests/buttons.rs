//! Custom buttons on an external agent's page. The hub fills them, because the page knows only the conversation's
//! text.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use tandem_conversation::{Button, Command, Conversation, Filled};
use tandem_protocol::Problem;
use tandem_protocol::guests::{GuestButton, GuestPress};

use super::door::Guest;
use super::rest::command_of;
use crate::api::Json;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::buttons;
use crate::store::commands::{Sender, Sent};

/// The buttons for external agents in their order, filled for this conversation.
#[utoipa::path(get, path = "/guest/{token}/buttons", tag = "external agents", params(("token" = String, Path)),
    responses((status = 200, body = Vec<GuestButton>), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 410, body = Problem)))]
pub(crate) async fn list(State(hub): State<Arc<Hub>>, guest: Guest) -> Result<axum::Json<Vec<GuestButton>>, ApiError> {
    let (who, state) = (guest.found.participant(), guest.state);
    let all = hub.database.read(buttons::all).await?;
    let seen = all.into_iter().filter(|button| button.is_for(&who));
    Ok(axum::Json(seen.map(|button| shown(button, &state, &guest.found.name)).collect()))
}

fn shown(button: Button, state: &Conversation, presser: &str) -> GuestButton {
    let (Filled { copy, url }, unusable) = match button.fill(state, presser) {
        Ok(filled) => (filled, None),
        // Outsiders must not learn which value is missing.
        Err(_) => (Filled::default(), Some("Not everything that this needs is known in this conversation.".to_owned())),
    };
    let Button { id, title, description, action, .. } = button;
    GuestButton { id, title, description, action, copy, url, unusable }
}

/// Presses a button with an action. A repeated id has one effect.
#[utoipa::path(post, path = "/guest/{token}/press", request_body = GuestPress, tag = "external agents",
    params(("token" = String, Path)),
    responses((status = 204), (status = 404, body = Problem),
        (status = 409, description = "No button for external agents has this action", body = Problem),
        (status = 410, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn press(
    State(hub): State<Arc<Hub>>,
    guest: Guest,
    Json(press): Json<GuestPress>,
) -> Result<StatusCode, ApiError> {
    hub.limits.guest(guest.link())?;
    let sent = Sent::new(Sender::Link(guest.link()), &press);
    let command = Command::PressButton { action: press.action };
    hub.execute(command_of(&guest.found, press.id, command), sent).await??;
    Ok(StatusCode::NO_CONTENT)
}
