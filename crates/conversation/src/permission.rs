//! Permissions, their scopes, and roles as named sets of them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
pub enum Permission {
    #[serde(rename = "liveConversations.handle")]
    Handle,
    #[serde(rename = "liveConversations.viewAll")]
    ViewAll,
    /// Beginning a conversation with a template.
    #[serde(rename = "liveConversations.start")]
    Start,
    #[serde(rename = "liveConversations.inviteExternal")]
    InviteExternal,
    #[serde(rename = "customers.view")]
    CustomersView,
    #[serde(rename = "analytics.view")]
    AnalyticsView,
    /// The tables of analytics as files.
    #[serde(rename = "analytics.export")]
    AnalyticsExport,
    /// What customers answered when they were asked for a review, and what reviewers filed.
    #[serde(rename = "reviews.view")]
    ReviewsView,
    /// Filing reviews of what was said.
    #[serde(rename = "reviews.write")]
    ReviewsWrite,
    #[serde(rename = "settings.manage")]
    SettingsManage,
    #[serde(rename = "users.manage")]
    UsersManage,
}

/// How far a permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
pub enum Scope {
    /// Only what the user takes part in.
    #[serde(rename = "ME")]
    Me,
    /// Everything in the account.
    #[serde(rename = "*")]
    All,
}

/// A set of permissions with scopes. Those that only a newer version knows are left out when it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(transparent)]
pub struct Permissions(#[serde(deserialize_with = "known")] pub Vec<(Permission, Scope)>);

fn known<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Vec<(Permission, Scope)>, D::Error> {
    let all = Vec::<serde_json::Value>::deserialize(reader)?;
    Ok(all.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect())
}

/// A named set of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Agent,
    Supervisor,
    Admin,
}

impl Permissions {
    /// Whether `permission` is held in any scope.
    #[must_use]
    pub fn has(&self, permission: Permission) -> bool {
        self.0.iter().any(|(held, _)| *held == permission)
    }

    /// Whether `permission` is held for everything.
    #[must_use]
    pub fn has_all(&self, permission: Permission) -> bool {
        self.0.contains(&(permission, Scope::All))
    }
}

impl Role {
    /// All roles, fewest rights first.
    pub const ALL: [Self; 3] = [Self::Agent, Self::Supervisor, Self::Admin];

    /// What the role may do.
    #[must_use]
    pub fn permissions(self) -> Permissions {
        use Permission as P;
        let mut set = vec![
            (P::Handle, Scope::All),
            (P::Start, Scope::All),
            (P::InviteExternal, Scope::All),
            (P::CustomersView, Scope::All),
            (P::AnalyticsView, Scope::Me),
            (P::ReviewsView, Scope::Me),
        ];
        if self != Self::Agent {
            set.push((P::ViewAll, Scope::All));
            set.push((P::AnalyticsView, Scope::All));
            set.push((P::AnalyticsExport, Scope::All));
            set.push((P::ReviewsView, Scope::All));
            set.push((P::ReviewsWrite, Scope::All));
        }
        if self == Self::Admin {
            set.push((P::SettingsManage, Scope::All));
            set.push((P::UsersManage, Scope::All));
        }
        Permissions(set)
    }

    /// The name used on the command line and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or_else(|| format!("unknown role '{text}'; use agent, supervisor or admin"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_of_newer_versions_are_left_out() {
        let read = r#"[["liveConversations.fly","*"],["liveConversations.start","*"],["settings.manage","TEAM"]]"#;
        let permissions: Permissions = serde_json::from_str(read).unwrap();
        assert_eq!(permissions.0, [(Permission::Start, Scope::All)]);
        assert!(serde_json::from_str::<Permissions>("7").is_err());
    }
}
