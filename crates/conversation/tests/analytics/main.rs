//! What analytics say of conversations, as stories.

#[path = "../stage/mod.rs"]
mod stage;

mod board;
mod examples;
mod rates;
mod rows;

use stage::Stage;
use tandem_conversation::Event;
use tandem_conversation::measure::{
    Definitions, EngagementRow, Kind, LogicRequestRow, RoundRow, Rows, TurnRow, measure,
};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A story with a clock that counts from its beginning.
struct Story {
    stage: Stage,
    began: i64,
}

impl Story {
    fn of(stage: Stage) -> Self {
        let began = stage.now.0;
        Self { stage, began }
    }

    /// Carmen has opened the chat; Your Logic has heard of it.
    fn new() -> Self {
        let mut story = Self::of(Stage::new());
        story.stage.logic_listens();
        story
    }

    fn without_logic() -> Self {
        Self::of(Stage::without_logic())
    }

    /// It is `ms` after the beginning.
    fn at(&mut self, ms: i64) -> &mut Stage {
        self.stage.now.0 = self.began + ms;
        &mut self.stage
    }

    fn rows(&self) -> Rows {
        rows_of(&self.stage.events)
    }

    fn round(&self, no: u32) -> RoundRow {
        let found = self.rows().rounds.into_values().find(|round| round.row.id.no == no);
        found.unwrap_or_else(|| panic!("there is a round {no}")).row
    }

    fn rounds(&self) -> usize {
        self.rows().rounds.len()
    }

    /// A time of a row, from the beginning.
    fn ms(&self, time: Option<tandem_conversation::Time>) -> Option<i64> {
        time.map(|time| time.0 - self.began)
    }

    fn engagements(&self, kind: Kind) -> Vec<EngagementRow> {
        let rows = self.rows().engagements.into_values().map(|engagement| engagement.row);
        let mut found: Vec<_> = rows.filter(|row| row.kind == kind).collect();
        found.sort_by_key(|row| row.started_at);
        found
    }

    fn turns(&self) -> Vec<TurnRow> {
        let mut turns: Vec<_> = self.rows().turns.into_values().map(|turn| turn.row).collect();
        turns.sort_by_key(|turn| turn.position);
        turns
    }

    fn requests(&self) -> Vec<LogicRequestRow> {
        let mut requests: Vec<_> = self.rows().logic_requests.into_values().map(|request| request.row).collect();
        requests.sort_by_key(|request| request.asked_at);
        requests
    }
}

fn rows_of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Rows {
    measure((1..).zip(events), &Definitions::default())
}

/// Person, queue, Your Logic, nobody, and their sum.
fn partition(round: &RoundRow) -> [Option<i64>; 5] {
    [round.person_ms, round.queue_ms, round.logic_ms, round.idle_ms, round.open_ms]
}
