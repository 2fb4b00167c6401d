//! The custom buttons of one conversation, filled, and whether each can be pressed.

use tandem_conversation::{Button, Conversation, Filled};
use tandem_protocol::agents::AgentCommand;

use super::Reader;
use crate::view::ButtonView;
use crate::words::sentence;

/// `expected` is the state after the waiting commands.
pub(super) fn buttons(
    known: Vec<Button>,
    state: &Conversation,
    expected: &Conversation,
    reader: &Reader,
) -> Vec<ButtonView> {
    let expecting = reader.expecting();
    let view = |button: Button| {
        let (filled, missing) = match button.fill(state, &reader.name) {
            Ok(filled) => (filled, None),
            Err(why) => (Filled::default(), Some(why.to_string())),
        };
        let refused = button.action.clone().and_then(|action| {
            expecting.decide(expected, &AgentCommand::PressButton { action }).err().map(|why| why.to_string())
        });
        let unusable = refused.or(missing).map(|why| sentence(&format!("{why}.")));
        ButtonView {
            id: button.id,
            title: button.title,
            description: button.description,
            acts: button.action.is_some(),
            copies: button.copy.is_some(),
            opens: button.url.is_some(),
            copy: filled.copy.filter(|_| unusable.is_none()),
            url: filled.url.filter(|_| unusable.is_none()),
            unusable,
        }
    };
    known.into_iter().map(view).collect()
}
