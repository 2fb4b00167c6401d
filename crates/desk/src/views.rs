//! Views from the cache: one query, one answer, and no rule that the pure core already has.

mod about;
mod board;
mod buttons;
mod fields;
mod inbox;
mod may;
mod one;
mod row;
mod search;
mod transcript;
mod translated;
mod unsent;

use tandem_conversation::{Access, Participant, Permission, Permissions, RETENTION_MS, Section, Skills, Time, UserId};
use tandem_sqlite::rusqlite::Connection;

pub(crate) use about::quote;
pub(crate) use board::{Person, board, limits as board_limits};
pub(crate) use inbox::inbox;
pub(crate) use one::{conversation, suggestion};
pub(crate) use search::{search, search_view};
pub(crate) use transcript::{Page, transcript};
pub(crate) use translated::{Languages, of_customer as customers_language, words as words_of_turn};
pub(crate) use unsent::{NotSent, drafts_with, not_sent};

use crate::cache::brands::Brands;
use crate::cache::expect::{Expecting, expected};
use crate::cache::{CacheError, conversations, outbox, pages};
use crate::rpc::ListRequest;
use crate::view::{Arrangement, CountsView, ListView};

/// Maximum rows per page.
const ROWS: u32 = 200;

/// The viewing user and the time.
#[derive(Clone)]
pub(crate) struct Reader {
    pub user: UserId,
    pub name: String,
    pub permissions: Permissions,
    pub skills: Skills,
    pub languages: Languages,
    pub now: Time,
}

impl Reader {
    /// The same, as an actor.
    pub(crate) fn expecting(&self) -> Expecting {
        let actor = Participant::Agent { user: self.user, name: self.name.clone() };
        Expecting { actor, permissions: self.permissions.clone(), now: self.now }
    }

    /// The user's access rights.
    pub(crate) fn access(&self) -> Access<'_> {
        Access { user: self.user, permissions: &self.permissions, skills: &self.skills }
    }

    fn left_after(&self) -> Time {
        self.now.plus_ms(-RETENTION_MS)
    }

    pub(crate) fn may_see(&self, section: Section) -> bool {
        match section {
            Section::My | Section::Left => true,
            Section::Help => self.permissions.has(Permission::Handle),
            Section::All => self.permissions.has_all(Permission::ViewAll),
        }
    }
}

/// A page of a section's list, most urgent first unless the user has arranged it.
pub(crate) fn list(
    connection: &Connection,
    reader: &Reader,
    request: &ListRequest,
    arrangement: Arrangement,
) -> Result<ListView, CacheError> {
    if !reader.may_see(request.section) {
        return Ok(ListView { rows: Vec::new(), total: 0 });
    }
    let page = pages::Page {
        section: request.section,
        left_after: reader.left_after(),
        filter: request.query.trim().to_lowercase(),
        limit: request.limit.min(ROWS),
        offset: request.offset,
        arrangement,
    };
    let (lines, total) = pages::page(connection, &page)?;
    let (acted, brands) = (outbox::conversations(connection)?, Brands::read(connection)?);
    let mut rows = Vec::with_capacity(lines.len());
    for mut line in lines {
        let mut pending = Vec::new();
        if acted.contains(&line.state.id) {
            let waiting = outbox::of_conversation(connection, line.state.id)?;
            pending = row::pending(connection, &waiting, reader.now)?;
            line.state = expected(&line.state, &waiting, &reader.expecting());
        }
        rows.push(row::row(line, pending, reader, &brands));
    }
    Ok(ListView { rows, total })
}

/// Lengths of the sections.
pub(crate) fn counts(connection: &Connection, reader: &Reader) -> Result<CountsView, CacheError> {
    let counts = conversations::counts(connection, reader.left_after())?;
    let handles = reader.may_see(Section::Help);
    Ok(CountsView {
        my: counts.my,
        snoozed: counts.snoozed,
        help: if handles { counts.help } else { 0 },
        left: counts.left,
        all: reader.may_see(Section::All).then_some(counts.all),
        unread: counts.unread,
        help_since: counts.help_since.filter(|_| handles),
        inbox: u32::try_from(inbox(connection, reader)?.len()).unwrap_or(u32::MAX),
        not_sent: u32::try_from(not_sent(connection, reader)?.len()).unwrap_or(u32::MAX),
    })
}
