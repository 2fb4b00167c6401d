//! Words by which figures are divided and filtered, as numbers: a million rows compare them.

use std::collections::HashMap;

use tandem_conversation::Time;
use uuid::Uuid;

use super::cell::Cell;

/// The empty word, for what is not known.
pub(crate) const NO_WORD: u32 = 0;

/// What is known of a conversation. Words are numbers of [`Names`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct About<'n> {
    pub channel: u32,
    /// Its id.
    pub brand: u32,
    pub language: u32,
    pub tags: &'n [u32],
}

/// The same, to be kept.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kept {
    pub channel: u32,
    pub brand: u32,
    pub language: u32,
    /// Which list.
    pub tags: u32,
}

/// Words with their numbers, and lists of tags with theirs.
#[derive(Debug)]
pub(crate) struct Names {
    words: Vec<String>,
    numbers: HashMap<String, u32>,
    lists: Vec<Vec<u32>>,
    /// By their JSON.
    list_numbers: HashMap<String, u32>,
}

impl Names {
    pub(crate) fn new() -> Self {
        let numbers = HashMap::from([(String::new(), NO_WORD)]);
        Self { words: vec![String::new()], numbers, lists: vec![Vec::new()], list_numbers: HashMap::new() }
    }

    /// The number of a word.
    pub(crate) fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = u32::try_from(self.words.len()).expect("BUG: there are fewer than 4 billion words");
        self.words.push(word.to_owned());
        self.numbers.insert(word.to_owned(), number);
        number
    }

    /// The word of a number.
    pub(crate) fn word(&self, number: u32) -> &str {
        usize::try_from(number).ok().and_then(|number| self.words.get(number)).map_or("", String::as_str)
    }

    /// The number of a cell: of a list of tags, or of a word or an id.
    pub(crate) fn code(&mut self, is_list: bool, cell: &Cell) -> u32 {
        match cell {
            Cell::Text(json) if is_list => self.list(json),
            Cell::Text(word) => self.number(word),
            Cell::Bytes(id) => self.number(&Uuid::from_bytes(*id).to_string()),
            Cell::Null | Cell::Int(_) => NO_WORD,
        }
    }

    fn list(&mut self, json: &str) -> u32 {
        if let Some(number) = self.list_numbers.get(json) {
            return *number;
        }
        let tags: Vec<String> = serde_json::from_str(json).unwrap_or_default();
        let tags = tags.iter().map(|tag| self.number(tag)).collect();
        let number = u32::try_from(self.lists.len()).expect("BUG: there are fewer than 4 billion lists");
        self.lists.push(tags);
        self.list_numbers.insert(json.to_owned(), number);
        number
    }

    pub(crate) fn about(&self, kept: Kept) -> About<'_> {
        let Kept { channel, brand, language, tags } = kept;
        let tags = usize::try_from(tags).ok().and_then(|list| self.lists.get(list)).map_or(&[][..], Vec::as_slice);
        About { channel, brand, language, tags }
    }
}

/// Which rows are wanted: by their time and by their conversation.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub from: Time,
    pub until: Time,
    /// `live` or `imported`; none for both.
    pub origin: Option<&'static str>,
    /// Whether anything of conversations is looked at.
    pub needs_about: bool,
    pub channel: Option<u32>,
    pub brand: Option<u32>,
    pub language: Option<u32>,
    /// The empty word: conversations without tags.
    pub tag: Option<u32>,
}

impl Wanted {
    #[inline]
    pub(crate) fn has(&self, at: Time) -> bool {
        self.from <= at && at < self.until
    }

    pub(crate) fn takes(&self, about: &About<'_>) -> bool {
        let is = |wanted: Option<u32>, found: u32| wanted.is_none_or(|wanted| wanted == found);
        is(self.channel, about.channel)
            && is(self.brand, about.brand)
            && is(self.language, about.language)
            && self.tag.is_none_or(|tag| match tag {
                NO_WORD => about.tags.is_empty(),
                tag => about.tags.contains(&tag),
            })
    }
}
