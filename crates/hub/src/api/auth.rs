//! Signing in: a short access token, and a refresh token that works once.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use tandem_conversation::{Participant, Permission};
use tandem_protocol::Problem;
use tandem_protocol::agents::{Colleague, Login, Me, Refresh, Tokens};
use uuid::Uuid;

use super::{ApiError, Json, Peer};
use crate::hub::Hub;
use crate::improve;
use crate::secrets::{hash_token, is_password, new_salt, new_token, successor};
use crate::store::auth::{Refreshed, SignIn};
use crate::store::users::User;
use crate::store::{StoreError, auth, users};

/// How long an access token lives, in milliseconds.
const ACCESS_MS: i64 = 15 * 60 * 1000;
/// How long a desk may stay away without signing in again, in milliseconds.
const REFRESH_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The signed-in user behind a request.
pub(crate) struct Signed(pub User);

impl Signed {
    pub(crate) fn participant(&self) -> Participant {
        Participant::Agent { user: self.0.id, name: self.0.name.clone() }
    }

    /// Refuses whoever lacks `permission`.
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
        let user = hub
            .database
            .read(move |connection| -> Result<Option<(User, bool)>, StoreError> {
                let Some((user, arrived)) = auth::user_of(connection, &hash, now)? else { return Ok(None) };
                Ok(users::get(connection, user)?.map(|user| (user, arrived)))
            })
            .await?;
        let (user, arrived) = user.ok_or_else(ApiError::unauthorized)?;
        if !arrived {
            hub.database.write(move |connection, _| auth::arrived(connection, &hash)).await?;
        }
        Ok(Self(user))
    }
}

/// The bearer token of a request.
pub(crate) fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

pub(crate) fn me_of(hub: &Hub, user: &User) -> Me {
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

fn tokens(hub: &Hub, user: &User, access_token: String, refresh_token: String) -> Tokens {
    let expires_in = u32::try_from(ACCESS_MS / 1000).unwrap_or(u32::MAX);
    Tokens { access_token, expires_in, refresh_token, me: me_of(hub, user) }
}

/// What is stored of tokens that are given out now.
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

/// Signs a user in whose identity is proven.
pub(crate) async fn sign_in(hub: &Hub, user: User) -> Result<Tokens, StoreError> {
    let tokens = tokens(hub, &user, new_token(), new_token());
    let sign_in = sign_in_of(hub, Uuid::now_v7(), &tokens);
    hub.database.write(move |connection, _| auth::insert(connection, &sign_in)).await?;
    Ok(tokens)
}

/// Signs in with e-mail and password.
#[utoipa::path(post, path = "/api/v1/auth/login", request_body = Login, tag = "auth",
    responses((status = 200, body = Tokens), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn login(
    State(hub): State<Arc<Hub>>,
    peer: Peer,
    Json(login): Json<Login>,
) -> Result<axum::Json<Tokens>, ApiError> {
    hub.limits.login(peer.network)?;
    let email = login.email.clone();
    let user = hub.database.read(move |connection| users::by_email(connection, &email)).await?;
    // The semaphore is never closed. An unknown address takes as long as a wrong password.
    let _turn = hub.comparing.acquire().await;
    let hash = user.as_ref().map_or_else(|| NOBODY.to_owned(), |user| user.password.clone());
    let right = tokio::task::spawn_blocking(move || is_password(&login.password, &hash)).await.unwrap_or(false);
    match user.filter(|_| right) {
        Some(user) => Ok(axum::Json(sign_in(&hub, user).await?)),
        None => Err(ApiError::new(401, "auth.wrong", "This e-mail address and password do not belong together.")),
    }
}

/// A valid Argon2id hash that belongs to nobody.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$R1H9oHrF1vyW8G8qXy1nNMyfCbqQKx4wF2R3d0m5s3A";

/// Exchanges a refresh token for new tokens. The same again gets the same answer until it was used, because it may have
/// been lost on its way; after that it ends the sign-in.
#[utoipa::path(post, path = "/api/v1/auth/refresh", request_body = Refresh, tag = "auth",
    responses((status = 200, body = Tokens), (status = 401, body = Problem)))]
pub(crate) async fn refresh(
    State(hub): State<Arc<Hub>>,
    Json(body): Json<Refresh>,
) -> Result<axum::Json<Tokens>, ApiError> {
    let (hash, now, shared) = (hash_token(&body.refresh_token), hub.clock.now(), Arc::clone(&hub));
    let tokens = hub
        .database
        .write(move |connection, _| -> Result<Option<Tokens>, StoreError> {
            let (user, rotated, salt) = match auth::redeem(connection, &hash, now)? {
                Refreshed::Valid(id, user) => (user, Some(id), new_salt()),
                Refreshed::Repeated(user, salt) => (user, None, salt),
                Refreshed::Reused | Refreshed::Unknown => return Ok(None),
            };
            let Some(user) = users::get(connection, user)? else { return Ok(None) };
            let next = |what| successor(&body.refresh_token, &salt, what);
            let tokens = tokens(&shared, &user, next("access"), next("refresh"));
            if let Some(id) = rotated {
                auth::rotate(connection, &sign_in_of(&shared, id, &tokens), &salt)?;
            }
            Ok(Some(tokens))
        })
        .await?;
    tokens.map(axum::Json).ok_or_else(|| ApiError::new(401, "auth.ended", "This sign-in has ended: sign in again."))
}

/// Ends a sign-in.
#[utoipa::path(post, path = "/api/v1/auth/logout", request_body = Refresh, tag = "auth", responses((status = 204)))]
pub(crate) async fn logout(
    State(hub): State<Arc<Hub>>,
    Json(body): Json<Refresh>,
) -> Result<axum::http::StatusCode, ApiError> {
    let hash = hash_token(&body.refresh_token);
    hub.database.write(move |connection, _| auth::end(connection, &hash)).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// The signed-in user.
#[utoipa::path(get, path = "/api/v1/me", tag = "auth",
    responses((status = 200, body = Me), (status = 401, body = Problem)))]
pub(crate) async fn me(State(hub): State<Arc<Hub>>, signed: Signed) -> axum::Json<Me> {
    axum::Json(me_of(&hub, &signed.0))
}

/// Everybody who can be invited, and who is there.
#[utoipa::path(get, path = "/api/v1/colleagues", tag = "auth",
    responses((status = 200, body = Vec<Colleague>), (status = 401, body = Problem)))]
pub(crate) async fn colleagues(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
) -> Result<axum::Json<Vec<Colleague>>, ApiError> {
    signed.require(Permission::Handle)?;
    Ok(axum::Json(everybody(&hub).await?))
}

/// All users with their presence.
pub(crate) async fn everybody(hub: &Hub) -> Result<Vec<Colleague>, StoreError> {
    let all = hub.database.read(users::all).await?;
    let present = hub.fanout.present().await;
    Ok(all
        .into_iter()
        .map(|user| Colleague {
            user: user.id,
            online: present.contains_key(&user.id),
            available: present.get(&user.id).is_some_and(|available| *available),
            sees_all: user.role.permissions().has_all(Permission::ViewAll),
            name: user.name,
        })
        .collect())
}
