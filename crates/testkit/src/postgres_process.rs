//! A PostgreSQL of the tests' own: on a free port, in a folder that goes with it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use tempfile::TempDir;

/// A user of the machine that may run it where the tests are root, which PostgreSQL refuses.
const USER: &str = "postgres";
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server with one empty database.
pub struct PostgresProcess {
    /// `postgres://` address of the database.
    pub url: String,
    child: Child,
    _folder: TempDir,
}

impl PostgresProcess {
    /// Makes and starts one. It answers when this returns.
    ///
    /// # Errors
    /// If PostgreSQL is not installed, or does not start.
    pub fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let programs = programs()?;
        if is_root() {
            let given = Command::new("chown").arg(USER).arg(folder.path()).status()?;
            ensure!(given.success(), "cannot give {} to the user {USER}", folder.path().display());
        }
        let mut making = as_user(&programs.join("initdb"));
        making.args(["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--username=tandem", "-D"]);
        let made = making.arg(&data).output().context("initdb does not run")?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut starting = as_user(&programs.join("postgres"));
        starting.arg("-D").arg(&data).args(["-p", &port.to_string(), "-k", "", "-h", "127.0.0.1"]);
        // Its own durability is PostgreSQL's affair.
        let child = starting.args(["-c", "fsync=off"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let url = format!("postgres://tandem@127.0.0.1:{port}/postgres");
        let started = Self { url, child, _folder: folder };
        let until = Instant::now() + PATIENCE;
        let ready =
            || as_user(&programs.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status();
        while !ready()?.success() {
            if Instant::now() > until {
                bail!("PostgreSQL does not answer within {} s", PATIENCE.as_secs());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(started)
    }
}

impl Drop for PostgresProcess {
    fn drop(&mut self) {
        // Fast shutdown: its children end with it.
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// The newest installed PostgreSQL.
fn programs() -> anyhow::Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").context("PostgreSQL is not installed")?;
    let folders = versions.flatten().map(|version| version.path().join("bin"));
    folders.filter(|folder| folder.join("postgres").exists()).max().context("PostgreSQL is not installed")
}

fn is_root() -> bool {
    std::env::var_os("HOME").is_some_and(|home| home == *"/root")
}

fn as_user(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]).arg(program);
    command.current_dir("/");
    command
}
