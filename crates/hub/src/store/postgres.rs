//! Steps of the schema in PostgreSQL's own words, where SQLite's are not understood: triggers, and changes of rows that
//! no hub on PostgreSQL has. All others are translated.

/// By the names of the steps.
pub(crate) const STEPS: &[(&str, &str)] = &[
    ("to which conversation files belong", BELONGING),
    ("the library", LIBRARY),
    ("languages of brands", LANGUAGES),
    ("targets of brands", TARGETS),
];

const BELONGING: &str = r#"
ALTER TABLE media ADD COLUMN "user" BYTEA;
ALTER TABLE media ADD COLUMN meant_for BYTEA;
ALTER TABLE media ADD COLUMN conversation BYTEA;
ALTER TABLE media ADD COLUMN shown BIGINT;
ALTER TABLE media ADD COLUMN created BIGINT NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN sha256 BYTEA;
ALTER TABLE media ADD COLUMN charset TEXT;
ALTER TABLE media ADD COLUMN inline BIGINT NOT NULL DEFAULT 1;
ALTER TABLE media ADD COLUMN file BYTEA;
CREATE UNIQUE INDEX media_file ON media (file);
CREATE INDEX media_of_contact ON media (contact, created, bytes) WHERE contact IS NOT NULL;
CREATE INDEX media_of_link ON media (link, created, bytes) WHERE link IS NOT NULL;
CREATE INDEX media_created ON media (created, bytes);
CREATE INDEX media_unnamed ON media (created) WHERE conversation IS NULL;"#;

const LIBRARY: &str = r#"
CREATE TABLE library (
    id    BYTEA NOT NULL PRIMARY KEY,
    kind  TEXT NOT NULL,
    name  TEXT NOT NULL,
    owner BYTEA,
    state TEXT NOT NULL,
    body  TEXT NOT NULL
);
CREATE INDEX library_of_kind ON library (kind, name, id);
CREATE INDEX library_of_owner ON library (owner, kind, name, id);
CREATE TABLE library_versions (
    item    BYTEA NOT NULL,
    version BIGINT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (item, version)
);
CREATE TABLE library_files (
    media BYTEA NOT NULL,
    item  BYTEA NOT NULL,
    PRIMARY KEY (media, item)
);
CREATE INDEX library_files_of_item ON library_files (item);
CREATE TABLE library_changes (
    owner   BYTEA NOT NULL PRIMARY KEY,
    changes BIGINT NOT NULL
);
INSERT INTO library_changes (owner, changes) VALUES ('\x00', 0), ('\x', 0);
CREATE FUNCTION library_has_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO library_changes (owner, changes)
        SELECT DISTINCT whose, 1 FROM unnest(ARRAY[
            '\x00'::bytea,
            CASE WHEN TG_OP <> 'DELETE' THEN coalesce(NEW.owner, '\x') END,
            CASE WHEN TG_OP <> 'INSERT' THEN coalesce(OLD.owner, '\x') END
        ]) AS whose WHERE whose IS NOT NULL
        ON CONFLICT (owner) DO UPDATE SET changes = library_changes.changes + 1;
    RETURN NULL;
END $$;
CREATE FUNCTION brands_have_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE library_changes SET changes = changes + 1 WHERE owner IN ('\x00', '\x');
    RETURN NULL;
END $$;
CREATE TRIGGER library_changed AFTER INSERT OR UPDATE OR DELETE ON library
    FOR EACH ROW EXECUTE FUNCTION library_has_changed();
CREATE TRIGGER library_brand_added AFTER INSERT OR DELETE ON brands
    FOR EACH ROW EXECUTE FUNCTION brands_have_changed();
CREATE TRIGGER library_brand_changed AFTER UPDATE OF key, name ON brands
    FOR EACH ROW EXECUTE FUNCTION brands_have_changed();
INSERT INTO library (id, kind, name, owner, state, body) VALUES (
    '\x019a0000000070008000000000000001', 'quick_reply', 'working-on-it', NULL, 'active',
    '{"id":"019a0000-0000-7000-8000-000000000001","shortcut":"working-on-it","title":"Working on it",'
    || '"texts":{"en":"I''m working on it and will be right back with you."},"scope":{"type":"everybody"},'
    || '"folder":[],"channels":[],"note":false,"version":1,"state":"active","at":"2026-11-27T00:00:00.000Z"}');
INSERT INTO library_versions (item, version, body) SELECT id, 1, body FROM library;"#;

const LANGUAGES: &str = "
ALTER TABLE brands ADD COLUMN language TEXT;
CREATE TRIGGER library_brand_language AFTER UPDATE OF language ON brands
    FOR EACH ROW EXECUTE FUNCTION brands_have_changed();";

const TARGETS: &str = "
ALTER TABLE brands ADD COLUMN first_reply_s BIGINT;
ALTER TABLE brands ADD COLUMN next_reply_s BIGINT;
CREATE TRIGGER library_brand_targets AFTER UPDATE OF first_reply_s, next_reply_s ON brands
    FOR EACH ROW EXECUTE FUNCTION brands_have_changed();";

#[cfg(test)]
mod tests {
    use tandem_sql::{Connection, Place};
    use tandem_sqlite::Link as _;
    use tandem_testkit::postgres_process::PostgresProcess;

    use super::STEPS;
    use crate::store::MIGRATIONS;

    #[test]
    fn the_whole_schema_is_made_on_postgresql_once() {
        let server = PostgresProcess::start().unwrap();
        let place = Place::Postgres { url: server.url.clone(), readers: 1, is_serving: false, steps: STEPS };
        let first = Connection::open(&place, MIGRATIONS).unwrap();
        let again = Connection::open(&place, MIGRATIONS).unwrap();
        for connection in [first, again] {
            let count = "SELECT count(*) FROM schema_steps";
            let steps = connection.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!(usize::try_from(steps).unwrap(), MIGRATIONS.len());
        }
        let older = &MIGRATIONS[..MIGRATIONS.len() - 1];
        let refused = Connection::open(&place, older).unwrap_err();
        assert!(matches!(refused, tandem_sqlite::Error::Newer { .. }), "{refused}");
        let reader = Connection::reader(&place).unwrap();
        assert!(reader.execute("DELETE FROM brands", []).is_err(), "readers cannot write");
    }
}
