//! Everything is found: in the cache at once, and at the hub if not cached.

use serde_json::{Value, json};
use tandem_conversation::{Command, Content, CustomerId, Media, MediaId, Participant, TurnId};
use uuid::Uuid;

use crate::desk::Maya;
use crate::hub::{FakeHub, Shared, now};

impl Maya {
    async fn finds(&self, query: &str) -> Vec<String> {
        snippets(&self.ok("search", json!({"query": query, "limit": 50, "hub": false})).await)
    }

    async fn until_found(&self, query: &str, expected: &[&str]) -> Value {
        let request = json!({"query": query, "limit": 50, "hub": false});
        self.until(&format!("{expected:?} for {query}"), "search", request, |found| snippets(found) == expected).await
    }
}

/// Each hit's snippet, with the matches in brackets.
fn snippets(found: &Value) -> Vec<String> {
    let hits = found["hits"].as_array().cloned().unwrap_or_default();
    let span = |span: &Value| match span["hit"].as_bool() {
        Some(true) => format!("[{}]", span["text"].as_str().unwrap()),
        _ => span["text"].as_str().unwrap().to_owned(),
    };
    hits.iter().map(|hit| hit["snippet"].as_array().unwrap().iter().map(span).collect()).collect()
}

/// Times are in milliseconds; a newer event waits for the next one.
async fn a_moment_later() {
    let before = now();
    while now() <= before {
        tokio::task::yield_now().await;
    }
}

async fn says(hub: &Shared, id: tandem_conversation::ConversationId, text: &str) {
    hub.customer_writes(id, text);
    a_moment_later().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_turn_is_found_as_it_arrives_the_newest_first() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let carmen = hub.customer_comes("Carmen Menzel");
    says(&hub, carmen, "Where is my order? Über 3 weeks!").await;
    says(&hub, carmen, "I ORDERED it in May").await;
    says(&hub, carmen, "返品したいです 👍").await;
    maya.until_found("返品", &["[返品]したいです 👍"]).await;
    assert_eq!(maya.finds("orde").await, ["I [ORDERED] it in May", "Where is my [order]? Über 3 weeks!"]);
    assert_eq!(maya.finds("uber weeks").await, ["Where is my order? [Über] 3 [weeks]!"]);
    assert_eq!(maya.finds("\"my order\"").await, ["Where is [my order]? Über 3 weeks!"]);
    assert!(maya.finds("\"order my\" May").await.is_empty());
    assert!(maya.finds("👍").await.is_empty() && maya.finds("").await.is_empty());

    hub.joins(carmen, "Maya Ortiz");
    hub.replies(carmen, "Maya Ortiz", "Your order left today");
    a_moment_later().await;
    let note = Command::Note { turn: TurnId(Uuid::now_v7()), text: "order is a gift".into(), mentions: Vec::new() };
    hub.run(carmen, hub.agent("Jonas Keller"), note).unwrap();
    let media = Media {
        id: MediaId(Uuid::now_v7()),
        name: "broken_order.jpg".into(),
        content_type: "image/jpeg".into(),
        bytes: 9,
    };
    let content = Content::Attachment { media, text: String::new() };
    a_moment_later().await;
    let write = Command::Write { turn: TurnId(Uuid::now_v7()), content, received: now() };
    hub.run(carmen, Participant::Customer, write).unwrap();
    maya.until_found("order has:attachment", &["broken_[order].jpg"]).await;
    for (query, expected) in [
        ("order from:me", "Your [order] left today"),
        ("order from:\"Maya Ortiz\"", "Your [order] left today"),
        ("order from:jon", "[order] is a gift"),
        ("order has:note", "[order] is a gift"),
        ("order from:customer in:my in:webchat ordered", "I [ORDERED] it in May"),
        ("gift after:2020-01-01 in:all", "order is a [gift]"),
    ] {
        assert_eq!(maya.finds(query).await, [expected], "{query}");
    }
    assert_eq!(maya.finds("from:carmen ord").await.len(), 3, "the customer wrote two turns and sent a file");
    for query in ["order from:logic", "order in:whatsapp", "order in:left", "order before:2020", "order from:nobody"] {
        assert!(maya.finds(query).await.is_empty(), "{query}");
    }
    let found = maya.ok("search", json!({"query": "gift before:soon", "limit": 50, "hub": false})).await;
    assert_eq!(found["hint"], "before: needs a date like 2026-11-03.");
    let hit = &found["hits"][0];
    assert_eq!(
        (&hit["kind"], &hit["by"]["name"], &found["hub"]),
        (&json!("note"), &json!("Jonas Keller"), &json!("not_asked"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_found_by_name_even_after_they_said_who_they_are() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Visitor 7");
    hub.customer_writes(carmen, "Hello");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello"]).await;
    let found = maya.until_found("visit", &["[Visitor] 7"]).await;
    let hit = &found["hits"][0];
    assert_eq!((&hit["kind"], &hit["key"], &hit["conversation"]), (&json!("customer"), &json!(""), &json!(carmen)));
    let mut state = hub.world().states[&carmen].clone();
    state.customer.name = "Cármen Menzel".into();
    state.position = state.position.next();
    let batch = json!({"batch": {"cursor": 99, "time": now(), "changes": [{"opened": state}]}});
    hub.say(&batch.to_string());
    maya.until_found("carmen", &["[Cármen] Menzel"]).await;
    assert!(maya.finds("visitor").await.is_empty(), "the old name is gone");
    assert_eq!(maya.finds("from:carmen hello").await, ["[Hello]"], "also what was said under the old name");
}

#[tokio::test(flavor = "multi_thread")]
async fn history_that_is_fetched_later_does_not_come_first() {
    let hub = FakeHub::start().await;
    let customer = CustomerId(Uuid::now_v7());
    let earlier = hub.customer_returns("Carmen Menzel", customer);
    for n in 0..3 {
        says(&hub, earlier, &format!("parcel number {n}")).await;
    }
    hub.world().quiet.insert(earlier);
    let maya = Maya::signed_in(&hub).await;
    let live = hub.customer_returns("Carmen Menzel", customer);
    says(&hub, live, "a parcel again").await;
    maya.until_found("parcel", &["a [parcel] again"]).await;
    maya.ok("conversation.open", json!({"id": live})).await;
    let all = ["a [parcel] again", "[parcel] number 2", "[parcel] number 1", "[parcel] number 0"];
    maya.until_found("parcel", &all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_the_cache_is_not_found_any_more_and_offline_all_else_is() {
    let hub = FakeHub::start().await;
    let (carmen, jana) = (hub.customer_comes("Carmen Menzel"), hub.customer_comes("Jana Novak"));
    says(&hub, carmen, "blue suitcase").await;
    says(&hub, jana, "red suitcase").await;
    let maya = Maya::signed_in(&hub).await;
    for (id, text) in [(carmen, "blue suitcase"), (jana, "red suitcase")] {
        maya.until_words(id, &[text]).await;
    }
    assert_eq!(maya.finds("suitc").await, ["red [suitcase]", "blue [suitcase]"]);
    hub.world().states.remove(&carmen);
    let cursor = hub.world().log.len();
    hub.say(&json!({"batch": {"cursor": cursor, "time": now(), "changes": [{"closed": carmen}]}}).to_string());
    maya.until_found("suitc", &["red [suitcase]"]).await;
    assert!(maya.finds("carmen").await.is_empty());

    hub.go_down();
    let maya = maya.restart().await;
    maya.until_offline().await;
    let found = maya.ok("search", json!({"query": "suitcase", "limit": 50, "hub": true})).await;
    assert_eq!((snippets(&found), &found["hub"]), (vec!["red [suitcase]".to_owned()], &json!("unreachable")));
    assert_eq!(maya.finds("jana").await, ["[Jana] Novak"]);
    hub.come_back();
    maya.until_live().await;
    maya.ok("session.signOut", json!({})).await;
    maya.sign_in(&hub).await;
    maya.until_words(jana, &["red suitcase"]).await;
    assert_eq!(maya.finds("suitcase").await, ["red [suitcase]"], "once, after everything was fetched again");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_finds_what_is_not_here_and_it_opens_at_the_hit() {
    let hub = FakeHub::start().await;
    let old = hub.customer_comes("Jana Novak");
    for n in 0..300 {
        hub.customer_writes(old, &if n == 40 { "the golden ticket".to_owned() } else { format!("line {n}") });
    }
    hub.world().quiet.insert(old);
    let maya = Maya::signed_in(&hub).await;
    let carmen = hub.customer_comes("Carmen Menzel");
    a_moment_later().await;
    hub.customer_writes(carmen, "my golden ring");
    maya.until_found("golden", &["my [golden] ring"]).await;

    let request = json!({"query": "golden", "limit": 50, "hub": true});
    let found = maya.ok("search", request.clone()).await;
    assert_eq!(snippets(&found), ["my [golden] ring", "the [golden] ticket"], "what both found is there once");
    assert_eq!(found["hub"], "answered");
    let (id, key) = (found["hits"][1]["conversation"].clone(), found["hits"][1]["key"].clone());
    let opened = maya.ok("conversation.open", json!({"id": id})).await;
    assert_eq!(opened["row"]["name"], "Jana Novak");
    let around = json!({"id": id, "around": key, "limit": 20});
    let page = maya
        .until("the hit", "conversation.entries", around, |page| {
            page["entries"].as_array().is_some_and(|all| all.iter().any(|entry| entry["key"] == key))
        })
        .await;
    assert_eq!((&page["more"], &page["later"]), (&json!(true), &json!(true)));
    let found = maya.ok("search", request).await;
    assert_eq!(snippets(&found).len(), 2, "now it is here, and still one hit");
}
