//! A customer: one browser with a web chat.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use reqwest::Client;
use tandem_conversation::{Choice, ConversationId, Media, ParticipantKind, Position, ReviewId, Stage, TurnId};
use tandem_protocol::chat::{
    ChatAnswer, ChatEntries, ChatEntry, ChatFrame, ChatMessage, ChatReview, ChatReviewAnswer, ChatSend, ChatStatus,
    SessionRequest, SessionResponse,
};
use tokio::time::Instant;
use uuid::Uuid;

use super::PATIENCE;
use crate::net::{ClientError, Socket, call, client};

/// A customer with an open web chat.
pub struct Customer {
    pub name: String,
    /// How long this customer waits for anything.
    pub patience: Duration,
    hub: String,
    http: Client,
    token: String,
    socket: Socket,
    /// The shown conversation.
    conversation: Option<ConversationId>,
    /// Conversations shown before: late turns there are received but not shown.
    earlier: HashSet<ConversationId>,
    status: Option<ChatStatus>,
    entries: Vec<ChatEntry>,
    accepted: HashMap<TurnId, Position>,
    refused: HashMap<TurnId, ClientError>,
    /// How far this browser has confirmed receiving and showing.
    told: (Position, Position),
    /// How far our side has received and seen.
    receipts: HashMap<Stage, Position>,
    someone_types: bool,
}

impl Customer {
    /// A new visitor of a brand's page.
    ///
    /// # Errors
    /// If the hub refuses.
    pub async fn arrive(hub: &str, brand: &str, name: &str) -> Result<Self, ClientError> {
        let request = SessionRequest { brand: brand.into(), name: Some(name.into()), ..SessionRequest::default() };
        Self::arrive_with(hub, request).await
    }

    /// A visitor with more details, or with the token of an earlier visit.
    ///
    /// # Errors
    /// If the hub refuses.
    pub async fn arrive_with(hub: &str, request: SessionRequest) -> Result<Self, ClientError> {
        let http = client()?;
        let hub = hub.trim_end_matches('/').to_owned();
        let name = request.name.clone().unwrap_or_default();
        let session: SessionResponse = call(http.post(format!("{hub}/chat/v1/sessions")).json(&request)).await?;
        let mut socket = Socket::connect(&hub, "/chat/v1/live", None).await?;
        let hello = ChatSend::Hello { token: session.token.clone(), conversation: None, after: Position::START };
        socket.send(&hello).await?;
        let mut customer = Self {
            name,
            patience: PATIENCE,
            hub,
            http,
            token: session.token,
            socket,
            conversation: None,
            earlier: HashSet::new(),
            status: None,
            entries: Vec::new(),
            accepted: HashMap::new(),
            refused: HashMap::new(),
            told: (Position::START, Position::START),
            receipts: HashMap::new(),
            someone_types: false,
        };
        customer.until_ready().await?;
        Ok(customer)
    }

    /// Reconnects and catches up, like a browser after a loss.
    ///
    /// # Errors
    /// If the hub cannot be reached or the session is unknown.
    pub async fn reconnect(&mut self) -> Result<(), ClientError> {
        self.socket = Socket::connect(&self.hub, "/chat/v1/live", None).await?;
        let hello =
            ChatSend::Hello { token: self.token.clone(), conversation: self.conversation, after: self.position() };
        self.socket.send(&hello).await?;
        self.told = (Position::START, Position::START);
        self.until_ready().await
    }

    /// The website proves who they are; the chat continues, perhaps in another session.
    ///
    /// # Errors
    /// If the hub rejects the proof.
    pub async fn sign_in(&mut self, brand: &str, identity: String) -> Result<(), ClientError> {
        let (resume, identity) = (Some(self.token.clone()), Some(identity));
        let request = SessionRequest { brand: brand.into(), resume, identity, ..SessionRequest::default() };
        let session: SessionResponse =
            call(self.http.post(format!("{}/chat/v1/sessions", self.hub)).json(&request)).await?;
        self.token = session.token;
        self.reconnect().await
    }

    async fn until_ready(&mut self) -> Result<(), ClientError> {
        let deadline = Instant::now() + self.patience;
        loop {
            let frame: ChatFrame = self.within(deadline, "the chat to be ready").await?;
            let ready = matches!(frame, ChatFrame::Ready { .. });
            self.take(frame).await?;
            if ready {
                return Ok(());
            }
        }
    }

    async fn within(&mut self, deadline: Instant, what: &str) -> Result<ChatFrame, ClientError> {
        match tokio::time::timeout_at(deadline, self.socket.next()).await {
            Ok(frame) => frame,
            Err(_) => Err(self.in_vain(what)),
        }
    }

    fn in_vain(&self, what: &str) -> ClientError {
        let last: Vec<_> = self.entries.iter().rev().take(4).rev().map(line).collect();
        let seen = format!("{} saw {} entries, the last: [{}]", self.name, self.entries.len(), last.join(" | "));
        ClientError::Deadline { what: what.to_owned(), seconds: self.patience.as_secs(), seen }
    }

    /// Writes; returns once the hub has stored it.
    ///
    /// # Errors
    /// If the hub refuses or cannot be reached.
    pub async fn write(&mut self, text: &str) -> Result<Position, ClientError> {
        self.deliver(&message(Some(text), None, None)).await
    }

    /// Takes a choice of the newest question that offers it, by id or label.
    ///
    /// # Errors
    /// If no question comes in time, or the hub refuses the answer.
    pub async fn choose(&mut self, choice: &str) -> Result<Position, ClientError> {
        self.wait_until(&format!("a question with the choice '{choice}'"), |c| c.question_with(choice).is_some())
            .await?;
        let answer = self.question_with(choice);
        self.deliver(&message(None, answer, None)).await
    }

    /// Sends a file, perhaps with text.
    ///
    /// # Errors
    /// If the hub refuses it or cannot be reached.
    pub async fn attach(
        &mut self,
        name: &str,
        kind: &str,
        bytes: Vec<u8>,
        text: &str,
    ) -> Result<Position, ClientError> {
        let media = self.upload(name, kind, bytes).await?;
        self.deliver(&message(Some(text).filter(|text| !text.is_empty()), None, Some(media))).await
    }

    /// Uploads a file for a later message.
    ///
    /// # Errors
    /// If the hub refuses it or cannot be reached.
    pub async fn upload(&self, name: &str, kind: &str, bytes: Vec<u8>) -> Result<Media, ClientError> {
        let url = reqwest::Url::parse_with_params(&format!("{}/chat/v1/media", self.hub), [("name", name)]);
        let request = self.http.post(url.map_err(|error| ClientError::Unreachable(error.to_string()))?);
        call(request.bearer_auth(&self.token).header("content-type", kind).body(bytes)).await
    }

    /// Sends a message over the socket; a repeat has one effect.
    ///
    /// # Errors
    /// If the hub refuses it or cannot be reached.
    pub async fn deliver(&mut self, message: &ChatMessage) -> Result<Position, ClientError> {
        self.socket.send(&ChatSend::Message(message.clone())).await?;
        let deadline = Instant::now() + self.patience;
        loop {
            if let Some(position) = self.accepted.remove(&message.id) {
                return Ok(position);
            }
            if let Some(refusal) = self.refused.remove(&message.id) {
                return Err(refusal);
            }
            let frame = self.within(deadline, "a message to be stored").await?;
            self.take(frame).await?;
        }
    }

    /// The request for a review that waits for an answer.
    #[must_use]
    pub fn asked_for_review(&self) -> Option<ReviewId> {
        let last = self.entries.iter().rev().find_map(|entry| entry.review.as_ref())?;
        (last.score.is_none() && last.until.is_some()).then_some(last.id)
    }

    /// Answers a request for a review.
    ///
    /// # Errors
    /// If the hub refuses it or cannot be reached.
    pub async fn review(&mut self, id: ReviewId, score: u8, comment: &str) -> Result<(), ClientError> {
        let answer = ChatReviewAnswer { score, comment: comment.to_owned() };
        let request = self.http.post(format!("{}/chat/v1/reviews/{id}", self.hub)).bearer_auth(&self.token);
        let given: ChatReview = call(request.json(&answer)).await?;
        let mut asked = self.entries.iter_mut().filter_map(|entry| entry.review.as_mut());
        if let Some(asked) = asked.find(|asked| asked.id == id) {
            *asked = given;
        }
        Ok(())
    }

    /// Makes the next message start a new conversation.
    ///
    /// # Errors
    /// If the hub cannot be reached.
    pub async fn begin_anew(&mut self) -> Result<(), ClientError> {
        self.socket.send(&ChatSend::New {}).await?;
        self.until_ready().await
    }

    /// Sends a typing signal.
    ///
    /// # Errors
    /// If the hub cannot be reached.
    pub async fn types(&mut self, on: bool) -> Result<(), ClientError> {
        self.socket.send(&ChatSend::Typing { conversation: self.conversation, on }).await
    }

    /// Confirms that everything received so far was read.
    ///
    /// # Errors
    /// If the hub cannot be reached.
    pub async fn sees(&mut self) -> Result<(), ClientError> {
        let up_to = self.last_of_others();
        if up_to > self.told.1 {
            self.told.1 = up_to;
            self.receives(self.conversation, Stage::Seen, up_to).await?;
        }
        Ok(())
    }

    async fn receives(
        &mut self,
        conversation: Option<ConversationId>,
        stage: Stage,
        up_to: Position,
    ) -> Result<(), ClientError> {
        self.socket.send(&ChatSend::Receipt { conversation, stage, up_to }).await
    }

    /// Receives one frame. Cancel-safe.
    ///
    /// # Errors
    /// If the connection is lost, or the hub violates the protocol.
    pub async fn hear(&mut self) -> Result<(), ClientError> {
        let frame = self.socket.next().await?;
        self.take(frame).await
    }

    /// Waits until our side has said something that contains `text`.
    ///
    /// # Errors
    /// If it does not come in time.
    pub async fn wait_for(&mut self, text: &str) -> Result<ChatEntry, ClientError> {
        let said = |entry: &&ChatEntry| entry.from != ParticipantKind::Customer && entry.text.contains(text);
        self.wait_until(&format!("'{text}'"), |customer| customer.entries.iter().any(|entry| said(&entry))).await?;
        let found = self.entries.iter().rfind(said).cloned();
        found.ok_or_else(|| ClientError::Protocol("BUG: an entry vanished".into()))
    }

    /// Waits until a condition holds.
    ///
    /// # Errors
    /// If it does not in time; names `what`.
    pub async fn wait_until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) -> Result<(), ClientError> {
        let deadline = Instant::now() + self.patience;
        while !holds(self) {
            let frame = self.within(deadline, what).await?;
            self.take(frame).await?;
        }
        Ok(())
    }

    /// Shows another conversation, or the empty page before the next one.
    fn show(&mut self, conversation: Option<ConversationId>) {
        if self.conversation == conversation {
            return;
        }
        if let Some(before) = self.conversation.take() {
            self.earlier.insert(before);
            self.entries.clear();
            self.told = (Position::START, Position::START);
            self.receipts.clear();
        }
        self.conversation = conversation;
    }

    /// Whether a frame belongs to the shown conversation; the first one of a new conversation switches to it.
    fn is_shown(&mut self, conversation: ConversationId) -> bool {
        if self.conversation.is_none() && !self.earlier.contains(&conversation) {
            self.show(Some(conversation));
        }
        self.conversation == Some(conversation)
    }

    async fn take(&mut self, frame: ChatFrame) -> Result<(), ClientError> {
        match frame {
            ChatFrame::Ready { conversation } => {
                self.status = conversation.as_ref().map(|c| c.status);
                self.show(conversation.map(|c| c.id));
            }
            ChatFrame::Entry { entry } if !self.is_shown(entry.conversation) => {
                if entry.from != ParticipantKind::Customer {
                    self.receives(Some(entry.conversation), Stage::Delivered, entry.position).await?;
                }
            }
            ChatFrame::Entry { entry } => {
                if self.entries.iter().all(|known| known.position != entry.position) {
                    self.entries.push(entry);
                    self.entries.sort_by_key(|entry| entry.position);
                }
                let up_to = self.last_of_others();
                if up_to > self.told.0 {
                    self.told.0 = up_to;
                    self.receives(self.conversation, Stage::Delivered, up_to).await?;
                }
            }
            ChatFrame::Accepted { id, conversation, position } => {
                self.show(Some(conversation));
                self.status.get_or_insert(ChatStatus::InProgress);
                self.accepted.insert(id, position);
            }
            ChatFrame::Stage { conversation, up_to, stage } if self.is_shown(conversation) => {
                let known = self.receipts.entry(stage).or_default();
                *known = up_to.max(*known);
            }
            ChatFrame::Typing { conversation, on, .. } if self.is_shown(conversation) => self.someone_types = on,
            ChatFrame::Status { conversation, status } if self.is_shown(conversation) => self.status = Some(status),
            ChatFrame::Stage { .. } | ChatFrame::Typing { .. } | ChatFrame::Status { .. } | ChatFrame::Alive {} => {}
            ChatFrame::Error { code, message, id } => {
                let refusal = ClientError::Refused { status: 0, code, detail: message };
                match id {
                    Some(id) => drop(self.refused.insert(id, refusal)),
                    None => return Err(refusal),
                }
            }
        }
        Ok(())
    }

    /// What the customer sees of the current conversation, oldest first.
    #[must_use]
    pub fn transcript(&self) -> &[ChatEntry] {
        &self.entries
    }

    /// Whether the conversation is completed; none before the first message.
    #[must_use]
    pub fn status(&self) -> Option<ChatStatus> {
        self.status
    }

    /// Whether our side is typing.
    #[must_use]
    pub fn sees_typing(&self) -> bool {
        self.someone_types
    }

    /// How far our side has received or seen the customer's messages.
    #[must_use]
    pub fn told_of(&self, stage: Stage) -> Position {
        self.receipts.get(&stage).copied().unwrap_or_default()
    }

    /// The bare connection, for load tests.
    pub(crate) fn into_socket(self) -> Socket {
        self.socket
    }

    /// For returning later.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The current conversation, according to the hub.
    ///
    /// # Errors
    /// If the hub cannot be reached, or there is none.
    pub async fn conversation(&self) -> Result<ConversationId, ClientError> {
        let request = self.http.get(format!("{}/chat/v1/entries?limit=1", self.hub));
        let page: ChatEntries = call(request.bearer_auth(&self.token)).await?;
        let none = || ClientError::Protocol("there is no conversation yet".into());
        page.conversation.map(|conversation| conversation.id).ok_or_else(none)
    }

    /// Position of the last entry.
    #[must_use]
    pub fn position(&self) -> Position {
        self.entries.last().map(|entry| entry.position).unwrap_or_default()
    }

    fn last_of_others(&self) -> Position {
        let others = self.entries.iter().filter(|entry| entry.from != ParticipantKind::Customer);
        others.map(|entry| entry.position).max().unwrap_or_default()
    }

    /// The answer that takes `choice` of the newest question offering it, by id or label.
    #[must_use]
    pub fn question_with(&self, choice: &str) -> Option<ChatAnswer> {
        let named = |offered: &&Choice| offered.id == choice || offered.label == choice;
        self.entries.iter().rev().find_map(|entry| {
            let taken = entry.choices.iter().find(named)?;
            Some(ChatAnswer { question: entry.id, choice: taken.id.clone() })
        })
    }
}

/// A message with a fresh id.
pub(crate) fn message(text: Option<&str>, answer: Option<ChatAnswer>, media: Option<Media>) -> ChatMessage {
    let id = TurnId(Uuid::now_v7());
    ChatMessage { id, text: text.map(str::to_owned), answer, media: media.map(|media| media.id) }
}

fn line(entry: &ChatEntry) -> String {
    format!("{:?}: {}", entry.from, entry.text)
}
