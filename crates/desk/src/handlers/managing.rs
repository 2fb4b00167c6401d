//! Changes the library at the hub: one's own quick replies, and for those who may, everybody's.

use std::sync::Arc;

use serde_json::Map;
use tandem_conversation::{Question, QuickReply, Values, check_template, resolve};
use tandem_protocol::library::{ItemRemoval, QuestionDefinition, QuestionRow, QuickReplyDefinition, QuickReplyRow};

use crate::cache::library;
use crate::hub::HubError;
use crate::refusals::error;
use crate::rpc::{Nothing, OneQuestion, OneReply, RpcError, TryTemplate};
use crate::session::Session;
use crate::view::{ListedLibraryView, TriedView};
use crate::words::sentence;
use crate::workplace::Workplace;

impl Workplace {
    /// Everything that the user may see of the library, drafts included, and how it was used.
    pub(crate) async fn list_library(&self, _: Nothing) -> Result<ListedLibraryView, RpcError> {
        let questions = self.of_library(|session, token| async move { session.hub.questions(&token).await }).await?;
        let quick_replies =
            self.of_library(|session, token| async move { session.hub.quick_replies(&token).await }).await?;
        // Agents do not see everybody's figures.
        let usage = self.of_library(|session, token| async move { session.hub.library_usage(&token).await }).await;
        let known = self.cache.read(library::whole).await?.unwrap_or_default();
        Ok(ListedLibraryView { questions, quick_replies, usage: usage.unwrap_or_default(), brands: known.brands })
    }

    pub(crate) async fn save_reply(&self, request: QuickReplyDefinition) -> Result<QuickReplyRow, RpcError> {
        let id = request.id.ok_or_else(|| error("rpc.bad_request", "A quick reply has an id."))?;
        self.of_library(|session, token| {
            let request = request.clone();
            async move { session.hub.save_in_library(&token, &format!("quick-replies/{id}"), &request).await }
        })
        .await
    }

    pub(crate) async fn save_question(&self, request: QuestionDefinition) -> Result<QuestionRow, RpcError> {
        let id = request.id.ok_or_else(|| error("rpc.bad_request", "A question has an id."))?;
        self.of_library(|session, token| {
            let request = request.clone();
            async move { session.hub.save_in_library(&token, &format!("questions/{id}"), &request).await }
        })
        .await
    }

    pub(crate) async fn remove_reply(&self, request: OneReply) -> Result<ItemRemoval, RpcError> {
        let path = format!("quick-replies/{}", request.reply);
        self.of_library(|session, token| {
            let path = path.clone();
            async move { session.hub.remove_from_library(&token, &path).await }
        })
        .await
    }

    pub(crate) async fn remove_question(&self, request: OneQuestion) -> Result<ItemRemoval, RpcError> {
        let path = format!("questions/{}", request.question);
        self.of_library(|session, token| {
            let path = path.clone();
            async move { session.hub.remove_from_library(&token, &path).await }
        })
        .await
    }

    /// Newest first.
    pub(crate) async fn reply_versions(&self, request: OneReply) -> Result<Vec<QuickReply>, RpcError> {
        let path = format!("quick-replies/{}/versions", request.reply);
        self.of_library(|session, token| {
            let path = path.clone();
            async move { session.hub.library_versions(&token, &path).await }
        })
        .await
    }

    /// Newest first.
    pub(crate) async fn question_versions(&self, request: OneQuestion) -> Result<Vec<Question>, RpcError> {
        let path = format!("questions/{}/versions", request.question);
        self.of_library(|session, token| {
            let path = path.clone();
            async move { session.hub.library_versions(&token, &path).await }
        })
        .await
    }

    /// A template as it would be inserted for an invented customer, and what is wrong with it.
    pub(crate) async fn try_template(&self, request: TryTemplate) -> Result<TriedView, RpcError> {
        let agent = self.reader()?.name;
        let known = self.cache.read(library::whole).await?.unwrap_or_default();
        let nothing = Map::new();
        let values = Values {
            customer: Some("Carmen Menzel"),
            email: Some("carmen@example.com"),
            phone: Some("+34600123456"),
            agent: &agent,
            brand: known.brands.first().map(|brand| brand.name.as_str()),
            custom: &nothing,
            customer_custom: &nothing,
        };
        let problem = check_template(&request.text).err().map(|problem| sentence(&format!("{problem}.")));
        let resolved = resolve(&request.text, &values);
        Ok(TriedView { text: resolved.text, gaps: resolved.gaps, problem })
    }

    async fn of_library<T, F: Future<Output = Result<T, HubError>>>(
        &self,
        ask: impl Fn(Arc<Session>, Arc<str>) -> F,
    ) -> Result<T, RpcError> {
        self.ask_hub("failed-library", ask).await
    }
}
