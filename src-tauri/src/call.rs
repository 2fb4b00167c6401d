//! What a start of the program requests.

use serde::{Deserialize, Serialize};

/// Stay in the tray: the start at login.
pub const HIDDEN: &str = "--hidden";

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub hidden: bool,
    /// Unvalidated; the desk checks it.
    pub link: Option<String>,
}

impl Call {
    /// Parses the arguments. Unknown options are ignored: desktops add their own.
    pub fn of(arguments: impl IntoIterator<Item = String>) -> Self {
        let mut call = Self::default();
        for argument in arguments {
            if argument == HIDDEN {
                call.hidden = true;
            } else if !argument.starts_with('-') {
                call.link.get_or_insert(argument);
            }
        }
        call
    }
}

#[cfg(test)]
mod tests {
    use super::Call;

    /// The bundle registers our link scheme and passes links as arguments.
    #[test]
    fn the_system_hands_us_our_links() {
        let config: serde_json::Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
        assert_eq!(config["plugins"]["deep-link"]["desktop"]["schemes"][0], "tandem");
        let entry = include_str!("../tandem.desktop.hbs");
        assert!(entry.contains("%u\n") && entry.contains("\nMimeType=x-scheme-handler/tandem;"), "{entry}");
    }

    #[test]
    fn a_start_says_what_it_wants() {
        let of = |words: &str| Call::of(words.split_whitespace().map(str::to_owned));
        let link = |link: &str| Some(link.to_owned());
        assert_eq!(of(""), Call::default());
        assert_eq!(of("--hidden"), Call { hidden: true, link: None });
        assert_eq!(of("tandem://a"), Call { hidden: false, link: link("tandem://a") });
        assert_eq!(of("--gapplication-service nonsense b"), Call { hidden: false, link: link("nonsense") });
    }
}
