//! Questions for figures, as callers write them: what is refused, and why.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use tandem_conversation::Time;
use tandem_conversation::measure::local_day;

use super::{By, Filter};
use crate::analytics::metric::{METRICS, Metric, named};

/// Why a question cannot be answered: the parameter, and what it may be.
pub(crate) type Refused = (&'static str, String);

/// Names that are allowed, for a refusal.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// The metrics by their ids.
pub(crate) fn metrics(ids: &str) -> Result<Vec<&'static Metric>, Refused> {
    let one = |id: &str| {
        named(id).ok_or_else(|| {
            ("metric", format!("'{id}' is no metric: use {}", listed(METRICS.iter().map(|metric| metric.id))))
        })
    };
    let mut found = Vec::new();
    for id in ids.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        let metric = one(id)?;
        if !found.iter().any(|known: &&Metric| known.id == metric.id) {
            found.push(metric);
        }
    }
    if found.is_empty() {
        return Err(("metric", format!("name at least one of {}", listed(METRICS.iter().map(|metric| metric.id)))));
    }
    Ok(found)
}

/// The dimensions by their names.
pub(crate) fn dimensions(names: &str) -> Result<Vec<By>, Refused> {
    let one = |name: &str| {
        let found = By::EVERY.iter().find(|(known, _)| *known == name).map(|(_, by)| *by);
        found.ok_or_else(|| {
            ("by", format!("'{name}' divides nothing: use {}", listed(By::EVERY.iter().map(|(name, _)| *name))))
        })
    };
    let mut found: Vec<By> = Vec::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let by = one(name)?;
        if !found.contains(&by) {
            found.push(by);
        }
    }
    Ok(found)
}

/// Whether all metrics can be divided and filtered so.
pub(crate) fn check(metrics: &[&'static Metric], by: &[By], filter: &Filter, business: bool) -> Result<(), Refused> {
    for metric in metrics {
        for (name, one) in By::EVERY.iter().filter(|(_, one)| by.contains(one)) {
            if !one.fits(metric) {
                let fit = By::EVERY.iter().filter(|(_, by)| by.fits(metric)).map(|(name, _)| *name);
                return Err(("by", format!("{} cannot be divided by {name}: use {}", metric.id, listed(fit))));
            }
        }
        if metric.is_of_slots() && filter.is_of_conversations() {
            return Err(("metric", format!("{} is of agents' time: only agent limits it", metric.id)));
        }
        let words = [
            ("responder", &filter.responder, By::Responder),
            ("grade", &filter.grade, By::Grade),
            ("code", &filter.code, By::Code),
        ];
        if let Some((name, ..)) = words.iter().find(|(_, word, by)| word.is_some() && !by.fits(metric)) {
            let fit = METRICS.iter().filter(|metric| words.iter().any(|(of, _, by)| of == name && by.fits(metric)));
            return Err((
                *name,
                format!("{} has no {name}: only {} has", metric.id, listed(fit.map(|metric| metric.id))),
            ));
        }
        if business && metric.id != "open_time" {
            return Err(("business", format!("{} is not measured in business hours: only open_time is", metric.id)));
        }
    }
    Ok(())
}

/// A time as people write it: a date, or an instant. `end` of a date is its last instant.
pub(crate) fn bound(name: &'static str, text: &str, zone: &TimeZone, end: bool) -> Result<Time, Refused> {
    let wrong = || (name, format!("'{text}' is no date: write 2026-11-30, or a time such as 2026-11-30T14:00:00Z"));
    if let Ok(time) = text.parse::<Time>() {
        return Ok(time);
    }
    let day: Date = text.parse().map_err(|_| wrong())?;
    // The parser takes a time, too, and drops it.
    if text.len() != 10 {
        return Err(wrong());
    }
    let (from, until) = local_day(day, zone).ok_or_else(wrong)?;
    Ok(if end { until } else { from })
}

/// A zone by its IANA name.
pub(crate) fn zone(name: &str) -> Result<TimeZone, Refused> {
    crate::zone::named(name).map_err(|why| ("zone", why))
}

/// A length such as `20s`, `500ms`, `2m` or `1h`, in milliseconds.
pub(crate) fn length(name: &'static str, text: &str) -> Result<i64, Refused> {
    let wrong = || (name, format!("'{text}' is no length up to 24h: write 20s, 500ms, 2m or 1h"));
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wrong()),
    };
    let ms = number.parse::<i64>().ok().and_then(|number| number.checked_mul(unit));
    ms.filter(|ms| (0..=24 * 3_600_000).contains(ms)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::super::cells::named_day;
    use super::*;

    #[test]
    fn days_follow_the_clock_of_their_zone() {
        for (name, day, hours) in [
            ("Europe/Madrid", "2026-03-29", 23),
            ("Europe/Madrid", "2026-10-25", 25),
            ("Asia/Kathmandu", "2026-03-29", 24),
            ("UTC", "2026-03-29", 24),
        ] {
            let zone = zone(name).unwrap();
            let (from, to) = (bound("from", day, &zone, false).unwrap(), bound("to", day, &zone, true).unwrap());
            assert_eq!(to.since(from), hours * 3_600_000, "{day} in {name}");
            assert_eq!(named_day(By::Day, from, &zone), day);
            assert_eq!(named_day(By::Day, to.plus_ms(-1), &zone), day);
            assert_eq!(named_day(By::Month, from, &zone), day[..7]);
        }
        let howe = zone("Australia/Lord_Howe").unwrap();
        let (from, to) = (bound("from", "2026-04-05", &howe, false), bound("to", "2026-04-05", &howe, true));
        assert_eq!(to.unwrap().since(from.unwrap()), 24 * 3_600_000 + 1_800_000, "clocks change by half an hour");
        let sunday = bound("from", "2026-11-29", &howe, false).unwrap();
        assert_eq!(named_day(By::Week, sunday, &howe), "2026-11-23");
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_is() {
        let refused = |refused: Result<_, Refused>| refused.map(|_: ()| ()).unwrap_err();
        for (refused, name, words) in [
            (refused(metrics("mood").map(drop)), "metric", "first_response"),
            (refused(metrics(" ,").map(drop)), "metric", "at least one"),
            (refused(dimensions("mood").map(drop)), "by", "channel"),
            (refused(zone("Mars/Olympus").map(drop)), "zone", "Europe/Madrid"),
            (refused(zone("../etc/passwd").map(drop)), "zone", "IANA"),
            (refused(zone("/etc/localtime").map(drop)), "zone", "IANA"),
            (refused(length("t", "20").map(drop)), "t", "20s"),
            (refused(length("t", "25h").map(drop)), "t", "24h"),
            (refused(bound("from", "soon", &TimeZone::UTC, false).map(drop)), "from", "2026-11-30"),
            (refused(bound("from", "2026-02-30", &TimeZone::UTC, false).map(drop)), "from", "no date"),
        ] {
            assert!(refused.0 == name && refused.1.contains(words), "{refused:?} names {words}");
        }
        let first = metrics("first_response").unwrap();
        let by = dimensions("agent").unwrap();
        assert!(check(&first, &by, &Filter::default(), false).unwrap_err().1.contains("cannot be divided by agent"));
        let load = metrics("occupancy").unwrap();
        let filter = Filter { channel: Some("web_chat".into()), ..Filter::default() };
        assert!(check(&load, &[], &filter, false).is_err());
        assert!(check(&first, &[], &Filter::default(), true).is_err());
        assert_eq!(length("t", "2m"), Ok(120_000));
    }
}
