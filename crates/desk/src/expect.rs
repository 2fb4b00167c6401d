//! Predicts the hub's decisions: the same pure functions, with local knowledge.

use tandem_conversation::{
    CommandId, Context, Conversation, Envelope, Event, Ladder, Named, Participant, Permissions, Rejection, Time,
    UserId, decide,
};
use tandem_protocol::agents::AgentCommand;
use uuid::Uuid;

use crate::cache::outbox::Queued;

/// Who would act, and when.
#[derive(Clone)]
pub(crate) struct Expecting {
    pub actor: Participant,
    pub permissions: Permissions,
    pub now: Time,
}

impl Expecting {
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
            invitation_ms: 1,
            ladder: Ladder::default(),
            question: None,
            button: Some(String::new()),
            files: Vec::new(),
            fresh: Vec::new(),
        }
    }
}

/// The state after the waiting commands, in order. Those that would be refused change nothing.
pub(crate) fn expected(state: &Conversation, waiting: &[Queued], expecting: &Expecting) -> Conversation {
    let mut state = state.clone();
    for queued in waiting {
        for event in expecting.decide(&state, &queued.command).unwrap_or_default() {
            state.apply(&event);
        }
    }
    state
}
