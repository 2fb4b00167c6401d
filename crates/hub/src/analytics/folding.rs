//! From a part of the log to the tables, on the thread of `analytics.db`.
//!
//! invariant: what the tables say does not depend on where the log was cut into parts. Rows carry the position of the
//! event that changed them, and what needs other conversations is done in the order of the log.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tandem_conversation::measure::{Busy, Definitions, Open, Origin, Rows, StartedBy};
use tandem_conversation::{ConversationId, CustomerId, Event, EventBody, Position, Time};
use tandem_sql::Connection;
use tandem_sqlite::{Companion, Finish};

use super::segments;
use super::shape::{CALL, CONVERSATION, ENGAGEMENT, EXTERNAL_AGENT, HANDOVER, LOGIC_REQUEST, REVIEW, ROUND, TAG, TURN};
use super::tables::{self, Progress};
use crate::store::alerts::{self, Counted};
use crate::store::{StoreError, events, passable};

/// Events of one part.
pub const PART: u32 = 4_000;
/// Calls of the ledger of alerts in one part.
const CALLS: u32 = 2_000;
/// Conversations of which the state is kept in memory.
const KNOWN: usize = 4_096;
/// After its completion, the state of a conversation is kept this long. Later it is made from the log when needed.
const KEPT_MS: i64 = 24 * 3_600_000;

/// A part of the account's log.
#[derive(Debug, Default)]
pub(crate) struct Part {
    pub events: Vec<(u64, Event)>,
    /// The position before the part.
    pub from: u64,
    /// The last position of the part. Events that cannot be read are left out of it.
    pub up_to: u64,
    /// Calls that changed in the ledger of alerts before the log reached `up_to`. All of them are here: an export that ends
    /// at `up_to` misses none.
    pub alerts: Vec<Counted>,
}

impl Part {
    /// Reads the next events after `from`, at most `most`, and what the ledger of alerts said meanwhile.
    pub(crate) fn read(connection: &Connection, from: &Progress, to: u64, most: u32) -> Result<Self, StoreError> {
        let Progress { cursor, ledger: (changed, call) } = from;
        let mut part = Self { from: *cursor, up_to: *cursor, ..Self::default() };
        for logged in events::after(connection, *cursor, to, most)? {
            part.up_to = logged.seq;
            part.events.extend(passable(events::parse(&logged.body))?.map(|event| (logged.seq, event)));
        }
        part.alerts = alerts::counted(connection, (*changed, call), part.up_to, CALLS)?;
        if let Some(last) = part.alerts.last().filter(|_| part.alerts.len() == CALLS as usize) {
            // More may have been said while the log was as long as then.
            part.up_to = part.up_to.min(last.version.saturating_sub(1)).max(*cursor);
            part.events.retain(|(seq, _)| *seq <= part.up_to);
        }
        Ok(part)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.up_to == self.from && self.alerts.is_empty()
    }

    /// The conversations that began earlier, each with its first position here.
    fn begun_before(&self) -> BTreeMap<ConversationId, Position> {
        let mut first = BTreeMap::new();
        for (_, event) in &self.events {
            first.entry(event.conversation).or_insert(event.position);
        }
        first.retain(|_, position| *position > Position::START.next());
        first
    }
}

/// A conversation before a position, from its events; none if they do not begin with its start.
pub(crate) fn from_log(
    connection: &Connection,
    id: ConversationId,
    before: Position,
    definitions: &Definitions,
) -> Result<Option<Open>, StoreError> {
    const PAGE: u32 = 1_000;
    let (mut open, mut after): (Option<Open>, _) = (None, Position::START);
    loop {
        let page = events::bodies_after(connection, id, after, PAGE)?;
        let is_last = page.len() < PAGE as usize;
        for body in page {
            let Some(event) = passable(events::parse(&body))? else { continue };
            if event.position >= before {
                return Ok(open);
            }
            after = event.position;
            let mut rows = Rows::default();
            match &mut open {
                Some(open) => open.step(&event, 0, definitions, &mut rows),
                None => open = Open::begin(&event, 0, &mut rows),
            }
        }
        if is_last {
            return Ok(open);
        }
    }
}

/// What is known of conversations between two parts.
pub(crate) struct Folding {
    pub definitions: Definitions,
    /// After which position this is true.
    at: u64,
    known: HashMap<ConversationId, Open>,
}

impl Folding {
    pub(crate) fn new(definitions: Definitions) -> Self {
        Self { definitions, at: 0, known: HashMap::new() }
    }

    /// Remembers what the tables know of the conversations of a part. Returns those that must be made from the log.
    pub(crate) fn recall(
        &mut self,
        connection: &Connection,
        part: &Part,
    ) -> Result<Vec<(ConversationId, Position)>, StoreError> {
        if self.at != part.from || self.known.len() > KNOWN {
            self.known.clear();
        }
        self.at = part.from;
        let mut missing = Vec::new();
        for (id, first) in part.begun_before() {
            if self.known.contains_key(&id) {
                continue;
            }
            match tables::open(connection, id)? {
                Some(open) => drop(self.known.insert(id, open)),
                None => missing.push((id, first)),
            }
        }
        Ok(missing)
    }

    /// Measures a part and writes its rows. Every conversation of it is known, or begins in it, or has no start.
    pub(crate) fn apply(
        &mut self,
        connection: &Connection,
        part: Part,
        made: Vec<(ConversationId, Open)>,
    ) -> Result<(), StoreError> {
        self.known.extend(made);
        // Is only true again when everything is written.
        self.at = u64::MAX;
        let mut batch = Batch::default();
        for (seq, event) in &part.events {
            let linked = matches!(event.body, EventBody::CustomerLinked { .. });
            if linked {
                batch.write(connection, &self.known)?;
            }
            let before = self.known.get(&event.conversation).map(|open| open.customer_id());
            match self.known.get_mut(&event.conversation) {
                Some(open) => open.step(event, *seq, &self.definitions, &mut batch.rows),
                None => {
                    let Some(open) = Open::begin(event, *seq, &mut batch.rows) else { continue };
                    self.known.insert(event.conversation, open);
                }
            }
            batch.changed.insert(event.conversation);
            match &event.body {
                EventBody::Started { customer, .. } => {
                    batch.back.push((*seq, Back::Began(event.conversation, customer.id, event.time)));
                }
                EventBody::Completed { .. } => batch.back.push((*seq, Back::Completed(event.conversation))),
                EventBody::CustomerLinked { customer, .. } => {
                    let both = before.into_iter().chain([customer.id]);
                    batch.back.extend(both.map(|customer| (*seq, Back::Moved(customer))));
                }
                _ => {}
            }
            if linked {
                batch.write(connection, &self.known)?;
            }
        }
        batch.write(connection, &self.known)?;
        for id in &batch.ever {
            if let Some(open) = self.known.get(id) {
                tables::keep(connection, *id, open)?;
            }
        }
        if let Some((_, last)) = part.events.last() {
            tables::forget(connection, last.time.plus_ms(-KEPT_MS))?;
        }
        let mut changed = batch.ever;
        changed.append(&mut batch.others);
        tables::count_alerts(connection, &part.alerts, &mut changed)?;
        segments::changed(connection, &changed)?;
        tables::set_cursor(connection, part.up_to)?;
        self.at = part.up_to;
        Ok(())
    }
}

impl Companion<Connection> for Folding {
    type Work = std::convert::Infallible;

    fn work(&mut self, _: &Connection, _: usize, work: Self::Work) -> Finish {
        match work {}
    }
    fn before_commit(&mut self, _: &Connection) -> Result<(), tandem_sqlite::Error> {
        Ok(())
    }
    fn committed(&mut self) {}
    fn rolled_back(&mut self) {
        self.at = u64::MAX;
    }
    fn kept(&mut self) {}
    fn undone(&mut self) {
        self.at = u64::MAX;
    }
}

/// What may make a round one whose customer came back.
enum Back {
    Began(ConversationId, CustomerId, Time),
    Completed(ConversationId),
    Moved(CustomerId),
}

#[derive(Default)]
struct Batch {
    rows: Rows,
    back: Vec<(u64, Back)>,
    changed: BTreeSet<ConversationId>,
    /// Also those that are written.
    ever: BTreeSet<ConversationId>,
    /// Conversations with rows that events of another one changed.
    others: BTreeSet<ConversationId>,
}

impl Batch {
    fn write(&mut self, connection: &Connection, known: &HashMap<ConversationId, Open>) -> Result<(), StoreError> {
        let rows = std::mem::take(&mut self.rows);
        self.ever.append(&mut self.changed);
        for reached in &rows.reached {
            tables::reach(connection, reached.row_version, &reached.row)?;
        }
        let origin = |id: ConversationId| match known.get(&id).map(Open::origin) {
            Some(Origin::Imported) => "imported",
            Some(Origin::Live) | None => "live",
        };
        tables::put(connection, &CONVERSATION, &rows.conversations, |row| origin(row.conversation_id))?;
        tables::put(connection, &ROUND, &rows.rounds, |row| origin(row.id.conversation_id))?;
        tables::put(connection, &ENGAGEMENT, &rows.engagements, |row| origin(row.conversation_id))?;
        tables::put(connection, &TURN, &rows.turns, |row| origin(row.conversation_id))?;
        tables::put(connection, &CALL, &rows.calls, |row| origin(row.conversation_id))?;
        tables::put(connection, &LOGIC_REQUEST, &rows.logic_requests, |row| origin(row.conversation_id))?;
        tables::put(connection, &EXTERNAL_AGENT, &rows.external_agents, |row| origin(row.conversation_id))?;
        tables::put(connection, &TAG, &rows.tags, |row| origin(row.conversation_id))?;
        tables::put(connection, &REVIEW, &rows.reviews, |row| origin(row.conversation_id))?;
        tables::put(connection, &HANDOVER, &rows.handovers, |row| origin(row.conversation_id))?;
        for (agent, busy) in rows.engagements.values().filter_map(|row| Busy::of(&row.row)) {
            tables::share(connection, agent, &busy)?;
        }
        let begun = self.back.iter().filter_map(|(seq, back)| match back {
            Back::Began(id, ..) => Some((*id, *seq)),
            _ => None,
        });
        let begun: HashMap<ConversationId, u64> = begun.collect();
        for (seq, back) in self.back.drain(..) {
            match back {
                Back::Began(id, customer, at) => {
                    let by = known.get(&id).and_then(Open::started_by);
                    if by == Some(StartedBy::Customer) {
                        tables::came_back(connection, seq, customer, (id, at), &mut self.others)?;
                    }
                }
                Back::Completed(id) => {
                    // The tables have all of the part already.
                    let had_begun = |other| begun.get(&other).is_none_or(|at| *at < seq);
                    tables::had_come_back(connection, seq, id, had_begun)?;
                }
                Back::Moved(customer) => tables::look_again(connection, seq, customer, &mut self.others)?,
            }
        }
        Ok(())
    }
}
