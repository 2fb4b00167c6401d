//! What Your Logic would say next, asked before a conversation is handed back.

use tandem_conversation::Action;
use tandem_protocol::logic::LogicResponseBody;

use crate::rpc::{OneConversation, RpcError};
use crate::view::{PreviewLine, PreviewView};
use crate::words::say;
use crate::workplace::Workplace;

impl Workplace {
    pub(crate) async fn preview(&self, request: OneConversation) -> Result<PreviewView, RpcError> {
        let answer = self
            .ask_hub("failed-preview", |session, token| async move { session.hub.preview(&token, request.id).await });
        Ok(view(&answer.await?))
    }
}

fn view(answer: &LogicResponseBody) -> PreviewView {
    PreviewView { lines: answer.actions.iter().filter_map(line).collect() }
}

fn line(action: &Action) -> Option<PreviewLine> {
    let says = |text: &str, choices: Vec<String>| Some(PreviewLine { says: true, text: text.to_owned(), choices });
    let does = |text: String| Some(PreviewLine { says: false, text, choices: Vec::new() });
    let because = |text: &str, why: &str| match why.trim() {
        "" => text.to_owned(),
        why => say("detail", &[("line", text.into()), ("detail", why.into())]),
    };
    match action {
        Action::Message { text, .. } | Action::Channel { text, .. } | Action::Feedback { text } => {
            says(text, Vec::new())
        }
        Action::Question { text, choices, .. } => {
            says(text, choices.iter().map(|choice| choice.label.clone()).collect())
        }
        Action::Attachment { media, url, name, text, .. } => {
            let called = name.as_ref().or(url.as_ref()).or(media.as_ref().map(|media| &media.name));
            says(&because(text, called.map_or("", String::as_str)), Vec::new())
        }
        Action::Template { name, .. } => does(because(&say("preview-template", &[]), name)),
        Action::Suggestion { text } => does(because(&say("preview-suggests", &[]), text)),
        Action::Note { text, .. } => does(because(&say("preview-notes", &[]), text)),
        Action::NeedsHelp { value: true, reason, .. } => does(because(&say("preview-asks-help", &[]), reason)),
        Action::NeedsHelp { value: false, .. } => does(say("preview-no-help", &[])),
        Action::InviteAgent { .. } => does(say("preview-invites", &[])),
        Action::InviteExternalAgent { name, .. } => does(because(&say("preview-invites.partner", &[]), name)),
        Action::RemoveParticipant { .. } => does(say("preview-removes", &[])),
        Action::EngageLogic { value: true } | Action::Typing { .. } | Action::Review { .. } => None,
        Action::EngageLogic { value: false } => does(say("preview-switches-off", &[])),
        Action::Complete { resolution } => does(because(&say("preview-completes", &[]), resolution)),
        Action::Reopen => does(say("preview-reopens", &[])),
        Action::Tag { add, remove } => {
            does(because(&say("preview-tags", &[]), &[add.as_slice(), remove].concat().join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_and_what_is_done_are_told_apart() {
        let actions = serde_json::json!([
            { "type": "MESSAGE", "text": "Your parcel is on its way." },
            { "type": "QUESTION", "text": "Anything else?", "choices": [{ "id": "y", "label": "Yes" }] },
            { "type": "TYPING", "value": true },
            { "type": "COMPLETE", "resolution": "delivered" },
            { "type": "NEEDS_HELP", "value": true },
        ]);
        let actions = serde_json::from_value(actions).unwrap();
        let lines = view(&LogicResponseBody { actions, ..LogicResponseBody::default() }).lines;
        let told: Vec<_> = lines.iter().map(|line| (line.says, line.text.as_str(), line.choices.len())).collect();
        assert_eq!(
            told,
            [
                (true, "Your parcel is on its way.", 0),
                (true, "Anything else?", 1),
                (false, "Completes the conversation: delivered", 0),
                (false, "Asks for help", 0),
            ]
        );
    }
}
