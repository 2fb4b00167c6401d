//! Web pages that the user asks for, in the system's browser: this window never shows any.

/// Why the system did not open a page; in words for the agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BrowserError(pub String);

/// Opens web pages. May start programs, so it is asked off the runtime.
pub trait Browser: Send + Sync + 'static {
    /// Opens an `http` or `https` address.
    ///
    /// # Errors
    /// If the system does not take it.
    fn open(&self, url: &str) -> Result<(), BrowserError>;
}

/// For desks without a screen.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoBrowser;

impl Browser for NoBrowser {
    fn open(&self, _: &str) -> Result<(), BrowserError> {
        Err(BrowserError("This desk has no browser.".into()))
    }
}
