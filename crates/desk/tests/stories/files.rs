//! Maya sends files: with a caption, beside her words, offline, refused, cancelled.

use base64::Engine as _;
use serde_json::{Value, json};
use tandem_conversation::{Content, ConversationId, EventBody};

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Maya is engaged with Carmen, and complete.
async fn engaged() -> (std::sync::Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    (hub, maya, carmen)
}

/// Brings a file into the draft, in parts of 300,000 bytes, as the page does.
async fn chooses(maya: &Maya, id: ConversationId, name: &str, bytes: &[u8]) -> Value {
    let begin = json!({"id": id, "name": name, "contentType": "application/pdf", "bytes": bytes.len()});
    let file = maya.ok("files.begin", begin).await["id"].clone();
    for (number, part) in bytes.chunks(300_000).enumerate() {
        let data = base64::engine::general_purpose::STANDARD.encode(part);
        maya.ok("files.add", json!({"file": file, "place": number * 300_000, "data": data})).await;
    }
    file
}

async fn sends(maya: &Maya, id: ConversationId, files: &[&Value], text: &str) {
    let position = maya.ok("conversation.open", json!({"id": id})).await["position"].clone();
    maya.ok("conversation.send", json!({"id": id, "text": text, "writtenAgainst": position, "files": files})).await;
}

async fn drafted(maya: &Maya, id: ConversationId) -> Value {
    maya.ok("conversation.open", json!({"id": id})).await["drafts"].clone()
}

/// Our side's turns in order; a file by its name, with its caption after a colon.
fn said(hub: &FakeHub) -> Vec<String> {
    let world = hub.world();
    let turns = world.log.iter().filter(|event| event.actor.user().is_some()).filter_map(|event| match &event.body {
        EventBody::TurnAdded { turn, .. } => Some(&turn.content),
        _ => None,
    });
    turns
        .map(|content| match content {
            Content::Attachment { media, text } => format!("{}:{text}", media.name),
            other => other.text().to_owned(),
        })
        .collect()
}

async fn until_nothing_waits(maya: &Maya) {
    maya.until("sent", "app.state", json!({}), |app| app["figures"]["queued"] == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_in_their_order_and_the_words_go_with_the_last() {
    let (hub, maya, carmen) = engaged().await;
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let invoice = chooses(&maya, carmen, "invoice.pdf", &bytes).await;
    let photo = chooses(&maya, carmen, "../photo.png", b"\x89PNG").await;
    let draft = drafted(&maya, carmen).await;
    let names: Vec<_> = draft["files"].as_array().unwrap().iter().map(|file| (&file["name"], &file["whole"])).collect();
    assert_eq!(names, [(&json!("invoice.pdf"), &json!(true)), (&json!("photo.png"), &json!(true))]);
    maya.ok("conversation.draft", json!({"id": carmen, "text": "Here they are", "note": false})).await;
    sends(&maya, carmen, &[&invoice, &photo], "Here they are").await;
    until_nothing_waits(&maya).await;
    assert_eq!(said(&hub), ["invoice.pdf:", "photo.png:Here they are"]);
    assert_eq!(hub.world().uploads[0].1, bytes, "every byte, in order");
    let draft = drafted(&maya, carmen).await;
    assert_eq!((&draft["reply"], &draft["files"]), (&json!(""), &json!([])));
    hub.world().asked_for.clear();
    maya.ok("media.get", json!({"id": invoice})).await;
    assert_eq!(hub.world().asked_for, [], "what was sent from here is here");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_do_not_wait_for_an_upload_and_completing_does() {
    let (hub, maya, carmen) = engaged().await;
    hub.world().holds_uploads = true;
    let invoice = chooses(&maya, carmen, "invoice.pdf", b"%PDF").await;
    sends(&maya, carmen, &[&invoice], "The invoice").await;
    hub.until("the upload", |world| world.uploads.len() == 1).await;
    maya.until_told("progress", |change| change["type"] == "upload" && change["sent"] == 4).await;
    let entries = maya.ok("conversation.entries", json!({"id": carmen, "limit": 9})).await;
    let file = entries["entries"].as_array().unwrap().last().unwrap().clone();
    let expected = json!({"sent": 4, "bytes": 4});
    assert_eq!((&file["stages"][0]["stage"], &file["upload"]), (&json!("queued"), &expected));
    sends(&maya, carmen, &[], "One moment").await;
    assert_eq!(said(&hub), ["One moment"], "answered at once, past the file");
    let completing = maya.ok("conversation.complete", json!({"id": carmen, "text": ""}));
    let done = tokio::join!(completing, async {
        maya.until("queued", "app.state", json!({}), |app| app["figures"]["queued"] == 2).await;
        hub.lets_uploads_through();
    });
    drop(done);
    until_nothing_waits(&maya).await;
    assert_eq!(said(&hub), ["One moment", "invoice.pdf:The invoice"]);
    assert!(!hub.world().states[&carmen].in_progress(), "completed after the file, not before it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_sent_offline_survives_a_restart_and_a_broken_upload_and_is_sent_once() {
    let (hub, maya, carmen) = engaged().await;
    let invoice = chooses(&maya, carmen, "invoice.pdf", b"%PDF").await;
    let my = maya.ok("conversations.list", json!({"section": "my", "offset": 0, "limit": 9})).await;
    assert_eq!(my["rows"][0]["draft"], true, "a file alone is a draft, too");
    let maya = maya.restart().await;
    assert_eq!(drafted(&maya, carmen).await["files"][0]["id"], invoice, "a draft keeps its files");
    hub.go_down();
    maya.until_offline().await;
    sends(&maya, carmen, &[&invoice], "").await;
    let maya = maya.restart().await;
    hub.world().holds_uploads = true;
    hub.come_back();
    hub.until("the upload", |world| world.uploads.len() == 1).await;
    // The answer never comes.
    let maya = maya.restart().await;
    hub.lets_uploads_through();
    until_nothing_waits(&maya).await;
    assert_eq!(said(&hub), ["invoice.pdf:"]);
    let world = hub.world();
    assert!(world.uploads.len() > 1 && world.uploads.iter().all(|(media, _)| json!(media.id) == invoice), "one id");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_file_is_in_the_draft_again_with_its_words() {
    let (hub, maya, carmen) = engaged().await;
    hub.world().holds_uploads = true;
    let invoice = chooses(&maya, carmen, "invoice.pdf", b"%PDF").await;
    sends(&maya, carmen, &[&invoice], "The invoice").await;
    hub.until("the upload", |world| world.uploads.len() == 1).await;
    let entries = maya.ok("conversation.entries", json!({"id": carmen, "limit": 9})).await;
    let command = entries["entries"].as_array().unwrap().last().unwrap()["command"].clone();
    maya.ok("outbox.cancel", json!({"command": command})).await;
    hub.lets_uploads_through();
    let draft = drafted(&maya, carmen).await;
    assert_eq!((&draft["reply"], &draft["files"][0]["id"]), (&json!("The invoice"), &invoice));
    assert_eq!(draft["files"][0]["problem"], Value::Null);
    // The next file goes: nothing of the first one is in its way.
    let photo = chooses(&maya, carmen, "photo.png", b"\x89PNG").await;
    sends(&maya, carmen, &[&photo], "").await;
    until_nothing_waits(&maya).await;
    assert_eq!(said(&hub), ["photo.png:"]);
    sends(&maya, carmen, &[&invoice], "The invoice").await;
    until_nothing_waits(&maya).await;
    assert_eq!(said(&hub), ["photo.png:", "invoice.pdf:The invoice"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_hub_cannot_take_for_a_moment_is_sent_again() {
    let (hub, maya, carmen) = engaged().await;
    hub.world().refused_uploads = vec![
        (400, "media.incomplete", "The file did not arrive completely. Send it again."),
        (503, "media.store", "The file could not be stored. Try again."),
    ];
    let invoice = chooses(&maya, carmen, "invoice.pdf", b"%PDF").await;
    sends(&maya, carmen, &[&invoice], "The invoice").await;
    until_nothing_waits(&maya).await;
    assert_eq!(said(&hub), ["invoice.pdf:The invoice"]);
    assert_eq!(hub.world().uploads.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_conversations_that_are_gone_leave_room_for_others() {
    let (hub, maya, carmen) = engaged().await;
    let begin =
        |id: ConversationId, name: &str| json!({"id": id, "name": name, "contentType": "text/plain", "bytes": 9});
    let mut others = Vec::new();
    for _ in 0..5 {
        let id = hub.customer_comes("Jana Novak");
        hub.customer_writes(id, "Hello?");
        maya.until_words(id, &["Hello?"]).await;
        for _ in 0..20 {
            maya.ok("files.begin", begin(id, "note.txt")).await;
        }
        others.push(id);
    }
    assert_eq!(maya.refused("files.begin", begin(carmen, "invoice.txt")).await, "files.full");
    let (cursor, time) = (hub.world().log.len(), crate::hub::now());
    let closed = json!({"batch": {"cursor": cursor, "time": time, "changes": [{"closed": others[2]}]}});
    hub.say(&closed.to_string());
    let all = json!({"section": "all", "offset": 0, "limit": 50});
    maya.until("closed", "conversations.list", all, |list| list["total"] == 5).await;
    maya.ok("files.begin", begin(carmen, "invoice.txt")).await;
    assert_eq!(drafted(&maya, others[1]).await["files"].as_array().unwrap().len(), 20, "others keep theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_hub_does_not_take_comes_back_with_the_hubs_words_and_can_be_sent_again() {
    for (status, code, words) in [
        (413, "media.too_large", "This file is too large: at most 10 MB."),
        (415, "media.kind", "This kind of file is not taken."),
        (429, "media.quota", "You have sent enough for today."),
        (507, "media.disk", "The hub has no room for files."),
        (404, "conversation.unknown", "There is no such conversation."),
    ] {
        let (hub, maya, carmen) = engaged().await;
        hub.world().refused_uploads.push((status, code, words));
        let invoice = chooses(&maya, carmen, "invoice.pdf", b"%PDF").await;
        sends(&maya, carmen, &[&invoice], "The invoice").await;
        let told = maya.until_told("a word about it", |change| change["type"] == "toast").await;
        assert!(told["text"].as_str().unwrap().contains(words), "{told}");
        let draft = drafted(&maya, carmen).await;
        assert_eq!(draft["files"][0]["problem"], words);
        assert_eq!(draft["reply"], "The invoice");
        assert_eq!(said(&hub), Vec::<String>::new());
        sends(&maya, carmen, &[&invoice], "The invoice").await;
        until_nothing_waits(&maya).await;
        assert_eq!(said(&hub), ["invoice.pdf:The invoice"], "after {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_came_too_late_comes_back_and_goes_when_the_agent_says_so() {
    let (hub, maya, carmen) = engaged().await;
    hub.joins(carmen, "Jonas Keller");
    let there = |view: &Value| view["people"].as_array().is_some_and(|people| people.len() == 2);
    maya.until("Jonas", "conversation.open", json!({"id": carmen}), there).await;
    hub.world().holds_uploads = true;
    let invoice = chooses(&maya, carmen, "invoice.pdf", b"%PDF").await;
    sends(&maya, carmen, &[&invoice], "").await;
    hub.until("the upload", |world| world.uploads.len() == 1).await;
    hub.replies(carmen, "Jonas Keller", "It is in your mail");
    hub.lets_uploads_through();
    let returned = |view: &Value| view["drafts"]["returned"]["code"] == "conversation.moved_on";
    let view = maya.until("returned", "conversation.open", json!({"id": carmen}), returned).await;
    assert_eq!(view["drafts"]["files"][0]["id"], invoice);
    let send = json!({"id": carmen, "text": "", "writtenAgainst": 1, "anyway": true, "files": [invoice]});
    maya.ok("conversation.send", send).await;
    until_nothing_waits(&maya).await;
    assert_eq!(said(&hub), ["It is in your mail", "invoice.pdf:"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_refused_before_it_is_read() {
    let (_hub, maya, carmen) = engaged().await;
    let begin = |bytes: u64| json!({"id": carmen, "name": "film.mp4", "contentType": "video/mp4", "bytes": bytes});
    assert_eq!(maya.refused("files.begin", begin(0)).await, "files.empty");
    assert_eq!(
        maya.refused("files.begin", begin(10 * 1024 * 1024 + 1)).await,
        "files.too_large",
        "as hubs usually are"
    );
    let file = maya.ok("files.begin", begin(9)).await["id"].clone();
    let add = |place: u64, data: &str| json!({"file": file, "place": place, "data": data});
    assert_eq!(maya.refused("files.add", add(4, "AAAA")).await, "rpc.bad_request", "a gap");
    assert_eq!(maya.refused("files.add", add(0, "not base64")).await, "rpc.bad_request");
    let send = json!({"id": carmen, "text": "", "writtenAgainst": 9, "files": [file]});
    assert_eq!(maya.refused("conversation.send", send.clone()).await, "files.unfinished");
    maya.ok("files.discard", json!({"file": file})).await;
    assert_eq!(maya.refused("conversation.send", send).await, "files.gone");
    for _ in 0..20 {
        maya.ok("files.begin", begin(9)).await;
    }
    assert_eq!(maya.refused("files.begin", begin(9)).await, "files.too_many");
    let maya = maya.restart().await;
    assert_eq!(drafted(&maya, carmen).await["files"], json!([]), "what was never read whole does not stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_large_a_file_may_be_the_hub_says() {
    const MIB: u64 = 1024 * 1024;
    for (takes, most, words) in
        [(3 * MIB, 3 * MIB, "3 MB"), (64 * MIB, 64 * MIB, "64 MB"), (900 * MIB, 256 * MIB, "256 MB")]
    {
        let hub = FakeHub::start().await;
        hub.world().max_file_bytes = takes;
        let carmen = hub.customer_comes("Carmen Menzel");
        hub.joins(carmen, "Maya Ortiz");
        let maya = Maya::signed_in(&hub).await;
        maya.until_live().await;
        let begin = |bytes: u64| json!({"id": carmen, "name": "film.mp4", "contentType": "video/mp4", "bytes": bytes});
        let refused = maya.desk.rpc("files.begin", begin(most + 1)).await.unwrap_err();
        assert_eq!(refused.code, "files.too_large");
        assert!(refused.message.ends_with(&format!("at most {words}.")), "{}", refused.message);
        maya.ok("files.begin", begin(most)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_refused_at_once_where_maya_may_not_reply() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    let invoice = chooses(&maya, carmen, "invoice.pdf", b"%PDF").await;
    let send = json!({"id": carmen, "text": "", "writtenAgainst": 2, "files": [invoice]});
    assert_eq!(maya.refused("conversation.send", send).await, "conversation.not_engaged");
    assert!(hub.world().uploads.is_empty());
    assert_eq!(drafted(&maya, carmen).await["files"][0]["id"], invoice, "it stays in the draft");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_not_sent_outlive_the_sign_in() {
    let (hub, maya, carmen) = engaged().await;
    let invoice = chooses(&maya, carmen, "invoice.pdf", b"%PDF").await;
    maya.ok("session.signOut", json!({})).await;
    maya.sign_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    sends(&maya, carmen, &[&invoice], "").await;
    until_nothing_waits(&maya).await;
    assert_eq!(said(&hub), ["invoice.pdf:"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn copied_files_go_into_the_draft_and_those_that_cannot_are_named() {
    let (hub, maya, carmen) = engaged().await;
    let bytes: Vec<u8> = (0..2_500_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    *maya.browser.copied.lock().unwrap() = vec![
        ("seat map.png", bytes.clone()),
        ("empty.png", Vec::new()),
        ("plans/", Vec::new()),
        ("", b"\x89PNG".to_vec()),
    ];
    let pasted = maya.ok("files.paste", json!({"id": carmen})).await;
    assert_eq!(pasted["added"], json!(["seat map.png", "file.png"]));
    assert_eq!(pasted["problem"], "The file empty.png is empty. plans/ is a folder.");
    let files = drafted(&maya, carmen).await["files"].clone();
    assert!(files.as_array().unwrap().iter().all(|file| file["whole"] == true));
    sends(&maya, carmen, &[&files[0]["id"], &files[1]["id"]], "The seats").await;
    until_nothing_waits(&maya).await;
    assert_eq!(said(&hub), ["seat map.png:", "file.png:The seats"]);
    assert_eq!(hub.world().uploads[0].1, bytes, "every byte, in order");
    // A file that is shorter than it was leaves nothing in the draft.
    *maya.browser.copied.lock().unwrap() = vec![("cut.png", b"\x89PNG".to_vec())];
    maya.browser.is_broken.store(true, std::sync::atomic::Ordering::Relaxed);
    let pasted = maya.ok("files.paste", json!({"id": carmen})).await;
    assert_eq!((&pasted["added"], &pasted["problem"]), (&json!([]), &json!("The file cut.png cannot be read.")));
    assert_eq!(drafted(&maya, carmen).await["files"], json!([]));
    maya.browser.copied.lock().unwrap().clear();
    assert_eq!(maya.ok("files.paste", json!({"id": carmen})).await["added"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_taken_back_are_in_the_draft_again_in_their_order_and_none_was_uploaded() {
    let (hub, maya, carmen) = engaged().await;
    maya.ok("settings.set", json!({"undoS": 20})).await;
    let (first, second) = (chooses(&maya, carmen, "a.pdf", b"aaa").await, chooses(&maya, carmen, "b.pdf", b"bb").await);
    sends(&maya, carmen, &[&first, &second], "Both of them").await;
    assert_eq!(
        maya.ok("outbox.takeBack", json!({})).await,
        json!({"id": carmen, "note": false, "question": null, "quote": null})
    );
    let drafts = drafted(&maya, carmen).await;
    assert_eq!(drafts["reply"], "Both of them");
    let names: Vec<_> = drafts["files"].as_array().unwrap().iter().map(|file| file["name"].clone()).collect();
    assert_eq!(names, ["a.pdf", "b.pdf"]);
    assert!(drafts["files"][0]["problem"].is_null());
    assert!(hub.world().uploads.is_empty(), "they were held back as well");
    sends(&maya, carmen, &[&first, &second], "Both of them").await;
    maya.ok("conversation.complete", json!({"id": carmen, "text": ""})).await;
    until_nothing_waits(&maya).await;
    assert_eq!(said(&hub), ["a.pdf:", "b.pdf:Both of them"]);
}
