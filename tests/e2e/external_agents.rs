//! An external partner: Maya invites Aerolinx into Carmen's conversation by a link. Aerolinx opens it, sees everything
//! from then on, and answers; Carmen reads it; Maya revokes the link.

use anyhow::{Context as _, Result};
use tandem_testkit::hub_process::{HubOptions, HubProcess};
use tandem_tests::chat::Chat;
use tandem_tests::desktop::Desktop;
use tandem_tests::partner::Partner;
use tandem_tests::stage::{Stage, program};
use tandem_tests::window::{Thing, Window};

const MAYA: &str = "maya@northwind.example";
const TRANSCRIPT: Thing<'_> = Thing::Test("transcript");

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_is_invited_answers_and_is_let_go() -> Result<()> {
    let mut stage = Stage::new("external-agents")?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(MAYA, "Maya Ortiz", "supervisor")?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let mut carmen = Chat::open(&mut stage, "carmen", &hub.url).await?;
    let pictures = stage.room("pictures")?;

    carmen.say("My booking code is NW-20418.").await?;
    let call = desktop.notifications.offering("join").await?;
    desktop.notifications.press(&call, "join").await?;
    maya.shows(TRANSCRIPT, "NW-20418").await?;

    // Maya invites Aerolinx and is shown the link.
    maya.click(Thing::Button("Invite")).await?;
    maya.click(Thing::Button("Invite someone outside your team …")).await?;
    maya.write(Thing::Textbox("Name shown to the customer"), "Aerolinx").await?;
    maya.write(Thing::Textbox("Message (optional)"), "Is seat <b>4A</b> free?").await?;
    maya.picture(&pictures.join("desk-invite.png")).await?;
    maya.click(Thing::Button("Create link")).await?;
    maya.has(Thing::Button("Copy link")).await?;
    maya.click(Thing::Button("Copy link")).await?;
    maya.shows(Thing::Css("dialog"), "Copied.").await?;
    maya.picture(&pictures.join("desk-link.png")).await?;
    let link = maya.run("return document.querySelector('dialog input[readonly]').value").await?;
    let link = link.as_str().context("the link is shown")?.to_owned();
    assert!(link.starts_with(&format!("{}/guest/", hub.url)), "{link}");
    maya.click(Thing::Button("Done")).await?;
    maya.shows(Thing::Css("aside"), "Aerolinx").await?;

    // Aerolinx follows it: looking opens nothing, the press does.
    let mut aerolinx = Partner::follow(&mut stage, "aerolinx", &link).await?;
    aerolinx.is_told("Maya Ortiz").await?;
    assert!(aerolinx.text().await?.contains("Is seat <b>4A</b> free?"), "hostile text stays text");
    assert_eq!(aerolinx.judged().await?, Vec::<serde_json::Value>::new(), "axe, before opening");
    aerolinx.pictures(&pictures, "gate").await?;
    maya.shows(Thing::Css("aside"), "invited").await?;
    aerolinx.press("Open the conversation").await?;
    maya.shows(TRANSCRIPT, "Aerolinx joined from outside").await?;

    // They see everything from now on, and answer.
    carmen.say("I would like 4A <script>alert(1)</script>").await?;
    aerolinx.sees("customer", "I would like 4A <script>alert(1)</script>").await?;
    aerolinx.say("4A is yours.").await?;
    aerolinx.attach("boarding.txt", "Gate 12").await?;
    carmen.sees("external_agent", "4A is yours.").await?;
    maya.shows(TRANSCRIPT, "boarding.txt").await?;
    assert!(!aerolinx.text().await?.contains("NW-20418"), "nothing from before the invitation");
    assert_eq!(aerolinx.judged().await?, Vec::<serde_json::Value>::new(), "axe, in the conversation");
    aerolinx.pictures(&pictures, "room").await?;
    maya.picture(&pictures.join("desk-partner.png")).await?;

    // Another browser is told that the link is taken.
    let mut other = Partner::follow(&mut stage, "somebody", &link).await?;
    other.is_told("Already opened on another device").await?;
    other.pictures(&pictures, "elsewhere").await?;

    // Maya takes the link back: the page closes at once, and says so.
    maya.click(Thing::Button("Revoke the link of Aerolinx")).await?;
    maya.click(Thing::Button("Revoke now: the link of Aerolinx")).await?;
    aerolinx.is_told("This link was revoked").await?;
    let left = aerolinx.text().await?;
    assert!(!left.contains("4A is yours") && left.contains("Maya Ortiz"), "{left}");
    aerolinx.pictures(&pictures, "revoked").await?;
    maya.shows(TRANSCRIPT, "revoked the link of Aerolinx").await?;
    maya.close().await
}
