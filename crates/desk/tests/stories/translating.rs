//! Maya reads Carmen's Portuguese in her own language, and answers in Carmen's. Only the words themselves are ever sent,
//! copied or found.

use serde_json::{Value, json};
use tandem_conversation::{ConversationId, EventBody, TurnId};

use crate::desk::{Maya, words};
use crate::hub::{FakeHub, Shared};

const ASKS: &str = "Olá, comprei um bilhete ontem e ainda não recebi a confirmação.";

async fn carmen_writes_portuguese() -> (Shared, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, ASKS);
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &[ASKS]).await;
    (hub, maya, carmen)
}

fn turns(hub: &FakeHub) -> Vec<TurnId> {
    let added = |body: &EventBody| match body {
        EventBody::TurnAdded { turn, .. } => Some(turn.id),
        _ => None,
    };
    hub.world().log.iter().filter_map(|event| added(&event.body)).collect()
}

async fn translating(maya: &Maya, of: ConversationId) -> Value {
    maya.ok("conversation.open", json!({"id": of})).await["translating"].clone()
}

/// What stands beside each turn, oldest first.
async fn beside(maya: &Maya, of: ConversationId) -> Vec<Value> {
    let entries = maya.ok("conversation.entries", json!({"id": of, "limit": 200})).await;
    let said = |entry: &&Value| entry["by"]["kind"] == "customer";
    entries["entries"].as_array().unwrap().iter().filter(said).map(|entry| entry["translation"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_in_another_language_is_offered_and_stays_translated() {
    let (hub, maya, carmen) = carmen_writes_portuguese().await;
    let offered = json!({"from": "pt", "to": "en", "on": false, "foreign": true});
    assert_eq!(translating(&maya, carmen).await, offered);
    assert_eq!(beside(&maya, carmen).await, [Value::Null]);

    maya.ok("conversation.readTranslated", json!({"id": carmen, "on": true})).await;
    assert_eq!(translating(&maya, carmen).await["on"], true);
    assert_eq!(beside(&maya, carmen).await, [json!({"is": "wanted"})]);
    hub.customer_writes(carmen, "obrigada!");
    maya.until_words(carmen, &[ASKS, "obrigada!"]).await;
    let asked = json!({"id": carmen, "turns": turns(&hub)});
    assert_eq!(maya.ok("conversation.translate", asked.clone()).await, json!({"untranslated": []}));
    let made = |text: &str| json!({"is": "made", "text": format!("[en] {text}"), "from": "pt", "by": "model"});
    assert_eq!(beside(&maya, carmen).await, [made(ASKS), made("obrigada!")]);
    assert_eq!(hub.world().translated.len(), 1, "one request for all");
    maya.ok("conversation.translate", asked).await;
    assert_eq!(hub.world().translated.len(), 1, "what is known is not asked for again");

    let maya = maya.restart().await;
    maya.until_live().await;
    assert_eq!(beside(&maya, carmen).await, [made(ASKS), made("obrigada!")], "after a restart");
    hub.go_down();
    maya.until_offline().await;
    assert_eq!(beside(&maya, carmen).await, [made(ASKS), made("obrigada!")], "and without the hub");
    maya.ok("conversation.readTranslated", json!({"id": carmen, "on": false})).await;
    assert_eq!(beside(&maya, carmen).await, [Value::Null, Value::Null]);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_in_the_agents_own_language_get_no_translation_however_short_they_are() {
    let (hub, maya, carmen) = carmen_writes_portuguese().await;
    maya.ok("conversation.readTranslated", json!({"id": carmen, "on": true})).await;
    hub.customer_writes(carmen, "Okay then");
    maya.until_words(carmen, &[ASKS, "Okay then"]).await;
    maya.ok("conversation.translate", json!({"id": carmen, "turns": turns(&hub)})).await;
    let beside = beside(&maya, carmen).await;
    assert_eq!((&beside[0]["is"], &beside[1]), (&json!("made"), &Value::Null), "{beside:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_translation_is_named_and_stays_as_it_was_written() {
    let (hub, maya, carmen) = carmen_writes_portuguese().await;
    maya.ok("conversation.readTranslated", json!({"id": carmen, "on": true})).await;
    for words in ["isto é too hard", "12345 \u{1f44d}", "This one is in plain English, as Maya reads it herself."] {
        hub.customer_writes(carmen, words);
    }
    let last = |entries: &Value| words(entries).len() == 4;
    maya.until("all words", "conversation.entries", json!({"id": carmen, "limit": 9}), last).await;
    let (wanted, nothing) = (json!({"is": "wanted"}), Value::Null);
    assert_eq!(beside(&maya, carmen).await, [wanted.clone(), wanted.clone(), nothing.clone(), nothing.clone()]);
    let hard = turns(&hub)[1];
    let told = maya.ok("conversation.translate", json!({"id": carmen, "turns": turns(&hub)})).await;
    assert_eq!(told["untranslated"][0], json!(hard), "{told}");
    hub.go_down();
    maya.until_offline().await;
    let asked = json!({"id": carmen, "turns": [hard]});
    assert_eq!(maya.refused("conversation.translate", asked.clone()).await, "desk.offline");
    assert_eq!(maya.reason("conversation.translate", asked).await, "Translates when back online.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_proposed_in_the_customers_language_and_only_that() {
    let (hub, maya, carmen) = carmen_writes_portuguese().await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "Tomorrow.", "note": false})).await;
    let made = maya.ok("conversation.translateReply", json!({"id": carmen, "text": "Tomorrow."})).await;
    assert_eq!(made, json!({"text": "[pt] Tomorrow.", "to": "pt", "by": "model"}));
    assert_eq!(maya.ok("conversation.open", json!({"id": carmen})).await["drafts"]["reply"], "Tomorrow.");
    assert_eq!(turns(&hub).len(), 1, "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_and_lists_know_the_words_alone() {
    let (hub, maya, carmen) = carmen_writes_portuguese().await;
    maya.ok("conversation.readTranslated", json!({"id": carmen, "on": true})).await;
    maya.ok("conversation.translate", json!({"id": carmen, "turns": turns(&hub)})).await;
    maya.until_words(carmen, &[ASKS]).await;
    let find = |query: &str| json!({"query": query, "limit": 9, "hub": false});
    assert_eq!(maya.ok("search", find("bilhete")).await["hits"].as_array().map(Vec::len), Some(1));
    assert_eq!(maya.ok("search", find("[en]")).await["hits"].as_array().map(Vec::len), Some(0));
    let list = maya.ok("conversations.list", json!({"section": "my", "offset": 0, "limit": 9})).await;
    assert_eq!(list["rows"][0]["words"], ASKS);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_says_which_languages_need_no_translation() {
    let (_hub, maya, carmen) = carmen_writes_portuguese().await;
    let mut settings = maya.ok("app.state", json!({})).await["settings"].clone();
    assert_eq!(settings["reads"], json!([]));
    settings["reads"] = json!(["de", "pt-BR"]);
    maya.ok("settings.set", settings.clone()).await;
    assert_eq!(translating(&maya, carmen).await, json!({"from": "pt", "to": "de", "on": false, "foreign": false}));
    settings["reads"] = json!(["Portuguese"]);
    assert_eq!(maya.refused("settings.set", settings).await, "settings.reads");
}
