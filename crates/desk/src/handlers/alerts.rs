//! Who was told of a call for help, which only the hub knows.

use tandem_protocol::agents::{Alert, CallAlerts, Muted};

use crate::rpc::{OneConversation, RpcError};
use crate::view::{AlertView, AlertsView, CallView};
use crate::workplace::Workplace;

impl Workplace {
    pub(crate) async fn alerts(&self, request: OneConversation) -> Result<AlertsView, RpcError> {
        let offline = "Only the hub knows who was told: connect first.";
        let ledger = self.ask_hub(offline, "The hub does not say who was told", |session, token| async move {
            session.hub.alerts(&token, request.id).await
        });
        Ok(AlertsView { calls: ledger.await?.calls.into_iter().map(call).collect() })
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
