//! A conversation through one participant's eyes: `POST /api/v1/conversations/{id}/as-seen`, and who has looked at what:
//! `GET /api/v1/looks`.

use serde::{Deserialize, Serialize};
use tandem_conversation::as_seen::{AsSeen, Viewpoint};
use tandem_conversation::{Channel, ConversationId, Position, Time, UserId};
use utoipa::ToSchema;

/// Through whose eyes, and which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AsSeenRequest {
    pub viewpoint: Viewpoint,
    /// `next` of the page before; none for the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Position>,
}

/// A page. Involvement and people are those of the whole conversation, in each page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AsSeenPage {
    /// The customer's name.
    pub customer: String,
    pub channel: Channel,
    pub started: Time,
    /// Nothing later is in it.
    pub as_of: Time,
    pub seen: AsSeen,
    /// What is asked for as `after` for the next page; none if this is the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Position>,
}

/// One request of a page, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LookRow {
    /// Increases with each look of the account.
    pub id: i64,
    pub at: Time,
    /// Who looked.
    pub user: UserId,
    pub conversation: ConversationId,
    /// Through whose eyes.
    pub viewpoint: Viewpoint,
    /// The page begins after this position; 0 for the first.
    pub after: Position,
}
