//! The real app and its window, driven through WebDriver. Only five requests are needed, so the client is our own.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use reqwest::Client;
use serde_json::{Value, json};

use super::Desktop;
use super::programs::Programs;
use crate::hub_process::{PASSWORD, find_binary, pss_kib};
use crate::net::client;

const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Linux counts the time of processes in hundredths of a second.
const TICK_MS: f64 = 10.0;

/// The running app.
pub(in crate::load) struct Window {
    http: Client,
    session: String,
    /// Process id.
    pub pid: u32,
    /// Start time of the process.
    pub began_ms: f64,
    _driver: Programs,
}

impl Window {
    pub(super) async fn open(desktop: &Desktop, hub: &str) -> anyhow::Result<Self> {
        let (program, note) = launcher(desktop.folder())?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut driver = desktop.command(Path::new("WebKitWebDriver"));
        driver.args([&format!("--port={port}"), "--host=127.0.0.1"]);
        // The app inherits the driver's environment.
        driver.env("TAURI_WEBVIEW_AUTOMATION", "true").env("TANDEM_HUB", hub);
        driver.env("TANDEM_DATA", desktop.folder().join("data"));
        let mut programs = Programs::default();
        programs.start(&mut driver, "WebKitWebDriver", None)?;
        let http = client()?;
        let driver = format!("http://127.0.0.1:{port}");
        let began = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            anyhow::ensure!(began.elapsed() < PATIENCE, "WebKitWebDriver does not listen");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        let options = json!({ "webkitgtk:browserOptions": { "binary": program, "args": [] } });
        let wishes = json!({ "capabilities": { "alwaysMatch": options } });
        let opened =
            ask(&http, &format!("{driver}/session"), &wishes).await.context("the app's window did not open")?;
        let id = opened.get("sessionId").and_then(Value::as_str).context("WebDriver names no session")?;
        let said = std::fs::read_to_string(&note).context("the app did not say when it began")?;
        let mut words = said.split_whitespace();
        let pid = words.next().and_then(|word| word.parse().ok()).context("the app did not say its number")?;
        let began_ns: f64 = words.next().and_then(|word| word.parse().ok()).context("the app did not say when")?;
        let session = format!("{driver}/session/{id}");
        let window = Self { http, session, pid, began_ms: began_ns / 1e6, _driver: programs };
        // There is no window manager to do it.
        let place = json!({ "x": 0, "y": 0, "width": 1440, "height": 900 });
        ask(&window.http, &format!("{}/window/rect", window.session), &place).await?;
        Ok(window)
    }

    /// Runs JavaScript in the page and returns its result.
    pub async fn run(&self, script: &str) -> anyhow::Result<Value> {
        let body = json!({ "script": script, "args": [] });
        ask(&self.http, &format!("{}/execute/sync", self.session), &body).await
    }

    /// Presses keys like a person; all but the last are held meanwhile. Special keys have WebDriver's names.
    pub async fn press(&self, keys: &[&str]) -> anyhow::Result<()> {
        let one = |kind: &str, key: &&str| json!({ "type": kind, "value": key });
        let down = keys.iter().map(|key| one("keyDown", key));
        let all: Vec<_> = down.chain(keys.iter().rev().map(|key| one("keyUp", key))).collect();
        let body = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": all }] });
        ask(&self.http, &format!("{}/actions", self.session), &body).await.map(drop)
    }

    /// Sends a command of the desk's table, like the page.
    pub async fn rpc(&self, name: &str, request: Value) -> anyhow::Result<Value> {
        let script = "const [name, request, done] = arguments;
            window.__TAURI__.core.invoke('rpc', { name, request })
                .then((answer) => done({ answer }), (error) => done({ error }));";
        let body = json!({ "script": script, "args": [name, request] });
        let answer = ask(&self.http, &format!("{}/execute/async", self.session), &body).await?;
        match answer.get("error") {
            Some(error) => bail!("the desk refuses {name}: {error}"),
            None => Ok(answer.get("answer").cloned().unwrap_or_default()),
        }
    }

    /// Runs the script until its result is not null.
    pub async fn until(&self, what: &str, script: &str) -> anyhow::Result<Value> {
        let began = Instant::now();
        loop {
            let found = self.run(script).await?;
            if !found.is_null() {
                return Ok(found);
            }
            if began.elapsed() > PATIENCE {
                let text = self.run("return document.body.innerText").await.unwrap_or_default();
                bail!("waited in vain for {what}; the window shows {text}");
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Signs in and waits until nothing is missing.
    pub async fn sign_in(&self, hub: &str, email: &str, within: Duration) -> anyhow::Result<()> {
        self.rpc("session.signIn", json!({ "hub": hub, "email": email, "password": PASSWORD })).await?;
        let began = Instant::now();
        loop {
            let app = self.rpc("app.state", json!({})).await?;
            if app.pointer("/connection/state").and_then(Value::as_str) == Some("live") {
                return Ok(());
            }
            anyhow::ensure!(began.elapsed() < within, "the desk is not complete in time: {app}");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// Memory of the app and its descendants, in MiB; shared pages count proportionally.
    pub fn pss_mib(&self) -> anyhow::Result<f64> {
        let mut sum = 0.0;
        for pid in family(self.pid)? {
            sum += pss_kib(pid)?;
        }
        Ok(sum / 1024.0)
    }

    /// Time that the app and its descendants have computed so far, in milliseconds.
    pub fn cpu_ms(&self) -> anyhow::Result<f64> {
        let mut ticks = 0.0;
        for pid in family(self.pid)? {
            let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
            // After the name in brackets: user and system time are the 12th and 13th.
            let rest = stat.rsplit(')').next().unwrap_or_default();
            ticks += rest.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<f64>().ok()).sum::<f64>();
        }
        Ok(ticks * TICK_MS)
    }

    /// Closes the window and waits until the app has ended.
    pub async fn close(self) -> anyhow::Result<()> {
        self.http.delete(&self.session).send().await.context("the window does not close")?;
        let process = PathBuf::from(format!("/proc/{}", self.pid));
        let began = Instant::now();
        while process.exists() {
            anyhow::ensure!(began.elapsed() < PATIENCE, "the app does not end");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Without its driver the app would keep running.
        let path = format!("/proc/{}/cmdline", self.pid);
        if std::fs::read(path).is_ok_and(|line| line.windows(6).any(|part| part == b"tandem")) {
            let _ = std::process::Command::new("kill").args(["-KILL", &self.pid.to_string()]).status();
        }
    }
}

/// A script that records its process id and time, and then becomes the app.
fn launcher(folder: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
    let (launcher, note) = (folder.join("launch"), folder.join("launched"));
    let app = find_binary("tandem")?;
    let script =
        format!("#!/bin/sh\necho \"$$ $(date +%s%N)\" > '{}'\nexec '{}' \"$@\"\n", note.display(), app.display());
    std::fs::write(&launcher, script)?;
    std::fs::set_permissions(&launcher, std::fs::Permissions::from_mode(0o755))?;
    Ok((launcher, note))
}

async fn ask(http: &Client, url: &str, body: &Value) -> anyhow::Result<Value> {
    let answer = http.post(url).json(body).send().await.context("WebDriver does not answer")?;
    let is_good = answer.status().is_success();
    let mut answer: Value = answer.json().await.context("WebDriver's answer cannot be read")?;
    let value = answer.get_mut("value").map(Value::take).unwrap_or_default();
    anyhow::ensure!(is_good, "WebDriver refuses: {value}");
    Ok(value)
}

/// A process and all its descendants.
fn family(first: u32) -> anyhow::Result<Vec<u32>> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        parents.extend(parent.map(|parent| (pid, parent)));
    }
    let mut family = vec![first];
    let mut at = 0;
    while let Some(parent) = family.get(at).copied() {
        family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        at += 1;
    }
    Ok(family)
}
