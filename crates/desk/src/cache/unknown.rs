//! Data of a newer hub that this version does not understand, until an updated desk reads it again.
//!
//! Events are cached as text and are parsed again here. Unknown fields, changes and frames cannot be stored. Whether there
//! may have been any follows from the versions of hub and desk; then all states are fetched again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tandem_conversation::{ConversationId, Event, EventBody};
use tandem_sqlite::rusqlite::Connection;

use super::search::Filing;
use super::{CacheError, Touched, conversations, events, meta};

/// Maximum listed conversations; beyond, the desk starts afresh.
const MOST: usize = 1_000;

/// What was not understood, and by which version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Unknown {
    version: u32,
    /// Conversations with unknown events or incomplete states.
    conversations: BTreeSet<ConversationId>,
    /// Unknown changes or frames, which may concern any conversation.
    #[serde(default)]
    elsewhere: bool,
}

fn get(connection: &Connection) -> Result<Unknown, CacheError> {
    Ok(meta::get(connection, meta::UNKNOWN)?.unwrap_or_default())
}

/// Number of cached conversations that are shown incompletely; at least 1 if unknown changes or frames came.
pub(crate) fn count(connection: &Connection) -> Result<u32, CacheError> {
    let unknown = get(connection)?;
    let mut count = 0;
    for of in &unknown.conversations {
        count += u32::from(conversations::is_held(connection, *of)?);
    }
    Ok(count.max(u32::from(unknown.elsewhere)))
}

/// Records a conversation that was not fully understood.
pub(crate) fn add(connection: &Connection, touched: &mut Touched, of: ConversationId) -> Result<(), CacheError> {
    let mut unknown = get(connection)?;
    if unknown.conversations.len() < MOST && unknown.conversations.insert(of) {
        tracing::warn!(conversation.id = %of, "data of a newer version is kept unread");
        unknown.version = tandem_protocol::version();
        meta::put(connection, meta::UNKNOWN, &unknown)?;
        touched.app();
    }
    Ok(())
}

/// Records an unknown change or frame.
pub(crate) fn add_elsewhere(connection: &Connection, touched: &mut Touched) -> Result<(), CacheError> {
    let mut unknown = get(connection)?;
    if !std::mem::replace(&mut unknown.elsewhere, true) {
        unknown.version = tandem_protocol::version();
        meta::put(connection, meta::UNKNOWN, &unknown)?;
        touched.app();
    }
    Ok(())
}

/// Records the version of a newer hub, whose data may have fields that this version drops.
pub(crate) fn hub_speaks(connection: &Connection, version: u32) -> Result<(), CacheError> {
    let known = meta::get(connection, meta::HUB_SPEAKS)?.unwrap_or(tandem_protocol::version());
    if version > known { meta::put(connection, meta::HUB_SPEAKS, &version) } else { Ok(()) }
}

/// After an update: parses the cached events of those conversations again, and marks states that must be fetched again.
pub(crate) fn read_again(connection: &Connection, touched: &mut Touched) -> Result<(), CacheError> {
    read_again_as(connection, touched, tandem_protocol::version())
}

fn read_again_as(connection: &Connection, touched: &mut Touched, version: u32) -> Result<(), CacheError> {
    let read_by: Option<u32> = meta::get(connection, meta::READ_BY)?;
    if read_by == Some(version) {
        return Ok(());
    }
    meta::put(connection, meta::READ_BY, &version)?;
    if let Some(newer) = read_by.filter(|read_by| *read_by > version) {
        // A downgrade: this version writes states back without the fields of the newer one.
        let hub: Option<u32> = meta::get(connection, meta::HUB_SPEAKS)?;
        return meta::put(connection, meta::HUB_SPEAKS, &hub.map_or(newer, |hub| hub.max(newer)));
    }
    let unknown = get(connection)?;
    // Older caches do not record their version.
    let hub_was_ahead = read_by.is_none() || meta::get::<u32>(connection, meta::HUB_SPEAKS)?.is_some();
    meta::remove(connection, meta::HUB_SPEAKS)?;
    let still = read_events_again(connection, &unknown.conversations)?;
    let still = Unknown { version, conversations: still, elsewhere: false };
    meta::put(connection, meta::UNKNOWN, &still)?;
    if hub_was_ahead || unknown.elsewhere {
        conversations::mark_all_stale(connection)?;
    } else if unknown.conversations.is_empty() {
        return Ok(());
    }
    unknown.conversations.iter().try_for_each(|of| conversations::mark_stale(connection, *of))?;
    tracing::info!("fetching again what an older version did not understand");
    // Without a cursor the hub compares positions for all users, instead of sending its log.
    meta::remove(connection, meta::CURSOR)?;
    if unknown.conversations.len() >= MOST {
        meta::remove(connection, meta::LOG)?;
    }
    touched.everything();
    Ok(())
}

/// Parses the cached events of these conversations again; returns those with unknown events left.
fn read_events_again(
    connection: &Connection,
    conversations: &BTreeSet<ConversationId>,
) -> Result<BTreeSet<ConversationId>, CacheError> {
    let mut filing = Filing::default();
    let mut still = BTreeSet::new();
    for of in conversations {
        let Some(held) = conversations::get(connection, *of)? else { continue };
        let cached = events::texts(connection, *of)?;
        events::remove(connection, *of)?;
        let read = cached.into_iter().map(|text| Event::read(&text).map(|event| (event, text)));
        let read: Vec<_> = read.collect::<Result<_, _>>().map_err(|error| super::damaged("event", &error))?;
        if read.iter().any(|(event, _)| event.is_stand_in()) {
            // Only the hub has what it stands for.
            conversations::uncover(connection, *of)?;
            continue;
        }
        for (event, text) in read {
            if matches!(event.body, EventBody::Unknown(_)) {
                still.insert(*of);
            }
            events::insert(connection, &mut filing, &event, held.state.channel, &text)?;
        }
    }
    filing.finish(connection)?;
    Ok(still)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{
        Access, Channel, CommandId, ContactId, Conversation, CustomerId, CustomerRef, Participant, Permissions,
        Position, Skills, Time, UserId,
    };
    use uuid::Uuid;

    use super::*;
    use crate::cache::conversations::{Covered, Held};
    use crate::cache::testing::{connection, touched};

    const CARMEN: ConversationId = ConversationId(Uuid::from_u128(1));
    const JANA: ConversationId = ConversationId(Uuid::from_u128(2));

    fn hold(connection: &Connection, of: ConversationId) {
        let body = EventBody::Started {
            customer: CustomerRef::new(CustomerId(of.0), "Carmen"),
            contact: ContactId(of.0),
            channel: Channel::WebChat,
            brand: None,
            language: None,
            custom: serde_json::Map::new(),
            engage_logic: false,
            heard_at: None,
            line: None,
        };
        let (position, time, cause) = (Position(1), Time(0), CommandId(of.0));
        let started = Event { conversation: of, position, time, actor: Participant::Customer, cause, body };
        let (state, covered) = (Conversation::begin(&started).unwrap(), Covered { from: 1, to: 1 });
        let held = Held { state, listed: true, covered, hole: Position::START, stale: false };
        let (permissions, skills) = (Permissions(Vec::new()), Skills::default());
        let access = Access { user: UserId(Uuid::nil()), permissions: &permissions, skills: &skills };
        conversations::save(connection, &mut touched(), &held, &access).unwrap();
    }

    /// The cache of a desk of version 10 that is up to date.
    fn of_version_10() -> Connection {
        let connection = connection();
        read_again_as(&connection, &mut touched(), 10).unwrap();
        meta::advance(&connection, 77).unwrap();
        meta::put(&connection, meta::LOG, &Uuid::nil()).unwrap();
        hold(&connection, CARMEN);
        hold(&connection, JANA);
        connection
    }

    type Named = (u32, u32, Option<u64>);

    /// The positions that the desk names for Carmen's and Jana's conversations, and its cursor.
    fn named(connection: &Connection) -> Named {
        let listed = conversations::listed(connection, ConversationId(Uuid::nil()), 9).unwrap();
        let position = |of| listed.iter().find(|(id, _)| *id == of).map_or(u32::MAX, |(_, position)| position.0);
        (position(CARMEN), position(JANA), meta::get(connection, meta::CURSOR).unwrap())
    }

    #[test]
    fn an_update_fetches_again_what_the_older_version_may_have_dropped() {
        type Case = (&'static str, fn(&Connection), Named);
        let cases: [Case; 5] = [
            ("the hub spoke the same", |_| (), (1, 1, Some(77))),
            ("the hub was ahead", |c| meta::put(c, meta::HUB_SPEAKS, &11).unwrap(), (0, 0, None)),
            ("a part of Carmen's", |c| add(c, &mut touched(), CARMEN).unwrap(), (0, 1, None)),
            ("a change or a frame", |c| add_elsewhere(c, &mut touched()).unwrap(), (0, 0, None)),
            ("a file of before", |c| meta::remove(c, meta::READ_BY).unwrap(), (0, 0, None)),
        ];
        for (what, before, expected) in cases {
            let connection = of_version_10();
            before(&connection);
            read_again_as(&connection, &mut touched(), 10).unwrap();
            if what != "a file of before" {
                assert_eq!(named(&connection), (1, 1, Some(77)), "{what}: not without an update");
            }
            read_again_as(&connection, &mut touched(), 11).unwrap();
            assert_eq!(named(&connection), expected, "{what}");
            assert_eq!(meta::get::<Uuid>(&connection, meta::LOG).unwrap(), Some(Uuid::nil()), "{what}");
            assert_eq!(count(&connection).unwrap(), 0, "{what}: it is understood now");
            hold(&connection, CARMEN);
            assert_eq!(named(&connection).0, 1, "{what}: a state that came is not asked for again");
        }
    }

    #[test]
    fn an_update_after_a_downgrade_fetches_everything_again() {
        let connection = of_version_10();
        read_again_as(&connection, &mut touched(), 9).unwrap();
        assert_eq!(named(&connection), (1, 1, Some(77)));
        read_again_as(&connection, &mut touched(), 10).unwrap();
        assert_eq!(named(&connection), (0, 0, None));
    }

    #[test]
    fn only_cached_conversations_are_counted() {
        let connection = of_version_10();
        assert_eq!(count(&connection).unwrap(), 0);
        add_elsewhere(&connection, &mut touched()).unwrap();
        assert_eq!(count(&connection).unwrap(), 1, "unknown data that may concern any conversation");
        add(&connection, &mut touched(), CARMEN).unwrap();
        add(&connection, &mut touched(), JANA).unwrap();
        assert_eq!(count(&connection).unwrap(), 2);
        conversations::remove(&connection, &mut touched(), JANA).unwrap();
        assert_eq!(count(&connection).unwrap(), 1);
    }
}
