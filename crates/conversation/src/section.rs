//! The four sections, and what a user may see: a pure function of state, user and time.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::UserId;
use crate::permission::{Permission, Permissions};
use crate::skills::Skills;
use crate::state::Conversation;
use crate::time::Time;

/// How long a conversation stays under Recently Left: 14 days, in milliseconds.
pub const RETENTION_MS: i64 = 14 * 24 * 60 * 60 * 1000;

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

/// A user's access rights.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    pub user: UserId,
    pub permissions: &'a Permissions,
    pub skills: &'a Skills,
}

impl Access<'_> {
    /// Whether the user views every conversation of the account.
    #[must_use]
    pub fn views_all(&self) -> bool {
        self.permissions.has_all(Permission::ViewAll)
    }

    /// Whether the user may see this conversation's call for help: supervisors see all, agents those of their brands.
    #[must_use]
    pub fn helps(&self, conversation: &Conversation) -> bool {
        self.permissions.has(Permission::Handle) && (self.views_all() || self.skills.serve_brand(conversation))
    }

    /// Whether the user handles the conversation's customer: they are engaged, and it is in progress.
    #[must_use]
    pub fn handles(&self, conversation: &Conversation) -> bool {
        conversation.in_progress() && conversation.agent(self.user).is_some()
    }
}

/// The sections in which a user finds `conversation` at `now`.
#[must_use]
pub fn sections(conversation: &Conversation, access: &Access<'_>, now: Time) -> Vec<Section> {
    let user = access.user;
    let mut found = Vec::with_capacity(2);
    let engaged = conversation.agent(user).is_some();
    let mine = engaged || conversation.invitation_of(user).is_some();
    if mine {
        found.push(Section::My);
    }
    let helps = access.helps(conversation) || (mine && access.permissions.has(Permission::Handle));
    if conversation.help.is_some() && helps {
        found.push(Section::Help);
    }
    if !engaged && conversation.left.iter().any(|past| past.user == user && now.since(past.at) < RETENTION_MS) {
        found.push(Section::Left);
    }
    if access.views_all() && conversation.in_progress() {
        found.push(Section::All);
    }
    found
}

/// Whether a user receives live updates of `conversation`: it is in one of their sections, or they view all.
///
/// Reading on request ([`may_read`]) allows more.
#[must_use]
pub fn visible(conversation: &Conversation, access: &Access<'_>, now: Time) -> bool {
    access.views_all() || !sections(conversation, access, now).is_empty()
}

/// Whether a user may read `conversation`: the one rule behind every door.
///
/// Supervisors read everything. Agents read their own conversations, past and present, and calls for help within their
/// brands. They also read every conversation of a customer whom they handle now, in this conversation or another
/// (`handles_customer`).
#[must_use]
pub fn may_read(conversation: &Conversation, access: &Access<'_>, handles_customer: bool) -> bool {
    let user = access.user;
    access.views_all()
        || conversation.agent(user).is_some()
        || conversation.invitation_of(user).is_some()
        || conversation.left.iter().any(|past| past.user == user)
        || (conversation.help.is_some() && access.helps(conversation))
        || (handles_customer && access.permissions.has(Permission::CustomersView))
}
