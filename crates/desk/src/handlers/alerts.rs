//! Who was told of a call for help: the hub knows, and only it.

use tandem_protocol::agents::{Alert, CallAlerts, Muted};

use super::error;
use crate::hub::HubError;
use crate::rpc::{OneConversation, RpcError};
use crate::view::{AlertView, AlertsView, CallView};
use crate::workplace::Workplace;

impl Workplace {
    pub(crate) async fn alerts(&self, request: OneConversation) -> Result<AlertsView, RpcError> {
        let session = self.link.borrow().live().cloned();
        let session =
            session.ok_or_else(|| error("desk.offline", "Who was told is known at the hub: connect first."))?;
        let asked = session.with_token(|token| {
            let session = &session;
            async move { session.hub.alerts(&token, request.id).await }
        });
        match asked.await {
            Ok(ledger) => Ok(AlertsView { calls: ledger.calls.into_iter().map(call).collect() }),
            Err(HubError::Refused(problem)) => Err(error(&problem.code, problem.detail.clone())),
            Err(failed) => Err(error("hub.failed", format!("The hub does not say who was told: {failed}."))),
        }
    }
}

fn call(call: CallAlerts) -> CallView {
    let CallAlerts { call, since, reach, ended, alerts } = call;
    CallView { call, since, reach, ended, alerts: alerts.into_iter().map(alert).collect() }
}

fn alert(alert: Alert) -> AlertView {
    let why = alert.why.map(|why| reason(why).to_owned());
    let Alert { user, name, sent, shown, muted, clicked, joined, .. } = alert;
    AlertView { user, name, sent, shown, muted, why, clicked, joined }
}

fn reason(why: Muted) -> &'static str {
    match why {
        Muted::DoNotDisturb => "do not disturb",
        Muted::Locked => "screen locked",
        Muted::QuietHours => "quiet hours",
        Muted::TurnedOff => "turned off",
        Muted::NoService => "no notification service",
    }
}
