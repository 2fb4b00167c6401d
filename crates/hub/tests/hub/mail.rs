//! Invitations by mail: content, recipients, and failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::common::partner::{Partner, invitation, secret};
use crate::common::smtp::{Mail, MailServer};
use crate::common::{Agent, TestHub, eventually, logic_at, moved};
use serde_json::{Value, json};
use tandem_hub::Clock;
use tandem_hub::config::{Config, MailConfig};
use uuid::Uuid;

fn through(server: &MailServer) -> impl FnOnce(&mut Config) + use<> {
    let url = server.url();
    move |config| {
        let from = "Northwind <chat@northwind.example>".to_owned();
        config.mail = Some(MailConfig { url, from, public_url: "https://hub.northwind.example".into() });
    }
}

async fn hub_with(server: &MailServer) -> (TestHub, Arc<AtomicI64>) {
    let ahead: Arc<AtomicI64> = Arc::default();
    (TestHub::configured(moved(&ahead), through(server)).await, ahead)
}

async fn handled(hub: &TestHub) -> (Agent, String) {
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("I am Carmen Menzel, and my flight was cancelled.").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    (maya, id)
}

fn by_mail(link: Uuid) -> Value {
    let mut command = invitation(link, &secret().1);
    command["email"] = json!("ops@aerolinx.example");
    command
}

async fn first_mail(server: &MailServer) -> Mail {
    eventually("a mail arrives", || async { server.mails.lock().unwrap().first().cloned() }).await
}

/// The token of the link in a mail.
fn token_in(mail: &Mail) -> String {
    let (_, rest) = mail.text.split_once("https://hub.northwind.example/guest/").expect("the mail has a link");
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

/// Entries that tell of a failed mail.
async fn failures(agent: &Agent, conversation: &str) -> Vec<Value> {
    let (_, page) = agent.gets(&format!("/api/v1/conversations/{conversation}/turns?limit=200")).await;
    let events = page["events"].as_array().cloned().unwrap_or_default();
    events.iter().map(|event| event["body"]["mail_failed"].clone()).filter(Value::is_object).collect()
}

#[tokio::test]
async fn an_invitation_is_mailed_with_a_link_of_its_own_and_nothing_about_the_customer() {
    let server = MailServer::start().await;
    let (hub, _) = hub_with(&server).await;
    let (maya, id) = handled(&hub).await;
    assert_eq!(maya.gets("/api/v1/me").await.1["mail"], true);
    maya.does(&id, by_mail(Uuid::now_v7())).await;
    let mail = first_mail(&server).await;
    assert_eq!(mail.to, "ops@aerolinx.example");
    for part in [
        "From: Northwind <chat@northwind.example>",
        "Maya Ortiz of Northwind",
        "Aerolinx",
        "1 hour",
        "text/plain",
        "@hub.northwind.example>",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(mail.text.contains(part), "'{part}' stands in\n{}", mail.text);
    }
    let lower = mail.text.to_lowercase();
    for part in ["carmen", "menzel", "visitor", "seat 4a", "html"] {
        assert!(!lower.contains(part), "'{part}' does not stand in\n{}", mail.text);
    }
    let aerolinx = Partner::new(&hub.base, &token_in(&mail));
    assert_eq!(aerolinx.opens().await.0, 200);
    let stored = std::fs::read(hub.folder.path().join("tandem.db")).unwrap();
    let wal = std::fs::read(hub.folder.path().join("tandem.db-wal")).unwrap_or_default();
    for file in [stored, wal] {
        assert!(!file.windows(43).any(|bytes| bytes == aerolinx.token.as_bytes()), "no token is ever stored");
    }
}

#[tokio::test]
async fn both_ways_lead_to_one_link_and_the_first_to_open_it_has_it() {
    let server = MailServer::start().await;
    let (hub, _) = hub_with(&server).await;
    let (maya, id) = handled(&hub).await;
    let (token, hash) = secret();
    let mut command = invitation(Uuid::now_v7(), &hash);
    command["email"] = json!("ops@aerolinx.example");
    maya.does(&id, command).await;
    let mailed = Partner::new(&hub.base, &token_in(&first_mail(&server).await));
    let copied = Partner::new(&hub.base, &token);
    assert_eq!(copied.opens().await.0, 200);
    assert_eq!(mailed.standing().await, "elsewhere");
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_later() {
    let server = MailServer::start().await;
    *server.answers.lock().unwrap() = vec!["250 ok", "451 try later"];
    let (hub, ahead) = hub_with(&server).await;
    let (maya, id) = handled(&hub).await;
    maya.does(&id, by_mail(Uuid::now_v7())).await;
    let said = |left: usize| {
        let answers = Arc::clone(&server.answers);
        eventually("the server is asked", move || {
            let answers = Arc::clone(&answers);
            async move { (answers.lock().unwrap().len() == left).then_some(()) }
        })
    };
    said(1).await;
    assert!(server.mails.lock().unwrap().is_empty());
    ahead.fetch_add(40_000, Ordering::Relaxed);
    let mail = first_mail(&server).await;
    assert_eq!(Partner::new(&hub.base, &token_in(&mail)).opens().await.0, 200);
    assert!(failures(&maya, &id).await.is_empty(), "nobody is told of what went well in the end");
}

#[tokio::test]
async fn a_mail_that_cannot_be_delivered_is_told_to_the_agents_once() {
    let server = MailServer::start().await;
    *server.answers.lock().unwrap() = vec!["550 5.1.1 no such mailbox"];
    let (hub, _) = hub_with(&server).await;
    let (maya, id) = handled(&hub).await;
    let link = Uuid::now_v7();
    maya.does(&id, by_mail(link)).await;
    let told = eventually("the failure is told", || async {
        let found = failures(&maya, &id).await;
        (!found.is_empty()).then_some(found)
    })
    .await;
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["name"], &told[0]["link"]), (&json!("Aerolinx"), &json!(link)));
    assert!(told[0]["reason"].as_str().unwrap().contains("no such mailbox"), "{told:?}");
    let names = |state: Value| state["engagements"].to_string();
    assert!(
        names(maya.state(&id).await).contains("Aerolinx"),
        "the invitation stands: its link can still be handed over"
    );
}

#[tokio::test]
async fn a_mail_that_fails_again_is_told_while_it_is_tried_further() {
    let server = MailServer::start().await;
    *server.answers.lock().unwrap() = vec!["250 ok", "451 4.7.1 greylisted", "451 try later"];
    let (hub, ahead) = hub_with(&server).await;
    let (maya, id) = handled(&hub).await;
    maya.does(&id, by_mail(Uuid::now_v7())).await;
    eventually("it is tried", || async { (server.answers.lock().unwrap().len() == 2).then_some(()) }).await;
    let told = eventually("the failure is told", || async {
        ahead.fetch_add(10_000, Ordering::Relaxed);
        let found = failures(&maya, &id).await;
        (!found.is_empty()).then_some(found)
    })
    .await;
    let reason = told[0]["reason"].as_str().unwrap();
    assert!(reason.contains("greylisted") && reason.ends_with("it is tried again"), "{told:?}");
    ahead.fetch_add(120_000, Ordering::Relaxed);
    let mail = first_mail(&server).await;
    assert_eq!(Partner::new(&hub.base, &token_in(&mail)).opens().await.0, 200);
    assert_eq!(failures(&maya, &id).await.len(), 1, "told once");
}

#[tokio::test]
async fn a_mail_whose_server_is_silent_holds_up_no_other() {
    let server = MailServer::start().await;
    *server.answers.lock().unwrap() = vec![crate::common::smtp::SILENCE, crate::common::smtp::SILENCE];
    let (hub, _) = hub_with(&server).await;
    let (maya, id) = handled(&hub).await;
    for _ in 0..3 {
        maya.does(&id, by_mail(Uuid::now_v7())).await;
    }
    first_mail(&server).await;
}

#[tokio::test]
async fn the_doctor_asks_the_mail_server_and_sends_nothing() {
    let server = MailServer::start().await;
    let told = async |url: String| {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path().to_owned());
        let (from, public_url) = ("chat@northwind.example".into(), "https://hub.northwind.example".into());
        config.mail = Some(MailConfig { url, from, public_url });
        let mut lines = Vec::new();
        tandem_hub::doctor(&config, |line| lines.push(line)).await;
        lines.into_iter().find(|line| line.contains(" mail: ")).expect("mail has a line")
    };
    assert_eq!(told(server.url()).await, "ok     mail: 127.0.0.1 accepts this hub");
    let refused = told(format!("smtp://user:hunter2@127.0.0.1:{}?tls=required", server.port)).await;
    assert!(refused.starts_with("WRONG  mail: 127.0.0.1 cannot be used") && !refused.contains("hunter2"), "{refused}");
    let gone = told("smtp://127.0.0.1:1".into()).await;
    assert!(gone.starts_with("WRONG  mail: ") && gone.contains("refused"), "{gone}");
    assert!(server.mails.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_in_the_end() {
    let server = MailServer::start().await;
    *server.answers.lock().unwrap() = vec!["451 try later"; 20];
    let (hub, ahead) = hub_with(&server).await;
    let (maya, id) = handled(&hub).await;
    let mut invite = by_mail(Uuid::now_v7());
    invite["ttlS"] = json!(86_400);
    maya.does(&id, invite).await;
    eventually("the failure is told", || async {
        ahead.fetch_add(900_000, Ordering::Relaxed);
        // A sign-in does not live as long as all attempts take.
        (failures(&hub.maya().await, &id).await.len() == 2).then_some(())
    })
    .await;
    assert_eq!(server.answers.lock().unwrap().len(), 14, "six attempts");
}

#[tokio::test]
async fn what_is_queued_survives_a_restart_and_what_is_revoked_is_not_sent() {
    let server = MailServer::start().await;
    *server.answers.lock().unwrap() = vec!["451 try later", "451 try later"];
    let (hub, _) = hub_with(&server).await;
    let (maya, id) = handled(&hub).await;
    let (kept, revoked) = (Uuid::now_v7(), Uuid::now_v7());
    maya.does(&id, by_mail(kept)).await;
    maya.does(&id, by_mail(revoked)).await;
    eventually("both are tried", || async { server.answers.lock().unwrap().is_empty().then_some(()) }).await;
    maya.does(&id, json!({ "type": "revoke_link", "link": revoked })).await;
    let folder = hub.stop().await;
    // A clock of its own: in this process the stopped hub still looks at its queue.
    let ahead = Arc::new(AtomicI64::new(60_000));
    let hub = TestHub::with(moved(&ahead), folder, through(&server)).await;
    let mail = first_mail(&server).await;
    assert_eq!(Partner::new(&hub.base, &token_in(&mail)).opens().await.0, 200);
    ahead.fetch_add(120_000, Ordering::Relaxed);
    let maya = hub.maya().await;
    maya.does(&id, by_mail(Uuid::now_v7())).await;
    eventually("another is sent", || async { (server.mails.lock().unwrap().len() == 2).then_some(()) }).await;
}

#[tokio::test]
async fn your_logic_has_its_invitations_mailed() {
    let server = MailServer::start().await;
    let logic = crate::common::TestLogic::acting(json!([
        { "type": "INVITE_EXTERNAL_AGENT", "name": "Aerolinx", "ttlS": 900, "email": "ops@aerolinx.example" },
        { "type": "MESSAGE", "text": "I ask the airline." }
    ]))
    .await;
    let hub = TestHub::configured(Clock::system(), |config| {
        through(&server)(config);
        config.logic = Some(logic_at(&logic.url));
    })
    .await;
    let aiko = hub.customer().await;
    aiko.writes("Is seat 4A free?").await;
    let mail = first_mail(&server).await;
    assert!(mail.text.contains("Northwind asks you (Aerolinx)") && mail.text.contains("15 minutes"), "{}", mail.text);
    assert_eq!(Partner::new(&hub.base, &token_in(&mail)).opens().await.0, 200);
}
