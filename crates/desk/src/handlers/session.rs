//! Signing in and out, presence, and what the window is doing.

use tandem_protocol::agents::{DeskFrame, Login};
use tokio::sync::oneshot;

use super::error;
use crate::cache::{self, conversations, meta};
use crate::desk::Desk;
use crate::hub::HubError;
use crate::notify::Poke;
use crate::rpc::{Looking, Nothing, OneConversation, RpcError, Seen, SetAvailability, SignIn};
use crate::sync::Input;
use crate::view::Change;

impl Desk {
    pub(crate) async fn sign_in(&self, request: SignIn) -> Result<Nothing, RpcError> {
        let hub = self.inner.hub_at(&request.hub).map_err(|failed| error("session.address", failed.to_string()))?;
        let login = Login { email: request.email, password: request.password };
        let tokens = hub.login(&login).await.map_err(|failed| match failed {
            HubError::SessionEnded(message) => error("session.wrong", message),
            HubError::Busy { message, .. } => error("session.busy", message),
            HubError::Refused(problem) => RpcError { code: problem.code, message: problem.detail },
            HubError::Network(message) => error("session.unreachable", message),
            other => error("session.failed", crate::sync::sentence(&other.to_string())),
        })?;
        self.inner.enter(hub, tokens).await?;
        Ok(Nothing {})
    }

    pub(crate) async fn sign_out(&self, _: Nothing) -> Result<Nothing, RpcError> {
        let Some(session) = self.inner.link.borrow().session().cloned() else { return Ok(Nothing {}) };
        let (done, left) = oneshot::channel();
        if self.inner.sync.send(Input::SignOut(done)).is_ok() {
            let _ = left.await;
        }
        session.end().await;
        // Customers' words do not stay behind; drafts and unsent replies wait for the same user.
        self.inner.cache.write(cache::forget_conversations).await?;
        Ok(Nothing {})
    }

    pub(crate) async fn set_availability(&self, request: SetAvailability) -> Result<Nothing, RpcError> {
        let availability = request.availability;
        self.inner.memory.set_availability(availability);
        self.inner
            .cache
            .write(move |connection, touched| {
                touched.app();
                meta::put(connection, meta::AVAILABILITY, &availability)
            })
            .await?;
        let _ = self.inner.sync.send(Input::Say(DeskFrame::Presence { availability }));
        let _ = self.inner.pokes.send(Poke::All);
        Ok(Nothing {})
    }

    pub(crate) async fn typing(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        let _ = self.inner.sync.send(Input::Say(DeskFrame::Typing { conversation: request.id }));
        Ok(Nothing {})
    }

    pub(crate) async fn seen(&self, request: Seen) -> Result<Nothing, RpcError> {
        let (reader, id) = (self.reader()?, request.id);
        let receipt = self
            .inner
            .cache
            .write(move |connection, touched| {
                let Some(held) = conversations::get(connection, id)? else { return Ok(None) };
                let state = &held.state;
                let up_to = request.up_to.min(state.position);
                if !cache::bookmarks::see(connection, id, up_to)? {
                    return Ok(None);
                }
                conversations::derive_again(connection, touched, id, reader.user)?;
                // Only what is news to the customer is worth a message: turns of theirs that nobody has seen yet.
                let news = state.agent(reader.user).is_some() && state.last_customer > state.receipts.desk_seen;
                Ok(news.then_some(up_to))
            })
            .await?;
        if let Some(up_to) = receipt {
            self.inner.outbox.confirm(id, tandem_conversation::Stage::Seen, up_to).await;
        }
        Ok(Nothing {})
    }

    pub(crate) async fn looking(&self, request: Looking) -> Result<Nothing, RpcError> {
        let before = self.inner.memory.look(request.id);
        if before != request.id {
            let _ = self.inner.pokes.send(Poke::Looked(before, request.id));
        }
        Ok(Nothing {})
    }

    pub(crate) async fn test_notification(&self, _: Nothing) -> Result<Nothing, RpcError> {
        let (answer, shown) = oneshot::channel();
        let _ = self.inner.pokes.send(Poke::Test(answer));
        match shown.await {
            Ok(Ok(())) => Ok(Nothing {}),
            Ok(Err(failed)) => Err(error("notifications.failed", failed.0)),
            Err(_) => Err(error("desk.ended", "The desk is about to end.")),
        }
    }

    /// Tells the interface to show a conversation; for links and single instances.
    pub fn show(&self, id: tandem_conversation::ConversationId) {
        self.inner.changes.tell(Change::Open { id, section: None });
    }
}
