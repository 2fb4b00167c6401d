//! Pages of the sections' lists.

use tandem_conversation::{Conversation, Section, Time};
use tandem_sqlite::rusqlite::{Connection, params};

use super::{CacheError, arranged, conversations};
use crate::view::Arrangement;

pub(crate) const WORDS: &str = "
-- With what a filter looks for, so that it reads no row that has other words.
CREATE INDEX conversations_left_words ON conversations (left_at DESC, words) WHERE in_left = 1;
CREATE INDEX conversations_all_words ON conversations (help, waits, updated DESC, left_at, words) WHERE in_all = 1;";

/// Parameters of a page of a section's list.
pub(crate) struct Page {
    pub section: Section,
    /// The lower bound of Recently Left.
    pub left_after: Time,
    /// In lower case; empty for all.
    pub filter: String,
    pub limit: u32,
    pub offset: u32,
    pub arrangement: Arrangement,
}

/// A cached line of a list.
pub(crate) struct Line {
    pub state: Conversation,
    pub unread: bool,
    pub draft: bool,
}

macro_rules! list {
    ($by:literal, $rest:literal) => {
        concat!(
            "SELECT c.state, c.unread, coalesce(b.draft || b.note, '') <> ''
                 OR EXISTS (SELECT 1 FROM files AS f WHERE f.conversation = c.id AND f.command IS NULL)
             FROM conversations AS c ",
            $by,
            " LEFT JOIN bookmarks AS b ON b.conversation = c.id WHERE ",
            $rest
        )
    };
}
const LINE_MY: &str = list!(
    "",
    "c.in_my = 1 AND c.left_at <> ?1 AND instr(c.words, ?2)
     ORDER BY c.snoozed, c.waits, c.updated DESC LIMIT ?3 OFFSET ?4"
);
const LINE_HELP: &str =
    list!("", "c.in_help = 1 AND c.left_at <> ?1 AND instr(c.words, ?2) ORDER BY c.help LIMIT ?3 OFFSET ?4");
const LINE_LEFT: &str =
    list!("", "c.in_left = 1 AND c.left_at > ?1 AND instr(c.words, ?2) ORDER BY c.left_at DESC LIMIT ?3 OFFSET ?4");
const LINE_ALL: &str = list!(
    "",
    "c.in_all = 1 AND c.left_at <> ?1 AND instr(c.words, ?2)
     ORDER BY c.help, c.waits, c.updated DESC LIMIT ?3 OFFSET ?4"
);
/// Lists that may be long, filtered: they look for words in the index and read the rows that have them.
const FILTERED_LEFT: &str = list!(
    "INDEXED BY conversations_left_words",
    "c.in_left = 1 AND c.left_at > ?1 AND instr(c.words, ?2) ORDER BY c.left_at DESC LIMIT ?3 OFFSET ?4"
);
const FILTERED_ALL: &str = list!(
    "INDEXED BY conversations_all_words",
    "c.in_all = 1 AND c.left_at <> ?1 AND instr(c.words, ?2)
     ORDER BY c.help, c.waits, c.updated DESC LIMIT ?3 OFFSET ?4"
);
/// Counts of a section, filtered and unfiltered.
const COUNT_MY: [&str; 2] = [
    "SELECT count(*) FROM conversations WHERE in_my = 1 AND left_at <> ?1 AND instr(words, ?2)",
    "SELECT count(*) FROM conversations WHERE in_my = 1",
];
const COUNT_HELP: [&str; 2] = [
    "SELECT count(*) FROM conversations WHERE in_help = 1 AND left_at <> ?1 AND instr(words, ?2)",
    "SELECT count(*) FROM conversations WHERE in_help = 1",
];
const COUNT_LEFT: [&str; 2] = [
    "SELECT count(*) FROM conversations INDEXED BY conversations_left_words
     WHERE in_left = 1 AND left_at > ?1 AND instr(words, ?2)",
    "SELECT count(*) FROM conversations WHERE in_left = 1 AND left_at > ?1",
];
const COUNT_ALL: [&str; 2] = [
    "SELECT count(*) FROM conversations INDEXED BY conversations_all_words
     WHERE in_all = 1 AND left_at <> ?1 AND instr(words, ?2)",
    "SELECT count(*) FROM conversations WHERE in_all = 1",
];

/// A page of a section, and its length.
pub(crate) fn page(connection: &Connection, page: &Page) -> Result<(Vec<Line>, u32), CacheError> {
    let (list, [count, count_all]) = match (page.section, page.filter.is_empty()) {
        (Section::My, _) => (LINE_MY, COUNT_MY),
        (Section::Help, _) => (LINE_HELP, COUNT_HELP),
        (Section::Left, true) => (LINE_LEFT, COUNT_LEFT),
        (Section::Left, false) => (FILTERED_LEFT, COUNT_LEFT),
        (Section::All, true) => (LINE_ALL, COUNT_ALL),
        (Section::All, false) => (FILTERED_ALL, COUNT_ALL),
    };
    // Only Recently Left has a bound; elsewhere no row has this value.
    let bound = if page.section == Section::Left { page.left_after.0 } else { -1 };
    let arranged =
        (page.arrangement != Arrangement::default()).then(|| arranged::queries(page.section, page.arrangement));
    let (list, count) = arranged.as_ref().map_or((list, count), |(list, count)| (list.as_str(), count.as_str()));
    let mut query = connection.prepare_cached(list)?;
    let rows = query.query_map(params![bound, page.filter, page.limit, page.offset], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
    })?;
    let mut lines = Vec::with_capacity(page.limit.min(200) as usize);
    for row in rows {
        let (state, unread, draft) = row?;
        lines.push(Line { state: conversations::state(&state)?, unread, draft });
    }
    let total = match (page.filter.is_empty() && arranged.is_none(), page.section) {
        (false, _) => connection.prepare_cached(count)?.query_row(params![bound, page.filter], |row| row.get(0))?,
        (true, Section::Left) => connection.prepare_cached(count_all)?.query_row([bound], |row| row.get(0))?,
        (true, _) => connection.prepare_cached(count_all)?.query_row([], |row| row.get(0))?,
    };
    Ok((lines, total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::testing::assert_indexed;

    #[test]
    fn every_list_is_answered_by_indices_alone() {
        let lists = [LINE_MY, LINE_HELP, LINE_LEFT, LINE_ALL, FILTERED_LEFT, FILTERED_ALL];
        let counts = [COUNT_MY, COUNT_HELP, COUNT_LEFT, COUNT_ALL];
        lists.into_iter().chain(counts.into_iter().flatten()).for_each(assert_indexed);
    }
}
