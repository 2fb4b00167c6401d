//! The sample Your Logic as a process that can be killed.

use std::time::Duration;

use anyhow::Result;
use xtask::leash::Held;

use crate::stage::{Stage, program, repository};

const START: Duration = Duration::from_secs(20);
const SECRET: &str = "a secret between the hub and the sample logic";

pub struct SampleLogic {
    pub url: String,
    held: Held,
}

impl SampleLogic {
    /// # Errors
    /// If it is not built or does not start.
    pub fn start(stage: &mut Stage) -> Result<Self> {
        Self::start_at(stage, 1)
    }

    /// The same, with this many times the pace of its dialogues.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_at(stage: &mut Stage, speed: u32) -> Result<Self> {
        let mut command = stage.command(&program("sample-logic")?, "sample-logic")?;
        command.args(["--listen", "127.0.0.1:0", "--secret-env", "TANDEM_LOGIC_SECRET", "--dialogues"]);
        command
            .arg(repository().join("examples/dialogues"))
            .args(["--speed", &speed.to_string()])
            .env("TANDEM_LOGIC_SECRET", SECRET);
        let address = |line: &str| line.strip_prefix("listening on ").map(|url| url.trim().to_owned());
        let (held, url) = stage.leash.start_saying("sample-logic", &mut command, START, address)?;
        Ok(Self { url, held })
    }

    /// Address and secret, for the hub.
    #[must_use]
    pub fn connection(&self) -> (String, String) {
        (self.url.clone(), SECRET.to_owned())
    }

    /// # Errors
    /// If it cannot be killed.
    pub fn kill(self, stage: &mut Stage) -> Result<()> {
        stage.leash.kill(self.held)
    }
}
