//! From a token to one customer: contacts are brought together, and every conversation that this concerns hears of it,
//! in one transaction.

use std::collections::BTreeSet;

use tandem_conversation::{
    BrandId, Command, ContactId, ContactKind, Conversation, CustomerId, CustomerRef, LinkSource, Time, joined,
};
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

use super::Identity;
use crate::engine::{Engine, Repeat, system_command};
use crate::store::StoreError;
use crate::store::contacts::{self, Known, Proof, WebContact};

/// A visitor who is let in.
pub(crate) struct Entered {
    /// Where the customer's chat with this brand is, in whichever browser.
    pub home: ContactId,
    pub conversation: Option<Conversation>,
}

/// The home of an identity that brings nothing new: then nothing has to be written.
pub(crate) fn home_of(
    connection: &Connection,
    brand: BrandId,
    identity: &Identity,
) -> Result<Option<ContactId>, StoreError> {
    for contact in identity.contacts() {
        if contacts::owner(connection, contact)?.is_none() {
            return Ok(None);
        }
    }
    contacts::home(connection, brand, &identity.id.value)
}

/// Lets in whoever the page vouches for. `visitor` is who sat in this browser before, if nobody vouched for them: their
/// conversations are the customer's now.
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
    let mut news = false;
    let owner = contacts::owner(connection, &identity.id)?;
    let id = match owner {
        Some(id) => id,
        None => {
            let id = CustomerId(Uuid::now_v7());
            contacts::insert_customer(connection, id, &identity.any_name())?;
            contacts::insert(connection, &identity.id, id, proof)?;
            news = true;
            id
        }
    };
    let mut people = BTreeSet::from([id]);
    for contact in &identity.others {
        match contacts::owner(connection, contact)? {
            Some(other) => people.extend(may_be(connection, other, id)?),
            None => {
                contacts::insert(connection, contact, id, proof)?;
                news = true;
            }
        }
    }
    let home = match contacts::home(connection, brand, &identity.id.value)? {
        Some(home) => home,
        None => contacts::insert_home(connection, brand, &identity.id.value, id, proof)?,
    };
    let left = visitor.filter(|visitor| visitor.contact != home);
    if let Some(visitor) = left {
        contacts::move_to(connection, visitor.contact, home)?;
        // Whoever has said nothing is nobody yet.
        if engine.newest_of_contact(connection, visitor.contact)?.is_some() {
            people.extend(may_be(connection, visitor.customer, id)?);
        }
    }
    if news || people.len() > 1 {
        let customer = one_of(connection, &people, identity, owner.is_none(), proof)?;
        let moved = left.map(|visitor| (visitor.contact, home));
        tell(connection, engine, &people, &customer, moved, &source)?;
    }
    let newest = engine.newest_of_contact(connection, home)?;
    let state = newest.map(|id| engine.state(connection, id)).transpose()?.flatten();
    Ok(Entered { home, conversation: state.map(|state| Conversation::clone(&state)) })
}

/// Whether this customer can be the one with the proven id. Who has another id of the company's is somebody else: an
/// address that two people share proves nothing.
fn may_be(connection: &Connection, other: CustomerId, id: CustomerId) -> Result<Option<CustomerId>, StoreError> {
    let named = contacts::of_customer(connection, other)?.iter().any(|contact| contact.kind == ContactKind::CustomerId);
    Ok((other == id || !named).then_some(other))
}

/// Makes one customer of these people: the one who was known first, with what was known of the others.
fn one_of(
    connection: &Connection,
    people: &BTreeSet<CustomerId>,
    identity: &Identity,
    is_new: bool,
    proof: Proof<'_>,
) -> Result<CustomerRef, StoreError> {
    let mut all = Vec::with_capacity(people.len());
    for id in people {
        all.extend(contacts::known(connection, *id)?.map(|known| (*id, known)));
    }
    let names_nobody = |id: CustomerId, name: &str| {
        name == made_up_name(id) || identity.contacts().any(|contact| contact.value == name)
    };
    let said = identity.name.clone().filter(|_| is_new || people.len() > 1);
    let known = all.iter().find(|(id, known)| !names_nobody(*id, &known.name)).map(|(_, known)| known.name.clone());
    let name = said.or(known).unwrap_or_else(|| identity.any_name());
    let mut all = all.into_iter();
    let Some((first, Known { mut custom, .. })) = all.next() else {
        return Err(StoreError::Damaged { what: "customer", detail: "a contact belongs to nobody".into() });
    };
    for (other, known) in all {
        custom = joined(&custom, &known.custom);
        contacts::give(connection, other, first, proof)?;
    }
    contacts::know(connection, first, &name, &custom)?;
    let contacts = contacts::of_customer(connection, first)?;
    Ok(CustomerRef { id: first, name, custom, contacts })
}

/// Lets conversations know whose they are: all that were somebody else's, and of the customer's own those in progress.
fn tell(
    connection: &Connection,
    engine: &mut Engine,
    people: &BTreeSet<CustomerId>,
    customer: &CustomerRef,
    moved: Option<(ContactId, ContactId)>,
    source: &LinkSource,
) -> Result<(), StoreError> {
    let mut concerned = Vec::new();
    for id in people {
        let was_another = *id != customer.id;
        for conversation in engine.of_customer(connection, *id)? {
            let Some(state) = engine.state(connection, conversation)? else { continue };
            if was_another || state.in_progress() || moved.is_some_and(|(from, _)| state.contact == from) {
                concerned.push(state);
            }
        }
    }
    for state in concerned {
        let contact = moved.filter(|(from, _)| *from == state.contact).map_or(state.contact, |(_, to)| to);
        let (customer, source) = (customer.clone(), source.clone());
        let command = system_command(state.id, Command::LinkCustomer { customer, contact, source });
        engine.execute(connection, &command, Repeat::Once, None)??;
    }
    Ok(())
}

/// What a visitor is called whom nobody has named.
pub(crate) fn made_up_name(id: CustomerId) -> String {
    format!("Visitor {}", &id.0.simple().to_string()[28..])
}
