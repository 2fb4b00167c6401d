//! The company writes first: a conversation that begins with a template.

use tandem_conversation::{
    Access, Command, CommandId, Contact, ContactKind, Content, Envelope, Participant, Permissions, Rejection, Time,
    check_label, is_blank,
};
use tandem_protocol::channels::{StartConversation, StartedConversation};
use tandem_sql::Connection;
use uuid::Uuid;

use super::customers::chat_of;
use super::inbound::opening;
use super::webhook::Who;
use super::whose::{self, Sign};
use crate::engine::{Engine, Repeat};
use crate::store::whatsapp::{self, Number, OK, messages, people, routes, templates};
use crate::store::{StoreError, conversations, events, sends};

/// Why nothing was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    UnknownNumber,
    /// Our number does not send.
    Stopped {
        number: String,
        state: String,
    },
    /// The customer wants no marketing.
    NoMarketing,
    /// A conversation is in progress that the sender may not read.
    Elsewhere,
    Rejected(Rejection),
}

/// Who begins a conversation, and when.
pub(crate) struct Beginner<'a> {
    pub actor: Participant,
    pub permissions: Permissions,
    pub access: Access<'a>,
    pub now: Time,
}

/// Begins a conversation and sends the template. If one is in progress with this customer, nothing is sent.
///
/// Nothing is written if it is refused.
pub(crate) fn begin(
    connection: &Connection,
    engine: &mut Engine,
    by: &Beginner<'_>,
    wanted: &StartConversation,
) -> Result<Result<StartedConversation, Refused>, StoreError> {
    let number = whatsapp::by_key(connection, &wanted.from)?.filter(|number| may_use(&by.access, number));
    let Some(number) = number else { return Ok(Err(Refused::UnknownNumber)) };
    let to = match customer_number(&number, wanted) {
        Ok(to) => to,
        Err(rejection) => return Ok(Err(Refused::Rejected(rejection))),
    };
    let who = Who { wa_id: Some(to.trim_start_matches('+').to_owned()), user_id: None, parent_user_id: None };
    let found = whose::find(connection, &who, by.now)?;
    let chat = match found.person {
        Some(person) => people::chat(connection, person, &number.key)?,
        None => None,
    };
    if let Some(state) = engine.state(connection, wanted.id)? {
        let begun = events::of_turn(connection, wanted.id, wanted.turn)?;
        return Ok(match chat == Some(state.contact) && begun.is_some() {
            true => Ok(StartedConversation { conversation: wanted.id, begun: true }),
            false => Err(Refused::Rejected(Rejection::IdUsed)),
        });
    }
    if let Some(id) = chat
        && let Some(newest) = engine.newest_of_contact(connection, id)?
        && let Some(state) = engine.state(connection, newest)?
        && state.in_progress()
    {
        return Ok(match conversations::may_read(connection, &by.access, &state)? {
            true => Ok(StartedConversation { conversation: state.id, begun: false }),
            false => Err(Refused::Elsewhere),
        });
    }
    if number.state != OK {
        return Ok(Err(Refused::Stopped { number: number.display, state: number.state }));
    }
    let template = templates::get(connection, &number.waba_id, &wanted.template, &wanted.language)?;
    let refuses = match chat {
        Some(id) => routes::get(connection, id)?.is_some_and(|route| route.refuses_marketing()),
        None => false,
    };
    if refuses && template.is_some_and(|template| template.is_marketing()) {
        return Ok(Err(Refused::NoMarketing));
    }
    if sends::of_turn(connection, wanted.turn)?.is_some() || messages::has_turn(connection, wanted.turn)? {
        return Ok(Err(Refused::Rejected(Rejection::invalid("turn", "this turn was sent in another conversation"))));
    }
    let name = if is_blank(&wanted.name) { &to } else { wanted.name.trim() };
    // What we write ourselves is no sign of theirs.
    let sign = Sign { at: by.now, is_theirs: false };
    let learnt = whose::learn(connection, &who, found, (&number.key, sign))?;
    let id = chat_of(connection, &number, learnt.person, (name, by.now))?;
    let start = Command::Start(opening(connection, &number, id)?);
    let (name, language) = (wanted.template.clone(), wanted.language.clone());
    // The hub words it from the template that it knows.
    let content = Content::Template { name, language, values: wanted.values.clone(), text: String::new() };
    execute(connection, engine, by, wanted, start)?;
    execute(connection, engine, by, wanted, Command::Join { call: None })?;
    let written_against = engine.state(connection, wanted.id)?.ok_or(Rejection::Unknown)?.position;
    let reply = Command::Reply {
        turn: wanted.turn,
        content,
        written_against,
        mind_customer: false,
        while_in_progress: true,
        received: by.now,
    };
    execute(connection, engine, by, wanted, reply)?;
    Ok(Ok(StartedConversation { conversation: wanted.id, begun: true }))
}

/// Whether a user may write from this number: who is limited to brands writes for these alone.
pub(super) fn may_use(access: &Access<'_>, number: &Number) -> bool {
    access.views_all() || access.skills.serves(number.brand)
}

/// A refusal undoes what was begun.
fn execute(
    connection: &Connection,
    engine: &mut Engine,
    by: &Beginner<'_>,
    wanted: &StartConversation,
    command: Command,
) -> Result<(), StoreError> {
    let envelope = Envelope {
        id: CommandId(Uuid::now_v7()),
        conversation: wanted.id,
        actor: by.actor.clone(),
        permissions: by.permissions.clone(),
        command,
    };
    engine.execute(connection, &envelope, Repeat::Once, None)??;
    Ok(())
}

/// The customer's number in its one form.
fn customer_number(number: &Number, wanted: &StartConversation) -> Result<String, Rejection> {
    if wanted.id.0.is_nil() {
        return Err(Rejection::nil_id());
    }
    if !is_blank(&wanted.name) {
        check_label("name", &wanted.name)?;
    }
    let bad = |_| Rejection::invalid("to", "write the number with its country: +34 600 123 456");
    let to = Contact::new(ContactKind::Phone, &wanted.to).map_err(bad)?.value;
    if to == number.display {
        return Err(Rejection::invalid("to", "this is the company's own number"));
    }
    Ok(to)
}
