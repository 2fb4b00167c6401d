//! What the user opens with the system's programs: web pages, files. This window never shows pages, and runs no file.

use std::path::{Path, PathBuf};

/// Why the system did not do it; in words for the agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BrowserError(pub String);

/// Where a file is to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving {
    /// The user chose this path; what is there already may be written over.
    At(PathBuf),
    /// Nobody can be asked: any free name in this folder.
    In(PathBuf),
    /// The user thought better of it.
    Nowhere,
}

/// Opens web pages and files. May start programs and ask the user, so it is asked off the runtime.
pub trait Browser: Send + Sync + 'static {
    /// Opens an `http` or `https` address.
    ///
    /// # Errors
    /// If the system does not take it.
    fn open(&self, url: &str) -> Result<(), BrowserError>;

    /// Opens a file with the program for its type.
    ///
    /// # Errors
    /// If there is no such program, or it does not start.
    fn open_file(&self, _: &Path) -> Result<(), BrowserError> {
        Err(BrowserError("This desk has no programs to open files with.".into()))
    }

    /// Asks where a file is to be saved; `name` is offered.
    ///
    /// # Errors
    /// If nobody can be asked and there is no folder for it.
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
