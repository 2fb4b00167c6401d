//! Sends queued messages, for every channel that has a [`Carrier`]. The messages of one contact leave in order; contacts
//! do not wait for each other.
//!
//! invariant: a message is sent once. Before it leaves, its row is marked as sending, under a lease. If the hub crashes
//! then, the lease ends, or the answer is lost, the message is not sent again: a report confirms it, or agents read that
//! its delivery is unknown.

mod pace;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{Channel, Command, ContactId, Conversation, Event, Position, Remedy, Stage, Time};
use tandem_sql::Connection;
use tokio::task::JoinSet;

use crate::engine::{Engine, Repeat, system_command};
use crate::hub::Hub;
use crate::store::events::Part;
use crate::store::sends::{self, Head, Phase};
use crate::store::{StoreError, events};
pub(crate) use pace::Rate;
use pace::{Pace, Wait};

/// How often the queue is read without a wake-up.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Concurrent lanes, in all and through one line, with those that wait for their time. A line that hangs must not use up
/// all of them.
const AT_ONCE: usize = 256;
const AT_ONCE_OF_LINE: usize = 48;
/// Heads read at a time. More than the lanes of a line, because some heads have to wait.
const DUE_AT_ONCE: u32 = 128;
/// With at least this many due heads, those that must wait are put off.
const MANY_DUE: usize = 32;
/// Delay of a head whose line has no free lane, in milliseconds.
const NO_LANE_MS: i64 = 1_000;
/// How long a report may still confirm a message whose answer was lost, in milliseconds.
const CONFIRMED_WITHIN_MS: i64 = 60_000;
/// Pause of a stopped line before the next attempt, in milliseconds.
pub(crate) const STOPPED_MS: i64 = 300_000;

/// Sends the messages of one channel. The queue takes care of order, pace, leases, and the stages of turns.
pub(crate) trait Carrier: Clone + Send + Sync + 'static {
    /// A message that may leave.
    type Parcel: Send + Sync + 'static;

    fn channel(&self) -> Channel;
    /// How fast one contact may be written to.
    fn rate(&self) -> Rate;
    /// Maximum duration of one attempt, in milliseconds.
    fn lease_ms(&self) -> i64;
    /// The line of each contact; none if it was removed.
    fn lines(&self, connection: &Connection, contacts: &[ContactId]) -> Result<Vec<Option<Line>>, StoreError>;
    /// Checks and builds a message right before it leaves.
    fn pack(&self, connection: &Connection, message: &Message<'_>) -> Result<Packed<Self::Parcel>, StoreError>;
    /// Prepares a message, for example uploads its file. May run again. Returns an outcome if the message cannot leave
    /// now.
    fn prepare(
        &self,
        parcel: &mut Self::Parcel,
        head: Head,
    ) -> impl Future<Output = Result<Option<Outcome>, StoreError>> + Send;
    /// Makes the one attempt to send it.
    fn send(&self, parcel: &Self::Parcel, head: Head) -> impl Future<Output = Outcome> + Send;
    /// Stores the channel's part of the outcome, in the transaction that settles the message.
    fn settled(
        &self,
        connection: &Connection,
        parcel: &Self::Parcel,
        head: Head,
        outcome: &Outcome,
        now: Time,
    ) -> Result<(), StoreError>;
    /// Whether a report proves that it left.
    fn is_reported(&self, connection: &Connection, head: Head) -> Result<bool, StoreError>;
}

/// The company's end of a channel: a number, a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub key: String,
    /// Maximum messages per second.
    pub per_second: u32,
}

/// A message that is due.
pub(crate) struct Message<'a> {
    pub head: Head,
    pub event: &'a Event,
    pub state: &'a Conversation,
    pub now: Time,
}

/// Why a message does not reach its customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// In words for agents.
    pub reason: String,
    pub remedy: Remedy,
    /// The channel's code; none if it gave none.
    pub code: Option<String>,
}

impl Refusal {
    pub(crate) fn new(reason: impl Into<String>, remedy: Remedy) -> Self {
        Self { reason: reason.into(), remedy, code: None }
    }
}

/// What a carrier makes of a message that is due.
pub(crate) enum Packed<P> {
    /// It can leave. The number is how many messages its event is split into.
    Leaves(P, u32),
    Waits(Time),
    /// It can no longer be sent.
    Fails(Refusal),
    /// There is nothing to send.
    Nothing,
}

/// The outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The channel took it, and gave it this id.
    Accepted {
        message: String,
    },
    /// The channel did not take it. A later attempt may succeed.
    Again {
        reason: String,
    },
    /// The line cannot send until an administrator repairs it.
    Stopped {
        state: &'static str,
        reason: String,
    },
    Refused(Refusal),
    /// It is unknown whether the channel took it.
    Unknown {
        reason: String,
    },
}

/// Pause before the next attempt, in milliseconds: 4ⁿ seconds, at most an hour.
fn pause_ms(attempts: u32) -> i64 {
    4_i64.checked_pow(attempts.min(6)).unwrap_or(i64::MAX).saturating_mul(1_000).min(3_600_000)
}

/// Sends the queued messages of a channel for as long as the hub runs.
pub(crate) async fn run(hub: Arc<Hub>, carrier: impl Carrier) {
    if let Err(error) = after_crash(&hub, &carrier).await {
        tracing::error!(%error, "cannot read which messages were being sent when the hub ended");
    }
    let mut queued = hub.queued.subscribe();
    let mut lanes = Lanes { pace: Pace::new(carrier.rate()), sending: JoinSet::new(), busy: HashMap::new(), carrier };
    let mut pause = Duration::ZERO;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = queued.changed() => {}
            Some(sent) = lanes.sending.join_next_with_id() => {
                let id = sent.map_or_else(|error| error.id(), |(id, ())| id);
                lanes.busy.remove(&id);
            }
        }
        pause = match lanes.step(&hub).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(%error, "cannot read the queue of messages");
                LOOK_EVERY
            }
        };
    }
}

/// Messages that are marked as sending when the hub starts were interrupted. They may have left.
async fn after_crash(hub: &Hub, carrier: &impl Carrier) -> Result<(), StoreError> {
    let (until, carrier) = (hub.clock.now().plus_ms(CONFIRMED_WITHIN_MS), carrier.clone());
    let interrupted = move |connection: &Connection, _: &mut Engine| -> Result<usize, StoreError> {
        let heads = sends::leaving(connection, carrier.channel())?;
        for head in &heads {
            let at = if carrier.is_reported(connection, *head)? { Time(0) } else { until };
            sends::set(connection, &Head { phase: Phase::Unconfirmed, ..*head }, Some(at))?;
        }
        Ok(heads.len())
    };
    let messages = hub.database.write(interrupted).await?;
    if messages > 0 {
        tracing::warn!(messages, "messages were being sent when the hub ended: they are not sent again");
    }
    Ok(())
}

/// A lane that is sending.
struct Busy {
    contact: ContactId,
    /// None if the line was removed.
    line: Option<String>,
}

/// The lanes that are sending, and their limits.
struct Lanes<C> {
    carrier: C,
    sending: JoinSet<()>,
    busy: HashMap<tokio::task::Id, Busy>,
    pace: Pace,
}

impl<C: Carrier> Lanes<C> {
    /// Starts the lanes that are due. Returns the pause until the next look.
    async fn step(&mut self, hub: &Arc<Hub>) -> Result<Duration, StoreError> {
        let mut pause = LOOK_EVERY;
        if self.sending.len() >= AT_ONCE {
            return Ok(pause);
        }
        let (now, carrier) = (hub.clock.now(), self.carrier.clone());
        let due = hub.database.read(move |connection| -> Result<Vec<_>, StoreError> {
            let heads = sends::due(connection, carrier.channel(), now, DUE_AT_ONCE)?;
            let contacts: Vec<_> = heads.iter().map(|head| head.contact).collect();
            Ok(heads.into_iter().zip(carrier.lines(connection, &contacts)?).collect())
        });
        let due = due.await?;
        // Putting off those that have to wait makes room for others, and they are not read again before their time.
        let are_many = due.len() >= MANY_DUE;
        let mut put_off = Vec::new();
        let mut behind = HashMap::<String, i64>::new();
        for (head, line) in due {
            // The row of a lane that is sending may still be due.
            if self.sending.len() >= AT_ONCE || self.busy.values().any(|busy| busy.contact == head.contact) {
                continue;
            }
            let leaves = match &line {
                Some(line) if head.phase == Phase::Waits => match self.leaves(line, head.contact, now) {
                    Ok(leaves) => leaves,
                    Err(Wait::Contact(until)) => {
                        put_off.push((head, until));
                        continue;
                    }
                    Err(Wait::Line(until)) => {
                        pause = pause.min(until_then(until, now).max(Duration::from_millis(1)));
                        if are_many {
                            let before = behind.entry(line.key.clone()).or_default();
                            put_off.push((head, until.plus_ms(*before * 1_000 / i64::from(line.per_second.max(1)))));
                            *before += 1;
                        }
                        continue;
                    }
                },
                _ => now,
            };
            let (hub, carrier) = (Arc::clone(hub), self.carrier.clone());
            let task = self.sending.spawn(async move {
                tokio::time::sleep(until_then(leaves, now)).await;
                if let Err(error) = send(&hub, carrier, head).await {
                    tracing::error!(%error, conversation.id = %head.conversation, "a message could not be processed");
                }
            });
            self.busy.insert(task.id(), Busy { contact: head.contact, line: line.map(|line| line.key) });
        }
        if !put_off.is_empty() {
            let put_off = move |connection: &Connection, _: &mut Engine| -> Result<(), StoreError> {
                put_off.iter().try_for_each(|(head, until)| sends::set(connection, head, Some(*until)))
            };
            hub.database.write(put_off).await?;
        }
        Ok(pause)
    }

    /// Counts a message, and says when it leaves.
    ///
    /// # Errors
    /// Which limit it has to wait for, and until when. Nothing is counted then.
    fn leaves(&mut self, line: &Line, contact: ContactId, now: Time) -> Result<Time, Wait> {
        let busy = self.busy.values().filter(|busy| busy.line.as_deref() == Some(&line.key)).count();
        if busy >= AT_ONCE_OF_LINE {
            return Err(Wait::Line(now.plus_ms(NO_LANE_MS)));
        }
        self.pace.take(&line.key, line.per_second, contact, now)
    }
}

/// How long it is until a time; nothing if that has passed.
fn until_then(time: Time, now: Time) -> Duration {
    Duration::from_millis(u64::try_from(time.since(now)).unwrap_or(0))
}

/// A head after it was checked.
enum Looked<P> {
    Send(Box<P>, Head),
    /// Nothing is left to do.
    Settled,
}

async fn send<C: Carrier>(hub: &Arc<Hub>, carrier: C, head: Head) -> Result<(), StoreError> {
    let now = hub.clock.now();
    let looked = {
        let carrier = carrier.clone();
        hub.database.write(move |connection, engine| look(connection, engine, &carrier, head, now)).await?
    };
    let Looked::Send(mut parcel, head) = looked else { return Ok(()) };
    if let Some(outcome) = carrier.prepare(&mut parcel, head).await? {
        // Nothing was sent yet, so trying again is safe.
        let head = Head { attempts: head.attempts + 1, ..head };
        return hub.database.write(move |c, engine| settle(c, engine, &carrier, &*parcel, head, &outcome, now)).await;
    }
    // Marked before it leaves: a message with this mark is never sent again.
    let leaving = Head { phase: Phase::Sending, attempts: head.attempts + 1, ..head };
    let lease = now.plus_ms(carrier.lease_ms());
    hub.database.write(move |connection, _| sends::set(connection, &leaving, Some(lease))).await?;
    let outcome = carrier.send(&parcel, leaving).await;
    let now = hub.clock.now();
    hub.database.write(move |c, engine| settle(c, engine, &carrier, &*parcel, leaving, &outcome, now)).await?;
    hub.queued.send_replace(());
    Ok(())
}

/// Checks the head of a lane right before it leaves. The turn fails if it can no longer be sent.
fn look<C: Carrier>(
    connection: &Connection,
    engine: &mut Engine,
    carrier: &C,
    head: Head,
    now: Time,
) -> Result<Looked<C::Parcel>, StoreError> {
    match head.phase {
        Phase::Waits => {}
        // The lease has ended: the outcome was not stored.
        Phase::Sending => {
            let head = Head { phase: Phase::Unconfirmed, ..head };
            sends::set(connection, &head, Some(now.plus_ms(CONFIRMED_WITHIN_MS)))?;
            return Ok(Looked::Settled);
        }
        Phase::Unconfirmed | Phase::GivenUp => {
            confirm(connection, engine, carrier, head, now)?;
            return Ok(Looked::Settled);
        }
    }
    let refuse = |engine: &mut Engine, why: Refusal| give_up(connection, engine, head, why).map(|()| Looked::Settled);
    let lost = |reason: &str| Refusal::new(reason, Remedy::Nothing);
    let Some(state) = engine.state(connection, head.conversation)? else {
        return refuse(engine, lost("The conversation is gone."));
    };
    let before = Position(head.position.0.saturating_sub(1));
    let (mut found, _) = events::of_conversation(connection, head.conversation, Part::After(before), 1)?;
    let Some(event) = found.pop().filter(|event| event.position == head.position) else {
        return refuse(engine, lost("The message cannot be read any more."));
    };
    match carrier.pack(connection, &Message { head, event: &event, state: &state, now })? {
        Packed::Leaves(parcel, parts) => return Ok(Looked::Send(Box::new(parcel), Head { parts, ..head })),
        Packed::Waits(until) => sends::set(connection, &head, Some(until))?,
        Packed::Fails(why) => return refuse(engine, why),
        Packed::Nothing => sends::set(connection, &head, None)?,
    }
    Ok(Looked::Settled)
}

/// Settles a message whose answer was lost. Without a report, agents read that its delivery is unknown.
fn confirm(
    connection: &Connection,
    engine: &mut Engine,
    carrier: &impl Carrier,
    head: Head,
    now: Time,
) -> Result<(), StoreError> {
    if carrier.is_reported(connection, head)? {
        return advance(connection, head, now);
    }
    let reason = format!("{} did not say whether this arrived.", carrier.channel().name());
    progress(connection, engine, head, Stage::Unconfirmed, reason, None, None)?;
    sends::set(connection, &Head { phase: Phase::GivenUp, ..head }, None)
}

/// Makes the next message of the turn due, or ends the turn's place in the queue.
pub(crate) fn advance(connection: &Connection, head: Head, now: Time) -> Result<(), StoreError> {
    let next = Head { part: head.part + 1, phase: Phase::Waits, attempts: 0, ..head };
    sends::set(connection, &next, (next.part < next.parts).then_some(now))
}

/// Stores the outcome of an attempt.
fn settle<C: Carrier>(
    connection: &Connection,
    engine: &mut Engine,
    carrier: &C,
    parcel: &C::Parcel,
    head: Head,
    outcome: &Outcome,
    now: Time,
) -> Result<(), StoreError> {
    carrier.settled(connection, parcel, head, outcome, now)?;
    match outcome {
        Outcome::Accepted { .. } => advance(connection, head, now),
        Outcome::Again { reason } => {
            tracing::debug!(reason, conversation.id = %head.conversation, "a message is tried again");
            let next = now.plus_ms(pause_ms(head.attempts));
            sends::set(connection, &Head { phase: Phase::Waits, ..head }, Some(next))
        }
        Outcome::Stopped { .. } => {
            sends::set(connection, &Head { phase: Phase::Waits, ..head }, Some(now.plus_ms(STOPPED_MS)))
        }
        Outcome::Refused(why) => give_up(connection, engine, head, why.clone()),
        Outcome::Unknown { reason } => {
            tracing::warn!(reason, conversation.id = %head.conversation, "the answer to a message was lost");
            // The report may have come before this.
            if carrier.is_reported(connection, head)? {
                return advance(connection, head, now);
            }
            let head = Head { phase: Phase::Unconfirmed, ..head };
            sends::set(connection, &head, Some(now.plus_ms(CONFIRMED_WITHIN_MS)))
        }
    }
}

/// Fails the turn. The next message of the lane leaves.
fn give_up(connection: &Connection, engine: &mut Engine, head: Head, why: Refusal) -> Result<(), StoreError> {
    let Refusal { reason, remedy, code } = why;
    progress(connection, engine, head, Stage::Failed, reason, Some(remedy), code)?;
    sends::set(connection, &Head { phase: Phase::Waits, ..head }, None)
}

fn progress(
    connection: &Connection,
    engine: &mut Engine,
    head: Head,
    stage: Stage,
    reason: String,
    remedy: Option<Remedy>,
    code: Option<String>,
) -> Result<(), StoreError> {
    if head.turn.0.is_nil() {
        tracing::warn!(?stage, reason, conversation.id = %head.conversation, "a reaction did not reach its customer");
        return Ok(());
    }
    let progress = Command::Progress { turn: head.turn, stage, reason: Some(reason), remedy, code };
    let command = system_command(head.conversation, progress);
    if let Err(rejection) = engine.execute(connection, &command, Repeat::Once, None)? {
        tracing::debug!(%rejection, "the new stage of a message is refused");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end_at_an_hour() {
        let pauses: Vec<_> = (0..9).map(|attempts| pause_ms(attempts) / 1_000).collect();
        assert_eq!(pauses, [1, 4, 16, 64, 256, 1_024, 3_600, 3_600, 3_600]);
    }
}
