//! Rows by key, with the position of the log that last changed each; and deliveries of turns that are not at hand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rows::{
    CallRow, ConversationRow, EngagementRow, ExternalAgentRow, HandoverRow, LogicRequestRow, ReviewRow, RoundId,
    RoundRow, StartedBy, TagRow, TurnRow,
};
use super::shared::{Busy, shares};
use crate::event::Side;
use crate::ids::{
    CallId, ConversationId, CustomerId, EngagementId, LinkId, Position, RequestId, ReviewId, TurnId, UserId,
};
use crate::participant::ParticipantKind;
use crate::time::Time;
use crate::turn::Stage;

/// A row, and the position of the account's log that last changed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Versioned<T> {
    pub row_version: u64,
    #[serde(flatten)]
    pub row: T,
}

/// A table by its key.
pub type Table<K, T> = BTreeMap<K, Versioned<T>>;

/// The rows that events changed. A follower writes them over those it has, after [`Rows::reached`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pub conversations: Table<ConversationId, ConversationRow>,
    pub rounds: Table<RoundId, RoundRow>,
    pub engagements: Table<EngagementId, EngagementRow>,
    /// By conversation and position.
    pub turns: Table<(ConversationId, Position), TurnRow>,
    pub calls: Table<CallId, CallRow>,
    pub logic_requests: Table<RequestId, LogicRequestRow>,
    pub external_agents: Table<LinkId, ExternalAgentRow>,
    pub tags: Table<(ConversationId, Position, String), TagRow>,
    pub reviews: Table<ReviewId, ReviewRow>,
    pub handovers: Table<TurnId, HandoverRow>,
    /// What happened to turns that may have been written before. It is done to those in `turns` already.
    pub reached: Vec<Versioned<Reached>>,
}

/// What happened to turns after they were said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reached {
    pub conversation_id: ConversationId,
    pub which: Which,
    pub what: News,
    pub at: Time,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum News {
    /// They came further along their channel.
    Stage {
        stage: Stage,
        /// The channel's code of the reason, for `failed`.
        failed_code: Option<String>,
    },
    /// The author gave them other words.
    Edited,
    Withdrawn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Which {
    One {
        turn: TurnId,
    },
    /// Everything of the other side up to a position that has not failed.
    UpTo {
        side: Side,
        position: Position,
    },
}

impl Reached {
    /// Whether this turn is one of them.
    #[must_use]
    pub fn concerns(&self, turn: &TurnRow) -> bool {
        match self.which {
            Which::One { turn: id } => turn.turn_id == id,
            Which::UpTo { side, position } => {
                let by_customer = turn.by == ParticipantKind::Customer;
                turn.conversation_id == self.conversation_id
                    && turn.position <= position
                    && turn.is_for_customer()
                    && by_customer == (side == Side::Desk)
                    && turn.final_state != Some(Stage::Failed)
            }
        }
    }

    /// Moves a turn along; returns whether that was news.
    pub fn apply(&self, turn: &mut TurnRow) -> bool {
        let (stage, failed_code) = match &self.what {
            News::Stage { stage, failed_code } => (*stage, failed_code),
            News::Edited => return !std::mem::replace(&mut turn.edited, true),
            News::Withdrawn => return !std::mem::replace(&mut turn.withdrawn, true),
        };
        let before = (turn.final_state, turn.sent_at, turn.delivered_at, turn.seen_at);
        match stage {
            Stage::Sent => _ = turn.sent_at.get_or_insert(self.at),
            Stage::Delivered => self.deliver(turn, false),
            Stage::Seen | Stage::Played => {
                self.deliver(turn, true);
                turn.seen_at.get_or_insert(self.at);
            }
            Stage::Failed => turn.failed_code.clone_from(failed_code),
            Stage::Queued | Stage::Accepted | Stage::Prepared | Stage::Unconfirmed => {}
        }
        turn.final_state = turn.final_state.max(Some(stage));
        before != (turn.final_state, turn.sent_at, turn.delivered_at, turn.seen_at)
    }

    /// What is seen was delivered, also if nobody said so.
    fn deliver(&self, turn: &mut TurnRow, inferred: bool) {
        if turn.delivered_at.is_none() {
            (turn.delivered_at, turn.inferred) = (Some(self.at), Some(inferred));
        }
    }
}

impl Rows {
    pub(super) fn reach(&mut self, row_version: u64, reached: Reached) {
        self.move_turns(row_version, &reached);
        self.reached.push(Versioned { row_version, row: reached });
    }

    fn move_turns(&mut self, row_version: u64, reached: &Reached) {
        let upto = match reached.which {
            Which::One { .. } => Position(u32::MAX),
            Which::UpTo { position, .. } => position,
        };
        let conversation = reached.conversation_id;
        let turns = self.turns.range_mut((conversation, Position::START)..=(conversation, upto));
        for turn in turns.map(|(_, turn)| turn).filter(|turn| reached.concerns(&turn.row)) {
            if reached.apply(&mut turn.row) {
                turn.row_version = row_version;
            }
        }
    }

    /// Writes newer rows over these, as a follower does with its tables.
    pub fn merge(&mut self, newer: Self) {
        for reached in newer.reached {
            self.move_turns(reached.row_version, &reached.row);
            self.reached.push(reached);
        }
        self.conversations.extend(newer.conversations);
        self.rounds.extend(newer.rounds);
        self.engagements.extend(newer.engagements);
        self.turns.extend(newer.turns);
        self.calls.extend(newer.calls);
        self.logic_requests.extend(newer.logic_requests);
        self.external_agents.extend(newer.external_agents);
        self.tags.extend(newer.tags);
        self.reviews.extend(newer.reviews);
        self.handovers.extend(newer.handovers);
    }

    /// Fills the shared time of every ended engagement of an agent.
    pub fn share(&mut self) {
        let mut agents: BTreeMap<UserId, Vec<Busy>> = BTreeMap::new();
        for (agent, busy) in self.engagements.values().filter_map(|engagement| Busy::of(&engagement.row)) {
            agents.entry(agent).or_default().push(busy);
        }
        for engaged in agents.values() {
            for (busy, shared) in engaged.iter().zip(shares(engaged)) {
                let row = self.engagements.get_mut(&busy.engagement).map(|engagement| &mut engagement.row);
                row.into_iter().for_each(|row| row.shared_ms = shared);
            }
        }
    }
}

impl Rows {
    /// Marks the completed rounds after which their customer started another conversation.
    pub fn come_back(&mut self) {
        let mut newest: BTreeMap<CustomerId, Vec<(Time, ConversationId)>> = BTreeMap::new();
        for conversation in self.conversations.values().map(|conversation| &conversation.row) {
            if conversation.started_by == Some(StartedBy::Customer) {
                let started = (conversation.started_at, conversation.conversation_id);
                newest.entry(conversation.customer_id).or_default().push(started);
            }
        }
        for round in self.rounds.values_mut().map(|round| &mut round.row) {
            let Some(completed) = round.completed_at.filter(|_| round.provisional_until.is_some()) else { continue };
            let customer = self.conversations.get(&round.id.conversation_id).map(|row| row.row.customer_id);
            let started = customer.and_then(|customer| newest.get(&customer)).into_iter().flatten();
            if started.clone().any(|(at, id)| *id != round.id.conversation_id && *at >= completed) {
                round.reopened_later = Some(true);
            }
        }
    }
}

/// Puts a row that the event at `row_version` has changed.
pub(super) fn put<K: Ord, T>(table: &mut Table<K, T>, row_version: u64, key: K, row: T) {
    table.insert(key, Versioned { row_version, row });
}
