//! Which of an item's languages a conversation gets.

/// The language of an item's text, and whether it is one that was wanted first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The item's own tag.
    pub language: String,
    /// It is the first wanted language, or a form of it.
    pub is_wanted: bool,
}

/// The first wanted language that is there, exactly or in another form (`de-AT` and `de`); otherwise English, otherwise
/// any. `wanted` begins with the best.
#[must_use]
pub fn spoken_in<'a>(there: impl Iterator<Item = &'a String> + Clone, wanted: &[&str]) -> Option<Spoken> {
    for (at, tag) in wanted.iter().chain(&["en"]).enumerate() {
        let exact = there.clone().find(|known| known.eq_ignore_ascii_case(tag));
        let found = exact.or_else(|| there.clone().find(|known| primary(known).eq_ignore_ascii_case(primary(tag))));
        if let Some(language) = found {
            return Some(Spoken { language: language.clone(), is_wanted: at == 0 });
        }
    }
    let mut there = there;
    there.next().map(|language| Spoken { language: language.clone(), is_wanted: wanted.is_empty() })
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// Whether it has the form of a language tag.
pub(super) fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let is_language = |part: &str| (2..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_lowercase());
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    tag.len() <= 35 && parts.next().is_some_and(is_language) && parts.all(is_part)
}
