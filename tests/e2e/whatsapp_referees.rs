//! Two clients of WhatsApp's Cloud API that others wrote, as referees of the API of our tests: they send to it, and they
//! read what it posts.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tandem_testkit::cloud_api::{ACCOUNT_ID, CloudApi, PHONE_NUMBER_ID, Phone, TOKEN, Webhooks};
use tandem_testkit::hub_process::{HubOptions, HubProcess, PASSWORD};
use tandem_testkit::phones::seconds;
use tandem_tests::python::{prepared, python};
use tandem_tests::stage::{program, repository};
use tandem_tests::wait::{Look, until};

const SECRET: &str = "what Meta and the operator know";
/// What the API refuses with, for values over a limit.
const OVER: i64 = 131_009;

fn pywa() -> Result<Command> {
    python(&repository().join("tests/services/referee.py"))
}

fn kapso() -> Result<Command> {
    let home = repository().join("tests/services/kapso");
    prepared(home.join("node_modules/@kapso/whatsapp-cloud-api"))?;
    let mut command = Command::new("node");
    command.arg(home.join("referee.mjs"));
    Ok(command)
}

/// Runs a referee with these lines as its input; returns what it says.
async fn judge(mut referee: Command, arguments: Vec<String>, lines: Vec<Value>) -> Result<Vec<Value>> {
    tokio::task::spawn_blocking(move || {
        referee.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut running = referee.spawn().context("the referee cannot be started")?;
        let mut input = running.stdin.take().context("it takes no input")?;
        for line in lines {
            writeln!(input, "{line}")?;
        }
        drop(input);
        let output = running.wait_with_output()?;
        ensure!(output.status.success(), "the referee failed");
        let said = String::from_utf8(output.stdout)?;
        said.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    })
    .await?
}

async fn api() -> Result<CloudApi> {
    let api = CloudApi::start().await?;
    api.add_template(json!({ "name": "found", "language": "en", "category": "UTILITY", "status": "APPROVED",
        "components": [{ "type": "BODY", "text": "Hello {{1}}, we found it.",
            "example": { "body_text": [["Carmen"]] } }] }));
    Ok(api)
}

/// What the referee was told of an intent.
fn told<'a>(said: &'a [Value], intent: &str) -> &'a Value {
    said.iter().find(|one| one["intent"] == intent).unwrap_or(&Value::Null)
}

#[tokio::test]
async fn pywa_sends_to_the_api_of_the_tests_and_is_refused_where_meta_refuses() -> Result<()> {
    let api = api().await?;
    let arguments = ["send", api.url(), TOKEN, PHONE_NUMBER_ID, ACCOUNT_ID].map(str::to_owned).to_vec();
    let said = judge(pywa()?, arguments, Vec::new()).await?;
    for (intent, code) in
        [("too long a text", OVER), ("four buttons", OVER), ("eleven rows", OVER), ("wrong token", 190)]
    {
        assert_eq!(told(&said, intent)["refused"], code, "{intent}");
    }
    let accepted: Vec<_> = said.iter().filter(|one| one.get("accepted").is_some()).collect();
    assert_eq!(accepted.len(), said.len() - 4, "everything else is taken: {said:?}");
    assert_eq!(told(&said, "templates")["accepted"], "found");
    let ids: Vec<_> = api.taken().into_iter().map(|taken| taken.id).collect();
    assert_eq!(told(&said, "text")["accepted"], ids[1].as_str(), "it reads the ids that are given");
    assert_eq!((api.marks().len(), api.files().len()), (2, 3));
    assert_eq!(api.taken()[1].tracker, "turn");
    Ok(())
}

#[tokio::test]
async fn kapso_sends_to_the_api_of_the_tests_and_refuses_what_it_refuses() -> Result<()> {
    let api = api().await?;
    let arguments = ["send", api.url(), TOKEN, PHONE_NUMBER_ID].map(str::to_owned).to_vec();
    let said = judge(kapso()?, arguments, Vec::new()).await?;
    let refused: Vec<_> = said.iter().filter(|one| one.get("refused").is_some()).map(|one| &one["intent"]).collect();
    assert_eq!(refused, ["four buttons", "eleven rows", "a button of 21 letters"], "{said:?}");
    assert_eq!(api.taken().len(), 9);
    assert_eq!(api.marks().len(), 1);
    Ok(())
}

/// One body of each kind that the API of the tests posts, and what it says.
fn bodies(hooks: &Webhooks) -> Vec<(String, Value)> {
    let carmen = Phone { user_id: "ES.13491208655302741918".into(), ..Phone::new("34600999888", "Carmen Ruiz") };
    let message = |id: &str, message: Value| hooks.message_body(&carmen, id, message, 0);
    let context = json!({ "from": "34600123456", "id": "wamid.api.1" });
    let reply = |kind: &str| {
        let mut interactive = json!({ "type": kind });
        interactive[kind] = json!({ "id": "turn:a", "title": "Aisle" });
        json!({ "type": "interactive", "interactive": interactive, "context": context })
    };
    let report = |state: &str| {
        let mut report = json!({ "id": "wamid.api.1", "status": state, "timestamp": seconds().to_string(),
            "recipient_id": "34600999888", "biz_opaque_callback_data": "turn" });
        if state == "failed" {
            report["errors"] = json!([{ "code": 131_026, "title": "Message undeliverable", "message": "Message undeliverable",
                "error_data": { "details": "Message Undeliverable." }, "href": "https://a.test" }]);
        }
        hooks.statuses_body(&carmen, &[report])
    };
    let text = |words: &str| json!({ "type": "text", "text": { "body": words } });
    let mut quoting = text("This one");
    quoting["context"] = context.clone();
    let image = json!({ "id": "700001", "mime_type": "image/jpeg", "sha256": "ab", "caption": "Look",
        "url": "https://lookaside.test/1" });
    let edit = json!({ "type": "edit", "edit": { "original_message_id": "wamid.1", "message": text("Hi") } });
    vec![
        (message("wamid.1", text("Hello")), json!({ "kind": "message", "type": "text", "text": "Hello" })),
        (message("wamid.2", quoting), json!({ "kind": "message", "type": "text", "quotes": "wamid.api.1" })),
        (
            message(
                "wamid.3",
                json!({ "type": "reaction", "reaction": { "message_id": "wamid.api.1", "emoji": "👍" } }),
            ),
            json!({ "kind": "message", "type": "reaction", "reaction": "👍" }),
        ),
        (
            message("wamid.4", json!({ "type": "image", "image": image })),
            json!({ "kind": "message", "type": "image", "text": "Look", "media": "700001" }),
        ),
        (message("wamid.5", reply("button_reply")), json!({ "kind": "button", "type": "turn:a", "text": "Aisle" })),
        (message("wamid.6", reply("list_reply")), json!({ "kind": "selection", "type": "turn:a", "text": "Aisle" })),
        (message("wamid.7", edit), json!({ "kind": "edit" })),
        (
            message("wamid.8", json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.1" } })),
            json!({ "kind": "withdrawal" }),
        ),
        (report("sent"), json!({ "kind": "status", "type": "sent", "text": "turn" })),
        (report("delivered"), json!({ "kind": "status", "type": "delivered" })),
        (report("read"), json!({ "kind": "status", "type": "read" })),
        (report("failed"), json!({ "kind": "status", "type": "failed" })),
    ]
}

/// What else is posted, which is no message of a customer and no report.
fn news(hooks: &Webhooks) -> Vec<(String, Value)> {
    let contacts = json!([{ "profile": { "name": "Carmen Ruiz" }, "wa_id": "34600999888", "user_id": "ES.1" }]);
    let template = json!({ "event": "APPROVED", "message_template_id": 1, "message_template_name": "found",
        "message_template_language": "en", "reason": null });
    let wish = json!({ "wa_id": "34600999888", "user_id": "ES.1", "detail": "User requested to stop",
        "category": "marketing_messages", "value": "stop", "timestamp": seconds() });
    let echo = json!({ "from": "34600123456", "to": "34600999888", "to_user_id": "ES.1", "id": "wamid.phone",
        "timestamp": seconds().to_string(), "type": "text", "text": { "body": "On my way" } });
    vec![
        (hooks.body("message_template_status_update", template), json!({ "kind": "template", "text": "found" })),
        (
            hooks.body("user_preferences", json!({ "contacts": contacts, "user_preferences": [wish] })),
            json!({ "kind": "preference", "text": "stop" }),
        ),
        (
            hooks.body("smb_message_echoes", json!({ "contacts": contacts, "message_echoes": [echo] })),
            json!({ "kind": "echo", "text": "On my way" }),
        ),
    ]
}

fn hooks() -> Webhooks {
    Webhooks { url: String::new(), app_secret: SECRET.into(), phone_number_id: PHONE_NUMBER_ID.into(), clock: seconds }
}

/// The lines for a referee: each body with its signature, and one with a wrong one.
fn posted(hooks: &Webhooks, bodies: &[(String, Value)]) -> Vec<Value> {
    let line = |body: &str, signed: &str| json!({ "body": body, "signature": hooks.sign(signed.as_bytes()) });
    let mut lines: Vec<_> = bodies.iter().map(|(body, _)| line(body, body)).collect();
    lines.extend(bodies.first().map(|(body, _)| line(body, "another body")));
    lines
}

#[tokio::test]
async fn pywa_reads_every_webhook_of_the_api_of_the_tests() -> Result<()> {
    let hooks = hooks();
    let bodies = [bodies(&hooks), news(&hooks)].concat();
    let arguments = ["read", SECRET, PHONE_NUMBER_ID].map(str::to_owned).to_vec();
    let said = judge(pywa()?, arguments, posted(&hooks, &bodies)).await?;
    assert_eq!(said.len(), bodies.len() + 1);
    for ((body, expected), said) in bodies.iter().zip(&said) {
        assert_eq!(said["refused"], false, "{body}");
        let heard = &said["heard"][0];
        for (name, value) in expected.as_object().into_iter().flatten() {
            assert_eq!(&heard[name], value, "{body} is heard as {said}");
        }
    }
    assert_eq!(said[bodies.len()], json!({ "refused": true, "heard": [] }), "a wrong signature");
    Ok(())
}

#[tokio::test]
async fn kapso_reads_every_webhook_of_the_api_of_the_tests() -> Result<()> {
    let hooks = hooks();
    let bodies = bodies(&hooks);
    let said = judge(kapso()?, vec!["read".into(), SECRET.into()], posted(&hooks, &bodies)).await?;
    assert_eq!(said.len(), bodies.len() + 1);
    for ((body, expected), said) in bodies.iter().zip(&said) {
        let heard = said["heard"].as_array().context("it says nothing")?;
        assert_eq!((&said["refused"], heard.len()), (&json!(false), 1), "{body} is heard as {said}");
        let is_report = expected["kind"] == "status";
        assert_eq!(heard[0]["kind"], if is_report { "status" } else { "message" }, "{body}");
        if is_report {
            assert_eq!(heard[0]["type"], expected["type"], "{body}");
        } else {
            assert_eq!(heard[0]["from"], "34600999888", "{body}");
        }
    }
    assert_eq!(said[bodies.len()], json!({ "refused": true, "heard": [] }), "a wrong signature");
    Ok(())
}

/// The recorded webhooks that others have received, as if they had happened at the number of the tests; none if there are
/// none on this machine.
fn recorded() -> Vec<Value> {
    let beside = || repository().join("../shared/data");
    let data = std::env::var_os("TANDEM_SHARED_DATA").map_or_else(beside, std::path::PathBuf::from);
    let Ok(entries) = std::fs::read_dir(data.join("whatsapp/inbound")) else {
        println!("skipped: no shared data");
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok();
    let mut bodies: Vec<Value> = paths.iter().filter_map(read).collect();
    for change in bodies.iter_mut().flat_map(changes) {
        if let Some(number) = change.pointer_mut("/value/metadata/phone_number_id") {
            *number = json!(PHONE_NUMBER_ID);
        }
    }
    bodies
}

fn changes(body: &mut Value) -> Vec<&mut Value> {
    let entries = body["entry"].as_array_mut().into_iter().flatten();
    entries.flat_map(|entry| entry["changes"].as_array_mut().into_iter().flatten()).collect()
}

/// A supervisor who reads everything.
struct Reader {
    hub: String,
    token: String,
}

impl Reader {
    async fn of(hub: &HubProcess) -> Result<Self> {
        hub.add_user("sofia@northwind.example", "Sofia Lind", "supervisor")?;
        let login = json!({ "email": "sofia@northwind.example", "password": PASSWORD });
        let url = format!("{}/api/v1/auth/login", hub.url);
        let answer: Value = reqwest::Client::new().post(url).json(&login).send().await?.json().await?;
        let token = answer["accessToken"].as_str().context("she is not let in")?.to_owned();
        Ok(Self { hub: hub.url.clone(), token })
    }

    async fn asks(&self, path: &str) -> Result<Value> {
        let url = format!("{}/api/v1/{path}", self.hub);
        Ok(reqwest::Client::new().get(url).bearer_auth(&self.token).send().await?.json().await?)
    }

    /// All turns, by their ids.
    async fn turns(&self) -> Result<BTreeMap<String, Value>> {
        let mut turns = BTreeMap::new();
        let page = self.asks("conversations?section=all&limit=200").await?;
        for row in page["conversations"].as_array().into_iter().flatten() {
            let id = row["id"].as_str().unwrap_or_default();
            let page = self.asks(&format!("conversations/{id}/turns?limit=500")).await?;
            for event in page["events"].as_array().into_iter().flatten() {
                if let Some(turn) = event["body"]["turn_added"].get("turn") {
                    turns.insert(turn["id"].to_string(), turn.clone());
                }
            }
        }
        Ok(turns)
    }

    /// The turns that have come since, once this marker has: what was posted before it has been read.
    async fn came(&self, known: &mut BTreeMap<String, Value>, marker: &str) -> Result<Vec<Value>> {
        let all = until("the marker", async || {
            let all = self.turns().await?;
            let is_there = all.values().any(|turn| turn["content"]["text"] == marker);
            Ok(if is_there { Look::Found(all) } else { Look::Instead(format!("{} turns", all.len())) })
        })
        .await?;
        let new = all.iter().filter(|(id, turn)| !known.contains_key(*id) && turn["content"]["text"] != marker);
        let new = new.map(|(_, turn)| turn.clone()).collect();
        *known = all;
        Ok(new)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_hears_in_recorded_webhooks_what_pywa_hears() -> Result<()> {
    let bodies = recorded();
    let api = api().await?;
    let hub = HubProcess::start(&program("tandem-hub")?, &HubOptions::default())?;
    let hooks = hub.add_whatsapp(&api, seconds)?;
    let reader = Reader::of(&hub).await?;
    // Several recordings use one id for different messages, which the hub would hear once.
    let own_ids = |(count, body): (usize, &Value)| {
        body.to_string().replace("\"id\":\"wamid.", &format!("\"id\":\"wamid.{count}."))
    };
    // Some have names of values in place of values: nobody has such a number.
    let texts: Vec<_> = bodies.iter().enumerate().map(own_ids).filter(|text| !text.contains("\"<")).collect();
    let lines = texts.iter().map(|body| json!({ "body": body, "signature": hooks.sign(body.as_bytes()) })).collect();
    let arguments = vec!["read".into(), hooks.app_secret.clone(), PHONE_NUMBER_ID.into()];
    let said = judge(pywa()?, arguments, lines).await?;
    let marker = Phone::new("351900000000", "Marker");
    let (mut known, mut compared) = (BTreeMap::new(), 0);
    for (count, (body, said)) in texts.iter().zip(&said).enumerate() {
        assert_eq!(hooks.post(body).await?, 200);
        let words = format!("marker {count}");
        hooks
            .message(&marker, &format!("wamid.marker.{count}"), json!({ "type": "text", "text": { "body": words } }), 0)
            .await?;
        let came = reader.came(&mut known, &words).await?;
        for heard in said["heard"].as_array().into_iter().flatten() {
            let is_said =
                ["message", "button", "selection", "echo"].contains(&heard["kind"].as_str().unwrap_or_default());
            let Some(text) = heard["text"].as_str().filter(|text| is_said && !text.is_empty()) else { continue };
            let same = came.iter().any(|turn| turn["content"]["text"].as_str().is_some_and(|said| said.contains(text)));
            // What came twice in the recordings, under one id, is heard once.
            let before = known.values().any(|turn| turn["content"]["text"] == text);
            assert!(same || before, "pywa hears {heard} in {body}, and the hub {came:?}");
            compared += 1;
        }
    }
    println!("compared {compared} of {} bodies", bodies.len());
    assert!(bodies.is_empty() || compared > 0, "{compared} messages with words");
    Ok(())
}
