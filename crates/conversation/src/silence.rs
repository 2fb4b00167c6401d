//! Closing courtesies. Conservative: what could be a wish or a question is never silent.

/// Closing words in the most frequent languages.
const CLOSERS: &[&str] = &[
    "thanks",
    "thank you",
    "thank you very much",
    "thank you so much",
    "thanks so much",
    "thank you for your help",
    "thanks for your help",
    "thank you very much for your help",
    "thank you so much for your help",
    "thanks a lot",
    "many thanks",
    "thx",
    "ty",
    "cheers",
    "bye",
    "goodbye",
    "bye bye",
    "see you",
    "have a nice day",
    "have a good day",
    "great thanks",
    "perfect thanks",
    "ok thanks",
    "okay thanks",
    "perfect thank you",
    "great thank you",
    "ok thank you",
    "thanks bye",
    "thank you bye",
    "thanks goodbye",
    "thank you goodbye",
    "danke",
    "danke schön",
    "vielen dank",
    "danke tschüss",
    "tschüss",
    "auf wiedersehen",
    "super danke",
    "gracias",
    "muchas gracias",
    "adiós",
    "adios",
    "gracias adiós",
    "merci",
    "merci beaucoup",
    "au revoir",
    "merci au revoir",
    "děkuji",
    "děkuju",
    "díky",
    "nashledanou",
    "na shledanou",
    "děkuji nashledanou",
    "obrigado",
    "obrigada",
    "muito obrigado",
    "muito obrigada",
    "tchau",
    "grazie",
    "grazie mille",
    "arrivederci",
    "dziękuję",
    "dzięki",
    "do widzenia",
    "ありがとう",
    "ありがとうございます",
    "ありがとうございました",
    "شكرا",
    "شكراً",
    "شكرا جزيلا",
    "مع السلامة",
    "धन्यवाद",
    "शुक्रिया",
    "bedankt",
    "dank je",
    "tack",
    "спасибо",
    "谢谢",
    "谢谢你",
    "감사합니다",
];

/// Signs that change nothing in a courtesy. All others may: `thanks :(` and `thank you 👎` need an answer.
const PLAIN_SIGNS: &str = ".,!¡…。、！，．~～'’\"“”„«»-–—\u{fe0f}\u{200d}";

/// Faces and signs that are as friendly as the words.
const FRIENDLY: &str = "🙏👍👌👋😊🙂😀😃😄😁🤗😍🥰😘☺❤🧡💛💚💙💜🖤🤍♥💕💖🌹🌸🌷💐🎉🎊✨⭐🌟💯🤝🙌👏✅\u{1f3fb}\u{1f3fc}\u{1f3fd}\u{1f3fe}\u{1f3ff}";

const FRIENDLY_EMOTICONS: &[&str] =
    &[":-)", ":)", "=)", ";-)", ";)", ":-D", ":D", "(:", "^^", "^_^", "<3", ":-*", ":*"];

/// Whether a customer's text is only a closing courtesy.
#[must_use]
pub fn is_courtesy(text: &str) -> bool {
    if text.chars().count() > 60 {
        return false;
    }
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let emoticon = FRIENDLY_EMOTICONS.iter().find(|emoticon| rest.starts_with(**emoticon));
        let is_word = c.is_alphanumeric() || is_mark(c);
        if emoticon.is_none() && !is_word && !c.is_whitespace() && !PLAIN_SIGNS.contains(c) && !FRIENDLY.contains(c) {
            return false;
        }
        if is_word && emoticon.is_none() {
            words.extend(c.to_lowercase());
        } else if !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        rest = &rest[emoticon.map_or(c.len_utf8(), |emoticon| emoticon.len())..];
    }
    let words = words.trim_end();
    !words.is_empty() && is_of_closers(words)
}

/// Whether words are one closer, or two of them.
fn is_of_closers(words: &str) -> bool {
    let splits = words.match_indices(' ').map(|(at, _)| (&words[..at], &words[at + 1..]));
    CLOSERS.contains(&words) || splits.into_iter().any(|(a, b)| CLOSERS.contains(&a) && CLOSERS.contains(&b))
}

/// Combining marks of Arabic and Devanagari belong to their word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{064b}'..='\u{065f}' | '\u{0900}'..='\u{0903}' | '\u{093a}'..='\u{094f}')
}

#[cfg(test)]
mod tests {
    use super::is_courtesy;

    #[test]
    fn closing_courtesies_are_silent_in_several_languages() {
        for text in [
            "Thanks!",
            "thank you :)",
            "Bye!!",
            "Danke schön",
            "¡Gracias!",
            "Děkuji.",
            "ありがとうございます。",
            "شكراً",
            "धन्यवाद 🙏",
            "Thanks ❤️ :-)",
            "danke 👍🏽!",
            "Thank you so much!",
            "Thanks a lot, bye!",
            "Vielen Dank, auf Wiedersehen.",
        ] {
            assert!(is_courtesy(text), "{text} closes a conversation");
        }
    }

    #[test]
    fn what_may_be_a_wish_is_never_silent() {
        for text in [
            "thanks?",
            "Thanks, but it still does not work",
            "ok",
            "no thanks",
            "yes thank you",
            "",
            "👍",
            "bye the way, one more thing",
            "thanks for your help with the wrong order",
            "thank you for nothing, where is my order",
            "thanks :(",
            "Thanks 😡",
            "thank you 👎",
            "danke :-/",
            "thanks >:(",
            "merci 🙄",
            "thanks / 4711",
            "thanks ¿",
        ] {
            assert!(!is_courtesy(text), "{text} may need an answer");
        }
    }
}
