//! Local days and business hours. Zones are passed in as rules; nothing here looks one up.

use jiff::civil::{Date, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

use crate::time::Time;

/// Minutes of a day, also of one with 23 or 25 hours: they are those on the clock.
const DAY_MIN: u16 = 24 * 60;

/// One weekly interval on the local clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekly {
    /// The day on which it begins.
    pub day: Weekday,
    /// Minutes after midnight, 0 to 1,439.
    pub from_min: u16,
    /// Minutes after midnight, 0 to 1,440. Up to `from_min`, it is on the next day.
    pub to_min: u16,
}

/// Business hours, until the next in a [`Schedule`] are in force.
#[derive(Clone, Debug)]
pub struct Hours {
    pub valid_from: Time,
    pub zone: TimeZone,
    pub weekly: Vec<Weekly>,
    /// Local days that are closed from midnight to midnight.
    pub holidays: Vec<Date>,
}

/// Business hours and their changes.
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    /// In the order of `valid_from`.
    versions: Vec<Hours>,
}

impl Schedule {
    #[must_use]
    pub fn new(mut versions: Vec<Hours>) -> Self {
        versions.sort_by_key(|hours| hours.valid_from);
        Self { versions }
    }

    /// How much of [from, until) is within business hours, each instant by the hours in force then, in milliseconds.
    /// None if there were no hours yet at `from`.
    #[must_use]
    pub fn open_ms(&self, from: Time, until: Time) -> Option<i64> {
        if from < self.versions.first()?.valid_from {
            return None;
        }
        let ends = self.versions.iter().skip(1).map(|next| next.valid_from).chain([until]);
        let parts = self.versions.iter().zip(ends).map(|(hours, end)| {
            let (begin, end) = (from.max(hours.valid_from), until.min(end));
            if begin < end { hours.open_ms(begin, end) } else { 0 }
        });
        Some(parts.sum())
    }
}

impl Hours {
    fn open_ms(&self, from: Time, until: Time) -> i64 {
        let mut open: Vec<(Time, Time)> = Vec::new();
        // An interval of the day before may pass midnight.
        let mut day = date(from, &self.zone).and_then(|first| first.yesterday().ok());
        while let Some(date) = day {
            let Some((start, _)) = local_day(date, &self.zone) else { break };
            if start >= until {
                break;
            }
            open.extend(
                self.weekly.iter().filter(|weekly| weekly.day == date.weekday()).flat_map(|w| self.on(date, w)),
            );
            day = date.tomorrow().ok();
        }
        open.sort_unstable();
        let (mut sum, mut counted) = (0, from);
        for (begin, end) in open {
            let (begin, end) = (begin.max(counted), end.min(until));
            if begin < end {
                sum += end.since(begin);
                counted = end;
            }
        }
        sum
    }

    /// The interval that begins on `date`, without holidays: one part for each day.
    fn on(&self, date: Date, weekly: &Weekly) -> Vec<(Time, Time)> {
        let passes_midnight = weekly.to_min <= weekly.from_min;
        let next = date.tomorrow().ok().filter(|_| passes_midnight);
        let today_until = if passes_midnight { DAY_MIN } else { weekly.to_min };
        let parts = [Some((date, weekly.from_min, today_until)), next.map(|next| (next, 0, weekly.to_min))];
        let parts = parts.into_iter().flatten().filter(|(date, ..)| !self.holidays.contains(date));
        parts.filter_map(|(date, from, to)| Some((at(date, from, &self.zone)?, at(date, to, &self.zone)?))).collect()
    }
}

/// The local date at `time`. None only beyond the year 9999.
#[must_use]
pub fn date(time: Time, zone: &TimeZone) -> Option<Date> {
    Some(zone.to_datetime(Timestamp::from_millisecond(time.0).ok()?).date())
}

/// [midnight, next midnight) of a local day; 23 or 25 hours where clocks change. None only beyond the year 9999.
#[must_use]
pub fn local_day(date: Date, zone: &TimeZone) -> Option<(Time, Time)> {
    Some((at(date, 0, zone)?, at(date, DAY_MIN, zone)?))
}

/// A minute of a local day as an instant. A minute that the clock skips is the first after it; of two, it is the first.
fn at(date: Date, minute: u16, zone: &TimeZone) -> Option<Time> {
    let (date, minute) = if minute >= DAY_MIN { (date.tomorrow().ok()?, minute - DAY_MIN) } else { (date, minute) };
    let local = date.at(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0);
    let found = zone.to_ambiguous_timestamp(local);
    let first = found.compatible().ok()?;
    let first = match found.offset() {
        // As much later as the clock jumped: what is wanted is the jump.
        AmbiguousOffset::Gap { .. } => zone.preceding(first.checked_add(1.second()).ok()?).next()?.timestamp(),
        _ => first,
    };
    Some(Time(first.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as on;

    const HOUR: i64 = 3_600_000;

    fn madrid() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn hours(valid_from: &str, weekly: Vec<Weekly>, holidays: Vec<Date>) -> Hours {
        Hours { valid_from: time(valid_from), zone: madrid(), weekly, holidays }
    }

    fn weekdays(from_min: u16, to_min: u16) -> Vec<Weekly> {
        [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday]
            .map(|day| Weekly { day, from_min, to_min })
            .into()
    }

    #[test]
    fn a_local_day_has_23_or_25_hours_where_the_clock_changes() {
        for (day, length) in [(on(2026, 3, 29), 23), (on(2026, 3, 30), 24), (on(2026, 10, 25), 25)] {
            let (from, until) = local_day(day, &madrid()).unwrap();
            assert_eq!(until.since(from), length * HOUR, "{day}");
            assert_eq!(date(from, &madrid()), Some(day));
            assert_eq!(date(Time(until.0 - 1), &madrid()), Some(day));
            assert_ne!(date(until, &madrid()), Some(day));
        }
        let kathmandu = TimeZone::posix("<+0545>-5:45").unwrap();
        assert_eq!(local_day(on(2026, 1, 1), &kathmandu).unwrap().0, time("2025-12-31T18:15:00Z"));
        let lord_howe = TimeZone::posix("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0").unwrap();
        let (from, until) = local_day(on(2026, 10, 4), &lord_howe).unwrap();
        assert_eq!(until.since(from), 47 * HOUR / 2, "its clock changes by half an hour");
    }

    #[test]
    fn only_business_hours_count() {
        let schedule = Schedule::new(vec![hours("2026-01-01T00:00:00Z", weekdays(9 * 60, 17 * 60), vec![])]);
        let open = |from: &str, until: &str| schedule.open_ms(time(from), time(until));
        assert_eq!(open("2026-11-02T07:00:00Z", "2026-11-02T09:00:00Z"), Some(HOUR), "Monday, 8:00 to 10:00");
        assert_eq!(open("2026-11-06T15:30:00Z", "2026-11-09T08:30:00Z"), Some(HOUR), "over the weekend");
        assert_eq!(open("2026-11-02T08:00:00Z", "2026-11-02T08:00:00Z"), Some(0));
        assert_eq!(open("2025-12-31T00:00:00Z", "2026-11-02T08:00:00Z"), None, "unknown before there were hours");
        assert_eq!(open("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"), Some(261 * 8 * HOUR));
    }

    #[test]
    fn nights_pass_midnight_and_overlaps_count_once() {
        let nights = hours("2026-01-01T00:00:00Z", weekdays(22 * 60, 6 * 60), vec![on(2026, 11, 3)]);
        let open = |from: &str, until: &str| nights.open_ms(time(from), time(until));
        assert_eq!(open("2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"), 2 * HOUR, "the holiday begins at midnight");
        assert_eq!(open("2026-11-03T00:00:00Z", "2026-11-04T12:00:00Z"), 6 * HOUR, "and ends at midnight");
        assert_eq!(open("2026-11-06T21:00:00Z", "2026-11-08T00:00:00Z"), 8 * HOUR, "from Friday into Saturday");
        let mut twice = weekdays(9 * 60, 12 * 60);
        twice.extend(weekdays(11 * 60, 13 * 60));
        let twice = hours("2026-01-01T00:00:00Z", twice, vec![]);
        assert_eq!(twice.open_ms(time("2026-11-02T00:00:00Z"), time("2026-11-03T00:00:00Z")), 4 * HOUR);
        let early = Weekly { day: Weekday::Sunday, from_min: 2 * 60 + 30, to_min: 4 * 60 };
        let early = hours("2026-01-01T00:00:00Z", vec![early], vec![]);
        let day = early.open_ms(time("2026-03-29T00:00:00Z"), time("2026-03-29T10:00:00Z"));
        assert_eq!(day, HOUR, "half past two is skipped, and is three");
        let day = |day| Weekly { day, from_min: 0, to_min: 24 * 60 };
        let sundays = hours("2026-01-01T00:00:00Z", vec![day(Weekday::Sunday)], vec![]);
        assert_eq!(sundays.open_ms(time("2026-10-24T00:00:00Z"), time("2026-10-27T00:00:00Z")), 25 * HOUR);
    }

    #[test]
    fn each_instant_counts_by_the_hours_in_force_then() {
        let schedule = Schedule::new(vec![
            hours("2026-11-02T11:00:00Z", weekdays(9 * 60, 13 * 60), vec![]),
            hours("2026-01-01T00:00:00Z", weekdays(9 * 60, 17 * 60), vec![]),
        ]);
        let day = schedule.open_ms(time("2026-11-02T00:00:00Z"), time("2026-11-03T00:00:00Z"));
        assert_eq!(day, Some(4 * HOUR), "nine to noon by the old ones, then until one by the new ones");
    }
}
