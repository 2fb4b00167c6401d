//! Files that Meta has under an id of its own, so that they need not be uploaded again.

use tandem_conversation::{MediaId, Time};
use tandem_sql::{Connection, OptionalExtension as _, params};

use crate::store::sweeps::{STEP, Step};
use crate::store::{Id, StoreError};

/// How long Meta's id of a file is used, in milliseconds: Meta deletes the file after 30 days.
const USABLE_MS: i64 = 29 * 24 * 3_600_000;

/// Meta's id of a file that was uploaded through this number, if it can still be used.
pub(crate) fn get(
    connection: &Connection,
    number: &str,
    media: MediaId,
    now: Time,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT uploaded FROM whatsapp_uploads WHERE number = ?1 AND media = ?2 AND at > ?3";
    let after = now.plus_ms(-USABLE_MS);
    let found = connection.prepare_cached(sql)?.query_row(params![number, Id(media.0), after.0], |row| row.get(0));
    Ok(found.optional()?)
}

pub(crate) fn put(
    connection: &Connection,
    number: &str,
    media: MediaId,
    uploaded: &str,
    at: Time,
) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO whatsapp_uploads (number, media, uploaded, at) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![number, Id(media.0), uploaded, at.0])?;
    Ok(())
}

/// The id is not used again: Meta has refused it.
pub(crate) fn forget(connection: &Connection, number: &str, uploaded: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM whatsapp_uploads WHERE number = ?1 AND uploaded = ?2";
    connection.prepare_cached(sql)?.execute(params![number, uploaded])?;
    Ok(())
}

pub(crate) const OVER: &str = "SELECT number, media FROM whatsapp_uploads WHERE at < ?1 ORDER BY at LIMIT ?2";

/// Deletes some ids from before this time.
pub(crate) fn sweep(connection: &Connection, before: Time) -> Result<Step, StoreError> {
    let mut query = connection.prepare_cached(OVER)?;
    let rows = query.query_map(params![before.0, STEP], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let due = rows.collect::<Result<Vec<(String, Id)>, _>>()?;
    let mut delete = connection.prepare_cached("DELETE FROM whatsapp_uploads WHERE number = ?1 AND media = ?2")?;
    for (number, media) in &due {
        delete.execute(params![number, media])?;
    }
    Ok(Step::of(due.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_indexed, empty};
    use uuid::Uuid;

    #[test]
    fn an_id_is_used_for_29_days_and_through_its_own_number() {
        let connection = empty();
        let (media, at) = (MediaId(Uuid::from_u128(1)), Time(5));
        put(&connection, "main", media, "700", at).unwrap();
        let found =
            |number: &str, days: i64| get(&connection, number, media, at.plus_ms(days * 24 * 3_600_000)).unwrap();
        assert_eq!(found("main", 28).as_deref(), Some("700"));
        assert_eq!((found("main", 29), found("other", 0)), (None, None));
        put(&connection, "main", media, "701", at.plus_ms(1)).unwrap();
        assert_eq!(found("main", 0).as_deref(), Some("701"));
        forget(&connection, "main", "701").unwrap();
        assert_eq!(found("main", 0), None);
        assert_indexed(OVER, false);
    }
}
