//! The conversation that plans are played against, and what must hold after every step.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Map, Value};
use tandem_conversation::{
    Action, BrandId, CallId, Channel, Command, CommandId, ContactId, Content, Control, Conversation, ConversationId,
    CustomerId, CustomerRef, EngagementId, EngagementKind, Envelope, Event, EventBody, GoesOn, Grade, Invitee, Learnt,
    LinkId, LinkSource, LogicFailure, Named, Opening, Participant, Permissions, Position, Reach, Receipts, RequestId,
    Role, Stage as Step, Status, Time, TurnId, decide, left_alone, wanted,
};
use uuid::Uuid;

use crate::people::{key, named, packet, phone, yes};
use crate::stage::{
    AEROLINX, JONAS, LINK_MS, MAYA, SOFIA, TIMEOUT_MS, aerolinx, context, jonas, maya, opening, sofia, text,
};

/// The second partner.
const NORDWIND: LinkId = LinkId(Uuid::from_u128(0xe2));
const STEPS: std::ops::Range<usize> = 1..60;

/// One step of a plan: actor, command and time, drawn blindly and made concrete against the current state.
#[derive(Clone, Debug)]
pub(super) struct Move {
    who: u8,
    what: u8,
    /// Chooses among turns, engagements, calls, requests, words.
    pick: u32,
    flag: bool,
    clock: Clock,
    typing_ms: Option<i64>,
    logic_available: bool,
}

#[derive(Clone, Copy, Debug)]
enum Clock {
    Forward(i64),
    /// Exactly to the next deadline.
    Deadline,
    Backward(i64),
}

fn clock() -> impl Strategy<Value = Clock> {
    prop_oneof![
        3 => Just(Clock::Forward(0)),
        6 => (0..20_000_i64).prop_map(Clock::Forward),
        2 => (0..600_000_i64).prop_map(Clock::Forward),
        2 => Just(Clock::Deadline),
        1 => (1..120_000_i64).prop_map(Clock::Backward),
    ]
}

pub(super) fn plan() -> impl Strategy<Value = Vec<Move>> {
    let one = (0..8_u8, 0..66_u8, any::<u32>(), any::<bool>(), clock(), proptest::option::of(0..5_000_i64), 0..10_u8);
    let one = one.prop_map(|(who, what, pick, flag, clock, typing_ms, logic)| Move {
        who,
        what,
        pick,
        flag,
        clock,
        typing_ms,
        logic_available: logic > 0,
    });
    proptest::collection::vec(one, STEPS)
}

pub(super) struct World {
    pub(super) state: Conversation,
    pub(super) events: Vec<Event>,
    now: Time,
    ids: u128,
    requests: Vec<RequestId>,
    calls: Vec<CallId>,
    links: Vec<LinkId>,
}

impl World {
    pub(super) fn new(logic_available: bool) -> Self {
        Self::on(Channel::WebChat, logic_available)
    }

    pub(super) fn on(channel: Channel, logic_available: bool) -> Self {
        let now = Time(1_793_800_951_250);
        let envelope = Envelope {
            id: CommandId(Uuid::nil()),
            conversation: ConversationId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_dead_beef)),
            actor: Participant::Customer,
            permissions: Permissions::default(),
            command: Command::Start(Opening { channel, ..opening() }),
        };
        let events = decide(None, &envelope, &context(now, logic_available, None, 0)).expect("it starts");
        let state = Conversation::fold(&events).expect("it begins with a start");
        let links = vec![AEROLINX, NORDWIND];
        Self { state, events, now, ids: 0, requests: Vec::new(), calls: Vec::new(), links }
    }

    pub(super) fn id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    fn turn(&mut self) -> TurnId {
        TurnId(self.id())
    }

    fn actor(step: &Move) -> (Participant, Permissions) {
        match step.who {
            0 | 1 => (Participant::Customer, Permissions::default()),
            2 => (maya(), Role::Agent.permissions()),
            3 => (jonas(), Role::Agent.permissions()),
            4 => (sofia(), Role::Supervisor.permissions()),
            5 if step.pick.is_multiple_of(3) => (maya(), Permissions::default()),
            5 => (maya(), Role::Admin.permissions()),
            6 => (aerolinx(), Permissions::default()),
            _ => (Participant::ExternalAgent { link: NORDWIND, name: "Nordwind".into() }, Permissions::default()),
        }
    }

    /// The step as a command. Commands that only Tandem or Your Logic may send mostly come from them.
    fn envelope(&mut self, step: &Move) -> Envelope {
        let (mut actor, permissions) = Self::actor(step);
        let command = self.command(step);
        if !step.pick.is_multiple_of(16) {
            let owner = match &command {
                Command::AnswerLogic { .. } => Some(Participant::Logic),
                Command::Tick
                | Command::AskLogic { .. }
                | Command::FailLogic { .. }
                | Command::FailMail { .. }
                | Command::WidenHelp { .. }
                | Command::LinkCustomer { .. }
                | Command::Progress { .. } => Some(Participant::System),
                Command::Write { .. } if step.pick.is_multiple_of(9) => Some(phone()),
                Command::Write { .. }
                | Command::GiveFeedback { .. }
                | Command::EditTurn { .. }
                | Command::Hear { .. }
                | Command::WithdrawTurn { .. }
                | Command::Quoting { .. } => Some(Participant::Customer),
                Command::ChangeCustom { .. } | Command::ChangeCustomer { .. } => Some(Participant::Logic),
                _ => None,
            };
            actor = owner.unwrap_or(actor);
        }
        let id = CommandId(self.id());
        Envelope { id, conversation: self.state.id, actor, permissions, command }
    }

    fn command(&mut self, step: &Move) -> Command {
        let pick = step.pick as usize;
        let received = self.now;
        match step.what {
            0..=5 => Command::Write { turn: self.turn(), content: self.words(step), received },
            6..=9 => {
                let behind = if step.pick.is_multiple_of(4) { step.pick % 7 } else { 0 };
                let written_against = Position(self.state.position.0.saturating_sub(behind));
                let content = self.reply_words(step);
                Command::Reply {
                    turn: self.turn(),
                    content,
                    written_against,
                    mind_customer: step.flag,
                    while_in_progress: false,
                    received,
                }
            }
            10 => Command::Note {
                turn: self.turn(),
                text: "note".into(),
                mentions: (0..pick % 3).map(|n| Named { sees_all: step.flag, ..named(n) }).collect(),
            },
            11..=13 => Command::Join { call: step.flag.then(|| self.call(pick)).flatten() },
            14 | 15 => Command::Leave { reason: "r".into(), ask_for_help: step.flag },
            16 => Command::Complete { resolution: "done".into() },
            17 => Command::Reopen,
            18 => Command::AskForHelp { reason: "why".into() },
            19 | 20 => Command::HelpNotNeeded {
                goes_on: [None, Some(GoesOn::Logic), Some(GoesOn::Person), Some(GoesOn::Nobody)][pick % 4],
                reason: if step.flag { "a mistake".into() } else { String::new() },
            },
            21 => self.invite_colleague(pick, step.flag),
            22 | 23 => self.invite_partner(step),
            24 => Command::Accept { engagement: self.engagement(pick) },
            25 => Command::Decline { engagement: self.engagement(pick) },
            26 => Command::Withdraw { engagement: self.engagement(pick) },
            27 => Command::Remove { engagement: self.engagement(pick) },
            28 => Command::TakeOver,
            29 => Command::Delegate { note: step.flag.then(|| "go on".into()), turn: self.turn() },
            30 => Command::EngageLogic { engaged: step.flag },
            31 => {
                let patch = Map::from_iter([(format!("k{}", pick % 4), Value::from(step.pick))]);
                if step.flag { Command::ChangeCustom { patch } } else { Command::ChangeCustomer { patch } }
            }
            32 => Command::Tag { add: vec![format!("t{}", pick % 5)], remove: vec![format!("t{}", pick % 3); 2] },
            33 => Command::PressButton { action: if step.flag { "refund" } else { "forgotten" }.into() },
            34 => self.feedback(pick, step.flag),
            35 => Command::Receive {
                stage: if step.flag { Step::Seen } else { Step::Delivered },
                up_to: Position(step.pick % (self.state.position.0 + 2)),
            },
            36 => self.progress(step),
            37 | 38 => Command::OpenLink { link: self.links[pick % self.links.len()] },
            39 => Command::RevokeLink { link: self.links[pick % self.links.len()] },
            40..=42 => {
                let request = RequestId(self.id());
                self.requests.push(request);
                Command::AskLogic { request, expires: self.now.plus_ms(i64::from(step.pick % 20) * TIMEOUT_MS / 10) }
            }
            43..=45 => Command::AnswerLogic {
                request: self.request(step),
                later: step.pick.is_multiple_of(3),
                control: Control {
                    skip_to_latest: step.pick.is_multiple_of(11),
                    skip_to_time: (step.pick.is_multiple_of(7)).then_some(self.now),
                    ignore_on_customer_action: step.pick.is_multiple_of(5),
                    ignore_on_agent_action: step.pick % 5 == 1,
                },
                learnt: Learnt {
                    language: step.flag.then(|| "es".into()),
                    customer: Map::from_iter([(format!("c{}", step.pick % 3), Value::from(step.pick))]),
                    name: step.pick.is_multiple_of(3).then(|| format!("Carmen {}", step.pick % 4)),
                    ..Learnt::default()
                },
                actions: (0..step.pick % 4).map(|i| self.action(step.pick.rotate_right(3 * i + 2))).collect(),
            },
            46 => Command::FailLogic {
                request: self.request(step).unwrap_or(RequestId(Uuid::nil())),
                failure: LogicFailure::Status { status: 500 },
            },
            48 => Command::LinkCustomer {
                customer: CustomerRef::new(CustomerId(self.id()), format!("Carmen {}", pick % 4)),
                contact: ContactId(self.id()),
                source: LinkSource::IdentityToken { brand: BrandId(self.id()) },
                goes_on_in: step.flag.then(|| ConversationId(self.id())),
            },
            47 => Command::RenameCustomer { name: format!("Carmen {}", pick % 4) },
            49 => Command::GradeHandover { turn: self.packet(), grade: self.grade(pick) },
            50 => Command::FailMail { link: self.links[pick % self.links.len()], reason: "550".into() },
            51 => match self.call(pick) {
                Some(call) => Command::WidenHelp { call, reach: self.reach(pick) },
                None => Command::Tick,
            },
            52 => match &self.state.dismissed {
                Some(dismissed) => Command::RestoreHelp { call: dismissed.help.call },
                None => Command::Tick,
            },
            57 => self.call(pick).map_or(Command::Tick, |call| Command::CallMore { call }),
            53 | 54 => {
                Command::Snooze { until: step.flag.then(|| self.now.plus_ms(i64::from(step.pick % 900_000) - 60_000)) }
            }
            58 => Command::React { turn: self.some_turn(pick), emoji: step.flag.then(|| "👍".into()), received },
            59 | 60 => Command::EditTurn { turn: self.some_turn(pick), content: self.words(step), received },
            61 => Command::WithdrawTurn { turn: self.some_turn(pick) },
            62 => Command::Quoting {
                reply_to: self.some_turn(pick),
                command: Box::new(Command::Write { turn: self.turn(), content: self.words(step), received }),
            },
            63 => Command::GoOnIn { conversation: step.flag.then(|| ConversationId(self.id())) },
            64 => Command::GoOnFrom {
                conversation: (!pick.is_multiple_of(3)).then(|| ConversationId(self.id())),
                waits_since: step.flag.then(|| self.now.plus_ms(-i64::from(step.pick % 60_000))),
            },
            65 => Command::Hear { received },
            55 => Command::EndSnooze,
            56 => Command::EditCustomer {
                name: step.flag.then(|| format!("Carmen {}", pick % 4)),
                email: [None, Some(String::new()), Some(format!("c{}@example.com", pick % 3)), Some("?".into())]
                    [pick % 4]
                    .clone(),
                phone: step.flag.then(|| format!("+3460012345{}", pick % 3)),
            },
            _ => Command::Tick,
        }
    }

    /// One of the turns so far, or another.
    fn some_turn(&mut self, pick: usize) -> TurnId {
        let turns = self.events.iter().filter_map(|event| match &event.body {
            EventBody::TurnAdded { turn, .. } => Some(turn.id),
            _ => None,
        });
        let turns: Vec<_> = turns.collect();
        turns.get(pick % turns.len().max(1)).copied().unwrap_or_else(|| self.turn())
    }

    /// The newest handover packet, or another turn.
    fn packet(&mut self) -> TurnId {
        self.state.handover.as_ref().map(|open| open.turn).unwrap_or_else(|| self.turn())
    }

    fn grade(&self, pick: usize) -> Grade {
        [Grade::Helpful, Grade::Incomplete, Grade::Wrong][pick % 3]
    }

    fn reach(&self, pick: usize) -> Reach {
        [Reach::Eligible, Reach::Everyone, Reach::Supervisors, Reach::Logic][pick % 4]
    }

    fn words(&self, step: &Move) -> Content {
        match (step.pick % 6, self.state.questions.last()) {
            (0, _) => text("Thanks, bye!"),
            (1, _) => text(" "),
            (2, Some(open)) => Content::Answer { question: open.turn, choice: "y".into(), text: String::new() },
            _ => text("Where is my parcel?"),
        }
    }

    fn reply_words(&self, step: &Move) -> Content {
        match step.pick % 5 {
            0 => Content::Question { text: "All well?".into(), choices: yes() },
            1 => text(""),
            _ => text("It arrives today."),
        }
    }

    fn invite_colleague(&self, pick: usize, transfers: bool) -> Command {
        let (user, name) = [(MAYA, "Maya"), (JONAS, "Jonas"), (SOFIA, "Sofia")][pick % 3];
        if transfers {
            return Command::Transfer { user, name: name.into(), note: None };
        }
        Command::Invite { invitee: Invitee::Colleague { user, name: name.into() }, note: None }
    }

    fn invite_partner(&self, step: &Move) -> Command {
        let link = self.links[step.pick as usize % 2];
        let expires = self.now.plus_ms(if step.flag { LINK_MS } else { 60_000 + i64::from(step.pick % 60_000) });
        Command::Invite { invitee: Invitee::External { link, name: "Partner".into(), expires }, note: None }
    }

    fn progress(&self, step: &Move) -> Command {
        let open = &self.state.open_turns;
        let turn = open.get(step.pick as usize % open.len().max(1)).map_or(TurnId(Uuid::nil()), |open| open.turn);
        let before = [Step::Accepted, Step::Unconfirmed, Step::Sent, Step::Failed];
        let stages = before.into_iter().chain([Step::Delivered, Step::Seen, Step::Played]).collect::<Vec<_>>();
        Command::Progress {
            turn,
            stage: stages[step.pick as usize / 64 % stages.len()],
            reason: None,
            remedy: None,
            code: None,
        }
    }

    fn call(&self, pick: usize) -> Option<CallId> {
        match &self.state.help {
            Some(help) if !pick.is_multiple_of(3) => Some(help.call),
            _ => self.calls.get(pick % self.calls.len().max(1)).copied(),
        }
    }

    fn engagement(&self, pick: usize) -> EngagementId {
        let open = &self.state.engagements;
        open.get(pick % open.len().max(1)).map_or(EngagementId(Uuid::nil()), |engagement| engagement.id)
    }

    fn request(&self, step: &Move) -> Option<RequestId> {
        match (&self.state.logic.asked, step.pick % 8) {
            (_, 0) => None,
            (_, 1) => self.requests.first().copied(),
            (Some(asked), _) => Some(asked.id),
            (None, _) => self.requests.last().copied(),
        }
    }

    fn action(&self, pick: u32) -> Action {
        let text = "I look into it.".to_owned();
        match pick % 17 {
            0..=2 => Action::Message { text, force: pick.is_multiple_of(2), holding: false, turn: None },
            3 => Action::Question {
                text,
                choices: yes(),
                force: false,
                turn: None,
                key: None,
                language: None,
                library: None,
            },
            4 => Action::Note { text, handover: pick.is_multiple_of(2).then(packet) },
            5 => Action::Suggestion { text },
            6 | 7 => Action::NeedsHelp {
                value: !pick.is_multiple_of(3),
                reason: String::new(),
                customer_asked: pick.is_multiple_of(2),
            },
            8 => Action::InviteAgent { user: JONAS, name: Some("Jonas".into()), note: None },
            9 => Action::InviteExternalAgent {
                name: "Partner".into(),
                ttl_s: pick % 90,
                note: None,
                email: None,
                secret_hash: None,
                link: None,
            },
            10 => Action::RemoveParticipant { engagement: self.engagement(pick as usize) },
            11 => Action::EngageLogic { value: pick.is_multiple_of(2) },
            12 => Action::Complete { resolution: String::new() },
            13 => Action::Reopen,
            14 => Action::Tag { add: vec!["a".into()], remove: vec!["a".into(), "a".into()] },
            15 => Action::Feedback { text },
            _ => Action::Message { text: String::new(), force: false, holding: false, turn: None },
        }
    }

    /// Plays one step and checks everything.
    pub(super) fn play(&mut self, step: &Move) {
        self.now = match step.clock {
            Clock::Forward(ms) => self.now.plus_ms(ms),
            Clock::Backward(ms) => self.now.plus_ms(-ms),
            Clock::Deadline => self.state.next_deadline().unwrap_or(self.now).max(self.now),
        };
        let envelope = self.envelope(step);
        let typing = step.typing_ms.map(|ms| self.now.plus_ms(ms));
        self.decided(&envelope, step.logic_available, typing);
        // Whatever happened: after a tick no customer is left alone, and nothing more is due.
        self.tick(step.logic_available);
        assert!(!left_alone(&self.state, self.now), "left alone after {:?}", envelope.command);
        let ahead = self.state.next_deadline().is_none_or(|at| at > self.now);
        assert!(ahead, "a deadline stands still after {:?}: {:?}", envelope.command, self.state);
        assert_eq!(self.tick(step.logic_available), 0, "settled is settled, after {:?}", envelope.command);
    }

    fn tick(&mut self, logic_available: bool) -> usize {
        let (id, conversation) = (CommandId(self.id()), self.state.id);
        let (actor, permissions, command) = (Participant::System, Permissions::default(), Command::Tick);
        let tick = Envelope { id, conversation, actor, permissions, command };
        self.decided(&tick, logic_available, None).expect("time may always pass")
    }

    /// Decides, applies and checks; returns the number of events, or none if it was refused.
    pub(super) fn decided(
        &mut self,
        envelope: &Envelope,
        logic_available: bool,
        typing: Option<Time>,
    ) -> Option<usize> {
        self.ids += 1;
        let mut context = context(self.now, logic_available, typing, self.ids);
        context.review_plan = Some(crate::reviews::plan());
        context.button.take_if(|_| matches!(&envelope.command, Command::PressButton { action } if action != "refund"));
        let decided = decide(Some(&self.state), envelope, &context);
        assert_eq!(decided, decide(Some(&self.state), envelope, &context), "the same input, the same output");
        let events = decided.ok()?;
        for event in &events {
            let before = self.state.clone();
            self.state.apply(event);
            self.check_event(&before, event);
            self.events.push(event.clone());
        }
        assert!(!left_alone(&self.state, self.now), "{:?} leaves Carmen alone", envelope.command);
        self.check_state();
        Some(events.len())
    }

    fn check_event(&mut self, before: &Conversation, event: &Event) {
        assert_eq!(event.position, before.position.next(), "positions have no gap");
        assert!(event.time >= before.updated, "time never runs backwards");
        assert_eq!(event.conversation, before.id);
        assert_forward(&before.receipts, &self.state.receipts);
        self.check_wait(before, event);
        self.check_review(before, event);
        match &event.body {
            EventBody::EngagementStarted { engagement } => {
                assert_eq!(engagement.since, event.time, "it starts when it starts, whatever the clock says");
            }
            EventBody::HelpRaised { help, .. } => {
                assert_eq!(help.since, event.time, "a call begins when it is raised");
                assert!(before.help.is_none(), "one call at a time");
                assert!(!self.calls.contains(&help.call), "a call's id is used once");
                self.calls.push(help.call);
            }
            EventBody::HelpCleared { claimed_by: Some(by), .. } => {
                assert_eq!(by.same(&event.actor), by.user().is_some(), "only agents claim, for themselves");
            }
            EventBody::LogicAsked { .. } => assert!(before.logic.asked.is_none(), "one request at a time"),
            EventBody::Reopened => assert!(!before.in_progress()),
            EventBody::ButtonPressed { action, title } => {
                assert_eq!((action.as_str(), title.as_deref()), ("refund", Some("Refund")), "only what is offered");
                assert!(before.engagement_of(&event.actor).is_some(), "only by who takes part");
            }
            EventBody::TurnAdded { turn, .. } => {
                let silent = turn.silent || !turn.content.is_for_customer();
                let speaks = event.actor == Participant::Customer || event.actor.is_responder();
                assert!(self.state.in_progress() || silent || !speaks, "a turn that is not silent reopens first");
            }
            EventBody::TurnEdited { silent, .. } => {
                assert!(self.state.in_progress() || *silent, "new words that are not silent reopen first");
            }
            EventBody::TurnWithdrawn { turn } => {
                let last = self.state.last_words.as_ref().filter(|words| words.turn == Some(*turn));
                assert!(last.is_none_or(|words| words.text.is_empty()), "withdrawn words are gone");
            }
            _ => {}
        }
    }

    /// A wait for a person ends for these reasons only, and never begins anew while it lasts.
    fn check_wait(&self, before: &Conversation, event: &Event) {
        let after = &self.state;
        match (before.waits_for_person, after.waits_for_person) {
            (Some(_), None) => {
                let alone = before.people().next().is_none();
                let ends = match &event.body {
                    EventBody::TurnAdded { .. } if event.actor.is_responder() => true,
                    EventBody::TurnAdded { .. } => event.actor == Participant::Logic && alone && before.help.is_none(),
                    EventBody::HelpCleared { claimed_by: None, dismissed: None } => alone,
                    EventBody::EngagementEnded { .. } => {
                        event.actor == Participant::Logic && after.people().next().is_none() && after.help.is_none()
                    }
                    EventBody::Completed { .. } => true,
                    _ => false,
                };
                assert!(ends, "the wait ends with {:?}", event.body);
            }
            (Some(before), Some(after)) => assert!(after <= before, "it gets shorter with {:?}", event.body),
            _ => {}
        }
    }

    fn check_state(&self) {
        let state = &self.state;
        let logic = &state.logic;
        assert!(logic.engaged || (logic.pending.is_empty() && logic.asked.is_none()), "switched off, it hears nothing");
        assert!(logic.pending.is_sorted_by(|a, b| a.position < b.from()), "told in order");
        assert!(logic.pending.iter().all(|p| p.from() <= p.position && p.time <= p.until()), "from oldest to newest");
        assert!(logic.pending.len() <= 33, "what waits stays small");
        assert!(logic.pending.iter().all(|p| p.position <= state.position));
        if let Some(asked) = &logic.asked {
            assert!(logic.pending.iter().any(|p| p.position == asked.trigger), "what is asked is not settled");
        }
        let (mut people, mut kinds) = (HashSet::new(), HashSet::new());
        for engagement in &state.engagements {
            match engagement.person().or(engagement.invitee()) {
                Some(person) => assert!(people.insert(key(person)), "{person:?} takes part once"),
                None => assert!(kinds.insert(format!("{:?}", engagement.kind)), "one {:?}", engagement.kind),
            }
        }
        assert!(
            state.snoozes.iter().all(|one| one.over.is_some() || !state.needs_someone()),
            "nothing hides: {state:?}"
        );
        assert!(
            state.snoozes.iter().all(|one| state.engagement_of(&one.by).is_some()),
            "who is here snoozes: {state:?}"
        );
        assert!(state.left.iter().all(|past| state.agent(past.user).is_none()), "who is here has not left");
        let people = state.people().next().is_some();
        let waits = state.waits_for_person.is_some();
        assert!(waits || state.help.is_none() || people, "who needs a person waits for one: {state:?}");
        assert!(waits || state.waiting_since.is_none() || !people, "who asks a person waits for one: {state:?}");
        assert!(state.wait().is_none_or(|wait| wait.since <= state.updated));
        let queued = state.engagements.iter().any(|engagement| engagement.kind == EngagementKind::Queue);
        assert_eq!(queued, wanted(state, self.now), "the queue follows from the state: {state:?}");
        if state.waiting_since.is_some() || (state.help.is_some() && !people) {
            let older = Conversation { waits_for_person: None, ..state.clone() };
            let awaited = |state: &Conversation| state.wait().map(|wait| wait.awaited);
            assert_eq!(awaited(&older), awaited(state), "states of older hubs wait for the same");
        }
        if matches!(state.status, Status::Completed { .. }) {
            assert!(!waits, "nobody waits when it is over");
            assert!(state.engagements.is_empty() && state.help.is_none() && state.waiting_since.is_none());
        }
    }

    pub(super) fn check_history(&self) {
        assert_eq!(Conversation::fold(&self.events).as_ref(), Some(&self.state), "a fold over its events");
        let json = serde_json::to_string(&self.events).expect("it can be written");
        assert_eq!(serde_json::from_str::<Vec<Event>>(&json).expect("it can be read"), self.events);
        let json = serde_json::to_string(&self.state).expect("it can be written");
        assert_eq!(serde_json::from_str::<Conversation>(&json).expect("it can be read"), self.state);
        let begun = self.events.iter().filter_map(|event| match &event.body {
            EventBody::EngagementStarted { engagement } => Some(engagement.id),
            _ => None,
        });
        let mut known = HashSet::new();
        assert!(begun.into_iter().all(|id| known.insert(id)), "engagement ids are unique for all time");
    }
}

fn assert_forward(before: &Receipts, after: &Receipts) {
    assert!(
        before.customer_delivered <= after.customer_delivered
            && before.customer_seen <= after.customer_seen
            && before.desk_delivered <= after.desk_delivered
            && before.desk_seen <= after.desk_seen,
        "receipts only move forward"
    );
}
