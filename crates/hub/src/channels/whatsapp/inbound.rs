//! What webhooks say, taken in: messages become turns, statuses become receipts, by the ordinary commands.
//!
//! Each is taken in together with the memory that it was, so whatever is delivered or read twice counts once.

use tandem_conversation::{
    CALL, CALL_PERMISSION, CardPerson, Channel, Command, Contact, ContactId, ContactKind, Content, Conversation,
    ConversationId, CustomerRef, DELETED, Envelope, EventBody, Media, Opening, Participant, Permissions, RENUMBERED,
    REUSED, Rejection, Time, TurnId, is_blank, limits::LABEL_CHARS,
};
use tandem_sql::Connection;
use uuid::Uuid;

use super::reports::{Taken, report, silent_line};
use super::webhook::{Body, Call, MediaRef, Message, Renumbered, Status, What, Who};
use super::{fit, route};
use crate::engine::{Engine, Repeat, Said, system_command};
use crate::store::whatsapp::messages::{self, Known};
use crate::store::whatsapp::routes::{NameKind, Placement};
use crate::store::whatsapp::unfetched::{self, Unfetched};
use crate::store::whatsapp::{Number, routes};
use crate::store::{StoreError, contacts, events, reviews};

/// Why bodies with messages of a phone's past are kept as they came.
const PAST: &str = "it holds messages of a phone's past, which are not imported";
const HOUR_MS: i64 = 3_600_000;
/// How far clocks may differ before that is noted.
const CLOCKS_MS: i64 = 60_000;

/// What is taken in by itself.
#[derive(Debug)]
pub(super) enum Taking {
    /// A message, and who said it: the customer, or ours on their own phone.
    Message(Box<Message>, Participant),
    Status(Box<Status>),
    Renumbered(Renumbered),
    Preference {
        who: Who,
        wish: String,
    },
}

impl Taking {
    /// What a change is to be taken in as; none if nothing comes of it.
    ///
    /// # Errors
    /// Why it is left as it came.
    pub(super) fn of(what: What, number: &Number) -> Result<Option<Self>, String> {
        Ok(match what {
            What::Message(message) => Some(Self::Message(message, Participant::Customer)),
            What::Echo(message) => {
                Some(Self::Message(message, Participant::Device { name: format!("Phone of {}", number.display) }))
            }
            What::Status(status) => Some(Self::Status(status)),
            What::Renumbered(change) => Some(Self::Renumbered(change)),
            What::Preference { who, value, .. } => Some(Self::Preference { who, wish: value }),
            What::Call(call) if call.by_customer => {
                let message = rang(call).map_err(|rejection| rejection.to_string())?;
                Some(Self::Message(Box::new(message), Participant::Customer))
            }
            What::History(_) => return Err(PAST.to_owned()),
            What::Call(_) | What::Template { .. } | What::Errors(_) | What::Other { .. } => None,
        })
    }

    /// The names of the customer whose chat it is about; a report has none.
    pub(super) fn names(&self) -> Vec<(NameKind, String)> {
        match self {
            Self::Message(message, _) => route::names(&message.who),
            Self::Preference { who, .. } => route::names(who),
            Self::Renumbered(change) => [&change.before, &change.after].into_iter().flat_map(route::names).collect(),
            Self::Status(_) => Vec::new(),
        }
    }

    /// Whether Meta counts it as a message of the customer's.
    pub(super) fn is_message(&self) -> bool {
        matches!(self, Self::Message(_, Participant::Customer))
    }

    /// The file that is to be fetched before.
    pub(super) fn file(&self) -> Option<&MediaRef> {
        match self {
            Self::Message(message, _) => match &message.body {
                Body::Media(media) => Some(media),
                _ => None,
            },
            _ => None,
        }
    }

    /// Takes it in, unless it is known.
    pub(super) fn take(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        number: &Number,
        file: Option<Result<Media, String>>,
        received: Time,
        now: Time,
    ) -> Result<Taken, StoreError> {
        match self {
            Self::Message(message, by) => {
                let Some(route) = route_of(connection, number, message, received)? else { return Ok(Taken::Whole) };
                let at = sent_at(message, received);
                if message.sent_ms.is_some_and(|sent| received.since(Time(sent)) < -CLOCKS_MS) {
                    tracing::warn!(
                        number = number.key,
                        "a message on WhatsApp is of the future: the hub's time counts"
                    );
                }
                Heard { number, route, message, by, file, at, now }.take(connection, engine)
            }
            Self::Status(status) => report(connection, engine, number, status, now),
            Self::Renumbered(change) => renumber(connection, engine, number, change, received),
            Self::Preference { who, wish } => prefer(connection, number, who, wish, received),
        }
    }
}

/// A call as a turn. Nobody answers calls, so the turn only says that the customer called.
fn rang(call: Call) -> Result<Message, Rejection> {
    let Call { id, who, name, at_ms, .. } = call;
    if !who.is_known() {
        return Err(Rejection::invalid("calls", "a call has no caller"));
    }
    let body = Body::Said(Content::Unknown { kind: CALL.into(), detail: String::new(), text: String::new() });
    Ok(Message { id, who, name, username: None, sent_ms: at_ms, quotes: None, body })
}

/// By the sender's clock, never in the future.
fn sent_at(message: &Message, received: Time) -> Time {
    message.sent_ms.map_or(received, Time).min(received)
}

/// The chat of a message, with what that teaches about names; none if the message is known.
pub(super) fn route_of(
    connection: &Connection,
    number: &Number,
    message: &Message,
    received: Time,
) -> Result<Option<ContactId>, StoreError> {
    if messages::get(connection, &number.key, &message.id)?.is_some() {
        return Ok(None);
    }
    let route = locate(connection, &number.key, &message.who, &called(message), sent_at(message, received))?;
    if let Some(username) = message.username.as_deref().map(label).filter(|name| !is_blank(name)) {
        routes::set_username(connection, route, &username)?;
    }
    Ok(Some(route))
}

/// What is needed to take in one message.
struct Heard<'a> {
    number: &'a Number,
    route: ContactId,
    message: &'a Message,
    by: &'a Participant,
    file: Option<Result<Media, String>>,
    /// By the sender's clock, never in the future.
    at: Time,
    now: Time,
}

/// What a customer is called until somebody knows better.
fn called(message: &Message) -> String {
    let number = message.who.wa_id.as_ref().map(|number| format!("+{number}"));
    let name = message.name.clone().or_else(|| message.username.clone()).or(number);
    let name = label(&name.unwrap_or_default());
    if is_blank(&name) { "WhatsApp user".into() } else { name }
}

/// As much of a foreign name as a label takes.
fn label(name: &str) -> String {
    name.chars().take(LABEL_CHARS).collect()
}

/// The route of a payload, with what it teaches about names.
fn locate(connection: &Connection, number: &str, who: &Who, name: &str, at: Time) -> Result<ContactId, StoreError> {
    let known = routes::known(connection, number, &route::names(who))?;
    let placement = route::place(who, at, &known);
    if placement.conflict {
        tracing::warn!(number, contact.id = ?placement.route, "a WhatsApp number came with another user's id");
    }
    routes::keep(connection, number, &placement, name, at)
}

impl Heard<'_> {
    fn take(self, connection: &Connection, engine: &mut Engine) -> Result<Taken, StoreError> {
        let mut taken = Taken::Whole;
        let renews = match &self.message.body {
            Body::Edit { .. } | Body::Revoke { .. } => false,
            Body::Said(content) => content.renews_window(),
            _ => true,
        };
        let known = match &self.message.body {
            Body::Reaction { to, emoji } => {
                let (emoji, received) = (emoji.clone(), self.at);
                if !self.about(connection, engine, to, |turn| Command::React { turn, emoji, received })? {
                    taken = Taken::Nothing("a reaction is about a message that is not here");
                }
                None
            }
            Body::Revoke { of } => {
                if !self.about(connection, engine, of, |turn| Command::WithdrawTurn { turn })? {
                    self.withdrawn_before(connection, engine, of)?;
                    taken = Taken::Nothing("a withdrawal is about a message that is not here");
                }
                None
            }
            Body::Edit { of, body } => {
                let (new, alone) = self.edited(connection, of, body)?;
                let received = self.at;
                let edit = |turn| Command::EditTurn { turn, content: new, received };
                match self.about(connection, engine, of, edit)? {
                    true => None,
                    false if messages::get(connection, &self.number.key, of)? == Some(Known::NO_TURN) => {
                        taken = Taken::Nothing("an edit is about a message that was withdrawn");
                        None
                    }
                    // The first words are not here: the new ones stand for both, and the first are known if they still come.
                    false => {
                        let known = self.write(connection, engine, alone)?;
                        messages::put(connection, &self.number.key, of, &known)?;
                        Some(known)
                    }
                }
            }
            Body::CallPermission { accepted, expires_ms } => {
                let until = expires_ms.map(Time);
                routes::set_calls(connection, self.route, *accepted, until)?;
                let detail = match (accepted, until) {
                    (false, _) => "no".to_owned(),
                    (true, None) => "yes".to_owned(),
                    (true, Some(until)) => until.to_string().chars().take("2026-11-28".len()).collect(),
                };
                let kind = CALL_PERMISSION.into();
                Some(self.write(connection, engine, Content::Unknown { kind, detail, text: String::new() })?)
            }
            Body::Welcome => {
                self.conversation(connection, engine, false)?;
                None
            }
            Body::Said(content) if self.comments(connection, engine, content)? => None,
            Body::Said(content) => Some(self.write(connection, engine, content.clone())?),
            Body::Tap { id, .. } if self.scores(connection, engine, id)? => None,
            Body::Tap { title, .. } => Some(self.write(connection, engine, Content::Text { text: title.clone() })?),
            Body::Media(media) => {
                let content = match &self.file {
                    Some(Ok(file)) => Content::Attachment { media: file.clone(), text: media.caption.clone() },
                    Some(Err(why)) => unfetched(media.kind.name(), why, &media.caption),
                    None => unfetched(media.kind.name(), "", &media.caption),
                };
                let known = self.write(connection, engine, content)?;
                if !matches!(self.file, Some(Ok(_))) {
                    let Known { conversation, turn, .. } = known;
                    let (number, media) = (self.number.key.clone(), media.clone());
                    unfetched::put(connection, &Unfetched { conversation, turn, number, media }, self.now)?;
                }
                Some(known)
            }
        };
        if let Body::Said(Content::Card { people, .. }) = &self.message.body {
            self.learn_number(connection, people)?;
        }
        // What is no turn of its own is remembered too, so that a repeat is known.
        messages::put(connection, &self.number.key, &self.message.id, &known.unwrap_or(Known::NO_TURN))?;
        if renews && *self.by == Participant::Customer {
            routes::heard(connection, self.route, self.at)?;
            self.renew(connection, engine)?;
        }
        Ok(taken)
    }

    /// Tells the newest conversation that it takes replies for longer, if no turn or reaction of its own has told it: a
    /// tap on a score, words about an earlier one.
    fn renew(&self, connection: &Connection, engine: &mut Engine) -> Result<(), StoreError> {
        let is_late = |state: &Conversation| state.heard_at < Some(self.at);
        let Some(newest) = engine.going_on(connection, self.route, is_late)? else { return Ok(()) };
        if let Err(rejection) = self.execute(connection, engine, newest, Command::Hear { received: self.at })? {
            tracing::warn!(number = self.number.key, %rejection, "a conversation does not learn that it is open");
        }
        Ok(())
    }

    /// What an edited message says now, in its place, and what the new words are by themselves. Of a file, only the words
    /// below it can be edited.
    fn edited(&self, connection: &Connection, of: &str, body: &Body) -> Result<(Content, Content), StoreError> {
        let media = match body {
            Body::Said(content) => return Ok((content.clone(), content.clone())),
            Body::Media(media) => media,
            _ => return Err(Rejection::invalid("edit", "nothing else can be edited").into()),
        };
        let alone = match tandem_conversation::is_blank(&media.caption) {
            true => unfetched(media.kind.name(), "", ""),
            false => Content::Text { text: media.caption.clone() },
        };
        let known = messages::get(connection, &self.number.key, of)?.filter(|known| !known.turn.0.is_nil());
        let Some(known) = known else { return Ok((alone.clone(), alone)) };
        let mut first = events::of_turn(connection, known.conversation, known.turn)?;
        if let Some(event) = &mut first {
            events::amendments(connection, known.conversation)?.apply(event);
        }
        Ok(match first.as_ref().and_then(|event| event.body.content()) {
            Some(Content::Attachment { media: file, .. }) => {
                (Content::Attachment { media: file.clone(), text: media.caption.clone() }, alone)
            }
            _ => (alone.clone(), alone),
        })
    }

    /// The card that answers our question for the number says whose chat this is: WhatsApp attests it.
    fn learn_number(&self, connection: &Connection, people: &[CardPerson]) -> Result<(), StoreError> {
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
        let placement = Placement { route: Some(self.route), adds: vec![name], ends: Vec::new(), conflict: false };
        routes::keep(connection, &self.number.key, &placement, "", self.at).map(drop)
    }

    /// A message is withdrawn before it is here: its place says so, and it is known if it still comes. Nobody reads its words.
    fn withdrawn_before(&self, connection: &Connection, engine: &mut Engine, of: &str) -> Result<(), StoreError> {
        if messages::get(connection, &self.number.key, of)?.is_some() {
            return Ok(());
        }
        let known = match engine.going_on(connection, self.route, |_| true)? {
            Some(conversation) => {
                let place = silent_line(DELETED, String::new(), None, self.at);
                let turn = place.turn;
                engine.hear(connection, conversation, self.by, place, Repeat::Once)??;
                self.execute(connection, engine, conversation, Command::WithdrawTurn { turn })??;
                Known { conversation, turn, part: (*self.by != Participant::Customer).then_some(0) }
            }
            None => Known::NO_TURN,
        };
        messages::put(connection, &self.number.key, of, &known)
    }

    /// Does something about an earlier message of this chat; false if that is not known. The words of one that was
    /// withdrawn change no more, and older words do not replace newer ones.
    fn about(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        message: &str,
        command: impl FnOnce(TurnId) -> Command,
    ) -> Result<bool, StoreError> {
        let known = messages::get(connection, &self.number.key, message)?.filter(|known| !known.turn.0.is_nil());
        let Some(known) = known else { return Ok(false) };
        let state = engine.state(connection, known.conversation)?;
        if state.is_none_or(|state| state.contact != self.route) {
            tracing::warn!(number = self.number.key, "a customer on WhatsApp named a message of another chat");
            return Ok(false);
        }
        let command = command(known.turn);
        if !matches!(command, Command::React { .. }) {
            let amendments = events::amendments(connection, known.conversation)?;
            let newer = amendments.edited_at(known.turn);
            let has_newer = newer.map_or_else(|| self.is_older_than(connection, known), |at| Ok(at > self.at))?;
            if (has_newer && matches!(command, Command::EditTurn { .. })) || amendments.is_withdrawn(known.turn) {
                return Ok(true);
            }
        }
        let done = self.execute(connection, engine, known.conversation, command)?;
        if let Err(rejection) = &done {
            tracing::warn!(number = self.number.key, %rejection, "what was said about an earlier message is refused");
        }
        Ok(done.is_ok())
    }

    /// Whether it was written before the turn.
    fn is_older_than(&self, connection: &Connection, known: Known) -> Result<bool, StoreError> {
        let event = events::of_turn(connection, known.conversation, known.turn)?;
        Ok(matches!(event.map(|event| event.body), Some(EventBody::TurnAdded { received, .. }) if received > self.at))
    }

    /// Adds a turn. What the conversation refuses is kept as a message of unknown kind: nothing is dropped.
    fn write(&self, connection: &Connection, engine: &mut Engine, content: Content) -> Result<Known, StoreError> {
        let silent = content.asks_nothing();
        let conversation = self.conversation(connection, engine, silent)?;
        let content = self.answering(connection, engine, conversation, content)?;
        let turn = TurnId(Uuid::now_v7());
        let quoted = match &self.message.quotes {
            Some(quotes) => messages::get(connection, &self.number.key, quotes)?,
            None => None,
        };
        let quoted = quoted.filter(|known| known.conversation == conversation);
        let quotes = quoted.map(|known| known.turn);
        let said = |content| Said { turn, content, quotes, received: self.at };
        if let Err(rejection) = engine.hear(connection, conversation, self.by, said(content), Repeat::Once)? {
            let unknown =
                Content::Unknown { kind: "message".into(), detail: rejection.to_string(), text: String::new() };
            engine.hear(connection, conversation, self.by, said(unknown), Repeat::Once)??;
        }
        // What our own phone says is ours.
        Ok(Known { conversation, turn, part: (*self.by != Participant::Customer).then_some(0) })
    }

    /// A tap on a score answers the request for a review, and says nothing else; too late, it changes nothing. False for
    /// other taps.
    fn scores(&self, connection: &Connection, engine: &mut Engine, id: &str) -> Result<bool, StoreError> {
        let Some((review, score)) = fit::scored(id) else { return Ok(false) };
        let Some(conversation) = reviews::conversation_of(connection, review)? else { return Ok(false) };
        let Some(state) = engine.state(connection, conversation)?.filter(|state| state.contact == self.route) else {
            return Ok(false);
        };
        let answer = state.review.as_deref().filter(|asked| asked.id == review).and_then(|asked| asked.answer.as_ref());
        let text = answer.map(|answer| answer.text.clone()).unwrap_or_default();
        let command = Command::GiveFeedback { review: Some(review), score, text };
        if let Err(rejection) = self.execute(connection, engine, conversation, command)? {
            tracing::debug!(%rejection, "an answer to a request for a review is refused");
        }
        Ok(true)
    }

    /// Words after a score that ask for nothing are its comment. What asks for something is an ordinary turn.
    fn comments(&self, connection: &Connection, engine: &mut Engine, content: &Content) -> Result<bool, StoreError> {
        let Content::Text { text } = content else { return Ok(false) };
        if *self.by != Participant::Customer || !content.asks_nothing() {
            return Ok(false);
        }
        let scored = |state: &Conversation| {
            let review = state.review.as_deref().filter(|_| !state.in_progress() && state.is_reviewed())?;
            let answer = review.answer.as_ref().filter(|answer| answer.text.is_empty() && review.until() > self.now)?;
            Some(Command::GiveFeedback { review: Some(review.id), score: answer.score, text: text.clone() })
        };
        let going_on = engine.going_on(connection, self.route, |state| scored(state).is_some())?;
        let Some(conversation) = going_on else { return Ok(false) };
        let command = engine.state(connection, conversation)?.and_then(|state| scored(&state));
        let Some(command) = command else { return Ok(false) };
        Ok(self.execute(connection, engine, conversation, command)?.is_ok())
    }

    /// A tap, or a number, as the answer to an open question.
    fn answering(
        &self,
        connection: &Connection,
        engine: &Engine,
        conversation: ConversationId,
        content: Content,
    ) -> Result<Content, StoreError> {
        let Some(state) = engine.state(connection, conversation)? else { return Ok(content) };
        let open = || state.questions.iter().map(|open| (open.turn, open.choices.as_slice()));
        let chosen = match (&self.message.body, &content) {
            (Body::Tap { id, .. }, _) => fit::tapped(id, open()),
            (_, Content::Text { text }) => {
                state.questions.last().and_then(|last| Some((last.turn, fit::numbered(text, &last.choices)?)))
            }
            _ => None,
        };
        Ok(match chosen {
            Some((question, choice)) => {
                Content::Answer { question, choice: choice.id.clone(), text: choice.label.clone() }
            }
            None => content,
        })
    }

    /// The conversation that the message belongs to: the newest of this route, unless it was completed too long ago. What
    /// is silent begins none.
    fn conversation(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        silent: bool,
    ) -> Result<ConversationId, StoreError> {
        let goes_on = |state: &Conversation| {
            let quiet_ms = self.now.since(state.updated);
            state.in_progress() || silent || quiet_ms < i64::from(self.number.new_after_h) * HOUR_MS
        };
        match engine.going_on(connection, self.route, goes_on)? {
            Some(newest) => Ok(newest),
            None => self.begin(connection, engine),
        }
    }

    /// Begins a conversation. The first of a chat whose number was another person's says so.
    fn begin(&self, connection: &Connection, engine: &mut Engine) -> Result<ConversationId, StoreError> {
        let is_first = engine.newest_of_contact(connection, self.route)?.is_none();
        let begun = engine.begin(connection, self.by, opening(connection, self.number, self.route)?)?;
        if is_first && routes::is_of_another(connection, &self.number.key, self.route)? {
            let said = silent_line(REUSED, String::new(), None, self.at);
            engine.hear(connection, begun, &Participant::Customer, said, Repeat::Once)??;
        }
        Ok(begun)
    }

    fn execute(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        conversation: ConversationId,
        command: Command,
    ) -> Result<Result<(), Rejection>, StoreError> {
        let envelope = Envelope {
            actor: self.by.clone(),
            permissions: Permissions::default(),
            ..system_command(conversation, command)
        };
        Ok(engine.execute(connection, &envelope, Repeat::Once, None)?.map(drop))
    }
}

/// A new conversation of this chat.
pub(super) fn opening(connection: &Connection, number: &Number, route: ContactId) -> Result<Opening, StoreError> {
    let route = routes::get(connection, route)?.ok_or(Rejection::Unknown)?;
    let known = contacts::known(connection, route.customer)?.ok_or(Rejection::Unknown)?;
    let mut contacts = contacts::of_customer(connection, route.customer)?;
    // WhatsApp attests the number: agents and Your Logic may know it.
    let number_of = routes::current(connection, route.id, NameKind::Number)?;
    let phone = number_of.and_then(|number| Contact::new(ContactKind::Phone, &format!("+{number}")).ok());
    contacts.extend(phone.filter(|phone| !contacts.contains(phone)));
    let customer = CustomerRef {
        contacts,
        username: route.username,
        noted: known.noted,
        custom: known.custom,
        ..CustomerRef::new(route.customer, known.name)
    };
    Ok(Opening {
        customer,
        contact: route.id,
        channel: Channel::Whatsapp,
        brand: number.brand,
        language: None,
        custom: serde_json::Map::new(),
        heard_at: route.heard_at,
    })
}

/// Stands for a file that could not be fetched.
fn unfetched(kind: &str, why: &str, caption: &str) -> Content {
    let lines = [why, caption].into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    Content::Unknown { kind: kind.into(), detail: lines, text: String::new() }
}

/// A customer has another number or id: the chat stays theirs, and says so while it is in progress.
fn renumber(
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
    let route = routes::keep(connection, &number.key, &placement, "", at)?;
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

fn prefer(
    connection: &Connection,
    number: &Number,
    who: &Who,
    wish: &str,
    received: Time,
) -> Result<Taken, StoreError> {
    if !matches!(wish, "stop" | "resume") {
        return Ok(Taken::Nothing("a wish about marketing is not known"));
    }
    let known = routes::known(connection, &number.key, &route::names(who))?;
    let Some(route) = route::place(who, received, &known).route else {
        return Ok(Taken::Nothing("a wish about marketing is that of nobody who is known"));
    };
    routes::set_marketing(connection, route, wish).map(|()| Taken::Whole)
}
