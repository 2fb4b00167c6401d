//! `tandem-hub library`: the questions and quick replies of everybody and of teams, in a file and back.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use tandem_conversation::Audience;

use crate::administration::{OPERATOR, audit};
use crate::clock::Clock;
use crate::config::Config;
use crate::library::{Author, export, import, parse};
use crate::terminal::say;

/// Maximum file, in bytes.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Questions and quick replies.
#[derive(Subcommand, Debug)]
pub enum LibraryCommand {
    /// Write what everybody and teams have as JSON; private quick replies stay where they are
    Export {
        /// The new file; - for standard output
        file: PathBuf,
    },
    /// Take everything from a file, or nothing: an export, Chatwoot's canned responses (JSON), or a table (.csv)
    Import {
        /// The file; - for JSON on standard input
        file: PathBuf,
    },
}

impl LibraryCommand {
    /// Runs the command and prints the result.
    ///
    /// # Errors
    /// Why it was refused, for the operator. Nothing was changed.
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Export { file } => {
                let library = config.tables().open()?.read_blocking(export)?;
                let text = serde_json::to_string_pretty(&library).context("Cannot write the library")?;
                if is_standard(&file) {
                    return Ok(say(text)?);
                }
                // An existing file is never overwritten.
                let mut new =
                    std::fs::File::create_new(&file).with_context(|| format!("Cannot create {}", file.display()))?;
                new.write_all(text.as_bytes()).with_context(|| format!("Cannot write {}", file.display()))?;
                let (questions, replies) = (library.questions.len(), library.quick_replies.len());
                say(format_args!("{questions} questions and {replies} quick replies are in {}", file.display()))?;
            }
            Self::Import { file } => {
                let bytes = bytes_of(&file)?;
                let is_table = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
                let library = parse(&bytes, is_table, &Audience::Everybody)?;
                let (author, now) = (Author { user: None, manages: true }, Clock::system().now());
                let done = config
                    .tables()
                    .open()?
                    .write_blocking(move |connection, ()| import(connection, library, author, now))?;
                audit(OPERATOR, "library", "library: imported");
                say(format_args!("{} added, {} changed, {} unchanged", done.added, done.changed, done.unchanged))?;
            }
        }
        Ok(())
    }
}

fn is_standard(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn bytes_of(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if is_standard(file) {
        std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes).context("Cannot read standard input")?;
    } else {
        let opened = std::fs::File::open(file).with_context(|| format!("Cannot open {}", file.display()))?;
        opened
            .take(MOST_BYTES + 1)
            .read_to_end(&mut bytes)
            .with_context(|| format!("Cannot read {}", file.display()))?;
    }
    ensure!(bytes.len() as u64 <= MOST_BYTES, "The file has more than {MOST_BYTES} bytes");
    Ok(bytes)
}
