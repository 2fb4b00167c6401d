//! A company's page identifies its visitor: the customer's conversations become one journey, in every browser.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::common::{Agent, Customer, Socket, TestHub, TestLogic, eventually, frame, post, say, tables};
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt as _;
use ring::hmac;
use serde_json::{Value, json};
use tandem_hub::{NewBrand, add_brand, brand_secret, openapi};

/// A page of the company that knows who is signed in.
struct Page<'a> {
    hub: &'a TestHub,
    secret: String,
}

impl<'a> Page<'a> {
    async fn of(hub: &'a TestHub) -> Self {
        Self { hub, secret: secret(hub, false).await }
    }

    fn signs(&self, mut claims: Value) -> String {
        claims["exp"] = json!(jsonwebtoken::get_current_timestamp() + 600);
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&json!({ "alg": "HS256", "typ": "JWT" })), part(&claims));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes()), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// What the chat element does when the page sets a token.
    async fn asks(&self, browser: Option<&Customer>, identity: Option<Value>) -> (u16, Value) {
        let mut request = json!({ "brand": "northwind" });
        if let Some(browser) = browser {
            request["resume"] = json!(browser.token);
        }
        if let Some(claims) = identity {
            request["identity"] = json!(self.signs(claims));
        }
        post(&self.hub.base, "/chat/v1/sessions", None, &request).await
    }

    async fn shows(&self, browser: Option<&Customer>, identity: Option<Value>) -> (Customer, Value) {
        let (status, session) = self.asks(browser, identity).await;
        assert_eq!(status, 200, "{session}");
        let customer = Customer { base: self.hub.base.clone(), token: session["token"].as_str().unwrap().to_owned() };
        (customer, session["conversation"].clone())
    }
}

async fn secret(hub: &TestHub, renew: bool) -> String {
    let data = tables::of(hub.folder.path());
    tokio::task::spawn_blocking(move || brand_secret(data, "northwind", renew).unwrap()).await.unwrap()
}

fn carmen() -> Value {
    json!({ "sub": "4711", "name": "Carmen Ruiz", "email": "carmen@example.com" })
}

async fn customer_of(sofia: &Agent, conversation: &str) -> Value {
    sofia.state(conversation).await["customer"].clone()
}

async fn links(sofia: &Agent, conversation: &str) -> Vec<Value> {
    let (_, page) = sofia.gets(&format!("/api/v1/conversations/{conversation}/turns?limit=500")).await;
    let events = page["events"].as_array().cloned().unwrap_or_default();
    events.into_iter().filter_map(|event| event["body"].get("customer_linked").cloned()).collect()
}

async fn journey(sofia: &Agent, customer: &Value) -> Vec<String> {
    let (_, page) = sofia.gets(&format!("/api/v1/customers/{}/journey", customer["id"].as_str().unwrap())).await;
    let conversations = page["conversations"].as_array().cloned().unwrap_or_default();
    conversations.iter().map(|state| state["id"].as_str().unwrap().to_owned()).collect()
}

async fn completes(agent: &Agent, conversation: &str) {
    agent.does(conversation, json!({ "type": "join" })).await;
    agent.does(conversation, json!({ "type": "complete", "resolution": "" })).await;
}

/// The hub ends an open page's connection.
async fn is_told_to_come_again(mut page: Socket) {
    let ended = tokio::time::timeout(Duration::from_secs(10), async {
        while matches!(page.next().await, Some(Ok(message)) if !message.is_close()) {}
    });
    ended.await.expect("the open page is told to come again");
}

#[tokio::test]
async fn a_visitor_who_signs_in_is_known_from_then_on() {
    let logic = TestLogic::acting(json!([])).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (page, sofia) = (Page::of(&hub).await, hub.sofia().await);
    let visitor = hub.customer().await;
    visitor.writes("Where is my parcel?").await;
    let id = visitor.conversation().await;
    let before = customer_of(&sofia, &id).await;

    let (browser, shown) = page.shows(Some(&visitor), Some(carmen())).await;
    assert_eq!(shown["id"], id.as_str(), "the browser keeps its conversation");
    assert!(visitor.sees().await.is_empty(), "whoever knew the token before she signed in sees nothing of hers");
    assert_eq!(visitor.sends(&json!({ "id": uuid::Uuid::now_v7(), "text": "I?" })).await.0, 401);
    let contacts =
        json!([{ "kind": "customer_id", "value": "4711" }, { "kind": "email", "value": "carmen@example.com" }]);
    let after = customer_of(&sofia, &id).await;
    assert_eq!((&after["name"], &after["contacts"]), (&json!("Carmen Ruiz"), &contacts));
    assert_eq!(after["id"], before["id"], "somebody unknown becomes known");
    let linked = links(&sofia, &id).await;
    assert_eq!(linked.len(), 1);
    assert_eq!(linked[0]["was"], json!({ "id": before["id"], "name": before["name"] }));
    assert_eq!(linked[0]["source"]["type"], "identity_token");

    let asked = eventually("Your Logic hears of it", || async {
        let asked = logic.asked.lock().unwrap().clone();
        asked.into_iter().find(|request| request["trigger"]["type"] == "CUSTOMER_LINKED")
    })
    .await;
    assert_eq!(asked["trigger"]["was"]["name"], before["name"]);
    assert_eq!((&asked["customer"]["name"], &asked["customer"]["contacts"]), (&json!("Carmen Ruiz"), &contacts));

    browser.writes("Are you there?").await;
    assert_eq!(browser.conversation().await, id);
    let (again, _) = page.shows(Some(&browser), Some(carmen())).await;
    assert_eq!(again.token, browser.token);
    assert_eq!(links(&sofia, &id).await.len(), 1, "what is known is not told again");
}

#[tokio::test]
async fn whoever_is_known_from_the_start_begins_as_themselves() {
    let logic = TestLogic::acting(json!([])).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (page, sofia) = (Page::of(&hub).await, hub.sofia().await);
    let (browser, shown) = page.shows(None, Some(carmen())).await;
    assert_eq!(shown, Value::Null);
    browser.writes("Hello").await;
    let id = browser.conversation().await;
    let customer = customer_of(&sofia, &id).await;
    assert_eq!((&customer["name"], &customer["contacts"][0]["value"]), (&json!("Carmen Ruiz"), &json!("4711")));
    assert!(links(&sofia, &id).await.is_empty(), "nobody else was there before");
    let asked = eventually("Your Logic is asked", || async { logic.asked.lock().unwrap().first().cloned() }).await;
    assert_eq!(asked["trigger"]["type"], "CONVERSATION_STARTED");
    assert_eq!(asked["customer"]["contacts"][1]["value"], "carmen@example.com");
}

#[tokio::test]
async fn a_customer_has_one_chat_in_all_their_browsers() {
    let hub = TestHub::start(None).await;
    let (page, maya) = (Page::of(&hub).await, hub.maya().await);
    let (laptop, _) = page.shows(None, Some(carmen())).await;
    laptop.writes("From my laptop").await;
    let id = laptop.conversation().await;
    let (phone, shown) = page.shows(None, Some(carmen())).await;
    assert_ne!(phone.token, laptop.token);
    assert_eq!(shown["id"], id.as_str());
    let (mut on_laptop, mut on_phone) = (laptop.live().await, phone.live().await);
    phone.writes("And from my phone").await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.replies(&id, "To both").await;
    for socket in [&mut on_laptop, &mut on_phone] {
        while frame(socket).await["entry"]["text"] != "To both" {}
    }
    assert_eq!(phone.conversation().await, id);
    let texts: Vec<_> = laptop.sees().await.iter().map(|entry| entry["text"].clone()).collect();
    assert_eq!(texts, ["From my laptop", "And from my phone", "To both"]);
}

#[tokio::test]
async fn earlier_visits_become_one_journey() {
    let logic = TestLogic::start(|request| {
        let custom = match request["trigger"]["turn"]["content"]["text"].as_str() {
            Some("First") => json!({ "tier": "gold", "cart": 1 }),
            Some("Second") => json!({ "cart": 2, "seen": "shoes" }),
            _ => json!({}),
        };
        axum::Json(json!({ "customer": { "custom": custom }, "actions": [] })).into_response()
    })
    .await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (page, sofia) = (Page::of(&hub).await, hub.sofia().await);
    let (one, two) = (hub.customer().await, hub.customer().await);
    one.writes("First").await;
    let first = one.conversation().await;
    two.writes("Second").await;
    let second = two.conversation().await;
    for (id, key) in [(&first, "tier"), (&second, "seen")] {
        eventually(key, || async { customer_of(&sofia, id).await["custom"].get(key).cloned() }).await;
    }
    completes(&sofia, &first).await;
    completes(&sofia, &second).await;
    let known = customer_of(&sofia, &second).await;

    let (two, shown) = page.shows(Some(&two), Some(carmen())).await;
    assert_eq!(shown["id"], second.as_str());
    let (one, shown) = page.shows(Some(&one), Some(carmen())).await;
    assert_eq!(shown["id"], second.as_str(), "the newest of the customer, in every browser");
    for id in [&first, &second] {
        let state = sofia.state(id).await;
        let customer = &state["customer"];
        assert_eq!(customer["id"], known["id"], "whom the company knows stays who they are");
        assert_eq!(customer["name"], "Carmen Ruiz");
        assert_eq!(
            customer["custom"],
            json!({ "tier": "gold", "cart": 2, "seen": "shoes" }),
            "what was kept of whom the company knows stays"
        );
        assert_eq!(state["status"]["status"], "completed", "nobody is bothered");
        assert_eq!(journey(&sofia, customer).await, [first.clone(), second.clone()]);
    }
    let told = logic.asked.lock().unwrap().iter().any(|request| request["trigger"]["type"] == "CUSTOMER_LINKED");
    assert!(!told, "about what is over, nobody is asked");
    // A message from either browser continues with the newest.
    one.writes("It is me").await;
    assert_eq!(two.conversation().await, second);
    assert!(two.sees().await.iter().any(|entry| entry["text"] == "It is me"));
}

#[tokio::test]
async fn an_open_page_follows_to_where_the_chat_goes_on() {
    let hub = TestHub::start(None).await;
    let (page, maya) = (Page::of(&hub).await, hub.maya().await);
    let visitor = hub.customer().await;
    visitor.writes("Hello?").await;
    let id = visitor.conversation().await;
    let open = visitor.live().await;
    let (browser, _) = page.shows(Some(&visitor), Some(carmen())).await;
    is_told_to_come_again(open).await;
    let mut open = browser.live().await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.replies(&id, "Here I am").await;
    while frame(&mut open).await["entry"]["text"] != "Here I am" {}
    say(&mut open, &json!({ "type": "message", "id": uuid::Uuid::now_v7(), "text": "Good" }).to_string()).await;
    while frame(&mut open).await["type"] != "accepted" {}
    assert_eq!(browser.conversation().await, id);
}

#[tokio::test]
async fn who_signs_out_leaves_nothing_for_the_next() {
    let hub = TestHub::start(None).await;
    let page = Page::of(&hub).await;
    let (carmen_here, _) = page.shows(None, Some(carmen())).await;
    carmen_here.writes("My secret").await;
    let id = carmen_here.conversation().await;
    let (tab, elsewhere) = (carmen_here.live().await, page.shows(None, Some(carmen())).await.0);
    let mut phone = elsewhere.live().await;
    let (nobody, shown) = page.shows(Some(&carmen_here), None).await;
    is_told_to_come_again(tab).await;
    say(&mut phone, &json!({ "type": "message", "id": uuid::Uuid::now_v7(), "text": "from my phone" }).to_string())
        .await;
    while frame(&mut phone).await["type"] != "accepted" {}
    assert_eq!(shown, Value::Null, "without her, her conversation is not shown");
    assert_ne!(nobody.token, carmen_here.token);
    assert_eq!(carmen_here.sends(&json!({ "id": uuid::Uuid::now_v7(), "text": "I?" })).await.0, 401, "it is over");
    let (jonas, shown) = page.shows(Some(&carmen_here), Some(json!({ "sub": "4712", "name": "Jonas Weber" }))).await;
    assert_eq!(shown, Value::Null, "nor to somebody else who signs in");
    jonas.writes("Mine").await;
    assert_ne!(jonas.conversation().await, id);
    let (_, shown) = page.shows(Some(&jonas), Some(carmen())).await;
    assert_eq!(shown["id"], id.as_str(), "and she finds it again");
}

#[tokio::test]
async fn two_customers_who_share_an_address_stay_two() {
    let hub = TestHub::start(None).await;
    let (page, sofia) = (Page::of(&hub).await, hub.sofia().await);
    let mut ids = Vec::new();
    for claims in [carmen(), json!({ "sub": "4712", "name": "Luis Ruiz", "email": "Carmen@example.com" })] {
        let (browser, _) = page.shows(None, Some(claims)).await;
        browser.writes("Hello").await;
        ids.push(browser.conversation().await);
    }
    let (first, second) = (customer_of(&sofia, &ids[0]).await, customer_of(&sofia, &ids[1]).await);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(second["name"], "Luis Ruiz");
    assert_eq!(second["contacts"], json!([{ "kind": "customer_id", "value": "4712" }]), "it is known to be hers");
}

#[tokio::test]
async fn a_customer_without_a_name_is_called_by_an_address_until_one_is_known() {
    let hub = TestHub::start(None).await;
    let (page, sofia) = (Page::of(&hub).await, hub.sofia().await);
    let (browser, _) = page.shows(None, Some(json!({ "sub": "4711" }))).await;
    browser.writes("Hello").await;
    let id = browser.conversation().await;
    assert_eq!(customer_of(&sofia, &id).await["name"], "4711");
    let name_of = || async { customer_of(&sofia, &id).await["name"].clone() };
    page.shows(Some(&browser), Some(json!({ "sub": "4711", "name": "Carmen" }))).await;
    assert_eq!(name_of().await, "Carmen");
    completes(&sofia, &id).await;
    let (browser, _) = page.shows(None, Some(carmen())).await;
    let customer = customer_of(&sofia, &id).await;
    assert_eq!(customer["contacts"][1]["value"], "carmen@example.com", "what is new is added where she can go on");
    assert_eq!(customer["name"], "Carmen Ruiz");
    browser.writes("One more thing").await;
    assert_eq!(browser.conversation().await, id);
}

#[tokio::test]
async fn of_two_conversations_in_progress_the_one_with_a_person_goes_on() {
    let hub = TestHub::start(None).await;
    let (page, maya) = (Page::of(&hub).await, hub.maya().await);
    let (phone, _) = page.shows(None, Some(carmen())).await;
    phone.writes("From my phone").await;
    let with_maya = phone.conversation().await;
    maya.does(&with_maya, json!({ "type": "join" })).await;
    let on_phone = phone.live().await;
    let laptop = hub.customer().await;
    laptop.writes("Hi, it is me").await;
    let other = laptop.conversation().await;
    let (laptop, shown) = page.shows(Some(&laptop), Some(carmen())).await;
    assert_eq!(shown["id"], with_maya.as_str(), "she goes on where somebody answers her");
    let state = hub.sofia().await.state(&other).await;
    assert_eq!(state["status"]["status"], "completed", "and nobody waits for her in the other one");
    assert_eq!(state["status"]["resolution"], "The customer goes on in another conversation");
    maya.replies(&with_maya, "Here I am").await;
    laptop.waits_for("Here I am").await;
    is_told_to_come_again(on_phone).await;
    let mut on_phone = phone.live().await;
    maya.replies(&with_maya, "Still here").await;
    while frame(&mut on_phone).await["entry"]["text"] != "Still here" {}
}

#[tokio::test]
async fn a_conversation_in_progress_is_shown_before_a_newer_one_that_is_over() {
    let hub = TestHub::start(None).await;
    let (page, sofia) = (Page::of(&hub).await, hub.sofia().await);
    let laptop = hub.customer().await;
    laptop.writes("Still waiting").await;
    let waiting = laptop.conversation().await;
    let (phone, _) = page.shows(None, Some(carmen())).await;
    phone.writes("Something else").await;
    let over = phone.conversation().await;
    completes(&sofia, &over).await;
    let known = customer_of(&sofia, &over).await;
    let (_, shown) = page.shows(Some(&laptop), Some(carmen())).await;
    assert_eq!(shown["id"], waiting.as_str());
    assert_eq!(phone.conversation().await, waiting);
    assert_eq!(customer_of(&sofia, &waiting).await["id"], known["id"], "Your Logic meets the customer that it knows");
}

#[tokio::test]
async fn a_page_s_word_counts_for_a_week() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let page = Page::of(&hub).await;
    let (browser, _) = page.shows(None, Some(carmen())).await;
    browser.writes("Hello").await;
    let passes = |days: i64| ahead.fetch_add(days * 24 * 3_600_000, Ordering::Relaxed);
    passes(6);
    let (browser, shown) = page.shows(Some(&browser), Some(carmen())).await;
    assert_ne!(shown, Value::Null);
    passes(6);
    assert_eq!(browser.sees().await.len(), 1, "it was given again");
    passes(2);
    assert_eq!(browser.sends(&json!({ "id": uuid::Uuid::now_v7(), "text": "?" })).await.0, 401);
}

#[tokio::test]
async fn a_page_that_proves_nothing_changes_nothing() {
    let hub = TestHub::start(None).await;
    let (page, sofia) = (Page::of(&hub).await, hub.sofia().await);
    let visitor = hub.customer().await;
    visitor.writes("Hello").await;
    let id = visitor.conversation().await;
    let stranger = Page { hub: &hub, secret: "somebody else's secret".into() };
    let (status, problem) = stranger.asks(Some(&visitor), Some(carmen())).await;
    assert_eq!((status, &problem["code"]), (401, &json!("chat.identity_invalid")));
    assert!(problem["detail"].as_str().unwrap().contains("not signed with the secret of this brand"), "{problem}");
    assert!(links(&sofia, &id).await.is_empty());

    let (known, _) = page.shows(None, Some(carmen())).await;
    let renewed = Page { hub: &hub, secret: secret(&hub, true).await };
    assert_eq!(known.sends(&json!({ "id": uuid::Uuid::now_v7(), "text": "?" })).await.0, 401, "nor what it has opened");
    assert_eq!(page.asks(None, Some(carmen())).await.0, 401, "the secret from before counts no more");
    assert_eq!(renewed.asks(None, Some(carmen())).await.0, 200);
}

#[tokio::test]
async fn what_is_known_survives_a_restart() {
    let hub = TestHub::start(None).await;
    let page = Page::of(&hub).await;
    let visitor = hub.customer().await;
    visitor.writes("Hello").await;
    let id = visitor.conversation().await;
    page.shows(Some(&visitor), Some(carmen())).await;
    let (secret, folder) = (page.secret, hub.stop().await);
    let hub = TestHub::on(folder, None, 1_000).await;
    let page = Page { hub: &hub, secret };
    let (_, shown) = page.shows(None, Some(carmen())).await;
    assert_eq!(shown["id"], id.as_str());
}

#[tokio::test]
async fn files_of_a_visitor_stay_theirs() {
    let hub = TestHub::start(None).await;
    let page = Page::of(&hub).await;
    let visitor = hub.customer().await;
    let upload = reqwest::Client::new()
        .post(format!("{}/chat/v1/media?name=note.txt", hub.base))
        .bearer_auth(&visitor.token)
        .header("content-type", "text/plain")
        .body("my words");
    let media: Value = upload.send().await.unwrap().json().await.unwrap();
    visitor.writes("See").await;
    let (browser, _) = page.shows(Some(&visitor), Some(carmen())).await;
    let (status, body) = browser.sends(&json!({ "id": uuid::Uuid::now_v7(), "media": media["id"], "text": "" })).await;
    assert_eq!(status, 200, "{body}");
    let (phone, _) = page.shows(None, Some(carmen())).await;
    for browser in [&browser, &phone] {
        let path = format!("{}/chat/v1/media/{}", hub.base, media["id"].as_str().unwrap());
        let file = reqwest::Client::new().get(path).bearer_auth(&browser.token).send().await.unwrap();
        assert_eq!(file.text().await.unwrap(), "my words");
    }
    assert!(openapi().to_json().unwrap().contains("identity"), "the door is documented");
}

#[tokio::test]
async fn open_pages_end_with_the_secret_that_vouched_for_them_and_with_their_brand() {
    let hub = TestHub::start(None).await;
    let page = Page::of(&hub).await;
    let (proven, visitor) = (page.shows(None, Some(carmen())).await.0, hub.customer().await);
    let (tab, mut other) = (proven.live().await, visitor.live().await);
    secret(&hub, true).await;
    is_told_to_come_again(tab).await;
    say(&mut other, &json!({ "type": "message", "id": uuid::Uuid::now_v7(), "text": "I go on" }).to_string()).await;
    while frame(&mut other).await["type"] != "accepted" {}
    let ada = hub.ada().await;
    let brand = format!("{}/api/v1/brands/northwind", hub.base);
    // Another domain: every page is judged at the door again.
    let change = reqwest::Client::new().patch(&brand).json(&json!({ "domains": ["elsewhere.example"] }));
    assert_eq!(change.bearer_auth(&ada.token).send().await.unwrap().status().as_u16(), 200);
    is_told_to_come_again(other).await;
    let other = visitor.live().await;
    let id = visitor.conversation().await;
    let removal = reqwest::Client::new().delete(format!("{brand}?force=true"));
    assert_eq!(removal.bearer_auth(&ada.token).send().await.unwrap().status().as_u16(), 200);
    is_told_to_come_again(other).await;
    let sofia = hub.sofia().await;
    eventually("the hub completes what nobody can read any more", || async {
        (sofia.state(&id).await["status"]["status"] == "completed").then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_open_page_ends_when_its_proof_is_too_old() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let data = tables::of(hub.folder.path());
    let brand = NewBrand {
        key: "fabrikam".into(),
        name: "Fabrikam".into(),
        greeting: "Hello!".into(),
        accent: "#2f5bea".into(),
        domains: vec!["fabrikam.example".into()],
    };
    tokio::task::spawn_blocking(move || add_brand(data, brand).unwrap()).await.unwrap();
    let page = Page::of(&hub).await;
    let (proven, visitor) = (page.shows(None, Some(carmen())).await.0, hub.customer().await);
    let (tab, mut other) = (proven.live().await, visitor.live().await);
    ahead.fetch_add(8 * 24 * 3_600_000, Ordering::Relaxed);
    let mut ended = std::pin::pin!(is_told_to_come_again(tab));
    loop {
        // Any brand's new secret makes the hub look at all open chats, as it does every minute anyway.
        let data = tables::of(hub.folder.path());
        tokio::task::spawn_blocking(move || brand_secret(data, "fabrikam", true).unwrap()).await.unwrap();
        if tokio::time::timeout(Duration::from_millis(300), &mut ended).await.is_ok() {
            break;
        }
    }
    say(&mut other, &json!({ "type": "message", "id": uuid::Uuid::now_v7(), "text": "I go on" }).to_string()).await;
    while frame(&mut other).await["type"] != "accepted" {}
}

#[tokio::test]
async fn a_page_gives_a_name_in_one_line_or_none() {
    let hub = TestHub::start(None).await;
    let sofia = hub.sofia().await;
    for (given, shown) in
        [("Car\u{202e}men\n Ruiz", Some("Carmen Ruiz")), ("\u{200b}\u{2060}", None), ("\u{202e}", None)]
    {
        let wish = json!({ "brand": "northwind", "name": given });
        let (status, begun) = post(&hub.base, "/chat/v1/sessions", None, &wish).await;
        assert_eq!(status, 200, "{begun}");
        let visitor = Customer { base: hub.base.clone(), token: begun["token"].as_str().unwrap().to_owned() };
        visitor.writes("Hello").await;
        let name = customer_of(&sofia, &visitor.conversation().await).await["name"].as_str().unwrap().to_owned();
        match shown {
            Some(shown) => assert_eq!(name, shown),
            None => assert!(name.starts_with(|c: char| c.is_ascii_alphabetic()), "a made-up name: {name:?}"),
        }
    }
}
