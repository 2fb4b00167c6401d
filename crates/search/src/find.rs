//! Finds the newest hits with bounded work for any query.
//!
//! An index is fast for rare words, and for walking common ones from the newest end. It is slow for a common prefix
//! (`t`, `the`), which it must collect from many words before the first hit. So the newest turns in scope are examined
//! first. If the words are common, the page is already full. If not, the sample shows which words are rare: the index
//! is queried for those, and the common ones are checked turn by turn. If none is rare, examining further turns costs
//! less than collecting any word, as long as it promises to fill the page.
//!
//! invariant: hits come newest first, and none is left out before the oldest one shown, unless [`CANDIDATES`] turns
//! were examined in vain. Then older hits may be missing.

use crate::query::Word;
use crate::scope::Expression;
use crate::words::Words;

/// Turns examined to estimate how common the words are.
const SAMPLE: usize = 150;
/// A word in at most this percentage of the sample is rare: the index collects its turns quickly.
const RARE_PERCENT: usize = 5;
/// Turns examined one by one for words of which none is rare; enough to fill a page for a single word.
const FURTHER: usize = 1_000;
/// Maximum turns examined one by one in each step.
const CANDIDATES: usize = 350;

pub struct Candidate<T> {
    /// The text to match words against.
    pub text: String,
    pub item: T,
}

/// A full-text index, newest entries first.
pub trait Shelf {
    type Item;
    type Error;

    /// Calls `each` with entries that match `expression` in rows below `below`, descending, until it returns false.
    /// None means an entry that must not be shown.
    ///
    /// # Errors
    /// Whatever reading can fail with.
    fn walk(
        &self,
        expression: &Expression,
        below: i64,
        each: &mut dyn FnMut(i64, Option<Candidate<Self::Item>>) -> bool,
    ) -> Result<(), Self::Error>;
}

/// One hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit<T> {
    pub text: String,
    pub item: T,
}

/// The newest `limit` entries of `scope` that contain all `words`, newest first.
///
/// # Errors
/// What the shelf fails with.
pub fn find<S: Shelf>(
    shelf: &S,
    scope: &Expression,
    words: &[Word],
    limit: usize,
) -> Result<Vec<Hit<S::Item>>, S::Error> {
    let mut walk = Walk { words, counts: vec![0; words.len()], seen: 0, last: i64::MAX, hits: Vec::new(), limit };
    if walk.go(shelf, scope, SAMPLE)? == Ended::Everything || walk.is_full() {
        return Ok(walk.hits);
    }
    let rare = walk.rare();
    if rare.is_empty()
        && walk.is_promising(FURTHER)
        && (walk.go(shelf, scope, FURTHER)? == Ended::Everything || walk.is_full())
    {
        return Ok(walk.hits);
    }
    let narrowed = |words: &mut dyn Iterator<Item = &Word>| {
        Expression::All([scope.clone()].into_iter().chain(words.cloned().map(Expression::Word)).collect())
    };
    let first = if rare.is_empty() { walk.rarest() } else { rare };
    let asked = narrowed(&mut first.iter().map(|number| &words[*number]));
    if walk.go(shelf, &asked, CANDIDATES)? == Ended::Budget && first.len() < words.len() {
        walk.go(shelf, &narrowed(&mut words.iter()), CANDIDATES)?;
    }
    Ok(walk.hits)
}

#[derive(PartialEq, Eq)]
enum Ended {
    /// Nothing older exists.
    Everything,
    /// The page is full, or the limit was reached.
    Budget,
}

struct Walk<'a, T> {
    words: &'a [Word],
    /// For each word, the number of examined entries that contain it.
    counts: Vec<usize>,
    seen: usize,
    /// The last examined row.
    last: i64,
    hits: Vec<Hit<T>>,
    limit: usize,
}

impl<T> Walk<'_, T> {
    fn is_full(&self) -> bool {
        self.hits.len() >= self.limit
    }

    fn go<S: Shelf<Item = T>>(&mut self, shelf: &S, asked: &Expression, budget: usize) -> Result<Ended, S::Error> {
        if self.is_full() {
            return Ok(Ended::Budget);
        }
        let (below, mut left, mut ended) = (self.last, budget, Ended::Everything);
        shelf.walk(asked, below, &mut |row, candidate| {
            self.last = row;
            if let Some(candidate) = candidate {
                self.look(candidate);
            }
            left -= 1;
            let goes_on = left > 0 && !self.is_full();
            if !goes_on {
                ended = Ended::Budget;
            }
            goes_on
        })?;
        Ok(ended)
    }

    fn look(&mut self, candidate: Candidate<T>) {
        let words = Words::of(&candidate.text);
        self.seen += 1;
        let mut has_all = true;
        for (word, count) in self.words.iter().zip(&mut self.counts) {
            let occurs = word.occurrences(&words).next().is_some();
            *count += usize::from(occurs);
            has_all &= occurs;
        }
        if has_all {
            self.hits.push(Hit { text: candidate.text, item: candidate.item });
        }
    }

    /// Whether this many more entries would fill most of the page, if words occur together by chance.
    fn is_promising(&self, looks: usize) -> bool {
        let seen = self.seen.max(1) as f64;
        let share: f64 = self.counts.iter().map(|count| *count as f64 / seen).product();
        share * looks as f64 * 2.0 >= (self.limit - self.hits.len().min(self.limit)) as f64
    }

    fn rarest(&self) -> Vec<usize> {
        (0..self.words.len()).min_by_key(|number| self.counts[*number]).into_iter().collect()
    }

    /// The words that are rare in the sample.
    fn rare(&self) -> Vec<usize> {
        let is_rare = |number: &usize| self.counts[*number] * 100 <= self.seen * RARE_PERCENT;
        (0..self.words.len()).filter(is_rare).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::query::Query;
    use crate::scope::Tag;

    /// Matches like an index: every entry that contains all words of the query.
    struct Entries {
        texts: Vec<String>,
        looked_at: Cell<usize>,
    }

    impl Shelf for Entries {
        type Item = usize;
        type Error = ();

        fn walk(
            &self,
            expression: &Expression,
            below: i64,
            each: &mut dyn FnMut(i64, Option<Candidate<usize>>) -> bool,
        ) -> Result<(), ()> {
            for (number, text) in self.texts.iter().enumerate().rev().filter(|(row, _)| (*row as i64) < below) {
                let words = Words::of(text);
                if !holds(expression, &words) {
                    continue;
                }
                self.looked_at.set(self.looked_at.get() + 1);
                if !each(number as i64, Some(Candidate { text: text.clone(), item: number })) {
                    break;
                }
            }
            Ok(())
        }
    }

    fn holds(expression: &Expression, words: &Words) -> bool {
        match expression {
            Expression::Word(word) => word.occurrences(words).next().is_some(),
            Expression::All(parts) => parts.iter().all(|part| holds(part, words)),
            Expression::Any(parts) => parts.iter().any(|part| holds(part, words)),
            Expression::Tag(_) | Expression::Name(_) => true,
        }
    }

    fn check(entries: &Entries, query: &str, limit: usize) -> Vec<usize> {
        entries.looked_at.set(0);
        let hits = find(entries, &Expression::Tag(Tag::Person), &Query::parse(query).words, limit).unwrap();
        hits.into_iter().map(|hit| hit.item).collect()
    }

    #[test]
    fn the_newest_hits_come_first_with_little_work() {
        let text = |n: usize| match n {
            n if n % 1000 == 7 => "the refund of Theo".to_owned(),
            n if n % 10_000 == 9 => "the xylophone".to_owned(),
            n => format!("the order number {n}"),
        };
        let entries = Entries { texts: (0..100_000).map(text).collect(), looked_at: Cell::new(0) };
        for (query, expected, most) in [
            ("t", vec![99_999, 99_998, 99_997], 3),
            ("refund", vec![99_007, 98_007, 97_007], SAMPLE + 3),
            ("t refund th", vec![99_007, 98_007, 97_007], SAMPLE + 3),
            ("xyl the", vec![90_009, 80_009, 70_009], SAMPLE + 3),
            ("order refund", vec![], SAMPLE + 200),
            ("\"number 5\"", vec![5], SAMPLE + 1),
        ] {
            assert_eq!(check(&entries, query, 3), expected, "{query}");
            assert!(entries.looked_at.get() <= most, "{query} looked at {} entries", entries.looked_at.get());
        }
    }

    #[test]
    fn words_of_which_none_is_rare_are_looked_for_turn_by_turn() {
        let text = |n: usize| match (n.is_multiple_of(10), n.is_multiple_of(13)) {
            (true, true) => "tenth thirteenth".to_owned(),
            (true, false) => "tenth".to_owned(),
            (false, true) => "thirteenth".to_owned(),
            _ => "other".to_owned(),
        };
        let entries = Entries { texts: (0..50_000).map(text).collect(), looked_at: Cell::new(0) };
        assert_eq!(check(&entries, "ten", 50).len(), 50);
        assert!(entries.looked_at.get() <= 500, "{}", entries.looked_at.get());
        assert_eq!(check(&entries, "thir ten", 5), [49_920, 49_790, 49_660, 49_530, 49_400]);
    }

    #[test]
    fn the_work_is_bounded_even_if_common_words_never_meet() {
        let text = |n: usize| if n.is_multiple_of(2) { "even number".to_owned() } else { "odd number".to_owned() };
        let entries = Entries { texts: (0..50_000).map(text).collect(), looked_at: Cell::new(0) };
        assert!(check(&entries, "even odd", 10).is_empty());
        assert!(entries.looked_at.get() <= SAMPLE + FURTHER + CANDIDATES);
    }
}
