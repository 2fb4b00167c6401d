//! A real `org.freedesktop.Notifications` that reports its calls.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zbus::OwnedVariant;
use zbus::object_server::SignalEmitter;

use crate::load::clock::now_ms;

const PATH: &str = "/org/freedesktop/Notifications";
const BY_APP: u32 = 3;

/// A call of the app, with its time of arrival.
#[derive(Clone, Debug)]
pub(in crate::load) enum Heard {
    Shown { id: u32, summary: String, at_ms: f64 },
    Withdrawn { id: u32, at_ms: f64 },
}

/// The service on one bus.
pub(in crate::load) struct Notifications {
    heard: Mutex<UnboundedReceiver<Heard>>,
    connection: zbus::Connection,
}

impl Notifications {
    /// Takes the well-known name on the bus.
    pub async fn serve(address: &str) -> anyhow::Result<Self> {
        let (tell, heard) = unbounded_channel();
        let connection = zbus::connection::Builder::address(address)
            .serve_at(PATH, Server { tell, next: 1 })
            .name("org.freedesktop.Notifications")
            .build()
            .await
            .context("cannot serve notifications on the bus")?;
        Ok(Self { heard: Mutex::new(heard), connection })
    }

    /// The first call that `find` accepts; earlier ones are dropped.
    pub async fn until<T>(&self, what: &str, find: impl Fn(Heard) -> Option<T>) -> anyhow::Result<T> {
        let mut inbox = self.heard.lock().await;
        let mut others = Vec::new();
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            while let Some(heard) = inbox.recv().await {
                match find(heard.clone()) {
                    Some(found) => return Some(found),
                    None => others.push(heard),
                }
            }
            None
        });
        match waited.await {
            Ok(found) => found.context("BUG: the service ended"),
            Err(_) => anyhow::bail!("waited in vain for {what}; there was {others:?}"),
        }
    }

    /// Waits until this name has an owner on the bus.
    pub async fn has_owner(&self, name: &str) -> anyhow::Result<()> {
        let bus = zbus::fdo::DBusProxy::new(&self.connection).await?;
        while !bus.name_has_owner(name.try_into()?).await? {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

struct Server {
    tell: UnboundedSender<Heard>,
    next: u32,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Server {
    // The specification has eight parameters.
    #[expect(clippy::too_many_arguments)]
    fn notify(
        &mut self,
        _app: String,
        replaces: u32,
        _icon: String,
        summary: String,
        _body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _expires_ms: i32,
    ) -> u32 {
        let at_ms = now_ms();
        let id = if replaces == 0 { self.next } else { replaces };
        self.next = self.next.max(id) + 1;
        let _ = self.tell.send(Heard::Shown { id, summary, at_ms });
        id
    }

    async fn close_notification(
        &self,
        id: u32,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        let _ = self.tell.send(Heard::Withdrawn { id, at_ms: now_ms() });
        Self::notification_closed(&emitter, id, BY_APP).await?;
        Ok(())
    }

    fn get_capabilities(&self) -> Vec<&'static str> {
        vec!["actions", "body"]
    }

    fn get_server_information(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        ("Tandem's measurements", "Tandem", env!("CARGO_PKG_VERSION"), "1.2")
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;
}
