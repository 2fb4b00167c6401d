//! Thresholds behind the figures, with their history. A change counts for what happens after it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::hours::Schedule;
use crate::ids::BrandId;
use crate::time::Time;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// One version of the thresholds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Thresholds {
    /// The name that every answer with figures repeats.
    pub version: String,
    pub valid_from: Time,
    /// How long after its completion a round stays provisional, in milliseconds.
    pub final_after_ms: i64,
    /// The lowest score, of 1 to 5, with which a customer confirms what Your Logic did.
    pub confirming_score: u8,
    /// The longest good wait for a person, in milliseconds.
    pub service_ms: i64,
    /// Up to this length, a queue that ended without a person counts nowhere, in milliseconds.
    pub short_ms: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            version: "v1".into(),
            valid_from: Time(i64::MIN),
            final_after_ms: 72 * HOUR_MS,
            confirming_score: 4,
            service_ms: 20_000,
            short_ms: 5_000,
        }
    }
}

/// All versions of the thresholds, and the business hours.
#[derive(Clone, Debug)]
pub struct Definitions {
    /// In the order of `valid_from`, never empty.
    versions: Vec<Thresholds>,
    /// The account's business hours; none if it has set none.
    pub account: Option<Schedule>,
    /// Brands with their own.
    pub brands: BTreeMap<BrandId, Schedule>,
    /// Lines with their own, by their ids.
    pub lines: BTreeMap<String, Schedule>,
}

impl Default for Definitions {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Definitions {
    /// Without business hours. Without `versions`, the first version is in force.
    #[must_use]
    pub fn new(mut versions: Vec<Thresholds>) -> Self {
        if versions.is_empty() {
            versions.push(Thresholds::default());
        }
        versions.sort_by_key(|version| version.valid_from);
        Self { versions, account: None, brands: BTreeMap::new(), lines: BTreeMap::new() }
    }

    /// The thresholds in force at `time`; before the first, the first.
    #[must_use]
    pub fn at(&self, time: Time) -> &Thresholds {
        let later = self.versions.partition_point(|version| version.valid_from <= time);
        &self.versions[later.saturating_sub(1)]
    }

    /// The business hours of a line, or else of the brand, or else of the account.
    #[must_use]
    pub fn schedule(&self, line: Option<&str>, brand: Option<BrandId>) -> Option<&Schedule> {
        let of_line = line.and_then(|line| self.lines.get(line));
        of_line.or_else(|| self.brands.get(&brand?)).or(self.account.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_for_what_happens_after_it() {
        let version = |version: &str, valid_from: i64| Thresholds {
            version: version.into(),
            valid_from: Time(valid_from),
            ..Thresholds::default()
        };
        let definitions = Definitions::new(vec![version("v2", 200), version("v1", 100)]);
        for (at, expected) in [(0, "v1"), (100, "v1"), (199, "v1"), (200, "v2"), (i64::MAX, "v2")] {
            assert_eq!(definitions.at(Time(at)).version, expected, "at {at}");
        }
        assert_eq!(Definitions::default().at(Time(0)), &Thresholds::default());
    }
}
