//! The round in progress: waits, the partition of time, and what follows from who spoke.

use serde::{Deserialize, Serialize};

use super::definitions::Definitions;
use super::hours::Schedule;
use super::rows::{Direction, Ended, EngagementRow, Outcome, QueueOutcome, RoundId, RoundRow, Who};
use crate::ids::TurnId;
use crate::part::Part;
use crate::participant::{Participant, ParticipantKind};
use crate::time::Time;

/// Ended queues whose first words of a person are still awaited. Of more, the oldest have no `person_wait_ms`.
const QUEUES: usize = 64;

/// The customer's oldest loud turn that nobody has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) turn: TurnId,
    pub(super) at: Time,
}

/// A loud turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) by: ParticipantKind,
    pub(super) at: Time,
    /// Only "I look into it".
    pub(super) holding: bool,
}

/// What is known of a round. After its completion, the customer's closing words still belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Round {
    pub(super) row: RoundRow,
    /// Imported conversations were served elsewhere: only their counts are facts.
    imported: bool,
    /// The first loud turn, whoever spoke. Open time begins here.
    begun: Option<Time>,
    /// Until when the parts are counted.
    counted: Time,
    parts_ms: [i64; 4],
    /// The wait for anyone.
    pub(super) asked: Option<Asked>,
    persons: Vec<Who>,
    /// People who left and have had no successor, and how often.
    gone: Vec<(Who, u32)>,
    /// Ended queues, until a person speaks.
    pub(super) queues: Vec<EngagementRow>,
    person_after_t0: bool,
    logic_after_t0: bool,
    given_up: bool,
    /// Completed while the customer waited.
    abandoned: bool,
    elsewhere: bool,
    courtesy_last: bool,
    scored_well: bool,
}

impl Round {
    pub(super) fn begin(id: RoundId, at: Time, reopened_by: Option<ParticipantKind>, imported: bool) -> Self {
        Self {
            row: RoundRow {
                id,
                started_at: at,
                reopened_by,
                t0: None,
                completed_at: None,
                completed_by: None,
                direction: None,
                first_response_ms: None,
                first_response_by: None,
                first_answer_ms: None,
                first_person_response_ms: None,
                wanted_at: None,
                person_wait_ms: None,
                queue_ms: None,
                person_ms: None,
                logic_ms: None,
                idle_ms: None,
                open_ms: None,
                business_open_ms: None,
                replies: 0,
                reply_sum_ms: Some(0),
                reply_max_ms: None,
                person_replies: 0,
                person_reply_sum_ms: Some(0),
                persons: 0,
                transfers: 0,
                fallback: 0,
                logic_involved: false,
                contained: None,
                provisional_until: None,
                confirmed: None,
                reopened_later: None,
                outcome: Some(Outcome::Open),
                review_id: None,
            },
            imported,
            begun: None,
            counted: at,
            parts_ms: [0; 4],
            asked: None,
            persons: Vec::new(),
            gone: Vec::new(),
            queues: Vec::new(),
            person_after_t0: false,
            logic_after_t0: false,
            given_up: false,
            abandoned: false,
            elsewhere: false,
            courtesy_last: false,
            scored_well: false,
        }
    }

    pub(super) fn in_progress(&self) -> bool {
        self.row.completed_at.is_none()
    }

    /// The row as it is known now.
    pub(super) fn row(&self) -> RoundRow {
        let mut row = self.row.clone();
        let rated = !self.in_progress() && !self.elsewhere;
        let contained = self.row.logic_involved && self.persons.is_empty() && self.row.wanted_at.is_none();
        row.contained = rated.then_some(contained);
        row.confirmed = rated.then_some(contained && (self.scored_well || self.courtesy_last));
        row.outcome = Some(self.outcome());
        if !self.imported {
            return row;
        }
        RoundRow {
            persons: row.persons,
            replies: row.replies,
            person_replies: row.person_replies,
            transfers: row.transfers,
            fallback: row.fallback,
            logic_involved: row.logic_involved,
            completed_at: row.completed_at,
            completed_by: row.completed_by,
            reply_sum_ms: None,
            person_reply_sum_ms: None,
            outcome: None,
            ..Self::begin(row.id, row.started_at, row.reopened_by, true).row
        }
    }

    fn outcome(&self) -> Outcome {
        if self.elsewhere {
            Outcome::GoesOnElsewhere
        } else if self.person_after_t0 {
            Outcome::ByPerson
        } else if self.given_up {
            Outcome::GivenUp
        } else if self.abandoned {
            Outcome::AbandonedByUs
        } else if self.logic_after_t0 {
            Outcome::ByLogic
        } else {
            Outcome::Open
        }
    }

    /// Counts the time until `now` for the part that had the conversation.
    pub(super) fn count(&mut self, now: Time, part: Part) {
        if self.begun.is_some() && self.in_progress() {
            let index = Part::EVERY.iter().position(|one| *one == part).unwrap_or_default();
            self.parts_ms[index] += now.since(self.counted);
        }
        self.counted = now;
    }

    /// The customer's loud turn.
    pub(super) fn ask(&mut self, turn: TurnId, at: Time) {
        if !self.in_progress() {
            return;
        }
        self.begin_open(at, Direction::Inbound);
        self.row.t0.get_or_insert(at);
        self.asked.get_or_insert(Asked { turn, at });
    }

    /// Whether the customer's last turn is a closing courtesy; also after the completion.
    pub(super) fn hear(&mut self, silent: bool) {
        self.courtesy_last = silent;
    }

    /// Our loud turn. Returns the wait that it ends, with its length, and the queues whose wait for a person it ends.
    pub(super) fn answer(&mut self, said: Said) -> (Option<(Asked, i64)>, Vec<EngagementRow>) {
        if !self.in_progress() {
            return (None, Vec::new());
        }
        self.begin_open(said.at, Direction::Outbound);
        let person =
            matches!(said.by, ParticipantKind::Agent | ParticipantKind::ExternalAgent | ParticipantKind::Device);
        let logic = said.by == ParticipantKind::Logic;
        self.row.logic_involved |= logic;
        if let Some(t0) = self.row.t0 {
            let ms = said.at.since(t0);
            self.row.first_response_ms.get_or_insert(ms);
            self.row.first_response_by.get_or_insert(said.by);
            if !said.holding {
                self.row.first_answer_ms.get_or_insert(ms);
            }
            if person {
                self.row.first_person_response_ms.get_or_insert(ms);
            }
            self.person_after_t0 |= person;
            self.logic_after_t0 |= logic;
        }
        let ended = self.asked.take().map(|asked| (asked, said.at.since(asked.at)));
        if let Some((_, ms)) = ended {
            let row = &mut self.row;
            row.replies += 1;
            row.reply_sum_ms = row.reply_sum_ms.map(|sum| sum + ms);
            row.reply_max_ms = row.reply_max_ms.max(Some(ms));
            if person {
                row.person_replies += 1;
                row.person_reply_sum_ms = row.person_reply_sum_ms.map(|sum| sum + ms);
            }
        }
        (ended, if person { self.meet(said.at) } else { Vec::new() })
    }

    /// A person speaks: everything that waited for one has waited until now.
    fn meet(&mut self, at: Time) -> Vec<EngagementRow> {
        if let Some(wanted) = self.row.wanted_at {
            self.row.person_wait_ms.get_or_insert(at.since(wanted));
        }
        let mut met = std::mem::take(&mut self.queues);
        // A device of ours may have spoken before the queue ended.
        met.retain(|queue| !self.imported && queue.person_wait_ms.is_none());
        met.iter_mut().for_each(|queue| queue.person_wait_ms = Some(at.since(queue.started_at)));
        met
    }

    fn begin_open(&mut self, at: Time, direction: Direction) {
        if self.begun.is_none() {
            self.begun = Some(at);
            self.row.direction = Some(direction);
            self.counted = at;
        }
    }

    /// A person became engaged.
    pub(super) fn come(&mut self, who: Who) {
        let handed_over = self.gone.extract_if(.., |(gone, _)| *gone != who);
        self.row.transfers += handed_over.map(|(_, times)| times).sum::<u32>();
        if !self.persons.contains(&who) {
            self.persons.push(who);
        }
        self.row.persons = count(self.persons.len());
    }

    /// A person's engagement ended, while others are engaged or not.
    pub(super) fn leave(&mut self, who: Who, end: Ended, others: bool) {
        if end == Ended::Completed {
            return;
        }
        if others {
            self.row.transfers += 1;
        } else if let Some((_, times)) = self.gone.iter_mut().find(|(gone, _)| *gone == who) {
            *times += 1;
        } else {
            self.gone.push((who, 1));
        }
    }

    /// A person is wanted.
    pub(super) fn want(&mut self, at: Time) {
        self.row.wanted_at.get_or_insert(at);
    }

    /// A queue ended.
    pub(super) fn unwant(&mut self, queue: EngagementRow) {
        self.given_up |= queue.queue_outcome == Some(QueueOutcome::GivenUp);
        if self.queues.len() == QUEUES {
            self.queues.remove(0);
        }
        self.queues.push(queue);
    }

    pub(super) fn fall_back(&mut self) {
        if self.in_progress() {
            self.row.fallback += 1;
        }
    }

    /// The customer's score; also after the completion.
    pub(super) fn score(&mut self, is_good: bool) {
        self.scored_well |= is_good;
    }

    /// Ends the round. If the customer goes on elsewhere, returns the queues that ended with it: they have no outcome.
    pub(super) fn complete(
        &mut self,
        (at, by): (Time, &Participant),
        elsewhere: bool,
        hours: Option<&Schedule>,
        definitions: &Definitions,
    ) -> Vec<EngagementRow> {
        let row = &mut self.row;
        (row.completed_at, row.completed_by) = (Some(at), Some(by.kind()));
        if let Some(begun) = self.begun {
            row.open_ms = Some(at.since(begun));
            let [person, queue, logic, idle] = self.parts_ms.map(Some);
            (row.person_ms, row.queue_ms, row.logic_ms, row.idle_ms) = (person, queue, logic, idle);
            row.business_open_ms = hours.and_then(|hours| hours.open_ms(begun, at));
        }
        self.abandoned = self.asked.take().is_some();
        self.elsewhere = elsewhere;
        let queues = std::mem::take(&mut self.queues);
        if !elsewhere {
            row.provisional_until = Some(at.plus_ms(definitions.at(at).final_after_ms));
            return Vec::new();
        }
        let cut = queues.into_iter().filter(|queue| queue.end_reason == Some(Ended::Completed));
        cut.map(|queue| EngagementRow { queue_outcome: None, ..queue }).collect()
    }

    /// The customer came back after the completion.
    pub(super) fn come_back(&mut self) {
        // Part of no rate: the customer went on elsewhere.
        self.row.reopened_later = self.row.provisional_until.map(|_| true);
    }
}

/// A number of items, as columns have it.
pub(super) fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
