//! Users and brands as administrators change them, over HTTP and on the command line alike.
//!
//! Every change of a right is one transaction: the row, the sign-ins that end with it, and the mark by which running
//! hubs notice. Nothing here is remembered in memory.

mod brands;
pub(crate) mod command;

pub(crate) use brands::{add_brand, change_brand, remove_brand};

use tandem_conversation::{Permission, Role, Skills, UserId};
use tandem_protocol::administration::{UserAddition, UserChange, UserRow};
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

use crate::secrets::{PASSWORD_CHARS, hash_password, normal_password};
use crate::store::users::User;
use crate::store::{StoreError, auth, brands as brand_rows, users};

/// Conversations at once, unless said otherwise.
pub const CAPACITY: u32 = 8;
/// Longest name of a user or brand, in characters.
const NAME_CHARS: usize = 100;

/// Why a user or brand is not changed. Nothing has happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{field}: {problem}")]
    Invalid { field: &'static str, problem: String },
    #[error("the password needs at least {PASSWORD_CHARS} characters, this one has {0}")]
    TooShort(usize),
    #[error("{0} is a user already: change them instead (tandem-hub user set)")]
    UserExists(String),
    #[error("there is no such user")]
    NoUser,
    #[error("{0} is the last who may manage users: give somebody else the role admin first")]
    LastAdministrator(String),
    #[error("there is a brand '{0}' already: change it instead (tandem-hub brand set)")]
    BrandExists(String),
    #[error("there is no brand '{0}'")]
    NoBrand(String),
}

impl Refusal {
    fn invalid(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid { field, problem: problem.into() }
    }
}

/// What is left of a refused or done change: the outer error is the store's.
pub(crate) type Done<T> = Result<Result<T, Refusal>, StoreError>;

/// A change that was checked as far as it can be without the data; its password is hashed, which is slow.
pub(crate) struct Checked(UserChange);

impl Checked {
    /// # Errors
    /// Which field cannot be accepted, and why.
    pub(crate) fn new(change: UserChange) -> Result<Self, Refusal> {
        let UserChange { email, name, role, password, capacity, brands, languages } = change;
        if capacity.is_some_and(|capacity| !(1..=1000).contains(&capacity)) {
            return Err(Refusal::invalid("capacity", "use 1 to 1000"));
        }
        let is_language =
            |tag: &String| (2..=35).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if let Some(wrong) = languages.iter().flatten().find(|tag| !is_language(tag)) {
            return Err(Refusal::invalid("languages", format!("'{wrong}' is not a tag such as de or pt-BR")));
        }
        Ok(Self(UserChange {
            email: email.as_deref().map(checked_email).transpose()?,
            name: name.as_deref().map(checked_name).transpose()?,
            password: password.as_deref().map(hashed).transpose()?,
            role,
            capacity,
            brands,
            languages,
        }))
    }
}

/// An e-mail address without what a copy brings along, in lower case.
fn checked_email(text: &str) -> Result<String, Refusal> {
    let email = users::normal_email(text);
    let parts = email.split_once('@');
    let good = parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'))
        && email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if good { Ok(email) } else { Err(Refusal::invalid("email", format!("'{}' is not an e-mail address", text.trim()))) }
}

fn checked_name(text: &str) -> Result<String, Refusal> {
    let name = text.trim();
    if name.is_empty() {
        return Err(Refusal::invalid("name", "is empty"));
    }
    match name.chars().count() {
        found if found > NAME_CHARS => {
            Err(Refusal::invalid("name", format!("has {found} characters, at most {NAME_CHARS} are possible")))
        }
        _ if name.chars().any(char::is_control) => Err(Refusal::invalid("name", "holds a control character")),
        _ => Ok(name.to_owned()),
    }
}

/// Checks a new password and hashes it.
pub(crate) fn hashed(password: &str) -> Result<String, Refusal> {
    let normal = normal_password(password);
    let found = normal.chars().count();
    if found < PASSWORD_CHARS {
        return Err(Refusal::TooShort(found));
    }
    if normal.chars().any(char::is_control) {
        return Err(Refusal::invalid("password", "holds a control character, such as a line break"));
    }
    hash_password(&normal).map_err(|error| Refusal::invalid("password", error.to_string()))
}

/// A new user, as far as it can be checked without the data.
pub(crate) fn checked_addition(addition: UserAddition) -> Result<Checked, Refusal> {
    let UserAddition { email, name, role, password, capacity, brands, languages } = addition;
    Checked::new(UserChange {
        email: Some(email),
        name: Some(name),
        role: Some(role),
        password: Some(password),
        capacity: Some(capacity.unwrap_or(CAPACITY)),
        brands: Some(brands),
        languages: Some(languages),
    })
}

/// Adds a user whose address is not known yet.
pub(crate) fn add_user(connection: &Connection, checked: Checked) -> Done<User> {
    let UserChange { email, name, role, password, capacity, brands, languages } = checked.0;
    let (email, brands) = (email.unwrap_or_default(), brands.unwrap_or_default());
    if users::by_email(connection, &email)?.is_some() {
        return Ok(Err(Refusal::UserExists(email)));
    }
    let brands = match brand_ids(connection, brands)? {
        Ok(brands) => brands,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let user = User {
        id: UserId(Uuid::now_v7()),
        email,
        name: name.unwrap_or_default(),
        role: role.unwrap_or(Role::Agent),
        capacity: capacity.unwrap_or(CAPACITY),
        password: password.unwrap_or_default(),
        skills: Skills { brands, languages: languages.unwrap_or_default() },
        suspended: false,
        rights_from: None,
    };
    users::insert(connection, &user)?;
    Ok(Ok(user))
}

/// Changes what is named. A new password ends every sign-in of the user; another role or other brands count at once.
pub(crate) fn change_user(connection: &Connection, id: UserId, checked: Checked) -> Done<User> {
    let Some(before) = users::get(connection, id)? else { return Ok(Err(Refusal::NoUser)) };
    let UserChange { email, name, role, password, capacity, brands, languages } = checked.0;
    if let Some(email) = email.as_ref().filter(|email| **email != before.email)
        && users::by_email(connection, email)?.is_some()
    {
        return Ok(Err(Refusal::UserExists(email.clone())));
    }
    let brands = match brands.map(|keys| brand_ids(connection, keys)).transpose()?.transpose() {
        Ok(brands) => brands,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let new_password = password.is_some();
    let mut user = before.clone();
    user.email = email.unwrap_or(user.email);
    user.name = name.unwrap_or(user.name);
    user.role = role.unwrap_or(user.role);
    user.password = password.unwrap_or(user.password);
    user.capacity = capacity.unwrap_or(user.capacity);
    user.skills.brands = brands.unwrap_or(user.skills.brands);
    user.skills.languages = languages.unwrap_or(user.skills.languages);
    save(connection, &before, user, new_password)
}

/// Suspends a user, or lets them work again. A suspended user has no sign-in, and their engagements end.
pub(crate) fn suspend_user(connection: &Connection, id: UserId, suspended: bool) -> Done<User> {
    let Some(before) = users::get(connection, id)? else { return Ok(Err(Refusal::NoUser)) };
    let user = User { suspended, ..before.clone() };
    save(connection, &before, user, suspended)
}

fn save(connection: &Connection, before: &User, mut user: User, ends_sign_ins: bool) -> Done<User> {
    let manages = |user: &User| !user.suspended && user.role.permissions().has(Permission::UsersManage);
    if manages(before) && !manages(&user) && !users::all(connection)?.iter().any(|o| o.id != user.id && manages(o)) {
        return Ok(Err(Refusal::LastAdministrator(user.email)));
    }
    if before.rights() != user.rights() || before.suspended != user.suspended {
        user.rights_from = Some(crate::store::events::last(connection)?);
    }
    users::update(connection, &user)?;
    if ends_sign_ins {
        auth::end_all(connection, user.id, None)?;
    }
    Ok(Ok(user))
}

fn brand_ids(connection: &Connection, keys: Vec<String>) -> Done<Vec<tandem_conversation::BrandId>> {
    let mut ids = Vec::with_capacity(keys.len());
    for key in keys {
        match brand_rows::by_key(connection, &key)? {
            Some(brand) => ids.push(brand.id),
            None => return Ok(Err(Refusal::invalid("brands", format!("there is no brand '{key}'")))),
        }
    }
    Ok(Ok(ids))
}

/// Users as administrators see them; `known` are all brands.
pub(crate) fn row_of(user: User, known: &[brand_rows::Brand]) -> UserRow {
    let key = |id: &tandem_conversation::BrandId| {
        // A brand that was removed keeps its place: without it the user would serve every brand.
        known.iter().find(|brand| brand.id == *id).map_or_else(|| id.to_string(), |brand| brand.look.id.clone())
    };
    UserRow {
        user: user.id,
        email: user.email,
        name: user.name,
        role: user.role,
        capacity: user.capacity,
        brands: user.skills.brands.iter().map(key).collect(),
        languages: user.skills.languages,
        suspended: user.suspended,
    }
}
