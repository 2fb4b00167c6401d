//! Reviews on WhatsApp: a list of scores, a tap that answers, and a link to a page.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use reqwest::{Method, StatusCode, header, redirect};
use serde_json::{Value, json};
use tandem_testkit::cloud_api::{Fault, Phone};

use super::world::{World, carmen, command, conversation, event, events, says, taken, text, until};
use crate::common::{TestHub, moved};

const HOUR_MS: i64 = 3_600_000;
const PUBLIC: &str = "https://hub.northwind.example";

/// A hub whose brand asks for reviews, and whose clock can be moved.
async fn world(plan: Value) -> (World, Arc<AtomicI64>) {
    let ahead: Arc<AtomicI64> = Arc::default();
    let hub = TestHub::configured(moved(&ahead), |config| config.public_url = Some(PUBLIC.into())).await;
    let world = World::of(hub).await;
    let ada = world.hub.ada().await;
    assert_eq!(ada.asks(Method::PUT, "/api/v1/review-plans/northwind", Some(&plan)).await.0, 200);
    (world, ahead)
}

/// Maya has answered Carmen and completed the conversation; returns it, and the request that left.
async fn asked(world: &World) -> (String, Value) {
    let (maya, id) = world.talks().await;
    says(&maya, &id, "In Malaga.").await;
    assert_eq!(command(&maya, &id, json!({ "type": "complete", "resolution": "found" })).await.0, 200);
    (id, taken(&world.api, 2).await.remove(1))
}

fn tap(request: &Value, score: usize) -> Value {
    let row = request["interactive"]["action"]["sections"][0]["rows"][5 - score].clone();
    json!({ "type": "interactive", "interactive": { "type": "list_reply", "list_reply": row } })
}

async fn review(world: &World) -> Value {
    let (_, page) = world.hub.sofia().await.gets("/api/v1/reviews").await;
    page["reviews"][0].clone()
}

async fn scored(world: &World, score: u8) -> Value {
    until(async || Some(review(world).await).filter(|row| row["score"] == score)).await
}

/// The page behind the link of a request.
struct Page(String, reqwest::Client);

impl Page {
    fn of(world: &World, request: &Value) -> Self {
        let body = request["interactive"]["body"]["text"].as_str().unwrap();
        let link = body.split_whitespace().find_map(|word| word.strip_prefix(PUBLIC)).unwrap();
        let client = reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self(format!("{}{link}", world.hub.base), client)
    }

    async fn shows(&self, language: &str) -> (StatusCode, String) {
        let page = self.1.get(&self.0).header(header::ACCEPT_LANGUAGE, language).send().await.unwrap();
        (page.status(), page.text().await.unwrap())
    }

    async fn sends(&self, score: &str, comment: &str) -> StatusCode {
        self.posts(&[("score", score), ("comment", comment)]).await
    }

    async fn posts(&self, fields: &[(&str, &str)]) -> StatusCode {
        let form = reqwest::Url::parse_with_params(&self.0, fields).unwrap();
        let request = self.1.post(&self.0).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        request.body(form.query().unwrap().to_owned()).send().await.unwrap().status()
    }
}

#[tokio::test]
async fn a_tap_is_the_answer_and_closing_words_are_its_comment() {
    let (world, _) = world(json!({ "delayS": 0, "texts": { "en": "How did we do?" } })).await;
    let (id, request) = asked(&world).await;
    assert_eq!(request["interactive"]["type"], "list");
    assert!(request["interactive"]["body"]["text"].as_str().unwrap().starts_with("How did we do?\n\n"));
    let stranger = Phone::new("34600111000", "Ana");
    world.hooks.message(&stranger, "wamid.2", tap(&request, 1), 0).await.unwrap();
    for id in ["wamid.3", "wamid.3", "wamid.4"] {
        world.hears(id, tap(&request, 5), 0).await;
    }
    scored(&world, 5).await;
    world.hears_text("wamid.5", "Thank you very much!").await;
    let row = until(async || Some(review(&world).await).filter(|row| row["comment"].is_string())).await;
    assert_eq!((&row["score"], &row["comment"]), (&json!(5), &json!("Thank you very much!")));
    world.hears("wamid.6", tap(&request, 2), 0).await;
    let row = scored(&world, 2).await;
    assert_eq!(row["comment"], "Thank you very much!", "another score keeps the comment");
    let sofia = world.hub.sofia().await;
    assert_eq!(sofia.state(&id).await["status"]["status"], "completed", "all of this is silent");
    let answers = events(&sofia, &id).await.iter().filter(|event| event["body"]["feedback_given"].is_object()).count();
    assert_eq!(answers, 3, "the same tap again changes nothing, and a stranger's is none");

    world.hears_text("wamid.7", "My money did not come.").await;
    event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "My money did not come.").await;
    assert_eq!(sofia.state(&id).await["status"]["status"], "in_progress", "a wish is an ordinary turn");
}

#[tokio::test]
async fn who_declines_gives_no_rating_and_says_nothing() {
    let (world, _) = world(json!({ "delayS": 0 })).await;
    let (id, request) = asked(&world).await;
    let rows = request["interactive"]["action"]["sections"][0]["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[5]["title"]), (6, &json!("No, thanks")));
    let declines = json!({ "type": "interactive", "interactive": { "type": "list_reply", "list_reply": rows[5] } });
    world.hears("wamid.2", declines, 0).await;
    until(async || (review(&world).await["status"] == "declined").then_some(())).await;
    let sofia = world.hub.sofia().await;
    assert_eq!(sofia.state(&id).await["status"]["status"], "completed");
    world.hears("wamid.3", tap(&request, 4), 0).await;
    scored(&world, 4).await;
}

#[tokio::test]
async fn a_score_may_be_written_and_its_comment_changed_or_withdrawn() {
    let (world, _) = world(json!({ "delayS": 0 })).await;
    let (id, _) = asked(&world).await;
    world.hears_text("wamid.2", " 4 ").await;
    scored(&world, 4).await;
    world.hears_text("wamid.6", "5").await;
    scored(&world, 5).await;
    world.hears_text("wamid.3", "Thank you!").await;
    let comment = async |words: Value| until(async || (review(&world).await["comment"] == words).then_some(())).await;
    comment(json!("Thank you!")).await;
    let edit = json!({ "type": "edit", "edit": { "original_message_id": "wamid.3", "message": text("Thank you very much!") } });
    world.hears("wamid.4", edit, 0).await;
    comment(json!("Thank you very much!")).await;
    world.hears("wamid.5", json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.3" } }), 0).await;
    comment(Value::Null).await;
    let sofia = world.hub.sofia().await;
    assert_eq!(sofia.state(&id).await["status"]["status"], "completed");
    world.hears_text("wamid.7", "Thank you!").await;
    comment(json!("Thank you!")).await;
    let asks = text("Thanks, but where is my coat?");
    let edit = json!({ "type": "edit", "edit": { "original_message_id": "wamid.7", "message": asks } });
    world.hears("wamid.8", edit, 0).await;
    event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Thanks, but where is my coat?").await;
    comment(Value::Null).await;
    assert_eq!(sofia.state(&id).await["status"]["status"], "in_progress", "what asks for something is no comment");
}

#[tokio::test]
async fn the_newest_words_of_an_answer_count_in_whatever_order_they_come() {
    let (world, ahead) = world(json!({ "delayS": 0 })).await;
    let (id, _) = asked(&world).await;
    // An edit may be 15 minutes younger than its message, which is no answer if it was sent before the request.
    ahead.fetch_add(20 * 60_000, Ordering::Relaxed);
    let edit = |of: &str, words: &str| json!({ "type": "edit", "edit": { "original_message_id": of, "message": text(words) } });
    let revoke = |of: &str| json!({ "type": "revoke", "revoke": { "original_message_id": of } });
    let is = async |score: u8, comment: Value| {
        let holds = |row: &Value| row["score"] == score && row["comment"] == comment;
        until(async || holds(&review(&world).await).then_some(())).await;
    };
    world.hears("wamid.2", text("No, thanks"), -1010).await;
    until(async || (review(&world).await["status"] == "declined").then_some(())).await;
    world.hears("wamid.3", edit("wamid.2", "2"), -1020).await;
    is(2, Value::Null).await;
    world.hears("wamid.4", edit("wamid.2", "4"), -1030).await;
    is(4, Value::Null).await;
    // The newest comes before its message, and an older one after it.
    world.hears("wamid.5", edit("wamid.6", "Thank you very much!"), -1060).await;
    is(4, json!("Thank you very much!")).await;
    world.hears("wamid.6", text("Thanks"), -1050).await;
    world.hears("wamid.7", edit("wamid.6", "Thank you"), -1055).await;
    world.hears("wamid.8", edit("wamid.2", "1"), -1025).await;
    world.hears("wamid.9", edit("wamid.2", "3"), -1065).await;
    is(3, json!("Thank you very much!")).await;
    world.hears("wamid.10", revoke("wamid.6"), -1070).await;
    is(3, Value::Null).await;
    world.hears("wamid.11", edit("wamid.6", "Thank you!!"), -1068).await;
    world.hears("wamid.12", revoke("wamid.2"), -1072).await;
    world.hears("wamid.13", text("Thank you!"), -1075).await;
    is(3, json!("Thank you!")).await;
    world.hears("wamid.14", edit("wamid.13", "5"), -1080).await;
    is(5, Value::Null).await;
    let sofia = world.hub.sofia().await;
    assert_eq!(sofia.state(&id).await["status"]["status"], "completed", "all of this is silent");
    world.hears("wamid.15", edit("wamid.13", "Where is my coat?"), -1085).await;
    event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Where is my coat?").await;
    is(5, Value::Null).await;
    // It is an ordinary message now.
    world.hears("wamid.16", revoke("wamid.13"), -1090).await;
    event(&sofia, &id, "turn_withdrawn", |_| true).await;
    assert_eq!(sofia.state(&id).await["lastWords"]["text"], "", "nobody reads what was withdrawn");
}

#[tokio::test]
async fn an_answer_to_an_earlier_request_stays_that_requests() {
    let (world, _) = world(json!({ "delayS": 0, "oncePerCustomerDays": 0 })).await;
    let (id, _) = asked(&world).await;
    let sofia = world.hub.sofia().await;
    world.hears_text("wamid.2", "5").await;
    scored(&world, 5).await;
    world.hears_text("wamid.3", "Thank you!").await;
    until(async || (review(&world).await["comment"] == "Thank you!").then_some(())).await;
    world.hears_text("wamid.4", "But where is my coat?").await;
    event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "But where is my coat?").await;
    let maya = world.hub.maya().await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    says(&maya, &id, "It comes today.").await;
    assert_eq!(command(&maya, &id, json!({ "type": "complete", "resolution": "found" })).await.0, 200);
    taken(&world.api, 4).await;
    let both = async || {
        let (_, page) = sofia.gets("/api/v1/reviews").await;
        let of = |row: &Value| (row["score"].clone(), row["comment"].clone());
        (of(&page["reviews"][1]), of(&page["reviews"][0]))
    };
    assert_eq!(both().await, ((json!(5), json!("Thank you!")), (Value::Null, Value::Null)));
    let edit = |of: &str, words: &str| json!({ "type": "edit", "edit": { "original_message_id": of, "message": text(words) } });
    world.hears("wamid.5", edit("wamid.2", "1"), 0).await;
    world.hears("wamid.6", json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.3" } }), 0).await;
    until(async || (both().await.0 == (json!(1), Value::Null)).then_some(())).await;
    assert_eq!(both().await.1, (Value::Null, Value::Null), "nobody has answered the second request");
}

#[tokio::test]
async fn the_newest_score_counts_and_none_is_older_than_its_request() {
    let (world, ahead) = world(json!({ "delayS": 0 })).await;
    let (id, request) = asked(&world).await;
    ahead.fetch_add(60_000, Ordering::Relaxed);
    world.hears("wamid.2", tap(&request, 2), -20).await;
    scored(&world, 2).await;
    world.hears("wamid.3", tap(&request, 5), -10).await;
    world.hears("wamid.4", text("4"), -15).await;
    world.hears("wamid.5", tap(&request, 3), -30).await;
    scored(&world, 3).await;
    let sofia = world.hub.sofia().await;
    let given = async || {
        let all = events(&sofia, &id).await;
        all.iter().filter_map(|event| event["body"]["feedback_given"]["score"].as_u64()).collect::<Vec<_>>()
    };
    assert_eq!(given().await, [2, 3]);
    // An answer to "how many persons?" that comes late.
    world.hears("wamid.6", text("2"), 3_600).await;
    event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "2").await;
    assert_eq!(given().await, [2, 3]);
}

#[tokio::test]
async fn a_tap_renews_the_window_as_everything_that_the_customer_does_on_the_channel() {
    let (world, ahead) = world(json!({ "delayS": 0 })).await;
    let (id, request) = asked(&world).await;
    let sofia = world.hub.sofia().await;
    let first = sofia.state(&id).await["heardAt"].clone();
    ahead.fetch_add(120_000, Ordering::Relaxed);
    world.hears("wamid.2", tap(&request, 4), -60).await;
    scored(&world, 4).await;
    let state = until(async || Some(sofia.state(&id).await).filter(|state| state["heardAt"] != first)).await;
    assert!(state["heardAt"].as_str() > first.as_str(), "{state}");
    assert_eq!(state["status"]["status"], "completed", "and nothing else");
}

#[tokio::test]
async fn a_late_tap_changes_nothing_and_says_nothing() {
    let (world, ahead) = world(json!({ "delayS": 0, "expiresH": 1 })).await;
    let (id, request) = asked(&world).await;
    ahead.fetch_add(HOUR_MS, Ordering::Relaxed);
    world.hears("wamid.2", tap(&request, 5), 0).await;
    world.hears_text("wamid.3", "Hello?").await;
    let sofia = world.hub.sofia().await;
    event(&sofia, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Hello?").await;
    let turns = events(&sofia, &id).await.iter().filter(|event| event["body"]["turn_added"].is_object()).count();
    assert_eq!(turns, 3, "the tap is no turn");
    assert_eq!(review(&world).await["status"], "expired");
}

#[tokio::test]
async fn nobody_is_asked_outside_of_the_window() {
    let (world, ahead) = world(json!({ "delayS": 25 * 3600 })).await;
    let (maya, id) = world.talks().await;
    assert_eq!(command(&maya, &id, json!({ "type": "complete", "resolution": "found" })).await.0, 200);
    ahead.fetch_add(25 * HOUR_MS, Ordering::Relaxed);
    let row = until(async || Some(review(&world).await).filter(Value::is_object)).await;
    assert_eq!((&row["status"], &row["reason"]), (&json!("not_asked"), &json!("window_closed")));
    // What comes next is the first that leaves. Sign-ins of the day before have ended.
    let maya = world.hub.maya().await;
    world.hooks.message(&carmen(), "wamid.2", text("Hello?"), -25 * 3600).await.unwrap();
    let id = conversation(&maya, "help").await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    says(&maya, &id, "Hello.").await;
    assert_eq!(taken(&world.api, 1).await[0]["text"]["body"], "Hello.");
}

#[tokio::test]
async fn the_page_behind_the_link_takes_the_answer_in_the_browsers_language() {
    let (world, ahead) = world(json!({ "delayS": 0, "editH": 1 })).await;
    let (id, request) = asked(&world).await;
    let page = Page::of(&world, &request);
    let (status, shown) = page.shows("de-DE,de;q=0.9,en;q=0.8").await;
    assert_eq!(status, 200);
    assert!(shown.contains("<html lang=de>") && shown.contains("Wie war dieses Gespräch?"), "{shown}");
    assert!(shown.contains("Northwind") && !shown.contains("Carmen") && !shown.contains("<script"), "{shown}");
    let long = "x".repeat(2_001);
    for (score, comment) in [("", ""), ("6", ""), ("x", "Slow."), ("3", long.as_str())] {
        assert_eq!(page.sends(score, comment).await, 422, "{score}");
    }
    assert_eq!(page.sends("2", " Slow,\r\n<b>very</b> ").await, 303);
    let row = scored(&world, 2).await;
    assert_eq!(row["comment"], "Slow,\n<b>very</b>");
    let (status, shown) = page.shows("fr").await;
    assert_eq!(status, 200);
    assert!(shown.contains("Thank you for your rating: 2 of 5") && shown.contains("&lt;b&gt;very"), "{shown}");
    assert_eq!(page.sends("4", "").await, 303);
    scored(&world, 4).await;
    ahead.fetch_add(HOUR_MS, Ordering::Relaxed);
    assert_eq!(page.sends("1", "").await, 410);
    let (status, shown) = page.shows("en").await;
    assert!(status == 200 && shown.contains("4 of 5") && !shown.contains("<form"), "{shown}");
    assert_eq!(world.hub.sofia().await.state(&id).await["status"]["status"], "completed");
}

#[tokio::test]
async fn a_request_that_meta_refuses_is_none() {
    let (world, _) = world(json!({ "delayS": 0 })).await;
    let (maya, id) = world.talks().await;
    says(&maya, &id, "In Malaga.").await;
    taken(&world.api, 1).await;
    world.api.faults([Fault::Refuses { status: 400, code: 131_026 }]);
    assert_eq!(command(&maya, &id, json!({ "type": "complete", "resolution": "found" })).await.0, 200);
    let row = until(async || Some(review(&world).await).filter(|row| row["status"] == "not_asked")).await;
    assert_eq!(row["reason"], "undelivered", "{row}");
    let sofia = world.hub.sofia().await;
    assert_eq!(sofia.state(&id).await["status"]["status"], "completed", "nobody is called because of it");
}

#[tokio::test]
async fn the_page_behind_the_link_takes_a_no_and_a_no_for_ever() {
    let (world, _) = world(json!({ "delayS": 0 })).await;
    let (_, request) = asked(&world).await;
    let page = Page::of(&world, &request);
    let (_, shown) = page.shows("en").await;
    assert!(shown.contains("No, thanks") && shown.contains("Do not ask me again"), "{shown}");
    assert_eq!(page.posts(&[("decline", "now")]).await, 303);
    let row = until(async || Some(review(&world).await).filter(|row| row["status"] == "declined")).await;
    assert!(row["declinedAt"].is_string() && row["optedOut"].is_null(), "{row}");
    let (_, shown) = page.shows("en").await;
    assert!(shown.contains("You gave no rating.") && !shown.contains("No, thanks"), "{shown}");
    assert_eq!(page.sends("4", "").await, 303);
    scored(&world, 4).await;
    assert_eq!(page.posts(&[("decline", "never"), ("score", "1")]).await, 303);
    let row = until(async || Some(review(&world).await).filter(|row| row["optedOut"] == true)).await;
    assert_eq!((&row["status"], &row["score"]), (&json!("answered"), &json!(4)), "the score stays");
    let (_, shown) = page.shows("de").await;
    assert!(shown.contains("Wir fragen Sie nicht mehr.") && !shown.contains("Nicht mehr fragen"), "{shown}");
}
