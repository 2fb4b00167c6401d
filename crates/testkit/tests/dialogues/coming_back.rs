//! Customers who return before the answer to their last message: it arrives in the next dialogue and breaks nothing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::routing::post;
use serde_json::{Value, json};
use tandem_testkit::dialogue::{self, Dialogue};
use tandem_testkit::hub_process::{HubOptions, HubProcess, find_binary};
use tandem_testkit::player::{Plan, Player, Settings};
use tokio::net::TcpListener;

/// As fast as recordings are played.
const SPEED: f64 = 300.0;
/// Your Logic's delay: longer than a customer's silence between two dialogues at that speed.
const LATE: Duration = Duration::from_millis(400);

/// A Your Logic with long and late answers.
async fn slow_logic() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = post(async |Json(request): Json<Value>| {
        tokio::time::sleep(LATE).await;
        let turn = request["trigger"]["type"] == "TURN";
        let words = (0..6).map(|n| json!({ "type": "MESSAGE", "text": format!("Answer {n}"), "force": true }));
        Json(json!({ "actions": if turn { words.collect::<Vec<_>>() } else { Vec::new() } }))
    });
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().route("/", answer)).await });
    format!("http://{address}/")
}

/// Five people, each with four short dialogues, a minute apart.
fn dialogues() -> Vec<Arc<Dialogue>> {
    let people = ["Carmen", "Tomas", "Leila", "Bruno", "Ines"];
    let all = people.iter().flat_map(|name| (0..4).map(move |visit| (name, visit)));
    all.map(|(name, visit)| {
        let words = ["Hello again.", "My ferry leaves at nine.", "Can I still change it?"];
        let turns: Vec<_> = words
            .iter()
            .zip(0..)
            .map(|(text, n)| json!({ "t": n * 4, "role": "customer", "action": "utter", "text": text }))
            .collect();
        let line = json!({ "id": format!("{name}-{visit}"), "customer": name, "name": name, "start": visit * 60,
            "completion": "Complete", "turns": turns });
        Arc::new(dialogue::parse(&line.to_string(), Path::new("media")).unwrap())
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_before_the_last_answer_goes_on_undisturbed() {
    let logic = (slow_logic().await, "a-secret-between-two-services".to_owned());
    let options = HubOptions { logic: Some(logic), ..HubOptions::default() };
    let hub = HubProcess::start(&find_binary("tandem-hub").unwrap(), &options).unwrap();
    let linger = Duration::from_millis(200);
    let settings = Settings { speed: SPEED, linger, ..Settings::new(&hub.url, "northwind") };
    let dialogues = dialogues();
    let plan = Plan::replay(&dialogues, Duration::from_secs(60), SPEED);
    let summary = Player::new(settings, Arc::new(|_| ())).play(plan).await;
    println!("{summary}");
    let broken: Vec<_> = summary.failed().map(|played| (&played.dialogue, &played.error)).collect();
    assert!(broken.is_empty(), "no dialogue breaks off: {broken:?}");
    assert_eq!(summary.played.len(), dialogues.len());
    assert!(summary.played.iter().all(|played| played.sent.len() == 3), "every turn was stored");
}
