//! The sample Your Logic: its own small service, found by the line it prints.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdout, Command};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::leash::Leash;

const SAYS: &str = "listening on ";
const START: Duration = Duration::from_secs(20);

/// Starts it on a free port and returns its address.
pub fn start(leash: &mut Leash, dialogues: &Path, secret: &str) -> Result<String> {
    let mut logic = Command::new(super::program("sample-logic"));
    logic.args(["--listen", "127.0.0.1:0", "--secret-env", "TANDEM_LOGIC_SECRET", "--dialogues"]).arg(dialogues);
    let (held, output) = leash.start_piped("sample-logic", logic.env("TANDEM_LOGIC_SECRET", secret))?;
    let log = leash.log_of(held).to_owned();
    let file = File::options().append(true).open(&log)?;
    let (tell, address) = mpsc::channel();
    std::thread::spawn(move || keep_log(output, file, &tell));
    address
        .recv_timeout(START)
        .with_context(|| format!("the sample Your Logic did not say where it listens, see {}", log.display()))
}

/// Copies every line to the log, and tells the address when it comes by.
fn keep_log(output: ChildStdout, mut log: File, tell: &mpsc::Sender<String>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let _ = writeln!(log, "{line}");
        if let Some(address) = line.strip_prefix(SAYS) {
            let _ = tell.send(address.trim().to_owned());
        }
    }
}
