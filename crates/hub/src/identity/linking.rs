//! From a token to one customer: merges contacts and tells every affected conversation, in one transaction.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use tandem_conversation::{
    BrandId, Command, ContactId, Conversation, ConversationId, CustomerId, CustomerRef, LinkSource, Time, joined,
};
use tandem_sql::Connection;
use uuid::Uuid;

use super::Identity;
use crate::engine::{Engine, Repeat, system_command};
use crate::store::contacts::{self, Known, Proof, WebContact};
use crate::store::{StoreError, passable};

/// A visitor whose token was accepted.
pub(crate) struct Entered {
    /// The customer's chat with this brand, in every browser.
    pub home: ContactId,
    pub conversation: Option<Conversation>,
}

/// The home chat of an identity with no news: nothing has to be written.
pub(crate) fn home_of(
    connection: &Connection,
    brand: BrandId,
    identity: &Identity,
) -> Result<Option<ContactId>, StoreError> {
    for contact in &identity.others {
        if contacts::owner(connection, contact)?.is_none() {
            return Ok(None);
        }
    }
    match contacts::owner(connection, &identity.id)? {
        Some(owner) if !owner.is_renamed_by(identity.name.as_deref()) => {
            contacts::home(connection, brand, &identity.id.value)
        }
        _ => Ok(None),
    }
}

/// Admits the visitor of a token. `visitor` is this browser's unproven visitor, if any: their conversations become the
/// customer's.
pub(crate) fn enter(
    connection: &Connection,
    engine: &mut Engine,
    brand: BrandId,
    identity: &Identity,
    visitor: Option<&WebContact>,
    now: Time,
) -> Result<Entered, StoreError> {
    let source = LinkSource::IdentityToken { brand };
    let proof = Proof { source: &source, at: now };
    // A visitor who wrote nothing is dropped.
    let stranger = match visitor {
        Some(visitor) if engine.newest_of_contact(connection, visitor.contact)?.is_some() => Some(visitor.customer),
        _ => None,
    };
    let owner = contacts::owner(connection, &identity.id)?;
    let renamed = owner.as_ref().is_none_or(|owner| owner.is_renamed_by(identity.name.as_deref()));
    let mut news = renamed || stranger.is_some();
    // A known customer keeps their id; an unknown visitor becomes the customer.
    let id = match (&owner, stranger) {
        (Some(owner), _) => owner.customer,
        (None, Some(stranger)) => stranger,
        (None, None) => {
            let id = CustomerId(Uuid::now_v7());
            contacts::insert_customer(connection, id, &identity.any_name())?;
            id
        }
    };
    if owner.is_none() {
        contacts::insert(connection, &identity.id, id, proof)?;
    }
    if renamed {
        contacts::put_vouched_name(connection, &identity.id, identity.name.as_deref())?;
    }
    for contact in &identity.others {
        // An address of another known customer proves nothing.
        if contacts::owner(connection, contact)?.is_none() {
            contacts::insert(connection, contact, id, proof)?;
            news = true;
        }
    }
    let home = match contacts::home(connection, brand, &identity.id.value)? {
        Some(home) => home,
        None => contacts::insert_home(connection, brand, &identity.id.value, id, proof)?,
    };
    let left = visitor.map(|visitor| visitor.contact);
    if let Some(left) = left {
        contacts::move_to(connection, left, home)?;
    }
    if news {
        let gone = stranger.filter(|stranger| *stranger != id);
        let customer = become_one(connection, id, gone, identity, renamed, proof)?;
        tell(connection, engine, &customer, gone, (left, home), &source)?;
    }
    let newest = engine.newest_of_contact(connection, home)?;
    let state = newest.map(|id| engine.state(connection, id)).transpose()?.flatten();
    Ok(Entered { home, conversation: state.map(|state| Conversation::clone(&state)) })
}

/// Merges the customer with everyone they were taken for.
fn become_one(
    connection: &Connection,
    id: CustomerId,
    gone: Option<CustomerId>,
    identity: &Identity,
    renamed: bool,
    proof: Proof<'_>,
) -> Result<CustomerRef, StoreError> {
    let nobody = || StoreError::Damaged { what: "customer", detail: "a contact belongs to nobody".into() };
    let Known { mut name, mut custom, mut noted } = contacts::known(connection, id)?.ok_or_else(nobody)?;
    if let Some(gone) = gone {
        let other = contacts::known(connection, gone)?.ok_or_else(nobody)?;
        custom = joined(&custom, &other.custom);
        let more = other.noted.into_iter().filter(|contact| noted.iter().all(|known| known.kind != contact.kind));
        let more: Vec<_> = more.collect();
        noted.extend(more);
        contacts::give(connection, gone, id, proof)?;
    }
    match &identity.name {
        Some(said) if renamed => name.clone_from(said),
        _ if name == CustomerRef::made_up_name(id) => name = identity.any_name(),
        _ => {}
    }
    let contacts = contacts::of_customer(connection, id)?;
    noted.retain(|contact| !contacts.contains(contact));
    noted.sort();
    let known = Known { name, custom, noted };
    contacts::know(connection, id, &known)?;
    let Known { name, custom, noted } = known;
    Ok(CustomerRef { username: None, id, name, custom, contacts, noted })
}

/// Tells conversations whose they are: all that were another customer's, the customer's own in progress, and the one
/// that the browsers show. Of several in progress there, one stays open.
fn tell(
    connection: &Connection,
    engine: &mut Engine,
    customer: &CustomerRef,
    gone: Option<CustomerId>,
    (left, home): (Option<ContactId>, ContactId),
    source: &LinkSource,
) -> Result<(), StoreError> {
    let mut concerned: BTreeMap<ConversationId, Arc<Conversation>> = BTreeMap::new();
    let mut ids = engine.in_progress_of(connection, customer.id)?;
    if let Some(gone) = gone {
        ids.extend(engine.of_customer(connection, gone)?);
    }
    for contact in left.into_iter().chain([home]) {
        ids.extend(engine.newest_of_contact(connection, contact)?);
    }
    for id in ids {
        concerned.extend(engine.state(connection, id)?.map(|state| (id, state)));
    }
    let here = |state: &&Arc<Conversation>| state.contact == home || Some(state.contact) == left;
    let best =
        concerned.values().filter(here).filter(|state| state.in_progress()).max_by_key(|state| {
            (state.people().next().is_some(), state.help.is_some(), state.started, Reverse(state.id))
        });
    let goes_on = best.map(|state| state.id);
    for (id, state) in &concerned {
        let is_here = here(&state);
        let contact = if is_here { home } else { state.contact };
        let goes_on_in = goes_on.filter(|other| is_here && other != id);
        let (customer, source) = (customer.clone(), source.clone());
        let command = Command::LinkCustomer { customer, contact, source, goes_on_in };
        // An unchangeable conversation must not prevent the sign-in.
        let told = passable(engine.execute(connection, &system_command(*id, command), Repeat::Once, None))?;
        told.transpose()?;
    }
    Ok(())
}
