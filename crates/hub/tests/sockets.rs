//! Live connections that are dead, too loud or ended, for all three kinds of client.

mod common;

use common::{Socket, TestHub, say};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use uuid::Uuid;

/// Everything up to the close: the text frames, and the close's code.
async fn until_closed(socket: &mut Socket) -> (Vec<Value>, Option<u16>) {
    let mut frames = Vec::new();
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(text) => frames.push(serde_json::from_str(&text).unwrap()),
            Message::Close(close) => return (frames, close.map(|close| u16::from(close.code))),
            _ => {}
        }
    }
    (frames, None)
}

#[tokio::test]
async fn a_frame_that_is_too_large_is_answered_with_the_limit_before_the_close() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    let mut chat = carmen.live().await;
    let text = "x".repeat(70_000);
    say(&mut chat, &json!({ "type": "message", "id": Uuid::now_v7(), "text": text }).to_string()).await;
    let (frames, code) = until_closed(&mut chat).await;
    assert_eq!(code, Some(u16::from(CloseCode::Size)));
    let last = frames.last().expect("the reason comes before the close");
    assert_eq!(last["code"], "frame.too_large");
    assert!(last["message"].as_str().unwrap().contains("65536"), "{last}");
    let mut desk = maya.live(None).await;
    say(&mut desk, &" ".repeat(20_000)).await;
    let (frames, code) = until_closed(&mut desk).await;
    assert_eq!((code, &frames.last().unwrap()["error"]["code"]), (Some(1009), &json!("frame.too_large")));
}

#[tokio::test]
async fn binary_frames_are_refused_with_a_reason() {
    let hub = TestHub::start(None).await;
    let mut chat = hub.customer().await.live().await;
    chat.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    let (frames, code) = until_closed(&mut chat).await;
    assert_eq!((code, &frames.last().unwrap()["code"]), (Some(1003), &json!("frame.binary")));
}
