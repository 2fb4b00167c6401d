//! Client-made ids: scoped by sender, with one meaning.

use crate::common::{SECRET, TestHub, TestLogic};
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

const NIL: &str = "00000000-0000-0000-0000-000000000000";

#[tokio::test]
async fn the_same_id_with_other_words_is_refused_and_not_swallowed() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    let id = Uuid::now_v7();
    let (status, first) = carmen.sends(&json!({ "id": id, "text": "first" })).await;
    assert_eq!(status, 200);
    let (status, problem) = carmen.sends(&json!({ "id": id, "text": "second" })).await;
    assert_eq!((status, &problem["code"]), (409, &json!("input.id_used")), "{problem}");
    assert_eq!(carmen.sends(&json!({ "id": id, "text": "first" })).await, (200, first), "a repeat stays a repeat");
    assert_eq!(carmen.sees().await.len(), 1);
}

#[tokio::test]
async fn nobody_uses_up_the_id_of_somebody_else_or_reads_its_answer() {
    let hub = TestHub::start(None).await;
    let (carmen, aiko) = (hub.customer().await, hub.customer().await);
    let id = Uuid::now_v7();
    for word in ["one", "two", "three"] {
        carmen.writes(word).await;
    }
    let (_, hers) = carmen.sends(&json!({ "id": id, "text": "Hello" })).await;
    let (status, other) = aiko.sends(&json!({ "id": id, "text": "Hello" })).await;
    assert_eq!(status, 200);
    assert_ne!(other["position"], hers["position"], "Aiko's message is in her own conversation");
    assert_eq!(aiko.sees().await.len(), 1, "and not lost");
}

#[tokio::test]
async fn commands_of_agents_are_theirs_too() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, jonas) = (hub.customer().await, hub.maya().await, hub.jonas().await);
    carmen.writes("Hello").await;
    let id = carmen.conversation().await;
    maya.finds(&id, "help").await;
    let command = Uuid::now_v7().to_string();
    let join = json!({ "type": "join" });
    assert_eq!(maya.commands_as(&command, &id, join.clone()).await.0, 200);
    let leave = json!({ "type": "leave", "reason": "lunch" });
    let elsewhere = Uuid::now_v7().to_string();
    for (conversation, wish) in [(&id, leave), (&elsewhere, join.clone())] {
        let (status, problem) = maya.commands_as(&command, conversation, wish).await;
        assert_eq!((status, &problem["code"]), (409, &json!("input.id_used")), "{problem}");
    }
    maya.does(&id, json!({ "type": "ask_for_help", "reason": "" })).await;
    let (status, problem) = jonas.commands_as(&command, &elsewhere, join.clone()).await;
    assert_eq!((status, &problem["code"]), (404, &json!("conversation.unknown")), "{problem}");
    assert_eq!(jonas.commands_as(&command, &id, join.clone()).await.0, 200, "Jonas joins with an id of his own");
    assert_eq!(maya.commands_as(&command, &id, join).await.0, 200, "a repeat stays a repeat");
}

#[tokio::test]
async fn the_nil_id_is_nobodys() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    let refused = |(status, problem): (u16, Value)| {
        assert_eq!((status, &problem["code"]), (422, &json!("input.invalid")), "{problem}");
    };
    refused(carmen.sends(&json!({ "id": NIL, "text": "Hello" })).await);
    carmen.writes("Hello").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    refused(maya.commands_as(NIL, &id, json!({ "type": "leave", "reason": "lunch" })).await);
    refused(maya.commands(&id, json!({ "type": "note", "turn": NIL, "text": "calls from Porto" })).await);
    let ada = hub.ada().await;
    let asks = |request: reqwest::RequestBuilder, token: &str| {
        let request = request.bearer_auth(token);
        async move {
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.json().await.unwrap())
        }
    };
    let client = reqwest::Client::new();
    let button = client.put(format!("{}/api/v1/buttons/{NIL}", hub.base)).json(&json!({ "title": "A", "action": "a" }));
    refused(asks(button, &ada.token).await);
    let upload = format!("/media?conversation={id}&name=a.txt&id={NIL}");
    refused(asks(client.post(format!("{}/api/v1{upload}", hub.base)).body("a"), &maya.token).await);
    let logic = TestLogic::acting(json!([])).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let carmen = hub.customer().await;
    carmen.writes("Hello").await;
    let upload = format!("/media?conversation={}&name=a.txt&id={NIL}", carmen.conversation().await);
    refused(asks(client.post(format!("{}/api/v1/logic{upload}", hub.base)).body("a"), SECRET).await);
}

#[tokio::test]
async fn text_that_shows_nothing_is_empty_and_control_characters_are_left_out() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    for text in ["\u{200b}", "\u{2800}", "\u{3164}", "\u{2060}", "\0", "\u{ad}\u{fe0f} \n"] {
        let (status, problem) = carmen.sends(&json!({ "id": Uuid::now_v7(), "text": text })).await;
        assert_eq!(status, 422, "{text:?}: {problem}");
    }
    assert!(carmen.sees().await.is_empty(), "no conversation begins");
    carmen.writes("a\0b\u{1b}[1m\u{7}\tc\nd \u{202e}e").await;
    assert_eq!(carmen.sees().await[0]["text"], "ab[1m\tc\nd \u{202e}e");
}

/// Says something as Your Logic; signed messages have an id.
async fn logic_says(hub: &TestHub, conversation: &str, message: Option<&str>, answer: &Value) -> (u16, Value) {
    let body = answer.to_string();
    let url = format!("{}/api/v1/logic/conversations/{conversation}/responses", hub.base);
    let mut request = reqwest::Client::new().post(url).bearer_auth(SECRET).header("content-type", "application/json");
    if let Some(id) = message {
        let at = jsonwebtoken::get_current_timestamp();
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
        let tag = STANDARD.encode(ring::hmac::sign(&key, format!("{id}.{at}.{body}").as_bytes()));
        request = request.header("webhook-id", id).header("webhook-timestamp", at);
        request = request.header("webhook-signature", format!("v1,{tag}"));
    }
    let response = request.body(body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn an_answer_belongs_to_the_conversation_in_which_it_was_asked_for() {
    let logic = TestLogic::start(|request| {
        let is_turn = request["trigger"]["type"] == "TURN" && request["trigger"]["by"]["kind"] == "customer";
        let status = if is_turn { axum::http::StatusCode::ACCEPTED } else { axum::http::StatusCode::NO_CONTENT };
        status.into_response()
    })
    .await;
    let folder = TestHub::start(None).await.stop().await;
    let hub = TestHub::on(folder, Some(&logic.url), 30_000).await;
    let (carmen, aiko) = (hub.customer().await, hub.customer().await);
    carmen.writes("Where is my order?").await;
    aiko.writes("Where is mine?").await;
    let (hers, others) = (carmen.conversation().await, aiko.conversation().await);
    let request = crate::common::eventually("Your Logic is asked", || async {
        let asked = logic.asked.lock().unwrap();
        let is_hers = |one: &&Value| one["conversation"]["id"] == hers.as_str() && one["trigger"]["type"] == "TURN";
        asked.iter().find(is_hers).map(|one| one["requestId"].clone())
    })
    .await;
    let answer = json!({ "requestId": request, "actions": [{ "type": "MESSAGE", "text": "Your order is in Lyon" }] });
    for _ in 0..2 {
        let (status, problem) = logic_says(&hub, &others, None, &answer).await;
        assert_eq!((status, &problem["code"]), (409, &json!("logic.no_request")), "{problem}");
    }
    let sofia = hub.sofia().await;
    let (_, turns) = sofia.gets(&format!("/api/v1/conversations/{others}/turns")).await;
    assert!(!turns.to_string().contains("Lyon"), "Aiko's agents see nothing of it: {turns}");
    assert_eq!(logic_says(&hub, &hers, None, &answer).await.0, 200, "and it still counts where it belongs");
    carmen.waits_for("Your order is in Lyon").await;
    assert_eq!(logic_says(&hub, &others, None, &answer).await.0, 409, "also afterwards");
    assert_eq!(logic_says(&hub, &hers, None, &answer).await.0, 200, "a repeat stays a repeat");
}

#[tokio::test]
async fn a_signed_message_answers_one_request() {
    let logic = TestLogic::start(|_| axum::http::StatusCode::ACCEPTED.into_response()).await;
    let hub = TestHub::on(TestHub::start(None).await.stop().await, Some(&logic.url), 30_000).await;
    let mut asked = Vec::new();
    for text in ["Where is my order?", "And where is my parcel?"] {
        let customer = hub.customer().await;
        customer.writes(text).await;
        let id = customer.conversation().await;
        let request = crate::common::eventually("Your Logic is asked", || async {
            let asked = logic.asked.lock().unwrap();
            asked.iter().find(|one| one["conversation"]["id"] == id.as_str()).map(|one| one["requestId"].clone())
        })
        .await;
        asked.push((id, json!({ "requestId": request, "actions": [{ "type": "MESSAGE", "text": "It has left" }] })));
    }
    let [(hers, to_hers), (others, to_others)] = &asked[..] else { panic!("two requests") };
    let (status, first) = logic_says(&hub, hers, Some("msg_1"), to_hers).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(logic_says(&hub, hers, Some("msg_1"), to_hers).await, (200, first), "a repeat stays a repeat");
    let (status, problem) = logic_says(&hub, others, Some("msg_1"), to_others).await;
    assert_eq!((status, &problem["code"]), (409, &json!("input.id_used")), "{problem}");
    assert_eq!(logic_says(&hub, others, Some("msg_2"), to_others).await.0, 200);
}

#[tokio::test]
async fn a_signed_message_belongs_to_one_conversation() {
    let hub = TestHub::start(Some("http://127.0.0.1:1/logic")).await;
    let (carmen, aiko) = (hub.customer().await, hub.customer().await);
    carmen.writes("Hello").await;
    aiko.writes("Hello").await;
    let (hers, others) = (carmen.conversation().await, aiko.conversation().await);
    let news = json!({ "actions": [{ "type": "MESSAGE", "text": "It has left" }] });
    let (status, first) = logic_says(&hub, &hers, Some("msg_1"), &news).await;
    assert_eq!(status, 200, "{first}");
    let (status, problem) = logic_says(&hub, &others, Some("msg_1"), &news).await;
    assert_eq!((status, &problem["code"]), (409, &json!("input.id_used")), "{problem}");
    assert_eq!(logic_says(&hub, &hers, Some("msg_1"), &news).await, (200, first), "a repeat stays a repeat");
    assert_eq!(logic_says(&hub, &others, Some("msg_2"), &news).await.0, 200);
    aiko.waits_for("It has left").await;
}

#[tokio::test]
async fn an_id_means_one_turn_of_its_conversation_whoever_sends_it() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    let mine = Uuid::now_v7();
    let (_, first) = carmen.sends(&json!({ "id": mine, "text": "I want booking A" })).await;
    let id = carmen.conversation().await;
    maya.finds(&id, "help").await;
    maya.does(&id, json!({ "type": "join" })).await;
    let position = |state: &Value| state["position"].clone();
    let at = position(&maya.state(&id).await);
    let reply = |turn: &Uuid, text: &str, against: &Value| {
        let content = json!({ "type": "text", "text": text });
        json!({ "type": "reply", "turn": turn, "content": content, "writtenAgainst": against })
    };
    let (status, problem) = maya.commands(&id, reply(&mine, "No, booking B", &at)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("input.id_used")), "{problem}");
    let own = Uuid::now_v7();
    let (status, sent) = maya.commands(&id, reply(&own, "Booking A is yours", &at)).await;
    assert_eq!(status, 200, "{sent}");
    let at = position(&maya.state(&id).await);
    let (status, problem) = maya.commands(&id, reply(&own, "Booking B is yours", &at)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("input.id_used")), "{problem}");
    // Under another command, whose answer nobody remembers, the log knows it.
    assert_eq!(maya.commands(&id, reply(&own, "Booking A is yours", &at)).await.1["position"], sent["position"]);
    assert_eq!(carmen.sends(&json!({ "id": mine, "text": "I want booking A" })).await.1, first);
    let seen = carmen.sees().await;
    let said: Vec<_> = seen.iter().filter_map(|entry| entry["text"].as_str()).collect();
    assert!(said.contains(&"I want booking A") && said.contains(&"Booking A is yours"), "{said:?}");
    assert!(!said.iter().any(|text| text.contains("booking B") || text.contains("Booking B")), "{said:?}");
}
