//! What external agents' pages receive after a change.

use tandem_conversation::{Conversation, ConversationId, EventBody, Participant, Side};
use tandem_protocol::guests::GuestFrame;

use super::{GuestSession, SessionId, Sessions, encode};
use crate::engine::Changed;
use crate::shown::guest::{entry_of, over};

pub(super) fn spread(sessions: &mut Sessions, changed: &Changed) {
    let conversation = changed.after.id;
    if !sessions.guests.contains_key(&conversation) {
        return;
    }
    let logic = sessions.logic_name.clone();
    for (event, _) in &changed.events {
        match &event.body {
            EventBody::TurnAdded { .. } => send(sessions, conversation, |guest| {
                let entry = entry_of(event, &changed.after, logic.as_deref(), guest.link);
                entry.map(|entry| GuestFrame::Entry { entry: Box::new(entry) })
            }),
            EventBody::Received { side: Side::Customer, stage, up_to } => {
                send(sessions, conversation, |_| {
                    Some(GuestFrame::Stage { conversation, up_to: *up_to, stage: *stage })
                });
            }
            // Its first event, which says whether a page shows the turn, is in the log alone.
            EventBody::TurnEdited { .. } | EventBody::TurnWithdrawn { .. } => {
                send(sessions, conversation, |_| Some(GuestFrame::Amended { conversation }));
            }
            // Button values come from it.
            EventBody::CustomChanged { .. }
            | EventBody::CustomerChanged { .. }
            | EventBody::CustomerRenamed { .. }
            | EventBody::CustomerNoted { .. }
            | EventBody::CustomerAttested { .. }
            | EventBody::CustomerLinked { .. }
            | EventBody::LanguageChanged { .. } => send(sessions, conversation, |_| Some(GuestFrame::Buttons {})),
            EventBody::EngagementEnded { was, end, .. } => {
                let Some(Participant::ExternalAgent { link, .. }) = was.person() else { continue };
                let standing = over(end, changed.after.in_progress());
                send(sessions, conversation, |guest| (guest.link == *link).then_some(GuestFrame::Over { standing }));
                // Dropping the line closes the page after its last frame.
                drop_where(sessions, conversation, |_, guest| guest.link == *link);
            }
            _ => {}
        }
    }
}

pub(super) fn spread_typing(sessions: &mut Sessions, state: &Conversation, by: &Participant, on: bool) {
    let name = match by {
        Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. } | Participant::Device { name } => {
            name
        }
        Participant::Customer => &state.customer.name,
        Participant::Logic | Participant::System => "",
    };
    let own = match by {
        Participant::ExternalAgent { link, .. } => Some(*link),
        _ => None,
    };
    send(sessions, state.id, |guest| {
        (Some(guest.link) != own).then(|| GuestFrame::Typing {
            conversation: state.id,
            name: name.to_owned(),
            kind: by.kind(),
            on,
        })
    });
}

pub(super) fn spread_buttons(sessions: &mut Sessions) {
    for conversation in sessions.guests.keys().copied().collect::<Vec<_>>() {
        send(sessions, conversation, |_| Some(GuestFrame::Buttons {}));
    }
}

pub(super) fn drop_where(
    sessions: &mut Sessions,
    conversation: ConversationId,
    which: impl Fn(SessionId, &GuestSession) -> bool,
) {
    let Some(guests) = sessions.guests.get_mut(&conversation) else { return };
    guests.retain(|(id, guest)| !which(*id, guest));
    if guests.is_empty() {
        sessions.guests.remove(&conversation);
    }
}

/// Sends each page its frame. A page that cannot keep up is disconnected and reconnects.
fn send(sessions: &mut Sessions, conversation: ConversationId, frame: impl Fn(&GuestSession) -> Option<GuestFrame>) {
    let Some(guests) = sessions.guests.get_mut(&conversation) else { return };
    guests.retain(|(_, guest)| match frame(guest).and_then(|frame| encode(&frame)) {
        Some(text) => guest.line.send(text),
        None => true,
    });
}
