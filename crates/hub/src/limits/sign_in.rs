//! Decides who may try a password. Failures count per account, per network, and per pair of both.
//!
//! On a network from which a user signed in lately, only this user's failures there count. So neither a guessing
//! stranger nor a colleague in the same office locks the user out. Unknown accounts are limited alike, so the limit
//! does not reveal which exist.

use std::time::Duration;

use tandem_conversation::{Time, UserId};
use tandem_protocol::Problem;
use tandem_sql::Connection;

use super::{Rate, seconds};
use crate::peer::Network;
use crate::problem::ApiError;
use crate::secrets::hash_token;
use crate::store::StoreError;
use crate::store::attempts::{self, Subject};
use crate::store::users;

/// Ten wrong passwords at once, then one every 90 s.
const OF_ACCOUNT: Rate = Rate::every(Duration::from_secs(90), 10);
/// An office mistypes more often than one person.
const OF_NETWORK: Rate = Rate::every(Duration::from_secs(30), 30);
/// How long a network stays familiar after a user signed in from it, in milliseconds.
const FAMILIAR_MS: i64 = 90 * 24 * 3_600_000;

#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    account: Subject,
    network: Subject,
    both: Subject,
}

impl Attempt {
    pub(crate) fn new(email: &str, network: Network) -> Self {
        // The same normal form as the account lookup.
        let (email, network) = (users::normal_email(email), network.text());
        Self {
            account: hash_token(&format!("account {email}")),
            network: hash_token(&format!("network {network}")),
            both: hash_token(&format!("both {network} {email}")),
        }
    }

    /// Whether the password may be compared. `user` is the account's, if it exists.
    pub(crate) fn check(
        &self,
        connection: &Connection,
        user: Option<UserId>,
        now: Time,
    ) -> Result<Result<(), ApiError>, StoreError> {
        let is_familiar = match user {
            Some(user) => attempts::is_familiar(connection, user, &self.network, now.plus_ms(-FAMILIAR_MS))?,
            None => false,
        };
        let limits: &[(Subject, Rate)] = match is_familiar {
            true => &[(self.both, OF_ACCOUNT)],
            false => &[(self.account, OF_ACCOUNT), (self.network, OF_NETWORK)],
        };
        let mut wait = Duration::ZERO;
        for (subject, rate) in limits {
            let level = attempts::level(connection, subject, now)? + rate.interval;
            wait = wait.max(level.saturating_sub(rate.full()));
        }
        Ok(if wait.is_zero() { Ok(()) } else { Err(refusal(wait)) })
    }

    /// Records a wrong password.
    pub(crate) fn failed(&self, connection: &Connection, now: Time) -> Result<(), StoreError> {
        for (subject, rate) in [(self.account, OF_ACCOUNT), (self.network, OF_NETWORK), (self.both, OF_ACCOUNT)] {
            attempts::add(connection, &subject, rate.interval, rate.full(), now)?;
        }
        Ok(())
    }

    /// Records a right password: the network becomes familiar.
    pub(crate) fn succeeded(&self, connection: &Connection, user: UserId, now: Time) -> Result<(), StoreError> {
        attempts::signs_in_from(connection, user, &self.network, now)
    }
}

fn refusal(wait: Duration) -> ApiError {
    let seconds = seconds(wait);
    let detail = format!(
        "Too many wrong passwords for this account, or from this network. Try again in {seconds} s, or from where you \
         usually sign in."
    );
    Problem { retry_after: Some(seconds), ..Problem::new(429, "auth.too_many", detail) }.into()
}
