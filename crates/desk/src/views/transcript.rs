//! The customer journey as one pane: a conversation, and above it the customer's earlier ones, each under its seam.

use tandem_conversation::{
    Conversation, ConversationId, Event, EventBody, Participant, Position, Stage, Status, TurnId,
};
use tandem_protocol::agents::AgentCommand;
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

use super::{Reader, about, translated};
use crate::cache::conversations::{self, Held};
use crate::cache::outbox::{self, Queued};
use crate::cache::{CacheError, buttons, events};
use crate::entries::{self, Entry, Stages, content_body};
use crate::view::{AboutTurnView, EntriesView, EntryBody, EntryView, StageView, SystemKind, UploadView};

/// Maximum entries per page.
const PAGE: u32 = 300;
const SEAM: &str = "-seam";
/// After every event of a conversation.
const AT_END: Position = Position(u32::MAX);

/// A part of the journey, and what this machine lacks for it.
pub(crate) struct Stretch {
    pub view: EntriesView,
    /// Conversations to fetch before more can be shown.
    pub missing: Vec<ConversationId>,
    /// The requested entry is not cached; this is the newest page instead.
    pub is_elsewhere: bool,
}

/// A page of the journey, by the key of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Newest,
    Before(String),
    After(String),
    Around(String),
}

/// A page of at most `limit` entries from the journey that ends with conversation `id`. Commands in the outbox come
/// last and are not counted.
pub(crate) fn transcript(
    connection: &Connection,
    reader: &Reader,
    id: ConversationId,
    page: &Page,
    limit: u32,
) -> Result<Option<Stretch>, CacheError> {
    let Some(mut stretch) = stretch(connection, reader, id, page, limit)? else { return Ok(None) };
    translated::add(connection, &reader.languages, id, &mut stretch.view.entries)?;
    Ok(Some(stretch))
}

fn stretch(
    connection: &Connection,
    reader: &Reader,
    id: ConversationId,
    page: &Page,
    limit: u32,
) -> Result<Option<Stretch>, CacheError> {
    let Some(journey) = Journey::of(connection, reader, id)? else { return Ok(None) };
    let limit = limit.clamp(1, PAGE);
    let place = match page {
        Page::Newest => None,
        Page::Before(key) | Page::After(key) | Page::Around(key) => journey.place(key)?,
    };
    let Some(place) = place else {
        // The entry was in the outbox and is gone, or is not cached: the newest page.
        let mut stretch = journey.newest(limit)?;
        stretch.is_elsewhere = matches!(page, Page::Around(_));
        if stretch.is_elsewhere {
            stretch.missing = journey.incomplete();
        }
        return Ok(Some(stretch));
    };
    Ok(Some(match page {
        Page::Newest => journey.newest(limit)?,
        Page::Before(_) => journey.up(place.above, limit)?.upwards(),
        Page::After(_) => journey.down(place.below, limit)?.downwards(),
        Page::Around(_) => {
            let above = journey.up(place.below, limit.div_ceil(2))?;
            let mut stretch = journey.down(above.end, limit)?.downwards();
            stretch.view.more = above.more;
            stretch.missing.extend(above.missing);
            stretch
        }
    }))
}

/// A gap between entries: events before `position` in the conversation with this number are above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Gap {
    number: usize,
    position: Position,
}

/// The gaps on both sides of an entry.
struct Place {
    above: Gap,
    below: Gap,
}

/// Entries collected from a gap, in walking order.
struct Way {
    entries: Vec<EntryView>,
    /// Where the walk ended.
    end: Gap,
    /// Whether there is more beyond the end.
    more: bool,
    /// Conversations to fetch before the walk can continue.
    missing: Vec<ConversationId>,
}

impl Way {
    fn begin(at: Gap) -> Self {
        Self { entries: Vec::new(), end: at, more: false, missing: Vec::new() }
    }

    fn room(&self, limit: u32) -> u32 {
        limit.saturating_sub(u32::try_from(self.entries.len()).unwrap_or(u32::MAX))
    }

    /// Ends the walk: a part of `held` is not on this machine.
    fn miss(&mut self, held: &Held) {
        self.missing.push(held.state.id);
        self.more = true;
    }

    /// A page above something newer.
    fn upwards(mut self) -> Stretch {
        self.entries.reverse();
        Stretch {
            view: EntriesView { entries: self.entries, more: self.more, later: true, loading: false },
            missing: self.missing,
            is_elsewhere: false,
        }
    }

    /// A page below something older.
    fn downwards(self) -> Stretch {
        Stretch {
            view: EntriesView { entries: self.entries, more: true, later: self.more, loading: false },
            missing: self.missing,
            is_elsewhere: false,
        }
    }
}

/// A customer's conversations as one pane that can be walked in both directions.
struct Journey<'a> {
    connection: &'a Connection,
    reader: &'a Reader,
    /// Number 0 is the last conversation of the pane; the others began earlier, newest first.
    chain: Vec<Held>,
}

impl<'a> Journey<'a> {
    fn of(connection: &'a Connection, reader: &'a Reader, id: ConversationId) -> Result<Option<Self>, CacheError> {
        let Some(last) = conversations::get(connection, id)? else { return Ok(None) };
        let (customer, started) = (last.state.customer.id, last.state.started);
        let mut chain = vec![last];
        chain.extend(conversations::earlier(connection, customer, started)?);
        Ok(Some(Self { connection, reader, chain }))
    }

    fn newest(&self, limit: u32) -> Result<Stretch, CacheError> {
        let mut stretch = self.up(Gap { number: 0, position: AT_END }, limit)?.upwards();
        stretch.view.entries.extend(self.waiting()?);
        stretch.view.later = false;
        Ok(stretch)
    }

    /// Commands in the outbox, at the end of the pane.
    fn waiting(&self) -> Result<Vec<EntryView>, CacheError> {
        let Some(last) = self.chain.first() else { return Ok(Vec::new()) };
        let waiting = outbox::of_conversation(self.connection, last.state.id)?;
        Ok(waiting.into_iter().filter_map(|queued| waiting_entry(self.connection, queued, self.reader)).collect())
    }

    /// From `from` towards the beginning of the journey.
    fn up(&self, from: Gap, limit: u32) -> Result<Way, CacheError> {
        let mut way = Way::begin(from);
        while let Some(held) = self.chain.get(way.end.number) {
            let room = way.room(limit);
            if room == 0 {
                way.more = true;
                break;
            }
            let shown = events::shown(self.connection, held.state.id, way.end.position, room)?;
            let reached_start = shown.len() < room as usize;
            way.end.position = shown.first().map_or(way.end.position, |event| event.position);
            way.entries.extend(views(self.connection, held, &shown)?.into_iter().rev());
            if !held.covered.has_end(held.state.position) || (reached_start && !held.covered.has_beginning()) {
                way.missing.push(held.state.id);
            }
            if !reached_start || !held.covered.has_beginning() {
                way.more = true;
                break;
            }
            way.entries.push(seam(&held.state));
            way.end = Gap { number: way.end.number + 1, position: AT_END };
        }
        Ok(way)
    }

    /// From `from` towards now.
    fn down(&self, from: Gap, limit: u32) -> Result<Way, CacheError> {
        let mut way = Way::begin(from);
        // Below a conversation's last entry comes a seam, whatever of the conversation is cached.
        if from.position == AT_END && !self.enter(&mut way) {
            return Ok(way);
        }
        while let Some(held) = self.chain.get(way.end.number) {
            let room = way.room(limit);
            if room == 0 {
                way.more = true;
                break;
            }
            let shown = events::shown_from(self.connection, held.state.id, way.end.position, room)?;
            let reached_end = shown.len() < room as usize;
            way.end.position = shown.last().map_or(way.end.position, |event| event.position.next());
            way.entries.extend(views(self.connection, held, &shown)?);
            if !reached_end {
                way.more = true;
                break;
            }
            if !held.covered.has_end(held.state.position) {
                way.miss(held);
                break;
            }
            if way.end.number == 0 {
                way.entries.extend(self.waiting()?);
                break;
            }
            if !self.enter(&mut way) {
                break;
            }
        }
        Ok(way)
    }

    /// Passes the seam of the next conversation; false if its beginning is not cached.
    fn enter(&self, way: &mut Way) -> bool {
        let number = way.end.number.min(self.chain.len()).saturating_sub(1);
        match self.chain.get(number) {
            Some(held) if held.covered.has_beginning() => {
                way.entries.push(seam(&held.state));
                way.end = Gap { number, position: Position::START };
                true
            }
            Some(held) => {
                way.miss(held);
                false
            }
            None => false,
        }
    }

    /// The place of the entry with this key; none if it is not cached.
    fn place(&self, key: &str) -> Result<Option<Place>, CacheError> {
        if let Some(id) = key.strip_suffix(SEAM) {
            let number = id.parse().ok().and_then(|of| self.number(of));
            return Ok(number.map(|number| Place {
                above: Gap { number: number + 1, position: AT_END },
                below: Gap { number, position: Position::START },
            }));
        }
        let found = match Uuid::parse_str(key) {
            Ok(turn) => events::place_of(self.connection, TurnId(turn))?,
            Err(_) => key
                .rsplit_once('-')
                .and_then(|(id, position)| Some((id.parse().ok()?, Position(position.parse().ok()?)))),
        };
        Ok(found.and_then(|(of, position)| {
            let number = self.number(of)?;
            let below = Position(position.0.saturating_add(1));
            Some(Place { above: Gap { number, position }, below: Gap { number, position: below } })
        }))
    }

    fn number(&self, of: ConversationId) -> Option<usize> {
        self.chain.iter().position(|held| held.state.id == of)
    }

    /// Conversations with missing events.
    fn incomplete(&self) -> Vec<ConversationId> {
        let incomplete = self.chain.iter().filter(|held| !held.covered.is_whole(held.state.position));
        incomplete.map(|held| held.state.id).collect()
    }
}

/// The entries of consecutive events of one conversation, with the stages of each turn.
fn views(connection: &Connection, held: &Held, shown: &[Event]) -> Result<Vec<EntryView>, CacheError> {
    let state = &held.state;
    let Some(first) = shown.first() else { return Ok(Vec::new()) };
    let call_since = match shown.iter().any(is_join) {
        true => events::call_before(connection, state.id, first.position)?,
        false => None,
    };
    let mut stages = Stages::begin(shown);
    events::receipts(connection, state.id, first.position, |receipt| stages.follow(receipt))?;
    let mut stages = stages.finish();
    let mut views = Vec::with_capacity(shown.len());
    for entry in entries::entries(shown, &state.customer.name, call_since) {
        let of_turn = entry.turn.and_then(|turn| stages.remove(&turn)).unwrap_or_default();
        let (turn, reply_to, owed) = (entry.turn, entry.reply_to, entry.owed);
        let mut view = entry_view(connection, state, entry, of_turn)?;
        if state.channel.facts().quotes
            && let Some(turn) = turn
        {
            about::add(connection, &mut view, turn, reply_to, owed)?;
        }
        views.push(view);
    }
    Ok(views)
}

fn is_join(event: &Event) -> bool {
    matches!(&event.body, EventBody::EngagementStarted { engagement } if engagement.person().is_some())
}

fn entry_view(
    connection: &Connection,
    state: &Conversation,
    entry: Entry,
    stages: Vec<StageView>,
) -> Result<EntryView, CacheError> {
    let mut body = entry.body;
    if let EntryBody::Question { turn, chosen, .. } = &mut body {
        *chosen = events::chosen(connection, *turn)?;
    }
    let key = match entry.turn {
        Some(turn) => turn.to_string(),
        None => format!("{}-{}", state.id, entry.position),
    };
    Ok(EntryView {
        key,
        conversation: state.id,
        position: Some(entry.position),
        command: None,
        time: entry.time,
        by: entry.by,
        body,
        stages,
        held_until: None,
        upload: None,
        about: None,
        translation: translated::begin(entry.said),
    })
}

/// An entry for a queued command; a turn only until its event arrives.
fn waiting_entry(connection: &Connection, queued: Queued, reader: &Reader) -> Option<EntryView> {
    let (key, body) = match &queued.command {
        AgentCommand::Receive { .. } => return None,
        AgentCommand::Reply { turn, content, .. } => (turn.to_string(), content_body(*turn, content, false)),
        AgentCommand::Note { turn, text, .. } => {
            let body = EntryBody::Note { turn: *turn, text: text.clone(), mentions: Vec::new() };
            (turn.to_string(), body)
        }
        action => {
            let words = outbox::words_of(action).map(|(_, words)| format!(": {words}")).unwrap_or_default();
            let text = format!("{}{words}", buttons::intent(connection, action).ok()?);
            (queued.id.to_string(), EntryBody::System { what: SystemKind::Other, text })
        }
    };
    if let Some(turn) = outbox::turn_of(&queued.command)
        && events::place_of(connection, turn).ok()?.is_some()
    {
        return None;
    }
    let mut stages = vec![StageView::new(Stage::Queued, queued.created)];
    if queued.accepted {
        stages.push(StageView::new(Stage::Accepted, queued.created));
    }
    let quote = outbox::quoted_by(&queued.command);
    let quote = quote.and_then(|turn| about::quote(connection, queued.conversation, turn).ok().flatten());
    Some(EntryView {
        key,
        conversation: queued.conversation,
        position: None,
        command: (!queued.accepted).then_some(queued.id),
        time: queued.created,
        by: Participant::Agent { user: reader.user, name: reader.name.clone() },
        body,
        stages,
        held_until: queued.held_until.filter(|_| queued.is_held(reader.now)),
        upload: queued.file.filter(|file| !file.uploaded).map(|file| UploadView { sent: 0, bytes: file.bytes }),
        about: quote.map(|quote| AboutTurnView { quote: Some(quote), ..AboutTurnView::default() }),
        translation: None,
    })
}

fn seam(state: &Conversation) -> EntryView {
    let outcome = match &state.status {
        Status::InProgress => None,
        Status::Completed { by, resolution, .. } => Some(entries::outcome(by, resolution, &state.customer.name)),
    };
    let score = state.review.as_deref().and_then(|review| review.answer.as_ref()).map(|answer| answer.score);
    EntryView {
        key: format!("{}{SEAM}", state.id),
        conversation: state.id,
        position: None,
        command: None,
        time: state.started,
        by: Participant::System,
        body: EntryBody::Seam {
            channel: state.channel,
            started: state.started,
            outcome,
            goes_on: state.goes_on_from.is_some(),
            score,
        },
        stages: Vec::new(),
        held_until: None,
        upload: None,
        about: None,
        translation: None,
    }
}
