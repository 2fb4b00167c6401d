//! A connection whose peer must make progress: it sends requests and reads answers, or is disconnected.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::crowd::Ticket;

/// Time limit for the first request.
const FRESH: Duration = Duration::from_secs(20);
/// Time limit from a request's first byte to the end of its head.
const HEAD: Duration = Duration::from_secs(10);
/// Time between requests. Longer than proxies keep their connections (nginx: 60 s), because a request on a closing
/// connection fails.
const IDLE: Duration = Duration::from_secs(75);
/// Time limit for an unread answer.
const UNREAD: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    Fresh,
    Head,
    /// The hub is handling a request, with its own limits.
    Serving,
    Idle,
}

/// A connection's last activity, shared by its bytes and its requests.
pub(super) struct Activity {
    began: Instant,
    phase: AtomicU8,
    /// Start of the phase, in milliseconds since the connection opened.
    since: AtomicU64,
    /// Since when the peer reads nothing, in milliseconds plus one; 0 while it reads.
    unread: AtomicU64,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            phase: AtomicU8::new(Phase::Fresh as u8),
            since: AtomicU64::new(0),
            unread: AtomicU64::new(0),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
        self.since.store(self.now(), Ordering::Relaxed);
    }

    fn is(&self, phase: Phase) -> bool {
        self.phase.load(Ordering::Relaxed) == phase as u8
    }

    /// Whether no request has begun yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.is(Phase::Fresh)
    }

    /// The head of a request is complete.
    pub(super) fn began(&self) {
        self.enter(Phase::Serving);
    }

    /// The answer is being sent.
    pub(super) fn answered(&self) {
        self.enter(Phase::Idle);
    }

    fn read(&self) {
        if self.is(Phase::Fresh) || self.is(Phase::Idle) {
            self.enter(Phase::Head);
        }
    }

    fn wrote<T>(&self, polled: &Poll<T>) {
        if polled.is_pending() {
            let _ = self.unread.compare_exchange(0, self.now() + 1, Ordering::Relaxed, Ordering::Relaxed);
            return;
        }
        self.unread.store(0, Ordering::Relaxed);
        // A pipelined head waits until the answer before it is written.
        if self.is(Phase::Idle) || self.is(Phase::Head) {
            self.since.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Why the connection must end now.
    pub(super) fn overdue(&self) -> Option<&'static str> {
        let now = self.now();
        let unread = self.unread.load(Ordering::Relaxed);
        let is_over = |since: u64, limit: Duration| u128::from(now.saturating_sub(since)) > limit.as_millis();
        if unread > 0 && is_over(unread, UNREAD) {
            return Some("its peer does not read");
        }
        let since = self.since.load(Ordering::Relaxed);
        match () {
            () if self.is(Phase::Fresh) && is_over(since, FRESH) => Some("nothing was asked"),
            () if self.is(Phase::Head) && is_over(since, HEAD) => Some("the head of a request did not arrive"),
            () if self.is(Phase::Idle) && is_over(since, IDLE) => Some("nothing more was asked"),
            () => None,
        }
    }
}

/// The bytes of a connection until its end, upgraded or not.
pub(super) struct Watched {
    stream: TcpStream,
    activity: Arc<Activity>,
    _seat: Ticket,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>, seat: Ticket) -> Self {
        Self { stream, activity, _seat: seat }
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.activity.read();
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.activity.wrote(&polled);
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.activity.wrote(&polled);
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;
    use std::time::Duration;

    use super::Activity;

    fn after(activity: &mut Activity, seconds: u64) -> Option<&'static str> {
        activity.began = activity.began.checked_sub(Duration::from_secs(seconds)).unwrap();
        activity.overdue()
    }

    #[test]
    fn a_dripping_head_has_ten_seconds_however_it_drips() {
        let mut activity = Activity::new();
        assert_eq!(after(&mut activity, 19), None);
        activity.read();
        assert_eq!(after(&mut activity, 6), None);
        activity.read();
        assert_eq!(after(&mut activity, 6), Some("the head of a request did not arrive"));
    }

    #[test]
    fn a_connection_may_rest_between_requests_and_not_before_the_first() {
        let mut fresh = Activity::new();
        assert_eq!(after(&mut fresh, 21), Some("nothing was asked"));
        let mut activity = Activity::new();
        activity.read();
        activity.began();
        assert_eq!(after(&mut activity, 600), None, "what the hub is busy with is its own affair");
        activity.answered();
        assert_eq!(after(&mut activity, 70), None);
        assert_eq!(after(&mut activity, 6), Some("nothing more was asked"));
    }

    #[test]
    fn a_head_that_comes_during_a_long_download_cuts_nothing() {
        let mut activity = Activity::new();
        activity.began();
        activity.answered();
        activity.read();
        for _ in 0..20 {
            assert_eq!(after(&mut activity, 9), None);
            activity.wrote(&Poll::Ready(()));
        }
        assert_eq!(after(&mut activity, 11), Some("the head of a request did not arrive"));
    }

    #[test]
    fn an_answer_must_be_read_however_long_it_takes() {
        let mut activity = Activity::new();
        activity.began();
        for _ in 0..20 {
            activity.wrote(&Poll::<()>::Pending);
            assert_eq!(after(&mut activity, 25), None);
            activity.wrote(&Poll::Ready(()));
        }
        activity.wrote(&Poll::<()>::Pending);
        assert_eq!(after(&mut activity, 31), Some("its peer does not read"));
    }
}
