//! The library: questions that are sent as they are, and quick replies that agents put into their own words.
//!
//! Owns what an item may be and where it is offered. Texts are templates; `variables.rs` fills them on the desk, and
//! nothing else in them is evaluated.

mod fit;
mod language;
mod variables;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

pub use fit::carries;
pub use language::{Spoken, spoken_in};
pub use variables::{Gap, Resolved, Values, check_template, first_gap, is_verbatim, resolve};

use crate::blank::{is_blank, one_line, without_controls};
use crate::channel::Channel;
use crate::ids::{QuestionId, QuickReplyId, UserId};
use crate::limits;
use crate::rejection::Rejection;
use crate::time::Time;
use crate::turn::{Choice, Content, Media};

/// Whether an item is offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Only those who may change it see it.
    Draft,
    #[default]
    Active,
    /// Kept for what was sent with it; its name is free again.
    Retired,
}

/// What a question is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    #[default]
    Menu,
    /// Every choice has a score.
    Review,
    /// At least one choice confirms.
    Confirm,
}

/// A choice of a question in the library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LibraryChoice {
    /// The same in every language and version.
    pub id: String,
    pub label: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional = nullable)]
    pub confirms: bool,
    /// 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub score: Option<u8>,
}

/// A question in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuestionText {
    pub text: String,
    pub choices: Vec<LibraryChoice>,
}

impl QuestionText {
    /// What the customer gets.
    #[must_use]
    pub fn content(&self) -> Content {
        let choice = |choice: &LibraryChoice| Choice { id: choice.id.clone(), label: choice.label.clone() };
        Content::Question { text: self.text.clone(), choices: self.choices.iter().map(choice).collect() }
    }
}

/// A question of the library. It is sent as it is; a turn keeps its id and version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    pub id: QuestionId,
    /// How Your Logic names it: lower-case letters, digits, hyphens.
    pub key: String,
    pub title: String,
    pub kind: QuestionKind,
    /// By language tag, such as `en` or `pt-BR`.
    pub texts: BTreeMap<String, QuestionText>,
    /// Ids of the brands in whose conversations it is offered; empty for all.
    #[serde(default)]
    pub brands: Vec<String>,
    /// Empty for all.
    #[serde(default)]
    pub channels: Vec<Channel>,
    pub version: u32,
    pub state: ItemState,
    /// Who saved this version; none for what Tandem brings along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub by: Option<UserId>,
    pub at: Time,
}

/// Who sees a quick reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Audience {
    #[default]
    Everybody,
    /// Users who serve one of these brands, in its conversations.
    Team { brands: Vec<String> },
    /// Its author alone.
    Mine,
}

/// A quick reply: words that an agent inserts and may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuickReply {
    pub id: QuickReplyId,
    /// Lower-case letters, digits, hyphens; unique within what one user sees.
    pub shortcut: String,
    pub title: String,
    /// Templates by language tag.
    pub texts: BTreeMap<String, String>,
    /// Files that go with the words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Media>>", optional = nullable)]
    pub attachments: Vec<Media>,
    /// Asked after the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub question: Option<QuestionId>,
    pub scope: Audience,
    /// Its folder, from the top.
    #[serde(default)]
    pub folder: Vec<String>,
    /// Empty for all.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// Whether it is offered in notes.
    pub note: bool,
    /// Whether its words only hold the line, such as "I am working on it": they are no answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional = nullable)]
    pub holding: bool,
    pub version: u32,
    pub state: ItemState,
    /// Until when somebody should look whether it is still right: `2027-03-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub review_by: Option<String>,
    /// Who saved this version; none for what Tandem brings along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub by: Option<UserId>,
    pub at: Time,
}

/// An item of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Question(Question),
    QuickReply(QuickReply),
}

impl Question {
    /// The question in one line where lines are names, unless it could not be asked.
    ///
    /// # Errors
    /// `Rejection::Invalid` with the field and the problem.
    pub fn checked(mut self) -> Result<Self, Rejection> {
        if self.id.0.is_nil() {
            return Err(Rejection::nil_id());
        }
        check_name("key", &self.key)?;
        self.title = checked_title("title", &self.title)?;
        check_languages(self.texts.keys())?;
        for (language, text) in &mut self.texts {
            text.text = without_controls(std::mem::take(&mut text.text));
            for choice in &mut text.choices {
                choice.label = one_line(&choice.label);
            }
            let within = |rejection: Rejection| rejection.within(&format!("texts.{language}"));
            text.content().checked().map_err(within)?;
            check_plain(&text.text).map_err(within)?;
            check_kind(self.kind, &text.choices).map_err(within)?;
        }
        let mut texts = self.texts.iter();
        if let Some((first, one)) = texts.next() {
            for (language, other) in texts {
                if !same_choices(&one.choices, &other.choices) {
                    return Err(Rejection::invalid(
                        &format!("texts.{language}.choices"),
                        format!("their ids, scores and what confirms are those of texts.{first}, in the same order"),
                    ));
                }
            }
        }
        check_brands("brands", &self.brands)?;
        Ok(self)
    }

    /// What channels make of it, in sentences.
    #[must_use]
    pub fn fit(&self) -> Vec<String> {
        fit::question(self)
    }

    /// Whether it is offered in conversations of a brand on a channel.
    #[must_use]
    pub fn is_offered(&self, brand: Option<&str>, channel: Channel) -> bool {
        self.state == ItemState::Active && is_among(&self.brands, brand) && is_on(&self.channels, channel)
    }

    /// The text for a conversation. None only if there is no text at all.
    #[must_use]
    pub fn text_for(&self, wanted: &[&str]) -> Option<(Spoken, &QuestionText)> {
        let spoken = spoken_in(self.texts.keys(), wanted)?;
        let text = self.texts.get(&spoken.language)?;
        Some((spoken, text))
    }
}

impl QuickReply {
    /// The quick reply in one line where lines are names, unless it could not be used.
    ///
    /// # Errors
    /// `Rejection::Invalid` with the field and the problem; an unknown variable with its position.
    pub fn checked(mut self) -> Result<Self, Rejection> {
        if self.id.0.is_nil() {
            return Err(Rejection::nil_id());
        }
        check_name("shortcut", &self.shortcut)?;
        self.title = checked_title("title", &self.title)?;
        check_languages(self.texts.keys())?;
        for (language, text) in &mut self.texts {
            *text = without_controls(std::mem::take(text));
            let field = format!("texts.{language}");
            if is_blank(text) {
                return Err(Rejection::blank(&field));
            }
            let found = text.chars().count();
            if found > limits::TEXT_CHARS {
                let problem = format!("has {found} characters; the limit is {}", limits::TEXT_CHARS);
                return Err(Rejection::invalid(&field, problem));
            }
            check_template(text).map_err(|problem| Rejection::invalid(&field, problem))?;
        }
        if self.attachments.len() > limits::ATTACHMENTS {
            let problem = format!("{} files; the limit is {}", self.attachments.len(), limits::ATTACHMENTS);
            return Err(Rejection::invalid("attachments", problem));
        }
        if self.folder.len() > limits::FOLDERS {
            let problem = format!("is {} deep; the limit is {}", self.folder.len(), limits::FOLDERS);
            return Err(Rejection::invalid("folder", problem));
        }
        for name in &mut self.folder {
            *name = checked_title("folder", name)?;
        }
        if let Audience::Team { brands } = &self.scope {
            if brands.is_empty() {
                return Err(Rejection::invalid("scope.brands", "a team has at least one brand"));
            }
            check_brands("scope.brands", brands)?;
        }
        if let Some(day) = &self.review_by
            && day.parse::<jiff::civil::Date>().is_err()
        {
            return Err(Rejection::invalid("reviewBy", "use a day such as 2027-03-31"));
        }
        Ok(self)
    }

    /// What channels make of it, in sentences.
    #[must_use]
    pub fn fit(&self) -> Vec<String> {
        fit::quick_reply(self)
    }

    /// Whether it is offered in conversations of a brand on a channel, to those who see it.
    #[must_use]
    pub fn is_offered(&self, brand: Option<&str>, channel: Channel) -> bool {
        let here = match &self.scope {
            Audience::Team { brands } => brand.is_some_and(|brand| brands.iter().any(|known| known == brand)),
            Audience::Everybody | Audience::Mine => true,
        };
        self.state == ItemState::Active && here && is_on(&self.channels, channel)
    }

    /// Whether a shared quick reply is for a user who serves these brands; none of them means all.
    #[must_use]
    pub fn is_for(&self, serves: &[String]) -> bool {
        match &self.scope {
            Audience::Team { brands } => serves.is_empty() || brands.iter().any(|brand| serves.contains(brand)),
            Audience::Everybody => true,
            Audience::Mine => false,
        }
    }

    /// Whether one conversation could offer both, so that they need different shortcuts.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        match (&self.scope, &other.scope) {
            (Audience::Team { brands }, Audience::Team { brands: others }) => {
                brands.iter().any(|brand| others.contains(brand))
            }
            _ => true,
        }
    }

    /// The template for a conversation. None only if there is no text at all.
    #[must_use]
    pub fn text_for(&self, wanted: &[&str]) -> Option<(Spoken, &str)> {
        let spoken = spoken_in(self.texts.keys(), wanted)?;
        let text = self.texts.get(&spoken.language)?;
        Some((spoken, text))
    }
}

fn is_among(brands: &[String], brand: Option<&str>) -> bool {
    brands.is_empty() || brand.is_some_and(|brand| brands.iter().any(|known| known == brand))
}

fn is_on(channels: &[Channel], channel: Channel) -> bool {
    channels.is_empty() || channels.contains(&channel)
}

fn check_name(field: &str, name: &str) -> Result<(), Rejection> {
    let found = name.chars().count();
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !(1..=limits::SHORTCUT_CHARS).contains(&found) || !plain {
        let problem = format!("use 1 to {} of a–z, 0–9 and -", limits::SHORTCUT_CHARS);
        return Err(Rejection::invalid(field, problem));
    }
    Ok(())
}

fn checked_title(field: &str, title: &str) -> Result<String, Rejection> {
    let title = one_line(title);
    if is_blank(&title) || title.chars().count() > limits::LIBRARY_TITLE_CHARS {
        let problem = format!("between 1 and {} characters are needed", limits::LIBRARY_TITLE_CHARS);
        return Err(Rejection::invalid(field, problem));
    }
    Ok(title)
}

fn check_languages<'a>(languages: impl ExactSizeIterator<Item = &'a String>) -> Result<(), Rejection> {
    if !(1..=limits::LANGUAGES).contains(&languages.len()) {
        return Err(Rejection::invalid("texts", format!("between 1 and {} languages are needed", limits::LANGUAGES)));
    }
    for language in languages {
        if !language::is_tag(language) {
            return Err(Rejection::invalid("texts", format!("'{language}' is not a tag such as de or pt-BR")));
        }
    }
    Ok(())
}

fn check_brands(field: &str, brands: &[String]) -> Result<(), Rejection> {
    match brands.iter().enumerate().find(|(at, brand)| is_blank(brand) || brands[..*at].contains(brand)) {
        Some((_, brand)) => Err(Rejection::invalid(field, format!("'{brand}' is empty or named twice"))),
        None => Ok(()),
    }
}

/// Questions are sent as they are, so they have no variables.
fn check_plain(text: &str) -> Result<(), Rejection> {
    match text.find("{{") {
        Some(at) => {
            let problem = format!("questions have no variables: see character {}", text[..at].chars().count() + 1);
            Err(Rejection::invalid("text", problem))
        }
        None => Ok(()),
    }
}

fn check_kind(kind: QuestionKind, choices: &[LibraryChoice]) -> Result<(), Rejection> {
    for (at, choice) in choices.iter().enumerate() {
        let wrong = match (kind, choice.score) {
            (QuestionKind::Review, score) if !score.is_some_and(|score| (1..=5).contains(&score)) => {
                "every choice of a review has a score from 1 to 5"
            }
            (QuestionKind::Menu | QuestionKind::Confirm, Some(_)) => "only a review has scores",
            _ => continue,
        };
        return Err(Rejection::invalid(&format!("choices[{at}].score"), wrong));
    }
    match (kind, choices.iter().any(|choice| choice.confirms)) {
        (QuestionKind::Confirm, false) => Err(Rejection::invalid("choices", "at least one choice confirms")),
        (QuestionKind::Menu | QuestionKind::Review, true) => {
            Err(Rejection::invalid("choices", "only a confirmation has a choice that confirms"))
        }
        _ => Ok(()),
    }
}

fn same_choices(one: &[LibraryChoice], other: &[LibraryChoice]) -> bool {
    let same = |(a, b): (&LibraryChoice, &LibraryChoice)| (&a.id, a.confirms, a.score) == (&b.id, b.confirms, b.score);
    one.len() == other.len() && one.iter().zip(other).all(same)
}

#[cfg(test)]
mod tests;
