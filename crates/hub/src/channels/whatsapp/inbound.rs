//! Reads stored webhooks: messages become turns, statuses become receipts, by the ordinary commands.
//!
//! Each change is one transaction with the memory that it happened, so whatever is delivered or read twice counts once.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{
    CALL, CALL_PERMISSION, Channel, Command, Contact, ContactId, ContactKind, Content, Conversation, ConversationId,
    CustomerRef, Envelope, Media, Opening, Participant, Permissions, RENUMBERED, Rejection, Stage, Time, TurnId,
};
use tandem_sql::Connection;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::number::{self, Opened};
use super::sending::go_on;
use super::webhook::{Body, Call, Change, Message, Renumbered, Status, What, Who};
use super::{answer, download, fit, route, webhook};
use crate::engine::{Engine, Repeat, Said, system_command};
use crate::hub::Hub;
use crate::store::whatsapp::inbox::{self, Waiting};
use crate::store::whatsapp::messages::{self, Known};
use crate::store::whatsapp::routes::NameKind;
use crate::store::whatsapp::sends::Phase;
use crate::store::whatsapp::unfetched::{self, Unfetched};
use crate::store::whatsapp::{Number, routes, sends};
use crate::store::{StoreError, contacts, events};

/// How often the inbox is looked at without being told.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Bodies read per look.
const AT_ONCE: u32 = 32;
/// Pause after the store has failed.
const PATIENCE: Duration = Duration::from_secs(2);
/// Why bodies with messages of a phone's past are kept as they came.
const PAST: &str = "it holds messages of a phone's past, which are not imported";
const HOUR_MS: i64 = 3_600_000;

/// Reads what comes for as long as the hub runs.
pub(crate) async fn run(hub: Arc<Hub>) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = look.tick() => {}
            () = hub.whatsapp_came.notified() => {}
        }
        loop {
            match step(&hub).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "webhooks of WhatsApp cannot be read");
                    tokio::time::sleep(PATIENCE).await;
                    break;
                }
            }
        }
    }
}

/// Reads the oldest bodies; returns how many there were.
async fn step(hub: &Arc<Hub>) -> Result<usize, StoreError> {
    let waiting = hub.database.read(|connection| inbox::waiting(connection, AT_ONCE)).await?;
    let count = waiting.len();
    for one in waiting {
        take(hub, one).await?;
    }
    Ok(count)
}

async fn take(hub: &Arc<Hub>, waiting: Waiting) -> Result<(), StoreError> {
    let id = waiting.id;
    let unread = match (number::find(hub, &waiting.number).await?, webhook::read(&waiting.body)) {
        (None, _) => vec!["its number was removed".to_owned()],
        (_, Err(why)) => vec![why],
        (Some(opened), Ok(delivery)) => {
            let opened = Arc::new(opened);
            let mut unread = delivery.unread;
            for change in delivery.changes {
                if matches!(change.what, What::History(_)) {
                    unread.push(PAST.to_owned());
                    continue;
                }
                match apply(hub, &opened, change, waiting.received).await {
                    Ok(()) => {}
                    Err(error @ StoreError::Database(_)) => return Err(error),
                    // One change must not hold up the others.
                    Err(error) => {
                        tracing::error!(%error, number = waiting.number, "a change on WhatsApp cannot be taken in");
                        unread.push(error.to_string());
                    }
                }
            }
            unread.dedup();
            unread
        }
    };
    hub.database
        .write(move |connection, _| match unread.is_empty() {
            true => inbox::read(connection, id),
            false => inbox::unread(connection, id, &unread.join("; ")),
        })
        .await
}

async fn apply(hub: &Arc<Hub>, opened: &Arc<Opened>, change: Change, received: Time) -> Result<(), StoreError> {
    let Change { number, what } = change;
    if number.is_some_and(|number| number != opened.number.phone_number_id) {
        return Err(Rejection::invalid("metadata", "it is about another number: check the addresses at Meta").into());
    }
    match what {
        What::Message(message) => hear(hub, opened, *message, Participant::Customer, received).await,
        What::Echo(message) => {
            let device = Participant::Device { name: format!("Phone of {}", opened.number.display) };
            hear(hub, opened, *message, device, received).await
        }
        What::Status(status) => {
            let (opened, now) = (Arc::clone(opened), hub.clock.now());
            let report = move |connection: &Connection, engine: &mut Engine| {
                report(connection, engine, &opened.number, &status, now)
            };
            if hub.database.write(report).await? {
                hub.whatsapp_queued.notify_one();
            }
            Ok(())
        }
        What::Renumbered(change) => {
            let opened = Arc::clone(opened);
            let renumbered = move |connection: &Connection, engine: &mut Engine| {
                renumber(connection, engine, &opened.number, &change, received)
            };
            hub.database.write(renumbered).await
        }
        What::Preference { who, value, .. } => {
            let opened = Arc::clone(opened);
            hub.database.write(move |connection, _| prefer(connection, &opened.number, &who, &value, received)).await
        }
        What::Template { .. } => {
            hub.whatsapp_templates.notify_one();
            Ok(())
        }
        What::Errors(errors) => {
            let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
            tracing::warn!(number = opened.number.key, ?codes, "WhatsApp reports errors of this number");
            Ok(())
        }
        What::Call(call) if call.by_customer => hear(hub, opened, rang(call)?, Participant::Customer, received).await,
        What::Call(_) | What::History(_) | What::Other { .. } => Ok(()),
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

/// What is needed to take in one message.
struct Heard {
    number: Number,
    route: ContactId,
    message: Message,
    by: Participant,
    file: Option<Result<Media, String>>,
    /// By the sender's clock, never in the future.
    at: Time,
    now: Time,
}

async fn hear(
    hub: &Arc<Hub>,
    opened: &Arc<Opened>,
    message: Message,
    by: Participant,
    received: Time,
) -> Result<(), StoreError> {
    let at = message.sent_ms.map_or(received, Time).min(received);
    let (number, key) = (opened.number.clone(), opened.number.key.clone());
    let (who, name, id) = (message.who.clone(), called(&message), message.id.clone());
    let located = hub.database.write(move |connection, _| -> Result<_, StoreError> {
        if messages::get(connection, &key, &id)?.is_some() {
            return Ok(None);
        }
        locate(connection, &key, &who, &name, at).map(Some)
    });
    let Some(route) = located.await? else { return Ok(()) };
    let file = match &message.body {
        Body::Media(media) => Some(download::fetch(hub, opened, media, route).await),
        _ => None,
    };
    let heard = Heard { number, route, message, by, file, at, now: hub.clock.now() };
    hub.database.write(move |connection, engine| heard.take(connection, engine)).await
}

/// What a customer is called until somebody knows better.
fn called(message: &Message) -> String {
    let number = message.who.wa_id.as_ref().map(|number| format!("+{number}"));
    let name = message.name.clone().or_else(|| message.username.clone()).or(number);
    let name: String = name.unwrap_or_default().chars().take(tandem_conversation::limits::LABEL_CHARS).collect();
    if tandem_conversation::is_blank(&name) { "WhatsApp user".into() } else { name }
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

impl Heard {
    fn take(self, connection: &Connection, engine: &mut Engine) -> Result<(), StoreError> {
        if messages::get(connection, &self.number.key, &self.message.id)?.is_some() {
            return Ok(());
        }
        let renews = match &self.message.body {
            Body::Edit { .. } | Body::Revoke { .. } => false,
            Body::Said(content) => content.renews_window(),
            _ => true,
        };
        let known = match &self.message.body {
            Body::Reaction { to, emoji } => {
                let (emoji, received) = (emoji.clone(), self.at);
                self.about(connection, engine, to, |turn| Command::React { turn, emoji, received })?;
                None
            }
            Body::Revoke { of } => {
                self.about(connection, engine, of, |turn| Command::WithdrawTurn { turn })?;
                None
            }
            Body::Edit { of, body } => match &**body {
                Body::Said(content) => {
                    let (new, received) = (content.clone(), self.at);
                    let edit = |turn| Command::EditTurn { turn, content: new, received };
                    match self.about(connection, engine, of, edit)? {
                        true => None,
                        // The first words never came: the new ones stand for both.
                        false => Some(self.write(connection, engine, content.clone())?),
                    }
                }
                _ => None,
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
            Body::Said(content) => Some(self.write(connection, engine, content.clone())?),
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
        // What is no turn of its own is remembered too, so that a repeat is known.
        messages::put(connection, &self.number.key, &self.message.id, &known.unwrap_or(Known::NO_TURN))?;
        if renews && self.by == Participant::Customer {
            routes::heard(connection, self.route, self.at)?;
        }
        Ok(())
    }

    /// Does something about an earlier message of this chat; false if that is not known. The words of one that was
    /// withdrawn change no more.
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
        let changes_words = !matches!(command, Command::React { .. });
        if changes_words && events::amendments(connection, known.conversation)?.is_withdrawn(known.turn) {
            return Ok(true);
        }
        if let Err(rejection) = self.execute(connection, engine, known.conversation, command)? {
            tracing::debug!(%rejection, "what was said about an earlier message is refused");
        }
        Ok(true)
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
        if let Err(rejection) = engine.hear(connection, conversation, &self.by, said(content), Repeat::Once)? {
            let unknown =
                Content::Unknown { kind: "message".into(), detail: rejection.to_string(), text: String::new() };
            engine.hear(connection, conversation, &self.by, said(unknown), Repeat::Once)??;
        }
        // What our own phone says is ours.
        Ok(Known { conversation, turn, part: (self.by != Participant::Customer).then_some(0) })
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
            None => engine.begin(connection, &self.by, opening(connection, &self.number, self.route)?),
        }
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

/// A report on one of our messages; true if its lane waited for it.
fn report(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    status: &Status,
    now: Time,
) -> Result<bool, StoreError> {
    let stage = match status.state.as_str() {
        "sent" => Stage::Sent,
        "delivered" => Stage::Delivered,
        "read" => Stage::Seen,
        "played" => Stage::Played,
        "failed" => Stage::Failed,
        // Unknown states say nothing about delivery.
        _ => return Ok(false),
    };
    let (known, was_awaited) = match messages::get(connection, &number.key, &status.id)? {
        Some(known) => (Some(known), false),
        None => tracked(connection, number, status, now)?,
    };
    let Some(Known { conversation, turn, part: Some(_) }) = known else { return Ok(false) };
    messages::reach(connection, &number.key, &status.id, stage)?;
    if let Some(pricing) = &status.pricing {
        let pricing = serde_json::json!({
            "billable": pricing.billable, "category": pricing.category, "model": pricing.model, "type": pricing.kind,
        });
        messages::set_pricing(connection, &number.key, &status.id, &pricing.to_string(), now)?;
    }
    let parts = sends::of_turn(connection, turn)?.map_or(1, |head| head.parts);
    let Some(stage) = messages::stage_of(connection, turn, parts)? else { return Ok(was_awaited) };
    let reason = status.errors.first().filter(|_| stage == Stage::Failed);
    let reason = reason.map(|error| format!("{} ({})", answer::explained(error.code), error.line()));
    let command = system_command(conversation, Command::Progress { turn, stage, reason });
    if let Err(rejection) = engine.execute(connection, &command, Repeat::Once, None)? {
        tracing::debug!(%rejection, "a report of WhatsApp is refused");
    }
    Ok(was_awaited)
}

/// A message whose answer was lost, or is still on its way: its report carries the turn's id. If its lane waited for that,
/// it goes on.
fn tracked(
    connection: &Connection,
    number: &Number,
    status: &Status,
    now: Time,
) -> Result<(Option<Known>, bool), StoreError> {
    let turn = status.tracker.as_ref().and_then(|tracker| tracker.parse::<TurnId>().ok());
    let head = match turn {
        Some(turn) => sends::of_turn(connection, turn)?.filter(|head| head.phase != Phase::Waits),
        None => None,
    };
    let Some(head) = head else { return Ok((None, false)) };
    let known = Known { conversation: head.conversation, turn: head.turn, part: Some(head.part) };
    messages::put(connection, &number.key, &status.id, &known)?;
    let is_awaited = head.phase == Phase::Unconfirmed;
    if is_awaited {
        go_on(connection, head, now)?;
    }
    Ok((Some(known), is_awaited))
}

/// A customer has another number or id: the chat stays theirs, and says so while it is in progress.
fn renumber(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    change: &Renumbered,
    received: Time,
) -> Result<(), StoreError> {
    if messages::get(connection, &number.key, &change.id)?.is_some() {
        return Ok(());
    }
    messages::put(connection, &number.key, &change.id, &Known::NO_TURN)?;
    let at = change.at_ms.map_or(received, Time).min(received);
    let names: Vec<_> = route::names(&change.before).into_iter().chain(route::names(&change.after)).collect();
    let known = routes::known(connection, &number.key, &names)?;
    if let Some(placement) = route::renamed(&change.before, &change.after, at, &known) {
        let route = routes::keep(connection, &number.key, &placement, "", at)?;
        if let Some(conversation) = engine.going_on(connection, route, Conversation::in_progress)? {
            let kind = RENUMBERED.into();
            let detail = match (&change.before.wa_id, &change.after.wa_id) {
                (Some(before), Some(after)) if before != after => format!("+{before} → +{after}"),
                _ => String::new(),
            };
            let content = Content::Unknown { kind, detail, text: String::new() };
            let said = Said { turn: TurnId(Uuid::now_v7()), content, quotes: None, received: at };
            engine.hear(connection, conversation, &Participant::Customer, said, Repeat::Once)??;
        }
    }
    Ok(())
}

fn prefer(connection: &Connection, number: &Number, who: &Who, wish: &str, received: Time) -> Result<(), StoreError> {
    let known = routes::known(connection, &number.key, &route::names(who))?;
    match route::place(who, received, &known).route {
        Some(route) => routes::set_marketing(connection, route, wish),
        None => Ok(()),
    }
}
