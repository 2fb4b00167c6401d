//! Decisions: state and command in, events or a typed rejection out.
//!
//! Every decision runs three steps: first what is due by now, then the command, then settling. So no path, present or
//! future, can leave a customer alone.

mod customer;
mod dismissing;
mod going_on;
mod logic;
mod mentions;
mod outbound;
mod people;
mod permit;
mod reviews;
mod snoozing;

use crate::alone::left_alone;
use crate::command::{Command, Context, Envelope, Looked, Opening};
use crate::drawn::Drawn;
use crate::engagement::{EndReason, Engagement, EngagementKind};
use crate::event::{Event, EventBody, GOES_ON_ELSEWHERE, Side};
use crate::failure::LogicFailure;
use crate::help::{HelpReason, NeedsHelp, Reach};
use crate::ids::{CommandId, ConversationId, EngagementId, Position, ReviewId};
use crate::label::check_label;
use crate::logic::{ASK_WITHIN_MS, LogicRequest, check_custom};
use crate::participant::{Participant, ParticipantKind};
use crate::rejection::Rejection;
use crate::state::Conversation;
use crate::time::Time;
use crate::turn::{Content, Stage, Turn};
use crate::wait::wanted;

/// Decides a command against the state. The events continue the conversation's positions without a gap.
///
/// # Errors
/// A [`Rejection`]; then nothing has happened.
pub fn decide(state: Option<&Conversation>, envelope: &Envelope, context: &Context) -> Result<Vec<Event>, Rejection> {
    decide_and_apply(state, envelope, context).map(|(events, _)| events)
}

/// [`decide`], with the state after the events.
///
/// # Errors
/// As [`decide`].
pub fn decide_and_apply(
    state: Option<&Conversation>,
    envelope: &Envelope,
    context: &Context,
) -> Result<(Vec<Event>, Conversation), Rejection> {
    let mut draft = match (state, &envelope.command) {
        (None, Command::Start(opening)) => Draft::start(envelope, context, opening)?,
        (None, _) => return Err(Rejection::Unknown),
        (Some(_), Command::Start(_)) => return Err(Rejection::Exists),
        (Some(state), _) => Draft::continued(state, envelope, context),
    };
    draft.expire();
    draft.run(&envelope.command)?;
    draft.settle();
    Ok((draft.events, draft.state))
}

/// A decision in progress: a copy of the state and the events so far.
#[derive(Clone)]
struct Draft<'a> {
    state: Conversation,
    events: Vec<Event>,
    actor: &'a Participant,
    envelope: &'a Envelope,
    context: &'a Context,
    /// Number of unused ids.
    fresh: usize,
    /// The reason for help if this decision leaves the customer alone.
    why: HelpReason,
    /// The call without a queue that a hub before version 12 left.
    unqueued: Option<Time>,
    /// Whether Your Logic was engaged before the decision.
    logic_engaged: bool,
    /// Whether one of our people has spoken since the request that is being answered.
    overtaken: bool,
    /// Whether the answer takes the conversation back from the engaged people.
    takes_back: bool,
}

impl<'a> Draft<'a> {
    fn start(envelope: &'a Envelope, context: &'a Context, opening: &Opening) -> Result<Self, Rejection> {
        check_label("customer.name", &opening.customer.name)?;
        opening.language.iter().try_for_each(|language| check_label("language", language))?;
        check_custom("custom", &opening.custom)?;
        check_custom("customer.custom", &opening.customer.custom)?;
        let first = Event {
            conversation: envelope.conversation,
            position: Position(1),
            time: context.now,
            actor: envelope.actor.clone(),
            cause: envelope.id,
            body: EventBody::Started {
                customer: opening.customer.clone(),
                contact: opening.contact,
                channel: opening.channel,
                brand: opening.brand,
                language: opening.language.clone(),
                custom: opening.custom.clone(),
                // Who begins it has the word; Your Logic comes in once it is handed over.
                engage_logic: context.logic_available && envelope.actor.kind() != ParticipantKind::Agent,
                heard_at: opening.heard_at.map(|heard| heard.min(context.now)),
                line: opening.line.clone(),
            },
        };
        let state = Conversation::begin(&first).ok_or(Rejection::Unknown)?;
        Ok(Self { events: vec![first], ..Self::continued(&state, envelope, context) })
    }

    fn continued(state: &Conversation, envelope: &'a Envelope, context: &'a Context) -> Self {
        Self {
            state: state.clone(),
            events: Vec::with_capacity(4),
            actor: &envelope.actor,
            envelope,
            context,
            fresh: context.fresh.len(),
            why: HelpReason::NobodyEngaged,
            unqueued: unqueued(state),
            logic_engaged: state.logic.engaged,
            overtaken: false,
            takes_back: false,
        }
    }

    fn now(&self) -> Time {
        self.context.now
    }

    /// The time of the next event: a clock set back must not make history run backwards.
    fn time(&self) -> Time {
        self.now().max(self.state.updated)
    }

    /// Only a sent file's id is trusted: the rest comes from the store.
    fn with_file(&self, content: Content) -> Result<Content, Rejection> {
        let Content::Attachment { media, text } = content else { return Ok(content) };
        let stored = self.context.files.iter().find(|file| file.id == media.id).cloned();
        let media = stored.ok_or_else(|| {
            Rejection::invalid("media", "there is no such file, or it cannot be sent here by this sender")
        })?;
        Ok(Content::Attachment { media, text })
    }

    fn cause(&self) -> CommandId {
        self.envelope.id
    }

    fn conversation(&self) -> ConversationId {
        self.state.id
    }

    /// Adds an event by the command's sender.
    fn push(&mut self, body: EventBody) {
        self.push_as(self.actor.clone(), body);
    }

    /// Adds a turn. Its id means this turn alone.
    fn add(&mut self, turn: Turn, received: Time) -> Result<(), Rejection> {
        let is_new =
            |event: &Event| matches!(&event.body, EventBody::TurnAdded { turn: known, .. } if known.id == turn.id);
        if self.context.used.contains(&turn.id) || self.events.iter().any(is_new) {
            return Err(Rejection::IdUsed);
        }
        self.push(EventBody::TurnAdded { turn, received });
        Ok(())
    }

    /// Adds an event by Tandem itself.
    fn push_system(&mut self, body: EventBody) {
        self.push_as(Participant::System, body);
    }

    fn push_as(&mut self, actor: Participant, body: EventBody) {
        let event = Event {
            conversation: self.conversation(),
            position: self.state.position.next(),
            time: self.time(),
            actor,
            cause: self.cause(),
            body,
        };
        self.state.apply(&event);
        self.events.push(event);
    }

    fn begin_engagement(&mut self, actor: Participant, kind: EngagementKind) {
        self.begin_engagement_at(self.time(), actor, kind);
    }

    fn begin_engagement_at(&mut self, since: Time, actor: Participant, kind: EngagementKind) {
        let id = self.conversation().engagement_at(self.state.position.next());
        let engagement = Engagement { id, kind, since };
        self.push_as(actor, EventBody::EngagementStarted { engagement });
    }

    fn end_engagement(&mut self, actor: Participant, id: EngagementId, end: EndReason) {
        if let Some(was) = self.state.engagements.iter().find(|e| e.id == id).cloned() {
            self.push_as(actor, EventBody::EngagementEnded { engagement: id, was, end });
        }
    }

    fn end_where(&mut self, actor: &Participant, end: &EndReason, which: impl Fn(&Engagement) -> bool) {
        let ids: Vec<_> = self.state.engagements.iter().filter(|e| which(e)).map(|e| e.id).collect();
        for id in ids {
            self.end_engagement(actor.clone(), id, end.clone());
        }
    }

    fn raise_help(&mut self, actor: Participant, reason: HelpReason) {
        if self.state.help.is_none() {
            let call = self.conversation().call_at(self.state.position.next());
            let reach = Reach::default();
            let widens_at = self.widens_at(reach);
            let help = NeedsHelp { call, reason, by: actor.clone(), since: self.time(), reach, widens_at };
            self.push_as(actor, EventBody::HelpRaised { help, waits_since: None });
        }
    }

    /// No one came: calls the next step.
    fn widen_help(&mut self) {
        if let Some(widened) = self.widened() {
            self.push_system(widened);
        }
    }

    /// The open call one step further. Afterwards it widens later, or never; none if nothing is left to change.
    fn widened(&self) -> Option<EventBody> {
        let help = self.state.help.as_ref()?;
        // Your Logic cannot tell the customer if it is switched off or has failed.
        let logic_answers = self.state.logic.engaged && self.state.fallback.is_none();
        let reach = help.reach.wider().filter(|reach| *reach != Reach::Logic || logic_answers);
        let waits = reach.filter(|reach| *reach != Reach::Supervisors || logic_answers);
        let widens_at = waits.and_then(|reach| self.widens_at(reach));
        let reach = reach.unwrap_or(help.reach);
        let changes = (reach, widens_at) != (help.reach, help.widens_at);
        changes.then_some(EventBody::HelpWidened { call: help.call, reach, widens_at })
    }

    fn widens_at(&self, reach: Reach) -> Option<Time> {
        self.context.ladder.wait_ms(reach).map(|wait| self.now().plus_ms(wait.max(1)))
    }

    fn clear_help(&mut self, claimed_by: Option<Participant>) {
        if self.state.help.is_some() {
            self.push(EventBody::HelpCleared { claimed_by, dismissed: None });
        }
    }

    fn reopen(&mut self) {
        if !self.state.in_progress() {
            self.push(EventBody::Reopened);
        }
    }

    fn complete(&mut self, resolution: String) {
        let review_at = self.plans_review();
        self.end(resolution, review_at);
    }

    /// Completes it; the customer is asked for a review then, or not at all.
    fn end(&mut self, resolution: String, review_at: Option<Time>) {
        let actor = self.actor.clone();
        let open = |e: &Engagement| matches!(e.kind, EngagementKind::Invitation { .. });
        self.end_where(&actor, &EndReason::Withdrawn, open);
        self.clear_help(None);
        self.end_where(&actor, &EndReason::Completed, |_| true);
        self.push(EventBody::Completed { resolution, review_at });
    }

    /// Whether a deadline has come. One that is further away than it may ever be was set while the clock was ahead: it
    /// has come, too, because everything that waits for it would stand still until then.
    fn has_come(&self, at: Time, longest_ms: i64) -> bool {
        let left_ms = at.since(self.now());
        left_ms <= 0 || left_ms > longest_ms
    }

    /// Ends requests, invitations, links and snoozes that have expired, and asks for reviews that are due.
    fn expire(&mut self) {
        let now = self.now();
        let is_over = |asked: &LogicRequest| self.has_come(asked.expires, asked.expires.since(asked.asked).max(0));
        if let Some(asked) = self.state.logic.asked.clone().filter(is_over) {
            let failure = LogicFailure::TimedOut { after_ms: asked.expires.since(asked.asked) };
            self.fail_logic(asked.id, failure);
        } else if self.state.logic.pending.first().is_some_and(|first| now.since(first.time) >= ASK_WITHIN_MS) {
            self.why = HelpReason::LogicFailed { failure: LogicFailure::TimedOut { after_ms: ASK_WITHIN_MS } };
        }
        let step_ms = |reach| self.context.ladder.wait_ms(reach).map_or(i64::MAX, |wait| wait.max(1));
        let widens = self.state.help.as_ref().and_then(|help| Some((help.widens_at?, step_ms(help.reach))));
        if widens.is_some_and(|(at, longest_ms)| self.has_come(at, longest_ms)) {
            self.widen_help();
        }
        self.end_due_snoozes();
        self.ask_due_review();
        let is_over =
            |e: &&Engagement| e.expires().is_some_and(|at| self.has_come(at, e.longest_ms(self.context.invitation_ms)));
        let due: Vec<_> = self.state.engagements.iter().filter(is_over).cloned().collect();
        for engagement in due {
            if engagement.invitee().is_some() {
                self.end_invitation(Participant::System, engagement.id, EndReason::Missed);
            } else {
                self.end_engagement(Participant::System, engagement.id, EndReason::Expired);
                self.why = HelpReason::LinkOver;
            }
        }
    }

    /// An invited person served no one yet, so any other reason for help is better.
    fn end_invitation(&mut self, actor: Participant, id: EngagementId, end: EndReason) {
        self.end_engagement(actor, id, end);
        if self.why == HelpReason::NobodyEngaged {
            self.why = HelpReason::InvitationOver;
        }
    }

    /// Makes the state consistent: engagements follow from the flags, and no customer is left alone.
    fn settle(&mut self) {
        let logic = self.state.engagement_of(&Participant::Logic).map(|e| e.id);
        match (self.state.in_progress() && self.state.logic.engaged, logic) {
            (true, None) => self.begin_engagement(Participant::System, EngagementKind::Logic),
            (false, Some(id)) => self.end_engagement(Participant::System, id, EndReason::SwitchedOff),
            _ => {}
        }
        if left_alone(&self.state, self.now()) {
            let why = match (&self.why, &self.state.fallback) {
                // Your Logic would serve the customer if it had not failed before.
                (HelpReason::NobodyEngaged, Some(fallback)) if self.state.logic.engaged => {
                    HelpReason::LogicFailed { failure: fallback.failure.clone() }
                }
                (why, _) => why.clone(),
            };
            self.raise_help(Participant::System, why);
        }
        let queued = self.state.engagements.iter().find(|e| e.kind == EngagementKind::Queue).map(|e| e.id);
        match (wanted(&self.state, self.now()), queued) {
            (true, None) => {
                let since = self.unqueued.unwrap_or(self.time());
                self.begin_engagement_at(since, Participant::System, EngagementKind::Queue);
            }
            (false, Some(id)) => self.end_engagement(Participant::System, id, EndReason::Over),
            _ => {}
        }
        if self.state.people().next().is_some() {
            self.end_where(&Participant::System, &EndReason::Over, |e| e.kind == EngagementKind::SelfService);
        }
        self.wake();
    }

    fn run(&mut self, command: &Command) -> Result<(), Rejection> {
        self.permit(command)?;
        if let Command::Write { turn, .. } | Command::Reply { turn, .. } | Command::Note { turn, .. } = command
            && turn.0.is_nil()
        {
            return Err(Rejection::invalid("turn", "the nil id is reserved: make a new one"));
        }
        match command {
            Command::Quoting { reply_to, command } => {
                let facts = self.state.channel.facts();
                if !facts.quotes {
                    return Err(Rejection::invalid("replyTo", format!("{} has no quotes", facts.name)));
                }
                let before = self.events.len();
                self.run(command)?;
                self.added(before)?.reply_to = Some(*reply_to);
                Ok(())
            }
            Command::AskingNumber { command } => {
                let channel = self.state.channel;
                let before = self.events.len();
                self.run(command)?;
                let added = self.added(before)?;
                let asked = match &added.content {
                    Content::Text { text } => channel.number_request(text),
                    _ => None,
                };
                let words = || format!("{} has no request for a phone number", channel.name());
                added.raw = Some(Box::new(asked.ok_or_else(|| Rejection::invalid("asksNumber", words()))?));
                Ok(())
            }
            Command::React { turn, emoji, received } => self.react(*turn, emoji.as_deref(), *received),
            Command::EditTurn { turn, content, received } => self.edit_turn(*turn, content.clone(), *received),
            Command::WithdrawTurn { turn } => {
                self.push(EventBody::TurnWithdrawn { turn: *turn });
                Ok(())
            }
            Command::Drawn { library, command } => {
                library.check()?;
                let before = self.events.len();
                self.run(command)?;
                self.drawn(before, library)
            }
            Command::HavingSeen { up_to, command } => {
                self.is_there(*up_to)?;
                let last_loud = self.state.last_loud;
                // The command's own refusal is the truer reason.
                self.run(command)?;
                if last_loud > *up_to { Err(Rejection::CustomerWrote { since: *up_to }) } else { Ok(()) }
            }
            Command::Start(_) | Command::Tick => Ok(()),
            Command::Write { turn, content, received } => self.write(*turn, content.clone(), *received),
            Command::GiveFeedback { review, score, text } => self.give_feedback(*review, *score, text),
            Command::DeclineReview { review, never } => self.decline_review(*review, *never),
            Command::Reply { .. }
            | Command::Note { .. }
            | Command::Join { .. }
            | Command::Leave { .. }
            | Command::Complete { .. }
            | Command::Reopen
            | Command::AskForHelp { .. }
            | Command::HelpNotNeeded { .. }
            | Command::RestoreHelp { .. }
            | Command::CallMore { .. }
            | Command::Invite { .. }
            | Command::Transfer { .. }
            | Command::Accept { .. }
            | Command::Decline { .. }
            | Command::Withdraw { .. }
            | Command::Remove { .. }
            | Command::TakeOver
            | Command::Delegate { .. }
            | Command::PressButton { .. }
            | Command::GradeHandover { .. }
            | Command::Dismiss { .. }
            | Command::OpenLink { .. }
            | Command::RevokeLink { .. } => self.run_person(command),
            Command::WidenHelp { call, reach } => {
                if self.state.help.as_ref().is_some_and(|help| help.call == *call && help.reach == *reach) {
                    self.widen_help();
                }
                Ok(())
            }
            Command::AskLogic { request, expires } => self.ask_logic(*request, *expires),
            Command::AnswerLogic { request, later, control, learnt, actions } => {
                self.answer_logic(*request, *later, control, learnt, actions)
            }
            Command::FailLogic { request, failure } => {
                if self.state.logic.asked.as_ref().is_none_or(|asked| asked.id != *request) {
                    return Err(Rejection::NoRequest);
                }
                self.fail_logic(*request, failure.clone());
                Ok(())
            }
            Command::Hear { received } => {
                let received = (*received).min(self.now());
                if self.state.heard_at < Some(received) {
                    self.push(EventBody::Heard { received });
                }
                Ok(())
            }
            Command::GoOnIn { conversation } => self.go_on_in(*conversation),
            Command::GoOnFrom { conversation, waits_since } => self.go_on_from(*conversation, *waits_since),
            Command::Snooze { until } => self.snooze(*until),
            Command::EndSnooze => {
                self.end_snooze();
                Ok(())
            }
            Command::EngageLogic { engaged } => self.engage_logic(*engaged),
            Command::ChangeCustom { patch } => self.change_custom(patch),
            Command::ChangeCustomer { patch } => self.change_customer(patch),
            Command::Tag { add, remove } => self.tag(add, remove),
            Command::RenameCustomer { name } => self.rename_customer(name),
            Command::EditCustomer { name, email, phone } => {
                self.edit_customer(name.as_deref(), email.as_deref(), phone.as_deref())
            }
            Command::AttestCustomer { contacts } => {
                if self.state.customer.contacts != *contacts {
                    self.push(EventBody::CustomerAttested { contacts: contacts.clone() });
                }
                Ok(())
            }
            Command::LinkCustomer { customer, contact, source, goes_on_in } => {
                self.link_customer(customer, *contact, source)?;
                if goes_on_in.is_some() && self.state.in_progress() {
                    self.complete(GOES_ON_ELSEWHERE.to_owned());
                }
                Ok(())
            }
            Command::FailMail { link, reason } => self.fail_mail(*link, reason),
            Command::Receive { stage, up_to } => self.receive(*stage, *up_to),
            Command::Progress { turn, stage, reason, remedy, code } => {
                let open = self.state.open_turns.iter().find(|open| open.turn == *turn);
                // Receipts arrive late and in any order; known or forgotten ones change nothing.
                if open.is_some_and(|open| *stage > open.stage) {
                    let (turn, stage, reason, remedy, code) = (*turn, *stage, reason.clone(), *remedy, code.clone());
                    self.push(EventBody::TurnProgressed { turn, stage, reason, remedy, code });
                } else if *stage == Stage::Failed {
                    self.fail_review(ReviewId(turn.0));
                }
                Ok(())
            }
        }
    }

    /// Refuses what was written against a position that is not there.
    fn is_there(&self, seen: Position) -> Result<(), Rejection> {
        if seen > self.state.position { Err(Rejection::WentBack { to: self.state.position }) } else { Ok(()) }
    }

    /// Marks the turn that was added since. A question is the library's own, word by word. Of the rest, what is not so is
    /// left out: it is told for reports alone.
    fn drawn(&mut self, since: usize, library: &Drawn) -> Result<(), Rejection> {
        let known = &self.context.drawn;
        let turn = self.added(since)?;
        if library.question_id.is_some() {
            let is_same = match known {
                None => matches!(turn.content, Content::Question { .. }),
                Some(Looked { question, .. }) => question
                    .as_ref()
                    .is_some_and(|question| question.texts.values().any(|text| text.content() == turn.content)),
            };
            if !is_same {
                return Err(Rejection::NoQuestion);
            }
        }
        let mut library = library.clone();
        library.holding &= known.as_ref().is_none_or(|known| known.holds);
        if known.as_ref().is_some_and(|known| !known.is_suggestion) || !turn.content.is_for_customer() {
            library.suggestion = None;
        }
        turn.holding = library.holding;
        turn.library = Some(Box::new(library));
        Ok(())
    }

    /// The turn that was added since.
    fn added(&mut self, since: usize) -> Result<&mut Turn, Rejection> {
        let added = self.events.iter_mut().skip(since).find_map(|event| match &mut event.body {
            EventBody::TurnAdded { turn, .. } => Some(turn),
            _ => None,
        });
        added.ok_or(Rejection::NoTurn)
    }

    fn receive(&mut self, stage: Stage, up_to: Position) -> Result<(), Rejection> {
        if !matches!(stage, Stage::Delivered | Stage::Seen) {
            return Err(Rejection::invalid("stage", "use delivered or seen"));
        }
        if up_to > self.state.position {
            return Err(Rejection::invalid("upTo", "beyond the end of the conversation"));
        }
        let side = Side::of(self.actor);
        let sees_mention = |user| self.state.mentions.iter().any(|m| m.user == user && m.position <= up_to);
        if stage == Stage::Seen && self.actor.user().is_some_and(sees_mention) {
            self.push(EventBody::MentionSeen);
        }
        let sees_reminder = |user| self.state.snoozes.iter().any(|one| one.is_of(user) && one.is_seen(up_to));
        if stage == Stage::Seen && self.actor.user().is_some_and(sees_reminder) {
            self.push(EventBody::ReminderSeen);
        }
        // A mere observer has not "seen" it for the customer.
        if side == Side::Desk && stage == Stage::Seen && self.state.engagement_of(self.actor).is_none() {
            return Ok(());
        }
        if !self.state.has_received(side, stage, up_to) {
            self.push(EventBody::Received { side, stage, up_to });
        }
        Ok(())
    }
}

/// Since when this state's call for help has had neither people nor a queue.
fn unqueued(state: &Conversation) -> Option<Time> {
    let attended = |e: &Engagement| e.person().is_some() || e.kind == EngagementKind::Queue;
    let help = state.help.as_ref().filter(|_| !state.engagements.iter().any(attended))?;
    Some(help.since)
}
