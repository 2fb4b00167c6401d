//! Customers who wait for Maya: waits that joining does not end, calls that are dismissed or lost, and signing out.

use std::sync::Arc;

use serde_json::{Value, json};
use tandem_conversation::{ConversationId, Status};
use tandem_desk::Action;

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Carmen's call stands in Maya's list; Maya supervises.
async fn called() -> (Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    (hub, maya, carmen)
}

async fn row(maya: &Maya, id: ConversationId, is_so: impl Fn(&Value) -> bool) -> Value {
    let view = maya.until("the row", "conversation.open", json!({"id": id}), |view| is_so(&view["row"])).await;
    view["row"].clone()
}

fn dismissal(id: ConversationId, goes_on: &str) -> Value {
    json!({"id": id, "goesOn": goes_on, "reason": "It was a test"})
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_does_not_end_the_wait_in_the_list() {
    let (hub, maya, carmen) = called().await;
    let waits = row(&maya, carmen, |row| row["wait"]["awaited"] == "person").await;
    let since = waits["wait"]["since"].clone();
    let call = &waits["help"]["call"];
    maya.ok("conversation.join", json!({"id": carmen, "call": call})).await;
    let joined = row(&maya, carmen, |row| row["wait"]["awaited"] == "joined").await;
    assert_eq!(joined["wait"]["since"], since, "she has waited all the time");
    // Jana came later, and heard from nobody either.
    let jana = hub.customer_comes("Jana Novak");
    hub.customer_writes(jana, "Hi");
    hub.joins(jana, "Maya Ortiz");
    let list = json!({"section": "my", "offset": 0, "limit": 9});
    let names = |list: &Value| {
        list["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let longest = |list: &Value| names(list) == ["Carmen Menzel", "Jana Novak"];
    maya.until("the longest wait first", "conversations.list", list.clone(), longest).await;
    hub.replies(carmen, "Maya Ortiz", "Hello Carmen");
    let answered = |list: &Value| names(list) == ["Jana Novak", "Carmen Menzel"];
    maya.until("the answered one last", "conversations.list", list, answered).await;
    assert_eq!(row(&maya, carmen, |row| row["wait"].is_null()).await["wait"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_names_who_goes_on_and_is_taken_back_with_the_wait() {
    let (hub, maya, carmen) = called().await;
    let view = maya.ok("conversation.open", json!({"id": carmen})).await;
    assert_eq!(view["goesOn"], json!(["logic", "nobody"]), "nobody is engaged who could go on");
    let since = view["row"]["wait"]["since"].clone();
    let blank = json!({"id": carmen, "goesOn": "nobody", "reason": " "});
    assert_eq!(maya.refused("conversation.helpNotNeeded", blank).await, "input.invalid");
    maya.ok("conversation.helpNotNeeded", dismissal(carmen, "nobody")).await;
    row(&maya, carmen, |row| row["inProgress"] == false).await;
    maya.ok("conversation.restoreHelp", json!({"id": carmen})).await;
    let again = row(&maya, carmen, |row| row["help"].is_object()).await;
    assert_eq!((&again["wait"]["since"], &again["inProgress"]), (&since, &json!(true)));
    assert_eq!(hub.world().states[&carmen].status, Status::InProgress);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissal_that_was_not_sent_yet_is_only_cancelled() {
    let (hub, maya, carmen) = called().await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.helpNotNeeded", dismissal(carmen, "nobody")).await;
    maya.until("queued", "app.state", json!({}), |app| app["figures"]["queued"] == 1).await;
    maya.ok("conversation.restoreHelp", json!({"id": carmen})).await;
    maya.until("nothing queued", "app.state", json!({}), |app| app["figures"]["queued"] == 0).await;
    hub.come_back();
    maya.until_live().await;
    assert!(hub.world().states[&carmen].help.is_some() && hub.world().commands.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_slower_is_told_who_has_the_customer() {
    let (hub, maya, carmen) = called().await;
    let call = hub.world().states[&carmen].help.as_ref().unwrap().call;
    // Jonas's join does not reach this desk in time.
    hub.world().lose = 1;
    hub.joins(carmen, "Jonas Keller");
    let refused = maya.desk.rpc("conversation.join", json!({"id": carmen, "call": call})).await.unwrap_err();
    let expected = ("conversation.call_taken", "Jonas Keller took the call for help from Carmen Menzel.");
    assert_eq!((refused.code.as_str(), refused.message.as_str()), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_slower_in_a_notification_is_offered_more_than_words() {
    let (hub, maya, carmen) = called().await;
    maya.notifier.until("the call", |screen| screen.titles() == ["Carmen Menzel needs help"]).await;
    hub.world().lose = 1;
    hub.joins(carmen, "Jonas Keller");
    maya.notifier.press("Carmen Menzel needs help", Action::Join);
    let taken = maya.until_told("the loss", |change| change["type"] == "taken").await;
    assert_eq!(taken["text"], "Jonas Keller took the call for help from Carmen Menzel.");
    assert_eq!(taken["id"], json!(carmen));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_from_others_can_a_conversation_be_taken_over() {
    let (hub, maya, carmen) = called().await;
    hub.joins(carmen, "Maya Ortiz");
    let mine = |view: &Value| view["people"][0]["me"] == true;
    let view = maya.until("hers", "conversation.open", json!({"id": carmen}), mine).await;
    assert_eq!(view["may"]["takeOver"], false, "she is alone in it");
    hub.joins(carmen, "Jonas Keller");
    let may = |view: &Value| view["may"]["takeOver"] == true;
    maya.until("from Jonas", "conversation.open", json!({"id": carmen}), may).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_says_what_stays_behind_and_can_hand_customers_over() {
    let (hub, maya, carmen) = called().await;
    hub.joins(carmen, "Maya Ortiz");
    let jana = hub.customer_comes("Jana Novak");
    hub.joins(jana, "Maya Ortiz");
    maya.until("hers", "app.state", json!({}), |app| app["counts"]["my"] == 2).await;
    maya.ok("conversation.draft", json!({"id": jana, "text": "Dear Jana", "note": false})).await;
    let behind = maya.ok("session.behind", json!({})).await;
    let mut names: Vec<_> = behind["customers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Carmen Menzel", "Jana Novak"]);
    assert_eq!((&behind["drafts"], &behind["queued"], &behind["live"]), (&json!(1), &json!(0), &json!(true)));
    maya.ok("session.signOut", json!({"customers": "ask_for_help"})).await;
    for id in [carmen, jana] {
        let world = hub.world();
        assert!(world.states[&id].help.is_some() && world.states[&id].agent(hub.maya).is_none(), "others are called");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_customers_who_wait_calls_for_them_all_the_same() {
    let (hub, maya, carmen) = called().await;
    hub.joins(carmen, "Maya Ortiz");
    maya.until("hers", "app.state", json!({}), |app| app["counts"]["my"] == 1).await;
    maya.ok("session.signOut", json!({"customers": "leave"})).await;
    assert!(hub.world().states[&carmen].help.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_signed_out_while_customers_could_not_be_left() {
    let (hub, maya, carmen) = called().await;
    hub.joins(carmen, "Maya Ortiz");
    maya.until("hers", "app.state", json!({}), |app| app["counts"]["my"] == 1).await;
    hub.go_down();
    maya.until_offline().await;
    assert_eq!(maya.refused("session.signOut", json!({"customers": "leave"})).await, "desk.offline");
    let app = maya.ok("app.state", json!({})).await;
    assert_eq!(app["connection"]["state"], "offline", "{app}");
    assert_eq!(maya.ok("session.behind", json!({})).await["live"], false);
}
