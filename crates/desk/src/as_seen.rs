//! Conversations as their participants saw them, which the hub told: held in memory while they are looked at, so that
//! each moment is answered here.

use std::sync::{Arc, Mutex, PoisonError};

use tandem_conversation::as_seen::{AsSeen, Involvement, SeenMark, Sight, Viewpoint};
use tandem_conversation::{Channel, Content, ConversationId, Event, EventBody, Time, TurnId, UserId};

use crate::entries::{self, content_body, withheld_body};
use crate::view::{
    AboutTurnView, AsSeenMomentView, AsSeenView, EntryBody, EntryView, EyesView, QuoteView, ReactionView,
    SeenEntryView, TickView,
};

/// Maximum looks that are held, in all windows.
const LOOKS: usize = 4;
/// Maximum entries of one moment.
const ENTRIES: usize = 200;
/// Maximum length of a quote, in characters.
const QUOTE_CHARS: usize = 160;

/// All that the hub told for one look.
pub(crate) struct LookedAt {
    /// For whom it was asked.
    pub user: UserId,
    pub id: ConversationId,
    pub viewpoint: Viewpoint,
    pub customer: String,
    pub channel: Channel,
    pub started: Time,
    pub as_of: Time,
    pub seen: AsSeen,
}

/// The newest looks.
#[derive(Default)]
pub(crate) struct Looks(Mutex<Vec<Arc<LookedAt>>>);

impl Looks {
    pub(crate) fn keep(&self, look: LookedAt) -> Arc<LookedAt> {
        let look = Arc::new(look);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|other| (other.id, other.viewpoint) != (look.id, look.viewpoint) && other.user == look.user);
        if held.len() == LOOKS {
            held.remove(0);
        }
        held.push(Arc::clone(&look));
        look
    }

    pub(crate) fn find(&self, user: UserId, id: ConversationId, viewpoint: Viewpoint) -> Option<Arc<LookedAt>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().find(|look| (look.user, look.id, look.viewpoint) == (user, id, viewpoint)).cloned()
    }
}

impl LookedAt {
    pub(crate) fn view(&self) -> AsSeenView {
        let eyes = |who| Viewpoint::of(who).map(|viewpoint| EyesView { viewpoint, who: who.clone() });
        let is_turn = |sight: &&Sight| matches!(sight.event.body, EventBody::TurnAdded { .. });
        let mut said: Vec<Time> = self.seen.sights.iter().filter(is_turn).map(|sight| sight.from).collect();
        said.sort_unstable();
        let moments = self.seen.moments().into_iter().filter(|at| *at <= self.as_of);
        AsSeenView {
            customer: self.customer.clone(),
            channel: self.channel,
            viewpoint: self.viewpoint,
            people: self.seen.people.iter().filter_map(eyes).collect(),
            started: self.started,
            as_of: self.as_of,
            ticks: moments.map(|at| TickView { at, said: said.binary_search(&at).is_ok() }).collect(),
        }
    }

    pub(crate) fn moment(&self, at: Time) -> AsSeenMomentView {
        let at = at.clamp(self.started, self.as_of);
        let there: Vec<&Sight> = self.seen.at(at).collect();
        let count = |wanted: &[SeenMark]| {
            let count = there.iter().filter(|sight| sight.mark(at).is_some_and(|mark| wanted.contains(&mark))).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        let (unread, undelivered) = (count(&[SeenMark::Unread]), count(&[SeenMark::Undelivered, SeenMark::Failed]));
        let (older, shown) = there.split_at(there.len().saturating_sub(ENTRIES));
        let events: Vec<Event> = shown.iter().map(|sight| then(sight, at)).collect();
        let made = entries::entries(&events, &self.customer, call_in(older));
        let mut rest = shown.iter();
        let entry = |entry: entries::Entry| {
            let sight = rest.by_ref().find(|sight| sight.event.position == entry.position)?;
            let view = self.entry(entry, sight, &there, at);
            let withheld = sight.withdrawn.filter(|_| sight.is_withheld(at));
            Some(SeenEntryView { entry: view, mark: sight.mark(at), withheld })
        };
        let involved = self.seen.involved_at(at);
        AsSeenMomentView {
            at,
            involvement: involved.map_or(Involvement::Outside, |involved| involved.involvement),
            since: involved.map(|involved| involved.at),
            reads: involved.is_some_and(|involved| involved.reads),
            entries: made.into_iter().filter_map(entry).collect(),
            left_out: u32::try_from(older.len()).unwrap_or(u32::MAX),
            unread,
            undelivered,
        }
    }

    fn entry(&self, entry: entries::Entry, sight: &Sight, there: &[&Sight], at: Time) -> EntryView {
        let mut body = if sight.is_withheld(at) { withheld_body(entry.body) } else { entry.body };
        if let EntryBody::Question { turn, chosen, .. } = &mut body {
            *chosen = there.iter().find_map(|sight| answer_to(sight, *turn));
        }
        let words = |content: &Content| content.text().to_owned();
        let newest = sight.edits.iter().rposition(|edit| edit.at <= at).filter(|_| sight.withdrawn.is_none());
        let before = newest.map_or(&[][..], |newest| &sight.edits[..newest]);
        let first = newest.and_then(|_| sight.event.body.content()).map(words);
        let about = AboutTurnView {
            quote: entry.reply_to.and_then(|turn| quote(there, turn, at)),
            reactions: sight
                .reactions_at(at)
                .into_iter()
                .filter_map(|one| Some(ReactionView { by: one.by.clone(), emoji: one.emoji.clone()? }))
                .collect(),
            earlier: first.into_iter().chain(before.iter().map(|edit| words(&edit.content))).collect(),
            owed: false,
        };
        EntryView {
            key: entry.turn.map_or_else(|| format!("{}-{}", self.id, entry.position), |turn| turn.to_string()),
            conversation: self.id,
            position: Some(entry.position),
            command: None,
            time: entry.time,
            by: entry.by,
            body,
            stages: Vec::new(),
            held_until: None,
            upload: None,
            about: (about != AboutTurnView::default()).then_some(about),
            translation: None,
        }
    }
}

/// The event with the words that it had at a moment.
fn then(sight: &Sight, at: Time) -> Event {
    let words = sight.words(at).map(|(content, silent)| (content.clone(), silent));
    let mut event = sight.event.clone();
    if let (EventBody::TurnAdded { turn, .. }, Some((content, silent))) = (&mut event.body, words) {
        (turn.content, turn.silent) = (content, silent);
    }
    event
}

/// Since when a call for help had been open when these ended.
fn call_in(sights: &[&Sight]) -> Option<Time> {
    sights.iter().fold(None, |open, sight| match &sight.event.body {
        EventBody::HelpRaised { help, waits_since } => Some(waits_since.unwrap_or(help.since)),
        EventBody::HelpCleared { .. } => None,
        EventBody::EngagementStarted { engagement } if engagement.person().is_some() => None,
        _ => open,
    })
}

/// The choice with which this entry answers the question.
fn answer_to(sight: &Sight, question: TurnId) -> Option<String> {
    match sight.event.body.content() {
        Some(Content::Answer { question: to, choice, .. }) if *to == question => Some(choice.clone()),
        _ => None,
    }
}

fn quote(there: &[&Sight], quoted: TurnId, at: Time) -> Option<QuoteView> {
    let sight = there.iter().find(|sight| sight.event.body.turn() == Some(quoted))?;
    let (content, silent) = sight.words(at)?;
    let words = match content {
        Content::Attachment { media, text } if text.is_empty() => media.name.as_str(),
        content => content.text(),
    };
    let text = match content_body(quoted, content, silent) {
        EntryBody::Text { text, .. } if content.is_withdrawn() => text,
        _ => match words.char_indices().nth(QUOTE_CHARS) {
            Some((end, _)) => format!("{}…", words[..end].trim_end()),
            None => words.to_owned(),
        },
    };
    Some(QuoteView { turn: quoted, by: sight.event.actor.clone(), text })
}
