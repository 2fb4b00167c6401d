//! What customers and external agents ([`guest`]) see of a conversation: never notes, suggestions or internal events.

pub(crate) mod guest;

use serde::Deserialize;
use tandem_conversation::{
    Content, Conversation, ConversationId, Event, EventBody, MediaId, Participant, Position, ReviewId, Stage, TurnId,
};
use tandem_protocol::chat::{ChatAnswer, ChatConversation, ChatEntry, ChatKind, ChatReview, ChatStatus};
use utoipa::IntoParams;

/// The entry of an event; none if customers do not see it. `logic` is Your Logic's name, if it has one; `right` makes the
/// access right for a file's address.
pub(crate) fn entry_of(
    event: &Event,
    state: &Conversation,
    logic: Option<&str>,
    right: impl FnOnce(MediaId) -> String,
) -> Option<ChatEntry> {
    let turn = match &event.body {
        EventBody::TurnAdded { turn, .. } => turn,
        EventBody::ReviewAsked { review, text, .. } => return Some(request_of(event, state, *review, text, logic)),
        _ => return None,
    };
    if !turn.content.is_for_customer() || turn.content.is_withdrawn() {
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
        name: name_of(&event.actor, logic),
        kind,
        text: turn.content.text().to_owned(),
        choices,
        right: media.as_ref().map(|media| right(media.id)),
        media,
        answer,
        review: None,
        stage,
    })
}

fn name_of(actor: &Participant, logic: Option<&str>) -> Option<String> {
    match actor {
        Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. } | Participant::Device { name } => {
            Some(name.clone())
        }
        Participant::Logic => logic.map(str::to_owned),
        _ => None,
    }
}

/// The entry of a request for a review. Its id is the request's.
fn request_of(event: &Event, state: &Conversation, id: ReviewId, text: &str, logic: Option<&str>) -> ChatEntry {
    ChatEntry {
        conversation: state.id,
        position: event.position,
        id: TurnId(id.0),
        time: event.time,
        from: event.actor.kind(),
        name: name_of(&event.actor, logic),
        kind: ChatKind::Review,
        text: text.to_owned(),
        choices: Vec::new(),
        right: None,
        media: None,
        answer: None,
        review: Some(review_of(state, id)),
        stage: None,
    }
}

/// A request for a review as its customer sees it. Only the newest can be answered.
pub(crate) fn review_of(state: &Conversation, id: ReviewId) -> ChatReview {
    let Some(review) = state.review.as_deref().filter(|review| review.id == id) else {
        return ChatReview { id, until: None, score: None, comment: String::new(), declined: false };
    };
    let (score, comment) = match &review.answer {
        Some(answer) => (Some(answer.score), answer.text.clone()),
        None => (None, String::new()),
    };
    ChatReview { id, until: Some(review.until()), score, comment, declined: review.is_declined() }
}

/// A conversation as its customer sees it.
pub(crate) fn conversation_of(state: &Conversation) -> ChatConversation {
    let status = if state.in_progress() { ChatStatus::InProgress } else { ChatStatus::Completed };
    ChatConversation { id: state.id, status, position: state.position }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntriesQuery {
    /// The conversation that `after` counts in. If another is shown now, everything is repeated.
    conversation: Option<ConversationId>,
    /// Entries after this position.
    #[serde(default)]
    after: u32,
    #[serde(default = "most")]
    limit: u32,
}

impl EntriesQuery {
    /// How far the client has read the shown conversation.
    pub(crate) fn known(&self) -> Known {
        Known { conversation: self.conversation, after: Position(self.after) }
    }

    pub(crate) fn limit(&self) -> u32 {
        self.limit.clamp(1, most())
    }
}

fn most() -> u32 {
    500
}

/// How far a page has read, and in which conversation. Older pages omit the conversation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub conversation: Option<ConversationId>,
    pub after: Position,
}

impl Known {
    /// Where to resume in this conversation.
    pub(crate) fn position_in(self, shown: ConversationId) -> Position {
        if self.conversation.is_some_and(|conversation| conversation != shown) { Position::START } else { self.after }
    }
}
