//! Searches this machine: turns and customers, newest first.

use std::cell::RefCell;
use std::collections::HashMap;

use tandem_conversation::{BrandId, Conversation, ConversationId, Section};
use tandem_protocol::agents::{SearchHit, SearchKind, SearchPage};
use tandem_search::{Hint, Query, Word, find, hit, people, turns};
use tandem_sqlite::rusqlite::Connection;

use super::Reader;
use crate::cache::search::{self, People, Turns};
use crate::cache::{CacheError, conversations};
use crate::view::{HitKind, HitView, HubSearch, SearchView, SpanView};
use crate::words::say;

/// Maximum conversations named in the index query, of a section or of customers with one name. Beyond it, each hit is
/// checked instead, and of customers with one name the latest ones count.
const LISTED: usize = 200;

fn worded(hint: &Hint) -> String {
    say("refused-operator", &[("name", hint.operator.as_str().into())])
}

/// The newest hits in the cache, and which part of the query was not understood.
pub(crate) fn search(
    connection: &Connection,
    reader: &Reader,
    query: &Query,
    limit: usize,
) -> Result<SearchPage, CacheError> {
    let mut page = SearchPage { hits: Vec::new(), hint: query.hint.as_ref().map(worded) };
    let sections = &query.within.sections;
    if let Some(closed) = sections.iter().find(|section| !reader.may_see(**section)) {
        let name = if *closed == Section::All { "all" } else { "help" };
        page.hint = Some(say("refused-search-section", &[("section", name.into())]));
        return Ok(page);
    }
    if query.is_empty() {
        return Ok(page);
    }
    let listed = listed(connection, reader, sections)?;
    // Only the hub knows brands.
    if !query.about.brands.is_empty() {
        return Ok(page);
    }
    let states = States { connection, known: RefCell::default() };
    let is_in = |of: ConversationId| match &listed {
        Some(listed) => Ok(listed.contains(&of)),
        None if sections.is_empty() => Ok(true),
        None => search::is_in(connection, of, sections, reader.left_after()),
    };
    let admits = |of: ConversationId| -> Result<bool, CacheError> {
        if query.within.conversation.is_some_and(|only| only != of) || !is_in(of)? {
            return Ok(false);
        }
        match query.about.is_anything() {
            true => Ok(true),
            false => Ok(states.with(of, |state| query.about.admits(state, reader.user, &[]))?.unwrap_or(false)),
        }
    };
    let words = &query.words;
    if let Some(scope) = people(query, listed.as_deref()).filter(|_| !words.is_empty() || !query.about.is_anything()) {
        let shelf = People { connection, admits: &admits };
        let found = find(&shelf, &scope, words, 4 * hit::PEOPLE)?;
        let is_in_time = |state: &Conversation| {
            query.before.is_none_or(|before| state.updated < before)
                && query.after.is_none_or(|after| state.updated >= after)
        };
        let found = found.iter().filter(|found| is_in_time(&found.item));
        page.hits.extend(found.map(|found| hit::person(&found.text, &found.item, words)));
    }
    let named = |name: &[Word]| named(connection, name);
    if let Some(scope) = turns(query, reader.user, named, listed.as_deref())? {
        let shelf = Turns { connection, before: query.before, after: query.after, admits: &admits };
        for found in find(&shelf, &scope, words, limit)? {
            let made =
                states.with(found.item.conversation, |state| hit::turn(&found.item, &found.text, state, words))?;
            page.hits.extend(made.flatten());
        }
    }
    page.hits = hit::page(page.hits, limit);
    Ok(page)
}

/// The conversations of the sections, if they are few.
fn listed(
    connection: &Connection,
    reader: &Reader,
    sections: &[Section],
) -> Result<Option<Vec<ConversationId>>, CacheError> {
    let mut listed = Vec::new();
    for section in sections {
        listed.extend(search::of_section(connection, *section, reader.left_after(), LISTED + 1)?);
    }
    Ok((!sections.is_empty() && listed.len() <= LISTED).then_some(listed))
}

/// Conversations of customers with this name.
fn named(connection: &Connection, name: &[Word]) -> Result<Vec<ConversationId>, CacheError> {
    let anybody = tandem_search::Expression::Tag(tandem_search::Tag::Person);
    let found = find(&People { connection, admits: |_| Ok(true) }, &anybody, name, LISTED)?;
    Ok(found.into_iter().map(|found| found.item.id).collect())
}

/// States, each read once.
struct States<'a> {
    connection: &'a Connection,
    known: RefCell<HashMap<ConversationId, Option<Conversation>>>,
}

impl States<'_> {
    fn with<T>(&self, id: ConversationId, work: impl FnOnce(&Conversation) -> T) -> Result<Option<T>, CacheError> {
        let mut known = self.known.borrow_mut();
        let state = match known.entry(id) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(conversations::get(self.connection, id)?.map(|held| held.state))
            }
        };
        Ok(state.as_ref().map(work))
    }
}

/// `told` names the brands that the user could take for another.
pub(crate) fn search_view(
    page: SearchPage,
    hub: HubSearch,
    told: impl Fn(Option<BrandId>) -> Option<String>,
) -> SearchView {
    let hits = page.hits.into_iter().map(|hit| hit_view(hit, &told)).collect();
    SearchView { hits, hint: page.hint, hub }
}

fn hit_view(hit: SearchHit, told: impl Fn(Option<BrandId>) -> Option<String>) -> HitView {
    HitView {
        brand: told(hit.brand),
        key: hit.turn.map(|turn| turn.to_string()).unwrap_or_default(),
        conversation: hit.conversation,
        name: hit.name,
        channel: Some(hit.channel),
        time: hit.time,
        by: hit.by,
        kind: match hit.kind {
            SearchKind::Turn => HitKind::Turn,
            SearchKind::Note => HitKind::Note,
            SearchKind::Customer => HitKind::Customer,
        },
        attachment: hit.attachment,
        snippet: hit.snippet.into_iter().map(|span| SpanView { text: span.text, hit: span.hit }).collect(),
    }
}
