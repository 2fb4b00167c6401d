//! The life cycle of turns, derived from later receipts.

use std::collections::HashMap;

use tandem_conversation::{Content, Event, EventBody, Participant, Position, Side, Stage, TurnId};

use crate::view::StageView;

/// A turn that took longer than this to reach the hub waited in an outbox, in milliseconds.
const WAITED_MS: i64 = 1_000;

/// The stages of one turn.
struct Way {
    turn: TurnId,
    position: Position,
    /// Who receives it; none for notes.
    receiver: Option<Side>,
    stages: Vec<StageView>,
}

/// Tracks the turns of one page. Receipts are ordered by position, so the first one that covers a turn gives its time.
pub(crate) struct Stages {
    ways: Vec<Way>,
}

impl Stages {
    /// Starts with the turns' own events.
    pub(crate) fn begin(events: &[Event]) -> Self {
        Self { ways: events.iter().filter_map(begin).collect() }
    }

    /// Takes in a receipt. Returns whether later ones can still matter.
    pub(crate) fn follow(&mut self, receipt: &Event) -> bool {
        match &receipt.body {
            EventBody::Received { side, stage, up_to } => {
                for way in self.ways.iter_mut().filter(|way| way.receiver == Some(*side) && way.position <= *up_to) {
                    way.reach(StageView::new(*stage, receipt.time));
                }
            }
            EventBody::TurnProgressed { turn, stage, reason, remedy, .. } => {
                if let Some(way) = self.ways.iter_mut().find(|way| way.turn == *turn) {
                    let (stage, at, reason, remedy) = (*stage, receipt.time, reason.clone(), *remedy);
                    way.reach(StageView { stage, at, reason, remedy });
                }
            }
            _ => {}
        }
        let unseen = |way: &Way| way.stages.iter().all(|reached| reached.stage < Stage::Seen);
        self.ways.iter().any(|way| way.receiver.is_some() && unseen(way))
    }

    /// The stages of each turn, in order.
    pub(crate) fn finish(self) -> HashMap<TurnId, Vec<StageView>> {
        let sorted = |mut way: Way| {
            way.stages.sort_by_key(|reached| reached.stage);
            // What was refuted by something better is history.
            let best = way.stages.last().map(|reached| reached.stage);
            let refuted = |stage| Some(stage) < best && matches!(stage, Stage::Failed | Stage::Unconfirmed);
            way.stages.retain(|reached| !refuted(reached.stage));
            (way.turn, way.stages)
        };
        self.ways.into_iter().map(sorted).collect()
    }
}

impl Way {
    fn reach(&mut self, new: StageView) {
        if self.stages.iter().all(|reached| reached.stage != new.stage) {
            self.stages.push(new);
        }
    }
}

fn begin(event: &Event) -> Option<Way> {
    let EventBody::TurnAdded { turn, received } = &event.body else { return None };
    if matches!(turn.content, Content::Suggestion { .. }) {
        return None;
    }
    let inbound = event.actor == Participant::Customer;
    let mut stages = vec![StageView::new(Stage::Accepted, event.time)];
    if !inbound && event.time.since(*received) > WAITED_MS {
        stages.push(StageView::new(Stage::Queued, *received));
    }
    let receiver = match turn.content {
        Content::Note { .. } => None,
        _ if inbound => Some(Side::Desk),
        _ => Some(Side::Customer),
    };
    Some(Way { turn: turn.id, position: event.position, receiver, stages })
}
