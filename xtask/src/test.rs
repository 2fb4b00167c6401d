//! `cargo xtask test`: everything, cheapest first, stopping at the first failure. `.ci/run` calls exactly this.

use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::args::Args;
use crate::build::SELECTION;
use crate::tidy::Package;
use crate::{frontend, packages, samples, sh, tidy};

const HELP: &str = "\
cargo xtask test [--only rust|ui|e2e]

Installs what is missing, builds, and runs every check and test, stopping at the first failure.

  --only rust  format, tidy, clippy, and the tests of the Rust crates
  --only ui    type check, lint, tests and accessibility of the front end
  --only e2e   the real hub, the real window, the real browser and a real message bus together

TANDEM_CHROMIUM names the browser to use, where it is not `chromium` or `google-chrome` in PATH.
TANDEM_SCREENSHOTS=1 lets the end-to-end tests renew docs/screenshots.
What they leave behind (logs, pictures of a failure) is in target/e2e.";

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Rust,
    Ui,
    E2e,
}

pub fn main(rest: Vec<String>) -> Result<()> {
    let Some(mut args) = Args::new(rest, HELP) else { return Ok(()) };
    let only = match args.value("--only")?.as_deref() {
        None => None,
        Some("rust") => Some(Part::Rust),
        Some("ui") => Some(Part::Ui),
        Some("e2e") => Some(Part::E2e),
        Some(other) => bail!("--only {other}: rust, ui or e2e is expected"),
    };
    args.finish()?;
    let start = Instant::now();
    let wants = |part| only.is_none_or(|only| only == part);

    if wants(Part::Rust) {
        sh::step("Rust tools", rust_tools)?;
        sh::step("Format", || sh::run(&mut sh::cargo("fmt --check")))?;
        sh::step("Tidy", tidy::check)?;
    }
    sh::step("System packages", || packages::ensure(&[packages::BUILD, packages::TESTS, packages::SAMPLES]))?;
    sh::step("Front-end packages", frontend::install)?;
    sh::step("Front-end bundles", frontend::build)?;
    if wants(Part::Ui) {
        sh::step("Front-end types", || npm_run("check"))?;
        sh::step("Front-end lint", || npm_run("lint"))?;
        sh::step("Front-end tests", || npm_run("test"))?;
        sh::step("Accessibility", || npm_run("test:axe"))?;
        sh::step("The desk's layout in a browser", || npm_run("test:window"))?;
        sh::step("The web chat in foreign pages", || npm_run("test:pages"))?;
    }
    if only != Some(Part::Ui) {
        // Tests and programs in one build, so that both see the same features.
        sh::step("Programs and tests, with Clippy", || {
            sh::run(&mut linted(&format!("build {SELECTION} --bins --tests")))
        })?;
    }
    let mut passed = 0;
    if wants(Part::Rust) {
        sh::step("Examples in the documentation", || sh::run(&mut linted(&format!("test {SELECTION} --doc"))))?;
        passed += sh::step("Rust tests", || rust_tests(&other_tests()?))?;
    }
    if wants(Part::E2e) {
        sh::step("Sample services", samples::prepare)?;
        passed += sh::step("End-to-end tests", || rust_tests(&end_to_end_tests()?))?;
    }
    println!("\nAll good, in {:.0} s.", start.elapsed().as_secs_f64());
    if passed > 0 {
        println!("{passed} passed, 0 failed");
    }
    Ok(())
}

/// A minimal toolchain lacks these two.
fn rust_tools() -> Result<()> {
    if sh::succeeds(&mut sh::cargo("fmt --version")) && sh::succeeds(&mut sh::cargo("clippy --version")) {
        return Ok(());
    }
    sh::run(&mut sh::command("rustup component add rustfmt clippy"))
}

/// A cargo command whose compiler is Clippy's, in the way of `cargo clippy`. That one only checks, so that everything would
/// be compiled twice.
fn linted(line: &str) -> Command {
    let mut cargo = sh::cargo(line);
    cargo
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        .env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
    cargo
}

fn npm_run(script: &str) -> Result<()> {
    let mut npm = frontend::npm(&format!("run --silent {script}"));
    if let Some(browser) = packages::chromium() {
        npm.env("TANDEM_CHROMIUM", browser);
    }
    sh::run(&mut npm)
}

/// Runs the tests with cargo-nextest if installed, and prints how many passed.
fn rust_tests(targets: &[String]) -> Result<usize> {
    let has_nextest = sh::succeeds(&mut sh::cargo("nextest --version"));
    let runner = if has_nextest { "nextest run" } else { "test" };
    let mut command = linted(&format!("{runner} {SELECTION} --no-fail-fast"));
    command.args(targets);
    if let Some(browser) = packages::chromium() {
        command.env("TANDEM_CHROMIUM", browser);
    }
    let mut passed = 0;
    // nextest reports on standard error, cargo test on standard output.
    let from = if has_nextest { sh::Stream::Error } else { sh::Stream::Output };
    sh::run_reading(&mut command, from, |line| passed += passed_in(line).unwrap_or(0))?;
    Ok(passed)
}

/// Every Rust test except the end-to-end ones. Chosen by target, never by package: that would change the features.
fn other_tests() -> Result<Vec<String>> {
    let (_, others) = split(tidy::workspace()?);
    Ok(["--lib".to_owned(), "--bins".to_owned()].into_iter().chain(others).collect())
}

fn end_to_end_tests() -> Result<Vec<String>> {
    Ok(split(tidy::workspace()?).0)
}

/// The end-to-end tests, and the others. `tidy` checks that they share no name.
fn split(packages: Vec<Package>) -> (Vec<String>, Vec<String>) {
    let (end_to_end, others): (Vec<_>, Vec<_>) =
        packages.into_iter().partition(|package| package.name == tidy::END_TO_END);
    let chosen = |packages: Vec<Package>| -> Vec<String> {
        packages.into_iter().flat_map(|package| package.tests).map(|name| format!("--test={name}")).collect()
    };
    (chosen(end_to_end), chosen(others))
}

/// The count in a closing line of either runner.
fn passed_in(line: &str) -> Option<usize> {
    if !line.contains("test result:") && !line.contains("tests run:") && !line.contains("test run:") {
        return None;
    }
    let before = line.split(" passed").next()?;
    before.split_whitespace().next_back()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{passed_in, split};
    use crate::tidy::{END_TO_END, Package};

    #[test]
    fn end_to_end_tests_are_those_of_their_package_whatever_their_files_are_called() {
        let package = |name: &str, tests: &[&str]| Package {
            name: name.to_owned(),
            manifest: Default::default(),
            dependencies: Vec::new(),
            tests: tests.iter().map(|&name| name.to_owned()).collect(),
        };
        let hub = package("tandem-hub", &["proxies", "limits"]);
        let (end_to_end, others) = split(vec![hub, package(END_TO_END, &["behind_proxies"])]);
        assert_eq!(end_to_end, ["--test=behind_proxies"]);
        assert_eq!(others, ["--test=proxies", "--test=limits"]);
    }

    #[test]
    fn closing_lines_of_both_runners_are_counted() {
        assert_eq!(passed_in("test result: ok. 12 passed; 0 failed; 1 ignored; finished in 0.1s"), Some(12));
        assert_eq!(passed_in("     Summary [   0.1s] 40 tests run: 40 passed, 2 skipped"), Some(40));
        assert_eq!(passed_in("test a_customer_passed ... ok"), None);
    }
}
