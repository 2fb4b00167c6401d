//! One line of a list.

use tandem_conversation::{Conversation, NeedsHelp, Snooze, Time};
use tandem_sqlite::rusqlite::Connection;

use super::Reader;
use crate::cache::brands::Brands;
use crate::cache::outbox::Queued;
use crate::cache::pages::Line;
use crate::cache::{CacheError, buttons};
use crate::view::{HelpView, PendingView, RowView, SnoozeView};

/// `line` has the state after the waiting commands, which are `pending`.
pub(super) fn row(line: Line, pending: Vec<PendingView>, reader: &Reader, brands: &Brands) -> RowView {
    let Line { state, unread, draft } = line;
    let snooze = snooze(&state, reader);
    let engaged = state.people().filter_map(|engagement| engagement.person().cloned()).collect();
    let invited = state.invitation_of(reader.user).is_some();
    let mentioned = state.mention_of(reader.user, &reader.permissions).is_some();
    let logic_working = state.logic.asked.is_some();
    let in_progress = state.in_progress();
    let (wait, due) = (state.wait(), brands.due(&state));
    let brand = brands.name(state.brand).map(str::to_owned);
    let tells_brand = brands.told(state.brand, &reader.access()).is_some();
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
        due,
        help,
        engaged,
        logic_working,
        invited,
        mentioned,
        unread,
        draft,
        snooze,
        pending,
        tags: state.tags,
        language: state.language,
        brand,
        tells_brand,
        updated: state.updated,
    }
}

/// What waits for the hub; turns that are held back only wait for their time.
pub(super) fn pending(connection: &Connection, waiting: &[Queued], now: Time) -> Result<Vec<PendingView>, CacheError> {
    let waits = |queued: &&Queued| !queued.accepted && !queued.is_receipt() && !queued.is_held(now);
    let view = |queued: &Queued| {
        // The time of a hold is no delay.
        let since = queued.held_until.unwrap_or_default().max(queued.created);
        Ok(PendingView { what: buttons::intent(connection, &queued.command)?, since })
    };
    waiting.iter().filter(waits).map(view).collect()
}

/// The reader's own snooze or reminder; else a colleague's snooze.
fn snooze(state: &Conversation, reader: &Reader) -> Option<SnoozeView> {
    let (me, now) = (reader.user, reader.now);
    let own = state.snooze_of(me, now).or_else(|| state.reminder_of(me, now));
    let lasts = |snooze: &&Snooze| snooze.over_since(now).is_none();
    own.or_else(|| state.snoozes.iter().find(lasts)).map(|snooze| SnoozeView {
        by: snooze.by.clone(),
        me: snooze.is_of(me),
        until: snooze.until,
        over: snooze.over_since(now).is_some(),
    })
}

fn help_view(help: &NeedsHelp) -> HelpView {
    HelpView { call: help.call, reason: crate::entries::reason(&help.reason), by: help.by.clone(), since: help.since }
}
