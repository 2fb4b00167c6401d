//! Every endpoint: who may use it, and what happens to invalid input.

use crate::common::{TestHub, frame, get, post, say};
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn bad_input_gets_a_clear_4xx_and_changes_nothing() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    let long = "x".repeat(10_001);
    for (message, status, code) in [
        (json!({ "id": "not an id", "text": "x" }), 422, "input.invalid"),
        (json!({ "text": "x" }), 422, "input.invalid"),
        (json!({ "id": Uuid::now_v7() }), 422, "input.invalid"),
        (json!({ "id": Uuid::now_v7(), "text": 7 }), 422, "input.invalid"),
        (json!({ "id": Uuid::now_v7(), "text": "  " }), 422, "input.invalid"),
        (json!({ "id": Uuid::now_v7(), "text": long }), 422, "input.invalid"),
        (json!({ "id": Uuid::now_v7(), "text": "x", "surprise": 1 }), 422, "input.invalid"),
        (json!({ "id": Uuid::now_v7(), "media": Uuid::now_v7() }), 422, "input.invalid"),
        (
            json!({ "id": Uuid::now_v7(), "answer": { "question": Uuid::now_v7(), "choice": "a" } }),
            409,
            "conversation.no_turn",
        ),
        (json!([]), 422, "input.invalid"),
    ] {
        let (got, problem) = carmen.sends(&message).await;
        assert_eq!((got, &problem["code"]), (status, &json!(code)), "{message} → {problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{problem} says what to do");
    }
    assert!(carmen.sees().await.is_empty(), "nothing was stored");
    assert!(maya.section("help").await.is_empty());
}

#[tokio::test]
async fn bodies_that_are_not_what_they_claim_are_named() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    let client = reqwest::Client::new();
    let send = |body: Vec<u8>, kind: &'static str| {
        let request = client.post(format!("{}/chat/v1/messages", hub.base)).bearer_auth(&carmen.token);
        request.header("content-type", kind).body(body).send()
    };
    for (body, kind, status) in [
        (b"{\"id\":".to_vec(), "application/json", 400),
        (b"\xff\xfe".to_vec(), "application/json", 400),
        (b"{}".to_vec(), "text/plain", 415),
        (vec![b' '; 400_000], "application/json", 413),
        (vec![b'['; 100_000], "application/json", 422),
        (br#"{"id":"x","text":"\ud800"}"#.to_vec(), "application/json", 422),
    ] {
        let response = send(body, kind).await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let got = response.status().as_u16();
        assert!(got == status || (status == 422 && got == 400), "expected {status}, got {got}");
    }
    assert!(carmen.sees().await.is_empty(), "nothing was stored");
}

#[tokio::test]
async fn hostile_text_comes_back_as_the_very_same_text_without_control_characters() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    let texts =
        ["<script>alert(1)</script>", "\u{202e}gnp.exe", "'; DROP TABLE events; --", "{{7*7}}", "a\u{0}b", "👩‍👩‍👧‍👦 Ω≈ç√∫"];
    for text in texts {
        carmen.writes(text).await;
    }
    let seen = carmen.sees().await;
    let expected = texts.map(|text| text.replace('\0', ""));
    assert_eq!(seen.iter().map(|entry| entry["text"].as_str().unwrap()).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_repeated_command_gets_its_first_answer_even_if_its_sender_may_not_see_the_conversation_any_more() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, jonas) = (hub.customer().await, hub.maya().await, hub.jonas().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    let (command, note) =
        (Uuid::now_v7().to_string(), json!({ "type": "note", "turn": Uuid::now_v7(), "text": "mine" }));
    let first = maya.commands_as(&command, &id, note.clone()).await;
    assert_eq!(first.0, 200, "who may help may leave a note: {}", first.1);
    jonas.does(&id, json!({ "type": "join" })).await;
    assert_eq!(maya.gets("/api/v1/conversations?section=help").await.1["total"], 0);
    assert_eq!(maya.commands_as(&command, &id, note.clone()).await, first, "the answer was lost, and comes again");
    let (status, _) = maya.commands(&id, note).await;
    assert_eq!(status, 404, "a new one is refused");
}

#[tokio::test]
async fn wrong_passwords_and_unknown_addresses_look_the_same() {
    let hub = TestHub::start(None).await;
    let wrong = json!({ "email": "maya@northwind.example", "password": "not this one" });
    let unknown = json!({ "email": "nobody@northwind.example", "password": "not this one" });
    let wrong = post(&hub.base, "/api/v1/auth/login", None, &wrong).await;
    assert_eq!(wrong.0, 401);
    assert_eq!(post(&hub.base, "/api/v1/auth/login", None, &unknown).await, wrong);
}

#[tokio::test]
async fn a_chat_works_on_the_brands_domains_only() {
    let hub = TestHub::start(None).await;
    let client = reqwest::Client::new();
    for (origin, status) in [
        ("https://northwind.example", 200),
        ("https://evil.example", 403),
        ("https://northwind.example.evil.example", 403),
        ("null", 403),
    ] {
        let request = client.post(format!("{}/chat/v1/sessions", hub.base)).header("origin", origin);
        let response = request.json(&json!({ "brand": "northwind" })).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{origin}");
        let look = client.get(format!("{}/chat/v1/brands/northwind", hub.base)).header("origin", origin);
        assert_eq!(look.send().await.unwrap().status().as_u16(), status, "{origin} looks before it begins");
        // The session may be older than the brand's domains.
        let carmen = hub.customer().await;
        let entries = client.get(format!("{}/chat/v1/entries", hub.base)).bearer_auth(&carmen.token);
        assert_eq!(entries.header("origin", origin).send().await.unwrap().status().as_u16(), status, "{origin} reads");
        let message = client.post(format!("{}/chat/v1/messages", hub.base)).bearer_auth(&carmen.token);
        let message = message.header("origin", origin).json(&json!({ "id": Uuid::now_v7(), "text": "Hello" }));
        assert_eq!(message.send().await.unwrap().status().as_u16(), status, "{origin} writes");
    }
    let (status, problem) = post(&hub.base, "/chat/v1/sessions", None, &json!({ "brand": "unknown" })).await;
    assert_eq!((status, &problem["code"]), (404, &json!("chat.brand_unknown")));
    let look = client.get(format!("{}/chat/v1/brands/northwind", hub.base)).send().await.unwrap();
    let headers = look.headers();
    assert_eq!(
        (headers["vary"].as_bytes(), headers["cross-origin-resource-policy"].as_bytes()),
        (&b"origin"[..], &b"cross-origin"[..])
    );
    assert_eq!(look.json::<serde_json::Value>().await.unwrap()["accent"], "#2f5bea");
    assert_eq!(get(&hub.base, "/chat/v1/brands/unknown", None).await.1["code"], "chat.brand_unknown");
}

#[tokio::test]
async fn garbage_on_the_live_connections_is_answered_and_harms_nobody() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    let mut desk = maya.live(None).await;
    say(&mut desk, "{\"type\":\"dance\"}").await;
    loop {
        let next = frame(&mut desk).await;
        if !next["error"].is_null() {
            assert_eq!(next["error"]["code"], "input.invalid");
            break;
        }
    }
    let url = format!("{}/chat/v1/live", hub.base.replace("http://", "ws://"));
    let (mut chat, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
    say(&mut chat, "hello?").await;
    assert_eq!(frame(&mut chat).await["code"], "chat.hello");
    let (mut chat, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
    say(&mut chat, &json!({ "type": "hello", "token": "unknown" }).to_string()).await;
    assert_eq!(frame(&mut chat).await["code"], "chat.session_unknown");
    let (mut chat, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
    say(&mut chat, &json!({ "type": "hello", "token": carmen.token }).to_string()).await;
    assert_eq!(frame(&mut chat).await["type"], "ready");
    say(&mut chat, "{").await;
    assert_eq!(frame(&mut chat).await["code"], "input.malformed");
    let message = json!({ "type": "message", "id": Uuid::now_v7(), "text": "still here" });
    say(&mut chat, &message.to_string()).await;
    let accepted = [frame(&mut chat).await, frame(&mut chat).await];
    assert!(accepted.iter().any(|frame| frame["type"] == "accepted"), "{accepted:?}");
}

#[tokio::test]
async fn the_description_of_the_api_names_every_door() {
    let hub = TestHub::start(None).await;
    let (_, document) = get(&hub.base, "/openapi.json", None).await;
    for path in [
        "/api/v1/commands",
        "/api/v1/live",
        "/api/v1/logic/conversations/{id}/responses",
        "/api/v1/logic/conversations/{id}/preview",
        "/api/v1/conversations/{id}/improve",
        "/api/v1/conversations/{id}/translate",
        "/chat/v1/messages",
    ] {
        assert!(document["paths"][path].is_object(), "{path} is described");
    }
    let reply = &document["components"]["schemas"]["AgentCommand"]["oneOf"];
    assert!(reply.to_string().contains("writtenAgainst"), "fields are named as they travel");
    assert!(!reply.to_string().contains("written_against"));
    let (status, schema) = get(&hub.base, "/your-logic.schema.json", None).await;
    assert_eq!((status, schema["$defs"]["LogicRequestBody"].is_object()), (200, true), "Your Logic has its schema");
    let (status, _) = get(&hub.base, "/docs", None).await;
    assert_eq!(status, 200);
}

/// The answer to a request of which only this much arrives, and whether the hub then closes the connection.
async fn answered(hub: &TestHub, sent: &str) -> (String, bool) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(hub.base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&part[..read]);
    }
    let text = String::from_utf8_lossy(&answer).to_lowercase();
    let closes = text.contains("\r\nconnection: close\r\n");
    (text, closes)
}

#[tokio::test]
async fn an_answer_before_the_whole_request_says_that_the_connection_closes() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    for (line, token) in [
        ("POST /chat/v1/media?name=a.png", None),
        ("POST /api/v1/media?name=a.png", None),
        ("POST /api/v1/commands", None),
        ("POST /guest/abc/media?name=a.png", None),
        ("POST /nowhere", None),
        ("PUT /healthz", None),
        ("POST /api/v1/quick-replies/import", Some(&carmen.token)),
    ] {
        let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        let head = format!("{line} HTTP/1.1\r\nhost: x\r\n{token}content-length: 1000\r\n\r\na");
        let (answer, closes) = answered(&hub, &head).await;
        assert!(answer.starts_with("http/1.1 4") && closes, "{line}: {answer}");
    }
    for whole in [
        "GET /api/v1/me HTTP/1.1\r\nhost: x\r\n\r\n",
        "POST /chat/v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
    ] {
        let (answer, closes) = answered(&hub, whole).await;
        assert!(answer.starts_with("http/1.1 4") && !closes, "{whole}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_utf_8_is_refused_with_its_place() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    let body = [format!(r#"{{"id":"{}","text":"Gr"#, Uuid::now_v7()).as_bytes(), b"\xf6\xdfe\"}"].concat();
    let request = reqwest::Client::new().post(format!("{}/chat/v1/messages", hub.base)).bearer_auth(&carmen.token);
    let refused = request.header("content-type", "application/json").body(body).send().await.unwrap();
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("it is not UTF-8 at byte 56"));
}
