//! Whom and what the plans name.

use tandem_conversation::{Choice, Handover, Named, Participant};
use uuid::Uuid;

use crate::stage::{JONAS, MAYA, SOFIA};

pub(super) fn named(number: usize) -> Named {
    let (user, name) = [(MAYA, "Maya"), (JONAS, "Jonas"), (SOFIA, "Sofia")][number % 3];
    Named { user, name: name.into(), sees_all: false }
}

pub(super) fn packet() -> Box<Handover> {
    serde_json::from_value(serde_json::json!({ "wish": [{ "text": "To fly today" }] })).expect("it is a packet")
}

pub(super) fn phone() -> Participant {
    Participant::Device { name: "Phone of +34600123456".into() }
}

pub(super) fn yes() -> Vec<Choice> {
    vec![Choice { id: "y".into(), label: "Yes".into() }]
}

pub(super) fn key(person: &Participant) -> Uuid {
    match person {
        Participant::Agent { user, .. } => user.0,
        Participant::ExternalAgent { link, .. } => link.0,
        _ => Uuid::nil(),
    }
}
