//! Business hours: who has which, from when on, and what follows from them.

use std::sync::atomic::{AtomicI64, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tandem_conversation::Time;

use super::following::{completes, until_measured};
use crate::common::{Agent, TestHub};

const HOUR: i64 = 3_600_000;

fn hours(valid_from: Time, weekly: &[&str]) -> Value {
    let whole = |day: &&str| json!({ "day": day, "from": "00:00", "to": "24:00" });
    let weekly: Vec<Value> = weekly.iter().map(whole).collect();
    json!({ "validFrom": valid_from, "zone": "Europe/Madrid", "weekly": weekly, "holidays": [] })
}

const WEEK: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

async fn sets(ada: &Agent, path: &str, versions: &[Value]) -> (u16, Value) {
    ada.asks(Method::PUT, path, Some(&json!({ "versions": versions }))).await
}

/// A conversation of ten hours.
async fn story(hub: &TestHub, clock: &AtomicI64) {
    let (maya, carmen) = (hub.maya().await, hub.customer().await);
    carmen.writes("Where is my parcel?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    clock.fetch_add(10 * HOUR, Ordering::Relaxed);
    let maya = hub.maya().await;
    maya.replies(&id, "On its way").await;
    completes(&maya, &id).await;
    until_measured(hub.folder.path()).await;
}

async fn open_time(hub: &TestHub) -> Value {
    let path = "/api/v1/figures?from=2026-01-01&to=2027-12-31&metric=open_time&business=true";
    let (status, page) = hub.sofia().await.gets(path).await;
    assert_eq!(status, 200, "{page}");
    page["rows"][0].clone()
}

#[tokio::test]
async fn times_are_measured_in_the_hours_of_the_brand_or_else_of_the_account() {
    let (hub, clock) = TestHub::start_with_clock(None).await;
    story(&hub, &clock).await;
    assert_eq!(open_time(&hub).await["count"], 0, "without hours nothing is measured in them");
    let ada = hub.ada().await;
    let now: Time = ada.gets("/api/v1/figures?metric=load&from=2026-11-01&to=2026-11-02").await.1["asOf"]["time"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let soon = now.plus_ms(60_000);
    let (status, row) = sets(&ada, "/api/v1/business-hours", &[hours(soon, &[])]).await;
    assert_eq!((status, &row["versions"][0]["zone"]), (200, &json!("Europe/Madrid")), "{row}");
    clock.fetch_add(120_000, Ordering::Relaxed);
    story(&hub, &clock).await;
    let figure = open_time(&hub).await;
    assert_eq!([&figure["count"], &figure["sum"]], [&json!(1), &json!(0)], "the account is always closed");
    let ada = hub.ada().await;
    let later = soon.plus_ms(24 * HOUR);
    let (status, row) = sets(&ada, "/api/v1/brands/northwind/business-hours", &[hours(later, &WEEK)]).await;
    assert_eq!((status, &row["brand"]), (200, &json!("northwind")), "{row}");
    clock.fetch_add(24 * HOUR, Ordering::Relaxed);
    story(&hub, &clock).await;
    let figure = open_time(&hub).await;
    assert_eq!(figure["count"], 2);
    assert!(figure["sum"].as_i64().unwrap() >= 10 * HOUR, "the brand is always open: {figure}");
    let (_, all) = hub.ada().await.gets("/api/v1/business-hours").await;
    let owners: Vec<_> = all.as_array().unwrap().iter().map(|row| row.get("brand").cloned()).collect();
    assert_eq!(owners, [None, Some(json!("northwind"))]);
}

#[tokio::test]
async fn hours_that_were_in_force_stay_and_wrong_ones_are_refused() {
    let (hub, clock) = TestHub::start_with_clock(None).await;
    let ada = hub.ada().await;
    let now: Time = ada.gets("/api/v1/figures?metric=load&from=2026-11-01&to=2026-11-02").await.1["asOf"]["time"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let (past, soon, later) = (now.plus_ms(-HOUR), now.plus_ms(HOUR), now.plus_ms(48 * HOUR));
    let put = async |versions: &[Value]| sets(&hub.ada().await, "/api/v1/business-hours", versions).await;
    let mut nowhere = hours(soon, &WEEK);
    nowhere["zone"] = json!("Mars/Olympus");
    let mut night = hours(soon, &[]);
    night["weekly"] = json!([{ "day": "monday", "from": "25:00", "to": "06:00" }]);
    for (versions, words) in [
        (vec![hours(past, &WEEK)], "in force before now"),
        (vec![nowhere], "Europe/Madrid"),
        (vec![night], "'25:00' is no time of day"),
        (vec![hours(soon, &[]), hours(soon, &WEEK)], "two versions"),
    ] {
        let (status, problem) = put(&versions).await;
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(status == 422 && detail.contains(words), "{status} {detail} says {words}");
    }
    assert_eq!(hub.ada().await.gets("/api/v1/business-hours").await.1, json!([]), "nothing of it is kept");
    let first = hours(soon, &WEEK);
    assert_eq!(put(&[first.clone(), hours(later, &[])]).await.0, 200);
    assert_eq!(put(std::slice::from_ref(&first)).await.0, 200, "what is not yet in force may go");
    clock.fetch_add(2 * HOUR, Ordering::Relaxed);
    assert_eq!(put(&[hours(later, &[])]).await.0, 422, "what is in force may not");
    assert_eq!(put(&[first, hours(later, &[])]).await.0, 200);
}
