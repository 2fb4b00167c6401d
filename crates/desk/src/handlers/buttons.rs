//! Custom buttons: their effects are decided locally, so that a press works offline as far as possible.

use tandem_conversation::Rejection;
use tandem_protocol::agents::AgentCommand;

use super::system::opened;

use crate::cache::{buttons, conversations};
use crate::refusals::{error, refusal, unknown_conversation};
use crate::rpc::{Nothing, PressButton, RpcError};
use crate::words::sentence;
use crate::workplace::Workplace;

impl Workplace {
    /// Notifies Your Logic and opens the page, as the button defines. The page copies the text itself: only a clicked
    /// page may use the clipboard.
    pub(crate) async fn press_button(&self, request: PressButton) -> Result<Nothing, RpcError> {
        let (reader, PressButton { id, button }) = (self.reader()?, request);
        let found = self.cache.read(move |connection| {
            let Some(held) = conversations::get(connection, id)? else { return Ok(None) };
            Ok(Some((held.state, buttons::all(connection)?)))
        });
        let (state, known) = found.await?.ok_or_else(|| unknown_conversation(id))?;
        let button = known.into_iter().find(|known| known.id == button);
        let button = button.ok_or_else(|| refusal(&Rejection::NoButton))?;
        let filled = button.fill(&state, &reader.name);
        let filled = filled.map_err(|why| error("button.unusable", sentence(&format!("{why}."))))?;
        if let Some(action) = button.action {
            self.commands.give(id, AgentCommand::PressButton { action }).await?;
        }
        if let Some(url) = filled.url {
            opened(&self.browser, url).await?;
        }
        Ok(Nothing {})
    }
}
