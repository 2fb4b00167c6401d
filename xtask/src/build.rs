//! The one selection of packages and features. Every cargo command uses it: another would unify features differently
//! and recompile most of the graph.

use anyhow::Result;

use crate::args::Args;
use crate::{frontend, packages, sh};

/// Follows `cargo build`, `clippy`, `test`.
pub const SELECTION: &str = "--workspace --features tandem-app/custom-protocol";

const TYPES_HELP: &str = "\
cargo xtask types

Writes ui/shared/types.ts from the desk's command table, and docs/your-logic.schema.json from the protocol's types.
Tests fail while a committed file is stale.";

/// Prepares what the app needs to compile: system libraries and the front end's bundles.
pub fn prepare(groups: &[&[&'static str]]) -> Result<()> {
    sh::step("System packages", || packages::ensure(groups))?;
    sh::step("Front-end packages", frontend::install)?;
    sh::step("Front-end bundles", frontend::build)
}

/// The debug programs `tandem`, `tandem-hub`, `sample-logic`, `tandem-player`.
pub fn programs() -> Result<()> {
    sh::step("Programs", || sh::run(&mut sh::cargo(&format!("build {SELECTION} --bins"))))
}

/// Builds the desk alone: types must be generated before the front end that needs them builds.
pub fn types(rest: Vec<String>) -> Result<()> {
    let Some(args) = Args::new(rest, TYPES_HELP) else { return Ok(()) };
    args.finish()?;
    for tests in ["--package tandem-protocol --lib schema", "--package tandem-desk --lib bindings"] {
        sh::run(sh::cargo(&format!("test --quiet {tests}")).env("UPDATE_TYPES", "1"))?;
    }
    Ok(())
}
