//! The library as it is offered while one writes, and what inserting brings.

use serde::Serialize;
use tandem_protocol::library::{ItemUsage, LibraryBrand, QuestionRow, QuickReplyRow};
use ts_rs::TS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LibraryKind {
    QuickReply,
    Question,
}

/// What fits what was typed, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LibraryView {
    pub offers: Vec<OfferView>,
    /// How many there are, beyond the limit.
    pub total: u32,
}

/// A quick reply or question, filled for one conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    pub id: String,
    pub kind: LibraryKind,
    /// A shortcut or key.
    pub name: String,
    pub title: String,
    pub folder: Vec<String>,
    pub text: String,
    /// Labels of a question's choices.
    pub choices: Vec<String>,
    /// The tag of the text's language.
    pub language: String,
    /// Whether that is the conversation's language.
    pub wanted: bool,
    /// Variables without a value.
    pub gaps: Vec<String>,
    /// A private one.
    pub mine: bool,
    /// Names of files that go with the words.
    pub files: Vec<String>,
    /// The title of the question that is asked after the words.
    pub asks: Option<String>,
}

/// A quick reply for the field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InsertedView {
    pub text: String,
    /// The first gap, as it stands in the text.
    pub gap: Option<String>,
    pub language: String,
    /// Whether that is the conversation's language.
    pub wanted: bool,
    /// The question to ask after the words.
    pub question: Option<OfferView>,
    /// Why files of it could not be added, in sentences.
    pub problem: Option<String>,
}

/// Everything that the user may see of the library.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListedLibraryView {
    pub questions: Vec<QuestionRow>,
    pub quick_replies: Vec<QuickReplyRow>,
    /// Of the last 30 days, by version; empty for users who may not see everybody's figures.
    pub usage: Vec<ItemUsage>,
    pub brands: Vec<LibraryBrand>,
}

/// A template as it would be inserted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TriedView {
    pub text: String,
    /// Variables that are not known for everyone.
    pub gaps: Vec<String>,
    /// Why it would be refused.
    pub problem: Option<String>,
}
