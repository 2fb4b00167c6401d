//! Custom buttons at the desk: filled for a conversation, pressed online and offline.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value, json};
use tandem_conversation::{Action, Button, ButtonId, Command, Control, ConversationId, EventBody, Learnt, Participant};
use tandem_protocol::agents::AgentCommand;
use uuid::Uuid;

use crate::desk::{Maya, lines};
use crate::hub::{FakeHub, Shared};

fn button(title: &str, order: u32) -> Button {
    Button {
        id: ButtonId(Uuid::from_u128(u128::from(order))),
        title: title.into(),
        description: String::new(),
        action: None,
        copy: None,
        url: None,
        agents: true,
        external: false,
        active: true,
        order,
    }
}

fn refund() -> Button {
    Button { action: Some("refund".into()), description: "Back to the card.".into(), ..button("Refund", 1) }
}

fn booking() -> Button {
    let url = Some("https://booking.example/{conversation.custom.booking}?by={agent.name}".into());
    Button { copy: Some("{conversation.custom.booking}".into()), url, ..button("Booking", 2) }
}

/// Carmen, with whom Maya is engaged, at a hub with both buttons.
async fn carmen() -> (Shared, ConversationId) {
    let hub = FakeHub::start().await;
    hub.world().buttons = vec![refund(), booking()];
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "My money, please");
    hub.joins(carmen, "Maya Ortiz");
    (hub, carmen)
}

fn knows(hub: &FakeHub, id: ConversationId, booking: &str) {
    let learnt = Learnt { custom: Map::from_iter([("booking".to_owned(), json!(booking))]), ..Learnt::default() };
    let (control, actions) = (Control::default(), Vec::<Action>::new());
    hub.run(id, Participant::Logic, Command::AnswerLogic { request: None, later: false, control, learnt, actions })
        .unwrap();
}

fn presses(hub: &FakeHub) -> usize {
    hub.world().log.iter().filter(|event| matches!(event.body, EventBody::ButtonPressed { .. })).count()
}

fn press(id: ConversationId, button: &Button) -> Value {
    json!({"id": id, "button": button.id})
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_come_with_the_values_of_the_conversation_and_change_while_the_window_is_open() {
    let (hub, carmen) = carmen().await;
    let maya = Maya::signed_in(&hub).await;
    let one = json!({"id": carmen});
    let view = maya.until("both", "conversation.open", one.clone(), |view| view["buttons"][1].is_object()).await;
    let [refund_view, booking_view] = [&view["buttons"][0], &view["buttons"][1]];
    assert_eq!(
        *refund_view,
        json!({"id": refund().id, "title": "Refund", "description": "Back to the card.", "acts": true, "copies": false,
            "opens": false, "copy": null, "url": null, "unusable": null})
    );
    assert_eq!(booking_view["unusable"], "No value is known here for {conversation.custom.booking}.");
    assert_eq!((&booking_view["copy"], &booking_view["url"]), (&Value::Null, &Value::Null), "nothing half filled");

    knows(&hub, carmen, "NW 20418");
    let filled = |view: &Value| view["buttons"][1]["unusable"].is_null();
    let view = maya.until("the booking", "conversation.open", one.clone(), filled).await;
    assert_eq!(view["buttons"][1]["copy"], "NW 20418");
    assert_eq!(view["buttons"][1]["url"], "https://booking.example/NW%2020418?by=Maya%20Ortiz");

    hub.offers(vec![Button { title: "Give back".into(), ..refund() }]);
    let renamed = |view: &Value| view["buttons"].as_array().is_some_and(|all| all.len() == 1);
    let view = maya.until("the change", "conversation.open", one, renamed).await;
    assert_eq!(view["buttons"][0]["title"], "Give back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_reads_as_the_buttons_title_also_after_the_button_is_gone() {
    let (hub, carmen) = carmen().await;
    let maya = Maya::signed_in(&hub).await;
    maya.ok("conversation.pressButton", press(carmen, &refund())).await;
    assert_eq!(presses(&hub), 1);
    hub.offers(Vec::new());
    let page = json!({"id": carmen, "limit": 50});
    let told = |page: &Value| lines(page).contains(&"Maya Ortiz pressed Refund".to_owned());
    maya.until("the press", "conversation.entries", page, told).await;
    assert_eq!(maya.refused("conversation.pressButton", press(carmen, &refund())).await, "conversation.no_button");
    assert_eq!(presses(&hub), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_take_part_presses_no_action_but_may_look_things_up() {
    let (hub, _) = carmen().await;
    let other = hub.customer_comes("Ole Brand");
    hub.customer_writes(other, "Hello?");
    knows(&hub, other, "NW-7");
    let maya = Maya::signed_in(&hub).await;
    let view = maya.ok("conversation.open", json!({"id": other})).await;
    assert_eq!(view["buttons"][0]["unusable"], "Join the conversation first.");
    assert_eq!(view["buttons"][1]["unusable"], Value::Null);
    assert_eq!(maya.refused("conversation.pressButton", press(other, &refund())).await, "conversation.not_engaged");
    maya.ok("conversation.pressButton", press(other, &booking())).await;
    assert_eq!(*maya.browser.opened.lock().unwrap(), ["https://booking.example/NW-7?by=Maya%20Ortiz"]);
    assert!(hub.world().commands.iter().all(|sent| sent.conversation != other
        || !is_press(&sent.command)
        || matches!(&sent.command, AgentCommand::PressButton { action } if action == "refund")));
}

fn is_press(command: &AgentCommand) -> bool {
    matches!(command, AgentCommand::PressButton { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_without_the_network_waits_and_is_sent_once() {
    let (hub, carmen) = carmen().await;
    let maya = Maya::signed_in(&hub).await;
    let one = json!({"id": carmen});
    maya.until("the buttons", "conversation.open", one.clone(), |view| view["buttons"][0].is_object()).await;
    hub.go_down();
    maya.until_offline().await;
    let maya = maya.restart().await;
    let view = maya.ok("conversation.open", one).await;
    assert_eq!(view["buttons"][0]["unusable"], Value::Null, "known without the network, and after a restart");
    maya.ok("conversation.pressButton", press(carmen, &refund())).await;
    let queued = maya.ok("outbox.list", json!({})).await;
    assert_eq!(queued[0]["what"], "Press Refund");
    let page = json!({"id": carmen, "limit": 50});
    assert!(lines(&maya.ok("conversation.entries", page).await).contains(&"Press Refund".to_owned()));
    let maya = maya.restart().await;
    hub.come_back();
    hub.until("the press", |world| world.commands.iter().any(|sent| is_press(&sent.command))).await;
    maya.until("sent", "outbox.list", json!({}), |queued| *queued == json!([])).await;
    assert_eq!(presses(&hub), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_became_impossible_comes_back_with_the_reason() {
    let (hub, carmen) = carmen().await;
    let maya = Maya::signed_in(&hub).await;
    maya.until("the buttons", "conversation.open", json!({"id": carmen}), |view| view["buttons"][0].is_object()).await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.pressButton", press(carmen, &refund())).await;
    hub.world().buttons.clear();
    hub.come_back();
    let words = "Press a button for Carmen Menzel did not happen: this button is not offered any more, or not to you.";
    let told = maya.until_told("the refusal", |change| change["type"] == "toast" && change["tone"] == "bad").await;
    let said = told["text"].as_str().unwrap();
    assert!(said == words || said == words.replace("a button", "Refund"), "{said}");
    assert_eq!(presses(&hub), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_opened_after_the_hub_has_agreed_and_a_broken_browser_says_so() {
    let (hub, carmen) = carmen().await;
    let both = Button { url: Some("https://refunds.example/{conversation.id}".into()), ..refund() };
    hub.world().buttons = vec![both.clone()];
    let maya = Maya::signed_in(&hub).await;
    maya.until("the button", "conversation.open", json!({"id": carmen}), |view| view["buttons"][0].is_object()).await;
    // The desk has not been told yet.
    hub.world().buttons.clear();
    assert_eq!(maya.refused("conversation.pressButton", press(carmen, &both)).await, "conversation.no_button");
    assert!(maya.browser.opened.lock().unwrap().is_empty(), "nothing is opened for what was refused");
    hub.world().buttons = vec![both.clone()];
    maya.ok("conversation.pressButton", press(carmen, &both)).await;
    assert_eq!(*maya.browser.opened.lock().unwrap(), [format!("https://refunds.example/{carmen}")]);
    assert_eq!(presses(&hub), 1);
    maya.browser.is_broken.store(true, Ordering::Relaxed);
    assert_eq!(maya.refused("conversation.pressButton", press(carmen, &both)).await, "browser.failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_end_with_the_sign_in() {
    let (hub, carmen) = carmen().await;
    let maya = Maya::signed_in(&hub).await;
    maya.until("the buttons", "conversation.open", json!({"id": carmen}), |view| view["buttons"][0].is_object()).await;
    maya.ok("session.signOut", json!({})).await;
    let cache = tandem_desk::testing::open_cache(maya.folder(), &*maya.keychain).unwrap();
    let kept: u32 = cache.query_row("SELECT count(*) FROM meta WHERE key = 'buttons'", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 0);
}
