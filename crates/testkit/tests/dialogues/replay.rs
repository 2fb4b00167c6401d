//! Recorded conversations of real people through the real hub. Everything that a customer writes reaches the agent's
//! side, and every answer reaches the customer: every turn, in order and unchanged.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tandem_conversation::ConversationId;
use tandem_testkit::dialogue::{self, Dialogue};
use tandem_testkit::hub_process::{HubOptions, HubProcess, PASSWORD, find_binary};
use tandem_testkit::people::{Agent, Customer};

/// The maximum concurrency of the recordings.
const AT_ONCE: usize = 29;

/// The folder of real input, if this machine has it.
fn shared(file: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = std::env::var_os("TANDEM_SHARED_DATA").map_or_else(beside, PathBuf::from);
    Some(folder.join(file)).filter(|path| path.exists())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_recorded_turn_arrives_on_the_other_side() {
    let Some(path) = shared("conversations/star.jsonl.gz") else {
        println!("skipped: no shared data");
        return;
    };
    let dialogues = Arc::new(dialogue::load(&[path]).unwrap());
    let hub = HubProcess::start(&find_binary("tandem-hub").unwrap(), &HubOptions::default()).unwrap();
    for number in 0..AT_ONCE {
        hub.add_user(&email(number), &format!("Agent {number}"), "agent").unwrap();
    }
    let next = Arc::new(AtomicUsize::new(0));
    let desks = (0..AT_ONCE).map(|number| {
        let (url, dialogues, next) = (hub.url.clone(), Arc::clone(&dialogues), Arc::clone(&next));
        tokio::spawn(async move {
            let mut agent = Agent::sign_in(&url, &email(number), PASSWORD).await.unwrap();
            let mut turns = 0;
            while let Some(dialogue) = dialogues.get(next.fetch_add(1, Ordering::Relaxed)) {
                turns += play(&url, &mut agent, dialogue).await;
            }
            turns
        })
    });
    let mut turns = 0;
    for desk in desks.collect::<Vec<_>>() {
        turns += desk.await.unwrap();
    }
    println!("{} conversations, {turns} turns, each seen by the other side", dialogues.len());
    assert!(turns > 20_000, "the recordings hold more than {turns} turns");
}

fn email(number: usize) -> String {
    format!("agent{number}@northwind.example")
}

/// Plays one dialogue with both sides and checks both transcripts; returns the number of turns.
async fn play(hub: &str, agent: &mut Agent, dialogue: &Dialogue) -> usize {
    let name = format!("{} {}", dialogue.name(), dialogue.id);
    let mut customer = Customer::arrive(hub, "northwind", &name).await.unwrap();
    let mut conversation: Option<ConversationId> = None;
    let mut said: Vec<String> = Vec::new();
    for turn in &dialogue.turns {
        if turn.is_customers() {
            customer.write(&turn.text).await.unwrap();
            let id = match conversation {
                Some(id) => id,
                None => {
                    let known = agent.wait_for("the call for help", |desk| desk.of_customer(&name).map(|c| c.id)).await;
                    let id = known.unwrap();
                    agent.join(id).await.unwrap();
                    conversation = Some(id);
                    id
                }
            };
            said.push(turn.text.clone());
            let heard = said.len();
            agent.wait_until("the customer's words", |desk| desk.turns(id).count() >= heard).await.unwrap();
        } else if let Some(id) = conversation.filter(|_| turn.is_persons() || turn.is_assistants()) {
            agent.reply(id, &turn.text).await.unwrap();
            said.push(turn.text.clone());
        }
    }
    let Some(id) = conversation else { return 0 };
    let all = said.len();
    customer.wait_until("all answers", |customer| customer.transcript().len() >= all).await.unwrap();
    agent.wait_until("the whole transcript", |desk| desk.turns(id).count() >= all).await.unwrap();
    let on_the_desk: Vec<_> = agent.desk.turns(id).map(|(_, turn)| turn.content.text().to_owned()).collect();
    let in_the_chat: Vec<_> = customer.transcript().iter().map(|entry| entry.text.clone()).collect();
    assert_eq!(on_the_desk, said, "dialogue {}: the agent's side", dialogue.id);
    assert_eq!(in_the_chat, said, "dialogue {}: the customer's side", dialogue.id);
    agent.complete(id, "").await.unwrap();
    all
}
