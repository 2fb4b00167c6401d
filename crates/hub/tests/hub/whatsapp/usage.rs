//! What messages cost, as Meta reports it.

use serde_json::{Value, json};

use super::world::{World, progressed, says, taken};

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
