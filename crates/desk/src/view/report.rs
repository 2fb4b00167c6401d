//! Reports: figures of a period, beside those of the period before.

use serde::{Deserialize, Serialize};
use tandem_conversation::{Time, UserId};
use ts_rs::TS;

/// Both periods, each with its first instant and the first after it.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportRequest {
    pub from: Time,
    pub until: Time,
    pub before_from: Time,
    pub before_until: Time,
}

/// One figure. What is unknown is none, never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportCell {
    /// How many rows it is made of.
    #[ts(type = "number")]
    pub count: u64,
    /// A share, a mean in milliseconds, or a count.
    #[serde(default)]
    pub value: Option<f64>,
    #[serde(default)]
    #[ts(type = "number | null")]
    pub p50: Option<i64>,
    #[serde(default)]
    #[ts(type = "number | null")]
    pub p90: Option<i64>,
    /// Rows whose customer may still come back.
    #[serde(default)]
    #[ts(type = "number")]
    pub provisional: u64,
}

/// One figure in both periods.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportLine {
    /// The hub's id of it.
    pub metric: String,
    pub now: ReportCell,
    pub before: ReportCell,
}

/// One agent's figures.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportPerson {
    pub user: UserId,
    pub name: String,
    pub lines: Vec<ReportLine>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    /// Up to when everything is measured.
    pub as_of: Time,
    /// Version of the definitions.
    pub definitions: String,
    /// Of everybody; otherwise of what the user took part in.
    pub team: bool,
    pub lines: Vec<ReportLine>,
    /// Everybody with something in one of the periods; empty without `team`.
    pub people: Vec<ReportPerson>,
}
