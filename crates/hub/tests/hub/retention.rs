//! Temporary data is deleted; what people wrote is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::common::{TestHub, TestLogic, get, logic_at, moved, post};
use axum::response::IntoResponse as _;
use futures_util::future::join_all;
use serde_json::json;
use tandem_hub::config::Config;
use tandem_hub::{Hub, NewBrand, NewUser, add_brand, add_user, serve};
use tandem_sqlite::rusqlite::Connection;
use tokio::net::TcpListener;

const DAY_MS: i64 = 24 * 3_600_000;

fn count(connection: &Connection, table: &str) -> i64 {
    connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn what_is_too_old_goes_and_what_was_written_stays() {
    let logic = TestLogic::start(|_| {
        axum::Json(json!({ "actions": [{ "type": "NEEDS_HELP", "value": true }] })).into_response()
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    tokio::task::spawn_blocking(move || {
        add_user(
            &path,
            NewUser::new("maya@northwind.example", "Maya", tandem_conversation::Role::Agent, crate::common::PASSWORD),
        )
        .unwrap();
        let brand = NewBrand {
            key: "northwind".into(),
            name: "Northwind".into(),
            greeting: "Hello!".into(),
            accent: "#2f5bea".into(),
            domains: vec!["northwind.example".into()],
        };
        add_brand(&path, brand).unwrap();
    })
    .await
    .unwrap();
    let ahead: Arc<AtomicI64> = Arc::default();
    let config =
        Config { logic: Some(logic_at(&logic.url)), rate_limits: false, ..Config::new(folder.path().to_owned()) };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let hub = Hub::start(config, moved(&ahead)).unwrap();
    tokio::spawn(serve(Arc::clone(&hub), listener, std::future::pending()));

    let session = json!({ "brand": "northwind" });
    // More than one step can look at.
    for _ in 0..7 {
        let visits = join_all((0..50).map(|_| post(&base, "/chat/v1/sessions", None, &session))).await;
        assert!(visits.iter().all(|(status, _)| *status == 200));
    }
    let carmen = post(&base, "/chat/v1/sessions", None, &session).await.1["token"].as_str().unwrap().to_owned();
    let message = json!({ "id": uuid::Uuid::now_v7(), "text": "Where is my booking?" });
    assert_eq!(post(&base, "/chat/v1/messages", Some(&carmen), &message).await.0, 200);
    let login = json!({ "email": "maya@northwind.example", "password": crate::common::PASSWORD });
    let (_, tokens) = post(&base, "/api/v1/auth/login", None, &login).await;
    let maya = tokens["accessToken"].as_str().unwrap().to_owned();
    crate::common::eventually("help is needed, and Maya joins", || async {
        let (_, page) = get(&base, "/api/v1/conversations?section=help", Some(&maya)).await;
        let id = page["conversations"][0]["id"].as_str()?.to_owned();
        let join = json!({ "id": uuid::Uuid::now_v7(), "conversation": id, "command": { "type": "join" } });
        (post(&base, "/api/v1/commands", Some(&maya), &join).await.0 == 200).then_some(())
    })
    .await;

    let data = Connection::open(folder.path().join("tandem.db")).unwrap();
    let events = count(&data, "events");
    assert_eq!(hub.sweep().await.unwrap(), 0, "nothing is old");
    crate::common::eventually("the call is in the ledger as over", || async {
        (count(&data, "calls WHERE ended IS NOT NULL") == 1).then_some(())
    })
    .await;

    ahead.store(400 * DAY_MS, Ordering::Relaxed);
    assert!(hub.sweep().await.unwrap() > 350 * 3);
    // The customer has waited 400 days by now, and Your Logic is told.
    let before = tandem_hub::Clock::system().now().0 + 300 * DAY_MS;
    for table in ["commands WHERE at <", "logic_requests WHERE at <", "sign_ins WHERE expires <", "calls WHERE ended <"]
    {
        assert_eq!(count(&data, &format!("{table} {before}")), 0, "{table}");
    }
    for table in ["contacts", "customers", "web_sessions", "conversations"] {
        assert_eq!(count(&data, table), 1, "{table}: Carmen's stays");
    }
    assert!(count(&data, "events") >= events, "what was said stays");
    let (status, page) = get(&base, "/chat/v1/entries?after=0", Some(&carmen)).await;
    assert_eq!(status, 200);
    assert_eq!(page["entries"][0]["text"], "Where is my booking?");
}

#[tokio::test]
async fn a_message_that_is_sent_again_within_the_week_is_still_the_first_one() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let carmen = hub.customer().await;
    let message = json!({ "id": uuid::Uuid::now_v7(), "text": "Hello" });
    let first = carmen.sends(&message).await;
    ahead.store(6 * DAY_MS, Ordering::Relaxed);
    assert_eq!(carmen.sends(&message).await, first);
}

#[tokio::test]
async fn a_page_that_is_open_keeps_its_session() {
    let (hub, running) = TestHub::running(|config| config.retention.sessions_days = -1).await;
    let (carmen, aiko) = (hub.customer().await, hub.customer().await);
    let _page = carmen.live().await;
    assert!(running.sweep().await.unwrap() > 0);
    carmen.writes("I was about to ask").await;
    assert_eq!(aiko.sends(&json!({ "id": uuid::Uuid::now_v7(), "text": "?" })).await.0, 401, "hers came to nothing");
}

#[tokio::test]
async fn tokens_of_links_go_when_their_link_ended_long_ago_whatever_its_id() {
    let (hub, running) = TestHub::running(|config| config.retention.links_days = 30).await;
    let (maya, carmen) = (hub.maya().await, hub.customer().await);
    carmen.writes("Hello").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let data = Connection::open(hub.folder.path().join("tandem.db")).unwrap();
    // Ids of any version: clients choose them.
    for link in [uuid::Uuid::from_u128(7), uuid::Uuid::max(), uuid::Uuid::now_v7()] {
        let hash = format!("{:064x}", link.as_u128() % 1_000_003);
        let invite = json!({ "type": "invite_external", "link": link, "name": "Li", "secretHash": hash, "ttlS": 600 });
        maya.does(&id, invite).await;
        maya.does(&id, json!({ "type": "revoke_link", "link": link })).await;
    }
    assert_eq!(running.sweep().await.unwrap(), 0, "they ended just now");
    assert_eq!(count(&data, "link_secrets"), 3);
    data.execute_batch("UPDATE links SET ended_at = ended_at - 31 * 86400000").unwrap();
    running.sweep().await.unwrap();
    assert_eq!(count(&data, "link_secrets"), 0);
    assert_eq!(count(&data, "links"), 3, "that they were, stays known");
}
