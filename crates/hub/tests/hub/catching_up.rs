//! Returning desks: what they are sent, what not, and in frames of which size.

use std::time::Duration;

use crate::common::{Agent, Socket, TestHub, TestLogic, frames_until, say};
use crate::rights::ending::{closed, tandem_hub};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// A current desk that connects with its state.
async fn comes(agent: &Agent, after: Option<u64>, headers: &[(&'static str, String)]) -> Socket {
    let query = after.map_or(String::new(), |after| format!("?after={after}"));
    let url = format!("{}/api/v1/live{query}", agent.base.replace("http://", "ws://"));
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {}", agent.token).parse().unwrap());
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    tokio_tungstenite::connect_async(request).await.unwrap().0
}

fn version() -> (&'static str, String) {
    ("tandem-version", tandem_protocol::version().to_string())
}

/// Everything sent until the desk is complete, after it has named what it holds.
async fn told(mut socket: Socket, holds: &[(&str, u64)]) -> Vec<Value> {
    say(&mut socket, &json!({ "type": "holds", "conversations": holds }).to_string()).await;
    frames_until(&mut socket, |frame| frame.get("alive").is_some()).await
}

fn text(frames: &[Value]) -> String {
    frames.iter().map(Value::to_string).collect()
}

/// The conversations whose state was sent.
fn opened(frames: &[Value]) -> Vec<String> {
    let changes = frames.iter().flat_map(|frame| frame["batch"]["changes"].as_array().cloned().unwrap_or_default());
    changes.filter_map(|change| change["opened"]["id"].as_str().map(str::to_owned)).collect()
}

fn alive(frames: &[Value]) -> u64 {
    frames.last().unwrap()["alive"]["cursor"].as_u64().unwrap()
}

/// A conversation whose customer wrote and gets no help.
async fn calls(hub: &TestHub, agent: &Agent, words: &str) -> String {
    let carmen = hub.customer().await;
    carmen.writes(words).await;
    let id = carmen.conversation().await;
    agent.finds(&id, "help").await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_comes_back_hears_of_what_she_may_see_and_of_nothing_else() {
    let hub = TestHub::start(None).await;
    let (maya, jonas) = (hub.maya().await, hub.jonas().await);
    let (mine, taken) = (calls(&hub, &maya, "Where is my order?").await, calls(&hub, &maya, "I am lost").await);
    maya.does(&mine, json!({ "type": "join" })).await;
    let first = told(comes(&maya, None, &[version()]).await, &[]).await;
    assert!(first.iter().any(|frame| frame.get("reset").is_some()), "who knows nothing starts afresh");
    let position = |frames: &[Value], id: &str| -> u64 {
        let changes = frames.iter().flat_map(|frame| frame["batch"]["changes"].as_array().cloned().unwrap_or_default());
        let mut opened = changes.filter_map(|change| change.get("opened").cloned());
        opened.find(|state| state["id"] == id).unwrap()["position"].as_u64().unwrap()
    };
    let held = [(mine.as_str(), position(&first, &mine)), (taken.as_str(), position(&first, &taken))];
    let log = first[0]["hello"]["log"].as_str().unwrap().to_owned();

    // While she is away, hers continues, and a colleague takes the other and handles one that she never saw.
    maya.does(&mine, json!({ "type": "tag", "add": ["vip"] })).await;
    jonas.does(&taken, json!({ "type": "join" })).await;
    let foreign = calls(&hub, &jonas, "Another one").await;
    jonas.does(&foreign, json!({ "type": "join" })).await;
    let fresh = calls(&hub, &jonas, "Somebody there?").await;

    let frames = told(comes(&maya, Some(alive(&first)), &[version(), ("tandem-log", log)]).await, &held).await;
    let all = text(&frames);
    assert!(!all.contains("\"reset\""), "nothing is forgotten");
    assert!(!all.contains(&foreign), "no id of what she never saw leaves the hub");
    assert!(all.contains(&format!(r#"{{"closed":"{taken}"}}"#)), "what a colleague took is gone");
    assert!(all.contains("tags_changed") && all.contains(&fresh), "hers and the new call are told");
    assert!(!all.contains("I am lost"), "no words of what she may not see");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_cannot_name_what_it_holds_hears_no_id_that_it_never_saw() {
    let logic = TestLogic::acting(json!([{ "type": "MESSAGE", "text": "It is on its way" }])).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let maya = hub.maya().await;
    let mut before = comes(&maya, None, &[]).await;
    let frames = frames_until(&mut before, |frame| frame.get("alive").is_some()).await;
    assert!(frames[0]["hello"]["version"].as_u64().unwrap() <= 8, "old desks refuse what is greater");
    // Your Logic alone answers: nothing for an agent to see.
    let carmen = hub.customer().await;
    carmen.writes("Where is my order?").await;
    carmen.waits_for("It is on its way").await;
    let hers = carmen.conversation().await;
    let mut again = comes(&maya, Some(alive(&frames)), &[]).await;
    let frames = frames_until(&mut again, |frame| frame.get("alive").is_some()).await;
    assert!(!text(&frames).contains(&hers), "{frames:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_log_starts_afresh_and_a_start_that_was_cut_off_goes_on() {
    let hub = TestHub::start(None).await;
    let maya = hub.maya().await;
    let (one, two) = (calls(&hub, &maya, "one").await, calls(&hub, &maya, "two").await);
    let first = told(comes(&maya, None, &[version()]).await, &[]).await;
    let log = first[0]["hello"]["log"].as_str().unwrap().to_owned();
    let cursor = alive(&first);
    for (after, log, holds, resets) in [
        (Some(cursor), uuid::Uuid::now_v7().to_string(), vec![(one.as_str(), 1)], true),
        (Some(cursor + 1), log.clone(), vec![(one.as_str(), 1)], true),
        (Some(cursor), log.clone(), vec![(one.as_str(), 1_000)], false),
        (None, log.clone(), vec![(one.as_str(), 1_000)], false),
        (None, log.clone(), vec![], true),
    ] {
        let frames = told(comes(&maya, after, &[version(), ("tandem-log", log)]).await, &holds).await;
        let all = text(&frames);
        assert_eq!(all.contains("\"reset\""), resets, "after {after:?} with {holds:?}");
        assert_eq!(opened(&frames).contains(&one), resets, "what is held is not told again");
        assert!(opened(&frames).contains(&two), "what is missing is told");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_states_come_in_frames_of_a_megabyte() {
    let long = "x".repeat(60_000);
    let logic = TestLogic::start(move |_| {
        use axum::response::IntoResponse as _;
        let custom = json!({ "summary": long });
        axum::Json(json!({ "actions": [{ "type": "NEEDS_HELP", "value": true }],
            "conversation": { "custom": custom }, "customer": { "custom": custom } }))
        .into_response()
    })
    .await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let sofia = hub.agent("sofia@northwind.example").await;
    for _ in 0..25 {
        let carmen = hub.customer().await;
        carmen.writes("Hello").await;
        let id = carmen.conversation().await;
        sofia.finds(&id, "all").await;
        crate::common::eventually("the long data is there", || async {
            sofia.state(&id).await["custom"]["summary"].is_string().then_some(())
        })
        .await;
    }
    let first = told(comes(&sofia, None, &[version()]).await, &[]).await;
    let lengths: Vec<usize> = first.iter().map(|frame| frame.to_string().len()).collect();
    assert!(lengths.iter().sum::<usize>() > 25 * 120_000, "everything is told: {lengths:?}");
    assert!(lengths.iter().all(|length| *length < 1_300_000), "in frames that fit: {lengths:?}");
    let all = sofia.gets("/api/v1/conversations?section=all&limit=500").await.1;
    assert!(all.to_string().len() < 4_500_000, "a page of a list is bounded, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_is_too_old_is_told_so_and_anybody_may_ask_what_is_spoken() {
    let hub = TestHub::start(None).await;
    let client = reqwest::Client::new();
    let about: Value = client.get(format!("{}/api/v1/about", hub.base)).send().await.unwrap().json().await.unwrap();
    assert_eq!(about, json!({ "version": tandem_protocol::version(), "oldest": tandem_protocol::MIN_VERSION }));
    let login = client.post(format!("{}/api/v1/auth/login", hub.base)).header("tandem-version", "3");
    let login =
        login.json(&json!({ "email": "maya@northwind.example", "password": crate::common::PASSWORD })).send().await;
    let login = login.unwrap();
    assert_eq!(login.status(), 426);
    let problem: Value = login.json().await.unwrap();
    assert_eq!(problem["code"], "client.too_old");
    assert!(problem["detail"].as_str().unwrap().contains("update Tandem"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_was_restored_is_another_log_for_desks_and_for_search() {
    let hub = TestHub::start(None).await;
    let maya = hub.maya().await;
    let id = calls(&hub, &maya, "Where is my suitcase?").await;
    let finds = async |agent: &Agent| {
        crate::common::eventually("the words are found", || async {
            let (_, page) = agent.gets("/api/v1/search?q=suitcase").await;
            (page["hits"][0]["conversation"] == id.as_str()).then_some(())
        })
        .await;
    };
    finds(&maya).await;
    let first = told(comes(&maya, None, &[version()]).await, &[]).await;
    let log = first[0]["hello"]["log"].as_str().unwrap().to_owned();
    let folder = hub.stop().await;
    tandem_hub::store::log::renew(folder.path()).unwrap();
    let hub = TestHub::on(folder, None, 1_000).await;
    let maya = hub.maya().await;
    let frames = told(comes(&maya, Some(alive(&first)), &[version(), ("tandem-log", log.clone())]).await, &[]).await;
    assert!(text(&frames).contains("\"reset\""), "a cursor of the log before means nothing here");
    assert_ne!(frames[0]["hello"]["log"], log.as_str());
    finds(&maya).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_ends_while_a_desk_catches_up_ends_the_catching_up() {
    let hub = TestHub::start(None).await;
    let (maya, sofia, ada) = (hub.maya().await, hub.sofia().await, hub.ada().await);
    let private = calls(&hub, &maya, "private").await;
    maya.does(&private, json!({ "type": "join" })).await;
    let mut desk = comes(&sofia, None, &[version()]).await;
    let greeting = frames_until(&mut desk, |frame| frame.get("buttons").is_some()).await;
    let her = greeting[0]["hello"]["me"]["user"].as_str().unwrap().to_owned();
    let mut other = comes(&sofia, None, &[version()]).await;
    let change = reqwest::Client::new().patch(format!("{}/api/v1/users/{her}", hub.base)).bearer_auth(&ada.token);
    assert_eq!(change.json(&json!({ "role": "agent" })).send().await.unwrap().status().as_u16(), 200);
    // Her desks are judged together: when this one has ended, so has the right of the other.
    while let Some(Ok(_)) = other.next().await {}
    // They are told one after the other.
    tokio::time::sleep(Duration::from_millis(30)).await;
    say(&mut desk, &json!({ "type": "holds", "conversations": [] }).to_string()).await;
    let mut heard = String::new();
    while let Some(Ok(message)) = desk.next().await {
        heard.push_str(&message.to_string());
    }
    assert!(heard.contains("auth.ended") && !heard.contains(&private), "{heard}");
}

/// Frames of a live connection without what differs between two runs.
fn batches(frames: &[Value]) -> Vec<Vec<String>> {
    let changes = frames.iter().filter_map(|frame| frame["batch"]["changes"].as_array());
    let name = |change: &Value| match change.get("event") {
        Some(event) => format!("event {}", event["body"].as_object().unwrap().keys().next().unwrap()),
        None => change.as_object().unwrap().keys().next().unwrap().clone(),
    };
    changes.map(|changes| changes.iter().map(name).collect()).collect()
}

#[tokio::test]
async fn a_fan_out_that_reads_the_log_tells_the_same_as_one_that_is_told() {
    let mut told = Vec::new();
    for reads in [false, true] {
        let (hub, inside) = TestHub::running(|_| {}).await;
        inside.reads_the_log(reads);
        let (maya, sofia) = (hub.maya().await, hub.sofia().await);
        let (mut hers, mut all) = (maya.live(None).await, sofia.live(None).await);
        let carmen = hub.customer().await;
        let mut chat = carmen.live().await;
        for words in ["Hello?", "Is anybody there?"] {
            carmen.writes(words).await;
        }
        let id = carmen.conversation().await;
        maya.does(&id, json!({ "type": "join" })).await;
        maya.replies(&id, "Good morning, Carmen.").await;
        sofia.does(&id, json!({ "type": "join" })).await;
        maya.does(&id, json!({ "type": "leave", "reason": "lunch" })).await;
        carmen.writes("Thank you!").await;
        sofia.does(&id, json!({ "type": "complete", "resolution": "answered" })).await;
        let completed = |frame: &Value| frame.to_string().contains("\"completed\":");
        let hers = frames_until(&mut hers, completed).await;
        let all = frames_until(&mut all, completed).await;
        let page = frames_until(&mut chat, |frame| frame["type"] == "status").await;
        let page: Vec<_> = page.iter().map(|frame| frame["type"].clone()).collect();
        told.push((batches(&hers), batches(&all), page));
    }
    assert!(told[0].1.len() > 6, "{told:?}");
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn one_that_has_not_said_what_it_holds_ends_with_its_sign_in() {
    let hub = TestHub::start(None).await;
    let maya = hub.maya().await;
    let desk = comes(&maya, None, &[version()]).await;
    assert!(tandem_hub(&hub, &["user", "suspend", "--email", "maya@northwind.example"], None).await.0);
    let (code, took) = closed(desk).await;
    assert!(code.starts_with("auth.ended") && took < Duration::from_secs(3), "{code} after {took:?}");
}
