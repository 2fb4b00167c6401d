//! Translations, beside the words and never instead of them.

use serde::Serialize;
use tandem_conversation::TurnId;
use tandem_protocol::agents::Improver;
use ts_rs::TS;

/// How the user reads a conversation, and whether a translation is worth an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TranslatingView {
    /// The customer's language, as a tag of BCP 47; none if it is not certain.
    pub from: Option<String>,
    /// The language that the user reads.
    pub to: String,
    /// The user reads this conversation in translation.
    pub on: bool,
    /// The user does not read the customer's language.
    pub foreign: bool,
}

/// A turn that is to be read in translation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum TurnTranslationView {
    /// Not on this machine yet.
    Wanted,
    Made {
        text: String,
        /// The language of the words, as a tag of BCP 47.
        from: Option<String>,
        #[ts(type = "\"logic\" | \"model\"")]
        by: Improver,
    },
}

/// What became of a request for translations. What came is in the transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TranslatedView {
    /// Turns that were not translated.
    pub untranslated: Vec<TurnId>,
}

/// A reply in the customer's language. Nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TranslatedReplyView {
    pub text: String,
    /// Its language, as a tag of BCP 47.
    pub to: String,
    #[ts(type = "\"logic\" | \"model\"")]
    pub by: Improver,
}
