//! The hub behind nginx and Caddy, with the very files of the documents: only host, ports and certificate are
//! replaced.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use tandem_testkit::hub_process::{HubOptions, HubProcess};
use tandem_tests::stage::{Stage, program, repository};

/// A proxy with TLS in front of a hub.
struct Proxy {
    child: Child,
    url: String,
    log: PathBuf,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A hub with a brand that only one site may show.
fn hub() -> Result<HubProcess> {
    let environment = [("TANDEM_RATE_LIMITS", "on"), ("TANDEM_TRUSTED_PROXIES", "127.0.0.1")];
    let environment = environment.map(|(name, value)| (name.into(), value.into())).into();
    let options = HubOptions { environment, ..HubOptions::default() };
    let hub = HubProcess::start(&program("tandem-hub")?, &options)?;
    let mut brand = Command::new(program("tandem-hub")?);
    brand.args(["brand", "add", "--id", "strict", "--name", "Strict", "--domain", "www.example.org"]);
    let added = brand.arg("--data").arg(hub.data()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    ensure!(added.success(), "no brand: {added}");
    Ok(hub)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn document(name: &str) -> Result<String> {
    std::fs::read_to_string(repository().join("docs/proxy").join(name)).context("the file of the documents")
}

/// Replaces a text that must exist.
fn exchange(text: &str, from: &str, to: &str) -> Result<String> {
    ensure!(text.contains(from), "the file does not say {from}");
    Ok(text.replace(from, to))
}

fn address(hub: &HubProcess) -> &str {
    hub.url.trim_start_matches("http://")
}

impl Proxy {
    fn nginx(room: &Path, hub: &HubProcess) -> Result<Self> {
        let port = free_port()?;
        let folder = room.display().to_string();
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]);
        openssl.arg("-keyout").arg(room.join("privkey.pem")).arg("-out").arg(room.join("fullchain.pem"));
        ensure!(openssl.stderr(Stdio::null()).status()?.success(), "no certificate");
        let site = document("nginx.conf")?;
        let site = exchange(&site, "listen 443 ssl", &format!("listen 127.0.0.1:{port} ssl"))?;
        let site = exchange(&site, "chat.example.com", "localhost")?;
        let site = exchange(&site, "/etc/ssl/tandem", &folder)?;
        let site = exchange(&site, "/var/log/nginx", &folder)?;
        let site = exchange(&site, "127.0.0.1:7700", address(hub))?;
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {folder}/{kind};\n"))
            .concat();
        let around = format!(
            "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n{temporary}{site}\n}}\n"
        );
        let path = room.join("nginx.conf");
        std::fs::write(&path, around)?;
        let nginx = if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" };
        let child = Command::new(nginx)
            .arg("-c")
            .arg(&path)
            .arg("-p")
            .arg(room)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Self { child, url: format!("https://localhost:{port}"), log: room.join("tandem.log") }.ready()
    }

    fn caddy(room: &Path, hub: &HubProcess) -> Result<Self> {
        let port = free_port()?;
        let site = document("Caddyfile")?;
        let site = exchange(&site, "chat.example.com", &format!("https://localhost:{port}"))?;
        let site = exchange(&site, "127.0.0.1:7700", address(hub))?;
        let options =
            "{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\tauto_https disable_redirects\n\tlog default";
        let site = exchange(&site, "{\n\tlog default", options)?;
        let (path, log) = (room.join("Caddyfile"), room.join("caddy.log"));
        std::fs::write(&path, site)?;
        let mut caddy = Command::new("caddy");
        caddy.args(["run", "--adapter", "caddyfile", "--config"]).arg(&path);
        caddy.env("HOME", room).env("XDG_DATA_HOME", room).env("XDG_CONFIG_HOME", room);
        let child = caddy.stderr(std::fs::File::create(&log)?).stdout(Stdio::null()).spawn()?;
        Self { child, url: format!("https://localhost:{port}"), log }.ready()
    }

    fn ready(mut self) -> Result<Self> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.curl(&["/readyz"])? != "ok" {
            if let Some(status) = self.child.try_wait()? {
                bail!("the proxy ended: {status}");
            }
            ensure!(Instant::now() < deadline, "the proxy does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(self)
    }

    /// Output of curl; the first argument is the path.
    fn curl(&self, arguments: &[&str]) -> Result<String> {
        let (path, more) = arguments.split_first().context("BUG: a path")?;
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--insecure", "--max-time", "20"]).args(more).arg(format!("{}{path}", self.url));
        Ok(String::from_utf8_lossy(&curl.output()?.stdout).into_owned())
    }

    fn status(&self, arguments: &[&str]) -> Result<String> {
        self.curl(&[arguments, &["--output", "/dev/null", "--write-out", "%{http_code}"]].concat())
    }
}

/// Everything that needs more from a proxy than forwarding requests.
fn serves_everybody(proxy: &Proxy, room: &Path) -> Result<()> {
    let json = ["--header", "content-type: application/json", "--data", r#"{"brand":"northwind"}"#];
    let origin = format!("origin: {}", proxy.url);
    let session = proxy.curl(&[&["/chat/v1/sessions"][..], &json[..], &["--header", &origin]].concat())?;
    let session: Value = serde_json::from_str(&session).context(session)?;
    let strict = ["--header", "content-type: application/json", "--data", r#"{"brand":"strict"}"#];
    let forged = ["--header", "origin: https://evil.example", "--header", "x-forwarded-host: evil.example"];
    let refused = proxy.curl(&[&["/chat/v1/sessions"][..], &strict[..], &forged[..]].concat())?;
    ensure!(refused.contains("chat.domain"), "a page of another domain passes as the hub's own: {refused}");
    let token = format!("authorization: Bearer {}", session["token"].as_str().context("a session")?);

    let upgrade = [
        "/chat/v1/live",
        "--http1.1",
        "--include",
        "--max-time",
        "2",
        "--header",
        "connection: Upgrade",
        "--header",
        "upgrade: websocket",
        "--header",
        "sec-websocket-version: 13",
        "--header",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    let live = proxy.curl(&upgrade)?;
    ensure!(live.starts_with("HTTP/1.1 101"), "the live connection is not upgraded: {live}");

    let picture = room.join("nine-megabytes.png");
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.resize(9_000_000, 0);
    std::fs::write(&picture, bytes)?;
    let data = format!("@{}", picture.display());
    let upload = ["/chat/v1/media?name=ship.png", "--header", &token, "--header", "content-type: image/png"];
    let stored = proxy.curl(&[&upload[..], &["--data-binary", &data]].concat())?;
    ensure!(stored.contains("9000000"), "nine megabytes do not pass: {stored}");

    let zipped = ["/openapi.json", "--header", "accept-encoding: gzip", "--dump-header", "-", "--output", "/dev/null"];
    let headers = proxy.curl(&zipped)?.to_ascii_lowercase();
    ensure!(headers.contains("content-encoding: gzip"), "nothing is compressed: {headers}");

    ensure!(proxy.status(&[&format!("/guest/{SECRET}")])? == "200", "the guest page is not there");
    let elsewhere = ["/guest/nobody[10-79]/about", "--ipv4", "--interface", "127.0.0.2", "--header"];
    let many = |header: &str| proxy.status(&[&elsewhere[..], &[header]].concat());
    many("accept: application/json")?;
    let forged = many("forwarded: for=9.9.9.9")?;
    // A slow machine gives the limit time to let a few in again; another network would let in all.
    ensure!(forged.matches("429").count() > 50, "a browser's own word moves it to another network: {forged}");
    let foreign = ["/guest/x/open", "--request", "POST", "--header", &origin];
    let refused = proxy.curl(&foreign)?;
    ensure!(!refused.contains("guest.origin"), "the page's own origin is not known through the proxy: {refused}");
    Ok(())
}

const SECRET: &str = "a-secret-that-nobody-may-read-in-a-log";

/// Whoever reads a log must not be able to open a link or a file, or learn what agents search for: neither from requests
/// that are answered, nor from those that fail because the hub is gone.
fn keeps_secrets_out_of_logs(proxy: &Proxy, hub: HubProcess, room: &Path) -> Result<()> {
    let addresses = [
        format!("/guest/{SECRET}"),
        format!("/guest/{SECRET}/about?a={SECRET}"),
        format!("/%67uest/{SECRET}"),
        format!("/chat/v1/media/0190b5a0-0000-7000-8000-000000000000?t={SECRET}"),
        format!("/api/v1/search?q={SECRET}"),
    ];
    let bearer = format!("authorization: Bearer {SECRET}");
    let cookie = format!("cookie: session={SECRET}");
    let ask = || -> Result<Vec<String>> {
        addresses.iter().map(|path| proxy.status(&[path, "--header", &bearer, "--header", &cookie])).collect()
    };
    let answered = ask()?;
    ensure!(answered.iter().all(|status| status != "502"), "the hub was asked: {answered:?}");
    drop(hub);
    let failed = ask()?;
    ensure!(failed.iter().all(|status| status == "502"), "the hub is gone: {failed:?}");
    ensure!(std::fs::read_to_string(&proxy.log)?.contains("502"), "failures are logged");
    for entry in std::fs::read_dir(room)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "log") {
            let text = std::fs::read_to_string(&path)?;
            let line = text.lines().find(|line| line.contains(SECRET));
            ensure!(line.is_none(), "{}: {line:?}", path.display());
        }
    }
    Ok(())
}

#[test]
fn nginx_with_the_file_of_the_documents_serves_everybody() -> Result<()> {
    let stage = Stage::new("proxies-nginx")?;
    let hub = hub()?;
    let room = stage.room("nginx")?;
    let proxy = Proxy::nginx(&room, &hub)?;
    serves_everybody(&proxy, &room)?;
    keeps_secrets_out_of_logs(&proxy, hub, &room)
}

#[test]
fn caddy_with_the_file_of_the_documents_serves_everybody() -> Result<()> {
    let stage = Stage::new("proxies-caddy")?;
    let hub = hub()?;
    let room = stage.room("caddy")?;
    let proxy = Proxy::caddy(&room, &hub)?;
    serves_everybody(&proxy, &room)?;
    keeps_secrets_out_of_logs(&proxy, hub, &room)
}
