//! What the writer is asked to do, as data, and the one place where it is done.

use std::sync::Arc;

use tandem_conversation::{
    Command, CommandId, Conversation, ConversationId, Envelope, LogicRequest, Position, Rejection, RequestId, Time,
    TurnId,
};
use tandem_sql::Connection;
use tandem_sqlite::{Answer, Companion, Finish, guarded};

use super::{Answering, Engine, Incoming, Repeat, customer, system_command};
use crate::store::StoreError;

/// One piece of work and where its outcome goes. Each is decided in memory; what it changes is written at the end of
/// its group.
pub enum Work {
    Command(Box<Deciding>, Answer<Result<Position, Rejection>, StoreError>),
    Message(Box<Incoming>, Answer<(ConversationId, Position), StoreError>),
    /// None if nothing is pending.
    Ask(Asking, Answer<Option<Asked>, StoreError>),
    Answer(Box<Answering>, Answer<Result<Position, Rejection>, StoreError>),
    Tick(Due, Answer<Ticked, StoreError>),
}

impl Work {
    /// Names the ids that will be looked up when it is done: those of what its sender may repeat.
    pub(super) fn foresee(&self, commands: &mut Vec<CommandId>, turns: &mut Vec<(ConversationId, TurnId)>) {
        match self {
            Self::Command(deciding, _) if deciding.repeat != Repeat::Once => {
                let Envelope { id, conversation, command, .. } = &deciding.envelope;
                commands.push(*id);
                turns.extend(command.turns().into_iter().map(|turn| (*conversation, turn)));
            }
            Self::Message(incoming, _) => {
                let turn = incoming.message.id;
                commands.push(CommandId(turn.0));
                turns.extend(incoming.target.known().map(|conversation| (conversation, turn)));
            }
            Self::Command(..) | Self::Ask(..) | Self::Answer(..) | Self::Tick(..) => {}
        }
    }
}

/// A conversation whose next deadline has passed.
#[derive(Clone, Copy)]
pub struct Due {
    pub conversation: ConversationId,
    pub now: Time,
    pub person_typing_until: Option<Time>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ticked {
    Done,
    /// Nothing happened although the deadline has passed: it is looked at again after [`PARKED_MS`].
    Parked,
}

/// How long a stuck conversation is postponed, in milliseconds.
pub(crate) const PARKED_MS: i64 = 60_000;

/// Your Logic is asked about what is pending in a conversation.
pub struct Asking {
    pub conversation: ConversationId,
    pub request: RequestId,
    pub expires: Time,
}

/// A question to Your Logic that has no answer yet.
pub struct Asked {
    pub request: LogicRequest,
    /// It is asked by this work, not by an earlier one.
    pub is_new: bool,
    pub state: Arc<Conversation>,
}

/// A command and what its decision depends on.
pub struct Deciding {
    pub envelope: Envelope,
    pub repeat: Repeat,
    pub person_typing_until: Option<Time>,
}

impl Engine {
    pub(super) fn arm(&mut self, connection: &Connection, place: usize, work: Work) -> Finish {
        self.pending.begin(place);
        let is_open = !connection.is_autocommit();
        match work {
            Work::Command(_, answer) if !is_open => answer.untried(),
            Work::Message(_, answer) if !is_open => answer.untried(),
            Work::Ask(_, answer) if !is_open => answer.untried(),
            Work::Answer(_, answer) if !is_open => answer.untried(),
            Work::Tick(_, answer) if !is_open => answer.untried(),
            Work::Command(deciding, answer) => answer.finish(self.done(|engine| {
                // A file may belong to a conversation because of an event of this group.
                if !deciding.envelope.command.files().is_empty() {
                    Companion::flush(engine, connection)?;
                }
                let Deciding { envelope, repeat, person_typing_until } = *deciding;
                engine.execute(connection, &envelope, repeat, person_typing_until)
            })),
            Work::Message(incoming, answer) => answer.finish(self.done(|engine| {
                if incoming.has_file() {
                    Companion::flush(engine, connection)?;
                }
                engine.take(connection, *incoming)
            })),
            Work::Ask(asking, answer) => answer.finish(self.done(|engine| engine.ask(connection, &asking))),
            Work::Answer(answering, answer) => answer.finish(self.done(|engine| {
                if answering.has_file() {
                    Companion::flush(engine, connection)?;
                }
                engine.answer(connection, *answering)
            })),
            Work::Tick(due, answer) => answer.finish(self.done(|engine| engine.tick(connection, &due))),
        }
    }

    /// Keeps the deadline, and looks at the conversation again when its next one has come.
    pub(crate) fn tick(&mut self, connection: &Connection, due: &Due) -> Result<Ticked, StoreError> {
        let Due { conversation, now, person_typing_until } = *due;
        let before = self.state(connection, conversation)?.map(|state| state.position);
        let tick = system_command(conversation, Command::Tick);
        self.execute(connection, &tick, Repeat::Once, person_typing_until)??;
        let Some(state) = self.state(connection, conversation)? else { return Ok(Ticked::Done) };
        if before != Some(state.position) {
            // The new state carries its own deadline.
            return Ok(Ticked::Done);
        }
        let next = state.next_deadline();
        let is_stuck = next.is_some_and(|at| at <= now);
        // Otherwise an older hub saw a deadline here, or an earlier write of this group has moved it.
        self.set_wake(connection, conversation, if is_stuck { Some(now.plus_ms(PARKED_MS)) } else { next })?;
        Ok(if is_stuck { Ticked::Parked } else { Ticked::Done })
    }

    pub(super) fn ask(&mut self, connection: &Connection, asking: &Asking) -> Result<Option<Asked>, StoreError> {
        let Asking { conversation, request, expires } = *asking;
        let Some(state) = self.for_change(connection, conversation)? else { return Ok(None) };
        if let Some(request) = state.logic.asked.clone() {
            return Ok(Some(Asked { request, is_new: false, state }));
        }
        if !state.logic.is_due() {
            self.settle_logic(connection, conversation)?;
            return Ok(None);
        }
        customer::catch_up(connection, self, conversation)?;
        let command = system_command(conversation, Command::AskLogic { request, expires });
        if self.execute(connection, &command, Repeat::Once, None)?.is_err() {
            return Ok(None);
        }
        let state = self.state(connection, conversation)?;
        Ok(state.and_then(|state| Some(Asked { request: state.logic.asked.clone()?, is_new: true, state })))
    }

    /// Keeps what the work has changed, or none of it if it fails.
    pub(super) fn done<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let done = guarded(|| work(self));
        match &done {
            Ok(_) => self.kept(),
            Err(_) => self.undone(),
        }
        done
    }
}
