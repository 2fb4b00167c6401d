//! A desk's knowledge: states and events from the live connection.

use std::collections::{BTreeMap, HashMap};

use tandem_conversation::{
    Content, Conversation, ConversationId, Event, EventBody, Position, Section, Time, Turn, sections,
};
use tandem_protocol::agents::{Batch, Colleague, LiveChange, LiveFrame, Me};

use crate::net::ClientError;

/// Everything that one session has received.
#[derive(Default)]
pub struct Desk {
    pub me: Option<Me>,
    /// Complete up to here.
    pub cursor: u64,
    pub time: Time,
    /// The hub has said that nothing is missing.
    pub complete: bool,
    pub people: Vec<Colleague>,
    states: HashMap<ConversationId, Conversation>,
    events: HashMap<ConversationId, BTreeMap<Position, Event>>,
}

impl Desk {
    pub(super) fn take(&mut self, frame: LiveFrame) -> Result<(), ClientError> {
        match frame {
            LiveFrame::Hello { me, time, .. } => {
                self.me = Some(me);
                self.time = time;
            }
            LiveFrame::Reset {} => {
                self.states.clear();
                self.events.clear();
            }
            LiveFrame::Batch(batch) => self.batch(&batch)?,
            LiveFrame::Alive { cursor, time, .. } => {
                (self.cursor, self.time) = (cursor, time);
                self.complete = true;
            }
            LiveFrame::Typing { .. }
            | LiveFrame::Watched { .. }
            | LiveFrame::Alerts { .. }
            | LiveFrame::Buttons { .. }
            | LiveFrame::Library { .. }
            | LiveFrame::Availability { .. } => {}
            LiveFrame::People { people } => self.people = people,
            LiveFrame::Error { code, message } => {
                return Err(ClientError::Refused { status: 0, code, detail: message });
            }
        }
        Ok(())
    }

    fn batch(&mut self, batch: &Batch) -> Result<(), ClientError> {
        for change in &batch.changes {
            let change = serde_json::from_str(change.get())
                .map_err(|error| ClientError::Protocol(format!("a change cannot be read: {error}")))?;
            match change {
                LiveChange::Opened(state) => {
                    self.states.insert(state.id, *state);
                }
                LiveChange::Closed(id) => {
                    self.states.remove(&id);
                }
                LiveChange::Event(event) => self.event(*event)?,
            }
        }
        self.cursor = self.cursor.max(batch.cursor);
        self.time = batch.time;
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<(), ClientError> {
        let id = event.conversation;
        if let Some(state) = self.states.get_mut(&id).filter(|state| event.position > state.position) {
            if event.position != state.position.next() {
                let gap = format!("conversation {id} jumps from {} to {}", state.position, event.position);
                return Err(ClientError::Protocol(gap));
            }
            state.apply(&event);
        }
        self.events.entry(id).or_default().insert(event.position, event);
        Ok(())
    }

    /// Adds events that were read over HTTP.
    pub(super) fn learn(&mut self, events: Vec<Event>) {
        for event in events {
            self.events.entry(event.conversation).or_default().insert(event.position, event);
        }
    }

    /// A conversation's state, if this user may see it.
    #[must_use]
    pub fn conversation(&self, id: ConversationId) -> Option<&Conversation> {
        self.states.get(&id)
    }

    /// Every visible conversation.
    pub fn conversations(&self) -> impl Iterator<Item = &Conversation> {
        self.states.values()
    }

    /// A conversation's received events, in order.
    pub fn events(&self, id: ConversationId) -> impl Iterator<Item = &Event> {
        self.events.get(&id).into_iter().flat_map(BTreeMap::values)
    }

    /// A conversation's received turns, in order, each with its event.
    pub fn turns(&self, id: ConversationId) -> impl Iterator<Item = (&Event, &Turn)> {
        self.events(id).filter_map(|event| match &event.body {
            EventBody::TurnAdded { turn, .. } => Some((event, turn)),
            _ => None,
        })
    }

    /// The newest conversation of a customer.
    #[must_use]
    pub fn of_customer(&self, name: &str) -> Option<&Conversation> {
        self.states.values().filter(|state| state.customer.name == name).max_by_key(|state| state.started)
    }

    /// The conversations of a section.
    #[must_use]
    pub fn section(&self, section: Section) -> Vec<&Conversation> {
        let Some(me) = &self.me else { return Vec::new() };
        let within = |state: &&Conversation| sections(state, &me.access(), self.time).contains(&section);
        self.states.values().filter(within).collect()
    }

    /// Whether a turn, note or suggestion of a conversation contains this.
    #[must_use]
    pub fn reads(&self, id: ConversationId, text: &str) -> bool {
        self.turns(id).any(|(_, turn)| turn.content.text().contains(text))
    }

    /// The newest suggestion to agents in a conversation.
    #[must_use]
    pub fn suggestion(&self, id: ConversationId) -> Option<&str> {
        let suggested = |content: &Content| matches!(content, Content::Suggestion { .. });
        let found = self.turns(id).filter(|(_, turn)| suggested(&turn.content)).last();
        found.map(|(_, turn)| turn.content.text())
    }
}
