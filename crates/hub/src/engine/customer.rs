//! Your Logic's data about a customer is kept with the customer and copied into each of their conversations.

use tandem_conversation::{Command, CommandId, ConversationId, difference};
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

use super::{Engine, Repeat, of_logic};
use crate::store::{StoreError, contacts, conversations, passable};

/// Copies what was learnt elsewhere into a conversation, before Your Logic is asked or its answer changes any of it.
pub(crate) fn catch_up(connection: &Connection, engine: &mut Engine, id: ConversationId) -> Result<(), StoreError> {
    let Some(state) = engine.state(connection, id)? else { return Ok(()) };
    let Some(known) = contacts::known(connection, state.customer.id)? else { return Ok(()) };
    let patch = difference(&state.customer.custom, &known.custom);
    let (renamed, changed) = (known.name != state.customer.name, !patch.is_empty());
    let rename = renamed.then_some(Command::RenameCustomer { name: known.name });
    for command in rename.into_iter().chain(changed.then_some(Command::ChangeCustomer { patch })) {
        engine.execute(connection, &of_logic(CommandId(Uuid::now_v7()), id, command), Repeat::Once, None)??;
    }
    Ok(())
}

/// Stores what an answer says of the customer, and tells their other conversations.
pub(crate) fn keep(connection: &Connection, engine: &mut Engine, id: ConversationId) -> Result<(), StoreError> {
    let Some(state) = engine.state(connection, id)? else { return Ok(()) };
    let (customer, name, custom) = (state.customer.id, &state.customer.name, &state.customer.custom);
    let Some(known) = contacts::known(connection, customer)? else { return Ok(()) };
    if *name == known.name && *custom == known.custom {
        return Ok(());
    }
    contacts::know(connection, customer, name, custom)?;
    for other in conversations::in_progress_of(connection, customer)? {
        if other != id {
            passable(catch_up(connection, engine, other))?;
        }
    }
    Ok(())
}
