//! Custom buttons: who may define, see and press which; what is refused; and that every client is told of a change.

use crate::common::partner::{Partner, invited};
use crate::common::{Agent, TestHub, TestLogic, eventually, frame, frames_until};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

impl Agent {
    async fn defines(&self, id: Uuid, button: Value) -> (u16, Value) {
        self.asks(Method::PUT, &format!("/api/v1/buttons/{id}"), Some(&button)).await
    }

    async fn removes(&self, id: Uuid) -> (u16, Value) {
        self.asks(Method::DELETE, &format!("/api/v1/buttons/{id}"), None).await
    }

    async fn sees_buttons(&self) -> Vec<String> {
        titles(&self.gets("/api/v1/buttons").await.1)
    }

    async fn presses(&self, conversation: &str, action: &str) -> (u16, Value) {
        self.commands(conversation, json!({ "type": "press_button", "action": action })).await
    }
}

fn titles(buttons: &Value) -> Vec<String> {
    let all = buttons.as_array().cloned().unwrap_or_default();
    all.iter().map(|button| button["title"].as_str().unwrap().to_owned()).collect()
}

fn refund() -> Value {
    json!({ "title": "Refund", "action": "refund" })
}

#[tokio::test]
async fn every_door_knows_every_role() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    let (maya, sofia, ada) = (hub.maya().await, hub.sofia().await, hub.ada().await);
    let id = Uuid::now_v7();
    let path = format!("/api/v1/buttons/{id}");
    for (method, path, agent, supervisor, admin) in [
        (Method::PUT, path.as_str(), 403, 403, 200),
        (Method::GET, "/api/v1/buttons", 200, 200, 200),
        (Method::DELETE, path.as_str(), 403, 403, 204),
        (Method::DELETE, path.as_str(), 403, 403, 404),
        (Method::PUT, "/api/v1/buttons/nonsense", 403, 403, 404),
        (Method::DELETE, "/api/v1/buttons/nonsense", 403, 403, 404),
        (Method::POST, "/api/v1/buttons", 405, 405, 405),
    ] {
        let body = (method == Method::PUT).then(refund);
        let nobody = Agent { base: hub.base.clone(), token: "nobody's".into(), refresh: String::new() };
        let customer = Agent { base: hub.base.clone(), token: carmen.token.clone(), refresh: String::new() };
        let outsiders = if method == Method::POST { 405 } else { 401 };
        let people =
            [(&nobody, outsiders), (&customer, outsiders), (&maya, agent), (&sofia, supervisor), (&ada, admin)];
        for (person, wanted) in people {
            let (status, answer) = person.asks(method.clone(), path, body.as_ref()).await;
            assert_eq!(status, wanted, "{method} {path}: {answer}");
        }
    }
}

#[tokio::test]
async fn bad_definitions_are_named_and_change_nothing() {
    let hub = TestHub::start(None).await;
    let ada = hub.ada().await;
    let (kept, other) = (Uuid::now_v7(), Uuid::now_v7());
    assert_eq!(ada.defines(kept, refund()).await.0, 200);
    let before = ada.gets("/api/v1/buttons").await;
    for (definition, status, code) in [
        (json!({}), 422, "input.invalid"),
        (json!({ "title": "Refund" }), 422, "input.invalid"),
        (json!({ "title": " ", "action": "x" }), 422, "input.invalid"),
        (json!({ "title": "\u{200b}\u{2060}", "action": "x" }), 422, "input.invalid"),
        (json!({ "title": "x", "copy": "\u{200b}" }), 422, "input.invalid"),
        (json!({ "title": "x".repeat(61), "action": "x" }), 422, "input.invalid"),
        (json!({ "title": "x", "action": "" }), 422, "input.invalid"),
        (json!({ "title": "x", "action": "x", "order": -1 }), 422, "input.invalid"),
        (json!({ "title": "x", "action": "x", "surprise": 1 }), 422, "input.invalid"),
        (json!({ "title": "x", "action": "x", "id": kept }), 422, "input.invalid"),
        (json!({ "title": "x", "copy": "{customer.secret}" }), 422, "input.invalid"),
        (json!({ "title": "x", "url": "javascript:alert(1)" }), 422, "input.invalid"),
        (json!({ "title": "x", "url": "https://{customer.name}.example/" }), 422, "input.invalid"),
        (json!({ "title": "Give back", "action": "refund" }), 409, "button.action_taken"),
    ] {
        let (got, problem) = ada.defines(other, definition.clone()).await;
        assert_eq!((got, &problem["code"]), (status, &json!(code)), "{definition} → {problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{problem} says what to do");
    }
    assert_eq!(ada.defines(kept, json!({ "title": "", "action": "refund" })).await.0, 422);
    assert_eq!(ada.gets("/api/v1/buttons").await, before);
    let turned = json!({ "title": "Give\u{202e}\n back", "action": "give" });
    assert_eq!(ada.defines(other, turned).await.1["title"], "Give back");
}

#[tokio::test]
async fn an_account_has_a_hundred_buttons_at_most() {
    let hub = TestHub::start(None).await;
    let ada = hub.ada().await;
    for n in 0..100 {
        assert_eq!(ada.defines(Uuid::now_v7(), json!({ "title": format!("{n}"), "copy": "x" })).await.0, 200);
    }
    let (status, problem) = ada.defines(Uuid::now_v7(), refund()).await;
    assert_eq!((status, &problem["code"]), (409, &json!("button.too_many")));
}

#[tokio::test]
async fn a_definition_is_replaced_as_a_whole_and_stands_in_its_place() {
    let hub = TestHub::start(None).await;
    let (ada, maya) = (hub.ada().await, hub.maya().await);
    let whole = json!({ "title": "Booking", "description": "Opens it.", "action": "look", "copy": "{customer.name}",
        "url": "https://example.com/{conversation.id}", "agents": true, "external": true, "active": true, "order": 7 });
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let (status, button) = ada.defines(first, whole.clone()).await;
    assert_eq!(status, 200);
    let mut with_id = whole.clone();
    with_id["id"] = json!(first);
    assert_eq!(button, with_id);
    assert_eq!(ada.gets("/api/v1/buttons").await.1, json!([with_id]), "as it was defined");
    ada.defines(second, json!({ "title": "Apology", "copy": "We are sorry, {customer.name}.", "order": 7 })).await;
    assert_eq!(maya.sees_buttons().await, ["Apology", "Booking"], "equals stand by title");
    ada.defines(first, refund()).await;
    assert_eq!(maya.sees_buttons().await, ["Refund", "Apology"]);
    assert_eq!(
        ada.gets("/api/v1/buttons").await.1[0],
        json!({ "id": first, "title": "Refund", "action": "refund", "agents": true, "external": false,
            "active": true, "order": 0 }),
        "nothing is left of what it was"
    );
    let folder = hub.stop().await;
    let hub = TestHub::on(folder, None, 1_000).await;
    assert_eq!(hub.maya().await.sees_buttons().await, ["Refund", "Apology"], "after a restart");
}

#[tokio::test]
async fn everybody_sees_and_presses_only_what_is_theirs() {
    let logic = TestLogic::acting(json!([])).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, maya, ada) = (hub.customer().await, hub.maya().await, hub.ada().await);
    for (title, agents, external, active) in [
        ("agents", true, false, true),
        ("external", false, true, true),
        ("both", true, true, true),
        ("inactive", true, true, false),
        ("nobody", false, false, true),
    ] {
        let definition = json!({ "title": title, "action": title, "agents": agents, "external": external,
            "active": active });
        assert_eq!(ada.defines(Uuid::now_v7(), definition).await.0, 200);
    }
    assert_eq!(maya.sees_buttons().await, ["agents", "both"]);
    assert_eq!(ada.sees_buttons().await, ["agents", "both", "external", "inactive", "nobody"]);

    carmen.writes("My money, please").await;
    let id = carmen.conversation().await;
    maya.finds(&id, "help").await;
    let (status, problem) = maya.presses(&id, "agents").await;
    assert_eq!((status, &problem["code"]), (409, &json!("conversation.not_engaged")));
    maya.does(&id, json!({ "type": "join" })).await;
    let (token, _) = invited(&maya, &id).await;
    let aerolinx = Partner::new(&hub.base, &token);
    assert_eq!(aerolinx.asks(Method::GET, "buttons", None).await.0, 409, "not before it is opened");
    aerolinx.opens().await;
    let (_, seen) = aerolinx.asks(Method::GET, "buttons", None).await;
    assert_eq!(titles(&seen), ["both", "external"]);

    for (action, by_maya, by_aerolinx) in [
        ("agents", 200, 409),
        ("external", 409, 204),
        ("both", 200, 204),
        ("inactive", 409, 409),
        ("nobody", 409, 409),
        ("unheard of", 409, 409),
    ] {
        let (status, problem) = maya.presses(&id, action).await;
        assert_eq!(status, by_maya, "{action}: {problem}");
        let press = json!({ "id": Uuid::now_v7(), "action": action });
        let (other, told) = aerolinx.asks(Method::POST, "press", Some(&press)).await;
        assert_eq!(other, by_aerolinx, "{action}: {told}");
        for refused in [problem, told].iter().filter(|answer| answer["status"] == 409) {
            assert_eq!(refused["code"], "conversation.no_button");
            assert!(refused["detail"].as_str().unwrap().contains("not offered any more"), "{refused}");
        }
    }
    let heard = || async {
        let asked = logic.asked.lock().unwrap().clone();
        let pressed = asked.iter().filter(|request| request["trigger"]["type"] == "BUTTON_PRESSED");
        let actions: Vec<_> = pressed.map(|request| request["trigger"]["action"].clone()).collect();
        (actions.len() >= 4).then_some(actions)
    };
    let heard = eventually("Your Logic hears of each", heard).await;
    assert_eq!(heard, ["agents", "external", "both", "both"]);
}

#[tokio::test]
async fn a_press_is_told_once_by_title_and_its_refusal_is_remembered() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, ada) = (hub.customer().await, hub.maya().await, hub.ada().await);
    carmen.writes("My money, please").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let press = json!({ "type": "press_button", "action": "refund" });
    let (early, late) = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
    let refused = maya.commands_as(&early, &id, press.clone()).await;
    assert_eq!((refused.0, &refused.1["code"]), (409, &json!("conversation.no_button")));
    let button = Uuid::now_v7();
    ada.defines(button, refund()).await;
    assert_eq!(maya.commands_as(&early, &id, press.clone()).await.0, 409, "the same id has one answer");
    let first = maya.commands_as(&late, &id, press.clone()).await;
    assert_eq!(first.0, 200);
    assert_eq!(ada.removes(button).await.0, 204);
    assert_eq!(maya.commands_as(&late, &id, press.clone()).await, first, "also after the button is gone");
    assert_eq!(maya.commands(&id, press).await.0, 409);
    let (_, turns) = maya.gets(&format!("/api/v1/conversations/{id}/turns")).await;
    let events = turns["events"].as_array().unwrap().iter();
    let pressed: Vec<_> = events.filter(|event| event["body"]["button_pressed"].is_object()).collect();
    let [event] = pressed.as_slice() else { panic!("one press: {pressed:?}") };
    assert_eq!(event["body"]["button_pressed"], json!({ "action": "refund", "title": "Refund" }));
}

#[tokio::test]
async fn desks_hear_at_once_what_agents_may_see() {
    let hub = TestHub::start(None).await;
    let (maya, ada) = (hub.maya().await, hub.ada().await);
    ada.defines(Uuid::now_v7(), json!({ "title": "For partners", "copy": "x", "agents": false, "external": true }))
        .await;
    let mut desk = maya.live(None).await;
    let told = |frame: &Value| titles(&frame["buttons"]["buttons"]);
    let greeting = frames_until(&mut desk, |frame| frame["alive"].is_object()).await;
    let first = greeting.iter().find(|frame| frame["buttons"].is_object()).expect("with the first frames");
    assert!(told(first).is_empty());
    let id = Uuid::now_v7();
    ada.defines(id, refund()).await;
    let next = frames_until(&mut desk, |frame| frame["buttons"].is_object()).await.pop().unwrap();
    assert_eq!(told(&next), ["Refund"]);
    ada.defines(id, json!({ "title": "Refund", "action": "refund", "active": false })).await;
    let next = frames_until(&mut desk, |frame| frame["buttons"].is_object()).await.pop().unwrap();
    assert!(told(&next).is_empty());
    let mut admins = ada.live(None).await;
    let greeting = frames_until(&mut admins, |frame| frame["alive"].is_object()).await;
    let first = greeting.iter().find(|frame| frame["buttons"].is_object()).unwrap();
    assert!(told(first).is_empty(), "the desk of an administrator is a desk");
}

#[tokio::test]
async fn the_page_of_a_partner_gets_filled_buttons_and_asks_again_when_told() {
    let answer = json!({ "conversation": { "custom": { "booking": "NW-20418" } } });
    let logic = TestLogic::start(move |request| {
        let asks = request["trigger"]["turn"]["content"]["text"] == "NW-20418";
        axum::response::IntoResponse::into_response(axum::Json(if asks { answer.clone() } else { json!({}) }))
    })
    .await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, maya, ada) = (hub.customer().await, hub.maya().await, hub.ada().await);
    let id = Uuid::now_v7();
    let definition = json!({ "title": "Booking", "copy": "{conversation.custom.booking} for {agent.name}",
        "url": "https://example.com/{conversation.custom.booking}", "external": true });
    ada.defines(id, definition).await;
    carmen.writes("Is seat 4A free?").await;
    let conversation = carmen.conversation().await;
    maya.finds(&conversation, "help").await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let (token, _) = invited(&maya, &conversation).await;
    let aerolinx = Partner::new(&hub.base, &token);
    aerolinx.opens().await;
    let (_, seen) = aerolinx.asks(Method::GET, "buttons", None).await;
    assert!(seen[0]["unusable"].is_string() && seen[0]["url"].is_null() && seen[0]["copy"].is_null(), "{seen}");
    assert!(!seen.to_string().contains("custom"), "which data the company keeps is not for outsiders: {seen}");

    let mut page = aerolinx.live().await;
    crate::common::say(&mut page, &json!({ "type": "hello", "after": 0 }).to_string()).await;
    frames_until(&mut page, |frame| frame["type"] == "ready").await;
    carmen.writes("NW-20418").await;
    frames_until(&mut page, |frame| frame["type"] == "buttons").await;
    let (_, seen) = aerolinx.asks(Method::GET, "buttons", None).await;
    assert_eq!(
        seen,
        json!([{ "id": id, "title": "Booking", "copy": "NW-20418 for Aerolinx", "url": "https://example.com/NW-20418" }])
    );
    ada.removes(id).await;
    loop {
        let next = frame(&mut page).await;
        if next["type"] == "buttons" && aerolinx.asks(Method::GET, "buttons", None).await.1 == json!([]) {
            break;
        }
    }
}

#[tokio::test]
async fn a_partners_press_is_one_however_often_it_is_sent() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, ada) = (hub.customer().await, hub.maya().await, hub.ada().await);
    ada.defines(Uuid::now_v7(), json!({ "title": "Seat is free", "action": "free", "external": true })).await;
    carmen.writes("Is seat 4A free?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let (token, _) = invited(&maya, &id).await;
    let aerolinx = Partner::new(&hub.base, &token);
    aerolinx.opens().await;
    let press = json!({ "id": Uuid::now_v7(), "action": "free" });
    for _ in 0..3 {
        assert_eq!(aerolinx.asks(Method::POST, "press", Some(&press)).await.0, 204);
    }
    for wrong in [json!({}), json!({ "id": "x", "action": "free" }), json!({ "id": Uuid::now_v7(), "action": "" })] {
        assert_eq!(aerolinx.asks(Method::POST, "press", Some(&wrong)).await.0, 422, "{wrong}");
    }
    let (_, turns) = maya.gets(&format!("/api/v1/conversations/{id}/turns")).await;
    let events = turns["events"].as_array().unwrap().iter();
    assert_eq!(events.filter(|event| event["body"]["button_pressed"].is_object()).count(), 1);
}

#[tokio::test]
async fn the_description_of_the_api_names_the_doors() {
    let hub = TestHub::start(None).await;
    let (_, document) = crate::common::get(&hub.base, "/openapi.json", None).await;
    for (path, method) in [
        ("/api/v1/buttons", "get"),
        ("/api/v1/buttons/{id}", "put"),
        ("/api/v1/buttons/{id}", "delete"),
        ("/guest/{token}/buttons", "get"),
        ("/guest/{token}/press", "post"),
    ] {
        assert!(document["paths"][path][method].is_object(), "{method} {path} is described");
    }
}
