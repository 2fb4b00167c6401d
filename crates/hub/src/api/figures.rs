//! Figures from the tables of analytics, and the rows behind them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use tandem_conversation::measure::{Definitions, Thresholds};
use tandem_conversation::{Permission, Rejection, Time, UserId};
use tandem_protocol::Problem;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Query;
use super::auth::Signed;
use crate::analytics::cursor;
use crate::analytics::facts::Asked;
use crate::analytics::figures::{
    self, Figure, FigureRow, Filter, Question, Refused, bound, dimensions, length, listed, metrics,
};
use crate::analytics::metric::METRICS;
use crate::hub::Hub;
use crate::measuring::mend;
use crate::problem::{ApiError, being_made};
use crate::store::{StoreError, activity, brands};

/// The longest time of one question, in milliseconds: two years and a leap day.
const LONGEST_MS: i64 = 731 * 24 * 3_600_000;
/// Rows of one page, at most.
const PAGE: usize = 10_000;

const CHANNELS: [&str; 3] = ["web_chat", "whatsapp", "imported"];
const GRADES: [&str; 3] = ["helpful", "incomplete", "wrong"];
const RESPONDERS: [&str; 4] = ["agent", "external_agent", "logic", "device"];

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct FiguresQuery {
    /// Ids of metrics, separated by commas; `GET /api/v1/figures/definitions` lists them.
    metric: String,
    /// The first day in the zone, such as `2026-11-01`, or a time with which the period begins.
    from: String,
    /// The last day, or a time at which the period ends; it is not part of it.
    to: String,
    /// An IANA time zone, such as `Europe/Madrid` [default: that of the account].
    zone: Option<String>,
    /// Dimensions, separated by commas: `day`, `week`, `month`, `channel`, `brand`, `language`, `agent`, `tag`,
    /// `responder`, `grade`, `code`.
    #[serde(default)]
    by: String,
    /// For service levels, the longest good wait, such as `20s` or `2m` [default: that of the definitions].
    t: Option<String>,
    /// Key of a brand, or the id of one, which may be removed by now; empty for conversations without one.
    brand: Option<String>,
    /// Only rows of this agent; of rounds and queues, those in which they were engaged. Users who see only their own
    /// figures need not name themselves.
    agent: Option<UserId>,
    /// Only conversations with this tag; empty for those without any.
    tag: Option<String>,
    /// `web_chat`, `whatsapp` or `imported`.
    channel: Option<String>,
    language: Option<String>,
    /// Who answered: `agent`, `external_agent`, `logic` or `device`.
    responder: Option<String>,
    /// `live`, `imported` or `all` [default: live].
    origin: Option<String>,
    /// Whether times are measured in business hours.
    #[serde(default)]
    business: bool,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct RowsQuery {
    /// The id of one metric.
    metric: String,
    /// As for the figure.
    from: String,
    /// As for the figure.
    to: String,
    zone: Option<String>,
    /// One local day within the period.
    day: Option<String>,
    t: Option<String>,
    brand: Option<String>,
    agent: Option<UserId>,
    tag: Option<String>,
    channel: Option<String>,
    language: Option<String>,
    responder: Option<String>,
    /// Of `handover_grade`: `helpful`, `incomplete` or `wrong`.
    grade: Option<String>,
    /// Of `failed_sends`: the channel's code of the failure, or `unknown`.
    code: Option<String>,
    origin: Option<String>,
    #[serde(default)]
    business: bool,
    /// Rows to leave out, for the next page.
    #[serde(default)]
    after: usize,
    /// How many at most [default: 1000]; other values than 1 to 10000 count as the nearest of these.
    #[serde(default = "thousand")]
    #[param(default = 1000)]
    limit: usize,
}

fn thousand() -> usize {
    1_000
}

/// Up to where the log was measured.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AsOf {
    /// Position in the account's log.
    cursor: u64,
    time: Time,
}

/// Figures of a period.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FiguresPage {
    /// Version of the definitions.
    definitions: String,
    zone: String,
    /// The period: its first instant, and the first after it.
    from: Time,
    until: Time,
    as_of: AsOf,
    rows: Vec<Figure>,
}

/// Rows behind a figure.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FigureRows {
    as_of: AsOf,
    /// Of all pages.
    total: usize,
    rows: Vec<FigureRow>,
    /// `after` of the next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
}

/// What a metric is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MetricDefinition {
    id: &'static str,
    words: &'static str,
    /// `count`, `ms` or `share`.
    form: &'static str,
    /// The table whose rows it counts.
    table: &'static str,
    /// The column with the time to which a row belongs.
    time: &'static str,
}

/// The metrics, and the thresholds behind them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DefinitionsPage {
    version: String,
    /// The longest good wait for a person, in milliseconds.
    service_ms: i64,
    /// Queues that ended without a person within this time count nowhere, in milliseconds.
    short_ms: i64,
    /// How long a completed round stays provisional, in milliseconds.
    final_after_ms: i64,
    /// The account's time zone.
    zone: String,
    metrics: Vec<MetricDefinition>,
}

/// What the metrics are.
#[utoipa::path(get, path = "/api/v1/figures/definitions", tag = "analytics",
    responses((status = 200, body = DefinitionsPage), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn definitions(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
) -> Result<axum::Json<DefinitionsPage>, ApiError> {
    signed.require(Permission::AnalyticsView)?;
    let Thresholds { version, service_ms, short_ms, final_after_ms, .. } = thresholds(&hub);
    let metrics = METRICS.iter().map(|metric| MetricDefinition {
        id: metric.id,
        words: metric.words,
        form: metric.form.name(),
        table: metric.table(),
        time: metric.time,
    });
    let zone = hub.config.analytics.zone.clone();
    let metrics = metrics.collect();
    Ok(axum::Json(DefinitionsPage { version, service_ms, short_ms, final_after_ms, zone, metrics }))
}

/// Figures of a period, divided as asked. Each has the number of its rows, and `/api/v1/figures/rows` lists them.
/// `analytics.view` with scope `ME` shows what one took part in.
#[utoipa::path(get, path = "/api/v1/figures", tag = "analytics", params(FiguresQuery),
    responses((status = 200, body = FiguresPage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn list(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(query): Query<FiguresQuery>,
) -> Result<axum::Json<FiguresPage>, ApiError> {
    let (question, zone) = question(&hub, &signed, query, Cell::default()).await?;
    let (from, until) = (question.asked.from, question.asked.until);
    let read = move |connection: &tandem_sql::Connection| {
        let found = figures::figures(connection, &question)?;
        Ok::<_, StoreError>((found, cursor(connection)?))
    };
    let (found, cursor) = measured(&hub, read).await?;
    let rows = found.map_err(refused)?;
    let as_of = AsOf { cursor, time: hub.clock.now() };
    Ok(axum::Json(FiguresPage { definitions: thresholds(&hub).version, zone, from, until, as_of, rows }))
}

/// The rows behind a figure, by time.
#[utoipa::path(get, path = "/api/v1/figures/rows", tag = "analytics", params(RowsQuery),
    responses((status = 200, body = FigureRows), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn rows(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(query): Query<RowsQuery>,
) -> Result<axum::Json<FigureRows>, ApiError> {
    let (skip, limit) = (query.after, query.limit.clamp(1, PAGE));
    if query.metric.contains(',') {
        return Err(refused(("metric", "name one metric: rows of several are no table".into())));
    }
    let RowsQuery { metric, from, to, zone, day, t, brand, agent, tag, channel, language, responder, origin, .. } =
        query;
    let business = query.business;
    let by = String::new();
    let cell = Cell { day, grade: query.grade, code: query.code };
    let query = FiguresQuery {
        metric,
        from,
        to,
        zone,
        by,
        t,
        brand,
        agent,
        tag,
        channel,
        language,
        responder,
        origin,
        business,
    };
    let (question, _) = question(&hub, &signed, query, cell).await?;
    let read = move |connection: &tandem_sql::Connection| {
        let found = figures::rows(connection, &question, skip, limit)?;
        Ok::<_, StoreError>((found, cursor(connection)?))
    };
    let ((rows, total), cursor) = measured(&hub, read).await?;
    let next = Some(skip.saturating_add(rows.len())).filter(|next| *next < total && !rows.is_empty());
    Ok(axum::Json(FigureRows { as_of: AsOf { cursor, time: hub.clock.now() }, total, rows, next }))
}

/// Reads the tables. Damaged ones are made again; until that is done, nothing is answered.
pub(super) async fn measured<T: Send + 'static>(
    hub: &Hub,
    read: impl FnOnce(&tandem_sql::Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, ApiError> {
    let whole = hub.analytics.whole_at();
    // All that one question reads is of one moment: also the position that it answers with.
    let read = move |connection: &tandem_sql::Connection| {
        connection.snapshot(|| match cursor(connection)? {
            measured if measured < whole => Ok(Err(measured)),
            _ => read(connection).map(Ok),
        })
    };
    match hub.analytics.file().read(read).await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(measured)) => Err(unfinished(measured, whole)),
        Err(error) if matches!(mend(hub, &error).await, Ok(true)) => {
            hub.analytics.news.notify_one();
            let words = "The tables of figures were damaged, and are made again: ask again in a moment.";
            Err(being_made("figures.being_made", words).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The tables are still being made.
pub(super) fn unfinished(measured: u64, whole: u64) -> ApiError {
    let words = format!(
        "The tables of figures are being made from the log, and have {measured} of {whole} events: ask again in a moment."
    );
    being_made("figures.being_made", &words).into()
}

fn thresholds(hub: &Hub) -> Thresholds {
    Definitions::default().at(hub.clock.now()).clone()
}

fn refused((field, why): Refused) -> ApiError {
    Rejection::invalid(field, why).into()
}

/// What of a divided figure is meant, beside its filters.
#[derive(Default)]
struct Cell {
    day: Option<String>,
    grade: Option<String>,
    code: Option<String>,
}

/// Checks a question, and reads what it needs of the account.
async fn question(
    hub: &Hub,
    signed: &Signed,
    query: FiguresQuery,
    Cell { day, grade, code }: Cell,
) -> Result<(Question, String), ApiError> {
    signed.require(Permission::AnalyticsView)?;
    let sees_all = signed.0.role.permissions().has_all(Permission::AnalyticsView);
    let own = signed.0.id;
    if !sees_all && query.agent.is_some_and(|agent| agent != own) {
        return Err(Rejection::Forbidden { permission: Permission::AnalyticsView }.into());
    }
    hub.limits.search(own)?;
    let agent = if sees_all { query.agent } else { Some(own) };
    let metrics = metrics(&query.metric).map_err(refused)?;
    let by = dimensions(&query.by).map_err(refused)?;
    let name = query.zone.unwrap_or_else(|| hub.config.analytics.zone.clone());
    let zone = figures::zone(&name).map_err(refused)?;
    let mut from = bound("from", &query.from, &zone, false).map_err(refused)?;
    let mut until = bound("to", &query.to, &zone, true).map_err(refused)?;
    if from >= until {
        return Err(refused(("to", "the period ends before it begins".into())));
    }
    if until.since(from) > LONGEST_MS {
        return Err(refused(("to", "ask for at most 731 days at once".into())));
    }
    if let Some(day) = day {
        let bounds = (bound("day", &day, &zone, false), bound("day", &day, &zone, true));
        (from, until) = (from.max(bounds.0.map_err(refused)?), until.min(bounds.1.map_err(refused)?));
    }
    let one_of = |field: &'static str, value: &Option<String>, allowed: &[&'static str]| match value.as_deref() {
        Some(value) if !allowed.contains(&value) => {
            Err(refused((field, format!("'{value}' is none of {}", listed(allowed.iter().copied())))))
        }
        _ => Ok(()),
    };
    one_of("channel", &query.channel, &CHANNELS)?;
    one_of("responder", &query.responder, &RESPONDERS)?;
    one_of("grade", &grade, &GRADES)?;
    one_of("origin", &query.origin, &["live", "imported", "all"])?;
    let origin = match query.origin.as_deref() {
        None | Some("live") => Some("live"),
        Some("imported") => Some("imported"),
        _ => None,
    };
    let thresholds = thresholds(hub);
    let within_ms = match query.t {
        Some(t) => length("t", &t).map_err(refused)?,
        None => thresholds.service_ms,
    };
    // Figures of a brand stay when it is removed, and so do those of no brand.
    let brand = match query.brand {
        Some(named) if named.is_empty() || named.parse::<Uuid>().is_ok() => Some(named.to_lowercase()),
        named => brand(hub, named).await?.map(|id| id.to_string()),
    };
    let filter = Filter {
        channel: query.channel,
        brand,
        language: query.language,
        agent,
        tag: query.tag,
        responder: query.responder,
        grade,
        code,
    };
    figures::check(&metrics, &by, &filter, query.business).map_err(refused)?;
    let presence = match metrics.iter().any(|metric| metric.is_of_slots()) {
        true => hub.database.read(move |connection| activity::between(connection, agent, from, until)).await?,
        false => BTreeMap::new(),
    };
    let asked = Asked {
        from,
        until,
        within_ms,
        short_ms: thresholds.short_ms,
        origin,
        business: query.business,
        now: hub.clock.now(),
    };
    Ok((Question { metrics, by, zone, asked, filter, presence }, name))
}

/// A brand by its key or id.
pub(super) async fn brand(hub: &Hub, named: Option<String>) -> Result<Option<Uuid>, ApiError> {
    let Some(named) = named else { return Ok(None) };
    let all = hub.database.read(brands::all).await?;
    let found = all.iter().find(|brand| brand.look.id == named || brand.id.0.to_string() == named);
    let known = || listed(all.iter().map(|brand| brand.look.id.as_str()));
    found.map(|brand| Some(brand.id.0)).ok_or_else(|| refused(("brand", format!("'{named}' is none of {}", known()))))
}
