//! A customer's messages and receipts, as the doors pass them to the engine.

use std::sync::Arc;

use tandem_conversation::{Command, CommandId, ConversationId, Position, Stage, Time};
use tandem_protocol::chat::{ChatAccepted, ChatMessage};
use uuid::Uuid;

use crate::engine::{Incoming, Target, Work, customer_command};
use crate::health;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::commands::{self, Sent};
use crate::store::contacts::WebContact;

/// Gives one message to the writer at once; the result comes when it is durable.
pub(super) fn accept(
    hub: &Arc<Hub>,
    web: &Arc<WebContact>,
    message: ChatMessage,
    target: Target,
    received: Time,
) -> Result<impl Future<Output = Result<ChatAccepted, ApiError>> + Send + 'static, ApiError> {
    hub.limits.message(web.contact)?;
    let (id, contact) = (message.id, web.contact);
    // Digested here and not by the writer, which serves the whole account.
    let sent = Sent::new(commands::Sender::Contact(contact), &message);
    let incoming = Box::new(Incoming { web: Arc::clone(web), message, sent, target, received });
    let stored = hub.database.give(|answer| Work::Message(incoming, answer));
    let hub = Arc::clone(hub);
    Ok(async move {
        let stored = stored.await;
        hub.health.note(health::Work::Messages(contact), &stored);
        let (conversation, position) = stored?;
        Ok(ChatAccepted { id, conversation, position })
    })
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
