//! Months as `2026-11`, in UTC. Pure.

use tandem_conversation::Time;

/// A month of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// Reads `2026-11`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2)?;
        let found = Self { year: year.parse().ok()?, month: month.parse().ok()? };
        ((1970..=9_000).contains(&found.year) && (1..=12).contains(&found.month)).then_some(found)
    }

    /// The month of a time.
    pub(crate) fn of(time: Time) -> Self {
        let day = jiff::Timestamp::from_millisecond(time.0).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC);
        Self { year: day.year(), month: day.month() }
    }

    /// Its first moment.
    pub(crate) fn start(self) -> Time {
        let first = jiff::civil::date(self.year, self.month, 1).to_zoned(jiff::tz::TimeZone::UTC);
        Time(first.map_or(0, |first| first.timestamp().as_millisecond()))
    }

    pub(crate) fn next(self) -> Self {
        match self.month {
            12 => Self { year: self.year.saturating_add(1), month: 1 },
            month => Self { month: month + 1, ..self },
        }
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_with_its_first_and_ends_with_the_next() {
        let november = Month::read("2026-11").unwrap();
        assert_eq!((november.start(), november.next().start()), (Time(1_793_491_200_000), Time(1_796_083_200_000)));
        assert_eq!(
            (Month::of(Time(1_796_083_199_999)), Month::of(Time(1_796_083_200_000))),
            (november, november.next())
        );
        assert_eq!(Month::read("2026-12").unwrap().next().to_string(), "2027-01");
        for wrong in ["2026", "2026-13", "2026-00", "26-11", "2026-1", "1969-12", "2026-11-01", "abcd-ef"] {
            assert_eq!(Month::read(wrong), None, "{wrong}");
        }
    }
}
