//! The company's numbers on WhatsApp, for those who manage settings: everything is asked of the hub, and changed there.

use std::sync::Arc;

use tandem_protocol::TELLS_NUMBERS;
use tandem_protocol::channels::{WhatsappCheck, WhatsappNumber, WhatsappUsage};

use crate::cache::{library, meta};
use crate::hub::HubError;
use crate::refusals::error;
use crate::rpc::{Nothing, OneNumber, RpcError, SaveNumber};
use crate::session::Session;
use crate::view::{NumbersView, TemplateView};
use crate::words::say;
use crate::workplace::Workplace;

impl Workplace {
    pub(crate) async fn list_numbers(&self, _: Nothing) -> Result<NumbersView, RpcError> {
        let numbers = self.of_numbers(|session, token| async move { session.hub.numbers(&token).await }).await?;
        let known = self.cache.read(library::whole).await?.unwrap_or_default();
        Ok(NumbersView { numbers, brands: known.brands })
    }

    pub(crate) async fn save_number(&self, request: SaveNumber) -> Result<WhatsappNumber, RpcError> {
        let SaveNumber { id, settings } = request;
        let id = named(&id)?;
        self.of_numbers(|session, token| {
            let (id, settings) = (id.clone(), settings.clone());
            async move { session.hub.save_number(&token, &id, &settings).await }
        })
        .await
    }

    pub(crate) async fn remove_number(&self, request: OneNumber) -> Result<Nothing, RpcError> {
        let id = named(&request.id)?;
        let removed = self.of_numbers(|session, token| {
            let id = id.clone();
            async move { session.hub.remove_number(&token, &id).await }
        });
        removed.await.map(|()| Nothing {})
    }

    pub(crate) async fn check_number(&self, request: OneNumber) -> Result<WhatsappCheck, RpcError> {
        let id = named(&request.id)?;
        self.of_numbers(|session, token| {
            let id = id.clone();
            async move { session.hub.check_number(&token, &id).await }
        })
        .await
    }

    pub(crate) async fn templates_of_number(&self, request: OneNumber) -> Result<Vec<TemplateView>, RpcError> {
        let id = named(&request.id)?;
        let found = self.of_numbers(|session, token| {
            let id = id.clone();
            async move { session.hub.templates_of_number(&token, &id).await }
        });
        Ok(found.await?.into_iter().map(TemplateView::from).collect())
    }

    pub(crate) async fn usage_of_number(&self, request: OneNumber) -> Result<WhatsappUsage, RpcError> {
        let id = named(&request.id)?;
        self.of_numbers(|session, token| {
            let id = id.clone();
            async move { session.hub.usage_of_number(&token, &id).await }
        })
        .await
    }

    /// Older hubs do not tell all about numbers.
    async fn of_numbers<T, F: Future<Output = Result<T, HubError>>>(
        &self,
        ask: impl Fn(Arc<Session>, Arc<str>) -> F,
    ) -> Result<T, RpcError> {
        let hub_version: u32 =
            self.cache.read(|connection| meta::get(connection, meta::HUB_VERSION)).await?.unwrap_or_default();
        if hub_version < TELLS_NUMBERS {
            return Err(error("hub.older", say("failed-numbers.older", &[])));
        }
        self.ask_hub("failed-numbers", ask).await
    }
}

/// A name that can stand in an address.
fn named(id: &str) -> Result<String, RpcError> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match !id.is_empty() && id.chars().all(is_plain) {
        true => Ok(id.to_owned()),
        false => Err(error("number.id", say("failed-numbers.id", &[]))),
    }
}
