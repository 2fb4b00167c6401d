//! Signing in, staying signed in, and what happens when that ends.

use serde_json::{Value, json};
use tandem_conversation::ConversationId;
use tandem_desk::testing::Mood;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::desk::Maya;
use crate::hub::{FakeHub, PASSWORD};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_a_wrong_address_are_told_apart() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_out().await;
    let sign_in =
        |hub: &str, password: &str| json!({"hub": hub, "email": "maya@northwind.example", "password": password});
    assert_eq!(maya.refused("session.signIn", sign_in(&hub.url, "guess")).await, "session.wrong");
    assert_eq!(maya.refused("session.signIn", sign_in("no sense", PASSWORD)).await, "session.address");
    assert_eq!(maya.refused("session.signIn", sign_in("maya@northwind.example", "")).await, "session.address");
    assert_eq!(maya.refused("session.signIn", sign_in("ftp://hub.example.com", PASSWORD)).await, "session.address");
    assert_eq!(maya.refused("session.signIn", sign_in("http://127.0.0.1:1", PASSWORD)).await, "session.unreachable");
    let page = a_web_page("HTTP/1.1 200 OK", "<html>Welcome</html>").await;
    let said = maya.reason("session.signIn", sign_in(&page, PASSWORD)).await;
    assert_eq!(said, format!("There is no Tandem hub at {page}. Check the address: something else answers there."));
    let down = a_web_page("HTTP/1.1 502 Bad Gateway", "").await;
    assert_eq!(maya.refused("session.signIn", sign_in(&down, PASSWORD)).await, "session.down");
    assert_eq!(
        maya.refused("conversations.list", json!({"section": "my", "offset": 0, "limit": 1})).await,
        "desk.signed_out"
    );
}

/// Host and port of something that answers every request the same way, and knows no TLS.
async fn a_web_page(status: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let answer = format!("{status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_on_this_machine_is_found_without_its_scheme_and_the_e_mail_is_offered_again() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_out().await;
    let app = maya.ok("app.state", json!({})).await;
    assert_eq!(app["connection"]["email"], Value::Null);
    let bare = hub.url.trim_start_matches("http://");
    let request = json!({"hub": format!(" {bare}/ "), "email": "maya@northwind.example", "password": PASSWORD});
    maya.ok("session.signIn", request).await;
    maya.until_live().await;
    let app = maya.ok("app.state", json!({})).await;
    assert_eq!(app["about"]["hub"], hub.url, "https was tried first, and nobody spoke it");
    assert_eq!(app["about"]["exposed"], false, "nobody else hears what stays on this machine");
    maya.ok("session.signOut", json!({})).await;
    let app = maya.ok("app.state", json!({})).await;
    assert_eq!(app["connection"]["hub"], hub.url);
    assert_eq!(app["connection"]["email"], "maya@northwind.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_that_ended_is_renewed_once_and_nobody_notices() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_in(&hub).await;
    hub.world().access = "another".into();
    maya.ok("conversation.join", json!({"id": carmen})).await;
    assert_eq!(hub.world().refreshed, 1);
    let maya = maya.restart().await;
    maya.until_live().await;
    assert_eq!(hub.world().refreshed, 2, "the renewed sign-in was kept for the next start");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_sign_in_is_kept_as_soon_as_the_keychain_is_back() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_in(&hub).await;
    maya.keychain.set_mood(Mood::Locked);
    hub.world().access = "another".into();
    maya.ok("conversation.join", json!({"id": carmen})).await;
    assert_eq!(hub.world().refreshed, 1, "she goes on working meanwhile");
    maya.keychain.set_mood(Mood::Open);
    let kept = async {
        while !maya.keychain.holds(&hub.world().refresh) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), kept).await.expect("it is tried again");
    let maya = maya.restart().await;
    maya.until_live().await;
    assert_eq!(hub.world().refreshed, 2, "the next start goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_was_renewed_meanwhile_goes_on_with_what_is_kept() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_in(&hub).await;
    let before = hub.world().refresh.clone();
    {
        let mut world = hub.world();
        (world.access, world.refresh) = ("another".into(), "a newer one".into());
    }
    maya.keychain.replace(&before, "a newer one");
    maya.ok("conversation.join", json!({"id": carmen})).await;
    assert_eq!(maya.ok("app.state", json!({})).await["connection"]["state"], "live");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_over_says_so_and_the_same_user_finds_everything_again() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    let maya = Maya::signed_in(&hub).await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "Dear Carmen", "note": false})).await;
    {
        let mut world = hub.world();
        (world.access, world.refresh) = ("another".into(), "another".into());
    }
    hub.cut();
    let signed_out = |app: &Value| app["connection"]["state"] == "signed_out";
    let app = maya.until("signed out", "app.state", json!({}), signed_out).await;
    assert_eq!(app["connection"]["reason"], "Your sign-in has ended: sign in again.");
    assert_eq!(app["connection"]["hub"], hub.url);
    assert_eq!(app["me"], Value::Null);
    maya.sign_in(&hub).await;
    assert_eq!(maya.ok("conversation.open", json!({"id": carmen})).await["drafts"]["reply"], "Dear Carmen");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_out_by_another_reads_why() {
    for (code, words) in [
        ("auth.ended_password", "Your password was changed: sign in with the new one."),
        ("auth.ended_role", "Your role was changed: sign in again."),
        ("auth.ended_suspended", "Your account was suspended. Ask your administrator."),
        ("auth.ended_later", "Your sign-in has ended: sign in again."),
    ] {
        let hub = FakeHub::start().await;
        let maya = Maya::signed_in(&hub).await;
        {
            let mut world = hub.world();
            (world.access, world.refresh, world.ended) = ("another".into(), "another".into(), code);
        }
        hub.cut();
        let signed_out = |app: &Value| app["connection"]["state"] == "signed_out";
        let app = maya.until("signed out", "app.state", json!({}), signed_out).await;
        assert_eq!(app["connection"]["reason"], words);
    }
}

/// The draft in this conversation, and how many drafts a search for it finds.
async fn drafts(maya: &Maya, id: ConversationId) -> (Value, usize) {
    let view = maya.ok("conversation.open", json!({"id": id})).await;
    let found = maya.ok("search", json!({"query": "Dear", "limit": 9, "hub": false})).await;
    (view["drafts"]["reply"].clone(), found["hits"].as_array().unwrap().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn words_wait_for_their_user_whoever_signs_in_meanwhile() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    hub.joins(carmen, "Maya Ortiz");
    hub.joins(carmen, "Jonas Keller");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "Dear Carmen", "note": false})).await;
    hub.go_down();
    maya.until_offline().await;
    maya.ok("conversation.note", json!({"id": carmen, "text": "She called, too"})).await;
    maya.ok("session.signOut", json!({"customers": "stay"})).await;
    hub.come_back();

    hub.world().whom = "Jonas Keller";
    maya.sign_in(&hub).await;
    maya.until_words(carmen, &["Hello?"]).await;
    assert_eq!(drafts(&maya, carmen).await, (json!(""), 0));
    assert_eq!(maya.ok("outbox.list", json!({})).await, json!([]));
    maya.ok("conversation.draft", json!({"id": carmen, "text": "Dear Ms Menzel", "note": false})).await;
    maya.ok("session.signOut", json!({})).await;
    let maya = maya.restart().await;

    hub.world().whom = "Maya Ortiz";
    maya.sign_in(&hub).await;
    maya.until_words(carmen, &["Hello?", "She called, too"]).await;
    assert_eq!(drafts(&maya, carmen).await, (json!("Dear Carmen"), 1));
    maya.ok("session.signOut", json!({})).await;
    hub.world().whom = "Jonas Keller";
    maya.sign_in(&hub).await;
    maya.until_words(carmen, &["Hello?", "She called, too"]).await;
    assert_eq!(drafts(&maya, carmen).await, (json!("Dear Ms Menzel"), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_leaves_no_words_of_customers_behind() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "my secret");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["my secret"]).await;
    maya.ok("session.signOut", json!({})).await;
    assert_eq!(maya.refused("conversation.open", json!({"id": carmen})).await, "desk.signed_out");
    let maya = maya.restart().await;
    let app = maya.ok("app.state", json!({})).await;
    assert_eq!(app["connection"]["state"], "signed_out");
    maya.sign_in(&hub).await;
    assert_eq!(hub.world().came_with.last().copied().flatten(), None, "it starts afresh");
}
