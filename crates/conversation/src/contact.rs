//! A customer's addresses, and what proves that several belong to one person.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::{BrandId, CustomerId};
use crate::rejection::Rejection;

/// What kind of address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// The company's own id for the customer.
    CustomerId,
    Email,
    /// In international form, such as `+34600123456`.
    Phone,
}

/// One address of a customer outside Tandem.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    pub kind: ContactKind,
    pub value: String,
}

impl Contact {
    /// Normalises an address for storage and comparison.
    ///
    /// # Errors
    /// If it is not valid for its kind.
    pub fn new(kind: ContactKind, value: &str) -> Result<Self, Rejection> {
        let value = value.trim();
        let length = value.chars().count();
        let (value, good, field) = match kind {
            ContactKind::CustomerId => (value.to_owned(), true, "customer id"),
            ContactKind::Email => {
                let parts = value.split_once('@');
                let good =
                    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
                (value.to_lowercase(), good && !value.contains(char::is_whitespace), "e-mail address")
            }
            ContactKind::Phone => {
                let bare: String = value.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')')).collect();
                let digits = bare.strip_prefix('+').unwrap_or_default();
                let good = (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
                (bare, good, "phone number in international form (+…)")
            }
        };
        if !good || !(1..=MOST_CHARS).contains(&length) || value.contains(char::is_control) {
            return Err(Rejection::invalid("contact", format!("not a usable {field}")));
        }
        Ok(Self { kind, value })
    }
}

/// Maximum length of an address, in characters.
const MOST_CHARS: usize = 254;

/// What proves that two contacts belong to one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum LinkSource {
    /// The company's page said so, in a token signed with the brand's secret.
    IdentityToken { brand: BrandId },
}

/// The customer's earlier, unproven identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Former {
    pub id: CustomerId,
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::{Contact, ContactKind};

    #[test]
    fn an_address_has_one_form() {
        for (kind, given, kept) in [
            (ContactKind::CustomerId, " cust-4711 ", "cust-4711"),
            (ContactKind::CustomerId, "Ä 12", "Ä 12"),
            (ContactKind::Email, "Carmen.Ruiz@Example.COM", "carmen.ruiz@example.com"),
            (ContactKind::Phone, "+34 (600) 12-34.56", "+34600123456"),
        ] {
            assert_eq!(Contact::new(kind, given).unwrap().value, kept);
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        let long = "x".repeat(255);
        for (kind, given) in [
            (ContactKind::CustomerId, " "),
            (ContactKind::CustomerId, long.as_str()),
            (ContactKind::CustomerId, "a\u{0}b"),
            (ContactKind::Email, "carmen"),
            (ContactKind::Email, "@example.com"),
            (ContactKind::Email, "a@b@c"),
            (ContactKind::Email, "a b@example.com"),
            (ContactKind::Phone, "600123456"),
            (ContactKind::Phone, "+12"),
            (ContactKind::Phone, "+34600x23456"),
        ] {
            assert!(Contact::new(kind, given).is_err(), "{given:?}");
        }
    }
}
