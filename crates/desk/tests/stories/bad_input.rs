//! Strings that break programs, through every field of the desk: each is refused with a reason, or comes back as it was or
//! as its field is documented to keep it, once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tandem_conversation::{
    Audience, Button, ButtonId, Content, ConversationId, Event, EventBody, ItemState, Participant, QuickReply,
    QuickReplyId, Time, is_blank, limits, one_line,
};
use tandem_protocol::library::Library;
use uuid::Uuid;

use crate::desk::Maya;
use crate::hub::{FakeHub, Shared};

/// Always there: markup, queries, formats, paths, names of devices, directions, invisible and composed characters, tables.
const OWN: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) javascript:alert(1) data:text/html,<b>x</b>",
    "&lt;b&gt; &amp; &#x27;",
    "'; DROP TABLE events; --",
    "\" OR \"\"=\"",
    "%s%n%x {0} ${HOME} $(id) `id` %00 %0d%0a",
    "{{constructor}} {{7*7}} {customer.name} {{",
    "../../etc/passwd",
    "C:\\con\\nul.txt",
    "con",
    "invoice\u{202e}fdp.exe",
    "nul\u{0}byte \u{7} bell \u{1b}[31m",
    "\u{feff}mark \u{200b}zero\u{200d}width\u{ad}",
    "Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}a\u{327}\u{328}",
    "👩\u{200d}👩\u{200d}👧\u{200d}👦 🏳\u{fe0f}\u{200d}🌈 🇩🇪 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "مرحبا, שלום, hello (3) مرحبا",
    "one\r\ntwo\rthree\n\n\nseven",
    "Article\tAmount\tPrice\nBag\t2\t€ 35,00\n=SUM(A1:A2)\t\t",
    "   spaces   around   and   inside   ",
    "\u{2028}line\u{2029}paragraph\u{85}next",
    "*bold _both* ~strike `code ```block > quote",
    "\"unclosed AND (NEAR( * name: tag: -",
    "\\",
    "null",
    "undefined",
    "NaN",
    "-1e400",
    "0",
    "\u{ffff}\u{fffd}\u{10ffff}",
    "/",
    "@",
    ":smile:",
    "",
    " ",
    "\u{200b}\u{2060}",
    "\n",
];

/// Of a text that is as long as one wants.
const SHOWN: usize = 200;

/// The project's own strings, and those that others collected where they are at hand.
fn strings() -> Vec<String> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("TANDEM_SHARED_DATA").map_or_else(beside, PathBuf::from);
    let mut all: Vec<String> = OWN.iter().map(|&text| text.to_owned()).collect();
    all.push("x".repeat(500));
    let torture = folder.join("torture");
    match std::fs::read_to_string(torture.join("blns/blns.json")) {
        Ok(json) => all.extend(serde_json::from_str::<Vec<String>>(&json).unwrap()),
        Err(_) => eprintln!("skipped: no shared data; only the project's own strings are tried"),
    }
    // Markup stands before the line with what it should become.
    let markup = texts(&torture.join("xss"));
    all.extend(markup.iter().filter_map(|text| text.split_once("\n--\n")).map(|(given, _)| given.to_owned()));
    let json = texts(&torture.join("JSONTestSuite/test_parsing"));
    all.extend(json.iter().map(|text| text.chars().take(SHOWN).collect()));
    all
}

/// What the files of a folder contain.
fn texts(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = files.map(|file| file.path()).collect();
    paths.sort();
    paths.iter().map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()).collect()
}

/// Whether a label may be refused: nothing to see, or too long.
fn is_refused(text: &str) -> bool {
    is_blank(text) || text.chars().count() > limits::LABEL_CHARS
}

/// What turns and notes keep: all but control characters that no text needs.
fn kept(text: &str) -> String {
    text.replace(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t'), "")
}

async fn engaged() -> (Shared, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    (hub, maya, carmen)
}

/// All turns and notes at the hub after the first, in order.
fn at_the_hub(hub: &FakeHub, of: ConversationId) -> Vec<String> {
    let words = |body: &EventBody| match body {
        EventBody::TurnAdded { turn, .. } => Some(turn.content.text().to_owned()),
        _ => None,
    };
    hub.world()
        .log
        .iter()
        .filter(|event| event.conversation == of)
        .filter_map(|event| words(&event.body))
        .skip(1)
        .collect()
}

/// All words of a transcript on this machine after the first, oldest first, read in pages as the window does.
async fn in_the_window(maya: &Maya, of: ConversationId) -> Vec<String> {
    let (mut words, mut before): (Vec<String>, Option<Value>) = (Vec::new(), None);
    loop {
        let page = maya.ok("conversation.entries", json!({"id": of, "limit": 100, "before": before})).await;
        let entries = page["entries"].as_array().unwrap();
        let is_said = |entry: &&Value| entry["body"]["turn"].is_string();
        let said = entries.iter().filter(is_said).map(|entry| entry["body"]["text"].as_str().unwrap().to_owned());
        words = said.chain(words).collect();
        before = entries.first().map(|entry| entry["key"].clone());
        if page["more"] == false || entries.is_empty() {
            return words.split_off(1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_notes_and_customers_words_arrive_once_and_as_they_were() {
    let (hub, maya, carmen) = engaged().await;
    let mut expected = Vec::new();
    for text in strings() {
        let reply = json!({"id": carmen, "text": text, "writtenAgainst": 0, "anyway": true});
        let note = json!({"id": carmen, "text": text});
        for (name, request) in [("conversation.send", reply), ("conversation.note", note)] {
            match maya.desk.rpc(name, request).await {
                Ok(_) => expected.push(kept(&text)),
                Err(refused) => assert!(is_blank(&text) && !refused.message.is_empty(), "{text:?}: {refused:?}"),
            }
        }
        // What the customer says comes by another way.
        let count = expected.len();
        let arrived = |log: &[Event]| log.iter().filter(|one| one.body.content().is_some()).count();
        hub.until("the words so far", move |world| arrived(&world.log) > count).await;
        let content = Content::Text { text: text.clone() };
        if hub.customer_says(carmen, content).is_ok() {
            expected.push(kept(&text));
        } else {
            assert!(is_blank(&text), "{text:?}");
        }
    }
    let count = expected.len();
    hub.until("all words", |world| world.log.iter().filter(|one| one.body.content().is_some()).count() > count).await;
    assert_eq!(at_the_hub(&hub, carmen), expected);
    let last = expected.last().cloned().unwrap();
    // The same words came as a reply, as a note and from the customer.
    let times = expected.iter().rev().take_while(|words| **words == last).count();
    let are_last = |page: &Value| {
        let entries = page["entries"].as_array().unwrap();
        entries.iter().filter(|entry| entry["body"]["text"] == json!(last)).count() == times
    };
    maya.until("the last words", "conversation.entries", json!({"id": carmen, "limit": times}), are_last).await;
    assert_eq!(in_the_window(&maya, carmen).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_come_back_character_by_character() {
    let (_hub, maya, carmen) = engaged().await;
    for text in strings() {
        for note in [false, true] {
            maya.ok("conversation.draft", json!({"id": carmen, "text": text, "note": note})).await;
        }
        let drafts = maya.ok("conversation.open", json!({"id": carmen})).await["drafts"].clone();
        assert_eq!((&drafts["reply"], &drafts["note"]), (&json!(text), &json!(text)));
    }
    let maya = maya.restart().await;
    maya.until_live().await;
    let last = strings().pop().unwrap();
    assert_eq!(maya.ok("conversation.open", json!({"id": carmen})).await["drafts"]["reply"], json!(last));
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_and_names_are_one_line_or_refused() {
    let (hub, maya, carmen) = engaged().await;
    for text in strings() {
        let line = one_line(&text);
        let tagged = maya.desk.rpc("conversation.tag", json!({"id": carmen, "add": [text], "remove": []})).await;
        if tagged.is_ok() {
            assert_eq!(hub.world().states[&carmen].tags, std::slice::from_ref(&line), "{text:?}");
            maya.ok("conversation.tag", json!({"id": carmen, "add": [], "remove": [line]})).await;
            assert!(hub.world().states[&carmen].tags.is_empty(), "{text:?}");
        } else {
            assert!(is_blank(&text) || line.chars().count() > limits::TAG_CHARS, "{text:?}: {tagged:?}");
        }
        let named = maya.desk.rpc("conversation.editCustomer", json!({"id": carmen, "name": text})).await;
        if named.is_ok() && !is_blank(&text) {
            assert_eq!(hub.world().states[&carmen].customer.name, line, "{text:?}");
            let is_it = |view: &Value| view["row"]["name"] == json!(line);
            maya.until("the name", "conversation.open", json!({"id": carmen}), is_it).await;
        } else {
            assert!(is_refused(&text), "{text:?}: {named:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_and_filters_answer_whatever_is_typed() {
    let (_hub, maya, carmen) = engaged().await;
    for text in strings() {
        maya.ok("search", json!({"query": text, "limit": 9, "hub": false})).await;
        maya.ok("conversations.list", json!({"section": "my", "offset": 0, "limit": 9, "query": text})).await;
        maya.ok("library.find", json!({"id": carmen, "query": text, "note": false, "limit": 9})).await;
        maya.ok("library.try", json!({"text": text})).await;
        maya.ok("window.looking", json!({"id": null})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_name_is_one_usable_name() {
    let (_hub, maya, carmen) = engaged().await;
    for text in strings() {
        let begin = json!({"id": carmen, "name": text, "contentType": text, "bytes": 3});
        let file = maya.ok("files.begin", begin).await;
        let name = file["name"].as_str().unwrap();
        assert!(!is_blank(name), "{text:?} became {name:?}");
        assert!(!name.contains(|c: char| c == '/' || c == '\\' || c.is_control()), "{text:?} became {name:?}");
        maya.ok("files.discard", json!({"file": file["id"]})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quick_replies_and_buttons_show_what_they_were_given() {
    let (hub, maya, carmen) = engaged().await;
    let texts: Vec<_> = strings().into_iter().filter(|text| !is_blank(text)).collect();
    let reply = |(number, text): (usize, &String)| QuickReply {
        id: QuickReplyId(Uuid::from_u128(number as u128 + 1)),
        shortcut: format!("reply-{number}"),
        title: text.clone(),
        texts: BTreeMap::from([("en".to_owned(), text.clone())]),
        attachments: Vec::new(),
        question: None,
        scope: Audience::Everybody,
        folder: vec![one_line(text)],
        channels: Vec::new(),
        note: true,
        holding: false,
        version: 1,
        state: ItemState::Active,
        review_by: None,
        by: None,
        at: Time(0),
    };
    let quick_replies = texts.iter().enumerate().map(reply).collect();
    hub.shelves(Library { stamp: "bad".into(), quick_replies, ..Library::default() });
    let all = json!({"id": carmen, "query": "", "note": false, "limit": 9});
    maya.until("the library", "library.find", all, |view| view["total"] == json!(texts.len())).await;
    for (number, text) in texts.iter().enumerate() {
        let insert = json!({"id": carmen, "reply": Uuid::from_u128(number as u128 + 1), "note": false});
        let inserted = maya.ok("library.insert", insert).await;
        // What looks like a variable becomes a gap, which is not sent.
        if !text.contains("{{") {
            assert_eq!(inserted["text"], json!(text));
        }
    }
    let button = |(number, text): (usize, &String)| Button {
        id: ButtonId(Uuid::from_u128(number as u128 + 1)),
        title: text.clone(),
        description: text.clone(),
        action: Some(text.clone()),
        copy: None,
        url: None,
        agents: true,
        external: false,
        active: true,
        order: u32::try_from(number).unwrap(),
    };
    hub.offers(texts.iter().enumerate().map(button).collect());
    let has_all = |view: &Value| view["buttons"].as_array().map(Vec::len) == Some(texts.len());
    let view = maya.until("the buttons", "conversation.open", json!({"id": carmen}), has_all).await;
    let titles: Vec<_> = view["buttons"].as_array().unwrap().iter().map(|button| button["title"].clone()).collect();
    assert_eq!(json!(titles), json!(texts));
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_with_any_name_are_listed_and_opened() {
    let (hub, maya, _) = engaged().await;
    for text in strings().into_iter().filter(|text| !is_refused(text)) {
        let id = hub.customer_comes(&text);
        hub.joins(id, "Maya Ortiz");
        let known = |view: &Value| view["row"]["id"] == json!(id);
        let view = maya.until("the customer", "conversation.open", json!({"id": id}), known).await;
        assert_eq!(view["row"]["name"], json!(hub.world().states[&id].customer.name), "{text:?}");
        hub.run(id, Participant::System, tandem_conversation::Command::Complete { resolution: text }).ok();
    }
    maya.ok("conversations.list", json!({"section": "my", "offset": 0, "limit": 200})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_say_what_customers_are_called_and_wrote_without_control_characters() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let texts = strings().into_iter().filter(|text| !is_refused(text));
    // Each call stands alone: two would be told of together.
    for text in texts.step_by(5) {
        let id = hub.customer_comes(&text);
        hub.customer_writes(id, &text);
        maya.notifier.until("the call", |screen| screen.standing().len() == 1).await;
        let (_, notification) = maya.notifier.standing().remove(0);
        let name = tandem_desk::plain_line(&hub.world().states[&id].customer.name, 40);
        assert_eq!(notification.title, format!("{name} needs help"), "{text:?}");
        let said = notification.body.lines().last().unwrap();
        assert!(
            !is_blank(said) && !notification.body.contains(|c: char| c.is_control() && c != '\n'),
            "{text:?}: {said:?}"
        );
        hub.joins(id, "Jonas Keller");
        maya.notifier.until("nothing", |screen| screen.standing().is_empty()).await;
    }
}
