//! Improves an agent's draft by simple rules: spelling of a few words, capitals, a full stop.

/// Hurried spellings and their corrections. English only.
const HURRIED: &[(&str, &str)] = &[
    ("u", "you"),
    ("ur", "your"),
    ("r", "are"),
    ("i", "I"),
    ("im", "I'm"),
    ("dont", "don't"),
    ("cant", "can't"),
    ("pls", "please"),
    ("plz", "please"),
    ("thx", "thank you"),
    ("asap", "as soon as possible"),
    ("tmrw", "tomorrow"),
    ("tomorow", "tomorrow"),
    ("recieve", "receive"),
    ("ok", "all right"),
];

/// The tidied draft. In other languages only spaces, capitals and the end change.
pub fn better(draft: &str, language: Option<&str>) -> String {
    let english = language.is_none_or(|language| language.to_ascii_lowercase().starts_with("en"));
    let lines = draft.trim().lines().map(|line| tidy(line, english));
    lines.collect::<Vec<_>>().join("\n")
}

fn tidy(line: &str, english: bool) -> String {
    let mut begins = true;
    let words = line.split_whitespace().map(|word| {
        let word = if english { spelt_out(word) } else { word.to_owned() };
        let word = if begins { capital(&word) } else { word };
        begins = word.ends_with(['.', '!', '?']);
        word
    });
    let mut line = words.collect::<Vec<_>>().join(" ");
    if line.ends_with(char::is_alphanumeric) && !line.contains("://") {
        line.push('.');
    }
    line
}

/// A corrected word with its surrounding characters.
fn spelt_out(word: &str) -> String {
    let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
    let meant = HURRIED.iter().find(|(hurried, _)| bare.eq_ignore_ascii_case(hurried));
    meant.map_or_else(|| word.to_owned(), |(_, meant)| word.replacen(bare, meant, 1))
}

fn capital(word: &str) -> String {
    // An address is not a word.
    if word.contains("://") || word.contains('@') {
        return word.to_owned();
    }
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::better;

    #[test]
    fn hurried_words_are_tidied_and_nothing_else_changes() {
        for (draft, language, expected) in [
            ("ok we refund u tomorow", None, "All right we refund you tomorrow."),
            ("i dont know,  pls wait", Some("en-GB"), "I don't know, please wait."),
            ("done. anything else?", Some("en"), "Done. Anything else?"),
            ("hallo\nich schaue nach", Some("de"), "Hallo.\nIch schaue nach."),
            ("see https://northwind.example/u/i", Some("en"), "See https://northwind.example/u/i"),
            ("It is good as it is.", Some("en"), "It is good as it is."),
            ("明日お届けします。", Some("ja"), "明日お届けします。"),
        ] {
            assert_eq!(better(draft, language), expected, "{draft}");
        }
    }
}
