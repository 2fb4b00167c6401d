//! The library's doors.

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tandem_protocol::library::{ItemRemoval, ItemUsage, Library, QuestionRow, QuickReplyRow};

use super::{Hub, HubError, NOTHING};

impl Hub {
    pub(crate) async fn questions(&self, token: &str) -> Result<Vec<QuestionRow>, HubError> {
        self.ask(Method::GET, "questions", Some(token), NOTHING).await
    }

    pub(crate) async fn quick_replies(&self, token: &str) -> Result<Vec<QuickReplyRow>, HubError> {
        self.ask(Method::GET, "quick-replies", Some(token), NOTHING).await
    }

    /// Of questions and quick replies.
    pub(crate) async fn library_usage(&self, token: &str) -> Result<Vec<ItemUsage>, HubError> {
        let mut usage: Vec<ItemUsage> = self.ask(Method::GET, "questions/usage", Some(token), NOTHING).await?;
        usage.extend(self.ask::<Vec<ItemUsage>, ()>(Method::GET, "quick-replies/usage", Some(token), None).await?);
        Ok(usage)
    }

    /// `path` names the item.
    pub(crate) async fn save_in_library<D: Serialize + Sync, T: DeserializeOwned>(
        &self,
        token: &str,
        path: &str,
        definition: &D,
    ) -> Result<T, HubError> {
        self.ask(Method::PUT, path, Some(token), Some(definition)).await
    }

    pub(crate) async fn remove_from_library(&self, token: &str, path: &str) -> Result<ItemRemoval, HubError> {
        self.ask(Method::DELETE, path, Some(token), NOTHING).await
    }

    pub(crate) async fn library_versions<T: DeserializeOwned>(
        &self,
        token: &str,
        path: &str,
    ) -> Result<Vec<T>, HubError> {
        self.ask(Method::GET, path, Some(token), NOTHING).await
    }

    /// Figures; `path` has the question.
    pub(crate) async fn figures<T: DeserializeOwned>(&self, token: &str, path: &str) -> Result<T, HubError> {
        self.ask(Method::GET, path, Some(token), NOTHING).await
    }

    /// Everything in the library that the user may use.
    pub(crate) async fn library(&self, token: &str) -> Result<Library, HubError> {
        self.ask(Method::GET, "library", Some(token), NOTHING).await
    }
}
