//! Notification policy: which one notice, if any, a conversation deserves on a user's screen right now.
//!
//! A function of state, not of events: the shell compares what should be shown with what is shown. So a reconnect
//! shows nothing twice, and a colleague's join withdraws the notice everywhere.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::engagement::EngagementKind;
use crate::help::{NeedsHelp, Reach};
use crate::ids::{CallId, EngagementId, Position, ReviewId, UserId};
use crate::participant::Participant;
use crate::permission::{Permission, Permissions};
use crate::section::Access;
use crate::skills::Skills;
use crate::state::{Conversation, OpenTurn};
use crate::time::Time;
use crate::wait::Wait;

/// How long a low score is news, in milliseconds.
pub const LOW_SCORE_MS: i64 = 24 * 60 * 60 * 1000;

/// Whether an agent takes new conversations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    #[default]
    Available,
    Busy,
    Away,
}

/// The user to be notified, and what is on their screen.
#[derive(Clone, Debug)]
pub struct Viewer<'a> {
    pub user: UserId,
    pub permissions: &'a Permissions,
    pub skills: &'a Skills,
    pub availability: Availability,
    /// The position up to which this user has seen the conversation.
    pub seen: Position,
    /// The position up to which it was on this user's own screen; receipts of colleagues do not count.
    pub seen_here: Position,
    /// The conversation is on screen in a focused window.
    pub looking: bool,
    /// How many conversations the user is engaged in, and their maximum.
    pub load: usize,
    pub capacity: usize,
    /// After this wait in the user's own conversation they are reminded, in milliseconds.
    pub patience_ms: i64,
    /// The highest score that is low for this user, on a scale from 0 to 100 ([`crate::percent_of`]).
    pub low_percent: u8,
}

impl Viewer<'_> {
    /// Their access rights.
    #[must_use]
    pub fn access(&self) -> Access<'_> {
        Access { user: self.user, permissions: self.permissions, skills: self.skills }
    }
}

/// One notice. Notices with the same `kind` are the same and are shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub kind: NoticeKind,
    pub since: Time,
}

/// What the notice is about, with the id that identifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum NoticeKind {
    HelpNeeded {
        call: CallId,
    },
    Invited {
        engagement: EngagementId,
    },
    Mentioned {
        position: Position,
    },
    DeliveryFailed {
        position: Position,
    },
    WaitingTooLong {
        position: Position,
    },
    CustomerWrote {
        position: Position,
    },
    /// The user's snooze is over, since then.
    Reminded {
        since: Time,
    },
    /// A customer gave a low score; for supervisors.
    LowScore {
        review: ReviewId,
    },
}

/// Whether `viewer` is called by this call for help by now.
#[must_use]
pub fn is_called(conversation: &Conversation, help: &NeedsHelp, viewer: &Viewer<'_>) -> bool {
    let by_viewer = help.by.same(&Participant::Agent { user: viewer.user, name: String::new() });
    if by_viewer || conversation.agent(viewer.user).is_some() || !viewer.access().helps(conversation) {
        return false;
    }
    let has_room = viewer.load < viewer.capacity;
    let busy = viewer.availability == Availability::Busy;
    match help.reach {
        Reach::Eligible => {
            viewer.availability == Availability::Available && has_room && viewer.skills.serve(conversation)
        }
        Reach::Everyone => !busy,
        Reach::Supervisors | Reach::Logic => !busy || viewer.permissions.has_all(Permission::ViewAll),
    }
}

/// The notice that `conversation` deserves for `viewer` at `now`; the most urgent if several apply.
#[must_use]
pub fn notice(conversation: &Conversation, viewer: &Viewer<'_>, now: Time) -> Option<Notice> {
    let mention = conversation.mention_of(viewer.user, viewer.permissions);
    // The state drops a mention that was seen elsewhere.
    let mention = mention.filter(|_| !viewer.looking);
    let mentioned =
        mention.map(|mention| Notice { kind: NoticeKind::Mentioned { position: mention.position }, since: mention.at });
    let told = newer(low_score(conversation, viewer, now), mentioned.clone());
    if !conversation.in_progress() {
        return told;
    }
    let mine = conversation.agent(viewer.user);
    if let Some(invitation) = conversation.invitation_of(viewer.user)
        && matches!(&invitation.kind, EngagementKind::Invitation { expires, .. } if *expires > now)
    {
        // What a colleague has written since is news.
        if let Some(mentioned) = mentioned.filter(|mentioned| mentioned.since > invitation.since) {
            return Some(mentioned);
        }
        return Some(Notice { kind: NoticeKind::Invited { engagement: invitation.id }, since: invitation.since });
    }
    if let Some(help) = &conversation.help
        && is_called(conversation, help, viewer)
    {
        return Some(Notice { kind: NoticeKind::HelpNeeded { call: help.call }, since: help.since });
    }
    let Some(mine) = mine else { return told };
    let reminder = conversation.reminder_of(viewer.user, now).filter(|_| !viewer.looking);
    let reminded = reminder.and_then(|snooze| snooze.over_since(now));
    let reminded = reminded.map(|since| Notice { kind: NoticeKind::Reminded { since }, since });
    let rest = newer(told, reminded);
    // In the user's own conversation the newest event wins, so that nothing hides later ones.
    let mentioned_at = |newer: Position| mention.is_some_and(|mention| mention.position > newer);
    // A customer's turn after the failed one is more urgent, and the failure is shown beside it.
    let failed = |open: &&OpenTurn| open.position > conversation.last_loud;
    if let Some(failed) = conversation.failed_turns().rev().find(failed)
        && !mentioned_at(failed.position)
    {
        let kind = NoticeKind::DeliveryFailed { position: failed.position };
        return Some(Notice { kind, since: conversation.updated });
    }
    let Some(Wait { since, .. }) = conversation.wait() else { return rest };
    // An agent who has just joined gets the full time.
    let impatient_at = since.max(mine.since).plus_ms(viewer.patience_ms);
    if now >= impatient_at && mention.is_none_or(|mention| mention.at < impatient_at) {
        return Some(Notice { kind: NoticeKind::WaitingTooLong { position: conversation.last_loud }, since });
    }
    if mentioned_at(conversation.last_loud) {
        return rest;
    }
    (!viewer.looking && conversation.last_loud > viewer.seen)
        .then_some(Notice { kind: NoticeKind::CustomerWrote { position: conversation.last_loud }, since })
        .or(rest)
}

/// The newer of two, so that nothing hides what came later; the second if both are from the same moment.
fn newer(first: Option<Notice>, second: Option<Notice>) -> Option<Notice> {
    match (first, second) {
        (Some(first), Some(second)) if first.since > second.since => Some(first),
        (first, second) => second.or(first),
    }
}

/// A customer's low score, for those who view every conversation and every review, until they have looked at it.
fn low_score(conversation: &Conversation, viewer: &Viewer<'_>, now: Time) -> Option<Notice> {
    let reads_all = |permission| viewer.permissions.has_all(permission);
    if viewer.looking || !reads_all(Permission::ViewAll) || !reads_all(Permission::ReviewsView) {
        return None;
    }
    let review = conversation.review.as_deref()?;
    let answer = review.answer.as_ref()?;
    let is_news = answer.position > viewer.seen_here && now.since(answer.at) < LOW_SCORE_MS;
    (is_news && answer.percent() <= viewer.low_percent)
        .then_some(Notice { kind: NoticeKind::LowScore { review: review.id }, since: answer.at })
}
