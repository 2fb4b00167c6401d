//! Services of other systems: notifications are shown and answered, but not withdrawn.

use notify_rust::{NotificationHandle, NotificationResponse};
use tandem_desk::words::say;
use tandem_desk::{Action, Did, Notification};
use tokio::sync::oneshot;

use super::{End, Inner, PATIENCE, Service, action_of};

pub type Handle = NotificationHandle;

/// The service, which is a part of the system.
#[derive(Default)]
pub struct Door;

pub fn number(_: &Handle) -> u32 {
    0
}

impl Door {
    #[expect(clippy::unused_async, reason = "asking takes time elsewhere")]
    pub async fn service(&self) -> Result<Service, String> {
        let replies = cfg!(target_os = "macos");
        Ok(Service { name: std::env::consts::OS.to_owned(), screen: None, markup: false, actions: true, replies })
    }

    pub async fn show(
        &self,
        native: notify_rust::Notification,
        notification: &Notification,
        service: &Service,
        _: Option<u32>,
    ) -> Result<Handle, String> {
        let can_be_answered = service.replies && notification.actions.contains(&Action::Reply);
        let native = with_field(native, can_be_answered);
        let shown = tokio::task::spawn_blocking(move || native.show());
        match tokio::time::timeout(PATIENCE, shown).await {
            Ok(Ok(Ok(handle))) => Ok(handle),
            Ok(Ok(Err(error))) => Err(say("system-notices", &[("reason", error.to_string().into())])),
            Ok(Err(_)) | Err(_) => Err(say("system-notices.silent", &[])),
        }
    }

    #[expect(clippy::unused_async, reason = "there is no screen to close anything on")]
    pub async fn close(&self, _: u32) {}

    #[expect(clippy::unused_async, reason = "services come and go elsewhere")]
    pub async fn follow(&self, _: &Inner) {}
}

/// The field replaces the button.
#[cfg(target_os = "macos")]
fn with_field(mut native: notify_rust::Notification, can_be_answered: bool) -> notify_rust::Notification {
    if can_be_answered {
        native.reply(&say("notice-answer", &[]));
    }
    native
}

#[cfg(not(target_os = "macos"))]
fn with_field(native: notify_rust::Notification, _: bool) -> notify_rust::Notification {
    native
}

pub async fn attend(handle: Handle, ended: oneshot::Receiver<End>) -> Option<Did> {
    let (said, answer) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = handle.wait_for_response(|response: &NotificationResponse| {
            let did = match response {
                NotificationResponse::Default => Some(Did::Pressed(Action::Open)),
                NotificationResponse::Action(key) => action_of(key).map(Did::Pressed),
                NotificationResponse::Reply(text) => Some(Did::Replied(text.clone())),
                _ => None,
            };
            let _ = said.send(did);
        });
    });
    tokio::select! {
        did = answer => did.ok().flatten(),
        _ = ended => None,
    }
}
