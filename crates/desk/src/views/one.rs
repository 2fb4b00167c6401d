//! One conversation, without its transcript.

use tandem_conversation::{
    Content, Conversation, ConversationId, Engagement, EngagementKind, EventBody, OpenHandover, Status, Window,
};
use tandem_sqlite::rusqlite::Connection;

use super::{Reader, buttons, fields, may, row, translated};
use crate::cache::brands::Brands;
use crate::cache::conversations;
use crate::cache::expect::expected;
use crate::cache::pages::Line;
use crate::cache::{self, CacheError, bookmarks, chats, events, files, meta, outbox, seen};
use crate::view::{
    CompletedView, ConversationView, FileView, HandoverPart, HandoverView, InvitationView, LimitsView, PersonView,
    SuggestionView, WindowView,
};

/// None if the conversation is not cached.
pub(crate) fn conversation(
    connection: &Connection,
    reader: &Reader,
    id: ConversationId,
) -> Result<Option<ConversationView>, CacheError> {
    let Some(held) = conversations::get(connection, id)? else { return Ok(None) };
    let state = held.state;
    let seen = seen::position(connection, &state, reader.user)?;
    let mut drafts = bookmarks::drafts(connection, id)?;
    drafts.files = files::drafted(connection, id)?.into_iter().map(FileView::from).collect();
    let draft = !drafts.reply.is_empty() || !drafts.note.is_empty() || !drafts.files.is_empty();
    let waiting = outbox::of_conversation(connection, id)?;
    let expected = expected(&state, &waiting, &reader.expecting());
    let unread = state.agent(reader.user).is_some() && state.last_loud > seen;
    let pending = row::pending(connection, &waiting, reader.now)?;
    let hub_version: u32 = meta::get(connection, meta::HUB_VERSION)?.unwrap_or_default();
    Ok(Some(ConversationView {
        position: state.position,
        last_loud: state.last_loud,
        seen,
        started: state.started,
        completed: completed(&expected.status),
        engage_logic: expected.logic.engaged,
        fallback: expected.fallback.as_ref().map(|fallback| crate::entries::why_failed(&fallback.failure)),
        people: expected.engagements.iter().filter_map(|engagement| person(engagement, reader)).collect(),
        invitation: invitation(&expected, reader),
        custom: fields::custom(&state),
        customer: fields::customer(&expected),
        username: username(&state),
        noted: fields::noted(&expected),
        suggestion: suggestion(connection, &state)?,
        handover: state.handover.as_deref().map(|open| handover(open, &state, reader)),
        buttons: buttons::buttons(cache::buttons::all(connection)?, &state, &expected, reader),
        logic_until: state.logic.asked.as_ref().map(|asked| asked.expires),
        logic_waiting: behind(&state),
        window: expected.window().map(window),
        limits: expected.channel.facts().limits.map(LimitsView::from),
        may: may::may(&expected, reader, hub_version, chats::in_chat(connection, &state)?),
        goes_on: may::goes_on(&expected, reader),
        earlier: conversations::count_earlier(connection, state.customer.id, state.started)?,
        translating: translated::translating(connection, &reader.languages, &state)?,
        row: row::row(Line { unread, draft, state: expected }, pending, reader, &Brands::read(connection)?),
        drafts,
    }))
}

/// Where their name is not the same.
fn username(state: &Conversation) -> Option<String> {
    state.customer.username.clone().filter(|username| *username != state.customer.name)
}

fn window(window: Window) -> WindowView {
    match window {
        Window::Until(until) => WindowView { until: Some(until) },
        Window::NeverOpen => WindowView { until: None },
    }
}

/// How many events wait behind the one that Your Logic is asked about.
fn behind(state: &Conversation) -> u32 {
    let Some(asked) = &state.logic.asked else { return 0 };
    let count = state.logic.pending.iter().filter(|pending| pending.position > asked.trigger).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn handover(open: &OpenHandover, state: &Conversation, reader: &Reader) -> HandoverView {
    let parts = open.handover.parts().into_iter().filter(|(_, points)| !points.is_empty());
    HandoverView {
        turn: open.turn,
        parts: parts.map(|(label, points)| HandoverPart { label: label.to_owned(), points: points.to_vec() }).collect(),
        graded: open.graded.clone(),
        may_grade: state.agent(reader.user).is_some() || state.left.iter().any(|past| past.user == reader.user),
    }
}

fn invitation(state: &Conversation, reader: &Reader) -> Option<InvitationView> {
    match &state.invitation_of(reader.user)?.kind {
        EngagementKind::Invitation { by, note, transfer, .. } => {
            Some(InvitationView { by: by.clone(), transfer: *transfer, note: note.clone().unwrap_or_default() })
        }
        _ => None,
    }
}

fn completed(status: &Status) -> Option<CompletedView> {
    match status {
        Status::InProgress => None,
        Status::Completed { at, by, resolution } => {
            Some(CompletedView { at: *at, by: by.clone(), resolution: resolution.clone() })
        }
    }
}

fn person(engagement: &Engagement, reader: &Reader) -> Option<PersonView> {
    let participant = match &engagement.kind {
        EngagementKind::Logic => &tandem_conversation::Participant::Logic,
        _ => engagement.person().or_else(|| engagement.invitee())?,
    };
    Some(PersonView {
        engagement: engagement.id,
        participant: participant.clone(),
        me: participant.user() == Some(reader.user),
        since: engagement.since,
        until: engagement.expires(),
        invited: engagement.invitee().is_some(),
    })
}

/// The latest suggestion without a later reply from our side.
pub(crate) fn suggestion(connection: &Connection, state: &Conversation) -> Result<Option<SuggestionView>, CacheError> {
    let last_said = state.voices.iter().map(|voice| voice.position).max().unwrap_or_default();
    let Some(event) = events::suggestion(connection, state.id, last_said)? else { return Ok(None) };
    Ok(match event.body {
        EventBody::TurnAdded { turn, .. } => match turn.content {
            Content::Suggestion { text, why } => Some(SuggestionView { turn: turn.id, text, why }),
            _ => None,
        },
        _ => None,
    })
}
