//! Applies changed rights at once: detects changes to a user's rights and sign-ins, also by other processes, and
//! checks the open desks concerned again.
//!
//! Each change gives its user the next number (`users.changed`) in the database, which is polled by index a few times
//! a second. Nothing relies on memory alone, so a hub that was down or slow misses nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{BrandId, Command, ContactId, ConversationId, Permission, Permissions, Time, UserId};
use tandem_protocol::agents::{Colleague, Me};
use tandem_sql::Connection;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::engine::{Engine, Repeat, system_command};
use crate::fanout::{Input, Parted, Seat, SessionId};
use crate::hub::Hub;
use crate::improve;
use crate::secrets::TokenHash;
use crate::socket::Goodbye;
use crate::store::brands::{self, Terms};
use crate::store::{StoreError, auth, contacts, conversations, links, passable, users};
use crate::translate;

/// Lifetime of an access token, in milliseconds.
pub(crate) const ACCESS_MS: i64 = 15 * 60 * 1000;
/// Maximum delay until a change is noticed.
const EVERY: Duration = Duration::from_millis(250);
/// Interval, in polls, of the search for suspended users who are engaged: one of their commands may have been in
/// flight.
const STRAGGLERS_EVERY: u32 = 20;
/// Engagements ended per poll.
const AT_ONCE: u32 = 500;
/// Looks between two checks of all open chats: one minute.
const CHATS_EVERY: u32 = 240;
/// Chats checked per read.
const CHATS_AT_ONCE: usize = 500;

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
        translate: translate::is_possible(hub),
        max_file_bytes: hub.config.media.max_bytes,
        reasons: hub.config.reasons.clone(),
        logic_name: hub.config.logic_name.clone(),
    }
}

/// [`me_of`] for a desk of this version: older ones cannot read permissions that they do not know.
pub(crate) fn me_for(hub: &Hub, user: &users::User, version: u32) -> Me {
    let mut me = me_of(hub, user);
    me.permissions = readable(me.permissions, version);
    me
}

fn readable(mut permissions: Permissions, version: u32) -> Permissions {
    if version < tandem_protocol::KNOWS_START {
        let newer = [Permission::Start, Permission::AnalyticsExport, Permission::ReviewsView, Permission::ReviewsWrite];
        permissions.0.retain(|(permission, _)| !newer.contains(permission));
    }
    permissions
}

/// A user as colleagues see them, without a connected desk.
pub(crate) fn absent(user: users::User) -> Colleague {
    Colleague {
        user: user.id,
        online: false,
        available: false,
        status: None,
        absence: None,
        sees_all: user.role.permissions().has_all(Permission::ViewAll),
        suspended: user.suspended,
        capacity: Some(user.capacity),
        name: user.name,
    }
}

/// The changes processed so far.
struct Known {
    /// The newest `users.changed`.
    change: i64,
    brands: Vec<Terms>,
}

impl Known {
    fn read(connection: &Connection) -> Result<Self, StoreError> {
        Ok(Self { change: users::newest_change(connection)?, brands: brands::terms(connection)? })
    }
}

/// Runs as long as the hub.
pub(crate) async fn run(hub: Arc<Hub>) {
    // Earlier changes concern no desk of this process.
    let mut known = match hub.database.read(Known::read).await {
        Ok(known) => known,
        Err(error) => {
            tracing::error!(%error, "cannot read which users changed");
            Known { change: 0, brands: Vec::new() }
        }
    };
    let mut looks: u32 = 0;
    loop {
        if let Err(error) = hub.look_at_rights(&mut known, looks.is_multiple_of(STRAGGLERS_EVERY)).await {
            tracing::error!(%error, "cannot check for changed rights");
        }
        if let Err(error) = hub.look_at_chats(&mut known, looks.is_multiple_of(CHATS_EVERY)).await {
            tracing::error!(%error, "cannot look which chats have ended");
        }
        if looks == 0
            && let Err(error) = hub.complete_without_brand().await
        {
            tracing::error!(%error, "cannot complete conversations whose brand is removed");
        }
        looks = looks.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = hub.rights_changed.notified() => {}
        }
    }
}

impl Hub {
    async fn look_at_rights(&self, known: &mut Known, stragglers: bool) -> Result<(), StoreError> {
        let after = known.change;
        let changed = self.database.read(move |connection| users::changed_after(connection, after)).await?;
        let ids: Vec<UserId> = changed.iter().map(|(user, _)| *user).collect();
        self.judge(ids.clone()).await?;
        self.tell_colleagues(ids).await?;
        if stragglers || !changed.is_empty() {
            self.dismiss_suspended().await?;
        }
        known.change = changed.iter().map(|(_, number)| *number).max().unwrap_or(after);
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
                let row = |seat: Seat| -> Result<_, StoreError> {
                    Ok((found(connection, seat.sign_in, now)?, users::get(connection, seat.me.user)?, seat))
                };
                seats.into_iter().map(row).collect()
            })
            .await?;
        let (mut staying, mut parting, mut other_rights) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (found, user, seat) in rows {
            let goodbye = match found {
                None => SIGN_IN_OVER,
                Some((user, _)) if me_of(self, &user) != seat.me => RIGHTS_CHANGED,
                Some((_, expires)) => {
                    staying.push((seat.session, expires.min(now.plus_ms(ACCESS_MS))));
                    continue;
                }
            };
            parting.push((seat.session, goodbye));
            let has_others =
                |user: &users::User| user.role.permissions() != seat.me.permissions || user.skills != seat.me.skills;
            other_rights.extend(user.filter(has_others).map(|user| user.id));
        }
        self.fanout.send(Input::Stay(staying)).await;
        self.part(parting, other_rights).await
    }

    /// Ends the connections of desks, which received events under their old rights until now.
    async fn part(&self, desks: Vec<(SessionId, Goodbye)>, other_rights: BTreeSet<UserId>) -> Result<(), StoreError> {
        if desks.is_empty() {
            return Ok(());
        }
        let (parted, answer) = oneshot::channel();
        let ids = desks.iter().map(|(id, _)| *id).collect();
        self.fanout.send(Input::Part { desks: ids, parted }).await;
        let Ok(Parted { mut lines, cursor }) = answer.await else { return Ok(()) };
        let marked = match other_rights.is_empty() {
            true => Ok(()),
            // Before the connections end, so that no desk resumes from a cursor of its old rights.
            false => {
                let mark = move |connection: &Connection, _: &mut Engine| -> Result<(), StoreError> {
                    other_rights.iter().try_for_each(|user| users::told_until(connection, *user, cursor))
                };
                self.database.write(mark).await
            }
        };
        for (id, goodbye) in desks {
            if let Some(line) = lines.remove(&id) {
                line.end(goodbye);
            }
        }
        marked
    }

    /// Disconnects chats whose session is no longer valid: the identity proof is too old, or the brand or its secret is
    /// gone. Those of a brand with other domains come again and are checked at the door.
    async fn look_at_chats(&self, known: &mut Known, is_time: bool) -> Result<(), StoreError> {
        let now_brands = self.database.read(brands::terms).await?;
        let now = |brand: BrandId| now_brands.iter().find(|now| now.brand == brand);
        let is_due = is_time || known.brands.iter().any(|brand| !now_brands.contains(brand));
        let is_removed = known.brands.iter().any(|before| now(before.brand).is_none());
        let moved =
            known.brands.iter().filter(|before| now(before.brand).is_some_and(|now| now.domains != before.domains));
        let moved: Arc<[_]> = moved.map(|before| before.brand).collect();
        if is_due {
            let chats: Vec<_> = self.fanout.chats().await.into_iter().collect();
            for chats in chats.chunks(CHATS_AT_ONCE) {
                self.judge_chats(chats.to_vec(), Arc::clone(&moved)).await?;
            }
        }
        if is_removed {
            self.complete_without_brand().await?;
        }
        known.brands = now_brands;
        Ok(())
    }

    /// Completes the conversations of removed brands: nobody reads there any more. One that cannot be completed
    /// holds up no other.
    async fn complete_without_brand(&self) -> Result<(), StoreError> {
        let mut after = ConversationId(Uuid::nil());
        loop {
            let lost = self
                .database
                .read(move |connection| conversations::in_progress_without_brand(connection, after, AT_ONCE));
            let lost = lost.await?;
            let Some(last) = lost.last() else { return Ok(()) };
            after = *last;
            for id in lost {
                let command = Command::Complete { resolution: "The brand was removed".into() };
                let envelope = system_command(id, command);
                let completed = self.database.write(move |connection, engine| {
                    Ok::<_, StoreError>(engine.execute(connection, &envelope, Repeat::Once, None)??)
                });
                if let Err(error) = completed.await {
                    tracing::error!(conversation.id = %id, %error, "a conversation of a removed brand goes on");
                }
            }
        }
    }

    async fn judge_chats(&self, chats: Vec<(ContactId, TokenHash)>, moved: Arc<[BrandId]>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let ended = self.database.read(move |connection| -> Result<Vec<_>, StoreError> {
            let mut ended = Vec::new();
            for (contact, session) in chats {
                let web = contacts::web_by_secret(connection, &session, now)?;
                if web.is_none_or(|web| web.contact != contact || moved.contains(&web.brand)) {
                    ended.push((contact, session));
                }
            }
            Ok(ended)
        });
        for (contact, session) in ended.await? {
            self.fanout.send(Input::ChatEnded(contact, session)).await;
        }
        Ok(())
    }

    /// Tells every desk what became of these users.
    async fn tell_colleagues(&self, users: Vec<UserId>) -> Result<(), StoreError> {
        if users.is_empty() {
            return Ok(());
        }
        let found = self.database.read(move |connection| -> Result<Vec<_>, StoreError> {
            users.into_iter().map(|user| users::get(connection, user)).collect()
        });
        let renewed = found.await?.into_iter().flatten().map(absent).collect();
        self.fanout.send(Input::Renewed(renewed)).await;
        Ok(())
    }

    /// Ends engagements and links of suspended users. Customers left alone are handled by the usual rules.
    async fn dismiss_suspended(&self) -> Result<(), StoreError> {
        let engaged = self.database.read(|connection| users::suspended_and_engaged(connection, AT_ONCE)).await?;
        for (user, conversation) in engaged {
            // An unreadable conversation must not keep the others with a suspended user.
            if let Err(error) = self.dismiss(user, conversation).await {
                tracing::error!(%error, user.id = %user, conversation.id = %conversation, "an engagement cannot be ended");
            }
        }
        let links = self.database.read(|connection| links::of_suspended(connection, AT_ONCE)).await?;
        for (link, conversation) in links {
            let revoked = self.execute_once(system_command(conversation, Command::RevokeLink { link })).await;
            if let Some(Err(rejection)) = passable(revoked)? {
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

#[cfg(test)]
mod tests {
    use tandem_conversation::Role;
    use tandem_protocol::{KNOWS_START, MIN_VERSION};

    use super::*;

    #[test]
    fn older_desks_are_told_no_permission_that_they_cannot_read() {
        let all = Role::Supervisor.permissions();
        assert_eq!(readable(all.clone(), KNOWS_START), all);
        let newer = [Permission::Start, Permission::AnalyticsExport, Permission::ReviewsView, Permission::ReviewsWrite];
        for version in MIN_VERSION..KNOWS_START {
            let told = readable(all.clone(), version);
            assert!(newer.iter().all(|permission| !told.has_all(*permission)), "version {version}: {told:?}");
            assert!(told.has_all(Permission::ViewAll));
        }
    }
}
