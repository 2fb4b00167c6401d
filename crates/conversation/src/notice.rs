//! Notification policy: which one notice, if any, a conversation deserves on one user's screen right now.
//!
//! A function of state instead of events: whoever shows notices compares what should stand with what stands, so a
//! reconnect shows nothing twice and a colleague's join withdraws it everywhere.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::engagement::EngagementKind;
use crate::help::{NeedsHelp, Reach};
use crate::ids::{BrandId, CallId, EngagementId, Position, UserId};
use crate::participant::Participant;
use crate::permission::{Permission, Permissions};
use crate::section::Access;
use crate::state::{Conversation, OpenTurn};
use crate::time::Time;
use crate::turn::Stage;

/// Whether an agent takes new conversations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    #[default]
    Available,
    Busy,
    Away,
}

/// Which conversations somebody serves; an empty list means all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Skills {
    pub brands: Vec<BrandId>,
    /// BCP 47; `de` serves `de-CH`, too.
    pub languages: Vec<String>,
}

impl Skills {
    /// Whether they serve the brand of this conversation. One without a brand is everybody's.
    #[must_use]
    pub fn serve_brand(&self, conversation: &Conversation) -> bool {
        self.brands.is_empty() || conversation.brand.is_none_or(|brand| self.brands.contains(&brand))
    }

    /// Whether they serve this conversation. What is not known of it excludes nobody.
    #[must_use]
    pub fn serve(&self, conversation: &Conversation) -> bool {
        let speaks = |language: &str| {
            self.languages.iter().any(|known| {
                let (known, language) = (known.to_lowercase(), language.to_lowercase());
                language == known || language.strip_prefix(&known).is_some_and(|rest| rest.starts_with('-'))
            })
        };
        self.serve_brand(conversation)
            && (self.languages.is_empty() || conversation.language.as_deref().is_none_or(speaks))
    }
}

/// Who would be told, and what they are looking at.
#[derive(Clone, Debug)]
pub struct Viewer<'a> {
    pub user: UserId,
    pub permissions: &'a Permissions,
    pub skills: &'a Skills,
    pub availability: Availability,
    /// The position up to which this user has seen the conversation.
    pub seen: Position,
    /// The conversation is on screen in a focused window.
    pub looking: bool,
    /// How many conversations the user is engaged in, and the most they take.
    pub load: usize,
    pub capacity: usize,
    /// A customer waiting longer than this in the user's own conversation is worth another word, in milliseconds.
    pub patience_ms: i64,
}

impl Viewer<'_> {
    /// What decides what they may see.
    #[must_use]
    pub fn access(&self) -> Access<'_> {
        Access { user: self.user, permissions: self.permissions, skills: self.skills }
    }
}

/// One notice. Two notices with the same `kind` are the same and are shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub kind: NoticeKind,
    pub since: Time,
}

/// What the notice is about; with the id that makes it this one and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum NoticeKind {
    HelpNeeded { call: CallId },
    Invited { engagement: EngagementId },
    Mentioned { position: Position },
    DeliveryFailed { position: Position },
    WaitingTooLong { position: Position },
    CustomerWrote { position: Position },
}

/// Whether this call for help is for `viewer` by now.
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
    // How far they have read elsewhere the state knows: it forgets a mention that was seen.
    let mention = mention.filter(|_| !viewer.looking);
    let mentioned =
        mention.map(|mention| Notice { kind: NoticeKind::Mentioned { position: mention.position }, since: mention.at });
    if !conversation.in_progress() {
        // What colleagues have to say of it may come later.
        return mentioned;
    }
    let mine = conversation.agent(viewer.user).is_some();
    if let Some(invitation) = conversation.invitation_of(viewer.user)
        && matches!(&invitation.kind, EngagementKind::Invitation { expires, .. } if *expires > now)
    {
        return Some(Notice { kind: NoticeKind::Invited { engagement: invitation.id }, since: invitation.since });
    }
    if let Some(help) = &conversation.help
        && is_called(conversation, help, viewer)
    {
        return Some(Notice { kind: NoticeKind::HelpNeeded { call: help.call }, since: help.since });
    }
    if !mine {
        return mentioned;
    }
    // Of what concerns the user's own conversation the newest is told, so that nothing hides what came later.
    let mentioned_at = |newer: Position| mention.is_some_and(|mention| mention.position > newer);
    // A customer who wrote after the failed turn is the more urgent news, and the failure stands beside it.
    let failed = |open: &&OpenTurn| open.stage == Stage::Failed && open.position > conversation.last_loud;
    if let Some(failed) = conversation.open_turns.iter().rev().find(failed)
        && !mentioned_at(failed.position)
    {
        let kind = NoticeKind::DeliveryFailed { position: failed.position };
        return Some(Notice { kind, since: conversation.updated });
    }
    let Some(since) = conversation.waiting_since else { return mentioned };
    let impatient_at = since.plus_ms(viewer.patience_ms);
    if now >= impatient_at && mention.is_none_or(|mention| mention.at < impatient_at) {
        return Some(Notice { kind: NoticeKind::WaitingTooLong { position: conversation.last_loud }, since });
    }
    if mentioned_at(conversation.last_loud) {
        return mentioned;
    }
    (!viewer.looking && conversation.last_loud > viewer.seen)
        .then_some(Notice { kind: NoticeKind::CustomerWrote { position: conversation.last_loud }, since })
}
