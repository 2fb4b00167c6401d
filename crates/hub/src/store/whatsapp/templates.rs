//! The templates of an account, as last fetched.

use tandem_conversation::{ContactId, Template, Time};
use tandem_sql::{Connection, OptionalExtension as _, params};

use crate::store::{Id, StoreError};

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

/// All templates of the account that this contact's chat belongs to, by name and language.
pub(crate) fn of_contact(connection: &Connection, contact: ContactId) -> Result<Vec<Template>, StoreError> {
    let sql = "SELECT t.template FROM whatsapp_routes r JOIN whatsapp_numbers n ON n.key = r.number
               JOIN whatsapp_templates t ON t.waba_id = n.waba_id WHERE r.id = ?1 ORDER BY t.name, t.language";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([Id(contact.0)], |row| row.get::<_, String>(0))?;
    rows.map(|json| serde_json::from_str(&json?).map_err(damaged)).collect()
}

/// All templates of an account, by name and language.
pub(crate) fn of_account(connection: &Connection, waba_id: &str) -> Result<Vec<Template>, StoreError> {
    let sql = "SELECT template FROM whatsapp_templates WHERE waba_id = ?1 ORDER BY name, language";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([waba_id], |row| row.get::<_, String>(0))?;
    rows.map(|json| serde_json::from_str(&json?).map_err(damaged)).collect()
}

/// Replaces all templates of an account.
pub(crate) fn replace(
    connection: &Connection,
    waba_id: &str,
    templates: &[Template],
    at: Time,
) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM whatsapp_templates WHERE waba_id = ?1")?.execute([waba_id])?;
    let sql = "INSERT INTO whatsapp_templates (waba_id, name, language, template, synced_at)
               VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (waba_id, name, language)
                   DO UPDATE SET template = excluded.template, synced_at = excluded.synced_at";
    let mut query = connection.prepare_cached(sql)?;
    for template in templates {
        let json = serde_json::to_string(template).map_err(damaged)?;
        query.execute(params![waba_id, template.name, template.language, json, at.0])?;
    }
    Ok(())
}
