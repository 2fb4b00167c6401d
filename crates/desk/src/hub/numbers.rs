//! The doors to the company's numbers on WhatsApp.

use reqwest::Method;
use tandem_conversation::Template;
use tandem_protocol::channels::{TemplatePage, WhatsappCheck, WhatsappNumber, WhatsappSettings, WhatsappUsage};

use super::{Hub, HubError, NOTHING, checked, network};

const NUMBERS: &str = "channels/whatsapp";

impl Hub {
    pub(crate) async fn numbers(&self, token: &str) -> Result<Vec<WhatsappNumber>, HubError> {
        self.ask(Method::GET, NUMBERS, Some(token), NOTHING).await
    }

    /// Adds a number, or replaces it.
    pub(crate) async fn save_number(
        &self,
        token: &str,
        id: &str,
        settings: &WhatsappSettings,
    ) -> Result<WhatsappNumber, HubError> {
        self.ask(Method::PUT, &format!("{NUMBERS}/{id}"), Some(token), Some(settings)).await
    }

    pub(crate) async fn remove_number(&self, token: &str, id: &str) -> Result<(), HubError> {
        let request = self.request(Method::DELETE, &format!("{NUMBERS}/{id}")).bearer_auth(token);
        checked(request.send().await.map_err(network)?).await.map(drop)
    }

    /// Has the hub ask Meta about a number.
    pub(crate) async fn check_number(&self, token: &str, id: &str) -> Result<WhatsappCheck, HubError> {
        self.ask(Method::POST, &format!("{NUMBERS}/{id}/check"), Some(token), NOTHING).await
    }

    /// All templates of a number's account, also those that cannot be sent.
    pub(crate) async fn templates_of_number(&self, token: &str, id: &str) -> Result<Vec<Template>, HubError> {
        let path = format!("{NUMBERS}/{id}/templates");
        Ok(self.ask::<TemplatePage, ()>(Method::GET, &path, Some(token), None).await?.templates)
    }

    /// What a number's messages cost this month.
    pub(crate) async fn usage_of_number(&self, token: &str, id: &str) -> Result<WhatsappUsage, HubError> {
        self.ask(Method::GET, &format!("{NUMBERS}/{id}/usage"), Some(token), NOTHING).await
    }
}
