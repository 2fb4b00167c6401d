//! What an export has beside the tables of conversations: people, presence, looks, the library, what channels took, and the
//! words of turns. These tables come whole each time.

use std::collections::HashMap;

use tandem_conversation::measure::slots;
use tandem_conversation::{ConversationId, EventBody, Position, Time, TurnId};
use tandem_search::filed;
use tandem_sql::Connection;
use uuid::Uuid;

use super::super::cell::{Cell, cells};
use super::super::shape::{Kind, Shape, TURN};
use super::super::tables;
use super::source::Source;
use super::{people, said};
use crate::store::{StoreError, activity, events, looks, passable, users};

/// The rows of one table.
type Make = fn(&Source<'_>) -> Result<Vec<Vec<Cell>>, StoreError>;

/// The tables, each with what makes it.
pub(super) const TABLES: [(&Shape, Make); 7] = [
    (&people::CUSTOMER, people::customers),
    (&people::CONTACT, people::contacts),
    (&AGENT, agents),
    (&ACTIVITY, activity),
    (&LOOK, looks),
    (&said::QUESTION, said::questions),
    (&said::SEND, said::sends),
];

const AGENT: Shape = Shape::of_account(
    "agent",
    &[
        ("agent_id", Kind::Uuid),
        ("name", Kind::Text),
        ("role", Kind::Enum),
        ("state", Kind::Enum),
        ("capacity", Kind::Int),
    ],
    &["agent_id"],
);

const ACTIVITY: Shape = Shape::of_account(
    "activity",
    &[
        ("agent_id", Kind::Uuid),
        ("slot_start", Kind::Time),
        ("status", Kind::Enum),
        ("activity_ms", Kind::Ms),
        ("available_capacity_ms", Kind::Ms),
        ("consumed_capacity_ms", Kind::Ms),
        ("busy_ms", Kind::Ms),
    ],
    &["agent_id", "slot_start", "status"],
);

const LOOK: Shape = Shape::of_account(
    "look",
    &[
        ("look_id", Kind::Int),
        ("at", Kind::Time),
        ("agent_id", Kind::Uuid),
        ("conversation_id", Kind::Uuid),
        ("viewpoint", Kind::Enum),
        ("as_agent_id", Kind::Uuid),
        ("as_external_agent_id", Kind::Uuid),
        ("after_position", Kind::Int),
    ],
    &["look_id"],
);

fn agents(source: &Source<'_>) -> Result<Vec<Vec<Cell>>, StoreError> {
    let row = |user: users::User| {
        source.row([
            Cell::Bytes(user.id.0.into_bytes()),
            Cell::Text(user.name),
            Cell::Text(user.role.name().into()),
            Cell::Text(if user.suspended { "former" } else { "active" }.into()),
            Cell::Int(user.capacity.into()),
        ])
    };
    Ok(users::all(source.account)?.into_iter().map(row).collect())
}

/// Everybody's quarter hours in the period, or all.
fn activity(source: &Source<'_>) -> Result<Vec<Vec<Cell>>, StoreError> {
    let (from, until) = source.period.unwrap_or((Time(0), source.now));
    let until = until.min(source.now);
    let mut rows = Vec::new();
    for (agent, log) in activity::between(source.account, None, from, until)? {
        let busy = tables::engaged(source.made, agent, from, until)?;
        for slot in slots(agent, &log, &busy, until) {
            rows.push(cells(&ACTIVITY, slot, source.cursor, "live")?);
        }
    }
    Ok(rows)
}

/// Who looked at which conversation through whose eyes, in the period or ever.
fn looks(source: &Source<'_>) -> Result<Vec<Vec<Cell>>, StoreError> {
    let (from, until) = source.period.unwrap_or((Time(0), Time(i64::MAX)));
    let row = |look: looks::StoredLook| {
        let id = |id: Option<Uuid>| id.map_or(Cell::Null, |id| Cell::Bytes(id.into_bytes()));
        source.row([
            Cell::Int(look.id),
            Cell::Int(look.at.0),
            id(Some(look.user.0)),
            id(Some(look.conversation.0)),
            Cell::Text(look.viewpoint),
            id(look.agent.map(|user| user.0)),
            id(look.external_agent.map(|link| link.0)),
            Cell::Int(look.after.0.into()),
        ])
    };
    Ok(looks::between(source.account, from, until)?.into_iter().map(row).collect())
}

/// The words of turns as they are now, one conversation after the other.
pub(super) struct Words<'a> {
    account: &'a Connection,
    of: Option<ConversationId>,
    known: HashMap<TurnId, String>,
}

impl<'a> Words<'a> {
    pub(super) fn new(account: &'a Connection) -> Self {
        Self { account, of: None, known: HashMap::new() }
    }

    pub(super) fn of(&mut self, row: &[Cell]) -> Result<Cell, StoreError> {
        let id = |column: &str| match tables::place(&TURN, column).and_then(|place| row.get(place)) {
            Some(Cell::Bytes(bytes)) => Uuid::from_bytes(*bytes),
            _ => Uuid::nil(),
        };
        let conversation = ConversationId(id("conversation_id"));
        if self.of != Some(conversation) {
            self.read(conversation)?;
        }
        Ok(self.known.get(&TurnId(id("turn_id"))).map_or(Cell::Null, |text| Cell::Text(text.clone())))
    }

    fn read(&mut self, conversation: ConversationId) -> Result<(), StoreError> {
        self.of = Some(conversation);
        self.known.clear();
        for body in events::bodies_after(self.account, conversation, Position::START, u32::MAX >> 1)? {
            let Some(event) = passable(events::parse(&body))? else { continue };
            match &event.body {
                EventBody::TurnAdded { turn, .. } => {
                    self.known.extend(filed::spoken(&turn.content).map(|text| (turn.id, text)));
                }
                EventBody::TurnEdited { turn, content, .. } => {
                    self.known.extend(filed::spoken(content).map(|text| (*turn, text)));
                }
                EventBody::TurnWithdrawn { turn } => {
                    self.known.remove(turn);
                }
                _ => {}
            }
        }
        Ok(())
    }
}
