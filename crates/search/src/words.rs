//! Cuts text into words and folds them, the same for indexing, queries and highlights.
//!
//! Words are runs of letters and digits, without case and accents: `Über` is `uber`, `Straße` is `strasse`. Scripts
//! without spaces (Chinese, Japanese, Thai, …) give one word per character, so that any part can be found as a phrase.
//! Everything else, emoji included, only separates words.

use std::ops::Range;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A longer run of letters is an id or noise, and is found by its prefix.
const WORD_CHARS: usize = 40;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The folded words, separated by spaces.
    folded: String,
    words: Vec<Place>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    /// The range in the original text.
    text: Range<usize>,
    folded: Range<usize>,
}

/// The role of a character in a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Ends a word.
    Gap,
    /// Inside a word but ignored in comparisons: accents, joiners, variation selectors.
    Ignored,
    /// A sign that belongs to the letter before it, such as a vowel sign.
    Sign,
    Letter,
    /// A letter that is a word of its own.
    Alone,
}

impl Words {
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut words = Self { folded: String::with_capacity(text.len()), words: Vec::new() };
        let mut open: Option<Open> = None;
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            match part(c) {
                Part::Gap => words.close(open.take()),
                Part::Ignored => open.iter_mut().for_each(|open| open.text.end = end),
                part => {
                    let goes_on = match (&open, part) {
                        (Some(_), Part::Sign) => true,
                        (Some(open), Part::Letter) => !open.alone,
                        _ => false,
                    };
                    if !goes_on {
                        words.close(open.take());
                    }
                    let from = words.folded.len();
                    let open = open.get_or_insert(Open { text: at..end, from, chars: 0, alone: part == Part::Alone });
                    open.text.end = end;
                    if open.chars < WORD_CHARS {
                        open.chars += 1;
                        fold(c, &mut words.folded);
                    }
                }
            }
        }
        words.close(open);
        words
    }

    fn close(&mut self, open: Option<Open>) {
        let Some(Open { text, from, .. }) = open else { return };
        if self.folded.len() > from {
            self.words.push(Place { text, folded: from..self.folded.len() });
            self.folded.push(' ');
        }
    }

    /// The folded words with spaces between and behind them, as indexed.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|place| &self.folded[place.folded.clone()])
    }

    pub(crate) fn get(&self, number: usize) -> Option<&str> {
        self.words.get(number).map(|place| &self.folded[place.folded.clone()])
    }

    /// The range of words `from..to` in the text.
    pub(crate) fn place(&self, from: usize, to: usize) -> Range<usize> {
        let start = self.words.get(from).map_or(0, |place| place.text.start);
        let end = to.checked_sub(1).and_then(|last| self.words.get(last)).map_or(start, |place| place.text.end);
        start..end
    }
}

/// The word being read.
struct Open {
    text: Range<usize>,
    from: usize,
    chars: usize,
    alone: bool,
}

fn part(c: char) -> Part {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() { Part::Letter } else { Part::Gap };
    }
    if is_ignored(c) {
        Part::Ignored
    } else if is_combining_mark(c) {
        Part::Sign
    } else if !c.is_alphanumeric() {
        Part::Gap
    } else if is_alone(c) {
        Part::Alone
    } else {
        Part::Letter
    }
}

/// Accents and points that readers omit, and invisible characters. Vowel signs of Indian and Thai scripts are not
/// included: removing them would leave other words.
fn is_ignored(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{e0100}'..='\u{e01ef}'
        | '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Letters of scripts without spaces between words.
fn is_alone(c: char) -> bool {
    is_ideograph(c)
        || matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1950}'..='\u{19df}')
}

/// Chinese characters and Japanese syllables, which are complete words.
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3031}'..='\u{303c}' | '\u{3041}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{a000}'..='\u{a4cf}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{3fffd}')
}

fn fold(c: char, into: &mut String) {
    match c {
        c if c.is_ascii() => into.push(c.to_ascii_lowercase()),
        // Decomposing them would give parts that no one types.
        '\u{ac00}'..='\u{d7a3}' | '\u{3041}'..='\u{30ff}' => into.push(c),
        c => decompose_compatible(c, |c| {
            if !is_ignored(c) && (c.is_alphanumeric() || is_combining_mark(c)) {
                // Upper case first, so that ß becomes ss and ς becomes σ.
                c.to_uppercase().flat_map(char::to_lowercase).for_each(|c| plain(c, into));
            }
        }),
    }
}

/// Letters with a built-in stroke.
fn plain(c: char, into: &mut String) {
    match c {
        'ø' => into.push('o'),
        'ł' => into.push('l'),
        'đ' | 'ð' => into.push('d'),
        'ħ' => into.push('h'),
        'æ' => into.push_str("ae"),
        'œ' => into.push_str("oe"),
        'þ' => into.push_str("th"),
        c if is_ignored(c) => {}
        c => into.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        Words::of(text).iter().collect::<Vec<_>>().join("|")
    }

    #[test]
    fn words_are_found_whatever_their_case_and_accents() {
        for (text, expected) in [
            ("Where is my ORDER?", "where|is|my|order"),
            ("Über Straße, ÉCOLE e\u{301}cole", "uber|strasse|ecole|ecole"),
            ("İstanbul ISTANBUL ıstanbul", "istanbul|istanbul|istanbul"),
            ("Łódź Ærø Œuvre đồng", "lodz|aero|oeuvre|dong"),
            ("ΟΔΟΣ οδός", "οδοσ|οδοσ"),
            ("Ещё ЁЛКА", "еще|елка"),
            ("NW-20418, carmen@example.com", "nw|20418|carmen|example|com"),
            ("ﬁne Ａ１ ½", "fine|a1|12"),
            ("مُحَمَّد شَلوم שָׁלוֹם", "محمد|شلوم|שלום"),
            ("हिन्दी में", "हिन्दी|में"),
            ("한국어 주문", "한국어|주문"),
            ("soft\u{ad}hyphen zero\u{200b}width", "softhyphen|zero|width"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn scripts_without_spaces_give_a_word_per_character() {
        assert_eq!(folded("返品したい。iPhone15ケース"), "返|品|し|た|い|iphone15|ケ|ー|ス");
        assert_eq!(folded("ผ้าสี"), "ผ้|า|สี", "signs stay with their letter");
    }

    #[test]
    fn emoji_and_signs_only_separate() {
        assert_eq!(folded("👩‍👩‍👧‍👦 great👍job ❤️ 1️⃣ 🇩🇪 \u{0} ¦"), "great|job|1");
        assert!(Words::of("…—❤️").is_empty());
        assert_eq!(Words::of(&"x".repeat(10_000)).folded().len(), WORD_CHARS + 1);
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let text = "Die «Über»-Größe";
        let words = Words::of(text);
        let texts: Vec<_> = (0..words.len()).map(|n| &text[words.place(n, n + 1)]).collect();
        assert_eq!(texts, ["Die", "Über", "Größe"]);
        assert_eq!(&text[words.place(1, 3)], "Über»-Größe");
    }
}
