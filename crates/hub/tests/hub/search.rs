//! The hub's search: hits, rights, and restarts.

use std::sync::Arc;

use crate::common::{Agent, TestHub, eventually, get};
use serde_json::{Value, json};
use uuid::Uuid;

async fn finds(agent: &Agent, query: &str) -> Value {
    let mut address = reqwest::Url::parse("http://hub/api/v1/search").unwrap();
    address.query_pairs_mut().append_pair("q", query);
    let (status, page) = agent.gets(&format!("/api/v1/search?{}", address.query().unwrap())).await;
    assert_eq!(status, 200, "{query}: {page}");
    page
}

/// The words of each hit, joined from its spans.
fn texts(page: &Value) -> Vec<String> {
    let text = |hit: &Value| {
        let spans = hit["snippet"].as_array().unwrap();
        spans.iter().map(|span| span["text"].as_str().unwrap()).collect::<String>()
    };
    page["hits"].as_array().unwrap().iter().map(text).collect()
}

async fn until_found(agent: &Agent, query: &str, expected: &[&str]) -> Value {
    eventually(&format!("{query} finds {expected:?}"), || async {
        let page = finds(agent, query).await;
        (texts(&page) == expected).then_some(page)
    })
    .await
}

#[tokio::test]
async fn everything_said_is_found_a_moment_later() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, jonas) = (hub.customer().await, hub.maya().await, hub.jonas().await);
    carmen.writes("Wo ist meine Überweisung?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.replies(&id, "Your transfer is on its way").await;
    maya.does(&id, json!({ "type": "note", "turn": Uuid::now_v7(), "text": "transfer checked" })).await;
    let page = until_found(&maya, "transfer", &["transfer checked", "Your transfer is on its way"]).await;
    let note = &page["hits"][0];
    assert_eq!((&note["kind"], &note["by"]["name"]), (&json!("note"), &json!("Maya Ortiz")));
    assert_eq!(note["snippet"][0], json!({ "text": "transfer", "hit": true }));
    for (query, expected) in [
        ("uberw", vec!["Wo ist meine Überweisung?"]),
        ("transfer from:me has:note", vec!["transfer checked"]),
        ("transfer from:maya in:my", vec!["transfer checked", "Your transfer is on its way"]),
        ("from:customer in:webchat after:2020", vec!["Wo ist meine Überweisung?"]),
        ("transfer before:2020-01-01", vec![]),
        ("transfer from:logic", vec![]),
        ("transfer in:left", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(texts(&finds(&maya, query).await), expected, "{query}");
    }
    assert_eq!(finds(&maya, "x before:soon").await["hint"], "before: needs a date like 2026-11-03.");
    assert!(texts(&finds(&jonas, "transfer from:me").await).is_empty());
}

#[tokio::test]
async fn nobody_finds_what_they_may_not_see() {
    let hub = TestHub::start(None).await;
    let (maya, jonas, sofia) = (hub.maya().await, hub.jonas().await, hub.sofia().await);
    let carmen = hub.customer().await;
    carmen.writes("my secret is 4711").await;
    let id = carmen.conversation().await;
    until_found(&jonas, "secret", &["my secret is 4711"]).await;
    maya.does(&id, json!({ "type": "join" })).await;
    for query in ["secret", "secret in:all", "secret in:help", "in:all", "from:customer", "s", "4711"] {
        assert!(texts(&finds(&jonas, query).await).is_empty(), "the call is over, so {query} finds nothing for Jonas");
        let supervisor = texts(&finds(&sofia, query).await);
        assert_eq!(supervisor.is_empty(), query.contains("in:help"), "{query} for Sofia, who sees everything");
    }
    assert_eq!(texts(&finds(&maya, "secret in:my").await), ["my secret is 4711"]);
    let name = sofia.state(&id).await["customer"]["name"].as_str().unwrap().to_owned();
    assert!(!texts(&finds(&sofia, &name).await).is_empty(), "Sofia finds customers by name");
    assert!(texts(&finds(&jonas, &name).await).is_empty(), "Jonas does not learn who is served elsewhere");
    maya.does(&id, json!({ "type": "complete", "resolution": "told" })).await;
    assert_eq!(texts(&finds(&maya, "secret").await), ["my secret is 4711"], "recently left, so still hers");
    assert_eq!(texts(&finds(&sofia, "secret").await), ["my secret is 4711"], "completed ones are found, too");
    assert!(texts(&finds(&jonas, "secret").await).is_empty());
}

#[tokio::test]
async fn the_index_goes_on_where_it_was_after_a_restart() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    carmen.writes("first suitcase").await;
    until_found(&hub.sofia().await, "suitcase", &["first suitcase"]).await;
    for n in 0..40 {
        carmen.writes(&format!("line {n}")).await;
    }
    carmen.writes("last suitcase").await;
    let folder = hub.stop().await;
    let hub = TestHub::on(Arc::clone(&folder), None, 1_000).await;
    until_found(&hub.sofia().await, "suitcase", &["last suitcase", "first suitcase"]).await;
    let lines = finds(&hub.sofia().await, "line").await;
    assert_eq!(texts(&lines).len(), 40, "each is found once");

    let folder = hub.stop().await;
    // A hub that runs in the same process may still hold the old file; a new one is made beside it.
    for name in ["search.db", "search.db-wal", "search.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(name));
    }
    let hub = TestHub::on(folder, None, 1_000).await;
    until_found(&hub.sofia().await, "suitcase", &["last suitcase", "first suitcase"]).await;
}

#[tokio::test]
async fn an_index_that_is_damaged_under_a_running_hub_is_made_again() {
    let hub = TestHub::start(None).await;
    let (sofia, carmen) = (hub.sofia().await, hub.customer().await);
    carmen.writes("first suitcase").await;
    until_found(&sofia, "suitcase", &["first suitcase"]).await;
    hub.damages("search.db");
    carmen.writes("last suitcase").await;
    eventually("both are found again", || async {
        let (status, page) = sofia.gets("/api/v1/search?q=suitcase").await;
        (status == 200 && texts(&page) == ["last suitcase", "first suitcase"]).then_some(())
    })
    .await;
    assert_eq!(get(&hub.base, "/readyz", None).await.0, 200);
}
