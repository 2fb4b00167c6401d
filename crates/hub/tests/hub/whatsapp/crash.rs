//! The hub is killed in the middle of work: nothing that was answered is lost, and nothing is sent twice.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use tandem_hub::add_whatsapp_number;
use tandem_testkit::cloud_api::{CloudApi, Fault, Phone, TOKEN, Webhooks};
use tandem_testkit::hub_process::{HubOptions, HubProcess, PASSWORD};

use super::world::{command, conversations, event, events, number, says, taken, text, webhooks};
use crate::common::Agent;

const CHATS: usize = 3;
const KILLS: usize = 3;
/// Messages of each chat between two kills: the first is on its way when the hub is killed.
const EACH: usize = 3;

struct Town {
    hub: HubProcess,
    api: CloudApi,
    hooks: Webhooks,
}

impl Town {
    async fn new() -> Self {
        let api = CloudApi::start().await.unwrap();
        let hub = HubProcess::start(Path::new(env!("CARGO_BIN_EXE_tandem-hub")), &HubOptions::default()).unwrap();
        hub.add_user("maya@northwind.example", "Maya Ortiz", "agent").unwrap();
        let (folder, new) = (hub.data().to_owned(), number(&api, TOKEN));
        tokio::task::spawn_blocking(move || add_whatsapp_number(&folder, new)).await.unwrap().unwrap();
        let hooks = webhooks(&hub.url);
        Self { hub, api, hooks }
    }

    async fn maya(&self) -> Agent {
        let login = json!({ "email": "maya@northwind.example", "password": PASSWORD });
        let (status, tokens) = crate::common::post(&self.hub.url, "/api/v1/auth/login", None, &login).await;
        assert_eq!(status, 200, "{tokens}");
        let part = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Agent { base: self.hub.url.clone(), token: part("accessToken"), refresh: part("refreshToken") }
    }

    fn crashes(&mut self) {
        self.hub.kill_and_restart(&HubOptions::default()).unwrap();
    }
}

fn phone(chat: usize) -> Phone {
    Phone::new(&format!("3460011100{chat}"), "Somebody")
}

/// The words that each customer got, in order.
fn got(requests: &[Value]) -> BTreeMap<String, Vec<String>> {
    let mut got: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for request in requests {
        let (to, words) = (request["to"].as_str().unwrap(), request["text"]["body"].as_str().unwrap());
        got.entry(to.to_owned()).or_default().push(words.to_owned());
    }
    got
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_killed_while_it_sends_loses_nothing_and_sends_nothing_twice() {
    let mut town = Town::new().await;
    let maya = town.maya().await;
    for chat in 0..CHATS {
        town.hooks.message(&phone(chat), &format!("wamid.{chat}"), text("Hello?"), 0).await.unwrap();
    }
    let all = conversations(&maya, "help", CHATS).await;
    for id in &all {
        assert_eq!(command(&maya, id, json!({ "type": "join" })).await.0, 200);
    }
    let mut expected = Vec::new();
    for kill in 0..KILLS {
        // The first message of each chat is taken, and its answer is never heard.
        town.api.faults((0..CHATS).map(|_| Fault::TakesAndHolds));
        for count in 0..EACH {
            let words = format!("{kill}.{count}");
            for id in &all {
                says(&maya, id, &words).await;
            }
            expected.push(words);
        }
        let before = kill * CHATS * EACH;
        taken(&town.api, before + CHATS).await;
        town.crashes();
        let reports = town.api.taken()[before..].iter().map(|message| message.status("delivered")).collect();
        town.hooks.statuses(reports).await.unwrap();
        taken(&town.api, before + CHATS * EACH).await;
    }
    let requests = town.api.requests();
    assert_eq!(requests.len(), CHATS * KILLS * EACH, "every message left once");
    let got = got(&requests);
    assert_eq!(got.len(), CHATS);
    assert!(got.values().all(|words| *words == expected), "all of them, in order: {got:?}");
    let reports = town.api.taken().iter().map(|message| message.status("read")).collect();
    town.hooks.statuses(reports).await.unwrap();
    for id in &all {
        let last = says(&maya, id, "The end").await;
        event(&maya, id, "turn_progressed", |body| body["turn"] != last.as_str() && body["stage"] == "seen").await;
        let all = events(&maya, id).await;
        let bad = all.iter().filter(|event| {
            let stage = &event["body"]["turn_progressed"]["stage"];
            stage == "failed" || stage == "unconfirmed"
        });
        assert_eq!(bad.count(), 0, "reports have said of each that it arrived");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_was_answered_is_read_after_a_crash_and_once() {
    let mut town = Town::new().await;
    let maya = town.maya().await;
    for count in 0..8 {
        let words = text(&format!("Message {count}"));
        town.hooks.message(&phone(0), &format!("wamid.{count}"), words.clone(), 0).await.unwrap();
        town.crashes();
        // Meta repeats what it may.
        town.hooks.message(&phone(0), &format!("wamid.{count}"), words, 0).await.unwrap();
    }
    let id = conversations(&maya, "help", 1).await.remove(0);
    event(&maya, &id, "turn_added", |body| body["turn"]["content"]["text"] == "Message 7").await;
    let said: Vec<_> = events(&maya, &id)
        .await
        .iter()
        .filter_map(|event| event["body"]["turn_added"]["turn"]["content"]["text"].as_str().map(str::to_owned))
        .collect();
    let expected: Vec<_> = (0..8).map(|count| format!("Message {count}")).collect();
    assert_eq!(said, expected);
}
