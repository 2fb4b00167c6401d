//! Snippets: the text around the first match, with matches marked.

use std::ops::Range;

use crate::query::Word;
use crate::words::Words;

/// Characters shown before the first match.
const BEFORE: usize = 40;
/// Maximum length of a snippet, in characters.
const LENGTH: usize = 160;

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub text: String,
    /// Whether it is a match.
    pub hit: bool,
}

/// The part of `text` around the first of `words`, with matches marked as whole words; its beginning if there is none.
#[must_use]
pub fn snippet(text: &str, words: &[Word]) -> Vec<Span> {
    let marked = marked(text, words);
    let first = marked.first().map_or(0, |range| range.start);
    let start = beginning(text, first);
    let end = text[start..].char_indices().nth(LENGTH).map_or(text.len(), |(end, _)| start + end);
    let mut spans = Vec::new();
    if start > 0 {
        push(&mut spans, "…", false);
    }
    let mut at = start;
    for range in marked {
        let range = range.start.clamp(at, end)..range.end.clamp(at, end);
        push(&mut spans, &text[at..range.start], false);
        push(&mut spans, &text[range.clone()], true);
        at = range.end;
    }
    push(&mut spans, &text[at..end], false);
    if end < text.len() {
        push(&mut spans, "…", false);
    }
    spans
}

/// The words' places, in order and without overlaps.
fn marked(text: &str, words: &[Word]) -> Vec<Range<usize>> {
    let folded = Words::of(text);
    let occurrences = words.iter().flat_map(|word| word.occurrences(&folded));
    let mut ranges: Vec<_> = occurrences.map(|(from, to)| folded.place(from, to)).collect();
    ranges.sort_by_key(|range| range.start);
    let mut marked: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match marked.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => marked.push(range),
        }
    }
    marked
}

/// A place shortly before `first`, at a word boundary if possible.
fn beginning(text: &str, first: usize) -> usize {
    let Some((earliest, _)) = text[..first].char_indices().rev().nth(BEFORE) else { return 0 };
    let gap = text[earliest..first].char_indices().find(|(_, c)| c.is_whitespace());
    gap.map_or(earliest, |(at, gap)| earliest + at + gap.len_utf8())
}

/// Adds a piece, with each run of white space collapsed.
fn push(spans: &mut Vec<Span>, piece: &str, hit: bool) {
    if piece.is_empty() {
        return;
    }
    let mut text = match spans.last() {
        Some(last) if last.hit == hit => spans.pop().map(|last| last.text).unwrap_or_default(),
        _ => String::with_capacity(piece.len()),
    };
    for c in piece.chars() {
        match c.is_whitespace() || c.is_control() {
            true if text.ends_with(' ') => {}
            true => text.push(' '),
            false => text.push(c),
        }
    }
    spans.push(Span { text, hit });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::Query;

    fn shown(text: &str, query: &str) -> String {
        let spans = snippet(text, &Query::parse(query).words);
        spans.into_iter().map(|span| if span.hit { format!("[{}]", span.text) } else { span.text }).collect()
    }

    #[test]
    fn what_was_found_is_marked_as_it_was_written() {
        for (text, query, expected) in [
            ("Where is Über's order?", "uber ord", "Where is [Über]'s [order]?"),
            ("die Straße\n\n heute", "STRASSE", "die [Straße] heute"),
            ("返品したいです", "返品", "[返品]したいです"),
            ("a b c a b", "\"a b\"", "[a b] c [a b]"),
            ("nothing here", "other", "nothing here"),
            ("", "x", ""),
        ] {
            assert_eq!(shown(text, query), expected, "{query} in {text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_hit() {
        let text = format!("{}needle {}", "hay ".repeat(100), "straw ".repeat(100));
        let snippet = shown(&text, "needle");
        assert!(snippet.starts_with("…hay ") && snippet.ends_with('…') && snippet.contains("[needle]"), "{snippet}");
        assert!(snippet.chars().count() <= LENGTH + 4);
    }

    proptest! {
        #[test]
        fn any_text_has_a_snippet(text in ".{0,400}", query in ".{0,40}") {
            let spans = snippet(&text, &Query::parse(&query).words);
            prop_assert!(spans.iter().map(|span| span.text.chars().count()).sum::<usize>() <= LENGTH + 2);
        }
    }
}
