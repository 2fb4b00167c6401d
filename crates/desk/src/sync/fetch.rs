//! Fetches in the background what the live connection does not bring: older events, holes, journeys. Files have their own
//! task ([`crate::downloads`]).
//!
//! The cache records what is missing, so a failed fetch loses nothing: it is repeated when the desk is online again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tandem_conversation::{Conversation, ConversationId, CustomerId, Event, EventBody, Position, Time, visible};
use tandem_protocol::agents::Me;
use tandem_sqlite::rusqlite::Connection;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

use super::apply::{file, take_state};
use super::{Input, Link};
use crate::cache::conversations::{self, Held};
use crate::cache::search::Filing;
use crate::cache::{Cache, CacheError, Touched, library, lost, unheld, unknown};
use crate::downloads::{Downloads, FetchError};
use crate::hub::reading::Read;
use crate::hub::{HubError, Part, State};
use crate::pace::Pace;
use crate::session::Session;

/// How long a fetched journey stays valid; the customer's new conversations arrive by themselves.
const JOURNEY_GOOD_FOR: Duration = Duration::from_secs(300);
/// Earlier conversations whose transcripts are prefetched.
const JOURNEY_LENGTH: usize = 20;
/// Maximum earlier conversations fetched.
const JOURNEY_MOST: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Job {
    Conversation(ConversationId),
    /// Something happened in it; nothing else is known.
    Unknown(ConversationId),
    Journey(CustomerId),
    Library,
    /// What the user wrote and a restored hub may not have.
    Lost,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    known: HashSet<Job>,
    journeys: HashMap<CustomerId, Instant>,
}

/// A handle of the fetching task.
#[derive(Clone)]
pub(crate) struct Fetch {
    queue: Arc<Mutex<Queue>>,
    wake: Arc<Notify>,
    downloads: Downloads,
}

impl Fetch {
    pub(crate) fn new(downloads: Downloads) -> Self {
        Self { queue: Arc::default(), wake: Arc::default(), downloads }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Queue) -> T) -> T {
        work(&mut self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, job: Job, urgent: bool) {
        self.with(|queue| match queue.known.insert(job) {
            true if urgent => queue.jobs.push_front(job),
            true => queue.jobs.push_back(job),
            // Already queued; the one being viewed goes first.
            false if urgent => {
                if let Some(place) = queue.jobs.iter().position(|waiting| *waiting == job) {
                    queue.jobs.remove(place);
                    queue.jobs.push_front(job);
                }
            }
            false => {}
        });
        self.wake.notify_one();
    }

    /// Fetches what a conversation lacks, at low priority.
    pub(crate) fn conversation(&self, id: ConversationId) {
        self.add(Job::Conversation(id), false);
    }

    /// Fetches an unknown conversation.
    pub(super) fn unknown(&self, id: ConversationId) {
        self.add(Job::Unknown(id), false);
    }

    /// Fetches what the viewed conversation lacks, at high priority.
    pub(crate) fn conversation_now(&self, id: ConversationId) {
        self.add(Job::Conversation(id), true);
    }

    /// Fetches a customer's earlier conversations, unless done a moment ago.
    pub(crate) fn journey(&self, customer: CustomerId) {
        let now = Instant::now();
        let fresh = self.with(|queue| queue.journeys.get(&customer).is_some_and(|at| now < *at + JOURNEY_GOOD_FOR));
        if !fresh {
            self.add(Job::Journey(customer), true);
        }
    }

    /// The library is another one than the cached one.
    pub(super) fn library(&self) {
        self.add(Job::Library, true);
    }

    /// The customer's journey may have grown since it was fetched.
    pub(super) fn journey_grew(&self, customer: CustomerId) {
        if self.with(|queue| queue.journeys.remove(&customer)).is_some() {
            self.add(Job::Journey(customer), false);
        }
    }

    /// Fetches everything that the cache knows to be missing.
    pub(crate) async fn all_wanting(&self, cache: &Cache) {
        self.add(Job::Lost, false);
        let missing = |connection: &_| Ok((conversations::wanting(connection)?, unheld::all(connection)?));
        match cache.read(missing).await {
            Ok((wanting, unheld)) => {
                wanting.into_iter().for_each(|id| self.conversation(id));
                unheld.into_iter().for_each(|id| self.unknown(id));
            }
            Err(error) => tracing::error!(%error, "cannot tell what is missing"),
        }
        self.downloads.look();
    }

    fn take(&self) -> Option<Job> {
        self.with(|queue| {
            let job = queue.jobs.pop_front()?;
            queue.known.remove(&job);
            Some(job)
        })
    }

    fn clear(&self) {
        self.with(|queue| {
            queue.jobs.clear();
            queue.known.clear();
        });
    }

    /// Runs until the desk ends.
    pub(crate) async fn run(
        self,
        cache: Cache,
        pace: Pace,
        mut link: watch::Receiver<Link>,
        sync: mpsc::UnboundedSender<Input>,
    ) {
        let mut failures: u32 = 0;
        loop {
            let session = match link.wait_for(|link| link.live().is_some()).await {
                Ok(link) => link.live().cloned(),
                Err(_) => return,
            };
            let (Some(session), Some(job)) = (session, self.take()) else {
                tokio::select! {
                    () = self.wake.notified() => {}
                    changed = link.changed() => if changed.is_err() { return },
                }
                continue;
            };
            let done = match job {
                Job::Conversation(id) => fetch_conversation(&cache, &session, id).await,
                Job::Unknown(id) => fetch_state(&cache, &session, id, Wanted::Unknown).await,
                Job::Library => fetch_library(&cache, &session).await,
                Job::Lost => find_lost(&cache, &session).await,
                Job::Journey(customer) => self.fetch_journey(&cache, &session, customer).await,
            };
            if matches!(job, Job::Conversation(_)) {
                self.downloads.look();
            }
            match done {
                Ok(()) => failures = 0,
                Err(FetchError::Hub(HubError::SessionEnded(reason))) => {
                    let _ = sync.send(Input::SessionEnded { reason });
                    self.clear();
                }
                Err(error @ (FetchError::Hub(HubError::Network(_) | HubError::Busy { .. }) | FetchError::Cache(_))) => {
                    tracing::info!(%error, ?job, "something could not be fetched yet");
                    self.add(job, false);
                    // The live connection may be fine meanwhile, so it does not signal when to resume.
                    let pause = pace.resend.saturating_mul(1 << failures.min(6)).min(pace.longest);
                    failures = failures.saturating_add(1);
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        changed = link.changed() => if changed.is_err() { return },
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, ?job, "something could not be fetched");
                    if let Job::Unknown(id) = job {
                        // The hub answered: the user may not see it.
                        let _ = cache.write(move |connection, _| unheld::remove(connection, id)).await;
                    }
                }
            }
        }
    }

    async fn fetch_journey(&self, cache: &Cache, session: &Session, customer: CustomerId) -> Result<(), FetchError> {
        // Recorded before the request: later growth must be fetched again.
        self.with(|queue| queue.journeys.insert(customer, Instant::now()));
        let fetched = fetch_pages(cache, session, customer).await;
        if fetched.is_err() {
            self.with(|queue| queue.journeys.remove(&customer));
        }
        let newest = fetched?;
        newest.into_iter().for_each(|id| self.conversation(id));
        Ok(())
    }
}

/// Compares what the user wrote with the log of a restored hub. A log is restored from its beginning on, so what comes
/// before a turn that is there is there, too.
async fn find_lost(cache: &Cache, session: &Session) -> Result<(), FetchError> {
    loop {
        let words = cache.read(lost::next).await?;
        let Some(of) = words.first().map(|word| word.conversation) else { return Ok(()) };
        let mut gone = Vec::new();
        for word in words {
            let (part, near) = (Part::After(word.after), word.at);
            let page = session.with_token(|token| async move { session.hub.turns(&token, of, part, near).await }).await;
            let page = match page {
                Err(HubError::Refused(problem)) if problem.code == "conversation.unknown" => Vec::new(),
                page => page?,
            };
            let adds = |event: &Event| matches!(&event.body, EventBody::TurnAdded { turn, .. } if turn.id == word.turn);
            if page.iter().any(|(event, _)| adds(event)) {
                break;
            }
            gone.push(word);
        }
        cache.write(move |connection, touched| lost::compared(connection, touched, of, &gone)).await?;
    }
}

async fn fetch_library(cache: &Cache, session: &Session) -> Result<(), FetchError> {
    let whole = session.with_token(|token| async move { session.hub.library(&token).await }).await?;
    cache.write(move |connection, touched| library::keep(connection, touched, &whole)).await?;
    Ok(())
}

/// Stores a customer's conversations, newest first; returns the newest.
async fn fetch_pages(
    cache: &Cache,
    session: &Session,
    customer: CustomerId,
) -> Result<Vec<ConversationId>, FetchError> {
    let (mut newest, mut fetched, mut before) = (Vec::new(), 0, None::<String>);
    loop {
        let me = session.me();
        let from = before.as_deref();
        let (page, next) =
            session.with_token(|token| async move { session.hub.journey(&token, customer, from).await }).await?;
        fetched += page.len();
        newest.extend(page.iter().take(JOURNEY_LENGTH.saturating_sub(newest.len())).map(|found| found.state.id));
        cache
            .write(move |connection, touched| {
                for found in page {
                    let held = conversations::get(connection, found.state.id)?;
                    let position = found.state.position;
                    // It is live or already up to date: nothing to add.
                    let knows = |held: &Held| held.listed || (held.state.position >= position && !held.stale);
                    if held.as_ref().is_some_and(knows) {
                        continue;
                    }
                    let state = understood(connection, touched, found)?;
                    conversations::save(connection, touched, &take_state(held, state, false), &me.access())?;
                }
                Ok(())
            })
            .await?;
        match next {
            Some(next) if fetched < JOURNEY_MOST => before = Some(next),
            _ => return Ok(newest),
        }
    }
}

/// The state as far as understood; the rest is remembered as unknown.
fn understood(connection: &Connection, touched: &mut Touched, found: State) -> Result<Conversation, CacheError> {
    if !found.is_whole {
        unknown::add(connection, touched, found.state.id)?;
    }
    Ok(found.state)
}

async fn fetch_conversation(cache: &Cache, session: &Session, id: ConversationId) -> Result<(), FetchError> {
    loop {
        let held = cache.read(move |connection| conversations::get(connection, id)).await?;
        let Some(held) = held else { return Ok(()) };
        let near = held.state.updated;
        let part = match missing(&held) {
            Missing::Nothing => return Ok(()),
            Missing::State => {
                fetch_state(cache, session, id, Wanted::Known).await?;
                let held = cache.read(move |connection| conversations::get(connection, id)).await?;
                if held.is_some_and(|held| held.needs_state()) {
                    tracing::warn!(conversation.id = %id, "the hub's state is older than what it told");
                    return Ok(());
                }
                continue;
            }
            Missing::Events(part) => part,
        };
        let page = session.with_token(|token| async move { session.hub.turns(&token, id, part, near).await }).await?;
        if !take_page(cache, session.me(), id, page).await? {
            tracing::warn!(conversation.id = %id, "the hub's pages do not continue what is held");
            return Ok(());
        }
    }
}

/// What a conversation lacks, in the order of fetching.
enum Missing {
    Nothing,
    State,
    Events(Part),
}

fn missing(held: &Held) -> Missing {
    let (covered, position) = (held.covered, held.state.position);
    if held.needs_state() {
        Missing::State
    } else if covered.to == 0 {
        Missing::Events(Part::Before(position.next()))
    } else if !covered.has_end(position) {
        Missing::Events(Part::After(Position(covered.to)))
    } else if !covered.has_beginning() {
        Missing::Events(Part::Before(Position(covered.from)))
    } else {
        Missing::Nothing
    }
}

/// Why a state is fetched.
#[derive(Clone, Copy)]
enum Wanted {
    /// It is cached, and its state has a hole or is stale.
    Known,
    /// Something happened in it; nothing else is known.
    Unknown,
}

async fn fetch_state(cache: &Cache, session: &Session, id: ConversationId, wanted: Wanted) -> Result<(), FetchError> {
    let state = session.with_token(|token| async move { session.hub.conversation(&token, id).await }).await?;
    let me = session.me();
    cache
        .write(move |connection, touched| {
            let state = understood(connection, touched, state)?;
            unheld::remove(connection, id)?;
            let held = conversations::get(connection, id)?;
            // The hub may have hidden it meanwhile. Reading on request allows more than is listed.
            let listed = match (&held, wanted) {
                (Some(held), _) => held.listed,
                (None, Wanted::Known) => return Ok(()),
                (None, Wanted::Unknown) => visible(&state, &me.access(), state.updated),
            };
            conversations::save(connection, touched, &take_state(held, state, listed), &me.access())
        })
        .await?;
    Ok(())
}

/// Fetches an unknown conversation that the user wants to see now.
pub(crate) async fn fetch_unknown(
    cache: &Cache,
    session: &Session,
    id: ConversationId,
    now: Time,
) -> Result<(), FetchError> {
    let state = session.with_token(|token| async move { session.hub.conversation(&token, id).await }).await?;
    let me = session.me();
    cache
        .write(move |connection, touched| {
            let state = understood(connection, touched, state)?;
            let held = conversations::get(connection, id)?;
            let listed = visible(&state, &me.access(), now);
            conversations::save(connection, touched, &take_state(held, state, listed), &me.access())
        })
        .await?;
    Ok(())
}

/// Stores a page; false if no event extended the cached run.
async fn take_page(cache: &Cache, me: Me, id: ConversationId, page: Vec<Read>) -> Result<bool, CacheError> {
    cache
        .write(move |connection, touched| {
            let Some(mut held) = conversations::get(connection, id)? else { return Ok(true) };
            let (before, mut filing) = (held.covered, Filing::default());
            if page.iter().any(|(event, _)| matches!(event.body, EventBody::Unknown(_))) {
                unknown::add(connection, touched, id)?;
            }
            // A page may extend the run at either end: one pass in each direction covers both.
            for (event, text) in page.iter().rev().chain(&page).filter(|(event, _)| event.conversation == id) {
                file(connection, &mut filing, &mut held, event, text.get())?;
            }
            filing.finish(connection)?;
            conversations::save(connection, touched, &held, &me.access())?;
            Ok(held.covered != before)
        })
        .await
}
