//! Users, for those who manage them.

use std::sync::Arc;

use axum::extract::{Path, State};
use tandem_conversation::{Permission, UserId};
use tandem_protocol::Problem;
use tandem_protocol::administration::{UserAddition, UserChange, UserRow};
use tandem_sql::Connection;

use super::Json;
use super::auth::Signed;
use super::input::id;
use crate::administration::{self, Checked, Done, Refusal, audit, checked_addition, row_of};
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::users::User;
use crate::store::{StoreError, brands, users};

/// All users, by name.
#[utoipa::path(get, path = "/api/v1/users", tag = "administration",
    responses((status = 200, body = Vec<UserRow>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list(State(hub): State<Arc<Hub>>, signed: Signed) -> Result<axum::Json<Vec<UserRow>>, ApiError> {
    signed.require(Permission::UsersManage)?;
    let (all, known) = hub
        .database
        .read(|connection| -> Result<_, StoreError> { Ok((users::all(connection)?, brands::all(connection)?)) })
        .await?;
    Ok(axum::Json(all.into_iter().map(|user| row_of(user, &known)).collect()))
}

/// Adds a user.
#[utoipa::path(post, path = "/api/v1/users", request_body = UserAddition, tag = "administration",
    responses((status = 200, body = UserRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, description = "The address is another user's", body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Json(addition): Json<UserAddition>,
) -> Result<axum::Json<UserRow>, ApiError> {
    signed.require(Permission::UsersManage)?;
    let checked = off_the_runtime(&hub, move || checked_addition(addition)).await?;
    change_in(&hub, &signed, "added", move |connection| administration::add_user(connection, checked)).await
}

/// Changes the given fields. A new password or role ends the user's sign-ins; open desks apply everything else at once.
#[utoipa::path(patch, path = "/api/v1/users/{id}", request_body = UserChange, tag = "administration",
    params(("id" = String, Path)),
    responses((status = 200, body = UserRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem),
        (status = 409, description = "The address is another user's, or no other user could manage users", body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
    Json(change): Json<UserChange>,
) -> Result<axum::Json<UserRow>, ApiError> {
    signed.require(Permission::UsersManage)?;
    let user: UserId = id(&path, "user")?;
    let checked = off_the_runtime(&hub, move || Checked::new(change)).await?;
    let what = checked.fields();
    change_in(&hub, &signed, &what, move |connection| administration::change_user(connection, user, checked)).await
}

/// Locks a user out: sign-ins, open desks and engagements end within a second.
#[utoipa::path(post, path = "/api/v1/users/{id}/suspend", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = UserRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, description = "No other user could manage users", body = Problem)))]
pub(crate) async fn suspend(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<UserRow>, ApiError> {
    signed.require(Permission::UsersManage)?;
    let user: UserId = id(&path, "user")?;
    change_in(&hub, &signed, "suspended", move |connection| administration::suspend_user(connection, user, true)).await
}

/// Lets a suspended user sign in again.
#[utoipa::path(post, path = "/api/v1/users/{id}/resume", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = UserRow), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn resume(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Path(path): Path<String>,
) -> Result<axum::Json<UserRow>, ApiError> {
    signed.require(Permission::UsersManage)?;
    let user: UserId = id(&path, "user")?;
    change_in(&hub, &signed, "resumed", move |connection| administration::suspend_user(connection, user, false)).await
}

/// Hashing is slow and takes memory: it shares the limit of sign-ins.
async fn off_the_runtime(
    hub: &Hub,
    check: impl FnOnce() -> Result<Checked, Refusal> + Send + 'static,
) -> Result<Checked, ApiError> {
    let _turn = hub.comparing.acquire().await;
    let checked = tokio::task::spawn_blocking(check).await;
    let checked = checked.map_err(|_| ApiError::new(503, "hub.stopping", "The hub is about to stop. Try again."))?;
    Ok(checked?)
}

async fn change_in(
    hub: &Hub,
    by: &Signed,
    what: &str,
    change: impl FnOnce(&Connection) -> Done<User> + Send + 'static,
) -> Result<axum::Json<UserRow>, ApiError> {
    let changed = hub
        .database
        .write(move |connection, _| -> Done<UserRow> {
            let known = brands::all(connection)?;
            Ok(change(connection)?.map(|user| row_of(user, &known)))
        })
        .await?;
    hub.rights_changed.notify_one();
    let row = changed?;
    audit(by.0.id, row.user, &format!("user: {what}"));
    Ok(axum::Json(row))
}
