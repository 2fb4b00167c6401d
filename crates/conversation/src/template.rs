//! Messages that a channel has approved beforehand: the only ones that it takes outside its window.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::blank::is_blank;
use crate::limits;
use crate::rejection::Rejection;

/// A template of the company's account with the channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    pub name: String,
    /// The channel's code for the language, such as `en_US`.
    pub language: String,
    /// The channel's own word: `UTILITY`, `MARKETING`, `AUTHENTICATION`.
    pub category: String,
    /// The channel's own word: only `APPROVED` ones can be sent.
    pub status: String,
    /// The text above the body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(as = "Option<String>", optional)]
    pub header: String,
    /// The file above the body: `IMAGE`, `VIDEO`, `DOCUMENT`; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(as = "Option<String>", optional)]
    pub header_file: String,
    pub body: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(as = "Option<String>", optional)]
    pub footer: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<TemplateButton>>", optional)]
    pub buttons: Vec<TemplateButton>,
}

/// A button below a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateButton {
    /// The channel's own word: `QUICK_REPLY`, `URL`, `PHONE_NUMBER`, `COPY_CODE`.
    pub kind: String,
    pub label: String,
    /// Where it leads; may end in a variable.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(as = "Option<String>", optional)]
    pub url: String,
}

/// Where in a template a value belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplatePart {
    Header,
    Body,
    Button,
}

/// A variable of a template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateSlot {
    pub part: TemplatePart,
    /// The variable's name or number; for a button its index from 0.
    pub key: String,
}

/// The value of one variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplateValue {
    pub part: TemplatePart,
    pub key: String,
    pub value: String,
}

impl Template {
    /// Whether the channel takes it now.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.status == "APPROVED"
    }

    /// Whether customers can refuse it.
    #[must_use]
    pub fn is_marketing(&self) -> bool {
        self.category == "MARKETING"
    }

    /// Whether it carries a code to sign in, which the channel sends to phone numbers only.
    #[must_use]
    pub fn is_authentication(&self) -> bool {
        self.category == "AUTHENTICATION"
    }

    /// Whether it can be sent from here: files above the body cannot.
    #[must_use]
    pub fn is_sendable(&self) -> bool {
        self.is_approved() && self.header_file.is_empty()
    }

    /// All variables, in reading order, each once.
    #[must_use]
    pub fn slots(&self) -> Vec<TemplateSlot> {
        let mut slots: Vec<TemplateSlot> = Vec::new();
        let named = |part, text: &str| variables(text).map(move |key| TemplateSlot { part, key }).collect::<Vec<_>>();
        let codes = self.buttons.iter().enumerate().filter(|(_, button)| button.has_variable());
        let codes = codes.map(|(i, _)| TemplateSlot { part: TemplatePart::Button, key: i.to_string() });
        let body = named(TemplatePart::Body, &self.body);
        for slot in named(TemplatePart::Header, &self.header).into_iter().chain(body).chain(codes) {
            if !slots.contains(&slot) {
                slots.push(slot);
            }
        }
        slots
    }

    /// The words as the customer will read them.
    ///
    /// # Errors
    /// If the channel does not take the template, or a value is missing, unknown or unusable.
    pub fn filled(&self, values: &[TemplateValue]) -> Result<String, Rejection> {
        if !self.is_approved() {
            let problem =
                format!("the template '{}' is {}, and only approved ones can be sent", self.name, self.status);
            return Err(Rejection::invalid("template", problem));
        }
        if !self.header_file.is_empty() {
            let problem = format!("the template '{}' begins with a file, and none can be sent with it", self.name);
            return Err(Rejection::invalid("template", problem));
        }
        let slots = self.slots();
        for slot in &slots {
            let given = values.iter().find(|value| value.part == slot.part && value.key == slot.key);
            if given.is_none_or(|given| is_blank(&given.value)) {
                return Err(Rejection::invalid("values", format!("no value for {{{{{}}}}}", slot.key)));
            }
        }
        for (i, value) in values.iter().enumerate() {
            if !slots.iter().any(|slot| value.part == slot.part && value.key == slot.key) {
                return Err(Rejection::invalid(&format!("values[{i}]"), "the template has no such variable"));
            }
        }
        let fill = |part, text: &str| {
            let of = values.iter().filter(|value| value.part == part);
            of.fold(text.to_owned(), |text, value| text.replace(&format!("{{{{{}}}}}", value.key), &value.value))
        };
        let parts =
            [fill(TemplatePart::Header, &self.header), fill(TemplatePart::Body, &self.body), self.footer.clone()];
        Ok(parts.into_iter().filter(|part| !is_blank(part)).collect::<Vec<_>>().join("\n\n"))
    }
}

impl TemplateButton {
    fn has_variable(&self) -> bool {
        self.kind == "COPY_CODE" || variables(&self.url).next().is_some()
    }
}

/// The names in double braces.
fn variables(text: &str) -> impl Iterator<Item = String> {
    text.split("{{").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once("}}")?;
        let name = name.trim();
        let good = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        good.then(|| name.to_owned())
    })
}

/// Refuses values that no channel takes: too many, too long, or with line breaks.
pub(crate) fn check_values(values: &[TemplateValue]) -> Result<(), Rejection> {
    if values.len() > limits::TEMPLATE_VALUES {
        return Err(Rejection::invalid("values", format!("more than {}", limits::TEMPLATE_VALUES)));
    }
    for (i, TemplateValue { key, value, .. }) in values.iter().enumerate() {
        let field = format!("values[{i}]");
        if value.chars().count() > limits::TEMPLATE_VALUE_CHARS || key.chars().count() > limits::LABEL_CHARS {
            return Err(Rejection::invalid(&field, format!("longer than {} characters", limits::TEMPLATE_VALUE_CHARS)));
        }
        if value.contains(['\n', '\r', '\t']) || value.contains("    ") {
            return Err(Rejection::invalid(&field, "no line breaks, tabs, or more than three spaces in a row"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delay() -> Template {
        Template {
            name: "delay".into(),
            language: "en".into(),
            category: "UTILITY".into(),
            status: "APPROVED".into(),
            header: "About {{1}}".into(),
            body: "Hello {{1}}, your suitcase is late. {{2}} Sorry, {{1}}!".into(),
            footer: "Aerolinx".into(),
            buttons: vec![TemplateButton {
                kind: "URL".into(),
                label: "Track".into(),
                url: "https://a.test/{{1}}".into(),
            }],
            header_file: String::new(),
        }
    }

    fn value(part: TemplatePart, key: &str, value: &str) -> TemplateValue {
        TemplateValue { part, key: key.into(), value: value.into() }
    }

    fn values() -> Vec<TemplateValue> {
        use TemplatePart::{Body, Button, Header};
        vec![
            value(Header, "1", "AX 12"),
            value(Body, "1", "Carmen"),
            value(Body, "2", "Two hours."),
            value(Button, "0", "77"),
        ]
    }

    #[test]
    fn a_template_reads_as_the_customer_will_read_it() {
        assert_eq!(delay().slots().len(), 4, "each variable of each part once");
        let text = delay().filled(&values()).unwrap();
        assert_eq!(text, "About AX 12\n\nHello Carmen, your suitcase is late. Two hours. Sorry, Carmen!\n\nAerolinx");
    }

    #[test]
    fn a_template_needs_every_value_and_no_other() {
        let field = |template: &Template, values: &[TemplateValue]| match template.filled(values) {
            Err(Rejection::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(field(&delay(), &values()[1..]), "values");
        let more = [values(), vec![value(TemplatePart::Body, "3", "x")]].concat();
        assert_eq!(field(&delay(), &more), "values[4]");
        assert_eq!(field(&Template { status: "PAUSED".into(), ..delay() }, &values()), "template");
        assert_eq!(field(&Template { header_file: "IMAGE".into(), ..delay() }, &values()), "template");
        let plain =
            Template { header: String::new(), body: "{{ }} {{a b}} {{x".into(), buttons: Vec::new(), ..delay() };
        assert_eq!(plain.slots(), [], "what is no variable is text");
    }
}
