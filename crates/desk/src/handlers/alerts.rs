//! Who was told of a call for help, which only the hub knows.

use tandem_protocol::agents::{Alert, CallAlerts, Muted};

use crate::rpc::{OneConversation, RpcError};
use crate::view::{AlertView, AlertsView, CallView};
use crate::words::say;
use crate::workplace::Workplace;

impl Workplace {
    pub(crate) async fn alerts(&self, request: OneConversation) -> Result<AlertsView, RpcError> {
        let ledger =
            self.ask_hub("failed-alerts", |session, token| async move { session.hub.alerts(&token, request.id).await });
        Ok(AlertsView { calls: ledger.await?.calls.into_iter().map(call).collect() })
    }
}

fn call(call: CallAlerts) -> CallView {
    let CallAlerts { call, since, reach, ended, alerts } = call;
    CallView { call, since, reach, ended, alerts: alerts.into_iter().map(alert).collect() }
}

fn alert(alert: Alert) -> AlertView {
    let why = alert.why.map(reason);
    let Alert { user, name, sent, shown, muted, clicked, joined, .. } = alert;
    AlertView { user, name, sent, shown, muted, why, clicked, joined }
}

fn reason(why: Muted) -> String {
    let id = match why {
        Muted::DoNotDisturb => "muted-do-not-disturb",
        Muted::Locked => "muted-locked",
        Muted::QuietHours => "muted-quiet-hours",
        Muted::TurnedOff => "muted-off",
        Muted::NoService => "muted-no-service",
    };
    say(id, &[])
}
