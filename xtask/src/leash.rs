//! Keeps the programs we start from outliving us, however we end: by Ctrl+C, by an error, or by `kill -9`.
//!
//! A small shell waits for the end of its input, which only we hold open. Then it stops every process group it was told of.
//! So nothing has to catch signals, and no child needs to know.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result};

/// Asks all groups to stop, waits up to three seconds while any of them lives, then insists.
const WATCH: &str = r#"
groups=
# No `--` before the groups: dash would take it for a number.
while read -r pid; do groups="$groups -$pid"; done
alive() { for group in $groups; do kill -0 "$group" 2>/dev/null && return 0; done; return 1; }
kill -TERM $groups 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    alive || exit 0
    sleep 0.2
done
kill -KILL $groups 2>/dev/null
exit 0
"#;

pub struct Leash {
    logs: PathBuf,
    watcher: Child,
    names: Option<ChildStdin>,
    programs: Vec<Program>,
}

struct Program {
    log: PathBuf,
    child: Child,
}

/// One program on the leash.
#[derive(Clone, Copy)]
pub struct Held(usize);

impl Leash {
    /// What the programs write goes to `logs/NAME.log`.
    pub fn new(logs: &Path) -> Result<Self> {
        std::fs::create_dir_all(logs).with_context(|| format!("cannot create {}", logs.display()))?;
        // In its own group, so that Ctrl+C does not reach it.
        let mut sh = Command::new("sh");
        sh.args(["-c", WATCH]).process_group(0).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut watcher = sh.spawn().context("cannot start `sh`")?;
        let names = watcher.stdin.take();
        Ok(Self { logs: logs.to_owned(), watcher, names, programs: Vec::new() })
    }

    /// Starts a program in a process group of its own; all it writes goes to its log.
    pub fn start(&mut self, name: &str, command: &mut Command) -> Result<Held> {
        let output = self.log(name)?;
        self.spawn(name, command.stdout(output))
    }

    /// Like `start`, but what it writes to standard output comes to us.
    pub fn start_piped(&mut self, name: &str, command: &mut Command) -> Result<(Held, ChildStdout)> {
        let held = self.spawn(name, command.stdout(Stdio::piped()))?;
        let output = self.programs[held.0].child.stdout.take();
        Ok((held, output.context("BUG: standard output was piped a line above")?))
    }

    /// How the program ended, if it has.
    pub fn ended(&mut self, program: Held) -> Option<ExitStatus> {
        self.programs[program.0].child.try_wait().ok().flatten()
    }

    pub fn log_of(&self, program: Held) -> &Path {
        &self.programs[program.0].log
    }

    fn spawn(&mut self, name: &str, command: &mut Command) -> Result<Held> {
        let command = command.stdin(Stdio::null()).stderr(self.log(name)?).process_group(0);
        let child = command.spawn().with_context(|| format!("cannot start `{}`", command.get_program().display()))?;
        let told = self.names.as_mut().map(|names| writeln!(names, "{}", child.id()));
        self.programs.push(Program { log: self.log_path(name), child });
        told.transpose().context("the shell that stops our programs is gone")?;
        Ok(Held(self.programs.len() - 1))
    }

    fn log(&self, name: &str) -> Result<File> {
        let path = self.log_path(name);
        let file = File::options().create(true).append(true).open(&path);
        file.with_context(|| format!("cannot write {}", path.display()))
    }

    fn log_path(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.names.take());
        for program in &mut self.programs {
            let _ = program.child.wait();
        }
        let _ = self.watcher.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_the_leash_stops_a_program_and_what_it_started() {
        let logs = std::env::temp_dir().join(format!("tandem-leash-{}", std::process::id()));
        let mut leash = Leash::new(&logs).unwrap();
        let mut family = Command::new("sh");
        let held = leash.start("family", family.args(["-c", "sleep 600 & wait"])).unwrap();
        assert!(leash.ended(held).is_none());
        let group = format!("-{}", leash.programs[held.0].child.id());
        drop(leash);
        let left = Command::new("kill").args(["-0", "--", &group]).stderr(Stdio::null()).status().unwrap();
        assert!(!left.success(), "the grandchild lives on");
        std::fs::remove_dir_all(logs).unwrap();
    }
}
