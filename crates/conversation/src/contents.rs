//! What customers send on channels besides text and files: places, cards, orders, forms, and what could not be read.
//!
//! Each has readable text, so that lists, search, Your Logic and older readers need not know its shape.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::blank::{is_blank, one_line};
use crate::limits;
use crate::rejection::Rejection;

/// Kinds of [`Content::Unknown`](crate::turn::Content) that are acts, not messages: the customer tried to call.
pub const CALL: &str = "call";
/// The customer answered whether the company may call them.
pub const CALL_PERMISSION: &str = "call_permission";
/// The channel says that the customer has another number or id.
pub const RENUMBERED: &str = "renumbered";
/// The number of this chat was another person's before.
pub const REUSED: &str = "reused";
/// The channel says that one of our messages was deleted on the customer's side.
pub const DELETED: &str = "deleted";

/// Those that the channel tells, and the customer does not say.
pub const NEWS: [&str; 4] = [CALL_PERMISSION, DELETED, RENUMBERED, REUSED];

/// A geographical latitude or longitude, in degrees. Always finite.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, TS, ToSchema)]
#[serde(transparent)]
#[schema(value_type = f64)]
pub struct Degrees(f64);

impl Eq for Degrees {}

impl Degrees {
    /// None for what is no angle.
    #[must_use]
    pub fn new(degrees: f64) -> Option<Self> {
        (degrees.is_finite() && degrees.abs() <= 360.0).then_some(Self(degrees))
    }

    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for Degrees {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("not an angle in degrees"))
    }
}

/// A person on a card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CardPerson {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub organisation: String,
    /// Whatever else stands on it, such as a postal address or a web page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<String>,
}

/// One line of an order, as the channel tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderLine {
    /// The company's own id of the product.
    pub product: String,
    pub quantity: u32,
    /// The price of one, as text in the channel's own precision.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub price: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub currency: String,
}

/// One filled field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FormField {
    pub name: String,
    pub value: String,
}

impl CardPerson {
    fn line(&self) -> String {
        let parts = self.parts();
        parts.filter(|part| !is_blank(part)).map(String::as_str).collect::<Vec<_>>().join(" · ")
    }

    fn parts(&self) -> impl Iterator<Item = &String> {
        let named = [&self.name, &self.organisation].into_iter();
        named.chain(&self.phones).chain(&self.emails).chain(&self.more)
    }

    fn check(&self, place: &str) -> Result<(), Rejection> {
        let addresses = self.phones.len() + self.emails.len() + self.more.len();
        if addresses > limits::CARD_ADDRESSES {
            return Err(Rejection::invalid(place, format!("more than {} addresses", limits::CARD_ADDRESSES)));
        }
        self.parts().try_for_each(|part| check_part(place, part, limits::LABEL_CHARS))
    }
}

impl OrderLine {
    fn line(&self) -> String {
        let price = format!("{} {}", self.price, self.currency);
        let price = if is_blank(&price) { String::new() } else { format!(" · {}", price.trim()) };
        format!("{} × {}{price}", self.quantity, self.product)
    }
}

pub(crate) fn place_text(latitude: Degrees, longitude: Degrees, name: &str, address: &str) -> String {
    let point = format!("{}, {}", latitude.get(), longitude.get());
    let named: Vec<_> = [name, address].into_iter().filter(|part| !is_blank(part)).map(one_line).collect();
    if named.is_empty() { point } else { format!("{} ({point})", named.join(", ")) }
}

pub(crate) fn card_text(people: &[CardPerson]) -> String {
    lines(people.iter().map(CardPerson::line))
}

pub(crate) fn order_text(order: &[OrderLine], note: &str) -> String {
    lines(order.iter().map(OrderLine::line).chain([note.to_owned()]))
}

pub(crate) fn form_text(name: &str, fields: &[FormField]) -> String {
    lines([name.to_owned()].into_iter().chain(fields.iter().map(|field| format!("{}: {}", field.name, field.value))))
}

pub(crate) fn unknown_text(kind: &str, detail: &str) -> String {
    lines([kind.to_owned(), detail.to_owned()])
}

fn lines(lines: impl IntoIterator<Item = String>) -> String {
    let text = lines.into_iter().filter(|line| !is_blank(line)).collect::<Vec<_>>().join("\n");
    text.chars().take(limits::TEXT_CHARS).collect()
}

pub(crate) fn check_place(latitude: Degrees, longitude: Degrees, name: &str, address: &str) -> Result<(), Rejection> {
    if latitude.get().abs() > 90.0 {
        return Err(Rejection::invalid("latitude", "between -90 and 90 degrees"));
    }
    if longitude.get().abs() > 180.0 {
        return Err(Rejection::invalid("longitude", "between -180 and 180 degrees"));
    }
    check_part("name", name, limits::LABEL_CHARS)?;
    check_part("address", address, limits::TEXT_CHARS)
}

pub(crate) fn check_card(people: &[CardPerson]) -> Result<(), Rejection> {
    check_count("people", people.len(), limits::CARD_PEOPLE)?;
    people.iter().enumerate().try_for_each(|(i, person)| person.check(&format!("people[{i}]")))
}

pub(crate) fn check_order(order: &[OrderLine], note: &str) -> Result<(), Rejection> {
    check_count("lines", order.len(), limits::ORDER_LINES)?;
    check_part("note", note, limits::TEXT_CHARS)?;
    let mut parts = order.iter().flat_map(|line| [&line.product, &line.price, &line.currency]);
    parts.try_for_each(|part| check_part("lines", part, limits::LABEL_CHARS))
}

pub(crate) fn check_form(name: &str, fields: &[FormField]) -> Result<(), Rejection> {
    check_part("name", name, limits::LABEL_CHARS)?;
    if fields.len() > limits::FORM_FIELDS {
        return Err(Rejection::invalid("fields", format!("more than {}", limits::FORM_FIELDS)));
    }
    for (i, field) in fields.iter().enumerate() {
        check_part(&format!("fields[{i}].name"), &field.name, limits::LABEL_CHARS)?;
        check_part(&format!("fields[{i}].value"), &field.value, limits::TEXT_CHARS)?;
    }
    let bytes: usize = fields.iter().map(|field| field.name.len() + field.value.len()).sum();
    if bytes > limits::FORM_BYTES {
        return Err(Rejection::invalid("fields", format!("{bytes} bytes, more than {}", limits::FORM_BYTES)));
    }
    Ok(())
}

fn check_count(field: &str, found: usize, most: usize) -> Result<(), Rejection> {
    if found == 0 || found > most {
        return Err(Rejection::invalid(field, format!("between 1 and {most} are needed")));
    }
    Ok(())
}

pub(crate) fn check_part(field: &str, value: &str, most: usize) -> Result<(), Rejection> {
    if value.chars().count() > most {
        return Err(Rejection::invalid(field, format!("longer than {most} characters")));
    }
    Ok(())
}
