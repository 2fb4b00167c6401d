//! The command table: every command of the desk once, with request and response.
//!
//! The window, the browser tests and the end-to-end tests all use it; there is no other entry.

mod as_seen;
mod channel;
mod library;
mod presence;
mod reviews;
mod translating;
mod windows;

use serde::{Deserialize, Serialize};
use tandem_conversation::{
    ButtonId, CallId, CommandId, ConversationId, GoesOn, Grade, LinkId, MediaId, Position, Section, Time, TurnId,
    UserId,
};
use ts_rs::TS;

pub use as_seen::*;
pub use channel::*;
pub use library::*;
pub use presence::*;
pub use reviews::*;
pub use translating::*;
pub use windows::*;
use zeroize::Zeroizing;

/// An error for the interface: a stable code, and a message for the agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RpcError {
    pub code: String,
    pub message: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignIn {
    /// As entered; https is tried first.
    pub hub: String,
    pub email: String,
    pub password: String,
    /// The user agrees to a connection without encryption.
    #[serde(default)]
    pub plain: bool,
}

#[derive(Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unlock {
    /// The first passphrase given becomes the passphrase.
    #[ts(type = "string")]
    pub passphrase: Zeroizing<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRequest {
    pub section: Section,
    pub offset: u32,
    pub limit: u32,
    /// Filters by name, last words and tags; empty for all.
    #[serde(default)]
    pub query: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneConversation {
    pub id: ConversationId,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntriesRequest {
    pub id: ConversationId,
    /// Key of the oldest loaded entry: the page before it. At most one of the three keys; none for the newest page.
    #[serde(default)]
    #[ts(optional)]
    pub before: Option<String>,
    /// Key of the newest loaded entry: the next newer page.
    #[serde(default)]
    #[ts(optional)]
    pub after: Option<String>,
    /// Key of the entry that the page is around.
    #[serde(default)]
    #[ts(optional)]
    pub around: Option<String>,
    pub limit: u32,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Join {
    pub id: ConversationId,
    /// The claimed call for help, if any.
    #[serde(default)]
    #[ts(optional)]
    pub call: Option<CallId>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendReply {
    pub id: ConversationId,
    pub text: String,
    /// The last position on screen when it was written.
    pub written_against: Position,
    /// Send even though the conversation has moved on.
    #[serde(default)]
    pub anyway: bool,
    /// Reopen the conversation if it is completed; otherwise a completed one refuses it.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub reopen: bool,
    /// Send at once, without the time to take it back.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub now: bool,
    /// Files of the draft, in order. The text, which may then be empty, goes with the last.
    #[serde(default)]
    #[ts(as = "Option<Vec<MediaId>>", optional)]
    pub files: Vec<MediaId>,
    /// The turn that it quotes; of several turns, the first one quotes it.
    #[serde(default)]
    #[ts(optional)]
    pub reply_to: Option<TurnId>,
    /// The suggestion with whose words it began.
    #[serde(default)]
    #[ts(optional)]
    pub suggestion: Option<TurnId>,
}

/// A file that the user chose, pasted or dropped.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BeginFile {
    pub id: ConversationId,
    pub name: String,
    /// As reported by the page; the hub judges for itself.
    pub content_type: String,
    #[ts(type = "number")]
    pub bytes: u64,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddPart {
    pub file: MediaId,
    /// Where the part begins in the file; parts come in order.
    #[ts(type = "number")]
    pub place: u64,
    /// Base64; at most 1 MiB of bytes.
    pub data: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneFile {
    pub file: MediaId,
}

/// The file of a turn.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attached {
    pub id: ConversationId,
    pub turn: TurnId,
}

#[derive(Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetPassword {
    #[ts(type = "string")]
    pub current: Zeroizing<String>,
    #[ts(type = "string")]
    pub new: Zeroizing<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Words {
    pub id: ConversationId,
    #[serde(default)]
    pub text: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendNote {
    pub id: ConversationId,
    pub text: String,
    /// Send at once, without the time to take it back.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub now: bool,
}

/// Something that was not sent, by its key.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneNotSent {
    pub key: String,
}

/// The turns to take back before they are sent.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TakeBack {
    /// One of them; none for the last that were sent.
    #[serde(default)]
    #[ts(optional)]
    pub command: Option<CommandId>,
}

/// An unfinished reply or note.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Draft {
    pub id: ConversationId,
    pub text: String,
    /// True for a note to colleagues, false for a reply.
    pub note: bool,
    /// The draft that the author edited: text that came back meanwhile is not overwritten.
    #[serde(default)]
    #[ts(optional)]
    pub base: Option<String>,
}

/// A failed turn whose text is sent again as a new turn.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Retry {
    pub id: ConversationId,
    pub turn: TurnId,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneCommand {
    pub command: CommandId,
}

/// Help is not needed.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dismiss {
    pub id: ConversationId,
    pub goes_on: GoesOn,
    pub reason: String,
    /// As in [`Finish`].
    #[serde(default)]
    #[ts(optional)]
    pub seen: Option<Position>,
}

/// Ends the user's part: the conversation is completed, or Your Logic goes on.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Finish {
    pub id: ConversationId,
    #[serde(default)]
    pub text: String,
    /// The last position that the user saw; without it, the last one on this machine. What the customer wrote after it
    /// refuses the command.
    #[serde(default)]
    #[ts(optional)]
    pub seen: Option<Position>,
}

/// What becomes of the user's customers when the user signs out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Customers {
    /// They wait for the user.
    #[default]
    Stay,
    /// The user leaves them. Whoever waits with no one else there is called for.
    Leave,
    /// The user leaves them and asks for help.
    AskForHelp,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignOut {
    #[serde(default)]
    #[ts(as = "Option<Customers>", optional)]
    pub customers: Customers,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Leave {
    pub id: ConversationId,
    pub reason: String,
    #[serde(default)]
    pub ask_for_help: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InviteColleague {
    pub id: ConversationId,
    pub user: UserId,
    #[serde(default)]
    #[ts(optional)]
    pub note: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeTags {
    pub id: ConversationId,
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

/// What the user found out about the customer. A field that is not given stays as it is; an empty address is removed.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditCustomer {
    pub id: ConversationId,
    #[serde(default)]
    #[ts(optional)]
    pub name: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub email: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub phone: Option<String>,
}

/// Out of the user's way until a time, or until the customer writes.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutOff {
    pub id: ConversationId,
    /// None: until the customer writes.
    #[serde(default)]
    pub until: Option<Time>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GradeHandover {
    pub id: ConversationId,
    /// The note with the packet.
    pub turn: TurnId,
    pub grade: Grade,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InviteExternal {
    pub id: ConversationId,
    pub name: String,
    /// Where the hub mails the link to.
    #[serde(default)]
    #[ts(optional)]
    pub email: Option<String>,
    /// Lifetime of the link, in seconds.
    pub ttl_s: u32,
    #[serde(default)]
    #[ts(optional)]
    pub note: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeLink {
    pub id: ConversationId,
    pub link: LinkId,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PressButton {
    pub id: ConversationId,
    pub button: ButtonId,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seen {
    pub id: ConversationId,
    pub up_to: Position,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetStartup {
    pub at_login: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchRequest {
    pub query: String,
    /// Maximum number of hits.
    pub limit: u32,
    /// Also ask the hub for what is not on this machine; false answers at once.
    pub hub: bool,
}

/// Whether a conversation belongs to the one before in its chat.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Belong {
    pub id: ConversationId,
    pub belongs: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MediaRequest {
    pub id: MediaId,
}

/// A web address from someone's message.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenLink {
    pub url: String,
}

/// A picture or file as a data URL, so that the page never loads anything from outside.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MediaView {
    pub data_url: String,
}

/// Declares the table: wire name, handler, request, response. One line per command; first those that always work, then
/// those that need the open cache.
macro_rules! table {
    ($each:ident) => {
        $each! {
            "app.state" app_state Nothing => AppView;
            "cache.unlock" unlock Unlock => Nothing;
            "cache.tryAgain" ask_keychain_again Nothing => Nothing;
            "cache.startAfresh" give_up_cache Nothing => Nothing;
            "session.signIn" sign_in SignIn => Nothing;
            "session.signOut" sign_out SignOut => Nothing;
            "startup.get" startup Nothing => StartupView;
            "startup.set" set_startup SetStartup => StartupView;
            "window.wanted" wanted Nothing => WantedView;
            "window.want" want_shown Want => Nothing;
            "window.speaks" speaks Speaks => Nothing;
            "link.open" open_link OpenLink => Nothing;
            ;
            "session.behind" behind Nothing => BehindView;
            "settings.set" set_settings SettingsView => Nothing;
            "me.setAvailability" set_availability SetAvailability => Nothing;
            "me.setPassword" set_password SetPassword => Nothing;
            "colleagues.list" colleagues Nothing => Vec<ColleagueView>;
            "colleague.setAvailability" set_colleague SetColleague => Nothing;
            "conversations.list" list ListRequest => ListView;
            "board.get" board BoardRequest => BoardView;
            "report.get" report ReportRequest => ReportView;
            "board.popOut" pop_out_board Nothing => Nothing;
            "board.bringBack" bring_board_back Nothing => Nothing;
            "board.today" today Nothing => Today;
            "board.dayRows" day_rows DayRowsRequest => DayRowsView;
            "conversation.open" open OneConversation => ConversationView;
            "conversation.entries" entries EntriesRequest => EntriesView;
            "conversation.join" join Join => Nothing;
            "conversation.send" send SendReply => Nothing;
            "conversation.react" react React => Nothing;
            "conversation.fetchFile" fetch_file FetchFile => Nothing;
            "conversation.templates" templates OneConversation => Vec<TemplateView>;
            "conversation.otherChats" other_chats OneConversation => Vec<OtherChatView>;
            "conversation.sendTemplate" send_template SendTemplate => Nothing;
            "conversation.sendCard" send_card SendCard => Nothing;
            "starts.list" starts Nothing => StartsView;
            "starts.begin" begin_conversation BeginConversation => BegunView;
            "conversation.note" note SendNote => Nothing;
            "conversation.askForHelp" ask_for_help Words => Nothing;
            "conversation.helpNotNeeded" help_not_needed Dismiss => Nothing;
            "conversation.restoreHelp" restore_help OneConversation => Nothing;
            "conversation.leave" leave Leave => Nothing;
            "conversation.complete" complete Finish => Nothing;
            "conversation.askForNumber" ask_for_number Words => Nothing;
            "conversation.delegate" delegate Finish => Nothing;
            "conversation.preview" preview OneConversation => PreviewView;
            "conversation.improve" improve Words => ImprovedView;
            "conversation.readTranslated" read_translated ReadTranslated => Nothing;
            "conversation.translate" translate TranslateTurns => TranslatedView;
            "conversation.translateReply" translate_reply Words => TranslatedReplyView;
            "conversation.takeOver" take_over OneConversation => Nothing;
            "conversation.widen" call_more OneConversation => Nothing;
            "conversation.mentionable" mentionable OneConversation => Vec<MentionableView>;
            "conversation.invite" invite InviteColleague => Nothing;
            "conversation.transfer" transfer InviteColleague => Nothing;
            "conversation.inviteExternal" invite_external InviteExternal => LinkView;
            "conversation.revokeLink" revoke_link RevokeLink => Nothing;
            "conversation.decline" decline OneConversation => Nothing;
            "conversation.pressButton" press_button PressButton => Nothing;
            "conversation.tag" tag ChangeTags => Nothing;
            "conversation.editCustomer" edit_customer EditCustomer => Nothing;
            "conversation.continueNew" continue_new OneConversation => BegunView;
            "conversation.belong" belong Belong => Nothing;
            "tags.list" list_tags Nothing => Vec<UsedTagView>;
            "conversation.snooze" snooze PutOff => Nothing;
            "conversation.endSnooze" end_snooze OneConversation => Nothing;
            "conversation.gradeHandover" grade_handover GradeHandover => Nothing;
            "conversation.draft" draft Draft => Nothing;
            "conversation.retry" retry Retry => Nothing;
            "conversation.typing" typing OneConversation => Nothing;
            "conversation.seen" seen Seen => Nothing;
            "conversation.alerts" alerts OneConversation => AlertsView;
            "asSeen.look" look_as_seen LookAsSeen => AsSeenView;
            "asSeen.moment" moment_as_seen MomentAsSeen => AsSeenMomentView;
            "window.looking" looking Looking => Nothing;
            "window.popOut" pop_out OneConversation => Nothing;
            "window.bringBack" bring_back OneConversation => Nothing;
            "window.keepOnTop" keep_on_top KeepOnTop => Nothing;
            "search" search SearchRequest => SearchView;
            "library.find" find_in_library FindInLibrary => LibraryView;
            "library.insert" insert_reply InsertReply => InsertedView;
            "library.ask" ask_question AskQuestion => Nothing;
            "library.list" list_library Nothing => ListedLibraryView;
            "library.saveReply" save_reply QuickReplyDefinition => QuickReplyRow;
            "library.saveQuestion" save_question QuestionDefinition => QuestionRow;
            "library.removeReply" remove_reply OneReply => ItemRemoval;
            "library.removeQuestion" remove_question OneQuestion => ItemRemoval;
            "library.replyVersions" reply_versions OneReply => Vec<QuickReply>;
            "library.questionVersions" question_versions OneQuestion => Vec<Question>;
            "library.try" try_template TryTemplate => TriedView;
            "numbers.list" list_numbers Nothing => NumbersView;
            "numbers.save" save_number SaveNumber => WhatsappNumber;
            "numbers.remove" remove_number OneNumber => Nothing;
            "numbers.check" check_number OneNumber => WhatsappCheck;
            "numbers.templates" templates_of_number OneNumber => Vec<TemplateView>;
            "numbers.usage" usage_of_number OneNumber => WhatsappUsage;
            "reviews.list" list_reviews ListReviews => ReviewPage;
            "reviews.dispute" dispute_review DisputeReview => ReviewRow;
            "reviews.file" file_review FileReview => ReviewRow;
            "reviews.confirm" confirm_review OneReview => ReviewRow;
            "reviews.delete" delete_review OneReview => Nothing;
            "reviews.plans" review_plans Nothing => ReviewPlansView;
            "reviews.savePlan" save_review_plan SaveReviewPlan => ReviewPlanRow;
            "reviews.removePlan" remove_review_plan OneReviewPlan => Nothing;
            "media.get" media MediaRequest => MediaView;
            "media.open" open_media Attached => OpenedView;
            "media.save" save_media Attached => SavedView;
            "files.begin" begin_file BeginFile => FileView;
            "files.add" add_part AddPart => Nothing;
            "files.discard" discard_file OneFile => Nothing;
            "files.paste" paste_files OneConversation => PastedView;
            "outbox.list" list_outbox Nothing => Vec<QueuedView>;
            "outbox.cancel" cancel OneCommand => Nothing;
            "outbox.takeBack" take_back TakeBack => TakenBackView;
            "inbox.list" list_inbox Nothing => Vec<InboxView>;
            "notSent.list" list_not_sent Nothing => Vec<NotSentView>;
            "notSent.discard" discard_not_sent OneNotSent => Nothing;
            "notSent.note" note_not_sent OneNotSent => Nothing;
            "notifications.test" test_notification Nothing => Nothing;
        }
    };
}
pub(crate) use table;
