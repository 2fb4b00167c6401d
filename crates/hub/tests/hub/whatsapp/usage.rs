//! What is counted by number: what messages cost, as Meta reports it, and time within business hours.

use std::sync::atomic::Ordering;

use reqwest::Method;
use serde_json::{Value, json};
use tandem_conversation::Time;

use super::world::{World, code, progressed, says, taken};
use crate::analytics::following::{completes, until_measured};
use crate::common::TestHub;

#[tokio::test]
async fn each_message_counts_once_in_its_month_by_what_it_cost() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let mut turns = Vec::new();
    for words in ["One", "Two", "Three"] {
        turns.push(says(&maya, &id, words).await);
    }
    taken(&world.api, 3).await;
    let priced = |at: usize, state: &str, pricing: Value| {
        let mut status = world.api.taken()[at].status(state);
        status["pricing"] = pricing;
        status
    };
    let free =
        json!({ "billable": false, "pricing_model": "PMP", "category": "service", "type": "free_customer_service" });
    let charged = json!({ "billable": true, "pricing_model": "PMP", "category": "utility", "type": "regular" });
    let mut reports = vec![priced(0, "sent", free.clone()), priced(1, "sent", free.clone())];
    // A price is told with each report.
    reports.extend([priced(0, "delivered", free.clone()), priced(0, "delivered", free), priced(2, "sent", charged)]);
    world.hooks.statuses(reports).await.unwrap();
    progressed(&maya, &id, &turns[2], "sent").await;
    let ada = world.hub.ada().await;
    let (status, usage) = ada.gets("/api/v1/channels/whatsapp/main/usage").await;
    assert_eq!(status, 200, "{usage}");
    assert_eq!(
        (&usage["messages"], &usage["freeReplies"], &usage["freeRepliesUsed"]),
        (&json!(3), &json!(1_000), &json!(2))
    );
    let kinds = json!([
        { "category": "service", "type": "free_customer_service", "billable": false, "messages": 2 },
        { "category": "utility", "type": "regular", "billable": true, "messages": 1 },
    ]);
    assert_eq!(usage["kinds"], kinds);
    let (_, before) = ada.gets("/api/v1/channels/whatsapp/main/usage?month=2020-01").await;
    assert_eq!((&before["month"], &before["messages"]), (&json!("2020-01"), &json!(0)));
    assert_eq!(ada.gets("/api/v1/channels/whatsapp/main/usage?month=november").await.0, 422);
}

#[tokio::test]
async fn a_number_has_hours_of_its_own() {
    const HOUR: i64 = 3_600_000;
    let (hub, clock) = TestHub::start_with_clock(None).await;
    let world = World::of(hub).await;
    let ada = world.hub.ada().await;
    let (_, page) = ada.gets("/api/v1/figures?metric=load&from=2026-11-01&to=2026-11-02").await;
    let now: Time = page["asOf"]["time"].as_str().unwrap().parse().unwrap();
    let sets = async |path: &str, weekly: Value| {
        let hours = json!({ "validFrom": now.plus_ms(60_000), "zone": "UTC", "weekly": weekly, "holidays": [] });
        ada.asks(Method::PUT, path, Some(&json!({ "versions": [hours] }))).await
    };
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let always: Value = week.iter().map(|day| json!({ "day": day, "from": "00:00", "to": "24:00" })).collect();
    assert_eq!(sets("/api/v1/business-hours", json!([])).await.0, 200, "the account is always closed");
    let (status, row) = sets("/api/v1/channels/whatsapp/main/business-hours", always.clone()).await;
    assert_eq!((status, &row["number"], row.get("brand")), (200, &json!("main"), None), "{row}");
    let (status, answer) = sets("/api/v1/channels/whatsapp/nowhere/business-hours", always).await;
    assert_eq!((status, code(&answer)), (404, "whatsapp.unknown_number"), "{answer}");
    assert_eq!(ada.gets("/api/v1/business-hours").await.1[1]["number"], "main");

    clock.fetch_add(120_000, Ordering::Relaxed);
    let (_, id) = world.talks().await;
    clock.fetch_add(10 * HOUR, Ordering::Relaxed);
    let maya = world.hub.maya().await;
    says(&maya, &id, "On its way").await;
    completes(&maya, &id).await;
    until_measured(world.hub.folder.path()).await;
    let path = "/api/v1/figures?from=2026-01-01&to=2027-12-31&metric=open_time&business=true";
    let figure = world.hub.sofia().await.gets(path).await.1["rows"][0].clone();
    assert_eq!(figure["count"], 1);
    assert!(figure["sum"].as_i64().unwrap() >= 10 * HOUR, "the number is always open: {figure}");
}
