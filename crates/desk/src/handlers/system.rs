//! The desk and the system: start at login, and requests from links and the tray.

use std::sync::Arc;

use crate::browser::{Browser, BrowserError};
use crate::desk::Desk;
use crate::refusals::error;
use crate::rpc::{Nothing, OpenLink, RpcError, SetStartup, Speaks};
use crate::startup::{Startup, StartupError};
use crate::view::{StartupView, WantedView};
use crate::words::speak;

impl Desk {
    pub(crate) async fn startup(&self, _: Nothing) -> Result<StartupView, RpcError> {
        let found = self.with_startup(|startup| startup.is_on()).await?;
        Ok(match found {
            Ok(true) => StartupView::On,
            Ok(false) => StartupView::Off,
            Err(StartupError(reason)) => StartupView::Unavailable { reason },
        })
    }

    /// Returns the system's setting afterwards.
    pub(crate) async fn set_startup(&self, request: SetStartup) -> Result<StartupView, RpcError> {
        let turned = self.with_startup(move |startup| startup.turn(request.at_login)).await?;
        turned.map_err(|StartupError(reason)| error("startup.failed", reason))?;
        self.startup(Nothing {}).await
    }

    /// What the window should show; returned once, to a signed-in user.
    pub(crate) async fn wanted(&self, _: Nothing) -> Result<WantedView, RpcError> {
        let signed_in = self.place().is_ok_and(|place| place.link.borrow().session().is_some());
        Ok(self.take_wanted(signed_in).into())
    }

    /// What the core says from now on is in this language; what it said before is read again.
    pub(crate) async fn speaks(&self, request: Speaks) -> Result<Nothing, RpcError> {
        if speak(request.language) {
            self.tell_everything();
        }
        Ok(Nothing {})
    }

    /// Opens a page in the system's browser; the error says why it failed.
    pub(crate) async fn open_link(&self, request: OpenLink) -> Result<Nothing, RpcError> {
        opened(&self.config().browser, request.url).await
    }

    async fn with_startup<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Startup) -> T + Send + 'static,
    ) -> Result<T, RpcError> {
        let startup = Arc::clone(&self.config().startup);
        let answer = tokio::task::spawn_blocking(move || ask(&*startup)).await;
        answer.map_err(|failed| error("desk.failed", format!("The desk failed: {failed}.")))
    }
}

pub(super) async fn opened(browser: &Arc<dyn Browser>, url: String) -> Result<Nothing, RpcError> {
    let browser = Arc::clone(browser);
    let opened = tokio::task::spawn_blocking(move || browser.open(&url)).await;
    let opened = opened.map_err(|failed| error("desk.failed", format!("The desk failed: {failed}.")))?;
    opened.map_err(|BrowserError(reason)| error("browser.failed", reason))?;
    Ok(Nothing {})
}
