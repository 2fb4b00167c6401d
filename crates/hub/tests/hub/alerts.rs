//! The alert ledger: who was alerted by a call for help, and who is called next.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::common::{Agent, Customer, Socket, TestHub, TestLogic, eventually, frames_until, moved, post, say};
use serde_json::{Value, json};

/// Beyond the time that desks have to reconnect after the hub's start.
const SETTLED_MS: i64 = 60_000;

/// A hub that has run for a while, without Your Logic.
pub async fn hub() -> (TestHub, Arc<AtomicI64>) {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    ahead.store(SETTLED_MS, Ordering::Relaxed);
    (hub, ahead)
}

/// A connected desk.
async fn desk(agent: &Agent) -> Socket {
    let mut socket = agent.live(None).await;
    frames_until(&mut socket, |frame| frame.get("alive").is_some()).await;
    socket
}

/// The newest call of a conversation.
async fn call(sofia: &Agent, id: &str) -> Value {
    eventually("the ledger knows the call", || async {
        let (status, ledger) = sofia.gets(&format!("/api/v1/conversations/{id}/alerts")).await;
        assert_eq!(status, 200, "{ledger}");
        ledger["calls"].get(0).cloned()
    })
    .await
}

/// The outcome of one user's alert, without times.
async fn alert(sofia: &Agent, id: &str, name: &str) -> Option<Vec<String>> {
    let call = call(sofia, id).await;
    let alert = call["alerts"].as_array().unwrap().iter().find(|alert| alert["name"] == name)?.clone();
    let steps = ["decided", "sent", "shown", "muted", "clicked", "joined", "expired"];
    let mut happened: Vec<_> = steps.into_iter().filter(|step| alert.get(*step).is_some()).map(str::to_owned).collect();
    happened.extend(alert["why"].as_str().map(str::to_owned));
    Some(happened)
}

async fn becomes(sofia: &Agent, id: &str, name: &str, expected: &[&str]) {
    eventually(&format!("the ledger says of {name}: {expected:?}"), || async {
        (alert(sofia, id, name).await? == expected).then_some(())
    })
    .await;
}

/// Carmen calls, and it goes to Maya at her desk.
pub async fn maya_is_called(carmen: &Customer, maya: &Agent, sofia: &Agent) -> (Socket, String, Value) {
    let socket = desk(maya).await;
    carmen.writes("I need a person").await;
    let id = carmen.conversation().await;
    becomes(sofia, &id, "Maya Ortiz", &["decided", "sent"]).await;
    let open = call(sofia, &id).await;
    (socket, id, open)
}

pub async fn reports(agent: &Agent, id: &str, call: &Value, outcome: Value) {
    let report = json!({ "conversation": id, "call": call["call"], "at": "2026-01-01T00:00:00Z", "outcome": outcome });
    let (status, body) = post(&agent.base, "/api/v1/alerts", Some(&agent.token), &json!({ "reports": [report] })).await;
    assert_eq!(status, 204, "{body}");
}

async fn reaches(sofia: &Agent, id: &str, reach: &str) {
    eventually(&format!("the call reaches {reach}"), || async {
        (sofia.state(id).await["help"]["reach"] == reach).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_ledger_says_of_everybody_what_became_of_their_alert() {
    let (hub, _) = hub().await;
    let (carmen, maya, jonas, sofia) = (hub.customer().await, hub.maya().await, hub.jonas().await, hub.sofia().await);
    let (_maya_desk, _jonas_desk) = (desk(&maya).await, desk(&jonas).await);
    carmen.writes("I need a person").await;
    let id = carmen.conversation().await;
    becomes(&sofia, &id, "Maya Ortiz", &["decided", "sent"]).await;
    becomes(&sofia, &id, "Jonas Keller", &["decided", "sent"]).await;
    assert_eq!(alert(&sofia, &id, "Sofia Lind").await, None, "no desk of hers is connected");

    let open = call(&sofia, &id).await;
    reports(&maya, &id, &open, json!({ "type": "shown" })).await;
    reports(&jonas, &id, &open, json!({ "type": "muted", "why": "do_not_disturb" })).await;
    becomes(&sofia, &id, "Maya Ortiz", &["decided", "sent", "shown"]).await;
    becomes(&sofia, &id, "Jonas Keller", &["decided", "sent", "muted", "do_not_disturb"]).await;
    assert_eq!(sofia.state(&id).await["help"]["reach"], "eligible", "somebody has seen it: their turn");

    reports(&maya, &id, &open, json!({ "type": "clicked" })).await;
    maya.does(&id, json!({ "type": "join", "call": open["call"] })).await;
    becomes(&sofia, &id, "Maya Ortiz", &["decided", "sent", "shown", "clicked", "joined"]).await;
    becomes(&sofia, &id, "Jonas Keller", &["decided", "sent", "muted", "expired", "do_not_disturb"]).await;
    assert!(call(&sofia, &id).await.get("ended").is_some());
    let path = "/api/v1/figures?from=2026-01-01&to=2027-12-31&metric=alert_shown,alert_unseen";
    let rows = eventually("the figures know of the notification", || async {
        let (status, page) = sofia.gets(path).await;
        assert_eq!(status, 200, "{page}");
        (page["rows"][0]["count"] == 1).then(|| page["rows"].clone())
    })
    .await;
    assert_eq!((&rows[0]["p50"], &rows[1]["sum"], &rows[1]["count"]), (&json!(0), &json!(0), &json!(1)), "{rows}");
}

#[tokio::test]
async fn what_is_reported_twice_or_late_changes_nothing_that_is_known() {
    let (hub, _) = hub().await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    let (_desk, id, open) = maya_is_called(&carmen, &maya, &sofia).await;
    reports(&maya, &id, &open, json!({ "type": "shown" })).await;
    let first = call(&sofia, &id).await;
    reports(&maya, &id, &open, json!({ "type": "shown" })).await;
    assert_eq!(call(&sofia, &id).await, first);
    let unknown = json!({ "call": "01900000-0000-7000-8000-000000000000" });
    reports(&maya, &id, &unknown, json!({ "type": "shown" })).await;
    assert_eq!(call(&sofia, &id).await, first, "a call that nobody made is no call");
}

#[tokio::test]
async fn supervisors_hear_that_more_is_known_and_nobody_else_does() {
    let (hub, _) = hub().await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    let mut sofia_desk = desk(&sofia).await;
    let (mut maya_desk, id, open) = maya_is_called(&carmen, &maya, &sofia).await;
    let told = |frame: &Value| frame["alerts"]["conversations"].as_array().is_some_and(|all| all.contains(&json!(id)));
    frames_until(&mut sofia_desk, told).await;
    for outcome in [json!({ "type": "shown" }), json!({ "type": "clicked" })] {
        reports(&maya, &id, &open, outcome).await;
    }
    frames_until(&mut sofia_desk, told).await;
    let heard = frames_until(&mut maya_desk, |frame| frame.get("alive").is_some()).await;
    assert!(!heard.iter().any(told), "{heard:?}");
}

#[tokio::test]
async fn only_supervisors_see_who_was_told() {
    let (hub, _) = hub().await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    let path = format!("/api/v1/conversations/{id}/alerts");
    assert_eq!(maya.gets(&path).await.0, 403);
    assert_eq!(sofia.gets(&path).await.0, 200);
}

#[tokio::test]
async fn a_call_that_nobody_can_have_noticed_goes_to_the_next_at_once() {
    let (hub, _) = hub().await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    let (_desk, id, open) = maya_is_called(&carmen, &maya, &sofia).await;
    reports(&maya, &id, &open, json!({ "type": "muted", "why": "no_service" })).await;
    reaches(&sofia, &id, "supervisors").await;
}

#[tokio::test]
async fn your_logic_is_told_that_nobody_is_there() {
    let logic = TestLogic::acting(json!([{ "type": "NEEDS_HELP", "value": true, "reason": "a person" }])).await;
    let (hub, ahead) = TestHub::start_with_clock(Some(&logic.url)).await;
    ahead.store(SETTLED_MS, Ordering::Relaxed);
    let (carmen, sofia) = (hub.customer().await, hub.sofia().await);
    carmen.writes("I need a person").await;
    let id = carmen.conversation().await;
    reaches(&sofia, &id, "logic").await;
    eventually("Your Logic hears that nobody came", || async {
        let asked = logic.asked.lock().unwrap().clone();
        asked.iter().any(|body| body["trigger"]["type"] == "NEEDS_HELP_CHANGED").then_some(())
    })
    .await;
}

#[tokio::test]
async fn whoever_takes_no_calls_is_not_called_first() {
    let (hub, _) = hub().await;
    let (carmen, maya, jonas, sofia) = (hub.customer().await, hub.maya().await, hub.jonas().await, hub.sofia().await);
    let (mut maya_desk, _jonas_desk) = (desk(&maya).await, desk(&jonas).await);
    say(&mut maya_desk, r#"{"type":"presence","available":false}"#).await;
    eventually("colleagues see it", || async {
        let (_, people) = sofia.gets("/api/v1/colleagues").await;
        let maya = people.as_array()?.iter().find(|person| person["name"] == "Maya Ortiz")?.clone();
        (maya["online"] == true && maya["available"] == false).then_some(())
    })
    .await;
    carmen.writes("I need a person").await;
    let id = carmen.conversation().await;
    becomes(&sofia, &id, "Jonas Keller", &["decided", "sent"]).await;
    assert_eq!(alert(&sofia, &id, "Maya Ortiz").await, None);
}

#[tokio::test]
async fn whoever_is_away_is_called_with_everyone_and_whoever_is_busy_is_not() {
    let (hub, _) = hub().await;
    let (carmen, maya, jonas, sofia) = (hub.customer().await, hub.maya().await, hub.jonas().await, hub.sofia().await);
    let (mut maya_desk, mut jonas_desk) = (desk(&maya).await, desk(&jonas).await);
    say(&mut maya_desk, r#"{"type":"presence","available":false,"status":"away"}"#).await;
    say(&mut jonas_desk, r#"{"type":"presence","available":false,"status":"busy"}"#).await;
    eventually("colleagues see both", || async {
        let (_, people) = sofia.gets("/api/v1/colleagues").await;
        let status =
            |name: &'static str| people.as_array()?.iter().find(|person| person["name"] == name)?["status"].as_str();
        (status("Maya Ortiz") == Some("away") && status("Jonas Keller") == Some("busy")).then_some(())
    })
    .await;
    carmen.writes("I need a person").await;
    let id = carmen.conversation().await;
    becomes(&sofia, &id, "Maya Ortiz", &["decided", "sent"]).await;
    assert_eq!(alert(&sofia, &id, "Jonas Keller").await, None);
}

#[tokio::test]
async fn the_steps_go_on_after_a_restart_and_the_ledger_knows_what_ended_meanwhile() {
    let (hub, ahead) = hub().await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    let (_desk, id, open) = maya_is_called(&carmen, &maya, &sofia).await;
    reports(&maya, &id, &open, json!({ "type": "shown" })).await;
    let folder = hub.stop().await;
    let hub = TestHub::at(moved(&ahead), folder, None, 1_000).await;
    let sofia = hub.sofia().await;
    assert_eq!(sofia.state(&id).await["help"]["reach"], "eligible", "a restart alone hurries nobody");
    becomes(&sofia, &id, "Maya Ortiz", &["decided", "sent", "shown"]).await;
    ahead.fetch_add(30_000, Ordering::Relaxed);
    reaches(&sofia, &id, "everyone").await;
}

#[tokio::test]
async fn a_desk_that_vanishes_is_away_within_fifteen_seconds() {
    let (hub, _) = hub().await;
    let (maya, sofia) = (hub.maya().await, hub.sofia().await);
    // This desk no longer reads or answers.
    let silent = maya.live(None).await;
    let online = |name: &'static str| {
        let sofia = &sofia;
        async move {
            let (_, people) = sofia.gets("/api/v1/colleagues").await;
            let people = people.as_array().cloned().unwrap_or_default();
            people.iter().any(|person| person["name"] == name && person["online"] == true)
        }
    };
    eventually("Maya is there", || async { online("Maya Ortiz").await.then_some(()) }).await;
    let begun = std::time::Instant::now();
    while online("Maya Ortiz").await {
        assert!(begun.elapsed() < Duration::from_secs(15), "a desk that says nothing is not there");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    drop(silent);
}
