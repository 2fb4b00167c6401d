//! The hub's own scripts and styles: compressed once, and sent again only if they changed.

use std::io::Write as _;
use std::sync::OnceLock;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

pub(super) struct Asset {
    kind: &'static str,
    text: &'static str,
    packed: OnceLock<Packed>,
}

struct Packed {
    etag: HeaderValue,
    gzip: Bytes,
}

impl Asset {
    pub(super) const fn new(kind: &'static str, text: &'static str) -> Self {
        Self { kind, text, packed: OnceLock::new() }
    }

    /// The text in an encoding that the client accepts, or 304 if it has the text already.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let Packed { etag, gzip } = self.packed.get_or_init(|| pack(self.text));
        let says = |name, value: &str| {
            headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).any(|line| line.contains(value))
        };
        let about = [
            (header::ETAG, etag.clone()),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
            (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
        ];
        if etag.to_str().is_ok_and(|etag| says(header::IF_NONE_MATCH, etag)) {
            return (StatusCode::NOT_MODIFIED, about).into_response();
        }
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(self.kind))];
        if says(header::ACCEPT_ENCODING, "gzip") && !gzip.is_empty() {
            let coding = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
            return (about, kind, coding, gzip.clone()).into_response();
        }
        (about, kind, self.text).into_response()
    }
}

fn pack(text: &str) -> Packed {
    let digest: String = Sha256::digest(text).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    // Weak, because the compressed and the plain text share the tag.
    let etag = HeaderValue::from_str(&format!("W/\"{digest}\"")).unwrap_or(HeaderValue::from_static("W/\"\""));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let gzip = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).unwrap_or_default();
    Packed { etag, gzip: gzip.into() }
}
