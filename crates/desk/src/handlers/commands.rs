//! The one way of a command: checked against what this machine expects, written down, sent as soon as the hub hears.

use tandem_conversation::{ConversationId, MediaId, Rejection};
use tandem_protocol::agents::AgentCommand;
use tokio::sync::watch;

use super::{error, signed_out, unknown_conversation};
use crate::cache::{Cache, bookmarks, conversations, outbox as table};
use crate::clock::Clock;
use crate::expect::{Expecting, expected};
use crate::outbox::{Outbox, Outcome};
use crate::pace::Pace;
use crate::rpc::RpcError;
use crate::sync::Link;

/// The way of commands, for handlers and notifications alike.
#[derive(Clone)]
pub(crate) struct Commands {
    cache: Cache,
    clock: Clock,
    pace: Pace,
    link: watch::Receiver<Link>,
    outbox: Outbox,
}

/// Where a command stands that nobody has refused.
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

    /// Gives replies that carry a file each. Nobody waits for the uploads; what is clear already to be refused is.
    pub(crate) async fn give_files(
        &self,
        id: ConversationId,
        replies: Vec<(AgentCommand, MediaId)>,
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
        self.outbox.put_files(id, replies).await?;
        Ok(())
    }

    /// Gives a command. While the hub hears us its answer is awaited; otherwise the command waits in the outbox,
    /// unless it is clear already that it would be refused.
    pub(crate) async fn give(&self, id: ConversationId, command: AgentCommand) -> Result<Given, RpcError> {
        let link = self.link.borrow().clone();
        let session = link.session().ok_or_else(signed_out)?;
        let is_live = link.live().is_some();
        let me = session.me();
        let expecting =
            Expecting { actor: session.participant(), permissions: me.permissions, now: self.clock.hub_now() };
        let asked = command.clone();
        self.cache
            .write(move |connection, _| {
                let held = conversations::get(connection, id)?;
                let Some(held) = held else {
                    // A link may lead to what is not on this machine; the hub knows.
                    return Ok(if is_live { Ok(()) } else { Err(unknown_conversation(id)) });
                };
                if !is_live {
                    let waiting = table::of_conversation(connection, id)?;
                    let state = expected(&held.state, &waiting, &expecting);
                    if let Err(rejection) = expecting.decide(&state, &asked) {
                        return Ok(Err(refusal(&rejection)));
                    }
                }
                if matches!(asked, AgentCommand::Join { .. }) {
                    // Whoever joins has read what called them: it is not news a moment later.
                    bookmarks::see(connection, id, held.state.position)?;
                }
                Ok(Ok(()))
            })
            .await??;
        let (_, answer) = self.outbox.put(id, command).await?;
        if !is_live {
            return Ok(Given::Waits);
        }
        match tokio::time::timeout(self.pace.agent, answer).await {
            Ok(Ok(Outcome::Refused(problem))) => Err(RpcError { code: problem.code, message: problem.detail }),
            Ok(Ok(_)) => Ok(Given::Accepted),
            // It stays in the outbox and shows as queued.
            _ => Ok(Given::Waits),
        }
    }
}

/// A refusal by this machine, in the words that the hub would use.
pub(super) fn refusal(rejection: &Rejection) -> RpcError {
    let code = serde_json::to_value(rejection).ok();
    let code = code.as_ref().and_then(|value| value.get("code")).and_then(|code| code.as_str());
    error(code.unwrap_or("conversation.refused"), crate::sync::sentence(&format!("{rejection}.")))
}
