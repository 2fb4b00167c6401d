//! Runs other programs, prints the commands, and reports exactly what failed.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

/// The root of the repository.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Cargo's target folder: `CARGO_TARGET_DIR`, or `target`.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A command that runs in the root of the repository.
pub fn command(line: &str) -> Command {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).current_dir(root());
    command
}

/// A command of the cargo that runs us.
pub fn cargo(line: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(line.split_whitespace()).current_dir(root());
    command
}

/// Runs the command on our own terminal; an error names it as one would type it.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("this failed ({status}):\n  {shown}");
    }
    Ok(())
}

/// The output stream to read.
#[derive(Clone, Copy)]
pub enum Stream {
    Output,
    Error,
}

/// Like `run`, and also passes every line of the stream to `read`.
pub fn run_reading(command: &mut Command, stream: Stream, mut read: impl FnMut(&str)) -> Result<()> {
    let shown = show(command);
    match stream {
        Stream::Output => command.stdout(Stdio::piped()),
        Stream::Error => command.stderr(Stdio::piped()),
    };
    let mut child = command.spawn().with_context(|| format!("cannot start `{shown}`"))?;
    let output = child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read>);
    let error = child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read>);
    let pipe = output.or(error).context("BUG: one of the two was piped above")?;
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        match stream {
            Stream::Output => println!("{line}"),
            Stream::Error => eprintln!("{line}"),
        }
        read(&line);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("this failed ({status}):\n  {shown}");
    }
    Ok(())
}

/// Standard output of a command that must succeed.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        bail!("this failed ({}):\n  {shown}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` wrote something that is not text"))
}

/// Whether a command exists and succeeds; its output is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The path of a program in `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// Prints a heading, does the work, prints its duration.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("\n\x1b[1m── {title}\x1b[0m");
    let start = Instant::now();
    let result = work();
    let took = start.elapsed().as_secs_f64();
    match &result {
        Ok(_) => println!("\x1b[32m   {title}: done in {took:.1} s\x1b[0m"),
        Err(_) => println!("\x1b[31m   {title}: failed after {took:.1} s\x1b[0m"),
    }
    result
}

/// The command as one would type it in the root of the repository.
fn show(command: &Command) -> String {
    let mut text = String::new();
    if let Some(dir) = command.get_current_dir().filter(|dir| *dir != root()) {
        let dir = dir.strip_prefix(root()).unwrap_or(dir);
        let _ = write!(text, "cd {} && ", dir.display());
    }
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            let _ = write!(text, "{}={} ", name.to_string_lossy(), quoted(value));
        }
    }
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    text.push_str(&program.to_string_lossy());
    for word in command.get_args() {
        text.push(' ');
        text.push_str(&quoted(word));
    }
    text
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=,@+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_is_shown_as_one_would_type_it() {
        let mut command = command("sh -c");
        command.arg("exit 3").env("A", "x y").current_dir(root().join("ui"));
        let error = run(&mut command).unwrap_err().to_string();
        assert!(error.contains("cd ui && A='x y' sh -c 'exit 3'"), "{error}");
        assert!(error.contains("exit status: 3"), "{error}");
    }
}
