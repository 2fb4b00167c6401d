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

/// What a start answers on the command line, without a window.
pub fn answer(arguments: impl IntoIterator<Item = String>) -> Option<String> {
    arguments.into_iter().find_map(|argument| match argument.as_str() {
        "--help" | "-h" => Some(HELP.to_owned()),
        "--version" | "-V" => Some(format!("tandem {}\n", env!("CARGO_PKG_VERSION"))),
        _ => None,
    })
}

const HELP: &str = "\
Tandem, the desk for agents.

Usage: tandem [--hidden] [LINK]

  LINK               Opens a conversation, such as tandem://conversation/ID
      --hidden       Starts in the tray, without a window
  -h, --help         Prints this
  -V, --version      Prints the version

Environment:
  TANDEM_HUB         The hub's address, offered at sign-in
  TANDEM_DESK_DATA   The folder for this desk's data
  TANDEM_ALLOW_HTTP  1 allows plain HTTP to other machines
  TANDEM_EMBED       1 runs a hub inside this program, for trials
  RUST_LOG           What is logged, such as info
";

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
    use super::{Call, answer};

    /// The bundle registers our link scheme and passes links as arguments.
    #[test]
    fn the_system_hands_us_our_links() {
        let config: serde_json::Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
        assert_eq!(config["plugins"]["deep-link"]["desktop"]["schemes"][0], "tandem");
        let entry = include_str!("../tandem.desktop.hbs");
        assert!(entry.contains("%u\n") && entry.contains("\nMimeType=x-scheme-handler/tandem;"), "{entry}");
    }

    #[test]
    fn help_and_version_need_no_window() {
        let of = |words: &str| answer(words.split_whitespace().map(str::to_owned));
        for help in ["--help", "-h", "--hidden --help", "tandem://a -h"] {
            assert!(
                of(help).is_some_and(|text| text.contains("Usage: tandem") && text.contains(super::HIDDEN)),
                "{help}"
            );
        }
        assert!(of("--version").is_some_and(|text| text.starts_with("tandem ")));
        assert_eq!((of(""), of("--hidden tandem://a")), (None, None));
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
