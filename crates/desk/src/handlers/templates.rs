//! What only some channels have, asked of the hub: templates, how a conversation begins with one, files to fetch again.

use std::collections::HashSet;
use std::time::Duration;

use tandem_conversation::{Content, ConversationId, Template, Time, TurnId};
use tandem_protocol::channels::{ContinueConversation, SetContinues, StartConversation};
use uuid::Uuid;

use crate::cache::conversations::{self, Held};
use crate::handlers::seen::Seen;
use crate::refusals::{refusal, unknown_conversation};
use crate::rpc::{BeginConversation, Belong, FetchFile, Nothing, OneConversation, RpcError, SendCard, SendTemplate};
use crate::view::{BegunView, OtherChatView, OwnNumberView, StartsView, TemplateView};
use crate::workplace::Workplace;

impl Workplace {
    /// What can be sent in a conversation, the customer's language first.
    pub(crate) async fn templates(&self, request: OneConversation) -> Result<Vec<TemplateView>, RpcError> {
        let page = self.ask_hub("failed-templates", |session, token| async move {
            session.hub.templates(&token, request.id).await
        });
        Ok(page.await?.templates.into_iter().map(TemplateView::from).collect())
    }

    /// The customer's other chats on this desk, the newest first. What is written there goes there.
    pub(crate) async fn other_chats(
        &self,
        OneConversation { id }: OneConversation,
    ) -> Result<Vec<OtherChatView>, RpcError> {
        let found = self.cache.read(move |connection| {
            let Some(Held { state, .. }) = conversations::get(connection, id)? else { return Ok(None) };
            let all = conversations::earlier(connection, state.customer.id, Time(i64::MAX))?;
            let mut seen = HashSet::from([state.contact]);
            // The first of each chat is its newest.
            Ok(Some(
                all.into_iter().map(|held| held.state).filter(|state| seen.insert(state.contact)).collect::<Vec<_>>(),
            ))
        });
        let found = found.await?.ok_or_else(|| unknown_conversation(id))?;
        Ok(found.into_iter().map(OtherChatView::from).collect())
    }

    /// Has the hub try again to fetch a customer's file. The file comes as every change does.
    pub(crate) async fn fetch_file(&self, FetchFile { id, turn }: FetchFile) -> Result<Nothing, RpcError> {
        let fetched =
            self.ask_hub("failed-file", |session, token| async move { session.hub.fetch_file(&token, id, turn).await });
        fetched.await.map(|()| Nothing {})
    }

    /// Sends a template. The hub checks it again, against the one that it knows.
    pub(crate) async fn send_template(&self, request: SendTemplate) -> Result<Nothing, RpcError> {
        let SendTemplate { id, template, values } = request;
        let text = template.filled(&values).map_err(|rejection| refusal(&rejection))?;
        let Template { name, language, .. } = template;
        let content = Content::Template { name, language, values, text };
        self.reply(id, content, Seen { written_against: None, reopen: true }, Duration::ZERO, None).await
    }

    /// Sends a contact card as a reply. It is queued like any other.
    pub(crate) async fn send_card(&self, SendCard { id, person }: SendCard) -> Result<Nothing, RpcError> {
        let content = Content::card(vec![person]);
        self.reply(id, content, Seen { written_against: None, reopen: true }, Duration::ZERO, None).await
    }

    /// From where the user can write to somebody first.
    pub(crate) async fn starts(&self, _: Nothing) -> Result<StartsView, RpcError> {
        let page = self.ask_hub("failed-templates", |session, token| async move { session.hub.starts(&token).await });
        let numbers = page.await?.numbers.into_iter().map(|own| OwnNumberView {
            id: own.id,
            number: own.number,
            stopped: own.stopped.is_some(),
            templates: own.templates.into_iter().map(TemplateView::from).collect(),
        });
        let (id, turn) = (ConversationId(Uuid::now_v7()), TurnId(Uuid::now_v7()));
        Ok(StartsView { id, turn, numbers: numbers.collect() })
    }

    /// Begins a conversation at the hub. It is not queued: only the hub knows whether one is in progress already.
    pub(crate) async fn begin_conversation(&self, request: BeginConversation) -> Result<BegunView, RpcError> {
        let BeginConversation { id, turn, from, to, name, template, values } = request;
        template.filled(&values).map_err(|rejection| refusal(&rejection))?;
        let Template { name: template, language, .. } = template;
        let start = StartConversation { id, turn, from, to, name, template, language, values };
        let started = self.ask_hub("failed-begin", |session, token| {
            let start = start.clone();
            async move { session.hub.begin(&token, &start).await }
        });
        let started = started.await?;
        Ok(BegunView { id: started.conversation, begun: started.begun })
    }

    /// Goes on in a new conversation of the same chat. Not queued: only the hub knows which is the newest.
    pub(crate) async fn continue_new(&self, OneConversation { id }: OneConversation) -> Result<BegunView, RpcError> {
        let new = ContinueConversation { id: ConversationId(Uuid::now_v7()) };
        let started =
            self.ask_hub("failed-continue", |session, token| async move { session.hub.go_on(&token, id, new).await });
        let started = started.await?;
        Ok(BegunView { id: started.conversation, begun: started.begun })
    }

    /// Says whether a conversation belongs to the one before in its chat.
    pub(crate) async fn belong(&self, Belong { id, belongs }: Belong) -> Result<Nothing, RpcError> {
        let said = self.ask_hub("failed-belong", |session, token| async move {
            session.hub.set_continues(&token, id, SetContinues { continues: belongs }).await
        });
        said.await.map(|_| Nothing {})
    }
}
