//! The same hub with its tables in PostgreSQL: what its own tests say of conversations, rights, customers and files holds
//! there, too.

use std::process::Command;

use tandem_testkit::postgres_process::PostgresProcess;

/// Rooms of tests that go through the doors alone. Others look into the file of SQLite, or run programs on a folder.
const ROOMS: [&str; 13] = [
    "conversation_flow::",
    "alerts::",
    "as_seen::",
    "buttons::",
    "catching_up::a_",
    "frames::",
    "identity::",
    "ids::",
    "library::",
    "limits::",
    "mentions::",
    "rights::reading::",
    "search::",
];

#[test]
fn a_hub_on_postgresql_does_what_one_on_sqlite_does() {
    let server = PostgresProcess::start().unwrap();
    let mut tests = Command::new(std::env::current_exe().unwrap());
    tests.args(ROOMS).args(["--test-threads", "4"]);
    let told = tests.env(crate::common::tables::SERVER, &server.url).output().unwrap();
    let words = String::from_utf8_lossy(&told.stdout);
    let failed: Vec<_> = words.lines().filter(|line| line.ends_with("FAILED")).collect();
    assert!(told.status.success(), "{failed:#?}\n{words}\n{}", String::from_utf8_lossy(&told.stderr));
    assert!(words.lines().filter(|line| line.ends_with("ok")).count() > 100, "{words}");
}
