//! Recorded input for tests, where there is any.

use std::path::PathBuf;

fn folder() -> PathBuf {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    std::env::var_os("TANDEM_SHARED_DATA").map_or_else(beside, PathBuf::from)
}

/// The text of a recorded file.
pub(crate) fn file(path: &str) -> Option<String> {
    let text = std::fs::read_to_string(folder().join(path)).ok();
    if text.is_none() {
        println!("skipped: no shared data");
    }
    text
}

/// All recorded files of a folder, by name.
pub(crate) fn all(path: &str) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(folder().join(path)) else {
        println!("skipped: no shared data");
        return Vec::new();
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let files = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
    let named = files.filter_map(|path| {
        let name = path.file_name()?.to_string_lossy().into_owned();
        Some((name, std::fs::read_to_string(&path).ok()?))
    });
    let mut all: Vec<_> = named.collect();
    all.sort();
    all
}
