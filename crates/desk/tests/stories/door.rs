//! The one way in, for the window and for a plain browser.

use serde_json::{Value, json};
use tandem_desk::serve;
use tokio::net::TcpListener;

use crate::desk::Maya;
use crate::hub::FakeHub;

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_command_and_a_bad_request_are_named() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    assert_eq!(maya.refused("conversation.dance", json!({})).await, "rpc.unknown_command");
    let error = maya.desk.rpc("conversation.send", json!({"id": "seven", "text": ""})).await.unwrap_err();
    assert_eq!(error.code, "rpc.bad_request");
    let error =
        maya.desk.rpc("conversations.list", json!({"section": "mine", "offset": 0, "limit": 1})).await.unwrap_err();
    assert!(error.message.contains("mine"), "the message names the problem: {}", error.message);
    for request in [json!(7), json!("x"), json!([1]), json!({"extra": 1})] {
        assert_eq!(maya.refused("app.state", request).await, "rpc.bad_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_reaches_the_same_table_and_only_with_the_token() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let page = tempfile::tempdir().unwrap();
    std::fs::write(page.path().join("index.html"), "<title>Tandem</title>").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(maya.desk.clone(), listener, "the-token", Some(page.path().to_path_buf())));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();

    let index = client.get(&base).send().await.unwrap().text().await.unwrap();
    assert_eq!(index, "<title>Tandem</title>");
    let ask = |path: &str| client.post(format!("{base}/{path}")).json(&json!({})).send();
    let app = ask("the-token/rpc/app.state").await.unwrap().json::<serde_json::Value>().await.unwrap();
    assert_eq!(app["connection"]["state"], "live");
    let refused = ask("the-token/rpc/dance").await.unwrap();
    assert_eq!(refused.status(), 404);
    assert_eq!(refused.json::<serde_json::Value>().await.unwrap()["code"], "rpc.unknown_command");
    let stranger = ask("guess/rpc/app.state").await.unwrap();
    assert!(stranger.status().is_client_error(), "without the token there is no door");

    let mut changes = client.get(format!("{base}/the-token/changes")).send().await.unwrap();
    let carmen = hub.customer_comes("Carmen Menzel");
    let mut told = String::new();
    while !told.contains(&carmen.to_string()) {
        let chunk = changes.chunk().await.unwrap().expect("the stream goes on");
        told.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(told.contains("\"type\":\"conversation\""), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_is_never_served_beyond_this_machine() {
    let maya = Maya::signed_out().await;
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    assert!(serve(maya.desk.clone(), listener, "the-token", None).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_hub_inside_the_program_is_said() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    assert_eq!(maya.ok("app.state", json!({})).await["hubEnded"], Value::Null);
    maya.desk.hub_has_ended("The database's writer has ended.".into());
    maya.until_told("that the desk has changed", |change| change["type"] == "app").await;
    assert_eq!(maya.ok("app.state", json!({})).await["hubEnded"], "The database's writer has ended.");
}
