//! What an export has beside the tables of conversations: agents, their activity, and the words of turns.

use std::collections::HashMap;

use tandem_conversation::measure::slots;
use tandem_conversation::{ConversationId, EventBody, Position, Time, TurnId};
use tandem_search::filed;
use tandem_sql::Connection;
use uuid::Uuid;

use super::super::cell::{Cell, cells};
use super::super::shape::{Kind, Shape, TURN};
use super::super::tables;
use crate::store::{StoreError, activity, events, passable, users};

pub(super) const AGENT: Shape = Shape::of_account(
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

pub(super) const ACTIVITY: Shape = Shape::of_account(
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

pub(super) fn agents(account: &Connection, cursor: u64) -> Result<Vec<Vec<Cell>>, StoreError> {
    let all = users::all(account)?;
    let row = |user: users::User| {
        let common = [Cell::Int(cursor.cast_signed()), Cell::Text("live".into()), Cell::Null];
        let own = [
            Cell::Bytes(user.id.0.into_bytes()),
            Cell::Text(user.name),
            Cell::Text(user.role.name().into()),
            Cell::Text(if user.suspended { "former" } else { "active" }.into()),
            Cell::Int(user.capacity.into()),
        ];
        own.into_iter().chain(common).collect()
    };
    Ok(all.into_iter().map(row).collect())
}

/// Everybody's quarter hours in a period, or all.
pub(super) fn activity(
    account: &Connection,
    made: &Connection,
    period: Option<(Time, Time)>,
    now: Time,
    cursor: u64,
) -> Result<Vec<Vec<Cell>>, StoreError> {
    let (from, until) = period.unwrap_or((Time(0), now));
    let until = until.min(now);
    let mut rows = Vec::new();
    for (agent, log) in activity::between(account, None, from, until)? {
        let busy = tables::engaged(made, agent, from, until)?;
        for slot in slots(agent, &log, &busy, until) {
            let value = serde_json::to_value(slot)
                .map_err(|error| StoreError::Damaged { what: "activity", detail: error.to_string() })?;
            rows.push(cells(&ACTIVITY, value, cursor, "live")?);
        }
    }
    Ok(rows)
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
