//! Setup from the command line: users and brands.

use anyhow::{Context as _, ensure};
use tandem_conversation::{Role, UserId};
use tandem_protocol::administration::{BrandAddition, UserAddition};

use crate::administration::{self, checked_addition};
use crate::channels::whatsapp::number::{self, PURPOSE};
use crate::clock::Clock;
use crate::config::NewWhatsappNumber;
use crate::data::Data;
use crate::folder;
use crate::identity::{self, Secrets};
use crate::seal::Seal;
use crate::store::{StoreError, brands};

pub struct NewUser {
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password: String,
    /// Maximum conversations at once.
    pub capacity: u32,
    /// Keys of the brands whose conversations they take; empty means all.
    pub brands: Vec<String>,
    /// Languages (BCP 47) of the conversations they take; empty means all.
    pub languages: Vec<String>,
}

impl NewUser {
    /// Default for conversations at once.
    pub const CAPACITY: u32 = administration::CAPACITY;

    /// A user who takes conversations of every brand and language.
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

pub struct NewBrand {
    pub key: String,
    pub name: String,
    pub greeting: String,
    pub accent: String,
    pub domains: Vec<String>,
}

/// Adds a user to a folder's data; a running hub sees it at once.
///
/// # Errors
/// If a field is refused, the user exists, or the data cannot be opened.
pub fn add_user(data: impl Into<Data>, user: NewUser) -> anyhow::Result<UserId> {
    let checked = checked_addition(user.into())?;
    let added =
        data.into().open()?.write_blocking(move |connection, ()| administration::add_user(connection, checked))??;
    Ok(added.id)
}

/// Adds a brand to a folder's data; a running hub sees it at once.
///
/// # Errors
/// If a field is refused, the brand exists, or the data cannot be opened.
pub fn add_brand(data: impl Into<Data>, brand: NewBrand) -> anyhow::Result<()> {
    data.into().open()?.write_blocking(move |connection, ()| administration::add_brand(connection, brand.into()))??;
    Ok(())
}

impl From<NewUser> for UserAddition {
    fn from(user: NewUser) -> Self {
        let NewUser { email, name, role, password, capacity, brands, languages } = user;
        Self { email, name, role, password, capacity: Some(capacity), brands, languages }
    }
}

impl From<NewBrand> for BrandAddition {
    fn from(brand: NewBrand) -> Self {
        let NewBrand { key, name, greeting, accent, domains } = brand;
        let (greeting, accent) = (Some(greeting), Some(accent));
        Self { id: key, name, greeting, accent, domains, language: None, first_reply_s: None, next_reply_s: None }
    }
}

/// The secret that signs a brand's visitor tokens. Renewing it applies to a running hub at once; tokens signed with
/// the old one are refused.
///
/// # Errors
/// If the brand does not exist, or the data cannot be opened.
pub fn brand_secret(data: impl Into<Data>, key: &str, renew: bool) -> anyhow::Result<String> {
    let data = data.into();
    let database = data.open()?;
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
    let folder = data.folder().to_owned();
    let secrets =
        database.write_blocking(move |connection, ()| Ok::<_, StoreError>(Secrets::open(&folder, connection)));
    Ok(secrets??.of(brand.id, brand.secret_generation))
}

/// Adds a number, or replaces the one with this key; returns it in its normal form. A running hub uses it at once.
///
/// # Errors
/// If a field is refused, the brand does not exist, the number is here under another key, or the data cannot be opened.
pub fn add_whatsapp_number(data: impl Into<Data>, new: NewWhatsappNumber) -> anyhow::Result<String> {
    let data = data.into();
    let (database, seal) = (data.open()?, whatsapp_seal(&data)?);
    let now = Clock::system().now();
    let added = database.write_blocking(move |connection, ()| number::add(connection, &seal, &new, now))?;
    added.map_err(|why| anyhow::anyhow!(why))
}

/// Seals the secrets of numbers on WhatsApp in this folder.
pub(crate) fn whatsapp_seal(data: &Data) -> anyhow::Result<Seal> {
    let (database, folder) = (data.open()?, data.folder().to_owned());
    let secrets =
        database.write_blocking(move |connection, ()| Ok::<_, StoreError>(Secrets::open(&folder, connection)));
    Ok(Seal::new(&secrets??.key_for(PURPOSE)))
}

/// Creates the identity key if it is missing; true if it did.
///
/// # Errors
/// If a hub uses the folder, or the key cannot be created.
pub fn replace_missing_key(data: &Data) -> anyhow::Result<bool> {
    if data.folder().join(identity::FILE).exists() {
        return Ok(false);
    }
    ensure!(!folder::is_in_use(data.folder()), "a hub uses {data}: stop it first");
    let (database, folder) = (data.open()?, data.folder().to_owned());
    let made = database
        .write_blocking(move |connection, ()| Ok::<_, StoreError>(Secrets::replace_missing(&folder, connection)));
    made?
}
