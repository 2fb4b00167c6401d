//! The core's own words, from the catalogue of the interface (`ui/desk/words`), in the language of the window.
//!
//! The language belongs to the process, as its locale does: one program has one window and one user. It begins as the
//! system's, and is the user's choice as soon as the cache is open. The page follows the system while it is shown, and
//! tells the core (`window.speaks`).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, PoisonError, RwLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use unic_langid::LanguageIdentifier;

type Bundle = FluentBundle<FluentResource>;

const ENGLISH: [&str; 4] = [
    include_str!("../../../ui/desk/words/en/common.ftl"),
    include_str!("../../../ui/desk/words/en/core/transcript.ftl"),
    include_str!("../../../ui/desk/words/en/core/outside.ftl"),
    include_str!("../../../ui/desk/words/en/core/errors.ftl"),
];
const GERMAN: [&str; 4] = [
    include_str!("../../../ui/desk/words/de/common.ftl"),
    include_str!("../../../ui/desk/words/de/core/transcript.ftl"),
    include_str!("../../../ui/desk/words/de/core/outside.ftl"),
    include_str!("../../../ui/desk/words/de/core/errors.ftl"),
];

static IN_ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle("en", &ENGLISH));
static IN_GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle("de", &GERMAN));

static IS_GERMAN: AtomicBool = AtomicBool::new(false);

/// The languages' words with the hub's own name for Your Logic, as last told; none without one.
static RENAMED: RwLock<Option<Renamed>> = RwLock::new(None);

struct Renamed {
    logic: String,
    english: Bundle,
    german: Bundle,
}

/// A language that the desk speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Spoken {
    En,
    De,
}

impl Spoken {
    /// The language for a system's language tag (`de-AT`, `de_DE.UTF-8`); English for those that the desk does not speak.
    #[must_use]
    pub fn for_tag(tag: &str) -> Self {
        match tag.split(['-', '_', '.', '@']).next() {
            Some(language) if language.eq_ignore_ascii_case("de") => Self::De,
            _ => Self::En,
        }
    }

    /// The words of a message; its id if there is none. `id` may name an attribute: `said-joined.after`. An argument that
    /// is missing is shown by its name.
    #[must_use]
    pub fn say<'a>(self, id: &str, args: &[(&'a str, FluentValue<'a>)]) -> String {
        self.words(id, args).map_or_else(|| id.to_owned(), |(words, _)| words)
    }

    /// The words of a message, if there is one and none of its arguments is missing.
    fn whole<'a>(self, id: &str, args: &[(&'a str, FluentValue<'a>)]) -> Option<String> {
        self.words(id, args).and_then(|(words, is_whole)| is_whole.then_some(words))
    }

    /// The words of a message, and whether all of its arguments are there.
    fn words<'a>(self, id: &str, args: &[(&'a str, FluentValue<'a>)]) -> Option<(String, bool)> {
        let renamed = RENAMED.read().unwrap_or_else(PoisonError::into_inner);
        let bundle = match (self, &*renamed) {
            (Self::En, None) => &*IN_ENGLISH,
            (Self::De, None) => &*IN_GERMAN,
            (Self::En, Some(renamed)) => &renamed.english,
            (Self::De, Some(renamed)) => &renamed.german,
        };
        let (name, attribute) = id.split_once('.').map_or((id, None), |(name, attribute)| (name, Some(attribute)));
        let message = bundle.get_message(name);
        let pattern = message.and_then(|message| match attribute {
            Some(attribute) => message.get_attribute(attribute).map(|found| found.value()),
            None => message.value(),
        });
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut missing = Vec::new();
        let words = bundle.format_pattern(pattern?, Some(&args), &mut missing).into_owned();
        Some((words, missing.is_empty()))
    }
}

/// The language of the window.
#[must_use]
pub fn spoken() -> Spoken {
    #[cfg(test)]
    if let Some(spoken) = tests::HERE.get() {
        return spoken;
    }
    match IS_GERMAN.load(Ordering::Relaxed) {
        true => Spoken::De,
        false => Spoken::En,
    }
}

/// Speaks this language from now on; true if it is another one.
pub(crate) fn speak(spoken: Spoken) -> bool {
    let is_german = spoken == Spoken::De;
    IS_GERMAN.swap(is_german, Ordering::Relaxed) != is_german
}

/// Says Your Logic by this name from now on; true if it is another one.
pub(crate) fn call_logic(name: Option<&str>) -> bool {
    let mut renamed = RENAMED.write().unwrap_or_else(PoisonError::into_inner);
    if renamed.as_ref().map(|renamed| renamed.logic.as_str()) == name {
        return false;
    }
    *renamed = name.map(|name| {
        // In quotes, nothing but these two means anything to the format.
        let term = format!("-logic = {{ \"{}\" }}", name.replace('\\', "\\\\").replace('"', "\\\""));
        let with = |language, texts: &[&str]| bundle(language, &[texts, &[term.as_str()]].concat());
        Renamed { logic: name.to_owned(), english: with("en", &ENGLISH), german: with("de", &GERMAN) }
    });
    true
}

/// The words of a message in the language of the window.
#[must_use]
pub fn say<'a>(id: &str, args: &[(&'a str, FluentValue<'a>)]) -> String {
    spoken().say(id, args)
}

/// The words of a message in the language of the window, if there is one and none of its arguments is missing.
#[must_use]
pub(crate) fn say_whole<'a>(id: &str, args: &[(&'a str, FluentValue<'a>)]) -> Option<String> {
    spoken().whole(id, args)
}

/// A refusal in the language of the window, by its code; its attribute `less` is for where names are missing. In English, and
/// where no sentence fits every case, `said` stays as the core or the hub said it.
#[must_use]
pub(crate) fn problem<'a>(code: &str, args: &[(&'a str, FluentValue<'a>)], said: String) -> String {
    match spoken() {
        Spoken::En => said,
        spoken => {
            let id = format!("error-{}", code.replace('.', "-"));
            let words = spoken.whole(&id, args).or_else(|| spoken.whole(&format!("{id}.less"), args));
            words.unwrap_or(said)
        }
    }
}

/// Capitalises the first letter.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn bundle(language: &str, texts: &[&str]) -> Bundle {
    let language = language.parse::<LanguageIdentifier>().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Marks around arguments would be copied with the text, and shown by some notification services.
    bundle.set_use_isolating(false);
    for text in texts {
        // A test of the catalogue finds what cannot be read; the rest of the file is used.
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(readable, _)| readable);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// The language of one test beside others.
        pub(super) static HERE: Cell<Option<Spoken>> = const { Cell::new(None) };
    }

    /// What `work` gives in German.
    pub(crate) fn in_german<T>(work: impl FnOnce() -> T) -> T {
        HERE.set(Some(Spoken::De));
        let done = work();
        HERE.set(None);
        done
    }

    #[test]
    fn a_refusal_is_said_by_its_code_and_otherwise_as_it_was_said() {
        let said = || problem("conversation.completed", &[], "The conversation is completed.".into());
        assert_eq!(said(), "The conversation is completed.");
        assert_eq!(in_german(said), "Das Gespräch ist abgeschlossen.");
        assert_eq!(in_german(|| problem("hub.new", &[], "Something new.".into())), "Something new.");
    }

    #[test]
    fn a_sentence_has_the_language_its_plurals_and_its_cases() {
        let say = |spoken: Spoken, count: i64| spoken.say("notice-group-help", &[("count", count.into())]);
        assert_eq!(say(Spoken::En, 1), "1 conversation needs help");
        assert_eq!(say(Spoken::De, 3), "3 Gespräche brauchen Hilfe");
        let refused = [("detail", "no text".into())];
        assert_eq!(
            Spoken::De.say("failure-malformed", &refused),
            "Die Antwort von Ihrer Logik war nicht verständlich: no text"
        );
        assert_eq!(
            Spoken::De.say("said-joined.outside", &[("name", "Aerolinx".into())]),
            "Aerolinx ist von außen beigetreten"
        );
        assert_eq!(Spoken::En.say("no-such-message", &[]), "no-such-message");
    }

    #[test]
    fn the_system_s_language_counts_if_the_desk_speaks_it() {
        for (tag, spoken) in [
            ("de", Spoken::De),
            ("de-at", Spoken::De),
            ("de_DE.UTF-8", Spoken::De),
            ("de@euro", Spoken::De),
            ("den", Spoken::En),
            ("en-GB", Spoken::En),
            ("cs_CZ", Spoken::En),
            ("C", Spoken::En),
            ("", Spoken::En),
        ] {
            assert_eq!(Spoken::for_tag(tag), spoken, "{tag}");
        }
    }

    #[test]
    fn your_logic_has_the_hub_s_name_in_every_sentence_whatever_its_characters() {
        let name = r#"Nori "the {bot}" \o/"#;
        assert!(call_logic(Some(name)));
        assert!(!call_logic(Some(name)), "it is the same");
        assert_eq!(Spoken::En.say("logic-name", &[]), name);
        let said = Spoken::De.say("failure-malformed", &[("detail", "no text".into())]);
        assert!(call_logic(None));
        assert_eq!(said, format!("Die Antwort von {name} war nicht verständlich: no text"));
        assert_eq!(Spoken::De.say("logic-name", &[]), "Ihre Logik");
    }

    #[test]
    fn every_file_can_be_read() {
        for text in ENGLISH.iter().chain(&GERMAN) {
            assert!(FluentResource::try_new((*text).to_owned()).is_ok(), "{}", text.lines().next().unwrap_or_default());
        }
    }
}
