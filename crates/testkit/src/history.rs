//! The log of an account's past: many conversations at once, decided by the core. The same seed gives the same past.
//!
//! Some conversations follow recorded dialogues at their own pace; in the others, everybody does anything at any time.
//! Whatever the core refuses does not happen. For tests and figures that need more than a running hub lives through.

mod moves;
mod stored;
mod talk;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use tandem_conversation::measure::Presence;
use tandem_conversation::{BrandId, ContactId, CustomerId, CustomerRef, Event, Participant, Time, UserId};
use uuid::Uuid;

use crate::dialogue::Dialogue;
use talk::{Due, Talk};

pub use stored::{measured, name_brand};

/// What kind of past.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub conversations: usize,
    /// The first conversation begins here.
    pub began: Time,
    /// The last conversation begins before this time is over; it can go on for ten days more.
    pub length_ms: i64,
    /// Whether only recorded dialogues are played.
    pub recorded: bool,
}

/// How much longer conversations may go on, in milliseconds.
const LONGER_MS: i64 = 10 * 24 * 3_600_000;

/// One change of an agent's presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spell {
    pub user: UserId,
    pub at: Time,
    pub status: Presence,
    pub capacity: u32,
}

/// What has happened, in the order of the account's log.
#[derive(Debug)]
pub struct History {
    pub events: Vec<Event>,
    pub spells: Vec<Spell>,
    pub agents: Vec<UserId>,
    pub brands: Vec<BrandId>,
}

/// The people and the dice.
struct World {
    dice: StdRng,
    agents: Vec<Participant>,
    brands: Vec<BrandId>,
    customers: Vec<(CustomerRef, ContactId)>,
    ids: u64,
    seed: u64,
}

impl World {
    fn new(plan: Plan) -> Self {
        let dice = StdRng::seed_from_u64(plan.seed);
        let mut world =
            Self { dice, agents: Vec::new(), brands: Vec::new(), customers: Vec::new(), ids: 0, seed: plan.seed };
        for name in ["Maya", "Jonas", "Sofia", "Ines", "Pavel", "Ruth"] {
            let user = UserId(world.id(plan.began));
            world.agents.push(Participant::Agent { user, name: name.into() });
        }
        world.brands = (0..2).map(|_| BrandId(world.id(plan.began))).collect();
        // Some customers come several times.
        for number in 0..plan.conversations * 2 / 3 + 1 {
            let customer = CustomerRef::new(CustomerId(world.id(plan.began)), format!("Customer {number}"));
            let contact = ContactId(world.id(plan.began));
            world.customers.push((customer, contact));
        }
        world
    }

    /// Ordered by time and otherwise random, like those of real programs.
    fn id(&mut self, at: Time) -> Uuid {
        self.ids += 1;
        let time = u128::try_from(at.0).unwrap_or_default() & ((1 << 48) - 1);
        let mixed = self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ self.ids.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB) ^ self.ids;
        Uuid::from_u128((time << 80) | (7 << 76) | (2 << 62) | u128::from(mixed >> 2))
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.dice.random_range(0..100) < percent
    }

    fn agent(&mut self) -> Participant {
        self.agents.choose(&mut self.dice).cloned().unwrap_or(Participant::System)
    }

    /// How long until somebody does the next thing: mostly seconds, sometimes nothing at all, sometimes days.
    fn pause_ms(&mut self) -> i64 {
        let longest = match self.dice.random_range(0..100) {
            0..8 => return 0,
            8..62 => 20_000,
            62..84 => 600_000,
            84..96 => 6 * 3_600_000,
            _ => 5 * 24 * 3_600_000,
        };
        self.dice.random_range(0..longest)
    }
}

impl History {
    /// Plays a past. Dialogues are taken in turn.
    #[must_use]
    pub fn play(plan: Plan, dialogues: &[Dialogue]) -> Self {
        let mut world = World::new(plan);
        let mut talks = Vec::new();
        let mut due = BinaryHeap::new();
        for number in 0..plan.conversations {
            let later = world.dice.random_range(0..plan.length_ms.max(1));
            let is_recorded = !dialogues.is_empty() && (plan.recorded || world.chance(40));
            let script = is_recorded.then(|| &dialogues[number % dialogues.len()]);
            talks.push(Talk::new(&mut world, script, plan.began.plus_ms(later)));
            due.push(Reverse((plan.began.plus_ms(later), number, Due::Move)));
        }
        let spells = presence(&mut world, plan);
        let mut events = Vec::new();
        let over = plan.began.plus_ms(plan.length_ms + LONGER_MS);
        while let Some(Reverse((now, number, what))) = due.pop() {
            let Some(talk) = talks.get_mut(number).filter(|_| now < over) else { continue };
            let before = events.len();
            talk.go_on(&mut world, now, what, &mut events);
            let next = talk.next(&mut world, now, what, events.len() > before);
            due.extend(next.into_iter().map(|(at, what)| Reverse((at, number, what))));
        }
        let agents = world.agents.iter().filter_map(Participant::user).collect();
        Self { events, spells, agents, brands: world.brands }
    }
}

/// Agents come, are busy, go to lunch, and leave.
fn presence(world: &mut World, plan: Plan) -> Vec<Spell> {
    let until = plan.began.plus_ms(plan.length_ms);
    let mut spells = Vec::new();
    for agent in world.agents.clone() {
        let Some(user) = agent.user() else { continue };
        let mut at = plan.began.plus_ms(world.dice.random_range(0..3_600_000));
        let mut last = None;
        while at < until {
            let status = [Presence::Available, Presence::Available, Presence::Busy, Presence::Away, Presence::Offline];
            let status = status.choose(&mut world.dice).copied().unwrap_or(Presence::Available);
            if last != Some(status) {
                let capacity = world.dice.random_range(1..6);
                spells.push(Spell { user, at, status, capacity });
                last = Some(status);
            }
            at = at.plus_ms(world.dice.random_range(1..8 * 3_600_000));
        }
    }
    spells.sort_by_key(|spell| spell.at);
    spells
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tandem_conversation::{Conversation, ConversationId};

    use super::*;

    const PLAN: Plan =
        Plan { seed: 7, conversations: 60, began: Time(1_790_000_000_000), length_ms: 86_400_000, recorded: false };

    #[test]
    fn the_same_seed_gives_the_same_past_and_its_log_can_be_folded() {
        let past = History::play(PLAN, &[]);
        assert_eq!(past.events, History::play(PLAN, &[]).events);
        assert!(past.events.is_sorted_by_key(|event| event.time), "time runs one way");
        let mut by_conversation: HashMap<ConversationId, Vec<Event>> = HashMap::new();
        for event in &past.events {
            by_conversation.entry(event.conversation).or_default().push(event.clone());
        }
        assert_eq!(by_conversation.len(), 60);
        for events in by_conversation.values() {
            let state = Conversation::fold(events).expect("it begins with a start");
            assert_eq!(state.position.0 as usize, events.len());
        }
    }
}
