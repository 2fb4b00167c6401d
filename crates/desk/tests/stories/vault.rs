//! The cache is encrypted, opens with the keychain or a passphrase, and is recreated when damaged.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tandem_conversation::ConversationId;
use tandem_desk::testing::{Mood, open_cache};

use crate::desk::Maya;
use crate::hub::FakeHub;

/// Maya is engaged with Carmen, offline, with a draft and a queued reply.
async fn with_words() -> (std::sync::Arc<FakeHub>, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "a blue suitcase");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["a blue suitcase"]).await;
    hub.go_down();
    maya.until_offline().await;
    let send = json!({"id": carmen, "text": "waiting words", "writtenAgainst": 9});
    maya.ok("conversation.send", send).await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "unfinished words", "note": true})).await;
    (hub, maya, carmen)
}

/// The cache's files, without SQLite's logs.
fn caches(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "db")).collect()
}

async fn connection(maya: &Maya) -> Value {
    maya.ok("app.state", json!({})).await["connection"].clone()
}

async fn asserts_own_words(hub: &FakeHub, maya: &Maya, carmen: ConversationId) {
    hub.come_back();
    maya.until_live().await;
    maya.until_words(carmen, &["a blue suitcase", "waiting words"]).await;
    let view = maya.ok("conversation.open", json!({"id": carmen})).await;
    assert_eq!(view["drafts"]["note"], "unfinished words");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_can_be_read_from_the_files() {
    let (_hub, maya, _) = with_words().await;
    for entry in std::fs::read_dir(maya.folder()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for words in ["blue suitcase", "waiting words", "Carmen", "refresh-"] {
            let found = bytes.windows(words.len()).any(|window| window == words.as_bytes());
            assert!(!found, "{} shows '{words}'", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keychain_is_asked_again_and_nothing_is_lost() {
    let (hub, maya, carmen) = with_words().await;
    maya.keychain.set_mood(Mood::Locked);
    let maya = maya.restart().await;
    let locked = connection(&maya).await;
    assert_eq!((&locked["state"], &locked["ask"]), (&json!("locked"), &json!("keychain")));
    assert_eq!(maya.refused("conversation.open", json!({"id": carmen})).await, "desk.locked");
    for (mood, why) in [(Mood::Locked, "It is locked"), (Mood::Absent, "No keychain answers")] {
        maya.keychain.set_mood(mood);
        maya.ok("cache.tryAgain", json!({})).await;
        let locked = connection(&maya).await;
        assert!(locked["reason"].as_str().is_some_and(|said| said.starts_with(why)), "{mood:?}: {locked}");
    }
    maya.keychain.set_mood(Mood::Open);
    maya.ok("cache.tryAgain", json!({})).await;
    asserts_own_words(&hub, &maya, carmen).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keychain_that_keeps_silent_does_not_hold_the_start_up_and_opens_the_desk_when_it_answers() {
    let (hub, maya, carmen) = with_words().await;
    maya.keychain.set_mood(Mood::Asking);
    let maya = maya.restart().await;
    let silent = connection(&maya).await;
    assert_eq!((&silent["state"], &silent["ask"]), (&json!("locked"), &json!("keychain_silent")));
    assert_eq!(maya.refused("conversation.open", json!({"id": carmen})).await, "desk.locked");
    maya.keychain.set_mood(Mood::Open);
    let is_open = |app: &Value| app["connection"]["state"] != "locked";
    maya.until("open, by itself", "app.state", json!({}), is_open).await;
    assert_eq!(maya.keychain.asked(), 1, "its user was asked once");
    asserts_own_words(&hub, &maya, carmen).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_the_keychain_s_question_is_dismissed_or_answered_the_desk_goes_on_by_itself() {
    for (answer, state, ask) in
        [(Mood::Locked, "locked", json!("choose_passphrase")), (Mood::Open, "signed_out", Value::Null)]
    {
        let maya = Maya::signed_out_with(Mood::Asking).await;
        assert_eq!(connection(&maya).await["ask"], "keychain_silent");
        maya.keychain.set_mood(answer);
        let goes_on = |app: &Value| app["connection"]["state"] == state && app["connection"]["ask"] == ask;
        maya.until("a first start to go on", "app.state", json!({}), goes_on).await;
    }
    let (hub, maya, carmen) = with_words().await;
    maya.keychain.set_mood(Mood::Asking);
    let maya = maya.restart().await;
    maya.keychain.set_mood(Mood::Locked);
    let says_why = |app: &Value| app["connection"]["ask"] == "keychain" && app["connection"]["reason"].is_string();
    maya.until("why it does not open", "app.state", json!({}), says_why).await;
    maya.keychain.set_mood(Mood::Open);
    maya.ok("cache.tryAgain", json!({})).await;
    asserts_own_words(&hub, &maya, carmen).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_a_passphrase_protects_the_cache_and_the_sign_in() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_out_with(Mood::Absent).await;
    assert_eq!(connection(&maya).await["ask"], "choose_passphrase");
    assert_eq!(maya.refused("cache.unlock", json!({"passphrase": "short"})).await, "desk.passphrase_too_short");
    maya.ok("cache.unlock", json!({"passphrase": "correct horse"})).await;
    maya.sign_in(&hub).await;
    let maya = maya.restart().await;
    assert_eq!(connection(&maya).await["ask"], "passphrase");
    assert_eq!(maya.refused("cache.unlock", json!({"passphrase": "wrong horse"})).await, "desk.wrong_passphrase");
    maya.ok("cache.unlock", json!({"passphrase": "correct horse"})).await;
    maya.until_live().await;
    maya.until_words(carmen, &["Hello?"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_starts_afresh_signs_in_again() {
    let (hub, maya, carmen) = with_words().await;
    let before = caches(maya.folder());
    maya.keychain.set_mood(Mood::Locked);
    let maya = maya.restart().await;
    maya.keychain.set_mood(Mood::Open);
    maya.ok("cache.startAfresh", json!({})).await;
    assert_eq!(connection(&maya).await["state"], "signed_out");
    assert!(before.iter().all(|file| !file.exists()), "the old cache is gone");
    hub.come_back();
    maya.sign_in(&hub).await;
    maya.until_words(carmen, &["a blue suitcase"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_damaged_at_its_beginning_is_kept_aside_and_everything_comes_from_the_hub_again() {
    let (hub, maya, carmen) = with_words().await;
    let maya = maya.ended().await;
    let damaged = caches(maya.folder()).remove(0);
    let mut bytes = std::fs::read(&damaged).unwrap();
    bytes[..4096].fill(7);
    std::fs::write(&damaged, bytes).unwrap();
    let maya = maya.start().await;
    assert!(damaged.exists() && caches(maya.folder()).len() == 2, "the damaged file is kept");
    hub.come_back();
    if connection(&maya).await["state"] == "signed_out" {
        maya.sign_in(&hub).await;
    }
    maya.until_words(carmen, &["a blue suitcase"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_cannot_be_read_while_the_desk_runs_costs_no_word_of_the_agent() {
    let (hub, maya, carmen) = with_words().await;
    maya.ok("conversations.list", json!({"section": "my", "offset": 0, "limit": 9})).await;
    let file = caches(maya.folder()).remove(0);
    let maya = maya.ended().await;
    let page = {
        let connection = open_cache(maya.folder(), &*maya.keychain).unwrap();
        let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'events'";
        connection.query_row(root, [], |row| row.get::<_, u32>(0)).unwrap() as usize
    };
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[(page - 1) * 4096..page * 4096].fill(7);
    std::fs::write(&file, bytes).unwrap();
    let maya = maya.start().await;
    let request = json!({"id": carmen, "limit": 9});
    let _ = maya.desk.rpc("conversation.entries", request).await;
    asserts_own_words(&hub, &maya, carmen).await;
    assert_eq!(caches(maya.folder()).len(), 2, "the damaged file is kept aside");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_leaves_a_new_file_with_the_agents_own_words_alone() {
    let (hub, maya, carmen) = with_words().await;
    let before = caches(maya.folder());
    maya.ok("session.signOut", json!({})).await;
    assert!(before.iter().all(|file| !file.exists()), "the customers' words are gone with their file and its key");
    hub.come_back();
    maya.sign_in(&hub).await;
    asserts_own_words(&hub, &maya, carmen).await;
}
