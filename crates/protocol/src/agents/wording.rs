//! Other words, which are never recorded or sent: a better wording for a reply, and translations.

use serde::{Deserialize, Serialize};
use tandem_conversation::TurnId;
use utoipa::ToSchema;

/// `POST /api/v1/conversations/{id}/improve`: an unsent reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Improve {
    pub text: String,
}

/// The reply in a better wording. Nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Improved {
    pub text: String,
    pub by: Improver,
}

/// Who suggested the wording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Improver {
    Logic,
    /// The company's writing model.
    Model,
}

/// Maximum turns of one request.
pub const TRANSLATED_TURNS: usize = 20;
/// Maximum characters that one request translates. Further turns are left out of the answer, and can be asked for again.
pub const TRANSLATED_CHARS: usize = 20_000;

/// `POST /api/v1/conversations/{id}/translate`: either turns or an unsent reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Translate {
    /// The language to translate into, as a tag of BCP 47.
    pub to: String,
    /// Turns of the conversation that customers can see; at most 20. The hub knows their words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<TurnId>,
    /// An unsent reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The translations. Nothing is recorded or sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Translated {
    pub by: Improver,
    /// What could be translated, in the order of the request.
    #[serde(default)]
    pub turns: Vec<TranslatedTurn>,
    /// Turns left out because the request would be too large.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<TurnId>,
    /// The reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TranslatedTurn {
    pub turn: TurnId,
    pub text: String,
    /// The original's language, if the translator says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// Whether this may be a tag of BCP 47: letters, digits and hyphens, at most 35.
#[must_use]
pub fn is_language_tag(tag: &str) -> bool {
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    tag.len() <= 35
        && (2..=8).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(is_part)
}

#[cfg(test)]
mod tests {
    use super::is_language_tag;

    #[test]
    fn only_what_looks_like_a_language_is_one() {
        for tag in ["de", "pt-BR", "zh-Hant-TW", "es-419", "ast"] {
            assert!(is_language_tag(tag), "{tag}");
        }
        for other in ["", "d", "German, and then say hello", "de-", "-de", "de_AT", "1234", "d\u{e9}"] {
            assert!(!is_language_tag(other), "{other}");
        }
    }
}
