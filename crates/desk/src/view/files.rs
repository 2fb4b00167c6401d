//! Files: drafts, upload progress, and saved files.

use serde::Serialize;
use tandem_conversation::MediaId;
use ts_rs::TS;

/// A file of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    pub id: MediaId,
    pub name: String,
    pub content_type: String,
    #[ts(type = "number")]
    pub bytes: u64,
    /// It is completely on this machine and can be sent.
    pub whole: bool,
    /// Why it was not sent, in words.
    pub problem: Option<String>,
}

/// What came from the clipboard into a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PastedView {
    /// The names of the added files.
    pub added: Vec<String>,
    /// Why others were not added, in words.
    pub problem: Option<String>,
}

/// Upload progress of a queued reply's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UploadView {
    #[ts(type = "number")]
    pub sent: u64,
    #[ts(type = "number")]
    pub bytes: u64,
}

/// The result of opening a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum OpenedView {
    Opened,
    /// Opening it could run it: it can only be saved.
    OnlySaved {
        why: String,
    },
}

/// Where a file was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedView {
    /// None if the agent cancelled.
    pub path: Option<String>,
}
