//! Takes a file in: written, counted, hashed and judged part by part as it arrives.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tandem_conversation::{ConversationId, Media, MediaId, Time};
use tokio::time::{Instant, timeout};
use utoipa::IntoParams;
use uuid::Uuid;

use super::keep::Draft;
use super::kind::{self, HEAD_BYTES};
use super::name;
use super::send::StillThere;
use super::text::Reading;
use crate::config::MediaConfig;
use crate::files::Refused;
use crate::hub::Hub;
use crate::peer::Network;
use crate::problem::ApiError;
use crate::store::StoreError;
use crate::store::media::{self, Filed, Sender, Stored, Taken, Today};

/// Maximum silence of a sender during an upload.
const SILENCE: Duration = Duration::from_secs(30);
/// Minimum bytes per minute of an upload. There is no other time limit.
const MINUTE: Duration = Duration::from_secs(60);
const MINUTE_BYTES: u64 = 60 * 1024;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long a refused upload is still read, so that its sender receives the answer.
const LINGER: Duration = Duration::from_secs(10);

/// The query of an upload by a customer or an external agent.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadQuery {
    /// File name, shown to people.
    pub name: String,
}

/// A file being uploaded.
pub(crate) struct Upload {
    /// The name given by the sender.
    pub name: String,
    pub sender: Sender,
    /// The conversation it is for; none for customers.
    pub meant_for: Option<ConversationId>,
    /// Chosen by the sender, so that a repeat has one effect; without it the hub chooses.
    pub id: Option<MediaId>,
    /// The network of a customer or external agent; none for our side.
    pub network: Option<Network>,
    /// The announced size in bytes, if known.
    pub bytes: Option<u64>,
    /// Whether the right to send it still stands; none if it does not end.
    pub right: Option<StillThere>,
}

fn io_refused(error: &io::Error) -> Refused {
    tracing::error!(%error, "a file could not be written");
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Refused::Disk,
        _ => Refused::Store,
    }
}

/// Takes a request's file. A refused upload is read on for a while, or browsers would report a broken connection
/// instead of the answer.
pub(crate) async fn body(hub: &Arc<Hub>, headers: &HeaderMap, upload: Upload, body: Body) -> Result<Media, ApiError> {
    let bytes = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let mut stream = body.into_data_stream();
    match take(hub, Upload { bytes, ..upload }, &mut stream).await {
        Ok(media) => Ok(media),
        Err(refused) => {
            let most = hub.config.media.max_bytes.saturating_mul(2);
            let mut left = most;
            let rest = async {
                while let Some(Ok(part)) = stream.next().await {
                    left = left.saturating_sub(part.len() as u64);
                    if left == 0 {
                        break;
                    }
                }
            };
            let _ = timeout(LINGER, rest).await;
            Err(refused.into())
        }
    }
}

/// Takes one file if it is allowed, within the size limit, and of a kind that can be sent.
pub(crate) async fn take<E>(
    hub: &Arc<Hub>,
    upload: Upload,
    mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Media, Refused> {
    let (limits, now) = (hub.config.media, hub.clock.now());
    if upload.bytes.is_some_and(|bytes| bytes > limits.max_bytes) {
        return Err(Refused::TooLarge(limits.max_bytes));
    }
    let most = upload.bytes.unwrap_or(limits.max_bytes);
    let place = hub.files.begin(upload.sender, upload.network, most, limits.free_bytes)?;
    let (sender, announced) = (upload.sender, upload.bytes.unwrap_or(1));
    let room = move |connection: &_| allowed(connection, limits, sender, announced, now);
    hub.database.read(room).await??;
    hub.files
        .take_today(&hub.database, now, sender, 0, |today| allowed_today(limits, sender, announced, today, now))
        .await?;
    let file = Uuid::now_v7();
    let mut draft = Draft::create(hub.files.incoming(file)).await.map_err(|error| io_refused(&error))?;
    let mut minute = (Instant::now(), 0);
    let (mut seen, mut head, mut reading, mut hash) = (0u64, Vec::new(), Reading::default(), Sha256::new());
    loop {
        let part = match timeout(SILENCE, bytes.next()).await {
            Ok(Some(Ok(part))) => part,
            Ok(None) => break,
            Ok(Some(Err(_))) | Err(_) => return Err(Refused::Incomplete),
        };
        seen += part.len() as u64;
        if seen > limits.max_bytes {
            return Err(Refused::TooLarge(limits.max_bytes));
        }
        if minute.0.elapsed() >= MINUTE {
            if seen - minute.1 < MINUTE_BYTES {
                return Err(Refused::Incomplete);
            }
            minute = (Instant::now(), seen);
        }
        head.extend_from_slice(&part[..part.len().min(HEAD_BYTES - head.len())]);
        reading.see(&part);
        hash.update(&part);
        draft.write(&part).await.map_err(|error| io_refused(&error))?;
    }
    if seen == 0 {
        return Err(Refused::Kind("The file is empty."));
    }
    if upload.bytes.is_some_and(|bytes| bytes != seen) {
        return Err(Refused::Incomplete);
    }
    // It may have taken long.
    if let Some(right) = &upload.right
        && !right().await
    {
        return Err(Refused::Ended { by_link: matches!(sender, Sender::ExternalAgent(_)) });
    }
    let called = name::clean(&upload.name);
    let ending = name::ending(&called);
    let charset = reading.charset();
    let found = kind::of_bytes(&head, &ending);
    // A file that begins like a program and is named like one is a program, even if the rest is text.
    let is_text = charset.is_some() && !(kind::is_program(&head) && kind::runs(&ending));
    let found = found.or_else(|| is_text.then(|| kind::of_text(&head, &ending)));
    let found = found.ok_or_else(|| Refused::Kind(if kind::is_program(&head) { PROGRAM } else { UNKNOWN }))?;
    let stored = Stored {
        media: Media {
            id: upload.id.unwrap_or(MediaId(file)),
            name: name::fitting(&called, &found),
            content_type: found.content_type.to_owned(),
            bytes: seen,
        },
        sender,
        meant_for: upload.meant_for,
        conversation: None,
        shown: None,
        created: now,
        sha256: Some(hash.finalize().into()),
        charset: charset.filter(|_| found.content_type.starts_with("text/")).map(|charset| charset.name().to_owned()),
        inline: found.inline,
        file,
    };
    // Spawned, so that a disconnecting sender leaves nothing half done.
    let hub = Arc::clone(hub);
    let filing = tokio::spawn(async move {
        let filed = file_away(&hub, draft, stored, limits, now).await;
        drop(place);
        filed
    });
    filing.await.unwrap_or(Err(Refused::Store))
}

const PROGRAM: &str = "Programs cannot be sent.";
const UNKNOWN: &str =
    "This kind of file cannot be sent. Pictures, PDF, text, sound, films, office documents and ZIP can.";

async fn file_away(
    hub: &Arc<Hub>,
    draft: Draft,
    stored: Stored,
    limits: MediaConfig,
    now: Time,
) -> Result<Media, Refused> {
    let (media, path) = (stored.media.clone(), hub.files.path(stored.file));
    draft.finish(&path).await.map_err(|error| io_refused(&error))?;
    let (sender, bytes) = (stored.sender, stored.media.bytes);
    // Concurrent uploads are counted only here.
    let today = hub
        .files
        .take_today(&hub.database, now, sender, bytes, |today| allowed_today(limits, sender, bytes, today, now))
        .await;
    let filing = async {
        today?;
        let filed = hub.database.write(move |connection, _| -> Result<Result<Filed, Refused>, StoreError> {
            if let Err(refused) = allowed(connection, limits, stored.sender, stored.media.bytes, now)? {
                return Ok(Err(refused));
            }
            Ok(Ok(media::insert(connection, &stored)?))
        });
        filed.await?
    };
    let answer = match filing.await {
        Ok(Filed::New) => return Ok(media),
        Ok(Filed::Same(first)) => Ok(first),
        Ok(Filed::Taken) => Err(Refused::Taken),
        Err(refused) => Err(refused),
    };
    if let Err(error) = tokio::fs::remove_file(&path).await {
        tracing::warn!(%error, "a file that nothing refers to stays until it is swept");
    }
    answer
}

/// Checks the sender's own limit per day.
fn allowed(
    connection: &tandem_sql::Connection,
    limits: MediaConfig,
    sender: Sender,
    bytes: u64,
    now: Time,
) -> Result<Result<(), Refused>, StoreError> {
    let since = now.plus_ms(-DAY_MS);
    let (most_files, most_bytes) = match sender {
        Sender::Contact(_) => (limits.visitor_day_files, limits.visitor_day_bytes),
        Sender::ExternalAgent(_) => (limits.link_day_files, limits.link_day_bytes),
        Sender::User(_) | Sender::Logic => (u64::MAX, u64::MAX),
    };
    let own = media::taken_of(connection, sender, since)?;
    if own.files >= most_files || own.bytes.saturating_add(bytes) > most_bytes {
        let megabytes = most_bytes / 1_000_000;
        let words =
            format!("No more files can be sent today: {most_files} files and {megabytes} MB a day is the limit.");
        return Ok(Err(quota(words, own, now)));
    }
    Ok(Ok(()))
}

/// Checks the hub's limit per day. A quarter of it is reserved for our side.
fn allowed_today(limits: MediaConfig, sender: Sender, bytes: u64, today: &Today, now: Time) -> Result<(), Refused> {
    let most = limits.hub_day_bytes;
    let is_full = today.all.bytes.saturating_add(bytes) > most
        || (!sender.is_ours() && today.strangers_bytes.saturating_add(bytes) > most - most / 4);
    if is_full {
        let words = "No more files can be taken today. Messages without files get through.".to_owned();
        return Err(quota(words, today.all, now));
    }
    Ok(())
}

fn quota(words: String, taken: Taken, now: Time) -> Refused {
    let left_ms = taken.oldest.map_or(DAY_MS, |oldest| oldest.plus_ms(DAY_MS).since(now));
    let retry_after = u32::try_from(left_ms.max(1_000) / 1_000).unwrap_or(u32::MAX);
    Refused::Quota { words, retry_after }
}
