//! The folder of an export, and one file of it in any format.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::super::cell::{Cell, json_of};
use super::super::shape::{Kind, field};
use super::csv;
use super::parquet::Parquet;
use crate::folder;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Parquet,
    Csv,
    Ndjson,
}

impl Format {
    pub(super) fn named(name: &str) -> anyhow::Result<Self> {
        Ok(match name {
            "parquet" => Self::Parquet,
            "csv" => Self::Csv,
            "ndjson" => Self::Ndjson,
            _ => bail!("'{name}' is no format: use parquet, csv or ndjson"),
        })
    }

    pub(super) fn file(self, table: &str) -> String {
        match self {
            Self::Parquet => format!("{table}.parquet"),
            Self::Csv => format!("{table}.csv"),
            Self::Ndjson => format!("{table}.ndjson"),
        }
    }
}

/// How folders are called until they are complete: their name, the process that writes them, and this.
const PARTIAL: &str = ".partial";

/// A folder under a temporary name until it is complete; removed otherwise.
pub(super) struct Folder {
    path: PathBuf,
    /// Held as long as it is written.
    _lock: Option<File>,
}

impl Folder {
    pub(super) fn beside(out: &Path) -> anyhow::Result<Self> {
        let name = out.file_name().with_context(|| format!("'{}' names no folder", out.display()))?;
        let name = name.to_string_lossy();
        remove_unfinished(out, &name);
        let path = out.with_file_name(format!("{name}.{}{PARTIAL}", std::process::id()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).with_context(|| format!("Cannot make {}", path.display()))?;
        let lock = held(&path);
        Ok(Self { path, _lock: lock })
    }

    pub(super) fn create(&self, name: &str) -> anyhow::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        folder::private(&mut options);
        let path = self.path.join(name);
        options.open(&path).with_context(|| format!("Cannot make {}", path.display()))
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let mut file = self.create(name)?;
        file.write_all(bytes)?;
        Ok(file.sync_all()?)
    }

    /// SHA-256 of each file, in hexadecimal.
    pub(super) fn hashes(&self) -> anyhow::Result<Map<String, Value>> {
        let mut names: Vec<_> = std::fs::read_dir(&self.path)?.collect::<Result<Vec<_>, _>>()?;
        names.sort_by_key(std::fs::DirEntry::file_name);
        let mut hashes = Map::new();
        for entry in names {
            let (mut file, mut hash, mut part) = (File::open(entry.path())?, Sha256::new(), vec![0; 64 * 1024]);
            loop {
                let read = file.read(&mut part)?;
                if read == 0 {
                    break;
                }
                hash.update(part.get(..read).unwrap_or_default());
            }
            let text: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            hashes.insert(entry.file_name().to_string_lossy().into_owned(), text.into());
        }
        Ok(hashes)
    }

    /// Gives the folder its name.
    pub(super) fn finish(&self, out: &Path) -> anyhow::Result<()> {
        ensure!(!out.exists(), "{} came into being meanwhile: choose another folder", out.display());
        std::fs::rename(&self.path, out).with_context(|| format!("Cannot make {}", out.display()))?;
        let parent = std::path::absolute(out)?;
        if let Some(parent) = parent.parent().filter(|_| cfg!(unix)) {
            File::open(parent)?.sync_all()?;
        }
        Ok(())
    }
}

/// Removes what killed exports to the same place left. Running ones hold theirs.
fn remove_unfinished(out: &Path, name: &str) {
    let absolute = std::path::absolute(out).unwrap_or_default();
    let entries = absolute.parent().and_then(|folder| std::fs::read_dir(folder).ok());
    for entry in entries.into_iter().flatten().flatten() {
        let called = entry.file_name().to_string_lossy().into_owned();
        let process = called.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(PARTIAL));
        let is_named_so = process.is_some_and(|process| process.parse::<u32>().is_ok());
        if is_named_so && held(&entry.path()).is_some() {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Marks a folder as one that a running export writes; none if another does.
#[cfg(unix)]
fn held(folder: &Path) -> Option<File> {
    File::open(folder).ok().filter(|folder| folder.try_lock().is_ok())
}

/// Elsewhere folders cannot be locked, so nothing is known of those that exist.
#[cfg(not(unix))]
fn held(_: &Path) -> Option<File> {
    None
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Gone already if it has its name.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// One table's file.
pub(super) struct Out {
    columns: Vec<(&'static str, Kind)>,
    rows: u64,
    to: To,
}

enum To {
    Text { file: BufWriter<File>, spreadsheet: bool },
    Ndjson(BufWriter<File>, Vec<String>),
    Parquet(Box<Parquet>),
}

impl Out {
    pub(super) fn open(
        format: Format,
        folder: &Folder,
        table: &str,
        columns: &[(&'static str, Kind)],
        spreadsheet: bool,
    ) -> anyhow::Result<Self> {
        let file = folder.create(&format.file(table))?;
        let to = match format {
            Format::Csv => {
                let mut file = BufWriter::new(file);
                csv::header(&mut file, columns)?;
                To::Text { file, spreadsheet }
            }
            Format::Ndjson => To::Ndjson(BufWriter::new(file), columns.iter().map(|(name, _)| field(name)).collect()),
            Format::Parquet => To::Parquet(Box::new(Parquet::begin(file, table, columns)?)),
        };
        Ok(Self { columns: columns.to_vec(), rows: 0, to })
    }

    pub(super) fn row(&mut self, cells: Vec<Cell>) -> anyhow::Result<()> {
        self.rows += 1;
        match &mut self.to {
            To::Text { file, spreadsheet } => csv::row(file, &self.columns, &cells, *spreadsheet)?,
            To::Ndjson(file, names) => {
                let row: Map<String, Value> = names
                    .iter()
                    .zip(self.columns.iter().zip(&cells))
                    .map(|(name, ((_, kind), cell))| (name.clone(), json_of(*kind, cell)))
                    .collect();
                serde_json::to_writer(&mut *file, &row)?;
                file.write_all(b"\n")?;
            }
            To::Parquet(file) => file.row(cells)?,
        }
        Ok(())
    }

    /// How many rows it has.
    pub(super) fn finish(self) -> anyhow::Result<u64> {
        let done = |file: BufWriter<File>| -> anyhow::Result<()> {
            Ok(file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?)
        };
        match self.to {
            To::Text { file, .. } | To::Ndjson(file, _) => done(file)?,
            To::Parquet(file) => file.finish()?,
        }
        Ok(self.rows)
    }
}
