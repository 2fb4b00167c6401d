//! What a group has decided and not written yet. A write that fails is taken out of it, without a savepoint.

use std::collections::HashMap;

use tandem_conversation::{CommandId, ConversationId, Event, EventBody};
use tandem_sqlite::rusqlite::Connection;

use super::Changed;
use crate::store::commands::{self, Answer, Answered, Sender, Sent};
use crate::store::{StoreError, events, library_uses, links, logic_requests, media};

#[derive(Default)]
pub(super) struct Pending {
    events: Vec<Place>,
    answers: Vec<Answered>,
    by_id: HashMap<(CommandId, Sender), usize>,
    /// Everything beyond belongs to the write that is being done.
    kept: (usize, usize),
}

/// Where an event of this group stands.
struct Place {
    seq: u64,
    conversation: ConversationId,
    /// Among the group's events of the conversation.
    index: usize,
}

impl Pending {
    pub(super) fn event(&mut self, seq: u64, conversation: ConversationId, index: usize) {
        self.events.push(Place { seq, conversation, index });
    }

    pub(super) fn answer(&mut self, answered: Answered) {
        self.by_id.insert((answered.id, answered.sent.sender()), self.answers.len());
        self.answers.push(answered);
    }

    /// The answer of this group to the same command.
    pub(super) fn answer_to(&self, id: CommandId, sent: &Sent) -> Option<Answer> {
        self.by_id.get(&(id, sent.sender())).and_then(|index| self.answers.get(*index)).map(|first| first.to(sent))
    }

    /// The write has succeeded.
    pub(super) fn keep(&mut self) {
        self.kept = (self.events.len(), self.answers.len());
    }

    /// The write has failed: takes out what it added.
    pub(super) fn undo(&mut self) {
        let (events, answers) = self.kept;
        self.events.truncate(events);
        for undone in self.answers.drain(answers.min(self.answers.len())..) {
            self.by_id.remove(&(undone.id, undone.sent.sender()));
        }
    }

    pub(super) fn clear(&mut self) {
        self.events.clear();
        self.answers.clear();
        self.by_id.clear();
        self.kept = (0, 0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.answers.is_empty()
    }

    /// Writes all of it; `group` has the events.
    pub(super) fn write(
        &self,
        connection: &Connection,
        group: &HashMap<ConversationId, Changed>,
    ) -> Result<(), StoreError> {
        let all = || {
            self.events.iter().filter_map(|place| {
                let changed = group.get(&place.conversation)?;
                Some((place, changed, changed.events.get(place.index)?))
            })
        };
        let rows = all().map(|(place, _, (event, json))| (place.seq, place.conversation, event.position, &**json));
        events::insert(connection, rows)?;
        let mut library_waits = library_uses::some_wait(connection)?;
        for (_, changed, (event, _)) in all() {
            project(connection, event, changed, &mut library_waits)?;
        }
        commands::insert(connection, &self.answers)
    }
}

/// What other tables keep of an event.
fn project(
    connection: &Connection,
    event: &Event,
    changed: &Changed,
    library_waits: &mut bool,
) -> Result<(), StoreError> {
    if let EventBody::LogicFailed { request, failure, .. } = &event.body {
        logic_requests::fail(connection, *request, failure)?;
    }
    links::follow(connection, event)?;
    media::follow(connection, event)?;
    library_uses::follow(connection, event, &changed.after, library_waits)
}
