//! The user's seat: a login manager that reports whether the screen is locked and the user idle.

use anyhow::{Context as _, Result};
use zbus::object_server::InterfaceRef;

const NAME: &str = "org.freedesktop.login1";
const SESSION: &str = "/org/freedesktop/login1/session/auto";

pub struct Seat {
    session: InterfaceRef<Session>,
    _connection: zbus::Connection,
}

impl Seat {
    /// Serves it on a desktop's bus, which is also its system bus.
    ///
    /// # Errors
    /// If the bus refuses.
    pub async fn serve(bus: &str) -> Result<Self> {
        let connection = zbus::connection::Builder::address(bus)
            .serve_at(SESSION, Session::default())
            .name(NAME)
            .build()
            .await
            .context("the login manager cannot be served")?;
        let session = connection.object_server().interface::<_, Session>(SESSION).await?;
        Ok(Self { session, _connection: connection })
    }

    pub async fn lock(&self, locked: bool) {
        self.session.get_mut().await.locked = locked;
    }

    pub async fn leave(&self, idle: bool) {
        self.session.get_mut().await.idle = idle;
    }
}

#[derive(Default)]
struct Session {
    locked: bool,
    idle: bool,
}

#[zbus::interface(name = "org.freedesktop.login1.Session")]
impl Session {
    #[zbus(property)]
    fn locked_hint(&self) -> bool {
        self.locked
    }

    #[zbus(property)]
    fn idle_hint(&self) -> bool {
        self.idle
    }
}
