//! The system's browser.

use tandem_desk::{Browser, BrowserError};

#[derive(Clone, Copy, Debug, Default)]
pub struct SystemBrowser;

impl Browser for SystemBrowser {
    fn open(&self, url: &str) -> Result<(), BrowserError> {
        // What the system makes of other schemes can be anything, up to running programs.
        if !is_web(url) {
            return Err(BrowserError("Only web addresses are opened.".into()));
        }
        open::that_detached(url).map_err(|error| BrowserError(format!("The browser cannot be opened: {error}.")))
    }
}

fn is_web(url: &str) -> bool {
    url.parse::<tauri::Url>().is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_reach_the_system() {
        for (url, web) in [
            ("https://example.com/a?b=c#d", true),
            ("http://127.0.0.1:7700", true),
            ("file:///etc/passwd", false),
            ("javascript:alert(1)", false),
            ("tandem://conversation/1", false),
            ("/usr/bin/true", false),
            ("--help", false),
        ] {
            assert_eq!(is_web(url), web, "{url}");
        }
    }
}
