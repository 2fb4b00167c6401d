//! Searches this machine, and the hub for the rest.

use tandem_protocol::agents::SearchPage;
use tandem_search::{Query, hit};

use crate::cache::brands::Brands;
use crate::rpc::{RpcError, SearchRequest};
use crate::view::{HubSearch, SearchView};
use crate::views;
use crate::words::say;
use crate::workplace::Workplace;

/// Maximum hits per answer.
const PAGE: u32 = 200;

impl Workplace {
    pub(crate) async fn search(&self, request: SearchRequest) -> Result<SearchView, RpcError> {
        let reader = self.reader()?;
        let (query, limit) = (Query::parse(&request.query), request.limit.clamp(1, PAGE));
        let page = limit as usize;
        let is_worth_asking = request.hub && !query.is_empty();
        let needs_hub = !query.about.brands.is_empty();
        let text = request.query.clone();
        let here = self.cache.read(move |connection| {
            let own = views::drafts_with(connection, &reader, &text)?;
            let here = views::search(connection, &reader, &query, page)?;
            Ok((own, here, Brands::read(connection)?, reader))
        });
        let (mut own, here, brands, reader) = here.await?;
        let (found, hub) =
            if is_worth_asking { self.search_beyond(&request, here, limit).await } else { (here, HubSearch::NotAsked) };
        let told = |id| brands.told(id, &reader.access()).map(str::to_owned);
        let mut view = views::search_view(found, hub, told);
        if needs_hub && view.hub == HubSearch::Unreachable {
            view.hint = Some(say("refused-search-brand", &[]));
        }
        // The user's own words that were not sent come first.
        own.append(&mut view.hits);
        own.truncate(page);
        view.hits = own;
        Ok(view)
    }

    /// Adds what the hub finds.
    async fn search_beyond(&self, request: &SearchRequest, here: SearchPage, limit: u32) -> (SearchPage, HubSearch) {
        let page = limit as usize;
        match self.search_at_hub(&request.query, limit).await {
            None => (here, HubSearch::Unreachable),
            // For the same turn the cache may know more than the hub's index.
            Some(there) => {
                let hits = hit::page(here.hits.into_iter().chain(there.hits), page);
                (SearchPage { hits, hint: here.hint.or(there.hint) }, HubSearch::Answered)
            }
        }
    }

    async fn search_at_hub(&self, query: &str, limit: u32) -> Option<SearchPage> {
        let session = self.link.borrow().live().cloned()?;
        let (hub, query) = (&session.hub, &query);
        let found = session.with_token(|token| async move { hub.search(&token, query, limit).await }).await;
        found.inspect_err(|error| tracing::info!(%error, "the hub did not search")).ok()
    }
}
