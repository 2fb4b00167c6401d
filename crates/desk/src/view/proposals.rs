//! What Your Logic or a writing model proposes. Nothing of it has happened.

use serde::Serialize;
use tandem_protocol::agents::Improver;
use ts_rs::TS;

/// What Your Logic would do next; nothing of it has happened. Empty if it would stay silent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PreviewView {
    pub lines: Vec<PreviewLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PreviewLine {
    /// Words to the customer; else something that it would do, in our words.
    pub says: bool,
    pub text: String,
    pub choices: Vec<String>,
}

/// A reply in better words, beside what was written. Nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImprovedView {
    pub text: String,
    #[ts(type = "\"logic\" | \"model\"")]
    pub by: Improver,
    /// What was written and what is proposed, in reading order.
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
    /// Written, and not in the proposal.
    Gone,
    /// In the proposal only.
    New,
}
