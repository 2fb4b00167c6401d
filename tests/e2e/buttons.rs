//! Custom buttons, as their actors use them. Ada defines them while Maya's window is open; Maya presses and Your Logic
//! acts. A text is pasted, a page opened, and a partner has their own button.

use anyhow::Result;
use tandem_conversation::ButtonId;
use tandem_protocol::agents::ButtonDefinition;
use tandem_testkit::hub_process::{HubOptions, HubProcess, PASSWORD};
use tandem_testkit::people::Agent;
use tandem_tests::chat::Chat;
use tandem_tests::desktop::Desktop;
use tandem_tests::logic::SampleLogic;
use tandem_tests::pages::Pages;
use tandem_tests::partner::Partner;
use tandem_tests::stage::{Stage, program};
use tandem_tests::window::{Thing, Window};
use uuid::Uuid;

const MAYA: &str = "maya@northwind.example";
const ADA: &str = "ada@northwind.example";
const TRANSCRIPT: Thing<'_> = Thing::Test("transcript");
const CONTEXT: Thing<'_> = Thing::Css("aside[aria-label=Context]");
/// WebDriver's name for the key.
const CTRL: char = '\u{e009}';

fn button(title: &str) -> ButtonDefinition {
    ButtonDefinition {
        title: title.into(),
        description: String::new(),
        action: None,
        copy: None,
        url: None,
        agents: true,
        external: false,
        active: true,
        order: 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_appear_are_pressed_and_your_logic_answers() -> Result<()> {
    let mut stage = Stage::new("buttons")?;
    let logic = SampleLogic::start(&mut stage)?;
    let options = HubOptions { logic: Some(logic.connection()), ..HubOptions::default() };
    let hub = HubProcess::start(&program("tandem-hub")?, &options)?;
    hub.add_user(MAYA, "Maya Ortiz", "supervisor")?;
    hub.add_user(ADA, "Ada Novak", "admin")?;
    let ada = Agent::sign_in(&hub.url, ADA, PASSWORD).await?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let pages = Pages::on(&stage, "maya")?;
    let path = [("PATH", pages.path.as_str())];
    let maya = Window::signed_in_with(&mut stage, &desktop, &hub, MAYA, &path).await?;
    let mut carmen = Chat::open(&mut stage, "carmen", &hub.url).await?;
    let pictures = stage.room("pictures")?;

    carmen.say("I want to talk to a human!").await?;
    let call = desktop.notifications.offering("join").await?;
    desktop.notifications.press(&call, "join").await?;
    maya.shows(TRANSCRIPT, "talk to a human").await?;
    maya.lacks(Thing::Css("section[aria-label=Buttons]")).await?;

    // Ada defines buttons while Maya looks.
    let refund = ButtonId(Uuid::now_v7());
    let definition = ButtonDefinition { action: Some("refund".into()), ..button("Refund") };
    ada.define(refund, &definition).await?;
    maya.has(Thing::Button("Refund")).await?;
    let copy = ButtonDefinition { copy: Some("{agent.name} for {conversation.channel}".into()), ..button("Sign") };
    ada.define(ButtonId(Uuid::now_v7()), &copy).await?;
    let url = Some("https://example.com/{conversation.channel}".into());
    ada.define(ButtonId(Uuid::now_v7()), &ButtonDefinition { url, ..button("Look") }).await?;
    let url = Some("https://example.com/{conversation.custom.nothing}".into());
    ada.define(ButtonId(Uuid::now_v7()), &ButtonDefinition { url, ..button("Not yet") }).await?;
    maya.shows(CONTEXT, "No value is known here for {conversation.custom.nothing}.").await?;
    maya.picture(&pictures.join("buttons.png")).await?;

    // Maya presses, and Your Logic acts.
    maya.click(Thing::Button("Refund")).await?;
    maya.shows(TRANSCRIPT, "pressed Refund").await?;
    maya.shows(TRANSCRIPT, "The refund for this customer is on its way.").await?;
    maya.shows(CONTEXT, "refund").await?;

    // A text comes to the clipboard, and a page to the browser.
    maya.click(Thing::Button("Sign")).await?;
    maya.write_on(Thing::Textbox("Message"), &format!("{CTRL}v")).await?;
    let pasted = "return document.querySelector('[data-focus=message]').value";
    let written = maya.run(pasted).await?;
    assert_eq!(written, "Maya Ortiz for Web chat");
    maya.click(Thing::Button("Look")).await?;
    pages.are(&["https://example.com/Web%20chat"]).await?;
    maya.click(Thing::Button("Not yet")).await?;
    pages.are(&["https://example.com/Web%20chat"]).await?;

    // A partner sees their buttons, and presses one.
    let partners =
        ButtonDefinition { action: Some("free".into()), agents: false, external: true, ..button("It is free") };
    ada.define(ButtonId(Uuid::now_v7()), &partners).await?;
    maya.click(Thing::Button("Invite")).await?;
    maya.click(Thing::Button("Invite someone outside your team …")).await?;
    maya.write(Thing::Textbox("Name shown to the customer"), "Aerolinx").await?;
    maya.click(Thing::Button("Create link")).await?;
    maya.has(Thing::Button("Copy link")).await?;
    let link = maya.run("return document.querySelector('dialog input[readonly]').value").await?;
    maya.click(Thing::Button("Done")).await?;
    let mut aerolinx = Partner::follow(&mut stage, "aerolinx", link.as_str().unwrap_or_default()).await?;
    aerolinx.press("Open the conversation").await?;
    aerolinx.press("It is free").await?;
    maya.shows(TRANSCRIPT, "Aerolinx pressed It is free").await?;
    assert_eq!(aerolinx.judged().await?, Vec::<serde_json::Value>::new(), "axe, with buttons");
    aerolinx.pictures(&pictures, "partner").await?;
    assert!(!aerolinx.text().await?.contains("Refund"), "agents' buttons are agents' alone");

    // Ada takes one away while it is on screen.
    ada.define(refund, &ButtonDefinition { active: false, ..definition }).await?;
    maya.lacks(Thing::Button("Refund")).await?;
    maya.close().await
}
