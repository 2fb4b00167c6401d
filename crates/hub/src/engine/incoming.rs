//! What a customer says becomes a turn of the current conversation or of a new one.

use std::sync::Arc;

use tandem_conversation::{
    Channel, Command, CommandId, Contact, ContactId, Content, ConversationId, CustomerRef, Envelope, Media, Opening,
    Participant, Position, Rejection, Time,
};
use tandem_protocol::chat::ChatMessage;
use tandem_sql::Connection;

use super::{Engine, Repeat, Said, outside};
use crate::store::StoreError;
use crate::store::commands::{self, Sent};
use crate::store::contacts::{self, WebContact};
use crate::store::media::{self, Sender};

/// Which conversation a message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The newest one of this contact; a new one if there is none, or if the customer asked for one.
    Newest,
    Known(ConversationId),
}

impl Target {
    pub(super) fn known(self) -> Option<ConversationId> {
        match self {
            Self::Newest => None,
            Self::Known(id) => Some(id),
        }
    }
}

/// A received message.
pub struct Incoming {
    pub web: Arc<WebContact>,
    pub message: ChatMessage,
    pub sent: Sent,
    pub target: Target,
    pub received: Time,
}

impl Incoming {
    pub(super) fn has_file(&self) -> bool {
        self.message.media.is_some()
    }
}

impl Engine {
    /// The conversation of the message, and its position there.
    pub(super) fn take(
        &mut self,
        connection: &Connection,
        incoming: Incoming,
    ) -> Result<(ConversationId, Position), StoreError> {
        let Incoming { web, message, sent, target, received } = incoming;
        let turn = message.id;
        // The visitor may have been identified since they connected. For a known conversation that matters only for
        // files.
        let is_settled = matches!(target, Target::Known(_)) && message.media.is_none();
        let now = if is_settled { None } else { contacts::as_now(connection, &web)? };
        let web = now.as_ref().unwrap_or(&web);
        let sent = sent.by(commands::Sender::Contact(web.contact));
        let content = content_of(connection, web.contact, message)?;
        let known = match target {
            Target::Known(id) => Some(id),
            Target::Newest if contacts::wants_new(connection, web.contact)? => None,
            Target::Newest => self.newest_of_contact(connection, web.contact)?,
        };
        // A repeat of a conversation's first message gets its answer instead of a second conversation.
        if known.is_none()
            && let Some(first) = self.answered(connection, CommandId(turn.0), &sent)?
        {
            let position = first?;
            if let Some(id) = self.newest_of_contact(connection, web.contact)? {
                return Ok((id, position));
            }
        }
        let by = Participant::Customer;
        let conversation = match known {
            Some(id) => id,
            None => {
                let known_by = contacts::of_customer(connection, web.customer)?;
                let noted = contacts::known(connection, web.customer)?.map(|known| known.noted).unwrap_or_default();
                self.begin(connection, &by, opening(web, known_by, noted))?
            }
        };
        let said = Said { turn, content, quotes: None, received };
        let position = self.hear(connection, conversation, &by, said, Repeat::Remembered(sent))??;
        if known.is_none() {
            // The last step, because nothing may be written before a failure.
            contacts::set_wants_new(connection, web.contact, false)?;
        }
        Ok((conversation, position))
    }
}

fn opening(web: &WebContact, contacts: Vec<Contact>, noted: Vec<Contact>) -> Opening {
    Opening {
        customer: CustomerRef { contacts, noted, ..CustomerRef::new(web.customer, web.name.clone()) },
        contact: web.contact,
        channel: Channel::WebChat,
        brand: Some(web.brand),
        language: web.language.clone(),
        custom: serde_json::Map::new(),
        heard_at: None,
        line: None,
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
            return Err(media::unknown().into());
        }
        return Ok(Content::Attachment { media: Media::named(id), text: message.text.unwrap_or_default() });
    }
    let text = message.text.ok_or_else(|| Rejection::invalid("text", "a message needs text, answer or media"))?;
    Ok(Content::Text { text })
}

pub(crate) fn customer_command(id: CommandId, conversation: ConversationId, command: Command) -> Envelope {
    outside(Participant::Customer, id, conversation, command)
}
