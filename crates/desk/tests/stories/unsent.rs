//! What Maya wrote or did and the hub did not take is never out of her sight, and what waits is shown in one way.

use std::time::Duration;

use serde_json::{Value, json};
use tandem_conversation::{Content, ConversationId, EventBody, Position, Role};
use tandem_desk::Pace;
use tandem_protocol::agents::Claim;

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Declan waits for help; Maya may see what colleagues handle only if she supervises.
async fn declan_calls(role: Role) -> (std::sync::Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    hub.world().permissions = role.permissions();
    let declan = hub.customer_comes("Declan O'Rourke");
    hub.customer_writes(declan, "I want a person");
    let maya = Maya::signed_in(&hub).await;
    maya.until("the call", "app.state", json!({}), |app| app["counts"]["help"] == 1).await;
    (hub, maya, declan)
}

/// Offline, Maya answers the call for help and writes; Liam is faster.
async fn loses_the_race(hub: &FakeHub, maya: &Maya, declan: ConversationId) {
    let view = maya.ok("conversation.open", json!({"id": declan})).await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.join", json!({"id": declan, "call": view["row"]["help"]["call"]})).await;
    let reply = json!({"id": declan, "text": "Reply typed offline", "writtenAgainst": view["position"]});
    maya.ok("conversation.send", reply).await;
    hub.claims(declan, "Liam Chen");
    hub.come_back();
}

async fn until_not_sent(maya: &Maya, count: usize) -> Vec<Value> {
    let list = maya
        .until("not sent", "notSent.list", json!({}), |list| list.as_array().is_some_and(|list| list.len() == count))
        .await;
    list.as_array().unwrap().clone()
}

fn said(hub: &FakeHub, text: &str) -> usize {
    let is_it = |body: &EventBody| matches!(body, EventBody::TurnAdded { turn, .. } if turn.content.text() == text);
    hub.world().log.iter().filter(|event| is_it(&event.body)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loser_of_a_race_finds_every_word_with_the_true_reason() {
    let (hub, maya, declan) = declan_calls(Role::Agent).await;
    loses_the_race(&hub, &maya, declan).await;
    let toast = maya.until_told("a word about it", |change| change["type"] == "toast").await;
    let toast = toast["text"].as_str().unwrap().to_owned();
    assert!(toast.contains("Declan O'Rourke") && toast.contains("Liam Chen"), "{toast}");
    until_not_sent(&maya, 1).await;
    hub.closes(declan, None);
    let gone = |list: &Value| list[0]["visible"] == false;
    maya.until("out of her sight", "notSent.list", json!({}), gone).await;

    let maya = maya.restart().await;
    let list = until_not_sent(&maya, 1).await;
    let reply = &list[0];
    assert_eq!((&reply["name"], &reply["what"]), (&json!("Declan O'Rourke"), &json!("Reply")), "{list:?}");
    assert_eq!(reply["words"], "Reply typed offline");
    assert!(reply["reason"].as_str().unwrap().contains("Liam Chen"), "{reply}");
    assert!(reply["at"].is_string() && reply["mayNote"] == false, "{reply}");
    assert_eq!(maya.ok("app.state", json!({})).await["counts"]["notSent"], 1);
    let found = maya.ok("search", json!({"query": "typed offline", "limit": 9, "hub": false})).await;
    assert_eq!((&found["hits"][0]["kind"], &found["hits"][0]["name"]), (&json!("draft"), &json!("Declan O'Rourke")));
    assert_eq!(said(&hub, "Reply typed offline"), 0);
    maya.ok("notSent.discard", json!({"key": reply["key"]})).await;
    until_not_sent(&maya, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn why_it_was_not_sent_is_said_in_the_language_of_the_window() {
    let (hub, maya, declan) = declan_calls(Role::Supervisor).await;
    maya.ok("window.speaks", json!({"language": "de"})).await;
    loses_the_race(&hub, &maya, declan).await;
    let (english, german) =
        ("Liam Chen took this call for help.", "Liam Chen hat den Hilferuf von Declan O'Rourke angenommen.");
    let toast = maya.until_told("a word about it", |change| change["type"] == "toast").await;
    assert!(toast["text"].as_str().unwrap().contains("Liam Chen hat diesen Hilferuf angenommen."), "{toast}");
    assert_eq!(until_not_sent(&maya, 1).await[0]["reason"], german);
    // An act without words, which is kept elsewhere.
    let jana = hub.customer_comes("Jana Novak");
    hub.customer_writes(jana, "I want a person");
    maya.until("her call", "app.state", json!({}), |app| app["counts"]["help"] == 1).await;
    let call = maya.ok("conversation.open", json!({"id": jana})).await["row"]["help"]["call"].clone();
    hub.go_down();
    let offline = maya.until_offline().await;
    let lost = offline["connection"]["reason"].as_str().unwrap();
    assert!(["Die Verbindung", "Der Server"].iter().any(|german| lost.starts_with(german)), "{lost}");
    maya.ok("conversation.join", json!({"id": jana, "call": call})).await;
    hub.claims(jana, "Liam Chen");
    hub.come_back();
    let said = |list: &[Value]| list.iter().map(|one| one["reason"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let list = until_not_sent(&maya, 2).await;
    assert!(said(&list).iter().all(|reason| reason.starts_with("Liam Chen hat ")), "{list:?}");
    assert!(list.iter().any(|one| one["what"] == "Beitreten"), "{list:?}");
    let maya = maya.restart().await;
    maya.ok("window.speaks", json!({"language": "en"})).await;
    let list = until_not_sent(&maya, 2).await;
    assert!(said(&list).iter().all(|reason| reason == english), "{list:?}");
    assert!(list.iter().any(|one| one["what"] == "Join"), "{list:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_join_that_is_refused_stops_only_what_depends_on_it_and_is_kept_until_it_was_seen() {
    let (hub, maya, declan) = declan_calls(Role::Supervisor).await;
    let view = maya.ok("conversation.open", json!({"id": declan})).await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.join", json!({"id": declan, "call": view["row"]["help"]["call"]})).await;
    maya.ok("conversation.note", json!({"id": declan, "text": "Known from yesterday"})).await;
    hub.claims(declan, "Liam Chen");
    hub.come_back();
    let list = until_not_sent(&maya, 1).await;
    assert_eq!((&list[0]["what"], &list[0]["words"]), (&json!("Join"), &json!("")));
    assert!(list[0]["reason"].as_str().unwrap().starts_with("Liam Chen"), "{list:?}");
    maya.until("sent", "app.state", json!({}), |app| app["figures"]["queued"] == 0).await;
    assert_eq!(said(&hub, "Known from yesterday"), 1, "a supervisor's note needs no join");
    let maya = maya.restart().await;
    let list = until_not_sent(&maya, 1).await;
    maya.ok("notSent.discard", json!({"key": list[0]["key"]})).await;
    until_not_sent(&maya, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_cannot_be_sent_go_to_whoever_has_the_customer() {
    let (hub, maya, declan) = declan_calls(Role::Supervisor).await;
    loses_the_race(&hub, &maya, declan).await;
    let list = until_not_sent(&maya, 1).await;
    assert_eq!((&list[0]["mayNote"], &list[0]["holder"]), (&json!(true), &json!("Liam Chen")), "{list:?}");
    maya.ok("notSent.note", json!({"key": list[0]["key"]})).await;
    until_not_sent(&maya, 0).await;
    let noted = "@Liam Chen Reply typed offline";
    hub.until("the note", |world| {
        world.log.iter().any(|event| match &event.body {
            EventBody::TurnAdded { turn, .. } => {
                matches!(&turn.content, Content::Note { text, mentions, .. } if text == noted && mentions.len() == 1)
            }
            _ => false,
        })
    })
    .await;
    assert_eq!(maya.ok("conversation.open", json!({"id": declan})).await["drafts"]["reply"], "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_into_a_conversation_that_is_hidden_by_then_says_who_took_it() {
    let (hub, maya, declan) = declan_calls(Role::Agent).await;
    hub.joins(declan, "Maya Ortiz");
    maya.until("hers", "app.state", json!({}), |app| app["counts"]["my"] == 1).await;
    let position = maya.ok("conversation.open", json!({"id": declan})).await["position"].clone();
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.send", json!({"id": declan, "text": "Too late", "writtenAgainst": position})).await;
    let claim = Claim { customer: "Declan O'Rourke".into(), by: Some(hub.agent("Liam Chen")) };
    hub.world().closed.insert(declan, Some(claim));
    hub.come_back();
    let list = until_not_sent(&maya, 1).await;
    assert!(list[0]["reason"].as_str().unwrap().contains("Liam Chen took the call"), "{list:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_stays_findable_when_its_conversation_is_out_of_sight() {
    let (hub, maya, declan) = declan_calls(Role::Agent).await;
    hub.joins(declan, "Maya Ortiz");
    maya.until("hers", "app.state", json!({}), |app| app["counts"]["my"] == 1).await;
    maya.ok("conversation.draft", json!({"id": declan, "text": "Half a thought", "note": false})).await;
    until_not_sent(&maya, 0).await;
    let rows = maya.ok("conversations.list", json!({"section": "my", "offset": 0, "limit": 9})).await;
    assert_eq!(rows["rows"][0]["draft"], true);
    hub.closes(declan, None);
    let list = until_not_sent(&maya, 1).await;
    assert_eq!((&list[0]["name"], &list[0]["words"]), (&json!("Declan O'Rourke"), &json!("Half a thought")));
    assert!(list[0]["at"].is_null(), "it was never sent");
    let found = maya.ok("search", json!({"query": "half thought", "limit": 9, "hub": false})).await;
    assert_eq!((&found["hits"][0]["kind"], &found["hits"][0]["channel"]), (&json!("draft"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_complete_is_shown_in_one_way_everywhere_also_after_a_restart() {
    let (hub, maya, declan) = declan_calls(Role::Supervisor).await;
    maya.ok("conversation.join", json!({"id": declan})).await;
    maya.until("hers", "app.state", json!({}), |app| app["counts"]["my"] == 1).await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.complete", json!({"id": declan, "text": "Found"})).await;
    let mut maya = Some(maya);
    for _ in 0..2 {
        let desk = maya.take().unwrap().restart().await;
        let counts = desk.ok("app.state", json!({})).await["counts"].clone();
        assert_eq!((&counts["my"], &counts["left"], &counts["all"]), (&json!(0), &json!(1), &json!(0)), "{counts}");
        let list = desk.ok("conversations.list", json!({"section": "left", "offset": 0, "limit": 9})).await;
        let view = desk.ok("conversation.open", json!({"id": declan})).await;
        for row in [&list["rows"][0], &view["row"]] {
            assert_eq!((&row["inProgress"], &row["engaged"]), (&json!(false), &json!([])), "{row}");
            assert_eq!(row["pending"][0]["what"], "Complete", "{row}");
        }
        assert_eq!((&view["completed"]["resolution"], &view["people"]), (&json!("Found"), &json!([])));
        assert_eq!((&view["may"]["complete"], &view["may"]["leave"]), (&json!(false), &json!(false)));
        maya = Some(desk);
    }
    let maya = maya.unwrap();
    let queued = maya.ok("outbox.list", json!({})).await[0]["command"].clone();
    maya.ok("outbox.cancel", json!({"command": queued})).await;
    let app = maya.ok("app.state", json!({})).await;
    assert_eq!((&app["counts"]["my"], &app["counts"]["left"]), (&json!(1), &json!(0)), "nothing has happened");
}

/// Declan has written to Maya; the hub speaks this version.
async fn declan_is_maya_s(version: u32) -> (std::sync::Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    hub.world().version = version;
    hub.world().oldest = Some(8);
    hub.world().log_id = Some(uuid::Uuid::now_v7());
    let declan = hub.customer_comes("Declan O'Rourke");
    hub.customer_writes(declan, "Where is my suitcase?");
    hub.joins(declan, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(declan, &["Where is my suitcase?"]).await;
    (hub, maya, declan)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_that_waited_does_not_close_over_what_the_customer_asked_meanwhile() {
    for (text, what) in [("", "Complete"), ("Found", "Note")] {
        let (hub, maya, declan) = declan_is_maya_s(tandem_protocol::version()).await;
        let position = maya.ok("conversation.open", json!({"id": declan})).await["position"].clone();
        maya.ok("conversation.send", json!({"id": declan, "text": "On its way", "writtenAgainst": position})).await;
        maya.until_words(declan, &["Where is my suitcase?", "On its way"]).await;
        hub.go_down();
        maya.until_offline().await;
        maya.ok("conversation.complete", json!({"id": declan, "text": text})).await;
        let maya = maya.restart().await;
        hub.customer_writes(declan, "WAIT I have one more question");
        hub.come_back();
        let toast = maya.until_told("a word about it", |change| change["type"] == "toast").await;
        assert!(toast["text"].as_str().unwrap().contains("he customer has written since"), "{toast}");
        let list = until_not_sent(&maya, 1).await;
        assert_eq!((&list[0]["what"], &list[0]["words"]), (&json!(what), &json!(text)), "{list:?}");
        let reason = list[0]["reason"].as_str().unwrap();
        assert!(reason.contains("The customer has written since: read it, then decide."), "{reason}");
        assert!(text.is_empty() || reason.starts_with("Complete did not happen."), "{reason}");
        assert!(hub.world().states[&declan].in_progress());
        assert_eq!(maya.count("my").await, 1, "and stays hers");
        // Having read it, she decides.
        maya.until_words(declan, &["Where is my suitcase?", "On its way", "WAIT I have one more question"]).await;
        maya.ok("conversation.complete", json!({"id": declan, "text": ""})).await;
        hub.until("the end of her part", |world| world.states[&declan].people().next().is_none()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_waited_does_not_go_over_what_the_customer_wrote_meanwhile() {
    for restarts in [false, true] {
        let (hub, mut maya, declan) = declan_is_maya_s(tandem_protocol::version()).await;
        let position = maya.ok("conversation.open", json!({"id": declan})).await["position"].clone();
        hub.go_down();
        maya.until_offline().await;
        let reply = json!({"id": declan, "text": "Yes, I cancel it", "writtenAgainst": position});
        maya.ok("conversation.send", reply).await;
        if restarts {
            maya = maya.restart().await;
        }
        hub.customer_writes(declan, "No, do not cancel it");
        hub.come_back();
        maya.until_told("a word about it", |change| change["type"] == "toast").await;
        assert_eq!(said(&hub, "Yes, I cancel it"), 0, "restarts: {restarts}");
        let list = until_not_sent(&maya, 1).await;
        assert_eq!(list[0]["words"], "Yes, I cancel it", "{list:?}");
        assert!(list[0]["reason"].as_str().unwrap().contains("read what is new"), "{list:?}");
        assert!(hub.world().states[&declan].waiting_since.is_some(), "the customer waits on");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_while_maya_decided_is_shown_to_her_before_she_completes() {
    let (hub, maya, declan) = declan_is_maya_s(tandem_protocol::version()).await;
    let view = maya.ok("conversation.open", json!({"id": declan})).await;
    let seen = view["position"].clone();
    assert!(view["lastLoud"].as_u64() <= seen.as_u64(), "{view}");
    hub.customer_writes(declan, "STOP one more question please");
    let complete = json!({"id": declan, "text": "", "seen": seen});
    assert_eq!(maya.refused("conversation.complete", complete.clone()).await, "conversation.customer_wrote");
    let newer = |view: &Value| view["lastLoud"].as_u64() > seen.as_u64();
    maya.until("the new words", "conversation.open", json!({"id": declan}), newer).await;
    hub.go_down();
    maya.until_offline().await;
    assert_eq!(maya.refused("conversation.complete", complete).await, "conversation.customer_wrote", "offline as well");
    until_not_sent(&maya, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_leave_says_nowhere_that_she_answers_next() {
    let (hub, maya, declan) = declan_is_maya_s(tandem_protocol::version()).await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.leave", json!({"id": declan, "reason": "End of my shift", "askForHelp": false})).await;
    let maya = maya.restart().await;
    let view = maya.ok("conversation.open", json!({"id": declan})).await;
    assert_eq!((&view["people"], &view["row"]["engaged"]), (&json!([]), &json!([])), "{view}");
    assert_eq!((&view["may"]["join"], &view["may"]["leave"]), (&json!(true), &json!(false)), "{view}");
    assert!(view["row"]["help"].is_object(), "somebody is called");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_hub_completes_as_it_always_did() {
    let (hub, maya, declan) = declan_is_maya_s(tandem_protocol::TAKES_SEEN - 1).await;
    maya.ok("conversation.complete", json!({"id": declan, "text": ""})).await;
    hub.until("completed", |world| !world.states[&declan].in_progress()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_for_a_hub_that_has_gone_back_come_back_with_a_reason_in_words() {
    let (hub, maya, declan) = declan_is_maya_s(tandem_protocol::version()).await;
    hub.customer_writes(declan, "Please");
    maya.until_words(declan, &["Where is my suitcase?", "Please"]).await;
    let position = maya.ok("conversation.open", json!({"id": declan})).await["position"].clone();
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.send", json!({"id": declan, "text": "It is found", "writtenAgainst": position})).await;
    hub.goes_back(declan, Position(u32::try_from(position.as_u64().unwrap()).unwrap() - 1));
    hub.come_back();
    let toast = maya.until_told("the hub was restored", |change| change["type"] == "toast").await;
    assert!(toast["text"].as_str().unwrap().contains("restored from a backup"), "{toast}");
    let list = until_not_sent(&maya, 1).await;
    assert_eq!(list[0]["words"], "It is found");
    let reason = list[0]["reason"].as_str().unwrap();
    assert!(reason.contains("restored backup") && !reason.to_lowercase().contains("writtenagainst"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_restored_hub_has_lost_of_mine_is_not_sent_and_what_it_has_is() {
    let (hub, maya, declan) = declan_is_maya_s(tandem_protocol::version()).await;
    hub.replies(declan, "Maya Ortiz", "I have a look");
    maya.until_words(declan, &["Where is my suitcase?", "I have a look"]).await;
    let backup = hub.world().states[&declan].position;
    hub.replies(declan, "Maya Ortiz", "It is in Vienna");
    hub.replies(declan, "Maya Ortiz", "You get it tomorrow");
    let all = ["Where is my suitcase?", "I have a look", "It is in Vienna", "You get it tomorrow"];
    maya.until_words(declan, &all).await;
    hub.go_down();
    maya.until_offline().await;
    hub.goes_back(declan, backup);
    // The customer has written to the restored hub before the desk comes back.
    hub.customer_writes(declan, "Hello?");
    hub.come_back();
    let list = until_not_sent(&maya, 1).await;
    assert_eq!(list[0]["words"], "It is in Vienna\n\nYou get it tomorrow", "{list:?}");
    assert!(list[0]["reason"].as_str().unwrap().contains("restored from a backup"), "{list:?}");
    maya.until_words(declan, &["Where is my suitcase?", "I have a look", "Hello?"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_join_is_in_my_conversations_and_becomes_the_real_one() {
    let (hub, maya, declan) = declan_calls(Role::Supervisor).await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.join", json!({"id": declan})).await;
    let maya = maya.restart().await;
    let counts = maya.ok("app.state", json!({})).await["counts"].clone();
    assert_eq!((&counts["my"], &counts["help"]), (&json!(1), &json!(0)), "{counts}");
    let list = maya.ok("conversations.list", json!({"section": "my", "offset": 0, "limit": 9})).await;
    assert_eq!((&list["rows"][0]["pending"][0]["what"], &list["rows"][0]["help"]), (&json!("Join"), &Value::Null));
    let view = maya.ok("conversation.open", json!({"id": declan})).await;
    assert_eq!((&view["people"][0]["me"], &view["may"]["reply"]), (&json!(true), &json!(true)), "{view}");
    hub.come_back();
    let confirmed = |view: &Value| view["row"]["pending"] == json!([]) && view["people"][0]["me"] == true;
    maya.until("confirmed", "conversation.open", json!({"id": declan}), confirmed).await;
    assert_eq!(maya.count("my").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_does_not_answer_is_not_called_live_and_the_outage_has_one_time() {
    let hub = FakeHub::start().await;
    let brisk = Pace {
        ask: Duration::from_millis(100),
        quiet: Duration::from_millis(300),
        silence: Duration::from_millis(1_500),
        reconnect: Duration::from_secs(600),
        longest: Duration::from_secs(600),
        ..Pace::default()
    };
    let maya = Maya::signed_out_at(brisk).await;
    maya.sign_in(&hub).await;
    hub.freezes(true);
    let silent = |app: &Value| app["connection"]["state"] == "silent";
    let app = maya.until("silent", "app.state", json!({}), silent).await;
    hub.freezes(false);
    maya.until_live().await;
    assert!(app["connection"]["since"].is_string(), "{app}");
    hub.freezes(true);
    let silent = maya.until("silent again", "app.state", json!({}), silent).await["connection"]["since"].clone();
    let offline = maya.until_offline().await["connection"]["since"].clone();
    assert_eq!(offline, silent, "it began when the hub was last heard");
    hub.go_down();
    let maya = maya.restart().await;
    assert_eq!(maya.until_offline().await["connection"]["since"], offline, "and after a restart it is the same outage");
}
