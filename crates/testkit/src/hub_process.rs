//! A real hub in its own process with its own data folder; stopped when dropped.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;

use crate::cloud_api::{ACCOUNT_ID, CloudApi, PHONE_NUMBER_ID, TOKEN, Webhooks};

/// The password of all test users.
pub const PASSWORD: &str = "correct horse battery staple";
/// The brand of the test hub.
pub const BRAND: &str = "northwind";

/// A running `tandem-hub serve`.
pub struct HubProcess {
    pub url: String,
    binary: PathBuf,
    child: Child,
    data: TempDir,
    /// More settings, of the hub and of every command.
    environment: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct HubOptions {
    /// Address and secret of Your Logic.
    pub logic: Option<(String, String)>,
    /// More settings, as environment variables; those of the start are also every command's.
    pub environment: Vec<(String, String)>,
}

impl HubProcess {
    /// Creates a data folder with one brand and starts the hub on a free port.
    ///
    /// # Errors
    /// If the binary is missing or the hub does not start.
    pub fn start(binary: &Path, options: &HubOptions) -> anyhow::Result<Self> {
        let data = tempfile::tempdir().context("cannot make a folder for the hub's data")?;
        let brand = ["brand", "add", "--id", BRAND, "--name", "Northwind Travel", "--domain", "*"];
        let environment = options.environment.clone();
        run(binary, data.path(), &environment, &brand, None)?;
        let (child, url) = serve(binary, data.path(), "127.0.0.1:0", options)?;
        Ok(Self { url, binary: binary.to_owned(), child, data, environment })
    }

    /// Kills the hub without warning and restarts it on the same data and port.
    ///
    /// # Errors
    /// If it does not start.
    pub fn kill_and_restart(&mut self, options: &HubOptions) -> anyhow::Result<()> {
        self.kill()?;
        self.restart(options)
    }

    /// Kills the hub without warning.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().context("cannot kill the hub")?;
        self.child.wait().context("cannot wait for the hub")?;
        Ok(())
    }

    /// Sends it a signal, such as `-STOP`.
    ///
    /// # Errors
    /// If it cannot be sent.
    pub fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let sent = Command::new("kill").args([signal, &self.pid().to_string()]).status().context("cannot run kill")?;
        ensure!(sent.success(), "cannot send {signal} to the hub");
        Ok(())
    }

    /// Starts a killed hub on the same data and port.
    ///
    /// # Errors
    /// If it does not start.
    pub fn restart(&mut self, options: &HubOptions) -> anyhow::Result<()> {
        let listen = self.url.trim_start_matches("http://").to_owned();
        (self.child, self.url) = serve(&self.binary, self.data.path(), &listen, options)?;
        Ok(())
    }

    /// Adds a number on WhatsApp whose Cloud API is this one; returns what posts its webhooks.
    ///
    /// # Errors
    /// If the hub's command line refuses.
    pub fn add_whatsapp(&self, api: &CloudApi, clock: fn() -> i64) -> anyhow::Result<Webhooks> {
        self.add_number("main", "+34 600 123 456", PHONE_NUMBER_ID, api, clock)
    }

    /// [`Self::add_whatsapp`] for a number of this name, and of this id at Meta.
    ///
    /// # Errors
    /// If the hub's command line refuses.
    pub fn add_number(
        &self,
        id: &str,
        number: &str,
        phone_number_id: &str,
        api: &CloudApi,
        clock: fn() -> i64,
    ) -> anyhow::Result<Webhooks> {
        const APP_SECRET: &str = "what Meta and the operator know";
        let number = ["whatsapp", "add", "--id", id, "--number", number, "--brand", BRAND];
        let meta = ["--phone-number-id", phone_number_id, "--account-id", ACCOUNT_ID, "--base-url", api.url()];
        let secrets = format!("{TOKEN}\n{APP_SECRET}\na verify token\n");
        let all = [&number[..], &meta, &["--secrets-stdin"]].concat();
        self.run(&all, Some(&secrets))?;
        let url = format!("{}/channels/whatsapp/{id}/webhook", self.url);
        Ok(Webhooks { url, app_secret: APP_SECRET.into(), phone_number_id: phone_number_id.into(), clock })
    }

    /// Adds a user with [`PASSWORD`].
    ///
    /// # Errors
    /// If the hub's command line refuses.
    pub fn add_user(&self, email: &str, name: &str, role: &str) -> anyhow::Result<()> {
        let user = ["user", "add", "--email", email, "--name", name, "--role", role, "--password-stdin"];
        self.run(&user, Some(PASSWORD))
    }

    /// Runs a command of the hub's program on this data.
    ///
    /// # Errors
    /// If it refuses.
    pub fn tell(&self, arguments: &[&str]) -> anyhow::Result<()> {
        self.run(arguments, None)
    }

    /// Adds a brand whose web chat may be on every page.
    ///
    /// # Errors
    /// If the hub's command line refuses.
    pub fn add_brand(&self, key: &str, name: &str) -> anyhow::Result<()> {
        let look = ["--accent", "#0b6b53", "--greeting", "What can we do for you?", "--domain", "*"];
        let brand = [&["brand", "add", "--id", key, "--name", name][..], &look].concat();
        self.run(&brand, None)
    }

    /// The brand's secret, for its website.
    ///
    /// # Errors
    /// If the hub's command line refuses.
    pub fn brand_secret(&self) -> anyhow::Result<String> {
        let mut command = Command::new(&self.binary);
        command.args(["brand", "secret", "--id", BRAND, "--data"]).arg(self.data.path());
        command.envs(self.environment.iter().cloned());
        let told = command.output().context("cannot ask for the brand's secret")?;
        ensure!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        Ok(String::from_utf8(told.stdout)?.trim().to_owned())
    }

    fn run(&self, arguments: &[&str], input: Option<&str>) -> anyhow::Result<()> {
        run(&self.binary, self.data.path(), &self.environment, arguments, input)
    }

    /// Folder of database and files.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The process's proportional set size, in KiB.
    ///
    /// # Errors
    /// If the system does not report it.
    pub fn pss_kib(&self) -> anyhow::Result<f64> {
        pss_kib(self.pid())
    }
}

impl Drop for HubProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// PSS of a process, in KiB.
///
/// # Errors
/// If the system does not report it.
pub fn pss_kib(pid: u32) -> anyhow::Result<f64> {
    let path = format!("/proc/{pid}/smaps_rollup");
    let rollup = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).context("no Pss in smaps_rollup")?;
    line.trim().trim_end_matches("kB").trim().parse().context("Pss is not a number")
}

/// A binary of this workspace: in `TANDEM_BIN_DIR`, or beside the running one (also from a test's `deps`).
///
/// # Errors
/// If it is missing; says how to build it.
pub fn find_binary(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("cannot tell where this program lies")?;
    let named = std::env::var_os("TANDEM_BIN_DIR").map(PathBuf::from);
    let folders = named.into_iter().chain(own.ancestors().skip(1).take(2).map(Path::to_owned));
    let mut looked = Vec::new();
    for folder in folders {
        let path = folder.join(name);
        if path.is_file() {
            return Ok(path);
        }
        looked.push(path.display().to_string());
    }
    bail!("{name} is not built (looked for {}): cargo build --workspace --bin {name}", looked.join(", "))
}

/// Reads a child's standard output until it prints its address; the rest is dropped.
///
/// # Errors
/// If the child ends or stays silent.
pub fn listening_on(output: ChildStdout, who: &str) -> anyhow::Result<String> {
    use std::io::{BufRead, BufReader};
    let (said, hear) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if let Some(url) = line.strip_prefix("listening on ") {
                let _ = said.send(url.trim().to_owned());
            }
        }
    });
    hear.recv_timeout(Duration::from_secs(30)).with_context(|| format!("{who} did not say where it listens"))
}

fn serve(binary: &Path, data: &Path, listen: &str, options: &HubOptions) -> anyhow::Result<(Child, String)> {
    let mut command = Command::new(binary);
    command.args(["serve", "--listen", listen, "--data"]).arg(data).env("TANDEM_RATE_LIMITS", "off");
    // Test browsers open the page with the web chat there.
    command.env("TANDEM_HOME", "demo");
    command.env_remove("TANDEM_LOGIC_URL").env_remove("TANDEM_CONFIG");
    if std::env::var_os("RUST_LOG").is_none() {
        command.env("RUST_LOG", "warn");
    }
    if let Some((url, secret)) = &options.logic {
        command.env("TANDEM_LOGIC_URL", url).env("TANDEM_LOGIC_SECRET", secret);
    }
    command.envs(options.environment.iter().cloned()).current_dir(data);
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", binary.display()))?;
    let output = child.stdout.take().context("BUG: the output is piped")?;
    match listening_on(output, "the hub") {
        Ok(url) => Ok((child, url)),
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(error)
        }
    }
}

fn run(
    binary: &Path,
    data: &Path,
    environment: &[(String, String)],
    arguments: &[&str],
    input: Option<&str>,
) -> anyhow::Result<()> {
    let mut command = Command::new(binary);
    command.envs(environment.iter().cloned());
    command.args(arguments).arg("--data").arg(data).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().with_context(|| format!("cannot start {}", binary.display()))?;
    let stdin = child.stdin.take();
    if let (Some(mut stdin), Some(input)) = (stdin, input) {
        stdin.write_all(input.as_bytes()).context("cannot give the password")?;
    }
    let status = child.wait().context("cannot wait for the hub's command")?;
    ensure!(status.success(), "tandem-hub {} failed: {status}", arguments.join(" "));
    Ok(())
}
