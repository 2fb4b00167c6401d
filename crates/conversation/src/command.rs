//! Commands: what somebody wishes to happen.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::contact::LinkSource;
use crate::handover::Grade;
use crate::help::{Ladder, Reach};
use crate::ids::{
    BrandId, CallId, CommandId, ContactId, ConversationId, EngagementId, LinkId, Position, RequestId, TurnId, UserId,
};
use crate::logic::{Action, Control, Learnt, LogicFailure};
use crate::mention::Named;
use crate::participant::Participant;
use crate::permission::Permissions;
use crate::state::{Channel, CustomerRef};
use crate::time::Time;
use crate::turn::{Content, Media, Stage};

/// A command with its sender.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    pub id: CommandId,
    pub conversation: ConversationId,
    pub actor: Participant,
    /// What the actor may do; only looked at for agents.
    pub permissions: Permissions,
    pub command: Command,
}

/// What the decision depends on beside state and command.
#[derive(Clone, Debug)]
pub struct Context {
    pub now: Time,
    /// Whether this account has Your Logic connected.
    pub logic_available: bool,
    /// A person of ours is writing until then, as far as the live connections tell.
    pub person_typing_until: Option<Time>,
    /// How long a person may let the customer wait before Your Logic speaks again, in milliseconds.
    pub person_silent_ms: i64,
    /// How long an invitation of a colleague stays open, in milliseconds.
    pub invitation_ms: i64,
    /// When calls for help are made to more people.
    pub ladder: Ladder,
    /// The title of the custom button that has the command's action, if its sender may press it.
    pub button: Option<String>,
    /// The files that the command names and its sender may send here, as they are stored.
    pub files: Vec<Media>,
    /// Random ids for what the decision itself makes (turns and links of Your Logic), taken from the end.
    pub fresh: Vec<Uuid>,
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
}

/// Who is asked into a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Invitee {
    Colleague { user: UserId, name: String },
    External { link: LinkId, name: String, expires: Time },
}

/// Everything that may be wished. The wire lets each actor send only what is theirs; `decide` checks again.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Start(Opening),
    /// A customer's turn.
    Write {
        turn: TurnId,
        content: Content,
        received: Time,
    },
    /// An agent's or external agent's turn that the customer will see.
    Reply {
        turn: TurnId,
        content: Content,
        /// The last position the author had on screen.
        written_against: Position,
        /// The author's setting: a customer's newer turn counts as news, too.
        mind_customer: bool,
        /// The author saw the conversation in progress: if it is completed meanwhile, this does not reopen it.
        while_in_progress: bool,
        received: Time,
    },
    /// Never shown to the customer; also from supervisors who are not engaged.
    Note {
        turn: TurnId,
        text: String,
        mentions: Vec<Named>,
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
    HelpNotNeeded,
    Invite {
        invitee: Invitee,
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
    /// The user may not work here any more: their engagement or invitation ends.
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
    /// Your Logic's data about the customer, from another conversation of theirs.
    ChangeCustomer {
        patch: Map<String, Value>,
    },
    RenameCustomer {
        name: String,
    },
    /// The customer is known to be this one now, and reached there.
    LinkCustomer {
        customer: CustomerRef,
        contact: ContactId,
        source: LinkSource,
        /// The customer has another conversation in progress there, which goes on; this one is over.
        goes_on_in: Option<ConversationId>,
    },
    PressButton {
        action: String,
    },
    /// What whoever took over thinks of the packet in this note.
    GradeHandover {
        turn: TurnId,
        grade: Grade,
    },
    GiveFeedback {
        score: u8,
        text: String,
    },
    /// How far the actor's side has received or seen.
    Receive {
        stage: Stage,
        up_to: Position,
    },
    /// The channel reports on one outbound turn.
    Progress {
        turn: TurnId,
        stage: Stage,
        reason: Option<String>,
    },
    /// An external agent opens the link.
    OpenLink {
        link: LinkId,
    },
    RevokeLink {
        link: LinkId,
    },
    /// The link could not be mailed.
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
        control: Control,
        learnt: Learnt,
        actions: Vec<Action>,
    },
    FailLogic {
        request: RequestId,
        failure: LogicFailure,
    },
    /// Nobody who is called by now can have heard of it: the next are called without waiting.
    WidenHelp {
        call: CallId,
        /// The step that is known to be in vain.
        reach: Reach,
    },
    /// Time has passed: whatever is due happens.
    Tick,
}

impl Command {
    /// The files that it sends. Of each only the id counts.
    #[must_use]
    pub fn files(&self) -> Vec<&Media> {
        match self {
            Self::Write { content: Content::Attachment { media, .. }, .. }
            | Self::Reply { content: Content::Attachment { media, .. }, .. } => vec![media],
            Self::AnswerLogic { actions, .. } => actions.iter().filter_map(Action::file).collect(),
            _ => Vec::new(),
        }
    }
}
