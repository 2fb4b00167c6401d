//! Many customers with open conversations and their agents, over the public protocol.

use std::sync::Arc;

use anyhow::Context;
use reqwest::Client;
use tandem_conversation::{CommandId, Conversation, ConversationId};
use tandem_protocol::agents::{AgentCommand, CommandAccepted, CommandRequest, Login, Tokens};
use tandem_protocol::chat::{ChatAccepted, ChatEntries, SessionRequest, SessionResponse};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::hub_process::{BRAND, HubProcess, PASSWORD};
use crate::net::{Socket, call, client};
use crate::people::message;

/// Concurrent requests.
const AT_ONCE: usize = 64;

/// An agent who only sends commands.
#[derive(Clone)]
pub(super) struct Seat {
    hub: Arc<str>,
    http: Client,
    access: Arc<str>,
}

impl Seat {
    /// Creates the user and signs in.
    pub async fn take(hub: &HubProcess, number: usize) -> anyhow::Result<Self> {
        Self::take_as(hub, number, "agent").await
    }

    /// [`Seat::take`] with another role.
    pub async fn take_as(hub: &HubProcess, number: usize, role: &str) -> anyhow::Result<Self> {
        hub.add_user(&Self::email(number), &format!("Agent {number}"), role)?;
        Self::sign_in(&hub.url, &Self::email(number)).await
    }

    /// Creates the user.
    pub fn make(hub: &HubProcess, number: usize) -> anyhow::Result<()> {
        hub.add_user(&Self::email(number), &format!("Agent {number}"), "agent")
    }

    pub fn email(number: usize) -> String {
        format!("agent{number}@northwind.example")
    }

    pub async fn sign_in(hub: &str, email: &str) -> anyhow::Result<Self> {
        let http = client()?;
        let login = Login { email: email.into(), password: PASSWORD.into() };
        let tokens: Tokens = call(http.post(format!("{hub}/api/v1/auth/login")).json(&login)).await?;
        Ok(Self { hub: hub.into(), http, access: tokens.access_token.into() })
    }

    pub async fn command(
        &self,
        conversation: ConversationId,
        command: AgentCommand,
    ) -> anyhow::Result<CommandAccepted> {
        let request = CommandRequest { id: CommandId(Uuid::now_v7()), conversation, command };
        let post = self.http.post(format!("{}/api/v1/commands", self.hub)).bearer_auth(&self.access);
        Ok(call(post.json(&request)).await?)
    }

    pub async fn state(&self, conversation: ConversationId) -> anyhow::Result<Conversation> {
        let get = self.http.get(format!("{}/api/v1/conversations/{conversation}", self.hub));
        Ok(call(get.bearer_auth(&self.access)).await?)
    }

    /// This agent's live connection with the current protocol, resuming after a cursor of a log.
    pub async fn come(&self, after: Option<(u64, &str)>) -> anyhow::Result<Socket> {
        let mut headers = vec![(tandem_protocol::VERSION_HEADER, tandem_protocol::version().to_string())];
        let path = match after {
            Some((cursor, log)) => {
                headers.push((tandem_protocol::LOG_HEADER, log.to_owned()));
                format!("/api/v1/live?after={cursor}")
            }
            None => "/api/v1/live".to_owned(),
        };
        Ok(Socket::connect_with(&self.hub, &path, Some(&self.access), &headers).await?)
    }

    /// This agent's live connection.
    pub async fn listen(&self) -> anyhow::Result<Socket> {
        Ok(Socket::connect(&self.hub, "/api/v1/live", Some(&self.access)).await?)
    }
}

/// A customer who only sends messages.
#[derive(Clone)]
pub(super) struct Guest {
    pub conversation: ConversationId,
    pub name: String,
    hub: Arc<str>,
    http: Client,
    token: Arc<str>,
}

impl Guest {
    /// Arrives and writes once.
    pub async fn arrive(http: Client, hub: Arc<str>, name: String) -> anyhow::Result<Self> {
        let request = SessionRequest { brand: BRAND.into(), name: Some(name.clone()), ..SessionRequest::default() };
        let session: SessionResponse = call(http.post(format!("{hub}/chat/v1/sessions")).json(&request)).await?;
        let conversation = ConversationId(Uuid::nil());
        let mut guest = Self { conversation, name, hub, http, token: session.token.into() };
        guest.write("Is anybody there? I need to change my booking.").await?;
        let newest = guest.http.get(format!("{}/chat/v1/entries?limit=1", guest.hub)).bearer_auth(&guest.token);
        let page: ChatEntries = call(newest).await?;
        guest.conversation = page.conversation.context("the message began no conversation")?.id;
        Ok(guest)
    }

    pub async fn write(&self, text: &str) -> anyhow::Result<()> {
        let post = self.http.post(format!("{}/chat/v1/messages", self.hub)).bearer_auth(&self.token);
        let _: ChatAccepted = call(post.json(&message(Some(text), None, None))).await?;
        Ok(())
    }
}

/// A customer arrives, and no one joins.
pub(super) async fn gather_alone(hub: &HubProcess, name: String) -> anyhow::Result<Guest> {
    Guest::arrive(client()?, hub.url.as_str().into(), name).await
}

/// Customers arrive; agents join them in turn. Ordered by number.
pub(super) async fn gather(hub: &HubProcess, count: usize, seats: &[Seat]) -> anyhow::Result<Vec<Guest>> {
    let (http, url): (Client, Arc<str>) = (client()?, hub.url.as_str().into());
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut coming = JoinSet::new();
    for n in 0..count {
        let (http, url, permits) = (http.clone(), Arc::clone(&url), Arc::clone(&permits));
        let seat = seats.get(n % seats.len()).context("BUG: there are agents")?.clone();
        coming.spawn(async move {
            let _permit = permits.acquire().await.context("BUG: closed")?;
            let guest = Guest::arrive(http, url, format!("Customer {n}")).await?;
            seat.command(guest.conversation, AgentCommand::Join { call: None }).await?;
            anyhow::Ok((n, guest))
        });
    }
    let mut guests = Vec::with_capacity(count);
    while let Some(came) = coming.join_next().await {
        guests.push(came.context("a customer broke")??);
    }
    guests.sort_by_key(|(n, _)| *n);
    Ok(guests.into_iter().map(|(_, guest)| guest).collect())
}

/// Every guest writes `times`, many concurrently.
pub(super) async fn chatter(guests: &[Guest], times: usize, text: &str) -> anyhow::Result<()> {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut writing = JoinSet::new();
    for guest in guests {
        let (guest, permits, text) = (guest.clone(), Arc::clone(&permits), text.to_owned());
        writing.spawn(async move {
            for _ in 0..times {
                let _permit = permits.acquire().await.context("BUG: closed")?;
                guest.write(&text).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(wrote) = writing.join_next().await {
        wrote.context("a customer broke")??;
    }
    Ok(())
}
