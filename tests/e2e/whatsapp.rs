//! A customer on WhatsApp: Your Logic answers with a menu, she taps, a person is called and joins; pictures, quotes and
//! reactions go both ways. A day passes, her window is closed, a template still reaches her, and she reads it. Another one's
//! window closes while it is looked at.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tandem_testkit::cloud_api::{CloudApi, Phone, TOKEN, Taken};
use tandem_testkit::hub_process::{HubOptions, HubProcess};
use tandem_testkit::phones::seconds;
use tandem_tests::desktop::Desktop;
use tandem_tests::logic::SampleLogic;
use tandem_tests::stage::{Stage, program, repository};
use tandem_tests::wait::{Look, until};
use tandem_tests::window::{Thing, Window};

const MAYA: &str = "maya@northwind.example";
const TRANSCRIPT: Thing<'_> = Thing::Test("transcript");
const PHOTO: &str = "examples/dialogues/media/parking-ticket.jpg";
/// Seconds until the second customer's window closes: enough to join.
const OPEN_S: i64 = 25;
const DAY_S: i64 = 24 * 3_600;

/// Waits for a message to the customer that looks so.
async fn got(api: &CloudApi, what: &str, is_it: impl Fn(&Taken) -> bool) -> Result<Taken> {
    until(what, async || {
        let all = api.taken();
        Ok(match all.iter().find(|taken| is_it(taken)) {
            Some(found) => Look::Found(found.clone()),
            None => Look::Instead(json!(all.iter().map(|taken| &taken.request).collect::<Vec<_>>()).to_string()),
        })
    })
    .await
}

fn text(words: &str) -> Value {
    json!({ "type": "text", "text": { "body": words } })
}

fn says(request: &Value, words: &str) -> bool {
    request["text"]["body"].as_str().is_some_and(|said| said.contains(words))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_on_whatsapp_is_answered_until_the_window_closes_and_after() -> Result<()> {
    let mut stage = Stage::new("whatsapp")?;
    let logic = SampleLogic::start(&mut stage)?;
    let options = HubOptions { logic: Some(logic.connection()), ..HubOptions::default() };
    let mut hub = HubProcess::start(&program("tandem-hub")?, &options)?;
    hub.add_user(MAYA, "Maya Ortiz", "agent")?;
    let api = CloudApi::start().await?;
    api.add_template(json!({ "name": "found", "language": "en", "category": "UTILITY", "status": "APPROVED",
        "components": [{ "type": "BODY", "text": "Hello {{1}}, we found your suitcase." }] }));
    let hooks = hub.add_whatsapp(&api, seconds)?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let pictures = stage.room("pictures")?;

    // Carmen writes; Your Logic answers with a menu, and she taps that she wants a person.
    let carmen = Phone::new("34600999888", "Carmen Ruiz");
    hooks.message(&carmen, "wamid.1", text("Hello! Is anybody there?"), 0).await?;
    let menu = got(&api, "a menu on Carmen's phone", |taken| taken.tap("Talk to a person").is_some()).await?;
    let tapped = menu.tap("Talk to a person").unwrap_or_default();
    hooks.message(&carmen, "wamid.2", tapped, 0).await?;
    let call = desktop.notifications.offering("join").await?;
    desktop.notifications.press(&call, "join").await?;
    maya.shows(TRANSCRIPT, "Is anybody there?").await?;
    maya.shows(Thing::Test("composer"), "WhatsApp: replies until").await?;

    // A picture comes, and one goes; Maya answers what Carmen asked first.
    let photo = std::fs::read(repository().join(PHOTO))?;
    let (file, sha256) = api.add_file("image/jpeg", &photo);
    let image = json!({ "id": file, "mime_type": "image/jpeg", "sha256": sha256, "caption": "This one" });
    hooks.message(&carmen, "wamid.3", json!({ "type": "image", "image": image }), 0).await?;
    maya.has(Thing::Css(".turn.customer button.picture img")).await?;
    maya.click(Thing::Button("Quote")).await?;
    maya.shows(Thing::Test("composer"), "Is anybody there?").await?;
    maya.write(Thing::Textbox("Message"), "Yes, I am.").await?;
    maya.click(Thing::Button("Send")).await?;
    let answer = got(&api, "the answer", |taken| says(&taken.request, "Yes, I am.")).await?;
    assert_eq!(answer.request["context"]["message_id"], "wamid.1", "it quotes what she asked");
    maya.choose(&[&repository().join(PHOTO)]).await?;
    maya.shows(Thing::Test("draft-files"), "parking-ticket.jpg").await?;
    maya.click(Thing::Button("Send")).await?;
    got(&api, "a picture on Carmen's phone", |taken| taken.request["type"] == "image").await?;
    assert_eq!(api.files().len(), 2, "hers, and Maya's");

    // A picture that cannot be fetched comes when Maya tries again; one that WhatsApp does not show goes as a document.
    api.set_token("of tomorrow");
    let image = json!({ "id": file, "mime_type": "image/jpeg", "sha256": "", "caption": "And the other side" });
    hooks.message(&carmen, "wamid.late", json!({ "type": "image", "image": image }), 0).await?;
    maya.shows(TRANSCRIPT, "could not be fetched").await?;
    maya.picture(&pictures.join("owed.png")).await?;
    api.set_token(TOKEN);
    maya.click(Thing::Button("Try again to fetch this file")).await?;
    maya.lacks(Thing::Button("Try again to fetch this file")).await?;
    maya.shows(TRANSCRIPT, "And the other side").await?;
    let webp = pictures.join("case.webp");
    std::fs::write(&webp, b"RIFF\x10\0\0\0WEBPVP8 rest")?;
    maya.choose(&[&webp]).await?;
    maya.shows(Thing::Test("draft-files"), "does not show this").await?;
    maya.picture(&pictures.join("as-document.png")).await?;
    maya.click(Thing::Button("Send as a document")).await?;
    maya.click(Thing::Button("Send")).await?;
    got(&api, "a document", |taken| taken.request["document"]["filename"] == "case.webp").await?;

    // A link of the company's own tools opens the dialog that writes to somebody first, and sends nothing.
    let mut link = desktop.command(&stage, &program("tandem")?)?;
    link.arg("tandem://new?channel=whatsapp&contact=%2B351912345678");
    link.env("TANDEM_DATA", stage.room("maya")?.join("tandem"));
    let ended = tokio::process::Command::from(link).status().await?;
    anyhow::ensure!(ended.success(), "the second start ended with {ended}");
    maya.has(Thing::Css("dialog input[type=tel]")).await?;
    let to = maya.run("return document.querySelector('dialog input[type=tel]').value").await?;
    assert_eq!(to, "+351912345678");
    maya.picture(&pictures.join("linked.png")).await?;
    maya.click(Thing::Button("Cancel")).await?;

    // Carmen quotes the answer, and has read it; Maya reacts.
    let mut quoting = text("Thank you");
    quoting["context"] = json!({ "id": answer.id });
    hooks.message(&carmen, "wamid.4", quoting, 0).await?;
    maya.shows(Thing::Css(".turn.customer blockquote"), "Yes, I am.").await?;
    hooks.statuses(vec![answer.status("delivered"), answer.status("read")]).await?;
    maya.shows(Thing::Css(".turn.out"), "read").await?;
    maya.picture(&pictures.join("whatsapp.png")).await?;
    maya.click(Thing::Button("React")).await?;
    maya.write(Thing::Css("dialog input"), "tada\u{e007}").await?;
    let reaction = got(&api, "a reaction", |taken| taken.request["type"] == "reaction").await?;
    // The first of her messages that is still in view.
    let about = &reaction.request["reaction"];
    let hers = ["wamid.1", "wamid.2", "wamid.3", "wamid.late", "wamid.4"].iter().any(|id| about["message_id"] == *id);
    assert!(hers && about["emoji"] == "🎉", "{about}");
    maya.shows(Thing::Css(".reactions"), "🎉").await?;

    // A day passes: Carmen's window is closed by the hub's clock. A template reaches her, and she reads it.
    hub.kill_and_restart(&a_day_later(&options)?)?;
    maya.shows(Thing::Test("template-bar"), "24 hours").await?;
    let template = sends_template(&maya, &api, "34600999888", "Carmen").await?;
    hooks.statuses(vec![template.status("delivered"), template.status("read")]).await?;
    let newest = "return [...document.querySelectorAll('.turn.out .way')].at(-1)?.textContent ?? ''";
    until("that Carmen has read it", async || {
        let shown = maya.run(newest).await?.as_str().unwrap_or_default().to_owned();
        Ok(if shown.contains("read") { Look::Found(()) } else { Look::Instead(shown) })
    })
    .await?;
    maya.picture(&pictures.join("template-read.png")).await?;

    // Ana wrote nearly a day ago, and Your Logic is gone: her window closes while Maya looks at it.
    logic.kill(&mut stage)?;
    let ana = Phone::new("351912345678", "Ana Sousa");
    hooks.message(&ana, "wamid.ana", text("Did you find my suitcase?"), -OPEN_S).await?;
    let hers = |ledger: &tandem_tests::notifications::Ledger| {
        ledger.on_screen().find(|shown| shown.summary.contains("Ana Sousa") && shown.offers("join")).cloned()
    };
    let call = desktop.notifications.until("Ana's call", hers).await?;
    desktop.notifications.press(&call, "join").await?;
    maya.shows(TRANSCRIPT, "Did you find my suitcase?").await?;
    maya.shows(Thing::Test("template-bar"), "24 hours").await?;
    maya.picture(&pictures.join("window-closed.png")).await?;
    sends_template(&maya, &api, "351912345678", "Ana").await?;
    maya.close().await
}

/// The same hub, whose machine's clock is a day ahead.
fn a_day_later(options: &HubOptions) -> Result<HubOptions> {
    let library = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"]
        .map(|folder| format!("{folder}/faketime/libfaketimeMT.so.1"))
        .into_iter()
        .find(|library| Path::new(library).exists())
        .context("libfaketime is missing: install the package faketime")?;
    let ahead = format!("+{DAY_S}s");
    let set = [("LD_PRELOAD", library.as_str()), ("FAKETIME", &ahead), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];
    let mut later = options.clone();
    later.environment.extend(set.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Ok(later)
}

/// Maya sends the template, which has her customer's name in it.
async fn sends_template(maya: &Window, api: &CloudApi, to: &str, name: &str) -> Result<Taken> {
    let words = format!("Hello {name}, we found your suitcase.");
    maya.click(Thing::Button("Send a template")).await?;
    maya.write(Thing::Textbox("Value for 1"), name).await?;
    maya.shows(Thing::Css("dialog"), &words).await?;
    maya.click(Thing::Button("Send template")).await?;
    let sent = got(api, "a template", |taken| taken.request["type"] == "template" && taken.request["to"] == to).await?;
    assert_eq!(sent.request["template"]["name"], "found");
    maya.shows(TRANSCRIPT, &words).await?;
    Ok(sent)
}
