//! The rows of the analytics tables that follow from one conversation. `docs/analytics.md` explains each column.
//!
//! Times are those of the events. What is not known is none, never zero.

use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::engagement::EndReason;
use crate::failure::LogicFailure;
use crate::handover::Grade;
use crate::help::{HelpReason, Reach};
use crate::ids::{
    BrandId, CallId, ContactId, ConversationId, CustomerId, EngagementId, LinkId, Position, QuestionId, RequestId,
    ReviewId, TurnId, UserId,
};
use crate::participant::{Participant, ParticipantKind};
use crate::review::NotAsked;
use crate::time::Time;
use crate::trigger::Trigger;
use crate::turn::Stage;

/// Where a row's facts come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Live,
    Imported,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartedBy {
    Customer,
    Agent,
    Logic,
    Imported,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConversationRow {
    pub conversation_id: ConversationId,
    pub origin: Origin,
    pub customer_id: CustomerId,
    pub contact_id: ContactId,
    pub channel: Channel,
    pub number: Option<String>,
    pub brand: Option<BrandId>,
    pub language: Option<String>,
    pub started_at: Time,
    pub first_loud_at: Option<Time>,
    /// None while in progress.
    pub completed_at: Option<Time>,
    pub in_progress: bool,
    pub started_by: Option<StartedBy>,
    pub rounds: u32,
    pub reopened: u32,
    pub persons: u32,
    pub turns_customer: u32,
    pub turns_agent: u32,
    pub turns_external: u32,
    pub turns_logic: u32,
    pub notes: u32,
    pub suggestions: u32,
    pub suggestions_used: u32,
    pub tags: Vec<String>,
    pub resolution: Option<String>,
    pub continues: Option<ConversationId>,
    pub cost_messages: Option<u32>,
}

/// A packet that Your Logic handed over, and what the agent who took over thought of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HandoverRow {
    /// The note's turn.
    pub handover_id: TurnId,
    pub conversation_id: ConversationId,
    pub round_no: u32,
    pub given_at: Time,
    /// The newest grade.
    pub grade: Option<Grade>,
    pub graded_at: Option<Time>,
    pub graded_by: Option<UserId>,
}

/// A request for a review, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReviewRow {
    pub review_id: ReviewId,
    pub conversation_id: ConversationId,
    pub round_no: u32,
    pub asked_at: Time,
    pub not_asked: Option<NotAsked>,
    pub expires_at: Option<Time>,
    /// When the customer first said that they do not want to answer.
    pub declined_at: Option<Time>,
    pub answered_at: Option<Time>,
    pub edited_at: Option<Time>,
    pub score: Option<u8>,
    /// In characters.
    pub comment_length: Option<u32>,
    /// The kind of the participant whose score it is first of all, and the user, for agents.
    pub by: Option<ParticipantKind>,
    pub agent_id: Option<UserId>,
    /// How many share the score.
    pub sharing: Option<u32>,
}

/// A round: from a start or a reopening to the completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoundId {
    pub conversation_id: ConversationId,
    /// 1, 2, 3, …
    pub no: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Inbound,
    Outbound,
}

/// How a round went: the first that holds, in this order after the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The customer was identified and goes on in another conversation. No rate counts it.
    GoesOnElsewhere,
    ByPerson,
    GivenUp,
    AbandonedByUs,
    ByLogic,
    Open,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoundRow {
    #[serde(flatten)]
    pub id: RoundId,
    pub started_at: Time,
    pub reopened_by: Option<ParticipantKind>,
    pub t0: Option<Time>,
    pub completed_at: Option<Time>,
    pub completed_by: Option<ParticipantKind>,
    pub direction: Option<Direction>,
    pub first_response_ms: Option<i64>,
    pub first_response_by: Option<ParticipantKind>,
    pub first_answer_ms: Option<i64>,
    pub first_person_response_ms: Option<i64>,
    pub wanted_at: Option<Time>,
    pub person_wait_ms: Option<i64>,
    pub queue_ms: Option<i64>,
    pub person_ms: Option<i64>,
    pub logic_ms: Option<i64>,
    pub idle_ms: Option<i64>,
    pub open_ms: Option<i64>,
    pub business_open_ms: Option<i64>,
    pub replies: u32,
    pub reply_sum_ms: Option<i64>,
    pub reply_max_ms: Option<i64>,
    pub person_replies: u32,
    pub person_reply_sum_ms: Option<i64>,
    pub persons: u32,
    pub transfers: u32,
    pub fallback: u32,
    pub logic_involved: bool,
    pub contained: Option<bool>,
    /// Until then the customer may come back, and what the round resolved is provisional.
    pub provisional_until: Option<Time>,
    pub confirmed: Option<bool>,
    pub reopened_later: Option<bool>,
    pub outcome: Option<Outcome>,
    pub review_id: Option<ReviewId>,
}

/// The kind of an engagement, without identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Agent,
    ExternalAgent,
    Logic,
    SelfService,
    Queue,
    Invitation,
}

impl Kind {
    /// Agents and external agents.
    #[must_use]
    pub fn is_person(self) -> bool {
        matches!(self, Self::Agent | Self::ExternalAgent)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartCause {
    Claim,
    Join,
    Invitation,
    Takeover,
    Link,
    Auto,
    Reopening,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueOutcome {
    /// A person became engaged.
    Answered,
    /// Help was dismissed or taken back.
    Returned,
    /// The round was completed without a person.
    GivenUp,
    /// The customer left.
    Left,
    Open,
}

/// Why an engagement ended, without its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Left,
    Completed,
    Delegated,
    Removed,
    TakenOver,
    Transferred,
    Expired,
    Revoked,
    SwitchedOff,
    Over,
    Accepted,
    Declined,
    Missed,
    Withdrawn,
}

impl Ended {
    pub(super) fn of(end: &EndReason) -> Self {
        match end {
            EndReason::Left { .. } => Self::Left,
            EndReason::Completed => Self::Completed,
            EndReason::Delegated => Self::Delegated,
            EndReason::Removed => Self::Removed,
            EndReason::TakenOver => Self::TakenOver,
            EndReason::Transferred => Self::Transferred,
            EndReason::Expired => Self::Expired,
            EndReason::Revoked => Self::Revoked,
            EndReason::SwitchedOff => Self::SwitchedOff,
            EndReason::Over => Self::Over,
            EndReason::Accepted => Self::Accepted,
            EndReason::Declined => Self::Declined,
            EndReason::Missed => Self::Missed,
            EndReason::Withdrawn => Self::Withdrawn,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EngagementRow {
    pub engagement_id: EngagementId,
    pub conversation_id: ConversationId,
    pub round_no: u32,
    pub kind: Kind,
    pub agent_id: Option<UserId>,
    pub external_agent_id: Option<LinkId>,
    pub started_at: Time,
    pub ended_at: Option<Time>,
    pub start_cause: StartCause,
    pub end_reason: Option<Ended>,
    pub end_detail: Option<String>,
    pub queue_ms: Option<i64>,
    pub queue_outcome: Option<QueueOutcome>,
    /// From the queue's start to the first words of a person.
    pub person_wait_ms: Option<i64>,
    pub invitation_ms: Option<i64>,
    pub engagement_ms: Option<i64>,
    pub wrap_up_ms: Option<i64>,
    pub handle_ms: Option<i64>,
    /// Filled by [`share`](super::share), which needs the agent's other conversations.
    pub shared_ms: Option<i64>,
    pub agent_first_reply_ms: Option<i64>,
    pub turns: u32,
    pub left_waiting: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnType {
    Text,
    Question,
    Answer,
    Attachment,
    Template,
    Location,
    Card,
    Order,
    Form,
    Unknown,
    Note,
    Suggestion,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TurnRow {
    pub turn_id: TurnId,
    pub conversation_id: ConversationId,
    pub round_no: u32,
    pub engagement_id: Option<EngagementId>,
    pub position: Position,
    pub at: Time,
    pub received_at: Time,
    pub by: ParticipantKind,
    pub agent_id: Option<UserId>,
    #[serde(rename = "type")]
    pub kind: TurnType,
    pub silent: bool,
    pub holding: bool,
    pub quick_reply: bool,
    pub from_suggestion: bool,
    /// The suggestion with whose words it began.
    pub suggestion_id: Option<TurnId>,
    pub edited: bool,
    pub withdrawn: bool,
    /// In characters.
    pub length: u32,
    pub media_kind: Option<String>,
    pub media_bytes: Option<u64>,
    pub question_id: Option<QuestionId>,
    pub question_version: Option<u32>,
    pub choice: Option<String>,
    pub reply_to: Option<TurnId>,
    pub response_ms: Option<i64>,
    pub response_to: Option<TurnId>,
    /// The last that was reported; none if nothing was.
    pub final_state: Option<Stage>,
    pub sent_at: Option<Time>,
    pub delivered_at: Option<Time>,
    pub seen_at: Option<Time>,
    /// Whether `delivered_at` follows from `seen_at`, because nobody reported it before.
    pub inferred: Option<bool>,
    pub failed_code: Option<String>,
    pub cost_category: Option<String>,
    pub billable: Option<bool>,
}

impl TurnRow {
    /// Whether customers may see it.
    #[must_use]
    pub fn is_for_customer(&self) -> bool {
        !matches!(self.kind, TurnType::Note | TurnType::Suggestion)
    }
}

/// Why a call for help was raised, without its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallReason {
    LogicAsked,
    CustomerAsked,
    AgentAsked,
    LogicFailed,
    LogicSilent,
    LastPersonLeft,
    InvitationOver,
    LinkOver,
    NobodyEngaged,
}

impl CallReason {
    pub(super) fn of(reason: &HelpReason) -> Self {
        match reason {
            HelpReason::LogicAsked { .. } => Self::LogicAsked,
            HelpReason::CustomerAsked { .. } => Self::CustomerAsked,
            HelpReason::AgentAsked { .. } => Self::AgentAsked,
            HelpReason::LogicFailed { .. } => Self::LogicFailed,
            HelpReason::LogicSilent => Self::LogicSilent,
            HelpReason::LastPersonLeft => Self::LastPersonLeft,
            HelpReason::InvitationOver => Self::InvitationOver,
            HelpReason::LinkOver => Self::LinkOver,
            HelpReason::NobodyEngaged => Self::NobodyEngaged,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallEnd {
    Claimed,
    Dismissed,
    Completed,
}

/// A call for help. Who was shown it is in the ledger of alerts, not in the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallRow {
    pub call_id: CallId,
    pub conversation_id: ConversationId,
    pub round_no: u32,
    pub raised_at: Time,
    pub by: ParticipantKind,
    pub reason: CallReason,
    pub reach: Reach,
    pub ended_at: Option<Time>,
    pub end: Option<CallEnd>,
    pub claimed_by: Option<UserId>,
    pub decided: Option<u32>,
    pub sent: Option<u32>,
    pub shown: Option<u32>,
    pub muted: Option<u32>,
    pub clicked: Option<u32>,
    pub first_shown_ms: Option<i64>,
    pub claim_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestOutcome {
    Answered,
    Ignored,
    TimedOut,
    Unreachable,
    Status,
    Malformed,
    Refused,
    /// Your Logic was switched off before it answered.
    Late,
}

impl RequestOutcome {
    pub(super) fn of(failure: &LogicFailure) -> Self {
        match failure {
            LogicFailure::NotConfigured | LogicFailure::Unreachable { .. } => Self::Unreachable,
            LogicFailure::TimedOut { .. } => Self::TimedOut,
            LogicFailure::Status { .. } => Self::Status,
            LogicFailure::Malformed { .. } => Self::Malformed,
            LogicFailure::Refused { .. } => Self::Refused,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogicRequestRow {
    pub request_id: RequestId,
    pub conversation_id: ConversationId,
    pub round_no: u32,
    pub asked_at: Time,
    pub trigger: Option<Trigger>,
    pub ended_at: Option<Time>,
    pub outcome: Option<RequestOutcome>,
    pub ms: Option<i64>,
    pub actions: Option<u32>,
    pub said_something: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalAgentRow {
    pub external_agent_id: LinkId,
    pub conversation_id: ConversationId,
    pub name: String,
    pub invited_at: Time,
    pub opened_at: Option<Time>,
    pub ended_at: Option<Time>,
    pub end: Option<Ended>,
}

/// One tag, from adding to removing. A tag that is added again has a new row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TagRow {
    pub conversation_id: ConversationId,
    pub tag: String,
    /// Position of the event that added it; with tag and conversation, the row's key.
    pub position: Position,
    pub added_at: Time,
    pub removed_at: Option<Time>,
    pub by: ParticipantKind,
}

/// One of our people, regardless of name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Who {
    Agent(UserId),
    External(LinkId),
}

impl Who {
    pub(super) fn of(participant: &Participant) -> Option<Self> {
        match participant {
            Participant::Agent { user, .. } => Some(Self::Agent(*user)),
            Participant::ExternalAgent { link, .. } => Some(Self::External(*link)),
            _ => None,
        }
    }
}
