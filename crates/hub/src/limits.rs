//! Rate limits per network, web session, external agent and user. Sign-in failures are stored ([`sign_in`]), so a
//! restart forgives none.

mod buckets;
pub(crate) mod sign_in;

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{ContactId, ConversationId, LinkId, UserId};
use tandem_protocol::Problem;
use tokio::time::Instant;
use uuid::Uuid;

use buckets::Buckets;
pub(crate) use buckets::Rate;

use crate::peer::Network;
use crate::problem::ApiError;
use crate::secrets::{TokenHash, hash_token};

/// How often idle buckets are dropped.
const TIDY_EVERY: Duration = Duration::from_secs(60);

pub struct Limits {
    on: bool,
    lookups: Buckets<Network>,
    sessions: Buckets<Network>,
    strays: Buckets<Network>,
    messages: Buckets<ContactId>,
    uploads: Buckets<ContactId>,
    reads: Buckets<Uuid>,
    views: Buckets<ContactId>,
    links: Buckets<LinkId>,
    guests: Buckets<LinkId>,
    dry_runs: Buckets<UserId>,
    translations: Buckets<UserId>,
    searches: Buckets<UserId>,
    looks: Buckets<UserId>,
    boards: Buckets<UserId>,
    typing: Buckets<ConversationId>,
    passwords: Buckets<UserId>,
    starts: Buckets<UserId>,
    starts_from: Buckets<TokenHash>,
}

impl Limits {
    /// All limits, or none if `on` is false.
    #[must_use]
    pub fn new(on: bool) -> Self {
        Self {
            on,
            // Each costs a database read, and an office shares one address among hundreds of people.
            lookups: Buckets::new(Rate::per_second(30).burst(600)),
            sessions: Buckets::new(Rate::per_minute(120)),
            strays: Buckets::new(Rate::per_minute(60)),
            messages: Buckets::new(Rate::per_second(5).burst(30)),
            uploads: Buckets::new(Rate::per_minute(30)),
            // A page takes up to 1 MiB.
            reads: Buckets::new(Rate::per_second(5).burst(30)),
            views: Buckets::new(Rate::per_second(10).burst(300)),
            links: Buckets::new(Rate::per_minute(60)),
            guests: Buckets::new(Rate::per_second(5).burst(30)),
            dry_runs: Buckets::new(Rate::per_minute(30)),
            // Each screen of a conversation is one, and each message that comes.
            translations: Buckets::new(Rate::per_minute(60)),
            // The search field asks while the user types.
            searches: Buckets::new(Rate::per_second(5).burst(60)),
            // Each reads a whole conversation, and is written down.
            looks: Buckets::new(Rate::per_second(2).burst(60)),
            // Each reads every conversation in progress.
            boards: Buckets::new(Rate::per_second(1).burst(20)),
            typing: Buckets::new(Rate::per_minute(12).burst(1)),
            passwords: Buckets::new(Rate::per_minute(10)),
            // Each may cost money, and customers who report a number as spam make Meta block it.
            starts: Buckets::new(Rate::per_minute(6).burst(10)),
            starts_from: Buckets::new(Rate::per_minute(60)),
        }
    }

    /// Counts an unauthenticated request that needs a lookup: a returning session, a renewal, a link.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn lookup(&self, network: Network) -> Result<(), ApiError> {
        self.check(&self.lookups, network)
    }

    /// Counts a new web session. Returning ones count as lookups only.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn session(&self, network: Network) -> Result<(), ApiError> {
        self.check(&self.sessions, network)
    }

    /// Counts a message of a web session.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn message(&self, contact: ContactId) -> Result<(), ApiError> {
        self.check(&self.messages, contact)
    }

    /// Counts a file of a web session.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn upload(&self, contact: ContactId) -> Result<(), ApiError> {
        self.check(&self.uploads, contact)
    }

    /// One page of entries of a web session or an external agent.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn read(&self, reader: Uuid) -> Result<(), ApiError> {
        self.check(&self.reads, reader)
    }

    /// One file shown in a web session.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn view(&self, contact: ContactId) -> Result<(), ApiError> {
        self.check(&self.views, contact)
    }

    /// The answer to a request that failed with `refusal`: 429 for networks that send many unknown tokens.
    pub(crate) fn refused(&self, network: Network, refusal: ApiError) -> ApiError {
        if !matches!(refusal.0.status, 401 | 404) {
            return refusal;
        }
        self.lookup(network).err().unwrap_or(refusal)
    }

    /// Counts an unknown link.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn stray(&self, network: Network) -> Result<(), ApiError> {
        self.check(&self.strays, network)
    }

    /// Counts a view of an external agent's link, independent of guesses from elsewhere.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn link(&self, link: LinkId) -> Result<(), ApiError> {
        self.check(&self.links, link)
    }

    /// Counts a message or file of an external agent.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn guest(&self, link: LinkId) -> Result<(), ApiError> {
        self.check(&self.guests, link)
    }

    /// Counts a user's question to Your Logic or a writing model.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn dry_run(&self, user: UserId) -> Result<(), ApiError> {
        self.check(&self.dry_runs, user)
    }

    /// One request of a user for translations.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn translation(&self, user: UserId) -> Result<(), ApiError> {
        self.check(&self.translations, user)
    }

    /// One search of a user.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn search(&self, user: UserId) -> Result<(), ApiError> {
        self.check(&self.searches, user)
    }

    /// One page of a conversation as a participant saw it.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn look(&self, user: UserId) -> Result<(), ApiError> {
        self.check(&self.looks, user)
    }

    /// The rows or the figures of the live board, for a program.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn board(&self, user: UserId) -> Result<(), ApiError> {
        self.check(&self.boards, user)
    }

    /// Counts a change of the user's own password, which would let a guesser test it.
    ///
    /// # Errors
    /// A problem with status 429.
    pub(crate) fn password(&self, user: UserId) -> Result<(), ApiError> {
        self.check(&self.passwords, user)
    }

    /// Counts a conversation that a user begins, from one of our numbers.
    ///
    /// # Errors
    /// Whose limit it is.
    pub(crate) fn start(&self, user: UserId, number: &str) -> Result<(), TooManyStarts> {
        if !self.on {
            return Ok(());
        }
        let now = Instant::now();
        self.starts.take(user, now).map_err(|wait| TooManyStarts::OfUser(seconds(wait)))?;
        self.starts_from.take(hash_token(number), now).map_err(|wait| TooManyStarts::FromNumber(seconds(wait)))
    }

    /// Whether Your Logic may get another typing signal: every five seconds, with or without limits.
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
        self.reads.tidy(now);
        self.views.tidy(now);
        self.links.tidy(now);
        self.guests.tidy(now);
        self.dry_runs.tidy(now);
        self.translations.tidy(now);
        self.searches.tidy(now);
        self.typing.tidy(now);
        self.passwords.tidy(now);
        self.starts.tidy(now);
        self.starts_from.tidy(now);
    }

    fn check<K: Copy + Eq + std::hash::Hash>(&self, buckets: &Buckets<K>, key: K) -> Result<(), ApiError> {
        if !self.on {
            return Ok(());
        }
        buckets.take(key, Instant::now()).map_err(|wait| too_many(wait).into())
    }
}

/// Too many conversations are begun, and for how many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooManyStarts {
    OfUser(u32),
    FromNumber(u32),
}

pub(crate) async fn run(limits: Arc<Limits>) {
    let mut every = tokio::time::interval(TIDY_EVERY);
    loop {
        every.tick().await;
        limits.tidy();
    }
}

/// The problem for a client beyond its limit, with the time to wait.
fn too_many(wait: Duration) -> Problem {
    let seconds = seconds(wait);
    let detail = format!("Too many at once. Try again in {seconds} s.");
    Problem { retry_after: Some(seconds), ..Problem::new(429, "limit.too_many", detail) }
}

/// Whole seconds, at least one.
fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1)
}
