//! Reads stored webhooks, and has what they say taken in: one lane a chat, several messages in one transaction.
//!
//! invariant: nobody waits for another customer's messages or files, and no number for another one. The messages of one
//! chat are taken in one after another, in the order in which they came.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{ContactId, Media, Rejection, Time};
use tandem_sql::Connection;
use tandem_sqlite::{Cause, Companion};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::MissedTickBehavior;

use super::customers::{Placed, route_of};
use super::inbound::Taking;
use super::lanes::{Key, Lanes, Run};
use super::reports::Taken;
use super::webhook::{self, What};
use super::{download, number, whose};
use crate::engine::Engine;
use crate::hub::Hub;
use crate::store::StoreError;
use crate::store::whatsapp::inbox::{self, Waiting};
use crate::store::whatsapp::{self, Number, messages};

/// How often the inbox is looked at without being told.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Bodies read per look at one number.
const BODIES: u32 = 128;
/// Bodies of one number that are held in memory, in bytes: behind them, its others wait in the table.
const ROOM_BYTES: usize = 16 * 1024 * 1024;
/// Runs that are taken in at once. They share the transactions of all writes.
const AT_ONCE: usize = 32;
/// Files that are fetched at once, in all and through one number: one whose service hangs leaves room for others.
const FETCHES: usize = 256;
const FETCHES_OF_NUMBER: usize = 8;
/// Pause after the store has failed.
const PATIENCE: Duration = Duration::from_secs(2);
/// Attempts at a message that the store refuses for no reason of the disk's.
const ATTEMPTS: u32 = 5;
/// Reasons that are told of one body.
const REASONS: usize = 10;
/// Why a body is kept as it came, for operators.
const REMOVED: &str = "its number was removed";
const BROKEN: &str = "it could not be taken in: the log of the hub says why";

/// Reads what comes for as long as the hub runs.
pub(crate) async fn run(hub: Arc<Hub>) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut reading = Reading::default();
    loop {
        reading.begin(&hub);
        tokio::select! {
            _ = look.tick() => reading.look(&hub).await,
            () = hub.whatsapp_came.notified() => reading.look(&hub).await,
            Some(done) = reading.at_work.join_next_with_id() => reading.done(done),
            Some(marked) = reading.marking.join_next() => reading.marked(marked),
            () = std::future::ready(()), if reading.are_more => reading.look(&hub).await,
        }
    }
}

/// Something to take in, of this body.
#[derive(Debug)]
struct Work {
    body: i64,
    received: Time,
    taking: Taking,
}

/// A body whose changes are being taken in.
struct Held {
    number: Arc<str>,
    bytes: usize,
    /// How many are not yet.
    left: usize,
    unread: Vec<String>,
}

/// A run that is at work.
struct Busy {
    number: Arc<str>,
    keys: HashSet<Key>,
    fetches: bool,
    /// The body of each piece.
    bodies: Vec<i64>,
}

#[derive(Default)]
struct Reading {
    lanes: Lanes<Work>,
    bodies: HashMap<i64, Held>,
    /// Each answers why its pieces could not be taken in; empty for those that were.
    at_work: JoinSet<Vec<String>>,
    busy: HashMap<Id, Busy>,
    /// Bodies of which everything is done, in this order, and what could not be read of each.
    finished: Vec<(i64, String)>,
    /// Answers which bodies it was about.
    marking: JoinSet<Vec<i64>>,
    /// More bodies may be read than were.
    are_more: bool,
    /// A number has bodies for which there was no room.
    is_full: bool,
}

/// What one body says.
struct Loaded {
    id: i64,
    bytes: usize,
    works: Vec<(Vec<Key>, Work)>,
    unread: Vec<String>,
    /// What Meta says of templates and of the number has changed.
    refresh: bool,
}

impl Reading {
    /// Reads bodies that have come.
    async fn look(&mut self, hub: &Arc<Hub>) {
        (self.are_more, self.is_full) = (false, false);
        if let Err(error) = self.load(hub).await {
            tracing::error!(%error, "webhooks of WhatsApp cannot be read");
        }
    }

    async fn load(&mut self, hub: &Arc<Hub>) -> Result<(), StoreError> {
        let mut held = HashMap::<Arc<str>, (i64, usize)>::new();
        for (id, body) in &self.bodies {
            let (last, bytes) = held.entry(Arc::clone(&body.number)).or_default();
            *last = (*last).max(*id);
            *bytes += body.bytes;
        }
        let loaded = hub.database.read(move |connection| -> Result<_, StoreError> {
            let (mut all, mut last, mut is_full) = (Vec::new(), String::new(), false);
            while let Some(key) = inbox::next_number(connection, &last)? {
                let (after, bytes) = held.get(key.as_str()).copied().unwrap_or_default();
                is_full |= bytes >= ROOM_BYTES;
                if bytes < ROOM_BYTES {
                    let number = whatsapp::by_key(connection, &key)?;
                    let waiting = inbox::waiting(connection, &key, after, BODIES)?;
                    let bodies = waiting.iter().map(|waiting| read(connection, number.as_ref(), waiting));
                    all.push((Arc::<str>::from(key.as_str()), bodies.collect::<Result<Vec<_>, _>>()?));
                }
                last = key;
            }
            Ok((all, is_full))
        });
        let (loaded, is_full) = loaded.await?;
        self.is_full = is_full;
        for (number, bodies) in loaded {
            self.are_more |= bodies.len() >= BODIES as usize;
            for body in bodies {
                let Loaded { id, bytes, works, unread, refresh } = body;
                if refresh {
                    hub.whatsapp_templates.notify_one();
                }
                self.bodies.insert(id, Held { number: Arc::clone(&number), bytes, left: works.len(), unread });
                if works.is_empty() {
                    self.finish(id);
                }
                for (keys, work) in works {
                    if work.taking.is_message() {
                        hub.whatsapp_traffic.add(&number, work.received);
                    }
                    let fetches = work.taking.file().is_some();
                    self.lanes.add(&number, keys, fetches, work);
                }
            }
        }
        Ok(())
    }

    /// Begins what may begin.
    fn begin(&mut self, hub: &Arc<Hub>) {
        if self.marking.is_empty() && !self.finished.is_empty() {
            let finished = std::mem::take(&mut self.finished);
            self.marking.spawn(mark(Arc::clone(hub), finished.into()));
        }
        loop {
            let mut fetching = HashMap::<&str, usize>::new();
            self.busy
                .values()
                .filter(|busy| busy.fetches)
                .for_each(|busy| *fetching.entry(&busy.number).or_default() += 1);
            let fetches: usize = fetching.values().sum();
            if self.busy.len() - fetches >= AT_ONCE {
                return;
            }
            let may_fetch =
                |number: &str| fetches < FETCHES && fetching.get(number).is_none_or(|count| *count < FETCHES_OF_NUMBER);
            let Some(run) = self.lanes.take(may_fetch) else { return };
            let (keys, number, fetches) = (run.keys(), Arc::clone(&run.number), run.fetches);
            let bodies = run.works.iter().map(|work| work.body).collect();
            let task = self.at_work.spawn(take_in(Arc::clone(hub), run));
            self.busy.insert(task.id(), Busy { number, keys, fetches, bodies });
        }
    }

    /// A run has ended.
    fn done(&mut self, ended: Result<(Id, Vec<String>), JoinError>) {
        let (id, unread) = match ended {
            Ok((id, unread)) => (id, Some(unread)),
            Err(error) => (error.id(), None),
        };
        let Some(busy) = self.busy.remove(&id) else { return };
        self.lanes.done(&busy.number, &busy.keys);
        for (place, body) in busy.bodies.into_iter().enumerate() {
            let why = unread.as_ref().map_or(BROKEN, |unread| unread.get(place).map_or("", String::as_str));
            let Some(held) = self.bodies.get_mut(&body) else { continue };
            held.left -= 1;
            held.unread.extend((!why.is_empty()).then(|| why.to_owned()));
            if held.left == 0 {
                self.finish(body);
            }
        }
    }

    /// These bodies are done. There may be room for others now.
    fn marked(&mut self, marked: Result<Vec<i64>, JoinError>) {
        for id in marked.unwrap_or_default() {
            self.bodies.remove(&id);
        }
        self.are_more |= self.is_full;
    }

    fn finish(&mut self, body: i64) {
        let Some(held) = self.bodies.get_mut(&body) else { return };
        held.unread.sort();
        held.unread.dedup();
        held.unread.truncate(REASONS);
        let why = held.unread.join("; ");
        if !why.is_empty() {
            tracing::warn!(number = %held.number, why, "a webhook of WhatsApp is not understood as a whole: it is kept");
        }
        self.finished.push((body, why));
    }
}

/// What a body says, and to which lanes that belongs.
fn read(connection: &Connection, number: Option<&Number>, waiting: &Waiting) -> Result<Loaded, StoreError> {
    let (id, received) = (waiting.id, waiting.received);
    let mut loaded = Loaded { id, bytes: waiting.body.len(), works: Vec::new(), unread: Vec::new(), refresh: false };
    let (number, delivery) = match (number, webhook::read(&waiting.body)) {
        (None, _) => {
            loaded.unread.push(REMOVED.to_owned());
            return Ok(loaded);
        }
        (_, Err(why)) => {
            loaded.unread.push(why);
            return Ok(loaded);
        }
        (Some(number), Ok(delivery)) => (number, delivery),
    };
    loaded.unread = delivery.unread;
    for change in delivery.changes {
        if change.number.is_some_and(|of| of != number.phone_number_id) {
            let why = Rejection::invalid("metadata", "it is about another number: check the addresses at Meta");
            loaded.unread.push(why.to_string());
            continue;
        }
        match &change.what {
            What::Template { .. } => loaded.refresh = true,
            // The number's quality, its limits, a ban: Meta says all of it when asked.
            What::Other { field, .. } if field.starts_with("phone_number_") || field.starts_with("account_") => {
                loaded.refresh = true;
            }
            What::Errors(errors) => {
                let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
                tracing::warn!(number = number.key, ?codes, "WhatsApp reports errors of this number");
            }
            _ => {}
        }
        match Taking::of(change.what, number) {
            Ok(Some(taking)) => {
                let keys = keys_of(connection, &taking)?;
                loaded.works.push((keys, Work { body: id, received, taking }));
            }
            Ok(None) => {}
            Err(why) => loaded.unread.push(why),
        }
    }
    Ok(loaded)
}

fn keys_of(connection: &Connection, taking: &Taking) -> Result<Vec<Key>, StoreError> {
    if let Taking::Status(status) = taking {
        return Ok(vec![Key::of_report(&status.id)]);
    }
    let mut keys = Vec::new();
    for who in taking.who() {
        let names = [&who.user_id, &who.parent_user_id, &who.wa_id];
        keys.extend(names.into_iter().flatten().cloned().map(Key::Name));
        let person = whose::find(connection, who, Time(i64::MAX / 4))?.person;
        keys.extend(person.map(Key::Person));
    }
    keys.dedup();
    // What is about nobody has no lane of its own: nothing comes of it.
    Ok(if keys.is_empty() { vec![Key::of_report("")] } else { keys })
}

/// Takes in a run, in one transaction. If that fails, each piece is taken in by itself, so that one that cannot be costs
/// nothing but itself. Says of each why it could not be; nothing of those that were.
async fn take_in(hub: Arc<Hub>, run: Run<Work>) -> Vec<String> {
    let (number, works): (_, Arc<[Work]>) = (run.number, run.works.into());
    let file = match run.fetches {
        false => None,
        true => match fetched(&hub, &number, &works).await {
            Ok(file) => file,
            Err(why) => return vec![why],
        },
    };
    let piece =
        |which: Range<usize>| piece(Arc::clone(&hub), Arc::clone(&number), Arc::clone(&works), which, file.clone());
    if works.len() > 1
        && let Ok(unread) = piece(0..works.len()).await
    {
        return unread;
    }
    let mut unread = Vec::with_capacity(works.len());
    for place in 0..works.len() {
        let taken = patiently(|| piece(place..place + 1)).await;
        unread.push(taken.map_or_else(|error| error, |why| why.concat()));
    }
    unread
}

/// Tries for as long as the store cannot write. The error says why the work itself cannot be done.
async fn patiently<T, F>(mut work: impl FnMut() -> F) -> Result<T, String>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut attempts = 0;
    loop {
        let error = match work().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        tracing::error!(%error, "what came on WhatsApp cannot be taken in");
        match &error {
            StoreError::Database(error) if !matches!(error.cause(), Cause::Other | Cause::Damaged) => {}
            StoreError::Database(_) => {
                attempts += 1;
                if attempts >= ATTEMPTS {
                    return Err(BROKEN.to_owned());
                }
            }
            _ => return Err(error.to_string()),
        }
        tokio::time::sleep(PATIENCE).await;
    }
}

/// Takes in some of the works, one after another, in one transaction. Says of each why nothing came of it; nothing of
/// the others.
async fn piece(
    hub: Arc<Hub>,
    key: Arc<str>,
    works: Arc<[Work]>,
    which: Range<usize>,
    file: Option<Result<Media, String>>,
) -> Result<Vec<String>, StoreError> {
    let now = hub.clock.now();
    let take = move |connection: &Connection, engine: &mut Engine| -> Result<Vec<Taken>, StoreError> {
        let number = number_of(connection, &key)?;
        let works = works.get(which).unwrap_or_default().iter();
        let taken = works.map(|work| {
            let taken = work.taking.take(connection, engine, &number, file.clone(), work.received, now)?;
            // The next may be about what this one has said.
            engine.flush_own(connection)?;
            Ok(taken)
        });
        taken.collect()
    };
    let taken = hub.database.write(take).await?;
    if taken.contains(&Taken::Awaited) {
        hub.queued.send_replace(());
    }
    let why = |taken| if let Taken::Nothing(why) = taken { why.to_owned() } else { String::new() };
    Ok(taken.into_iter().map(why).collect())
}

fn number_of(connection: &Connection, key: &str) -> Result<Number, StoreError> {
    let removed = || Rejection::invalid("metadata", REMOVED);
    Ok(whatsapp::by_key(connection, key)?.ok_or_else(removed)?)
}

/// The file of a message, or why it is not there; none if the message is known. The error says why the message cannot be
/// taken in.
async fn fetched(hub: &Arc<Hub>, key: &Arc<str>, works: &Arc<[Work]>) -> Result<Option<Result<Media, String>>, String> {
    let Some((media, of)) = works.first().and_then(|work| work.taking.file()) else { return Ok(None) };
    let of = of.map(str::to_owned);
    let route = patiently(|| {
        let (hub, key, works, of) = (Arc::clone(hub), Arc::clone(key), Arc::clone(works), of.clone());
        let locate = move |connection: &Connection, engine: &mut Engine| -> Result<Option<ContactId>, StoreError> {
            let number = number_of(connection, &key)?;
            if let Some(of) = &of
                && messages::get(connection, &key, of)?.is_some()
            {
                return Ok(None);
            }
            match works.first() {
                Some(Work { taking: Taking::Message(message, by), received, .. }) => {
                    Ok(match route_of(connection, engine, &number, (message, by), *received)? {
                        Placed::Known => None,
                        Placed::Comes(route) | Placed::New(route) | Placed::Claimed { route, .. } => Some(route),
                    })
                }
                _ => Ok(None),
            }
        };
        async move { hub.database.write(locate).await }
    });
    let Some(route) = route.await? else { return Ok(None) };
    Ok(Some(match number::find(hub, key).await {
        Ok(Some(opened)) => download::fetch(hub, &opened, media, route).await,
        Ok(None) => Err("The file could not be fetched: its number cannot be used".into()),
        Err(error) => Err(format!("The file could not be fetched: {error}")),
    }))
}

/// Notes that everything in these bodies was read.
async fn mark(hub: Arc<Hub>, finished: Arc<[(i64, String)]>) -> Vec<i64> {
    let marked = patiently(|| {
        let (hub, finished) = (Arc::clone(&hub), Arc::clone(&finished));
        let note = move |connection: &Connection, _: &mut Engine| {
            finished.iter().try_for_each(|(id, why)| match why.is_empty() {
                true => inbox::read(connection, *id),
                false => inbox::unread(connection, *id, why),
            })
        };
        async move { hub.database.write(note).await }
    });
    if let Err(error) = marked.await {
        tracing::error!(error, "webhooks of WhatsApp will be read again, because it cannot be noted that they were");
    }
    finished.iter().map(|(id, _)| *id).collect()
}
