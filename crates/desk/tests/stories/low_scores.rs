//! Low scores: supervisors are told once of each review, and calls for help come first.

use serde_json::{Value, json};
use tandem_conversation::{Command, ConversationId, Participant, ReviewPlan, Role};
use tandem_desk::words::Spoken;
use tandem_desk::{Action, Urgency};

use crate::desk::Maya;
use crate::hub::{FakeHub, Shared};

const CARMEN: &str = "Carmen Menzel gave 1 of 5";

async fn hub_that_asks() -> Shared {
    let hub = FakeHub::start().await;
    hub.world().reviews = Some(ReviewPlan { delay_s: 0, ..ReviewPlan::default() });
    hub
}

/// A customer whose conversation `agent` has completed, and who was asked for a review.
fn asked(hub: &FakeHub, name: &str, agent: &str) -> ConversationId {
    let id = hub.customer_comes(name);
    hub.joins(id, agent);
    hub.replies(id, agent, "It is on its way.");
    hub.completes(id, agent);
    hub.run(id, Participant::System, Command::Tick).unwrap();
    assert!(hub.world().states[&id].review.is_some(), "{name} was asked");
    id
}

async fn choose(maya: &Maya, what: &str, value: Value) {
    let mut settings = maya.ok("app.state", json!({})).await["settings"].clone();
    settings["notifications"][what] = value;
    maya.ok("settings.set", settings).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_low_score_is_told_once_and_opens_where_it_was_given() {
    let hub = hub_that_asks().await;
    let maya = Maya::signed_in(&hub).await;
    let (carmen, jana) = (asked(&hub, "Carmen Menzel", "Jonas Keller"), asked(&hub, "Jana Novak", "Jonas Keller"));
    hub.customer_rates(carmen, 1, "Nobody called me back.");
    maya.notifier.until("the score", |screen| screen.titles() == [CARMEN]).await;
    let (_, shown) = maya.notifier.standing().remove(0);
    assert_eq!(shown.body, "Nobody called me back.");
    assert_eq!((shown.actions, shown.urgency), (vec![Action::Open], Urgency::Normal));
    assert!(maya.notifier.heard().is_empty(), "nobody waits: it makes no sound unless the user wants one");

    let maya = maya.restart().await;
    maya.until_live().await;
    // Without the customer's words.
    choose(&maya, "preview", json!(false)).await;
    hub.customer_rates(jana, 2, "Slow");
    let title = "Jana Novak gave 2 of 5";
    maya.notifier.until("Jana's score", |screen| screen.titles() == [title]).await;
    let (_, shown) = maya.notifier.standing().remove(0);
    assert_eq!(shown.body, "");
    assert_eq!(maya.notifier.shown().iter().filter(|shown| *shown == CARMEN).count(), 1, "once for each review");
    maya.notifier.press(title, Action::Open);
    let open = maya.until_told("open", |change| change["type"] == "open").await;
    let position = hub.world().states[&jana].position;
    assert_eq!(open, json!({"type": "open", "id": jana, "section": null, "key": format!("{jana}-{position}")}));
    let at_it = json!({"id": jana, "around": open["key"], "limit": 5});
    let there = |view: &Value| {
        let entries = view["entries"].as_array();
        entries.is_some_and(|entries| entries.iter().any(|entry| entry["key"] == open["key"]))
    };
    maya.until("the line of the score", "conversation.entries", at_it, there).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_low_score_is_over_when_it_was_looked_at_or_became_better() {
    let hub = hub_that_asks().await;
    let maya = Maya::signed_in(&hub).await;
    let (carmen, jana) = (asked(&hub, "Carmen Menzel", "Jonas Keller"), asked(&hub, "Jana Novak", "Jonas Keller"));
    hub.customer_rates(carmen, 1, "");
    maya.notifier.until("the score", |screen| screen.titles() == [CARMEN]).await;
    maya.ok("window.looking", json!({"id": carmen})).await;
    maya.notifier.until("nothing", |screen| screen.titles().is_empty()).await;
    let position = hub.world().states[&carmen].position;
    maya.ok("conversation.seen", json!({"id": carmen, "upTo": position})).await;
    maya.ok("window.looking", json!({"id": null})).await;

    hub.customer_rates(jana, 2, "");
    maya.notifier.until("Jana's score", |screen| screen.titles() == ["Jana Novak gave 2 of 5"]).await;
    hub.customer_rates(jana, 1, "Nobody answers");
    maya.notifier.until("what it is now", |screen| screen.titles() == ["Jana Novak gave 1 of 5"]).await;
    hub.customer_rates(jana, 5, "It has come!");
    maya.notifier.until("nothing", |screen| screen.titles().is_empty()).await;
    assert_eq!(maya.notifier.shown().len(), 2, "neither is told again");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_user_chooses_which_scores_are_low() {
    let hub = hub_that_asks().await;
    let maya = Maya::signed_in(&hub).await;
    let three = asked(&hub, "Carmen Menzel", "Jonas Keller");
    hub.customer_rates(three, 3, "");
    let jana = asked(&hub, "Jana Novak", "Jonas Keller");
    hub.customer_rates(jana, 2, "");
    maya.notifier.until("Jana's score", |screen| screen.titles() == ["Jana Novak gave 2 of 5"]).await;
    choose(&maya, "lowScoreUpTo", json!(3)).await;
    maya.notifier.until("3 of 5, too", |screen| screen.titles().len() == 2).await;
    choose(&maya, "lowScoreUpTo", json!(1)).await;
    maya.notifier.until("neither", |screen| screen.titles().is_empty()).await;
    let mut settings = maya.ok("app.state", json!({})).await["settings"].clone();
    for wrong in [0, 4] {
        settings["notifications"]["lowScoreUpTo"] = json!(wrong);
        assert_eq!(maya.refused("settings.set", settings.clone()).await, "settings.low_score");
    }
    choose(&maya, "lowScore", json!("off")).await;
    let dana = asked(&hub, "Dana Weiss", "Jonas Keller");
    hub.customer_rates(dana, 1, "");
    let eva = hub.customer_comes("Eva Brandt");
    hub.customer_writes(eva, "Hello?");
    maya.notifier.until("Eva's call", |screen| screen.titles() == ["Eva Brandt needs help"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_are_not_told_of_the_scores_that_they_get() {
    let hub = hub_that_asks().await;
    hub.world().permissions = Role::Agent.permissions();
    let maya = Maya::signed_in(&hub).await;
    let carmen = asked(&hub, "Carmen Menzel", "Maya Ortiz");
    hub.customer_rates(carmen, 1, "");
    // A call is the sign that the desk has looked at what came before.
    let jana = hub.customer_comes("Jana Novak");
    hub.customer_writes(jana, "Hello?");
    maya.notifier.until("Jana's call", |screen| screen.titles() == ["Jana Novak needs help"]).await;
    assert_eq!(maya.notifier.shown().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_low_scores_take_no_place_from_calls_for_help() {
    let hub = hub_that_asks().await;
    let maya = Maya::signed_in(&hub).await;
    choose(&maya, "queueLong", json!("off")).await;
    for n in 0..7 {
        hub.customer_rates(asked(&hub, &format!("Customer {n}"), "Jonas Keller"), 1, "");
    }
    maya.notifier.until("five of them", |screen| screen.titles().len() == 5).await;
    for n in 0..5 {
        hub.customer_writes(hub.customer_comes(&format!("Caller {n}")), "Hello?");
    }
    maya.notifier.until("each call for itself", |screen| screen.titles().len() == 10).await;
    let titles = maya.notifier.titles();
    assert_eq!(titles.iter().filter(|title| title.ends_with("needs help")).count(), 5, "{titles:?}");
    hub.customer_writes(hub.customer_comes("Caller 5"), "Hello?");
    let group = "6 conversations need help".to_owned();
    maya.notifier.until("one for all six", |screen| screen.titles().contains(&group)).await;
    maya.notifier.press(&group, Action::Open);
    let open = maya.until_told("open", |change| change["type"] == "open").await;
    assert_eq!(open["section"], "help", "the longest call, not the oldest score");
    maya.notifier.dismiss("Customer 0 gave 1 of 5");
    let sixth = "Customer 5 gave 1 of 5".to_owned();
    maya.notifier.until("the next score in its place", |screen| screen.titles().contains(&sixth)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_low_score_is_told_in_the_users_language() {
    let hub = hub_that_asks().await;
    let maya = Maya::signed_out_in(Spoken::De).await;
    maya.sign_in(&hub).await;
    hub.customer_rates(asked(&hub, "Carmen Menzel", "Jonas Keller"), 1, "Niemand hat mich angerufen.");
    maya.notifier.until("the score", |screen| screen.titles() == ["Carmen Menzel gab 1 von 5"]).await;
}
