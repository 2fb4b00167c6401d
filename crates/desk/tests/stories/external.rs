//! External agents: invited by a link made on this machine, shown among the participants, and revoked.

use serde_json::json;
use sha2::{Digest as _, Sha256};
use tandem_conversation::{Command, ConversationId, Invitee, LinkId, Participant, Role, limits};
use tandem_protocol::agents::AgentCommand;
use uuid::Uuid;

use crate::desk::Maya;
use crate::hub::{FakeHub, Shared};

/// Carmen has asked, and Maya is with her.
async fn asked() -> (Shared, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Is seat 4A free?");
    hub.joins(carmen, "Maya Ortiz");
    let maya = Maya::signed_in(&hub).await;
    (hub, maya, carmen)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_hears_the_hash_of_a_link_and_never_its_token() {
    let (hub, maya, carmen) = asked().await;
    let invite = json!({"id": carmen, "name": " Aerolinx ", "email": "", "ttlS": 3600, "note": " "});
    let link = maya.ok("conversation.inviteExternal", invite.clone()).await;
    let url = link["url"].as_str().unwrap();
    let token = url.strip_prefix(&format!("{}/guest/", hub.url)).expect("the link leads to the hub");
    assert_eq!(token.len(), 43, "256 bits");
    let sent = hub.world().commands.last().unwrap().clone();
    let AgentCommand::InviteExternal { secret_hash, name, email, note, ttl_s, .. } = &sent.command else {
        panic!("{sent:?}")
    };
    let digest: String = Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((secret_hash, name.as_str(), *ttl_s), (&digest, "Aerolinx", 3600));
    assert_eq!((email, note), (&None, &None), "what is empty is absent");
    assert!(!serde_json::to_string(&sent).unwrap().contains(token));
    let again = maya.ok("conversation.inviteExternal", invite).await;
    assert_ne!(again["url"], link["url"], "each link is another");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_stands_among_the_participants_until_the_link_is_taken_back() {
    let (hub, maya, carmen) = asked().await;
    maya.ok("conversation.inviteExternal", json!({"id": carmen, "name": "Aerolinx", "ttlS": 3600})).await;
    let one = json!({"id": carmen});
    let partner = |view: &serde_json::Value| {
        let people = view["people"].as_array().unwrap();
        people.iter().find(|person| person["participant"]["name"] == "Aerolinx").cloned()
    };
    let asked = |view: &serde_json::Value| partner(view).is_some_and(|person| person["invited"] == true);
    let view = maya.until("Aerolinx is invited", "conversation.open", one.clone(), asked).await;
    let link: LinkId = serde_json::from_value(partner(&view).unwrap()["participant"]["link"].clone()).unwrap();
    let actor = Participant::ExternalAgent { link, name: "Aerolinx".into() };
    hub.run(carmen, actor, Command::OpenLink { link }).unwrap();
    let there = |view: &serde_json::Value| partner(view).is_some_and(|person| person["invited"] == false);
    let view = maya.until("Aerolinx is there", "conversation.open", one.clone(), there).await;
    assert!(partner(&view).unwrap()["until"].is_string(), "with the end of the link");
    maya.ok("conversation.revokeLink", json!({"id": carmen, "link": link})).await;
    maya.until("Aerolinx is gone", "conversation.open", one, |view| partner(view).is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_hub_no_link_is_promised() {
    let (hub, maya, carmen) = asked().await;
    hub.go_down();
    maya.until_offline().await;
    let invite = json!({"id": carmen, "name": "Aerolinx", "ttlS": 3600});
    assert_eq!(maya.refused("conversation.inviteExternal", invite).await, "conversation.offline");
    assert!(hub.world().commands.iter().all(|sent| !matches!(sent.command, AgentCommand::InviteExternal { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_failed_reads_as_what_to_do() {
    let (hub, maya, carmen) = asked().await;
    maya.ok("conversation.inviteExternal", json!({"id": carmen, "name": "Aerolinx", "ttlS": 3600})).await;
    let link = hub.world().commands.iter().find_map(|sent| match sent.command {
        AgentCommand::InviteExternal { link, .. } => Some(link),
        _ => None,
    });
    let fail = Command::FailMail { link: link.unwrap(), reason: "550 no such mailbox.".into() };
    hub.run(carmen, Participant::System, fail).unwrap();
    let line = "The mail to Aerolinx could not be sent: 550 no such mailbox. Invite again and copy the link instead";
    let page = json!({"id": carmen, "limit": 50});
    maya.until("the failure", "conversation.entries", page, |view| view.to_string().contains(line)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_taken_back_by_those_who_take_part() {
    let hub = FakeHub::start().await;
    hub.world().permissions = Role::Agent.permissions();
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Is seat 4A free?");
    hub.joins(carmen, "Jonas Keller");
    let link = LinkId(Uuid::now_v7());
    let expires = crate::hub::now().plus_ms(limits::LINK_MIN_MS);
    let invitee = Invitee::External { link, name: "Aerolinx".into(), expires };
    hub.run(carmen, hub.agent("Jonas Keller"), Command::Invite { invitee, note: None }).unwrap();
    hub.run(carmen, hub.agent("Jonas Keller"), Command::AskForHelp { reason: String::new() }).unwrap();
    let maya = Maya::signed_in(&hub).await;
    let one = json!({"id": carmen});
    let may = |is: bool| {
        move |view: &serde_json::Value| {
            view["people"].as_array().is_some_and(|people| people.len() > 1) && view["may"]["revokeLink"] == is
        }
    };
    maya.until("Maya looks on", "conversation.open", one.clone(), may(false)).await;
    maya.ok("conversation.join", one.clone()).await;
    maya.until("Maya takes part", "conversation.open", one.clone(), may(true)).await;
    maya.ok("conversation.revokeLink", json!({"id": carmen, "link": link})).await;
    let nobody = |view: &serde_json::Value| view["may"]["revokeLink"] == false;
    maya.until("nobody is left whose link it could be", "conversation.open", one, nobody).await;
}
