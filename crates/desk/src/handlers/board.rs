//! The supervisors' board, from the cache: also without the network, with its age.

use tandem_conversation::measure::Presence;

use crate::refusals::error;
use crate::rpc::RpcError;
use crate::view::{BoardPerson, BoardRequest, BoardView};
use crate::views::{self, Person, Reader};
use crate::workplace::Workplace;

impl Workplace {
    pub(crate) async fn board(&self, request: BoardRequest) -> Result<BoardView, RpcError> {
        let reader = self.reader()?;
        // What the hub does not say any more is as old as its last word.
        let now = match self.link.borrow().live().is_some() {
            true => reader.now,
            false => self.memory.heard().unwrap_or(reader.now),
        };
        let people = self.people(&reader);
        let reader = Reader { now, ..reader };
        let board = self.cache.read(move |connection| views::board(connection, &reader, &request, people)).await?;
        board.ok_or_else(|| error("board.forbidden", "Only supervisors see the board."))
    }

    /// Everybody whom the hub has named, and the user.
    fn people(&self, reader: &Reader) -> Vec<Person> {
        let own = self.memory.chosen();
        let me = self.link.borrow().session().map(|session| session.me());
        let colleagues = self.memory.colleagues().into_iter().map(|colleague| {
            let is_me = colleague.user == reader.user;
            let presence = match (is_me, colleague.status) {
                (true, _) => Presence::of(own.availability),
                (false, Some(status)) => Presence::of(status),
                (false, None) if colleague.online && colleague.available => Presence::Available,
                (false, None) if colleague.online => Presence::Busy,
                (false, None) => Presence::Offline,
            };
            let capacity = colleague.capacity.or_else(|| me.as_ref().filter(|_| is_me).map(|me| me.capacity));
            let (user, name, absence) = (colleague.user, colleague.name, colleague.absence);
            let person = BoardPerson { user, name, presence, absence, capacity, engaged: 0, unanswered: 0 };
            Person { person, counts: !colleague.suspended }
        });
        colleagues.collect()
    }
}
