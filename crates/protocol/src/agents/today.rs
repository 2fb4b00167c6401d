//! What supervisors see of the day: `GET /api/v1/board/today`.

use serde::{Deserialize, Serialize};
use tandem_conversation::board::Curves;
use tandem_conversation::{ConversationId, Time};
use ts_rs::TS;
use utoipa::ToSchema;

/// Today in the account's zone, Your Logic in the last hour, and curves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Today {
    pub as_of: Time,
    /// The account's IANA time zone, at whose midnight the day began.
    pub zone: String,
    pub from: Time,
    pub figures: Vec<TodayFigure>,
    pub logic: LogicNow,
    /// The last 60 minutes, by minute.
    pub hour: Curves,
    /// The last 24 hours, by quarter.
    pub day: Curves,
}

/// A metric of `GET /api/v1/figures`, since midnight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TodayFigure {
    pub metric: String,
    /// How many rows; of a share, how many are divided.
    #[ts(type = "number")]
    pub count: u64,
    /// In milliseconds; none for counts and shares, and if there is nothing.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub p50: Option<i64>,
    #[serde(default)]
    #[ts(type = "number | null")]
    pub p90: Option<i64>,
    /// The share, the mean in milliseconds, or the count; none if there is nothing.
    #[serde(default)]
    pub value: Option<f64>,
    /// Rows that may still change.
    #[serde(default)]
    #[ts(type = "number")]
    pub provisional: u64,
}

/// How Your Logic does, in the last 60 minutes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogicNow {
    /// Requests that ended.
    pub ended: u32,
    /// Of those, requests that failed.
    pub failed: u32,
    /// Requests without an answer yet.
    pub waiting: u32,
    /// Of requests that ended, in milliseconds.
    #[ts(type = "number | null")]
    pub p50_ms: Option<i64>,
    #[ts(type = "number | null")]
    pub p95_ms: Option<i64>,
    /// Why people were called, most often first.
    pub calls: Vec<CallsBecause>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallsBecause {
    /// As in the table `call`.
    pub reason: String,
    pub count: u32,
}

/// What a desk reads of `GET /api/v1/figures/rows`: rows behind a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FactPage {
    /// Of all pages.
    pub total: u64,
    pub rows: Vec<FigureFact>,
}

/// A row behind a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FigureFact {
    #[serde(default)]
    pub conversation: Option<ConversationId>,
    pub at: Time,
    /// Milliseconds, or whether it hits (1 or 0); none where rows are only counted.
    #[serde(default)]
    pub value: Option<i64>,
}
