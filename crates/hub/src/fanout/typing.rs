//! Typing signals: sent at once, then at most once a second.

use std::collections::HashMap;

use tandem_conversation::{ConversationId, Participant, Time};
use tandem_protocol::agents::LiveFrame;
use tandem_protocol::chat::ChatFrame;

use super::{Sessions, TYPING_MS, desk, encode, guest};

/// Signals of the current second.
#[derive(Default)]
pub(super) struct Typing(HashMap<ConversationId, Vec<Said>>);

struct Said {
    by: Participant,
    /// The state that was sent.
    on: bool,
    /// A later state, sent with the next tick.
    then: Option<bool>,
}

/// Typing began or stopped.
pub(super) fn heard(sessions: &mut Sessions, conversation: ConversationId, by: Participant, on: bool) {
    let said = sessions.typing.0.entry(conversation).or_default();
    if let Some(known) = said.iter_mut().find(|said| said.by == by) {
        known.then = Some(on);
        return;
    }
    spread(sessions, conversation, &by, on);
    sessions.typing.0.entry(conversation).or_default().push(Said { by, on, then: None });
}

/// One second has passed.
pub(super) fn tick(sessions: &mut Sessions) {
    for (conversation, said) in std::mem::take(&mut sessions.typing.0) {
        for said in said {
            if let Some(on) = said.then.filter(|then| *then != said.on) {
                heard(sessions, conversation, said.by, on);
            }
        }
    }
}

fn spread(sessions: &mut Sessions, conversation: ConversationId, by: &Participant, on: bool) {
    let Some(state) = sessions.recent.get(conversation) else { return };
    if *by != Participant::Customer {
        let name = match by {
            Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. } => name.clone(),
            _ => String::new(),
        };
        sessions.send_chat(state.contact, &ChatFrame::Typing { conversation, name, kind: by.kind(), on });
    }
    guest::spread_typing(sessions, &state, by, on);
    let until = Time(sessions.clock.now().0 + if on { TYPING_MS } else { 0 });
    let Some(frame) = encode(&LiveFrame::Typing { conversation, by: by.clone(), until }) else { return };
    for user in desk::engaged(&state) {
        if by.user() != Some(user) {
            sessions.send_user(user, &frame);
        }
    }
}
