//! `chat_js_gzip_kib`: the compressed web chat element.

use std::io::Write;

use anyhow::Context;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Bench, Better, Figure};

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let path = bench.root.join("ui/dist-chat/chat.js");
    let source = std::fs::read(&path)
        .with_context(|| format!("cannot read {}: build the front end first (npm run build in ui)", path.display()))?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&source).context("cannot compress")?;
    let bytes = packed.finish().context("cannot compress")?.len();
    let figure = Figure::of("chat_js_gzip_kib", "KiB", Better::Lower, &[bytes as f64 / 1024.0]);
    Ok(vec![figure.with_bar(25.0).on(format!("ui/dist-chat/chat.js, {} bytes, gzip -9", source.len()))])
}
