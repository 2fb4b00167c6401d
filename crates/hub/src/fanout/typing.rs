//! Who is writing: told at once, and then once a second at most, however often it is said.

use std::collections::HashMap;

use tandem_conversation::{ConversationId, Participant, Time};
use tandem_protocol::agents::LiveFrame;
use tandem_protocol::chat::ChatFrame;

use super::{Sessions, TYPING_MS, desk, encode, guest};

/// What was said within this second.
#[derive(Default)]
pub(super) struct Typing(HashMap<ConversationId, Vec<Said>>);

struct Said {
    by: Participant,
    /// What was told.
    on: bool,
    /// What came after that, and is told with the next second.
    then: Option<bool>,
}

/// Somebody has begun or stopped to write.
pub(super) fn heard(sessions: &mut Sessions, conversation: ConversationId, by: Participant, on: bool) {
    let said = sessions.typing.0.entry(conversation).or_default();
    if let Some(known) = said.iter_mut().find(|said| said.by == by) {
        known.then = Some(on);
        return;
    }
    spread(sessions, conversation, &by, on);
    sessions.typing.0.entry(conversation).or_default().push(Said { by, on, then: None });
}

/// A second is over.
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
