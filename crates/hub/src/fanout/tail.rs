//! Follows the account's log: each commit as the writer gives it if it continues the log, and otherwise from the log.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{Conversation, ConversationId, Position};
use tandem_sql::Connection;

use crate::clock::Clock;
use crate::engine::commits::{Commits, News};
use crate::engine::{Changed, Commit, Engine};
use crate::recent::Recent;
use crate::store::{Database, StoreError, conversations, events, passable};

/// About how much of the log is read at once, in bytes.
const PAGE_BYTES: usize = 1024 * 1024;
/// Pause after a failure.
const AGAIN: Duration = Duration::from_secs(1);

pub(super) struct Tail {
    commits: Commits,
    log: Database<Engine>,
    /// States as of the cursor, of conversations that changed lately.
    recent: Arc<Recent>,
    clock: Clock,
    cursor: u64,
    /// How far the log goes, as far as is known.
    end: u64,
    /// A commit that has to wait for what comes before it.
    held: Option<Commit>,
    reading: Option<Pin<Box<dyn Future<Output = Option<Commit>> + Send>>>,
}

impl Tail {
    pub(super) fn new(commits: Commits, log: Database<Engine>, recent: Arc<Recent>, clock: Clock, cursor: u64) -> Self {
        Self { commits, log, recent, clock, cursor, end: cursor, held: None, reading: None }
    }

    /// What follows the cursor. None when the writer has ended. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<Commit> {
        loop {
            if let Some(next) = self.held.take_if(|commit| commit.first <= self.cursor + 1) {
                self.cursor = self.cursor.max(next.cursor);
                return Some(next);
            }
            let end = self.held.as_ref().map_or(self.end, |commit| commit.first - 1);
            if self.cursor < end {
                // Kept across calls, because `select!` often drops this future.
                let reading = self.reading.get_or_insert_with(|| {
                    let (log, recent, clock) = (self.log.clone(), Arc::clone(&self.recent), self.clock.clone());
                    Box::pin(read(log, self.cursor, end, recent, clock))
                });
                let page = reading.await;
                self.reading = None;
                let page = page?;
                self.cursor = page.cursor;
                return Some(page);
            }
            match self.commits.recv().await? {
                News::Commit(commit) => self.held = Some(commit),
                News::UpTo(end) => self.end = self.end.max(end),
            }
        }
    }
}

/// A part of the log after `cursor`, as soon as it can be read. None when the log is closed.
async fn read(log: Database<Engine>, cursor: u64, end: u64, recent: Arc<Recent>, clock: Clock) -> Option<Commit> {
    loop {
        let recent = Arc::clone(&recent);
        match log.read(move |connection| page(connection, cursor, end, &recent)).await {
            Ok((up_to, changed)) => {
                return Some(Commit { first: cursor + 1, cursor: up_to, time: clock.now(), changed });
            }
            Err(StoreError::Database(tandem_sqlite::Error::Closed)) => return None,
            Err(error) => {
                tracing::error!(%error, "the log cannot be read; live connections wait");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

/// The changes of a part of the log, and where it ends.
fn page(connection: &Connection, cursor: u64, end: u64, recent: &Recent) -> Result<(u64, Vec<Changed>), StoreError> {
    let (mut changed, mut places) = (Vec::<Changed>::new(), HashMap::<ConversationId, usize>::new());
    let mut up_to = cursor;
    for logged in events::page_after(connection, cursor, end, PAGE_BYTES)? {
        up_to = logged.seq;
        let Some(event) = passable(events::parse(&logged.body))? else { continue };
        let known = places.get(&logged.conversation).and_then(|place| changed.get_mut(*place));
        if let Some(known) = known {
            if event.position > known.after.position {
                Arc::make_mut(&mut known.after).apply(&event);
            }
            known.events.push((event, logged.body.into()));
            continue;
        }
        let before = match event.position.0.checked_sub(1).filter(|position| *position > 0) {
            None => None,
            Some(position) => passable(state_at(connection, logged.conversation, Position(position), recent))?,
        };
        let after = match &before {
            Some(state) => {
                let mut after = Conversation::clone(state);
                after.apply(&event);
                Some(after)
            }
            None if event.position.0 == 1 => Conversation::begin(&event),
            // Its past cannot be read. Whoever may see it gets it as it is now.
            None => passable(conversations::get(connection, logged.conversation))?.flatten(),
        };
        let Some(after) = after else { continue };
        places.insert(logged.conversation, changed.len());
        changed.push(Changed { before, after: Arc::new(after), bytes: 0, events: vec![(event, logged.body.into())] });
    }
    if up_to == cursor {
        return Err(damaged("the log is shorter than the writer says"));
    }
    for change in &mut changed {
        change.bytes = serde_json::to_string(&*change.after).map_or(0, |json| json.len());
    }
    Ok((up_to, changed))
}

/// A conversation's state at a position in its past.
fn state_at(
    connection: &Connection,
    id: ConversationId,
    position: Position,
    recent: &Recent,
) -> Result<Arc<Conversation>, StoreError> {
    match recent.get(id).filter(|state| state.position == position) {
        Some(state) => Ok(state),
        None => Ok(Arc::new(conversations::at(connection, id, position)?)),
    }
}

fn damaged(detail: &str) -> StoreError {
    StoreError::Damaged { what: "log", detail: detail.into() }
}
