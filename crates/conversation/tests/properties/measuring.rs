//! Random plans, measured: whole and in pieces, and against passes over the events that are written another way.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tandem_conversation::board::{Parts, Row, figures, row};
use tandem_conversation::measure::{
    Busy, Definitions, Kind, Open, Outcome, QueueOutcome, Rows, load, measure, shared_ms,
};
use tandem_conversation::{
    Content, Conversation, EngagementId, EngagementKind, Event, EventBody, Part, Participant, ParticipantKind, Time,
    TurnId,
};
use uuid::Uuid;

use crate::play;
use crate::world::{World, plan};

fn measured(world: &World) -> Rows {
    measure((1..).zip(&world.events), &Definitions::default())
}

/// Measured by a follower that stores its state as JSON after every piece.
fn in_pieces(events: &[Event], cuts: &BTreeSet<usize>) -> Rows {
    let definitions = Definitions::default();
    let (mut all, mut piece) = (Rows::default(), Rows::default());
    let mut open = Open::begin(&events[0], 1, &mut piece).expect("it begins with a start");
    for (i, event) in events.iter().enumerate().skip(1) {
        if cuts.contains(&i) {
            all.merge(std::mem::take(&mut piece));
            let stored = serde_json::to_string(&open).expect("it can be written");
            assert_eq!(serde_json::from_str::<Open>(&stored).expect("it can be read"), open);
            open = serde_json::from_str(&stored).expect("it can be read");
        }
        open.step(event, i as u64 + 1, &definitions, &mut piece);
    }
    all.merge(piece);
    all.reached.clear();
    all.share();
    all.come_back();
    all
}

/// What is loud: the events of turns that can open or end a wait.
fn loud(event: &Event) -> Option<TurnId> {
    match &event.body {
        EventBody::TurnAdded { turn, .. } if turn.content.is_for_customer() && !turn.silent => Some(turn.id),
        EventBody::TurnEdited { turn, silent: false, .. } => Some(*turn),
        _ => None,
    }
}

/// The events of each round, from its first to its completion or the end.
fn rounds(events: &[Event]) -> Vec<Vec<&Event>> {
    let mut rounds = vec![Vec::new()];
    let mut in_progress = true;
    for event in events {
        if event.body == EventBody::Reopened {
            rounds.push(Vec::new());
            in_progress = true;
        }
        if in_progress {
            rounds.last_mut().expect("there is one").push(event);
        }
        in_progress &= !matches!(event.body, EventBody::Completed { .. });
    }
    rounds
}

/// Who answered which turn after how long.
fn waits(round: &[&Event]) -> Vec<(TurnId, TurnId, i64)> {
    let said: Vec<_> = round.iter().filter_map(|event| Some((loud(event)?, event))).collect();
    let by_customer = |event: &Event| event.actor == Participant::Customer;
    let mut waits = Vec::new();
    for (i, (answer, event)) in said.iter().enumerate().filter(|(_, (_, event))| !by_customer(event)) {
        let before = said[..i].iter().rposition(|(_, event)| !by_customer(event)).map_or(0, |last| last + 1);
        if let Some((asked, first)) = said.get(before).filter(|_| before < i) {
            waits.push((*asked, *answer, event.time.since(first.time)));
        }
    }
    waits
}

/// The time of each part of a round, from the states between its events.
fn parts(events: &[Event], round: &[&Event]) -> BTreeMap<Part, i64> {
    let begins = round.iter().position(|event| loud(event).is_some()).expect("somebody spoke");
    let mut parts: BTreeMap<Part, i64> = Part::EVERY.map(|part| (part, 0)).into();
    for pair in round[begins..].windows(2) {
        let until = pair[0].position.0 as usize;
        let state = Conversation::fold(&events[..until]).expect("it begins with a start");
        let engaged = |kind: fn(&EngagementKind) -> bool| state.engagements.iter().any(|e| kind(&e.kind));
        let part = if state.people().next().is_some() {
            Part::Person
        } else if engaged(|kind| *kind == EngagementKind::Queue) {
            Part::Queue
        } else if engaged(|kind| *kind == EngagementKind::Logic) && state.fallback.is_none() {
            Part::Logic
        } else {
            Part::Idle
        };
        *parts.get_mut(&part).expect("one of four") += pair[1].time.since(pair[0].time);
    }
    parts
}

fn check_rounds(world: &World) {
    let rows = measured(world);
    let naive = rounds(&world.events);
    assert_eq!(rows.rounds.len(), naive.len(), "a round for each start and reopening");
    for (round, events) in rows.rounds.values().map(|round| &round.row).zip(&naive) {
        let completed = events.iter().find(|event| matches!(event.body, EventBody::Completed { .. }));
        assert_eq!(round.completed_at, completed.map(|event| event.time));
        assert_eq!(round.started_at, events[0].time);
        let first = events.iter().find(|event| loud(event).is_some());
        let t0 = events.iter().find(|event| loud(event).is_some() && event.actor == Participant::Customer);
        assert_eq!(round.t0, t0.map(|event| event.time));
        let after_t0 = |ours: fn(&Participant) -> bool| {
            let t0 = t0?;
            let after = events.iter().filter(|event| event.position > t0.position && ours(&event.actor));
            after.filter(|event| loud(event).is_some()).map(|event| event.time.since(t0.time)).next()
        };
        assert_eq!(round.first_response_ms, after_t0(|actor| *actor != Participant::Customer));
        assert_eq!(round.first_person_response_ms, after_t0(Participant::is_responder));
        let waits = waits(events);
        assert_eq!(round.replies as usize, waits.len());
        assert_eq!(round.reply_sum_ms, Some(waits.iter().map(|(.., ms)| ms).sum()));
        assert_eq!(round.reply_max_ms, waits.iter().map(|(.., ms)| *ms).max());
        let found = rows.turns.values().filter(|turn| turn.row.round_no == round.id.no);
        let found: BTreeSet<_> =
            found.filter_map(|turn| Some((turn.row.response_to?, turn.row.turn_id, turn.row.response_ms?))).collect();
        assert_eq!(found, waits.into_iter().collect(), "waits never overlap");
        assert!(round.outcome != Some(Outcome::ByPerson) || round.first_person_response_ms.is_some());
        assert!(round.contained != Some(true) || (round.persons == 0 && round.wanted_at.is_none()));
        let columns = [round.person_ms, round.queue_ms, round.logic_ms, round.idle_ms];
        let sum: Option<i64> = columns.iter().copied().sum();
        assert_eq!(sum, round.open_ms, "the parts add up");
        assert_eq!(round.open_ms, first.zip(completed).map(|(first, completed)| completed.time.since(first.time)));
        if round.open_ms.is_some() {
            let parts = parts(&world.events, events);
            let naive = [Part::Person, Part::Queue, Part::Logic, Part::Idle].map(|part| parts.get(&part).copied());
            assert_eq!(columns, naive);
        }
        let times = [round.person_wait_ms, round.first_answer_ms, round.person_reply_sum_ms];
        assert!(columns.iter().chain(&times).flatten().all(|ms| *ms >= 0), "no time is negative: {round:?}");
    }
}

fn check_counts(world: &World) {
    let rows = measured(world);
    let conversation = &rows.conversations.values().next().expect("one row").row;
    let turns = world.events.iter().filter_map(|event| match &event.body {
        EventBody::TurnAdded { turn, .. } => Some((&event.actor, &turn.content)),
        _ => None,
    });
    let turns: Vec<_> = turns.collect();
    let count = |which: &dyn Fn(&Participant, &Content) -> bool| {
        u32::try_from(turns.iter().filter(|(actor, content)| which(actor, content)).count()).expect("few")
    };
    let shown = |kind: ParticipantKind| count(&|by, content| content.is_for_customer() && by.kind() == kind);
    assert_eq!(conversation.turns_customer, shown(ParticipantKind::Customer));
    let agents = shown(ParticipantKind::Agent) + shown(ParticipantKind::Device);
    assert_eq!(conversation.turns_agent, agents);
    assert_eq!(conversation.turns_external, shown(ParticipantKind::ExternalAgent));
    assert_eq!(conversation.turns_logic, shown(ParticipantKind::Logic));
    assert_eq!(conversation.notes, count(&|_, content| matches!(content, Content::Note { .. })));
    assert_eq!(conversation.suggestions, count(&|_, content| matches!(content, Content::Suggestion { .. })));
    assert_eq!(rows.turns.len(), turns.len());
    assert_eq!(conversation.in_progress, world.state.in_progress());
    assert_eq!(conversation.tags, world.state.tags);
    assert_eq!(conversation.language, world.state.language);
    assert_eq!(Some(conversation.rounds), world.state.round.map(|round| round.no));
    let number = |is: fn(&EventBody) -> bool| world.events.iter().filter(|event| is(&event.body)).count();
    assert_eq!(rows.engagements.len(), number(|body| matches!(body, EventBody::EngagementStarted { .. })));
    assert_eq!(rows.calls.len(), number(|body| matches!(body, EventBody::HelpRaised { .. })));
    assert_eq!(rows.logic_requests.len(), number(|body| matches!(body, EventBody::LogicAsked { .. })));
    let open: BTreeSet<EngagementId> = world.state.engagements.iter().map(|engagement| engagement.id).collect();
    for engagement in rows.engagements.values().map(|engagement| &engagement.row) {
        assert_eq!(engagement.ended_at.is_none(), open.contains(&engagement.engagement_id));
        let lengths = [engagement.queue_ms, engagement.invitation_ms, engagement.engagement_ms];
        let length = engagement.ended_at.map(|end| end.since(engagement.started_at));
        assert_eq!(lengths.into_iter().flatten().collect::<Vec<_>>(), Vec::from_iter(length), "one length each");
        let others = [engagement.agent_first_reply_ms, engagement.person_wait_ms, engagement.shared_ms];
        assert!(others.into_iter().flatten().chain(length).all(|ms| ms >= 0), "no time is negative: {engagement:?}");
        assert_eq!(engagement.queue_outcome == Some(QueueOutcome::Open), {
            engagement.kind == Kind::Queue && engagement.ended_at.is_none()
        });
        assert_eq!(engagement.shared_ms, engagement.engagement_ms.filter(|_| engagement.kind == Kind::Agent));
    }
    let claimed = rows.calls.values().filter(|call| call.row.claim_ms.is_some()).count();
    let by_someone = |body: &EventBody| matches!(body, EventBody::HelpCleared { claimed_by: Some(_), .. });
    assert_eq!(claimed, number(by_someone));
}

/// The board at every step, from the events before it.
fn check_board(events: &[Event]) {
    let mut state = Conversation::begin(&events[0]).expect("it begins with a start");
    for (i, event) in events.iter().enumerate() {
        if i > 0 {
            state.apply(event);
        }
        let so_far = &events[..=i];
        let now = event.time.plus_ms(1_000);
        let found = figures(row(&state), [], now);
        assert_eq!(found.parts.total(), found.in_progress, "the four parts add up");
        let round = rounds(so_far).pop().expect("there is one");
        let over = round.iter().any(|event| matches!(event.body, EventBody::Completed { .. }));
        let Some(row) = row(&state) else {
            assert!(over && found == figures::<Row>([], [], now), "what is completed is not on the board");
            continue;
        };
        assert!(!over);
        let mut engaged: BTreeMap<EngagementId, (&EngagementKind, Time)> = BTreeMap::new();
        for event in so_far {
            match &event.body {
                EventBody::EngagementStarted { engagement } => {
                    engaged.insert(engagement.id, (&engagement.kind, event.time));
                }
                EventBody::EngagementEnded { engagement, .. } => _ = engaged.remove(engagement),
                _ => {}
            }
        }
        let people = engaged
            .values()
            .filter(|(kind, _)| matches!(kind, EngagementKind::Agent { .. } | EngagementKind::ExternalAgent { .. }));
        let people = people.count();
        assert_eq!(row.people.len(), people);
        let is_settled = events.get(i + 1).is_none_or(|next| next.cause != event.cause);
        let queue = engaged.values().find(|(kind, _)| **kind == EngagementKind::Queue).map(|(_, since)| *since);
        // Within a command, the queue comes after the reason for it.
        if is_settled {
            assert_eq!(row.wanted_since, queue);
            let one = |is: bool| u32::from(is);
            let fallen_back = so_far.iter().rev().find_map(|event| match event.body {
                EventBody::FellBack { .. } => Some(true),
                EventBody::FallbackCleared => Some(false),
                _ => None,
            });
            let fallen_back = fallen_back == Some(true);
            assert_eq!(found.fallen_back, one(fallen_back));
            let logic = engaged.values().any(|(kind, _)| **kind == EngagementKind::Logic) && !fallen_back;
            let person = people > 0;
            let parts = Parts {
                person: one(person),
                queue: one(!person && queue.is_some()),
                logic: one(!person && queue.is_none() && logic),
                idle: one(!person && queue.is_none() && !logic),
            };
            assert_eq!(found.parts, parts);
            assert_eq!(found.wanted.longest_ms, queue.map(|since| now.since(since)));
        }
        let said: Vec<_> = round.iter().filter(|event| loud(event).is_some()).collect();
        let ours = said.iter().rposition(|event| event.actor != Participant::Customer).map_or(0, |last| last + 1);
        assert_eq!(row.unanswered_since, said.get(ours).map(|event| event.time));
        assert_eq!((row.round, row.round_since), { (u32::try_from(rounds(so_far).len()).ok(), Some(round[0].time)) });
        let t0 = said.iter().position(|event| event.actor == Participant::Customer);
        let answer = t0.and_then(|t0| said[t0..].iter().find(|event| event.actor != Participant::Customer));
        assert_eq!(row.first_answered_at, answer.map(|event| event.time));
    }
}

fn busy() -> impl Strategy<Value = Vec<Busy>> {
    let one = (0..1_000_i64, proptest::option::weighted(0.9, 0..500_i64));
    proptest::collection::vec(one, 1..12).prop_map(|all| {
        let numbered = (1..).zip(all);
        let busy = numbered.map(|(id, (started, length))| Busy {
            started: Time(started),
            engagement: EngagementId(Uuid::from_u128(id)),
            ended: length.map(|length| Time(started + length)),
        });
        busy.collect()
    })
}

proptest! {
    #[test]
    fn what_is_measured_in_pieces_is_what_is_measured_at_once(
        plan in plan(),
        cuts in proptest::collection::btree_set(0..400_usize, 0..40),
    ) {
        let world = play(&plan, true);
        let (whole, pieces) = (measured(&world), in_pieces(&world.events, &cuts));
        prop_assert_eq!(&whole.rounds, &pieces.rounds);
        prop_assert_eq!(&whole.engagements, &pieces.engagements);
        prop_assert_eq!(&whole.turns, &pieces.turns);
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn the_parts_of_a_round_add_up_and_waits_never_overlap(plan in plan(), logic_available in any::<bool>()) {
        check_rounds(&play(&plan, logic_available));
    }

    #[test]
    fn rows_count_what_a_naive_count_counts(plan in plan(), logic_available in any::<bool>()) {
        check_counts(&play(&plan, logic_available));
    }

    #[test]
    fn the_board_of_states_is_the_board_of_events(plan in plan(), logic_available in any::<bool>()) {
        check_board(&play(&plan, logic_available).events);
    }

    #[test]
    fn shared_time_adds_up_to_busy_time(mut engagements in busy()) {
        let until = Time(2_000);
        let open_until = |busy: &Busy| Busy { ended: busy.ended.or(Some(until)), ..*busy };
        let before: Vec<_> = engagements.iter().map(|one| shared_ms(one, &engagements)).collect();
        prop_assert!(engagements.iter().zip(&before).all(|(one, shared)| one.ended.is_some() == shared.is_some()));
        let ended: Vec<Busy> = engagements.iter().map(open_until).collect();
        let after: Vec<_> = ended.iter().map(|one| shared_ms(one, &ended)).collect();
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(before.is_none() || before == after, "what is known does not change when others end");
        }
        let load = load(&ended, Time(0), until);
        prop_assert_eq!(after.iter().copied().sum::<Option<i64>>(), Some(load.busy_ms));
        let each = |one: &Busy| one.ended.map_or(0, |end| end.since(one.started));
        prop_assert_eq!(load.consumed_ms, ended.iter().map(each).sum::<i64>());
        engagements.reverse();
        let reversed: Vec<_> = engagements.iter().rev().map(|one| shared_ms(one, &engagements)).collect();
        prop_assert_eq!(before, reversed, "the order in which they are known does not matter");
        let alone = |one: &Busy| ended.iter().filter(|other| one.overlaps(other)).copied().collect::<Vec<_>>();
        let of_overlapping: Vec<_> = ended.iter().map(|one| shared_ms(one, &alone(one))).collect();
        prop_assert_eq!(after, of_overlapping, "those that overlap are enough");
    }
}
