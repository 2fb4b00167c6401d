//! Files that are under way when the right to them ends.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use super::{PNG, shows};
use crate::common::TestHub;
use crate::common::partner::{Partner, invited};

/// Asks for a file by a connection that takes little at a time; returns it after the head of the answer.
async fn slowly(hub: &TestHub, path: &str, token: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    let mut stream = socket.connect(hub.base.trim_start_matches("http://").parse().unwrap()).await.unwrap();
    let ask = format!("GET {path} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut head = vec![0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head, b"HTTP/1.1 200");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_under_way_ends_with_the_right_to_it() {
    let hub = TestHub::start(None).await;
    let (maya, carmen) = (hub.maya().await, hub.customer().await);
    carmen.writes("Where is my order?").await;
    let conversation = carmen.conversation().await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let bytes = [PNG, &vec![7; 9_000_000]].concat();
    let file = shows(&carmen, "large.png", &bytes).await;
    let path = format!("/api/v1/media/{file}");
    for is_suspended in [false, true] {
        let mut download = slowly(&hub, &path, &maya.token).await;
        if is_suspended {
            let suspend = ["user", "suspend", "--email", "maya@northwind.example"];
            assert!(crate::rights::ending::tandem_hub(&hub, &suspend, None).await.0);
            // What is under way is looked at each second.
            tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        }
        let mut rest = Vec::new();
        // It may break off in the middle of a part.
        let _ = download.read_to_end(&mut rest).await;
        assert_eq!(rest.len() < bytes.len(), is_suspended, "{} bytes arrived", rest.len());
    }
}

/// A body whose parts are sent one by one.
fn in_parts() -> (UnboundedSender<Vec<u8>>, reqwest::Body) {
    let (more, parts) = tokio::sync::mpsc::unbounded_channel::<Vec<u8>>();
    let parts = futures_util::stream::unfold(parts, async |mut parts| {
        Some((Ok::<_, std::io::Error>(parts.recv().await?), parts))
    });
    more.send(PNG.to_vec()).unwrap();
    (more, reqwest::Body::wrap_stream(parts))
}

/// Ends the upload, and wants to be refused with this, and nothing to be kept.
async fn is_refused(
    hub: &TestHub,
    (more, sending): (UnboundedSender<Vec<u8>>, JoinHandle<reqwest::Result<reqwest::Response>>),
    expected: (u16, &str),
) {
    more.send(vec![7; 1_000]).unwrap();
    drop(more);
    let answer = sending.await.unwrap().unwrap();
    let status = answer.status().as_u16();
    let code = answer.json::<serde_json::Value>().await.unwrap()["code"].clone();
    assert_eq!((status, code.as_str()), (expected.0, Some(expected.1)));
    let files = std::fs::read_dir(hub.folder.path().join("media")).unwrap();
    assert_eq!(files.filter(|entry| entry.as_ref().unwrap().path().is_file()).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_outlives_the_right_to_send_it_is_not_kept() {
    let hub = TestHub::start(None).await;
    let (maya, carmen) = (hub.maya().await, hub.customer().await);
    carmen.writes("Where is my order?").await;
    let conversation = carmen.conversation().await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let url = format!("{}/api/v1/media?conversation={conversation}&name=a.png", hub.base);
    let (more, body) = in_parts();
    let sending = tokio::spawn(reqwest::Client::new().post(url).bearer_auth(&maya.token).body(body).send());
    let suspend = ["user", "suspend", "--email", "maya@northwind.example"];
    assert!(crate::rights::ending::tandem_hub(&hub, &suspend, None).await.0);
    is_refused(&hub, (more, sending), (401, "auth.ended")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_outlives_its_link_is_not_kept() {
    let hub = TestHub::start(None).await;
    let (maya, carmen) = (hub.maya().await, hub.customer().await);
    carmen.writes("Where is my order?").await;
    let conversation = carmen.conversation().await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let (secret, link) = invited(&maya, &conversation).await;
    let partner = Partner::new(&hub.base, &secret);
    assert_eq!(partner.opens().await.0, 200);
    let (more, body) = in_parts();
    let sending = tokio::spawn(partner.upload("a.png", "image/png", body).send());
    maya.does(&conversation, json!({ "type": "revoke_link", "link": link })).await;
    is_refused(&hub, (more, sending), (410, "guest.revoked")).await;
}
