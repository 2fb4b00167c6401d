//! A channel of the tests: letters in a box, which their writers come to read again. It shows what a channel needs, and
//! uses nothing but the rooms of all channels: who writes, what comes in, files, what customers see, and the table of
//! facts.

use std::sync::Arc;

use tandem_conversation::{
    Channel, Command, CommandId, ContactId, Content, Conversation, ConversationId, CustomerId, CustomerRef, Envelope,
    Media, Opening, Participant, Position, Rejection, Role, Time, TurnId, UserId,
};
use tandem_protocol::chat::ChatEntry;
use tandem_sql::Connection;
use uuid::Uuid;

use crate::clock::Clock;
use crate::config::Config;
use crate::engine::{Engine, Repeat, Said};
use crate::hub::Hub;
use crate::media::{Upload, Viewer, may_fetch, take};
use crate::shown::entry_of;
use crate::store::media::Sender;
use crate::store::{StoreError, contacts, conversations, events};

/// It has no window, no queue and no receipts: the facts of what was imported.
const LETTERS: Channel = Channel::Imported;

/// A letter writer: their contact and who they are.
type Writer = (ContactId, CustomerId);

/// Takes in a letter: it goes to the conversation in progress, or begins one.
fn arrives(
    connection: &Connection,
    engine: &mut Engine,
    (writer, customer): Writer,
    content: Content,
    received: Time,
) -> Result<ConversationId, StoreError> {
    let conversation = match engine.going_on(connection, writer, Conversation::in_progress)? {
        Some(id) => id,
        None => {
            let name = contacts::known(connection, customer)?.map(|known| known.name).unwrap_or_default();
            let opening = Opening {
                customer: CustomerRef::new(customer, name),
                contact: writer,
                channel: LETTERS,
                brand: None,
                language: None,
                custom: serde_json::Map::new(),
                heard_at: None,
            };
            engine.begin(connection, &Participant::Customer, opening)?
        }
    };
    let said = Said { turn: TurnId(Uuid::now_v7()), content, quotes: None, received };
    engine.hear(connection, conversation, &Participant::Customer, said, Repeat::Once)??;
    Ok(conversation)
}

/// What the writer reads in the box.
fn reads(connection: &Connection, id: ConversationId) -> Result<Vec<ChatEntry>, StoreError> {
    let state = conversations::get(connection, id)?.ok_or(Rejection::Unknown)?;
    let page =
        events::shown(connection, id, Position::START, 100, |event| entry_of(event, &state, None, |_| String::new()))?;
    Ok(page.entries)
}

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
        engine.execute(connection, &maya(id, Command::Join { call: None }), Repeat::Once, None)??;
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
    assert!(!LETTERS.facts().queued, "customers fetch what is said to them");
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
