//! How a request to Your Logic ends.

use tandem_conversation::{
    Action, Command, CommandId, Conversation, ConversationId, Event, EventBody, LogicFailure, Participant, Position,
    Rejection, ReviewId, Time, TurnId,
};
use tandem_protocol::logic::LogicResponseBody;
use tandem_sql::Connection;
use uuid::Uuid;

use super::{Engine, Repeat, customer, of_logic, system_command};
use crate::store::commands::{Answer, Sent};
use crate::store::logic_requests::LogicRequestRow;
use crate::store::reviews::Filed;
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
            match action {
                Action::InviteAgent { user, name, .. } => {
                    *name = users::at_work(connection, *user)?.map(|user| user.name);
                }
                Action::Review { turn, said_by, .. } => {
                    *said_by = match turn {
                        Some(turn) => self.said_by(connection, conversation, *turn)?,
                        None => None,
                    };
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Who of ours said a turn that reviews may be about.
    pub(crate) fn said_by(
        &self,
        connection: &Connection,
        conversation: ConversationId,
        turn: TurnId,
    ) -> Result<Option<Participant>, StoreError> {
        let said = self.of_turn(connection, conversation, turn)?.map(|event| event.actor);
        Ok(said.filter(|by| by.is_responder() || *by == Participant::Logic))
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

/// The reviews that an answer files, if it has taken effect.
pub(super) fn filed(command: &Command, events: &[Event], after: &Conversation, at: Time) -> Vec<Filed> {
    let Command::AnswerLogic { request, actions, .. } = command else { return Vec::new() };
    let counts = |event: &Event| matches!(event.body, EventBody::LogicAnswered { ignored: false, .. });
    if request.is_some() && !events.iter().any(counts) {
        return Vec::new();
    }
    let reviews = actions.iter().filter_map(|action| match action {
        Action::Review { question, score, comment, turn, said_by } => Some(Filed {
            id: ReviewId(Uuid::now_v7()),
            reviewer: Participant::Logic,
            turn: *turn,
            question: question.clone(),
            score: *score,
            comment: comment.clone(),
            ..Filed::of(after, said_by.as_ref(), at)
        }),
        _ => None,
    });
    reviews.collect()
}
