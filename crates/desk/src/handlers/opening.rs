//! Opens a conversation's files with the system's programs, or saves them.
//!
//! Their bytes are on the disk unencrypted only because the agent asked for that.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tandem_conversation::{Content, EventBody, Media};

use crate::browser::{BrowserError, Saving};
use crate::cache::{events, outbox};
use crate::handoff::{self, Refusal};
use crate::names;
use crate::refusals::error;
use crate::rpc::{Attached, RpcError};
use crate::view::{OpenedView, SavedView};
use crate::words::say;
use crate::workplace::Workplace;

impl Workplace {
    /// Opens a turn's file, unless opening could run it.
    pub(crate) async fn open_media(&self, request: Attached) -> Result<OpenedView, RpcError> {
        let media = self.attached(request).await?;
        let name = names::safe(&media.name, &media.content_type);
        let file = self.file(media.id).await?;
        if let Some(Refusal(why)) = handoff::refused(&name, &file.bytes) {
            return Ok(OpenedView::OnlySaved { why });
        }
        let (browser, folder) = (Arc::clone(&self.browser), self.handed_over.clone());
        let opened = off_the_runtime(move || {
            let path = handoff::lay_out(&folder, &name, &file.bytes).map_err(|failed| {
                let args = [("file", name.as_str().into()), ("reason", failed.to_string().into())];
                error("media.not_written", say("refused-file-written", &args))
            })?;
            browser.open_file(&path).map_err(|BrowserError(reason)| error("media.not_opened", reason))
        });
        opened.await??;
        Ok(OpenedView::Opened)
    }

    /// Saves a turn's file where the agent chooses, or in the downloads folder if no dialog is available.
    pub(crate) async fn save_media(&self, request: Attached) -> Result<SavedView, RpcError> {
        let media = self.attached(request).await?;
        let name = names::safe(&media.name, &media.content_type);
        // Fetches the bytes first: do not ask for a place for an unavailable file.
        let file = self.file(media.id).await?;
        let browser = Arc::clone(&self.browser);
        let saved = off_the_runtime(move || {
            let wrong = |reason: String| {
                let args = [("file", name.as_str().into()), ("reason", reason.into())];
                error("media.not_saved", say("refused-file-saved", &args))
            };
            let path = match browser.save_as(&name) {
                Ok(Saving::At(path)) => path,
                Ok(Saving::Nowhere) => return Ok(None),
                Ok(Saving::In(folder)) => free_name(&folder, &name),
                Err(BrowserError(reason)) => return Err(error("media.not_saved", reason)),
            };
            handoff::write(&path, &file.bytes).map_err(|failed| wrong(failed.to_string()))?;
            Ok(Some(path))
        });
        let path = saved.await??;
        Ok(SavedView { path: path.map(|path| path.to_string_lossy().into_owned()) })
    }

    /// The turn's file as judged by the hub.
    async fn attached(&self, request: Attached) -> Result<Media, RpcError> {
        let Attached { id, turn } = request;
        let found = self.cache.read(move |connection| {
            let event = events::turn(connection, id, turn)?;
            let said = event.and_then(|event| match event.body {
                EventBody::TurnAdded { turn, .. } => match turn.content {
                    Content::Attachment { media, .. } => Some(media),
                    _ => None,
                },
                _ => None,
            });
            if said.is_some() {
                return Ok(said);
            }
            // The agent's own file, not yet sent.
            let waiting = outbox::of_conversation(connection, id)?;
            let own = waiting.into_iter().find(|queued| outbox::turn_of(&queued.command) == Some(turn));
            Ok(own.and_then(|queued| outbox::media_of(&queued.command).cloned()))
        });
        found.await?.ok_or_else(|| error("conversation.no_turn", "This message is not on this machine any more."))
    }
}

/// An unused path in `folder`.
fn free_name(folder: &Path, name: &str) -> PathBuf {
    let (stem, kind) = names::parts(name);
    let numbered = |number: u32| match number {
        1 => name.to_owned(),
        _ => format!("{stem} ({number}){kind}"),
    };
    (1..1000)
        .map(|number| folder.join(numbered(number)))
        .find(|path| !path.exists())
        .unwrap_or_else(|| folder.join(format!("{stem} {}{kind}", uuid::Uuid::now_v7())))
}

async fn off_the_runtime<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, RpcError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|failed| error("desk.failed", format!("The desk failed: {failed}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_there_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(free_name(folder.path(), "a.pdf"), folder.path().join("a.pdf"));
        std::fs::write(folder.path().join("a.pdf"), "there").unwrap();
        assert_eq!(free_name(folder.path(), "a.pdf"), folder.path().join("a (2).pdf"));
    }
}
