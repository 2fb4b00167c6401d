//! What is set up from the command line: users and brands.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use tandem_conversation::{BrandId, Role, Skills, UserId};
use tandem_protocol::chat::BrandLook;
use tandem_sqlite::{Database, Durability, Options, Room};
use uuid::Uuid;

use crate::folder;
use crate::identity::{self, Secrets};
use crate::secrets::hash_password;
use crate::store::{MIGRATIONS, StoreError, brands, users};

/// A user to be added, or changed if the address is known.
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password: String,
    /// The most conversations at once.
    pub capacity: u32,
    /// Keys of the brands whose conversations they take; none means all.
    pub brands: Vec<String>,
    /// Languages (BCP 47) of the conversations they take; none means all.
    pub languages: Vec<String>,
}

impl NewUser {
    /// Conversations at once, unless said otherwise.
    pub const CAPACITY: u32 = 8;

    /// Somebody who takes every conversation.
    #[must_use]
    pub fn new(email: &str, name: &str, role: Role, password: &str) -> Self {
        Self {
            email: email.into(),
            name: name.into(),
            role,
            password: password.into(),
            capacity: Self::CAPACITY,
            brands: Vec::new(),
            languages: Vec::new(),
        }
    }
}

/// A brand to be added, or changed if the key is known.
pub struct NewBrand {
    pub key: String,
    pub name: String,
    pub greeting: String,
    pub accent: String,
    pub domains: Vec<String>,
}

/// Adds a user to the data of a folder; a running hub sees it at once.
///
/// # Errors
/// If something about the user cannot be accepted, or the data cannot be opened.
pub fn add_user(data: &Path, user: NewUser) -> anyhow::Result<UserId> {
    let keys = user.brands.clone();
    let mut row = user_row(user)?;
    let database = open(data)?;
    for key in keys {
        let found = key.clone();
        let brand = database.read_blocking(move |connection| brands::by_key(connection, &found))?;
        row.skills.brands.push(brand.with_context(|| format!("there is no brand '{key}'"))?.id);
    }
    Ok(database.write_blocking(move |connection, ()| users::put(connection, &row))?)
}

pub(crate) fn user_row(user: NewUser) -> anyhow::Result<users::User> {
    ensure!(user.email.contains('@') && user.email.len() <= 254, "'{}' is not an e-mail address", user.email);
    ensure!(!user.name.trim().is_empty(), "the name is empty");
    ensure!(user.password.chars().count() >= 10, "the password is shorter than 10 characters");
    ensure!((1..=1000).contains(&user.capacity), "the capacity is not between 1 and 1000");
    let is_language =
        |tag: &String| (2..=35).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    ensure!(user.languages.iter().all(is_language), "a language is a tag such as de or pt-BR");
    Ok(users::User {
        id: UserId(Uuid::now_v7()),
        email: user.email.to_lowercase(),
        name: user.name,
        role: user.role,
        capacity: user.capacity,
        skills: Skills { brands: Vec::new(), languages: user.languages },
        password: hash_password(&user.password)?,
    })
}

/// Adds a brand to the data of a folder; a running hub sees it at once.
///
/// # Errors
/// If something about the brand cannot be accepted, or the data cannot be opened.
pub fn add_brand(data: &Path, brand: NewBrand) -> anyhow::Result<()> {
    let row = brand_row(brand)?;
    let database = open(data)?;
    database.write_blocking(move |connection, ()| brands::put(connection, &row))?;
    Ok(())
}

pub(crate) fn brand_row(brand: NewBrand) -> anyhow::Result<brands::Brand> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if brand.key.is_empty() || !brand.key.chars().all(plain) {
        bail!("'{}' cannot be a brand's id: use lower-case letters, digits and hyphens", brand.key);
    }
    ensure!(!brand.name.trim().is_empty(), "the brand's name is empty");
    let hex = brand.accent.strip_prefix('#').is_some_and(|h| h.len() == 6 && h.chars().all(|c| c.is_ascii_hexdigit()));
    ensure!(hex, "'{}' is not a colour such as #2f5bea", brand.accent);
    let domains: Vec<_> = brand.domains.into_iter().map(|domain| domain.trim().to_lowercase()).collect();
    let good = |domain: &String| !domain.is_empty() && !domain.contains(['/', ':', ' ', '\n']);
    ensure!(domains.iter().all(good), "a domain is a host name such as www.example.com, *.example.com, or *");
    Ok(brands::Brand {
        id: BrandId(Uuid::now_v7()),
        look: BrandLook { id: brand.key, name: brand.name, greeting: brand.greeting, accent: brand.accent },
        domains,
        secret_generation: 0,
    })
}

/// The secret with which the pages of a brand vouch for their visitors. A renewed one takes effect in a running hub at
/// once, and tokens signed with the one before are refused.
///
/// # Errors
/// If there is no such brand, or the data cannot be opened.
pub fn brand_secret(data: &Path, key: &str, renew: bool) -> anyhow::Result<String> {
    let database = open(data)?;
    let find = || {
        let key = key.to_owned();
        database.read_blocking(move |connection| brands::by_key(connection, &key))
    };
    let mut brand = find()?.with_context(|| format!("there is no brand '{key}'"))?;
    if renew {
        let id = brand.id;
        database.write_blocking(move |connection, ()| brands::renew_secret(connection, id))?;
        brand = find()?.with_context(|| format!("there is no brand '{key}'"))?;
    }
    let folder = data.to_owned();
    let secrets =
        database.write_blocking(move |connection, ()| Ok::<_, StoreError>(Secrets::open(&folder, connection)));
    Ok(secrets??.of(brand.id, brand.secret_generation))
}

/// Makes a new key for the brands' secrets if it is missing; says so.
///
/// # Errors
/// If a hub works with the folder, or the key cannot be made.
pub fn replace_missing_key(data: &Path) -> anyhow::Result<bool> {
    if data.join(identity::FILE).exists() {
        return Ok(false);
    }
    ensure!(!folder::is_in_use(data), "a hub works with {}: stop it first", data.display());
    let (database, folder) = (open(data)?, data.to_owned());
    let made = database
        .write_blocking(move |connection, ()| Ok::<_, StoreError>(Secrets::replace_missing(&folder, connection)));
    made?
}

fn open(data: &Path) -> anyhow::Result<Database<()>> {
    folder::prepare(data)?;
    let options = Options {
        path: data.join(folder::DATABASE),
        key: None,
        durability: Durability::Full,
        readers: 1,
        room: Room::SERVER,
    };
    ensure!(
        !folder::is_in_use(data) || tandem_sqlite::version(&options.path)? as usize == MIGRATIONS.len(),
        "The hub that works with {} is of another version than this command: restart it with this version first",
        data.display()
    );
    Database::open(&options, MIGRATIONS, |_| Ok(()))
        .map_err(StoreError::from)
        .with_context(|| format!("Cannot open {}", options.path.display()))
}
