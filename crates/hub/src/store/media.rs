//! Metadata of files; the bytes are in the data folder.

use tandem_conversation::{
    ContactId, Content, Conversation, ConversationId, Event, EventBody, LinkId, Media, MediaId, Participant, Position,
    Rejection, Time, UserId,
};
use tandem_sql::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE media (
    id           BLOB NOT NULL PRIMARY KEY,
    -- The web session that sent it; null if our side did.
    contact      BLOB,
    name         TEXT NOT NULL,
    content_type TEXT NOT NULL,
    bytes        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;";

/// The external agent's link that sent it.
pub(crate) const LINKS: &str = "ALTER TABLE media ADD COLUMN link BLOB;";

/// A file's conversation, sender and time. For older files they come from the log, where the author who named a file
/// counts as its sender. Unnamed files get a day from now.
pub(crate) const BELONGING: &str = "
-- The user who sent it. Neither contact, link nor user: Your Logic.
ALTER TABLE media ADD COLUMN user BLOB;
-- The conversation that it was uploaded for; null for customers.
ALTER TABLE media ADD COLUMN meant_for BLOB;
-- The conversation that names it; null while none does.
ALTER TABLE media ADD COLUMN conversation BLOB;
-- The last turn that names it and that customers may see.
ALTER TABLE media ADD COLUMN shown INTEGER;
ALTER TABLE media ADD COLUMN created INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN sha256 BLOB;
-- Of text.
ALTER TABLE media ADD COLUMN charset TEXT;
-- 1 if browsers may show it, 0 if they save it.
ALTER TABLE media ADD COLUMN inline INTEGER NOT NULL DEFAULT 1;
-- What the file on disk is called, a UUID.
ALTER TABLE media ADD COLUMN file BLOB;
CREATE TABLE media_named AS
    SELECT e.conversation AS conversation, max(e.position) AS position,
           unhex(replace(e.body ->> '$.body.turn_added.turn.content.media.id', '-', '')) AS media
    FROM events e WHERE instr(e.body, '\"type\":\"attachment\"') GROUP BY 1, 3;
UPDATE media SET file = id, created = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
UPDATE media SET conversation = n.conversation, shown = n.position
    FROM media_named n JOIN conversations c ON c.id = n.conversation
    WHERE n.media = media.id AND media.contact IS NOT NULL
      AND c.contact = coalesce((SELECT moved_to FROM contacts t WHERE t.id = media.contact), media.contact);
UPDATE media SET conversation = n.conversation, shown = n.position, meant_for = n.conversation
    FROM media_named n JOIN links l ON l.conversation = n.conversation
    WHERE n.media = media.id AND l.id = media.link;
DROP TABLE media_named;
CREATE UNIQUE INDEX media_file ON media (file);
CREATE INDEX media_of_contact ON media (contact, created, bytes) WHERE contact IS NOT NULL;
CREATE INDEX media_of_link ON media (link, created, bytes) WHERE link IS NOT NULL;
CREATE INDEX media_created ON media (created, bytes);
CREATE INDEX media_unnamed ON media (created) WHERE conversation IS NULL;";

/// For the daily sum of customers and external agents.
pub(crate) const STRANGERS: &str = "
CREATE INDEX media_of_strangers ON media (created, bytes) WHERE contact IS NOT NULL OR link IS NOT NULL;";

/// Calls `see` with the newest files that conversations name, at most `limit`: name on disk and size in bytes. With none
/// in a database of an older schema, which does not say where files belong.
pub(crate) fn each_named(
    connection: &Connection,
    limit: i64,
    mut see: impl FnMut(Uuid, u64, Option<[u8; 32]>),
) -> Result<(), StoreError> {
    if connection.prepare("SELECT file, bytes, conversation, sha256 FROM media LIMIT 0").is_err() {
        return Ok(());
    }
    let mut query = connection.prepare(
        "SELECT file, bytes, sha256 FROM media WHERE conversation IS NOT NULL AND file IS NOT NULL ORDER BY created DESC LIMIT ?1",
    )?;
    let mut rows = query.query([limit])?;
    while let Some(row) = rows.next()? {
        let sha256 = row.get::<_, Option<Vec<u8>>>(2)?.and_then(|hash| hash.try_into().ok());
        see(row.get::<_, Id>(0)?.0, row.get::<_, i64>(1)?.max(0).cast_unsigned(), sha256);
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sender {
    /// A customer's web session.
    Contact(ContactId),
    ExternalAgent(LinkId),
    User(UserId),
    Logic,
}

impl Sender {
    /// Whether it is an agent or Your Logic.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::User(_) | Self::Logic)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub media: Media,
    pub sender: Sender,
    /// The conversation that it was uploaded for; none for customers.
    pub meant_for: Option<ConversationId>,
    /// The conversation that names it.
    pub conversation: Option<ConversationId>,
    /// The last turn that names it and is visible to customers.
    pub shown: Option<Position>,
    pub created: Time,
    pub sha256: Option<[u8; 32]>,
    pub charset: Option<String>,
    /// Whether browsers may show it.
    pub inline: bool,
    /// Name of the file on disk.
    pub file: Uuid,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filed {
    New,
    /// The same sender already sent the same bytes under this id.
    Same(Media),
    /// Another file has this id.
    Taken,
}

/// Records one upload.
pub(crate) fn insert(connection: &Connection, new: &Stored) -> Result<Filed, StoreError> {
    if let Some(old) = get(connection, new.media.id)? {
        let same = old.sender == new.sender && old.meant_for == new.meant_for && old.sha256 == new.sha256;
        return Ok(if same { Filed::Same(old.media) } else { Filed::Taken });
    }
    let (contact, link, user) = match new.sender {
        Sender::Contact(contact) => (Some(Id(contact.0)), None, None),
        Sender::ExternalAgent(link) => (None, Some(Id(link.0)), None),
        Sender::User(user) => (None, None, Some(Id(user.0))),
        Sender::Logic => (None, None, None),
    };
    connection
        .prepare_cached(
            "INSERT INTO media (id, contact, link, user, meant_for, conversation, shown, created, sha256, name,
                 content_type, charset, inline, bytes, file)
             VALUES (?1, ?2, ?3, ?4, ?5, NULL, NULL, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            Id(new.media.id.0),
            contact,
            link,
            user,
            new.meant_for.map(|id| Id(id.0)),
            new.created.0,
            new.sha256.map(|hash| hash.to_vec()),
            new.media.name,
            new.media.content_type,
            new.charset,
            new.inline,
            new.media.bytes.cast_signed(),
            Id(new.file),
        ])?;
    Ok(Filed::New)
}

pub(crate) fn get(connection: &Connection, id: MediaId) -> Result<Option<Stored>, StoreError> {
    let mut query = connection.prepare_cached(
        "SELECT m.id, m.name, m.content_type, m.bytes, coalesce(t.moved_to, m.contact), m.link, m.user, m.meant_for,
             m.conversation, m.shown, m.created, m.sha256, m.charset, m.inline, m.file
         FROM media m LEFT JOIN contacts t ON t.id = m.contact WHERE m.id = ?1",
    )?;
    Ok(query.query_row([Id(id.0)], stored).optional()?)
}

fn stored(row: &Row<'_>) -> Result<Stored, tandem_sql::Error> {
    let id = |at: usize| row.get::<_, Option<Id>>(at).map(|id| id.map(|id| id.0));
    let sender = match (id(4)?, id(5)?, id(6)?) {
        (Some(contact), ..) => Sender::Contact(ContactId(contact)),
        (_, Some(link), _) => Sender::ExternalAgent(LinkId(link)),
        (_, _, Some(user)) => Sender::User(UserId(user)),
        _ => Sender::Logic,
    };
    let media = MediaId(row.get::<_, Id>(0)?.0);
    Ok(Stored {
        media: Media {
            id: media,
            name: row.get(1)?,
            content_type: row.get(2)?,
            bytes: row.get::<_, i64>(3)?.cast_unsigned(),
        },
        sender,
        meant_for: id(7)?.map(ConversationId),
        conversation: id(8)?.map(ConversationId),
        shown: row.get::<_, Option<u32>>(9)?.map(Position),
        created: Time(row.get(10)?),
        sha256: row.get::<_, Option<Vec<u8>>>(11)?.and_then(|hash| hash.try_into().ok()),
        charset: row.get(12)?,
        inline: row.get(13)?,
        file: id(14)?.unwrap_or(media.0),
    })
}

/// The file, if `actor` sent it and may send it in this conversation.
pub(crate) fn usable(
    connection: &Connection,
    id: MediaId,
    actor: &Participant,
    state: &Conversation,
) -> Result<Option<Media>, StoreError> {
    let Some(found) = get(connection, id)? else { return Ok(None) };
    let own = match (actor, found.sender) {
        (Participant::Customer | Participant::Device { .. }, Sender::Contact(contact)) => contact == state.contact,
        (Participant::ExternalAgent { link, .. }, Sender::ExternalAgent(by)) => *link == by,
        (Participant::Agent { user, .. }, Sender::User(by)) => *user == by,
        (Participant::Logic, Sender::Logic) => true,
        _ => false,
    };
    let here = [found.conversation, found.meant_for].into_iter().flatten().all(|id| id == state.id);
    Ok((own && here).then_some(found.media))
}

/// The refusal of a file that its sender never uploaded.
pub(crate) fn unknown() -> Rejection {
    Rejection::invalid("media", "there is no such file, or it cannot be sent here by this sender")
}

/// Projects an event into the table.
pub(crate) fn follow(connection: &Connection, event: &Event) -> Result<(), StoreError> {
    let EventBody::TurnAdded { turn, .. } = &event.body else { return Ok(()) };
    let Content::Attachment { media, .. } = &turn.content else { return Ok(()) };
    let shown = turn.content.is_for_customer().then_some(event.position.0);
    connection
        .prepare_cached(
            "UPDATE media SET conversation = ?2, shown = coalesce(?3, shown)
             WHERE id = ?1 AND (conversation IS NULL OR conversation = ?2)",
        )?
        .execute(params![Id(media.id.0), Id(event.conversation.0), shown])?;
    Ok(())
}

/// Bytes sent since a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub files: u64,
    pub bytes: u64,
    /// When the oldest of it was sent.
    pub oldest: Option<Time>,
}

/// Bytes that a customer's web session or an external agent sent since `since`; zero for other senders.
pub(crate) fn taken_of(connection: &Connection, sender: Sender, since: Time) -> Result<Taken, StoreError> {
    let (sql, id) = match sender {
        Sender::Contact(contact) => (
            "SELECT count(*), coalesce(sum(bytes), 0), min(created) FROM media WHERE contact = ?1 AND created > ?2",
            contact.0,
        ),
        Sender::ExternalAgent(link) => (
            "SELECT count(*), coalesce(sum(bytes), 0), min(created) FROM media WHERE link = ?1 AND created > ?2",
            link.0,
        ),
        Sender::User(_) | Sender::Logic => return Ok(Taken::default()),
    };
    Ok(connection.prepare_cached(sql)?.query_row(params![Id(id), since.0], taken)?)
}

pub(crate) fn taken(row: &Row<'_>) -> Result<Taken, tandem_sql::Error> {
    Ok(Taken {
        files: row.get::<_, i64>(0)?.cast_unsigned(),
        bytes: row.get::<_, i64>(1)?.cast_unsigned(),
        oldest: row.get::<_, Option<i64>>(2)?.map(Time),
    })
}

/// Uploads of the last 24 hours.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Today {
    pub all: Taken,
    /// Bytes of customers and external agents among them.
    pub strangers_bytes: u64,
}

const ALL: &str = "SELECT count(*), coalesce(sum(bytes), 0), min(created) FROM media WHERE created > ?1";
const OF_STRANGERS: &str = "SELECT coalesce(sum(bytes), 0) FROM media
    WHERE created > ?1 AND (contact IS NOT NULL OR link IS NOT NULL)";

/// Bytes sent by everyone since `since`.
pub(crate) fn today(connection: &Connection, since: Time) -> Result<Today, StoreError> {
    let all = connection.prepare_cached(ALL)?.query_row([since.0], taken)?;
    let strangers: i64 = connection.prepare_cached(OF_STRANGERS)?.query_row([since.0], |row| row.get(0))?;
    Ok(Today { all, strangers_bytes: strangers.cast_unsigned() })
}

/// Deletes rows from before `before` that no turn names; returns their names on disk.
pub(crate) fn forget_unnamed(connection: &Connection, before: Time, limit: u32) -> Result<Vec<Uuid>, StoreError> {
    let mut query = connection.prepare_cached(
        "DELETE FROM media WHERE id IN
             (SELECT id FROM media AS m WHERE conversation IS NULL AND created < ?1
                  AND NOT EXISTS (SELECT 1 FROM library_files AS f WHERE f.media = m.id) ORDER BY created LIMIT ?2)
         RETURNING file",
    )?;
    let files = query.query_map(params![before.0, limit], |row| Ok(row.get::<_, Id>(0)?.0))?;
    Ok(files.collect::<Result<_, _>>()?)
}

/// Whether a row refers to this file on disk.
pub(crate) fn is_filed(connection: &Connection, file: Uuid) -> Result<bool, StoreError> {
    let mut query = connection.prepare_cached("SELECT 1 FROM media WHERE file = ?1")?;
    Ok(query.exists([Id(file)])?)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{
        CommandId, Content, ConversationId, Event, EventBody, Media, MediaId, Participant, Position, Time, Turn, TurnId,
    };
    use tandem_sql::{Connection, params};
    use uuid::Uuid;

    use crate::store::testing::assert_indexed;
    use crate::store::{Id, MIGRATIONS, events};

    #[test]
    fn what_was_taken_today_is_summed_by_indices_alone() {
        assert_indexed(super::ALL, false);
        assert_indexed(super::OF_STRANGERS, false);
    }

    /// Carmen (contact 1, by now contact 2) sent file 1. Another visitor's file 2 was named in her conversation. A
    /// partner's file 3 was named in its link's conversation and in another. File 4 is named nowhere.
    #[test]
    fn older_files_belong_where_their_sender_has_named_them() {
        let connection = Connection::in_memory().unwrap();
        let step = MIGRATIONS.iter().position(|step| step.sql == super::BELONGING).unwrap();
        let (before, now) = MIGRATIONS.split_at(step);
        for step in before {
            connection.execute_batch(step.sql).unwrap();
        }
        let id = |n: u128| Id(Uuid::from_u128(n));
        connection.execute("INSERT INTO customers (id, name) VALUES (?1, 'Carmen')", [id(9)]).unwrap();
        for (contact, moved) in [(1, Some(id(2))), (2, None), (3, None)] {
            let sql = "INSERT INTO contacts (id, customer, kind, moved_to) VALUES (?1, ?2, 'web_chat', ?3)";
            connection.execute(sql, params![id(contact), id(9), moved]).unwrap();
        }
        for (conversation, contact) in [(10, 2), (11, 3)] {
            let sql =
                "INSERT INTO conversations (id, customer, contact, started, updated, in_progress, logic_due, state)
                VALUES (?1, ?2, ?3, 0, 0, 1, 0, '{}')";
            connection.execute(sql, params![id(conversation), id(9), id(contact)]).unwrap();
        }
        connection
            .execute("INSERT INTO links (id, conversation, position) VALUES (?1, ?2, 1)", [id(50), id(10)])
            .unwrap();
        for (file, contact, link) in [(1, Some(1), None), (2, Some(3), None), (3, None, Some(50)), (4, Some(3), None)] {
            let sql =
                "INSERT INTO media (id, contact, link, name, content_type, bytes) VALUES (?1, ?2, ?3, 'n', 't', 1)";
            connection.execute(sql, params![id(file), contact.map(id), link.map(id)]).unwrap();
        }
        for (seq, (conversation, position, file)) in
            [(10, 3, 1), (10, 5, 1), (10, 6, 2), (10, 7, 3), (11, 9, 3)].into_iter().enumerate()
        {
            let media = Media { name: "n".into(), ..Media::named(MediaId(Uuid::from_u128(file))) };
            let content = Content::Attachment { media, text: String::new() };
            let turn = Turn::new(TurnId(Uuid::nil()), None, content);
            let event = Event {
                conversation: ConversationId(Uuid::from_u128(conversation)),
                position: Position(position),
                time: Time(0),
                actor: Participant::Customer,
                cause: CommandId(Uuid::nil()),
                body: EventBody::TurnAdded { turn, received: Time(0) },
            };
            let json = serde_json::to_string(&event).unwrap();
            let row = (seq as u64 + 1, event.conversation, event.position, json.as_str());
            events::insert(&connection, std::iter::once(row)).unwrap();
        }
        for step in now {
            connection.execute_batch(step.sql).unwrap();
        }
        let of = |file: u128| super::get(&connection, MediaId(Uuid::from_u128(file))).unwrap().unwrap();
        let found =
            [1, 2, 3, 4].map(|file| (of(file).conversation.map(|id| id.0.as_u128()), of(file).shown.map(|at| at.0)));
        assert_eq!(found, [(Some(10), Some(5)), (None, None), (Some(10), Some(7)), (None, None)]);
        assert!(of(4).created > Time(0), "it gets a day from now");
        assert_eq!(of(1).file, Uuid::from_u128(1));
    }

    #[test]
    fn every_question_about_files_has_its_index() {
        let connection = Connection::in_memory().unwrap();
        for step in MIGRATIONS {
            connection.execute_batch(step.sql).unwrap();
        }
        for (sql, index) in [
            (
                "SELECT count(*), sum(bytes), min(created) FROM media WHERE contact = x'00' AND created > 1",
                "media_of_contact",
            ),
            (
                "SELECT count(*), sum(bytes), min(created) FROM media WHERE link = x'00' AND created > 1",
                "media_of_link",
            ),
            ("SELECT count(*), sum(bytes), min(created) FROM media WHERE created > 1", "media_created"),
            (
                "SELECT id FROM media WHERE conversation IS NULL AND created < 1 ORDER BY created LIMIT 9",
                "media_unnamed",
            ),
            ("SELECT 1 FROM media WHERE file = x'00'", "media_file"),
        ] {
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let lines: Vec<String> = plan.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
            assert!(lines.iter().any(|line| line.contains(index)), "{sql}: {lines:?}");
        }
    }
}
