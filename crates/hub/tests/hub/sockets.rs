//! Dead, noisy and ended live connections, for all three kinds of client.

use std::time::Duration;

use crate::common::partner::{Partner, invited};
use crate::common::{Socket, TestHub, eventually, frames_until, say};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tandem_hub::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use uuid::Uuid;

/// Everything up to the close: the text frames, and the close code.
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
    say(&mut desk, &" ".repeat(70_000)).await;
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

#[tokio::test]
async fn a_visitor_who_sends_nothing_but_junk_is_read_slowly_and_disturbs_nobody() {
    let hub = TestHub::configured(Clock::system(), |config| config.rate_limits = true).await;
    let (vandal, carmen, maya) = (hub.customer().await, hub.customer().await, hub.maya().await);
    let mut conversations = Vec::new();
    for customer in [&vandal, &carmen] {
        customer.writes("Hello?").await;
        conversations.push(customer.conversation().await);
        maya.does(&conversations[conversations.len() - 1], json!({ "type": "join" })).await;
    }
    let mut desk = maya.live(None).await;
    frames_until(&mut desk, |frame| !frame["alive"].is_null()).await;
    let before = maya.state(&conversations[0]).await["position"].as_u64().unwrap();
    let mut junk = vandal.live().await;
    let flood = tokio::spawn(async move {
        for number in 0..20_000 {
            let frame = match number % 3 {
                0 => json!({ "type": "typing", "on": true }),
                1 => json!({ "type": "typing", "on": false }),
                _ => json!({ "type": "receipt", "stage": "delivered", "upTo": 1 }),
            };
            if junk.feed(Message::text(frame.to_string())).await.is_err() {
                return;
            }
        }
        let _ = junk.flush().await;
        std::future::pending::<()>().await;
    });
    let mut chat = carmen.live().await;
    let mut disturbed = 0;
    for number in 0..20 {
        let text = format!("message {number}");
        say(&mut chat, &json!({ "type": "message", "id": Uuid::now_v7(), "text": text }).to_string()).await;
        let frames = frames_until(&mut desk, |frame| frame.to_string().contains(&text)).await;
        disturbed += frames.iter().filter(|frame| !frame["typing"].is_null()).count();
    }
    assert!(disturbed <= 60, "{disturbed} frames about typing reached the desk");
    let after = maya.state(&conversations[0]).await["position"].as_u64().unwrap();
    assert!(after - before <= 1, "repeated receipts are no news: {before} → {after}");
    flood.abort();
}

#[tokio::test]
async fn a_hub_that_stops_tells_everybody_to_come_again() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Is seat 4A free?").await;
    let conversation = carmen.conversation().await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let (token, _) = invited(&maya, &conversation).await;
    let aerolinx = Partner::new(&hub.base, &token);
    assert_eq!(aerolinx.opens().await.0, 200);
    let (mut chat, mut desk, mut page) = (carmen.live().await, maya.live(None).await, aerolinx.live().await);
    say(&mut page, &json!({ "type": "hello" }).to_string()).await;
    frames_until(&mut page, |frame| frame["type"] == "ready").await;
    frames_until(&mut desk, |frame| !frame["alive"].is_null()).await;
    let stopping = tokio::spawn(hub.stop());
    for socket in [&mut chat, &mut desk, &mut page] {
        assert_eq!(until_closed(socket).await.1, Some(1012), "come again, here or elsewhere");
    }
    stopping.await.unwrap();
}

/// A connection with a started request.
async fn begun(hub: &TestHub, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(hub.base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// What comes back, up to the end.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut text)).await;
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn what_is_under_way_is_finished_when_the_hub_stops() {
    let hub = TestHub::start(None).await;
    let body = json!({ "email": "maya@northwind.example", "password": "wrong" }).to_string();
    let head = format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{{",
        body.len()
    );
    let mut slow = begun(&hub, &head).await;
    // The hub has read the head once it answers a later request.
    crate::common::get(&hub.base, "/healthz", None).await;
    let base = hub.base.clone();
    let stopping = tokio::spawn(hub.stop());
    eventually("nobody new comes in", || async {
        TcpStream::connect(base.trim_start_matches("http://")).await.is_err().then_some(())
    })
    .await;
    slow.write_all(&body.as_bytes()[1..]).await.unwrap();
    let answered = answer(&mut slow).await;
    assert!(answered.starts_with("HTTP/1.1 401"), "{answered}");
    stopping.await.unwrap();
}

#[tokio::test]
async fn a_hub_without_room_says_so() {
    let hub = TestHub::configured(Clock::system(), |config| config.max_connections = Some(64)).await;
    let mut held = Vec::new();
    for _ in 0..64 {
        held.push(begun(&hub, "GET / HTTP/1.1\r\n").await);
    }
    let refused = eventually("the hub is full", || async {
        let answered =
            answer(&mut begun(&hub, "GET /healthz HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n").await).await;
        answered.starts_with("HTTP/1.1 503").then_some(answered)
    })
    .await;
    assert!(refused.contains("hub.busy") && refused.contains("retry-after"), "{refused}");
    held.clear();
    eventually("there is room again", || async {
        let answered =
            answer(&mut begun(&hub, "GET /healthz HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n").await).await;
        answered.starts_with("HTTP/1.1 200").then_some(())
    })
    .await;
}

#[tokio::test]
async fn one_network_cannot_hold_all_connections() {
    let hub = TestHub::configured(Clock::system(), |config| {
        config.max_connections = Some(512);
        config.rate_limits = true;
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..64 {
        held.push(begun(&hub, "GET / HTTP/1.1\r\n").await);
    }
    let refused = eventually("the network has its share", || async {
        let answered =
            answer(&mut begun(&hub, "GET /healthz HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n").await).await;
        answered.starts_with("HTTP/1.1 429").then_some(answered)
    })
    .await;
    assert!(refused.contains("limit.connections"), "{refused}");
}

#[tokio::test]
async fn a_chat_is_open_in_so_many_windows_and_no_more() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    let mut windows = Vec::new();
    for _ in 0..32 {
        windows.push(carmen.live().await);
    }
    let (frames, _) = until_closed(&mut carmen.live().await).await;
    assert_eq!(frames[0]["code"], "limit.connections", "{frames:?}");
    drop(windows.pop());
    eventually("one that is closed makes room", || async {
        let mut window = carmen.live().await;
        say(&mut window, &json!({ "type": "message", "id": Uuid::now_v7(), "text": "Hello" }).to_string()).await;
        let told =
            frames_until(&mut window, |frame| ["accepted", "error"].contains(&frame["type"].as_str().unwrap())).await;
        (told.last()?["type"] == "accepted").then_some(())
    })
    .await;
}
