//! The customer journey as one pane: a conversation, and above it the customer's earlier ones, each under its seam.

use tandem_conversation::{
    Conversation, ConversationId, Event, EventBody, Participant, Position, Stage, Status, TurnId,
};
use tandem_protocol::agents::AgentCommand;
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

use super::Reader;
use crate::cache::conversations::{self, Held};
use crate::cache::outbox::{self, Queued};
use crate::cache::{CacheError, events};
use crate::entries::{self, Entry, Stages, content_body};
use crate::view::{EntriesView, EntryBody, EntryView, StageView, SystemKind};

/// Most entries of one page.
const PAGE: u32 = 300;
const SEAM: &str = "-seam";

/// A stretch of the journey, and what is missing of it on this machine.
pub(crate) struct Stretch {
    pub view: EntriesView,
    /// Conversations of which something has to be fetched to show more.
    pub missing: Vec<ConversationId>,
}

/// Where a page ends.
enum Before {
    /// At the end of this conversation, with what is still in the outbox.
    End,
    Position(ConversationId, Position),
    /// Everything of this conversation is at hand; what is older follows.
    Seam(ConversationId),
}

/// The newest `limit` entries before `before` of the journey that ends with conversation `id`.
pub(crate) fn transcript(
    connection: &Connection,
    reader: &Reader,
    id: ConversationId,
    before: Option<&str>,
    limit: u32,
) -> Result<Option<Stretch>, CacheError> {
    let Some(last) = conversations::get(connection, id)? else { return Ok(None) };
    let before = match before {
        None => Before::End,
        Some(key) => match place(connection, key)? {
            Some(place) => place,
            // The entry at hand was in the outbox and is gone: from the end again.
            None => Before::End,
        },
    };
    let (customer, started) = (last.state.customer.id, last.state.started);
    let mut chain = vec![last];
    chain.extend(conversations::earlier(connection, customer, started)?);
    let (mut skip, mut until) = match before {
        Before::End => (0, None),
        Before::Position(of, position) => (index(&chain, of), Some(position)),
        Before::Seam(of) => (index(&chain, of) + 1, None),
    };
    let mut room = limit.clamp(1, PAGE);
    let mut stretch =
        Stretch { view: EntriesView { entries: Vec::new(), more: false, loading: false }, missing: Vec::new() };
    let mut newest_first: Vec<EntryView> = Vec::new();
    if matches!(before, Before::End) {
        let waiting = outbox::of_conversation(connection, id)?;
        newest_first.extend(waiting.into_iter().rev().filter_map(|queued| waiting_entry(connection, queued, reader)));
    }
    while let Some(held) = chain.get(skip) {
        if room == 0 {
            stretch.view.more = true;
            break;
        }
        let from = until.take().unwrap_or(Position(u32::MAX));
        let part = part(connection, held, from, room)?;
        room = room.saturating_sub(u32::try_from(part.entries.len()).unwrap_or(u32::MAX));
        newest_first.extend(part.entries.into_iter().rev());
        if !held.covered.has_end(held.state.position) || (part.reached_start && !held.covered.has_beginning()) {
            stretch.missing.push(held.state.id);
        }
        if !part.reached_start || !held.covered.has_beginning() {
            stretch.view.more = true;
            break;
        }
        newest_first.push(seam(&held.state));
        room = room.saturating_sub(1);
        skip += 1;
    }
    newest_first.reverse();
    stretch.view.entries = newest_first;
    Ok(Some(stretch))
}

fn index(chain: &[Held], of: ConversationId) -> usize {
    chain.iter().position(|held| held.state.id == of).unwrap_or(chain.len())
}

/// Some entries of one conversation.
struct Part {
    entries: Vec<EntryView>,
    /// Nothing that is held stands above them.
    reached_start: bool,
}

fn part(connection: &Connection, held: &Held, before: Position, room: u32) -> Result<Part, CacheError> {
    let state = &held.state;
    let shown = events::shown(connection, state.id, before, room)?;
    let reached_start = shown.len() < room as usize;
    let Some(first) = shown.first() else { return Ok(Part { entries: Vec::new(), reached_start }) };
    let call_since = match shown.iter().any(is_join) {
        true => events::call_before(connection, state.id, first.position)?,
        false => None,
    };
    let mut stages = Stages::begin(&shown);
    events::receipts(connection, state.id, first.position, |receipt| stages.follow(receipt))?;
    let mut stages = stages.finish();
    let mut views = Vec::with_capacity(shown.len());
    for entry in entries::entries(&shown, &state.customer.name, call_since) {
        let of_turn = entry.turn.and_then(|turn| stages.remove(&turn)).unwrap_or_default();
        views.push(entry_view(connection, state, entry, of_turn)?);
    }
    Ok(Part { entries: views, reached_start })
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
    })
}

/// What is still on its way; a turn until its event is here.
fn waiting_entry(connection: &Connection, queued: Queued, reader: &Reader) -> Option<EntryView> {
    let (key, body) = match &queued.command {
        AgentCommand::Receive { .. } => return None,
        AgentCommand::Reply { turn, content, .. } => (turn.to_string(), content_body(*turn, content, false)),
        AgentCommand::Note { turn, text } => {
            (turn.to_string(), EntryBody::Note { turn: *turn, text: text.clone() })
        }
        action => {
            let words = outbox::words_of(action).map(|(_, words)| format!(": {words}")).unwrap_or_default();
            let text = format!("{}{words}", entries::intent(action));
            (queued.id.to_string(), EntryBody::System { what: SystemKind::Other, text })
        }
    };
    if let Some(turn) = outbox::turn_of(&queued.command)
        && events::place_of(connection, turn).ok()?.is_some()
    {
        return None;
    }
    let mut stages = vec![StageView { stage: Stage::Queued, at: queued.created, reason: None }];
    if queued.accepted {
        stages.push(StageView { stage: Stage::Accepted, at: queued.created, reason: None });
    }
    Some(EntryView {
        key,
        conversation: queued.conversation,
        position: None,
        command: (!queued.accepted).then_some(queued.id),
        time: queued.created,
        by: Participant::Agent { user: reader.user, name: reader.name.clone() },
        body,
        stages,
    })
}

fn seam(state: &Conversation) -> EntryView {
    let outcome = match &state.status {
        Status::InProgress => None,
        Status::Completed { by, resolution, .. } => Some(entries::outcome(by, resolution, &state.customer.name)),
    };
    EntryView {
        key: format!("{}{SEAM}", state.id),
        conversation: state.id,
        position: None,
        command: None,
        time: state.started,
        by: Participant::System,
        body: EntryBody::Seam { channel: state.channel, started: state.started, outcome },
        stages: Vec::new(),
    }
}

/// Where the entry with this key stands; none if it is not held (any more).
fn place(connection: &Connection, key: &str) -> Result<Option<Before>, CacheError> {
    if let Some(id) = key.strip_suffix(SEAM) {
        return Ok(id.parse().ok().map(Before::Seam));
    }
    if let Ok(turn) = Uuid::parse_str(key) {
        let place = events::place_of(connection, TurnId(turn))?;
        return Ok(place.map(|(of, position)| Before::Position(of, position)));
    }
    let parts = key.rsplit_once('-').and_then(|(id, position)| Some((id.parse().ok()?, position.parse().ok()?)));
    Ok(parts.map(|(id, position)| Before::Position(id, Position(position))))
}
