//! What waits to be taken in, one lane a chat: in order within a chat, and in turns between chats and between numbers.
//! Pure.
//!
//! invariant: of two pieces of work with a key in common, the later begins when the earlier is done.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use crate::store::whatsapp::people::Person;

/// Pieces of one chat that are taken in together: more share a transaction, and let others wait longer.
const RUN: usize = 16;
/// Lanes of reports on our messages. They count in any order, so they need no more.
const REPORTS: usize = 4;

/// What may only be worked on by one at a time. A customer whose names are not known to be one has several.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Person(Person),
    Name(String),
    Reports(usize),
}

impl Key {
    /// The lane of reports on this message.
    pub(super) fn of_report(message: &str) -> Self {
        Self::Reports(message.bytes().map(usize::from).sum::<usize>() % REPORTS)
    }
}

/// Work to be done in order, by one worker.
#[derive(Debug)]
pub(super) struct Run<W> {
    pub number: Arc<str>,
    /// It needs something from outside first, and is alone.
    pub fetches: bool,
    pub works: Vec<W>,
    keys: HashSet<Key>,
}

/// All numbers' lanes.
#[derive(Debug)]
pub(super) struct Lanes<W> {
    numbers: BTreeMap<Arc<str>, OfNumber<W>>,
    /// Whose turn it is.
    turns: VecDeque<Arc<str>>,
    next: u64,
}

impl<W> Default for Lanes<W> {
    fn default() -> Self {
        Self { numbers: BTreeMap::new(), turns: VecDeque::new(), next: 0 }
    }
}

#[derive(Debug)]
struct OfNumber<W> {
    waiting: HashMap<u64, Entry<W>>,
    /// The work of each key, in order.
    queues: HashMap<Key, VecDeque<u64>>,
    /// Whose turn it is: the first key of each work that waits.
    turns: VecDeque<Key>,
    /// The same, to be looked up.
    have_turns: HashSet<Key>,
    busy: HashSet<Key>,
}

#[derive(Debug)]
struct Entry<W> {
    keys: Vec<Key>,
    fetches: bool,
    work: W,
}

impl<W> Lanes<W> {
    /// Adds work behind all that has a key in common with it.
    pub(super) fn add(&mut self, number: &Arc<str>, keys: Vec<Key>, fetches: bool, work: W) {
        self.next += 1;
        let turns = &mut self.turns;
        let of_number = self.numbers.entry(Arc::clone(number)).or_insert_with(|| {
            turns.push_back(Arc::clone(number));
            OfNumber::default()
        });
        of_number.add(self.next, Entry { keys, fetches, work });
    }

    /// Begins the next work. `may_fetch` says of which numbers something may be fetched now.
    pub(super) fn take(&mut self, may_fetch: impl Fn(&str) -> bool) -> Option<Run<W>> {
        for _ in 0..self.turns.len() {
            let number = self.turns.pop_front()?;
            let run = self.numbers.get_mut(&number).and_then(|of| of.take(&number, may_fetch(&number)));
            self.turns.push_back(number);
            if run.is_some() {
                return run;
            }
        }
        None
    }

    /// The work of a run is done, so what stood behind it may begin.
    pub(super) fn done(&mut self, number: &Arc<str>, keys: &HashSet<Key>) {
        let Some(of_number) = self.numbers.get_mut(number) else { return };
        of_number.busy.retain(|key| !keys.contains(key));
        if of_number.busy.is_empty() && of_number.waiting.is_empty() {
            self.numbers.remove(number);
            self.turns.retain(|of| of != number);
        }
    }
}

impl<W> Run<W> {
    /// What [`Lanes::done`] is to be told.
    pub(super) fn keys(&self) -> HashSet<Key> {
        self.keys.clone()
    }
}

impl<W> Default for OfNumber<W> {
    fn default() -> Self {
        Self {
            waiting: HashMap::new(),
            queues: HashMap::new(),
            turns: VecDeque::new(),
            have_turns: HashSet::new(),
            busy: HashSet::new(),
        }
    }
}

impl<W> OfNumber<W> {
    fn add(&mut self, seq: u64, entry: Entry<W>) {
        for (place, key) in entry.keys.iter().enumerate() {
            let queue = self.queues.entry(key.clone()).or_default();
            queue.push_back(seq);
            if place == 0 && self.have_turns.insert(key.clone()) {
                self.turns.push_back(key.clone());
            }
        }
        self.waiting.insert(seq, entry);
    }

    fn take(&mut self, number: &Arc<str>, may_fetch: bool) -> Option<Run<W>> {
        for _ in 0..self.turns.len() {
            let key = self.turns.pop_front()?;
            let run = self.front(&key).and_then(|first| self.begin(number, &key, first, may_fetch));
            if self.front(&key).is_some() {
                self.turns.push_back(key);
            } else {
                self.have_turns.remove(&key);
            }
            if run.is_some() {
                return run;
            }
        }
        None
    }

    fn front(&self, key: &Key) -> Option<u64> {
        self.queues.get(key)?.front().copied()
    }

    /// A run of this key's work, if nothing that must be done before is still to be done.
    fn begin(&mut self, number: &Arc<str>, key: &Key, first: u64, may_fetch: bool) -> Option<Run<W>> {
        let fetches = self.waiting.get(&first)?.fetches;
        if fetches && !may_fetch {
            return None;
        }
        let mut run = Run { number: Arc::clone(number), fetches, works: Vec::new(), keys: HashSet::new() };
        let mut next = Some(first);
        while let Some(seq) = next.filter(|seq| self.is_next(*seq, &run.keys)) {
            let Some(entry) = self.waiting.remove(&seq) else { break };
            for key in entry.keys {
                if let Some(queue) = self.queues.get_mut(&key) {
                    queue.pop_front();
                    if queue.is_empty() {
                        self.queues.remove(&key);
                    }
                }
                self.busy.insert(key.clone());
                run.keys.insert(key);
            }
            run.works.push(entry.work);
            let is_full = fetches || run.works.len() >= RUN;
            next = self.front(key).filter(|_| !is_full);
            // What is fetched comes alone, so that nothing waits for it but its own chat.
            next = next.filter(|seq| self.waiting.get(seq).is_some_and(|entry| !entry.fetches));
        }
        (!run.works.is_empty()).then_some(run)
    }

    /// Whether all that stands before it is done, or belongs to the run with these keys.
    fn is_next(&self, seq: u64, of_run: &HashSet<Key>) -> bool {
        let Some(entry) = self.waiting.get(&seq) else { return false };
        entry.keys.iter().all(|key| self.front(key) == Some(seq) && (of_run.contains(key) || !self.busy.contains(key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::Name(name.into())
    }

    /// Lanes with these works, which are numbered in order; each has its number's name and its keys.
    fn lanes(works: &[(&str, &[&str])]) -> Lanes<usize> {
        let mut lanes = Lanes::default();
        for (work, (number, keys)) in works.iter().enumerate() {
            lanes.add(&Arc::from(*number), keys.iter().map(|name| key(name)).collect(), false, work);
        }
        lanes
    }

    fn take(lanes: &mut Lanes<usize>) -> Option<Run<usize>> {
        lanes.take(|_| true)
    }

    fn works(run: Option<&Run<usize>>) -> &[usize] {
        run.map_or(&[], |run| run.works.as_slice())
    }

    #[test]
    fn a_chat_is_worked_on_by_one_and_in_order() {
        let mut lanes = lanes(&[("main", &["ana"]), ("main", &["eva"]), ("main", &["ana"]), ("main", &["ana"])]);
        let ana = take(&mut lanes).unwrap();
        assert_eq!(ana.works, [0, 2, 3], "what waits for the same chat goes together");
        lanes.add(&ana.number, vec![key("ana")], false, 4);
        assert_eq!(works(take(&mut lanes).as_ref()), [1]);
        assert!(take(&mut lanes).is_none(), "the chat is at work");
        lanes.done(&ana.number, &ana.keys());
        assert_eq!(works(take(&mut lanes).as_ref()), [4]);
    }

    #[test]
    fn who_writes_much_holds_up_nobody() {
        let mut much = vec![("main", ["ana"].as_slice()); 3_000];
        much.push(("main", &["eva"]));
        much.push(("spare", &["ida"]));
        let mut lanes = lanes(&much);
        let runs: Vec<_> = std::iter::from_fn(|| take(&mut lanes)).map(|run| run.works).collect();
        assert_eq!(runs, [(0..RUN).collect::<Vec<_>>(), vec![3_001], vec![3_000]]);
    }

    #[test]
    fn a_number_with_many_chats_takes_turns_with_the_others() {
        let names: Vec<_> = (0..100).map(|n| n.to_string()).collect();
        let mut lanes = Lanes::default();
        for (work, name) in names.iter().enumerate() {
            lanes.add(&Arc::from("main"), vec![key(name)], false, work);
        }
        lanes.add(&Arc::from("spare"), vec![key("ida")], false, 100);
        lanes.add(&Arc::from("spare"), vec![key("eva")], false, 101);
        let order: Vec<_> = std::iter::from_fn(|| take(&mut lanes)).flat_map(|run| run.works).take(5).collect();
        assert_eq!(order, [0, 100, 1, 101, 2]);
    }

    #[test]
    fn names_that_turn_out_to_be_one_chat_keep_their_order() {
        let mut lanes =
            lanes(&[("main", &["id"]), ("main", &["phone"]), ("main", &["id", "phone"]), ("main", &["phone"])]);
        let (id, phone) = (take(&mut lanes).unwrap(), take(&mut lanes).unwrap());
        assert_eq!((works(Some(&id)), works(Some(&phone))), ([0].as_slice(), [1].as_slice()));
        lanes.done(&id.number, &id.keys());
        assert!(take(&mut lanes).is_none(), "the third belongs to both, and one is at work");
        lanes.done(&phone.number, &phone.keys());
        let mut rest = Vec::new();
        while let Some(run) = take(&mut lanes) {
            lanes.done(&run.number, &run.keys());
            rest.extend(run.works);
        }
        assert_eq!(rest, [2, 3]);
    }

    #[test]
    fn who_waits_for_a_file_holds_up_their_own_chat_alone() {
        let mut lanes = Lanes::default();
        let main: Arc<str> = Arc::from("main");
        for (work, (name, fetches)) in [("ana", true), ("ana", false), ("eva", false), ("eva", true)].iter().enumerate()
        {
            lanes.add(&main, vec![key(name)], *fetches, work);
        }
        assert_eq!(works(lanes.take(|_| false).as_ref()), [2], "a picture follows and comes alone");
        assert!(lanes.take(|_| false).is_none());
        let fetched = take(&mut lanes).unwrap();
        assert_eq!((fetched.works.as_slice(), fetched.fetches), ([0].as_slice(), true));
        assert!(take(&mut lanes).is_none());
        lanes.done(&main, &fetched.keys());
        assert_eq!(works(take(&mut lanes).as_ref()), [1]);
    }

    #[test]
    fn nothing_is_kept_of_what_is_done() {
        let mut lanes = lanes(&[("main", &["ana", "id"]), ("main", &["eva"])]);
        while let Some(run) = take(&mut lanes) {
            lanes.done(&run.number, &run.keys());
        }
        assert!(lanes.numbers.is_empty() && lanes.turns.is_empty());
    }
}
