//! The desktop's notifications: a real `org.freedesktop.Notifications` that records everything and presses buttons for
//! a test.

use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::sync::watch;
use zbus::object_server::{InterfaceRef, SignalEmitter};
use zbus::{OwnedVariant, Variant};

use crate::wait::DEADLINE;

const PATH: &str = "/org/freedesktop/Notifications";
/// notify-rust subscribes only when it starts waiting for an action. No person presses faster than this.
const REACTION: Duration = Duration::from_millis(50);

/// One call of `Notify`.
#[derive(Clone, Debug)]
pub struct Shown {
    pub id: u32,
    /// The notification that it replaced; 0 for a new one.
    pub replaces: u32,
    pub app: String,
    /// The sending connection.
    pub sender: String,
    pub summary: String,
    pub body: String,
    /// Key and label of each action.
    pub actions: Vec<(String, String)>,
    pub hints: HashMap<String, String>,
    pub at: Instant,
}

impl Shown {
    #[must_use]
    pub fn offers(&self, action: &str) -> bool {
        self.actions.iter().any(|(key, _)| key == action)
    }
}

/// Everything that happened, in order.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub shown: Vec<Shown>,
    /// Ids that the app withdrew.
    pub withdrawn: Vec<(u32, Instant)>,
    /// Ids that the person dismissed.
    dismissed: Vec<u32>,
    /// How often the do-not-disturb property was read.
    asked: usize,
}

impl Ledger {
    /// Notifications on screen: the last of each id, unless withdrawn or dismissed later.
    pub fn on_screen(&self) -> impl Iterator<Item = &Shown> {
        self.shown
            .iter()
            .enumerate()
            .filter(|(at, shown)| {
                let is_last = !self.shown[at + 1..].iter().any(|later| later.id == shown.id);
                let is_withdrawn = self.withdrawn.iter().any(|(id, when)| *id == shown.id && *when >= shown.at);
                is_last && !is_withdrawn && !self.dismissed.contains(&shown.id)
            })
            .map(|(_, shown)| shown)
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} notifications, withdrawn: {:?}", self.shown.len(), self.withdrawn)?;
        for Shown { id, replaces, summary, body, actions, .. } in &self.shown {
            writeln!(out, "  {id} (replaces {replaces}): {summary:?} {body:?} {actions:?}")?;
        }
        Ok(())
    }
}

/// The kind of service.
#[derive(Clone, Debug)]
pub struct Manner {
    pub capabilities: Vec<&'static str>,
    /// It owns the name but never answers.
    pub hangs: bool,
    /// A withdrawn notification stays a moment longer: a press then was faster.
    pub closes_late: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self { capabilities: vec!["actions", "body"], hangs: false, closes_late: false }
    }
}

/// The user's side: sees notifications and presses their buttons.
pub struct Notifications {
    ledger: watch::Receiver<Ledger>,
    server: InterfaceRef<Server>,
    connection: zbus::Connection,
}

impl Notifications {
    /// Takes the well-known name on the bus.
    ///
    /// # Errors
    /// If the bus is missing or the name is taken.
    pub async fn serve(address: &str) -> Result<Self> {
        Self::serve_as(address, Manner::default()).await
    }

    /// The same, as another kind of service.
    ///
    /// # Errors
    /// As above.
    pub async fn serve_as(address: &str, manner: Manner) -> Result<Self> {
        let (record, ledger) = watch::channel(Ledger::default());
        let connection = zbus::connection::Builder::address(address)
            .serve_at(PATH, Server { record, next: 1, inhibited: false, manner })
            .name("org.freedesktop.Notifications")
            .build()
            .await?;
        let server = connection.object_server().interface(PATH).await?;
        Ok(Self { ledger, server, connection })
    }

    /// The service ends, and with it everything shown.
    ///
    /// # Errors
    /// If the bus is already gone.
    pub async fn end(self) -> Result<()> {
        Ok(self.connection.close().await?)
    }

    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.ledger.borrow().clone()
    }

    /// Waits until `find` succeeds on the record.
    ///
    /// # Errors
    /// If the deadline passes; reports what happened instead.
    pub async fn until<T>(&self, what: &str, find: impl Fn(&Ledger) -> Option<T>) -> Result<T> {
        let mut ledger = self.ledger.clone();
        let found = tokio::time::timeout(DEADLINE, async {
            loop {
                if let Some(found) = find(&ledger.borrow_and_update()) {
                    return found;
                }
                if ledger.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        });
        match found.await {
            Ok(found) => Ok(found),
            Err(_) => bail!("waited {} s for {what}; there was instead:\n{}", DEADLINE.as_secs(), self.ledger()),
        }
    }

    /// Waits for a notification on screen with this action.
    ///
    /// # Errors
    /// If the deadline passes.
    pub async fn offering(&self, action: &str) -> Result<Shown> {
        let what = format!("a notification that offers `{action}`");
        self.until(&what, |ledger| ledger.on_screen().find(|shown| shown.offers(action)).cloned()).await
    }

    /// Sets do-not-disturb; returns once the app has noticed.
    ///
    /// # Errors
    /// If the property is not read.
    pub async fn disturb(&self, allowed: bool) -> Result<()> {
        self.server.get_mut().await.inhibited = !allowed;
        // One question may have been answered just before.
        let enough = self.ledger().asked + 2;
        self.until("a question about do-not-disturb", |ledger| (ledger.asked >= enough).then_some(())).await
    }

    /// Presses an action; `default` is a click on the notification itself.
    ///
    /// # Errors
    /// If the notification has no such action, or the bus is gone.
    pub async fn press(&self, shown: &Shown, action: &str) -> Result<()> {
        if !shown.offers(action) {
            bail!("{:?} offers no `{action}` but {:?}", shown.summary, shown.actions);
        }
        tokio::time::sleep_until((shown.at + REACTION).into()).await;
        Server::action_invoked(self.server.signal_emitter(), shown.id, action).await?;
        Ok(())
    }

    /// Writes an answer into its field.
    ///
    /// # Errors
    /// If it has none, or the bus is gone.
    pub async fn reply(&self, shown: &Shown, text: &str) -> Result<()> {
        if !shown.offers("inline-reply") {
            bail!("{:?} has no field for an answer but {:?}", shown.summary, shown.actions);
        }
        tokio::time::sleep_until((shown.at + REACTION).into()).await;
        Server::notification_replied(&self.to_sender(shown)?, shown.id, text).await?;
        Server::notification_closed(self.server.signal_emitter(), shown.id, BY_PERSON).await?;
        Ok(())
    }

    /// Some services send an answer only to the connection that showed the notification.
    fn to_sender(&self, shown: &Shown) -> Result<SignalEmitter<'static>> {
        let emitter = SignalEmitter::new(&self.connection, PATH)?;
        Ok(emitter.set_destination(zbus::names::BusName::try_from(shown.sender.clone())?).into_owned())
    }

    /// Dismisses it.
    ///
    /// # Errors
    /// If the bus is gone.
    pub async fn dismiss(&self, shown: &Shown) -> Result<()> {
        tokio::time::sleep_until((shown.at + REACTION).into()).await;
        self.server.get().await.record.send_modify(|ledger| ledger.dismissed.push(shown.id));
        Server::notification_closed(self.server.signal_emitter(), shown.id, BY_PERSON).await?;
        Ok(())
    }
}

const BY_PERSON: u32 = 2;
const BY_APP: u32 = 3;

struct Server {
    record: watch::Sender<Ledger>,
    next: u32,
    inhibited: bool,
    manner: Manner,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Server {
    // The parameters are the specification's.
    #[expect(clippy::too_many_arguments)]
    async fn notify(
        &mut self,
        #[zbus(header)] header: zbus::message::Header<'_>,
        app: String,
        replaces: u32,
        _icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedVariant>,
        _expires_ms: i32,
    ) -> u32 {
        self.hang().await;
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let id = if replaces == 0 { self.next } else { replaces };
        self.next = self.next.max(id) + 1;
        let actions = actions.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        let hints = hints.into_iter().map(|(name, value)| (name, plain(&value))).collect();
        let shown = Shown { id, replaces, app, sender, summary, body, actions, hints, at: Instant::now() };
        self.record.send_modify(|ledger| ledger.shown.push(shown));
        id
    }

    async fn close_notification(
        &self,
        id: u32,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        self.record.send_modify(|ledger| ledger.withdrawn.push((id, Instant::now())));
        if !self.manner.closes_late {
            Self::notification_closed(&emitter, id, BY_APP).await?;
        }
        Ok(())
    }

    #[zbus(property)]
    fn inhibited(&self) -> bool {
        self.record.send_modify(|ledger| ledger.asked += 1);
        self.inhibited
    }

    async fn get_capabilities(&self) -> Vec<&'static str> {
        self.hang().await;
        self.manner.capabilities.clone()
    }

    async fn get_server_information(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        self.hang().await;
        ("Tandem's tests", "Tandem", env!("CARGO_PKG_VERSION"), "1.2")
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_replied(emitter: &SignalEmitter<'_>, id: u32, text: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;
}

impl Server {
    async fn hang(&self) {
        if self.manner.hangs {
            std::future::pending::<()>().await;
        }
    }
}

/// Text as it is, anything else in D-Bus notation.
fn plain(value: &Variant<'_>) -> String {
    match value {
        Variant::Str(text) => text.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;
    use crate::bus;
    use crate::stage::Stage;

    type Hints = HashMap<&'static str, Variant<'static>>;

    async fn notify(app: &zbus::Proxy<'_>, replaces: u32, summary: &str) -> u32 {
        let actions = ["join", "Join", "snooze", "Snooze"].as_slice();
        let call = ("Tandem", replaces, "", summary, "", actions, Hints::new(), -1);
        app.call("Notify", &call).await.unwrap()
    }

    #[tokio::test]
    async fn what_an_app_shows_is_seen_replaced_pressed_and_withdrawn() {
        let mut stage = Stage::new("stage-notifications").unwrap();
        let address = bus::start(&mut stage, "maya").unwrap();
        let notifications = Notifications::serve(&address).await.unwrap();
        let bus = zbus::connection::Builder::address(address.as_str()).build().await.unwrap();
        let name = "org.freedesktop.Notifications";
        let app = zbus::Proxy::new(&bus, name, PATH, name).await.unwrap();
        let mut pressed = app.receive_signal("ActionInvoked").await.unwrap();

        let carmen = notify(&app, 0, "Carmen needs help").await;
        let dana = notify(&app, 0, "Dana needs help").await;
        assert_eq!(notify(&app, carmen, "Carmen waits for 2 minutes").await, carmen);
        let seen: Vec<_> = notifications.ledger().on_screen().map(|shown| shown.summary.clone()).collect();
        assert_eq!(seen, ["Dana needs help", "Carmen waits for 2 minutes"], "the first of Carmen was replaced");

        let shown = notifications.offering("join").await.unwrap();
        notifications.press(&shown, "join").await.unwrap();
        let signal = pressed.next().await.unwrap();
        assert_eq!(signal.body().deserialize::<(u32, String)>().unwrap(), (dana, "join".to_owned()));
        assert!(notifications.press(&shown, "dance").await.is_err(), "only what it offers can be pressed");

        let () = app.call("CloseNotification", &(dana,)).await.unwrap();
        let gone = |ledger: &Ledger| (!ledger.on_screen().any(|shown| shown.id == dana)).then_some(());
        notifications.until("Dana's to be withdrawn", gone).await.unwrap();
        assert_eq!(notifications.ledger().on_screen().count(), 1);
    }
}
