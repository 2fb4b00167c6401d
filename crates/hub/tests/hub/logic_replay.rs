//! `tandem-hub logic replay` against an endpoint: its requests, and how the answers compare with the recorded ones.

use crate::common::{SECRET, TestLogic, logic_at};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tandem_hub::Clock;
use tandem_hub::kit::{Difference, ReplayOptions, ReplayReport, replay};

const RECORDED: &str = r#"
{"id": "a", "customer": "1", "name": "Ana", "language": "pt", "turns": [
  {"role": "customer", "action": "utter", "text": "Hello"},
  {"role": "agent", "action": "pick_suggestion", "text": "Which?", "options": [{"id": "x", "label": "X"}]},
  {"role": "customer", "action": "choose", "label": "x", "text": "X"},
  {"role": "agent", "action": "utter", "text": "Maya here"},
  {"role": "customer", "action": "utter", "text": "After the hand-over nothing is asked"}]}
{"id": "b", "customer": "2", "turns": [
  {"role": "customer", "action": "utter", "text": "Know"},
  {"role": "customer", "action": "utter", "text": "anything?"},
  {"role": "agent", "action": "pick_suggestion", "text": "Everything"},
  {"role": "customer", "action": "utter", "text": "Break"},
  {"role": "agent", "action": "pick_suggestion", "text": "No"},
  {"role": "customer", "action": "utter", "text": "Silence"},
  {"role": "agent", "action": "pick_suggestion", "text": "Golden"},
  {"role": "customer", "action": "utter", "text": "thank you, bye"},
  {"role": "agent", "action": "pick_suggestion", "text": "Bye"}]}"#;

async fn replayed(logic: &TestLogic) -> ReplayReport {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recorded.jsonl");
    // One dialogue a line.
    let lines = RECORDED.trim().replace("\n  ", " ");
    std::fs::write(&path, lines).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = ReplayOptions { logic: logic_at(&logic.url), from: vec![path], show: 10 };
    replay(&options, &Clock::system()).await.unwrap()
}

#[tokio::test]
async fn each_answer_is_compared_in_the_situation_of_the_recorded_one() {
    let logic = TestLogic::start(|request| {
        let said = request["trigger"]["turn"]["content"]["text"].as_str().unwrap_or_default();
        let answer = match said {
            "Hello" => json!([{ "type": "QUESTION", "text": "which?", "choices": [{ "id": "1", "label": "X" }] }]),
            "X" => json!([{ "type": "MESSAGE", "text": "I can do that" }]),
            "anything?" => json!([{ "type": "MESSAGE", "text": "A lot" }]),
            "Break" => return StatusCode::BAD_GATEWAY.into_response(),
            _ => json!([]),
        };
        axum::Json(json!({ "actions": answer })).into_response()
    })
    .await;
    let report = replayed(&logic).await;
    let differences: Vec<_> = report.differences.iter().map(|one| (one.said.as_str(), one.difference)).collect();
    assert_eq!(
        differences,
        [
            ("X", Difference::AnsweredInstead),
            ("anything?", Difference::DifferentWords),
            ("Break", Difference::Failed),
            ("Silence", Difference::HandedOverInstead),
        ]
    );
    assert_eq!((report.conversations, report.asked, report.same, report.failed), (2, 5, 1, 1));
    let shown = report.to_string();
    for words in ["recorded: (handed over to a person)", "now     : I can do that", "now     : status 502"] {
        assert!(shown.contains(words), "'{words}' in:\n{shown}");
    }
}

#[tokio::test]
async fn every_request_is_a_signed_dry_run_with_the_recorded_past() {
    let logic = TestLogic::start(|_| axum::Json(json!({ "actions": [] })).into_response()).await;
    replayed(&logic).await;
    let signing = Webhook::from_bytes(SECRET.as_bytes().to_vec()).unwrap();
    let raw = logic.raw.lock().unwrap().clone();
    assert_eq!(raw.len(), 5, "a goodbye and what follows a hand-over are not asked");
    for (headers, body) in &raw {
        signing.verify(body, headers).expect("signed like every request");
        let request: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(request["dryRun"], true, "{request}");
        serde_json::from_value::<tandem_protocol::logic::LogicRequestBody>(request).expect("of the protocol");
    }
    let asked = logic.asked.lock().unwrap().clone();
    let pressed = asked.iter().find(|request| request["trigger"]["type"] == "ANSWER").expect("the choice is pressed");
    assert_eq!(pressed["trigger"]["turn"]["content"]["choice"], "x");
    assert_eq!(pressed["turns"][1]["content"]["text"], "Which?", "the recorded answer was given, not the new one");
    assert_eq!(pressed["conversation"]["language"], "pt");
}
