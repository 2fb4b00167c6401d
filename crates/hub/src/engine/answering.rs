//! How a request to Your Logic ends.

use tandem_conversation::{Action, Command, CommandId, ConversationId, LogicFailure, Position, Rejection, Time};
use tandem_protocol::logic::LogicResponseBody;
use tandem_sql::Connection;

use super::{Engine, Repeat, customer, of_logic, system_command};
use crate::store::commands::{Answer, Sent};
use crate::store::logic_requests::LogicRequestRow;
use crate::store::{StoreError, library, users};

/// The end of one request, and its diagnosis.
#[derive(Clone)]
pub struct Answering {
    pub conversation: ConversationId,
    pub row: LogicRequestRow,
    pub end: End,
}

#[derive(Clone)]
pub enum End {
    /// An answer that changes nothing but its conversation.
    Answer {
        answer: Box<LogicResponseBody>,
        sent: Sent,
        person_typing_until: Option<Time>,
    },
    Failure(LogicFailure),
}

impl Answering {
    /// Whether it depends on files, which earlier work of a group may have given to a conversation.
    pub(super) fn has_file(&self) -> bool {
        let End::Answer { answer, .. } = &self.end else { return false };
        answer.actions.iter().any(|action| matches!(action, Action::Attachment { .. }))
    }
}

impl Engine {
    pub(super) fn answer(&mut self, connection: &Connection, answering: Answering) -> Result<Answer, StoreError> {
        let Answering { conversation, row, end } = answering;
        let request = row.id;
        self.pending.request(row);
        match end {
            End::Failure(failure) => {
                let command = system_command(conversation, Command::FailLogic { request, failure });
                self.execute(connection, &command, Repeat::Once, None)
            }
            End::Answer { mut answer, sent, person_typing_until } => {
                self.fill_in(connection, conversation, &mut answer.actions)?;
                let id = CommandId(request.0);
                if let Some(first) = self.first_answer(connection, id, &sent, true)? {
                    return Ok(first);
                }
                customer::catch_up(connection, self, conversation)?;
                let envelope = of_logic(id, conversation, answer.decided_as(Some(request), false));
                self.execute(connection, &envelope, Repeat::Remembered(sent), person_typing_until)
            }
        }
    }

    /// What an answer only names: questions of the library, and people.
    pub(crate) fn fill_in(
        &self,
        connection: &Connection,
        conversation: ConversationId,
        actions: &mut [Action],
    ) -> Result<(), StoreError> {
        if let Some(state) = self.state(connection, conversation)? {
            library::fill(connection, actions, &state)?;
        }
        for action in actions {
            if let Action::InviteAgent { user, name, .. } = action {
                *name = users::at_work(connection, *user)?.map(|user| user.name);
            }
        }
        Ok(())
    }

    /// What an earlier answer with this id has got.
    pub(crate) fn first_answer(
        &self,
        connection: &Connection,
        id: CommandId,
        sent: &Sent,
        is_of_request: bool,
    ) -> Result<Option<Answer>, StoreError> {
        let first = self.answered(connection, id, sent)?;
        Ok(first.map(|first: Result<Position, Rejection>| {
            first.map_err(|rejection| match rejection {
                Rejection::IdUsed if is_of_request => Rejection::Answered,
                rejection => rejection,
            })
        }))
    }
}
