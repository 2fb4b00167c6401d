//! Trustworthy alerts: the ledger matches what the system was asked to show.

use std::fmt::Debug;

use anyhow::Result;
use serde_json::Value;
use tandem_testkit::hub_process::{BRAND, HubOptions, HubProcess, PASSWORD};
use tandem_testkit::people::{Agent, Customer, Desk};
use tandem_tests::desktop::Desktop;
use tandem_tests::dunst::Past;
use tandem_tests::notifications::Ledger;
use tandem_tests::seat::Seat;
use tandem_tests::stage::{Stage, program};
use tandem_tests::wait::{Look, until};
use tandem_tests::window::{Thing, Window};

const MAYA: &str = "maya@northwind.example";
const JONAS: &str = "jonas@northwind.example";

/// One alert from the hub's ledger.
fn alert(ledger: &impl Debug, alerts: &Value, name: &str) -> Result<Value> {
    let found = alerts.as_array().and_then(|all| all.iter().find(|alert| alert["name"] == name).cloned());
    found.ok_or_else(|| anyhow::anyhow!("nothing about {name} in {ledger:?}"))
}

/// Waits until the ledger of the newest call has exactly these steps of a user.
async fn says(jonas: &Agent, carmen: &Customer, name: &str, steps: &[&str]) -> Result<Value> {
    let conversation = carmen.conversation().await?;
    until(&format!("{name}: {steps:?}"), async || {
        let ledger = jonas.alerts(conversation).await?;
        let call = serde_json::to_value(ledger.calls.first())?;
        let Ok(alert) = alert(&ledger, &call["alerts"], name) else { return Ok(Look::Instead(call.to_string())) };
        let all = ["shown", "muted", "clicked", "joined", "expired"];
        let happened: Vec<_> = all.into_iter().filter(|step| alert.get(*step).is_some()).collect();
        Ok(if happened == steps { Look::Found(alert) } else { Look::Instead(alert.to_string()) })
    })
    .await
}

fn nothing_stands(ledger: &Ledger) -> Option<()> {
    (ledger.on_screen().count() == 0).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_says_what_the_system_was_asked_to_show() -> Result<()> {
    let mut stage = Stage::new("alerts")?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(MAYA, "Maya Ortiz", "agent")?;
    hub.add_user(JONAS, "Jonas Keller", "supervisor")?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let mut jonas = Agent::sign_in(&hub.url, JONAS, PASSWORD).await?;

    // A call is shown to Maya; Jonas takes it, and it leaves her screen.
    let mut carmen = Customer::arrive(&hub.url, BRAND, "Carmen Menzel").await?;
    carmen.write("Where is my ferry?").await?;
    let call = desktop.notifications.offering("join").await?;
    assert!(call.summary.contains("Carmen Menzel needs help"), "{call:?}");
    says(&jonas, &carmen, "Maya Ortiz", &["shown"]).await?;
    let id = carmen.conversation().await?;
    jonas.wait_until("the call", |desk| desk.conversation(id).is_some_and(|state| state.help.is_some())).await?;
    jonas.join(id).await?;
    desktop.notifications.until("the call to be withdrawn", nothing_stands).await?;
    maya.shows(Thing::Test("section-count-help"), "0").await?;
    says(&jonas, &carmen, "Maya Ortiz", &["shown", "expired"]).await?;
    says(&jonas, &carmen, "Jonas Keller", &["joined"]).await?;

    // Maya turns on do-not-disturb: the hub is told so, and again when she can notice alerts.
    desktop.notifications.disturb(false).await?;
    let mut jana = Customer::arrive(&hub.url, BRAND, "Jana Novak").await?;
    jana.write("Hello?").await?;
    let muted = says(&jonas, &jana, "Maya Ortiz", &["muted"]).await?;
    assert_eq!(muted["why"], "do_not_disturb");
    desktop.notifications.disturb(true).await?;
    says(&jonas, &jana, "Maya Ortiz", &["shown", "muted"]).await?;

    // She presses it.
    let call = desktop.notifications.offering("join").await?;
    desktop.notifications.press(&call, "join").await?;
    maya.shows(Thing::Test("transcript"), "Hello?").await?;
    says(&jonas, &jana, "Maya Ortiz", &["shown", "muted", "clicked", "joined"]).await?;
    assert_eq!(desktop.notifications.ledger().shown.len(), 2, "each call was shown once");

    // After another sign-in in the same program the buttons lead somewhere, too.
    maya.click(Thing::Css(".me-button")).await?;
    maya.click(Thing::Css(".menu .menu-item:last-child")).await?;
    maya.click(Thing::Css("dialog[open] button.primary")).await?;
    maya.write(Thing::Textbox("Password"), PASSWORD).await?;
    maya.click(Thing::Button("Sign in")).await?;
    maya.shows(Thing::Test("status-connection"), "Live").await?;
    let mut nina = Customer::arrive(&hub.url, BRAND, "Nina Weber").await?;
    nina.write("Anybody there?").await?;
    let call = desktop.notifications.until("Nina's call", |ledger| {
        ledger.on_screen().find(|shown| shown.summary.contains("Nina Weber") && shown.offers("join")).cloned()
    });
    let call = call.await?;
    desktop.notifications.press(&call, "join").await?;
    maya.shows(Thing::Test("transcript"), "Anybody there?").await?;
    maya.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_desk_left_on_the_screen_is_replaced_by_what_works() -> Result<()> {
    let mut stage = Stage::new("killed")?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(MAYA, "Maya Ortiz", "agent")?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let screen = &desktop.notifications;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let mut carmen = Customer::arrive(&hub.url, BRAND, "Carmen Menzel").await?;
    carmen.write("Where is my ferry?").await?;
    let dead = screen.offering("join").await?;
    maya.signal("KILL").await?;
    assert_eq!(screen.ledger().on_screen().count(), 1, "nobody took it away");

    // The next start takes it away, and nothing else; the call is shown once, and joined from there.
    let maya = Window::again(&mut stage, &desktop, &hub).await?;
    let works = |ledger: &Ledger| ledger.on_screen().find(|shown| shown.id != dead.id).cloned();
    let call = screen.until("the call, shown afresh", works).await?;
    assert!(call.summary.contains("Carmen Menzel needs help"), "{call:?}");
    screen.until("the dead one to be gone", |ledger| (ledger.on_screen().count() == 1).then_some(())).await?;
    let withdrawn: Vec<_> = screen.ledger().withdrawn.iter().map(|(id, _)| *id).collect();
    assert_eq!((screen.ledger().shown.len(), withdrawn), (2, vec![dead.id]));
    screen.press(&call, "join").await?;
    maya.shows(Thing::Test("transcript"), "Where is my ferry?").await?;
    screen.until("the call to be withdrawn", nothing_stands).await?;

    // Told to end, the desk leaves nothing.
    let mut jana = Customer::arrive(&hub.url, BRAND, "Jana Novak").await?;
    jana.write("Hello?").await?;
    screen.offering("join").await?;
    maya.signal("TERM").await?;
    assert_eq!(screen.ledger().on_screen().count(), 0, "{}", screen.ledger());
    let maya = Window::again(&mut stage, &desktop, &hub).await?;
    let call = screen.offering("join").await?;
    assert!(call.summary.contains("Jana Novak needs help"), "{call:?}");
    maya.close().await
}

/// A name with markup, a direction mark, and long words.
const HOSTILE: &str = "<b>Mallory</b> \u{202e}&";

#[tokio::test(flavor = "multi_thread")]
async fn a_real_notification_daemon_shows_what_the_ledger_says() -> Result<()> {
    let mut stage = Stage::new("dunst")?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(MAYA, "Maya Ortiz", "agent")?;
    hub.add_user(JONAS, "Jonas Keller", "supervisor")?;
    let desktop = Desktop::start_with_dunst(&mut stage, "maya").await?;
    let dunst = &desktop.notifications;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let mut jonas = Agent::sign_in(&hub.url, JONAS, PASSWORD).await?;

    // A click opens the conversation and puts the notification away.
    let mut carmen = Customer::arrive(&hub.url, BRAND, "Carmen Menzel").await?;
    carmen.write("Where is my ferry?").await?;
    dunst.shows(1, 0).await?;
    says(&jonas, &carmen, "Maya Ortiz", &["shown"]).await?;
    dunst.click().await?;
    maya.shows(Thing::Test("transcript"), "Where is my ferry?").await?;
    dunst.shows(0, 0).await?;
    says(&jonas, &carmen, "Maya Ortiz", &["shown", "clicked"]).await?;

    // A deceptive name, and a megabyte, as far as the web chat allows.
    let mut mallory = Customer::arrive(&hub.url, BRAND, HOSTILE).await?;
    mallory.write(&"<img src=x> ".repeat(300)).await?;
    dunst.shows(1, 0).await?;
    let id = mallory.conversation().await?;
    jonas.wait_until("the call", |desk| desk.conversation(id).is_some_and(|state| state.help.is_some())).await?;
    jonas.join(id).await?;
    dunst.shows(0, 0).await?;
    let Past { summary, body } = dunst.history().await?.into_iter().next().expect("it was shown");
    assert_eq!(summary, "<b>Mallory</b> & needs help");
    assert!(body.contains("&lt;img src=x&gt;") && !body.contains("<img"), "{body}");

    // Do not disturb: nothing on screen, and the ledger says so until it ends.
    dunst.pause(true).await?;
    let mut jana = Customer::arrive(&hub.url, BRAND, "Jana Novak").await?;
    jana.write("Hello?").await?;
    dunst.shows(0, 1).await?;
    says(&jonas, &jana, "Maya Ortiz", &["muted"]).await?;
    dunst.pause(false).await?;
    dunst.shows(1, 0).await?;
    says(&jonas, &jana, "Maya Ortiz", &["shown", "muted"]).await?;
    maya.close().await
}

/// As WebDriver names the key.
const ENTER: &str = "\u{e007}";

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_is_notified_opened_at_the_note_and_answered_with_another() -> Result<()> {
    let mut stage = Stage::new("mentions")?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(MAYA, "Maya Ortiz", "agent")?;
    hub.add_user(JONAS, "Jonas Keller", "supervisor")?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let mut jonas = Agent::sign_in(&hub.url, JONAS, PASSWORD).await?;
    let user = jonas.desk.people.iter().find(|one| one.name == "Maya Ortiz").map(|one| one.user);
    let user = user.ok_or_else(|| anyhow::anyhow!("the hub tells of nobody called Maya"))?;

    let mut carmen = Customer::arrive(&hub.url, BRAND, "Carmen Menzel").await?;
    carmen.write("Where is my ferry?").await?;
    let call = desktop.notifications.offering("join").await?;
    desktop.notifications.press(&call, "join").await?;
    maya.shows(Thing::Test("transcript"), "Where is my ferry?").await?;
    maya.run("Object.defineProperty(document, 'hasFocus', { value: () => false }); dispatchEvent(new Event('blur'))")
        .await?;

    // Jonas only looks on, and asks her.
    let id = carmen.conversation().await?;
    jonas.note(id, "@Maya Ortiz is it the one at six?", &[user]).await?;
    let titled = |ledger: &Ledger| {
        ledger.on_screen().find(|shown| shown.summary == "Jonas Keller mentions you: Carmen Menzel").cloned()
    };
    let mention = desktop.notifications.until("the mention", titled).await?;
    desktop.notifications.press(&mention, "default").await?;
    maya.shows(Thing::Css("[data-found]"), "You are mentioned").await?;

    // She answers him in a note of her own, by key.
    maya.click(Thing::Button("Note")).await?;
    maya.write(Thing::Textbox("Note"), "@Jon").await?;
    maya.shows(Thing::Css("#mentionable"), "Jonas Keller").await?;
    maya.write_on(Thing::Textbox("Note"), ENTER).await?;
    maya.lacks(Thing::Css("#mentionable")).await?;
    maya.write_on(Thing::Textbox("Note"), &format!("It is.{ENTER}")).await?;
    jonas
        .wait_until("the answer", |desk| {
            desk.conversation(id).is_some_and(|state| {
                state
                    .mentions
                    .iter()
                    .any(|mention| mention.words == "@Jonas Keller It is." && mention.by.user() == Some(user))
            })
        })
        .await?;
    maya.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_locked_screen_nobody_is_told_what_customers_write_and_who_is_away_is_not_called() -> Result<()> {
    let mut stage = Stage::new("seat")?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(MAYA, "Maya Ortiz", "agent")?;
    hub.add_user(JONAS, "Jonas Keller", "supervisor")?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let seat = Seat::serve(desktop.bus()).await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let mut jonas = Agent::sign_in(&hub.url, JONAS, PASSWORD).await?;
    let is_there = async |jonas: &mut Agent, there: bool| {
        let is_so = |desk: &Desk| desk.people.iter().any(|one| one.name == "Maya Ortiz" && one.available == there);
        jonas.wait_until(&format!("Maya to be available: {there}"), is_so).await
    };
    is_there(&mut jonas, true).await?;

    // Maya is away: the hub gets one bit, and she is not among the first who are called.
    seat.leave(true).await;
    is_there(&mut jonas, false).await?;
    let mut carmen = Customer::arrive(&hub.url, BRAND, "Carmen Menzel").await?;
    carmen.write("Where is my ferry?").await?;
    says(&jonas, &carmen, "Jonas Keller", &[]).await?;
    assert!(desktop.notifications.ledger().shown.is_empty(), "nobody would see it");
    seat.leave(false).await;
    is_there(&mut jonas, true).await?;
    let call = desktop.notifications.offering("join").await?;
    assert!(call.body.contains("Where is my ferry?"), "{call:?}");
    desktop.notifications.press(&call, "join").await?;
    maya.shows(Thing::Test("transcript"), "Where is my ferry?").await?;

    // The screen is locked: passers-by read nothing of what Carmen writes.
    seat.lock(true).await;
    is_there(&mut jonas, false).await?;
    carmen.write("My card is 4111 1111").await?;
    let told = desktop
        .notifications
        .until("a word that Carmen wrote", |ledger| {
            ledger.shown.iter().find(|shown| shown.summary == "Carmen Menzel").cloned()
        })
        .await?;
    assert!(!format!("{told:?}").contains("4111"), "{told:?}");
    let id = carmen.conversation().await?;
    let seen = |desk: &Desk| desk.conversation(id).is_some_and(|state| state.receipts.desk_seen >= state.last_customer);
    let written = |desk: &Desk| {
        let words = desk.conversation(id).and_then(|state| state.last_words.as_ref());
        words.is_some_and(|words| words.text.contains("4111"))
    };
    jonas.wait_until("what Carmen wrote", written).await?;
    assert!(!seen(&jonas.desk), "nobody has seen it");
    seat.lock(false).await;
    jonas.wait_until("what Carmen wrote to be seen", seen).await?;
    maya.close().await
}
