//! Today's hub and desk with the files and requests of version 8.

use std::path::{Path, PathBuf};
use std::time::Instant;

use futures_util::StreamExt as _;
use rusqlite::Connection;
use serde_json::{Value, json};
use tandem_conversation::Time;
use tandem_testkit::people::Agent;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::house::{House, PASSWORD, PATIENCE, desk, until};
use crate::old;
use crate::record::email;

/// Time since the recording, in milliseconds: a night.
const LATER_MS: i64 = 14 * 3_600_000;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v8")
}

fn recorded(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(fixture().join(name)).unwrap()).unwrap()
}

/// The recorded exchange, in order.
fn transcript() -> Vec<Value> {
    let text = std::fs::read_to_string(fixture().join("transcript.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The morning after the record.
fn now() -> impl Fn() -> Time + Send + Sync + 'static {
    let at: Time = serde_json::from_value(recorded("recorded.json")["at"].clone()).unwrap();
    let began = Instant::now();
    move || at.plus_ms(LATER_MS + i64::try_from(began.elapsed().as_millis()).unwrap_or_default())
}

/// A working copy.
fn copy(of: &str) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_into(&fixture().join(of), copy.path());
    copy
}

fn copy_into(from: &Path, into: &Path) {
    std::fs::create_dir_all(into).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = into.join(entry.file_name());
        if entry.path().is_dir() {
            copy_into(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn count(data: &Path, sql: &str) -> i64 {
    let connection = Connection::open(data.join("tandem.db")).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_hub_of_an_older_schema_is_backed_up_and_restored_as_it_is() {
    let (hub, elsewhere) = (copy("hub"), tempfile::tempdir().unwrap());
    std::fs::create_dir_all(hub.path().join("media")).unwrap();
    let (archive, restored) = (elsewhere.path().join("old.tar"), elsewhere.path().join("restored"));
    let schema = |data: &Path| -> u32 {
        let connection = Connection::open(data.join("tandem.db")).unwrap();
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
    };
    let before = schema(hub.path());
    assert!((before as usize) < tandem_hub::store::MIGRATIONS.len(), "it is an older one");
    tandem_hub::backup(hub.path(), &archive).unwrap();
    assert_eq!(schema(hub.path()), before, "a backup changes nothing");
    tandem_hub::restore(&archive, &restored).unwrap();
    assert_eq!(schema(&restored), before);
    let events = |data: &Path| -> i64 {
        let connection = Connection::open(data.join("tandem.db")).unwrap();
        connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(events(&restored), events(hub.path()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_opens_the_folder_of_version_8_and_everything_is_there() {
    let data = copy("hub");
    let tables = ["events", "conversations", "users", "brands", "links", "mails", "alerts", "calls", "buttons"];
    let all = || tables.map(|table| count(data.path(), &format!("SELECT count(*) FROM {table}")));
    let before = all();
    assert!(before.iter().all(|rows| *rows > 0), "the record has something of everything: {before:?}");
    let mut house = House::open(data.path(), None, now()).await;
    let mut sofia = Agent::sign_in(&house.url, &email("sofia"), PASSWORD).await.unwrap();
    for name in ["Carmen Menzel", "Tom Okafor", "Priya Raman"] {
        assert!(sofia.desk.of_customer(name).is_some(), "{name} is in progress");
    }
    let carmen = sofia.desk.of_customer("Carmen Menzel").unwrap().clone();
    assert!(carmen.tags.contains(&"vip".to_owned()) && carmen.handover.is_some());
    sofia.read(carmen.id).await.unwrap();
    for words in ["Please refund my flight", "I am looking into it.", "Yes, within 24 hours."] {
        assert!(sofia.desk.reads(carmen.id, words), "'{words}' is there");
    }
    assert!(!sofia.alerts(carmen.id).await.unwrap().calls.is_empty(), "who was told is there");
    house.end().await;
    let after = all();
    assert!(before.iter().zip(&after).all(|(before, after)| before <= after), "{before:?} became {after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_opens_the_cache_of_version_8_with_drafts_and_queue() {
    let (data, hub) = (copy("desk"), copy("hub"));
    let maya = desk(data.path(), now()).await;
    let my = json!({ "section": "my", "offset": 0, "limit": 50 });
    let list = until(&maya, "conversations.list", my, |list| !list["rows"].as_array().unwrap().is_empty()).await;
    assert_eq!(list["rows"][0]["name"], "Carmen Menzel");
    let id = list["rows"][0]["id"].clone();
    let view = maya.rpc("conversation.open", json!({ "id": id })).await.unwrap();
    assert_eq!(
        (&view["drafts"]["reply"], &view["drafts"]["note"]),
        (&json!("One more question:"), &json!("Ask accounting tomorrow"))
    );
    let queue = maya.rpc("outbox.list", Value::Null).await.unwrap();
    assert_eq!(queue.as_array().unwrap().len(), 1, "{queue}");
    assert!(queue.to_string().contains("Your refund is on its way."), "{queue}");
    maya.stop().await;
    // Today's hub is where the old one was, from the desk's view.
    let house = House::open(hub.path(), None, now()).await;
    moved_to(data.path(), &house.url);
    let maya = desk(data.path(), now()).await;
    until(&maya, "app.state", Value::Null, |app| app["connection"]["state"] == "live").await;
    until(&maya, "outbox.list", Value::Null, |queue| queue.as_array().is_some_and(Vec::is_empty)).await;
    let said = |page: &Value| page.to_string().contains("Your refund is on its way.");
    until(&maya, "conversation.entries", json!({ "id": id, "limit": 50 }), said).await;
    let view = maya.rpc("conversation.open", json!({ "id": id })).await.unwrap();
    assert_eq!(view["drafts"]["note"], "Ask accounting tomorrow", "what is unfinished stays");
    maya.stop().await;
}

/// Moves a stopped desk's hub to another address.
fn moved_to(data: &Path, hub: &str) {
    let keychain = tandem_testkit::keychain::FileKeychain::beside(data);
    let cache = tandem_desk::testing::open_cache(data, &keychain).unwrap();
    cache.execute_batch("PRAGMA query_only = OFF").unwrap();
    let hub = serde_json::to_string(hub).unwrap();
    assert_eq!(cache.execute("UPDATE meta SET value = ?1 WHERE key = 'hub'", [hub]).unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_desk_of_version_8_asks_is_answered_as_it_was() {
    let data = copy("hub");
    let house = House::open(data.path(), None, now()).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let login = json!({ "email": email("maya"), "password": PASSWORD });
    let tokens: Value = client
        .post(format!("{}/api/v1/auth/login", house.url))
        .json(&login)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let token = tokens["accessToken"].as_str().unwrap();
    let mut asked = 0;
    for line in transcript().iter().filter(|line| line["answer"].is_object() || line["body"].is_object()) {
        let path = line["path"].as_str().unwrap();
        if path.ends_with("/refresh")
            || path.ends_with("/logout")
            || path.ends_with("/improve")
            || path.ends_with("/preview")
        {
            continue;
        }
        let method = line["method"].as_str().unwrap().parse().unwrap();
        let mut request = client.request(method, format!("{}{path}", house.url)).bearer_auth(token);
        if line["body"].is_object() {
            request = request.json(&line["body"]);
        }
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        assert_eq!(u64::from(status), line["status"].as_u64().unwrap(), "{path} with {}: {text}", line["body"]);
        let today: Value = serde_json::from_str(&text).unwrap_or_default();
        for (name, before) in line["answer"].as_object().into_iter().flatten().filter(|_| status == 200) {
            // A state may omit its optional parts.
            let is_state = path.contains("/conversations/") && !path.contains("/turns");
            assert!(is_state || before.is_null() || today.get(name).is_some(), "{path} lacks {name}: {today}");
        }
        for event in today["events"].as_array().into_iter().flatten() {
            old::event(event).unwrap();
        }
        asked += 1;
    }
    assert!(asked > 20, "it asked for much: {asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_of_version_8_understands_what_it_is_told() {
    let data = copy("hub");
    let house = House::open(data.path(), None, now()).await;
    let heard = transcript();
    assert!(
        heard.iter().filter_map(|line| line.get("hub")).all(|frame| old::understands(frame) == Ok(())),
        "as recorded"
    );
    let cursors = heard.iter().filter_map(|line| line["hub"]["alive"]["cursor"].as_u64());
    let first = cursors.min().unwrap();
    for short in ["maya", "sofia"] {
        let agent = Agent::sign_in(&house.url, &email(short), PASSWORD).await.unwrap();
        for after in [None, Some(first), Some(999_999)] {
            let query = after.map_or(String::new(), |after| format!("?after={after}"));
            let url = format!("{}/api/v1/live{query}", house.url.replacen("http", "ws", 1));
            let mut request = url.into_client_request().unwrap();
            let bearer = format!("Bearer {}", agent.access_token());
            request.headers_mut().insert("authorization", bearer.parse().unwrap());
            let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
            loop {
                let message = tokio::time::timeout(PATIENCE, socket.next()).await.expect("a frame comes");
                let Message::Text(text) = message.unwrap().unwrap() else { continue };
                let frame: Value = serde_json::from_str(&text).unwrap();
                old::understands(&frame).unwrap_or_else(|why| panic!("{short} after {after:?} {why}: {frame}"));
                if frame.get("alive").is_some() {
                    break;
                }
            }
        }
    }
}
