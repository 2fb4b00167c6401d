//! Events: what has happened. Immutable, ordered per conversation, never rewritten.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::channel::Channel;
use crate::contact::{Contact, Former, LinkSource};
use crate::customer::CustomerRef;
use crate::engagement::{EndReason, Engagement};
use crate::failure::LogicFailure;
use crate::handover::Grade;
use crate::help::{Dismissal, NeedsHelp, Reach};
use crate::ids::{
    BrandId, CallId, CommandId, ContactId, ConversationId, EngagementId, LinkId, Position, RequestId, ReviewId, TurnId,
    UserId,
};
use crate::logic::{Fallback, LogicRequest};
use crate::participant::Participant;
use crate::review::{NotAsked, ReviewEnd, Share};
use crate::snooze::SnoozeEnd;
use crate::time::Time;
use crate::turn::{Content, Remedy, Stage, Turn};

/// The resolution of conversations that are completed because their customer goes on in another one.
pub const GOES_ON_ELSEWHERE: &str = "The customer goes on in another conversation";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    pub conversation: ConversationId,
    pub position: Position,
    pub time: Time,
    pub actor: Participant,
    /// The command that caused it.
    pub cause: CommandId,
    #[serde(serialize_with = "body")]
    pub body: EventBody,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EventBody {
    Started {
        customer: CustomerRef,
        contact: ContactId,
        channel: Channel,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        brand: Option<BrandId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        custom: Map<String, Value>,
        /// Whether Your Logic is told of everything from the start.
        engage_logic: bool,
        /// The customer's last act on this way before, which may still let us write to them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard_at: Option<Time>,
        /// The company's end of the channel, where it has several: the id of a number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<String>,
    },
    TurnAdded {
        turn: Turn,
        /// When the author sent it by the channel's clock, or pressed send offline; otherwise when it arrived at the hub.
        received: Time,
    },
    /// The actor reacted to a turn; none takes the reaction back. Never a turn of its own.
    Reacted {
        turn: TurnId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
        /// As in `turn_added`.
        received: Time,
    },
    /// The customer acted on the channel without a turn of this conversation: it takes replies for longer.
    Heard {
        /// As in `turn_added`.
        received: Time,
    },
    /// The author replaced a turn's words. The earlier ones stay in the log.
    TurnEdited {
        turn: TurnId,
        content: Content,
        /// The new words are a closing courtesy.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        silent: bool,
        received: Time,
    },
    /// The author withdrew a turn: its words are not shown, found or sent any more.
    TurnWithdrawn {
        turn: TurnId,
    },
    /// One outbound turn moved along its channel.
    TurnProgressed {
        turn: TurnId,
        stage: Stage,
        /// The channel's own reason, for `failed`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What helps, for `failed`; none if that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remedy: Option<Remedy>,
        /// The channel's code of the reason, for `failed`; none if it gave none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// Everything of the other side up to `up_to` has arrived at, or was seen by, `side`.
    Received {
        side: Side,
        stage: Stage,
        up_to: Position,
    },
    /// The actor has seen the note that mentions them.
    MentionSeen,
    /// The actor put the conversation out of their way.
    Snoozed {
        /// None: until the customer writes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
    },
    /// It is back in this user's way.
    SnoozeEnded {
        user: UserId,
        end: SnoozeEnd,
    },
    /// The actor has seen that their snooze is over.
    ReminderSeen,
    /// How much the packet in this note helped.
    HandoverGraded {
        turn: TurnId,
        grade: Grade,
    },
    EngagementStarted {
        engagement: Engagement,
    },
    EngagementEnded {
        engagement: EngagementId,
        /// The engagement as it was, so that the entry explains itself.
        was: Engagement,
        end: EndReason,
    },
    HelpRaised {
        help: NeedsHelp,
        /// For a restored call: since when the customer has waited for a person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waits_since: Option<Time>,
    },
    /// No one came: more people are called.
    HelpWidened {
        call: CallId,
        reach: Reach,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        widens_at: Option<Time>,
    },
    HelpCleared {
        /// Who joined, or none if it was dismissed or completed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claimed_by: Option<Participant>,
        /// Why it was dismissed, and who goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        dismissed: Option<Dismissal>,
    },
    Completed {
        resolution: String,
        /// When the customer is to be asked for a review, unless the conversation is reopened before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review_at: Option<Time>,
    },
    Reopened,
    EngageLogicChanged {
        engaged: bool,
    },
    LogicAsked {
        request: LogicRequest,
    },
    LogicAnswered {
        request: RequestId,
        trigger: Position,
        /// Events that Your Logic chose to skip.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        skipped_to: Option<Position>,
        /// The answer was dropped by its own `control`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        ignored: bool,
    },
    LogicFailed {
        request: RequestId,
        trigger: Position,
        failure: LogicFailure,
    },
    FellBack {
        fallback: Fallback,
    },
    FallbackCleared,
    CustomChanged {
        patch: Map<String, Value>,
    },
    TagsChanged {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        added: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        removed: Vec<String>,
    },
    LanguageChanged {
        language: String,
    },
    /// Your Logic's data about the customer, from any conversation.
    CustomerChanged {
        patch: Map<String, Value>,
    },
    CustomerRenamed {
        name: String,
    },
    /// The addresses that agents noted, as they are now.
    CustomerNoted {
        contacts: Vec<Contact>,
    },
    /// The addresses that are proven to be the customer's, as they are now: their channel says so.
    CustomerAttested {
        contacts: Vec<Contact>,
    },
    /// The customer was identified as one with other addresses, perhaps under another name.
    CustomerLinked {
        customer: CustomerRef,
        /// Their current contact.
        contact: ContactId,
        was: Former,
        source: LinkSource,
    },
    ButtonPressed {
        action: String,
        /// The button's title at that time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// What is said in this conversation goes on in a later one of the same chat; none takes that back. Turns stay.
    GoesOnIn {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
    },
    /// This conversation goes on from an earlier one of the same chat; none takes that back.
    GoesOnFrom {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
        /// The customer waits since then for an answer to what they said in the earlier one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waits_since: Option<Time>,
    },
    /// The customer was asked for a review of the round.
    ReviewAsked {
        review: ReviewId,
        round: u32,
        /// The question; empty if the chat asks in its own words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
        expires: Time,
        /// How long after the first answer it can be changed, in milliseconds.
        edit_ms: i64,
    },
    ReviewNotAsked {
        round: u32,
        reason: NotAsked,
    },
    ReviewEnded {
        review: ReviewId,
        end: ReviewEnd,
    },
    FeedbackGiven {
        score: u8,
        #[serde(default)]
        text: String,
        /// The request that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review: Option<ReviewId>,
        /// Whose score it is, the main one first. Later assignments change nothing.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        shares: Vec<Share>,
    },
    LinkUsed {
        link: LinkId,
    },
    /// The mail with the link could not be delivered to this external agent.
    MailFailed {
        link: LinkId,
        name: String,
        reason: String,
    },
    /// An unknown event of a newer version, unchanged ([`Event::read`]). It only advances the position.
    #[serde(skip)]
    Unknown(Value),
}

impl EventBody {
    /// The turn that it adds, edits or withdraws.
    #[must_use]
    pub fn turn(&self) -> Option<TurnId> {
        match self {
            Self::TurnAdded { turn, .. } => Some(turn.id),
            Self::TurnEdited { turn, .. } | Self::TurnWithdrawn { turn } => Some(*turn),
            _ => None,
        }
    }

    /// The words that it adds to a turn, or gives it instead of others.
    #[must_use]
    pub fn content(&self) -> Option<&Content> {
        match self {
            Self::TurnAdded { turn, .. } => Some(&turn.content),
            Self::TurnEdited { content, .. } => Some(content),
            _ => None,
        }
    }

    /// [`Self::content`], to change it.
    pub fn content_mut(&mut self) -> Option<&mut Content> {
        match self {
            Self::TurnAdded { turn, .. } => Some(&mut turn.content),
            Self::TurnEdited { content, .. } => Some(content),
            _ => None,
        }
    }
}

/// Who receives: the customer, or our side's desks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Customer,
    Desk,
}

impl Side {
    /// The side on which a participant receives.
    #[must_use]
    pub fn of(by: &Participant) -> Self {
        if *by == Participant::Customer { Self::Customer } else { Self::Desk }
    }
}

/// Writes an unknown body unchanged.
fn body<S: serde::Serializer>(body: &EventBody, serializer: S) -> Result<S::Ok, S::Error> {
    match body {
        EventBody::Unknown(value) => serde::Serialize::serialize(value, serializer),
        known => serde::Serialize::serialize(known, serializer),
    }
}
