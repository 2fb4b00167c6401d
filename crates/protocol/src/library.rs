//! The library's API: definitions that administrators and agents send, and what the hub answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tandem_conversation::{
    Audience, BrandId, Channel, ItemState, Media, Question, QuestionId, QuestionKind, QuestionText, QuickReply,
    QuickReplyId, Time, UserId,
};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

/// `POST /api/v1/questions`, `PUT /api/v1/questions/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuestionDefinition {
    /// For a new one; chosen by the sender, so that a repeat has one effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub id: Option<QuestionId>,
    pub key: String,
    pub title: String,
    #[serde(default)]
    pub kind: QuestionKind,
    /// By language tag.
    pub texts: BTreeMap<String, QuestionText>,
    /// Ids of brands; empty for all.
    #[serde(default)]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub brands: Vec<String>,
    /// Empty for all.
    #[serde(default)]
    #[ts(as = "Option<Vec<Channel>>", optional)]
    pub channels: Vec<Channel>,
    #[serde(default)]
    pub state: ItemState,
    /// The version that was changed: refused if there is a newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub version: Option<u32>,
}

impl QuestionDefinition {
    /// The question's first version; `by` nobody for what comes from the command line.
    #[must_use]
    pub fn of(self, id: QuestionId, by: Option<UserId>, at: Time) -> Question {
        let Self { key, title, kind, texts, brands, channels, state, .. } = self;
        Question { id, key, title, kind, texts, brands, channels, version: 1, state, by, at }
    }
}

impl From<Question> for QuestionDefinition {
    fn from(question: Question) -> Self {
        let Question { id, key, title, kind, texts, brands, channels, state, .. } = question;
        Self { id: Some(id), key, title, kind, texts, brands, channels, state, version: None }
    }
}

/// `POST /api/v1/quick-replies`, `PUT /api/v1/quick-replies/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuickReplyDefinition {
    /// For a new one; chosen by the sender, so that a repeat has one effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub id: Option<QuickReplyId>,
    pub shortcut: String,
    pub title: String,
    /// By language tag; with variables such as `{{customer.name|there}}`.
    pub texts: BTreeMap<String, String>,
    /// Files that go with the words, by the ids of `POST /api/v1/library/files`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Media>>", optional)]
    pub attachments: Vec<Media>,
    /// A question that is asked after the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub question: Option<QuestionId>,
    #[serde(default, deserialize_with = "crate::strict::strictly")]
    pub scope: Audience,
    /// Its folder, from the top; at most three deep.
    #[serde(default)]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub folder: Vec<String>,
    /// Empty for all.
    #[serde(default)]
    #[ts(as = "Option<Vec<Channel>>", optional)]
    pub channels: Vec<Channel>,
    /// Whether it is offered in notes.
    #[serde(default = "yes")]
    pub note: bool,
    /// Whether its words only hold the line, such as "I am working on it".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub holding: bool,
    #[serde(default)]
    pub state: ItemState,
    /// Until when somebody should look whether it is still right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub review_by: Option<String>,
    /// The version that was changed: refused if there is a newer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub version: Option<u32>,
}

fn yes() -> bool {
    true
}

impl QuickReplyDefinition {
    /// The quick reply's first version; `by` nobody for what comes from the command line.
    #[must_use]
    pub fn of(self, id: QuickReplyId, by: Option<UserId>, at: Time) -> QuickReply {
        let Self {
            shortcut,
            title,
            texts,
            attachments,
            question,
            scope,
            folder,
            channels,
            note,
            holding,
            state,
            review_by,
            ..
        } = self;
        let version = 1;
        QuickReply {
            id,
            shortcut,
            title,
            texts,
            attachments,
            question,
            scope,
            folder,
            channels,
            note,
            holding,
            state,
            review_by,
            version,
            by,
            at,
        }
    }
}

impl From<QuickReply> for QuickReplyDefinition {
    fn from(reply: QuickReply) -> Self {
        let QuickReply {
            id,
            shortcut,
            title,
            texts,
            attachments,
            question,
            scope,
            folder,
            channels,
            note,
            holding,
            state,
            review_by,
            ..
        } = reply;
        Self {
            id: Some(id),
            shortcut,
            title,
            texts,
            attachments,
            question,
            scope,
            folder,
            channels,
            note,
            holding,
            state,
            review_by,
            version: None,
        }
    }
}

/// A question and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuestionRow {
    pub question: Question,
    pub uses: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_used_at: Option<Time>,
    /// What channels make of it, in sentences.
    pub fit: Vec<String>,
}

/// A quick reply and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuickReplyRow {
    pub quick_reply: QuickReply,
    pub uses: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub last_used_at: Option<Time>,
    /// What channels make of it, in sentences.
    pub fit: Vec<String>,
}

/// `DELETE`: an item that was used is retired instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemRemoval {
    pub retired: bool,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    pub added: u32,
    /// Got a new version.
    pub changed: u32,
    pub unchanged: u32,
}

/// How one version of an item was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemUsage {
    #[ts(type = "string")]
    #[schema(value_type = String, format = Uuid)]
    pub id: Uuid,
    pub version: u32,
    pub uses: u32,
    /// Uses in which the agent changed the words.
    pub edited: u32,
    /// Of the uses; none without uses.
    pub edited_share: Option<f64>,
    /// Uses after which the customer wrote.
    pub answered: u32,
    /// Mean time from the use to the customer's next turn, in milliseconds; none without answers.
    pub reply_to_answer_ms: Option<f64>,
    /// Uses in conversations with a later rating.
    pub rated: u32,
    /// Mean of these ratings, 1 to 5; none without ratings.
    pub csat: Option<f64>,
}

/// A brand, as far as the library needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LibraryBrand {
    pub id: BrandId,
    /// As items name it.
    pub key: String,
    pub name: String,
    /// Of its conversations that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub language: Option<String>,
    /// Target for a person's first words after one is needed, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub first_reply_s: Option<u32>,
    /// Target for the next replies, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next_reply_s: Option<u32>,
}

/// How often an item was used in conversations of a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemUses {
    #[ts(type = "string")]
    #[schema(value_type = String, format = Uuid)]
    pub item: Uuid,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandId>,
    pub uses: u32,
}

/// `GET /api/v1/library`: everything that this user may use, for offline work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Library {
    /// Changes with everything but `uses`.
    pub stamp: String,
    pub questions: Vec<Question>,
    pub quick_replies: Vec<QuickReply>,
    pub brands: Vec<LibraryBrand>,
    pub uses: Vec<ItemUses>,
}

/// The file of `tandem-hub library export`, without private quick replies; an import takes it, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LibraryFile {
    #[serde(default)]
    pub questions: Vec<QuestionDefinition>,
    #[serde(default)]
    pub quick_replies: Vec<QuickReplyDefinition>,
}
