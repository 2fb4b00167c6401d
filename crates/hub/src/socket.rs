//! A live connection, shared by desks, web chats and external agents. It has heartbeats in both directions, a bounded
//! queue, send timeouts, a frame rate limit, and a close with a reason.
//!
//! A [`Party`] defines what differs between the three. [`Line::end`] closes a connection from outside at once, with a
//! reason; queued frames are dropped. Dropping the line closes the connection after its queued frames.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use tokio_tungstenite::tungstenite::Error as WireError;

use crate::crowd::Ticket;
use crate::problem::ApiError;

/// Maximum queued frames per client.
const BACKLOG: usize = 1024;
/// Maximum queued bytes per client; a single larger frame still fits.
const BACKLOG_BYTES: usize = 2 * 1024 * 1024;
/// Time limit for a client's first frame.
const HELLO: Duration = Duration::from_secs(10);
/// Time limit for a client to receive a frame.
const SEND: Duration = Duration::from_secs(30);
/// Time for a client to answer a close, so that it reads the reason before the connection ends.
const LINGER: Duration = Duration::from_secs(1);
/// A browser that is silent this long is pinged.
pub(crate) const CHAT_SILENT: Duration = Duration::from_secs(25);
/// After this much silence a browser gets a sign of life. Pages take the connection for dead after two and a half
/// times as long (`SILENT_MS` in `ui/chat/src/live.ts`), and proxies cut connections silent for 60 s.
pub(crate) const CHAT_ALIVE: Duration = Duration::from_secs(10);
/// Frames per second that a client may send.
const FRAMES_PER_S: u32 = 20;
/// Frames that a client may send at once after a pause.
const FRAMES_BURST: u32 = 60;

/// Why the hub closes a connection, for its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Goodbye {
    /// Close code of RFC 6455, section 7.4.
    close: u16,
    /// Sent as an error frame before the close; empty sends none.
    code: &'static str,
    message: &'static str,
}

impl Goodbye {
    /// Everything was sent.
    pub(crate) const OVER: Self = Self::new(1000, "", "");
    /// The client reads too slowly.
    pub(crate) const TOO_SLOW: Self =
        Self::new(1013, "live.too_slow", "This connection could not keep up: reconnect from the last position.");
    /// The contact has too many open pages.
    pub(crate) const TOO_MANY: Self =
        Self::new(1013, "limit.connections", "This chat is open in too many windows: close some.");
    /// The content continues elsewhere.
    pub(crate) const MOVED: Self = Self::new(1012, "", "");

    pub(crate) const STOPPING: Self = Self::new(1012, "", "");

    pub(crate) const fn new(close: u16, code: &'static str, message: &'static str) -> Self {
        Self { close, code, message }
    }
}

/// The hub's end of a connection's queue.
pub(crate) struct Line {
    frames: mpsc::Sender<Utf8Bytes>,
    shared: Arc<Shared>,
}

/// The connection's end of its queue.
pub(crate) struct Queue {
    frames: mpsc::Receiver<Utf8Bytes>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Bytes in the queue.
    bytes: AtomicUsize,
    end: OnceLock<Goodbye>,
    ended: Notify,
}

/// Creates a queue to one connection.
pub(crate) fn line() -> (Line, Queue) {
    let (sender, receiver) = mpsc::channel(BACKLOG);
    let shared = Arc::<Shared>::default();
    (Line { frames: sender, shared: Arc::clone(&shared) }, Queue { frames: receiver, shared })
}

impl Line {
    /// Queues a frame. False if the connection has ended, or ends now because it cannot keep up.
    #[must_use]
    pub(crate) fn send(&self, frame: Utf8Bytes) -> bool {
        let bytes = frame.len();
        let before = self.shared.bytes.fetch_add(bytes, Ordering::Relaxed);
        if (before == 0 || before + bytes <= BACKLOG_BYTES) && self.frames.try_send(frame).is_ok() {
            return true;
        }
        self.end(Goodbye::TOO_SLOW);
        false
    }

    /// Closes the connection at once. The first reason counts.
    pub(crate) fn end(&self, goodbye: Goodbye) {
        if self.shared.end.set(goodbye).is_ok() {
            self.shared.ended.notify_one();
        }
    }
}

impl Queue {
    /// The next frame, or the reason for the end. Cancel-safe.
    async fn next(&mut self) -> Result<Utf8Bytes, Goodbye> {
        if let Some(goodbye) = self.shared.end.get() {
            return Err(*goodbye);
        }
        let frame = tokio::select! {
            () = self.shared.ended.notified() => None,
            frame = self.frames.recv() => frame,
        };
        frame.map(|frame| self.taken(frame)).ok_or_else(|| *self.shared.end.get().unwrap_or(&Goodbye::OVER))
    }

    /// Whether the queue overflowed.
    pub(crate) fn is_too_slow(&self) -> bool {
        self.ending().goodbye() == Some(Goodbye::TOO_SLOW)
    }

    /// A handle that tells whether the queue was ended.
    pub(crate) fn ending(&self) -> Ending {
        Ending(Arc::clone(&self.shared))
    }

    /// A frame that is already queued.
    fn at_hand(&mut self) -> Option<Utf8Bytes> {
        self.frames.try_recv().ok().map(|frame| self.taken(frame))
    }

    fn taken(&self, frame: Utf8Bytes) -> Utf8Bytes {
        self.shared.bytes.fetch_sub(frame.len(), Ordering::Relaxed);
        frame
    }
}

/// Tells whether a queue was ended.
pub(crate) struct Ending(Arc<Shared>);

impl Ending {
    pub(crate) fn goodbye(&self) -> Option<Goodbye> {
        self.0.end.get().copied()
    }

    /// Resolves when the connection is to end for another reason than a full queue. Cancel-safe.
    pub(crate) async fn said(&self) -> Goodbye {
        loop {
            match self.goodbye() {
                Some(Goodbye::TOO_SLOW) => std::future::pending().await,
                Some(goodbye) => return goodbye,
                None => self.0.ended.notified().await,
            }
        }
    }
}

/// The client disconnected or stopped reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gone;

/// Formats an error as a frame of the client's protocol.
pub(crate) type ErrorFrame = fn(code: &str, message: &str) -> Option<Utf8Bytes>;

/// What distinguishes one kind of client.
pub(crate) trait Party: Send {
    /// After this silence a client is pinged; after as much again it is gone.
    const SILENT: Duration;

    /// A sign-of-life frame and the silence after which it is sent. None if the queue already brings such frames.
    fn alive(&self) -> Option<(Duration, Utf8Bytes)>;

    /// Handles one frame; `replies` are sent at once.
    fn hear(&mut self, text: &str, replies: &mut Vec<Utf8Bytes>) -> impl Future<Output = ()> + Send;

    /// Whether the next frame may be read: false while too much of the earlier ones is under way.
    fn has_room(&self) -> bool {
        true
    }

    /// Waits for later replies to frames that were heard. Cancel-safe; does not end while nothing is under way.
    fn later(&mut self, _: &mut Vec<Utf8Bytes>) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }
}

/// Upgrades a request to a live connection and serves it.
pub(crate) fn open<F>(
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    frame_bytes: usize,
    error: ErrorFrame,
    seat: Option<Ticket>,
    serve: impl FnOnce(Socket) -> F + Send + 'static,
) -> Result<Response, ApiError>
where
    F: Future<Output = ()> + Send,
{
    let upgrade = upgrade.map_err(|_| ApiError::new(426, "live.upgrade", "Open this address as a WebSocket."))?;
    // Small buffers keep thousands of idle connections small.
    let sized = upgrade
        .read_buffer_size(2048)
        .write_buffer_size(4096)
        .max_write_buffer_size(16 * 1024 * 1024)
        .max_message_size(frame_bytes)
        .max_frame_size(frame_bytes);
    Ok(sized.on_upgrade(async move |mut socket| {
        // The request's read buffer stays until the first read.
        let early = socket.next().now_or_never();
        serve(Socket { socket, early, error, frame_bytes, _seat: seat }).await;
    }))
}

/// An open connection to one client.
pub(crate) struct Socket {
    socket: WebSocket,
    /// What came with the request; [`Self::next`] takes it first.
    early: Option<Option<Result<Message, axum::Error>>>,
    error: ErrorFrame,
    frame_bytes: usize,
    _seat: Option<Ticket>,
}

impl Socket {
    /// The next message, or the end. Cancel-safe.
    async fn next(&mut self) -> Option<Result<Message, axum::Error>> {
        match self.early.take() {
            Some(early) => early,
            None => self.socket.next().await,
        }
    }

    /// Sends one frame and waits until it is written.
    pub(crate) async fn send(&mut self, frame: Utf8Bytes) -> Result<(), Gone> {
        self.put(Message::Text(frame)).await
    }

    /// A client's first frame; none if it disconnected or was refused.
    pub(crate) async fn first(&mut self) -> Option<Utf8Bytes> {
        let until = Instant::now() + HELLO;
        let mut next = timeout_at(until, self.next()).await;
        while matches!(next, Ok(Some(Ok(Message::Ping(_) | Message::Pong(_))))) {
            next = timeout_at(until, self.next()).await;
        }
        match next {
            Ok(Some(Ok(Message::Text(text)))) => Some(text),
            Ok(Some(Ok(Message::Binary(_)))) => {
                self.end(NOT_TEXT).await;
                None
            }
            Ok(Some(Err(error))) => {
                self.failed(error).await;
                None
            }
            Ok(_) => None,
            Err(_) => {
                self.end(NO_HELLO).await;
                None
            }
        }
    }

    /// Sends the refusal, then closes.
    pub(crate) async fn refuse(&mut self, error: &ApiError) {
        self.say_error(&error.0.code, &error.0.detail).await;
        self.close(1008, &error.0.code).await;
    }

    /// Closes with a reason.
    pub(crate) async fn end(&mut self, goodbye: Goodbye) {
        if !goodbye.code.is_empty() {
            self.say_error(goodbye.code, goodbye.message).await;
        }
        self.close(goodbye.close, goodbye.code).await;
    }

    /// Receives and sends until either side ends it. With `is_limited`, a client is read no faster than people send.
    pub(crate) async fn talk<P: Party>(&mut self, queue: &mut Queue, party: &mut P, is_limited: bool) {
        let began = Instant::now();
        let mut pulse = Pulse::new(P::SILENT, party.alive(), began);
        let mut pace = Pace::new(is_limited, began);
        let mut tick = std::pin::pin!(sleep_until(pulse.due()));
        let mut replies = Vec::new();
        loop {
            let may_read = pace.may_read(Instant::now());
            let wake = if may_read { pulse.due() } else { pulse.due().min(pace.ready) };
            if tick.is_elapsed() || wake < tick.deadline() {
                tick.as_mut().reset(wake);
            }
            let done = tokio::select! {
                () = &mut tick => self.beat(&mut pulse).await,
                frame = queue.next() => match frame {
                    Ok(frame) => {
                        pulse.said();
                        replies.push(frame);
                        self.send_with(&mut replies, queue).await
                    }
                    Err(goodbye) => return self.end(goodbye).await,
                },
                () = party.later(&mut replies) => self.send_with(&mut replies, queue).await,
                message = self.next(), if may_read && party.has_room() => {
                    let now = Instant::now();
                    pulse.heard(now);
                    pace.read(now);
                    match message {
                        // Boxed, because its future is large and most connections are silent.
                        Some(Ok(Message::Text(text))) => {
                            Box::pin(party.hear(&text, &mut replies)).await;
                            match replies.is_empty() {
                                true => Ok(()),
                                false => self.send_with(&mut replies, queue).await,
                            }
                        }
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                        Some(Ok(Message::Binary(_))) => return self.end(NOT_TEXT).await,
                        Some(Ok(Message::Close(_))) => return self.linger().await,
                        Some(Err(error)) => return self.failed(error).await,
                        None => return,
                    }
                }
            };
            if done.is_err() {
                return;
            }
        }
    }

    /// Pings a silent client, or sends it a sign of life.
    async fn beat(&mut self, pulse: &mut Pulse) -> Result<(), Gone> {
        match pulse.beat(Instant::now()) {
            Beat::Nothing => Ok(()),
            Beat::Ask => self.put(Message::Ping(Bytes::new())).await,
            Beat::Tell(frame) => self.send(frame).await,
            Beat::Gone => Err(Gone),
        }
    }

    /// Sends frames and everything queued meanwhile in one write.
    async fn send_with(&mut self, frames: &mut Vec<Utf8Bytes>, queue: &mut Queue) -> Result<(), Gone> {
        let all = async {
            for frame in frames.drain(..) {
                self.socket.feed(Message::Text(frame)).await?;
            }
            while let Some(frame) = queue.at_hand() {
                self.socket.feed(Message::Text(frame)).await?;
            }
            self.socket.flush().await
        };
        in_time(all).await
    }

    async fn put(&mut self, message: Message) -> Result<(), Gone> {
        in_time(self.socket.send(message)).await
    }

    async fn say_error(&mut self, code: &str, message: &str) {
        if let Some(frame) = (self.error)(code, message) {
            // A client that no longer reads loses only the reason.
            let _ = self.send(frame).await;
        }
    }

    /// The received data was not a message.
    async fn failed(&mut self, error: axum::Error) {
        match error.into_inner().downcast::<WireError>().as_deref() {
            Ok(WireError::Capacity(_)) => {
                let message = format!("A frame is limited to {} bytes.", self.frame_bytes);
                self.say_error("frame.too_large", &message).await;
                let _ = self.say_close(1009, "frame.too_large").await;
                // The rest of the frame stays unread, and closing at once would discard the reason.
                sleep(LINGER).await;
            }
            Ok(WireError::Utf8(_)) => self.end(Goodbye::new(1007, "frame.utf8", "Send UTF-8.")).await,
            _ => {}
        }
    }

    async fn close(&mut self, code: u16, reason: &str) {
        if self.say_close(code, reason).await.is_ok() {
            self.linger().await;
        }
    }

    async fn say_close(&mut self, code: u16, reason: &str) -> Result<(), Gone> {
        self.put(Message::Close(Some(CloseFrame { code, reason: reason.to_owned().into() }))).await
    }

    /// Waits for the other side's close and ignores everything before it.
    async fn linger(&mut self) {
        let until = Instant::now() + LINGER;
        while let Ok(Some(Ok(_))) = timeout_at(until, self.next()).await {}
    }
}

const NOT_TEXT: Goodbye = Goodbye::new(1003, "frame.binary", "Send text frames.");
const NO_HELLO: Goodbye = Goodbye::new(1008, "live.hello", "The first frame did not come in time.");

async fn in_time(sending: impl Future<Output = Result<(), axum::Error>>) -> Result<(), Gone> {
    match timeout(SEND, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a live connection is gone");
            Err(Gone)
        }
        Err(_) => {
            tracing::info!(seconds = SEND.as_secs(), "a live connection is cut: its client does not read");
            Err(Gone)
        }
    }
}

/// When each side last gave a sign of life.
struct Pulse {
    silent: Duration,
    alive: Option<(Duration, Utf8Bytes)>,
    heard: Instant,
    asked: Option<Instant>,
    said: Instant,
}

#[derive(Debug, PartialEq, Eq)]
enum Beat {
    Nothing,
    Ask,
    Tell(Utf8Bytes),
    Gone,
}

impl Pulse {
    fn new(silent: Duration, alive: Option<(Duration, Utf8Bytes)>, now: Instant) -> Self {
        Self { silent, alive, heard: now, asked: None, said: now }
    }

    fn heard(&mut self, now: Instant) {
        self.heard = now;
        self.asked = None;
    }

    fn said(&mut self) {
        self.said = Instant::now();
    }

    fn due(&self) -> Instant {
        let ask = self.asked.unwrap_or(self.heard) + self.silent;
        match &self.alive {
            Some((after, _)) => ask.min(self.said + *after),
            None => ask,
        }
    }

    fn beat(&mut self, now: Instant) -> Beat {
        if now >= self.asked.unwrap_or(self.heard) + self.silent {
            return match self.asked.replace(now) {
                None => Beat::Ask,
                Some(_) => Beat::Gone,
            };
        }
        match &self.alive {
            Some((after, frame)) if now >= self.said + *after => {
                self.said = now;
                Beat::Tell(frame.clone())
            }
            _ => Beat::Nothing,
        }
    }
}

struct Pace {
    is_limited: bool,
    /// The earliest time of the next read.
    ready: Instant,
}

impl Pace {
    const INTERVAL: Duration = Duration::from_millis(1_000 / FRAMES_PER_S as u64);

    fn new(is_limited: bool, now: Instant) -> Self {
        Self { is_limited, ready: now }
    }

    fn may_read(&self, now: Instant) -> bool {
        !self.is_limited || self.ready <= now
    }

    fn read(&mut self, now: Instant) {
        let saved = Self::INTERVAL * (FRAMES_BURST - 1);
        let earliest = now.checked_sub(saved).unwrap_or(now);
        self.ready = self.ready.max(earliest) + Self::INTERVAL;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{BACKLOG, BACKLOG_BYTES, Beat, FRAMES_BURST, Goodbye, Pace, Pulse, line};

    #[test]
    fn a_client_may_send_a_burst_and_then_twenty_frames_a_second() {
        let began = Instant::now();
        let mut pace = Pace::new(true, began);
        let mut read =
            |now: Instant| (0..1_000).take_while(|_| pace.may_read(now).then(|| pace.read(now)).is_some()).count();
        let later = began + Duration::from_secs(60);
        assert_eq!(read(later), FRAMES_BURST as usize, "after a pause");
        assert_eq!(read(later + Duration::from_secs(1)), 20, "from then on");
        let mut unlimited = Pace::new(false, began);
        (0..1_000).for_each(|_| unlimited.read(began));
        assert!(unlimited.may_read(began));
    }

    #[test]
    fn a_silent_client_is_asked_once_and_then_gone_and_hears_that_the_hub_is_there() {
        let alive = Some((Duration::from_secs(10), "alive".into()));
        let mut pulse = Pulse::new(Duration::from_secs(25), alive, Instant::now());
        let beats: Vec<_> = (0..6).map(|_| pulse.beat(pulse.due())).collect();
        let tell = || Beat::Tell("alive".into());
        assert_eq!(beats, [tell(), tell(), Beat::Ask, tell(), tell(), Beat::Gone]);
    }

    #[tokio::test]
    async fn a_queue_that_is_full_of_frames_or_bytes_ends_its_connection() {
        let (short, mut queue) = line();
        assert!((0..BACKLOG).all(|_| short.send("x".into())), "the queue takes its number of frames");
        assert!(!short.send("x".into()));
        assert_eq!(queue.next().await, Err(Goodbye::TOO_SLOW));
        let (heavy, mut queue) = line();
        assert!(heavy.send("x".repeat(2 * BACKLOG_BYTES).into()), "one large frame has to go through");
        assert!(!heavy.send("x".into()));
        assert_eq!(queue.next().await, Err(Goodbye::TOO_SLOW));
    }

    #[tokio::test]
    async fn a_dropped_line_delivers_what_is_queued_and_an_ended_one_does_not() {
        let (dropped, mut queue) = line();
        assert!(dropped.send("last".into()));
        drop(dropped);
        assert_eq!(queue.next().await, Ok("last".into()));
        assert_eq!(queue.next().await, Err(Goodbye::OVER));
        let (ended, mut queue) = line();
        assert!(ended.send("never".into()));
        ended.end(Goodbye::MOVED);
        assert_eq!(queue.next().await, Err(Goodbye::MOVED));
    }
}
