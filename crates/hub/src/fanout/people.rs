//! Who is here: colleagues as desks are told of them, and the log of activity.

use std::collections::HashSet;

use tandem_conversation::measure::Presence;
use tandem_conversation::{Availability, ConversationId, Participant, UserId};
use tandem_protocol::agents::{Colleague, LiveFrame, Whereabouts};

use super::{DeskSession, Sessions, WATCHED_MS, encode};
use crate::presence;
use crate::store::activity::Begun;

impl Sessions {
    pub(super) fn say_people(&mut self) {
        if self.came_or_went.is_empty() {
            return;
        }
        let mut people = std::mem::take(&mut self.came_or_went);
        // Of several changes of one colleague, the last one counts.
        let mut told = HashSet::new();
        people.reverse();
        people.retain(|colleague| told.insert(colleague.user));
        people.reverse();
        if let Some(frame) = encode(&LiveFrame::People { people }) {
            self.send_all_desks(&frame);
        }
    }

    /// A user as colleagues see them.
    pub(super) fn colleague(&self, desk: &DeskSession) -> Colleague {
        let sees_all = desk.me.access().views_all();
        self.present(Colleague {
            user: desk.me.user,
            name: desk.me.name.clone(),
            online: false,
            available: false,
            status: None,
            absence: None,
            sees_all,
            suspended: false,
            capacity: Some(desk.me.capacity),
        })
    }

    /// The colleague with the presence that their desks report.
    pub(super) fn present(&self, known: Colleague) -> Colleague {
        let said = self.whereabouts(known.user);
        presence::shown(known, said.as_ref())
    }

    /// Where a user is; none if offline. A desk that has not said yet may be about to take calls.
    pub(super) fn whereabouts(&self, user: UserId) -> Option<Whereabouts> {
        let mut desks = self.desks_of(user).peekable();
        desks.peek()?;
        let said = presence::nearest(desks.filter_map(|desk| desk.whereabouts.as_ref()));
        Some(said.cloned().unwrap_or_else(|| Whereabouts::takes_calls(true)))
    }

    fn desks_of(&self, user: UserId) -> impl Iterator<Item = &DeskSession> {
        self.by_user.get(&user).into_iter().flatten().filter_map(|id| self.desks.get(id))
    }

    /// Tells the desks of a user that somebody said how the user is. The desks then report it themselves.
    pub(super) fn set_availability(&mut self, user: UserId, status: Availability, by: String) -> bool {
        let all = self.by_user.get(&user).into_iter().flatten().copied();
        let obeying: Vec<_> = all.filter(|id| self.desks.get(id).is_some_and(|desk| desk.obeys)).collect();
        let Some(frame) = encode(&LiveFrame::Availability { status, by }) else { return false };
        obeying.iter().for_each(|id| self.send_desk(*id, frame.clone()));
        !obeying.is_empty()
    }

    /// Tells the desks of users that somebody looks at a conversation of theirs.
    pub(super) fn tell_watched(&mut self, conversation: ConversationId, by: Participant, users: &[UserId]) {
        let until = self.clock.now().plus_ms(WATCHED_MS);
        let Some(frame) = encode(&LiveFrame::Watched { conversation, by, until }) else { return };
        let all = users.iter().filter_map(|user| self.by_user.get(user)).flatten().copied();
        let hearing: Vec<_> = all.filter(|id| self.desks.get(id).is_some_and(|desk| desk.hears_watched)).collect();
        hearing.iter().for_each(|id| self.send_desk(*id, frame.clone()));
    }

    /// Marks a colleague for the next presence update.
    pub(super) fn tell_if_changed(&mut self, before: Colleague) {
        let now = self.present(before.clone());
        self.log(now.user);
        if now != before {
            self.came_or_went.push(now);
        }
    }

    /// Adds a user's presence to the log of activity, if it is another one.
    fn log(&mut self, user: UserId) {
        let capacity = self.desks_of(user).next().map(|desk| desk.me.capacity);
        let said = presence::nearest(self.desks_of(user).filter_map(|desk| desk.whereabouts.as_ref()));
        // A desk that has come says at once how its user is.
        if capacity.is_some() && said.is_none() {
            return;
        }
        let (status, absence, cause) = presence::logged(said);
        let before = self.logged.get(&user);
        let capacity = capacity.or(before.map(|before| before.capacity)).unwrap_or_default();
        let begun = Begun { user, at: self.clock.now(), status, absence, cause, capacity };
        let is_news = match before {
            // They left before their desk said anything.
            None => status != Presence::Offline,
            Some(before) => Begun { at: before.at, ..begun.clone() } != *before,
        };
        if is_news {
            self.logged.insert(user, begun.clone());
            // The receiver ends only with the hub.
            let _ = self.activity.send(begun);
        }
    }
}
