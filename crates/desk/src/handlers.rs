//! Handlers of the command table: read the cache, or send a command to the hub and wait for its answer.

mod alerts;
mod asking;
mod buttons;
mod commands;
mod external;
mod files;
mod improve;
mod mentions;
mod opening;
mod password;
mod preview;
mod reading;
mod searching;
mod session;
mod system;
mod writing;

pub(crate) use commands::Commands;
use tandem_conversation::ConversationId;

use crate::cache::CacheError;
use crate::rpc::RpcError;
use crate::views::Reader;
use crate::workplace::Workplace;

/// An error with a stable code and a message for the agent.
fn error(code: &str, message: impl Into<String>) -> RpcError {
    RpcError { code: code.to_owned(), message: message.into() }
}

impl From<CacheError> for RpcError {
    fn from(failed: CacheError) -> Self {
        Self::from(&failed)
    }
}

impl From<&CacheError> for RpcError {
    fn from(failed: &CacheError) -> Self {
        tracing::error!(error = %failed, "the cache failed");
        error("desk.cache", format!("The cache on this machine failed: {failed}."))
    }
}

pub(crate) fn locked() -> RpcError {
    error("desk.locked", "The data on this machine is locked: unlock it first.")
}

fn signed_out() -> RpcError {
    error("desk.signed_out", "Sign in first.")
}

fn unknown_conversation(_: ConversationId) -> RpcError {
    error("conversation.unknown", "This conversation is not on this machine any more.")
}

impl Workplace {
    /// The current reader of the cache.
    fn reader(&self) -> Result<Reader, RpcError> {
        let link = self.link.borrow().clone();
        let me = link.session().ok_or_else(signed_out)?.me();
        let now = self.clock.hub_now();
        Ok(Reader { user: me.user, name: me.name, permissions: me.permissions, skills: me.skills, now })
    }
}
