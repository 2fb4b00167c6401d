//! The custom buttons from the hub, as one value of `meta`, because they change as a whole.

use tandem_conversation::Button;
use tandem_protocol::agents::AgentCommand;
use tandem_sqlite::rusqlite::Connection;

use super::{CacheError, Touched, meta};
use crate::words::say;

/// The user's buttons, in their order.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Button>, CacheError> {
    Ok(meta::get(connection, meta::BUTTONS)?.unwrap_or_default())
}

/// Stores the buttons. The hub sends them at every connection; only changes are announced.
pub(crate) fn keep(connection: &Connection, touched: &mut Touched, buttons: &[Button]) -> Result<(), CacheError> {
    if all(connection)? != buttons {
        meta::put(connection, meta::BUTTONS, &buttons)?;
        touched.everything();
    }
    Ok(())
}

/// Describes a queued command, with the button's title if known.
pub(crate) fn intent(connection: &Connection, command: &AgentCommand) -> Result<String, CacheError> {
    if let AgentCommand::PressButton { action } = command
        && let Some(button) = all(connection)?.into_iter().find(|button| button.action.as_ref() == Some(action))
    {
        return Ok(say("does-press.button", &[("button", button.title.as_str().into())]));
    }
    Ok(crate::entries::intent(command))
}
