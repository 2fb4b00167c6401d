//! What we say, and how it leaves.

use std::time::Duration;

use serde_json::json;
use tandem_hub::{NewWhatsappNumber, add_whatsapp_number};
use tandem_protocol::channels::ReadReceipts;
use tandem_testkit::cloud_api::{Fault, Phone, TOKEN};
use uuid::Uuid;

use super::world::{
    World, asked, code, command, conversation, conversations, event, events, number, progressed, replies, says, taken,
    text, until, words,
};
use crate::common::{TestHub, TestLogic};

#[tokio::test]
async fn what_carmen_writes_becomes_a_conversation_and_the_answer_reaches_her() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let question = event(&maya, &id, "turn_added", |_| true).await;
    assert_eq!(question["turn"]["content"]["text"], "Where is my suitcase?");
    let contacts = maya.state(&id).await["customer"]["contacts"].clone();
    assert_eq!(contacts, json!([{ "kind": "phone", "value": "+34600999888" }]), "her number is known");
    let turn = says(&maya, &id, "On its way.").await;
    let request = taken(&world.api, 1).await.remove(0);
    assert_eq!((&request["to"], &request["text"]["body"]), (&json!("34600999888"), &json!("On its way.")));
    assert_eq!(request["biz_opaque_callback_data"], turn.as_str());
    let message = world.api.taken().remove(0);
    for states in [["failed", "sent"], ["read", "delivered"]] {
        let reports = states.map(|state| message.status(state)).to_vec();
        world.hooks.statuses([reports.clone(), reports].concat()).await.unwrap();
    }
    progressed(&maya, &id, &turn, "seen").await;
}

#[tokio::test]
async fn outside_the_window_only_templates_leave() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    world.hears("wamid.1", text("Yesterday"), 25 * 3_600).await;
    let id = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    let (status, problem, _) = replies(&maya, &id, json!({ "type": "text", "text": "Here" })).await;
    assert_eq!((status, code(&problem)), (409, "conversation.window_closed"));
    let said = problem["detail"].as_str().unwrap_or_default();
    assert!(said.contains("24 hours") && said.contains("template"), "it says why, and what can be done: {problem}");
    let values = json!([{ "part": "body", "key": "1", "value": "Carmen" }]);
    let template = json!({ "type": "template", "name": "found", "language": "en", "values": values });
    // The templates are fetched in the background.
    until(async || (replies(&maya, &id, template.clone()).await.0 == 200).then_some(())).await;
    let request = taken(&world.api, 1).await.remove(0);
    assert_eq!(request["template"]["name"], "found");
    assert_eq!(request["template"]["components"][0]["parameters"][0]["text"], "Carmen");
    // A reaction is an act of hers, too.
    let reaction = json!({ "type": "reaction", "reaction": { "message_id": "wamid.1", "emoji": "👍" } });
    world.hears("wamid.2", reaction, 0).await;
    event(&maya, &id, "reacted", |_| true).await;
    says(&maya, &id, "Here").await;
    assert_eq!(words(&taken(&world.api, 2).await)[1], "Here");
}

#[tokio::test]
async fn each_chat_gets_its_messages_in_order_and_chats_do_not_wait_for_each_other() {
    const CHATS: usize = 6;
    const EACH: usize = 8;
    let world = World::new().await;
    let sofia = world.hub.sofia().await;
    for chat in 0..CHATS {
        let phone = Phone::new(&format!("3460011100{chat}"), "Somebody");
        world.hooks.message(&phone, &format!("wamid.{chat}"), text("Hello?"), 0).await.unwrap();
    }
    let all = conversations(&sofia, "help", CHATS).await;
    for id in &all {
        assert_eq!(command(&sofia, id, json!({ "type": "join" })).await.0, 200);
    }
    world.api.slow_down(Duration::from_millis(15));
    // The first message of one chat is never answered.
    world.api.faults([Fault::TakesAndHolds]);
    says(&sofia, &all[0], "0").await;
    asked(&world.api, 1).await;
    for count in 0..EACH {
        for id in &all[1..] {
            says(&sofia, id, &count.to_string()).await;
        }
    }
    says(&sofia, &all[0], "1").await;
    let requests = taken(&world.api, 1 + (CHATS - 1) * EACH).await;
    let held = requests[0]["to"].clone();
    let expected: Vec<_> = (0..EACH).map(|count| count.to_string()).collect();
    for chat in 0..CHATS {
        let to = json!(format!("3460011100{chat}"));
        let of: Vec<_> = requests.iter().filter(|request| request["to"] == to).cloned().collect();
        match to == held {
            true => assert_eq!(words(&of), ["0"], "what follows waits for the answer"),
            false => assert_eq!(words(&of), expected),
        }
    }
    world.api.release();
    let requests = taken(&world.api, 2 + (CHATS - 1) * EACH).await;
    assert_eq!(requests[requests.len() - 1]["to"], held);
}

#[tokio::test]
async fn what_leaves_keeps_every_limit_of_the_channel() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let long = "Señora Ruiz, your suitcase 🧳 is here. ".repeat(250);
    let choices = |count: usize, label: &str| -> Vec<_> {
        (0..count)
            .map(|i| json!({ "id": format!("{i}{}", "x".repeat(190)), "label": format!("{i} {label}") }))
            .collect()
    };
    let question =
        |count, label: &str, text: &str| json!({ "type": "question", "text": text, "choices": choices(count, label) });
    let contents = [
        json!({ "type": "text", "text": long.trim() }),
        question(3, "short", "Which?"),
        question(3, "a label that fits no button", "Which?"),
        question(10, "a label that fits no row of a list, and only its description", "Which?"),
        question(10, &"much too long ".repeat(6), &long[..2_000]),
    ];
    for content in contents {
        let (status, answer, turn) = replies(&maya, &id, content).await;
        assert_eq!(status, 200, "{answer}");
        until(async || world.api.taken().iter().any(|taken| taken.tracker == turn).then_some(())).await;
    }
    says(&maya, &id, "The end").await;
    until(async || words(&taken(&world.api, 1).await).contains(&"The end").then_some(())).await;
    assert_eq!(world.api.requests().len(), world.api.taken().len(), "the API refused none");
}

#[tokio::test]
async fn customers_are_told_that_somebody_who_answers_them_has_read_what_they_wrote() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let sofia = world.hub.sofia().await;
    world.hears_text("wamid.2", "It is red").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "It is red").await;
    let seen = || async {
        let position = events(&maya, &id).await.last().unwrap()["position"].clone();
        json!({ "type": "receive", "stage": "seen", "upTo": position })
    };
    // Who only looks on tells nobody.
    command(&sofia, &id, seen().await).await;
    assert_eq!(command(&maya, &id, seen().await).await.0, 200);
    let marks = world.api.until(|api| Some(api.marks()).filter(|marks| !marks.is_empty())).await;
    assert_eq!(marks.len(), 1, "the newest stands for all before");
    assert_eq!((&marks[0]["status"], &marks[0]["message_id"]), (&json!("read"), &json!("wamid.2")));
    // An answer says so, too, and nothing is marked twice.
    says(&maya, &id, "Found it").await;
    world.hears_text("wamid.3", "Thank you").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Thank you").await;
    says(&maya, &id, "You are welcome").await;
    let marks = world.api.until(|api| Some(api.marks()).filter(|marks| marks.len() > 1)).await;
    assert_eq!((marks.len(), &marks[1]["message_id"]), (2, &json!("wamid.3")));
}

#[tokio::test]
async fn an_answer_of_your_logic_alone_says_that_the_message_was_read() {
    let logic = TestLogic::acting(json!([{ "type": "MESSAGE", "text": "One moment" }])).await;
    let world = World::of(TestHub::start(Some(&logic.url)).await).await;
    world.hears_text("wamid.1", "Hello?").await;
    assert_eq!(words(&taken(&world.api, 1).await), ["One moment"]);
    let marks = world.api.until(|api| Some(api.marks()).filter(|marks| !marks.is_empty())).await;
    assert_eq!((&marks[0]["status"], &marks[0]["message_id"]), (&json!("read"), &json!("wamid.1")));
}

#[tokio::test]
async fn customers_of_a_number_that_says_so_are_told_as_soon_as_their_message_arrives() {
    let world = World::new().await;
    let (folder, at_once) = (world.hub.folder.path().to_owned(), number(&world.api, TOKEN));
    let at_once = NewWhatsappNumber { read_receipts: ReadReceipts::OnDelivered, ..at_once };
    tokio::task::spawn_blocking(move || add_whatsapp_number(&folder, at_once)).await.unwrap().unwrap();
    world.hears_text("wamid.1", "Is anybody there?").await;
    let marks = world.api.until(|api| Some(api.marks()).filter(|marks| !marks.is_empty())).await;
    assert_eq!((&marks[0]["status"], &marks[0]["message_id"]), (&json!("read"), &json!("wamid.1")));
}

#[tokio::test]
async fn a_message_that_the_customer_deletes_is_quoted_by_a_silent_line() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let turn = says(&maya, &id, "It arrives today").await;
    taken(&world.api, 1).await;
    let deleted = world.api.taken()[0].status("deleted");
    for status in [&deleted, &deleted, &world.api.taken()[0].status("delivered"), &deleted] {
        world.hooks.statuses(vec![status.clone()]).await.unwrap();
    }
    progressed(&maya, &id, &turn, "delivered").await;
    world.hears_text("wamid.2", "Thank you").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Thank you").await;
    let all = events(&maya, &id).await;
    let lines: Vec<_> =
        all.iter().filter(|event| event["body"]["turn_added"]["turn"]["content"]["kind"] == "deleted").collect();
    assert_eq!(lines.len(), 1, "{all:?}");
    assert_eq!(lines[0]["body"]["turn_added"]["turn"]["replyTo"], turn);
    let page = maya.gets(&format!("/api/v1/conversations/{id}")).await.1;
    assert_eq!(page["waitingSince"], serde_json::Value::Null, "nobody has to answer it: {page}");
}

#[tokio::test]
async fn replies_quote_and_reactions_reach_the_message_that_is_meant() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let asked = event(&maya, &id, "turn_added", |_| true).await["turn"]["id"].clone();
    let position = events(&maya, &id).await.last().unwrap()["position"].clone();
    let quoting = json!({ "type": "reply", "turn": Uuid::now_v7(), "replyTo": asked, "writtenAgainst": position,
        "content": { "type": "text", "text": "In Lisbon" } });
    assert_eq!(command(&maya, &id, quoting).await.0, 200);
    let request = taken(&world.api, 1).await.remove(0);
    assert_eq!((&request["context"]["message_id"], &request["text"]["body"]), (&json!("wamid.1"), &json!("In Lisbon")));
    for (count, emoji) in [(2, Some("👍")), (3, None)] {
        let react = json!({ "type": "react", "turn": asked, "emoji": emoji });
        assert_eq!(command(&maya, &id, react).await.0, 200);
        let request = taken(&world.api, count).await.remove(count - 1);
        let expected = json!({ "message_id": "wamid.1", "emoji": emoji.unwrap_or_default() });
        assert_eq!(request["reaction"], expected, "none takes it back");
    }
    // What becomes of a reaction is no news of the turn that it is about.
    world.hooks.statuses(vec![world.api.taken()[1].status("failed")]).await.unwrap();
    let quoted = says(&maya, &id, "And it is red").await;
    taken(&world.api, 4).await;
    world.hooks.statuses(vec![world.api.taken()[3].status("delivered")]).await.unwrap();
    progressed(&maya, &id, &quoted, "delivered").await;
    let all = events(&maya, &id).await;
    assert!(all.iter().all(|event| event["body"]["turn_progressed"]["turn"] != asked), "{all:?}");
}

#[tokio::test]
async fn a_contact_card_reaches_the_customer_as_one() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let person = json!({ "name": "Lena Vogt", "phones": ["+34 600 123 457"], "organisation": "Northwind" });
    let card = |people| json!({ "type": "card", "people": people, "text": "" });
    let (status, answer, turn) = replies(&maya, &id, card(json!([person]))).await;
    assert_eq!(status, 200, "{answer}");
    let request = taken(&world.api, 1).await.remove(0);
    let expected = json!([{ "name": { "formatted_name": "Lena Vogt", "first_name": "Lena Vogt" },
        "phones": [{ "phone": "+34 600 123 457" }], "org": { "company": "Northwind" } }]);
    assert_eq!((&request["type"], &request["contacts"]), (&json!("contacts"), &expected));
    let said = event(&maya, &id, "turn_added", |body| body["turn"]["id"] == turn.as_str()).await;
    assert_eq!(said["turn"]["content"]["text"], "Lena Vogt · Northwind · +34 600 123 457");
    let (status, problem, _) = replies(&maya, &id, card(json!([{ "name": "Lena Vogt" }]))).await;
    assert_eq!((status, code(&problem)), (422, "input.invalid"), "nobody could be reached by it: {problem}");
}

#[tokio::test]
async fn the_templates_of_a_chat_are_told_to_whoever_can_send_them() {
    let world = World::new().await;
    for (name, status) in [("paused", "PAUSED"), ("late", "APPROVED"), ("other", "APPROVED")] {
        world
            .approves(json!({ "name": name, "language": "es", "category": "UTILITY", "status": status,
                "components": [{ "type": "BODY", "text": "Hola" }] }))
            .await;
    }
    let (maya, id) = world.talks().await;
    let names = until(async || {
        let (_, page) = maya.gets(&format!("/api/v1/conversations/{id}/templates")).await;
        let all = page["templates"].as_array()?;
        let names: Vec<_> = all.iter().map(|one| one["name"].as_str().unwrap_or_default().to_owned()).collect();
        (names.len() > 2).then_some(names)
    });
    assert_eq!(names.await, ["found", "late", "other"], "from all pages, and approved");
}

#[tokio::test]
async fn customers_who_want_no_marketing_get_none() {
    let world = World::new().await;
    world
        .approves(json!({ "name": "sale", "language": "en", "category": "MARKETING", "status": "APPROVED",
            "components": [{ "type": "BODY", "text": "Everything is cheaper." }] }))
        .await;
    let (maya, id) = world.talks().await;
    let stops = json!({ "contacts": [{ "wa_id": "34600999888" }],
        "user_preferences": [{ "wa_id": "34600999888", "category": "marketing_messages", "value": "stop" }] });
    world.hooks.changed("user_preferences", stops).await.unwrap();
    world.hears_text("wamid.2", "No more of that").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "No more of that").await;
    let template = |name: &str, values| json!({ "type": "template", "name": name, "language": "en", "values": values });
    let turn = until(async || {
        let (status, _, turn) = replies(&maya, &id, template("sale", json!([]))).await;
        (status == 200).then_some(turn)
    })
    .await;
    let failed = progressed(&maya, &id, &turn, "failed").await;
    assert!(failed["reason"].as_str().unwrap().contains("marketing"), "{failed}");
    let values = json!([{ "part": "body", "key": "1", "value": "Carmen" }]);
    assert_eq!(replies(&maya, &id, template("found", values)).await.0, 200);
    assert_eq!(taken(&world.api, 1).await[0]["template"]["name"], "found", "what is no marketing leaves");
    let resumes = json!({ "contacts": [{ "wa_id": "34600999888" }],
        "user_preferences": [{ "wa_id": "34600999888", "category": "marketing_messages", "value": "resume" }] });
    world.hooks.changed("user_preferences", resumes).await.unwrap();
    // Webhooks are read in order.
    world.hears_text("wamid.3", "Send me offers again").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Send me offers again").await;
    assert_eq!(replies(&maya, &id, template("sale", json!([]))).await.0, 200);
    assert_eq!(taken(&world.api, 2).await[1]["template"]["name"], "sale", "they want it again");
}

#[tokio::test]
async fn a_code_to_sign_in_needs_a_phone_number_and_is_not_even_tried_without() {
    let world = World::new().await;
    world
        .approves(json!({ "name": "code", "language": "en", "category": "AUTHENTICATION", "status": "APPROVED",
            "components": [{ "type": "BODY", "text": "Your code is 1234." }] }))
        .await;
    let hidden = Phone { user_id: "ES.9".into(), ..Phone::new("", "Nobody's number") };
    world.hooks.message(&hidden, "wamid.1", text("Hello?"), 0).await.unwrap();
    let maya = world.hub.maya().await;
    let id = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    let template = json!({ "type": "template", "name": "code", "language": "en" });
    let turn = until(async || {
        let (status, _, turn) = replies(&maya, &id, template.clone()).await;
        (status == 200).then_some(turn)
    })
    .await;
    let failed = progressed(&maya, &id, &turn, "failed").await;
    assert!(failed["reason"].as_str().unwrap().contains("phone number"), "{failed}");
    says(&maya, &id, "What is your number?").await;
    let request = taken(&world.api, 1).await.remove(0);
    assert_eq!((&request["recipient"], request.get("to")), (&json!("ES.9"), None));
    assert_eq!(world.api.requests().len(), 1);
}

#[tokio::test]
async fn your_logic_sends_in_the_channels_own_words_and_the_transcript_says_what_they_mean() {
    let asks = json!({ "type": "location_request_message", "body": { "text": "Where are you?" },
        "action": { "name": "send_location" } });
    let whatsapp = json!({ "type": "interactive", "interactive": asks, "to": "34600000000" });
    let logic =
        TestLogic::acting(json!([{ "type": "CHANNEL", "whatsapp": whatsapp, "text": "[asks for the place]" }])).await;
    let world = World::of(TestHub::start(Some(&logic.url)).await).await;
    world.hears_text("wamid.1", "Hello?").await;
    let request = taken(&world.api, 1).await.remove(0);
    assert_eq!((&request["interactive"], &request["to"]), (&asks, &json!("34600999888")));
    let sofia = world.hub.sofia().await;
    let id = conversation(&sofia, "all").await;
    event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "[asks for the place]").await;
}

#[tokio::test]
async fn a_card_that_answers_our_question_for_the_number_says_whose_chat_it_is() {
    let world = World::new().await;
    let hidden = Phone { user_id: "ES.9".into(), ..Phone::new("", "Carmen") };
    world.hooks.message(&hidden, "wamid.1", text("Hello?"), 0).await.unwrap();
    let maya = world.hub.maya().await;
    let id = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    let position = events(&maya, &id).await.last().unwrap()["position"].clone();
    let asking = json!({ "type": "reply", "turn": Uuid::now_v7(), "writtenAgainst": position, "asksNumber": true,
        "content": { "type": "text", "text": "May we have your number?" } });
    assert_eq!(command(&maya, &id, asking).await.0, 200);
    let request = taken(&world.api, 1).await.remove(0);
    let expected = json!({ "type": "request_contact_info", "body": { "text": "May we have your number?" },
        "action": { "name": "request_contact_info" } });
    assert_eq!((&request["interactive"], &request["recipient"]), (&expected, &json!("ES.9")));
    let card = |number: &str, quotes: &str| {
        json!({ "type": "contacts", "context": { "id": quotes },
            "contacts": [{ "name": { "formatted_name": "Carmen" }, "phones": [{ "phone": number }] }] })
    };
    // A card that nobody asked for says nothing about her.
    world.hooks.message(&hidden, "wamid.2", card("+34 600 000 001", "wamid.1"), 0).await.unwrap();
    let asked = world.api.taken().remove(0).id;
    world.hooks.message(&hidden, "wamid.3", card("+34 600 999 888", &asked), 0).await.unwrap();
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["people"][0]["phones"][0] == "+34 600 999 888")
        .await;
    says(&maya, &id, "Thank you").await;
    assert_eq!(taken(&world.api, 2).await[1]["to"], "34600999888");
}
