//! Builds for release and runs `tandem-bench`, which knows the figures and their limits.

use std::process::Command;

use anyhow::Result;

use crate::build::SELECTION;
use crate::{build, packages, sh};

const HELP: &str = "\
cargo xtask bench [--only PATTERN] [--json FILE]

Builds a release and measures the figures of docs/benchmarks.md against their bars. All arguments are passed to
the program `tandem-bench`.";

pub fn main(rest: Vec<String>) -> Result<()> {
    if rest.iter().any(|word| word == "--help" || word == "-h") {
        println!("{HELP}");
        return Ok(());
    }
    build::prepare(&[packages::BUILD, packages::TESTS])?;
    let programs = "--bin tandem-bench --bin tandem --bin tandem-hub";
    sh::step("Release build", || sh::run(&mut sh::cargo(&format!("build --release {SELECTION} {programs}"))))?;
    let mut bench = Command::new(sh::target().join("release/tandem-bench"));
    sh::run(bench.args(rest).current_dir(sh::root()))
}
