//! Turns a customer's message into a turn of the current conversation or a new one.

use tandem_conversation::{
    Channel, Command, CommandId, Contact, ContactId, Content, ConversationId, CustomerRef, Envelope, Media, Opening,
    Participant, Permissions, Position, Rejection, Stage, Time,
};
use tandem_protocol::chat::{ChatAccepted, ChatMessage};
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

use crate::engine::{Engine, Repeat};
use crate::health::Work;
use crate::hub::Hub;
use crate::media::unknown;
use crate::problem::ApiError;
use crate::store::StoreError;
use crate::store::commands::{self, Sent};
use crate::store::contacts::{self, WebContact};
use crate::store::media::{self, Sender};

/// Which conversation a message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The newest one of this contact; a new one if there is none, or if the customer asked for one.
    Newest,
    Known(ConversationId),
}

/// Stores one message; answers once it is durable.
pub(super) async fn accept(
    hub: &Hub,
    web: &WebContact,
    message: ChatMessage,
    target: Target,
    received: Time,
) -> Result<ChatAccepted, ApiError> {
    hub.limits.message(web.contact)?;
    let (web, contact) = (web.clone(), web.contact);
    // Outside the writer thread, which serves the whole account.
    let sent = Sent::new(commands::Sender::Contact(web.contact), &message);
    let said = Said { message, sent, received };
    let stored = hub.database.write(move |connection, engine| store(connection, engine, &web, said, target));
    let stored = stored.await;
    hub.health.note(Work::Messages(contact), &stored);
    Ok(stored?)
}

/// A received message.
struct Said {
    message: ChatMessage,
    sent: Sent,
    received: Time,
}

fn store(
    connection: &Connection,
    engine: &mut Engine,
    web: &WebContact,
    Said { message, sent, received }: Said,
    target: Target,
) -> Result<ChatAccepted, StoreError> {
    let turn = message.id;
    // The visitor may have been identified since they connected. For a known conversation that matters only for files.
    let is_settled = matches!(target, Target::Known(_)) && message.media.is_none();
    let now = if is_settled { None } else { contacts::as_now(connection, web)? };
    let web = now.as_ref().unwrap_or(web);
    let sent = sent.by(commands::Sender::Contact(web.contact));
    let content = content_of(connection, web.contact, message)?;
    let known = match target {
        Target::Known(id) => Some(id),
        Target::Newest if contacts::wants_new(connection, web.contact)? => None,
        Target::Newest => engine.newest_of_contact(connection, web.contact)?,
    };
    // A repeat of a conversation's first message gets its answer instead of a second conversation.
    if known.is_none()
        && let Some(first) = commands::find(connection, CommandId(turn.0), &sent)?
    {
        let position = first?;
        if let Some(id) = engine.newest_of_contact(connection, web.contact)? {
            return Ok(ChatAccepted { id: turn, conversation: id, position });
        }
    }
    let conversation = known.unwrap_or_else(|| ConversationId(Uuid::now_v7()));
    if known.is_none() {
        let known_by = contacts::of_customer(connection, web.customer)?;
        let noted = contacts::known(connection, web.customer)?.map(|known| known.noted).unwrap_or_default();
        let start =
            customer_command(CommandId(Uuid::now_v7()), conversation, Command::Start(opening(web, known_by, noted)));
        engine.execute(connection, &start, Repeat::Once, None)??;
        contacts::set_wants_new(connection, web.contact, false)?;
    }
    let write = customer_command(CommandId(turn.0), conversation, Command::Write { turn, content, received });
    let position = engine.execute(connection, &write, Repeat::Remembered(sent), None)??;
    Ok(ChatAccepted { id: turn, conversation, position })
}

fn opening(web: &WebContact, contacts: Vec<Contact>, noted: Vec<Contact>) -> Opening {
    Opening {
        customer: CustomerRef { contacts, noted, ..CustomerRef::new(web.customer, web.name.clone()) },
        contact: web.contact,
        channel: Channel::WebChat,
        brand: Some(web.brand),
        language: web.language.clone(),
        custom: serde_json::Map::new(),
    }
}

fn content_of(connection: &Connection, contact: ContactId, message: ChatMessage) -> Result<Content, StoreError> {
    if let Some(answer) = message.answer {
        return Ok(Content::Answer { question: answer.question, choice: answer.choice, text: String::new() });
    }
    if let Some(id) = message.media {
        // Checked first, so that an unsendable file starts no conversation.
        let own = media::get(connection, id)?.is_some_and(|file| file.sender == Sender::Contact(contact));
        if !own {
            return Err(unknown().into());
        }
        return Ok(Content::Attachment { media: Media::named(id), text: message.text.unwrap_or_default() });
    }
    let text = message.text.ok_or_else(|| Rejection::invalid("text", "a message needs text, answer or media"))?;
    Ok(Content::Text { text })
}

pub(super) fn customer_command(id: CommandId, conversation: ConversationId, command: Command) -> Envelope {
    Envelope { id, conversation, actor: Participant::Customer, permissions: Permissions::default(), command }
}

/// Records how far the customer's browser has received or shown the conversation.
pub(super) async fn receipt(
    hub: &Hub,
    conversation: ConversationId,
    stage: Stage,
    up_to: Position,
) -> Result<(), ApiError> {
    let command = customer_command(CommandId(Uuid::now_v7()), conversation, Command::Receive { stage, up_to });
    Ok(hub.receive(command).await??)
}
