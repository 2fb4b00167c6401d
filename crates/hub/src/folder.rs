//! The data folder: its permissions, and the lock of the hub that uses it.
//!
//! The lock is on the folder itself, too, because people remove lock files.
//!
//! invariant: one hub per folder. A second one would write positions that the first one counts in memory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, anyhow, bail};

use crate::identity::FILE as KEY;

/// Messages and everything that belongs to them.
pub(crate) const DATABASE: &str = "tandem.db";
/// The search index, which can be made again.
pub(crate) const INDEX: &str = "search.db";
/// The tables of analytics, which can be made again.
pub(crate) const ANALYTICS: &str = "analytics.db";
/// Files of messages.
pub(crate) const MEDIA: &str = "media";
/// Says that the hub's tables are in PostgreSQL, where `tandem.db` is an old state of them.
const ELSEWHERE: &str = "tables-are-in-postgresql";
const LOCK: &str = "hub.lock";

/// Whether a hub has used this folder before.
///
/// # Errors
/// If this user may not use the folder, or if other files of a hub are there without its database, or with one that has
/// moved.
pub fn has_database(data: &Path) -> anyhow::Result<bool> {
    are_files(data)?;
    let path = data.join(DATABASE);
    let moved = data.join(ELSEWHERE);
    if moved.exists() {
        bail!(
            "The tables of this hub are in PostgreSQL: name the database with the setting postgres. {} is an old state; to \
             go back to it, remove {}",
            path.display(),
            moved.display()
        );
    }
    let state = match OpenOptions::new().read(true).write(true).open(&path).and_then(|file| file.metadata()) {
        Ok(about) if about.len() > 0 => return Ok(true),
        Ok(_) => "is empty",
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => "is missing",
        Err(error) => return Err(unusable(&path, error)),
    };
    if let Some(remains) = remains(data)? {
        bail!(
            "{} {state}, but {remains} of a hub is beside it: restore a backup into a new folder, or name the hub's \
             folder with --data. To begin anew, move what is left away",
            path.display()
        );
    }
    Ok(false)
}

/// Whether the folder has the tables of a hub, as far as it knows.
pub(crate) fn has_tables(data: &Path) -> bool {
    data.join(DATABASE).exists() && !data.join(ELSEWHERE).exists()
}

/// Checks what is opened as a file: opening a pipe would wait for ever.
///
/// # Errors
/// If something else has the name of one.
pub(crate) fn are_files(data: &Path) -> anyhow::Result<()> {
    let databases = [DATABASE, INDEX, ANALYTICS].map(|name| ["", "-wal", "-shm"].map(|end| format!("{name}{end}")));
    for name in databases.into_iter().flatten().chain([KEY.to_owned()]) {
        let path = data.join(name);
        if path.metadata().is_ok_and(|about| !about.is_file()) {
            bail!("{} is not a file: move it away", path.display());
        }
    }
    Ok(())
}

/// What only a hub with a database leaves in its folder.
pub(crate) fn remains(data: &Path) -> anyhow::Result<Option<&'static str>> {
    if data.join(KEY).exists() {
        return Ok(Some(KEY));
    }
    let is_filled = |name: &str| data.join(name).metadata().is_ok_and(|about| about.len() > 0);
    if let Some(made) = [INDEX, ANALYTICS].into_iter().find(|name| is_filled(name)) {
        return Ok(Some(made));
    }
    if is_filled(&format!("{DATABASE}-wal")) {
        return Ok(Some("a write-ahead log"));
    }
    let media = data.join(MEDIA);
    match std::fs::read_dir(&media) {
        // Uploads under way are in a folder of their own.
        Ok(mut entries) => {
            let has_file = entries.any(|entry| entry.is_ok_and(|entry| entry.path().is_file()));
            Ok(has_file.then_some("a folder with files"))
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(unusable(&media, error)),
    }
}

/// The files of a database while a hub uses them. If one is removed, replaced or cut short, what is written from then on
/// is lost.
///
/// Closing any descriptor of such a file releases all locks that this process holds on it, also those of SQLite; another
/// program that then believes itself alone removes the write-ahead log. So the one descriptor stays open as long as the
/// database does.
#[cfg(unix)]
#[derive(Clone, Debug)]
pub(crate) struct Files {
    database: Arc<File>,
    /// How long the file has been. It becomes no shorter: a hub never packs it. Its header is no witness, for it says the new
    /// length before all pages are there, however long that takes.
    length: Arc<AtomicU64>,
    known: Vec<(std::path::PathBuf, (u64, u64))>,
}

#[cfg(unix)]
impl Files {
    fn of(data: &Path) -> std::io::Result<Self> {
        let known = |path: std::path::PathBuf| Some((path.clone(), identity(&path)?));
        let names = [DATABASE.to_owned(), format!("{DATABASE}-wal")];
        let known = names.iter().filter_map(|name| known(data.join(name))).collect();
        let database = File::open(data.join(DATABASE))?;
        let length = Arc::new(AtomicU64::new(database.metadata()?.len()));
        Ok(Self { database: Arc::new(database), length, known })
    }

    /// One that is not there any more, is another one, or is shorter than it was.
    pub(crate) fn missing(&self) -> Option<&Path> {
        let gone = self.known.iter().find(|(path, known)| identity(path) != Some(*known));
        let cut = || self.known.first().filter(|_| self.is_cut_short());
        gone.or_else(cut).map(|(path, _)| path.as_path())
    }

    fn is_cut_short(&self) -> bool {
        let Ok(about) = self.database.metadata() else { return false };
        let longest = self.length.fetch_max(about.len(), Ordering::Relaxed);
        if about.len() < longest {
            // Pages that are written later make it long again, and do not bring back what was there.
            self.length.store(u64::MAX, Ordering::Relaxed);
        }
        about.len() < longest
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let about = std::fs::metadata(path).ok()?;
    Some((about.dev(), about.ino()))
}

/// Systems that keep open files from being removed need no look.
#[cfg(not(unix))]
#[derive(Clone, Debug)]
pub(crate) struct Files;

#[cfg(not(unix))]
impl Files {
    #[expect(clippy::unnecessary_wraps, reason = "other systems open a file")]
    fn of(_: &Path) -> std::io::Result<Self> {
        Ok(Self)
    }

    pub(crate) fn missing(&self) -> Option<&Path> {
        None
    }
}

/// Says what an operator does who runs a command as another user than the hub's.
pub(crate) fn unusable(path: &Path, error: std::io::Error) -> anyhow::Error {
    let path = path.display();
    match error.kind() {
        ErrorKind::PermissionDenied => anyhow!(
            "{path} may not be read and written by this user: run the command as the hub's user, such as with \
             sudo -u tandem"
        ),
        _ => anyhow::Error::new(error).context(format!("Cannot use {path}")),
    }
}

/// Exclusive use of a folder; ends with this value or the process.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    /// None on systems that cannot lock a folder.
    _folder: Option<File>,
    /// Held until the database is closed.
    files: Option<Files>,
}

impl Lock {
    /// The files of the database, which is open, and is closed before this lock is dropped.
    ///
    /// # Errors
    /// If they cannot be opened.
    pub(crate) fn files(&mut self, data: &Path) -> anyhow::Result<Files> {
        let files = Files::of(data).map_err(|error| unusable(&data.join(DATABASE), error))?;
        self.files = Some(files.clone());
        Ok(files)
    }

    /// # Errors
    /// If another hub uses the folder.
    pub(crate) fn take(data: &Path) -> anyhow::Result<Self> {
        let path = data.join(LOCK);
        let mut file = open_lock(&path)?;
        let folder = open_folder(data);
        let taken = match file.try_lock() {
            Ok(()) if folder.as_ref().is_some_and(is_held) => Err(TryLockError::WouldBlock),
            taken => taken,
        };
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder = Holder::of(&holder).process;
                let process = if holder.is_empty() { String::new() } else { format!(" (process {holder})") };
                bail!(
                    "Another hub{process} uses {}. Stop it first, or name another folder with --data",
                    data.display()
                );
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("Cannot lock {}", path.display()));
            }
        }
        // Informative only; the lock itself is the system's.
        let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { file, _folder: folder, files: None })
    }

    /// Records where the hub listens, for `tandem-hub doctor`.
    pub(crate) fn listens_on(&self, address: SocketAddr) {
        // At once: a reader sees all of it or nothing.
        let _ = (&self.file).write_all(format!("{address}\n").as_bytes());
    }
}

/// What the hub that uses a folder says of itself.
#[derive(Debug, Default)]
pub(crate) struct Holder {
    /// Process id; empty if not known.
    pub process: String,
    pub address: Option<SocketAddr>,
}

impl Holder {
    fn of(lock: &str) -> Self {
        let mut lines = lock.lines();
        let process = lines.next().unwrap_or_default().trim().to_owned();
        Self { process, address: lines.next().and_then(|line| line.trim().parse().ok()) }
    }
}

/// The folder's path, permissions and user, for operators.
pub(crate) fn describe(data: &Path) -> anyhow::Result<String> {
    let open = match is_open_to_others(data)? {
        true => "; other users of this machine can read it until the hub starts again",
        false => "",
    };
    let work = match holder(data) {
        Some(holder) if holder.process.is_empty() => "in use by a hub".into(),
        Some(holder) => format!("in use by a hub (process {})", holder.process),
        None => "not in use by a hub".into(),
    };
    Ok(format!("{}: {work}{open}", data.display()))
}

#[cfg(unix)]
fn is_open_to_others(data: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::metadata(data)?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> std::io::Result<bool> {
    Ok(false)
}

/// The hub that uses the folder now.
pub(crate) fn holder(data: &Path) -> Option<Holder> {
    is_in_use(data).then(|| Holder::of(&std::fs::read_to_string(data.join(LOCK)).unwrap_or_default()))
}

/// Whether a hub uses the folder now.
pub(crate) fn is_in_use(data: &Path) -> bool {
    let path = data.join(LOCK);
    path.exists() && open_lock(&path).is_ok_and(|file| is_held(&file))
        || open_folder(data).is_some_and(|folder| is_held(&folder))
}

/// Whether another one holds the lock of a file; takes it otherwise. Systems without such locks hold nothing.
fn is_held(file: &File) -> bool {
    matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

#[cfg(unix)]
fn open_folder(data: &Path) -> Option<File> {
    File::open(data).ok()
}

#[cfg(not(unix))]
fn open_folder(_: &Path) -> Option<File> {
    None
}

fn open_lock(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    private(&mut options);
    options.open(path).map_err(|error| unusable(path, error))
}

/// Creates the folder if needed and closes it to other users: it holds customers' messages. True if it has no database
/// yet.
///
/// # Errors
/// If it cannot be created, or is what is left of a hub.
pub(crate) fn prepare(data: &Path) -> anyhow::Result<bool> {
    let is_new = !has_database(data)?;
    if is_new && let Some(why) = belongs_to_others(data) {
        bail!("{} {why}: name a folder of the hub's own with --data", data.display());
    }
    make_private(data).map_err(|error| unusable(data, error))?;
    let path = data.join(DATABASE);
    make_file(&path).map_err(|error| unusable(&path, error))?;
    prepare_files(data)?;
    Ok(is_new)
}

/// Why no hub may begin in this folder: it would be closed to everybody else.
#[cfg(unix)]
fn belongs_to_others(data: &Path) -> Option<&'static str> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(data).ok()?.permissions().mode();
    if mode & 0o1002 != 0 {
        return Some("may be written by everybody");
    }
    let is_foreign = |entry: std::fs::DirEntry| entry.file_name() != MEDIA && entry.path().is_dir();
    let has_folders = std::fs::read_dir(data).ok()?.flatten().any(is_foreign);
    has_folders.then_some("has other folders in it, and no hub")
}

#[cfg(not(unix))]
fn belongs_to_others(_: &Path) -> Option<&'static str> {
    None
}

/// [`prepare`] for a hub whose tables are elsewhere.
///
/// # Errors
/// If the folder cannot be made.
pub(crate) fn prepare_files(data: &Path) -> anyhow::Result<()> {
    make_private(&data.join(MEDIA)).map_err(|error| unusable(data, error))?;
    // SQLite gives its other files this file's mode.
    for name in [INDEX, ANALYTICS] {
        let path = data.join(name);
        make_file(&path).map_err(|error| unusable(&path, error))?;
    }
    let closed = tighten(data).with_context(|| format!("Cannot close {} to other users", data.display()))?;
    if closed > 0 {
        tracing::info!(data = %data.display(), files = closed, "closed the data folder to other users of this machine");
    }
    Ok(())
}

/// Keeps commands from using a database of this folder that has moved.
pub(crate) fn mark_moved(data: &Path) -> anyhow::Result<()> {
    if !data.join(DATABASE).exists() {
        return Ok(());
    }
    let path = data.join(ELSEWHERE);
    make_file(&path).map_err(|error| unusable(&path, error))
}

/// Creates a file that only this user may read, unless it exists.
pub(crate) fn make_file(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    private(&mut options);
    options.open(path).map(drop)
}

pub(crate) fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
pub(crate) fn private(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
pub(crate) fn private(_: &mut OpenOptions) {}

/// Removes all permissions of other users and counts the changes. Message files are protected by their folder.
#[cfg(unix)]
fn tighten(data: &Path) -> std::io::Result<usize> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut closed = 0;
    let mut close = |path: &Path, mode: u32| -> std::io::Result<()> {
        let is = std::fs::symlink_metadata(path)?.permissions().mode() & 0o777;
        if is & 0o077 != 0 {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
            closed += 1;
        }
        Ok(())
    };
    close(data, 0o700)?;
    for entry in std::fs::read_dir(data)? {
        let entry = entry?;
        let (kind, name) = (entry.file_type()?, entry.file_name());
        if kind.is_dir() && name == MEDIA {
            close(&entry.path(), 0o700)?;
        } else if kind.is_file() && name.to_str().is_some_and(is_own) {
            close(&entry.path(), 0o600)?;
        }
    }
    Ok(closed)
}

/// Whether this is the name of a hub's file. The folder may also hold other files, such as programs.
#[cfg(unix)]
fn is_own(name: &str) -> bool {
    name == LOCK || [DATABASE, INDEX, ANALYTICS, KEY].iter().any(|own| name.starts_with(own))
}

#[cfg(not(unix))]
fn tighten(_: &Path) -> std::io::Result<usize> {
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_database_that_becomes_shorter_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let (database, log) = (folder.path().join(DATABASE), folder.path().join(format!("{DATABASE}-wal")));
        // Its header says four pages, and two are there, as while pages are moved into it on a slow disk.
        let mut bytes = vec![0; 8_192];
        bytes[16] = 0x10;
        bytes[31] = 4;
        std::fs::write(&database, &bytes).unwrap();
        std::fs::write(log, b"").unwrap();
        let files = Files::of(folder.path()).unwrap();
        let open = OpenOptions::new().write(true).open(&database).unwrap();
        assert_eq!(files.missing(), None);
        open.set_len(16_384).unwrap();
        assert_eq!(files.missing(), None);
        open.set_len(12_288).unwrap();
        assert_eq!(files.missing(), Some(database.as_path()));
        open.set_len(32_768).unwrap();
        assert_eq!(files.missing(), Some(database.as_path()), "what was cut off does not come back");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_of_others_is_left_as_it_is() {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        let home = tempfile::tempdir().unwrap();
        let (shared, full, own) = (home.path().join("shared"), home.path().join("full"), home.path().join("own"));
        for (folder, is) in [(&shared, 0o1777), (&full, 0o755), (&own, 0o755)] {
            std::fs::create_dir(folder).unwrap();
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(is)).unwrap();
            std::fs::write(folder.join("tandem.toml"), "").unwrap();
        }
        std::fs::create_dir(full.join("music")).unwrap();
        for (folder, words, is) in
            [(&shared, "may be written by everybody", 0o1777), (&full, "has other folders in it", 0o755)]
        {
            let refused = prepare(folder).unwrap_err().to_string();
            assert!(refused.contains(words) && refused.contains("--data"), "{refused}");
            assert_eq!((mode(folder), folder.join(MEDIA).exists()), (is, false));
        }
        prepare(&own).unwrap();
        assert_eq!(mode(&own), 0o700);
    }

    #[test]
    fn one_hub_works_with_a_folder_and_the_second_one_is_told_which() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_in_use(folder.path()));
        let held = Lock::take(folder.path()).unwrap();
        assert!(is_in_use(folder.path()));
        let refused = Lock::take(folder.path()).unwrap_err().to_string();
        assert!(refused.contains(&std::process::id().to_string()) && refused.contains("Stop it first"), "{refused}");
        drop(held);
        assert!(!is_in_use(folder.path()), "the lock ends with its holder");
        Lock::take(folder.path()).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_removed_lock_file_admits_no_second_hub() {
        let folder = tempfile::tempdir().unwrap();
        let held = Lock::take(folder.path()).unwrap();
        std::fs::remove_file(folder.path().join(LOCK)).unwrap();
        for _ in 0..2 {
            assert!(is_in_use(folder.path()));
            assert!(Lock::take(folder.path()).unwrap_err().to_string().contains("Another hub uses"));
        }
        drop(held);
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn what_a_hub_leaves_without_its_database_is_no_new_folder() {
        for (name, content) in [
            (KEY, "key"),
            (INDEX, "index"),
            (ANALYTICS, "rows"),
            ("tandem.db-wal", "log"),
            ("media/0197", "a customer's file"),
        ] {
            for empty in [false, true] {
                let folder = tempfile::tempdir().unwrap();
                std::fs::create_dir_all(folder.path().join("media/incoming")).unwrap();
                if empty {
                    std::fs::write(folder.path().join(DATABASE), "").unwrap();
                }
                assert!(!has_database(folder.path()).unwrap(), "an empty folder may become a hub's");
                std::fs::write(folder.path().join(name), content).unwrap();
                let refused = prepare(folder.path()).unwrap_err().to_string();
                assert!(refused.contains(if empty { "is empty" } else { "is missing" }), "{name}: {refused}");
                assert_eq!(folder.path().join(DATABASE).exists(), empty, "{name}: nothing is made");
            }
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tandem.toml"), "").unwrap();
        assert!(prepare(folder.path()).unwrap(), "other files are no hub's");
    }

    #[cfg(unix)]
    #[test]
    fn other_users_of_the_machine_read_nothing_of_a_new_folder_or_an_old_one() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("deep/new"));
        std::fs::create_dir_all(old.join(MEDIA)).unwrap();
        std::fs::write(old.join(DATABASE), "").unwrap();
        let program = old.join("tandem-hub");
        std::fs::write(&program, "").unwrap();
        for path in [old.clone(), old.join(MEDIA), program.clone()] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        std::fs::set_permissions(old.join(DATABASE), std::fs::Permissions::from_mode(0o644)).unwrap();
        for data in [&old, &new] {
            prepare(data).unwrap();
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(data), mode(&data.join(MEDIA))), (0o700, 0o700));
            assert_eq!((mode(&data.join(DATABASE)), mode(&data.join("search.db"))), (0o600, 0o600));
        }
        let mode = std::fs::metadata(&program).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o755, "what is not the hub's stays as it is");
    }
}
