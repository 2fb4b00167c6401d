//! The main job: Carmen writes from a web page, Your Logic hands over, Maya is notified, joins, answers and completes.
//! Then Your Logic dies, and still no customer is left alone.

use std::path::PathBuf;

use anyhow::Result;
use tandem_testkit::hub_process::{HubOptions, HubProcess};
use tandem_tests::chat::Chat;
use tandem_tests::desktop::Desktop;
use tandem_tests::logic::SampleLogic;
use tandem_tests::stage::{Stage, program, repository};
use tandem_tests::window::{Thing, Window};

const MAYA: &str = "maya@northwind.example";
const HELP: Thing<'_> = Thing::Link("Help Needed");
const MINE: Thing<'_> = Thing::Link("My Conversations");
const LEFT: Thing<'_> = Thing::Link("Recently Left");
const ROW: Thing<'_> = Thing::Test("row");
const TRANSCRIPT: Thing<'_> = Thing::Test("transcript");

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_handed_over_answered_and_never_left_alone() -> Result<()> {
    let mut stage = Stage::new("main-job")?;
    let logic = SampleLogic::start(&mut stage)?;
    let options = HubOptions { logic: Some(logic.connection()), ..HubOptions::default() };
    let hub = HubProcess::start(&program("tandem-hub")?, &options)?;
    hub.add_user(MAYA, "Maya Ortiz", "supervisor")?;

    let desktop = Desktop::start(&mut stage, "maya").await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let mut carmen = Chat::open(&mut stage, "carmen", &hub.url).await?;

    // Carmen writes, and the sample logic answers.
    carmen.say("Hello! Is anybody there?").await?;
    carmen.sees("logic", "I'm the automatic assistant").await?;
    assert!(desktop.notifications.ledger().shown.is_empty(), "what Your Logic handles makes no noise");

    // She wants a person: a notification asks for one.
    carmen.choose("Talk to a person").await?;
    let call = desktop.notifications.offering("join").await?;
    assert!(call.summary.contains("needs help"), "{call:?}");
    maya.shows(Thing::Test("section-count-help"), "1").await?;

    // Maya presses Join on it: the window shows that conversation, and it is hers.
    desktop.notifications.press(&call, "join").await?;
    maya.shows(TRANSCRIPT, "Is anybody there?").await?;
    maya.shows(Thing::Css("h1"), "My Conversations").await?;
    maya.shows(Thing::Test("section-count-my"), "1").await?;
    maya.shows(Thing::Test("section-count-help"), "0").await?;
    let gone = |ledger: &tandem_tests::notifications::Ledger| (ledger.on_screen().count() == 0).then_some(());
    desktop.notifications.until("the call to be withdrawn", gone).await?;

    // She answers, and Carmen sees it.
    maya.write(Thing::Textbox("Message"), "Hi Carmen, this is Maya. What can I do for you?").await?;
    maya.click(Thing::Button("Send")).await?;
    carmen.sees("agent", "this is Maya").await?;
    carmen.say("My ferry to Bodø was cancelled.").await?;
    maya.shows(TRANSCRIPT, "My ferry to Bodø was cancelled.").await?;
    picture(&stage, &mut carmen).await?;
    // She reads it: who completes within a glance of new words is asked again.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;

    // She completes: no longer hers, but still at hand.
    maya.click(Thing::Button("Complete")).await?;
    maya.click(Thing::Button("Complete conversation")).await?;
    maya.shows(Thing::Test("section-count-my"), "0").await?;
    maya.click(MINE).await?;
    maya.lacks(ROW).await?;
    maya.click(LEFT).await?;
    maya.shows(ROW, "Completed").await?;
    maya.shows(Thing::Test("section-count-left"), "1").await?;

    // Your Logic dies. The next message lands in Help Needed, with the reason, and calls again.
    logic.kill(&mut stage)?;
    carmen.say("One more thing: is the cabin heated?").await?;
    maya.shows(Thing::Test("section-count-help"), "1").await?;
    maya.click(HELP).await?;
    maya.shows(ROW, "Your Logic cannot be reached").await?;
    let again = |ledger: &tandem_tests::notifications::Ledger| {
        ledger.on_screen().find(|shown| shown.body.contains("Your Logic cannot be reached")).cloned()
    };
    let call = desktop.notifications.until("a second call that says why", again).await?;
    assert!(call.offers("join"), "{call:?}");
    maya.close().await
}

/// The README's picture of the web chat, taken only on request.
async fn picture(stage: &Stage, carmen: &mut Chat) -> Result<()> {
    let is_wanted = std::env::var("TANDEM_SCREENSHOTS").is_ok_and(|value| value == "1");
    let folder: PathBuf = if is_wanted { repository().join("docs/screenshots") } else { stage.room("pictures")? };
    std::fs::create_dir_all(&folder)?;
    carmen.picture(&folder.join("web-chat.png")).await
}
