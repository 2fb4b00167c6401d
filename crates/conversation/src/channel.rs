//! How a customer reaches the company, and what each way can do.

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

/// What a channel can do. The hub, the desk and the core ask here and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The display name.
    pub name: &'static str,
    /// The name in search queries: `in:whatsapp`.
    pub key: &'static str,
    /// How long after the customer's last act replies are taken, in hours; none means no limit.
    pub window_hours: Option<u32>,
    pub reporting: Reporting,
    /// Whether approved templates can be sent, inside the window and outside it.
    pub templates: bool,
    /// Whether turns can quote others, and be reacted to.
    pub quotes: bool,
    /// Whether the hub sends turns through a queue of its own; otherwise customers fetch them.
    pub queued: bool,
}

/// How a channel reports what became of our turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reporting {
    /// "Everything up to here has arrived, or was seen."
    Cumulative,
    /// Turn by turn, in any order and any number of times.
    PerTurn,
    Never,
}

impl Channel {
    /// All channels.
    pub const EVERY: [Self; 3] = [Self::WebChat, Self::Whatsapp, Self::Imported];

    #[must_use]
    pub const fn facts(self) -> Facts {
        match self {
            Self::WebChat => Facts {
                name: "Web chat",
                key: "webchat",
                window_hours: None,
                reporting: Reporting::Cumulative,
                templates: false,
                quotes: false,
                queued: false,
            },
            Self::Whatsapp => Facts {
                name: "WhatsApp",
                key: "whatsapp",
                window_hours: Some(24),
                reporting: Reporting::PerTurn,
                templates: true,
                quotes: true,
                queued: true,
            },
            Self::Imported => Facts {
                name: "Imported",
                key: "imported",
                window_hours: None,
                reporting: Reporting::Never,
                templates: false,
                quotes: false,
                queued: false,
            },
        }
    }

    /// The display name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().name
    }
}

impl Facts {
    /// How long after the customer's last act replies are taken, in milliseconds; none means no limit.
    #[must_use]
    pub fn window_ms(&self) -> Option<i64> {
        self.window_hours.map(|hours| i64::from(hours) * 3_600_000)
    }
}
