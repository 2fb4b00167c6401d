//! Rate limits per address, web session, external agent and user.

use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tandem_conversation::{ContactId, ConversationId, LinkId, UserId};
use tandem_protocol::Problem;

use crate::api::{ApiError, Network};

/// How often somebody may knock.
pub struct Limits {
    on: bool,
    logins: DefaultKeyedRateLimiter<Network>,
    sessions: DefaultKeyedRateLimiter<Network>,
    messages: DefaultKeyedRateLimiter<ContactId>,
    links: DefaultKeyedRateLimiter<Network>,
    guests: DefaultKeyedRateLimiter<LinkId>,
    dry_runs: DefaultKeyedRateLimiter<UserId>,
    typing: DefaultKeyedRateLimiter<ConversationId>,
    passwords: DefaultKeyedRateLimiter<UserId>,
}

impl Limits {
    /// All limits, or none if `on` is false.
    #[must_use]
    pub fn new(on: bool) -> Self {
        let at_least_one = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            on,
            logins: RateLimiter::keyed(Quota::per_minute(at_least_one(20))),
            sessions: RateLimiter::keyed(Quota::per_minute(at_least_one(120))),
            messages: RateLimiter::keyed(Quota::per_second(at_least_one(5)).allow_burst(at_least_one(30))),
            links: RateLimiter::keyed(Quota::per_minute(at_least_one(60))),
            guests: RateLimiter::keyed(Quota::per_second(at_least_one(5)).allow_burst(at_least_one(30))),
            dry_runs: RateLimiter::keyed(Quota::per_minute(at_least_one(30))),
            typing: RateLimiter::keyed(Quota::per_minute(at_least_one(12)).allow_burst(NonZeroU32::MIN)),
            passwords: RateLimiter::keyed(Quota::per_minute(at_least_one(10))),
        }
    }

    /// One attempt to sign in.
    ///
    /// # Errors
    /// A problem with status 429.
    pub fn login(&self, network: Network) -> Result<(), ApiError> {
        self.refuse_if(self.logins.check_key(&network).is_err())
    }

    /// One new web session.
    ///
    /// # Errors
    /// A problem with status 429.
    pub fn session(&self, network: Network) -> Result<(), ApiError> {
        self.refuse_if(self.sessions.check_key(&network).is_err())
    }

    /// One message of a web session.
    ///
    /// # Errors
    /// A problem with status 429.
    pub fn message(&self, contact: ContactId) -> Result<(), ApiError> {
        self.refuse_if(self.messages.check_key(&contact).is_err())
    }

    /// One look at the link of an external agent.
    ///
    /// # Errors
    /// A problem with status 429.
    pub fn link(&self, network: Network) -> Result<(), ApiError> {
        self.refuse_if(self.links.check_key(&network).is_err())
    }

    /// One message of an external agent.
    ///
    /// # Errors
    /// A problem with status 429.
    pub fn guest(&self, link: LinkId) -> Result<(), ApiError> {
        self.refuse_if(self.guests.check_key(&link).is_err())
    }

    /// One question of a user to Your Logic or a writing model.
    ///
    /// # Errors
    /// A problem with status 429.
    pub fn dry_run(&self, user: UserId) -> Result<(), ApiError> {
        self.refuse_if(self.dry_runs.check_key(&user).is_err())
    }

    /// One change of a user's own password, which tells whether they know the one they have.
    ///
    /// # Errors
    /// A problem with status 429.
    pub fn password(&self, user: UserId) -> Result<(), ApiError> {
        self.refuse_if(self.passwords.check_key(&user).is_err())
    }

    /// Whether Your Logic may hear again that the customer is writing: every five seconds, with or without limits.
    #[must_use]
    pub fn typing_told(&self, conversation: ConversationId) -> bool {
        self.typing.check_key(&conversation).is_ok()
    }

    /// Forgets whoever has been quiet long enough.
    pub fn tidy(&self) {
        self.logins.retain_recent();
        self.sessions.retain_recent();
        self.messages.retain_recent();
        self.links.retain_recent();
        self.guests.retain_recent();
        self.dry_runs.retain_recent();
        self.typing.retain_recent();
        self.passwords.retain_recent();
    }

    fn refuse_if(&self, over: bool) -> Result<(), ApiError> {
        if self.on && over {
            let mut problem =
                Problem::new(429, "limit.too_many", "Too many at once: wait a few seconds, then try again.");
            problem.retry_after = Some(5);
            return Err(problem.into());
        }
        Ok(())
    }
}
