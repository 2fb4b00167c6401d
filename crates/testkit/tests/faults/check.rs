//! Final invariants, checked against the hub's own log.

use std::collections::{BTreeMap, HashMap, HashSet};

use tandem_conversation::{
    ContactId, Conversation, ConversationId, CustomerId, Event, EventBody, Time, TurnId, left_alone,
};
use tandem_sql::{Connection, Error, Row};
use uuid::Uuid;

use crate::cache::Cached;
use crate::journal::{Journal, Known};

/// A row stands fewer events behind its log.
const MOST_BEHIND: usize = 16;

/// One conversation in the hub.
pub struct Whole {
    /// May stand behind.
    stored: Conversation,
    /// The fold over all events.
    pub state: Conversation,
    pub events: Vec<Event>,
}

/// Everything in the hub.
pub struct Hub {
    pub conversations: BTreeMap<ConversationId, Whole>,
    turns: Vec<(TurnId, String)>,
    seqs: Vec<i64>,
    /// The owner of each web chat, unless it was merged.
    owners: HashMap<ContactId, CustomerId>,
}

/// The hub's conversations, oldest first.
pub fn conversations(connection: &Connection) -> Vec<ConversationId> {
    rows(connection, "SELECT id FROM conversations ORDER BY started, id", |row| id(row, 0))
}

/// All rows of a query.
fn rows<T>(connection: &Connection, sql: &str, each: impl FnMut(&Row<'_>) -> Result<T, Error>) -> Vec<T> {
    connection.prepare(sql).unwrap().query_map([], each).unwrap().collect::<Result<_, _>>().unwrap()
}

fn id(row: &Row<'_>, column: usize) -> Result<ConversationId, Error> {
    Ok(ConversationId(Uuid::from_bytes(row.get(column)?)))
}

impl Hub {
    pub fn read(connection: &Connection) -> Result<Self, String> {
        connection.snapshot::<_, Error>(|| Ok(Self::found(connection))).unwrap()
    }

    fn found(connection: &Connection) -> Result<Self, String> {
        let mut conversations: BTreeMap<_, _> = rows(connection, "SELECT id, state FROM conversations", |row| {
            let stored: Conversation = serde_json::from_str(&row.get::<_, String>(1)?).unwrap();
            Ok((id(row, 0)?, Whole { state: stored.clone(), stored, events: Vec::new() }))
        })
        .into_iter()
        .collect();
        let log = rows(connection, "SELECT seq, conversation, body FROM events ORDER BY seq", |row| {
            Ok((row.get(0)?, id(row, 1)?, serde_json::from_str::<Event>(&row.get::<_, String>(2)?).unwrap()))
        });
        let (mut turns, mut seqs) = (Vec::new(), Vec::new());
        for (seq, of, event) in log {
            seqs.push(seq);
            if let EventBody::TurnAdded { turn, .. } = &event.body {
                turns.push((turn.id, turn.content.text().to_owned()));
            }
            let whole = conversations.get_mut(&of).ok_or_else(|| format!("{of} has events and no state"))?;
            whole.events.push(event);
        }
        for (of, whole) in &mut conversations {
            whole.state = Conversation::fold(&whole.events).ok_or_else(|| format!("{of} has a state and no events"))?;
        }
        let owners = rows(connection, "SELECT id, customer FROM contacts WHERE moved_to IS NULL", |row| {
            Ok((ContactId(id(row, 0)?.0), CustomerId(id(row, 1)?.0)))
        });
        Ok(Self { conversations, turns, seqs, owners: owners.into_iter().collect() })
    }

    /// The log has no gaps, its fold is the state, each conversation knows its customer, every command had one effect,
    /// and no customer is left alone.
    pub fn is_whole(&self, now: Time, journal: &Journal) -> Result<(), String> {
        if !self.seqs.iter().copied().eq(1..=self.seqs.len() as i64) {
            return Err("the account's log has gaps".into());
        }
        for (of, whole) in &self.conversations {
            let positions = whole.events.iter().map(|event| event.position.0);
            if !positions.eq(1..=whole.events.len() as u32) {
                return Err(format!("the log of {of} has gaps"));
            }
            let stored = whole.events.partition_point(|event| event.position <= whole.stored.position);
            if Conversation::fold(&whole.events[..stored]).as_ref() != Some(&whole.stored) {
                return Err(format!("the state of {of} is not the fold over its events"));
            }
            if whole.events.len() - stored >= MOST_BEHIND {
                return Err(format!("the row of {of} stands {} events behind", whole.events.len() - stored));
            }
            if self.owners.get(&whole.state.contact) != Some(&whole.state.customer.id) {
                return Err(format!("{of} does not know whose it is: {:?}", whole.state.customer));
            }
            if left_alone(&whole.state, now) {
                return Err(format!("the customer of {of} is left alone: {:?}", whole.state));
            }
            let mut over = HashSet::new();
            for pair in whole.events.windows(2) {
                if pair[0].cause != pair[1].cause && (!over.insert(pair[0].cause) || over.contains(&pair[1].cause)) {
                    return Err(format!("a command had two effects in {of}: {:?}", pair[1]));
                }
            }
        }
        let mut seen: HashMap<TurnId, &str> = HashMap::new();
        for (turn, text) in &self.turns {
            if seen.insert(*turn, text).is_some() {
                return Err(format!("the turn {turn} is there twice: {text}"));
            }
        }
        match journal.all_accepted().iter().find(|turn| !seen.contains_key(turn)) {
            Some(lost) => Err(format!("the customer's message {lost} was accepted, and is lost")),
            None => Ok(()),
        }
    }

    fn count(&self, word: &str) -> usize {
        self.turns.iter().map(|(_, text)| text.matches(word).count()).sum()
    }
}

/// Every text of an agent is somewhere, and nowhere twice.
pub fn words(hub: &Hub, desks: &[Cached], journal: &Journal) -> Result<(), String> {
    for (word, known) in journal.words() {
        let within = |texts: &[String]| texts.iter().map(|text| text.matches(&word).count()).sum::<usize>();
        let logged = hub.count(&word);
        let queued: usize = desks.iter().map(|desk| within(&desk.queued)).sum();
        let drafted: usize = desks.iter().map(|desk| within(&desk.drafts)).sum();
        let there = logged + queued + drafted;
        let places = format!("{logged} in the log, {queued} in an outbox, {drafted} in a draft");
        if there > 1 {
            return Err(format!("{word} ({known:?}) is there {there} times: {places}"));
        }
        if there == 0 && known != Known::Typed {
            return Err(format!("{word} ({known:?}) is lost"));
        }
    }
    Ok(())
}
