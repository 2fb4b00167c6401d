//! Which actions make sense: the pure core is asked, so the interface needs no rules of its own.

use tandem_conversation::{
    Command, CommandId, Content, Context, Conversation, Envelope, Event, Invitee, Participant, TurnId, UserId, decide,
};
use uuid::Uuid;

use super::Reader;
use crate::view::MayView;

/// What `reader` may do now.
pub(super) fn may(state: &Conversation, reader: &Reader) -> MayView {
    let asks = |command: Command| !ask(state, reader, command).is_empty();
    let text = Content::Text { text: "?".into() };
    let reply = Command::Reply {
        turn: TurnId(Uuid::nil()),
        content: text,
        written_against: state.position,
        mind_customer: false,
        received: reader.now,
    };
    let others = state.logic.engaged
        || state.people().filter_map(|e| e.person()).any(|person| person.user() != Some(reader.user));
    let invitee = Invitee::Colleague { user: UserId(Uuid::nil()), name: "?".into() };
    MayView {
        join: asks(Command::Join { call: None }),
        reply: asks(reply),
        note: asks(Command::Note { turn: TurnId(Uuid::nil()), text: "?".into() }),
        leave: asks(Command::Leave { reason: String::new(), ask_for_help: false }),
        complete: asks(Command::Complete { resolution: String::new() }),
        ask_for_help: asks(Command::AskForHelp { reason: String::new() }),
        help_not_needed: asks(Command::HelpNotNeeded),
        invite: asks(Command::Invite { invitee, note: None }),
        delegate: asks(Command::Delegate { note: None, turn: TurnId(Uuid::nil()) }),
        take_over: others && state.in_progress() && asks(Command::TakeOver),
        decline: state
            .invitation_of(reader.user)
            .is_some_and(|invitation| asks(Command::Decline { engagement: invitation.id })),
    }
}

/// What would happen; nothing if it is refused or changes nothing.
fn ask(state: &Conversation, reader: &Reader, command: Command) -> Vec<Event> {
    decide(Some(state), &envelope(state, reader, command), &context(reader)).unwrap_or_default()
}

fn envelope(state: &Conversation, reader: &Reader, command: Command) -> Envelope {
    Envelope {
        id: CommandId(Uuid::nil()),
        conversation: state.id,
        actor: Participant::Agent { user: reader.user, name: reader.name.clone() },
        permissions: reader.permissions.clone(),
        command,
    }
}

fn context(reader: &Reader) -> Context {
    Context {
        now: reader.now,
        // Only the hub knows; if it is not connected, the hub says so.
        logic_available: true,
        person_typing_until: None,
        turn_lease_ms: 0,
        invitation_ms: 1,
        fresh: Vec::new(),
    }
}
