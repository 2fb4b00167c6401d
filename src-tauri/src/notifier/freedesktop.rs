//! The freedesktop service over D-Bus.
//!
//! On these systems notify-rust ignores answers written into a notification: it handles only `ActionInvoked` and
//! `NotificationClosed`. Plasma sends the text as `NotificationReplied` to the connection that showed the
//! notification, which notify-rust does not expose. So notifications with an answer field use our own connection and
//! all three signals.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use futures_util::{FutureExt as _, StreamExt as _};
use notify_rust::{CloseReason, NotificationHandle, NotificationResponse};
use tandem_desk::words::say;
use tandem_desk::{Action, Did, Notification, Sound};
use tokio::sync::{Mutex, oneshot};
use zbus::message::Type;
use zbus::names::OwnedUniqueName;
use zbus::proxy::CacheProperties;
use zbus::{Connection, MatchRule, Message, MessageStream, Proxy, Variant};

use super::{End, Inner, PATIENCE, Service, action_of};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// Buffered signals of other notifications.
const SIGNALS: NonZeroUsize = NonZeroUsize::new(256).expect("BUG: it is not zero");
/// Close reason: dismissed by the user.
const BY_USER: u32 = 2;

/// The connection to the service.
#[derive(Default)]
pub struct Door {
    /// Reconnected after a failure.
    bus: Mutex<Option<Connection>>,
}

/// A shown notification.
pub enum Handle {
    Plain(NotificationHandle),
    Answerable(Answerable),
}

pub struct Answerable {
    number: u32,
    service: Proxy<'static>,
    /// The service that showed it: only its signals count.
    shown_by: Option<OwnedUniqueName>,
    signals: MessageStream,
}

pub fn number(handle: &Handle) -> u32 {
    match handle {
        Handle::Plain(handle) => handle.id(),
        Handle::Answerable(answerable) => answerable.number,
    }
}

impl Door {
    pub async fn service(&self) -> Result<Service, String> {
        let asked = async {
            let proxy = self.proxy().await?;
            let (name, _, _, _): (String, String, String, String) = proxy.call("GetServerInformation", &()).await?;
            let capabilities: Vec<String> = proxy.call("GetCapabilities", &()).await?;
            zbus::Result::Ok((name, capabilities, screen(&proxy).await))
        };
        let found = tokio::time::timeout(PATIENCE, asked).await;
        if !matches!(found, Ok(Ok(_))) {
            self.bus.lock().await.take();
        }
        match found {
            Ok(Ok((name, capabilities, screen))) => {
                let has = |capability: &str| capabilities.iter().any(|known| known == capability);
                // dunst reports links and parses all markup.
                let markup = has("body-markup") || has("body-hyperlinks");
                Ok(Service { name, screen, markup, actions: has("actions"), replies: has("inline-reply") })
            }
            Ok(Err(error)) if is_missing(&error) => Err(say("system-notices.missing", &[])),
            Ok(Err(error)) => Err(say("system-notices.asked", &[("reason", error.to_string().into())])),
            Err(_) => Err(say("system-notices.silent", &[])),
        }
    }

    pub async fn show(
        &self,
        native: notify_rust::Notification,
        notification: &Notification,
        service: &Service,
        replaces: Option<u32>,
    ) -> Result<Handle, String> {
        let can_be_answered = service.actions && service.replies && notification.actions.contains(&Action::Reply);
        let shown = async {
            match can_be_answered {
                true => self
                    .show_answerable(&native, notification.sound.as_ref(), replaces)
                    .await
                    .map_err(|error| error.to_string()),
                false => native.show_async().await.map(Handle::Plain).map_err(|error| error.to_string()),
            }
        };
        match tokio::time::timeout(PATIENCE, shown).await {
            Ok(shown) => shown.map_err(|error| say("system-notices", &[("reason", error.into())])),
            Err(_) => Err(say("system-notices.silent", &[])),
        }
    }

    async fn show_answerable(
        &self,
        native: &notify_rust::Notification,
        sound: Option<&Sound>,
        replaces: Option<u32>,
    ) -> zbus::Result<Handle> {
        let service = self.proxy().await?;
        // Subscribe before showing: a click may come at once.
        let rule = MatchRule::builder().msg_type(Type::Signal).interface(NAME).path(PATH).build()?;
        let signals = MessageStream::for_match_rule(rule, service.connection(), Some(SIGNALS)).await?;
        let hints = HashMap::from([
            match sound {
                None => ("suppress-sound", Variant::from(true)),
                Some(Sound::System) => ("sound-name", Variant::from(super::SOUND)),
                Some(Sound::File(path)) => ("sound-file", Variant::from(path.display().to_string())),
            },
            ("x-kde-reply-placeholder-text", Variant::from(say("notice-answer", &[]))),
            ("x-kde-reply-submit-button-text", Variant::from(say("notice-answer.send", &[]))),
        ]);
        let answer = service
            .call_method(
                "Notify",
                &(
                    &native.appname,
                    replaces.unwrap_or_default(),
                    &native.icon,
                    &native.summary,
                    &native.body,
                    &native.actions,
                    hints,
                    i32::from(native.timeout),
                ),
            )
            .await?;
        let shown_by = answer.header().sender().map(|sender| sender.to_owned().into());
        let number = answer.body().deserialize()?;
        Ok(Handle::Answerable(Answerable { number, service, shown_by, signals }))
    }

    /// Closes a notification of an earlier run.
    pub async fn close(&self, number: u32) {
        let closed = async { self.proxy().await?.call_method("CloseNotification", &(number,)).await };
        // One that is gone already is refused.
        let _ = tokio::time::timeout(PATIENCE, closed).await;
    }

    /// Tells `inner` whenever the service ends or starts.
    pub async fn follow(&self, inner: &Inner) {
        let Ok(proxy) = self.proxy().await else { return };
        let Ok(mut owners) = proxy.receive_owner_changed().await else { return };
        let mut had_one = has_owner(&proxy).await;
        while let Some(owner) = owners.next().await {
            inner.service_changed(had_one).await;
            had_one = owner.is_some();
        }
    }

    async fn proxy(&self) -> zbus::Result<Proxy<'static>> {
        let mut bus = self.bus.lock().await;
        let connection = match &*bus {
            Some(connection) => connection.clone(),
            None => bus.insert(Connection::session().await?).clone(),
        };
        drop(bus);
        zbus::proxy::Builder::new(&connection)
            .destination(NAME)
            .path(PATH)
            .interface(NAME)
            .cache_properties(CacheProperties::No)
            .build()
            .await
    }
}

async fn has_owner(proxy: &Proxy<'_>) -> bool {
    let Ok(dbus) = zbus::fdo::DBusProxy::new(proxy.connection()).await else { return false };
    let Ok(name) = zbus::names::BusName::try_from(NAME) else { return false };
    dbus.name_has_owner(name).await.unwrap_or(false)
}

/// This life of the service. A bus never gives a unique name twice, and its own id names the bus among all others.
async fn screen(proxy: &Proxy<'_>) -> Option<String> {
    let dbus = zbus::fdo::DBusProxy::new(proxy.connection()).await.ok()?;
    let owner = dbus.get_name_owner(zbus::names::BusName::try_from(NAME).ok()?).await.ok()?;
    Some(format!("{} {owner}", dbus.get_id().await.ok()?))
}

fn is_missing(error: &zbus::Error) -> bool {
    matches!(error, zbus::Error::MethodError(name, ..)
        if ["org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner"]
            .contains(&name.as_str()))
}

pub async fn attend(handle: Handle, ended: oneshot::Receiver<End>) -> Option<Did> {
    match handle {
        Handle::Plain(handle) => attend_plain(handle, ended).await,
        Handle::Answerable(answerable) => answerable.attend(ended).await,
    }
}

async fn attend_plain(handle: NotificationHandle, ended: oneshot::Receiver<End>) -> Option<Did> {
    let (said, answer) = oneshot::channel();
    let mut waiting = std::pin::pin!(handle.wait_for_action_async(|response| {
        let did = match response {
            NotificationResponse::Default => Some(Did::Pressed(Action::Open)),
            NotificationResponse::Action(key) => action_of(key).map(Did::Pressed),
            NotificationResponse::Closed(CloseReason::Dismissed) => Some(Did::Dismissed),
            _ => None,
        };
        let _ = said.send(did);
    }));
    tokio::select! {
        () = &mut waiting => {}
        end = ended => {
            if end != Ok(End::Close) {
                return None;
            }
            let _ = tokio::time::timeout(PATIENCE, handle.close_async()).await;
            // A press just before is reported before the close.
            let _ = tokio::time::timeout(PATIENCE, &mut waiting).await;
            return answer.now_or_never()?.ok().flatten().filter(|did| *did != Did::Dismissed);
        }
    }
    let did = answer.await.ok().flatten();
    // Some services leave a notification open after its action.
    if did.as_ref().is_some_and(|did| *did != Did::Dismissed) {
        let _ = tokio::time::timeout(PATIENCE, handle.close_async()).await;
    }
    did
}

impl Answerable {
    async fn attend(mut self, mut ended: oneshot::Receiver<End>) -> Option<Did> {
        tokio::select! {
            did = self.outcome() => {
                if !matches!(did, None | Some(Did::Dismissed)) {
                    self.close().await;
                }
                did
            }
            end = &mut ended => {
                if end != Ok(End::Close) {
                    return None;
                }
                self.close().await;
                // As above: an action just before is read first.
                let did = tokio::time::timeout(PATIENCE, self.outcome()).await.ok().flatten();
                did.filter(|did| *did != Did::Dismissed)
            }
        }
    }

    /// The outcome; none if it disappears by itself.
    async fn outcome(&mut self) -> Option<Did> {
        while let Some(signal) = self.signals.next().await {
            if let Some(did) = signal.ok().and_then(|signal| self.what(&signal)) {
                return did;
            }
        }
        None
    }

    /// A signal's meaning for this notification; `Some(None)` if it disappeared by itself.
    fn what(&self, signal: &Message) -> Option<Option<Did>> {
        let header = signal.header();
        if self.shown_by.as_deref() != header.sender() {
            return None;
        }
        let body = signal.body();
        match header.member()?.as_str() {
            "NotificationReplied" => {
                let (number, text) = body.deserialize::<(u32, String)>().ok()?;
                (number == self.number).then_some(Some(Did::Replied(text)))
            }
            "ActionInvoked" => {
                let (number, key) = body.deserialize::<(u32, String)>().ok()?;
                (number == self.number).then(|| action_of(&key).map(Did::Pressed))
            }
            "NotificationClosed" => {
                let (number, why) = body.deserialize::<(u32, u32)>().ok()?;
                (number == self.number).then(|| (why == BY_USER).then_some(Did::Dismissed))
            }
            _ => None,
        }
    }

    async fn close(&self) {
        let body = (self.number,);
        let closed = self.service.call_method("CloseNotification", &body);
        let _ = tokio::time::timeout(PATIENCE, closed).await;
    }
}
