//! Backup and restore: a whole hub in one tar archive.
//!
//! The database is copied before the files that its messages name, so no named file is missing. An archive gets its
//! name only when it is complete. A folder is restored only after everything was verified.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek as _};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tandem_sql::Connection;

use crate::folder::{self, DATABASE, MEDIA};
use crate::identity::FILE as KEY;
use crate::store::{MIGRATIONS, StoreError, identity_key, media};

const MANIFEST: &str = "manifest.json";
const FORMAT: u32 = 1;

/// The archive's last entry; an archive without it is incomplete.
#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u32,
    /// Version of the program that wrote it.
    version: String,
    /// Schema version of the database.
    schema: u32,
    /// SHA-256 of each file, in hexadecimal.
    files: BTreeMap<String, String>,
}

/// A complete backup.
#[derive(Debug)]
pub struct BackedUp {
    pub summary: String,
    /// Files that conversations name and that are missing in it, or have another size than when they were sent.
    pub lost: Vec<String>,
    /// Unfinished files of earlier backups, which were removed.
    pub removed: Vec<String>,
}

/// What came of a restore.
#[derive(Debug)]
pub struct Restored {
    pub summary: String,
    /// Files that conversations name and that were missing or damaged in the archive.
    pub lost: Vec<String>,
}

/// Writes the data of a folder into `file`, also beside a running hub.
///
/// # Errors
/// If something cannot be read or written, or `file` exists. No partial archive is left behind.
pub fn backup(data: &Path, file: &Path) -> anyhow::Result<BackedUp> {
    ensure!(file != Path::new("-"), "a backup is not written to the standard output: name a file");
    ensure!(!file.exists(), "{} already exists: choose another file", file.display());
    let removed = remove_unfinished(file);
    let partial = Partial::beside(file)?;
    let mut copy = file.as_os_str().to_owned();
    copy.push(".db");
    let snapshot = Partial::beside(Path::new(&copy))?;
    tandem_sqlite::copy(&data.join(DATABASE), &snapshot.path)
        .with_context(|| format!("Cannot copy the database to {}", snapshot.path.display()))?;
    let (files, lost) = write_archive(data, &snapshot.path, &partial.path)
        .with_context(|| format!("Cannot write {}", partial.path.display()))?;
    // Unlike a rename, a link replaces nothing that came meanwhile; some file systems have none.
    match std::fs::hard_link(&partial.path, file) {
        Ok(()) => drop(partial),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} came into being meanwhile: choose another file", file.display())
        }
        Err(_) => {
            std::fs::rename(&partial.path, file).with_context(|| format!("Cannot write {}", file.display()))?;
        }
    }
    sync_folder(file)?;
    let summary = format!("Backed up {} of {} into {}", counted(files), data.display(), file.display());
    Ok(BackedUp { summary, lost, removed })
}

/// Removes what killed backups left beside `file`. Running ones hold theirs.
fn remove_unfinished(file: &Path) -> Vec<String> {
    let absolute = std::path::absolute(file).unwrap_or_default();
    let entries = absolute.parent().and_then(|folder| std::fs::read_dir(folder).ok());
    let mut removed = Vec::new();
    for entry in entries.into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_suffix(PARTIAL).and_then(|name| name.rsplit_once('.'));
        let is_named_so = process.is_some_and(|(_, process)| process.parse::<u32>().is_ok());
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_named_so && is_file && is_unfinished(&entry.path()) && std::fs::remove_file(entry.path()).is_ok() {
            // The copy of the database may have had a journal.
            let journal = format!("{name}-journal");
            removed.push(name);
            if std::fs::remove_file(entry.path().with_file_name(&journal)).is_ok() {
                removed.push(journal);
            }
        }
    }
    removed
}

/// Whether a backup began this file, and none writes it now.
fn is_unfinished(path: &Path) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    let mut start = Vec::new();
    let is_read = Read::take(&mut file, 16).read_to_end(&mut start).is_ok();
    let is_own = start.is_empty() || start.starts_with(b"SQLite format 3") || start.starts_with(DATABASE.as_bytes());
    is_read && is_own && hold(&file)
}

/// Marks a file as one that a running backup writes; false if another does.
#[cfg(unix)]
fn hold(file: &File) -> bool {
    file.try_lock().is_ok()
}

/// Elsewhere a lock would keep the backup's own writers out, so nothing is known of files that exist.
#[cfg(not(unix))]
fn hold(_: &File) -> bool {
    false
}

fn write_archive(data: &Path, snapshot: &Path, to: &Path) -> anyhow::Result<(usize, Vec<String>)> {
    let mut archive = tar::Builder::new(std::io::BufWriter::new(File::options().write(true).open(to)?));
    let mut manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").into(),
        schema: tandem_sqlite::version(snapshot)?,
        files: BTreeMap::new(),
    };
    let mut sizes = BTreeMap::new();
    let mut add = |name: String, path: &Path| -> anyhow::Result<()> {
        let mut file = match File::open(path) {
            // Swept since the folder was listed: no message names it.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        let bytes = file.metadata()?.len();
        let mut reader = Hashing { inner: Read::take(&mut file, bytes), hash: Sha256::new() };
        let mut header = header(reader.inner.limit());
        archive.append_data(&mut header, &name, &mut reader).with_context(|| format!("file {name}"))?;
        manifest.files.insert(name.clone(), hex(&reader.hash.finalize()));
        sizes.insert(name, bytes);
        Ok(())
    };
    let key = data.join(KEY);
    ensure!(
        key.exists() || !identity_key::has_key(&Connection::peek(snapshot)?)?,
        "{} is missing, and a hub restored without it cannot start: restore the key from an earlier backup",
        key.display()
    );
    add(DATABASE.into(), snapshot)?;
    add(KEY.into(), &key)?;
    for entry in std::fs::read_dir(data.join(MEDIA))? {
        let entry = entry?;
        if entry.file_type()?.is_file()
            && let Some(name) = entry.file_name().to_str()
        {
            add(format!("{MEDIA}/{name}"), &entry.path())?;
        }
    }
    let lost = lost(snapshot, &manifest.files, &sizes)?;
    let json = serde_json::to_vec_pretty(&manifest)?;
    archive.append_data(&mut header(json.len() as u64), MANIFEST, json.as_slice())?;
    let file = archive.into_inner()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok((manifest.files.len(), lost))
}

/// The files that conversations name and that are missing, or other bytes than when they were sent.
fn lost(
    database: &Path,
    files: &BTreeMap<String, String>,
    sizes: &BTreeMap<String, u64>,
) -> Result<Vec<String>, StoreError> {
    let mut lost = Vec::new();
    media::each_named(&Connection::peek(database)?, i64::MAX, |file, bytes, sha256| {
        let name = format!("{MEDIA}/{file}");
        let is_same = match (files.get(&name), sha256) {
            (Some(found), Some(sent)) => *found == hex(&sent),
            (Some(_), None) => sizes.get(&name) == Some(&bytes),
            (None, _) => false,
        };
        if !is_same {
            lost.push(name);
        }
    })?;
    Ok(lost)
}

/// Restores an archive into a missing or empty folder. Returns a summary.
///
/// # Errors
/// If the archive is incomplete or from a newer version that excludes this one, or the folder is not empty. Then nothing is restored.
pub fn restore(file: &Path, data: &Path) -> anyhow::Result<Restored> {
    ensure!(!data.is_symlink(), "{} is a link: name the folder itself", data.display());
    let is_empty = match std::fs::read_dir(data) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == ErrorKind::NotFound => true,
        Err(error) => return Err(folder::unusable(data, error)),
    };
    ensure!(is_empty, "{} is not empty: restore into a new folder (--data), then swap the two", data.display());
    let parent = data.parent().context("the folder has no parent")?;
    std::fs::create_dir_all(parent)?;
    let removed = remove_drafts(data);
    let draft = tempdir_beside(data)?;
    let (manifest, sizes) =
        read_archive(file, &draft.path).with_context(|| format!("Cannot restore {}", file.display()))?;
    verify(&draft.path, &manifest).with_context(|| format!("Cannot restore {}", file.display()))?;
    // Positions after the backup are assigned again, so desks must not resume from their cursors.
    crate::store::log::renew(&draft.path).with_context(|| format!("Cannot restore {}", file.display()))?;
    folder::prepare(&draft.path)?;
    if data.exists() {
        std::fs::remove_dir(data)?;
    }
    std::fs::rename(&draft.path, data).with_context(|| format!("Cannot make {}", data.display()))?;
    sync_folder(data)?;
    let removed = match removed.as_slice() {
        [] => String::new(),
        left => format!("Removed what unfinished restores left there: {}\n", left.join(", ")),
    };
    let lost = lost(&data.join(DATABASE), &manifest.files, &sizes)?;
    Ok(Restored { summary: format!("{removed}Restored {} of {}", counted(manifest.files.len()), file.display()), lost })
}

/// Removes what killed restores left beside `data`. Running ones hold theirs.
fn remove_drafts(data: &Path) -> Vec<String> {
    let Some(of) = data.file_name().map(|name| format!("{}.", name.to_string_lossy())) else { return Vec::new() };
    let entries = std::path::absolute(data).ok().and_then(|data| std::fs::read_dir(data.parent()?).ok());
    let mut removed = Vec::new();
    for entry in entries.into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix(&of).and_then(|name| name.strip_suffix(PARTIAL));
        let is_named_so = process.is_some_and(|process| process.parse::<u32>().is_ok());
        let is_draft = is_named_so && entry.path().join(MEDIA).is_dir();
        if is_draft && hold_folder(&entry.path()).is_some() && std::fs::remove_dir_all(entry.path()).is_ok() {
            removed.push(name);
        }
    }
    removed
}

/// Marks a folder as one that a running restore fills; none if another does, or the system cannot tell.
#[cfg(unix)]
fn hold_folder(folder: &Path) -> Option<File> {
    File::open(folder).ok().filter(hold)
}

#[cfg(not(unix))]
fn hold_folder(_: &Path) -> Option<File> {
    None
}

fn counted(files: usize) -> String {
    format!("{files} file{}", if files == 1 { "" } else { "s" })
}

fn read_archive(file: &Path, to: &Path) -> anyhow::Result<(Manifest, BTreeMap<String, u64>)> {
    let mut archive = tar::Archive::new(opened(file)?);
    let mut manifest: Option<Manifest> = None;
    let (mut found, mut sizes) = (BTreeMap::new(), BTreeMap::new());
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let name = allowed(&path).with_context(|| format!("'{}' does not belong in a backup", path.display()))?;
        ensure!(entry.header().entry_type().is_file(), "'{name}' is not a file");
        if name == MANIFEST {
            let mut json = Vec::new();
            entry.read_to_end(&mut json)?;
            manifest = Some(serde_json::from_slice(&json).context("its manifest cannot be read")?);
            continue;
        }
        ensure!(!found.contains_key(&name), "'{name}' is in it twice");
        let mut out = private_file(&to.join(&path))?;
        let mut reader = Hashing { inner: &mut entry, hash: Sha256::new() };
        let bytes = std::io::copy(&mut reader, &mut out)?;
        out.sync_all()?;
        sizes.insert(name.clone(), bytes);
        found.insert(name, hex(&reader.hash.finalize()));
    }
    let manifest = manifest.context("it is incomplete: its end is missing")?;
    ensure!(manifest.format == FORMAT, "it has a format of a newer version ({})", manifest.format);
    ensure!(manifest.files == found, "its files differ from its manifest: it is damaged");
    Ok((manifest, sizes))
}

/// Where the name of the format stands in the first header of a tar archive.
const TAR: std::ops::Range<usize> = 257..262;

/// The archive; an error if it is compressed, or something else.
fn opened(file: &Path) -> anyhow::Result<File> {
    let mut opened = File::open(file)?;
    ensure!(opened.metadata()?.is_file(), "it is not a file");
    let mut start = Vec::new();
    Read::take(&opened, TAR.end as u64).read_to_end(&mut start)?;
    let packer = match start.as_slice() {
        [0x1f, 0x8b, ..] => Some("gunzip"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("unzstd"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Some("unxz"),
        [b'B', b'Z', b'h', ..] => Some("bunzip2"),
        _ => None,
    };
    if let Some(packer) = packer {
        bail!("it is compressed: unpack it with {packer} first");
    }
    ensure!(start.get(TAR) == Some(b"ustar"), "it is not a backup of tandem-hub");
    opened.rewind()?;
    Ok(opened)
}

fn verify(folder: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    ensure!(manifest.files.contains_key(DATABASE), "it has no database");
    let database = folder.join(DATABASE);
    match tandem_sqlite::schema(&database, MIGRATIONS) {
        Err(tandem_sqlite::Error::Newer { .. }) => {
            bail!("it was made by a newer version ({}): restore it with that one", manifest.version)
        }
        schema => schema?,
    };
    let wrong = tandem_sqlite::check(&database)?;
    if let Some(first) = wrong.first() {
        bail!("its database is damaged: {first}");
    }
    Ok(())
}

/// The entry's name, if backups contain such an entry.
fn allowed(path: &Path) -> Option<String> {
    let parts: Option<Vec<_>> = path
        .components()
        .map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    match parts?.as_slice() {
        [DATABASE | KEY | MANIFEST] | [MEDIA, _] => path.to_str().map(str::to_owned),
        _ => None,
    }
}

fn header(bytes: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_entry_type(tar::EntryType::Regular);
    header
}

const PARTIAL: &str = ".partial";

/// A file or folder under a temporary name until it is complete; removed otherwise.
struct Partial {
    path: PathBuf,
    /// Held, so that no other process takes it for abandoned.
    _held: Option<File>,
}

impl Partial {
    /// An empty file that only this user may read.
    fn beside(file: &Path) -> anyhow::Result<Self> {
        let path = draft_name(file)?;
        let file = private_file(&path)?;
        hold(&file);
        Ok(Self { path, _held: Some(file) })
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let path = &self.path;
        let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    }
}

fn tempdir_beside(folder: &Path) -> anyhow::Result<Partial> {
    let path = draft_name(folder)?;
    folder::make_private(&path.join(MEDIA)).with_context(|| format!("Cannot make {}", path.display()))?;
    let held = hold_folder(&path);
    Ok(Partial { path, _held: held })
}

fn draft_name(path: &Path) -> anyhow::Result<PathBuf> {
    let name = path.file_name().with_context(|| format!("'{}' names no file", path.display()))?;
    Ok(path.with_file_name(format!("{}.{}{PARTIAL}", name.to_string_lossy(), std::process::id())))
}

fn private_file(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    folder::private(&mut options);
    options.open(path).with_context(|| format!("Cannot make {}", path.display()))
}

/// A rename is durable only once its folder is synced.
fn sync_folder(path: &Path) -> anyhow::Result<()> {
    let absolute = std::path::absolute(path)?;
    if let Some(parent) = absolute.parent()
        && cfg!(unix)
    {
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(into)?;
        if let Some(bytes) = into.get(..read) {
            self.hash.update(bytes);
        }
        Ok(read)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
