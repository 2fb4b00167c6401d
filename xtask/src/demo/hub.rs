//! Waits for a hub to answer. A hand-written request saves compiling an HTTP library first.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

const PATIENCE: Duration = Duration::from_secs(2);
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// Requests `GET /healthz` until the answer is 200; `check` may abort. A hub behind TLS is not checked.
pub fn wait_until_healthy(url: &str, within: Duration, mut check: impl FnMut() -> Result<()>) -> Result<()> {
    let Some(address) = url.strip_prefix("http://") else {
        if !url.starts_with("https://") {
            bail!("--hub {url}: an address like http://127.0.0.1:7700 is expected");
        }
        return Ok(());
    };
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let start = Instant::now();
    loop {
        check()?;
        let why = match ask(host, path) {
            Ok(()) => return Ok(()),
            Err(why) => why,
        };
        if start.elapsed() > within {
            return Err(why.context(format!("the hub at {url} does not answer after {} s", within.as_secs())));
        }
        std::thread::sleep(TRY_AGAIN);
    }
}

fn ask(host: &str, path: &str) -> Result<()> {
    let authority = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let address = authority.to_socket_addrs()?.next().context("the host has no address")?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let base = if path.is_empty() { String::new() } else { format!("/{path}") };
    let request = format!("GET {base}/healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        bail!("it answers `{status}` to GET /healthz");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead as _, BufReader};
    use std::net::TcpListener;

    #[test]
    fn waits_through_a_start_until_200() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let hub = std::thread::spawn(move || {
            for status in ["503 Service Unavailable", "200 OK"] {
                let (mut stream, _) = listener.accept().unwrap();
                let request: Vec<_> =
                    BufReader::new(&stream).lines().map_while(|l| l.ok().filter(|l| !l.is_empty())).collect();
                assert_eq!(request[0], "GET /healthz HTTP/1.1");
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        wait_until_healthy(&url, Duration::from_secs(10), || Ok(())).unwrap();
        hub.join().unwrap();
    }

    #[test]
    fn gives_up_when_the_app_has_died_or_the_address_is_wrong() {
        let error = wait_until_healthy("http://127.0.0.1:1", Duration::from_secs(10), || bail!("it died")).unwrap_err();
        assert_eq!(error.to_string(), "it died");
        assert!(wait_until_healthy("localhost:7700", Duration::ZERO, || Ok(())).is_err());
        let error = wait_until_healthy("http://127.0.0.1:1", Duration::ZERO, || Ok(())).unwrap_err();
        assert!(error.to_string().contains("does not answer"), "{error}");
    }
}
