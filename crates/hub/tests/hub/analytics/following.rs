//! The tables follow the log: in pieces, over restarts, and made again they are the same.

use std::path::Path;

use serde_json::json;
use tandem_conversation::measure::Definitions;
use tandem_hub::analytics::{rebuild, verify};
use tandem_sql::{Connection, ValueRef};
use uuid::Uuid;

use crate::alerts;
use crate::common::{Agent, Customer, TestHub, TestLogic, eventually, frames_until, get, say};

const TABLES: [&str; 10] = [
    "conversation",
    "round",
    "engagement",
    "turn",
    "call",
    "logic_request",
    "external_agent",
    "tag",
    "review",
    "handover",
];

/// Of calls: what the ledger of alerts says comes in its own time.
const OF_LOG: &str =
    "call_id, conversation_id, round_no, raised_at, \"by\", reason, reach, ended_at, claimed_by, claim_ms";

/// Every cell of every table that follows from the log.
pub fn dump(data: &Path) -> Vec<String> {
    let connection = Connection::peek(&data.join("analytics.db")).unwrap();
    let mut lines = Vec::new();
    for table in TABLES {
        let columns = if table == "call" { OF_LOG } else { "*" };
        let mut query = connection.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2, 3, 4, 5")).unwrap();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let mut cells = Vec::new();
            while let Ok(value) = row.get_ref(cells.len()) {
                cells.push(match value {
                    ValueRef::Null => "-".into(),
                    ValueRef::Integer(value) => value.to_string(),
                    ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    ValueRef::Blob(bytes) => Uuid::from_slice(bytes).unwrap().to_string(),
                    ValueRef::Real(real) => real.to_string(),
                });
            }
            lines.push(format!("{table}: {}", cells.join(" | ")));
        }
    }
    lines
}

fn measured(data: &Path) -> Result<i64, tandem_sql::Error> {
    Connection::peek(&data.join("analytics.db"))?.query_row("SELECT cursor FROM progress", [], |row| row.get(0))
}

fn logged(data: &Path) -> i64 {
    let connection = Connection::peek(&data.join("tandem.db")).unwrap();
    connection.query_row("SELECT max(seq) FROM events", [], |row| row.get(0)).unwrap()
}

pub async fn until_measured(data: &Path) {
    eventually("everything is measured", || async { (measured(data).ok()? == logged(data)).then_some(()) }).await;
}

/// Throws the tables away and makes them again, as the command does.
async fn remake(data: &Path, at_once: u32) -> anyhow::Result<String> {
    let data = data.to_owned();
    let made = move || rebuild(&data, Definitions::default(), at_once, |_, _| {});
    tokio::task::spawn_blocking(made).await.unwrap()
}

pub async fn completes(agent: &Agent, id: &str) {
    agent.does(id, json!({ "type": "complete", "resolution": "done" })).await;
}

/// Carmen is answered, taken over, completed, and writes again; with receipts, tags and a note.
async fn story(hub: &TestHub, carmen: &Customer) -> String {
    let (maya, sofia) = (hub.maya().await, hub.sofia().await);
    carmen.writes("Where is my parcel?").await;
    let id = carmen.conversation().await;
    maya.finds(&id, "help").await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.replies(&id, "On its way").await;
    maya.does(&id, json!({ "type": "tag", "add": ["parcel, late", "vip"] })).await;
    maya.does(&id, json!({ "type": "note", "turn": Uuid::now_v7(), "text": "checked" })).await;
    sofia.does(&id, json!({ "type": "take_over" })).await;
    sofia.replies(&id, "It arrives today").await;
    sofia.does(&id, json!({ "type": "tag", "remove": ["vip"] })).await;
    completes(&sofia, &id).await;
    id
}

#[tokio::test]
async fn following_in_pieces_equals_making_everything_again() {
    let logic = TestLogic::acting(json!([{ "type": "MESSAGE", "message": { "text": "Let me see" } },
        { "type": "NEEDS_HELP", "value": true, "reason": "a parcel" }]))
    .await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let data = hub.folder.path().to_owned();
    let carmen = hub.customer().await;
    let id = story(&hub, &carmen).await;
    until_measured(&data).await;
    let dora = hub.customer().await;
    dora.writes("Hello?").await;
    carmen.writes("It did not arrive").await;
    let maya = hub.maya().await;
    maya.finds(&id, "help").await;
    maya.does(&id, json!({ "type": "join" })).await;
    let other = dora.conversation().await;
    maya.finds(&other, "help").await;
    maya.does(&other, json!({ "type": "join" })).await;
    maya.replies(&other, "Hello Dora").await;
    completes(&maya, &other).await;
    // The follower goes on where the hub stopped.
    let folder = hub.stop().await;
    let hub = TestHub::on(folder, Some(&logic.url), 1_000).await;
    let maya = hub.maya().await;
    maya.replies(&id, "I look into it").await;
    completes(&maya, &id).await;
    until_measured(&data).await;
    let folder = hub.stop().await;
    let followed = dump(&data);
    assert!(followed.len() > 25, "{followed:#?}");
    let (wrong, summary) = verify(&data, &Definitions::default(), None).unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(summary.contains("2 conversations"), "{summary}");
    for at_once in [1, 3, 1_000] {
        remake(&data, at_once).await.unwrap();
        assert_eq!(dump(&data), followed, "in parts of {at_once} events");
    }
    drop(folder);
}

#[tokio::test]
async fn a_customer_who_comes_back_elsewhere_marks_what_was_completed_before() {
    let hub = TestHub::start(None).await;
    let data = hub.folder.path().to_owned();
    let carmen = hub.customer().await;
    story(&hub, &carmen).await;
    until_measured(&data).await;
    let later = |data: &Path| {
        let connection = Connection::peek(&data.join("analytics.db")).unwrap();
        let mut query = connection.prepare("SELECT reopened_later FROM round ORDER BY started_at").unwrap();
        let found = query.query_map([], |row| row.get::<_, Option<i64>>(0)).unwrap();
        found.map(Result::unwrap).collect::<Vec<_>>()
    };
    assert_eq!(later(&data), [None]);
    let mut page = carmen.live().await;
    say(&mut page, r#"{"type":"new"}"#).await;
    frames_until(&mut page, |frame| frame["type"] == "ready").await;
    carmen.writes("Again").await;
    until_measured(&data).await;
    assert_eq!(later(&data)[0], Some(1));
    let _folder = hub.stop().await;
    let followed = dump(&data);
    for at_once in [1, 2, 1_000] {
        remake(&data, at_once).await.unwrap();
        assert_eq!(dump(&data), followed, "in parts of {at_once} events");
    }
}

#[tokio::test]
async fn what_is_wrong_in_the_tables_is_named_and_mended() {
    let hub = TestHub::start(None).await;
    let data = hub.folder.path().to_owned();
    let carmen = hub.customer().await;
    story(&hub, &carmen).await;
    until_measured(&data).await;
    let _folder = hub.stop().await;
    let before = dump(&data);
    let changed = tandem_sqlite::rusqlite::Connection::open(data.join("analytics.db")).unwrap();
    changed.execute_batch("UPDATE round SET first_response_ms = 7; DELETE FROM tag WHERE tag = 'vip'").unwrap();
    changed.execute_batch("UPDATE engagement SET shared_ms = 1 WHERE kind = 'agent'").unwrap();
    drop(changed);
    let (wrong, _) = verify(&data, &Definitions::default(), Some(5)).unwrap();
    let all = wrong.join("\n");
    assert!(all.contains("first_response_ms is 7") && all.contains("is missing") && all.contains("shared_ms"), "{all}");
    remake(&data, 1_000).await.unwrap();
    assert_eq!(dump(&data), before);
    let (wrong, _) = verify(&data, &Definitions::default(), Some(5)).unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn damaged_tables_are_made_again_and_a_second_program_keeps_out() {
    let hub = TestHub::start(None).await;
    let data = hub.folder.path().to_owned();
    story(&hub, &hub.customer().await).await;
    until_measured(&data).await;
    let refused = remake(&data, 1_000).await.unwrap_err();
    assert!(refused.to_string().contains("Stop it first"), "{refused}");
    let folder = hub.stop().await;
    let before = dump(&data);
    std::fs::write(data.join("analytics.db"), "not a database at all, only words").unwrap();
    let hub = TestHub::on(folder, None, 1_000).await;
    until_measured(&data).await;
    let _folder = hub.stop().await;
    assert_eq!(dump(&data), before);
}

#[tokio::test]
async fn tables_that_are_being_made_answer_nothing() {
    let hub = TestHub::start(None).await;
    let data = hub.folder.path().to_owned();
    for _ in 0..5 {
        story(&hub, &hub.customer().await).await;
    }
    until_measured(&data).await;
    let folder = hub.stop().await;
    let last = logged(&data);
    std::fs::remove_file(data.join("analytics.db")).unwrap();
    let hub = TestHub::on(folder, None, 1_000).await;
    let sofia = hub.sofia().await;
    let path = "/api/v1/figures?from=2026-01-01&to=2027-12-31&metric=rounds_completed";
    eventually("all is measured again", || async {
        let (status, page) = sofia.gets(path).await;
        if status == 503 {
            assert_eq!(page["code"], "figures.being_made", "{page}");
            return None;
        }
        assert_eq!(status, 200, "{page}");
        assert!(page["asOf"]["cursor"].as_i64() >= Some(last), "a part of the past is no answer: {page}");
        assert_eq!(page["rows"][0]["count"], 5, "{page}");
        Some(())
    })
    .await;
}

#[tokio::test]
async fn tables_that_are_damaged_under_a_running_hub_are_made_again() {
    let hub = TestHub::start(None).await;
    let (sofia, carmen) = (hub.sofia().await, hub.customer().await);
    story(&hub, &carmen).await;
    until_measured(hub.folder.path()).await;
    hub.damages("analytics.db");
    carmen.writes("It is broken").await;
    let path = "/api/v1/figures?from=2026-01-01&to=2027-12-31&metric=rounds_completed";
    eventually("all is measured again", || async {
        let (status, page) = sofia.gets(path).await;
        let is_whole = page["asOf"]["cursor"] == logged(hub.folder.path()) && page["rows"][0]["count"] == 1;
        (status == 200 && is_whole && measured(hub.folder.path()).is_ok()).then_some(())
    })
    .await;
    assert_eq!(get(&hub.base, "/readyz", None).await.0, 200);
}

#[tokio::test]
async fn the_ledger_of_alerts_is_followed_and_read_again() {
    let (hub, _) = alerts::hub().await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    let (desk, id, open) = alerts::maya_is_called(&carmen, &maya, &sofia).await;
    alerts::reports(&maya, &id, &open, json!({ "type": "muted", "why": "do_not_disturb" })).await;
    let counts = |data: &Path| {
        let sql =
            "SELECT decided || ' ' || sent || ' ' || shown || ' ' || muted || ' ' || clicked, row_version FROM call";
        let read = |row: &tandem_sql::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
        Connection::peek(&data.join("analytics.db")).ok()?.query_row(sql, [], read).ok()
    };
    eventually("the ledger is followed", || async {
        counts(hub.folder.path()).filter(|(counts, _)| counts == "1 1 0 1 0")
    })
    .await;
    maya.does(&id, json!({ "type": "join", "call": open["call"] })).await;
    drop(desk);
    until_measured(hub.folder.path()).await;
    let folder = hub.stop().await;
    let followed = counts(folder.path()).unwrap();
    remake(folder.path(), 1_000).await.unwrap();
    let again = counts(folder.path()).unwrap();
    assert_eq!((again.0, again.1 >= followed.1), (followed.0, true), "nothing is lost, and what changed is newer");
}
