//! Proposals of Your Logic or a writing model. Nothing of them has happened.

use serde::Serialize;
use tandem_conversation::TurnId;
use tandem_protocol::agents::Improver;
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SuggestionView {
    pub turn: TurnId,
    pub text: String,
    pub why: Option<String>,
}

/// What Your Logic would do next. Empty if it would stay silent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PreviewView {
    pub lines: Vec<PreviewLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PreviewLine {
    /// True for a message to the customer, false for a description of another action.
    pub says: bool,
    pub text: String,
    pub choices: Vec<String>,
}

/// A reply in a better wording, beside the original. Nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImprovedView {
    pub text: String,
    #[ts(type = "\"logic\" | \"model\"")]
    pub by: Improver,
    /// The word diff of original and proposal, in reading order.
    pub pieces: Vec<PieceView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PieceView {
    pub kind: PieceKind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PieceKind {
    Same,
    /// In the original only.
    Gone,
    /// In the proposal only.
    New,
}
