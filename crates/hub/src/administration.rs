//! Changes to users, brands, business hours and review plans, shared by HTTP and the command line.
//!
//! A change of rights is one transaction: the row, the sign-ins that it ends, and the mark that running hubs watch.
//! Nothing is kept in memory.

mod brands;
mod hours;
mod review_plans;

pub(crate) use brands::{add_brand, change_brand, remove_brand};
pub(crate) use hours::{HoursOf, definitions, hours_of_all, set_hours};
pub(crate) use review_plans::{remove_review_plan, review_plans, set_review_plan};

use std::fmt::Display;

use serde::Serialize;
use tandem_conversation::{BrandId, Permission, Role, Skills, UserId, is_blank, turns_text};
use tandem_protocol::administration::{UserAddition, UserChange, UserRow};
use tandem_sql::Connection;
use uuid::Uuid;

use crate::secrets::{PASSWORD_CHARS, hash_password, normal_password};
use crate::store::auth::Why;
use crate::store::users::User;
use crate::store::{StoreError, auth, brands as brand_rows, users};

/// Default for conversations at once.
pub const CAPACITY: u32 = 8;
/// Maximum length of the name of a user or brand, in characters.
const NAME_CHARS: usize = 100;

/// Why a change to a user or brand was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{field}: {problem}")]
    Invalid { field: &'static str, problem: String },
    #[error("the password needs at least {PASSWORD_CHARS} characters, this one has {0}")]
    TooShort(usize),
    #[error("user {0} exists already: change them with tandem-hub user set")]
    UserExists(String),
    #[error("there is no such user")]
    NoUser,
    #[error("the last user who may manage users is {0}: make another user admin first")]
    LastAdministrator(String),
    #[error("brand '{0}' already exists: change it with tandem-hub brand set")]
    BrandExists(String),
    #[error("there is no brand '{0}'")]
    NoBrand(String),
    #[error("there is no WhatsApp number '{0}'")]
    NoNumber(String),
    #[error(
        "brand '{brand}' is the only one of {users}, who would then serve all brands: give them other brands first"
    )]
    OnlyBrand { brand: String, users: String },
    #[error(
        "brand '{brand}' has {conversations} in progress, which their customers could not go on with: complete them \
         first, or force it, which completes them"
    )]
    BrandInUse { brand: String, conversations: String },
    #[error(
        "brand '{brand}' is that of the WhatsApp number '{number}', whose customers would come without a brand: give the \
         number another one, or remove it first"
    )]
    BrandOfNumber { brand: String, number: String },
}

impl Refusal {
    fn invalid(field: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid { field, problem: problem.into() }
    }
}

/// The outer error is the store's, the inner one a refusal.
pub(crate) type Done<T> = Result<Result<T, Refusal>, StoreError>;

/// Logs one line per change: the actor, the subject, and the changed fields. Never values.
pub(crate) fn audit(by: impl Display, of: impl Display, what: &str) {
    tracing::info!(target: "tandem_hub::audit", by = %by, of = %of, what, "changed");
}

/// The actor of changes on the command line.
pub(crate) const OPERATOR: &str = "operator";

/// The names of a change's fields.
pub(crate) fn fields_of(change: &impl Serialize) -> String {
    let fields = serde_json::to_value(change).unwrap_or_default();
    let named = fields.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    named.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// A change that passed every check that needs no data. Its password is already hashed, because hashing is slow.
pub(crate) struct Checked(UserChange);

impl Checked {
    /// The names of its fields.
    pub(crate) fn fields(&self) -> String {
        fields_of(&self.0)
    }

    /// # Errors
    /// The field that was refused, and why.
    pub(crate) fn new(change: UserChange) -> Result<Self, Refusal> {
        let UserChange { email, name, role, password, capacity, brands, languages } = change;
        if capacity.is_some_and(|capacity| !(1..=1000).contains(&capacity)) {
            return Err(Refusal::invalid("capacity", "use 1 to 1000"));
        }
        if let Some(wrong) = languages.iter().flatten().find(|tag| !is_language(tag.as_str())) {
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

/// Whether it has the form of a language tag.
fn is_language(tag: &str) -> bool {
    (2..=35).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// Trims an e-mail address and lowers its case.
fn checked_email(text: &str) -> Result<String, Refusal> {
    let email = users::normal_email(text);
    let parts = email.split_once('@');
    let good = parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'))
        && email.len() <= 254
        && !email.chars().any(|c| is_blank(c.encode_utf8(&mut [0; 4])));
    if good { Ok(email) } else { Err(Refusal::invalid("email", format!("'{}' is not an e-mail address", text.trim()))) }
}

fn checked_name(text: &str) -> Result<String, Refusal> {
    let name = text.trim();
    if is_blank(name) {
        return Err(Refusal::invalid("name", "is empty"));
    }
    match name.chars().count() {
        found if found > NAME_CHARS => {
            Err(Refusal::invalid("name", format!("has {found} characters; the limit is {NAME_CHARS}")))
        }
        _ if name.chars().any(|c| c.is_control() || turns_text(c)) => {
            Err(Refusal::invalid("name", "holds a control character"))
        }
        _ => Ok(name.to_owned()),
    }
}

pub(crate) fn hashed(password: &str) -> Result<String, Refusal> {
    let normal = normal_password(password);
    let found = normal.chars().count();
    if found < PASSWORD_CHARS {
        return Err(Refusal::TooShort(found));
    }
    if is_blank(&normal) {
        return Err(Refusal::invalid("password", "is empty"));
    }
    if normal.chars().any(char::is_control) {
        return Err(Refusal::invalid("password", "holds a control character, such as a line break"));
    }
    hash_password(&normal).map_err(|error| Refusal::invalid("password", error.to_string()))
}

/// A new user that passed every check that needs no data.
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

/// Adds a user; refused if the address is taken.
pub(crate) fn add_user(connection: &Connection, checked: Checked) -> Done<User> {
    let UserChange { email, name, role, password, capacity, brands, languages } = checked.0;
    let (email, brands) = (email.unwrap_or_default(), brands.unwrap_or_default());
    if users::by_email(connection, &email)?.is_some() {
        return Ok(Err(Refusal::UserExists(email)));
    }
    let brands = match brand_ids(connection, brands, &[])? {
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

/// Changes the given fields. A new password or role ends the user's sign-ins; new brands apply at once.
pub(crate) fn change_user(connection: &Connection, id: UserId, checked: Checked) -> Done<User> {
    let Some(before) = users::get(connection, id)? else { return Ok(Err(Refusal::NoUser)) };
    let UserChange { email, name, role, password, capacity, brands, languages } = checked.0;
    if let Some(email) = email.as_ref().filter(|email| **email != before.email)
        && users::by_email(connection, email)?.is_some()
    {
        return Ok(Err(Refusal::UserExists(email.clone())));
    }
    let brands = match brands.map(|keys| brand_ids(connection, keys, &before.skills.brands)).transpose()?.transpose() {
        Ok(brands) => brands,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let ends = match (&password, role) {
        (Some(_), _) => Some(Why::Password),
        (None, Some(role)) if role != before.role => Some(Why::Role),
        _ => None,
    };
    let mut user = before.clone();
    user.email = email.unwrap_or(user.email);
    user.name = name.unwrap_or(user.name);
    user.role = role.unwrap_or(user.role);
    user.password = password.unwrap_or(user.password);
    user.capacity = capacity.unwrap_or(user.capacity);
    user.skills.brands = brands.unwrap_or(user.skills.brands);
    user.skills.languages = languages.unwrap_or(user.skills.languages);
    save(connection, &before, user, ends)
}

/// Suspends or reinstates a user. Suspending ends their sign-ins and engagements.
pub(crate) fn suspend_user(connection: &Connection, id: UserId, suspended: bool) -> Done<User> {
    let Some(before) = users::get(connection, id)? else { return Ok(Err(Refusal::NoUser)) };
    let user = User { suspended, ..before.clone() };
    save(connection, &before, user, suspended.then_some(Why::Suspended))
}

/// `ends` says why the user's sign-ins end, if they do.
fn save(connection: &Connection, before: &User, mut user: User, ends: Option<Why>) -> Done<User> {
    let manages = |user: &User| !user.suspended && user.role.permissions().has(Permission::UsersManage);
    if manages(before) && !manages(&user) && !users::all(connection)?.iter().any(|o| o.id != user.id && manages(o)) {
        return Ok(Err(Refusal::LastAdministrator(user.email)));
    }
    if before.rights() != user.rights() || before.suspended != user.suspended {
        user.rights_from = Some(crate::store::events::last(connection)?);
    }
    users::update(connection, &user)?;
    if let Some(why) = ends {
        auth::end_all(connection, user.id, None, why)?;
    }
    Ok(Ok(user))
}

/// `own` are the user's present brands, which [`row_of`] names by id if an older hub removed them.
fn brand_ids(connection: &Connection, keys: Vec<String>, own: &[BrandId]) -> Done<Vec<BrandId>> {
    let mut ids = Vec::with_capacity(keys.len());
    for key in keys {
        match brand_rows::by_key(connection, &key)? {
            Some(brand) => ids.push(brand.id),
            None => match own.iter().find(|id| id.to_string() == key) {
                Some(id) => ids.push(*id),
                None => return Ok(Err(Refusal::invalid("brands", format!("there is no brand '{key}'")))),
            },
        }
    }
    Ok(Ok(ids))
}

/// `known` are all brands.
pub(crate) fn row_of(user: User, known: &[brand_rows::Brand]) -> UserRow {
    let key = |id: &BrandId| {
        // An older hub removed the brand alone; without it the user would serve every brand.
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
