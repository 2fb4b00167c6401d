//! The user, and the participants of a conversation.

use serde::Serialize;
use tandem_conversation::{Availability, EngagementId, Participant, Permissions, Time, UserId};
use tandem_protocol::agents::{Absence, Colleague};
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
    /// Why they are away.
    pub absence: Option<Absence>,
    /// Why they may be away.
    pub reasons: Vec<String>,
    /// Maximum conversations at once.
    pub capacity: u32,
    /// Whether the hub sends mail.
    pub mail: bool,
    /// Whether the hub can offer a better wording for a reply.
    pub improve: bool,
    /// What the hub calls Your Logic; none for the words of the language.
    pub logic_name: Option<String>,
    /// Whether the hub can translate.
    pub translate: bool,
}

/// A current participant of the conversation.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    pub engagement: EngagementId,
    pub participant: Participant,
    pub me: bool,
    pub since: Time,
    pub until: Option<Time>,
    /// Invited, without an answer yet.
    pub invited: bool,
}

/// An invitation that the user has not answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InvitationView {
    pub by: Participant,
    /// Whoever asks leaves once the user joins.
    pub transfer: bool,
    /// Empty if they wrote nothing.
    pub note: String,
}

/// What agents noted about a customer; empty if nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NotedView {
    /// Empty for a made-up name.
    pub name: String,
    pub email: String,
    pub phone: String,
}

/// A tag in use on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UsedTagView {
    pub tag: String,
    /// How many conversations have it.
    pub uses: u32,
}

/// A conversation that was put off.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SnoozeView {
    pub by: Participant,
    pub me: bool,
    /// None: until the customer writes.
    pub until: Option<Time>,
    /// It is over, and the user has not seen that.
    pub over: bool,
}

/// An external agent's link. Returned once and stored nowhere.
#[derive(Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    pub url: String,
    /// The hub has not answered yet: the link works once it has.
    pub waits: bool,
}

/// A colleague who can be invited, or mentioned.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ColleagueView {
    pub user: UserId,
    pub name: String,
    pub online: bool,
    /// Takes calls for help.
    pub available: bool,
    /// None if offline, or not told.
    pub status: Option<Availability>,
    pub absence: Option<Absence>,
}

impl From<Colleague> for ColleagueView {
    fn from(Colleague { user, name, online, available, status, absence, .. }: Colleague) -> Self {
        Self { user, name, online, available, status, absence }
    }
}

/// A colleague whom a note may mention.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MentionableView {
    #[serde(flatten)]
    pub colleague: ColleagueView,
    /// They have not accepted their invitation to the conversation yet.
    pub invited: bool,
}
