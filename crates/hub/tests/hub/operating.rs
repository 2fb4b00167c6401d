//! `tandem-hub` from its operator's view: settings, folders, locks, signals, logs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::common::{TestHub, eventually, get};
use tandem_sqlite::rusqlite::Connection;

const BRAND: [&str; 8] =
    ["brand", "add", "--id", "northwind", "--name", "Northwind", "--domain", "www.northwind.example"];
const MAYA: [&str; 9] =
    ["user", "add", "--email", "maya@northwind.example", "--name", "Maya Ortiz", "--role", "agent", "--password-stdin"];

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

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
        command.stderr(Stdio::null());
        Self::spawn(command)
    }

    fn spawn(command: Command) -> Self {
        Self::spawn_at(command).0
    }

    /// Also returns its address.
    fn spawn_at(mut command: Command) -> (Self, String) {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").map(str::to_owned);
        (Self { child }, address.unwrap_or_else(|| panic!("it says where it listens: {line}")))
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Ends it in order. Only then is all of its log written.
    fn end(mut self) {
        self.signal("-TERM");
        assert_eq!(self.ends().code(), Some(0));
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

#[cfg(unix)]
#[tokio::test]
async fn a_log_that_nobody_can_read_costs_nothing_but_its_lines() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path(), &SERVE);
    command.env("RUST_LOG", "debug").stderr(Stdio::piped());
    let (mut hub, address) = Served::spawn_at(command);
    drop(hub.child.stderr.take());
    for _ in 0..3 {
        assert_eq!(get(&format!("http://{address}"), "/healthz", None).await.0, 200);
    }
    hub.signal("-TERM");
    assert_eq!(hub.ends().code(), Some(0));
    let mut command = program(folder.path(), &["user", "list"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.stdout(writer).stderr(Stdio::piped());
    let ended = command.output().unwrap();
    assert!(ended.status.code().is_some_and(|code| code <= 1), "{ended:?}");
    assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"), "{ended:?}");
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
fn each_change_on_the_command_line_is_a_line_of_the_log_that_tells_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let told = |arguments: &[&str]| {
        let output = run(program(folder.path(), arguments));
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        said(&output)
    };
    let audit = |told: &str, what: &str| {
        let line = told.lines().find(|line| line.contains("tandem_hub::audit")).unwrap_or_default();
        assert!(line.contains("by=operator") && line.contains(what), "{told}");
        assert!(!line.contains("horse") && !line.contains("maya"), "{line}");
    };
    audit(&told(&BRAND), "brand: added");
    audit(&told(&MAYA), "user: added");
    let maya = "maya@northwind.example";
    audit(&told(&["user", "set", "--email", maya, "--capacity", "7", "--password-stdin"]), "capacity");
    audit(&told(&["user", "suspend", "--email", maya]), "suspended");
    audit(&told(&["user", "resume", "--email", maya]), "resumed");
    assert!(!told(&["user", "list"]).contains("tandem_hub::audit"), "reading changes nothing");
}

#[test]
fn a_brand_that_an_older_hub_removed_is_shown_as_removed() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(program(folder.path(), &BRAND)).status.success());
    let mut maya = program(folder.path(), &MAYA);
    maya.args(["--brand", "northwind"]);
    assert!(run(maya).status.success());
    let database = Connection::open(folder.path().join("tandem-data/tandem.db")).unwrap();
    database.execute("DELETE FROM brands", ()).unwrap();
    drop(database);
    let listed = said(&run(program(folder.path(), &["user", "list"])));
    assert!(listed.contains("brands (removed)"), "{listed}");
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
fn a_signal_without_a_meaning_does_not_end_the_hub() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Served::start(folder.path());
    for signal in ["-USR1", "-USR2", "-ALRM", "-IO", "-PROF"] {
        hub.signal(signal);
    }
    hub.end();
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
fn the_doctor_judges_the_address_of_your_logic_as_the_hub_does() {
    let folder = tempfile::tempdir().unwrap();
    for (private, url, words) in [
        ("false", "http://127.0.0.1:1/", "which logic.allow_private forbids"),
        ("true", "http://192.0.1.1:1/", "plain http goes to private addresses only"),
    ] {
        let mut doctor = program(folder.path(), &["doctor"]);
        doctor.env("TANDEM_LOGIC_URL", url).env("TANDEM_LOGIC_SECRET", "a-secret-between-services");
        doctor.env("TANDEM_LOGIC_ALLOW_PRIVATE", private);
        let told = said(&run(doctor));
        let line = told.lines().find(|line| line.contains("Your Logic:")).unwrap_or_default();
        assert!(line.starts_with("WRONG") && line.contains(words), "{told}");
    }
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

#[test]
fn a_new_hub_is_announced_and_what_is_left_of_one_is_not_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let log = folder.path().join("log");
    for is_new in [true, false] {
        let mut serve = program(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
        serve.stderr(std::fs::File::create(&log).unwrap());
        Served::spawn(serve).end();
        let told = std::fs::read_to_string(&log).unwrap();
        let lines = told.lines().filter(|line| line.contains("a new, empty one is made") && line.ends_with("/data"));
        assert_eq!(lines.count(), usize::from(is_new), "{told}");
    }
    std::fs::remove_file(data.join("tandem.db")).unwrap();
    for command in [&SERVE[..], &["user", "list"], &["backup", "x.tar"], &["doctor"]] {
        let mut command = program(folder.path(), command);
        command.args(["--data", "data", "--create"]);
        let refused = run(command);
        let told = said(&refused);
        assert!(!refused.status.success() && told.contains("tandem.db is missing"), "{told}");
        assert!(told.contains("restore a backup") && told.contains("--data"), "{told}");
        assert!(!data.join("tandem.db").exists(), "nothing is made");
    }
}

/// Another user of the machine, which only root can become.
#[cfg(target_os = "linux")]
fn as_nobody(folder: &Path, arguments: &[&str]) -> Option<Command> {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if !is_root {
        return None;
    }
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    // The build's folder may be closed to others.
    let copy = folder.join("tandem-hub");
    if !copy.exists() {
        std::fs::copy(env!("CARGO_BIN_EXE_tandem-hub"), &copy).unwrap();
    }
    let mut command = Command::new(copy);
    command.args(arguments).current_dir(folder).env_clear().uid(65_534).gid(65_534);
    Some(command)
}

#[cfg(target_os = "linux")]
#[test]
fn another_user_is_told_that_they_may_not_read_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(program(folder.path(), &BRAND)).status.success());
    let file = folder.path().join("tandem-data/tandem.db");
    for is_open in [false, true] {
        if is_open {
            use std::os::unix::fs::PermissionsExt as _;
            let data = folder.path().join("tandem-data");
            std::fs::set_permissions(data, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        for arguments in [&["user", "list"][..], &["brand", "list"], &SERVE, &["backup", "x.tar"], &["doctor"]] {
            let Some(command) = as_nobody(folder.path(), arguments) else { return };
            let refused = run(command);
            let told = said(&refused);
            assert!(!refused.status.success() && told.contains("sudo -u tandem"), "{arguments:?}: {told}");
            assert!(told.contains("may not be read") && !told.contains("no database"), "{arguments:?}: {told}");
        }
    }
    assert!(file.exists());
}

#[tokio::test]
async fn what_hinders_listening_is_named() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let told = tandem_hub::bind(&address).await.unwrap_err().to_string();
    assert!(told.contains(&address) && told.contains("another program uses it"), "{told}");
    let told = tandem_hub::bind("192.0.2.1:7700").await.unwrap_err().to_string();
    assert!(told.contains("no such address"), "{told}");
}

/// Runs a command line at a terminal of its own, and types these lines.
#[cfg(target_os = "linux")]
fn at_a_terminal(folder: &Path, arguments: &[&str], lines: &[u8]) -> Option<Output> {
    let words: Vec<_> = arguments.iter().map(|argument| format!("'{argument}'")).collect();
    let line = format!("{} {}", env!("CARGO_BIN_EXE_tandem-hub"), words.join(" "));
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(folder).env_remove("TANDEM_PASSWORD");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().ok()?;
    child.stdin.take().unwrap().write_all(lines).unwrap();
    Some(child.wait_with_output().unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn standard_input_at_a_terminal_is_asked_for_the_password() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(program(folder.path(), &BRAND)).status.success());
    // Not every system has `script`.
    let Some(output) = at_a_terminal(folder.path(), &MAYA, b"horse battery\nhorse battery\n") else { return };
    let told = said(&output);
    assert!(output.status.success() && told.contains("Password for maya@northwind.example:"), "{told}");
    assert!(told.contains("maya@northwind.example is agent"), "{told}");
}

#[test]
fn a_check_of_a_dead_endpoint_ends_soon_with_one_failure() {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let output = run(program(
        folder.path(),
        &["logic", "check", "http://127.0.0.1:1/", "--secret", "a-secret-between-services"],
    ));
    let told = said(&output);
    assert!(!output.status.success() && told.contains("0 of 100: 0 passed, 0 warned, 1 failed"), "{told}");
    assert!(told.contains("FAIL  reachable") && told.contains("127.0.0.1:1"), "{told}");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[cfg(target_os = "linux")]
#[test]
fn a_hub_that_may_open_too_few_files_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let hub = env!("CARGO_BIN_EXE_tandem-hub");
    for (files, is_enough) in [(64, false), (255, false), (400, true)] {
        let log = folder.path().join("log");
        let line = format!("ulimit -n {files} && exec {hub} serve --listen 127.0.0.1:0 --data data");
        let mut command = Command::new("sh");
        command.args(["-c", &line]).current_dir(folder.path()).env("RUST_LOG", "info").env_remove("TANDEM_DATA");
        command.stderr(std::fs::File::create(&log).unwrap());
        if is_enough {
            Served::spawn(command).end();
        } else {
            assert!(!command.stdout(Stdio::null()).status().unwrap().success(), "{files}");
        }
        let told = std::fs::read_to_string(&log).unwrap();
        let words = if is_enough { "connections=272" } else { "LimitNOFILE" };
        assert_eq!(told.matches(words).count(), 1, "{files}: {told}");
        assert_eq!(told.contains(" serving "), is_enough, "{files}: {told}");
    }
}

#[test]
fn a_talkative_log_names_doors_and_nothing_of_those_who_use_them() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut serve = program(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    serve.env("RUST_LOG", "tandem_hub=debug").stderr(std::fs::File::create(&log).unwrap());
    let (hub, address) = Served::spawn_at(serve);
    for path in ["/guest/a-token-of-43-letters/about", "/api/v1/conversations/7?x=private", "/nowhere/private"] {
        let status = ask(&address, path);
        assert!(status.starts_with("HTTP/1.1 4"), "{path}: {status}");
    }
    hub.end();
    let told = std::fs::read_to_string(&log).unwrap();
    assert!(told.contains("route=\"/api/v1/conversations/{id}\" status=401"), "{told}");
    assert!(!told.contains("a-token") && !told.contains("private"), "{told}");
}

#[tokio::test]
async fn metrics_have_an_address_of_their_own_and_count_what_happens() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut serve = program(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    serve.env("TANDEM_METRICS", free.to_string()).stderr(Stdio::null());
    let (hub, address) = Served::spawn_at(serve);
    assert!(ask(&address, "/metrics").starts_with("HTTP/1.1 404"), "not at the hub's own door");
    assert!(ask(&address, "/guest/a-token-of-43-letters/about").starts_with("HTTP/1.1 404"));
    let (status, told) = get(&format!("http://{free}"), "/metrics", None).await;
    let told = told.as_str().map_or_else(|| told.to_string(), str::to_owned);
    assert_eq!(status, 200, "{told}");
    for line in [
        "tandem_live{kind=\"desk\"} 0",
        "tandem_calls_open 0",
        "tandem_log_lag_events 0",
        "tandem_answers_total{status=\"4xx\"} 2",
        "tandem_request_seconds_count{door=\"guest\"} 1",
        "tandem_group_writes_bucket",
        "# EOF",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert!(!told.contains("a-token"), "{told}");
    assert!(ask(&free.to_string(), "/healthz").starts_with("HTTP/1.1 404"), "nothing else is there");
    // Whoever sits there takes few of the hub's files, and none of its doors.
    let mut sitting: Vec<_> = (0..60).map(|_| std::net::TcpStream::connect(free).unwrap()).collect();
    let is_closed = |stream: &mut std::net::TcpStream| {
        stream.set_read_timeout(Some(std::time::Duration::from_millis(20))).unwrap();
        matches!(std::io::Read::read(stream, &mut [0]), Ok(0))
    };
    eventually("most are turned away", || {
        let closed = sitting.iter_mut().filter_map(|stream| is_closed(stream).then_some(())).count();
        async move { (closed >= 44).then_some(()) }
    })
    .await;
    assert!(ask(&address, "/healthz").starts_with("HTTP/1.1 200"), "the hub goes on");
    hub.end();
}

#[tokio::test]
async fn each_answer_has_an_id_that_its_lines_of_the_log_name() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut serve = program(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    serve.env("RUST_LOG", "tandem_hub=debug").stderr(std::fs::File::create(&log).unwrap());
    let (hub, address) = Served::spawn_at(serve);
    let mut ids = Vec::new();
    for path in ["/healthz", "/api/v1/me"] {
        let answer = reqwest::get(format!("http://{address}{path}")).await.unwrap();
        ids.push(answer.headers()["x-request-id"].to_str().unwrap().to_owned());
    }
    hub.end();
    let told = std::fs::read_to_string(&log).unwrap();
    assert!(ids[0] != ids[1] && ids.iter().all(|id| told.contains(id.as_str())), "{ids:?}: {told}");
}

/// The first line of an answer.
fn ask(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    line
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_named_and_nothing_waits_for_it() {
    for name in ["search.db", "analytics.db", "identity.key", "tandem.db-wal"] {
        let folder = tempfile::tempdir().unwrap();
        assert!(run(program(folder.path(), &[&BRAND[..], &["--data", "data"]].concat())).status.success());
        let pipe = folder.path().join("data").join(name);
        let _ = std::fs::remove_file(&pipe);
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for arguments in [&SERVE[..], &["doctor"], &["backup", "b.tar"], &["user", "list"]] {
            let output = run(program(folder.path(), &[arguments, &["--data", "data"]].concat()));
            assert!(!output.status.success() && said(&output).contains("is not a file"), "{name}: {}", said(&output));
        }
    }
}
