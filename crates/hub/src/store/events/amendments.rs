//! Edits and withdrawals of turns: what later events made of earlier ones.

use std::collections::{HashMap, HashSet};

use tandem_conversation::{Content, ConversationId, Event, EventBody, Position, Time, TurnId};
use tandem_sql::{Connection, params};

use super::{EDIT, WITHDRAWAL, parse};
use crate::store::{Id, StoreError, passable};

/// What later events made of turns: their newest words, or none.
#[derive(Default)]
pub(crate) struct Amendments {
    /// The newest words of each turn, whether they ask for nothing, and when they were written.
    edited: HashMap<TurnId, (Content, bool, Time)>,
    withdrawn: HashSet<TurnId>,
    /// The newest amendment of each turn.
    at: HashMap<TurnId, Position>,
}

impl Amendments {
    /// Takes in an event that is older than all before.
    pub(super) fn precede(&mut self, event: Event) {
        if let Some(turn) = event.body.turn() {
            self.at.entry(turn).or_insert(event.position);
        }
        match event.body {
            EventBody::TurnWithdrawn { turn } => _ = self.withdrawn.insert(turn),
            EventBody::TurnEdited { turn, content, silent, received } => {
                self.edited.entry(turn).or_insert((content, silent, received));
            }
            _ => {}
        }
    }

    /// The turns that were edited or withdrawn after a position.
    pub(crate) fn after(&self, position: Position) -> impl Iterator<Item = TurnId> {
        self.at.iter().filter(move |(_, at)| **at > position).map(|(turn, _)| *turn)
    }

    pub(crate) fn is_withdrawn(&self, turn: TurnId) -> bool {
        self.withdrawn.contains(&turn)
    }

    /// When the newest words of a turn were written; none if they are its first.
    pub(crate) fn edited_at(&self, turn: TurnId) -> Option<Time> {
        self.edited.get(&turn).map(|(.., written)| *written)
    }

    /// Gives a turn its newest words; a withdrawn one keeps none.
    pub(crate) fn apply(&self, event: &mut Event) {
        if event.body.turn().is_some_and(|turn| self.withdrawn.contains(&turn)) {
            if let Some(content) = event.body.content_mut() {
                *content = Content::withdrawn();
            }
        } else if let EventBody::TurnAdded { turn, .. } = &mut event.body
            && let Some((content, silent, _)) = self.edited.get(&turn.id)
        {
            (turn.content, turn.silent) = (content.clone(), *silent);
        }
    }
}

const AMENDMENTS: &str = "SELECT body FROM events
     WHERE conversation = ?1 AND (instr(body, ?2) > 0 OR instr(body, ?3) > 0) ORDER BY position DESC";

/// Everything that was edited or withdrawn in a conversation. Reads all its events: for channels that know it alone.
pub(crate) fn amendments(connection: &Connection, conversation: ConversationId) -> Result<Amendments, StoreError> {
    let mut query = connection.prepare_cached(AMENDMENTS)?;
    let mut rows = query.query(params![Id(conversation.0), EDIT, WITHDRAWAL])?;
    let mut amendments = Amendments::default();
    while let Some(row) = rows.next()? {
        let text = row.get_ref(0)?.as_str().map_err(tandem_sql::Error::from)?;
        if let Some(event) = passable(parse(text))? {
            amendments.precede(event);
        }
    }
    Ok(amendments)
}
