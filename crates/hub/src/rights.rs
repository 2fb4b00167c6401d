//! Applies changed rights at once: detects changes to a user's rights and sign-ins, also by other processes, and
//! checks the open desks concerned again.
//!
//! Each change gives its user the next number (`users.changed`) in the database, which is polled by index a few times
//! a second. Nothing relies on memory alone, so a hub that was down or slow misses nothing.

use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{Command, ConversationId, Time, UserId};
use tandem_protocol::agents::Me;
use tandem_sqlite::rusqlite::Connection;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::engine::system_command;
use crate::fanout::{Input, Seat, Verdict};
use crate::hub::Hub;
use crate::improve;
use crate::socket::Goodbye;
use crate::store::{StoreError, auth, links, users};

/// Lifetime of an access token, in milliseconds.
pub(crate) const ACCESS_MS: i64 = 15 * 60 * 1000;
/// Maximum delay until a change is noticed.
const EVERY: Duration = Duration::from_millis(250);
/// Interval, in polls, of the search for suspended users who are engaged: one of their commands may have been in
/// flight.
const STRAGGLERS_EVERY: u32 = 20;
/// Engagements ended per poll.
const AT_ONCE: u32 = 500;

const SIGN_IN_OVER: Goodbye = Goodbye::new(1008, "auth.ended", "This sign-in has ended: sign in again.");
/// The desk may hold more or less than its user may see now.
const RIGHTS_CHANGED: Goodbye =
    Goodbye::new(1012, "live.rights", "Your account has changed; the desk reconnects with your new rights.");

/// A user as their own desk sees them, with the features of this hub.
pub(crate) fn me_of(hub: &Hub, user: &users::User) -> Me {
    Me {
        user: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
        account: hub.config.account.clone(),
        permissions: user.role.permissions(),
        capacity: user.capacity,
        skills: user.skills.clone(),
        mail: hub.config.mail.is_some(),
        public_url: hub.config.public_url.clone(),
        improve: improve::is_possible(hub),
    }
}

/// Runs as long as the hub.
pub(crate) async fn run(hub: Arc<Hub>) {
    // Earlier changes concern no desk of this process.
    let mut known = match hub.database.read(users::newest_change).await {
        Ok(newest) => newest,
        Err(error) => {
            tracing::error!(%error, "cannot read which users changed");
            0
        }
    };
    let mut looks: u32 = 0;
    loop {
        if let Err(error) = hub.look_at_rights(&mut known, looks.is_multiple_of(STRAGGLERS_EVERY)).await {
            tracing::error!(%error, "cannot check for changed rights");
        }
        looks = looks.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = hub.rights_changed.notified() => {}
        }
    }
}

impl Hub {
    async fn look_at_rights(&self, known: &mut i64, stragglers: bool) -> Result<(), StoreError> {
        let after = *known;
        let changed = self.database.read(move |connection| users::changed_after(connection, after)).await?;
        let ids: Vec<UserId> = changed.iter().map(|(user, _)| *user).collect();
        self.judge(ids).await?;
        if stragglers || !changed.is_empty() {
            self.dismiss_suspended().await?;
        }
        *known = changed.iter().map(|(_, number)| *number).max().unwrap_or(after);
        Ok(())
    }

    /// Checks the desks of these users, and those that are due.
    async fn judge(&self, users: Vec<UserId>) -> Result<(), StoreError> {
        let (answer, seats) = oneshot::channel();
        self.fanout.send(Input::Seats { users, now: self.clock.now(), answer }).await;
        let seats: Vec<Seat> = seats.await.unwrap_or_default();
        if seats.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let rows = self
            .database
            .read(move |connection| -> Result<Vec<_>, StoreError> {
                seats.into_iter().map(|seat| Ok((found(connection, seat.sign_in, now)?, seat))).collect()
            })
            .await?;
        let judged = rows.into_iter().map(|(found, seat)| {
            let verdict = match found {
                None => Verdict::Ends(SIGN_IN_OVER),
                Some((user, _)) if me_of(self, &user) != seat.me => Verdict::Ends(RIGHTS_CHANGED),
                Some((_, expires)) => Verdict::Stays(expires.min(now.plus_ms(ACCESS_MS))),
            };
            (seat.session, verdict)
        });
        self.fanout.send(Input::Judged(judged.collect())).await;
        Ok(())
    }

    /// Ends engagements and links of suspended users. Customers left alone are handled by the usual rules.
    async fn dismiss_suspended(&self) -> Result<(), StoreError> {
        let engaged = self.database.read(|connection| users::suspended_and_engaged(connection, AT_ONCE)).await?;
        for (user, conversation) in engaged {
            self.dismiss(user, conversation).await?;
        }
        let links = self.database.read(|connection| links::of_suspended(connection, AT_ONCE)).await?;
        for (link, conversation) in links {
            let revoked = self.execute_once(system_command(conversation, Command::RevokeLink { link })).await?;
            if let Err(rejection) = revoked {
                tracing::error!(%rejection, link.id = %link, conversation.id = %conversation, "a link cannot be revoked");
            }
        }
        Ok(())
    }

    async fn dismiss(&self, user: UserId, conversation: ConversationId) -> Result<(), StoreError> {
        let done = self.execute_once(system_command(conversation, Command::Dismiss { user })).await?;
        if let Err(rejection) = done {
            tracing::error!(%rejection, user.id = %user, conversation.id = %conversation, "an engagement cannot be ended");
        }
        Ok(())
    }
}

/// The current row of a live sign-in's user, and when the sign-in expires.
pub(crate) fn found(
    connection: &Connection,
    sign_in: Uuid,
    now: Time,
) -> Result<Option<(users::User, Time)>, StoreError> {
    let Some((user, expires)) = auth::alive(connection, sign_in, now)? else { return Ok(None) };
    Ok(users::get(connection, user)?.filter(|user| !user.suspended).map(|user| (user, expires)))
}

/// The lookup may be outdated by the time a desk is registered; from then on, [`run`] watches. Returns why the desk
/// must disconnect, if so.
pub(crate) async fn still_so(hub: &Hub, user: &users::User, sign_in: Uuid) -> Result<Option<Goodbye>, StoreError> {
    let now = hub.clock.now();
    let found = hub.database.read(move |connection| found(connection, sign_in, now)).await?;
    Ok(match found {
        None => Some(SIGN_IN_OVER),
        Some((now, _)) if me_of(hub, &now) != me_of(hub, user) => Some(RIGHTS_CHANGED),
        Some(_) => None,
    })
}
