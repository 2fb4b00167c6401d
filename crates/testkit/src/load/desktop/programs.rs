//! Programs that end with their owner.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

use anyhow::Context;

use super::START;

#[derive(Default)]
pub(super) struct Programs(Vec<Child>);

impl Programs {
    /// Starts a program, passes `input` to it, and drops its output.
    pub fn start(&mut self, command: &mut Command, name: &str, input: Option<&str>) -> anyhow::Result<()> {
        self.spawn(command.stdout(Stdio::null()), name, input).map(drop)
    }

    /// Starts a program and waits for its first line.
    pub fn start_saying(&mut self, command: &mut Command, name: &str, input: Option<&str>) -> anyhow::Result<String> {
        let child = self.spawn(command.stdout(Stdio::piped()), name, input)?;
        let output = child.stdout.take().context("BUG: the output is piped")?;
        let (say, said) = mpsc::channel();
        std::thread::spawn(move || {
            // Read to the end, so that the program never blocks on its output.
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = say.send(line);
            }
        });
        said.recv_timeout(START).with_context(|| format!("{name} did not start"))
    }

    fn spawn(&mut self, command: &mut Command, name: &str, input: Option<&str>) -> anyhow::Result<&mut Child> {
        let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut child =
            command.stdin(stdin).stderr(Stdio::null()).spawn().with_context(|| format!("cannot start {name}"))?;
        let stdin = child.stdin.take();
        self.0.push(child);
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            stdin.write_all(input.as_bytes()).with_context(|| format!("cannot talk to {name}"))?;
        }
        self.0.last_mut().context("BUG: it was added above")
    }
}

impl Drop for Programs {
    fn drop(&mut self) {
        for child in self.0.iter_mut().rev() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
