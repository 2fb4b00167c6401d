//! Conversations in windows of their own: popped out, kept on top, closed, and back after a restart.

use anyhow::{Result, ensure};
use tandem_testkit::hub_process::{BRAND, HubOptions, HubProcess};
use tandem_testkit::people::Customer;
use tandem_tests::desktop::Desktop;
use tandem_tests::notifications::Ledger;
use tandem_tests::screen::Screen;
use tandem_tests::stage::{Stage, program};
use tandem_tests::wait::{Look, until};
use tandem_tests::window::{Thing, Window};

const MAYA: &str = "maya@northwind.example";
const CARMEN: &str = "Carmen Menzel";
const TRANSCRIPT: Thing<'_> = Thing::Test("transcript");
const FIELD: Thing<'_> = Thing::Textbox("Message");
const ELSEWHERE: Thing<'_> = Thing::Test("elsewhere");
const POP_OUT: &str = "window.dispatchEvent(new KeyboardEvent('keydown', { key: 'O', code: 'KeyO', ctrlKey: true, \
     shiftKey: true, bubbles: true, cancelable: true }))";

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_has_a_window_of_its_own_and_keeps_it() -> Result<()> {
    let mut stage = Stage::new("own-windows")?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(MAYA, "Maya Ortiz", "agent")?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let screen = Screen::managed(&mut stage, &desktop).await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let mut carmen = Customer::arrive(&hub.url, BRAND, CARMEN).await?;
    carmen.write("Where is my ferry?").await?;
    let call = desktop.notifications.offering("join").await?;
    desktop.notifications.press(&call, "join").await?;
    maya.shows(TRANSCRIPT, "Where is my ferry?").await?;
    let id = carmen.conversation().await?;

    // What was begun in the main window goes on in the other one, and the main one has no second field.
    maya.write(FIELD, "It is").await?;
    maya.run(POP_OUT).await?;
    screen.has_in_front_of(CARMEN).await?;
    maya.has(ELSEWHERE).await?;
    maya.lacks(FIELD).await?;
    maya.go_to(Some(id)).await?;
    maya.shows(TRANSCRIPT, "Where is my ferry?").await?;
    maya.write_on(FIELD, " at pier 4.").await?;
    maya.click(Thing::Button("Send")).await?;
    carmen.wait_for("It is at pier 4.").await?;
    carmen.write("And is the cabin heated?").await?;
    maya.shows(TRANSCRIPT, "And is the cabin heated?").await?;
    maya.go_to(None).await?;
    maya.shows(TRANSCRIPT, "And is the cabin heated?").await?;

    // She looks at it: what Carmen writes makes no noise. Jana's call does, and it comes later.
    maya.go_to(Some(id)).await?;
    carmen.write("Hello?").await?;
    maya.shows(TRANSCRIPT, "Hello?").await?;
    let mut jana = Customer::arrive(&hub.url, BRAND, "Jana Novak").await?;
    jana.write("My bag is lost.").await?;
    let of = |name: &'static str| {
        move |ledger: &Ledger| ledger.shown.iter().rev().find(|shown| shown.summary.contains(name)).cloned()
    };
    desktop.notifications.until("Jana's call", of("Jana")).await?;
    let ledger = desktop.notifications.ledger();
    let about_carmen: Vec<_> = ledger.shown.iter().filter(|shown| shown.summary.contains(CARMEN)).collect();
    ensure!(about_carmen.len() == 1, "only her first call was notified: {about_carmen:?}");
    pictures(&stage, &maya, id, "usual").await?;

    // Small and on top.
    maya.click(Thing::Button("Keep on top")).await?;
    until("a small window on top", async || {
        let ([_, _, width, height], is_on_top) = (screen.rect_of(CARMEN).await?, screen.is_on_top(CARMEN).await?);
        let is_small = width == 360 && height == 480;
        Ok(if is_small && is_on_top {
            Look::Found(())
        } else {
            Look::Instead(format!("{width}×{height}, {is_on_top}"))
        })
    })
    .await?;
    screen.move_window_of(CARMEN, 700, 300).await?;
    let stood = until("the window to be moved", async || {
        let rect = screen.rect_of(CARMEN).await?;
        Ok(if rect[0] >= 690 && rect[1] >= 290 { Look::Found(rect) } else { Look::Instead(format!("{rect:?}")) })
    })
    .await?;
    pictures(&stage, &maya, id, "small").await?;

    // Carmen writes while the main window is in front: the press on the notification leads to her own window.
    maya.go_to(None).await?;
    maya.run("window.__TAURI__.core.invoke('rpc', { name: 'window.want', request: {} })").await?;
    screen.has_in_front().await?;
    maya.click(Thing::Link("Help Needed")).await?;
    maya.click(Thing::Test("row")).await?;
    maya.shows(TRANSCRIPT, "My bag is lost.").await?;
    carmen.write("Nobody there?").await?;
    let wrote = |ledger: &Ledger| ledger.on_screen().find(|shown| shown.body.contains("Nobody there?")).cloned();
    let shown = desktop.notifications.until("Carmen's words", wrote).await?;
    desktop.notifications.press(&shown, "default").await?;
    screen.has_in_front_of(CARMEN).await?;
    maya.shows(TRANSCRIPT, "My bag is lost.").await?;

    // The program ends, with words in the field, and comes back as it was.
    maya.go_to(Some(id)).await?;
    maya.write(FIELD, "I will ask").await?;
    until("the draft to be kept", async || {
        let script = "window.__TAURI__.core.invoke('rpc', { name: 'conversation.open', request: { id: arguments[0] } })
            .then((view) => done(view.drafts.reply))";
        let kept = maya.ask(script, vec![id.to_string().into()]).await?;
        Ok(if kept == "I will ask" { Look::Found(()) } else { Look::Instead(kept) })
    })
    .await?;
    maya.signal("TERM").await?;
    let maya = Window::again(&mut stage, &desktop, &hub).await?;
    until(&format!("the window at {stood:?}, on top"), async || {
        let (rect, is_on_top) = (screen.rect_of(CARMEN).await?, screen.is_on_top(CARMEN).await?);
        Ok(if rect == stood && is_on_top { Look::Found(()) } else { Look::Instead(format!("{rect:?}, {is_on_top}")) })
    })
    .await?;
    maya.go_to(Some(id)).await?;
    until("the words to be there", async || {
        let text = maya.run("return document.querySelector('[data-focus=message]')?.value ?? null").await?;
        Ok(if text == "I will ask" { Look::Found(()) } else { Look::Instead(text) })
    })
    .await?;

    // Closed, it is in the main window again, with its words; the program goes on.
    maya.write_on(FIELD, " the crew.").await?;
    screen.close_window_of(CARMEN).await?;
    maya.go_to(None).await?;
    maya.click(Thing::Link("My Conversations")).await?;
    maya.click(Thing::Test("row")).await?;
    until("all of the words to be there", async || {
        let text = maya.run("return document.querySelector('[data-focus=message]')?.value ?? null").await?;
        Ok(if text == "I will ask the crew." { Look::Found(()) } else { Look::Instead(text) })
    })
    .await?;

    // Signing out closes all.
    maya.run(POP_OUT).await?;
    screen.has_window_of(CARMEN).await?;
    maya.run("window.__TAURI__.core.invoke('rpc', { name: 'session.signOut', request: {} })").await?;
    screen.lacks_window_of(CARMEN).await?;
    maya.has(Thing::Button("Sign in")).await?;
    maya.close().await
}

/// Pictures of both windows, in both themes.
async fn pictures(stage: &Stage, maya: &Window, id: tandem_conversation::ConversationId, name: &str) -> Result<()> {
    for theme in ["light", "dark"] {
        for window in [None, Some(id)] {
            maya.go_to(window).await?;
            maya.dress(theme).await?;
        }
        maya.picture(&stage.room("pictures")?.join(format!("own-window-{name}-{theme}.png"))).await?;
    }
    Ok(())
}
