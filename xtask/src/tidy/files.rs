//! Checks files for length and for paths that exist on one machine only.

use std::path::Path;

use anyhow::Result;

use crate::sh;

const MOST_LINES: usize = 600;
const SOURCES: &[&str] = &["rs", "ts", "svelte", "css", "mjs", "js", "html"];
/// Generated, so they may be long.
const GENERATED: &[&str] = &["ui/shared/types.ts", "ui/desk/src/words/messages.ts"];

/// Top-level folders of some machines. Written in parts, so that this file passes its own check.
const MACHINE_FOLDERS: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/t", "mp/")];

/// Checks every file that is in the repository or about to be.
pub fn complaints() -> Result<Vec<String>> {
    let listed = sh::output(&mut sh::command("git ls-files -z --cached --others --exclude-standard"))?;
    let mut complaints = Vec::new();
    for name in listed.split_terminator('\0') {
        // Listed but absent: deleted without a commit. Not text: a picture.
        let Ok(text) = std::fs::read_to_string(sh::root().join(name)) else { continue };
        complaints.extend(too_long(name, &text));
        complaints.extend(machine_paths(name, &text));
    }
    Ok(complaints)
}

fn too_long(name: &str, text: &str) -> Option<String> {
    let is_source = Path::new(name).extension().is_some_and(|end| SOURCES.iter().any(|source| end == *source));
    let lines = text.lines().count();
    let refused = is_source && lines > MOST_LINES && !GENERATED.contains(&name);
    refused.then(|| format!("{name}: {lines} lines, more than {MOST_LINES}: is it two rooms?"))
}

fn machine_paths(name: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for folder in MACHINE_FOLDERS {
            if line.match_indices(folder).any(|(at, _)| starts_a_path(line, at, folder.len())) {
                complaints.push(format!("{name}:{}: names a path of one machine ({folder}…)", number + 1));
            }
        }
    }
    complaints
}

/// Whether the folder at `at` is the top of a path and not a part of a longer one, or of a word.
fn starts_a_path(line: &str, at: usize, length: usize) -> bool {
    let before = line[..at].chars().next_back();
    let after = line[at + length..].chars().next();
    let is_inside = before.is_some_and(|c| c.is_alphanumeric() || "._-/}$".contains(c));
    !is_inside && after.is_some_and(|c| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_paths_are_found_and_addresses_are_not() {
        let work = MACHINE_FOLDERS[0];
        let found = |line: &str| !machine_paths("a.md", line).is_empty();
        assert!(found(&format!("see {work}main/target")));
        assert!(found(&format!("\"{work}shared\"")));
        assert!(!found(&format!("https://northwind.example{work}with-us")));
        assert!(!found("tests/e2e, target/tandem"));
    }

    #[test]
    fn long_sources_are_refused_and_long_data_is_not() {
        let long = "x\n".repeat(MOST_LINES + 1);
        assert!(too_long("crates/hub/src/api.rs", &long).unwrap().contains("601 lines"));
        assert!(too_long("crates/hub/src/api.rs", &"x\n".repeat(MOST_LINES)).is_none());
        assert!(too_long("examples/dialogues/shop.jsonl", &long).is_none());
        assert!(too_long("ui/shared/types.ts", &long).is_none());
    }
}
