//! What programs print.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};

/// Prints a line of a command's result.
///
/// # Errors
/// If it cannot be written.
pub fn say(line: impl Display) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// Prints a remark, if anybody can read it.
pub fn remark(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Whether a command ended because its reader wants no more, like `head`.
#[must_use]
pub fn is_unread(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Lines of the log that wait to be written.
const LINES: usize = 8_192;

/// Where the log goes, and what writes the rest of it when it is dropped. A full disk, or a reader that has gone or
/// stands still, costs lines of the log and nothing else.
pub fn log() -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default().buffered_lines_limit(LINES).finish(StandardError)
}

struct StandardError;

impl Write for StandardError {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = io::stderr().write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
