//! Spell checking of what agents write. WebKitGTK leaves it off until it is given languages.
//!
//! It uses Enchant: a language is checked if its dictionary is installed (on Debian `hunspell-de-de` and the like),
//! and ignored otherwise. Other systems check by themselves.

use tauri::WebviewWindow;

/// Most agents write some English.
const ALWAYS: &str = "en_US";

/// Enables it in the user's languages.
#[cfg(target_os = "linux")]
pub fn turn_on(window: &WebviewWindow) {
    use webkit2gtk::{WebContextExt as _, WebViewExt as _};

    let languages = languages(|name| std::env::var(name).ok());
    let told = window.with_webview(move |webview| {
        let Some(context) = webview.inner().context() else { return };
        context.set_spell_checking_languages(&languages.iter().map(String::as_str).collect::<Vec<_>>());
        context.set_spell_checking_enabled(true);
    });
    if let Err(error) = told {
        tracing::warn!(%error, "spelling is not checked");
    }
}

#[cfg(not(target_os = "linux"))]
pub fn turn_on(_: &WebviewWindow) {}

/// The languages from the environment, preferred one first.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "other systems know by themselves"))]
fn languages(variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let wished = ["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).collect::<Vec<_>>();
    for tag in wished.iter().flat_map(|list| list.split(':')).chain([ALWAYS]) {
        let tag = tag.split(['.', '@']).next().unwrap_or_default();
        if !matches!(tag, "" | "C" | "POSIX") && !found.iter().any(|known| known == tag) {
            found.push(tag.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::languages;

    #[test]
    fn the_languages_of_the_environment_are_checked_and_english() {
        for (set, expected) in [
            (vec![("LANG", "de_DE.UTF-8")], vec!["de_DE", "en_US"]),
            (vec![("LANGUAGE", "cs:de_AT"), ("LANG", "cs_CZ.UTF-8")], vec!["cs", "de_AT", "cs_CZ", "en_US"]),
            (vec![("LC_ALL", "C.UTF-8")], vec!["en_US"]),
            (vec![("LANG", "sr_RS@latin"), ("LC_MESSAGES", "POSIX")], vec!["sr_RS", "en_US"]),
            (vec![("LANG", "")], vec!["en_US"]),
        ] {
            let value = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(languages(value), expected, "{set:?}");
        }
    }
}
