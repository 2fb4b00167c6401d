//! Whether the user can notice anything: do-not-disturb, a locked screen or an idle machine, where the system reports
//! it.

pub use system::Asker;

/// The freedesktop services over D-Bus. Starts no service; an absent one reports nothing.
#[cfg(all(unix, not(target_os = "macos")))]
mod system {
    use std::time::Duration;

    use tandem_desk::Attention;
    use zbus::Connection;
    use zbus::OwnedVariant;
    use zbus::proxy::{CacheProperties, MethodFlags};

    const PATIENCE: Duration = Duration::from_secs(1);

    /// A boolean property of a service: name, object, interface, property.
    type Question = [&'static str; 4];

    const INHIBITED: Question = [
        "org.freedesktop.Notifications",
        "/org/freedesktop/Notifications",
        "org.freedesktop.Notifications",
        "Inhibited",
    ];
    /// dunst has its own property.
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

    pub struct Asker {
        session: Option<Connection>,
        system: Option<Connection>,
    }

    impl Asker {
        pub async fn new() -> Self {
            let (session, system) = (Connection::session().await.ok(), Connection::system().await.ok());
            if session.is_none() {
                tracing::info!("without a session bus a locked screen is not detected");
            }
            Self { session, system }
        }

        /// The current state of the system.
        pub async fn ask(&self) -> Attention {
            let (session, system) = (self.session.as_ref(), self.system.as_ref());
            let (inhibited, paused, locked, active, idle) = tokio::join!(
                is(session, INHIBITED),
                is(session, PAUSED),
                is(system, LOCKED),
                saver_is_active(session),
                is(system, IDLE),
            );
            Attention { do_not_disturb: inhibited || paused, locked: locked || active, idle }
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

/// Other systems are not supported yet.
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod system {
    use tandem_desk::Attention;

    pub struct Asker;

    impl Asker {
        #[expect(clippy::unused_async, reason = "asking takes time elsewhere")]
        pub async fn new() -> Self {
            Self
        }

        #[expect(clippy::unused_async, reason = "asking takes time elsewhere")]
        pub async fn ask(&self) -> Attention {
            Attention::default()
        }
    }
}
