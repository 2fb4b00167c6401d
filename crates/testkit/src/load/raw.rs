//! The smallest program that does only the unavoidable part of a hub's work on messages. It writes the same row in the
//! same index, of SQLite or PostgreSQL, with the same durability and group commit. It sends the same frames to the customer's and the agent's
//! sockets. It checks nothing and decides nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, mpsc};

use anyhow::Context;
use futures_util::{SinkExt, StreamExt};
use rusqlite::{Connection, params};
use serde::Deserialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use uuid::Uuid;

/// Maximum rows per transaction.
const GROUP: usize = 1024;

type Out = UnboundedSender<Utf8Bytes>;
type Agents = Arc<Mutex<HashMap<usize, Out>>>;

/// A message to be stored.
struct Row {
    conversation: Uuid,
    position: u32,
    id: Uuid,
    text: String,
    customer: Out,
    agent: Option<Out>,
}

#[derive(Deserialize)]
struct Incoming {
    id: Uuid,
    text: String,
}

/// Where rows are kept.
enum Store {
    Sqlite(Connection),
    Postgres { runtime: Runtime, client: tokio_postgres::Client, insert: tokio_postgres::Statement },
}

const SQLITE: &str = "CREATE TABLE events (
    seq          INTEGER NOT NULL PRIMARY KEY,
    conversation BLOB NOT NULL,
    position     INTEGER NOT NULL,
    body         TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_of_conversation ON events (conversation, position);";

const POSTGRES: &str = "CREATE TABLE events (
    seq          BIGINT NOT NULL PRIMARY KEY,
    conversation BYTEA NOT NULL,
    position     BIGINT NOT NULL,
    body         TEXT NOT NULL
);
CREATE UNIQUE INDEX events_of_conversation ON events (conversation, position)";

/// All rows of a group at once.
const INSERT: &str = "INSERT INTO events (seq, conversation, position, body)
    SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::text[])";

/// A row as it is kept: number, conversation, position and body.
type Kept = (i64, Uuid, u32, String);

impl Store {
    /// At a path, or at the address of a PostgreSQL. Blocks.
    fn open(place: &str) -> anyhow::Result<Self> {
        if !place.starts_with("postgres://") {
            let connection = Connection::open(place).context("cannot open the database")?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.execute_batch(SQLITE)?;
            return Ok(Self::Sqlite(connection));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (client, insert) = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(place, tokio_postgres::NoTls).await?;
            tokio::spawn(connection);
            client.batch_execute(POSTGRES).await?;
            let insert = client.prepare(INSERT).await?;
            anyhow::Ok((client, insert))
        })?;
        Ok(Self::Postgres { runtime, client, insert })
    }

    /// Keeps a group of rows, durably.
    fn keep(&self, rows: &[Kept]) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(connection) => {
                connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
                let sql = "INSERT INTO events (seq, conversation, position, body) VALUES (?1, ?2, ?3, ?4)";
                for (seq, conversation, position, body) in rows {
                    connection.prepare_cached(sql)?.execute(params![seq, conversation.as_bytes(), position, body])?;
                }
                connection.prepare_cached("COMMIT")?.execute([])?;
            }
            Self::Postgres { runtime, client, insert } => {
                let seqs: Vec<i64> = rows.iter().map(|row| row.0).collect();
                let conversations: Vec<&[u8]> = rows.iter().map(|row| &row.1.as_bytes()[..]).collect();
                let positions: Vec<i64> = rows.iter().map(|row| row.2.into()).collect();
                let bodies: Vec<&str> = rows.iter().map(|row| row.3.as_str()).collect();
                runtime.block_on(client.execute(insert, &[&seqs, &conversations, &positions, &bodies]))?;
            }
        }
        Ok(())
    }
}

/// Serves on a free port until the process ends.
///
/// # Errors
/// If the database or the port cannot be used.
pub async fn serve(place: &str) -> anyhow::Result<()> {
    let (rows, inbox) = mpsc::channel();
    let (place, opened) = (place.to_owned(), oneshot::channel());
    std::thread::spawn(move || match Store::open(&place) {
        Ok(store) => {
            let _ = opened.0.send(Ok(()));
            write(&store, &inbox);
        }
        Err(error) => drop(opened.0.send(Err(error))),
    });
    opened.1.await.context("the writer has ended")??;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let agents = Agents::default();
    loop {
        let (stream, _) = listener.accept().await?;
        let (rows, agents) = (rows.clone(), Arc::clone(&agents));
        tokio::spawn(async move {
            // A disconnect ends it.
            let _ = attend(stream, &rows, &agents).await;
        });
    }
}

#[expect(clippy::result_large_err, reason = "the handshake's callback has this type")]
async fn attend(stream: TcpStream, rows: &mpsc::Sender<Row>, agents: &Agents) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let mut path = String::new();
    let config = WebSocketConfig::default().read_buffer_size(4096);
    let note = |request: &Request, response: Response| {
        request.uri().path().clone_into(&mut path);
        Ok(response)
    };
    let socket = tokio_tungstenite::accept_hdr_async_with_config(stream, note, Some(config)).await?;
    let (mut sink, mut frames) = socket.split();
    let (out, mut queue) = unbounded_channel();
    let writing = async move { forward(&mut queue, &mut sink).await };
    let mut parts = path.split('/').skip(1);
    let kind = parts.next().unwrap_or_default().to_owned();
    let mut number = || parts.next().and_then(|part| part.parse::<usize>().ok()).unwrap_or_default();
    let (own, agent) = (number(), number());
    if kind == "agent" {
        agents.lock().ok().context("poisoned")?.insert(own, out);
        tokio::select! {
            () = writing => {}
            () = async { while let Some(Ok(_)) = frames.next().await {} } => {}
        }
        return Ok(());
    }
    let agent = agents.lock().ok().context("poisoned")?.get(&agent).cloned();
    let conversation = Uuid::now_v7();
    let reading = async move {
        let mut position = 0;
        while let Some(Ok(message)) = frames.next().await {
            let Message::Text(text) = message else { continue };
            let Ok(Incoming { id, text }) = serde_json::from_str(&text) else { continue };
            position += 1;
            let row = Row { conversation, position, id, text, customer: out.clone(), agent: agent.clone() };
            if rows.send(row).is_err() {
                return;
            }
        }
    };
    tokio::select! { () = writing => {} () = reading => {} }
    Ok(())
}

async fn forward<S: SinkExt<Message> + Unpin>(queue: &mut UnboundedReceiver<Utf8Bytes>, sink: &mut S) {
    while let Some(frame) = queue.recv().await {
        let mut fed = sink.feed(Message::Text(frame)).await;
        while let (Ok(()), Ok(frame)) = (&fed, queue.try_recv()) {
            fed = sink.feed(Message::Text(frame)).await;
        }
        if fed.is_err() || sink.flush().await.is_err() {
            return;
        }
    }
}

/// The writer: everything queued goes into one transaction; then the frames are sent.
fn write(store: &Store, inbox: &mpsc::Receiver<Row>) {
    let mut seq = 0_i64;
    while let Ok(first) = inbox.recv() {
        let (mut kept, mut told, mut next) = (Vec::new(), Vec::new(), Some(first));
        while let Some(row) = next {
            seq += 1;
            kept.push(tell(row, seq, &mut told));
            next = if kept.len() < GROUP { inbox.try_recv().ok() } else { None };
        }
        if let Err(error) = store.keep(&kept) {
            eprintln!("cannot store: {error:#}");
            return;
        }
        told.into_iter().for_each(|(out, frame)| drop(out.send(frame)));
    }
}

/// What is kept of a message, and what is told of it.
fn tell(row: Row, seq: i64, told: &mut Vec<(Out, Utf8Bytes)>) -> Kept {
    let (id, position, text) = (row.id, row.position, serde_json::to_string(&row.text).unwrap_or_default());
    let time = "2026-11-21T10:00:00.000Z";
    let conversation = row.conversation;
    let body = format!(
        r#"{{"conversation":"{conversation}","position":{position},"time":"{time}","actor":{{"kind":"customer"}},"cause":"{id}","body":{{"turn_added":{{"turn":{{"id":"{id}","content":{{"type":"text","text":{text}}}}},"received":"{time}"}}}}}}"#
    );
    if let Some(agent) = row.agent {
        let batch = format!(r#"{{"batch":{{"cursor":{seq},"time":"{time}","changes":[{{"event":{body}}}]}}}}"#);
        told.push((agent, batch.into()));
    }
    let entry = format!(
        r#"{{"type":"entry","entry":{{"position":{position},"id":"{id}","time":"{time}","from":"customer","kind":"text","text":{text},"stage":"accepted"}}}}"#
    );
    told.push((row.customer.clone(), entry.into()));
    told.push((row.customer, format!(r#"{{"type":"accepted","id":"{id}","position":{position}}}"#).into()));
    (seq, conversation, position, body)
}
