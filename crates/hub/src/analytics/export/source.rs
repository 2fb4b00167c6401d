//! What the tables beside those of conversations are made from.

use tandem_conversation::Time;
use tandem_sql::Connection;

use super::super::cell::Cell;

pub(super) struct Source<'a> {
    pub account: &'a Connection,
    /// The tables of conversations.
    pub made: &'a Connection,
    /// Hashes addresses.
    pub key: &'a ring::hmac::Key,
    pub period: Option<(Time, Time)>,
    pub now: Time,
    pub cursor: u64,
}

impl Source<'_> {
    /// A row with the columns that every table has.
    pub(super) fn row(&self, own: impl IntoIterator<Item = Cell>) -> Vec<Cell> {
        let common = [Cell::Int(self.cursor.cast_signed()), Cell::Text("live".into()), Cell::Null];
        own.into_iter().chain(common).collect()
    }
}
