//! An agent: signed in, with a live desk.

use std::time::Duration;

use reqwest::Client;
use tandem_conversation::{Button, ButtonId, CommandId, Content, ConversationId, Event, Position, TurnId, UserId};
use tandem_protocol::agents::{
    AgentCommand, AlertLedger, ButtonDefinition, CommandAccepted, CommandRequest, DeskFrame, EventPage, Login, Me,
    Tokens, Whereabouts,
};
use tokio::time::Instant;
use uuid::Uuid;

use super::{Desk, PATIENCE};
use crate::net::{Attended, ClientError, Socket, call, client};

/// An agent at the desk.
pub struct Agent {
    pub me: Me,
    pub desk: Desk,
    /// How long this agent waits for anything.
    pub patience: Duration,
    hub: String,
    http: Client,
    access: String,
    socket: Attended,
}

impl Agent {
    /// Signs in and loads everything visible.
    ///
    /// # Errors
    /// If the hub refuses or cannot be reached.
    pub async fn sign_in(hub: &str, email: &str, password: &str) -> Result<Self, ClientError> {
        let hub = hub.trim_end_matches('/').to_owned();
        let http = client()?;
        let login = Login { email: email.into(), password: password.into() };
        let tokens: Tokens = call(http.post(format!("{hub}/api/v1/auth/login")).json(&login)).await?;
        Self::with_tokens(&hub, tokens, None).await
    }

    /// Uses existing tokens; `after` resumes from a cursor.
    ///
    /// # Errors
    /// If the hub refuses or cannot be reached.
    pub async fn with_tokens(hub: &str, tokens: Tokens, after: Option<u64>) -> Result<Self, ClientError> {
        let socket = Attended::new(Socket::connect(hub, &path(after), Some(&tokens.access_token)).await?);
        let mut agent = Self {
            me: tokens.me,
            desk: Desk::default(),
            patience: PATIENCE,
            hub: hub.to_owned(),
            http: client()?,
            access: tokens.access_token,
            socket,
        };
        agent.wait_until("the desk to be complete", |desk| desk.complete).await?;
        Ok(agent)
    }

    /// Connects again and catches up from where the desk stands.
    ///
    /// # Errors
    /// If the hub refuses or cannot be reached.
    pub async fn reconnect(&mut self) -> Result<(), ClientError> {
        let socket = Socket::connect(&self.hub, &path(Some(self.desk.cursor)), Some(&self.access)).await?;
        self.socket = Attended::new(socket);
        self.desk.complete = false;
        self.wait_until("the desk to be complete again", |desk| desk.complete).await
    }

    /// Sends a command.
    ///
    /// # Errors
    /// The hub's refusal, with its code.
    pub async fn command(
        &self,
        conversation: ConversationId,
        command: AgentCommand,
    ) -> Result<CommandAccepted, ClientError> {
        self.request(&CommandRequest { id: CommandId(Uuid::now_v7()), conversation, command }).await
    }

    /// Sends a command under the caller's id; a repeat has one effect.
    ///
    /// # Errors
    /// The hub's refusal, with its code.
    pub async fn request(&self, request: &CommandRequest) -> Result<CommandAccepted, ClientError> {
        let post = self.http.post(format!("{}/api/v1/commands", self.hub));
        call(post.bearer_auth(&self.access).json(request)).await
    }

    /// The alerts of a conversation's calls for help; for supervisors.
    ///
    /// # Errors
    /// If the hub refuses or cannot be reached.
    pub async fn alerts(&self, conversation: ConversationId) -> Result<AlertLedger, ClientError> {
        let get = self.http.get(format!("{}/api/v1/conversations/{conversation}/alerts", self.hub));
        call(get.bearer_auth(&self.access)).await
    }

    /// Adds or replaces a custom button; for administrators.
    ///
    /// # Errors
    /// If the hub refuses or cannot be reached.
    pub async fn define(&self, id: ButtonId, button: &ButtonDefinition) -> Result<Button, ClientError> {
        let put = self.http.put(format!("{}/api/v1/buttons/{id}", self.hub));
        call(put.bearer_auth(&self.access).json(button)).await
    }

    /// Joins, claiming the open call for help if there is one.
    ///
    /// # Errors
    /// If a colleague was faster, or the hub refuses otherwise.
    pub async fn join(&self, conversation: ConversationId) -> Result<CommandAccepted, ClientError> {
        let known = self.desk.conversation(conversation);
        let call = known.and_then(|state| state.help.as_ref()).map(|help| help.call);
        self.command(conversation, AgentCommand::Join { call }).await
    }

    /// Answers the customer, having read everything on this desk.
    ///
    /// # Errors
    /// If the conversation moved on, or the hub refuses otherwise.
    pub async fn reply(&self, conversation: ConversationId, text: &str) -> Result<CommandAccepted, ClientError> {
        let read = self.desk.conversation(conversation).map_or(Position::START, |state| state.position);
        let content = Content::Text { text: text.to_owned() };
        let turn = TurnId(Uuid::now_v7());
        let reply = AgentCommand::Reply {
            turn,
            content,
            written_against: read,
            mind_customer: false,
            while_in_progress: false,
            library: None,
            reply_to: None,
            asks_number: false,
        };
        self.command(conversation, reply).await
    }

    /// Writes a note, which customers never see, and mentions these colleagues.
    ///
    /// # Errors
    /// If the hub refuses.
    pub async fn note(
        &self,
        conversation: ConversationId,
        text: &str,
        mentions: &[UserId],
    ) -> Result<CommandAccepted, ClientError> {
        let note = AgentCommand::Note {
            turn: TurnId(Uuid::now_v7()),
            text: text.to_owned(),
            mentions: mentions.to_vec(),
            library: None,
        };
        self.command(conversation, note).await
    }

    /// Leaves.
    ///
    /// # Errors
    /// If the hub refuses.
    pub async fn leave(&self, conversation: ConversationId, reason: &str) -> Result<CommandAccepted, ClientError> {
        self.command(conversation, AgentCommand::Leave { reason: reason.to_owned(), ask_for_help: false }).await
    }

    /// Completes.
    ///
    /// # Errors
    /// If the hub refuses.
    pub async fn complete(
        &self,
        conversation: ConversationId,
        resolution: &str,
    ) -> Result<CommandAccepted, ClientError> {
        self.command(conversation, AgentCommand::Complete { resolution: resolution.to_owned(), seen: None }).await
    }

    /// Invites a colleague.
    ///
    /// # Errors
    /// If the hub refuses.
    pub async fn invite(&self, conversation: ConversationId, user: UserId) -> Result<CommandAccepted, ClientError> {
        self.command(conversation, AgentCommand::Invite { user, note: None }).await
    }

    /// Says how the agent is.
    ///
    /// # Errors
    /// If the hub cannot be reached.
    pub fn is(&self, whereabouts: Whereabouts) -> Result<(), ClientError> {
        self.socket.send(&DeskFrame::Presence(whereabouts))
    }

    /// Sends a typing signal.
    ///
    /// # Errors
    /// If the hub cannot be reached.
    pub fn types(&self, conversation: ConversationId) -> Result<(), ClientError> {
        self.socket.send(&DeskFrame::Typing { conversation })
    }

    /// Reads a conversation's newest events over HTTP, like a desk that opens one it does not hold.
    ///
    /// # Errors
    /// If the hub refuses or cannot be reached.
    pub async fn read(&mut self, conversation: ConversationId) -> Result<(), ClientError> {
        let url = format!("{}/api/v1/conversations/{conversation}/turns", self.hub);
        let page: EventPage = call(self.http.get(url).bearer_auth(&self.access)).await?;
        let events = page.events.iter().map(|event| Event::read(event.get()));
        let events = events.collect::<Result<_, _>>().map_err(|error| ClientError::Protocol(error.to_string()))?;
        self.desk.learn(events);
        Ok(())
    }

    /// Receives one frame. Cancel-safe.
    ///
    /// # Errors
    /// If the connection is lost, or the hub violates the protocol.
    pub async fn hear(&mut self) -> Result<(), ClientError> {
        let frame = self.socket.next().await?;
        self.desk.take(frame)
    }

    /// Waits until `find` succeeds on the desk, and returns its result.
    ///
    /// # Errors
    /// If it does not in time; names `what`.
    pub async fn wait_for<T>(&mut self, what: &str, find: impl Fn(&Desk) -> Option<T>) -> Result<T, ClientError> {
        let deadline = Instant::now() + self.patience;
        loop {
            if let Some(found) = find(&self.desk) {
                return Ok(found);
            }
            match tokio::time::timeout_at(deadline, self.hear()).await {
                Ok(heard) => heard?,
                Err(_) => return Err(self.in_vain(what)),
            }
        }
    }

    /// Waits until a condition holds on the desk.
    ///
    /// # Errors
    /// If it does not in time; names `what`.
    pub async fn wait_until(&mut self, what: &str, holds: impl Fn(&Desk) -> bool) -> Result<(), ClientError> {
        self.wait_for(what, |desk| holds(desk).then_some(())).await
    }

    /// The bare connection, for load tests.
    ///
    /// # Errors
    /// If the connection is lost.
    pub(crate) async fn into_socket(self) -> Result<Socket, ClientError> {
        self.socket.into_socket().await
    }

    /// For more connections of the same user.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.access
    }

    fn in_vain(&self, what: &str) -> ClientError {
        let told = self.desk.conversations().take(5).map(|state| {
            let last = state.last_words.as_ref().map(|last| last.text.as_str()).unwrap_or_default();
            format!("{} (help {}, '{last}')", state.customer.name, state.help.is_some())
        });
        let seen = format!(
            "{}'s desk knows {} conversations: {}",
            self.me.name,
            self.desk.conversations().count(),
            told.collect::<Vec<_>>().join(" | ")
        );
        ClientError::Deadline { what: what.to_owned(), seconds: self.patience.as_secs(), seen }
    }
}

fn path(after: Option<u64>) -> String {
    after.map_or_else(|| "/api/v1/live".to_owned(), |cursor| format!("/api/v1/live?after={cursor}"))
}
