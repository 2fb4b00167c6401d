//! A customer and an agent write each other letters.

use std::sync::Arc;

use tandem_conversation::{
    Command, CommandId, Content, ConversationId, Envelope, EventBody, Media, Participant, Position, Rejection, Role,
    Stage, TurnId, UserId,
};
use tandem_sql::Connection;
use uuid::Uuid;

use super::{Post, Writer, arrives, reads};
use crate::clock::Clock;
use crate::config::Config;
use crate::delivery;
use crate::engine::{Engine, Repeat};
use crate::hub::Hub;
use crate::media::{Upload, Viewer, may_fetch, take};
use crate::store::events::Part;
use crate::store::media::Sender;
use crate::store::{StoreError, contacts, events};

/// Maya's command.
fn maya(conversation: ConversationId, command: Command) -> Envelope {
    let actor = Participant::Agent { user: UserId(Uuid::from_u128(1)), name: "Maya".into() };
    let (id, permissions) = (CommandId(Uuid::now_v7()), Role::Agent.permissions());
    Envelope { id, conversation, actor, permissions, command }
}

fn text(words: &str) -> Content {
    Content::Text { text: words.into() }
}

async fn writes(hub: &Arc<Hub>, writer: Writer, content: Content) -> ConversationId {
    let now = hub.clock.now();
    hub.database.write(move |connection, engine| arrives(connection, engine, writer, content, now)).await.unwrap()
}

/// Maya joins and answers, or completes the conversation.
async fn handles(hub: &Arc<Hub>, id: ConversationId, words: Option<&'static str>) {
    let received = hub.clock.now();
    let handled = hub.database.write(move |connection, engine| -> Result<(), StoreError> {
        let Some(words) = words else {
            let done = Command::Complete { resolution: "Found.".into() };
            engine.execute(connection, &maya(id, done), Repeat::Once, None)??;
            return Ok(());
        };
        // She may have joined already.
        let _ = engine.execute(connection, &maya(id, Command::Join { call: None }), Repeat::Once, None)?;
        let reply = Command::Reply {
            turn: TurnId(Uuid::now_v7()),
            content: text(words),
            written_against: engine.state(connection, id)?.ok_or(Rejection::Unknown)?.position,
            mind_customer: false,
            while_in_progress: true,
            received,
        };
        engine.execute(connection, &maya(id, reply), Repeat::Once, None)??;
        Ok(())
    });
    handled.await.unwrap();
}

#[tokio::test]
async fn a_channel_is_one_file_that_uses_the_rooms_of_all_channels() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::start(Config::new(folder.path().to_owned()), Clock::system()).unwrap();
    let named = |connection: &Connection, _: &mut Engine| contacts::insert_of(connection, "letter", "Carmen Ruiz");
    let carmen = hub.database.write(named).await.unwrap();
    let id = writes(&hub, carmen, text("Where is my suitcase?")).await;
    assert_eq!(writes(&hub, carmen, text("It is red.")).await, id, "the conversation goes on");
    handles(&hub, id, Some("On its way.")).await;
    let picture = Upload {
        name: "case.pdf".into(),
        sender: Sender::Contact(carmen.0),
        meant_for: None,
        id: None,
        network: None,
        bytes: None,
        right: None,
    };
    let bytes = futures_util::stream::iter([Ok::<_, std::io::Error>("%PDF-1.7 and so on".into())]);
    let file: Media = take(&hub, picture, bytes).await.unwrap();
    writes(&hub, carmen, Content::Attachment { media: Media::named(file.id), text: "This one".into() }).await;
    let (entries, fetched) = hub
        .database
        .read(move |connection| -> Result<_, StoreError> {
            Ok((reads(connection, id)?, may_fetch(connection, &Viewer::Customer(carmen.0), file.id)?))
        })
        .await
        .unwrap();
    let texts: Vec<_> = entries.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(texts, ["Where is my suitcase?", "It is red.", "On its way.", "This one"]);
    assert!(fetched.is_some() && entries[3].media.is_some());
    handles(&hub, id, None).await;
    assert_ne!(writes(&hub, carmen, text("And my hat?")).await, id, "a completed one stays closed");
}

#[tokio::test]
async fn what_is_said_leaves_in_order_and_what_cannot_tells_why() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::start(Config::new(folder.path().to_owned()), Clock::system()).unwrap();
    let post = Post::default();
    let mut news = post.1.subscribe();
    let carrying = tokio::spawn(delivery::run(Arc::clone(&hub), post.clone()));
    let named = |connection: &Connection, _: &mut Engine| contacts::insert_of(connection, "letter", "Carmen Ruiz");
    let carmen = hub.database.write(named).await.unwrap();
    let id = writes(&hub, carmen, text("Where is my suitcase?")).await;
    for words in ["On its way.", "Is there a fire?", "It is there."] {
        handles(&hub, id, Some(words)).await;
    }
    while post.0.lock().unwrap().len() < 3 {
        news.changed().await.unwrap();
    }
    assert_eq!(*post.0.lock().unwrap(), ["On its way.", "Is there a fire?", "It is there."]);
    let read =
        move |connection: &Connection| events::of_conversation(connection, id, Part::After(Position::START), 100);
    let (all, _) = hub.database.read(read).await.unwrap();
    let told: Vec<_> = all
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::TurnProgressed { stage, reason, .. } => Some((*stage, reason.as_deref().unwrap_or_default())),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(Stage::Failed, "The house burns. Write another way.")]);
    carrying.abort();
}
