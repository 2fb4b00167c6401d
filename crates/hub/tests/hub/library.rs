//! Quick replies and questions: who may save and see which, what is refused, what desks hear, and what is counted.

use crate::common::{Agent, SECRET, TestHub, TestLogic, eventually, get, logic_at};
use axum::response::IntoResponse as _;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use uuid::Uuid;

impl Agent {
    async fn saves(&self, kind: &str, id: Uuid, definition: &Value) -> (u16, Value) {
        self.asks(Method::PUT, &format!("/api/v1/{kind}/{id}"), Some(definition)).await
    }

    async fn imports(&self, query: &str, kind: &str, file: &str) -> (u16, Value) {
        let request = reqwest::Client::new().post(format!("{}/api/v1/quick-replies/import{query}", self.base));
        let request = request.bearer_auth(&self.token).header("content-type", kind).body(file.to_owned());
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// Shortcuts that this user may use.
    async fn uses(&self) -> Vec<String> {
        let library = self.gets("/api/v1/library").await.1;
        names(&library["quickReplies"])
    }
}

fn names(replies: &Value) -> Vec<String> {
    replies.as_array().unwrap().iter().map(|reply| reply["shortcut"].as_str().unwrap().to_owned()).collect()
}

fn reply(shortcut: &str, text: &str) -> Value {
    json!({ "shortcut": shortcut, "title": shortcut, "texts": { "en": text } })
}

fn private(shortcut: &str) -> Value {
    json!({ "shortcut": shortcut, "title": shortcut, "texts": { "en": "x" }, "scope": { "type": "mine" } })
}

fn which_day() -> Value {
    let days = |one: &str, other: &str| json!([{ "id": "thu", "label": one }, { "id": "fri", "label": other }]);
    json!({ "key": "which-day", "title": "Which day", "texts": {
        "en": { "text": "Which day?", "choices": days("Thursday", "Friday") },
        "de": { "text": "Welcher Tag?", "choices": days("Donnerstag", "Freitag") } } })
}

#[tokio::test]
async fn everybody_has_their_own_and_managers_change_what_others_see() {
    let hub = TestHub::start(None).await;
    let (maya, jonas, ada) = (hub.maya().await, hub.jonas().await, hub.ada().await);
    assert_eq!(maya.uses().await, ["working-on-it"], "Tandem brings one along");
    let (shared, mine) = (Uuid::now_v7(), Uuid::now_v7());
    assert_eq!(ada.saves("quick-replies", shared, &reply("on-its-way", "It is on its way.")).await.0, 200);
    assert_eq!(maya.saves("quick-replies", mine, &private("hi")).await.0, 200);
    assert_eq!(
        jonas.saves("quick-replies", Uuid::now_v7(), &private("hi")).await.0,
        200,
        "private names are one's own"
    );

    assert_eq!(maya.uses().await, ["on-its-way", "working-on-it", "hi"]);
    assert_eq!(ada.uses().await, ["on-its-way", "working-on-it"], "private ones are nobody else's");
    assert_eq!(
        names(&json!(
            ada.gets("/api/v1/quick-replies")
                .await
                .1
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["quickReply"].clone())
                .collect::<Vec<_>>()
        )),
        ["on-its-way", "working-on-it"]
    );

    assert_eq!(maya.saves("quick-replies", shared, &reply("on-its-way", "No.")).await.1["code"], "permission.missing");
    assert_eq!(maya.saves("quick-replies", mine, &reply("hi", "Everybody?")).await.0, 403);
    assert_eq!(jonas.saves("quick-replies", mine, &private("hi-2")).await.1["code"], "library.unknown");
    assert_eq!(ada.asks(Method::DELETE, &format!("/api/v1/quick-replies/{mine}"), None).await.0, 404);
    assert_eq!(maya.saves("quick-replies", Uuid::now_v7(), &private("on-its-way")).await.1["code"], "library.shortcut");
    assert_eq!(
        ada.saves("quick-replies", Uuid::now_v7(), &reply("hi", "x")).await.0,
        200,
        "private names block nobody"
    );
    assert_eq!(ada.saves("questions", shared, &which_day()).await.1["code"], "input.id_used");
    assert_eq!(
        maya.asks(Method::DELETE, &format!("/api/v1/quick-replies/{mine}"), None).await.1,
        json!({ "retired": false })
    );
    assert_eq!(maya.uses().await, ["hi", "on-its-way", "working-on-it"]);
}

#[tokio::test]
async fn a_team_sees_its_own_and_drafts_stay_with_their_managers() {
    let hub = TestHub::start(None).await;
    let (maya, ada) = (hub.maya().await, hub.ada().await);
    for brand in ["bank", "shop"] {
        let (status, row) = ada
            .asks(Method::POST, "/api/v1/brands", Some(&json!({ "id": brand, "name": brand, "domains": ["*"] })))
            .await;
        assert_eq!(status, 200, "{row}");
    }
    for (brand, shortcut) in [("bank", "iban"), ("shop", "iban"), ("shop", "returns")] {
        let mut team = reply(shortcut, "x");
        team["scope"] = json!({ "type": "team", "brands": [brand] });
        assert_eq!(ada.saves("quick-replies", Uuid::now_v7(), &team).await.0, 200, "teams that never meet");
    }
    let mut draft = reply("soon", "x");
    draft["state"] = json!("draft");
    ada.saves("quick-replies", Uuid::now_v7(), &draft).await;
    let mut question = which_day();
    question["brands"] = json!(["shop"]);
    ada.saves("questions", Uuid::now_v7(), &question).await;

    assert_eq!(maya.uses().await, ["iban", "iban", "returns", "working-on-it"], "who serves all brands sees all");
    let me = maya.gets("/api/v1/me").await.1["user"].as_str().unwrap().to_owned();
    ada.asks(Method::PATCH, &format!("/api/v1/users/{me}"), Some(&json!({ "brands": ["bank"] }))).await;
    let library = maya.gets("/api/v1/library").await.1;
    assert_eq!(names(&library["quickReplies"]), ["iban", "working-on-it"]);
    assert_eq!(library["questions"], json!([]));
    assert_eq!(library["brands"].as_array().unwrap().len(), 3, "names for variables");
    assert!(ada.gets("/api/v1/quick-replies").await.1.to_string().contains("\"soon\""));
    assert!(!maya.gets("/api/v1/quick-replies").await.1.to_string().contains("\"soon\""));
}

#[tokio::test]
async fn bad_definitions_are_named_and_change_nothing() {
    let hub = TestHub::start(None).await;
    let ada = hub.ada().await;
    let before = (ada.gets("/api/v1/quick-replies").await, ada.gets("/api/v1/questions").await);
    let with = |field: &str, value: Value| {
        let mut definition = reply("hi", "Hello");
        definition[field] = value;
        definition
    };
    for (definition, status, code, words) in [
        (json!({}), 422, "input.invalid", "missing field `shortcut`"),
        (with("surprise", json!(1)), 422, "input.invalid", "surprise"),
        (with("shortcut", json!("Hi!")), 422, "input.invalid", "shortcut: use 1 to 40"),
        (with("texts", json!({})), 422, "input.invalid", "texts"),
        (
            with("texts", json!({ "en": "Dear {{customer.nam}}" })),
            422,
            "input.invalid",
            "texts.en: {{customer.nam}} at character 6 is not a variable",
        ),
        (with("scope", json!({ "type": "team", "brands": ["nowhere"] })), 422, "input.invalid", "no brand 'nowhere'"),
        (with("question", json!(Uuid::now_v7())), 422, "input.invalid", "question"),
        (with("folder", json!(["a", "b", "c", "d"])), 422, "input.invalid", "folder"),
        (with("shortcut", json!("working-on-it")), 409, "library.shortcut", "working-on-it"),
    ] {
        let (got, problem) = ada.asks(Method::POST, "/api/v1/quick-replies", Some(&definition)).await;
        assert_eq!((got, &problem["code"]), (status, &json!(code)), "{definition} → {problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{problem}");
    }
    assert_eq!((ada.gets("/api/v1/quick-replies").await, ada.gets("/api/v1/questions").await), before);
}

#[tokio::test]
async fn a_new_version_changes_no_past_and_two_managers_do_not_overwrite_each_other() {
    let hub = TestHub::start(None).await;
    let (maya, ada) = (hub.maya().await, hub.ada().await);
    let carmen = hub.customer().await;
    carmen.writes("hello").await;
    let conversation = carmen.conversation().await;
    hub.sofia().await.finds(&conversation, "help").await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let id = Uuid::now_v7();
    let (_, row) = ada.saves("questions", id, &which_day()).await;
    assert_eq!(row["question"]["version"], 1);

    let asks = |text: &str, version: u32| {
        let choices = json!([{ "id": "thu", "label": "Thursday" }, { "id": "fri", "label": "Friday" }]);
        json!({ "type": "reply", "turn": Uuid::now_v7(), "writtenAgainst": 3, "content": { "type": "question", "text": text,
            "choices": choices }, "library": { "questionId": id, "version": version } })
    };
    let (status, problem) = maya.commands(&conversation, asks("Which day, dear?", 1)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("library.no_question")), "questions are sent as they are");
    assert_eq!(maya.commands(&conversation, asks("Which day?", 7)).await.0, 409);
    maya.does(&conversation, asks("Which day?", 1)).await;

    let mut second = which_day();
    second["texts"]["en"]["text"] = json!("Which day suits you?");
    second["version"] = json!(1);
    assert_eq!(ada.saves("questions", id, &second).await.1["question"]["version"], 2);
    assert_eq!(ada.saves("questions", id, &second).await.1["code"], "library.changed");
    maya.does(&conversation, asks("Which day?", 1)).await;
    let versions = ada.gets(&format!("/api/v1/questions/{id}/versions")).await.1;
    assert_eq!(versions.as_array().unwrap().iter().map(|v| v["version"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 1]);
    let turns = maya.gets(&format!("/api/v1/conversations/{conversation}/turns")).await.1.to_string();
    assert!(turns.contains(&format!("\"questionId\":\"{id}\",\"version\":1")), "{turns}");

    assert_eq!(ada.asks(Method::DELETE, &format!("/api/v1/questions/{id}"), None).await.1, json!({ "retired": true }));
    assert_eq!(maya.gets("/api/v1/questions").await.1, json!([]));
    let again = ada.saves("questions", Uuid::now_v7(), &which_day()).await.0;
    assert_eq!(again, 200, "the key of a retired one is free");
}

#[tokio::test]
async fn what_a_turn_was_drawn_from_is_what_is_known_and_not_what_is_said() {
    let hub = TestHub::start(None).await;
    let (maya, ada) = (hub.maya().await, hub.ada().await);
    let carmen = hub.customer().await;
    carmen.writes("hello").await;
    let conversation = carmen.conversation().await;
    hub.sofia().await.finds(&conversation, "help").await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let (holds, plain) = (Uuid::now_v7(), Uuid::now_v7());
    let mut waits = reply("one-moment", "One moment");
    waits["holding"] = json!(true);
    ada.saves("quick-replies", holds, &waits).await;
    ada.saves("quick-replies", plain, &reply("hi", "Hello!")).await;
    let used = |ids: &[Uuid], claims: bool| {
        let replies: Vec<_> = ids.iter().map(|id| json!({ "id": id, "version": 1 })).collect();
        json!({ "quickReplies": replies, "holding": claims })
    };
    let customers = carmen.sees().await.first().map(|entry| entry["id"].clone());
    let nobodys = json!({ "suggestion": Uuid::now_v7() });
    let no_suggestion = json!({ "suggestion": customers });
    let cases = [
        (used(&[holds], true), true),
        (used(&[holds], false), false),
        (used(&[plain], true), false),
        (used(&[], true), false),
        (used(&[holds, plain], true), false),
        (used(&[Uuid::now_v7()], true), false),
        (nobodys, false),
        (no_suggestion, false),
    ];
    for (library, is_holding) in cases {
        let turn = Uuid::now_v7();
        let content = json!({ "type": "text", "text": "One moment" });
        let command =
            json!({ "type": "reply", "turn": turn, "writtenAgainst": 3, "content": content, "library": library });
        maya.does(&conversation, command).await;
        let (_, page) = maya.gets(&format!("/api/v1/conversations/{conversation}/turns")).await;
        let turns = page["events"].as_array().unwrap().iter().map(|event| &event["body"]["turn_added"]["turn"]);
        let said = turns.clone().find(|said| said["id"] == json!(turn)).unwrap();
        assert_eq!(said["holding"].as_bool().unwrap_or(false), is_holding, "{library}: {said}");
        assert!(said["library"]["suggestion"].is_null(), "{library}: {said}");
    }
}

#[tokio::test]
async fn uses_are_counted_with_edits_answers_and_ratings() {
    let hub = TestHub::start(None).await;
    let (maya, ada) = (hub.maya().await, hub.ada().await);
    let carmen = hub.customer().await;
    carmen.writes("hello").await;
    let conversation = carmen.conversation().await;
    hub.sofia().await.finds(&conversation, "help").await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let id = Uuid::now_v7();
    ada.saves("quick-replies", id, &reply("hi", "Hello!")).await;
    let says = |text: &str, edited: bool| {
        json!({ "type": "reply", "turn": Uuid::now_v7(), "writtenAgainst": 3, "content": { "type": "text", "text": text },
            "library": { "quickReplies": [{ "id": id, "version": 1 }], "edited": edited } })
    };
    maya.does(&conversation, says("Hello!", false)).await;
    carmen.writes("Hi Maya").await;
    maya.does(&conversation, says("Hello there!", true)).await;
    maya.does(
        &conversation,
        json!({ "type": "note", "turn": Uuid::now_v7(), "text": "Hello!", "library": { "quickReplies": [{ "id": id, "version": 1 }] } }),
    )
    .await;

    let usage = ada.gets("/api/v1/quick-replies/usage").await.1;
    let [row] = usage.as_array().unwrap().as_slice() else { panic!("{usage}") };
    assert_eq!(
        (&row["id"], &row["uses"], &row["edited"], &row["answered"]),
        (&json!(id), &json!(3), &json!(1), &json!(1))
    );
    assert_eq!((&row["rated"], &row["csat"]), (&json!(0), &Value::Null), "unknown is not zero");
    assert!(row["replyToAnswerMs"].as_f64().is_some_and(|ms| ms >= 0.0), "{row}");
    assert_eq!(ada.gets("/api/v1/questions/usage").await.1, json!([]));
    assert_eq!(ada.gets("/api/v1/quick-replies/usage?to=2020-01-01T00:00:00Z").await.1, json!([]));
    for (query, words) in
        [("from=yesterday", "from: a time such as"), ("from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z", "before")]
    {
        let (status, problem) = ada.gets(&format!("/api/v1/quick-replies/usage?{query}")).await;
        assert!(status == 422 && problem["detail"].as_str().unwrap().contains(words), "{problem}");
    }
    let uses = &maya.gets("/api/v1/library").await.1["uses"];
    assert_eq!((&uses[0]["item"], &uses[0]["uses"]), (&json!(id), &json!(3)));
    assert_eq!(
        ada.asks(Method::DELETE, &format!("/api/v1/quick-replies/{id}"), None).await.1,
        json!({ "retired": true })
    );
    assert_eq!(maya.uses().await, ["working-on-it"]);
}

#[tokio::test]
async fn imports_take_all_or_nothing() {
    let hub = TestHub::start(None).await;
    let (maya, ada) = (hub.maya().await, hub.ada().await);
    let canned = json!([
        { "id": 1, "account_id": 2, "short_code": "Thanks", "content": "Thank you, {{ contact.name }}." },
        { "short_code": "bye", "content": "Goodbye." },
    ]);
    let done = ada.imports("", "application/json", &canned.to_string()).await;
    assert_eq!(done, (200, json!({ "added": 2, "changed": 0, "unchanged": 0 })));
    let done = ada.imports("", "application/json", &canned.to_string()).await;
    assert_eq!(done, (200, json!({ "added": 0, "changed": 0, "unchanged": 2 })), "a repeat changes nothing");
    let table = "shortcut,text,language\nbye,Good bye.,en\nbye,Auf Wiedersehen.,de\n";
    assert_eq!(ada.imports("", "text/csv; charset=utf-8", table).await.1["changed"], 1);

    let bad = "shortcut,text\nnew,Fine.\nodd,Dear {{name}}\n";
    let (status, problem) = maya.imports("", "text/csv", bad).await;
    assert_eq!(status, 422, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("line 3: texts.en: {{name}} at character 6"), "{problem}");
    assert_eq!(maya.uses().await, ["bye", "thanks", "working-on-it"], "nothing of it was taken");
    assert_eq!(maya.imports("", "text/csv", "shortcut,text\nmine-1,Fine.\n").await.0, 200);
    assert_eq!(ada.uses().await.len(), 3, "an agent imports for themselves");
    assert_eq!(maya.imports("?scope=everybody", "text/csv", "shortcut,text\nx,Fine.\n").await.0, 422);
    assert_eq!(ada.imports("", "text/plain", "x").await.0, 415);
    assert_eq!(ada.imports("", "application/json", &"[".repeat(200_000)).await.0, 422);
}

#[tokio::test]
async fn a_full_library_refuses_more_and_can_be_put_right() {
    let hub = TestHub::start(None).await;
    let maya = hub.maya().await;
    let mut table = "shortcut,text\n".to_owned();
    (0..500).for_each(|n| table.push_str(&format!("n-{n},Words.\n")));
    assert_eq!(maya.imports("", "text/csv", &table).await.1["added"], 500);
    let (status, problem) = maya.asks(Method::POST, "/api/v1/quick-replies", Some(&private("one-more"))).await;
    assert_eq!((status, &problem["code"]), (409, &json!("library.full")), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("500 items at most"));
    assert_eq!(maya.imports("", "text/csv", "shortcut,text\nn-7,Better words.\n").await.1["changed"], 1);
}

/// The stamp that a desk of this version is told, and those that follow.
#[tokio::test]
async fn desks_hear_of_changes_that_concern_them_and_of_no_others() {
    let hub = TestHub::start(None).await;
    let (maya, jonas, ada) = (hub.maya().await, hub.jonas().await, hub.ada().await);
    let listens = async |agent: &Agent, version: u32| {
        let address = format!("{}/api/v1/live", hub.base.replace("http", "ws"));
        let mut request = address.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("authorization", format!("Bearer {}", agent.token).parse().unwrap());
        headers.insert("tandem-version", version.into());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        crate::common::say(&mut socket, &json!({ "type": "holds", "conversations": [] }).to_string()).await;
        socket
    };
    let is_library = |frame: &Value| frame.get("library").is_some();
    let stamp = |frames: Vec<Value>| frames.last().unwrap()["library"]["stamp"].as_str().unwrap().to_owned();
    let mut socket = listens(&maya, 12).await;
    let first = stamp(crate::common::frames_until(&mut socket, is_library).await);
    assert_eq!(maya.gets("/api/v1/library").await.1["stamp"], first, "the desk need not fetch what it holds");

    jonas.saves("quick-replies", Uuid::now_v7(), &private("hi")).await;
    maya.saves("quick-replies", Uuid::now_v7(), &private("hi")).await;
    let second =
        stamp(crate::common::frames_until(&mut socket, |f| is_library(f) && f["library"]["stamp"] != first).await);
    ada.saves("quick-replies", Uuid::now_v7(), &reply("on-its-way", "x")).await;
    let third =
        stamp(crate::common::frames_until(&mut socket, |f| is_library(f) && f["library"]["stamp"] != second).await);
    assert!(first != second && second != third);
    eventually("the stamps agree", async || (maya.gets("/api/v1/library").await.1["stamp"] == third).then_some(()))
        .await;

    let mut old = listens(&jonas, 11).await;
    let greeting = crate::common::frames_until(&mut old, |frame| frame.get("alive").is_some()).await;
    assert!(!greeting.iter().any(is_library), "older desks do not know it");
}

#[tokio::test]
async fn your_logic_asks_questions_of_the_library_by_their_key() {
    let logic = TestLogic::start(|asked| {
        let said = asked["turns"].as_array().and_then(|turns| turns.last()).map(|turn| turn["content"]["text"].clone());
        let action = match said.as_ref().and_then(Value::as_str) {
            Some("unknown") => json!({ "type": "QUESTION", "key": "nowhere" }),
            _ => json!({ "type": "QUESTION", "key": "which-day", "language": "de" }),
        };
        axum::Json(json!({ "actions": [action] })).into_response()
    })
    .await;
    let hub = TestHub::start_with_logic(logic_at(&logic.url)).await;
    let ada = hub.ada().await;
    ada.saves("questions", Uuid::now_v7(), &which_day()).await;
    let (status, listed) = get(&hub.base, "/api/v1/logic/questions", Some(SECRET)).await;
    assert_eq!((status, &listed[0]["key"]), (200, &json!("which-day")));

    let carmen = hub.customer().await;
    carmen.writes("hello").await;
    let asked = carmen.waits_for("Welcher Tag?").await;
    assert!(asked.to_string().contains("Donnerstag"), "{asked}");
    carmen.writes("unknown").await;
    let sofia = hub.sofia().await;
    let conversation = carmen.conversation().await;
    sofia.finds(&conversation, "help").await;
    let state = sofia.state(&conversation).await.to_string();
    assert!(state.contains("there is no active question 'nowhere'"), "{state}");
    let turns = sofia.gets(&format!("/api/v1/conversations/{conversation}/turns")).await.1.to_string();
    assert!(turns.contains("\"library\":{\"questionId\":"), "{turns}");
}

#[tokio::test]
async fn files_of_a_quick_reply_are_seen_by_those_who_see_it() {
    let hub = TestHub::start(None).await;
    let (maya, jonas, ada) = (hub.maya().await, hub.jonas().await, hub.ada().await);
    let uploads = async |agent: &Agent| {
        let request = reqwest::Client::new().post(format!("{}/api/v1/library/files?name=map.png", hub.base));
        let request = request.bearer_auth(&agent.token).header("content-type", "image/png");
        let answer = request.body(b"\x89PNG\r\n\x1a\nrest".to_vec()).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let with = |mut definition: Value, file: &str| {
        definition["attachments"] = json!([file]);
        definition
    };
    let fetches = async |agent: &Agent, file: &str| {
        let request = reqwest::Client::new().get(format!("{}/api/v1/media/{file}", hub.base));
        request.bearer_auth(&agent.token).send().await.unwrap().status().as_u16()
    };
    let (shared, own) = (uploads(&ada).await, uploads(&maya).await);
    assert_eq!(fetches(&ada, &shared).await, 404, "nothing names it yet");
    assert_eq!(
        maya.saves("quick-replies", Uuid::now_v7(), &with(private("mine"), &shared)).await.0,
        422,
        "it is Ada's"
    );
    let (status, row) = ada.saves("quick-replies", Uuid::now_v7(), &with(reply("map", "Here."), &shared)).await;
    assert_eq!((status, &row["quickReply"]["attachments"][0]["name"]), (200, &json!("map.png")));
    assert_eq!(maya.saves("quick-replies", Uuid::now_v7(), &with(private("mine"), &own)).await.0, 200);
    assert_eq!((fetches(&maya, &shared).await, fetches(&jonas, &shared).await), (200, 200));
    assert_eq!((fetches(&maya, &own).await, fetches(&jonas, &own).await, fetches(&ada, &own).await), (200, 404, 404));
    let too_many: Vec<_> = (0..6).map(|_| shared.clone()).collect();
    let mut many = reply("many", "x");
    many["attachments"] = json!(too_many);
    assert_eq!(ada.saves("quick-replies", Uuid::now_v7(), &many).await.0, 422);
}
