//! Who is there: the user, and the participants of a conversation.

use serde::Serialize;
use tandem_conversation::{Availability, EngagementId, Participant, Permissions, Time, UserId};
use ts_rs::TS;

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MeView {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub account: String,
    pub permissions: Permissions,
    pub availability: Availability,
    /// The most conversations at once.
    pub capacity: u32,
    /// Whether the hub sends mail.
    pub mail: bool,
    /// Whether the hub can offer better words for a reply.
    pub improve: bool,
}

/// Somebody or something in the conversation right now.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    pub engagement: EngagementId,
    pub participant: Participant,
    pub me: bool,
    pub since: Time,
    pub until: Option<Time>,
    /// Asked, and has not answered.
    pub invited: bool,
}

/// The link of an external agent. It is told once and kept nowhere.
#[derive(Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    pub url: String,
    /// The hub has not answered yet: the link works once it has.
    pub waits: bool,
}
