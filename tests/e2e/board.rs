//! The supervisors' board in the real window: the longest wait is found, looked into, whispered about and taken over by
//! keyboard.

use anyhow::{Result, ensure};
use tandem_conversation::{Content, ConversationId};
use tandem_testkit::hub_process::{BRAND, HubOptions, HubProcess, PASSWORD};
use tandem_testkit::people::{Agent, Customer};
use tandem_tests::desktop::Desktop;
use tandem_tests::screen::Screen;
use tandem_tests::stage::{Stage, program};
use tandem_tests::wait::{Look, until};
use tandem_tests::window::{Thing, Window};

const SOFIA: &str = "sofia@northwind.example";
const LIAM: &str = "liam@northwind.example";
const CARMEN: &str = "Carmen Menzel";
const ROW: Thing<'_> = Thing::Test("board-row");
const TRANSCRIPT: Thing<'_> = Thing::Test("transcript");
const FIELD: Thing<'_> = Thing::Textbox("Note");
const WHISPER: &str = "Offer her the cabin on deck 4.";
/// Keys from anywhere to the taken-over conversation, at most.
const MOST_KEYS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_wait_is_found_looked_into_whispered_about_and_taken_over_in_eight_keys() -> Result<()> {
    let mut stage = Stage::new("board")?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(SOFIA, "Sofia Lind", "supervisor")?;
    hub.add_user(LIAM, "Liam Chen", "agent")?;
    let mut liam = Agent::sign_in(&hub.url, LIAM, PASSWORD).await?;
    let desktop = Desktop::start(&mut stage, "sofia").await?;
    let screen = Screen::managed(&mut stage, &desktop).await?;
    let sofia = Window::signed_in(&mut stage, &desktop, &hub, SOFIA).await?;

    // Liam has three customers. He answers two of them; Carmen, who came first, waits.
    let mut waiting = None;
    for name in [CARMEN, "Bo Lindqvist", "Aiko Tanaka"] {
        let mut customer = Customer::arrive(&hub.url, BRAND, name).await?;
        customer.write("Is the ferry to Bodø running today?").await?;
        let id = customer.conversation().await?;
        liam.wait_until("the conversation to be there", |desk| desk.conversation(id).is_some()).await?;
        liam.join(id).await?;
        if name == CARMEN {
            waiting = Some(id);
        } else {
            liam.wait_until("his part in it", |desk| desk.reads(id, "ferry")).await?;
            liam.reply(id, "It is, at 14:00.").await?;
            customer.wait_for("at 14:00").await?;
        }
    }
    let carmen: ConversationId = waiting.expect("BUG: Carmen came first");
    screen.has_in_front().await?;

    let mut keys = 0;
    let mut press = async |key: &str| {
        keys += 1;
        screen.press(key).await
    };
    press("alt+0").await?;
    sofia.shows(ROW, CARMEN).await?;
    sofia.shows(Thing::Css("[data-testid=board-row][aria-current=true]"), CARMEN).await?;
    pictures(&stage, &sofia, "board").await?;
    press("Return").await?;
    sofia.shows(TRANSCRIPT, "Is the ferry to Bodø running today?").await?;
    pictures(&stage, &sofia, "board-peek").await?;
    let events = liam.desk.conversation(carmen).map(|state| state.people().count());
    ensure!(events == Some(1), "looking in engages nobody: {events:?}");
    press("m").await?;
    sofia.has(FIELD).await?;
    screen.types(WHISPER).await?;
    press("ctrl+Return").await?;
    liam.wait_until("the whisper", |desk| {
        desk.turns(carmen).any(|(_, turn)| {
            matches!(&turn.content, Content::Note { text, mentions, .. }
            if text.contains(WHISPER) && text.starts_with("@Liam Chen") && !mentions.is_empty())
        })
    })
    .await?;
    press("Escape").await?;
    press("t").await?;
    until("Sofia to have the conversation alone", async || {
        let page = sofia
            .ask(
                "window.__TAURI__.core.invoke('rpc', { name: 'conversation.open', request: { id: arguments[0] } })
                    .then((view) => done(view.people.map(({ participant }) => participant.name).join()))",
                vec![carmen.to_string().into()],
            )
            .await?;
        Ok(if page == "Sofia Lind" { Look::Found(()) } else { Look::Instead(page) })
    })
    .await?;
    sofia.shows(ROW, "Sofia Lind").await?;
    ensure!(keys <= MOST_KEYS, "{keys} keys are more than {MOST_KEYS}");

    // Large text and a small window keep all of it within reach.
    screen.press("Escape").await?;
    screen.press("Escape").await?;
    for _ in 0..5 {
        screen.press("ctrl+plus").await?;
    }
    sofia.shows(ROW, CARMEN).await?;
    pictures(&stage, &sofia, "board-200").await?;
    sofia.close().await
}

/// In both themes.
async fn pictures(stage: &Stage, sofia: &Window, name: &str) -> Result<()> {
    for theme in ["dark", "light"] {
        sofia.dress(theme).await?;
        sofia.picture(&stage.room("pictures")?.join(format!("{name}-{theme}.png"))).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_has_a_window_of_its_own_and_conversations_open_in_the_main_one() -> Result<()> {
    const BOARD: &str = "Live board";
    let mut stage = Stage::new("board-window")?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(SOFIA, "Sofia Lind", "supervisor")?;
    let desktop = Desktop::start(&mut stage, "sofia").await?;
    let screen = Screen::managed(&mut stage, &desktop).await?;
    let sofia = Window::signed_in(&mut stage, &desktop, &hub, SOFIA).await?;
    let mut carmen = Customer::arrive(&hub.url, BRAND, CARMEN).await?;
    carmen.write("Where is my ferry?").await?;
    screen.has_in_front().await?;
    screen.press("alt+0").await?;
    sofia.shows(ROW, CARMEN).await?;
    screen.press("ctrl+shift+o").await?;
    screen.has_in_front_of(BOARD).await?;
    sofia.lacks(ROW).await?;
    sofia.picture(&stage.room("pictures")?.join("board-window.png")).await?;
    // Until its rows are there, no key is for them.
    until("the conversation in the main window", async || {
        screen.press("Return").await?;
        let shown = sofia.run("return document.querySelector('[data-testid=transcript]')?.textContent ?? ''").await?;
        let is_there = shown.as_str().is_some_and(|text| text.contains("Where is my ferry?"));
        Ok(if is_there { Look::Found(()) } else { Look::Instead(shown) })
    })
    .await?;
    screen.close_window_of(BOARD).await?;
    screen.has_in_front().await?;
    screen.press("alt+0").await?;
    sofia.shows(ROW, CARMEN).await?;
    sofia.close().await
}
