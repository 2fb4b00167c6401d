//! How the user and colleagues are.

use serde::Deserialize;
use tandem_conversation::{Availability, UserId};
use tandem_protocol::agents::Absence;
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetAvailability {
    pub availability: Availability,
    /// Why, if away.
    #[serde(default)]
    #[ts(optional)]
    pub absence: Option<Absence>,
}

/// How a colleague is, as a supervisor says.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetColleague {
    pub user: UserId,
    pub availability: Availability,
}
