//! The supervisors' live board: rows and figures of conversations in progress.
//!
//! A pure function of states and the clock, so that hub and desk show the same, also without the network. What a state
//! does not know (today's percentages, who was shown a call) comes from elsewhere and is none here.

mod alarm;
mod curves;
mod figures;
mod group;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::channel::Channel;
use crate::engagement::{Engagement, EngagementKind};
use crate::handover::Grade;
use crate::hearing::Window;
use crate::help::Reach;
use crate::ids::{BrandId, CallId, ConversationId, CustomerId};
use crate::part::Part;
use crate::participant::Participant;
use crate::state::{Conversation, LastWords};
use crate::time::Time;
use crate::wait::Wait;

pub use alarm::{Alarms, Level, Limit, Limits, Turned, Watched};
pub use curves::{Curves, Happened, curves};
pub use figures::{Calls, Colleague, Figures, Longest, Parts, People, figures};
pub use group::{Common, Group, GroupBy, groups};

/// Who handles a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Handler {
    People,
    Logic,
    Both,
    Nobody,
}

/// An open call for help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    pub call: CallId,
    pub since: Time,
    pub reach: Reach,
    /// One line.
    pub reason: String,
}

/// One conversation in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub conversation: ConversationId,
    pub customer: CustomerId,
    pub customer_name: String,
    pub channel: Channel,
    pub brand: Option<BrandId>,
    pub language: Option<String>,
    pub tags: Vec<String>,
    pub started: Time,
    pub part: Part,
    /// Since when a person is wanted and none is engaged.
    pub wanted_since: Option<Time>,
    /// Since when the customer's words have no answer of anyone.
    pub unanswered_since: Option<Time>,
    /// Since when the customer waits for whom.
    pub wait: Option<Wait>,
    pub handler: Handler,
    /// Agents and external agents.
    pub people: Vec<Participant>,
    /// Since when the longest of those who handle it does.
    pub handled_since: Option<Time>,
    /// Who spoke last for the company.
    pub held_by: Option<Participant>,
    pub call: Option<Call>,
    /// Why Your Logic could not go on, in one line.
    pub fallback: Option<String>,
    /// Since when it cannot.
    pub fallback_since: Option<Time>,
    pub last_words: Option<LastWords>,
    /// Until when the channel takes replies; none without a limit.
    pub window_until: Option<Time>,
    /// The round's number and start; none if an older hub did not count.
    pub round: Option<u32>,
    pub round_since: Option<Time>,
    pub first_answered_at: Option<Time>,
    /// The company's turns that the channel refused.
    pub undelivered: u32,
    /// The newest handover packet was graded wrong.
    pub graded_wrong: bool,
}

impl Row {
    /// The order of the board: whom a person has been wanted for longest, then whose words have no answer, then by age.
    #[must_use]
    pub fn urgency(&self) -> impl Ord + use<> {
        let longest_first = |since: Option<Time>| (since.is_none(), since);
        (longest_first(self.wanted_since), longest_first(self.unanswered_since), self.round_since, self.conversation)
    }

    /// Whether the channel stops taking replies within an hour while the customer waits.
    #[must_use]
    pub fn closes_soon(&self, now: Time) -> bool {
        let left = self.window_until.map(|until| until.since(now));
        self.unanswered_since.is_some() && left.is_some_and(|ms| (0..=HOUR_MS).contains(&ms))
    }

    /// Whether a wait of this conversation is over its limit.
    #[must_use]
    pub fn is_over(&self, limits: &Limits, now: Time) -> bool {
        let over = |since: Option<Time>, limit: &Option<Limit>| {
            since.zip(limit.as_ref()).is_some_and(|(since, limit)| now.since(since) > limit.on)
        };
        over(self.wanted_since, &limits.wanted_ms) || over(self.unanswered_since, &limits.unanswered_ms)
    }
}

const HOUR_MS: i64 = 60 * 60 * 1000;

/// The row of a conversation; none if it is completed.
#[must_use]
pub fn row(state: &Conversation) -> Option<Row> {
    if !state.in_progress() {
        return None;
    }
    let logic = state.engagements.iter().find(|engagement| engagement.kind == EngagementKind::Logic);
    let handler = match (state.people().next().is_some(), logic.is_some()) {
        (true, true) => Handler::Both,
        (true, false) => Handler::People,
        (false, true) => Handler::Logic,
        (false, false) => Handler::Nobody,
    };
    let call = state.help.as_ref().map(|help| Call {
        call: help.call,
        since: help.since,
        reach: help.reach,
        reason: help.reason.line(),
    });
    Some(Row {
        conversation: state.id,
        customer: state.customer.id,
        customer_name: state.customer.name.clone(),
        channel: state.channel,
        brand: state.brand,
        language: state.language.clone(),
        tags: state.tags.clone(),
        started: state.started,
        part: part(state),
        wanted_since: state.wanted_since(),
        unanswered_since: state.waiting_since,
        wait: state.wait(),
        handler,
        people: state.people().filter_map(Engagement::person).cloned().collect(),
        handled_since: state.people().chain(logic).map(|engagement| engagement.since).min(),
        held_by: state.voices.iter().max_by_key(|voice| voice.position).map(|voice| voice.by.clone()),
        call,
        fallback: state.fallback.as_ref().map(|fallback| fallback.failure.line()),
        fallback_since: state.fallback.as_ref().map(|fallback| fallback.since),
        last_words: state.last_words.clone(),
        window_until: match state.window() {
            Some(Window::Until(until)) => Some(until),
            Some(Window::NeverOpen) | None => None,
        },
        round: state.round.map(|round| round.no),
        round_since: state.round.map(|round| round.since),
        first_answered_at: state.round.and_then(|round| round.answered),
        undelivered: undelivered(state),
        graded_wrong: state.handover.as_ref().and_then(|open| open.graded.as_ref()).map(|graded| graded.grade)
            == Some(Grade::Wrong),
    })
}

/// Who has a conversation in progress: the partition of analytics at this instant.
#[must_use]
pub fn part(state: &Conversation) -> Part {
    let logic = state.engagements.iter().any(|engagement| engagement.kind == EngagementKind::Logic);
    let person = state.people().next().is_some();
    Part::of(person, state.wanted_since().is_some(), logic && state.fallback.is_none())
}

fn undelivered(state: &Conversation) -> u32 {
    u32::try_from(state.failed_turns().count()).unwrap_or(u32::MAX)
}
