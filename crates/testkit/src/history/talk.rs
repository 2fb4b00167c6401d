//! One conversation of the past.

use tandem_conversation::{
    Command, CommandId, Context, Conversation, ConversationId, Envelope, Event, Ladder, Media, MediaId, Participant,
    RequestId, ReviewPlan, Role, Time, decide_and_apply,
};

use super::World;
use super::moves::{self, Line};
use crate::dialogue::Dialogue;

/// The most things that happen in a conversation without a script.
const MOST_MOVES: u32 = 45;
/// How long a request to Your Logic may take, in milliseconds.
const LOGIC_MS: i64 = 8_000;

/// Why it is a conversation's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// Somebody does something.
    Move,
    /// Your Logic is asked.
    Ask,
    /// The core has a deadline.
    Deadline,
}

pub(super) struct Talk {
    pub id: ConversationId,
    pub state: Option<Conversation>,
    /// The files of the conversation.
    pub file: Media,
    has_logic: bool,
    /// The lines of a recorded dialogue, each with its time; and the next one.
    script: Option<(Vec<Line>, usize)>,
    began: Time,
    moves: u32,
    /// For when the core's deadline is noted.
    deadline: Option<Time>,
}

impl Talk {
    pub(super) fn new(world: &mut World, dialogue: Option<&Dialogue>, began: Time) -> Self {
        let file = Media {
            id: MediaId(world.id(began)),
            name: "bill.pdf".into(),
            content_type: if world.chance(50) { "application/pdf" } else { "image/png" }.into(),
            bytes: 1_234,
        };
        let script = dialogue.map(|dialogue| (moves::lines(dialogue), 0));
        let (id, has_logic) = (ConversationId(world.id(began)), world.chance(70));
        Self { id, state: None, file, has_logic, script, began, moves: 0, deadline: None }
    }

    /// Does what is due.
    pub(super) fn go_on(&mut self, world: &mut World, now: Time, what: Due, events: &mut Vec<Event>) {
        let Some(state) = &self.state else {
            let (actor, command) = moves::start(world);
            return self.decide(world, now, actor, command, events);
        };
        match what {
            Due::Deadline => {
                self.deadline = None;
                self.decide(world, now, Participant::System, Command::Tick, events);
            }
            Due::Ask => {
                if state.logic.is_due() {
                    let request = RequestId(world.id(now));
                    let ask = Command::AskLogic { request, expires: now.plus_ms(LOGIC_MS) };
                    self.decide(world, now, Participant::System, ask, events);
                }
            }
            Due::Move => {
                self.moves += 1;
                let line = self.script.as_mut().and_then(|(lines, next)| {
                    *next += 1;
                    lines.get(*next - 1).cloned()
                });
                let steps = match line {
                    Some(line) => moves::scripted(world, state, &line, now),
                    None => moves::any(world, state, &self.file, now),
                };
                for (actor, command) in steps {
                    self.decide(world, now, actor, command, events);
                }
            }
        }
    }

    /// What is due next because of what was done.
    pub(super) fn next(&mut self, world: &mut World, now: Time, what: Due, is_new: bool) -> Vec<(Time, Due)> {
        let mut next = Vec::new();
        if what == Due::Move {
            let follows = match &self.script {
                Some((lines, at)) => lines.get(*at).map(|line| self.began.plus_ms(line.at_ms).max(now)),
                None => (self.moves < MOST_MOVES && !world.chance(4)).then(|| now.plus_ms(world.pause_ms())),
            };
            next.extend(follows.map(|at| (at, Due::Move)));
        }
        let Some(state) = &self.state else { return next };
        if is_new && state.logic.is_due() {
            next.push((now.plus_ms(i64::from(moves::between(world, 20, 900))), Due::Ask));
        }
        let deadline = state.next_deadline();
        if deadline != self.deadline {
            self.deadline = deadline;
            next.extend(deadline.map(|at| (at.max(now), Due::Deadline)));
        }
        next
    }

    fn decide(&mut self, world: &mut World, now: Time, actor: Participant, command: Command, events: &mut Vec<Event>) {
        let permissions = match &actor {
            Participant::Agent { name, .. } if name == "Sofia" => Role::Supervisor.permissions(),
            Participant::Agent { .. } => Role::Agent.permissions(),
            _ => tandem_conversation::Permissions::default(),
        };
        let id = CommandId(world.id(now));
        let envelope = Envelope { id, conversation: self.id, actor, permissions, command };
        let context = Context {
            now,
            logic_available: self.has_logic,
            person_typing_until: None,
            person_silent_ms: tandem_conversation::PERSON_SILENT_MS,
            invitation_ms: 60_000,
            ladder: Ladder::default(),
            button: Some("Refund".into()),
            drawn: None,
            templates: None,
            review_plan: Some(ReviewPlan { delay_s: 60, sample_percent: 80, ..ReviewPlan::default() }),
            review_asked: None,
            review_opted_out: false,
            files: vec![self.file.clone()],
            used: Vec::new(),
            fresh: (0..12).map(|_| world.id(now)).collect(),
        };
        // What is refused does not happen.
        if let Ok((decided, state)) = decide_and_apply(self.state.as_ref(), &envelope, &context) {
            self.state = Some(state);
            events.extend(decided);
        }
    }
}
