//! Who is here: what the desks of a user say, as one presence of the user.

use tandem_conversation::measure::Presence;
use tandem_conversation::{Availability, Time};
use tandem_protocol::agents::{Absence, Cause, Colleague, Whereabouts};

/// How far from now a planned return may be, in milliseconds: 31 days.
const MOST_AWAY_MS: i64 = 31 * 24 * 3_600_000;

/// What a desk says, as far as this hub takes it: with a reason of its own list, and a return that somebody can plan.
pub(crate) fn heard(mut said: Whereabouts, reasons: &[String], now: Time) -> Whereabouts {
    let is_away = said.availability() == Availability::Away && !said.idle;
    said.absence = said.absence.filter(|absence| is_away && reasons.contains(&absence.reason));
    if let Some(Absence { back, .. }) = &mut said.absence {
        *back = back.filter(|back| back.since(now).abs() <= MOST_AWAY_MS);
    }
    // One meaning, whatever a desk says.
    said.available = said.availability() == Availability::Available;
    said
}

/// Of several desks of one user, the one at which they most likely are.
pub(crate) fn nearest<'a>(desks: impl Iterator<Item = &'a Whereabouts>) -> Option<&'a Whereabouts> {
    desks.min_by_key(|said| match said.availability() {
        Availability::Available => 0,
        Availability::Busy => 1,
        Availability::Away if said.absence.is_some() => 2,
        Availability::Away => 3,
    })
}

/// The colleague with this presence; none if offline.
pub(crate) fn shown(known: Colleague, said: Option<&Whereabouts>) -> Colleague {
    Colleague {
        online: said.is_some(),
        available: said.is_some_and(|said| said.availability() == Availability::Available),
        status: said.map(Whereabouts::availability),
        absence: said.and_then(|said| said.absence.clone()),
        ..known
    }
}

/// Status, reason and cause for the log of activity.
pub(crate) fn logged(said: Option<&Whereabouts>) -> (Presence, Option<Absence>, Cause) {
    let Some(said) = said else { return (Presence::Offline, None, Cause::Disconnected) };
    let cause = if said.idle { Cause::Idle } else { Cause::User };
    (Presence::of(said.availability()), said.absence.clone(), cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away(reason: &str, back: i64) -> Whereabouts {
        let absence = Some(Absence { reason: reason.into(), back: Some(Time(back)) });
        Whereabouts { available: false, status: Some(Availability::Away), absence, idle: false }
    }

    #[test]
    fn only_reasons_of_the_list_and_returns_within_reach_are_taken() {
        let reasons = ["Lunch".to_owned()];
        let back = |said| heard(said, &reasons, Time(0)).absence.map(|absence| absence.back);
        assert_eq!(back(away("Lunch", 60_000)), Some(Some(Time(60_000))));
        assert_eq!(back(away("Lunch", MOST_AWAY_MS + 1)), Some(None));
        assert_eq!(back(away("A secret", 60_000)), None);
        assert_eq!(back(Whereabouts { idle: true, ..away("Lunch", 60_000) }), None, "nobody said that");
        assert_eq!(back(Whereabouts { status: Some(Availability::Busy), ..away("Lunch", 1) }), None);
        let lies = Whereabouts { available: true, ..away("Lunch", 1) };
        assert!(!heard(lies, &reasons, Time(0)).available, "who is away takes no calls");
    }

    #[test]
    fn a_user_is_where_one_of_their_desks_is_used() {
        let lunch = away("Lunch", 1);
        let idle = Whereabouts { absence: None, idle: true, ..lunch.clone() };
        let here = Whereabouts::takes_calls(true);
        assert_eq!(nearest([&idle, &lunch].into_iter()), Some(&lunch), "what they said, not what a machine noticed");
        assert_eq!(nearest([&lunch, &here].into_iter()), Some(&here));
        assert_eq!(nearest([].into_iter()), None);
    }
}
