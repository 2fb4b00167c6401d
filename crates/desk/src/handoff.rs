//! Files for the system's programs: which ones are allowed, and their temporary folder.
//!
//! Only the user may read the folder. It is emptied at start and when the sign-in ends.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::names;
use crate::words::say;

/// Endings whose programs show a file and run nothing. Other files are only saved: every system has its own growing
/// list of what it runs.
const SHOWN: &[&str] = &[
    "pdf", "png", "jpg", "jpeg", "gif", "webp", "avif", "bmp", "tif", "tiff", "heic", "txt", "log", "md", "csv", "tsv",
    "json", "rtf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "mp3", "ogg", "oga", "opus", "wav", "flac", "m4a",
    "aac", "mp4", "m4v", "mov", "webm", "mkv", "ogv", "zip", "eml", "ics", "vcf", "epub",
];

/// First bytes of programs and scripts, whatever their names.
const RUNS: &[&[u8]] = &[b"#!", b"\x7fELF", b"MZ", b"[Desktop Entry]", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"];

/// Why a file is not opened, in words.
pub(crate) struct Refusal(pub String);

/// Why a file of this (safe) name and content must not be opened.
pub(crate) fn refused(name: &str, bytes: &[u8]) -> Option<Refusal> {
    let (_, kind) = names::parts(name);
    let kind = kind.trim_start_matches('.').to_lowercase();
    let is_program = RUNS.iter().any(|start| bytes.starts_with(start));
    if SHOWN.contains(&kind.as_str()) && !is_program {
        return None;
    }
    Some(Refusal(match kind.as_str() {
        _ if is_program => say("refused-opening.program", &[]),
        "" => say("refused-opening.untyped", &[]),
        kind => say("refused-opening", &[("kind", kind.into())]),
    }))
}

/// Writes a file into its own folder in `folder`, under its name, for a program to read. Only the user may read it,
/// and it is not executable.
pub(crate) fn lay_out(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    private_folder(folder)?;
    let own = folder.join(Uuid::now_v7().to_string());
    private_folder(&own)?;
    let path = own.join(name);
    let mut file = create(&path, true)?;
    file.write_all(bytes)?;
    Ok(path)
}

/// Writes a file where the user wants it. An existing file is replaced atomically, or left unchanged.
///
/// # Errors
/// If the file cannot be written, or the existing one is write-protected or not a regular file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Replaces the target of a link, not the link.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let there = match std::fs::metadata(&path) {
        Ok(there) => Some(there),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let rights = match there {
        Some(there) if !there.is_file() => return Err(io::Error::other("something else has this name")),
        Some(there) if there.permissions().readonly() => {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the existing file is write-protected"));
        }
        there => there.map(|there| there.permissions()),
    };
    // Not derived from the name, which may have the maximum length already.
    let part = path.with_file_name(format!(".tandem-{}.part", Uuid::now_v7().simple()));
    let written = write_part(&part, rights, bytes).and_then(|()| std::fs::rename(&part, &path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written
}

fn write_part(part: &Path, rights: Option<Permissions>, bytes: &[u8]) -> io::Result<()> {
    let mut file = create(part, false)?;
    if let Some(rights) = rights {
        file.set_permissions(rights)?;
    }
    file.write_all(bytes)?;
    match file.sync_all() {
        // Some network file systems do not support it.
        Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) => Ok(()),
        synced => synced,
    }
}

/// Removes all files that were handed over.
pub(crate) fn empty(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "files that were opened cannot be removed");
    }
}

fn private_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
    }
    #[cfg(not(unix))]
    std::fs::create_dir_all(folder)
}

fn create(path: &Path, is_private: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if is_private { 0o600 } else { 0o644 });
    }
    #[cfg(not(unix))]
    let _ = is_private;
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_is_not_opened_whatever_it_is_called() {
        for (name, bytes, opens) in [
            ("invoice.pdf", &b"%PDF-1.7"[..], true),
            ("Photo.JPG", b"\xff\xd8", true),
            ("grüße.txt", b"hello", true),
            ("export.csv", b"a,b", true),
            ("page.html", b"<html>", false),
            ("picture.svg", b"<svg>", false),
            ("run.sh", b"#!/bin/sh", false),
            ("tandem.desktop", b"[Desktop Entry]", false),
            ("invoice.pdf.desktop", b"[Desktop Entry]", false),
            ("invoice.pdf.exe", b"MZ", false),
            ("RUN.SH", b"echo", false),
            ("letter.docm", b"PK", false),
            ("archive.jar", b"PK", false),
            ("noending", b"hello", false),
            ("invoice.pdf", b"#!/bin/sh\nrm", false),
            ("photo.png", b"\x7fELF", false),
            ("notes.txt", b"[Desktop Entry]\nExec=sh", false),
            ("x.jnlp", b"<jnlp>", false),
        ] {
            assert_eq!(refused(name, bytes).is_none(), opens, "{name}");
        }
    }

    /// Names and content of all files in a folder.
    fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
        let mut found: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file())
            .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
            .collect();
        found.sort();
        found
    }

    #[test]
    fn saving_replaces_a_file_whole_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let long = format!("{}.pdf", "x".repeat(251));
        for name in ["invoice.pdf", &long] {
            let path = folder.path().join(name);
            write(&path, b"a longer first version").unwrap();
            write(&path, b"second").unwrap();
            assert_eq!(files(folder.path()), [(name.to_owned(), b"second".to_vec())]);
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn what_cannot_be_saved_leaves_the_file_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let protected = folder.path().join("invoice.pdf");
        std::fs::write(&protected, "mine").unwrap();
        let mut rights = std::fs::metadata(&protected).unwrap().permissions();
        rights.set_readonly(true);
        std::fs::set_permissions(&protected, rights).unwrap();
        std::fs::create_dir(folder.path().join("photos")).unwrap();
        for name in ["invoice.pdf", "photos", "invoice.pdf/a.pdf", "no such folder/a.pdf"] {
            assert!(write(&folder.path().join(name), b"other").is_err(), "{name}");
            assert_eq!(files(folder.path()), [("invoice.pdf".to_owned(), b"mine".to_vec())], "after {name}");
        }
        assert!(folder.path().join("photos").is_dir());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_is_replaced_keeps_its_rights_and_a_link_leads_to_it_still() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("private.pdf"), folder.path().join("link.pdf"));
        std::fs::write(&file, "mine").unwrap();
        std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, b"new").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(link.is_symlink());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_not_replaced_by_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("invoice.pdf");
        std::os::unix::fs::symlink("/dev/full", &link).unwrap();
        assert!(write(&link, b"new").is_err());
        assert!(link.is_symlink() && Path::new("/dev/full").exists());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_handed_over_is_the_users_alone_never_runs_and_goes_again() {
        use std::os::unix::fs::PermissionsExt as _;

        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("opened");
        let path = lay_out(&folder, "invoice.pdf", b"%PDF").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&folder), mode(path.parent().unwrap())), (0o600, 0o700, 0o700));
        assert_eq!(path.file_name().unwrap(), "invoice.pdf");
        assert_ne!(lay_out(&folder, "invoice.pdf", b"another").unwrap(), path, "two of one name stand side by side");
        empty(&folder);
        assert!(!folder.exists());
        empty(&folder);
    }
}
