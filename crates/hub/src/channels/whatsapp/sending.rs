//! Sends what waits, one lane a route and in order.
//!
//! invariant: a message is sent once. Before a request leaves, the queue says so; whatever is found in that state after a
//! crash, or whose answer is lost, is never repeated by itself: a report confirms it, or agents are told that nobody
//! knows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{Command, ContactId, Content, Event, EventBody, Position, Stage, Template, Time, Window};
use tandem_sql::Connection;
use tokio::io::AsyncReadExt as _;
use tokio::task::JoinSet;

use super::answer::{Outcome, UNREADABLE, explained, pause_ms};
use super::client::{self, WITHIN};
use super::fit::{Piece, fit};
use super::number::{self, Opened};
use super::pace::{Pace, Wait};
use super::request::{Address, Outgoing, message, reaction};
use crate::engine::{Engine, Repeat, system_command};
use crate::files::Unreadable;
use crate::hub::Hub;
use crate::store::events::Part;
use crate::store::whatsapp::messages::{self, Known};
use crate::store::whatsapp::routes::NameKind;
use crate::store::whatsapp::sends::{self, Due, Head, Phase};
use crate::store::whatsapp::{self, OK, routes, templates, uploads};
use crate::store::{StoreError, events, media};

/// How often the queue is looked at without being told.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Lanes that send at once, in all and through one number: one whose API does not answer leaves room for others.
const AT_ONCE: usize = 256;
const AT_ONCE_OF_NUMBER: usize = 32;
/// Heads per look: more than a number has lanes, because some of them may have to wait.
const DUE_AT_ONCE: u32 = 128;
/// How much later a head is looked at again whose number has no lane free, in milliseconds.
const NO_LANE_MS: i64 = 1_000;
/// How long a report may still confirm a message whose answer was lost, in milliseconds.
const CONFIRMED_WITHIN_MS: i64 = 60_000;
/// Pause of a number that the channel has stopped, in milliseconds.
const STOPPED_MS: i64 = 300_000;
/// Attempts to upload a file before its turn fails.
const UPLOADS: u32 = 6;
/// Largest file that is sent, in bytes.
const FILE_BYTES: u64 = 100 * 1024 * 1024;

/// What agents read about messages of a removed number.
const REMOVED: &str = "Your company has removed the number of this chat, so nothing can be sent in it. Write to the \
                       customer from another number, or another way.";

/// Sends for as long as the hub runs.
pub(crate) async fn run(hub: Arc<Hub>) {
    let confirmed_until = hub.clock.now().plus_ms(CONFIRMED_WITHIN_MS);
    match hub.database.write(move |connection, _| sends::interrupted(connection, confirmed_until)).await {
        Ok(0) => {}
        Ok(messages) => {
            tracing::warn!(
                messages,
                "messages to WhatsApp were being sent when the hub ended: they are not sent again"
            );
        }
        Err(error) => tracing::error!(%error, "cannot look for messages to WhatsApp that were being sent"),
    }
    let mut lanes = Lanes::default();
    let mut pause = Duration::ZERO;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = hub.whatsapp_queued.notified() => {}
            Some(sent) = lanes.sending.join_next_with_id() => {
                let id = sent.map_or_else(|error| error.id(), |(id, ())| id);
                lanes.busy.remove(&id);
            }
        }
        pause = match lanes.step(&hub).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(%error, "cannot look for messages to WhatsApp");
                LOOK_EVERY
            }
        };
    }
}

/// A lane at work.
struct Busy {
    route: ContactId,
    /// The number that it sends through; none if that was removed.
    number: Option<String>,
}

/// The lanes that are at work, and how fast they may be.
#[derive(Default)]
struct Lanes {
    sending: JoinSet<()>,
    busy: HashMap<tokio::task::Id, Busy>,
    pace: Pace,
}

impl Lanes {
    /// Sends what is due; returns when to look again.
    async fn step(&mut self, hub: &Arc<Hub>) -> Result<Duration, StoreError> {
        let mut pause = LOOK_EVERY;
        if self.sending.len() >= AT_ONCE {
            return Ok(pause);
        }
        let now = hub.clock.now();
        let due = hub.database.read(move |connection| sends::due(connection, now, DUE_AT_ONCE)).await?;
        // More may be due than were seen: those who have to wait make room for them in the next look.
        let are_more = due.len() >= DUE_AT_ONCE as usize;
        let mut put_off = Vec::new();
        let mut behind = HashMap::<String, i64>::new();
        for Due { head, number } in due {
            // A lane that is at work may look due.
            if self.sending.len() >= AT_ONCE || self.busy.values().any(|busy| busy.route == head.route) {
                continue;
            }
            if let Some((number, per_second)) = &number
                && head.phase == Phase::Waits
            {
                let until = match self.leaves(number, *per_second, head.route, now) {
                    Ok(()) => None,
                    Err(Wait::Chat(until)) => {
                        put_off.push((head, until));
                        continue;
                    }
                    Err(Wait::Number(until)) => Some(until),
                };
                if let Some(until) = until {
                    let wait_ms = u64::try_from(until.since(now)).unwrap_or(0);
                    pause = pause.min(Duration::from_millis(wait_ms.max(1)));
                    if are_more {
                        let before = behind.entry(number.clone()).or_default();
                        put_off.push((head, until.plus_ms(*before * 1_000 / i64::from((*per_second).max(1)))));
                        *before += 1;
                    }
                    continue;
                }
            }
            let hub = Arc::clone(hub);
            let task = self.sending.spawn(async move {
                if let Err(error) = send(&hub, head).await {
                    tracing::error!(%error, conversation.id = %head.conversation, "a message to WhatsApp could not be processed");
                }
            });
            self.busy.insert(task.id(), Busy { route: head.route, number: number.map(|(number, _)| number) });
        }
        if !put_off.is_empty() {
            let put_off = move |connection: &Connection, _: &mut Engine| -> Result<(), StoreError> {
                put_off.iter().try_for_each(|(head, until)| sends::set(connection, head, Some(*until)))
            };
            hub.database.write(put_off).await?;
        }
        Ok(pause)
    }

    /// Counts a message that leaves now, or says for whom it has to wait, and until when.
    fn leaves(&mut self, number: &str, per_second: u32, chat: ContactId, now: Time) -> Result<(), Wait> {
        let busy = self.busy.values().filter(|busy| busy.number.as_deref() == Some(number)).count();
        if busy >= AT_ONCE_OF_NUMBER {
            return Err(Wait::Number(now.plus_ms(NO_LANE_MS)));
        }
        self.pace.take(number, per_second, chat, now)
    }
}

/// What is to be sent now.
struct Ready {
    to: Address,
    what: Payload,
    quotes: Option<String>,
    template: Option<Template>,
}

enum Payload {
    Piece(Piece),
    Reaction { message: String, emoji: Option<String> },
}

/// What the queue says about a head.
enum Looked {
    Send(Box<Ready>, Head),
    /// It was settled by the look.
    Settled,
}

async fn send(hub: &Arc<Hub>, head: Head) -> Result<(), StoreError> {
    let route = hub.database.read(move |connection| routes::get(connection, head.route)).await?;
    let opened = match route {
        Some(route) => number::find(hub, &route.number).await?,
        None => None,
    };
    let now = hub.clock.now();
    let Some(opened) = opened else {
        return hub.database.write(move |connection, engine| closed(connection, engine, head, now)).await;
    };
    let opened = Arc::new(opened);
    let looked = {
        let opened = Arc::clone(&opened);
        hub.database.write(move |connection, engine| look(connection, engine, &opened, head, now)).await?
    };
    let Looked::Send(ready, head) = looked else { return Ok(()) };
    let uploaded = match &ready.what {
        Payload::Piece(Piece::File { media, .. }) => match uploaded(hub, &opened, media, now).await? {
            Ok(id) => Some(id),
            Err(outcome) => {
                // Nothing was sent yet, so trying again is safe.
                let outcome = match outcome {
                    Outcome::Again { reason } if head.attempts >= UPLOADS => Outcome::Refused { code: 131_053, reason },
                    outcome => outcome,
                };
                let head = Head { attempts: head.attempts + 1, ..head };
                return hub.database.write(move |c, engine| settle(c, engine, &opened, head, &outcome, now)).await;
            }
        },
        _ => None,
    };
    let request = match &ready.what {
        Payload::Piece(piece) => message(&Outgoing {
            to: &ready.to,
            piece,
            turn: head.turn,
            quotes: ready.quotes.as_deref().filter(|_| head.part == 0),
            uploaded: uploaded.as_deref(),
            template: ready.template.as_ref(),
        }),
        Payload::Reaction { message, emoji } => reaction(&ready.to, message, emoji.as_deref()),
    };
    // Said before the request leaves: whoever finds it so does not send again.
    let leaving = Head { phase: Phase::Sending, attempts: head.attempts + 1, ..head };
    let latest = now.plus_ms(2 * i64::try_from(WITHIN.as_millis()).unwrap_or(i64::MAX));
    hub.database.write(move |connection, _| sends::set(connection, &leaving, Some(latest))).await?;
    let outcome = client::send(&hub.whatsapp, &opened, &request).await;
    let now = hub.clock.now();
    let settled = move |connection: &Connection, engine: &mut Engine| {
        if let (Outcome::Refused { .. }, Some(id)) = (&outcome, &uploaded) {
            uploads::forget(connection, &opened.number.key, id)?;
        }
        settle(connection, engine, &opened, leaving, &outcome, now)
    };
    hub.database.write(settled).await?;
    hub.whatsapp_queued.notify_one();
    Ok(())
}

/// What becomes of a message whose number cannot be used. One that may have left is not called failed.
fn closed(connection: &Connection, engine: &mut Engine, head: Head, now: Time) -> Result<(), StoreError> {
    let route = routes::get(connection, head.route)?;
    let is_kept = match route {
        Some(route) => whatsapp::by_key(connection, &route.number)?.is_some(),
        None => false,
    };
    match head.phase {
        // Its secrets do not open: the operator adds it again.
        _ if is_kept => sends::set(connection, &head, Some(now.plus_ms(STOPPED_MS))),
        Phase::Waits => give_up(connection, engine, head, REMOVED.to_owned()),
        Phase::Sending | Phase::Unconfirmed | Phase::GivenUp => confirm(connection, engine, head, now),
    }
}

/// Looks again at what is to be sent, and refuses what cannot be any more.
fn look(
    connection: &Connection,
    engine: &mut Engine,
    opened: &Opened,
    head: Head,
    now: Time,
) -> Result<Looked, StoreError> {
    match head.phase {
        Phase::Waits => {}
        // The answer could not be noted.
        Phase::Sending => {
            let head = Head { phase: Phase::Unconfirmed, ..head };
            sends::set(connection, &head, Some(now.plus_ms(CONFIRMED_WITHIN_MS)))?;
            return Ok(Looked::Settled);
        }
        Phase::Unconfirmed | Phase::GivenUp => {
            confirm(connection, engine, head, now)?;
            return Ok(Looked::Settled);
        }
    }
    let refuse = |engine: &mut Engine, reason: &str| {
        give_up(connection, engine, head, reason.to_owned()).map(|()| Looked::Settled)
    };
    let Some(state) = engine.state(connection, head.conversation)? else {
        return refuse(engine, "The conversation is gone.");
    };
    let before = Position(head.position.0.saturating_sub(1));
    let (mut found, _) = events::of_conversation(connection, head.conversation, Part::After(before), 1)?;
    let Some(event) = found.pop().filter(|event| event.position == head.position) else {
        return refuse(engine, "The message cannot be read any more.");
    };
    let number = routes::current(connection, head.route, NameKind::Number)?;
    let user = routes::current(connection, head.route, NameKind::User)?;
    let Some(to) = number.map(Address::Number).or(user.map(Address::User)) else {
        return refuse(engine, "Neither a number nor an id of this customer is known.");
    };
    if !is_template(&event) && !state.window().is_none_or(|window| Window::is_open(window, now)) {
        return refuse(engine, explained(131_047));
    }
    if opened.number.state != OK && now.since(opened.number.since) < STOPPED_MS {
        sends::set(connection, &head, Some(now.plus_ms(STOPPED_MS)))?;
        return Ok(Looked::Settled);
    }
    ready(connection, engine, opened, &event, head, to)
}

fn is_template(event: &Event) -> bool {
    matches!(event.body.content(), Some(Content::Template { .. }))
}

fn ready(
    connection: &Connection,
    engine: &mut Engine,
    opened: &Opened,
    event: &Event,
    head: Head,
    to: Address,
) -> Result<Looked, StoreError> {
    let (what, quotes, template, parts) = match &event.body {
        EventBody::Reacted { turn, emoji, .. } => match messages::of_turn(connection, head.conversation, *turn)? {
            Some(message) => (Payload::Reaction { message, emoji: emoji.clone() }, None, None, 1),
            None => {
                sends::set(connection, &head, None)?;
                return Ok(Looked::Settled);
            }
        },
        EventBody::TurnAdded { turn, .. } => {
            let pieces = match (&turn.raw, fit(turn.id, &turn.content)) {
                (Some(raw), _) => vec![Piece::Raw(raw.clone())],
                (None, Ok(pieces)) => pieces,
                (None, Err(unfit)) => {
                    give_up(connection, engine, head, format!("{}.", unfit.0))?;
                    return Ok(Looked::Settled);
                }
            };
            let parts = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
            let quotes = match turn.reply_to {
                Some(quoted) => messages::of_turn(connection, head.conversation, quoted)?,
                None => None,
            };
            let template = match &turn.content {
                Content::Template { name, language, .. } => {
                    templates::get(connection, &opened.number.waba_id, name, language)?
                }
                _ => None,
            };
            if template.as_ref().is_some_and(Template::is_marketing)
                && routes::get(connection, head.route)?.is_some_and(|route| route.refuses_marketing())
            {
                give_up(connection, engine, head, explained(131_050).to_owned())?;
                return Ok(Looked::Settled);
            }
            if template.as_ref().is_some_and(Template::is_authentication) && matches!(to, Address::User(_)) {
                give_up(connection, engine, head, explained(131_062).to_owned())?;
                return Ok(Looked::Settled);
            }
            let Some(piece) = pieces.into_iter().nth(head.part as usize) else {
                sends::set(connection, &head, None)?;
                return Ok(Looked::Settled);
            };
            (Payload::Piece(piece), quotes, template, parts)
        }
        _ => {
            sends::set(connection, &head, None)?;
            return Ok(Looked::Settled);
        }
    };
    Ok(Looked::Send(Box::new(Ready { to, what, quotes, template }), Head { parts, ..head }))
}

/// Whether a report has come for a message whose answer was lost. Without one, agents are told.
fn confirm(connection: &Connection, engine: &mut Engine, head: Head, now: Time) -> Result<(), StoreError> {
    if messages::has_part(connection, head.turn, head.part)? {
        return go_on(connection, head, now);
    }
    let reason = Some("WhatsApp did not say whether this arrived.".to_owned());
    progress(connection, engine, head, Stage::Unconfirmed, reason)?;
    sends::set(connection, &Head { phase: Phase::GivenUp, ..head }, None)
}

/// The next message of the turn, or the next turn.
pub(super) fn go_on(connection: &Connection, head: Head, now: Time) -> Result<(), StoreError> {
    let next = Head { part: head.part + 1, phase: Phase::Waits, attempts: 0, ..head };
    sends::set(connection, &next, (next.part < next.parts).then_some(now))
}

/// Takes in what became of a request.
fn settle(
    connection: &Connection,
    engine: &mut Engine,
    opened: &Opened,
    head: Head,
    outcome: &Outcome,
    now: Time,
) -> Result<(), StoreError> {
    let key = &opened.number.key;
    match outcome {
        Outcome::Accepted { message } => {
            let (conversation, turn, part) = (head.conversation, head.turn, Some(head.part));
            let known = if turn.0.is_nil() { Known::NO_TURN } else { Known { conversation, turn, part } };
            messages::put(connection, key, message, &known)?;
            if whatsapp::set_state(connection, key, OK, "", now)? {
                tracing::info!(number = key, "a WhatsApp number sends again");
            }
            go_on(connection, head, now)
        }
        Outcome::Again { reason } => {
            tracing::debug!(number = key, reason, "a message to WhatsApp is tried again");
            let next = now.plus_ms(pause_ms(head.attempts));
            sends::set(connection, &Head { phase: Phase::Waits, ..head }, Some(next))
        }
        Outcome::Stopped { state, reason } => {
            if whatsapp::set_state(connection, key, state, reason, now)? {
                tracing::error!(number = key, state, reason, "a WhatsApp number does not send any more");
            }
            sends::set(connection, &Head { phase: Phase::Waits, ..head }, Some(now.plus_ms(STOPPED_MS)))
        }
        Outcome::Refused { code, reason } => {
            give_up(connection, engine, head, format!("{} ({reason})", explained(*code)))
        }
        Outcome::Unknown { reason } => {
            tracing::warn!(number = key, reason, conversation.id = %head.conversation, "the answer to a message was lost");
            // A report may have been faster.
            if messages::has_part(connection, head.turn, head.part)? {
                return go_on(connection, head, now);
            }
            let head = Head { phase: Phase::Unconfirmed, ..head };
            sends::set(connection, &head, Some(now.plus_ms(CONFIRMED_WITHIN_MS)))
        }
    }
}

/// The turn fails, with a reason for agents; the lane goes on.
fn give_up(connection: &Connection, engine: &mut Engine, head: Head, reason: String) -> Result<(), StoreError> {
    progress(connection, engine, head, Stage::Failed, Some(reason))?;
    sends::set(connection, &Head { phase: Phase::Waits, ..head }, None)
}

fn progress(
    connection: &Connection,
    engine: &mut Engine,
    head: Head,
    stage: Stage,
    reason: Option<String>,
) -> Result<(), StoreError> {
    if head.turn.0.is_nil() {
        tracing::warn!(?stage, reason, conversation.id = %head.conversation, "a reaction did not reach its customer");
        return Ok(());
    }
    let command = system_command(head.conversation, Command::Progress { turn: head.turn, stage, reason });
    if let Err(rejection) = engine.execute(connection, &command, Repeat::Once, None)? {
        tracing::debug!(%rejection, "what became of a message is refused");
    }
    Ok(())
}

/// Meta's id of a turn's file: the one that it has, or a new one.
async fn uploaded(
    hub: &Arc<Hub>,
    opened: &Opened,
    file: &tandem_conversation::Media,
    now: Time,
) -> Result<Result<String, Outcome>, StoreError> {
    let (key, media) = (opened.number.key.clone(), file.id);
    let known = hub.database.read({
        let key = key.clone();
        move |connection| uploads::get(connection, &key, media, now)
    });
    if let Some(id) = known.await? {
        return Ok(Ok(id));
    }
    let id = match upload(hub, opened, file).await {
        Ok(id) => id,
        Err(outcome) => return Ok(Err(outcome)),
    };
    let kept = id.clone();
    hub.database.write(move |connection, _| uploads::put(connection, &key, media, &kept, now)).await?;
    Ok(Ok(id))
}

/// Uploads the file of a turn.
async fn upload(hub: &Arc<Hub>, opened: &Opened, file: &tandem_conversation::Media) -> Result<String, Outcome> {
    if file.bytes > FILE_BYTES {
        return Err(Outcome::Refused { code: 131_053, reason: "the file is too large".into() });
    }
    let refused = |reason: &str| Outcome::Refused { code: UNREADABLE, reason: reason.to_owned() };
    let again = || Outcome::Again { reason: "the file cannot be read".into() };
    let id = file.id;
    let stored = hub.database.read(move |connection| media::get(connection, id)).await;
    let stored = stored.map_err(|_| again())?.ok_or_else(|| refused("the file is gone"))?;
    let mut whole = hub.files.whole(&stored).await.map_err(|error| match error {
        Unreadable::Missing => refused("the file is gone"),
        Unreadable::Damaged => refused("the file is damaged"),
        Unreadable::Disk(_) => again(),
    })?;
    let mut bytes = Vec::new();
    whole.read_to_end(&mut bytes).await.map_err(|_| again())?;
    client::upload(&hub.whatsapp, opened, (&file.name, &file.content_type), bytes).await
}
