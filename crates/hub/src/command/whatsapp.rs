//! `tandem-hub whatsapp`: our numbers on WhatsApp. A running hub uses a change at once.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Context as _, anyhow, bail, ensure};
use clap::Subcommand;
use tandem_protocol::channels::ReadReceipts;

use crate::administration::{OPERATOR, audit};
use crate::channels::whatsapp::client::client;
use crate::channels::whatsapp::number::{Opened, opened};
use crate::channels::whatsapp::{checking, syncing};
use crate::clock::Clock;
use crate::config::{Config, NewWhatsappNumber};
use crate::month::Month;
use crate::setup::{add_whatsapp_number, whatsapp_seal};
use crate::store::whatsapp::messages::{self, Used};
use crate::store::whatsapp::{self, Number, inbox, templates};
use crate::terminal::say;

const VERIFY_TOKEN: &str = "TANDEM_WHATSAPP_VERIFY_TOKEN";

/// Numbers on WhatsApp.
#[derive(Subcommand, Debug)]
pub enum WhatsappCommand {
    /// Add a number, or replace one with the same id
    ///
    /// The access token, the app secret and the verify token come from TANDEM_WHATSAPP_TOKEN,
    /// TANDEM_WHATSAPP_APP_SECRET and TANDEM_WHATSAPP_VERIFY_TOKEN, from standard input (one a line, in this order), or
    /// from prompts.
    Add {
        /// Name in the address of the webhook: lower-case letters, digits, hyphens
        #[arg(long)]
        id: String,
        /// The number in international form, such as "+34 600 123 456"
        #[arg(long)]
        number: String,
        /// Meta's id of the number
        #[arg(long)]
        phone_number_id: String,
        /// Meta's id of the WhatsApp Business account
        #[arg(long)]
        account_id: String,
        /// Id of the brand that its conversations belong to
        #[arg(long)]
        brand: Option<String>,
        /// Where the Cloud API is [default: https://graph.facebook.com/v25.0]
        #[arg(long)]
        base_url: Option<String>,
        /// Do not tell customers that their messages were read
        #[arg(long, conflicts_with = "read_marks_on_arrival")]
        no_read_marks: bool,
        /// Tell customers that their messages were read as soon as they have arrived
        #[arg(long)]
        read_marks_on_arrival: bool,
        /// It is also used in the app on a phone
        #[arg(long)]
        coexistence: bool,
        /// Do not tell customers that somebody is typing
        #[arg(long)]
        no_typing: bool,
        /// Replies that Meta does not charge, in a month: `usage` then says how many are left
        #[arg(long)]
        free_replies: Option<u32>,
        /// After how many hours of silence a message begins a new conversation [default: 24]
        #[arg(long)]
        new_after_h: Option<u32>,
        /// Messages that Meta takes from it per second [default: 80; 20 with --coexistence]
        #[arg(long)]
        per_second: Option<u32>,
        /// Read the three secrets from standard input
        #[arg(long)]
        secrets_stdin: bool,
    },
    /// List all numbers
    List,
    /// Ask Meta about a number, try its own webhook as Meta does, and say what is missing
    ///
    /// The verify token is tried if it stands in the settings or in TANDEM_WHATSAPP_VERIFY_TOKEN.
    Check {
        /// The number's id
        #[arg(long)]
        id: String,
    },
    /// Fetch and list the templates of a number's account
    Templates {
        /// The number's id
        #[arg(long)]
        id: String,
    },
    /// Say what a number's messages cost in a month, as Meta has reported it
    Usage {
        /// The number's id
        #[arg(long)]
        id: String,
        /// Such as 2026-11 [default: this month]
        #[arg(long)]
        month: Option<String>,
    },
    /// Remove a number: nothing is received or sent through it any more; its conversations stay
    Remove {
        /// The number's id
        #[arg(long)]
        id: String,
    },
}

impl WhatsappCommand {
    /// Runs the command and prints the result.
    ///
    /// # Errors
    /// Why the change was refused, for the operator. Nothing was changed.
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Add {
                id,
                number,
                phone_number_id,
                account_id,
                brand,
                base_url,
                no_read_marks,
                read_marks_on_arrival,
                coexistence,
                no_typing,
                free_replies,
                new_after_h,
                per_second,
                secrets_stdin,
            } => {
                not_of_settings(config, &id)?;
                let [access_token, app_secret, verify_token] = secrets(secrets_stdin)?;
                let key = id.clone();
                let new = NewWhatsappNumber {
                    key: id,
                    number,
                    phone_number_id,
                    account_id,
                    brand,
                    base_url,
                    access_token,
                    app_secret,
                    verify_token,
                    read_receipts: match (no_read_marks, read_marks_on_arrival) {
                        (true, _) => ReadReceipts::Off,
                        (false, true) => ReadReceipts::OnDelivered,
                        (false, false) => ReadReceipts::OnSeen,
                    },
                    typing: Some(!no_typing),
                    free_replies,
                    new_after_h,
                    per_second,
                    coexistence,
                };
                let display = add_whatsapp_number(config.tables(), new)?;
                audit(OPERATOR, &key, "whatsapp: added");
                say(format_args!("{display} is {key}"))?;
                say(format_args!("Webhook: {}", config.webhook_of(&key)))?;
            }
            Self::List => {
                for Number { key, display, phone_number_id, waba_id, state, detail, .. } in
                    config.tables().open()?.read_blocking(whatsapp::all)?
                {
                    say(format_args!(
                        "{key}\t{display}\tnumber {phone_number_id}\taccount {waba_id}\t{state} {detail}"
                    ))?;
                }
            }
            Self::Check { id } => check(config, &id)?,
            Self::Templates { id } => {
                let number = find(config, &id)?;
                let found = asked(syncing::fetch(&http()?, &number))?;
                let (account, now, kept) = (number.number.waba_id, Clock::system().now(), found.clone());
                config
                    .tables()
                    .open()?
                    .write_blocking(move |connection, ()| templates::replace(connection, &account, &kept, now))?;
                for template in found {
                    let slots = template.slots().len();
                    let (name, language, status) = (template.name, template.language, template.status);
                    say(format_args!("{name}\t{language}\t{status}\t{}\t{slots} values", template.category))?;
                }
            }
            Self::Usage { id, month } => usage(config, id, month.as_deref())?,
            Self::Remove { id } => {
                not_of_settings(config, &id)?;
                let key = id.clone();
                let removed =
                    config.tables().open()?.write_blocking(move |connection, ()| whatsapp::remove(connection, &key))?;
                if !removed {
                    bail!("there is no WhatsApp number '{id}'");
                }
                audit(OPERATOR, &id, "whatsapp: removed");
                say(format_args!("{id} is removed"))?;
            }
        }
        Ok(())
    }
}

/// The next start would undo a change to a number of the settings.
fn not_of_settings(config: &Config, id: &str) -> anyhow::Result<()> {
    let is_set = config.whatsapp.iter().any(|number| number.key == id);
    ensure!(!is_set, "'{id}' is a number of the settings: change it there, and restart the hub");
    Ok(())
}

/// Asks Meta, and the hub's own address, and says everything that is missing.
fn check(config: &Config, id: &str) -> anyhow::Result<()> {
    let number = find(config, id)?;
    let set = config.whatsapp.iter().find(|set| set.key == id).map(|set| set.verify_token.clone());
    let token = set.or_else(|| std::env::var(VERIFY_TOKEN).ok());
    let address = config.webhook_of(id);
    let check = asked(checking::check(&http()?, &number, &address, token.as_deref()))?;
    say(format_args!("Meta knows it as {} ({})", check.number, check.name))?;
    say(format_args!("Quality {}, verification {}", check.quality, check.verification))?;
    say(format_args!("Messaging limit {}, throughput {}", check.limit, check.throughput))?;
    if !check.saw_fields {
        say(format_args!("The fields of the webhook cannot be read: look at Meta's page"))?;
    }
    if !check.tried_token {
        say(format_args!("The verify token was not tried: give it in {VERIFY_TOKEN}"))?;
    }
    let (database, key) = (config.tables().open()?, id.to_owned());
    let unread = database.read_blocking(move |connection| inbox::all_unread(connection, &key, 5))?;
    for one in unread {
        say(format_args!("Not understood, {}: {}", one.received, one.why))?;
    }
    let (key, now, said) = (id.to_owned(), Clock::system().now(), check.clone());
    database.write_blocking(move |connection, ()| {
        whatsapp::set_standing(connection, &key, &said.quality, &said.limit)?;
        whatsapp::set_state(connection, &key, whatsapp::OK, "", now)
    })?;
    let missing: Vec<_> = check.missing.iter().map(|lack| lack.detail.as_str()).collect();
    ensure!(missing.is_empty(), "{}.\nThen check again", missing.join(".\n"));
    say(format_args!("{id} works"))?;
    Ok(())
}

fn usage(config: &Config, id: String, month: Option<&str>) -> anyhow::Result<()> {
    let month = match month {
        None => Month::of(Clock::system().now()),
        Some(text) => Month::read(text).with_context(|| format!("month '{text}': write it as 2026-11"))?,
    };
    let free = find(config, &id)?.number.free_replies;
    let (from, to) = (month.start(), month.next().start());
    let used = config.tables().open()?.read_blocking(move |connection| messages::used(connection, &id, from, to))?;
    let replies = used.iter().filter(|one| one.is_reply()).fold(0_u32, |sum, one| sum.saturating_add(one.messages));
    if let Some(most) = free {
        say(format_args!("{month}: {} of {most} free replies", replies.min(most)))?;
    }
    for Used { category, kind, billable, messages } in used {
        let charged = match billable {
            Some(true) => "charged",
            Some(false) => "free",
            None => "unknown",
        };
        say(format_args!("{month}\t{category}\t{kind}\t{charged}\t{messages}"))?;
    }
    Ok(())
}

fn find(config: &Config, id: &str) -> anyhow::Result<Opened> {
    let key = id.to_owned();
    let number = config.tables().open()?.read_blocking(move |connection| whatsapp::by_key(connection, &key))?;
    let number = number.with_context(|| format!("there is no WhatsApp number '{id}'"))?;
    opened(number, &whatsapp_seal(&config.tables())?)
        .context("its secrets do not open with the key of this folder: add it again")
}

fn http() -> anyhow::Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    client().context("Cannot set up the connection")
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

fn asked<T>(answer: impl Future<Output = Result<T, String>>) -> anyhow::Result<T> {
    runtime()?.block_on(answer).map_err(|why| anyhow!("Meta says: {why}"))
}

/// Access token, app secret and verify token.
fn secrets(stdin: bool) -> anyhow::Result<[String; 3]> {
    const NAMES: [(&str, &str); 3] = [
        ("TANDEM_WHATSAPP_TOKEN", "Access token"),
        ("TANDEM_WHATSAPP_APP_SECRET", "App secret"),
        (VERIFY_TOKEN, "Verify token (choose one of 8 characters or more)"),
    ];
    let mut found = [String::new(), String::new(), String::new()];
    let mut lines = std::io::stdin().lock().lines();
    for (secret, (variable, prompt)) in found.iter_mut().zip(NAMES) {
        *secret = if stdin {
            lines.next().context("Give three lines on standard input")?.context("Cannot read standard input")?
        } else if let Ok(given) = std::env::var(variable) {
            given
        } else if std::io::stdin().is_terminal() {
            rpassword::prompt_password(format!("{prompt}: ")).context("Cannot read it")?
        } else {
            bail!("Give the secrets on standard input (--secrets-stdin) or in {variable}");
        };
    }
    Ok(found)
}
