//! The language in which a customer writes, found on this machine. A short or doubtful text has none: no offer to
//! translate is better than a wrong one.
//!
//! Two detectors of different kinds have to agree, unless the first is sure: `whatlang` counts trigrams and knows many
//! languages and scripts, `whichlang` weighs words and knows few. Together they add half a megabyte.

use std::sync::LazyLock;

use whatlang::{Detector, Lang, Script};

/// Characters that are looked at. More say nothing new.
const CHARS: usize = 1_500;
/// Least letters of a text, where several languages share its letters.
const LETTERS: usize = 30;
/// Least letters where the script alone says the language.
const LETTERS_OF_ITS_OWN: usize = 4;
/// Least letters where one of them says the language.
const LETTERS_BY_LETTERS: usize = 8;
/// From here on, the trigrams alone decide.
const SURE: f64 = 0.9;
/// From here on, they decide if the words agree.
const LIKELY: f64 = 0.2;

/// What is told apart, with the tags of BCP 47. Dead and rarely written languages only take from their neighbours.
#[rustfmt::skip]
const LANGUAGES: &[(Lang, &str)] = &[
    (Lang::Amh, "am"), (Lang::Ara, "ar"), (Lang::Aze, "az"), (Lang::Bel, "be"), (Lang::Ben, "bn"), (Lang::Bul, "bg"),
    (Lang::Cat, "ca"), (Lang::Ces, "cs"), (Lang::Cmn, "zh"), (Lang::Dan, "da"), (Lang::Deu, "de"), (Lang::Ell, "el"),
    (Lang::Eng, "en"), (Lang::Est, "et"), (Lang::Fin, "fi"), (Lang::Fra, "fr"), (Lang::Guj, "gu"), (Lang::Heb, "he"),
    (Lang::Hin, "hi"), (Lang::Hrv, "hr"), (Lang::Hun, "hu"), (Lang::Hye, "hy"), (Lang::Ind, "id"), (Lang::Ita, "it"),
    (Lang::Jpn, "ja"), (Lang::Kan, "kn"), (Lang::Kat, "ka"), (Lang::Khm, "km"), (Lang::Kor, "ko"), (Lang::Lav, "lv"),
    (Lang::Lit, "lt"), (Lang::Mal, "ml"), (Lang::Mar, "mr"), (Lang::Mkd, "mk"), (Lang::Mya, "my"), (Lang::Nld, "nl"),
    (Lang::Nob, "nb"), (Lang::Ori, "or"), (Lang::Pan, "pa"), (Lang::Pes, "fa"), (Lang::Pol, "pl"), (Lang::Por, "pt"),
    (Lang::Ron, "ro"), (Lang::Rus, "ru"), (Lang::Sin, "si"), (Lang::Slk, "sk"), (Lang::Slv, "sl"), (Lang::Spa, "es"),
    (Lang::Srp, "sr"), (Lang::Swe, "sv"), (Lang::Tam, "ta"), (Lang::Tel, "te"), (Lang::Tha, "th"), (Lang::Tur, "tr"),
    (Lang::Ukr, "uk"), (Lang::Urd, "ur"), (Lang::Vie, "vi"),
];

static DETECTOR: LazyLock<Detector> =
    LazyLock::new(|| Detector::with_allowlist(LANGUAGES.iter().map(|(language, _)| *language).collect()));

/// The language of a text, as a tag of BCP 47.
pub(crate) fn of(text: &str) -> Option<&'static str> {
    let words = words(text);
    if let Some(tag) = by_letters(&words) {
        return Some(tag);
    }
    let found = DETECTOR.detect(&words)?;
    let letters = words.chars().filter(|letter| letter.is_alphabetic()).count();
    let is_certain = match found.script() {
        Script::Latin | Script::Cyrillic | Script::Arabic | Script::Devanagari | Script::Hebrew => {
            let agrees = || whichlang::detect_language(&words).three_letter_code() == found.lang().code();
            let likely = found.confidence() >= LIKELY && agrees();
            letters >= LETTERS && (found.confidence() >= SURE || likely)
        }
        _ => letters >= LETTERS_OF_ITS_OWN,
    };
    LANGUAGES.iter().find(|(language, _)| is_certain && *language == found.lang()).map(|(_, tag)| *tag)
}

/// Languages with Cyrillic letters share most words of everyday use; some letters belong to one of them alone.
fn by_letters(words: &str) -> Option<&'static str> {
    let lower = words.to_lowercase();
    let letters = || lower.chars().filter(|letter| letter.is_alphabetic());
    let has = |own: &str| letters().any(|letter| own.contains(letter));
    let russian = |letter: char| matches!(letter, 'а'..='я' | 'ё');
    match () {
        () if letters().count() < LETTERS_BY_LETTERS => None,
        () if has("ыэё") && letters().all(russian) => Some("ru"),
        () if has("їєґ") && !has("ыэёў") => Some("uk"),
        () if has("ў") && !has("їєґ") => Some("be"),
        () => None,
    }
}

/// The text without what belongs to no language: addresses, numbers, code.
fn words(text: &str) -> String {
    let text = text.char_indices().nth(CHARS).map_or(text, |(end, _)| &text[..end]);
    let is_word = |word: &&str| !word.contains(|sign: char| sign.is_ascii_digit() || "{}=/()<>;@_".contains(sign));
    text.split_whitespace().filter(is_word).collect::<Vec<_>>().join(" ")
}

/// Whether two tags name the same language, whatever country or script they add.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    primary(one) == primary(other)
}

/// The language alone, in lower case. The two written forms of Norwegian are one.
fn primary(tag: &str) -> String {
    let language = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    match language.as_str() {
        "nb" | "nn" => "no".into(),
        "iw" => "he".into(),
        "in" => "id".into(),
        _ => language,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_have_a_language() {
        for (text, language) in [
            ("Olá, comprei um bilhete ontem e ainda não recebi a confirmação.", "pt"),
            ("Hola, compré un billete ayer y todavía no he recibido la confirmación.", "es"),
            ("Hallo, ich habe gestern eine Fahrkarte gekauft und noch keine Bestätigung.", "de"),
            ("Hello, I bought a ticket yesterday and have not received a confirmation yet.", "en"),
            ("Bonjour, j'ai acheté un billet hier et je n'ai pas encore reçu de confirmation.", "fr"),
            ("Merhaba, dün bir bilet aldım ve henüz onay mesajı gelmedi.", "tr"),
            ("Dzień dobry, wczoraj kupiłam bilet i nie dostałam jeszcze potwierdzenia.", "pl"),
            ("Мы купили билеты вчера, подтверждения нет.", "ru"),
            ("Доброго дня! Є питання про мій квиток.", "uk"),
            ("昨日チケットを買いましたが、確認メールがまだ届きません。", "ja"),
            ("어제 표를 샀는데 아직 확인 메일을 받지 못했습니다.", "ko"),
            ("我昨天买了票，但是还没有收到确认邮件。", "zh"),
            ("קניתי אתמול כרטיס ועדיין לא קיבלתי אישור על ההזמנה שלי", "he"),
        ] {
            assert_eq!(of(text), Some(language), "{text}");
        }
    }

    #[test]
    fn short_and_doubtful_texts_have_none() {
        for text in [
            "",
            "ok",
            "Hola",
            "1234 5678",
            "AB-1234",
            "👍🙏",
            "no",
            "Maya Ortiz",
            "https://northwind.example/a/b",
            "asdf jkl qwertz uiop",
            "Berlin Madrid Lisboa",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn a_language_is_the_same_in_every_country() {
        for (one, other, same) in [
            ("pt", "pt-BR", true),
            ("zh-Hant", "ZH", true),
            ("nb", "no", true),
            ("de", "en", false),
            ("en_GB", "en", true),
        ] {
            assert_eq!(is_same(one, other), same, "{one} {other}");
        }
    }

    #[test]
    fn every_language_has_one_tag() {
        let tags: std::collections::HashSet<_> = LANGUAGES.iter().map(|(_, tag)| tag).collect();
        assert_eq!(tags.len(), LANGUAGES.len());
    }
}
