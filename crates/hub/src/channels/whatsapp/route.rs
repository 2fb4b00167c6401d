//! Routes: which chat a message belongs to, by evidence and never by a guess.
//!
//! A route is one chat of one WhatsApp account with one of the company's numbers. Replies go to routes. What came together in one
//! payload names one route; an announced change adds the new name to it. A number that turns up with another user's id
//! after a day of silence was given to somebody else, and begins a new route. Pure.

use tandem_conversation::Time;

use super::webhook::Who;
use crate::store::whatsapp::routes::{Name, NameKind, Placement};

/// How long a number with another user's id still counts as the same person's, in milliseconds: webhooks may be late.
pub(super) const REUSED_AFTER_MS: i64 = 24 * 3_600_000;

/// The names of a customer, from the strictest.
pub(crate) fn names(who: &Who) -> Vec<(NameKind, String)> {
    let of = [(NameKind::User, &who.user_id), (NameKind::Parent, &who.parent_user_id), (NameKind::Number, &who.wa_id)];
    of.into_iter().filter_map(|(kind, value)| Some((kind, value.clone()?))).collect()
}

/// Finds the route of a message that was sent at `at`. `known` has every name of every route that has one of the
/// message's names.
#[must_use]
pub(crate) fn place<R: Copy + Eq>(who: &Who, at: Time, known: &[Name<R>]) -> Placement<R> {
    let names = names(who);
    let holders = |kind: NameKind, value: &str| {
        let mut holders: Vec<_> = known.iter().filter(|name| name.kind == kind && name.value == value).collect();
        // What was given up, and that nobody has had since, is nobody's.
        if !holders.iter().any(|name| name.is_at(at)) {
            holders.clear();
        }
        // A late message belongs to whoever had the name then; between two, to the nearer one.
        holders.sort_by_key(|name| (name.distance(at), name.until.is_none(), name.until));
        holders
    };
    let mut placement = Placement::at(None);
    for (kind, value) in &names {
        let holders = holders(*kind, value);
        let Some(first) = holders.first() else { continue };
        match kind {
            // One parent may stand for several users.
            NameKind::Parent if holders.iter().any(|holder| holder.route != first.route) => continue,
            NameKind::User => {}
            NameKind::Parent | NameKind::Number => {
                let other = who.user_id.as_ref().and_then(|user| {
                    let of_route = |name: &&Name<R>| name.route == first.route && name.kind == NameKind::User;
                    known.iter().filter(of_route).find(|name| name.until.is_none() && name.value != *user)
                });
                // Between two holders, a third one had it.
                let is_between = first.until.is_some() && first.distance(at) > 0;
                if other.is_some() && is_between {
                    continue;
                }
                if other.is_some() && first.until.is_none() {
                    if *kind == NameKind::Parent || first.distance(at) > REUSED_AFTER_MS {
                        continue;
                    }
                    if at.since(first.last_seen) > REUSED_AFTER_MS {
                        placement.ends.push((first.route, *kind, value.clone(), first.last_seen));
                        continue;
                    }
                    placement.conflict = true;
                }
            }
        }
        placement.route = Some(first.route);
        break;
    }
    // Without an id, a message to a chat whose id is known is no proof of the number.
    let has_user = |route| known.iter().any(|name| Some(name.route) == route && name.kind == NameKind::User);
    if who.user_id.is_none() && has_user(placement.route) {
        return placement;
    }
    for (kind, value) in names {
        let current = known.iter().filter(|name| name.kind == kind && name.value == value && name.until.is_none());
        let holders: Vec<_> = current.collect();
        if let Some(own) = holders.iter().find(|name| Some(name.route) == placement.route) {
            // What another is known to have had since then was not theirs yet.
            let of = |name: &&Name<R>| name.kind == kind && name.value == value && name.route != own.route;
            let is_in_between = known.iter().filter(of).any(|name| name.until.is_none_or(|until| until >= at));
            match own.from > at && kind != NameKind::Parent && is_in_between {
                true => placement.past.push((kind, value)),
                false => placement.seen.push((kind, value)),
            }
            continue;
        }
        let is_late = known.iter().any(|name| {
            Some(name.route) == placement.route && name.kind == kind && name.value == value && name.is_at(at)
        });
        if is_late {
            continue;
        }
        // A user has one number.
        let mut own = Vec::new();
        if kind == NameKind::Number && who.user_id.is_some() {
            let is_own = |name: &&Name<R>| Some(name.route) == placement.route && name.kind == kind;
            own.extend(known.iter().filter(is_own).filter(|name| name.until.is_none()));
        }
        // What is known to be another's since, or to be another one since, is not taken back by what comes late.
        let is_since = kind != NameKind::Parent && holders.iter().any(|name| name.from > at);
        if is_since || own.iter().any(|name| name.from > at) {
            placement.past.push((kind, value));
            continue;
        }
        for name in own {
            placement.ends.push((name.route, kind, name.value.clone(), name.last_seen.min(at)));
        }
        for holder in &holders {
            let end = (holder.route, kind, value.clone(), holder.last_seen);
            if kind != NameKind::Parent && !placement.ends.contains(&end) {
                placement.ends.push(end);
            }
        }
        placement.adds.push((kind, value));
    }
    placement
}

/// Looks whether a number without an id was rather somebody else's at that time, by chats with other numbers of ours: each
/// with their chat with this number, if they have one. A chat whose user is not known stays: nothing speaks against it.
#[must_use]
pub(crate) fn among_others<R: Copy + Eq>(
    placement: Placement<R>,
    value: &str,
    at: Time,
    known: &[Name<R>],
    others: &[Name<Option<R>>],
) -> Placement<R> {
    let has_user = |route: R| known.iter().any(|name| name.route == route && name.kind == NameKind::User);
    let here = || known.iter().filter(|name| name.kind == NameKind::Number && name.value == value);
    let nearest = |route: R| here().filter(|name| name.route == route).map(|name| name.distance(at)).min();
    let Some(route) = placement.route else {
        // It was given up here, and somebody has it since elsewhere: between the two, the nearer one.
        let given_up = here().min_by_key(|name| name.distance(at));
        let since = others.iter().map(|other| other.distance(at)).min();
        if let Some(nearer) = given_up.filter(|name| since.is_some_and(|since| name.distance(at) < since)) {
            return Placement::at(Some(nearer.route));
        }
        // Nobody here is known by the number, though perhaps by their id.
        let theirs = others.iter().filter(|other| other.distance(at) == 0).find_map(|other| other.route);
        return theirs.map_or(placement, |route| Placement::at(Some(route)));
    };
    let own = nearest(route).filter(|_| has_user(route));
    let rest = others.iter().filter(|other| other.route != Some(route));
    let Some(other) = rest.min_by_key(|other| other.distance(at)).filter(|other| Some(other.distance(at)) < own) else {
        return placement;
    };
    let nobodys = here().filter(|name| !has_user(name.route)).min_by_key(|name| name.distance(at));
    let found = other.route.or_else(|| nobodys.map(|name| name.route));
    let name = (NameKind::Number, value.to_owned());
    let is_held = here().any(|name| name.until.is_none());
    match found {
        Some(route) => Placement::at(Some(route)),
        None if is_held => Placement { past: vec![name], ..Placement::at(None) },
        None => Placement { adds: vec![name], ..Placement::at(None) },
    }
}

/// What an announced change makes of a route's names; none if nobody is known by the old ones.
#[must_use]
pub(crate) fn renamed<R: Copy + Eq>(before: &Who, after: &Who, at: Time, known: &[Name<R>]) -> Option<Placement<R>> {
    let route = place(before, at, known).route?;
    let after = names(after);
    let mut placement = Placement::at(Some(route));
    for (kind, value) in names(before) {
        let goes_on = after.iter().any(|(of, new)| *of == kind && *new == value);
        let is_replaced = after.iter().any(|(of, _)| *of == kind);
        if is_replaced && !goes_on {
            placement.ends.push((route, kind, value, at));
        }
    }
    for (kind, value) in after {
        let current: Vec<_> =
            known.iter().filter(|name| name.kind == kind && name.value == value && name.until.is_none()).collect();
        if current.iter().any(|name| name.route == route) {
            continue;
        }
        if kind != NameKind::Parent && current.iter().any(|name| name.from > at) {
            placement.past.push((kind, value));
            continue;
        }
        for holder in current.iter().filter(|_| kind != NameKind::Parent) {
            placement.ends.push((holder.route, kind, value.clone(), holder.last_seen));
        }
        placement.adds.push((kind, value));
    }
    Some(placement)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;
    const NOON: Time = Time(1_793_880_000_000);

    fn who(wa_id: &str, user_id: &str, parent: &str) -> Who {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Who { wa_id: some(wa_id), user_id: some(user_id), parent_user_id: some(parent) }
    }

    /// The names that the store would hold.
    #[derive(Default)]
    struct Book {
        names: Vec<Name<u32>>,
        routes: u32,
    }

    impl Book {
        fn hears(&mut self, who: &Who, at: Time) -> (u32, Placement<u32>) {
            let placement = place(who, at, &self.names);
            self.keep(&placement, at)
        }

        fn keep(&mut self, placement: &Placement<u32>, at: Time) -> (u32, Placement<u32>) {
            let route = placement.route.unwrap_or_else(|| {
                self.routes += 1;
                self.routes
            });
            for (of, kind, value, until) in &placement.ends {
                for name in &mut self.names {
                    if name.route == *of && name.kind == *kind && name.value == *value && name.until.is_none() {
                        name.until = Some(*until);
                    }
                }
            }
            for (kind, value) in &placement.adds {
                let (kind, value) = (*kind, value.clone());
                self.names.push(Name { route, kind, value, from: at, until: None, last_seen: at });
            }
            for (kind, value) in &placement.past {
                let until = Some(at);
                self.names.push(Name { route, kind: *kind, value: value.clone(), from: at, until, last_seen: at });
            }
            for (kind, value) in &placement.seen {
                let of = |name: &&mut Name<u32>| name.route == route && name.kind == *kind && name.value == *value;
                for name in self.names.iter_mut().filter(of).filter(|name| name.until.is_none()) {
                    (name.from, name.last_seen) = (name.from.min(at), name.last_seen.max(at));
                }
            }
            (route, placement.clone())
        }
    }

    #[test]
    fn what_came_together_is_one_route() {
        let mut book = Book::default();
        let (first, _) = book.hears(&who("34600", "ES.1", ""), NOON);
        for same in [who("34600", "", ""), who("", "ES.1", ""), who("34600", "ES.1", "ES.ENT.7")] {
            assert_eq!(book.hears(&same, NOON).0, first, "{same:?}");
        }
        assert_eq!(book.hears(&who("", "", "ES.ENT.7"), NOON).0, first, "a parent that leads to one route");
        assert_ne!(book.hears(&who("34601", "", ""), NOON).0, first);
        assert_ne!(book.hears(&who("", "ES.2", ""), NOON).0, first);
    }

    #[test]
    fn a_parent_of_several_users_leads_nowhere() {
        let mut book = Book::default();
        let (first, _) = book.hears(&who("", "ES.1", "ES.ENT.7"), NOON);
        let (second, _) = book.hears(&who("", "ES.2", "ES.ENT.7"), NOON);
        assert_ne!(first, second, "two users are two chats");
        let (third, placement) = book.hears(&who("", "", "ES.ENT.7"), NOON);
        assert!(third != first && third != second && placement.route.is_none());
    }

    #[test]
    fn a_number_that_was_given_to_somebody_else_begins_a_new_route() {
        let mut book = Book::default();
        let (carmen, _) = book.hears(&who("34600", "ES.1", ""), NOON);
        let soon = NOON.plus_ms(REUSED_AFTER_MS);
        let (same, placement) = book.hears(&who("34600", "ES.2", ""), soon);
        assert!(same == carmen && placement.conflict, "within a day the webhooks may be late");

        let mut book = Book::default();
        let (carmen, _) = book.hears(&who("34600", "ES.1", ""), NOON);
        let later = NOON.plus_ms(REUSED_AFTER_MS + 1);
        let (ana, placement) = book.hears(&who("34600", "ES.2", ""), later);
        assert!(ana != carmen && !placement.conflict);
        assert_eq!(placement.ends, [(carmen, NameKind::Number, "34600".into(), NOON)]);
        assert_eq!(book.hears(&who("34600", "", ""), later).0, ana, "the number is hers now");
        assert_eq!(book.hears(&who("", "ES.1", ""), later).0, carmen, "and Carmen is still who she is");
        assert_eq!(book.hears(&who("34600", "", ""), NOON).0, carmen, "what is late belongs to whoever had it then");
        let between = NOON.plus_ms(HOUR_MS);
        let (found, placement) = book.hears(&who("34600", "ES.1", ""), between);
        assert!(found == carmen && placement.adds.is_empty() && placement.ends.is_empty(), "{placement:?}");
        assert_eq!(book.hears(&who("34600", "", ""), later).0, ana, "and takes nothing back");
    }

    #[test]
    fn facts_lead_to_the_same_routes_in_whatever_order_they_come() {
        let late = NOON.plus_ms(-2 * 24 * HOUR_MS);
        let mut book = Book::default();
        let (anna, _) = book.hears(&who("34600", "ES.1", ""), NOON);
        let (cleo, placement) = book.hears(&who("34600", "ES.3", ""), late);
        assert!(cleo != anna && placement.adds == [(NameKind::User, "ES.3".into())], "{placement:?}");
        assert_eq!(book.hears(&who("34600", "", ""), NOON).0, anna, "the number is Anna's since");
        assert_eq!(book.hears(&who("34600", "", ""), late.plus_ms(HOUR_MS)).0, cleo, "and was Cleo's before");
        let between = late.plus_ms(20 * HOUR_MS);
        let change = renamed(&who("34600", "", ""), &who("34699", "", ""), between, &book.names).unwrap();
        assert_eq!(book.keep(&change, between).0, cleo, "it was hers who changed it");
        assert_eq!(book.hears(&who("34699", "", ""), NOON).0, cleo);
        let (eve, placement) = book.hears(&who("34600", "ES.4", ""), between);
        assert!(eve != anna && eve != cleo && placement.ends.is_empty(), "somebody in between");
    }

    #[test]
    fn only_what_comes_with_a_number_proves_it() {
        let mut book = Book::default();
        let (anna, _) = book.hears(&who("34600", "ES.1", ""), NOON);
        let later = NOON.plus_ms(72 * HOUR_MS);
        assert_eq!(book.hears(&who("", "ES.1", ""), later).0, anna);
        assert_eq!(book.hears(&who("34600", "", ""), later).0, anna);
        let (bob, placement) = book.hears(&who("34600", "ES.2", ""), later.plus_ms(1));
        assert!(bob != anna && placement.ends == [(anna, NameKind::Number, "34600".into(), NOON)], "{placement:?}");
        let late = NOON.plus_ms(40 * HOUR_MS);
        assert_eq!(book.hears(&who("34600", "ES.2", ""), late).0, bob, "he had it already then");
        assert_eq!(
            book.hears(&who("34600", "", ""), late.plus_ms(-HOUR_MS)).0,
            bob,
            "and just before is nearer to him"
        );
        assert_eq!(book.hears(&who("34600", "", ""), NOON.plus_ms(HOUR_MS)).0, anna);
    }

    #[test]
    fn chats_with_our_other_numbers_say_whose_a_number_was() {
        fn number<R>(route: R, from: i64, until: Option<i64>) -> Name<R> {
            let (from, until) = (NOON.plus_ms(from * HOUR_MS), until.map(|until| NOON.plus_ms(until * HOUR_MS)));
            Name { route, kind: NameKind::Number, value: "34600".into(), from, until, last_seen: until.unwrap_or(from) }
        }
        let user = |route: u32| Name { kind: NameKind::User, value: format!("ES.{route}"), ..number(route, 0, None) };
        let found = |known: &[Name<u32>], others: &[Name<Option<u32>>], at: i64| {
            let at = NOON.plus_ms(at * HOUR_MS);
            among_others(place(&who("34600", "", ""), at, known), "34600", at, known, others)
        };
        // Anna had it until noon, and Bob since ten o'clock the day after, in his chat with this number or another one.
        let here = [number(1, -24, Some(0)), user(1), number(2, 70, None), user(2)];
        assert_eq!(found(&here, &[], 30).route, Some(1), "nearer to Anna");
        assert_eq!(found(&here, &[number(Some(2), 22, Some(70))], 30).route, Some(2), "Bob has it by another chat");
        let placement = found(&here, &[number(None, 22, Some(40))], 30);
        assert_eq!((placement.route, placement.adds.len(), placement.past.len()), (None, 0, 1), "somebody in between");
        assert_eq!(found(&here[..2], &[number(None, 22, None)], 30).adds.len(), 1, "nobody has it here: it is theirs");
        assert_eq!(found(&here[..2], &[number(None, 22, None)], 1).route, Some(1), "late, and nearer to Anna");
        assert_eq!(found(&[number(3, 25, None)], &[number(None, 22, None)], 30).route, Some(3), "nothing against it");
        assert_eq!(found(&[], &[number(None, 22, None)], 30).adds.len(), 1, "a new chat, which is found again");
        assert_eq!(found(&[user(2)], &[number(Some(2), 22, None)], 30).route, Some(2), "known here by their id");
    }

    #[test]
    fn a_user_who_writes_with_another_number_has_left_the_one_before() {
        let mut book = Book::default();
        let (kim, _) = book.hears(&who("34600", "ES.1", ""), NOON);
        let later = NOON.plus_ms(48 * HOUR_MS);
        let (same, placement) = book.hears(&who("34601", "ES.1", ""), later);
        assert!(same == kim && placement.ends == [(kim, NameKind::Number, "34600".into(), NOON)], "{placement:?}");
        let after = later.plus_ms(1);
        assert_ne!(book.hears(&who("34600", "", ""), after).0, kim);
        let (_, placement) = book.hears(&who("34602", "ES.1", ""), NOON.plus_ms(HOUR_MS));
        assert_eq!((placement.adds, placement.past), (vec![], vec![(NameKind::Number, "34602".into())]), "late");
    }

    #[test]
    fn a_number_that_moves_to_a_known_user_leaves_the_other() {
        let mut book = Book::default();
        let (carmen, _) = book.hears(&who("34600", "ES.1", ""), NOON);
        let (ana, _) = book.hears(&who("34601", "ES.2", ""), NOON);
        let later = NOON.plus_ms(HOUR_MS);
        let (found, placement) = book.hears(&who("34600", "ES.2", ""), later);
        assert_eq!(found, ana, "the strictest name decides");
        let ends = [(ana, "34601"), (carmen, "34600")].map(|(of, number)| (of, NameKind::Number, number.into(), NOON));
        assert_eq!(placement.ends, ends, "and that one leaves the number before");
        assert_eq!(book.hears(&who("34600", "", ""), later).0, ana);
    }

    #[test]
    fn an_announced_change_keeps_the_route() {
        let mut book = Book::default();
        let (carmen, _) = book.hears(&who("34600", "ES.1", "ES.ENT.1"), NOON);
        let later = NOON.plus_ms(48 * HOUR_MS);
        let change = renamed(&who("34600", "ES.1", ""), &who("34699", "ES.9", ""), later, &book.names).unwrap();
        assert_eq!(book.keep(&change, later).0, carmen);
        assert_eq!(book.hears(&who("34699", "", ""), later).0, carmen);
        assert_eq!(book.hears(&who("", "ES.9", ""), later).0, carmen);
        let after = later.plus_ms(1);
        assert_ne!(book.hears(&who("34600", "", ""), after).0, carmen, "the old number is free for others");
        assert_eq!(renamed(&who("1", "", ""), &who("2", "", ""), later, &book.names), None, "nobody is known by it");
    }

    #[test]
    fn a_message_that_is_heard_twice_adds_nothing() {
        let mut book = Book::default();
        let carmen = who("34600", "ES.1", "ES.ENT.1");
        book.hears(&carmen, NOON);
        let (_, placement) = book.hears(&carmen, NOON);
        assert!(placement.adds.is_empty() && placement.ends.is_empty() && !placement.conflict);
        assert_eq!(NameKind::EVERY.map(NameKind::key).len(), 3);
    }
}
