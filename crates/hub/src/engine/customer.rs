//! What is known of a customer, from Your Logic and from agents, is kept with the customer and copied into each of
//! their conversations.

use tandem_conversation::{Command, CommandId, ContactKind, ConversationId, CustomerRef, difference};
use tandem_sql::Connection;
use uuid::Uuid;

use super::{Engine, Repeat, of_logic, system_command};
use crate::store::contacts::Known;
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
    if known.noted != state.customer.noted {
        let noted = |kind| {
            let noted = known.noted.iter().find(|contact| contact.kind == kind);
            Some(noted.map(|contact| contact.value.clone()).unwrap_or_default())
        };
        let (email, phone) = (noted(ContactKind::Email), noted(ContactKind::Phone));
        let edit = Command::EditCustomer { name: None, email, phone };
        engine.execute(connection, &system_command(id, edit), Repeat::Once, None)??;
    }
    Ok(())
}

/// Stores what was learnt of the customer in this conversation, and tells their others.
pub(crate) fn keep(connection: &Connection, engine: &mut Engine, id: ConversationId) -> Result<(), StoreError> {
    let Some(state) = engine.state(connection, id)? else { return Ok(()) };
    let CustomerRef { id: customer, name, custom, noted, .. } = state.customer.clone();
    let now = Known { name, custom, noted };
    if contacts::known(connection, customer)?.is_none_or(|known| known == now) {
        return Ok(());
    }
    contacts::know(connection, customer, &now)?;
    for other in conversations::in_progress_of(connection, customer)? {
        if other != id {
            passable(catch_up(connection, engine, other))?;
        }
    }
    Ok(())
}
