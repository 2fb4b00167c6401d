//! The user's own password.

use crate::hub::{HubError, NewPassword};
use crate::refusals::{error, signed_out};
use crate::rpc::{Nothing, RpcError, SetPassword};
use crate::workplace::Workplace;

impl Workplace {
    /// Changes it at the hub; nothing is kept here.
    pub(crate) async fn set_password(&self, request: SetPassword) -> Result<Nothing, RpcError> {
        let link = self.link.borrow().clone();
        let session = link.session().ok_or_else(signed_out)?;
        if link.live().is_none() {
            return Err(error("desk.offline", "You are offline: the password is changed at the hub."));
        }
        let change = NewPassword { current: &request.current, new: &request.new };
        let change = &change;
        let changed = session.with_token(|token| async move { session.hub.set_password(&token, change).await }).await;
        changed.map_err(|failed| match failed {
            HubError::Refused(problem) if problem.code == "auth.wrong" => {
                error("auth.wrong", "The current password is wrong.")
            }
            HubError::Refused(problem) => RpcError::from(&*problem),
            other => error("password.failed", other.reason().words()),
        })?;
        Ok(Nothing {})
    }
}
