//! The customer, as a conversation knows them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::contact::{Contact, ContactKind};
use crate::custom::leaf;
use crate::ids::CustomerId;

const MADE_UP: &str = "Visitor ";

/// The customer of this conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomerRef {
    pub id: CustomerId,
    pub name: String,
    /// What they call themselves on the channel, where that is not their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub username: Option<String>,
    /// Your Logic's data about the customer, as this conversation knows it; the same in all of theirs.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[ts(type = "Record<string, unknown>", optional = nullable)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
    /// Proven addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional = nullable, as = "Option<Vec<Contact>>")]
    pub contacts: Vec<Contact>,
    /// Addresses that agents noted, at most one of each kind. They prove nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional = nullable, as = "Option<Vec<Contact>>")]
    pub noted: Vec<Contact>,
}

impl CustomerRef {
    /// A customer known by name only.
    #[must_use]
    pub fn new(id: CustomerId, name: impl Into<String>) -> Self {
        Self { id, name: name.into(), username: None, custom: Map::new(), contacts: Vec::new(), noted: Vec::new() }
    }

    /// The name of a customer who has told none.
    #[must_use]
    pub fn made_up_name(id: CustomerId) -> String {
        format!("{MADE_UP}{}", &id.0.simple().to_string()[28..])
    }

    /// The customer's address of this kind: a proven one, or else one that an agent noted, or else what Your Logic calls
    /// `email` or `phone`.
    #[must_use]
    pub fn address(&self, kind: ContactKind) -> Option<String> {
        let known = self.contacts.iter().chain(&self.noted).find(|contact| contact.kind == kind);
        let key = match kind {
            ContactKind::CustomerId => None,
            ContactKind::Email => Some("email"),
            ContactKind::Phone => Some("phone"),
        };
        known.map(|contact| contact.value.clone()).or_else(|| leaf(self.custom.get(key?)?))
    }

    /// The address of this kind that an agent noted.
    #[must_use]
    pub fn noted(&self, kind: ContactKind) -> Option<&str> {
        self.noted.iter().find(|contact| contact.kind == kind).map(|contact| contact.value.as_str())
    }

    /// Their name, if anyone told it. A made-up one keeps the digits of an earlier id when customers are linked.
    #[must_use]
    pub fn known_name(&self) -> Option<&str> {
        let digits = self.name.strip_prefix(MADE_UP);
        let is_made_up = digits.is_some_and(|four| four.len() == 4 && four.chars().all(|c| c.is_ascii_hexdigit()));
        (!is_made_up).then_some(self.name.as_str())
    }
}
