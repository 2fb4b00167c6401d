//! The company's numbers on WhatsApp, for users who manage settings.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use tandem_conversation::{Permission, Rejection};
use tandem_protocol::Problem;
use tandem_protocol::channels::{ReadReceipts, WhatsappCheck, WhatsappNumber, WhatsappSettings};
use tandem_sql::Connection;

use super::{checking, number};
use crate::administration::audit;
use crate::api::Json;
use crate::api::auth::Signed;
use crate::api::whatsapp::{told, unknown_number};
use crate::config::NewWhatsappNumber;
use crate::engine::Engine;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::seal::Seal;
use crate::store::whatsapp;
use crate::store::{StoreError, brands};

/// One of the company's numbers.
#[utoipa::path(get, path = "/api/v1/channels/whatsapp/{number}", tag = "channels", params(("number" = String, Path)),
    responses((status = 200, body = WhatsappNumber), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<axum::Json<WhatsappNumber>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let found = read(&hub, key).await?;
    found.map(axum::Json).ok_or_else(unknown_number)
}

/// Adds a number, or replaces it. What waits for it is tried at once.
#[utoipa::path(put, path = "/api/v1/channels/whatsapp/{number}", request_body = WhatsappSettings, tag = "channels",
    params(("number" = String, Path)),
    responses((status = 200, body = WhatsappNumber), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, description = "It is a number of the hub's settings", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn put(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
    Json(settings): Json<WhatsappSettings>,
) -> Result<axum::Json<WhatsappNumber>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    not_of_settings(&hub, &key)?;
    let (seal, now, id) = (Seal::new(&hub.identity.key_for(number::PURPOSE)), hub.clock.now(), key.clone());
    let added = hub.database.write(move |connection, _| -> Result<_, StoreError> {
        let known = whatsapp::by_key(connection, &id)?.and_then(|known| number::opened(known, &seal));
        let verify_hash = known.as_ref().map(|known| known.number.verify_hash);
        let is_elsewhere =
            known.as_ref().is_some_and(|known| known.number.base_url != number::base_url(settings.base_url.as_deref()));
        if is_elsewhere && settings.access_token.is_none() {
            let why = "needed when baseUrl changes: a token is told to nobody whom it was not entered for";
            return Ok(Err(Rejection::invalid("accessToken", why)));
        }
        let (new, keeps_token) = new_number(id, settings, known);
        if let Some((field, why)) = new.problems().into_iter().next() {
            return Ok(Err(Rejection::invalid(&wire_name(field), why)));
        }
        if let Some(brand) = &new.brand
            && brands::by_key(connection, brand)?.is_none()
        {
            return Ok(Err(Rejection::invalid("brand", format!("there is no brand '{brand}'"))));
        }
        if let Err(why) = number::add(connection, &seal, &new, now)? {
            return Ok(Err(Rejection::invalid("phoneNumberId", why)));
        }
        if let Some(verify_hash) = verify_hash.filter(|_| keeps_token) {
            whatsapp::set_verify_hash(connection, &new.key, &verify_hash)?;
        }
        Ok(Ok(()))
    });
    added.await??;
    audit(signed.0.id, &key, "whatsapp: set");
    hub.queued.send_replace(());
    hub.whatsapp_templates.notify_one();
    let found = read(&hub, key).await?;
    found.map(axum::Json).ok_or_else(unknown_number)
}

/// Removes a number: nothing is received or sent through it any more, and what waits fails. Its conversations stay.
#[utoipa::path(delete, path = "/api/v1/channels/whatsapp/{number}", tag = "channels", params(("number" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "It is a number of the hub's settings", body = Problem)))]
pub(crate) async fn remove(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<StatusCode, ApiError> {
    signed.require(Permission::SettingsManage)?;
    not_of_settings(&hub, &key)?;
    let id = key.clone();
    if !hub.database.write(move |connection, _| whatsapp::remove(connection, &id)).await? {
        return Err(unknown_number());
    }
    audit(signed.0.id, &key, "whatsapp: removed");
    hub.queued.send_replace(());
    Ok(StatusCode::NO_CONTENT)
}

/// Asks Meta about a number, tries its webhook as Meta does, and says what is missing. A number that was stopped is tried
/// again.
#[utoipa::path(post, path = "/api/v1/channels/whatsapp/{number}/check", tag = "channels",
    params(("number" = String, Path)),
    responses((status = 200, body = WhatsappCheck), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, description = "Meta does not answer so", body = Problem)))]
pub(crate) async fn check(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<axum::Json<WhatsappCheck>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let opened = number::find(&hub, &key).await?.ok_or_else(unknown_number)?;
    let set = hub.config.whatsapp.iter().find(|set| set.key == key).map(|set| set.verify_token.as_str());
    let address = hub.config.webhook_of(&key);
    let checked = checking::check(&hub.whatsapp, &opened, &address, set).await;
    let check = checked.map_err(|why| ApiError::new(409, "whatsapp.not_checked", format!("Meta says: {why}.")))?;
    let (said, now) = (check.clone(), hub.clock.now());
    let note = move |connection: &Connection, _: &mut Engine| {
        whatsapp::set_standing(connection, &key, &said.quality, &said.limit)?;
        whatsapp::set_state(connection, &key, whatsapp::OK, "", now)
    };
    hub.database.write(note).await?;
    hub.queued.send_replace(());
    Ok(axum::Json(check))
}

async fn read(hub: &Arc<Hub>, key: String) -> Result<Option<WhatsappNumber>, StoreError> {
    let reader = Arc::clone(hub);
    let found = hub.database.read(move |connection| -> Result<_, StoreError> {
        whatsapp::by_key(connection, &key)?.map(|number| told(&reader, connection, number)).transpose()
    });
    found.await
}

/// The next start of the hub would undo a change.
fn not_of_settings(hub: &Hub, key: &str) -> Result<(), ApiError> {
    if !hub.config.whatsapp.iter().any(|number| number.key == key) {
        return Ok(());
    }
    let detail = "This is a number of the hub's settings: change it there, and restart the hub.";
    Err(ApiError::new(409, "whatsapp.in_settings", detail))
}

/// The number with the secrets that stay, and whether the verify token is one of them: of that, only a hash is known.
fn new_number(key: String, settings: WhatsappSettings, known: Option<number::Opened>) -> (NewWhatsappNumber, bool) {
    let keeps_token = settings.verify_token.is_none() && known.is_some();
    let (access_token, app_secret) =
        known.map_or_else(Default::default, |known| (known.access_token, known.app_secret));
    // A kept token is not known; its hash is put back afterwards.
    let unknown = if keeps_token { crate::secrets::new_token() } else { String::new() };
    let new = NewWhatsappNumber {
        key,
        number: settings.number,
        phone_number_id: settings.phone_number_id,
        account_id: settings.account_id,
        brand: settings.brand,
        base_url: settings.base_url,
        access_token: settings.access_token.unwrap_or(access_token),
        app_secret: settings.app_secret.unwrap_or(app_secret),
        verify_token: settings.verify_token.unwrap_or(unknown),
        read_receipts: settings.read_receipts.unwrap_or(match settings.read_marks {
            Some(false) => ReadReceipts::Off,
            _ => ReadReceipts::OnSeen,
        }),
        typing: settings.typing,
        free_replies: settings.free_replies,
        new_after_h: settings.new_after_h,
        per_second: settings.per_second,
        coexistence: settings.coexistence.unwrap_or(false),
    };
    (new, keeps_token)
}

/// The field as it is called on the wire.
fn wire_name(field: &str) -> String {
    let mut parts = field.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (initial, rest) = part.split_at(part.len().min(1));
        name + &initial.to_ascii_uppercase() + rest
    })
}
