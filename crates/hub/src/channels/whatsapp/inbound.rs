//! What webhooks say, taken in: messages become turns, statuses become receipts, by the ordinary commands.
//!
//! Each is taken in together with the memory that it was, so whatever is delivered or read twice counts once.

use tandem_conversation::{
    CALL, CALL_PERMISSION, Channel, Command, ContactId, Content, Conversation, ConversationId, CustomerRef, Envelope,
    Media, Opening, Participant, Permissions, REUSED, Rejection, Time, TurnId, one_line,
};
use tandem_sql::Connection;
use uuid::Uuid;

use super::customers::{Placed, attested, prefer, renumber, route_of};
use super::rating::About;
use super::reports::{Taken, report, silent_line};
use super::webhook::{Body, Call, MediaRef, Message, Renumbered, Status, What, Who};
use super::{amending, fit, whose};
use crate::engine::{Engine, Repeat, Said, system_command};
use crate::store::whatsapp::amended;
use crate::store::whatsapp::messages::{self, Known};
use crate::store::whatsapp::unfetched::{self, Unfetched};
use crate::store::whatsapp::{Number, people, routes};
use crate::store::{StoreError, contacts};

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
        at_ms: Option<i64>,
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
            What::Echo(message) => Some(Self::Message(message, device(number))),
            What::Status(status) => Some(Self::Status(status)),
            What::Renumbered(change) => Some(Self::Renumbered(change)),
            What::Preference { who, value, at_ms, .. } => Some(Self::Preference { who, wish: value, at_ms }),
            What::Call(call) if call.by_customer => {
                let message = rang(call).map_err(|rejection| rejection.to_string())?;
                Some(Self::Message(Box::new(message), Participant::Customer))
            }
            What::History(_) => return Err(PAST.to_owned()),
            What::Call(_) | What::Template { .. } | What::Errors(_) | What::Other { .. } => None,
        })
    }

    /// How it names the customer whose chat it is about; a report does not.
    pub(super) fn who(&self) -> Vec<&Who> {
        match self {
            Self::Message(message, _) => vec![&message.who],
            Self::Preference { who, .. } => vec![who],
            Self::Renumbered(change) => vec![&change.before, &change.after],
            Self::Status(_) => Vec::new(),
        }
    }

    /// Whether Meta counts it as a message of the customer's.
    pub(super) fn is_message(&self) -> bool {
        matches!(self, Self::Message(_, Participant::Customer))
    }

    /// The file that is to be fetched before, and which earlier message it is of; that has brought it, if it is here.
    pub(super) fn file(&self) -> Option<(&MediaRef, Option<&str>)> {
        let Self::Message(message, _) = self else { return None };
        match &message.body {
            Body::Media(media) => Some((media, None)),
            Body::Edit { of, body } => match &**body {
                Body::Media(media) if !media.id.is_empty() => Some((media, Some(of))),
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
                let placed = route_of(connection, engine, number, (message, by), received)?;
                let (Placed::Comes(route) | Placed::New(route) | Placed::Claimed { route, .. }) = placed else {
                    return Ok(Taken::Whole);
                };
                let at = sent_at(message, received);
                if message.sent_ms.is_some_and(|sent| received.since(Time(sent)) < -CLOCKS_MS) {
                    tracing::warn!(
                        number = number.key,
                        "a message on WhatsApp is of the future: the hub's time counts"
                    );
                }
                let heard = Heard { number, route, message, by, file, at, now };
                match placed {
                    Placed::Comes(_) => heard.comes(connection, engine),
                    Placed::Claimed { is_theirs, .. } => {
                        let words = amending::disown(connection, engine, number, (&message.id, by), is_theirs)?;
                        let first = heard.first_words();
                        let taken = heard.take(connection, engine)?;
                        if let Some((first, words)) = first.zip(words) {
                            amending::correct(connection, engine, number, (&message.id, first), words)?;
                        }
                        Ok(taken)
                    }
                    Placed::Known | Placed::New(_) => heard.take(connection, engine),
                }
            }
            Self::Status(status) => report(connection, engine, number, status, now),
            Self::Renumbered(change) => renumber(connection, engine, number, change, received),
            Self::Preference { who, wish, at_ms } => {
                let at = at_ms.map_or(received, Time).min(received);
                prefer(connection, engine, number, who, wish, at)
            }
        }
    }
}

/// Ours on their own phone.
pub(super) fn device(number: &Number) -> Participant {
    Participant::Device { name: format!("Phone of {}", number.display) }
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
pub(super) fn sent_at(message: &Message, received: Time) -> Time {
    message.sent_ms.map_or(received, Time).min(received)
}

/// What is needed to take in one message.
pub(super) struct Heard<'a> {
    pub number: &'a Number,
    pub route: ContactId,
    pub message: &'a Message,
    pub by: &'a Participant,
    pub file: Option<Result<Media, String>>,
    /// By the sender's clock, never in the future.
    pub at: Time,
    pub now: Time,
}

impl Heard<'_> {
    fn take(self, connection: &Connection, engine: &mut Engine) -> Result<Taken, StoreError> {
        let mut taken = Taken::Whole;
        if let Body::Edit { of, .. } | Body::Revoke { of } = &self.message.body {
            self.disown(connection, engine, of)?;
        }
        let renews = match &self.message.body {
            Body::Edit { .. } | Body::Revoke { .. } => false,
            Body::Said(content) => content.renews_window(),
            _ => true,
        };
        let known = match &self.message.body {
            Body::Reaction { to, emoji } => {
                if !self.reacted(connection, engine, to, emoji.as_deref())? {
                    taken = Taken::Nothing("a reaction is about a message that is not here");
                }
                None
            }
            Body::Revoke { of } => {
                let is_answer = matches!(self.answers_anew(connection, engine, of, None)?, About::Answer);
                let is_done = is_answer || self.about(connection, engine, of, |turn| Command::WithdrawTurn { turn })?;
                if is_done {
                    amended::withdraw(connection, &self.number.key, of)?;
                } else {
                    let was_here = !self.withdrawn_before(connection, engine, of)?;
                    taken = Taken::Nothing(match was_here {
                        true => "a withdrawal is about a message of somebody else",
                        false => "a withdrawal is about a message that is not here",
                    });
                }
                None
            }
            Body::Edit { of, body } => match self.answers_anew(connection, engine, of, Some(body))? {
                About::Answer => None,
                About::Says(content) => {
                    // From now on it is an ordinary message.
                    let known = self.write(connection, engine, content.clone())?;
                    messages::forget(connection, &self.number.key, of)?;
                    messages::put(connection, &self.number.key, of, &known)?;
                    Some(known)
                }
                About::Other => self.edits(connection, engine, (of, body), &mut taken)?,
            },
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
            Body::Said(content) => Some(self.say(connection, engine, content, self.at)?),
            Body::Tap { id, .. } if self.scores(connection, engine, id)? => None,
            Body::Tap { title, .. } => Some(self.write(connection, engine, Content::Text { text: title.clone() })?),
            Body::Media(media) => {
                let known = self.write(connection, engine, self.brought(media))?;
                self.owe(connection, known, media)?;
                Some(known)
            }
        };
        if let Body::Said(Content::Card { people, .. }) = &self.message.body {
            self.learn_number(connection, engine, people)?;
        }
        // What is no turn of its own is remembered too, so that a repeat is known.
        messages::put(connection, &self.number.key, &self.message.id, &known.unwrap_or(Known::NO_TURN))?;
        self.note_id(connection, &self.message.id)?;
        amending::react(connection, engine, self.number, &self.message.id)?;
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

    /// Whether a message is in this chat, or in another one of the same person's.
    pub(super) fn is_here(&self, connection: &Connection, engine: &Engine, known: Known) -> Result<bool, StoreError> {
        match engine.state(connection, known.conversation)? {
            Some(state) => people::are_one(connection, state.contact, self.route),
            None => Ok(false),
        }
    }

    /// A file as a turn, or what stands for it.
    pub(super) fn brought(&self, media: &MediaRef) -> Content {
        match &self.file {
            Some(Ok(file)) => Content::Attachment { media: file.clone(), text: media.caption.clone() },
            Some(Err(why)) => unfetched(media, why),
            None => unfetched(media, ""),
        }
    }

    /// Remembers that a turn stands for a file that may still be fetched.
    pub(super) fn owe(&self, connection: &Connection, known: Known, media: &MediaRef) -> Result<(), StoreError> {
        if matches!(self.file, Some(Ok(_))) || media.id.is_empty() {
            return Ok(());
        }
        let Known { conversation, turn, .. } = known;
        let (number, media) = (self.number.key.clone(), media.clone());
        unfetched::put(connection, &Unfetched { conversation, turn, number, media }, self.now)
    }

    /// Words as the answer to a request for a review, or as a turn; `first` is when the message was sent first.
    pub(super) fn say(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        content: &Content,
        first: Time,
    ) -> Result<Known, StoreError> {
        match self.answers(connection, engine, content, first)? {
            Some(answer) => Ok(answer),
            None => self.write(connection, engine, content.clone()),
        }
    }

    /// Adds a turn. What the conversation refuses is kept as a message of unknown kind: nothing is dropped.
    fn write(&self, connection: &Connection, engine: &mut Engine, content: Content) -> Result<Known, StoreError> {
        let silent = content.asks_nothing();
        let conversation = self.conversation(connection, engine, silent)?;
        self.learn_name(connection, engine, conversation)?;
        let content = self.answering(connection, engine, conversation, content)?;
        let turn = TurnId(Uuid::now_v7());
        let quoted = match &self.message.quotes {
            Some(quotes) => messages::get(connection, &self.number.key, quotes)?,
            None => None,
        };
        let quoted = quoted.filter(|known| known.conversation == conversation && !known.turn.0.is_nil());
        let quotes = quoted.map(|known| known.turn);
        let said = |content| Said { turn, content, quotes, received: self.at };
        if let Err(rejection) = engine.hear(connection, conversation, self.by, said(content), Repeat::Once)? {
            let unknown =
                Content::Unknown { kind: "message".into(), detail: rejection.to_string(), text: String::new() };
            engine.hear(connection, conversation, self.by, said(unknown), Repeat::Once)??;
        }
        Ok(Known::turn(conversation, turn, self.part()))
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
        if is_first && whose::has_used_number(connection, self.route)? {
            let said = silent_line(REUSED, String::new(), None, self.at);
            engine.hear(connection, begun, &Participant::Customer, said, Repeat::Once)??;
        }
        Ok(begun)
    }

    pub(super) fn execute(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        conversation: ConversationId,
        command: Command,
    ) -> Result<Result<(), Rejection>, StoreError> {
        execute(connection, engine, self.by, conversation, command)
    }
}

/// Carries out what somebody on WhatsApp did.
pub(super) fn execute(
    connection: &Connection,
    engine: &mut Engine,
    by: &Participant,
    conversation: ConversationId,
    command: Command,
) -> Result<Result<(), Rejection>, StoreError> {
    let envelope =
        Envelope { actor: by.clone(), permissions: Permissions::default(), ..system_command(conversation, command) };
    Ok(engine.execute(connection, &envelope, Repeat::Once, None)?.map(drop))
}

/// A new conversation of this chat.
pub(super) fn opening(connection: &Connection, number: &Number, route: ContactId) -> Result<Opening, StoreError> {
    let route = routes::get(connection, route)?.ok_or(Rejection::Unknown)?;
    let known = contacts::known(connection, route.customer)?.ok_or(Rejection::Unknown)?;
    let customer = CustomerRef {
        contacts: attested(connection, &route)?,
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
        line: Some(number.key.clone()),
    })
}

/// Stands for a file that could not be fetched.
fn unfetched(media: &MediaRef, why: &str) -> Content {
    let name = one_line(&media.name);
    let lines = [&*name, why, &media.caption].into_iter().filter(|line| !line.is_empty());
    let detail = lines.collect::<Vec<_>>().join("\n");
    Content::Unknown { kind: media.kind.name().into(), detail, text: String::new() }
}
