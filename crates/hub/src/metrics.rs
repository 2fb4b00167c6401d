//! What operators measure. Labels are bounded, and nothing is about persons.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use tandem_conversation::LogicFailure;

use crate::endpoint::Answered;

/// The type of [`Metrics::text`].
pub(crate) const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// One label and its value.
type Label = [(&'static str, &'static str); 1];
type Times = Family<Label, Histogram, fn() -> Histogram>;

/// From 100 µs to 26 s.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.000_1, 4.0, 10))
}

/// What the hub counts while it works. Clones share it.
#[derive(Clone)]
pub(crate) struct Metrics {
    group_writes: Histogram,
    group_seconds: Histogram,
    logic_seconds: Times,
    request_seconds: Times,
    answers: Family<Label, Counter>,
    now: Now,
    registry: Arc<Registry>,
}

/// Gauges of [`Moment`].
#[derive(Clone, Default)]
struct Now {
    waiting: Gauge,
    connections: Gauge,
    live: Family<Label, Gauge>,
    log: Gauge,
    lag: Gauge,
    calls: Gauge,
    mails: Gauge,
}

/// What is looked up for an answer.
pub(crate) struct Moment {
    pub waiting: usize,
    pub connections: usize,
    /// Live connections by kind.
    pub live: [(&'static str, usize); 3],
    /// The last place of the log.
    pub log: u64,
    /// The last place that live connections have been told.
    pub told: u64,
    pub calls: i64,
    pub mails: i64,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let group_writes = Histogram::new(exponential_buckets(1.0, 4.0, 6));
        let group_seconds = seconds();
        let (logic_seconds, request_seconds) =
            (Times::new_with_constructor(seconds), Times::new_with_constructor(seconds));
        let (answers, now) = (Family::<Label, Counter>::default(), Now::default());
        let mut all = Registry::with_prefix("tandem");
        all.register("group_writes", "Writes that were committed together", group_writes.clone());
        all.register("group_seconds", "From the first write of a group to its end", group_seconds.clone());
        all.register("logic_seconds", "Your Logic, from the request to its answer or failure", logic_seconds.clone());
        all.register(
            "request_seconds",
            "HTTP requests to the hub; live connections until they are open",
            request_seconds.clone(),
        );
        all.register("answers", "Answers to HTTP requests", answers.clone());
        all.register("writes_waiting", "Reads and writes that wait for the database", now.waiting.clone());
        all.register("connections", "Open connections", now.connections.clone());
        all.register("live", "Open live connections", now.live.clone());
        all.register("log_events", "Events in the log since its beginning", now.log.clone());
        all.register("log_lag_events", "Events that live connections have not been told yet", now.lag.clone());
        all.register("calls_open", "Open calls for help", now.calls.clone());
        all.register("mails_waiting", "Mails that wait to be sent", now.mails.clone());
        let about = Gauge::<i64>::default();
        about.set(1);
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        all.sub_registry_with_labels(version.map(|(name, value)| (name.into(), value.into())).into_iter()).register(
            "about",
            "The running version",
            about,
        );
        let registry = Arc::new(all);
        Self { group_writes, group_seconds, logic_seconds, request_seconds, answers, now, registry }
    }

    pub(crate) fn group(&self, writes: usize, took: Duration) {
        self.group_writes.observe(writes as f64);
        self.group_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn logic(&self, answered: &Answered, took: Duration) {
        let outcome = match answered {
            Answered::Now(_) => "answered",
            Answered::Later => "later",
            Answered::Failed(failure) => match failure {
                LogicFailure::NotConfigured => return,
                LogicFailure::Unreachable { .. } => "unreachable",
                LogicFailure::TimedOut { .. } => "timed_out",
                LogicFailure::Status { .. } => "status",
                LogicFailure::Malformed { .. } => "malformed",
                LogicFailure::Refused { .. } => "refused",
            },
        };
        self.logic_seconds.get_or_create(&[("outcome", outcome)]).observe(took.as_secs_f64());
    }

    /// `path` counts by its first part only.
    pub(crate) fn request(&self, path: &str, status: u16, took: Duration) {
        let door = match path.split('/').nth(1) {
            Some("api") => "api",
            Some("chat") => "chat",
            Some("guest") => "guest",
            _ => "other",
        };
        let class = match status {
            ..200 => "1xx",
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            500.. => "5xx",
        };
        self.request_seconds.get_or_create(&[("door", door)]).observe(took.as_secs_f64());
        self.answers.get_or_create(&[("status", class)]).inc();
    }

    /// All of it, as Prometheus reads it.
    pub(crate) fn text(&self, moment: &Moment) -> String {
        let Moment { waiting, connections, live, log, told, calls, mails } = moment;
        let now = &self.now;
        now.waiting.set(count(*waiting));
        now.connections.set(count(*connections));
        for (kind, number) in live {
            now.live.get_or_create(&[("kind", *kind)]).set(count(*number));
        }
        now.log.set(log.cast_signed());
        now.lag.set(log.saturating_sub(*told).cast_signed());
        now.calls.set(*calls);
        now.mails.set(*mails);
        let mut text = String::new();
        // A string takes everything.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
