//! The desk's standing outside its window: what waits, and how that is said.

use serde::Deserialize;
use serde_json::Value;
use tandem_conversation::Availability;
use tandem_desk::words::say;

/// Parsed from `app.state`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Locked,
    SignedOut,
    SignedIn { availability: Availability, offline: bool, counts: Counts },
}

/// Exact counts from the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Counts {
    pub my: u32,
    pub help: u32,
    pub left: u32,
    /// None without the permission.
    pub all: Option<u32>,
    pub unread: u32,
}

#[derive(Deserialize)]
struct App {
    connection: Connection,
    me: Option<Me>,
    counts: Counts,
}

#[derive(Deserialize)]
struct Connection {
    state: String,
}

#[derive(Deserialize)]
struct Me {
    availability: Availability,
}

impl Standing {
    /// # Errors
    /// If it is not an answer to `app.state`.
    pub fn read(state: Value) -> serde_json::Result<Self> {
        let App { connection, me, counts } = serde_json::from_value(state)?;
        Ok(match me {
            Some(Me { availability }) => Self::SignedIn {
                availability,
                offline: matches!(connection.state.as_str(), "offline" | "outdated"),
                counts,
            },
            None if connection.state == "locked" => Self::Locked,
            None => Self::SignedOut,
        })
    }

    /// Calls for help for the user, and their conversations with unseen turns.
    pub fn waiting(&self) -> u32 {
        match self {
            Self::SignedIn { counts, .. } => counts.help + counts.unread,
            Self::Locked | Self::SignedOut => 0,
        }
    }

    /// The standing in one line.
    pub fn words(&self) -> String {
        let Self::SignedIn { offline, counts: Counts { help, unread, .. }, .. } = self else {
            return say(if *self == Self::Locked { "standing-locked" } else { "standing-signed-out" }, &[]);
        };
        let help_words = || say("standing-help", &[("count", (*help).into())]);
        let unread_words = || say("standing-unread", &[("count", (*unread).into())]);
        let waiting = match (help, unread) {
            (0, 0) => say("standing-nobody-waits", &[]),
            (_, 0) => help_words(),
            (0, _) => unread_words(),
            _ => say("standing-both", &[("help", help_words().into()), ("unread", unread_words().into())]),
        };
        if *offline { say("standing-offline", &[("standing", waiting.into())]) } else { waiting }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Counts, Standing};
    use tandem_conversation::Availability;

    fn app(connection: &str, me: bool, counts: [u32; 2]) -> Standing {
        let me = me.then(|| json!({"name": "Maya", "availability": "busy"}));
        let counts =
            json!({"my": 4, "help": counts[0], "left": 5, "all": null, "unread": counts[1], "helpSince": null});
        Standing::read(json!({"connection": {"state": connection, "since": 1}, "me": me, "counts": counts})).unwrap()
    }

    #[test]
    fn it_is_read_from_what_the_desk_says() {
        let counts = Counts { my: 4, help: 1, left: 5, all: None, unread: 2 };
        let signed_in = Standing::SignedIn { availability: Availability::Busy, offline: false, counts };
        assert_eq!(app("live", true, [1, 2]), signed_in);
        assert_eq!(app("signed_out", false, [0, 0]), Standing::SignedOut);
        assert_eq!(app("locked", false, [0, 0]), Standing::Locked);
        assert!(Standing::read(json!({"code": "desk.cache"})).is_err());
    }

    #[test]
    fn what_waits_is_counted_and_said() {
        for (standing, waiting, words) in [
            (app("live", true, [0, 0]), 0, "nobody waits"),
            (app("live", true, [1, 0]), 1, "1 needs help"),
            (app("live", true, [2, 0]), 2, "2 need help"),
            (app("connecting", true, [0, 3]), 3, "3 unread"),
            (app("offline", true, [2, 1]), 3, "2 need help, 1 unread (offline)"),
            (app("signed_out", false, [0, 0]), 0, "signed out"),
            (app("locked", false, [0, 0]), 0, "locked"),
        ] {
            assert_eq!((standing.waiting(), standing.words().as_str()), (waiting, words));
        }
    }
}
