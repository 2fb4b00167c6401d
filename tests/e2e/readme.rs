//! The README's pictures of the desk at work: Maya serves two brands, has taken over two customers whom Your Logic handed
//! over, and more are waiting.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;
use tandem_conversation::{Availability, Section};
use tandem_protocol::agents::Whereabouts;
use tandem_testkit::hub_process::{HubOptions, HubProcess, PASSWORD};
use tandem_testkit::people::{Agent, Desk};
use tandem_tests::desktop::Desktop;
use tandem_tests::logic::SampleLogic;
use tandem_tests::stage::{Stage, program, repository};
use tandem_tests::window::{Thing, Window};

const MAYA: &str = "maya@northwind.example";
const SPEED: u32 = 6;
const HELP: Thing<'_> = Thing::Link("Help Needed");
const MINE: Thing<'_> = Thing::Link("My Conversations");
const REPORT_KEY: &str =
    "dispatchEvent(new KeyboardEvent('keydown', { key: 'r', code: 'KeyR', altKey: true, bubbles: true }))";
const TRANSCRIPT: Thing<'_> = Thing::Test("transcript");

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_at_work_names_the_brands_and_shows_what_your_logic_hands_over() -> Result<()> {
    let mut stage = Stage::new("readme")?;
    let logic = SampleLogic::start_at(&mut stage, SPEED)?;
    let options = HubOptions { logic: Some(logic.connection()), ..HubOptions::default() };
    let hub = HubProcess::start(&program("tandem-hub")?, &options)?;
    hub.add_brand("halvard", "Halvard Bank")?;
    hub.add_user(MAYA, "Maya Ortiz", "supervisor")?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    for (brand, dialogues) in [("northwind", &["travel", "shop"][..]), ("halvard", &["bank"])] {
        come(&mut stage, &hub, brand, dialogues)?;
    }

    maya.click(HELP).await?;
    join(&maya, "Ruth Ellery").await?;
    maya.click(HELP).await?;
    join(&maya, "Carmen Menzel").await?;
    maya.shows(TRANSCRIPT, "She can't fly alone").await?;
    maya.shows(Thing::Css("aside"), "Fly with her daughter, today").await?;
    maya.click(MINE).await?;
    maya.shows(Thing::Test("section-count-my"), "2").await?;
    for brand in ["Halvard Bank", "Northwind"] {
        maya.shows(Thing::Test("row"), brand).await?;
    }
    open(&maya, "Carmen Menzel").await?;
    maya.shows(TRANSCRIPT, "She can't fly alone").await?;
    pictures(&stage, &maya, "desk").await?;

    // She supervises, too: two colleagues are here, and one of them has a customer.
    let (mut liam, priya) =
        (colleague(&hub, "liam", "Liam Chen").await?, colleague(&hub, "priya", "Priya Nair").await?);
    priya.is(Whereabouts { status: Some(Availability::Busy), ..Whereabouts::takes_calls(false) })?;
    liam.is(Whereabouts { status: Some(Availability::Available), ..Whereabouts::takes_calls(true) })?;
    let first = |desk: &Desk| desk.section(Section::Help).first().map(|state| state.id);
    let call = liam.wait_for("a call for help", first).await?;
    liam.join(call).await?;
    maya.click(Thing::Link("Live board")).await?;
    maya.shows(Thing::Test("board-row"), "Liam Chen").await?;
    maya.shows(Thing::Css("[data-testid=day-conversations_started]"), "New conversations").await?;
    pictures(&stage, &maya, "board").await?;

    // Later the day is reported: some have gone, helped by a colleague.
    liam.reply(call, "I have asked for it, and it comes by e-mail today.").await?;
    liam.complete(call, "").await?;
    maya.run(REPORT_KEY).await?;
    maya.shows(Thing::Test("report-person"), "Liam Chen").await?;
    pictures(&stage, &maya, "report").await?;
    maya.close().await
}

/// Customers of a brand begin to write.
fn come(stage: &mut Stage, hub: &HubProcess, brand: &str, dialogues: &[&str]) -> Result<()> {
    let mut player = stage.command(&program("tandem-player")?, brand)?;
    player.args(["--hub", &hub.url, "--brand", brand, "--speed", &SPEED.to_string(), "--stagger", "1"]);
    for dialogue in dialogues {
        player.arg("--dialogues").arg(repository().join(format!("examples/dialogues/{dialogue}.jsonl")));
    }
    stage.leash.start(&format!("customers-of-{brand}"), &mut player)?;
    Ok(())
}

async fn join(maya: &Window, customer: &str) -> Result<()> {
    open(maya, customer).await?;
    maya.click(Thing::Button("Join")).await?;
    maya.has(Thing::Textbox("Message")).await
}

/// Opens a customer's conversation in the list.
async fn open(maya: &Window, customer: &str) -> Result<()> {
    maya.shows(Thing::Test("row"), customer).await?;
    let row = format!(
        "[...document.querySelectorAll('[data-testid=row]')].find((row) => row.textContent.includes({})).click()",
        json!(customer)
    );
    maya.run(&row).await?;
    maya.shows(Thing::Css("header .name"), customer).await
}

async fn colleague(hub: &HubProcess, key: &str, name: &str) -> Result<Agent> {
    let email = format!("{key}@northwind.example");
    hub.add_user(&email, name, "agent")?;
    Ok(Agent::sign_in(&hub.url, &email, PASSWORD).await?)
}

/// Taken into the repository only on request.
async fn pictures(stage: &Stage, maya: &Window, name: &str) -> Result<()> {
    let is_wanted = std::env::var("TANDEM_SCREENSHOTS").is_ok_and(|value| value == "1");
    let folder: PathBuf = if is_wanted { repository().join("docs/screenshots") } else { stage.room("pictures")? };
    for theme in ["light", "dark"] {
        maya.dress(theme).await?;
        maya.picture(&folder.join(format!("{name}-{theme}.png"))).await?;
    }
    Ok(())
}
