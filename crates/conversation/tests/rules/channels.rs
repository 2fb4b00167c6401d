//! What channels beside the web chat bring: windows, templates, quotes, reactions, edits, withdrawals, devices.

use crate::limits::photo;
use crate::stage::{Outcome, Stage, maya, message, text};
use tandem_conversation::{
    Action, CALL, CALL_PERMISSION, CardPerson, Channel, Command, Content, DELETED, Degrees, EventBody, FormField,
    OrderLine, Participant, ParticipantKind, RENUMBERED, Rejection, Reporting, Stage as Step, Template, TemplatePart,
    TemplateValue, Time, Trigger, TurnId, Window, trigger_of,
};

const HOUR_MS: i64 = 3_600_000;

/// Maya has joined Carmen, who wrote on WhatsApp.
fn on_whatsapp() -> Stage {
    let mut stage = Stage::on_whatsapp();
    stage.carmen_writes("Where is my suitcase?");
    stage.maya_joins();
    stage.templates = Some(vec![Template {
        name: "found".into(),
        language: "en".into(),
        status: "APPROVED".into(),
        body: "Hello {{1}}, we found it.".into(),
        ..Template::default()
    }]);
    stage
}

fn found(value: &str) -> Content {
    let values = vec![TemplateValue { part: TemplatePart::Body, key: "1".into(), value: value.into() }];
    Content::Template { name: "found".into(), language: "en".into(), values, text: "anything".into() }
}

fn reply(stage: &mut Stage, content: Content) -> Outcome {
    let (turn, written_against, received) = (stage.turn(), stage.state.position, stage.now);
    let (mind_customer, while_in_progress) = (false, false);
    stage.maya(Command::Reply { turn, content, written_against, mind_customer, while_in_progress, received })
}

fn last_turn(stage: &Stage) -> TurnId {
    let turn = stage.events.iter().rev().find_map(|event| match &event.body {
        EventBody::TurnAdded { turn, .. } => Some(turn.id),
        _ => None,
    });
    turn.expect("somebody has spoken")
}

fn is_closed(outcome: &Outcome) -> bool {
    matches!(outcome, Err(Rejection::WindowClosed { hours: 24, .. }))
}

#[test]
fn every_channel_says_what_it_can_do_in_one_table() {
    for channel in Channel::EVERY {
        let facts = channel.facts();
        assert_eq!(facts.window_hours.is_some(), facts.templates, "a channel that closes has a way to write first");
        assert_eq!(facts.queued, facts.reporting == Reporting::PerTurn);
        assert!(!facts.key.contains(' ') && !facts.name.is_empty());
    }
}

#[test]
fn the_window_counts_from_the_customers_own_time() {
    let mut stage = on_whatsapp();
    // Carmen wrote this an hour ago; it reaches the hub now.
    let received = stage.now;
    stage.now = stage.now.plus_ms(HOUR_MS);
    let write = Command::Write { turn: stage.turn(), content: text("It is red."), received };
    stage.carmen(write).unwrap();
    assert_eq!(stage.state.window(), Some(Window::Until(received.plus_ms(24 * HOUR_MS))));
    stage.now = received.plus_ms(24 * HOUR_MS);
    stage.maya_replies("We are looking for it.");
    stage.now = stage.now.plus_ms(1);
    let late = stage.reply("Still looking.");
    assert!(is_closed(&stage.maya(late)));
    // A message that comes late does not shorten the window, and one from the future does not lengthen it.
    for (sent, ends) in [(received.plus_ms(-HOUR_MS), received), (stage.now.plus_ms(HOUR_MS), stage.now)] {
        let write = Command::Write { turn: stage.turn(), content: text("Hello?"), received: sent };
        stage.carmen(write).unwrap();
        assert_eq!(stage.state.window(), Some(Window::Until(ends.plus_ms(24 * HOUR_MS))));
    }
}

#[test]
fn the_window_is_closed_before_the_customer_has_written() {
    let mut stage = Stage::on_whatsapp_with_logic();
    assert_eq!(stage.state.window(), Some(Window::NeverOpen));
    assert!(is_closed(&stage.logic_sends(vec![message("Hello")])), "Your Logic alike");
    stage.maya_joins();
    let first = stage.reply("Hello");
    assert!(is_closed(&stage.maya(first)));
    stage.templates = on_whatsapp().templates;
    assert!(reply(&mut stage, found("Carmen")).is_ok(), "a template opens the conversation");
}

#[test]
fn your_logic_obeys_the_window_as_agents_do_even_with_force() {
    let mut stage = Stage::on_whatsapp_with_logic();
    stage.carmen_writes("Where is my suitcase?");
    stage.logic_answers(vec![message("I am looking.")]);
    stage.now = stage.now.plus_ms(25 * HOUR_MS);
    for force in [false, true] {
        let action = Action::Message { text: "Found!".into(), force, holding: false, turn: None };
        assert!(is_closed(&stage.logic_sends(vec![action])), "force: {force}");
    }
    let values = vec![TemplateValue { part: TemplatePart::Body, key: "1".into(), value: "Carmen".into() }];
    let (name, language) = ("found".to_owned(), "en".to_owned());
    let template = Action::Template { name, language, values, force: false, turn: None };
    stage.templates = on_whatsapp().templates;
    let events = stage.logic_sends(vec![template]).unwrap();
    let EventBody::TurnAdded { turn, .. } = &events[0].body else { panic!("{events:?}") };
    assert_eq!(turn.content.text(), "Hello Carmen, we found it.");
}

#[test]
fn taps_and_reactions_renew_the_window_and_edits_do_not() {
    let mut stage = on_whatsapp();
    let turn = last_turn(&stage);
    let ends = |stage: &Stage| match stage.state.window() {
        Some(Window::Until(until)) => until.plus_ms(-24 * HOUR_MS),
        other => panic!("{other:?}"),
    };
    let began = stage.now;
    stage.now = stage.now.plus_ms(HOUR_MS);
    let edit = Command::EditTurn { turn, content: text("Where is my bag?"), received: stage.now };
    stage.carmen(edit).unwrap();
    assert_eq!(ends(&stage), began);
    for emoji in [Some("👍".to_owned()), None] {
        stage.now = stage.now.plus_ms(HOUR_MS);
        let received = stage.now;
        stage.carmen(Command::React { turn, emoji, received }).unwrap();
        assert_eq!(ends(&stage), stage.now);
    }
    let renewed = stage.now;
    stage.now = stage.now.plus_ms(HOUR_MS);
    let (phone, received) = (Participant::Device { name: "Phone".into() }, stage.now);
    let echo = Command::Write { turn: stage.turn(), content: text("On its way"), received };
    stage.act(phone, Default::default(), echo).unwrap();
    assert_eq!(ends(&stage), renewed, "what we write renews nothing");
}

#[test]
fn what_the_customer_did_before_on_this_way_may_hold_the_window_open() {
    let opening =
        |heard_at| tandem_conversation::Opening { channel: Channel::Whatsapp, heard_at, ..crate::stage::opening() };
    let envelope = |opening| tandem_conversation::Envelope {
        id: tandem_conversation::CommandId(uuid::Uuid::nil()),
        conversation: Stage::new().state.id,
        actor: Participant::System,
        permissions: Default::default(),
        command: Command::Start(opening),
    };
    let now = Time(1_793_800_951_250);
    let context = crate::stage::context(now, false, None, 0);
    for (heard_at, known) in [(None, None), (Some(Time(7)), Some(Time(7))), (Some(now.plus_ms(9)), Some(now))] {
        let events = tandem_conversation::decide(None, &envelope(opening(heard_at)), &context).unwrap();
        let state = tandem_conversation::Conversation::fold(&events).unwrap();
        assert_eq!(state.heard_at, known);
    }
}

#[test]
fn a_template_needs_a_channel_that_has_them_and_says_its_own_words() {
    let mut stage = on_whatsapp();
    let events = reply(&mut stage, found("Carmen")).unwrap();
    let EventBody::TurnAdded { turn, .. } = &events[0].body else { panic!("{events:?}") };
    assert_eq!(turn.content.text(), "Hello Carmen, we found it.", "the sender's words count for nothing");
    let field = |outcome: Outcome| match outcome {
        Err(Rejection::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(reply(&mut stage, found(" "))), "values");
    assert_eq!(field(reply(&mut stage, found("a\nb"))), "values[0]");
    let mut other = found("Carmen");
    if let Content::Template { language, .. } = &mut other {
        *language = "es".into();
    }
    assert_eq!(field(reply(&mut stage, other)), "template");
    let mut chat = Stage::without_logic();
    chat.carmen_writes("Hello?");
    chat.maya_joins();
    assert_eq!(field(reply(&mut chat, found("Carmen"))), "template");
}

#[test]
fn a_turn_may_quote_another_where_the_channel_can() {
    let mut stage = on_whatsapp();
    let reply_to = last_turn(&stage);
    let command = Box::new(stage.reply("This one?"));
    let events = stage.maya(Command::Quoting { reply_to, command }).unwrap();
    let EventBody::TurnAdded { turn, .. } = &events[0].body else { panic!("{events:?}") };
    assert_eq!(turn.reply_to, Some(reply_to));
    let command = Box::new(Command::Write { turn: stage.turn(), content: text("Yes"), received: stage.now });
    let events = stage.carmen(Command::Quoting { reply_to, command }).unwrap();
    assert!(matches!(&events[0].body, EventBody::TurnAdded { turn, .. } if turn.reply_to == Some(reply_to)));
    let command = Box::new(Command::Join { call: None });
    assert_eq!(stage.jonas(Command::Quoting { reply_to, command }), Err(Rejection::NotYours));
    let mut chat = Stage::without_logic();
    chat.carmen_writes("Hello?");
    chat.maya_joins();
    let command = Box::new(chat.reply("Hello"));
    assert!(matches!(chat.maya(Command::Quoting { reply_to, command }), Err(Rejection::Invalid { .. })));
}

#[test]
fn agents_ask_for_the_phone_number_where_the_channel_can() {
    let mut stage = on_whatsapp();
    let command = Box::new(stage.reply("May we have your phone number?"));
    let events = stage.maya(Command::AskingNumber { command }).unwrap();
    let EventBody::TurnAdded { turn, .. } = &events[0].body else { panic!("{events:?}") };
    let raw = turn.raw.as_ref().expect("it is more than words");
    assert!(Channel::Whatsapp.asks_for_number(raw));
    assert_eq!(raw["interactive"]["body"]["text"], "May we have your phone number?");
    let command = Box::new(Command::Join { call: None });
    assert_eq!(stage.maya(Command::AskingNumber { command }), Err(Rejection::NotYours));
    let mut chat = Stage::without_logic();
    chat.carmen_writes("Hello?");
    chat.maya_joins();
    let command = Box::new(chat.reply("Hello"));
    assert!(matches!(chat.maya(Command::AskingNumber { command }), Err(Rejection::Invalid { .. })));
}

#[test]
fn agents_send_contact_cards_where_the_channel_can() {
    let person = CardPerson { name: "Ana".into(), phones: vec!["+34 600".into()], ..CardPerson::default() };
    let mut stage = on_whatsapp();
    let events = reply(&mut stage, Content::card(vec![person.clone()])).unwrap();
    let EventBody::TurnAdded { turn, .. } = &events[0].body else { panic!("{events:?}") };
    assert_eq!(turn.content.text(), "Ana · +34 600");
    let nameless = CardPerson { name: " ".into(), ..person.clone() };
    let unreachable = CardPerson { phones: Vec::new(), ..person.clone() };
    for people in [vec![nameless], vec![unreachable], Vec::new()] {
        let refused = reply(&mut stage, Content::card(people));
        assert!(matches!(refused, Err(Rejection::Invalid { .. })), "{refused:?}");
    }
    let mut chat = Stage::without_logic();
    chat.carmen_writes("Hello?");
    chat.maya_joins();
    assert!(matches!(reply(&mut chat, Content::card(vec![person])), Err(Rejection::Invalid { .. })));
}

#[test]
fn what_we_react_with_is_an_emoji() {
    let mut stage = on_whatsapp();
    stage.maya_replies("It arrives today.");
    let turn = last_turn(&stage);
    for emoji in ["👍🏽", "1️⃣", "🇪🇸", "ℹ️", "🅰️", "👨‍👩‍👧"] {
        let react = Command::React { turn, emoji: Some(emoji.into()), received: stage.now };
        assert!(stage.maya(react).is_ok(), "{emoji}");
    }
    for words in ["Great", "ok 👍", "よし", "!", "?!"] {
        let react = Command::React { turn, emoji: Some(words.into()), received: stage.now };
        assert!(matches!(stage.maya(react), Err(Rejection::Invalid { field, .. }) if field == "emoji"), "{words}");
    }
    // What a channel brings is kept as it came.
    assert!(stage.carmen(Command::React { turn, emoji: Some("ok".into()), received: stage.now }).is_ok());
}

#[test]
fn a_reaction_wakes_nobody() {
    let mut stage = on_whatsapp();
    stage.maya_replies("It arrives today.");
    let turn = last_turn(&stage);
    stage.maya(Command::Complete { resolution: "Found".into() }).unwrap();
    let events = stage.carmen(Command::React { turn, emoji: Some(" ❤️\n".into()), received: stage.now }).unwrap();
    let EventBody::Reacted { emoji, .. } = &events[0].body else { panic!("{events:?}") };
    assert_eq!((events.len(), emoji.as_deref()), (1, Some("❤️")));
    assert!(!stage.state.in_progress() && stage.state.waiting_since.is_none());
    assert_eq!(trigger_of(&events[0]), None, "Your Logic is not asked");
    let long = Command::React { turn, emoji: Some("x".repeat(33)), received: stage.now };
    assert!(matches!(stage.carmen(long), Err(Rejection::Invalid { field, .. }) if field == "emoji"));
    let jonas = Command::React { turn, emoji: Some("👍".into()), received: stage.now };
    assert_eq!(stage.jonas(jonas), Err(Rejection::Completed), "only those who take part react for the company");
}

#[test]
fn your_logic_says_in_the_channels_own_words_what_only_that_has() {
    let words = |kind: &str, bytes: usize| {
        let whatsapp = serde_json::json!({ "type": kind, "interactive": { "pad": "x".repeat(bytes) } });
        let whatsapp = whatsapp.as_object().unwrap().clone();
        Action::Channel { whatsapp, text: "Where are you?".into(), force: false, turn: None }
    };
    let mut stage = Stage::on_whatsapp_with_logic();
    stage.carmen_writes("Where is my suitcase?");
    let events = stage.logic_answers(vec![words("interactive", 10)]);
    let said = events.iter().find_map(|event| match &event.body {
        EventBody::TurnAdded { turn, .. } => Some(turn.clone()),
        _ => None,
    });
    let said = said.unwrap();
    assert_eq!((said.content.text(), said.raw.unwrap()["type"].as_str()), ("Where are you?", Some("interactive")));
    for (wrong, why) in [(words("interactive", 40_000), "bytes"), (words("location", 1), "a field of that name")] {
        let refused = stage.logic_sends(vec![wrong]);
        assert!(matches!(&refused, Err(Rejection::Invalid { problem, .. }) if problem.contains(why)), "{refused:?}");
    }
    stage.maya_joins();
    let events = stage.logic_sends(vec![words("interactive", 1)]).unwrap();
    let EventBody::TurnAdded { turn, .. } = &events[0].body else { panic!("{events:?}") };
    assert!(matches!(turn.content, Content::Suggestion { .. }) && turn.raw.is_none(), "the word is a person's");
    stage.maya(Command::Leave { reason: "Lunch".into(), ask_for_help: false }).unwrap();
    stage.now = stage.now.plus_ms(25 * HOUR_MS);
    assert!(is_closed(&stage.logic_sends(vec![words("interactive", 1)])));
    let mut chat = Stage::new();
    chat.carmen_writes("Hello");
    let refused = chat.logic_sends(vec![words("interactive", 1)]);
    assert!(matches!(&refused, Err(Rejection::Invalid { problem, .. }) if problem.contains("Web chat")), "{refused:?}");
}

/// What a customer did that is no message.
fn act(kind: &str) -> Content {
    Content::Unknown { kind: kind.into(), detail: String::new(), text: String::new() }
}

#[test]
fn a_call_waits_for_us_and_renews_no_window_and_news_wake_nobody() {
    let mut stage = on_whatsapp();
    stage.maya_replies("It arrives today.");
    stage.maya(Command::Complete { resolution: "Found".into() }).unwrap();
    let heard = stage.state.heard_at;
    stage.now = stage.now.plus_ms(HOUR_MS);
    let write = |stage: &mut Stage, kind| {
        let (turn, received) = (stage.turn(), stage.now);
        stage.carmen(Command::Write { turn, content: act(kind), received }).unwrap();
    };
    write(&mut stage, RENUMBERED);
    write(&mut stage, DELETED);
    assert!(!stage.state.in_progress() && stage.state.heard_at == heard, "the channel said it, not the customer");
    write(&mut stage, CALL_PERMISSION);
    assert!(!stage.state.in_progress() && stage.state.heard_at == Some(stage.now), "an act of theirs");
    stage.now = stage.now.plus_ms(HOUR_MS);
    write(&mut stage, CALL);
    assert!(stage.state.in_progress() && stage.state.waiting_since.is_some(), "somebody wants us");
    assert_eq!(stage.state.heard_at, Some(stage.now.plus_ms(-HOUR_MS)));
}

#[test]
fn a_file_that_comes_late_takes_its_place_and_nobody_has_said_anything() {
    let mut stage = on_whatsapp();
    let (turn, received) = (stage.turn(), stage.now);
    stage.carmen(Command::Write { turn, content: act("image"), received }).unwrap();
    stage.maya_replies("Which picture?");
    let content = Content::Attachment { media: photo("case.png"), text: "This one".into() };
    stage.system(Command::EditTurn { turn, content, received }).unwrap();
    assert_eq!(stage.state.waiting_since, None, "the customer was answered");
    stage.maya(Command::Complete { resolution: "Found".into() }).unwrap();
    let content = Content::Attachment { media: photo("case.png"), text: "This one".into() };
    stage.system(Command::EditTurn { turn, content, received }).unwrap();
    assert!(!stage.state.in_progress(), "and a file reopens nothing");
}

#[test]
fn new_words_are_waited_for_as_they_deserve() {
    let mut stage = on_whatsapp();
    stage.carmen_writes("Thanks!");
    let turn = last_turn(&stage);
    stage.maya_replies("You are welcome.");
    let written_against = stage.state.position;
    let edit = |words: &str, now| Command::EditTurn { turn, content: text(words), received: now };
    stage.carmen(edit("Thank you!", stage.now)).unwrap();
    assert_eq!(stage.state.waiting_since, None, "a courtesy stays one");
    let events = stage.carmen(edit("Thanks, but which flight?", stage.now)).unwrap();
    assert!(stage.state.waiting_since.is_some(), "a question is waited for");
    assert!(events.iter().any(|event| trigger_of(event) == Some(Trigger::TurnEdited)));
    let mut late = stage.reply_against("Bye!", written_against);
    if let Command::Reply { mind_customer, .. } = &mut late {
        *mind_customer = true;
    }
    assert!(matches!(stage.maya(late), Err(Rejection::MovedOn { .. })), "who has not read the new words is told");
    stage.maya(Command::Complete { resolution: "Done".into() }).unwrap();
    stage.carmen(edit("And which gate?", stage.now)).unwrap();
    assert!(stage.state.in_progress() && stage.state.waiting_since.is_some(), "and it reopens");
}

#[test]
fn new_words_replace_the_last_ones_and_withdrawn_words_are_gone() {
    let mut stage = on_whatsapp();
    let first = last_turn(&stage);
    stage.carmen_writes("My card is 4111 1111");
    let second = last_turn(&stage);
    let words = |stage: &Stage| stage.state.last_words.as_ref().map(|words| words.text.clone());
    stage.carmen(Command::EditTurn { turn: first, content: text("Hi"), received: stage.now }).unwrap();
    assert_eq!(words(&stage).as_deref(), Some("My card is 4111 1111"), "an earlier turn is not the last");
    stage.carmen(Command::EditTurn { turn: second, content: text("4111"), received: stage.now }).unwrap();
    assert_eq!(words(&stage).as_deref(), Some("4111"));
    let events = stage.carmen(Command::WithdrawTurn { turn: second }).unwrap();
    assert_eq!(words(&stage).as_deref(), Some(""));
    assert!(!serde_json::to_string(&stage.state).unwrap().contains("4111"));
    assert_eq!(trigger_of(&events[0]), None);
    assert!(stage.state.waiting_since.is_some(), "who withdrew their words still waits");
    // States of older hubs do not say whose turn the last words are.
    stage.carmen_writes("My card is 4242");
    stage.state.last_words.as_mut().unwrap().turn = None;
    let third = last_turn(&stage);
    stage.carmen(Command::WithdrawTurn { turn: third }).unwrap();
    assert!(!serde_json::to_string(&stage.state).unwrap().contains("4242"));
}

#[test]
fn what_was_written_on_our_phone_is_ours_and_ends_the_wait() {
    let mut stage = on_whatsapp();
    let phone = Participant::Device { name: "Phone of +34600123456".into() };
    let echo = Command::Write { turn: stage.turn(), content: text("It is here"), received: stage.now };
    let events = stage.act(phone.clone(), Default::default(), echo).unwrap();
    assert_eq!(events[0].actor.kind(), ParticipantKind::Device);
    assert_eq!(trigger_of(&events[0]), Some(Trigger::Turn), "Your Logic hears it as an agent's turn");
    assert!(stage.state.waiting_since.is_none() && stage.state.waits_for_person.is_none());
    assert!(stage.state.open_turns.is_empty(), "it has left already");
    let mut alone = Stage::on_whatsapp();
    alone.carmen_writes("Where is my suitcase?");
    assert!(alone.state.help.is_some());
    let echo = Command::Write { turn: alone.turn(), content: text("It is here"), received: alone.now };
    alone.act(phone.clone(), Default::default(), echo).unwrap();
    assert!(alone.state.help.is_none() && !alone.queued(), "nobody else need come");
    let join = stage.act(phone.clone(), Default::default(), Command::Join { call: None });
    assert_eq!(join, Err(Rejection::NotYours), "a device takes part in nothing");
    let edit = Command::EditTurn { turn: stage.turn(), content: text("x"), received: stage.now };
    assert!(stage.act(phone.clone(), Default::default(), edit).is_ok(), "it changes what it has said");
    let withdrawal = Command::WithdrawTurn { turn: stage.turn() };
    assert!(stage.act(phone, Default::default(), withdrawal).is_ok());
}

#[test]
fn evidence_of_delivery_beats_a_failure_also_after_our_next_turn() {
    let mut stage = on_whatsapp();
    stage.maya_replies("On its way.");
    let turn = last_turn(&stage);
    let report = |stage: Step| Command::Progress { turn, stage, reason: None, remedy: None, code: None };
    stage.system(report(Step::Failed)).unwrap();
    assert_eq!(stage.state.failed_turns().count(), 1);
    stage.maya_replies("Once more: on its way.");
    assert_eq!(stage.state.failed_turns().count(), 0, "said again, the failure is history");
    assert_eq!(stage.system(report(Step::Sent)), Ok(Vec::new()));
    let events = stage.system(report(Step::Seen)).unwrap();
    assert!(matches!(events[0].body, EventBody::TurnProgressed { stage: Step::Seen, .. }));
}

#[test]
fn seen_turns_are_followed_for_a_while_and_no_longer() {
    let mut stage = on_whatsapp();
    for i in 0..100 {
        stage.maya_replies(&format!("Line {i}"));
        let turn = last_turn(&stage);
        stage.system(Command::Progress { turn, stage: Step::Seen, reason: None, remedy: None, code: None }).unwrap();
    }
    assert_eq!(stage.state.open_turns.len(), 8);
    let turn = last_turn(&stage);
    let events =
        stage.system(Command::Progress { turn, stage: Step::Played, reason: None, remedy: None, code: None }).unwrap();
    assert_eq!(events.len(), 1, "listened to after it was seen");
    assert_eq!(stage.state.open_turns.len(), 7);
}

#[test]
fn what_customers_send_is_readable_whatever_its_shape() {
    let angle = |degrees| Degrees::new(degrees).unwrap();
    let place = |latitude, name: &str| Content::Location {
        latitude: angle(latitude),
        longitude: angle(13.38),
        name: name.into(),
        address: String::new(),
        text: "a claim of the sender".into(),
    };
    let person = CardPerson { name: "Ana".into(), phones: vec!["+34 600".into()], ..CardPerson::default() };
    let line = OrderLine { product: "sku-7".into(), quantity: 2, price: "1.50".into(), currency: "EUR".into() };
    let field = |i: usize| FormField { name: format!("f{i}"), value: "v".into() };
    let form =
        |count| Content::Form { name: "Seat".into(), fields: (0..count).map(field).collect(), text: String::new() };
    let card = |people| Content::Card { people, text: String::new() };
    let order = |lines| Content::Order { lines, note: "Soon, please".into(), text: String::new() };
    let unknown = |kind: &str| Content::Unknown { kind: kind.into(), detail: "131051".into(), text: String::new() };
    for (content, read) in [
        (place(52.5, "Hotel"), Ok("Hotel (52.5, 13.38)")),
        (place(52.5, ""), Ok("52.5, 13.38")),
        (place(91.0, ""), Err("latitude")),
        (card(vec![person.clone()]), Ok("Ana · +34 600")),
        (card(Vec::new()), Err("people")),
        (card(vec![person; 51]), Err("people")),
        (order(vec![line.clone()]), Ok("2 × sku-7 · 1.50 EUR\nSoon, please")),
        (order(vec![line; 101]), Err("lines")),
        (form(1), Ok("Seat\nf0: v")),
        (form(101), Err("fields")),
        (unknown("poll"), Ok("poll\n131051")),
        (unknown(""), Err("kind")),
        (found("x"), Err("a template is ours")),
    ] {
        let mut stage = Stage::on_whatsapp();
        let write = Command::Write { turn: stage.turn(), content, received: stage.now };
        match (stage.carmen(write), read) {
            (Ok(events), Ok(read)) => {
                let EventBody::TurnAdded { turn, .. } = &events[0].body else { panic!("{events:?}") };
                assert_eq!((turn.content.text(), turn.silent), (read, false));
                assert!(stage.state.waiting_since.is_some(), "it waits for us");
            }
            (Err(Rejection::Invalid { field, .. }), Err(refused)) => assert_eq!(field, refused),
            (Err(Rejection::NotYours), Err(_)) => {}
            (outcome, read) => panic!("{outcome:?}, not {read:?}"),
        }
    }
    assert!(Degrees::new(f64::NAN).is_none() && serde_json::from_str::<Degrees>("1e99").is_err());
    let mut stage = on_whatsapp();
    assert_eq!(reply(&mut stage, unknown("poll")), Err(Rejection::NotYours), "we send what we know");
    let photo = Content::Attachment { media: photo("a.png"), text: String::new() };
    assert!(reply(&mut stage, photo).is_ok());
    assert!(stage.is_engaged(&maya()));
}

#[test]
fn an_agent_writes_first_where_there_are_templates_and_your_logic_stays_out() {
    let start = |channel| tandem_conversation::Envelope {
        id: tandem_conversation::CommandId(uuid::Uuid::nil()),
        conversation: Stage::new().state.id,
        actor: maya(),
        permissions: tandem_conversation::Role::Agent.permissions(),
        command: Command::Start(tandem_conversation::Opening { channel, ..crate::stage::opening() }),
    };
    let context = crate::stage::context(Time(1_793_800_951_250), true, None, 0);
    let on = |channel| tandem_conversation::decide(None, &start(channel), &context);
    assert_eq!(on(Channel::WebChat), Err(Rejection::NotYours), "customers open the web chat themselves");
    let events = on(Channel::Whatsapp).unwrap();
    let state = tandem_conversation::Conversation::fold(&events).unwrap();
    assert!(!state.logic.engaged && state.logic.pending.is_empty(), "{events:?}");
    assert_eq!((events.len(), state.window()), (1, Some(Window::NeverOpen)), "nobody waits for anybody yet");
}
