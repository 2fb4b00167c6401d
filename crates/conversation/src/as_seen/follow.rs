//! The fold: from one event after the other to what a participant had on screen.

use std::collections::HashMap;

use super::logic::Sent;
use super::{AsSeen, Edit, Involved, Involvement, Reacted, Sight, Viewpoint};
use crate::channel::Reporting;
use crate::engagement::{Engagement, EngagementKind};
use crate::event::{Event, EventBody, Side};
use crate::ids::{LinkId, Position, TurnId, UserId};
use crate::participant::Participant;
use crate::permission::Permissions;
use crate::section::{Access, may_read};
use crate::skills::Skills;
use crate::state::Conversation;
use crate::time::Time;
use crate::trigger::trigger_of;
use crate::turn::{Content, Stage};

/// The time of what did not happen.
pub(super) const NEVER: Time = Time(i64::MAX);

/// Follows a conversation from its first event on, through one participant's eyes.
#[derive(Debug)]
pub struct Follow {
    viewpoint: Viewpoint,
    /// After the last event.
    state: Option<Conversation>,
    seen: AsSeen,
    by_turn: HashMap<TurnId, usize>,
    /// How many sights each kind of receipt has reached.
    reached: Reached,
    /// Notes that mention the participant, who has not seen them.
    mentions: Vec<usize>,
    /// Of the external agent; nothing before it is shown to them.
    invited: Option<Position>,
    sent: Sent,
}

#[derive(Debug, Default)]
struct Reached {
    delivered: usize,
    seen: usize,
    colleague_delivered: usize,
    colleague_seen: usize,
}

impl Follow {
    #[must_use]
    pub fn new(viewpoint: Viewpoint) -> Self {
        Self {
            viewpoint,
            state: None,
            seen: AsSeen::default(),
            by_turn: HashMap::new(),
            reached: Reached::default(),
            mentions: Vec::new(),
            invited: None,
            sent: Sent::default(),
        }
    }

    /// Whether the participant is known by now.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.seen.people.iter().any(|one| self.viewpoint.is(one))
    }

    /// Takes in the next event. With `keep`, what it shows becomes a sight; without, it only changes the others. True if
    /// it shows something.
    pub fn take(&mut self, event: &Event, keep: bool) -> bool {
        self.meet(event);
        let sight = self.sight_of(event);
        let shows = sight.is_some();
        if let Some(sight) = sight.filter(|_| keep) {
            self.add(sight);
        }
        self.learn(event);
        match &mut self.state {
            Some(state) => state.apply(event),
            none => *none = Conversation::begin(event),
        }
        self.involve(event.time);
        shows
    }

    #[must_use]
    pub fn finish(mut self) -> AsSeen {
        self.seen.sights.retain(|sight| sight.from != NEVER);
        self.seen
    }

    /// Notes whose eyes there are.
    fn meet(&mut self, event: &Event) {
        let of_engagement = |engagement: &Engagement| engagement.person().or(engagement.invitee()).cloned();
        let comes = match &event.body {
            EventBody::Started { .. } => Some(Participant::Customer),
            EventBody::LogicAsked { .. } => Some(Participant::Logic),
            EventBody::EngagementStarted { engagement } => of_engagement(engagement),
            _ => Some(&event.actor).filter(|actor| **actor == Participant::Logic).cloned(),
        };
        if let Some(one) = comes
            && Viewpoint::of(&one).is_some()
            && !self.seen.people.iter().any(|known| known.same(&one))
        {
            self.seen.people.push(one);
        }
        if let EventBody::EngagementStarted { engagement } = &event.body
            && engagement.invitee().is_some_and(|invitee| self.viewpoint.is(invitee))
        {
            self.invited.get_or_insert(event.position);
        }
    }

    /// What the event puts on the participant's screen, if the conversation is open to them.
    fn sight_of(&self, event: &Event) -> Option<Sight> {
        let own = self.viewpoint.is(&event.actor);
        let of_customer = event.actor == Participant::Customer;
        match self.viewpoint {
            Viewpoint::Customer {} => {
                let reporting = self.state.as_ref().map(|state| state.channel.facts().reporting);
                // What was written on a company device has left already, and nothing more is known of it.
                let is_device = matches!(event.actor, Participant::Device { .. });
                let tracked = reporting != Some(Reporting::Never) && !is_device;
                let shown = is_said(event) || matches!(event.body, EventBody::ReviewAsked { .. });
                shown.then(|| Sight::new(event, own, tracked))
            }
            Viewpoint::ExternalAgent { .. } => {
                let shown = is_said(event) && self.invited.is_some_and(|invited| event.position > invited);
                shown.then(|| Sight::new(event, own, of_customer))
            }
            Viewpoint::Agent { user } => {
                let is_turn = matches!(event.body, EventBody::TurnAdded { .. });
                let tracked = is_turn && (of_customer || mentions(event, user));
                is_entry(event).then(|| Sight::new(event, own && is_turn, tracked))
            }
            Viewpoint::Logic {} => {
                let is_turn = matches!(event.body, EventBody::TurnAdded { .. });
                let shown = is_turn || trigger_of(event).is_some() || own && is_entry(event);
                let from = if own { event.time } else { NEVER };
                shown.then(|| Sight { from, ..Sight::new(event, own, true) })
            }
        }
    }

    fn add(&mut self, sight: Sight) {
        let at = self.seen.sights.len();
        match &sight.event.body {
            EventBody::TurnAdded { turn, .. } => _ = self.by_turn.insert(turn.id, at),
            // Channels report of a request for a review as of a turn.
            EventBody::ReviewAsked { review, .. } => _ = self.by_turn.insert(TurnId(review.0), at),
            _ => {}
        }
        if let Viewpoint::Agent { user } = self.viewpoint
            && sight.tracked
            && mentions(&sight.event, user)
        {
            self.mentions.push(at);
        }
        self.seen.sights.push(sight);
    }

    /// What the event says of earlier sights.
    fn learn(&mut self, event: &Event) {
        match &event.body {
            EventBody::TurnAdded { turn, .. } => {
                self.sent.said(event.position);
                if self.viewpoint.is(&event.actor) && self.is_person() && turn.content.is_for_customer() {
                    // A reply tells up to where its author had seen.
                    let loud = self.state.as_ref().map_or(Position::START, |state| state.last_loud);
                    self.receive(event, Stage::Seen, turn.written_against.unwrap_or(loud));
                }
            }
            EventBody::TurnEdited { turn, content, silent, .. } => {
                let (at, content, silent) = (event.time, content.clone(), *silent);
                if let Some(sight) = self.sight(*turn).filter(|sight| sight.withdrawn.is_none()) {
                    sight.edits.push(Edit { at, content, silent });
                }
            }
            EventBody::TurnWithdrawn { turn } => {
                let gone = matches!(self.viewpoint, Viewpoint::Customer {}).then_some(event.time);
                // Some channels say so again.
                if let Some(sight) = self.sight(*turn).filter(|sight| sight.withdrawn.is_none()) {
                    sight.withdraw(event.time);
                    sight.until = gone;
                }
                // Your Logic was told of its edits, too.
                let edits = self.seen.sights.iter_mut();
                for sight in edits
                    .filter(|sight| matches!(&sight.event.body, EventBody::TurnEdited { turn: of, .. } if of == turn))
                {
                    sight.withdraw(event.time);
                }
            }
            EventBody::Reacted { turn, emoji, .. } => {
                let (at, by, emoji) = (event.time, event.actor.clone(), emoji.clone());
                if let Some(sight) = self.sight(*turn) {
                    sight.reactions.push(Reacted { at, by, emoji });
                }
            }
            EventBody::TurnProgressed { turn, stage, .. } => self.progress(*turn, *stage, event.time),
            EventBody::Received { side, stage, up_to } if *side == self.side() => self.receive(event, *stage, *up_to),
            EventBody::MentionSeen if self.viewpoint.is(&event.actor) => {
                for at in std::mem::take(&mut self.mentions) {
                    self.seen.sights[at].see(event.time);
                }
            }
            _ if matches!(self.viewpoint, Viewpoint::Logic {}) => {
                if let Some(state) = &self.state {
                    self.sent.learn(event, &state.logic, &mut self.seen.sights);
                }
            }
            _ => {}
        }
    }

    fn sight(&mut self, turn: TurnId) -> Option<&mut Sight> {
        let at = *self.by_turn.get(&turn)?;
        self.seen.sights.get_mut(at)
    }

    fn is_person(&self) -> bool {
        matches!(self.viewpoint, Viewpoint::Agent { .. } | Viewpoint::ExternalAgent { .. })
    }

    /// The side whose receipts say something of this participant.
    fn side(&self) -> Side {
        if matches!(self.viewpoint, Viewpoint::Customer {}) { Side::Customer } else { Side::Desk }
    }

    /// One of our turns moved along its channel, towards the customer.
    fn progress(&mut self, turn: TurnId, stage: Stage, at: Time) {
        if !matches!(self.viewpoint, Viewpoint::Customer {}) {
            return;
        }
        let Some(sight) = self.sight(turn).filter(|sight| sight.tracked) else { return };
        match stage {
            Stage::Failed => _ = sight.failed.get_or_insert(at),
            Stage::Delivered => sight.deliver(at),
            Stage::Seen | Stage::Played => sight.see(at),
            _ => {}
        }
    }

    /// Everything of the other side up to a position has arrived, or was seen.
    fn receive(&mut self, event: &Event, stage: Stage, up_to: Position) {
        let (at, seen) = (event.time, stage == Stage::Seen);
        let (sights, reached) = (&mut self.seen.sights, &mut self.reached);
        if matches!(self.viewpoint, Viewpoint::Logic {}) {
            return;
        }
        if self.viewpoint.is(&event.actor) {
            reach(sights, &mut reached.delivered, up_to, |sight| sight.deliver(at));
            if seen {
                reach(sights, &mut reached.seen, up_to, |sight| sight.see(at));
            }
        } else {
            reach(sights, &mut reached.colleague_delivered, up_to, |sight| {
                sight.colleague_delivered.get_or_insert(at);
            });
            if seen {
                reach(sights, &mut reached.colleague_seen, up_to, |sight| {
                    sight.colleague_seen.get_or_insert(at);
                });
            }
        }
    }

    /// How the participant is involved after the last event.
    fn involve(&mut self, at: Time) {
        let Some(state) = &self.state else { return };
        let (involvement, reads) = match self.viewpoint {
            Viewpoint::Customer {} => (Involvement::Engaged, true),
            Viewpoint::Logic {} if state.logic.engaged => (Involvement::Engaged, true),
            Viewpoint::Logic {} => (if self.is_known() { Involvement::Left } else { Involvement::Outside }, true),
            Viewpoint::Agent { user } => agent(state, user),
            Viewpoint::ExternalAgent { link } => external(state, link, self.invited.is_some()),
        };
        let all = &mut self.seen.involved;
        if all.last().is_some_and(|last| last.at == at) {
            all.pop();
        }
        if all.last().is_none_or(|last| (last.involvement, last.reads) != (involvement, reads)) {
            all.push(Involved { at, involvement, reads });
        }
    }
}

/// An agent by engagements and invitations alone: the log knows no rights.
fn agent(state: &Conversation, user: UserId) -> (Involvement, bool) {
    let (permissions, skills) = (Permissions::default(), Skills::default());
    let reads = may_read(state, &Access { user, permissions: &permissions, skills: &skills }, false);
    let involvement = match () {
        () if state.agent(user).is_some() => Involvement::Engaged,
        () if state.invitation_of(user).is_some() => Involvement::Invited,
        () if reads => Involvement::Left,
        () if state.help.is_some() => Involvement::Called,
        () => Involvement::Outside,
    };
    (involvement, reads)
}

/// The page shows the conversation from the link's opening to its end.
fn external(state: &Conversation, link: LinkId, was_invited: bool) -> (Involvement, bool) {
    match state.of_link(link).map(|engagement| &engagement.kind) {
        Some(EngagementKind::ExternalAgent { .. }) => (Involvement::Engaged, true),
        Some(_) => (Involvement::Invited, false),
        None if was_invited => (Involvement::Left, false),
        None => (Involvement::Outside, false),
    }
}

/// Marks the sights up to a position that were not reached before. Receipts only move forward.
fn reach(sights: &mut [Sight], reached: &mut usize, up_to: Position, set: impl Fn(&mut Sight)) {
    while let Some(sight) = sights.get_mut(*reached).filter(|sight| sight.event.position <= up_to) {
        *reached += 1;
        // Notes have receipts of their own, and what the channel refused was not seen, even if later turns were.
        if sight.tracked && !is_note(&sight.event) && sight.failed.is_none() {
            set(sight);
        }
    }
}

fn is_note(event: &Event) -> bool {
    matches!(&event.body, EventBody::TurnAdded { turn, .. } if matches!(turn.content, Content::Note { .. }))
}

/// Whether it is a turn that customers may see.
fn is_said(event: &Event) -> bool {
    matches!(&event.body, EventBody::TurnAdded { turn, .. } if turn.content.is_for_customer())
}

fn mentions(event: &Event, user: UserId) -> bool {
    let EventBody::TurnAdded { turn, .. } = &event.body else { return false };
    matches!(&turn.content, Content::Note { mentions, .. } if mentions.iter().any(|mention| mention.user == user))
}

/// Whether it can be an entry on a desk; the others are bookkeeping, or change earlier entries.
fn is_entry(event: &Event) -> bool {
    !matches!(
        event.body,
        EventBody::Started { .. }
            | EventBody::Reacted { .. }
            | EventBody::Heard { .. }
            | EventBody::TurnEdited { .. }
            | EventBody::TurnWithdrawn { .. }
            | EventBody::TurnProgressed { .. }
            | EventBody::Received { .. }
            | EventBody::MentionSeen
            | EventBody::ReminderSeen
            | EventBody::LogicAsked { .. }
            | EventBody::LogicAnswered { .. }
            | EventBody::LogicFailed { .. }
            | EventBody::FallbackCleared
            | EventBody::CustomChanged { .. }
            | EventBody::CustomerChanged { .. }
            | EventBody::LanguageChanged { .. }
            | EventBody::LinkUsed { .. }
            | EventBody::ReviewNotAsked { .. }
    )
}
