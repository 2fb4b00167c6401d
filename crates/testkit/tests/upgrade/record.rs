//! A day at Northwind, invented from beginning to end: what the hub and Maya's desk store of it, and what they
//! exchanged.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tandem_conversation::{Role, Section};
use tandem_desk::Desk;
use tandem_hub::{NewBrand, NewUser, add_brand, add_user};
use tandem_protocol::agents::{AgentCommand, ButtonDefinition};
use tandem_testkit::people::{Agent, Customer};

use crate::house::{House, PASSWORD, desk, logic, until};
use crate::relay::Relay;

const PEOPLE: [(&str, &str, Role); 4] = [
    ("maya", "Maya Ortiz", Role::Agent),
    ("jonas", "Jonas Keller", Role::Agent),
    ("sofia", "Sofia Lind", Role::Supervisor),
    ("ada", "Ada Novak", Role::Admin),
];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "records this version; run once for each that is released"]
async fn record() {
    let Some(into) = std::env::var_os("TANDEM_RECORD").map(PathBuf::from) else { return };
    let into = if into.is_absolute() { into } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(into) };
    let (hub_data, desk_data) = (into.join("hub"), into.join("desk"));
    std::fs::create_dir_all(hub_data.join("media")).unwrap();
    let data = hub_data.clone();
    tokio::task::spawn_blocking(move || set_up(&data)).await.unwrap();
    let logic = logic().await;
    let mut house = House::open(&hub_data, Some(&logic), tandem_hub_now).await;
    // Earlier customers: the desk gets them by catch-up.
    let carmen = begin(&house.url).await;
    let relay = Relay::before(&house.url).await;
    let maya = desk(&desk_data, tandem_desk_now).await;
    work(&maya, &relay, &house.url, carmen).await;
    house.end().await;
    let lines = relay.close();
    write_what_cannot_be_sent(&maya).await;
    maya.stop().await;
    House::open(&hub_data, None, tandem_hub_now).await.close(&hub_data).await;
    let text: String = lines.iter().map(|line| format!("{}\n", without_tokens(line.clone()))).collect();
    std::fs::write(into.join("transcript.jsonl"), text).unwrap();
    let recorded = json!({ "version": tandem_protocol::version(), "at": tandem_hub_now() });
    std::fs::write(into.join("recorded.json"), format!("{recorded:#}\n")).unwrap();
}

fn tandem_hub_now() -> tandem_conversation::Time {
    tandem_hub::Clock::system().now()
}

fn tandem_desk_now() -> tandem_conversation::Time {
    tandem_desk::Clock::system().now()
}

/// Removes tokens; the people do not exist, and the desk's own token is in its keychain.
fn without_tokens(mut line: Value) -> Value {
    for (side, name) in [("answer", "accessToken"), ("answer", "refreshToken"), ("body", "refreshToken")] {
        if let Some(token) = line.get_mut(side).and_then(|side| side.get_mut(name)) {
            *token = "token".into();
        }
    }
    line
}

fn set_up(data: &Path) {
    for (key, name) in [("northwind", "Northwind Travel"), ("aurora", "Aurora Hotels")] {
        let brand = NewBrand {
            key: key.into(),
            name: name.into(),
            greeting: "Hello!".into(),
            accent: "#2f5bea".into(),
            domains: vec!["*".into()],
        };
        add_brand(data, brand).unwrap();
    }
    for (short, name, role) in PEOPLE {
        let mut user = NewUser::new(&email(short), name, role, PASSWORD);
        user.languages = if short == "jonas" { vec!["de".into()] } else { Vec::new() };
        add_user(data, user).unwrap();
    }
}

pub fn email(short: &str) -> String {
    format!("{short}@northwind.example")
}

/// Conversations in many states.
async fn begin(hub: &str) -> Customer {
    let ada = Agent::sign_in(hub, &email("ada"), PASSWORD).await.unwrap();
    let button = ButtonDefinition {
        title: "Refund".into(),
        description: String::new(),
        action: Some("refund".into()),
        copy: None,
        url: None,
        agents: true,
        external: true,
        active: true,
        order: 1,
    };
    ada.define(tandem_conversation::ButtonId(uuid::Uuid::now_v7()), &button).await.unwrap();
    let mut jonas = Agent::sign_in(hub, &email("jonas"), PASSWORD).await.unwrap();
    // Solved by Your Logic alone, begun again, and rated.
    let mut priya = Customer::arrive(hub, "northwind", "Priya Raman").await.unwrap();
    priya.write("I would like another seat").await.unwrap();
    priya.choose("Window").await.unwrap();
    priya.wait_for("Seat 4A").await.unwrap();
    priya.begin_anew().await.unwrap();
    priya.write("And one more seat for my son").await.unwrap();
    priya.wait_for("Which seat?").await.unwrap();
    // Handled by a colleague and completed.
    let mut lukas = Customer::arrive(hub, "aurora", "Lukas Brandt").await.unwrap();
    lukas.write("Guten Tag, ich möchte mein Zimmer stornieren").await.unwrap();
    let of_lukas = called(&mut jonas, "Lukas Brandt").await;
    jonas.join(of_lukas).await.unwrap();
    jonas.wait_until("having joined", |desk| !desk.section(Section::My).is_empty()).await.unwrap();
    jonas.reply(of_lukas, "Das habe ich für Sie erledigt.").await.unwrap();
    lukas.wait_for("erledigt").await.unwrap();
    lukas.sees().await.unwrap();
    jonas.complete(of_lukas, "Cancelled").await.unwrap();
    // Waiting for an agent.
    let mut tom = Customer::arrive(hub, "northwind", "Tom Okafor").await.unwrap();
    tom.write("My suitcase is lost").await.unwrap();
    called(&mut jonas, "Tom Okafor").await;
    let mut carmen = Customer::arrive(hub, "northwind", "Carmen Menzel").await.unwrap();
    carmen.write("Please refund my flight").await.unwrap();
    called(&mut jonas, "Carmen Menzel").await;
    carmen
}

async fn called(agent: &mut Agent, name: &str) -> tandem_conversation::ConversationId {
    let find = |desk: &tandem_testkit::people::Desk| {
        let state = desk.of_customer(name).filter(|state| state.help.is_some())?;
        Some(state.id)
    };
    agent.wait_for(&format!("{name}'s call"), find).await.unwrap()
}

/// Maya's work at her desk, and the others present.
async fn work(maya: &Desk, relay: &Relay, hub: &str, mut carmen: Customer) {
    let sign_in = json!({ "hub": relay.url, "email": email("maya"), "password": PASSWORD });
    maya.rpc("session.signIn", sign_in).await.unwrap();
    until(maya, "app.state", Value::Null, |app| app["connection"]["state"] == "live").await;
    let mut sofia = Agent::sign_in(hub, &email("sofia"), PASSWORD).await.unwrap();
    let help = json!({ "section": "help", "offset": 0, "limit": 50 });
    let list = until(maya, "conversations.list", help, |list| list["rows"].as_array().unwrap().len() >= 3).await;
    let row = list["rows"].as_array().unwrap().iter().find(|row| row["name"] == "Carmen Menzel").unwrap().clone();
    let id = row["id"].clone();
    let ask =
        async |name: &str, request: Value| maya.rpc(name, request).await.unwrap_or_else(|e| panic!("{name}: {e:?}"));
    ask("conversation.join", json!({ "id": id, "call": row["help"]["call"] })).await;
    let open = json!({ "id": id });
    let view = until(maya, "conversation.open", open.clone(), |view| !view["handover"].is_null()).await;
    ask("conversation.gradeHandover", json!({ "id": id, "turn": view["handover"]["turn"], "grade": "helpful" })).await;
    ask("conversation.pressButton", json!({ "id": id, "button": view["buttons"][0]["id"] })).await;
    reply(maya, &id, "I am looking into it.").await;
    carmen.wait_for("looking into it").await.unwrap();
    carmen.sees().await.unwrap();
    carmen.write("Thank you, Maya").await.unwrap();
    carmen.types(true).await.unwrap();
    let mentionable = ask("conversation.mentionable", open.clone()).await;
    assert!(mentionable.as_array().is_some_and(|found| !found.is_empty()), "Sofia can be mentioned");
    ask("conversation.note", json!({ "id": id, "text": "@Sofia Lind is this fare refundable?" })).await;
    sofia
        .wait_until("the mention", |desk| desk.of_customer("Carmen Menzel").is_some_and(|c| !c.mentions.is_empty()))
        .await
        .unwrap();
    let of_carmen = sofia.desk.of_customer("Carmen Menzel").unwrap().id;
    sofia.note(of_carmen, "Yes, within 24 hours.", &[]).await.unwrap();
    let partner =
        json!({ "id": id, "name": "Aerolinx", "email": "desk@aerolinx.example", "ttlS": 3600, "note": "Seat 4A?" });
    ask("conversation.inviteExternal", partner).await;
    let tag = AgentCommand::Tag { add: vec!["vip".into()], remove: Vec::new() };
    sofia.command(of_carmen, tag).await.unwrap();
    ask("conversation.typing", open.clone()).await;
    let seen =
        until(maya, "conversation.open", open.clone(), |view| view["row"]["tags"].to_string().contains("vip")).await;
    ask("conversation.seen", json!({ "id": id, "upTo": seen["position"] })).await;
    let _ = maya.rpc("conversation.improve", json!({ "id": id, "text": "we look it up" })).await;
    let _ = maya.rpc("conversation.preview", open.clone()).await;
    ask("search", json!({ "query": "suitcase", "limit": 10, "hub": true })).await;
    ask("me.setAvailability", json!({ "availability": "busy" })).await;
    // A customer whom she leaves again.
    let list = ask("conversations.list", json!({ "section": "help", "offset": 0, "limit": 50 })).await;
    let tom = list["rows"].as_array().unwrap().iter().find(|row| row["name"] == "Tom Okafor").unwrap().clone();
    ask("conversation.join", json!({ "id": tom["id"], "call": tom["help"]["call"] })).await;
    reply(maya, &tom["id"], "We found it in Lisbon.").await;
    ask("conversation.leave", json!({ "id": tom["id"], "reason": "End of shift", "askForHelp": false })).await;
    // The remaining messages: receipts, the second event page, the journey.
    for what in ["Thank you, Maya", "within 24 hours"] {
        until(maya, "conversation.entries", json!({ "id": id, "limit": 50 }), |page| page.to_string().contains(what))
            .await;
    }
    until(maya, "outbox.list", Value::Null, |queue| queue.as_array().is_some_and(Vec::is_empty)).await;
    until(maya, "app.state", Value::Null, |_| relay.heard("/api/v1/alerts", "reports")).await;
}

async fn reply(maya: &Desk, id: &Value, text: &str) {
    let view = maya.rpc("conversation.open", json!({ "id": id })).await.unwrap();
    let send = json!({ "id": id, "text": text, "writtenAgainst": view["position"], "anyway": true });
    maya.rpc("conversation.send", send).await.unwrap();
}

/// The hub is gone: one reply is queued, and a reply and a note are unfinished.
async fn write_what_cannot_be_sent(maya: &Desk) {
    until(maya, "app.state", Value::Null, |app| app["connection"]["state"] != "live").await;
    let my = json!({ "section": "my", "offset": 0, "limit": 50 });
    let list = until(maya, "conversations.list", my, |list| !list["rows"].as_array().unwrap().is_empty()).await;
    let id = list["rows"][0]["id"].clone();
    let view = maya.rpc("conversation.open", json!({ "id": id })).await.unwrap();
    let send =
        json!({ "id": id, "text": "Your refund is on its way.", "writtenAgainst": view["position"], "anyway": true });
    let _ = maya.rpc("conversation.send", send).await;
    for (note, text) in [(false, "One more question:"), (true, "Ask accounting tomorrow")] {
        maya.rpc("conversation.draft", json!({ "id": id, "text": text, "note": note })).await.unwrap();
    }
}
