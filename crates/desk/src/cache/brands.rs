//! Table `brands`: their names, and how soon their customers should be answered. Comes with the library.

use std::collections::HashMap;

use tandem_conversation::{Access, Awaited, BrandId, Conversation, Targets, Time};
use tandem_protocol::library::LibraryBrand;
use tandem_sqlite::rusqlite::{Connection, Row, params};

use super::CacheError;

pub(crate) const SCHEMA: &str = "
CREATE TABLE brands (
    -- As it stands in states.
    id       TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    -- Targets for replies; null for none.
    first_ms INTEGER,
    next_ms  INTEGER
) STRICT, WITHOUT ROWID;
-- Which target holds: 1: for the first reply, 2: for the next one, 0: none, nobody waits for a person.
ALTER TABLE conversations ADD COLUMN awaited INTEGER NOT NULL DEFAULT 0;
-- Older desks have dropped what they did not know.
DELETE FROM meta WHERE key = 'library_stamp';";

/// When the reply of the conversation `c` to a customer of the brand `g` is due; null without a target.
pub(super) const DUE: &str = "c.waits + CASE c.awaited WHEN 1 THEN g.first_ms WHEN 2 THEN g.next_ms END";

/// Which target holds.
pub(super) fn awaited(state: &Conversation) -> u8 {
    match state.wait().map(|wait| wait.awaited) {
        Some(Awaited::Person | Awaited::Joined) => 1,
        Some(Awaited::Reply) => 2,
        Some(Awaited::Logic) | None => 0,
    }
}

/// What lists show of a brand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Brand {
    pub name: String,
    targets: Targets,
}

/// All brands; an account has a handful.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Brands(HashMap<String, Brand>);

impl Brands {
    pub(crate) fn read(connection: &Connection) -> Result<Self, CacheError> {
        let mut query = connection.prepare_cached("SELECT id, name, first_ms / 1000, next_ms / 1000 FROM brands")?;
        let row = |row: &Row<'_>| {
            let targets = Targets { first_reply_s: row.get(2)?, next_reply_s: row.get(3)? };
            Ok((row.get(0)?, Brand { name: row.get(1)?, targets }))
        };
        Ok(Self(query.query_map([], row)?.collect::<Result<_, _>>()?))
    }

    pub(crate) fn name(&self, id: Option<BrandId>) -> Option<&str> {
        self.get(id).map(|brand| brand.name.as_str())
    }

    /// The name of a brand that the user could take for another: because they see several, or do not serve this one.
    pub(crate) fn told(&self, id: Option<BrandId>, access: &Access<'_>) -> Option<&str> {
        let sees = |brand: BrandId| access.views_all() || access.skills.serves(Some(brand));
        let several = self.0.keys().filter_map(|key| key.parse().ok()).filter(|known| sees(*known)).nth(1).is_some();
        self.name(id).filter(|_| several || id.is_some_and(|id| !sees(id)))
    }

    /// When a person's reply is due.
    pub(crate) fn due(&self, state: &Conversation) -> Option<Time> {
        state.wait()?.due(self.get(state.brand)?.targets)
    }

    fn get(&self, id: Option<BrandId>) -> Option<&Brand> {
        self.0.get(&id?.to_string())
    }
}

/// Replaces all; false if they are the same.
pub(crate) fn keep(connection: &Connection, brands: &[LibraryBrand]) -> Result<bool, CacheError> {
    let targets =
        |brand: &LibraryBrand| Targets { first_reply_s: brand.first_reply_s, next_reply_s: brand.next_reply_s };
    let row =
        |brand: &LibraryBrand| (brand.id.to_string(), Brand { name: brand.name.clone(), targets: targets(brand) });
    let all = Brands(brands.iter().map(row).collect());
    if Brands::read(connection)? == all {
        return Ok(false);
    }
    connection.prepare_cached("DELETE FROM brands")?.execute([])?;
    let mut query =
        connection.prepare_cached("INSERT INTO brands (id, name, first_ms, next_ms) VALUES (?1, ?2, ?3, ?4)")?;
    let ms = |seconds: Option<u32>| seconds.map(|seconds| i64::from(seconds) * 1_000);
    for (id, Brand { name, targets }) in &all.0 {
        query.execute(params![id, name, ms(targets.first_reply_s), ms(targets.next_reply_s)])?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{Permissions, Role, Skills, UserId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_brand_is_named_to_those_who_could_take_it_for_another() {
        let [shop, bank] = [1, 2].map(|number| BrandId(Uuid::from_u128(number)));
        let brands = |ids: &[BrandId]| {
            let brand = |id: &BrandId| (id.to_string(), Brand { name: "Shop".into(), targets: Targets::default() });
            Brands(ids.iter().map(brand).collect())
        };
        let (agent, supervisor) = (Role::Agent.permissions(), Role::Supervisor.permissions());
        let told = |known: &[BrandId], permissions: &Permissions, serves: &[BrandId], of: Option<BrandId>| {
            let skills = Skills { brands: serves.to_vec(), languages: Vec::new() };
            let access = Access { user: UserId(Uuid::from_u128(7)), permissions, skills: &skills };
            brands(known).told(of, &access).is_some()
        };
        assert!(!told(&[shop], &agent, &[], Some(shop)), "there is one");
        assert!(told(&[shop, bank], &agent, &[], Some(shop)), "she serves all, which are two");
        assert!(!told(&[shop, bank], &agent, &[shop], Some(shop)), "she serves one");
        assert!(told(&[shop, bank], &agent, &[shop], Some(bank)), "she was invited to another one's");
        assert!(told(&[shop, bank], &agent, &[shop, bank], Some(bank)));
        assert!(told(&[shop, bank], &supervisor, &[shop], Some(shop)), "supervisors see every one");
        assert!(!told(&[shop, bank], &agent, &[], None), "a customer without a brand");
    }
}
