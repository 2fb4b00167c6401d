//! Supervisors look at conversations as their participants saw them: it is what these see, and every look is recorded.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::partner::{Partner, invited};
use crate::common::{Agent, TestHub, TestLogic, eventually, post};

async fn looks(agent: &Agent, id: &str, viewpoint: &Value, after: Option<&Value>) -> (u16, Value) {
    let mut asked = json!({ "viewpoint": viewpoint });
    if let Some(after) = after {
        asked["after"] = after.clone();
    }
    post(&agent.base, &format!("/api/v1/conversations/{id}/as-seen"), Some(&agent.token), &asked).await
}

async fn sees(agent: &Agent, id: &str, viewpoint: Value) -> Value {
    let (status, page) = looks(agent, id, &viewpoint, None).await;
    assert_eq!(status, 200, "{page}");
    page
}

fn customer() -> Value {
    json!({ "kind": "customer" })
}

async fn of(agent: &Agent) -> Value {
    json!({ "kind": "agent", "user": agent.gets("/api/v1/me").await.1["user"] })
}

/// The words of the turns, and their positions.
fn turns(page: &Value) -> Vec<(Value, Value)> {
    let sights = page["seen"]["sights"].as_array().unwrap().iter();
    let turn = |sight: &Value| {
        let turn = sight["event"]["body"]["turn_added"].get("turn")?;
        Some((sight["event"]["position"].clone(), turn["content"]["text"].clone()))
    };
    sights.filter_map(turn).collect()
}

/// The sight of these words.
fn sight<'a>(page: &'a Value, words: &str) -> &'a Value {
    let mut sights = page["seen"]["sights"].as_array().unwrap().iter();
    let found = sights.find(|sight| sight["event"]["body"]["turn_added"]["turn"]["content"]["text"] == words);
    found.unwrap_or_else(|| panic!("{words} is there: {page}"))
}

#[tokio::test]
async fn at_the_end_it_is_what_each_of_them_sees_today() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Where is it?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let note = json!({ "type": "note", "turn": Uuid::now_v7(), "text": "She is upset" });
    maya.does(&id, note).await;
    let (token, link) = invited(&maya, &id).await;
    let partner = Partner::new(&hub.base, &token);
    partner.opens().await;
    maya.replies(&id, "On its way.").await;
    carmen.writes("Thank you very much").await;

    let page = sees(&sofia, &id, customer()).await;
    let shown: Vec<_> =
        carmen.sees().await.into_iter().map(|entry| (entry["position"].clone(), entry["text"].clone())).collect();
    assert_eq!(turns(&page), shown, "what the web chat shows");
    let page = sees(&sofia, &id, json!({ "kind": "external_agent", "link": link })).await;
    let shown: Vec<_> =
        partner.sees().await.into_iter().map(|entry| (entry["position"].clone(), entry["text"].clone())).collect();
    assert_eq!(turns(&page), shown, "what the partner's page shows");
    assert!(!page.to_string().contains("Where is it?"), "it was before their invitation");
    let page = sees(&sofia, &id, of(&maya).await).await;
    let words: Vec<_> = turns(&page).into_iter().map(|(_, words)| words).collect();
    assert_eq!(words, ["Where is it?", "She is upset", "On its way.", "Thank you very much"]);
    let kinds: Vec<_> = page["seen"]["people"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["customer", "agent", "external_agent"]);
    assert_eq!(
        sight(&page, "Where is it?")["seen"],
        sight(&page, "On its way.")["from"],
        "she had read it when she replied"
    );
}

#[tokio::test]
async fn receipts_say_when_it_was_delivered_and_seen() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Where is it?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.replies(&id, "On its way.").await;
    let before = sees(&sofia, &id, customer()).await;
    let reply = sight(&before, "On its way.");
    assert!(reply.get("delivered").is_none() && reply.get("seen").is_none(), "{reply}");
    let mut socket = carmen.live().await;
    let position = maya.state(&id).await["position"].clone();
    let receipt = json!({ "type": "receipt", "conversation": id, "stage": "seen", "upTo": position });
    crate::common::say(&mut socket, &receipt.to_string()).await;
    let after = eventually("it was seen", || async {
        let page = sees(&sofia, &id, customer()).await;
        sight(&page, "On its way.").get("seen").is_some().then_some(page)
    })
    .await;
    let reply = sight(&after, "On its way.");
    assert_eq!(reply["delivered"], reply["seen"], "one receipt says both");
    assert!(reply["seen"].as_str() >= reply["from"].as_str());
}

#[tokio::test]
async fn your_logic_saw_what_it_was_sent() {
    let logic = TestLogic::acting(json!([{ "type": "MESSAGE", "text": "I look after it" }])).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, sofia) = (hub.customer().await, hub.sofia().await);
    carmen.writes("Where is it?").await;
    let id = carmen.conversation().await;
    let page = eventually("it has answered", || async {
        let (status, page) = looks(&sofia, &id, &json!({ "kind": "logic" }), None).await;
        let answer =
            |sight: &Value| sight["event"]["body"]["turn_added"]["turn"]["content"]["text"] == "I look after it";
        (status == 200 && page["seen"]["sights"].as_array().unwrap().iter().any(answer)).then_some(page)
    })
    .await;
    let asked = sight(&page, "Where is it?");
    assert!(asked["from"].as_str() <= asked["seen"].as_str());
    assert_eq!(sight(&page, "I look after it")["own"], true);
}

#[tokio::test]
async fn who_was_never_there_has_no_eyes_and_agents_do_not_look() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Where is it?").await;
    let id = carmen.conversation().await;
    let (status, refused) = looks(&sofia, &id, &of(&maya).await, None).await;
    assert_eq!((status, &refused["code"]), (422, &json!("input.invalid")), "{refused}");
    assert_eq!(looks(&sofia, &id, &json!({ "kind": "cat" }), None).await.0, 422);
    assert_eq!(looks(&sofia, &id, &json!({ "kind": "customer", "user": 1 }), None).await.0, 422);
    assert_eq!(looks(&sofia, &Uuid::now_v7().to_string(), &customer(), None).await.0, 404);
    maya.does(&id, json!({ "type": "join" })).await;
    assert_eq!(looks(&sofia, &id, &of(&maya).await, None).await.0, 200);
    let (status, refused) = looks(&maya, &id, &customer(), None).await;
    assert_eq!((status, &refused["code"]), (403, &json!("permission.missing")), "{refused}");
}

#[tokio::test]
async fn a_long_conversation_comes_in_pages_that_are_the_whole() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Where is it?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    for number in 0..130 {
        let text = format!("{number} {}", "x".repeat(9_000));
        maya.does(&id, json!({ "type": "note", "turn": Uuid::now_v7(), "text": text })).await;
    }
    let (viewpoint, mut after, mut words, mut pages) = (of(&maya).await, None, Vec::new(), 0);
    loop {
        let (status, page) = looks(&sofia, &id, &viewpoint, after.as_ref()).await;
        assert_eq!(status, 200, "{page}");
        assert!(page.to_string().len() < 1_400_000, "a page is bounded");
        assert_eq!(page["seen"]["people"].as_array().unwrap().len(), 2, "each says who was there");
        words.extend(turns(&page).into_iter().map(|(position, _)| position.as_u64().unwrap()));
        pages += 1;
        after = page.get("next").cloned();
        if after.is_none() {
            break;
        }
    }
    assert_eq!((pages, words.len()), (2, 131));
    assert!(words.is_sorted_by(|a, b| a < b), "each once, in order");
}

#[tokio::test]
async fn who_has_looked_is_read_by_those_who_may_look_and_see_all_figures() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, sofia, ada) = (hub.customer().await, hub.maya().await, hub.sofia().await, hub.ada().await);
    carmen.writes("Where is it?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let jana = hub.customer().await;
    jana.writes("Hello?").await;
    let other = jana.conversation().await;
    let through_maya = of(&maya).await;
    sees(&sofia, &id, customer()).await;
    sees(&ada, &id, through_maya.clone()).await;
    sees(&sofia, &other, customer()).await;
    assert_eq!(looks(&maya, &id, &customer(), None).await.0, 403, "what was refused was no look");

    let read = async |query: &str| {
        let (status, rows) = ada.gets(&format!("/api/v1/looks{query}")).await;
        assert_eq!(status, 200, "{rows}");
        rows.as_array().unwrap().clone()
    };
    let [sofias, adas] = [&sofia, &ada].map(async |agent: &Agent| agent.gets("/api/v1/me").await.1["user"].clone());
    let (sofias, adas) = (sofias.await, adas.await);
    let all = read("").await;
    let told = |rows: &[Value]| {
        let told = |row: &Value| json!([row["user"], row["conversation"], row["viewpoint"], row["after"]]);
        rows.iter().map(told).collect::<Vec<_>>()
    };
    let expected =
        [json!([sofias, id, customer(), 0]), json!([adas, id, through_maya, 0]), json!([sofias, other, customer(), 0])];
    assert_eq!(told(&all), expected, "oldest first");
    assert_eq!(told(&read(&format!("?conversation={id}")).await), expected[..2]);
    assert_eq!(told(&read(&format!("?user={}", adas.as_str().unwrap())).await), expected[1..2]);
    assert_eq!(told(&read(&format!("?after={}&limit=1", all[0]["id"])).await), expected[1..2]);
    assert!(told(&read("?after=1000000").await).is_empty(), "none comes after one that is still to come");
    let last = all[2]["at"].as_str().unwrap();
    assert_eq!(read("?from=2099-01-01T00:00:00Z").await, [] as [Value; 0]);
    assert!(read(&format!("?until={last}")).await.len() < 3, "the end is not in it");
    let (status, refused) = maya.gets("/api/v1/looks").await;
    assert_eq!((status, &refused["code"]), (403, &json!("permission.missing")), "{refused}");
    assert_eq!(ada.gets("/api/v1/looks?whose=mine").await.0, 422);
}
