//! Files for the system's programs: which ones are allowed, and their temporary folder.
//!
//! Only the user may read the folder. It is emptied at start and when the sign-in ends.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::names;

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
    let what = match kind.as_str() {
        _ if is_program => "This file is a program, whatever its name says".to_owned(),
        "" => "This file has no type that is known to be safe".to_owned(),
        kind => format!("Files of type .{kind} can run or load things when they are opened"),
    };
    Some(Refusal(format!("{what}. You can save it, but Tandem does not open it.")))
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

/// Writes a file where the user wants it; an incomplete one is removed.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let written = create(path, false).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    if written.is_err() {
        let _ = std::fs::remove_file(path);
    }
    written
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
    options.write(true).create(true).truncate(true);
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
