//! Every operation of the OpenAPI document × every role × own, other's, nonexistent: exact statuses. An operation
//! without a line fails, and so does a line without an operation.

use std::collections::BTreeSet;

use axum::response::IntoResponse as _;
use reqwest::{Method, RequestBuilder, header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::tables::{AGENTS, CHANNELS, CHAT, GUESTS, LOGIC, OPEN, REVIEWS};
use crate::common::partner::{Partner, invited};
use crate::common::{Agent, Customer, PASSWORD, SECRET, TestHub, TestLogic, logic_at, post};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

/// One line of a table: method, path with its query, and the cells of each column.
type Line = (Method, &'static str, Vec<(&'static str, Vec<u16>)>);

fn lines(table: &'static str) -> Vec<Line> {
    let mut rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).filter(|row| !row.is_empty());
    let columns = rows.next().unwrap();
    rows.map(|row| {
        let cell = |text: &&str| text.split('/').map(|status| status.parse().unwrap_or_default()).collect();
        let cells = columns[1..].iter().zip(&row[2..]).map(|(column, text)| (*column, cell(text)));
        assert_eq!(row.len(), columns.len() + 1, "{row:?} has a cell for each column");
        (row[0].parse().unwrap(), row[1], cells.collect())
    })
    .collect()
}

fn operation((method, path, _): &Line) -> String {
    format!("{method} {}", path.split('?').next().unwrap())
}

#[test]
fn every_operation_of_the_document_has_a_line() {
    let document = serde_json::to_value(tandem_hub::openapi()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            if matches!(method.as_str(), "get" | "put" | "post" | "patch" | "delete" | "head" | "options") {
                documented.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let tables = [AGENTS, OPEN, CHANNELS, REVIEWS, CHAT, GUESTS, LOGIC];
    let written: BTreeSet<String> = tables.into_iter().flat_map(lines).map(|line| operation(&line)).collect();
    let missing: Vec<_> = documented.difference(&written).collect();
    assert!(missing.is_empty(), "say who may use these doors, in a line of the table: {missing:#?}");
    let gone: Vec<_> = written.difference(&documented).collect();
    assert!(gone.is_empty(), "these doors are not in the document: {gone:#?}");
}

/// A conversation with its dependents.
#[derive(Clone, Default)]
struct Room {
    conversation: String,
    customer: String,
    media: String,
}

async fn uploads(carmen: &Customer) -> String {
    let request = reqwest::Client::new().post(format!("{}/chat/v1/media?name=box.png", carmen.base));
    let request = request.bearer_auth(&carmen.token).header(header::CONTENT_TYPE, "image/png").body(PNG);
    request.send().await.unwrap().json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
}

fn nowhere() -> Room {
    let id = || Uuid::now_v7().to_string();
    Room { conversation: id(), customer: id(), media: id() }
}

async fn stage() -> TestHub {
    let logic = TestLogic::start(|_| axum::Json(json!({ "actions": [] })).into_response()).await;
    TestHub::start_with_logic(logic_at(&logic.url)).await
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// The state in which an operation is tried: rooms of the user's own, of another user, and of no one.
struct Visit<'a> {
    hub: &'a TestHub,
    ada: &'a Agent,
    agent: &'a Agent,
    other: &'a Agent,
    /// The owner of these rooms.
    me: String,
    rooms: [Room; 3],
}

impl Visit<'_> {
    /// The target of the operation, made for this one call.
    async fn target(&self, path: &str, which: usize) -> String {
        let room = &self.rooms[which];
        let random = || Uuid::now_v7().to_string();
        match path {
            _ if path.contains("/conversations/") => room.conversation.clone(),
            _ if path.contains("/customers/") => room.customer.clone(),
            _ if path.contains("/media/") => room.media.clone(),
            _ if path.contains("/users/") && which == 2 => random(),
            _ if path.contains("/users/") && which == 0 => self.me.clone(),
            _ if path.contains("/users/") => {
                self.added(
                    "users",
                    json!({ "email": format!("{}@x.example", random()),
                "name": "X", "role": "agent", "password": PASSWORD }),
                    "user",
                )
                .await
            }
            _ if path.contains("/brands/") && which == 2 => random(),
            _ if path.contains("/brands/") => {
                self.added("brands", json!({ "id": random(), "name": "X", "domains": ["*"] }), "id").await
            }
            _ if path.contains("/review-plans/") && which == 2 => random(),
            _ if path.contains("/review-plans/") => {
                let key = self.added("brands", json!({ "id": random(), "name": "X", "domains": ["*"] }), "id").await;
                let request = reqwest::Client::new().put(format!("{}/api/v1/review-plans/{key}", self.hub.base));
                assert_eq!(status(request.bearer_auth(&self.ada.token).json(&json!({}))).await, 200);
                key
            }
            _ if path.contains("/questions/{id}") && which < 2 => {
                self.made(self.ada, "questions", question(), "question").await
            }
            _ if path.contains("/quick-replies/{id}") && which < 2 => {
                let owner = [self.agent, self.other][which];
                self.made(owner, "quick-replies", own_reply(), "quickReply").await
            }
            _ if path.contains("/buttons/") && which < 2 => {
                let id = random();
                let request = reqwest::Client::new().put(format!("{}/api/v1/buttons/{id}", self.hub.base));
                let definition = json!({ "title": id, "copy": "x" });
                assert_eq!(status(request.bearer_auth(&self.ada.token).json(&definition)).await, 200);
                id
            }
            _ => random(),
        }
    }

    async fn added(&self, what: &str, body: Value, key: &str) -> String {
        let (status, row) = post(&self.hub.base, &format!("/api/v1/{what}"), Some(&self.ada.token), &body).await;
        assert_eq!(status, 200, "{row}");
        row[key].as_str().unwrap().to_owned()
    }

    async fn made(&self, by: &Agent, what: &str, body: Value, kind: &str) -> String {
        let (status, row) = post(&self.hub.base, &format!("/api/v1/{what}"), Some(&by.token), &body).await;
        assert_eq!(status, 200, "{row}");
        row[kind]["id"].as_str().unwrap().to_owned()
    }

    async fn request(&self, method: &Method, path: &str, which: usize) -> RequestBuilder {
        let filled = path.replace("{id}", &self.target(path, which).await);
        let filled = filled.replace("{brand}", &self.target(path, which).await);
        let filled = filled.replace("{room}", &self.rooms[which].conversation);
        let request = reqwest::Client::new().request(method.clone(), format!("{}{filled}", self.hub.base));
        let id = || Uuid::now_v7().to_string();
        if path.starts_with("/api/v1/media?") || path.starts_with("/api/v1/library/files?") {
            return request.header(header::CONTENT_TYPE, "image/png").body(PNG);
        }
        let body = match (method.as_str(), path) {
            ("PUT", "/api/v1/me/password") => json!({ "current": "not this one", "new": "a good new password" }),
            ("POST", "/api/v1/commands") => json!({ "id": id(), "conversation": self.rooms[which].conversation,
                "command": { "type": "note", "turn": id(), "text": "I was here" } }),
            ("POST", "/api/v1/conversations") => {
                json!({ "id": id(), "turn": id(), "from": "nowhere", "to": "+34600999888",
                "template": "found", "language": "en" })
            }
            ("PUT", "/api/v1/channels/whatsapp/{number}") => {
                json!({ "number": "+34600999888", "phoneNumberId": "1", "accountId": "2" })
            }
            ("POST", "/api/v1/exports") => json!({ "format": "xlsx" }),
            ("POST", "/api/v1/alerts") => json!({ "reports": [] }),
            ("POST", "/api/v1/conversations/{id}/continue") => json!({ "id": id() }),
            ("PUT", "/api/v1/conversations/{id}/continues") => json!({ "continues": true }),
            ("POST", "/api/v1/conversations/{id}/as-seen") => json!({ "viewpoint": { "kind": "customer" } }),
            ("POST", "/api/v1/conversations/{id}/improve") => json!({ "text": "pls wait" }),
            ("POST", "/api/v1/conversations/{id}/reviews") => json!({ "id": id(), "score": 4 }),
            ("POST", "/api/v1/reviews/{id}/dispute") => json!({ "text": "I did." }),
            ("POST", "/api/v1/conversations/{id}/translate") => json!({ "to": "pt", "text": "Please wait." }),
            ("PUT", "/api/v1/buttons/{id}") => json!({ "title": id(), "copy": "x" }),
            ("POST", "/api/v1/questions") | ("PUT", "/api/v1/questions/{id}") => question(),
            ("POST", "/api/v1/quick-replies") | ("PUT", "/api/v1/quick-replies/{id}") => own_reply(),
            ("POST", "/api/v1/questions/import" | "/api/v1/quick-replies/import") => json!({ "quickReplies": [] }),
            ("POST", "/api/v1/users") => json!({ "email": format!("{}@x.example", id()), "name": "X", "role": "agent",
                "password": PASSWORD }),
            ("PATCH", "/api/v1/users/{id}") => json!({ "capacity": 5 }),
            ("PUT", "/api/v1/users/{id}/availability") => json!({ "status": "away" }),
            ("POST", "/api/v1/brands") => json!({ "id": id(), "name": "X", "domains": ["*"] }),
            ("PUT", "/api/v1/review-plans/{brand}") => json!({ "delayS": 0 }),
            ("PATCH", "/api/v1/brands/{id}") => json!({ "name": "Y" }),
            ("PUT", path) if path.ends_with("/business-hours") => json!({ "versions": [] }),
            _ => return request,
        };
        request.json(&body)
    }
}

fn question() -> Value {
    let choices = json!([{ "id": "yes", "label": "Yes" }]);
    json!({ "key": Uuid::now_v7().simple().to_string(), "title": "Sure", "texts": { "en": { "text": "Sure?", "choices": choices } } })
}

fn own_reply() -> Value {
    json!({ "shortcut": Uuid::now_v7().simple().to_string(), "title": "Hi", "texts": { "en": "Hi" }, "scope": { "type": "mine" } })
}

async fn own_id(agent: &Agent) -> String {
    agent.gets("/api/v1/me").await.1["user"].as_str().unwrap().to_owned()
}

/// A suspended user's access token and refresh token.
async fn suspended(hub: &TestHub, ada: &Agent) -> Agent {
    let gone = json!({ "email": "gone@x.example", "name": "Gone", "role": "admin", "password": PASSWORD });
    let (_, row) = post(&hub.base, "/api/v1/users", Some(&ada.token), &gone).await;
    let gone = hub.agent("gone@x.example").await;
    let path = format!("/api/v1/users/{}/suspend", row["user"].as_str().unwrap());
    assert_eq!(post(&hub.base, &path, Some(&ada.token), &json!({})).await.0, 200);
    gone
}

#[tokio::test]
async fn channels_prove_themselves() {
    let hub = stage().await;
    let folder = hub.folder.path().to_owned();
    let new = tandem_hub::NewWhatsappNumber {
        key: "main".into(),
        number: "+34 600 123 456".into(),
        phone_number_id: "106540352242922".into(),
        account_id: "102290129340398".into(),
        base_url: Some("http://127.0.0.1:9".into()),
        access_token: "token".into(),
        app_secret: "secret".into(),
        verify_token: "a long one".into(),
        ..tandem_hub::NewWhatsappNumber::default()
    };
    tokio::task::spawn_blocking(move || tandem_hub::add_whatsapp_number(&folder, new)).await.unwrap().unwrap();
    for (method, path, cells) in lines(CHANNELS) {
        for (column, expected) in cells {
            let number = if column == "unknown" { "nowhere" } else { "main" };
            let address = format!("{}{}", hub.base, path.replace("{number}", number));
            let request = reqwest::Client::new().request(method.clone(), address).body("{}");
            assert_eq!(vec![status(request).await], expected, "{method} {path}, {column}");
        }
    }
}

#[tokio::test]
async fn agents_doors_know_every_role_and_whose_a_thing_is() {
    let hub = stage().await;
    let (jonas, ada) = (hub.jonas().await, hub.ada().await);
    let theirs = taken(&hub, &jonas).await;
    let mut wrong = Vec::new();
    let gone = suspended(&hub, &ada).await;
    let carmen = hub.customer().await;
    for (role, agent) in [("agent", hub.maya().await), ("supervisor", hub.sofia().await), ("admin", hub.ada().await)] {
        let mine = taken(&hub, &agent).await;
        let visit = Visit {
            hub: &hub,
            ada: &ada,
            agent: &agent,
            other: &jonas,
            me: own_id(&agent).await,
            rooms: [mine, theirs.clone(), nowhere()],
        };
        for (method, path, cells) in lines(AGENTS) {
            let (_, expected) = cells.iter().find(|(column, _)| *column == role).unwrap();
            for (which, expected) in expected.iter().enumerate() {
                let request = visit.request(&method, path, which).await.bearer_auth(&agent.token);
                let found = status(request).await;
                if found != *expected {
                    wrong.push(format!("{method} {path} by {role}, {which}: {found} instead of {expected}"));
                }
                for (who, token) in
                    [("nobody", None), ("customer", Some(&carmen.token)), ("suspended", Some(&gone.token))]
                {
                    let request = visit.request(&method, path, which).await;
                    let request = token.map_or(request.try_clone().unwrap(), |token| request.bearer_auth(token));
                    let found = status(request).await;
                    if found != 401 {
                        wrong.push(format!("{method} {path} by {who}, {which}: {found} instead of 401"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A room that this agent handles, without an open call.
async fn taken(hub: &TestHub, agent: &Agent) -> Room {
    let carmen = hub.customer().await;
    let media = uploads(&carmen).await;
    carmen.writes("hello").await;
    carmen.sends(&json!({ "id": Uuid::now_v7(), "media": media })).await;
    let conversation = carmen.conversation().await;
    let sofia = hub.sofia().await;
    let customer = sofia.state(&conversation).await["customer"]["id"].as_str().unwrap().to_owned();
    sofia.finds(&conversation, "help").await;
    agent.does(&conversation, json!({ "type": "join" })).await;
    Room { conversation, customer, media }
}

#[tokio::test]
async fn doors_without_a_sign_in_let_in_what_is_right() {
    let hub = stage().await;
    let ada = hub.ada().await;
    let gone = suspended(&hub, &ada).await;
    for (method, path, cells) in lines(OPEN) {
        for (who, expected) in cells {
            let maya = hub.maya().await;
            let body = match (path, who) {
                ("/api/v1/auth/login", "right") => json!({ "email": "maya@northwind.example", "password": PASSWORD }),
                ("/api/v1/auth/login", "wrong") => {
                    json!({ "email": "maya@northwind.example", "password": "no no no no" })
                }
                ("/api/v1/auth/login", _) => json!({ "email": "gone@x.example", "password": PASSWORD }),
                ("/chat/v1/brands/{brand}" | "/chat/v1/sessions", "right") => json!({ "brand": "northwind" }),
                ("/chat/v1/brands/{brand}" | "/chat/v1/sessions", "wrong") => json!({ "brand": "southwind" }),
                ("/chat/v1/brands/{brand}" | "/chat/v1/sessions", _) => continue,
                (_, "right") => json!({ "refreshToken": maya.refresh }),
                (_, "wrong") => json!({ "refreshToken": maya.token }),
                _ => json!({ "refreshToken": gone.refresh }),
            };
            let address = path.replace("{brand}", body["brand"].as_str().unwrap_or_default());
            let request = reqwest::Client::new().request(method.clone(), format!("{}{address}", hub.base)).json(&body);
            assert_eq!(status(request).await, expected[0], "{method} {path} by {who}");
        }
    }
}

#[tokio::test]
async fn links_to_reviews_open_nothing_without_their_code() {
    let hub = stage().await;
    for (method, path, cells) in lines(REVIEWS) {
        for token in ["nonsense".to_owned(), Uuid::now_v7().to_string(), "A".repeat(64)] {
            let address = format!("{}{}", hub.base, path.replace("{token}", &token));
            let request = reqwest::Client::new().request(method.clone(), address);
            let form = "application/x-www-form-urlencoded";
            let request = if method == Method::POST {
                request.header(header::CONTENT_TYPE, form).body("score=5")
            } else {
                request
            };
            assert_eq!(status(request).await, cells[0].1[0], "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_web_chats_doors_let_in_its_visitor_alone() {
    let hub = stage().await;
    let maya = hub.maya().await;
    let (carmen, other) = (hub.customer().await, hub.customer().await);
    let files = [uploads(&carmen).await, uploads(&other).await, Uuid::now_v7().to_string()];
    for (customer, file) in [(&carmen, &files[0]), (&other, &files[1])] {
        customer.sends(&json!({ "id": Uuid::now_v7(), "media": file })).await;
    }
    for (method, path, cells) in lines(CHAT) {
        for (who, expected) in cells {
            let token = match who {
                "visitor" => &carmen.token,
                "agent" => &maya.token,
                _ => "nonsense",
            };
            for (which, expected) in expected.iter().enumerate() {
                let filled = format!("{}{}", hub.base, path.replace("{id}", &files[which]));
                let request = reqwest::Client::new().request(method.clone(), filled);
                let request = if who == "nobody" { request } else { request.bearer_auth(token) };
                let request = match path {
                    "/chat/v1/reviews/{id}" => request.json(&json!({ "score": 5 })),
                    "/chat/v1/reviews/{id}/decline" => request.json(&json!({})),
                    "/chat/v1/messages" => request.json(&json!({ "id": Uuid::now_v7(), "text": "Hello?" })),
                    "/chat/v1/media?name=box.png" => request.header(header::CONTENT_TYPE, "image/png").body(PNG),
                    _ => request,
                };
                assert_eq!(status(request).await, *expected, "{method} {path} by {who}, {which}");
            }
        }
    }
}

/// A partner who has opened a link, and a file that they can see.
async fn holder(hub: &TestHub, maya: &Agent) -> (Partner, String, Customer) {
    let carmen = hub.customer().await;
    carmen.writes("hello").await;
    let id = carmen.conversation().await;
    hub.sofia().await.finds(&id, "help").await;
    maya.does(&id, json!({ "type": "join" })).await;
    let (token, _) = invited(maya, &id).await;
    let partner = Partner::new(&hub.base, &token);
    assert_eq!(partner.opens().await.0, 200);
    let file = uploads(&carmen).await;
    carmen.sends(&json!({ "id": Uuid::now_v7(), "media": file })).await;
    (partner, file, carmen)
}

#[tokio::test]
async fn external_agents_doors_open_to_the_browser_that_holds_the_link() {
    let hub = stage().await;
    let maya = hub.maya().await;
    let (_other, others_file, _nina) = holder(&hub, &maya).await;
    for (method, path, cells) in lines(GUESTS) {
        for (who, expected) in cells {
            for (which, expected) in expected.iter().enumerate() {
                let (partner, file, _carmen) = holder(&hub, &maya).await;
                let elsewhere = Partner::new(&hub.base, &partner.token);
                elsewhere.standing().await;
                if who == "over" {
                    assert_eq!(partner.asks(Method::POST, "leave", Some(&json!({ "word": "" }))).await.0, 204);
                }
                let (token, cookie) = match who {
                    "unknown" => ("A".repeat(43), None),
                    "elsewhere" => (partner.token.clone(), elsewhere.cookie.lock().unwrap().clone()),
                    _ => (partner.token.clone(), partner.cookie.lock().unwrap().clone()),
                };
                let file = [file, others_file.clone(), Uuid::now_v7().to_string()][which].clone();
                let filled = path.replace("{token}", &token).replace("{id}", &file);
                let request = reqwest::Client::new().request(method.clone(), format!("{}{filled}", hub.base));
                let request =
                    cookie.map_or(request.try_clone().unwrap(), |cookie| request.header(header::COOKIE, cookie));
                let request = match path.trim_start_matches("/guest/{token}/") {
                    "messages" => {
                        request.json(&json!({ "id": Uuid::now_v7(), "text": "Hello", "writtenAgainst": partner.sees().await.last().map_or(json!(0), |last| last["position"].clone()) }))
                    }
                    "leave" => request.json(&json!({ "word": "" })),
                    "press" => request.json(&json!({ "id": Uuid::now_v7(), "action": "refund" })),
                    "media?name=box.png" => request.header(header::CONTENT_TYPE, "image/png").body(PNG),
                    _ => request,
                };
                assert_eq!(status(request).await, *expected, "{method} {path} by {who}, {which}");
            }
        }
    }
}

#[tokio::test]
async fn your_logics_door_opens_to_its_secret_alone() {
    let hub = stage().await;
    let maya = hub.maya().await;
    let rooms = [taken(&hub, &maya).await, nowhere()];
    for (method, path, cells) in lines(LOGIC) {
        for (who, expected) in cells {
            let token = match who {
                "secret" => Some(SECRET),
                "agent" => Some(maya.token.as_str()),
                "wrong" => Some("another-secret-between-two"),
                _ => None,
            };
            for (room, expected) in rooms.iter().zip(expected) {
                let id = if path.ends_with("/media/{id}") { &room.media } else { &room.conversation };
                let url = format!("{}{}", hub.base, path.replace("{id}", id).replace("{room}", &room.conversation));
                let request = reqwest::Client::new().request(method.clone(), url);
                let request = match path.contains("/logic/media?") {
                    true => request.header(header::CONTENT_TYPE, "image/png").body(PNG),
                    false => request.json(&json!({ "actions": [] })),
                };
                let request = token.map_or(request.try_clone().unwrap(), |token| request.bearer_auth(token));
                assert_eq!(status(request).await, expected, "{method} {path} by {who}");
            }
        }
    }
}

/// An invalid token looks the same everywhere, and unknown addresses say so.
#[tokio::test]
async fn what_is_no_door_is_no_door_for_anybody() {
    let hub = TestHub::start(None).await;
    let ada = hub.ada().await;
    for (path, signed) in
        [("/api/v1/nowhere", 404), ("/api/v1/conversations/nonsense", 404), ("/api/v1/users/nonsense/suspend", 405)]
    {
        assert_eq!(ada.gets(path).await.0, signed, "{path}");
    }
    assert_eq!(post(&hub.base, "/api/v1/me", Some(&ada.token), &json!({})).await.0, 405);
}
