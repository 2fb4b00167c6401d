//! The smallest program that does only the unavoidable part of a desk's catch-up. It uses the same frames, rows,
//! indices, full-text index and encryption, in transactions of the same size and durability. It packs no events,
//! derives nothing from states, checks nothing and notifies no one.

use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::load::standin::BEFORE;
use crate::net::Socket;

/// The size of a transaction, as in the desk.
const TOGETHER: usize = 1000;

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    batch: Batch<'a>,
}

#[derive(Deserialize)]
struct Batch<'a> {
    cursor: u64,
    #[serde(borrow)]
    changes: Vec<Change<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Change<'a> {
    #[serde(borrow)]
    Opened(&'a RawValue),
    #[serde(borrow)]
    Event(&'a RawValue),
}

/// The columns of a conversation.
#[derive(Deserialize)]
struct State {
    id: Uuid,
}

/// The columns of an event.
#[derive(Deserialize)]
struct Event<'a> {
    conversation: Uuid,
    position: u32,
    #[serde(borrow)]
    body: Body<'a>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    turn_added: Option<TurnAdded<'a>>,
}

#[derive(Deserialize)]
struct TurnAdded<'a> {
    #[serde(borrow)]
    turn: Turn<'a>,
}

#[derive(Deserialize)]
struct Turn<'a> {
    id: Uuid,
    #[serde(borrow)]
    content: Content<'a>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
}

/// Stores the stand-in's frames; returns the moment at which nothing was missing.
pub(super) async fn take_in(hub: &str, file: &Path) -> anyhow::Result<Instant> {
    let connection = open(file)?;
    let mut socket = Socket::connect(hub, &format!("/api/v1/live?after={BEFORE}"), Some("access")).await?;
    loop {
        let text = socket.next_text().await?;
        if text.starts_with(r#"{"batch""#) {
            let frame: Frame<'_> = serde_json::from_str(&text).context("a frame cannot be read")?;
            store(&connection, &frame.batch)?;
        } else if text.starts_with(r#"{"alive""#) {
            return Ok(Instant::now());
        }
    }
}

fn open(file: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.execute_batch(
        "PRAGMA key = \"x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'\";
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = NORMAL;
         PRAGMA temp_store = MEMORY;
         CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
         CREATE TABLE conversations (id BLOB NOT NULL PRIMARY KEY, state TEXT NOT NULL) STRICT;
         CREATE TABLE events (
             id           INTEGER NOT NULL PRIMARY KEY,
             conversation BLOB NOT NULL,
             position     INTEGER NOT NULL,
             role         INTEGER NOT NULL,
             turn         INTEGER,
             body         TEXT NOT NULL
         ) STRICT;
         CREATE UNIQUE INDEX events_places ON events (conversation, position);
         CREATE INDEX events_turns ON events (turn) WHERE turn IS NOT NULL;
         CREATE VIRTUAL TABLE turns_index USING fts5 (words, content = '', contentless_delete = 1, tokenize = 'ascii');
         INSERT INTO turns_index (turns_index, rank) VALUES ('pgsz', 3900);",
    )?;
    Ok(connection)
}

fn store(connection: &Connection, batch: &Batch<'_>) -> anyhow::Result<()> {
    let mut row = i64::try_from(batch.cursor)? * 2;
    for changes in batch.changes.chunks(TOGETHER) {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        for change in changes {
            match change {
                Change::Opened(raw) => {
                    let State { id } = serde_json::from_str(raw.get())?;
                    let mut insert = connection
                        .prepare_cached("INSERT OR REPLACE INTO conversations (id, state) VALUES (?1, ?2)")?;
                    insert.execute(params![id.as_bytes(), raw.get()])?;
                }
                Change::Event(raw) => {
                    row += 1;
                    store_event(connection, raw.get(), row)?;
                }
            }
        }
        let mut put = connection.prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES ('cursor', ?1)")?;
        put.execute([batch.cursor.to_string()])?;
        connection.prepare_cached("COMMIT")?.execute([])?;
    }
    Ok(())
}

fn store_event(connection: &Connection, json: &str, row: i64) -> anyhow::Result<()> {
    let event: Event<'_> = serde_json::from_str(json)?;
    let turn = event.body.turn_added.map(|added| added.turn);
    // The end of the id, as the desk indexes it.
    let tail = turn.as_ref().map(|turn| turn.id.as_u64_pair().1 & 0xffff_ffff).map(u64::cast_signed);
    let role = u8::from(turn.is_some());
    connection
        .prepare_cached(
            "INSERT INTO events (id, conversation, position, role, turn, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![row, event.conversation.as_bytes(), event.position, role, tail, json])?;
    if let Some(turn) = turn {
        // In addition to the words: author, conversation, channel.
        let (conversation, words) = (event.conversation.simple(), turn.content.text.to_lowercase());
        connection
            .prepare_cached("INSERT INTO turns_index (rowid, words) VALUES (?1, ?2)")?
            .execute(params![row, format!("xcustomer x{conversation} xweb {words}")])?;
    }
    Ok(())
}
