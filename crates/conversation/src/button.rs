//! Custom buttons: what a company offers beside a conversation, and how their variables are filled.
//!
//! Values come from customers and Your Logic, so they are never trusted. In a URL each value is percent-encoded and
//! cannot change where the URL leads. A button with a missing value is unusable; nothing is filled halfway.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;
use utoipa::ToSchema;

use crate::blank::{is_blank, one_line};
use crate::contact::ContactKind;
use crate::custom::{at, leaf};
use crate::ids::ButtonId;
use crate::label::check_label;
use crate::limits;
use crate::participant::Participant;
use crate::rejection::Rejection;
use crate::state::Conversation;

/// A button as defined by an administrator. It has an action, a text to copy, a URL, or several of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Button {
    pub id: ButtonId,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Sent to Your Logic when the button is pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// A text for the clipboard, with variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// A URL to open, with variables after the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether agents see it.
    pub agents: bool,
    /// Whether external agents see it.
    pub external: bool,
    pub active: bool,
    /// Sort order; ties are sorted by title.
    pub order: u32,
}

/// A button's text and URL, filled for one conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    pub copy: Option<String>,
    pub url: Option<String>,
}

/// Why a button is unusable in a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unusable {
    #[error("no value is known here for {{{variable}}}")]
    Missing { variable: String },
    #[error("a value of this conversation is not allowed in its address")]
    Address,
}

/// Variables by name. In addition, [`CUSTOM`] prefixes address custom data by dotted keys.
const VARIABLES: [&str; 9] = [
    "agent.name",
    "brand.id",
    "conversation.channel",
    "conversation.id",
    "conversation.language",
    "customer.email",
    "customer.id",
    "customer.name",
    "customer.phone",
];

/// Custom data of the conversation, and of its customer.
const CUSTOM: [&str; 2] = ["conversation.custom.", "customer.custom."];

/// Unreserved characters (RFC 3986, section 2.3) stay; everything with a meaning in URLs is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Variable(&'a str),
}

impl Button {
    /// Whether `who` may see and press it.
    #[must_use]
    pub fn is_for(&self, who: &Participant) -> bool {
        self.active
            && match who {
                Participant::Agent { .. } => self.agents,
                Participant::ExternalAgent { .. } => self.external,
                _ => false,
            }
    }

    /// The button with its title in one line, unless it could not be shown, pressed or opened.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn checked(mut self) -> Result<Self, Rejection> {
        if self.id.0.is_nil() {
            return Err(Rejection::nil_id());
        }
        self.title = one_line(&self.title);
        self.check()?;
        Ok(self)
    }

    /// Refuses a button that could not be shown, pressed or opened.
    ///
    /// # Errors
    /// `Rejection::Invalid` with the field and the problem.
    pub fn check(&self) -> Result<(), Rejection> {
        let title = self.title.chars().count();
        if is_blank(&self.title) || title > limits::BUTTON_TITLE_CHARS {
            let problem = format!("between 1 and {} characters are needed", limits::BUTTON_TITLE_CHARS);
            return Err(Rejection::invalid("title", problem));
        }
        at_most("description", &self.description, limits::LABEL_CHARS)?;
        if self.action.is_none() && self.copy.is_none() && self.url.is_none() {
            return Err(Rejection::invalid("action", "a button needs an action, a text to copy or a URL"));
        }
        if let Some(action) = &self.action {
            check_label("action", action)?;
        }
        if let Some(copy) = &self.copy {
            at_most("copy", copy, limits::TEXT_CHARS)?;
            if is_blank(copy) {
                return Err(Rejection::blank("copy"));
            }
            pieces(copy).map_err(|problem| Rejection::invalid("copy", problem))?;
        }
        if let Some(url) = &self.url {
            at_most("url", url, limits::BUTTON_URL_CHARS)?;
            check_url(url).map_err(|problem| Rejection::invalid("url", problem))?;
        }
        Ok(())
    }

    /// Fills text and URL for one conversation; `presser` is the user's name.
    ///
    /// # Errors
    /// Why it is unusable there.
    pub fn fill(&self, state: &Conversation, presser: &str) -> Result<Filled, Unusable> {
        let value = |variable: &str| {
            let found = value_of(variable, state, presser).filter(|value| !value.trim().is_empty());
            found.ok_or_else(|| Unusable::Missing { variable: variable.to_owned() })
        };
        let copy = self.copy.as_ref().map(|copy| put_together(copy, value)).transpose()?;
        let encoded = |variable: &str| value(variable).map(|value| utf8_percent_encode(&value, ENCODED).to_string());
        let url = match &self.url {
            None => None,
            Some(template) => {
                let filled = put_together(template, encoded)?;
                Some(same_place(template, &filled).ok_or(Unusable::Address)?)
            }
        };
        Ok(Filled { copy, url })
    }
}

fn at_most(field: &str, text: &str, chars: usize) -> Result<(), Rejection> {
    if text.chars().count() > chars {
        return Err(Rejection::invalid(field, format!("longer than {chars} characters")));
    }
    Ok(())
}

/// Parses a template; the error is a sentence.
fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        let variable = brace.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let (name, after) = variable.ok_or("a brace stands alone: variables are written as {customer.name}")?;
        if !is_known(name) {
            let known = VARIABLES.join("}, {");
            return Err(format!(
                "{{{name}}} is not a variable; use {{{known}}}, {{conversation.custom.KEY}} and {{customer.custom.KEY}}"
            ));
        }
        pieces.extend([Piece::Text(before), Piece::Variable(name)]);
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

fn is_known(name: &str) -> bool {
    let path = CUSTOM.iter().find_map(|custom| name.strip_prefix(custom));
    VARIABLES.contains(&name) || path.is_some_and(|path| path.split('.').all(|key| !key.trim().is_empty()))
}

/// Replaces the variables. An unparsable template was never accepted.
fn put_together(text: &str, value: impl Fn(&str) -> Result<String, Unusable>) -> Result<String, Unusable> {
    let mut filled = String::with_capacity(text.len() + 64);
    for piece in pieces(text).map_err(|_| Unusable::Address)? {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Variable(name) => filled.push_str(&value(name)?),
        }
    }
    Ok(filled)
}

fn value_of(variable: &str, state: &Conversation, presser: &str) -> Option<String> {
    let customer = &state.customer;
    match variable {
        "agent.name" => Some(presser.to_owned()),
        "brand.id" => state.brand.map(|brand| brand.to_string()),
        "conversation.channel" => Some(state.channel.name().to_owned()),
        "conversation.id" => Some(state.id.to_string()),
        "conversation.language" => state.language.clone(),
        "customer.email" => customer.address(ContactKind::Email),
        "customer.phone" => customer.address(ContactKind::Phone),
        "customer.id" => Some(customer.id.to_string()),
        "customer.name" => Some(customer.name.clone()),
        _ => match variable.strip_prefix(CUSTOM[0]) {
            Some(path) => leaf(at(&state.custom, path)?),
            None => leaf(at(&customer.custom, variable.strip_prefix(CUSTOM[1])?)?),
        },
    }
}

/// Refuses URLs that are not of the web, or whose host depends on a value. Two values are tried instead of parsing
/// where the host ends.
fn check_url(template: &str) -> Result<(), String> {
    if template.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("an address has no spaces".into());
    }
    let pieces = pieces(template)?;
    let with = |stand_in: &str| {
        let of = |piece: &Piece<'_>| match *piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Variable(_) => stand_in.to_owned(),
        };
        Url::parse(&pieces.iter().map(of).collect::<String>())
    };
    let [one, other] = ["a", "b"].map(with);
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    match (one, other) {
        (Ok(one), Ok(_)) if !one.username().is_empty() || one.password().is_some() => {
            Err("an address has no user and no password".into())
        }
        (Ok(one), Ok(other)) if is_web(&one) && is_web(&other) => match one.origin() == other.origin() {
            true => Ok(()),
            false => Err("variables stand after the host".into()),
        },
        (Ok(_), Ok(_)) => Err("an address begins with https:// or http://".into()),
        (Err(_), _) | (_, Err(_)) => {
            Err("not an address such as https://example.com/{customer.id}; variables stand after the host".into())
        }
    }
}

/// The filled URL, if host and number of path segments are the same as with any other value.
fn same_place(template: &str, filled: &str) -> Option<String> {
    let plain = Url::parse(&put_together(template, |_| Ok("a".to_owned())).ok()?).ok()?;
    let url = Url::parse(filled).ok()?;
    let folders = |url: &Url| url.path_segments().map(Iterator::count);
    let is_same = url.origin() == plain.origin()
        && folders(&url) == folders(&plain)
        && url.username().is_empty()
        && url.password().is_none();
    (is_same && url.as_str().len() <= limits::BUTTON_FILLED_BYTES).then(|| url.into())
}
