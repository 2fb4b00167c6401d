//! `tandem-hub export`: the tables as files for other programs.
//!
//! invariant: a folder has its name only when it is complete. Everything is of one instant of the tables, also beside a
//! running hub.

mod csv;
mod extra;
mod files;
mod parquet;
mod people;
mod said;
mod source;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tandem_conversation::Time;
use tandem_conversation::measure::Definitions;
use tandem_sql::Connection;

use super::cell::{self, Cell};
use super::shape::{self, COMMON, Kind, SHAPES, Shape, TURN};
use super::tables;
use crate::data::Data;
use crate::folder::ANALYTICS;
use crate::identity::Secrets;
use crate::store::{StoreError, events, log};

use files::{Folder, Format, Out};

/// What is exported, and how.
#[derive(Clone, Debug)]
pub struct Export {
    /// `parquet`, `csv` or `ndjson`.
    pub format: String,
    /// Names of tables; empty for all.
    pub tables: Vec<String>,
    /// The first day and the last, in the zone.
    pub days: Option<(String, String)>,
    /// Only rows that changed after this position of the log.
    pub after: Option<u64>,
    /// With the words of turns.
    pub text: bool,
    /// With the log itself, event by event.
    pub log: bool,
    /// Guards cells that a spreadsheet would take for formulas.
    pub spreadsheet: bool,
    pub account: String,
    pub zone: String,
}

/// Writes an export into a new folder. Returns a summary.
///
/// # Errors
/// If something named does not exist, the folder exists, or the data cannot be read or written. Then nothing is left
/// behind.
pub fn export(data: impl Into<Data>, out: &Path, export: &Export, now: Time) -> anyhow::Result<String> {
    let data = data.into();
    let format = Format::named(&export.format)?;
    let wanted = wanted(&export.tables)?;
    let zone = super::figures::zone(&export.zone).map_err(|(_, why)| anyhow::anyhow!(why))?;
    let period = export.days.as_ref().map(|(from, to)| period(from, to, &zone)).transpose()?;
    ensure!(
        period.is_none() || export.after.is_none(),
        "choose days (--from, --to) or what is new (--after), not both"
    );
    ensure!(!out.exists(), "{} already exists: choose another folder", out.display());
    let path = data.folder().join(ANALYTICS);
    ensure!(
        path.metadata().is_ok_and(|about| about.len() > 0),
        "{} is missing: start the hub, or run tandem-hub analytics rebuild",
        path.display()
    );
    let made = Connection::peek(&path)?;
    let account = data.peek()?;
    let folder = Folder::beside(out)?;
    let key = Secrets::open(data.folder(), &account)?.key_for("addresses in exports");
    let mut job = Job { export, format, folder: &folder, counts: BTreeMap::new(), period, now, key };
    let cursor = made.snapshot(|| {
        let cursor = tables::cursor(&made)?;
        if let Some(after) = export.after.filter(|after| *after > cursor) {
            return Err(Failed(anyhow::anyhow!(
                "the log is measured up to {cursor}, so nothing comes after {after}: that export is of other data, or of \
                 data that a backup has replaced since. Export everything anew"
            )));
        }
        job.run(&made, &account, &wanted, cursor)?;
        Ok::<_, Failed>(cursor)
    });
    let cursor = cursor.map_err(|failed| failed.0).with_context(|| format!("Cannot write {}", out.display()))?;
    let rows: u64 = job.counts.values().sum();
    let counts = job.counts.clone();
    job.describe(&wanted)?;
    let meta = json!({
        "format": 1,
        "version": env!("CARGO_PKG_VERSION"),
        "account": export.account,
        "definitions": Definitions::default().at(now).version,
        "zone": export.zone,
        "tzdb": tzdb_version(),
        "made": now,
        "from": export.days.as_ref().map(|(from, _)| from),
        "to": export.days.as_ref().map(|(_, to)| to),
        "cursorBefore": export.after,
        "cursor": cursor,
        "log": log::id(&account)?,
        "rows": counts,
        "sha256": folder.hashes()?,
    });
    folder.write("meta.json", &serde_json::to_vec_pretty(&meta)?)?;
    folder.finish(out)?;
    Ok(format!("Exported {rows} rows of {} tables up to position {cursor} into {}", counts.len(), out.display()))
}

/// The field of a plan that cannot be followed, and what it may be. Whether the folder and the data are there is not
/// looked at.
pub(crate) fn refused(export: &Export) -> Option<(&'static str, String)> {
    let said = |error: anyhow::Error| error.to_string();
    if let Err(error) = Format::named(&export.format) {
        return Some(("format", said(error)));
    }
    if let Err(error) = wanted(&export.tables) {
        return Some(("tables", said(error)));
    }
    let zone = match super::figures::zone(&export.zone) {
        Ok(zone) => zone,
        Err(refused) => return Some(refused),
    };
    let (from, to) = export.days.as_ref()?;
    if export.after.is_some() {
        return Some(("after", "choose days (from, to) or what is new (after), not both".into()));
    }
    let bounds = super::figures::bound("from", from, &zone, false)
        .and_then(|from| Ok((from, super::figures::bound("to", to, &zone, true)?)));
    match bounds {
        Err(refused) => Some(refused),
        Ok((from, to)) if from >= to => Some(("to", "the period ends before it begins".into())),
        Ok(_) => None,
    }
}

/// An error of any part, for the snapshot.
struct Failed(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The tables that follow from conversations, and those of the account.
fn known() -> impl Iterator<Item = &'static Shape> {
    SHAPES.into_iter().chain(extra::TABLES.map(|(shape, _)| shape))
}

fn wanted(names: &[String]) -> anyhow::Result<Vec<&'static Shape>> {
    if names.is_empty() {
        return Ok(known().collect());
    }
    let mut found: Vec<&Shape> = Vec::new();
    for name in names {
        let one = known().find(|shape| shape.name == name).with_context(|| {
            format!("'{name}' is no table: use {}", known().map(|shape| shape.name).collect::<Vec<_>>().join(", "))
        })?;
        if !found.iter().any(|known| known.name == one.name) {
            found.push(one);
        }
    }
    Ok(found)
}

fn period(from: &str, to: &str, zone: &TimeZone) -> anyhow::Result<(Time, Time)> {
    let said = |(name, why): (&str, String)| anyhow::anyhow!("--{name}: {why}");
    let from = super::figures::bound("from", from, zone, false).map_err(said)?;
    let to = super::figures::bound("to", to, zone, true).map_err(said)?;
    ensure!(from < to, "--to: the period ends before it begins");
    Ok((from, to))
}

/// The column with the time of a row.
fn time_of(shape: &Shape) -> &'static str {
    match shape.name {
        "turn" => "at",
        "call" => "raised_at",
        "logic_request" | "review" => "asked_at",
        "external_agent" => "invited_at",
        "tag" => "added_at",
        "handover" => "given_at",
        _ => "started_at",
    }
}

struct Job<'a> {
    export: &'a Export,
    format: Format,
    folder: &'a Folder,
    counts: BTreeMap<&'static str, u64>,
    period: Option<(Time, Time)>,
    now: Time,
    /// Hashes customers' addresses.
    key: ring::hmac::Key,
}

impl Job<'_> {
    fn run(
        &mut self,
        made: &Connection,
        account: &Connection,
        wanted: &[&'static Shape],
        cursor: u64,
    ) -> Result<(), Failed> {
        let (key, period, now) = (&self.key, self.period, self.now);
        let source = source::Source { account, made, key, period, now, cursor };
        for shape in wanted {
            let columns = self.columns(shape);
            let mut out = Out::open(self.format, self.folder, shape.name, &columns, self.export.spreadsheet)?;
            match extra::TABLES.iter().find(|(extra, _)| extra.name == shape.name) {
                Some((_, make)) => make(&source)?.into_iter().try_for_each(|row| out.row(row))?,
                None => self.table(made, account, shape, &mut out)?,
            }
            self.counts.insert(shape.name, out.finish()?);
        }
        if self.export.after.is_some() {
            // Nothing is erased yet; readers need not know that.
            self.folder.write("deleted.ndjson", b"")?;
        }
        if self.export.log {
            self.log(account, cursor)?;
        }
        Ok(())
    }

    /// The columns of a table's file.
    fn columns(&self, shape: &Shape) -> Vec<(&'static str, Kind)> {
        let words = (shape.name == TURN.name && self.export.text).then_some(("text", Kind::Text));
        shape.all().chain(words).collect()
    }

    fn table(&self, made: &Connection, account: &Connection, shape: &Shape, out: &mut Out) -> Result<(), Failed> {
        let time = time_of(shape);
        let order: Vec<_> = shape.key.iter().map(|key| format!("\"{key}\"")).collect();
        let (rest, values) = match (self.export.after, self.period) {
            (Some(after), _) => {
                (format!("WHERE row_version > ?1 AND ?2 = 0 ORDER BY {}", order.join(", ")), [after.cast_signed(), 0])
            }
            (None, Some((from, until))) => {
                (format!("WHERE {time} >= ?1 AND {time} < ?2 ORDER BY {}", order.join(", ")), [from.0, until.0])
            }
            (None, None) => (format!("WHERE ?1 = ?2 ORDER BY {}", order.join(", ")), [0, 0]),
        };
        let mut query = made.prepare(&shape.select(&rest))?;
        let mut rows = query.query(values)?;
        let mut words = extra::Words::new(account);
        while let Some(row) = rows.next()? {
            let mut cells = cell::read(shape, &row)?;
            if shape.name == TURN.name && self.export.text {
                cells.push(words.of(&cells)?);
            }
            out.row(cells)?;
        }
        Ok(())
    }

    /// The account's log as it is: its position, and the event.
    fn log(&self, account: &Connection, cursor: u64) -> Result<(), Failed> {
        const AT_ONCE: u32 = 1_000;
        let mut out = std::io::BufWriter::new(self.folder.create("log.ndjson")?);
        let mut at = self.export.after.unwrap_or_default();
        while at < cursor {
            for logged in events::after(account, at, cursor, AT_ONCE)? {
                at = logged.seq;
                let event: Value = serde_json::from_str(&logged.body)
                    .map_err(|error| StoreError::Damaged { what: "event", detail: error.to_string() })?;
                serde_json::to_writer(&mut out, &json!({ "seq": logged.seq, "event": event }))?;
                out.write_all(b"\n")?;
            }
        }
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        Ok(())
    }

    /// What is in the files.
    fn describe(&self, wanted: &[&'static Shape]) -> anyhow::Result<()> {
        let describe = |shape: &&'static Shape| {
            let columns: Vec<Value> = self
                .columns(shape)
                .into_iter()
                .map(|(name, kind)| {
                    let words = shape::words(shape.name, name).or_else(|| common_words(name));
                    json!({ "name": name, "type": kind.name(), "null": !shape.key.contains(&name), "words": words })
                })
                .collect();
            json!({ "table": shape.name, "file": self.format.file(shape.name), "key": shape.key, "columns": columns })
        };
        let tables: Vec<Value> = wanted.iter().map(describe).collect();
        let types =
            json!({ "ts": "milliseconds in UTC", "ms": "a length in milliseconds", "list": "a JSON list of texts" });
        self.folder.write("schema.json", &serde_json::to_vec_pretty(&json!({ "tables": tables, "types": types }))?)
    }
}

fn common_words(column: &str) -> Option<&'static str> {
    debug_assert!(COMMON.len() == 3);
    Some(match column {
        "row_version" => "position in the account's log that last changed the row",
        "origin" => "live or imported",
        "source" => "where imported rows come from",
        "text" => "the words of the turn as they are now; null if they were withdrawn",
        _ => return None,
    })
}

/// The version of the time zones of this machine; none if it does not say.
fn tzdb_version() -> Option<String> {
    let path = PathBuf::from("/usr/share/zoneinfo/tzdata.zi");
    let mut start = [0; 64];
    let read = std::io::Read::read(&mut File::open(path).ok()?, &mut start).ok()?;
    let text = std::str::from_utf8(start.get(..read)?).ok()?;
    text.lines().next()?.strip_prefix("# version ").map(|version| version.trim().to_owned())
}

/// A cell in text, as CSV and people have it.
fn text_of(kind: Kind, value: &Cell) -> Option<String> {
    match cell::json_of(kind, value) {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_time() {
        for shape in SHAPES {
            let time = time_of(shape);
            assert!(shape.columns.contains(&(time, Kind::Time)), "{} has no {time}", shape.name);
        }
    }

    #[test]
    fn every_column_is_documented() {
        let columns = known().flat_map(|shape| shape.columns.iter().map(|(name, _)| (shape.name, *name)));
        let unsaid: Vec<_> = columns.filter(|(table, column)| shape::words(table, column).is_none()).collect();
        assert!(unsaid.is_empty(), "docs/analytics.md says nothing of {unsaid:?}");
    }
}
