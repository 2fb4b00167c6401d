//! The custom buttons, as the hub told them last; one value of `meta`, because they come and go as a whole.

use tandem_conversation::Button;
use tandem_protocol::agents::AgentCommand;
use tandem_sqlite::rusqlite::Connection;

use super::{CacheError, Touched, meta};

/// All that this user may see, in their order.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Button>, CacheError> {
    Ok(meta::get(connection, meta::BUTTONS)?.unwrap_or_default())
}

/// Keeps what the hub tells, which it does at every connection; only news is told on.
pub(crate) fn keep(connection: &Connection, touched: &mut Touched, buttons: &[Button]) -> Result<(), CacheError> {
    if all(connection)? != buttons {
        meta::put(connection, meta::BUTTONS, &buttons)?;
        touched.everything();
    }
    Ok(())
}

/// What a command in the outbox is going to do, with the button's title if it is known.
pub(crate) fn intent(connection: &Connection, command: &AgentCommand) -> Result<String, CacheError> {
    if let AgentCommand::PressButton { action } = command
        && let Some(button) = all(connection)?.into_iter().find(|button| button.action.as_ref() == Some(action))
    {
        return Ok(format!("Press {}", button.title));
    }
    Ok(crate::entries::intent(command).to_owned())
}
