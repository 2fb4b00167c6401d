//! The four sections, and what a user may see: a pure function of state, user and time.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::UserId;
use crate::permission::{Permission, Permissions};
use crate::state::Conversation;
use crate::time::Time;

/// How long a conversation stays under Recently Left: 14 days, in milliseconds.
pub const RETENTION_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// A section of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// The user is engaged, or invited.
    My,
    /// A person is needed.
    Help,
    /// The user was engaged during the retention window and is not now.
    Left,
    /// Everything in progress; supervisors.
    All,
}

impl Section {
    /// All four, in the order of the desk.
    pub const EVERY: [Self; 4] = [Self::My, Self::Help, Self::Left, Self::All];
}

/// The sections in which `user` finds `conversation` at `now`.
#[must_use]
pub fn sections(conversation: &Conversation, user: UserId, permissions: &Permissions, now: Time) -> Vec<Section> {
    let mut found = Vec::with_capacity(2);
    let mine = conversation.agent(user).is_some();
    if mine || conversation.invitation_of(user).is_some() {
        found.push(Section::My);
    }
    if conversation.help.is_some() && permissions.has(Permission::Handle) {
        found.push(Section::Help);
    }
    if !mine && conversation.left.iter().any(|past| past.user == user && now.since(past.at) < RETENTION_MS) {
        found.push(Section::Left);
    }
    if permissions.has_all(Permission::ViewAll) && conversation.in_progress() {
        found.push(Section::All);
    }
    found
}

/// Whether `user` may see `conversation` at all.
#[must_use]
pub fn visible(conversation: &Conversation, user: UserId, permissions: &Permissions, now: Time) -> bool {
    permissions.has_all(Permission::ViewAll) || !sections(conversation, user, permissions, now).is_empty()
}
