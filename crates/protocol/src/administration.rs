//! Administration of users and brands, and changes of one's own password.

use serde::{Deserialize, Serialize};
use tandem_conversation::{Role, UserId};
use utoipa::ToSchema;
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type};

fn text(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

fn name() -> Schema {
    // No control characters, and not spaces alone.
    let pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";
    text(pattern).max_length(Some(100)).into()
}

fn email() -> Schema {
    text(r"^[^@\s\x00-\x1f\x7f-\x9f]+@[^@\s\x00-\x1f\x7f-\x9f]+$").max_length(Some(254)).into()
}

fn password() -> Schema {
    text(r"^[^\x00-\x1f\x7f-\x9f]*$").min_length(Some(10)).into()
}

fn accent() -> Schema {
    text("^#[0-9a-fA-F]{6}$").into()
}

const BRAND: &str = "^[a-z0-9-]{1,64}$";

fn brand() -> Schema {
    text(BRAND).into()
}

fn brands() -> Schema {
    ArrayBuilder::new().items(text(BRAND)).into()
}

fn languages() -> Schema {
    ArrayBuilder::new().items(text("^[A-Za-z0-9-]{2,35}$")).into()
}

/// Hosts, `*.` before a host, or `*`.
fn domains() -> Schema {
    ArrayBuilder::new().items(text(r"^(\*|(\*\.)?[^\s*/@?#\\:]+)$")).min_items(Some(1)).into()
}

/// `null` is the same as nothing.
fn optional(schema: Schema) -> Schema {
    OneOfBuilder::new().item(ObjectBuilder::new().schema_type(Type::Null)).item(schema).into()
}

fn optional_name() -> Schema {
    optional(name())
}

fn optional_email() -> Schema {
    optional(email())
}

fn optional_password() -> Schema {
    optional(password())
}

fn optional_accent() -> Schema {
    optional(accent())
}

fn optional_brands() -> Schema {
    optional(brands())
}

fn optional_languages() -> Schema {
    optional(languages())
}

fn optional_domains() -> Schema {
    optional(domains())
}

/// A user as administrators see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRow {
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Maximum conversations at once.
    pub capacity: u32,
    /// Ids of the brands whose conversations they take; empty means all.
    pub brands: Vec<String>,
    /// Languages (BCP 47) of the conversations they take; empty means all.
    pub languages: Vec<String>,
    /// Cannot sign in.
    pub suspended: bool,
}

/// `POST /api/v1/users`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserAddition {
    #[schema(schema_with = email)]
    pub email: String,
    #[schema(schema_with = name)]
    pub name: String,
    pub role: Role,
    #[schema(schema_with = password)]
    pub password: String,
    /// 8 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1000)]
    pub capacity: Option<u32>,
    #[serde(default)]
    #[schema(schema_with = brands)]
    pub brands: Vec<String>,
    #[serde(default)]
    #[schema(schema_with = languages)]
    pub languages: Vec<String>,
}

/// `PATCH /api/v1/users/{id}`: omitted fields keep their values.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UserChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = optional_email)]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = optional_name)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = optional_password)]
    pub password: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1000)]
    pub capacity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = optional_brands)]
    pub brands: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = optional_languages)]
    pub languages: Option<Vec<String>>,
}

/// `PUT /api/v1/me/password`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordChange {
    pub current: String,
    #[schema(schema_with = password)]
    pub new: String,
}

/// A brand as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrandRow {
    /// Used in the page's markup.
    pub id: String,
    pub name: String,
    pub greeting: String,
    /// Colour of buttons, such as `#2f5bea`.
    pub accent: String,
    /// Hosts of pages that may show the chat; `*` for all.
    pub domains: Vec<String>,
    /// The language of quick replies and questions where a conversation has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Target for a person's first words after one is needed, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_reply_s: Option<u32>,
    /// Target for the next replies, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_reply_s: Option<u32>,
}

/// `POST /api/v1/brands`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BrandAddition {
    #[schema(schema_with = brand)]
    pub id: String,
    #[schema(schema_with = name)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub greeting: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = optional_accent)]
    pub accent: Option<String>,
    #[schema(schema_with = domains)]
    pub domains: Vec<String>,
    /// The language of quick replies and questions where a conversation has none, such as `de`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 35)]
    pub language: Option<String>,
    /// Target for a person's first words after one is needed, in seconds; 0 for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 604_800)]
    pub first_reply_s: Option<u32>,
    /// Target for the next replies, in seconds; 0 for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 604_800)]
    pub next_reply_s: Option<u32>,
}

/// The answer to `DELETE /api/v1/brands/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrandRemoval {
    /// E-mail addresses of the users from whose brands it was taken.
    pub users: Vec<String>,
}

/// `PATCH /api/v1/brands/{id}`: omitted fields keep their values.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BrandChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = optional_name)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub greeting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = optional_accent)]
    pub accent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = optional_domains)]
    pub domains: Option<Vec<String>>,
    /// Empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 35)]
    pub language: Option<String>,
    /// Target for a person's first words after one is needed, in seconds; 0 for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 604_800)]
    pub first_reply_s: Option<u32>,
    /// Target for the next replies, in seconds; 0 for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 604_800)]
    pub next_reply_s: Option<u32>,
}
