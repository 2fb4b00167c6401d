//! Files to send: received from the page in parts, kept with the draft, sent with the reply.
//!
//! The page passes bytes from the user, never paths, so nothing that runs in the page can read files of the machine.

use base64::Engine as _;
use tandem_conversation::{Content, ConversationId, Media, MediaId, Position, Time};
use tandem_protocol::agents::{AgentCommand, usual_file_bytes};
use uuid::Uuid;

use crate::cache::files::{self, Outgoing};
use crate::names;
use crate::refusals::error;
use crate::rpc::{AddPart, BeginFile, Nothing, OneFile, RpcError};
use crate::view::FileView;
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
            return Err(error("files.empty", format!("The file {name} is empty.")));
        }
        let most = self.link.borrow().session().map_or_else(usual_file_bytes, |session| session.me().max_file_bytes);
        let most = most.min(WAITING_BYTES);
        if bytes > most {
            let message = format!("The file {name} is too large: {}, at most {}.", size(bytes), size(most));
            return Err(error("files.too_large", message));
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
                let message = format!("At most {DRAFT_FILES} files can be sent at once: send these first.");
                return Ok(Err(error("files.too_many", message)));
            }
            let is_full = |(waiting, count): (u64, u32)| count >= WAITING_FILES || waiting + bytes > WAITING_BYTES;
            // No one can send or cancel files of conversations that are not cached any more.
            while is_full(files::total(connection)?)
                && files::remove_unreachable(connection, Time(i64::MAX), 1)? > 0
            {}
            let (waiting, count) = files::total(connection)?;
            if is_full((waiting, count)) {
                let message = format!(
                    "There is no room for {}: {count} files ({}) wait on this machine, at most {WAITING_FILES} ({}) can. \
                     Send or cancel some first.",
                    file.name,
                    size(waiting),
                    size(WAITING_BYTES)
                );
                return Ok(Err(error("files.full", message)));
            }
            files::insert(connection, &file)?;
            touched.conversation(id);
            Ok(Ok(FileView::from(file)))
        });
        begun.await?
    }

    /// The next part of a file, in order.
    pub(crate) async fn add_part(&self, request: AddPart) -> Result<Nothing, RpcError> {
        let bad = |why: &str| error("rpc.bad_request", format!("This part of a file is not usable: {why}."));
        let bytes = base64::engine::general_purpose::STANDARD.decode(request.data.as_bytes());
        let bytes = bytes.map_err(|failed| bad(&failed.to_string()))?;
        if bytes.is_empty() || bytes.len() > PART_BYTES {
            return Err(bad(&format!("{} bytes, at most {PART_BYTES}", bytes.len())));
        }
        let added = self.cache.write(move |connection, touched| {
            let Some(file) = files::get(connection, request.file)? else {
                return Ok(Err(error("files.gone", "This file was removed.")));
            };
            let end = request.place + bytes.len() as u64;
            if file.command.is_some() || request.place != file.held || end > file.bytes {
                return Ok(Err(bad("it does not follow what is here")));
            }
            files::add_part(connection, &file, &bytes)?;
            if end == file.bytes {
                touched.conversation(file.conversation);
            }
            Ok(Ok(Nothing {}))
        });
        added.await?
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
        written_against: Option<Position>,
        sent: Vec<MediaId>,
    ) -> Result<Nothing, RpcError> {
        let drafted = self.cache.read(move |connection| files::drafted(connection, id)).await?;
        let known = |file: &MediaId| drafted.iter().find(|known| known.id == *file);
        let gone = || error("files.gone", "One of these files is not in the draft any more.");
        let chosen: Vec<_> = sent.iter().map(|file| known(file).cloned().ok_or_else(gone)).collect::<Result<_, _>>()?;
        if let Some(unfinished) = chosen.iter().find(|file| !file.is_whole()) {
            return Err(error("files.unfinished", format!("The file {} is still being read.", unfinished.name)));
        }
        let last = chosen.len().saturating_sub(1);
        let mut replies: Vec<(AgentCommand, MediaId)> = Vec::with_capacity(chosen.len());
        for (number, file) in chosen.into_iter().enumerate() {
            let text = if number == last { text.clone() } else { String::new() };
            let media = Media { id: file.id, name: file.name, content_type: file.content_type, bytes: file.bytes };
            let content = Content::Attachment { media, text };
            replies.push((self.reply_with(id, content, written_against).await?, file.id));
        }
        self.commands.give_files(id, replies).await?;
        Ok(Nothing {})
    }
}

impl From<Outgoing> for FileView {
    fn from(file: Outgoing) -> Self {
        let whole = file.is_whole();
        let Outgoing { id, name, content_type, bytes, problem, .. } = file;
        Self { id, name, content_type, bytes, whole, problem }
    }
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
