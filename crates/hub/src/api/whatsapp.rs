//! WhatsApp for people: the templates that can be sent in a conversation, and how the company's numbers are.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use tandem_conversation::{BrandId, Permission, Rejection, Template, Time};
use tandem_protocol::Problem;
use tandem_protocol::channels::TemplatePage;
use utoipa::{IntoParams, ToSchema};

use super::Query;
use super::auth::Signed;
use super::conversations::readable;
use super::input::id;
use crate::hub::Hub;
use crate::month::Month;
use crate::problem::ApiError;
use crate::store::StoreError;
use crate::store::whatsapp::messages::{self, Used};
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

pub(crate) fn shown(number: Number, waiting: u32) -> WhatsappNumber {
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

/// `GET /api/v1/channels/whatsapp/{number}/usage`: what a number's messages cost in a month, as Meta reported it. There
/// are no rates: prices are Meta's affair.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WhatsappUsage {
    /// In UTC, by when Meta first told the price: `2026-11`.
    month: String,
    /// Messages whose price is known.
    messages: u32,
    /// Replies that cost nothing, in a month; null if the operator has not said.
    free_replies: Option<u32>,
    /// How many of those are used.
    free_replies_used: Option<u32>,
    kinds: Vec<WhatsappUse>,
}

/// Messages of one kind.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct WhatsappUse {
    /// Meta's word: `service`, `utility`, `marketing`, `authentication`.
    category: String,
    /// Meta's word: `regular`, `free_customer_service`, `free_entry_point`.
    #[serde(rename = "type")]
    kind: String,
    /// Null if Meta has not said.
    billable: Option<bool>,
    messages: u32,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsageQuery {
    /// Such as `2026-11`; this month, if it is left out.
    month: Option<String>,
}

/// What a number's messages cost in a month.
#[utoipa::path(get, path = "/api/v1/channels/whatsapp/{number}/usage", tag = "channels",
    params(("number" = String, Path), UsageQuery),
    responses((status = 200, body = WhatsappUsage), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn usage(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
    Query(query): Query<UsageQuery>,
) -> Result<axum::Json<WhatsappUsage>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let month = match query.month {
        None => Month::of(hub.clock.now()),
        Some(text) => Month::read(&text).ok_or_else(|| Rejection::invalid("month", "write it as 2026-11"))?,
    };
    let found = hub.database.read(move |connection| -> Result<_, StoreError> {
        let Some(number) = whatsapp::by_key(connection, &key)? else { return Ok(None) };
        let used = messages::used(connection, &key, month.start(), month.next().start())?;
        Ok(Some((number.free_replies, used)))
    });
    let (free_replies, used) = found.await?.ok_or_else(unknown_number)?;
    let count = |is_meant: &dyn Fn(&Used) -> bool| {
        used.iter().filter(|one| is_meant(one)).fold(0_u32, |sum, one| sum.saturating_add(one.messages))
    };
    let messages = count(&|_| true);
    let free_replies_used = free_replies.map(|most| count(&Used::is_reply).min(most));
    let kinds = used.into_iter().map(|one| WhatsappUse {
        category: one.category,
        kind: one.kind,
        billable: one.billable,
        messages: one.messages,
    });
    let month = month.to_string();
    Ok(axum::Json(WhatsappUsage { month, messages, free_replies, free_replies_used, kinds: kinds.collect() }))
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
    let all = found.await?.ok_or_else(unknown_number)?.into_iter();
    Ok(axum::Json(all.map(|one| UnreadWebhook { received: one.received, why: one.why }).collect()))
}

pub(crate) fn unknown_number() -> ApiError {
    ApiError::new(404, "whatsapp.unknown_number", "This hub has no such WhatsApp number.")
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
