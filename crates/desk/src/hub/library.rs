//! The library's doors.

use reqwest::Method;
use tandem_protocol::library::Library;

use super::{Hub, HubError, NOTHING};

impl Hub {
    /// Everything in the library that the user may use.
    pub(crate) async fn library(&self, token: &str) -> Result<Library, HubError> {
        self.ask(Method::GET, "library", Some(token), NOTHING).await
    }
}
