//! Whose chat it is, and what payloads teach of customers: their numbers, ids and names.

use std::collections::HashSet;

use tandem_conversation::{
    CardPerson, Channel, Command, Contact, ContactId, ContactKind, Conversation, ConversationId, EventBody,
    Participant, RENUMBERED, Time, is_blank, limits::LABEL_CHARS,
};
use tandem_sql::Connection;

use super::inbound::{Heard, sent_at};
use super::reports::{Taken, silent_line};
use super::route;
use super::webhook::{Message, Renumbered, Who};
use crate::engine::{Engine, Repeat, customer, system_command};
use crate::store::whatsapp::amended::{self, Author};
use crate::store::whatsapp::messages::{self, Known};
use crate::store::whatsapp::routes::{self, Name, NameKind, Placement, Route};
use crate::store::whatsapp::{self, Number};
use crate::store::{StoreError, contacts, events, passable};

/// Where a message belongs.
pub(super) enum Placed {
    /// It is known.
    Known,
    /// It comes after its edit or its withdrawal, which stand in its place in this chat.
    Comes(ContactId),
    New(ContactId),
}

/// The chat of a message, with what that teaches about names.
pub(super) fn route_of(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    (message, by): (&Message, &Participant),
    received: Time,
) -> Result<Placed, StoreError> {
    let awaited = amended::awaited(connection, &number.key, &message.id)?;
    if awaited.is_none() && messages::get(connection, &number.key, &message.id)?.is_some() {
        return Ok(Placed::Known);
    }
    let name = called(given_name(message), &message.who);
    // What we write ourselves is no sign of theirs.
    let sign = Sign { at: sent_at(message, received), is_theirs: *by == Participant::Customer };
    let route = locate(connection, engine, number, &message.who, &name, sign)?;
    if let Some(username) = message.username.as_deref().map(label).filter(|name| !is_blank(name)) {
        routes::set_username(connection, route, &username)?;
    }
    let author = Author { route, ours: *by != Participant::Customer };
    match awaited {
        // It stands in its place already.
        Some(of) if of == author => return Ok(Placed::Comes(route)),
        Some(_) => {
            amended::forget(connection, &number.key, &message.id)?;
            messages::forget(connection, &number.key, &message.id)?;
        }
        None => {}
    }
    Ok(Placed::New(route))
}

/// A customer of whom not even a number is known.
const UNNAMED: &str = "WhatsApp user";

/// What customers call themselves.
fn given_name(message: &Message) -> Option<String> {
    let name = message.name.as_deref().or(message.username.as_deref()).map(label);
    name.filter(|name| !is_blank(name))
}

/// The name to show at first: the one given, else the number.
fn called(given: Option<String>, who: &Who) -> String {
    given.or_else(|| who.wa_id.as_ref().map(|number| format!("+{number}"))).unwrap_or_else(|| UNNAMED.into())
}

/// Whether nobody has told this name: it stands for one.
fn stands_for_a_name(name: &str) -> bool {
    let digits = name.strip_prefix('+');
    name == UNNAMED || digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// As much of a foreign name as a label takes.
fn label(name: &str) -> String {
    name.chars().take(LABEL_CHARS).collect()
}

/// The route of a payload, with what it teaches about names.
fn locate(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    who: &Who,
    name: &str,
    sign: Sign,
) -> Result<ContactId, StoreError> {
    let mut known = routes::known(connection, &number.key, &route::names(who))?;
    let mut placement = route::place(who, sign.at, &known);
    if let (None, Some(value)) = (&who.user_id, &who.wa_id) {
        let elsewhere = names_elsewhere(connection, number, value)?;
        placement = route::among_others(placement, value, sign.at, &known, &elsewhere);
    }
    let loses_number = placement.ends.iter().any(|(_, kind, ..)| *kind == NameKind::Number);
    if loses_number && hear_elsewhere(connection, number, &mut known)? {
        placement = route::place(who, sign.at, &known);
    }
    if let Some(user) = &who.user_id {
        let mut adds = Vec::with_capacity(placement.adds.len());
        for (kind, value) in std::mem::take(&mut placement.adds) {
            let is_number = kind == NameKind::Number;
            match is_number && is_of_another_since(connection, number, &value, user, sign.at)? {
                true => placement.past.push((kind, value)),
                false => adds.push((kind, value)),
            }
        }
        placement.adds = adds;
    }
    if !sign.is_theirs {
        let is_another = |(kind, value): &(NameKind, String)| {
            let mut holders = known.iter().filter(|name| name.kind == *kind && name.value == *value);
            holders.any(|name| name.until.is_none() && Some(name.route) != placement.route)
        };
        placement.adds.retain(|name| !is_another(name));
        placement.ends.clear();
        placement.seen.clear();
        placement.past.clear();
    }
    if placement.conflict {
        let number = &*number.key;
        tracing::warn!(number, contact.id = ?placement.route, "a WhatsApp number came with another user's id");
    }
    keep(connection, engine, number, &placement, name, sign)
}

/// Where knowledge of a customer's names comes from. `is_theirs` if the customer acted: only that proves that the names
/// are still theirs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sign {
    pub at: Time,
    pub is_theirs: bool,
}

/// Keeps what is learnt about names. Conversations in progress are told whose number it is now.
pub(super) fn keep(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    placement: &Placement<ContactId>,
    name: &str,
    sign: Sign,
) -> Result<ContactId, StoreError> {
    let route = routes::keep(connection, &number.key, placement, name, sign.at, sign.is_theirs)?;
    for (of, kind, value, until) in &placement.ends {
        if *kind == NameKind::Number {
            passable(lose_elsewhere(connection, engine, number, (*of, value), *until, sign.at))?;
        }
    }
    for (kind, value) in &placement.adds {
        if *kind == NameKind::Number && sign.is_theirs {
            let was_anothers = placement.ends.iter().any(|(of, kind, ..)| *kind == NameKind::Number && *of != route);
            passable(gain_elsewhere(connection, engine, number, (route, value, was_anothers), sign.at))?;
        }
    }
    let loses = placement.ends.iter().filter(|(_, kind, ..)| *kind == NameKind::Number).map(|(of, ..)| *of);
    let gains = placement.adds.iter().any(|(kind, _)| *kind == NameKind::Number).then_some(route);
    for route in loses.chain(gains).collect::<HashSet<_>>() {
        // Damage in one chat is no obstacle to another.
        passable(attest(connection, engine, route))?;
    }
    Ok(route)
}

/// Whose a phone number is in chats with another of our numbers.
struct Holder {
    number: String,
    name: Name<ContactId>,
    /// None if the user's id is not known.
    user: Option<String>,
}

/// When a phone number was whose, by chats with our other numbers of people whose id is known; each with their chat with
/// this number, if they have one.
fn names_elsewhere(
    connection: &Connection,
    number: &Number,
    value: &str,
) -> Result<Vec<Name<Option<ContactId>>>, StoreError> {
    let mut found = Vec::new();
    for other in whatsapp::all(connection)?.into_iter().filter(|other| other.key != number.key) {
        for name in routes::known(connection, &other.key, &[(NameKind::Number, value.to_owned())])? {
            if name.kind != NameKind::Number || name.value != value {
                continue;
            }
            let Some(user) = routes::current(connection, name.route, NameKind::User)? else { continue };
            let here = routes::known(connection, &number.key, &[(NameKind::User, user.clone())])?;
            let is_theirs = |of: &&Name<ContactId>| of.kind == NameKind::User && of.value == user && of.until.is_none();
            let route = here.iter().find(is_theirs).map(|of| of.route);
            let Name { kind, value, from, until, last_seen, .. } = name;
            found.push(Name { route, kind, value, from, until, last_seen });
        }
    }
    Ok(found)
}

/// The current holders of a phone number in chats with our other numbers.
fn holders_elsewhere(connection: &Connection, number: &Number, value: &str) -> Result<Vec<Holder>, StoreError> {
    let name = (NameKind::Number, value.to_owned());
    let mut found = Vec::new();
    for other in whatsapp::all(connection)?.into_iter().filter(|other| other.key != number.key) {
        for known in routes::known(connection, &other.key, std::slice::from_ref(&name))? {
            if known.kind == name.0 && known.value == name.1 && known.until.is_none() {
                let user = routes::current(connection, known.route, NameKind::User)?;
                found.push(Holder { number: other.key.clone(), name: known, user });
            }
        }
    }
    Ok(found)
}

/// A person who was heard by another of our numbers was heard. True if that changes anything.
fn hear_elsewhere(connection: &Connection, number: &Number, known: &mut [Name<ContactId>]) -> Result<bool, StoreError> {
    let mut heard = Vec::new();
    for name in known.iter().filter(|name| name.kind == NameKind::Number && name.until.is_none()) {
        let Some(user) = routes::current(connection, name.route, NameKind::User)? else { continue };
        let same = holders_elsewhere(connection, number, &name.value)?;
        let same = same.into_iter().filter(|holder| holder.user.as_ref() == Some(&user));
        let newest = same.map(|holder| holder.name.last_seen).max().filter(|seen| *seen > name.last_seen);
        heard.extend(newest.map(|seen| (name.route, seen)));
    }
    for name in known.iter_mut() {
        if let Some((_, seen)) = heard.iter().find(|(route, _)| *route == name.route) {
            name.last_seen = *seen;
        }
    }
    Ok(!heard.is_empty())
}

/// Whether a phone number is known to be another user's since a later time than this.
fn is_of_another_since(
    connection: &Connection,
    number: &Number,
    value: &str,
    user: &str,
    at: Time,
) -> Result<bool, StoreError> {
    let holders = holders_elsewhere(connection, number, value)?;
    Ok(holders.iter().any(|holder| holder.name.from > at && holder.user.as_deref().is_some_and(|of| of != user)))
}

/// A user who loses a phone number in one chat loses it in their chats with all of our numbers.
fn lose_elsewhere(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    (of, value): (ContactId, &str),
    until: Time,
    at: Time,
) -> Result<(), StoreError> {
    let Some(user) = routes::current(connection, of, NameKind::User)? else { return Ok(()) };
    for Holder { number: other, name, user: holder } in holders_elsewhere(connection, number, value)? {
        let Name { route, kind, value, last_seen, .. } = name;
        if holder.as_ref() != Some(&user) || last_seen > at {
            continue;
        }
        let ends = vec![(route, kind, value, until.max(last_seen))];
        let placement = Placement { ends, ..Placement::at(Some(route)) };
        routes::keep(connection, &other, &placement, "", at, false)?;
        attest(connection, engine, route)?;
    }
    Ok(())
}

/// A user who has a phone number from now on: who had it in chats with our other numbers, and was silent for a day, has it
/// no more; and this user has left their number before.
fn gain_elsewhere(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    (by, value, was_anothers): (ContactId, &str, bool),
    at: Time,
) -> Result<(), StoreError> {
    let Some(user) = routes::current(connection, by, NameKind::User)? else { return Ok(()) };
    let mut holders = holders_elsewhere(connection, number, value)?;
    holders.retain(|holder| {
        let is_silent = at.since(holder.name.last_seen) > route::REUSED_AFTER_MS;
        is_silent && holder.user.as_ref() != Some(&user)
    });
    // A chat without an id goes with its number, unless that was another's before.
    if !was_anothers && holders.iter().all(|holder| holder.user.is_none()) {
        holders.clear();
    }
    let mut lost: Vec<_> = holders.into_iter().map(|holder| (holder.number, holder.name)).collect();
    for other in whatsapp::all(connection)?.into_iter().filter(|other| other.key != number.key) {
        let names = routes::known(connection, &other.key, &[(NameKind::User, user.clone())])?;
        let numbers = names.into_iter().filter(|name| name.kind == NameKind::Number && name.until.is_none());
        for name in numbers.filter(|name| name.value != value && name.last_seen < at) {
            if routes::current(connection, name.route, NameKind::User)?.as_ref() == Some(&user) {
                lost.push((other.key.clone(), name));
            }
        }
    }
    for (other, Name { route, kind, value, last_seen, .. }) in lost {
        let placement = Placement { ends: vec![(route, kind, value, last_seen)], ..Placement::at(Some(route)) };
        routes::keep(connection, &other, &placement, "", at, false)?;
        attest(connection, engine, route)?;
    }
    Ok(())
}

fn attest(connection: &Connection, engine: &mut Engine, route: ContactId) -> Result<(), StoreError> {
    let Some(conversation) = engine.going_on(connection, route, Conversation::in_progress)? else { return Ok(()) };
    let Some(route) = routes::get(connection, route)? else { return Ok(()) };
    let command = Command::AttestCustomer { contacts: attested(connection, &route)? };
    engine.execute(connection, &system_command(conversation, command), Repeat::Once, None)??;
    Ok(())
}

/// What is proven of the addresses of whose chat it is. WhatsApp proves the number: agents and Your Logic may know it.
pub(super) fn attested(connection: &Connection, route: &Route) -> Result<Vec<Contact>, StoreError> {
    let mut contacts = contacts::of_customer(connection, route.customer)?;
    let number = routes::current(connection, route.id, NameKind::Number)?;
    let phone = number.and_then(|number| Contact::new(ContactKind::Phone, &format!("+{number}")).ok());
    contacts.extend(phone.filter(|phone| !contacts.contains(phone)));
    Ok(contacts)
}

impl Heard<'_> {
    /// The card that answers our question for the number says whose chat this is: WhatsApp attests it.
    pub(super) fn learn_number(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        people: &[CardPerson],
    ) -> Result<(), StoreError> {
        let Some(quoted) = &self.message.quotes else { return Ok(()) };
        let Some(asked) = messages::get(connection, &self.number.key, quoted)? else { return Ok(()) };
        let is_ours = asked.part.is_some();
        let event = events::of_turn(connection, asked.conversation, asked.turn)?.filter(|_| is_ours);
        let asks = event.is_some_and(|event| match &event.body {
            EventBody::TurnAdded { turn, .. } => {
                turn.raw.as_ref().is_some_and(|raw| Channel::Whatsapp.asks_for_number(raw))
            }
            _ => false,
        });
        let phone = people.iter().flat_map(|person| &person.phones).next().filter(|_| asks);
        let phone = phone.and_then(|phone| Contact::new(ContactKind::Phone, phone).ok());
        let Some(digits) = phone.and_then(|phone| phone.value.strip_prefix('+').map(str::to_owned)) else {
            return Ok(());
        };
        let name = (NameKind::Number, digits);
        let known = routes::known(connection, &self.number.key, std::slice::from_ref(&name))?;
        let holds = known.iter().any(|known| known.kind == name.0 && known.value == name.1 && known.until.is_none());
        if holds {
            // Another chat has this number, or this one has it already.
            return Ok(());
        }
        let placement = Placement { adds: vec![name], ..Placement::at(Some(self.route)) };
        let sign = Sign { at: self.at, is_theirs: true };
        keep(connection, engine, self.number, &placement, "", sign).map(drop)
    }

    /// A customer who was known by a number alone is called by the name that they give themselves.
    pub(super) fn learn_name(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        conversation: ConversationId,
    ) -> Result<(), StoreError> {
        let given = given_name(self.message).filter(|_| *self.by == Participant::Customer);
        let state = engine.state(connection, conversation)?.filter(|state| stands_for_a_name(&state.customer.name));
        let (Some(name), Some(_)) = (given, state) else { return Ok(()) };
        if let Err(rejection) = self.execute(connection, engine, conversation, Command::RenameCustomer { name })? {
            tracing::warn!(number = self.number.key, %rejection, "a customer on WhatsApp keeps their number as name");
        }
        customer::keep(connection, engine, conversation)
    }
}

/// A customer has another number or id: the chat stays theirs, and says so while it is in progress.
pub(super) fn renumber(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    change: &Renumbered,
    received: Time,
) -> Result<Taken, StoreError> {
    if messages::get(connection, &number.key, &change.id)?.is_some() {
        return Ok(Taken::Whole);
    }
    messages::put(connection, &number.key, &change.id, &Known::NO_TURN)?;
    let at = change.at_ms.map_or(received, Time).min(received);
    let names: Vec<_> = route::names(&change.before).into_iter().chain(route::names(&change.after)).collect();
    let known = routes::known(connection, &number.key, &names)?;
    let Some(placement) = route::renamed(&change.before, &change.after, at, &known) else {
        return Ok(Taken::Nothing("a new number or id is that of nobody who is known"));
    };
    let route = keep(connection, engine, number, &placement, "", Sign { at, is_theirs: true })?;
    if let Some(conversation) = engine.going_on(connection, route, Conversation::in_progress)? {
        let detail = match (&change.before.wa_id, &change.after.wa_id) {
            (Some(before), Some(after)) if before != after => format!("+{before} → +{after}"),
            _ => String::new(),
        };
        let said = silent_line(RENUMBERED, detail, None, at);
        engine.hear(connection, conversation, &Participant::Customer, said, Repeat::Once)??;
    }
    Ok(Taken::Whole)
}

/// Notes a wish about marketing, also of people who have never written.
pub(super) fn prefer(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    who: &Who,
    wish: &str,
    at: Time,
) -> Result<Taken, StoreError> {
    if !matches!(wish, "stop" | "resume") {
        return Ok(Taken::Nothing("a wish about marketing is not known"));
    }
    if !who.is_known() {
        return Ok(Taken::Nothing("a wish about marketing is nobody's"));
    }
    // It may name only a number, and that can have a new owner by now.
    let sign = Sign { at, is_theirs: false };
    let route = locate(connection, engine, number, who, &called(None, who), sign)?;
    routes::set_marketing(connection, route, wish, at).map(|()| Taken::Whole)
}
