//! Business hours of the account, of brands and of numbers.
//!
//! Figures of the past stay as they are: over HTTP, hours that were in force until now are not changed. The command line
//! may do so; then the tables are made again on purpose.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use tandem_conversation::Time;
use tandem_conversation::measure::{Definitions, Hours, Schedule, Weekly};
use tandem_protocol::hours::{BusinessHours, BusinessHoursRow, Day, WeeklyHours};
use tandem_sql::Connection;

use super::{Done, Refusal};
use crate::store::hours::Owner;
use crate::store::{StoreError, brands, hours, passable, whatsapp};
use crate::zone;

/// Maximum numbers of one owner's versions, of weekly intervals and of holidays.
const VERSIONS: usize = 50;
const INTERVALS: usize = 100;
const HOLIDAYS: usize = 1_000;
const DAY_MIN: u16 = 24 * 60;

/// The definitions behind figures, with the business hours as they are now. Hours that cannot be read are left out.
pub(crate) fn definitions(connection: &Connection) -> Result<Definitions, StoreError> {
    let mut definitions = Definitions::default();
    // A command may read data of an older hub.
    if !connection.has_table("business_hours")? {
        return Ok(definitions);
    }
    let Some(all) = passable(hours::all(connection))? else { return Ok(definitions) };
    let mut owners: BTreeMap<Owner, Vec<Hours>> = BTreeMap::new();
    for (owner, hours) in all {
        match checked(&hours) {
            Ok(hours) => owners.entry(owner).or_default().push(hours),
            Err(refusal) => tracing::error!(%refusal, "business hours are left out"),
        }
    }
    for (owner, versions) in owners {
        let schedule = Schedule::new(versions);
        match owner {
            Owner::Account => definitions.account = Some(schedule),
            Owner::Brand(brand) => drop(definitions.brands.insert(brand, schedule)),
            Owner::Number(number) => drop(definitions.lines.insert(number, schedule)),
        }
    }
    Ok(definitions)
}

/// The hours of everybody who has some. A removed brand is left out.
pub(crate) fn hours_of_all(connection: &Connection) -> Result<Vec<BusinessHoursRow>, StoreError> {
    let known = brands::all(connection)?;
    let mut rows: Vec<BusinessHoursRow> = Vec::new();
    for (owner, hours) in hours::all(connection)? {
        let (brand, number) = match owner {
            Owner::Account => (None, None),
            Owner::Brand(id) => match known.iter().find(|brand| brand.id == id) {
                Some(brand) => (Some(brand.look.id.clone()), None),
                None => continue,
            },
            Owner::Number(number) => (None, Some(number)),
        };
        match rows.iter_mut().find(|row| (&row.brand, &row.number) == (&brand, &number)) {
            Some(row) => row.versions.push(hours),
            None => rows.push(BusinessHoursRow { brand, number, versions: vec![hours] }),
        }
    }
    Ok(rows)
}

/// Whose hours are set.
#[derive(Clone, Debug)]
pub(crate) enum HoursOf {
    Account,
    /// By the brand's id.
    Brand(String),
    /// By the id of a number of WhatsApp.
    Number(String),
}

/// Replaces all versions of an owner. Unless `may_rewrite`, those in force before `now` must stay as they are.
/// Returns the row, and whether something changed that was in force before `now`.
pub(crate) fn set_hours(
    connection: &Connection,
    of: HoursOf,
    mut versions: Vec<BusinessHours>,
    (now, may_rewrite): (Time, bool),
) -> Done<(BusinessHoursRow, bool)> {
    let (owner, brand, number) = match of {
        HoursOf::Account => (Owner::Account, None, None),
        HoursOf::Brand(key) => match brands::by_key(connection, &key)? {
            Some(brand) => (Owner::Brand(brand.id), Some(key), None),
            None => return Ok(Err(Refusal::NoBrand(key))),
        },
        HoursOf::Number(key) => match whatsapp::by_key(connection, &key)? {
            Some(number) => (Owner::Number(number.key), None, Some(key)),
            None => return Ok(Err(Refusal::NoNumber(key))),
        },
    };
    versions.sort_by_key(|hours| hours.valid_from);
    if let Err(refusal) = check(&versions) {
        return Ok(Err(refusal));
    }
    let known = hours::all(connection)?;
    let before = known.into_iter().filter(|(of, _)| *of == owner).map(|(_, hours)| hours);
    let past = |hours: &BusinessHours| hours.valid_from < now;
    let is_rewritten = !before.filter(past).eq(versions.iter().filter(|hours| past(hours)).cloned());
    if is_rewritten && !may_rewrite {
        let problem = format!(
            "what was in force before now ({now}) stays, because figures follow from it: send it unchanged, and let new \
             hours begin later. tandem-hub hours set may rewrite the past"
        );
        return Ok(Err(Refusal::invalid("versions", problem)));
    }
    hours::put(connection, &owner, &versions)?;
    Ok(Ok((BusinessHoursRow { brand, number, versions }, is_rewritten)))
}

fn check(versions: &[BusinessHours]) -> Result<(), Refusal> {
    if versions.len() > VERSIONS {
        return Err(Refusal::invalid("versions", format!("has {}; the limit is {VERSIONS}", versions.len())));
    }
    if let Some(pair) = versions.windows(2).find(|pair| pair[0].valid_from == pair[1].valid_from) {
        let words = format!("two versions begin at {}", pair[0].valid_from);
        return Err(Refusal::invalid("validFrom", words));
    }
    versions.iter().try_for_each(|hours| checked(hours).map(drop))
}

fn checked(hours: &BusinessHours) -> Result<Hours, Refusal> {
    let BusinessHours { valid_from, zone, weekly, holidays } = hours;
    if weekly.len() > INTERVALS {
        return Err(Refusal::invalid("weekly", format!("has {} intervals; the limit is {INTERVALS}", weekly.len())));
    }
    if holidays.len() > HOLIDAYS {
        return Err(Refusal::invalid("holidays", format!("has {} days; the limit is {HOLIDAYS}", holidays.len())));
    }
    let date = |text: &String| {
        let date = text.parse::<Date>().ok().filter(|date| date.to_string() == *text);
        date.ok_or_else(|| Refusal::invalid("holidays", format!("'{text}' is no date such as 2026-12-25")))
    };
    Ok(Hours {
        valid_from: *valid_from,
        zone: zone::named(zone).map_err(|why| Refusal::invalid("zone", why))?,
        weekly: weekly.iter().map(interval).collect::<Result<_, _>>()?,
        holidays: holidays.iter().map(date).collect::<Result<_, _>>()?,
    })
}

fn interval(weekly: &WeeklyHours) -> Result<Weekly, Refusal> {
    let day = match weekly.day {
        Day::Monday => Weekday::Monday,
        Day::Tuesday => Weekday::Tuesday,
        Day::Wednesday => Weekday::Wednesday,
        Day::Thursday => Weekday::Thursday,
        Day::Friday => Weekday::Friday,
        Day::Saturday => Weekday::Saturday,
        Day::Sunday => Weekday::Sunday,
    };
    let wrong = |field, text: &str| Refusal::invalid(field, format!("'{text}' is no time of day such as 09:00"));
    let from_min = minute(&weekly.from).filter(|minute| *minute < DAY_MIN);
    let from_min = from_min.ok_or_else(|| wrong("from", &weekly.from))?;
    let to_min = minute(&weekly.to).ok_or_else(|| wrong("to", &weekly.to))?;
    Ok(Weekly { day, from_min, to_min })
}

/// Minutes after midnight; 24:00 is the end of the day.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<u16>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let is_time = (hours < 24 && minutes < 60) || (hours, minutes) == (24, 0);
    is_time.then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(change: impl FnOnce(&mut BusinessHours)) -> BusinessHours {
        let mut hours = BusinessHours {
            valid_from: Time(1_000),
            zone: "Europe/Madrid".into(),
            weekly: vec![WeeklyHours { day: Day::Monday, from: "09:00".into(), to: "17:30".into() }],
            holidays: vec!["2026-12-25".into()],
        };
        change(&mut hours);
        hours
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_field() {
        assert!(checked(&hours(|_| ())).is_ok());
        assert!(checked(&hours(|hours| hours.weekly[0].to = "24:00".into())).is_ok());
        type Change = fn(&mut BusinessHours);
        let cases: [(&str, Change); 8] = [
            ("zone", |hours| hours.zone = "Mars/Olympus".into()),
            ("zone", |hours| hours.zone = "+02:00".into()),
            ("from", |hours| hours.weekly[0].from = "24:00".into()),
            ("from", |hours| hours.weekly[0].from = "9:00".into()),
            ("to", |hours| hours.weekly[0].to = "17:60".into()),
            ("holidays", |hours| hours.holidays = vec!["2026-02-30".into()]),
            ("holidays", |hours| hours.holidays = vec!["25.12.2026".into()]),
            ("weekly", |hours| hours.weekly = vec![hours.weekly[0].clone(); 101]),
        ];
        for (field, change) in cases {
            let refused = checked(&hours(change)).unwrap_err().to_string();
            assert!(refused.starts_with(field), "{refused} names {field}");
        }
    }
}
