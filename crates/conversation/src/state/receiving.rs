//! How far each side has received and seen the other's turns.

use super::Conversation;
use crate::event::Side;
use crate::ids::Position;
use crate::turn::Stage;

impl Conversation {
    /// Whether a side is known to have received or seen everything up to a position.
    #[must_use]
    pub fn has_received(&self, side: Side, stage: Stage, up_to: Position) -> bool {
        let known = &self.receipts;
        let (delivered, seen) = match side {
            Side::Customer => (known.customer_delivered, known.customer_seen),
            Side::Desk => (known.desk_delivered, known.desk_seen),
        };
        up_to <= if stage == Stage::Seen { seen } else { delivered }
    }

    pub(super) fn receive(&mut self, side: Side, stage: Stage, up_to: Position) {
        let receipts = &mut self.receipts;
        let (delivered, seen) = match side {
            Side::Customer => (&mut receipts.customer_delivered, &mut receipts.customer_seen),
            Side::Desk => (&mut receipts.desk_delivered, &mut receipts.desk_seen),
        };
        *delivered = up_to.max(*delivered);
        if stage == Stage::Seen {
            *seen = up_to.max(*seen);
            if side == Side::Customer {
                let seen = *seen;
                // What the channel refused was not seen, even if later turns were.
                self.open_turns.retain(|open| open.position > seen || open.stage == Stage::Failed);
            }
        }
    }
}
