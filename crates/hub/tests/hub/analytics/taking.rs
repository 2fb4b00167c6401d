//! Exports over HTTP: who may begin one, how it stands, and that it is taken once, whole or not at all.

use reqwest::Method;
use serde_json::{Value, json};

use super::following::{completes, until_measured};
use crate::common::{Agent, TestHub, eventually};

async fn begins(agent: &Agent, plan: Value) -> (u16, Value) {
    agent.asks(Method::POST, "/api/v1/exports", Some(&plan)).await
}

async fn story(hub: &TestHub) {
    let (maya, carmen) = (hub.maya().await, hub.customer().await);
    carmen.writes("Where is my parcel?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.replies(&id, "On its way").await;
    completes(&maya, &id).await;
    until_measured(hub.folder.path()).await;
}

/// The export's state as soon as it is no longer being made.
async fn made(agent: &Agent, id: &str) -> Value {
    eventually("the export is made", || async {
        let (status, state) = agent.gets(&format!("/api/v1/exports/{id}")).await;
        (status == 200 && state["state"] != "making").then_some(state)
    })
    .await
}

async fn downloads(agent: &Agent, id: &str) -> (u16, Vec<u8>) {
    let request = reqwest::Client::new().get(format!("{}/api/v1/exports/{id}/file", agent.base));
    let response = request.bearer_auth(&agent.token).send().await.unwrap();
    (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
}

fn names(archive: &[u8]) -> Vec<String> {
    let mut archive = tar::Archive::new(archive);
    let entries = archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string());
    entries.collect()
}

fn left(hub: &TestHub) -> usize {
    std::fs::read_dir(hub.folder.path().join("exports")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn an_export_is_taken_once_by_its_user() {
    let (hub, clock) = TestHub::start_with_clock(None).await;
    story(&hub).await;
    let sofia = hub.sofia().await;
    let (status, begun) = begins(&sofia, json!({ "format": "csv" })).await;
    assert_eq!(status, 202, "{begun}");
    let id = begun["id"].as_str().unwrap();
    assert_eq!(hub.ada().await.gets(&format!("/api/v1/exports/{id}")).await.0, 404, "it is Sofia's");
    let state = made(&sofia, id).await;
    assert_eq!(state["state"], "ready", "{state}");
    assert!(state["words"].as_str().unwrap().contains("17 tables"), "{state}");
    let (status, archive) = downloads(&sofia, id).await;
    assert_eq!((status, archive.len() as u64), (200, state["bytes"].as_u64().unwrap()));
    let names = names(&archive);
    assert!(names.iter().any(|name| name == "export/round.csv"), "{names:?}");
    assert!(names.iter().any(|name| name == "export/meta.json"), "{names:?}");
    assert!(!String::from_utf8_lossy(&archive).contains("parcel"), "words come with the command only");
    eventually("it is gone", || async { (left(&hub) == 0).then_some(()) }).await;
    assert_eq!(downloads(&sofia, id).await.0, 410);
    assert_eq!(made(&sofia, id).await["state"], "taken");

    let (_, begun) = begins(&sofia, json!({})).await;
    let id = begun["id"].as_str().unwrap().to_owned();
    made(&sofia, &id).await;
    clock.fetch_add(3_700_000, std::sync::atomic::Ordering::Relaxed);
    let sofia = hub.sofia().await;
    assert_eq!(sofia.gets(&format!("/api/v1/exports/{id}")).await.0, 404, "its hour is over");
    assert_eq!(left(&hub), 0);
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused_with_what_can_and_nothing_half_is_left() {
    let (hub, running) = TestHub::running(|_| ()).await;
    story(&hub).await;
    let sofia = hub.sofia().await;
    for (plan, words) in [
        (json!({ "format": "xlsx" }), "parquet, csv or ndjson"),
        (json!({ "tables": ["mood"] }), "conversation, round"),
        (json!({ "from": "2026-11-01" }), "last day"),
        (json!({ "from": "soon", "to": "2026-11-01" }), "2026-11-30"),
        (json!({ "from": "2026-11-02", "to": "2026-11-01" }), "before it begins"),
        (json!({ "from": "2026-11-01", "to": "2026-11-01", "after": 1 }), "not both"),
        (json!({ "zone": "Mars" }), "Europe/Madrid"),
        (json!({ "after": 1_000_000 }), "measured up to"),
    ] {
        let (status, problem) = begins(&sofia, plan.clone()).await;
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(status == 422 && detail.contains(words), "{plan}: {status} {detail} says {words}");
    }
    running.disk_has_free(Some(0));
    assert_eq!(begins(&sofia, json!({})).await.0, 507);
    running.disk_has_free(None);
    // Where the folder should be, there is a file.
    std::fs::write(hub.folder.path().join("exports"), "no folder").unwrap();
    let (_, begun) = begins(&sofia, json!({})).await;
    let id = begun["id"].as_str().unwrap();
    let state = made(&sofia, id).await;
    assert_eq!((&state["state"], state["bytes"].is_null()), (&json!("failed"), true), "{state}");
    assert_eq!(downloads(&sofia, id).await.0, 409);
    std::fs::remove_file(hub.folder.path().join("exports")).unwrap();
    let (_, whole) = begins(&sofia, json!({})).await;
    assert_eq!(made(&sofia, whole["id"].as_str().unwrap()).await["state"], "ready");
    let (_, new) = begins(&sofia, json!({ "after": 1, "format": "ndjson" })).await;
    let state = made(&sofia, new["id"].as_str().unwrap()).await;
    let (_, archive) = downloads(&sofia, state["id"].as_str().unwrap()).await;
    assert!(names(&archive).iter().any(|name| name == "export/deleted.ndjson"));
}
