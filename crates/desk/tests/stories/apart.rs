//! Conversations in windows of their own.

use serde_json::{Value, json};

use crate::desk::Maya;
use crate::hub::FakeHub;

fn apart(app: &Value) -> Vec<(String, u64, bool)> {
    let one = |one: &Value| {
        let id = one["id"].as_str().unwrap().to_owned();
        (id, one["place"].as_u64().unwrap(), one["onTop"].as_bool().unwrap())
    };
    app["apart"].as_array().unwrap().iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_of_conversations_are_kept_across_restarts_and_end_with_the_sign_in() {
    let hub = FakeHub::start().await;
    let [carmen, jana] = ["Carmen Menzel", "Jana Novak"].map(|name| hub.customer_comes(name));
    let maya = Maya::signed_in(&hub).await;
    maya.ok("window.popOut", json!({"id": carmen})).await;
    maya.until_told("to bring it to the front", |change| change["type"] == "raise").await;
    maya.ok("window.popOut", json!({"id": jana})).await;
    maya.ok("window.keepOnTop", json!({"id": jana, "on": true})).await;
    let [first, second] = [carmen, jana].map(|id| id.to_string());
    let both = vec![(first.clone(), 1, false), (second.clone(), 2, true)];
    assert_eq!(apart(&maya.ok("app.state", json!({})).await), both);
    let maya = maya.restart().await;
    assert_eq!(apart(&maya.until_live_app().await), both);

    maya.ok("window.bringBack", json!({"id": carmen})).await;
    assert_eq!(apart(&maya.ok("app.state", json!({})).await), [(second.clone(), 2, true)]);
    maya.ok("window.popOut", json!({"id": carmen})).await;
    let app = maya.ok("app.state", json!({})).await;
    assert_eq!(apart(&app), [(second, 2, true), (first, 1, false)], "the free place is taken again");
    maya.ok("session.signOut", json!({})).await;
    assert_eq!(apart(&maya.ok("app.state", json!({})).await), []);
    maya.sign_in(&hub).await;
    assert_eq!(apart(&maya.ok("app.state", json!({})).await), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_there_is_raised_instead_and_a_ninth_is_refused() {
    let hub = FakeHub::start().await;
    let ids: Vec<_> = (0..9).map(|n| hub.customer_comes(&format!("Customer {n}"))).collect();
    let maya = Maya::signed_in(&hub).await;
    for id in &ids[..8] {
        maya.ok("window.popOut", json!({"id": id})).await;
    }
    let raised = json!({"type": "raise", "id": ids[7]});
    maya.until_told("the eighth", |change| *change == raised).await;
    let why = maya.reason("window.popOut", json!({"id": ids[8]})).await;
    assert_eq!(why, "8 conversations have their own window already. Close one of them first.");
    maya.ok("window.popOut", json!({"id": ids[3]})).await;
    let raised = json!({"type": "raise", "id": ids[3]});
    maya.until_told("the fourth again", |change| *change == raised).await;
    assert_eq!(apart(&maya.ok("app.state", json!({})).await).len(), 8);
    let gone = json!({"id": "0192b0a8-7f4e-7c3a-9d21-5b8e0f1a2b3c"});
    maya.ok("window.bringBack", json!({"id": ids[0]})).await;
    assert_eq!(maya.refused("window.popOut", gone).await, "conversation.unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_at_any_window_of_a_conversation_is_not_notified() {
    let hub = FakeHub::start().await;
    let [carmen, jana] = ["Carmen Menzel", "Jana Novak"].map(|name| {
        let id = hub.customer_comes(name);
        hub.joins(id, "Maya Ortiz");
        id
    });
    let maya = Maya::signed_in(&hub).await;
    maya.ok("window.popOut", json!({"id": carmen})).await;
    maya.ok("window.looking", json!({"id": carmen, "window": carmen})).await;
    // What the main window says of itself, before or after, changes nothing for the other one.
    maya.ok("window.looking", json!({"id": null})).await;
    hub.customer_writes(carmen, "one");
    maya.until_words(carmen, &["one"]).await;
    hub.customer_writes(jana, "two");
    maya.notifier.until("Jana alone", |screen| screen.titles() == ["Jana Novak"]).await;
    // A closed window is not looked at.
    maya.ok("window.bringBack", json!({"id": carmen})).await;
    maya.notifier.until("Carmen too", |screen| screen.titles().contains(&"Carmen Menzel".to_owned())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_in_one_window_is_told_to_the_other_also_when_it_closes() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    let maya = Maya::signed_in(&hub).await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "It", "note": false, "base": ""})).await;
    maya.ok("window.popOut", json!({"id": carmen})).await;
    maya.until_told("the window", |change| change["type"] == "raise").await;
    let changed = json!({"type": "conversation", "id": carmen});
    maya.ok("conversation.draft", json!({"id": carmen, "text": "It is", "note": false, "base": "It"})).await;
    maya.until_told("the words", |change| *change == changed).await;
    maya.ok("window.bringBack", json!({"id": carmen})).await;
    maya.until_told("the end", |change| change["type"] == "app").await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "It is late", "note": false, "base": "It is"})).await;
    maya.until_told("the last words", |change| *change == changed).await;
    assert_eq!(maya.ok("conversation.open", json!({"id": carmen})).await["drafts"]["reply"], "It is late");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_window_leads_to_the_main_one() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    let maya = Maya::signed_in(&hub).await;
    for (want, wanted) in [
        (json!({"id": carmen}), json!({"type": "conversation", "id": carmen})),
        (json!({"section": "help"}), json!({"type": "section", "section": "help"})),
        (json!({}), json!({"type": "nothing"})),
    ] {
        maya.ok("window.want", want).await;
        maya.until_told("the main window", |change| change["type"] == "wanted").await;
        assert_eq!(maya.ok("window.wanted", json!({})).await, wanted);
    }
}
