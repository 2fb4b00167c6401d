//! Which desks a change concerns, and what they receive.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use tandem_conversation::{Conversation, Time, UserId, visible};

use super::{SessionId, Sessions};
use crate::engine::{Changed, Commit};

/// One desk's changes from one commit, as comma-separated JSON.
type Batches = HashMap<SessionId, String>;

pub(super) fn spread(sessions: &mut Sessions, commit: &Commit) {
    if sessions.desks.is_empty() {
        return;
    }
    let mut batches = Batches::new();
    for changed in &commit.changed {
        concern(sessions, changed, commit.time, &mut batches);
    }
    for (id, changes) in batches {
        let Some(desk) = sessions.desks.get_mut(&id) else { continue };
        let after = std::mem::replace(&mut desk.told, commit.cursor);
        let frame = format!(
            r#"{{"batch":{{"cursor":{},"time":"{}","after":{after},"changes":[{changes}]}}}}"#,
            commit.cursor, commit.time
        );
        sessions.send_desk(id, frame.into());
    }
}

fn concern(sessions: &Sessions, changed: &Changed, now: Time, batches: &mut Batches) {
    let mut events: Option<String> = None;
    let mut opened: Option<String> = None;
    for id in audience(sessions, changed) {
        let Some(desk) = sessions.desks.get(&id) else { continue };
        let sees = |state: &Conversation| visible(state, &desk.me.access(), now);
        let was = changed.before.as_deref().is_some_and(sees);
        let is = sees(&changed.after);
        let batch = match (was, is) {
            (false, false) => continue,
            _ => batches.entry(id).or_default(),
        };
        if !batch.is_empty() {
            batch.push(',');
        }
        match (was, is) {
            (true, true) => batch.push_str(events.get_or_insert_with(|| events_json(changed))),
            (false, true) => batch.push_str(opened.get_or_insert_with(|| opened_json(changed))),
            _ => {
                let _ = write!(batch, r#"{{"closed":"{}"}}"#, changed.after.id);
            }
        }
    }
}

/// Sessions that may see the conversation before or after the change, each once.
fn audience(sessions: &Sessions, changed: &Changed) -> Vec<SessionId> {
    let states = changed.before.as_ref().into_iter().chain([&changed.after]);
    let calls = states.clone().any(|state: &Arc<Conversation>| state.help.is_some());
    let mut found: Vec<SessionId> = Vec::new();
    for user in states.flat_map(|state| involved(state)) {
        found.extend(sessions.by_user.get(&user).into_iter().flatten());
    }
    found.extend(&sessions.all_seeing);
    if calls {
        found.extend(&sessions.helping);
    }
    found.sort_unstable_by_key(|id| id.0);
    found.dedup();
    found
}

/// Users who are, or were, engaged or invited.
fn involved(state: &Conversation) -> impl Iterator<Item = UserId> {
    let now = state.engagements.iter().filter_map(|e| e.person().or_else(|| e.invitee())).filter_map(|p| p.user());
    now.chain(state.left.iter().map(|past| past.user))
}

/// Engaged users: typing concerns them.
pub(super) fn engaged(state: &Conversation) -> Vec<UserId> {
    state.people().filter_map(|e| e.person()).filter_map(|p| p.user()).collect()
}

fn events_json(changed: &Changed) -> String {
    let mut json = String::with_capacity(changed.events.iter().map(|(_, body)| body.len() + 12).sum());
    for (i, (_, body)) in changed.events.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let _ = write!(json, r#"{comma}{{"event":{body}}}"#);
    }
    json
}

/// The current state with the new events, so that the transcript has its newest part at once.
fn opened_json(changed: &Changed) -> String {
    let state = serde_json::to_string(&*changed.after).unwrap_or_default();
    let comma = if changed.events.is_empty() { "" } else { "," };
    format!(r#"{{"opened":{state}}}{comma}{}"#, events_json(changed))
}
