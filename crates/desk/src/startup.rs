//! Whether the desk starts when its user logs in to this machine. The system alone keeps the answer; it is never cached.

/// Why the system did not do it, or cannot say; in words for the agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StartupError(pub String);

/// Starts the desk when its user logs in. May touch files, so it is asked off the runtime.
pub trait Startup: Send + Sync + 'static {
    /// What the system would do at the next login.
    ///
    /// # Errors
    /// If it cannot be asked.
    fn is_on(&self) -> Result<bool, StartupError>;

    /// # Errors
    /// If the system does not take it.
    fn turn(&self, on: bool) -> Result<(), StartupError>;
}

/// For desks that no login starts.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStartup;

impl NoStartup {
    fn refused<T>() -> Result<T, StartupError> {
        Err(StartupError("This desk cannot be started at login.".into()))
    }
}

impl Startup for NoStartup {
    fn is_on(&self) -> Result<bool, StartupError> {
        Self::refused()
    }

    fn turn(&self, _: bool) -> Result<(), StartupError> {
        Self::refused()
    }
}
