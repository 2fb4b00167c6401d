//! Random plans of commands by all actors, with time that jumps, stands still and runs backwards. After every step
//! every invariant of DESIGN section 3 must hold. `PROPTEST_CASES=100000` runs longer.

mod as_seen;
mod measuring;
mod people;
mod reviews;
#[path = "../stage/mod.rs"]
mod stage;
mod world;

use std::collections::HashSet;

use proptest::prelude::*;
use stage::{jonas, maya, sofia};
use tandem_conversation::{
    Channel, Choice, Command, CommandId, Content, Conversation, Envelope, EventBody, GoesOn, Participant, Role,
    Stage as Step,
};
use world::{Move, World, plan};

fn play(plan: &[Move], logic_available: bool) -> World {
    let mut world = World::new(logic_available);
    plan.iter().for_each(|step| world.play(step));
    world.check_history();
    world
}

proptest! {
    #[test]
    fn whatever_happens_every_rule_holds(plan in plan(), logic_available in any::<bool>()) {
        play(&plan, logic_available);
    }

    #[test]
    fn whatever_happens_on_whatsapp_every_rule_holds(plan in plan(), logic_available in any::<bool>()) {
        let mut world = World::on(Channel::Whatsapp, logic_available);
        plan.iter().for_each(|step| world.play(step));
        world.check_history();
    }

    #[test]
    fn what_is_known_of_a_turn_depends_neither_on_the_order_nor_on_the_repetition_of_reports(
        reports in proptest::collection::vec(0..7_usize, 1..12).prop_shuffle(),
        later in proptest::collection::vec(0..12_usize, 0..4),
    ) {
        let of = |order: &[usize]| {
            let mut stage = stage::Stage::on_whatsapp();
            stage.carmen_writes("Where is my suitcase?");
            stage.maya_joins();
            stage.maya_replies("On its way.");
            let turn = stage.state.open_turns.last().expect("it is on its way").turn;
            for (i, report) in order.iter().enumerate() {
                let known = [Step::Accepted, Step::Unconfirmed, Step::Sent, Step::Failed, Step::Delivered, Step::Seen, Step::Played];
                stage.system(Command::Progress { turn, stage: known[*report], reason: None, remedy: None, code: None }).expect("a channel may report");
                if later.contains(&i) {
                    stage.maya_replies("By the way…");
                }
            }
            let told: Vec<_> = stage.events.iter().filter_map(|event| match &event.body {
                EventBody::TurnProgressed { turn: of, stage, .. } if *of == turn => Some(*stage),
                _ => None,
            }).collect();
            assert!(told.is_sorted(), "nothing goes back: {told:?}");
            told.last().copied()
        };
        let mut sorted = reports.clone();
        sorted.sort_unstable();
        let highest = of(&sorted[sorted.len() - 1..]);
        prop_assert_eq!(of(&sorted), highest);
        let doubled: Vec<_> = reports.iter().rev().chain(&reports).copied().collect();
        prop_assert_eq!(of(&reports), highest);
        prop_assert_eq!(of(&doubled), highest);
    }

    #[test]
    fn whoever_dismisses_a_call_can_take_it_back_and_the_wait_goes_on(
        plan in plan(),
        goes_on in Just([GoesOn::Logic, GoesOn::Person, GoesOn::Nobody]).prop_shuffle(),
    ) {
        let mut world = play(&plan, true);
        if world.state.help.is_none() {
            return Ok(());
        }
        let before = world.state.clone();
        let by = |world: &mut World, command| {
            let (id, conversation) = (CommandId(world.id()), world.state.id);
            let (actor, permissions) = (sofia(), Role::Supervisor.permissions());
            let envelope = Envelope { id, conversation, actor, permissions, command };
            world.decided(&envelope, true, None)
        };
        let call = before.help.as_ref().map(|help| help.call).expect("it was looked at");
        let done = goes_on.into_iter().find_map(|goes_on| {
            by(&mut world, Command::HelpNotNeeded { goes_on: Some(goes_on), reason: "r".into() })
        });
        if done.is_none() || world.state.help.is_some() {
            return Ok(());
        }
        let restored = by(&mut world, Command::RestoreHelp { call });
        prop_assert!(restored.is_some());
        prop_assert!(world.state.in_progress() && world.state.help.is_some());
        prop_assert_eq!(world.state.wait().map(|w| w.since), before.wait().map(|w| w.since));
        prop_assert_eq!(world.state.logic.engaged, before.logic.engaged);
        prop_assert_eq!(&world.state.fallback, &before.fallback);
        let agents = |state: &Conversation| state.people().filter_map(|e| e.person()?.user()).collect::<HashSet<_>>();
        prop_assert_eq!(agents(&world.state), agents(&before));
    }

    #[test]
    fn of_all_who_race_for_a_call_exactly_one_wins(plan in plan(), racers in Just([0, 1, 2]).prop_shuffle()) {
        let mut world = play(&plan, true);
        let call = match &world.state.help {
            Some(help) => help.call,
            None => return Ok(()),
        };
        let outside = |p: &Participant| world.state.engagement_of(p).is_none();
        let racers: Vec<_> = racers.map(|i| [maya(), jonas(), sofia()][i].clone()).into_iter().filter(outside).collect();
        let mut won = Vec::new();
        for racer in &racers {
            let (id, conversation) = (CommandId(world.id()), world.state.id);
            let (actor, permissions) = (racer.clone(), Role::Agent.permissions());
            let claim = Envelope { id, conversation, actor, permissions, command: Command::Join { call: Some(call) } };
            won.extend(world.decided(&claim, true, None).map(|_| racer.clone()));
        }
        prop_assert_eq!(won.len(), racers.len().min(1));
        prop_assert!(won.first().is_none_or(|winner| world.state.last_claim.as_ref().is_some_and(|by| by.same(winner))));
    }
}

#[test]
fn the_state_stays_small_however_long_the_conversation() {
    let mut stage = stage::Stage::new();
    stage.maya_joins();
    stage.logic_listens();
    for i in 0..2_500 {
        stage.now = stage.now.plus_ms(20_000);
        stage.carmen_writes(&"Where is my parcel? ".repeat(5));
        if i % 3 == 0 {
            stage.logic_listens();
        }
        let (turn, against, received) = (stage.turn(), stage.state.position, stage.now);
        let choices = (0..5).map(|i| Choice { id: i.to_string(), label: "this one, please".into() }).collect();
        let content = Content::Question { text: "Which one? ".repeat(10), choices };
        let reply = Command::Reply {
            turn,
            content,
            written_against: against,
            mind_customer: true,
            while_in_progress: false,
            received,
        };
        stage.maya(reply).expect("Maya has read everything");
        stage.logic_listens();
    }
    let json = serde_json::to_string(&stage.state).expect("it can be written");
    assert!(stage.events.len() > 10_000 && json.len() < 32 * 1024, "{} bytes", json.len());
}
