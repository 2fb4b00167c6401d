//! When each dialogue begins.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::dialogue::Dialogue;

/// The pause between customers who need a person at once, in the demo.
const RUSH: Duration = Duration::from_millis(1500);

/// A dialogue and its start.
#[derive(Clone, Debug)]
pub struct Slot {
    pub dialogue: Arc<Dialogue>,
    /// Since the start of the run.
    pub begins: Duration,
}

/// Dialogues in order of their start.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub slots: Vec<Slot>,
}

impl Plan {
    /// For a demo: dialogues that need a person begin at once, the others one by one.
    #[must_use]
    pub fn demo(dialogues: &[Arc<Dialogue>], stagger: Duration) -> Self {
        let (rushed, calm): (Vec<_>, Vec<_>) = playable(dialogues).partition(|dialogue| dialogue.hands_over_at_once());
        let rushed = rushed.into_iter().zip(0..).map(|(dialogue, n)| Slot { dialogue, begins: RUSH * n });
        // Takes turns between the trades, so that the first minute shows many of them.
        let mut calm: Vec<_> = calm.into_iter().enumerate().collect();
        calm.sort_by_key(|(at, dialogue)| (number(&dialogue.id), *at));
        let calm = calm.into_iter().zip(1..).map(|((_, dialogue), n)| Slot { dialogue, begins: stagger * n });
        let mut slots: Vec<_> = rushed.chain(calm).collect();
        slots.sort_by_key(|slot| slot.begins);
        in_order_of_each_person(&mut slots);
        Self { slots }
    }

    /// For recordings: in recorded order with recorded distances, none longer than `most`.
    #[must_use]
    pub fn replay(dialogues: &[Arc<Dialogue>], most: Duration, speed: f64) -> Self {
        let mut dialogues: Vec<_> = playable(dialogues).collect();
        dialogues.sort_by(|a, b| a.start.unwrap_or(0.0).total_cmp(&b.start.unwrap_or(0.0)));
        let mut begins = Duration::ZERO;
        let mut before: Option<f64> = None;
        let mut slots = Vec::new();
        for dialogue in dialogues {
            let gap = match (before, dialogue.start) {
                (Some(before), Some(start)) => (start - before).clamp(0.0, most.as_secs_f64()),
                (None, _) => 0.0,
                _ => most.as_secs_f64(),
            };
            before = dialogue.start.or(before);
            begins += Duration::from_secs_f64(gap / speed);
            slots.push(Slot { dialogue, begins });
        }
        Self { slots }
    }

    /// Only the first `most` dialogues.
    #[must_use]
    pub fn limited(mut self, most: usize) -> Self {
        self.slots.truncate(most);
        self
    }

    /// The same, grouped by person.
    pub(super) fn by_person(self) -> Vec<Vec<Slot>> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut people: Vec<Vec<Slot>> = Vec::new();
        for slot in self.slots {
            let place = *places.entry(slot.dialogue.customer.clone()).or_insert(people.len());
            match people.get_mut(place) {
                Some(slots) => slots.push(slot),
                None => people.push(vec![slot]),
            }
        }
        people
    }
}

fn playable(dialogues: &[Arc<Dialogue>]) -> impl Iterator<Item = Arc<Dialogue>> + '_ {
    dialogues.iter().filter(|dialogue| dialogue.customer_turns().next().is_some()).cloned()
}

/// The number at the end of an id such as `shop-03`.
fn number(id: &str) -> u64 {
    let digits: String = id.chars().rev().take_while(char::is_ascii_digit).collect();
    digits.chars().rev().collect::<String>().parse().unwrap_or(u64::MAX)
}

/// A person's earlier dialogue gets the earlier slot.
fn in_order_of_each_person(slots: &mut [Slot]) {
    let mut of_person: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, slot) in slots.iter().enumerate() {
        of_person.entry(slot.dialogue.customer.clone()).or_default().push(at);
    }
    for places in of_person.into_values().filter(|places| places.len() > 1) {
        let mut own: Vec<_> = places.iter().filter_map(|at| slots.get(*at)).map(|s| Arc::clone(&s.dialogue)).collect();
        own.sort_by(|a, b| a.start.unwrap_or(0.0).total_cmp(&b.start.unwrap_or(0.0)));
        for (at, dialogue) in places.into_iter().zip(own) {
            if let Some(slot) = slots.get_mut(at) {
                slot.dialogue = dialogue;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use super::Plan;
    use crate::dialogue::{Dialogue, parse};

    fn dialogue(id: &str, customer: &str, start: u32, ours: &str) -> Arc<Dialogue> {
        let line = format!(
            r#"{{"id": "{id}", "customer": "{customer}", "start": {start}, "completion": "Complete", "turns": [
                {{"t": 0, "role": "customer", "action": "utter", "text": "hi"}},
                {{"t": 1, "role": "agent", "action": "{ours}", "text": "yes"}}]}}"#
        );
        Arc::new(parse(&line, Path::new("")).unwrap())
    }

    fn order(plan: &Plan) -> Vec<(&str, f64)> {
        plan.slots.iter().map(|slot| (slot.dialogue.id.as_str(), slot.begins.as_secs_f64())).collect()
    }

    #[test]
    fn in_the_demo_calls_for_help_come_within_seconds_and_journeys_stay_in_order() {
        let dialogues = [
            dialogue("a-2", "ann", 50, "pick_suggestion"),
            dialogue("a-1", "bob", 0, "pick_suggestion"),
            dialogue("b-1", "cem", 0, "utter"),
            dialogue("b-2", "dan", 0, "utter"),
            dialogue("b-1", "ann", 90, "pick_suggestion"),
        ];
        let plan = Plan::demo(&dialogues, Duration::from_secs(6));
        let expected = [("b-1", 0.0), ("b-2", 1.5), ("a-1", 6.0), ("a-2", 12.0), ("b-1", 18.0)];
        assert_eq!(order(&plan), expected, "ann's first dialogue takes the earlier of her places");
    }

    #[test]
    fn a_replay_keeps_the_recorded_distances_but_no_empty_hours() {
        let dialogues = [
            dialogue("late", "a", 90_000, "utter"),
            dialogue("first", "b", 100, "utter"),
            dialogue("soon", "c", 102, "utter"),
        ];
        let plan = Plan::replay(&dialogues, Duration::from_secs(4), 2.0);
        assert_eq!(order(&plan), [("first", 0.0), ("soon", 1.0), ("late", 3.0)]);
        assert_eq!(plan.limited(2).slots.len(), 2);
    }
}
