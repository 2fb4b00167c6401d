//! The templates of an account, as last fetched.

use tandem_conversation::{Template, Time};
use tandem_sqlite::rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::StoreError;

fn damaged(error: serde_json::Error) -> StoreError {
    StoreError::Damaged { what: "template", detail: crate::json::problem(&error) }
}

pub(crate) fn get(
    connection: &Connection,
    waba_id: &str,
    name: &str,
    language: &str,
) -> Result<Option<Template>, StoreError> {
    let sql = "SELECT template FROM whatsapp_templates WHERE waba_id = ?1 AND name = ?2 AND language = ?3";
    let found =
        connection.prepare_cached(sql)?.query_row(params![waba_id, name, language], |row| row.get::<_, String>(0));
    found.optional()?.map(|json| serde_json::from_str(&json).map_err(damaged)).transpose()
}

/// Replaces all templates of an account.
pub(crate) fn replace(
    connection: &Connection,
    waba_id: &str,
    templates: &[Template],
    at: Time,
) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM whatsapp_templates WHERE waba_id = ?1")?.execute([waba_id])?;
    let sql = "INSERT OR REPLACE INTO whatsapp_templates (waba_id, name, language, template, synced_at)
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut query = connection.prepare_cached(sql)?;
    for template in templates {
        let json = serde_json::to_string(template).map_err(damaged)?;
        query.execute(params![waba_id, template.name, template.language, json, at.0])?;
    }
    Ok(())
}
