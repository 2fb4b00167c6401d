//! Requests from links and the tray, and the system's setting for the start at login.

use serde_json::json;

use crate::desk::Maya;
use crate::hub::FakeHub;

#[tokio::test(flavor = "multi_thread")]
async fn a_link_waits_until_somebody_is_signed_in_and_is_told_once() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_out().await;
    maya.desk.follow_link(&format!("tandem://conversation/{carmen}"));
    maya.until_told("that a link was followed", |change| change["type"] == "wanted").await;
    assert_eq!(maya.ok("window.wanted", json!({})).await, json!({"type": "nothing"}));
    maya.sign_in(&hub).await;
    let wanted = maya.ok("window.wanted", json!({})).await;
    assert_eq!(wanted, json!({"type": "conversation", "id": carmen}));
    assert_eq!(maya.ok("conversation.open", json!({"id": carmen})).await["row"]["name"], "Carmen Menzel");
    assert_eq!(maya.ok("window.wanted", json!({})).await, json!({"type": "nothing"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_leads_nowhere_says_so_even_to_nobody() {
    let maya = Maya::signed_out().await;
    maya.desk.follow_link("tandem://conversation/../../etc");
    let wanted = maya.ok("window.wanted", json!({})).await;
    assert_eq!(wanted["type"], "nowhere");
    assert!(wanted["reason"].as_str().unwrap().starts_with("This link cannot be opened"), "{wanted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_is_not_there_is_explained() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let gone = json!({"id": "0192b0a8-7f4e-7c3a-9d21-5b8e0f1a2b3c"});
    let explained = maya.desk.rpc("conversation.open", gone.clone()).await.unwrap_err();
    assert_eq!(explained.code, "conversation.unknown");
    assert!(explained.message.contains("or you may not see it"), "{explained:?}");
    hub.go_down();
    maya.until_offline().await;
    let explained = maya.desk.rpc("conversation.open", gone).await.unwrap_err();
    assert_eq!(explained.code, "desk.offline");
    assert!(explained.message.contains("as soon as you are connected"), "{explained:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_is_shown_to_whoever_is_signed_in() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    maya.desk.show_section(tandem_conversation::Section::Help);
    assert_eq!(maya.ok("window.wanted", json!({})).await, json!({"type": "section", "section": "help"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_system_starts_a_desk_it_says_so() {
    let maya = Maya::signed_out().await;
    assert_eq!(maya.ok("startup.get", json!({})).await["state"], "unavailable");
    assert_eq!(maya.refused("startup.set", json!({"atLogin": true})).await, "startup.failed");
}
