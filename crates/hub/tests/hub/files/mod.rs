//! Files: who may send them, what kind they are, and who may see them.

mod ending;
mod limits;

use std::sync::atomic::Ordering;

use crate::common::partner::{Partner, invited};
use crate::common::{Agent, Customer, SECRET, TestHub, TestLogic, get, post};
use axum::response::IntoResponse as _;
use reqwest::Client;
use serde_json::{Value, json};
use tandem_hub::Clock;
use uuid::Uuid;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest of a picture";
const PDF: &[u8] = b"%PDF-1.7\nan invoice";

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

async fn uploads(customer: &Customer, name: &str, bytes: &[u8]) -> (u16, Value) {
    let request = Client::new().post(format!("{}/chat/v1/media", customer.base)).query(&[("name", name)]);
    answer(request.bearer_auth(&customer.token).header("content-type", "x/y").body(bytes.to_vec())).await
}

/// Uploads and sends; returns the file's id.
async fn shows(customer: &Customer, name: &str, bytes: &[u8]) -> String {
    let (status, media) = uploads(customer, name, bytes).await;
    assert_eq!(status, 200, "{name}: {media}");
    let (status, body) = customer.sends(&json!({ "id": Uuid::now_v7(), "media": media["id"] })).await;
    assert_eq!(status, 200, "{body}");
    media["id"].as_str().unwrap().to_owned()
}

async fn agent_uploads(agent: &Agent, conversation: &str, name: &str, bytes: &[u8], id: Option<Uuid>) -> (u16, Value) {
    let request = Client::new()
        .post(format!("{}/api/v1/media", agent.base))
        .query(&[("conversation", conversation), ("name", name)])
        .query(&id.map(|id| ("id", id.to_string())).into_iter().collect::<Vec<_>>());
    answer(request.bearer_auth(&agent.token).body(bytes.to_vec())).await
}

async fn attaches(agent: &Agent, conversation: &str, media: Value) -> (u16, Value) {
    let position = agent.state(conversation).await["position"].clone();
    let content = json!({ "type": "attachment", "media": media, "text": "Here" });
    let command = json!({ "type": "reply", "turn": Uuid::now_v7(), "content": content, "writtenAgainst": position });
    agent.commands(conversation, command).await
}

async fn logic_uploads(base: &str, secret: &str, conversation: &str, name: &str, bytes: &[u8]) -> (u16, Value) {
    let request = Client::new()
        .post(format!("{base}/api/v1/logic/media"))
        .query(&[("conversation", conversation), ("name", name)]);
    answer(request.bearer_auth(secret).body(bytes.to_vec())).await
}

async fn says(base: &str, conversation: &str, actions: Value) -> (u16, Value) {
    let path = format!("/api/v1/logic/conversations/{conversation}/responses");
    post(base, &path, Some(SECRET), &json!({ "actions": actions })).await
}

async fn fetches(url: &str, token: Option<&str>) -> reqwest::Response {
    let request = Client::new().get(url);
    token.map_or(request.try_clone().unwrap(), |token| request.bearer_auth(token)).send().await.unwrap()
}

/// The address of the newest entry's file on a customer's page.
async fn address(customer: &Customer) -> String {
    let entry = customer.sees().await.pop().unwrap();
    let right = entry["right"].as_str().expect("the entry carries the right to its file");
    format!("{}/chat/v1/media/{}?t={right}", customer.base, entry["media"]["id"].as_str().unwrap())
}

/// Files on the disk that are whole.
fn on_disk(hub: &TestHub) -> usize {
    let entries = std::fs::read_dir(hub.folder.path().join("media")).unwrap().flatten();
    entries.filter(|entry| entry.file_type().unwrap().is_file()).count()
}

#[tokio::test]
async fn a_file_is_what_its_bytes_say_and_not_what_its_sender_says() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    let wav = [b"RIFF\x24\0\0\0WAVEfmt ".as_slice(), &[0; 30]].concat();
    let webp = [b"RIFF\x24\0\0\0WEBPVP8 ".as_slice(), &[0; 30]].concat();
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\0".to_vec();
    let avif = b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf\0\0".to_vec();
    let mp4 = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2\0\0".to_vec();
    let mov = b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\0".to_vec();
    let m4a = b"\0\0\0\x14ftypM4A \0\0\0\0M4A \0\0".to_vec();
    let webm = b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x84webm\0".to_vec();
    let ogg = b"OggS\0\x02\0\0\0\0\0\0OpusHead\0".to_vec();
    let mp3 = b"\xff\xfb\x90\x64\0\0\0\0".to_vec();
    let zip = b"PK\x03\x04\x14\0\0\0\0\0".to_vec();
    let docx =
        [b"PK\x03\x04\x14\0\x06\0".as_slice(), &[0; 22], b"[Content_Types].xml\0PK\x03\x04\0\0word/document.xml\0"]
            .concat();
    let odt =
        [b"PK\x03\x04\x14\0\0\0".as_slice(), &[0; 22], b"mimetypeapplication/vnd.oasis.opendocument.text\0"].concat();
    let doc = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 40]].concat();
    let utf16: Vec<u8> = "\u{feff}Grüße".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes, kind, called) in [
        ("a.png", PNG.to_vec(), "image/png", "a.png"),
        ("photo.jpg", b"\xff\xd8\xff\xe0rest".to_vec(), "image/jpeg", "photo.jpg"),
        ("photo.jpg", webp, "image/webp", "photo.jpg.webp"),
        ("sound.webp", wav, "audio/wav", "sound.webp.wav"),
        ("live.heic", heic, "image/heic", "live.heic"),
        ("live.avif", avif, "image/avif", "live.avif"),
        ("film.mp4", mp4, "video/mp4", "film.mp4"),
        ("film.mov", mov, "video/quicktime", "film.mov"),
        ("voice.m4a", m4a, "audio/mp4", "voice.m4a"),
        ("screen.webm", webm, "video/webm", "screen.webm"),
        ("voice.ogg", ogg, "audio/ogg", "voice.ogg"),
        ("song.mp3", mp3, "audio/mpeg", "song.mp3"),
        ("x.pdf", PDF.to_vec(), "application/pdf", "x.pdf"),
        ("all.zip", zip.clone(), "application/zip", "all.zip"),
        ("run.jar", zip, "application/zip", "run.jar.zip"),
        ("cv.docx", docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "cv.docx"),
        ("cv.odt", odt, "application/vnd.oasis.opendocument.text", "cv.odt"),
        ("cv.doc", doc, "application/msword", "cv.doc"),
        ("app.log", b"12:00 started\n\x1b[31merror\x1b[0m".to_vec(), "text/plain", "app.log"),
        ("export.csv", b"a;b\nGr\xfc\xdfe;1".to_vec(), "text/plain", "export.csv"),
        ("notes.md", "# Grüße".as_bytes().to_vec(), "text/plain", "notes.md"),
        ("data.json", b"{}".to_vec(), "text/plain", "data.json"),
        ("wide.txt", utf16, "text/plain", "wide.txt"),
        ("box.png", b"<svg onload=alert(1)>".to_vec(), "text/plain", "box.png.txt"),
        ("page.html", b"<script>alert(1)</script>".to_vec(), "text/plain", "page.html.txt"),
        ("run.bat", b"del *".to_vec(), "text/plain", "run.bat.txt"),
        ("../../NUL\u{202e}.txt", b"x".to_vec(), "text/plain", "_NUL.txt"),
        ("gru\u{308}ße.txt", b"x".to_vec(), "text/plain", "grüße.txt"),
    ] {
        let (status, media) = uploads(&carmen, name, &bytes).await;
        let told = (status, media["contentType"].as_str().unwrap_or(""), media["name"].as_str().unwrap_or(""));
        assert_eq!(told, (200, kind, called), "{name}: {media}");
        assert_eq!(media["bytes"], bytes.len());
    }
    let msi = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 40]].concat();
    let before = on_disk(&hub);
    for (name, bytes) in [
        ("a.png", vec![]),
        ("a.exe", b"MZ\x90\0\x03\0\0\0".to_vec()),
        ("a.txt", b"\x7fELF\x02\x01\x01\0".to_vec()),
        ("setup.msi", msi),
        ("a.txt", b"a\0b".to_vec()),
        ("a.webp", b"RIFF\0\0\0\0AVI \0\0".to_vec()),
        ("a.gz", b"\x1f\x8b\x08\0\0\0\0\0".to_vec()),
        ("a.mkv", b"\x1a\x45\xdf\xa3\0\0\0\0matroska\0".to_vec()),
    ] {
        let (status, problem) = uploads(&carmen, name, &bytes).await;
        assert_eq!((status, &problem["code"]), (415, &json!("media.kind")), "{name}: {problem}");
    }
    let (status, problem) = uploads(&carmen, "big.png", &[PNG, &vec![0; 11_000_000]].concat()).await;
    assert_eq!((status, &problem["code"]), (413, &json!("media.too_large")), "{problem}");
    assert_eq!(on_disk(&hub), before, "nothing of what is refused stays");
    let incoming = std::fs::read_dir(hub.folder.path().join("media/incoming")).unwrap().count();
    assert_eq!(incoming, 0);
}

#[tokio::test]
async fn a_file_is_seen_where_its_conversation_is_seen_and_nowhere_else() {
    let logic = TestLogic::start(|_| axum::Json(json!({})).into_response()).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, eve, maya) = (hub.customer().await, hub.customer().await, hub.maya().await);
    let (unsent_status, unsent) = uploads(&carmen, "unsent.png", PNG).await;
    assert_eq!(unsent_status, 200);
    let before = shows(&carmen, "before.png", PNG).await;
    let conversation = carmen.conversation().await;
    maya.finds(&conversation, "help").await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    let (token, _) = invited(&maya, &conversation).await;
    let partner = Partner::new(&hub.base, &token);
    let (status, media) = partner.uploads("seat.png", "image/png", PNG).await;
    assert_ne!(status, 200, "not before the link is open: {media}");
    assert_eq!(partner.opens().await.0, 200);
    let after = shows(&carmen, "after.png", PNG).await;
    let (_, seat) = partner.uploads("seat.png", "image/png", PNG).await;
    let against = partner.sees().await.last().unwrap()["position"].clone();
    let message = json!({ "id": Uuid::now_v7(), "media": seat["id"], "writtenAgainst": against });
    assert_eq!(partner.sends(&message).await.0, 200);
    let seat = seat["id"].as_str().unwrap().to_owned();
    eve.writes("Hi").await;
    let other = eve.conversation().await;

    for (file, own, guest) in [
        (&before, 200, 404),
        (&after, 200, 200),
        (&seat, 200, 200),
        (&unsent["id"].as_str().unwrap().to_owned(), 404, 404),
    ] {
        let chat = format!("{}/chat/v1/media/{file}", hub.base);
        assert_eq!(fetches(&chat, Some(&carmen.token)).await.status(), own);
        assert_eq!(fetches(&chat, Some(&eve.token)).await.status(), 404, "another customer's");
        assert_eq!(fetches(&chat, None).await.status(), 401);
        assert_eq!(fetches(&format!("{chat}?token={}", carmen.token), None).await.status(), 422, "the old way is shut");
        let (status, _) = partner.asks(reqwest::Method::GET, &format!("media/{file}"), None).await;
        assert_eq!(status, guest, "from the invitation on");
        let agents = format!("{}/api/v1/media/{file}", hub.base);
        assert_eq!(fetches(&agents, Some(&maya.token)).await.status(), own);
        assert_eq!(fetches(&agents, Some(&carmen.token)).await.status(), 401);
        let logics = format!("{}/api/v1/logic/media/{file}", hub.base);
        assert_eq!(fetches(&logics, Some(SECRET)).await.status(), own);
        assert_eq!(fetches(&logics, Some(&maya.token)).await.status(), 401);
    }
    let (status, problem) = eve.sends(&json!({ "id": Uuid::now_v7(), "media": before })).await;
    assert_eq!(status, 422, "somebody else's file cannot be sent: {problem}");
    assert_eq!(attaches(&maya, &conversation, json!({ "id": before })).await.0, 422, "not even by our side");
    let (status, _) = says(&hub.base, &other, json!([{ "type": "ATTACHMENT", "media": before }])).await;
    assert_eq!(status, 422);
    assert_eq!(eve.sees().await.len(), 1, "nothing came of it");
}

#[tokio::test]
async fn agents_send_files_and_the_hub_believes_nothing_but_the_id() {
    let hub = TestHub::start(None).await;
    let (carmen, eve, maya, jonas) = (hub.customer().await, hub.customer().await, hub.maya().await, hub.jonas().await);
    carmen.writes("My invoice?").await;
    eve.writes("Mine, too").await;
    let (conversation, other) = (carmen.conversation().await, eve.conversation().await);
    for (agent, id) in [(&maya, &conversation), (&jonas, &other)] {
        agent.does(id, json!({ "type": "join" })).await;
    }
    let id = Uuid::now_v7();
    let (status, media) = agent_uploads(&maya, &conversation, "Rechnung für März.pdf", PDF, Some(id)).await;
    let expected =
        json!({ "id": id, "name": "Rechnung für März.pdf", "contentType": "application/pdf", "bytes": PDF.len() });
    assert_eq!((status, &media), (200, &expected));
    assert_eq!(
        agent_uploads(&maya, &conversation, "Rechnung für März.pdf", PDF, Some(id)).await.1,
        expected,
        "a repeat"
    );
    let (status, problem) = agent_uploads(&maya, &conversation, "x.pdf", b"%PDF-1.7 other", Some(id)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("media.id_taken")));
    assert_eq!(agent_uploads(&jonas, &other, "Rechnung für März.pdf", PDF, Some(id)).await.0, 409, "of another sender");
    assert_eq!(on_disk(&hub), 1, "each file is there once");
    for bad in [&other, &Uuid::now_v7().to_string()] {
        assert_eq!(agent_uploads(&maya, bad, "x.pdf", PDF, None).await.0, 404, "where maya cannot write");
    }
    assert_eq!(agent_uploads(&maya, "nonsense", "x.pdf", PDF, None).await.0, 422);
    assert_eq!(attaches(&jonas, &other, json!({ "id": id })).await.0, 422, "another conversation's");
    assert_eq!(attaches(&maya, &conversation, json!({ "id": Uuid::now_v7() })).await.0, 422, "there is none");
    let lies = json!({ "id": id, "name": "x.html", "contentType": "text/html", "bytes": 1 });
    let (status, body) = attaches(&maya, &conversation, lies).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(carmen.sees().await.pop().unwrap()["media"], expected);
    let response = fetches(&address(&carmen).await, None).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/pdf");
    let disposition = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(disposition.starts_with("inline; ") && disposition.ends_with("UTF-8''Rechnung%20f%C3%BCr%20M%C3%A4rz.pdf"));
    assert_eq!(response.headers()["cross-origin-resource-policy"], "cross-origin", "for pages that ask for it");
    assert!(
        !response.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"),
        "or viewers stay blank"
    );
    assert_eq!(response.bytes().await.unwrap(), PDF);
}

#[tokio::test]
async fn two_uploads_with_one_id_at_once_are_one_file() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Hello").await;
    let conversation = carmen.conversation().await;
    maya.does(&conversation, json!({ "type": "join" })).await;
    for round in 0..5 {
        let id = Some(Uuid::now_v7());
        let (one, two) = tokio::join!(
            agent_uploads(&maya, &conversation, "a.pdf", PDF, id),
            agent_uploads(&maya, &conversation, "a.pdf", PDF, id)
        );
        assert_eq!(one, two);
        assert_eq!((one.0, on_disk(&hub)), (200, round + 1));
    }
    let id = Some(Uuid::now_v7());
    let (one, two) = tokio::join!(
        agent_uploads(&maya, &conversation, "a.pdf", b"%PDF-1", id),
        agent_uploads(&maya, &conversation, "a.pdf", b"%PDF-2", id)
    );
    let mut both = [one.0, two.0];
    both.sort_unstable();
    assert_eq!((both, on_disk(&hub)), ([200, 409], 6), "of two different files one wins");
}

#[tokio::test]
async fn an_address_opens_its_file_until_tomorrow_and_nothing_else() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let (carmen, eve) = (hub.customer().await, hub.customer().await);
    shows(&carmen, "a.png", PNG).await;
    let first = address(&carmen).await;
    shows(&carmen, "b.png", PNG).await;
    let second = address(&carmen).await;
    shows(&eve, "c.png", PNG).await;
    let right = |address: &str| address.rsplit_once("?t=").unwrap().1.to_owned();
    assert!(!first.contains(&carmen.token));
    assert_eq!(fetches(&first, None).await.status(), 200);
    for stolen in [right(&second), right(&address(&eve).await), "x".to_owned(), String::new()] {
        assert_eq!(fetches(&first.replace(&right(&first), &stolen), None).await.status(), 404, "{stolen}");
    }
    let (status, _) = get(&hub.base, "/chat/v1/entries", Some(&right(&first))).await;
    assert_eq!(status, 401, "it is no session");
    ahead.store(3 * 24 * 3_600_000, Ordering::Relaxed);
    assert_eq!(fetches(&first, None).await.status(), 404, "it has expired");
    assert_ne!(address(&carmen).await, second, "the chat itself goes on");
    assert_eq!(fetches(&address(&carmen).await, None).await.status(), 200);
}

#[tokio::test]
async fn text_comes_back_with_its_encoding_and_nothing_runs() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    for (name, bytes, kind, disposition) in [
        ("grüße.txt", "Größe".as_bytes().to_vec(), "text/plain; charset=utf-8", "inline"),
        ("alt.csv", b"Gr\xf6\xdfe".to_vec(), "text/plain; charset=windows-1252", "inline"),
        ("wide.txt", b"\xff\xfeG\0r\0".to_vec(), "text/plain; charset=utf-16le", "inline"),
        ("page.html", b"<!doctype html><script>1</script>".to_vec(), "text/plain; charset=utf-8", "attachment"),
        ("box.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "text/plain; charset=utf-8", "attachment"),
        ("feed.xml", b"<?xml version='1.0'?><a/>".to_vec(), "text/plain; charset=utf-8", "attachment"),
        ("all.zip", b"PK\x03\x04\0\0\0\0".to_vec(), "application/zip", "attachment"),
        ("film.mp4", b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2\0\0".to_vec(), "video/mp4", "inline"),
    ] {
        shows(&carmen, name, &bytes).await;
        let response = fetches(&address(&carmen).await, None).await;
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), kind, "{name}");
        assert!(header("content-disposition").starts_with(&format!("{disposition}; filename=")), "{name}");
        assert!(header("content-security-policy").starts_with("default-src 'none'"));
        assert!(header("content-security-policy").ends_with("sandbox"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(response.bytes().await.unwrap(), bytes, "stored as it is");
    }
}

#[tokio::test]
async fn players_get_the_parts_they_ask_for() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    let mut film = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2".to_vec();
    film.extend((0..200_000u32).map(|n| u8::try_from(n % 251).unwrap()));
    shows(&carmen, "film.mp4", &film).await;
    let address = address(&carmen).await;
    for (range, status, part) in [
        ("bytes=0-", 206, &film[..]),
        ("bytes=10-19", 206, &film[10..20]),
        ("bytes=100000-170000", 206, &film[100_000..=170_000]),
        ("bytes=-5", 206, &film[film.len() - 5..]),
        ("bytes=900000-", 416, &[]),
        ("bytes=1-2,5-6", 200, &film[..]),
    ] {
        let response = Client::new().get(&address).header("range", range).send().await.unwrap();
        assert_eq!(response.status(), status, "{range}");
        if status == 416 {
            assert_eq!(response.headers()["content-range"], format!("bytes */{}", film.len()));
            assert_eq!(response.headers()["cache-control"], "no-store");
            assert_eq!(response.json::<Value>().await.unwrap()["code"], "media.range");
            continue;
        }
        assert_eq!(response.headers()["content-length"], part.len().to_string());
        if status == 206 {
            let told = response.headers()["content-range"].to_str().unwrap();
            assert!(told.starts_with("bytes ") && told.ends_with(&format!("/{}", film.len())), "{told}");
        }
        assert!(response.headers()["cache-control"].to_str().unwrap().contains("max-age"), "{range}");
        assert_eq!(response.bytes().await.unwrap(), part, "{range}");
    }
    let tag = Client::new().get(&address).send().await.unwrap().headers()["etag"].clone();
    let known = Client::new().get(&address).header("if-none-match", &tag).send().await.unwrap();
    assert_eq!((known.status().as_u16(), &known.headers()["etag"]), (304, &tag));
    assert!(known.bytes().await.unwrap().is_empty());
    let other = Client::new().get(&address).header("if-none-match", "\"other\"").send().await.unwrap();
    assert_eq!(other.status(), 200);
}

#[tokio::test]
async fn your_logic_sends_files_that_it_has_uploaded() {
    let logic = TestLogic::start(|_| axum::Json(json!({})).into_response()).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, eve) = (hub.customer().await, hub.customer().await);
    carmen.writes("My ticket?").await;
    eve.writes("Mine, too").await;
    let (conversation, other) = (carmen.conversation().await, eve.conversation().await);
    assert_eq!(logic_uploads(&hub.base, "not the secret", &conversation, "t.pdf", PDF).await.0, 401);
    assert_eq!(logic_uploads(&hub.base, &carmen.token, &conversation, "t.pdf", PDF).await.0, 401);
    assert_eq!(logic_uploads(&hub.base, SECRET, &Uuid::now_v7().to_string(), "t.pdf", PDF).await.0, 404);
    let (status, media) = logic_uploads(&hub.base, SECRET, &conversation, "ticket.pdf", PDF).await;
    assert_eq!(status, 200, "{media}");
    let (status, problem) = says(&hub.base, &other, json!([{ "type": "ATTACHMENT", "media": media["id"] }])).await;
    assert_eq!(status, 422, "for another conversation: {problem}");
    let mixed = json!([{ "type": "MESSAGE", "text": "Here" }, { "type": "ATTACHMENT", "media": Uuid::now_v7() }]);
    assert_eq!(says(&hub.base, &conversation, mixed).await.0, 422);
    assert_eq!(carmen.sees().await.len(), 1, "all actions take effect, or none");
    let (status, problem) = says(&hub.base, &conversation, json!([{ "type": "ATTACHMENT", "text": "Nothing" }])).await;
    assert_eq!(status, 422, "{problem}");
    let (status, body) = says(&hub.base, &conversation, json!([{ "type": "ATTACHMENT", "media": media["id"] }])).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(carmen.sees().await.pop().unwrap()["media"]["name"], "ticket.pdf");
    assert_eq!(fetches(&address(&carmen).await, None).await.bytes().await.unwrap(), PDF);
    // Older services send the whole object; of it only the id counts.
    let whole = json!({ "id": media["id"], "name": "x.html", "contentType": "text/html", "bytes": 1 });
    assert_eq!(says(&hub.base, &conversation, json!([{ "type": "ATTACHMENT", "media": whole }])).await.0, 200);
    assert_eq!(carmen.sees().await.pop().unwrap()["media"]["contentType"], "application/pdf");
}

/// A company's file server, with other things at its addresses.
async fn file_server() -> String {
    let app = axum::Router::new()
        .route("/files/{name}", axum::routing::get(|| async { PDF }))
        .route("/moved", axum::routing::get(|| async { axum::response::Redirect::temporary("/files/Tarif%20A.pdf") }))
        .route("/round", axum::routing::get(|| async { axum::response::Redirect::temporary("/round") }))
        .route("/program.exe", axum::routing::get(|| async { b"MZ\x90\0".as_slice() }))
        .route("/large", axum::routing::get(|| async { vec![b'x'; 11_000_000] }))
        .route("/slow", axum::routing::get(std::future::pending::<&str>));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    base
}

#[tokio::test]
async fn your_logic_names_files_by_address_and_the_hub_fetches_them() {
    let files = file_server().await;
    let attachment = |path: &str| json!([{ "type": "ATTACHMENT", "url": format!("{files}{path}"), "text": "Here" }]);
    let first = attachment("/files/Tarif%20A.pdf");
    let logic = TestLogic::acting(first).await;
    let url = logic.url.clone();
    let hub = TestHub::configured(Clock::system(), |config| {
        config.logic = Some(crate::common::logic_at(&url));
        config.media.allow_private = true;
    })
    .await;
    let carmen = hub.customer().await;
    carmen.writes("The rules?").await;
    let entry = carmen.waits_for("Here").await;
    assert_eq!(entry["media"]["name"], "Tarif A.pdf");
    assert_eq!(fetches(&address(&carmen).await, None).await.bytes().await.unwrap(), PDF);
    let conversation = carmen.conversation().await;
    let named = json!([{ "type": "ATTACHMENT", "url": format!("{files}/moved"), "name": "Rules" }]);
    assert_eq!(says(&hub.base, &conversation, named).await.0, 200);
    assert_eq!(carmen.sees().await.pop().unwrap()["media"]["name"], "Rules.pdf");
    let shown = carmen.sees().await.len();
    for (path, why) in [
        ("/missing", "404"),
        ("/round", "redirected too often"),
        ("/program.exe", "cannot be sent"),
        ("/large", "larger than"),
    ] {
        let (status, problem) = says(&hub.base, &conversation, attachment(path)).await;
        assert_eq!(status, 422, "{path}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(why), "{problem}");
    }
    assert_eq!(carmen.sees().await.len(), shown);
}

#[tokio::test]
async fn an_answer_whose_file_cannot_be_had_is_refused_and_a_person_is_called() {
    let files = file_server().await;
    for (url, why) in [
        (format!("{files}/files/Tarif%20A.pdf"), "https"),
        ("https://127.0.0.1:1/x.pdf".to_owned(), "private"),
        ("https://[::1]/x.pdf".to_owned(), "private"),
        ("https://localhost:1/x.pdf".to_owned(), "private"),
        ("file:///etc/passwd".to_owned(), "https"),
        ("nonsense".to_owned(), "not an address"),
    ] {
        let logic = TestLogic::acting(json!([{ "type": "ATTACHMENT", "url": url }])).await;
        let hub = TestHub::start(Some(&logic.url)).await;
        let (carmen, maya) = (hub.customer().await, hub.maya().await);
        carmen.writes("The rules?").await;
        let conversation = carmen.conversation().await;
        maya.finds(&conversation, "help").await;
        let state = maya.state(&conversation).await.to_string();
        assert!(state.contains(why), "{url}: {state}");
        assert_eq!(carmen.sees().await.len(), 1);
    }
}

#[tokio::test]
async fn a_slow_address_holds_up_nobody_else() {
    let files = file_server().await;
    let url = format!("{files}/slow");
    let logic = TestLogic::start(move |request| {
        let slow = request["trigger"]["turn"]["content"]["text"] == "slow";
        let slow = slow.then(|| json!({ "type": "ATTACHMENT", "url": url }));
        let action = slow.unwrap_or_else(|| json!({ "type": "MESSAGE", "text": "Quick" }));
        let is_turn = request["trigger"]["type"] == "TURN" && request["trigger"]["by"]["kind"] == "customer";
        axum::Json(json!({ "actions": if is_turn { json!([action]) } else { json!([]) } })).into_response()
    })
    .await;
    let url = logic.url.clone();
    let hub = TestHub::configured(Clock::system(), |config| {
        config.logic = Some(tandem_hub::config::LogicConfig { timeout_ms: 1_500, ..crate::common::logic_at(&url) });
        config.media.allow_private = true;
    })
    .await;
    let (carmen, eve, maya) = (hub.customer().await, hub.customer().await, hub.maya().await);
    carmen.writes("slow").await;
    eve.writes("quick").await;
    eve.waits_for("Quick").await;
    let conversation = carmen.conversation().await;
    maya.finds(&conversation, "help").await;
    let state = maya.state(&conversation).await.to_string();
    assert!(state.contains("the file cannot be fetched in time"), "Your Logic was in time, its file was not: {state}");
}

#[tokio::test]
async fn files_that_conversations_name_and_that_are_gone_or_cut_short_are_missed() {
    let hub = TestHub::start(None).await;
    let carmen = hub.customer().await;
    shows(&carmen, "invoice.pdf", PDF).await;
    let url = address(&carmen).await;
    assert_eq!(fetches(&url, None).await.status(), 200);
    let media = hub.folder.path().join("media");
    let files = std::fs::read_dir(&media).unwrap().flatten();
    let name = |entry: std::fs::DirEntry| entry.file_name().into_string().unwrap();
    let stored = files.map(name).find(|name| Uuid::parse_str(name).is_ok()).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let file = media.join(&stored);
    let waits_for_ever = || {
        std::fs::remove_file(&file).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    };
    let cut: &dyn Fn() = &|| std::fs::write(&file, &PDF[..4]).unwrap();
    for (name, code, change) in [
        ("cut", "media.damaged", cut),
        ("pipe", "media.damaged", &waits_for_ever),
        ("gone", "media.unknown", &|| std::fs::remove_file(&file).unwrap()),
    ] {
        change();
        let refused = fetches(&url, None).await;
        assert_eq!(refused.status(), 404);
        assert!(refused.text().await.unwrap().contains(code));
        let (data, to) = (hub.folder.path().to_owned(), outside.path().join(name));
        let done = tokio::task::spawn_blocking(move || tandem_hub::backup(&data, &to)).await.unwrap().unwrap();
        assert_eq!(done.lost, [format!("media/{stored}")]);
        let mut lines = Vec::new();
        let config = tandem_hub::config::Config::new(hub.folder.path().to_owned());
        assert!(!tandem_hub::doctor(&config, |line| lines.push(line)).await);
        assert!(lines.iter().any(|line| line.starts_with("WRONG  files") && line.contains(&stored)), "{lines:?}");
    }
    let (archive, to) = (outside.path().join("gone"), outside.path().join("restored"));
    let restored = tokio::task::spawn_blocking(move || tandem_hub::restore(&archive, &to)).await.unwrap().unwrap();
    assert_eq!(restored.lost, [format!("media/{stored}")], "who restores is told, too");
    std::fs::write(&file, [b'x'; 4096].get(..PDF.len()).unwrap()).unwrap();
    let (data, to) = (hub.folder.path().to_owned(), outside.path().join("other"));
    let done = tokio::task::spawn_blocking(move || tandem_hub::backup(&data, &to)).await.unwrap().unwrap();
    assert_eq!(done.lost, [format!("media/{stored}")], "others of the same length are not what was sent");
}
