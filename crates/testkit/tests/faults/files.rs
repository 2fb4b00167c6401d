//! A hub that is killed with -9 while files arrive: each file that it accepted is there whole, and its message once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tandem_testkit::hub_process::{HubOptions, HubProcess, find_binary};
use uuid::Uuid;

const KILLS: usize = 8;
const UPLOADERS: u8 = 3;
const AGAIN: Duration = Duration::from_millis(20);
const MOST_BYTES: usize = 1 << 19;
/// A visitor may send no more than a hundred a day.
const MOST_FILES: usize = 90;

/// The answer, however often the hub has to be asked.
async fn insist(mut request: impl FnMut() -> RequestBuilder) -> Value {
    loop {
        match request().send().await {
            Ok(answer) if answer.status().is_success() => match answer.json().await {
                Ok(answer) => return answer,
                Err(_) => tokio::time::sleep(AGAIN).await,
            },
            Ok(answer) => panic!("refused: {}", answer.text().await.unwrap_or_default()),
            Err(_) => tokio::time::sleep(AGAIN).await,
        }
    }
}

/// A customer who sends one file after another. Gives what the hub has accepted: message, and the file's bytes.
async fn send_files(http: Client, hub: String, number: u8, over: Arc<AtomicBool>) -> (String, Vec<(Uuid, Vec<u8>)>) {
    let session = json!({ "brand": "northwind" });
    let session = insist(|| http.post(format!("{hub}/chat/v1/sessions")).json(&session)).await;
    let token = session["token"].as_str().unwrap().to_owned();
    let mut accepted = Vec::new();
    let mut dice = StdRng::seed_from_u64(number.into());
    while !over.load(Ordering::Relaxed) && accepted.len() < MOST_FILES {
        let mut bytes = b"%PDF-1.4\n".to_vec();
        bytes.resize(dice.random_range(9..MOST_BYTES), dice.random_range(b'a'..=b'z'));
        let upload = || {
            let post = http.post(format!("{hub}/chat/v1/media?name=ticket.pdf")).bearer_auth(&token);
            post.header("content-type", "application/pdf").body(bytes.clone())
        };
        let media = insist(upload).await["id"].clone();
        let id = Uuid::now_v7();
        let message = json!({ "id": id, "media": media });
        insist(|| http.post(format!("{hub}/chat/v1/messages")).bearer_auth(&token).json(&message)).await;
        accepted.push((id, bytes));
    }
    (token, accepted)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_that_is_killed_keeps_each_accepted_file_whole() {
    tandem_testkit::prepare_tls();
    let options =
        HubOptions { environment: vec![("TANDEM_RATE_LIMITS".into(), "off".into())], ..HubOptions::default() };
    let mut hub = HubProcess::start(&find_binary("tandem-hub").unwrap(), &options).unwrap();
    let http = Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (0..UPLOADERS)
        .map(|number| tokio::spawn(send_files(http.clone(), hub.url.clone(), number, Arc::clone(&over))))
        .collect();
    let mut dice = StdRng::seed_from_u64(1);
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(dice.random_range(50..600))).await;
        tokio::task::block_in_place(|| hub.kill_and_restart(&options).unwrap());
    }
    over.store(true, Ordering::Relaxed);
    let mut count = 0;
    for sender in senders {
        let (token, accepted) = sender.await.unwrap();
        let entries = format!("{}/chat/v1/entries?limit=500", hub.url);
        let page = insist(|| http.get(&entries).bearer_auth(&token)).await;
        let shown = page["entries"].as_array().unwrap();
        assert_eq!(shown.len(), accepted.len(), "each message once");
        for (entry, (id, bytes)) in shown.iter().zip(accepted) {
            assert_eq!(entry["id"], json!(id), "in order: {entry}");
            let url = format!("{}/chat/v1/media/{}", hub.url, entry["media"]["id"].as_str().unwrap());
            let kept = http.get(url).bearer_auth(&token).send().await.unwrap().bytes().await.unwrap();
            assert!(kept == bytes, "{} of {} bytes", kept.len(), bytes.len());
            count += 1;
        }
    }
    assert!(count > 0, "some files arrived between the kills");
}
