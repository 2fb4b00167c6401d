//! The supervisors' board: the core's rows and figures over the states in the cache, filtered and sorted.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tandem_conversation::board::{self, Colleague, Common, Limit, Limits, Longest, Row};
use tandem_conversation::measure::Presence;
use tandem_conversation::{BrandId, Channel, ConversationId, Participant, Section, Time, UserId};
use tandem_sqlite::rusqlite::Connection;

use super::Reader;
use crate::cache::CacheError;
use crate::cache::brands::Brands;
use crate::cache::in_progress::Known;
use crate::view::{
    BoardBrand, BoardGroup, BoardLimits, BoardOnly, BoardPerson, BoardRequest, BoardRow, BoardSort, BoardView,
};

/// Rows of one answer, at most.
const ROWS: usize = 5_000;
/// What started within this time is new, in milliseconds.
const NEW_MS: i64 = 60 * 60 * 1000;

/// The user's limits, as the core compares figures with them.
pub(crate) fn limits(chosen: &BoardLimits) -> Limits {
    let watched = |value: u32| Some(i64::from(value)).filter(|value| *value > 0);
    let seconds = |value: u32| watched(value).map(|value| Limit::above(value * 1_000));
    Limits {
        wanted_ms: seconds(chosen.wanted_s),
        unanswered_ms: seconds(chosen.unanswered_s),
        calls: watched(chosen.calls).map(Limit::above),
        fallbacks: watched(chosen.fallbacks).map(Limit::above),
        free_places: watched(chosen.free_places).map(Limit::below),
    }
}

/// A user as the hub reported them.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub person: BoardPerson,
    /// Counts among those who are available, busy, away or offline.
    pub counts: bool,
}

/// The board; none for users who may not see all conversations. `reader.now` is when the hub was last heard. What is
/// over its limits is for [`board::Alarms`] to say, which remember.
pub(crate) fn board(
    connection: &Connection,
    reader: &Reader,
    request: &BoardRequest,
    people: Vec<Person>,
    (limits, known): (&Limits, &Mutex<Known>),
) -> Result<Option<BoardView>, CacheError> {
    if !reader.may_see(Section::All) {
        return Ok(None);
    }
    let rows = known.lock().unwrap_or_else(PoisonError::into_inner).read(connection)?;
    let brands = Brands::read(connection)?;
    Ok(Some(view(&rows, &brands, reader, request, people, limits)))
}

fn view(
    rows: &[Arc<Row>],
    brands: &Brands,
    reader: &Reader,
    request: &BoardRequest,
    people: Vec<Person>,
    limits: &Limits,
) -> BoardView {
    let now = reader.now;
    let people = with_load(people, rows);
    let colleagues: Vec<Colleague> = people.iter().filter(|person| person.counts).map(colleague).collect();
    let figures = board::figures(rows.iter().map(Arc::as_ref), &colleagues, now);
    let (mut channels, mut tags, mut known) = (Vec::<Channel>::new(), BTreeSet::new(), BTreeMap::new());
    let query = request.query.trim().to_lowercase();
    let mut shown: Vec<&Row> = Vec::new();
    for row in rows {
        if !channels.contains(&row.channel) {
            channels.push(row.channel);
        }
        for tag in &row.tags {
            if !tags.contains(tag) {
                tags.insert(tag.clone());
            }
        }
        if let Some((id, name)) = row.brand.and_then(|id| Some((id, brands.name(Some(id))?)))
            && !known.contains_key(name)
        {
            known.insert(name.to_owned(), id);
        }
        if is_shown(row, request, &query, (limits, now)) {
            shown.push(row);
        }
    }
    channels.sort_by_key(|channel| channel.facts().name);
    let total = count(shown.len());
    sort(&mut shown, request.sort, brands);
    if request.reverse {
        shown.reverse();
    }
    let most = (request.limit as usize).min(ROWS);
    let told = |row: &Row| BoardRow {
        over: row.is_over(limits, now),
        closes_soon: row.closes_soon(now),
        mine: row.people.iter().any(|person| person.user() == Some(reader.user)),
        row: row.clone(),
    };
    let groups = match request.group {
        None => {
            let (mut wanted, mut unanswered) = (Longest::default(), Longest::default());
            for row in &shown {
                wanted.add(row.wanted_since, now);
                unanswered.add(row.unanswered_since, now);
            }
            let rows = shown.into_iter().take(most).map(told).collect();
            vec![BoardGroup { name: None, count: total, wanted, unanswered, rows }]
        }
        Some(by) => {
            let place: HashMap<ConversationId, usize> =
                shown.iter().enumerate().map(|(place, row)| (row.conversation, place)).collect();
            let mut left = most;
            let group = |group: board::Group| {
                let mut places: Vec<usize> =
                    group.conversations.iter().filter_map(|id| place.get(id).copied()).collect();
                places.sort_unstable();
                let rows: Vec<BoardRow> =
                    places.iter().take(left).filter_map(|place| shown.get(*place).copied()).map(told).collect();
                left -= rows.len();
                BoardGroup {
                    name: name(&group.common, brands),
                    count: count(group.conversations.len()),
                    wanted: group.wanted,
                    unanswered: group.unanswered,
                    rows,
                }
            };
            board::groups(shown.iter().copied(), by, now).into_iter().map(group).collect()
        }
    };
    BoardView {
        as_of: now,
        over: Vec::new(),
        figures,
        groups,
        total,
        people: people.into_iter().map(|person| person.person).collect(),
        channels,
        brands: known.into_iter().map(|(name, id)| BoardBrand { id, name }).collect(),
        tags: tags.into_iter().collect(),
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

fn colleague(person: &Person) -> Colleague {
    let BoardPerson { presence, capacity, engaged, .. } = &person.person;
    Colleague { presence: *presence, capacity: capacity.unwrap_or_default(), engaged: *engaged }
}

/// How much everybody has to do, and those who can take more first.
fn with_load(mut people: Vec<Person>, rows: &[Arc<Row>]) -> Vec<Person> {
    let mut load: HashMap<UserId, (u32, u32)> = HashMap::new();
    for row in rows {
        for user in row.people.iter().filter_map(Participant::user) {
            let (engaged, unanswered) = load.entry(user).or_default();
            *engaged += 1;
            *unanswered += u32::from(row.unanswered_since.is_some());
        }
    }
    for Person { person, .. } in &mut people {
        (person.engaged, person.unanswered) = load.get(&person.user).copied().unwrap_or_default();
    }
    people.sort_by_cached_key(|Person { person, .. }| {
        let room = person.capacity.map(|capacity| capacity.saturating_sub(person.engaged));
        (rank(person.presence), Reverse(room), person.name.to_lowercase())
    });
    people
}

fn rank(presence: Presence) -> u8 {
    match presence {
        Presence::Available => 0,
        Presence::Busy => 1,
        Presence::Away => 2,
        Presence::Offline => 3,
    }
}

fn is_shown(row: &Row, request: &BoardRequest, query: &str, (limits, now): (&Limits, Time)) -> bool {
    let only = match request.only {
        BoardOnly::All => true,
        BoardOnly::Wanted => row.wanted_since.is_some(),
        BoardOnly::Unanswered => row.unanswered_since.is_some(),
        BoardOnly::UnansweredByPeople => row.unanswered_since.is_some() && !row.people.is_empty(),
        BoardOnly::Calls => row.call.is_some(),
        BoardOnly::FallenBack => row.fallback.is_some(),
        BoardOnly::Undelivered => row.undelivered > 0,
        BoardOnly::Closing => row.closes_soon(now),
        BoardOnly::Over => row.is_over(limits, now),
        BoardOnly::New => now.since(row.started) < NEW_MS,
    };
    let words = || {
        let last = row.last_words.as_ref().map(|last| last.text.to_lowercase()).unwrap_or_default();
        row.customer_name.to_lowercase().contains(query)
            || last.contains(query)
            || row.tags.iter().any(|tag| tag.to_lowercase().contains(query))
    };
    only && request.handler.is_none_or(|handler| row.handler == handler)
        && request.channel.is_none_or(|channel| row.channel == channel)
        && request.brand.is_none_or(|brand| row.brand == Some(brand))
        && request.tag.as_ref().is_none_or(|tag| row.tags.contains(tag))
        && request.agent.is_none_or(|agent| row.people.iter().any(|person| person.user() == Some(agent)))
        && (query.is_empty() || words())
}

fn sort(rows: &mut [&Row], by: BoardSort, brands: &Brands) {
    rows.sort_by_cached_key(|row| row.urgency());
    let longest_first = |since: Option<Time>| (since.is_none(), since);
    let brand = |id: Option<BrandId>| brands.name(id).map(str::to_lowercase);
    match by {
        BoardSort::Urgency => {}
        BoardSort::Unanswered => rows.sort_by_key(|row| longest_first(row.unanswered_since)),
        BoardSort::Customer => rows.sort_by_cached_key(|row| row.customer_name.to_lowercase()),
        BoardSort::Handler => rows.sort_by_cached_key(|row| {
            let first = row.people.first().and_then(|person| match person {
                Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. } => Some(name.to_lowercase()),
                _ => None,
            });
            (first.is_none(), first, row.handler as u8)
        }),
        BoardSort::Channel => rows.sort_by_key(|row| row.channel.facts().name),
        BoardSort::Brand => rows.sort_by_cached_key(|row| (row.brand.is_none(), brand(row.brand))),
        BoardSort::Age => rows.sort_by_key(|row| longest_first(row.round_since)),
    }
}

fn name(common: &Common, brands: &Brands) -> Option<String> {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned);
    match common {
        Common::Handler(handler) => serde_json::to_value(handler).ok().and_then(word),
        Common::Channel(channel) => serde_json::to_value(channel).ok().and_then(word),
        Common::Brand(brand) => brands.name(*brand).map(str::to_owned),
        Common::Reach(reach) => reach.and_then(|reach| serde_json::to_value(reach).ok()).and_then(word),
        Common::Tag(tag) => tag.clone(),
    }
}
