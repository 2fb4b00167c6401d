//! Backup of a running, writing hub, and the way back.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{TestHub, get};
use serde_json::json;
use tandem_hub::config::Config;
use tandem_hub::{backup, doctor, restore};
use uuid::Uuid;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_backup_of_a_hub_that_is_being_written_to_comes_back_whole() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    carmen.writes("before the backup").await;
    std::fs::write(hub.folder.path().join("media").join(Uuid::now_v7().to_string()), b"a picture").unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let writing = {
        let (done, base, token) = (Arc::clone(&done), carmen.base.clone(), carmen.token.clone());
        tokio::spawn(async move {
            let mut written = 0;
            while !done.load(Ordering::Relaxed) {
                let message = json!({ "id": Uuid::now_v7(), "text": format!("meanwhile {written}") });
                assert_eq!(crate::common::post(&base, "/chat/v1/messages", Some(&token), &message).await.0, 200);
                written += 1;
            }
            written
        })
    };
    let outside = tempfile::tempdir().unwrap();
    let (file, data) = (outside.path().join("tandem.tar"), hub.folder.path().to_owned());
    let to = file.clone();
    let told = tokio::task::spawn_blocking(move || backup(&data, &to)).await.unwrap().unwrap();
    assert!(told.lost.is_empty(), "{told:?}");
    let told = told.summary;
    done.store(true, Ordering::Relaxed);
    assert!(writing.await.unwrap() > 0, "messages were taken meanwhile");
    assert!(told.contains("Backed up 3 files"), "{told}");
    assert_eq!(names(outside.path()), ["tandem.tar"], "nothing else is left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = backup(hub.folder.path(), &file).unwrap_err().to_string();
    assert!(again.contains("already exists"), "{again}");

    let restored = Arc::new(tempfile::tempdir().unwrap());
    restore(&file, restored.path()).unwrap();
    assert_eq!(std::fs::read_dir(restored.path().join("media")).unwrap().count(), 1);
    let second = TestHub::on(Arc::clone(&restored), None, 1_000).await;
    let (status, page) = get(&second.base, "/chat/v1/entries?after=0", Some(&carmen.token)).await;
    assert_eq!(status, 200);
    assert_eq!(page["entries"][0]["text"], "before the backup");
    let maya = second.maya().await;
    assert_eq!(maya.gets("/api/v1/me").await.0, 200, "users are there, too");
}

#[cfg(unix)]
#[test]
fn what_a_killed_backup_left_goes_with_the_next_one_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("new.tar"));
    tandem_hub::add_user(
        &data,
        tandem_hub::NewUser::new("a@b.example", "A", tandem_conversation::Role::Agent, "0123456789"),
    )
    .unwrap();
    let left = ["old.tar.7.partial", "old.tar.db.7.partial", "old.tar.db.7.partial-journal"];
    let kept = ["film.7.partial", "held.tar.8.partial", "tandem.db.partial"];
    let contents = ["tandem.db", "SQLite format 3", "\0"];
    for (name, content) in left.iter().zip(contents).chain(kept.iter().zip(["film", "", ""])) {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let held = std::fs::File::open(folder.path().join(kept[1])).unwrap();
    held.lock().unwrap();
    let mut removed = backup(&data, &file).unwrap().removed;
    removed.sort();
    assert_eq!(removed, left);
    assert_eq!(names(folder.path()), ["data", kept[0], kept[1], "new.tar", kept[2]]);
}

#[cfg(unix)]
#[test]
fn what_a_killed_restore_left_goes_with_the_next_one_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file, new) = (folder.path().join("data"), folder.path().join("all.tar"), folder.path().join("new"));
    let anna = tandem_hub::NewUser::new("a@b.example", "A", tandem_conversation::Role::Agent, "0123456789");
    tandem_hub::add_user(&data, anna).unwrap();
    backup(&data, &file).unwrap();
    for left in ["new.7.partial/media", "new.8.partial/media", "other.9.partial/media", "new.10.partial/films"] {
        std::fs::create_dir_all(folder.path().join(left)).unwrap();
    }
    std::fs::write(folder.path().join("new.7.partial/tandem.db"), "half").unwrap();
    let held = std::fs::File::open(folder.path().join("new.8.partial")).unwrap();
    held.lock().unwrap();
    let said = restore(&file, &new).unwrap().summary;
    assert!(said.starts_with("Removed what unfinished restores left there: new.7.partial\nRestored"), "{said}");
    let left = ["all.tar", "data", "new", "new.10.partial", "new.8.partial", "other.9.partial"];
    assert_eq!(names(folder.path()), left);
    drop(held);
}

#[test]
fn what_is_not_a_whole_backup_restores_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("backup.tar"));
    tandem_hub::add_user(
        &data,
        tandem_hub::NewUser::new("a@b.example", "A", tandem_conversation::Role::Agent, "0123456789"),
    )
    .unwrap();
    backup(&data, &file).unwrap();
    let whole = std::fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    flipped[3_000] ^= 1;
    let other = folder.path().join("other.tar");
    for broken in [&whole[..whole.len() / 2], &whole[..0], &flipped, b"not a tar at all"] {
        std::fs::write(&other, broken).unwrap();
        assert!(restore(&other, &folder.path().join("new")).is_err());
        assert_eq!(names(folder.path()), ["backup.tar", "data", "other.tar"], "nothing half is left behind");
    }
    let refused = restore(&file, &data).unwrap_err().to_string();
    assert!(refused.contains("is not empty"), "{refused}");
    restore(&file, &folder.path().join("deep/new")).unwrap();
}

#[tokio::test]
async fn the_doctor_says_what_is_well_and_what_is_not() {
    let hub = TestHub::start(None).await;
    // It serves from its first answer on.
    reqwest::get(format!("{}/readyz", hub.base)).await.unwrap();
    let mut lines = Vec::new();
    // It listens elsewhere than the settings say, as with `serve --listen`.
    let config = Config::new(hub.folder.path().to_owned());
    let is_well = doctor(&config, |line| lines.push(line)).await;
    let text = lines.join("\n");
    for what in
        ["ok     folder", "ok     schema", "ok     database", "ok     identity.key", "is ready", "Your Logic: is not"]
    {
        assert!(text.contains(what), "{what}:\n{text}");
    }
    assert!(is_well || text.contains("MiB are free"), "{text}");

    std::fs::write(hub.folder.path().join("identity.key"), "junk").unwrap();
    let mut lines = Vec::new();
    assert!(!doctor(&config, |line| lines.push(line)).await);
    assert!(lines.iter().any(|line| line.starts_with("WRONG  identity.key") && line.contains("damaged")), "{lines:?}");

    std::fs::remove_file(hub.folder.path().join("identity.key")).unwrap();
    let config = Config { logic: Some(crate::common::logic_at("http://127.0.0.1:1/")), ..config };
    let mut lines = Vec::new();
    assert!(!doctor(&config, |line| lines.push(line)).await);
    let text = lines.join("\n");
    assert!(text.contains("WRONG  identity.key") && text.contains("WRONG  Your Logic"), "{text}");
}

#[tokio::test]
async fn the_doctor_the_start_and_a_restore_agree_about_a_newer_schema() {
    for (oldest, opens) in [("1", true), ("100000", false)] {
        let folder = TestHub::start(None).await.stop().await;
        let file = tandem_sqlite::rusqlite::Connection::open(folder.path().join("tandem.db")).unwrap();
        file.execute_batch(&format!("PRAGMA user_version = 100001; PRAGMA application_id = {oldest}")).unwrap();
        drop(file);
        let elsewhere = tempfile::tempdir().unwrap();
        let archive = elsewhere.path().join("backup.tar");
        backup(folder.path(), &archive).unwrap();
        let restored = restore(&archive, &elsewhere.path().join("restored"));
        assert_eq!(restored.is_ok(), opens, "{restored:?}");
        let config = Config { listen: "127.0.0.1:0".into(), ..Config::new(folder.path().to_owned()) };
        let mut lines = Vec::new();
        doctor(&config, |line| lines.push(line)).await;
        let line = lines.iter().find(|line| line.contains("schema:")).unwrap();
        assert_eq!(line.starts_with("ok"), opens, "{line}");
        assert!(line.contains("100001") && line.contains("newer version"), "{line}");
        assert_eq!(tandem_hub::Hub::start(config, tandem_hub::Clock::system()).is_ok(), opens);
    }
}

#[test]
fn a_backup_without_the_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("backup.tar"));
    tandem_hub::add_brand(
        &data,
        tandem_hub::NewBrand {
            key: "northwind".into(),
            name: "Northwind".into(),
            greeting: "Hello!".into(),
            accent: "#2f5bea".into(),
            domains: vec!["northwind.example".into()],
        },
    )
    .unwrap();
    tandem_hub::brand_secret(&data, "northwind", false).unwrap();
    std::fs::remove_file(data.join("identity.key")).unwrap();
    let refused = format!("{:#}", backup(&data, &file).unwrap_err());
    assert!(refused.contains("identity.key is missing"), "{refused}");
    assert_eq!(names(folder.path()), ["data"], "nothing half is left behind");
}

#[test]
fn what_is_no_backup_is_told_so_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for (content, told) in [
        (b"\x1f\x8b\x08 and so on".as_slice(), "unpack it with gunzip first"),
        (b"\x28\xb5\x2f\xfd and so on", "unpack it with unzstd first"),
        (b"SQLite format 3\0", "it is not a backup of tandem-hub"),
        (b"", "it is not a backup of tandem-hub"),
        (&[0; 10_240], "it is not a backup of tandem-hub"),
    ] {
        let file = folder.path().join("tandem.tar");
        std::fs::write(&file, content).unwrap();
        let refused = format!("{:#}", restore(&file, &folder.path().join("data")).unwrap_err());
        assert!(refused.contains(told), "{refused}");
        assert_eq!(names(folder.path()), ["tandem.tar"]);
    }
    let refused = format!("{:#}", restore(folder.path(), &folder.path().join("data")).unwrap_err());
    assert!(refused.contains("it is not a file"), "{refused}");
    #[cfg(unix)]
    {
        std::fs::create_dir(folder.path().join("empty")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("empty"), folder.path().join("link")).unwrap();
        let refused = restore(&folder.path().join("tandem.tar"), &folder.path().join("link")).unwrap_err().to_string();
        assert!(refused.contains("name the folder itself"), "{refused}");
    }
}
