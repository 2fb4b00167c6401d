//! Decisions on the writer thread: load the state, decide, append the events, update the projections.
//!
//! invariant: one thread decides a conversation, in one transaction with its events, projections and follow-up work.
//! So positions have no gaps, and exactly one of several claims on a call wins.
//! invariant: no change is announced before it is durable.

mod answering;
mod asking;
pub(crate) mod commits;
pub(crate) mod customer;
mod group;
mod inbound;
mod incoming;
mod pending;
mod work;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tandem_conversation::{
    Command, CommandId, ContactId, Content, Context, Conversation, ConversationId, CustomerId, Drawn, Envelope, Event,
    EventBody, Ladder, Looked, Participant, Permissions, Position, QuickReply, Rejection, ReviewPlan, Time, TurnId,
    decide_and_apply,
};
use tandem_sql::Connection;
use tandem_sqlite::Error;
use uuid::Uuid;

pub(crate) use answering::{Answering, End};
pub(crate) use asking::{Asker, Put};
use commits::CommitSender;
use group::of_database;
pub(crate) use inbound::{Said, outside};
pub(crate) use incoming::{Incoming, Target, customer_command};
use pending::{Part, Pending};
pub(crate) use work::{Asked, Asking, Deciding, Due, PARKED_MS, Ticked, Work};

use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::store::commands::{Answered, Sent};
use crate::store::conversations::{Stored, ToChange};
use crate::store::unknown::Unknown;
use crate::store::{StoreError, buttons, commands, conversations, events, library, media, reviews, whatsapp};

/// Maximum cached states, and their total stored size in bytes.
const CACHED: usize = 20_000;
const CACHED_BYTES: usize = 128 * 1024 * 1024;
/// Random ids supplied to each decision of Your Logic.
const FRESH: usize = 64;

#[derive(Clone, Debug)]
pub struct Changed {
    pub before: Option<Arc<Conversation>>,
    pub after: Arc<Conversation>,
    /// Stored size of the state, in bytes.
    pub bytes: usize,
    /// The new events, each with the JSON that is stored and sent.
    pub events: Vec<(Event, Arc<str>)>,
}

/// One durable group of writes.
#[derive(Debug)]
pub struct Commit {
    /// The place of its first event in the account's log.
    pub first: u64,
    /// The account's log is complete up to here.
    pub cursor: u64,
    pub time: Time,
    pub changed: Vec<Changed>,
}

/// Account settings that decisions depend on.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub logic_available: bool,
    pub person_silent_ms: i64,
    pub invitation_ms: i64,
    pub ladder: Ladder,
}

/// The states that the writer thread decides against.
pub struct Engine {
    clock: Clock,
    rules: Rules,
    /// The log's last place, as far as this group is written.
    seq: u64,
    /// The same without the write that is being done.
    kept_seq: u64,
    committed_seq: u64,
    cache: HashMap<ConversationId, Cached>,
    cached_bytes: usize,
    group: HashMap<ConversationId, Changed>,
    pending: Pending,
    /// Asked before, for what comes next in this group. Nothing of it holds once the group has written.
    unknown: Unknown,
    /// What the rows of this group's conversations say. One that is not here, nor in the cache, is written as a whole.
    rows: HashMap<ConversationId, Stored>,
    /// Work of this group that could not be written, by its place.
    failed: HashMap<usize, Error>,
    undo: Vec<Undo>,
    /// Questions of this group.
    put: Vec<Put>,
    /// None if Your Logic is not connected.
    asker: Option<Arc<Asker>>,
    commits: CommitSender,
    metrics: Metrics,
}

struct Cached {
    state: Arc<Conversation>,
    row: Stored,
}

/// How to undo one decision.
struct Undo {
    conversation: ConversationId,
    before: Option<(Arc<Conversation>, usize)>,
}

/// Whether a repeated command must get the first answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// The sender may repeat it: remember the answer.
    Remembered(Sent),
    /// The hub's own command; never repeated.
    Once,
}

impl Engine {
    /// Starts at the end of the account's log.
    pub(crate) fn new(
        connection: &Connection,
        clock: Clock,
        rules: Rules,
        asker: Option<Arc<Asker>>,
        commits: CommitSender,
        metrics: Metrics,
    ) -> Result<Self, Error> {
        let seq = events::last(connection).map_err(|error| Error::Commit(error.to_string()))?;
        Ok(Self {
            clock,
            rules,
            seq,
            kept_seq: seq,
            committed_seq: seq,
            cache: HashMap::new(),
            cached_bytes: 0,
            group: HashMap::new(),
            pending: Pending::default(),
            unknown: Unknown::default(),
            put: Vec::new(),
            asker,
            rows: HashMap::new(),
            failed: HashMap::new(),
            undo: Vec::new(),
            commits,
            metrics,
        })
    }

    /// The state, including uncommitted writes of this group.
    pub(crate) fn state(
        &self,
        connection: &Connection,
        id: ConversationId,
    ) -> Result<Option<Arc<Conversation>>, StoreError> {
        match self.at_hand(id) {
            Some(state) => Ok(Some(state)),
            None => Ok(conversations::get(connection, id)?.map(Arc::new)),
        }
    }

    /// [`Self::state`] for a change: see [`conversations::to_change`]. A state that was made anew is stored, and told to
    /// those who may see it.
    pub(crate) fn for_change(
        &mut self,
        connection: &Connection,
        id: ConversationId,
    ) -> Result<Option<Arc<Conversation>>, StoreError> {
        if let Some(state) = self.at_hand(id) {
            return Ok(Some(state));
        }
        match conversations::to_change(connection, id)? {
            None => Ok(None),
            Some(ToChange::Stored(state, row)) => {
                self.rows.insert(id, row);
                Ok(Some(Arc::new(state)))
            }
            Some(ToChange::MadeAnew(state)) => {
                tracing::warn!(conversation.id = %id, "a damaged state is made again from the conversation's events");
                let after = Arc::new(state);
                self.undo.push(Undo { conversation: id, before: None });
                self.group
                    .insert(id, Changed { before: None, after: Arc::clone(&after), bytes: 0, events: Vec::new() });
                Ok(Some(after))
            }
        }
    }

    /// A state of this group or of the cache.
    fn at_hand(&self, id: ConversationId) -> Option<Arc<Conversation>> {
        let of_group = self.group.get(&id).map(|changed| &changed.after);
        of_group.or_else(|| self.cache.get(&id).map(|cached| &cached.state)).map(Arc::clone)
    }

    /// Sets when to look at the conversation next, overriding its state's deadline until its row is next written.
    pub(crate) fn set_wake(
        &mut self,
        connection: &Connection,
        id: ConversationId,
        at: Option<Time>,
    ) -> Result<(), StoreError> {
        self.forget(id);
        conversations::set_wake(connection, id, at)
    }

    /// Has the row say that Your Logic has nothing to be asked.
    fn settle_logic(&mut self, connection: &Connection, id: ConversationId) -> Result<(), StoreError> {
        let rows = self.rows.get_mut(&id).into_iter();
        for row in rows.chain(self.cache.get_mut(&id).map(|cached| &mut cached.row)) {
            row.settle_logic(connection, id)?;
        }
        Ok(())
    }

    /// Has the row looked at before it is written again.
    fn forget(&mut self, id: ConversationId) {
        self.rows.remove(&id);
        self.cached_bytes -= self.cache.remove(&id).map_or(0, |cached| cached.row.bytes);
    }

    /// The newest conversation of a contact, in progress before ended, uncommitted ones included.
    pub(crate) fn newest_of_contact(
        &self,
        connection: &Connection,
        contact: ContactId,
    ) -> Result<Option<ConversationId>, StoreError> {
        let stored = conversations::newest_of_contact(connection, contact)?;
        let stored = stored.map(|id| self.state(connection, id)).transpose()?.flatten();
        let grouped = self.group.values().map(|changed| Arc::clone(&changed.after));
        // This group may have moved a stored one to another contact.
        let all = grouped.chain(stored).filter(|state| state.contact == contact);
        Ok(all.max_by_key(|state| shown_before(state)).map(|state| state.id))
    }

    /// All conversations of a customer, uncommitted ones included.
    pub(crate) fn of_customer(
        &self,
        connection: &Connection,
        customer: CustomerId,
    ) -> Result<BTreeSet<ConversationId>, StoreError> {
        Ok(self.grouped(customer).chain(conversations::ids_of_customer(connection, customer)?).collect())
    }

    /// A customer's conversations in progress, and any in this group.
    pub(crate) fn in_progress_of(
        &self,
        connection: &Connection,
        customer: CustomerId,
    ) -> Result<BTreeSet<ConversationId>, StoreError> {
        Ok(self.grouped(customer).chain(conversations::in_progress_of(connection, customer)?).collect())
    }

    /// What is known of what a turn was drawn from.
    fn looked_up(
        &self,
        connection: &Connection,
        conversation: ConversationId,
        drawn: &Drawn,
    ) -> Result<Looked, StoreError> {
        let question = match drawn.question_id.zip(drawn.version) {
            Some((id, version)) => library::in_version(connection, id.0, version)?.map(Box::new),
            None => None,
        };
        let holds = match drawn.quick_replies[..] {
            [only] if drawn.holding => {
                library::in_version(connection, only.id.0, only.version)?.is_some_and(|reply: QuickReply| reply.holding)
            }
            _ => false,
        };
        let suggestion = match drawn.suggestion {
            Some(turn) => self.of_turn(connection, conversation, turn)?,
            None => None,
        };
        let is_suggestion = suggestion.is_some_and(|event| {
            matches!(&event.body, EventBody::TurnAdded { turn, .. } if matches!(turn.content, Content::Suggestion { .. }))
        });
        Ok(Looked { question, holds, is_suggestion })
    }

    fn grouped(&self, customer: CustomerId) -> impl Iterator<Item = ConversationId> {
        let of_customer = move |changed: &&Changed| changed.after.customer.id == customer;
        self.group.values().filter(of_customer).map(|changed| changed.after.id)
    }

    /// Decides and records one command. Returns the position of the added turn, or else of the conversation's last
    /// event. A rejection is an answer, not an error: the caller's other writes stay.
    pub(crate) fn execute(
        &mut self,
        connection: &Connection,
        envelope: &Envelope,
        repeat: Repeat,
        person_typing_until: Option<Time>,
    ) -> Result<Result<Position, Rejection>, StoreError> {
        if let Repeat::Remembered(sent) = &repeat {
            if envelope.id.0.is_nil() {
                return Ok(Err(Rejection::nil_id()));
            }
            if let Some(answer) = self.answered(connection, envelope.id, sent)? {
                return Ok(answer);
            }
        }
        let before = self.for_change(connection, envelope.conversation)?;
        let mut used = Vec::new();
        for turn in envelope.command.turns() {
            let Some(event) = self.of_turn(connection, envelope.conversation, turn)? else { continue };
            // The answer to it may be forgotten; the log is not.
            if let EventBody::TurnAdded { turn, .. } = &event.body
                && envelope.command.repeats(&event.actor, turn, &envelope.actor)
            {
                return Ok(Ok(event.position));
            }
            used.push(turn);
        }
        let fresh = if matches!(envelope.command, Command::AnswerLogic { .. }) {
            (0..FRESH).map(|_| Uuid::now_v7()).rev().collect()
        } else {
            Vec::new()
        };
        let button = match &envelope.command {
            Command::PressButton { action } => buttons::by_action(connection, action)?,
            _ => None,
        };
        let drawn = match &envelope.command {
            Command::Drawn { library, .. } => Some(self.looked_up(connection, envelope.conversation, library)?),
            _ => None,
        };
        let templates = whatsapp::templates_of(connection, before.as_deref(), &envelope.command)?;
        let (review_plan, review_asked, review_opted_out) =
            self.of_reviews(connection, before.as_deref(), &envelope.command)?;
        let mut files = Vec::new();
        if let Some(state) = &before {
            for file in envelope.command.files() {
                files.extend(media::usable(connection, file.id, &envelope.actor, state)?);
            }
        }
        let context = Context {
            now: self.clock.now(),
            logic_available: self.rules.logic_available,
            person_typing_until,
            person_silent_ms: self.rules.person_silent_ms,
            invitation_ms: self.rules.invitation_ms,
            ladder: self.rules.ladder,
            button: button.filter(|button| button.is_for(&envelope.actor)).map(|button| button.title),
            drawn,
            templates: Some(templates),
            review_plan,
            review_asked,
            review_opted_out,
            files,
            used,
            fresh,
        };
        let answer = match decide_and_apply(before.as_deref(), envelope, &context) {
            Ok((events, after)) => {
                let filed = answering::filed(&envelope.command, &events, &after, context.now);
                let position = self.record(envelope.conversation, before, after, events)?;
                filed.into_iter().for_each(|review| self.pending.review(review));
                Ok(position)
            }
            Err(rejection) => Err(rejection),
        };
        // A later answer that is refused may be corrected under the id of its request.
        let may_come_again = answer.is_err() && matches!(envelope.command, Command::AnswerLogic { later: true, .. });
        if let Repeat::Remembered(sent) = repeat
            && !may_come_again
        {
            self.pending.answer(Answered { id: envelope.id, sent, answer: answer.clone(), at: context.now });
        }
        Ok(answer)
    }

    /// How the conversation's brand asks for reviews, when its customer was last asked, and whether they want to be asked
    /// no more; only for commands that may need to know.
    fn of_reviews(
        &self,
        connection: &Connection,
        state: Option<&Conversation>,
        command: &Command,
    ) -> Result<(Option<ReviewPlan>, Option<Time>, bool), StoreError> {
        let Some(state) = state.filter(|state| state.review_at.is_some() || command.may_complete()) else {
            return Ok((None, None, false));
        };
        let plan = state.brand.map(|brand| reviews::plan(connection, brand)).transpose()?.flatten();
        // Your Logic asks without a plan, too.
        if plan.is_none() && !matches!(command, Command::AnswerLogic { .. }) {
            return Ok((None, None, false));
        }
        let stored = reviews::last_asked(connection, state.customer.id)?;
        let grouped = self.group.values().filter(|changed| changed.after.customer.id == state.customer.id);
        let known = grouped.map(|changed| reviews::asked_in(&changed.after)).fold(stored, reviews::Asked::and);
        Ok((plan, known.last, known.opted_out))
    }

    /// The event that added a turn, uncommitted ones included.
    fn of_turn(
        &self,
        connection: &Connection,
        conversation: ConversationId,
        turn: TurnId,
    ) -> Result<Option<Event>, StoreError> {
        let is_it = |event: &Event| matches!(&event.body, EventBody::TurnAdded { turn: known, .. } if known.id == turn);
        let of_group = self.group.get(&conversation).map_or(&[][..], |changed| &changed.events);
        match of_group.iter().find(|(event, _)| is_it(event)) {
            Some((event, _)) => Ok(Some(event.clone())),
            None if self.unknown.has_turn(conversation, turn) => Ok(None),
            None => events::of_turn(connection, conversation, turn),
        }
    }

    /// The answer that a command has already got.
    pub(crate) fn answered(
        &self,
        connection: &Connection,
        id: CommandId,
        sent: &Sent,
    ) -> Result<Option<commands::Answer>, StoreError> {
        match self.pending.answer_to(id, sent) {
            Some(answer) => Ok(Some(answer)),
            None if self.unknown.has_command(id) => Ok(None),
            None => commands::find(connection, id, sent),
        }
    }

    /// Gives repeats of a command the answer that it has got under another id.
    pub(crate) fn remember(&mut self, id: CommandId, sent: Sent, answer: commands::Answer) {
        self.pending.answer(Answered { id, sent, answer, at: self.clock.now() });
    }

    fn record(
        &mut self,
        id: ConversationId,
        before: Option<Arc<Conversation>>,
        after: Conversation,
        decided: Vec<Event>,
    ) -> Result<Position, StoreError> {
        if decided.is_empty() {
            return Ok(after.position);
        }
        // Saved first, so that any later failure is undone as a whole.
        let taken_back = self.group.get(&id).map(|changed| (Arc::clone(&changed.after), changed.events.len()));
        let index = taken_back.as_ref().map_or(0, |(_, events)| *events);
        self.undo.push(Undo { conversation: id, before: taken_back });
        let turn = decided.iter().find(|event| matches!(event.body, EventBody::TurnAdded { .. }));
        let position = turn.map_or(after.position, |event| event.position);
        let mut logged = Vec::with_capacity(decided.len());
        for (place, event) in decided.into_iter().enumerate() {
            let json = serde_json::to_string(&event)
                .map_err(|error| StoreError::Damaged { what: "event", detail: error.to_string() })?;
            self.pending.event(id, index + place);
            logged.push((event, Arc::from(json)));
        }
        let after = Arc::new(after);
        match self.group.get_mut(&id) {
            Some(changed) => {
                if changed.events.is_empty() {
                    // A state made anew, which nobody was told of.
                    changed.before = Some(Arc::clone(&changed.after));
                }
                changed.after = after;
                changed.events.extend(logged);
            }
            None => {
                self.group.insert(id, Changed { before, after, bytes: 0, events: logged });
            }
        }
        Ok(position)
    }

    /// Writes what this group has decided so far, for work that reads it from its tables.
    fn write_all(&mut self, connection: &Connection) -> Result<(), StoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if connection.is_autocommit() {
            return Err(Error::Commit("the transaction is gone".into()).into());
        }
        self.unknown = Unknown::default();
        self.seq = self.pending.write(connection, &self.group, self.seq)?;
        self.pending.clear();
        Ok(())
    }

    /// [`Self::write_all`], conversation by conversation. What cannot be written fails without the others.
    fn write_apart(&mut self, connection: &Connection) -> Result<(), StoreError> {
        self.unknown = Unknown::default();
        for part in self.pending.take().parts() {
            connection.execute_batch("SAVEPOINT part")?;
            match part.pending.write(connection, &self.group, self.seq) {
                Ok(seq) => self.seq = seq,
                Err(error) => {
                    if connection.is_autocommit() {
                        return Err(error);
                    }
                    connection.execute_batch("ROLLBACK TO part")?;
                    tracing::error!(%error, conversation.id = ?part.conversation, "decisions cannot be written");
                    self.take_back(&part);
                    let why = of_database(error);
                    self.failed.extend(part.pending.works().map(|work| (work, why.undone())));
                }
            }
            connection.execute_batch("RELEASE part")?;
        }
        Ok(())
    }

    /// Makes a conversation's state in memory what is written of it.
    fn take_back(&mut self, part: &Part) {
        let Some((id, changed)) = part.conversation.and_then(|id| Some((id, self.group.get_mut(&id)?))) else {
            return;
        };
        changed.events.truncate(part.from);
        let mut events = changed.events.iter().map(|(event, _)| event);
        let begun = match &changed.before {
            Some(before) => Some(Conversation::clone(before)),
            None => events.next().and_then(Conversation::begin),
        };
        match begun {
            Some(mut state) if !changed.events.is_empty() => {
                events.for_each(|event| state.apply(event));
                changed.after = Arc::new(state);
            }
            _ => drop(self.group.remove(&id)),
        }
    }
}

/// Sort key: the greatest is the conversation that the chat shows.
pub(crate) fn shown_before(state: &Conversation) -> (bool, Time, ConversationId) {
    (state.in_progress(), state.started, state.id)
}

/// A command of Your Logic.
pub(crate) fn of_logic(id: CommandId, conversation: ConversationId, command: Command) -> Envelope {
    Envelope { id, conversation, actor: Participant::Logic, permissions: Permissions::default(), command }
}

/// A command of the hub itself.
#[must_use]
pub fn system_command(conversation: ConversationId, command: Command) -> Envelope {
    Envelope {
        id: CommandId(Uuid::now_v7()),
        conversation,
        actor: Participant::System,
        permissions: Permissions::default(),
        command,
    }
}
