//! Conversations in windows of their own. The core keeps which there are; the shell opens and closes the windows
//! accordingly.

use tandem_conversation::{ConversationId, Section};
use tandem_sqlite::rusqlite::Connection;

use crate::cache::{CacheError, conversations, meta};
use crate::desk::Desk;
use crate::notify::Poke;
use crate::refusals::{error, unknown_conversation};
use crate::rpc::{KeepOnTop, Nothing, OneConversation, RpcError, Want};
use crate::view::{ApartView, Change};
use crate::wanted::Wanted;
use crate::words::say;
use crate::workplace::Workplace;

impl Desk {
    /// Shows something in the main window.
    pub(crate) async fn want_shown(&self, request: Want) -> Result<Nothing, RpcError> {
        let wanted = request.id.map(Wanted::Conversation).or(request.section.map(Wanted::Section));
        self.raise_main(wanted);
        Ok(Nothing {})
    }
}

impl Workplace {
    /// Gives a conversation a window of its own, or brings the one that it has to the front.
    pub(crate) async fn pop_out(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        let id = request.id;
        let placed = self.cache.write(move |connection, touched| {
            let mut all = all(connection)?;
            if all.iter().any(|apart| apart.id == id) {
                return Ok(Some(true));
            }
            if conversations::get(connection, id)?.is_none() {
                return Ok(None);
            }
            let free = (1..=ApartView::MOST).find(|place| all.iter().all(|apart| apart.place != *place));
            let Some(place) = free else { return Ok(Some(false)) };
            all.push(ApartView { id, place, on_top: false });
            touched.app();
            meta::put(connection, meta::APART, &all)?;
            Ok(Some(true))
        });
        match placed.await? {
            None => Err(unknown_conversation(id)),
            Some(false) => Err(error("window.too_many", say("refused-windows", &[("count", ApartView::MOST.into())]))),
            Some(true) => {
                self.changes.tell(Change::Raise { id });
                Ok(Nothing {})
            }
        }
    }

    /// Closes a conversation's own window: the main window shows it again.
    pub(crate) async fn bring_back(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        let id = request.id;
        self.memory.brought_back(id);
        self.change_apart(move |all| all.retain(|apart| apart.id != id)).await?;
        self.looks(Some(id), None);
        Ok(Nothing {})
    }

    pub(crate) async fn keep_on_top(&self, request: KeepOnTop) -> Result<Nothing, RpcError> {
        let KeepOnTop { id, on } = request;
        let change = move |all: &mut Vec<ApartView>| {
            all.iter_mut().filter(|apart| apart.id == id).for_each(|apart| apart.on_top = on);
        };
        self.change_apart(change).await
    }

    /// Gives the board a window of its own, or brings the one that it has to the front.
    pub(crate) async fn pop_out_board(&self, _: Nothing) -> Result<Nothing, RpcError> {
        if !self.reader()?.may_see(Section::All) {
            return Err(error("board.forbidden", "Only supervisors see the board."));
        }
        self.set_board_apart(true).await?;
        self.changes.tell(Change::RaiseBoard);
        Ok(Nothing {})
    }

    /// Closes the board's own window.
    pub(crate) async fn bring_board_back(&self, _: Nothing) -> Result<Nothing, RpcError> {
        self.set_board_apart(false).await
    }

    async fn set_board_apart(&self, apart: bool) -> Result<Nothing, RpcError> {
        let written = self.cache.write(move |connection, touched| {
            touched.app();
            meta::put(connection, meta::BOARD_APART, &apart)
        });
        written.await?;
        Ok(Nothing {})
    }

    async fn change_apart(
        &self,
        change: impl FnOnce(&mut Vec<ApartView>) + Send + 'static,
    ) -> Result<Nothing, RpcError> {
        let written = self.cache.write(move |connection, touched| {
            let before = all(connection)?;
            let mut now = before.clone();
            change(&mut now);
            if now == before {
                return Ok(());
            }
            touched.app();
            meta::put(connection, meta::APART, &now)
        });
        written.await?;
        Ok(Nothing {})
    }

    /// Drafts of this conversation are in more than one window.
    pub(super) async fn is_in_two_windows(&self, id: ConversationId) -> Result<bool, CacheError> {
        let apart = self.cache.read(all).await?;
        Ok(self.memory.was_apart(id) || apart.iter().any(|apart| apart.id == id))
    }

    /// A window has another conversation on screen, or none. `window` is the conversation that has it for itself.
    pub(super) fn looks(&self, window: Option<ConversationId>, at: Option<ConversationId>) {
        let before = self.memory.look(window, at);
        if before != at {
            let _ = self.pokes.send(Poke::Looked(before, at));
            self.memory.looked.notify_one();
        }
    }
}

/// Whether the board has a window of its own.
pub(super) fn has_board(connection: &Connection) -> Result<bool, CacheError> {
    Ok(meta::get(connection, meta::BOARD_APART)?.unwrap_or_default())
}

/// The conversations with windows of their own, in the order in which these were opened.
pub(super) fn all(connection: &Connection) -> Result<Vec<ApartView>, CacheError> {
    Ok(meta::get(connection, meta::APART)?.unwrap_or_default())
}
