//! What people did in a run, as far as they know.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tandem_conversation::TurnId;

/// What an agent knows about a word that they wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Typed; unknown whether the desk has it.
    Typed,
    /// The desk has confirmed it: it must never be lost.
    Kept,
    /// The desk has confirmed that it was or will be sent.
    Sent,
}

/// Records one run. Every text contains a unique word, by which it is found again.
#[derive(Default)]
pub struct Journal {
    words: Mutex<BTreeMap<String, Known>>,
    next: AtomicUsize,
    accepted: Mutex<Vec<TurnId>>,
    /// The course of events, for investigating a failure.
    lines: Mutex<Vec<String>>,
}

impl Journal {
    /// A unique word.
    pub fn word(&self) -> String {
        format!("word{:04}", self.next.fetch_add(1, Ordering::Relaxed))
    }

    pub fn know(&self, word: &str, known: Known) {
        self.words.lock().unwrap().insert(word.to_owned(), known);
    }

    pub fn words(&self) -> BTreeMap<String, Known> {
        self.words.lock().unwrap().clone()
    }

    /// The hub has confirmed a customer's message.
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
