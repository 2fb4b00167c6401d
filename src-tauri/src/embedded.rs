//! The hub inside this program, for one machine.

use std::path::PathBuf;

use tandem_hub::{EmbedConfig, Embedded, embed};

use crate::settings::Embedding;

/// Starts the hub, which signs this machine's user in without asking.
pub async fn start(data: PathBuf, embedding: Embedding) -> anyhow::Result<Embedded> {
    embed(EmbedConfig {
        data,
        listen: embedding.listen,
        logic_url: embedding.logic_url,
        logic_secret: embedding.logic_secret,
    })
    .await
}
