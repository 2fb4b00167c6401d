//! Every frame names its conversation, so that a late one is never taken for a new one.

use crate::common::partner::{Partner, invited};
use crate::common::{Customer, Socket, TestHub, eventually, frame, frames_until, get, say};
use serde_json::{Value, json};
use uuid::Uuid;

async fn tells(socket: &mut Socket, frame: Value) {
    say(socket, &frame.to_string()).await;
}

/// Carmen writes over the socket; returns the hub's answer.
async fn writes(chat: &mut Socket, text: &str) -> Value {
    tells(chat, json!({ "type": "message", "id": Uuid::now_v7(), "text": text })).await;
    frames_until(chat, |frame| frame["type"] == "accepted").await.pop().unwrap()
}

/// How far the customer has received a conversation, according to the hub.
async fn delivered(hub: &TestHub, conversation: &str) -> Value {
    hub.sofia().await.state(conversation).await["receipts"]["customerDelivered"].clone()
}

#[tokio::test]
async fn each_frame_of_the_web_chat_names_its_conversation() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    let mut chat = carmen.live().await;
    let accepted = writes(&mut chat, "Hello").await;
    let id = carmen.conversation().await;
    assert_eq!(accepted["conversation"], id, "{accepted}");
    maya.does(&id, json!({ "type": "join" })).await;
    maya.does(&id, json!({ "type": "receive", "stage": "seen", "upTo": accepted["position"] })).await;
    let mut desk = maya.live(None).await;
    tells(&mut desk, json!({ "type": "typing", "conversation": id })).await;
    frames_until(&mut chat, |frame| frame["type"] == "typing").await;
    maya.replies(&id, "Hello, this is Maya.").await;
    maya.does(&id, json!({ "type": "complete", "resolution": "" })).await;
    let mut seen = frames_until(&mut chat, |frame| frame["type"] == "status").await;
    seen.push(accepted);
    for frame in seen {
        let named = if frame["type"] == "entry" { &frame["entry"]["conversation"] } else { &frame["conversation"] };
        assert_eq!(*named, id, "{frame} names its conversation");
    }
    let (_, page) = get(&hub.base, "/chat/v1/entries", Some(&carmen.token)).await;
    assert!(page["entries"].as_array().unwrap().iter().all(|entry| entry["conversation"] == id), "{page}");
}

#[tokio::test]
async fn a_late_receipt_counts_where_it_belongs_and_nowhere_else() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    let mut chat = carmen.live().await;
    writes(&mut chat, "My first question").await;
    let first = carmen.conversation().await;
    maya.does(&first, json!({ "type": "join" })).await;
    for number in 0..5 {
        maya.replies(&first, &format!("Answer {number}")).await;
    }
    let late = carmen.waits_for("Answer 4").await["position"].clone();
    tells(&mut chat, json!({ "type": "new" })).await;
    frames_until(&mut chat, |frame| frame["type"] == "ready").await;
    let second = writes(&mut chat, "Another question").await["conversation"].as_str().unwrap().to_owned();
    assert_ne!(first, second);

    tells(&mut chat, json!({ "type": "receipt", "conversation": first, "stage": "delivered", "upTo": late })).await;
    eventually("the receipt counts in the first conversation", || async {
        (delivered(&hub, &first).await == late).then_some(())
    })
    .await;
    assert_eq!(delivered(&hub, &second).await, 0, "and not in the second");

    // Receipts only move forward, silently; and Carmen cannot confirm another customer's turns.
    let other = hub.customer().await;
    other.writes("Is anybody there?").await;
    let foreign = other.conversation().await;
    for (conversation, up_to) in
        [(first.clone(), json!(1)), (foreign.clone(), json!(1)), (Uuid::now_v7().to_string(), json!(1))]
    {
        tells(
            &mut chat,
            json!({ "type": "receipt", "conversation": conversation, "stage": "delivered", "upTo": up_to }),
        )
        .await;
        tells(&mut chat, json!({ "type": "typing", "conversation": conversation, "on": true })).await;
    }
    tells(&mut chat, json!({ "type": "message", "id": Uuid::now_v7(), "text": "Still here" })).await;
    let heard = frames_until(&mut chat, |frame| frame["type"] == "accepted").await;
    assert!(heard.iter().all(|frame| frame["type"] != "error"), "{heard:?}");
    assert_eq!(delivered(&hub, &first).await, late);
    assert_eq!(delivered(&hub, &foreign).await, 0);
}

#[tokio::test]
async fn a_page_that_has_read_another_conversation_is_told_this_one_from_its_start() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    for text in ["One", "Two", "Three"] {
        carmen.writes(text).await;
    }
    let id = carmen.conversation().await;
    for (known, expected) in [(Some(id.clone()), 0), (Some(Uuid::now_v7().to_string()), 3), (None, 0)] {
        let mut hello = json!({ "type": "hello", "token": carmen.token, "after": 1_000 });
        let mut path = "/chat/v1/entries?after=1000".to_owned();
        if let Some(known) = &known {
            hello["conversation"] = json!(known);
            path.push_str(&format!("&conversation={known}"));
        }
        let (status, page) = get(&hub.base, &path, Some(&carmen.token)).await;
        assert_eq!((status, page["entries"].as_array().unwrap().len()), (200, expected), "{known:?}: {page}");
        let url = format!("{}/chat/v1/live", hub.base.replace("http://", "ws://"));
        let (mut chat, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        tells(&mut chat, hello).await;
        let heard = frames_until(&mut chat, |frame| frame["type"] == "ready").await;
        assert_eq!(heard.len(), 1);
        for _ in 0..expected {
            assert_eq!(frame(&mut chat).await["entry"]["conversation"], id);
        }
    }
}

/// Reads one entry at a time from the start; returns the texts and the number of pages.
async fn pages(ask: impl AsyncFn(&str) -> Value) -> (Vec<String>, usize) {
    let (mut after, mut texts, mut count) = (json!(0), Vec::new(), 0);
    loop {
        let page = ask(&format!("entries?limit=1&after={after}")).await;
        texts
            .extend(page["entries"].as_array().unwrap().iter().map(|entry| entry["text"].as_str().unwrap().to_owned()));
        count += 1;
        assert!(count < 10, "never an end: {page}");
        if page["more"] != true {
            return (texts, count);
        }
        assert!(page["upTo"].as_u64() > after.as_u64(), "each page goes on where it says: {page}");
        after = page["upTo"].clone();
    }
}

#[tokio::test]
async fn behind_five_hundred_notes_the_next_page_has_what_follows() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Before the notes").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let (token, _) = invited(&maya, &id).await;
    let aerolinx = Partner::new(&hub.base, &token);
    assert_eq!(aerolinx.opens().await.0, 200);
    for number in 0..510 {
        let note = json!({ "type": "note", "turn": Uuid::now_v7(), "text": format!("Note {number}") });
        maya.does(&id, note).await;
    }
    carmen.writes("After the notes").await;
    let chat = |path: &str| {
        let (path, token, base) = (format!("/chat/v1/{path}"), carmen.token.clone(), hub.base.clone());
        async move { get(&base, &path, Some(&token)).await.1 }
    };
    assert_eq!(
        pages(async |path: &str| chat(path).await).await,
        (vec!["Before the notes".into(), "After the notes".into()], 2)
    );
    let guest = async |path: &str| aerolinx.asks(reqwest::Method::GET, path, None).await.1;
    assert_eq!(pages(guest).await, (vec!["After the notes".into()], 1));
}

#[tokio::test]
async fn a_guests_receipts_name_the_conversation_of_their_link() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Hello").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let (token, _) = invited(&maya, &id).await;
    let aerolinx = Partner::new(&hub.base, &token);
    assert_eq!(aerolinx.opens().await.0, 200);
    let mut page = aerolinx.live().await;
    tells(&mut page, json!({ "type": "hello", "conversation": id, "after": 0 })).await;
    frames_until(&mut page, |frame| frame["type"] == "ready").await;
    let other = Uuid::now_v7().to_string();
    tells(&mut page, json!({ "type": "receipt", "conversation": other, "stage": "seen", "upTo": 1 })).await;
    tells(&mut page, json!({ "type": "typing", "conversation": other, "on": true })).await;
    let mut chat = carmen.live().await;
    tells(&mut chat, json!({ "type": "typing", "conversation": id, "on": true })).await;
    let typing = frames_until(&mut page, |frame| frame["type"] == "typing").await;
    assert!(typing.iter().all(|frame| frame["type"] != "error"), "{typing:?}");
    assert_eq!(typing.last().unwrap()["conversation"], id);
    carmen.writes("And another thing").await;
    let entry = frames_until(&mut page, |frame| frame["type"] == "entry").await.pop().unwrap();
    assert_eq!(entry["entry"]["conversation"], id);
    let (position, sofia) = (entry["entry"]["position"].clone(), hub.sofia().await);
    tells(&mut page, json!({ "type": "receipt", "conversation": id, "stage": "seen", "upTo": position })).await;
    eventually("the receipt counts", || async {
        (sofia.state(&id).await["receipts"]["deskSeen"] == position).then_some(())
    })
    .await;
}

/// Sofia looks on while Maya answers; two desks of Maya's, of which one is older.
async fn looks_on(hub: &TestHub) -> (Socket, Socket, Value, Value) {
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Hello").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let now = tandem_protocol::version();
    let (mut hers, mut older) = (maya.live_speaking(now).await, maya.live_speaking(now - 1).await);
    let mut supervisor = sofia.live_speaking(now).await;
    for desk in [&mut hers, &mut older, &mut supervisor] {
        tells(desk, json!({ "type": "holds", "conversations": [] })).await;
        frames_until(desk, |frame| frame["alive"].is_object()).await;
    }
    // Frames of one desk are heard one after the other.
    let looks = async |desk: &mut Socket, at: &[&str]| {
        for conversation in at {
            tells(desk, json!({ "type": "watching", "conversation": conversation })).await;
        }
        tells(desk, json!({ "type": "nonsense" })).await;
        frames_until(desk, |frame| frame["error"].is_object()).await;
    };
    // Whoever takes part looks at their own conversation.
    looks(&mut hers, &[&id]).await;
    looks(&mut supervisor, &[&id, &Uuid::now_v7().to_string()]).await;
    carmen.writes("Are you there?").await;
    let written = |frame: &Value| frame.to_string().contains("Are you there?");
    let told = async |desk: &mut Socket| {
        let seen = frames_until(desk, written).await;
        seen.into_iter().filter(|frame| frame["watched"].is_object()).collect::<Value>()
    };
    let (heard, old) = (told(&mut hers).await, told(&mut older).await);
    (supervisor, hers, heard, old)
}

#[tokio::test]
async fn agents_see_who_looks_on_unless_the_settings_keep_it_from_them() {
    let hub = TestHub::start(None).await;
    let (_supervisor, _hers, heard, older) = looks_on(&hub).await;
    assert_eq!((heard.as_array().map(Vec::len), &older), (Some(1), &json!([])), "{heard}");
    assert_eq!(heard[0]["watched"]["by"]["name"], "Sofia Lind");
    let (hub, _) = TestHub::running(|config| config.tells_watching = false).await;
    let (_supervisor, _hers, heard, _) = looks_on(&hub).await;
    assert_eq!(heard, json!([]));
}

#[tokio::test]
async fn after_a_restart_it_is_passed_on_that_somebody_is_typing() {
    let hub = TestHub::start(None).await;
    let token = {
        let (carmen, maya) = (hub.customer().await, hub.maya().await);
        carmen.writes("Hello").await;
        maya.does(&carmen.conversation().await, json!({ "type": "join" })).await;
        carmen.token
    };
    let folder = hub.stop().await;
    let hub = TestHub::on(folder, None, 1_000).await;
    let carmen = Customer { base: hub.base.clone(), token };
    let (id, maya) = (carmen.conversation().await, hub.maya().await);
    let (mut chat, mut desk) = (carmen.live().await, maya.live(None).await);
    tells(&mut chat, json!({ "type": "typing", "on": true })).await;
    let heard = frames_until(&mut desk, |frame| frame.get("typing").is_some()).await.pop().unwrap();
    assert_eq!(heard["typing"]["conversation"], id);
    tells(&mut desk, json!({ "type": "typing", "conversation": id })).await;
    let heard = frames_until(&mut chat, |frame| frame["type"] == "typing").await.pop().unwrap();
    assert_eq!(heard["conversation"], id);
}

#[tokio::test]
async fn the_wish_for_a_new_conversation_survives_restarts_and_repeats() {
    let hub = TestHub::start(None).await;
    let first_message = json!({ "id": Uuid::now_v7(), "text": "My first question" });
    let (token, first) = {
        let carmen = hub.customer().await;
        carmen.sends(&first_message).await;
        let first = carmen.conversation().await;
        let mut chat = carmen.live().await;
        tells(&mut chat, json!({ "type": "new" })).await;
        frames_until(&mut chat, |frame| frame["type"] == "ready").await;
        (carmen.token, first)
    };
    let hub = TestHub::on(hub.stop().await, None, 1_000).await;
    let carmen = Customer { base: hub.base.clone(), token };
    let (status, repeated) = carmen.sends(&first_message).await;
    assert_eq!((status, &repeated["conversation"]), (200, &json!(first)), "a repeat begins nothing");

    // Another tab, opened since, writes first; the next message continues there.
    let (mut tab, mut other) = (carmen.live().await, carmen.live().await);
    let begun = writes(&mut other, "Another question").await["conversation"].clone();
    assert_ne!(begun, json!(first));
    assert_eq!(writes(&mut tab, "And one more").await["conversation"], begun, "one wish, one conversation");
    assert_eq!(carmen.writes("Still there?").await["conversation"], begun);
}

#[tokio::test]
async fn a_long_chat_is_read_in_pages_of_about_a_mebibyte() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    for _ in 0..60 {
        carmen.writes(&"\u{1f44b}".repeat(10_000)).await;
    }
    let (mut after, mut seen, mut pages) = (json!(0), 0, 0);
    loop {
        let (status, page) =
            crate::common::get(&hub.base, &format!("/chat/v1/entries?after={after}"), Some(&carmen.token)).await;
        assert_eq!(status, 200);
        assert!(page.to_string().len() < 1_200_000, "{} bytes", page.to_string().len());
        seen += page["entries"].as_array().unwrap().len();
        pages += 1;
        after = page["upTo"].clone();
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(seen, 60);
    assert!(pages >= 3, "{pages}");
    let mut page = carmen.live().await;
    for _ in 0..60 {
        assert_eq!(frame(&mut page).await["type"], "entry");
    }
}

#[tokio::test]
async fn messages_that_are_under_way_at_once_keep_their_order_and_count_once() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    let mut chat = carmen.live().await;
    let ids: Vec<_> = (0..40).map(|_| Uuid::now_v7().to_string()).collect();
    for (number, id) in ids.iter().enumerate() {
        tells(&mut chat, json!({ "type": "message", "id": id, "text": format!("Line {number}") })).await;
        // Sent twice by a page that is in a hurry, and once with other words.
        tells(&mut chat, json!({ "type": "message", "id": id, "text": format!("Line {number}") })).await;
        tells(&mut chat, json!({ "type": "message", "id": id, "text": "Something else" })).await;
        tells(&mut chat, json!({ "type": "message", "id": Uuid::now_v7(), "text": "  " })).await;
    }
    let mut answers = Vec::new();
    frames_until(&mut chat, |frame| {
        if frame["type"] == "accepted" || frame["type"] == "error" {
            answers.push(frame.clone());
        }
        answers.len() == 4 * ids.len()
    })
    .await;
    let mut positions = Vec::new();
    for (four, id) in answers.chunks(4).zip(&ids) {
        let [first, again, other, blank] = four else { unreachable!() };
        assert_eq!((&first["type"], &first["id"]), (&json!("accepted"), &json!(id)), "{first}");
        assert_eq!(again, first, "a repeat gets the first answer");
        assert_eq!((&other["code"], &other["id"]), (&json!("input.id_used"), &json!(id)), "{other}");
        assert_eq!(blank["type"], "error", "{blank}");
        assert_eq!(first["conversation"], answers[0]["conversation"], "all in one conversation");
        positions.push(first["position"].as_u64().unwrap());
    }
    assert!(positions.is_sorted(), "{positions:?}");
    let (_, page) = get(&hub.base, "/chat/v1/entries?limit=500", Some(&carmen.token)).await;
    let lines: Vec<_> = page["entries"].as_array().unwrap().iter().map(|entry| entry["text"].clone()).collect();
    let written: Vec<_> = (0..ids.len()).map(|number| json!(format!("Line {number}"))).collect();
    assert_eq!(lines, written);
}

#[tokio::test]
async fn what_follows_messages_under_way_waits_for_them() {
    let hub = TestHub::start(None).await;
    let mut chat = hub.customer().await.live().await;
    for _ in 0..3 {
        tells(&mut chat, json!({ "type": "message", "id": Uuid::now_v7(), "text": "One more thing" })).await;
        tells(&mut chat, json!({ "type": "message", "id": Uuid::now_v7(), "text": "And another" })).await;
        tells(&mut chat, json!({ "type": "new" })).await;
    }
    let mut said = Vec::new();
    frames_until(&mut chat, |frame| {
        match frame["type"].as_str() {
            Some("accepted") => said.push(frame["conversation"].to_string()),
            Some("ready") if !said.is_empty() => said.push("ready".into()),
            _ => {}
        }
        said.iter().filter(|said| *said == "ready").count() == 3
    })
    .await;
    let conversations: Vec<_> = said.chunks(3).map(|three| (three[0] == three[1], three[2] == "ready")).collect();
    assert_eq!(conversations, [(true, true); 3], "{said:?}");
    assert!(said[0] != said[3] && said[3] != said[6], "each `new` begins another one: {said:?}");
}

#[tokio::test]
async fn a_first_message_that_fails_leaves_no_conversation_behind() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    let mut chat = carmen.live().await;
    tells(&mut chat, json!({ "type": "message", "id": Uuid::now_v7(), "text": " " })).await;
    let refused = frames_until(&mut chat, |frame| frame["type"] == "error").await.pop().unwrap();
    assert_eq!(refused["code"], "input.invalid", "{refused}");
    let (_, page) = get(&hub.base, "/chat/v1/entries", Some(&carmen.token)).await;
    assert_eq!(page["conversation"], Value::Null, "{page}");
    writes(&mut chat, "Now with words").await;
    let (_, page) = get(&hub.base, "/chat/v1/entries", Some(&carmen.token)).await;
    assert_eq!(page["entries"].as_array().unwrap().len(), 1, "{page}");
}
