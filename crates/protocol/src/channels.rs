//! What channels can send beside words.

use serde::{Deserialize, Serialize};
use tandem_conversation::Template;
use utoipa::ToSchema;

/// `GET /api/v1/conversations/{id}/templates`: what can be sent there, the customer's language first; nothing on channels
/// without templates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TemplatePage {
    pub templates: Vec<Template>,
}
