//! Whether the desk starts at the user's login. Only the system knows; the answer is never cached.

/// Why the system refused or cannot say, for the agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StartupError(pub String);

/// Starts the desk at the user's login. May touch files: call it off the runtime.
pub trait Startup: Send + Sync + 'static {
    /// Whether the desk will start at the next login.
    ///
    /// # Errors
    /// If the system cannot be asked.
    fn is_on(&self) -> Result<bool, StartupError>;

    /// # Errors
    /// If the system refuses.
    fn turn(&self, on: bool) -> Result<(), StartupError>;
}

/// For desks that are not started at login.
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
