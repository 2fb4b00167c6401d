//! Handlers of the command table: read the cache, or send a command to the hub and wait for its answer.

mod alerts;
mod apart;
mod as_seen;
mod asking;
mod board;
mod buttons;
mod external;
mod files;
mod improve;
mod library;
mod managing;
mod mentions;
mod numbers;
mod opening;
mod password;
mod preview;
mod reading;
mod report;
mod reviews;
mod searching;
mod seen;
mod session;
mod system;
mod templates;
mod translating;
mod unsent;
mod writing;

use crate::refusals::signed_out;
use crate::rpc::RpcError;
use crate::views::Reader;
use crate::workplace::Workplace;

impl Workplace {
    /// The current reader of the cache.
    fn reader(&self) -> Result<Reader, RpcError> {
        let link = self.link.borrow().clone();
        let me = link.session().ok_or_else(signed_out)?.me();
        let now = self.clock.hub_now();
        let languages = self.languages(me.translate);
        Ok(Reader { user: me.user, name: me.name, permissions: me.permissions, skills: me.skills, languages, now })
    }
}
