//! The handover packet: what Your Logic tells the agent who takes over, and that agent's grade.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::ids::{Position, TurnId};
use crate::label::check_label;
use crate::limits;
use crate::participant::Participant;
use crate::rejection::Rejection;

/// A note in five parts. Each may be empty, but not all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Handover {
    /// What the customer wants.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wish: Vec<Point>,
    /// What is certain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checked: Vec<Point>,
    /// What was tried.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<Point>,
    /// What remains to be decided or done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Point>,
    /// What could go wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub risk: Vec<Point>,
}

/// One item of a packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Point {
    pub text: String,
    /// The turns that support it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<TurnId>,
}

/// How much a packet helped the new agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    Helpful,
    /// Something important was missing.
    Incomplete,
    /// Something in it was false.
    Wrong,
}

/// The newest packet of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenHandover {
    pub turn: TurnId,
    pub position: Position,
    pub handover: Handover,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graded: Option<Graded>,
}

/// A grade and its author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Graded {
    pub grade: Grade,
    pub by: Participant,
}

impl Handover {
    /// The parts in order, with their titles.
    #[must_use]
    pub fn parts(&self) -> [(&'static str, &[Point]); 5] {
        [
            ("Wish", &self.wish),
            ("Checked", &self.checked),
            ("Tried", &self.tried),
            ("Open", &self.open),
            ("Risk", &self.risk),
        ]
    }

    pub(crate) fn check(&self) -> Result<(), Rejection> {
        let points = || self.parts().into_iter().flat_map(|(_, points)| points);
        if points().next().is_none() {
            return Err(Rejection::invalid("handover", "at least one point is needed"));
        }
        for (title, points) in self.parts() {
            let part = format!("handover.{}", title.to_lowercase());
            if points.len() > limits::POINTS {
                return Err(Rejection::invalid(&part, format!("more than {} points", limits::POINTS)));
            }
            for (i, point) in points.iter().enumerate() {
                check_label(&format!("{part}[{i}].text"), &point.text)?;
                if point.turns.len() > limits::POINTS {
                    let field = format!("{part}[{i}].turns");
                    return Err(Rejection::invalid(&field, format!("more than {}", limits::POINTS)));
                }
            }
        }
        Ok(())
    }
}
