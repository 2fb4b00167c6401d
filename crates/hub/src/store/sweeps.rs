//! Table `sweeps`: the progress of deletions through other tables, and one step of such a deletion.

use tandem_conversation::Time;

/// Maximum rows examined per step.
pub(crate) const STEP: u32 = 300;

pub(crate) const SCHEMA: &str = "
-- How far a walk through a table has come, so that it goes on there after a restart.
CREATE TABLE sweeps (
    what  TEXT NOT NULL PRIMARY KEY,
    place BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_ins_over ON sign_ins (expires);
CREATE INDEX web_sessions_of_contact ON web_sessions (contact);
CREATE INDEX calls_over ON calls (ended) WHERE ended IS NOT NULL;
CREATE INDEX links_over ON links (id) WHERE ended IS NOT NULL;
CREATE INDEX link_secrets_of_link ON link_secrets (link);";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    /// Rows that are gone.
    pub gone: usize,
    /// Whether there may be more.
    pub more: bool,
}

impl Step {
    /// A step that deletes everything it finds.
    pub(crate) fn of(gone: usize) -> Self {
        Self { gone, more: gone >= STEP as usize }
    }
}

/// The smallest UUID version 7 of a time.
pub(crate) fn first_id_at(time: Time) -> [u8; 16] {
    let mut id = [0; 16];
    let ms = time.0.max(0).to_be_bytes();
    id[..6].copy_from_slice(&ms[2..]);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_an_earlier_time_is_less() {
        let id = uuid::Uuid::now_v7();
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        let at = Time(i64::try_from(seconds).unwrap() * 1000 + i64::from(nanos / 1_000_000));
        assert!(first_id_at(at) <= *id.as_bytes() && *id.as_bytes() < first_id_at(at.plus_ms(1)));
    }
}
