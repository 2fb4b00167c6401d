//! What a group has decided and not written yet. A write that fails is taken out of it, without a savepoint.

use std::collections::HashMap;

use tandem_conversation::{CommandId, ConversationId, Event, EventBody};
use tandem_sql::Connection;

use super::Changed;
use crate::store::commands::{self, Answer, Answered, Sender, Sent};
use crate::store::logic_requests::LogicRequestRow;
use crate::store::reviews::Filed;
use crate::store::whatsapp::marks;
use crate::store::{StoreError, events, library_uses, links, logic_requests, media, reviews, sends, withdrawn};

#[derive(Default)]
pub(super) struct Pending {
    events: Vec<Place>,
    answers: Vec<(usize, Answered)>,
    requests: Vec<(usize, LogicRequestRow)>,
    reviews: Vec<(usize, Filed)>,
    by_id: HashMap<(CommandId, Sender), usize>,
    /// The place in its group of the work that is being done.
    work: usize,
    /// Everything beyond belongs to the work that is being done.
    kept: (usize, usize, usize, usize),
}

/// Where an event of this group stands.
#[derive(Clone, Copy)]
struct Place {
    work: usize,
    conversation: ConversationId,
    /// Among the group's events of the conversation.
    index: usize,
}

impl Pending {
    /// Everything that is added belongs to this work of the group.
    pub(super) fn begin(&mut self, work: usize) {
        self.work = work;
    }

    pub(super) fn event(&mut self, conversation: ConversationId, index: usize) {
        self.events.push(Place { work: self.work, conversation, index });
    }

    pub(super) fn answer(&mut self, answered: Answered) {
        self.by_id.insert((answered.id, answered.sent.sender()), self.answers.len());
        self.answers.push((self.work, answered));
    }

    /// A request to Your Logic has ended.
    pub(super) fn request(&mut self, row: LogicRequestRow) {
        self.requests.push((self.work, row));
    }

    /// Your Logic has filed a review.
    pub(super) fn review(&mut self, filed: Filed) {
        self.reviews.push((self.work, filed));
    }

    /// The answer of this group to the same command.
    pub(super) fn answer_to(&self, id: CommandId, sent: &Sent) -> Option<Answer> {
        let (_, first) = self.answers.get(*self.by_id.get(&(id, sent.sender()))?)?;
        Some(first.to(sent))
    }

    /// The work has succeeded.
    pub(super) fn keep(&mut self) {
        self.kept = (self.events.len(), self.answers.len(), self.requests.len(), self.reviews.len());
    }

    /// The work has failed: takes out what it added.
    pub(super) fn undo(&mut self) {
        let (events, answers, requests, reviews) = self.kept;
        self.events.truncate(events);
        self.requests.truncate(requests);
        self.reviews.truncate(reviews);
        for (_, undone) in self.answers.drain(answers.min(self.answers.len())..) {
            self.by_id.remove(&(undone.id, undone.sent.sender()));
        }
    }

    pub(super) fn clear(&mut self) {
        self.events.clear();
        self.answers.clear();
        self.requests.clear();
        self.reviews.clear();
        self.by_id.clear();
        self.kept = (0, 0, 0, 0);
    }

    /// All of it; what is added now still belongs to the same work.
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self { work: self.work, ..Self::default() })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.answers.is_empty() && self.requests.is_empty() && self.reviews.is_empty()
    }

    /// Parts that can be written without the others: each conversation with what belongs to its work, and the rest of
    /// each work alone.
    pub(super) fn parts(self) -> Vec<Part> {
        let mut parts = Vec::<Part>::new();
        for place in self.events {
            let of = parts.iter().position(|part| part.conversation == Some(place.conversation));
            let of = of.unwrap_or_else(|| {
                let conversation = Some(place.conversation);
                parts.push(Part { conversation, from: place.index, pending: Self::default() });
                parts.len() - 1
            });
            parts[of].pending.events.push(place);
        }
        for (work, answered) in self.answers {
            part_of(&mut parts, work).answers.push((work, answered));
        }
        for (work, row) in self.requests {
            part_of(&mut parts, work).requests.push((work, row));
        }
        for (work, filed) in self.reviews {
            part_of(&mut parts, work).reviews.push((work, filed));
        }
        parts
    }

    /// The work that this belongs to.
    pub(super) fn works(&self) -> impl Iterator<Item = usize> {
        let events = self.events.iter().map(|place| place.work);
        let requests = self.requests.iter().map(|(work, _)| *work);
        let reviews = self.reviews.iter().map(|(work, _)| *work);
        events.chain(self.answers.iter().map(|(work, _)| *work)).chain(requests).chain(reviews)
    }

    /// Writes all of it after `seq`, the log's last place; `group` has the events. Returns the new last place.
    pub(super) fn write(
        &self,
        connection: &Connection,
        group: &HashMap<ConversationId, Changed>,
        seq: u64,
    ) -> Result<u64, StoreError> {
        let all = || {
            self.events.iter().filter_map(|place| {
                let changed = group.get(&place.conversation)?;
                Some((changed, changed.events.get(place.index)?))
            })
        };
        let rows = (seq + 1..).zip(all());
        let rows = rows.map(|(seq, (_, (event, json)))| (seq, event.conversation, event.position, &**json));
        events::insert(connection, rows)?;
        for (_, row) in &self.requests {
            logic_requests::put(connection, row)?;
        }
        for (_, filed) in &self.reviews {
            reviews::file(connection, filed)?;
        }
        let mut library_waits = library_uses::some_wait(connection)?;
        for (changed, (event, _)) in all() {
            project(connection, event, changed, &mut library_waits)?;
        }
        commands::insert(connection, self.answers.iter().map(|(_, answered)| answered))?;
        connection.complete()?;
        Ok(seq + self.events.len() as u64)
    }
}

/// One conversation's part, or that of a single work without events.
pub(super) struct Part {
    pub conversation: Option<ConversationId>,
    /// The conversation's events before this one are written already.
    pub from: usize,
    pub pending: Pending,
}

/// Where what belongs to a work is written: with its events, or alone.
fn part_of(parts: &mut Vec<Part>, work: usize) -> &mut Pending {
    let of = parts.iter().position(|part| part.pending.works().any(|of| of == work));
    let of = of.unwrap_or_else(|| {
        parts.push(Part { conversation: None, from: 0, pending: Pending::default() });
        parts.len() - 1
    });
    &mut parts[of].pending
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
    sends::follow(connection, event, &changed.after)?;
    marks::follow(connection, event, &changed.after)?;
    media::follow(connection, event)?;
    withdrawn::follow(connection, event)?;
    reviews::follow(connection, event)?;
    library_uses::follow(connection, event, &changed.after, library_waits)
}
