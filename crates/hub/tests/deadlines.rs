//! Deadlines are kept, even if others are stuck.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use common::{TestHub, TestLogic, moved};
use tandem_sqlite::rusqlite::Connection;

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
    common::eventually("a person is called for everybody", || async {
        let (_, page) = sofia.gets("/api/v1/conversations?section=help&limit=1").await;
        (page["total"] == CROWD).then_some(())
    })
    .await;
}
