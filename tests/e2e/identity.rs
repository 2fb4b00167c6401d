//! A website identifies its visitor, with a token signed by another library. The agent sees it happen, the customer
//! has the chat in every browser, and the next visitor at the same browser sees nothing of it.

use std::io::Write as _;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tandem_testkit::hub_process::{HubOptions, HubProcess};
use tandem_tests::chat::Chat;
use tandem_tests::desktop::Desktop;
use tandem_tests::logic::SampleLogic;
use tandem_tests::python::python;
use tandem_tests::stage::{Stage, program, repository};
use tandem_tests::window::{Thing, Window};

const MAYA: &str = "maya@northwind.example";
const CONTEXT: Thing<'_> = Thing::Css("aside[aria-label=Context]");
const TRANSCRIPT: Thing<'_> = Thing::Test("transcript");

/// The company's website, on the server's side.
struct Website {
    secret: String,
}

impl Website {
    fn of(hub: &HubProcess) -> Result<Self> {
        Ok(Self { secret: hub.brand_secret()? })
    }

    fn signs(&self, claims: &Value) -> Result<String> {
        let mut script = python(&repository().join("tests/services/sign_in.py"))?;
        let mut script = script.arg(claims.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        script.stdin.take().context("BUG: piped")?.write_all(self.secret.as_bytes())?;
        let signed = script.wait_with_output()?;
        ensure!(signed.status.success(), "sign_in.py failed");
        Ok(String::from_utf8(signed.stdout)?.trim().to_owned())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_signs_in_is_one_person_everywhere() -> Result<()> {
    let mut stage = Stage::new("identity")?;
    let logic = SampleLogic::start(&mut stage)?;
    let hub = HubProcess::start(
        &program("tandem-hub")?,
        &HubOptions { logic: Some(logic.connection()), ..HubOptions::default() },
    )?;
    hub.add_user(MAYA, "Maya Ortiz", "supervisor")?;
    let website = Website::of(&hub)?;
    let carmen = json!({ "sub": "cust-4711", "name": "Carmen Ruiz", "email": "carmen@ruiz.example" });

    let desktop = Desktop::start(&mut stage, "maya").await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let mut laptop = Chat::open(&mut stage, "laptop", &hub.url).await?;

    // An unknown visitor asks for a person.
    laptop.say("My ferry to Bodø was cancelled.").await?;
    laptop.choose("Talk to a person").await?;
    let call = desktop.notifications.offering("join").await?;
    desktop.notifications.press(&call, "join").await?;
    maya.shows(TRANSCRIPT, "My ferry to Bodø was cancelled.").await?;
    maya.shows(Thing::Test("row"), "Visitor").await?;

    // They sign in on the page: Maya sees who it is, and why that is known.
    laptop.identify(Some(&website.signs(&carmen)?)).await?;
    maya.shows(Thing::Test("row"), "Carmen Ruiz").await?;
    maya.shows(TRANSCRIPT, "signed in on the website and is Carmen Ruiz: customer cust-4711").await?;
    maya.shows(CONTEXT, "cust-4711").await?;
    maya.shows(CONTEXT, "carmen@ruiz.example").await?;
    for theme in ["light", "dark"] {
        maya.dress(theme).await?;
        maya.picture(&stage.folder().join(format!("linked-{theme}.png"))).await?;
    }
    laptop.sees("customer", "My ferry to Bodø was cancelled.").await?;

    // On her phone, she continues.
    let mut phone = Chat::open(&mut stage, "phone", &hub.url).await?;
    phone.identify(Some(&website.signs(&carmen)?)).await?;
    phone.sees("customer", "My ferry to Bodø was cancelled.").await?;
    phone.say("I am on my way to the port.").await?;
    maya.shows(TRANSCRIPT, "I am on my way to the port.").await?;
    maya.write(Thing::Textbox("Message"), "The next one leaves at noon, Carmen.").await?;
    maya.click(Thing::Button("Send")).await?;
    laptop.sees("agent", "The next one leaves at noon").await?;
    phone.sees("agent", "The next one leaves at noon").await?;

    // At the laptop she signs out, and the next visitor there sees nothing.
    laptop.identify(None).await?;
    laptop.is_empty().await?;
    laptop.say("Hello! I am new here.").await?;
    laptop.sees("logic", "automatic assistant").await?;
    assert!(!phone.transcript().await?.iter().any(|turn| turn.text.contains("new here")));

    // A page with an invalid token is told so, and its visitor can still write.
    let forged = Website { secret: "a guess".into() }.signs(&carmen)?;
    phone.identify(None).await?;
    phone.is_empty().await?;
    phone.identify(Some(&forged)).await?;
    phone.say("Hello! It is me.").await?;
    phone.sees("logic", "automatic assistant").await?;
    maya.close().await
}
