//! What Your Logic was sent: the newest turns with each request, and the events that it is asked about.

use std::collections::VecDeque;

use super::Sight;
use super::follow::NEVER;
use crate::event::{Event, EventBody};
use crate::failure::LogicFailure;
use crate::ids::{Position, RequestId};
use crate::limits::{LOGIC_EVENTS, LOGIC_TURNS};
use crate::logic::{LogicState, Pending};
use crate::time::Time;

#[derive(Debug, Default)]
pub(super) struct Sent {
    /// The newest turns, oldest first.
    turns: VecDeque<Position>,
    /// The request on its way.
    asked: Option<Asked>,
}

#[derive(Debug)]
struct Asked {
    id: RequestId,
    /// The oldest turn that it had.
    oldest: Position,
    /// The events that it was about.
    about: (Position, Position),
    /// Nothing after it was sent.
    up_to: Position,
}

impl Sent {
    pub(super) fn said(&mut self, position: Position) {
        if self.turns.len() == LOGIC_TURNS {
            self.turns.pop_front();
        }
        self.turns.push_back(position);
    }

    /// `logic` is the state before the event.
    pub(super) fn learn(&mut self, event: &Event, logic: &LogicState, sights: &mut [Sight]) {
        match &event.body {
            EventBody::LogicAsked { request } => {
                let oldest = Position(event.position.0.saturating_sub(LOGIC_EVENTS));
                let oldest = self.turns.front().map_or(event.position, |first| (*first).max(oldest));
                let first = logic.pending.first().map_or(request.trigger, Pending::from).min(request.trigger);
                let asked = Asked { id: request.id, oldest, about: (first, request.trigger), up_to: event.position };
                asked.each(sights, |sight| {
                    if sight.from == NEVER && sight.withdrawn.is_none() {
                        sight.from = event.time;
                    }
                });
                self.asked = Some(asked);
            }
            EventBody::LogicAnswered { request, .. } => self.arrived(*request, sights, event.time, Sight::see),
            EventBody::LogicFailed { request, failure, .. } => match failure {
                // The answer says that the request had come.
                LogicFailure::Status { .. } | LogicFailure::Malformed { .. } | LogicFailure::Refused { .. } => {
                    self.arrived(*request, sights, event.time, Sight::deliver);
                }
                LogicFailure::NotConfigured | LogicFailure::Unreachable { .. } | LogicFailure::TimedOut { .. } => {
                    self.asked = None;
                }
            },
            _ => {}
        }
    }

    fn arrived(&mut self, request: RequestId, sights: &mut [Sight], at: Time, mark: fn(&mut Sight, Time)) {
        let Some(asked) = self.asked.take_if(|asked| asked.id == request) else { return };
        asked.each(sights, |sight| {
            if sight.tracked && sight.from != NEVER {
                mark(sight, at);
            }
        });
    }
}

impl Asked {
    /// Calls `f` with everything that the request had.
    fn each(&self, sights: &mut [Sight], f: impl Fn(&mut Sight)) {
        let from = self.oldest.min(self.about.0);
        let first = sights.partition_point(|sight| sight.event.position < from);
        for sight in sights[first..].iter_mut().take_while(|sight| sight.event.position <= self.up_to) {
            let position = sight.event.position;
            let is_turn = matches!(sight.event.body, EventBody::TurnAdded { .. });
            let is_about = (self.about.0..=self.about.1).contains(&position);
            if is_turn && position >= self.oldest || is_about {
                f(sight);
            }
        }
    }
}
