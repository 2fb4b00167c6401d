//! Queries for lists that the user has arranged. They sort what the section's index finds; usual lists need not sort.

use tandem_conversation::Section;

use super::NEVER;
use super::brands::DUE;
use crate::view::{Arrangement, ListGroup, ListOnly, ListOrder};

/// The name of the person who came first of those who take part; null if nobody does.
const HANDLER: &str = "(SELECT e.value ->> '$.kind.participant.name' FROM json_each(c.state, '$.engagements') AS e
    WHERE e.value ->> '$.kind.kind' IN ('agent', 'external_agent') ORDER BY e.key LIMIT 1)";

/// The query for the rows of a section, with the bound, the filter, the limit and the offset of a page, and the query that
/// counts them.
pub(super) fn queries(section: Section, arrangement: Arrangement) -> (String, String) {
    let Arrangement { order, group, only } = arrangement;
    let (of, need) = match section {
        Section::My => ("c.in_my = 1 AND c.left_at <> ?1", "c.waits, c.updated DESC"),
        Section::Help => ("c.in_help = 1 AND c.left_at <> ?1", "c.help"),
        Section::Left => ("c.in_left = 1 AND c.left_at > ?1", "c.left_at DESC"),
        Section::All => ("c.in_all = 1 AND c.left_at <> ?1", "c.help, c.waits, c.updated DESC"),
    };
    let only = match only {
        ListOnly::All => String::new(),
        ListOnly::Unread => " AND c.unread = 1".to_owned(),
        ListOnly::Waiting => format!(" AND c.waits < {NEVER}"),
    };
    let group = match group {
        ListGroup::None => String::new(),
        ListGroup::State => format!("c.help = {NEVER}, c.waits = {NEVER}, "),
        ListGroup::Channel => "c.state ->> '$.channel', ".to_owned(),
        // Conversations without one come last.
        ListGroup::Language => "c.state ->> '$.language' IS NULL, c.state ->> '$.language', ".to_owned(),
        ListGroup::Brand => "g.name IS NULL, g.name, ".to_owned(),
        ListGroup::Agent => format!("{HANDLER} IS NULL, {HANDLER}, "),
        // Equal free-text reasons are grouped, no matter who gave them.
        ListGroup::Reason => {
            let reason = "c.state ->> '$.help.reason";
            format!("c.help = {NEVER}, {reason}.detail', {reason}', ")
        }
    };
    let order = match order {
        ListOrder::Need => need.to_owned(),
        // Those without a target come last.
        ListOrder::Due => format!("{DUE} IS NULL, {DUE}, {need}"),
        ListOrder::Newest => "c.updated DESC".to_owned(),
        ListOrder::Oldest => "c.updated".to_owned(),
        // They begin with the name.
        ListOrder::Name => "c.words".to_owned(),
    };
    // What is put off stays at the end.
    let snoozed = if section == Section::My { "c.snoozed, " } else { "" };
    let rows = format!(
        "SELECT c.state, c.unread, coalesce(b.draft || b.note, '') <> ''
                OR EXISTS (SELECT 1 FROM files AS f WHERE f.conversation = c.id AND f.command IS NULL)
         FROM conversations AS c LEFT JOIN bookmarks AS b ON b.conversation = c.id
              LEFT JOIN brands AS g ON g.id = c.state ->> '$.brand'
         WHERE {of} AND instr(c.words, ?2){only} ORDER BY {group}{snoozed}{order}, c.id LIMIT ?3 OFFSET ?4"
    );
    let count = format!("SELECT count(*) FROM conversations AS c WHERE {of} AND instr(c.words, ?2){only}");
    (rows, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::testing::assert_found_by_index;

    #[test]
    fn an_arranged_list_reads_its_section_alone() {
        for section in [Section::My, Section::Help, Section::Left, Section::All] {
            for order in [ListOrder::Need, ListOrder::Due, ListOrder::Newest, ListOrder::Oldest, ListOrder::Name] {
                use ListGroup::{Agent, Brand, Channel, Language, Reason, State};
                for group in [ListGroup::None, State, Channel, Language, Brand, Agent, Reason] {
                    for only in [ListOnly::All, ListOnly::Unread, ListOnly::Waiting] {
                        let (rows, count) = queries(section, Arrangement { order, group, only });
                        assert_found_by_index(&rows);
                        assert_found_by_index(&count);
                    }
                }
            }
        }
    }
}
