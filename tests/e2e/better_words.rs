//! A better wording for a reply, in the real window: requested, compared, undone, accepted, and sent by Maya only.

use anyhow::Result;
use tandem_testkit::hub_process::{HubOptions, HubProcess};
use tandem_tests::chat::Chat;
use tandem_tests::desktop::Desktop;
use tandem_tests::logic::SampleLogic;
use tandem_tests::stage::{Stage, program};
use tandem_tests::wait::{Look, until};
use tandem_tests::window::{Thing, Window};

const MAYA: &str = "maya@northwind.example";
const TRANSCRIPT: Thing<'_> = Thing::Test("transcript");
const FIELD: Thing<'_> = Thing::Textbox("Message");
const BETTER: Thing<'_> = Thing::Css("[aria-label='Rewrite']");
/// Ctrl and I, as the keyboard sends them.
const CTRL_I: &str = "\u{e009}i\u{e009}";

#[tokio::test(flavor = "multi_thread")]
async fn a_hurried_reply_is_improved_and_sent_by_the_agent_alone() -> Result<()> {
    let mut stage = Stage::new("better-words")?;
    let logic = SampleLogic::start(&mut stage)?;
    let options = HubOptions { logic: Some(logic.connection()), ..HubOptions::default() };
    let hub = HubProcess::start(&program("tandem-hub")?, &options)?;
    hub.add_user(MAYA, "Maya Ortiz", "supervisor")?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let mut carmen = Chat::open(&mut stage, "carmen", &hub.url).await?;
    carmen.say("A human, please").await?;
    let call = desktop.notifications.offering("join").await?;
    desktop.notifications.press(&call, "join").await?;
    maya.shows(TRANSCRIPT, "A human, please").await?;

    maya.write(FIELD, "ok we refund u tomorow").await?;
    maya.click(Thing::Button("Improve")).await?;
    maya.shows(BETTER, "All right we refund you tomorrow.").await?;
    let pictures = stage.room("pictures")?;
    for theme in ["light", "dark"] {
        maya.dress(theme).await?;
        maya.picture(&pictures.join(format!("better-words-{theme}.png"))).await?;
    }

    // Taken, and back, by keyboard and by press.
    maya.write_on(FIELD, CTRL_I).await?;
    holds(&maya, "All right we refund you tomorrow.").await?;
    maya.click(Thing::Button("Back to mine")).await?;
    holds(&maya, "ok we refund u tomorow").await?;
    maya.write_on(FIELD, CTRL_I).await?;
    maya.has(Thing::Css("[aria-label='Rewrite'] ins")).await?;
    maya.write_on(FIELD, CTRL_I).await?;
    holds(&maya, "All right we refund you tomorrow.").await?;

    // Until now nothing has been sent.
    assert!(!carmen.transcript().await?.iter().any(|turn| turn.text.contains("refund")), "nothing is sent by itself");
    maya.click(Thing::Button("Send")).await?;
    carmen.sees("agent", "All right we refund you tomorrow.").await?;

    // A good text is left alone, and without Your Logic the text stays.
    maya.write(FIELD, "See you then.").await?;
    maya.click(Thing::Button("Improve")).await?;
    maya.shows(BETTER, "Looks good already").await?;
    logic.kill(&mut stage)?;
    maya.write_on(FIELD, " bye").await?;
    maya.lacks(BETTER).await?;
    maya.click(Thing::Button("Improve")).await?;
    maya.shows(BETTER, "Your Logic cannot be reached").await?;
    holds(&maya, "See you then. bye").await?;
    maya.close().await
}

/// The field contains exactly this text.
async fn holds(maya: &Window, words: &str) -> Result<()> {
    until(&format!("the field to hold {words:?}"), async || {
        let held = maya.run("return document.querySelector('[data-testid=composer] textarea').value").await?;
        Ok(if held == words { Look::Found(()) } else { Look::Instead(held) })
    })
    .await
}
