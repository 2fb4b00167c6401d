use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::store::testing::empty;
use crate::store::whatsapp::routes;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const NOON: Time = Time(1_793_880_000_000);

fn who(wa_id: &str, user_id: &str, parent: &str) -> Who {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Who { wa_id: some(wa_id), user_id: some(user_id), parent_user_id: some(parent) }
}

/// What the store holds, and what is heard.
struct Book(Connection);

impl Book {
    fn new() -> Self {
        Self(empty())
    }

    /// A customer's message to this number of ours.
    fn told(&self, line: &str, who: &Who, at: Time) -> (Person, Found) {
        let found = find(&self.0, who, at).unwrap();
        let learnt = learn(&self.0, who, found, (line, Sign { at, is_theirs: true })).unwrap();
        (learnt.person, found)
    }

    fn hears(&self, who: &Who, at: Time) -> Person {
        self.told("main", who, at).0
    }

    /// A message on a phone of ours to them.
    fn writes(&self, who: &Who, at: Time) -> Person {
        let found = find(&self.0, who, at).unwrap();
        learn(&self.0, who, found, ("main", Sign { at, is_theirs: false })).unwrap().person
    }

    fn change(&self, before: &Who, after: &Who, at: Time) -> Person {
        let change = Renumbered { id: "wamid.1".into(), before: before.clone(), after: after.clone(), at_ms: None };
        renamed(&self.0, &change, "main", at).unwrap().unwrap().person
    }

    fn of(&self, wa_id: &str, user_id: &str, at: Time) -> Option<Person> {
        find(&self.0, &who(wa_id, user_id, ""), at).unwrap().person
    }

    fn number(&self, person: Person) -> Option<String> {
        number_of(&self.0, person).unwrap()
    }
}

#[test]
fn what_came_together_is_one_person() {
    let book = Book::new();
    let first = book.hears(&who("34600", "ES.1", ""), NOON);
    for same in [who("34600", "", ""), who("", "ES.1", ""), who("34600", "ES.1", "ES.ENT.7")] {
        assert_eq!(book.hears(&same, NOON), first, "{same:?}");
    }
    assert_eq!(book.hears(&who("", "", "ES.ENT.7"), NOON), first, "a parent that leads to one person");
    assert_ne!(book.hears(&who("34601", "", ""), NOON), first);
    assert_ne!(book.hears(&who("", "ES.2", ""), NOON), first);
}

#[test]
fn a_parent_of_several_users_leads_nowhere() {
    let book = Book::new();
    let first = book.hears(&who("", "ES.1", "ES.ENT.7"), NOON);
    let second = book.hears(&who("", "ES.2", "ES.ENT.7"), NOON);
    assert_ne!(first, second, "two users are two people");
    let third = book.hears(&who("", "", "ES.ENT.7"), NOON);
    assert!(third != first && third != second);
}

#[test]
fn a_number_that_was_given_to_somebody_else_is_another_persons() {
    let book = Book::new();
    let carmen = book.hears(&who("34600", "ES.1", ""), NOON);
    let soon = NOON.plus_ms(REUSED_AFTER_MS);
    let (same, found) = book.told("main", &who("34600", "ES.2", ""), soon);
    assert!(same == carmen && found.conflict, "within a day the webhooks may be late");

    let book = Book::new();
    let carmen = book.hears(&who("34600", "ES.1", ""), NOON);
    let later = NOON.plus_ms(REUSED_AFTER_MS + 1);
    let (ana, found) = book.told("main", &who("34600", "ES.2", ""), later);
    assert!(ana != carmen && !found.conflict);
    assert_eq!((book.number(carmen), book.number(ana)), (None, Some("34600".into())));
    assert!(people::was_anothers(&book.0, "34600", ana).unwrap());
    assert!(!people::was_anothers(&book.0, "34600", carmen).unwrap());
    assert_eq!(book.of("34600", "", later), Some(ana), "the number is hers now");
    assert_eq!(book.of("", "ES.1", later), Some(carmen), "and Carmen is still who she is");
    assert_eq!(book.of("34600", "", NOON), Some(carmen), "what is late belongs to whoever had it then");
    assert_eq!(book.hears(&who("34600", "ES.1", ""), NOON.plus_ms(HOUR_MS)), carmen);
    assert_eq!(book.of("34600", "", later), Some(ana), "and takes nothing back");
}

#[test]
fn a_late_proof_between_two_of_another_counts_for_its_time() {
    let book = Book::new();
    let anna = book.hears(&who("34600", "ES.1", ""), NOON);
    assert_eq!(book.hears(&who("34600", "ES.1", ""), NOON.plus_ms(10 * DAY_MS)), anna);
    let bob = book.hears(&who("34600", "ES.2", ""), NOON.plus_ms(5 * DAY_MS));
    let had = |days: i64| book.of("34600", "", NOON.plus_ms(days * DAY_MS));
    assert_eq!([1, 4, 6, 9, 30].map(had), [anna, bob, bob, anna, anna].map(Some));
    // Nearer than a day, it is a contradiction, and whoever is known by the id keeps it.
    let hour = |hours: i64| NOON.plus_ms(hours * HOUR_MS);
    assert_eq!(book.hears(&who("34600", "ES.1", ""), hour(10)), anna);
    assert_eq!(book.hears(&who("34600", "ES.2", ""), hour(5)), bob);
    assert_eq!([4, 5, 6].map(|hours| book.of("34600", "", hour(hours))), [anna, bob, anna].map(Some));
}

#[test]
fn only_what_comes_with_a_number_proves_it() {
    let book = Book::new();
    let anna = book.hears(&who("34600", "ES.1", ""), NOON);
    let later = NOON.plus_ms(72 * HOUR_MS);
    assert_eq!(book.hears(&who("", "ES.1", ""), later), anna);
    assert_eq!(book.hears(&who("34600", "", ""), later), anna);
    assert_eq!(book.writes(&who("34600", "ES.1", ""), later), anna, "nor do we prove it when we write");
    let bob = book.hears(&who("34600", "ES.2", ""), later.plus_ms(1));
    assert!(bob != anna && book.number(anna).is_none());
    let late = NOON.plus_ms(40 * HOUR_MS);
    assert_eq!(book.hears(&who("34600", "ES.2", ""), late), bob, "he had it already then");
    assert_eq!(book.of("34600", "", late.plus_ms(-HOUR_MS)), Some(bob), "and just before is nearer to him");
    assert_eq!(book.of("34600", "", NOON.plus_ms(HOUR_MS)), Some(anna));
}

#[test]
fn who_is_known_by_a_number_alone_is_whoever_had_it_all_the_time() {
    let at = |days: i64| NOON.plus_ms(days * DAY_MS);
    // Nobody else is known: the one who proves it is who wrote before.
    let book = Book::new();
    let (known, _) = book.told("spare", &who("34600", "", ""), at(0));
    assert_eq!(book.hears(&who("34600", "", ""), at(3)), known);
    assert_eq!(book.hears(&who("34600", "ES.1", ""), at(30)), known);
    // Somebody with an id of their own turns out to have it.
    let book = Book::new();
    let known = book.hears(&who("34600", "", ""), at(0));
    let anna = book.hears(&who("", "ES.1", ""), at(1));
    routes::begin(&book.0, "main", known, ("+34600", at(0))).unwrap();
    assert_eq!(book.hears(&who("34600", "ES.1", ""), at(2)), anna);
    assert!(people::chat(&book.0, anna, "main").unwrap().is_some(), "the chat is hers");
    // It was two people's in that time.
    let book = Book::new();
    let anna = book.hears(&who("34600", "ES.1", ""), at(0));
    assert_eq!(book.hears(&who("34601", "ES.1", ""), at(1)), anna);
    let known = book.hears(&who("34600", "", ""), at(10));
    assert_eq!(book.hears(&who("34600", "", ""), at(50)), known);
    let bob = book.hears(&who("34600", "ES.2", ""), at(9));
    assert_eq!(bob, known, "nobody else is known to have had it");
}

#[test]
fn a_user_who_writes_with_another_number_has_left_the_one_before() {
    let book = Book::new();
    let kim = book.hears(&who("34600", "ES.1", ""), NOON);
    let later = NOON.plus_ms(48 * HOUR_MS);
    assert_eq!(book.hears(&who("34601", "ES.1", ""), later), kim);
    assert_eq!(book.number(kim), Some("34601".into()));
    assert_eq!(book.of("34600", "", later.plus_ms(1)), None);
    assert_eq!(book.hears(&who("34602", "ES.1", ""), NOON.plus_ms(HOUR_MS)), kim, "late");
    assert_eq!(book.number(kim), Some("34601".into()));
}

#[test]
fn a_number_that_moves_to_a_known_user_leaves_the_other() {
    let book = Book::new();
    let carmen = book.hears(&who("34600", "ES.1", ""), NOON);
    let ana = book.hears(&who("34601", "ES.2", ""), NOON);
    let later = NOON.plus_ms(HOUR_MS);
    let sign = Sign { at: later, is_theirs: true };
    let moved = who("34600", "ES.2", "");
    let found = find(&book.0, &moved, later).unwrap();
    let learnt = learn(&book.0, &moved, found, ("main", sign)).unwrap();
    assert_eq!(learnt.person, ana, "the id decides");
    assert_eq!(BTreeSet::from_iter(learnt.changed), BTreeSet::from([carmen, ana]), "both have another number now");
    assert_eq!((book.number(carmen), book.number(ana)), (None, Some("34600".into())));
    assert_eq!(book.of("34600", "", later), Some(ana));
    assert_eq!(book.of("34601", "", later), None);
}

#[test]
fn an_announced_change_is_about_the_same_person() {
    let book = Book::new();
    let carmen = book.hears(&who("34600", "ES.1", "ES.ENT.1"), NOON);
    let later = NOON.plus_ms(48 * HOUR_MS);
    assert_eq!(book.change(&who("34600", "ES.1", ""), &who("34699", "ES.9", ""), later), carmen);
    assert_eq!(book.of("34699", "", later), Some(carmen));
    assert_eq!(book.of("", "ES.9", later), Some(carmen));
    assert_eq!(book.of("34600", "", later.plus_ms(1)), None, "the old number is free for others");
    assert_eq!(book.number(carmen), Some("34699".into()));
}

#[test]
fn announced_changes_come_in_any_order() {
    let at = |days: i64| NOON.plus_ms(days * DAY_MS);
    let steps: [&dyn Fn(&Book) -> Person; 4] = [
        &|book| book.hears(&who("34600", "", ""), at(0)),
        &|book| book.change(&who("34600", "", ""), &who("34601", "", ""), at(2)),
        &|book| book.change(&who("34601", "", ""), &who("34602", "", ""), at(4)),
        &|book| book.hears(&who("34602", "", ""), at(5)),
    ];
    for order in [[0, 1, 2, 3], [0, 2, 1, 3], [0, 3, 2, 1], [2, 3, 0, 1], [3, 1, 0, 2], [3, 2, 1, 0]] {
        let book = Book::new();
        for step in order {
            steps[step](&book);
        }
        let person = book.of("34602", "", at(6)).unwrap();
        let before = [("34600", 0), ("34601", 3)].map(|(number, day)| book.of(number, "", at(day)));
        assert_eq!(before, [Some(person); 2], "{order:?}");
        assert_eq!(book.of("34600", "", at(6)), None, "{order:?}");
        assert_eq!(book.number(person), Some("34602".into()), "{order:?}");
    }
    // A message with the new id comes before the change is told.
    let book = Book::new();
    let carmen = book.hears(&who("34600", "ES.1", ""), at(0));
    let new = book.hears(&who("34699", "ES.9", ""), at(3));
    assert_ne!(new, carmen);
    let same = book.change(&who("34600", "ES.1", ""), &who("34699", "ES.9", ""), at(2));
    assert_eq!((book.of("", "ES.9", at(4)), book.of("34699", "", at(4))), (Some(same), Some(same)));
}

#[test]
fn who_is_known_by_numbers_alone_moves_as_announced() {
    let at = |days: i64| NOON.plus_ms(days * DAY_MS);
    // The next owner of the number that was left is somebody else.
    let book = Book::new();
    let known = book.hears(&who("34600", "", ""), at(0));
    assert_eq!(book.change(&who("34600", "", ""), &who("34601", "", ""), at(10)), known);
    let anna = book.hears(&who("34600", "ES.1", ""), at(20));
    assert_ne!(anna, known);
    assert_eq!((book.number(known), book.number(anna)), (Some("34601".into()), Some("34600".into())));
    assert_eq!(book.hears(&who("34601", "", ""), at(21)), known);
    assert_eq!(book.hears(&who("34601", "ES.2", ""), at(22)), known, "whose id becomes known");
    // The former owner of the new number has it no more.
    let book = Book::new();
    let anna = book.hears(&who("34601", "ES.1", ""), at(0));
    let known = book.hears(&who("34600", "", ""), at(8));
    assert_eq!(book.change(&who("34600", "", ""), &who("34601", "", ""), at(12)), known);
    assert_eq!((book.number(known), book.number(anna)), (Some("34601".into()), None));
    assert_eq!([1, 13].map(|day| book.of("34601", "", at(day))), [Some(anna), Some(known)]);
    // Whoever has it next does not move with a change that is told late.
    for next in [who("34600", "", ""), who("34600", "ES.1", "")] {
        let book = Book::new();
        let next_owner = book.hears(&next, at(5));
        let moved = book.change(&who("34600", "", ""), &who("34601", "", ""), at(0));
        assert_ne!(moved, next_owner);
        assert_eq!((book.number(next_owner), book.number(moved)), (Some("34600".into()), Some("34601".into())));
        assert_eq!(book.of("34600", "", at(6)), Some(next_owner));
    }
}

#[test]
fn a_change_that_is_told_late_is_of_whoever_had_the_number_before() {
    let at = |days: i64| NOON.plus_ms(days * DAY_MS);
    let change = |book: &Book, day| book.change(&who("34600", "", ""), &who("34601", "", ""), at(day));
    // Anna had left it, and Bob has it since.
    let book = Book::new();
    let anna = book.hears(&who("34600", "ES.1", ""), at(0));
    book.hears(&who("34609", "ES.1", ""), at(5));
    let bob = book.hears(&who("34600", "", ""), at(25));
    let moved = change(&book, 20);
    assert!(moved != anna && moved != bob);
    assert_eq!(book.number(bob), Some("34600".into()));
    // Bob's proof is nearer, but later.
    let book = Book::new();
    let known = book.hears(&who("34600", "", ""), at(0));
    let bob = book.hears(&who("", "ES.2", ""), at(34));
    routes::begin(&book.0, "main", known, ("+34600", at(0))).unwrap();
    assert_eq!(change(&book, 30), known);
    assert_eq!(book.hears(&who("34600", "ES.2", ""), at(35)), bob);
    assert_eq!((book.number(known), book.number(bob)), (Some("34601".into()), Some("34600".into())));
    // With an id that nobody knew, it is nobody's who came later either.
    let book = Book::new();
    let bob = book.hears(&who("34600", "", ""), at(25));
    assert_ne!(book.change(&who("34600", "ES.9", ""), &who("34601", "ES.9", ""), at(20)), bob);
    assert_eq!(book.of("", "ES.9", at(30)).and_then(|person| book.number(person)), Some("34601".into()));
}

#[test]
fn what_is_heard_twice_adds_nothing() {
    let book = Book::new();
    let carmen = who("34600", "ES.1", "ES.ENT.1");
    book.hears(&carmen, NOON);
    let holds = || -> i64 {
        book.0.prepare_cached("SELECT count(*) FROM whatsapp_holds").unwrap().query_row([], |row| row.get(0)).unwrap()
    };
    for hours in [0, 1, 20, 40, 30, 0] {
        book.hears(&carmen, NOON.plus_ms(hours * HOUR_MS));
    }
    assert_eq!(holds(), 1, "a time without gaps is one hold");
    book.hears(&carmen, NOON.plus_ms(90 * HOUR_MS));
    assert_eq!(holds(), 2, "a gap may have been another's");
}

/// Numbers that are the next of a sequence that looks like chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A message as WhatsApp tells it, and who really sent it.
#[derive(Clone, Debug)]
struct Sent {
    user: u64,
    number: u64,
    at: Time,
    line: &'static str,
    with_number: bool,
    with_id: bool,
}

impl Sent {
    fn who(&self) -> Who {
        let (number, user) = (format!("3460{}", self.number), format!("ES.{}", self.user));
        Who { wa_id: self.with_number.then_some(number), user_id: self.with_id.then_some(user), parent_user_id: None }
    }
}

/// What people with a few numbers between them write in some months. A number is free for three days before it is given to
/// somebody else, who has one at a time.
fn story(chance: &mut Chance) -> Vec<Sent> {
    let (users, numbers) = (2 + chance.below(4), 2 + chance.below(3));
    let mut has = BTreeMap::<u64, u64>::new();
    let mut free: BTreeMap<u64, i64> = (0..numbers).map(|number| (number, -10)).collect();
    let mut sent = Vec::new();
    for day in 0..60_i64 {
        for user in 0..users {
            if chance.below(12) == 0 {
                if let Some(number) = has.remove(&user) {
                    free.insert(number, day);
                }
                let offers: Vec<_> = free.iter().filter(|(_, since)| day - **since > 3).map(|(n, _)| *n).collect();
                if !offers.is_empty() {
                    let number = offers[chance.below(offers.len() as u64) as usize];
                    free.remove(&number);
                    has.insert(user, number);
                }
            }
            let Some(number) = has.get(&user).copied() else { continue };
            for _ in 0..chance.below(3) {
                let at = NOON.plus_ms(day * DAY_MS + chance.below(20 * HOUR_MS as u64) as i64);
                let kind = chance.below(6);
                sent.push(Sent {
                    user,
                    number,
                    at,
                    line: if chance.below(2) == 0 { "main" } else { "spare" },
                    with_number: kind != 0,
                    with_id: kind != 1 && kind != 2,
                });
            }
        }
    }
    sent.sort_by_key(|sent| sent.at);
    sent
}

/// Who had a number, by all proofs one by one: to whom the nearest belongs, unless they are known with another number since.
fn by_all_proofs(proofs: &[Sent], number: u64, at: Time) -> Option<u64> {
    let of_number = || proofs.iter().filter(|proof| proof.number == number);
    let before = of_number().filter(|proof| proof.at <= at).max_by_key(|proof| proof.at);
    let after = of_number().filter(|proof| proof.at > at).min_by_key(|proof| proof.at);
    let moved = |user: u64, from: Time, to: Time| {
        proofs.iter().any(|proof| proof.user == user && proof.number != number && from <= proof.at && proof.at <= to)
    };
    let before = before.filter(|proof| !moved(proof.user, proof.at, at));
    let after = after.filter(|proof| !moved(proof.user, at, proof.at));
    match (before, after) {
        (Some(before), Some(after)) if after.at.since(at) < at.since(before.at) => Some(after.user),
        (Some(proof), _) | (None, Some(proof)) => Some(proof.user),
        (None, None) => None,
    }
}

#[test]
fn numbers_are_whose_all_proofs_together_say_they_were() {
    for seed in 0..60 {
        let mut chance = Chance(seed);
        let mut sent = story(&mut chance);
        // In order, nearly so, or not at all; some are told again.
        let reach = [0, 4, 40, 100_000][seed as usize % 4];
        let again: Vec<_> = sent.iter().filter(|_| chance.below(4) == 0).cloned().collect();
        sent.extend(again);
        let mut order: Vec<_> = sent.into_iter().map(|sent| (sent.at.0, sent)).collect();
        order.sort_by_key(|(at, _)| *at);
        let mut order: Vec<_> = order.into_iter().enumerate().map(|(n, (_, sent))| (n, sent)).collect();
        for (place, _) in &mut order {
            *place += chance.below(reach + 1) as usize;
        }
        order.sort_by_key(|(place, _)| *place);

        let book = Book::new();
        let mut proofs = Vec::new();
        let mut told = Vec::new();
        for (_, sent) in &order {
            let (found, _) = book.told(sent.line, &sent.who(), sent.at);
            match sent.with_id {
                true => {
                    assert_eq!(Some(found), book.of("", &format!("ES.{}", sent.user), sent.at), "{seed} {sent:?}");
                    if sent.with_number {
                        proofs.push(sent.clone());
                    }
                }
                false => {
                    let whose = by_all_proofs(&proofs, sent.number, sent.at);
                    if let Some(user) = whose {
                        let theirs = book.of("", &format!("ES.{user}"), sent.at);
                        assert_eq!(Some(found), theirs, "seed {seed}: {sent:?} by {proofs:?}");
                        if reach == 0
                            && proofs.iter().any(|proof| {
                                proof.user == sent.user
                                    && proof.number == sent.number
                                    && proof.at.since(sent.at).abs() <= DAY_MS
                            })
                        {
                            assert_eq!(user, sent.user, "seed {seed}: in order, and proven near: {sent:?}");
                        }
                    }
                    told.push((found, whose));
                }
            }
        }
        for (user, other) in (0..6).flat_map(|user| (0..user).map(move |other| (user, other))) {
            let of = |user: u64| book.of("", &format!("ES.{user}"), NOON);
            assert!(of(user).is_none() || of(user) != of(other), "seed {seed}: two people are one");
        }
        for day in 0..70 {
            for number in 0..6 {
                let at = NOON.plus_ms(day * DAY_MS + 12 * HOUR_MS);
                let Some(user) = by_all_proofs(&proofs, number, at) else { continue };
                let found = book.of(&format!("3460{number}"), "", at);
                assert_eq!(found, book.of("", &format!("ES.{user}"), at), "seed {seed}: {number} on day {day}");
            }
        }
        for user in 0..6 {
            let last = proofs.iter().filter(|proof| proof.user == user).max_by_key(|proof| proof.at);
            let Some(last) = last else { continue };
            let holder = by_all_proofs(&proofs, last.number, NOON.plus_ms(1_000 * DAY_MS));
            let person = book.of("", &format!("ES.{user}"), NOON).unwrap();
            let number = (holder == Some(user)).then(|| format!("3460{}", last.number));
            assert_eq!(book.number(person), number, "seed {seed}: user {user}");
        }
    }
}
