//! Numbers that stand in the settings, and those that administrators enter.

use serde_json::{Value, json};
use tandem_hub::config::Config;
use tandem_hub::{Clock, NewWhatsappNumber, WhatsappCommand, add_whatsapp_number, doctor};
use tandem_testkit::cloud_api::{ACCOUNT_ID, CloudApi, PHONE_NUMBER_ID, TOKEN};

use super::world::{APP_SECRET, World, code, number, says, taken, until, webhooks, words};
use crate::common::{Agent, TestHub};

/// What `tandem-hub doctor` says of WhatsApp.
async fn judged(config: &Config) -> String {
    let mut lines = Vec::new();
    doctor(config, |line| lines.push(line)).await;
    lines.into_iter().find(|line| line.contains("WhatsApp")).unwrap_or_default()
}

fn removes(config: &Config) -> Result<(), String> {
    WhatsappCommand::Remove { id: "main".into() }.run(config).map_err(|error| error.to_string())
}

#[tokio::test]
async fn templates_are_fetched_again_after_a_quarter_of_an_hour_without_a_word_of_meta() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let world = World::of(hub).await;
    // Sign-ins end after a quarter of an hour, too.
    let names = async || {
        let (_, page) = world.hub.maya().await.gets("/api/v1/starts").await;
        let all = page["numbers"][0]["templates"].as_array()?.clone();
        Some(all.iter().map(|one| one["name"].clone()).collect::<Vec<_>>()).filter(|names| !names.is_empty())
    };
    assert_eq!(until(&names).await, ["found"]);
    world.api.add_template(json!({ "name": "late", "language": "en", "category": "UTILITY", "status": "APPROVED",
        "components": [{ "type": "BODY", "text": "It is late." }] }));
    assert_eq!(until(&names).await, ["found"], "it is not asked for at every look");
    ahead.fetch_add(15 * 60_000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(until(async || names().await.filter(|names| names.len() > 1)).await, ["found", "late"]);
}

#[tokio::test]
async fn a_number_of_the_settings_receives_and_sends_and_is_changed_there_alone() {
    let api = CloudApi::start().await.unwrap();
    let mut config = None;
    let folder = TestHub::start(None).await.stop().await;
    let hub = TestHub::with(Clock::system(), folder, |set| {
        set.whatsapp = vec![number(&api, "of-last-year"), wrong(&api)];
        config = Some(set.clone());
    });
    let (hub, config) = (hub.await, config.unwrap());
    let told = judged(&config).await;
    assert!(told.starts_with("WRONG") && told.contains("second: there is no brand 'gone'"), "{told}");
    assert!(!told.contains("main: the hub"), "{told}");
    let ada = hub.ada().await;
    let (status, answer) = puts(&ada, "main", &json!({ "accessToken": TOKEN })).await;
    assert_eq!((status, code(&answer)), (409, "whatsapp.in_settings"), "{answer}");
    let refused = config.clone();
    let refused = tokio::task::spawn_blocking(move || removes(&refused)).await.unwrap();
    assert!(refused.unwrap_err().contains("a number of the settings"));
    let folder = hub.stop().await;
    let renewed = vec![number(&api, TOKEN)];
    let told = judged(&Config { whatsapp: renewed.clone(), ..config }).await;
    assert!(told.contains("main: the hub has not been started with these settings yet"), "{told}");
    let hub = TestHub::with(Clock::system(), folder, |config| config.whatsapp = renewed).await;
    let hooks = webhooks(&hub.base);
    let world = World { hub, api, hooks };
    let (maya, id) = world.talks().await;
    says(&maya, &id, "On its way").await;
    assert_eq!(words(&taken(&world.api, 1).await), ["On its way"], "with the token that the settings have now");
}

fn wrong(api: &CloudApi) -> NewWhatsappNumber {
    NewWhatsappNumber {
        key: "second".into(),
        phone_number_id: "7".into(),
        brand: Some("gone".into()),
        ..number(api, TOKEN)
    }
}

/// Ada sets a number: everything about it, and what else.
async fn puts(ada: &Agent, key: &str, more: &Value) -> (u16, Value) {
    let mut body = json!({ "number": "+34 600 123 456", "phoneNumberId": PHONE_NUMBER_ID, "accountId": ACCOUNT_ID,
        "brand": "northwind" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let url = format!("{}/api/v1/channels/whatsapp/{key}", ada.base);
    let answer = reqwest::Client::new().put(url).bearer_auth(&ada.token).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn administrators_enter_numbers_and_never_read_their_secrets() {
    let (hub, api) = (TestHub::start(None).await, CloudApi::start().await.unwrap());
    let ada = hub.ada().await;
    let (status, answer) = puts(&ada, "main", &json!({})).await;
    assert_eq!((status, code(&answer)), (422, "input.invalid"), "a number needs its secrets: {answer}");
    for (field, value) in [("phoneNumberId", "12a"), ("number", "600"), ("brand", "gone"), ("accessToken", " ")] {
        let mut body = json!({ "accessToken": TOKEN, "appSecret": APP_SECRET, "verifyToken": "a long one" });
        body[field] = json!(value);
        let (status, answer) = puts(&ada, "main", &body).await;
        assert_eq!(status, 422, "{answer}");
        assert!(answer["detail"].as_str().unwrap().contains(field), "{answer}");
    }
    let secrets = json!({ "baseUrl": api.url(), "accessToken": "of-last-year", "appSecret": APP_SECRET, "verifyToken": "a long one" });
    let (status, shown) = puts(&ada, "main", &secrets).await;
    assert_eq!((status, &shown["number"]), (200, &json!("+34600123456")), "{shown}");
    let elsewhere = json!({ "baseUrl": "https://elsewhere.example" });
    let (status, answer) = puts(&ada, "main", &elsewhere).await;
    assert_eq!(
        (status, answer["rejection"]["field"].as_str()),
        (422, Some("accessToken")),
        "who asks gets no token: {answer}"
    );
    let (status, shown) =
        puts(&ada, "main", &json!({ "baseUrl": api.url(), "accessToken": TOKEN, "perSecond": 20 })).await;
    assert_eq!((status, &shown["perSecond"]), (200, &json!(20)), "{shown}");
    assert!(!shown.to_string().contains(APP_SECRET) && !shown.to_string().contains(TOKEN), "{shown}");
    let (status, read) = ada.gets("/api/v1/channels/whatsapp/main").await;
    assert_eq!(status, 200, "{read}");
    // Meanwhile Meta may have said what it thinks of the number.
    for field in ["id", "number", "brand", "accountId", "baseUrl", "perSecond", "typing", "ofSettings"] {
        assert_eq!(read[field], shown[field], "{field}");
    }
    let hooks = webhooks(&hub.base);
    let asked = format!("{}?hub.mode=subscribe&hub.verify_token=a%20long%20one&hub.challenge=7", hooks.url);
    assert_eq!(reqwest::get(asked).await.unwrap().text().await.unwrap(), "7", "the token that was left out stays");
    let world = World { hub, api, hooks };
    let (maya, id) = world.talks().await;
    says(&maya, &id, "Here").await;
    assert_eq!(words(&taken(&world.api, 1).await), ["Here"]);
    let shared = json!({ "baseUrl": world.api.url(), "coexistence": true });
    let (status, shown) = puts(&ada, "main", &shared).await;
    assert_eq!((status, &shown["coexistence"], &shown["perSecond"]), (200, &json!(true), &json!(20)), "{shown}");
    let removed = reqwest::Client::new().delete(format!("{}/api/v1/channels/whatsapp/main", ada.base));
    assert_eq!(removed.bearer_auth(&ada.token).send().await.unwrap().status(), 204);
    assert_eq!(ada.gets("/api/v1/channels/whatsapp/main").await.0, 404);
}

/// What `tandem-hub whatsapp check` says is missing.
async fn checked(config: &Config) -> Result<(), String> {
    let config = config.clone();
    let check = move || WhatsappCommand::Check { id: "main".into() }.run(&config).map_err(|error| error.to_string());
    tokio::task::spawn_blocking(check).await.unwrap()
}

#[tokio::test]
async fn a_check_tries_the_numbers_own_address_as_meta_does_and_says_what_is_missing() {
    let world = World::new().await;
    let config = Config {
        public_url: Some(world.hub.base.clone()),
        whatsapp: vec![number(&world.api, TOKEN)],
        ..Config::new(world.hub.folder.path().to_owned())
    };
    let missing = checked(&config).await.unwrap_err();
    assert!(missing.contains("no webhook for WhatsApp") && missing.contains(&world.hooks.url), "{missing}");
    world.api.subscribe("https://elsewhere.test/webhook", &["messages"]);
    let missing = checked(&config).await.unwrap_err();
    assert!(missing.contains("elsewhere.test") && missing.contains("message_template_status_update"), "{missing}");
    world.api.subscribe(&world.hooks.url, &["messages", "message_template_status_update"]);
    checked(&config).await.unwrap();
    let (folder, shared) = (world.hub.folder.path().to_owned(), number(&world.api, TOKEN));
    let shared = NewWhatsappNumber { coexistence: true, ..shared };
    tokio::task::spawn_blocking(move || add_whatsapp_number(&folder, shared)).await.unwrap().unwrap();
    let missing = checked(&config).await.unwrap_err();
    assert!(missing.contains("not subscribed to smb_message_echoes"), "{missing}");
    let other = NewWhatsappNumber { verify_token: "another long one".into(), ..number(&world.api, TOKEN) };
    let missing = checked(&Config { whatsapp: vec![other], ..config.clone() }).await.unwrap_err();
    assert!(missing.contains("verify token is another one"), "{missing}");
    let missing = checked(&Config { public_url: Some("http://127.0.0.1:1".into()), ..config }).await.unwrap_err();
    assert!(missing.contains("Nobody answers at http://127.0.0.1:1/channels/whatsapp/main/webhook"), "{missing}");
}

#[tokio::test]
async fn administrators_check_a_number_and_what_is_missing_has_a_name() {
    let world = World::new().await;
    let ada = world.hub.ada().await;
    let check = async || {
        let url = format!("{}/api/v1/channels/whatsapp/main/check", ada.base);
        let answer = reqwest::Client::new().post(url).bearer_auth(&ada.token).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    world.api.rate("YELLOW");
    let (status, found) = check().await;
    assert_eq!((status, &found["name"], &found["quality"]), (200, &json!("Northwind"), &json!("YELLOW")), "{found}");
    assert_eq!(found["missing"][0]["code"], "no_webhook", "{found}");
    assert_eq!(found["triedToken"], false, "of a number that was added, only the token's hash is known");
    let (_, number) = ada.gets("/api/v1/channels/whatsapp/main").await;
    assert_eq!((&number["quality"], &number["limit"]), (&json!("YELLOW"), &json!("TIER_1K")), "it is kept: {number}");
    world.api.set_token("renewed");
    let (status, answer) = check().await;
    assert_eq!((status, code(&answer)), (409, "whatsapp.not_checked"), "{answer}");
    assert!(answer["detail"].as_str().unwrap().contains("session has expired"), "{answer}");
}

#[tokio::test]
async fn what_meta_thinks_of_a_number_is_known_as_soon_as_meta_says_that_it_has_changed() {
    let world = World::new().await;
    let ada = world.hub.ada().await;
    let quality = async |wanted: &str| {
        until(async || {
            let (_, number) = ada.gets("/api/v1/channels/whatsapp/main").await;
            (number["quality"] == wanted).then_some(())
        })
        .await;
    };
    quality("GREEN").await;
    world.api.rate("RED");
    let news = json!({ "display_phone_number": "34600123456", "event": "FLAGGED", "current_limit": "TIER_1K" });
    world.hooks.changed("phone_number_quality_update", news).await.unwrap();
    quality("RED").await;
}

#[tokio::test]
async fn all_templates_of_a_number_are_told_to_administrators() {
    let world = World::new().await;
    let ada = world.hub.ada().await;
    world
        .approves(json!({ "name": "sale", "language": "de", "category": "MARKETING", "status": "REJECTED",
        "components": [{ "type": "BODY", "text": "Alles muss raus!" }] }))
        .await;
    let templates = until(async || {
        let (_, page) = ada.gets("/api/v1/channels/whatsapp/main/templates").await;
        let all = page["templates"].as_array().unwrap().clone();
        (all.len() == 2).then_some(all)
    });
    let all: Vec<_> = templates.await.iter().map(|one| (one["name"].clone(), one["status"].clone())).collect();
    assert_eq!(all, [(json!("found"), json!("APPROVED")), (json!("sale"), json!("REJECTED"))]);
}
