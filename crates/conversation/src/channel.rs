//! How a customer reaches the company.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// How a customer reaches the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    WebChat,
    Whatsapp,
    Imported,
}

impl Channel {
    /// The display name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WebChat => "Web chat",
            Self::Whatsapp => "WhatsApp",
            Self::Imported => "Imported",
        }
    }

    /// How many hours after the customer's last turn the channel accepts replies; none means no limit.
    #[must_use]
    pub fn window_hours(self) -> Option<u32> {
        match self {
            Self::Whatsapp => Some(24),
            Self::WebChat | Self::Imported => None,
        }
    }
}
