//! What is said of earlier messages, by the customer and on our own phone, in any order; and whose a number is meanwhile.

use serde_json::{Value, json};
use tandem_sql::Connection;
use tandem_testkit::cloud_api::Phone;
use uuid::Uuid;

use super::world::{World, command, conversation, event, events, says, seconds, taken, text, until};
use crate::common::Agent;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest of a picture";
const DAYS: i64 = 24 * 3_600;

async fn last(world: &World, agent: &Agent, id: &str) -> Vec<Value> {
    world.hears_text("wamid.last", "The last").await;
    event(agent, id, "turn_added", |body| body["turn"]["content"]["text"] == "The last").await;
    events(agent, id).await
}

fn of<'a>(all: &'a [Value], kind: &str) -> Vec<&'a Value> {
    all.iter().filter_map(|event| event["body"].get(kind)).collect()
}

/// What was said on our own phone.
async fn on_phone(world: &World, to: &str, id: &str, message: Value) {
    let mut echo = message;
    (echo["from"], echo["to"], echo["id"]) = (json!("34600123456"), json!(to), json!(id));
    echo["timestamp"] = json!(seconds().to_string());
    world.hooks.changed("smb_message_echoes", json!({ "message_echoes": [echo] })).await.unwrap();
}

fn edit(of: &str, message: Value) -> Value {
    json!({ "type": "edit", "edit": { "original_message_id": of, "message": message } })
}

fn revoke(of: &str) -> Value {
    json!({ "type": "revoke", "revoke": { "original_message_id": of } })
}

#[tokio::test]
async fn a_picture_whose_edit_comes_first_is_shown_with_the_new_words() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let (file, sha256) = world.api.add_file("image/png", PNG);
    let picture = |caption: &str| json!({ "type": "image", "image": { "id": file, "mime_type": "image/png", "sha256": sha256, "caption": caption } });
    let reaction = json!({ "type": "reaction", "reaction": { "message_id": "wamid.2", "emoji": "🎉" } });
    world.hears("wamid.5", reaction, 0).await;
    world.hears("wamid.3", edit("wamid.2", picture("My blue case")), 0).await;
    world.hears("wamid.2", picture("My case"), 10).await;
    let all = last(&world, &maya, &id).await;
    let shown: Vec<_> = of(&all, "turn_added").iter().map(|added| added["turn"]["content"].clone()).collect();
    assert_eq!(shown.len(), 3, "one turn for the picture: {shown:?}");
    assert_eq!((&shown[1]["type"], &shown[1]["text"]), (&json!("attachment"), &json!("My blue case")));
    assert_eq!(of(&all, "reacted").len(), 1, "and the reaction that waited for it");
    world.hears("wamid.4", edit("wamid.2", picture("My red case")), 0).await;
    let bare = json!({ "type": "image", "image": { "caption": "My green case" } });
    world.hears("wamid.6", edit("wamid.2", bare), 0).await;
    world.hears("wamid.7", edit("wamid.2", text("My grey case")), 0).await;
    for words in ["My red case", "My green case", "My grey case"] {
        let edited = event(&maya, &id, "turn_edited", |body| body["content"]["text"] == words).await;
        assert_eq!(edited["content"]["type"], "attachment", "{words}: the picture stays");
    }
}

#[tokio::test]
async fn our_own_phone_edits_and_withdraws_what_we_said_and_customers_do_not() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    on_phone(&world, "34600999888", "wamid.p1", text("It is at gate 4")).await;
    on_phone(&world, "34600999888", "wamid.p2", edit("wamid.p1", text("It is at gate 5"))).await;
    on_phone(&world, "34600999888", "wamid.p3", text("Bring your pass")).await;
    on_phone(&world, "34600999888", "wamid.p4", revoke("wamid.p3")).await;
    // A stranger to these words.
    world.hears("wamid.2", edit("wamid.p1", text("It is at gate 6")), 0).await;
    world.hears("wamid.3", revoke("wamid.p1"), 0).await;
    on_phone(&world, "34600999888", "wamid.p5", revoke("wamid.1")).await;
    let all = last(&world, &maya, &id).await;
    let edits: Vec<_> = of(&all, "turn_edited").iter().map(|body| body["content"]["text"].clone()).collect();
    assert_eq!(edits, ["It is at gate 5"]);
    assert_eq!(of(&all, "turn_withdrawn").len(), 1);
    assert_eq!(of(&all, "turn_added").len(), 4, "nothing of it is a message of its own: {all:?}");
}

#[tokio::test]
async fn an_edit_reopens_nothing_that_goes_on_elsewhere() {
    let world = World::new().await;
    let (maya, first) = world.talks().await;
    let path = format!("/api/v1/conversations/{first}/continue");
    let second = Uuid::now_v7().to_string();
    let begun = maya.asks(reqwest::Method::POST, &path, Some(&json!({ "id": second }))).await;
    assert_eq!(begun.0, 200, "{}", begun.1);
    world.hears("wamid.2", edit("wamid.1", text("Where is my blue suitcase?")), 0).await;
    event(&maya, &first, "turn_edited", |_| true).await;
    assert_eq!(maya.state(&first).await["status"]["status"], "completed");
    world.hears_text("wamid.3", "And my coat?").await;
    event(&maya, &second, "turn_added", |body| body["turn"]["content"]["text"] == "And my coat?").await;
}

#[tokio::test]
async fn our_own_words_are_no_sign_that_a_number_is_still_the_same_persons() {
    let world = World::new().await;
    let phone = |user: &str, name: &str| Phone { user_id: user.into(), ..Phone::new("34600111222", name) };
    let (bea, bob) = (phone("US.1", "Bea"), phone("US.2", "Bob"));
    world.hooks.message(&bea, "wamid.1", text("I am Bea"), 3 * DAYS).await.unwrap();
    let maya = world.hub.maya().await;
    let first = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &first, json!({ "type": "join" })).await.0, 200);
    on_phone(&world, "34600111222", "wamid.p1", text("Are you there?")).await;
    event(&maya, &first, "turn_added", |body| body["turn"]["content"]["text"] == "Are you there?").await;
    let stop = json!({ "contacts": [{ "wa_id": "34600111222" }], "user_preferences": [{ "wa_id": "34600111222",
        "category": "marketing_messages", "value": "stop", "timestamp": (seconds() - 3 * DAYS).to_string() }] });
    world.hooks.changed("user_preferences", stop).await.unwrap();
    world.hooks.message(&bob, "wamid.2", text("I am Bob"), 0).await.unwrap();
    let second = conversation(&maya, "help").await;
    assert_ne!(second, first);
    event(&maya, &second, "turn_added", |body| body["turn"]["content"]["kind"] == "reused").await;
    // What comes late from before takes nothing back.
    world.hooks.message(&bea, "wamid.3", text("Still me"), 2 * DAYS).await.unwrap();
    event(&maya, &first, "turn_added", |body| body["turn"]["content"]["text"] == "Still me").await;
    assert_eq!(maya.state(&second).await["customer"]["contacts"][0]["value"], "+34600111222");
    assert!(maya.state(&first).await["customer"]["contacts"].as_array().is_none_or(Vec::is_empty));
}

#[tokio::test]
async fn the_newest_wish_for_marketing_counts() {
    let world = World::new().await;
    let wishes = async |value: &str, ago_s: i64| {
        let wish = json!({ "wa_id": "34600999888", "category": "marketing_messages", "value": value,
            "timestamp": (seconds() - ago_s).to_string() });
        let value = json!({ "contacts": [{ "wa_id": "34600999888" }], "user_preferences": [wish] });
        world.hooks.changed("user_preferences", value).await.unwrap();
    };
    world
        .approves(json!({ "name": "sale", "language": "en", "category": "MARKETING", "status": "APPROVED",
        "components": [{ "type": "BODY", "text": "Everything is cheaper." }] }))
        .await;
    wishes("stop", 0).await;
    wishes("resume", 1_000).await;
    let (maya, _) = world.talks().await;
    until(async || {
        let (_, page) = maya.gets("/api/v1/starts").await;
        (page["numbers"][0]["templates"].as_array()?.len() == 2).then_some(())
    })
    .await;
    let template = json!({ "type": "template", "name": "sale", "language": "en", "values": [], "text": "" });
    let id = maya.section("my").await.remove(0);
    let (status, answer, turn) = super::world::replies(&maya, &id, template).await;
    assert_eq!(status, 200, "{answer}");
    let failed = super::world::progressed(&maya, &id, &turn, "failed").await;
    assert_eq!(failed["code"], "131050", "{failed}");
    says(&maya, &id, "It is here").await;
    assert_eq!(taken(&world.api, 1).await.len(), 1, "what is no marketing leaves");
}

#[tokio::test]
async fn whose_a_number_is_is_known_to_all_of_our_numbers() {
    let world = World::new().await;
    let two = world.connects_also("two", "777").await;
    let phone = |user: &str, name: &str| Phone { user_id: user.into(), ..Phone::new("34600111222", name) };
    let (bea, bob) = (phone("US.1", "Bea"), phone("US.2", "Bob"));
    let maya = world.hub.maya().await;
    let phones = async |id: &str| {
        let contacts = maya.state(id).await["customer"]["contacts"].clone();
        contacts.as_array().map_or(0, Vec::len)
    };
    world.hooks.message(&bea, "wamid.1", text("I am Bea"), 4 * DAYS).await.unwrap();
    let on_main = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &on_main, json!({ "type": "join" })).await.0, 200);
    two.message(&bea, "wamid.2", text("I am Bea, too"), 3 * DAYS).await.unwrap();
    let on_two = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &on_two, json!({ "type": "join" })).await.0, 200);
    assert_eq!((phones(&on_main).await, phones(&on_two).await), (1, 1));
    world.hooks.message(&bob, "wamid.3", text("I am Bob"), 0).await.unwrap();
    let bobs = conversation(&maya, "help").await;
    event(&maya, &on_two, "customer_attested", |body| body["contacts"] == json!([])).await;
    assert_eq!((phones(&on_main).await, phones(&on_two).await, phones(&bobs).await), (0, 0, 1));
    // What comes late gives it back to nobody, and neither does a chat that is new.
    two.message(&bea, "wamid.4", text("Hello?"), 5 * DAYS / 2).await.unwrap();
    event(&maya, &on_two, "turn_added", |body| body["turn"]["content"]["text"] == "Hello?").await;
    assert_eq!(phones(&on_two).await, 0);
    assert_eq!(command(&maya, &bobs, json!({ "type": "join" })).await.0, 200);
    let eve = Phone { user_id: "US.3".into(), ..Phone::new("34600111222", "Eve") };
    two.message(&eve, "wamid.5", text("I had it before"), 5 * DAYS / 4).await.unwrap();
    let eves = conversation(&maya, "help").await;
    assert_eq!(phones(&eves).await, 0, "Bob has it since");
}

#[tokio::test]
async fn who_wrote_to_another_of_our_numbers_today_still_has_theirs() {
    let world = World::new().await;
    let two = world.connects_also("two", "777").await;
    let phone = |user: &str| Phone { user_id: user.into(), ..Phone::new("34600111222", "Bea") };
    world.hooks.message(&phone("US.1"), "wamid.1", text("I am Bea"), 3 * DAYS).await.unwrap();
    let maya = world.hub.maya().await;
    let first = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &first, json!({ "type": "join" })).await.0, 200);
    two.message(&phone("US.1"), "wamid.2", text("And here"), 3_600).await.unwrap();
    let second = conversation(&maya, "help").await;
    assert_ne!(first, second);
    world.hooks.message(&phone("US.9"), "wamid.3", text("My id is another one"), 0).await.unwrap();
    event(&maya, &first, "turn_added", |body| body["turn"]["content"]["text"] == "My id is another one").await;
}

#[tokio::test]
async fn nobody_speaks_for_a_message_of_somebody_else_that_is_still_to_come() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let eve = Phone { user_id: "US.3".into(), ..Phone::new("34600111222", "Eve") };
    world.hooks.message(&eve, "wamid.e1", edit("wamid.2", text("Mine")), 0).await.unwrap();
    world.hooks.message(&eve, "wamid.e2", revoke("wamid.3"), 0).await.unwrap();
    world.hooks.message(&eve, "wamid.e3", edit("wamid.4", text("Mine too")), 0).await.unwrap();
    let eves = conversation(&maya, "help").await;
    on_phone(&world, "34600999888", "wamid.p1", edit("wamid.5", text("Ours"))).await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Ours").await;
    world.hears("wamid.6", edit("wamid.4", text("Four, edited")), 0).await;
    for message in ["wamid.2", "wamid.3", "wamid.4", "wamid.5", "wamid.2"] {
        world.hears(message, text(message), 10).await;
    }
    world.hears("wamid.7", edit("wamid.2", text("Two, edited")), 0).await;
    let all = last(&world, &maya, &id).await;
    let words = of(&all, "turn_added")
        .into_iter()
        .map(|body| body["turn"]["content"]["text"].as_str().unwrap_or("").to_owned());
    let words: Vec<_> = words.skip(1).collect();
    assert_eq!(words, ["Ours", "Four, edited", "wamid.2", "wamid.3", "wamid.5", "The last"]);
    assert_eq!(of(&all, "turn_edited").len(), 1, "its author edits it");
    assert_eq!(of(&events(&maya, &eves).await, "turn_added").len(), 3);
}

#[tokio::test]
async fn a_late_message_without_an_id_belongs_to_whoever_had_the_number_then() {
    let world = World::new().await;
    let phone = |user: &str, number: &str, name: &str| Phone { user_id: user.into(), ..Phone::new(number, name) };
    let (anna, bob) = (phone("US.1", "34600111222", "Anna"), phone("US.2", "34600111222", "Bob"));
    let bare = phone("", "34600111222", "Anna");
    world.hooks.message(&anna, "wamid.1", text("I am Anna"), 2 * DAYS).await.unwrap();
    let maya = world.hub.maya().await;
    let annas = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &annas, json!({ "type": "join" })).await.0, 200);
    world.hooks.message(&anna, "wamid.2", text("Still Anna"), 3 * DAYS / 2).await.unwrap();
    world.hooks.message(&bob, "wamid.3", text("I am Bob"), 100).await.unwrap();
    let bobs = conversation(&maya, "help").await;
    event(&maya, &bobs, "turn_added", |body| body["turn"]["content"]["kind"] == "reused").await;
    world.hooks.message(&bare, "wamid.4", text("Late"), 7 * DAYS / 5).await.unwrap();
    event(&maya, &annas, "turn_added", |body| body["turn"]["content"]["text"] == "Late").await;
    world.hooks.message(&bare, "wamid.5", edit("wamid.1", text("I am Anna Lopez")), 7 * DAYS / 5).await.unwrap();
    event(&maya, &annas, "turn_edited", |body| body["content"]["text"] == "I am Anna Lopez").await;
    world.hooks.message(&bare, "wamid.6", revoke("wamid.2"), 7 * DAYS / 5).await.unwrap();
    event(&maya, &annas, "turn_withdrawn", |_| true).await;
    // An echo with an old id is no sign of hers.
    let mut echo = text("Are you there?");
    echo["to_user_id"] = json!("US.1");
    on_phone(&world, "34600111222", "wamid.p1", echo).await;
    event(&maya, &annas, "turn_added", |body| body["turn"]["content"]["text"] == "Are you there?").await;
    assert_eq!(maya.state(&bobs).await["customer"]["contacts"][0]["value"], "+34600111222", "it is still Bob's");
    // Her change of number was before he had it.
    let change = json!({ "type": "system", "system": { "type": "user_changed_number", "wa_id": "34600111333" } });
    world.hooks.message(&bare, "wamid.7", change, 6 * DAYS / 5).await.unwrap();
    event(&maya, &annas, "turn_added", |body| body["turn"]["content"]["kind"] == "renumbered").await;
    world.hooks.message(&phone("", "34600111333", "Anna"), "wamid.8", text("My new number"), 0).await.unwrap();
    event(&maya, &annas, "turn_added", |body| body["turn"]["content"]["text"] == "My new number").await;
    let stop = json!({ "contacts": [{ "wa_id": "34600111222" }], "user_preferences": [{ "wa_id": "34600111222",
        "category": "marketing_messages", "value": "stop", "timestamp": (seconds() - 19 * DAYS / 10).to_string() }] });
    world.hooks.changed("user_preferences", stop).await.unwrap();
    let refuse = until(async || {
        let account = Connection::peek(&world.hub.folder.path().join("tandem.db")).unwrap();
        let sql =
            "SELECT c.name FROM whatsapp_routes r JOIN contacts t ON t.id = r.id JOIN customers c ON c.id = t.customer
            WHERE r.marketing = 'stop'";
        let mut query = account.prepare(sql).unwrap();
        let names = query.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
        Some(names.collect::<Vec<_>>()).filter(|names| !names.is_empty())
    });
    assert_eq!(refuse.await, ["Anna"]);
    let bob_heard = of(&events(&maya, &bobs).await, "turn_added").len();
    assert_eq!(bob_heard, 2, "his own words, and that the number was another's");
}

#[tokio::test]
async fn a_picture_that_comes_after_an_edit_without_it_is_shown_with_the_new_words() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let (file, sha256) = world.api.add_file("image/png", PNG);
    let picture = |file: &str, caption: &str| json!({ "type": "image", "image": { "id": file, "mime_type": "image/png", "sha256": sha256, "caption": caption } });
    let bare = json!({ "type": "image", "image": { "mime_type": "image/png", "caption": "One, edited" } });
    world.hears("wamid.2", edit("wamid.3", bare), 0).await;
    world.hears("wamid.3", picture(&file, "One"), 10).await;
    world.hears("wamid.4", edit("wamid.5", text("Two, edited")), 0).await;
    world.hears("wamid.5", picture(&file, "Two"), 10).await;
    world.hears("wamid.6", edit("wamid.7", picture("404", "Three, edited")), 0).await;
    world.hears("wamid.7", picture(&file, "Three"), 10).await;
    for words in ["One, edited", "Two, edited", "Three, edited"] {
        let shown = event(&maya, &id, "turn_edited", |body| body["content"]["text"] == words).await;
        assert_eq!(shown["content"]["type"], "attachment", "{words}: {shown}");
    }
    let all = last(&world, &maya, &id).await;
    assert_eq!(of(&all, "turn_added").len(), 5, "each picture is one turn");
}

#[tokio::test]
async fn who_has_lost_their_number_is_answered_by_their_id_through_all_of_our_numbers() {
    let world = World::new().await;
    let two = world.connects_also("two", "777").await;
    let phone = |user: &str, number: &str| Phone { user_id: user.into(), ..Phone::new(number, "Somebody") };
    let maya = world.hub.maya().await;
    two.message(&phone("US.1", "34600111222"), "wamid.1", text("I am Anna"), 2 * DAYS).await.unwrap();
    let annas = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &annas, json!({ "type": "join" })).await.0, 200);
    two.message(&phone("US.1", ""), "wamid.2", text("Are you there?"), 1_000).await.unwrap();
    event(&maya, &annas, "turn_added", |body| body["turn"]["content"]["text"] == "Are you there?").await;
    world.hooks.message(&phone("US.2", "34600111222"), "wamid.3", text("I am Bob"), 100).await.unwrap();
    let bobs = conversation(&maya, "help").await;
    event(&maya, &annas, "customer_attested", |body| body["contacts"] == json!([])).await;
    assert_eq!(command(&maya, &bobs, json!({ "type": "join" })).await.0, 200);
    says(&maya, &annas, "For Anna").await;
    let sent = taken(&world.api, 1).await.remove(0);
    assert!(sent["to"].is_null() && sent["recipient"] == "US.1", "{sent}");
    // Without an id, and of the time when it was Anna's: nobody of this number's customers.
    world.hooks.message(&phone("", "34600111222"), "wamid.4", text("Late, on main"), 2 * DAYS).await.unwrap();
    let late = conversation(&maya, "help").await;
    assert!(late != bobs && late != annas);
    // Bob moves, which all of our numbers know.
    two.message(&phone("US.2", "34600111999"), "wamid.5", text("My new number"), 50).await.unwrap();
    event(&maya, &bobs, "customer_attested", |body| body["contacts"][0]["value"] == "+34600111999").await;
}

#[tokio::test]
async fn what_a_late_message_proves_counts_for_its_time() {
    let world = World::new().await;
    let phone = |user: &str| Phone { user_id: user.into(), ..Phone::new("34600111222", "Somebody") };
    let maya = world.hub.maya().await;
    world.hooks.message(&phone("US.1"), "wamid.1", text("I am Anna"), 4 * DAYS).await.unwrap();
    let annas = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &annas, json!({ "type": "join" })).await.0, 200);
    world.hooks.message(&phone("US.2"), "wamid.2", text("I am Bob"), 0).await.unwrap();
    let bobs = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &bobs, json!({ "type": "join" })).await.0, 200);
    world.hooks.message(&phone("US.2"), "wamid.3", text("Bob, before"), 5 * DAYS / 2).await.unwrap();
    event(&maya, &bobs, "turn_added", |body| body["turn"]["content"]["text"] == "Bob, before").await;
    let ago = 5 * DAYS / 2 - 1_000;
    world.hooks.message(&phone(""), "wamid.4", edit("wamid.3", text("Bob, edited")), ago).await.unwrap();
    event(&maya, &bobs, "turn_edited", |body| body["content"]["text"] == "Bob, edited").await;
    world.hooks.message(&phone(""), "wamid.5", revoke("wamid.3"), ago).await.unwrap();
    event(&maya, &bobs, "turn_withdrawn", |_| true).await;
    world.hooks.message(&phone(""), "wamid.6", text("Anna, late"), 4 * DAYS).await.unwrap();
    event(&maya, &annas, "turn_added", |body| body["turn"]["content"]["text"] == "Anna, late").await;
}

#[tokio::test]
async fn a_person_without_an_id_has_one_chat_with_each_of_our_numbers() {
    let world = World::new().await;
    let two = world.connects_also("two", "777").await;
    let phone = |user: &str| Phone { user_id: user.into(), ..Phone::new("34600111222", "Anna") };
    let maya = world.hub.maya().await;
    world.hooks.message(&phone("US.1"), "wamid.1", text("On main"), 3_000).await.unwrap();
    let on_main = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &on_main, json!({ "type": "join" })).await.0, 200);
    two.message(&phone(""), "wamid.2", text("Secret"), 2_000).await.unwrap();
    let on_two = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &on_two, json!({ "type": "join" })).await.0, 200);
    two.message(&phone(""), "wamid.3", edit("wamid.2", text("Very secret")), 1_900).await.unwrap();
    two.message(&phone(""), "wamid.4", revoke("wamid.2"), 1_800).await.unwrap();
    event(&maya, &on_two, "turn_withdrawn", |_| true).await;
    two.message(&phone(""), "wamid.5", text("And more"), 1_000).await.unwrap();
    event(&maya, &on_two, "turn_added", |body| body["turn"]["content"]["text"] == "And more").await;
    assert_eq!(maya.state(&on_two).await["customer"]["contacts"][0]["value"], "+34600111222");
    two.message(&phone("US.1"), "wamid.6", text("With my id"), 500).await.unwrap();
    event(&maya, &on_two, "turn_added", |body| body["turn"]["content"]["text"] == "With my id").await;
    says(&maya, &on_two, "Hello Anna").await;
    assert_eq!(taken(&world.api, 1).await[0]["to"], "34600111222");
}

#[tokio::test]
async fn what_is_proven_to_one_of_our_numbers_is_known_to_all() {
    let world = World::new().await;
    let two = world.connects_also("two", "777").await;
    let phone = |user: &str, number: &str| Phone { user_id: user.into(), ..Phone::new(number, "Anna") };
    let maya = world.hub.maya().await;
    world.hooks.message(&phone("", "34600111222"), "wamid.1", text("By my number"), 300).await.unwrap();
    let first = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &first, json!({ "type": "join" })).await.0, 200);
    two.message(&phone("US.1", "34600111222"), "wamid.2", text("And here by both"), 200).await.unwrap();
    let second = conversation(&maya, "help").await;
    assert_ne!(first, second, "one chat with each number");
    // The id alone is the same person's where only the number was known.
    world.hooks.message(&phone("US.1", ""), "wamid.3", text("By my id"), 100).await.unwrap();
    event(&maya, &first, "turn_added", |body| body["turn"]["content"]["text"] == "By my id").await;
    world.hooks.message(&phone("US.1", ""), "wamid.4", revoke("wamid.1"), 50).await.unwrap();
    event(&maya, &first, "turn_withdrawn", |_| true).await;
}

#[tokio::test]
async fn a_message_is_changed_by_its_sender_however_they_are_named() {
    let world = World::new().await;
    let phone = |user: &str, number: &str| Phone { user_id: user.into(), ..Phone::new(number, "Anna") };
    let (by_id, by_number, by_both) = (phone("US.1", ""), phone("", "34600111222"), phone("US.1", "34600111222"));
    let maya = world.hub.maya().await;
    world.hooks.message(&by_id, "wamid.1", text("A blue case"), 300).await.unwrap();
    let id = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    world.hooks.message(&by_number, "wamid.2", edit("wamid.1", text("A red case")), 200).await.unwrap();
    event(&maya, &id, "turn_edited", |body| body["content"]["text"] == "A red case").await;
    world.hooks.message(&by_both, "wamid.3", revoke("wamid.1"), 100).await.unwrap();
    event(&maya, &id, "turn_withdrawn", |_| true).await;
    // A reaction by a number alone, of which nothing is known, is no chat that the customer goes on in.
    let reaction = json!({ "type": "reaction", "reaction": { "message_id": "wamid.none", "emoji": "🎉" } });
    world.hooks.message(&phone("", "34600111333"), "wamid.4", reaction, 50).await.unwrap();
    world.hooks.message(&phone("US.1", "34600111333"), "wamid.5", text("My new number"), 10).await.unwrap();
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "My new number").await;
}

#[tokio::test]
async fn a_change_by_id_says_nothing_of_whose_the_number_of_its_message_is() {
    let world = World::new().await;
    let phone = |user: &str, number: &str| Phone { user_id: user.into(), ..Phone::new(number, "Somebody") };
    let maya = world.hub.maya().await;
    // The first one who writes is known by the number alone. Later, it is Anna's.
    world.hooks.message(&phone("", "34600111222"), "wamid.1", text("Whoever I am"), 9 * DAYS).await.unwrap();
    let first = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &first, json!({ "type": "join" })).await.0, 200);
    world.hooks.message(&phone("US.1", "34600111333"), "wamid.2", text("I am Anna"), 5 * DAYS).await.unwrap();
    let annas = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &annas, json!({ "type": "join" })).await.0, 200);
    world.hooks.message(&phone("", "34600111222"), "wamid.3", text("A red case"), DAYS).await.unwrap();
    event(&maya, &first, "turn_added", |body| body["turn"]["content"]["text"] == "A red case").await;
    world.hooks.message(&phone("US.1", ""), "wamid.4", edit("wamid.3", text("A blue case")), DAYS - 100).await.unwrap();
    event(&maya, &first, "turn_edited", |body| body["content"]["text"] == "A blue case").await;
    world.hooks.message(&phone("US.1", ""), "wamid.5", text("Only for Anna"), DAYS - 200).await.unwrap();
    event(&maya, &annas, "turn_added", |body| body["turn"]["content"]["text"] == "Only for Anna").await;
    let numbers = |state: Value| {
        state["customer"]["contacts"].as_array().unwrap().iter().map(|one| one["value"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(maya.state(&first).await), ["+34600111222"]);
    // What was said by the number and is withdrawn with the id that proves another owner is withdrawn.
    world.hooks.message(&phone("US.1", "34600111222"), "wamid.6", revoke("wamid.3"), DAYS - 300).await.unwrap();
    event(&maya, &first, "turn_withdrawn", |_| true).await;
    // Of what an id has said, nobody with another id says anything.
    world.hooks.message(&phone("US.2", "34600111444"), "wamid.7", revoke("wamid.5"), DAYS - 400).await.unwrap();
    world.hooks.message(&phone("US.1", ""), "wamid.8", text("The last"), DAYS - 500).await.unwrap();
    event(&maya, &annas, "turn_added", |body| body["turn"]["content"]["text"] == "The last").await;
    assert!(of(&events(&maya, &annas).await, "turn_withdrawn").is_empty());
}

#[tokio::test]
async fn what_is_withdrawn_early_is_never_shown_however_it_names_its_author() {
    let world = World::new().await;
    let phone = |user: &str, number: &str| Phone { user_id: user.into(), ..Phone::new(number, "Anna") };
    let maya = world.hub.maya().await;
    world.hooks.message(&phone("", "34600111222"), "wamid.1", revoke("wamid.2"), 300).await.unwrap();
    world.hooks.message(&phone("US.1", ""), "wamid.2", text("Never shown"), 310).await.unwrap();
    world.hooks.message(&phone("US.1", ""), "wamid.3", revoke("wamid.4"), 290).await.unwrap();
    world.hooks.message(&phone("", "34600111222"), "wamid.4", text("Never shown"), 295).await.unwrap();
    world
        .hooks
        .message(&phone("US.1", ""), "wamid.6", edit("wamid.7", text("Never shown, either")), 285)
        .await
        .unwrap();
    world.hooks.message(&phone("US.1", ""), "wamid.8", revoke("wamid.7"), 280).await.unwrap();
    world.hooks.message(&phone("", "34600111222"), "wamid.7", text("Never shown"), 286).await.unwrap();
    world
        .hooks
        .message(&phone("US.1", "34600111222"), "wamid.9", edit("wamid.2", text("Never shown")), 270)
        .await
        .unwrap();
    world.hooks.message(&phone("US.1", "34600111222"), "wamid.5", text("The last"), 200).await.unwrap();
    let id = conversation(&maya, "help").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "The last").await;
    let (_, found) = maya.gets("/api/v1/search?q=Never").await;
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(0), "{found}");
}

#[tokio::test]
async fn what_is_said_early_of_a_message_leaves_the_wrong_chat_with_it() {
    let world = World::new().await;
    let phone = |user: &str| Phone { user_id: user.into(), ..Phone::new("34600111222", "Somebody") };
    let maya = world.hub.maya().await;
    world.hooks.message(&phone("US.1"), "wamid.1", text("I am Anna"), 20 * DAYS).await.unwrap();
    let annas = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &annas, json!({ "type": "join" })).await.0, 200);
    // By all that is known, the number is Anna's still.
    let early = edit("wamid.2", text("Bob, edited"));
    world.hooks.message(&phone(""), "wamid.3", early, 10 * DAYS - 100).await.unwrap();
    event(&maya, &annas, "turn_added", |body| body["turn"]["content"]["text"] == "Bob, edited").await;
    world.hooks.message(&phone(""), "wamid.4", revoke("wamid.5"), 10 * DAYS - 100).await.unwrap();
    world.hooks.message(&phone("US.2"), "wamid.2", text("I am Bob"), 10 * DAYS).await.unwrap();
    let bobs = conversation(&maya, "help").await;
    assert_ne!(annas, bobs);
    world.hooks.message(&phone("US.2"), "wamid.5", text("Never shown"), 10 * DAYS).await.unwrap();
    world.hooks.message(&phone("US.2"), "wamid.6", text("That is all"), 9 * DAYS).await.unwrap();
    event(&maya, &bobs, "turn_added", |body| body["turn"]["content"]["text"] == "That is all").await;
    let said = |all: &[Value]| -> Vec<String> {
        let turns = of(all, "turn_added").into_iter().map(|body| body["turn"]["content"]["text"].to_string());
        turns.filter(|text| !text.contains("\"\"")).collect()
    };
    let of_bob = said(&events(&maya, &bobs).await);
    assert!(!of_bob.iter().any(|text| text.contains("Never shown")), "{of_bob:?}");
    assert!(of_bob.iter().any(|text| text.contains("I am Bob")), "{of_bob:?}");
    let edits = of(&events(&maya, &bobs).await, "turn_edited").len();
    assert_eq!(edits, 1, "its edit goes with it");
    let all = events(&maya, &annas).await;
    let wrong = of(&all, "turn_added").into_iter().find(|body| body["turn"]["content"]["text"] == "Bob, edited");
    let wrong = wrong.unwrap()["turn"]["id"].clone();
    assert!(of(&all, "turn_withdrawn").iter().any(|body| body["turn"] == wrong), "it stands there no longer");
}

#[tokio::test]
async fn a_chat_without_an_id_does_not_follow_its_number_to_the_next_owner() {
    let world = World::new().await;
    let two = world.connects_also("two", "777").await;
    let phone = |user: &str, name: &str| Phone { user_id: user.into(), ..Phone::new("34600111222", name) };
    let maya = world.hub.maya().await;
    world.hooks.message(&phone("US.1", "Anna"), "wamid.1", text("Anna on main"), 4 * DAYS).await.unwrap();
    let on_main = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &on_main, json!({ "type": "join" })).await.0, 200);
    two.message(&phone("", "Anna"), "wamid.2", text("Anna on two"), 39 * DAYS / 10).await.unwrap();
    let on_two = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &on_two, json!({ "type": "join" })).await.0, 200);
    world.hooks.message(&phone("US.2", "Bob"), "wamid.3", text("Bob on main"), 2_000).await.unwrap();
    let bobs = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &bobs, json!({ "type": "join" })).await.0, 200);
    event(&maya, &on_two, "customer_attested", |body| body["contacts"] == json!([])).await;
    two.message(&phone("", "Bob"), "wamid.4", text("Bob on two"), 1_000).await.unwrap();
    let bobs_on_two = conversation(&maya, "help").await;
    assert!(bobs_on_two != on_two);
    // What Anna has withdrawn in time comes late.
    two.message(&phone("", "Anna"), "wamid.5", revoke("wamid.2"), 39 * DAYS / 10).await.unwrap();
    event(&maya, &on_two, "turn_withdrawn", |_| true).await;
}
