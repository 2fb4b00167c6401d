//! Brands: look, texts and allowed domains of a web chat.

use tandem_conversation::{BrandId, Targets};
use tandem_protocol::chat::BrandLook;
use tandem_sql::{Connection, OptionalExtension, Row, params};

use super::{Id, StoreError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE brands (
    id       BLOB NOT NULL PRIMARY KEY,
    -- What a page writes into the element.
    key      TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    greeting TEXT NOT NULL,
    accent   TEXT NOT NULL,
    -- Hosts of pages, one a line; * allows all.
    domains  TEXT NOT NULL
) STRICT, WITHOUT ROWID;";

/// How often the brand's secret was rotated. The secret itself is not stored.
pub(crate) const SECRETS: &str = "ALTER TABLE brands ADD COLUMN secret_generation INTEGER NOT NULL DEFAULT 0;";

/// The language of quick replies and questions where a conversation has none.
pub(crate) const LANGUAGES: &str = "
ALTER TABLE brands ADD COLUMN language TEXT;
CREATE TRIGGER library_brand_language AFTER UPDATE OF language ON brands BEGIN
    UPDATE library_changes SET changes = changes + 1 WHERE owner IN (x'00', x'');
END;";

/// How soon a person should answer.
pub(crate) const TARGETS: &str = "
ALTER TABLE brands ADD COLUMN first_reply_s INTEGER;
ALTER TABLE brands ADD COLUMN next_reply_s INTEGER;
CREATE TRIGGER library_brand_targets AFTER UPDATE OF first_reply_s, next_reply_s ON brands BEGIN
    UPDATE library_changes SET changes = changes + 1 WHERE owner IN (x'00', x'');
END;";

#[derive(Clone, Debug)]
pub struct Brand {
    pub id: BrandId,
    pub look: BrandLook,
    pub domains: Vec<String>,
    /// How often its secret was rotated.
    pub secret_generation: u32,
    /// Of quick replies and questions where a conversation has none.
    pub language: Option<String>,
    pub targets: Targets,
}

impl Brand {
    /// Whether every page may show this chat.
    #[must_use]
    pub fn allows_all(&self) -> bool {
        self.domains.iter().any(|domain| domain == "*")
    }

    /// Whether a page of `host` may show this chat.
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        self.domains.iter().any(|domain| {
            domain == "*"
                || domain.eq_ignore_ascii_case(host)
                || domain.strip_prefix("*.").is_some_and(|tail| {
                    host.len() > tail.len()
                        && host.to_ascii_lowercase().ends_with(&format!(".{}", tail.to_ascii_lowercase()))
                })
        })
    }
}

fn brand_of(row: &Row<'_>) -> Result<Brand, tandem_sql::Error> {
    let domains: String = row.get(5)?;
    Ok(Brand {
        id: BrandId(row.get::<_, Id>(0)?.0),
        look: BrandLook { id: row.get(1)?, name: row.get(2)?, greeting: row.get(3)?, accent: row.get(4)? },
        domains: domains.lines().map(str::to_owned).collect(),
        secret_generation: row.get(6)?,
        language: row.get(7)?,
        targets: Targets { first_reply_s: row.get(8)?, next_reply_s: row.get(9)? },
    })
}

/// Inserts a brand or updates the one with the same key.
pub(crate) fn put(connection: &Connection, brand: &Brand) -> Result<(), StoreError> {
    let look = &brand.look;
    let mut query = connection.prepare_cached(
        "INSERT INTO brands (id, key, name, greeting, accent, domains, language, first_reply_s, next_reply_s)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (key) DO UPDATE SET name = excluded.name, greeting = excluded.greeting,
             accent = excluded.accent, domains = excluded.domains, language = excluded.language,
             first_reply_s = excluded.first_reply_s, next_reply_s = excluded.next_reply_s",
    )?;
    query.execute(params![
        Id(brand.id.0),
        look.id,
        look.name,
        look.greeting,
        look.accent,
        brand.domains.join("\n"),
        brand.language,
        brand.targets.first_reply_s,
        brand.targets.next_reply_s,
    ])?;
    Ok(())
}

/// Rotates the secret: tokens signed with the old one are refused.
pub(crate) fn renew_secret(connection: &Connection, brand: BrandId) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE brands SET secret_generation = secret_generation + 1 WHERE id = ?1")?
        .execute([Id(brand.0)])?;
    Ok(())
}

const COLUMNS: &str =
    "id, key, name, greeting, accent, domains, secret_generation, language, first_reply_s, next_reply_s";

/// Removes a brand; false if there was none.
pub(crate) fn remove(connection: &Connection, key: &str) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached("DELETE FROM brands WHERE key = ?1")?.execute([key])? > 0)
}

/// All brands, by key; an account has a handful.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Brand>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM brands ORDER BY key"))?;
    let rows = query.query_map([], brand_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The key of a brand; its id if an older hub removed it alone.
pub(crate) fn key_of(id: BrandId, known: &[Brand]) -> String {
    known.iter().find(|brand| brand.id == id).map_or_else(|| id.to_string(), |brand| brand.look.id.clone())
}

/// What open chats of a brand depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub brand: BrandId,
    pub domains: String,
    generation: u32,
}

/// The terms of all brands.
pub(crate) fn terms(connection: &Connection) -> Result<Vec<Terms>, StoreError> {
    let mut query = connection.prepare_cached("SELECT id, domains, secret_generation FROM brands ORDER BY key")?;
    let rows = query.query_map([], |row| {
        Ok(Terms { brand: BrandId(row.get::<_, Id>(0)?.0), domains: row.get(1)?, generation: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The brand with the key from a page.
pub(crate) fn by_key(connection: &Connection, key: &str) -> Result<Option<Brand>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM brands WHERE key = ?1"))?;
    Ok(query.query_row([key], brand_of).optional()?)
}

/// The brand with the first key, for the hub's own page.
pub(crate) fn first(connection: &Connection) -> Result<Option<Brand>, StoreError> {
    let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM brands ORDER BY key LIMIT 1"))?;
    Ok(query.query_row([], brand_of).optional()?)
}
