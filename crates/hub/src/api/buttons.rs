//! Custom buttons: administrators define them, users read their own, and desks are told of each change.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use tandem_conversation::{Button, ButtonId, Permission, limits};
use tandem_protocol::Problem;
use tandem_protocol::agents::ButtonDefinition;

use super::auth::Signed;
use super::{Json, id};
use crate::administration::audit;
use crate::fanout::Input;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::{StoreError, buttons};

/// The user's buttons in their order. Users who manage settings get all.
#[utoipa::path(get, path = "/api/v1/buttons", tag = "buttons",
    responses((status = 200, body = Vec<Button>), (status = 401, body = Problem)))]
pub(crate) async fn list(State(hub): State<Arc<Hub>>, signed: Signed) -> Result<axum::Json<Vec<Button>>, ApiError> {
    let mut all = hub.database.read(buttons::all).await?;
    if signed.require(Permission::SettingsManage).is_err() {
        let who = signed.participant();
        all.retain(|button| button.is_for(&who));
    }
    Ok(axum::Json(all))
}

/// Why a definition is refused.
enum Refused {
    ActionTaken { title: String },
    TooMany,
}

/// Adds a button, or replaces the one with this id.
#[utoipa::path(put, path = "/api/v1/buttons/{id}", request_body = ButtonDefinition, tag = "buttons",
    params(("id" = String, Path, description = "A UUID chosen by the client")),
    responses((status = 200, body = Button), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "Another button has the action, or there are too many", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(definition): Json<ButtonDefinition>,
) -> Result<axum::Json<Button>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let button = definition.of(id::<ButtonId>(&path, "button")?).checked()?;
    let put = button.clone();
    let stored = hub.database.write(move |connection, _| {
        let known = buttons::all(connection)?;
        let mut others = known.iter().filter(|other| other.id != put.id);
        if others.clone().count() >= limits::BUTTONS {
            return Ok(Err(Refused::TooMany));
        }
        if let Some(other) = others.find(|other| put.action.is_some() && other.action == put.action) {
            return Ok(Err(Refused::ActionTaken { title: other.title.clone() }));
        }
        buttons::put(connection, &put)?;
        Ok::<_, StoreError>(Ok(()))
    });
    match stored.await? {
        Ok(()) => {}
        Err(Refused::ActionTaken { title }) => {
            let detail = format!("Button '{title}' already has this action. Each action belongs to one button.");
            return Err(ApiError::new(409, "button.action_taken", detail));
        }
        Err(Refused::TooMany) => {
            let detail = format!("There are already {} buttons, the maximum: remove one first.", limits::BUTTONS);
            return Err(ApiError::new(409, "button.too_many", detail));
        }
    }
    audit(signed.0.id, button.id, "button: defined");
    announce(&hub).await?;
    Ok(axum::Json(button))
}

/// Removes a button. Past presses stay in their conversations.
#[utoipa::path(delete, path = "/api/v1/buttons/{id}", tag = "buttons", params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn remove(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<StatusCode, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let button: ButtonId = id(&path, "button")?;
    if !hub.database.write(move |connection, _| buttons::remove(connection, button)).await? {
        return Err(ApiError::new(404, "button.unknown", "This button does not exist."));
    }
    audit(signed.0.id, button, "button: removed");
    announce(&hub).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Broadcasts the buttons. After concurrent changes, the last broadcast has the last state.
async fn announce(hub: &Hub) -> Result<(), StoreError> {
    let _in_order = hub.telling_buttons.lock().await;
    let all = hub.database.read(buttons::all).await?;
    hub.fanout.send(Input::Buttons(all)).await;
    Ok(())
}
