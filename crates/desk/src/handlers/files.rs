//! Files to send: received from the page in parts, kept with the draft, sent with the reply.
//!
//! The page passes bytes from the user, never paths, so nothing that runs in the page can read files of the machine,
//! except those on the clipboard.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use tandem_conversation::{Content, ConversationId, Drawn, Media, MediaId, Time, TurnId};
use tandem_protocol::agents::{AgentCommand, usual_file_bytes};
use uuid::Uuid;

use crate::browser::{BrowserError, Copied};
use crate::cache::bookmarks;
use crate::cache::files::{self, Outgoing};
use crate::handlers::seen::Seen;
use crate::handlers::writing::quoting;
use crate::names;
use crate::refusals::error;
use crate::rpc::{AddPart, BeginFile, Nothing, OneConversation, OneFile, RpcError};
use crate::view::{FileView, PastedView};
use crate::words::say;
use crate::workplace::Workplace;

/// Maximum total bytes of waiting files.
const WAITING_BYTES: u64 = 256 * 1024 * 1024;
/// Maximum number of waiting files; less than the outbox's window for finding text that may go.
const WAITING_FILES: u32 = 100;
/// Maximum files per draft.
const DRAFT_FILES: usize = 20;
/// Maximum part size, in bytes.
const PART_BYTES: usize = 1024 * 1024;

impl Workplace {
    /// Announces a file; its bytes follow in parts.
    pub(crate) async fn begin_file(&self, request: BeginFile) -> Result<FileView, RpcError> {
        let BeginFile { id, name, content_type, bytes } = request;
        let name = names::safe(&name, &content_type);
        if bytes == 0 {
            return Err(error("files.empty", say("refused-file-empty", &[("file", name.into())])));
        }
        let most = self.link.borrow().session().map_or_else(usual_file_bytes, |session| session.me().max_file_bytes);
        let most = most.min(WAITING_BYTES);
        if bytes > most {
            let args = [("file", name.into()), ("size", size(bytes).into()), ("most", size(most).into())];
            return Err(error("files.too_large", say("refused-file-large", &args)));
        }
        let file = Outgoing {
            id: MediaId(Uuid::now_v7()),
            conversation: id,
            name,
            content_type: names::media_type(&content_type),
            bytes,
            held: 0,
            command: None,
            uploaded: false,
            problem: None,
        };
        let begun = self.cache.write(move |connection, touched| {
            let drafted = files::drafted(connection, id)?.len();
            if drafted >= DRAFT_FILES {
                let message = say("refused-files-many", &[("count", DRAFT_FILES.into())]);
                return Ok(Err(error("files.too_many", message)));
            }
            let is_full = |(waiting, count): (u64, u32)| count >= WAITING_FILES || waiting + bytes > WAITING_BYTES;
            // No one can send or cancel files of conversations that are not cached any more.
            while is_full(files::total(connection)?) && files::remove_unreachable(connection, Time(i64::MAX), 1)? > 0 {}
            let (waiting, count) = files::total(connection)?;
            if is_full((waiting, count)) {
                let args = [
                    ("file", file.name.as_str().into()),
                    ("count", count.into()),
                    ("size", size(waiting).into()),
                    ("most", WAITING_FILES.into()),
                    ("room", size(WAITING_BYTES).into()),
                ];
                return Ok(Err(error("files.full", say("refused-files-full", &args))));
            }
            files::insert(connection, &file)?;
            bookmarks::know_name(connection, id, "")?;
            touched.conversation(id);
            Ok(Ok(FileView::from(file)))
        });
        begun.await?
    }

    /// The next part of a file, in order.
    pub(crate) async fn add_part(&self, request: AddPart) -> Result<Nothing, RpcError> {
        let bytes = base64::engine::general_purpose::STANDARD.decode(request.data.as_bytes());
        let bytes = bytes.map_err(|failed| bad_part(&failed.to_string()))?;
        self.add_bytes(request.file, request.place, bytes).await
    }

    async fn add_bytes(&self, file: MediaId, place: u64, bytes: Vec<u8>) -> Result<Nothing, RpcError> {
        if bytes.is_empty() || bytes.len() > PART_BYTES {
            return Err(bad_part(&format!("{} bytes, at most {PART_BYTES}", bytes.len())));
        }
        let added = self.cache.write(move |connection, touched| {
            let Some(file) = files::get(connection, file)? else {
                return Ok(Err(error("files.gone", "This file was removed.")));
            };
            let end = place + bytes.len() as u64;
            if file.command.is_some() || place != file.held || end > file.bytes {
                return Ok(Err(bad_part("it does not follow what is here")));
            }
            files::add_part(connection, &file, &bytes)?;
            if end == file.bytes {
                touched.conversation(file.conversation);
            }
            Ok(Ok(Nothing {}))
        });
        added.await?
    }

    /// Adds the files and pictures on the clipboard to a draft, for pages that do not receive them with a paste.
    pub(crate) async fn paste_files(&self, request: OneConversation) -> Result<PastedView, RpcError> {
        let browser = Arc::clone(&self.browser);
        let copied = tokio::task::spawn_blocking(move || browser.copied()).await;
        let copied = copied.unwrap_or_else(|failed| Err(BrowserError(failed.to_string())));
        let copied = copied.map_err(|BrowserError(reason)| error("files.unreadable", reason))?;
        let mut pasted = PastedView::default();
        let mut problems = Vec::new();
        for one in copied {
            let added = match one {
                Ok(one) => self.add_copied(request.id, one).await,
                Err(BrowserError(reason)) => Err(error("files.unreadable", reason)),
            };
            match added {
                Ok(name) => pasted.added.push(name),
                Err(problem) => problems.push(problem.message),
            }
        }
        pasted.problem = (!problems.is_empty()).then(|| problems.join(" "));
        Ok(pasted)
    }

    pub(super) async fn add_copied(&self, id: ConversationId, copied: Copied) -> Result<String, RpcError> {
        let Copied { name, content_type, bytes, content } = copied;
        let file = self.begin_file(BeginFile { id, name, content_type, bytes }).await?;
        let filled = self.fill(&file, content).await;
        if filled.is_err() {
            self.discard_file(OneFile { file: file.id }).await?;
        }
        filled.map(|()| file.name)
    }

    async fn fill(&self, file: &FileView, mut content: Box<dyn Read + Send>) -> Result<(), RpcError> {
        let mut place = 0;
        while place < file.bytes {
            let most = (PART_BYTES as u64).min(file.bytes - place);
            let read = tokio::task::spawn_blocking(move || {
                let mut part = Vec::new();
                let read = content.by_ref().take(most).read_to_end(&mut part);
                (read.map(|_| part), content)
            });
            let part = match read.await {
                Ok((Ok(part), rest)) if !part.is_empty() => {
                    content = rest;
                    part
                }
                _ => return Err(error("files.unreadable", format!("The file {} cannot be read.", file.name))),
            };
            let length = part.len() as u64;
            self.add_bytes(file.id, place, part).await?;
            place += length;
        }
        Ok(())
    }

    /// Removes a file from its draft.
    pub(crate) async fn discard_file(&self, request: OneFile) -> Result<Nothing, RpcError> {
        let discarded = self.cache.write(move |connection, touched| {
            let Some(file) = files::get(connection, request.file)? else { return Ok(Ok(Nothing {})) };
            if file.command.is_some() {
                return Ok(Err(error("outbox.on_its_way", "It is on its way: cancel its message instead.")));
            }
            files::remove(connection, file.id)?;
            touched.conversation(file.conversation);
            Ok(Ok(Nothing {}))
        });
        discarded.await?
    }

    /// Sends a reply per file; the text goes with the last one.
    pub(super) async fn send_files(
        &self,
        id: ConversationId,
        text: String,
        seen: Seen,
        sent: Vec<MediaId>,
        hold: Duration,
        (drawn, quoted): (Option<Drawn>, Option<TurnId>),
    ) -> Result<Nothing, RpcError> {
        let drafted = self.cache.read(move |connection| files::drafted(connection, id)).await?;
        let known = |file: &MediaId| drafted.iter().find(|known| known.id == *file);
        let gone = || error("files.gone", "One of these files is not in the draft any more.");
        let chosen: Vec<_> = sent.iter().map(|file| known(file).cloned().ok_or_else(gone)).collect::<Result<_, _>>()?;
        if let Some(unfinished) = chosen.iter().find(|file| !file.is_whole()) {
            return Err(error(
                "files.unfinished",
                say("refused-file-unfinished", &[("file", unfinished.name.as_str().into())]),
            ));
        }
        let last = chosen.len().saturating_sub(1);
        let mut replies: Vec<(AgentCommand, MediaId)> = Vec::with_capacity(chosen.len());
        for (number, file) in chosen.into_iter().enumerate() {
            let (text, drawn) = if number == last { (text.clone(), drawn.clone()) } else { (String::new(), None) };
            let media = Media { id: file.id, name: file.name, content_type: file.content_type, bytes: file.bytes };
            let content = Content::Attachment { media, text };
            let reply = self.reply_with(id, content, seen, drawn).await?;
            replies.push((quoting(reply, quoted.filter(|_| number == 0)), file.id));
        }
        self.commands.give_files(id, replies, hold).await?;
        Ok(Nothing {})
    }
}

impl From<Outgoing> for FileView {
    fn from(file: Outgoing) -> Self {
        let whole = file.is_whole();
        let Outgoing { id, name, content_type, bytes, problem, .. } = file;
        Self { id, name, content_type, bytes, whole, problem: problem.map(|why| why.words()) }
    }
}

fn bad_part(why: &str) -> RpcError {
    error("rpc.bad_request", format!("This part of a file is not usable: {why}."))
}

/// A size for display.
fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    match bytes {
        0..MIB => format!("{} kB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MB", bytes / MIB, bytes % MIB * 10 / MIB),
    }
    .replace(".0 MB", " MB")
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_said_in_the_units_of_limits() {
        for (bytes, words) in [(1, "1 kB"), (10 * 1024 * 1024, "10 MB"), (11_010_049, "10.5 MB")] {
            assert_eq!(super::size(bytes), words);
        }
    }
}
