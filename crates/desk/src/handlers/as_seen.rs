//! Conversations as their participants saw them: asked of the hub once, and then answered for every moment.

use tandem_conversation::Position;
use tandem_protocol::SHOWS_AS_SEEN;
use tandem_protocol::agents::{AsSeenPage, AsSeenRequest};

use crate::as_seen::LookedAt;
use crate::cache::meta;
use crate::refusals::error;
use crate::rpc::{LookAsSeen, MomentAsSeen, RpcError};
use crate::view::{AsSeenMomentView, AsSeenView};
use crate::words::say;
use crate::workplace::Workplace;

/// Maximum pages of one conversation, of about 1 MiB each.
const PAGES: usize = 64;

impl Workplace {
    pub(crate) async fn look_as_seen(&self, request: LookAsSeen) -> Result<AsSeenView, RpcError> {
        let hub_version: u32 =
            self.cache.read(|connection| meta::get(connection, meta::HUB_VERSION)).await?.unwrap_or_default();
        if hub_version != 0 && hub_version < SHOWS_AS_SEEN {
            return Err(error("hub.older", say("failed-as-seen.older", &[])));
        }
        let (user, LookAsSeen { id, viewpoint }) = (self.reader()?.user, request);
        let mut page = self.page_as_seen(request, None).await?;
        // What happened between two pages is in none.
        let (mut as_of, mut sights) = (page.as_of, std::mem::take(&mut page.seen.sights));
        for _ in 1..PAGES {
            let Some(after) = page.next else { break };
            page = self.page_as_seen(request, Some(after)).await?;
            as_of = as_of.min(page.as_of);
            sights.append(&mut page.seen.sights);
        }
        if page.next.is_some() {
            return Err(error("asSeen.too_long", say("failed-as-seen.too-long", &[])));
        }
        let AsSeenPage { customer, channel, started, mut seen, .. } = page;
        seen.sights = sights;
        let look = LookedAt { user, id, viewpoint, customer, channel, started, as_of, seen };
        Ok(self.looks.keep(look).view())
    }

    async fn page_as_seen(&self, request: LookAsSeen, after: Option<Position>) -> Result<AsSeenPage, RpcError> {
        let LookAsSeen { id, viewpoint } = request;
        let asked = AsSeenRequest { viewpoint, after };
        self.ask_hub("failed-as-seen", |session, token| async move { session.hub.as_seen(&token, id, asked).await })
            .await
    }

    pub(crate) async fn moment_as_seen(&self, request: MomentAsSeen) -> Result<AsSeenMomentView, RpcError> {
        let MomentAsSeen { id, viewpoint, at } = request;
        let look = self.looks.find(self.reader()?.user, id, viewpoint);
        let look = look.ok_or_else(|| error("asSeen.gone", say("failed-as-seen.gone", &[])))?;
        Ok(look.moment(at))
    }
}
