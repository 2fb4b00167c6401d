//! Views: plain types for the interface, read from the cache and exported to TypeScript.

mod apart;
mod as_seen;
mod board;
mod buttons;
mod change;
mod channel;
mod connection;
mod files;
mod inbox;
mod library;
mod may;
mod outbox;
mod people;
mod proposals;
mod report;
mod reviews;
mod settings;
mod translation;
mod wanted;

use serde::{Deserialize, Serialize};
use tandem_conversation::{
    CallId, Channel, Choice, CommandId, ConversationId, CustomerId, GoesOn, Graded, Media, Mention, Participant, Point,
    Position, Reach, Remedy, Stage, Time, TurnId, UserId, Wait,
};
use ts_rs::TS;

pub use apart::*;
pub use as_seen::*;
pub use board::*;
pub use buttons::*;
pub use change::*;
pub use channel::*;
pub use connection::*;
pub use files::*;
pub use inbox::*;
pub use library::*;
pub use may::*;
pub use outbox::*;
pub use people::*;
pub use proposals::*;
pub use report::*;
pub use reviews::*;
pub use settings::*;
pub use translation::*;
pub use wanted::*;

/// Everything about the desk that is not about one conversation.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AppView {
    pub connection: ConnectionView,
    /// None while signed out.
    pub me: Option<MeView>,
    pub counts: CountsView,
    /// Conversations in windows of their own.
    pub apart: Vec<ApartView>,
    /// The supervisors' board has a window of its own.
    pub board_apart: bool,
    pub figures: FiguresView,
    /// The notification service's last answer.
    pub notifications: NotificationsView,
    pub settings: SettingsView,
    /// How long a turn can be taken back before it is sent, in seconds.
    pub undo_s: u8,
    /// The hub's time minus this machine's, in milliseconds; add it to the local time for display.
    #[ts(type = "number")]
    pub hub_ahead_ms: i64,
    /// Why the hub inside this program has ended; none while it runs or if there is none.
    pub hub_ended: Option<String>,
    /// Conversations with data that only a newer version of the desk can show.
    pub newer: u32,
    pub about: AboutView,
}

/// Who was told of a conversation's calls for help, newest call first.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AlertsView {
    pub calls: Vec<CallView>,
}

/// One call for help.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CallView {
    pub call: CallId,
    pub since: Time,
    pub reach: Reach,
    pub ended: Option<Time>,
    pub alerts: Vec<AlertView>,
}

/// A call's alert on one colleague's screen; each time says when that first happened.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AlertView {
    pub user: UserId,
    pub name: String,
    /// Sent to the desk.
    pub sent: Option<Time>,
    pub shown: Option<Time>,
    pub muted: Option<Time>,
    /// Why it was muted, in words.
    pub why: Option<String>,
    pub clicked: Option<Time>,
    pub joined: Option<Time>,
}

/// How many conversations each section holds; derived from the cache, never incremented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CountsView {
    /// Without those that are snoozed.
    pub my: u32,
    pub snoozed: u32,
    pub help: u32,
    pub left: u32,
    /// None without the permission.
    pub all: Option<u32>,
    /// My conversations in which the customer wrote something unseen.
    pub unread: u32,
    /// When the longest waiting call for help began.
    pub help_since: Option<Time>,
    /// What colleagues want of the user.
    pub inbox: u32,
    /// What was not sent, and waits for the user.
    pub not_sent: u32,
}

/// This machine's measurements, shown against their budgets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FiguresView {
    /// The last call for help: from the hub to the notification service, in milliseconds.
    #[ts(type = "number | null")]
    pub help_to_notification_ms: Option<i64>,
    #[ts(type = "number")]
    pub cache_bytes: u64,
    /// Commands that wait for the hub, without those that are held back.
    pub queued: u32,
    /// Turns that are held back for the moment.
    pub held: u32,
}

/// Whether this system shows notifications.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum NotificationsView {
    /// None shown yet.
    Unknown,
    Working {
        server: String,
    },
    Failing {
        reason: String,
    },
}

/// One line of a section's list.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RowView {
    pub id: ConversationId,
    pub customer: CustomerId,
    pub name: String,
    pub channel: Channel,
    pub in_progress: bool,
    /// The last words, already clipped.
    pub words: String,
    /// Their author.
    pub words_by: Option<Participant>,
    pub words_at: Option<Time>,
    pub wait: Option<Wait>,
    /// When a person's reply is due, by the brand's target.
    pub due: Option<Time>,
    pub help: Option<HelpView>,
    pub engaged: Vec<Participant>,
    /// Your Logic is working on an answer.
    pub logic_working: bool,
    pub invited: bool,
    /// A note mentions the user, who has not seen it.
    pub mentioned: bool,
    pub unread: bool,
    pub draft: bool,
    /// The user's snooze or reminder, or else a colleague's snooze.
    pub snooze: Option<SnoozeView>,
    /// What the user did and the hub has not confirmed, oldest first. The row already shows it as done.
    pub pending: Vec<PendingView>,
    pub tags: Vec<String>,
    pub language: Option<String>,
    /// The brand's name.
    pub brand: Option<String>,
    /// The brand is shown: the user could take it for another.
    pub tells_brand: bool,
    pub updated: Time,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HelpView {
    pub call: CallId,
    /// One line for agents.
    pub reason: String,
    pub by: Participant,
    pub since: Time,
}

/// A page of a section's list.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListView {
    pub rows: Vec<RowView>,
    pub total: u32,
}

/// One conversation, without its transcript.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConversationView {
    pub row: RowView,
    pub position: Position,
    /// The customer's last turn that was not a closing courtesy.
    pub last_loud: Position,
    /// The last position that the user has seen.
    pub seen: Position,
    pub started: Time,
    pub completed: Option<CompletedView>,
    pub engage_logic: bool,
    /// Why Your Logic could not continue, in one line.
    pub fallback: Option<String>,
    pub people: Vec<PersonView>,
    /// The user's own invitation.
    pub invitation: Option<InvitationView>,
    /// Your Logic's data, flattened for reading.
    pub custom: Vec<FieldView>,
    /// What the customer calls themselves on the channel, beside their name.
    pub username: Option<String>,
    /// The customer's contacts and other known facts.
    pub customer: Vec<FieldView>,
    /// What agents noted, to be edited.
    pub noted: NotedView,
    /// Latest suggestion not yet outdated by a reply.
    pub suggestion: Option<SuggestionView>,
    /// The newest handover packet of Your Logic.
    pub handover: Option<HandoverView>,
    /// The custom buttons, in their order.
    pub buttons: Vec<ButtonView>,
    /// Your Logic is being asked, and answers by then.
    pub logic_until: Option<Time>,
    /// What Your Logic has yet to be asked about after that.
    pub logic_waiting: u32,
    pub drafts: DraftsView,
    /// None if the channel always takes replies.
    pub window: Option<WindowView>,
    /// None if messages have no limits but our own.
    pub limits: Option<LimitsView>,
    /// As if the outbox had been sent.
    pub may: MayView,
    /// Who can go on if the user says that help is not needed.
    pub goes_on: Vec<GoesOn>,
    /// Earlier conversations of the same customer that the journey can show.
    pub earlier: u32,
    /// None if the hub cannot translate.
    pub translating: Option<TranslatingView>,
}

/// The user's drafts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DraftsView {
    pub reply: String,
    pub note: String,
    /// Why sent text is here again; cleared by sending or editing it.
    pub returned: Option<ReturnedView>,
    /// Files of the next reply, in the order of choosing.
    pub files: Vec<FileView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReturnedView {
    /// Whether it was a note; else a reply.
    #[serde(default)]
    pub note: bool,
    pub code: String,
    pub reason: String,
    /// When it came back.
    #[serde(default)]
    pub at: Option<Time>,
}

/// What Your Logic tells the agent who takes over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandoverView {
    /// The note that carries it.
    pub turn: TurnId,
    pub parts: Vec<HandoverPart>,
    pub graded: Option<Graded>,
    /// Whether this user works or worked with it.
    pub may_grade: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandoverPart {
    /// "Wish", "Checked", "Tried", "Open", "Risk".
    pub label: String,
    pub points: Vec<Point>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CompletedView {
    pub at: Time,
    pub by: Participant,
    pub resolution: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FieldView {
    pub label: String,
    pub value: String,
}

/// A part of the customer journey, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EntriesView {
    pub entries: Vec<EntryView>,
    /// Whether something older exists.
    pub more: bool,
    /// Whether something newer than this page exists.
    pub later: bool,
    /// A part is not on this machine yet and is being fetched.
    pub loading: bool,
}

/// One entry of the transcript.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// Unique in the pane and stable.
    pub key: String,
    pub conversation: ConversationId,
    /// None for entries that are still in the outbox.
    pub position: Option<Position>,
    /// Cancels an entry that is still in the outbox.
    pub command: Option<CommandId>,
    pub time: Time,
    pub by: Participant,
    pub body: EntryBody,
    /// The life cycle of a turn, with times; empty for system entries.
    pub stages: Vec<StageView>,
    /// Until when it is held back, and its author can take it back.
    pub held_until: Option<Time>,
    /// While its file is not at the hub.
    pub upload: Option<UploadView>,
    pub about: Option<AboutTurnView>,
    /// Only while the user reads the conversation in translation, and the turn needs one.
    pub translation: Option<TurnTranslationView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StageView {
    pub stage: Stage,
    pub at: Time,
    /// The channel's reason, for `failed`.
    #[serde(default)]
    pub reason: Option<String>,
    /// What helps, for `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub remedy: Option<Remedy>,
}

impl StageView {
    pub(crate) fn new(stage: Stage, at: Time) -> Self {
        Self { stage, at, reason: None, remedy: None }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum EntryBody {
    Text {
        turn: TurnId,
        text: String,
        silent: bool,
    },
    /// `chosen` is the id of the choice that the customer took.
    Question {
        turn: TurnId,
        text: String,
        choices: Vec<Choice>,
        chosen: Option<String>,
    },
    Answer {
        turn: TurnId,
        text: String,
    },
    Attachment {
        turn: TurnId,
        media: Media,
        text: String,
    },
    Note {
        turn: TurnId,
        text: String,
        /// The names in it that are mentions.
        #[serde(default)]
        mentions: Vec<Mention>,
    },
    Suggestion {
        turn: TurnId,
        text: String,
        why: Option<String>,
    },
    /// Something happened: joined, left, asked for help, completed, Your Logic failed.
    System {
        what: SystemKind,
        text: String,
    },
    /// The seam above the first entry of a conversation in the journey.
    Seam {
        channel: Channel,
        started: Time,
        outcome: Option<String>,
        /// It goes on from an earlier conversation of the same chat.
        goes_on: bool,
        /// The customer's newest score, 1 to 5.
        score: Option<u8>,
    },
}

/// The subject of a system entry, for its icon and weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SystemKind {
    Engagement,
    Help,
    Status,
    Logic,
    Failure,
    Other,
}

/// What stays behind when the user signs out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BehindView {
    /// Customers of conversations in which the user is engaged.
    pub customers: Vec<String>,
    /// Conversations with a draft of the user's.
    pub drafts: u32,
    /// Commands that were not sent.
    pub queued: u32,
    /// The hub can be told now.
    pub live: bool,
}

/// Whether the desk starts at the user's login, according to the system.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum StartupView {
    On,
    Off,
    Unavailable { reason: String },
}

/// The hits of a search, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchView {
    pub hits: Vec<HitView>,
    /// A sentence about the part of the query that was not understood.
    pub hint: Option<String>,
    pub hub: HubSearch,
}

/// Whether the hub searched, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HubSearch {
    NotAsked,
    Answered,
    /// Only this machine was searched.
    Unreachable,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HitView {
    /// Key of the entry, to open its conversation around it; empty for a hit on a name or contact.
    pub key: String,
    pub conversation: ConversationId,
    /// The customer's name.
    pub name: String,
    /// None if the conversation is no longer on this machine.
    pub channel: Option<Channel>,
    /// The brand's name, if the user could take it for another.
    pub brand: Option<String>,
    pub time: Time,
    /// The author; none for a customer.
    pub by: Option<Participant>,
    pub kind: HitKind,
    pub attachment: bool,
    pub snippet: Vec<SpanView>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    Turn,
    Note,
    Customer,
    /// The user's own words that were not sent.
    Draft,
}

/// A piece of a snippet; `hit` marks what was searched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SpanView {
    pub text: String,
    pub hit: bool,
}
