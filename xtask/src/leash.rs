//! Ensures that started programs do not outlive us, whether we end by Ctrl+C, an error or `kill -9`.
//!
//! A small shell waits for the end of its input, which only we hold open. Then it stops every process group that it
//! was told of. So no signals are caught, and no child needs to cooperate.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// Terminates all groups, waits up to three seconds while any is alive, then kills them. One group per `kill`, and no
/// `--` before it: every shell understands that form.
const WATCH: &str = r#"
groups=
while read -r pid; do groups="$groups -$pid"; done
each() {
    found=1
    for group in $groups; do kill "$1" "$group" 2>/dev/null && found=0; done
    return $found
}
each -TERM
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    each -0 || exit 0
    sleep 0.2
done
each -KILL
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

/// A program on the leash.
#[derive(Clone, Copy)]
pub struct Held(usize);

impl Leash {
    /// The programs' output goes to `logs/NAME.log`.
    pub fn new(logs: &Path) -> Result<Self> {
        std::fs::create_dir_all(logs).with_context(|| format!("cannot create {}", logs.display()))?;
        // In its own group, so that Ctrl+C does not reach it.
        let mut sh = Command::new("sh");
        sh.args(["-c", WATCH]).process_group(0).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut watcher = sh.spawn().context("cannot start `sh`")?;
        let names = watcher.stdin.take();
        Ok(Self { logs: logs.to_owned(), watcher, names, programs: Vec::new() })
    }

    /// Starts a program in its own process group; its output goes to its log.
    pub fn start(&mut self, name: &str, command: &mut Command) -> Result<Held> {
        let output = self.log(name)?;
        self.spawn(name, command.stdin(Stdio::null()).stdout(output))
    }

    /// Like `start`, and waits for an output line in which `find` finds something.
    pub fn start_saying<T: Send + 'static>(
        &mut self,
        name: &str,
        command: &mut Command,
        within: Duration,
        find: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Result<(Held, T)> {
        let mut log = self.log(name)?;
        let held = self.spawn(name, command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
        let output = self.programs[held.0].child.stdout.take().context("BUG: it was piped a line above")?;
        let (tell, said) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = writeln!(log, "{line}");
                if let Some(found) = find(&line) {
                    let _ = tell.send(found);
                }
            }
        });
        let found = said.recv_timeout(within);
        let found = found.with_context(|| format!("{name} did not start, see {}", self.log_of(held).display()))?;
        Ok((held, found))
    }

    /// Like `start`, with its standard input open to us.
    pub fn start_talking(&mut self, name: &str, command: &mut Command) -> Result<(Held, ChildStdin, ChildStdout)> {
        let held = self.spawn(name, command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
        let child = &mut self.programs[held.0].child;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        Ok((held, input.context("BUG: it was piped above")?, output.context("BUG: it was piped above")?))
    }

    /// Kills the program and everything it started, immediately.
    pub fn kill(&mut self, program: Held) -> Result<()> {
        let child = &mut self.programs[program.0].child;
        Command::new("kill")
            .args(["-KILL", "--", &format!("-{}", child.id())])
            .status()
            .context("cannot run `kill`")?;
        child.wait()?;
        Ok(())
    }

    /// The program's exit status, if it has ended.
    pub fn ended(&mut self, program: Held) -> Option<ExitStatus> {
        self.programs[program.0].child.try_wait().ok().flatten()
    }

    pub fn log_of(&self, program: Held) -> &Path {
        &self.programs[program.0].log
    }

    fn spawn(&mut self, name: &str, command: &mut Command) -> Result<Held> {
        let command = command.stderr(self.log(name)?).process_group(0);
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

    /// Whether any process of the group runs. A zombie does not count.
    fn is_alive(group: u32) -> bool {
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        processes.filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok()).any(|stat| {
            let mut fields = stat.rsplit(") ").next().unwrap().split(' ');
            let state = fields.next();
            state != Some("Z") && fields.nth(1) == Some(&group.to_string())
        })
    }

    #[test]
    fn dropping_the_leash_stops_every_program_and_what_it_started() {
        let logs = std::env::temp_dir().join(format!("tandem-leash-{}", std::process::id()));
        let mut leash = Leash::new(&logs).unwrap();
        let families = [
            ("brief", "exit 0"),
            ("obedient", "sleep 600 & wait"),
            ("deaf", "trap '' TERM; sleep 600 & wait; sleep 600"),
        ];
        let held = families.map(|(name, script)| leash.start(name, Command::new("sh").args(["-c", script])).unwrap());
        assert!(leash.ended(held[1]).is_none());
        let groups = held.map(|held| leash.programs[held.0].child.id());
        drop(leash);
        for group in groups {
            assert!(!is_alive(group), "somebody of group {group} lives on");
        }
        std::fs::remove_dir_all(logs).unwrap();
    }
}
