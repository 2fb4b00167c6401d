//! Which notifications a run that was killed has left on the screen.
//!
//! The record holds numbers only, so it is readable before the cache is unlocked.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The notifications on screen, as a program keeps them on disk.
///
/// A screen is one life of the notification service: its numbers mean nothing to the next one, and may name the
/// notifications of other programs there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    screen: String,
    numbers: BTreeSet<u32>,
}

impl Left {
    /// Records a shown notification. Those of another screen are gone with it.
    pub fn shown(&mut self, screen: &str, number: u32) {
        if self.screen != screen {
            *self = Self { screen: screen.to_owned(), numbers: BTreeSet::new() };
        }
        self.numbers.insert(number);
    }

    /// Records that one has left the screen.
    pub fn gone(&mut self, screen: &str, number: u32) {
        if self.screen == screen {
            self.numbers.remove(&number);
        }
    }

    /// What to close on this screen.
    #[must_use]
    pub fn on(&self, screen: &str) -> Vec<u32> {
        match self.screen == screen {
            true => self.numbers.iter().copied().collect(),
            false => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Left;

    #[test]
    fn only_what_stands_on_the_same_screen_is_closed() {
        let mut left = Left::default();
        for number in [3, 4, 5] {
            left.shown("monday", number);
        }
        left.gone("monday", 4);
        assert_eq!(left.on("monday"), [3, 5]);
        assert!(left.on("tuesday").is_empty(), "there, 3 and 5 may be another program's");
        left.gone("tuesday", 5);
        assert_eq!(left.on("monday"), [3, 5]);
        left.shown("tuesday", 1);
        assert_eq!((left.on("monday"), left.on("tuesday")), (vec![], vec![1]));
    }
}
