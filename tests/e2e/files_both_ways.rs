//! Files both ways, as their actors live them: Carmen sends an invoice from her browser, Maya opens it with the system's
//! program and answers with files of her own: chosen, and pasted.

use anyhow::Result;
use tandem_testkit::hub_process::{HubOptions, HubProcess};
use tandem_tests::chat::Chat;
use tandem_tests::desktop::Desktop;
use tandem_tests::pages::Pages;
use tandem_tests::stage::{Stage, program};
use tandem_tests::window::{Thing, Window};

const MAYA: &str = "maya@northwind.example";
const TRANSCRIPT: Thing<'_> = Thing::Test("transcript");
const DRAFT: Thing<'_> = Thing::Test("draft-files");
const PDF: &str = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

/// Puts a picture on the clipboard, as a program does that copies one.
const COPY: &str = "const button = document.createElement('button');
    button.textContent = 'Copy a picture';
    button.style = 'position: fixed; top: 40%; left: 40%; z-index: 999';
    button.onclick = () => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 90, height: 60 });
        canvas.getContext('2d').fillRect(20, 20, 40, 20);
        const blob = new Promise((done) => canvas.toBlob(done, 'image/png'));
        navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })])
            .then(() => (button.textContent = 'Copied'), (error) => (button.textContent = String(error)));
    };
    document.body.append(button);";

/// WebKitGTK's event for Ctrl V with a picture or file on the clipboard: without any content. Its driver's Ctrl V pastes
/// nothing.
const PASTE: &str = "document.querySelector('[data-focus=message]')
    .dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true }))";

#[tokio::test(flavor = "multi_thread")]
async fn files_go_both_ways_and_open() -> Result<()> {
    let mut stage = Stage::new("files")?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(MAYA, "Maya Ortiz", "agent")?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let pages = Pages::on(&stage, "maya")?;
    let path = [("PATH", pages.path.as_str())];
    let maya = Window::signed_in_with(&mut stage, &desktop, &hub, MAYA, &path).await?;
    let mut carmen = Chat::open(&mut stage, "carmen", &hub.url).await?;
    let pictures = stage.room("pictures")?;

    // Carmen sends an invoice; Maya joins and opens it.
    carmen.attach("invoice.pdf", "application/pdf", PDF).await?;
    let call = desktop.notifications.offering("join").await?;
    desktop.notifications.press(&call, "join").await?;
    maya.shows(TRANSCRIPT, "invoice.pdf").await?;
    maya.click(Thing::Button("Open invoice.pdf")).await?;
    let opened = pages.opened_file("invoice.pdf").await?;
    assert_eq!(std::fs::read_to_string(&opened)?, PDF);

    // A page could run: it is only saved, after a word.
    carmen.attach("notes.txt", "text/plain", "#!/bin/sh\necho gotcha\n").await?;
    maya.click(Thing::Button("Open notes.txt")).await?;
    maya.shows(Thing::Css("dialog"), "is a program").await?;
    maya.picture(&pictures.join("only-saved.png")).await?;
    maya.click(Thing::Button("Cancel")).await?;

    // Where the system does not open it, Maya hears so.
    pages.breaks()?;
    maya.click(Thing::Button("Open invoice.pdf")).await?;
    maya.shows(Thing::Css("[role=alert]"), "did not open the file").await?;

    // Maya chooses a file, and writes what it is.
    let chosen = stage.room("maya")?.join("itinerary.pdf");
    std::fs::write(&chosen, PDF)?;
    maya.choose(&[&chosen]).await?;
    maya.shows(DRAFT, "itinerary.pdf").await?;
    maya.write(Thing::Textbox("Message"), "Your new itinerary").await?;
    maya.picture(&pictures.join("draft.png")).await?;
    maya.click(Thing::Button("Send")).await?;
    carmen.sees("agent", "itinerary.pdf").await?;
    carmen.sees("agent", "Your new itinerary").await?;
    maya.lacks(DRAFT).await?;
    // She pastes a picture.
    maya.run(COPY).await?;
    maya.click(Thing::Button("Copy a picture")).await?;
    maya.has(Thing::Button("Copied")).await?;
    maya.run(PASTE).await?;
    maya.shows(DRAFT, ".png").await?;
    maya.picture(&pictures.join("pasted.png")).await?;
    maya.click(Thing::Button("Send")).await?;
    maya.lacks(DRAFT).await?;
    maya.has(Thing::Css(".out button.picture img")).await?;
    maya.close().await
}
