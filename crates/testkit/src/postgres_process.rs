//! A PostgreSQL of the tests' own: on a free port, in a folder that goes with it.

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
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
    port: u16,
    options: Vec<String>,
    child: Child,
    folder: TempDir,
}

impl PostgresProcess {
    /// Makes and starts one. It answers when this returns.
    ///
    /// # Errors
    /// If PostgreSQL is not installed, or does not start.
    pub fn start() -> anyhow::Result<Self> {
        Self::begin(None, &[])
    }

    /// [`Self::start`] of one that keeps what it commits, as in earnest.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_durable() -> anyhow::Result<Self> {
        Self::begin(None, &["fsync=on"])
    }

    /// [`Self::start`] of one that takes encrypted connections, too, with these files.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_encrypted(certificate: &Path, key: &Path) -> anyhow::Result<Self> {
        Self::begin(Some((certificate, key)), &[])
    }

    /// With settings that go before those of the tests.
    fn begin(encrypted: Option<(&Path, &Path)>, settings: &[&str]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut options: Vec<String> = settings.iter().map(ToString::to_string).collect();
        if let Some((certificate, key)) = encrypted {
            for (setting, file, name) in
                [("ssl_cert_file", certificate, "certificate.pem"), ("ssl_key_file", key, "key.pem")]
            {
                let own = folder.path().join(name);
                std::fs::copy(file, &own).with_context(|| format!("cannot copy {}", file.display()))?;
                std::fs::set_permissions(&own, Permissions::from_mode(0o600))?;
                options.push(format!("{setting}={}", own.display()));
            }
            options.push("ssl=on".into());
        }
        if is_root() {
            let given = Command::new("chown").args(["-R", USER]).arg(folder.path()).status()?;
            ensure!(given.success(), "cannot give {} to the user {USER}", folder.path().display());
        }
        let mut making = as_user(&programs()?.join("initdb"));
        making.args(["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--username=tandem", "-D"]);
        let made = making.arg(folder.path().join("data")).output().context("initdb does not run")?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = run(&folder, port, &options)?;
        let url = format!("postgres://tandem@127.0.0.1:{port}/postgres");
        Ok(Self { url, port, options, child, folder })
    }

    /// Ends it at once, as a crash would, and starts it again. It answers when this returns.
    ///
    /// # Errors
    /// If it does not start.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        self.end("-QUIT");
        self.child = run(&self.folder, self.port, &self.options)?;
        Ok(())
    }

    /// Ends every session, as it does with those whose network is gone.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub fn end_sessions(&self) -> anyhow::Result<()> {
        self.tell(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )
    }

    /// Carries out statements.
    ///
    /// # Errors
    /// If it refuses one.
    pub fn tell(&self, sql: &str) -> anyhow::Result<()> {
        self.tell_in("postgres", sql)
    }

    /// [`Self::tell`] in another of its databases.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub fn tell_in(&self, database: &str, sql: &str) -> anyhow::Result<()> {
        let url = format!("postgres://tandem@127.0.0.1:{}/{database}", self.port);
        let mut telling = as_user(&programs()?.join("psql"));
        let told = telling.args(["-qAt", "-v", "ON_ERROR_STOP=1", "-c", sql, &url]).output()?;
        ensure!(told.status.success(), "psql: {}", String::from_utf8_lossy(&told.stderr));
        Ok(())
    }

    fn end(&mut self, signal: &str) {
        let _ = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

impl Drop for PostgresProcess {
    fn drop(&mut self) {
        // Fast shutdown: its children end with it.
        self.end("-INT");
    }
}

/// Starts the server. It answers when this returns.
fn run(folder: &TempDir, port: u16, options: &[String]) -> anyhow::Result<Child> {
    let (programs, port) = (programs()?, port.to_string());
    let mut starting = as_user(&programs.join("postgres"));
    starting.arg("-D").arg(folder.path().join("data")).args(["-p", &port, "-k", "", "-h", "127.0.0.1"]);
    // Its own durability is PostgreSQL's affair.
    for option in ["fsync=off"].into_iter().chain(options.iter().map(String::as_str)) {
        starting.args(["-c", option]);
    }
    let child = starting.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let until = Instant::now() + PATIENCE;
    let ready = || as_user(&programs.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port]).status();
    while !ready()?.success() {
        if Instant::now() > until {
            bail!("PostgreSQL does not answer within {} s", PATIENCE.as_secs());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(child)
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
