//! Files: what an agent is about to send, how far it is, and where a file was saved.

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
    /// All of it is on this machine, and it can be sent.
    pub whole: bool,
    /// Why it was not sent, in words.
    pub problem: Option<String>,
}

/// How far the file of a queued reply is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UploadView {
    #[ts(type = "number")]
    pub sent: u64,
    #[ts(type = "number")]
    pub bytes: u64,
}

/// What became of a file that was to be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum OpenedView {
    Opened,
    /// Opening it could run it: it is only saved, if the agent wants it.
    OnlySaved {
        why: String,
    },
}

/// Where a file was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedView {
    /// None if the agent chose no place.
    pub path: Option<String>,
}
