//! Files of customers and of agents: fetched, checked, uploaded, and never taken on trust.

use serde_json::{Value, json};
use tandem_testkit::cloud_api::{Fault, TOKEN};

use super::world::{World, code, command, conversation, event, progressed, replies, says, taken, uploads};
use crate::common::Agent;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest of a picture";
const PDF: &[u8] = b"%PDF-1.7\nan invoice";

/// Carmen sends a file, which Maya sees as this content.
async fn arrives(world: &World, agent: &Agent, message: Value) -> Value {
    world.hears("wamid.file", message, 0).await;
    let id = conversation(agent, "help").await;
    event(agent, &id, "turn_added", |_| true).await["turn"]["content"].clone()
}

fn picture(id: &str, sha256: &str) -> Value {
    json!({ "type": "image", "image": { "id": id, "mime_type": "image/png", "sha256": sha256, "caption": "My case" } })
}

#[tokio::test]
async fn a_customers_file_is_fetched_and_checked() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    let (id, sha256) = world.api.add_file("image/png", PNG);
    let content = arrives(&world, &maya, picture(&id, &sha256)).await;
    assert_eq!((&content["type"], &content["text"]), (&json!("attachment"), &json!("My case")));
    assert_eq!(content["media"]["contentType"], "image/png");
    let path = format!("{}/api/v1/media/{}", maya.base, content["media"]["id"].as_str().unwrap());
    let file = reqwest::Client::new().get(path).bearer_auth(&maya.token).send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), PNG);
}

#[tokio::test]
async fn a_file_that_is_another_one_is_not_kept_and_its_turn_says_why() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    let (id, sha256) = world.api.add_file("image/png", PNG);
    world.api.corrupt_file(&id, b"\x89PNG\r\n\x1a\nsomething else");
    let content = arrives(&world, &maya, picture(&id, &sha256)).await;
    assert_eq!(content["type"], "unknown");
    let detail = content["detail"].as_str().unwrap();
    assert!(detail.contains("could not be fetched") && detail.contains("My case"), "{detail}");
}

#[tokio::test]
async fn a_file_that_is_gone_leaves_a_turn_that_says_so() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    let content = arrives(&world, &maya, picture("799999", "")).await;
    assert_eq!(content["type"], "unknown");
    assert!(content["detail"].as_str().unwrap().contains("could not be fetched"), "{content}");
}

#[tokio::test]
async fn an_agents_file_is_uploaded_with_its_type_and_sent_by_its_id() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    for (count, (name, bytes, kind)) in
        [("case.png", PNG, "image"), ("bill.pdf", PDF, "document")].into_iter().enumerate()
    {
        let media = uploads(&maya, &id, name, bytes).await;
        let (status, answer, _) =
            replies(&maya, &id, json!({ "type": "attachment", "media": media, "text": "Look" })).await;
        assert_eq!(status, 200, "{answer}");
        let request = taken(&world.api, count + 1).await.remove(count);
        assert_eq!((&request["type"], &request[kind]["caption"]), (&json!(kind), &json!("Look")));
        let file = world.api.files().remove(count);
        assert_eq!((file.name.as_str(), file.bytes.as_slice()), (name, bytes));
        assert_eq!(request[kind]["id"], json!((700_001 + 2 * count).to_string()));
    }
}

#[tokio::test]
async fn a_file_that_whatsapp_refuses_fails_its_turn_at_once_and_the_lane_goes_on() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let media = uploads(&maya, &id, "dance.gif", b"GIF89a and so on").await;
    let content = json!({ "type": "attachment", "media": media, "text": "" });
    let (status, answer, turn) = replies(&maya, &id, content).await;
    assert_eq!(status, 200, "{answer}");
    let failed = progressed(&maya, &id, &turn, "failed").await;
    assert!(failed["reason"].as_str().unwrap().contains("another kind of file"), "{failed}");
    says(&maya, &id, "Never mind").await;
    assert_eq!(taken(&world.api, 1).await[0]["text"]["body"], "Never mind");
}

#[tokio::test]
async fn a_picture_that_whatsapp_does_not_show_is_sent_as_a_document() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let media = uploads(&maya, &id, "case.webp", b"RIFF\x10\0\0\0WEBPVP8 rest").await;
    let content = json!({ "type": "attachment", "media": media, "text": "" });
    let (status, answer, turn) = replies(&maya, &id, content).await;
    assert_eq!(status, 200, "{answer}");
    let request = taken(&world.api, 1).await.remove(0);
    assert_eq!((&request["type"], &request["document"]["filename"]), (&json!("document"), &json!("case.webp")));
    world.hooks.statuses(vec![world.api.taken()[0].status("delivered")]).await.unwrap();
    progressed(&maya, &id, &turn, "delivered").await;
}

#[tokio::test]
async fn a_file_that_was_cut_short_or_is_gone_from_the_disk_is_not_sent() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let folder = world.hub.folder.path().join("media");
    for is_cut in [true, false] {
        let media = uploads(&maya, &id, "bill.pdf", PDF).await;
        for file in
            std::fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_file())
        {
            match is_cut {
                true => std::fs::write(&file, &PDF[..4]).unwrap(),
                false => std::fs::remove_file(&file).unwrap(),
            }
        }
        let content = json!({ "type": "attachment", "media": media, "text": "" });
        let (status, answer, turn) = replies(&maya, &id, content).await;
        assert_eq!(status, 200, "{answer}");
        let failed = progressed(&maya, &id, &turn, "failed").await;
        assert!(failed["reason"].as_str().unwrap().contains("Attach it again"), "{failed}");
    }
    assert!(world.api.files().is_empty(), "nothing left");
}

#[tokio::test]
async fn a_file_that_whatsapp_has_is_not_uploaded_again() {
    let world = World::new().await;
    let (maya, id) = world.talks().await;
    let media = uploads(&maya, &id, "bill.pdf", PDF).await;
    let content = json!({ "type": "attachment", "media": media, "text": "" });
    // The first attempt is put off after the upload.
    world.api.faults([Fault::Refuses { status: 429, code: 130_429 }]);
    for _ in 0..2 {
        let (status, answer, _) = replies(&maya, &id, content.clone()).await;
        assert_eq!(status, 200, "{answer}");
    }
    let requests = taken(&world.api, 2).await;
    assert_eq!(requests[0]["document"]["id"], requests[1]["document"]["id"]);
    assert_eq!(world.api.files().len(), 1);
    // Meta does not know it any more.
    world.api.faults([Fault::Refuses { status: 400, code: 131_053 }]);
    let (.., turn) = replies(&maya, &id, content.clone()).await;
    progressed(&maya, &id, &turn, "failed").await;
    replies(&maya, &id, content).await;
    taken(&world.api, 3).await;
    assert_eq!(world.api.files().len(), 2, "a refused id is not used again");
}

#[tokio::test]
async fn a_file_that_could_not_be_fetched_is_fetched_when_somebody_tries_again() {
    let world = World::new().await;
    let maya = world.hub.maya().await;
    let (file, sha256) = world.api.add_file("image/png", PNG);
    world.api.set_token("of tomorrow");
    let content = arrives(&world, &maya, picture(&file, &sha256)).await;
    assert_eq!(content["type"], "unknown");
    let id = conversation(&maya, "help").await;
    let turn = event(&maya, &id, "turn_added", |_| true).await["turn"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/conversations/{id}/turns/{turn}/fetch");
    let tries = async || crate::common::post(&maya.base, &path, Some(&maya.token), &json!({})).await;
    let (status, problem) = tries().await;
    assert_eq!((status, code(&problem)), (409, "media.not_fetched"), "{problem}");
    world.api.set_token(TOKEN);
    assert_eq!(tries().await.0, 204);
    let edited = event(&maya, &id, "turn_edited", |body| body["turn"] == turn.as_str()).await;
    let content = &edited["content"];
    assert_eq!((&content["type"], &content["text"]), (&json!("attachment"), &json!("My case")));
    let address = format!("{}/api/v1/media/{}", maya.base, content["media"]["id"].as_str().unwrap());
    let file = reqwest::Client::new().get(address).bearer_auth(&maya.token).send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), PNG);
    let (status, problem) = tries().await;
    assert_eq!((status, code(&problem)), (404, "media.nothing_to_fetch"));
    let jonas = world.hub.jonas().await;
    assert_eq!(command(&maya, &id, json!({ "type": "join" })).await.0, 200);
    assert_eq!(
        crate::common::post(&jonas.base, &path, Some(&jonas.token), &json!({})).await.0,
        404,
        "his is not to see"
    );
}
