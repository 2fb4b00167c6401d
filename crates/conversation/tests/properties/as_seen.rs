//! What participants saw: whatever happens, nothing of later, nothing of others, and at the end what they see today.

use proptest::prelude::*;
use tandem_conversation::as_seen::{AsSeen, Follow, Involvement, SeenMark, Sight, Viewpoint};
use tandem_conversation::{
    Access, Channel, Content, Conversation, Event, EventBody, Participant, Permissions, Position, Skills, Time,
    may_read,
};

use crate::world::{Move, World, plan};

fn played(plan: &[Move], on_whatsapp: bool) -> World {
    let mut world = if on_whatsapp { World::on(Channel::Whatsapp, true) } else { World::new(true) };
    plan.iter().for_each(|step| world.play(step));
    world
}

fn viewpoints(events: &[Event]) -> Vec<Viewpoint> {
    let all = AsSeen::of(events, Viewpoint::Customer {});
    all.people.iter().filter_map(Viewpoint::of).collect()
}

fn until(events: &[Event], at: Time) -> &[Event] {
    &events[..events.partition_point(|event| event.time <= at)]
}

/// What can be told of a screen, without words that were withdrawn later.
type Told = Vec<(Position, Option<SeenMark>, Option<(Content, bool)>, usize)>;

fn told(seen: &AsSeen, at: Time, withheld: &[Position]) -> Told {
    let one = |sight: &Sight| {
        let position = sight.event.position;
        let words = sight.words(at).filter(|_| !withheld.contains(&position));
        let words = words.map(|(content, silent)| (content.clone(), silent));
        (position, sight.mark(at), words, sight.reactions_at(at).len())
    };
    seen.at(at).map(one).collect()
}

fn rank(mark: SeenMark) -> u8 {
    match mark {
        SeenMark::Undelivered => 0,
        SeenMark::Failed => 1,
        // More of what is their own may become known, and a colleague may see it then.
        SeenMark::Unread | SeenMark::ByColleague => 2,
        SeenMark::Seen | SeenMark::Own => 3,
    }
}

proptest! {
    #[test]
    fn a_moment_knows_nothing_of_what_came_later(plan in plan(), on_whatsapp in any::<bool>(), pick in any::<prop::sample::Index>()) {
        let world = played(&plan, on_whatsapp);
        let at = world.events[pick.index(world.events.len())].time;
        for viewpoint in viewpoints(&world.events) {
            let (whole, then) = (AsSeen::of(&world.events, viewpoint), AsSeen::of(until(&world.events, at), viewpoint));
            let withheld: Vec<_> = whole.sights.iter().filter(|sight| sight.withdrawn.is_some()).map(|sight| sight.event.position).collect();
            prop_assert_eq!(told(&whole, at, &withheld), told(&then, at, &withheld), "{:?}", viewpoint);
            prop_assert_eq!(whole.involved_at(at), then.involved_at(at));
            let moments: Vec<_> = whole.moments().into_iter().filter(|moment| *moment <= at).collect();
            let before: Vec<_> = then.moments().into_iter().filter(|moment| *moment <= at).collect();
            prop_assert_eq!(moments, before, "{:?}: {:?} and {:?}", viewpoint, whole, then);
        }
    }

    #[test]
    fn nobody_saw_more_than_was_theirs_to_see(plan in plan(), on_whatsapp in any::<bool>(), pick in any::<prop::sample::Index>()) {
        let world = played(&plan, on_whatsapp);
        let at = world.events[pick.index(world.events.len())].time;
        let before = until(&world.events, at);
        let state = Conversation::fold(before).expect("it begins with a start");
        for viewpoint in viewpoints(&world.events) {
            let seen = AsSeen::of(&world.events, viewpoint);
            let there: Vec<&Sight> = seen.at(at).collect();
            prop_assert!(there.iter().all(|sight| sight.event.time <= at && sight.from <= at));
            let for_customer = |sight: &&Sight| match &sight.event.body {
                EventBody::TurnAdded { turn, .. } => turn.content.is_for_customer(),
                EventBody::ReviewAsked { .. } => viewpoint == Viewpoint::Customer {},
                _ => false,
            };
            match viewpoint {
                Viewpoint::Customer {} => prop_assert!(there.iter().all(for_customer)),
                Viewpoint::ExternalAgent { link } => {
                    prop_assert!(there.iter().all(for_customer));
                    let by = Participant::ExternalAgent { link, name: String::new() };
                    let is_open = state.engagement_of(&by).is_some();
                    prop_assert!(is_open || there.is_empty(), "their link is not open");
                    let invited = before.iter().find(|event| matches!(&event.body,
                        EventBody::EngagementStarted { engagement } if engagement.invitee().is_some_and(|one| one.same(&by))));
                    let invited = invited.map_or(Position(u32::MAX), |event| event.position);
                    prop_assert!(there.iter().all(|sight| sight.event.position > invited));
                }
                Viewpoint::Agent { user } => {
                    let (permissions, skills) = (Permissions::default(), Skills::default());
                    let reads = may_read(&state, &Access { user, permissions: &permissions, skills: &skills }, false);
                    prop_assert!(reads || there.is_empty());
                    let turns = |events: &[Event]| events.iter().filter(|event| matches!(event.body, EventBody::TurnAdded { .. })).count();
                    let shown = there.iter().filter(|sight| matches!(sight.event.body, EventBody::TurnAdded { .. })).count();
                    prop_assert_eq!(shown, if reads { turns(before) } else { 0 }, "and no less");
                }
                Viewpoint::Logic {} => {
                    let asked = before.iter().rfind(|event| matches!(event.body, EventBody::LogicAsked { .. }));
                    let asked = asked.map_or(Position::START, |event| event.position);
                    prop_assert!(there.iter().all(|sight| sight.own || sight.event.position < asked), "it was not sent");
                }
            }
        }
    }

    #[test]
    fn what_was_seen_stays_seen(plan in plan(), on_whatsapp in any::<bool>()) {
        let world = played(&plan, on_whatsapp);
        for viewpoint in viewpoints(&world.events) {
            let seen = AsSeen::of(&world.events, viewpoint);
            let moments = seen.moments();
            for sight in &seen.sights {
                let marks: Vec<_> = moments.iter().filter(|at| **at >= sight.from).map(|at| sight.mark(*at).map(rank)).collect();
                prop_assert!(marks.is_sorted(), "{:?} of {:?}", marks, sight);
            }
        }
    }

    #[test]
    fn at_the_end_it_is_what_they_see_today(plan in plan()) {
        let world = played(&plan, false);
        let (state, at) = (&world.state, world.state.updated);
        let of_customer = AsSeen::of(&world.events, Viewpoint::Customer {});
        for sight in of_customer.at(at).filter(|sight| sight.tracked) {
            let position = sight.event.position;
            let known = match () {
                () if position <= state.receipts.customer_seen => SeenMark::Seen,
                () if position <= state.receipts.customer_delivered => SeenMark::Unread,
                () => SeenMark::Undelivered,
            };
            // A report of one turn says more of it than a receipt of all up to it.
            let reported = |sight: &Sight| sight.failed.is_some() || sight.mark(at).map(rank) > Some(rank(known));
            prop_assert!(sight.mark(at) == Some(known) || reported(sight), "{:?}", sight);
        }
        for viewpoint in viewpoints(&world.events) {
            let seen = AsSeen::of(&world.events, viewpoint);
            let last = seen.involved_at(at).expect("it has begun").involvement;
            if let Viewpoint::Agent { user } = viewpoint {
                prop_assert_eq!(last == Involvement::Engaged, state.agent(user).is_some());
                prop_assert_eq!(last == Involvement::Invited, state.agent(user).is_none() && state.invitation_of(user).is_some());
            }
        }
    }

    #[test]
    fn pages_together_are_the_whole(plan in plan(), at in any::<prop::sample::Index>()) {
        let world = played(&plan, true);
        let cut = world.events[at.index(world.events.len())].position;
        for viewpoint in viewpoints(&world.events) {
            let page = |keep: &dyn Fn(Position) -> bool| {
                let mut follow = Follow::new(viewpoint);
                for event in &world.events {
                    follow.take(event, keep(event.position));
                }
                follow.finish()
            };
            let (first, second) = (page(&|position| position <= cut), page(&|position| position > cut));
            let whole = AsSeen::of(&world.events, viewpoint);
            prop_assert_eq!((&first.people, &first.involved), (&whole.people, &whole.involved));
            let both: Vec<_> = first.sights.into_iter().chain(second.sights).collect();
            prop_assert_eq!(both, whole.sights);
        }
    }
}
