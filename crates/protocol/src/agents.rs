//! The agents' API: signing in, commands, and the live connection that resumes after a cursor.

mod alerts;
mod as_seen;
mod live;
mod live_board;
mod search;
mod today;
mod wording;

pub use alerts::{Alert, AlertLedger, AlertOutcome, AlertReport, AlertReports, CallAlerts, Claim, Muted};
pub use as_seen::{AsSeenPage, AsSeenRequest, LookRow};
pub use live::{Batch, DeskFrame, LiveChange, LiveFrame, Whereabouts, kind_of};
pub use live_board::{BoardFigures, BoardPage};
pub use search::{SearchHit, SearchKind, SearchPage, SearchSpan};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tandem_conversation::measure::Presence;
use tandem_conversation::{
    Access, Availability, Button, ButtonId, CallId, Command, CommandId, Content, Conversation, ConversationId, Drawn,
    EngagementId, GoesOn, Grade, Invitee, LinkId, Named, Permissions, Position, Skills, Stage, Time, TurnId, UserId,
};
pub use today::{CallsBecause, FactPage, FigureFact, LogicNow, Today, TodayFigure};
use ts_rs::TS;
use utoipa::ToSchema;
pub use wording::{
    Improve, Improved, Improver, TRANSLATED_CHARS, TRANSLATED_TURNS, Translate, Translated, TranslatedTurn,
    is_language_tag,
};

/// `POST /api/v1/auth/login`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Login {
    pub email: String,
    pub password: String,
}

/// `GET /api/v1/about`: the hub's version, readable before sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct About {
    pub version: u32,
    /// The oldest version of a desk that may connect.
    pub oldest: u32,
}

/// `POST /api/v1/auth/refresh` and `/auth/logout`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Refresh {
    pub refresh_token: String,
}

/// A short-lived access token and a single-use refresh token.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    pub access_token: String,
    /// Seconds until the access token expires.
    pub expires_in: u32,
    pub refresh_token: String,
    pub me: Me,
}

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub account: String,
    pub permissions: Permissions,
    /// Maximum conversations at once.
    pub capacity: u32,
    #[serde(default)]
    pub skills: Skills,
    /// Whether this hub sends mail.
    #[serde(default)]
    pub mail: bool,
    /// The hub's address for browsers, if configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Whether this hub can offer a better wording for a reply.
    #[serde(default)]
    pub improve: bool,
    /// Whether this hub can translate; false from hubs before [`TRANSLATES`](crate::TRANSLATES).
    #[serde(default)]
    pub translate: bool,
    /// The largest file that this hub takes, in bytes.
    #[serde(default = "usual_file_bytes")]
    pub max_file_bytes: u64,
    /// Why users may be away; none from hubs before [`SAYS_WHY`](crate::SAYS_WHY).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// What this hub calls Your Logic; none for the words of the user's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logic_name: Option<String>,
}

/// What hubs take that do not say it: 10 MiB, in bytes.
#[must_use]
pub fn usual_file_bytes() -> u64 {
    10 * 1024 * 1024
}

impl Me {
    /// The user's access rights.
    #[must_use]
    pub fn access(&self) -> Access<'_> {
        Access { user: self.user, permissions: &self.permissions, skills: &self.skills }
    }
}

/// `POST /api/v1/commands`: a repeated id has one effect and gets the same answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommandRequest {
    pub id: CommandId,
    pub conversation: ConversationId,
    pub command: AgentCommand,
}

/// Commands of agents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum AgentCommand {
    Reply {
        turn: TurnId,
        #[serde(deserialize_with = "crate::strict::strictly")]
        content: Content,
        /// The last position on the author's screen; a newer turn of our side refuses the reply.
        written_against: Position,
        #[serde(default)]
        mind_customer: bool,
        /// Only while the conversation is in progress: does not reopen a completed one.
        #[serde(default)]
        while_in_progress: bool,
        /// What of it was drawn from the library.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        library: Option<Drawn>,
        /// The turn that it quotes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<TurnId>,
        /// Asks the customer for their phone number, where the channel has such a question.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        asks_number: bool,
    },
    /// Reacts to a turn; none takes the reaction back.
    React {
        turn: TurnId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
    },
    Note {
        turn: TurnId,
        text: String,
        /// Colleagues to notify; each takes part in the conversation or views all of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<UserId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        library: Option<Drawn>,
    },
    Join {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
    },
    Leave {
        reason: String,
        #[serde(default)]
        ask_for_help: bool,
    },
    Complete {
        #[serde(default)]
        resolution: String,
        /// The last position seen: later words of the customer, except courtesies, refuse it. None ignores them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Position>,
    },
    Reopen {},
    AskForHelp {
        #[serde(default)]
        reason: String,
    },
    /// Dismisses the call for help.
    HelpNotNeeded {
        /// Who goes on. Desks before version 12 do not say: then the people who are engaged.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        goes_on: Option<GoesOn>,
        /// Required with `goesOn`.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// As in `complete`; nothing if people go on, who read it themselves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Position>,
    },
    /// Undoes the sender's own dismissal of this call, within ten seconds.
    RestoreHelp {
        call: CallId,
    },
    /// Calls the next people to this call for help at once: all agents, then supervisors.
    CallMore {
        call: CallId,
    },
    Invite {
        user: UserId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Asks a colleague to go on; the sender's part ends when they join. Users who view all need not take part.
    Transfer {
        user: UserId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Invites a partner, by a link whose token only its maker knows.
    InviteExternal {
        link: LinkId,
        /// SHA-256 of the link's token, in hexadecimal.
        secret_hash: String,
        name: String,
        /// Where the hub mails a link with its own token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<String>,
        /// Lifetime of the link, in seconds.
        ttl_s: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
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
    TakeOver {},
    Delegate {
        turn: TurnId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// As in `complete`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Position>,
    },
    EngageLogic {
        engaged: bool,
    },
    Tag {
        #[serde(default)]
        add: Vec<String>,
        #[serde(default)]
        remove: Vec<String>,
    },
    PressButton {
        action: String,
    },
    /// Puts the conversation out of the sender's way until a time, at most 90 days ahead, or until the customer writes,
    /// whichever is first. Refused while the customer waits or help is needed.
    Snooze {
        /// None: until the customer writes. A time that has passed reminds at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
    },
    /// Ends the sender's own snooze.
    EndSnooze {},
    /// What the sender found out about the customer, in all of their conversations in progress. It proves nothing.
    EditCustomer {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Empty to remove it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<String>,
        /// In international form; empty to remove it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<String>,
    },
    /// The new agent's grade for the handover in this note.
    GradeHandover {
        turn: TurnId,
        grade: Grade,
    },
    RevokeLink {
        link: LinkId,
    },
    /// How far this agent's desk has received or shown.
    Receive {
        stage: Stage,
        up_to: Position,
    },
}

impl AgentCommand {
    /// Colleagues named by the command, whom its receiver must look up.
    #[must_use]
    pub fn colleagues(&self) -> &[UserId] {
        match self {
            Self::Invite { user, .. } | Self::Transfer { user, .. } => std::slice::from_ref(user),
            Self::Note { mentions, .. } => mentions,
            _ => &[],
        }
    }

    /// The command for a hub of this version, without what it would not know.
    #[must_use]
    pub fn for_hub(mut self, version: u32) -> Self {
        if version < crate::TAKES_SEEN
            && let Self::Complete { seen, .. } | Self::HelpNotNeeded { seen, .. } | Self::Delegate { seen, .. } =
                &mut self
        {
            *seen = None;
        }
        if version < crate::TAKES_QUOTES
            && let Self::Reply { reply_to, .. } = &mut self
        {
            *reply_to = None;
        }
        if version < crate::ASKS_FOR_NUMBERS
            && let Self::Reply { asks_number, .. } = &mut self
        {
            *asks_number = false;
        }
        self
    }

    /// The command for `decide`. `named` are its [`AgentCommand::colleagues`].
    #[must_use]
    pub fn decided_as(self, received: Time, mut named: Vec<Named>) -> Command {
        match self {
            Self::Reply {
                turn,
                content,
                written_against,
                mind_customer,
                while_in_progress,
                library,
                reply_to,
                asks_number,
            } => {
                let reply =
                    Command::Reply { turn, content, written_against, mind_customer, while_in_progress, received };
                if asks_number {
                    return Command::AskingNumber { command: Box::new(reply) };
                }
                let reply = match reply_to {
                    Some(reply_to) => Command::Quoting { reply_to, command: Box::new(reply) },
                    None => reply,
                };
                drawn(reply, library)
            }
            Self::React { turn, emoji } => Command::React { turn, emoji, received },
            Self::Note { turn, text, library, .. } => drawn(Command::Note { turn, text, mentions: named }, library),
            Self::Join { call } => Command::Join { call },
            Self::Leave { reason, ask_for_help } => Command::Leave { reason, ask_for_help },
            Self::Complete { resolution, seen } => having_seen(Command::Complete { resolution }, seen),
            Self::Reopen {} => Command::Reopen,
            Self::AskForHelp { reason } => Command::AskForHelp { reason },
            Self::HelpNotNeeded { goes_on, reason, seen } => {
                let seen = seen.filter(|_| goes_on != Some(GoesOn::Person));
                having_seen(Command::HelpNotNeeded { goes_on, reason }, seen)
            }
            Self::RestoreHelp { call } => Command::RestoreHelp { call },
            Self::CallMore { call } => Command::CallMore { call },
            Self::Invite { user, note } => {
                let name = named.pop().map(|named| named.name).unwrap_or_default();
                Command::Invite { invitee: Invitee::Colleague { user, name }, note }
            }
            Self::Transfer { user, note } => {
                let name = named.pop().map(|named| named.name).unwrap_or_default();
                Command::Transfer { user, name, note }
            }
            Self::InviteExternal { link, name, ttl_s, note, .. } => {
                let expires = received.plus_ms(i64::from(ttl_s) * 1000);
                Command::Invite { invitee: Invitee::External { link, name, expires }, note }
            }
            Self::Accept { engagement } => Command::Accept { engagement },
            Self::Decline { engagement } => Command::Decline { engagement },
            Self::Withdraw { engagement } => Command::Withdraw { engagement },
            Self::Remove { engagement } => Command::Remove { engagement },
            Self::TakeOver {} => Command::TakeOver,
            Self::Delegate { turn, note, seen } => having_seen(Command::Delegate { note, turn }, seen),
            Self::EngageLogic { engaged } => Command::EngageLogic { engaged },
            Self::Tag { add, remove } => Command::Tag { add, remove },
            Self::PressButton { action } => Command::PressButton { action },
            Self::Snooze { until } => Command::Snooze { until },
            Self::EndSnooze {} => Command::EndSnooze,
            Self::EditCustomer { name, email, phone } => Command::EditCustomer { name, email, phone },
            Self::GradeHandover { turn, grade } => Command::GradeHandover { turn, grade },
            Self::RevokeLink { link } => Command::RevokeLink { link },
            Self::Receive { stage, up_to } => Command::Receive { stage, up_to },
        }
    }
}

fn having_seen(command: Command, seen: Option<Position>) -> Command {
    match seen {
        Some(up_to) => Command::HavingSeen { up_to, command: Box::new(command) },
        None => command,
    }
}

fn drawn(command: Command, library: Option<Drawn>) -> Command {
    match library {
        Some(library) => Command::Drawn { library, command: Box::new(command) },
        None => command,
    }
}

/// The answer to an accepted command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommandAccepted {
    /// Position of the added turn, or else of the conversation's last event.
    pub position: Position,
}

/// `GET /api/v1/conversations`: states, most urgent first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConversationPage {
    #[schema(value_type = Vec<Object>)]
    pub conversations: Vec<Conversation>,
    pub total: u32,
}

/// `GET /api/v1/conversations/{id}/turns`: events of one conversation, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventPage {
    /// As stored, so that data of a newer version is kept.
    #[schema(value_type = Vec<Object>)]
    pub events: Vec<Box<RawValue>>,
    /// Whether there are older ones.
    pub more: bool,
}

/// `GET /api/v1/customers/{id}/journey`: with `newest`, newest first in pages; else the newest that fit, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Journey {
    #[schema(value_type = Vec<Object>)]
    pub conversations: Vec<Box<RawValue>>,
    /// `before` for the next page; none if there are no older ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `PUT /api/v1/buttons/{id}`: a custom button without its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ButtonDefinition {
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// Sent to Your Logic when the button is pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// A text for the clipboard, with variables such as `{customer.name}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// A URL to open, with variables after the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether agents see it.
    #[serde(default = "yes")]
    pub agents: bool,
    /// Whether external agents see it.
    #[serde(default)]
    pub external: bool,
    #[serde(default = "yes")]
    pub active: bool,
    /// Sort order; ties are sorted by title.
    #[serde(default)]
    pub order: u32,
}

fn yes() -> bool {
    true
}

impl ButtonDefinition {
    #[must_use]
    pub fn of(self, id: ButtonId) -> Button {
        let Self { title, description, action, copy, url, agents, external, active, order } = self;
        Button { id, title, description, action, copy, url, agents, external, active, order }
    }
}

/// A user of the account, as colleagues see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    pub user: UserId,
    pub name: String,
    pub online: bool,
    /// Takes calls for help.
    #[serde(default)]
    pub available: bool,
    /// None if offline, or not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Availability>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absence: Option<Absence>,
    /// Views all live conversations, and can be mentioned in each.
    #[serde(default)]
    pub sees_all: bool,
    /// Cannot sign in any more, and leaves every list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
    /// Maximum conversations at once; none if an older hub does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
}

/// `PUT /api/v1/users/{id}/availability`: what a supervisor says of a user who is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AvailabilityChange {
    pub status: Availability,
}

/// Why a user is away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Absence {
    /// One of the hub's `reasons`.
    pub reason: String,
    /// When the user plans to be back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub back: Option<Time>,
}

/// A user's presence from `at` on, until their next spell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Spell {
    /// Increases with each spell of the account.
    pub id: i64,
    pub user: UserId,
    pub at: Time,
    /// When the next one of this user began; none for the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    pub status: Presence,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absence: Option<Absence>,
    pub cause: Cause,
    /// Maximum conversations at once.
    pub capacity: u32,
}

/// What began a [`Spell`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The user said so, or came.
    User,
    /// Nobody used the machine for a while.
    Idle,
    /// The last connection of the user's desks ended.
    Disconnected,
    /// The hub stopped.
    Stopped,
}
