//! What this machine expects of the hub: the same pure decisions, made with what is known here.

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
    /// What the hub will say, as far as this machine can tell. That the conversation has moved on is for the hub to say.
    pub(crate) fn decide(&self, state: &Conversation, command: &AgentCommand) -> Result<Vec<Event>, Rejection> {
        // Whom a colleague can see only the hub knows; if not, it says so.
        let named = |user: &UserId| Named { user: *user, name: "?".into(), sees_all: true };
        let named = command.colleagues().iter().map(named).collect();
        let envelope = Envelope {
            id: CommandId(Uuid::nil()),
            conversation: state.id,
            actor: self.actor.clone(),
            permissions: self.permissions.clone(),
            command: command.clone().decided_as(self.now, named),
        };
        // Whether a file is there only the hub knows; if not, it says so.
        let files = envelope.command.files().into_iter().cloned().collect();
        decide(Some(state), &envelope, &Context { files, ..self.context() })
    }

    /// The surroundings of a decision. Whether Your Logic is connected, and a button still
    /// offered, only the hub knows; if not, it says so.
    pub(crate) fn context(&self) -> Context {
        Context {
            now: self.now,
            logic_available: true,
            person_typing_until: None,
            person_silent_ms: 0,
            invitation_ms: 1,
            ladder: Ladder::default(),
            button: Some(String::new()),
            files: Vec::new(),
            fresh: Vec::new(),
        }
    }
}

/// The conversation as it will be once the hub has heard what waits, in its order. What it would refuse changes
/// nothing.
pub(crate) fn expected(state: &Conversation, waiting: &[Queued], expecting: &Expecting) -> Conversation {
    let mut state = state.clone();
    for queued in waiting {
        for event in expecting.decide(&state, &queued.command).unwrap_or_default() {
            state.apply(&event);
        }
    }
    state
}
