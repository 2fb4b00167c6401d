//! What colleagues want of the user: open invitations, and mentions that the user has not seen.

use tandem_conversation::{Conversation, EngagementKind};
use tandem_sqlite::rusqlite::Connection;

use super::Reader;
use crate::cache::expect::expected_here;
use crate::cache::{CacheError, bookmarks, concerning, conversations};
use crate::view::{InboxKind, InboxView};

/// Invitations first, because they expire; then the newest first.
pub(crate) fn inbox(connection: &Connection, reader: &Reader) -> Result<Vec<InboxView>, CacheError> {
    let mut found = Vec::new();
    for id in concerning::concerning(connection)? {
        let Some(held) = conversations::get(connection, id)?.filter(|held| held.listed) else { continue };
        let shown = expected_here(connection, &held.state)?;
        found.extend(invitation(&shown, reader));
        // The user's own look counts before the hub has it.
        let seen = bookmarks::seen(connection, id)?;
        let mention = held.state.mention_of(reader.user, &reader.permissions);
        let unseen = mention.filter(|mention| seen.is_none_or(|seen| seen < mention.position));
        found.extend(unseen.map(|mention| InboxView {
            conversation: id,
            name: held.state.customer.name.clone(),
            kind: InboxKind::Mention,
            by: mention.by.clone(),
            words: mention.words.clone(),
            at: mention.at,
            until: None,
            key: Some(mention.turn.to_string()),
        }));
    }
    found.sort_by_key(|one| (one.kind == InboxKind::Mention, std::cmp::Reverse(one.at)));
    Ok(found)
}

/// The user's invitation, while it can be answered.
fn invitation(state: &Conversation, reader: &Reader) -> Option<InboxView> {
    let asked = state.invitation_of(reader.user)?;
    let EngagementKind::Invitation { by, expires, note, transfer, .. } = &asked.kind else { return None };
    (*expires > reader.now).then(|| InboxView {
        conversation: state.id,
        name: state.customer.name.clone(),
        kind: if *transfer { InboxKind::Transfer } else { InboxKind::Invitation },
        by: by.clone(),
        words: note.clone().unwrap_or_default(),
        at: asked.since,
        until: Some(*expires),
        key: None,
    })
}
