//! Prepares the sample services in other languages: a virtual environment for Python, packages for Node.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::args::Args;
use crate::{packages, sh};

const HELP: &str = "\
cargo xtask samples

Prepares the samples of Your Logic in Python (target/samples/python) and TypeScript (examples/logic-typescript/dist), and
the referees of WhatsApp (tests/services).
The tests that run them need it; `cargo xtask test` does it by itself.";

pub fn main(rest: Vec<String>) -> Result<()> {
    let Some(args) = Args::new(rest, HELP) else { return Ok(()) };
    args.finish()?;
    sh::step("System packages", || packages::ensure(&[packages::SAMPLES]))?;
    sh::step("Sample services", prepare)
}

/// Installs and compiles what is missing or stale.
pub fn prepare() -> Result<()> {
    python()?;
    referee()?;
    typescript()
}

/// The client of WhatsApp's API that somebody else wrote for Node, which judges ours.
fn referee() -> Result<()> {
    installed(&sh::root().join("tests/services/kapso"))
}

/// Installs the packages of a folder, exactly as it locks them.
fn installed(home: &Path) -> Result<()> {
    let (lock, installed) = (home.join("package-lock.json"), home.join("node_modules/installed-lock.json"));
    if !same(&lock, &installed) {
        sh::run(sh::command("npm ci --no-audit --no-fund").current_dir(home))?;
        std::fs::copy(&lock, &installed).with_context(|| format!("cannot write {}", installed.display()))?;
    }
    Ok(())
}

fn python() -> Result<()> {
    // The tests' requirements, which include the sample's.
    let requirements = sh::root().join("tests/services/requirements.txt");
    let home = sh::target().join("samples/python");
    let installed = home.join("requirements.txt");
    if same(&requirements, &installed) {
        println!("   Python's packages are up to date.");
        return Ok(());
    }
    sh::run(sh::command("python3 -m venv").arg(&home))?;
    let mut pip = Command::new(home.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&requirements);
    sh::run(&mut pip)?;
    std::fs::copy(&requirements, &installed).with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(())
}

fn typescript() -> Result<()> {
    let home = sh::root().join("examples/logic-typescript");
    installed(&home)?;
    sh::run(sh::command("npm run --silent build").current_dir(&home))
}

fn same(one: &Path, other: &Path) -> bool {
    let read = |path: &Path| std::fs::read(path).ok();
    read(one).is_some() && read(one) == read(other)
}
