//! What supervisors' boards show besides the states that their desks hold.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use tandem_conversation::board::{self, Handler, Row};
use tandem_conversation::measure::{Definitions, Presence, date, local_day};
use tandem_conversation::{
    BrandId, Channel, Conversation, ConversationId, Part, Participant, Permission, Reach, Rejection, Section, Time,
    UserId,
};
use tandem_protocol::Problem;
use tandem_protocol::agents::{BoardFigures, BoardPage, Colleague, Today};
use utoipa::IntoParams;
use uuid::Uuid;

use super::Query;
use super::auth::{Signed, everybody};
use super::figures::measured;
use crate::analytics::facts::Asked;
use crate::analytics::figures::{self, Filter, Question};
use crate::analytics::today::{self, CURVES_MS, METRICS};
use crate::hub::Hub;
use crate::problem::ApiError;
use crate::store::{StoreError, activity, conversations};

/// Today's figures, Your Logic in the last hour, and the curves of the last hour and day. Needs `analytics.view` for all.
#[utoipa::path(get, path = "/api/v1/board/today", tag = "analytics",
    responses((status = 200, body = Today), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn day(State(hub): State<Arc<Hub>>, signed: Signed) -> Result<axum::Json<Today>, ApiError> {
    if !signed.0.role.permissions().has_all(Permission::AnalyticsView) {
        return Err(Rejection::Forbidden { permission: Permission::AnalyticsView }.into());
    }
    let now = hub.clock.now();
    let name = hub.config.analytics.zone.clone();
    let refused = |(field, why): figures::Refused| ApiError::from(Rejection::invalid(field, why));
    let zone = figures::zone(&name).map_err(refused)?;
    let (from, until) = date(now, &zone).and_then(|date| local_day(date, &zone)).unwrap_or((now, now));
    let since = now.plus_ms(-CURVES_MS);
    let presence = hub.database.read(move |connection| activity::between(connection, None, since, now)).await?;
    let thresholds = Definitions::default().at(now).clone();
    let asked = Asked {
        from,
        until,
        within_ms: thresholds.service_ms,
        short_ms: thresholds.short_ms,
        origin: Some("live"),
        business: false,
        now,
    };
    let question = Question {
        metrics: figures::metrics(METRICS).map_err(refused)?,
        by: Vec::new(),
        zone,
        asked,
        filter: Filter::default(),
        presence: BTreeMap::new(),
    };
    let read = move |connection: &tandem_sql::Connection| today::today(connection, &question, name, &presence);
    Ok(axum::Json(measured(&hub, read).await?))
}

/// Rows of one answer, at most.
const ROWS: u32 = 5_000;
/// States that are read at a time.
const PAGE: u32 = 500;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoardQuery {
    channel: Option<Channel>,
    /// Key or id of a brand.
    brand: Option<String>,
    tag: Option<String>,
    /// `people`, `logic`, `both` or `nobody`.
    #[param(value_type = Option<String>)]
    handler: Option<Handler>,
    /// Who has it: `person`, `queue`, `logic` or `idle`.
    #[param(value_type = Option<String>)]
    part: Option<Part>,
    /// How far its call for help reaches.
    #[param(value_type = Option<String>)]
    reach: Option<Reach>,
    /// Only where a person is wanted, or the customer's words have no answer.
    #[serde(default)]
    waiting: bool,
    #[serde(default = "most")]
    limit: u32,
}

fn most() -> u32 {
    ROWS
}

impl BoardQuery {
    fn takes(&self, row: &Row, brand: Option<BrandId>) -> bool {
        self.channel.is_none_or(|channel| row.channel == channel)
            && brand.is_none_or(|brand| row.brand == Some(brand))
            && self.tag.as_ref().is_none_or(|tag| row.tags.contains(tag))
            && self.handler.is_none_or(|handler| row.handler == handler)
            && self.part.is_none_or(|part| row.part == part)
            && self.reach.is_none_or(|reach| row.call.as_ref().is_some_and(|call| call.reach == reach))
            && (!self.waiting || row.wanted_since.is_some() || row.unanswered_since.is_some())
    }
}

/// Conversations in progress as the board shows them, most urgent first, for programs. An unknown filter is refused with
/// the allowed ones.
#[utoipa::path(get, path = "/api/v1/board", params(BoardQuery), tag = "analytics",
    responses((status = 200, body = BoardPage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn rows(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(query): Query<BoardQuery>,
) -> Result<axum::Json<BoardPage>, ApiError> {
    signed.require(Permission::ViewAll)?;
    hub.limits.board(signed.0.id)?;
    let brand = super::figures::brand(&hub, query.brand.clone()).await?.map(BrandId);
    let as_of = hub.clock.now();
    let states = in_progress(&hub, &signed, as_of).await?;
    let mut rows: Vec<Row> = states.iter().filter_map(board::row).filter(|row| query.takes(row, brand)).collect();
    rows.sort_by_cached_key(Row::urgency);
    let total = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    rows.truncate(query.limit.min(ROWS) as usize);
    Ok(axum::Json(BoardPage { as_of, total, rows }))
}

/// The board's figures at this instant, for programs. Needs `analytics.view` for all.
#[utoipa::path(get, path = "/api/v1/board/figures", tag = "analytics",
    responses((status = 200, body = BoardFigures), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 429, body = Problem)))]
pub(crate) async fn now(State(hub): State<Arc<Hub>>, signed: Signed) -> Result<axum::Json<BoardFigures>, ApiError> {
    signed.require(Permission::ViewAll)?;
    if !signed.0.role.permissions().has_all(Permission::AnalyticsView) {
        return Err(Rejection::Forbidden { permission: Permission::AnalyticsView }.into());
    }
    hub.limits.board(signed.0.id)?;
    let as_of = hub.clock.now();
    let states = in_progress(&hub, &signed, as_of).await?;
    let mut engaged = HashMap::<UserId, u32>::new();
    for user in
        states.iter().flat_map(Conversation::people).filter_map(|part| part.person().and_then(Participant::user))
    {
        *engaged.entry(user).or_default() += 1;
    }
    let people: Vec<_> = everybody(&hub).await?.iter().map(|colleague| working(colleague, &engaged)).collect();
    let rows = states.iter().filter_map(board::row);
    Ok(axum::Json(BoardFigures { as_of, figures: board::figures(rows, &people, as_of) }))
}

fn working(colleague: &Colleague, engaged: &HashMap<UserId, u32>) -> board::Colleague {
    board::Colleague {
        presence: colleague.status.map_or(Presence::Offline, Presence::of),
        capacity: colleague.capacity.unwrap_or_default(),
        engaged: engaged.get(&colleague.user).copied().unwrap_or_default(),
    }
}

/// The states of all conversations in progress, page by page, so that none is read for long.
async fn in_progress(hub: &Hub, signed: &Signed, now: Time) -> Result<Vec<Conversation>, StoreError> {
    let rights = signed.0.rights();
    let (mut found, mut after) = (Vec::new(), ConversationId(Uuid::nil()));
    loop {
        let rights = rights.clone();
        let read = hub.database.read(move |connection| {
            conversations::section_after(connection, Section::All, &rights.access(), now, after, PAGE)
        });
        let (page, _) = read.await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = last.id;
        found.extend(page);
    }
}
