//! When files are refused, and when they are deleted.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use tandem_hub::config::MediaConfig;
use uuid::Uuid;

use super::{PNG, address, agent_uploads, fetches, on_disk, shows, uploads};
use crate::common::partner::{Partner, invited};
use crate::common::{Customer, TestHub, eventually, moved};

#[tokio::test]
async fn a_visitor_a_link_and_the_hub_have_a_limit_per_day() {
    let ahead = Arc::default();
    let hub = TestHub::configured(moved(&ahead), |config| {
        config.media = MediaConfig {
            free_bytes: 0,
            visitor_day_files: 3,
            visitor_day_bytes: 1_000,
            link_day_files: 2,
            hub_day_bytes: 2_000,
            ..MediaConfig::default()
        };
    })
    .await;
    let (carmen, eve, maya) = (hub.customer().await, hub.customer().await, hub.maya().await);
    let refused = |(status, problem): (u16, Value)| {
        assert_eq!((status, &problem["code"]), (429, &json!("media.quota")), "{problem}");
        assert!(
            problem["retryAfter"].as_u64().is_some_and(|seconds| (80_000..=86_400).contains(&seconds)),
            "{problem}"
        );
    };
    for _ in 0..3 {
        assert_eq!(uploads(&carmen, "a.png", PNG).await.0, 200);
    }
    refused(uploads(&carmen, "a.png", PNG).await);
    carmen.writes("Words get through").await;
    refused(uploads(&eve, "big.txt", &[b'x'; 1_001]).await);
    assert_eq!(uploads(&eve, "fits.txt", &[b'x'; 1_000]).await.0, 200, "a small one still does");
    let conversation = carmen.conversation().await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let (token, _) = invited(&maya, &conversation).await;
    let partner = Partner::new(&hub.base, &token);
    partner.opens().await;
    for _ in 0..2 {
        assert_eq!(partner.uploads("a.png", "image/png", PNG).await.0, 200);
    }
    refused(partner.uploads("a.png", "image/png", PNG).await);
    refused(agent_uploads(&maya, &conversation, "big.txt", &[b'x'; 1_500], None).await);
    ahead.store(25 * 3_600_000, Ordering::Relaxed);
    assert_eq!(uploads(&carmen, "a.png", PNG).await.0, 200, "tomorrow is another day");
}

#[tokio::test]
async fn a_disk_that_is_nearly_full_takes_words_only() {
    let (hub, running) = TestHub::running(|config| config.media.free_bytes = 1_000_000).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    running.disk_has_free(Some(1_000_000 + PNG.len() as u64));
    shows(&carmen, "a.png", PNG).await;
    running.disk_has_free(Some(1_000_000));
    let (status, problem) = uploads(&carmen, "a.png", PNG).await;
    assert_eq!((status, &problem["code"]), (507, &json!("media.disk")), "{problem}");
    carmen.writes("Then words").await;
    let conversation = carmen.conversation().await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    assert_eq!(agent_uploads(&maya, &conversation, "a.png", PNG, None).await.0, 507);
    assert_eq!(fetches(&address_of(&carmen, 0).await, None).await.status(), 200, "what is there can be seen");
    running.disk_has_free(None);
    assert_eq!(uploads(&carmen, "a.png", PNG).await.0, 200);
}

async fn address_of(customer: &Customer, at: usize) -> String {
    let entry = customer.sees().await.swap_remove(at);
    let right = entry["right"].as_str().unwrap();
    format!("{}/chat/v1/media/{}?t={right}", customer.base, entry["media"]["id"].as_str().unwrap())
}

#[tokio::test]
async fn what_no_message_names_is_swept_after_a_day_and_the_rest_stays() {
    let ahead: Arc<AtomicI64> = Arc::default();
    let hub = TestHub::configured(moved(&ahead), |_| ()).await;
    let carmen = hub.customer().await;
    shows(&carmen, "sent.png", PNG).await;
    let (_, unsent) = uploads(&carmen, "unsent.png", PNG).await;
    assert_eq!(on_disk(&hub), 2);
    let folder = hub.stop().await;
    // What a crash may leave: a partial file, a complete one without a row, and a row without a file.
    let orphan = folder.path().join("media").join(Uuid::now_v7().to_string());
    std::fs::write(&orphan, PNG).unwrap();
    let old = std::fs::File::options().write(true).open(&orphan).unwrap();
    old.set_modified(std::time::UNIX_EPOCH).unwrap();
    std::fs::write(folder.path().join("media/incoming").join(Uuid::now_v7().to_string()), PNG).unwrap();
    ahead.store(23 * 3_600_000, Ordering::Relaxed);
    let hub = TestHub::with(moved(&ahead), folder, |_| ()).await;
    eventually("the orphan is gone", || async { (!orphan.exists()).then_some(()) }).await;
    assert_eq!(on_disk(&hub), 2, "nobody waits longer than a day, but a day");
    assert_eq!(std::fs::read_dir(hub.folder.path().join("media/incoming")).unwrap().count(), 0);
    let folder = hub.stop().await;
    ahead.store(25 * 3_600_000, Ordering::Relaxed);
    let hub = TestHub::with(moved(&ahead), folder, |_| ()).await;
    eventually("the unsent file is gone", || async { (on_disk(&hub) == 1).then_some(()) }).await;
    let carmen = Customer { base: hub.base.clone(), token: carmen.token };
    let (status, problem) = carmen.sends(&json!({ "id": Uuid::now_v7(), "media": unsent["id"] })).await;
    assert_eq!(status, 422, "{problem}");
    assert_eq!(fetches(&address(&carmen).await, None).await.status(), 200, "what was sent stays");
    let file = std::fs::read_dir(hub.folder.path().join("media")).unwrap().flatten();
    for entry in file.filter(|entry| entry.file_type().unwrap().is_file()) {
        std::fs::remove_file(entry.path()).unwrap();
    }
    assert_eq!(fetches(&address(&carmen).await, None).await.status(), 404, "a file that is lost is not there");
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    use tokio::io::AsyncWriteExt as _;
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    let address = hub.base.strip_prefix("http://").unwrap();
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /chat/v1/media?name=a.png HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-length: 5000\r\n\r\n",
        carmen.token
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(PNG).await.unwrap();
    let incoming = hub.folder.path().join("media/incoming");
    let count = || std::fs::read_dir(&incoming).unwrap().count();
    eventually("the upload has begun", || async { (count() == 1).then_some(()) }).await;
    drop(socket);
    eventually("what had come is gone", || async { (count() == 0).then_some(()) }).await;
    assert_eq!(on_disk(&hub), 0);
}

#[tokio::test]
async fn what_strangers_send_leaves_a_part_of_the_day_to_our_side() {
    let hub = TestHub::configured(tandem_hub::Clock::system(), |config| {
        config.media = MediaConfig { free_bytes: 0, hub_day_bytes: 4_000, ..MediaConfig::default() };
    })
    .await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Hello").await;
    let conversation = carmen.conversation().await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    for _ in 0..3 {
        assert_eq!(uploads(&hub.customer().await, "a.txt", &[b'x'; 1_000]).await.0, 200);
    }
    let (status, problem) = uploads(&hub.customer().await, "a.txt", b"x").await;
    assert_eq!((status, &problem["code"]), (429, &json!("media.quota")), "{problem}");
    assert_eq!(agent_uploads(&maya, &conversation, "a.txt", &[b'x'; 1_000], None).await.0, 200);
    assert_eq!(agent_uploads(&maya, &conversation, "a.txt", b"x", None).await.0, 429, "the day has an end for all");
}

#[tokio::test]
async fn strangers_who_never_finish_leave_places_to_our_side() {
    use tokio::io::AsyncWriteExt as _;
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Hello").await;
    let conversation = carmen.conversation().await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let address = hub.base.strip_prefix("http://").unwrap();
    let mut dripping = Vec::new();
    for _ in 0..8 {
        let stranger = hub.customer().await;
        for _ in 0..6 {
            let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
            let head = format!(
                "POST /chat/v1/media?name=a.png HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-length: 5000\r\n\r\n",
                stranger.token
            );
            socket.write_all(head.as_bytes()).await.unwrap();
            socket.write_all(PNG).await.unwrap();
            dripping.push(socket);
        }
    }
    let incoming = hub.folder.path().join("media/incoming");
    let count = || std::fs::read_dir(&incoming).unwrap().count();
    eventually("all of them have begun", || async { (count() == 48).then_some(()) }).await;
    assert_eq!(uploads(&hub.customer().await, "a.png", PNG).await.0, 429, "one network has so many places");
    assert_eq!(agent_uploads(&maya, &conversation, "a.png", PNG, None).await.0, 200, "ours are others");
}
