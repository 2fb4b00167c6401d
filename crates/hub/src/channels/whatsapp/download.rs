//! Files of customers: asked for by id, fetched from where Meta says, checked, and kept as every file is.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::TryStreamExt as _;
use reqwest::Url;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tandem_conversation::{ContactId, Media};

use super::client::{WITHIN, ask, because};
use super::number::Opened;
use super::webhook::{MediaKind, MediaRef};
use crate::files::admitted;
use crate::hub::Hub;
use crate::media::{Upload, take};
use crate::store::media::Sender;

/// Fetches one file for a route. The error says why it is not there, in words for agents.
pub(crate) async fn fetch(
    hub: &Arc<Hub>,
    opened: &Opened,
    media: &MediaRef,
    route: ContactId,
) -> Result<Media, String> {
    let fetched = tokio::time::timeout(4 * WITHIN, one(hub, opened, media, route)).await;
    let fetched = fetched.unwrap_or_else(|_| Err("it did not arrive in time".into()));
    fetched.map_err(|why| format!("The file could not be fetched: {why}"))
}

async fn one(hub: &Arc<Hub>, opened: &Opened, media: &MediaRef, route: ContactId) -> Result<Media, String> {
    let told = ask(&hub.whatsapp, opened, &media.id).await?;
    let address = told.get("url").and_then(Value::as_str).ok_or("WhatsApp does not say where it is")?;
    let url = Url::parse(address).map_err(|_| "WhatsApp names no usable address")?;
    // Only the number's own service may lie on this machine or beside it.
    let is_own = Url::parse(&opened.number.base_url).is_ok_and(|base| base.origin() == url.origin());
    if !is_own {
        admitted(&url, hub.config.media.allow_private)?;
    }
    let fetcher = if is_own { &hub.whatsapp } else { hub.files.client() };
    let response = fetcher.get(url).bearer_auth(&opened.access_token).timeout(4 * WITHIN).send().await;
    let response = response.map_err(|error| because(&error))?;
    if !response.status().is_success() {
        return Err(format!("its server answers with {}", response.status().as_u16()));
    }
    let bytes = told.get("file_size").and_then(|size| size.as_u64().or_else(|| size.as_str()?.parse().ok()));
    let mut hash = Sha256::new();
    let name = called(media);
    let upload =
        Upload { name, sender: Sender::Contact(route), meant_for: None, id: None, network: None, bytes, right: None };
    let stream = response.bytes_stream().inspect_ok(|part| hash.update(part));
    let file = take(hub, upload, stream).await.map_err(|refused| refused.to_string())?;
    let claimed = told.get("sha256").and_then(Value::as_str).filter(|sum| !sum.is_empty()).unwrap_or(&media.sha256);
    if !claimed.is_empty() && !is_sum(claimed, &hash.finalize()) {
        // It stays unnamed and is swept.
        return Err("it is not the file that the customer sent".into());
    }
    Ok(file)
}

/// Whether a checksum, in hexadecimal or base64, is this digest.
fn is_sum(claimed: &str, digest: &[u8]) -> bool {
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    claimed.eq_ignore_ascii_case(&hex) || STANDARD.decode(claimed).is_ok_and(|bytes| bytes == digest)
}

/// The name that people see: the sender's own, or one that says what it is.
fn called(media: &MediaRef) -> String {
    if !media.name.trim().is_empty() {
        return media.name.clone();
    }
    let kind = match media.kind {
        MediaKind::Voice => "voice message",
        other => other.name(),
    };
    let mime = media.mime.split(';').next().unwrap_or_default();
    let ending = match mime.split('/').nth(1).unwrap_or_default() {
        "jpeg" => "jpg",
        "mpeg" => "mp3",
        "3gpp" => "3gp",
        other => other,
    };
    let plain = !ending.is_empty() && ending.len() <= 5 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { format!("{kind}.{ending}") } else { kind.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_counts_in_both_notations() {
        let digest = Sha256::digest(b"a picture");
        let hex: String = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        assert!(is_sum(&hex, &digest) && is_sum(&STANDARD.encode(digest), &digest));
        assert!(!is_sum(&STANDARD.encode(Sha256::digest(b"another")), &digest) && !is_sum("?", &digest));
    }

    #[test]
    fn a_file_without_a_name_is_called_what_it_is() {
        let media = |kind, mime: &str, name: &str| MediaRef {
            kind,
            id: "1".into(),
            mime: mime.into(),
            sha256: String::new(),
            caption: String::new(),
            name: name.into(),
        };
        for (media, name) in [
            (media(MediaKind::Image, "image/jpeg", ""), "image.jpg"),
            (media(MediaKind::Voice, "audio/ogg; codecs=opus", ""), "voice message.ogg"),
            (media(MediaKind::Document, "application/vnd.ms-excel", " "), "document"),
            (media(MediaKind::Document, "application/pdf", "bill.pdf"), "bill.pdf"),
        ] {
            assert_eq!(called(&media), name);
        }
    }
}
