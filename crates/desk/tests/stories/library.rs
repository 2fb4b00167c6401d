//! Quick replies and questions at the desk: found and inserted from the cache, also without a hub.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tandem_conversation::{
    Audience, ConversationId, EventBody, ItemState, LibraryChoice, Question, QuestionId, QuestionKind, QuestionText,
    QuickReply, QuickReplyId, Time, Turn,
};
use tandem_protocol::library::Library;
use uuid::Uuid;

use crate::desk::Maya;
use crate::hub::{FakeHub, Shared};

fn reply(number: u128, shortcut: &str, text: &str) -> QuickReply {
    QuickReply {
        id: QuickReplyId(Uuid::from_u128(number)),
        shortcut: shortcut.into(),
        title: shortcut.into(),
        texts: BTreeMap::from([("en".to_owned(), text.to_owned())]),
        attachments: Vec::new(),
        question: None,
        scope: Audience::Everybody,
        folder: Vec::new(),
        channels: Vec::new(),
        note: true,
        holding: false,
        version: 4,
        state: ItemState::Active,
        review_by: None,
        by: None,
        at: Time(0),
    }
}

fn which_day() -> Question {
    let choice =
        |id: &str, label: &str| LibraryChoice { id: id.into(), label: label.into(), confirms: false, score: None };
    let choices = vec![choice("thu", "Thursday"), choice("fri", "Friday")];
    Question {
        id: QuestionId(Uuid::from_u128(70)),
        key: "which-day".into(),
        title: "Which day".into(),
        kind: QuestionKind::Menu,
        texts: BTreeMap::from([("en".to_owned(), QuestionText { text: "Which day suits you?".into(), choices })]),
        brands: Vec::new(),
        channels: Vec::new(),
        version: 2,
        state: ItemState::Active,
        by: None,
        at: Time(0),
    }
}

fn library(stamp: &str) -> Library {
    let mut day = reply(3, "day", "It comes this week.");
    day.question = Some(which_day().id);
    Library {
        stamp: stamp.into(),
        questions: vec![which_day()],
        quick_replies: vec![
            reply(1, "on-its-way", "Dear {{customer.firstName}}, it is on its way."),
            reply(2, "booking", "Your booking {{conversation.custom.booking}} is safe."),
            day,
        ],
        ..Library::default()
    }
}

/// Carmen, with whom Maya is engaged, and a desk that has the library.
async fn carmen() -> (Shared, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    hub.world().library = library("1");
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Where is it?");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    finds(&maya, carmen, "", |view| view["total"] == 4).await;
    (hub, maya, carmen)
}

async fn finds(maya: &Maya, id: ConversationId, query: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let request = json!({"id": id, "query": query, "note": false, "limit": 8});
    maya.until("the library", "library.find", request, is_so).await
}

async fn inserts(maya: &Maya, id: ConversationId, number: u128, note: bool) -> Value {
    maya.ok("library.insert", json!({"id": id, "reply": Uuid::from_u128(number), "note": note})).await
}

async fn sends(maya: &Maya, id: ConversationId, text: &str) -> Value {
    let position = maya.ok("conversation.open", json!({"id": id})).await["position"].clone();
    json!({"id": id, "text": text, "writtenAgainst": position, "anyway": false})
}

fn last_turn(hub: &FakeHub) -> Turn {
    let world = hub.world();
    let turns = world.log.iter().rev().filter_map(|event| match &event.body {
        EventBody::TurnAdded { turn, .. } => Some(turn.clone()),
        _ => None,
    });
    turns.clone().next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quick_reply_is_found_filled_and_its_turn_says_where_it_comes_from() {
    let (hub, maya, carmen) = carmen().await;
    let view = finds(&maya, carmen, "way", |view| view["total"] == 1).await;
    assert_eq!(view["offers"][0]["text"], "Dear Carmen, it is on its way.");
    let inserted = inserts(&maya, carmen, 1, false).await;
    assert_eq!((&inserted["text"], &inserted["gap"]), (&json!("Dear Carmen, it is on its way."), &Value::Null));
    let text = "Dear Carmen, it is on its way. Bye!";
    maya.ok("conversation.send", sends(&maya, carmen, text).await).await;
    let drawn = last_turn(&hub).library.unwrap();
    assert_eq!((drawn.quick_replies[0].version, drawn.edited), (4, false), "what stands around it is no edit");

    inserts(&maya, carmen, 1, false).await;
    maya.ok("conversation.send", sends(&maya, carmen, "Carmen, it has arrived.").await).await;
    assert!(last_turn(&hub).library.unwrap().edited);
    maya.ok("conversation.send", sends(&maya, carmen, "Anything else?").await).await;
    assert_eq!(last_turn(&hub).library, None, "the next message is one's own again");
    let view = finds(&maya, carmen, "", |_| true).await;
    assert_eq!(view["offers"][0]["name"], "on-its-way", "now it is the most used");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_filled_or_deleted_before_anything_is_sent() {
    let (hub, maya, carmen) = carmen().await;
    let inserted = inserts(&maya, carmen, 2, false).await;
    assert_eq!(inserted["gap"], "⟦conversation.custom.booking⟧");
    let text = inserted["text"].as_str().unwrap();
    let before = hub.world().log.len();
    let request = sends(&maya, carmen, text).await;
    assert_eq!(maya.refused("conversation.send", request.clone()).await, "library.gap");
    let reason = maya.reason("conversation.send", request).await;
    assert_eq!(reason, "Fill in or delete ⟦conversation.custom.booking⟧ first.");
    let note = json!({"id": carmen, "text": text});
    assert_eq!(maya.refused("conversation.note", note).await, "library.gap", "nor in a note");
    assert_eq!(hub.world().log.len(), before);
    maya.ok("conversation.send", sends(&maya, carmen, "Your booking NW 7 is safe.").await).await;
    assert!(!last_turn(&hub).library.unwrap().edited, "filling a gap is no edit");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_draft_forgets_what_stood_in_it() {
    let (hub, maya, carmen) = carmen().await;
    inserts(&maya, carmen, 1, false).await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "", "note": false})).await;
    maya.ok("conversation.send", sends(&maya, carmen, "Hello").await).await;
    assert_eq!(last_turn(&hub).library, None);
    inserts(&maya, carmen, 1, true).await;
    maya.ok("conversation.note", json!({"id": carmen, "text": "Dear Carmen, it is on its way."})).await;
    assert!(last_turn(&hub).library.is_some(), "notes have them, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_asked_as_it_is_also_without_a_hub() {
    let (hub, maya, carmen) = carmen().await;
    let inserted = inserts(&maya, carmen, 3, false).await;
    assert_eq!(inserted["question"]["choices"], json!(["Thursday", "Friday"]), "it follows the words");
    hub.go_down();
    maya.until_offline().await;
    let position = maya.ok("conversation.open", json!({"id": carmen})).await["position"].clone();
    let view = finds(&maya, carmen, "which-day", |_| true).await;
    assert_eq!(view["offers"][0]["kind"], "question");
    let ask = json!({"id": carmen, "question": which_day().id, "writtenAgainst": position, "anyway": false});
    maya.ok("library.ask", ask).await;
    hub.come_back();
    hub.until("the question", |world| {
        world.log.iter().any(|event| matches!(&event.body, EventBody::TurnAdded { turn, .. } if turn.library.is_some()))
    })
    .await;
    let turn = last_turn(&hub);
    let drawn = turn.library.unwrap();
    assert_eq!((drawn.question_id, drawn.version), (Some(which_day().id), Some(2)));
    assert_eq!(turn.content, which_day().texts["en"].content());
    let nowhere = json!({"id": carmen, "question": Uuid::from_u128(71), "writtenAgainst": position});
    assert!(maya.refused("library.ask", nowhere).await.contains("library"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_library_replaces_the_one_that_is_held() {
    let (hub, maya, carmen) = carmen().await;
    let mut second = library("2");
    second.quick_replies.truncate(1);
    hub.shelves(second);
    finds(&maya, carmen, "", |view| view["total"] == 2).await;
    let maya = maya.restart().await;
    let view = finds(&maya, carmen, "on-its", |_| true).await;
    assert_eq!(view["offers"][0]["name"], "on-its-way", "it is kept over a restart");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_marked_again_when_it_is_sent_and_counts_once() {
    let (hub, maya, carmen) = carmen().await;
    maya.ok("settings.set", json!({"undoS": 20})).await;
    let text = inserts(&maya, carmen, 1, false).await["text"].as_str().unwrap().to_owned();
    maya.ok("conversation.send", sends(&maya, carmen, &text).await).await;
    maya.ok("outbox.takeBack", json!({})).await;
    let before = hub.world().log.len();
    maya.ok("conversation.send", sends(&maya, carmen, &format!("{text} Soon!")).await).await;
    let maya = maya.restart().await;
    maya.until_live().await;
    assert_eq!(hub.world().log.len(), before + 1, "it went when the desk ended");
    let drawn = last_turn(&hub).library.unwrap();
    assert_eq!((drawn.quick_replies.len(), drawn.edited), (1, false));
    maya.ok("settings.set", json!({"undoS": 0})).await;
    maya.ok("conversation.send", sends(&maya, carmen, "Anything else?").await).await;
    assert_eq!(last_turn(&hub).library, None, "it is used up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_waits_like_every_turn_and_is_chosen_again_when_it_is_taken_back() {
    let (hub, maya, carmen) = carmen().await;
    maya.ok("settings.set", json!({"undoS": 20})).await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "One moment", "note": false})).await;
    let before = hub.world().log.len();
    let position = maya.ok("conversation.open", json!({"id": carmen})).await["position"].clone();
    let ask = json!({"id": carmen, "question": which_day().id, "writtenAgainst": position});
    maya.ok("library.ask", ask.clone()).await;
    let back = maya.ok("outbox.takeBack", json!({})).await;
    assert_eq!((&back["question"]["name"], &back["id"]), (&json!("which-day"), &json!(carmen)), "{back}");
    let view = maya.ok("conversation.open", json!({"id": carmen})).await;
    assert_eq!(view["drafts"]["reply"], "One moment", "its words are nobody's draft");
    assert_eq!(hub.world().log.len(), before);
    let mut now = ask;
    now["now"] = json!(true);
    maya.ok("library.ask", now).await;
    hub.until("the question", |world| world.log.len() > before).await;
    assert_eq!(last_turn(&hub).content, which_day().texts["en"].content());
}
