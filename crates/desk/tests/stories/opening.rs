//! Maya opens and saves what Carmen sent.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use tandem_conversation::{Content, ConversationId, EventBody, TurnId};
use tandem_desk::Saving;

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Carmen sends a file; the turn that carries it.
async fn sent(name: &str, bytes: &[u8]) -> (std::sync::Arc<FakeHub>, Maya, ConversationId, TurnId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_sends(carmen, name, bytes);
    hub.joins(carmen, "Maya Ortiz");
    let turn = hub.world().log.iter().find_map(|event| match &event.body {
        EventBody::TurnAdded { turn, .. } if matches!(turn.content, Content::Attachment { .. }) => Some(turn.id),
        _ => None,
    });
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &[""]).await;
    (hub, maya, carmen, turn.unwrap())
}

fn request(id: ConversationId, turn: TurnId) -> Value {
    json!({"id": id, "turn": turn})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_opens_with_the_systems_program_and_does_not_stay() {
    let (_hub, maya, carmen, turn) = sent("invoice.pdf", b"%PDF-1.7").await;
    let opened = maya.ok("media.open", request(carmen, turn)).await;
    assert_eq!(opened["type"], "opened");
    let (path, bytes) = maya.browser.files.lock().unwrap()[0].clone();
    assert_eq!((path.file_name().unwrap().to_str().unwrap(), bytes.as_slice()), ("invoice.pdf", &b"%PDF-1.7"[..]));
    assert!(path.starts_with(maya.folder()));
    maya.ok("session.signOut", json!({})).await;
    assert!(!path.exists(), "gone with the sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_opened_is_gone_after_a_restart() {
    let (_hub, maya, carmen, turn) = sent("invoice.pdf", b"%PDF-1.7").await;
    maya.ok("media.open", request(carmen, turn)).await;
    let (path, _) = maya.browser.files.lock().unwrap()[0].clone();
    let _maya = maya.restart().await;
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_could_run_is_only_saved() {
    let (_hub, maya, carmen, turn) = sent("invoice.pdf.desktop", b"[Desktop Entry]").await;
    let opened = maya.ok("media.open", request(carmen, turn)).await;
    assert_eq!(opened["type"], "only_saved");
    assert!(opened["why"].as_str().unwrap().contains("You can save it"), "{opened}");
    assert!(maya.browser.files.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_does_not_start_is_told() {
    let (_hub, maya, carmen, turn) = sent("invoice.pdf", b"%PDF-1.7").await;
    maya.browser.is_broken.store(true, Ordering::Relaxed);
    assert_eq!(maya.refused("media.open", request(carmen, turn)).await, "media.not_opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_saved_where_the_agent_says_and_never_over_another_in_downloads() {
    let (_hub, maya, carmen, turn) = sent("../../invoice.pdf", b"%PDF-1.7").await;
    let folder = tempfile::tempdir().unwrap();
    let says = |saving| *maya.browser.saving.lock().unwrap() = Some(saving);
    says(Saving::At(folder.path().join("chosen.pdf")));
    let saved = maya.ok("media.save", request(carmen, turn)).await;
    assert_eq!(saved["path"], json!(folder.path().join("chosen.pdf")));
    assert_eq!(std::fs::read(folder.path().join("chosen.pdf")).unwrap(), b"%PDF-1.7");
    says(Saving::In(folder.path().to_owned()));
    for name in ["invoice.pdf", "invoice (2).pdf"] {
        assert_eq!(maya.ok("media.save", request(carmen, turn)).await["path"], json!(folder.path().join(name)));
    }
    says(Saving::Nowhere);
    assert_eq!(maya.ok("media.save", request(carmen, turn)).await["path"], Value::Null);
    says(Saving::At(folder.path().join("no such folder/a.pdf")));
    assert_eq!(maya.refused("media.save", request(carmen, turn)).await, "media.not_saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_a_file_of_ones_own_conversation_opens_all_the_same() {
    let (hub, maya, carmen, turn) = sent("invoice.pdf", b"%PDF-1.7").await;
    let media = hub.world().asked_for.first().copied();
    let media = match media {
        Some(media) => media,
        None => {
            hub.until("fetched ahead", |world| !world.asked_for.is_empty()).await;
            hub.world().asked_for[0]
        }
    };
    let here = |view: &Value| view["dataUrl"].is_string();
    maya.until("here", "media.get", json!({"id": media}), here).await;
    hub.go_down();
    maya.until_offline().await;
    assert_eq!(maya.ok("media.open", request(carmen, turn)).await["type"], "opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_fetched_once_however_many_ask_and_nothing_else_waits_for_it() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    let film = hub.customer_sends(carmen, "film.mp4", b"bytes");
    hub.joins(carmen, "Maya Ortiz");
    hub.world().holds_files = true;
    let maya = Maya::signed_in(&hub).await;
    hub.until("fetched ahead", |world| world.asked_for == [film]).await;
    // Missing events are fetched although the film is still on its way.
    let jana = hub.customer_comes("Jana Novak");
    hub.world().lose = 1;
    hub.customer_writes(jana, "one");
    hub.customer_writes(jana, "two");
    maya.until_words(jana, &["one", "two"]).await;
    let asks = || maya.ok("media.get", json!({"id": film}));
    let gives = async {
        tokio::task::yield_now().await;
        hub.gives_files();
    };
    let (first, second, third, ()) = tokio::join!(asks(), asks(), asks(), gives);
    assert!(first["dataUrl"].is_string() && first == second && second == third);
    assert_eq!(hub.world().asked_for, [film]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_saved_costs_nothing_that_is_there() {
    let (_hub, maya, carmen, turn) = sent("invoice.pdf", b"%PDF-1.7").await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("invoice.pdf")).unwrap();
    std::fs::write(folder.path().join("invoice.pdf/mine.txt"), "mine").unwrap();
    *maya.browser.saving.lock().unwrap() = Some(Saving::At(folder.path().join("invoice.pdf")));
    assert_eq!(maya.refused("media.save", request(carmen, turn)).await, "media.not_saved");
    let mine = folder.path().join("invoice.pdf/mine.txt");
    *maya.browser.saving.lock().unwrap() = Some(Saving::At(mine.clone()));
    maya.ok("media.save", request(carmen, turn)).await;
    assert_eq!(std::fs::read(&mine).unwrap(), b"%PDF-1.7", "who chooses a file that is there replaces it");
    assert_eq!(std::fs::read_dir(mine.parent().unwrap()).unwrap().count(), 1, "and nothing else stays");
}
