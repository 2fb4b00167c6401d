//! Agents read their own conversations, past and present; calls for help within their brands; and the customers whom
//! they handle.

use serde_json::{Value, json};
use tandem_conversation::Role;
use tandem_hub::{NewBrand, NewUser, add_brand, add_user};
use uuid::Uuid;

use crate::common::{
    Agent, Customer, PASSWORD, TestHub, TestLogic, eventually, frame, frames_until, post, say, tables,
};

/// Maya handles Carmen's conversation; no call is open.
async fn mayas(hub: &TestHub) -> (Customer, Agent, String) {
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("my card number is 1111").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.does(&id, json!({ "type": "note", "turn": Uuid::now_v7(), "text": "fraud suspect" })).await;
    (carmen, maya, id)
}

/// The answers of each reading endpoint to this agent.
async fn doors(agent: &Agent, id: &str, customer: &str) -> Vec<u16> {
    let mut found = Vec::new();
    for path in [
        format!("/api/v1/conversations/{id}"),
        format!("/api/v1/conversations/{id}/turns"),
        format!("/api/v1/customers/{customer}/journey"),
    ] {
        found.push(agent.gets(&path).await.0);
    }
    found.push(agent.commands(id, json!({ "type": "note", "turn": Uuid::now_v7(), "text": "I was here" })).await.0);
    found.push(agent.commands(id, json!({ "type": "join" })).await.0);
    found
}

async fn customer_of(hub: &TestHub, id: &str) -> String {
    hub.sofia().await.state(id).await["customer"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_a_colleagues_does_not_exist_for_other_agents() {
    let hub = TestHub::start(None).await;
    let (_carmen, maya, id) = mayas(&hub).await;
    let customer = customer_of(&hub, &id).await;
    let jonas = hub.jonas().await;
    assert_eq!(doors(&jonas, &id, &customer).await, [404; 5]);
    let nothing = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
    assert_eq!(doors(&jonas, &nothing.0, &nothing.1).await, [404; 5], "as if there were none");
    for path in [format!("/api/v1/conversations/{id}"), format!("/api/v1/customers/{customer}/journey")] {
        let elsewhere = path.replace(&id, &nothing.0).replace(&customer, &nothing.1);
        assert_eq!(jonas.gets(&path).await, jonas.gets(&elsewhere).await, "both look the same");
    }
    assert_eq!(doors(&maya, &id, &customer).await[..4], [200; 4]);
    assert_eq!(doors(&hub.sofia().await, &id, &customer).await, [200; 5], "supervisors read and join everything");
}

#[tokio::test]
async fn no_id_of_what_an_agent_may_not_see_leaves_the_hub() {
    let hub = TestHub::start(None).await;
    let (carmen, _maya, id) = mayas(&hub).await;
    carmen.writes("thanks, that is private").await;
    let mut jonas = hub.jonas().await.live(Some(0)).await;
    let told = frames_until(&mut jonas, |frame| !frame["alive"].is_null()).await;
    assert!(
        !told.iter().any(|frame| frame.to_string().contains(&id)),
        "the call began and ended without him: {told:?}"
    );
    let logic = TestLogic::acting(json!([{ "type": "MESSAGE", "text": "I help." }])).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let carmen = hub.customer().await;
    carmen.writes("for the machine alone").await;
    carmen.waits_for("I help.").await;
    let id = carmen.conversation().await;
    let mut jonas = hub.jonas().await.live(Some(0)).await;
    let told = frames_until(&mut jonas, |frame| !frame["alive"].is_null()).await;
    assert!(!json!(told).to_string().contains(&id), "nobody was ever called to it: {told:?}");
}

#[tokio::test]
async fn what_was_ever_theirs_stays_readable() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let (_carmen, maya, id) = mayas(&hub).await;
    maya.does(&id, json!({ "type": "complete", "resolution": "" })).await;
    let fifteen_days = 15 * 86_400_000;
    ahead.store(fifteen_days, std::sync::atomic::Ordering::Relaxed);
    let maya = hub.maya().await;
    assert!(maya.section("left").await.is_empty(), "it is in no section any more");
    assert_eq!(maya.gets(&format!("/api/v1/conversations/{id}/turns")).await.0, 200);
    eventually("the search finds it", || async {
        let (_, page) = maya.gets("/api/v1/search?q=fraud").await;
        page["hits"].as_array().is_some_and(|hits| hits.len() == 1).then_some(())
    })
    .await;
    assert_eq!(hub.jonas().await.gets("/api/v1/search?q=fraud").await.1["hits"], json!([]));
}

#[tokio::test]
async fn whoever_handles_a_customer_reads_their_journey_as_long_as_they_do() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, first) = mayas(&hub).await;
    maya.does(&first, json!({ "type": "complete", "resolution": "" })).await;
    let customer = customer_of(&hub, &first).await;
    let jonas = hub.jonas().await;
    let journey = format!("/api/v1/customers/{customer}/journey");
    assert_eq!(jonas.gets(&journey).await.0, 404);
    let mut page = carmen.live().await;
    say(&mut page, &json!({ "type": "new" }).to_string()).await;
    while frame(&mut page).await["type"] != "ready" {}
    carmen.writes("Something else").await;
    let second = carmen.conversation().await;
    assert_eq!(jonas.gets(&journey).await.1["conversations"].as_array().unwrap().len(), 1, "the call alone");
    jonas.does(&second, json!({ "type": "join" })).await;
    assert_eq!(jonas.gets(&journey).await.1["conversations"].as_array().unwrap().len(), 2);
    assert_eq!(jonas.gets(&format!("/api/v1/conversations/{first}/turns")).await.0, 200);
    jonas.does(&second, json!({ "type": "complete", "resolution": "" })).await;
    assert_eq!(jonas.gets(&format!("/api/v1/conversations/{first}/turns")).await.0, 404, "it ends with the handling");
}

/// A second brand, and Leo, who serves only the first.
async fn with_leo() -> (TestHub, Agent, Customer) {
    let hub = TestHub::start(None).await;
    let data = tables::of(hub.folder.path());
    tokio::task::spawn_blocking(move || {
        let bank = NewBrand {
            key: "bank".into(),
            name: "Bank".into(),
            greeting: "Hello!".into(),
            accent: "#2f5bea".into(),
            domains: vec!["*".into()],
        };
        add_brand(data.clone(), bank).unwrap();
        let mut leo = NewUser::new("leo@northwind.example", "Leo", Role::Agent, PASSWORD);
        leo.brands = vec!["northwind".into()];
        add_user(data, leo).unwrap();
    })
    .await
    .unwrap();
    let leo = hub.agent("leo@northwind.example").await;
    let session = post(&hub.base, "/chat/v1/sessions", None, &json!({ "brand": "bank" })).await;
    let nina = Customer { base: hub.base.clone(), token: session.1["token"].as_str().unwrap().to_owned() };
    (hub, leo, nina)
}

#[tokio::test]
async fn a_call_for_help_of_another_brand_is_not_for_their_eyes() {
    let (hub, leo, nina) = with_leo().await;
    let mut desk = leo.live(None).await;
    frames_until(&mut desk, |frame| !frame["alive"].is_null()).await;
    let carmen = hub.customer().await;
    nina.writes("my account is empty").await;
    carmen.writes("my suitcase is gone").await;
    let (banks, ours) = (nina.conversation().await, carmen.conversation().await);
    let told = frames_until(&mut desk, |frame| frame.to_string().contains(&ours)).await;
    assert!(!json!(told).to_string().contains(&banks), "he hears of his own brand alone");
    let (_, page) = leo.gets("/api/v1/conversations?section=help").await;
    assert_eq!((&page["total"], page["conversations"][0]["id"].as_str()), (&json!(1), Some(ours.as_str())));
    let customer = customer_of(&hub, &banks).await;
    assert_eq!(doors(&leo, &banks, &customer).await, [404; 5]);
    let call = hub.sofia().await.state(&banks).await["help"]["call"].clone();
    assert_eq!(leo.commands(&banks, json!({ "type": "join", "call": call })).await.0, 404, "nor may he claim it");
    assert_eq!(leo.gets("/api/v1/search?q=account").await.1["hits"], json!([]));
    assert_eq!(hub.maya().await.section("help").await.len(), 2, "who serves all brands sees both");
}

#[tokio::test]
async fn whoever_was_called_is_told_who_was_faster_and_may_still_join() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, jonas) = (hub.customer().await, hub.maya().await, hub.jonas().await);
    let mut desk = jonas.live(None).await;
    frames_until(&mut desk, |frame| !frame["alive"].is_null()).await;
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    let call = maya.state(&id).await["help"]["call"].clone();
    maya.does(&id, json!({ "type": "join", "call": call })).await;
    assert_eq!(jonas.gets(&format!("/api/v1/conversations/{id}")).await.0, 404, "the call is over for him");
    let (status, problem) = jonas.commands(&id, json!({ "type": "join", "call": call })).await;
    assert_eq!((status, problem["rejection"]["by"]["name"].as_str()), (409, Some("Maya Ortiz")), "{problem}");
    eventually("the ledger knows that he was called", || async {
        (jonas.commands(&id, json!({ "type": "join" })).await.0 == 200).then_some(())
    })
    .await;
    let forged: Value = json!(Uuid::now_v7());
    let ada = hub.agent("maya@northwind.example").await;
    assert_eq!(ada.commands(&Uuid::now_v7().to_string(), json!({ "type": "join", "call": forged })).await.0, 404);
}

/// What the door to the end of a call answers.
async fn claim(agent: &Agent, id: &str, call: Option<&Value>) -> (u16, Value) {
    let call = call.map(|call| format!("?call={}", call.as_str().unwrap())).unwrap_or_default();
    agent.gets(&format!("/api/v1/conversations/{id}/claim{call}")).await
}

#[tokio::test]
async fn whoever_was_called_may_ask_who_took_the_call_and_reads_nothing_else() {
    let (hub, leo, nina) = with_leo().await;
    let (carmen, maya, jonas) = (hub.customer().await, hub.maya().await, hub.jonas().await);
    carmen.writes("my card number is 1111").await;
    nina.writes("my account is empty").await;
    let (id, banks) = (carmen.conversation().await, nina.conversation().await);
    let call = maya.state(&id).await["help"]["call"].clone();
    let banks_call = maya.state(&banks).await["help"]["call"].clone();
    assert_eq!(claim(&jonas, &id, Some(&call)).await.0, 404, "it is still open");
    maya.does(&id, json!({ "type": "join", "call": call })).await;
    maya.does(&banks, json!({ "type": "join", "call": banks_call })).await;

    let (status, ended) = claim(&jonas, &id, Some(&call)).await;
    assert_eq!((status, &ended["by"]["name"]), (200, &json!("Maya Ortiz")), "{ended}");
    let keys: Vec<_> = ended.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["by", "customer"], "{ended}");
    assert_eq!(claim(&jonas, &id, None).await.0, 404, "he had no desk, and names no call");
    assert_eq!(claim(&jonas, &id, Some(&banks_call)).await.0, 404, "that call was elsewhere");
    assert_eq!(claim(&jonas, &id, Some(&json!(Uuid::now_v7()))).await.0, 404, "that call was never made");
    assert_eq!(claim(&leo, &banks, Some(&banks_call)).await.0, 404, "another brand's calls are not for his eyes");
    assert_eq!(claim(&maya, &id, None).await.0, 200, "it is hers");
    assert_eq!(jonas.gets(&format!("/api/v1/conversations/{id}")).await.0, 404);

    maya.does(&id, json!({ "type": "complete", "resolution": "secret" })).await;
    let (status, still) = claim(&jonas, &id, Some(&call)).await;
    assert_eq!((status, still), (200, ended), "what became of it afterwards he does not hear");
}

#[tokio::test]
async fn a_call_that_nobody_took_has_ended_without_a_name() {
    let hub = TestHub::start(None).await;
    let (carmen, jonas, sofia) = (hub.customer().await, hub.jonas().await, hub.sofia().await);
    let mut desk = jonas.live(None).await;
    frames_until(&mut desk, |frame| !frame["alive"].is_null()).await;
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    sofia.does(&id, json!({ "type": "join" })).await;
    sofia.does(&id, json!({ "type": "ask_for_help", "reason": "A second pair of eyes" })).await;
    sofia.does(&id, json!({ "type": "help_not_needed" })).await;
    // The ledger knows that he was called, so he needs to name nothing.
    let ended = eventually("the ledger knows that he was called", || async {
        let (status, ended) = claim(&jonas, &id, None).await;
        (status == 200).then_some(ended)
    })
    .await;
    assert_eq!(ended.as_object().unwrap().keys().collect::<Vec<_>>(), ["customer"], "{ended}");
}

#[tokio::test]
async fn what_others_have_begun_is_for_those_who_take_part() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, jonas) = (hub.customer().await, hub.maya().await, hub.jonas().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.does(&id, json!({ "type": "ask_for_help", "reason": "" })).await;
    let commands = [
        json!({ "type": "tag", "add": ["vip"], "remove": [] }),
        json!({ "type": "engage_logic", "engaged": false }),
        json!({ "type": "withdraw", "engagement": Uuid::now_v7() }),
        json!({ "type": "revoke_link", "link": Uuid::now_v7() }),
        json!({ "type": "help_not_needed" }),
    ];
    for command in &commands {
        let (status, problem) = jonas.commands(&id, command.clone()).await;
        assert_eq!((status, &problem["code"]), (409, &json!("conversation.not_engaged")), "{command}");
    }
    for command in &commands {
        let (status, problem) = maya.commands(&id, command.clone()).await;
        assert_ne!(problem["code"], "conversation.not_engaged", "{command} {status}");
    }
}

#[tokio::test]
async fn an_agent_reports_only_calls_that_they_were_told_of() {
    let hub = TestHub::start(None).await;
    let (carmen, sofia, jonas) = (hub.customer().await, hub.sofia().await, hub.jonas().await);
    let mut desk = sofia.live(None).await;
    frames_until(&mut desk, |frame| !frame["alive"].is_null()).await;
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    let call = sofia.state(&id).await["help"]["call"].clone();
    let ledger = format!("/api/v1/conversations/{id}/alerts");
    let names = || async {
        let (_, ledger) = sofia.gets(&ledger).await;
        let alerts = ledger["calls"][0]["alerts"].as_array().cloned().unwrap_or_default();
        alerts.iter().map(|alert| alert["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    eventually("Sofia is called", || async { (names().await == ["Sofia Lind"]).then_some(()) }).await;
    let at = now();
    let report = json!({ "reports": [{ "conversation": id, "call": call, "at": at, "outcome": { "type": "shown" } }] });
    let (status, body) = post(&hub.base, "/api/v1/alerts", Some(&jonas.token), &report).await;
    assert_eq!(status, 204, "{body}");
    assert_eq!(names().await, ["Sofia Lind"], "Jonas has no desk, and nothing was shown to him");
}

fn now() -> String {
    tandem_hub::Clock::system().now().to_string()
}

#[tokio::test]
async fn pages_by_id_miss_nothing_that_moves_between_them() {
    let hub = TestHub::start(None).await;
    let (maya, sofia) = (hub.maya().await, hub.sofia().await);
    let mut all = Vec::new();
    for _ in 0..4 {
        let carmen = hub.customer().await;
        carmen.writes("Hello?").await;
        all.push(carmen.conversation().await);
    }
    all.sort();
    for (section, who) in [("help", &maya), ("all", &sofia), ("my", &maya), ("left", &maya)] {
        for id in &all {
            match section {
                "my" => drop(maya.does(id, json!({ "type": "join" })).await),
                "left" => drop(maya.does(id, json!({ "type": "ask_for_help", "reason": "" })).await),
                _ => {}
            }
        }
        if section == "left" {
            for id in &all {
                maya.does(id, json!({ "type": "leave", "reason": "lunch" })).await;
            }
        }
        let (mut after, mut seen) = (Uuid::nil().to_string(), Vec::new());
        loop {
            let (status, page) =
                who.gets(&format!("/api/v1/conversations?section={section}&limit=1&after={after}")).await;
            assert_eq!((status, &page["total"]), (200, &json!(4)), "{section}: {page}");
            let Some(id) = page["conversations"][0]["id"].as_str() else { break };
            seen.push(id.to_owned());
            after = id.to_owned();
        }
        assert_eq!(seen, all, "{section}");
    }
}
