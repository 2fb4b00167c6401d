//! Refused uploads.

use tandem_protocol::Problem;

use crate::problem::ApiError;
use crate::store::StoreError;

/// Why a file is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("{0}")]
    Kind(&'static str),
    #[error("The file is larger than {} MB, the most that can be sent.", .0 / 1_000_000)]
    TooLarge(u64),
    #[error("{words}")]
    Quota { words: String, retry_after: u32 },
    #[error("Too many files at once: wait a few seconds, then try again.")]
    Busy,
    #[error("There is no room for files just now; messages without files get through. Try again later.")]
    Disk,
    #[error("Another file has this id.")]
    Taken,
    #[error("The file did not arrive completely. Send it again.")]
    Incomplete,
    #[error("The file could not be stored. Try again.")]
    Store,
    #[error("The {} with which the file was sent has ended.", if *by_link { "link" } else { "sign-in" })]
    Ended { by_link: bool },
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let (status, code, retry_after) = match &refused {
            Refused::Kind(_) => (415, "media.kind", None),
            Refused::TooLarge(_) => (413, "media.too_large", None),
            Refused::Quota { retry_after, .. } => (429, "media.quota", Some(*retry_after)),
            Refused::Busy => (429, "limit.too_many", Some(5)),
            Refused::Disk => (507, "media.disk", Some(600)),
            Refused::Taken => (409, "media.id_taken", None),
            Refused::Incomplete => (400, "media.incomplete", None),
            Refused::Store => (503, "media.store", Some(5)),
            Refused::Ended { by_link: true } => (410, "guest.revoked", None),
            Refused::Ended { by_link: false } => (401, "auth.ended", None),
        };
        let mut problem = Problem::new(status, code, refused.to_string());
        problem.retry_after = retry_after;
        problem.into()
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a file could not be filed");
        Self::Store
    }
}
