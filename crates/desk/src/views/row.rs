//! One line of a list.

use tandem_conversation::{NeedsHelp, UserId};

use crate::cache::conversations::Line;
use crate::view::{HelpView, RowView};

pub(super) fn row(line: Line, me: UserId) -> RowView {
    let Line { state, unread, draft } = line;
    let engaged = state.people().filter_map(|engagement| engagement.person().cloned()).collect();
    let invited = state.invitation_of(me).is_some();
    let logic_working = state.logic.asked.is_some();
    let in_progress = state.in_progress();
    let wait = state.wait();
    let help = state.help.as_ref().map(help_view);
    let (words, words_by, words_at) = match state.last_words {
        Some(words) => (words.text, Some(words.by), Some(words.at)),
        None => (String::new(), None, None),
    };
    RowView {
        id: state.id,
        customer: state.customer.id,
        name: state.customer.name,
        channel: state.channel,
        in_progress,
        words,
        words_by,
        words_at,
        wait,
        help,
        engaged,
        logic_working,
        invited,
        unread,
        draft,
        tags: state.tags,
        language: state.language,
        updated: state.updated,
    }
}

fn help_view(help: &NeedsHelp) -> HelpView {
    HelpView { call: help.call, reason: help.reason.line(), by: help.by.clone(), since: help.since }
}
