//! Predicts the hub's decisions: the same pure functions, with local knowledge.

use std::borrow::Cow;

use tandem_conversation::{
    CommandId, Context, Conversation, Envelope, Event, Ladder, Named, Participant, Permissions, Rejection, Time,
    UserId, decide, limits,
};
use tandem_protocol::agents::{AgentCommand, Me};
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

use super::outbox::{self, Queued};
use super::{CacheError, meta};

/// Who would act, and when.
#[derive(Clone)]
pub(crate) struct Expecting {
    pub actor: Participant,
    pub permissions: Permissions,
    pub now: Time,
}

impl Expecting {
    pub(crate) fn of(me: Me, now: Time) -> Self {
        Self { actor: Participant::Agent { user: me.user, name: me.name }, permissions: me.permissions, now }
    }

    /// The hub's probable decision. Only the hub can judge whether the conversation has moved on.
    pub(crate) fn decide(&self, state: &Conversation, command: &AgentCommand) -> Result<Vec<Event>, Rejection> {
        // Only the hub can check a colleague's visibility; it rejects if needed.
        let named = |user: &UserId| Named { user: *user, name: "?".into(), sees_all: true };
        let named = command.colleagues().iter().map(named).collect();
        let envelope = Envelope {
            id: CommandId(Uuid::nil()),
            conversation: state.id,
            actor: self.actor.clone(),
            permissions: self.permissions.clone(),
            command: command.clone().decided_as(self.now, named),
        };
        // Only the hub can check files; it rejects if needed.
        let files = envelope.command.files().into_iter().cloned().collect();
        decide(Some(state), &envelope, &Context { files, ..self.context() })
    }

    /// The context of a decision. Only the hub knows whether Your Logic is connected and a button still offered; it
    /// rejects if needed.
    pub(crate) fn context(&self) -> Context {
        Context {
            now: self.now,
            logic_available: true,
            person_typing_until: None,
            person_silent_ms: 0,
            // How long a hub waits for an invited colleague is its own affair; none waits longer than for partners.
            invitation_ms: limits::LINK_MAX_MS,
            ladder: Ladder::default(),
            drawn: None,
            templates: None,
            button: Some(String::new()),
            review_plan: None,
            review_asked: None,
            review_opted_out: false,
            files: Vec::new(),
            used: Vec::new(),
            fresh: Vec::new(),
        }
    }
}

/// The state after the waiting commands, in order, each at its own time. Those that would be refused change nothing.
///
/// Lists, header, composer and context show this state and no other, so that they agree.
pub(crate) fn expected(state: &Conversation, waiting: &[Queued], expecting: &Expecting) -> Conversation {
    let position = state.position;
    let mut state = state.clone();
    for queued in waiting.iter().filter(|queued| queued.is_ahead_of(position)) {
        let then = Expecting { now: queued.created, ..expecting.clone() };
        for event in then.decide(&state, &queued.command).unwrap_or_default() {
            state.apply(&event);
        }
    }
    state
}

/// The same from the cache, for its user.
pub(crate) fn expected_here<'a>(
    connection: &Connection,
    state: &'a Conversation,
) -> Result<Cow<'a, Conversation>, CacheError> {
    let waiting = outbox::of_conversation(connection, state.id)?;
    if !waiting.iter().any(|queued| queued.is_ahead_of(state.position)) {
        return Ok(Cow::Borrowed(state));
    }
    let Some(me) = meta::me(connection)? else { return Ok(Cow::Borrowed(state)) };
    Ok(Cow::Owned(expected(state, &waiting, &Expecting::of(me, Time(0)))))
}
