//! What health and the doctor say of a hub that does not work as it should.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::common::{Customer, TestHub, eventually, get, post};
use tandem_hub::config::Config;
use tandem_hub::{Clock, Hub};
use tandem_sqlite::rusqlite::Connection;

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

/// Overwrites the first page of a table or index.
fn damage(data: &Path, name: &str) {
    use std::io::{Seek as _, SeekFrom};
    let file = data.join("tandem.db");
    let (page, size): (u32, u32) = {
        let connection = Connection::open(&file).unwrap();
        let page = connection.query_row("SELECT rootpage FROM sqlite_master WHERE name = ?1", [name], |row| row.get(0));
        (page.unwrap(), connection.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap())
    };
    let mut file = std::fs::OpenOptions::new().write(true).open(file).unwrap();
    file.seek(SeekFrom::Start(u64::from(page - 1) * u64::from(size))).unwrap();
    file.write_all(&[0xa5; 3_000]).unwrap();
}

/// What both doors of health answer, once they agree with this.
async fn health(hub: &TestHub, is_expected: impl Fn(u16, &str) -> bool) {
    for door in ["/healthz", "/readyz"] {
        eventually("the hub notices", || async {
            let answer = reqwest::get(format!("{}{door}", hub.base)).await.unwrap();
            let status = answer.status().as_u16();
            is_expected(status, &answer.text().await.unwrap()).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn health_tells_that_the_database_is_damaged_where_deadlines_or_customers_meet_it() {
    let hub = TestHub::start(None).await;
    let folder = hub.stop().await;
    damage(folder.path(), "conversations_wake");
    let hub = TestHub::on(folder, None, 1_000).await;
    health(&hub, |status, body| status == 503 && body.contains("hub.database_damaged")).await;

    let hub = TestHub::start(None).await;
    let folder = hub.stop().await;
    damage(folder.path(), "events_of_conversation");
    let hub = TestHub::on(folder, None, 1_000).await;
    health(&hub, |status, body| status == 200 && body == "ok").await;
    for met in 1..=3 {
        let message = serde_json::json!({ "id": uuid::Uuid::now_v7(), "text": "Hello" });
        assert_eq!(hub.customer().await.sends(&message).await.0, 503);
        // A customer or two are no reason to take the hub from the others.
        health(&hub, |status, body| match met {
            1 | 2 => status == 200 && body.contains(&format!("damaged where {met} conversation")),
            _ => status == 503 && body.contains("hub.database_damaged"),
        })
        .await;
    }
}

/// Makes conversations unreadable for this program while no hub runs.
fn tampers(data: &Path, sql: &str) {
    Connection::open(data.join("tandem.db")).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn health_and_the_doctor_name_conversations_that_this_program_cannot_read() {
    let hub = TestHub::start(None).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let customer = hub.customer().await;
        customer.writes("Hello").await;
        ids.push(customer.conversation().await);
    }
    let place = |id: &str| format!("unhex('{}')", id.replace('-', ""));
    let mut folder = hub.stop().await;
    let newer = "json_set(state, '$.status', json('{\"status\":\"dreaming\"}'))";
    tampers(folder.path(), &format!("UPDATE conversations SET state = {newer} WHERE id = {}", place(&ids[3])));
    for damaged in 1..=3 {
        let id = &ids[damaged - 1];
        tampers(
            folder.path(),
            &format!(
                "UPDATE conversations SET state = 'nonsense' WHERE id = {0};
                 UPDATE events SET body = 'nonsense' WHERE position = 1 AND conversation = {0};",
                place(id)
            ),
        );
        let mut told = Vec::new();
        let is_well = tandem_hub::doctor(&Config::new(folder.path().to_owned()), |line| told.push(line)).await;
        let line = told.iter().find(|line| line.starts_with("WRONG  conversations: ")).expect("they are named");
        assert!(
            !is_well && line.contains(id.as_str()) && line.contains(&format!("of 4, {damaged} cannot be read")),
            "{line}"
        );
        let hub = TestHub::on(folder, None, 1_000).await;
        health(&hub, |status, body| match damaged {
            1 | 2 => {
                let newer = format!("written by a newer version and cannot be changed (conversation {})", ids[3]);
                status == 200 && body.contains(id.as_str()) && body.contains(&newer)
            }
            _ => status == 503 && body.contains("hub.database_damaged"),
        })
        .await;
        folder = hub.stop().await;
    }
}

#[tokio::test]
async fn conversations_of_a_newer_version_are_named_and_take_the_hub_from_nobody() {
    let hub = TestHub::start(None).await;
    for _ in 0..12 {
        hub.customer().await.writes("Hello").await;
    }
    let folder = hub.stop().await;
    tampers(
        folder.path(),
        "UPDATE conversations SET state = json_set(state, '$.status', json('{\"status\":\"dreaming\"}'))",
    );
    let mut told = Vec::new();
    tandem_hub::doctor(&Config::new(folder.path().to_owned()), |line| told.push(line)).await;
    assert!(
        told.iter().any(|line| line.starts_with("ok     conversations: 12 of 12 were written by a newer")),
        "{told:?}"
    );
    let hub = TestHub::on(folder, None, 1_000).await;
    health(&hub, |status, body| {
        status == 200 && body.contains("but 12 conversations were") && body.contains("and 2 more")
    })
    .await;
}

#[tokio::test]
async fn the_doctor_names_a_running_hub_whose_time_is_not_the_machines() {
    for (by, words) in [(0, None), (3_600_000, Some("s ahead of the")), (-3_600_000, Some("s behind the"))] {
        let hub = TestHub::configured(crate::common::moved(&std::sync::Arc::new(by.into())), |_| {}).await;
        // It is running as soon as it answers.
        get(&hub.base, "/healthz", None).await;
        let mut told = Vec::new();
        tandem_hub::doctor(&Config::new(hub.folder.path().to_owned()), |line| told.push(line)).await;
        let line = told.iter().find(|line| line.contains(" address: ")).expect("the address has a line");
        match words {
            None => assert!(line.starts_with("ok "), "{line}"),
            Some(words) => assert!(line.starts_with("WRONG ") && line.contains(words), "{by}: {line}"),
        }
    }
}

#[tokio::test]
async fn decisions_that_cannot_be_written_fail_without_those_of_others() {
    let hub = TestHub::start(None).await;
    let (carmen, aiko) = (hub.customer().await, hub.customer().await);
    for customer in [&carmen, &aiko] {
        customer.writes("Hello").await;
    }
    let hers = carmen.conversation().await.replace('-', "");
    let folder = hub.stop().await;
    let refuse = format!(
        "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN new.conversation = unhex('{hers}')
         BEGIN SELECT RAISE(ABORT, 'refused'); END"
    );
    tampers(folder.path(), &refuse);
    let hub = TestHub::on(std::sync::Arc::clone(&folder), None, 1_000).await;
    let there = |customer: &Customer| Customer { base: hub.base.clone(), token: customer.token.clone() };
    let (carmen, aiko) = (there(&carmen), there(&aiko));
    let message = |text: &str| serde_json::json!({ "id": uuid::Uuid::now_v7(), "text": text });
    let (lost, kept) = (message("Are you there?"), message("Good morning"));
    for _ in 0..5 {
        // Together, so that they are in one group at least once.
        let (refused, accepted) = tokio::join!(carmen.sends(&lost), aiko.sends(&kept));
        assert_eq!((refused.0, accepted.0), (503, 200), "{refused:?} {accepted:?}");
    }
    tampers(folder.path(), "DROP TRIGGER refuse");
    assert_eq!(carmen.sends(&lost).await.0, 200, "she can go on");
    let said = |entries: Vec<serde_json::Value>| entries.iter().map(|e| e["text"].clone()).collect::<Vec<_>>();
    assert_eq!(said(carmen.sees().await), ["Hello", "Are you there?"]);
    assert_eq!(said(aiko.sees().await), ["Hello", "Good morning"]);
}

#[tokio::test]
async fn a_table_that_is_gone_is_bad_health_as_soon_as_somebody_meets_it() {
    let hub = TestHub::start(None).await;
    tampers(hub.folder.path(), "DROP TABLE brands");
    let body = serde_json::json!({ "brand": "northwind" });
    let (status, problem) = post(&hub.base, "/chat/v1/sessions", None, &body).await;
    assert_eq!((status, problem["code"].as_str()), (503, Some("hub.damaged")), "{problem}");
    health(&hub, |status, body| status == 503 && body.contains("hub.database_damaged")).await;
}

#[tokio::test]
async fn a_database_that_lacks_a_part_of_its_schema_is_not_served_and_the_doctor_names_it() {
    for (how, name, is_served) in [
        ("DROP TABLE mails", "mails", false),
        ("ALTER TABLE users DROP COLUMN capacity", "users.capacity", false),
        ("DROP INDEX events_of_conversation", "events_of_conversation", true),
    ] {
        let folder = TestHub::start(None).await.stop().await;
        tampers(folder.path(), how);
        let config = Config::new(folder.path().to_owned());
        let mut told = Vec::new();
        assert!(!tandem_hub::doctor(&config, |line| told.push(line)).await);
        match Hub::start(config, Clock::system()) {
            Ok(_) => assert!(is_served, "{name}"),
            Err(refused) => {
                assert!(!is_served && format!("{refused:#}").contains(&format!("lacks {name}")), "{refused:#}")
            }
        }
        assert!(told.iter().any(|line| line.starts_with("WRONG  schema") && line.contains(name)), "{told:#?}");
    }
}

#[tokio::test]
async fn what_the_hub_keeps_for_everybody_and_cannot_is_bad_health() {
    let hub = TestHub::start(None).await;
    tampers(hub.folder.path(), "DROP TABLE alerts; DROP TABLE calls");
    // Nobody else answers, so this calls for help.
    hub.customer().await.writes("Hello").await;
    health(&hub, |status, body| status == 503 && body.contains("hub.database_damaged")).await;
}

#[tokio::test]
async fn damage_of_what_everybody_needs_is_bad_health_as_soon_as_somebody_meets_it() {
    for (table, knocks) in [("users", "/api/v1/auth/login"), ("brands", "/chat/v1/sessions")] {
        let hub = TestHub::start(None).await;
        let folder = hub.stop().await;
        damage(folder.path(), table);
        let hub = TestHub::on(folder, None, 1_000).await;
        let body = serde_json::json!({ "brand": "northwind", "email": "maya@northwind.example", "password": "wrong" });
        let body = match table {
            "users" => serde_json::json!({ "email": body["email"], "password": body["password"] }),
            _ => serde_json::json!({ "brand": body["brand"] }),
        };
        let (status, problem) = post(&hub.base, knocks, None, &body).await;
        assert_eq!((status, problem["code"].as_str()), (503, Some("hub.damaged")), "{table}: {problem}");
        health(&hub, |status, body| status == 503 && body.contains("hub.database_damaged")).await;
    }
}

#[tokio::test]
async fn text_that_is_none_is_damage_like_any_other() {
    for (how, knocks) in [
        ("UPDATE users SET name = CAST(x'ff41' AS TEXT)", "/api/v1/auth/login"),
        ("UPDATE brands SET name = CAST(x'ff41' AS TEXT)", "/chat/v1/sessions"),
    ] {
        let hub = TestHub::start(None).await;
        hub.maya().await;
        let folder = hub.stop().await;
        tampers(folder.path(), how);
        let mut told = Vec::new();
        assert!(!tandem_hub::doctor(&Config::new(folder.path().to_owned()), |line| told.push(line)).await);
        assert!(told.iter().any(|line| line.starts_with("WRONG  users")), "{told:#?}");
        let hub = TestHub::on(folder, None, 1_000).await;
        let body = match knocks {
            "/chat/v1/sessions" => serde_json::json!({ "brand": "northwind" }),
            _ => serde_json::json!({ "email": "maya@northwind.example", "password": "a wrong one" }),
        };
        let (status, problem) = post(&hub.base, knocks, None, &body).await;
        assert_eq!((status, problem["code"].as_str()), (503, Some("hub.damaged")), "{problem}");
        health(&hub, |status, body| status == 503 && body.contains("hub.database_damaged")).await;
    }
}

#[tokio::test]
async fn a_hub_whose_database_was_removed_replaced_or_cut_short_ends() {
    for how in ["removed", "replaced", "cut short"] {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::new(folder.path().to_owned());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hub = Hub::start(config, Clock::system()).unwrap();
        let served = tokio::spawn(tandem_hub::serve(hub, listener, std::future::pending()));
        let file = folder.path().join("tandem.db");
        match how {
            "removed" => std::fs::remove_file(&file).unwrap(),
            "replaced" => {
                std::fs::copy(&file, folder.path().join("older")).unwrap();
                std::fs::rename(folder.path().join("older"), &file).unwrap();
            }
            _ => {
                let open = std::fs::OpenOptions::new().write(true).open(&file).unwrap();
                open.set_len(file.metadata().unwrap().len() / 2).unwrap();
            }
        }
        let ended = tokio::time::timeout(Duration::from_secs(20), served).await.unwrap().unwrap().unwrap_err();
        assert!(ended.to_string().contains("the files of the database"), "{ended:#}");
    }
}
