//! A supervisor says how the user is: the same as if the user had said so, and the user is told by whom.

use std::ops::ControlFlow;

use tandem_conversation::Availability;
use tandem_protocol::agents::DeskFrame;

use super::live::{say, stored};
use super::{Left, Syncing};
use crate::cache::meta;
use crate::hub::Socket;
use crate::memory::Chosen;
use crate::notify::Poke;
use crate::reason::Reason;
use crate::view::{Change, Tone};
use crate::words;

impl Syncing {
    pub(super) async fn obey(&self, status: Availability, by: String, socket: &mut Socket) -> ControlFlow<Left> {
        self.memory.choose(Chosen { availability: status, absence: None });
        let kept = self.cache.write(move |connection, touched| {
            touched.app();
            meta::remove(connection, meta::ABSENCE)?;
            meta::put(connection, meta::AVAILABILITY, &status)
        });
        stored(kept.await)?;
        let text = words::say(words_of(status), &[("name", by.into())]);
        self.changes.tell(Change::Toast { tone: Tone::Plain, text });
        // The desk's end closes the receiver.
        let _ = self.pokes.send(Poke::All);
        match say(socket, &DeskFrame::Presence(self.memory.whereabouts())).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(Left::Lost(Reason::lost("lost-connection"))),
        }
    }
}

fn words_of(status: Availability) -> &'static str {
    match status {
        Availability::Available => "set-by",
        Availability::Busy => "set-by.busy",
        Availability::Away => "set-by.away",
    }
}
