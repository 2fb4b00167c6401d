//! Keeps the cache within its retention and its size, a little at a time.

use std::time::Duration;

use tandem_conversation::RETENTION_MS;
use tandem_sqlite::rusqlite::Connection;
use tokio::sync::watch;

use crate::cache::{Cache, CacheError, Touched, conversations, media};
use crate::clock::Clock;
use crate::sync::Link;

/// How often is looked.
const EVERY: Duration = Duration::from_secs(600);
/// Conversations in one transaction, so that nobody waits long.
const STEP: u32 = 20;
/// Files in one transaction.
const FILES: u32 = 50;

/// Tidies up until the desk ends.
pub(crate) async fn run(cache: Cache, clock: Clock, budget_bytes: u64, link: watch::Receiver<Link>) {
    loop {
        let session = link.borrow().session().cloned();
        if let Some(session) = session {
            loop {
                let (now, me) = (clock.hub_now(), session.user);
                let step = cache
                    .write(move |connection, touched| {
                        Ok(retire(connection, touched, now)? || shrink(connection, touched, me, budget_bytes)?)
                    })
                    .await;
                match step {
                    Ok(true) => tokio::task::yield_now().await,
                    Ok(false) => break,
                    Err(error) => {
                        tracing::warn!(%error, "the cache could not be tidied up");
                        break;
                    }
                }
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Forgets what was left longer ago than the retention; whether there is more to do.
fn retire(connection: &Connection, touched: &mut Touched, now: tandem_conversation::Time) -> Result<bool, CacheError> {
    let expired = conversations::expired(connection, now.plus_ms(-RETENTION_MS), STEP)?;
    for id in &expired {
        conversations::remove(connection, touched, *id)?;
    }
    Ok(!expired.is_empty())
}

/// Gives up what can be fetched again until the cache fits its budget; whether there is more to do.
fn shrink(
    connection: &Connection,
    touched: &mut Touched,
    me: tandem_conversation::UserId,
    budget_bytes: u64,
) -> Result<bool, CacheError> {
    let used = used_bytes(connection)?;
    if used <= budget_bytes {
        return Ok(false);
    }
    let dispensable = conversations::dispensable(connection, STEP)?;
    for id in &dispensable {
        conversations::forget_words(connection, touched, *id, me)?;
    }
    if dispensable.is_empty() {
        media::make_room(connection, used - budget_bytes, FILES)?;
    }
    Ok(used_bytes(connection)? < used)
}

/// What the content takes up; the file itself may hold free pages beside.
fn used_bytes(connection: &Connection) -> Result<u64, CacheError> {
    let pragma = |name: &str| -> Result<u64, CacheError> {
        Ok(connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))?.unsigned_abs())
    };
    Ok((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?)
}
