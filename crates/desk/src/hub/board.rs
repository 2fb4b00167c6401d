//! The board's doors.

use reqwest::{Method, Url};
use tandem_conversation::{Availability, Time, UserId};
use tandem_protocol::agents::{AvailabilityChange, FactPage, Today};

use super::{Hub, HubError, NOTHING, checked, network};

impl Hub {
    /// Says how a colleague is.
    pub(crate) async fn set_availability(
        &self,
        token: &str,
        user: UserId,
        status: Availability,
    ) -> Result<(), HubError> {
        let path = format!("users/{user}/availability");
        let request = self.request(Method::PUT, &path).bearer_auth(token).json(&AvailabilityChange { status });
        checked(request.send().await.map_err(network)?).await.map(drop)
    }

    /// What the board shows of the day.
    pub(crate) async fn today(&self, token: &str) -> Result<Today, HubError> {
        self.ask(Method::GET, "board/today", Some(token), NOTHING).await
    }

    /// The rows behind a figure between two times.
    pub(crate) async fn figure_rows(
        &self,
        token: &str,
        (metric, from, to): (&str, Time, Time),
        limit: u32,
    ) -> Result<FactPage, HubError> {
        let mut address = Url::parse("hub:rows").map_err(|error| HubError::Address(error.to_string()))?;
        let bounds = [("metric", metric.to_owned()), ("from", from.to_string()), ("to", to.to_string())];
        address.query_pairs_mut().extend_pairs(bounds).append_pair("limit", &limit.to_string());
        let path = format!("figures/rows?{}", address.query().unwrap_or_default());
        self.ask(Method::GET, &path, Some(token), NOTHING).await
    }
}
