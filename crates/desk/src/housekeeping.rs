//! Keeps the cache within its retention and size, a little at a time.

use std::time::Duration;

use tandem_conversation::{Access, RETENTION_MS, Time};
use tandem_sqlite::rusqlite::Connection;
use tandem_sqlite::rusqlite::types::ValueRef;
use tokio::sync::watch;

use crate::cache::{Cache, CacheError, Touched, conversations, files, media};
use crate::clock::Clock;
use crate::link::Link;

/// Interval between checks.
const EVERY: Duration = Duration::from_secs(600);
/// Conversations per transaction, so that other writes do not wait long.
const STEP: u32 = 20;
/// Files per transaction.
const FILES: u32 = 50;

/// Runs until the desk ends.
pub(crate) async fn run(cache: Cache, clock: Clock, budget_bytes: u64, link: watch::Receiver<Link>) {
    loop {
        let session = link.borrow().session().cloned();
        if let Some(session) = session {
            loop {
                let (now, me) = (clock.hub_now(), session.me());
                let step = cache
                    .write(move |connection, touched| {
                        Ok(retire(connection, touched, now, me.access().views_all())?
                            || shrink(connection, touched, &me.access(), budget_bytes)?)
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

/// Deletes conversations past their retention; true if there is more to do.
fn retire(connection: &Connection, touched: &mut Touched, now: Time, sees_all: bool) -> Result<bool, CacheError> {
    let before = now.plus_ms(-RETENTION_MS);
    let expired = conversations::expired(connection, before, sees_all, STEP)?;
    for id in &expired {
        conversations::remove(connection, touched, *id)?;
        files::remove_drafted(connection, *id)?;
    }
    let removed = files::remove_unreachable(connection, before, usize::MAX)?;
    if removed > 0 {
        tracing::info!(removed, "deleted draft files of conversations that ended long ago");
    }
    Ok(!expired.is_empty())
}

/// Deletes data that can be fetched again until the cache fits its budget; true if there is more to do.
fn shrink(
    connection: &Connection,
    touched: &mut Touched,
    access: &Access<'_>,
    budget_bytes: u64,
) -> Result<bool, CacheError> {
    let used = used_bytes(connection)?;
    if used <= budget_bytes {
        return Ok(false);
    }
    let dispensable = conversations::dispensable(connection, STEP)?;
    for id in &dispensable {
        conversations::forget_words(connection, touched, *id, access)?;
    }
    if dispensable.is_empty() {
        media::make_room(connection, used - budget_bytes, FILES)?;
    }
    Ok(used_bytes(connection)? < used)
}

/// Size of the content; the file may contain free pages as well.
fn used_bytes(connection: &Connection) -> Result<u64, CacheError> {
    let pragma = |name: &str| -> Result<u64, CacheError> {
        // In an encrypted file the page size is returned as text.
        let told = connection.query_row(&format!("PRAGMA {name}"), [], |row| match row.get_ref(0)? {
            ValueRef::Integer(number) => Ok(number.unsigned_abs()),
            other => Ok(other.as_str()?.parse().unwrap_or_default()),
        });
        Ok(told?)
    };
    Ok((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{Channel, ConversationId, CustomerId, CustomerRef, Event, EventBody, Participant};
    use tandem_conversation::{CommandId, ContactId, Conversation, MediaId, Permissions, Position, Skills, UserId};
    use uuid::Uuid;

    use super::*;
    use crate::cache::conversations::{Covered, Held};
    use crate::cache::testing::{connection, touched};

    const ME: UserId = UserId(Uuid::from_u128(1));
    const DAY_MS: i64 = 86_400_000;

    fn me() -> Access<'static> {
        static NOTHING: (Permissions, Skills) =
            (Permissions(Vec::new()), Skills { brands: Vec::new(), languages: Vec::new() });
        Access { user: ME, permissions: &NOTHING.0, skills: &NOTHING.1 }
    }

    fn conversation(number: u128, updated: i64) -> Conversation {
        let id = ConversationId(Uuid::from_u128(number));
        let body = EventBody::Started {
            customer: CustomerRef::new(CustomerId(id.0), "Carmen"),
            contact: ContactId(id.0),
            channel: Channel::WebChat,
            brand: None,
            language: None,
            custom: serde_json::Map::new(),
            engage_logic: false,
            heard_at: None,
            line: None,
        };
        let (position, time, cause) = (Position(1), Time(updated), CommandId(id.0));
        let event = Event { conversation: id, position, time, actor: Participant::Customer, cause, body };
        Conversation::begin(&event).unwrap()
    }

    fn hold(connection: &Connection, state: Conversation, listed: bool) {
        let held = Held { state, listed, covered: Covered { from: 1, to: 1 }, hole: Position::START, stale: false };
        conversations::save(connection, &mut touched(), &held, &me()).unwrap();
    }

    #[test]
    fn what_was_left_longer_ago_than_the_retention_goes() {
        let connection = connection();
        for (number, days_ago) in [(1, 13), (2, 15)] {
            let mut state = conversation(number, 0);
            let at = Time(100 * DAY_MS).plus_ms(-days_ago * DAY_MS);
            state.left.push(tandem_conversation::PastAgent { user: ME, at });
            hold(&connection, state, true);
        }
        assert!(retire(&connection, &mut touched(), Time(100 * DAY_MS), false).unwrap());
        assert!(!retire(&connection, &mut touched(), Time(100 * DAY_MS), false).unwrap(), "nothing more to do");
        let kept = [1, 2].map(|number| {
            let id = ConversationId(Uuid::from_u128(number));
            conversations::get(&connection, id).unwrap().is_some()
        });
        assert_eq!(kept, [true, false]);
    }

    #[test]
    fn unreachable_draft_files_are_deleted_with_their_conversation_or_after_the_retention() {
        let connection = connection();
        let now = Time(100 * DAY_MS);
        let mut left = conversation(1, 0);
        left.left.push(tandem_conversation::PastAgent { user: ME, at: now.plus_ms(-15 * DAY_MS) });
        hold(&connection, left, true);
        hold(&connection, conversation(2, 0), true);
        // In a draft of a conversation that is retired, of one that is held, and of one that was closed: chosen when.
        for (number, of, days_ago) in [(1, 1, 13), (2, 2, 20), (3, 3, 13), (4, 3, 15)] {
            let at = now.plus_ms(-days_ago * DAY_MS).0 / 1000;
            let at = uuid::Timestamp::from_unix(uuid::NoContext, at.cast_unsigned(), number);
            let file = files::Outgoing {
                id: MediaId(Uuid::new_v7(at)),
                conversation: ConversationId(Uuid::from_u128(of)),
                name: format!("{number}.pdf"),
                content_type: "application/pdf".into(),
                bytes: 1,
                held: 0,
                command: None,
                uploaded: false,
                problem: None,
            };
            files::insert(&connection, &file).unwrap();
        }
        let kept = || {
            let mut query = connection.prepare("SELECT name FROM files ORDER BY number").unwrap();
            let names = query.query_map([], |row| row.get(0)).unwrap();
            names.collect::<Result<Vec<String>, _>>().unwrap()
        };
        retire(&connection, &mut touched(), now, false).unwrap();
        assert_eq!(kept(), ["2.pdf", "3.pdf", "4.pdf"], "not while the conversations are still being fetched");
        crate::cache::meta::advance(&connection, 1).unwrap();
        retire(&connection, &mut touched(), now, false).unwrap();
        assert_eq!(kept(), ["2.pdf", "3.pdf"]);
    }

    #[test]
    fn an_encrypted_file_is_measured_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.db");
        drop(Connection::open(&file).unwrap());
        let connection = tandem_sqlite::peek(&file, Some(&tandem_sqlite::Key::new([7; 32]))).unwrap();
        connection.execute_batch("PRAGMA query_only = OFF; CREATE TABLE words (text TEXT)").unwrap();
        assert_eq!(used_bytes(&connection).unwrap(), 2 * 4096);
    }

    #[test]
    fn beyond_the_budget_the_words_of_finished_conversations_go_and_the_conversations_stay() {
        let connection = connection();
        hold(&connection, conversation(1, 5), false);
        shrink(&connection, &mut touched(), &me(), 0).unwrap();
        let held = conversations::get(&connection, ConversationId(Uuid::from_u128(1))).unwrap().unwrap();
        assert_eq!(held.covered, Covered::default(), "it is fetched again when somebody looks");
        assert!(conversations::dispensable(&connection, 9).unwrap().is_empty());
    }
}
