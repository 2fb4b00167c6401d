//! Which actions make sense, decided by the pure core, so that the interface needs no rules of its own.

use tandem_conversation::{
    CardPerson, Command, CommandId, ContactKind, Content, Conversation, ConversationId, Envelope, Event, GoesOn,
    Invitee, LinkId, Participant, TurnId, UserId, decide, limits,
};
use tandem_protocol::{
    ASKS_FOR_NUMBERS, EDITS_CUSTOMERS, GOES_ON, HAS_SNOOZES, SENDS_CARDS, SUPERVISES, TAKES_QUOTES, TELLS_TEMPLATES,
    TRANSFERS,
};
use uuid::Uuid;

use super::Reader;
use crate::cache::chats::InChat;
use crate::view::MayView;

/// Placeholder for the reader's next turn. The nil id would be refused.
const SOME_TURN: TurnId = TurnId(Uuid::max());
/// Length of a snooze that no one has chosen, in milliseconds.
const SOME_MS: i64 = 1;

/// Older hubs refuse commands that they do not know.
pub(super) fn may(state: &Conversation, reader: &Reader, hub_version: u32, in_chat: InChat) -> MayView {
    let asks = |command: Command| !ask(state, reader, command).is_empty();
    let reply = |content: Content| Command::Reply {
        turn: SOME_TURN,
        content,
        written_against: state.position,
        mind_customer: false,
        while_in_progress: false,
        received: reader.now,
    };
    let any = || "?".to_owned();
    let said = || reply(Content::Text { text: any() });
    let quoting = Command::Quoting { reply_to: SOME_TURN, command: Box::new(said()) };
    let asking = Command::AskingNumber { command: Box::new(said()) };
    let has_number = state.customer.contacts.iter().any(|contact| contact.kind == ContactKind::Phone);
    let react = Command::React { turn: SOME_TURN, emoji: Some("👍".to_owned()), received: reader.now };
    let template = Content::Template { name: any(), language: any(), values: Vec::new(), text: any() };
    let someone = CardPerson { name: any(), phones: vec![any()], ..CardPerson::default() };
    let name = Some(if state.customer.name == "?" { "!" } else { "?" }.to_owned());
    let edit = Command::EditCustomer { name, email: None, phone: None };
    let others = state.logic.engaged
        || state.people().filter_map(|e| e.person()).any(|person| person.user() != Some(reader.user));
    let invitee = Invitee::Colleague { user: UserId(Uuid::nil()), name: "?".into() };
    let transfer = Command::Transfer { user: UserId(Uuid::nil()), name: "?".into(), note: None };
    let expires = reader.now.plus_ms(limits::LINK_MIN_MS);
    let partner = Invitee::External { link: LinkId(Uuid::nil()), name: "?".into(), expires };
    let mut everybody = state.engagements.iter().filter_map(|e| e.person().or_else(|| e.invitee()));
    let link = everybody.find_map(|person| match person {
        Participant::ExternalAgent { link, .. } => Some(*link),
        _ => None,
    });
    let somewhere = Some(ConversationId(Uuid::max()));
    let ends = Command::GoOnIn { conversation: somewhere };
    let from = |conversation| Command::GoOnFrom { conversation, waits_since: None };
    let splits = state.channel.facts().templates && state.last_words.is_some() && !in_chat.later;
    let is_joined = state.goes_on_from.is_some();
    MayView {
        continue_new: hub_version >= GOES_ON && splits && asks(ends),
        belong: hub_version >= GOES_ON && in_chat.earlier && !is_joined && asks(from(somewhere)),
        not_belong: hub_version >= GOES_ON && is_joined && asks(from(None)),
        join: asks(Command::Join { call: None }),
        reply: asks(said()),
        quote: hub_version >= TAKES_QUOTES && asks(quoting),
        ask_number: hub_version >= ASKS_FOR_NUMBERS && !has_number && asks(asking),
        react: hub_version >= TAKES_QUOTES && asks(react),
        template: hub_version >= TELLS_TEMPLATES && asks(reply(template)),
        card: hub_version >= SENDS_CARDS && asks(reply(Content::card(vec![someone]))),
        note: asks(Command::Note { turn: SOME_TURN, text: "?".into(), mentions: Vec::new() }),
        leave: asks(Command::Leave { reason: String::new(), ask_for_help: false }),
        complete: asks(Command::Complete { resolution: String::new() }),
        ask_for_help: asks(Command::AskForHelp { reason: String::new() }),
        help_not_needed: !goes_on(state, reader).is_empty(),
        invite_external: asks(Command::Invite { invitee: partner, note: None }),
        invite: asks(Command::Invite { invitee, note: None }),
        transfer: hub_version >= TRANSFERS && asks(transfer),
        revoke_link: link.is_some_and(|link| asks(Command::RevokeLink { link })),
        delegate: asks(Command::Delegate { note: None, turn: SOME_TURN }),
        take_over: others && state.in_progress() && asks(Command::TakeOver),
        widen: hub_version >= SUPERVISES
            && state.help.as_ref().is_some_and(|help| asks(Command::CallMore { call: help.call })),
        snooze: hub_version >= HAS_SNOOZES && asks(Command::Snooze { until: Some(reader.now.plus_ms(SOME_MS)) }),
        end_snooze: state.snooze_of(reader.user, reader.now).is_some(),
        tag: asks(Command::Tag { add: vec!["?".into()], remove: Vec::new() })
            || asks(Command::Tag { add: Vec::new(), remove: state.tags.clone() }),
        edit_customer: hub_version >= EDITS_CUSTOMERS && asks(edit),
        decline: state
            .invitation_of(reader.user)
            .is_some_and(|invitation| asks(Command::Decline { engagement: invitation.id })),
    }
}

/// Who can go on if the reader dismisses the call for help.
pub(super) fn goes_on(state: &Conversation, reader: &Reader) -> Vec<GoesOn> {
    let dismisses = |goes_on| Command::HelpNotNeeded { goes_on: Some(goes_on), reason: "?".into() };
    GoesOn::EVERY.into_iter().filter(|goes_on| !ask(state, reader, dismisses(*goes_on)).is_empty()).collect()
}

/// The resulting events; none if it is refused or changes nothing.
fn ask(state: &Conversation, reader: &Reader, command: Command) -> Vec<Event> {
    let expecting = reader.expecting();
    let envelope = Envelope {
        id: CommandId(Uuid::nil()),
        conversation: state.id,
        actor: expecting.actor.clone(),
        permissions: expecting.permissions.clone(),
        command,
    };
    decide(Some(state), &envelope, &expecting.context()).unwrap_or_default()
}
