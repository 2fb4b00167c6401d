//! The two ways of a command: asked now and answered now, or written down for whenever the hub can hear it.

use tandem_conversation::{Command, CommandId, Content, Context, ConversationId, Envelope, Rejection, TurnId, decide};
use tandem_protocol::agents::AgentCommand;
use tokio::sync::watch;
use uuid::Uuid;

use super::{error, signed_out, unknown_conversation};
use crate::cache::{Cache, bookmarks, conversations};
use crate::clock::Clock;
use crate::outbox::{Outbox, Outcome};
use crate::pace::Pace;
use crate::rpc::RpcError;
use crate::session::Session;
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

impl Commands {
    pub(crate) fn new(cache: Cache, clock: Clock, pace: Pace, link: watch::Receiver<Link>, outbox: Outbox) -> Self {
        Self { cache, clock, pace, link, outbox }
    }

    /// Asks the hub and waits for its answer. Not while offline: nobody wants an old click to act later.
    pub(crate) async fn ask(&self, id: ConversationId, command: AgentCommand) -> Result<(), RpcError> {
        match &*self.link.borrow() {
            Link::Live { .. } => {}
            Link::SignedOut { .. } => return Err(signed_out()),
            Link::Connecting { .. } | Link::Offline { .. } => {
                return Err(error(
                    "desk.offline",
                    "You are offline: this is possible again once the hub can be reached.",
                ));
            }
        }
        if matches!(command, AgentCommand::Join { .. }) {
            self.see_what_called(id).await?;
        }
        let (command, answer) = self.outbox.put(id, command, false).await?;
        match tokio::time::timeout(self.pace.agent, answer).await {
            Ok(Ok(outcome)) => told(outcome),
            _ => {
                self.outbox.give_up(command).await?;
                Err(error("desk.no_answer", "The hub has not answered. If it did happen, it will show here."))
            }
        }
    }

    /// Whoever joins has read what called them: it is not news a moment later. What comes after the join is.
    async fn see_what_called(&self, id: ConversationId) -> Result<(), RpcError> {
        self.cache
            .write(move |connection, _| match conversations::get(connection, id)? {
                Some(held) => bookmarks::see(connection, id, held.state.position).map(drop),
                None => Ok(()),
            })
            .await?;
        Ok(())
    }

    /// Sends a reply or a note, now or as soon as the hub can be reached; its words leave the draft.
    pub(crate) async fn write(&self, id: ConversationId, words: Words) -> Result<(), RpcError> {
        let link = self.link.borrow().clone();
        let session = link.session().ok_or_else(signed_out)?;
        let is_live = link.live().is_some();
        let held = self.cache.read(move |connection| conversations::get(connection, id)).await?;
        let held = held.ok_or_else(|| unknown_conversation(id))?;
        let turn = TurnId(Uuid::now_v7());
        let command = match words {
            Words::Reply { text, written_against, anyway } => AgentCommand::Reply {
                turn,
                content: Content::Text { text },
                written_against: if anyway { written_against.max(held.state.position) } else { written_against },
                mind_customer: false,
            },
            Words::Note { text } => AgentCommand::Note { turn, text },
        };
        if !is_live && let Err(rejection) = self.expect(session, &held.state, &command) {
            return Err(refusal(&rejection));
        }
        let (_, answer) = self.outbox.put(id, command, true).await?;
        if !is_live {
            return Ok(());
        }
        match tokio::time::timeout(self.pace.agent, answer).await {
            Ok(Ok(outcome)) => told(outcome),
            // It stays in the outbox and shows as queued.
            _ => Ok(()),
        }
    }

    /// What the hub will say, as far as this machine can tell. That the conversation moved on is for the hub to say.
    fn expect(
        &self,
        session: &Session,
        state: &tandem_conversation::Conversation,
        command: &AgentCommand,
    ) -> Result<(), Rejection> {
        let now = self.clock.hub_now();
        let command = match command.clone() {
            AgentCommand::Reply { turn, content, .. } => {
                Command::Reply { turn, content, written_against: state.position, mind_customer: false, received: now }
            }
            AgentCommand::Note { turn, text } => Command::Note { turn, text },
            _ => return Ok(()),
        };
        let envelope = Envelope {
            id: CommandId(Uuid::nil()),
            conversation: state.id,
            actor: session.participant(),
            permissions: session.me().permissions,
            command,
        };
        let context = Context {
            now,
            logic_available: true,
            person_typing_until: None,
            turn_lease_ms: 0,
            invitation_ms: 0,
            fresh: Vec::new(),
        };
        decide(Some(state), &envelope, &context).map(drop)
    }
}

/// What an agent writes.
pub(crate) enum Words {
    Reply { text: String, written_against: tandem_conversation::Position, anyway: bool },
    Note { text: String },
}

fn told(outcome: Outcome) -> Result<(), RpcError> {
    match outcome {
        Outcome::Accepted => Ok(()),
        Outcome::Refused(problem) => Err(RpcError { code: problem.code, message: problem.detail }),
    }
}

/// A refusal by this machine, in the words that the hub would use.
fn refusal(rejection: &Rejection) -> RpcError {
    let code = serde_json::to_value(rejection).ok();
    let code = code.as_ref().and_then(|value| value.get("code")).and_then(|code| code.as_str());
    error(code.unwrap_or("conversation.refused"), crate::sync::sentence(&format!("{rejection}.")))
}
