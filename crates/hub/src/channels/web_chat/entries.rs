//! What a customer sees of a conversation: never notes, suggestions or internal events.

use tandem_conversation::{Content, Conversation, Event, EventBody, MediaId, Participant, Stage};
use tandem_protocol::chat::{ChatAnswer, ChatConversation, ChatEntry, ChatKind, ChatStatus};

/// The entry of an event; none if customers do not see it. `right` makes the access right for a file's address.
pub(crate) fn entry_of(
    event: &Event,
    state: &Conversation,
    right: impl FnOnce(MediaId) -> String,
) -> Option<ChatEntry> {
    let EventBody::TurnAdded { turn, .. } = &event.body else { return None };
    if !turn.content.is_for_customer() {
        return None;
    }
    let (kind, choices, media, answer) = match &turn.content {
        Content::Question { choices, .. } => (ChatKind::Question, choices.clone(), None, None),
        Content::Answer { question, choice, .. } => {
            let answer = ChatAnswer { question: *question, choice: choice.clone() };
            (ChatKind::Answer, Vec::new(), None, Some(answer))
        }
        Content::Attachment { media, .. } => (ChatKind::Attachment, Vec::new(), Some(media.clone()), None),
        _ => (ChatKind::Text, Vec::new(), None, None),
    };
    let name = match &event.actor {
        Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. } => Some(name.clone()),
        _ => None,
    };
    let receipts = &state.receipts;
    let stage = (event.actor == Participant::Customer).then_some(if event.position <= receipts.desk_seen {
        Stage::Seen
    } else if event.position <= receipts.desk_delivered {
        Stage::Delivered
    } else {
        Stage::Accepted
    });
    Some(ChatEntry {
        conversation: state.id,
        position: event.position,
        id: turn.id,
        time: event.time,
        from: event.actor.kind(),
        name,
        kind,
        text: turn.content.text().to_owned(),
        choices,
        right: media.as_ref().map(|media| right(media.id)),
        media,
        answer,
        stage,
    })
}

/// A conversation as its customer sees it.
pub(crate) fn conversation_of(state: &Conversation) -> ChatConversation {
    let status = if state.in_progress() { ChatStatus::InProgress } else { ChatStatus::Completed };
    ChatConversation { id: state.id, status, position: state.position }
}
