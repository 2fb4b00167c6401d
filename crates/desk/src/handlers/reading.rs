//! Commands answered from the cache.

use std::sync::Arc;

use base64::Engine as _;
use tandem_conversation::{ConversationId, MediaId};

use crate::address::is_exposed;
use crate::cache::media::{self, File};
use crate::cache::{conversations, files, meta, outbox, unknown};
use crate::desk::Desk;
use crate::downloads::FetchError;
use crate::figures::figures;
use crate::handlers::apart;
use crate::hub::{Hub, HubError};
use crate::link::Link;
use crate::memory::Chosen;
use crate::reason::Reason;
use crate::refusals::{claimed, error, signed_out, unknown_conversation};
use crate::rpc::{EntriesRequest, ListRequest, MediaRequest, MediaView, Nothing, OneConversation, RpcError};
use crate::session::Session;
use crate::sync::fetch_unknown;
use crate::vault::{Ask, Why};
use crate::view::{
    AboutView, AppView, ColleagueView, ConnectionView, ConversationView, CountsView, EntriesView, FiguresView,
    ListView, LockedAsk, MeView, NotificationsView, SettingsView,
};
use crate::views::{self, Page};
use crate::words::{say, sentence};
use crate::workplace::Workplace;

impl Desk {
    pub(crate) async fn app_state(&self, _: Nothing) -> Result<AppView, RpcError> {
        if let Some(ask) = self.asks() {
            return Ok(AppView { hub_ended: self.hub_ended(), about: self.about(None), ..locked(ask) });
        }
        let place = self.place()?;
        let link = place.link.borrow().clone();
        let me = link.session().map(|session| session.me());
        let (reader, now) = (me.is_some().then(|| place.reader()).transpose()?, place.clock.hub_now());
        let read = place.cache.read(move |connection| {
            let last = match reader {
                Some(_) => (None, None),
                None => (meta::get(connection, meta::HUB)?, meta::me(connection)?),
            };
            let counts = reader.as_ref().map(|reader| views::counts(connection, reader)).transpose()?;
            let (apart, has_board) = match &counts {
                None => (Vec::new(), false),
                Some(counts) => (apart::all(connection)?, counts.all.is_some() && apart::has_board(connection)?),
            };
            let settings = meta::get(connection, meta::SETTINGS)?.unwrap_or_default();
            let outbox = outbox::counts(connection, now)?;
            Ok((last, counts.unwrap_or_default(), apart, has_board, settings, outbox, unknown::count(connection)?))
        });
        let (last, counts, apart, board_apart, settings, outbox, newer) = read.await?;
        let connection = match &link {
            Link::SignedOut { reason } => ConnectionView::SignedOut {
                hub: self.config().hub.clone().or(last.0),
                email: last.1.map(|me| me.email),
                reason: reason.as_ref().map(Reason::words),
            },
            Link::Connecting { since, .. } => ConnectionView::Connecting { since: *since },
            Link::Live { since, quiet: false, .. } => ConnectionView::Live { since: *since },
            Link::Live { since, .. } => ConnectionView::Silent { since: place.memory.heard().unwrap_or(*since) },
            Link::Offline { since, reason, .. } => ConnectionView::Offline { since: *since, reason: reason.words() },
            Link::Outdated { since, outdated, .. } => {
                ConnectionView::Outdated { since: *since, older: outdated.older(), reason: outdated.words() }
            }
        };
        let Chosen { availability, absence } = place.memory.chosen();
        let me = me.map(|me| MeView {
            user: me.user,
            name: me.name,
            email: me.email,
            account: me.account,
            permissions: me.permissions,
            availability,
            absence,
            reasons: me.reasons,
            capacity: me.capacity,
            mail: me.mail,
            improve: me.improve,
            logic_name: me.logic_name,
            translate: me.translate,
        });
        let figures = figures(&place.cache, &place.memory, outbox);
        Ok(AppView {
            connection,
            me,
            counts,
            apart,
            board_apart,
            figures,
            notifications: place.memory.notifications(),
            settings,
            undo_s: place.memory.undo_s(),
            hub_ahead_ms: place.clock.ahead_ms(),
            hub_ended: self.hub_ended(),
            newer,
            about: self.about(link.session().map(|session| &session.hub)),
        })
    }

    fn about(&self, hub: Option<&Hub>) -> AboutView {
        AboutView {
            version: env!("CARGO_PKG_VERSION").into(),
            hub: hub.map(|hub| hub.address().to_owned()),
            exposed: hub.is_some_and(|hub| is_exposed(hub.address())),
            chimes: self.config().notifier.plays_files(),
        }
    }
}

/// Why the keychain does not give the key, and what the user can do.
fn refused(why: &Why) -> String {
    match why {
        Why::Empty => say("keychain-why", &[]),
        Why::OtherKey => say("keychain-why.other", &[]),
        Why::Absent => say("keychain-why.absent", &[]),
        Why::Refused => say("keychain-why.refused", &[]),
        Why::Failed(error) => sentence(&format!("{error}.")),
    }
}

/// The view while the cache is locked.
fn locked(ask: Ask) -> AppView {
    let (ask, reason) = match ask {
        Ask::ChoosePassphrase => (LockedAsk::ChoosePassphrase, None),
        Ask::Passphrase => (LockedAsk::Passphrase, None),
        Ask::Silent => (LockedAsk::KeychainSilent, None),
        Ask::Keychain { why } => (LockedAsk::Keychain, Some(refused(&why))),
    };
    AppView {
        connection: ConnectionView::Locked { ask, reason },
        me: None,
        counts: CountsView::default(),
        apart: Vec::new(),
        board_apart: false,
        figures: FiguresView::default(),
        notifications: NotificationsView::Unknown,
        settings: SettingsView::default(),
        undo_s: 0,
        hub_ahead_ms: 0,
        hub_ended: None,
        newer: 0,
        about: AboutView::default(),
    }
}

impl Workplace {
    pub(crate) async fn colleagues(&self, _: Nothing) -> Result<Vec<ColleagueView>, RpcError> {
        let reader = self.reader()?;
        let others = self.memory.colleagues().into_iter().filter(|colleague| colleague.user != reader.user);
        Ok(others.map(ColleagueView::from).collect())
    }

    pub(crate) async fn list(&self, request: ListRequest) -> Result<ListView, RpcError> {
        let reader = self.reader()?;
        let arrangement = self.memory.settings().lists.of(request.section);
        Ok(self.cache.read(move |connection| views::list(connection, &reader, &request, arrangement)).await?)
    }

    pub(crate) async fn open(&self, request: OneConversation) -> Result<ConversationView, RpcError> {
        let (reader, id) = (self.reader()?, request.id);
        self.make_known(id).await?;
        let view = self.cache.read(move |connection| views::conversation(connection, &reader, id)).await?;
        let view = view.ok_or_else(|| unknown_conversation(id))?;
        if self.link.borrow().live().is_some() {
            self.fetch.journey(view.row.customer);
        }
        Ok(view)
    }

    pub(crate) async fn entries(&self, request: EntriesRequest) -> Result<EntriesView, RpcError> {
        let (reader, id) = (self.reader()?, request.id);
        let page = page(request.before, request.after, request.around)?;
        self.make_known(id).await?;
        let stretch =
            self.cache.read(move |connection| views::transcript(connection, &reader, id, &page, request.limit)).await?;
        let mut stretch = stretch.ok_or_else(|| unknown_conversation(id))?;
        if self.link.borrow().live().is_some() {
            stretch.view.loading = !stretch.missing.is_empty();
            if stretch.is_elsewhere && stretch.view.loading {
                // A page other than the requested one would only flash up.
                stretch.view.entries.clear();
                (stretch.view.more, stretch.view.later) = (true, true);
            }
            stretch.missing.into_iter().for_each(|missing| self.fetch.conversation_now(missing));
        }
        for entry in &mut stretch.view.entries {
            if let (Some(upload), Some(command)) = (&mut entry.upload, entry.command) {
                upload.sent = self.outbox.uploads().sent(command);
            }
        }
        Ok(stretch.view)
    }

    /// Fetches a conversation that is not cached, for a hit from the hub or a link.
    async fn make_known(&self, id: ConversationId) -> Result<(), RpcError> {
        if self.cache.read(move |connection| conversations::get(connection, id)).await?.is_some() {
            return Ok(());
        }
        let session = self.link.borrow().live().cloned().ok_or_else(out_of_reach)?;
        match fetch_unknown(&self.cache, &session, id, self.clock.hub_now()).await {
            Ok(()) => Ok(()),
            Err(FetchError::Cache(error)) => Err(error.into()),
            Err(FetchError::Hub(failed)) => {
                tracing::info!(error = %failed, conversation.id = %id, "a conversation could not be fetched");
                Err(match failed {
                    HubError::Refused(_) => self.hidden(&session, id).await,
                    _ => out_of_reach(),
                })
            }
        }
    }

    /// Why the hub does not show a conversation. It tells users who were called to it who took the call.
    async fn hidden(&self, session: &Arc<Session>, id: ConversationId) -> RpcError {
        let call = self.memory.call_of(id);
        let asked = session.with_token(|token| async move { session.hub.claim(&token, id, call).await }).await;
        // Older hubs have no answer.
        asked.map_or_else(|_| not_to_be_seen(), |claim| claimed(&claim).into())
    }

    pub(crate) async fn media(&self, request: MediaRequest) -> Result<MediaView, RpcError> {
        let file = self.file(request.id).await?;
        let content_type = safe_type(&file.content_type);
        let bytes = base64::engine::general_purpose::STANDARD.encode(&file.bytes);
        Ok(MediaView { data_url: format!("data:{content_type};base64,{bytes}") })
    }

    /// A file of a conversation, or the agent's own outgoing one.
    pub(super) async fn file(&self, id: MediaId) -> Result<Arc<File>, RpcError> {
        let kept = self.cache.read(move |connection| {
            let Some(own) = files::get(connection, id)? else { return media::get(connection, id) };
            let bytes = files::whole(connection, &own)?;
            Ok(bytes.map(|bytes| File { content_type: own.content_type, bytes }))
        });
        match kept.await? {
            Some(file) => Ok(Arc::new(file)),
            None => self.fetch_media(id).await,
        }
    }

    async fn fetch_media(&self, id: MediaId) -> Result<Arc<File>, RpcError> {
        let link = self.link.borrow().clone();
        let session = link.session().ok_or_else(signed_out)?;
        if link.live().is_none() {
            return Err(error("desk.offline", "This file is not on this machine yet, and you are offline."));
        }
        self.downloads.get(session, id).await.map_err(|failed| match &*failed {
            FetchError::Hub(HubError::Refused(problem)) => RpcError::from(&**problem),
            FetchError::Hub(other) => error("media.unavailable", other.reason().words()),
            FetchError::Cache(failed) => failed.into(),
        })
    }
}

/// The hub does not say which of the two it is.
fn not_to_be_seen() -> RpcError {
    let words = "There is no such conversation, or you may not see it. Ask the sender of its link.";
    error("conversation.unknown", words)
}

fn out_of_reach() -> RpcError {
    let words = "This conversation is not on this machine, and the hub cannot be asked right now. Try again as soon as \
                 you are connected.";
    error("desk.offline", words)
}

/// The page for three keys, of which at most one may be given.
fn page(before: Option<String>, after: Option<String>, around: Option<String>) -> Result<Page, RpcError> {
    match (before, after, around) {
        (None, None, None) => Ok(Page::Newest),
        (Some(key), None, None) => Ok(Page::Before(key)),
        (None, Some(key), None) => Ok(Page::After(key)),
        (None, None, Some(key)) => Ok(Page::Around(key)),
        _ => Err(error("rpc.bad_request", "A page is before, after or around one entry.")),
    }
}

/// A harmless type: a claimed type counts only if it is on the list of types that merely show.
fn safe_type(claimed: &str) -> &'static str {
    let bare = claimed.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = [
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/avif",
        "audio/aac",
        "audio/flac",
        "audio/ogg",
        "audio/wav",
        "audio/mpeg",
        "audio/mp4",
        "audio/webm",
        "video/mp4",
        "video/ogg",
        "video/webm",
        "application/pdf",
        "text/plain",
    ];
    known.into_iter().find(|known| *known == bare).unwrap_or("application/octet-stream")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_file_that_could_run_is_only_bytes() {
        assert_eq!(super::safe_type("image/PNG"), "image/png");
        assert_eq!(super::safe_type("text/html; charset=utf-8"), "application/octet-stream");
        assert_eq!(super::safe_type("image/svg+xml"), "application/octet-stream");
    }
}
