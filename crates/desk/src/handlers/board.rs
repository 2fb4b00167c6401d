//! The supervisors' board, from the cache: also without the network, with its age.

use std::sync::Arc;

use tandem_conversation::measure::Presence;
use tandem_protocol::agents::{FactPage, FigureFact, Today};

use crate::cache::{CacheError, conversations};
use crate::refusals::error;
use crate::rpc::{Nothing, RpcError, SetColleague};
use crate::view::{BoardPerson, BoardRequest, BoardView, DayRowView, DayRowsRequest, DayRowsView};
use crate::views::{self, Person, Reader};
use crate::workplace::Workplace;

/// Rows behind a figure of the day, at most.
const DAY_ROWS: u32 = 500;

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
        let (limits, known) = (views::board_limits(&self.memory.settings().board), Arc::clone(&self.cache.board));
        let read =
            self.cache.read(move |connection| views::board(connection, &reader, &request, people, (&limits, &known)));
        let board = read.await?;
        let mut board = board.ok_or_else(|| error("board.forbidden", "Only supervisors see the board."))?;
        board.over = self.memory.over(&board.figures, &limits);
        Ok(board)
    }

    /// What the hub alone knows of the day.
    pub(crate) async fn today(&self, _: Nothing) -> Result<Today, RpcError> {
        self.ask_hub("failed-today", |session, token| async move { session.hub.today(&token).await }).await
    }

    /// The rows behind a figure of the day, the newest last.
    pub(crate) async fn day_rows(&self, request: DayRowsRequest) -> Result<DayRowsView, RpcError> {
        let DayRowsRequest { metric, from } = request;
        let to = self.clock.hub_now();
        let page = self.ask_hub("failed-today", |session, token| {
            let metric = metric.clone();
            async move { session.hub.figure_rows(&token, (&metric, from, to), DAY_ROWS).await }
        });
        let FactPage { total, rows } = page.await?;
        self.cache
            .read(move |connection| {
                let told = |FigureFact { conversation, at, value }| -> Result<DayRowView, CacheError> {
                    let held = conversation.map(|id| conversations::get(connection, id)).transpose()?.flatten();
                    Ok(DayRowView { conversation, name: held.map(|held| held.state.customer.name), at, value })
                };
                Ok(DayRowsView { total, rows: rows.into_iter().map(told).collect::<Result<_, _>>()? })
            })
            .await
            .map_err(RpcError::from)
    }

    /// Says how a colleague is; their desk tells them by whom.
    pub(crate) async fn set_colleague(&self, request: SetColleague) -> Result<Nothing, RpcError> {
        let SetColleague { user, availability } = request;
        let told = self.ask_hub("failed-colleague", |session, token| async move {
            session.hub.set_availability(&token, user, availability).await
        });
        told.await?;
        Ok(Nothing {})
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
