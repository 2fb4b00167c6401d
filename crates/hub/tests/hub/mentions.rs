//! Mentions over the public API: who can be mentioned, who is notified, and what is refused.

use crate::common::{TestHub, frames_until};
use serde_json::{Value, json};
use uuid::Uuid;

fn note(mentions: &[&Value]) -> Value {
    json!({ "type": "note", "turn": Uuid::now_v7(), "text": "What do you think?", "mentions": mentions })
}

#[tokio::test]
async fn a_note_mentions_those_who_can_see_it_and_names_what_to_do_about_others() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, jonas, sofia) = (hub.customer().await, hub.maya().await, hub.jonas().await, hub.sofia().await);
    let mut desk = sofia.live(None).await;
    let frames = frames_until(&mut desk, |frame| frame.get("alive").is_some()).await;
    let people = frames.iter().find_map(|frame| frame["people"]["people"].as_array()).unwrap();
    let user = |name: &str| people.iter().find(|one| one["name"] == name).unwrap()["user"].clone();
    let sees_all = |name: &str| people.iter().find(|one| one["name"] == name).unwrap()["seesAll"] == true;
    assert!(sees_all("Sofia Lind") && !sees_all("Jonas Keller"));

    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let (status, refused) = maya.commands(&id, note(&[&user("Jonas Keller")])).await;
    assert_eq!((status, &refused["code"]), (409, &json!("conversation.not_here")), "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("Jonas Keller is not in this conversation"), "{refused}");
    let (status, _) = maya.commands(&id, note(&[&json!(Uuid::now_v7())])).await;
    assert_eq!(status, 422, "nobody of that id");

    maya.does(&id, note(&[&user("Sofia Lind")])).await;
    let state = sofia.state(&id).await;
    assert_eq!(state["mentions"][0]["user"], user("Sofia Lind"));
    let seen = json!({ "type": "receive", "stage": "seen", "upTo": state["position"] });
    sofia.does(&id, seen).await;
    assert!(sofia.state(&id).await.get("mentions").is_none(), "seen is over, also for one who only looks on");

    maya.does(&id, json!({ "type": "ask_for_help", "reason": "" })).await;
    jonas.does(&id, json!({ "type": "join" })).await;
    maya.does(&id, note(&[&user("Jonas Keller")])).await;
    assert_eq!(sofia.state(&id).await["mentions"][0]["user"], user("Jonas Keller"));
}
