//! Variables of quick replies: `{{customer.name}}`, or with other words `{{customer.name|there}}`.
//!
//! This is the one place where they are read and filled; the window asks for the result. A variable without a value
//! and without other words becomes a gap, `⟦customer.name⟧`, which its author fills or deletes before sending.

use serde_json::{Map, Value};

use crate::custom::{at, leaf};

const OPEN: &str = "{{";
const CLOSE: &str = "}}";
const GAP: char = '⟦';
const GAP_END: char = '⟧';

const NAMED: [&str; 6] =
    ["customer.name", "customer.firstName", "customer.email", "customer.phone", "agent.name", "brand.name"];
/// Custom data of the conversation, and of its customer.
const CUSTOM: [&str; 2] = ["conversation.custom.", "customer.custom."];

/// What variables stand for in one conversation. None if unknown.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// None for visitors whose name nobody knows.
    pub customer: Option<&'a str>,
    pub email: Option<&'a str>,
    pub phone: Option<&'a str>,
    pub agent: &'a str,
    pub brand: Option<&'a str>,
    pub custom: &'a Map<String, Value>,
    pub customer_custom: &'a Map<String, Value>,
}

/// A filled template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    pub text: String,
    /// Names of variables without a value, in order.
    pub gaps: Vec<String>,
}

/// A gap in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The variable.
    pub name: String,
    /// With its brackets, as it stands in the text.
    pub shown: String,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Variable { name: &'a str, otherwise: Option<&'a str> },
}

/// Refuses a template with an unknown or unfinished variable.
///
/// # Errors
/// A sentence that names the variable and its position, counted in characters from 1.
pub fn check_template(template: &str) -> Result<(), String> {
    pieces(template).map(drop)
}

fn pieces(template: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, inside)) = rest.split_once(OPEN) {
        let place = template.len() - inside.len() - OPEN.len();
        let character = template[..place].chars().count() + 1;
        let Some((inside, after)) = inside.split_once(CLOSE) else {
            return Err(format!("the variable at character {character} has no end: write {{{{customer.name}}}}"));
        };
        let (name, otherwise) = match inside.split_once('|') {
            Some((name, otherwise)) => (name.trim(), Some(otherwise.trim())),
            None => (inside.trim(), None),
        };
        if !is_known(name) {
            let known = NAMED.join("}}, {{");
            return Err(format!(
                "{{{{{name}}}}} at character {character} is not a variable; use {{{{{known}}}}}, \
                 {{{{conversation.custom.KEY}}}} and {{{{customer.custom.KEY}}}}"
            ));
        }
        if otherwise.is_some_and(|words| words.contains(['{', '}'])) {
            return Err(format!("the words for {{{{{name}}}}} at character {character} contain a brace"));
        }
        pieces.extend([Piece::Text(before), Piece::Variable { name, otherwise }]);
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

fn is_known(name: &str) -> bool {
    let path = CUSTOM.iter().find_map(|custom| name.strip_prefix(custom));
    let is_key = |key: &str| !key.trim().is_empty() && !key.contains(['{', '}', '|', GAP, GAP_END]);
    NAMED.contains(&name) || path.is_some_and(|path| path.split('.').all(is_key))
}

/// Fills a template. The text never contains `{{`, whatever template and values are.
#[must_use]
pub fn resolve(template: &str, values: &Values<'_>) -> Resolved {
    let Ok(pieces) = pieces(template) else {
        // Never saved by this version; its words are shown as they are.
        return Resolved { text: without_variables(template.to_owned()), gaps: Vec::new() };
    };
    let mut resolved = Resolved { text: String::with_capacity(template.len() + 64), gaps: Vec::new() };
    for piece in pieces {
        match piece {
            Piece::Text(text) => resolved.text.push_str(text),
            Piece::Variable { name, otherwise } => match values.get(name).or_else(|| otherwise.map(str::to_owned)) {
                Some(value) => resolved.text.push_str(&value),
                None => {
                    resolved.text.push(GAP);
                    resolved.text.push_str(name);
                    resolved.text.push(GAP_END);
                    resolved.gaps.push(name.to_owned());
                }
            },
        }
    }
    resolved.text = without_variables(resolved.text);
    resolved
}

fn without_variables(mut text: String) -> String {
    while text.contains(OPEN) {
        text = text.replace(OPEN, "{");
    }
    text
}

impl Values<'_> {
    /// The value, if it says anything. It cannot look like a variable or a gap.
    fn get(&self, name: &str) -> Option<String> {
        let found = match name {
            "customer.name" => self.customer.map(str::to_owned),
            "customer.firstName" => self.customer.and_then(first_name).map(str::to_owned),
            "customer.email" => self.email.map(str::to_owned),
            "customer.phone" => self.phone.map(str::to_owned),
            "agent.name" => Some(self.agent.to_owned()),
            "brand.name" => self.brand.map(str::to_owned),
            _ => match name.strip_prefix(CUSTOM[0]) {
                Some(path) => leaf(at(self.custom, path)?),
                None => leaf(at(self.customer_custom, name.strip_prefix(CUSTOM[1])?)?),
            },
        };
        let found = found.map(|value| value.trim().replace(['{', GAP], "(").replace(['}', GAP_END], ")"));
        found.filter(|value| !crate::is_blank(value))
    }
}

fn first_name(name: &str) -> Option<&str> {
    name.split_whitespace().next()
}

/// The first gap that a text still has. Brackets around other words are none.
#[must_use]
pub fn first_gap(text: &str) -> Option<Gap> {
    let mut rest = text;
    while let Some((_, inside)) = rest.split_once(GAP) {
        if let Some((name, _)) = inside.split_once(GAP_END)
            && is_known(name)
        {
            return Some(Gap { name: name.to_owned(), shown: format!("{GAP}{name}{GAP_END}") });
        }
        rest = inside;
    }
    None
}

/// Whether the words that were inserted still stand in the text, with their gaps filled or deleted.
#[must_use]
pub fn is_verbatim(inserted: &str, text: &str) -> bool {
    let mut parts = Vec::new();
    let mut rest = inserted;
    while let Some(gap) = first_gap(rest) {
        let Some((before, after)) = rest.split_once(&gap.shown) else { break };
        parts.push(before);
        rest = after;
    }
    parts.push(rest);
    let mut left = text;
    // Sending trims the text.
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).all(|part| match left.split_once(part) {
        Some((_, after)) => {
            left = after;
            true
        }
        None => false,
    })
}
