//! What people, Your Logic and channels do in a conversation of the past.

use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use serde_json::Map;
use tandem_conversation::{
    Action, Channel, Choice, Command, Content, Control, Conversation, CustomerRef, Drawn, EngagementKind, GoesOn,
    Grade, Invitee, Learnt, LinkId, LinkSource, LogicFailure, Media, Opening, Participant, Position, QuestionId,
    QuickReplyId, Reach, Stage, Time, TurnId, UsedReply,
};

use super::World;
use crate::dialogue::Dialogue;

type Step = (Participant, Command);

/// One line of a recorded dialogue.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub at_ms: i64,
    who: Who,
    text: String,
}

#[derive(Clone, Copy, Debug)]
enum Who {
    Customer,
    Logic,
    Person,
    /// It is completed.
    Nobody,
}

/// How fast a dialogue goes where its recording does not say, in milliseconds.
const PACE_MS: i64 = 9_000;

/// What of a dialogue is played.
pub(super) fn lines(dialogue: &Dialogue) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut at_ms = 0;
    for turn in &dialogue.turns {
        #[expect(clippy::cast_possible_truncation, reason = "seconds of a dialogue")]
        let said = turn.t.map(|t| (t * 1_000.0) as i64);
        let at = said.unwrap_or(at_ms + PACE_MS).max(at_ms);
        let who = match turn {
            turn if turn.is_customers() => Who::Customer,
            turn if turn.is_assistants() => Who::Logic,
            turn if turn.is_persons() => Who::Person,
            _ => continue,
        };
        at_ms = at;
        let text = if turn.text.trim().is_empty() { "…".into() } else { turn.text.clone() };
        lines.push(Line { at_ms, who, text });
    }
    lines.push(Line { at_ms: at_ms + PACE_MS, who: Who::Nobody, text: String::new() });
    lines
}

pub(super) fn between(world: &mut World, least: u32, most: u32) -> u32 {
    world.dice.random_range(least..most)
}

/// A conversation begins, mostly by a customer.
pub(super) fn start(world: &mut World) -> Step {
    let number = world.dice.random_range(0..world.customers.len());
    let (customer, contact) = world.customers[number].clone();
    let by = match between(world, 0, 100) {
        0..10 => world.agent(),
        10..14 => Participant::System,
        _ => Participant::Customer,
    };
    let brand = if world.chance(80) { world.brands.choose(&mut world.dice).copied() } else { None };
    // Agents write first where there are templates.
    let is_chat = world.chance(65) && by.user().is_none();
    let channel = if is_chat { Channel::WebChat } else { Channel::Whatsapp };
    let language = world.chance(60).then(|| ["en", "de", "es"][number % 3].to_owned());
    let opening =
        Opening { customer, contact, channel, brand, language, custom: Map::new(), heard_at: None, line: None };
    (by, Command::Start(opening))
}

/// What the line of a recorded dialogue does, and what people must do before they can say it.
pub(super) fn scripted(world: &mut World, state: &Conversation, line: &Line, now: Time) -> Vec<Step> {
    let text = Content::Text { text: line.text.clone() };
    match line.who {
        Who::Customer => vec![write(world, text, now)],
        Who::Logic => {
            let message = Action::Message { text: line.text.clone(), force: false, holding: false, turn: None };
            let request = state.logic.asked.as_ref().map(|asked| asked.id);
            vec![(Participant::Logic, answer(request, vec![message]))]
        }
        Who::Person => {
            let engaged = agents(state).first().cloned();
            let (agent, mut steps) = match engaged {
                Some(agent) => (agent, Vec::new()),
                None => {
                    let agent = world.agent();
                    (agent.clone(), vec![(agent, Command::Join { call: state.help.as_ref().map(|help| help.call) })])
                }
            };
            steps.push((agent, reply(world, state, text, now)));
            steps
        }
        Who::Nobody => match agents(state).first().cloned() {
            Some(agent) => vec![(agent, Command::Complete { resolution: "done".into() })],
            None => {
                let action = Action::Complete { resolution: String::new() };
                let request = state.logic.asked.as_ref().map(|asked| asked.id);
                vec![(Participant::Logic, answer(request, vec![action]))]
            }
        },
    }
}

/// Anybody does anything.
pub(super) fn any(world: &mut World, state: &Conversation, file: &Media, now: Time) -> Vec<Step> {
    let step = match state.in_progress() {
        true => in_progress(world, state, file, now),
        false => completed(world, state, now),
    };
    step.into_iter().collect()
}

fn completed(world: &mut World, state: &Conversation, now: Time) -> Option<Step> {
    Some(match between(world, 0, 100) {
        0..18 => write(world, courtesy(), now),
        18..36 => write(world, Content::Text { text: "But it still does not work".into() }, now),
        36..44 => (world.agent(), Command::Reopen),
        44..54 => (Participant::Customer, feedback(world, state)),
        54..58 => (Participant::Customer, edit(world, state, now)?),
        58..62 => (Participant::Customer, receive(world, state)),
        62..65 => {
            let turn = TurnId(world.id(now));
            let text = "Their invoice was paid".into();
            (world.agent(), Command::Note { turn, text, mentions: Vec::new() })
        }
        _ => return None,
    })
}

fn in_progress(world: &mut World, state: &Conversation, file: &Media, now: Time) -> Option<Step> {
    let open_request = state.logic.asked.as_ref().map(|asked| asked.id);
    if open_request.is_some() && world.chance(55) {
        return Some(logic(world, state));
    }
    Some(match between(world, 0, 100) {
        0..22 => {
            let content = customers_words(world, state, file);
            write(world, content, now)
        }
        22..24 => (Participant::Customer, edit(world, state, now)?),
        24..25 => (Participant::Customer, Command::WithdrawTurn { turn: turn_of(state)? }),
        25..27 => (Participant::Device { name: "Phone".into() }, write(world, said("We call you back"), now).1),
        27..40 => (world.agent(), Command::Join { call: state.help.as_ref().map(|help| help.call) }),
        40..60 => {
            let speaker = speakers(state).choose(&mut world.dice).cloned()?;
            let content = our_words(world, file);
            let command = reply(world, state, content, now);
            (speaker, drawn(world, command, now))
        }
        60..63 => {
            let asks = world.chance(40);
            (agent_of(world, state)?, Command::Leave { reason: "My shift is over".into(), ask_for_help: asks })
        }
        63..67 => (agent_of(world, state)?, Command::Complete { resolution: "done".into() }),
        67..70 => {
            let colleague = world.agent();
            let (user, name) = colleague.colleague().map(|(user, name)| (user, name.to_owned()))?;
            let by = agent_of(world, state)?;
            let command = match world.chance(50) {
                true => Command::Transfer { user, name, note: None },
                false => Command::Invite { invitee: Invitee::Colleague { user, name }, note: None },
            };
            (by, command)
        }
        70..74 => invited(world, state)?,
        74..77 => {
            let link = LinkId(world.id(now));
            let expires = now.plus_ms(world.dice.random_range(60_000..7_200_000));
            let invitee = Invitee::External { link, name: "Aerolinx".into(), expires };
            (agent_of(world, state)?, Command::Invite { invitee, note: None })
        }
        77..79 => (world.agent(), Command::TakeOver),
        79..81 => {
            let turn = TurnId(world.id(now));
            (agent_of(world, state)?, Command::Delegate { note: world.chance(50).then(|| "Go on".into()), turn })
        }
        81..83 => {
            let goes_on = *[GoesOn::Logic, GoesOn::Person, GoesOn::Nobody].choose(&mut world.dice)?;
            let by = world.agent();
            (by, Command::HelpNotNeeded { goes_on: Some(goes_on), reason: "A mistake".into() })
        }
        83..85 => (agent_of(world, state)?, Command::AskForHelp { reason: "I do not know".into() }),
        85..86 => {
            let engaged = world.chance(50);
            (world.agent(), Command::EngageLogic { engaged })
        }
        86..89 => {
            let add = ["parcel, late", "vip", "refund"].choose(&mut world.dice)?.to_string();
            let remove = ["parcel, late", "vip", "refund"].choose(&mut world.dice)?.to_string();
            let (add, remove) = (vec![add], if world.chance(30) { vec![remove] } else { Vec::new() });
            (agent_of(world, state)?, Command::Tag { add, remove })
        }
        89..93 => receipt(world, state)?,
        93..95 => {
            let turn = TurnId(world.id(now));
            (world.agent(), Command::Note { turn, text: "Checked the booking".into(), mentions: Vec::new() })
        }
        95..96 => (Participant::Customer, feedback(world, state)),
        96..97 if world.chance(50) => going_on(world, state, now)?,
        96..97 => link(world, now),
        97..98 => {
            let by = agent_of(world, state)?;
            let engagement = state.engagements.choose(&mut world.dice)?.id;
            (by, if world.chance(50) { Command::Withdraw { engagement } } else { Command::Remove { engagement } })
        }
        98..99 => {
            let call = state.help.as_ref()?.call;
            let reach = *[Reach::Everyone, Reach::Supervisors, Reach::Logic].choose(&mut world.dice)?;
            (Participant::System, Command::WidenHelp { call, reach })
        }
        _ => {
            let open = state.handover.as_ref()?;
            (agent_of(world, state)?, Command::GradeHandover { turn: open.turn, grade: Grade::Helpful })
        }
    })
}

/// Your Logic answers, fails, or speaks unasked.
fn logic(world: &mut World, state: &Conversation) -> Step {
    let request = state.logic.asked.as_ref().map(|asked| asked.id);
    if let Some(request) = request.filter(|_| world.chance(12)) {
        let detail = || "it was down".to_owned();
        let failure = match between(world, 0, 4) {
            0 => LogicFailure::Unreachable { detail: detail() },
            1 => LogicFailure::Status { status: 500 },
            2 => LogicFailure::Malformed { detail: detail() },
            _ => LogicFailure::Refused { action: 0, detail: detail() },
        };
        return (Participant::System, Command::FailLogic { request, failure });
    }
    let mut actions = Vec::new();
    for _ in 0..between(world, 0, 3) {
        actions.push(action(world));
    }
    (Participant::Logic, answer(request, actions))
}

fn action(world: &mut World) -> Action {
    let text = "I look into it.".to_owned();
    match between(world, 0, 20) {
        0..9 => {
            let force = world.chance(30);
            Action::Message { text, force, holding: force, turn: None }
        }
        9..11 => Action::Question {
            text,
            choices: yes(),
            key: None,
            language: None,
            library: None,
            force: false,
            turn: None,
        },
        11..14 => Action::NeedsHelp { value: !world.chance(25), reason: String::new(), customer_asked: false },
        14 => Action::Suggestion { text },
        15 => Action::Note { text, handover: None },
        16 => Action::Tag { add: vec!["from logic".into()], remove: Vec::new() },
        17 => Action::EngageLogic { value: world.chance(60) },
        _ => Action::Complete { resolution: String::new() },
    }
}

fn answer(request: Option<tandem_conversation::RequestId>, actions: Vec<Action>) -> Command {
    let (control, learnt) = (Control::default(), Learnt::default());
    Command::AnswerLogic { request, later: request.is_none(), control, learnt, actions }
}

/// One who was invited comes or declines, or a partner opens the link.
fn invited(world: &mut World, state: &Conversation) -> Option<Step> {
    let invitations: Vec<_> =
        state.engagements.iter().filter(|one| matches!(one.kind, EngagementKind::Invitation { .. })).collect();
    let one = invitations.choose(&mut world.dice)?;
    let engagement = one.id;
    Some(match one.invitee()? {
        Participant::ExternalAgent { link, name } => {
            let who = Participant::ExternalAgent { link: *link, name: name.clone() };
            (who, Command::OpenLink { link: *link })
        }
        colleague => {
            let accept = world.chance(60);
            let command = if accept { Command::Accept { engagement } } else { Command::Decline { engagement } };
            (colleague.clone(), command)
        }
    })
}

fn link(world: &mut World, now: Time) -> Step {
    let number = world.dice.random_range(0..world.customers.len());
    let (known, contact) = world.customers[number].clone();
    let customer = CustomerRef::new(known.id, known.name);
    let brand = world.brands.first().copied().unwrap_or(tandem_conversation::BrandId(world.id(now)));
    let goes_on_in = world.chance(40).then(|| tandem_conversation::ConversationId(world.id(now)));
    let source = LinkSource::IdentityToken { brand };
    (Participant::System, Command::LinkCustomer { customer, contact, source, goes_on_in })
}

/// An agent says which conversation goes on in which.
fn going_on(world: &mut World, state: &Conversation, now: Time) -> Option<Step> {
    let by = agent_of(world, state)?;
    let conversation = world.chance(80).then(|| tandem_conversation::ConversationId(world.id(now)));
    let ends = world.chance(50);
    let command = match ends {
        true => Command::GoOnIn { conversation },
        false => Command::GoOnFrom { conversation, waits_since: None },
    };
    Some((by, command))
}

/// The channel or a desk reports how far turns have come.
fn receipt(world: &mut World, state: &Conversation) -> Option<Step> {
    if state.channel == Channel::Whatsapp && world.chance(70) {
        let turn = state.open_turns.choose(&mut world.dice)?.turn;
        let stages = [Stage::Sent, Stage::Sent, Stage::Failed, Stage::Delivered, Stage::Seen, Stage::Played];
        let stage = *stages.choose(&mut world.dice)?;
        let code = (stage == Stage::Failed).then(|| "131026".to_owned());
        let reason = code.as_ref().map(|code| format!("This number cannot be reached. ({code})"));
        return Some((Participant::System, Command::Progress { turn, stage, reason, remedy: None, code }));
    }
    let by = if world.chance(60) { Participant::Customer } else { agent_of(world, state)? };
    Some((by, receive(world, state)))
}

fn receive(world: &mut World, state: &Conversation) -> Command {
    let stage = if world.chance(50) { Stage::Seen } else { Stage::Delivered };
    Command::Receive { stage, up_to: Position(world.dice.random_range(1..state.position.0 + 1)) }
}

/// An answer to the request for a review; without one, or sometimes, a score that nobody asked for.
fn feedback(world: &mut World, state: &Conversation) -> Command {
    let review = state.review.as_ref().filter(|_| world.chance(85)).map(|review| review.id);
    let text = if world.chance(30) { "It took long".into() } else { String::new() };
    Command::GiveFeedback { review, score: u8::try_from(between(world, 1, 6)).unwrap_or(5), text }
}

fn edit(world: &mut World, state: &Conversation, now: Time) -> Option<Command> {
    let content = if world.chance(40) { courtesy() } else { said("I meant the other parcel") };
    Some(Command::EditTurn { turn: turn_of(state)?, content, received: now })
}

/// The last words, if they are a turn.
fn turn_of(state: &Conversation) -> Option<TurnId> {
    state.last_words.as_ref().and_then(|words| words.turn)
}

fn write(world: &mut World, content: Content, now: Time) -> Step {
    let (turn, received) = (TurnId(world.id(now)), now.plus_ms(-i64::from(between(world, 0, 3_000))));
    (Participant::Customer, Command::Write { turn, content, received })
}

fn reply(world: &mut World, state: &Conversation, content: Content, now: Time) -> Command {
    let turn = TurnId(world.id(now));
    let (written_against, received) = (state.position, now);
    Command::Reply { turn, content, written_against, mind_customer: false, while_in_progress: false, received }
}

/// Some replies are drawn from the library.
fn drawn(world: &mut World, command: Command, now: Time) -> Command {
    let library = match (&command, between(world, 0, 100)) {
        (Command::Reply { content: Content::Question { .. }, .. }, 0..70) => {
            let id = QuestionId(uuid::Uuid::from_u128(
                0x0192_0000_0000_7000_8000_0000_0000_0001 + u128::from(between(world, 0, 3)),
            ));
            Drawn::question(id, between(world, 1, 3))
        }
        (Command::Reply { content: Content::Text { .. }, .. }, 0..30) => {
            let used = UsedReply { id: QuickReplyId(world.id(now)), version: 1 };
            Drawn { quick_replies: vec![used], ..Drawn::default() }
        }
        _ => return command,
    };
    Command::Drawn { library, command: Box::new(command) }
}

fn customers_words(world: &mut World, state: &Conversation, file: &Media) -> Content {
    match between(world, 0, 10) {
        0 => courtesy(),
        1 => Content::Attachment { media: Media::named(file.id), text: "Look 📎".into() },
        2 | 3 => match state.questions.last() {
            Some(open) => Content::Answer { question: open.turn, choice: "y".into(), text: String::new() },
            None => said("¿Dónde está mi paquete? 🤔"),
        },
        _ => said("Where is my parcel?"),
    }
}

fn our_words(world: &mut World, file: &Media) -> Content {
    match between(world, 0, 10) {
        0 => Content::Attachment { media: Media::named(file.id), text: String::new() },
        1 | 2 => Content::Question { text: "All well?".into(), choices: yes() },
        _ => said("It arrives today."),
    }
}

fn said(text: &str) -> Content {
    Content::Text { text: text.into() }
}

fn courtesy() -> Content {
    said("Thanks, bye!")
}

fn yes() -> Vec<Choice> {
    vec![Choice { id: "y".into(), label: "Yes".into() }]
}

/// The agents who are engaged.
fn agents(state: &Conversation) -> Vec<Participant> {
    state.people().filter_map(|one| one.person()).filter(|person| person.user().is_some()).cloned().collect()
}

/// Everybody who may speak for us.
fn speakers(state: &Conversation) -> Vec<Participant> {
    state.people().filter_map(|one| one.person()).cloned().collect()
}

fn agent_of(world: &mut World, state: &Conversation) -> Option<Participant> {
    agents(state).choose(&mut world.dice).cloned()
}
