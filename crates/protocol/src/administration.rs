//! What administrators manage: users and brands; and how users change their own password.

use serde::{Deserialize, Serialize};
use tandem_conversation::{Role, UserId};
use utoipa::ToSchema;

/// A user as administrators see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserRow {
    pub user: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    /// The most conversations at once.
    pub capacity: u32,
    /// Ids of the brands whose conversations they take; none means all.
    pub brands: Vec<String>,
    /// Languages (BCP 47) of the conversations they take; none means all.
    pub languages: Vec<String>,
    /// Cannot sign in.
    pub suspended: bool,
}

/// `POST /api/v1/users`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserAddition {
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password: String,
    /// 8 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    #[serde(default)]
    pub brands: Vec<String>,
    #[serde(default)]
    pub languages: Vec<String>,
}

/// `PATCH /api/v1/users/{id}`: what is not named stays as it is.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct UserChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brands: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
}

/// `PUT /api/v1/me/password`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasswordChange {
    pub current: String,
    pub new: String,
}

/// A brand as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BrandRow {
    /// What pages write into the element.
    pub id: String,
    pub name: String,
    pub greeting: String,
    /// Colour of buttons, such as `#2f5bea`.
    pub accent: String,
    /// Hosts of pages that may show the chat; `*` for all.
    pub domains: Vec<String>,
}

/// `POST /api/v1/brands`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BrandAddition {
    pub id: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    pub domains: Vec<String>,
}

/// `PATCH /api/v1/brands/{id}`: what is not named stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct BrandChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greeting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domains: Option<Vec<String>>,
}
