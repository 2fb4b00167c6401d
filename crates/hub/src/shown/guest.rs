//! What an external agent sees of a conversation: what the customer sees, from the invitation on.

use tandem_conversation::{Conversation, EndReason, Event, LinkId, Participant, Stage};
use tandem_protocol::chat::{ChatEntry, ChatKind};
use tandem_protocol::guests::{GuestEntry, Standing};

use crate::store::events::Amendments;

/// `logic` is Your Logic's name, if it has one.
pub(crate) fn entry_of(event: &Event, state: &Conversation, logic: Option<&str>, link: LinkId) -> Option<GuestEntry> {
    // Their files have addresses below the link's own.
    let mut entry = super::entry_of(event, state, logic, |_| String::new())?;
    // Reviews are the customer's.
    if entry.kind == ChatKind::Review {
        return None;
    }
    entry.right = None;
    if event.actor == Participant::Customer {
        entry.name = Some(state.customer.name.clone());
    }
    let own = matches!(&event.actor, Participant::ExternalAgent { link: by, .. } if *by == link);
    let receipts = &state.receipts;
    entry.stage = own.then_some(if event.position <= receipts.customer_seen {
        Stage::Seen
    } else if event.position <= receipts.customer_delivered {
        Stage::Delivered
    } else {
        Stage::Accepted
    });
    Some(GuestEntry { entry, own, withdrawn: false })
}

/// An entry that was shown, as it is now: a withdrawn one keeps no words.
pub(crate) fn amended(
    event: &Event,
    state: &Conversation,
    logic: Option<&str>,
    link: LinkId,
    amendments: &Amendments,
) -> Option<GuestEntry> {
    let mut now = event.clone();
    amendments.apply(&mut now);
    if let Some(entry) = entry_of(&now, state, logic, link) {
        return Some(entry);
    }
    let GuestEntry { entry, own, .. } = entry_of(event, state, logic, link)?;
    let entry = ChatEntry {
        kind: ChatKind::Text,
        text: String::new(),
        choices: Vec::new(),
        media: None,
        answer: None,
        ..entry
    };
    Some(GuestEntry { entry, own, withdrawn: true })
}

/// The standing of a link whose engagement ended.
pub(crate) fn over(end: &EndReason, in_progress: bool) -> Standing {
    match end {
        EndReason::Left { .. } => Standing::Left,
        EndReason::Expired | EndReason::Missed => Standing::Expired,
        EndReason::Completed => Standing::Completed,
        // Completing a conversation withdraws its open invitations.
        EndReason::Withdrawn if !in_progress => Standing::Completed,
        _ => Standing::Revoked,
    }
}
