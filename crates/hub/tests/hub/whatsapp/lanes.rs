//! Nobody waits for another customer: chats are read side by side, each in its own order.

use serde_json::{Value, json};
use tandem_hub::{NewWhatsappNumber, add_whatsapp_number};
use tandem_sqlite::rusqlite::Connection;
use tandem_testkit::cloud_api::{CloudApi, Phone, TOKEN, Webhooks};

use super::world::{World, conversations, event, events, number, text, until};
use crate::common::Agent;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\na picture";

fn ana() -> Phone {
    Phone::new("34600111222", "Ana")
}

/// What customers have written in all conversations, in the order of the account's log.
fn said(world: &World) -> Vec<String> {
    let data = Connection::open(world.hub.folder.path().join("tandem.db")).unwrap();
    let mut query = data.prepare("SELECT body FROM events ORDER BY seq").unwrap();
    let bodies = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let text = |body: String| {
        let event: Value = serde_json::from_str(&body).unwrap();
        Some(event["body"]["turn_added"]["turn"]["content"]["text"].as_str()?.to_owned())
    };
    bodies.filter_map(|body| text(body.unwrap())).collect()
}

/// The conversation in which this was said, once it was.
async fn with(agent: &Agent, words: &str) -> String {
    let is_it = |event: &Value| event["body"]["turn_added"]["turn"]["content"]["text"] == words;
    let found = until(async || {
        for id in agent.section("help").await {
            if events(agent, &id).await.iter().any(is_it) {
                return Some(id);
            }
        }
        None
    });
    found.await
}

#[tokio::test]
async fn who_writes_much_holds_up_nobody_and_keeps_their_order() {
    const MANY: usize = 200;
    let world = World::new().await;
    let message = |from: &str, id: String, words: String| json!({ "from": from, "id": id, "timestamp": "1", "type": "text", "text": { "body": words } });
    let mut messages: Vec<_> =
        (0..MANY).map(|n| message("34600999888", format!("wamid.{n}"), format!("Carmen {n}"))).collect();
    messages.push(message("34600111222", "wamid.ana".into(), "Ana".into()));
    world.hooks.changed("messages", json!({ "messages": messages })).await.unwrap();
    let all = until(async || Some(said(&world)).filter(|all| all.len() > MANY)).await;
    let place = all.iter().position(|words| words == "Ana").unwrap();
    assert!(place < MANY / 2, "she came last, and is not the {place}th");
    let carmen: Vec<_> = all.into_iter().filter(|words| words != "Ana").collect();
    let expected: Vec<_> = (0..MANY).map(|n| format!("Carmen {n}")).collect();
    assert_eq!(carmen, expected);
}

#[tokio::test]
async fn a_file_that_does_not_come_holds_up_its_own_chat_alone() {
    let world = World::new().await;
    let (file, sha256) = world.api.add_file("image/png", PNG);
    world.api.hold_file(&file);
    let picture = json!({ "type": "image", "image": { "id": file, "mime_type": "image/png", "sha256": sha256 } });
    world.hears("wamid.1", picture, 0).await;
    world.hears_text("wamid.2", "Do you see it?").await;
    world.hooks.message(&ana(), "wamid.3", text("Hello?"), 0).await.unwrap();
    let maya = world.hub.maya().await;
    with(&maya, "Hello?").await;
    world.api.release();
    let carmen = with(&maya, "Do you see it?").await;
    let turns: Vec<_> = events(&maya, &carmen)
        .await
        .iter()
        .filter_map(|event| event["body"]["turn_added"]["turn"]["content"]["type"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(turns, ["attachment", "text"], "her own messages stay in order");
}

#[tokio::test]
async fn a_number_whose_service_hangs_delays_no_other() {
    let world = World::new().await;
    let other = CloudApi::start().await.unwrap();
    let new = NewWhatsappNumber {
        key: "spare".into(),
        number: "+34 600 123 457".into(),
        phone_number_id: "106540352242923".into(),
        ..number(&other, TOKEN)
    };
    let folder = world.hub.folder.path().to_owned();
    tokio::task::spawn_blocking(move || add_whatsapp_number(&folder, new)).await.unwrap().unwrap();
    let url = format!("{}/channels/whatsapp/spare/webhook", world.hub.base);
    let spare = Webhooks { url, ..world.hooks.clone() };
    // More chats than files of one number are fetched at once.
    for n in 0..20 {
        let (file, sha256) = other.add_file("image/png", PNG);
        other.hold_file(&file);
        let image = json!({ "id": file, "mime_type": "image/png", "sha256": sha256 });
        let message = json!({ "from": format!("3460011{n:04}"), "id": format!("wamid.{n}"), "timestamp": "1",
            "type": "image", "image": image });
        let change = json!({ "field": "messages", "value": { "messaging_product": "whatsapp",
            "metadata": { "phone_number_id": "106540352242923" }, "messages": [message] } });
        let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [change] }] });
        assert_eq!(spare.post(body.to_string()).await.unwrap(), 200);
    }
    world.hears_text("wamid.1", "Hello?").await;
    let maya = world.hub.maya().await;
    let id = with(&maya, "Hello?").await;
    let (file, sha256) = world.api.add_file("image/png", PNG);
    let picture = json!({ "type": "image", "image": { "id": file, "mime_type": "image/png", "sha256": sha256 } });
    world.hears("wamid.2", picture, 0).await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["type"] == "attachment").await;
    other.release();
    conversations(&maya, "help", 21).await;
}
