//! Files that Your Logic names by address: fetched before the answer counts, within limits, from allowed addresses.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use tandem_conversation::{Action, ConversationId, Media};
use tokio::time::Instant;

use super::take::{Upload, take};
use crate::files::{admitted, because};
use crate::hub::Hub;
use crate::store::media::Sender;

/// Maximum addresses in one answer.
const MOST: usize = 10;

/// Fetches the files that actions name by address within `left`, and replaces the addresses by files. An error gives
/// the action's index and why its file is unavailable.
pub(crate) async fn fetch_all(
    hub: &Arc<Hub>,
    conversation: ConversationId,
    actions: &mut [Action],
    left: Duration,
) -> Result<(), (usize, String)> {
    let deadline = Instant::now() + left;
    let mut fetched = 0;
    for (at, action) in actions.iter_mut().enumerate() {
        let Action::Attachment { media, url: url @ Some(_), name, .. } = action else { continue };
        let (Some(address), called) = (url.take(), name.take()) else { continue };
        fetched += 1;
        if fetched > MOST {
            return Err((at, format!("url: more than {MOST} in one answer")));
        }
        if media.is_some() {
            return Err((at, "an attachment needs media or url, not both".to_owned()));
        }
        let one = tokio::time::timeout_at(deadline, one(hub, conversation, &address, called));
        match one.await {
            Ok(Ok(file)) => *media = Some(file),
            Ok(Err(why)) => return Err((at, format!("url: the file cannot be fetched: {why}"))),
            Err(_) => return Err((at, "url: the file cannot be fetched in time".to_owned())),
        }
    }
    Ok(())
}

async fn one(
    hub: &Arc<Hub>,
    conversation: ConversationId,
    address: &str,
    name: Option<String>,
) -> Result<Media, String> {
    let url = Url::parse(address).map_err(|error| format!("it is not an address: {error}"))?;
    admitted(&url, hub.config.media.allow_private)?;
    let name = name.unwrap_or_else(|| called(address));
    let response = hub.files.client().get(url).send().await.map_err(|error| because(&error))?;
    if !response.status().is_success() {
        return Err(format!("its server answers with {}", response.status().as_u16()));
    }
    // The length may be that of a compressed body.
    let upload = Upload {
        name,
        sender: Sender::Logic,
        meant_for: Some(conversation),
        id: None,
        network: None,
        bytes: None,
        right: None,
    };
    take(hub, upload, response.bytes_stream()).await.map_err(|refused| refused.to_string())
}

/// The file name in an address.
pub(super) fn called(address: &str) -> String {
    let url = Url::parse(address).ok();
    let last = url.as_ref().and_then(|url| url.path_segments()?.next_back()).filter(|last| !last.is_empty());
    let last = last.map(|last| percent_encoding::percent_decode_str(last).decode_utf8_lossy().into_owned());
    last.unwrap_or_else(|| "file".to_owned())
}
