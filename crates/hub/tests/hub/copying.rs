//! `tandem-hub copy`: a hub moves to PostgreSQL, and nothing is lost on the way.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::json;
use tandem_hub::config::{Config, Environment, Flags};
use tandem_hub::{Clock, PostgresUrl, copy};
use tandem_sqlite::rusqlite::Connection;
use tandem_testkit::postgres_process::PostgresProcess;

use crate::common::TestHub;

fn settings(url: &str) -> PostgresUrl {
    let flags = Flags::new(None).with("postgres", "--postgres", Some(url.to_owned()));
    Config::load(&flags, &Environment::default()).unwrap().postgres.unwrap()
}

/// Copies until `rows` rows were told, and then is cut off.
fn copies(from: &Path, to: &PostgresUrl, rows: u64) -> Result<String, String> {
    let mut told = 0;
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        copy(from, to, |_, there, _| {
            told += there;
            assert!(told <= rows, "cut off");
        })
    }));
    attempt.map_err(|_| "cut off".to_owned())?.map_err(|error| format!("{error:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_moves_to_postgresql_and_goes_on_there() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    for words in ["Where is my parcel?", "It's the blue one: \u{1f4e6}\\N\t", "Hello?"] {
        carmen.writes(words).await;
    }
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.replies(&id, "On its way").await;
    let before = maya.gets(&format!("/api/v1/conversations/{id}/turns")).await;
    let folder = hub.stop().await;
    let server = tokio::task::spawn_blocking(|| PostgresProcess::start().unwrap()).await.unwrap();
    let to = settings(&server.url);

    let (from, target) = (Arc::clone(&folder), to.clone());
    let summary = tokio::task::spawn_blocking(move || {
        for rows in [0, 4, 12] {
            assert_eq!(copies(from.path(), &target, rows), Err("cut off".into()));
        }
        // Customers change when contacts, which depend on them, are there already.
        let until_contacts = AssertUnwindSafe(|| copy(from.path(), &target, |name, _, _| assert_ne!(name, "contacts")));
        assert!(catch_unwind(until_contacts).is_err(), "cut off");
        let between = Connection::open(from.path().join("tandem.db")).unwrap();
        assert!(between.execute("UPDATE customers SET name = 'Carmen Ruiz'", []).unwrap() > 0);
        copies(from.path(), &target, u64::MAX).unwrap()
    });
    let summary = summary.await.unwrap();
    assert!(summary.starts_with("Copied ") && summary.ends_with("and compared them"), "{summary}");
    let again = {
        let (from, target) = (Arc::clone(&folder), to.clone());
        tokio::task::spawn_blocking(move || copies(from.path(), &target, u64::MAX)).await.unwrap()
    };
    assert!(again.unwrap_err().contains("The tables of this hub are in PostgreSQL"), "the folder is old from now on");
    std::fs::remove_file(folder.path().join("tables-are-in-postgresql")).unwrap();
    let again = {
        let (from, target) = (Arc::clone(&folder), to.clone());
        tokio::task::spawn_blocking(move || copies(from.path(), &target, u64::MAX)).await.unwrap()
    };
    assert!(again.unwrap_err().contains("has a hub's data already"));
    let tool = env!("CARGO_BIN_EXE_tandem-hub");
    let doctor = |url: &str| {
        let mut doctor = Command::new(tool);
        let told = doctor.args(["doctor", "--data"]).arg(folder.path()).env("TANDEM_POSTGRES", url).output().unwrap();
        String::from_utf8_lossy(&told.stdout).into_owned()
    };
    let words = doctor(&server.url);
    assert!(words.contains("may be newer than any copy"), "the folder is served again, without the copy: {words}");
    std::fs::write(folder.path().join("tables-are-in-postgresql"), "").unwrap();

    let moved = |config: &mut Config| config.postgres = Some(to.clone());
    let hub = TestHub::with(Clock::system(), Arc::clone(&folder), moved).await;
    let maya_again = hub.maya().await;
    assert_eq!(maya_again.gets(&format!("/api/v1/conversations/{id}/turns")).await, before, "every turn is there");
    maya_again.replies(&id, "It arrives today").await;
    hub.customer().await.writes("A new customer").await;
    let sofia = hub.sofia().await;
    let me = sofia.gets("/api/v1/me").await.1["user"].as_str().unwrap().to_owned();
    for door in ["board/today", "activity", &format!("activity?user={me}"), "reviews", "colleagues"] {
        let (status, answer) = sofia.gets(&format!("/api/v1/{door}")).await;
        assert_ne!(status, 503, "{door}: {answer}");
    }
    drop(hub.stop().await);
    let old = Command::new(tool).args(["doctor", "--data"]).arg(folder.path()).output().unwrap();
    let words = String::from_utf8_lossy(&old.stdout).into_owned() + &String::from_utf8_lossy(&old.stderr);
    assert!(words.contains("The tables of this hub are in PostgreSQL"), "{words}");

    std::fs::remove_file(folder.path().join("tandem.db")).unwrap();
    server.tell("CREATE DATABASE empty").unwrap();
    let words = doctor(&server.url.replace("/postgres", "/empty"));
    assert!(words.contains("This database of PostgreSQL is empty, but "), "it is another hub's folder: {words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_not_complete_is_not_served_and_a_running_hub_is_not_copied() {
    let hub = TestHub::start(None).await;
    hub.customer().await.writes("Where is my parcel?").await;
    let server = tokio::task::spawn_blocking(|| PostgresProcess::start().unwrap()).await.unwrap();
    let (folder, url) = (hub.folder.path().to_owned(), server.url.clone());
    let tool = env!("CARGO_BIN_EXE_tandem-hub");
    let runs = move |arguments: &[&str]| {
        let mut command = Command::new(tool);
        let told = command.args(arguments).arg("--data").arg(&folder).env("TANDEM_POSTGRES", &url).output().unwrap();
        (told.status.success(), String::from_utf8_lossy(&told.stderr).into_owned())
    };
    let (done, words) = runs(&["copy"]);
    assert!(!done && words.contains("Another hub"), "{words}");
    let folder = hub.stop().await;
    let (from, to) = (Arc::clone(&folder), settings(&server.url));
    let cut = tokio::task::spawn_blocking(move || copies(from.path(), &to, 20)).await.unwrap();
    assert_eq!(cut, Err("cut off".into()));
    let (done, words) = runs(&["user", "list"]);
    assert!(!done && words.contains("run tandem-hub copy again"), "{words}");
    let (done, words) = runs(&["copy"]);
    assert!(done, "{words}");
    let (done, words) = runs(&["user", "list"]);
    assert!(done, "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_killed_at_any_moment_leaves_no_new_hub() {
    let hub = TestHub::start(None).await;
    hub.customer().await.writes("Where is my parcel?").await;
    let folder = hub.stop().await;
    let server = tokio::task::spawn_blocking(|| PostgresProcess::start().unwrap()).await.unwrap();
    let command = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tandem-hub"));
        command.args(arguments).arg("--data").arg(folder.path()).env("TANDEM_POSTGRES", &server.url);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
        command
    };
    for ms in [30, 80, 130, 180, 230, 280, 330, 380] {
        let mut copying = command(&["copy"]).spawn().unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
        let ended = copying.try_wait().unwrap();
        copying.kill().unwrap();
        let copied = copying.wait_with_output().unwrap();
        let is_whole = ended.is_some();
        assert!(ended.is_none_or(|status| status.success()), "{ms} ms: {}", String::from_utf8_lossy(&copied.stderr));
        let told = command(&["user", "list"]).output().unwrap();
        let words = String::from_utf8_lossy(&told.stderr);
        assert_eq!(told.status.success(), is_whole, "{ms} ms: {words}");
        assert!(is_whole || words.contains("tandem-hub copy"), "{ms} ms: {words}");
        if is_whole {
            return;
        }
    }
    let whole = command(&["copy"]).output().unwrap();
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    assert!(command(&["user", "list"]).status().unwrap().success());
}
