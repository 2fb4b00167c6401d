//! Notification services that are missing, die, hang, or lack features: nothing is lost, and the truth is shown.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tandem_testkit::hub_process::{BRAND, HubOptions, HubProcess, PASSWORD};
use tandem_testkit::people::{Agent, Customer};
use tandem_tests::desktop::Desktop;
use tandem_tests::notifications::{Ledger, Manner, Notifications, Shown};
use tandem_tests::stage::{Stage, program};
use tandem_tests::wait::{Look, until};
use tandem_tests::window::{Thing, Window};

const MAYA: &str = "maya@northwind.example";
const JONAS: &str = "jonas@northwind.example";

async fn people(stage: &str) -> Result<(Stage, HubProcess, Agent)> {
    let stage = Stage::new(stage)?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(MAYA, "Maya Ortiz", "agent")?;
    hub.add_user(JONAS, "Jonas Keller", "supervisor")?;
    let jonas = Agent::sign_in(&hub.url, JONAS, PASSWORD).await?;
    Ok((stage, hub, jonas))
}

/// A customer writes, and no one is there.
async fn calls(hub: &HubProcess, name: &str, words: &str) -> Result<Customer> {
    let mut customer = Customer::arrive(&hub.url, BRAND, name).await?;
    customer.write(words).await?;
    Ok(customer)
}

/// Waits until the ledger says this of Maya's alert for the customer's call.
async fn says(jonas: &Agent, customer: &Customer, what: &str, is_so: impl Fn(&Value) -> bool) -> Result<()> {
    let conversation = customer.conversation().await?;
    until(what, async || {
        let ledger = jonas.alerts(conversation).await?;
        let call = serde_json::to_value(ledger.calls.first())?;
        let alerts = call["alerts"].as_array().cloned().unwrap_or_default();
        let found = alerts.iter().any(|alert| alert["name"] == "Maya Ortiz" && is_so(alert));
        Ok(if found { Look::Found(()) } else { Look::Instead(call.to_string()) })
    })
    .await
}

/// Waits until a notification with this title is shown.
async fn shows(notifications: &Notifications, title: &str) -> Result<()> {
    let what = format!("{title:?} on the screen");
    let stands = |ledger: &Ledger| ledger.on_screen().any(|shown| shown.summary == title).then_some(());
    notifications.until(&what, stands).await
}

#[tokio::test(flavor = "multi_thread")]
async fn services_that_are_missing_die_or_hang_lose_nothing() -> Result<()> {
    let (mut stage, hub, jonas) = people("services").await?;
    let desktop = Desktop::bare(&mut stage, "maya")?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;

    // No service at all: the window says so before anything was lost, the list is right, and so is the ledger.
    maya.shows(Thing::Css(".failing"), "Notifications do not work").await?;
    let carmen = calls(&hub, "Carmen Menzel", "Where is my ferry?").await?;
    maya.shows(Thing::Test("section-count-help"), "1").await?;
    says(&jonas, &carmen, "no service for Carmen", |alert| alert["why"] == "no_service").await?;

    // A service starts, and shows what waits.
    let first = Notifications::serve(&desktop.bus).await?;
    shows(&first, "Carmen Menzel needs help").await?;
    maya.lacks(Thing::Css(".failing")).await?;
    says(&jonas, &carmen, "Carmen's call was shown", |alert| alert.get("shown").is_some()).await?;

    // It dies, and another shows what was shown, and what comes next.
    first.end().await?;
    let second = Notifications::serve(&desktop.bus).await?;
    shows(&second, "Carmen Menzel needs help").await?;
    let jana = calls(&hub, "Jana Novak", "Hello?").await?;
    shows(&second, "Jana Novak needs help").await?;
    says(&jonas, &jana, "Jana's call was shown", |alert| alert.get("shown").is_some()).await?;

    // A service that never answers: the window continues, and the ledger knows.
    second.end().await?;
    let hanging = Notifications::serve_as(&desktop.bus, Manner { hangs: true, ..Manner::default() }).await?;
    let luis = calls(&hub, "Luis Carvalho", "Anybody?").await?;
    maya.shows(Thing::Test("section-count-help"), "3").await?;
    says(&jonas, &luis, "no service for Luis", |alert| alert["why"] == "no_service").await?;
    ensure!(maya.run("return 6 * 7").await? == 42, "the page answers");
    maya.shows(Thing::Css(".failing"), "Notifications do not work").await?;

    // A good one at last.
    hanging.end().await?;
    let last = Notifications::serve(&desktop.bus).await?;
    for name in ["Carmen Menzel", "Jana Novak", "Luis Carvalho"] {
        shows(&last, &format!("{name} needs help")).await?;
    }
    ensure!(last.ledger().shown.len() == 3, "each once: {}", last.ledger());
    maya.close().await
}

/// A name with markup, a direction mark, and line breaks.
const HOSTILE: &str = "<b>Mallory</b> \u{202e}\u{7}&amp;";

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_buttons_shows_hostile_words_safely_and_still_opens() -> Result<()> {
    let (mut stage, hub, _jonas) = people("plain").await?;
    let manner = Manner { capabilities: vec!["body", "body-markup"], ..Manner::default() };
    let desktop = Desktop::start_as(&mut stage, "maya", manner).await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let words = format!("<img src=x onerror=alert(1)>\u{202e}{}", "long ".repeat(1_500));
    let _mallory = calls(&hub, HOSTILE, &words).await?;
    let shown = desktop.notifications.offering("default").await?;
    ensure!(shown.actions.len() == 1, "no buttons where there are none: {:?}", shown.actions);
    ensure!(shown.summary == "<b>Mallory</b> &amp; needs help", "{:?}", shown.summary);
    ensure!(shown.body.contains("&lt;img src=x onerror=alert(1)&gt;"), "{:?}", shown.body);
    ensure!(!shown.body.contains(['<', '>', '\u{202e}']), "{:?}", shown.body);
    ensure!(shown.body.chars().count() < 700, "{} characters", shown.body.chars().count());
    desktop.notifications.press(&shown, "default").await?;
    maya.shows(Thing::Test("transcript"), "<img src=x onerror=alert(1)>").await?;
    maya.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_the_notification_and_a_press_on_what_has_gone() -> Result<()> {
    let (mut stage, hub, mut jonas) = people("answered").await?;
    let manner =
        Manner { capabilities: vec!["actions", "body", "inline-reply"], closes_late: true, ..Manner::default() };
    let desktop = Desktop::start_as(&mut stage, "maya", manner).await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;

    // Maya presses Join, looks elsewhere, and answers without coming back.
    let mut carmen = calls(&hub, "Carmen Menzel", "Where is my ferry?").await?;
    let call = desktop.notifications.offering("join").await?;
    ensure!(!call.offers("inline-reply"), "a call is not answered in a notification: {:?}", call.actions);
    desktop.notifications.press(&call, "join").await?;
    maya.shows(Thing::Test("transcript"), "Where is my ferry?").await?;
    maya.run(
        "Object.defineProperty(document, 'hasFocus', { value: () => false }); window.dispatchEvent(new Event('blur'))",
    )
    .await?;
    carmen.write("Are you there?").await?;
    let wrote = desktop.notifications.offering("inline-reply").await?;
    desktop.notifications.reply(&wrote, "It leaves at six.").await?;
    maya.shows(Thing::Test("transcript"), "It leaves at six.").await?;

    // Jonas is quicker, in the very moment in which Maya presses.
    for (name, completes) in [("Jana Novak", false), ("Luis Carvalho", true)] {
        let customer = calls(&hub, name, "Hello?").await?;
        let is_it = |shown: &&Shown| shown.offers("join") && shown.summary.contains(name);
        let call = desktop.notifications.until(name, |ledger| ledger.on_screen().find(is_it).cloned()).await?;
        let id = customer.conversation().await?;
        jonas.wait_until("the call", |desk| desk.conversation(id).is_some_and(|state| state.help.is_some())).await?;
        jonas.join(id).await?;
        if completes {
            jonas.complete(id, "").await?;
        }
        let gone = |ledger: &Ledger| ledger.withdrawn.iter().any(|(id, _)| *id == call.id).then_some(());
        desktop.notifications.until("the call to be withdrawn", gone).await?;
        desktop.notifications.press(&call, "default").await.context("the press")?;
        // What a colleague has taken is theirs to read: the window says who has it, and shows nothing of it.
        maya.shows(Thing::Css("main h2"), &format!("Jonas Keller took the call for help from {name}")).await?;
        maya.lacks(Thing::Test("transcript")).await?;
    }
    maya.close().await
}
