//! Applies the hub's frames: pure bookkeeping for one connection, inside one transaction.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use tandem_conversation::{
    Access, CallId, Conversation, ConversationId, CustomerId, Engagement, Event, EventBody, Participant, Position, Time,
};
use tandem_protocol::agents::Batch;
use tandem_sqlite::rusqlite::Connection;

use crate::cache::conversations::{self, Covered, Held};
use crate::cache::search::Filing;
use crate::cache::{CacheError, Touched, events, meta, outbox, unheld, unknown};
use crate::hub::reading;

/// One change, with the event's unchanged text.
enum Change {
    /// False if parts of the state were not understood.
    Opened(Box<Conversation>, bool),
    Event(Box<Event>, Box<RawValue>),
    Closed(ConversationId),
    /// From a newer version, or unreadable; the conversation, as far as it says.
    Unknown(Option<ConversationId>),
}

/// From one cursor to the next.
pub(super) struct Step {
    cursor: u64,
    /// Up to when the cache is complete afterwards; none during catch-up.
    complete_up_to: Option<Time>,
    changes: Vec<Change>,
}

/// What remains to do after a step.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Applied {
    /// Incomplete conversations.
    pub wanting: Vec<ConversationId>,
    /// Conversations in which something happened and that must be fetched.
    pub unknown: Vec<ConversationId>,
    /// The user's conversations with new customer turns, to be confirmed.
    pub arrived: Vec<(ConversationId, Position)>,
    /// Customers whose journey may have grown.
    pub linked: Vec<CustomerId>,
    /// Calls for help that were open in conversations that are no longer visible.
    pub calls: Vec<(ConversationId, CallId)>,
}

impl Step {
    /// Reads everything that can be read.
    pub(super) fn parse(batches: Vec<Batch>) -> Self {
        let mut step = Self { cursor: 0, complete_up_to: None, changes: Vec::new() };
        for batch in batches {
            step.cursor = step.cursor.max(batch.cursor);
            step.complete_up_to = (!batch.catching_up).then_some(batch.time);
            step.changes.extend(batch.changes.iter().map(|change| Change::read(change, batch.time)));
        }
        step
    }

    /// The same without a cursor: some of what came before it is missing, so the cache is not complete up to here.
    pub(super) fn without_cursor(self) -> Self {
        Self { cursor: 0, complete_up_to: None, ..self }
    }

    /// Writes the changes and the cursor.
    pub(super) fn apply(
        self,
        connection: &Connection,
        touched: &mut Touched,
        access: &Access<'_>,
    ) -> Result<Applied, CacheError> {
        let mut open = Open { connection, touched, access, held: HashMap::new(), filing: Filing::default() };
        let mut applied = Applied::default();
        let (mut joined, mut left) = (Vec::new(), Vec::new());
        let is_mine = |engagement: &Engagement| engagement.person().and_then(Participant::user) == Some(access.user);
        for change in self.changes {
            match change {
                Change::Opened(state, is_whole) => {
                    if !is_whole {
                        unknown::add(connection, open.touched, state.id)?;
                    }
                    open.opened(*state)?;
                }
                Change::Unknown(of) => {
                    tracing::warn!("the hub sent a change that this version cannot read");
                    unknown::add_elsewhere(connection, open.touched)?;
                    if let Some(of) = of {
                        unknown::add(connection, open.touched, of)?;
                    }
                }
                Change::Event(event, raw) => {
                    if matches!(event.body, EventBody::Unknown(_)) {
                        unknown::add(connection, open.touched, event.conversation)?;
                    }
                    match &event.body {
                        EventBody::CustomerLinked { customer, .. } => applied.linked.push(customer.id),
                        EventBody::EngagementStarted { engagement } if is_mine(engagement) => {
                            joined.push(event.conversation)
                        }
                        EventBody::EngagementEnded { was, .. } if is_mine(was) => left.push(event.conversation),
                        _ => {}
                    }
                    if !open.event(&event, raw.get())? {
                        unheld::add(connection, event.conversation)?;
                        applied.unknown.push(event.conversation);
                    }
                }
                Change::Closed(id) => {
                    let help = open.get(id)?.as_ref().and_then(|held| held.state.help.as_ref());
                    applied.calls.extend(help.map(|help| (id, help.call)));
                    open.closed(id)?;
                }
            }
        }
        let (joined, left) = (open.customers_of(&joined), open.customers_of(&left));
        open.save(&mut applied)?;
        applied.linked.extend(joined);
        for customer in left {
            conversations::forget_journey(connection, touched, customer, access)?;
        }
        // Zero means no cursor yet: start from the beginning.
        if self.cursor > 0 {
            meta::advance(connection, self.cursor)?;
        }
        if let Some(time) = self.complete_up_to {
            meta::put(connection, meta::COMPLETE_UP_TO, &time)?;
            touched.app();
        }
        Ok(applied)
    }
}

impl Change {
    fn read(text: &RawValue, near: Time) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Raw {
            Opened(Box<RawValue>),
            Event(Box<RawValue>),
            Closed(ConversationId),
        }
        #[derive(Deserialize)]
        struct Named {
            id: ConversationId,
        }
        match serde_json::from_str(text.get()) {
            Ok(Raw::Opened(state)) => match Conversation::read(state.get()) {
                Ok((state, is_whole)) => Self::Opened(Box::new(state), is_whole),
                Err(_) => Self::Unknown(serde_json::from_str(state.get()).ok().map(|Named { id }| id)),
            },
            Ok(Raw::Event(event)) => reading::event(event, near)
                .map_or(Self::Unknown(None), |(event, raw)| Self::Event(Box::new(event), raw)),
            Ok(Raw::Closed(id)) => Self::Closed(id),
            Err(_) => Self::Unknown(None),
        }
    }
}

/// The conversations of a step, each read and written once.
struct Open<'a> {
    connection: &'a Connection,
    touched: &'a mut Touched,
    access: &'a Access<'a>,
    held: HashMap<ConversationId, Option<Held>>,
    filing: Filing,
}

impl Open<'_> {
    fn get(&mut self, id: ConversationId) -> Result<&mut Option<Held>, CacheError> {
        Ok(match self.held.entry(id) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => entry.insert(conversations::get(self.connection, id)?),
        })
    }

    fn opened(&mut self, state: Conversation) -> Result<(), CacheError> {
        let held = self.get(state.id)?;
        *held = Some(take_state(held.take(), state, true));
        Ok(())
    }

    /// False if the conversation is not cached and must be fetched.
    fn event(&mut self, event: &Event, raw: &str) -> Result<bool, CacheError> {
        let connection = self.connection;
        self.get(event.conversation)?;
        let Some(held) = self.held.get_mut(&event.conversation).and_then(Option::as_mut) else {
            let Some(state) = Conversation::begin(event) else { return Ok(false) };
            let mut held = take_state(None, state, true);
            file(connection, &mut self.filing, &mut held, event, raw)?;
            self.held.insert(event.conversation, Some(held));
            return Ok(true);
        };
        file(connection, &mut self.filing, held, event, raw)?;
        let known = held.state.position;
        if matches!(event.body, EventBody::Unknown(_)) && event.position > known {
            // Only the hub knows its effect on the state.
            held.hole = held.hole.max(event.position);
        } else if event.position == known.next() {
            held.state.apply(event);
        } else if event.position > known {
            held.hole = held.hole.max(event.position);
        }
        Ok(true)
    }

    /// Customers of those conversations that are still cached.
    fn customers_of(&self, ids: &[ConversationId]) -> Vec<CustomerId> {
        let held = ids.iter().filter_map(|id| self.held.get(id)?.as_ref());
        held.map(|held| held.state.customer.id).collect()
    }

    fn closed(&mut self, id: ConversationId) -> Result<(), CacheError> {
        self.held.insert(id, None);
        std::mem::take(&mut self.filing).finish(self.connection)?;
        outbox::drop_accepted(self.connection, id)?;
        unheld::remove(self.connection, id)?;
        conversations::remove(self.connection, self.touched, id)
    }

    fn save(self, applied: &mut Applied) -> Result<(), CacheError> {
        self.filing.finish(self.connection)?;
        let me = self.access.user;
        for held in self.held.values().flatten() {
            conversations::save(self.connection, self.touched, held, self.access)?;
            let state = &held.state;
            let mine = state.agent(me).is_some();
            let involved = mine || state.left.iter().any(|past| past.user == me);
            if held.needs_state() || (involved && !held.covered.is_whole(state.position)) {
                applied.wanting.push(state.id);
            }
            if mine && state.last_customer > state.receipts.desk_delivered {
                applied.arrived.push((state.id, state.last_customer));
            }
        }
        Ok(())
    }
}

/// The hub's state wins unless ours is newer.
pub(super) fn take_state(held: Option<Held>, state: Conversation, listed: bool) -> Held {
    match held {
        None => Held { state, listed, covered: Covered::default(), hole: Position::START, stale: false },
        Some(held) if state.position >= held.state.position => {
            Held { state, listed: listed || held.listed, covered: held.covered, hole: held.hole, stale: false }
        }
        Some(held) => Held { listed: listed || held.listed, ..held },
    }
}

/// Stores an event if it extends the cached run; others are fetched later, in order.
pub(super) fn file(
    connection: &Connection,
    filing: &mut Filing,
    held: &mut Held,
    event: &Event,
    raw: &str,
) -> Result<(), CacheError> {
    if held.covered.extend(event.position) {
        events::insert(connection, filing, event, held.state.channel, raw)?;
        if let EventBody::TurnAdded { turn, .. } = &event.body {
            outbox::arrived(connection, turn.id)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{Role, Skills, UserId};
    use uuid::Uuid;

    use super::*;
    use crate::cache::testing::{connection, touched};

    #[test]
    fn nothing_is_complete_past_what_could_not_be_read() {
        let (connection, mut touched) = (connection(), touched());
        let (permissions, skills) = (Role::Agent.permissions(), Skills::default());
        let access = Access { user: UserId(Uuid::from_u128(1)), permissions: &permissions, skills: &skills };
        let batch = |time| Batch { cursor: 7, time: Time(time), after: None, catching_up: false, changes: Vec::new() };
        let mut complete_up_to = |step: Step| -> Option<Time> {
            step.apply(&connection, &mut touched, &access).unwrap();
            meta::get(&connection, meta::COMPLETE_UP_TO).unwrap()
        };
        assert_eq!(complete_up_to(Step::parse(vec![batch(5)])), Some(Time(5)));
        assert_eq!(complete_up_to(Step::parse(vec![batch(9)]).without_cursor()), Some(Time(5)));
    }
}
