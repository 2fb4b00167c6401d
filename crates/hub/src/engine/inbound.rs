//! Messages from outside, on every channel: which conversation they continue, how a new one starts, what they add.

use tandem_conversation::{
    Command, CommandId, ContactId, Content, Conversation, ConversationId, Envelope, Opening, Participant, Permissions,
    Position, Rejection, Time, TurnId,
};
use tandem_sql::Connection;
use uuid::Uuid;

use super::{Engine, Repeat};
use crate::store::StoreError;

/// Something that was said outside.
pub(crate) struct Said {
    pub turn: TurnId,
    pub content: Content,
    /// The turn of the same conversation that it quotes.
    pub quotes: Option<TurnId>,
    /// By the channel's clock, or when it arrived.
    pub received: Time,
}

impl Engine {
    /// The contact's newest conversation, if a new message continues it.
    pub(crate) fn going_on(
        &self,
        connection: &Connection,
        contact: ContactId,
        goes_on: impl FnOnce(&Conversation) -> bool,
    ) -> Result<Option<ConversationId>, StoreError> {
        let Some(newest) = self.newest_of_contact(connection, contact)? else { return Ok(None) };
        Ok(self.state(connection, newest)?.filter(|state| goes_on(state)).map(|_| newest))
    }

    /// Begins a conversation, by its customer or by our side.
    pub(crate) fn begin(
        &mut self,
        connection: &Connection,
        by: &Participant,
        opening: Opening,
    ) -> Result<ConversationId, StoreError> {
        let id = ConversationId(Uuid::now_v7());
        let by = match by {
            Participant::Customer => Participant::Customer,
            _ => Participant::System,
        };
        let start = outside(by, CommandId(Uuid::now_v7()), id, Command::Start(opening));
        self.execute(connection, &start, Repeat::Once, None)??;
        Ok(id)
    }

    /// Adds a turn.
    pub(crate) fn hear(
        &mut self,
        connection: &Connection,
        conversation: ConversationId,
        by: &Participant,
        said: Said,
        repeat: Repeat,
    ) -> Result<Result<Position, Rejection>, StoreError> {
        let Said { turn, content, quotes, received } = said;
        let write = Command::Write { turn, content, received };
        let command = match quotes {
            Some(reply_to) => Command::Quoting { reply_to, command: Box::new(write) },
            None => write,
        };
        self.execute(connection, &outside(by.clone(), CommandId(turn.0), conversation, command), repeat, None)
    }
}

/// A command by a customer or the system, who have no permissions.
pub(crate) fn outside(actor: Participant, id: CommandId, conversation: ConversationId, command: Command) -> Envelope {
    Envelope { id, conversation, actor, permissions: Permissions::default(), command }
}
