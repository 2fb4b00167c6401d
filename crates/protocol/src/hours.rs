//! Business hours, for those who manage settings.

use serde::{Deserialize, Serialize};
use tandem_conversation::Time;
use utoipa::ToSchema;
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, Schema, Type};

fn text(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

fn minute() -> Schema {
    text("^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$").into()
}

fn start() -> Schema {
    text("^([01][0-9]|2[0-3]):[0-5][0-9]$").into()
}

fn dates() -> Schema {
    let date = text("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$");
    ArrayBuilder::new().items(date).max_items(Some(1_000)).into()
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// One weekly interval on the local clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WeeklyHours {
    /// The day on which it begins.
    pub day: Day,
    /// Such as `09:00`.
    #[schema(schema_with = start)]
    pub from: String,
    /// Such as `17:30`, or `24:00`. Up to `from`, it is on the next day.
    #[schema(schema_with = minute)]
    pub to: String,
}

/// Business hours from a time on, until the next ones of the same owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BusinessHours {
    /// From when they are in force.
    pub valid_from: Time,
    /// An IANA time zone, such as `Europe/Madrid`.
    pub zone: String,
    /// Empty: always closed.
    #[schema(max_items = 100)]
    pub weekly: Vec<WeeklyHours>,
    /// Local dates that are closed from midnight to midnight, such as `2026-12-25`.
    #[serde(default)]
    #[schema(schema_with = dates)]
    pub holidays: Vec<String>,
}

/// `PUT /api/v1/business-hours`: all versions of one owner, also those in force until now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BusinessHoursChange {
    #[schema(max_items = 50)]
    pub versions: Vec<BusinessHours>,
}

/// The hours of the account, of a brand, or of a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BusinessHoursRow {
    /// The id of the brand whose own hours these are; none for the account's and for numbers'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The id of the number of WhatsApp whose own hours these are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// In the order of `validFrom`.
    pub versions: Vec<BusinessHours>,
}
