//! The connection to the hub: one TLS and one proxy policy for requests and live connection, and clear errors. Trust
//! store and proxy come from a process's environment, so each desk here has its own process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::desk::Maya;
use crate::hub::{FakeHub, PASSWORD, Shared};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/certificates").join(name)
}

/// A hub behind TLS with one of the certificates; its port.
async fn behind_tls(certificate: &str) -> (Shared, u16) {
    let hub = FakeHub::start().await;
    let chain = vec![CertificateDer::from_pem_file(file(certificate)).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let port = listener.local_addr().unwrap().port();
    let plain = hub.url.trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, plain) = (acceptor.clone(), plain.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut hub = TcpStream::connect(plain).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut hub).await;
            });
        }
    });
    (hub, port)
}

/// A proxy that resolves every name to this machine, and answers 407 without `password`.
async fn proxy(password: Option<&'static str>, refuses: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let target = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
                let head = head.to_lowercase();
                assert!(head.starts_with("connect "), "only tunnels lead to a hub: {head}");
                let answer = match password {
                    _ if refuses => "HTTP/1.1 403 Forbidden\r\n\r\n",
                    Some(password) if !head.contains(&password.to_lowercase()) => {
                        "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n"
                    }
                    _ => "HTTP/1.1 200 OK\r\n\r\n",
                };
                stream.write_all(answer.as_bytes()).await.unwrap();
                if answer.contains("200") {
                    let port = target.rsplit(':').next().unwrap_or_default();
                    let mut hub = TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut hub).await;
                }
            });
        }
    });
    port
}

/// What a desk in its own process reports after trying to sign in there.
async fn tries(hub: &str, environment: &[(&str, String)]) -> String {
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "network::inside", "--nocapture"]).env("TANDEM_TEST_HUB", hub);
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE"] {
        command.env_remove(name);
    }
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    let output = command.kill_on_drop(true).output().await.unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the desk in a process of its own; the other stories start it"]
async fn inside() {
    let Ok(hub) = std::env::var("TANDEM_TEST_HUB") else { return };
    let maya = Maya::signed_out().await;
    let sign_in = json!({ "hub": hub, "email": "maya@northwind.example", "password": PASSWORD });
    match maya.desk.rpc("session.signIn", sign_in).await {
        Err(error) => println!("SAID {}", error.message),
        Ok(_) => {
            maya.until_live().await;
            println!("SAID live");
        }
    }
}

fn trusted() -> (&'static str, String) {
    ("SSL_CERT_FILE", file("ca.pem").display().to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_authority_in_the_systems_store_serves_sign_in_and_live_connection_alike() {
    let (_hub, port) = behind_tls("good.pem").await;
    let said = tries(&format!("https://localhost:{port}"), &[trusted()]).await;
    assert!(said.contains("SAID live"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_certificate_is_said_in_words() {
    for (certificate, environment, words) in [
        ("good.pem", vec![], "does not trust the hub's certificate"),
        ("other.pem", vec![trusted()], "is for another name"),
        ("expired.pem", vec![trusted()], "has expired"),
    ] {
        let (_hub, port) = behind_tls(certificate).await;
        let said = tries(&format!("https://localhost:{port}"), &environment).await;
        assert!(said.contains(words), "{certificate}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_and_the_live_connection_go_through_the_same_proxy() {
    let (_hub, port) = behind_tls("good.pem").await;
    let hub = format!("https://hub.northwind.example:{port}");
    // "maya:secret" in base64.
    let proxy = proxy(Some("bWF5YTpzZWNyZXQ="), false).await;
    for variable in ["HTTPS_PROXY", "ALL_PROXY"] {
        let said = tries(&hub, &[trusted(), (variable, format!("http://maya:secret@127.0.0.1:{proxy}"))]).await;
        assert!(said.contains("SAID live"), "{variable}: {said}");
    }
    let said = tries(&hub, &[trusted(), ("HTTPS_PROXY", format!("http://127.0.0.1:{proxy}"))]).await;
    assert!(said.contains("asks for a user name and password"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_refuses_or_is_not_there_is_named_and_no_proxy_leads_around_it() {
    let (_hub, port) = behind_tls("good.pem").await;
    let refusing = proxy(None, true).await;
    let proxied = |proxy: u16| ("HTTPS_PROXY", format!("http://127.0.0.1:{proxy}"));
    let elsewhere = format!("https://hub.northwind.example:{port}");
    let said = tries(&elsewhere, &[trusted(), proxied(refusing)]).await;
    assert!(said.contains("does not let this desk through"), "{said}");
    let said = tries(&elsewhere, &[trusted(), proxied(1)]).await;
    assert!(said.contains("proxy"), "{said}");
    // A hub on this machine is reached without.
    let said = tries(&format!("https://localhost:{port}"), &[trusted(), proxied(refusing)]).await;
    assert!(said.contains("SAID live"), "{said}");
    let bypass = ("NO_PROXY", "hub.northwind.example".to_owned());
    let said = tries(&elsewhere, &[trusted(), proxied(refusing), bypass]).await;
    assert!(said.contains("SAID The hub") && !said.contains("proxy"), "nobody has that name here: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_not_there_is_told_apart_from_one_that_is_silent() {
    let said = tries("https://localhost:1", &[]).await;
    assert!(said.contains("was refused"), "{said}");
    let said = tries("https://nowhere.invalid", &[]).await;
    // Some networks do not even answer that there is no such name.
    assert!(said.contains("name cannot be found") || said.contains("does not answer"), "{said}");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // Reads and never answers with TLS.
            let mut bytes = [0; 64];
            let _ = stream.read(&mut bytes).await;
            let _ = stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n").await;
        }
    });
    let said = tries(&format!("https://localhost:{port}"), &[]).await;
    assert!(said.contains("No secure connection"), "{said}");
}
