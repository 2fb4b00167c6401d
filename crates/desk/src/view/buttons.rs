//! Custom buttons.

use serde::Serialize;
use tandem_conversation::ButtonId;
use ts_rs::TS;

/// A custom button in one conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ButtonView {
    pub id: ButtonId,
    pub title: String,
    pub description: String,
    /// A press is sent to Your Logic.
    pub acts: bool,
    /// A press copies a text to the clipboard.
    pub copies: bool,
    /// A press opens a page in the browser.
    pub opens: bool,
    /// The text for the clipboard; none while unusable.
    pub copy: Option<String>,
    /// The page's address; none while unusable.
    pub url: Option<String>,
    /// Why it cannot be pressed now, in a sentence.
    pub unusable: Option<String>,
}
