//! Who is behind a payload, by evidence and never by a guess.
//!
//! WhatsApp names people by ids, which are theirs, and by phone numbers, which are given to others. An id decides. A number that
//! comes together with an id proves whose it was at that time; a number alone belongs to whoever had it when the message was
//! sent: to whom the nearest proof says, unless they are known with another number in between. All this is known of people,
//! and not of chats, so that it is the same for all of our numbers, and in whatever order webhooks come.

use tandem_conversation::{ContactId, Time};
use tandem_sql::Connection;

use super::webhook::{Renumbered, Who};
use crate::store::StoreError;
use crate::store::whatsapp::people::{self, Hold, Of, Person};

/// How near another user's id may come to a proof of the number and still count as the same person's, in milliseconds:
/// webhooks may be late.
pub(super) const REUSED_AFTER_MS: i64 = 24 * 3_600_000;

/// The time at which an id was last heard may be recorded this late, in milliseconds.
const HEARD_MS: i64 = 3_600_000;

/// Later than anything.
const FROM_NOW_ON: Time = Time(i64::MAX / 4);

/// Where knowledge of a customer comes from. `is_theirs` if the customer acted: only that proves that the number is still
/// theirs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sign {
    pub at: Time,
    pub is_theirs: bool,
}

/// Whom a payload names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// None if nobody is known by it.
    pub person: Option<Person>,
    /// It does not need the number, or that is proven to be theirs.
    is_proven: bool,
    /// It contradicts what was known, so somebody should look.
    pub conflict: bool,
}

/// What a payload has taught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Learnt {
    pub person: Person,
    /// Who has another number now, or none any more.
    pub changed: Vec<Person>,
}

/// Who had a phone number.
#[derive(Clone, Debug)]
struct Held {
    person: Person,
    is_proven: bool,
    /// From the time to the next at which it is known, in milliseconds.
    gap_ms: i64,
}

/// Finds whom the ids of a payload name.
pub(super) fn by_id(connection: &Connection, who: &Who) -> Result<Option<Person>, StoreError> {
    if let Some(user) = &who.user_id
        && let Some((person, _)) = people::of_user(connection, user)?
    {
        return Ok(Some(person));
    }
    if let Some(parent) = &who.parent_user_id
        && let Some(person) = people::of_parent(connection, parent)?
        && (who.user_id.is_none() || !people::has_id(connection, person)?)
    {
        return Ok(Some(person));
    }
    Ok(None)
}

/// Finds whom a payload of that time names.
pub(super) fn find(connection: &Connection, who: &Who, at: Time) -> Result<Found, StoreError> {
    let found = |person| Found { person, is_proven: true, conflict: false };
    if let Some(person) = by_id(connection, who)? {
        return Ok(found(Some(person)));
    }
    let Some(held) = (match &who.wa_id {
        Some(number) => held(connection, number, at)?,
        None => None,
    }) else {
        return Ok(found(None));
    };
    let by_number = Found { person: Some(held.person), is_proven: held.is_proven, conflict: false };
    if who.user_id.is_none() || !people::has_id(connection, held.person)? {
        return Ok(by_number);
    }
    // Another id: the number was given to somebody else, unless that is too near to be so.
    Ok(match held.is_proven && held.gap_ms <= REUSED_AFTER_MS {
        true => Found { conflict: true, ..by_number },
        false => found(None),
    })
}

/// Keeps what a payload says of the one whom it names. Nobody known is somebody new.
pub(super) fn learn(
    connection: &Connection,
    who: &Who,
    found: Found,
    (line, sign): (&str, Sign),
) -> Result<Learnt, StoreError> {
    let person = found.person.unwrap_or_else(Person::new);
    let mut is_new_id = false;
    if let Some(user) = &who.user_id {
        let known = people::of_user(connection, user)?;
        is_new_id = known.is_none();
        let is_news = |heard: people::Heard| heard.number != line || sign.at.since(heard.at) > HEARD_MS;
        if known.is_none_or(|(_, heard)| sign.is_theirs && is_news(heard)) {
            people::set_user(connection, user, person, (line, sign.at))?;
        }
    }
    if let Some(parent) = &who.parent_user_id {
        people::add_parent(connection, parent, person)?;
    }
    let Some(number) = &who.wa_id else { return Ok(Learnt { person, changed: Vec::new() }) };
    let step = match (&who.user_id, sign.is_theirs) {
        (Some(_), true) => proof(connection, number, person, sign.at)?,
        (None, true) if found.is_proven && found.person.is_some() => Step::Known,
        (None, true) => guess(connection, number, person, sign.at)?,
        (_, false) if held(connection, number, sign.at)?.is_none() => guess(connection, number, person, sign.at)?,
        (_, false) => Step::Known,
    };
    if !is_new_id && !matches!(step, Step::New { .. }) {
        take(connection, (number, person), step, sign.at)?;
        return Ok(Learnt { person, changed: Vec::new() });
    }
    changing(connection, &[number], person, || {
        let is_proven = matches!(step, Step::New { is_proven: true, .. });
        take(connection, (number, person), step, sign.at)?;
        if is_proven { adopt(connection, number, person, sign.at) } else { Ok(()) }
    })
}

/// Takes in an announced change. The names before may be new, too: what comes later is about the same person then.
pub(super) fn renamed(
    connection: &Connection,
    change: &Renumbered,
    line: &str,
    at: Time,
) -> Result<Option<Learnt>, StoreError> {
    let (before, after) = (&change.before, &change.after);
    if !before.is_known() || !after.is_known() {
        return Ok(None);
    }
    let known = match by_id(connection, before)? {
        None => had(connection, before, at)?,
        known => known,
    };
    let person = match known {
        Some(person) => person,
        // Only what comes after it is known yet.
        None => after_of(connection, after, at)?.unwrap_or_else(Person::new),
    };
    let numbers: Vec<&str> = [&before.wa_id, &after.wa_id].into_iter().flatten().map(String::as_str).collect();
    let learnt = changing(connection, &numbers, person, || {
        for user in [&before.user_id, &after.user_id].into_iter().flatten() {
            match people::of_user(connection, user)? {
                Some((other, _)) if other != person => people::merge(connection, other, person)?,
                Some(_) => {}
                None => people::set_user(connection, user, person, (line, at))?,
            }
        }
        for parent in [&before.parent_user_id, &after.parent_user_id].into_iter().flatten() {
            people::add_parent(connection, parent, person)?;
        }
        if let Some(other) = after_of(connection, after, at)?.filter(|other| *other != person) {
            people::merge(connection, other, person)?;
        }
        // WhatsApp says so itself, also of somebody without an id.
        let had = before.wa_id.iter().map(|number| (number, at.plus_ms(-1)));
        let told: Vec<_> = had.chain(after.wa_id.iter().map(|number| (number, at))).collect();
        for (number, at) in &told {
            take(connection, (number, person), proof(connection, number, person, *at)?, *at)?;
        }
        // Whose the one is now, the other says, too.
        told.iter().try_for_each(|(number, at)| adopt(connection, number, person, *at))
    })?;
    Ok(Some(learnt))
}

/// Who is known by a changed number alone, and only since the change.
fn after_of(connection: &Connection, after: &Who, at: Time) -> Result<Option<Person>, StoreError> {
    let Some(number) = &after.wa_id else { return Ok(None) };
    let since = people::unnamed(connection, number)?.into_iter().find(|hold| hold.from >= at.plus_ms(-1));
    Ok(since.map(|hold| hold.person))
}

/// Who had the number that is left at that time. Who wrote with it only later is its next owner, and so is who had another
/// id.
fn had(connection: &Connection, before: &Who, at: Time) -> Result<Option<Person>, StoreError> {
    let Some(number) = &before.wa_id else { return Ok(None) };
    for proven in [true, false] {
        let Some(hold) = people::before(connection, Of::Number(number), proven, at)? else { continue };
        if hold.seen < at && is_over(connection, &hold, proven, at)? {
            continue;
        }
        let is_another = before.user_id.is_some() && people::has_id(connection, hold.person)?;
        return Ok((!is_another).then_some(hold.person));
    }
    Ok(None)
}

/// Notes that WhatsApp attests somebody's number; nothing if it is known whose it is.
pub(super) fn attested(
    connection: &Connection,
    person: Person,
    number: &str,
    at: Time,
) -> Result<Option<Learnt>, StoreError> {
    if held(connection, number, at)?.is_some() {
        return Ok(None);
    }
    let step = match people::has_id(connection, person)? {
        true => proof(connection, number, person, at)?,
        false => guess(connection, number, person, at)?,
    };
    changing(connection, &[number], person, || take(connection, (number, person), step, at)).map(Some)
}

/// The phone number that is somebody's now.
pub(super) fn number_of(connection: &Connection, person: Person) -> Result<Option<String>, StoreError> {
    for proven in [true, false] {
        if let Some(hold) = people::before(connection, Of::Person(person), proven, FROM_NOW_ON)? {
            // What is proven needs no guess.
            let holder = match proven {
                true => holder(connection, &hold.value, true, FROM_NOW_ON)?,
                false => held(connection, &hold.value, FROM_NOW_ON)?,
            };
            return Ok((holder.map(|held| held.person) == Some(person)).then_some(hold.value));
        }
    }
    Ok(None)
}

/// The phone number of the one whose chat it is.
pub(super) fn number_of_chat(connection: &Connection, chat: ContactId) -> Result<Option<String>, StoreError> {
    match people::of_chat(connection, chat)? {
        Some(person) => number_of(connection, person),
        None => Ok(None),
    }
}

/// Whether the number of the one whose chat it is was somebody else's before.
pub(super) fn has_used_number(connection: &Connection, chat: ContactId) -> Result<bool, StoreError> {
    let Some(person) = people::of_chat(connection, chat)? else { return Ok(false) };
    let Some(number) = number_of(connection, person)? else { return Ok(false) };
    people::was_anothers(connection, &number, person)
}

/// Who had a number at that time.
fn held(connection: &Connection, number: &str, at: Time) -> Result<Option<Held>, StoreError> {
    match holder(connection, number, true, at)? {
        None => holder(connection, number, false, at),
        found => Ok(found),
    }
}

/// Who had it by proof, or by guess. Who had it before has it until somebody else does, or until they have another one; and
/// whoever has it later had it already, if nobody else did.
fn holder(connection: &Connection, number: &str, is_proven: bool, at: Time) -> Result<Option<Held>, StoreError> {
    let before = people::before(connection, Of::Number(number), is_proven, at)?;
    let after = people::after(connection, Of::Number(number), is_proven, at)?;
    let mut nearest: Option<Held> = None;
    for hold in before.into_iter().chain(after) {
        let gap_ms = at.since(hold.seen).max(hold.from.since(at)).max(0);
        if gap_ms > 0 && is_over(connection, &hold, is_proven, at)? {
            continue;
        }
        if nearest.as_ref().is_none_or(|nearest| gap_ms < nearest.gap_ms) {
            nearest = Some(Held { person: hold.person, is_proven, gap_ms });
        }
    }
    Ok(nearest)
}

/// Whether its holder did not have the number at that time, outside the hold.
fn is_over(connection: &Connection, hold: &Hold, is_proven: bool, at: Time) -> Result<bool, StoreError> {
    Ok(has_another(connection, hold, is_proven, at)? || !is_proven && is_anothers_since(connection, hold, at)?)
}

/// Whether its holder is known with another number between the hold and that time.
fn has_another(connection: &Connection, hold: &Hold, is_proven: bool, at: Time) -> Result<bool, StoreError> {
    let kinds = if is_proven { &[true][..] } else { &[true, false] };
    for proven in kinds {
        let of = Of::Person(hold.person);
        let last = people::before(connection, of, *proven, at)?.filter(|other| other.value != hold.value);
        let next = people::after(connection, of, *proven, at)?.filter(|other| other.value != hold.value);
        let is_between = match hold.from <= at {
            true => last.is_some_and(|other| (other.from, other.id) > (hold.from, hold.id)),
            false => last.is_some_and(|other| other.seen >= at) || next.is_some_and(|other| other.from <= hold.from),
        };
        if is_between {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether somebody else has proven a guessed number since. That ends the guess, even if they have left the number.
fn is_anothers_since(connection: &Connection, guess: &Hold, at: Time) -> Result<bool, StoreError> {
    let since = people::before(connection, Of::Number(&guess.value), true, at)?;
    Ok(since.is_some_and(|since| since.person != guess.person && since.from > guess.seen))
}

/// What a payload adds to the holds of a number.
enum Step {
    Known,
    /// It is the same time that goes on, or that began earlier: this hold, and its time.
    Stretch(i64, Time, Time),
    New {
        is_proven: bool,
        /// The hold of somebody else that it falls into.
        within: Option<Hold>,
    },
}

/// What it adds that a number and an id come together. A hold has no gap in which somebody else could have had the number.
fn proof(connection: &Connection, number: &str, person: Person, at: Time) -> Result<Step, StoreError> {
    let (of_number, of_person) = (Of::Number(number), Of::Person(person));
    let before = people::before(connection, of_number, true, at)?;
    if let Some(own) = before.as_ref().filter(|hold| hold.person == person) {
        if own.seen >= at {
            return Ok(Step::Known);
        }
        let is_last = || Ok::<_, StoreError>(people::before(connection, of_person, true, at)?.map(|hold| hold.id));
        if at.since(own.seen) <= REUSED_AFTER_MS && is_last()? == Some(own.id) {
            return Ok(Step::Stretch(own.id, own.from, at));
        }
    }
    let after = people::after(connection, of_number, true, at)?.filter(|hold| hold.person == person);
    if let Some(own) = after.filter(|hold| hold.from.since(at) <= REUSED_AFTER_MS) {
        let next = people::after(connection, of_person, true, at)?;
        if next.map(|hold| hold.id) == Some(own.id) {
            return Ok(Step::Stretch(own.id, at, own.seen));
        }
    }
    let within = before.filter(|hold| hold.person != person && hold.seen >= at);
    Ok(Step::New { is_proven: true, within })
}

/// What it adds that somebody seems to have a number.
fn guess(connection: &Connection, number: &str, person: Person, at: Time) -> Result<Step, StoreError> {
    Ok(match people::guessed(connection, number, person)? {
        Some(hold) if hold.from <= at && at <= hold.seen => Step::Known,
        Some(hold) => Step::Stretch(hold.id, hold.from.min(at), hold.seen.max(at)),
        None => Step::New { is_proven: false, within: None },
    })
}

fn take(connection: &Connection, (number, person): (&str, Person), step: Step, at: Time) -> Result<(), StoreError> {
    match step {
        Step::Known => Ok(()),
        Step::Stretch(hold, from, seen) => people::set(connection, hold, (from, seen)),
        Step::New { is_proven, within } => {
            if let Some(Hold { id, person: other, from, seen, .. }) = within {
                let earlier = (from, at.plus_ms(-1));
                let later = (at.plus_ms(1), seen);
                match (earlier.0 <= earlier.1, later.0 <= later.1) {
                    (true, is_later) => {
                        people::set(connection, id, earlier)?;
                        if is_later {
                            people::put(connection, (number, other), true, later)?;
                        }
                    }
                    (false, true) => people::set(connection, id, later)?,
                    (false, false) => {}
                }
            }
            people::put(connection, (number, person), is_proven, (at, at))
        }
    }
}

/// Who was known by a number alone is whoever proves it at that time, if nobody else had it in theirs, and they have no
/// other number until then.
fn adopt(connection: &Connection, number: &str, person: Person, at: Time) -> Result<(), StoreError> {
    for guess in people::unnamed(connection, number)? {
        if guess.person == person || guess.is_proven || has_another(connection, &guess, false, at)? {
            continue;
        }
        let is_theirs = |at| Ok::<_, StoreError>(holder(connection, number, true, at)?.map(|held| held.person));
        if is_theirs(guess.from)? == Some(person) && is_theirs(guess.seen)? == Some(person) {
            people::merge(connection, guess.person, person)?;
        }
    }
    Ok(())
}

/// Says whose number is another one after the work.
fn changing(
    connection: &Connection,
    numbers: &[&str],
    person: Person,
    work: impl FnOnce() -> Result<(), StoreError>,
) -> Result<Learnt, StoreError> {
    let holders = || -> Result<Vec<Person>, StoreError> {
        let mut holders = vec![person];
        for number in numbers {
            holders.extend(held(connection, number, FROM_NOW_ON)?.map(|held| held.person));
        }
        Ok(holders)
    };
    let known = |of: Vec<Person>| -> Result<Vec<_>, StoreError> {
        of.into_iter().map(|person| Ok((person, number_of(connection, person)?))).collect()
    };
    let before = known(holders()?)?;
    work()?;
    let of: Vec<_> = before.iter().map(|(person, _)| *person).chain(holders()?).collect();
    let mut changed = Vec::new();
    for (person, number) in known(of)? {
        let was = before.iter().find(|(of, _)| *of == person).and_then(|(_, number)| number.as_ref());
        if was != number.as_ref() && !changed.contains(&person) {
            changed.push(person);
        }
    }
    Ok(Learnt { person, changed })
}

#[cfg(test)]
mod tests;
