//! Deadlines are kept, even if others are stuck.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::common::{TestHub, TestLogic, moved};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

#[tokio::test]
async fn conversations_that_cannot_be_read_stop_nobody_elses_deadline() {
    let logic = TestLogic::start(|_| StatusCode::ACCEPTED.into_response()).await;
    let (hub, ahead) = TestHub::start_with_clock(Some(&logic.url)).await;
    let carmen = hub.customer().await;
    carmen.writes("Hello").await;
    let id = carmen.conversation().await;
    let folder = hub.stop().await;
    // More than are looked at together, and all of them before Carmen's.
    let connection = Connection::open(folder.path().join("tandem.db")).unwrap();
    connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
             INSERT INTO conversations
                 (id, customer, contact, started, updated, in_progress, help_since, wake_at, logic_due, state)
             SELECT randomblob(16), randomblob(16), randomblob(16), 1, 1, 1, NULL, 1, i % 2, '{\"nonsense\": 7}' FROM n",
        )
        .unwrap();
    drop(connection);
    let hub = TestHub::at(moved(&ahead), Arc::clone(&folder), Some(&logic.url), 1_000).await;
    let maya = hub.maya().await;
    ahead.fetch_add(60_000, Ordering::Relaxed);
    maya.finds(&id, "help").await;
}

#[tokio::test]
async fn a_call_widens_although_the_clock_was_set_back_while_no_hub_ran() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    ahead.store(3_600_000, Ordering::Relaxed);
    let carmen = hub.customer().await;
    carmen.writes("Hello").await;
    let id = carmen.conversation().await;
    let folder = hub.stop().await;
    let hub = TestHub::on(folder, None, 1_000).await;
    let ada = hub.ada().await;
    crate::common::eventually("the call widens", || async {
        (ada.state(&id).await["help"]["reach"] != "eligible").then_some(())
    })
    .await;
}

#[tokio::test]
async fn many_deadlines_at_the_same_moment_are_all_kept() {
    const CROWD: usize = 250;
    let logic = TestLogic::start(|_| StatusCode::ACCEPTED.into_response()).await;
    let folder = TestHub::start(None).await.stop().await;
    let ahead = Arc::default();
    let hub = TestHub::at(moved(&ahead), folder, Some(&logic.url), 60_000).await;
    let customers = futures_util::future::join_all((0..CROWD).map(|_| hub.customer())).await;
    futures_util::future::join_all(customers.iter().map(|customer| customer.writes("Hello"))).await;
    let sofia = hub.sofia().await;
    ahead.fetch_add(120_000, Ordering::Relaxed);
    crate::common::eventually("a person is called for everybody", || async {
        let (_, page) = sofia.gets("/api/v1/conversations?section=help&limit=1").await;
        (page["total"] == CROWD).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_conversation_whose_rows_refuse_its_deadline_stops_nobody_elses() {
    let logic = TestLogic::start(|_| StatusCode::ACCEPTED.into_response()).await;
    let (hub, ahead) = TestHub::start_with_clock(Some(&logic.url)).await;
    let (carmen, aiko) = (hub.customer().await, hub.customer().await);
    carmen.writes("Hello").await;
    aiko.writes("Hello").await;
    let (broken, id) = (carmen.conversation().await, aiko.conversation().await);
    crate::common::eventually("both are asked about", || async {
        (logic.asked.lock().unwrap().len() >= 2).then_some(())
    })
    .await;
    let folder = hub.stop().await;
    let connection = Connection::open(folder.path().join("tandem.db")).unwrap();
    let refuse = format!(
        "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN new.conversation = x'{}'
         BEGIN SELECT RAISE(ABORT, 'not here'); END",
        broken.replace('-', "")
    );
    connection.execute_batch(&refuse).unwrap();
    drop(connection);
    let hub = TestHub::at(moved(&ahead), Arc::clone(&folder), Some(&logic.url), 1_000).await;
    let maya = hub.maya().await;
    ahead.fetch_add(60_000, Ordering::Relaxed);
    maya.finds(&id, "help").await;
    crate::common::eventually("the other one is put off", || async {
        let connection = Connection::open(folder.path().join("tandem.db")).unwrap();
        let sql = "SELECT wake_at FROM conversations WHERE id = unhex(replace(?1, '-', ''))";
        let wake: Option<i64> = connection.query_row(sql, [&broken], |row| row.get(0)).unwrap();
        (wake? > tandem_hub::Clock::system().now().plus_ms(90_000).0).then_some(())
    })
    .await;
}

/// Changes what is stored while no hub runs.
fn tampers(folder: &tempfile::TempDir, sql: &str, id: &str) {
    let connection = Connection::open(folder.path().join("tandem.db")).unwrap();
    assert_eq!(connection.execute(&format!("{sql} WHERE id = unhex(replace(?1, '-', ''))"), [id]).unwrap(), 1);
}

/// Then the state cannot be made from the events.
fn loses_its_start(folder: &tempfile::TempDir, id: &str) {
    let connection = Connection::open(folder.path().join("tandem.db")).unwrap();
    let sql = "UPDATE events SET body = 'nonsense' WHERE position = 1 AND conversation = unhex(replace(?1, '-', ''))";
    assert_eq!(connection.execute(sql, [id]).unwrap(), 1);
}

#[tokio::test]
async fn a_damaged_state_is_made_again_and_its_customer_is_not_alone() {
    let hub = TestHub::start(None).await;
    let (carmen, aiko) = (hub.customer().await, hub.customer().await);
    for customer in [&carmen, &aiko] {
        customer.writes("Hello").await;
        customer.writes("Is anybody there?").await;
    }
    let (id, other) = (carmen.conversation().await, aiko.conversation().await);
    hub.maya().await.finds(&id, "help").await;
    let folder = hub.stop().await;
    tampers(&folder, "UPDATE conversations SET state = '{\"nonsense\": 7}'", &id);
    tampers(&folder, "UPDATE conversations SET state = 'cut off', help_since = NULL", &other);
    let hub = TestHub::on(Arc::clone(&folder), None, 1_000).await;
    let maya = hub.maya().await;
    for id in [&id, &other] {
        maya.finds(id, "help").await;
    }
    let carmen = crate::common::Customer { base: hub.base.clone(), token: carmen.token };
    carmen.writes("Still there?").await;
    assert_eq!(carmen.sees().await.len(), 3);
    maya.does(&id, json!({ "type": "join" })).await;
    let connection = Connection::open(folder.path().join("tandem.db")).unwrap();
    let stored: u32 = connection
        .query_row(
            "SELECT count(*) FROM conversations WHERE json_valid(state) AND state ->> '$.position' > 3",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(stored, 2, "both are stored again");
}

#[tokio::test]
async fn a_row_that_stands_behind_its_log_is_read_as_the_newest_state() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    for number in 1..=5 {
        carmen.writes(&format!("Message {number}")).await;
    }
    let id = carmen.conversation().await;
    let folder = hub.stop().await;
    let positions = || {
        let connection = Connection::open(folder.path().join("tandem.db")).unwrap();
        let sql = "SELECT (SELECT state ->> '$.position' FROM conversations), (SELECT max(position) FROM events)";
        connection.query_row(sql, [], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, u32>(1)?))).unwrap()
    };
    let (stored, last) = positions();
    assert!(stored < last, "{stored} of {last}");
    let hub = TestHub::on(Arc::clone(&folder), None, 1_000).await;
    let (maya, sofia) = (hub.maya().await, hub.sofia().await);
    let carmen = crate::common::Customer { base: hub.base.clone(), token: carmen.token };
    maya.finds(&id, "help").await;
    assert_eq!(sofia.state(&id).await["position"], last);
    carmen.writes("Message 6").await;
    maya.does(&id, json!({ "type": "join" })).await;
    assert_eq!(carmen.sees().await.len(), 6);
    assert_eq!(sofia.state(&id).await["position"], positions().1);
    let stored = positions().0;
    assert!(stored > last, "who is engaged is stored at once: {stored}");
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_left_out_of_what_customers_and_your_logic_see() {
    let logic = TestLogic::acting(json!([{ "type": "MESSAGE", "text": "Welcome back." }])).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let carmen = hub.customer().await;
    carmen.writes("Hello").await;
    carmen.waits_for("Welcome back.").await;
    let id = carmen.conversation().await;
    let folder = hub.stop().await;
    let connection = Connection::open(folder.path().join("tandem.db")).unwrap();
    let sql = "UPDATE events SET body = 'nonsense'
               WHERE body LIKE '%\"logic_answered\"%' AND conversation = unhex(replace(?1, '-', ''))";
    assert!(connection.execute(sql, [&id]).unwrap() > 0);
    drop(connection);
    let hub = TestHub::on(folder, Some(&logic.url), 1_000).await;
    let carmen = crate::common::Customer { base: hub.base.clone(), token: carmen.token };
    let seen = carmen.sees().await.len();
    let asked = logic.asked.lock().unwrap().len();
    carmen.writes("Hello again").await;
    crate::common::eventually("Your Logic is asked", || async {
        (logic.asked.lock().unwrap().len() > asked).then_some(())
    })
    .await;
    assert!(carmen.sees().await.len() > seen);
    let sofia = hub.sofia().await;
    let (status, page) = sofia.gets(&format!("/api/v1/conversations/{id}/turns")).await;
    assert!(status == 200 && page.to_string().contains("Hello again"), "{status} {page}");
    let mut desk = sofia.live(Some(1)).await;
    let has_come =
        |frame: &Value| frame.to_string().contains("turn_added") && frame.to_string().contains("Hello again");
    crate::common::frames_until(&mut desk, has_come).await;
}

#[tokio::test]
async fn a_damaged_state_costs_its_own_conversation_and_no_other() {
    let hub = TestHub::start(None).await;
    let (carmen, aiko, maya) = (hub.customer().await, hub.customer().await, hub.maya().await);
    let mut ids = Vec::new();
    for customer in [&carmen, &aiko] {
        customer.writes("Hello").await;
        ids.push(customer.conversation().await);
        maya.does(ids.last().unwrap(), json!({ "type": "join" })).await;
    }
    let folder = hub.stop().await;
    tampers(&folder, "UPDATE conversations SET state = '{\"nonsense\": 7}'", &ids[0]);
    loses_its_start(&folder, &ids[0]);
    let hub = TestHub::on(folder, None, 1_000).await;
    let (maya, sofia, ada) = (hub.maya().await, hub.sofia().await, hub.ada().await);
    assert_eq!(maya.section("my").await, [ids[1].clone()]);
    let (status, page) = sofia.gets(&format!("/api/v1/conversations?section=all&after={}", Uuid::nil())).await;
    assert_eq!((status, page["conversations"].as_array().unwrap().len()), (200, 1), "{page}");
    let aiko = crate::common::Customer { base: hub.base.clone(), token: aiko.token };
    aiko.writes("rhubarb").await;
    crate::common::eventually("what comes after it is found", || async {
        let (_, page) = sofia.gets("/api/v1/search?q=rhubarb").await;
        (page["hits"].as_array()?.len() == 1).then_some(())
    })
    .await;
    let me = maya.gets("/api/v1/me").await.1["user"].as_str().unwrap().to_owned();
    let suspend = format!("/api/v1/users/{me}/suspend");
    assert_eq!(crate::common::post(&hub.base, &suspend, Some(&ada.token), &json!({})).await.0, 200);
    sofia.finds(&ids[1], "help").await;
}

#[tokio::test]
async fn what_a_newer_hub_has_written_is_read_and_not_written_over() {
    let hub = TestHub::start(None).await;
    let (carmen, aiko) = (hub.customer().await, hub.customer().await);
    carmen.writes("Hello").await;
    aiko.writes("Hello").await;
    let id = carmen.conversation().await;
    let folder = hub.stop().await;
    tampers(
        &folder,
        "UPDATE conversations SET state = json_set(state, '$.status', json('{\"status\":\"dreaming\"}'))",
        &id,
    );
    let stored = || {
        let connection = Connection::open(folder.path().join("tandem.db")).unwrap();
        let sql = "SELECT state FROM conversations WHERE id = unhex(replace(?1, '-', ''))";
        connection.query_row(sql, [&id], |row| row.get::<_, String>(0)).unwrap()
    };
    let before = stored();
    let hub = TestHub::on(Arc::clone(&folder), None, 1_000).await;
    let at = |customer: &crate::common::Customer| crate::common::Customer {
        base: hub.base.clone(),
        token: customer.token.clone(),
    };
    let (status, problem) = at(&carmen).sends(&json!({ "id": Uuid::now_v7(), "text": "Still there?" })).await;
    assert_eq!((status, &problem["code"]), (503, &json!("hub.store")), "{problem}");
    at(&aiko).writes("Others go on").await;
    assert_eq!(at(&carmen).sees().await.len(), 1, "it can be read");
    assert_eq!(stored(), before);
}
