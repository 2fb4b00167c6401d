//! WhatsApp for people: the templates that can be sent in a conversation, and how the company's numbers are.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use tandem_conversation::{Permission, Rejection, Template, Time};
use tandem_protocol::Problem;
use tandem_protocol::channels::{ReadReceipts, TemplatePage, WhatsappNumber, WhatsappUsage, WhatsappUse};
use tandem_sql::Connection;
use utoipa::{IntoParams, ToSchema};

use super::Query;
use super::auth::Signed;
use super::conversations::readable;
use super::input::id;
use crate::hub::Hub;
use crate::month::Month;
use crate::problem::ApiError;
use crate::store::whatsapp::messages::{self, Used};
use crate::store::whatsapp::{self, Number, inbox, templates};
use crate::store::{StoreError, brands};

/// Maximum webhooks in one answer.
const UNREAD: u32 = 200;

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
    let reader = Arc::clone(&hub);
    let numbers = hub.database.read(move |connection| -> Result<Vec<_>, StoreError> {
        whatsapp::all(connection)?.into_iter().map(|number| told(&reader, connection, number)).collect()
    });
    Ok(axum::Json(numbers.await?))
}

/// A number as administrators see it.
pub(crate) fn told(hub: &Hub, connection: &Connection, number: Number) -> Result<WhatsappNumber, StoreError> {
    let brands = match number.brand {
        Some(_) => brands::all(connection)?,
        None => Vec::new(),
    };
    let brand = brands.into_iter().find(|brand| Some(brand.id) == number.brand);
    Ok(WhatsappNumber {
        waiting: whatsapp::waiting(connection, &number.key)?,
        webhook: hub.config.webhook_of(&number.key),
        of_settings: hub.config.whatsapp.iter().any(|set| set.key == number.key),
        base_url: Some(number.base_url).filter(|url| url != whatsapp::BASE_URL),
        id: number.key,
        number: number.display,
        phone_number_id: number.phone_number_id,
        account_id: number.waba_id,
        brand: number.brand,
        brand_key: brand.map(|brand| brand.look.id),
        state: number.state,
        since: number.since,
        detail: number.detail,
        quality: number.quality,
        limit: number.limit,
        per_second: number.per_second,
        coexistence: Some(number.coexistence),
        new_after_h: number.new_after_h,
        read_marks: number.read_receipts != ReadReceipts::Off,
        read_receipts: number.read_receipts,
        typing: Some(number.typing),
        free_replies: number.free_replies,
    })
}

/// All templates of a number's account, also those that cannot be sent.
#[utoipa::path(get, path = "/api/v1/channels/whatsapp/{number}/templates", tag = "channels",
    params(("number" = String, Path)),
    responses((status = 200, body = TemplatePage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn templates_of_number(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<axum::Json<TemplatePage>, ApiError> {
    signed.require(Permission::SettingsManage)?;
    let found = hub.database.read(move |connection| -> Result<_, StoreError> {
        match whatsapp::by_key(connection, &key)? {
            Some(number) => templates::of_account(connection, &number.waba_id).map(Some),
            None => Ok(None),
        }
    });
    let templates = found.await?.ok_or_else(unknown_number)?;
    Ok(axum::Json(TemplatePage { templates }))
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
