//! How long the desk waits for what. One place, so that a test of many failures need not take as long as they do.

use std::time::Duration;

/// Every wait of the desk. The defaults are what agents get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// First pause before connecting again; doubles each time.
    pub reconnect: Duration,
    /// First pause before a command that got no answer is sent again; doubles each time.
    pub resend: Duration,
    /// Longest pause of either kind.
    pub longest: Duration,
    /// A live connection that is not open by then is given up.
    pub opening: Duration,
    /// A hub that says nothing for so long is gone. It says every ten seconds that it is there.
    pub silence: Duration,
    /// After the network has changed, a hub that does not answer a ping by then is gone.
    pub probe: Duration,
    /// A request that has no answer by then is given up.
    pub answer: Duration,
    /// An agent does not wait longer for a command.
    pub agent: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            reconnect: Duration::from_millis(250),
            resend: Duration::from_secs(1),
            longest: Duration::from_secs(15),
            opening: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            probe: Duration::from_secs(3),
            answer: Duration::from_secs(15),
            agent: Duration::from_secs(10),
        }
    }
}
