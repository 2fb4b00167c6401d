//! Whether the user can notice anything: do-not-disturb, a locked screen, an empty chair, as far as the system says so.

use tandem_desk::Attention;
use tokio::sync::watch;

/// What the system says, from now on. Must be called inside the runtime.
pub fn watch() -> watch::Receiver<Attention> {
    let (said, attention) = watch::channel(Attention::default());
    #[cfg(all(unix, not(target_os = "macos")))]
    tokio::spawn(system::follow(said));
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    drop(said);
    attention
}

/// The freedesktop services over D-Bus. Nothing is started for it, and what is not there says nothing.
#[cfg(all(unix, not(target_os = "macos")))]
mod system {
    use std::time::Duration;

    use tandem_desk::Attention;
    use tokio::sync::watch;
    use zbus::Connection;
    use zbus::OwnedVariant;
    use zbus::proxy::{CacheProperties, MethodFlags};

    /// Not every service tells of changes, and services are restarted: they are asked.
    const EVERY: Duration = Duration::from_secs(2);
    const PATIENCE: Duration = Duration::from_secs(1);

    /// One yes or no of a service: its name, the object, the interface, the property.
    type Question = [&'static str; 4];

    const INHIBITED: Question = [
        "org.freedesktop.Notifications",
        "/org/freedesktop/Notifications",
        "org.freedesktop.Notifications",
        "Inhibited",
    ];
    /// dunst has its own word for it.
    const PAUSED: Question =
        ["org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.dunstproject.cmd0", "paused"];
    const LOCKED: Question = [
        "org.freedesktop.login1",
        "/org/freedesktop/login1/session/auto",
        "org.freedesktop.login1.Session",
        "LockedHint",
    ];
    const IDLE: Question = [
        "org.freedesktop.login1",
        "/org/freedesktop/login1/session/auto",
        "org.freedesktop.login1.Session",
        "IdleHint",
    ];
    const SAVER: [&str; 3] =
        ["org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"];

    /// Asks until nobody wants to know any more.
    pub async fn follow(said: watch::Sender<Attention>) {
        let (session, system) = (Connection::session().await.ok(), Connection::system().await.ok());
        if session.is_none() {
            tracing::info!("without a session bus nobody says whether the screen is locked");
        }
        while !said.is_closed() {
            let attention = Attention {
                do_not_disturb: is(session.as_ref(), INHIBITED).await || is(session.as_ref(), PAUSED).await,
                locked: is(system.as_ref(), LOCKED).await || saver_is_active(session.as_ref()).await,
                idle: is(system.as_ref(), IDLE).await,
            };
            said.send_if_modified(|known| std::mem::replace(known, attention) != attention);
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn is(bus: Option<&Connection>, [service, object, interface, property]: Question) -> bool {
        let Some(bus) = bus else { return false };
        let asked = async {
            let proxy = quiet_proxy(bus, service, object, "org.freedesktop.DBus.Properties").await?;
            let flags = MethodFlags::NO_AUTO_START;
            let value: Option<OwnedVariant> = proxy.call_with_flags("Get", flags, &(interface, property)).await?;
            zbus::Result::Ok(value.and_then(|value| bool::try_from(value).ok()).unwrap_or(false))
        };
        matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(true)))
    }

    async fn saver_is_active(bus: Option<&Connection>) -> bool {
        let Some(bus) = bus else { return false };
        let [service, object, interface] = SAVER;
        let asked = async {
            let proxy = quiet_proxy(bus, service, object, interface).await?;
            let active: Option<bool> = proxy.call_with_flags("GetActive", MethodFlags::NO_AUTO_START, &()).await?;
            zbus::Result::Ok(active.unwrap_or(false))
        };
        matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(true)))
    }

    async fn quiet_proxy<'a>(
        bus: &Connection,
        service: &'a str,
        object: &'a str,
        interface: &'a str,
    ) -> zbus::Result<zbus::Proxy<'a>> {
        zbus::proxy::Builder::new(bus)
            .destination(service)
            .path(object)
            .interface(interface)
            .cache_properties(CacheProperties::No)
            .build()
            .await
    }
}
