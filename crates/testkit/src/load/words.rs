//! Deterministic texts of ordinary length and vocabulary: few words are common, most are rare.

use super::story::scattered;

/// Length of every text, in bytes.
pub(super) const TEXT_BYTES: usize = 115;

const WORDS: u64 = 20_000;
const SYLLABLES: [&str; 32] = [
    "ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "wo", "zu", "bra", "cle", "dri",
    "flo", "gru", "pla", "tre", "ski", "sto", "cha", "she", "thi", "pho", "qua", "an", "er", "ing",
];

/// A stream of texts.
pub(super) struct Words {
    seed: u64,
}

impl Words {
    pub fn new(seed: u64) -> Self {
        Self { seed: seed << 32 }
    }

    /// A text of exactly [`TEXT_BYTES`].
    pub fn text(&mut self) -> String {
        let mut text = String::with_capacity(TEXT_BYTES + 16);
        while text.len() < TEXT_BYTES {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&self.word());
        }
        text.truncate(TEXT_BYTES);
        text
    }

    /// The word of a rank, most common first.
    pub fn ranked(rank: u64) -> String {
        let mut rest = rank;
        let mut word = String::new();
        loop {
            let at = usize::try_from(rest % 32).unwrap_or_default();
            word.push_str(SYLLABLES.get(at).copied().unwrap_or_default());
            rest /= 32;
            if rest == 0 && word.len() > 2 {
                return word;
            }
        }
    }

    /// Ranks follow Zipf's law: each power of two is as frequent as any other.
    fn word(&mut self) -> String {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = (WORDS as f64).powf(share);
        Self::ranked(rank as u64)
    }

    fn next(&mut self) -> u64 {
        self.seed += 1;
        scattered(self.seed)
    }
}

#[cfg(test)]
mod tests {
    use super::{TEXT_BYTES, Words};

    #[test]
    fn texts_are_of_one_length_and_of_many_words() {
        let mut words = Words::new(1);
        let texts: Vec<_> = (0..200).map(|_| words.text()).collect();
        assert!(texts.iter().all(|text| text.len() == TEXT_BYTES));
        let mut seen: Vec<_> = texts.iter().flat_map(|text| text.split(' ')).collect();
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert!(seen.len() > all / 4 && seen.len() < all, "{} of {all} words are different", seen.len());
    }
}
