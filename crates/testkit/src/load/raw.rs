//! The smallest program that does only the unavoidable part of a hub's work on messages. It writes the same row in the
//! same index, with the same durability and group commit. It sends the same frames to the customer's and the agent's
//! sockets. It checks nothing and decides nothing.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};

use anyhow::Context;
use futures_util::{SinkExt, StreamExt};
use rusqlite::{Connection, params};
use serde::Deserialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
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

/// Serves on a free port until the process ends.
///
/// # Errors
/// If the database or the port cannot be used.
pub async fn serve(database: &Path) -> anyhow::Result<()> {
    let connection = Connection::open(database).context("cannot open the database")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE events (
             seq          INTEGER NOT NULL PRIMARY KEY,
             conversation BLOB NOT NULL,
             position     INTEGER NOT NULL,
             body         TEXT NOT NULL
         ) STRICT;
         CREATE UNIQUE INDEX events_of_conversation ON events (conversation, position);",
    )?;
    let (rows, inbox) = mpsc::channel();
    std::thread::spawn(move || write(&connection, &inbox));
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
fn write(connection: &Connection, inbox: &mpsc::Receiver<Row>) {
    let mut seq = 0_i64;
    while let Ok(first) = inbox.recv() {
        match commit(connection, inbox, first, &mut seq) {
            Ok(told) => told.into_iter().for_each(|(out, frame)| drop(out.send(frame))),
            Err(error) => {
                eprintln!("cannot store: {error}");
                return;
            }
        }
    }
}

fn commit(
    connection: &Connection,
    inbox: &mpsc::Receiver<Row>,
    first: Row,
    seq: &mut i64,
) -> rusqlite::Result<Vec<(Out, Utf8Bytes)>> {
    let mut told = Vec::new();
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut next = Some(first);
    let mut count = 0;
    while let Some(row) = next {
        *seq += 1;
        count += 1;
        let (id, position, text) = (row.id, row.position, serde_json::to_string(&row.text).unwrap_or_default());
        let time = "2026-11-21T10:00:00.000Z";
        let conversation = row.conversation;
        let body = format!(
            r#"{{"conversation":"{conversation}","position":{position},"time":"{time}","actor":{{"kind":"customer"}},"cause":"{id}","body":{{"turn_added":{{"turn":{{"id":"{id}","content":{{"type":"text","text":{text}}}}},"received":"{time}"}}}}}}"#
        );
        connection
            .prepare_cached("INSERT INTO events (seq, conversation, position, body) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![*seq, conversation.as_bytes(), position, body])?;
        if let Some(agent) = row.agent {
            let batch = format!(r#"{{"batch":{{"cursor":{seq},"time":"{time}","changes":[{{"event":{body}}}]}}}}"#);
            told.push((agent, batch.into()));
        }
        let entry = format!(
            r#"{{"type":"entry","entry":{{"position":{position},"id":"{id}","time":"{time}","from":"customer","kind":"text","text":{text},"stage":"accepted"}}}}"#
        );
        told.push((row.customer.clone(), entry.into()));
        told.push((row.customer, format!(r#"{{"type":"accepted","id":"{id}","position":{position}}}"#).into()));
        next = if count < GROUP { inbox.try_recv().ok() } else { None };
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(told)
}
