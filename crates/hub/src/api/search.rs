//! Search over everything that the user may see.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use tandem_conversation::Permission;
use tandem_protocol::Problem;
use tandem_protocol::agents::SearchPage;
use tandem_sql::Connection;
use utoipa::IntoParams;

use super::Query;
use super::auth::Signed;
use crate::hub::Hub;
use crate::problem::{ApiError, being_made, busy};

/// Maximum hits per response.
const PAGE: u32 = 200;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchQuery {
    /// Words that must all occur, each matched as a prefix; `"an exact phrase"`; and operators: `from:NAME` (a
    /// customer, an agent, `me`, `customer` or `logic`), `in:my|help|left|all|webchat|whatsapp` or a conversation's id,
    /// `is:open|completed|waiting|help`, `tag:refund`, `agent:NAME` (who takes or took part, or `me`), `brand:KEY`,
    /// `language:de`, `before:2026-11-03`, `after:2026-11-03` (UTC), `has:attachment|note`.
    q: String,
    /// Maximum hits, up to 200.
    #[serde(default = "fifty")]
    limit: u32,
}

fn fifty() -> u32 {
    50
}

/// Turns and customers in conversations that the user may see, newest first. New text takes a moment to be found. If a
/// query's common words rarely occur together, the search stops after some thousand turns, and older hits may be
/// missing.
#[utoipa::path(get, path = "/api/v1/search", params(SearchQuery), tag = "conversations",
    responses((status = 200, body = SearchPage), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn search(
    State(hub): State<Arc<Hub>>,
    signed: Signed,
    Query(query): Query<SearchQuery>,
) -> Result<axum::Json<SearchPage>, ApiError> {
    signed.require(Permission::Handle)?;
    hub.limits.search(signed.0.id)?;
    let (parsed, limit) = (tandem_search::Query::parse(&query.q), query.limit.clamp(1, PAGE) as usize);
    let (index, now) = (hub.search.file(), hub.clock.now());
    let searched = hub.search.take_turn(async || {
        let search =
            move |connection: &Connection| crate::search::search(connection, &index, &signed.0, &parsed, limit, now);
        hub.database.read(search).await
    });
    match searched.await.ok_or_else(busy)? {
        Ok(page) => Ok(axum::Json(page)),
        Err(error) if matches!(hub.search.mend(&error, hub.log).await, Ok(true)) => {
            hub.news.notify_one();
            let words = "The search index was damaged, and is made again: search again in a moment.";
            Err(being_made("search.being_made", words).into())
        }
        Err(error) => Err(error.into()),
    }
}
