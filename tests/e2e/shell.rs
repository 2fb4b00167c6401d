//! The desk beyond its window: the tray, a second start, links, the start at login.

use anyhow::{Context as _, Result, ensure};
use tandem_testkit::hub_process::{BRAND, HubOptions, HubProcess, PASSWORD};
use tandem_testkit::people::{Agent, Customer};
use tandem_tests::desktop::Desktop;
use tandem_tests::screen::Screen;
use tandem_tests::stage::{Stage, program};
use tandem_tests::tray::Tray;
use tandem_tests::wait::{DEADLINE, Look, until};
use tandem_tests::window::{Thing, Window};

const MAYA: &str = "maya@northwind.example";
const JONAS: &str = "jonas@northwind.example";
const GONE: &str = "0192b0a8-7f4e-7c3a-9d21-5b8e0f1a2b3c";
const TITLE: Thing<'_> = Thing::Css("h1");
const ALERT: Thing<'_> = Thing::Css("[role=alert]");

fn hub() -> Result<HubProcess> {
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    hub.add_user(MAYA, "Maya Ortiz", "agent")?;
    hub.add_user(JONAS, "Jonas Keller", "supervisor")?;
    Ok(hub)
}

/// Maya starts Tandem again with these arguments; it must end by itself, successfully.
async fn starts_again<N>(stage: &Stage, desktop: &Desktop<N>, words: &[&str]) -> Result<()> {
    let mut start = desktop.command(stage, &program("tandem")?)?;
    start.args(words).env("TANDEM_DATA", stage.room(&desktop.who)?.join("tandem"));
    let ended = tokio::time::timeout(DEADLINE, tokio::process::Command::from(start).status()).await;
    let status = ended.context("the second start does not end")??;
    ensure!(status.success(), "the second start ended with {status}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_display_it_helps_or_says_so_in_one_line() -> Result<()> {
    let stage = Stage::new("no-display")?;
    let starts: [(&[&str], bool, &str); 2] =
        [(&["--help"], true, "Usage: tandem"), (&[], false, "there is no display")];
    for (words, succeeds, says) in starts {
        let mut start = std::process::Command::new(program("tandem")?);
        start.args(words).env("TANDEM_DESK_DATA", stage.room("maya")?.join("tandem"));
        start.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        let ended = tokio::time::timeout(DEADLINE, tokio::process::Command::from(start).output()).await??;
        let said = String::from_utf8_lossy(if succeeds { &ended.stdout } else { &ended.stderr }).into_owned();
        ensure!(ended.status.success() == succeeds && said.contains(says), "{words:?}: {}: {said}", ended.status);
        ensure!(!said.contains("panicked") && !said.contains("backtrace"), "{said}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tray_says_what_waits_and_leads_there() -> Result<()> {
    let mut stage = Stage::new("tray")?;
    let hub = hub()?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let screen = Screen::managed(&mut stage, &desktop).await?;
    let tray = Tray::serve(desktop.bus()).await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let mut jonas = Agent::sign_in(&hub.url, JONAS, PASSWORD).await?;
    let icon = tray.icon().await?;
    let menu = |help: u32, my: u32, left: u32, words: &'static str| {
        let sections =
            [format!("My Conversations ({my})"), format!("Help Needed ({help})"), format!("Recently Left ({left})")];
        (words, sections)
    };
    let reads = async |(words, [my, help, left]): (&str, [String; 3]), availability: [&str; 3]| {
        let [available, busy, away] = availability;
        let lines = [words, "-", &my, &help, &left, "-", available, busy, away, "-", "Open Tandem", "Quit"];
        icon.reads(&lines).await
    };
    const AVAILABLE: [&str; 3] = ["*Available", "Busy", "Away"];
    reads(menu(0, 0, 0, "~Nobody waits"), AVAILABLE).await?;
    let quiet = icon.picture().await?;

    // Carmen calls; the tray follows the cache, closed window or not.
    screen.close().await?;
    screen.lacks_it().await?;
    let mut carmen = Customer::arrive(&hub.url, BRAND, "Carmen Menzel").await?;
    carmen.write("Where is my ferry?").await?;
    reads(menu(1, 0, 0, "~1 needs help"), AVAILABLE).await?;
    icon.label("1").await?;
    tray.docks_show(Some(1)).await?;
    ensure!(icon.picture().await? != quiet, "the icon shows that something waits");

    // A section in the menu brings the window back, at that section.
    icon.choose("Help Needed (1)").await?;
    screen.has_in_front().await?;
    maya.shows(TITLE, "Help Needed").await?;
    ensure!(screen.title().await? == "(1) Tandem", "the title says what waits");

    // A colleague helps: no one waits any more.
    let id = carmen.conversation().await?;
    jonas.wait_until("the call", |desk| desk.conversation(id).is_some_and(|state| state.help.is_some())).await?;
    jonas.join(id).await?;
    reads(menu(0, 0, 0, "~Nobody waits"), AVAILABLE).await?;
    icon.label("").await?;
    tray.docks_show(None).await?;

    // Busy, from the tray; a second press on it changes nothing.
    icon.choose("Busy").await?;
    reads(menu(0, 0, 0, "~Nobody waits"), ["Available", "*Busy", "Away"]).await?;
    maya.shows(Thing::Css(".me-button"), "busy").await?;
    icon.choose("Busy").await?;
    icon.choose("My Conversations (0)").await?;
    maya.shows(TITLE, "My Conversations").await?;
    reads(menu(0, 0, 0, "~Nobody waits"), ["Available", "*Busy", "Away"]).await?;

    // Signed out, there is nothing to say but that.
    maya.run("document.querySelector('.me-button').focus()").await?;
    maya.click(Thing::Css(".me-button")).await?;
    maya.click(Thing::Css("[role=menuitem]:last-of-type")).await?;
    icon.reads(&["~You are signed out", "-", "Open Tandem", "Quit"]).await?;
    screen.close().await?;
    screen.lacks_it().await?;
    icon.choose("Open Tandem").await?;
    screen.has_in_front().await?;

    icon.choose("Quit").await?;
    icon.is_gone().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_finds_all_live_conversations_in_the_tray() -> Result<()> {
    let mut stage = Stage::new("tray-supervisor")?;
    let hub = hub()?;
    let desktop = Desktop::start(&mut stage, "jonas").await?;
    let screen = Screen::managed(&mut stage, &desktop).await?;
    let tray = Tray::serve(desktop.bus()).await?;
    let jonas = Window::signed_in(&mut stage, &desktop, &hub, JONAS).await?;
    let mut carmen = Customer::arrive(&hub.url, BRAND, "Carmen Menzel").await?;
    carmen.write("Where is my ferry?").await?;
    let icon = tray.icon().await?;
    icon.says("All Live Conversations (1)").await?;

    // Wherever the window is, it comes.
    icon.choose("All Live Conversations (1)").await?;
    screen.has_in_front().await?;
    jonas.shows(TITLE, "All Live Conversations").await?;
    screen.minimise().await?;
    screen.lacks_it().await?;
    icon.choose("Open Tandem").await?;
    screen.has_in_front().await?;
    screen.go_to_workspace(1).await?;
    screen.lacks_it().await?;
    icon.choose("Open Tandem").await?;
    screen.has_in_front().await?;
    screen.move_to(5000, 4000).await?;
    icon.choose("Open Tandem").await?;
    until("the window on the screen", async || {
        let (x, y) = screen.place().await?;
        Ok(if x < 1440 && y < 900 { Look::Found(()) } else { Look::Instead(format!("{x}, {y}")) })
    })
    .await?;
    jonas.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_and_a_link_lead_to_the_window_that_is_there() -> Result<()> {
    let mut stage = Stage::new("links")?;
    let hub = hub()?;
    let mut carmen = Customer::arrive(&hub.url, BRAND, "Carmen Menzel").await?;
    carmen.write("Where is my ferry?").await?;
    let mut jana = Customer::arrive(&hub.url, BRAND, "Jana Novak").await?;
    jana.write("Is the cabin heated?").await?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let screen = Screen::managed(&mut stage, &desktop).await?;
    let tray = Tray::serve(desktop.bus()).await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let transcript = Thing::Test("transcript");
    tray.icon().await?.says("Help Needed (2)").await?;

    // A second start brings the first one's window back, and ends.
    screen.close().await?;
    screen.lacks_it().await?;
    starts_again(&stage, &desktop, &["--hidden"]).await?;
    screen.lacks_it().await?;
    starts_again(&stage, &desktop, &[]).await?;
    screen.has_in_front().await?;

    // With a link, it opens exactly that conversation.
    screen.close().await?;
    screen.lacks_it().await?;
    starts_again(&stage, &desktop, &[&format!("tandem://conversation/{}", carmen.conversation().await?)]).await?;
    screen.has_in_front().await?;
    maya.shows(transcript, "Where is my ferry?").await?;
    starts_again(&stage, &desktop, &[&format!("tandem://conversation/{}", jana.conversation().await?)]).await?;
    maya.shows(transcript, "Is the cabin heated?").await?;

    // A link that is none changes nothing, and says so.
    let hostile = format!("tandem://conversation/{}/complete?now=<b>yes</b>", jana.conversation().await?);
    starts_again(&stage, &desktop, &[&hostile]).await?;
    maya.shows(ALERT, "This link cannot be opened").await?;
    maya.shows(transcript, "Is the cabin heated?").await?;
    maya.click(Thing::Button("Dismiss")).await?;

    // A conversation that is not there is explained.
    starts_again(&stage, &desktop, &[&format!("tandem://conversation/{GONE}")]).await?;
    maya.shows(ALERT, "it does not exist, or you have no access").await?;
    maya.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_waits_for_the_sign_in_and_another_folder_is_another_desk() -> Result<()> {
    let mut stage = Stage::new("link-first")?;
    let hub = hub()?;
    let mut carmen = Customer::arrive(&hub.url, BRAND, "Carmen Menzel").await?;
    carmen.write("Where is my ferry?").await?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;

    let folder = stage.room("maya")?.join("another");
    let folder = folder.to_str().context("the target folder's path is not text")?;
    let environment = [("TANDEM_HUB", hub.url.as_str()), ("TANDEM_DATA", folder)];
    let link = format!("tandem://conversation/{}", carmen.conversation().await?);
    let other = Window::open(&mut stage, &desktop, &program("tandem")?, &environment, &[&link]).await?;
    other.write(Thing::Textbox("E-mail"), JONAS).await?;
    other.write(Thing::Textbox("Password"), PASSWORD).await?;
    other.click(Thing::Button("Sign in")).await?;
    other.shows(Thing::Test("transcript"), "Where is my ferry?").await?;
    maya.shows(TITLE, "My Conversations").await?;
    maya.lacks(Thing::Test("transcript")).await?;
    other.close().await?;
    maya.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_starts_at_login_if_so_chosen_and_waits_in_the_tray() -> Result<()> {
    let mut stage = Stage::new("login")?;
    let hub = hub()?;
    let desktop = Desktop::start(&mut stage, "maya").await?;
    let screen = Screen::managed(&mut stage, &desktop).await?;
    let maya = Window::signed_in(&mut stage, &desktop, &hub, MAYA).await?;
    let entry = stage.room("maya")?.join("home/.config/autostart/Tandem.desktop");

    let choice = Thing::Css(".login [role=switch]");
    let settings = "window.dispatchEvent(new KeyboardEvent('keydown', { key: ',', ctrlKey: true, bubbles: true }))";
    let section = Thing::Css("#settings-start");
    maya.run(settings).await?;
    maya.click(section).await?;
    maya.click(choice).await?;
    let written = until("the entry for the login", async || {
        Ok(match std::fs::read_to_string(&entry) {
            Ok(written) if written.contains("Exec=") => Look::Found(written),
            Ok(half) => Look::Instead(std::io::Error::other(half)),
            Err(error) => Look::Instead(error),
        })
    })
    .await?;
    let exec = written.lines().find(|line| line.starts_with("Exec=")).context("it starts nothing")?;
    let own = program("tandem")?;
    ensure!(exec.contains(own.to_str().context("not text")?) && exec.ends_with("--hidden"), "{exec}");
    pictures(&stage, &maya).await?;

    // Another program disables it: the desk shows the system's setting.
    std::fs::write(&entry, format!("{written}Hidden=true\n"))?;
    maya.click(Thing::Button("Close")).await?;
    maya.run(settings).await?;
    maya.click(section).await?;
    let checked = "return document.querySelector('.login [role=switch]')?.checked";
    until("the switch to be off", async || {
        let said = maya.run(checked).await?;
        Ok(if said == false { Look::Found(()) } else { Look::Instead(said) })
    })
    .await?;
    maya.click(choice).await?;
    until("the entry to be whole again", async || {
        let now = std::fs::read_to_string(&entry)?;
        Ok(if now == written { Look::Found(()) } else { Look::Instead(now) })
    })
    .await?;
    maya.click(choice).await?;
    until("the entry to be gone", async || Ok(if entry.exists() { Look::Instead("there") } else { Look::Found(()) }))
        .await?;
    // Without a tray, closing ends it.
    maya.click(Thing::Button("Close")).await?;
    screen.close().await?;
    screen.lacks_it().await?;

    // The login: no tray yet, and then there is one.
    let mut start = desktop.command(&stage, &own)?;
    start.arg("--hidden").env("TANDEM_DATA", stage.room("maya")?.join("tandem"));
    let held = stage.leash.start("maya-login", &mut start)?;
    let tray = Tray::serve(desktop.bus()).await?;
    let icon = tray.icon().await?;
    icon.says("~Nobody waits").await?;
    screen.lacks_it().await?;
    let mut carmen = Customer::arrive(&hub.url, BRAND, "Carmen Menzel").await?;
    carmen.write("Where is my ferry?").await?;
    icon.says("~1 needs help").await?;
    screen.lacks_it().await?;
    icon.choose("Quit").await?;
    icon.is_gone().await?;
    ends_well(&mut stage, held).await?;

    // A login without a tray: better a window than nothing.
    tray.leave().await?;
    let held = stage.leash.start("maya-login-without-tray", &mut start)?;
    screen.has_in_front().await?;
    screen.move_to(120, 90).await?;
    let stood = until("the window to be moved", async || {
        let place = screen.place().await?;
        Ok(if place.0 >= 100 && place.1 >= 80 { Look::Found(place) } else { Look::Instead(format!("{place:?}")) })
    })
    .await?;
    screen.close().await?;
    ends_well(&mut stage, held).await?;

    // It reappears at its last position.
    let mut start = desktop.command(&stage, &own)?;
    start.env("TANDEM_DATA", stage.room("maya")?.join("tandem"));
    let held = stage.leash.start("maya-again", &mut start)?;
    screen.has_in_front().await?;
    until(&format!("the window at {stood:?}"), async || {
        let place = screen.place().await?;
        Ok(if place == stood { Look::Found(()) } else { Look::Instead(format!("{place:?}")) })
    })
    .await?;
    screen.close().await?;
    ends_well(&mut stage, held).await
}

async fn ends_well(stage: &mut Stage, held: xtask::leash::Held) -> Result<()> {
    let status =
        until("the program to end", async || Ok(stage.leash.ended(held).map_or(Look::Instead("it runs"), Look::Found)))
            .await?;
    ensure!(status.success(), "it ended with {status}");
    Ok(())
}

/// Pictures of the setting, in both themes.
async fn pictures(stage: &Stage, maya: &Window) -> Result<()> {
    for theme in ["light", "dark"] {
        maya.dress(theme).await?;
        let file = format!("settings-{theme}.png");
        maya.picture(&stage.room("pictures")?.join(file)).await?;
    }
    Ok(())
}
