//! How messages leave to WhatsApp: what is looked at before, how files get there first, and what is remembered.

use std::collections::HashMap;
use std::sync::Arc;

use tandem_conversation::{Channel, ContactId, Content, EventBody, Remedy, Template, Time, Window};
use tandem_sql::Connection;
use tokio::io::AsyncReadExt as _;

use super::answer::{UNREADABLE, foreseen, refused};
use super::client::{self, WITHIN};
use super::fit::{self, Piece, fit};
use super::number::{self, Opened, PURPOSE};
use super::request::{Address, Outgoing, message, reaction};
use super::whose;
use crate::delivery::{Carrier, Line, Message, Outcome, Packed, Rate, Refusal, STOPPED_MS};
use crate::files::Unreadable;
use crate::hub::Hub;
use crate::reviews;
use crate::seal::Seal;
use crate::store::sends::Head;
use crate::store::whatsapp::messages::{self, Known};
use crate::store::whatsapp::{self, OK, people, routes, templates, uploads};
use crate::store::{StoreError, media};

/// What Meta takes for one chat: a burst, then one message every six seconds.
const RATE: Rate = Rate { every_ms: 6_000, burst: 45 };
/// Attempts to upload a file before its turn fails.
const UPLOADS: u32 = 6;
/// Largest file that is sent, in bytes.
const FILE_BYTES: u64 = 100 * 1024 * 1024;

/// What agents read about messages of a removed number.
const REMOVED: &str = "Your company has removed the number of this chat, so nothing can be sent in it. Write to the \
                       customer from another number, or another way.";

/// The carrier.
#[derive(Clone)]
pub(crate) struct Whatsapp(Arc<Hub>);

impl Whatsapp {
    pub(crate) fn new(hub: Arc<Hub>) -> Self {
        Self(hub)
    }
}

/// A message that may leave.
pub(crate) struct Parcel {
    opened: Opened,
    to: Address,
    what: Payload,
    quotes: Option<String>,
    template: Option<Template>,
    /// Meta's id of its file.
    uploaded: Option<String>,
}

enum Payload {
    Piece(Piece),
    Reaction { message: String, emoji: Option<String> },
}

impl Carrier for Whatsapp {
    type Parcel = Parcel;

    fn channel(&self) -> Channel {
        Channel::Whatsapp
    }

    fn rate(&self) -> Rate {
        RATE
    }

    fn lease_ms(&self) -> i64 {
        2 * i64::try_from(WITHIN.as_millis()).unwrap_or(i64::MAX)
    }

    fn lines(&self, connection: &Connection, contacts: &[ContactId]) -> Result<Vec<Option<Line>>, StoreError> {
        let (traffic, now) = (&self.0.whatsapp_traffic, self.0.clock.now());
        let mut known = HashMap::<String, Option<Line>>::new();
        let mut line = |contact: &ContactId| {
            let Some(route) = routes::get(connection, *contact)? else { return Ok(None) };
            if let Some(line) = known.get(&route.number) {
                return Ok(line.clone());
            }
            let line = whatsapp::by_key(connection, &route.number)?.map(|number| {
                let per_second = traffic.left(&number.key, number.per_second, now);
                Line { key: number.key, per_second }
            });
            known.insert(route.number, line.clone());
            Ok(line)
        };
        contacts.iter().map(&mut line).collect()
    }

    fn pack(&self, connection: &Connection, message: &Message<'_>) -> Result<Packed<Parcel>, StoreError> {
        let Message { head, event, state, now } = *message;
        let route = routes::get(connection, head.contact)?;
        let number = match &route {
            Some(route) => whatsapp::by_key(connection, &route.number)?,
            None => None,
        };
        let (Some(route), Some(number)) = (route, number) else {
            return Ok(Packed::Fails(Refusal::new(REMOVED, Remedy::OtherContact)));
        };
        let Some(opened) = number::opened(number, &Seal::new(&self.0.identity.key_for(PURPOSE))) else {
            // The operator adds it again.
            return Ok(Packed::Waits(now.plus_ms(STOPPED_MS)));
        };
        let known = match people::of_chat(connection, head.contact)? {
            Some(person) => match whose::number_of(connection, person)? {
                Some(number) => Some(Address::Number(number)),
                None => people::user(connection, person, &route.number)?.map(Address::User),
            },
            None => None,
        };
        let Some(to) = known else {
            let reason = "Neither a number nor an id of this customer is known.";
            return Ok(Packed::Fails(Refusal::new(reason, Remedy::OtherContact)));
        };
        let is_template = matches!(event.body.content(), Some(Content::Template { .. }));
        if !is_template && !state.window().is_none_or(|window| Window::is_open(window, now)) {
            return Ok(Packed::Fails(foreseen(131_047)));
        }
        if opened.number.state != OK && now.since(opened.number.since) < STOPPED_MS {
            return Ok(Packed::Waits(now.plus_ms(STOPPED_MS)));
        }
        let (what, quotes, template, parts) = match &event.body {
            EventBody::Reacted { turn, emoji, .. } => match messages::of_turn(connection, head.conversation, *turn)? {
                Some(message) => (Payload::Reaction { message, emoji: emoji.clone() }, None, None, 1),
                None => return Ok(Packed::Nothing),
            },
            EventBody::TurnAdded { turn, .. } => {
                let pieces = match (&turn.raw, fit(turn.id, &turn.content)) {
                    (Some(raw), _) => vec![Piece::Raw(raw.clone())],
                    (None, Ok(pieces)) => pieces,
                    (None, Err(unfit)) => {
                        return Ok(Packed::Fails(Refusal::new(format!("{}.", unfit.0), Remedy::Nothing)));
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
                if template.as_ref().is_some_and(Template::is_marketing) && route.refuses_marketing() {
                    return Ok(Packed::Fails(foreseen(131_050)));
                }
                if template.as_ref().is_some_and(Template::is_authentication) && matches!(to, Address::User(_)) {
                    return Ok(Packed::Fails(foreseen(131_062)));
                }
                let Some(piece) = pieces.into_iter().nth(head.part as usize) else { return Ok(Packed::Nothing) };
                (Payload::Piece(piece), quotes, template, parts)
            }
            EventBody::ReviewAsked { review, text, expires, .. } if *expires > now => {
                let pieces = fit::review(head.turn, reviews::question(&self.0, state, *review, text));
                let parts = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
                let Some(piece) = pieces.into_iter().nth(head.part as usize) else { return Ok(Packed::Nothing) };
                (Payload::Piece(piece), None, None, parts)
            }
            _ => return Ok(Packed::Nothing),
        };
        Ok(Packed::Leaves(Parcel { opened, to, what, quotes, template, uploaded: None }, parts))
    }

    async fn prepare(&self, parcel: &mut Parcel, head: Head) -> Result<Option<Outcome>, StoreError> {
        let Payload::Piece(Piece::File { media, .. }) = &parcel.what else { return Ok(None) };
        match uploaded(&self.0, &parcel.opened, media, self.0.clock.now()).await? {
            Ok(id) => {
                parcel.uploaded = Some(id);
                Ok(None)
            }
            Err(Outcome::Again { reason }) if head.attempts >= UPLOADS => {
                Ok(Some(Outcome::Refused(refused(131_053, &reason))))
            }
            Err(outcome) => Ok(Some(outcome)),
        }
    }

    async fn send(&self, parcel: &Parcel, head: Head) -> Outcome {
        let request = match &parcel.what {
            Payload::Piece(piece) => message(&Outgoing {
                to: &parcel.to,
                piece,
                turn: head.turn,
                quotes: parcel.quotes.as_deref().filter(|_| head.part == 0),
                uploaded: parcel.uploaded.as_deref(),
                template: parcel.template.as_ref(),
            }),
            Payload::Reaction { message, emoji } => reaction(&parcel.to, message, emoji.as_deref()),
        };
        client::send(&self.0.whatsapp, &parcel.opened, &request).await
    }

    fn settled(
        &self,
        connection: &Connection,
        parcel: &Parcel,
        head: Head,
        outcome: &Outcome,
        now: Time,
    ) -> Result<(), StoreError> {
        let key = &parcel.opened.number.key;
        match outcome {
            Outcome::Accepted { message } => {
                let (conversation, turn, part) = (head.conversation, head.turn, Some(head.part));
                let known = if turn.0.is_nil() { Known::NO_TURN } else { Known::turn(conversation, turn, part) };
                messages::put(connection, key, message, &known)?;
                if whatsapp::set_state(connection, key, OK, "", now)? {
                    tracing::info!(number = key, "a WhatsApp number sends again");
                }
            }
            Outcome::Stopped { state, reason } => {
                if whatsapp::set_state(connection, key, state, reason, now)? {
                    tracing::error!(number = key, state, reason, "a WhatsApp number does not send any more");
                }
            }
            // Meta may not have the file any more.
            Outcome::Refused(_) => {
                if let Some(id) = &parcel.uploaded {
                    uploads::forget(connection, key, id)?;
                }
            }
            Outcome::Again { .. } | Outcome::Unknown { .. } => {}
        }
        Ok(())
    }

    fn is_reported(&self, connection: &Connection, head: Head) -> Result<bool, StoreError> {
        messages::has_part(connection, head.turn, head.part)
    }
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
        return Err(Outcome::Refused(refused(131_053, "the file is too large")));
    }
    let lost = |why: &str| Outcome::Refused(refused(UNREADABLE, why));
    let again = || Outcome::Again { reason: "the file cannot be read".into() };
    let id = file.id;
    let stored = hub.database.read(move |connection| media::get(connection, id)).await;
    let stored = stored.map_err(|_| again())?.ok_or_else(|| lost("the file is gone"))?;
    let mut whole = hub.files.whole(&stored).await.map_err(|error| match error {
        Unreadable::Missing => lost("the file is gone"),
        Unreadable::Damaged => lost("the file is damaged"),
        Unreadable::Disk(_) => again(),
    })?;
    let mut bytes = Vec::new();
    whole.read_to_end(&mut bytes).await.map_err(|_| again())?;
    client::upload(&hub.whatsapp, opened, (&file.name, &file.content_type), bytes).await
}
