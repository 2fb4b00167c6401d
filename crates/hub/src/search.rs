//! Search over everything in the hub, limited to what the user may see.
//!
//! invariant: a hit is shown only if `may_read` allows its conversation, the same rule as everywhere. The tags in the
//! index only make it fast.

mod filing;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use tandem_conversation::{
    Access, BrandId, Conversation, ConversationId, CustomerId, Event, RETENTION_MS, Section, Time, may_read, sections,
};
use tandem_protocol::agents::SearchPage;
use tandem_search::{Candidate, Expression, Hint, Query, Shelf, Tag, Word, filed, find, hit, people, turns};
use tandem_sql::Connection;
use tandem_sqlite::Database;

pub(crate) use filing::run;

use crate::store::users::User;
use crate::store::{StoreError, brands, conversations, passable, search};

/// Maximum conversations named in the index query. Beyond it, each hit is checked instead.
const LISTED: u32 = 300;

/// Finds the newest hits of `query` that `user` may see. `connection` is the account's. Blocks on the index.
pub(crate) fn search(
    connection: &Connection,
    index: &Database<()>,
    user: &User,
    query: &Query,
    limit: usize,
    now: Time,
) -> Result<SearchPage, StoreError> {
    let mut page = SearchPage { hits: Vec::new(), hint: query.hint.as_ref().map(Hint::to_string) };
    if query.is_empty() {
        return Ok(page);
    }
    let rights = user.rights();
    let handled = conversations::handled(connection, &rights.access())?;
    let brands = match query.about.brands.is_empty() {
        true => Vec::new(),
        false => {
            let all = brands::all(connection)?;
            all.iter().filter(|brand| query.about.means_brand(&brand.look.id, &brand.look.name)).map(|b| b.id).collect()
        }
    };
    let seen =
        Seen { connection, index, access: rights.access(), handled, brands, query, now, known: RefCell::default() };
    let listed = seen.listed()?;
    let words = &query.words;
    if let Some(scope) = people(query, listed.as_deref()).filter(|_| !words.is_empty() || !query.about.is_anything()) {
        let found = find(&People { seen: &seen, met: RefCell::default() }, &scope, words, 4 * hit::PEOPLE)?;
        let found = found.iter().filter(|found| is_in_time(query, found.item.updated));
        page.hits.extend(found.map(|found| hit::person(&found.text, &found.item, words)));
    }
    let named = |name: &[Word]| {
        let anybody = Expression::Tag(Tag::Person);
        let found = find(&People { seen: &seen, met: RefCell::default() }, &anybody, name, LISTED as usize)?;
        Ok::<_, StoreError>(found.into_iter().map(|found| found.item.id).collect())
    };
    if let Some(scope) = turns(query, user.id, named, listed.as_deref())? {
        let bound = |time: Option<Time>, none: i64| time.map_or(Ok(none), |time| search::first_at(connection, time));
        let shelf = Turns { seen: &seen, from: bound(query.after, 0)?, to: bound(query.before, i64::MAX)? };
        let found = find(&shelf, &scope, words, limit)?;
        let hits = found.iter().filter_map(|found| hit::turn(&found.item.0, &found.text, &found.item.1, words));
        page.hits.extend(hits);
    }
    page.hits = hit::page(page.hits, limit);
    Ok(page)
}

fn is_in_time(query: &Query, time: Time) -> bool {
    query.before.is_none_or(|before| time < before) && query.after.is_none_or(|after| time >= after)
}

struct Seen<'a> {
    connection: &'a Connection,
    index: &'a Database<()>,
    access: Access<'a>,
    /// The customers whom the user handles now.
    handled: BTreeSet<CustomerId>,
    /// The brands that the query means.
    brands: Vec<BrandId>,
    query: &'a Query,
    now: Time,
    /// Checked states; none if it must not be shown.
    known: RefCell<HashMap<ConversationId, Option<Rc<Conversation>>>>,
}

impl Seen<'_> {
    /// The state of a conversation, if it may be shown.
    fn state(&self, id: ConversationId) -> Result<Option<Rc<Conversation>>, StoreError> {
        if let Some(known) = self.known.borrow().get(&id) {
            return Ok(known.clone());
        }
        let state = passable(conversations::get(self.connection, id))?.flatten();
        let state = state.filter(|state| self.shows(state)).map(Rc::new);
        self.known.borrow_mut().insert(id, state.clone());
        Ok(state)
    }

    fn shows(&self, state: &Conversation) -> bool {
        let wanted = &self.query.within.sections;
        may_read(state, &self.access, self.handled.contains(&state.customer.id))
            && self.query.within.conversation.is_none_or(|only| only == state.id)
            && self.query.about.admits(state, self.access.user, &self.brands)
            && (wanted.is_empty() || sections(state, &self.access, self.now).iter().any(|found| wanted.contains(found)))
    }

    /// All conversations that can have hits, if they are few enough to list.
    fn listed(&self) -> Result<Option<Vec<ConversationId>>, StoreError> {
        let wanted = &self.query.within.sections;
        let mut listed = Vec::new();
        let (sections, left_after) = match (wanted.is_empty(), self.access.views_all()) {
            (true, true) => return Ok(None),
            (true, false) => {
                for customer in &self.handled {
                    listed.extend(conversations::ids_of_customer(self.connection, *customer)?);
                }
                // A user's own past conversations stay readable, without a time limit.
                (vec![Section::My, Section::Help, Section::Left], Time(i64::MIN))
            }
            (false, _) => (wanted.clone(), self.now.plus_ms(-RETENTION_MS)),
        };
        for section in sections {
            let ids = conversations::ids(self.connection, section, self.access.user, left_after)?;
            if ids.len() > LISTED as usize {
                return Ok(None);
            }
            for id in ids {
                listed.extend(self.state(id)?.map(|state| state.id));
            }
        }
        listed.sort_unstable();
        listed.dedup();
        Ok(Some(listed))
    }

    /// Calls `each` with the places between `from` and `to` that match, descending, until it returns false.
    fn places(
        &self,
        sql: &'static str,
        expression: &Expression,
        (from, to): (i64, i64),
        mut each: impl FnMut(i64) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let expression = expression.to_string();
        let mut below = Some(to);
        while let Some(to) = below {
            let expression = expression.clone();
            let page = self.index.read_blocking(move |index| search::page(index, sql, &expression, from, to))?;
            below = page.last().copied().filter(|_| page.len() == search::PAGE);
            for place in page {
                if !each(place)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

struct Turns<'a> {
    seen: &'a Seen<'a>,
    from: i64,
    to: i64,
}

impl Shelf for Turns<'_> {
    type Item = (Event, Rc<Conversation>);
    type Error = StoreError;

    fn walk(
        &self,
        expression: &Expression,
        below: i64,
        each: &mut dyn FnMut(i64, Option<Candidate<Self::Item>>) -> bool,
    ) -> Result<(), StoreError> {
        let connection = self.seen.connection;
        self.seen.places(search::FIND_TURNS, expression, (self.from, self.to.min(below)), |row| {
            let of = search::conversation_at(connection, row)?;
            let Some(state) = of.map(|of| self.seen.state(of)).transpose()?.flatten() else {
                return Ok(each(row, None));
            };
            let event = search::event_at(connection, row)?;
            Ok(each(
                row,
                event.filter(|event| is_in_time(self.seen.query, event.time)).and_then(|event| {
                    Some(Candidate { text: filed::spoken(event.body.content()?)?, item: (event, state) })
                }),
            ))
        })
    }
}

struct People<'a> {
    seen: &'a Seen<'a>,
    /// Each conversation counts once, with its current state.
    met: RefCell<HashSet<ConversationId>>,
}

impl Shelf for People<'_> {
    type Item = Rc<Conversation>;
    type Error = StoreError;

    fn walk(
        &self,
        expression: &Expression,
        below: i64,
        each: &mut dyn FnMut(i64, Option<Candidate<Self::Item>>) -> bool,
    ) -> Result<(), StoreError> {
        self.seen.places(search::FIND_PEOPLE, expression, (0, below), |row| {
            let of = search::conversation_at(self.seen.connection, row)?;
            let of = of.filter(|of| self.met.borrow_mut().insert(*of));
            let state = of.map(|of| self.seen.state(of)).transpose()?.flatten();
            Ok(each(
                row,
                state.map(|state| Candidate { text: filed::known_by(&state.customer, &state.tags), item: state }),
            ))
        })
    }
}
