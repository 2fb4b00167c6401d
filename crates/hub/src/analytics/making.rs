//! `tandem-hub analytics`: makes the tables again from the log, and compares them with it.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use tandem_conversation::measure::{Definitions, measure};
use tandem_conversation::{ConversationId, Event};
use tandem_sql::Connection;

use super::cell::{self, Cell, json_of};
use super::folding::{self, Part};
use super::shape::{
    CALL, CONVERSATION, ENGAGEMENT, EXTERNAL_AGENT, HANDOVER, LOGIC_REQUEST, REVIEW, ROUND, SHAPES, Shape, TAG, TURN,
};
use super::{open_file, segments, tables};
use crate::data::Data;
use crate::derived;
use crate::folder::{ANALYTICS, Lock, is_in_use};
use crate::store::{StoreError, conversations, events, log, passable};

/// Throws the tables away and makes them again, from parts of the log of this many events. `progress` hears how far it
/// is, in events. Returns a summary.
///
/// # Errors
/// If a hub uses the folder, or the log or the tables cannot be read or written.
pub fn rebuild(
    data: impl Into<Data>,
    definitions: Definitions,
    at_once: u32,
    mut progress: impl FnMut(u64, u64),
) -> anyhow::Result<String> {
    let data = data.into();
    let folder = data.folder();
    let _lock = Lock::take(folder)?;
    let account = data.peek()?;
    let log = log::id(&account)?;
    let last = events::last(&account)?;
    let path = folder.join(ANALYTICS);
    derived::empty(&path)?;
    let began = Instant::now();
    let file = open_file(&path, definitions.clone()).context("Cannot make analytics.db")?;
    file.write_blocking(move |connection, _| tables::begin(connection, log))?;
    loop {
        let from = file.read_blocking(tables::progress)?;
        let part = Part::read(&account, &from, last, at_once)?;
        if part.is_empty() {
            break;
        }
        let at = part.up_to;
        let (part, missing) = file.write_blocking(move |connection, folding| {
            let missing = folding.recall(connection, &part)?;
            Ok::<_, StoreError>((part, missing))
        })?;
        let mut made = Vec::new();
        for (id, before) in missing {
            made.extend(folding::from_log(&account, id, before, &definitions)?.map(|open| (id, open)));
        }
        file.write_blocking(move |connection, folding| folding.apply(connection, part, made))?;
        progress(at, last);
    }
    let counts = file.read_blocking(|connection| {
        SHAPES
            .iter()
            .map(|shape| Ok((shape.name, tables::count(connection, shape)?)))
            .collect::<Result<Vec<_>, StoreError>>()
    })?;
    let seconds = began.elapsed().as_secs_f64();
    let rows: Vec<_> = counts.iter().map(|(table, count)| format!("{count} of {table}")).collect();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = last as f64 / seconds.max(0.001);
    Ok(format!("Measured {last} events in {seconds:.1} s ({rate:.0} a second): {}", rows.join(", ")))
}

/// Compares the tables with what the log says, cell by cell: of all conversations, or of `sample` chosen at random. Damaged
/// columns are found either way. Returns what differs, and a summary.
///
/// # Errors
/// If the log or the tables cannot be read.
pub fn verify(
    data: impl Into<Data>,
    definitions: &Definitions,
    sample: Option<u32>,
) -> anyhow::Result<(Vec<String>, String)> {
    let data = data.into();
    let account = data.peek()?;
    let path = data.folder().join(ANALYTICS);
    ensure!(
        path.metadata().is_ok_and(|about| about.len() > 0),
        "{} is missing: run tandem-hub analytics rebuild",
        path.display()
    );
    let made = Connection::peek(&path)?;
    // What a running hub measures meanwhile does not count.
    made.snapshot(|| compare(&account, &made, definitions, sample)).map_err(anyhow::Error::from).map(|(wrong, of)| {
        let in_use = if is_in_use(data.folder()) { " of a running hub" } else { "" };
        (wrong, format!("Compared all rows of {of} conversations{in_use} with the log"))
    })
}

fn compare(
    account: &Connection,
    made: &Connection,
    definitions: &Definitions,
    sample: Option<u32>,
) -> Result<(Vec<String>, usize), StoreError> {
    let cursor = tables::cursor(made)?;
    let mut wrong = Vec::new();
    let mut of = 0;
    for id in conversations::sample(account, sample.unwrap_or(u32::MAX))? {
        of += usize::from(one(account, made, definitions, (id, cursor), &mut wrong)?);
    }
    let counted = tables::count(made, &CONVERSATION)?;
    if sample.is_none() && counted != of as u64 {
        wrong.push(format!("{counted} conversations are measured, and {of} are in the log"));
    }
    wrong.extend(tables::unlike(made)?);
    wrong.extend(match sample {
        None => segments::unlike(made)?,
        Some(_) => segments::broken(made)?,
    });
    Ok((wrong, of))
}

/// Adds what differs in one conversation. False if the log up to the cursor has nothing of it.
fn one(
    account: &Connection,
    made: &Connection,
    definitions: &Definitions,
    (id, cursor): (ConversationId, u64),
    wrong: &mut Vec<String>,
) -> Result<bool, StoreError> {
    let mut log: Vec<(u64, Event)> = Vec::new();
    for logged in events::of_conversation_up_to(account, id, cursor)? {
        log.extend(passable(events::parse(&logged.body))?.map(|event| (logged.seq, event)));
    }
    let rows = measure(log.iter().map(|(seq, event)| (*seq, event)), definitions);
    let imported =
        rows.conversations.values().any(|row| row.row.origin == tandem_conversation::measure::Origin::Imported);
    let origin = if imported { "imported" } else { "live" };
    let mut check = |shape: &'static Shape, expected: Vec<Vec<Cell>>| -> Result<(), StoreError> {
        let found = tables::rows(made, shape, "WHERE conversation_id = ?1", [crate::store::Id(id.0)])?;
        differences(shape, expected, found, wrong);
        Ok(())
    };
    macro_rules! cells {
        ($shape:expr, $table:expr) => {{
            let mut all = Vec::new();
            for row in $table.values() {
                all.push(cell::cells(&$shape, &row.row, row.row_version, origin)?);
            }
            all
        }};
    }
    check(&CONVERSATION, cells!(CONVERSATION, rows.conversations))?;
    check(&ROUND, cells!(ROUND, rows.rounds))?;
    check(&ENGAGEMENT, cells!(ENGAGEMENT, rows.engagements))?;
    check(&TURN, cells!(TURN, rows.turns))?;
    check(&CALL, cells!(CALL, rows.calls))?;
    check(&LOGIC_REQUEST, cells!(LOGIC_REQUEST, rows.logic_requests))?;
    check(&EXTERNAL_AGENT, cells!(EXTERNAL_AGENT, rows.external_agents))?;
    check(&TAG, cells!(TAG, rows.tags))?;
    check(&REVIEW, cells!(REVIEW, rows.reviews))?;
    check(&HANDOVER, cells!(HANDOVER, rows.handovers))?;
    Ok(!rows.conversations.is_empty())
}

/// What does not follow from one conversation alone is compared elsewhere, or comes from the ledger of alerts.
const ELSEWHERE: [&str; 8] =
    ["reopened_later", "shared_ms", "decided", "sent", "shown", "muted", "clicked", "first_shown_ms"];

fn differences(shape: &Shape, expected: Vec<Vec<Cell>>, mut found: Vec<Vec<Cell>>, wrong: &mut Vec<String>) {
    let keys: Vec<usize> = shape.key.iter().filter_map(|key| tables::place(shape, key)).collect();
    let is_same = |a: &[Cell], b: &[Cell]| keys.iter().all(|key| a.get(*key) == b.get(*key));
    for row in expected {
        let Some(at) = found.iter().position(|other| is_same(other, &row)) else {
            wrong.push(format!("{}: is missing", tables::key_of(shape, &row)));
            continue;
        };
        let other = found.swap_remove(at);
        for ((column, kind), (log, table)) in shape.all().zip(row.iter().zip(&other)) {
            let differs = match (column, log, table) {
                // Another conversation of the customer, or an alert, may have changed it later.
                ("row_version", Cell::Int(log), Cell::Int(table)) if [ROUND.name, CALL.name].contains(&shape.name) => {
                    table < log
                }
                _ => log != table && !ELSEWHERE.contains(&column),
            };
            if differs {
                let (log, table) = (json_of(kind, log), json_of(kind, table));
                wrong.push(format!("{}: {column} is {table}, and {log} by the log", tables::key_of(shape, &row)));
            }
        }
    }
    wrong.extend(found.iter().map(|row| format!("{}: is not in the log", tables::key_of(shape, row))));
}
