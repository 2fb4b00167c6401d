//! Text as browsers and honest programs send it.

use crate::common::{TestHub, frames_until, say};
use uuid::Uuid;

#[tokio::test]
async fn half_an_emoji_reaches_the_other_side_as_a_replacement_character() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    let send = async |path: &str, token: &str, body: String| {
        let request = reqwest::Client::new().post(format!("{}{path}", hub.base)).bearer_auth(token);
        let response = request.header("content-type", "application/json").body(body).send().await.unwrap();
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    };
    // JavaScript's result of cutting "ok 👋" after four units.
    send("/chat/v1/messages", &carmen.token, format!(r#"{{"id":"{}","text":"ok \ud83d"}}"#, Uuid::now_v7())).await;
    let mut chat = carmen.live().await;
    say(&mut chat, &format!(r#"{{"type":"message","id":"{}","text":"\udc4b over the socket"}}"#, Uuid::now_v7())).await;
    frames_until(&mut chat, |frame| frame["type"] == "accepted").await;
    let id = carmen.conversation().await;
    let join = format!(r#"{{"id":"{}","conversation":"{id}","command":{{"type":"join"}}}}"#, Uuid::now_v7());
    send("/api/v1/commands", &maya.token, format!("\u{feff}{join}")).await;
    let against = maya.state(&id).await["position"].clone();
    let reply = format!(
        r#"{{"id":"{}","conversation":"{id}","command":{{"type":"reply","turn":"{}","writtenAgainst":{against},
            "content":{{"type":"text","text":"\ud83d\ude00 \ud83d"}}}}}}"#,
        Uuid::now_v7(),
        Uuid::now_v7()
    );
    send("/api/v1/commands", &maya.token, reply).await;
    let texts: Vec<_> = carmen.sees().await.iter().map(|entry| entry["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts, ["ok \u{fffd}", "\u{fffd} over the socket", "\u{1f600} \u{fffd}"]);
}
