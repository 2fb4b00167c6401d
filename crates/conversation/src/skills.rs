//! Skills: the conversations that a user serves, by brand and language.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::BrandId;
use crate::state::Conversation;

/// Which conversations a user serves; an empty list means all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Skills {
    pub brands: Vec<BrandId>,
    /// BCP 47; `de` includes `de-CH`.
    pub languages: Vec<String>,
}

impl Skills {
    /// Whether they serve the conversation's brand. A conversation without a brand is for everyone.
    #[must_use]
    pub fn serve_brand(&self, conversation: &Conversation) -> bool {
        self.serves(conversation.brand)
    }

    /// Whether they serve a brand. None excludes no one.
    #[must_use]
    pub fn serves(&self, brand: Option<BrandId>) -> bool {
        self.brands.is_empty() || brand.is_none_or(|brand| self.brands.contains(&brand))
    }

    /// Whether they serve this conversation. Unknown attributes exclude no one.
    #[must_use]
    pub fn serve(&self, conversation: &Conversation) -> bool {
        let speaks = |language: &str| {
            self.languages.iter().any(|known| {
                let (known, language) = (known.to_lowercase(), language.to_lowercase());
                language == known || language.strip_prefix(&known).is_some_and(|rest| rest.starts_with('-'))
            })
        };
        self.serve_brand(conversation)
            && (self.languages.is_empty() || conversation.language.as_deref().is_none_or(speaks))
    }
}
