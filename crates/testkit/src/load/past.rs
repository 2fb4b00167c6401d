//! An account's log after some time: many parallel conversations, as live frames.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write as _;

use anyhow::Context;
use tandem_conversation::{Command, Content, ConversationId, Participant, Time, UserId};
use tandem_desk::Clock;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use uuid::Uuid;

use super::story::Story;
use super::words::Words;

/// Changes per frame, as the hub sends them.
const PAGE: usize = 1000;
/// Interval between starts of conversations: about fifty conversations of a hundred turns overlap.
const LATER_MS: i64 = 1_400;
/// Long enough ago for the longest conversation that began last.
const DAY_MS: i64 = 24 * 3_600_000;
/// Colleagues engaged in conversations that are not Maya's.
const COLLEAGUES: u32 = 25;

/// The size of the history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// Total turns of all conversations.
    pub turns: u32,
    pub conversations: u32,
    /// Turns of the first conversation; the others share the rest equally.
    pub longest: u32,
    /// Conversations in which Maya is engaged.
    pub mine: u32,
}

/// Its frames: states first, then every event.
pub(super) struct Past {
    pub frames: Vec<Utf8Bytes>,
    pub cursor: u64,
    pub events: usize,
    pub turns: usize,
    pub longest: ConversationId,
}

/// The user of the measured desk.
pub(super) fn maya() -> UserId {
    UserId(Uuid::from_u128((7 << 76) | (2 << 62) | 0xA1))
}

impl Past {
    /// The same plan gives the same history, ending yesterday. The log begins after `cursor`.
    pub fn new(plan: Plan, cursor: u64) -> anyhow::Result<Self> {
        let longest = Story::new(0, false).conversation();
        let mut past = Self { frames: Vec::new(), cursor, events: 0, turns: 0, longest };
        let mut states = Changes::default();
        let mut events = Changes::default();
        let now = Clock::system().now();
        let began = now.plus_ms(-DAY_MS - i64::from(plan.conversations) * LATER_MS);
        // Conversations in progress, by the time of their next event.
        let mut under_way = BinaryHeap::new();
        let mut told = Vec::new();
        let mut next = 0;
        loop {
            let starts = began.plus_ms(i64::from(next) * LATER_MS);
            let is_later = under_way.peek().is_some_and(|Reverse((time, _))| *time < starts);
            if next < plan.conversations && !is_later {
                let turns = plan.turns_of(next);
                let story = tell(next, turns, next < plan.mine, starts)?;
                past.turns += turns as usize;
                let state = story.state.context("BUG: a story has begun")?;
                states.add("opened", &serde_json::to_string(&state)?, cursor);
                under_way.push(Reverse((starts, told.len())));
                told.push(story.events.into_iter().peekable());
                next += 1;
                continue;
            }
            let Some(Reverse((_, number))) = under_way.pop() else { break };
            let events_of_one = told.get_mut(number).context("BUG: it was told")?;
            if let Some(event) = events_of_one.next() {
                past.cursor += 1;
                past.events += 1;
                events.add("event", &serde_json::to_string(&event)?, past.cursor);
            }
            if let Some(event) = events_of_one.peek() {
                under_way.push(Reverse((event.time, number)));
            } else {
                *events_of_one = Vec::new().into_iter().peekable();
            }
        }
        past.frames = states.done();
        past.frames.extend(events.done());
        Ok(past)
    }
}

impl Plan {
    fn turns_of(self, number: u32) -> u32 {
        if number == 0 {
            return self.longest;
        }
        let (rest, others) = (self.turns.saturating_sub(self.longest), self.conversations.max(2) - 1);
        rest / others + u32::from(number <= rest % others)
    }
}

/// A customer and an agent take turns.
fn tell(number: u32, turns: u32, mine: bool, began: Time) -> anyhow::Result<Story> {
    let mut words = Words::new(u64::from(number));
    let mut story = Story::new(number, false).at(began);
    let agent = if mine {
        Participant::Agent { user: maya(), name: "Maya Ortiz".into() }
    } else {
        let n = number % COLLEAGUES;
        let user = UserId(Uuid::from_u128((7 << 76) | (2 << 62) | (0xB000 + u128::from(n))));
        Participant::Agent { user, name: format!("Colleague {n}") }
    };
    story.begin(&format!("Customer {number}"))?;
    for turn in 0..turns {
        if turn % 2 == 0 {
            story.write(Content::Text { text: words.text() })?;
        } else {
            story.reply(&agent, words.text())?;
        }
        if turn == 0 {
            let call = story.state.as_ref().and_then(|state| state.help.as_ref()).map(|help| help.call);
            story.run(&agent, Command::Join { call })?;
        }
    }
    Ok(story)
}

/// Collects changes into frames.
#[derive(Default)]
struct Changes {
    frames: Vec<Utf8Bytes>,
    json: String,
    count: usize,
    cursor: u64,
}

impl Changes {
    fn add(&mut self, kind: &str, json: &str, cursor: u64) {
        let comma = if self.count == 0 { "" } else { "," };
        let _ = write!(self.json, r#"{comma}{{"{kind}":{json}}}"#);
        self.count += 1;
        self.cursor = cursor;
        if self.count == PAGE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let (cursor, time) = (self.cursor, Clock::system().now());
        let changes = std::mem::take(&mut self.json);
        let frame =
            format!(r#"{{"batch":{{"cursor":{cursor},"time":"{time}","catchingUp":true,"changes":[{changes}]}}}}"#);
        self.frames.push(frame.into());
        self.count = 0;
    }

    fn done(mut self) -> Vec<Utf8Bytes> {
        if self.count > 0 {
            self.flush();
        }
        self.frames
    }
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{Conversation, Event};
    use tandem_protocol::agents::{LiveChange, LiveFrame};

    use super::{Past, Plan};

    #[test]
    fn a_past_is_as_long_as_planned_and_its_events_lead_to_its_states() {
        let plan = Plan { turns: 1_000, conversations: 120, longest: 100, mine: 3 };
        let past = Past::new(plan, 1).unwrap();
        assert_eq!(past.turns, 1_000);
        let (mut states, mut events) = (Vec::new(), Vec::<Event>::new());
        for frame in &past.frames {
            let Ok(LiveFrame::Batch(batch)) = serde_json::from_str(frame) else { panic!("not a batch: {frame}") };
            for change in batch.changes {
                match serde_json::from_str(change.get()).unwrap() {
                    LiveChange::Opened(state) => states.push(*state),
                    LiveChange::Event(event) => events.push(*event),
                    LiveChange::Closed(id) => panic!("{id} is closed"),
                }
            }
        }
        assert_eq!((states.len(), events.len()), (120, past.events));
        for state in states {
            let own: Vec<_> = events.iter().filter(|event| event.conversation == state.id).cloned().collect();
            assert_eq!(Conversation::fold(&own), Some(state));
        }
    }
}
