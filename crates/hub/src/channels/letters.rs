//! A channel of the tests: letters, which come and are posted. It shows what a channel needs, and uses nothing but the
//! rooms of all channels: who writes, what comes in, files, what customers see, what leaves, and the table of facts.

use std::sync::{Arc, Mutex};

use tandem_conversation::{
    Channel, ContactId, Content, Conversation, ConversationId, CustomerId, CustomerRef, Opening, Participant, Position,
    Rejection, Remedy, Time, TurnId,
};
use tandem_protocol::chat::ChatEntry;
use tandem_sql::Connection;
use tokio::sync::watch;
use uuid::Uuid;

use crate::delivery::{Carrier, Line, Message, Outcome, Packed, Rate, Refusal};
use crate::engine::{Engine, Repeat, Said};
use crate::shown::entry_of;
use crate::store::sends::Head;
use crate::store::{StoreError, contacts, conversations, events};

mod tests;

/// It has no window, no templates and no receipts: the facts of what was imported.
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
                line: None,
            };
            engine.begin(connection, &Participant::Customer, opening)?
        }
    };
    let said = Said { turn: TurnId(Uuid::now_v7()), content, quotes: None, received };
    engine.hear(connection, conversation, &Participant::Customer, said, Repeat::Once)??;
    Ok(conversation)
}

/// The post, with all that it has taken. It knows no way to a house that burns.
#[derive(Clone, Default)]
struct Post(Arc<Mutex<Vec<String>>>, watch::Sender<()>);

impl Carrier for Post {
    type Parcel = String;

    fn channel(&self) -> Channel {
        LETTERS
    }

    fn rate(&self) -> Rate {
        Rate { every_ms: 1, burst: 100 }
    }

    fn lease_ms(&self) -> i64 {
        1_000
    }

    fn lines(&self, _: &Connection, contacts: &[ContactId]) -> Result<Vec<Option<Line>>, StoreError> {
        Ok(contacts.iter().map(|_| Some(Line { key: "box".into(), per_second: 100 })).collect())
    }

    fn pack(&self, _: &Connection, message: &Message<'_>) -> Result<Packed<String>, StoreError> {
        Ok(match message.event.body.content() {
            Some(content) => Packed::Leaves(content.text().to_owned(), 1),
            None => Packed::Nothing,
        })
    }

    async fn prepare(&self, _: &mut String, _: Head) -> Result<Option<Outcome>, StoreError> {
        Ok(None)
    }

    async fn send(&self, letter: &String, _: Head) -> Outcome {
        self.0.lock().unwrap().push(letter.clone());
        match letter.contains("fire") {
            true => Outcome::Refused(Refusal::new("The house burns. Write another way.", Remedy::OtherContact)),
            false => Outcome::Accepted { message: String::new() },
        }
    }

    fn settled(&self, _: &Connection, _: &String, _: Head, _: &Outcome, _: Time) -> Result<(), StoreError> {
        self.1.send_replace(());
        Ok(())
    }

    fn is_reported(&self, _: &Connection, _: Head) -> Result<bool, StoreError> {
        Ok(false)
    }
}

/// What the writer reads in the box.
fn reads(connection: &Connection, id: ConversationId) -> Result<Vec<ChatEntry>, StoreError> {
    let state = conversations::get(connection, id)?.ok_or(Rejection::Unknown)?;
    let page =
        events::shown(connection, id, Position::START, 100, |event| entry_of(event, &state, None, |_| String::new()))?;
    Ok(page.entries)
}
