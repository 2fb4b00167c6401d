//! What a customer's browser receives after a change.

use tandem_conversation::{EventBody, Side};
use tandem_protocol::chat::{ChatFrame, ChatStatus};

use super::Sessions;
use crate::engine::{Changed, shown_before};
use crate::shown::entry_of;

pub(super) fn spread(sessions: &mut Sessions, changed: &Changed) {
    let contact = changed.after.contact;
    if !sessions.chats.contains_key(&contact) {
        return;
    }
    if changed.before.as_ref().is_some_and(|before| before.contact != contact) {
        // The chat may show another conversation now.
        sessions.drop_chats(contact, |_| true);
        return;
    }
    let this = shown_before(&changed.after);
    let newest = sessions.newest.entry(contact).or_insert(this);
    if this < *newest && this.2 != newest.2 {
        return;
    }
    *newest = this;
    let conversation = changed.after.id;
    let status = |status| Some(ChatFrame::Status { conversation, status });
    for (event, _) in &changed.events {
        let frame = match &event.body {
            EventBody::TurnAdded { .. } | EventBody::ReviewAsked { .. } => {
                let right = |file| sessions.rights.give(file, contact, sessions.clock.now());
                entry_of(event, &changed.after, sessions.logic_name.as_deref(), right)
                    .map(|entry| ChatFrame::Entry { entry })
            }
            EventBody::Received { side: Side::Desk, stage, up_to } => {
                Some(ChatFrame::Stage { conversation, up_to: *up_to, stage: *stage })
            }
            EventBody::Completed { .. } => status(ChatStatus::Completed),
            EventBody::Reopened => status(ChatStatus::InProgress),
            _ => None,
        };
        if let Some(frame) = frame {
            sessions.send_chat(contact, &frame);
        }
    }
}
