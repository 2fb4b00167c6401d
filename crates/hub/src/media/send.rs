//! Sends a file: part by part, under its own name, with headers that keep browsers from running it.

use std::io::SeekFrom;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream;
use tandem_conversation::MediaId;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio::time::Instant;

use super::{Viewer, may_fetch, name};
use crate::files::Unreadable;
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::media::Stored;

/// Which pages may show a file.
const REACH: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// Files never change.
const CACHED: &str = "private, max-age=86400";
/// How long a right is taken for granted while a file is sent.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Bytes read at once.
const PART: usize = 64 * 1024;

pub(crate) struct Asked<'a> {
    pub id: MediaId,
    pub headers: &'a HeaderMap,
    /// Whether pages of other sites may show it.
    pub elsewhere: bool,
}

/// Whether the sign-in or link with which a file was asked for still stands.
pub(crate) type StillThere = Box<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// Sends a file if the viewer may see it; to others it does not exist. What takes long ends with the right to see it.
pub(crate) async fn send(
    hub: &Arc<Hub>,
    viewer: Viewer,
    still_there: Option<StillThere>,
    asked: Asked<'_>,
) -> Result<Response, ApiError> {
    let unknown = || ApiError::new(404, "media.unknown", "There is no such file.");
    let (id, viewer) = (asked.id, Arc::new(viewer));
    let of = Arc::clone(&viewer);
    let stored = hub.database.read(move |connection| may_fetch(connection, &of, id)).await?;
    let watch = Watch { hub: Arc::clone(hub), viewer, id, still_there, looked: Instant::now() };
    let stored = stored.ok_or_else(unknown)?;
    let failed = |error: &dyn std::error::Error| {
        tracing::error!(%error, media.id = %id, "a file cannot be read");
        ApiError::new(503, "media.store", "The file cannot be read right now. Try again.")
    };
    let file = hub.files.whole(&stored).await.map_err(|error| match (failed(&error), error) {
        (_, Unreadable::Missing) => unknown(),
        (_, Unreadable::Damaged) => {
            ApiError::new(404, "media.damaged", "The file is damaged on the server and cannot be opened.")
        }
        (failed, Unreadable::Disk(_)) => failed,
    })?;
    respond(file, watch, &stored, &asked).await.map_err(|error| failed(&error))
}

/// Looks again and again whether a file may still be seen.
struct Watch {
    hub: Arc<Hub>,
    viewer: Arc<Viewer>,
    id: MediaId,
    still_there: Option<StillThere>,
    looked: Instant,
}

impl Watch {
    async fn look(&mut self) -> std::io::Result<()> {
        if self.looked.elapsed() < LOOK_AGAIN {
            return Ok(());
        }
        let (viewer, id) = (Arc::clone(&self.viewer), self.id);
        let is_there = match &self.still_there {
            Some(still_there) => still_there().await,
            None => true,
        };
        let found = self.hub.database.read(move |connection| may_fetch(connection, &viewer, id)).await;
        self.looked = Instant::now();
        if is_there && found.is_ok_and(|found| found.is_some()) {
            return Ok(());
        }
        tracing::info!(media.id = %id, "a file is not sent to its end: it may not be seen any more");
        Err(std::io::ErrorKind::PermissionDenied.into())
    }
}

async fn respond(mut file: File, watch: Watch, stored: &Stored, asked: &Asked<'_>) -> std::io::Result<Response> {
    let whole = stored.media.bytes;
    let tag =
        stored.sha256.map(|hash| format!("\"{}\"", hash[..8].iter().map(|b| format!("{b:02x}")).collect::<String>()));
    if tag.as_deref().is_some_and(|tag| is_known(asked.headers, tag)) {
        return Ok(unchanged(tag.as_deref().unwrap_or_default(), asked.elsewhere));
    }
    let part = part_of(asked.headers, whole, tag.as_deref());
    if part == Part::Beyond {
        return Ok(beyond(whole, asked.elsewhere));
    }
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    let kind = &stored.media.content_type;
    match &stored.charset {
        Some(charset) => set(header::CONTENT_TYPE, &format!("{kind}; charset={charset}")),
        // Files from older hubs were proven to be UTF-8.
        None if kind == "text/plain" => set(header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        None => set(header::CONTENT_TYPE, kind),
    }
    set(header::CONTENT_DISPOSITION, &name::disposition(stored.inline, &stored.media.name));
    set(header::CONTENT_SECURITY_POLICY, policy(kind));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REACH, reach(asked.elsewhere));
    set(header::CACHE_CONTROL, CACHED);
    set(header::ACCEPT_RANGES, "bytes");
    if let Some(tag) = &tag {
        set(header::ETAG, tag);
    }
    let (start, length, status) = match part {
        Part::Whole | Part::Beyond => (0, whole, StatusCode::OK),
        Part::Of(first, last) => {
            set(header::CONTENT_RANGE, &format!("bytes {first}-{last}/{whole}"));
            (first, last - first + 1, StatusCode::PARTIAL_CONTENT)
        }
    };
    set(header::CONTENT_LENGTH, &length.to_string());
    *response.status_mut() = status;
    if length > 0 {
        file.seek(SeekFrom::Start(start)).await?;
        *response.body_mut() = Body::from_stream(parts(file, watch, length));
    }
    Ok(response)
}

/// Whether the client has this version already.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|tags| tags.split(',')).map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

/// The answer to a client that has this version.
fn unchanged(tag: &str, elsewhere: bool) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    headers.insert(REACH, HeaderValue::from_static(reach(elsewhere)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHED));
    headers.extend(HeaderValue::from_str(tag).ok().map(|tag| (header::ETAG, tag)));
    response
}

/// The answer to a client that asks for bytes after the end.
fn beyond(whole: u64, elsewhere: bool) -> Response {
    let words = format!("The file has {whole} bytes, and the range begins after them.");
    let mut response = ApiError::new(416, "media.range", words).into_response();
    let headers = response.headers_mut();
    headers.insert(REACH, HeaderValue::from_static(reach(elsewhere)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.extend(HeaderValue::from_str(&format!("bytes */{whole}")).ok().map(|range| (header::CONTENT_RANGE, range)));
    response
}

fn reach(elsewhere: bool) -> &'static str {
    if elsewhere { "cross-origin" } else { "same-origin" }
}

/// Nothing may run. A PDF viewer needs its frame, and a player its film, or they stay blank.
fn policy(kind: &str) -> &'static str {
    match kind.split('/').next() {
        Some("audio" | "video") => "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
        _ if kind == "application/pdf" => "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'",
        _ => "default-src 'none'; sandbox",
    }
}

fn parts(file: File, watch: Watch, length: u64) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold((file, watch, length), |(mut file, mut watch, left)| async move {
        if left == 0 {
            return Ok::<_, std::io::Error>(None);
        }
        watch.look().await?;
        let mut part = vec![0; PART.min(usize::try_from(left).unwrap_or(PART))];
        let read = file.read(&mut part).await?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        part.truncate(read);
        Ok(Some((Bytes::from(part), (file, watch, left - read as u64))))
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// The first and the last byte.
    Of(u64, u64),
    Beyond,
}

/// The requested range. Several ranges, or ranges of another version, are answered with the whole file.
fn part_of(headers: &HeaderMap, whole: u64, tag: Option<&str>) -> Part {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(range) = text(header::RANGE).and_then(|range| range.strip_prefix("bytes=")) else { return Part::Whole };
    if text(header::IF_RANGE).is_some_and(|known| Some(known) != tag) {
        return Part::Whole;
    }
    let Some((first, last)) = range.trim().split_once('-') else { return Part::Whole };
    let (first, last) = (first.trim(), last.trim());
    let part = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(whole.saturating_sub(1))),
        (Ok(first), Err(_)) if last.is_empty() => (first, whole.saturating_sub(1)),
        (Err(_), Ok(0)) if first.is_empty() => return Part::Beyond,
        (Err(_), Ok(last)) if first.is_empty() => (whole.saturating_sub(last), whole.saturating_sub(1)),
        _ => return Part::Whole,
    };
    if part.0 >= whole { Part::Beyond } else { Part::Of(part.0, part.1) }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, header};

    use super::{Part, is_known, part_of};

    #[test]
    fn a_version_is_known_by_its_tag_in_any_list() {
        for (sent, known) in [
            ("\"this\"", true),
            ("W/\"this\"", true),
            ("\"other\", \"this\"", true),
            ("*", true),
            ("\"other\"", false),
            ("this", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, sent.parse().unwrap())]);
            assert_eq!(is_known(&headers, "\"this\""), known, "{sent}");
        }
    }

    #[test]
    fn one_part_is_sent_and_everything_else_is_the_whole() {
        for (range, part) in [
            ("bytes=0-", Part::Of(0, 99)),
            ("bytes=0-0", Part::Of(0, 0)),
            ("bytes=10-19", Part::Of(10, 19)),
            ("bytes=90-1000", Part::Of(90, 99)),
            ("bytes=-5", Part::Of(95, 99)),
            ("bytes=-1000", Part::Of(0, 99)),
            ("bytes=100-", Part::Beyond),
            ("bytes=100-200", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=5-3", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=99999999999999999999-", Part::Whole),
        ] {
            let headers = HeaderMap::from_iter([(header::RANGE, range.parse().unwrap())]);
            assert_eq!(part_of(&headers, 100, None), part, "{range}");
        }
        let mut headers = HeaderMap::from_iter([(header::RANGE, "bytes=0-1".parse().unwrap())]);
        headers.insert(header::IF_RANGE, "\"other\"".parse().unwrap());
        assert_eq!(part_of(&headers, 100, Some("\"this\"")), Part::Whole);
    }
}
