//! Which events Your Logic is asked about.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::engagement::{EndReason, EngagementKind};
use crate::event::{Event, EventBody};
use crate::help::Reach;
use crate::participant::Participant;
use crate::turn::{Content, Stage};

/// What happened, in the protocol's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Trigger {
    ConversationStarted,
    Turn,
    Answer,
    /// The customer replaced the words of an earlier turn.
    TurnEdited,
    EngagementStarted,
    EngagementEnded,
    InvitationDeclined,
    InvitationMissed,
    NeedsHelpChanged,
    StatusChanged,
    DeliveryFailed,
    ButtonPressed,
    FeedbackGiven,
    HandoverGraded,
    CustomerLinked,
    EngageLogicChanged,
    /// The customer is typing; sent only if enabled. Never an event.
    Typing,
    /// A dry run: what would Your Logic say? Never an event.
    Preview,
    /// A dry run: a better wording for an agent's reply. Never an event.
    Improve,
    /// A dry run: what was said, or an agent's reply, in another language. Never an event.
    Translate,
}

/// The trigger of an event; none if Your Logic caused it or need not know.
#[must_use]
pub fn trigger_of(event: &Event) -> Option<Trigger> {
    if event.actor == Participant::Logic {
        return None;
    }
    match &event.body {
        EventBody::Started { .. } => Some(Trigger::ConversationStarted),
        EventBody::TurnAdded { turn, .. } => match turn.content {
            Content::Answer { .. } => Some(Trigger::Answer),
            Content::Suggestion { .. } => None,
            _ => Some(Trigger::Turn),
        },
        EventBody::TurnEdited { .. } => Some(Trigger::TurnEdited),
        EventBody::TurnProgressed { stage: Stage::Failed, .. } => Some(Trigger::DeliveryFailed),
        EventBody::EngagementStarted { engagement } => {
            matches!(engagement.kind, EngagementKind::Agent { .. } | EngagementKind::ExternalAgent { .. })
                .then_some(Trigger::EngagementStarted)
        }
        EventBody::EngagementEnded { was, end, .. } => match (&was.kind, end) {
            (EngagementKind::Agent { .. } | EngagementKind::ExternalAgent { .. }, _) => Some(Trigger::EngagementEnded),
            (EngagementKind::Invitation { .. }, EndReason::Declined) => Some(Trigger::InvitationDeclined),
            (EngagementKind::Invitation { .. }, EndReason::Missed) => Some(Trigger::InvitationMissed),
            _ => None,
        },
        EventBody::HelpRaised { .. } | EventBody::HelpCleared { .. } => Some(Trigger::NeedsHelpChanged),
        EventBody::HelpWidened { reach: Reach::Logic, .. } => Some(Trigger::NeedsHelpChanged),
        EventBody::Completed { .. } | EventBody::Reopened => Some(Trigger::StatusChanged),
        EventBody::EngageLogicChanged { engaged: true } => Some(Trigger::EngageLogicChanged),
        EventBody::ButtonPressed { .. } => Some(Trigger::ButtonPressed),
        EventBody::FeedbackGiven { .. } => Some(Trigger::FeedbackGiven),
        EventBody::HandoverGraded { .. } => Some(Trigger::HandoverGraded),
        EventBody::CustomerLinked { .. } => Some(Trigger::CustomerLinked),
        _ => None,
    }
}
