//! Reviews, from the completion to the answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use tandem_hub::ReviewPlanCommand;
use tandem_hub::config::Config;
use uuid::Uuid;

use crate::common::{Agent, Customer, TestHub, TestLogic, eventually, frames_until, get, moved, post};

const HOUR_MS: i64 = 3_600_000;

async fn plans(hub: &TestHub, plan: &Value) {
    let ada = hub.ada().await;
    let (status, row) = ada.asks(reqwest::Method::PUT, "/api/v1/review-plans/northwind", Some(plan)).await;
    assert_eq!(status, 200, "{row}");
}

/// Maya answers this customer and completes the conversation.
async fn completed(hub: &TestHub, carmen: &Customer) -> String {
    let maya = hub.maya().await;
    carmen.writes("Where is my suitcase?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.replies(&id, "In Malaga.").await;
    maya.does(&id, json!({ "type": "complete", "resolution": "found" })).await;
    id
}

fn request_in(entries: &[Value]) -> Option<String> {
    let entry = entries.iter().find(|entry| entry["kind"] == "review")?;
    Some(entry["review"]["id"].as_str().unwrap().to_owned())
}

async fn asked(carmen: &Customer) -> String {
    eventually("Carmen is asked", || async { request_in(&carmen.sees().await) }).await
}

async fn gives(carmen: &Customer, review: &str, answer: &Value) -> (u16, Value) {
    post(&carmen.base, &format!("/chat/v1/reviews/{review}"), Some(&carmen.token), answer).await
}

async fn declines(carmen: &Customer, review: &str, never: bool) -> (u16, Value) {
    let path = format!("/chat/v1/reviews/{review}/decline");
    post(&carmen.base, &path, Some(&carmen.token), &json!({ "never": never })).await
}

async fn rows(sofia: &Agent) -> Vec<Value> {
    let (status, page) = sofia.gets("/api/v1/reviews").await;
    assert_eq!(status, 200, "{page}");
    page["reviews"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_customer_is_asked_in_their_language_answers_and_changes_the_answer() {
    let hub = TestHub::start(None).await;
    plans(&hub, &json!({ "delayS": 0, "texts": { "en": "How did we do?" } })).await;
    let carmen = hub.customer().await;
    let mut page = carmen.live().await;
    let id = completed(&hub, &carmen).await;
    let frames = frames_until(&mut page, |frame| frame["entry"]["kind"] == "review").await;
    let entry = &frames.last().unwrap()["entry"];
    assert_eq!((&entry["text"], &entry["from"]), (&json!("How did we do?"), &json!("system")));
    let review = asked(&carmen).await;
    assert_eq!(entry["id"], review);
    let sofia = hub.sofia().await;
    assert_eq!(rows(&sofia).await[0]["status"], "asked");

    let (status, given) = gives(&carmen, &review, &json!({ "score": 2, "comment": "Slow." })).await;
    assert_eq!((status, &given["score"], &given["comment"]), (200, &json!(2), &json!("Slow.")), "{given}");
    let before = sofia.state(&id).await;
    assert_eq!(gives(&carmen, &review, &json!({ "score": 2, "comment": "Slow." })).await.0, 200);
    assert_eq!(sofia.state(&id).await["position"], before["position"], "the same again changes nothing");
    let (status, page) = sofia.gets("/api/v1/reviews?low=true").await;
    assert_eq!((status, page["reviews"].as_array().unwrap().len()), (200, 1));

    assert_eq!(gives(&carmen, &review, &json!({ "score": 4 })).await.0, 200);
    let row = &rows(&sofia).await[0];
    assert_eq!((&row["status"], &row["score"], &row["normal"]), (&json!("answered"), &json!(4), &json!(0.75)));
    assert_eq!(row["shares"][0]["by"]["name"], "Maya Ortiz", "{row}");
    assert!(row["editedAt"].is_string() && row["comment"].is_null(), "{row}");
    assert_eq!(sofia.gets("/api/v1/reviews?low=true").await.1["reviews"], json!([]));
    let entries = carmen.sees().await;
    let entry = entries.iter().find(|entry| entry["kind"] == "review").unwrap();
    assert_eq!(entry["review"]["score"], 4, "a browser that is opened again knows");
    assert_eq!(sofia.state(&id).await["status"]["status"], "completed");
}

#[tokio::test]
async fn bad_answers_get_a_clear_refusal() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    plans(&hub, &json!({ "delayS": 0, "expiresH": 2, "editH": 1, "oncePerCustomerDays": 0 })).await;
    let (carmen, other) = (hub.customer().await, hub.customer().await);
    completed(&hub, &carmen).await;
    let review = asked(&carmen).await;
    let good = json!({ "score": 3 });
    for (answer, expected) in [
        (json!({ "score": 0 }), 422),
        (json!({ "score": 6 }), 422),
        (json!({ "score": -1 }), 422),
        (json!({ "score": "5" }), 422),
        (json!({ "score": 4.5 }), 422),
        (json!({}), 422),
        (json!({ "score": 3, "stars": 3 }), 422),
        (json!({ "score": 3, "comment": "x".repeat(2_001) }), 422),
    ] {
        let (status, problem) = gives(&carmen, &review, &answer).await;
        assert_eq!(status, expected, "{answer}: {problem}");
    }
    assert_eq!(gives(&other, &review, &good).await.0, 404, "another customer's request is none");
    assert_eq!(gives(&carmen, &Uuid::now_v7().to_string(), &good).await.0, 404);
    assert_eq!(gives(&carmen, "nonsense", &good).await.0, 404);
    ahead.fetch_add(2 * HOUR_MS, Ordering::Relaxed);
    let (status, problem) = gives(&carmen, &review, &good).await;
    assert_eq!((status, &problem["code"]), (410, &json!("review.over")));
    let sofia = hub.sofia().await;
    assert_eq!(rows(&sofia).await[0]["status"], "expired");
}

#[tokio::test]
async fn a_request_survives_a_restart_and_is_made_once() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    plans(&hub, &json!({ "delayS": 24 * 3600 })).await;
    let carmen = hub.customer().await;
    let id = completed(&hub, &carmen).await;
    assert_eq!(request_in(&carmen.sees().await), None);
    let folder = hub.stop().await;
    ahead.fetch_add(24 * HOUR_MS, Ordering::Relaxed);
    let hub = TestHub::at(moved(&ahead), Arc::clone(&folder), None, 1_000).await;
    let carmen = Customer { base: hub.base.clone(), token: carmen.token };
    asked(&carmen).await;
    let hub = TestHub::at(moved(&ahead), hub.stop().await, None, 1_000).await;
    // What is due later is done after what was due before.
    let nina = hub.customer().await;
    completed(&hub, &nina).await;
    ahead.fetch_add(24 * HOUR_MS, Ordering::Relaxed);
    asked(&nina).await;
    let found = rows(&hub.sofia().await).await;
    assert_eq!(found.iter().filter(|row| row["conversation"] == id).count(), 1, "{found:?}");
}

#[tokio::test]
async fn a_customer_is_asked_once_in_some_days_whatever_the_conversation() {
    let ahead: Arc<AtomicI64> = Arc::default();
    let hub = TestHub::configured(moved(&ahead), |_| {}).await;
    plans(&hub, &json!({ "delayS": 0 })).await;
    let carmen = hub.customer().await;
    let first = completed(&hub, &carmen).await;
    asked(&carmen).await;
    let mut page = carmen.live().await;
    crate::common::say(&mut page, &json!({ "type": "new" }).to_string()).await;
    frames_until(&mut page, |frame| frame["type"] == "ready").await;
    let second = completed(&hub, &carmen).await;
    assert_ne!(first, second);
    let sofia = hub.sofia().await;
    let row = eventually("it is decided", || async {
        rows(&sofia).await.into_iter().find(|row| row["conversation"] == second)
    })
    .await;
    assert_eq!((&row["status"], &row["reason"]), (&json!("not_asked"), &json!("asked_recently")));
}

#[tokio::test]
async fn who_wants_to_be_asked_no_more_is_not_asked_in_any_conversation() {
    let hub = TestHub::start(None).await;
    plans(&hub, &json!({ "delayS": 0, "oncePerCustomerDays": 0 })).await;
    let (carmen, other, sofia) = (hub.customer().await, hub.customer().await, hub.sofia().await);
    let first = completed(&hub, &carmen).await;
    let review = asked(&carmen).await;
    assert_eq!(declines(&other, &review, false).await.0, 404, "another customer's request is none");
    let (status, given) = declines(&carmen, &review, false).await;
    assert_eq!((status, &given["declined"]), (200, &json!(true)), "{given}");
    assert_eq!(rows(&sofia).await[0]["status"], "declined");
    assert_eq!(declines(&carmen, &review, true).await.0, 200);
    let row = &rows(&sofia).await[0];
    assert_eq!((&row["status"], &row["optedOut"]), (&json!("declined"), &json!(true)), "{row}");
    let mut page = carmen.live().await;
    crate::common::say(&mut page, &json!({ "type": "new" }).to_string()).await;
    frames_until(&mut page, |frame| frame["type"] == "ready").await;
    let second = completed(&hub, &carmen).await;
    assert_ne!(first, second);
    let row = eventually("it is decided", || async {
        rows(&sofia).await.into_iter().find(|row| row["conversation"] == second)
    })
    .await;
    assert_eq!((&row["status"], &row["reason"]), (&json!("not_asked"), &json!("customer_opted_out")));
    assert_eq!(gives(&carmen, &review, &json!({ "score": 5 })).await.0, 200, "a score still counts");
    completed(&hub, &other).await;
    asked(&other).await;
}

#[tokio::test]
async fn plans_are_checked_listed_and_removed() {
    let hub = TestHub::start(None).await;
    let ada = hub.ada().await;
    let put = async |brand: &str, plan: Value| {
        ada.asks(reqwest::Method::PUT, &format!("/api/v1/review-plans/{brand}"), Some(&plan)).await
    };
    for wrong in [
        json!({ "delayS": -1 }),
        json!({ "samplePercent": 0 }),
        json!({ "when": "always" }),
        json!({ "texts": { "en": "" } }),
        json!({ "everyDay": true }),
    ] {
        assert_eq!(put("northwind", wrong.clone()).await.0, 422, "{wrong}");
    }
    assert_eq!(put("southwind", json!({})).await.0, 404);
    let (status, row) = put("northwind", json!({ "when": "completed_by_person", "samplePercent": 50 })).await;
    assert_eq!((status, &row["plan"]["expiresH"], &row["plan"]["oncePerCustomerDays"]), (200, &json!(72), &json!(7)));
    assert_eq!(ada.gets("/api/v1/review-plans").await.1, json!([row]));
    assert_eq!(ada.asks(reqwest::Method::DELETE, "/api/v1/review-plans/northwind", None).await.0, 204);
    assert_eq!(ada.asks(reqwest::Method::DELETE, "/api/v1/review-plans/northwind", None).await.0, 404);
    assert_eq!(ada.gets("/api/v1/review-plans").await.1, json!([]));
}

#[tokio::test]
async fn operators_set_plans_on_the_command_line() {
    let hub = TestHub::start(None).await;
    let config = Config::new(hub.folder.path().to_owned());
    let run = async |command: ReviewPlanCommand| {
        let config = config.clone();
        tokio::task::spawn_blocking(move || command.run(&config)).await.unwrap()
    };
    let set = |brand: &str, plan: &str| ReviewPlanCommand::Set { brand: brand.into(), plan: plan.into() };
    assert!(run(set("southwind", "{}")).await.is_err());
    for wrong in [r#"{"delayS": -1}"#, r#"{"samplePercent": 0}"#, "{"] {
        assert!(run(set("northwind", wrong)).await.is_err(), "{wrong}");
    }
    run(set("northwind", r#"{"delayS": 5}"#)).await.unwrap();
    let ada = hub.ada().await;
    assert_eq!(ada.gets("/api/v1/review-plans").await.1[0]["plan"]["delayS"], 5);
    run(ReviewPlanCommand::List).await.unwrap();
    run(ReviewPlanCommand::Remove { brand: "northwind".into() }).await.unwrap();
    assert!(run(ReviewPlanCommand::Remove { brand: "northwind".into() }).await.is_err());
    assert_eq!(ada.gets("/api/v1/review-plans").await.1, json!([]));
}

#[tokio::test]
async fn your_logic_that_answers_feedback_with_feedback_asks_once() {
    let logic = TestLogic::acting(json!([{ "type": "FEEDBACK", "text": "How did we do?" }])).await;
    let hub = TestHub::on(TestHub::start(None).await.stop().await, Some(&logic.url), 1_000).await;
    let carmen = hub.customer().await;
    carmen.writes("Thank you for the suitcase, it is here.").await;
    let review = asked(&carmen).await;
    assert_eq!(gives(&carmen, &review, &json!({ "score": 5 })).await.0, 200);
    let id = carmen.conversation().await;
    let sofia = hub.sofia().await;
    eventually("Your Logic has heard of everything", || async {
        let state = sofia.state(&id).await;
        let is_idle = state["logic"]["asked"].is_null() && state["logic"]["pending"].is_null();
        is_idle.then_some(())
    })
    .await;
    assert_eq!(rows(&sofia).await.len(), 1);
    assert_eq!(sofia.state(&id).await["fallback"], Value::Null, "that is no failure");
    let (_, page) = get(&hub.base, "/chat/v1/entries?after=0", Some(&carmen.token)).await;
    let requests = page["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "review").count();
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn reopening_takes_a_request_back() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    plans(&hub, &json!({ "delayS": 3600 })).await;
    let (carmen, nina) = (hub.customer().await, hub.customer().await);
    completed(&hub, &carmen).await;
    completed(&hub, &nina).await;
    carmen.writes("It is broken.").await;
    ahead.fetch_add(HOUR_MS, Ordering::Relaxed);
    asked(&nina).await;
    assert_eq!(request_in(&carmen.sees().await), None);
}

/// Sofia files a review of this turn, or of the round.
async fn filed(sofia: &Agent, id: &str, new: &Value) -> (u16, Value) {
    let path = format!("/api/v1/conversations/{id}/reviews");
    sofia.asks(reqwest::Method::POST, &path, Some(new)).await
}

async fn turn_of(agent: &Agent, id: &str, text: &str) -> String {
    let (_, page) = agent.gets(&format!("/api/v1/conversations/{id}/turns?limit=500")).await;
    let mut turns = page["events"].as_array().unwrap().iter().map(|event| &event["body"]["turn_added"]["turn"]);
    let turn = turns.find(|turn| turn["content"]["text"] == text).unwrap();
    turn["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn reviewers_score_turns_and_rounds_and_only_those_whose_score_it_is_read_it() {
    let hub = TestHub::start(None).await;
    let (carmen, sofia, maya, jonas) = (hub.customer().await, hub.sofia().await, hub.maya().await, hub.jonas().await);
    let id = completed(&hub, &carmen).await;
    let turn = turn_of(&sofia, &id, "In Malaga.").await;
    let review = Uuid::now_v7();
    let new =
        json!({ "id": review, "turn": turn, "question": "Is it complete?", "score": 2, "comment": "Where there?" });
    let (status, row) = filed(&sofia, &id, &new).await;
    assert_eq!((status, &row["type"], &row["status"]), (200, &json!("reviewer"), &json!("answered")), "{row}");
    assert_eq!(
        (&row["reviewer"]["name"], &row["shares"][0]["by"]["name"]),
        (&json!("Sofia Lind"), &json!("Maya Ortiz"))
    );
    assert_eq!(filed(&sofia, &id, &new).await, (200, row), "the same again changes nothing");
    let other = json!({ "id": review, "turn": turn, "score": 5 });
    assert_eq!(filed(&sofia, &id, &other).await.0, 409);
    assert_eq!(filed(&sofia, &id, &json!({ "id": Uuid::now_v7(), "score": 5 })).await.0, 200);
    let theirs = turn_of(&sofia, &id, "Where is my suitcase?").await;
    for wrong in [
        json!({ "id": Uuid::now_v7(), "score": 0 }),
        json!({ "id": Uuid::now_v7(), "score": 6 }),
        json!({ "id": Uuid::nil(), "score": 3 }),
        json!({ "id": Uuid::now_v7(), "score": 3, "turn": theirs }),
        json!({ "id": Uuid::now_v7(), "score": 3, "turn": Uuid::now_v7() }),
        json!({ "id": Uuid::now_v7(), "score": 3, "comment": "x".repeat(2_001) }),
        json!({ "id": Uuid::now_v7(), "score": 3, "question": "x".repeat(1_000) }),
        json!({ "id": Uuid::now_v7(), "score": 3, "stars": 3 }),
        json!({ "score": 3 }),
    ] {
        assert_eq!(filed(&sofia, &id, &wrong).await.0, 422, "{wrong}");
    }
    assert_eq!(rows(&sofia).await.len(), 2);
    assert_eq!(rows(&maya).await.len(), 2, "both are hers: the turn, and the round");
    assert_eq!(maya.gets("/api/v1/reviews?low=true").await.1["reviews"].as_array().unwrap().len(), 1);
    assert_eq!(rows(&jonas).await, Vec::<Value>::new());
    let (_, first) = maya.gets("/api/v1/reviews?limit=1").await;
    let (_, second) = maya.gets(&format!("/api/v1/reviews?limit=1&before={}", first["next"].as_str().unwrap())).await;
    assert_eq!(second["reviews"][0]["id"], json!(review), "page by page");

    let disputes = async |agent: &Agent, text: &str| {
        let path = format!("/api/v1/reviews/{review}/dispute");
        agent.asks(reqwest::Method::POST, &path, Some(&json!({ "text": text }))).await
    };
    assert_eq!(disputes(&jonas, "No.").await.0, 404);
    assert_eq!(disputes(&sofia, "No.").await.0, 404);
    assert_eq!(disputes(&maya, " ").await.0, 422);
    let (status, row) = disputes(&maya, "She knew the airport.").await;
    assert_eq!((status, &row["verified"]), (200, &json!("disputed")), "{row}");
    assert_eq!(disputes(&maya, "She knew the airport.").await.0, 200, "the same again changes nothing");
    let (status, problem) = disputes(&maya, "And it was late.").await;
    assert_eq!((status, &problem["code"]), (409, &json!("review.disputed")), "once");
    let row = rows(&sofia).await.into_iter().find(|row| row["id"] == json!(review)).unwrap();
    assert_eq!(row["dispute"]["text"], "She knew the airport.");
}

#[tokio::test]
async fn agents_read_and_dispute_what_customers_say_of_them() {
    let hub = TestHub::start(None).await;
    plans(&hub, &json!({ "delayS": 0 })).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    completed(&hub, &carmen).await;
    let review = asked(&carmen).await;
    assert_eq!(rows(&maya).await, Vec::<Value>::new(), "nobody's as long as it has no answer");
    assert_eq!(gives(&carmen, &review, &json!({ "score": 1 })).await.0, 200);
    assert_eq!(gives(&carmen, &review, &json!({ "score": 2 })).await.0, 200);
    let own = rows(&maya).await;
    assert_eq!((own.len(), &own[0]["type"], &own[0]["score"]), (1, &json!("customer"), &json!(2)));
    let path = format!("/api/v1/reviews/{review}/dispute");
    let text = json!({ "text": "It was the airline." });
    assert_eq!(maya.asks(reqwest::Method::POST, &path, Some(&text)).await.0, 200);
    let confirm = format!("/api/v1/reviews/{review}/confirm");
    let sofia = hub.sofia().await;
    assert_eq!(sofia.asks(reqwest::Method::POST, &confirm, Some(&json!({}))).await.1["verified"], "correct");
    // What was said of an earlier answer says nothing of this one.
    assert_eq!(gives(&carmen, &review, &json!({ "score": 1, "comment": "Rude." })).await.0, 200);
    let row = &rows(&sofia).await[0];
    assert_eq!((&row["score"], &row["verified"]), (&json!(1), &json!("none")), "{row}");
    let again = json!({ "text": "I was not." });
    assert_eq!(maya.asks(reqwest::Method::POST, &path, Some(&again)).await.1["verified"], "disputed");
}

#[tokio::test]
async fn your_logic_files_reviews_and_nobody_is_asked_less_often_for_it() {
    let turn = Uuid::now_v7();
    let logic = TestLogic::acting(json!([
        { "type": "REVIEW", "question": "Was it polite?", "score": 4, "comment": "Yes." },
        { "type": "MESSAGE", "text": "Hello." },
    ]))
    .await;
    let hub = TestHub::on(TestHub::start(None).await.stop().await, Some(&logic.url), 1_000).await;
    let carmen = hub.customer().await;
    carmen.writes("Hello?").await;
    let sofia = hub.sofia().await;
    let row = eventually("it is filed", || async { rows(&sofia).await.into_iter().next() }).await;
    assert_eq!((&row["type"], &row["score"], &row["comment"]), (&json!("auto"), &json!(4), &json!("Yes.")), "{row}");
    let id = carmen.conversation().await;
    let says = async |actions: Value| {
        let path = format!("/api/v1/logic/conversations/{id}/responses");
        post(&hub.base, &path, Some(crate::common::SECRET), &json!({ "actions": actions })).await
    };
    let (status, problem) = says(json!([{ "type": "REVIEW", "score": 3, "turn": turn }])).await;
    assert_eq!(status, 422, "{problem}");
    assert_eq!(says(json!([{ "type": "REVIEW", "score": 7 }])).await.0, 422);
    let said = eventually("Your Logic has spoken", || async {
        let (_, page) = sofia.gets(&format!("/api/v1/conversations/{id}/turns?limit=500")).await;
        page["events"].to_string().contains("Hello.").then_some(())
    });
    said.await;
    let turn = turn_of(&sofia, &id, "Hello.").await;
    assert_eq!(says(json!([{ "type": "REVIEW", "score": 3, "turn": turn }, { "type": "COMPLETE" }])).await.0, 200);
    let row = &rows(&sofia).await[0];
    assert_eq!((&row["turn"], &row["shares"][0]["by"]["kind"]), (&json!(turn), &json!("logic")), "{row}");
}

#[tokio::test]
async fn reviewers_score_the_part_of_one_participant() {
    let hub = TestHub::start(None).await;
    let (carmen, sofia, maya, jonas) = (hub.customer().await, hub.sofia().await, hub.maya().await, hub.jonas().await);
    let id = completed(&hub, &carmen).await;
    carmen.writes("It is not there!").await;
    jonas.does(&id, json!({ "type": "join" })).await;
    jonas.replies(&id, "I look into it.").await;
    let (_, page) = sofia.gets(&format!("/api/v1/conversations/{id}/turns?limit=500")).await;
    let parts =
        page["events"].as_array().unwrap().iter().map(|event| &event["body"]["engagement_started"]["engagement"]);
    let of = |name: &str| parts.clone().find(|part| part["kind"]["participant"]["name"] == name).unwrap()["id"].clone();
    let (hers, his) = (of("Maya Ortiz"), of("Jonas Keller"));
    let new = |engagement: &Value| json!({ "id": Uuid::now_v7(), "engagement": engagement, "score": 3 });
    let (status, row) = filed(&sofia, &id, &new(&hers)).await;
    assert_eq!(
        (status, &row["engagement"], &row["shares"][0]["by"]["name"]),
        (200, &hers, &json!("Maya Ortiz")),
        "{row}"
    );
    assert_eq!(filed(&sofia, &id, &new(&his)).await.1["shares"][0]["by"]["name"], "Jonas Keller");
    assert_eq!((rows(&maya).await.len(), rows(&jonas).await.len()), (1, 1), "a part is of one alone");
    sofia.does(&id, json!({ "type": "join" })).await;
    sofia.replies(&id, "We found it.").await;
    let own = json!({ "id": Uuid::now_v7(), "turn": turn_of(&sofia, &id, "We found it.").await, "score": 5 });
    let (status, problem) = filed(&sofia, &id, &own).await;
    assert_eq!((status, &problem["code"]), (409, &json!("review.own")), "{problem}");
    let turn = turn_of(&sofia, &id, "In Malaga.").await;
    for wrong in
        [new(&json!(Uuid::now_v7())), json!({ "id": Uuid::now_v7(), "engagement": hers, "turn": turn, "score": 3 })]
    {
        assert_eq!(filed(&sofia, &id, &wrong).await.0, 422, "{wrong}");
    }
}

#[tokio::test]
async fn a_disputed_score_is_confirmed_and_what_was_filed_by_mistake_is_deleted() {
    let hub = TestHub::start(None).await;
    let (carmen, sofia, maya, ada) = (hub.customer().await, hub.sofia().await, hub.maya().await, hub.ada().await);
    plans(&hub, &json!({ "delayS": 0 })).await;
    let id = completed(&hub, &carmen).await;
    let by_carmen = asked(&carmen).await;
    let review = Uuid::now_v7();
    let new = json!({ "id": review, "score": 2, "question": "Was it polite?", "comment": "No." });
    assert_eq!(filed(&sofia, &id, &new).await.0, 200);
    let asks = async |agent: &Agent, method: reqwest::Method, path: String, body: Value| {
        agent.asks(method, &path, Some(&body)).await
    };
    let post = || reqwest::Method::POST;
    let confirm = |review: &str| format!("/api/v1/reviews/{review}/confirm");
    assert_eq!(asks(&maya, post(), confirm(&review.to_string()), json!({})).await.0, 403);
    assert_eq!(asks(&sofia, post(), confirm(&by_carmen), json!({})).await.1["code"], "review.no_score");
    let (status, row) = asks(&sofia, post(), confirm(&review.to_string()), json!({})).await;
    assert_eq!(
        (status, &row["verified"], &row["confirmed"]["by"]["name"]),
        (200, &json!("correct"), &json!("Sofia Lind"))
    );
    let text = json!({ "text": "I was." });
    let (_, row) = asks(&maya, post(), format!("/api/v1/reviews/{review}/dispute"), text).await;
    assert_eq!(row["verified"], "disputed", "a later dispute is looked at again: {row}");
    let (_, row) = asks(&ada, post(), confirm(&review.to_string()), json!({})).await;
    assert_eq!((&row["verified"], &row["confirmed"]["by"]["name"]), (&json!("correct"), &json!("Ada Novak")), "{row}");
    assert_eq!(row["dispute"]["text"], "I was.", "what was said against it stays");

    let delete = async |agent: &Agent, review: &str| {
        agent.asks(reqwest::Method::DELETE, &format!("/api/v1/reviews/{review}"), None).await
    };
    assert_eq!(delete(&maya, &review.to_string()).await.0, 403);
    assert_eq!(delete(&sofia, &Uuid::now_v7().to_string()).await.0, 404);
    let (status, problem) = delete(&sofia, &by_carmen).await;
    assert_eq!((status, &problem["code"]), (409, &json!("review.of_customer")));
    assert_eq!(delete(&sofia, &review.to_string()).await.0, 204);
    assert_eq!(delete(&sofia, &review.to_string()).await.0, 204, "the same again changes nothing");
    let row = rows(&sofia).await.into_iter().find(|row| row["id"] == json!(review)).unwrap();
    assert_eq!((&row["status"], &row["deleted"]["by"]["name"]), (&json!("deleted"), &json!("Sofia Lind")), "{row}");
    assert!(row["score"].is_null() && row["comment"].is_null() && row["dispute"].is_null(), "{row}");
    let late = asks(&maya, post(), format!("/api/v1/reviews/{review}/dispute"), json!({ "text": "No." })).await;
    assert_eq!(late.0, 404, "nothing is left to disagree with");
    assert_eq!(filed(&sofia, &id, &new).await.0, 409, "a late repeat does not bring it back");
    assert_eq!(sofia.gets("/api/v1/reviews?low=true").await.1["reviews"], json!([]));
}
