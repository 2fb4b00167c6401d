//! What people did in a run, as far as they know themselves.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tandem_conversation::TurnId;

/// What an agent knows of a word that they wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Typed; whether the desk has it is not known.
    Typed,
    /// The desk has said that it has it: it must never be lost.
    Kept,
    /// The desk has said that it was sent, or will be.
    Sent,
}

/// Clerk of one run. Every piece of text has a word of its own, by which it is found again.
#[derive(Default)]
pub struct Journal {
    words: Mutex<BTreeMap<String, Known>>,
    next: AtomicUsize,
    accepted: Mutex<Vec<TurnId>>,
    /// What happened when, for whoever looks at a failure.
    lines: Mutex<Vec<String>>,
}

impl Journal {
    /// A word that nobody has written before.
    pub fn word(&self) -> String {
        format!("word{:04}", self.next.fetch_add(1, Ordering::Relaxed))
    }

    pub fn know(&self, word: &str, known: Known) {
        self.words.lock().unwrap().insert(word.to_owned(), known);
    }

    pub fn words(&self) -> BTreeMap<String, Known> {
        self.words.lock().unwrap().clone()
    }

    /// The hub has told a customer that it has their message.
    pub fn accepted(&self, turn: TurnId) {
        self.accepted.lock().unwrap().push(turn);
    }

    pub fn all_accepted(&self) -> Vec<TurnId> {
        self.accepted.lock().unwrap().clone()
    }

    pub fn note(&self, line: String) {
        self.lines.lock().unwrap().push(line);
    }

    pub fn lines(&self) -> String {
        self.lines.lock().unwrap().join("\n  ")
    }
}
