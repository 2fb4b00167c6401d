//! Whose chat it is, and what payloads teach of customers: their numbers, ids and names.

use tandem_conversation::{
    CardPerson, Channel, Command, Contact, ContactId, ContactKind, Conversation, ConversationId, EventBody,
    Participant, RENUMBERED, Time, is_blank, limits::LABEL_CHARS,
};
use tandem_sql::Connection;

use super::inbound::{Heard, sent_at};
use super::reports::{Taken, silent_line};
use super::webhook::{Body, Message, Renumbered, Who};
use super::whose::{self, Found, Learnt, Sign};
use crate::engine::{Engine, Repeat, customer, system_command};
use crate::store::whatsapp::Number;
use crate::store::whatsapp::amended::{self, Author};
use crate::store::whatsapp::messages::{self, Known};
use crate::store::whatsapp::people::{self, Person};
use crate::store::whatsapp::routes::{self, Route};
use crate::store::{StoreError, contacts, events, passable};

/// Where a message belongs.
pub(super) enum Placed {
    /// It is known.
    Known,
    /// It comes after its edit or its withdrawal, which stand in its place in this chat.
    Comes(ContactId),
    New(ContactId),
    /// It comes after an edit or a withdrawal that stands in another chat. `is_theirs` if that is its author's.
    Claimed {
        route: ContactId,
        is_theirs: bool,
    },
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
    let chat = chat_of_changed(connection, engine, number, (message, by))?;
    let found = whose::find(connection, &message.who, sign.at)?;
    if let Some(chat) = chat {
        // A number and an id together prove as much as ever.
        if message.who.user_id.is_some() && message.who.wa_id.is_some() {
            learn(connection, engine, number, &message.who, (found, sign))?;
        }
        return Ok(Placed::New(chat));
    }
    let route = locate(connection, engine, number, (&message.who, &name), (found, sign))?;
    if let Some(username) = message.username.as_deref().map(label).filter(|name| !is_blank(name)) {
        routes::set_username(connection, route, &username)?;
    }
    let author = Author { route, ours: *by != Participant::Customer };
    let Some(awaited) = awaited else { return Ok(Placed::New(route)) };
    let is_one = awaited.author.is(connection, author)?;
    let is_theirs = is_one
        || awaited.author.ours == author.ours
            && !names_another(connection, (number, &message.id), awaited.author.route, &message.who)?;
    // It stands in its place already, or is never shown.
    if is_one || is_theirs && awaited.withdrawn {
        return Ok(Placed::Comes(route));
    }
    Ok(Placed::Claimed { route, is_theirs })
}

/// Whether a payload is not from the author of a message in this chat. WhatsApp lets only the author edit or withdraw a message,
/// so it is theirs unless the two have different ids, or it names a number that the author never had.
fn names_another(
    connection: &Connection,
    (number, message): (&Number, &str),
    chat: ContactId,
    who: &Who,
) -> Result<bool, StoreError> {
    let Some(person) = people::of_chat(connection, chat)? else { return Ok(false) };
    if whose::by_id(connection, who)? == Some(person) {
        return Ok(false);
    }
    if who.user_id.is_some() && messages::is_by_id(connection, &number.key, message)? {
        return Ok(true);
    }
    match &who.wa_id {
        Some(number) => people::has_others(connection, person, number),
        None => Ok(false),
    }
}

/// The chat in which a message stands that a customer edits or withdraws, however that names them. None if it is not here,
/// or cannot be theirs.
fn chat_of_changed(
    connection: &Connection,
    engine: &Engine,
    number: &Number,
    (message, by): (&Message, &Participant),
) -> Result<Option<ContactId>, StoreError> {
    let (Body::Edit { of, .. } | Body::Revoke { of }) = &message.body else { return Ok(None) };
    if *by != Participant::Customer {
        return Ok(None);
    }
    // What stands for it, until it comes.
    if let Some(awaited) = amended::awaited(connection, &number.key, of)? {
        let chat = awaited.author.route;
        let is_theirs = !awaited.author.ours && !names_another(connection, (number, of), chat, &message.who)?;
        return Ok(is_theirs.then_some(chat));
    }
    let known = messages::get(connection, &number.key, of)?.filter(|known| known.is_turn() && known.part.is_none());
    let Some(known) = known else { return Ok(None) };
    let Some(state) = engine.state(connection, known.conversation)? else { return Ok(None) };
    let is_anothers = names_another(connection, (number, of), state.contact, &message.who)?;
    Ok((!is_anothers).then_some(state.contact))
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

/// The chat of a payload, with what it teaches of whose it is.
fn locate(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    (who, name): (&Who, &str),
    (found, sign): (Found, Sign),
) -> Result<ContactId, StoreError> {
    let learnt = learn(connection, engine, number, who, (found, sign))?;
    let chat = chat_of(connection, number, learnt.person, (name, sign.at))?;
    if sign.is_theirs {
        routes::seen(connection, chat, sign.at)?;
    }
    Ok(chat)
}

/// What a payload teaches of whose it is, as all conversations in progress hear that it concerns.
fn learn(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    who: &Who,
    (found, sign): (Found, Sign),
) -> Result<Learnt, StoreError> {
    if found.conflict {
        let number = &*number.key;
        tracing::warn!(number, person = ?found.person, "a WhatsApp number came with another user's id");
    }
    let learnt = whose::learn(connection, who, found, (&number.key, sign))?;
    tell(connection, engine, &learnt)?;
    Ok(learnt)
}

/// The chat that somebody has with a number of ours; a new one, with that name, if they have none.
pub(super) fn chat_of(
    connection: &Connection,
    number: &Number,
    person: Person,
    (name, at): (&str, Time),
) -> Result<ContactId, StoreError> {
    match people::chat(connection, person, &number.key)? {
        Some(chat) => Ok(chat),
        None => routes::begin(connection, &number.key, person, (name, at)),
    }
}

/// Conversations in progress are told whose number it is now.
fn tell(connection: &Connection, engine: &mut Engine, learnt: &Learnt) -> Result<(), StoreError> {
    for person in &learnt.changed {
        for chat in people::chats(connection, *person)? {
            // Damage in one chat is no obstacle to another.
            passable(attest(connection, engine, chat))?;
        }
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
    let number = whose::number_of_chat(connection, route.id)?;
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
        let Some(person) = people::of_chat(connection, self.route)? else { return Ok(()) };
        match whose::attested(connection, person, &digits, self.at)? {
            Some(learnt) => tell(connection, engine, &learnt),
            None => Ok(()),
        }
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
    let learnt = whose::renamed(connection, change, &number.key, at)?;
    if let Some(learnt) = &learnt {
        tell(connection, engine, learnt)?;
    }
    let route = match &learnt {
        Some(learnt) => people::chat(connection, learnt.person, &number.key)?,
        None => None,
    };
    let Some(route) = route else {
        return Ok(Taken::Nothing("a new number or id is that of nobody who is known"));
    };
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
    let found = whose::find(connection, who, at)?;
    let route = locate(connection, engine, number, (who, &called(None, who)), (found, sign))?;
    routes::set_marketing(connection, route, wish, at).map(|()| Taken::Whole)
}
