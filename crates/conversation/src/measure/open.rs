//! What must be known of one conversation to measure its next event: small, and the same for followers and tests.

use serde::{Deserialize, Serialize};

use super::definitions::Definitions;
use super::round::{Round, Said, count};
use super::rows::{
    CallEnd, CallReason, CallRow, ConversationRow, Ended, EngagementRow, ExternalAgentRow, HandoverRow, Kind,
    LogicRequestRow, Origin, RequestOutcome, ReviewRow, RoundId, StartCause, StartedBy, TagRow, TurnRow, TurnType, Who,
};
use super::tables::{News, Reached, Rows, Which, put};
use super::{engaging, turns};
use crate::channel::Channel;
use crate::event::{Event, EventBody, GOES_ON_ELSEWHERE};
use crate::help::Dismissal;
use crate::ids::{CommandId, CustomerId, EngagementId, Position, RequestId, TurnId};
use crate::part::Part;
use crate::participant::{Participant, ParticipantKind};
use crate::time::Time;
use crate::trigger::{Trigger, trigger_of};
use crate::turn::{Content, Turn};

/// Questions of the library whose answers are recognised.
const QUESTIONS: usize = 8;
/// Suggestions that a reply may still use.
const SUGGESTIONS: usize = 64;
/// Events that Your Logic has not been asked about.
const TRIGGERS: usize = 1_024;

/// One conversation, between two events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Open {
    pub(super) conversation: ConversationRow,
    pub(super) round: Round,
    /// Open ones only.
    pub(super) engagements: Vec<EngagementRow>,
    pub(super) external_agents: Vec<ExternalAgentRow>,
    pub(super) command: Unfinished,
    call: Option<CallRow>,
    request: Option<LogicRequestRow>,
    triggers: Vec<(Position, Trigger)>,
    questions: Vec<(TurnId, turns::Asked)>,
    tags: Vec<TagRow>,
    /// The newest packet.
    handover: Option<HandoverRow>,
    /// The newest suggestions, and whether a reply has used each.
    suggestions: Vec<(TurnId, bool)>,
    /// The newest requests: answers to two can change.
    pub(super) reviews: Vec<ReviewRow>,
    persons: Vec<Who>,
    fallen_back: bool,
    logic_listens: bool,
}

/// What the events of one command have said so far: later ones may explain earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Unfinished {
    cause: CommandId,
    pub(super) reopened: bool,
    pub(super) accepted: Vec<Who>,
    pub(super) begun: Vec<EngagementId>,
    logic_spoke: bool,
    /// A call that was cleared without a claim and without a dismissal.
    cleared: Option<CallRow>,
    /// What was said goes on in another conversation.
    #[serde(default)]
    goes_on: bool,
}

impl Unfinished {
    fn new(cause: CommandId) -> Self {
        Self {
            cause,
            reopened: false,
            accepted: Vec::new(),
            begun: Vec::new(),
            logic_spoke: false,
            cleared: None,
            goes_on: false,
        }
    }
}

impl Open {
    /// A conversation after its first event; none if that is not its start.
    #[must_use]
    pub fn begin(event: &Event, row_version: u64, rows: &mut Rows) -> Option<Self> {
        let EventBody::Started { customer, contact, channel, brand, language, engage_logic, line, .. } = &event.body
        else {
            return None;
        };
        let imported = *channel == Channel::Imported;
        let conversation = ConversationRow {
            conversation_id: event.conversation,
            origin: if imported { Origin::Imported } else { Origin::Live },
            customer_id: customer.id,
            contact_id: *contact,
            channel: *channel,
            number: line.clone(),
            brand: *brand,
            language: language.clone(),
            started_at: event.time,
            first_loud_at: None,
            completed_at: None,
            in_progress: true,
            started_by: started_by(&event.actor, imported),
            rounds: 1,
            reopened: 0,
            persons: 0,
            turns_customer: 0,
            turns_agent: 0,
            turns_external: 0,
            turns_logic: 0,
            notes: 0,
            suggestions: 0,
            suggestions_used: 0,
            tags: Vec::new(),
            resolution: None,
            continues: None,
            cost_messages: None,
        };
        let id = RoundId { conversation_id: event.conversation, no: 1 };
        let triggers = trigger_of(event).filter(|_| *engage_logic);
        let open = Self {
            conversation,
            round: Round::begin(id, event.time, None, imported),
            engagements: Vec::new(),
            external_agents: Vec::new(),
            command: Unfinished::new(event.cause),
            call: None,
            request: None,
            triggers: triggers.into_iter().map(|trigger| (event.position, trigger)).collect(),
            questions: Vec::new(),
            tags: Vec::new(),
            handover: None,
            suggestions: Vec::new(),
            reviews: Vec::new(),
            persons: Vec::new(),
            fallen_back: false,
            logic_listens: *engage_logic,
        };
        put(&mut rows.conversations, row_version, event.conversation, open.conversation.clone());
        put(&mut rows.rounds, row_version, id, open.round.row());
        Some(open)
    }

    /// Measures the next event. `row_version` is its position in the account's log.
    pub fn step(&mut self, event: &Event, row_version: u64, definitions: &Definitions, rows: &mut Rows) {
        if self.command.cause != event.cause {
            self.command = Unfinished::new(event.cause);
        }
        self.round.count(event.time, self.part());
        if self.logic_listens || matches!(event.body, EventBody::EngageLogicChanged { engaged: true }) {
            self.expect_request(event);
        }
        let before = (self.conversation.clone(), self.round.row());
        self.measure(event, row_version, definitions, rows);
        let round = self.round.row();
        if before.1 != round {
            put(&mut rows.rounds, row_version, round.id, round);
        }
        if before.0 != self.conversation {
            put(&mut rows.conversations, row_version, event.conversation, self.conversation.clone());
        }
    }

    #[must_use]
    pub fn customer_id(&self) -> CustomerId {
        self.conversation.customer_id
    }

    #[must_use]
    pub fn origin(&self) -> Origin {
        self.conversation.origin
    }

    #[must_use]
    pub fn started_by(&self) -> Option<StartedBy> {
        self.conversation.started_by
    }

    /// None while in progress.
    #[must_use]
    pub fn completed_at(&self) -> Option<Time> {
        self.conversation.completed_at
    }

    /// Who has the conversation.
    fn part(&self) -> Part {
        let is_there = |kind| self.engagements.iter().any(|engagement| engagement.kind == kind);
        let person = self.engagements.iter().any(|engagement| engagement.kind.is_person());
        Part::of(person, is_there(Kind::Queue), is_there(Kind::Logic) && !self.fallen_back)
    }

    pub(super) fn imported(&self) -> bool {
        self.conversation.origin == Origin::Imported
    }

    fn measure(&mut self, event: &Event, version: u64, definitions: &Definitions, rows: &mut Rows) {
        let at = event.time;
        match &event.body {
            EventBody::TurnAdded { turn, received } => self.turn(event, turn, *received, version, rows),
            EventBody::TurnEdited { turn, silent, .. } => {
                // A file that the channel handed over later changes no words.
                if event.actor != Participant::System {
                    let (conversation_id, which) = (event.conversation, Which::One { turn: *turn });
                    rows.reach(version, Reached { conversation_id, which, what: News::Edited, at });
                }
                if event.actor == Participant::Customer {
                    self.round.hear(*silent);
                    if !silent {
                        self.conversation.first_loud_at.get_or_insert(at);
                        self.round.ask(*turn, at);
                    }
                }
            }
            EventBody::TurnWithdrawn { turn } => {
                let (conversation_id, which) = (event.conversation, Which::One { turn: *turn });
                rows.reach(version, Reached { conversation_id, which, what: News::Withdrawn, at });
            }
            EventBody::TurnProgressed { turn, stage, code, .. } => {
                let (conversation_id, which) = (event.conversation, Which::One { turn: *turn });
                let what = News::Stage { stage: *stage, failed_code: code.clone() };
                rows.reach(version, Reached { conversation_id, which, what, at });
            }
            EventBody::Received { side, stage, up_to } => {
                let which = Which::UpTo { side: *side, position: *up_to };
                let what = News::Stage { stage: *stage, failed_code: None };
                rows.reach(version, Reached { conversation_id: event.conversation, which, what, at });
            }
            EventBody::EngagementStarted { engagement } => {
                let who = self.start(engagement, event, version, rows);
                self.count_person(who);
            }
            EventBody::EngagementEnded { engagement, was, end } => {
                self.end(*engagement, was, end, event, version, rows)
            }
            EventBody::HelpRaised { help, .. } => {
                let call = CallRow {
                    call_id: help.call,
                    conversation_id: event.conversation,
                    round_no: self.round.row.id.no,
                    raised_at: at,
                    by: help.by.kind(),
                    reason: CallReason::of(&help.reason),
                    reach: help.reach,
                    ended_at: None,
                    end: None,
                    claimed_by: None,
                    decided: None,
                    sent: None,
                    shown: None,
                    muted: None,
                    clicked: None,
                    first_shown_ms: None,
                    claim_ms: None,
                };
                put(&mut rows.calls, version, call.call_id, call.clone());
                self.call = Some(call);
            }
            EventBody::HelpWidened { call, reach, .. } => {
                let open = self.call.as_mut().filter(|open| open.call_id == *call && open.reach != *reach);
                if let Some(open) = open {
                    open.reach = *reach;
                    put(&mut rows.calls, version, open.call_id, open.clone());
                }
            }
            EventBody::HelpCleared { claimed_by, dismissed } => {
                self.clear(at, claimed_by.as_ref(), dismissed.as_ref(), version, rows);
            }
            EventBody::Completed { resolution, .. } => self.complete(event, resolution, version, definitions, rows),
            EventBody::Reopened => self.reopen(event, version, rows),
            EventBody::EngageLogicChanged { engaged } => {
                self.logic_listens = *engaged;
                if !engaged {
                    self.triggers.clear();
                    if let Some(id) = self.request.as_ref().map(|request| request.request_id) {
                        self.settle(id, at, RequestOutcome::Late, version, rows);
                    }
                }
            }
            EventBody::LogicAsked { request } => {
                let trigger = self.triggers.iter().find(|(position, _)| *position == request.trigger);
                let row = LogicRequestRow {
                    request_id: request.id,
                    conversation_id: event.conversation,
                    round_no: self.round.row.id.no,
                    asked_at: at,
                    trigger: trigger.map(|(_, trigger)| *trigger),
                    ended_at: None,
                    outcome: None,
                    ms: None,
                    actions: None,
                    said_something: false,
                };
                put(&mut rows.logic_requests, version, request.id, row.clone());
                self.request = Some(row);
            }
            EventBody::LogicAnswered { request, trigger, skipped_to, ignored } => {
                let outcome = if *ignored { RequestOutcome::Ignored } else { RequestOutcome::Answered };
                self.settle(*request, at, outcome, version, rows);
                self.told(skipped_to.map_or(*trigger, |to| to.max(*trigger)));
            }
            EventBody::LogicFailed { request, trigger, failure } => {
                self.settle(*request, at, RequestOutcome::of(failure), version, rows);
                self.told(*trigger);
            }
            EventBody::FellBack { .. } => {
                self.fallen_back = true;
                self.round.fall_back();
            }
            EventBody::FallbackCleared => self.fallen_back = false,
            EventBody::TagsChanged { added, removed } => self.tag(event, added, removed, version, rows),
            EventBody::LanguageChanged { language } => self.conversation.language = Some(language.clone()),
            EventBody::CustomerLinked { customer, contact, .. } => {
                (self.conversation.customer_id, self.conversation.contact_id) = (customer.id, *contact);
            }
            EventBody::GoesOnIn { conversation } => self.command.goes_on = conversation.is_some(),
            EventBody::GoesOnFrom { conversation, .. } => self.conversation.continues = *conversation,
            EventBody::ReviewAsked { .. } | EventBody::ReviewNotAsked { .. } | EventBody::ReviewEnded { .. } => {
                self.review(event, version, rows);
            }
            EventBody::HandoverGraded { turn, grade } => {
                if let Some(row) = self.handover.as_mut().filter(|row| row.handover_id == *turn) {
                    (row.grade, row.graded_at, row.graded_by) = (Some(*grade), Some(at), event.actor.user());
                    put(&mut rows.handovers, version, *turn, row.clone());
                }
            }
            EventBody::FeedbackGiven { score, .. } => {
                self.round.score(*score >= definitions.at(at).confirming_score);
                self.review(event, version, rows);
            }
            EventBody::LinkUsed { link } => {
                let used = self.external_agents.iter_mut().find(|agent| agent.external_agent_id == *link);
                if let Some(agent) = used.filter(|agent| agent.opened_at.is_none()) {
                    agent.opened_at = Some(at);
                    put(&mut rows.external_agents, version, *link, agent.clone());
                }
            }
            EventBody::Started { .. }
            | EventBody::Reacted { .. }
            | EventBody::Heard { .. }
            | EventBody::MentionSeen
            | EventBody::Snoozed { .. }
            | EventBody::SnoozeEnded { .. }
            | EventBody::ReminderSeen
            | EventBody::CustomChanged { .. }
            | EventBody::CustomerChanged { .. }
            | EventBody::CustomerRenamed { .. }
            | EventBody::CustomerNoted { .. }
            | EventBody::CustomerAttested { .. }
            | EventBody::ButtonPressed { .. }
            | EventBody::MailFailed { .. }
            | EventBody::Unknown(_) => {}
        }
    }

    fn turn(&mut self, event: &Event, turn: &Turn, received: Time, version: u64, rows: &mut Rows) {
        let question = turns::question_of(turn, &self.questions);
        let mut row = turns::row(event, turn, received, self.round.row.id.no, question);
        self.count_turn(&row);
        self.suggest(&row);
        if let Content::Note { handover: Some(_), .. } = &turn.content {
            let row = HandoverRow {
                handover_id: turn.id,
                conversation_id: event.conversation,
                round_no: row.round_no,
                given_at: event.time,
                grade: None,
                graded_at: None,
                graded_by: None,
            };
            put(&mut rows.handovers, version, turn.id, row.clone());
            self.handover = Some(row);
        }
        if row.is_for_customer() {
            if !row.silent {
                self.conversation.first_loud_at.get_or_insert(event.time);
            }
            if event.actor == Participant::Customer {
                self.round.hear(row.silent);
                if !row.silent {
                    self.round.ask(turn.id, event.time);
                }
            } else {
                self.say(&mut row, version, rows);
            }
        }
        if let (Content::Question { .. }, Some(question)) = (&turn.content, question) {
            if self.questions.len() == QUESTIONS {
                self.questions.remove(0);
            }
            self.questions.push((turn.id, question));
        }
        put(&mut rows.turns, version, (row.conversation_id, row.position), row);
    }

    /// A turn of the company for the customer.
    fn say(&mut self, row: &mut TurnRow, version: u64, rows: &mut Rows) {
        let asked = self.round.asked;
        let imported = self.imported();
        self.command.logic_spoke |= row.by == ParticipantKind::Logic && !row.silent;
        if let Some(own) = self.engagements.iter_mut().find(|own| Some(own.engagement_id) == row.engagement_id) {
            own.turns += 1;
            if own.kind.is_person() && !row.silent && !imported {
                let since = asked.map_or(own.started_at, |asked| asked.at.max(own.started_at));
                own.agent_first_reply_ms.get_or_insert(row.at.since(since));
            }
            put(&mut rows.engagements, version, own.engagement_id, own.clone());
        }
        if row.silent {
            return;
        }
        let said = Said { by: row.by, at: row.at, holding: row.holding };
        let (ended, met) = self.round.answer(said);
        if let Some((asked, ms)) = ended.filter(|_| !imported) {
            (row.response_ms, row.response_to) = (Some(ms), Some(asked.turn));
        }
        for queue in met {
            put(&mut rows.engagements, version, queue.engagement_id, queue);
        }
        let is_person =
            matches!(row.by, ParticipantKind::Agent | ParticipantKind::ExternalAgent | ParticipantKind::Device);
        let waits = |own: &&mut EngagementRow| own.kind == Kind::Queue && own.person_wait_ms.is_none();
        for queue in self.engagements.iter_mut().filter(waits).filter(|_| is_person && !imported) {
            queue.person_wait_ms = Some(row.at.since(queue.started_at));
            put(&mut rows.engagements, version, queue.engagement_id, queue.clone());
        }
    }

    /// Remembers a suggestion, and counts it once when a reply uses it.
    fn suggest(&mut self, row: &TurnRow) {
        if row.kind == TurnType::Suggestion {
            if self.suggestions.len() == SUGGESTIONS {
                self.suggestions.remove(0);
            }
            self.suggestions.push((row.turn_id, false));
        }
        let used = self.suggestions.iter_mut().find(|(turn, is_used)| Some(*turn) == row.suggestion_id && !is_used);
        if let Some((_, is_used)) = used {
            *is_used = true;
            self.conversation.suggestions_used += 1;
        }
    }

    fn count_turn(&mut self, row: &TurnRow) {
        let counts = &mut self.conversation;
        *match (row.kind, row.by) {
            (TurnType::Note, _) => &mut counts.notes,
            (TurnType::Suggestion, _) => &mut counts.suggestions,
            (_, ParticipantKind::Customer) => &mut counts.turns_customer,
            (_, ParticipantKind::Agent | ParticipantKind::Device) => &mut counts.turns_agent,
            (_, ParticipantKind::ExternalAgent) => &mut counts.turns_external,
            (_, ParticipantKind::Logic) => &mut counts.turns_logic,
            (_, ParticipantKind::System) => return,
        } += 1;
    }

    fn count_person(&mut self, who: Option<Who>) {
        if let Some(who) = who.filter(|who| !self.persons.contains(who)) {
            self.persons.push(who);
            self.conversation.persons = count(self.persons.len());
        }
    }

    fn clear(
        &mut self,
        at: Time,
        claimed_by: Option<&Participant>,
        dismissed: Option<&Dismissal>,
        version: u64,
        rows: &mut Rows,
    ) {
        if let Some(by) = claimed_by {
            engaging::mark(self, by, &[StartCause::Join], StartCause::Claim, version, rows);
        }
        let Some(mut call) = self.call.take() else { return };
        call.ended_at = Some(at);
        call.end = Some(if claimed_by.is_some() { CallEnd::Claimed } else { CallEnd::Dismissed });
        call.claimed_by = claimed_by.and_then(Participant::user);
        call.claim_ms = claimed_by.map(|_| at.since(call.raised_at));
        put(&mut rows.calls, version, call.call_id, call.clone());
        self.command.cleared = Some(call).filter(|_| claimed_by.is_none() && dismissed.is_none());
    }

    fn complete(&mut self, event: &Event, resolution: &str, version: u64, definitions: &Definitions, rows: &mut Rows) {
        let elsewhere = self.command.goes_on || event.actor == Participant::System && resolution == GOES_ON_ELSEWHERE;
        if let Some(call) = self.command.cleared.take() {
            let call = CallRow { end: Some(CallEnd::Completed), ..call };
            put(&mut rows.calls, version, call.call_id, call);
        }
        let by = (event.time, &event.actor);
        let hours = definitions.schedule(self.conversation.number.as_deref(), self.conversation.brand);
        for queue in self.round.complete(by, elsewhere, hours, definitions) {
            put(&mut rows.engagements, version, queue.engagement_id, queue);
        }
        self.conversation.completed_at = Some(event.time);
        self.conversation.in_progress = false;
        self.conversation.resolution = Some(resolution.to_owned()).filter(|words| !words.is_empty());
    }

    fn reopen(&mut self, event: &Event, version: u64, rows: &mut Rows) {
        self.command.reopened = true;
        let last = self.round.row.id;
        if event.actor == Participant::Customer {
            self.round.come_back();
            put(&mut rows.rounds, version, last, self.round.row());
        }
        let id = RoundId { no: last.no + 1, ..last };
        self.round = Round::begin(id, event.time, Some(event.actor.kind()), self.imported());
        self.conversation.rounds = id.no;
        self.conversation.reopened = id.no - 1;
        self.conversation.completed_at = None;
        self.conversation.in_progress = true;
        self.conversation.resolution = None;
    }

    /// Remembers the trigger of an event that Your Logic will be asked about.
    fn expect_request(&mut self, event: &Event) {
        if let Some(trigger) = trigger_of(event) {
            if self.triggers.len() == TRIGGERS {
                self.triggers.remove(0);
            }
            self.triggers.push((event.position, trigger));
        }
    }

    /// Your Logic knows everything up to `position`.
    fn told(&mut self, position: Position) {
        self.triggers.retain(|(waiting, _)| *waiting > position);
    }

    /// The request is over.
    fn settle(&mut self, request: RequestId, at: Time, outcome: RequestOutcome, version: u64, rows: &mut Rows) {
        let Some(mut row) = self.request.take_if(|row| row.request_id == request) else { return };
        row.ended_at = Some(at);
        row.outcome = Some(outcome);
        row.ms = Some(at.since(row.asked_at));
        row.said_something = outcome == RequestOutcome::Answered && self.command.logic_spoke;
        put(&mut rows.logic_requests, version, request, row);
    }

    fn tag(&mut self, event: &Event, added: &[String], removed: &[String], version: u64, rows: &mut Rows) {
        let key = |row: &TagRow| (row.conversation_id, row.position, row.tag.clone());
        for row in self.tags.extract_if(.., |row| removed.contains(&row.tag)) {
            put(&mut rows.tags, version, key(&row), TagRow { removed_at: Some(event.time), ..row });
        }
        for tag in added {
            let row = TagRow {
                conversation_id: event.conversation,
                tag: tag.clone(),
                position: event.position,
                added_at: event.time,
                removed_at: None,
                by: event.actor.kind(),
            };
            put(&mut rows.tags, version, key(&row), row.clone());
            self.tags.push(row);
        }
        self.conversation.tags = self.tags.iter().map(|row| row.tag.clone()).collect();
    }

    /// Whether the customer waits for anyone.
    pub(super) fn customer_waits(&self) -> bool {
        self.round.asked.is_some()
    }

    /// Whether one of our people is engaged.
    pub(super) fn is_person_there(&self) -> bool {
        self.engagements.iter().any(|engagement| engagement.kind.is_person())
    }

    /// Takes an open engagement out.
    pub(super) fn take(&mut self, id: EngagementId) -> Option<EngagementRow> {
        let place = self.engagements.iter().position(|engagement| engagement.engagement_id == id)?;
        Some(self.engagements.remove(place))
    }

    /// Takes an external agent out whose link is over.
    pub(super) fn dismiss(&mut self, end: Ended, at: Time, row: &EngagementRow) -> Option<ExternalAgentRow> {
        let link = row.external_agent_id?;
        let place = self.external_agents.iter().position(|agent| agent.external_agent_id == link)?;
        let agent = self.external_agents.remove(place);
        Some(ExternalAgentRow { ended_at: Some(at), end: Some(end), ..agent })
    }
}

fn started_by(actor: &Participant, imported: bool) -> Option<StartedBy> {
    match actor {
        _ if imported => Some(StartedBy::Imported),
        Participant::Customer => Some(StartedBy::Customer),
        Participant::Agent { .. } | Participant::ExternalAgent { .. } | Participant::Device { .. } => {
            Some(StartedBy::Agent)
        }
        Participant::Logic => Some(StartedBy::Logic),
        Participant::System => None,
    }
}
