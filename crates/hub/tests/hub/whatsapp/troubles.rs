//! What goes wrong on the way: nothing is lost, nothing is sent twice, and people are told what to do.

use std::sync::atomic::Ordering;

use serde_json::json;
use tandem_hub::{NewWhatsappNumber, add_whatsapp_number};
use tandem_testkit::cloud_api::{CloudApi, Fault, TOKEN};
use uuid::Uuid;

use super::world::{World, asked, event, events, number, progressed, says, taken, until, words};
use crate::common::{TestHub, post};

#[tokio::test]
async fn a_lost_answer_is_never_sent_again_and_a_report_confirms_it() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    world.api.faults([Fault::TakesAndHangsUp]);
    let turn = says(&maya, &id, "Once").await;
    let next = says(&maya, &id, "Then").await;
    taken(&world.api, 1).await;
    let message = world.api.taken().remove(0);
    world.hooks.statuses(vec![message.status("sent")]).await.unwrap();
    progressed(&maya, &id, &turn, "sent").await;
    assert_eq!(words(&taken(&world.api, 2).await), ["Once", "Then"], "the lane goes on as soon as that is known");
    assert_eq!(world.api.requests().len(), 2);
    world.hooks.statuses(vec![world.api.taken()[1].status("delivered")]).await.unwrap();
    progressed(&maya, &id, &next, "delivered").await;
}

#[tokio::test]
async fn agents_are_told_when_nobody_says_whether_it_arrived_and_late_news_still_counts() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let world = World::of(hub).await;
    let (maya, id) = world.talks().await;
    world.api.faults([Fault::TakesAndHangsUp]);
    let lost = says(&maya, &id, "Lost").await;
    let next = says(&maya, &id, "Next").await;
    taken(&world.api, 1).await;
    // The hub has to have noted that the answer broke off before its minute passes.
    let mut looks = 0;
    until(async || {
        if looks % 100 == 50 {
            ahead.fetch_add(61_000, Ordering::Relaxed);
        }
        looks += 1;
        let all = events(&maya, &id).await;
        all.iter().any(|event| event["body"]["turn_progressed"]["stage"] == "unconfirmed").then_some(())
    })
    .await;
    let told = progressed(&maya, &id, &lost, "unconfirmed").await;
    assert!(told["reason"].as_str().unwrap().contains("did not say"), "{told}");
    assert_eq!(words(&taken(&world.api, 2).await), ["Lost", "Next"], "it is not repeated, and holds up nothing");
    let messages = world.api.taken();
    world.hooks.statuses(vec![messages[1].status("delivered"), messages[0].status("read")]).await.unwrap();
    progressed(&maya, &id, &lost, "seen").await;
    progressed(&maya, &id, &next, "delivered").await;
    assert_eq!(world.api.requests().len(), 2);
}

#[tokio::test]
async fn a_refusal_fails_the_turn_with_words_and_the_lane_goes_on() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    world.api.faults([Fault::Refuses { status: 429, code: 130_429 }, Fault::Refuses { status: 400, code: 131_026 }]);
    let first = says(&maya, &id, "First").await;
    says(&maya, &id, "Second").await;
    let failed = progressed(&maya, &id, &first, "failed").await;
    assert!(failed["reason"].as_str().unwrap().contains("cannot be reached on WhatsApp"), "{failed}");
    taken(&world.api, 1).await;
    assert_eq!(words(&world.api.requests()), ["First", "First", "Second"], "in order, and again where that is safe");
}

#[tokio::test]
async fn every_refusal_tells_agents_what_to_do() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    for (code, advice) in [
        (131_047, "Send a template"),
        (131_026, "another way"),
        (131_050, "Nothing can be done"),
        (131_051, "another kind of file"),
        (132_001, "Choose another template"),
        (999_999, "Send it again"),
    ] {
        world.api.faults([Fault::Refuses { status: 400, code }]);
        let turn = says(&maya, &id, "Hello").await;
        let failed = progressed(&maya, &id, &turn, "failed").await;
        assert!(failed["reason"].as_str().unwrap().contains(advice), "{code}: {failed}");
    }
}

#[tokio::test]
async fn an_expired_token_stops_what_leaves_and_a_new_one_sends_it_in_order() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    world.api.set_token("renewed");
    for count in 0..3 {
        says(&maya, &id, &count.to_string()).await;
    }
    asked(&world.api, 1).await;
    world.hears_text("wamid.2", "Are you there?").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Are you there?").await;
    assert_eq!(world.api.taken().len(), 0);
    assert!(
        events(&maya, &id).await.iter().all(|event| event["body"]["turn_progressed"]["stage"] != "failed"),
        "it is the operator's affair, and no turn's"
    );
    let ada = world.hub.ada().await;
    let numbers = until(async || {
        let (_, numbers) = ada.gets("/api/v1/channels/whatsapp").await;
        (numbers[0]["state"] == "token_invalid").then_some(numbers)
    })
    .await;
    assert_eq!(numbers[0]["waiting"], 3, "{numbers}");
    assert!(!numbers.to_string().contains(TOKEN), "secrets are told to nobody");
    world.connects("renewed").await;
    assert_eq!(words(&taken(&world.api, 3).await), ["0", "1", "2"]);
    assert_eq!(world.api.requests().len(), 4, "while the token was wrong, only one message tried");
}

#[tokio::test]
async fn a_blocked_number_keeps_what_is_to_leave_until_it_is_free() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let world = World::of(hub).await;
    let (maya, id) = world.talks().await;
    world.api.faults([Fault::Refuses { status: 403, code: 131_031 }]);
    says(&maya, &id, "First").await;
    says(&maya, &id, "Second").await;
    let ada = world.hub.ada().await;
    until(async || (ada.gets("/api/v1/channels/whatsapp").await.1[0]["state"] == "blocked").then_some(())).await;
    ahead.fetch_add(301_000, Ordering::Relaxed);
    taken(&world.api, 2).await;
    assert_eq!(words(&world.api.requests()), ["First", "First", "Second"]);
}

#[tokio::test]
async fn a_number_whose_api_does_not_answer_holds_up_no_other() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let slow = CloudApi::start().await.unwrap();
    slow.add_template(json!({ "name": "found", "language": "en", "category": "UTILITY", "status": "APPROVED",
        "components": [{ "type": "BODY", "text": "Hello {{1}}, we found it." }] }));
    slow.faults(std::iter::repeat_n(Fault::TakesAndHolds, 400));
    let (folder, other) = (world.hub.folder.path().to_owned(), number(&slow, TOKEN));
    let other = NewWhatsappNumber {
        key: "slow".into(),
        phone_number_id: "7".into(),
        account_id: "8".into(),
        number: "+34600123457".into(),
        ..other
    };
    tokio::task::spawn_blocking(move || add_whatsapp_number(&folder, other)).await.unwrap().unwrap();
    until(async || {
        let (_, page) = maya.gets("/api/v1/starts").await;
        page["numbers"].as_array()?.iter().all(|own| own["templates"] != json!([])).then_some(())
    })
    .await;
    // More chats than are looked at once.
    for count in 0..200 {
        let start = json!({ "id": Uuid::now_v7(), "turn": Uuid::now_v7(), "from": "slow", "template": "found",
            "to": format!("+351912{count:06}"), "language": "en",
            "values": [{ "part": "body", "key": "1", "value": "Ana" }] });
        let (status, answer) = post(&maya.base, "/api/v1/conversations", Some(&maya.token), &start).await;
        assert_eq!(status, 200, "{answer}");
    }
    taken(&slow, 48).await;
    says(&maya, &id, "Here").await;
    assert_eq!(words(&taken(&world.api, 1).await), ["Here"], "while nothing of the other number is answered");
    assert_eq!(slow.requests().len(), 48, "and a number has only so many requests under way");
}

#[tokio::test]
async fn what_waits_for_a_number_that_is_removed_fails_with_what_to_do() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    world.api.faults([Fault::Refuses { status: 403, code: 131_031 }]);
    let turns = [says(&maya, &id, "First").await, says(&maya, &id, "Second").await];
    let ada = world.hub.ada().await;
    until(async || (ada.gets("/api/v1/channels/whatsapp").await.1[0]["state"] == "blocked").then_some(())).await;
    world.removes().await;
    for turn in &turns {
        let failed = progressed(&maya, &id, turn, "failed").await;
        assert!(failed["reason"].as_str().unwrap().contains("another number, or another way"), "{failed}");
    }
    let late = says(&maya, &id, "Third").await;
    progressed(&maya, &id, &late, "failed").await;
    assert_eq!(world.api.requests().len(), 1);
}

#[tokio::test]
async fn what_was_stored_before_a_restart_is_read_and_sent_after_it() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    world.api.faults([Fault::Refuses { status: 429, code: 4 }]);
    says(&maya, &id, "Here").await;
    asked(&world.api, 1).await;
    // What came after the refusal is known, so the refusal is.
    world.hears_text("wamid.2", "Are you there?").await;
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Are you there?").await;
    let World { hub, api, .. } = world;
    let folder = hub.stop().await;
    let hub = TestHub::on(folder, None, 1_000).await;
    taken(&api, 1).await;
    assert_eq!(api.requests().len(), 2);
    let maya = hub.maya().await;
    let events = events(&maya, &id).await;
    assert!(events.iter().all(|event| event["body"]["turn_progressed"]["stage"] != "unconfirmed"));
}

#[tokio::test]
async fn a_page_of_a_proxy_is_no_answer() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    world.api.faults([Fault::Page(502)]);
    let turn = says(&maya, &id, "Perhaps").await;
    asked(&world.api, 1).await;
    // Only Meta can say what became of it.
    let report = json!({ "id": "wamid.elsewhere", "status": "sent", "biz_opaque_callback_data": turn });
    world.hooks.statuses(vec![report]).await.unwrap();
    progressed(&maya, &id, &turn, "sent").await;
    assert_eq!(world.api.requests().len(), 1);
}
