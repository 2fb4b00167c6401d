//! Whether a request's body was read to its end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::Request;
use hyper::body::{Body, Frame, Incoming, SizeHint};

/// Knows whether something of a body is left.
#[derive(Clone)]
pub(super) struct Unread(Arc<AtomicBool>);

/// A body that tells when its end was read.
pub(super) struct Told {
    body: Incoming,
    unread: Unread,
}

impl Unread {
    pub(super) fn of(request: Request<Incoming>) -> (Request<Told>, Self) {
        let unread = Self(Arc::new(AtomicBool::new(!request.body().is_end_stream())));
        let told = unread.clone();
        (request.map(|body| Told { body, unread: told }), unread)
    }

    pub(super) fn is_left(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Body for Told {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None)) || self.body.is_end_stream() {
            self.unread.0.store(false, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
