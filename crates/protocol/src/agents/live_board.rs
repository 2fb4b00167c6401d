//! The board for programs: `GET /api/v1/board` and `GET /api/v1/board/figures`.

use serde::{Deserialize, Serialize};
use tandem_conversation::Time;
use tandem_conversation::board::{Figures, Row};
use utoipa::ToSchema;

/// Conversations in progress, most urgent first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BoardPage {
    pub as_of: Time,
    /// Conversations that fit, also those beyond the limit.
    pub total: u32,
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<Row>,
}

/// What is true at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BoardFigures {
    pub as_of: Time,
    #[schema(value_type = Object)]
    pub figures: Figures,
}
