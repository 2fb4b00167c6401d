//! The developer's commands. `cargo xtask run` shows Tandem at work, `cargo xtask test` tests it.
//!
//! Compiled first on a fresh machine: it depends on nothing of Tandem and on almost nothing else, and it installs what
//! the rest needs.

mod args;
mod bench;
mod build;
mod demo;
mod frontend;
mod packages;
mod samples;
mod sh;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
Tandem's commands, from any folder of the repository:

  cargo xtask run      install what is missing, build, and start the demo
  cargo xtask test     install what is missing, build, and run every check and test
  cargo xtask tidy     check what people forget: dependency direction, file length, machine paths
  cargo xtask types    write ui/shared/types.ts and docs/your-logic.schema.json from the types in Rust
  cargo xtask samples  prepare the samples of Your Logic in Python and TypeScript
  cargo xtask bench    build for release and measure

`cargo xtask COMMAND --help` tells the rest.";

fn main() -> ExitCode {
    match dispatch() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n\x1b[31;1merror:\x1b[0m {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let command = words.next();
    let rest: Vec<String> = words.collect();
    match command.as_deref() {
        Some("run") => demo::main(rest),
        Some("test") => test::main(rest),
        Some("tidy") => tidy::main(rest),
        Some("types") => build::types(rest),
        Some("samples") => samples::main(rest),
        Some("bench") => bench::main(rest),
        None | Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(())
        }
        Some(other) => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}
