//! `tandem-hub copy`: a hub moves to PostgreSQL, and nothing is lost on the way.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::json;
use tandem_hub::config::{Config, Environment, Flags};
use tandem_hub::{Clock, PostgresUrl, copy};
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
        copies(from.path(), &target, u64::MAX).unwrap()
    });
    let summary = summary.await.unwrap();
    assert!(summary.starts_with("Copied ") && summary.ends_with("and compared them"), "{summary}");
    let again = {
        let (from, target) = (Arc::clone(&folder), to.clone());
        tokio::task::spawn_blocking(move || copies(from.path(), &target, u64::MAX)).await.unwrap()
    };
    assert!(again.unwrap_err().contains("has a hub's data already"));

    let moved = |config: &mut Config| config.postgres = Some(to.clone());
    let hub = TestHub::with(Clock::system(), Arc::clone(&folder), moved).await;
    let maya_again = hub.maya().await;
    assert_eq!(maya_again.gets(&format!("/api/v1/conversations/{id}/turns")).await, before, "every turn is there");
    maya_again.replies(&id, "It arrives today").await;
    hub.customer().await.writes("A new customer").await;
    drop(hub.stop().await);
    let tool = env!("CARGO_BIN_EXE_tandem-hub");
    let old = Command::new(tool).args(["doctor", "--data"]).arg(folder.path()).output().unwrap();
    let words = String::from_utf8_lossy(&old.stdout).into_owned() + &String::from_utf8_lossy(&old.stderr);
    assert!(words.contains("The tables of this hub are in PostgreSQL"), "{words}");
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
