//! Signing in: a short-lived access token and a single-use refresh token.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use tandem_conversation::{Participant, Permission};
use tandem_protocol::Problem;
use tandem_protocol::administration::PasswordChange;
use tandem_protocol::agents::{Colleague, Login, Me, Refresh, Tokens};
use tokio::sync::SemaphorePermit;
use uuid::Uuid;

use super::Json;
use super::versions::Version;
use crate::administration::{audit, hashed};
use crate::hub::Hub;
use crate::limits::sign_in::Attempt;
use crate::peer::Peer;
use crate::presence;
use crate::problem::ApiError;
use crate::problem::busy;
use crate::rights::{ACCESS_MS, absent, me_for};
use crate::secrets::{hash_token, is_password, new_salt, new_token, successor};
use crate::store::auth::{Entry, Refreshed, SignIn, Why};
use crate::store::users::User;
use crate::store::{StoreError, auth, users};

/// How long a desk may stay away without signing in again, in milliseconds.
const REFRESH_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The signed-in user of a request, and their sign-in.
pub(crate) struct Signed(pub User, pub Entry);

impl Signed {
    pub(crate) fn participant(&self) -> Participant {
        Participant::Agent { user: self.0.id, name: self.0.name.clone() }
    }

    /// Refuses users without `permission`.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), ApiError> {
        if self.0.role.permissions().has(permission) {
            return Ok(());
        }
        Err(tandem_conversation::Rejection::Forbidden { permission }.into())
    }
}

impl FromRequestParts<Arc<Hub>> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, ApiError> {
        let token = bearer(parts).ok_or_else(ApiError::unauthorized)?;
        let (hash, now) = (hash_token(token), hub.clock.now());
        let Ok(peer) = Peer::from_request_parts(parts, hub).await;
        let user = hub
            .database
            .read(move |connection| -> Result<Option<(User, Entry)>, StoreError> {
                let Some(entry) = auth::entry_of(connection, &hash, now)? else { return Ok(None) };
                Ok(users::at_work(connection, entry.user)?.map(|user| (user, entry)))
            })
            .await?;
        let unknown = || hub.limits.refused(peer.network, ApiError::unauthorized());
        let (user, entry) = user.ok_or_else(unknown)?;
        if !entry.arrived {
            hub.database.write(move |connection, _| auth::arrived(connection, &hash)).await?;
        }
        Ok(Self(user, entry))
    }
}

pub(crate) fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

fn tokens(hub: &Hub, user: &User, version: u32, access_token: String, refresh_token: String) -> Tokens {
    let expires_in = u32::try_from(ACCESS_MS / 1000).unwrap_or(u32::MAX);
    Tokens { access_token, expires_in, refresh_token, me: me_for(hub, user, version) }
}

/// The row that stores the hashes of these tokens.
fn sign_in_of(hub: &Hub, id: Uuid, tokens: &Tokens) -> SignIn {
    let now = hub.clock.now();
    SignIn {
        id,
        user: tokens.me.user,
        access: hash_token(&tokens.access_token),
        access_expires: now.plus_ms(ACCESS_MS),
        refresh: hash_token(&tokens.refresh_token),
        expires: now.plus_ms(REFRESH_MS),
    }
}

/// Signs in a user whose identity is proven. None if they were suspended, or their password changed, meanwhile.
pub(crate) async fn sign_in(hub: &Hub, user: User, version: u32) -> Result<Option<Tokens>, StoreError> {
    let tokens = tokens(hub, &user, version, new_token(), new_token());
    let sign_in = sign_in_of(hub, Uuid::now_v7(), &tokens);
    let signed_in = hub.database.write(move |connection, _| -> Result<bool, StoreError> {
        let is_so = users::at_work(connection, user.id)?.is_some_and(|now| now.password == user.password);
        if is_so {
            auth::insert(connection, &sign_in)?;
        }
        Ok(is_so)
    });
    Ok(signed_in.await?.then_some(tokens))
}

/// Signs in with e-mail and password.
#[utoipa::path(post, path = "/api/v1/auth/login", request_body = Login, tag = "auth",
    responses((status = 200, body = Tokens), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 426, body = Problem),
        (status = 429, body = Problem)))]
pub(crate) async fn login(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    version: Version,
    Json(login): Json<Login>,
) -> Result<axum::Json<Tokens>, ApiError> {
    let attempt = Attempt::new(&login.email, peer.network);
    hub.may_try(attempt, &login.email).await?;
    let _turn = hub.turn_to_compare().await?;
    // An attempt earlier in the queue may have used up the limit.
    let user = hub.may_try(attempt, &login.email).await?;
    // An unknown address takes as long as a wrong password.
    let hash = user.as_ref().map_or_else(|| NOBODY.to_owned(), |user| user.password.clone());
    let right = tokio::task::spawn_blocking(move || is_password(&login.password, &hash)).await.unwrap_or(false);
    let wrong = || ApiError::new(401, "auth.wrong", "Wrong e-mail or password.");
    let now = hub.clock.now();
    let Some(user) = user.filter(|_| right) else {
        if hub.config.rate_limits {
            hub.database.write(move |connection, _| attempt.failed(connection, now)).await?;
        }
        return Err(wrong());
    };
    if user.suspended {
        // Only a correct password reveals that the user is suspended.
        return Err(ApiError::new(403, "auth.suspended", "This account is suspended: ask your Tandem administrator."));
    }
    let id = user.id;
    let tokens = sign_in(&hub, user, version.spoken).await?.ok_or_else(wrong)?;
    hub.database.write(move |connection, _| attempt.succeeded(connection, id, now)).await?;
    Ok(axum::Json(tokens))
}

impl Hub {
    /// The user of an address, if another password may be tried.
    async fn may_try(&self, attempt: Attempt, email: &str) -> Result<Option<User>, ApiError> {
        let (email, now, is_limited) = (email.to_owned(), self.clock.now(), self.config.rate_limits);
        let looked = self.database.read(move |connection| -> Result<_, StoreError> {
            let user = users::by_email(connection, &email)?;
            let allowed = match is_limited {
                true => attempt.check(connection, user.as_ref().map(|user| user.id), now)?,
                false => Ok(()),
            };
            Ok(allowed.map(|()| user))
        });
        looked.await?
    }

    /// Waits for a slot to compare a password; answers `hub.busy` if the queue is full.
    async fn turn_to_compare(&self) -> Result<(SemaphorePermit<'_>, SemaphorePermit<'_>), ApiError> {
        let place = self.in_line.try_acquire().map_err(|_| busy())?;
        let turn = self.comparing.acquire().await.map_err(|_| busy())?;
        Ok((place, turn))
    }
}

/// Changes the user's own password. Their other sign-ins end; this one continues.
#[utoipa::path(put, path = "/api/v1/me/password", request_body = PasswordChange, tag = "auth",
    responses((status = 204), (status = 401, description = "Not signed in, or the current password is wrong: see `code`", body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn change_password(
    State(hub): State<Arc<Hub>>,
    Signed(user, entry): Signed,
    Json(PasswordChange { current, new }): Json<PasswordChange>,
) -> Result<axum::http::StatusCode, ApiError> {
    hub.limits.password(user.id)?;
    let _turn = hub.turn_to_compare().await?;
    let known = user.password.clone();
    let judged = tokio::task::spawn_blocking(move || is_password(&current, &known).then(|| hashed(&new))).await;
    let Some(hashed) = judged.ok().flatten() else {
        return Err(ApiError::new(401, "auth.wrong", "This is not your current password."));
    };
    let (hash, now, id) = (hashed?, hub.clock.now(), user.id);
    let changed = hub.database.write(move |connection, _| -> Result<bool, StoreError> {
        // An administrator may have reset the password, or ended the sign-in, while this request waited.
        let row = users::at_work(connection, user.id)?.filter(|row| row.password == user.password);
        let Some(row) = row else { return Ok(false) };
        if auth::alive(connection, entry.sign_in, now)?.is_none() {
            return Ok(false);
        }
        users::update(connection, &User { password: hash, ..row })?;
        auth::end_all(connection, user.id, Some(entry.sign_in), Why::Password)?;
        Ok(true)
    });
    if !changed.await? {
        return Err(ended(None));
    }
    audit(id, id, "user: own password");
    hub.rights_changed.notify_one();
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// A valid Argon2id hash of no user's password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$R1H9oHrF1vyW8G8qXy1nNMyfCbqQKx4wF2R3d0m5s3A";

/// Exchanges a refresh token for new tokens. A repeat gets the same answer until the new tokens are used, because the
/// first answer may have been lost. After that, a late copy gets no tokens; after a minute it ends the sign-in.
#[utoipa::path(post, path = "/api/v1/auth/refresh", request_body = Refresh, tag = "auth",
    responses((status = 200, body = Tokens), (status = 401, body = Problem), (status = 426, body = Problem),
        (status = 425, description = "It was exchanged a moment ago, and the new tokens are in use", body = Problem)))]
pub(crate) async fn refresh(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    version: Version,
    Json(body): Json<Refresh>,
) -> Result<axum::Json<Tokens>, ApiError> {
    hub.limits.lookup(peer.network)?;
    let (hash, now, shared) = (hash_token(&body.refresh_token), hub.clock.now(), Arc::clone(&hub));
    if !hub.database.read(move |connection| auth::is_known(connection, &hash)).await? {
        return Err(ended(hub.database.read(move |connection| auth::why_ended(connection, &hash)).await?));
    }
    let (tokens, refreshed) = hub
        .database
        .write(move |connection, _| -> Result<(Option<Tokens>, Renewal), StoreError> {
            let (user, rotated, salt) = match auth::redeem(connection, &hash, now)? {
                Refreshed::Valid(id, user) => (user, Some(id), new_salt()),
                Refreshed::Repeated(user, salt) => (user, None, salt),
                Refreshed::Overtaken => return Ok((None, Renewal::Overtaken)),
                Refreshed::Reused => return Ok((None, Renewal::Ended)),
                Refreshed::Unknown => return Ok((None, Renewal::Unknown)),
            };
            let Some(user) = users::at_work(connection, user)? else { return Ok((None, Renewal::Unknown)) };
            let next = |what| successor(&body.refresh_token, &salt, what);
            let tokens = tokens(&shared, &user, version.spoken, next("access"), next("refresh"));
            if let Some(id) = rotated {
                auth::rotate(connection, &sign_in_of(&shared, id, &tokens), &salt, now)?;
            }
            Ok((Some(tokens), Renewal::Done))
        })
        .await?;
    match refreshed {
        Renewal::Overtaken => {
            let words = "This sign-in was renewed a moment ago: use its newer token.";
            let mut problem = Problem::new(425, "auth.renewed", words);
            problem.retry_after = Some(5);
            return Err(problem.into());
        }
        Renewal::Ended => {
            tracing::warn!("a refresh token was used twice: its sign-in has ended");
            hub.rights_changed.notify_one();
        }
        Renewal::Done | Renewal::Unknown => {}
    }
    tokens.map(axum::Json).ok_or_else(|| ended(None))
}

fn ended(why: Option<Why>) -> ApiError {
    let (code, words) = match why {
        None => ("auth.ended", "This sign-in has ended: sign in again."),
        Some(Why::Password) => ("auth.ended_password", "The password was changed: sign in with the new one."),
        Some(Why::Role) => ("auth.ended_role", "Your role was changed: sign in again."),
        Some(Why::Suspended) => (
            "auth.ended_suspended",
            "This account was suspended meanwhile. Try to sign in again, or ask your administrator.",
        ),
    };
    ApiError::new(401, code, words)
}

enum Renewal {
    Done,
    /// Probably a late copy of an answered request.
    Overtaken,
    /// The sign-in was ended.
    Ended,
    Unknown,
}

/// Ends a sign-in. The previous refresh token works too, because the answer to a renewal may have been lost.
#[utoipa::path(post, path = "/api/v1/auth/logout", request_body = Refresh, tag = "auth", responses((status = 204)))]
pub(crate) async fn logout(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    Json(body): Json<Refresh>,
) -> Result<axum::http::StatusCode, ApiError> {
    hub.limits.lookup(peer.network)?;
    let hash = hash_token(&body.refresh_token);
    // Unknown tokens cost a read, not a write.
    if !hub.database.read(move |connection| auth::is_known(connection, &hash)).await? {
        return Ok(axum::http::StatusCode::NO_CONTENT);
    }
    hub.database.write(move |connection, _| auth::end(connection, &hash)).await?;
    hub.rights_changed.notify_one();
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// The signed-in user.
#[utoipa::path(get, path = "/api/v1/me", tag = "auth",
    responses((status = 200, body = Me), (status = 401, body = Problem), (status = 426, body = Problem)))]
pub(crate) async fn me(State(hub): State<Arc<Hub>>, version: Version, signed: Signed) -> axum::Json<Me> {
    axum::Json(me_for(&hub, &signed.0, version.spoken))
}

/// All colleagues with their presence, for invitations.
#[utoipa::path(get, path = "/api/v1/colleagues", tag = "auth",
    responses((status = 200, body = Vec<Colleague>), (status = 401, body = Problem)))]
pub(crate) async fn colleagues(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
) -> Result<axum::Json<Vec<Colleague>>, ApiError> {
    signed.require(Permission::Handle)?;
    Ok(axum::Json(everybody(&hub).await?))
}

/// All users who are not suspended, with their presence.
pub(crate) async fn everybody(hub: &Hub) -> Result<Vec<Colleague>, StoreError> {
    let all = hub.database.read(users::all).await?;
    let present = hub.fanout.present().await;
    let at_work = all.into_iter().filter(|user| !user.suspended);
    Ok(at_work
        .map(|user| {
            let said = present.get(&user.id);
            presence::shown(absent(user), said)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tandem_conversation::Role;
    use tandem_protocol::administration::UserChange;
    use tokio::net::TcpListener;

    use super::*;
    use crate::administration::{Checked, change_user};
    use crate::config::Config;

    const PASSWORD: &str = "correct horse battery";

    #[tokio::test]
    async fn a_password_that_waits_in_line_does_not_replace_what_an_administrator_sets_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let user = crate::NewUser::new("maya@northwind.example", "Maya Ortiz", Role::Agent, PASSWORD);
        let path = folder.path().to_owned();
        tokio::task::spawn_blocking(move || crate::add_user(&path, user)).await.unwrap().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/v1", listener.local_addr().unwrap());
        let hub = Hub::start(Config::new(folder.path().to_owned()), crate::Clock::system()).unwrap();
        tokio::spawn(crate::serve(Arc::clone(&hub), listener, std::future::pending()));
        let client = reqwest::Client::new();
        let login = json!({ "email": "maya@northwind.example", "password": PASSWORD });
        let tokens = client.post(format!("{url}/auth/login")).json(&login).send().await.unwrap();
        let tokens: Tokens = tokens.json().await.unwrap();

        let held = hub.comparing.acquire_many(u32::try_from(crate::start::PASSWORDS_AT_ONCE).unwrap()).await.unwrap();
        let free = hub.in_line.available_permits();
        let change = client.put(format!("{url}/me/password")).bearer_auth(&tokens.access_token);
        let change = change.json(&json!({ "current": PASSWORD, "new": "the password of a thief" })).send();
        let change = tokio::spawn(change);
        while hub.in_line.available_permits() == free {
            tokio::task::yield_now().await;
        }
        let reset = UserChange { password: Some("a password from Ada".into()), ..UserChange::default() };
        let reset = Checked::new(reset).unwrap();
        let id = tokens.me.user;
        let reset = hub.database.write(move |connection, _| change_user(connection, id, reset)).await.unwrap().unwrap();
        drop(held);
        assert_eq!(change.await.unwrap().unwrap().status().as_u16(), 401);
        let now = hub.database.read(move |connection| users::get(connection, id)).await.unwrap().unwrap();
        assert_eq!(now.password, reset.password);
    }
}
