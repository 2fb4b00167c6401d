//! Handed over by Your Logic, and back to it: the packet, its grade, and what Your Logic would say next.

use serde_json::{Map, Value, json};
use tandem_conversation::{Action, Command, Control, ConversationId, Grade, Participant};

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Your Logic leaves a packet in a conversation that Maya has joined.
fn hand_over(hub: &FakeHub) -> ConversationId {
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "My flight is cancelled!");
    hub.joins(carmen, "Maya Ortiz");
    let note: Action = serde_json::from_value(json!({ "type": "NOTE", "text": "Wants to fly today", "handover": {
        "wish": [{ "text": "Fly today" }], "risk": [{ "text": "The <b>fare</b> ends" }] } }))
    .unwrap();
    let (control, custom) = (Control::default(), Map::new());
    let answer = Command::AnswerLogic { request: None, control, custom, actions: vec![note] };
    hub.run(carmen, Participant::Logic, answer).unwrap();
    carmen
}

#[tokio::test(flavor = "multi_thread")]
async fn the_packet_stands_in_parts_and_its_grade_waits_for_the_hub() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let carmen = hand_over(&hub);
    let has_packet = |view: &Value| view["handover"].is_object();
    let view = maya.until("the packet", "conversation.open", json!({"id": carmen}), has_packet).await;
    let packet = &view["handover"];
    let parts = json!([
        { "label": "Wish", "points": [{ "text": "Fly today" }] },
        { "label": "Risk", "points": [{ "text": "The <b>fare</b> ends" }] },
    ]);
    assert_eq!((&packet["parts"], &packet["mayGrade"]), (&parts, &json!(true)));

    hub.go_down();
    maya.until_offline().await;
    let grade = json!({"id": carmen, "turn": packet["turn"], "grade": "incomplete"});
    maya.ok("conversation.gradeHandover", grade).await;
    hub.come_back();
    hub.until("the grade", |world| {
        let graded = world.states[&carmen].handover.as_ref().and_then(|open| open.graded.as_ref());
        graded.is_some_and(|graded| graded.grade == Grade::Incomplete)
    })
    .await;
    let is_graded = |view: &Value| view["handover"]["graded"]["grade"] == "incomplete";
    maya.until("her own grade", "conversation.open", json!({"id": carmen}), is_graded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_your_logic_would_say_is_known_while_the_hub_hears() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let carmen = hand_over(&hub);
    maya.until("Carmen", "conversation.open", json!({"id": carmen}), |view| view["handover"].is_object()).await;
    let preview = maya.ok("conversation.preview", json!({"id": carmen})).await;
    assert_eq!(preview, json!({"lines": [{"says": true, "text": "On Thursday, then.", "choices": []}]}));
    hub.go_down();
    maya.until_offline().await;
    assert_eq!(maya.refused("conversation.preview", json!({"id": carmen})).await, "desk.offline");
}
