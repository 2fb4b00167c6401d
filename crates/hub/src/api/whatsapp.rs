//! WhatsApp for people: the templates that can be sent in a conversation, and how the company's numbers are.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Serialize;
use tandem_conversation::{BrandId, Permission, Template, Time};
use tandem_protocol::Problem;
use tandem_protocol::channels::TemplatePage;
use utoipa::ToSchema;

use super::auth::Signed;
use super::conversations::readable;
use super::input::id;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::StoreError;
use crate::store::whatsapp::{self, Number, inbox, sends, templates};

/// Maximum webhooks in one answer.
const UNREAD: u32 = 200;

/// `GET /api/v1/channels/whatsapp`: a number of the company. Secrets are never told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WhatsappNumber {
    /// The name in the address of its webhook.
    id: String,
    /// In international form.
    number: String,
    phone_number_id: String,
    account_id: String,
    brand: Option<BrandId>,
    /// `ok`; `token_invalid`, `blocked` or `not_registered`: then nothing leaves, and what waits is sent afterwards.
    state: String,
    since: Time,
    /// The channel's words on it.
    detail: String,
    /// Messages that it takes per second.
    per_second: u32,
    /// Whether customers are told that their messages were read.
    read_marks: bool,
    /// Messages that wait to be sent.
    waiting: u32,
}

/// `GET /api/v1/channels/whatsapp/{number}/unread`: a webhook that was not understood in whole. It is kept for 30 days.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnreadWebhook {
    received: Time,
    /// What could not be understood, without quoting it.
    why: String,
}

/// The templates that can be sent in a conversation, the customer's language first.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/templates", tag = "conversations",
    params(("id" = String, Path)),
    responses((status = 200, body = TemplatePage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn templates(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<TemplatePage>, ApiError> {
    signed.require(Permission::Handle)?;
    let state = readable(&hub, &signed, id(&path, "conversation")?).await?;
    let mut found = hub.database.read(move |connection| templates::of_contact(connection, state.contact)).await?;
    found.retain(Template::is_sendable);
    let language = state.language.unwrap_or_default();
    found.sort_by_key(|template| !speaks(&template.language, &language));
    Ok(axum::Json(TemplatePage { templates: found }))
}

/// Whether a template's `en_US` is the customer's `en` or `en-GB`.
fn speaks(template: &str, customer: &str) -> bool {
    let base = |tag: &str| tag.split(['_', '-']).next().unwrap_or_default().to_ascii_lowercase();
    !customer.is_empty() && base(template) == base(customer)
}

/// The company's numbers, and what keeps them from sending.
#[utoipa::path(get, path = "/api/v1/channels/whatsapp", tag = "channels",
    responses((status = 200, body = Vec<WhatsappNumber>), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(crate) async fn numbers(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
) -> Result<axum::Json<Vec<WhatsappNumber>>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let numbers = hub.database.read(|connection| -> Result<_, StoreError> {
        let all = whatsapp::all(connection)?.into_iter();
        all.map(|number| Ok((sends::waiting(connection, &number.key)?, number))).collect::<Result<Vec<_>, StoreError>>()
    });
    Ok(axum::Json(numbers.await?.into_iter().map(|(waiting, number)| shown(number, waiting)).collect()))
}

fn shown(number: Number, waiting: u32) -> WhatsappNumber {
    WhatsappNumber {
        id: number.key,
        number: number.display,
        phone_number_id: number.phone_number_id,
        account_id: number.waba_id,
        brand: number.brand,
        state: number.state,
        since: number.since,
        detail: number.detail,
        per_second: number.per_second,
        read_marks: number.read_marks,
        waiting,
    }
}

/// The newest webhooks of a number that were not understood.
#[utoipa::path(get, path = "/api/v1/channels/whatsapp/{number}/unread", tag = "channels",
    params(("number" = String, Path)),
    responses((status = 200, body = Vec<UnreadWebhook>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn unread(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<axum::Json<Vec<UnreadWebhook>>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let found = hub.database.read(move |connection| -> Result<_, StoreError> {
        match whatsapp::by_key(connection, &key)? {
            Some(_) => inbox::all_unread(connection, &key, UNREAD).map(Some),
            None => Ok(None),
        }
    });
    let unknown = || ApiError::new(404, "whatsapp.unknown_number", "This hub has no such WhatsApp number.");
    let all = found.await?.ok_or_else(unknown)?.into_iter();
    Ok(axum::Json(all.map(|one| UnreadWebhook { received: one.received, why: one.why }).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_compared_without_their_countries() {
        assert!(speaks("en_US", "en-GB") && speaks("de", "de") && speaks("pt_BR", "PT"));
        assert!(!speaks("en_US", "es") && !speaks("en", ""));
    }
}
