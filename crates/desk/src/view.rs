//! What the interface shows: plain shapes, answered from the cache, and generated into TypeScript.

mod buttons;
mod connection;
mod files;
mod people;
mod proposals;
mod settings;

use serde::{Deserialize, Serialize};
use tandem_conversation::{
    CallId, Channel, Choice, CommandId, ConversationId, CustomerId, Graded, Media, Mention, Participant, Point,
    Position, Reach, Section, Stage, Time, TurnId, UserId,
};
use tandem_protocol::agents::Colleague;
use ts_rs::TS;

pub use buttons::*;
pub use connection::*;
pub use files::*;
pub use people::*;
pub use proposals::*;
pub use settings::*;

/// Everything about the desk that is not about one conversation.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AppView {
    pub connection: ConnectionView,
    /// None while signed out.
    pub me: Option<MeView>,
    pub counts: CountsView,
    pub figures: FiguresView,
    /// How the notification service answered last.
    pub notifications: NotificationsView,
    pub settings: SettingsView,
    /// The hub's time minus this machine's, in milliseconds: what the page shows against now.
    #[ts(type = "number")]
    pub hub_ahead_ms: i64,
    /// Conversations with something in them that only a newer version of the desk can show.
    pub newer: u32,
}

/// Who was told of a conversation's calls for help, the newest call first.
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

/// What became of the call on one colleague's screen; each time says when that happened first.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AlertView {
    pub user: UserId,
    pub name: String,
    /// Told to the desk.
    pub sent: Option<Time>,
    pub shown: Option<Time>,
    pub muted: Option<Time>,
    /// Why it was muted, in words.
    pub why: Option<String>,
    pub clicked: Option<Time>,
    pub joined: Option<Time>,
}

/// What has to be asked before what is kept on this machine can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LockedAsk {
    /// This system has no keychain: a passphrase is chosen.
    ChoosePassphrase,
    Passphrase,
    /// The keychain is locked, or has lost the key.
    Keychain,
}

/// How many conversations each section holds; derived from the cache, never incremented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CountsView {
    pub my: u32,
    pub help: u32,
    pub left: u32,
    /// None without the permission.
    pub all: Option<u32>,
    /// My conversations in which the customer wrote something unseen.
    pub unread: u32,
    /// When the longest waiting call for help began.
    pub help_since: Option<Time>,
}

/// This machine's own figures, against which the budgets are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FiguresView {
    /// The last call for help: flagged at the hub → taken by the notification service, in milliseconds.
    #[ts(type = "number | null")]
    pub help_to_notification_ms: Option<i64>,
    #[ts(type = "number")]
    pub cache_bytes: u64,
    pub queued: u32,
}

/// Whether this system shows notifications.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum NotificationsView {
    /// Nothing shown yet.
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
    /// Who said them.
    pub words_by: Option<Participant>,
    pub words_at: Option<Time>,
    /// Since when the customer waits for us.
    pub waiting_since: Option<Time>,
    pub help: Option<HelpView>,
    pub engaged: Vec<Participant>,
    /// Your Logic is working on an answer.
    pub logic_working: bool,
    pub invited: bool,
    pub unread: bool,
    pub draft: bool,
    pub tags: Vec<String>,
    pub language: Option<String>,
    pub updated: Time,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HelpView {
    pub call: CallId,
    /// One line that an agent understands.
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

/// One conversation: what stands around its transcript.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConversationView {
    pub row: RowView,
    pub position: Position,
    pub started: Time,
    pub completed: Option<CompletedView>,
    pub engage_logic: bool,
    /// Why Your Logic could not go on, in one line.
    pub fallback: Option<String>,
    pub people: Vec<PersonView>,
    /// Data that Your Logic keeps, flattened for reading.
    pub custom: Vec<FieldView>,
    /// What the customer is known by.
    pub customer: Vec<FieldView>,
    /// Latest suggestion not yet outdated by a reply.
    pub suggestion: Option<SuggestionView>,
    /// The newest handover packet of Your Logic.
    pub handover: Option<HandoverView>,
    /// The custom buttons, in their order.
    pub buttons: Vec<ButtonView>,
    /// Your Logic is being asked, and answers by then.
    pub logic_until: Option<Time>,
    /// What Your Logic has still to be asked about after that.
    pub logic_waiting: u32,
    pub drafts: DraftsView,
    /// As if what is in the outbox had happened.
    pub may: MayView,
    /// Earlier conversations of the same customer that the journey can show.
    pub earlier: u32,
}

/// What the user has begun to write.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DraftsView {
    pub reply: String,
    pub note: String,
    /// Why words that were sent stand here again; until they are sent or changed.
    pub returned: Option<ReturnedView>,
    /// Files that go with the next reply, in the order of choosing.
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
}

/// What Your Logic tells whoever takes over.
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

/// Something in the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct QueuedView {
    pub command: CommandId,
    pub conversation: ConversationId,
    /// The customer.
    pub name: String,
    /// What will happen: "Reply", "Complete".
    pub what: String,
    pub words: String,
    pub since: Time,
    pub attempts: u32,
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

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SuggestionView {
    pub turn: TurnId,
    pub text: String,
    pub why: Option<String>,
}

/// Which actions make sense for this user, so that the interface needs no rules of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MayView {
    pub join: bool,
    pub reply: bool,
    pub note: bool,
    pub leave: bool,
    pub complete: bool,
    pub ask_for_help: bool,
    pub help_not_needed: bool,
    pub invite: bool,
    pub invite_external: bool,
    pub delegate: bool,
    pub take_over: bool,
    pub decline: bool,
}

/// A stretch of the customer journey, oldest first.
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

/// One thing in the transcript.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// Unique in the pane and stable.
    pub key: String,
    pub conversation: ConversationId,
    /// None for what is still in the outbox.
    pub position: Option<Position>,
    /// What is still in the outbox can be cancelled by it.
    pub command: Option<CommandId>,
    pub time: Time,
    pub by: Participant,
    pub body: EntryBody,
    /// The life cycle of a turn, with times; empty for system entries.
    pub stages: Vec<StageView>,
    /// While its file is not at the hub.
    pub upload: Option<UploadView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StageView {
    pub stage: Stage,
    pub at: Time,
    /// The channel's reason, for `failed`.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What an entry says.
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
        /// Whose names in it are mentions.
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
    },
}

/// What a system entry tells, for its icon and weight.
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

/// What changed; the interface asks again for what it shows. Batched per frame.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Change {
    /// Connection, counts, figures.
    App,
    /// Lists of sections.
    Lists,
    Conversation {
        id: ConversationId,
    },
    /// Somebody is writing, until the next change or `until`.
    Typing {
        id: ConversationId,
        by: Participant,
        until: Time,
    },
    /// How far the file of a queued reply is; ten times a second at most.
    Upload {
        id: ConversationId,
        command: CommandId,
        #[ts(type = "number")]
        sent: u64,
    },
    /// Show this conversation now: a notification was clicked.
    Open {
        id: ConversationId,
        section: Option<Section>,
        /// Of the entry that it is about; none for the end.
        key: Option<String>,
    },
    /// What is known of who was told of a conversation's calls for help.
    Alerts {
        id: ConversationId,
    },
    /// Somebody outside the window wants it to show something: ask what.
    Wanted,
    /// A word to the agent that needs no answer.
    Toast {
        tone: Tone,
        text: String,
    },
    /// Too much changed to tell: read everything again.
    Everything,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Good,
    Plain,
    Bad,
}

/// What the window is to show, because a link or the tray said so. It is told once.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum WantedView {
    Nothing,
    Conversation {
        id: ConversationId,
    },
    Section {
        section: Section,
    },
    /// The link leads nowhere; why.
    Nowhere {
        reason: String,
    },
}

/// Whether the desk starts when its user logs in to this machine, as the system says now.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum StartupView {
    On,
    Off,
    Unavailable { reason: String },
}

/// What a search found, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchView {
    pub hits: Vec<HitView>,
    /// A sentence about what of the query was not understood.
    pub hint: Option<String>,
    pub hub: HubSearch,
}

/// Whether the hub searched, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HubSearch {
    NotAsked,
    Answered,
    /// Only what is on this machine was searched.
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
    pub channel: Channel,
    pub time: Time,
    /// Who said it; none for a customer.
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
}

/// A piece of a snippet; `hit` is what was looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SpanView {
    pub text: String,
    pub hit: bool,
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
}

impl From<Colleague> for ColleagueView {
    fn from(Colleague { user, name, online, available, .. }: Colleague) -> Self {
        Self { user, name, online, available }
    }
}
