//! How often people may knock: per network, web session, external agent and user. Sign-in failures are in the store
//! ([`sign_in`]), so that a restart forgives nobody.

mod buckets;
pub(crate) mod sign_in;

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{ContactId, ConversationId, LinkId, UserId};
use tandem_protocol::Problem;
use tokio::time::Instant;

use buckets::Buckets;
pub(crate) use buckets::Rate;

use crate::api::{ApiError, Network};
use crate::hub::Hub;

/// How often those are forgotten who have been quiet long enough.
const TIDY_EVERY: Duration = Duration::from_secs(60);

/// How often somebody may knock.
pub struct Limits {
    on: bool,
    lookups: Buckets<Network>,
    sessions: Buckets<Network>,
    strays: Buckets<Network>,
    messages: Buckets<ContactId>,
    uploads: Buckets<ContactId>,
    links: Buckets<LinkId>,
    guests: Buckets<LinkId>,
    dry_runs: Buckets<UserId>,
    typing: Buckets<ConversationId>,
    passwords: Buckets<UserId>,
}

impl Limits {
    /// All limits, or none if `on` is false.
    #[must_use]
    pub fn new(on: bool) -> Self {
        Self {
            on,
            // Each costs a look into the database, and an office has one address for hundreds of people.
            lookups: Buckets::new(Rate::per_second(30).burst(600)),
            sessions: Buckets::new(Rate::per_minute(120)),
            strays: Buckets::new(Rate::per_minute(60)),
            messages: Buckets::new(Rate::per_second(5).burst(30)),
            uploads: Buckets::new(Rate::per_minute(30)),
            links: Buckets::new(Rate::per_minute(60)),
            guests: Buckets::new(Rate::per_second(5).burst(30)),
            dry_runs: Buckets::new(Rate::per_minute(30)),
            typing: Buckets::new(Rate::per_minute(12).burst(1)),
            passwords: Buckets::new(Rate::per_minute(10)),
        }
    }

    /// One request without a sign-in that has to be looked up: a session that comes back, a renewal, a link.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn lookup(&self, network: Network) -> Result<(), ApiError> {
        self.check(&self.lookups, network)
    }

    /// One new web session. Those that come back are looked up only.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn session(&self, network: Network) -> Result<(), ApiError> {
        self.check(&self.sessions, network)
    }

    /// One message of a web session.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn message(&self, contact: ContactId) -> Result<(), ApiError> {
        self.check(&self.messages, contact)
    }

    /// One file of a web session.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn upload(&self, contact: ContactId) -> Result<(), ApiError> {
        self.check(&self.uploads, contact)
    }

    /// One look at a link that leads nowhere.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn stray(&self, network: Network) -> Result<(), ApiError> {
        self.check(&self.strays, network)
    }

    /// One look at the link of an external agent, whoever guesses beside them.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn link(&self, link: LinkId) -> Result<(), ApiError> {
        self.check(&self.links, link)
    }

    /// One message or file of an external agent.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn guest(&self, link: LinkId) -> Result<(), ApiError> {
        self.check(&self.guests, link)
    }

    /// One question of a user to Your Logic or a writing model.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn dry_run(&self, user: UserId) -> Result<(), ApiError> {
        self.check(&self.dry_runs, user)
    }

    /// One change of a user's own password, which tells whether they know the one they have.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn password(&self, user: UserId) -> Result<(), ApiError> {
        self.check(&self.passwords, user)
    }

    /// Whether Your Logic may hear again that the customer is writing: every five seconds, with or without limits.
    #[must_use]
    pub(crate) fn typing_told(&self, conversation: ConversationId) -> bool {
        self.typing.take(conversation, Instant::now()).is_ok()
    }

    fn tidy(&self) {
        let now = Instant::now();
        for by_network in [&self.lookups, &self.sessions, &self.strays] {
            by_network.tidy(now);
        }
        self.messages.tidy(now);
        self.uploads.tidy(now);
        self.links.tidy(now);
        self.guests.tidy(now);
        self.dry_runs.tidy(now);
        self.typing.tidy(now);
        self.passwords.tidy(now);
    }

    fn check<K: Copy + Eq + std::hash::Hash>(&self, buckets: &Buckets<K>, key: K) -> Result<(), ApiError> {
        if !self.on {
            return Ok(());
        }
        buckets.take(key, Instant::now()).map_err(|wait| too_many(wait).into())
    }
}

/// Runs as long as the hub.
pub(crate) async fn run(hub: Arc<Hub>) {
    let mut every = tokio::time::interval(TIDY_EVERY);
    loop {
        every.tick().await;
        hub.limits.tidy();
    }
}

/// Whoever knocks too often, and when they may again.
fn too_many(wait: Duration) -> Problem {
    let seconds = seconds(wait);
    let detail = format!("Too many at once. Try again in {seconds} s.");
    Problem { retry_after: Some(seconds), ..Problem::new(429, "limit.too_many", detail) }
}

/// Whole seconds, one at least.
fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1)
}
