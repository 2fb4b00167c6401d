//! Commands: requests to change a conversation.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::channel::Channel;
use crate::contact::{Contact, LinkSource};
use crate::customer::CustomerRef;
use crate::drawn::Drawn;
use crate::failure::LogicFailure;
use crate::handover::Grade;
use crate::help::{GoesOn, Ladder, Reach};
use crate::ids::{
    BrandId, CallId, CommandId, ContactId, ConversationId, EngagementId, LinkId, Position, RequestId, ReviewId, TurnId,
    UserId,
};
use crate::library::Question;
use crate::logic::{Action, Control, Learnt};
use crate::mention::Named;
use crate::participant::Participant;
use crate::permission::Permissions;
use crate::review::ReviewPlan;
use crate::template::Template;
use crate::time::Time;
use crate::turn::{Content, Media, Remedy, Stage, Turn};

#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    pub id: CommandId,
    pub conversation: ConversationId,
    pub actor: Participant,
    /// The actor's permissions; checked for agents only.
    pub permissions: Permissions,
    pub command: Command,
}

/// Inputs of a decision besides state and command.
#[derive(Clone, Debug)]
pub struct Context {
    pub now: Time,
    /// Whether this account has Your Logic connected.
    pub logic_available: bool,
    /// Until when one of our people is typing, according to the live connections.
    pub person_typing_until: Option<Time>,
    /// How long a waiting customer may hear nothing from a person before Your Logic speaks again, in milliseconds.
    pub person_silent_ms: i64,
    /// How long a colleague's invitation stays open, in milliseconds.
    pub invitation_ms: i64,
    /// When calls for help widen.
    pub ladder: Ladder,
    /// The title of the custom button with the command's action, if its sender may press it.
    pub button: Option<String>,
    /// What is known of what a turn was drawn from; none where only the hub can look it up.
    pub drawn: Option<Looked>,
    /// The templates of the conversation's account with its channel that the command names; none where only the hub can
    /// look them up.
    pub templates: Option<Vec<Template>>,
    /// When customers of the conversation's brand are asked for reviews; none if never, and where only the hub knows.
    pub review_plan: Option<ReviewPlan>,
    /// When the customer was last asked for a review, in any conversation.
    pub review_asked: Option<Time>,
    /// The customer wants to be asked for no more reviews.
    pub review_opted_out: bool,
    /// The stored files that the command names and its sender may send here.
    pub files: Vec<Media>,
    /// Ids of the command's turns that turns of the conversation have already.
    pub used: Vec<TurnId>,
    /// Random ids for turns and links that the decision creates for Your Logic, taken from the end.
    pub fresh: Vec<Uuid>,
}

/// What the library and the log know of what a turn was drawn from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// The question, in the version that was asked.
    pub question: Option<Box<Question>>,
    /// Whether it is one quick reply, and that only holds the line.
    pub holds: bool,
    /// Whether the suggestion is one, in this conversation.
    pub is_suggestion: bool,
}

/// How a conversation begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub customer: CustomerRef,
    pub contact: ContactId,
    pub channel: Channel,
    pub brand: Option<BrandId>,
    pub language: Option<String>,
    pub custom: Map<String, Value>,
    /// The customer's last act on this way before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<Time>,
    /// The company's end of the channel, where it has several: the id of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Invitee {
    Colleague { user: UserId, name: String },
    External { link: LinkId, name: String, expires: Time },
}

/// All commands. The wire lets each actor send only their own; `decide` checks again.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Start(Opening),
    /// A customer's turn, or one that somebody wrote on a company device.
    Write {
        turn: TurnId,
        content: Content,
        received: Time,
    },
    /// An agent's or external agent's turn, visible to the customer.
    Reply {
        turn: TurnId,
        content: Content,
        /// The last position on the author's screen.
        written_against: Position,
        /// The author's setting: a newer turn of the customer also counts as news.
        mind_customer: bool,
        /// The author saw the conversation in progress: if it is completed meanwhile, the reply does not reopen it.
        while_in_progress: bool,
        received: Time,
    },
    /// Never visible to the customer. Supervisors may write notes without being engaged.
    Note {
        turn: TurnId,
        text: String,
        mentions: Vec<Named>,
    },
    /// A turn that quotes another.
    Quoting {
        reply_to: TurnId,
        command: Box<Command>,
    },
    /// A reply that also asks the customer for their phone number, in the channel's own way.
    AskingNumber {
        command: Box<Command>,
    },
    /// Reacts to a turn; none takes the actor's reaction back.
    React {
        turn: TurnId,
        emoji: Option<String>,
        received: Time,
    },
    /// The customer acted on the channel, which adds no turn here.
    Hear {
        received: Time,
    },
    /// Replaces the words of the actor's own turn. The edge knows whose it is.
    EditTurn {
        turn: TurnId,
        content: Content,
        received: Time,
    },
    /// Withdraws the actor's own turn.
    WithdrawTurn {
        turn: TurnId,
    },
    /// A reply or note that was drawn from the library.
    Drawn {
        library: Drawn,
        command: Box<Command>,
    },
    /// A command that ends its author's part over the customer, and the last position that its author saw.
    HavingSeen {
        up_to: Position,
        command: Box<Command>,
    },
    Join {
        call: Option<CallId>,
    },
    Leave {
        reason: String,
        ask_for_help: bool,
    },
    Complete {
        resolution: String,
    },
    Reopen,
    AskForHelp {
        reason: String,
    },
    /// Dismisses the call for help.
    HelpNotNeeded {
        /// None from desks that do not ask; then the people who are engaged.
        goes_on: Option<GoesOn>,
        reason: String,
    },
    /// Undoes the actor's own dismissal of this call.
    RestoreHelp {
        call: CallId,
    },
    /// Calls the next people to this call for help at once.
    CallMore {
        call: CallId,
    },
    Invite {
        invitee: Invitee,
        note: Option<String>,
    },
    /// Asks a colleague to go on instead of the sender, who stays until the colleague accepts.
    Transfer {
        user: UserId,
        name: String,
        note: Option<String>,
    },
    Accept {
        engagement: EngagementId,
    },
    Decline {
        engagement: EngagementId,
    },
    Withdraw {
        engagement: EngagementId,
    },
    Remove {
        engagement: EngagementId,
    },
    /// The user lost access: their engagement or invitation ends.
    Dismiss {
        user: UserId,
    },
    TakeOver,
    Delegate {
        note: Option<String>,
        turn: TurnId,
    },
    EngageLogic {
        engaged: bool,
    },
    ChangeCustom {
        patch: Map<String, Value>,
    },
    Tag {
        add: Vec<String>,
        remove: Vec<String>,
    },
    /// Your Logic's data about the customer, learnt in another conversation.
    ChangeCustomer {
        patch: Map<String, Value>,
    },
    RenameCustomer {
        name: String,
    },
    /// What an agent found out about the customer. None leaves a field as it is; an empty address removes it.
    EditCustomer {
        name: Option<String>,
        email: Option<String>,
        phone: Option<String>,
    },
    /// What the channel proves of the customer's addresses now.
    AttestCustomer {
        contacts: Vec<Contact>,
    },
    /// The customer was identified as this one, reached at this contact.
    LinkCustomer {
        customer: CustomerRef,
        contact: ContactId,
        source: LinkSource,
        /// The customer's other conversation that stays open; this one is completed.
        goes_on_in: Option<ConversationId>,
    },
    /// What was said here goes on in a later conversation of this chat; this one ends, if it is in progress. None takes
    /// that back. The edge knows that it is a later one of the same chat.
    GoOnIn {
        conversation: Option<ConversationId>,
    },
    /// The other side of [`Self::GoOnIn`], in the later conversation.
    GoOnFrom {
        conversation: Option<ConversationId>,
        /// Since when the customer has waited in the earlier one.
        waits_since: Option<Time>,
    },
    PressButton {
        action: String,
    },
    /// The new agent's grade for the handover in this note.
    GradeHandover {
        turn: TurnId,
        grade: Grade,
    },
    /// Puts the conversation out of the actor's way until a time; none: until the customer writes.
    Snooze {
        until: Option<Time>,
    },
    /// Ends the actor's own snooze.
    EndSnooze,
    GiveFeedback {
        /// The request that it answers; none if nobody asked.
        review: Option<ReviewId>,
        score: u8,
        text: String,
    },
    /// The customer does not want to answer a request.
    DeclineReview {
        review: ReviewId,
        /// Nor to be asked again.
        never: bool,
    },
    /// How far the actor's side has received or seen.
    Receive {
        stage: Stage,
        up_to: Position,
    },
    /// A channel's report on an outbound turn.
    Progress {
        turn: TurnId,
        stage: Stage,
        reason: Option<String>,
        remedy: Option<Remedy>,
        code: Option<String>,
    },
    /// An external agent opens the link.
    OpenLink {
        link: LinkId,
    },
    RevokeLink {
        link: LinkId,
    },
    /// The link's mail failed.
    FailMail {
        link: LinkId,
        reason: String,
    },
    /// The hub is about to ask Your Logic about the oldest pending event.
    AskLogic {
        request: RequestId,
        expires: Time,
    },
    AnswerLogic {
        request: Option<RequestId>,
        /// The answer to a request comes after its response. Refused, it changes nothing and may be corrected; a
        /// refused response fails its request.
        later: bool,
        control: Control,
        learnt: Learnt,
        actions: Vec<Action>,
    },
    FailLogic {
        request: RequestId,
        failure: LogicFailure,
    },
    /// No one called so far can have noticed: call the next at once.
    WidenHelp {
        call: CallId,
        /// The step that is known to have failed.
        reach: Reach,
    },
    /// Handles everything that is due.
    Tick,
}

impl Command {
    /// The files that the command sends. Only their ids are trusted.
    #[must_use]
    pub fn files(&self) -> Vec<&Media> {
        match self {
            Self::Write { content: Content::Attachment { media, .. }, .. }
            | Self::Reply { content: Content::Attachment { media, .. }, .. }
            | Self::EditTurn { content: Content::Attachment { media, .. }, .. } => vec![media],
            Self::Drawn { command, .. } | Self::Quoting { command, .. } | Self::AskingNumber { command } => {
                command.files()
            }
            Self::AnswerLogic { actions, .. } => actions.iter().filter_map(Action::file).collect(),
            _ => Vec::new(),
        }
    }

    /// The ids that its sender chose for the turns that it adds.
    #[must_use]
    pub fn turns(&self) -> Vec<TurnId> {
        match self {
            Self::Write { turn, .. }
            | Self::Reply { turn, .. }
            | Self::Note { turn, .. }
            | Self::Delegate { turn, .. } => {
                vec![*turn]
            }
            Self::Drawn { command, .. }
            | Self::HavingSeen { command, .. }
            | Self::Quoting { command, .. }
            | Self::AskingNumber { command } => command.turns(),
            Self::AnswerLogic { actions, .. } => actions.iter().filter_map(Action::turn).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it may complete the conversation, after which the customer may be asked for a review, or asks for one.
    #[must_use]
    pub fn may_complete(&self) -> bool {
        match self {
            Self::Complete { .. } | Self::HelpNotNeeded { .. } => true,
            Self::HavingSeen { command, .. } => command.may_complete(),
            Self::AnswerLogic { actions, .. } => {
                actions.iter().any(|action| matches!(action, Action::Complete { .. } | Action::Feedback { .. }))
            }
            _ => false,
        }
    }

    /// Whether a turn of this author is what this command adds: it was given before.
    #[must_use]
    pub fn repeats(&self, author: &Participant, turn: &Turn, by: &Participant) -> bool {
        let is_same = |content: &Content| {
            let cleaned = content.clone().checked();
            cleaned.as_ref().unwrap_or(content).says_the_same(&turn.content)
        };
        author.same(by)
            && match self {
                Self::Write { turn: id, content, .. } | Self::Reply { turn: id, content, .. } => {
                    *id == turn.id && is_same(content)
                }
                Self::Note { turn: id, text, .. } => {
                    let note = Content::Note { text: text.clone(), mentions: Vec::new(), handover: None };
                    *id == turn.id && is_same(&note)
                }
                Self::Drawn { command, .. }
                | Self::HavingSeen { command, .. }
                | Self::Quoting { command, .. }
                | Self::AskingNumber { command } => command.repeats(author, turn, by),
                _ => false,
            }
    }

    /// The templates that the command sends, by name and language.
    #[must_use]
    pub fn templates(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Reply { content: Content::Template { name, language, .. }, .. } => vec![(name, language)],
            Self::Drawn { command, .. } | Self::Quoting { command, .. } => command.templates(),
            Self::AnswerLogic { actions, .. } => actions.iter().filter_map(Action::template).collect(),
            _ => Vec::new(),
        }
    }
}
