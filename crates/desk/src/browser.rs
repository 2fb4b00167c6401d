//! The system's programs and clipboard. Our own window never shows pages, and runs no file.

use std::io::Read;
use std::path::{Path, PathBuf};

/// Why the system refused, for the agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BrowserError(pub String);

/// Where to save a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving {
    /// The path chosen by the user; an existing file may be overwritten.
    At(PathBuf),
    /// No dialog is available: any free name in this folder.
    In(PathBuf),
    /// The user cancelled.
    Nowhere,
}

/// A file or picture on the clipboard.
pub struct Copied {
    /// Empty for pictures without a file.
    pub name: String,
    /// Media type; empty if unknown.
    pub content_type: String,
    /// Size in bytes.
    pub bytes: u64,
    pub content: Box<dyn Read + Send>,
}

/// Opens web pages and files. Calls may block: they start programs and ask the user. Call them off the runtime.
pub trait Browser: Send + Sync + 'static {
    /// Opens an `http` or `https` address.
    ///
    /// # Errors
    /// If the system refuses.
    fn open(&self, url: &str) -> Result<(), BrowserError>;

    /// Opens a file with the program for its type.
    ///
    /// # Errors
    /// If there is no such program, or it does not start.
    fn open_file(&self, _: &Path) -> Result<(), BrowserError> {
        Err(BrowserError("This desk has no programs to open files with.".into()))
    }

    /// The files and pictures on the clipboard, for pages that do not receive them with a paste: each with its own error.
    ///
    /// # Errors
    /// If the clipboard cannot be read.
    fn copied(&self) -> Result<Vec<Result<Copied, BrowserError>>, BrowserError> {
        Ok(Vec::new())
    }

    /// Asks where to save a file, suggesting `name`.
    ///
    /// # Errors
    /// If no dialog is available and there is no folder for it.
    fn save_as(&self, name: &str) -> Result<Saving, BrowserError> {
        Err(BrowserError(format!("This desk has no place to save {name} to.")))
    }
}

/// For desks without a screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _: &str) -> Result<(), BrowserError> {
        Err(BrowserError("This desk has no browser.".into()))
    }
}
