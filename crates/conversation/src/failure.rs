//! How Your Logic can fail.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::rejection::Rejection;

/// How a request to Your Logic can fail, precise enough to act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "failure", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum LogicFailure {
    /// The hub has no endpoint configured.
    NotConfigured,
    /// No connection: refused, unknown host, TLS. `detail` is for developers.
    Unreachable { detail: String },
    /// No answer before the deadline.
    TimedOut { after_ms: i64 },
    /// An HTTP status other than 200 or 202.
    Status { status: u16 },
    /// The body could not be understood.
    Malformed { detail: String },
    /// One action could not be carried out, so none was.
    Refused { action: usize, detail: String },
}

impl LogicFailure {
    /// The failure as a refusal of the answer, with the path to the field at fault.
    #[must_use]
    pub fn refusal(&self) -> Rejection {
        match self {
            Self::Refused { action, detail } => Rejection::of_action(*action, detail),
            Self::Malformed { detail } => Rejection::of_answer(detail),
            other => Rejection::of_answer(&other.line()),
        }
    }

    /// One line for agents.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::NotConfigured => "Your Logic is not connected".into(),
            Self::Unreachable { .. } => "Your Logic cannot be reached".into(),
            Self::TimedOut { after_ms } => {
                format!("Your Logic did not answer within {} s", (after_ms + 999) / 1000)
            }
            Self::Status { status: status @ 300..400 } => {
                format!("Your Logic answered with a redirect ({status}), which is not followed")
            }
            Self::Status { status } => format!("Your Logic answered with an error ({status})"),
            Self::Malformed { detail } => format!("Your Logic's answer could not be understood: {detail}"),
            Self::Refused { action, detail } => {
                format!("Your Logic's answer was refused: {}", Rejection::of_action(*action, detail))
            }
        }
    }
}
