//! External agents: invited by a link, let into one conversation, and out again.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::common::partner::{Partner, invitation, invited, secret};
use crate::common::{Agent, Customer, TestHub, eventually, frame, frames_until, get, moved, post, say};
use reqwest::Method;
use serde_json::{Value, json};
use tandem_hub::Clock;
use uuid::Uuid;

/// Carmen has asked, and Maya has joined.
async fn handled(hub: &TestHub) -> (Customer, Agent, String) {
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("My booking code is NW-20418.").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    (carmen, maya, id)
}

/// Aerolinx has been invited and has opened the link.
async fn inside(hub: &TestHub) -> (Customer, Agent, String, Partner, Uuid) {
    let (carmen, maya, id) = handled(hub).await;
    let (token, link) = invited(&maya, &id).await;
    let partner = Partner::new(&hub.base, &token);
    assert_eq!(partner.opens().await.0, 200);
    (carmen, maya, id, partner, link)
}

fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["code"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn a_partner_sees_from_the_invitation_on_and_answers() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, id) = handled(&hub).await;
    maya.replies(&id, "Let me ask the airline.").await;
    maya.does(&id, json!({ "type": "note", "turn": Uuid::now_v7(), "text": "She is a difficult one" })).await;
    let (token, _) = invited(&maya, &id).await;
    let aerolinx = Partner::new(&hub.base, &token);
    assert_eq!(aerolinx.standing().await, "unopened");
    let (_, opened) = aerolinx.opens().await;
    for (field, value) in
        [("standing", "open"), ("invitedBy", "Maya Ortiz"), ("name", "Aerolinx"), ("company", "Northwind")]
    {
        assert_eq!(opened[field], value, "{opened}");
    }
    assert_eq!(opened["note"], "Is seat 4A free?", "the invitation's own note is theirs");
    assert!(aerolinx.sees().await.is_empty(), "nothing that was said before");

    carmen.writes("Seat 4A, please.").await;
    maya.does(&id, json!({ "type": "note", "turn": Uuid::now_v7(), "text": "Careful with the price" })).await;
    assert_eq!(aerolinx.writes("4A is free.").await.0, 200);
    assert_eq!(aerolinx.texts().await, ["Seat 4A, please.", "4A is free."], "and no notes of others");
    let seen = aerolinx.sees().await;
    assert_eq!(
        (&seen[0]["own"], &seen[1]["own"], &seen[1]["stage"]),
        (&json!(false), &json!(true), &json!("accepted"))
    );
    let entry = carmen.waits_for("4A is free.").await;
    assert_eq!((&entry["from"], &entry["name"]), (&json!("external_agent"), &json!("Aerolinx")));
    let page = serde_json::to_string(&seen).unwrap();
    let state = maya.state(&id).await;
    for secret in [&state["contact"], &state["customer"]["id"]] {
        assert!(!page.contains(secret.as_str().unwrap()), "no contact data in {page}");
    }
}

#[tokio::test]
async fn looking_at_a_link_opens_nothing() {
    let hub = TestHub::start(None).await;
    let (_, maya, id) = handled(&hub).await;
    let (token, _) = invited(&maya, &id).await;
    let preview = Partner::new(&hub.base, &token);
    for _ in 0..3 {
        let page = reqwest::get(format!("{}/guest/{token}", hub.base)).await.unwrap();
        assert_eq!(page.status(), 200);
        assert!(page.headers().get("set-cookie").is_none());
        assert_eq!(preview.standing().await, "unopened");
    }
    let before = maya.state(&id).await;
    assert_eq!(code(&preview.asks(Method::GET, "entries", None).await), (409, "guest.unopened"));
    assert_eq!(maya.state(&id).await["position"], before["position"], "and leaves no trace");
    assert_eq!(Partner::new(&hub.base, &token).opens().await.0, 200, "the first press still opens it");
}

#[tokio::test]
async fn the_page_is_never_cached_indexed_or_told_about() {
    let hub = TestHub::start(None).await;
    let page = reqwest::get(format!("{}/guest/{}", hub.base, secret().0)).await.unwrap();
    let header =
        |name: &str| page.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cache-control"), "no-store");
    assert!(header("x-robots-tag").contains("noindex"));
    let policy = header("content-security-policy");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(
        !html.contains("<script>") && !html.contains("style=") && !html.contains(" on"),
        "no inline script or style"
    );
}

#[tokio::test]
async fn a_link_belongs_to_the_first_browser_that_opens_it() {
    let hub = TestHub::start(None).await;
    let (_, _, _, first, _) = inside(&hub).await;
    let second = Partner::new(&hub.base, &first.token);
    assert_eq!(second.standing().await, "elsewhere");
    let refused = second.opens().await;
    assert_eq!(code(&refused), (409, "guest.elsewhere"));
    assert!(refused.1["detail"].as_str().unwrap().contains("Ask Maya Ortiz"), "{}", refused.1);
    assert!(second.cookie.lock().unwrap().is_none());
    for rest in ["entries", "live", &format!("media/{}", Uuid::now_v7())] {
        assert_eq!(code(&second.asks(Method::GET, rest, None).await), (409, "guest.elsewhere"), "{rest}");
    }
    *second.cookie.lock().unwrap() = Some(format!("tandem_guest={}", secret().0));
    assert_eq!(second.standing().await, "elsewhere", "a guessed cookie is no help");
    assert_eq!(first.standing().await, "open", "and the first goes on");
    assert_eq!(first.opens().await.0, 200, "as often as it likes");
}

#[tokio::test]
async fn the_cookie_stays_in_the_browser_and_on_the_links_own_path() {
    let hub = TestHub::start(None).await;
    let (_, maya, id) = handled(&hub).await;
    for (host, secure) in [
        ("127.0.0.1:7700", false),
        ("localhost", false),
        ("hub.northwind.example", true),
        ("127.0.0.1.evil.example", true),
    ] {
        let (token, _) = invited(&maya, &id).await;
        let request = reqwest::Client::new().get(format!("{}/guest/{token}/about", hub.base)).header("host", host);
        let response = request.send().await.unwrap();
        let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
        for part in ["HttpOnly", "SameSite=Strict", &format!("Path=/guest/{token};"), "Max-Age=3"] {
            assert!(cookie.contains(part), "'{cookie}' has {part}");
        }
        assert_eq!(cookie.contains("; Secure"), secure, "{host}: {cookie}");
    }
}

#[tokio::test]
async fn a_browser_without_cookies_uses_up_no_link_and_a_lost_answer_loses_none() {
    let hub = TestHub::start(None).await;
    let (_, maya, id) = handled(&hub).await;
    let (token, _) = invited(&maya, &id).await;
    let forgetful = Partner::new(&hub.base, &token);
    let refused = forgetful.asks(Method::POST, "open", None).await;
    assert_eq!(code(&refused), (409, "guest.no_cookie"), "{}", refused.1);
    assert_eq!(forgetful.standing().await, "unopened");

    // The answer to this press is lost; the browser asks for the standing again, and goes in.
    let aerolinx = Partner::new(&hub.base, &token);
    assert_eq!(aerolinx.opens().await.0, 200);
    assert_eq!(aerolinx.standing().await, "open");
    assert_eq!(aerolinx.asks(Method::GET, "entries", None).await.0, 200);
}

/// Every endpoint in every standing of a link: its answer, and that nothing leaks.
#[tokio::test]
async fn every_door_knows_how_the_link_stands() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let (_, maya, id) = handled(&hub).await;
    let opened = async |name: &str| {
        let ((token, hash), link) = (secret(), Uuid::now_v7());
        let mut command = invitation(link, &hash);
        command["name"] = json!(name);
        maya.does(&id, command).await;
        let partner = Partner::new(&hub.base, &token);
        assert_eq!(partner.opens().await.0, 200);
        (partner, link)
    };
    let unknown = Partner::new(&hub.base, &secret().0);
    let short = Partner::new(&hub.base, "short");
    let (fresh, _) = invited(&maya, &id).await;
    let unopened = Partner::new(&hub.base, &fresh);
    let (revoked, link) = opened("Revoked").await;
    maya.does(&id, json!({ "type": "revoke_link", "link": link })).await;
    let (left, _) = opened("Left").await;
    assert_eq!(left.asks(Method::POST, "leave", Some(&json!({ "word": "All done" }))).await.0, 204);
    let (bound, _) = opened("Bound").await;
    let elsewhere = Partner::new(&hub.base, &bound.token);
    let mut table = vec![
        (unknown, 404, "guest.unknown", None),
        (short, 404, "guest.unknown", None),
        (unopened, 409, "guest.unopened", Some("unopened")),
        (revoked, 410, "guest.revoked", Some("revoked")),
        (left, 410, "guest.left", Some("left")),
        (elsewhere, 409, "guest.elsewhere", Some("elsewhere")),
    ];
    for (partner, status, refusal, standing) in &table {
        check_doors(partner, *status, refusal, *standing).await;
    }
    ahead.fetch_add(3_600_000, Ordering::Relaxed);
    table.push((bound, 410, "guest.expired", Some("expired")));
    table.drain(..6);
    for (partner, status, refusal, standing) in &table {
        check_doors(partner, *status, refusal, *standing).await;
    }
}

async fn check_doors(partner: &Partner, status: u16, refusal: &str, standing: Option<&str>) {
    let message = json!({ "id": Uuid::now_v7(), "text": "x", "writtenAgainst": 0 });
    let media = format!("media/{}", Uuid::now_v7());
    for (method, rest, body) in [
        (Method::GET, "entries", None),
        (Method::GET, "live", None),
        (Method::GET, media.as_str(), None),
        (Method::POST, "messages", Some(&message)),
        (Method::POST, "media?name=x.txt", Some(&message)),
        (Method::POST, "leave", Some(&json!({ "word": "" }))),
    ] {
        let answer = partner.asks(method, rest, body).await;
        assert_eq!(code(&answer), (status, refusal), "{rest}: {}", answer.1);
        assert!(answer.1["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{}", answer.1);
    }
    let (got, about) = partner.asks(Method::GET, "about", None).await;
    match standing {
        None => assert_eq!((got, about["code"].as_str()), (404, Some("guest.unknown"))),
        Some(standing) => {
            assert_eq!((got, about["standing"].as_str()), (200, Some(standing)));
            assert!(about["conversation"].is_null());
            assert_eq!(about["note"].is_null(), standing != "unopened", "{about}");
        }
    }
    for (method, rest) in
        [(Method::POST, "about"), (Method::GET, "open"), (Method::DELETE, "messages"), (Method::PUT, "leave")]
    {
        assert_eq!(code(&partner.asks(method, rest, None).await), (405, "request.method"), "{rest}");
    }
    assert_eq!(partner.asks(Method::GET, "notes", None).await.0, 404);
}

#[tokio::test]
async fn a_link_leads_to_one_conversation_and_none_of_its_neighbours() {
    let hub = TestHub::start(None).await;
    let (carmen, _, _, aerolinx, _) = inside(&hub).await;
    let (aiko, jonas) = (hub.customer().await, hub.jonas().await);
    let secret_file = carmen_uploads(&hub, &aiko, "her passport").await;
    aiko.sends(&json!({ "id": Uuid::now_v7(), "media": secret_file })).await;
    let other = aiko.conversation().await;
    jonas.does(&other, json!({ "type": "join" })).await;
    let (token, _) = invited(&jonas, &other).await;
    let nordwind = Partner::new(&hub.base, &token);
    nordwind.opens().await;
    let (_, own_file) = nordwind.uploads("fares.txt", "text/plain", b"fares").await;

    for (file, why) in [(&secret_file, "a customer's file"), (&own_file["id"], "another partner's file")] {
        let path = format!("media/{}", file.as_str().unwrap());
        assert_eq!(code(&aerolinx.asks(Method::GET, &path, None).await), (404, "media.unknown"), "{why}");
        let message = json!({ "id": Uuid::now_v7(), "media": file, "writtenAgainst": 0 });
        assert_eq!(code(&aerolinx.sends(&message).await), (422, "input.invalid"), "{why}");
    }
    let borrowed = Partner::new(&hub.base, &nordwind.token);
    borrowed.cookie.lock().unwrap().clone_from(&aerolinx.cookie.lock().unwrap());
    assert_eq!(borrowed.standing().await, "elsewhere", "the cookie of one link opens no other");
    assert_eq!(get(&hub.base, "/api/v1/conversations?section=all", Some(&aerolinx.token)).await.0, 401);
    assert_eq!(get(&hub.base, "/chat/v1/entries", Some(&aerolinx.token)).await.0, 401);
    let elsewhere = reqwest::Client::new()
        .post(format!("{}{}", hub.base, aerolinx.path("leave")))
        .header("cookie", aerolinx.cookie.lock().unwrap().clone().unwrap())
        .header("origin", "https://evil.example")
        .json(&json!({ "word": "" }));
    assert_eq!(elsewhere.send().await.unwrap().status(), 403, "other pages cannot act in their name");
    assert!(carmen.writes("Still there?").await["position"].is_number());
    assert_eq!(aerolinx.texts().await, ["Still there?"]);
}

async fn carmen_uploads(hub: &TestHub, customer: &Customer, text: &str) -> Value {
    let url = format!("{}/chat/v1/media?name=file.txt", hub.base);
    let request = reqwest::Client::new().post(url).bearer_auth(&customer.token).header("content-type", "text/plain");
    let media: Value = request.body(text.to_owned()).send().await.unwrap().json().await.unwrap();
    media["id"].clone()
}

#[tokio::test]
async fn files_go_both_ways_and_those_from_before_the_invitation_do_not() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, id) = handled(&hub).await;
    let before = carmen_uploads(&hub, &carmen, "my passport").await;
    carmen.sends(&json!({ "id": Uuid::now_v7(), "media": before })).await;
    let (token, _) = invited(&maya, &id).await;
    let aerolinx = Partner::new(&hub.base, &token);
    aerolinx.opens().await;
    let after = carmen_uploads(&hub, &carmen, "my ticket").await;
    carmen.sends(&json!({ "id": Uuid::now_v7(), "media": after })).await;
    let file = |media: &Value| format!("media/{}", media.as_str().unwrap());
    assert_eq!(aerolinx.asks(Method::GET, &file(&before), None).await.0, 404, "sent before the invitation");
    let (status, headers, body) = aerolinx.asks_whole(Method::GET, &file(&after), None).await;
    assert_eq!((status, body), (200, json!("my ticket")));
    assert_eq!(headers["content-security-policy"], "default-src 'none'; sandbox");

    let (status, media) = aerolinx.uploads("boarding.txt", "text/plain", b"Gate 12").await;
    assert_eq!(status, 200, "{media}");
    let path = format!("/chat/v1/media/{}", media["id"].as_str().unwrap());
    let message =
        json!({ "id": Uuid::now_v7(), "media": media["id"], "text": "Your boarding pass", "writtenAgainst": 10_000 });
    assert_eq!(aerolinx.sends(&message).await.0, 409, "written against what has not happened");
    let message =
        json!({ "id": Uuid::now_v7(), "media": media["id"], "text": "Your boarding pass", "writtenAgainst": 0 });
    assert_eq!(aerolinx.sends(&message).await.0, 200);
    carmen.waits_for("Your boarding pass").await;
    assert_eq!(get(&hub.base, &path, Some(&carmen.token)).await, (200, json!("Gate 12")));
    assert_eq!(aerolinx.uploads("x.exe", "application/x-msdownload", b"MZ").await.0, 415);
}

#[tokio::test]
async fn compare_and_send_holds_for_partners() {
    let hub = TestHub::start(None).await;
    let (_, maya, id, aerolinx, _) = inside(&hub).await;
    maya.replies(&id, "Aerolinx says it is free.").await;
    let stale = json!({ "id": Uuid::now_v7(), "text": "It is free.", "writtenAgainst": 1 });
    assert_eq!(code(&aerolinx.sends(&stale).await), (409, "conversation.moved_on"));
    let message =
        json!({ "id": Uuid::now_v7(), "text": "Indeed.", "writtenAgainst": maya.state(&id).await["position"] });
    let first = aerolinx.sends(&message).await;
    assert_eq!(first.0, 200);
    assert_eq!(aerolinx.sends(&message).await, first, "the same id twice has one effect and the same answer");
    assert_eq!(aerolinx.texts().await, ["Aerolinx says it is free.", "Indeed."]);
}

#[tokio::test]
async fn the_page_hears_what_happens_as_it_happens() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, id, aerolinx, _) = inside(&hub).await;
    let mut page = aerolinx.live().await;
    say(&mut page, r#"{"type":"hello","after":0}"#).await;
    assert_eq!(frame(&mut page).await["type"], "ready");
    let mut desk = maya.live(None).await;
    say(&mut page, r#"{"type":"typing","on":true}"#).await;
    let typing = frames_until(&mut desk, |frame| frame["typing"].is_object()).await;
    assert_eq!(typing.last().unwrap()["typing"]["by"]["name"], "Aerolinx");
    say(&mut desk, &json!({ "type": "typing", "conversation": id }).to_string()).await;
    let typing = frames_until(&mut page, |frame| frame["type"] == "typing").await;
    assert_eq!(typing.last().unwrap()["name"], "Maya Ortiz");
    carmen.writes("<img src=x onerror=alert(1)>").await;
    let entry = frames_until(&mut page, |frame| frame["type"] == "entry").await;
    let entry = &entry.last().unwrap()["entry"];
    assert_eq!((&entry["text"], &entry["own"]), (&json!("<img src=x onerror=alert(1)>"), &json!(false)));
    maya.does(&id, json!({ "type": "note", "turn": Uuid::now_v7(), "text": "secret" })).await;
    say(&mut page, &json!({ "type": "receipt", "stage": "seen", "upTo": entry["position"] }).to_string()).await;
    eventually("Carmen sees that it was read", || async {
        carmen.sees().await.iter().any(|entry| entry["stage"] == "seen").then_some(())
    })
    .await;
    say(&mut page, "nonsense").await;
    let answer = frames_until(&mut page, |frame| frame["type"] == "error").await;
    assert!(!serde_json::to_string(&answer).unwrap().contains("secret"), "notes are for colleagues");
}

#[tokio::test]
async fn revoking_closes_the_open_page_at_once_and_leaves_nobody_alone() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, id, aerolinx, link) = inside(&hub).await;
    let mut page = aerolinx.live().await;
    say(&mut page, r#"{"type":"hello"}"#).await;
    maya.does(&id, json!({ "type": "leave", "reason": "Aerolinx goes on" })).await;
    carmen.writes("And my luggage?").await;
    assert!(maya.state(&id).await["help"].is_null(), "somebody is there");
    let ada = hub.sofia().await;
    ada.does(&id, json!({ "type": "revoke_link", "link": link })).await;
    let told = frames_until(&mut page, |frame| frame["type"] == "over").await;
    assert_eq!(told.last().unwrap()["standing"], "revoked");
    assert!(
        matches!(futures_util::StreamExt::next(&mut page).await, None | Some(Err(_)) | Some(Ok(_))),
        "and the socket ends"
    );
    assert_eq!(code(&aerolinx.writes("Wait!").await), (410, "guest.revoked"));
    assert_eq!(ada.state(&id).await["help"]["reason"]["reason"], "link_over");
}

#[tokio::test]
async fn expiry_closes_the_page_even_if_the_hub_was_away_when_it_came() {
    let (hub, _) = TestHub::start_with_clock(None).await;
    let (carmen, maya, id, aerolinx, _) = inside(&hub).await;
    maya.does(&id, json!({ "type": "leave", "reason": "Aerolinx goes on" })).await;
    carmen.writes("And my luggage?").await;
    let mut page = aerolinx.live().await;
    say(&mut page, r#"{"type":"hello"}"#).await;
    frames_until(&mut page, |frame| frame["type"] == "ready").await;
    let folder = hub.stop().await;
    // A clock of its own: in this process the stopped hub's timers still look at theirs.
    let ahead = Arc::new(AtomicI64::new(3_600_000));
    let hub = TestHub::at(moved(&ahead), folder, None, 1_000).await;
    let maya = hub.maya().await;
    eventually("help is called for", || async {
        let state = maya.state(&id).await;
        (state["help"]["reason"]["reason"] == "link_over").then_some(())
    })
    .await;
    let again = Partner::new(&hub.base, &aerolinx.token);
    again.cookie.lock().unwrap().clone_from(&aerolinx.cookie.lock().unwrap());
    assert_eq!(again.standing().await, "expired");

    let (token, _) = invited_by_joining(&maya, &id).await;
    let second = Partner::new(&hub.base, &token);
    second.opens().await;
    let mut page = second.live().await;
    say(&mut page, r#"{"type":"hello"}"#).await;
    frames_until(&mut page, |frame| frame["type"] == "ready").await;
    ahead.fetch_add(3_600_000, Ordering::Relaxed);
    let told = frames_until(&mut page, |frame| frame["type"] == "over").await;
    assert_eq!(told.last().unwrap()["standing"], "expired");
}

async fn invited_by_joining(agent: &Agent, conversation: &str) -> (String, Uuid) {
    agent.does(conversation, json!({ "type": "join" })).await;
    invited(agent, conversation).await
}

#[tokio::test]
async fn completing_ends_opened_and_unopened_links_alike() {
    let hub = TestHub::start(None).await;
    let (_, maya, id, aerolinx, _) = inside(&hub).await;
    let (token, _) = invited(&maya, &id).await;
    maya.does(&id, json!({ "type": "complete", "resolution": "Rebooked" })).await;
    assert_eq!(aerolinx.standing().await, "completed");
    assert_eq!(Partner::new(&hub.base, &token).standing().await, "completed");
}

#[tokio::test]
async fn each_use_of_a_link_is_an_event() {
    let hub = TestHub::start(None).await;
    let (_, maya, id, aerolinx, link) = inside(&hub).await;
    aerolinx.opens().await;
    let (_, page) = maya.gets(&format!("/api/v1/conversations/{id}/turns?limit=100")).await;
    let uses = page["events"].as_array().unwrap().iter().filter(|event| event["body"]["link_used"].is_object());
    let uses: Vec<_> = uses.map(|event| event["actor"]["link"].clone()).collect();
    assert_eq!(uses, [json!(link), json!(link)]);
}

#[tokio::test]
async fn an_invitation_is_checked_and_made_once() {
    let hub = TestHub::start(None).await;
    let (_, maya, id) = handled(&hub).await;
    let hash = secret().1;
    let with = |field: &str, value: Value| {
        let mut command = invitation(Uuid::now_v7(), &hash);
        command[field] = value;
        command
    };
    for (command, field) in [
        (with("secretHash", json!("abc")), "secretHash"),
        (with("name", json!(" ")), "name"),
        (with("name", json!("\u{200b}\u{202e}\n")), "name"),
        (with("ttlS", json!(59)), "ttlS"),
        (with("ttlS", json!(8 * 24 * 3600)), "ttlS"),
        (with("email", json!("ops@aerolinx.example")), "email"),
    ] {
        let (status, problem) = maya.commands(&id, command.clone()).await;
        assert_eq!((status, &problem["rejection"]["field"]), (422, &json!(field)), "{command}: {problem}");
    }
    let (link, command) = (Uuid::now_v7(), Uuid::now_v7().to_string());
    let mut invite = invitation(link, &hash);
    invite["ttlS"] = json!(60);
    let first = maya.commands_as(&command, &id, invite.clone()).await;
    assert_eq!(first.0, 200, "{}", first.1);
    assert_eq!(maya.commands_as(&command, &id, invite).await, first, "the same again is the same invitation");
    let (_, problem) = maya.commands(&id, invitation(link, &secret().1)).await;
    assert_eq!(problem["rejection"]["field"], "link", "{problem}");
    let (_, problem) = maya.commands(&id, invitation(Uuid::now_v7(), &hash)).await;
    assert_eq!(problem["rejection"]["field"], "secretHash", "{problem}");
    assert_eq!(maya.state(&id).await["engagements"].as_array().unwrap().len(), 2);
    let jonas = hub.jonas().await;
    let (status, _) = jonas.commands(&id, invitation(Uuid::now_v7(), &secret().1)).await;
    assert!(matches!(status, 404 | 409), "one invites into what one takes part in");
}

#[tokio::test]
async fn too_many_attempts_are_put_off() {
    let hub = TestHub::configured(Clock::system(), |config| config.rate_limits = true).await;
    let guesser = Partner::new(&hub.base, &secret().0);
    assert_eq!(guesser.asks(Method::GET, "about", None).await.0, 404);
    let (headers, problem) = eventually("it is too much", || async {
        // Faster than forgiveness, on a busy machine, too.
        let guesses = (0..20).map(|_| guesser.asks_whole(Method::GET, "about", None));
        let answers = futures_util::future::join_all(guesses).await;
        answers.into_iter().find(|(status, ..)| *status == 429).map(|(_, headers, problem)| (headers, problem))
    })
    .await;
    assert_eq!(problem["code"], "limit.too_many");
    assert!(headers.get("retry-after").is_some());
}

#[tokio::test]
async fn your_logic_invites_with_a_link_of_its_own() {
    let (token, hash) = secret();
    let logic = crate::common::TestLogic::acting(json!([
        { "type": "MESSAGE", "text": "I ask the airline." },
        { "type": "INVITE_EXTERNAL_AGENT", "name": "Aerolinx", "ttlS": 900, "secretHash": hash }
    ]))
    .await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let carmen = hub.customer().await;
    carmen.writes("Is seat 4A free?").await;
    carmen.waits_for("I ask the airline.").await;
    let aerolinx = Partner::new(&hub.base, &token);
    let (status, opened) = aerolinx.opens().await;
    assert_eq!((status, &opened["standing"]), (200, &json!("open")));
    assert!(opened["invitedBy"].is_null(), "nobody in particular");
    aerolinx.writes("It is.").await;
    carmen.waits_for("It is.").await;
}

#[tokio::test]
async fn your_logic_must_give_its_invitation_a_way() {
    let logic = crate::common::TestLogic::acting(json!([])).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let carmen = hub.customer().await;
    carmen.writes("Hello").await;
    let path = format!("/api/v1/logic/conversations/{}/responses", carmen.conversation().await);
    let invite = json!({ "actions": [{ "type": "INVITE_EXTERNAL_AGENT", "name": "Aerolinx", "ttlS": 900 }] });
    let (status, problem) = post(&hub.base, &path, Some(crate::common::SECRET), &invite).await;
    assert_eq!((status, &problem["rejection"]["field"]), (422, &json!("actions[0].email")), "{problem}");

    let (token, hash) = secret();
    let invite = |name: &str, hash: &str| json!({ "type": "INVITE_EXTERNAL_AGENT", "name": name, "ttlS": 900, "secretHash": hash });
    let (one, other) = (invite("Aerolinx", &hash), invite("Hotel", &hash.to_uppercase()));
    let twice = json!({ "actions": [{ "type": "MESSAGE", "text": "Two ask." }, one, other] });
    let (status, problem) = post(&hub.base, &path, Some(crate::common::SECRET), &twice).await;
    assert_eq!((status, &problem["rejection"]["field"]), (422, &json!("actions[2].secretHash")), "{problem}");
    assert_eq!(Partner::new(&hub.base, &token).asks(Method::GET, "about", None).await.0, 404, "nobody is invited");
    assert_eq!(carmen.sees().await.len(), 1, "nothing of it was done");
}

#[tokio::test]
async fn the_name_of_a_partner_is_one_line_for_everybody() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, id) = handled(&hub).await;
    let (token, hash) = secret();
    let mut invite = invitation(Uuid::now_v7(), &hash);
    invite["name"] = json!("Aero\u{202e}linx\nHub");
    maya.does(&id, invite).await;
    let partner = Partner::new(&hub.base, &token);
    assert_eq!(partner.opens().await.0, 200);
    assert_eq!(partner.writes("Hello").await.0, 200);
    let told = format!("{} {}", maya.state(&id).await, serde_json::to_string(&carmen.sees().await).unwrap());
    assert!(told.contains("Aerolinx Hub") && !told.contains('\u{202e}') && !told.contains("\\n"), "{told}");
}
