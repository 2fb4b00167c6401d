//! Accepts connections: bounded in number, none idle for too long, and none cut off mid-work when the hub stops.

mod unread;
mod watched;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use unread::Unread;
use watched::{Activity, Watched};

use crate::config::ConfigError;
use crate::crowd::{Full, Ticket};
use crate::doors;
use crate::fanout::Input;
use crate::hub::Hub;
use crate::peer::{Network, is_trusted};
use crate::problem::{busy, too_many_connections};

/// Time for running work after the stop signal.
const DRAIN: Duration = Duration::from_secs(5);
/// How often each connection is checked.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Pause after a system error, such as a lack of file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);
/// How often such an error is logged while it lasts.
const TELL_EVERY: Duration = Duration::from_secs(60);
/// Maximum head of a request, in bytes.
const HEAD_BYTES: usize = 64 * 1024;
/// TCP keepalive: idle time and interval.
const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(15));

/// Default maximum of connections.
const MOST_CONNECTIONS: usize = 20_000;
/// Open files other than connections: databases, uploads, requests to Your Logic. Few connections need fewer.
const OTHER_FILES: (usize, usize) = (128, 600);
/// With fewer the hub would refuse customers for lack of files.
const LEAST_FILES: usize = 256;
/// With fewer the log says how many connections they allow.
const FEW_FILES: usize = 4_096;

/// Listens on an address and port.
///
/// # Errors
/// Why this is impossible, and what to do.
pub async fn bind(address: &str) -> anyhow::Result<TcpListener> {
    let error = match TcpListener::bind(address).await {
        Ok(listener) => return Ok(listener),
        Err(error) => error,
    };
    let advice = match error.kind() {
        ErrorKind::AddrInUse => "another program uses it",
        ErrorKind::PermissionDenied => {
            "this user may not use the port (mostly those below 1024): choose a higher one behind a proxy, or allow \
             it with CAP_NET_BIND_SERVICE"
        }
        ErrorKind::AddrNotAvailable => "this machine has no such address",
        _ => return Err(anyhow::Error::new(error).context(format!("Cannot listen on {address}"))),
    };
    bail!("Cannot listen on {address}: {advice}")
}

/// Raises the limit of open files to the allowed maximum and returns it. Service managers start programs with far
/// less.
#[must_use]
pub fn raise_file_limit() -> u64 {
    rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1_024)
}

/// The process's limit of open files.
fn open_files() -> usize {
    #[cfg(unix)]
    let files = rlimit::getrlimit(rlimit::Resource::NOFILE).map_or(1_024, |(soft, _)| soft);
    // Sockets are not files there.
    #[cfg(not(unix))]
    let files = u64::MAX;
    usize::try_from(files).unwrap_or(usize::MAX)
}

/// Maximum connections: as configured, or by the limit of open files.
pub(crate) fn room_for(configured: Option<usize>) -> anyhow::Result<usize> {
    room_in(open_files(), configured)
}

fn room_in(files: usize, configured: Option<usize>) -> anyhow::Result<usize> {
    ensure!(
        files >= LEAST_FILES,
        "This process may open {files} files, but the hub needs {LEAST_FILES} or more: raise the limit (ulimit -n, \
         LimitNOFILE of systemd)"
    );
    let (least, most) = OTHER_FILES;
    let room = files - (files / 4).clamp(least, most);
    let Some(wanted) = configured else {
        let room = room.min(MOST_CONNECTIONS);
        if files < FEW_FILES {
            tracing::warn!(files, connections = room, "this process may open few files, which limits connections");
        }
        return Ok(room);
    };
    if wanted > room {
        bail!(ConfigError::of(format!(
            "max_connections (TANDEM_MAX_CONNECTIONS): {wanted} is more than the {room} connections that fit into this \
             process's limit of {files} open files"
        )));
    }
    Ok(wanted)
}

/// Serves until `stop` resolves. Then refuses new connections, tells live ones to reconnect, and finishes running
/// requests.
pub(crate) async fn serve(hub: &Arc<Hub>, listener: TcpListener, stop: impl Future<Output = ()>) {
    let doors = Doors {
        app: doors::router(Arc::clone(hub)),
        away: Arc::new(Semaphore::new(64)),
        stopping: watch::Sender::new(false),
        hub,
    };
    let mut connections = JoinSet::new();
    let mut told: Option<Instant> = None;
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => doors.let_in(stream, address, &mut connections),
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    if told.is_none_or(|at| at.elapsed() >= TELL_EVERY) {
                        tracing::error!(%error, "cannot accept connections");
                        told = Some(Instant::now());
                    }
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            },
        }
    }
    drop(listener);
    doors.stopping.send_replace(true);
    let drained = async {
        hub.fanout.send(Input::Stopping).await;
        hub.crowd.empty().await;
    };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        tracing::warn!(seconds = DRAIN.as_secs(), "some connections did not end in time and are cut");
    }
}

/// The peer disconnected before the accept.
fn is_of_the_peer(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

struct Doors<'a> {
    hub: &'a Arc<Hub>,
    app: Router,
    /// Limits connections that are being turned away.
    away: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
}

impl Doors<'_> {
    fn let_in(&self, stream: TcpStream, address: SocketAddr, connections: &mut JoinSet<()>) {
        let is_proxy = is_trusted(address.ip(), &self.hub.config.trusted_proxies);
        let network = (!is_proxy).then(|| Network::of(address.ip()));
        match self.hub.crowd.enter(network) {
            Ok(seat) => {
                prepare(&stream);
                connections.spawn(attend(self.app.clone(), stream, address, seat, self.stopping.subscribe()));
            }
            Err(full) => {
                let Ok(turn) = Arc::clone(&self.away).try_acquire_owned() else { return };
                connections.spawn(async move {
                    let _turn = turn;
                    let _ = tokio::time::timeout(Duration::from_secs(1), turn_away(stream, full)).await;
                });
            }
        }
    }
}

/// Small answers leave at once, and vanished peers are detected.
fn prepare(stream: &TcpStream) {
    let (time, interval) = KEEPALIVE;
    let keepalive = TcpKeepalive::new().with_time(time).with_interval(interval);
    let prepared = stream.set_nodelay(true).and_then(|()| SockRef::from(stream).set_tcp_keepalive(&keepalive));
    if let Err(error) = prepared {
        tracing::debug!(%error, "a connection cannot be prepared");
    }
}

/// Serves one connection's requests until it ends or is upgraded.
async fn attend(
    app: Router,
    stream: TcpStream,
    address: SocketAddr,
    seat: Ticket,
    mut stopping: watch::Receiver<bool>,
) {
    let activity = Arc::new(Activity::new());
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&activity), seat));
    let app = TowerToHyperService::new(app);
    let serving = Arc::clone(&activity);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        serving.began();
        let (request, unread) = Unread::of(request);
        let (answer, serving) = (app.call(request), Arc::clone(&serving));
        async move {
            let mut answer = answer.await;
            serving.answered();
            if let Ok(answer) = &mut answer
                && unread.is_left()
            {
                // The rest of the body cannot be told from a next request.
                answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            answer
        }
    });
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None::<Duration>).max_buf_size(HEAD_BYTES);
    let mut connection = pin!(builder.serve_connection(io, service).with_upgrades());
    let mut look = tokio::time::interval(LOOK_EVERY);
    let mut is_stopping = false;
    loop {
        tokio::select! {
            // A disconnecting peer is not worth a log line.
            _ = connection.as_mut() => return,
            _ = look.tick() => if let Some(why) = activity.overdue() {
                tracing::debug!(why, "a connection is cut");
                return;
            },
            () = told_to_stop(&mut stopping), if !is_stopping => {
                if activity.is_fresh() {
                    return;
                }
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn told_to_stop(stopping: &mut watch::Receiver<bool>) {
    // An error means that the server has stopped.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// Answers that the hub is full, after reading the request, so that the peer receives the answer.
async fn turn_away(mut stream: TcpStream, full: Full) -> std::io::Result<()> {
    stream.readable().await?;
    let _ = stream.try_read(&mut [0; 4096]);
    let (line, problem) = match full {
        Full::Hub => ("503 Service Unavailable", busy()),
        Full::Network => ("429 Too Many Requests", too_many_connections()),
    };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let answer = format!(
        "HTTP/1.1 {line}\r\ncontent-type: application/problem+json\r\nretry-after: {}\r\nconnection: close\r\n\
         access-control-allow-origin: *\r\ncontent-length: {}\r\n\r\n{body}",
        problem.retry_after.unwrap_or(1),
        body.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::room_in;

    #[test]
    fn connections_leave_the_hub_its_own_files_and_too_few_files_are_refused() {
        for (files, room) in [(256, 128), (400, 272), (1_024, 768), (4_096, 3_496), (1_048_576, 20_000)] {
            assert_eq!(room_in(files, None).unwrap(), room, "{files}");
        }
        for files in [0, 64, 255] {
            let refused = room_in(files, None).unwrap_err().to_string();
            assert!(refused.contains(&format!("may open {files} files")), "{refused}");
        }
        assert_eq!(room_in(1_024, Some(768)).unwrap(), 768);
        let refused = room_in(1_024, Some(769)).unwrap_err().to_string();
        assert!(refused.contains("max_connections") && refused.contains("768"), "{refused}");
    }
}
