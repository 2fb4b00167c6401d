//! `tandem-hub` from its operator's view: settings, folders, locks, signals, health.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::{TestHub, eventually, get};
use tandem_hub::config::Config;
use tandem_hub::{Clock, Hub};
use tandem_sqlite::rusqlite::Connection;

const BRAND: [&str; 8] =
    ["brand", "add", "--id", "northwind", "--name", "Northwind", "--domain", "www.northwind.example"];
const MAYA: [&str; 9] =
    ["user", "add", "--email", "maya@northwind.example", "--name", "Maya Ortiz", "--role", "agent", "--password-stdin"];

/// The program in its own folder, with a clean environment.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem-hub"));
    command.args(arguments).current_dir(folder).env("RUST_LOG", "info").env("RUST_BACKTRACE", "1");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TANDEM_")) {
        command.env_remove(name);
    }
    command
}

fn run(mut command: Command) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(b"correct horse battery");
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A hub in its own process, killed at the end if still running.
struct Served {
    child: Child,
}

impl Served {
    fn start(folder: &Path) -> Self {
        let mut command = program(folder, &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("listening on "), "it says where it listens: {line}");
        Self { child }
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    fn ends(&mut self) -> std::process::ExitStatus {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the hub does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_wrong_setting_is_named_in_a_line_of_its_own_and_nothing_starts() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tandem.toml"), "acount = \"x\"\n[logic]\ntimeout_ms = 1\n").unwrap();
    let mut command = program(folder.path(), &["serve"]);
    command.env("TANDEM_LOGIC_SECRET", "whsec_abc_notbase64__").env("TANDEM_LISTN", "127.0.0.1:1");
    let output = run(command);
    assert_eq!(output.status.code(), Some(78), "{}", said(&output));
    let said = said(&output);
    for wrong in ["acount (", "logic.timeout_ms (", "logic.secret (", "logic.url (", "TANDEM_LISTN: "] {
        assert!(said.lines().any(|line| line.starts_with(wrong)), "no line begins with {wrong}:\n{said}");
    }
    assert!(!said.contains("stack backtrace") && !said.contains("abc_notbase64"), "{said}");
    assert!(!folder.path().join("tandem-data").exists(), "nothing is made");
}

#[test]
fn all_commands_use_the_folder_of_the_settings_and_say_which() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tandem.toml"), "data = \"real-data\"\n").unwrap();
    let brand = run(program(folder.path(), &BRAND));
    assert!(brand.status.success() && said(&brand).contains("created a new database"), "{}", said(&brand));
    let user = run(program(folder.path(), &MAYA));
    assert!(user.status.success(), "{}", said(&user));
    assert!(said(&user).contains("real-data (tandem.toml line 1)"), "{}", said(&user));
    assert!(folder.path().join("real-data/tandem.db").exists() && !folder.path().join("tandem-data").exists());
    assert!(said(&brand).contains("<script type=\"module\" src=\"http://127.0.0.1:7700/chat.js\"></script>"));
}

#[test]
fn a_user_is_not_added_to_a_new_database_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let refused = run(program(folder.path(), &MAYA));
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said(&refused).contains("--create") && said(&refused).contains("tandem-data (default)"),
        "{}",
        said(&refused)
    );
    assert!(!folder.path().join("tandem-data").exists(), "nothing is made");
    let mut create = program(folder.path(), &MAYA);
    create.arg("--create");
    assert!(run(create).status.success());
}

#[test]
fn a_second_hub_is_refused_and_users_are_added_beside_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Served::start(folder.path());
    let second = run(program(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]));
    assert_eq!(second.status.code(), Some(1));
    let told = said(&second);
    assert!(told.contains("Another hub") && told.contains(&hub.child.id().to_string()), "{told}");
    assert!(!told.contains("stack backtrace"), "{told}");
    let mut user = program(folder.path(), &MAYA);
    user.args(["--data", "data"]);
    let user = run(user);
    assert!(user.status.success(), "{}", said(&user));
}

#[cfg(unix)]
#[test]
fn each_signal_to_stop_ends_the_hub_in_order() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["-HUP", "-TERM", "-INT"] {
        let mut hub = Served::start(folder.path());
        hub.signal(signal);
        assert!(hub.ends().success(), "{signal}");
        assert!(!folder.path().join("data/tandem.db-wal").exists(), "{signal}: everything is in the one file");
    }
}

#[cfg(unix)]
#[test]
fn a_missing_key_of_secrets_stops_the_start_until_a_new_one_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut hub = Served::start(folder.path());
    hub.signal("-TERM");
    hub.ends();
    std::fs::remove_file(folder.path().join("data/identity.key")).unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", "data"];
    let refused = run(program(folder.path(), &serve));
    assert!(!refused.status.success() && said(&refused).contains("identity.key is missing"), "{}", said(&refused));
    let mut brand = program(folder.path(), &BRAND);
    brand.args(["--data", "data", "--create"]);
    let made = run(brand);
    assert!(made.status.success() && said(&made).contains("new identity.key"), "{}", said(&made));
    Served::start(folder.path());
}

#[tokio::test]
async fn health_tells_when_the_database_is_locked_and_when_it_is_free_again() {
    let hub = TestHub::start(None).await;
    for door in ["/healthz", "/readyz"] {
        assert_eq!(get(&hub.base, door, None).await.0, 200, "{door}");
    }
    let other = Connection::open(hub.folder.path().join("tandem.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for door in ["/readyz", "/healthz"] {
        let problem = eventually("the hub notices", || async {
            let (status, problem) = get(&hub.base, door, None).await;
            (status == 503).then_some(problem)
        })
        .await;
        let code = problem["code"].as_str().unwrap();
        assert!(["hub.write_timeout", "hub.database_locked"].contains(&code), "{problem}");
    }
    other.execute_batch("ROLLBACK").unwrap();
    for door in ["/readyz", "/healthz"] {
        eventually("the hub is well again", || async { (get(&hub.base, door, None).await.0 == 200).then_some(()) })
            .await;
    }
}

#[tokio::test]
async fn health_tells_that_the_disk_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new(folder.path().to_owned());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let hub = Hub::start(config, Clock::system()).unwrap();
    tokio::spawn(tandem_hub::serve(hub.clone(), listener, std::future::pending()));
    hub.disk_is_full(true).await.unwrap();
    let (status, problem) = get(&base, "/readyz", None).await;
    assert_eq!((status, problem["code"].as_str()), (503, Some("hub.disk_full")), "{problem}");
}

#[tokio::test]
async fn a_hub_that_has_stopped_leaves_its_folder_to_the_next_one() {
    let hub = TestHub::start(None).await;
    let folder = hub.stop().await;
    let next = TestHub::on(folder, None, 1_000).await;
    assert_eq!(get(&next.base, "/healthz", None).await.0, 200);
}

#[cfg(unix)]
#[test]
fn what_is_left_of_a_damaged_folder_is_judged_with_words() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut hub = Served::start(folder.path());
    hub.signal("-TERM");
    hub.ends();
    // The index can be made again; so the hub starts.
    std::fs::write(data.join("search.db"), "hello").unwrap();
    let mut hub = Served::start(folder.path());
    hub.signal("-TERM");
    hub.ends();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", "data"];
    let key = std::fs::read(data.join("identity.key")).unwrap();
    std::fs::write(data.join("identity.key"), [0xff; 43]).unwrap();
    let refused = run(program(folder.path(), &serve));
    assert!(!refused.status.success() && said(&refused).contains("identity.key is damaged"), "{}", said(&refused));
    std::fs::write(data.join("identity.key"), key).unwrap();
    std::fs::write(data.join("tandem.db"), "").unwrap();
    let refused = run(program(folder.path(), &serve));
    assert!(!refused.status.success() && said(&refused).contains("tandem.db is empty"), "{}", said(&refused));
}

#[test]
fn the_doctor_asks_your_logic_in_a_process_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut doctor = program(folder.path(), &["doctor"]);
    doctor.env("TANDEM_LOGIC_URL", "http://127.0.0.1:1/").env("TANDEM_LOGIC_SECRET", "a-secret-between-services");
    let told = said(&run(doctor));
    assert!(told.contains("WRONG  Your Logic") && !told.contains("bug"), "{told}");
}

#[test]
fn names_that_no_one_sees_are_no_names() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(program(folder.path(), &BRAND)).status.success());
    let data = folder.path().join("tandem-data");
    for (field, value) in [
        ("--name", "\u{200b}\u{2060}"),
        ("--name", "Maya \u{202e}zitrO"),
        ("--email", "may\u{200b}a@northwind.example"),
        ("--email", "@northwind.example"),
    ] {
        let mut arguments = MAYA;
        let place = arguments.iter().position(|argument| *argument == field).unwrap();
        arguments[place + 1] = value;
        let refused = run(program(folder.path(), &arguments));
        assert!(!refused.status.success(), "{field} {value:?} in {}", data.display());
    }
}
