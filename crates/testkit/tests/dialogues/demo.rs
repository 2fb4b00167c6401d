//! The demo's dialogues through the real hub and the real sample logic, with an agent who takes every call for help.
//! Every customer turn must reach the agent's side, in order and unchanged.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{Contact, ContactKind, Content, ConversationId, HelpReason, Participant, Position, Section};
use tandem_testkit::ClientError;
use tandem_testkit::cloud_api::CloudApi;
use tandem_testkit::dialogue::{self, Dialogue};
use tandem_testkit::hub_process::{HubOptions, HubProcess, PASSWORD, find_binary};
use tandem_testkit::logic_process::LogicProcess;
use tandem_testkit::people::{Agent, Customer, Desk};
use tandem_testkit::phones::{Phones, seconds};
use tandem_testkit::player::{Plan, Played, Player, Settings};
use tandem_testkit::website::Website;
use tokio::sync::watch;

const SPEED: f64 = 30.0;

fn dialogues() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/dialogues"))
}

fn hub_with_logic(logic: &LogicProcess) -> HubProcess {
    let options = HubOptions { logic: Some(logic.for_hub()), ..HubOptions::default() };
    let hub = HubProcess::start(&find_binary("tandem-hub").unwrap(), &options).unwrap();
    hub.add_user("maya@northwind.example", "Maya Ortiz", "supervisor").unwrap();
    hub
}

/// Maya's day: she claims every call for help and answers the customer's last message.
async fn work(agent: &mut Agent, mut over: watch::Receiver<bool>) -> HashMap<ConversationId, HelpReason> {
    let mut calls = HashMap::new();
    let mut answered: HashMap<ConversationId, Position> = HashMap::new();
    let mut refused = HashSet::new();
    loop {
        let calling: Vec<_> = agent.desk.section(Section::Help).iter().map(|state| state.id).collect();
        for id in calling {
            let help = agent.desk.conversation(id).and_then(|state| state.help.clone());
            if agent.join(id).await.is_ok() {
                calls.insert(id, help.unwrap().reason);
            }
        }
        let waiting: Vec<_> = agent.desk.section(Section::My).iter().map(|s| (s.id, s.last_loud)).collect();
        for (id, last) in waiting {
            if answered.get(&id).is_none_or(|at| *at < last) {
                match agent.reply(id, "Maya here, I am looking into it.").await {
                    Ok(_) => drop(answered.insert(id, last)),
                    // The hub is ahead of this desk: read on, then answer.
                    Err(ClientError::Refused { code, .. }) => drop(refused.insert(code)),
                    Err(error) => panic!("{error}"),
                }
            }
        }
        tokio::select! {
            heard = agent.hear() => heard.unwrap(),
            _ = over.changed() => break,
        }
    }
    refused.remove("conversation.moved_on");
    assert!(refused.is_empty(), "replies were refused with {refused:?}");
    calls
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_reaches_the_agents_desk_to_the_letter() {
    let all: Vec<_> = dialogue::load(&[dialogues()]).unwrap().into_iter().map(Arc::new).collect();
    let logic = LogicProcess::start(&find_binary("sample-logic").unwrap(), &[dialogues()], Some(SPEED)).unwrap();
    let hub = hub_with_logic(&logic);
    let mut maya = Agent::sign_in(&hub.url, "maya@northwind.example", PASSWORD).await.unwrap();
    let (tell, over) = watch::channel(false);
    let website = Some(Website::new(&hub.brand_secret().unwrap()));
    // Long enough for the agent on a busy machine.
    let linger = Duration::from_secs(3);
    let settings = Settings { speed: SPEED, linger, website, ..Settings::new(&hub.url, "northwind") };
    let plan = Plan::demo(&all, Duration::from_millis(150));
    let playing = tokio::spawn(async move {
        let summary = Player::new(settings, Arc::new(|_| ())).play(plan).await;
        tell.send(true).unwrap();
        summary
    });
    let calls = work(&mut maya, over).await;
    let summary = playing.await.unwrap();
    println!("{summary}");
    assert_eq!(summary.played.len(), all.len());
    for played in &summary.played {
        let dialogue = all.iter().find(|dialogue| dialogue.id == played.dialogue).unwrap();
        assert_eq!(played.error, None, "{}", played.dialogue);
        check(&mut maya, dialogue, played, &calls).await;
    }
}

/// One dialogue on the agent's side, after it was played.
async fn check(agent: &mut Agent, dialogue: &Dialogue, played: &Played, calls: &HashMap<ConversationId, HelpReason>) {
    let (name, id) = (&played.dialogue, played.conversation.unwrap());
    let last = played.sent.last().unwrap().position;
    agent.wait_until("the last turn", |desk| desk.conversation(id).is_some_and(|s| s.position >= last)).await.unwrap();
    let told: Vec<_> = agent
        .desk
        .turns(id)
        .filter(|(event, _)| event.actor == Participant::Customer)
        .map(|(event, turn)| (event.position, turn.content.text().to_owned(), turn.content.clone()))
        .collect();
    let sent: Vec<_> = played.sent.iter().map(|sent| (sent.position, sent.text.clone())).collect();
    let seen: Vec<_> = told.iter().map(|(position, text, _)| (*position, text.clone())).collect();
    assert_eq!(seen, sent, "{name}: what the customer said and what the desk shows");
    assert_eq!(played.without_menu, 0, "{name}: every menu came");
    let pictures = told.iter().filter(|(_, _, content)| matches!(content, Content::Attachment { .. })).count();
    assert_eq!(pictures, played.sent.iter().filter(|sent| sent.picture.is_some()).count(), "{name}: pictures");
    let turns = dialogue.customer_turns().count();
    assert_eq!(played.sent.len() + played.left_out, turns, "{name}: every turn was played or left out for its reason");
    let known = |desk: &Desk| {
        let state = desk.conversation(id)?;
        (state.custom.get("dialogue")?.as_str()? == name).then(|| state.clone())
    };
    let state = agent.wait_for("the dialogue's name in the custom data", known).await.unwrap();
    if dialogue.signs_in.is_some() {
        let id_of = |contact: &&Contact| contact.kind == ContactKind::CustomerId;
        let signed_in = state.customer.contacts.iter().find(id_of).map(|contact| &contact.value);
        assert_eq!(signed_in, Some(&dialogue.customer), "{name}: who has signed in is known");
        assert_eq!(state.customer.name, dialogue.name());
    }
    if !dialogue.hands_over() {
        assert_eq!(calls.get(&id), None, "{name}: the assistant settles it alone");
        let settled = dialogue.completion == "Complete";
        let what = format!("{name} to be completed: {settled}");
        let done = |desk: &Desk| desk.conversation(id).is_some_and(|state| state.in_progress() != settled);
        return agent.wait_until(&what, done).await.unwrap();
    }
    let reason = calls.get(&id).unwrap_or_else(|| panic!("{name}: a person was called"));
    let (HelpReason::LogicAsked { detail } | HelpReason::CustomerAsked { detail }) = reason else {
        panic!("{name}: called for {reason:?}")
    };
    assert_eq!(Some(detail), dialogue.help.as_ref(), "{name}: why a person was called");
    assert!(state.handover.as_ref().is_some_and(|open| !open.handover.wish.is_empty()), "{name}: the handover");
    assert!(agent.desk.suggestion(id).is_some(), "{name}: what the recorded person typed is offered");
    assert!(played.answers_by_people > 0, "{name}: the customer saw Maya's answer");
    agent.complete(id, "Done").await.unwrap();
    let me = agent.me.user;
    agent
        .wait_until("the conversation under Recently Left", |desk| {
            desk.section(Section::Left).iter().any(|s| s.id == id && s.agent(me).is_none())
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_on_whatsapp_play_their_dialogues_and_all_that_is_sent_to_them_is_taken() {
    let all: Vec<_> = dialogue::load(&[dialogues()]).unwrap().into_iter().map(Arc::new).take(5).collect();
    let logic = LogicProcess::start(&find_binary("sample-logic").unwrap(), &[dialogues()], Some(SPEED)).unwrap();
    let hub = hub_with_logic(&logic);
    let api = Arc::new(CloudApi::start().await.unwrap());
    let phones = Phones::new(Arc::clone(&api), hub.add_whatsapp(&api, seconds).unwrap(), SPEED);
    phones.connected().await;
    let played = tokio::select! {
        played = phones.play(&all, Duration::ZERO) => played,
        () = phones.report() => unreachable!("BUG: reports never end"),
    };
    assert_eq!(played, all.len());
    assert!(!api.taken().is_empty(), "Your Logic answers them");
    assert_eq!(api.requests().len(), api.taken().len(), "the API refused none");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_types_meets_the_bot_and_a_person_when_they_ask() {
    let mut logic = LogicProcess::start(&find_binary("sample-logic").unwrap(), &[dialogues()], None).unwrap();
    let hub = hub_with_logic(&logic);
    let mut maya = Agent::sign_in(&hub.url, "maya@northwind.example", PASSWORD).await.unwrap();
    let mut carmen = Customer::arrive(&hub.url, "northwind", "Carmen").await.unwrap();
    carmen.write("Good morning!").await.unwrap();
    carmen.wait_for("automatic assistant").await.unwrap();
    carmen.choose("Track an order").await.unwrap();
    carmen.wait_for("order number").await.unwrap();
    carmen.write("4711").await.unwrap();
    carmen.wait_for("left the warehouse").await.unwrap();
    carmen.write("can I talk to a human?").await.unwrap();
    let id = carmen.conversation().await.unwrap();
    let help = maya.wait_for("the call for help", |desk| desk.conversation(id)?.help.clone()).await.unwrap();
    assert!(matches!(help.reason, HelpReason::CustomerAsked { .. }), "{:?}", help.reason);
    maya.join(id).await.unwrap();
    maya.wait_until("being engaged", |desk| desk.section(Section::My).len() == 1).await.unwrap();
    maya.reply(id, "Hello Carmen, this is Maya.").await.unwrap();
    let answer = carmen.wait_for("this is Maya").await.unwrap();
    assert_eq!(answer.name.as_deref(), Some("Maya Ortiz"));
    maya.complete(id, "Greeted").await.unwrap();
    carmen
        .wait_until("completion", |c| c.status() == Some(tandem_protocol::chat::ChatStatus::Completed))
        .await
        .unwrap();
    logic.kill().unwrap();
    carmen.write("one more thing, please").await.unwrap();
    let help = maya.wait_for("help without logic", |desk| desk.conversation(id)?.help.clone()).await.unwrap();
    assert!(matches!(help.reason, HelpReason::LogicFailed { .. }), "the exact reason: {:?}", help.reason);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_hub_loses_and_doubles_no_word_of_a_customer() {
    let all: Vec<_> = dialogue::load(&[dialogues()]).unwrap().into_iter().map(Arc::new).collect();
    let alone: Vec<_> = all.iter().filter(|dialogue| !dialogue.hands_over()).take(12).cloned().collect();
    let logic = LogicProcess::start(&find_binary("sample-logic").unwrap(), &[dialogues()], None).unwrap();
    let mut hub = hub_with_logic(&logic);
    let (tell, mut lines) = tokio::sync::mpsc::unbounded_channel();
    let settings =
        Settings { speed: SPEED, linger: Duration::from_millis(500), ..Settings::new(&hub.url, "northwind") };
    let playing = tokio::spawn(async move {
        let log = Arc::new(move |line| drop(tell.send(line)));
        Player::new(settings, log).play(Plan::demo(&alone, Duration::ZERO)).await
    });
    for _ in 0..30 {
        lines.recv().await.expect("the dialogues have more than thirty turns");
    }
    hub.kill_and_restart(&HubOptions { logic: Some(logic.for_hub()), ..HubOptions::default() }).unwrap();
    let summary = playing.await.unwrap();
    println!("{summary}");
    let mut maya = Agent::sign_in(&hub.url, "maya@northwind.example", PASSWORD).await.unwrap();
    for played in &summary.played {
        assert_eq!(played.error, None, "{}", played.dialogue);
        let id = played.conversation.unwrap();
        maya.read(id).await.unwrap();
        let said: Vec<_> = maya
            .desk
            .turns(id)
            .filter(|(event, _)| event.actor == Participant::Customer)
            .map(|(event, turn)| (event.position, turn.content.text().to_owned()))
            .collect();
        let sent: Vec<_> = played.sent.iter().map(|sent| (sent.position, sent.text.clone())).collect();
        assert_eq!(said, sent, "{}: each word once, in order", played.dialogue);
    }
    assert!(summary.played.iter().any(|played| played.reconnects > 0), "somebody was there when the hub was killed");
}
