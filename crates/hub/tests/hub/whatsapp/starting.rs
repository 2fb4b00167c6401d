//! The company writes first.

use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{World, code, command, event, says, taken, text, until, words};
use crate::common::{Agent, TestHub};

fn to(number: &str) -> Value {
    json!({ "id": Uuid::now_v7(), "turn": Uuid::now_v7(), "from": "main", "to": number, "name": "Ana Sousa",
        "template": "found", "language": "en", "values": [{ "part": "body", "key": "1", "value": "Ana" }] })
}

async fn begins(agent: &Agent, request: &Value) -> (u16, Value) {
    crate::common::post(&agent.base, "/api/v1/conversations", Some(&agent.token), request).await
}

/// A world whose templates have been fetched.
async fn ready() -> (World, Agent) {
    let world = World::new().await;
    let template = |name: &str, category: &str, components: Value| json!({ "name": name, "language": "en", "category": category, "status": "APPROVED", "components": components });
    let words = json!({ "type": "BODY", "text": "Everything is cheaper." });
    world.approves(template("sale", "MARKETING", json!([words]))).await;
    world.approves(template("picture", "UTILITY", json!([{ "type": "HEADER", "format": "IMAGE" }, words]))).await;
    let maya = world.hub.maya().await;
    let offered = until(async || {
        let (_, page) = maya.gets("/api/v1/starts").await;
        let names: Vec<_> = page["numbers"][0]["templates"].as_array()?.iter().map(|one| one["name"].clone()).collect();
        (names.len() > 1).then_some(names)
    });
    assert_eq!(offered.await, ["found", "sale"], "a picture above the words cannot be sent");
    (world, maya)
}

#[tokio::test]
async fn a_template_begins_a_conversation_once_and_the_answer_comes_to_who_sent_it() {
    let (world, maya) = ready().await;
    let request = to("+351 912 345 678");
    let (status, begun) = begins(&maya, &request).await;
    assert_eq!((status, &begun["begun"]), (200, &json!(true)), "{begun}");
    assert_eq!(begins(&maya, &request).await, (200, begun.clone()), "a repeat sends nothing again");
    let mut another = to("+351 912 345 680");
    another["id"] = request["id"].clone();
    assert_eq!(begins(&maya, &another).await.0, 409, "the id is that of another conversation");
    let mut elsewhere = to("+351 912 345 679");
    elsewhere["turn"] = request["turn"].clone();
    let (status, answer) = begins(&maya, &elsewhere).await;
    assert_eq!(
        (status, &answer["rejection"]["field"]),
        (422, &json!("turn")),
        "a turn is in one conversation: {answer}"
    );
    let sent = taken(&world.api, 1).await.remove(0);
    assert_eq!((&sent["to"], &sent["template"]["name"]), (&json!("351912345678"), &json!("found")));
    let id = begun["conversation"].as_str().unwrap();
    let said = event(&maya, id, "turn_added", |_| true).await;
    assert_eq!(said["turn"]["content"]["text"], "Hello Ana, we found it.");
    let state = maya.state(id).await;
    assert_eq!(state["customer"]["name"], "Ana Sousa");
    assert_eq!(maya.section("my").await, [id]);
    let ana = tandem_testkit::cloud_api::Phone::new("351912345678", "Ana");
    world.hooks.message(&ana, "wamid.ana", text("Where is it?"), 0).await.unwrap();
    event(&maya, id, "turn_added", |body| body["turn"]["content"]["text"] == "Where is it?").await;
    says(&maya, id, "At our desk").await;
    assert_eq!(words(&taken(&world.api, 2).await)[1], "At our desk", "her answer has opened the chat");
    assert_eq!(world.api.requests().len(), 2);
}

#[tokio::test]
async fn a_conversation_in_progress_is_shown_instead_and_nothing_is_sent() {
    let (world, maya) = ready().await;
    world.hears_text("wamid.1", "Where is my suitcase?").await;
    let first = super::world::conversation(&maya, "help").await;
    let (status, begun) = begins(&maya, &to("+34 600 999 888")).await;
    assert_eq!((status, begun), (200, json!({ "conversation": first, "begun": false })));
    assert_eq!(world.api.requests().len(), 0);
    assert_eq!(command(&maya, &first, json!({ "type": "join" })).await.0, 200);
    assert_eq!(command(&maya, &first, json!({ "type": "complete" })).await.0, 200);
    let (status, begun) = begins(&maya, &to("+34 600 999 888")).await;
    assert_eq!((status, &begun["begun"]), (200, &json!(true)), "a completed one is followed by another");
    assert_ne!(begun["conversation"], first.as_str());
    let state = maya.state(begun["conversation"].as_str().unwrap()).await;
    assert_eq!(state["customer"]["name"], "Carmen Ruiz", "who is known keeps their name");
}

#[tokio::test]
async fn what_cannot_begin_changes_nothing_and_says_why() {
    let (world, maya) = ready().await;
    let with = |name: &str, value: Value| {
        let mut request = to("+351 912 345 678");
        request[name] = value;
        request
    };
    for (request, status, problem) in [
        (with("to", json!("912 345 678")), 422, "input.invalid"),
        (with("to", json!("+34 600 123 456")), 422, "input.invalid"),
        (with("from", json!("nowhere")), 404, "whatsapp.unknown_number"),
        (with("template", json!("lost")), 422, "input.invalid"),
        (with("template", json!("picture")), 422, "input.invalid"),
        (with("values", json!([])), 422, "input.invalid"),
        (with("name", json!("x".repeat(1_001))), 422, "input.invalid"),
        (with("id", json!(Uuid::nil())), 422, "input.invalid"),
    ] {
        let (found, answer) = begins(&maya, &request).await;
        assert_eq!((found, code(&answer)), (status, problem), "{request}: {answer}");
    }
    assert_eq!(maya.section("my").await, Vec::<String>::new());
    assert_eq!(world.api.requests().len(), 0);
    // Who wants no marketing gets none.
    world.hears_text("wamid.1", "No more of that").await;
    let first = super::world::conversation(&maya, "help").await;
    assert_eq!(command(&maya, &first, json!({ "type": "join" })).await.0, 200);
    assert_eq!(command(&maya, &first, json!({ "type": "complete" })).await.0, 200);
    let stops = json!({ "contacts": [{ "wa_id": "34600999888" }],
        "user_preferences": [{ "wa_id": "34600999888", "category": "marketing_messages", "value": "stop" }] });
    world.hooks.changed("user_preferences", stops).await.unwrap();
    // Webhooks are read in order.
    let reaction = json!({ "type": "reaction", "reaction": { "message_id": "wamid.1", "emoji": "👎" } });
    world.hears("wamid.2", reaction, 0).await;
    event(&maya, &first, "reacted", |_| true).await;
    let mut sale = to("+34 600 999 888");
    (sale["template"], sale["values"]) = (json!("sale"), json!([]));
    let (status, answer) = begins(&maya, &sale).await;
    assert_eq!((status, code(&answer)), (409, "whatsapp.no_marketing"), "{answer}");
    assert_eq!(world.api.requests().len(), 0);
}

#[tokio::test]
async fn who_never_wrote_may_wish_for_no_marketing() {
    let (world, maya) = ready().await;
    let stops = json!({ "contacts": [{ "wa_id": "351912345678" }],
        "user_preferences": [{ "wa_id": "351912345678", "category": "marketing_messages", "value": "stop" }] });
    world.hooks.changed("user_preferences", stops).await.unwrap();
    // Webhooks are read in order.
    world.hears_text("wamid.1", "Hello").await;
    super::world::conversation(&maya, "help").await;
    let mut sale = to("+351 912 345 678");
    (sale["template"], sale["values"]) = (json!("sale"), json!([]));
    let (status, answer) = begins(&maya, &sale).await;
    assert_eq!((status, code(&answer)), (409, "whatsapp.no_marketing"), "{answer}");
    let (status, begun) = begins(&maya, &to("+351 912 345 678")).await;
    assert_eq!((status, &begun["begun"]), (200, &json!(true)), "what is no marketing leaves: {begun}");
}

#[tokio::test]
async fn who_was_known_by_a_number_alone_is_called_by_the_name_that_they_give() {
    let (world, maya) = ready().await;
    let mut request = to("+351 912 345 678");
    request["name"] = json!("");
    let (_, begun) = begins(&maya, &request).await;
    let id = begun["conversation"].as_str().unwrap();
    assert_eq!(maya.state(id).await["customer"]["name"], "+351912345678");
    let ana = tandem_testkit::cloud_api::Phone::new("351912345678", "Ana Sousa");
    world.hooks.message(&ana, "wamid.1", text("Where is it?"), 0).await.unwrap();
    event(&maya, id, "customer_renamed", |body| body["name"] == "Ana Sousa").await;
    // Who has a name keeps it.
    let other = tandem_testkit::cloud_api::Phone::new("351912345678", "A. S.");
    world.hooks.message(&other, "wamid.2", text("Hello?"), 0).await.unwrap();
    event(&maya, id, "turn_added", |body| body["turn"]["content"]["text"] == "Hello?").await;
    assert_eq!(maya.state(id).await["customer"]["name"], "Ana Sousa");
}

#[tokio::test]
async fn who_serves_other_brands_writes_from_no_number_of_this_one() {
    let (world, maya) = ready().await;
    let ada = world.hub.ada().await;
    let bank = json!({ "id": "bank", "name": "Bank", "domains": ["*"] });
    assert_eq!(crate::common::post(&ada.base, "/api/v1/brands", Some(&ada.token), &bank).await.0, 200);
    let (_, users) = ada.gets("/api/v1/users").await;
    let is_maya = |user: &&Value| user["email"] == "maya@northwind.example";
    let id = users.as_array().unwrap().iter().find(is_maya).unwrap()["user"].as_str().unwrap().to_owned();
    let limited = reqwest::Client::new().patch(format!("{}/api/v1/users/{id}", ada.base)).bearer_auth(&ada.token);
    assert_eq!(limited.json(&json!({ "brands": ["bank"] })).send().await.unwrap().status().as_u16(), 200);
    assert_eq!(maya.gets("/api/v1/starts").await.1["numbers"], json!([]));
    let (status, answer) = begins(&maya, &to("+351 912 345 678")).await;
    assert_eq!((status, code(&answer)), (404, "whatsapp.unknown_number"), "{answer}");
    assert_eq!(world.api.requests().len(), 0);
}

#[tokio::test]
async fn nobody_begins_any_number_of_conversations() {
    let (hub, _) = TestHub::running(|config| config.rate_limits = true).await;
    let world = World::of(hub).await;
    let maya = world.hub.maya().await;
    let from = |number: &str| {
        let mut request = to("+351 912 345 678");
        request["from"] = json!(number);
        request
    };
    for _ in 0..10 {
        assert_eq!(begins(&maya, &from("nowhere")).await.0, 404);
    }
    let (status, answer) = begins(&maya, &from("main")).await;
    assert_eq!((status, code(&answer)), (429, "starts.too_many"), "{answer}");
    assert!(answer["retryAfter"].as_u64().is_some_and(|seconds| seconds > 0), "{answer}");
    assert_eq!(world.api.requests().len(), 0);
}

#[tokio::test]
async fn desks_that_do_not_know_the_permission_to_begin_hear_nothing_of_it() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    let me = async |version: u32| {
        let request = reqwest::Client::new().get(format!("{}/api/v1/me", maya.base)).bearer_auth(&maya.token);
        let answer = request.header("tandem-version", version.to_string()).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["permissions"].to_string()
    };
    assert!(me(18).await.contains("liveConversations.start"));
    assert!(!me(17).await.contains("liveConversations.start"));
}
