//! `cargo xtask tidy`: checks what people forget and a compiler does not see.

mod circles;
mod direction;
mod files;
mod licences;
mod names;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::args::Args;
use crate::sh;

const HELP: &str = "\
cargo xtask tidy

Checks that crates depend on each other in one direction only, that no modules of a crate use each other in a circle,
that no type hides a name of Rust's prelude, that every crate takes the workspace's lints, that end-to-end tests have
names of their own, that no source file is longer than 600 lines, that no file names a path of somebody's machine, and
that every crate we build on stands under a licence that lets it into any product.
(That ui/shared/types.ts is fresh is a test of the desk.)";

/// The package of the end-to-end tests.
pub const END_TO_END: &str = "tandem-tests";

/// A package of the workspace.
pub struct Package {
    pub name: String,
    pub manifest: PathBuf,
    /// Everything it depends on, with the kind: `normal`, `dev` or `build`.
    pub dependencies: Vec<(String, String)>,
    /// Names of its integration tests.
    pub tests: Vec<String>,
}

pub fn main(rest: Vec<String>) -> Result<()> {
    let Some(args) = Args::new(rest, HELP) else { return Ok(()) };
    args.finish()?;
    sh::step("Tidy", check)
}

pub fn check() -> Result<()> {
    let packages = workspace()?;
    let mut complaints = direction::complaints(&packages);
    complaints.extend(circles::complaints(&packages)?);
    complaints.extend(names::complaints(&packages)?);
    complaints.extend(lints(&packages)?);
    complaints.extend(shared_names(&packages));
    complaints.extend(files::complaints()?);
    complaints.extend(licences::complaints()?);
    if complaints.is_empty() {
        return Ok(());
    }
    bail!("{} untidy:\n  {}", complaints.len(), complaints.join("\n  "))
}

pub fn workspace() -> Result<Vec<Package>> {
    let text = sh::output(&mut sh::cargo("metadata --no-deps --format-version 1"))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    Ok(packages.iter().map(read).collect())
}

fn read(package: &Value) -> Package {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |name: &str| package[name].as_array().cloned().unwrap_or_default();
    let kind = |dependency: &Value| dependency["kind"].as_str().unwrap_or("normal").to_owned();
    let is_test = |target: &&Value| target["kind"][0] == "test";
    Package {
        name: text(&package["name"]),
        manifest: text(&package["manifest_path"]).into(),
        dependencies: list("dependencies").iter().map(|one| (text(&one["name"]), kind(one))).collect(),
        tests: list("targets").iter().filter(is_test).map(|one| text(&one["name"])).collect(),
    }
}

/// `cargo xtask test` chooses tests by the names of their targets.
fn shared_names(packages: &[Package]) -> Vec<String> {
    let (end_to_end, others): (Vec<_>, Vec<_>) = packages.iter().partition(|package| package.name == END_TO_END);
    let names = end_to_end.iter().flat_map(|package| &package.tests);
    let shared = |name: &&String| others.iter().any(|package| package.tests.contains(*name));
    names
        .filter(shared)
        .map(|name| format!("tests/Cargo.toml: an integration test of another package is called {name}, too"))
        .collect()
}

fn lints(packages: &[Package]) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for package in packages {
        let manifest = std::fs::read_to_string(&package.manifest)?;
        let inherits =
            manifest.split("[lints]").nth(1).is_some_and(|rest| rest.trim_start().starts_with("workspace = true"));
        if !inherits {
            complaints.push(format!("{}: its Cargo.toml lacks `[lints] workspace = true`", package.name));
        }
    }
    Ok(complaints)
}
