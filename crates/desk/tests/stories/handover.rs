//! Handover from Your Logic and back: the packet, its grade, the preview, and a better wording.

use serde_json::{Value, json};
use tandem_conversation::{Action, Command, Control, ConversationId, Grade, Learnt, Participant};

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
    let (control, learnt) = (Control::default(), Learnt::default());
    let answer = Command::AnswerLogic { request: None, later: false, control, learnt, actions: vec![note] };
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

#[tokio::test(flavor = "multi_thread")]
async fn better_words_come_beside_what_was_written_and_change_nothing() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let carmen = hand_over(&hub);
    maya.until("Carmen", "conversation.open", json!({"id": carmen}), |view| view["may"]["reply"] == true).await;
    assert_eq!(maya.ok("app.state", json!({})).await["me"]["improve"], true);
    maya.ok("conversation.draft", json!({"id": carmen, "text": "On thursday", "note": false})).await;
    let improved = maya.ok("conversation.improve", json!({"id": carmen, "text": "On thursday"})).await;
    let pieces = json!([{"kind": "same", "text": "On thursday"}, {"kind": "new", "text": "!"}]);
    assert_eq!(improved, json!({"text": "On thursday!", "by": "logic", "pieces": pieces}));
    let view = maya.ok("conversation.open", json!({"id": carmen})).await;
    assert_eq!(view["drafts"]["reply"], "On thursday", "the draft is the agent's");
    hub.go_down();
    maya.until_offline().await;
    let asked = json!({"id": carmen, "text": "On thursday"});
    assert_eq!(maya.refused("conversation.improve", asked).await, "desk.offline");
}
