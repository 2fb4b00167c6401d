//! What the hub's store asks of an engine, of each engine.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use tandem_sql::{Connection, Error, OptionalExtension as _, Place, Value, params};
use tandem_sqlite::{Cause, Link as _, Migration};
use tandem_testkit::postgres_process::PostgresProcess;

const TABLES: &str = "
CREATE TABLE things (
    id    BIGINT NOT NULL PRIMARY KEY,
    name  TEXT,
    bytes {BYTES},
    of    BIGINT
);
CREATE UNIQUE INDEX things_of ON things (of) WHERE of IS NOT NULL;";

/// A row: id, name, bytes, of.
type Thing<'a> = (i64, Option<&'a str>, &'a [u8], Option<i64>);
/// The same as it is read.
type Kept = (i64, Option<String>, Vec<u8>, Option<i64>);

/// Each engine with the same empty tables.
fn on_each(check: impl Fn(&Connection, &str)) {
    let sqlite = Connection::in_memory().unwrap();
    sqlite.execute_batch(&TABLES.replace("{BYTES}", "BLOB")).unwrap();
    check(&sqlite, "SQLite");
    let server = PostgresProcess::start().unwrap();
    let place = Place::Postgres { url: server.url.clone(), readers: 1, is_serving: false, steps: &[] };
    let postgres = Connection::open(&place, &[]).unwrap();
    postgres.execute_batch(&TABLES.replace("{BYTES}", "BYTEA")).unwrap();
    check(&postgres, "PostgreSQL");
}

#[test]
fn what_is_to_run_later_has_run_before_the_next_question_and_fails_at_the_latest_with_it() {
    on_each(|connection, engine| {
        let later =
            |id: i64| connection.prepare_cached("INSERT INTO things (id) VALUES (?1)").unwrap().execute_later([id]);
        connection.run("BEGIN IMMEDIATE").unwrap();
        for id in 0..3_000 {
            later(id).unwrap();
        }
        assert_eq!(count(connection), 3_000, "{engine}");
        connection.run("SAVEPOINT part").unwrap();
        later(3_000).unwrap();
        assert!(later(7).and_then(|()| connection.complete()).is_err(), "{engine}");
        connection.run("ROLLBACK TO part").unwrap();
        later(3_001).unwrap();
        connection.run("RELEASE part").unwrap();
        connection.complete().unwrap();
        connection.run("COMMIT").unwrap();
        assert_eq!(count(connection), 3_001, "{engine}");
        connection.run("BEGIN IMMEDIATE").unwrap();
        later(4_000).unwrap();
        connection.run("ROLLBACK").unwrap();
        // Without a transaction it has run at once.
        later(5_000).unwrap();
        assert!(later(5_000).is_err(), "{engine}");
        assert_eq!(count(connection), 3_002, "{engine}");
    });
}

#[test]
fn rows_that_are_added_later_are_what_they_would_be_one_by_one() {
    on_each(|connection, engine| {
        let sql = "INSERT INTO things (id, name, bytes, of) VALUES (?1, ?2, ?3, ?4)";
        let all: [Thing<'_>; 6] = [
            (1, Some("why? it's \u{1f600} x'00' {a,\"b\"} NULL"), b"\x00\xff'", None),
            (2, None, b"", None),
            (3, Some(""), b"\\x00", Some(i64::MIN)),
            (4, Some("\u{feff}ä\u{301}, \\"), &[7; 70_000], Some(i64::MAX)),
            (5, None, b"{}", None),
            (6, Some("NULL"), b"NULL", Some(0)),
        ];
        // Also where a column has nothing, and alone.
        for part in [&all[..2], &all[2..4], &all[4..5], &all[5..]] {
            connection.run("BEGIN IMMEDIATE").unwrap();
            for (id, name, bytes, of) in part {
                connection.prepare_cached(sql).unwrap().execute_later(params![id, name, bytes, of]).unwrap();
            }
            connection.run("COMMIT").unwrap();
        }
        let mut query = connection.prepare_cached("SELECT id, name, bytes, of FROM things ORDER BY id").unwrap();
        let read = |row: &tandem_sql::Row<'_>| -> Result<Kept, Error> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        };
        let kept: Vec<_> = query.query_map([], read).unwrap().map(Result::unwrap).collect();
        for ((id, name, bytes, of), kept) in all.into_iter().zip(&kept) {
            assert_eq!((id, name.map(str::to_owned), bytes.to_vec(), of), *kept, "{engine}");
        }
        assert_eq!(kept.len(), all.len(), "{engine}");
    });
}

#[test]
fn a_group_with_what_failed_later_is_not_kept() {
    let server = PostgresProcess::start().unwrap();
    let place = Place::Postgres { url: server.url.clone(), readers: 1, is_serving: false, steps: &[] };
    let connection = Connection::open(&place, &STEPS).unwrap();
    let later = |id: i64| connection.prepare_cached("INSERT INTO things (id) VALUES (?1)").unwrap().execute_later([id]);
    connection.execute_batch("CREATE UNIQUE INDEX things_once ON things (id)").unwrap();
    add(&connection, 1).unwrap();
    connection.run("BEGIN IMMEDIATE").unwrap();
    later(2).and_then(|()| later(1)).unwrap();
    assert!(connection.run("COMMIT").is_err());
    add(&connection, 3).unwrap();
    assert_eq!(count(&connection), 2);
}

#[test]
fn tables_that_may_not_be_read_or_are_missing_are_damage() {
    let server = PostgresProcess::start().unwrap();
    server.tell("CREATE TABLE things (id BIGINT); CREATE ROLE stranger LOGIN").unwrap();
    let strangers = Connection::reader(&place(&server.url.replace("tandem@", "stranger@"))).unwrap();
    let asks =
        |sql: &str| tandem_sqlite::Error::from(strangers.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap_err());
    let error = asks("SELECT count(*) FROM things");
    assert_eq!(error.cause(), Cause::Damaged);
    assert!(error.to_string().contains("make the hub's user the owner"), "{error}");
    assert_eq!(asks("SELECT count(*) FROM nothing").cause(), Cause::Damaged);
}

fn names(connection: &Connection) -> Vec<String> {
    let mut query = connection.prepare_cached("SELECT name FROM things ORDER BY id").unwrap();
    let names = query.query_map([], |row| row.get(0)).unwrap();
    names.collect::<Result<_, _>>().unwrap()
}

#[test]
fn values_come_back_as_they_went_and_rows_that_are_missing_are_told() {
    on_each(|connection, engine| {
        let sql = "INSERT INTO things (id, name, bytes, of) VALUES (?1, ?2, ?3, ?4)";
        let all: [Thing<'_>; 4] = [
            (i64::MIN, Some("why? it's \u{1f600} x'00'"), b"\x00\xff'", Some(i64::MAX)),
            (-1, None, b"", None),
            (0, Some(""), b"\\x00", None),
            (i64::MAX, Some("\u{feff}ä\u{301}"), &[7; 70_000], Some(0)),
        ];
        for (id, name, bytes, of) in all {
            let changed = connection.prepare_cached(sql).unwrap().execute(params![id, name, bytes, of]).unwrap();
            assert_eq!(changed, 1, "{engine}");
        }
        let mut query = connection.prepare_cached("SELECT id, name, bytes, of FROM things ORDER BY id").unwrap();
        let mut rows = query.query([]).unwrap();
        for (id, name, bytes, of) in all {
            let row = rows.next().unwrap().unwrap();
            assert_eq!(row.get::<_, i64>(0).unwrap(), id, "{engine}");
            assert_eq!(row.get::<_, Option<String>>("name").unwrap().as_deref(), name, "{engine}");
            assert_eq!(row.get_ref(2).unwrap().as_blob().unwrap(), bytes, "{engine}");
            assert_eq!(row.get::<_, Option<i64>>(3).unwrap(), of, "{engine}");
            assert!(row.get::<_, i64>(9).is_err() && row.get::<_, i64>("none").is_err(), "{engine}");
        }
        assert!(rows.next().unwrap().is_none(), "{engine}");
        let one = "SELECT name FROM things WHERE id = ?1";
        let missing = connection.query_row(one, [5], |row| row.get::<_, String>(0));
        assert!(matches!(missing, Err(Error::NoRows)), "{engine}: {missing:?}");
        assert_eq!(connection.query_row(one, [5], |row| row.get::<_, String>(0)).optional().unwrap(), None, "{engine}");
        let null = connection.query_row(one, [-1], |row| row.get::<_, String>(0));
        assert!(matches!(null, Err(Error::Value { .. })), "{engine}: {null:?}");
        let wrong = connection.query_row("SELECT id FROM things WHERE id = 0", [], |row| row.get::<_, String>(0));
        assert!(matches!(wrong, Err(Error::Value { .. })), "{engine}: {wrong:?}");
        assert!(
            connection.prepare_cached("SELECT 1 FROM things WHERE id = ?1").unwrap().exists([0]).unwrap(),
            "{engine}"
        );
        assert!(connection.execute("NONSENSE", []).is_err(), "{engine}");
    });
}

#[test]
fn a_savepoint_undoes_its_part_and_a_transaction_all() {
    on_each(|connection, engine| {
        let add =
            |id: i64| connection.execute("INSERT INTO things (id, name) VALUES (?1, ?2)", params![id, id.to_string()]);
        assert!(!connection.is_open(), "{engine}");
        connection.run("BEGIN IMMEDIATE").unwrap();
        assert!(connection.is_open(), "{engine}");
        add(1).unwrap();
        connection.run("SAVEPOINT job").unwrap();
        add(2).unwrap();
        assert!(add(1).is_err(), "{engine}: 1 is there already");
        connection.run("ROLLBACK TO job").unwrap();
        connection.run("RELEASE job").unwrap();
        add(3).unwrap();
        connection.run("COMMIT").unwrap();
        assert_eq!(names(connection), ["1", "3"], "{engine}");
        connection.run("BEGIN IMMEDIATE").unwrap();
        add(4).unwrap();
        connection.run("ROLLBACK").unwrap();
        assert!(!connection.is_open(), "{engine}");
        assert_eq!(names(connection), ["1", "3"], "{engine}");
        let seen = connection.snapshot(|| -> Result<_, Error> {
            add(5)?;
            Ok(names(connection))
        });
        assert_eq!((seen.unwrap().len(), names(connection).len()), (3, 2), "{engine}: what a snapshot writes goes");
    });
}

/// Ends all other sessions of the database, as a restart of the server does.
fn break_all(server: &PostgresProcess) {
    let place = Place::Postgres { url: server.url.clone(), readers: 1, is_serving: false, steps: &[] };
    let other = Connection::reader(&place).unwrap();
    let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
    assert!(other.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() > 0);
}

const STEPS: [Migration; 1] = [Migration { name: "things", sql: "CREATE TABLE things (id INTEGER NOT NULL) STRICT" }];

fn add(connection: &Connection, id: i64) -> Result<(), Error> {
    connection.run("BEGIN IMMEDIATE")?;
    connection.execute("INSERT INTO things (id) VALUES (?1)", [id])?;
    Ok(connection.run("COMMIT")?)
}

fn count(connection: &Connection) -> i64 {
    connection.query_row("SELECT count(*) FROM things", [], |row| row.get(0)).unwrap()
}

#[test]
fn one_hub_at_a_time_serves_a_database_and_is_not_stopped_by_a_broken_connection() {
    let server = PostgresProcess::start().unwrap();
    let place = Place::Postgres { url: server.url.clone(), readers: 1, is_serving: true, steps: &[] };
    let (first, reader) = (Connection::open(&place, &STEPS).unwrap(), Connection::reader(&place).unwrap());
    let refused = Connection::open(&place, &STEPS).unwrap_err().to_string();
    assert!(refused.contains("another hub serves this database"), "{refused}");
    add(&first, 1).unwrap();
    break_all(&server);
    add(&first, 2).unwrap();
    assert_eq!(count(&reader), 2, "reading goes on, too");
    first.run("BEGIN IMMEDIATE").unwrap();
    first.execute("INSERT INTO things (id) VALUES (3)", []).unwrap();
    break_all(&server);
    assert!(first.run("COMMIT").is_err() && !first.is_lost(), "the server has ended it, and says so");
    add(&first, 4).unwrap();
    assert_eq!(count(&reader), 3);
    first.run("BEGIN IMMEDIATE").unwrap();
    assert!(first.execute("NONSENSE", []).is_err() && !first.is_sound());
    assert!(first.run("COMMIT").is_err(), "nothing of it is kept");
    assert_eq!(count(&reader), 3);
}

#[test]
fn a_hub_whose_database_another_one_has_served_meanwhile_writes_no_more() {
    let server = PostgresProcess::start().unwrap();
    let place = Place::Postgres { url: server.url.clone(), readers: 1, is_serving: true, steps: &[] };
    let first = Connection::open(&place, &STEPS).unwrap();
    break_all(&server);
    let second = Connection::open(&place, &STEPS).unwrap();
    add(&second, 1).unwrap();
    drop(second);
    assert!(add(&first, 2).is_err() && first.is_lost());
    assert!(add(&first, 2).is_err());
    assert_eq!(count(&Connection::reader(&place).unwrap()), 1);
}

fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../desk/tests/stories/certificates").join(name)
}

fn place(url: &str) -> Place {
    Place::Postgres { url: url.to_owned(), readers: 1, is_serving: false, steps: &[] }
}

#[test]
fn a_connection_that_is_encrypted_reaches_whom_the_certificate_names_and_nobody_else() {
    let server = PostgresProcess::start_encrypted(&certificate("good.pem"), &certificate("server.key")).unwrap();
    let trusting = format!("sslrootcert={}", certificate("ca.pem").display());
    let named = server.url.replace("127.0.0.1", "localhost");
    let encrypted = Connection::open(&place(&format!("{named}?{trusting}")), &[]).unwrap();
    let sql = "SELECT CASE WHEN ssl THEN 1 ELSE 0 END FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let is_encrypted = |connection: &Connection| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(is_encrypted(&encrypted), 1);
    assert_eq!(is_encrypted(&Connection::open(&place(&server.url), &[]).unwrap()), 0, "this machine is trusted");
    for (url, words) in [
        (format!("{named}?sslmode=require"), "sslrootcert=FILE"),
        (format!("{}?{trusting}", server.url), "use the name in the address that its certificate has"),
    ] {
        let refused = Connection::open(&place(&url), &[]).unwrap_err().to_string();
        assert!(refused.contains(words), "{url}: {refused}");
    }
    let plain = PostgresProcess::start().unwrap();
    let refused = Connection::open(&place(&format!("{}?sslmode=require", plain.url)), &[]).unwrap_err().to_string();
    assert!(refused.contains("turn ssl on there"), "{refused}");
}

#[test]
fn what_cannot_be_used_is_refused_with_what_to_do() {
    let server = PostgresProcess::start().unwrap();
    let owner = Connection::open(&place(&server.url), &[]).unwrap();
    owner.execute_batch("CREATE ROLE guest LOGIN").unwrap();
    owner.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", []).unwrap();
    let nothing = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let page = web.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in web.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            open.push(stream);
        }
    });
    for (url, words) in [
        (format!("postgres://tandem@{nothing}/postgres"), "nothing listens there"),
        (format!("postgres://tandem@{page}/postgres"), "what listens there does not answer"),
        (format!("{}/none", server.url.trim_end_matches("/postgres")), "\"none\" does not exist"),
        (server.url.replace("tandem@", "nobody@"), "\"nobody\" does not exist"),
        (server.url.replace("tandem@", "guest@"), "make the hub's user the owner of the database"),
        (format!("{}/latin", server.url.trim_end_matches("/postgres")), "create it with ENCODING 'UTF8'"),
    ] {
        let refused = Connection::open(&place(&url), &[]).unwrap_err().to_string();
        assert!(refused.contains(words), "{url}: {refused}");
    }
}

#[test]
fn rows_that_are_added_together_are_what_they_were() {
    on_each(|connection, engine| {
        let text = |text: &str| Value::Text(text.into());
        let rows = vec![
            vec![
                Value::Integer(i64::MIN),
                text("tab\there, \\N and\r\nlines\\"),
                Value::Blob(vec![0, 255, 92, 10]),
                Value::Null,
            ],
            vec![Value::Integer(2), text(""), Value::Blob(vec![]), Value::Integer(i64::MAX)],
            vec![Value::Integer(3), Value::Null, Value::Null, Value::Null],
        ];
        let columns = ["id", "name", "bytes", "of"].map(str::to_owned);
        connection.add("things", &columns, &rows).unwrap();
        let mut query = connection.prepare("SELECT id, name, bytes, of FROM things ORDER BY id").unwrap();
        let read = |row: &tandem_sql::Row<'_>| (0..4).map(|column| row.get::<_, Value>(column)).collect();
        let kept: Result<Vec<Vec<Value>>, _> = query.query_map([], read).unwrap().collect();
        assert_eq!(kept.unwrap(), rows, "{engine}");
        assert!(connection.add("things", &columns, &rows).is_err(), "{engine}: ids are unique");
    });
}

#[test]
fn text_with_a_nul_is_kept_without_it() {
    on_each(|connection, engine| {
        connection.execute("INSERT INTO things (id, name) VALUES (1, ?1)", ["a\0b"]).unwrap();
        let kept: String = connection.query_row("SELECT name FROM things", [], |row| row.get(0)).unwrap();
        assert!(["a\0b", "a\u{fffd}b"].contains(&kept.as_str()), "{engine}: {kept:?}");
    });
}
