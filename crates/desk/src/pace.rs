//! All waits of the desk in one place, so that tests of many failures run faster.

use std::time::Duration;

/// The defaults are for production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// First pause before reconnecting; doubles each time.
    pub reconnect: Duration,
    /// First pause before an unanswered command is sent again; doubles each time.
    pub resend: Duration,
    /// Maximum pause of either kind.
    pub longest: Duration,
    /// Time limit for opening a live connection.
    pub opening: Duration,
    /// After this silence the hub is asked for a sign of life. By itself it gives one every ten seconds.
    pub ask: Duration,
    /// After this silence the desk does not say any more that it is live.
    pub quiet: Duration,
    /// After this silence the hub counts as gone.
    pub silence: Duration,
    /// Time limit for a ping after the network changed.
    pub probe: Duration,
    /// Time limit for an answer.
    pub answer: Duration,
    /// How long an agent waits for a command.
    pub agent: Duration,
    /// How long a turn can be taken back before it is sent, until the user chooses; in whole seconds.
    pub undo: Duration,
    /// How long a start waits for the keychain, which may be asking its user, before the window says so.
    pub keychain: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            reconnect: Duration::from_millis(250),
            resend: Duration::from_secs(1),
            longest: Duration::from_secs(15),
            opening: Duration::from_secs(10),
            ask: Duration::from_secs(2),
            quiet: Duration::from_secs(5),
            silence: Duration::from_secs(15),
            probe: Duration::from_secs(3),
            answer: Duration::from_secs(15),
            agent: Duration::from_secs(10),
            undo: Duration::from_secs(5),
            keychain: Duration::from_secs(2),
        }
    }
}
