//! What a search finds.

use serde::{Deserialize, Serialize};
use tandem_conversation::{BrandId, Channel, ConversationId, CustomerId, Participant, Position, Time, TurnId};
use utoipa::ToSchema;

/// `GET /api/v1/search`: turns and customers, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchPage {
    pub hits: Vec<SearchHit>,
    /// A sentence about the part of the query that was not understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    pub conversation: ConversationId,
    /// Position of the turn; 0 for a customer.
    pub position: Position,
    /// None for a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnId>,
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    pub channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandId>,
    /// Time of the turn, or of the last event in the customer's conversation.
    pub time: Time,
    /// The author; none for a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Participant>,
    pub kind: SearchKind,
    /// The turn is a file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attachment: bool,
    /// The text around the first match.
    pub snippet: Vec<SearchSpan>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchKind {
    Turn,
    Note,
    /// A customer, by name or contact.
    Customer,
}

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchSpan {
    pub text: String,
    /// Whether it is a match.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hit: bool,
}
