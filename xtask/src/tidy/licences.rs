//! Allowed licences of dependencies: usable in any product without asking.

use anyhow::{Context as _, Result};
use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::sh;

/// Permissive, or copyleft limited to the file.
const WELCOME: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "WTFPL",
    "Zlib",
    "blessing",
];

pub fn complaints() -> Result<Vec<String>> {
    let text = sh::output(&mut sh::cargo("metadata --locked --format-version 1"))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    Ok(packages.iter().filter_map(complaint).collect())
}

fn complaint(package: &Value) -> Option<String> {
    let name = package["name"].as_str().unwrap_or_default();
    let Some(licence) = package["license"].as_str() else {
        return Some(format!("{name}: says nothing about its licence"));
    };
    (!is_welcome(licence))
        .then(|| format!("{name}: '{licence}' is not among the licences in xtask/src/tidy/licences.rs"))
}

fn is_welcome(licence: &str) -> bool {
    let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else { return false };
    expression.evaluate(|one| one.license.id().is_some_and(|id| WELCOME.contains(&id.name)))
}

#[cfg(test)]
mod tests {
    use super::is_welcome;

    #[test]
    fn one_welcome_choice_is_enough_and_all_parts_must_be_welcome() {
        for (licence, welcome) in [
            ("MIT", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0-only", false),
            ("GPL-2.0-only OR MIT", true),
            ("MIT AND AGPL-3.0-only", false),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("whatever you like", false),
        ] {
            assert_eq!(is_welcome(licence), welcome, "{licence}");
        }
    }
}
