//! Questions that only the hub can answer, while it is reachable.

use std::sync::Arc;

use crate::hub::HubError;
use crate::refusals::error;
use crate::rpc::RpcError;
use crate::session::Session;
use crate::words::say;
use crate::workplace::Workplace;

impl Workplace {
    /// Asks the hub. `failed` names the words for what was not done, with their `reason`; its attribute `offline` says it
    /// while there is no connection.
    pub(super) async fn ask_hub<T, F: Future<Output = Result<T, HubError>>>(
        &self,
        failed: &str,
        ask: impl Fn(Arc<Session>, Arc<str>) -> F,
    ) -> Result<T, RpcError> {
        let offline = || error("desk.offline", say(&format!("{failed}.offline"), &[]));
        let session = self.link.borrow().live().cloned().ok_or_else(offline)?;
        let answer = session.with_token(|token| ask(Arc::clone(&session), token)).await;
        answer.map_err(|why| match why {
            HubError::Refused(problem) => RpcError::from(&*problem),
            why => error("hub.failed", say(failed, &[("reason", why.reason().words().into())])),
        })
    }
}
