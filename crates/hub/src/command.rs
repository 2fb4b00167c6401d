//! `tandem-hub user`, `brand`, `hours`, `review-plan`, `library` and `whatsapp`. A running hub picks up their changes within a second.

mod analytics;
mod hours;
mod library;
mod review_plans;
mod whatsapp;

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Read as _};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use tandem_conversation::{Role, Targets, UserId};
use tandem_protocol::administration::{BrandAddition, BrandChange, UserAddition, UserChange};

pub use analytics::{AnalyticsCommand, ExportCommand};
pub use hours::HoursCommand;
pub use library::LibraryCommand;
pub use review_plans::ReviewPlanCommand;
pub use whatsapp::WhatsappCommand;

use crate::administration::{self, Checked, OPERATOR, Refusal, audit, row_of};
use crate::config::Config;
use crate::data::Data;
use crate::setup::brand_secret;
use crate::store::brands::Brand;
use crate::store::{StoreError, brands, users};
use crate::terminal::say;

/// Where the password comes from. By default TANDEM_PASSWORD, else a prompt at the terminal.
#[derive(Args, Debug)]
pub struct Password {
    /// Read the password from standard input [default: TANDEM_PASSWORD, or a prompt at the terminal]
    #[arg(long)]
    password_stdin: bool,
}

/// Users of the desk.
#[derive(Subcommand, Debug)]
pub enum UserCommand {
    /// Add a user
    Add {
        /// The address with which they sign in
        #[arg(long)]
        email: String,
        /// The name that customers and colleagues see
        #[arg(long)]
        name: String,
        /// agent, supervisor or admin
        #[arg(long)]
        role: Role,
        /// Maximum number of conversations at once [default: 8]
        #[arg(long)]
        capacity: Option<u32>,
        /// Id of a brand to serve; repeatable [default: all brands]
        #[arg(long = "brand")]
        brands: Vec<String>,
        /// Language to serve, such as de; repeatable [default: all languages]
        #[arg(long = "language")]
        languages: Vec<String>,
        #[command(flatten)]
        password: Password,
    },
    /// List all users
    List,
    /// Change a user; omitted options keep their values
    Set {
        /// The user's current address
        #[arg(long)]
        email: String,
        /// The new address with which they sign in
        #[arg(long)]
        new_email: Option<String>,
        /// The name that customers and colleagues see
        #[arg(long)]
        name: Option<String>,
        /// agent, supervisor or admin; applies at once
        #[arg(long)]
        role: Option<Role>,
        /// Maximum number of conversations at once
        #[arg(long)]
        capacity: Option<u32>,
        /// Id of a brand to serve, replacing the current ones; repeatable
        #[arg(long = "brand", conflicts_with = "all_brands")]
        brands: Vec<String>,
        /// Serve every brand
        #[arg(long)]
        all_brands: bool,
        /// Language to serve, replacing the current ones; repeatable
        #[arg(long = "language", conflicts_with = "all_languages")]
        languages: Vec<String>,
        /// Serve every language
        #[arg(long)]
        all_languages: bool,
        /// Ask for a new password at the terminal; ends every sign-in of the user
        #[arg(long = "password", conflicts_with = "password_stdin")]
        password: bool,
        /// Read a new password from standard input; ends every sign-in of the user
        #[arg(long)]
        password_stdin: bool,
    },
    /// Lock a user out: sign-ins, open desks and engagements end within a second
    Suspend {
        /// The user's address
        #[arg(long)]
        email: String,
    },
    /// Let a suspended user sign in again
    Resume {
        /// The user's address
        #[arg(long)]
        email: String,
    },
}

/// Brands of the web chat.
#[derive(Subcommand, Debug)]
pub enum BrandCommand {
    /// Add a brand
    Add {
        /// Id used in the page's markup: lower-case letters, digits, hyphens
        #[arg(long)]
        id: String,
        /// Name that customers see
        #[arg(long)]
        name: String,
        /// First message of the chat [default: Hello! How can we help you?]
        #[arg(long)]
        greeting: Option<String>,
        /// Button colour [default: #2f5bea]
        #[arg(long)]
        accent: Option<String>,
        /// Host whose pages may show the chat; repeatable; * for all
        #[arg(long = "domain", required = true)]
        domains: Vec<String>,
        /// Language of quick replies and questions where a conversation has none, such as de [default: en]
        #[arg(long)]
        language: Option<String>,
        /// Target for a person's first words after one is needed, in seconds
        #[arg(long, value_name = "SECONDS")]
        first_reply: Option<u32>,
        /// Target for the next replies, in seconds
        #[arg(long, value_name = "SECONDS")]
        next_reply: Option<u32>,
    },
    /// List all brands
    List,
    /// Change a brand; omitted options keep their values
    Set {
        /// The brand's id
        #[arg(long)]
        id: String,
        /// Name that customers see
        #[arg(long)]
        name: Option<String>,
        /// First message of the chat
        #[arg(long)]
        greeting: Option<String>,
        /// Button colour, such as #2f5bea
        #[arg(long)]
        accent: Option<String>,
        /// Host whose pages may show the chat, replacing the current ones; repeatable; * for all
        #[arg(long = "domain")]
        domains: Vec<String>,
        /// Language of quick replies and questions where a conversation has none; empty for none
        #[arg(long)]
        language: Option<String>,
        /// Target for a person's first words after one is needed, in seconds; 0 for none
        #[arg(long, value_name = "SECONDS")]
        first_reply: Option<u32>,
        /// Target for the next replies, in seconds; 0 for none
        #[arg(long, value_name = "SECONDS")]
        next_reply: Option<u32>,
    },
    /// Remove a brand, also from its users: no new chats start; its conversations stay
    Remove {
        /// The brand's id
        #[arg(long)]
        id: String,
        /// Also while customers are in conversations, which are completed
        #[arg(long)]
        force: bool,
    },
    /// Print the secret that signs a brand's visitor tokens
    Secret {
        /// The brand's id
        #[arg(long)]
        id: String,
        /// Rotate the secret; tokens signed with the old one stop working
        #[arg(long)]
        renew: bool,
    },
}

impl UserCommand {
    /// Runs the command and prints the result.
    ///
    /// # Errors
    /// Why the change was refused, for the operator. Nothing was changed.
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let data = &config.tables();
        match self {
            Self::Add { email, name, role, capacity, brands, languages, password } => {
                let password = password.take(&email)?;
                let addition = UserAddition { email, name, role, password, capacity, brands, languages };
                let checked = administration::checked_addition(addition)?;
                let added = data.open()?.write_blocking(move |c, ()| administration::add_user(c, checked))??;
                audit(OPERATOR, added.id, "user: added");
                say(format_args!("{} is {} {}", added.email, added.role.name(), added.id))?;
            }
            Self::List => {
                let database = data.open()?;
                let (all, known) = database.read_blocking(|connection| -> Result<_, StoreError> {
                    Ok((users::all(connection)?, brands::all(connection)?))
                })?;
                for mut row in all.into_iter().map(|user| row_of(user, &known)) {
                    for brand in &mut row.brands {
                        if !known.iter().any(|known| known.look.id == *brand) {
                            // An older hub removed the brand alone.
                            "(removed)".clone_into(brand);
                        }
                    }
                    let limits = [("brands", &row.brands), ("languages", &row.languages)].into_iter();
                    let limits: String = limits
                        .filter(|(_, only)| !only.is_empty())
                        .map(|(what, only)| format!("\t{what} {}", only.join(",")))
                        .collect();
                    let suspended = if row.suspended { "\tsuspended" } else { "" };
                    let (email, role, name, capacity) = (row.email, row.role.name(), row.name, row.capacity);
                    say(format_args!("{email}\t{role}\t{name}\tcapacity {capacity}{limits}{suspended}"))?;
                }
            }
            Self::Set {
                email,
                new_email,
                name,
                role,
                capacity,
                brands,
                all_brands,
                languages,
                all_languages,
                password,
                password_stdin,
            } => {
                let some = |given: Vec<String>, all: bool| (all || !given.is_empty()).then_some(given);
                let given = Password { password_stdin };
                let password = (password || password_stdin).then(|| given.take(&email)).transpose()?;
                let change = UserChange {
                    email: new_email,
                    name,
                    role,
                    password,
                    capacity,
                    brands: some(brands, all_brands),
                    languages: some(languages, all_languages),
                };
                let checked = Checked::new(change)?;
                let what = format!("user: {}", checked.fields());
                let user = on_user(data, &email, move |c, id| administration::change_user(c, id, checked))?;
                audit(OPERATOR, user.id, &what);
                say(format_args!("{} is {} {}", user.email, user.role.name(), user.id))?;
            }
            Self::Suspend { email } => {
                let user = on_user(data, &email, |c, id| administration::suspend_user(c, id, true))?;
                audit(OPERATOR, user.id, "user: suspended");
                say(format_args!("{} is suspended", user.email))?;
            }
            Self::Resume { email } => {
                let user = on_user(data, &email, |c, id| administration::suspend_user(c, id, false))?;
                audit(OPERATOR, user.id, "user: resumed");
                say(format_args!("{} is {} {}", user.email, user.role.name(), user.id))?;
            }
        }
        Ok(())
    }
}

/// A brand with what is set, for lists.
fn line_of(brand: &Brand) -> String {
    let mut line = format!("{}\t{}\t{}", brand.look.id, brand.look.name, brand.domains.join(" "));
    let Targets { first_reply_s, next_reply_s } = brand.targets;
    for (what, target) in [("first reply", first_reply_s), ("next reply", next_reply_s)] {
        if let Some(target) = target {
            let _ = write!(line, "\t{what} in {target} s");
        }
    }
    line
}

impl BrandCommand {
    /// Whether it may create the database: adding the first user does.
    #[must_use]
    pub fn may_begin(&self) -> bool {
        matches!(self, Self::Add { .. })
    }

    /// Runs the command and prints the result.
    ///
    /// # Errors
    /// Why the change was refused, for the operator. Nothing was changed.
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let data = &config.tables();
        match self {
            Self::Add { id, name, greeting, accent, domains, language, first_reply, next_reply } => {
                let (first_reply_s, next_reply_s) = (first_reply, next_reply);
                let addition =
                    BrandAddition { id, name, greeting, accent, domains, language, first_reply_s, next_reply_s };
                let added = data.open()?.write_blocking(move |c, ()| administration::add_brand(c, addition))??;
                audit(OPERATOR, &added.look.id, "brand: added");
                let hub = config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
                say(format_args!("<script type=\"module\" src=\"{hub}/chat.js\"></script>"))?;
                say(format_args!("<universal-chat brand=\"{}\"></universal-chat>", added.look.id))?;
            }
            Self::List => {
                for brand in data.open()?.read_blocking(brands::all)? {
                    say(line_of(&brand))?;
                }
            }
            Self::Set { id, name, greeting, accent, domains, language, first_reply, next_reply } => {
                let domains = (!domains.is_empty()).then_some(domains);
                let (first_reply_s, next_reply_s) = (first_reply, next_reply);
                let change = BrandChange { name, greeting, accent, domains, language, first_reply_s, next_reply_s };
                let (database, what) = (data.open()?, format!("brand: {}", administration::fields_of(&change)));
                let brand = database.write_blocking(move |c, ()| administration::change_brand(c, &id, change))??;
                audit(OPERATOR, &brand.look.id, &what);
                say(line_of(&brand))?;
            }
            Self::Remove { id, force } => {
                let key = id.clone();
                let changed =
                    data.open()?.write_blocking(move |c, ()| administration::remove_brand(c, &key, force))??;
                audit(OPERATOR, &id, "brand: removed");
                say(format_args!("{id} is removed"))?;
                for user in changed {
                    audit(OPERATOR, user.id, "user: brands");
                    say(format_args!("{} does not serve it any more", user.email))?;
                }
            }
            Self::Secret { id, renew } => {
                let secret = brand_secret(data.clone(), &id, renew)?;
                if renew {
                    audit(OPERATOR, &id, "brand: secret renewed");
                }
                say(format_args!("{secret}"))?;
            }
        }
        Ok(())
    }
}

fn on_user(
    data: &Data,
    email: &str,
    change: impl FnOnce(&tandem_sql::Connection, UserId) -> administration::Done<users::User> + Send + 'static,
) -> anyhow::Result<users::User> {
    let (database, wanted) = (data.open()?, email.to_owned());
    let changed = database.write_blocking(move |connection, ()| match users::by_email(connection, &wanted)? {
        Some(user) => change(connection, user.id),
        None => Ok(Err(Refusal::NoUser)),
    })?;
    changed.with_context(|| format!("Cannot change {email}"))
}

impl Password {
    fn take(&self, email: &str) -> anyhow::Result<String> {
        if self.password_stdin {
            return from_stdin(email);
        }
        match std::env::var("TANDEM_PASSWORD") {
            Ok(password) if !password.is_empty() => Ok(password),
            Err(std::env::VarError::NotUnicode(_)) => bail!("TANDEM_PASSWORD is not UTF-8"),
            _ => asked_for(email),
        }
    }
}

/// Prompts at the terminal without echo.
fn asked_for(email: &str) -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        bail!("Give the password on standard input (--password-stdin) or in TANDEM_PASSWORD");
    }
    let read = |prompt: String| rpassword::prompt_password(prompt).context("Cannot read the password");
    let password = read(format!("Password for {email}: "))?;
    if read("The same again: ".to_owned())? != password {
        bail!("The two passwords differ; nothing was changed");
    }
    Ok(password)
}

fn from_stdin(email: &str) -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        // A terminal would show what is typed.
        return asked_for(email);
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(4096).read_to_end(&mut bytes).context("Cannot read the password")?;
    let text = String::from_utf8(bytes).ok().context("The password on standard input is not UTF-8")?;
    Ok(without_frame(&text).to_owned())
}

/// Strips what shells and editors add to a line: a byte order mark and the line ending.
fn without_frame(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n'])
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_mark_and_the_line_end_are_no_part_of_a_password() {
        for given in ["correct horse ", "\u{feff}correct horse ", "correct horse \n", "\u{feff}correct horse \r\n"] {
            assert_eq!(super::without_frame(given), "correct horse ", "{given:?}");
        }
    }
}
