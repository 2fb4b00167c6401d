//! The one path of commands: checked against local expectations, stored, and sent as soon as the hub is reachable.

use std::time::Duration;

use tandem_conversation::{CallId, ConversationId, MediaId, Participant, Rejection};
use tandem_protocol::Problem;
use tandem_protocol::agents::AgentCommand;
use tokio::sync::watch;

use crate::cache::expect::{Expecting, expected};
use crate::cache::{Cache, bookmarks, conversations, outbox as table};
use crate::clock::Clock;
use crate::link::Link;
use crate::outbox::{Outbox, Outcome, Put};
use crate::pace::Pace;
use crate::refusals::{refusal, signed_out, taken, unknown_conversation};
use crate::rpc::RpcError;

/// How long a turn's author waits for the hub's answer.
const TURN: Duration = Duration::from_secs(2);

/// Sends commands, for handlers and notifications alike.
#[derive(Clone)]
pub(crate) struct Commands {
    cache: Cache,
    clock: Clock,
    pace: Pace,
    link: watch::Receiver<Link>,
    outbox: Outbox,
}

/// The status of a command that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// The hub has decided it.
    Accepted,
    /// It waits in the outbox, or for its answer.
    Waits,
}

impl Commands {
    pub(crate) fn new(cache: Cache, clock: Clock, pace: Pace, link: watch::Receiver<Link>, outbox: Outbox) -> Self {
        Self { cache, clock, pace, link, outbox }
    }

    /// Queues replies that carry a file each, without waiting for the uploads. Certain refusals are reported at once.
    pub(crate) async fn give_files(
        &self,
        id: ConversationId,
        replies: Vec<(AgentCommand, MediaId)>,
        hold: Duration,
    ) -> Result<(), RpcError> {
        let link = self.link.borrow().clone();
        let session = link.session().ok_or_else(signed_out)?;
        let expecting = Expecting {
            actor: session.participant(),
            permissions: session.me().permissions,
            now: self.clock.hub_now(),
        };
        let first = replies.first().map(|(command, _)| command.clone());
        let judged = self.cache.read(move |connection| {
            let Some(held) = conversations::get(connection, id)? else { return Ok(Err(unknown_conversation(id))) };
            let state = expected(&held.state, &table::of_conversation(connection, id)?, &expecting);
            let refused = first.and_then(|reply| expecting.decide(&state, &reply).err());
            Ok(refused.map_or(Ok(()), |rejection| Err(refusal(&rejection))))
        });
        judged.await??;
        self.outbox.put_files(id, replies, hold).await?;
        Ok(())
    }

    /// Joins, claiming this call for help, if any. Whoever is slower is told by name who has the customer.
    pub(crate) async fn claim(&self, id: ConversationId, call: Option<CallId>) -> Result<Given, RpcError> {
        let held = self.cache.read(move |connection| conversations::get(connection, id)).await?;
        let given = self.decided(id, AgentCommand::Join { call }, Put::default()).await?;
        given.map_err(|problem| {
            let rejection = problem.rejection.clone().and_then(|rejection| serde_json::from_value(rejection).ok());
            match (rejection, held) {
                (Some(Rejection::CallTaken { by: Participant::Agent { name, .. } }), Some(held)) => {
                    taken(&name, &held.state.customer.name).into()
                }
                _ => RpcError::from(&problem),
            }
        })
    }

    /// Sends a command. While online, waits for the hub's answer; otherwise the command waits in the outbox, unless
    /// its refusal is already certain.
    pub(crate) async fn give(&self, id: ConversationId, command: AgentCommand) -> Result<Given, RpcError> {
        self.give_with(id, command, Put::default()).await
    }

    /// Sends a note whose words stand in the draft of a reply so far.
    pub(crate) async fn give_as_note(
        &self,
        id: ConversationId,
        note: AgentCommand,
        words: String,
    ) -> Result<Given, RpcError> {
        self.give_with(id, note, Put { taken: Some(words), ..Put::default() }).await
    }

    /// The same, for a turn that its author can take back during `hold`.
    pub(crate) async fn give_held(
        &self,
        id: ConversationId,
        command: AgentCommand,
        hold: Duration,
    ) -> Result<Given, RpcError> {
        self.give_with(id, command, Put { hold, ..Put::default() }).await
    }

    async fn give_with(&self, id: ConversationId, command: AgentCommand, put: Put) -> Result<Given, RpcError> {
        let given = self.decided(id, command, put).await?;
        given.map_err(|problem| RpcError::from(&problem))
    }

    /// As [`Commands::give_with`]; the inner error is the hub's refusal.
    async fn decided(
        &self,
        id: ConversationId,
        command: AgentCommand,
        put: Put,
    ) -> Result<Result<Given, Problem>, RpcError> {
        let link = self.link.borrow().clone();
        let session = link.session().ok_or_else(signed_out)?;
        let is_live = link.live().is_some();
        let me = session.me();
        let expecting =
            Expecting { actor: session.participant(), permissions: me.permissions, now: self.clock.hub_now() };
        let waits = !is_live || link.is_quiet() || !put.hold.is_zero();
        // The agent's words stand in the transcript meanwhile, and must not stand in the field as well.
        let patience = match table::turn_of(&command) {
            Some(_) => self.pace.agent.min(TURN),
            None => self.pace.agent,
        };
        let asked = command.clone();
        self.cache
            .write(move |connection, _| {
                let held = conversations::get(connection, id)?;
                let Some(held) = held else {
                    // A link may lead to a conversation that is not cached; the hub knows.
                    return Ok(if is_live { Ok(()) } else { Err(unknown_conversation(id)) });
                };
                if waits {
                    let waiting = table::of_conversation(connection, id)?;
                    let state = expected(&held.state, &waiting, &expecting);
                    if let Err(rejection) = expecting.decide(&state, &asked) {
                        return Ok(Err(refusal(&rejection)));
                    }
                }
                if matches!(asked, AgentCommand::Join { .. }) {
                    // Joining implies having read the call, so it is not news afterwards.
                    bookmarks::see(connection, id, held.state.position)?;
                }
                Ok(Ok(()))
            })
            .await??;
        let (_, answer) = self.outbox.put(id, command, put).await?;
        if waits {
            return Ok(Ok(Given::Waits));
        }
        match tokio::time::timeout(patience, answer).await {
            Ok(Ok(Outcome::Refused(problem))) => Ok(Err(*problem)),
            Ok(Ok(_)) => Ok(Ok(Given::Accepted)),
            // It stays in the outbox and shows as queued.
            _ => Ok(Ok(Given::Waits)),
        }
    }
}
