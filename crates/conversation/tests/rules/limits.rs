//! Limits: the limit is accepted, one more is refused without any effect.

use crate::stage::{Stage, context, message, opening, text};
use serde_json::{Map, Value};
use tandem_conversation::{
    Action, Choice, Command, CommandId, Content, Conversation, ConversationId, Envelope, Media, MediaId, Opening,
    Participant, Permissions, Rejection, Time, decide, limits,
};
use uuid::Uuid;

pub fn photo(name: &str) -> Media {
    Media { id: MediaId(Uuid::nil()), name: name.into(), content_type: "image/png".into(), bytes: 9 }
}

fn long(chars: usize) -> String {
    "ř".repeat(chars)
}

fn choices(count: usize, chars: usize) -> Content {
    let choice = |i: usize| Choice { id: i.to_string(), label: long(chars) };
    Content::Question { text: "Which?".into(), choices: (0..count).map(choice).collect() }
}

/// Custom data of exactly `bytes` bytes of JSON.
fn custom(bytes: usize) -> Map<String, Value> {
    Map::from_iter([("k".to_owned(), Value::String("x".repeat(bytes - r#"{"k":""}"#.len())))])
}

fn start(opening: Opening) -> Result<Conversation, Rejection> {
    let envelope = Envelope {
        id: CommandId(Uuid::nil()),
        conversation: ConversationId(Uuid::nil()),
        actor: Participant::Customer,
        permissions: Permissions::default(),
        command: Command::Start(opening),
    };
    let events = decide(None, &envelope, &context(Time(0), false, None, 0))?;
    Ok(Conversation::fold(&events).expect("it begins with a start"))
}

fn field(outcome: Result<impl Sized, Rejection>) -> Option<String> {
    match outcome.err()? {
        Rejection::Invalid { field, .. } => Some(field),
        other => panic!("refused for another reason: {other:?}"),
    }
}

#[test]
fn text_counts_characters_and_is_never_empty() {
    for (content, refused) in [
        (text(&long(limits::TEXT_CHARS)), None),
        (text(&long(limits::TEXT_CHARS + 1)), Some("text")),
        (text(" \n"), Some("text")),
        (text("\u{200b}\u{2060}"), Some("text")),
        (text("\0\u{1b}"), Some("text")),
        (Content::Attachment { media: photo("a.png"), text: String::new() }, None),
        (Content::Attachment { media: photo("a.png"), text: long(limits::TEXT_CHARS + 1) }, Some("text")),
        (Content::Attachment { media: photo(&long(limits::LABEL_CHARS)), text: String::new() }, None),
        (Content::Attachment { media: photo(&long(limits::LABEL_CHARS + 1)), text: String::new() }, Some("media.name")),
    ] {
        let mut stage = Stage::new();
        let write = Command::Write { turn: stage.turn(), content, received: stage.now };
        assert_eq!(field(stage.carmen(write)).as_deref(), refused);
    }
}

#[test]
fn questions_have_choices_that_can_be_told_apart() {
    let twice = vec![Choice { id: "a".into(), label: "A".into() }, Choice { id: "a".into(), label: "B".into() }];
    let nameless = vec![Choice { id: " ".into(), label: "A".into() }];
    let question = |choices| Content::Question { text: "Which?".into(), choices };
    for (content, refused) in [
        (choices(limits::CHOICES, 1), None),
        (choices(limits::CHOICES + 1, 1), Some("choices")),
        (choices(0, 1), Some("choices")),
        (choices(1, limits::CHOICE_CHARS), None),
        (choices(1, limits::CHOICE_CHARS + 1), Some("choices[0].label")),
        (question(twice), Some("choices[1].id")),
        (question(nameless), Some("choices[0].id")),
    ] {
        let mut stage = Stage::without_logic();
        stage.maya_joins();
        let (turn, against, received) = (stage.turn(), stage.state.position, stage.now);
        let reply = Command::Reply {
            turn,
            content,
            written_against: against,
            mind_customer: false,
            while_in_progress: false,
            received,
        };
        assert_eq!(field(stage.maya(reply)).as_deref(), refused);
    }
}

#[test]
fn tags_are_labels_and_few() {
    let mut stage = Stage::new();
    let tags = |from: usize, to: usize| (from..to).map(|i| i.to_string()).collect::<Vec<_>>();
    let tag = |add, remove| Command::Tag { add, remove };
    stage.sofia(tag(tags(0, limits::TAGS), Vec::new())).unwrap();
    assert_eq!(field(stage.sofia(tag(vec!["more".into()], Vec::new()))).as_deref(), Some("add"));
    stage.sofia(tag(vec!["more".into()], vec!["0".into()])).expect("one goes, one comes");
    assert_eq!(stage.state.tags.len(), limits::TAGS);
    stage.sofia(tag(Vec::new(), vec!["1".into(), "1".into(), "1".into()])).expect("said thrice, removed once");
    assert_eq!(stage.state.tags.len(), limits::TAGS - 1);
    stage.sofia(tag(vec!["new".into(), "new".into()], Vec::new())).expect("said twice, added once");
    assert_eq!(stage.state.tags.iter().filter(|tag| *tag == "new").count(), 1);
    for wrong in [String::new(), long(limits::LABEL_CHARS + 1)] {
        let tags = vec!["fine".into(), wrong];
        assert_eq!(field(stage.sofia(tag(tags, Vec::new()))).as_deref(), Some("add[1]"));
    }
}

#[test]
fn a_tag_is_one_line_and_the_same_in_every_case() {
    let mut stage = Stage::new();
    let tag = |add: &[&str], remove: &[&str]| {
        let owned = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
        Command::Tag { add: owned(add), remove: owned(remove) }
    };
    stage.sofia(tag(&[" VIP \n\t guest\u{202e} "], &[])).unwrap();
    assert_eq!(stage.state.tags, ["VIP guest"]);
    assert!(stage.sofia(tag(&["vip guest", "Vip Guest"], &[])).unwrap().is_empty());
    stage.sofia(tag(&["Größe", "GRÖßE"], &[])).unwrap();
    assert_eq!(stage.state.tags, ["VIP guest", "Größe"]);
    stage.sofia(tag(&["cafe\u{301}"], &[])).unwrap();
    assert!(stage.sofia(tag(&["CAF\u{c9}"], &[])).unwrap().is_empty(), "an accent of its own is the same letter");
    assert_eq!(stage.state.tags, ["VIP guest", "Größe", "caf\u{e9}"]);
    stage.sofia(tag(&[], &["vip GUEST", "gro\u{308}ße", "CAFE\u{301}"])).unwrap();
    assert!(stage.state.tags.is_empty());
    for blank in ["\u{200b}", " \n", "\u{202e}"] {
        assert_eq!(field(stage.sofia(tag(&[blank], &[]))).as_deref(), Some("add[0]"), "{blank:?}");
    }
}

#[test]
fn agents_write_short_tags_and_your_logic_may_write_longer_ones() {
    let mut stage = Stage::new();
    let tag = |chars: usize| Command::Tag { add: vec![long(chars)], remove: Vec::new() };
    stage.sofia(tag(limits::TAG_CHARS)).unwrap();
    assert_eq!(field(stage.sofia(tag(limits::TAG_CHARS + 1))).as_deref(), Some("add[0]"));
    stage.logic_sends(vec![Action::Tag { add: vec![long(limits::TAG_CHARS + 1)], remove: Vec::new() }]).unwrap();
    let thousands = Command::Tag { add: (0..10_000).map(|number| number.to_string()).collect(), remove: Vec::new() };
    assert_eq!(field(stage.sofia(thousands)).as_deref(), Some("add"));
}

#[test]
fn a_tag_named_several_times_for_removal_is_removed_once() {
    let mut stage = Stage::new();
    stage.sofia(Command::Tag { add: vec!["vip".into()], remove: Vec::new() }).unwrap();
    stage.sofia(Command::Tag { add: Vec::new(), remove: vec!["vip".into(), "vip".into()] }).unwrap();
    assert!(stage.state.tags.is_empty());
}

#[test]
fn custom_data_of_64_kib_at_most() {
    let mut stage = Stage::new();
    stage.logic(Command::ChangeCustom { patch: custom(limits::CUSTOM_BYTES) }).unwrap();
    let beyond = Command::ChangeCustom { patch: custom(limits::CUSTOM_BYTES + 1) };
    assert_eq!(field(stage.logic(beyond)).as_deref(), Some("custom"));
    let one_more = Map::from_iter([("x".to_owned(), Value::Bool(true))]);
    assert_eq!(field(stage.logic(Command::ChangeCustom { patch: one_more })).as_deref(), Some("custom"));
    let gone = Map::from_iter([("k".to_owned(), Value::Null)]);
    stage.logic(Command::ChangeCustom { patch: gone }).expect("removing makes room");
    assert!(stage.state.custom.is_empty());
    stage.logic(Command::ChangeCustomer { patch: custom(limits::CUSTOM_BYTES) }).unwrap();
    let beyond = Command::ChangeCustomer { patch: custom(limits::CUSTOM_BYTES + 1) };
    assert_eq!(field(stage.logic(beyond)).as_deref(), Some("customer.custom"));
}

#[test]
fn a_conversation_starts_within_the_limits() {
    let with_custom = |bytes| Opening { custom: custom(bytes), ..opening() };
    assert_eq!(field(start(with_custom(limits::CUSTOM_BYTES))), None);
    assert_eq!(field(start(with_custom(limits::CUSTOM_BYTES + 1))).as_deref(), Some("custom"));
    let with_language = |chars| Opening { language: Some(long(chars)), ..opening() };
    assert_eq!(field(start(with_language(2))), None);
    assert_eq!(field(start(with_language(limits::LABEL_CHARS + 1))).as_deref(), Some("language"));
    let mut nameless = opening();
    nameless.customer.name = " ".into();
    assert_eq!(field(start(nameless)).as_deref(), Some("customer.name"));
}

#[test]
fn names_languages_and_buttons_are_labels() {
    for (chars, accepted) in [(0, false), (1, true), (limits::LABEL_CHARS, true), (limits::LABEL_CHARS + 1, false)] {
        let mut stage = Stage::new();
        stage.maya_joins();
        let commands = [Command::RenameCustomer { name: long(chars) }, Command::PressButton { action: long(chars) }];
        for command in commands {
            assert_eq!(field(stage.maya(command)).is_none(), accepted, "{chars} characters");
        }
    }
}

#[test]
fn reasons_and_resolutions_are_remarks() {
    for (chars, accepted) in [(0, true), (limits::TEXT_CHARS, true), (limits::TEXT_CHARS + 1, false)] {
        let commands = [
            Command::AskForHelp { reason: long(chars) },
            Command::Leave { reason: long(chars), ask_for_help: true },
            Command::Complete { resolution: long(chars) },
        ];
        for command in commands {
            let mut stage = Stage::new();
            stage.maya_joins();
            assert_eq!(field(stage.maya(command)).is_none(), accepted, "{chars} characters");
        }
    }
}

#[test]
fn comments_in_reviews_have_a_limit() {
    for (chars, accepted) in [(0, true), (limits::COMMENT_CHARS, true), (limits::COMMENT_CHARS + 1, false)] {
        let feedback = Command::GiveFeedback { review: None, score: 1, text: long(chars) };
        assert_eq!(field(Stage::new().carmen(feedback)).is_none(), accepted, "{chars} characters");
    }
}

#[test]
fn feedback_is_a_score_from_1_to_5() {
    for (score, accepted) in [(0, false), (1, true), (5, true), (6, false)] {
        let feedback = Command::GiveFeedback { review: None, score, text: String::new() };
        assert_eq!(field(Stage::new().carmen(feedback)).is_none(), accepted);
    }
}

#[test]
fn an_answer_beyond_the_limits_is_refused_as_a_whole() {
    let mut stage = Stage::new();
    stage.carmen_writes("Hello?");
    let note = Action::Note { text: long(limits::TEXT_CHARS + 1), handover: None };
    stage.logic_answers(vec![message("Hi!"), note]);
    assert_eq!(stage.chat(), ["Carmen: Hello?"]);
    assert!(stage.state.fallback.is_some());
}
