//! Refuses types whose names hide names of Rust's prelude.

use std::path::Path;

use anyhow::Result;

use super::Package;
use super::circles::collect;

/// Names of the prelude, and of what its macros derive.
const PRELUDE: &[&str] = &[
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

pub fn complaints(packages: &[Package]) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for package in packages {
        for folder in ["src", "tests"].map(|folder| package.manifest.with_file_name(folder)) {
            if folder.is_dir() {
                collect(&folder, &mut files)?;
            }
        }
    }
    let mut complaints = Vec::new();
    for file in &files {
        complaints.extend(hidden(file, &std::fs::read_to_string(file)?));
    }
    Ok(complaints)
}

fn hidden(file: &Path, text: &str) -> Vec<String> {
    let defined = text.lines().filter_map(defined);
    let hidden = defined.filter(|name| PRELUDE.contains(name));
    hidden.map(|name| format!("{}: a type named {name} hides Rust's own", file.display())).collect()
}

/// The type that a line defines; those within functions and traits are indented and do not count.
fn defined(line: &str) -> Option<&str> {
    let line = match line.strip_prefix("pub") {
        Some(rest) => rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(rest, |(_, rest)| rest),
        None => line,
    };
    let (kind, rest) = line.trim_start().split_once(' ')?;
    let is_indented = line.starts_with("  ");
    (!is_indented && matches!(kind, "struct" | "enum" | "trait" | "type" | "union"))
        .then(|| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_hides_a_name_of_the_prelude_is_named() {
        let text = "pub(super) enum Into {\nstruct From(u8);\npub type Hash = [u8; 32];\npub struct Letter;\n    type Err = ();\n";
        assert_eq!(hidden(Path::new("a.rs"), text).len(), 3);
    }
}
