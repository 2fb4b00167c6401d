//! Who was present when: what colleagues see, what is kept, and who may read it.

use crate::common::{Agent, TestHub, eventually, frames_until, say};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// The spells that this agent may read: user, status, reason and cause.
async fn spells(agent: &Agent, query: &str) -> Vec<Value> {
    let (status, spells) = agent.gets(&format!("/api/v1/activity{query}")).await;
    assert_eq!(status, 200, "{spells}");
    spells.as_array().unwrap().clone()
}

fn told(spell: &Value) -> [Value; 3] {
    [spell["status"].clone(), spell["absence"]["reason"].clone(), spell["cause"].clone()]
}

#[tokio::test]
async fn why_somebody_is_away_is_told_to_colleagues_and_kept() {
    let hub = TestHub::start(None).await;
    let (maya, jonas, sofia) = (hub.maya().await, hub.jonas().await, hub.sofia().await);
    let (mut maya_s, mut jonas_s) = (maya.live(None).await, jonas.live(None).await);
    frames_until(&mut maya_s, |frame| frame.get("alive").is_some()).await;
    frames_until(&mut jonas_s, |frame| frame.get("alive").is_some()).await;
    let back = "2099-01-01T00:00:00.000Z";
    let lunch = json!({ "type": "presence", "available": false, "status": "away",
        "absence": { "reason": "Lunch", "back": back } });
    say(&mut maya_s, &lunch.to_string()).await;
    let maya_of = |frame: &Value| {
        let people = frame["people"]["people"].as_array()?;
        people.iter().rfind(|one| one["name"] == "Maya Ortiz").cloned()
    };
    let at_lunch = |frame: &Value| maya_of(frame).is_some_and(|maya| maya["absence"]["reason"] == "Lunch");
    let frames = frames_until(&mut jonas_s, at_lunch).await;
    let found = maya_of(frames.last().unwrap()).unwrap();
    assert_eq!(json!([found["online"], found["available"], found["status"]]), json!([true, false, "away"]));
    assert!(found["absence"].get("back").is_none(), "nobody plans so far ahead: {found}");
    say(&mut maya_s, r#"{"type":"presence","available":false,"status":"busy"}"#).await;
    drop(maya_s);
    let user = &found["user"].as_str().unwrap().to_owned();
    let of_maya = eventually("all of it is kept", || async {
        let spells = spells(&sofia, &format!("?user={user}")).await;
        (spells.len() == 4).then_some(spells)
    })
    .await;
    let expected = [
        [json!("available"), Value::Null, json!("user")],
        [json!("away"), json!("Lunch"), json!("user")],
        [json!("busy"), Value::Null, json!("user")],
        [json!("offline"), Value::Null, json!("disconnected")],
    ];
    assert_eq!(of_maya.iter().map(told).collect::<Vec<_>>(), expected);
    assert_eq!(of_maya[0]["until"], of_maya[1]["at"], "spells follow each other");
    assert!(of_maya[3].get("until").is_none());
    let next = spells(&sofia, &format!("?user={user}&after={}&limit=1", of_maya[1]["id"])).await;
    assert_eq!(next, [of_maya[2].clone()]);
}

#[tokio::test]
async fn agents_read_their_own_activity_alone() {
    let hub = TestHub::start(None).await;
    let (maya, jonas) = (hub.maya().await, hub.jonas().await);
    let (mut maya_s, mut jonas_s) = (maya.live(None).await, jonas.live(None).await);
    frames_until(&mut maya_s, |frame| frame.get("alive").is_some()).await;
    frames_until(&mut jonas_s, |frame| frame.get("alive").is_some()).await;
    let own = eventually("Jonas was present", || async {
        let own = spells(&jonas, "").await;
        (!own.is_empty()).then_some(own)
    })
    .await;
    let (_, me) = jonas.gets("/api/v1/me").await;
    assert!(own.iter().all(|spell| spell["user"] == me["user"]), "{own:?}");
    let (_, other) = maya.gets("/api/v1/me").await;
    let (status, refused) = jonas.gets(&format!("/api/v1/activity?user={}", other["user"].as_str().unwrap())).await;
    assert_eq!((status, &refused["code"]), (403, &json!("permission.missing")), "{refused}");
}

/// A desk of this version that holds nothing.
async fn current_desk(agent: &Agent) -> crate::common::Socket {
    let mut request = format!("{}/api/v1/live", agent.base.replace("http", "ws")).into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("authorization", format!("Bearer {}", agent.token).parse().unwrap());
    headers.insert("tandem-version", tandem_protocol::version().into());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    say(&mut socket, &json!({ "type": "holds", "conversations": [] }).to_string()).await;
    socket
}

/// Says how a user is; returns status and problem.
async fn sets(agent: &Agent, user: &str, status: &str) -> (u16, Value) {
    let url = format!("{}/api/v1/users/{user}/availability", agent.base);
    let request = reqwest::Client::new().put(url).bearer_auth(&agent.token).json(&json!({ "status": status }));
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn a_supervisor_sets_how_a_colleague_is_at_their_desk_and_agents_do_not() {
    let hub = TestHub::start(None).await;
    let (maya, jonas, sofia) = (hub.maya().await, hub.jonas().await, hub.sofia().await);
    let (_, me) = maya.gets("/api/v1/me").await;
    let user = me["user"].as_str().unwrap();
    let (status, refused) = sets(&sofia, user, "away").await;
    assert_eq!((status, &refused["code"]), (409, &json!("user.not_here")), "{refused}");
    let mut old = maya.live(None).await;
    frames_until(&mut old, |frame| frame.get("alive").is_some()).await;
    assert_eq!(sets(&sofia, user, "away").await.0, 409, "a desk that does not understand is not told");
    let mut desk = current_desk(&maya).await;
    frames_until(&mut desk, |frame| frame.get("alive").is_some()).await;
    let (status, refused) = sets(&jonas, user, "away").await;
    assert_eq!((status, &refused["code"]), (403, &json!("permission.missing")), "{refused}");
    assert_eq!(sets(&sofia, user, "asleep").await.0, 422);
    assert_eq!(sets(&sofia, &uuid::Uuid::from_u128(9).to_string(), "away").await.0, 404);
    assert_eq!(sets(&sofia, user, "away").await.0, 204);
    let frames = frames_until(&mut desk, |frame| frame.get("availability").is_some()).await;
    let said = &frames.last().unwrap()["availability"];
    assert_eq!(said["status"], "away");
    assert!(said["by"].as_str().unwrap().starts_with("Sof"), "{said}");
}
