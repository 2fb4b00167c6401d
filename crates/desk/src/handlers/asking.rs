//! Questions that only the hub can answer, while it is reachable.

use std::sync::Arc;

use crate::hub::HubError;
use crate::refusals::error;
use crate::rpc::RpcError;
use crate::session::Session;
use crate::workplace::Workplace;

impl Workplace {
    /// Asks the hub. `offline` is a sentence for the agent; `failed` begins one, and the reason ends it.
    pub(super) async fn ask_hub<T, F: Future<Output = Result<T, HubError>>>(
        &self,
        offline: &str,
        failed: &str,
        ask: impl Fn(Arc<Session>, Arc<str>) -> F,
    ) -> Result<T, RpcError> {
        let session = self.link.borrow().live().cloned().ok_or_else(|| error("desk.offline", offline))?;
        let answer = session.with_token(|token| ask(Arc::clone(&session), token)).await;
        answer.map_err(|why| match why {
            HubError::Refused(problem) => error(&problem.code, problem.detail.clone()),
            why => error("hub.failed", format!("{failed}: {why}.")),
        })
    }
}
