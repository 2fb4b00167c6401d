//! Figures over HTTP: what they say, the rows behind them, and who may see them.

use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use tandem_conversation::Time;

use super::following::{completes, until_measured};
use crate::common::{Agent, TestHub};

const SECOND: i64 = 1_000;

/// The figures of everything until now, by their metrics.
async fn figures(agent: &Agent, query: &str) -> Value {
    let (status, page) = agent.gets(&format!("/api/v1/figures?from=2026-01-01&to=2027-12-31&{query}")).await;
    assert_eq!(status, 200, "{query}: {page}");
    page
}

fn one<'a>(page: &'a Value, metric: &str) -> &'a Value {
    let rows = page["rows"].as_array().unwrap();
    rows.iter().find(|row| row["metric"] == metric).unwrap_or_else(|| panic!("{metric} is there: {page}"))
}

/// Carmen waits 30 s for Maya, who answers 10 s later and completes; Dora is completed by Jonas without an answer.
async fn story(hub: &TestHub, clock: &AtomicI64) -> [String; 2] {
    let later = |ms: i64| {
        clock.fetch_add(ms, Ordering::Relaxed);
    };
    let (maya, jonas) = (hub.maya().await, hub.jonas().await);
    let carmen = hub.customer().await;
    carmen.writes("Where is my parcel?").await;
    let id = carmen.conversation().await;
    later(30 * SECOND);
    maya.does(&id, json!({ "type": "join" })).await;
    later(10 * SECOND);
    maya.replies(&id, "On its way").await;
    maya.does(&id, json!({ "type": "tag", "add": ["parcel"] })).await;
    completes(&maya, &id).await;
    let dora = hub.customer().await;
    dora.writes("Hello?").await;
    let other = dora.conversation().await;
    later(5 * SECOND);
    jonas.does(&other, json!({ "type": "join" })).await;
    completes(&jonas, &other).await;
    until_measured(hub.folder.path()).await;
    [id, other]
}

#[tokio::test]
async fn figures_lead_to_their_rows() {
    let (hub, clock) = TestHub::start_with_clock(None).await;
    let [id, other] = story(&hub, &clock).await;
    let sofia = hub.sofia().await;
    let page =
        figures(&sofia, "metric=first_person_response,rounds_completed,service_level,conversations_handled&t=45s")
            .await;
    let first = one(&page, "first_person_response");
    assert_eq!((&first["count"], &first["p50"]), (&json!(1), &first["p90"]), "{first}");
    let ms = first["p50"].as_i64().unwrap();
    assert!((40 * SECOND..50 * SECOND).contains(&ms), "Maya's first words: {first}");
    assert_eq!(one(&page, "rounds_completed")["value"], 2.0);
    let level = one(&page, "service_level");
    assert_eq!([&level["sum"], &level["count"], &level["value"]], [&json!(1), &json!(2), &json!(0.5)], "{level}");
    let strict = figures(&sofia, "metric=service_level&t=20s").await;
    assert_eq!(one(&strict, "service_level")["value"], 0.0);
    assert_eq!(page["definitions"], "v1");
    assert!(page["asOf"]["cursor"].as_u64().unwrap() > 5, "{page}");

    let rows = "/api/v1/figures/rows?from=2026-01-01&to=2027-12-31&metric=rounds_completed";
    let (status, found) = sofia.gets(rows).await;
    assert_eq!(status, 200, "{found}");
    let ids: Vec<_> = found["rows"].as_array().unwrap().iter().map(|row| row["conversation"].clone()).collect();
    assert_eq!(ids, [json!(id), json!(other)]);
    let (_, paged) = sofia.gets(&format!("{rows}&limit=1&after=1")).await;
    assert_eq!((&paged["rows"][0]["conversation"], &paged["total"]), (&json!(other), &json!(2)));
    let (_, tagged) = sofia.gets(&format!("{rows}&tag=parcel")).await;
    assert_eq!((&tagged["total"], &tagged["rows"][0]["conversation"]), (&json!(1), &json!(id)));
    let (_, nobody) = sofia.gets(&format!("{rows}&day=2026-01-01")).await;
    assert_eq!(nobody["total"], 0);
    for (brand, total) in [("", 0), ("11111111-2222-4333-8444-555555555555", 0), ("northwind", 2)] {
        let (status, of_brand) = sofia.gets(&format!("{rows}&brand={brand}")).await;
        assert_eq!((status, &of_brand["total"]), (200, &json!(total)), "also of one that was removed: {of_brand}");
    }
    let (status, refused) = sofia.gets(&format!("{rows}&grade=wrong")).await;
    assert!(status == 422 && refused["detail"].as_str().unwrap().contains("handover_grade"), "{refused}");
}

#[tokio::test]
async fn figures_are_divided_and_nothing_is_null() {
    let (hub, clock) = TestHub::start_with_clock(None).await;
    story(&hub, &clock).await;
    let sofia = hub.sofia().await;
    let by_tag = figures(&sofia, "metric=rounds_completed&by=tag,channel").await;
    let told: Vec<_> =
        by_tag["rows"].as_array().unwrap().iter().map(|row| [&row["tag"], &row["channel"], &row["count"]]).collect();
    assert_eq!(told, [[&json!(""), &json!("web_chat"), &json!(1)], [&json!("parcel"), &json!("web_chat"), &json!(1)]]);
    let by_agent = figures(&sofia, "metric=handle_time,conversations_handled&by=agent").await;
    assert_eq!(by_agent["rows"].as_array().unwrap().len(), 4, "{by_agent}");
    let none = figures(&sofia, "metric=logic_response,containment&channel=whatsapp").await;
    for metric in ["logic_response", "containment"] {
        assert_eq!((&one(&none, metric)["count"], &one(&none, metric)["value"]), (&json!(0), &Value::Null), "{none}");
    }
    let zone = figures(&sofia, "metric=rounds_started&by=day&zone=Asia/Kathmandu").await;
    assert_eq!(zone["zone"], "Asia/Kathmandu");
    let until: Time = zone["until"].as_str().unwrap().parse().unwrap();
    assert_eq!(until.to_string(), "2027-12-31T18:15:00.000Z", "the last day is part of it");
}

#[tokio::test]
async fn agents_see_their_own_figures_alone() {
    let (hub, clock) = TestHub::start_with_clock(None).await;
    let [id, _] = story(&hub, &clock).await;
    let (maya, jonas) = (hub.maya().await, hub.jonas().await);
    let jonas_id = jonas.gets("/api/v1/me").await.1["user"].as_str().unwrap().to_owned();
    let own = figures(&maya, "metric=rounds_completed,service_level,conversations_started").await;
    for metric in ["rounds_completed", "service_level", "conversations_started"] {
        assert_eq!(one(&own, metric)["count"], 1, "{own}");
    }
    let (_, rows) = maya.gets("/api/v1/figures/rows?from=2026-01-01&to=2027-12-31&metric=rounds_completed").await;
    assert_eq!((&rows["total"], &rows["rows"][0]["conversation"]), (&json!(1), &json!(id)));
    let other = format!("/api/v1/figures?metric=load&from=2026-01-01&to=2026-02-01&agent={jonas_id}");
    assert_eq!(maya.gets(&other).await.0, 403);
    assert_eq!(hub.sofia().await.gets(&other).await.0, 200);
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_with_what_can() {
    let hub = TestHub::start(None).await;
    let sofia = hub.sofia().await;
    for (query, field, words) in [
        ("metric=mood&from=2026-11-01&to=2026-11-02", "metric", "first_response"),
        ("metric=load&from=soon&to=2026-11-02", "from", "2026-11-30"),
        ("metric=load&from=2026-11-02&to=2026-11-01", "to", "before it begins"),
        ("metric=load&from=2020-01-01&to=2026-11-01", "to", "731 days"),
        ("metric=load&from=2026-11-01&to=2026-11-02&zone=Mars", "zone", "Europe/Madrid"),
        ("metric=load&from=2026-11-01&to=2026-11-02&by=mood", "by", "channel"),
        ("metric=load&from=2026-11-01&to=2026-11-02&by=tag", "by", "agent"),
        ("metric=open_time&from=2026-11-01&to=2026-11-02&brand=nobody", "brand", "northwind"),
        ("metric=open_time&from=2026-11-01&to=2026-11-02&channel=fax", "channel", "web_chat"),
        ("metric=service_level&from=2026-11-01&to=2026-11-02&t=soon", "t", "20s"),
        ("metric=load&from=2026-11-01&to=2026-11-02&business=true", "business", "open_time"),
    ] {
        let (status, problem) = sofia.gets(&format!("/api/v1/figures?{query}")).await;
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(status == 422 && detail.contains(words), "{query}: {status} {detail} names {words} of {field}");
    }
}

#[tokio::test]
async fn the_board_shows_the_day_to_supervisors_and_no_agent() {
    let (hub, clock) = TestHub::start_with_clock(None).await;
    story(&hub, &clock).await;
    let (sofia, maya) = (hub.sofia().await, hub.maya().await);
    let (status, day) = sofia.gets("/api/v1/board/today").await;
    assert_eq!(status, 200, "{day}");
    let figures = day["figures"].as_array().unwrap();
    let count = |metric: &str| figures.iter().find(|figure| figure["metric"] == metric).unwrap()["count"].clone();
    assert_eq!((count("conversations_started"), count("rounds_completed")), (json!(2), json!(2)), "{day}");
    let curve = |of: &str, name: &str| -> Vec<u64> {
        day[of][name].as_array().unwrap().iter().filter_map(Value::as_u64).collect()
    };
    assert_eq!((curve("hour", "arrivals").len(), curve("day", "arrivals").len()), (60, 96));
    for of in ["hour", "day"] {
        assert_eq!(curve(of, "arrivals").iter().sum::<u64>(), 2, "{day}");
        assert_eq!(curve(of, "completions").iter().sum::<u64>(), 2, "{day}");
        assert!(curve(of, "wanted").iter().any(|most| *most > 0), "both waited: {day}");
    }
    assert_eq!(maya.gets("/api/v1/board/today").await.0, 403);
}

#[tokio::test]
async fn programs_read_the_board_that_supervisors_see() {
    let hub = TestHub::start(None).await;
    let (carmen, nina, maya, sofia) = (hub.customer().await, hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Where is my suitcase?").await;
    nina.writes("Hello?").await;
    let (hers, waits) = (carmen.conversation().await, nina.conversation().await);
    maya.does(&hers, json!({ "type": "join" })).await;
    maya.replies(&hers, "In Malaga.").await;
    let board = async |query: &str| {
        let (status, page) = sofia.gets(&format!("/api/v1/board{query}")).await;
        assert_eq!(status, 200, "{query}: {page}");
        let rows = page["rows"].as_array().unwrap().iter().map(|row| row["conversation"].clone()).collect::<Vec<_>>();
        (page["total"].as_u64().unwrap(), rows)
    };
    let (hers, waits) = (json!(hers), json!(waits));
    assert_eq!(board("").await, (2, vec![waits.clone(), hers.clone()]), "who waits comes first");
    assert_eq!(board("?limit=1").await, (2, vec![waits.clone()]));
    for (query, expected) in [
        ("?handler=people", vec![hers.clone()]),
        ("?part=person&channel=web_chat", vec![hers.clone()]),
        ("?waiting=true", vec![waits.clone()]),
        ("?channel=whatsapp", vec![]),
        ("?tag=vip", vec![]),
    ] {
        assert_eq!(board(query).await.1, expected, "{query}");
    }
    for wrong in ["?mood=bad", "?handler=robots", "?part=none", "?channel=fax", "?brand=nobody"] {
        assert_eq!(sofia.gets(&format!("/api/v1/board{wrong}")).await.0, 422, "{wrong}");
    }
    let (_, problem) = sofia.gets("/api/v1/board?mood=bad").await;
    assert!(problem["detail"].as_str().unwrap().contains("handler"), "it names the allowed ones: {problem}");
    let (status, now) = sofia.gets("/api/v1/board/figures").await;
    let figures = &now["figures"];
    assert_eq!((status, &figures["inProgress"], &figures["unanswered"]["count"]), (200, &json!(2), &json!(1)), "{now}");
    let parts = ["person", "queue", "logic", "idle"].map(|part| figures["parts"][part].as_u64().unwrap());
    assert_eq!(parts.iter().sum::<u64>(), 2, "the four add up: {now}");
    for door in ["board", "board/figures"] {
        assert_eq!(maya.gets(&format!("/api/v1/{door}")).await.0, 403, "{door}");
    }
}
