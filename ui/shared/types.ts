// Generated from the desk's command table. Do not edit: `cargo xtask types` writes it.

export type AboutTurnView = { quote: QuoteView | null, 
/**
 * At most one of the customer and one of ours, in the order of their coming.
 */
reactions: Array<ReactionView>, 
/**
 * Its words before they were changed, oldest first.
 */
earlier: Array<string>, 
/**
 * It stands for a file that could not be fetched; users may try again.
 */
owed: boolean, };

export type AboutView = { 
/**
 * The desk's version.
 */
version: string, 
/**
 * The hub's address; none while signed out.
 */
hub: string | null, 
/**
 * Others could read what is sent to the hub.
 */
exposed: boolean, 
/**
 * Whether this system plays the desk's own sounds.
 */
chimes: boolean, };

export type Absence = { 
/**
 * One of the hub's `reasons`.
 */
reason: string, 
/**
 * When the user plans to be back.
 */
back?: Time | null, };

export type AddPart = { file: MediaId, 
/**
 * Where the part begins in the file; parts come in order.
 */
place: number, 
/**
 * Base64; at most 1 MiB of bytes.
 */
data: string, };

export type AlertView = { user: UserId, name: string, 
/**
 * Sent to the desk.
 */
sent: Time | null, shown: Time | null, muted: Time | null, 
/**
 * Why it was muted, in words.
 */
why: string | null, clicked: Time | null, joined: Time | null, };

export type AlertsView = { calls: Array<CallView>, };

export type ApartView = { id: ConversationId, 
/**
 * 1 to [`Self::MOST`]; no two have the same. Windows remember their size and position by it.
 */
place: number, 
/**
 * Its window is small, and stays above all others.
 */
onTop: boolean, };

export type AppView = { connection: ConnectionView, 
/**
 * None while signed out.
 */
me: MeView | null, counts: CountsView, 
/**
 * Conversations in windows of their own.
 */
apart: Array<ApartView>, 
/**
 * The supervisors' board has a window of its own.
 */
boardApart: boolean, figures: FiguresView, 
/**
 * The notification service's last answer.
 */
notifications: NotificationsView, settings: SettingsView, 
/**
 * How long a turn can be taken back before it is sent, in seconds.
 */
undoS: number, 
/**
 * The hub's time minus this machine's, in milliseconds; add it to the local time for display.
 */
hubAheadMs: number, 
/**
 * Why the hub inside this program has ended; none while it runs or if there is none.
 */
hubEnded: string | null, 
/**
 * Conversations with data that only a newer version of the desk can show.
 */
newer: number, about: AboutView, };

export type AppearanceSettings = { theme: Theme, density: Density, contrast: Contrast, 
/**
 * Size of everything, in percent.
 */
textPercent: number, };

export type Arrangement = { order: ListOrder, group: ListGroup, only: ListOnly, };

export type AsSeenMomentView = { at: Time, 
/**
 * How they were involved.
 */
involvement: Involvement, 
/**
 * Since when; none if it never changed before.
 */
since: Time | null, 
/**
 * The conversation was open to them.
 */
reads: boolean, 
/**
 * The newest, oldest first.
 */
entries: Array<SeenEntryView>, 
/**
 * How many older ones there were.
 */
leftOut: number, 
/**
 * What had reached them and was not read.
 */
unread: number, 
/**
 * What nothing said to have reached them.
 */
undelivered: number, };

export type AsSeenView = { 
/**
 * The customer's name.
 */
customer: string, channel: Channel, viewpoint: Viewpoint, 
/**
 * Whose eyes there are.
 */
people: Array<EyesView>, started: Time, 
/**
 * The last event that the log had.
 */
asOf: Time, 
/**
 * Where something happened, oldest first.
 */
ticks: Array<TickView>, };

export type AskQuestion = { id: ConversationId, question: QuestionId, 
/**
 * The last position on screen when it was chosen.
 */
writtenAgainst: Position, 
/**
 * Ask even though the conversation has moved on.
 */
anyway: boolean, 
/**
 * Reopen the conversation if it is completed; otherwise a completed one refuses it.
 */
reopen?: boolean, 
/**
 * Send at once, without the time to take it back.
 */
now?: boolean, };

export type Attached = { id: ConversationId, turn: TurnId, };

export type Audience = { "type": "everybody" } | { "type": "team", brands: Array<string>, } | { "type": "mine" };

export type Availability = "available" | "busy" | "away";

export type Awaited = "person" | "joined" | "reply" | "logic";

export type BeginConversation = { 
/**
 * From the view of starts: a repeat with them sends nothing again.
 */
id: ConversationId, turn: TurnId, 
/**
 * The `id` of one of our numbers.
 */
from: string, 
/**
 * The customer's number in international form.
 */
to: string, 
/**
 * What to call the customer; may be empty.
 */
name: string, template: Template, values: Array<TemplateValue>, };

export type BeginFile = { id: ConversationId, name: string, 
/**
 * As reported by the page; the hub judges for itself.
 */
contentType: string, bytes: number, };

export type BegunView = { 
/**
 * The new conversation, or the one that is in progress with this customer.
 */
id: ConversationId, 
/**
 * False if one is in progress: then nothing was sent.
 */
begun: boolean, };

export type BehindView = { 
/**
 * Customers of conversations in which the user is engaged.
 */
customers: Array<string>, 
/**
 * Conversations with a draft of the user's.
 */
drafts: number, 
/**
 * Commands that were not sent.
 */
queued: number, 
/**
 * The hub can be told now.
 */
live: boolean, };

export type Belong = { id: ConversationId, belongs: boolean, };

export type BoardBrand = { id: BrandId, name: string, };

export type BoardGroup = { 
/**
 * What its rows have in common, as a word of the wire, a brand's name or a tag; none where they have none of it.
 */
name: string | null, count: number, wanted: Longest, unanswered: Longest, rows: Array<BoardRow>, };

export type BoardLimits = { 
/**
 * The longest time for which a person is wanted, in seconds.
 */
wantedS: number, 
/**
 * The longest time for which nobody answers, in seconds.
 */
unansweredS: number, 
/**
 * Open calls for help.
 */
calls: number, 
/**
 * Conversations in which Your Logic could not go on, in the last 10 minutes.
 */
fallbacks: number, 
/**
 * Free places: over below this.
 */
freePlaces: number, };

export type BoardOnly = "all" | "wanted" | "unanswered" | "unanswered_by_people" | "calls" | "fallen_back" | "undelivered" | "closing" | "over" | "new";

export type BoardPerson = { user: UserId, name: string, presence: Presence, absence: Absence | null, 
/**
 * None if an older hub does not say.
 */
capacity: number | null, engaged: number, 
/**
 * Of those, in how many the customer waits for an answer.
 */
unanswered: number, };

export type BoardRequest = { only?: BoardOnly, sort?: BoardSort, 
/**
 * The other way round.
 */
reverse?: boolean, group?: GroupBy, handler?: Handler, channel?: Channel, brand?: BrandId, tag?: string, 
/**
 * Conversations in which this user is engaged.
 */
agent?: UserId, 
/**
 * Name, last words or tags contain it.
 */
query?: string, 
/**
 * How many rows at most.
 */
limit: number, };

export type BoardRow = { row: Row, 
/**
 * A wait is over its limit.
 */
over: boolean, closesSoon: boolean, 
/**
 * The user takes part, or is invited.
 */
mine: boolean, };

export type BoardSort = "urgency" | "unanswered" | "customer" | "handler" | "channel" | "brand" | "age";

export type BoardView = { 
/**
 * By the hub's clock: now while it is heard, and otherwise when it was last heard.
 */
asOf: Time, 
/**
 * Of everything in progress, whatever is shown.
 */
figures: Figures, 
/**
 * Figures that are over their limits.
 */
over: Array<Watched>, 
/**
 * One without a name unless rows are grouped.
 */
groups: Array<BoardGroup>, 
/**
 * How many conversations fit the filters.
 */
total: number, people: Array<BoardPerson>, 
/**
 * Those that conversations in progress have.
 */
channels: Array<Channel>, brands: Array<BoardBrand>, tags: Array<string>, };

export type BrandId = string;

export type ButtonId = string;

export type ButtonView = { id: ButtonId, title: string, description: string, 
/**
 * A press is sent to Your Logic.
 */
acts: boolean, 
/**
 * A press copies a text to the clipboard.
 */
copies: boolean, 
/**
 * A press opens a page in the browser.
 */
opens: boolean, 
/**
 * The text for the clipboard; none while unusable.
 */
copy: string | null, 
/**
 * The page's address; none while unusable.
 */
url: string | null, 
/**
 * Why it cannot be pressed now, in a sentence.
 */
unusable: string | null, };

export type Call = { call: CallId, since: Time, reach: Reach, 
/**
 * One line.
 */
reason: string, };

export type CallId = string;

export type CallView = { call: CallId, since: Time, reach: Reach, ended: Time | null, alerts: Array<AlertView>, };

export type Calls = { eligible: number, everyone: number, supervisors: number, logic: number, };

export type CallsBecause = { 
/**
 * As in the table `call`.
 */
reason: string, count: number, };

export type CardPerson = { name: string, phones?: Array<string>, emails?: Array<string>, organisation?: string, 
/**
 * Whatever else stands on it, such as a postal address or a web page.
 */
more?: Array<string>, };

export type Change = { "type": "app" } | { "type": "lists" } | { "type": "conversation", id: ConversationId, } | { "type": "typing", id: ConversationId, by: Participant, until: Time, } | { "type": "watched", id: ConversationId, by: Participant, until: Time, } | { "type": "upload", id: ConversationId, command: CommandId, sent: number, } | { "type": "open", id: ConversationId, section: Section | null, 
/**
 * Key of the entry that it is about; none for the end.
 */
key: string | null, } | { "type": "raise", id: ConversationId, } | { "type": "raise_board" } | { "type": "alerts", id: ConversationId, } | { "type": "wanted" } | { "type": "toast", tone: Tone, text: string, } | { "type": "taken", id: ConversationId, text: string, } | { "type": "everything" };

export type ChangeTags = { id: ConversationId, add: Array<string>, remove: Array<string>, };

export type Channel = "web_chat" | "whatsapp" | "imported";

export type Chime = "system" | "bell" | "chord" | "knock" | "rise";

export type Choice = { id: string, label: string, };

export type ColleagueView = { user: UserId, name: string, online: boolean, 
/**
 * Takes calls for help.
 */
available: boolean, 
/**
 * None if offline, or not told.
 */
status: Availability | null, absence: Absence | null, };

export type CommandId = string;

export type CompletedView = { at: Time, by: Participant, resolution: string, };

export type ConnectionView = { "state": "locked", ask: LockedAsk, reason: string | null, } | { "state": "signed_out", hub: string | null, 
/**
 * Of the last user.
 */
email: string | null, reason: string | null, } | { "state": "connecting", since: Time, } | { "state": "live", since: Time, } | { "state": "silent", since: Time, } | { "state": "offline", since: Time, reason: string, } | { "state": "outdated", since: Time, older: Older, reason: string, };

export type Contrast = "system" | "more";

export type ConversationId = string;

export type ConversationView = { row: RowView, position: Position, 
/**
 * The customer's last turn that was not a closing courtesy.
 */
lastLoud: Position, 
/**
 * The last position that the user has seen.
 */
seen: Position, started: Time, completed: CompletedView | null, engageLogic: boolean, 
/**
 * Why Your Logic could not continue, in one line.
 */
fallback: string | null, people: Array<PersonView>, 
/**
 * The user's own invitation.
 */
invitation: InvitationView | null, 
/**
 * Your Logic's data, flattened for reading.
 */
custom: Array<FieldView>, 
/**
 * What the customer calls themselves on the channel, beside their name.
 */
username: string | null, 
/**
 * The customer's contacts and other known facts.
 */
customer: Array<FieldView>, 
/**
 * What agents noted, to be edited.
 */
noted: NotedView, 
/**
 * Latest suggestion not yet outdated by a reply.
 */
suggestion: SuggestionView | null, 
/**
 * The newest handover packet of Your Logic.
 */
handover: HandoverView | null, 
/**
 * The custom buttons, in their order.
 */
buttons: Array<ButtonView>, 
/**
 * Your Logic is being asked, and answers by then.
 */
logicUntil: Time | null, 
/**
 * What Your Logic has yet to be asked about after that.
 */
logicWaiting: number, drafts: DraftsView, 
/**
 * None if the channel always takes replies.
 */
window: WindowView | null, 
/**
 * None if messages have no limits but our own.
 */
limits: LimitsView | null, 
/**
 * As if the outbox had been sent.
 */
may: MayView, 
/**
 * Who can go on if the user says that help is not needed.
 */
goesOn: Array<GoesOn>, 
/**
 * Earlier conversations of the same customer that the journey can show.
 */
earlier: number, 
/**
 * None if the hub cannot translate.
 */
translating: TranslatingView | null, };

export type CountsView = { 
/**
 * Without those that are snoozed.
 */
my: number, snoozed: number, help: number, left: number, 
/**
 * None without the permission.
 */
all: number | null, 
/**
 * My conversations in which the customer wrote something unseen.
 */
unread: number, 
/**
 * When the longest waiting call for help began.
 */
helpSince: Time | null, 
/**
 * What colleagues want of the user.
 */
inbox: number, 
/**
 * What was not sent, and waits for the user.
 */
notSent: number, };

export type Curves = { 
/**
 * When the first step begins.
 */
from: Time, 
/**
 * Length of a step, in milliseconds. The last one is not over.
 */
stepMs: number, 
/**
 * Conversations that began.
 */
arrivals: Array<number>, 
/**
 * Rounds that were completed.
 */
completions: Array<number>, 
/**
 * The most at once for whom a person was wanted.
 */
wanted: Array<number>, 
/**
 * Agents who were available at the step's end.
 */
available: Array<number>, };

export type CustomerId = string;

export type Customers = "stay" | "leave" | "ask_for_help";

export type DayRowView = { conversation: ConversationId | null, 
/**
 * The customer's name, if the conversation is on this machine.
 */
name: string | null, at: Time, 
/**
 * Milliseconds, or whether it hits (1 or 0); none where rows are only counted.
 */
value: number | null, };

export type DayRowsRequest = { 
/**
 * As in the hub's figures.
 */
metric: string, 
/**
 * When the day began.
 */
from: Time, };

export type DayRowsView = { 
/**
 * How many there are; the first of them are listed.
 */
total: number, rows: Array<DayRowView>, };

export type Density = "comfortable" | "compact";

export type Dismiss = { id: ConversationId, goesOn: GoesOn, reason: string, 
/**
 * As in [`Finish`].
 */
seen?: Position, };

export type Dispute = { by: Participant, at: Time, text: string, };

export type DisputeReview = { id: ReviewId, text: string, };

export type Draft = { id: ConversationId, text: string, 
/**
 * True for a note to colleagues, false for a reply.
 */
note: boolean, 
/**
 * The draft that the author edited: text that came back meanwhile is not overwritten.
 */
base?: string, };

export type DraftsView = { reply: string, note: string, 
/**
 * Why sent text is here again; cleared by sending or editing it.
 */
returned: ReturnedView | null, 
/**
 * Files of the next reply, in the order of choosing.
 */
files: Array<FileView>, };

export type EditCustomer = { id: ConversationId, name?: string, email?: string, phone?: string, };

export type EngagementId = string;

export type EntriesRequest = { id: ConversationId, 
/**
 * Key of the oldest loaded entry: the page before it. At most one of the three keys; none for the newest page.
 */
before?: string, 
/**
 * Key of the newest loaded entry: the next newer page.
 */
after?: string, 
/**
 * Key of the entry that the page is around.
 */
around?: string, limit: number, };

export type EntriesView = { entries: Array<EntryView>, 
/**
 * Whether something older exists.
 */
more: boolean, 
/**
 * Whether something newer than this page exists.
 */
later: boolean, 
/**
 * A part is not on this machine yet and is being fetched.
 */
loading: boolean, };

export type EntryBody = { "type": "text", turn: TurnId, text: string, silent: boolean, } | { "type": "question", turn: TurnId, text: string, choices: Array<Choice>, chosen: string | null, } | { "type": "answer", turn: TurnId, text: string, } | { "type": "attachment", turn: TurnId, media: Media, text: string, } | { "type": "note", turn: TurnId, text: string, 
/**
 * The names in it that are mentions.
 */
mentions: Array<Mention>, } | { "type": "suggestion", turn: TurnId, text: string, why: string | null, } | { "type": "system", what: SystemKind, text: string, } | { "type": "seam", channel: Channel, started: Time, outcome: string | null, 
/**
 * It goes on from an earlier conversation of the same chat.
 */
goesOn: boolean, 
/**
 * The customer's newest score, 1 to 5.
 */
score: number | null, };

export type EntryView = { 
/**
 * Unique in the pane and stable.
 */
key: string, conversation: ConversationId, 
/**
 * None for entries that are still in the outbox.
 */
position: Position | null, 
/**
 * Cancels an entry that is still in the outbox.
 */
command: CommandId | null, time: Time, by: Participant, body: EntryBody, 
/**
 * The life cycle of a turn, with times; empty for system entries.
 */
stages: Array<StageView>, 
/**
 * Until when it is held back, and its author can take it back.
 */
heldUntil: Time | null, 
/**
 * While its file is not at the hub.
 */
upload: UploadView | null, about: AboutTurnView | null, 
/**
 * Only while the user reads the conversation in translation, and the turn needs one.
 */
translation: TurnTranslationView | null, };

export type EyesView = { viewpoint: Viewpoint, who: Participant, };

export type FetchFile = { id: ConversationId, turn: TurnId, };

export type FieldView = { label: string, value: string, };

export type Figures = { inProgress: number, 
/**
 * Of those, started within the last 60 minutes.
 */
newLastHour: number, wanted: Longest, 
/**
 * The customer's words have no answer of anyone.
 */
unanswered: Longest, 
/**
 * The same where a person is engaged.
 */
unansweredByPeople: Longest, parts: Parts, 
/**
 * Of `parts.person`, those where only external agents are engaged.
 */
withExternalAgents: number, fallenBack: number, 
/**
 * Of those, since the last 10 minutes.
 */
fallenBackLately: number, calls: Calls, undeliveredTurns: number, 
/**
 * The customer waits, and the channel stops taking replies within an hour.
 */
windowsClosing: number, people: People, };

export type FiguresView = { 
/**
 * The last call for help: from the hub to the notification service, in milliseconds.
 */
helpToNotificationMs: number | null, cacheBytes: number, 
/**
 * Commands that wait for the hub, without those that are held back.
 */
queued: number, 
/**
 * Turns that are held back for the moment.
 */
held: number, };

export type FileReview = { conversation: ConversationId, 
/**
 * The new review's id: the same again changes nothing.
 */
id: ReviewId, 
/**
 * The turn that it is about; none: the round.
 */
turn?: TurnId, question: string, score: number, comment: string, };

export type FileView = { id: MediaId, name: string, contentType: string, bytes: number, 
/**
 * It is completely on this machine and can be sent.
 */
whole: boolean, 
/**
 * Why it was not sent, in words.
 */
problem: string | null, };

export type FindInLibrary = { id: ConversationId, query: string, 
/**
 * True for a note to colleagues.
 */
note: boolean, 
/**
 * Maximum number of offers.
 */
limit: number, };

export type Finish = { id: ConversationId, text: string, 
/**
 * The last position that the user saw; without it, the last one on this machine. What the customer wrote after it
 * refuses the command.
 */
seen?: Position, };

export type GoesOn = "logic" | "person" | "nobody";

export type Grade = "helpful" | "incomplete" | "wrong";

export type GradeHandover = { id: ConversationId, 
/**
 * The note with the packet.
 */
turn: TurnId, grade: Grade, };

export type Graded = { grade: Grade, by: Participant, };

export type GroupBy = "handler" | "channel" | "brand" | "reach" | "tag";

export type Handler = "people" | "logic" | "both" | "nobody";

export type HandoverPart = { 
/**
 * "Wish", "Checked", "Tried", "Open", "Risk".
 */
label: string, points: Array<Point>, };

export type HandoverView = { 
/**
 * The note that carries it.
 */
turn: TurnId, parts: Array<HandoverPart>, graded: Graded | null, 
/**
 * Whether this user works or worked with it.
 */
mayGrade: boolean, };

export type HelpView = { call: CallId, 
/**
 * One line for agents.
 */
reason: string, by: Participant, since: Time, };

export type HitKind = "turn" | "note" | "customer" | "draft";

export type HitView = { 
/**
 * Key of the entry, to open its conversation around it; empty for a hit on a name or contact.
 */
key: string, conversation: ConversationId, 
/**
 * The customer's name.
 */
name: string, 
/**
 * None if the conversation is no longer on this machine.
 */
channel: Channel | null, 
/**
 * The brand's name, if the user could take it for another.
 */
brand: string | null, time: Time, 
/**
 * The author; none for a customer.
 */
by: Participant | null, kind: HitKind, attachment: boolean, snippet: Array<SpanView>, };

export type HubSearch = "not_asked" | "answered" | "unreachable";

export type ImprovedView = { text: string, by: "logic" | "model", 
/**
 * The word diff of original and proposal, in reading order.
 */
pieces: Array<PieceView>, };

export type InboxKind = "invitation" | "transfer" | "mention";

export type InboxView = { conversation: ConversationId, 
/**
 * The customer's name.
 */
name: string, kind: InboxKind, by: Participant, 
/**
 * The note or message, clipped; empty if there is none.
 */
words: string, at: Time, 
/**
 * When an invitation expires.
 */
until: Time | null, 
/**
 * The entry of a mention.
 */
key: string | null, };

export type InsertReply = { id: ConversationId, reply: QuickReplyId, 
/**
 * True for a note to colleagues.
 */
note: boolean, };

export type InsertedView = { text: string, 
/**
 * The first gap, as it stands in the text.
 */
gap: string | null, language: string, 
/**
 * Whether that is the conversation's language.
 */
wanted: boolean, 
/**
 * The question to ask after the words.
 */
question: OfferView | null, 
/**
 * Why files of it could not be added, in sentences.
 */
problem: string | null, };

export type InvitationView = { by: Participant, 
/**
 * Whoever asks leaves once the user joins.
 */
transfer: boolean, 
/**
 * Empty if they wrote nothing.
 */
note: string, };

export type InviteColleague = { id: ConversationId, user: UserId, note?: string, };

export type InviteExternal = { id: ConversationId, name: string, 
/**
 * Where the hub mails the link to.
 */
email?: string, 
/**
 * Lifetime of the link, in seconds.
 */
ttlS: number, note?: string, };

export type Involvement = "outside" | "called" | "invited" | "engaged" | "left";

export type ItemRemoval = { retired: boolean, };

export type ItemState = "draft" | "active" | "retired";

export type ItemUsage = { id: string, version: number, uses: number, 
/**
 * Uses in which the agent changed the words.
 */
edited: number, 
/**
 * Of the uses; none without uses.
 */
editedShare: number | null, 
/**
 * Uses after which the customer wrote.
 */
answered: number, 
/**
 * Mean time from the use to the customer's next turn, in milliseconds; none without answers.
 */
replyToAnswerMs: number | null, 
/**
 * Uses in conversations with a later rating.
 */
rated: number, 
/**
 * Mean of these ratings, 1 to 5; none without ratings.
 */
csat: number | null, };

export type Join = { id: ConversationId, 
/**
 * The claimed call for help, if any.
 */
call?: CallId, };

export type Judged = { by: Participant, at: Time, };

export type KeepOnTop = { id: ConversationId, on: boolean, };

export type Language = "system" | "en" | "de";

export type LastWords = { by: Participant, 
/**
 * Empty if they were withdrawn.
 */
text: string, at: Time, position: Position, 
/**
 * None in states of older hubs.
 */
turn?: TurnId | null, 
/**
 * A closing courtesy.
 */
silent?: boolean, };

export type Leave = { id: ConversationId, reason: string, askForHelp: boolean, };

export type LibraryBrand = { id: BrandId, 
/**
 * As items name it.
 */
key: string, name: string, 
/**
 * Of its conversations that have none.
 */
language?: string, 
/**
 * Target for a person's first words after one is needed, in seconds.
 */
firstReplyS?: number, 
/**
 * Target for the next replies, in seconds.
 */
nextReplyS?: number, };

export type LibraryChoice = { 
/**
 * The same in every language and version.
 */
id: string, label: string, confirms?: boolean | null, 
/**
 * 1 to 5.
 */
score?: number | null, };

export type LibraryKind = "quick_reply" | "question";

export type LibraryView = { offers: Array<OfferView>, 
/**
 * How many there are, beyond the limit.
 */
total: number, };

export type LimitsView = { 
/**
 * Maximum length of a text, in UTF-16 units; the rest goes into another message.
 */
text: number, 
/**
 * Files that are shown as what they are. Others travel as documents.
 */
shown: Array<ShownFilesView>, 
/**
 * Any file.
 */
fileBytes: number, };

export type LinkId = string;

export type LinkView = { url: string, 
/**
 * The hub has not answered yet: the link works once it has.
 */
waits: boolean, };

export type ListGroup = "none" | "state" | "channel" | "language" | "brand" | "agent" | "reason";

export type ListOnly = "all" | "unread" | "waiting";

export type ListOrder = "need" | "due" | "newest" | "oldest" | "name";

export type ListRequest = { section: Section, offset: number, limit: number, 
/**
 * Filters by name, last words and tags; empty for all.
 */
query: string, };

export type ListReviews = { 
/**
 * Only scores of 1 and 2.
 */
low: boolean, 
/**
 * `next` of the page before.
 */
before?: string, };

export type ListSettings = { my: Arrangement, help: Arrangement, left: Arrangement, all: Arrangement, };

export type ListView = { rows: Array<RowView>, total: number, };

export type ListedLibraryView = { questions: Array<QuestionRow>, quickReplies: Array<QuickReplyRow>, 
/**
 * Of the last 30 days, by version; empty for users who may not see everybody's figures.
 */
usage: Array<ItemUsage>, brands: Array<LibraryBrand>, };

export type LockedAsk = "choose_passphrase" | "passphrase" | "keychain_silent" | "keychain";

export type LogicNow = { 
/**
 * Requests that ended.
 */
ended: number, 
/**
 * Of those, requests that failed.
 */
failed: number, 
/**
 * Requests without an answer yet.
 */
waiting: number, 
/**
 * Of requests that ended, in milliseconds.
 */
p50Ms: number | null, p95Ms: number | null, 
/**
 * Why people were called, most often first.
 */
calls: Array<CallsBecause>, };

export type Longest = { count: number, longestMs: number | null, };

export type LookAsSeen = { id: ConversationId, viewpoint: Viewpoint, };

export type Looking = { 
/**
 * The conversation on screen in a focused window; none without focus.
 */
id: ConversationId | null, 
/**
 * The conversation that has the window for itself; none for the main window.
 */
window?: ConversationId, };

export type Loudness = "off" | "silent" | "sound";

export type MayView = { join: boolean, reply: boolean, 
/**
 * To quote turns in replies.
 */
quote: boolean, 
/**
 * To react to turns.
 */
react: boolean, 
/**
 * To ask for the customer's phone number, which is not known.
 */
askNumber: boolean, 
/**
 * To send a template of the channel, also where it takes nothing else.
 */
template: boolean, 
/**
 * To send a contact card.
 */
card: boolean, note: boolean, leave: boolean, complete: boolean, askForHelp: boolean, 
/**
 * To say so, and to name who goes on.
 */
helpNotNeeded: boolean, invite: boolean, 
/**
 * To hand it to a colleague, or to assign it.
 */
transfer: boolean, inviteExternal: boolean, 
/**
 * The links of the external agents who are there or invited.
 */
revokeLink: boolean, delegate: boolean, takeOver: boolean, 
/**
 * To call more people to the open call for help.
 */
widen: boolean, decline: boolean, snooze: boolean, endSnooze: boolean, 
/**
 * To add or remove tags.
 */
tag: boolean, editCustomer: boolean, 
/**
 * To go on in a new conversation of the same chat.
 */
continueNew: boolean, 
/**
 * To say that it belongs to the one before in its chat.
 */
belong: boolean, 
/**
 * To say that it does not belong to the one before.
 */
notBelong: boolean, };

export type MeView = { user: UserId, name: string, email: string, account: string, permissions: Permissions, availability: Availability, 
/**
 * Why they are away.
 */
absence: Absence | null, 
/**
 * Why they may be away.
 */
reasons: Array<string>, 
/**
 * Maximum conversations at once.
 */
capacity: number, 
/**
 * Whether the hub sends mail.
 */
mail: boolean, 
/**
 * Whether the hub can offer a better wording for a reply.
 */
improve: boolean, 
/**
 * What the hub calls Your Logic; none for the words of the language.
 */
logicName: string | null, 
/**
 * Whether the hub can translate.
 */
translate: boolean, };

export type Media = { id: MediaId, name: string, contentType: string, bytes: number, };

export type MediaId = string;

export type MediaRequest = { id: MediaId, };

export type MediaView = { dataUrl: string, };

export type Mention = { user: UserId, name: string, };

export type MentionableView = { 
/**
 * They have not accepted their invitation to the conversation yet.
 */
invited: boolean, user: UserId, name: string, online: boolean, 
/**
 * Takes calls for help.
 */
available: boolean, 
/**
 * None if offline, or not told.
 */
status: Availability | null, absence: Absence | null, };

export type MomentAsSeen = { id: ConversationId, viewpoint: Viewpoint, at: Time, };

export type NotAsked = "window_closed" | "asked_recently" | "sampled_out" | "no_channel" | "plan_removed" | "customer_opted_out" | "undelivered";

export type NotSentView = { 
/**
 * Names it in commands.
 */
key: string, conversation: ConversationId, 
/**
 * The customer's name; empty if it was never known here.
 */
name: string, 
/**
 * "Reply", "Note", or what should have happened: "Join".
 */
what: string, words: string, 
/**
 * Names of its files.
 */
files: Array<string>, 
/**
 * Why, in a sentence.
 */
reason: string, 
/**
 * Since when; none for a draft that was never sent.
 */
at: Time | null, 
/**
 * Whether the conversation can be opened here.
 */
visible: boolean, 
/**
 * Whether the words can go to colleagues as a note.
 */
mayNote: boolean, 
/**
 * Who handles the conversation.
 */
holder: string | null, };

export type NotedView = { 
/**
 * Empty for a made-up name.
 */
name: string, email: string, phone: string, };

export type Nothing = Record<symbol, never>;

export type NotificationSettings = { helpNeeded: Loudness, invited: Loudness, customerWrote: Loudness, waitingTooLong: Loudness, deliveryFailed: Loudness, 
/**
 * A colleague's note mentions the user.
 */
mentioned: Loudness, 
/**
 * A snooze of the user's is over.
 */
reminded: Loudness, 
/**
 * For users who view all conversations and reviews: a customer gave at most `low_score_up_to` of 5.
 */
lowScore: Loudness, lowScoreUpTo: number, 
/**
 * For users who view all conversations: more calls for help are open than `queue_threshold`.
 */
queueLong: Loudness, queueThreshold: number, 
/**
 * Calls for help, invitations and customers who were joined without a reply are shown again every minute until the
 * user acts.
 */
repeat: boolean, 
/**
 * Notifications include the customer's words.
 */
preview: boolean, 
/**
 * No notifications in these hours.
 */
quiet: QuietHours | null, chime: Chime, 
/**
 * Volume of the desk's own sounds, in percent; the system's has its own.
 */
volume: number, 
/**
 * The user has seen a test notification on this machine.
 */
tried: boolean, };

export type NotificationsView = { "state": "unknown" } | { "state": "working", server: string, } | { "state": "failing", reason: string, };

export type NumbersView = { numbers: Array<WhatsappNumber>, brands: Array<LibraryBrand>, };

export type OfferView = { id: string, kind: LibraryKind, 
/**
 * A shortcut or key.
 */
name: string, title: string, folder: Array<string>, text: string, 
/**
 * Labels of a question's choices.
 */
choices: Array<string>, 
/**
 * The tag of the text's language.
 */
language: string, 
/**
 * Whether that is the conversation's language.
 */
wanted: boolean, 
/**
 * Variables without a value.
 */
gaps: Array<string>, 
/**
 * A private one.
 */
mine: boolean, 
/**
 * Names of files that go with the words.
 */
files: Array<string>, 
/**
 * The title of the question that is asked after the words.
 */
asks: string | null, };

export type Older = "desk" | "hub";

export type OneCommand = { command: CommandId, };

export type OneConversation = { id: ConversationId, };

export type OneFile = { file: MediaId, };

export type OneNotSent = { key: string, };

export type OneNumber = { id: string, };

export type OneQuestion = { question: QuestionId, };

export type OneReply = { reply: QuickReplyId, };

export type OneReview = { id: ReviewId, };

export type OneReviewPlan = { 
/**
 * The brand's key.
 */
brand: string, };

export type OpenLink = { url: string, };

export type OpenedView = { "type": "opened" } | { "type": "only_saved", why: string, };

export type OtherChatView = { conversation: ConversationId, channel: Channel, updated: Time, inProgress: boolean, 
/**
 * What was said last; empty if nothing was.
 */
words: string, };

export type OwnNumberView = { id: string, number: string, 
/**
 * Whether it does not send at the moment.
 */
stopped: boolean, templates: Array<TemplateView>, };

export type Part = "person" | "queue" | "logic" | "idle";

export type Participant = { "kind": "customer" } | { "kind": "agent", user: UserId, name: string, } | { "kind": "external_agent", link: LinkId, name: string, } | { "kind": "device", name: string, } | { "kind": "logic" } | { "kind": "system" };

export type Parts = { person: number, queue: number, logic: number, idle: number, };

export type PastedView = { 
/**
 * The names of the added files.
 */
added: Array<string>, 
/**
 * Why others were not added, in words.
 */
problem: string | null, };

export type PendingView = { 
/**
 * "Reply", "Complete".
 */
what: string, since: Time, };

export type People = { availableWithRoom: number, availableWithoutRoom: number, busy: number, away: number, offline: number, 
/**
 * How many conversations the available agents could take.
 */
freePlaces: number, };

export type Permission = "liveConversations.handle" | "liveConversations.viewAll" | "liveConversations.start" | "liveConversations.inviteExternal" | "customers.view" | "analytics.view" | "analytics.export" | "reviews.view" | "reviews.write" | "settings.manage" | "users.manage";

export type Permissions = Array<[Permission, Scope]>;

export type PersonView = { engagement: EngagementId, participant: Participant, me: boolean, since: Time, until: Time | null, 
/**
 * Invited, without an answer yet.
 */
invited: boolean, };

export type PieceKind = "same" | "gone" | "new";

export type PieceView = { kind: PieceKind, text: string, };

export type Point = { text: string, 
/**
 * The turns that support it.
 */
turns?: Array<TurnId>, };

export type Position = number;

export type Presence = "available" | "busy" | "away" | "offline";

export type PressButton = { id: ConversationId, button: ButtonId, };

export type PreviewLine = { 
/**
 * True for a message to the customer, false for a description of another action.
 */
says: boolean, text: string, choices: Array<string>, };

export type PreviewView = { lines: Array<PreviewLine>, };

export type PutOff = { id: ConversationId, 
/**
 * None: until the customer writes.
 */
until: Time | null, };

export type Question = { id: QuestionId, 
/**
 * How Your Logic names it: lower-case letters, digits, hyphens.
 */
key: string, title: string, kind: QuestionKind, 
/**
 * By language tag, such as `en` or `pt-BR`.
 */
texts: { [key in string]: QuestionText }, 
/**
 * Ids of the brands in whose conversations it is offered; empty for all.
 */
brands: Array<string>, 
/**
 * Empty for all.
 */
channels: Array<Channel>, version: number, state: ItemState, 
/**
 * Who saved this version; none for what Tandem brings along.
 */
by?: UserId | null, at: Time, };

export type QuestionDefinition = { 
/**
 * For a new one; chosen by the sender, so that a repeat has one effect.
 */
id?: QuestionId, key: string, title: string, kind: QuestionKind, 
/**
 * By language tag.
 */
texts: { [key in string]: QuestionText }, 
/**
 * Ids of brands; empty for all.
 */
brands?: Array<string>, 
/**
 * Empty for all.
 */
channels?: Array<Channel>, state: ItemState, 
/**
 * The version that was changed: refused if there is a newer one.
 */
version?: number, };

export type QuestionId = string;

export type QuestionKind = "menu" | "review" | "confirm";

export type QuestionRow = { question: Question, uses: number, lastUsedAt?: Time, 
/**
 * What channels make of it, in sentences.
 */
fit: Array<string>, };

export type QuestionText = { text: string, choices: Array<LibraryChoice>, };

export type QueuedView = { command: CommandId, conversation: ConversationId, 
/**
 * The customer's name.
 */
name: string, 
/**
 * What will happen: "Reply", "Complete".
 */
what: string, words: string, since: Time, attempts: number, };

export type QuickReply = { id: QuickReplyId, 
/**
 * Lower-case letters, digits, hyphens; unique within what one user sees.
 */
shortcut: string, title: string, 
/**
 * Templates by language tag.
 */
texts: { [key in string]: string }, 
/**
 * Files that go with the words.
 */
attachments?: Array<Media> | null, 
/**
 * Asked after the words.
 */
question?: QuestionId | null, scope: Audience, 
/**
 * Its folder, from the top.
 */
folder: Array<string>, 
/**
 * Empty for all.
 */
channels: Array<Channel>, 
/**
 * Whether it is offered in notes.
 */
note: boolean, 
/**
 * Whether its words only hold the line, such as "I am working on it": they are no answer.
 */
holding?: boolean | null, version: number, state: ItemState, 
/**
 * Until when somebody should look whether it is still right: `2027-03-31`.
 */
reviewBy?: string | null, 
/**
 * Who saved this version; none for what Tandem brings along.
 */
by?: UserId | null, at: Time, };

export type QuickReplyDefinition = { 
/**
 * For a new one; chosen by the sender, so that a repeat has one effect.
 */
id?: QuickReplyId, shortcut: string, title: string, 
/**
 * By language tag; with variables such as `{{customer.name|there}}`.
 */
texts: { [key in string]: string }, 
/**
 * Files that go with the words, by the ids of `POST /api/v1/library/files`.
 */
attachments?: Array<Media>, 
/**
 * A question that is asked after the words.
 */
question?: QuestionId, scope: Audience, 
/**
 * Its folder, from the top; at most three deep.
 */
folder?: Array<string>, 
/**
 * Empty for all.
 */
channels?: Array<Channel>, 
/**
 * Whether it is offered in notes.
 */
note: boolean, 
/**
 * Whether its words only hold the line, such as "I am working on it".
 */
holding?: boolean, state: ItemState, 
/**
 * Until when somebody should look whether it is still right.
 */
reviewBy?: string, 
/**
 * The version that was changed: refused if there is a newer one.
 */
version?: number, };

export type QuickReplyId = string;

export type QuickReplyRow = { quickReply: QuickReply, uses: number, lastUsedAt?: Time, 
/**
 * What channels make of it, in sentences.
 */
fit: Array<string>, };

export type QuietHours = { from: number, to: number, };

export type QuoteView = { turn: TurnId, by: Participant, text: string, };

export type Reach = "eligible" | "everyone" | "supervisors" | "logic";

export type React = { id: ConversationId, turn: TurnId, 
/**
 * None takes the reaction back.
 */
emoji: string | null, };

export type ReactionView = { by: Participant, emoji: string, };

export type ReadReceipts = "off" | "on_seen" | "on_delivered";

export type ReadTranslated = { id: ConversationId, on: boolean, };

export type Remedy = "template" | "other_contact" | "nothing" | "send_again";

export type ReportCell = { 
/**
 * How many rows it is made of.
 */
count: number, 
/**
 * A share, a mean in milliseconds, or a count.
 */
value: number | null, p50: number | null, p90: number | null, 
/**
 * Rows whose customer may still come back.
 */
provisional: number, };

export type ReportLine = { 
/**
 * The hub's id of it.
 */
metric: string, now: ReportCell, before: ReportCell, };

export type ReportPerson = { user: UserId, name: string, lines: Array<ReportLine>, };

export type ReportRequest = { from: Time, until: Time, beforeFrom: Time, beforeUntil: Time, };

export type ReportView = { 
/**
 * Up to when everything is measured.
 */
asOf: Time, 
/**
 * Version of the definitions.
 */
definitions: string, 
/**
 * Of everybody; otherwise of what the user took part in.
 */
team: boolean, lines: Array<ReportLine>, 
/**
 * Everybody with something in one of the periods; empty without `team`.
 */
people: Array<ReportPerson>, };

export type Retry = { id: ConversationId, turn: TurnId, };

export type ReturnedView = { 
/**
 * Whether it was a note; else a reply.
 */
note: boolean, code: string, reason: string, 
/**
 * When it came back.
 */
at: Time | null, };

export type ReviewId = string;

export type ReviewPage = { reviews: Array<ReviewRow>, 
/**
 * `before` of the next page.
 */
next?: string | null, };

export type ReviewPlan = { when: ReviewWhen, 
/**
 * From the completion to the request, in seconds.
 */
delayS: number, 
/**
 * How many of a hundred rounds are asked about.
 */
samplePercent: number, 
/**
 * A customer who was asked is not asked again for this long, in days.
 */
oncePerCustomerDays: number, 
/**
 * How long a request can be answered, in hours.
 */
expiresH: number, 
/**
 * How long an answer can be changed, in hours.
 */
editH: number, 
/**
 * The question by language (BCP 47). Without one, the chat asks in its own words.
 */
texts: { [key in string]: string }, };

export type ReviewPlanRow = { 
/**
 * The brand's key.
 */
brand: string, plan: ReviewPlan, };

export type ReviewPlansView = { 
/**
 * Of the brands that ask.
 */
plans: Array<ReviewPlanRow>, brands: Array<LibraryBrand>, };

export type ReviewRow = { id: ReviewId, type: ReviewType, conversation: ConversationId, 
/**
 * The customer's name; none if the customer is gone.
 */
customer?: string | null, round: number, 
/**
 * The turn that it is about, if it is about one.
 */
turn?: TurnId | null, 
/**
 * The part of one participant that it is about, if it is about one.
 */
engagement?: EngagementId | null, 
/**
 * What a reviewer or Your Logic looked at.
 */
question?: string | null, 
/**
 * Who filed it; none for customers' reviews.
 */
reviewer?: Participant | null, status: ReviewStatus, 
/**
 * Why the customer was not asked.
 */
reason?: NotAsked | null, 
/**
 * When the customer was asked, or it was decided not to.
 */
askedAt: Time, expiresAt?: Time | null, 
/**
 * When the customer first said that they do not want to answer.
 */
declinedAt?: Time | null, 
/**
 * The customer does not want to be asked again.
 */
optedOut?: boolean, 
/**
 * When the customer first answered.
 */
answeredAt?: Time | null, 
/**
 * When the answer was last changed.
 */
editedAt?: Time | null, 
/**
 * 1 to 5.
 */
score?: number | null, 
/**
 * The score as 0 to 1.
 */
normal?: number | null, comment?: string | null, 
/**
 * Whose score it is, the main one first.
 */
shares?: Array<Share>, verified: ReviewVerified, dispute?: Dispute | null, 
/**
 * Who has confirmed the score.
 */
confirmed?: Judged | null, 
/**
 * Who has deleted it.
 */
deleted?: Judged | null, };

export type ReviewStatus = "asked" | "answered" | "expired" | "not_asked" | "declined" | "deleted";

export type ReviewType = "customer" | "reviewer" | "auto";

export type ReviewVerified = "none" | "correct" | "disputed";

export type ReviewWhen = "any" | "completed_by_person" | "completed_by_logic" | "by_logic_only";

export type RevokeLink = { id: ConversationId, link: LinkId, };

export type Row = { conversation: ConversationId, customer: CustomerId, customerName: string, channel: Channel, brand: BrandId | null, language: string | null, tags: Array<string>, started: Time, part: Part, 
/**
 * Since when a person is wanted and none is engaged.
 */
wantedSince: Time | null, 
/**
 * Since when the customer's words have no answer of anyone.
 */
unansweredSince: Time | null, 
/**
 * Since when the customer waits for whom.
 */
wait: Wait | null, handler: Handler, 
/**
 * Agents and external agents.
 */
people: Array<Participant>, 
/**
 * Since when the longest of those who handle it does.
 */
handledSince: Time | null, 
/**
 * Who spoke last for the company.
 */
heldBy: Participant | null, call: Call | null, 
/**
 * Why Your Logic could not go on, in one line.
 */
fallback: string | null, 
/**
 * Since when it cannot.
 */
fallbackSince: Time | null, lastWords: LastWords | null, 
/**
 * Until when the channel takes replies; none without a limit.
 */
windowUntil: Time | null, 
/**
 * The round's number and start; none if an older hub did not count.
 */
round: number | null, roundSince: Time | null, firstAnsweredAt: Time | null, 
/**
 * The company's turns that the channel refused.
 */
undelivered: number, 
/**
 * The newest handover packet was graded wrong.
 */
gradedWrong: boolean, };

export type RowView = { id: ConversationId, customer: CustomerId, name: string, channel: Channel, inProgress: boolean, 
/**
 * The last words, already clipped.
 */
words: string, 
/**
 * Their author.
 */
wordsBy: Participant | null, wordsAt: Time | null, wait: Wait | null, 
/**
 * When a person's reply is due, by the brand's target.
 */
due: Time | null, help: HelpView | null, engaged: Array<Participant>, 
/**
 * Your Logic is working on an answer.
 */
logicWorking: boolean, invited: boolean, 
/**
 * A note mentions the user, who has not seen it.
 */
mentioned: boolean, unread: boolean, draft: boolean, 
/**
 * The user's snooze or reminder, or else a colleague's snooze.
 */
snooze: SnoozeView | null, 
/**
 * What the user did and the hub has not confirmed, oldest first. The row already shows it as done.
 */
pending: Array<PendingView>, tags: Array<string>, language: string | null, 
/**
 * The brand's name.
 */
brand: string | null, 
/**
 * The brand is shown: the user could take it for another.
 */
tellsBrand: boolean, updated: Time, };

export type RpcError = { code: string, message: string, };

export type SaveNumber = { id: string, 
/**
 * Secrets that are left out stay as they are.
 */
settings: WhatsappSettings, };

export type SaveReviewPlan = { 
/**
 * The brand's key.
 */
brand: string, plan: ReviewPlan, };

export type SavedView = { 
/**
 * None if the agent cancelled.
 */
path: string | null, };

export type Scope = "ME" | "*";

export type SearchRequest = { query: string, 
/**
 * Maximum number of hits.
 */
limit: number, 
/**
 * Also ask the hub for what is not on this machine; false answers at once.
 */
hub: boolean, };

export type SearchView = { hits: Array<HitView>, 
/**
 * A sentence about the part of the query that was not understood.
 */
hint: string | null, hub: HubSearch, };

export type Section = "my" | "help" | "left" | "all";

export type Seen = { id: ConversationId, upTo: Position, };

export type SeenEntryView = { entry: EntryView, 
/**
 * None where the log keeps no receipts.
 */
mark: SeenMark | null, 
/**
 * When its words were withdrawn, later: until then they were on the screen.
 */
withheld: Time | null, };

export type SeenMark = "own" | "undelivered" | "failed" | "unread" | "seen" | "by_colleague";

export type SendCard = { id: ConversationId, person: CardPerson, };

export type SendNote = { id: ConversationId, text: string, 
/**
 * Send at once, without the time to take it back.
 */
now?: boolean, };

export type SendReply = { id: ConversationId, text: string, 
/**
 * The last position on screen when it was written.
 */
writtenAgainst: Position, 
/**
 * Send even though the conversation has moved on.
 */
anyway: boolean, 
/**
 * Reopen the conversation if it is completed; otherwise a completed one refuses it.
 */
reopen?: boolean, 
/**
 * Send at once, without the time to take it back.
 */
now?: boolean, 
/**
 * Files of the draft, in order. The text, which may then be empty, goes with the last.
 */
files?: Array<MediaId>, 
/**
 * The turn that it quotes; of several turns, the first one quotes it.
 */
replyTo?: TurnId, 
/**
 * The suggestion with whose words it began.
 */
suggestion?: TurnId, };

export type SendTemplate = { id: ConversationId, template: Template, values: Array<TemplateValue>, };

export type SetAvailability = { availability: Availability, 
/**
 * Why, if away.
 */
absence?: Absence, };

export type SetColleague = { user: UserId, availability: Availability, };

export type SetPassword = { current: string, new: string, };

export type SetStartup = { atLogin: boolean, };

export type SettingsView = { 
/**
 * A customer's turn since writing also holds a reply back.
 */
mindCustomer: boolean, 
/**
 * How long a turn can be taken back before it is sent, in seconds, 0 to 20; none until the user chooses.
 */
undoS: number | null, 
/**
 * After completing, leaving or handing over, the next of the user's conversations opens.
 */
openNext: boolean, 
/**
 * What opens at the start; none until the user chooses: the board for supervisors, for others their own conversations.
 */
startSection: StartPage | null, 
/**
 * None until the user chooses.
 */
appearance: AppearanceSettings | null, language: Language, 
/**
 * Languages that the user reads, as tags of BCP 47; none for the language of the desk's own words.
 */
reads: Array<string>, notifications: NotificationSettings, lists: ListSettings, board: BoardLimits, };

export type Share = { by: Participant, turns: number, };

export type ShownFilesView = { types: Array<string>, bytes: number, };

export type SignIn = { 
/**
 * As entered; https is tried first.
 */
hub: string, email: string, password: string, 
/**
 * The user agrees to a connection without encryption.
 */
plain: boolean, };

export type SignOut = { customers?: Customers, };

export type SnoozeView = { by: Participant, me: boolean, 
/**
 * None: until the customer writes.
 */
until: Time | null, 
/**
 * It is over, and the user has not seen that.
 */
over: boolean, };

export type SpanView = { text: string, hit: boolean, };

export type Speaks = { language: Spoken, };

export type Spoken = "en" | "de";

export type Stage = "queued" | "accepted" | "prepared" | "unconfirmed" | "sent" | "failed" | "delivered" | "seen" | "played";

export type StageView = { stage: Stage, at: Time, 
/**
 * The channel's reason, for `failed`.
 */
reason: string | null, 
/**
 * What helps, for `failed`.
 */
remedy?: Remedy, };

export type StartPage = "my" | "help" | "left" | "all" | "board";

export type StartsView = { 
/**
 * The ids of what is begun next.
 */
id: ConversationId, turn: TurnId, numbers: Array<OwnNumberView>, };

export type StartupView = { "state": "on" } | { "state": "off" } | { "state": "unavailable", reason: string, };

export type SuggestionView = { turn: TurnId, text: string, why: string | null, };

export type SystemKind = "engagement" | "help" | "status" | "logic" | "failure" | "other";

export type TakeBack = { 
/**
 * One of them; none for the last that were sent.
 */
command?: CommandId, };

export type TakenBackView = { 
/**
 * Where their words are now; none if nothing waited any more.
 */
id: ConversationId | null, 
/**
 * Whether it was a note; else a reply.
 */
note: boolean, 
/**
 * The question of the library that it was.
 */
question: OfferView | null, 
/**
 * What they quote.
 */
quote: QuoteView | null, };

export type Template = { name: string, 
/**
 * The channel's code for the language, such as `en_US`.
 */
language: string, 
/**
 * The channel's own word: `UTILITY`, `MARKETING`, `AUTHENTICATION`.
 */
category: string, 
/**
 * The channel's own word: only `APPROVED` ones can be sent.
 */
status: string, 
/**
 * The text above the body.
 */
header?: string, 
/**
 * The file above the body: `IMAGE`, `VIDEO`, `DOCUMENT`; empty for none.
 */
headerFile?: string, body: string, footer?: string, buttons?: Array<TemplateButton>, };

export type TemplateButton = { 
/**
 * The channel's own word: `QUICK_REPLY`, `URL`, `PHONE_NUMBER`, `COPY_CODE`.
 */
kind: string, label: string, 
/**
 * Where it leads; may end in a variable.
 */
url?: string, };

export type TemplatePart = "header" | "body" | "button";

export type TemplateSlot = { part: TemplatePart, 
/**
 * The variable's name or number; for a button its index from 0.
 */
key: string, };

export type TemplateValue = { part: TemplatePart, key: string, value: string, };

export type TemplateView = { template: Template, slots: Array<TemplateSlot>, };

export type Theme = "system" | "light" | "dark";

export type TickView = { at: Time, 
/**
 * Somebody said something; otherwise people came and went, or something was delivered or seen.
 */
said: boolean, };

export type Time = string;

export type Today = { asOf: Time, 
/**
 * The account's IANA time zone, at whose midnight the day began.
 */
zone: string, from: Time, figures: Array<TodayFigure>, logic: LogicNow, 
/**
 * The last 60 minutes, by minute.
 */
hour: Curves, 
/**
 * The last 24 hours, by quarter.
 */
day: Curves, };

export type TodayFigure = { metric: string, 
/**
 * How many rows; of a share, how many are divided.
 */
count: number, 
/**
 * In milliseconds; none for counts and shares, and if there is nothing.
 */
p50: number | null, p90: number | null, 
/**
 * The share, the mean in milliseconds, or the count; none if there is nothing.
 */
value: number | null, 
/**
 * Rows that may still change.
 */
provisional: number, };

export type Tone = "good" | "plain" | "bad";

export type TranslateTurns = { id: ConversationId, turns: Array<TurnId>, };

export type TranslatedReplyView = { text: string, 
/**
 * Its language, as a tag of BCP 47.
 */
to: string, by: "logic" | "model", };

export type TranslatedView = { 
/**
 * Turns that were not translated.
 */
untranslated: Array<TurnId>, };

export type TranslatingView = { 
/**
 * The customer's language, as a tag of BCP 47; none if it is not certain.
 */
from: string | null, 
/**
 * The language that the user reads.
 */
to: string, 
/**
 * The user reads this conversation in translation.
 */
on: boolean, 
/**
 * The user does not read the customer's language.
 */
foreign: boolean, };

export type TriedView = { text: string, 
/**
 * Variables that are not known for everyone.
 */
gaps: Array<string>, 
/**
 * Why it would be refused.
 */
problem: string | null, };

export type TryTemplate = { text: string, };

export type TurnId = string;

export type TurnTranslationView = { "is": "wanted" } | { "is": "made", text: string, 
/**
 * The language of the words, as a tag of BCP 47.
 */
from: string | null, by: "logic" | "model", };

export type Unlock = { 
/**
 * The first passphrase given becomes the passphrase.
 */
passphrase: string, };

export type UploadView = { sent: number, bytes: number, };

export type UsedTagView = { tag: string, 
/**
 * How many conversations have it.
 */
uses: number, };

export type UserId = string;

export type Viewpoint = { "kind": "customer", } | { "kind": "logic", } | { "kind": "agent", user: UserId, } | { "kind": "external_agent", link: LinkId, };

export type Wait = { since: Time, awaited: Awaited, };

export type Want = { id?: ConversationId, section?: Section, };

export type WantedView = { "type": "nothing" } | { "type": "conversation", id: ConversationId, } | { "type": "section", section: Section, } | { "type": "start", to: string, } | { "type": "nowhere", reason: string, };

export type Watched = "wanted" | "unanswered" | "calls" | "fallbacks" | "free_places";

export type WhatsappCheck = { 
/**
 * As Meta shows it; `unknown` where Meta says nothing, as all that follows.
 */
number: string, 
/**
 * The name that customers see.
 */
name: string, 
/**
 * `GREEN`, `YELLOW`, `RED`.
 */
quality: string, verification: string, 
/**
 * How many customers may be written to first in a day, such as `TIER_1K`.
 */
limit: string, throughput: string, 
/**
 * Whether the handshake was tried with the verify token, of which the hub keeps only a hash.
 */
triedToken: boolean, 
/**
 * Whether Meta told which fields the webhook is subscribed to.
 */
sawFields: boolean, 
/**
 * What keeps messages from coming or going, the worst first.
 */
missing: Array<WhatsappLack>, };

export type WhatsappLack = { 
/**
 * `no_app`, `no_webhook`, `other_address`, `fields`, `verify_token`, `no_hub`, `unsigned` or `unreachable`.
 */
code: string, 
/**
 * What is meant: fields, or an address.
 */
named: string, 
/**
 * What is missing and what to do, in English.
 */
detail: string, };

export type WhatsappNumber = { 
/**
 * The name in the address of its webhook.
 */
id: string, 
/**
 * In international form.
 */
number: string, phoneNumberId: string, accountId: string, brand: BrandId | null, 
/**
 * The key of the brand.
 */
brandKey: string | null, 
/**
 * Where the Cloud API is; none for Meta's own.
 */
baseUrl: string | null, 
/**
 * The address that Meta posts to.
 */
webhook: string, 
/**
 * It stands in the hub's settings, and is changed there alone.
 */
ofSettings: boolean, 
/**
 * `ok`; `token_invalid`, `blocked` or `not_registered`: then nothing leaves, and what waits is sent afterwards.
 */
state: string, since: Time, 
/**
 * The channel's words on it.
 */
detail: string, 
/**
 * Meta's judgement of what is sent: `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
 */
quality: string, 
/**
 * Meta's name for how many customers may be written to first in a day, such as `TIER_1K`; empty if it is not known.
 */
limit: string, 
/**
 * Messages that it takes per second.
 */
perSecond: number, 
/**
 * Whether it is also used in the app on a phone; none from hubs before version 22.
 */
coexistence: boolean | null, 
/**
 * After how many hours of silence a message begins a new conversation.
 */
newAfterH: number, 
/**
 * Whether customers are told that their messages were read.
 */
readMarks: boolean, readReceipts: ReadReceipts, 
/**
 * Whether customers are told that somebody is typing. That marks their message as read, so `off` of
 * `readReceipts` includes it.
 * None from hubs before version 22, which always tell.
 */
typing: boolean | null, 
/**
 * Replies that cost nothing, in a month; none if the operator has not said.
 */
freeReplies: number | null, 
/**
 * Messages that wait to be sent.
 */
waiting: number, };

export type WhatsappSettings = { 
/**
 * In international form.
 */
number: string, phoneNumberId: string, accountId: string, 
/**
 * Key of the brand that its conversations belong to.
 */
brand: string | null, 
/**
 * Where the Cloud API is; null for Meta's own.
 */
baseUrl: string | null, accessToken: string | null, appSecret: string | null, 
/**
 * At least 8 characters.
 */
verifyToken: string | null, 
/**
 * When customers are told that their messages were read [default: `on_seen`].
 */
readReceipts: ReadReceipts | null, 
/**
 * Whether customers are told that somebody is typing [default: true].
 */
typing?: boolean | null, 
/**
 * Replies that cost nothing, in a month; null if that is not known.
 */
freeReplies: number | null, 
/**
 * After how many hours of silence a message begins a new conversation [default: 24].
 */
newAfterH: number | null, 
/**
 * Messages that it takes per second [default: 80; 20 with `coexistence`].
 */
perSecond: number | null, 
/**
 * Whether it is also used in the app on a phone [default: false].
 */
coexistence?: boolean | null, };

export type WhatsappUsage = { 
/**
 * In UTC, by when Meta first told the price: `2026-11`.
 */
month: string, 
/**
 * Messages whose price is known.
 */
messages: number, 
/**
 * Replies that cost nothing, in a month; null if the operator has not said.
 */
freeReplies: number | null, 
/**
 * How many of those are used.
 */
freeRepliesUsed: number | null, kinds: Array<WhatsappUse>, };

export type WhatsappUse = { 
/**
 * Meta's word: `service`, `utility`, `marketing`, `authentication`.
 */
category: string, 
/**
 * Meta's word: `regular`, `free_customer_service`, `free_entry_point`.
 */
type: string, 
/**
 * Null if Meta has not said.
 */
billable: boolean | null, messages: number, };

export type WindowView = { 
/**
 * None before the customer's first message.
 */
until: Time | null, };

export type Words = { id: ConversationId, text: string, };

/** Every command of the desk: its name, what it takes, what it gives. */
export interface Commands {
  "app.state": { request: Nothing; response: AppView };
  "cache.unlock": { request: Unlock; response: Nothing };
  "cache.tryAgain": { request: Nothing; response: Nothing };
  "cache.startAfresh": { request: Nothing; response: Nothing };
  "session.signIn": { request: SignIn; response: Nothing };
  "session.signOut": { request: SignOut; response: Nothing };
  "startup.get": { request: Nothing; response: StartupView };
  "startup.set": { request: SetStartup; response: StartupView };
  "window.wanted": { request: Nothing; response: WantedView };
  "window.want": { request: Want; response: Nothing };
  "window.speaks": { request: Speaks; response: Nothing };
  "link.open": { request: OpenLink; response: Nothing };
  "session.behind": { request: Nothing; response: BehindView };
  "settings.set": { request: SettingsView; response: Nothing };
  "me.setAvailability": { request: SetAvailability; response: Nothing };
  "me.setPassword": { request: SetPassword; response: Nothing };
  "colleagues.list": { request: Nothing; response: Array<ColleagueView> };
  "colleague.setAvailability": { request: SetColleague; response: Nothing };
  "conversations.list": { request: ListRequest; response: ListView };
  "board.get": { request: BoardRequest; response: BoardView };
  "report.get": { request: ReportRequest; response: ReportView };
  "board.popOut": { request: Nothing; response: Nothing };
  "board.bringBack": { request: Nothing; response: Nothing };
  "board.today": { request: Nothing; response: Today };
  "board.dayRows": { request: DayRowsRequest; response: DayRowsView };
  "conversation.open": { request: OneConversation; response: ConversationView };
  "conversation.entries": { request: EntriesRequest; response: EntriesView };
  "conversation.join": { request: Join; response: Nothing };
  "conversation.send": { request: SendReply; response: Nothing };
  "conversation.react": { request: React; response: Nothing };
  "conversation.fetchFile": { request: FetchFile; response: Nothing };
  "conversation.templates": { request: OneConversation; response: Array<TemplateView> };
  "conversation.otherChats": { request: OneConversation; response: Array<OtherChatView> };
  "conversation.sendTemplate": { request: SendTemplate; response: Nothing };
  "conversation.sendCard": { request: SendCard; response: Nothing };
  "starts.list": { request: Nothing; response: StartsView };
  "starts.begin": { request: BeginConversation; response: BegunView };
  "conversation.note": { request: SendNote; response: Nothing };
  "conversation.askForHelp": { request: Words; response: Nothing };
  "conversation.helpNotNeeded": { request: Dismiss; response: Nothing };
  "conversation.restoreHelp": { request: OneConversation; response: Nothing };
  "conversation.leave": { request: Leave; response: Nothing };
  "conversation.complete": { request: Finish; response: Nothing };
  "conversation.askForNumber": { request: Words; response: Nothing };
  "conversation.delegate": { request: Finish; response: Nothing };
  "conversation.preview": { request: OneConversation; response: PreviewView };
  "conversation.improve": { request: Words; response: ImprovedView };
  "conversation.readTranslated": { request: ReadTranslated; response: Nothing };
  "conversation.translate": { request: TranslateTurns; response: TranslatedView };
  "conversation.translateReply": { request: Words; response: TranslatedReplyView };
  "conversation.takeOver": { request: OneConversation; response: Nothing };
  "conversation.widen": { request: OneConversation; response: Nothing };
  "conversation.mentionable": { request: OneConversation; response: Array<MentionableView> };
  "conversation.invite": { request: InviteColleague; response: Nothing };
  "conversation.transfer": { request: InviteColleague; response: Nothing };
  "conversation.inviteExternal": { request: InviteExternal; response: LinkView };
  "conversation.revokeLink": { request: RevokeLink; response: Nothing };
  "conversation.decline": { request: OneConversation; response: Nothing };
  "conversation.pressButton": { request: PressButton; response: Nothing };
  "conversation.tag": { request: ChangeTags; response: Nothing };
  "conversation.editCustomer": { request: EditCustomer; response: Nothing };
  "conversation.continueNew": { request: OneConversation; response: BegunView };
  "conversation.belong": { request: Belong; response: Nothing };
  "tags.list": { request: Nothing; response: Array<UsedTagView> };
  "conversation.snooze": { request: PutOff; response: Nothing };
  "conversation.endSnooze": { request: OneConversation; response: Nothing };
  "conversation.gradeHandover": { request: GradeHandover; response: Nothing };
  "conversation.draft": { request: Draft; response: Nothing };
  "conversation.retry": { request: Retry; response: Nothing };
  "conversation.typing": { request: OneConversation; response: Nothing };
  "conversation.seen": { request: Seen; response: Nothing };
  "conversation.alerts": { request: OneConversation; response: AlertsView };
  "asSeen.look": { request: LookAsSeen; response: AsSeenView };
  "asSeen.moment": { request: MomentAsSeen; response: AsSeenMomentView };
  "window.looking": { request: Looking; response: Nothing };
  "window.popOut": { request: OneConversation; response: Nothing };
  "window.bringBack": { request: OneConversation; response: Nothing };
  "window.keepOnTop": { request: KeepOnTop; response: Nothing };
  "search": { request: SearchRequest; response: SearchView };
  "library.find": { request: FindInLibrary; response: LibraryView };
  "library.insert": { request: InsertReply; response: InsertedView };
  "library.ask": { request: AskQuestion; response: Nothing };
  "library.list": { request: Nothing; response: ListedLibraryView };
  "library.saveReply": { request: QuickReplyDefinition; response: QuickReplyRow };
  "library.saveQuestion": { request: QuestionDefinition; response: QuestionRow };
  "library.removeReply": { request: OneReply; response: ItemRemoval };
  "library.removeQuestion": { request: OneQuestion; response: ItemRemoval };
  "library.replyVersions": { request: OneReply; response: Array<QuickReply> };
  "library.questionVersions": { request: OneQuestion; response: Array<Question> };
  "library.try": { request: TryTemplate; response: TriedView };
  "numbers.list": { request: Nothing; response: NumbersView };
  "numbers.save": { request: SaveNumber; response: WhatsappNumber };
  "numbers.remove": { request: OneNumber; response: Nothing };
  "numbers.check": { request: OneNumber; response: WhatsappCheck };
  "numbers.templates": { request: OneNumber; response: Array<TemplateView> };
  "numbers.usage": { request: OneNumber; response: WhatsappUsage };
  "reviews.list": { request: ListReviews; response: ReviewPage };
  "reviews.dispute": { request: DisputeReview; response: ReviewRow };
  "reviews.file": { request: FileReview; response: ReviewRow };
  "reviews.confirm": { request: OneReview; response: ReviewRow };
  "reviews.delete": { request: OneReview; response: Nothing };
  "reviews.plans": { request: Nothing; response: ReviewPlansView };
  "reviews.savePlan": { request: SaveReviewPlan; response: ReviewPlanRow };
  "reviews.removePlan": { request: OneReviewPlan; response: Nothing };
  "media.get": { request: MediaRequest; response: MediaView };
  "media.open": { request: Attached; response: OpenedView };
  "media.save": { request: Attached; response: SavedView };
  "files.begin": { request: BeginFile; response: FileView };
  "files.add": { request: AddPart; response: Nothing };
  "files.discard": { request: OneFile; response: Nothing };
  "files.paste": { request: OneConversation; response: PastedView };
  "outbox.list": { request: Nothing; response: Array<QueuedView> };
  "outbox.cancel": { request: OneCommand; response: Nothing };
  "outbox.takeBack": { request: TakeBack; response: TakenBackView };
  "inbox.list": { request: Nothing; response: Array<InboxView> };
  "notSent.list": { request: Nothing; response: Array<NotSentView> };
  "notSent.discard": { request: OneNotSent; response: Nothing };
  "notSent.note": { request: OneNotSent; response: Nothing };
  "notifications.test": { request: Nothing; response: Nothing };
}
